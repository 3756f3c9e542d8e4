"""Packed files: one file in a ZIP archive, or gzip, is read as it is; whatever else is in an archive is refused."""

import gzip
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.command_line import done, refused, run, untouched
from tests.importers.sheets import MAPPING, as_csv, raid

TEXT = as_csv([raid(0), raid(1)])


@pytest.fixture
def mapping(store: Path) -> Path:
    """Give a mapping beside a store."""
    path = store.parent / "raids.toml"
    path.write_text(MAPPING, "utf-8")
    return path


def _zipped(path: Path, **parts: str) -> None:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in parts.items():
            archive.writestr(name, text)


def test_a_zip_of_one_file_is_that_file(store: Path, mapping: Path) -> None:
    """What is imported packed is the same rows as what is imported unpacked, or packed by gzip."""
    packed = store.parent / "raids.csv.zip"
    _zipped(packed, **{"folder/": "", "folder/raids.CSV": TEXT})
    assert "added 2, changed 0" in done("import", packed, "--mapping", mapping).out
    plain, zipped = store.parent / "raids.csv", store.parent / "raids.csv.gz"
    plain.write_text(TEXT, "utf-8")
    zipped.write_bytes(gzip.compress(TEXT.encode()))
    for path in (plain, zipped):
        assert "added 0, changed 0, unchanged 2" in done("import", path, "--mapping", mapping, "--sync").out


def test_a_log_may_be_packed_too(store: Path) -> None:
    """The whole log as text, in an archive, is the same log again."""
    text = store.parent / "log.jsonl"
    done("export", "jsonl", "-o", text)
    packed = store.parent / "log.jsonl.zip"
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.write(text, "log.jsonl")
    assert "added 0" in done("import", packed).out


def test_an_archive_of_several_files_names_them(store: Path, mapping: Path) -> None:
    """Nobody guesses which of them is meant."""
    packed = store.parent / "raids.zip"
    _zipped(packed, **{"raids.csv": TEXT, "read\x1bme.txt": "x"})
    with untouched(store):
        ended = run("import", packed, "--mapping", mapping)
    refused(ended, "is an archive of 2 files, not of one: 'raids.csv', 'read\\x1bme.txt'", "unpack it")


def _flipped(path: Path, *places: tuple[int, int], bits: int) -> None:
    """Change a byte of the entry of an archive's only part, in both of its places."""
    _zipped(path, **{"raids.csv": TEXT})
    content = bytearray(path.read_bytes())
    listed = content.rfind(b"PK\x01\x02")
    for local, central in places:
        content[local] ^= bits
        content[listed + central] ^= bits
    path.write_bytes(content)


def _empty(path: Path) -> None:
    _zipped(path)


def _encrypted(path: Path) -> None:
    _flipped(path, (6, 8), bits=1)


def _other_method(path: Path) -> None:
    _flipped(path, (8, 10), bits=1)


def _changed(path: Path) -> None:
    _flipped(path, (14, 16), bits=255)


def _half(path: Path) -> None:
    _zipped(path, **{"raids.csv": TEXT})
    path.write_bytes(path.read_bytes()[:100])


def _bomb(path: Path) -> None:
    _zipped(path, **{"raids.csv": TEXT + "\n" * 12_000_000})


def _many_parts(path: Path) -> None:
    _zipped(path, **{f"{number}.csv": "" for number in range(10_001)})


def _long_list(path: Path) -> None:
    _zipped(path, **{f"{number}-{'x' * 60_000}.csv": "" for number in range(70)})


def _long_list_told_elsewhere(path: Path) -> None:
    """Say at the end that the list is short, and how long it is in the record of a large archive before it."""
    _long_list(path)
    content = path.read_bytes()
    before, end = content[:-22], bytearray(content[-22:])
    parts, size, start = struct.unpack_from("<HLL", end, 10)
    struct.pack_into("<L", end, 12, 1)
    large = struct.pack("<4sQ2H2L4Q", b"PK\x06\x06", 44, 45, 45, 0, 0, parts, parts, size, start)
    path.write_bytes(before + large + struct.pack("<4sLQL", b"PK\x06\x07", 0, len(before), 1) + end)


@pytest.mark.parametrize(
    ("make", "told"),
    [
        (_empty, "is an archive of 0 files, not of one"),
        (_encrypted, "'raids.csv' in it is encrypted"),
        (_other_method, "'raids.csv' in it cannot be unpacked: "),
        (_changed, "is damaged: it cannot be unpacked (Bad CRC-32"),
        (_half, "is not a ZIP archive: File is not a zip file"),
        (_bomb, "unpacks to more than 250 times its size"),
        (_many_parts, "is an archive of more than 10,000 parts"),
        (_long_list, "is an archive of more than 10,000 parts, or of one too large"),
        (_long_list_told_elsewhere, "is an archive of more than 10,000 parts, or of one too large"),
    ],
)
def test_other_archives_are_refused(store: Path, mapping: Path, make: Callable[[Path], None], told: str) -> None:
    """Each ends in one error and a hint, and nothing is written."""
    packed = store.parent / "raids.csv.zip"
    make(packed)
    with untouched(store):
        ended = run("import", packed, "--mapping", mapping)
    refused(ended, told, "hint: ")


def test_an_old_workbook_is_named(store: Path, mapping: Path) -> None:
    """By its name, and by its bytes under another name: the hint says what to do."""
    for name in ("raids.xls", "raids.csv", "raids.xlsx", "raids.ods"):
        path = store.parent / name
        path.write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(2_000))
        arguments = () if name in ("raids.xls", "raids.ods") else ("--mapping", mapping)
        with untouched(store):
            refused(run("import", path, *arguments), "is a workbook", "save it as .xlsx without a password, or as CSV")
