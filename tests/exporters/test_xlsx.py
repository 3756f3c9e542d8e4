"""Tests of the workbook: every cell is text, to the letter as far as a cell can hold it."""

import csv
import io
import re
import zipfile
from typing import Any

import openpyxl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl.utils.escape import unescape

from chronology import Chronology
from chronology.errors import ChronologyError
from chronology.exporters import xlsx
from chronology.exporters.rows import is_formula
from tests.exporters.exported import export, noted, said, sample

__all__ = ["sample"]


def cells(data: bytes) -> list[list[Any]]:
    """Return the cells of the events, the headings first."""
    return [list(row) for row in openpyxl.load_workbook(io.BytesIO(data))["Events"].iter_rows()]


def test_the_sheet_has_the_cells_of_the_csv(sample: Chronology) -> None:
    """The same rows and columns; what XML cannot carry is shown as an escape."""
    wanted = list(csv.reader(io.StringIO(export("csv", sample).decode(), newline="")))
    found = [["" if cell.value is None else str(cell.value) for cell in row] for row in cells(export("xlsx", sample))]
    assert [[unescape(text) for text in row] for row in found] == [
        [text.replace("\ufffe", "\\ufffe") for text in row] for row in wanted
    ]


def test_no_cell_is_a_formula_or_a_date(sample: Chronology) -> None:
    """Texts are texts whatever they look like; one that looks like a formula stays text where somebody edits it."""
    for row in cells(export("xlsx", sample)):
        for cell in row:
            assert cell.data_type == ("n" if cell.value is None or isinstance(cell.value, int) else "s")
            assert not cell.is_date
            if isinstance(cell.value, str) and is_formula(cell.value):
                assert cell.quotePrefix
    with zipfile.ZipFile(io.BytesIO(export("xlsx", sample))) as book:
        sheets = [book.read(name) for name in book.namelist() if "sheet" in name]
    assert not any(b"<f>" in sheet for sheet in sheets)


@given(st.text(max_size=20) | st.text(st.sampled_from("_x004F\ufffe\x00"), max_size=12))
def test_any_text_comes_back(text: str) -> None:
    """As Excel decodes it, with escapes only for what XML cannot carry."""
    shown = unescape(xlsx.safe(text).replace("_x005F_", "\x01")).replace("\x01", "_")
    if all(char in "\t\n" or (char >= " " and char not in "\ufffe\uffff") for char in text):
        assert shown == text
    assert not re.search("[\x00-\x08\x0b-\x1f\ufffe\uffff]", xlsx.safe(text))


def test_a_text_too_long_for_a_cell_is_cut_and_counted(chron: Chronology) -> None:
    """The file opens, and says what is missing."""
    chron.append(said("operation.ended", "operation/x", "2018", quote="x" * 40_000))
    data, notes = noted("xlsx", chron)
    assert notes == ["1 cells were cut at 32,767 characters"]
    assert max(len(str(cell.value)) for row in cells(data) for cell in row) == xlsx.LONGEST


def test_more_rows_than_a_sheet_has_are_refused(chron: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """Rather than lost."""
    monkeypatch.setattr(xlsx, "MOST_ROWS", 2)
    chron.append(said("operation.ended", "operation/x", "2018"))
    assert len(cells(export("xlsx", chron))) == 2
    chron.append(said("operation.ended", "operation/y", "2018"))
    with pytest.raises(ChronologyError, match="no more than 2 rows"):
        export("xlsx", chron)


def test_the_book_says_what_it_shows(sample: Chronology) -> None:
    """Which log, up to where, and which filters."""
    book = openpyxl.load_workbook(io.BytesIO(export("xlsx", sample, kind="person", restrictions={"min_grade": "B3"})))
    about = {row[0].value: row[1].value for row in book["About"].iter_rows()}
    assert about == {
        "log": f"chronology/{sample.event(1).id}",
        "head": sample.head(),
        "events": 1,
        "selected": "of kind person; graded at least B3",
    }
