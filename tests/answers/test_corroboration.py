"""How many origins stand behind a value, against the model, and what further claims may change about it."""

import model
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from mirror import as_claims
from strategies import VALUES, bounds, claims, instants

from chronology.answers.resolve import Claim, Role, resolve, support

FOREVER = model.FOREVER


def said(position: int, value: str, start: int, end: int = FOREVER, *, origin: str) -> Claim:
    """Return a claim with exact bounds; without an end it claims one day, and persists."""
    return Claim(position, position, start, start, end, end, min(end, start + 1), value, Role.AFFIRMS, origin)


@given(claims(max_size=4), instants())
@settings(max_examples=settings.default.max_examples * 3)
def test_support_is_that_of_the_model(found, instant):
    """The numbers are those that walking through every possible world gives."""
    expected = {
        None if text == "null" else text: len(origins) for text, origins in model.support(found, instant).items()
    }
    assert support(as_claims(found), instant) == expected


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 3)
def test_every_value_of_a_party_has_support(found, instant):
    """Whoever affirms something in an answer stands behind it, so no candidate has 0 origins."""
    told = as_claims(found)
    answer = resolve(told, instant)
    numbers = support(told, instant)
    origins = {claim.origin for claim in told}
    for claim, _ in answer.candidates if answer else ():
        if claim and claim.role is Role.AFFIRMS:
            assert 1 <= numbers[claim.value] <= len(origins)


@given(claims(max_size=5), st.sampled_from(VALUES), bounds(), instants())
@settings(max_examples=settings.default.max_examples * 3)
def test_another_claim_of_a_value_never_lowers_its_support(found, value, placed, instant):
    """A claim of a new origin adds one or none to its value, and one of a known origin no more than that."""
    text = None if value is None else model.text_of(value)
    told = as_claims(found)
    before = support(told, instant).get(text, 0)
    for origin in ("source/new", "source/x"):
        new = model.Claim(position=len(found) + 1, value=value, origin=origin, **placed)
        after = support(as_claims([*found, new]), instant)
        assert after.get(text, 0) - before in (0, 1)


def test_two_papers_that_quote_one_spokesman_are_one_origin() -> None:
    """The origin counts, whoever passed it on."""
    quoted = [said(1, '"a"', 0, origin="person/x"), said(2, '"a"', 1, origin="person/x")]
    assert support(quoted, 5) == {'"a"': 1}
    assert support([*quoted, said(3, '"a"', 1, origin="person/y")], 5) == {'"a"': 2}


def test_who_said_it_earlier_still_counts_until_a_change() -> None:
    """An older claim of the leading value supports it, but not one from before somebody said otherwise."""
    early, change, late = (
        said(1, '"a"', 0, origin="source/x"),
        said(2, '"b"', 3, origin="source/y"),
        said(3, '"a"', 6, origin="source/z"),
    )
    assert support([early, late], 8) == {'"a"': 2}
    assert support([early, change, late], 8) == {'"a"': 1}
    assert support([early, change, late], 4) == {'"b"': 1}


def test_who_is_contested_keeps_their_support() -> None:
    """Three who say that it was so all the time are three, though a fourth says that something else had begun."""
    three = [Claim(n, n, 0, 0, 9, 9, 9, '"a"', Role.AFFIRMS, f"source/{n}") for n in (1, 2, 3)]
    fourth = Claim(4, 4, 5, 5, 9, 9, 9, '"b"', Role.AFFIRMS, "source/4")
    assert support([*three, fourth], 7) == {'"a"': 3, '"b"': 1}


@pytest.mark.parametrize("role", [Role.DENIES, Role.DISPUTES])
def test_who_denies_a_value_supports_nothing(role: Role) -> None:
    """A denial is no affirmation, of its value or of another."""
    assert support([said(1, '"a"', 0, origin="source/x")._replace(role=role)], 5) == {}


def test_who_disputes_a_claim_of_the_same_value_does_not_support_it_by_that() -> None:
    """Once what happened in between is counted, an early claim is out of date, whatever it disputes."""
    change, late = said(1, '"b"', 3, origin="source/y"), said(2, '"a"', 6, origin="source/z")
    early = said(3, '"a"', 0, origin="source/x")._replace(disputes=frozenset({2}))
    assert support([change, late, early], 8) == {'"a"': 1}
