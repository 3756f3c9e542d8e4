"""All of valid time, swept, against the answer at each instant."""

import random
from itertools import pairwise

import pytest
from histories import as_claim, drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from chronology.answers.edition3 import possibilities, verdicts
from chronology.answers.edition3.histories import history
from chronology.answers.edition3.verdicts import verdict

SEEDS = st.integers(0, 2**40)
CARRIES = st.sampled_from([None, None, 0, 1, 2])


def claims_of(seed, **kinds):
    """Return claims of every kind."""
    return [as_claim(one) for one in drawn(random.Random(seed), **kinds)]


@given(SEEDS, CARRIES, st.sampled_from([0.0, 0.2, 0.5]))
@settings(max_examples=settings.default.max_examples * 2)
def test_every_instant_of_the_sweep_is_the_verdict(seed, carry, vague):
    """At each instant the period that holds it has its verdict, and periods that meet differ."""
    claims = claims_of(seed, most=5, vague=vague)
    periods = history(claims, after=-5, until=18, carry=carry)
    at = {instant: period.verdict for period in periods for instant in range(period.valid_from, period.valid_to)}
    for instant in range(-5, 18):
        assert at.get(instant) == verdict(claims, instant, carry=carry), instant
    for before, then in pairwise(periods):
        assert before.valid_to < then.valid_from or before.verdict != then.verdict


@pytest.mark.parametrize("seed", range(12))
def test_a_long_group_is_answered_as_if_nothing_were_left_out(seed, monkeypatch):
    """What the sweep forgets, and what a question leaves out beforehand, would have changed nothing."""
    rng = random.Random(seed)
    claims = claims_of(seed * 7, most=40, line=30, vague=rng.choice((0.0, 0.05)))
    carry = rng.choice((None, None, 2))
    periods = history(claims, after=-5, until=40, carry=carry)
    at = {instant: period.verdict for period in periods for instant in range(period.valid_from, period.valid_to)}
    for instant in range(-5, 40):
        few = verdict(claims, instant, carry=carry)
        with monkeypatch.context() as patched:
            patched.setattr(verdicts, "FEW", 10**6)
            patched.setattr(possibilities, "FEW", 10**6)
            assert few == at.get(instant) == verdict(claims, instant, carry=carry)
