"""Workbooks: a cell becomes the text that it shows, and nothing more precise."""

from datetime import date, datetime, time
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from chronology import Chronology
from chronology.errors import ImportFileError
from chronology.importers.rows import BadRow, Reading
from chronology.importers.spreadsheets import XLSX, dated
from tests.importers.sheets import COLUMNS, MAPPING, live, raid, take_file


def _workbook(path: Path, rows: list[list[Any]], formats: dict[str, str] | None = None) -> Path:
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    for row in rows:
        sheet.append(row)
    for cell, number_format in (formats or {}).items():
        sheet[cell].number_format = number_format
    book.save(path)
    return path


def _rows(path: Path, reading: Reading | None = None) -> list[Any]:
    return list(XLSX.read(path, reading or Reading()).rows)


@pytest.mark.parametrize(
    ("number_format", "shown"),
    [
        ("mmm-yy", "2022-03"),
        ("mmmm yyyy", "2022-03"),
        ("yyyy", "2022"),
        ("yyyy-mm-dd", "2022-03-01"),
        ("dd/mm/yyyy", "2022-03-01"),
        ("[$-409]d-mmm-yy;@", "2022-03-01"),
        ('dd" of "mmmm yyyy', "2022-03-01"),
        ("yyyy-mm-dd hh:mm", "2022-03-01"),
        ("mm-dd-yy", "2022-03-01"),
    ],
)
def test_a_date_is_as_precise_as_its_format(number_format: str, shown: str) -> None:
    """A cell shown as Mar-22 is a month, not 1 March; midnight is no time."""
    assert dated(datetime(2022, 3, 1), number_format) == (shown, "")
    assert dated(date(2022, 3, 1), number_format) == (shown, "")


def test_a_time_of_day_is_kept_where_it_is_shown() -> None:
    """M between h and s are minutes; a time that the format hides is not read."""
    moment = datetime(2022, 3, 1, 18, 30)
    assert dated(moment, "d/m/yyyy h:mm") == ("2022-03-01 18:30:00", "")
    assert dated(moment, "d/m/yyyy") == ("2022-03-01", "")
    assert dated(moment, "h:mm:ss") == ("18:30:00", "")
    assert dated(time(18, 30), "h:mm") == ("18:30:00", "")


def test_a_date_that_shows_no_year_is_refused() -> None:
    """The program filled in the year in which somebody typed; nobody saw it."""
    assert dated(datetime(2022, 3, 22), "d-mmm")[1] == "shows no year (its format is d-mmm)"


def test_cells_become_text(tmp_path: Path) -> None:
    """Numbers without a fraction have none, and empty cells are empty."""
    path = _workbook(tmp_path / "a.xlsx", [["n", "x", "t", "b", "e"], [3, 34.69, " Hajin ", True, None]])
    assert _rows(path)[0].cells == {"n": "3", "x": "34.69", "t": "Hajin", "b": "TRUE", "e": ""}


def test_a_formula_is_refused_where_it_matters(tmp_path: Path) -> None:
    """Its value was worked out by another program; a column that nobody reads may hold any."""
    path = _workbook(tmp_path / "a.xlsx", [["id", "n"], [1, "=1+1"]])
    [row] = _rows(path)
    assert isinstance(row, BadRow)
    assert row.message("row") == "row 2, column n: is a formula (=1+1): save the sheet with values only"
    [row] = _rows(path, Reading(wanted=frozenset({"id"})))
    assert row.cells["id"] == "1"


def test_an_error_in_a_cell_is_refused(tmp_path: Path) -> None:
    """#N/A is no value."""
    [row] = _rows(_workbook(tmp_path / "a.xlsx", [["id", "n"], [1, "#N/A"]]))
    assert row.reason == "shows the error #N/A"


def test_the_sheet_is_the_first_or_the_one_named(tmp_path: Path) -> None:
    """The others are mentioned; a name that does not exist is refused with those that do."""
    book = openpyxl.Workbook()
    assert book.active is not None
    book.active.append(["a"])
    other = book.create_sheet("Two")
    other.append(["b"])
    other.append(["x"])
    book.save(tmp_path / "a.xlsx")
    table = XLSX.read(tmp_path / "a.xlsx", Reading())
    assert (table.columns, table.remarks) == (("a",), ["only the sheet 'Sheet' was read"])
    list(table.rows)
    assert [row.cells for row in _rows(tmp_path / "a.xlsx", Reading(sheet="Two"))] == [{"b": "x"}]
    with pytest.raises(ImportFileError, match="has no sheet 'Three'"):
        XLSX.read(tmp_path / "a.xlsx", Reading(sheet="Three"))


def test_a_far_cell_needs_no_memory(tmp_path: Path) -> None:
    """A sheet may say that it has a million rows; more columns than are read are refused."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.append(["a", "b"])
    sheet.cell(100_000, 1, "far")
    book.save(tmp_path / "a.xlsx")
    assert [(row.line, row.cells["a"]) for row in _rows(tmp_path / "a.xlsx")] == [(100_000, "far")]
    sheet.cell(2, 10_000, "wide")
    book.save(tmp_path / "a.xlsx")
    with pytest.raises(ImportFileError, match="row 2: there are 10,000 columns"):
        _rows(tmp_path / "a.xlsx")


def test_what_is_no_workbook_is_refused(tmp_path: Path) -> None:
    """Text under that name, or half a file."""
    path = tmp_path / "a.xlsx"
    path.write_text("id,day\n")
    with pytest.raises(ImportFileError, match="is not a workbook"):
        XLSX.read(path, Reading())


def test_a_workbook_says_the_same_as_text(chron: Chronology, tmp_path: Path) -> None:
    """Saved as a workbook with real dates and numbers, a sheet brings the same events as its text."""
    rows = [raid(n) for n in range(3)]
    (tmp_path / "raids.csv").write_text(
        "\n".join(",".join(row) for row in (COLUMNS, *(r.values() for r in rows))), "utf-8"
    )
    take_file(chron, tmp_path / "raids.csv", MAPPING)
    said = live(chron)
    day = datetime(2018, 5, 1)
    cells = [[n, day, "SOHR", "2018-05-02", 3, 34.69, "Hajin"] for n in range(3)]
    formats = {f"B{row}": "dd mmmm yyyy" for row in (2, 3, 4)}
    book = _workbook(tmp_path / "raids.xlsx", [list(COLUMNS), *cells], formats)
    outcome = take_file(chron, book, MAPPING, form="xlsx", sync=True)
    assert outcome.counts == (0, 0, 3, 0, 0)
    assert live(chron) == said
