"""Tests of the log: what the database itself refuses, and reading."""

import sqlite3
from collections.abc import Iterator
from typing import Any

import pytest

from chronology.log import event_table
from chronology.log.event_table import Log, Row
from chronology.transparency.merkle import leaf_hash

TIME = "2018-05-15T09:30:00.000000Z"
LATER = "2018-05-15T09:30:01.000000Z"
COLUMNS = ("position", "id", "type", "subject", "recorded_at", "body", "leaf")


def row(position: int, **rest: object) -> Row:
    """Make a row; its id is told by its position."""
    body = b'{"n":%d}' % position
    made = Row(position, f"id-{position:05d}", "a.b", "place/x", TIME, body, leaf_hash(body))
    return made._replace(**rest)


@pytest.fixture
def connection() -> Iterator[sqlite3.Connection]:
    """Give a database that holds the log's objects and nothing else."""
    connection = sqlite3.connect(":memory:", isolation_level=None)
    for statement in event_table.SCHEMA.values():
        connection.execute(statement)
    yield connection
    connection.close()


@pytest.fixture
def three(connection: sqlite3.Connection) -> Log:
    """Give a log of three events."""
    made = Log(connection)
    made.append([row(1), row(2), row(3)])
    return made


def insert(connection: sqlite3.Connection, made: Row, *, verb: str = "INSERT", tail: str = "") -> None:
    """Insert a row by raw SQL."""
    columns = ", ".join(COLUMNS)
    connection.execute(f"{verb} INTO event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?) {tail}", made)


def refused(connection: sqlite3.Connection, statement: str, parameters: object = ()) -> str:
    """Run a statement that must fail and change nothing; return why it failed."""
    before = connection.execute("SELECT * FROM event ORDER BY position").fetchall()
    with pytest.raises(sqlite3.Error) as caught:
        connection.execute(statement, parameters)
    assert connection.execute("SELECT * FROM event ORDER BY position").fetchall() == before
    return str(caught.value)


# Append-only ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("verb", ["UPDATE", *(f"UPDATE OR {c}" for c in ("REPLACE", "IGNORE", "FAIL", "ROLLBACK"))])
@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_of_an_event_can_be_updated(
    three: Log, connection: sqlite3.Connection, verb: str, column: str
) -> None:
    """An UPDATE of any column, by any conflict clause, is refused; also one that would change nothing."""
    for value in (column, "x'09'" if column in ("body", "leaf") else "9"):
        why = refused(connection, f"{verb} event SET {column} = {value} WHERE position = 2")
        assert why == "the log is append-only: events are never changed"


@pytest.mark.parametrize("where", ["", "WHERE position = 3", "WHERE position = 1"])
def test_no_event_can_be_deleted(three: Log, connection: sqlite3.Connection, where: str) -> None:
    """A DELETE is refused, of the newest event too, and so is the one without a condition, which SQLite truncates."""
    assert refused(connection, f"DELETE FROM event {where}") == "the log is append-only: events are never deleted"


@pytest.mark.parametrize("verb", ["INSERT", "REPLACE", "INSERT OR REPLACE", "INSERT OR IGNORE", "INSERT OR FAIL"])
@pytest.mark.parametrize(
    "made",
    [
        row(2, id="other"),
        row(5),
        row(0),
        row(-1),
        row(4)._replace(position=None),
        row(4, id="id-00002"),
        row(4, recorded_at="2018-05-15T09:29:59.999999Z"),
        row(2**62),
    ],
    ids=["used", "gap", "zero", "negative", "chosen by SQLite", "used id", "time fell", "far"],
)
def test_only_the_next_row_may_be_inserted(three: Log, connection: sqlite3.Connection, verb: str, made: Row) -> None:
    """A used or skipped position, a used id, a time before the last: refused, whatever the conflict clause."""
    columns = ", ".join(COLUMNS)
    why = refused(connection, f"{verb} INTO event ({columns}) VALUES (?, ?, ?, ?, ?, ?, ?)", made)
    assert "append-only" in why


@pytest.mark.parametrize("target", ["(position)", "(id)", ""])
@pytest.mark.parametrize("action", ["NOTHING", "UPDATE SET body = excluded.body"])
def test_an_upsert_is_refused(three: Log, connection: sqlite3.Connection, target: str, action: str) -> None:
    """ON CONFLICT is no way around: it can neither change a row nor silently skip one."""
    statement = f"INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT {target} DO {action}"
    for made in (row(2), row(3, id="other"), row(4, id="id-00001")):
        assert "append-only" in refused(connection, statement, made)


def test_the_first_position_is_1(connection: sqlite3.Connection) -> None:
    """An empty log takes position 1 and no other."""
    for position in (0, 2):
        refused(connection, "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", row(position))
    insert(connection, row(1))
    assert Log(connection).head() == 1


def test_the_next_row_may_bear_the_same_time_or_a_later_one(three: Log) -> None:
    """recorded_at may stand or rise."""
    three.append([row(4), row(5, recorded_at=LATER)])
    assert three.head() == 5


def test_an_append_that_is_refused_midway_is_taken_back_with_its_transaction(
    three: Log, connection: sqlite3.Connection
) -> None:
    """The refusal is an error, so the caller's transaction can be undone as a whole."""
    connection.execute("BEGIN")
    with pytest.raises(sqlite3.IntegrityError):
        three.append([row(4), row(6)])
    connection.execute("ROLLBACK")
    assert three.head() == 3


@pytest.mark.parametrize("column", [c for c in COLUMNS if c != "position"])
def test_no_column_can_be_opened_for_writing_as_a_blob(three: Log, connection: sqlite3.Connection, column: str) -> None:
    """Incremental blob I/O runs no triggers; the guarding index keeps it read-only."""
    with pytest.raises(sqlite3.OperationalError, match="cannot open indexed column for writing"):
        connection.blobopen("event", column, 2)
    with connection.blobopen("event", column, 2, readonly=True) as blob:
        assert len(blob.read()) > 2


@pytest.mark.parametrize("column", COLUMNS)
def test_no_column_can_be_dropped(three: Log, connection: sqlite3.Connection, column: str) -> None:
    """ALTER TABLE runs no triggers either."""
    refused(connection, f"ALTER TABLE event DROP COLUMN {column}")


def test_every_column_is_guarded(connection: sqlite3.Connection) -> None:
    """The guarding index names every column but the key, so a new column cannot be forgotten."""
    columns = [r[1] for r in connection.execute("PRAGMA table_info(event)")]
    guarded = [r[2] for r in connection.execute("PRAGMA index_info(event_guards_columns)")]
    assert tuple(columns) == COLUMNS == Row._fields
    assert sorted([*guarded, "position"]) == sorted(columns)


def test_the_guarding_index_holds_nothing(three: Log, connection: sqlite3.Connection) -> None:
    """Guarding the columns costs no space: the index never has an entry."""
    query = "SELECT count(*) FROM event INDEXED BY event_guards_columns WHERE 0"
    assert connection.execute(query).fetchone() == (0,)
    with pytest.raises(sqlite3.OperationalError):
        connection.execute("SELECT * FROM event INDEXED BY event_guards_columns")


@pytest.mark.parametrize("made", [row(4, body=None), row(4, id=None), row(4, body="text"), row(4, recorded_at=b"x")])
def test_columns_are_typed_and_never_empty(three: Log, connection: sqlite3.Connection, made: Row) -> None:
    """STRICT holds the types, NOT NULL the presence."""
    refused(connection, "INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", made)


# Reading ----------------------------------------------------------------------------------------------------


def test_reading_gives_the_rows_in_order(three: Log) -> None:
    """What was appended is read back, by range, by position and by id."""
    assert list(three.read()) == [row(1), row(2), row(3)]
    assert list(three.read(after=1)) == [row(2), row(3)]
    assert list(three.read(after=1, until=2)) == [row(2)]
    assert list(three.read(after=3)) == list(three.read(after=2, until=1)) == []
    assert list(three.read(after=-5, until=99)) == [row(1), row(2), row(3)]
    assert three.by_position(2) == three.by_id("id-00002") == row(2)
    assert three.by_position(0) is three.by_position(4) is three.by_id("nobody") is None


def test_an_empty_log_reads_as_nothing(connection: sqlite3.Connection) -> None:
    """Head 0, no rows, no position at any time."""
    empty = Log(connection)
    assert (empty.head(), list(empty.read()), empty.position_at("9999"), empty.recorded_at(0)) == (0, [], 0, "")


def test_reading_holds_only_a_chunk_at_a_time(connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch) -> None:
    """A long log is fetched part by part, no part twice and none left out, and only as far as somebody reads."""
    monkeypatch.setattr(event_table, "_CHUNK", 10)
    made = Log(connection)
    made.append([row(position) for position in range(1, 36)])
    statements: list[str] = []
    connection.set_trace_callback(lambda text: statements.append(text) if "LIMIT" in text else None)
    stream = made.read(after=2)
    assert [next(stream).position for _ in range(10)] == list(range(3, 13))
    assert len(statements) == 1
    assert [found.position for found in stream] == list(range(13, 36))
    assert len(statements) == 4


def test_reading_backwards_is_limited_by_the_database(
    connection: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The newest rows come first if asked for; no more are fetched than the limit says."""
    monkeypatch.setattr(event_table, "_CHUNK", 10)
    made = Log(connection)
    made.append([row(position) for position in range(1, 36)])
    fetched: list[str] = []
    connection.set_trace_callback(lambda text: fetched.extend(text.split("LIMIT")[1:]))

    def positions(**wanted: Any) -> list[int]:
        fetched.clear()
        return [found.position for found in made.read(**wanted)]

    assert positions(reverse=True) == list(range(35, 0, -1))
    assert positions(reverse=True, after=2, until=30) == list(range(30, 2, -1))
    assert positions(limit=3) == [1, 2, 3]
    assert [int(limit) for limit in fetched] == [3]
    assert positions(reverse=True, limit=12) == list(range(35, 23, -1))
    assert [int(limit) for limit in fetched] == [10, 2]
    assert positions(limit=0) == fetched == []
    assert positions(limit=99) == list(range(1, 36))


def test_a_stream_ends_at_the_head_it_began_with(three: Log) -> None:
    """A loop that appends while it reads does not read for ever."""
    found = []
    for each in three.read():
        found.append(each.position)
        three.append([row(each.position + 3)])
    assert found == [1, 2, 3]


def test_position_at_is_the_newest_recorded_at_or_before_an_instant(connection: sqlite3.Connection) -> None:
    """Halving agrees with counting, for instants before, at, between and after all, with ties."""
    seconds = [0, 0, 1, 1, 1, 4, 7, 7]
    made = Log(connection)
    made.append([row(n, recorded_at=f"2018-05-15T09:30:{s:02d}.000000Z") for n, s in enumerate(seconds, start=1)])
    for instant in range(10):
        asked = f"2018-05-15T09:30:{instant:02d}.000000Z"
        assert made.position_at(asked) == sum(s <= instant for s in seconds)
    assert made.position_at("2018-05-15T09:29:59.999999Z") == 0
    assert made.position_at("2018-05-15T09:30:03.999999Z") == 5
    assert made.recorded_at(6) == "2018-05-15T09:30:04.000000Z"
    assert made.recorded_at(9) == ""


def test_absent_tells_which_ids_no_event_has(connection: sqlite3.Connection) -> None:
    """Whatever text is asked for, and however often; what cannot be an id is nobody's business."""
    made = Log(connection)
    made.append([row(n, id=text) for n, text in enumerate(["0163-00", "0164-01"], start=1)])
    assert made.absent(["0164-01", "0165-02", "0165-02", "'", "0163-00"]) == {"0165-02", "'"}
    assert made.absent(["\ud800", "é"]) == set()
    assert made.absent([]) == set()


def test_ids_starting_finds_what_begins_so(connection: sqlite3.Connection) -> None:
    """A prefix finds its ids in order, up to the limit; the whole id finds itself; others find nothing."""
    made = Log(connection)
    ids = ["0163-f9", "0163-00", "0163-ff", "0164-00"]
    made.append([row(n, id=text) for n, text in enumerate(ids, start=1)])
    assert made.ids_starting("0163", limit=9) == ["0163-00", "0163-f9", "0163-ff"]
    assert made.ids_starting("0163", limit=2) == ["0163-00", "0163-f9"]
    assert made.ids_starting("0163-f", limit=9) == ["0163-f9", "0163-ff"]
    assert made.ids_starting("0163-ff", limit=9) == ["0163-ff"]
    assert made.ids_starting("0165", limit=9) == made.ids_starting("%", limit=9) == []
