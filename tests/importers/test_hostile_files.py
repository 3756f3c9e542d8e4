"""Files that are broken or made to do harm: each ends in one clear error, in bounded memory, and writes nothing."""

import gzip
import os
import resource
import subprocess
import sys
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import Ended, done, nth, refused, run, untouched
from tests.importers.sheets import COLUMNS, MAPPING, as_csv, raid

MEGABYTE = 1 << 20
MEMORY = 300 * MEGABYTE
"""Of a process that imports a hostile file; without the limits of the importers, each of the large ones needs more."""


@pytest.fixture
def mapping(store: Path) -> Path:
    """Give a mapping beside a store."""
    path = store.parent / "raids.toml"
    path.write_text(MAPPING, "utf-8")
    return path


def _limited(store: Path, mapping: Path, file: Path) -> subprocess.CompletedProcess[str]:
    """Import a file in a process of its own, with little memory and a minute of time."""

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))

    program = "from chronology.commands import main; main()"
    command = [sys.executable, "-c", program, "--db", store, "import", file, "--mapping", mapping]
    form = ["--as", "xlsx"] if file.suffix == ".xlsx" else []
    return subprocess.run(
        [*map(str, command), *form], check=False, capture_output=True, text=True, timeout=60, preexec_fn=limit
    )


def _one_long_line(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b"id,day\n")
        for _ in range(100):
            file.write(b"x" * MEGABYTE)


def _one_long_quoted_cell(path: Path) -> None:
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b'\n1,"')
        for _ in range(100):
            file.write(b"x\n" * (MEGABYTE // 2))


def _one_long_record(path: Path) -> None:
    with path.open("wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n1")
        for _ in range(100):
            file.write(b',"a\n"' * (MEGABYTE // 5))


def _one_long_line_of_wide_letters(path: Path) -> None:
    with path.open("wb") as file:
        file.write("\ufeff".encode("utf-16-le") + "id,day\n".encode("utf-16-le"))
        for _ in range(200):
            file.write("\U00010380".encode("utf-16-le") * (MEGABYTE // 4))


def _bomb_of_gzip(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        for _ in range(100):
            file.write(b"x" * MEGABYTE)


def _many_columns(path: Path) -> None:
    path.write_text(",".join(f"c{n}" for n in range(10_000)) + "\n", "utf-8")


def _many_cells(path: Path) -> None:
    path.write_text("id,day\n" + '"a",' * 240_000 + "\n", "utf-8")


def _unpacked(parts: dict[str, bytes | Callable[[zipfile.ZipFile], None]], path: Path) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, content in parts.items():
            if callable(content):
                content(archive)
            else:
                archive.writestr(name, content)


TYPES = b"""<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">
<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>
<Override PartName="/xl/workbook.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"/>
<Override PartName="/xl/worksheets/sheet1.xml"
 ContentType="application/vnd.openxmlformats-officedocument.spreadsheetml.worksheet+xml"/></Types>"""
RELATIONS = b"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="xl/workbook.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/officeDocument"/></Relationships>"""
BOOK = b"""<?xml version="1.0"?><workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"
 xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships">
<sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>"""
SHEETS = b"""<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">
<Relationship Id="rId1" Target="worksheets/sheet1.xml"
 Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet"/></Relationships>"""
NEST = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10}">' for n in range(1, 10))
ENTITIES = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e0 "aaaaaaaaaa">{NEST}]>'.encode()
SHEET = b"""<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>
<row r="1"><c r="A1" t="inlineStr"><is><t>%s</t></is></c></row></sheetData></worksheet>"""


def _workbook(path: Path, sheet: bytes | Callable[[zipfile.ZipFile], None]) -> None:
    parts: dict[str, bytes | Callable[[zipfile.ZipFile], None]] = {
        "[Content_Types].xml": TYPES,
        "_rels/.rels": RELATIONS,
        "xl/workbook.xml": BOOK,
        "xl/_rels/workbook.xml.rels": SHEETS,
        "xl/worksheets/sheet1.xml": sheet,
    }
    _unpacked(parts, path)


def _zip_bomb(path: Path) -> None:
    def swollen(archive: zipfile.ZipFile) -> None:
        with archive.open("xl/worksheets/sheet1.xml", "w") as part:
            for _ in range(60):
                part.write(b" " * MEGABYTE)

    _workbook(path, swollen)


def _entities(path: Path) -> None:
    _workbook(path, ENTITIES + SHEET % b"&e9;")


HOSTILE = [
    ("raids.csv", _one_long_line, "is longer than 1,000,000 characters"),
    ("raids.csv", _one_long_quoted_cell, "line 2: a cell is longer than 131,072 characters"),
    ("raids.csv", _one_long_record, "is longer than 1,000,000 characters"),
    ("raids.csv", _one_long_line_of_wide_letters, "is longer than 1,000,000 characters"),
    ("raids.csv.gz", _bomb_of_gzip, "is longer than 1,000,000 characters"),
    ("raids.csv", _many_columns, "has 10,000 columns, and the most that are read are 1,000"),
    ("raids.csv", _many_cells, "raids: there is no column"),
    ("raids.xlsx", _zip_bomb, "would unpack to 62,914,560 bytes"),
    ("raids.xlsx", _entities, "cannot be read as a workbook: its XML defines entities"),
]


@pytest.mark.parametrize(("name", "make", "told"), HOSTILE, ids=[make.__name__ for _, make, _ in HOSTILE])
def test_what_would_fill_the_memory_is_refused(
    store: Path, mapping: Path, name: str, make: Callable[[Path], None], told: str
) -> None:
    """Long lines, bombs, entities and thousands of columns are refused by a process with little memory."""
    file = store.parent / name
    make(file)
    with untouched(store):
        ended = _limited(store, mapping, file)
    assert (ended.returncode, ended.stdout) == (1, ""), ended.stderr
    assert ended.stderr.startswith("error: "), ended.stderr
    assert told in ended.stderr
    assert "Traceback" not in ended.stderr


def _cp1252(path: Path) -> None:
    rows = [raid(n, where="Café à Hajin – où les forces « alliées » étaient déployées") for n in range(40)]
    path.write_bytes(as_csv(rows).encode("cp1252"))


def test_another_encoding_is_found_and_said(store: Path, mapping: Path) -> None:
    """A file that is not UTF-8 anywhere is read in the encoding that fits, and a note says which."""
    file = store.parent / "raids.csv"
    _cp1252(file)
    ended = done("import", file, "--mapping", mapping)
    assert "is not UTF-8; read as cp125" in ended.err
    assert "Café à Hajin – où" in done("show", str(nth(3)), "--json").out


def test_a_wrong_byte_among_utf8_is_refused(store: Path, mapping: Path) -> None:
    """One stray byte does not turn all other letters into nonsense."""
    file = store.parent / "raids.csv"
    text = as_csv([raid(0, where="Café"), raid(1, where="Naïve"), raid(2)]).encode()
    file.write_bytes(text + b"3,2018-05-01,SOHR,2018-05-02,3,34.69,caf\xe9\n")
    with untouched(store):
        refused(run("import", file, "--mapping", mapping), "line 5: the byte 0xe9 is not UTF-8, though the text before")


def test_a_declared_encoding_is_held(store: Path, mapping: Path) -> None:
    """If the mapping says UTF-8, other bytes are an error."""
    mapping.write_text('encoding = "utf-8"\n' + MAPPING, "utf-8")
    file = store.parent / "raids.csv"
    _cp1252(file)
    refused(run("import", file, "--mapping", mapping), "is not text in utf-8")


def test_bytes_that_are_no_text_are_refused(store: Path, mapping: Path) -> None:
    """A picture, or a workbook under another name."""
    file = store.parent / "raids.csv"
    file.write_bytes(bytes(range(256)) * 50)
    refused(run("import", file, "--mapping", mapping), "is not text: it has zero bytes")
    file.write_bytes(b"PK\x03\x04 rest")
    refused(run("import", file, "--mapping", mapping), "is not a ZIP archive: File is not a zip file")
    _workbook(file, SHEET % b"id")
    refused(run("import", file, "--mapping", mapping), "is a workbook or document, not text", "--as xlsx")


def test_a_directory_an_empty_file_and_a_missing_one(store: Path, mapping: Path) -> None:
    """None of them is a file with rows."""
    empty = store.parent / "empty.csv"
    empty.touch()
    folder = store.parent / "folder.csv"
    folder.mkdir()
    with untouched(store):
        refused(run("import", folder, "--mapping", mapping), "is a directory, not a file")
        refused(run("import", empty, "--mapping", mapping), "is empty")
        refused(run("import", store.parent / "none.csv", "--mapping", mapping), "cannot be read: No such file")


def test_a_pipe_is_not_waited_for(store: Path, mapping: Path) -> None:
    """Nobody may ever write into it."""
    pipe = store.parent / "pipe.csv"
    os.mkfifo(pipe)
    ended = _limited(store, mapping, pipe)
    assert ended.returncode == 1
    assert "is a pipe or device, not a file" in ended.stderr


def test_a_broken_gzip_is_refused(store: Path, mapping: Path) -> None:
    """Half a download is damaged, and nothing of it is written."""
    file = store.parent / "raids.csv.gz"
    whole = gzip.compress(as_csv([raid(n, where=os.urandom(8).hex()) for n in range(5_000)]).encode())
    file.write_bytes(whole[: len(whole) // 2])
    with untouched(store):
        refused(run("import", file, "--mapping", mapping), "is damaged: it cannot be unpacked")


def _unclosed_at_the_start(path: Path) -> None:
    with path.open("wb") as file:
        file.write(b'"' + ",".join(COLUMNS).encode() + b"\n")
        for _ in range(100):
            file.write(b"1,2018-05-01,SOHR,2018-05-02,3,34.69,Hajin\n" * (MEGABYTE // 43))


def _lines_of_one_letter(path: Path) -> None:
    with gzip.open(path, "wb") as file:
        file.write(",".join(COLUMNS).encode() + b"\n")
        for _ in range(40):
            file.write(b"\n" * MEGABYTE)


@pytest.mark.parametrize(
    ("name", "make", "told"),
    [
        ("raids.csv", _unclosed_at_the_start, "line 1: a cell is longer than 131,072 characters"),
        ("raids.csv.gz", _lines_of_one_letter, "unpacks to more than 250 times its size"),
    ],
    ids=["unclosed", "lines"],
)
def test_what_would_take_for_ever_is_refused(
    store: Path, mapping: Path, name: str, make: Callable[[Path], None], told: str
) -> None:
    """A quotation mark that is never closed makes one cell of the rest; empty lines pack to nothing."""
    file = store.parent / name
    make(file)
    with untouched(store):
        ended = _limited(store, mapping, file)
    refused(Ended(ended.returncode, ended.stdout, ended.stderr), told, "hint: ")


GOOD = as_csv([raid(0), raid(1, where="Café")])


@pytest.mark.parametrize(
    ("content", "told"),
    [
        (GOOD.encode()[:40] + b"\0" + GOOD.encode()[40:], "is not text: it has zero bytes"),
        (GOOD.replace("id,day", "day,day").encode(), "column names appear twice: 'day'"),
        (b"\xef\xbb\xbf", "has no line of text"),
        (b"\n\n\n", "has no line of text"),
    ],
    ids=["zeros", "twice", "mark alone", "empty lines"],
)
def test_a_broken_text_is_refused(store: Path, mapping: Path, content: bytes, told: str) -> None:
    """Zero bytes, two columns of one name, nothing but a mark or empty lines: one error, and nothing is written."""
    file = store.parent / "raids.csv"
    file.write_bytes(content)
    with untouched(store):
        refused(run("import", file, "--mapping", mapping), told)


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "utf-32"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"], ids=["lf", "crlf", "cr"])
def test_marks_and_ends_of_lines_make_no_difference(store: Path, mapping: Path, encoding: str, end: str) -> None:
    """What programs write by default is read, with or without a mark, and with any end of lines."""
    file = store.parent / "raids.csv"
    file.write_bytes(GOOD.replace("\r\n", "\n").replace("\n", end).encode(encoding))
    told = done("import", file, "--mapping", mapping).out
    assert "added 2, changed 0, unchanged 0, withdrawn 0, refused 0" in told
    assert done("show", str(nth(4)), "--json").json["data"]["where"] == "Café"


def test_empty_lines_before_the_header_are_passed_over(store: Path, mapping: Path) -> None:
    """Spreadsheets leave some there; the numbers of lines stay those of the file."""
    file = store.parent / "raids.csv"
    file.write_text("\n,,,,,,\n" + as_csv([raid(0), raid(1, day="soon")]), "utf-8")
    assert "line 5, column day" in run("import", file, "--mapping", mapping, "--dry-run").out


def test_ragged_rows_are_bad_rows(store: Path, mapping: Path) -> None:
    """A row with a cell too many or too few stops the import, with its line; empty lines do not."""
    file = store.parent / "raids.csv"
    file.write_text(GOOD + "\n2,2018-05-01\n\n" + "3,2018-05-01,SOHR,2018-05-02,3,34.69,Hajin,more\n", "utf-8")
    with untouched(store):
        ended = run("import", file, "--mapping", mapping)
    assert ended.code == 1
    assert "line 5: has 2 cells, and the header has 7" in ended.err
    assert "line 7: has 8 cells, and the header has 7" in ended.err


def test_text_of_a_row_cannot_steer_a_terminal(store: Path, mapping: Path) -> None:
    """What a bad row holds is escaped when it is told."""
    file = store.parent / "raids.csv"
    file.write_text(as_csv([raid(0, day="\x1b[2J")]), "utf-8")
    ended = run("import", file, "--mapping", mapping, "--dry-run")
    assert "\x1b" not in ended.out + ended.err
    assert f"line 2, column {COLUMNS[1]}" in ended.out
