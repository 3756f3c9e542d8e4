"""Quotation marks of delimited text: which one is left open, and what follows one that is closed. Pure."""

import re
from collections.abc import Sequence
from typing import Final, NamedTuple

_MARK: Final = '"'


class Spot(NamedTuple):
    """A place in a record.

    Attributes:
        line: of the record's lines, from 0.
        cell: of the record's cells, from 0.
        text: what stands there.
    """

    line: int
    cell: int
    text: str


class Marks(NamedTuple):
    """What is wrong with the quotation marks of a record.

    Attributes:
        left_open: the mark whose cell does not end, and the text after it on its line.
        after: the first text that follows a closing mark, up to the end of its cell.
    """

    left_open: Spot | None
    after: Spot | None


def marks_of(lines: Sequence[str], separator: str) -> Marks:
    """Return what is wrong with the quotation marks of one record.

    Reads them as the reader of records does: a mark opens a cell only at its beginning, two inside are one, and what
    follows the closing one belongs to the cell unchanged. White space there says nothing and is no fault.

    Args:
        lines: of the record, each with its end; the last record of a text may lack some.
        separator: between cells.
    """
    text = "".join(lines)
    ends = re.compile(f"[{re.escape(separator)}\r\n]")
    place = cell = 0
    after: Spot | None = None
    while True:
        start = place
        if text.startswith(_MARK, place):
            place = _closed(text, place + 1)
            if not place:
                number = _line(lines, start)
                rest = text[start + 1 : sum(map(len, lines[: number + 1]))]
                return Marks(Spot(number, cell, rest.rstrip()), after)
        end = ends.search(text, place)
        rest = text[place : end.start() if end else None]
        if place > start and rest.strip() and after is None:
            after = Spot(_line(lines, place), cell, rest.rstrip())
        if end is None or end[0] != separator:
            return Marks(None, after)
        cell += 1
        place = end.end()


def _closed(text: str, place: int) -> int:
    """Return the place after the mark that closes a cell, 0 if there is none."""
    while (found := text.find(_MARK, place)) >= 0:
        if not text.startswith(_MARK, found + 1):
            return found + 1
        place = found + 2
    return 0


def _line(lines: Sequence[str], place: int) -> int:
    """Return which line a place in the joined lines is on."""
    for number, line in enumerate(lines):
        place -= len(line)
        if place < 0:
            return number
    return max(0, len(lines) - 1)
