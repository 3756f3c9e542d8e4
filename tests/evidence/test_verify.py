"""Tests of verification: every kind of tampering is found, with its position if there is one, never a traceback."""

import json
import random
import sqlite3
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

import pytest
from conftest import Clock, counting

from chronology import Chronology, ChronologyError, Event, VerifyReport
from chronology.errors import IntegrityError
from chronology.events import canonical
from chronology.evidence.verify import FAULTS_LISTED, verify
from chronology.log import event_table
from chronology.log.database import connect
from chronology.projections import tables
from chronology.transparency.merkle import leaf_hash, root
from chronology.vocabulary import builtin

FIRST: Final = len(builtin.definitions()) + 1
"""Position of the first event after the built-in vocabulary."""

P0, P1, P2, P3, P4, P5 = range(FIRST, FIRST + 6)

FACT: Final = {"type": "fact.asserted", "subject": "place/x", "valid": "2018", "source": "source/x"}


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """Give a closed store with six events after its vocabulary."""
    clock = Clock()
    made = tmp_path / "storm.db"
    with Chronology.open(made, create=True, clock=clock, randomness=counting()) as chron:
        assert chron.head() == FIRST - 1
        for number in range(6):
            clock.advance(minutes=1)
            chron.append(Event(**FACT, data={"attribute": f"a{number}", "value": number}))
    return made


def tamper(path: Path, *statements: str | tuple[str, Sequence[Any]]) -> None:
    """Run statements on the log as somebody would who knows it: triggers dropped before and put back after."""
    raw = sqlite3.connect(path, isolation_level=None)
    triggers = [name for name in event_table.SCHEMA if "refuses" in name]
    for name in triggers:
        raw.execute(f"DROP TRIGGER {name}")
    for statement in statements:
        raw.execute(*((statement,) if isinstance(statement, str) else statement))
    for name in triggers:
        raw.execute(event_table.SCHEMA[name])
    raw.close()


def verified(path: Path) -> VerifyReport:
    """Verify a file that `Chronology.open` may refuse to open."""
    connection = connect(path, read_only=True)
    try:
        return verify(connection)
    finally:
        connection.close()


def told(path: Path) -> list[str]:
    """Return the faults of a file, as text."""
    return [str(fault) for fault in verified(path).faults]


def forged(path: Path, change: Callable[[dict[str, Any]], dict[str, Any]], position: int = FIRST) -> None:
    """Edit a body with everything that can be derived from it, as the most careful forger would."""
    raw = sqlite3.connect(path)
    (body,) = raw.execute("SELECT body FROM event WHERE position = ?", (position,)).fetchone()
    raw.close()
    record = change(json.loads(body))
    new = canonical.encode(record)
    tamper(
        path,
        (
            "UPDATE event SET body = ?, leaf = ?, type = ?, subject = ? WHERE position = ?",
            (new, leaf_hash(new), record.get("type", ""), record.get("subject", ""), position),
        ),
    )


# Sound stores -----------------------------------------------------------------------------------------------


def test_a_sound_store_has_no_faults(path: Path) -> None:
    """The report counts the events and gives the root of the tree over their bodies."""
    with Chronology.open(path) as chron:
        report = chron.verify()
        leaves = [found.leaf for found in chron.read()]
    assert (report.ok, report.faults, report.events) == (True, (), P5)
    assert report.root == root(leaves)


def test_tables_of_analyze_are_no_fault(path: Path) -> None:
    """SQLite's own statistics are harmless."""
    tamper(path, "ANALYZE")
    assert told(path) == []


def test_a_search_index_is_no_fault(path: Path) -> None:
    """A store may have one or not, up to the head or behind it; verifying it writes nothing."""
    with Chronology.open(path) as chron:
        chron.search("storm")
        assert chron.verify().ok
        chron.append(Event(type="crossing.closed", subject="crossing/x", valid="2018", source="source/x"))
    before = path.read_bytes()
    assert told(path) == []
    assert path.read_bytes() == before


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("INSERT INTO search (rowid, quote) VALUES (4, 'forged')", "position 4: the search index differs"),
        ("INSERT INTO search (rowid, quote) VALUES (99999, 'forged')", "position 99999: the search index differs"),
        ("UPDATE search_head SET position = 999999", "the search index differs"),
        ("DROP TABLE search_docsize", "table search_docsize is missing"),
        ("DROP TABLE search_head", "table search_head is missing"),
        ("DROP TABLE search_config", "table search_config is missing"),
        ("UPDATE search_config SET v = 99", "cannot be read"),
        (f"DELETE FROM search_docsize WHERE id = {P1}", f"position {P1}: the search index differs"),
        ("DROP TABLE search; CREATE TABLE search (x)", "table search has been changed"),
        ("CREATE TRIGGER search_head AFTER INSERT ON event BEGIN SELECT 1; END", "is foreign to a store"),
    ],
)
def test_a_wrong_search_index_is_found_and_a_replay_removes_it(path: Path, statement: str, fault: str) -> None:
    """Words that no event holds, and tables that are missing or not as they were made."""
    with Chronology.open(path) as chron:
        chron.search("storm")
    raw(path, statement)
    assert any(fault in message for message in told(path)), told(path)
    if "TRIGGER" not in statement:
        with Chronology.open(path) as chron:
            chron.replay()
            assert chron.verify().ok
            assert chron.search("storm") is not None


def test_progress_is_told(path: Path) -> None:
    """The callback hears how many events are done, of how many."""
    heard: list[tuple[int, int]] = []
    with Chronology.open(path) as chron:
        chron.verify(progress=lambda done, total: heard.append((done, total)))
    assert heard == [(P5, P5)]


def test_verifying_writes_nothing(path: Path) -> None:
    """Not even to a store with faults: verify reports, replay repairs."""
    tamper(path, "DELETE FROM claim")
    before = path.read_bytes()
    assert not verified(path).ok
    with Chronology.open(path) as chron:
        assert not chron.verify().ok
    assert path.read_bytes() == before


# The log ----------------------------------------------------------------------------------------------------

OTHER_LEAF: Final = "x'" + "00" * 32 + "'"


@pytest.mark.parametrize(
    ("statement", "faults"),
    [
        (
            "UPDATE event SET body = CAST(replace(CAST(body AS TEXT), '\"a2\"', '\"b2\"') AS BLOB)"
            f" WHERE position = {P2}",
            [f"position {P2}: the body does not match its leaf hash: one of them was edited"],
        ),
        (
            f"UPDATE event SET leaf = {OTHER_LEAF} WHERE position = {P3}",
            [f"position {P3}: the body does not match its leaf hash: one of them was edited"],
        ),
        (
            f"UPDATE event SET id = 'x' WHERE position = {P1}",
            [f"position {P1}: the column id says 'x', the body "],
        ),
        (
            f"UPDATE event SET subject = 'place/y' WHERE position = {P4}",
            [f"position {P4}: the column subject says 'place/y', the body 'place/x'"],
        ),
        (
            f"UPDATE event SET type = 'fact.ended' WHERE position = {P0}",
            [f"position {P0}: the column type says 'fact.ended', the body 'fact.asserted'"],
        ),
        (
            f"UPDATE event SET recorded_at = '2018-05-15T09:31:30.000000Z' WHERE position = {P1}",
            [f"position {P1}: the column recorded_at says '2018-05-15T09:31:30.000000Z', the body '2018-05-15T09:"],
        ),
        (
            f"UPDATE event SET recorded_at = '2019-01-01T00:00:00.000000Z' WHERE position = {P1}",
            [
                f"position {P1}: the column recorded_at says '2019-01-01T00:00:00.000000Z', the body '2018-05-15T09:",
                f"position {P2}: recorded_at 2018-05-15T09:33:00.000000Z is earlier than at position {P1}",
            ],
        ),
        (
            f"DELETE FROM event WHERE position = {P2}",
            [f"position {P2}: is missing: the next event is at position {P3}"],
        ),
        (
            "DELETE FROM event WHERE position < 3",
            ["position 1: is missing: the next event is at position 3"],
        ),
        (
            "INSERT INTO event SELECT 0, 'x', type, subject, recorded_at, body, leaf FROM event WHERE position = 1",
            ["position 0: is not a valid position: the first one is 1"],
        ),
        (
            "INSERT INTO event SELECT -1 << 63, 'x', type, subject, recorded_at, body, leaf FROM event"
            " WHERE position = 1",
            ["position -9223372036854775808: is not a valid position: the first one is 1"],
        ),
        (
            f"UPDATE event SET position = 99 WHERE position = {P5}",
            [f"position {P5}: is missing: the next event is at position 99"],
        ),
        (
            f"UPDATE event SET body = x'7b7d20', leaf = x'' WHERE position = {P0}",
            [
                f"position {P0}: the body does not match its leaf hash",
                f"position {P0}: the body is not canonical JSON",
                f"position {P0}: body: is not an event body",
            ],
        ),
        (
            f"UPDATE event SET body = x'ff' WHERE position = {P0}",
            [
                f"position {P0}: the body does not match its leaf hash",
                f"position {P0}: body: is not UTF-8 (byte 0)",
            ],
        ),
        (
            f"UPDATE event SET body = zeroblob(0) WHERE position = {P0}",
            [f"position {P0}: the body is missing, and no event declares this redaction"],
        ),
    ],
)
def test_an_edited_row_is_found_with_its_position(path: Path, statement: str, faults: list[str]) -> None:
    """Every column can be derived from the body, and the body is held by its leaf: an edit of any shows."""
    tamper(path, statement)
    found = told(path)
    assert len(found) == len(faults)
    for each, wanted in zip(found, faults, strict=True):
        assert each.startswith(wanted)


def test_swapped_bodies_are_found_on_both_sides(path: Path) -> None:
    """Two bodies that changed places, leaves and all, no longer fit the columns beside them."""
    tamper(
        path,
        f"CREATE TEMP TABLE two AS SELECT position, body, leaf FROM event WHERE position IN ({P1}, {P3})",
        f"UPDATE event SET (body, leaf) = (SELECT body, leaf FROM two WHERE position = {P3}) WHERE position = {P1}",
        f"UPDATE event SET (body, leaf) = (SELECT body, leaf FROM two WHERE position = {P1}) WHERE position = {P3}",
    )
    found = verified(path).faults
    assert [fault.position for fault in found] == [P1, P1, P3, P3]
    assert [fault.message.split()[2] for fault in found] == ["id", "recorded_at", "id", "recorded_at"]


def test_many_faults_are_listed_up_to_a_limit(path: Path) -> None:
    """A ruined log is not listed without end."""
    with Chronology.open(path) as chron:
        chron.append_many(Event(**FACT, data={"attribute": "b", "value": 1}) for _ in range(FAULTS_LISTED + 50))
    tamper(path, f"UPDATE event SET leaf = {OTHER_LEAF}")
    assert len(verified(path).faults) == FAULTS_LISTED


def test_a_deleted_last_row_shows_while_the_projections_still_hold_it(path: Path) -> None:
    """The log alone looks whole without its end; what was derived from it does not."""
    tamper(path, f"DELETE FROM event WHERE position = {P5}")
    found = verified(path)
    assert found.events == P4
    assert any(fault.position == P5 and "has an extra row" in fault.message for fault in found.faults)


def test_truncation_with_a_replay_cannot_be_seen_without_a_checkpoint(path: Path) -> None:
    """A file can prove no more of itself: only a head kept elsewhere shows what is gone."""
    with Chronology.open(path) as chron:
        before = chron.verify().root
    tamper(path, f"DELETE FROM event WHERE position > {P3}")
    with Chronology.open(path) as chron:
        chron.replay()
        report = chron.verify()
    assert report.ok
    assert (report.events, report.root == before) == (P3, False)


def test_what_stands_below_the_first_position_is_in_no_tree(path: Path) -> None:
    """A row put there by hand is in no checkpoint, for it is read as no event."""
    with Chronology.open(path) as chron:
        before = chron.proofs.checkpoint()
    tamper(
        path, "INSERT INTO event SELECT 0, 'x', type, subject, recorded_at, body, leaf FROM event WHERE position = 1"
    )
    with Chronology.open(path) as chron:
        assert chron.proofs.checkpoint() == before


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"recorded_at": "2018-05-15T09:36:00Z"}, "recorded_at '2018-05-15T09:36:00Z' is not in the log's format"),
        ({"witness": "person/x"}, "the body has the key 'witness', which Chronology never wrote"),
        ({"format": 2}, "the body says that it has format 2, which Chronology never wrote"),
    ],
)
def test_a_body_that_no_log_wrote_is_told_whatever_the_projections_say(
    path: Path, change: dict[str, Any], words: str
) -> None:
    """Leaf, columns and projections all fit it, and it still does not belong to a store."""
    forged(path, lambda body: body | change, position=P5)
    if "recorded_at" in change:
        tamper(path, ("UPDATE event SET recorded_at = ? WHERE position = ?", (change["recorded_at"], P5)))
    with Chronology.open(path) as chron:
        chron.replay()
    assert told(path) == [f"position {P5}: {words}"]


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE claim SET value = '{bad'",
        "UPDATE claim SET value = 'soon'",
        "UPDATE claim SET role = 'x'",
        "UPDATE claim SET valid = 'soon'",
        "UPDATE claim SET disputes = 'x'",
    ],
)
def test_a_ruined_projection_gives_an_error_that_says_what_to_do(path: Path, statement: str) -> None:
    """Unreadable rows are reported as damage, with the hint that a replay mends it, and never as a traceback."""
    tamper(path, statement)
    hints = []
    with Chronology.open(path) as chron:
        for question in ({}, {"known_at": P5}, {"subject": "place/x"}):
            try:
                repr(chron.state(valid_at="2018", **question))
            except IntegrityError as exc:
                hints.append(exc.hint or "")
        assert hints
        assert all("chronology replay" in hint for hint in hints)
        chron.replay()
        assert len(chron.state(valid_at="2018")) == 6


ITSELF: Final = "replaces itself"
FORGERIES: Final[dict[str, Callable[[dict[str, Any]], dict[str, Any]]]] = {
    "no data": lambda body: body | {"data": {}},
    "attribute is a list": lambda body: body | {"data": {"attribute": [1], "value": 1}},
    "attribute is a number": lambda body: body | {"data": {"attribute": 5, "value": 1}},
    "data is a list": lambda body: body | {"data": []},
    "no type": lambda body: {key: value for key, value in body.items() if key != "type"},
    "unknown type": lambda body: body | {"type": "a.b"},
    "no date": lambda body: body | {"valid": "soon"},
    "no instant": lambda body: body | {"recorded_at": "soon"},
    "another spelling of the instant": lambda body: body | {"recorded_at": body["recorded_at"][:19] + "Z"},
    "a key of its own": lambda body: body | {"witness": "person/x"},
    "another format": lambda body: body | {"format": 2},
    "disputes nobody": lambda body: body | {"disputes": ["x"]},
    "retracts nobody": lambda body: body | {"retracts": "x"},
    ITSELF: lambda body: body | {"replaces": body["id"]},
    "bad definition": lambda body: body | {"type": "type.defined", "data": {"schema": {"$id": "urn:chronology:a.b:1"}}},
    "no definition": lambda body: body | {"type": "type.defined", "data": {}},
    "definition of nothing": lambda body: body | {"type": "type.defined", "data": {"schema": 5}},
    "other subject": lambda body: body | {"subject": "place/y"},
    "no subject": lambda body: body | {"subject": "zz"},
    "stance": lambda body: body | {"stance": "perhaps"},
    "members": lambda body: body | {"type": "alliance.formed", "data": {"members": 5}},
}


@pytest.mark.parametrize("forgery", [name for name in FORGERIES if name != ITSELF])
def test_a_careful_forgery_is_told_with_its_position(path: Path, forgery: str) -> None:
    """A body edited with its leaf and its columns no longer gives the projections that are stored."""
    forged(path, FORGERIES[forgery])
    found = verified(path).faults
    assert FIRST in [fault.position for fault in found]


@pytest.mark.parametrize("forgery", FORGERIES)
def test_no_forgery_makes_anything_but_our_own_errors(path: Path, forgery: str) -> None:
    """Opening, reading, replaying and asking end in an answer or a ChronologyError."""
    forged(path, FORGERIES[forgery])
    questions: list[Callable[[Chronology], object]] = [
        lambda chron: list(chron.read()),
        lambda chron: chron.state(),
        lambda chron: chron.timeline(),
        lambda chron: list(chron.vocabulary),
        lambda chron: chron.replay(),
        lambda chron: chron.append(Event(**FACT, data={"attribute": "b", "value": 1})),
    ]
    for ask in questions:
        try:
            with Chronology.open(path) as chron:
                ask(chron)
        except ChronologyError:
            continue


# The schema -------------------------------------------------------------------------------------------------


def raw(path: Path, *statements: str) -> None:
    """Run statements without putting anything back."""
    connection = sqlite3.connect(path, isolation_level=None)
    for statement in statements:
        connection.executescript(statement)
    connection.close()


@pytest.mark.parametrize("name", [name for name in event_table.SCHEMA if "refuses" in name])
def test_a_missing_or_changed_trigger_is_found(path: Path, name: str) -> None:
    """By its name and its exact text."""
    raw(path, f"DROP TRIGGER {name}")
    assert told(path) == [f"trigger {name} is missing"]
    raw(path, f"CREATE TRIGGER {name} BEFORE DELETE ON event BEGIN SELECT 1; END")
    assert told(path) == [f"trigger {name} has been changed"]


@pytest.mark.parametrize(
    ("statement", "fault"),
    [
        ("DROP INDEX event_guards_columns", "index event_guards_columns is missing"),
        ("DROP INDEX claim_broad", "index claim_broad is missing"),
        ("DROP VIEW state; CREATE VIEW state AS SELECT 1", "view state has been changed"),
        ("CREATE TABLE secret (x)", "table secret is foreign to a store"),
        ("CREATE VIEW v AS SELECT 1", "view v is foreign to a store"),
        ("CREATE INDEX i ON event (type)", "index i is foreign to a store"),
        (
            "CREATE TRIGGER t BEFORE INSERT ON event BEGIN SELECT 1; END",
            "trigger t is foreign to a store",
        ),
        ("ALTER TABLE event ADD COLUMN x TEXT", "table event has been changed"),
        ("ALTER TABLE segment ADD COLUMN x TEXT", "table segment has been changed"),
        ("DROP VIEW subject", "view subject is missing"),
        ("DROP VIEW subject; CREATE VIEW subject AS SELECT 'place/x'", "view subject has been changed"),
        ("DROP TABLE reference", "table reference is missing"),
    ],
)
def test_a_foreign_missing_or_changed_object_is_found(path: Path, statement: str, fault: str) -> None:
    """The file may contain nothing that the log and its projections did not make."""
    raw(path, statement)
    assert fault in told(path)


# The projections --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("statement", "position", "fault"),
    [
        (f"UPDATE claim SET value = '9' WHERE key >> 24 = {P2}", P2, "the projection claim has "),
        (f"DELETE FROM claim WHERE key >> 24 = {P3}", P3, "the projection claim is missing the row "),
        (f"DELETE FROM claim WHERE key >> 24 = {P5}", P5, "the projection claim is missing the row "),
        (f"UPDATE claim SET extent_last = 0 WHERE key >> 24 = {P1}", P1, "the projection claim has "),
        ("UPDATE reference SET last = 0 WHERE position = 1", 1, "the projection reference has "),
        ("DELETE FROM reference WHERE position = 3", 3, "the projection reference is missing the row "),
        ("UPDATE name SET text = 'a9' WHERE text = 'a3'", P3, "the projection name has "),
        ("INSERT INTO name VALUES (999, 'z')", None, "the projection name has an extra row: (999, 'z')"),
        (
            "INSERT INTO segment VALUES (1, 1, 0, 9, NULL, NULL, 1, 0, NULL, NULL)",
            None,
            "the projection segment has an extra row",
        ),
        ("UPDATE projection SET position = 9", None, "the projection projection has "),
    ],
)
def test_a_wrong_row_of_a_projection_is_found_and_a_replay_repairs_it(
    path: Path, statement: str, position: int | None, fault: str
) -> None:
    """The fault tells which projection, which row, and the event's position if the row names one."""
    raw(path, statement)
    (found,) = verified(path).faults
    assert found.position == position
    assert found.message.startswith(fault)
    with Chronology.open(path) as chron:
        assert len(chron.replay().changed) == 1
        assert chron.verify().ok


def test_projections_are_not_blamed_for_a_damaged_log(path: Path) -> None:
    """If the log itself is faulty, verification does not ask what a replay would give."""
    tamper(path, f"UPDATE event SET type = 'fact.ended' WHERE position = {P0}")
    raw(path, "DELETE FROM claim")
    assert not any("projection" in fault for fault in told(path))


# The file ---------------------------------------------------------------------------------------------------


def examined(path: Path) -> bool:
    """Open and verify a ruined file in both ways; return whether something was wrong. Only our own errors may come."""
    wrong = False
    for read_only in (True, False):
        try:
            with Chronology.open(path, read_only=read_only) as chron:
                wrong |= not chron.verify().ok
        except ChronologyError:
            wrong = True
    try:
        wrong |= not verified(path).ok
    except ChronologyError:
        wrong = True
    return wrong


@pytest.mark.parametrize("share", [0.001, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9, 0.99])
def test_a_truncated_file_gives_only_faults(path: Path, share: float) -> None:
    """A file that ends too early is refused or reported, whatever is missing."""
    data = path.read_bytes()
    path.write_bytes(data[: int(len(data) * share)])
    assert examined(path)


@pytest.mark.parametrize("seed", range(12))
def test_garbage_in_a_page_gives_only_faults(path: Path, seed: int) -> None:
    """A page of random bytes anywhere behind the first is refused or reported, unless nothing used it."""
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    page = rng.randrange(1, len(data) // 4096) * 4096
    data[page : page + 4096] = rng.randbytes(4096)
    path.write_bytes(data)
    assert examined(path)


@pytest.mark.parametrize("seed", range(25))
def test_flipped_bytes_never_give_a_traceback(path: Path, seed: int) -> None:
    """Single bytes changed anywhere, the header and the schema too, give only faults or errors of our own."""
    rng = random.Random(seed)
    data = bytearray(path.read_bytes())
    limit = (100, 4096, len(data))[seed % 3]
    for _ in range(rng.choice([1, 3, 30])):
        data[rng.randrange(limit)] ^= rng.randrange(1, 256)
    path.write_bytes(data)
    examined(path)


def test_every_byte_of_every_body_is_held(path: Path) -> None:
    """A flipped byte inside any of the six bodies is found, wherever it stands."""
    data = path.read_bytes()
    raw_connection = sqlite3.connect(path)
    bodies = [row[0] for row in raw_connection.execute("SELECT body FROM event WHERE position >= ?", (FIRST,))]
    raw_connection.close()
    rng = random.Random(1)
    for body in bodies:
        place = data.index(body) + rng.randrange(len(body))
        path.write_bytes(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :])
        assert any("does not match its leaf hash" in fault for fault in told(path))


def test_the_schema_that_is_checked_is_that_of_the_code() -> None:
    """Every object that the code makes is checked by name."""
    assert len(event_table.SCHEMA | tables.SCHEMA) == len(event_table.SCHEMA) + len(tables.SCHEMA)
