"""Tests of merging logs: what comes in, what is told, and that two logs that took each other in answer alike."""

import json
import shutil
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from pathlib import Path
from random import Random
from typing import Any

import pytest
from conftest import Clock
from hypothesis import example, given, settings
from hypothesis import strategies as st
from strategies import EPOCH, event_id

from chronology import Chronology, Event
from chronology.errors import ChronologyError, DuplicateIdError, IntegrityError, InvalidEventError, StoreError
from chronology.events.recordings import original
from chronology.events.records import decode, encode
from chronology.log import database
from chronology.log.event_table import Log
from chronology.transparency.merkle import leaf_hash

DAYS = ("2018-05-01", "2018-05-02", "2018-05", "2018-05-01/2018-05-03", "2018-04-30/..", "2018-05-01/", "../2018-05-02")
ASKED = ("2018-04-30", "2018-05-01", "2018-05-02", "2018-05-15", "2018-06-10")
SUBJECTS = ("place/x", "place/y", "place/z")

PAUSED = {
    "$schema": "https://json-schema.org/draft/2020-12/schema",
    "$id": "urn:chronology:test.paused:1",
    "title": "Paused",
    "type": "object",
    "properties": {"why": {"type": "string"}},
    "additionalProperties": False,
    "x-asserts": {"status": {"const": "paused"}},
}


def said(value: Any, subject: str = "place/x", valid: str = "2018-05-01", **rest: Any) -> Event:
    """Return an assertion; a dispute of another, for instance, if the rest says so."""
    given = {"source": "source/s"} | rest
    return Event(
        type="fact.asserted", subject=subject, valid=valid, data={"attribute": "status", "value": value}, **given
    )


class Logs:
    """Makes stores with one clock, of two templates: copies of one template have a common beginning."""

    def __init__(self, folder: Path) -> None:
        self._folder, self._made = folder, 0
        self._templates = [folder / "one.db", folder / "two.db"]
        for seed, path in enumerate(self._templates):
            Chronology.open(path, create=True, clock=Clock(EPOCH), randomness=Random(seed).randbytes).close()

    @contextmanager
    def new(self, clock: Clock, *templates: int) -> Iterator[list[Chronology]]:
        """Open stores, each a copy of a template."""
        with ExitStack() as stack:
            stores = []
            for template in templates:
                self._made += 1
                path = self._folder / f"{self._made}.db"
                shutil.copy(self._templates[template], path)
                stack.callback(path.unlink)
                randomness = Random(100 + self._made).randbytes
                stores.append(stack.enter_context(Chronology.open(path, clock=clock, randomness=randomness)))
            yield stores


@pytest.fixture(scope="module")
def logs(tmp_path_factory: pytest.TempPathFactory) -> Logs:
    """Make stores of two templates."""
    return Logs(tmp_path_factory.mktemp("logs"))


@pytest.fixture
def two(logs: Logs, clock: Clock) -> Iterator[list[Chronology]]:
    """Give the stores of two people who have nothing in common."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1) as stores:
        yield stores


def path_of(chron: Chronology) -> Path:
    """Return the file of a store."""
    return database.path_of(chron._session.connection)


def each_other(*stores: Chronology) -> None:
    """Let each store take in each other one."""
    for one in stores:
        for other in stores:
            if one is not other:
                one.sharing.merge_log(path_of(other))


def answers(chron: Chronology, **restrictions: Any) -> list[Any]:
    """Return the states at several dates, and all conflicts, without what each log calls by positions of its own."""
    found: list[Any] = [
        [
            (h.subject, h.attribute, h.value, h.certainty, h.contested, h.since, candidates(h))
            for h in chron.state(valid_at=day, **restrictions)
        ]
        for day in ASKED
    ]
    found += [
        (one.subject, one.clash, one.first.event if one.first else "", one.second.event)
        for one in chron.conflicts(**restrictions)
    ]
    for subject in SUBJECTS:
        found += [
            (
                one.starts,
                one.ends,
                one.certainty,
                one.contested,
                [(party.value, party.standing) for party in one.parties],
            )
            for one in chron.history(subject, "status", **restrictions)
        ]
    return found


def candidates(holding: Any) -> list[Any]:
    """Return the parties to an answer, in order."""
    return [(c.value, c.standing, c.event, c.valid, c.origin, c.source, c.grade) for c in holding.candidates]


# Random histories -------------------------------------------------------------------------------------------

DEEDS = (
    "say",
    "say",
    "say",
    "say",
    "deny",
    "dispute",
    "retract",
    "replace",
    "merge",
    "unmerge",
    "join",
    "share",
    "share",
    "publish",
)

steps = st.lists(
    st.tuples(
        st.integers(0, 2),
        st.sampled_from(DEEDS),
        st.integers(0, 10**6),
        # How far the clock goes on: often not at all, and sometimes back.
        st.sampled_from((0, 0, 1, 1, -2)),
    ),
    max_size=24,
)


SHARED = 6
"""Events that several can record by themselves, as who imports the same dataset does."""


def shared(number: int) -> Event:
    """Return one of them; its day of statement is what the log fills in."""
    rng = Random(number)
    rest = {"replaces": event_id(100)} if number == SHARED - 1 else {}
    return said(
        rng.choice(("a", "b")),
        rng.choice(SUBJECTS),
        rng.choice(DAYS[:3]),
        source="source/u",
        id=event_id(100 + number),
        **rest,
    )


def do(stores: list[Chronology], clock: Clock, step: tuple[int, str, int, int]) -> None:
    """Let somebody do something; what their log refuses, they leave."""
    who, deed, seed, seconds = step
    clock.now += timedelta(seconds=seconds)
    chron, rng = stores[who % len(stores)], Random(seed)
    live = [event.id for event in chron.read() if event.event.type == "fact.asserted"]
    how: dict[str, Any] = {
        "valid": rng.choice(DAYS),
        "source": rng.choice(("source/s", "source/t")),
        "stated": rng.choice((None, None, "2018-05-14")),
    }
    subject, value = rng.choice(SUBJECTS), rng.choice(("a", "b", "place/y"))
    target = rng.choice(live) if live else event_id(9)
    try:
        match deed:
            case "say" | "deny":
                chron.append(said(value, subject, stance="affirms" if deed == "say" else "denies", **how))
            case "dispute":
                chron.append(said(value, subject, disputes=[target], **how))
            case "replace":
                chron.append(said(value, subject, replaces=target, **how))
            case "retract":
                chron.retract(target, reason="r")
            case "merge":
                chron.merge(*rng.sample(SUBJECTS, 2), reason="r")
            case "unmerge":
                chron.unmerge(*rng.sample(SUBJECTS, 2), reason="r")
            case "share":
                chron.append(shared(seed % SHARED))
            case "publish":
                published = {"title": "U", "published": "2018-05-13"}
                chron.append(
                    Event(
                        type="source.described",
                        subject="source/u",
                        valid="2018-05-13",
                        data=published,
                        source="source/u",
                    )
                )
            case "join":
                other = rng.choice([store for store in stores if store is not chron])
                chron.sharing.merge_log(path_of(other))
    except DuplicateIdError:
        raise
    except ChronologyError:
        pass


# Three stores an example, each verified: a fourth of the usual number.
@settings(max_examples=settings().max_examples // 4)
@given(steps, st.sampled_from(((0, 1), (0, 0), (0, 1, 1))), st.permutations(range(3)))
@example([(0, "say", 1, 0), (1, "say", 2, 0), (0, "say", 3, 0), (1, "say", 4, 0)], (0, 0), [0, 1, 2])
@example([(0, "share", 0, 1), (0, "say", 2, 1), (1, "share", 0, 0), (1, "share", 1, 0)], (0, 1, 1), [2, 1, 0])
def test_logs_that_took_in_each_other_answer_alike(
    logs: Logs, done: list[tuple[int, str, int, int]], templates: tuple[int, ...], order: list[int]
) -> None:
    """Whatever each did, and in whichever order they merged, with or without a common beginning."""
    clock = Clock(EPOCH)
    with logs.new(clock, *templates) as stores:
        for step in done:
            do(stores, clock, step)
        each_other(*(stores[number] for number in order if number < len(stores)))
        each_other(*stores)
        for chron in stores:
            assert chron.verify().faults == ()
            for other in stores:
                if other is not chron:
                    again = chron.sharing.merge_log(path_of(other))
                    assert (again.added, again.noted, again.left_out_count) == (0, 0, 0)
                    assert again.withdrawn_on_both_sides_count == 0
        for restrictions in ({}, {"sources": ["source/s"]}, {"stated_by": "2018-05-20"}, {"stated_by": "2018-05-14"}):
            first, *rest = [answers(chron, **restrictions) for chron in stores]
            for other in rest:
                assert other == first


@settings(max_examples=settings().max_examples // 4)
@given(steps)
def test_merging_changes_no_earlier_answer(logs: Logs, done: list[tuple[int, str, int, int]]) -> None:
    """What was known before a merge is answered as before, and a replay gives what the merge left."""
    clock = Clock(EPOCH)
    with logs.new(clock, 0, 1) as stores:
        for step in done:
            do(stores, clock, step)
        one, other = stores
        head, before = one.head(), answers(one)
        one.sharing.merge_log(path_of(other))
        assert answers(one, known_at=head)[: len(ASKED)] == before[: len(ASKED)]
        assert one.replay().changed == ()


# Examples ---------------------------------------------------------------------------------------------------


def leading(chron: Chronology) -> Any:
    """Return what is known of the place now."""
    (holding,) = chron.state("place/x", valid_at="2018-05-01")
    return holding.value


def test_of_equal_starts_the_first_recorded_later_wins(two: list[Chronology], clock: Clock) -> None:
    """Not what this log learnt last: the other's older event comes in later, and loses."""
    one, other = two
    other.append(said("older"))
    clock.advance(seconds=1)
    one.append(said("newer"))
    clock.advance(seconds=1)
    each_other(one, other)
    assert [leading(chron) for chron in two] == ["newer", "newer"]
    assert [event.event.data["value"] for event in one.read(after=one.head() - 2)] == ["newer", "older"]


def test_at_one_instant_the_origin_decides(two: list[Chronology]) -> None:
    """Two events first recorded in the same microsecond go by the origins of their logs."""
    one, other = two
    one.append(said("one"))
    other.append(said("other"))
    each_other(one, other)
    first = [chron.proofs.checkpoint().origin for chron in two]
    assert [leading(chron) for chron in two] == ["one" if first[0] > first[1] else "other"] * 2


def test_copies_that_went_apart_at_one_position_go_by_id(logs: Logs, clock: Clock) -> None:
    """Of two copies of a log, both can record something at one instant and one position."""
    clock.now = EPOCH
    with logs.new(clock, 0, 0) as (one, other):
        events = {chron.append(said(name)).id: name for chron, name in ((one, "one"), (other, "other"))}
        each_other(one, other)
        assert leading(one) == leading(other) == events[max(events)]


def test_what_is_recorded_after_a_merge_is_later_than_all_in_it(two: list[Chronology], clock: Clock) -> None:
    """Also where this machine's clock is behind the other's."""
    one, other = two
    clock.advance(hours=2)
    other.append(said("theirs"))
    clock.advance(hours=-2)
    one.sharing.merge_log(path_of(other))
    one.append(said("mine"))
    other.sharing.merge_log(path_of(one))
    assert [leading(chron) for chron in two] == ["mine", "mine"]


def test_an_event_carries_where_it_was_recorded_first(logs: Logs, clock: Clock) -> None:
    """Its origin, position, leaf and time stay those of the first log, also by way of a second one."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1) as (one, other, third):
        event = one.append(said("a", said_by=["person/p"], grade="B2", recorded_by="Jane"))
        clock.advance(seconds=1)
        other.sharing.merge_log(path_of(one))
        clock.advance(seconds=1)
        third.sharing.merge_log(path_of(other))
        body = decode(third.event(event.id).body)
        found = body.merged_from
        assert found is not None
        assert (found.origin, found.position) == (one.proofs.checkpoint().origin, event.position)
        assert found.leaf == event.leaf.hex()
        assert found.recorded_at == "2018-06-01T09:00:00.000000Z" < body.recorded_at
        assert third.event(event.id).event == event.event
        assert encode(original(body)) == event.body
        assert leaf_hash(event.body) == event.leaf


def test_what_nobody_stated_counts_from_the_first_recording(two: list[Chronology], clock: Clock) -> None:
    """A report without a stated day counts as stated on the day when the first log learnt it."""
    one, other = two
    one.append(said("a"))
    clock.advance(days=3)
    other.sharing.merge_log(path_of(one))
    assert [len(chron.state("place/x", stated_by="2018-06-02")) for chron in two] == [1, 1]


def test_an_id_with_other_content_is_an_error(two: list[Chronology]) -> None:
    """Nothing is written, not even what came before it."""
    one, other = two
    one.append(said("a", id=event_id(1)))
    other.append_many([said("c"), said("b", id=event_id(1))])
    head = one.head()
    with pytest.raises(DuplicateIdError, match=event_id(1)):
        one.sharing.merge_log(path_of(other))
    assert one.head() == head


def test_of_what_both_recorded_by_themselves_the_earlier_recording_counts(two: list[Chronology], clock: Clock) -> None:
    """One learnt "a" before "b", the other after it: both then go by the first time that anybody learnt it."""
    one, other = two
    recording = one.append(said("a", id=event_id(1), recorded_by="Jane"))
    clock.advance(seconds=1)
    other.append(said("b"))
    clock.advance(seconds=1)
    other.append(said("a", id=event_id(1), recorded_by="Joe"))
    head = other.head()
    assert leading(other) == "a"
    done = [
        other.sharing.merge_log(path_of(one)),
        one.sharing.merge_log(path_of(other)),
        other.sharing.merge_log(path_of(one)),
    ]
    assert [(d.added, d.recorded_twice, d.noted) for d in done] == [(0, 1, 1), (2, 1, 0), (0, 1, 0)]
    assert [leading(chron) for chron in two] == ["b", "b"]
    (before,) = other.state("place/x", valid_at="2018-05-01", known_at=head)
    assert before.value == "a"
    (note,) = (event.event for event in other.read() if event.event.type == "recording.noted")
    (noted,) = note.data["recordings"]
    assert noted["leaf"] == recording.leaf.hex()
    assert (noted["event"], noted["position"]) == (recording.id, recording.position)
    assert all(chron.verify().ok for chron in two)


def test_an_earlier_recording_is_known_by_way_of_a_third_log(logs: Logs, clock: Clock) -> None:
    """Whoever takes in only the log of the later one learns what that has noted of the first."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1) as (one, other, third):
        one.append(said("a", id=event_id(1)))
        clock.advance(seconds=1)
        third.append(said("b"))
        clock.advance(seconds=1)
        other.append(said("a", id=event_id(1)))
        other.sharing.merge_log(path_of(one))
        assert third.sharing.merge_log(path_of(other)).noted == 1
        assert leading(third) == "b"
        assert third.sharing.merge_log(path_of(one)).noted == 0


def test_the_day_of_statement_is_that_of_the_earlier_recording(two: list[Chronology], clock: Clock) -> None:
    """One knew when its source was published, the other filled in nothing and counts from its own day."""
    one, other = two
    published = {"title": "U", "published": "2018-05-13"}
    other.append(Event(type="source.described", subject="source/u", valid="2018-05-13", data=published))
    one.append(said("a", source="source/u", id=event_id(1)))
    clock.advance(seconds=1)
    other.append(said("a", source="source/u", id=event_id(1)))
    assert len(other.state("place/x", stated_by="2018-05-14")) == 1
    each_other(one, other)
    assert [len(chron.state("place/x", stated_by="2018-05-14")) for chron in two] == [0, 0]
    assert [len(chron.state("place/x", stated_by="2018-06-01")) for chron in two] == [1, 1]


def test_what_was_withdrawn_before_its_earlier_recording_is_known_stays_withdrawn(
    two: list[Chronology], clock: Clock
) -> None:
    """A note moves an event in the order; it does not bring it back."""
    one, other = two
    for chron in two:
        chron.append(said("a", id=event_id(1)))
        clock.advance(seconds=1)
    other.retract(event_id(1), reason="r")
    assert other.sharing.merge_log(path_of(one)).noted == 1
    assert other.state("place/x", valid_at="2018-05-01") == []
    assert other.verify().ok


def test_the_name_that_was_given_last_is_shown_by_both(two: list[Chronology], clock: Clock) -> None:
    """Not the one that this log learnt last; also of one that both recorded, and of those that sources tell."""
    one, other = two
    for subject, name in (("place/x", "X"), ("place/y", "Y")):
        other.append(Event(type="subject.named", subject=subject, data={"name": f"Old {name}"}))
        clock.advance(seconds=1)
    one.append(Event(type="subject.named", subject="place/x", data={"name": "New X"}))
    shared = Event(type="subject.named", subject="place/y", data={"name": "Shared"}, id=event_id(7))
    other.append(shared)
    one.append(Event(type="subject.named", subject="place/y", data={"name": "Mine"}))
    clock.advance(seconds=1)
    other.append(Event(type="subject.named", subject="place/y", data={"name": "New Y"}))
    clock.advance(seconds=1)
    one.append(shared)
    head = one.head()
    assert one.names.of("place/y")[0].text == "Shared"
    each_other(one, other)
    for subject in ("place/x", "place/y"):
        first, second = ([name.text for name in chron.names.of(subject)] for chron in two)
        assert first == second
        assert first[0] == f"New {subject[-1].upper()}"
    assert one.names.of("place/y", known_at=head)[0].text == "Shared"


def test_many_recordings_are_noted_in_few_events(two: list[Chronology], clock: Clock) -> None:
    """Two imports of one dataset need one event for a hundred rows, which cannot be taken back."""
    one, other = two
    rows = [said("a", f"place/p{number}", id=event_id(1_000 + number)) for number in range(205)]
    for chron in two:
        chron.append_many(rows)
        clock.advance(seconds=1)
    head = other.head()
    done = other.sharing.merge_log(path_of(one))
    # One more: the type of these events, which a log defines when it first needs it.
    assert (done.noted, done.head - head) == (205, 4)
    assert other.replay().changed == ()
    assert other.verify().ok
    note = other.event(other.head())
    for refused in (lambda: other.undo(), lambda: other.redact(note.id, reason="r")):
        with pytest.raises(ChronologyError):
            refused()
    with pytest.raises(InvalidEventError, match="comes from merging logs"):
        one.append(note.event)
    assert [len(chron.state(valid_at="2018-05-01")) for chron in two] == [205, 205]
    clock.advance(seconds=1)
    other.retract(event_id(1_000), reason="r")
    assert len(other.state(valid_at="2018-05-01")) == 204
    assert other.replay().changed == ()


def test_a_replica_takes_notes_as_a_strangers(two: list[Chronology], clock: Clock) -> None:
    """A log that notes a recording of an event that it does not hold, or of the future, is not sound."""
    one, other = two
    for chron in two:
        chron.append(said("a", id=event_id(1)))
        clock.advance(seconds=1)
    other.sharing.merge_log(path_of(one))
    assert one.sharing.merge_log(path_of(other), dry_run=True).left_out_count == 0
    for what, value, told in (
        ("event", event_id(2), "not in the log before it"),
        ("recorded_at", "2030-01-01T00:00:00.000000Z", "is not earlier than recorded_at"),
    ):
        forge_note(other, what, value)
        with pytest.raises(IntegrityError, match=told):
            one.sharing.merge_log(path_of(other))
        assert not other.verify().ok


def test_types_defined_differently_are_left_out_with_their_events(two: list[Chronology]) -> None:
    """So is what names such an event; everything else comes in."""
    one, other = two
    one.define(PAUSED)
    other.define(PAUSED | {"x-asserts": {"status": {"const": "stopped"}}})
    paused = other.append(Event(type="test.paused", subject="place/x", valid="2018-05-01", source="source/s"))
    other.append(said("b", disputes=[paused.id]))
    other.append(said("c", "place/y"))
    done = one.sharing.merge_log(path_of(other))
    assert (done.added, done.left_out_count) == (1, 3)
    assert [str(out).split(", ", 2)[2] for out in done.left_out] == [
        "cannot be taken in: test.paused version 1 is already defined, with other content",
        "is of test.paused version 1, which that log defines in another way",
        f"names event {paused.id}, which was left out",
    ]
    assert one.verify().ok


def test_new_types_and_versions_come_in(two: list[Chronology]) -> None:
    """A type that both define alike is no news; a version that only one has is."""
    one, other = two
    for chron in two:
        chron.define(PAUSED)
    second = PAUSED | {"$id": "urn:chronology:test.paused:2", "x-asserts": {"state": {"const": "paused"}}}
    other.define(second | {"x-upcast": []})
    one.append(Event(type="test.paused", subject="place/x", valid="2018-05-01", source="source/s"))
    assert one.sharing.merge_log(path_of(other)).added == 1
    assert one.sharing.merge_log(path_of(other)).added == 0
    other.sharing.merge_log(path_of(one))
    assert answers(one) == answers(other)
    assert [holding.attribute for holding in one.state("place/x")] == ["state"]


def test_a_withdrawal_on_both_sides_is_a_fact_of_both(two: list[Chronology], clock: Clock) -> None:
    """Both replacements stay, and both logs say so."""
    one, other = two
    event = one.append(said("a"))
    other.sharing.merge_log(path_of(one))
    clock.advance(seconds=1)
    one.append(said("b", replaces=event.id))
    other.append(said("c", replaces=event.id))
    done = [one.sharing.merge_log(path_of(other)), other.sharing.merge_log(path_of(one))]
    assert [(d.added, d.withdrawn_on_both_sides_count) for d in done] == [(1, 1), (1, 1)]
    assert "replaces #" in str(done[0].withdrawn_on_both_sides[0])
    assert answers(one) == answers(other)
    assert all(chron.verify().ok for chron in two)
    assert leading(one) in ("b", "c")


def test_the_first_of_two_withdrawals_that_come_in_ends_an_event(logs: Logs, clock: Clock) -> None:
    """Also where the event comes in with both, so that nothing of it was written before: `known_at` tells."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1) as (one, other, third):
        event = other.append(said("a", "place/x"))
        third.sharing.merge_log(path_of(other))
        clock.advance(seconds=1)
        for chron in (other, third):
            chron.retract(event.id, reason="r")
        other.sharing.merge_log(path_of(third))
        head = one.head()
        assert one.sharing.merge_log(path_of(other)).added == 3
        known = [len(one.state("place/x", valid_at="2018-05-01", known_at=head + more)) for more in range(4)]
        assert known == [0, 1, 0, 0]
        assert [row.type for row in Log(one._session.connection).read(after=head)][1:] == ["assertion.retracted"] * 2
        mentioned = one.timeline("place/x", limit=5)
        assert mentioned == []
        assert one.verify().ok
        assert one.replay().changed == ()


def test_redactions_do_not_travel_and_are_told(two: list[Chronology]) -> None:
    """What the other erased stays here, what was erased here does not come back."""
    one, other = two
    mine, theirs = one.append(said("a")), other.append(said("b", "place/y"))
    each_other(one, other)
    other.redact(mine.id, reason="r")
    one.redact(theirs.id, reason="r")
    told = [str(out) for out in one.sharing.merge_log(path_of(other)).left_out]
    assert any(f"{mine.id}, was redacted in that log, and this one still holds what it says" in out for out in told)
    assert any(f"{theirs.id}, is redacted in this log, and stays so" in out for out in told)
    assert any("declares a redaction of that log" in out for out in told)
    assert one.head() == one.sharing.merge_log(path_of(other)).head


def test_a_dry_run_writes_nothing(two: list[Chronology]) -> None:
    """It tells the same."""
    one, other = two
    other.append(said("a"))
    head = one.head()
    tried = one.sharing.merge_log(path_of(other), dry_run=True)
    assert one.head() == head
    assert tried == one.sharing.merge_log(path_of(other))


def test_stores_that_cannot_be_merged(two: list[Chronology], clock: Clock, tmp_path: Path) -> None:
    """The store itself, none at all, and one whose clock is days ahead."""
    one, other = two
    with pytest.raises(StoreError, match="is this store itself"):
        one.sharing.merge_log(path_of(one))
    with pytest.raises(StoreError):
        one.sharing.merge_log(tmp_path / "none.db")
    clock.advance(days=2)
    other.append(said("a"))
    clock.advance(days=-2)
    with pytest.raises(StoreError, match="more than a day after this machine's clock"):
        one.sharing.merge_log(path_of(other))


def rewrite(chron: Chronology, number: int, record: dict[str, Any]) -> None:
    """Put another event at a position, leaf and all, as somebody can who owns the file."""
    connection = chron._session.connection
    body = json.dumps(record, sort_keys=True, separators=(",", ":"), ensure_ascii=False).encode()
    triggers = connection.execute("SELECT name, sql FROM sqlite_schema WHERE type = 'trigger'").fetchall()
    for name, _ in triggers:
        connection.execute(f"DROP TRIGGER {name}")
    connection.execute("UPDATE event SET body = ?, leaf = ? WHERE position = ?", (body, leaf_hash(body), number))
    for _, text in triggers:
        connection.execute(text)
    connection.commit()


def forged(chron: Chronology, number: int, **changes: Any) -> None:
    """Change where an event says that it comes from, leaf and all."""
    row = Log(chron._session.connection).by_position(number)
    assert row
    record = json.loads(row.body)
    record["merged_from"] |= changes
    rewrite(chron, number, record)


def forge_note(chron: Chronology, key: str, value: str) -> None:
    """Change what the newest event notes, leaf and all."""
    row = Log(chron._session.connection).by_position(chron.head())
    assert row
    record = json.loads(row.body)
    record["data"]["recordings"][0][key] = value
    rewrite(chron, chron.head(), record)


LIES = {
    "leaf": ({"leaf": "00" * 32}, "is not that of this event"),
    "time": ({"recorded_at": "2018-06-01T08:00:00.000000Z"}, "is not that of this event"),
    "later": ({"recorded_at": "2030-06-01T08:00:00.000000Z"}, "is not earlier than recorded_at"),
    "no time": ({"recorded_at": "2018-06-99T08:00:00.000000Z"}, "is not written as a log writes it"),
    "position": ({"position": 0}, "is not a position"),
    "origin": ({"origin": "somebody"}, "is not the origin of a log"),
    "more": ({"note": "x"}, "merged_from"),
}


@pytest.mark.parametrize(("changes", "told"), LIES.values(), ids=LIES)
def test_lies_about_where_an_event_comes_from_are_found(
    logs: Logs, clock: Clock, changes: dict[str, Any], told: str
) -> None:
    """By verify, and by whoever would merge that log."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1) as (one, other, third):
        one.append(said("a"))
        other.sharing.merge_log(path_of(one))
        forged(other, other.head(), **changes)
        faults = [fault.message for fault in other.verify().faults]
        assert any("merged_from" in fault and told in fault for fault in faults), faults
        with pytest.raises(IntegrityError, match=told):
            third.sharing.merge_log(path_of(other))


def test_of_two_merges_of_the_same_subjects_the_first_names_them(two: list[Chronology], clock: Clock) -> None:
    """Each kept another name; both logs answer under that of the merge that was recorded first."""
    one, other = two
    for chron, names in ((other, ("place/y", "place/x")), (one, ("place/x", "place/y"))):
        chron.append_many([said("a", "place/x"), said("a", "place/y")])
        chron.merge(*names, reason="r")
        clock.advance(seconds=1)
    each_other(one, other)
    assert [{holding.subject for holding in chron.state()} for chron in two] == [{"place/y"}, {"place/y"}]


def test_a_merge_that_both_recorded_is_not_noted(two: list[Chronology], clock: Clock) -> None:
    """The names that it keeps go by when each log learnt of it, so an earlier recording changes nothing."""
    one, other = two
    for chron in two:
        chron.append_many([said("a", "place/x"), said("a", "place/y")])
        chron.append(
            Event(type="subject.merged", subject="place/x", data={"with": "place/y", "reason": "r"}, id=event_id(1))
        )
        clock.advance(seconds=1)
    done = other.sharing.merge_log(path_of(one))
    assert (done.recorded_twice, done.noted) == (1, 0)


def test_names_stand_as_they_did_between_two_notes(logs: Logs, clock: Clock) -> None:
    """An event was recorded still earlier in a third log: what was noted of it before counts for a question of then."""
    clock.now = EPOCH

    def give(chron: Chronology, text: str, **rest: object) -> None:
        chron.append(Event(type="subject.named", subject="place/x", data={"name": text}, **rest))
        clock.advance(seconds=1)

    with logs.new(clock, 0, 1, 1) as (one, other, third):
        give(one, "Shared", id=event_id(1))
        give(third, "Alpha")
        give(other, "Shared", id=event_id(1))
        give(third, "Beta")
        give(third, "Shared", id=event_id(1))
        heads = [third.head()]
        for earlier in (other, one):
            third.sharing.merge_log(path_of(earlier))
            heads.append(third.head())
        shown = [[name.text for name in third.names.of("place/x", known_at=head)] for head in heads]
        assert shown == [["Shared", "Beta", "Alpha"], ["Beta", "Shared", "Alpha"], ["Beta", "Alpha", "Shared"]]
        assert third.replay().changed == ()


# Redacted mistakes and corrections --------------------------------------------------------------------------


def states(*stores: Chronology) -> list[Any]:
    """Return what is known of the place in each store, after checking that each is sound and replays alike."""
    for chron in stores:
        assert chron.verify().faults == ()
        assert chron.replay(dry_run=True).changed == ()
    return [[holding.value for holding in chron.state("place/x", valid_at="2018-05-01")] for chron in stores]


def gap_of(chron: Chronology, event_id_: str) -> Any:
    """Return the event that declares a gap of a log."""
    event = chron.event(event_id_)
    assert event.is_redacted
    return chron.log.redaction_of(event)


def test_a_correction_of_a_redacted_mistake_comes_in(two: list[Chronology], clock: Clock) -> None:
    """It holds there too, and what it replaces is named as redacted: where, by whom and why. Merging again is quiet."""
    one, other = two
    wrong = one.append(said("wrong"))
    right = one.append(said("right", replaces=wrong.id))
    one.redact(wrong.id, reason="it named a witness", recorded_by="Jane")
    done = other.sharing.merge_log(path_of(one))
    assert done.gaps == 1
    assert f"{wrong.id}, was redacted in that log" in str(done.left_out[0])
    assert other.event(right.id).event.replaces == wrong.id
    declared = gap_of(other, wrong.id).event
    assert declared.data["reason"] == f"redacted in the log {one.proofs.checkpoint().origin}: it named a witness"
    assert declared.recorded_by == "Jane"
    assert states(one, other) == [["right"], ["right"]]
    again = [
        other.sharing.merge_log(path_of(one)),
        one.sharing.merge_log(path_of(other)),
        other.sharing.merge_log(path_of(one)),
    ]
    assert [(done.added, done.gaps) for done in again] == [(0, 0)] * 3
    assert states(one, other) == [["right"], ["right"]]


@pytest.mark.parametrize("redacted_in", [0, 1])
def test_a_correction_comes_in_where_one_log_holds_what_the_other_redacted(
    two: list[Chronology], redacted_in: int
) -> None:
    """The mistake is withdrawn in the log that still holds it, and stays erased in the other."""
    one, other = two
    wrong = one.append(said("wrong"))
    other.sharing.merge_log(path_of(one))
    one.append(said("right", replaces=wrong.id))
    two[redacted_in].redact(wrong.id, reason="r")
    assert other.sharing.merge_log(path_of(one)).added == 1
    assert states(one, other) == [["right"], ["right"]]
    assert [chron.event(wrong.id).is_redacted for chron in two] == [redacted_in == 0, redacted_in == 1]
    assert one.sharing.merge_log(path_of(other)).added == 0


@pytest.mark.parametrize("redacted", [(0,), (1,), (0, 1)])
@pytest.mark.parametrize("known", [0, 1, 2])
def test_a_chain_of_corrections_leaves_only_the_last(
    two: list[Chronology], clock: Clock, redacted: tuple[int, ...], known: int
) -> None:
    """Of three, whichever are redacted and however many the other log knew before: the last one holds in both."""
    one, other = two
    chain = [one.append(said("first"))]
    for number, value in enumerate(("second", "third"), start=1):
        if known == number:
            other.sharing.merge_log(path_of(one))
        chain.append(one.append(said(value, replaces=chain[-1].id)))
    for number in redacted:
        one.redact(chain[number].id, reason="r")
    other.sharing.merge_log(path_of(one))
    assert states(one, other) == [["third"], ["third"]]
    assert one.sharing.merge_log(path_of(other)).added == 0
    assert states(one, other) == [["third"], ["third"]]


@pytest.mark.parametrize("known", [False, True])
def test_redacting_a_correction_does_not_revive_the_mistake_elsewhere(two: list[Chronology], known: bool) -> None:
    """The gap comes in where the other log says what it had withdrawn."""
    one, other = two
    wrong = one.append(said("wrong"))
    if known:
        other.sharing.merge_log(path_of(one))
    right = one.append(said("right", replaces=wrong.id))
    one.redact(right.id, reason="r")
    assert other.sharing.merge_log(path_of(one)).gaps == 1
    assert gap_of(other, right.id).event.data["withdrew"] == other.event(wrong.id).position
    assert states(one, other) == [[], []]
    assert other.sharing.merge_log(path_of(one)).gaps == 0


def test_what_was_redacted_elsewhere_does_not_come_in_by_way_of_a_third_log(logs: Logs, clock: Clock) -> None:
    """Once its correction is here, the mistake is known to be redacted, whoever still holds it."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1) as (one, other, third):
        wrong = one.append(said("wrong"))
        third.sharing.merge_log(path_of(one))
        one.append(said("right", replaces=wrong.id))
        one.redact(wrong.id, reason="r")
        other.sharing.merge_log(path_of(one))
        told = [str(out) for out in other.sharing.merge_log(path_of(third)).left_out]
        assert any(f"{wrong.id}, is redacted in this log, and stays so" in out for out in told)
        third.sharing.merge_log(path_of(other))
        assert states(one, other, third) == [["right"]] * 3


def test_a_chain_of_redacted_mistakes_does_not_come_in_by_way_of_a_third_log(logs: Logs, clock: Clock) -> None:
    """Nor what a redacted correction had replaced, which nothing names any more."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1) as (one, other, third):
        first = one.append(said("first"))
        third.sharing.merge_log(path_of(one))
        second = one.append(said("second", replaces=first.id))
        one.append(said("third", replaces=second.id))
        for event in (first, second):
            one.redact(event.id, reason="r")
        assert other.sharing.merge_log(path_of(one)).gaps == 2
        other.sharing.merge_log(path_of(third))
        third.sharing.merge_log(path_of(other))
        assert states(one, other, third) == [["third"]] * 3


@pytest.mark.parametrize("known", [False, True])
def test_a_dispute_of_a_redacted_event_comes_in(two: list[Chronology], known: bool) -> None:
    """It says something of its own."""
    one, other = two
    wrong = one.append(said("wrong"))
    if known:
        other.append(said("more", "place/y"))
        other.sharing.merge_log(path_of(one))
        other.redact(wrong.id, reason="r")
    one.append(said("otherwise", source="source/t", disputes=[wrong.id]))
    one.redact(wrong.id, reason="r")
    assert other.sharing.merge_log(path_of(one)).gaps == (not known)
    assert states(one, other) == [["otherwise"], ["otherwise"]]


def test_a_retraction_of_a_redacted_event_withdraws_it_where_it_is_held(logs: Logs, clock: Clock) -> None:
    """Where it is redacted too, there is nothing to withdraw, and its subject does not come back."""
    clock.now = EPOCH
    with logs.new(clock, 0, 1, 1, 1) as (one, holding, without, redacting):
        wrong = one.append(said("wrong"))
        for chron in (holding, redacting):
            chron.sharing.merge_log(path_of(one))
        redacting.redact(wrong.id, reason="r")
        retraction = one.retract(wrong.id, reason="r")
        one.redact(wrong.id, reason="r")
        assert holding.sharing.merge_log(path_of(one)).added == 1
        assert without.sharing.merge_log(path_of(one)).gaps == 1
        told = [str(out) for out in redacting.sharing.merge_log(path_of(one)).left_out]
        assert any(f"{retraction.id}, retracts event {wrong.id}, which is redacted in this log" in out for out in told)
        assert not redacting.sharing.merge_log(path_of(one)).added
        assert states(one, holding, without, redacting) == [[]] * 4


REDACTING = st.lists(
    st.tuples(
        st.integers(0, 1),
        st.sampled_from((*DEEDS, "redact", "redact", "redact", "replace", "join")),
        st.integers(0, 10**6),
        st.sampled_from((0, 1)),
    ),
    max_size=24,
)


@settings(max_examples=settings().max_examples // 4)
@given(REDACTING)
def test_no_redaction_loses_anything_else_in_a_merge(logs: Logs, done: list[tuple[int, str, int, int]]) -> None:
    """What one log still says, the other holds afterwards, and what was withdrawn in one is withdrawn in both."""
    clock = Clock(EPOCH)
    with logs.new(clock, 0, 1) as stores:
        for who, deed, seed, seconds in done:
            if deed == "redact":
                chron, rng = stores[who], Random(seed)
                live = [event.id for event in chron.read() if event.event.type == "fact.asserted"]
                if live:
                    chron.redact(rng.choice(live), reason="r")
            else:
                do(stores, clock, (who, deed, seed, seconds))
        each_other(*stores)
        each_other(*stores)
        said_in = [
            {event.id: event for event in chron.read() if event.event.type == "fact.asserted"} for chron in stores
        ]
        live_in = [{event.id for event in chron.timeline()} for chron in stores]
        for one, other in ((0, 1), (1, 0)):
            assert stores[one].verify().faults == ()
            assert stores[one].replay(dry_run=True).changed == ()
            for event_id_ in said_in[one]:
                held = stores[other].event(event_id_)
                if not held.is_redacted:
                    assert (event_id_ in live_in[one]) == (event_id_ in live_in[other])
