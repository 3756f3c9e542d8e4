"""Explanations against the resolver: a decisive claim decides, and an irrelevant one changes nothing."""

from hypothesis import given, settings
from mirror import as_claims
from strategies import claims, instants

from chronology.answers.explanation import RELEVANT, Part, explain
from chronology.answers.resolve import Claim, Role, Rule, resolve


def without(found: list[Claim], one: Claim) -> list[Claim]:
    """Return the claims but one."""
    return [claim for claim in found if claim is not one]


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 4)
def test_the_answer_and_its_parties_are_those_of_the_resolver(found, instant):
    """Every party to the answer is judged by its standing, and nothing else is a party."""
    told = as_claims(found)
    explanation = explain(told, instant)
    answer = resolve(told, instant)
    assert explanation.answer == answer
    assert sorted(judgement.claim.key for judgement in explanation.judgements) == sorted(claim.key for claim in told)
    if answer:
        parties = [(claim, standing.value) for claim, standing in answer.candidates if claim]
        relevant = [(j.claim, j.part.value) for j in explanation.judgements if j.part in RELEVANT]
        assert relevant == parties


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 4)
def test_without_the_deciding_claim_the_answer_is_as_it_says(found, instant):
    """Taking the leading claim away gives the answer that the explanation announces."""
    told = as_claims(found)
    explanation = explain(told, instant)
    if explanation.leading:
        assert resolve(without(told, explanation.leading.claim), instant) == explanation.without
    else:
        assert explanation.without is None


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 4)
def test_an_irrelevant_claim_changes_nothing(found, instant):
    """Taking away any claim that is outdone, beside or elsewhere leaves the answer as it is."""
    told = as_claims(found)
    explanation = explain(told, instant)
    for judgement in explanation.judgements:
        if judgement.part not in RELEVANT:
            assert resolve(without(told, judgement.claim), instant) == explanation.answer


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 4)
def test_the_rule_is_the_one_that_decided(found, instant):
    """The leading claim beats the one named beside it: by its start, or, where both start together, by its position."""
    told = as_claims(found)
    leading = explain(told, instant).leading
    if leading is None:
        return
    assert leading.claim.covers_in_middle(instant)
    if leading.rule is Rule.ALONE:
        assert leading.against is None
        rest = without(told, leading.claim)
        assert not any(claim.role is Role.AFFIRMS and claim.covers_in_middle(instant) for claim in rest)
        return
    second = leading.against
    assert second is not None
    assert second.covers_in_middle(instant)
    starts = second.middle[0], leading.claim.middle[0]
    assert (starts[0] == starts[1]) is (leading.rule is Rule.RECORDED_LATER)
    assert (starts[0], second.position) < (starts[1], leading.claim.position)


@given(claims(max_size=6), instants())
@settings(max_examples=settings.default.max_examples * 4)
def test_a_claim_is_outdone_by_one_that_surely_covers(found, instant):
    """Wherever its start lies, the claim named beside it covers the date and starts later, or was recorded later."""
    told = as_claims(found)
    for judgement in explain(told, instant).judgements:
        if judgement.part is Part.OUTDONE:
            winner = judgement.against
            assert winner is not None
            assert winner.surely_covers(instant)
            latest = min(judgement.claim.start_max, instant)
            if judgement.rule is Rule.LATEST_START:
                assert latest < winner.start_min
            else:
                assert latest == winner.start_min
                assert judgement.claim.position < winner.position
