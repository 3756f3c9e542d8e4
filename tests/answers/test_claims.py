"""What a claim is to the rule: grades, later words, the middle."""

from random import Random

import attrs
import worlds
from histories import as_claim, drawn
from hypothesis import given
from hypothesis import strategies as st

from chronology.answers.edition3.claims import NO_MERIT, Claim, is_later, merit, middle
from chronology.dates.calendar import DAY


def test_grades_in_order():
    """Credibility 1 to 5 first, then reliability A to E; 6, F and none are alike and last."""
    order = ["A1", "E1", "A2", "B2", "E2", "A3", "A5", "E5"]
    assert sorted(order, key=merit) == order
    assert len({merit(grade) for grade in order}) == len(order)
    assert {merit(grade) for grade in ("A6", "F1", "F6", "C6", None)} == {NO_MERIT}
    assert all(merit(grade) < NO_MERIT for grade in order)


def made(**rest):
    """Return a claim of one day."""
    return Claim(**{"key": 1, "position": 1, "start_min": 0, "start_max": 0, "end_min": DAY, "end_max": DAY,
                    "value": "x"} | rest)  # fmt: skip


def test_later_words():
    """A later day is later; on one day, only of two undated claims the one recorded later is."""
    assert is_later(made(stated=DAY), made(stated=0))
    assert not is_later(made(stated=0, place=2), made(stated=0, place=1))
    assert is_later(made(dated=False, place=2), made(dated=False, place=1))
    assert not is_later(made(dated=False, place=2), made(place=1))


def test_the_middle_is_a_whole_day_where_the_bounds_are_days():
    """From the 6th to the 9th, the middle is the 7th, not its noon; with times of day it is a second."""
    vague = made(start_min=6 * DAY, start_max=9 * DAY, end_min=7 * DAY, end_max=10 * DAY)
    assert middle(vague) == (7 * DAY, 8 * DAY)
    assert middle(vague._replace(unit=1))[0] == 7 * DAY + DAY // 2


@given(st.integers(0, 2**40))
def test_the_middle_is_the_oracles_and_inside_the_bounds(seed):
    """It is one of the possible worlds."""
    for said in drawn(Random(seed), vague=0.8):
        start, end = middle(as_claim(said))
        placed = worlds.in_the_middle(attrs.evolve(said))
        assert (start, end) == (placed.start, placed.end)
        assert said.start_min <= start <= said.start_max
        assert said.end_min <= end <= said.end_max
        assert start < end
