"""Tests of replaying: the report, progress, repair, and what happens when the log itself is damaged."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from chronology import Chronology, Event
from chronology.errors import IntegrityError, StoreError
from chronology.projections import rebuild, tables
from chronology.vocabulary import builtin

FIRST = len(builtin.definitions()) + 1
"""Position of the first event after the built-in vocabulary."""

PLACED = {"type": "person.located", "valid": "2018-05", "source": "source/x", "data": {"place": "place/hajin"}}


@pytest.fixture
def placed(chron: Chronology) -> Chronology:
    """Give a store with rows in every projection."""
    chron.append_many([Event(subject=f"person/{name}", **PLACED) for name in "abc"])
    return chron


def contents(chron: Chronology) -> dict[str, list[tuple[Any, ...]]]:
    """Return the rows of every projection table, in the order of their keys."""
    return {
        name: chron._session.connection.execute(f"SELECT * FROM {name} ORDER BY {', '.join(keys)}").fetchall()
        for name, keys in rebuild.PROJECTIONS.items()
    }


def edited(chron: Chronology, statement: str) -> None:
    """Change a projection behind the store's back; nothing forbids that, for projections are disposable."""
    for part in statement.split("; "):
        assert chron._session.connection.execute(part).rowcount != 0


def test_a_replay_of_sound_projections_changes_nothing(placed: Chronology) -> None:
    """The report counts events and rows, and names no table."""
    report = placed.replay()
    assert (report.events, report.changed) == (placed.head(), ())
    count = "SELECT count(*) FROM "
    views = ("assertion", "state", "mention")
    assert report.rows == {name: placed._session.connection.execute(count + name).fetchone()[0] for name in views}
    assert report.rows["assertion"] == 3
    assert report.seconds >= 0


@pytest.mark.parametrize(
    ("statement", "changed"),
    [
        ("UPDATE claim SET value = '\"place/x\"'", ("claim",)),
        ("UPDATE claim SET known_until = 1", ("claim",)),
        ("UPDATE claim SET persists = 1 - persists", ("claim",)),
        ("DELETE FROM claim", ("claim",)),
        ("UPDATE name SET text = 'person/z' WHERE text = 'person/a'", ("name",)),
        ("INSERT INTO name VALUES (999, 'person/z')", ("name",)),
        ("UPDATE segment SET leading = NULL", ("segment",)),
        ("UPDATE segment SET contested = 1", ("segment",)),
        ("DELETE FROM segment", ("segment",)),
        ("INSERT INTO segment SELECT 1, 1, 1, 2, NULL, NULL, 1, 0, NULL, NULL", ("segment",)),
        ("DELETE FROM reference WHERE NOT about", ("reference",)),
        ("UPDATE reference SET known_until = 9 WHERE NOT about", ("reference",)),
        ("UPDATE projection SET position = 0", ("projection",)),
        ("UPDATE projection SET version = 0", ("projection",)),
        ("DROP TABLE segment", ("segment",)),
        ("DROP TABLE claim", ("claim",)),
        ("ALTER TABLE reference ADD COLUMN x TEXT", ("reference",)),
        ("DROP VIEW subject", ("subject",)),
        ("DROP VIEW subject; CREATE TABLE subject (subject TEXT)", ("subject",)),
        ("DROP VIEW state; CREATE VIEW state AS SELECT 1", ("state",)),
        ("DROP VIEW mention; DROP VIEW assertion", ("assertion", "mention")),
        ("DROP TABLE segment; CREATE VIEW segment AS SELECT 1", ("segment",)),
        ("DROP INDEX claim_broad", ("claim",)),
        ("DROP INDEX claim_broad; CREATE INDEX claim_broad ON claim (value)", ("claim",)),
    ],
)
def test_a_replay_repairs_any_projection_and_names_it(
    placed: Chronology, statement: str, changed: tuple[str, ...]
) -> None:
    """Whatever was done to a projection, a replay restores it, row for row, table for table."""
    before = contents(placed)
    edited(placed, statement)
    assert placed.replay().changed == changed
    assert contents(placed) == before
    assert placed.verify().faults == ()


def test_a_trigger_with_the_name_of_a_table_is_no_table(placed: Chronology) -> None:
    """The table is repaired; what is foreign to a store stays for verify to name."""
    before = contents(placed)
    placed._session.connection.execute("DROP TABLE segment")
    placed._session.connection.execute("CREATE TRIGGER segment AFTER INSERT ON claim BEGIN SELECT 1; END")
    placed._session.connection.execute(tables.SCHEMA["segment"])
    assert placed.replay().changed == ("segment",)
    assert contents(placed) == before
    assert "trigger segment (trigger) is foreign to a store" in [fault.message for fault in placed.verify().faults]


def test_progress_is_told_after_every_thousand_and_at_the_end(placed: Chronology) -> None:
    """The callback hears how many are done, of how many."""
    placed.append_many(Event(subject=f"person/{n}", **PLACED) for n in range(2_100))
    heard: list[tuple[int, int]] = []
    placed.replay(progress=lambda done, total: heard.append((done, total)))
    head = placed.head()
    assert heard == [(1_000, head), (2_000, head), (head, head)]


def test_a_replay_that_is_interrupted_changes_nothing(placed: Chronology) -> None:
    """It is one transaction: breaking it off leaves the projections as they were."""
    before = contents(placed)

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        placed.replay(progress=interrupt)
    assert contents(placed) == before


def test_projections_of_another_version_want_a_replay(placed: Chronology, tmp_path: Path) -> None:
    """A file of older projections takes no event and gives no answer until it is replayed, and the error says how."""
    edited(placed, "UPDATE projection SET version = 0 WHERE name = 'state'")
    with Chronology.open(tmp_path / "storm.db") as chron:
        for work in (lambda: chron.append(Event(subject="person/d", **PLACED)), chron.state, chron.timeline):
            with pytest.raises(StoreError, match="the projections are of another version") as caught:
                work()
            assert caught.value.hint == "`chronology replay` rebuilds them"
        chron.replay()
        chron.append(Event(subject="person/d", **PLACED))
        assert chron.state("person/d")
        assert chron.timeline("person/d")


def test_older_projections_are_no_sign_of_tampering(placed: Chronology) -> None:
    """Other tables and indexes than this version makes are told as what they are; the log is held to its own."""
    edited(placed, "DROP VIEW subject; CREATE TABLE subject (subject TEXT PRIMARY KEY) STRICT")
    edited(placed, "DROP INDEX claim_broad; UPDATE projection SET version = 0 WHERE name = 'subject'")
    (fault,) = placed.verify().faults
    assert fault.message == "the projections are of another version; `chronology replay` rebuilds them"
    edited(placed, "CREATE TABLE secret (x)")
    assert "table secret is foreign to a store" in [fault.message for fault in placed.verify().faults]
    edited(placed, "DROP TABLE secret")
    assert set(placed.replay().changed) == {"claim", "projection", "subject"}
    assert placed.verify().ok


def test_a_replay_of_an_event_that_the_log_never_took_names_its_position(placed: Chronology, tmp_path: Path) -> None:
    """A body edited into nonsense stops the replay with its position, and the projections stay."""
    placed.close()
    with sqlite3.connect(tmp_path / "storm.db") as raw:
        trigger = raw.execute("SELECT sql FROM sqlite_schema WHERE name = 'event_refuses_update'").fetchone()[0]
        raw.execute("DROP TRIGGER event_refuses_update")
        raw.execute(
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), 'person.located', 'fact.asserted') AS BLOB)"
            f" WHERE position = {FIRST}"
        )
        raw.execute(trigger)
    raw.close()
    with Chronology.open(tmp_path / "storm.db") as chron:
        before = contents(chron)
        with pytest.raises(IntegrityError, match=rf"^position {FIRST}: is not an event that the log took in") as caught:
            chron.replay()
        assert caught.value.position == FIRST
        assert contents(chron) == before


def test_every_projection_table_is_compared(placed: Chronology) -> None:
    """No table of the projections is left out, and each is compared by its whole key."""
    made = {name for name, statement in tables.SCHEMA.items() if statement.startswith("CREATE TABLE")}
    assert set(rebuild.PROJECTIONS) == made
    for name, keys in rebuild.PROJECTIONS.items():
        columns = placed._session.connection.execute(f"PRAGMA table_info({name})").fetchall()
        assert keys == tuple(column[1] for column in sorted(columns, key=lambda c: c[5]) if column[5])


@pytest.mark.parametrize(
    ("statement", "name", "stored", "replayed"),
    [
        ("DELETE FROM reference WHERE subject = 1", "reference", None, 1),
        ("UPDATE reference SET last = 7 WHERE subject = 1", "reference", 1, 1),
        ("INSERT INTO reference VALUES (999, 1, 1, 1, 1, NULL)", "reference", 999, None),
        ("UPDATE reference SET subject = 999 WHERE subject = 1", "reference", 999, None),
    ],
)
def test_the_first_difference_is_told_as_two_rows(
    placed: Chronology, statement: str, name: str, stored: int | None, replayed: int | None
) -> None:
    """The stored row and the fresh one, None for one that is missing, and no difference in the other tables."""
    edited(placed, statement)
    with rebuild.fresh(placed._session.log, placed._session.connection):
        found = {table: rebuild.first_difference(placed._session.connection, table) for table in rebuild.PROJECTIONS}
    left, right = found.pop(name)
    assert (left and left[0], right and right[0]) == (stored, replayed)
    assert set(found.values()) == {None}


def test_the_fresh_tables_are_gone_afterwards(placed: Chronology) -> None:
    """Nothing temporary is left behind, also after an error."""
    for exception in (None, ValueError):
        try:
            with rebuild.fresh(placed._session.log, placed._session.connection):
                if exception:
                    raise exception
        except ValueError:
            pass
        assert placed._session.connection.execute("SELECT count(*) FROM temp.sqlite_schema").fetchone() == (0,)
