"""Laying out a table for people: columns in line, wrapped to a width, endless cells cut. Prints nothing."""

import re
from collections.abc import Iterable, Iterator, Sequence
from itertools import zip_longest
from typing import Final

from chronology.commands.display import one_line, width_of

LONGEST_CELL: Final = 240
"""Terminal cells; what is longer is cut, for `chronology show` and `--json` give it whole."""

_GAP: Final = "  "
_NARROWEST: Final = 4
_LONGEST_WHOLE: Final = 20
"""Terminal cells; a longer piece of a name may be broken anywhere."""

# Lines break after the signs inside names too, as in source/voa-2018-05-14, but never inside a date.
_PIECE: Final = re.compile(r"\s+|(?:\.\.|[\[({#])*(?:\d{4}(?:-[\dX]{2}){1,2}|[^\W_]*)(?:_+|(?:(?!\.\.)[^\w\s\[({#])*)")


def lay_out(rows: Iterable[Sequence[str] | str], *, headings: Sequence[str], room: int | None = None) -> Iterator[str]:
    """Yield the lines of a table, the headings first.

    Args:
        rows: as many cells each as there are headings, or one text that stands above the rows that follow it.
        headings: of the columns.
        room: width to wrap to, in terminal cells; None for no limit.
    """
    cells = [_safe(row) for row in (headings, *rows)]
    columns = list(zip(*(row for row in cells if not isinstance(row, str)), strict=True))
    widths = [max(map(width_of, column)) for column in columns]
    if room is not None:
        widths = _shrunk(widths, list(map(_longest_piece, columns)), room - len(_GAP) * (len(widths) - 1))
    for row in cells:
        if isinstance(row, str):
            yield row
            continue
        wrapped = [_wrapped(cell, limit) for cell, limit in zip(row, widths, strict=True)]
        for parts in zip_longest(*wrapped, fillvalue=""):
            padded = (part + " " * (limit - width_of(part)) for part, limit in zip(parts, widths, strict=True))
            yield _GAP.join(padded).rstrip()


def _safe(row: Sequence[str] | str) -> list[str] | str:
    if isinstance(row, str):
        return one_line(row, LONGEST_CELL)
    return [one_line(cell, LONGEST_CELL) for cell in row]


def _longest_piece(column: Iterable[str]) -> int:
    indents = ((len(cell) - len(cell.lstrip()), cell) for cell in column)
    return max(indent + width_of(piece.strip()) for indent, cell in indents for piece in _PIECE.findall(cell))


def _shrunk(widths: list[int], longest: list[int], room: int) -> list[int]:
    """Take from the widest column, the last among equals, until all fit; break names only where nothing else helps."""
    widths = list(widths)
    for floors in ([min(piece, _LONGEST_WHOLE) for piece in longest], [_NARROWEST] * len(widths)):
        while sum(widths) > room:
            wide = [(width, index) for index, width in enumerate(widths) if width > floors[index]]
            if not wide:
                break
            widths[max(wide)[1]] -= 1
    return widths


def _wrapped(text: str, limit: int) -> list[str]:
    """Break a cell into lines; an indented one keeps its indent on each."""
    if width_of(text) <= limit:
        return [text]
    indent = " " * min(len(text) - len(text.lstrip(" ")), limit // 2)
    limit -= len(indent)
    lines = [""]
    for piece in _PIECE.findall(text.strip()):
        if lines[-1] and width_of(lines[-1]) + width_of(piece.rstrip()) > limit:
            lines.append("")
        rest = piece if lines[-1] else piece.lstrip()
        while width_of(rest) > limit:
            head = _fitting(rest, limit)
            lines[-1:] = [head, ""]
            rest = rest[len(head) :]
        lines[-1] += rest
    return [indent + line.rstrip() for line in lines if line.strip()]


def _fitting(text: str, limit: int) -> str:
    """Return the longest beginning of a text that fits, at least one character."""
    end = len(text)
    while end > 1 and width_of(text[:end]) > limit:
        end -= 1
    return text[:end]
