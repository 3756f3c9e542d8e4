"""What a person at a terminal sees: texts and tables fitted to its width, words in colours. Prints nothing."""

import os
import re
import shutil
import sys
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from typing import Final, NamedTuple, TextIO

from chronology.commands.screen import table
from chronology.commands.screen.display import escape, width_of
from chronology.commands.screen.table import Marked, Paint, Row, Shape, Tone, Word, flow, plain, safe, words

_HANGING: Final = "  "
_FIELD: Final = re.compile(r"\{([^}]+)\}")


class _Line(NamedTuple):
    """A line of a shape: its indent, and its parts, in which texts and column numbers alternate."""

    indent: str
    parts: tuple[tuple[str | int, ...], ...]


def stack(rows: Iterable[Row], *, shape: Shape, room: int, paint: Paint) -> Iterator[str]:
    """Yield the lines of a table, one row after the other, as the rows come.

    Lines without an indent are painted as headings.

    Args:
        rows: of the table.
        shape: says how a row is stacked.
        room: width to wrap to, in terminal cells; only text without spaces may be wider.
        paint: colours headings and marked words.
    """
    places = {heading.strip(): place for place, heading in enumerate(shape.headings)}
    stack, beneath = ([_line(text, places) for text in lines] for lines in (shape.stack, shape.beneath))
    for row in map(safe, rows):
        if isinstance(row, str):
            heading = words(row, [(0, len(row), Tone.HEADING)])
            yield from (line for line, _ in flow([heading], room=room, indent="", hanging=_HANGING, paint=paint))
            continue
        for indent, parts in beneath if beneath and not row[0].strip() else stack:
            tone = None if indent else Tone.HEADING
            filled = [found for part in parts if (found := _filled(part, row, tone))]
            hanging = indent + _HANGING
            yield from (line for line, _ in flow(filled, room=room, indent=indent, hanging=hanging, paint=paint))


def _line(text: str, places: dict[str, int]) -> _Line:
    bare = text.lstrip(" ")
    parts = bare.split("  ")
    return _Line(text[: len(text) - len(bare)], tuple(_part(part, places) for part in parts))


def _part(text: str, places: dict[str, int]) -> tuple[str | int, ...]:
    pieces = _FIELD.split(text)
    return tuple(places[piece] if odd % 2 else piece for odd, piece in enumerate(pieces) if odd % 2 or piece)


def _filled(part: tuple[str | int, ...], row: Sequence[str], tone: Tone | None) -> list[Word]:
    """Return the words of a part with its cells in their places; none if all its cells are empty."""
    text, marks, is_empty = "", [], True
    for piece in part:
        cell = piece if isinstance(piece, str) else row[piece].strip(" ")
        if isinstance(piece, int):
            is_empty = is_empty and not cell
            if isinstance(found := row[piece], Marked):
                marks.append((len(text), len(text) + found.length, found.tone))
        text += cell
    if is_empty:
        return []
    return words(text, marks if tone is None else [(0, len(text), tone)])


_CODES: Final = {
    Tone.HEADING: "1",
    Tone.POSSIBLE: "33",
    Tone.CONTESTED: "31",
    Tone.ERROR: "1;31",
    Tone.HINT: "36",
    Tone.NOTE: "33",
}
"""Select Graphic Rendition (ECMA-48, section 8.3.117): bold, yellow, red, cyan; no background, no faint text."""


def paint_for(stream: TextIO) -> Paint:
    """Return what colours text for a stream; it does so only for a terminal whose user did not refuse colours."""
    refused = os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb"
    return plain if refused or not stream.isatty() else _paint


def _paint(text: str, tone: Tone) -> str:
    return f"\x1b[{_CODES[tone]}m{text}\x1b[0m"


NARROW: Final = 120
"""Terminal cells; a narrower terminal gets no columns, and a wider one gets them only if no word must be broken."""

_LONG: Final = 1_000
"""Rows; a longer table is stacked at any width, so that its first page need not wait for its last row."""

_BETWEEN: Final = "  "
_NESTED: Final = "    "
_TALK: Final = {"error:": Tone.ERROR, "hint:": Tone.HINT, "note:": Tone.NOTE}
_INDENT: Final = re.compile(" *")


def room() -> int:
    """Return the width of the terminal, in cells."""
    return shutil.get_terminal_size().columns


def lay_out(rows: Iterable[Row], shape: Shape) -> Iterator[str]:
    """Yield the lines of a table: in columns if there is room, else stacked."""
    width, paint = room(), paint_for(sys.stdout)
    if width >= NARROW:
        rows = iter(rows)
        first = list(islice(rows, _LONG + 1))
        if len(first) <= _LONG and table.narrowest(first, headings=shape.headings) <= width:
            return table.lay_out(first, headings=shape.headings, room=width, paint=paint)
        rows = chain(first, rows)
    return stack(rows, shape=shape, room=width, paint=paint)


def lay_out_fields(fields: Iterable[tuple[str, str]], longest: int) -> Iterator[str]:
    """Yield the lines of names and values: a value stands beside its name if no word of it must be broken there.

    Args:
        fields: the names and the values, which may have several lines.
        longest: the width of the longest name.
    """
    width = room()
    beside = " " * (longest + len(_BETWEEN))
    for name, value in fields:
        lines = escape(value, multiline=True).expandtabs().split("\n")
        if len(beside) + _widest_word(lines) <= width:
            first, rest = f"{escape(name):<{longest}}{_BETWEEN}", beside
        else:
            yield escape(name)
            first = rest = _NESTED
        for line in lines:
            yield from _fitted(line, first, rest, width)
            first = rest


def _widest_word(lines: Iterable[str]) -> int:
    return max(_indent(line) + max((width_of(word.text) for word in words(line)), default=0) for line in lines)


def _indent(line: str) -> int:
    return len(line) - len(line.lstrip(" "))


def _fitted(line: str, first: str, rest: str, width: int) -> Iterator[str]:
    """Yield a line wrapped between words, after what comes in front of it; every line keeps its indent."""
    indent = _indent(line)
    room = max(width - len(rest) - indent, 1)
    found = [text for text, _ in flow([words(line.lstrip(" "))], room=room, paint=plain)] or [""]
    for text in found:
        yield (first + " " * indent + text).rstrip()
        first = rest


def wrap(text: str, *, multiline: bool) -> Iterator[str]:
    """Yield the lines of a text, wrapped between words."""
    for line in escape(text, multiline=multiline).expandtabs().split("\n"):
        yield from _fitted(line, "", "", room())


def talk(line: str) -> str:
    """Return a line for stderr, escaped, with its first word (error, hint, note) in colour."""
    word, space, rest = escape(line).partition(" ")
    tone = _TALK.get(word)
    return paint_for(sys.stderr)(word, tone) + space + rest if tone else word + space + rest
