"""The closed form of design section 4 against the enumeration of all possible worlds, and its worked examples."""

from collections.abc import Iterator
from itertools import product

import attrs
import model
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import as_claim, as_claims, as_text, in_order, told
from model import DENIES, DISPUTES
from strategies import bounds, claims, instants

from chronology.answers.resolve import Answer, Claim, Role, Standing, conflict, middle, resolve
from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, DAY, FOREVER

LEADING, POSSIBLE, RIVAL, DENIAL = Standing


def claim(position: int, start: object, end: object, value: str | None = "a", **rest: object) -> Claim:
    """Make a claim from a start and an end, each a place or a pair; its extent is until it surely ends."""
    first, last = (place if isinstance(place, tuple) else (place, place) for place in (start, end))
    return Claim(
        **{
            "key": position,
            "position": position,
            "start_min": first[0],
            "start_max": first[1],
            "end_min": last[0],
            "end_max": last[1],
            "extent_end": last[0],
            "value": value,
            "origin": f"source/{position}",
        }
        | rest
    )


def parties(found: Answer | None) -> list[tuple[int | None, Standing]]:
    """Return the positions and standings of an answer, in its order."""
    assert found is not None
    return [(one.position if one else None, standing) for one, standing in found.candidates]


# Against the enumeration ------------------------------------------------------------------------------------


@given(claims(line=4), instants(line=4))
@settings(max_examples=settings.default.max_examples * 3)
def test_the_closed_form_equals_enumeration_of_all_worlds(found, instant):
    """Values, certainty, contest, parties and standings are those of a walk through every world."""
    assert told(resolve(as_claims(found), instant)) == as_text(model.resolve(found, instant))


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 3)
def test_the_closed_form_equals_the_critical_worlds(found, instant):
    """On a longer line with more claims, the answer is that of the worlds that matter."""
    assert told(resolve(as_claims(found), instant)) == as_text(model.answer_at(found, instant))


def pairs_of_bounds(line: int) -> Iterator[tuple[tuple[int, int], tuple[int, int]]]:
    """Yield all normal bounds on a line, and some that are unbounded on a side."""
    places = [*product(range(line), repeat=2)]
    for start, end in product(places, [(a + 1, b + 1) for a, b in places]):
        if start[0] <= start[1] < end[1] and start[0] < end[0] <= end[1]:
            yield start, end
    for place in range(line):
        yield (place, place), (FOREVER, FOREVER)
        yield (place, place), (place + 1, FOREVER)
        yield (BEGINNING, BEGINNING), (place + 1, place + 1)
        yield (BEGINNING, place), (BEGINNING + 1, place + 1)
    yield (BEGINNING, BEGINNING), (FOREVER, FOREVER)
    yield (BEGINNING, FOREVER - 1), (BEGINNING + 1, FOREVER)


RELATIONS = {
    "other value, other origin": {"value": "b", "origin": "y"},
    "same value": {"value": "a", "origin": "y"},
    "same origin": {"value": "b", "origin": "x"},
    "ended": {"value": None, "origin": "y"},
    "denied": {"value": "a", "origin": "y", "stance": DENIES},
    "disputed": {"value": "b", "origin": "x", "disputes": frozenset({1})},
    "barely disputed": {"stance": DISPUTES, "disputes": frozenset({1})},
}


@pytest.mark.parametrize("relation", RELATIONS.values(), ids=RELATIONS)
def test_every_pair_of_claims_on_a_short_line(relation):
    """Two claims with any bounds, in either order of recording, are answered as by enumeration, everywhere."""
    line = 3
    asked = 0
    for (start, end), (other_start, other_end) in product(pairs_of_bounds(line), repeat=2):
        first = made(1, start, end, value="a", origin="x")
        second = made(2, other_start, other_end, **relation)
        if second.disputes:
            orders = [(first, second)]
        else:
            orders = [
                (first, second),
                (attrs.evolve(first, position=2), attrs.evolve(second, position=1)),
            ]
        for order in orders:
            claims_ = as_claims(order)
            for instant in range(-1, line + 2):
                assert told(resolve(claims_, instant)) == as_text(model.answer_at(order, instant)), (order, instant)
                asked += 1
    assert asked > 5_000


def made(position: int, start: tuple[int, int], end: tuple[int, int], **rest: object) -> model.Claim:
    """Make a claim of the model whose extent ends where it surely ends."""
    ends = {"end_min": end[0], "end_max": end[1], "extent_end": end[0]}
    return model.Claim(position=position, start_min=start[0], start_max=start[1], **ends, **rest)


@given(claims(min_size=2, max_size=4))
def test_conflict_is_the_models_and_symmetric(found):
    """Who contradicts whom is as the model says, whichever of the two is asked about."""
    for one, other in product(found, repeat=2):
        if one is not other:
            expected = model.conflicts(one, other)
            assert conflict(as_claim(one), as_claim(other)) is expected
            assert conflict(as_claim(other), as_claim(one)) is expected


@given(bounds())
def test_the_middle_is_the_models_and_possible(drawn):
    """The middle world is the model's, inside the bounds, and the claim starts before it ends there."""
    one = model.Claim(position=1, **drawn)
    start, end = middle(one.start_min, one.start_max, one.end_min, one.end_max)
    assert (start, end) == model.middle(one)[1:]
    assert one.start_min <= start <= one.start_max
    assert one.end_min <= end <= one.end_max
    assert start < end


@given(claims(max_size=6), instants(), st.randoms(use_true_random=False))
def test_the_order_of_the_list_decides_nothing(found, instant, rng):
    """Claims may be given in any order: positions tell which was recorded first."""
    shuffled = as_claims(found)
    rng.shuffle(shuffled)
    assert resolve(shuffled, instant) == resolve(as_claims(found), instant)


@given(claims(max_size=6), instants())
def test_the_parties_stand_in_the_order_of_display(found, instant):
    """The leading party comes first, the rest by standing and position, and nothing known last of its standing."""
    answer = resolve(as_claims(found), instant)
    if answer is not None:
        listed = parties(answer)
        assert listed == in_order(listed)
        assert [standing for _, standing in listed].count(LEADING) == 1
        assert listed[0][1] is LEADING


@given(claims(max_size=6), instants())
def test_what_cannot_cover_the_instant_is_no_party(found, instant):
    """Claims that cover the instant in no world may be left out beforehand, as a query does."""
    every = as_claims(found)
    assert resolve([one for one in every if one.may_cover(instant)], instant) == resolve(every, instant)


# Worked examples --------------------------------------------------------------------------------------------


def test_nothing_said_is_no_answer():
    """There is no answer without claims, or if none covers the instant."""
    assert resolve([], 5) is None
    assert resolve([claim(1, 2, 5)], 5) is None
    assert resolve([claim(1, 2, 5)], 1) is None


def test_periods_are_half_open():
    """A claim covers its first instant, and no longer its end."""
    assert parties(resolve([claim(1, 2, 5)], 2)) == [(1, LEADING)]
    assert parties(resolve([claim(1, 2, 5)], 4)) == [(1, LEADING)]


def test_the_latest_start_wins_and_then_the_higher_position():
    """Evidence may arrive in any order; only an equal start lets the order of recording decide."""
    late, early, twin = claim(1, 3, 9), claim(2, 2, 9, "b"), claim(3, 3, 9, "c")
    assert parties(resolve([late._replace(origin="x"), early._replace(origin="x")], 5)) == [(1, LEADING)]
    assert parties(resolve([late._replace(origin="x"), twin._replace(origin="x")], 5)) == [(3, LEADING)]


def test_a_tie_lasts_one_instant_only():
    """If an exact start meets an imprecise one, the imprecise claim can win only once it may start later."""
    exact = claim(2, 3, FOREVER, "b", origin="x", extent_end=4)
    vague = claim(1, (0, 6), FOREVER, origin="x", extent_end=1)
    assert parties(resolve([vague, exact], 3)) == [(2, LEADING)]
    assert parties(resolve([vague, exact], 4)) == [(2, LEADING), (1, POSSIBLE)]
    assert parties(resolve([vague._replace(position=5), exact], 3)) == [(5, LEADING), (2, POSSIBLE)]


def test_null_beside_what_may_have_ended():
    """Nothing known stands beside the values as long as nothing surely holds, and leads where it is the middle."""
    found = [claim(1, 0, (3, 7))]
    assert parties(resolve(found, 4)) == [(1, LEADING), (None, POSSIBLE)]
    assert parties(resolve(found, 5)) == [(None, LEADING), (1, POSSIBLE)]
    answer = resolve(found, 5)
    assert answer is not None
    assert answer.leading is None
    assert not answer.certain


def test_nothing_leads_even_beside_an_end():
    """An empty middle world leads as nothing known, even if an ended claim may win."""
    found = [claim(1, 0, (2, 6)), claim(2, (3, 7), FOREVER, None)]
    assert parties(resolve(found, 4)) == [(None, LEADING), (1, POSSIBLE), (2, POSSIBLE)]
    assert parties(resolve(found, 5)) == [(2, LEADING), (1, POSSIBLE)]


def test_an_end_is_no_answer_unless_it_is_contested():
    """If only null is possible, there is no answer, except one that somebody contests."""
    found = [claim(1, 0, 6), claim(2, 3, 8, None)]
    assert resolve(found, 7) is None
    answer = resolve(found, 4)
    assert answer is not None
    assert answer.certain
    assert answer.contested
    assert parties(answer) == [(2, LEADING), (1, RIVAL)]


def test_a_denied_end_is_kept():
    """Who denies that something ended contests the end."""
    found = [claim(1, 3, 8, None), claim(2, 4, 6, None, role=Role.DENIES)]
    assert parties(resolve(found, 5)) == [(1, LEADING), (2, DENIAL)]
    assert resolve(found, 6) is None


@pytest.mark.parametrize(
    ("other", "expected"),
    [
        (claim(2, 3, 8, "b"), True),
        (claim(2, 5, 8, "b"), True),
        (claim(2, 6, 8, "b"), False),
        (claim(2, (3, 6), 8, "b"), False),
        (claim(2, 3, FOREVER, "b", extent_end=3), False),
        (claim(2, 3, 8, "a"), False),
        (claim(2, 3, 8, "b", origin="source/1"), False),
        (claim(2, 3, 8, "a", origin="source/1", disputes=frozenset({1})), True),
        (claim(2, 9, 10, "b", origin="source/1", disputes=frozenset({1})), True),
        (claim(2, 9, 10, "a", role=Role.DENIES), True),
        (claim(2, 3, 8, "b", role=Role.DENIES), False),
        (claim(2, 3, 8, "a", role=Role.DISPUTES), False),
    ],
    ids=[
        "overlap",
        "overlap of one place",
        "adjacent",
        "may start afterwards",
        "no extent",
        "same value",
        "same origin",
        "dispute of one origin",
        "dispute of another time",
        "denial of another time",
        "denial of another value",
        "dispute of something else",
    ],
)
def test_conflict(other, expected):
    """Values and origins differ and extents surely overlap; or one denies, or disputes, the other."""
    assert conflict(claim(1, 0, 6), other) is expected
    assert conflict(other, claim(1, 0, 6)) is expected


def test_two_denials_agree():
    """Two that deny one value do not contradict each other."""
    assert not conflict(claim(1, 0, 6, role=Role.DENIES), claim(2, 0, 6, role=Role.DENIES))


@pytest.mark.parametrize(
    ("valid", "persists", "expected"),
    [
        ("2018-01", True, ("2018-01-16T00:00:00", None)),
        ("2018-01", False, ("2018-01-16T00:00:00", "2018-01-17T00:00:00")),
        ("2018-01/2018-04", True, ("2018-01-16T00:00:00", "2018-04-16T12:00:00")),
        ("2018-05-01/", True, ("2018-05-01T00:00:00", "2018-05-02T00:00:00")),
        ("2018-01/", True, ("2018-01-16T00:00:00", "2018-01-17T00:00:00")),
        ("/2018-05-13", True, ("2018-05-13T00:00:00", "2018-05-14T00:00:00")),
        ("../2018-05-13", True, (None, "2018-05-14T00:00:00")),
        ("../..", True, (None, None)),
        ("[2018-01-06..]", True, ("2018-01-06T00:00:00", None)),
        ("[..2018-01-08]", False, ("2018-01-08T00:00:00", "2018-01-09T00:00:00")),
        ("[..2018-01-08,2019-01-01..]", True, (None, None)),
    ],
)
def test_the_middle_of_real_dates(valid, persists, expected):
    """Midpoints round down, an unbounded side yields to the finite one, an unknown end keeps one day."""
    made_of = edtf.bounds(edtf.parse(valid), persists=persists)
    start, end = middle(made_of.start_min, made_of.start_max, made_of.end_min, made_of.end_max)
    assert (edtf.format_instant(start), edtf.format_instant(end)) == expected
    assert start >= BEGINNING
    assert end <= FOREVER
    assert end - start >= DAY
