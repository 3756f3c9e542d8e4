"""The export format `xlsx`: a workbook in which every cell is text, so that nothing is a formula or another date."""

import re
from collections.abc import Iterable, Sequence
from typing import Any, BinaryIO, Final

from chronology.errors import ChronologyError, MissingPackageError
from chronology.exporters import rows
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.rows import Rows, is_formula
from chronology.store.reader import Reader

MOST_ROWS: Final = 1_048_576
"""Rows of a sheet, its headings included."""

LONGEST: Final = 32_767
"""Characters of a cell."""

_WIDTH: Final = 16
_WIDTHS: Final = {"position": 9, "id": 12, "what": 50, "valid_in_words": 30, "subject": 30, "data": 30, "quote": 40}
"""Of columns, in characters."""

_NUMBERS: Final = frozenset({"position", "type_version"})

_CUT: Final = " ... (cut: a cell holds no more)"

# What XML cannot carry, and what Excel would read as the code of another character.
_FOREIGN: Final = re.compile("[\x00-\x08\x0b-\x1f\ud800-\udfff\ufffe\uffff]|_(?=x[0-9A-Fa-f]{4}_)")


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    try:
        from openpyxl import Workbook
    except ImportError as exc:
        raise MissingPackageError("the format xlsx", "openpyxl", extra="xlsx") from exc
    # Rows go to a temporary file, so memory does not grow with them.
    book = Workbook(write_only=True)
    try:
        cut = _fill(book, reader, selection)
    except BaseException:
        for sheet in book.worksheets:
            sheet.close()
        raise
    book.save(stream)
    return [f"{cut:,} cells were cut at {LONGEST:,} characters"] if cut else []


def _fill(book: Any, reader: Reader, selection: Selection) -> int:
    """Write the sheets, and return how many cells were cut."""
    from openpyxl.utils import get_column_letter

    table = Rows(reader, selection)
    events = book.create_sheet("Events")
    events.freeze_panes = "A2"
    for number, column in enumerate(table.columns, start=1):
        events.column_dimensions[get_column_letter(number)].width = _WIDTHS.get(column, _WIDTH)
    events.append(_cells(events, table.columns))
    count = cut = 0
    for row in table:
        count += 1
        if count >= MOST_ROWS:
            raise ChronologyError(f"a sheet has no more than {MOST_ROWS:,} rows", hint="filter by --since and --until")
        cut += sum(len(cell) > LONGEST for cell in row.values())
        events.append(_cells(events, [int(row[c]) if c in _NUMBERS else row[c] for c in table.columns]))
    about = book.create_sheet("About")
    for fact in _about(reader, selection, count):
        about.append(_cells(about, fact))
    return cut


def _about(reader: Reader, selection: Selection, count: int) -> Iterable[tuple[str, str | int]]:
    yield "log", f"chronology/{reader.event(1).id}"
    yield "head", reader.head()
    yield "events", count
    yield "selected", selection.in_words() or "all events with a valid time"


def _cells(sheet: Any, values: Iterable[str | int]) -> list[Any]:
    from openpyxl.cell import WriteOnlyCell

    cells = []
    for value in values:
        cell = WriteOnlyCell(sheet)
        if isinstance(value, int):
            cell.value = value
        elif value:
            text = safe(value)
            cell.value = text
            # Whatever it looks like, it is text: no formula, no error, no number.
            cell.data_type = "s"
            cell.quotePrefix = is_formula(text)
        cells.append(cell)
    return cells


def safe(text: str) -> str:
    """Return a text as a cell can hold it: no longer than it may be, and without what XML or Excel reads otherwise."""
    coded = _FOREIGN.sub(_coded, text)
    return coded if len(coded) <= LONGEST else coded[: LONGEST - len(_CUT)] + _CUT


def _coded(match: re.Match[str]) -> str:
    return "_x005F_" if match[0] == "_" else f"\\u{ord(match[0]):04x}"


XLSX = Exporter(
    name="xlsx",
    title="a workbook for Excel and LibreOffice, every cell text: no formula, no date turned into another",
    suffix=".xlsx",
    loses=(
        f"The rest of texts longer than {LONGEST:,} characters; characters that XML cannot carry are shown as escapes.",
        *rows.LOSES,
    ),
    write=_write,
    is_binary=True,
)
