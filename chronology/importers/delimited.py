"""Delimited text: CSV and TSV, every cell as text. Separator and encoding are found out; lines are bounded."""

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from pathlib import Path
from typing import Final

from attrs import frozen

from chronology.errors import ImportFileError
from chronology.importers.encodings import encoding_of
from chronology.importers.files import Input, lines, opened, too_long
from chronology.importers.rows import LONGEST_LINE, MOST_COLUMNS, BadRow, Reading, Row, Table, Tell

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
        remarks = []
        encoding = reading.encoding
        if encoding is None:
            found = encoding_of(path)
            encoding = found.name
            if found.is_likely:
                remarks.append(f"{path.name} is not UTF-8; read as {encoding}, which fits best")
        separator = reading.separator or self.separator or _separator(path, encoding)
        records = _records(path, encoding, separator, reading.tell)
        header = reading.header
        if header is None:
            header = next((cells for _, cells in records if any(cells)), None)
            if header is None:
                raise ImportFileError(f"{path} has no line of text", hint="is this the right file?")
        columns = named(header, path)
        return Table(columns, _rows(records, columns), remarks)


CSV: Final = Delimited(
    name="csv",
    title="text with a line a row; commas, semicolons, tabs or bars between cells",
    suffixes=(".csv", ".txt"),
)
TSV: Final = Delimited(name="tsv", title="text with tabs between cells", suffixes=(".tsv", ".tab"), separator="\t")


def named(header: Sequence[str], path: Path) -> tuple[str, ...]:
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
            f"{path}: {len(twice)} names of columns stand twice: {', '.join(map(repr, twice[:5]))}",
            hint="give each column a name of its own in the first line",
        )
    return columns


def _rows(records: Iterable[tuple[int, list[str]]], columns: tuple[str, ...]) -> Iterator[Row | BadRow]:
    width = len(columns)
    for line, cells in records:
        if len(cells) == width:
            yield Row(line, dict(zip(columns, cells, strict=True)))
        elif cells:
            # An empty line is no row.
            reason = f"has {len(cells)} cells, and the header has {width}"
            yield BadRow(line, None, reason, dict(zip(columns, cells, strict=False)))


def _records(path: Path, encoding: str, separator: str, tell: Tell | None) -> Iterator[tuple[int, list[str]]]:
    """Yield the number of the first line of each record, and its cells without white space around them."""
    with opened(path) as source:
        bounded = _Bounded(source, encoding, tell)
        reader = csv.reader(bounded, delimiter=separator, strict=False)
        line = 1
        try:
            for cells in reader:
                yield line, [cell.strip() for cell in cells]
                line = reader.line_num + 1
                bounded.length = 0
        except csv.Error as exc:
            raise ImportFileError(f"line {line:,}: {_plain(exc)}", hint="is a quotation mark left open?") from exc


class _Bounded:
    """Lines for the reader of records, which would put one record together from any number of them."""

    def __init__(self, source: Input, encoding: str, tell: Tell | None) -> None:
        self._lines = lines(source, encoding, tell)
        self._number = 0
        self.length = 0

    def __iter__(self) -> Iterator[str]:
        return self

    def __next__(self) -> str:
        line = next(self._lines)
        self._number += 1
        self.length += len(line)
        if self.length > LONGEST_LINE:
            raise too_long(self._number)
        # The reader of records takes a line of nothing but an old end, "\r", for an error.
        return line


def _plain(exc: csv.Error) -> str:
    if "field larger" in str(exc):
        return "a cell is longer than 131,072 characters"
    return str(exc)


def _separator(path: Path, encoding: str) -> str:
    """Return the separator with which the first records have the most cells, the same number in nearly each."""
    with opened(path) as source:
        sample = list(islice(lines(source, encoding, None), _SAMPLED))
    best, found = (0.0, 0), ","
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
            best, found = rank, separator
    return found
