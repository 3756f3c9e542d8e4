"""Tests of refusals: one attempt finds every fault of a stream of events, and nothing is written."""

import copy
import tracemalloc
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from chronology import Chronology, ChronologyError, Event
from chronology.errors import BatchRefusedError, HeadMovedError, IntegrityError, InvalidEventError, NotLiveError
from chronology.events.records import RecordedEvent
from chronology.store import writing
from chronology.store.writing import Refusals
from chronology.vocabulary import builtin

IDS = [f"01638701-4f00-7fbb-bb58-d7c42440a9{n:02d}" for n in range(20)]


def fact(**rest: Any) -> Event:
    """Make an assertion."""
    keys = {"type": "fact.asserted", "subject": "place/x", "valid": "2018", "source": "source/x"}
    return Event(**keys | {"data": {"attribute": "a", "value": 1}} | rest)


def collected(chron: Chronology, events: Any, **how: Any) -> tuple[list[ChronologyError], BatchRefusedError]:
    """Return the refusals of a stream and the error at its end; nothing may have been written."""
    before = chron.head(), chron.state(valid_at="2019")
    found: list[ChronologyError] = []
    with pytest.raises(BatchRefusedError) as caught:
        chron.append_many(events, refusals=Refusals(found.append), **how)
    assert (chron.head(), chron.state(valid_at="2019")) == before
    assert caught.value.refused == len(found)
    return found, caught.value


def places(found: list[ChronologyError]) -> list[int | None]:
    """Return which events were refused."""
    return [error.index for error in found]


@pytest.mark.parametrize("dry_run", [False, True])
def test_every_refused_event_is_reported(chron: Chronology, dry_run: bool) -> None:
    """Each with its index and all of its faults, good ones between them; the last error counts them."""
    taken = chron.append(fact(id=IDS[0]))
    events = [
        fact(), fact(valid="soon", grade="Z9"), fact(), fact(type="fact.assertd"), fact(id=IDS[0], valid="2019"), 5,
        fact(type="assertion.retracted", valid=None, source=None, retracts=IDS[9], data={"reason": "x"}), fact(),
    ]  # fmt: skip
    found, error = collected(chron, events, dry_run=dry_run)
    assert places(found) == [1, 3, 4, 5, 6]
    assert isinstance(found[0], InvalidEventError)
    assert len(found[0].faults) == 2
    assert str(error) == "5 events were refused, so nothing was written"
    assert chron.event(taken.position) == taken


def test_without_refusals_the_first_ends_it(chron: Chronology) -> None:
    """`append_many` alone still raises the error of the first refused event."""
    with pytest.raises(InvalidEventError) as caught:
        chron.append_many([fact(), fact(grade="Z9"), fact(valid="soon")])
    assert caught.value.index == 1


def test_a_stream_without_fault_is_written(chron: Chronology) -> None:
    """Collecting refusals changes nothing if there are none."""
    assert chron.append_many([fact(), fact()], refusals=Refusals(pytest.fail)).appended == 2


def test_what_needs_a_refused_event_is_not_reported(chron: Chronology) -> None:
    """Disputes, retractions and replacements of a refused event, and what needs these, are counted, not reported."""
    reason = {"type": "assertion.retracted", "valid": None, "source": None, "data": {"reason": "x"}}
    events = [
        fact(id=IDS[0], grade="Z9"), fact(id=IDS[1], disputes=[IDS[0]]), fact(disputes=[IDS[1]]),
        fact(replaces=IDS[0]), fact(retracts=IDS[0], **reason), fact(disputes=[IDS[5]]), fact(id=IDS[5]),
    ]  # fmt: skip
    found, error = collected(chron, events)
    assert places(found) == [0, 5]
    assert (error.refused, error.unchecked) == (2, 4)


@pytest.mark.parametrize("version", [1, 2])
def test_what_is_of_a_type_that_a_refused_event_defines_is_not_reported(chron: Chronology, version: int) -> None:
    """New types and new versions of one: their events cannot be judged before the definition is mended."""
    schema = copy.deepcopy(next(s for s in builtin.schemas() if ":crossing.closed:" in str(s["$id"])))
    name = "crossing.closed" if version == 2 else "well.closed"
    schema |= {"$id": f"urn:chronology:{name}:{version}", "titel": "x", "x-end": []}
    closed = fact(type=name, subject="crossing/x", data={"depth": 5})
    found, error = collected(chron, [builtin.definition(schema), closed, fact(grade="Z9")])
    assert (places(found), error.unchecked) == ([0, 2], 1)


def test_a_refused_event_withdraws_nothing(chron: Chronology) -> None:
    """A replacement that is refused in the end, for its size, leaves its target to the next."""
    chron.append(fact(id=IDS[0]))
    long = {"attribute": "a", "value": "x" * 70_000}
    found, _ = collected(chron, [fact(replaces=IDS[0], data=long), fact(replaces=IDS[0]), fact(replaces=IDS[0])])
    assert places(found) == [0, 2]
    assert isinstance(found[1], NotLiveError)


def test_a_definition_that_the_stored_events_refute_is_the_last_reported(chron: Chronology) -> None:
    """It is found out while it is written, so what follows cannot be judged, and is not."""
    schema = copy.deepcopy(next(s for s in builtin.schemas() if ":crossing.closed:" in str(s["$id"])))
    chron.append(fact(type="crossing.closed", subject="crossing/x", data={"reason": "storm"}))
    schema |= {"$id": "urn:chronology:crossing.closed:2", "x-upcast": []}
    schema["properties"]["reason"] = {"const": "fog"}
    found, _ = collected(chron, [fact(grade="Z9"), builtin.definition(schema), fact(grade="Z9")])
    assert places(found) == [0, 1]
    assert "x-upcast of the event at position" in str(found[1])


def test_what_is_no_fault_of_an_event_ends_it(chron: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """A log that has moved and a file that is damaged are raised as ever."""
    with pytest.raises(HeadMovedError):
        chron.append_many([fact(grade="Z9")], expected_head=1, refusals=Refusals(pytest.fail))

    def damaged(*_: object) -> RecordedEvent:
        raise IntegrityError("torn")

    monkeypatch.setattr("chronology.store.batch.Batch.add", damaged)
    with pytest.raises(IntegrityError):
        chron.append_many([fact()], refusals=Refusals(pytest.fail))


def test_endless_faults_need_no_memory(chron: Chronology) -> None:
    """Each refused event has its own long id, source and reason; none of them is kept."""

    def bad(count: int) -> Iterator[Event]:
        for number in range(count):
            name = f"{number:06d}" * 200
            yield fact(id=name, source=name, type="type.defined", subject=f"type/{name}", said_by=[name])

    def most(count: int) -> int:
        tracemalloc.start()
        with pytest.raises(BatchRefusedError):
            chron.append_many(bad(count), refusals=Refusals(lambda _: None))
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
        return peak

    most(100)
    assert most(2_000) < most(500) + 200_000


def test_only_so_many_names_are_remembered(chron: Chronology, monkeypatch: pytest.MonkeyPatch) -> None:
    """Past the limit, an event that depends on a refused one is refused for naming an unknown one."""
    monkeypatch.setattr(writing, "_MOST_NAMES", 1)
    events = [
        fact(id=IDS[0], grade="Z9"),
        fact(id=IDS[1], grade="Z9"),
        fact(disputes=[IDS[0]]),
        fact(disputes=[IDS[1]]),
    ]
    found, error = collected(chron, events)
    assert (places(found), error.unchecked) == ([0, 1, 3], 1)


@settings(max_examples=15)
@given(st.lists(st.sampled_from(["good", "grade", "valid", "type", "id"]), max_size=12))
def test_the_refused_events_are_those_that_are_refused_alone(
    tmp_path_factory: pytest.TempPathFactory, kinds: Any
) -> None:
    """Of events that do not need each other, exactly those are reported that a store refuses one by one."""
    wrong = {"good": {}, "grade": {"grade": "Z9"}, "valid": {"valid": "x"}, "type": {"type": "a.b"}, "id": {"id": "7"}}
    events = [fact(**wrong[kind]) for kind in kinds]
    path: Path = tmp_path_factory.mktemp("refusals") / "storm.db"
    with Chronology.open(path, create=True) as chron:
        if set(kinds) <= {"good"}:
            assert chron.append_many(events, refusals=Refusals(pytest.fail)).appended == len(events)
        else:
            found, _ = collected(chron, events)
            assert places(found) == [index for index, kind in enumerate(kinds) if kind != "good"]
