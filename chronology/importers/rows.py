"""Rows of a file as importers give them: cells as text, by the name of their column. Pure."""

import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Final, NamedTuple, Protocol, runtime_checkable

from attrs import Factory, define, field, frozen

Cell = str | tuple[str, ...]
"""A text, or the texts of a list: of several, a column holds each at the same place."""

Tell = Callable[[int, int], None]
"""Called with how much of the file has been read, of how much, in bytes."""

MOST_COLUMNS: Final = 1_000
LONGEST_LINE: Final = 1_000_000
"""The most characters of a line, or bytes of a record: more than any event could hold."""


class Row(NamedTuple):
    """A row that could be read: the line or number at which it begins, and its cells by column.

    Attributes:
        is_unended: whether the text ends right after it, without a line break, as one does that was cut off.
    """

    line: int
    cells: Mapping[str, Cell]
    is_unended: bool = False


class BadRow(NamedTuple):
    """A row that cannot be imported: where, why, and as much of it as could be read.

    Attributes:
        is_torn: whether nobody can tell where its cells end, so that it may hold another key, or other rows.
        is_cut: whether the text ends within it.
    """

    line: int
    column: str | None
    reason: str
    cells: Mapping[str, Cell] = {}
    is_torn: bool = False
    is_cut: bool = False

    def message(self, unit: str = "line") -> str:
        """Return what is wrong, and where."""
        column = f", column {self.column}" if self.column else ""
        return f"{unit} {self.line:,}{column}: {self.reason}"


@frozen(kw_only=True)
class Reading:
    """How a file is to be read, where the file does not say it itself.

    Attributes:
        encoding: of its text; found out if not given.
        separator: between cells; found out if not given.
        header: names of the columns, for a file whose first line is a row already.
        sheet: of a workbook; the first one if not given.
        wanted: columns that are looked at; what is wrong with cells of others does not matter. All if not given.
        tell: called with how far reading has got.
    """

    encoding: str | None = None
    separator: str | None = None
    header: Sequence[str] | None = None
    sheet: str | None = None
    wanted: frozenset[str] | None = None
    tell: Tell | None = None


@define
class Table:
    """An open file: the names of its columns, and its rows as a stream.

    Attributes:
        columns: in the order of the file; for files whose rows have columns of their own, those of the first rows.
        rows: read once, while the file is open.
        remarks: what a person should know about how it is read.
        is_open: whether rows may have columns that `columns` does not name.
        unit: what the numbers of rows count: lines, rows of a sheet, or objects.
    """

    columns: tuple[str, ...]
    rows: Iterator[Row | BadRow]
    remarks: list[str] = Factory(list)
    is_open: bool = field(default=False, kw_only=True)
    unit: str = field(default="line", kw_only=True)


@runtime_checkable
class Importer(Protocol):
    """Reads the rows of one format. Others add theirs by an entry point in the group `chronology.importers`.

    An importer of a format whose columns always mean the same may also have `mapping`: the text of a mapping (TOML).
    """

    @property
    def name(self) -> str:
        """What `--as` calls it."""

    @property
    def title(self) -> str:
        """What it reads, in a few words."""

    @property
    def suffixes(self) -> Sequence[str]:
        """How the names of such files end, as in `.csv`."""

    def read(self, path: Path, reading: Reading) -> Table:
        """Open a file and return its rows.

        Raises:
            ImportFileError: it cannot be read as this format.
        """


def plain_text(text: str) -> str:
    """Return a text without what no reader sees: its Unicode form, and kinds of white space."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def shown(cell: Cell) -> str:
    """Return a cell as one text."""
    return cell if isinstance(cell, str) else "; ".join(cell)
