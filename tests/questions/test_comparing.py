"""Why, history, diff and changes on any history: each agrees with the states that it speaks of."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from mirror import Stores, batches, second_of
from strategies import MOMENTS, QUESTIONS, histories

from chronology import Chronology
from chronology.answers.explanation import RELEVANT
from chronology.dates import edtf
from chronology.questions.outcomes import Outcome, outcome_held

WHEN = (*QUESTIONS, *MOMENTS)
Groups = dict[tuple[str, str], Outcome | None]


@pytest.fixture(scope="module")
def stores(tmp_path_factory: pytest.TempPathFactory) -> Stores:
    """Make stores from one template."""
    return Stores(tmp_path_factory.mktemp("questions"))


def outcomes(chron: Chronology, moment: str, **known: int) -> Groups:
    """Return what held at a date, in short, by subject and attribute."""
    return {(held.subject, held.attribute): outcome_held(held) for held in chron.state(valid_at=moment, **known)}


def differing(before: Groups, after: Groups) -> dict[tuple[str, str], tuple[Outcome | None, Outcome | None]]:
    """Return the groups whose outcomes differ, and both outcomes."""
    groups = {*before, *after}
    return {g: (before.get(g), after.get(g)) for g in groups if before.get(g) != after.get(g)}


@given(st.data())
def test_changes_are_exactly_the_answers_that_differ(stores: Stores, data: st.DataObject) -> None:
    """By brute force, at any date and between any two known times; each names an event recorded between these."""
    with stores.of(batches(data.draw(histories(max_size=10)))) as chron:
        earlier, later = sorted(data.draw(st.integers(stores.base, chron.head())) for _ in "ab")
        moment = data.draw(st.sampled_from(WHEN))
        found = list(chron.changes(since=earlier, until=later, valid_at=moment))
        told = {(one.subject, one.attribute): (one.before, one.after) for one in found}
        states = (outcomes(chron, moment, known_at=earlier), outcomes(chron, moment, known_at=later))
        assert told == differing(*states)
        assert len(told) == len(found)
        for one in found:
            assert one.events
            assert all(earlier < position <= later for position in one.events)


@given(st.data())
def test_changes_over_all_of_time_hold_at_every_moment(stores: Stores, data: st.DataObject) -> None:
    """The stretches of an attribute lie apart, and cover a moment if and only if its answer differs there."""
    with stores.of(batches(data.draw(histories(max_size=8)))) as chron:
        earlier = data.draw(st.integers(stores.base, chron.head()))
        found = list(chron.changes(since=earlier))
        for moment in WHEN:
            expected = differing(outcomes(chron, moment, known_at=earlier), outcomes(chron, moment))
            close = edtf.format_instant(second_of(moment)) or ""
            covering = [
                one for one in found if (one.since or "") <= close and (one.until is None or close <= one.until)
            ]
            assert {(one.subject, one.attribute): (one.before, one.after) for one in covering} == expected


@given(st.data())
def test_a_diff_is_what_differs_between_two_states(stores: Stores, data: st.DataObject) -> None:
    """By brute force, with both holdings."""
    with stores.of(batches(data.draw(histories(max_size=10)))) as chron:
        first, second = data.draw(st.sampled_from(WHEN)), data.draw(st.sampled_from(WHEN))
        told = {
            (one.subject, one.attribute): (outcome_held(one.before), outcome_held(one.after))
            for one in chron.diff(first, second)
        }
        assert told == differing(outcomes(chron, first), outcomes(chron, second))


@given(st.data())
def test_why_explains_the_answer_that_the_state_gives(stores: Stores, data: st.DataObject) -> None:
    """Outcome and parties are those of the state, now and as known earlier; withdrawn assertions are not parties."""
    with stores.of(batches(data.draw(histories(max_size=10)))) as chron:
        known_at = data.draw(st.integers(stores.base, chron.head()))
        moment = data.draw(st.sampled_from(WHEN))
        for held in chron.state(valid_at=moment, known_at=known_at):
            found = chron.why(held.subject, held.attribute, moment, known_at=known_at)
            assert found.outcome == outcome_held(held)
            parties = [c.position for c in held.candidates if c.position]
            assert [one.assertion.position for one in found.considered if one.part in RELEVANT] == parties
            considered = {one.assertion.position for one in found.considered}
            assert considered.isdisjoint(one.assertion.position for one in found.withdrawn)
