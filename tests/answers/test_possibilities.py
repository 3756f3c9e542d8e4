"""What can win, in closed form, against the oracle that walks through every possible world."""

import random

import pytest
import worlds
from histories import as_claim, drawn
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from worlds import AFFIRMS, TooManyWorldsError, held

from chronology.answers.edition3.claims import Claim
from chronology.answers.edition3.participants import Participants, relevant
from chronology.answers.edition3.possibilities import MOST_WORK, possible
from chronology.answers.edition3.worlds import in_the_middle, winners
from chronology.dates.calendar import DAY

SEEDS = st.integers(0, 2**40)


def affirmed(seed: int, *, most: int = 4, line: int = 6) -> list[worlds.Said]:
    """Return affirmations of what does change."""
    said = drawn(random.Random(seed), most=most, line=line)
    return [one for one in said if one.role == AFFIRMS and not one.fixed]


@given(SEEDS, st.integers(-1, 9), st.sampled_from([None, None, 0, 1, 2]))
@settings(max_examples=settings.default.max_examples * 10)
def test_the_closed_form_equals_the_walk_through_all_worlds(seed, instant, carry):
    """Possible values, "nothing" and the middle world are those of the oracle, for everything mixed."""
    said = affirmed(seed)
    try:
        expected = held(said, instant, carry=carry)
    except TooManyWorldsError:
        assume(False)
    claims = [as_claim(one) for one in said]
    found = possible(claims, instant, carry=carry)
    assert (found.values, found.nothing) == (expected.values, expected.nothing)
    assert {one.claim.value for one in winners(in_the_middle(claims), instant, carry=carry)} == expected.leading


@given(SEEDS, st.integers(-1, 9))
def test_exact_dates_give_one_world(seed, instant):
    """If every date is exact, one value wins, or several tie, or nothing holds: nothing else is possible."""
    claims = [claim for claim in map(as_claim, affirmed(seed, most=8)) if claim.is_exact]
    found = possible(claims, instant)
    assert found.values == {one.claim.value for one in winners(in_the_middle(claims), instant)}
    assert found.nothing is not bool(found.values)


@given(SEEDS, st.integers(-1, 9), st.integers(0, 3), st.data())
@settings(max_examples=settings.default.max_examples * 3)
def test_a_less_precise_date_removes_no_possible_value(seed, instant, wider, data):
    """Maximality: whatever was possible stays possible, because every world of before is still one."""
    claims = [as_claim(one) for one in affirmed(seed)]
    assume(claims)
    chosen = data.draw(st.integers(0, len(claims) - 1))
    claim = claims[chosen]
    step = wider * claim.unit
    vague = claim._replace(start_max=claim.start_max + step, end_max=claim.end_max + step)
    before = possible(claims, instant)
    after = possible([*claims[:chosen], vague, *claims[chosen + 1 :]], instant)
    assert before.values <= after.values
    assert before.nothing <= after.nothing


@given(SEEDS, st.integers(-1, 20))
def test_what_is_not_relevant_can_be_left_out(seed, instant):
    """In a long group, the answer is that of the claims that can still matter."""
    claims = [claim for claim in map(as_claim, affirmed(seed, most=30, line=16)) if claim.is_exact]
    kept = relevant(claims, Participants.of(claims), instant, spare=0)
    assert possible(kept, instant)[:2] == possible(claims, instant)[:2]


def test_too_many_choices_never_make_an_answer_certain():
    """Where the starts of too many claims of one origin may coincide, what may be possible counts as possible."""
    vague = [
        Claim(key=k, position=k, start_min=0, start_max=30 * DAY, end_min=DAY, end_max=31 * DAY, value=f'"{k % 3}"',
              origin="a", stated=k * DAY, lasts=True)
        for k in range(1, 13)
    ]  # fmt: skip
    assert 2 ** len(vague) * len(vague) > MOST_WORK
    found = possible(vague, 40 * DAY)
    assert found.values == {'"0"', '"1"', '"2"'}
    assert not found.exact


def test_what_starts_together_and_is_over_lies_between_two_days_of_its_own():
    """A claim whose ends lie two apart cannot start at 4 and be over by 5, so it stops nothing that starts there."""
    ended = {"unit": 2, "value": None, "position": 1}
    long_ago = worlds.Said(**ended, start_min=worlds.BEGINNING, start_max=6, end_min=4, end_max=8, origin="c")
    later = worlds.Said(**ended | {"position": 2}, start_min=4, start_max=6, end_min=10, end_max=12)
    carried = worlds.Said(position=3, start_min=4, start_max=4, end_min=5, end_max=5, value="y", origin="c", lasts=True)
    said = [long_ago, later, carried]
    found = possible([as_claim(one) for one in said], 5)
    assert (found.values, found.nothing) == held(said, 5)[:2] == ({"y"}, False)


@pytest.mark.parametrize(
    "seed", [256, 1043, 2653, 3861, 5051, 6085, 8126, 102751, 1017131, 1025857, 2041258, 5013634, 5016720]
)
def test_histories_that_once_were_answered_wrongly(seed):
    """Rare corners: chains of stops, what would stop itself, what yields beside what is carried, rulings by chance."""
    rng = random.Random(seed)
    said = drawn(rng)
    instant, carry = rng.randrange(-1, 9), rng.choice((None, None, None, 0, 1, 2))
    expected = held(said, instant, carry=carry)
    found = possible([as_claim(one) for one in said if one.role == AFFIRMS], instant, carry=carry)
    assert (found.values, found.nothing) == (expected.values, expected.nothing)
