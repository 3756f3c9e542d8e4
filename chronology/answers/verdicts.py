"""The answer of section 4: what held of one (subject, attribute) at an instant, why, and who says otherwise. Pure.

`verdict` is the answer itself, and all that a stored segment needs; `parties` lists who stands behind it and against
it. A verdict stays the same over whole periods of valid time, while the list grows with every repetition.
"""

from collections.abc import Iterator, Sequence
from enum import StrEnum
from functools import cached_property
from operator import attrgetter
from typing import Final, NamedTuple

from attrs import frozen

from chronology.answers.claims import NO_MERIT, Claim, Role
from chronology.answers.contests import Scene, Value, conflicts
from chronology.answers.participants import FEW, Participants, relevant
from chronology.answers.possibilities import Possible, possible
from chronology.answers.silences import Silence
from chronology.answers.worlds import ALL_RULES, Placed, Rules, fixed_winners, in_the_middle, taking_part, winners
from chronology.dates.calendar import FOREVER

RULE: Final = 3
"""The edition of the rule; answers, reports and exports name it."""


class Standing(StrEnum):
    """What a value, and so each claim of it, is to an answer; the order of the members is the order of display."""

    LEADING = "leading"
    TIED = "tied"
    POSSIBLE = "possible"
    RIVAL = "rival"
    SET_ASIDE = "set_aside"
    DENIAL = "denial"


class Decision(StrEnum):
    """By what a value leads; by the last of these that would have let something else hold, were it not for it.

    `midpoint`: only by the middle of vague dates.
    """

    START = "start"
    LATER_WORD = "later_word"
    GRADE = "grade"
    RULING = "ruling"
    MIDPOINT = "midpoint"


class Verdict(NamedTuple):
    """What held at an instant.

    Attributes:
        leading: of each value that wins in the middle world, one claim that does: the best graded, then the one
            recorded first. One leads; several are tied, and the answer is undecided; none, and nothing is known.
        others: the other values that win in some world, in order of their texts; None among them is "nothing any more".
        nothing: whether null is possible although no claim that may win says so.
        certain: whether one value wins alone in every world.
        contested: whether sources disagree.
        decided_by: by what the leading value leads; None where nothing else could, and where nothing is decided.
        carried: whether it is only inferred: no claim of a leading value covers the instant by its date.
        last_claimed: the last second by then for which a leading value was claimed, if the instant itself is not: of
            what is carried its last claim, of an open claim the close of its day of statement. Else None.
        unknown_since: where nothing holds because other values stopped what held: the first second of which nothing
            is known. Else None.
    """

    leading: tuple[Claim, ...]
    others: tuple[Value, ...]
    nothing: bool
    certain: bool
    contested: bool = False
    decided_by: Decision | None = None
    carried: bool = False
    last_claimed: int | None = None
    unknown_since: int | None = None

    @property
    def undecided(self) -> bool:
        """Whether values tie, so that none leads."""
        return len(self.leading) > 1

    @property
    def value(self) -> Value:
        """The leading value; None if the answer is undecided or nothing is known to hold."""
        return self.leading[0].value if len(self.leading) == 1 else None


class Party(NamedTuple):
    """A claim and the standing of its value; None stands for "nothing is known to hold".

    `value` is what the claim speaks of: of a bare dispute, what the disputed event says of the attribute.
    """

    claim: Claim | None
    standing: Standing
    value: Value


@frozen(kw_only=True, eq=False)
class Case:
    """The claims of one question, and what is true of them at every instant.

    Attributes:
        claims: the live claims in scope about one (subject, attribute).
        affirming: those that can win.
        conflicts: who conflicts with whom, by key.
        roles: who takes part.
        fixed: whether the attribute does not change.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit, 0 allows none.
    """

    claims: Sequence[Claim]
    affirming: Sequence[Claim]
    conflicts: dict[int, list[Claim]]
    roles: Participants
    fixed: bool
    carry: int | None = None

    @classmethod
    def of(cls, claims: Sequence[Claim], *, carry: int | None = None) -> "Case":
        """Return the case that claims make, in any order."""
        affirming = [claim for claim in claims if claim.role is Role.AFFIRMS]
        fixed = any(claim.fixed for claim in affirming)
        found = conflicts(claims, fixed=fixed) if len(claims) > 1 else {}
        roles = Participants.of(affirming)
        return cls(claims=claims, affirming=affirming, conflicts=found, roles=roles, fixed=fixed, carry=carry)

    @cached_property
    def is_plain(self) -> bool:
        """Whether there are few claims, and all of them are plain."""
        return len(self.claims) <= FEW and all(map(_is_plain, self.claims))

    @cached_property
    def silence(self) -> Silence:
        """Since when nothing is known, where nothing leads."""
        return Silence.of(taking_part(in_the_middle(self.affirming)), carry=self.carry)


def verdict(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> Verdict | None:
    """Return what held at an instant, or None if nothing can have held and nobody contests that.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        instant: seconds on the line of `chronology.dates.calendar`.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit, 0 allows none.
    """
    if len(claims) == 1:
        return of_one(claims[0], instant, carry=carry)
    if len(claims) <= FEW and all(map(_is_plain, claims)):
        found = _of_plain(claims, instant, carry)
        if found is not _HARDER:
            return found
    return of_case(Case.of(claims, carry=carry), claims, instant)


def of_one(claim: Claim, instant: int, *, carry: int | None = None) -> Verdict | None:
    """Return what held at an instant where one claim is all that there is."""
    (_, _, start_min, start_max, end_min, end_max, value, role, *_) = claim
    reach = end_max if not claim.lasts else FOREVER if carry is None else end_max + carry
    if role is not Role.AFFIRMS or value is None or claim.set_aside or claim.fixed or not start_min <= instant < reach:
        return None if not claim.fixed else of_case(Case.of([claim], carry=carry), [claim], instant)
    if start_min == start_max and end_min == end_max:
        carried = instant >= end_max
        said = end_max - 1 if carried else _last_said(claim, end_max, instant)
        return Verdict((claim,), (), False, True, carried=carried, last_claimed=said)
    return of_case(Case.of([claim], carry=carry), [claim], instant)


def of_case(case: Case, near: Sequence[Claim], instant: int) -> Verdict | None:
    """Return what held at an instant.

    Args:
        case: what is known at every instant.
        near: those of its claims that may matter at this one, in any order; all of them will do.
        instant: seconds.
    """
    if case.is_plain and (found := _of_plain(near, instant, case.carry)) is not _HARDER:
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
    if values == {None} and not contested and unknown_since is None:
        return None
    certain = len(values) == 1
    claimed, said = _said(middle, led, instant) if leading and not case.fixed else (True, None)
    return Verdict(
        leading,
        tuple(sorted((value for value in can.values if value not in led), key=_order)),
        can.nothing and None not in can.values,
        certain,
        contested,
        _decision(case, middle, instant, led, certain=certain),
        not claimed,
        said,
        unknown_since,
    )


def _is_plain(claim: Claim) -> bool:
    """Tell whether a claim of an exact date affirms a value, disputes nobody and is subject to no ruling."""
    (_, _, start_min, start_max, end_min, end_max, value, role, *_, fixed, set_aside, disputes) = claim
    return (
        start_min == start_max
        and end_min == end_max
        and role is Role.AFFIRMS
        and value is not None
        and not (fixed or set_aside or disputes)
    )


_HARDER: Final = Verdict((), (), nothing=True, certain=False)
"""Stands for an answer that has to be found in the usual way."""


def _of_plain(claims: Sequence[Claim], instant: int, carry: int | None) -> Verdict | None:
    """Return the same answer as in general for a few plain claims, in a tenth of the time; `_HARDER` if it is not easy.

    It is easy if the claim that starts last covers the instant and starts alone, no older one of its value claims
    longer, and no claim of another value and another origin overlaps with one of its value.
    """
    begun = [claim for claim in claims if claim.start_min <= instant]
    if not begun:
        return None
    last = begun[0] if len(begun) == 1 else max(begun, key=_START)
    start, end = last.start_min, last.end_min
    if instant >= end and not (last.lasts and (carry is None or instant < end + carry)):
        return _HARDER
    same = [claim for claim in begun if claim.value == last.value]
    by = None
    if len(same) > 1 and any(claim.end_min > start for claim in same if claim is not last):
        return _HARDER
    if len(same) < len(begun):
        others = [claim for claim in begun if claim.value != last.value]
        for other in others:
            begin, until, origin = other.start_min, other.end_min, other.origin
            if begin == start:
                return _HARDER
            for claim in same:
                if claim.start_min < until and begin < claim.end_min and claim.origin != origin:
                    return _HARDER
        # What would hold, were it not for the leading value?
        next_last = others[0] if len(others) == 1 else max(others, key=_START)
        if instant >= next_last.end_min and not (next_last.lasts and carry is None):
            return _HARDER
        if len(others) > 1 and any(
            other.tells_end or (other is not next_last and other.start_min == next_last.start_min) for other in others
        ):
            return _HARDER
        by = Decision.START
    if instant < end:
        return Verdict((last,), (), False, True, decided_by=by, last_claimed=_last_said(last, end, instant))
    return Verdict((last,), (), False, True, decided_by=by, carried=True, last_claimed=end - 1)


_START: Final = attrgetter("start_min")


def _order(value: Value) -> tuple[bool, str]:
    return value is None, value or ""


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
    return tuple(best.values()) if len(best) < 2 else tuple(best[value] for value in sorted(best, key=_order))


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
            said = _last_said(one.claim, one.end, instant)
            if said is None:
                return True, None
        else:
            said = one.end - 1
        latest = said if latest is None else max(latest, said)
    return claimed, latest


def _last_said(claim: Claim, end: int, instant: int) -> int | None:
    """Return when an open claim was last said, if that was before the instant that it covers."""
    if end < FOREVER or not claim.dated:
        return None
    close = max(claim.stated + _DAY, claim.start_min + claim.unit) - 1
    return close if close < instant else None


_DAY: Final = 86_400


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


# Who else is there ------------------------------------------------------------------------------------------


def _scene(case: Case, affirming: Sequence[Claim], instant: int) -> Scene:
    parts = [claim for claim in case.roles.parts(affirming) if claim.key not in case.roles.avoidable]
    return Scene.of(parts, instant, carry=case.carry, fixed=case.fixed)


def _contested(case: Case, affirming: Sequence[Claim], values: frozenset[Value], instant: int) -> bool:
    """Tell whether a supporter of a value that can win conflicts with whoever still speaks."""
    quarrelling = [claim for claim in affirming if claim.value in values and claim.key in case.conflicts]
    if not quarrelling:
        return False
    scene = _scene(case, affirming, instant)
    heard = _Hearing(case, affirming, scene)
    return any(heard.supports(claim) and any(True for _ in heard.against(claim)) for claim in quarrelling)


class _Hearing:
    """Who may speak at an instant."""

    def __init__(self, case: Case, affirming: Sequence[Claim], scene: Scene) -> None:
        self._case = case
        self.scene = scene
        self._taking_part = _taking_part(case, affirming)

    def supports(self, claim: Claim) -> bool:
        """Tell whether an affirmation may cover the instant."""
        return claim.key in self._taking_part and self.scene.may_cover(claim, claim.value)

    def speaks(self, claim: Claim, value: Value, *, beside: Value) -> bool:
        """Tell whether a claim about a value may cover the instant, or would if another value did not stop it."""
        if claim.role is Role.AFFIRMS and claim.key not in self._taking_part and not claim.set_aside:
            return False
        return self.scene.may_cover(claim, value, but_for=frozenset((beside,)))

    def against(self, claim: Claim) -> Iterator[tuple[Claim, Value]]:
        """Yield who still speaks against an affirmation, with what each speaks of."""
        for other in self._case.conflicts.get(claim.key, ()):
            value = claim.value if other.role is Role.DISPUTES else other.value
            if self.speaks(other, value, beside=claim.value):
                yield other, value


def _taking_part(case: Case, affirming: Sequence[Claim]) -> set[int]:
    """Return the keys of the affirmations that take part in some world."""
    if case.fixed:
        return {one.claim.key for one in taking_part(in_the_middle(affirming), fixed=True)}
    return {claim.key for claim in (*case.roles.parts(affirming), *case.roles.revivable(affirming))}


def parties(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> list[Party]:
    """Return every party to the answer at an instant, by the standing of its value; nothing is dropped.

    Each claim that supports a leading, tied or possible value; "nothing known" after them where it leads or is
    possible; the claims of rival values; what a ruling has set aside; every denial and dispute of any of them.

    Args:
        claims: as for `verdict`.
        instant: seconds.
        carry: as for `verdict`.
    """
    case = Case.of(claims, carry=carry)
    found = of_case(case, claims, instant)
    if found is None:
        return []
    return parties_of(case, claims, found, instant)


def parties_of(case: Case, near: Sequence[Claim], found: Verdict, instant: int) -> list[Party]:
    """Return the parties to a verdict; arguments as for `of_case`."""
    affirming = [claim for claim in near if claim.role is Role.AFFIRMS and (case.fixed or claim.start_min <= instant)]
    heard = _Hearing(case, affirming, _scene(case, affirming, instant))
    led = {claim.value for claim in found.leading}
    first = Standing.TIED if found.undecided else Standing.LEADING
    standings: dict[Value, Standing] = dict.fromkeys(found.others, Standing.POSSIBLE) | dict.fromkeys(led, first)
    listed = [
        Party(claim, standings[claim.value], claim.value)
        for claim in affirming
        if claim.value in standings and heard.supports(claim)
    ]
    against = [
        party for one in listed if one.claim for party in heard.against(one.claim) if party[0].role is Role.AFFIRMS
    ]
    rivals = {value for _, value in against if value not in standings}
    shown = {one.claim.key for one in listed if one.claim}
    for claim in affirming:
        if claim.value in rivals and not claim.set_aside and claim.key not in shown:
            if any(heard.speaks(claim, claim.value, beside=value) for value in standings):
                listed.append(Party(claim, Standing.RIVAL, claim.value))
        elif claim.set_aside and any(
            heard.speaks(claim, claim.value, beside=value) for value in (*standings, claim.value)
        ):
            listed.append(Party(claim, Standing.SET_ASIDE, claim.value))
    listed += _denials(near, heard, listed)
    if not found.leading:
        listed.append(Party(None, Standing.LEADING, None))
    elif found.nothing:
        listed.append(Party(None, Standing.POSSIBLE, None))
    shown_first = {claim.key for claim in found.leading}
    return sorted(listed, key=lambda party: _display(party, shown_first))


_RANKS: Final = {standing: rank for rank, standing in enumerate(Standing)}


def _display(party: Party, shown_first: set[int]) -> tuple[object, ...]:
    claim = party.claim
    if claim is None:
        return _RANKS[party.standing], True, 0, 0, 0
    return _RANKS[party.standing], False, claim.key not in shown_first, claim.place, claim.key


def _denials(near: Sequence[Claim], heard: _Hearing, listed: Sequence[Party]) -> list[Party]:
    """Return the denials and bare disputes of what is listed, and the disputes of those."""
    against: list[Party] = []
    at = {party.claim.position: party.value for party in listed if party.claim}
    values = {party.value for party in listed}
    waiting = [claim for claim in near if claim.role is not Role.AFFIRMS and claim.start_min <= heard.scene.instant]
    while True:
        more: list[Party] = []
        for claim in waiting:
            spoken = {at[position] for position in claim.disputes if position in at}
            if claim.role is Role.DENIES and claim.value in values:
                spoken.add(claim.value)
            more += [
                Party(claim, Standing.DENIAL, value)
                for value in sorted(spoken, key=_order)
                if heard.speaks(claim, value, beside=value)
            ]
        if not more:
            return against
        against += more
        done = {party.claim.key for party in more if party.claim}
        waiting = [claim for claim in waiting if claim.key not in done]
        at |= {party.claim.position: party.value for party in more if party.claim}
