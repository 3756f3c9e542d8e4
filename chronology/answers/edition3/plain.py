"""The usual answer, found at once: few claims, exact dates, nobody against them. A second way to what `verdicts` says.

A property holds both together. It buys that a subject of which a few attributes are known is answered in a tenth of the
time, and so is a whole state, which is made of little else. Pure: no I/O and no clock.
"""

from collections.abc import Sequence
from operator import attrgetter
from typing import Final

from chronology.answers.edition3.claims import Claim, Role
from chronology.answers.edition3.outcomes import Decision, Verdict
from chronology.dates.calendar import DAY, FOREVER


def is_plain(claim: Claim) -> bool:
    """Tell whether a claim of an exact date affirms a value, disputes nobody and is subject to no ruling."""
    (_, _, start_min, start_max, end_min, end_max, value, role, *_, fixed, set_aside, disputes) = claim
    return (
        start_min == start_max
        and end_min == end_max
        and role is Role.AFFIRMS
        and value is not None
        and not (fixed or set_aside or disputes)
    )


HARDER: Final = Verdict((), (), nothing=True, certain=False)
"""Stands for an answer that has to be found in the usual way."""


def of_plain(claims: Sequence[Claim], instant: int, carry: int | None) -> Verdict | None:
    """Return the same answer as in general for a few plain claims, in a tenth of the time; `HARDER` if it is not easy.

    It is easy if the claim that starts last covers the instant and starts alone, no older one of its value claims
    longer, and no claim of another value and another origin overlaps with one of its value.
    """
    begun = [claim for claim in claims if claim.start_min <= instant]
    if not begun:
        return None
    last = begun[0] if len(begun) == 1 else max(begun, key=_START)
    start, end = last.start_min, last.end_min
    if instant >= end and not (last.lasts and (carry is None or instant < end + carry)):
        return HARDER
    same = [claim for claim in begun if claim.value == last.value]
    by = None
    if len(same) > 1 and any(claim.end_min > start for claim in same if claim is not last):
        return HARDER
    if len(same) < len(begun):
        others = [claim for claim in begun if claim.value != last.value]
        for other in others:
            begin, until, origin = other.start_min, other.end_min, other.origin
            if begin == start:
                return HARDER
            for claim in same:
                if claim.start_min < until and begin < claim.end_min and claim.origin != origin:
                    return HARDER
        # What would hold, were it not for the leading value?
        next_last = others[0] if len(others) == 1 else max(others, key=_START)
        if instant >= next_last.end_min and not (next_last.lasts and carry is None):
            return HARDER
        if len(others) > 1 and any(
            other.tells_end or (other is not next_last and other.start_min == next_last.start_min) for other in others
        ):
            return HARDER
        by = Decision.START
    if instant < end:
        return Verdict((last,), (), False, True, decided_by=by, last_claimed=last_statement(last, end, instant))
    return Verdict((last,), (), False, True, decided_by=by, carried=True, last_claimed=end - 1)


_START: Final = attrgetter("start_min")


def last_statement(claim: Claim, end: int, instant: int) -> int | None:
    """Return when an open claim was last said, if that was before the instant that it covers."""
    if end < FOREVER or not claim.dated:
        return None
    close = max(claim.stated + DAY, claim.start_min + claim.unit) - 1
    return close if close < instant else None
