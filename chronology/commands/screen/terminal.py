"""What a person at a terminal sees: texts fitted to its width, words coloured by what they mean. Prints nothing."""

import re
import shutil
import sys
from collections.abc import Iterable, Iterator
from itertools import chain, islice
from typing import Final

from chronology.commands.screen import narrow_table, table
from chronology.commands.screen.display import escape, width_of
from chronology.commands.screen.style import paint_for
from chronology.commands.screen.table import Row, Shape, Tone, flow, plain, words

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
    return narrow_table.lay_out(rows, shape=shape, room=width, paint=paint)


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
