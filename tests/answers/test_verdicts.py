"""The answer at an instant: against the oracle, and what holds of every answer."""

import random

from histories import as_claim, drawn
from hypothesis import assume, given, settings
from hypothesis import strategies as st
from worlds import TooManyWorldsError, contested, held

from chronology.answers.edition3.cases import Case
from chronology.answers.edition3.claims import Role
from chronology.answers.edition3.outcomes import Standing, Verdict
from chronology.answers.edition3.parties import parties
from chronology.answers.edition3.plain import HARDER, is_plain, of_plain
from chronology.answers.edition3.verdicts import of_case, verdict

SEEDS = st.integers(0, 2**40)
INSTANTS = st.integers(-1, 8)
CARRIES = st.sampled_from([None, None, None, 0, 1, 2])


def claims_of(seed, **kinds):
    """Return claims of every kind."""
    return [as_claim(one) for one in drawn(random.Random(seed), **kinds)]


@given(SEEDS, INSTANTS, CARRIES)
@settings(max_examples=settings.default.max_examples * 4)
def test_the_verdict_is_the_oracles(seed, instant, carry):
    """Values, certainty, what leads and whether sources disagree: as the oracle finds by walking through all worlds."""
    said = drawn(random.Random(seed), vague=0.3)
    try:
        expected, disagree = held(said, instant, carry=carry), contested(said, instant, carry=carry)
    except TooManyWorldsError:
        assume(False)
    found = verdict([as_claim(one) for one in said], instant, carry=carry)
    values = expected.values | ({None} if expected.nothing else set())
    if found is None:
        assert values == {None}
        assert not disagree
        return
    led = {claim.value for claim in found.leading}
    assert led == expected.leading
    assert led | set(found.others) | ({None} if found.nothing else set()) == values
    assert found.certain is expected.certain
    assert found.contested is disagree
    assert found.undecided is (len(expected.leading) > 1)


@given(SEEDS, INSTANTS, CARRIES)
@settings(max_examples=settings.default.max_examples * 5)
def test_the_easy_way_is_the_general_one(seed, instant, carry):
    """A few plain claims are answered at once, as they would be in general."""
    claims = claims_of(seed, vague=0.1)
    with_ease = verdict(claims, instant, carry=carry)
    case = Case.of(claims, carry=carry)
    object.__setattr__(case, "is_plain", False)
    assert with_ease == of_case(case, claims, instant)


def test_the_easy_way_is_taken():
    """The property above would say nothing if no answer were easy."""
    easy = 0
    for seed in range(400):
        claims = claims_of(seed, vague=0.0)
        if len(claims) > 1 and all(map(is_plain, claims)):
            easy += of_plain(claims, 5, None) is not HARDER
    assert easy > 10


@given(SEEDS, INSTANTS, CARRIES)
def test_the_parties_stand_by_the_verdict(seed, instant, carry):
    """Each leading claim is listed under its value, a rival or denial only where it is contested or denied."""
    claims = claims_of(seed, most=6)
    found = verdict(claims, instant, carry=carry)
    listed = parties(claims, instant, carry=carry)
    if found is None:
        assert listed == []
        return
    by_value = {party.value: party.standing for party in listed if party.standing in list(Standing)[:3]}
    expected = Standing.TIED if found.undecided else Standing.LEADING
    for claim in found.leading:
        assert by_value[claim.value] is expected
        assert any(party.claim == claim for party in listed)
    assert {party.value for party in listed if party.standing is Standing.POSSIBLE} <= {*found.others, None}
    assert sum(party.claim is None for party in listed) == (not found.leading or found.nothing)
    keys = [(party.claim.key, party.value) for party in listed if party.claim]
    assert len(keys) == len(set(keys))
    ranks = [list(Standing).index(party.standing) for party in listed]
    assert ranks == sorted(ranks)
    for party in listed:
        if party.claim and party.claim.role is not Role.AFFIRMS:
            assert party.standing is Standing.DENIAL
        if party.standing is Standing.RIVAL:
            assert found.contested


@given(SEEDS, INSTANTS, st.randoms(use_true_random=False))
@settings(max_examples=settings.default.max_examples * 2)
def test_the_order_of_recording_decides_nothing_between_accounts(seed, instant, rng):
    """Positions may be dealt out anew: values and standings stay, unless a claim has no day of statement."""
    claims = [claim for claim in claims_of(seed, most=5) if claim.dated and not claim.disputes]
    places = list(range(len(claims)))
    rng.shuffle(places)
    other = [claim._replace(position=place, place=place) for claim, place in zip(claims, places, strict=True)]
    assert outline(verdict(claims, instant)) == outline(verdict(other, instant))


def outline(found: Verdict | None) -> object:
    """Return a verdict without the claims that stand for their values."""
    return found and (tuple(claim.value for claim in found.leading), *found[1:])


@given(SEEDS, INSTANTS, st.data())
@settings(max_examples=settings.default.max_examples * 2)
def test_repetition_adds_nothing(seed, instant, data):
    """Whoever says the same again of the same date on the same day changes nothing but who supports it."""
    claims = claims_of(seed)
    exact = [claim for claim in claims if claim.is_exact and claim.role is Role.AFFIRMS]
    assume(exact)
    claim = data.draw(st.sampled_from(exact))
    again = claim._replace(key=90, position=90, place=90 if claim.dated else claim.place, disputes=frozenset())
    assert outline(verdict([*claims, again], instant)) == outline(verdict(claims, instant))
