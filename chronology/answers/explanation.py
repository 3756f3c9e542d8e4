"""Why an answer is what it is: what each claim was to it, which rule decided, and what would hold otherwise. Pure."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Final, NamedTuple

from chronology.answers.resolve import Answer, Claim, Role, Rule, answer, leader, resolve, weigh, why_leading, why_lost


class Part(StrEnum):
    """What a claim was to an answer; the first four are the standings of the parties to it."""

    LEADING = "leading"
    POSSIBLE = "possible"
    RIVAL = "rival"
    DENIAL = "denial"
    OUTDONE = "outdone"
    BESIDE = "beside"
    ELSEWHERE = "elsewhere"


RELEVANT: Final = frozenset({Part.LEADING, Part.POSSIBLE, Part.RIVAL, Part.DENIAL})
"""The parts of which the answer would be another one; without a claim of any other part, it is the same."""


class Judgement(NamedTuple):
    """What one claim was to an answer.

    Attributes:
        rule: of the leading claim, why it leads; of one that can win in no world, why it cannot; else None.
        against: the claim that it won over, or lost to, by that rule.
    """

    claim: Claim
    part: Part
    rule: Rule | None = None
    against: Claim | None = None


class Explanation(NamedTuple):
    """An answer and its reasons.

    Attributes:
        answer: None where nothing is known to hold, possibly or contested.
        judgements: one for each claim, by part, then by rank.
        without: the answer if the leading claim were not there; None if nothing would be known, or nothing leads now.
    """

    answer: Answer | None
    judgements: tuple[Judgement, ...]
    without: Answer | None

    @property
    def leading(self) -> Judgement | None:
        """The judgement of the claim that decides, None where none does."""
        first = self.judgements[0] if self.judgements else None
        return first if first and first.part is Part.LEADING else None


def explain(claims: Sequence[Claim], instant: int) -> Explanation:
    """Say what held at an instant and why.

    Taking the leading claim away gives the answer `without`; taking away one that is outdone, beside or elsewhere
    changes nothing.

    Args:
        claims: the live claims about one (subject, attribute), in any order.
        instant: seconds on the line of `chronology.dates.calendar`.
    """
    leading, winners, opponents, floor = weigh(claims, instant)
    won, against = {claim.key for claim in winners}, {claim.key for claim in opponents}
    judged: list[Judgement] = []
    for claim in claims:
        if claim is leading:
            judged.append(_leading(claim, claims, instant))
        elif claim.key in won:
            judged.append(Judgement(claim, Part.POSSIBLE))
        else:
            judged.append(_lost(claim, floor, instant, opposes=claim.key in against))
    without = resolve([claim for claim in claims if claim is not leading], instant) if leading else None
    ranked = sorted(judged, key=lambda judgement: (_RANKS[judgement.part], judgement.claim.rank))
    result = answer(leading, winners, opponents, nothing_possible=floor is None)
    return Explanation(result, tuple(ranked), without)


_RANKS: Final = {part: rank for rank, part in enumerate(Part)}


def _lost(claim: Claim, floor: Claim | None, instant: int, *, opposes: bool) -> Judgement:
    """Say of a claim that wins in no world what it is to the answer all the same."""
    if not claim.may_cover(instant):
        return Judgement(claim, Part.ELSEWHERE)
    if claim.role is not Role.AFFIRMS or floor is None:
        return Judgement(claim, Part.DENIAL if opposes else Part.BESIDE)
    return Judgement(claim, Part.RIVAL if opposes else Part.OUTDONE, why_lost(claim, floor, instant), floor)


def _leading(claim: Claim, claims: Sequence[Claim], instant: int) -> Judgement:
    """Say why a claim wins in the middle world."""
    second = leader((other for other in claims if other is not claim), instant)
    return Judgement(claim, Part.LEADING, why_leading(claim, second), second)
