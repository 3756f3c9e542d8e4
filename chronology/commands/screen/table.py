"""Tables for people: their shape, and their rows laid out in columns. Prints nothing and knows nothing of terminals."""

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from enum import StrEnum
from itertools import groupby, zip_longest
from typing import Final, NamedTuple, Self

from attrs import frozen

from chronology.commands.screen.display import one_line, width_of

LONGEST_CELL: Final = 240
"""Terminal cells; longer texts are cut, because `chronology show` and `--json` give the whole text."""

_GAP: Final = "  "
_NARROWEST_TEXT: Final = 20
"""Terminal cells; in fewer, a text of several words becomes a sliver."""

# Only a plain space separates words: a no-break space is there to keep them together.
_WORD: Final = re.compile("( *)([^ ]+)")


class Tone(StrEnum):
    """What some words mean; a terminal may show it in a colour."""

    HEADING = "heading"
    POSSIBLE = "possible"
    CONTESTED = "contested"
    ERROR = "error"
    HINT = "hint"
    NOTE = "note"


Paint = Callable[[str, Tone], str]
"""Returns text in the colour of a tone."""


def plain(text: str, _: Tone) -> str:
    """Return text unchanged: the paint without colours."""
    return text


class Marked(str):
    """A cell that begins with words that have a tone: words of this program, never of an event."""

    __slots__ = ("length", "tone")
    tone: Tone
    length: int

    def __new__(cls, text: str, *, tone: Tone, length: int | None = None) -> Self:
        """Mark the first `length` characters of a text, or all if no length is given."""
        made = super().__new__(cls, text)
        made.tone = tone
        made.length = len(text) if length is None else length
        return made


Row = Sequence[str] | str
"""As many cells as there are headings, or one text as a heading of the rows that follow."""


@frozen(kw_only=True)
class Shape:
    """What a table looks like.

    Attributes:
        headings: of the columns.
        stack: the lines into which a row is stacked if the terminal is too narrow for columns. A heading in braces
            stands for its cell, two spaces separate the pieces of a line, and spaces in front indent it; pieces and
            lines whose cells are empty are left out.
        beneath: the same for a row that continues the one above it: its first cell is empty.
    """

    headings: tuple[str, ...]
    stack: tuple[str, ...]
    beneath: tuple[str, ...] = ()


class Word(NamedTuple):
    """A piece of text that is never broken, and the spaces in front of it."""

    gap: str
    text: str
    tone: Tone | None


def lay_out(
    rows: Iterable[Row], *, headings: Sequence[str], room: int | None = None, paint: Paint = plain
) -> Iterator[str]:
    """Yield the lines of a table, the headings first.

    Args:
        rows: of the table.
        headings: of the columns.
        room: width to wrap to, in terminal cells; None for no limit. Requires room >= narrowest(rows, headings).
        paint: colours headings and marked words.
    """
    cells = [safe(row) for row in (headings, *rows)]
    columns = list(zip(*(row for row in cells if not isinstance(row, str)), strict=True))
    widths = [max(map(width_of, column)) for column in columns]
    if room is not None:
        widths = _shrunk(widths, list(map(_floor, columns)), room - len(_GAP) * (len(widths) - 1))
    for number, row in enumerate(cells):
        if isinstance(row, str):
            yield row
            continue
        wrapped = [_wrapped(cell, limit, paint) for cell, limit in zip(row, widths, strict=True)]
        for parts in zip_longest(*wrapped, fillvalue=("", 0)):
            padded = (text + " " * (limit - used) for (text, used), limit in zip(parts, widths, strict=True))
            line = _GAP.join(padded).rstrip()
            yield paint(line, Tone.HEADING) if number == 0 else line


def narrowest(rows: Iterable[Row], *, headings: Sequence[str]) -> int:
    """Return the width, in terminal cells, below which a table would break words or squeeze texts into slivers."""
    cells = [safe(row) for row in (headings, *rows)]
    columns = zip(*(row for row in cells if not isinstance(row, str)), strict=True)
    return sum(map(_floor, columns)) + len(_GAP) * (len(headings) - 1)


def safe(row: Row) -> Row:
    """Return a row with its texts escaped and cut to a limit; marks are kept."""
    return _safe_cell(row) if isinstance(row, str) else list(map(_safe_cell, row))


def _safe_cell(cell: str) -> str:
    shown = one_line(cell, LONGEST_CELL)
    return Marked(shown, tone=cell.tone, length=cell.length) if isinstance(cell, Marked) else shown


def words(text: str, marks: Sequence[tuple[int, int, Tone]] = ()) -> list[Word]:
    """Return the words of a text; a word that overlaps a mark (start, end, tone) has its tone."""

    def tone_of(first: int, last: int) -> Tone | None:
        return next((tone for start, end, tone in marks if first < end and start < last), None)

    return [Word(found[1], found[2], tone_of(*found.span(2))) for found in _WORD.finditer(text)]


def flow(
    parts: Iterable[Sequence[Word]], *, room: int, indent: str = "", hanging: str = "", paint: Paint
) -> Iterator[tuple[str, int]]:
    """Yield lines of words, each with its width in terminal cells.

    A part begins a new line if it does not fit into the current one but fits into a whole one. ASCII text without
    spaces is never broken, because it may be a name, a date or an id that somebody copies; a terminal wraps it without
    a break. Other text may be broken anywhere, because some scripts are written without spaces.

    Args:
        parts: words that belong together; two spaces separate parts.
        room: width to wrap to.
        indent: spaces before the first line.
        hanging: spaces before every other line.
        paint: colours the words that have a tone.
    """
    start, line, used = indent, list[Word](), len(indent)
    limit = room - len(hanging)
    for part in parts:
        pieces = [piece for word in part for piece in _pieces(word, limit)]
        whole = sum(len(piece.gap) + width_of(piece.text) for piece in pieces)
        for number, (gap, text, tone) in enumerate(pieces):
            gap = (gap if number else _GAP) if line else ""
            wanted = whole if number == 0 and whole <= limit else width_of(text)
            if line and used + len(gap) + wanted > room:
                yield start + _painted(line, paint), used
                start, line, used, gap = hanging, [], len(hanging), ""
            line.append(Word(gap, text, tone))
            used += len(gap) + width_of(text)
    if line:
        yield start + _painted(line, paint), used


def _pieces(word: Word, limit: int) -> Iterator[Word]:
    if word.text.isascii() or width_of(word.text) <= limit:
        yield word
        return
    gap, piece = word.gap, ""
    for char in word.text:
        if piece and width_of(char):
            yield Word(gap, piece, word.tone)
            gap, piece = "", ""
        piece += char
    yield Word(gap, piece, word.tone)


def _painted(line: Iterable[Word], paint: Paint) -> str:
    shown = ""
    for tone, run in groupby(line, lambda word: word.tone):
        text = "".join(word.gap + word.text for word in run)
        bare = text.lstrip(" ")
        shown += text if tone is None else text[: len(text) - len(bare)] + paint(bare, tone)
    return shown


def _floor(column: Iterable[str]) -> int:
    """Return the least width of a column: that of its longest word, and what a text of several words needs."""
    return max(min(width_of(cell), max(_NARROWEST_TEXT, _longest_word(cell))) for cell in column)


def _longest_word(cell: str) -> int:
    indent = len(cell) - len(cell.lstrip(" "))
    return indent + max((width_of(word.text) for word in words(cell)), default=0)


def _shrunk(widths: list[int], floors: list[int], room: int) -> list[int]:
    """Narrow the widest column, the last among equals, until all fit or none can be narrower."""
    widths = list(widths)
    while sum(widths) > room:
        wide = [(width, index) for index, width in enumerate(widths) if width > floors[index]]
        if not wide:
            break
        widths[max(wide)[1]] -= 1
    return widths


def _wrapped(cell: str, limit: int, paint: Paint) -> list[tuple[str, int]]:
    """Break a cell into lines with their widths; an indented one keeps its indent on each."""
    marks = [(0, cell.length, cell.tone)] if isinstance(cell, Marked) and paint is not plain else []
    if width_of(cell) <= limit and not marks:
        return [(cell, width_of(cell))]
    indent = " " * (len(cell) - len(cell.lstrip(" ")))
    return list(flow([words(cell, marks)], room=limit, indent=indent, hanging=indent, paint=paint))
