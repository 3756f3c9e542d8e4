"""Tests of redaction: the text is gone from the file and all answers; the rest still holds; nothing else is allowed."""

import sqlite3
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import date
from pathlib import Path
from typing import Any, Final

import attrs
import msgspec
import pytest
from conftest import Clock, counting
from hypothesis import given, settings
from hypothesis import strategies as st

from chronology import Chronology, Event, RecordedEvent
from chronology.errors import (
    CanonicalError,
    IntegrityError,
    InvalidEventError,
    NotLiveError,
    StoreError,
    UnknownNameError,
)
from chronology.events.records import body_of, decode
from chronology.evidence.exhibits import verify_proof
from chronology.log import event_table, redactions
from chronology.log.event_table import Log, Row
from chronology.projections import rebuild, tables
from chronology.store import chronology
from chronology.transparency.merkle import leaf_hash
from chronology.transparency.notes import generate_key, sign_note
from chronology.vocabulary import builtin
from chronology.vocabulary.builtin import definition
from chronology.vocabulary.event_types import DEFINED, REDACTED

SECRET: Final = "Zanzibar-Witness"
SKEY, VKEY = generate_key("example.org/jane", seed=bytes(32))


def fact(value: Any, subject: str = "place/x", **rest: Any) -> Event:
    """Return an assertion."""
    data = {"attribute": "status", "value": value}
    return Event(
        **{"type": "fact.asserted", "subject": subject, "valid": "2018", "source": "source/s"} | rest, data=data
    )


def values(chron: Chronology, known_at: int | None = None, subject: str = "place/x") -> list[object]:
    """Return every value that may hold of a subject in 2018."""
    found = chron.state(subject, valid_at="2018-12-31", known_at=known_at)
    return [candidate.value for holding in found for candidate in holding.candidates]


def traces(folder: Path) -> dict[str, int]:
    """Count the secret in every file of a folder, in any case of letters."""
    return {path.name: path.read_bytes().lower().count(SECRET.lower().encode()) for path in folder.iterdir()}


@pytest.fixture
def secret(chron: Chronology) -> RecordedEvent:
    """Give an event whose every text is a secret, amid a history that wrote and erased much around it."""
    chron.append_many(fact(f"v{number}", valid=f"2018-01-{number % 28 + 1:02d}") for number in range(60))
    event = chron.append(
        fact(
            f"{SECRET} " * 900,
            subject=f"person/{SECRET.lower()}",
            quote=SECRET,
            note=SECRET,
            locator=SECRET,
            said_by=[f"person/{SECRET.lower()}"],
            source=f"source/{SECRET.lower()}",
            recorded_by=SECRET,
        )
    )
    for day in range(1, 6):
        # Each of these writes the state of the subject anew, and leaves the old one behind in the file.
        chron.append(fact(f"w{day}", subject=f"person/{SECRET.lower()[:4]}", valid=f"2018-02-{day:02d}"))
    return event


# What is gone -----------------------------------------------------------------------------------------------


def test_no_byte_of_the_text_is_left_in_any_file(chron: Chronology, secret: RecordedEvent, tmp_path: Path) -> None:
    """Not in the log, the projections, free pages, the gaps between rows, nor the journal."""
    before = traces(tmp_path)
    assert before["storm.db"] > 900
    chron.redact(secret.id, reason="names a witness")
    assert set(traces(tmp_path)) == set(before)
    assert sum(traces(tmp_path).values()) == 0


def test_remains_in_free_pages_go_too(chron: Chronology, secret: RecordedEvent, tmp_path: Path) -> None:
    """What earlier transactions of any program left behind in the file is overwritten."""
    raw = sqlite3.connect(tmp_path / "storm.db", isolation_level=None)
    raw.execute("PRAGMA secure_delete = OFF")
    raw.execute("CREATE TABLE other (text TEXT)")
    raw.executemany("INSERT INTO other VALUES (?)", [(f"{SECRET} " * 40,) for _ in range(200)])
    raw.execute("DROP TABLE other")
    assert raw.execute("PRAGMA freelist_count").fetchone()[0] > 20
    raw.close()
    assert traces(tmp_path)["storm.db"] > 8000
    chron.redact(secret.id, reason="names a witness")
    assert sum(traces(tmp_path).values()) == 0


def test_what_is_erased_is_overwritten_even_before_the_file_is_written_anew(
    chron: Chronology, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A crash right after the redaction was recorded leaves no more than earlier transactions had left behind."""
    monkeypatch.setattr(chronology.database, "rewrite", lambda _: None)
    event = chron.append(fact(f"{SECRET} " * 900, quote=SECRET))
    assert traces(tmp_path)["storm.db"] > 900
    chron.redact(event.id, reason="names a witness")
    assert sum(traces(tmp_path).values()) == 0


def test_samples_that_analyze_took_go_too(chron: Chronology, secret: RecordedEvent, tmp_path: Path) -> None:
    """SQLite's statistics may quote indexed texts."""
    raw = sqlite3.connect(tmp_path / "storm.db", isolation_level=None)
    raw.execute("ANALYZE")
    sampled = raw.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'").fetchone()
    raw.close()
    chron.redact(secret.id, reason="names a witness")
    assert sum(traces(tmp_path).values()) == 0
    assert chron.verify().ok
    if not sampled:
        pytest.skip("this SQLite takes no samples")


def everything(chron: Chronology) -> Iterator[str]:
    """Yield all that the store can say, at every earlier moment too."""
    for known_at in (None, *range(chron.head() + 1)):
        for day in ("2017-12-31", "2018-01-10", "2018-06-30", "2019-01-01", "2030-01-01"):
            yield repr(chron.state(valid_at=day, known_at=known_at))
    yield repr(
        [*chron.read(), *chron.timeline(), chron.names.subjects(), chron.names.attributes(), chron.names.kinds()]
    )


def test_no_answer_knows_it_any_more(chron: Chronology, tmp_path: Path) -> None:
    """Not even one that is asked with an earlier known_at: that is the point."""
    first = chron.append(fact("v"))
    event = chron.append(fact(SECRET, quote=SECRET))
    chron.append(fact(SECRET[:3], valid="2018-06"))
    assert SECRET in "".join(everything(chron))
    chron.redact(event.id, reason="names a witness")
    assert SECRET not in "".join(everything(chron))
    assert values(chron, event.position) == ["v"]
    assert first.position < event.position


def test_the_file_holds_what_it_held_but_for_the_secret(chron: Chronology, secret: RecordedEvent) -> None:
    """Every other event is as it was, byte for byte; the projections are what a replay makes of them."""
    before = list(chron.read())
    chron.redact(secret.id, reason="names a witness")
    after = list(chron.read())
    assert [a for a in after[:-1] if a.id != secret.id] == [b for b in before if b.id != secret.id]
    assert chron.replay().changed == ()


# What stays -------------------------------------------------------------------------------------------------


def test_an_event_says_who_when_and_why(chron: Chronology, clock: Clock) -> None:
    """And repeats nothing of the text: the subject of the declaration is the event's random id."""
    event = chron.append(fact(SECRET))
    clock.advance(days=1)
    declared = chron.redact(event.id, reason="names a witness", recorded_by="Jane")
    assert (declared.event.type, declared.event.subject) == (REDACTED, f"event/{event.id}")
    assert declared.event.data == {
        "position": event.position,
        "leaf": event.leaf.hex(),
        "recorded_at": decode(event.body).recorded_at,
        "reason": "names a witness",
    }
    assert (declared.event.recorded_by, declared.recorded_at) == ("Jane", clock())
    assert chron.event(declared.position) == declared
    assert chron.log.redaction_of(event) == declared
    assert chron.log.redaction_of(chron.event(1)) is None


def test_place_id_time_and_leaf_stay(chron: Chronology) -> None:
    """The event is found by position and by id, and says that it is redacted."""
    event = chron.append(fact(SECRET))
    chron.redact(event.id, reason="r")
    for found in (chron.event(event.position), chron.event(event.id)):
        assert found.is_redacted
        assert (found.position, found.id, found.recorded_at, found.leaf, found.body) == (
            event.position, event.id, event.recorded_at, event.leaf, b"",
        )  # fmt: skip
        assert found.event == Event(type="", id=event.id)
    assert not event.is_redacted


def test_root_checkpoints_and_exhibits_hold(chron: Chronology) -> None:
    """The tree of the log is the one it was; verify finds nothing wrong and names the gap."""
    event = chron.append(fact(SECRET))
    neighbour = chron.append(fact("v"))
    earlier = chron.proofs.checkpoint()
    note = sign_note(earlier.text(), SKEY)
    exhibit = chron.proofs.prove(event.id, checkpoint=note).encode()
    chron.redact(event.id, reason="r")
    report = chron.verify(checkpoint=earlier)
    assert (report.ok, report.redacted, report.root) == (True, (event.position,), chron.proofs.checkpoint().root)
    assert verify_proof(exhibit, [VKEY]).event == event
    assert verify_proof(chron.proofs.prove(neighbour.id, checkpoint=note).encode(), [VKEY]).event == neighbour


def test_what_it_had_replaced_stays_withdrawn(chron: Chronology) -> None:
    """Redacting a correction does not revive the mistake, at no known_at since the correction."""
    wrong = chron.append(fact("wrong"))
    right = chron.append(fact(SECRET, replaces=wrong.id))
    declared = chron.redact(right.id, reason="r")
    assert declared.event.data["withdrew"] == wrong.position
    assert chron.log.withdrawn_by(wrong) == right.position
    assert values(chron) == values(chron, right.position) == []
    assert values(chron, wrong.position) == ["wrong"]
    assert chron.verify().ok


def test_a_redacted_retraction_still_withdraws(chron: Chronology) -> None:
    """A retraction carries its target's subject, and its reason may tell too much; its effect stays declared."""
    wrong = chron.append(fact("wrong"))
    retraction = chron.retract(wrong.id, reason=SECRET)
    declared = chron.redact(retraction.id, reason="r")
    assert declared.event.data["withdrew"] == wrong.position
    assert values(chron) == []
    assert values(chron, wrong.position) == ["wrong"]
    with pytest.raises(NotLiveError, match=f"already withdrawn by the event at position {retraction.position}"):
        chron.retract(wrong.id, reason="again")


def test_both_sides_of_a_withdrawal_can_be_redacted(chron: Chronology) -> None:
    """In either order, the retraction of a redacted event no longer does anything."""
    for first in (0, 1):
        wrong = chron.append(fact(SECRET))
        pair = [wrong, chron.retract(wrong.id, reason=SECRET)]
        chron.redact(pair[first].id, reason="r")
        chron.redact(pair[1 - first].id, reason="r")
    assert values(chron) == []
    assert chron.verify().ok


def test_what_disputed_it_stays_and_disputes_nothing(chron: Chronology) -> None:
    """The other party's own assertion stands; there is nobody left to disagree with."""
    event = chron.append(fact(SECRET, said_by="person/a"))
    other = chron.append(fact("v", said_by="person/b", disputes=[event.id]))
    assert chron.state("place/x", valid_at="2018-12-31")[0].contested
    chron.redact(event.id, reason="r")
    (holding,) = chron.state("place/x", valid_at="2018-12-31")
    assert (holding.value, holding.contested) == ("v", False)
    assert chron.log.mentions(event.id) == [other.position]
    assert chron.verify().ok


def test_a_newer_version_of_its_type_passes_it_over(chron: Chronology) -> None:
    """Re-reading old events by a new version neither stumbles over the gap nor fills it."""
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema", "$id": "urn:chronology:well.seen:1", "title": "Seen",
        "type": "object", "properties": {"depth": {"type": "integer"}}, "x-asserts": {"depth": {"data": "depth"}},
    }  # fmt: skip
    chron.define(schema)
    common: dict[str, Any] = {"type": "well.seen", "subject": "well/x", "valid": "2018", "source": "source/s"}
    gone = chron.append(Event(**common, data={"depth": 1}))
    chron.append(Event(**common, data={"depth": 2}))
    chron.redact(gone.id, reason="r")
    newer = schema | {
        "$id": "urn:chronology:well.seen:2", "properties": {"deep": {"type": "integer"}},
        "x-asserts": {"deep": {"data": "deep"}}, "x-upcast": [{"op": "move", "from": "/depth", "path": "/deep"}],
    }  # fmt: skip
    chron.define(newer)
    assert [(h.attribute, h.value) for h in chron.state("well/x", valid_at="2018-12-31")] == [("deep", 2)]
    assert chron.replay().changed == ()
    assert chron.verify().ok


commands = st.lists(
    st.tuples(
        st.sampled_from("aab"), st.integers(1, 28), st.integers(0, 3), st.sampled_from(["say", "replace", "retract"])
    ),
    min_size=1,
    max_size=8,
)


@given(commands, st.data())
@settings(max_examples=15)
def test_redacting_leaves_the_state_as_if_it_had_been_retracted(
    tmp_path_factory: pytest.TempPathFactory, told: list[tuple[str, int, int, str]], data: st.DataObject
) -> None:
    """Of what is known now; and at a known_at before the event, the answer is what it was then."""
    folder = tmp_path_factory.mktemp("redaction")
    with Chronology.open(folder / "a.db", create=True, clock=Clock(), randomness=counting()) as chron:
        start = chron.head()
        live: list[RecordedEvent] = []
        for name, day, value, verb in told:
            target = live.pop(0) if verb != "say" and live else None
            if verb == "retract" and target:
                chron.retract(target.id, reason="r")
                continue
            event = fact(value, subject=f"place/{name}", valid=f"2018-01-{day:02d}", replaces=target and target.id)
            live.append(chron.append(event))
        if not live:
            return
        gone = data.draw(st.sampled_from(live))
        chron.proofs.backup(folder / "b.db")
        days = [date(2018, 1, day) for day in range(1, 31)]
        earlier = {
            (known, day): chron.state(valid_at=day, known_at=known)
            for known in range(start, gone.position)
            for day in days
        }
        chron.redact(gone.id, reason="r")
        assert {key: chron.state(valid_at=key[1], known_at=key[0]) for key in earlier} == earlier
        for known in range(gone.position, chron.head() + 1):
            found = [
                c.position for day in days for h in chron.state(valid_at=day, known_at=known) for c in h.candidates
            ]
            assert gone.position not in found
        with Chronology.open(folder / "b.db", clock=Clock()) as other:
            other.retract(gone.id, reason="r")
            assert [chron.state(valid_at=day) for day in days] == [other.state(valid_at=day) for day in days]
        assert chron.replay().changed == ()
        assert chron.verify().ok


# What is refused --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("how", ["retracts", "replaces", "disputes"])
def test_nothing_can_refer_to_it(chron: Chronology, how: str) -> None:
    """Retracting, replacing or disputing a redacted event is refused, and the hint says who redacted it."""
    event = chron.append(fact(SECRET))
    chron.redact(event.id, reason="r")
    head = chron.head()
    later = {
        "retracts": Event(type="assertion.retracted", retracts=event.id, data={"reason": "r"}),
        "replaces": fact("v", replaces=event.id),
        "disputes": fact("v", disputes=[event.id]),
    }[how]
    with pytest.raises(NotLiveError, match="was redacted: nothing can refer to it") as caught:
        chron.append(later)
    assert caught.value.hint
    assert event.id in caught.value.hint
    assert chron.head() == head


def test_it_cannot_be_brought_back(chron: Chronology) -> None:
    """Importing the same events again is refused, though otherwise it would change nothing."""
    event = chron.append(fact(SECRET))
    assert chron.append(event.event) == event
    chron.redact(event.id, reason="r")
    with pytest.raises(NotLiveError, match="bring it back"):
        chron.append(event.event)


def test_types_and_redactions_cannot_be_redacted(chron: Chronology) -> None:
    """Without a type its events could not be read; without its declaration a gap would look like tampering."""
    event = chron.append(fact(SECRET))
    declared = chron.redact(event.id, reason="r")
    before = list(chron.read())
    for name in (chron.event(1).id, declared.id):
        with pytest.raises(NotLiveError, match=r"of type (type\.defined|event\.redacted) cannot be redacted"):
            chron.redact(name, reason="r")
    with pytest.raises(UnknownNameError):
        chron.redact("00000000-0000-4000-8000-000000000000", reason="r")
    with pytest.raises(InvalidEventError, match="reason"):
        chron.redact(before[-2].id if before[-2].body else chron.append(fact("v")).id, reason="")
    assert list(chron.read())[: len(before)] == before


def test_a_redaction_cannot_be_withdrawn_or_appended(chron: Chronology) -> None:
    """Only redacting makes the event that declares it, and nothing takes it back."""
    event = chron.append(fact("v"))
    declaration = Event(type=REDACTED, subject=f"event/{event.id}", data={"position": 1, "leaf": "", "reason": "r"})
    with pytest.raises(InvalidEventError, match="comes from redacting, and cannot be appended"):
        chron.append(declaration)
    declared = chron.redact(event.id, reason="r")
    with pytest.raises(NotLiveError, match=r"of type event\.redacted, which cannot be withdrawn"):
        chron.retract(declared.id, reason="r")


def test_a_second_redaction_changes_nothing_and_cleans_again(chron: Chronology, tmp_path: Path) -> None:
    """So a run that was cut off before the file was rewritten can be finished."""
    event = chron.append(fact(SECRET))
    declared = chron.redact(event.id, reason="r")
    raw = sqlite3.connect(tmp_path / "storm.db", isolation_level=None)
    raw.execute("PRAGMA secure_delete = OFF")
    raw.execute("CREATE TABLE other AS SELECT ? AS text", (SECRET * 300,))
    raw.execute("DROP TABLE other")
    raw.close()
    assert traces(tmp_path)["storm.db"] > 0
    assert chron.redact(event.id, reason="other") == declared
    assert chron.head() == declared.position
    assert traces(tmp_path)["storm.db"] == 0


def test_a_reader_in_the_way_is_told_and_the_cleaning_can_be_repeated(
    chron: Chronology, secret: RecordedEvent, tmp_path: Path
) -> None:
    """The redaction itself is all or nothing; the report says whether the file could be rewritten."""
    chron._session.connection.execute("PRAGMA busy_timeout = 20")
    reader = sqlite3.connect(tmp_path / "storm.db", isolation_level=None)
    reader.execute("BEGIN")
    reader.execute("SELECT count(*) FROM event").fetchone()
    head = chron.head()
    with pytest.raises(StoreError, match="locked"):
        chron.redact(secret.id, reason="r")
    assert (chron.head(), chron.event(secret.id)) == (head, secret)
    reader.execute("COMMIT")

    def in_the_way(connection: sqlite3.Connection) -> None:
        reader.execute("BEGIN")
        reader.execute("SELECT count(*) FROM event").fetchone()
        original(connection)

    original = chronology.database.rewrite
    chronology.database.rewrite = in_the_way
    try:
        with pytest.raises(StoreError, match="the event is redacted, but parts of its text") as caught:
            chron.redact(secret.id, reason="r")
    finally:
        chronology.database.rewrite = original
        reader.close()
    assert "again" in (caught.value.hint or "")
    assert chron.event(secret.id).is_redacted
    chron.redact(secret.id, reason="r")
    assert sum(traces(tmp_path).values()) == 0


def test_a_failure_midway_leaves_everything_as_it_was(
    chron: Chronology, secret: RecordedEvent, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Declaration, erasure and projections are one transaction."""
    before = list(chron.read())

    def fail(*_: object, **__: object) -> None:
        raise RuntimeError

    monkeypatch.setattr(rebuild, "replay", fail)
    with pytest.raises(RuntimeError):
        chron.redact(secret.id, reason="r")
    assert list(chron.read()) == before
    assert chron.verify().ok


def test_a_log_without_the_type_defines_it_first(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log carries its whole vocabulary, also one that was made before there were redactions."""
    older = tuple(schema for schema in builtin.schemas() if not schema["$id"].startswith(f"urn:chronology:{REDACTED}"))
    with monkeypatch.context() as patch:
        patch.setattr(builtin, "schemas", lambda: older)
        chron = Chronology.open(tmp_path / "old.db", create=True)
    with chron:
        event = chron.append(fact(SECRET))
        declared = chron.redact(event.id, reason="r")
        assert [e.event.type for e in chron.read(after=event.position)] == [DEFINED, REDACTED]
        assert declared.position == chron.head()
        assert chron.verify().ok


# What the database allows -----------------------------------------------------------------------------------

TIME: Final = "2018-05-15T09:30:00.000000Z"
ERASE: Final = "UPDATE event SET type = '', subject = '', body = x'' WHERE position = 1"


def row(position: int, kind: str = "a.b", subject: str = "place/x") -> Row:
    """Return a row of the log."""
    body = b'{"n":%d}' % position
    return Row(position, f"id-{position}", kind, subject, TIME, body, leaf_hash(body))


@contextmanager
def log_of(*rows: Row) -> Iterator[sqlite3.Connection]:
    """Give a database that holds the log's objects and some rows."""
    with closing(sqlite3.connect(":memory:", isolation_level=None)) as connection:
        for statement in event_table.SCHEMA.values():
            connection.execute(statement)
        Log(connection).append(rows)
        yield connection


def test_the_database_lets_a_declared_event_be_erased() -> None:
    """One change, on one condition: the newest event declares the erased one redacted."""
    with log_of(row(1), row(2), row(3, REDACTED, "event/id-1")) as connection:
        Log(connection).redact(1)
        assert Log(connection).by_position(1) == Row(1, "id-1", "", "", TIME, b"", row(1).leaf)
        assert [Log(connection).by_position(2), Log(connection).head()] == [row(2), 3]
        with pytest.raises(IntegrityError, match="there is no event to redact"):
            Log(connection).redact(9)


@pytest.mark.parametrize(
    "rows",
    [
        [row(1), row(2)],
        [row(1), row(2, REDACTED, "event/id-2")],
        [row(1), row(2, "a.b", "event/id-1")],
        [row(1), row(2, REDACTED, "event/id-1"), row(3)],
        [row(1, DEFINED), row(2, REDACTED, "event/id-1")],
        [row(1, REDACTED), row(2, REDACTED, "event/id-1")],
    ],
    ids=["undeclared", "another", "another type", "not the newest", "type", "redaction"],
)
def test_the_database_refuses_to_erase_without_the_declaration(rows: list[Row]) -> None:
    """Also by raw SQL: undeclared, for another event, later, or of what the log cannot do without."""
    with log_of(*rows) as connection:
        with pytest.raises(sqlite3.IntegrityError, match="events are never changed"):
            connection.execute(ERASE)
        assert list(Log(connection).read()) == rows


@pytest.mark.parametrize(
    "change",
    [
        "body = x''",
        "type = '', subject = ''",
        "type = '', subject = '', body = x'00'",
        "type = '', subject = '', body = CAST('' AS BLOB), leaf = x'00'",
        "type = '', subject = '', body = x'', leaf = zeroblob(32)",
        "type = '', subject = '', body = x'', id = 'other'",
        "type = '', subject = '', body = x'', recorded_at = '2019'",
        "type = '', subject = '', body = x'', position = 9",
        "type = 'x', subject = '', body = x''",
        "type = '', subject = 'x', body = x''",
        "type = '', subject = '', body = ''",
        "type = NULL, subject = '', body = x''",
        "type = '', subject = '', body = NULL",
    ],
)
@pytest.mark.parametrize("verb", ["UPDATE", "UPDATE OR REPLACE", "UPDATE OR IGNORE"])
def test_the_database_refuses_every_other_change_of_a_declared_event(verb: str, change: str) -> None:
    """Everything that is to go goes, everything that is to stay stays, or nothing happens."""
    rows = [row(1), row(2, REDACTED, "event/id-1")]
    with log_of(*rows) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(f"{verb} event SET {change} WHERE position = 1")
        assert list(Log(connection).read()) == rows


def test_the_database_erases_one_event_a_declaration_and_once() -> None:
    """No other row goes along, and what is erased is not touched again."""
    with log_of(row(1), row(2), row(3, REDACTED, "event/id-1")) as connection:
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(ERASE.replace("= 1", "< 3"))
        assert Log(connection).by_position(1) == row(1)
        connection.execute(ERASE)
        with pytest.raises(sqlite3.IntegrityError):
            connection.execute(ERASE)


# What verify finds ------------------------------------------------------------------------------------------


@pytest.fixture
def redacted(chron: Chronology, tmp_path: Path) -> tuple[Path, RecordedEvent]:
    """Give the path of a closed store with a redacted event, and the event as it was."""
    event = chron.append(fact(SECRET))
    chron.append(fact("v"))
    chron.redact(event.id, reason="r")
    chron.close()
    return tmp_path / "storm.db", event


def tampered(path: Path, statement: str, *parameters: object) -> list[str]:
    """Change the log with its triggers taken off and put back; return the faults that verify finds."""
    raw = sqlite3.connect(path, isolation_level=None)
    for name in event_table.SCHEMA:
        if "refuses" in name:
            raw.execute(f"DROP TRIGGER {name}")
    raw.execute(statement, parameters)
    for name, text in event_table.SCHEMA.items():
        if "refuses" in name:
            raw.execute(text)
    raw.close()
    with Chronology.open(path, read_only=True) as chron:
        return [str(fault) for fault in chron.verify().faults]


@pytest.mark.parametrize(
    "change",
    [
        "leaf = zeroblob(32)",
        "recorded_at = '2018-05-15T09:29:00.000000Z'",
        "id = '00000000-0000-4000-8000-000000000000'",
        "type = 'fact.asserted'",
        "subject = 'place/x'",
    ],
)
def test_what_is_left_of_a_redacted_event_is_held_by_its_declaration(
    redacted: tuple[Path, RecordedEvent], change: str
) -> None:
    """No body vouches for these columns any more; the body of the declaration does."""
    path, event = redacted
    faults = tampered(path, f"UPDATE event SET {change} WHERE position = ?", event.position)
    assert any(f"position {event.position}: the body is missing, and no event declares this" in f for f in faults)


def test_a_body_that_came_back_is_a_fault(redacted: tuple[Path, RecordedEvent]) -> None:
    """Even the true one: the log says that it is gone."""
    path, event = redacted
    faults = tampered(
        path,
        "UPDATE event SET type = 'fact.asserted', subject = 'place/x', body = ? WHERE position = ?",
        event.body,
        event.position,
    )
    assert f"position {event.position}: is declared redacted at position {event.position + 2}" in faults[0]


def test_a_missing_body_that_nobody_declared_is_a_fault(redacted: tuple[Path, RecordedEvent]) -> None:
    """A gap beside the declared one is named, and it alone."""
    path, event = redacted
    faults = tampered(
        path, "UPDATE event SET type = '', subject = '', body = x'' WHERE position = ?", event.position + 1
    )
    assert faults == [f"position {event.position + 1}: the body is missing, and no event declares this redaction"]
    with Chronology.open(path) as chron:
        assert chron.verify().redacted == (event.position,)
        with pytest.raises(IntegrityError, match="no event declares it redacted"):
            chron.redact(chron.event(event.position + 1).id, reason="r")


@pytest.mark.parametrize(
    "change",
    [
        lambda data: {},
        lambda data: {**data, "position": "x"},
        lambda data: {**data, "leaf": "zz"},
        lambda data: {**data, "withdrew": []},
    ],
)
def test_a_declaration_that_is_none_is_refused(change: Callable[[dict[str, Any]], dict[str, Any]]) -> None:
    """Whatever an edited body contains, only a typed error comes out."""
    event = redactions.declaration(row(7), withdrew=3, reason="r", recorded_by=None)
    body = body_of(event, nonce="n", recorded_at=TIME)
    assert redactions.declared(9, body) == redactions.Redaction(
        position=7, event="id-7", leaf=row(7).leaf, recorded_at=TIME, withdrew=3, declared_at=9
    )
    with pytest.raises(CanonicalError, match="does not declare a redaction"):
        redactions.declared(9, msgspec.structs.replace(body, data=change(body.data)))


def test_a_declaration_comes_after_what_it_declares() -> None:
    """And what an event withdrew came before it."""
    left = Row(7, "id-7", "", "", TIME, b"", row(7).leaf)
    sound = redactions.Redaction(position=7, event="id-7", leaf=left.leaf, recorded_at=TIME, withdrew=3, declared_at=9)
    assert sound.matches(left)
    for wrong in ({"declared_at": 7}, {"declared_at": 2}, {"withdrew": 7}, {"withdrew": 0}, {"leaf": bytes(32)}):
        assert not attrs.evolve(sound, **wrong).matches(left)
    assert not sound.matches(row(7))


def test_the_names_in_the_trigger_are_those_of_the_types() -> None:
    """SQL cannot import them."""
    for name in (DEFINED, REDACTED):
        assert f"'{name}'" in event_table.UPDATE_TRIGGER
    assert f"'{redactions.SUBJECT_KIND}/'" in event_table.UPDATE_TRIGGER
    assert definition(next(s for s in builtin.schemas() if REDACTED in s["$id"])).subject == f"type/{REDACTED}"
    assert "event" not in tables.SCHEMA
