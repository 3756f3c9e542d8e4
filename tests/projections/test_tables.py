"""What a person finds at a SQL prompt: views with the names that people know, and stores of earlier versions."""

import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest
from conftest import Clock

from chronology import Chronology, Event
from chronology.errors import StoreError
from chronology.projections import rebuild, tables

PLACE = "place/hajin"

COLUMNS = {
    "assertion": "key position subject attribute value role start_min start_max end_min end_max extent_end valid "
    "persists begins event origin source grade stated disputes known_from known_until rank",
    "state": "subject attribute valid_from valid_to value certainty contested leading others",
    "mention": "subject position role first last known_until",
    "subject": "subject kind first_position last_position events",
}

OLD_SCHEMA = [
    """CREATE TABLE assertion (
        key INTEGER PRIMARY KEY, position INTEGER NOT NULL, subject TEXT NOT NULL, attribute TEXT NOT NULL, value TEXT,
        role TEXT NOT NULL, start_min INTEGER NOT NULL, start_max INTEGER NOT NULL, end_min INTEGER NOT NULL,
        end_max INTEGER NOT NULL, extent_end INTEGER NOT NULL, valid TEXT NOT NULL, persists INTEGER NOT NULL,
        event TEXT NOT NULL, origin TEXT NOT NULL, source TEXT NOT NULL, grade TEXT, stated TEXT NOT NULL,
        disputes TEXT, known_from INTEGER NOT NULL, known_until INTEGER
    ) STRICT""",
    "CREATE INDEX assertion_group ON assertion (subject, attribute, start_min, position)",
    """CREATE INDEX assertion_imprecise ON assertion (subject, attribute, start_max)
    WHERE start_min < start_max AND start_max <= start_min + 2764800""",
    "CREATE INDEX assertion_vague ON assertion (subject, attribute, start_max) WHERE start_max > start_min + 2764800",
    """CREATE INDEX assertion_long ON assertion (subject, attribute, extent_end)
    WHERE extent_end > start_max + 86400 AND extent_end <= start_max + 11059200""",
    """CREATE INDEX assertion_lasting ON assertion (subject, attribute, extent_end)
    WHERE extent_end > start_max + 11059200""",
    """CREATE INDEX assertion_opposing ON assertion (subject, attribute)
    WHERE role <> 'affirms' OR disputes IS NOT NULL""",
    "CREATE INDEX assertion_reread ON assertion (position) WHERE known_from <> position",
    """CREATE TABLE state (
        subject TEXT NOT NULL, attribute TEXT NOT NULL, valid_from INTEGER NOT NULL, valid_to INTEGER NOT NULL,
        value TEXT, certainty TEXT NOT NULL, contested INTEGER NOT NULL, leading INTEGER, others TEXT,
        PRIMARY KEY (subject, attribute, valid_from)
    ) STRICT, WITHOUT ROWID""",
    """CREATE TABLE mention (
        subject TEXT NOT NULL, position INTEGER NOT NULL, role TEXT NOT NULL, first INTEGER, last INTEGER,
        known_until INTEGER, PRIMARY KEY (subject, position)
    ) STRICT, WITHOUT ROWID""",
    """CREATE VIEW subject (subject, kind, first_position, last_position, events) AS
    SELECT subject, substr(subject, 1, instr(subject, '/') - 1), min(position), max(position), count(*)
    FROM mention GROUP BY subject""",
]
"""The tables of the version before names were numbers, as far as their text matters."""

OLD_VERSIONS = {"assertion": 2, "state": 1, "subject": 2, "mention": 1}


def fill(chron: Chronology) -> None:
    """Append some of everything: certain, possible, contested, denied, withdrawn, referred to, before year 1970."""
    facts: list[dict[str, Any]] = [
        {"valid": "2018-05-01", "value": "group/a"},
        {"valid": "2018-05", "value": "group/b", "source": "source/b"},
        {"valid": "2018-05-03", "value": "group/b", "stance": "denies", "said_by": ["person/p", "person/q"]},
        {"valid": "1944-06-06", "value": None, "attribute": "access"},
        {"valid": "../1200-01-01", "value": 7, "attribute": "access", "grade": "B2", "stated": "2017-01-01"},
    ]
    events = [
        Event(
            type="fact.asserted",
            subject=PLACE,
            data={"attribute": fact.pop("attribute", "controlled_by"), "value": fact.pop("value")},
            **{"source": "source/a"} | fact,
        )
        for fact in facts
    ]
    located = Event(type="person.located", subject="person/p", valid="2018-05-13T10:00:00Z", source="source/a",
                    data={"place": PLACE})  # fmt: skip
    chron.append_many([*events, located])
    chron.retract(chron.append(located).id, reason="an error")


@pytest.fixture
def filled(chron: Chronology) -> Chronology:
    """Give a store with some of everything."""
    fill(chron)
    return chron


def rows(connection: sqlite3.Connection, name: str) -> list[tuple[Any, ...]]:
    """Return the rows of a table or view, in order."""
    return connection.execute(f"SELECT * FROM {name} ORDER BY 1, 2, 3").fetchall()


def test_the_views_have_the_columns_that_people_know(filled: Chronology) -> None:
    """By name and in order: queries are written against them."""
    for name, columns in COLUMNS.items():
        found = filled._session.connection.execute(f"SELECT * FROM {name}").description
        assert [column[0] for column in found] == columns.split(), name
        assert rows(filled._session.connection, name), name


def test_the_views_are_read_without_trust_in_the_schema(filled: Chronology, tmp_path: Path) -> None:
    """They call nothing that SQLite calls unsafe in a view, and lag behind nothing."""
    with closing(sqlite3.connect(tmp_path / "storm.db")) as connection:
        connection.execute("PRAGMA trusted_schema = OFF")
        for name in COLUMNS:
            assert rows(connection, name) == rows(filled._session.connection, name)
        newest = connection.execute("SELECT max(position) FROM mention").fetchone()
    assert newest == (filled.head(),)


def test_an_assertion_is_told_as_its_event_says_it(filled: Chronology) -> None:
    """Texts, dates and ids come back from what the tables hold in fewer bytes."""
    told = {
        row[0]: row[1:]
        for row in filled._session.connection.execute(
            "SELECT position, subject, value, role, valid, event, origin, source, grade, stated FROM assertion"
        )
    }
    for event in filled.read(after=filled.head() - 8):
        if event.position not in told:
            continue
        said = event.event
        subject, value, role, valid, *rest = told[event.position]
        assert (subject, role, valid) == (said.subject, said.stance, said.valid)
        assert rest == [event.id, said.origin, said.source, said.grade, said.stated or str(event.recorded_at)[:10]]
        assert value == (None if said.data.get("value", 0) is None else value)


@pytest.mark.parametrize("name", ["assertion", "mention", "state", "subject"])
def test_a_question_about_one_subject_reads_no_other(filled: Chronology, name: str) -> None:
    """Equality on the subject reaches the tables under a view, which are searched and never scanned."""
    plan = filled._session.connection.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {name} WHERE subject = ?", (PLACE,))
    steps = [row[3] for row in plan]
    assert not {f"SCAN {table}" for table in rebuild.PROJECTIONS}.intersection(steps), steps


def make_old(path: Path) -> None:
    """Give a store the projections of the version before."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for name in ("assertion", "state", "mention"):
            connection.execute(f"CREATE TEMP TABLE old_{name} AS SELECT * FROM {name}")
        for column in ("rank", "begins"):
            connection.execute(f"ALTER TABLE old_assertion DROP COLUMN {column}")
        for name, statement in reversed(tables.SCHEMA.items()):
            if name not in ("projection", "claim_broad"):
                connection.execute(f"DROP {statement.split()[1]} {name}")
        for statement in OLD_SCHEMA:
            connection.execute(statement)
        for name in ("assertion", "state", "mention"):
            connection.execute(f"INSERT INTO {name} SELECT * FROM old_{name}")
        for name, version in OLD_VERSIONS.items():
            connection.execute("UPDATE projection SET version = ? WHERE name = ?", (version, name))


def test_a_store_of_the_version_before_wants_a_replay_and_then_answers_as_before(
    filled: Chronology, clock: Clock, tmp_path: Path
) -> None:
    """It opens, its log is read and verified; questions and appends are refused with the hint; a replay keeps all."""
    before = {name: rows(filled._session.connection, name) for name in COLUMNS}
    answers = [filled.state(valid_at=date) for date in ("1944-06-07", "1100", "2018-05-02", "2018-05-13", "2018-06")]
    timeline = filled.timeline()
    filled.close()
    make_old(tmp_path / "storm.db")
    with Chronology.open(tmp_path / "storm.db", clock=clock) as chron:
        assert len(list(chron.read())) == chron.head()
        event = Event(type="fact.ended", subject=PLACE, valid="2019", source="source/a", data={"attribute": "access"})
        for work in (
            chron.state, chron.timeline, chron.names.subjects, chron.names.parties, chron.names.attributes,
            chron.names.kinds, lambda: chron.vocabulary, lambda: chron.names.knows_subject(PLACE),
            lambda: chron.append(event), lambda: chron.log.withdrawn_by(chron.event(40)),
            lambda: chron.redact(chron.event(40).id, reason="x"),
        ):  # fmt: skip
            with pytest.raises(StoreError, match="the projections are of another version") as caught:
                work()
            assert caught.value.hint == "`chronology replay` rebuilds them"
        (fault,) = chron.verify().faults
        assert fault.message == "the projections are of another version; `chronology replay` rebuilds them"
        assert set(chron.replay().changed) == set(tables.SCHEMA) - {"claim_broad"}
        assert chron.verify().ok
        assert {name: rows(chron._session.connection, name) for name in COLUMNS} == before
        assert chron.timeline() == timeline
        assert answers == [
            chron.state(valid_at=date) for date in ("1944-06-07", "1100", "2018-05-02", "2018-05-13", "2018-06")
        ]
        chron.append(event)
        assert chron.verify().ok


def test_what_the_version_before_made_is_foreign_once_the_projections_are_new(
    filled: Chronology, tmp_path: Path
) -> None:
    """Its indexes are excused only in a store that says it is of that version."""
    with closing(sqlite3.connect(tmp_path / "storm.db")) as connection:
        connection.execute("CREATE INDEX assertion_group ON claim (value)")
    assert [fault.message for fault in filled.verify().faults] == ["index assertion_group is foreign to a store"]
