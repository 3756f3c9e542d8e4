"""Delimited text: separators and encodings are found out, and every cell is text."""

from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.errors import ImportFileError
from chronology.importers.delimited import CSV, TSV
from chronology.importers.rows import BadRow, Reading, Row
from tests.importers.sheets import as_csv


def _cells(path: Path, reading: Reading | None = None) -> list[dict[str, object]]:
    return [dict(row.cells) for row in CSV.read(path, reading or Reading()).rows]


@pytest.mark.parametrize("separator", [",", ";", "\t", "|"], ids=["comma", "semicolon", "tab", "bar"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-32"])
def test_separator_and_encoding_are_found_out(tmp_path: Path, separator: str, encoding: str) -> None:
    """Whatever a spreadsheet program saves, the rows are the same; a comma in a cell misleads nobody."""
    rows = [{"id": f"{n:03}", "where": "Deir ez-Zor, Ma’la", "n": "1,5"} for n in range(20)]
    path = tmp_path / "raids.csv"
    path.write_bytes(as_csv(rows, ("id", "where", "n"), separator).encode(encoding))
    assert _cells(path) == rows


def test_cells_stay_text(tmp_path: Path) -> None:
    """Zeros at the beginning, signs and dates are kept as they are."""
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n007,+1.50,10/05/2018\n", "utf-8")
    assert _cells(path) == [{"a": "007", "b": "+1.50", "c": "10/05/2018"}]


def test_rows_tell_the_line_at_which_they_begin(tmp_path: Path) -> None:
    """Also after a cell of several lines, and after empty lines."""
    path = tmp_path / "a.csv"
    path.write_text('a,b\n1,"x\ny\nz"\n\n2,w\n', "utf-8")
    assert [row.line for row in CSV.read(path, Reading()).rows] == [2, 6]


def test_a_row_of_another_width_is_bad(tmp_path: Path) -> None:
    """Cells that slipped into the next column would otherwise be taken for its values."""
    path = tmp_path / "a.csv"
    path.write_text("a,b,c\n1,2,3\n4,5\n6,7,8,9\n", "utf-8")
    rows = list(CSV.read(path, Reading()).rows)
    assert isinstance(rows[0], Row)
    assert [row.told() for row in rows[1:] if isinstance(row, BadRow)] == [
        "line 3: has 2 cells, and the header has 3",
        "line 4: has 4 cells, and the header has 3",
    ]


def test_names_of_columns(tmp_path: Path) -> None:
    """A column without a name gets one; two of one name are refused, because a mapping could mean either."""
    path = tmp_path / "a.csv"
    path.write_text(" a ,,c\n1,2,3\n", "utf-8")
    assert CSV.read(path, Reading()).columns == ("a", "column_2", "c")
    path.write_text("a,b,a\n1,2,3\n", "utf-8")
    with pytest.raises(ImportFileError, match="1 column names appear twice: 'a'"):
        CSV.read(path, Reading())


def test_a_file_without_a_header(tmp_path: Path) -> None:
    """Its columns are named by the mapping, and the first line is a row."""
    path = tmp_path / "a.tsv"
    path.write_text("1\t2\n3\t4\n", "utf-8")
    table = TSV.read(path, Reading(header=("x", "y")))
    assert [dict(row.cells) for row in table.rows] == [{"x": "1", "y": "2"}, {"x": "3", "y": "4"}]


def test_progress_is_told(tmp_path: Path) -> None:
    """In bytes of the file, up to its size."""
    path = tmp_path / "a.csv"
    path.write_text("a,b\n" + "1,2\n" * 100_000, "utf-8")
    told: list[tuple[int, int]] = []
    for _ in CSV.read(path, Reading(tell=lambda done, total: told.append((done, total)))).rows:
        pass
    assert len(told) > 10
    assert told == sorted(told)
    assert {total for _, total in told} == {path.stat().st_size}


TEXT = st.text(st.characters(codec="utf-8", exclude_categories=("Cc", "Cs", "Z")), min_size=1, max_size=8)


@given(
    rows=st.lists(st.lists(TEXT, min_size=3, max_size=3), min_size=1, max_size=6), separator=st.sampled_from(",;\t|")
)
def test_what_was_written_is_read(
    rows: list[list[str]], separator: str, tmp_path_factory: pytest.TempPathFactory
) -> None:
    """Quotation marks and separators in cells included, if the separator is declared."""
    path = tmp_path_factory.mktemp("csv") / "a.csv"
    written = [dict(zip("abc", row, strict=True)) for row in rows]
    path.write_text(as_csv(written, "abc", separator), "utf-8", newline="")
    assert _cells(path, Reading(separator=separator, encoding="utf-8")) == written
