"""All of valid time at once: the verdicts of the rule as periods over which each stays the same. Pure."""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Final, NamedTuple

from chronology.answers.edition3.cases import Case
from chronology.answers.edition3.claims import Claim, Role, middle
from chronology.answers.edition3.outcomes import Verdict
from chronology.answers.edition3.participants import relevant
from chronology.answers.edition3.verdicts import of_case
from chronology.dates.calendar import BEGINNING, DAY, FOREVER


class Period(NamedTuple):
    """A period `[valid_from, valid_to)`, in seconds, over which the verdict is the same."""

    valid_from: int
    valid_to: int
    verdict: Verdict


def history(
    claims: Sequence[Claim], *, after: int = BEGINNING, until: int = FOREVER, carry: int | None = None
) -> list[Period]:
    """Return the history of one (subject, attribute) between two instants, in order; gaps are where nothing is known.

    For every instant D in [after, until) this agrees with `verdict(claims, D)`, and no two periods that meet are alike.
    A sweep: what can bear on no later instant is forgotten on the way, so that a long history of which few claims speak
    at any one time takes O(n log n).

    Args:
        claims: the live claims in scope, in any order.
        after: the first instant of the period.
        until: the first instant after the period.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit, 0 allows none.
    """
    if len(claims) == 1 and carry is None and (found := _alone(claims[0], after, until)) is not None:
        return found
    case = Case.of(claims, carry=carry)
    periods: list[Period] = []
    for start, end, near in _instants(case, after, until):
        current = of_case(case, near, start)
        if current is None:
            continue
        last = periods[-1] if periods else None
        if last and last.valid_to == start and last.verdict == current:
            periods[-1] = Period(last.valid_from, end, current)
        else:
            periods.append(Period(start, end, current))
    return periods


def _alone(claim: Claim, after: int, until: int) -> list[Period] | None:
    """Return the history of one exact claim that is carried or open, without a sweep; None if it is another."""
    if (
        claim.role is not Role.AFFIRMS
        or claim.value is None
        or claim.set_aside
        or claim.fixed
        or not claim.is_exact
        or not (claim.lasts or claim.end_min >= FOREVER)
    ):
        return None
    said = Verdict((claim,), (), nothing=False, certain=True)
    if claim.lasts:
        then, turn = said._replace(carried=True, last_claimed=claim.end_min - 1), claim.end_min
    elif claim.dated:
        turn = max(claim.stated + DAY, claim.start_min + claim.unit)
        then = said._replace(last_claimed=turn - 1)
    else:
        turn, then = until, said
    parts = ((claim.start_min, turn, said), (turn, until, then))
    clipped = [(max(start, after), min(end, until), found) for start, end, found in parts]
    return [Period(start, end, found) for start, end, found in clipped if start < end]


_ROOM: Final = 32
"""How many claims may gather before it pays to look for those that can be forgotten."""


def _instants(case: Case, after: int, until: int) -> Iterator[tuple[int, int, list[Claim]]]:
    """Yield the periods within which no verdict changes, in order, each with the claims that may matter there."""
    marks = _marks(case, after, until)
    waiting = sorted(case.claims, key=lambda claim: claim.start_min, reverse=True)
    if case.fixed:
        for start, end in pairwise(marks):
            yield start, end, waiting
        return
    near: list[Claim] = []
    room = _ROOM
    for start, end in pairwise(marks):
        while waiting and waiting[-1].start_min <= start:
            near.append(waiting.pop())
        if len(near) > room:
            near = _remembered(case, near, start)
            room = 2 * len(near) + _ROOM
        yield start, end, near


def _remembered(case: Case, near: Sequence[Claim], instant: int) -> list[Claim]:
    affirming = [claim for claim in near if claim.role is Role.AFFIRMS]
    others = [claim for claim in near if claim.role is not Role.AFFIRMS]
    return relevant(affirming, case.roles, instant, kept=case.conflicts, forever=True) + others


def _marks(case: Case, after: int, until: int) -> list[int]:
    """Return the instants at which a verdict may change, between two, in order.

    A bound of one claim bears on a vague one of another unit with a delay: what must start by an instant does so at a
    whole unit, and its own day has to be over.
    """
    marks = {after, until}
    units = {claim.unit for claim in case.affirming if not claim.is_exact}
    for claim in case.claims:
        bounds = {claim.start_min, claim.start_max, claim.end_min, claim.end_max}
        if claim.role is Role.AFFIRMS and not claim.is_exact:
            bounds.update(middle(claim))
        if claim.lasts and case.carry is not None:
            bounds.update([bound + case.carry for bound in (claim.end_min, claim.end_max, middle(claim)[1])])
        if claim.end_max >= FOREVER and claim.dated:
            bounds.add(max(claim.stated + DAY, claim.start_min + claim.unit))
        marks.update(bounds)
        for unit in units:
            whole = [bound - bound % unit for bound in bounds]
            marks.update(bound + steps * unit for bound in whole for steps in (1, 2, 3))
    return sorted(mark for mark in marks if after <= mark <= until)
