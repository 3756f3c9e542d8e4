"""Delimited text: separators and encodings are found out, every cell is text, and faulty quotation marks are named."""

import csv
import io
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.errors import ImportFileError
from chronology.importers.delimited import CSV, TSV, Marks, Spot, marks_of
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
    assert [row.message() for row in rows[1:] if isinstance(row, BadRow)] == [
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


def _rows(path: Path, text: str) -> list[Row | BadRow]:
    path.write_text(text, "utf-8", newline="")
    return list((TSV if path.suffix == ".tsv" else CSV).read(path, Reading()).rows)


@pytest.mark.parametrize(
    ("text", "line", "told"),
    [
        ('a,b\n1,"x\n2,y\n3,z\n', 2, "'x'"),
        ('a,b\n1,x\n2,"y\n', 3, "'y'"),
        ('a,b\n1,x\n2,"y', 3, "'y'"),
        ('a,b\n1,x\n2,"', 3, "''"),
        ('a,b\n1,"p\nq\n""\n",x\n"2\n3,\n', 6, "'2'"),
        ('a,b\n"1\n1","y ""z"", and\n', 3, "'y"),
        ('"a,b\n1,x\n', 1, "'a,b'"),
        ('a,b\n1,"x" more\n2,"y\n', 3, "'y'"),
        ('a,b\n1,"x" more,"y\n2,z\n', 2, "'y'"),
    ],
)
@pytest.mark.parametrize("separator", [",", "\t"], ids=["comma", "tab"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_an_open_mark_is_an_error_that_names_its_line(
    tmp_path: Path, text: str, line: int, told: str, separator: str, end: str
) -> None:
    """The line on which it was opened, not the one on which its row begins or the file ends."""
    path = tmp_path / ("a.tsv" if separator == "\t" else "a.csv")
    told = told.replace(",", separator.replace("\t", "\\\\t"))
    with pytest.raises(ImportFileError, match=rf"line {line}: the quotation mark before {told}.* is never closed"):
        _rows(path, text.replace(",", separator).replace("\n", end))


@pytest.mark.parametrize(
    ("cells", "column", "text"),
    [
        ('1,"Hajin" old town', "b", "' old town'"),
        ('1,"he said "stop" there"', "b", "'stop\" there\"'"),
        ('"1"x,"Raqqa"', "a", "'x'"),
        ('1,"Raqqa"x"y', "b", "'x\"y'"),
        ('1,"a\nb" c', "b", "' c' on line 3"),
    ],
)
def test_text_after_a_closing_mark_makes_the_row_bad(tmp_path: Path, cells: str, column: str, text: str) -> None:
    """It is named with line, column and text, and the next row is read as if nothing had been."""
    bad, good = _rows(tmp_path / "a.csv", f'a,b\n{cells}\n2,"two\nlines"\n')
    assert isinstance(bad, BadRow)
    assert (bad.line, bad.column, bad.is_torn) == (2, column, True)
    assert bad.reason == f"goes on after its closing quotation mark, with {text}; a mark inside a cell is written twice"
    assert isinstance(good, Row)
    assert (good.line, good.cells["b"]) == (3 + cells.count("\n"), "two\nlines")


def test_the_rest_of_a_bad_row_belongs_to_it(tmp_path: Path) -> None:
    """A cell of several lines after the fault makes no rows of its own."""
    rows = _rows(tmp_path / "a.csv", 'a,b,c\n1,"x" y,"p\nq,r,s\nt"\n2,u,v\n')
    assert [(type(row), row.line) for row in rows] == [(BadRow, 2), (Row, 5)]


def test_marks_that_are_letters_stay(tmp_path: Path) -> None:
    """A mark within a cell means inches; two in a cell in marks are one; white space after a closing one is nothing."""
    rows = _rows(tmp_path / "a.csv", 'a,b\n1,5" shell\n2,"the ""Lion"""\n3,"x" \n"4" ,"""y"""\n5, "z"\n6,""\n')
    assert [row.cells["b"] for row in rows] == ['5" shell', 'the "Lion"', "x", '"y"', '"z"', ""]
    assert all(isinstance(row, Row) for row in rows)


def test_a_header_with_text_after_a_mark_is_refused(tmp_path: Path) -> None:
    """Nobody can tell what its columns are."""
    with pytest.raises(ImportFileError, match="line 1: the name of column 2 goes on after its closing quotation mark"):
        _rows(tmp_path / "a.csv", 'a,"b" c\n1,2\n')


def test_the_line_of_a_cell_that_is_too_long_is_that_of_its_mark(tmp_path: Path) -> None:
    """Such a cell is nearly always one whose mark was left open."""
    with pytest.raises(ImportFileError, match=r"line 3: a cell is longer than 131,072 characters"):
        _rows(tmp_path / "a.csv", 'a,b\n"1\n1","' + "x\n" * 70_000)


CELLS = st.text(st.sampled_from('ab",\n '), max_size=6)


@given(st.lists(CELLS, min_size=1, max_size=4), st.sampled_from(["minimal", "all"]))
def test_what_a_program_writes_has_no_fault(cells: list[str], marks: str) -> None:
    """Whatever is in the cells."""
    text = io.StringIO()
    quoting = csv.QUOTE_ALL if marks == "all" else csv.QUOTE_MINIMAL
    csv.writer(text, quoting=quoting, lineterminator="\n").writerow(cells)
    assert marks_of(text.getvalue().splitlines(keepends=True), ",") == Marks(None, None)


@given(st.text(st.sampled_from('a",\n'), max_size=12))
def test_faults_are_those_of_the_reader_of_records(text: str) -> None:
    """The strict reader of the library refuses a record exactly if a fault is found in what the lax one makes of it."""
    lines = text.splitlines(keepends=True)
    lax = csv.reader(lines)
    cells = next(lax, None)
    if cells is None:
        return
    try:
        strict = next(csv.reader(lines, strict=True))
    except csv.Error:
        strict = None
    found = marks_of(lines[: lax.line_num], ",")
    assert (found == Marks(None, None)) == (strict is not None)
    if found.after:
        assert found.after.text in cells[found.after.cell]


def test_a_spot_is_told_by_line_and_cell() -> None:
    """Both count from 0, within the record."""
    assert marks_of(['a,"b\n', 'c" d,"e\n'], ",") == Marks(Spot(1, 2, "e"), Spot(1, 1, " d"))
