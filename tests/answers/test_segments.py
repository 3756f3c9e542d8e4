"""Segments: one sweep over all of valid time that agrees with the resolver at every instant."""

from collections.abc import Sequence
from itertools import pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import as_claims
from strategies import LINE, claims, edtf_texts

from chronology.answers.resolve import Answer, Claim, Role, resolve
from chronology.answers.segments import Segment, segments
from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, FOREVER

EVERYWHERE = [BEGINNING, BEGINNING + 1, *range(-2, LINE + 4), FOREVER - 2, FOREVER - 1]
"""Every place at which something may happen to claims on the small line, and one between each."""


def answer_in(found: Sequence[Segment], instant: int) -> Answer | None:
    """Return what the segments say of an instant."""
    covering = [segment for segment in found if segment.valid_from <= instant < segment.valid_to]
    assert len(covering) <= 1
    return covering[0].answer if covering else None


def check_shape(found: Sequence[Segment], *, after: int = BEGINNING, until: int = FOREVER) -> None:
    """Assert that segments are whole, in order, apart, inside what was asked, and no two neighbours alike."""
    for segment in found:
        assert after <= segment.valid_from < segment.valid_to <= until
    for left, right in pairwise(found):
        assert left.valid_to <= right.valid_from
        assert left.valid_to < right.valid_from or left.answer != right.answer


@given(claims(max_size=8))
@settings(max_examples=settings.default.max_examples * 4)
def test_segments_agree_with_the_resolver_everywhere(drawn):
    """At every instant, the segment there has the resolver's answer; if there is no answer, there is no segment."""
    every = as_claims(drawn)
    found = segments(every)
    check_shape(found)
    for instant in EVERYWHERE:
        assert answer_in(found, instant) == resolve(every, instant), instant


@given(claims(max_size=6), st.integers(-2, LINE + 2), st.integers(0, LINE))
@settings(max_examples=settings.default.max_examples * 3)
def test_a_window_is_cut_from_the_whole(drawn, after, length):
    """Asked for a part of time, the sweep gives the whole history cut to that part."""
    every, until = as_claims(drawn), after + length
    found = segments(every, after=after, until=until)
    check_shape(found, after=after, until=until)
    for instant in EVERYWHERE:
        expected = resolve(every, instant) if after <= instant < until else None
        assert answer_in(found, instant) == expected


@given(claims(max_size=8), st.randoms(use_true_random=False))
def test_the_order_of_the_list_decides_nothing(drawn, rng):
    """Claims may be given in any order."""
    shuffled = as_claims(drawn)
    rng.shuffle(shuffled)
    assert segments(shuffled) == segments(as_claims(drawn))


@given(st.lists(st.tuples(edtf_texts(), st.booleans(), st.sampled_from('ab"')), min_size=1, max_size=8))
@settings(max_examples=settings.default.max_examples * 2)
def test_real_dates_agree_around_every_bound(said):
    """With dates as people write them, each bound, the midpoints, and the seconds beside them are answered alike."""
    every = [dated(position, *one) for position, one in enumerate(said, start=1)]
    found = segments(every)
    check_shape(found)
    bounds = {place for one in every for place in (one.start_min, one.start_max, one.end_min, one.end_max, *one.middle)}
    for instant in {place + step for place in bounds for step in (-1, 0, 1)}:
        expected = resolve(every, instant) if BEGINNING <= instant < FOREVER else None
        assert answer_in(found, instant) == expected, instant


def dated(position: int, valid: str, persists: bool, value: str) -> Claim:
    """Make a claim from a valid time."""
    reading = edtf.parse(valid)
    bounds = edtf.bounds(reading, persists=persists)
    return Claim(
        key=position,
        position=position,
        start_min=bounds.start_min,
        start_max=bounds.start_max,
        end_min=bounds.end_min,
        end_max=bounds.end_max,
        extent_end=reading.extent.end_min,
        value=None if value == '"' else value,
        origin=f"source/{position % 3}",
    )


def test_no_claims_make_no_segments():
    """If nothing is said, or only denied, there is no segment."""
    assert segments([]) == []
    assert segments([denial(1)]) == []


def denial(position: int) -> Claim:
    """Make a denial of a that holds over all of time."""
    return lasting(position, BEGINNING, role=Role.DENIES)


def lasting(position: int, start: int, *, vague_until: int | None = None, **rest: object) -> Claim:
    """Make a claim that persists from a start, which may lie anywhere up to a later place."""
    defaults: dict[str, object] = {"value": "a", "origin": f"source/{position}", "extent_end": start + 1}
    defaults |= {"start_max": start if vague_until is None else vague_until, "end_min": FOREVER, "end_max": FOREVER}
    return Claim(key=position, position=position, start_min=start, **defaults | rest)


def periods(every: Sequence[Claim]) -> list[tuple[int, int]]:
    """Return the bounds of the segments."""
    return [(segment.valid_from, segment.valid_to) for segment in segments(every)]


def test_one_claim_is_one_segment():
    """A claim that persists holds from its start for ever."""
    assert periods([lasting(1, 3)]) == [(3, FOREVER)]


def test_equal_answers_are_one_segment():
    """The end of a claim that is no longer a party does not split a segment."""
    hidden = lasting(1, 1, origin="x", end_min=5, end_max=5)
    assert periods([hidden, lasting(2, 2, origin="x", value="b")]) == [(1, 2), (2, FOREVER)]


def test_a_tie_is_one_second_long():
    """If an exact start meets an imprecise one of lower position, the answer changes again one second later."""
    vague, exact = lasting(1, 0, vague_until=10, origin="x"), lasting(2, 3, value="b", origin="x")
    assert periods([vague, exact]) == [(0, 3), (3, 4), (4, 5), (5, FOREVER)]


def test_a_gap_is_left_open():
    """Between an end and the next start there is no segment."""
    first = Claim(key=1, position=1, start_min=0, start_max=0, end_min=2, end_max=2, extent_end=2, value="a")
    second = Claim(key=2, position=2, start_min=4, start_max=4, end_min=6, end_max=6, extent_end=6, value="a")
    assert periods([first, second]) == [(0, 2), (4, 6)]
    assert periods([first]) == [(0, 2)]


@pytest.mark.slow
@given(claims(max_size=14, line=12))
@settings(max_examples=3_000)
def test_many_claims_agree_everywhere(drawn):
    """More claims on a longer line agree with the resolver everywhere."""
    every = as_claims(drawn)
    found = segments(every)
    check_shape(found)
    for instant in [BEGINNING, *range(-2, 16), FOREVER - 1]:
        assert answer_in(found, instant) == resolve(every, instant), instant
