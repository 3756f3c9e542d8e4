"""Tables for people on a narrow terminal: each row takes a few lines, as the table's shape says. Prints nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from typing import Final, NamedTuple

from chronology.commands.screen.table import Marked, Paint, Row, Shape, Tone, Word, flow, safe, words

_HANGING: Final = "  "
_FIELD: Final = re.compile(r"\{([^}]+)\}")


class _Line(NamedTuple):
    """A line of a shape: its indent, and its parts, in which texts and column numbers alternate."""

    indent: str
    parts: tuple[tuple[str | int, ...], ...]


def lay_out(rows: Iterable[Row], *, shape: Shape, room: int, paint: Paint) -> Iterator[str]:
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
