"""Merged subjects: the store answers as one in which every event was written under the names that are kept."""

from collections.abc import Iterator, Sequence
from itertools import pairwise, permutations
from typing import Any

import attrs
import model
import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import Stores, as_event, retold, second_of, tables
from model import AFFIRMS, DENIES, RefusedError
from strategies import EPOCH, GRADES, MOMENTS, QUESTIONS, STATED, edtf_texts, event_id

from chronology import Chronology, Event
from chronology.answers.holding import Holding
from chronology.events.json_values import thaw

WHEN = (*QUESTIONS, *MOMENTS)

FAMILIES = (
    ("operation/a", "operation/b", "operation/c"),
    ("source/p", "source/q"),
    ("person/x", "person/y"),
)
"""Names that may turn out to be one."""

NAMES = [name for family in FAMILIES for name in family]
PAIRS = [list(permutations(family, 2)) for family in FAMILIES]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("merges"))


def said() -> st.SearchStrategy[dict[str, Any]]:
    """Draw what an event says, under any name; values may be names too."""
    pair = st.tuples(st.sampled_from(["status", "place"]), st.sampled_from(["operation/a", "operation/b", "v", None]))
    return st.fixed_dictionaries(
        {
            "subject": st.sampled_from([*FAMILIES[0], *FAMILIES[0], "source/p", "person/x"]),
            "assertions": st.lists(pair, min_size=1, max_size=2, unique_by=lambda one: one[0]).map(tuple),
            "valid": edtf_texts(),
            "persists": st.sampled_from([True, True, False]),
            "stance": st.sampled_from([AFFIRMS, AFFIRMS, AFFIRMS, DENIES]),
            "source": st.sampled_from(FAMILIES[1]),
            "said_by": st.sampled_from([(), (), ("person/x",), ("person/y",), ("source/q",)]),
            "stated": st.sampled_from(STATED),
            "grade": st.sampled_from(GRADES),
        }
    )


DOINGS = ("say", "say", "say", "dispute", "merge", "merge", "merge", "replace", "retract", "retract")


@st.composite
def logs(draw: st.DrawFn, *, most: int = 12) -> model.Model:
    """Draw a log in which events, merges and retractions of both come in any order."""
    oracle = model.Model()
    for number in range(draw(st.integers(2, most))):
        doing = draw(st.sampled_from(DOINGS))
        event = model.Event(id=event_id(number), recorded_at=EPOCH, subject="")
        alive = oracle.live_ids()
        live = [one for one in oracle.events if one.id in alive]
        if doing == "merge":
            kept, other = draw(st.sampled_from(draw(st.sampled_from(PAIRS))))
            replaced = draw(st.sampled_from([None, None, None, *(one.id for one in live)]))
            event = attrs.evolve(event, subject=kept, merges=other, replaces=replaced)
        elif doing == "retract" and live:
            # Merges are rare beside what is said, and taking them back is what is looked at here.
            target = draw(st.sampled_from([*live, *(one for one in live if one.merges)]))
            event = attrs.evolve(event, subject=target.subject, retracts=target.id)
        else:
            event = attrs.evolve(event, **draw(said()))
            if doing == "dispute" and oracle.events:
                target = draw(st.sampled_from(oracle.events))
                event = attrs.evolve(event, disputes=() if target.retracts else (target.id,))
            if doing == "replace" and live:
                event = attrs.evolve(event, replaces=draw(st.sampled_from(live)).id)
        try:
            oracle.append(event)
        except RefusedError:
            continue
    return oracle


def scopes() -> st.SearchStrategy[dict[str, Any]]:
    """Draw filters by names that may have been merged."""
    return st.fixed_dictionaries(
        {},
        optional={
            "sources": st.lists(st.sampled_from(FAMILIES[1]), max_size=2),
            "origins": st.lists(st.sampled_from([*FAMILIES[1], *FAMILIES[2]]), max_size=2),
            "min_grade": st.sampled_from(["B2", "C3"]),
            "stated_by": st.sampled_from(["2018-03-01", "2018-05-14"]),
        },
    )


def batches(oracle: model.Model, cuts: Sequence[int]) -> Iterator[list[Event]]:
    """Yield the events of a log as a client submits them, in batches that end at some positions."""
    whole = [as_event(event) for event in oracle.events]
    borders = [0, *sorted({cut for cut in cuts if 0 < cut < len(whole)}), len(whole)]
    return (whole[start:end] for start, end in pairwise(borders))


CUTS = st.lists(st.integers(1, 11), max_size=5)


@given(logs(), CUTS, scopes(), st.data())
def test_answers_are_those_of_a_store_written_under_one_name(stores, oracle, cuts, scope, data):
    """At every known time, and now, state is what the model finds under the names kept by then."""
    with stores.of(batches(oracle, cuts)) as chron:
        for known in (None, *range(oracle.head() + 1)):
            known_at = None if known is None else stores.base + known
            log = oracle.under_kept_names(known)
            for moment in (data.draw(st.sampled_from(WHEN)), "2019-06-01"):
                found = chron.state(valid_at=moment, known_at=known_at)
                assert retold(found, stores.base) == oracle.state(second_of(moment), known)
                check_parties(found, log, stores.base)
                found = chron.state(valid_at=moment, known_at=known_at, **scope)
                assert retold(found, stores.base) == oracle.state(second_of(moment), known, **scope)


def check_parties(found: Sequence[Holding], log: model.Model, base: int) -> None:
    """Assert that each party says what its event would have said, had it been written under the kept names."""
    for holding in found:
        for party in holding.candidates:
            if party.position is not None:
                event = log.events[party.position - base - 1]
                assert (party.origin, party.source) == (event.origin, event.source)
                said = dict(event.assertions) if event.subject == holding.subject else {}
                assert party.standing == "denial" or thaw(party.value) == said[holding.attribute]


@given(logs(), CUTS)
def test_what_was_withdrawn_is_known_of_every_event(stores, oracle, cuts):
    """Under whichever name it was written, and whatever that name meant when it was withdrawn."""
    by = {
        name: stores.base + position
        for position, event in enumerate(oracle.events, start=1)
        for name in (event.retracts, event.replaces)
        if name
    }
    with stores.of(batches(oracle, cuts)) as chron:
        for event in chron.read(after=stores.base):
            assert chron.log.withdrawn_by(event) == by.get(event.id)


@given(logs(), CUTS)
def test_a_replay_keeps_merged_subjects_as_appending_does(stores, oracle, cuts):
    """However a log is cut into batches, its projections are those that a replay from nothing makes."""
    with stores.of(batches(oracle, cuts)) as chron, stores.of(batches(oracle, range(12))) as one_by_one:
        kept = tables(chron)
        assert tables(one_by_one) == kept
        assert chron.replay().changed == ()
        assert tables(chron) == kept
        assert chron.verify().faults == ()


@given(logs(), st.data())
def test_every_name_asks_for_the_subject(stores, oracle, data):
    """Asked by a name that was merged away, a question is answered as by the name that was kept."""
    moment = data.draw(st.sampled_from(WHEN))
    with stores.of(batches(oracle, ())) as chron:
        for known in (None, data.draw(st.integers(0, oracle.head()))):
            known_at = None if known is None else stores.base + known
            whole = chron.state(valid_at=moment, known_at=known_at)
            kept = oracle.kept_names(known)
            for name in NAMES:
                expected = [one for one in whole if one.subject == kept.get(name, name)]
                assert chron.state(name, valid_at=moment, known_at=known_at) == expected
                assert set(chron.names.same_subject(name, known_at=known_at)) == oracle.one_subject(name, known)
                assert chron.names.same_subject(name, known_at=known_at)[0] == kept.get(name, name)
        for name in NAMES:
            members = oracle.one_subject(name)
            live = oracle.live_ids()
            about = {one.id for one in oracle.events if one.id in live and one.valid and one.subject in members}
            assert {one.id for one in chron.timeline(name)} == about


def outcomes(chron: Chronology, known_at: int, **scope: Any) -> dict[tuple[str, str, str], Any]:
    """Return what held at each moment, in short, by moment, subject and attribute."""
    return {
        (str(moment), one.subject, one.attribute): (one.value, one.certainty, one.contested)
        for moment in WHEN
        for one in chron.state(valid_at=moment, known_at=known_at, **scope)
    }


@given(logs(), st.data())
def test_changes_are_the_answers_that_a_merge_changed(stores, oracle, data):
    """Between any two known times, every answer that differs is told, and no other, with events of that time.

    Mostly these are the times before and after a merge, and filters name what was merged.
    """
    positions = [position for position, event in enumerate(oracle.events, start=1) if event.merges]
    first = data.draw(st.sampled_from([one - 1 for one in positions]) if positions else st.integers(0, oracle.head()))
    last = data.draw(st.integers(min(first + 1, oracle.head()), oracle.head()))
    merged = oracle.events[first].merges if positions else "source/p"
    scope = data.draw(st.sampled_from([{}, {"sources": [merged]}, {"origins": [merged]}]))
    earlier, later = stores.base + first, stores.base + last
    subject = data.draw(st.sampled_from([None, None, None, *NAMES[:2]]))
    with stores.of(batches(oracle, ())) as chron:
        before, after = outcomes(chron, earlier, **scope), outcomes(chron, later, **scope)
        of_it = None
        if subject is not None:
            of_it = {chron.names.same_subject(subject, known_at=known_at)[0] for known_at in (earlier, later)}
        for moment in WHEN:
            told = list(chron.changes(subject, since=earlier, until=later, valid_at=moment, **scope))
            expected = {
                key[1:]
                for key in {*before, *after}
                if key[0] == str(moment) and before.get(key) != after.get(key) and (of_it is None or key[1] in of_it)
            }
            assert {(one.subject, one.attribute) for one in told} == expected
            for one in told:
                assert one.events
                assert all(earlier < position <= later for position in one.events)
