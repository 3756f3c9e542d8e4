"""Workbooks (XLSX), read-only and in bounded memory: a cell becomes the text that it shows, no more precise."""

import re
from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from pathlib import Path
from typing import Any, Final

from attrs import frozen

from chronology.errors import ChronologyError, ImportFileError, MissingPackageError
from chronology.importers.delimited import column_names
from chronology.importers.files import GZIP, LARGEST_RATIO, SMALL, archive_of, on_disk
from chronology.importers.rows import MOST_COLUMNS, BadRow, Reading, Row, Table, Tell

_LARGEST_SHEET: Final = 1_000_000_000
_LARGEST_PART: Final = 100_000_000
_TOLD_EVERY: Final = 500


@frozen(kw_only=True)
class Workbook:
    """The importer of workbooks."""

    name: str = "xlsx"
    title: str = "a sheet of a workbook (extra `xlsx`)"
    suffixes: tuple[str, ...] = (".xlsx", ".xlsm")

    def read(self, path: Path, reading: Reading) -> Table:
        """Open a workbook and return the rows of its first visible sheet, or of the one that is named.

        Raises:
            ImportFileError: it is no workbook, or one that unpacks to more than can be meant.
        """
        _check_archive(path)
        book = _opened(path)
        try:
            sheet = _sheet(book, reading.sheet, path)
            rows = _rows_of(sheet, path)
            number, first = next(((n, cells) for n, cells in rows if any(map(_is_filled, cells))), (0, []))
            if not number:
                raise ImportFileError(f"{path}: the sheet {sheet.title!r} is empty")
            header = [text for text, _ in map(shown_in, first)]
            while header and not header[-1]:
                header.pop()
            columns = column_names(header, path)
        except BaseException:
            book.close()
            raise
        remarks = [f"only the sheet {sheet.title!r} was read"] if len(book.sheetnames) > 1 else []
        last = sheet.max_row or 0
        return Table(columns, _rows(book, rows, columns, reading, last), remarks, unit="row")


XLSX: Final = Workbook()


def _check_archive(path: Path) -> None:
    """Refuse what unpacks to more than a workbook can be meant to hold."""
    with on_disk(path) as source:
        if source.raw.read(len(GZIP)) == GZIP:
            raise ImportFileError(f"{path} is packed by gzip", hint="unpack it first")
        with archive_of(source.raw, path, what="workbook", hint="save it as .xlsx") as archive:
            parts = archive.infolist()
    for part in parts:
        largest = _LARGEST_SHEET if part.filename.startswith("xl/worksheets/") else _LARGEST_PART
        ratio = part.file_size / max(1, part.compress_size)
        if part.file_size > largest or (part.file_size > SMALL and ratio > LARGEST_RATIO):
            raise ImportFileError(
                f"{path}: {part.filename} in it would unpack to {part.file_size:,} bytes, {ratio:,.0f} times its size",
                hint="files made to exhaust memory look like this; if this one is not, save the sheet as CSV",
            )


def _opened(path: Path) -> Any:
    try:
        # Imported here, because reading workbooks is an optional extra. Without the second one, hostile XML could
        # fill the memory; with it, openpyxl reads safely on its own.
        import defusedxml  # noqa: F401
        import openpyxl
    except ImportError as exc:
        raise MissingPackageError(f"reading {path.name}", str(exc.name), extra="xlsx") from exc
    try:
        return openpyxl.load_workbook(path, read_only=True, data_only=False, keep_links=False)
    except ChronologyError:
        raise
    except Exception as exc:
        # The library says what is wrong with a workbook by whatever exception comes first.
        raise _unreadable(path, exc) from exc


def _unreadable(path: Path, exc: Exception, *, after: int = 0) -> ImportFileError:
    """Return the error about a workbook that cannot be read, or not beyond a row."""
    cause = " ".join(str(exc).split())[:200]
    inner: BaseException | None = exc
    while inner is not None:
        if type(inner).__name__ in ("EntitiesForbidden", "DTDForbidden", "ExternalReferenceForbidden"):
            cause = "its XML defines entities, which no spreadsheet program writes"
        inner = inner.__cause__ or inner.__context__
    where = f", after row {after:,}" if after else ""
    return ImportFileError(
        f"{path}{where} cannot be read as a workbook: {cause or type(exc).__name__}",
        hint="save it again as .xlsx, or as CSV",
    )


def _sheet(book: Any, name: str | None, path: Path) -> Any:
    if name is not None:
        if name not in book.sheetnames:
            raise ImportFileError(
                f"{path} has no sheet {name!r}", hint=f"it has {', '.join(map(repr, book.sheetnames))}"
            )
        return book[name]
    for sheet in book.worksheets:
        if sheet.sheet_state == "visible":
            return sheet
    raise ImportFileError(f"{path} has no sheet that is visible")


def _rows_of(sheet: Any, path: Path) -> Iterator[tuple[int, tuple[Any, ...]]]:
    """Yield the number and the cells of each row, however large the sheet says that it is."""
    sheet.reset_dimensions()
    number = 0
    try:
        for number, cells in enumerate(sheet.iter_rows(), start=1):
            if len(cells) > MOST_COLUMNS and any(map(_is_filled, cells[MOST_COLUMNS:])):
                raise ImportFileError(
                    f"{path}, row {number:,}: there are {len(cells):,} columns, and the most that are read are "
                    f"{MOST_COLUMNS:,}",
                    hint="leave out the columns that nobody needs",
                )
            yield number, cells[:MOST_COLUMNS]
    except ChronologyError:
        raise
    except Exception as exc:
        raise _unreadable(path, exc, after=number) from exc


def _is_filled(cell: Any) -> bool:
    return cell.value is not None and cell.value != ""


def _rows(
    book: Any, rows: Iterator[tuple[int, tuple[Any, ...]]], columns: tuple[str, ...], reading: Reading, last: int
) -> Iterator[Row | BadRow]:
    tell: Tell | None = reading.tell
    width = len(columns)
    try:
        for number, cells in rows:
            if tell and number % _TOLD_EVERY == 0:
                tell(number, max(last, number))
            if not any(map(_is_filled, cells)):
                continue
            yield _row(number, cells, columns, width, reading.wanted)
    finally:
        book.close()


def _row(
    number: int, cells: tuple[Any, ...], columns: tuple[str, ...], width: int, wanted: frozenset[str] | None
) -> Row | BadRow:
    texts: dict[str, str] = dict.fromkeys(columns, "")
    fault: tuple[str, str] | None = None
    for column, cell in zip(columns, cells, strict=False):
        texts[column], reason = shown_in(cell)
        if reason and (wanted is None or column in wanted):
            fault = fault or (column, reason)
    if fault:
        return BadRow(number, *fault, texts)
    if any(map(_is_filled, cells[width:])):
        return BadRow(number, None, f"has more cells than the header, which has {width}", texts)
    return Row(number, texts)


def shown_in(cell: Any) -> tuple[str, str]:
    """Return the text that a cell shows, and why it cannot be used, empty if it can."""
    value = cell.value
    if value is None:
        return "", ""
    kind = cell.data_type
    if kind == "f":
        formula = value if isinstance(value, str) else "an array"
        return str(formula), f"is a formula ({str(formula)[:60]}): save the sheet with values only"
    if kind == "e":
        return str(value), f"shows the error {value}"
    if isinstance(value, bool):
        return str(value).upper(), ""
    if isinstance(value, float):
        return (str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)), ""
    if isinstance(value, date | datetime | time | timedelta):
        return dated(value, cell.number_format or "")
    return str(value).strip(), ""


_IGNORED: Final = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]|_.|\*.')
_PARTS: Final = re.compile(r"y+|m+|d+|h+|s+|am/pm|a/p")


def dated(value: date | time | timedelta, number_format: str) -> tuple[str, str]:
    """Return a date as precise as its format shows it: Mar-22 is 2022-03; and why it cannot be used, if it cannot.

    A time of 00:00 is one that nobody gave.
    """
    if isinstance(value, time | timedelta):
        return str(value), ""
    parts = _PARTS.findall(_IGNORED.sub("", number_format.split(";")[0]).lower())
    months = [place for place, part in enumerate(parts) if part[0] == "m" and not _is_minute(parts, place)]
    has_year, has_day = any(p[0] == "y" for p in parts), any(p[0] == "d" for p in parts)
    if not has_year and (months or has_day):
        return value.strftime("%d %B").lstrip("0"), f"shows no year (its format is {number_format})"
    if not has_year:
        return (value.strftime("%H:%M:%S") if isinstance(value, datetime) else str(value)), ""
    if not months:
        return f"{value.year:04d}", ""
    if not has_day:
        return f"{value.year:04d}-{value.month:02d}", ""
    day = f"{value.year:04d}-{value.month:02d}-{value.day:02d}"
    clock = value.time() if isinstance(value, datetime) else time()
    shows_time = any(part[0] == "h" for part in parts)
    return (f"{day} {clock.strftime('%H:%M:%S')}" if shows_time and clock != time() else day), ""


def _is_minute(parts: list[str], place: int) -> bool:
    before = parts[place - 1][0] if place else ""
    after = parts[place + 1][0] if place + 1 < len(parts) else ""
    return before == "h" or after == "s"
