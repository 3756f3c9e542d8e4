"""Tests of backups: a copy of one moment, verified, that never takes the place of another file."""

import sqlite3
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.errors import StoreError
from chronology.log import database


def fact(value: int) -> Event:
    """Return an assertion."""
    data = {"attribute": "a", "value": value}
    return Event(type="fact.asserted", subject="place/x", valid="2018", source="source/s", data=data)


def test_a_backup_is_a_store_with_the_same_events_and_answers(chron: Chronology, tmp_path: Path) -> None:
    """To restore is to open it: same root, same projections, and it takes new events."""
    chron.append(fact(1))
    heard: list[tuple[int, int]] = []
    report = chron.proofs.backup(tmp_path / "copy.db", lambda done, total: heard.append((done, total)))
    assert (report.ok, report.events, report.root) == (True, chron.head(), chron.proofs.checkpoint().root)
    assert heard
    with Chronology.open(tmp_path / "copy.db") as copy:
        assert list(copy.read()) == list(chron.read())
        assert copy.state(valid_at="2018") == chron.state(valid_at="2018")
        assert copy.replay().changed == ()
        assert copy.verify(checkpoint=chron.proofs.checkpoint()).ok
        copy.append(fact(2))


def test_a_backup_is_private_and_one_file(chron: Chronology, tmp_path: Path) -> None:
    """Only its owner can read it, and no journal is needed beside it."""
    (tmp_path / "copies").mkdir()
    chron.proofs.backup(tmp_path / "copies" / "copy.db")
    assert [path.name for path in (tmp_path / "copies").iterdir()] == ["copy.db"]
    assert (tmp_path / "copies" / "copy.db").stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize("name", ["used.db", "storm.db", "link.db", "none/copy.db", "."])
def test_no_file_is_written_over(chron: Chronology, tmp_path: Path, name: str) -> None:
    """A file, the store itself, a link to nowhere, a missing folder, a folder: refused, and all is as it was."""
    (tmp_path / "used.db").write_bytes(b"precious")
    (tmp_path / "link.db").symlink_to(tmp_path / "elsewhere.db")
    before = {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()}
    with pytest.raises(StoreError):
        chron.proofs.backup(tmp_path / name)
    assert {path.name: path.read_bytes() for path in tmp_path.iterdir() if path.is_file()} == before


def test_a_backup_is_of_one_moment_while_others_write(chron: Chronology, tmp_path: Path) -> None:
    """A backup leaves out what another process has not committed, and does not wait for it."""
    other = sqlite3.connect(tmp_path / "storm.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    other.execute("DELETE FROM segment")
    head = chron.head()
    report = chron.proofs.backup(tmp_path / "copy.db")
    other.execute("ROLLBACK")
    other.close()
    assert (report.ok, report.events) == (True, head)


def test_faults_of_the_store_are_found_in_the_copy(chron: Chronology, tmp_path: Path) -> None:
    """A damaged store can be copied, because that may be the last chance; the report says what is wrong."""
    raw = sqlite3.connect(tmp_path / "storm.db", isolation_level=None)
    raw.execute("DELETE FROM projection")
    raw.close()
    report = chron.proofs.backup(tmp_path / "copy.db")
    assert not report.ok
    assert (tmp_path / "copy.db").exists()


def test_a_copy_that_fails_leaves_no_file(tmp_path: Path) -> None:
    """Half a backup would be worse than none."""
    source = sqlite3.connect(":memory:")
    source.execute("CREATE TABLE x (y)")
    with pytest.raises(StoreError):
        database.backup(source, tmp_path / "copy.db")
    assert not (tmp_path / "copy.db").exists()
    source.close()
