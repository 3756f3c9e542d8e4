"""Tests of what goes into the outbox and out of it; a store of one's own takes the events as a shared log does."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from time import perf_counter

import pytest

from chronology import Chronology, ChronologyError, Event
from chronology.errors import InvalidEventError, StoreError, UnknownNameError
from chronology.remote import outbox, pushing
from chronology.vocabulary import builtin

SCHEMA = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:chronology:well.dug:1",
    "title": "Well dug",
    "type": "object",
    "x-subject": "well",
    "properties": {"depth": {"type": "integer"}},
    "additionalProperties": False,
}


def event_id(number: int) -> str:
    """Return an id of which the last digits tell its number, and the first ones too."""
    return f"{number:08}-0000-7000-8000-{number:012}"


def fact(number: int, **rest: object) -> Event:
    """Make an event that the log takes."""
    keys: dict[str, object] = {
        "id": event_id(number),
        "type": "fact.asserted",
        "subject": "place/hajin",
        "valid": "2018-01",
        "source": "source/a",
        "data": {"attribute": "status", "value": f"v{number}"},
    }
    return Event(**(keys | rest))  # type: ignore[arg-type]


@pytest.fixture
def store(tmp_path: Path) -> Path:
    """Give the file of `chron`."""
    return tmp_path / "storm.db"


def numbers(store: Path) -> list[int]:
    """Return the numbers of the events that wait."""
    return [int((line.event.id or "")[:8]) for line in outbox.read(store) if line.event]


def held(chron: Chronology, number: int) -> bool:
    """Tell whether the log holds an event."""
    return any(event.id == event_id(number) for event in chron.read(after=0))


@contextmanager
def locked(store: Path, how: str) -> Iterator[None]:
    """Let another connection hold a lock: IMMEDIATE keeps others from writing, EXCLUSIVE from reading too."""
    with closing(sqlite3.connect(store, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        yield


def test_what_is_refused_stays_and_the_rest_is_appended(chron: Chronology, store: Path) -> None:
    """A torn line, a wrong event, and one that depends on it: each keeps its line, its bytes, and its reason."""
    wrong = fact(2, type="well.sunk")
    outbox.keep(store, [fact(1), wrong, fact(3, disputes=[event_id(2)]), fact(4)])
    with outbox.place(store).open("ab") as file:
        file.write(b'{"type": "fact.as')
    before = outbox.read(store)
    pushed = pushing.push(chron, store, dry_run=False)
    assert pushed.result is not None
    assert (pushed.result.appended, pushed.result.unchanged) == (2, 0)
    assert [line.number for line in pushed.left] == [2, 3, 5]
    told = [str(line.fault) for line in pushed.left]
    assert told[0].startswith("unknown event type 'well.sunk'")
    assert told[1] == f"unknown disputed event {event_id(2)!r}"
    assert "cut off" in told[2]
    assert [line.raw for line in outbox.read(store)] == [before[at].raw for at in (1, 2, 4)]
    assert held(chron, 1)
    assert held(chron, 4)
    again = pushing.push(chron, store, dry_run=False)
    assert again.result is None
    assert len(again.left) == 3


def test_an_event_that_spoils_a_batch_does_not_keep_the_others_back(chron: Chronology, store: Path) -> None:
    """A new version of a type that does not fit the stored events ends a batch half-way; the others are tried again."""
    chron.define(SCHEMA)
    chron.append(Event(type="well.dug", subject="well/x", valid="2018", source="source/a", data={"depth": 5}))
    properties = {"depth": {"type": "string"}}
    second = builtin.definition(SCHEMA | {"$id": "urn:chronology:well.dug:2", "properties": properties})
    spoiling = Event(type=second.type, subject=second.subject, valid=second.valid, data=second.data, id=event_id(2))
    outbox.keep(store, [fact(1), spoiling, fact(3), fact(4, type="well.sunk"), fact(5)])
    pushed = pushing.push(chron, store, dry_run=False)
    assert numbers(store) == [2, 4]
    assert [line.number for line in pushed.left] == [2, 4]
    assert all(held(chron, number) for number in (1, 3, 5))


def test_a_dry_run_tells_the_same_and_changes_nothing(chron: Chronology, store: Path) -> None:
    """How many would be appended, and which lines would be left."""
    outbox.keep(store, [fact(1), fact(2, type="well.sunk")])
    pushed = pushing.push(chron, store, dry_run=True)
    assert pushed.result is not None
    assert pushed.result.appended == 1
    assert [line.number for line in pushed.left] == [2]
    assert numbers(store) == [1, 2]
    assert not held(chron, 1)


def test_a_push_that_was_stopped_before_the_removal_is_repeated_harmlessly(chron: Chronology, store: Path) -> None:
    """What the log holds already is unchanged, and taken out; a line that stands twice is appended once."""
    outbox.keep(store, [fact(1), fact(2), fact(2)])
    chron.append(fact(1))
    pushed = pushing.push(chron, store, dry_run=False)
    assert pushed.result is not None
    assert (pushed.result.appended, pushed.result.unchanged) == (1, 2)
    assert outbox.read(store) == []


def test_what_comes_into_the_outbox_during_a_push_stays(
    chron: Chronology, store: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An event that was acknowledged between the reading and the removal waits for the next push."""
    outbox.keep(store, [fact(1), fact(2)])
    append_many = Chronology.append_many

    def slowly(self: Chronology, *args: object, **how: object) -> object:
        result = append_many(self, *args, **how)  # type: ignore[arg-type]
        outbox.remove(store, {outbox.read(store)[0].raw})
        outbox.keep(store, [fact(3)])
        return result

    monkeypatch.setattr(Chronology, "append_many", slowly)
    pushing.push(chron, store, dry_run=False)
    monkeypatch.undo()
    assert numbers(store) == [3]


def test_an_event_is_checked_against_the_store_and_what_waits(chron: Chronology, store: Path) -> None:
    """It may name a waiting event, but none that is refused; a line that is wrong keeps no new one out."""
    outbox.keep(store, [fact(1), fact(2, type="well.sunk")])
    outbox.place(store).write_bytes(outbox.place(store).read_bytes() + b"{")
    assert pushing.keep(chron, store, fact(3, disputes=[event_id(1)]), dry_run=False).checked
    for wrong in (fact(4, disputes=[event_id(2)]), fact(5, type="well.sunk"), fact(6, valid="soon")):
        with pytest.raises(ChronologyError):
            pushing.keep(chron, store, wrong, dry_run=False)
    assert numbers(store) == [1, 2, 3]
    assert not held(chron, 3)


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_the_outbox_does_not_wait_for_whoever_writes_to_the_store(chron: Chronology, store: Path, how: str) -> None:
    """A push may hold the lock as long as its server takes; then the form alone is checked."""
    chron._session.connection.execute("PRAGMA busy_timeout = 100")
    with locked(store, how):
        begin = perf_counter()
        kept = pushing.keep(chron, store, fact(1), dry_run=False)
        assert not kept.checked
        assert pushing.waiting(chron, store).unchecked is not None
        with pytest.raises(InvalidEventError, match="subject"):
            pushing.keep(chron, store, fact(2, subject="Hajin"), dry_run=False)
        with pytest.raises(ChronologyError, match="float"):
            pushing.keep(chron, store, fact(2, data={"attribute": "x", "value": 1.5}), dry_run=False)
        assert perf_counter() - begin < 5
    assert numbers(store) == [1]
    assert pushing.push(chron, store, dry_run=False).left == ()


def test_what_waits_is_listed_with_what_is_wrong(chron: Chronology, store: Path) -> None:
    """As far as it is known here; a store that cannot be asked hides nothing."""
    outbox.keep(store, [fact(1), fact(2, type="well.sunk")])
    found = pushing.waiting(chron, store)
    assert found.unchecked is None
    assert [line.fault is None for line in found.lines] == [True, False]
    chron._session.connection.execute("DROP TABLE segment")
    found = pushing.waiting(chron, store)
    assert isinstance(found.unchecked, StoreError)
    assert [line.fault for line in found.lines] == [None, None]


def test_a_line_is_found_by_its_number_its_id_or_the_beginning_of_it(store: Path) -> None:
    """Ambiguity and absence are told."""
    outbox.keep(store, [fact(12), fact(13), fact(200)])
    with outbox.place(store).open("ab") as file:
        file.write(b"{\n")
    for name, number in ((2, 2), (event_id(13), 2), ("000002", 3), (4, 4), (event_id(200).upper(), 3)):
        assert pushing.find(store, name).number == number
    with pytest.raises(ChronologyError, match="lines 1, 2"):
        pushing.find(store, "0000001")
    for name in (5, "ff", ""):
        with pytest.raises(UnknownNameError):
            pushing.find(store, name)
