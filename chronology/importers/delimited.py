"""Delimited text: CSV and TSV, every cell as text. Separator and encoding are found out; lines are bounded.

The reader of records (`csv`) tells that a quotation mark is wrong, but not which one, and stops in the midst of a line.
What is wrong is found out by `marks_of`, for such records only.
"""

import csv
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Final, NamedTuple

from attrs import frozen

from chronology.errors import ImportFileError
from chronology.importers.files import Input, check_no_page, encoding_of, lines, opened, too_long
from chronology.importers.rows import LONGEST_LINE, MOST_COLUMNS, BadRow, Reading, Row, Table, Tell

_MARK: Final = '"'
_SEPARATORS: Final = (",", ";", "\t", "|")
_SAMPLED: Final = 100


@frozen(kw_only=True)
class Delimited:
    """The importer of delimited text."""

    name: str
    title: str
    suffixes: tuple[str, ...]
    separator: str | None = None

    def read(self, path: Path, reading: Reading) -> Table:
        """Open a file and return its rows; the first line with text names the columns, unless `reading` does.

        Raises:
            ImportFileError: it is no text, or no table.
        """
        check_no_page(path)
        remarks = []
        encoding = reading.encoding
        if encoding is None:
            written_in = encoding_of(path)
            encoding = written_in.name
            if written_in.is_likely:
                remarks.append(f"{path.name} is not UTF-8; read as {encoding}, which fits best")
        separator = reading.separator or self.separator or _separator(path, encoding)
        records = _records(path, encoding, separator, reading.tell)
        header = reading.header
        if header is None:
            first = next((record for record in records if any(record.cells)), None)
            if first is None:
                raise ImportFileError(f"{path} has no line of text", hint="is this the right file?")
            if first.fault:
                fault = _fault_text(first.line, first.fault)
                raise ImportFileError(f"{path}, line {first.line:,}: the name of column {first.fault.cell + 1} {fault}")
            header = first.cells
        columns = column_names(header, path)
        return Table(columns, _rows(records, columns), remarks)


CSV: Final = Delimited(
    name="csv",
    title="text with a line a row; commas, semicolons, tabs or bars between cells",
    suffixes=(".csv", ".txt"),
)
TSV: Final = Delimited(name="tsv", title="text with tabs between cells", suffixes=(".tsv", ".tab"), separator="\t")


def column_names(header: Sequence[str], path: Path) -> tuple[str, ...]:
    """Return the names of columns, with one for each that has none.

    Raises:
        ImportFileError: there are too many, or two are the same.
    """
    if len(header) > MOST_COLUMNS:
        raise ImportFileError(
            f"{path} has {len(header):,} columns, and the most that are read are {MOST_COLUMNS:,}",
            hint="is the separator right? leave out the columns that nobody needs",
        )
    columns = tuple(" ".join(name.split()) or f"column_{place}" for place, name in enumerate(header, start=1))
    twice = [name for name, count in Counter(columns).items() if count > 1]
    if twice:
        raise ImportFileError(
            f"{path}: {len(twice)} column names appear twice: {', '.join(map(repr, twice[:5]))}",
            hint="give each column a different name in the first line",
        )
    return columns


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


class _Record(NamedTuple):
    """The cells of one or more lines.

    Attributes:
        line: the first one.
        cells: without white space around them.
        is_unended: whether the text ends without a line break after it.
        fault: text that follows a closing quotation mark.
    """

    line: int
    cells: list[str]
    is_unended: bool
    fault: Spot | None = None


def _rows(records: Iterable[_Record], columns: tuple[str, ...]) -> Iterator[Row | BadRow]:
    width = len(columns)
    for line, cells, is_unended, fault in records:
        if fault:
            column = columns[fault.cell] if fault.cell < width else None
            yield BadRow(line, column, _fault_text(line, fault), dict(zip(columns, cells, strict=False)), is_torn=True)
        elif len(cells) == width:
            yield Row(line, dict(zip(columns, cells, strict=True)), is_unended)
        elif cells:
            # An empty line is no row.
            reason = f"has {len(cells)} cell{'s' * (len(cells) != 1)}, and the header has {width}"
            is_cut = is_unended and len(cells) < width and any(cells)
            if is_cut:
                reason += "; the file ends here without a line break, so it may be cut off"
            yield BadRow(line, None, reason, dict(zip(columns, cells, strict=False)), is_torn=True, is_cut=is_cut)


def _fault_text(line: int, fault: Spot) -> str:
    """Return what is wrong with the quotation marks of a record that begins at a line."""
    where = f" on line {line + fault.line:,}" if fault.line else ""
    text = _brief(fault.text)
    return f"goes on after its closing quotation mark, with {text}{where}; a mark inside a cell is written twice"


def _brief(text: str) -> str:
    return repr(text if len(text) <= 40 else text[:37] + "...")


def _records(path: Path, encoding: str, separator: str, tell: Tell | None) -> Iterator[_Record]:
    """Yield the records of a file.

    Raises:
        ImportFileError: a quotation mark is left open, or a record is longer than any row.
    """
    with opened(path) as source:
        bounded = _Bounded(source, encoding, tell)
        reader = csv.reader(bounded, delimiter=separator, strict=True)
        while True:
            line = bounded.begin()
            fault = None
            try:
                cells = next(reader, None)
            except csv.Error as exc:
                cells, fault = _read_again(bounded, separator, path, exc)
            if cells is None:
                return
            yield _Record(line, [cell.strip() for cell in cells], bounded.is_unended(), fault)


def _read_again(bounded: "_Bounded", separator: str, path: Path, exc: csv.Error) -> tuple[list[str], Spot | None]:
    """Return the cells of a record that the strict reader refused, and the text that is one too many in it.

    The strict reader stops in the middle of a line, and would begin anew with the next one, which may be the rest of a
    cell.

    Raises:
        ImportFileError: a quotation mark is left open, or a cell is too long.
    """
    first = bounded.first
    try:
        if "field larger" in str(exc):
            raise exc
        cells = next(csv.reader(chain(tuple(bounded.kept), bounded), delimiter=separator, strict=False))
    except csv.Error as again:
        left_open = marks_of(bounded.kept, separator).left_open
        line = first + left_open.line if left_open else first
        fault_text = "a cell is longer than 131,072 characters" if "field larger" in str(again) else str(again)
        raise ImportFileError(f"{path}, line {line:,}: {fault_text}", hint="is a quotation mark left open?") from again
    left_open, fault = marks_of(bounded.kept, separator)
    if left_open:
        raise ImportFileError(
            f"{path}, line {first + left_open.line:,}: the quotation mark before {_brief(left_open.text)} is never "
            "closed, so the rest of the file would be one cell",
            hint="close it, or write it twice and the cell between two more; if the file is cut off, fetch it again",
        ) from exc
    return cells, fault


class _Bounded:
    """Lines for the reader of records, which would put one record together from any number of them."""

    def __init__(self, source: Input, encoding: str, tell: Tell | None) -> None:
        self._lines = lines(source, encoding, tell)
        self._length = 0
        self.first = 1
        self.kept: list[str] = []

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self.kept.append(line)
        self._length += len(line)
        if self._length > LONGEST_LINE:
            raise too_long(self.first + len(self.kept) - 1)
        # The reader of records takes a line of nothing but an old end, "\r", for an error.
        return line

    def begin(self) -> int:
        """Forget the lines of the last record, and return the number of the next line."""
        self.first += len(self.kept)
        self.kept.clear()
        self._length = 0
        return self.first

    def is_unended(self) -> bool:
        """Tell whether the last line has no end."""
        return self.kept[-1][-1] not in "\r\n"


def _separator(path: Path, encoding: str) -> str:
    """Return the separator with which the first records have the most cells, the same number in nearly each."""
    with opened(path) as source:
        sample = list(islice(lines(source, encoding, None), _SAMPLED))
    best, chosen = (0.0, 0), ","
    for separator in _SEPARATORS:
        widths: Counter[int] = Counter()
        try:
            for cells in csv.reader(sample, delimiter=separator):
                widths[len(cells)] += 1
        except csv.Error:
            continue
        if not widths:
            continue
        width, count = widths.most_common(1)[0]
        rank = (count / widths.total(), width)
        if width > 1 and rank > best:
            best, chosen = rank, separator
    return chosen


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
    while (mark := text.find(_MARK, place)) >= 0:
        if not text.startswith(_MARK, mark + 1):
            return mark + 1
        place = mark + 2
    return 0


def _line(lines: Sequence[str], place: int) -> int:
    """Return which line a place in the joined lines is on."""
    for number, line in enumerate(lines):
        place -= len(line)
        if place < 0:
            return number
    return max(0, len(lines) - 1)
