"""Who conflicts with whom, against the oracle."""

import random

import worlds
from histories import as_claim, drawn
from hypothesis import given, settings
from hypothesis import strategies as st

from chronology.answers.edition3.contests import conflict, conflicts


@given(st.integers(0, 2**40), st.booleans())
@settings(max_examples=settings.default.max_examples * 3)
def test_the_pairs_are_the_oracles(seed, fixed):
    """Swept or asked pair by pair, in either order; what a ruling has set aside conflicts with nothing."""
    said = drawn(random.Random(seed), most=6)
    claims = [as_claim(one) for one in said]
    found = conflicts(claims, fixed=fixed)
    for one, claim in zip(said, claims, strict=True):
        against = []
        for other, rival in zip(said, claims, strict=True):
            if one is not other:
                expected = worlds.conflict(one, other, fixed=fixed)
                assert conflict(claim, rival, fixed=fixed) is conflict(rival, claim, fixed=fixed) is expected
                if expected and not (one.ruled_out or other.ruled_out):
                    against.append(rival.key)
        assert sorted(rival.key for rival in found.get(claim.key, ())) == against
