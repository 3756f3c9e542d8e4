"""The archive: copies come whole or not at all, none is written over, and what is wrong with one is told."""

import hashlib
import os
from pathlib import Path

import pytest

from chronology.errors import IntegrityError, StoreError
from chronology.log.archive import Archive, Copy, copy_named

TEXT = b"The crossing closed on Sunday."
COPY = Copy(hashlib.sha256(TEXT).hexdigest(), len(TEXT))


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give what stands for a store; only its name and its permissions matter."""
    path = tmp_path / "storm.db"
    path.write_bytes(b"store")
    path.chmod(0o640)
    return path


@pytest.fixture
def page(tmp_path: Path) -> Path:
    """Give a file to be archived, in a folder of its own."""
    folder = tmp_path / "found"
    folder.mkdir()
    (folder / "page.html").write_bytes(TEXT)
    return folder / "page.html"


def keep(store: Path, file: Path) -> Archive:
    """Archive a file."""
    archive = Archive(store)
    with archive.incoming(file) as incoming:
        incoming.settle()
    return archive


def test_a_copy_is_filed_under_its_digest(store: Path, page: Path) -> None:
    """The first two digits are the folder; nothing else is left, and the copy is whole."""
    archive = keep(store, page)
    filed = archive.folder / COPY.sha256[:2] / COPY.sha256[2:]
    assert archive.folder == store.parent / "storm.db.files"
    assert filed.read_bytes() == TEXT
    assert [path for path in archive.folder.rglob("*") if path.is_file()] == [filed]
    assert archive.measure(page) == COPY
    assert archive.fault(COPY) is None


def test_whoever_may_read_the_store_may_read_its_copies_and_nobody_may_write_them(store: Path, page: Path) -> None:
    """Neither the file's own permissions nor the umask count."""
    page.chmod(0o606)
    archive = keep(store, page)
    modes = [
        path.stat().st_mode & 0o777 for path in (archive.folder, archive.path_of(COPY).parent, archive.path_of(COPY))
    ]
    assert list(map(oct, modes)) == list(map(oct, [0o750, 0o750, 0o440]))


def test_the_same_copy_again_changes_nothing(store: Path, page: Path) -> None:
    """It is the same file, even if the second event that names it is not recorded."""
    archive = keep(store, page)
    before = archive.path_of(COPY).stat()
    with archive.incoming(page) as incoming:
        incoming.settle()
        incoming.take_back()
    assert archive.path_of(COPY).stat() == before


def test_an_altered_copy_is_never_written_over(store: Path, page: Path) -> None:
    """What is there may be evidence; the refusal says what is wrong with it."""
    archive = keep(store, page)
    archive.path_of(COPY).chmod(0o600)
    archive.path_of(COPY).write_bytes(TEXT.upper())
    with archive.incoming(page) as incoming, pytest.raises(IntegrityError, match="was altered"):
        incoming.settle()
    assert archive.path_of(COPY).read_bytes() == TEXT.upper()


def test_what_does_not_settle_leaves_nothing(store: Path, page: Path) -> None:
    """Neither a copy that was not wanted after all nor one that is taken back; not even the folder."""
    archive = Archive(store)
    with archive.incoming(page):
        pass
    assert not archive.folder.exists()
    with archive.incoming(page) as incoming:
        incoming.settle()
        incoming.take_back()
    assert not archive.folder.exists()


def test_what_cannot_be_archived_is_refused(store: Path, page: Path, tmp_path: Path) -> None:
    """The store itself, under any name, a folder, a pipe, a missing file; and the folder is not made for them."""
    (tmp_path / "link.db").symlink_to(store)
    os.link(store, tmp_path / "other.db")
    os.mkfifo(tmp_path / "pipe")
    archive = Archive(store)
    for name, reason in {
        "storm.db": "is the store itself",
        "link.db": "is the store itself",
        "other.db": "is the store itself",
        "found": "Is a directory",
        "pipe": "not a plain file",
        "nothing": "No such file",
    }.items():
        with pytest.raises(StoreError, match=reason), archive.incoming(tmp_path / name):
            pass
        with pytest.raises(StoreError, match=reason):
            archive.measure(tmp_path / name)
    assert not archive.folder.exists()


def test_every_fault_of_a_copy_is_told(store: Path, page: Path) -> None:
    """Missing, another length, other bytes, a link, a folder: each in a sentence of its own."""
    archive = keep(store, page)
    filed = archive.path_of(COPY)
    filed.chmod(0o600)
    filed.write_bytes(TEXT + b"!")
    assert "has 31 bytes, not 30" in str(archive.fault(COPY))
    filed.write_bytes(TEXT.lower())
    assert f"was altered: its SHA-256 is {hashlib.sha256(TEXT.lower()).hexdigest()}" in str(archive.fault(COPY))
    filed.unlink()
    assert "is missing from storm.db.files" in str(archive.fault(COPY))
    filed.symlink_to(page)
    assert "cannot be read" in str(archive.fault(COPY))
    filed.unlink()
    filed.mkdir()
    assert "cannot be read" in str(archive.fault(COPY))


def test_a_copy_is_taken_from_another_archive_as_it_is(store: Path, page: Path, tmp_path: Path) -> None:
    """Altered ones too, so that the copy of the store has the same faults; missing ones stay missing."""
    archive = keep(store, page)
    other_store = tmp_path / "copy.db"
    other_store.write_bytes(b"copy")
    other_store.chmod(0o600)
    other = Archive(other_store)
    other.take_from(archive, Copy("0" * 64, 1))
    assert not other.folder.exists()
    other.take_from(archive, COPY)
    assert other.fault(COPY) is None
    assert other.path_of(COPY).stat().st_mode & 0o777 == 0o400
    other.discard()
    assert not other.folder.exists()


@pytest.mark.parametrize(
    "data",
    [
        {},
        {"archived_sha256": "0" * 64},
        {"archived_length": 1},
        {"archived_sha256": "0" * 63, "archived_length": 1},
        {"archived_sha256": "../" * 21 + "x", "archived_length": 1},
        {"archived_sha256": 5, "archived_length": 1},
        {"archived_sha256": "0" * 64, "archived_length": "1"},
    ],
)
def test_what_names_no_copy_names_no_file(data: dict[str, object]) -> None:
    """A payload from elsewhere cannot point outside the folder."""
    assert copy_named(data) is None
