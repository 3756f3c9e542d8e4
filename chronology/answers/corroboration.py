"""How many independent origins support a value at an instant. Pure: no I/O and no clock.

An origin supports a value at an instant if one of its live affirmations of that value would be a party to the answer
(leading, possible or rival) were the other claims of that same value not there. So two papers that quote one spokesman
count once, somebody who said the same earlier still counts, and somebody whose word a later change has overtaken does
not. Whom others merely contest keeps their support: it says who stands behind a value, not whether the value wins.
"""

from collections import defaultdict
from collections.abc import Sequence

from chronology.answers.resolve import NOTHING, Claim, Precedence, Role, conflict


def support(claims: Sequence[Claim], instant: int) -> dict[str | None, int]:
    """Return for each affirmed value the number of origins that support it at an instant.

    Every value that a party to the answer affirms has at least one. A further claim of the same value never lowers the
    number; one of another value may, for it may be a change after which the older claims count no more.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        instant: seconds on the line of `chronology.dates.calendar`.

    Returns:
        Canonical JSON texts of values, each with its number; None stands for events that ended the attribute.
    """
    covering = [claim for claim in claims if claim.role is Role.AFFIRMS and claim.may_cover(instant)]
    floor, value = _floor(covering, instant)
    # Claims of the value that sets the floor must reach what the other values set: their own is left out.
    below, _ = _floor([claim for claim in covering if claim.value != value], instant)
    winners = [claim for claim in covering if _latest(claim, instant) >= floor]
    others = [claim for claim in covering if claim.value != value and _latest(claim, instant) >= below]
    origins: defaultdict[str | None, set[str | int | None]] = defaultdict(set)
    for claim in covering:
        least, rivals = (below, others) if claim.value == value else (floor, winners)
        if _latest(claim, instant) >= least or _contests(claim, rivals):
            origins[claim.value].add(claim.origin)
    return {said: len(by) for said, by in origins.items()}


def _floor(claims: Sequence[Claim], instant: int) -> tuple[Precedence, str | None]:
    """Return what every winner must reach, and the value of the claim that sets it."""
    sure = [(claim.start_min, claim.rank, claim.value) for claim in claims if claim.surely_covers(instant)]
    if not sure:
        return NOTHING, None
    start, rank, value = max(sure, key=lambda found: found[:2])
    return (start, rank), value


def _latest(claim: Claim, instant: int) -> Precedence:
    return min(claim.start_max, instant), claim.rank


def _contests(claim: Claim, winners: Sequence[Claim]) -> bool:
    return any(winner.value != claim.value and conflict(claim, winner) for winner in winners)
