"""Tests of opening somebody else's store: nothing hostile runs, nothing is believed, every lie is named by position."""

import shutil
import sqlite3
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, Final

import pytest

from chronology import Chronology, Event
from chronology.errors import ChronologyError, IntegrityError, StoreError
from chronology.events import canonical
from chronology.evidence.soundness import _LARGEST_VALUE, open_foreign
from chronology.log import event_table
from chronology.log.event_table import Log
from chronology.transparency.merkle import leaf_hash, root

SOURCE: Final = {"valid": "2018", "source": "source/s"}


def fact(value: object, **rest: Any) -> Event:
    """Return an assertion."""
    return Event(
        type="fact.asserted", subject="place/x", data={"attribute": "status", "value": value}, **(SOURCE | rest)
    )


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store with each kind of event, one of them redacted."""
    path = tmp_path_factory.mktemp("foreign") / "theirs.db"
    with Chronology.open(path, create=True) as chron:
        chron.append_many([fact(number) for number in range(6)])
        first = chron.event(chron.head() - 5)
        chron.retract(first.id, reason="r")
        second = chron.append(fact(9, replaces=chron.event(first.position + 1).id))
        chron.append(fact(10, disputes=[second.id]))
        chron.redact(chron.event(first.position + 2).id, reason="r")
        chron.append(fact(11))
    return path


@pytest.fixture
def theirs(template: Path, tmp_path: Path) -> Path:
    """Give a copy that may be tampered with."""
    path = tmp_path / "theirs.db"
    shutil.copy(template, path)
    return path


def head(path: Path) -> int:
    """Return the newest position of a file."""
    connection = sqlite3.connect(path)
    position: int = connection.execute("SELECT max(position) FROM event").fetchone()[0]
    connection.close()
    return position


def raw(path: Path, *statements: str | tuple[str, tuple[Any, ...]], triggers: bool = False) -> None:
    """Run statements on a file, its triggers taken off before and put back after."""
    connection = sqlite3.connect(path, isolation_level=None)
    names = [] if triggers else [name for name in event_table.SCHEMA if "refuses" in name]
    for name in names:
        connection.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        connection.execute(*((statement,) if isinstance(statement, str) else statement))
    for name in names:
        connection.execute(event_table.SCHEMA[name])
    connection.close()


def read(path: Path) -> list[Any]:
    """Read everything that can be believed."""
    with open_foreign(path) as foreign:
        return list(foreign.events())


def refusal(path: Path) -> IntegrityError:
    """Return why a file is not believed."""
    before = path.read_bytes()
    with pytest.raises(IntegrityError) as caught:
        read(path)
    assert path.read_bytes() == before
    return caught.value


# A sound store ----------------------------------------------------------------------------------------------


def test_a_sound_store_is_read_event_by_event(theirs: Path) -> None:
    """Every event, including redacted ones, as its owner reads them; and how the log compares with a checkpoint."""
    with Chronology.open(theirs, read_only=True) as chron:
        wanted, checkpoint, vocabulary = list(chron.read()), chron.proofs.checkpoint(), chron.vocabulary
    with open_foreign(theirs) as foreign:
        found = list(foreign.events())
        assert foreign.compare(checkpoint).ok
        assert [kind.name for kind in foreign.vocabulary] == [kind.name for kind in vocabulary]
        assert list(foreign.events()) == found
    assert found == wanted
    assert root(event.leaf for event in found) == checkpoint.root
    assert any(event.is_redacted for event in found)


def test_the_running_example_is_believed(storm: Path) -> None:
    """Real events of every built-in kind pass the checks."""
    assert len(read(storm)) == head(storm)


def test_reading_leaves_the_folder_as_it_was(theirs: Path) -> None:
    """No journal, no change of any byte; also where statistics were gathered."""
    raw(theirs, "ANALYZE", triggers=True)
    before = {path.name: path.read_bytes() for path in theirs.parent.iterdir()}
    read(theirs)
    assert {path.name: path.read_bytes() for path in theirs.parent.iterdir()} == before


def test_wrong_projections_do_not_matter(theirs: Path) -> None:
    """They are not looked at."""
    raw(theirs, "DELETE FROM segment", "DELETE FROM claim", triggers=True)
    assert read(theirs)


def test_a_search_index_does_not_matter(theirs: Path) -> None:
    """A store may have one; what stands in it is not looked at, not even by SQLite's check of the file."""
    with Chronology.open(theirs) as chron:
        chron.search("storm")
    raw(theirs, "UPDATE search_config SET v = 99", "UPDATE search_data SET block = x'ff'")
    assert read(theirs)


# Hostile files ----------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("CREATE VIEW spy AS SELECT * FROM event", "the view 'spy'"),
        ("CREATE TRIGGER spy AFTER INSERT ON claim BEGIN SELECT 1; END", "the trigger 'spy'"),
        ("CREATE TABLE spy (x)", "the table 'spy'"),
        ("CREATE INDEX spy ON event (hex(body))", "the index 'spy'"),
        ("CREATE VIRTUAL TABLE spy USING fts5(x)", "the table 'spy"),
        ("CREATE VIRTUAL TABLE search USING fts5(x)", "the table 'search"),
        ("CREATE VIEW search AS SELECT 1", "the view 'search'"),
        ("DROP TRIGGER event_refuses_update", "the trigger event_refuses_update, which every store has, is missing"),
        ("DROP TABLE claim", "the table claim, which every store has, is missing"),
        ("DROP VIEW state", "the view state, which every store has, is missing"),
        ("ALTER TABLE event ADD COLUMN x ANY", "the table 'event'"),
        ("ALTER TABLE event ADD COLUMN x TEXT AS (hex(body))", "the table 'event'"),
        ("ALTER TABLE reference ADD COLUMN x ANY", "the table 'reference'"),
    ],
)
def test_a_schema_that_no_store_has_is_refused(theirs: Path, statement: str, words: str) -> None:
    """Views, triggers, tables, indexes and columns of others, and missing ones: before anything is read."""
    raw(theirs, statement, triggers=True)
    assert words in str(refusal(theirs))


def test_a_view_under_a_harmless_name_is_refused(theirs: Path) -> None:
    """The kind and text of the objects allowed beside the store's own are checked too."""
    raw(theirs, "DROP TABLE _sqlite_migrations", "CREATE VIEW _sqlite_migrations AS SELECT 1", triggers=True)
    assert "the view '_sqlite_migrations'" in str(refusal(theirs))


def test_a_view_in_place_of_the_log_is_refused(theirs: Path) -> None:
    """A view named event could compute anything whenever it is read."""
    raw(theirs, "ALTER TABLE event RENAME TO hidden", "CREATE VIEW event AS SELECT * FROM hidden", triggers=True)
    assert "does not belong to a store" in str(refusal(theirs))


@pytest.mark.parametrize(
    "statement",
    [
        "INSERT INTO event SELECT * FROM event",
        "UPDATE event SET body = x''",
        "DELETE FROM event",
        "DELETE FROM claim",
        "DROP TABLE event",
        "CREATE TABLE x (y)",
        "CREATE TEMP TABLE x (y)",
        "ATTACH ':memory:' AS other",
        "VACUUM INTO 'copy.db'",
        "PRAGMA writable_schema = ON",
        "PRAGMA query_only = OFF",
        "PRAGMA journal_mode = WAL",
        "SELECT load_extension('x')",
        "SELECT hex(body) FROM event",
        "SELECT value FROM state",
        "SELECT * FROM pragma_table_info('event')",
        "WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT max(x) FROM n",
    ],
)
def test_the_connection_may_do_nothing_but_read_the_log(theirs: Path, statement: str) -> None:
    """The authorizer denies everything that reading does not need."""
    with open_foreign(theirs) as foreign:
        connection = foreign._log._connection
        with pytest.raises(sqlite3.DatabaseError, match=r"not authorized|prohibited|within a transaction"):
            connection.execute(statement)
        assert list(Log(connection).read())


def test_the_file_is_opened_without_trust(theirs: Path) -> None:
    """Read-only, cells checked, functions of the schema not trusted, long values not handed out."""
    with open_foreign(theirs) as foreign:
        connection = foreign._log._connection
        connection.set_authorizer(None)
        for name, wanted in (("trusted_schema", 0), ("cell_size_check", 1), ("query_only", 1), ("mmap_size", 0)):
            found = connection.execute(f"PRAGMA {name}").fetchone()
            assert found is None or found[0] == wanted, name
        assert connection.getlimit(sqlite3.SQLITE_LIMIT_LENGTH) == _LARGEST_VALUE
        assert connection.getlimit(sqlite3.SQLITE_LIMIT_ATTACHED) == 0


def test_what_is_no_store_is_refused(tmp_path: Path, theirs: Path) -> None:
    """No file, a folder, text, another database, another format: a clear error."""
    (tmp_path / "text").write_text("x" * 5000)
    sqlite3.connect(tmp_path / "empty.db").close()
    raw(theirs, "PRAGMA user_version = 7", triggers=True)
    for name in ("none.db", ".", "text", "empty.db", "theirs.db"):
        with pytest.raises(StoreError):
            read(tmp_path / name)


def test_a_journal_beside_the_file_is_not_played_back(theirs: Path) -> None:
    """A stranger's journal could write anything; such a store is refused until its owner has opened it."""
    connection = sqlite3.connect(theirs, isolation_level=None)
    connection.execute("PRAGMA cache_size = 1")
    connection.execute("BEGIN IMMEDIATE")
    connection.execute("UPDATE claim SET value = printf('%2000s', 'x')")
    hot = theirs.parent / "hot.db"
    shutil.copy(theirs, hot)
    shutil.copy(f"{theirs}-journal", f"{hot}-journal")
    connection.execute("ROLLBACK")
    connection.close()
    before = hot.read_bytes()
    with pytest.raises(StoreError):
        read(hot)
    assert hot.read_bytes() == before


def test_a_damaged_file_is_refused(theirs: Path) -> None:
    """Flipped bytes anywhere in the file give a typed error, or hit what is not read."""
    data = theirs.read_bytes()
    wanted = read(theirs)
    for offset in range(100, len(data), len(data) // 60):
        theirs.write_bytes(data[:offset] + bytes([data[offset] ^ 0x41]) + data[offset + 1 :])
        try:
            assert read(theirs) == wanted
        except ChronologyError:
            continue


# Events that lie --------------------------------------------------------------------------------------------


def forged(
    path: Path, position: int, change: Callable[[dict[str, Any]], object], encode: Any = canonical.encode
) -> None:
    """Edit a body with everything that follows from it; the file is then sound in itself."""
    connection = sqlite3.connect(path)
    (body,) = connection.execute("SELECT body FROM event WHERE position = ?", (position,)).fetchone()
    connection.close()
    record = canonical.parse(body)
    change(record)
    new = encode(record)
    columns = tuple(str(record.get(name, "")) for name in ("id", "type", "subject", "recorded_at"))
    raw(
        path,
        (
            "UPDATE event SET body = ?, leaf = ?, id = ?, type = ?, subject = ?, recorded_at = ? WHERE position = ?",
            (new, leaf_hash(new), *columns, position),
        ),
    )


LIES: Final[dict[str, tuple[Callable[[dict[str, Any]], object], str]]] = {
    "payload": (lambda r: r["data"].update(attribute=7), "data.attribute"),
    "unknown property": (lambda r: r["data"].update(x="y"), "has no key 'x'"),
    "unknown key": (lambda r: r.update(x="y"), "unknown key 'x'"),
    "unknown type": (lambda r: r.update(type="a.b"), "unknown event type 'a.b'"),
    "unknown version": (lambda r: r.update(type_version=2), "unknown version of fact.asserted '2'"),
    "no version": (lambda r: r.pop("type_version"), "type_version: is missing"),
    "no source": (lambda r: r.pop("source"), "source: is missing"),
    "no date": (lambda r: r.update(valid="2018-02-30"), "valid:"),
    "no grade": (lambda r: r.update(grade="Z9"), "grade:"),
    "bad subject": (lambda r: r.update(subject="X"), "is not kind/slug"),
    "bad id": (lambda r: r.update(id="X"), "is not a UUID"),
    "format": (lambda r: r.update(format=2), "format: is 2"),
    "true format": (lambda r: r.update(format=True), "format: is True"),
    "no nonce": (lambda r: r.pop("nonce"), "nonce:"),
    "short nonce": (lambda r: r.update(nonce="00"), "nonce:"),
    "list for text": (lambda r: r.update(quote=["x"]), "must be a string"),
    "disputes nobody": (lambda r: r.update(disputes=["00000000-0000-4000-8000-000000000000"]), "in the log before it"),
    "retracts itself": (lambda r: r.update(retracts=r["id"]), "only an event of type"),
    "replaces itself": (lambda r: r.update(replaces=r["id"]), "in the log before it"),
    "too long": (lambda r: r.update(quote="x" * 70_000), "bytes long"),
    "another time": (lambda r: r.update(recorded_at="2018-05-15T09:30:00Z"), "recorded_at"),
    "no time": (lambda r: r.update(recorded_at="yesterday"), "recorded_at"),
}


@pytest.mark.parametrize("lie", LIES)
def test_an_event_that_could_not_have_been_appended_is_named(theirs: Path, lie: str) -> None:
    """Its hashes and columns are right, its content is not; what was stored it was yielded."""
    change, words = LIES[lie]
    position = head(theirs)
    forged(theirs, position, change)
    found = refusal(theirs)
    assert (found.position, words in str(found)) == (position, True), str(found)
    with open_foreign(theirs) as foreign:
        events = foreign.events()
        assert [next(events).position for _ in range(position - 1)] == list(range(1, position))


@pytest.mark.parametrize(
    ("encode", "words"),
    [
        (lambda r: canonical.encode(r) + b" ", "not a canonical JSON object"),
        (lambda r: canonical.encode(r).replace(b'"format":1', b'"format":1.0'), "not a canonical JSON object"),
        (lambda r: canonical.encode(r).replace(b'"format":1', b'"format":1,"format":1'), "twice"),
        (lambda _: b"[" * 60_000, "is not an event of a sound log"),
        (lambda _: b"\xff", "is not an event of a sound log"),
        (lambda _: b"null", "not a canonical JSON object"),
    ],
)
def test_a_body_in_another_spelling_is_named(theirs: Path, encode: Any, words: str) -> None:
    """Bytes that mean the same to some parsers are not the same event."""
    position = head(theirs)
    forged(theirs, position, lambda _: None, encode)
    found = refusal(theirs)
    assert found.position == position
    assert words in str(found)


def of_type(path: Path, name: str, number: int = -1) -> int:
    """Return the position of an event of a type."""
    connection = sqlite3.connect(path)
    rows = connection.execute("SELECT position FROM event WHERE type = ? ORDER BY position", (name,)).fetchall()
    connection.close()
    return int(rows[number][0])


def test_a_description_without_a_source_is_named(theirs: Path) -> None:
    """A log fills the source of a description in, so none that it wrote lacks it; the hash would not cover it."""
    with Chronology.open(theirs) as chron:
        chron.append(Event(type="source.described", subject="source/s", valid="2018", data={"title": "S"}))
    assert read(theirs)[-1].event.source == "source/s"
    forged(theirs, head(theirs), lambda record: record.pop("source"))
    found = refusal(theirs)
    assert (found.position, "source: is missing" in str(found)) == (head(theirs), True)


def test_a_second_withdrawal_is_named(theirs: Path) -> None:
    """An event that is already withdrawn cannot be withdrawn again, and bookkeeping never can."""
    position, retraction = head(theirs), of_type(theirs, "assertion.retracted")
    with open_foreign(theirs) as foreign:
        events = {event.position: event for event in foreign.events()}
    gone = events[retraction].event.retracts
    for target in (gone, events[retraction].id, events[1].id):
        forged(theirs, position, lambda record, target=target: record.update(replaces=target))
        found = refusal(theirs)
        assert (found.position, "is not live" in str(found)) == (position, True)


def test_what_a_redacted_event_withdrew_cannot_be_withdrawn_again(tmp_path: Path) -> None:
    """The declaration says what stays withdrawn, and it counts."""
    path = tmp_path / "theirs.db"
    with Chronology.open(path, create=True) as chron:
        wrong = chron.append(fact(1))
        right = chron.append(fact(2, replaces=wrong.id))
        chron.redact(right.id, reason="r")
        last = chron.append(fact(3))
    assert len(read(path)) == last.position
    forged(path, last.position, lambda record: record.update(replaces=wrong.id))
    found = refusal(path)
    assert (found.position, "is not live" in str(found)) == (last.position, True)


def test_a_retraction_of_another_subject_is_named(theirs: Path) -> None:
    """It carries its target's subject."""
    position = of_type(theirs, "assertion.retracted")
    forged(theirs, position, lambda record: record.update(subject="place/y"))
    assert refusal(theirs).position == position


def test_definitions_are_judged_too(theirs: Path) -> None:
    """A type that checks nothing, or is named otherwise, is refused where it is defined."""
    position = of_type(theirs, "type.defined")
    for change in (
        lambda record: record["data"]["schema"].pop("title"),
        lambda record: record["data"]["schema"].update({"$ref": "http://example.org/x"}),
        lambda record: record.update(subject="type/other.name"),
    ):
        path = theirs.with_name("one.db")
        shutil.copy(theirs, path)
        forged(path, position, change)
        assert refusal(path).position == position


def redactions(path: Path) -> Iterator[tuple[int, int]]:
    """Yield the positions of gaps and of what declares them."""
    connection = sqlite3.connect(path)
    gap = connection.execute("SELECT position FROM event WHERE body = x''").fetchone()[0]
    connection.close()
    yield gap, of_type(path, "event.redacted")


def test_a_gap_is_believed_only_as_declared(theirs: Path) -> None:
    """A missing body, a declaration of what is there, a declaration of another leaf: named."""
    ((gap, declared),) = redactions(theirs)
    position = head(theirs)
    path = theirs.with_name("one.db")
    shutil.copy(theirs, path)
    raw(path, f"UPDATE event SET body = x'', type = '', subject = '' WHERE position = {position}")
    assert refusal(path).position == position
    for change, where in (
        (lambda record: record["data"].update(leaf="00" * 32), gap),
        (lambda record: record["data"].update(position=position), gap),
        (lambda record: record["data"].update(position=2**60), gap),
        (lambda record: record["data"].pop("leaf"), declared),
    ):
        shutil.copy(theirs, path)
        forged(path, declared, change)
        assert refusal(path).position == where


@pytest.mark.parametrize(
    ("statement", "words"),
    [
        ("DELETE FROM event WHERE position = 5", "is missing: the next event is at position 6"),
        ("UPDATE event SET leaf = zeroblob(32) WHERE position = 5", "does not match its leaf hash"),
        ("UPDATE event SET leaf = x'00' WHERE position = 5", "leaf hash has 1 bytes"),
        ("UPDATE event SET subject = 'type/x' WHERE position = 5", "other columns contradict the body"),
        ("UPDATE event SET recorded_at = '2000' WHERE position = 5", "earlier than that of the event before"),
        ("UPDATE event SET body = zeroblob(300000) WHERE position = 5", "longer than any in a store"),
        (
            "INSERT INTO event SELECT 0, 'x', type, subject, recorded_at, body, leaf FROM event WHERE position = 1",
            "position 0: is not a position in a log",
        ),
    ],
)
def test_a_row_out_of_place_is_named(theirs: Path, statement: str, words: str) -> None:
    """Gaps, hashes, columns and times beside sound bodies; a value that is too long is not even handed out."""
    raw(theirs, statement)
    assert words in str(refusal(theirs))
