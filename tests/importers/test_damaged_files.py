"""Damaged files: what was cut off, torn or replaced by a page is refused, and a sync retracts nothing on its word."""

import gzip
import io
import json
import zipfile
from pathlib import Path

import pytest

from chronology import Chronology
from chronology.errors import BadRowsError, ImportFileError
from tests.command_line import done, refused, run, untouched
from tests.importers.sheets import MAPPING, as_csv, live, raid, take, take_file

FORTY = [raid(n) for n in range(40)]
TEXT = as_csv(FORTY)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """Give a place for the file."""
    return tmp_path / "raids.csv"


def _with_open_mark(row: int) -> str:
    lines = TEXT.splitlines(keepends=True)
    lines[row] = lines[row].replace("Hajin", '"Hajin')
    return "".join(lines)


@pytest.mark.parametrize("wanted", [{}, {"skip_bad": True}, {"dry_run": True}, {"yes": True}], ids=repr)
@pytest.mark.parametrize("row", [5, 37, 40])
def test_a_sync_retracts_no_row_that_an_open_mark_swallowed(
    chron: Chronology, file: Path, wanted: dict[str, bool], row: int
) -> None:
    """The rows are there; the file is refused whole, whatever is wanted."""
    take(chron, FORTY, file=file)
    head = chron.head()
    file.write_text(_with_open_mark(row), "utf-8")
    with pytest.raises(ImportFileError, match=rf"raids.csv, line {row + 1}: the quotation mark before 'Hajin'"):
        take_file(chron, file, MAPPING, sync=True, **wanted)
    assert chron.head() == head


def test_two_open_marks_swallow_no_row(chron: Chronology, file: Path) -> None:
    """The second one closes the first; what follows it is one too many, and nobody knows which rows are within."""
    take(chron, FORTY, file=file)
    lines = TEXT.splitlines(keepends=True)
    lines[37], lines[39] = lines[37].replace("Hajin", '"Hajin'), lines[39].replace("Hajin", '"Hajin')
    file.write_text("".join(lines), "utf-8")
    with pytest.raises(BadRowsError):
        take_file(chron, file, MAPPING, sync=True)
    with pytest.raises(ImportFileError, match="line 38 may have another key than it seems, so nobody can tell"):
        take_file(chron, file, MAPPING, sync=True, skip_bad=True)
    assert len(live(chron)) == 40


def _mapping_file(store: Path) -> Path:
    path = store.parent / "raids.toml"
    path.write_text(MAPPING, "utf-8")
    return path


@pytest.mark.parametrize("suffix", [".csv", ".tsv", ".txt", ".csv.gz"])
def test_every_command_refuses_an_open_mark(store: Path, suffix: str) -> None:
    """Importing, a dry run, trying a mapping and proposing one."""
    file, mapping = store.parent / f"raids{suffix}", _mapping_file(store)
    text = _with_open_mark(5).replace(",", "\t" if suffix == ".tsv" else ",").encode()
    file.write_bytes(gzip.compress(text) if suffix.endswith(".gz") else text)
    form = ["--as", "tsv"] if suffix == ".tsv" else []
    told = "line 6: the quotation mark before 'Hajin' is never closed"
    with untouched(store):
        for option in ([], ["--sync"], ["--dry-run"], ["--sync", "--dry-run", "--yes"]):
            refused(run("import", file, "--mapping", mapping, *form, *option), told, "hint: close it")
        refused(run("mapping", "new", file), told)
        # What was read before the fault is shown.
        ended = run("mapping", "check", mapping, file, *form)
    assert ended.code == 1
    assert told in ended.err


def test_bad_rows_that_a_proposal_leaves_out_are_told(store: Path) -> None:
    """A proposal that has not seen a row must not look as if it had."""
    file = store.parent / "raids.csv"
    file.write_text(TEXT.replace("Hajin", '"Hajin" town', 2), "utf-8")
    told = done("mapping", "new", file).err
    assert "note: a bad row was ignored: line 2, column where: goes on after" in told
    assert "; 1 more are bad" in told


CUT = TEXT[: TEXT.index("2018-05-02", TEXT.index("\n38,"))]
"""The last row is cut off within."""


def test_a_file_that_ends_within_a_row_is_asked_about(store: Path) -> None:
    """It is refused, also where bad rows are skipped, unless somebody says that it is whole."""
    file, mapping, aside = store.parent / "raids.csv", _mapping_file(store), store.parent / "aside.csv"
    file.write_text(CUT, "utf-8")
    told = "raids.csv, line 40: has 4 cells, and the header has 7; the file ends here without a line break"
    with untouched(store):
        for option in ([], ["--dry-run"], ["--skip-bad", aside], ["--sync", "--skip-bad", aside]):
            refused(run("import", file, "--mapping", mapping, *option), told, "hint: fetch the file again")
        assert "line 40: has 4 cells, and the header has 7; the file ends" in run("mapping", "check", mapping, file).out
    out = done("import", file, "--mapping", mapping, "--yes", "--skip-bad", aside).out
    assert "added 38, changed 0, unchanged 0, withdrawn 0, refused 1" in out


def test_a_row_that_is_short_but_ends_is_a_bad_row(store: Path) -> None:
    """Nothing says that the file was cut off."""
    file, mapping = store.parent / "raids.csv", _mapping_file(store)
    file.write_text(CUT + "\n", "utf-8")
    ended = run("import", file, "--mapping", mapping)
    assert (ended.code, ended.err.splitlines()[0]) == (1, "error: line 40: has 4 cells, and the header has 7")
    assert "1 row is bad" in ended.err


@pytest.mark.parametrize("text", [CUT, CUT + "\n"], ids=["unended", "ended"])
def test_a_short_row_lets_nothing_be_retracted(chron: Chronology, file: Path, text: str) -> None:
    """Even if it is skipped and the file is said to be whole: its key may be that of any row that is missing."""
    take(chron, FORTY, file=file)
    file.write_text(text, "utf-8")
    with pytest.raises(ImportFileError, match="line 40 may have another key than it seems"):
        take_file(chron, file, MAPPING, sync=True, skip_bad=True, yes=True)
    assert len(live(chron)) == 40


def test_a_short_row_of_which_no_other_is_missing_is_skipped(chron: Chronology, file: Path) -> None:
    """Nothing would be retracted, so the other rows are followed, and what the bad one said before stays."""
    take(chron, FORTY, file=file)
    lines = as_csv([raid(0, killed=9), *FORTY[1:]]).splitlines(keepends=True)
    file.write_text("".join([*lines[:5], "4,2018-05-01\n", *lines[6:]]), "utf-8")
    assert take_file(chron, file, MAPPING, sync=True, skip_bad=True).counts == (0, 1, 38, 0, 1)
    assert len(live(chron)) == 40


def test_a_last_cell_that_is_cut_off_is_asked_about_where_rows_are_gone(chron: Chronology, file: Path) -> None:
    """The last row says something new, ends without a line break, and rows are missing."""
    take(chron, FORTY, file=file)
    whole = TEXT[: TEXT.index("\n38,")]
    file.write_text(whole[:-2], "utf-8")
    with pytest.raises(ImportFileError, match=r"ends without a line break on line 39, which says .* lacks 2 rows"):
        take_file(chron, file, MAPPING, sync=True)
    # Some programs end no file with a line break, and a row that is as it was is whole.
    file.write_text(whole, "utf-8")
    assert take_file(chron, file, MAPPING, sync=True, dry_run=True).counts == (0, 0, 38, 2, 0)
    file.write_text(whole[:-2], "utf-8")
    assert take_file(chron, file, MAPPING, sync=True, yes=True).counts == (0, 1, 37, 2, 0)


def test_a_key_that_cannot_be_read_has_not_vanished(chron: Chronology, tmp_path: Path) -> None:
    """A sheet that shows an error where the key was may hold any row that is missing."""
    openpyxl = pytest.importorskip("openpyxl")
    take(chron, FORTY, file=tmp_path / "raids.csv")
    book = openpyxl.Workbook()
    for row in ([*FORTY[0]], *([*row.values()] for row in FORTY)):
        book.active.append(row)
    book.active["A7"] = "#REF!"
    book.active["A7"].data_type = "e"
    path = tmp_path / "raids.xlsx"
    book.save(path)
    with pytest.raises(ImportFileError, match="row 7 may have another key than it seems"):
        take_file(chron, path, MAPPING, form="xlsx", sync=True, skip_bad=True)
    assert len(live(chron)) == 40


PAGES = [
    b"<!DOCTYPE html><html><body>Please sign in</body></html>",
    b"\xef\xbb\xbf\n <HTML>",
    b'<?xml version="1.0"?><x/>',
    "<!doctype html>".encode("utf-16"),
]


@pytest.mark.parametrize("page", PAGES, ids=range(len(PAGES)))
@pytest.mark.parametrize("name", ["raids.csv", "raids.tsv", "raids.json", "raids.csv.gz"])
def test_a_web_page_under_another_name_is_refused(store: Path, page: bytes, name: str) -> None:
    """A form to log in is no dataset without rows."""
    file, mapping = store.parent / name, _mapping_file(store)
    file.write_bytes(gzip.compress(page) if name.endswith(".gz") else page)
    form = ["--as", name.split(".")[1]]
    with untouched(store):
        for option in ([], ["--sync", "--yes"], ["--dry-run"]):
            refused(run("import", file, "--mapping", mapping, *form, *option), f"{name} is a web page (HTML or XML)")
        refused(run("mapping", "check", mapping, file, *form), "is a web page")
        refused(run("mapping", "new", file, *form), "is a web page")


def _zipped(text: bytes, *, packed: bool) -> bytes:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w", zipfile.ZIP_DEFLATED if packed else zipfile.ZIP_STORED) as archive:
        archive.writestr("raids.csv", text)
    return whole.getvalue()


def _flipped(data: bytes, place: int) -> bytes:
    return data[:place] + bytes([data[place] ^ 2]) + data[place + 1 :]


BROKEN = {
    "half of gzip": gzip.compress(TEXT.encode())[:-60],
    "gzip without its end": gzip.compress(TEXT.encode())[:-5],
    "gzip with a wrong sum": _flipped(gzip.compress(TEXT.encode()), -6),
    "half of ZIP": _zipped(TEXT.encode(), packed=True)[:-150],
    "ZIP with a wrong sum": _flipped(_zipped(TEXT.encode(), packed=False), 300),
}


@pytest.mark.parametrize("encoding", ["", 'encoding = "utf-8"\n'], ids=["found out", "declared"])
@pytest.mark.parametrize("data", BROKEN.values(), ids=BROKEN)
def test_a_broken_archive_is_refused(store: Path, data: bytes, encoding: str) -> None:
    """Half a download, and one whose check sum tells that it was changed on the way."""
    file, mapping = store.parent / "raids.csv", store.parent / "raids.toml"
    mapping.write_text(encoding + MAPPING, "utf-8")
    file.write_bytes(data)
    with untouched(store):
        for option in ([], ["--sync", "--yes"], ["--dry-run"]):
            ended = run("import", file, "--mapping", mapping, *option)
            refused(ended, "raids.csv is ")
            assert "damaged" in ended.err or "is not a ZIP archive" in ended.err
        refused(run("mapping", "check", mapping, file), "raids.csv is ")


OBJECTS = [json.dumps(one) for one in FORTY]
LIST = "[" + ",\n".join(OBJECTS) + "]"
LINES = "\n".join(OBJECTS)


@pytest.mark.parametrize(
    ("text", "told"),
    [
        (LIST[:-1], "raids.json, line 40: the list of objects breaks off: its closing bracket is missing"),
        (LIST[:-30], "raids.json, line 40: the list of objects breaks off: its closing bracket is missing"),
        (LIST[:-1] + "}", "raids.json, line 40: the list of objects breaks off: its closing bracket is missing"),
        (LIST + "\n" + LIST, "raids.json, line 41: after the end of the list of objects comes '[{"),
        (LINES[:-1], "raids.json, line 40: the file ends within this object, so it is cut off"),
        (LINES[:-3], "raids.json, line 40: the file ends within this object, so it is cut off"),
        (LINES[: -len(OBJECTS[-1]) + 1], "raids.json, line 40: the file ends within this object, so it is cut off"),
    ],
    ids=["bracket", "object of list", "other bracket", "two lists", "brace", "text", "begun"],
)
def test_json_that_ends_early_is_refused(store: Path, text: str, told: str) -> None:
    """In a list and in lines, with the file and the line."""
    file, mapping = store.parent / "raids.json", _mapping_file(store)
    file.write_text(text, "utf-8")
    with untouched(store):
        for option in ([], ["--sync", "--yes", "--skip-bad", store.parent / "aside.csv"], ["--dry-run"]):
            refused(run("import", file, "--as", "json", "--mapping", mapping, *option), told)
        refused(run("mapping", "check", mapping, file, "--as", "json"), told)
        refused(run("mapping", "new", file, "--as", "json"), told)


@pytest.mark.parametrize("text", [LIST, LIST + " \n\n", LINES, LINES + "\n", LINES + "\n \n"], ids=range(5))
def test_json_that_is_whole_is_read(store: Path, text: str) -> None:
    """With and without line breaks at its end."""
    file = store.parent / "raids.json"
    file.write_text(text, "utf-8")
    assert "added 40," in done("import", file, "--as", "json", "--mapping", _mapping_file(store)).out


def test_a_workbook_that_is_cut_off_is_refused(store: Path) -> None:
    """Within the archive, and within its sheet, where the row is told after which nothing can be read."""
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    for row in ([*FORTY[0]], *([*row.values()] for row in FORTY)):
        book.active.append(row)
    file, mapping = store.parent / "raids.xlsx", _mapping_file(store)
    book.save(file)
    whole = file.read_bytes()
    file.write_bytes(whole[: len(whole) // 2])
    with untouched(store):
        refused(run("import", file, "--as", "xlsx", "--mapping", mapping), "raids.xlsx is not a workbook")
        with zipfile.ZipFile(io.BytesIO(whole)) as source, zipfile.ZipFile(file, "w") as target:
            for part in source.infolist():
                data = source.read(part)
                target.writestr(part.filename, data[:-300] if part.filename.endswith("sheet1.xml") else data)
        ended = run("import", file, "--as", "xlsx", "--mapping", mapping)
        refused(ended, "raids.xlsx, after row ", "cannot be read as a workbook")


def test_a_torn_line_of_events_is_refused(store: Path) -> None:
    """Of those that are appended from standard input none is written, and the line is named."""
    event = json.dumps({"type": "crossing.closed", "subject": "crossing/a", "valid": "2019-02", "source": "source/x"})
    with untouched(store):
        refused(run("append", "-", stdin=f"{event}\n{event[:-8]}"), "line 2: body: is not JSON")


@pytest.mark.parametrize("cut", [1, 40, 2_000])
def test_a_torn_transcript_is_refused(store: Path, cut: int) -> None:
    """It says itself how many events it has."""
    log, new = store.parent / "log.jsonl", store.parent / "new.db"
    log.write_text(done("export", "jsonl").out, "utf-8")
    log.write_bytes(log.read_bytes()[: -cut - 1])
    ended = run("--db", new, "import", log)
    refused(ended, "line ")
    assert "is not an event" in ended.err or "the text ends after" in ended.err
    assert not new.exists()
