"""Tests of the file: what is opened and what is refused, with which settings, and that a refusal writes nothing."""

import os
import sqlite3
import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from conftest import Clock, counting

from chronology import Chronology, Event
from chronology.errors import ChronologyError, IntegrityError, LockedError, StoreError
from chronology.log import database, event_table
from chronology.log.database import APPLICATION_ID, FORMAT, connect, reading, scratch, writing
from chronology.projections import tables

STALLED = Event(type="operation.stalled", subject="operation/storm", valid="2018-01", source="source/voa")


@pytest.fixture
def path(tmp_path: Path, clock: Clock) -> Path:
    """Give the path of a store that was made and closed."""
    made = tmp_path / "storm.db"
    Chronology.open(made, create=True, clock=clock, randomness=counting()).close()
    return made


def raw(path: Path, *statements: str) -> None:
    """Run statements on a file as another program would."""
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()


def refusal(path: Path, **how: bool) -> StoreError:
    """Return the error with which a path is refused; nothing in its folder may change."""
    before = contents(path.parent)
    with pytest.raises(StoreError) as caught:
        Chronology.open(path, **how)
    assert contents(path.parent) == before
    return caught.value


def contents(folder: Path) -> dict[str, bytes]:
    """Return every file of a folder with its bytes."""
    return {found.name: found.read_bytes() for found in folder.iterdir() if found.is_file()}


def pragma(connection: sqlite3.Connection, name: str) -> object:
    """Return the value of a setting."""
    return connection.execute(f"PRAGMA {name}").fetchone()[0]


# What is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", [{}, {"read_only": True}, {"create": True}], ids=str)
def test_a_directory_is_no_store(tmp_path: Path, how: dict[str, bool]) -> None:
    """A directory is refused as such, and a file name is asked for."""
    error = refusal(tmp_path, **how)
    assert str(error) == f"{tmp_path} is a directory, not a store"
    assert error.hint == "name a file, as in --db storm.db"


@pytest.mark.parametrize("how", [{}, {"read_only": True}, {"create": True}], ids=str)
def test_a_pipe_is_no_store(tmp_path: Path, how: dict[str, bool]) -> None:
    """Anything but a file is refused at once, instead of being waited for."""
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    assert str(refusal(pipe, **how)) == f"{pipe} is not a file"


@pytest.mark.parametrize("how", [{}, {"read_only": True}, {"read_only": True, "create": True}], ids=str)
def test_a_missing_file_is_not_made_unasked(tmp_path: Path, how: dict[str, bool]) -> None:
    """Only create=True makes a file."""
    error = refusal(tmp_path / "no.db", **how)
    assert str(error) == f"there is no store at {tmp_path / 'no.db'}"
    assert error.hint == "`chronology init PATH` makes one"


def test_a_missing_folder_is_not_made(tmp_path: Path) -> None:
    """create=True makes a file, not the folders above it."""
    with pytest.raises(StoreError, match="there is no directory"):
        Chronology.open(tmp_path / "no" / "storm.db", create=True)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", ["a" * 300, "a/" * 3_000])
def test_a_path_that_the_system_refuses_is_a_store_error(tmp_path: Path, name: str) -> None:
    """A name too long for the file system is refused like any other bad path."""
    for create in (False, True):
        with pytest.raises(StoreError, match="cannot be opened"):
            Chronology.open(tmp_path / name, create=create)


def test_a_path_with_signs_of_a_uri_is_that_file(tmp_path: Path) -> None:
    """Question marks, percent signs and the like are part of the name, never options to SQLite."""
    made = tmp_path / "a?mode=memory#%41 é.db"
    Chronology.open(made, create=True).close()
    assert set(contents(tmp_path)) == {made.name, f"{made.name}-journal"}
    Chronology.open(made).close()


def test_an_empty_file_is_no_store_yet(tmp_path: Path) -> None:
    """An empty file is told apart from a store, and create=True makes it one."""
    made = tmp_path / "empty.db"
    made.touch()
    assert str(refusal(made)) == f"{made} is empty, not a store"
    assert "is empty" in str(refusal(made, read_only=True))
    with Chronology.open(made, create=True) as chron:
        assert chron.head() > 0


@pytest.mark.parametrize(
    "data",
    [
        b"x",
        b"y" * 511,
        b"hello\n" * 300,
        os.urandom(8_192),
        b"SQLite format 3\x00" + os.urandom(4_080),
        b"\x00" * 4_096,
    ],
    ids=["one byte", "511 bytes", "text", "random", "random behind the magic", "zeros"],
)
@pytest.mark.parametrize("how", [{}, {"create": True}, {"read_only": True}], ids=str)
def test_what_is_no_database_is_refused_and_left_alone(tmp_path: Path, data: bytes, how: dict[str, bool]) -> None:
    """Any other file is refused, also when a store is to be made there, and stays as it is byte for byte."""
    made = tmp_path / "notes.txt"
    made.write_bytes(data)
    assert str(made) in str(refusal(made, **how))


@pytest.mark.parametrize("how", [{}, {"create": True}, {"read_only": True}], ids=str)
@pytest.mark.parametrize("statement", ["CREATE TABLE t (x)", "PRAGMA application_id = 5", "PRAGMA user_version = 1"])
def test_a_database_of_another_program_is_refused_and_left_alone(
    tmp_path: Path, statement: str, how: dict[str, bool]
) -> None:
    """A file with another mark, or with contents but no mark, is not ours."""
    made = tmp_path / "browser.db"
    raw(made, statement)
    assert str(refusal(made, **how)) == f"{made} is a database of another program, not a Chronology store"


def test_a_newer_format_is_read_but_not_written(path: Path) -> None:
    """A file of a newer Chronology is refused for writing, with both numbers, and opens for reading."""
    raw(path, "PRAGMA user_version = 7")
    assert f"(file format 7, this one writes {FORMAT})" in str(refusal(path))
    assert "newer Chronology" in str(refusal(path, create=True))
    with Chronology.open(path, read_only=True) as chron:
        assert chron.head() > 0


def test_a_file_marked_read_only_is_read_but_not_written(path: Path) -> None:
    """The mode bits count, even for a user whom the system would let pass."""
    path.chmod(0o444)
    assert str(refusal(path)) == f"{path} is marked read-only"
    with Chronology.open(path, read_only=True) as chron:
        assert chron.head() > 0
        with pytest.raises(StoreError, match="cannot be written"):
            chron.append(STALLED)


def test_a_read_only_store_refuses_every_change(path: Path) -> None:
    """read_only=True refuses to append, to define and to replay, and leaves the bytes alone."""
    before = contents(path.parent)
    with Chronology.open(path, read_only=True) as chron:
        for change in (lambda: chron.append(STALLED), chron.replay, lambda: chron.append_many([STALLED])):
            with pytest.raises(StoreError, match="cannot be written") as caught:
                change()
            assert caught.value.hint == "check the permissions of the file and its directory"
        assert chron.verify().ok
    assert contents(path.parent) == before


# A log that is not as it was made ---------------------------------------------------------------------------


@pytest.mark.parametrize("name", [name for name in event_table.SCHEMA if name != "event"])
@pytest.mark.parametrize("read_only", [False, True])
def test_a_missing_trigger_or_index_is_refused_at_opening(path: Path, name: str, read_only: bool) -> None:
    """Without all that keeps the log append-only, the file is not opened."""
    kind = "INDEX" if name == "event_guards_columns" else "TRIGGER"
    raw(path, f"DROP {kind} {name}")
    error = refusal(path, read_only=read_only)
    assert isinstance(error, IntegrityError)
    assert str(error) == f"the log's {name} is missing"


@pytest.mark.parametrize("name", [name for name in event_table.SCHEMA if "refuses" in name])
def test_a_changed_trigger_is_refused_at_opening(path: Path, name: str) -> None:
    """A trigger with the right name that does nothing does not count."""
    raw(path, f"DROP TRIGGER {name}", f"CREATE TRIGGER {name} BEFORE DELETE ON event BEGIN SELECT 1; END")
    assert str(refusal(path)) == f"the log's {name} has been changed"


def test_a_changed_table_is_refused_at_opening(path: Path) -> None:
    """A column more is a change too, though every trigger still stands."""
    raw(path, "ALTER TABLE event ADD COLUMN extra TEXT")
    assert str(refusal(path)) == "the log's event has been changed"


# Settings ---------------------------------------------------------------------------------------------------


def test_a_store_is_marked_as_ours(path: Path) -> None:
    """The mark is in bytes 68 to 71 as the letters Chro, and the format is beside it."""
    assert path.read_bytes()[68:72] == b"Chro"
    connection = connect(path)
    assert pragma(connection, "application_id") == APPLICATION_ID
    assert pragma(connection, "user_version") == FORMAT
    connection.close()


@pytest.mark.parametrize("create", [False, True])
def test_every_writing_connection_is_durable(path: Path, create: bool) -> None:
    """Rollback journal, truncated; synchronous EXTRA (3); schemas not trusted; cells checked."""
    connection = connect(path, create=create)
    assert pragma(connection, "journal_mode") == "truncate"
    assert pragma(connection, "synchronous") == 3
    assert pragma(connection, "trusted_schema") == 0
    assert pragma(connection, "cell_size_check") == 1
    assert pragma(connection, "query_only") == 0
    connection.close()


def test_the_store_uses_such_a_connection(path: Path) -> None:
    """What users open, and what makes a new file, is durable as well."""
    for how, where in (({}, path), ({"create": True}, path.with_name("new.db"))):
        with Chronology.open(where, **how) as chron:
            assert pragma(chron._session.connection, "journal_mode") == "truncate"
            assert pragma(chron._session.connection, "synchronous") == 3


def test_a_reading_connection_trusts_no_schema_and_writes_nothing(path: Path) -> None:
    """Readers are held to query_only, with the same distrust."""
    connection = connect(path, read_only=True)
    assert pragma(connection, "trusted_schema") == 0
    assert pragma(connection, "query_only") == 1
    connection.close()


def test_a_file_in_wal_mode_is_brought_back(path: Path) -> None:
    """Another program may have switched to WAL; the next writer switches back, and nothing is lost."""
    raw(path, "PRAGMA journal_mode = WAL")
    with Chronology.open(path) as chron:
        assert pragma(chron._session.connection, "journal_mode") == "truncate"
        assert chron.verify().ok
    assert [found.name for found in path.parent.iterdir() if "wal" in found.name] == []


def test_a_file_in_wal_mode_that_is_in_use_is_refused(path: Path) -> None:
    """If WAL cannot be left because somebody else is in the file, it is not written."""
    raw(path, "PRAGMA journal_mode = WAL")
    other = sqlite3.connect(path)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(StoreError):
        Chronology.open(path, patience=MOMENT)
    other.close()


def test_the_schema_is_listed_by_name(path: Path) -> None:
    """Every object of the log and the projections is there with its exact text."""
    connection = connect(path, read_only=True)
    found = database.schema(connection)
    connection.close()
    assert {name: found[name] for name in event_table.SCHEMA | tables.SCHEMA} == event_table.SCHEMA | tables.SCHEMA


# Errors and transactions ------------------------------------------------------------------------------------


MOMENT = 0.05
"""How long a connection waits for a lock, in seconds, where waiting is in vain."""


def test_a_store_locked_by_another_process_says_so(path: Path) -> None:
    """A writer that cannot get the lock is told that somebody else has it, and nothing is written."""
    chron = Chronology.open(path, patience=MOMENT)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    before = path.read_bytes()
    with pytest.raises(StoreError, match="is locked by another process") as caught:
        chron.append(STALLED)
    assert caught.value.hint == "try again when it is done"
    assert path.read_bytes() == before
    other.execute("ROLLBACK")
    assert chron.append(STALLED).position == chron.head()
    other.close()
    chron.close()


def test_a_reader_that_delays_the_commit_leaves_nothing_half_written(path: Path) -> None:
    """A commit that cannot get past a reader is taken back whole."""
    chron = Chronology.open(path, patience=MOMENT)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN")
    other.execute("SELECT count(*) FROM event").fetchone()
    with pytest.raises(StoreError, match="is locked"):
        chron.append(STALLED)
    other.execute("COMMIT")
    other.close()
    assert chron.verify().ok
    assert chron.append(STALLED).position == chron.head()
    chron.close()


def test_a_full_disk_writes_nothing(path: Path) -> None:
    """When no page is left, the append is refused, the file is as before, and the next append succeeds."""
    with Chronology.open(path) as chron:
        head = chron.head()
        pages = pragma(chron._session.connection, "page_count")
        chron._session.connection.execute(f"PRAGMA max_page_count = {pages}")
        long = [Event(**{**FIELDS, "note": "x" * 60_000}) for _ in range(3)]
        before = path.read_bytes()
        with pytest.raises(StoreError, match=r"no room left to write .*; nothing was written"):
            chron.append_many(long)
        assert path.read_bytes() == before
        assert chron.head() == head
        chron._session.connection.execute("PRAGMA max_page_count = 1000000")
        assert chron.append_many(long).head == head + 3
        assert chron.verify().ok


FIELDS = {"type": "operation.stalled", "subject": "operation/storm", "valid": "2018", "source": "source/voa"}


@pytest.mark.parametrize(
    "bad",
    [
        Event(**{**FIELDS, "subject": "person/x"}),
        Event(**{**FIELDS, "type": "no.such"}),
        Event(**FIELDS, disputes=["01636322-91c0-7cde-9af5-2638c05341bb"]),
        Event(type="assertion.retracted", retracts="01636322-91c0-7cde-9af5-2638c05341bb", data={"reason": "x"}),
        Event(**FIELDS, note="x" * 70_000),
        Event(**FIELDS, id="\ud800"),
    ],
    ids=["kind", "type", "disputes", "retracts", "size", "surrogate"],
)
def test_nothing_is_written_after_a_refusal(path: Path, bad: Event) -> None:
    """A batch whose last event is refused leaves the file as it was, byte for byte."""
    with Chronology.open(path) as chron:
        before = contents(path.parent)
        with pytest.raises(ChronologyError):
            chron.append_many([STALLED, STALLED, bad])
        assert contents(path.parent) | {"storm.db-journal": b""} == before | {"storm.db-journal": b""}


@pytest.mark.parametrize(
    ("code", "kind", "message"),
    [
        (sqlite3.SQLITE_BUSY, LockedError, "f.db is locked by another process"),
        (sqlite3.SQLITE_BUSY_SNAPSHOT, LockedError, "f.db is locked by another process"),
        (sqlite3.SQLITE_LOCKED, LockedError, "f.db is locked by another process"),
        (sqlite3.SQLITE_READONLY_DBMOVED, StoreError, "f.db cannot be written"),
        (sqlite3.SQLITE_FULL, StoreError, "no room left to write f.db; nothing was written"),
        (sqlite3.SQLITE_CANTOPEN_ISDIR, StoreError, "f.db cannot be opened"),
        (sqlite3.SQLITE_NOTADB, StoreError, "f.db is not a database"),
        (sqlite3.SQLITE_CORRUPT_INDEX, IntegrityError, "f.db is damaged: boom"),
        (sqlite3.SQLITE_IOERR_FSYNC, StoreError, "the disk failed while using f.db: boom"),
        (sqlite3.SQLITE_ERROR, StoreError, "f.db: boom"),
        (None, StoreError, "f.db: boom"),
    ],
)
def test_sqlite_errors_become_ours(code: int | None, kind: type[StoreError], message: str) -> None:
    """Every SQLite error, extended codes too, becomes one of this project's with the original behind it."""
    original = sqlite3.OperationalError("boom")
    if code is not None:
        original.sqlite_errorcode = code
    with pytest.raises(StoreError) as caught, database.wrapped("f.db"):
        raise original
    assert type(caught.value) is kind
    assert str(caught.value) == message
    assert caught.value.__cause__ is original


@pytest.mark.parametrize(
    "ask",
    [
        lambda chron: chron.event("\udcff"),
        lambda chron: chron.state("operation/\udcff"),
        lambda chron: chron.timeline("\udcff"),
        lambda chron: chron.names.subjects(kind="\udcff"),
        lambda chron: chron.event(10**30),
        lambda chron: chron.state(known_at=10**30),
        lambda chron: list(chron.read(until=10**30)),
    ],
)
def test_what_sqlite_cannot_take_is_refused_in_our_words(path: Path, ask: Callable[[Chronology], object]) -> None:
    """A text from a shell that is not UTF-8, and a number beyond 64 bits, are refused, by the file at the latest."""
    with Chronology.open(path) as chron, pytest.raises(ChronologyError, match=r"UTF-8|64 bits|not kind/slug"):
        ask(chron)


def test_a_transaction_is_taken_back_by_any_exception(path: Path) -> None:
    """Even by an exception that is not an error, such as an interrupt from the keyboard."""
    connection = connect(path)

    def interrupted(kind: type[BaseException]) -> None:
        with writing(connection):
            connection.execute("DELETE FROM reference")
            raise kind

    for kind in (ValueError, KeyboardInterrupt):
        with pytest.raises(kind):
            interrupted(kind)
        assert not connection.in_transaction
    assert connection.execute("SELECT count(*) FROM reference").fetchone()[0] > 0
    connection.close()


def test_a_writer_holds_the_lock_from_the_start(path: Path) -> None:
    """Two writers never read the same head: the second one waits at BEGIN."""
    first, seen = connect(path), []
    second = connect(path, patience=MOMENT)
    with writing(first), pytest.raises(StoreError, match="locked"), writing(second):
        seen.append("never")
    assert seen == []
    first.close()
    second.close()


def test_a_question_inside_a_transaction_sees_it(path: Path) -> None:
    """Reading joins the open transaction, or opens one if there is none."""
    connection = connect(path)
    with reading(connection):
        assert connection.in_transaction
    assert not connection.in_transaction
    with writing(connection), reading(connection):
        assert connection.in_transaction
    connection.close()


def test_a_reader_holds_one_snapshot(path: Path) -> None:
    """All questions in one block are answered from one state of the file."""
    connection = connect(path, read_only=True)
    with reading(connection):
        connection.execute("SELECT count(*) FROM event").fetchone()
        with Chronology.open(path, patience=MOMENT) as chron, pytest.raises(StoreError, match="locked"):
            chron.append(STALLED)
    connection.close()


def test_several_who_make_one_store_at_once_agree(tmp_path: Path) -> None:
    """The second process finds the tables made, and both have the same vocabulary."""
    failures: list[BaseException] = []

    def make() -> None:
        try:
            Chronology.open(tmp_path / "storm.db", create=True).close()
        except BaseException as exc:
            failures.append(exc)

    threads = [threading.Thread(target=make) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []
    with Chronology.open(tmp_path / "storm.db") as chron:
        assert chron.verify().ok


def test_a_scratch_database_is_private() -> None:
    """Two scratch databases share nothing and have no name."""
    one, two = scratch(), scratch()
    one.execute("CREATE TABLE t (x)")
    assert database.schema(two) == {}
    assert one.execute("PRAGMA database_list").fetchall()[0][2] == ""
    one.close()
    two.close()
