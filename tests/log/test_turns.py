"""Tests of taking turns at writing."""

import fcntl
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest

from chronology.log import database


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Return where a database without tables is made."""
    return tmp_path / "store.db"


@pytest.fixture
def pair(path: Path) -> Iterator[tuple[sqlite3.Connection, sqlite3.Connection]]:
    """Open two connections on it, the first holding the write lock; each waits a moment."""
    both = [sqlite3.connect(path, isolation_level=None, timeout=0.05) for _ in range(2)]
    both[0].execute("BEGIN IMMEDIATE")
    yield both[0], both[1]
    for connection in both:
        connection.close()


def test_who_need_not_wait_makes_no_file(path: Path) -> None:
    """A store with one writer has no queue beside it."""
    connection = sqlite3.connect(path, isolation_level=None)
    database.begin_in_turn(connection, path)
    assert connection.in_transaction
    connection.close()
    assert not Path(f"{path}{database.QUEUE}").exists()


def test_who_waits_in_vain_is_told_and_can_go_on(
    path: Path, pair: tuple[sqlite3.Connection, sqlite3.Connection]
) -> None:
    """After the time of the connection, SQLite's own error comes up, and its patience is what it was before."""
    first, second = pair
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database.begin_in_turn(second, path)
    assert second.execute("PRAGMA busy_timeout").fetchone() == (50,)
    assert Path(f"{path}{database.QUEUE}").read_bytes() == b""
    first.execute("COMMIT")
    database.begin_in_turn(second, path)
    assert second.in_transaction


def test_who_stands_in_the_queue_does_not_bar_the_way_for_ever(
    path: Path, pair: tuple[sqlite3.Connection, sqlite3.Connection]
) -> None:
    """A process that stands still at the head of the queue delays others by their own patience, and no longer."""
    first, second = pair
    first.execute("COMMIT")
    with Path(f"{path}{database.QUEUE}").open("w") as queue:
        fcntl.flock(queue, fcntl.LOCK_EX)
        database.begin_in_turn(second, path)
    assert second.in_transaction


def test_a_folder_that_takes_no_file_leaves_it_to_sqlite(
    path: Path, pair: tuple[sqlite3.Connection, sqlite3.Connection]
) -> None:
    """Where the queue cannot be made, the write lock alone decides."""
    first, second = pair
    Path(f"{path}{database.QUEUE}").mkdir()
    with pytest.raises(sqlite3.OperationalError, match="locked"):
        database.begin_in_turn(second, path)
    first.execute("COMMIT")
    database.begin_in_turn(second, path)
    assert second.in_transaction
