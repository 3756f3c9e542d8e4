"""The answer of section 4: what held of one (subject, attribute) at an instant, and why. Pure: no I/O and no clock.

A verdict stays the same over whole periods of valid time (`histories`), while the list of those who stand behind it
grows with every repetition (`parties`).
"""

from collections.abc import Sequence

from chronology.answers.edition3.cases import Case, Hearing, scene_of
from chronology.answers.edition3.claims import NO_MERIT, Claim, Role
from chronology.answers.edition3.contests import Value
from chronology.answers.edition3.outcomes import Decision, Verdict, value_order
from chronology.answers.edition3.participants import FEW, relevant
from chronology.answers.edition3.plain import HARDER, is_plain, last_statement, of_plain
from chronology.answers.edition3.possibilities import Possible, possible
from chronology.answers.edition3.worlds import (
    ALL_RULES,
    Placed,
    Rules,
    fixed_winners,
    in_the_middle,
    taking_part,
    winners,
)
from chronology.dates.calendar import FOREVER


def verdict(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> Verdict | None:
    """Return what held at an instant, or None if nothing can have held and nobody contests that.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        instant: seconds on the line of `chronology.dates.calendar`.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit, 0 allows none.
    """
    if len(claims) == 1:
        return of_one(claims[0], instant, carry=carry)
    if len(claims) <= FEW and all(map(is_plain, claims)):
        found = of_plain(claims, instant, carry)
        if found is not HARDER:
            return found
    return of_case(Case.of(claims, carry=carry), claims, instant)


def of_one(claim: Claim, instant: int, *, carry: int | None = None) -> Verdict | None:
    """Return what held at an instant where one claim is all that there is."""
    (_, _, start_min, start_max, end_min, end_max, value, role, *_) = claim
    reach = end_max if not claim.lasts else FOREVER if carry is None else end_max + carry
    if claim.fixed or claim.set_aside:
        return of_case(Case.of([claim], carry=carry), [claim], instant)
    if role is not Role.AFFIRMS or value is None or not start_min <= instant < reach:
        return None
    if start_min == start_max and end_min == end_max:
        carried = instant >= end_max
        said = end_max - 1 if carried else last_statement(claim, end_max, instant)
        return Verdict((claim,), (), False, True, carried=carried, last_claimed=said)
    return of_case(Case.of([claim], carry=carry), [claim], instant)


def of_case(case: Case, near: Sequence[Claim], instant: int) -> Verdict | None:
    """Return what held at an instant.

    Args:
        case: what is known at every instant.
        near: those of its claims that may matter at this one, in any order; all of them will do.
        instant: seconds.
    """
    if case.is_plain and (found := of_plain(near, instant, case.carry)) is not HARDER:
        return found
    affirming = [claim for claim in near if claim.role is Role.AFFIRMS and (case.fixed or claim.start_min <= instant)]
    if len(affirming) > FEW and not case.fixed:
        affirming = relevant(affirming, case.roles, instant, kept=case.conflicts)
    if not affirming:
        return None
    middle = in_the_middle(affirming)
    won = _middle_winners(case, middle, instant, ALL_RULES)
    can = _possible(case, affirming, won, instant)
    leading = _representatives(won)
    led = frozenset(claim.value for claim in leading)
    values = can.values | {None} if can.nothing else can.values
    contested = bool(case.conflicts) and _contested(case, affirming, can.values, instant)
    unknown_since = None if won or case.fixed else case.silence.since(instant)
    if values == {None} and not contested and unknown_since is None and not _ruled(case, affirming, instant):
        return None
    certain = len(values) == 1
    claimed, said = _said(middle, led, instant) if leading and not case.fixed else (True, None)
    return Verdict(
        leading,
        tuple(sorted((value for value in can.values if value not in led), key=value_order)),
        can.nothing and None not in can.values,
        certain,
        contested,
        _decision(case, middle, instant, led, certain=certain),
        not claimed,
        said,
        unknown_since,
    )


def _possible(case: Case, affirming: Sequence[Claim], won: Sequence[Placed], instant: int) -> Possible:
    if not case.fixed:
        if all(claim.is_exact for claim in affirming):
            # There is one world, and it has been looked at.
            return Possible(frozenset(one.claim.value for one in won), nothing=not won)
        return possible(affirming, instant, carry=case.carry, roles=case.roles)
    if all(claim.start_min > instant for claim in affirming):
        return Possible(frozenset(), nothing=True)
    values = frozenset(one.claim.value for one in fixed_winners(in_the_middle(affirming)))
    return Possible(values, nothing=not values or all(claim.start_max > instant for claim in affirming))


def _middle_winners(case: Case, middle: Sequence[Placed], instant: int, rules: Rules) -> list[Placed]:
    if not case.fixed:
        return winners(middle, instant, carry=case.carry, rules=rules)
    return fixed_winners(middle, rules=rules) if any(one.start <= instant for one in middle) else []


def _representatives(won: Sequence[Placed]) -> tuple[Claim, ...]:
    """Return one claim of each value that won, in order of their values' texts."""
    best: dict[Value, Claim] = {}
    for one in won:
        found = best.get(one.claim.value)
        if found is None or _before(one.claim, found):
            best[one.claim.value] = one.claim
    return tuple(best.values()) if len(best) < 2 else tuple(best[value] for value in sorted(best, key=value_order))


def _before(one: Claim, other: Claim) -> bool:
    """Tell which of two claims that both stand for their value is shown; nothing else hangs on it."""
    return (one.merit, one.place, one.position, one.key) < (other.merit, other.place, other.position, other.key)


def _said(middle: Sequence[Placed], led: frozenset[Value], instant: int) -> tuple[bool, int | None]:
    """Tell whether a leading value is claimed at an instant, and when it last was if its date does not say so."""
    claimed, latest = False, None
    for one in taking_part(middle):
        if one.claim.value not in led or one.start > instant:
            continue
        said: int | None
        if instant < one.end:
            claimed = True
            said = last_statement(one.claim, one.end, instant)
            if said is None:
                return True, None
        else:
            said = one.end - 1
        latest = said if latest is None else max(latest, said)
    return claimed, latest


def _decision(
    case: Case, middle: Sequence[Placed], instant: int, led: frozenset[Value], *, certain: bool
) -> Decision | None:
    """Return by what a value leads: the first rule without which something else would."""
    if any(one.claim.set_aside for one in middle) and _differs(case, middle, instant, led, Rules(rulings=False)):
        return Decision.RULING
    if len(led) != 1 or None in led:
        return None
    if not certain:
        return Decision.MIDPOINT
    values = {one.claim.value for one in middle}
    if len(values) == 1:
        return None
    if any(one.merit != NO_MERIT for one in middle) and _differs(case, middle, instant, led, Rules(grades=False)):
        return Decision.GRADE
    repeated = len({one.claim.origin for one in middle}) < len(middle)
    if repeated and _differs(case, middle, instant, led, Rules(later_words=False)):
        return Decision.LATER_WORD
    if case.fixed:
        return None
    rest = [one for one in middle if one.claim.value not in led]
    won = _middle_winners(case, rest, instant, ALL_RULES)
    return (
        Decision.START if any(one.claim.value is not None and _starts_before(one, middle, led) for one in won) else None
    )


def _starts_before(one: Placed, middle: Sequence[Placed], led: frozenset[Value]) -> bool:
    return any(other.start > one.start for other in middle if other.claim.value in led)


def _differs(case: Case, middle: Sequence[Placed], instant: int, led: frozenset[Value], rules: Rules) -> bool:
    return frozenset(one.claim.value for one in _middle_winners(case, middle, instant, rules)) != led


def _contested(case: Case, affirming: Sequence[Claim], values: frozenset[Value], instant: int) -> bool:
    """Tell whether a supporter of a value that can win conflicts with one who still speaks."""
    quarrelling = [claim for claim in affirming if claim.value in values and claim.key in case.conflicts]
    if not quarrelling:
        return False
    scene = scene_of(case, affirming, instant)
    heard = Hearing(case, affirming, scene)
    return any(heard.supports(claim) and any(True for _ in heard.against(claim)) for claim in quarrelling)


def _ruled(case: Case, affirming: Sequence[Claim], instant: int) -> bool:
    """Tell whether a ruling leaves nothing where something might hold without it, so that the answer has to show it."""
    ruled = [claim for claim in affirming if claim.set_aside and claim.value is not None]
    if not ruled:
        return False
    scene = scene_of(case, affirming, instant)
    return any(scene.may_cover(claim, claim.value) for claim in ruled)
