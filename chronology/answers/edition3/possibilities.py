"""All possible worlds at once: which values can win at an instant, in closed form. Pure: no I/O and no clock.

Every start and end lies somewhere inside its bounds, independently of all others (valid-time indeterminacy, Dyreson and
Snodgrass 1998). Whether a value can win is found by choosing, for each of its claims, the world that favours it most:

- Its start comes as late as it may, since nothing that starts earlier can then beat it.
- A claim of another value that need not start after it and by the instant is placed before it or after the instant.
- One that must start in between has to be *silent*: its date is over, and if it lasts, its carrying was stopped. That
  is easiest if it starts as early as it may, for then whatever can stop a later start can stop this one.
- What stops it must be harmless itself: of the value that is examined, a given end, over by the instant, or silent too.
- If the winner is itself carried, nothing else may start in between, and no end of it may be given there.

Only where claims of *one origin* may or may not have the same start does one choice bear on another: there a later word
replaces, a grade is lent and a ruling spreads, or not. Then the form gives what is possible at most; tried again for
every order in which the starts of just these claims can come, it says which of that is possible. Where that would be
too much (`MOST_WORK`), what is possible at most counts as possible: an answer is then less certain than it might be,
never more.
"""

import math
from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from itertools import product
from typing import Final, NamedTuple

from chronology.answers.edition3.claims import Claim, outranks
from chronology.answers.edition3.participants import FEW, Participants, relevant
from chronology.answers.edition3.worlds import Placed, winners

MOST_WORK: Final = 16_384
"""How many claims are looked at, in all orders of the starts of claims of one origin together."""


class Possible(NamedTuple):
    """What can win at an instant.

    Attributes:
        values: those that win in some world; None says that nothing holds any more.
        nothing: whether in some world nothing competes.
        exact: whether that is proven; else some of it may be impossible, but nothing else is possible.
    """

    values: frozenset[str | None]
    nothing: bool
    exact: bool = True


_NOTHING_KNOWN: Final = Possible(frozenset(), nothing=True)


def possible(
    claims: Sequence[Claim], instant: int, *, carry: int | None = None, roles: Participants | None = None
) -> Possible:
    """Return what can win at an instant.

    Args:
        claims: the affirmations about one (subject, attribute) that does change, set-aside ones included.
        instant: seconds.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit.
        roles: of these and perhaps other affirmations about the same, where they are known.
    """
    claims = [claim for claim in claims if claim.start_min <= instant]
    if not claims:
        return _NOTHING_KNOWN
    if all(claim.is_exact for claim in claims):
        return only_world(claims, instant, carry=carry)
    roles = roles or Participants.of(claims)
    if len(claims) > FEW or roles.entangled:
        # Always, where choices bear on another: how many there are must not depend on what else was handed in.
        claims = relevant(claims, roles, instant, spare=0)
    bound = _Bound(claims, roles, instant, carry)
    values, nothing = bound.values(), bound.nothing()
    # In some world something wins or nothing does: a single possibility needs no proof.
    if not bound.entangled or len(values) + nothing == 1:
        return Possible(values, nothing)
    return _pinned(bound, roles, values, nothing=nothing)


def only_world(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> Possible:
    """Return what wins where every place is known, so that there is one world."""
    world = [Placed(claim.start_min, claim.end_min, claim, claim.merit) for claim in claims]
    values = frozenset(one.claim.value for one in winners(world, instant, carry=carry))
    return Possible(values, nothing=not values)


class _Bound:
    """What can win at most; exactly that, if no two claims of one origin may coincide to any effect.

    Attributes:
        parts: the claims that can take part; what an exact claim of the same start surely replaces or sets aside is
            left out.
        revivable: those left out that a coincidence may bring back.
        avoidable: keys of the claims that a coincidence may keep from taking part.
        entangled: whether some coincidence may matter.
    """

    def __init__(self, claims: Sequence[Claim], roles: Participants, instant: int, carry: int | None) -> None:
        self.claims = claims
        self.instant = instant
        self.carry = carry
        self.entangled = roles.are_entangled(claims)
        self.parts = roles.parts(claims)
        self.revivable = roles.revivable(claims) if self.entangled else []
        self.avoidable = roles.avoidable if self.entangled else frozenset()
        self._stoppable: dict[tuple[str | None, int, int | None], bool] = {}

    def values(self, *, known: Collection[str | None] = ()) -> frozenset[str | None]:
        """Return the values that can win at most, with those that are known to."""
        found: set[str | None] = set(known)
        for claim in [*self.parts, *self.revivable]:
            if claim.value not in found and (self._claimed(claim) or self._carried(claim)):
                found.add(claim.value)
        return frozenset(found)

    def nothing(self) -> bool:
        """Tell whether in some world nothing competes."""
        return all(
            claim.start_max > self.instant or claim.key in self.avoidable or self._silent(claim, None)
            for claim in self.parts
        )

    def _best_merit(self, claim: Claim) -> int:
        """Return the best grade that a claim can have."""
        if not self.entangled:
            return claim.merit
        return min(
            other.merit
            for other in [claim, *self.parts]
            if other.origin == claim.origin
            and other.value == claim.value
            and other.start_min <= claim.start_max
            and claim.start_min <= other.start_max
        )

    def _claimed(self, claim: Claim) -> bool:
        """Tell whether a claim can win at an instant that its date covers."""
        if claim.end_max <= self.instant:
            return False
        place, merit = claim.last_start(self.instant), self._best_merit(claim)
        for other in self.parts:
            if (
                other.start_min >= place
                and other.value != claim.value
                and other.start_max <= self.instant
                and other.key not in self.avoidable
                and not (other.start_min == place and not outranks(other.value, other.merit, claim.value, merit))
                and not self._silent(other, claim)
            ):
                return False
        return True

    def _carried(self, claim: Claim) -> bool:
        """Tell whether a claim can win at an instant to which it is carried."""
        instant = self.instant
        length = claim.end_min - claim.start_min
        if not claim.lasts or claim.end_min > instant:
            return False
        place = claim.last_start(instant - length)
        if self.carry is not None and place + length + self.carry <= instant:
            return False
        merit = self._best_merit(claim)
        for other in self.parts:
            if other.start_max > instant or other.key in self.avoidable:
                # It starts later, or takes no part. But its end may be told all the same: it ends after its start.
                continue
            if other.value == claim.value:
                if other.tells_end and other.end_min > place and other.end_max <= instant:
                    return False
            elif other.start_min > place:
                return False
            elif other.start_min == place:
                if not other.lasts and other.end_max <= instant:
                    return False
                if outranks(other.value, other.merit, claim.value, merit) and not self._yields(other, claim, place):
                    return False
        return True

    def _yields(self, other: Claim, claim: Claim, place: int) -> bool:
        """Tell whether a claim that must start together with a carried one can be silent while that is carried on."""
        instant = self.instant
        if not other.lasts or other.end_min > instant:
            return False
        if self.carry is not None and other.end_min + self.carry <= instant:
            return True
        for third in self.parts:
            if third.key == claim.key:
                continue
            if third.value == other.value:
                told = third.tells_end and third.start_min < place and third.end_min <= instant
                if told and third.last_end(instant) > place:
                    return True
            elif third.value == claim.value and not (third.tells_end and third.end_max <= instant):
                if third.start_min <= instant and third.last_start(instant) > place:
                    return True
                if not third.tells_end and third.may_outlive(place, instant):
                    return True
        return False

    def _silent(self, claim: Claim, examined: Claim | None) -> bool:
        """Tell whether a claim that starts as early as it may need not cover the instant.

        Args:
            claim: it.
            examined: the claim whose chances are examined, and which claims the instant; other claims of its value may
                stop this one, since they harm nothing. None if no claim is.
        """
        if claim.end_min > self.instant:
            return False
        if not claim.lasts:
            return True
        if self.carry is not None and claim.end_min + self.carry <= self.instant:
            return True
        return self._can_be_stopped(claim.value, claim.start_min, examined)

    def _can_be_stopped(self, carried: str | None, start: int, examined: Claim | None) -> bool:
        """Tell whether the carrying of a value from a start can be stopped by the instant, by what is harmless."""
        key = carried, start, examined and examined.key
        if key not in self._stoppable:
            self._stoppable[key] = any(self._can_stop(claim, carried, start, examined) for claim in self.parts)
        return self._stoppable[key]

    def _can_stop(self, claim: Claim, carried: str | None, start: int, examined: Claim | None) -> bool:
        instant = self.instant
        if claim.value == carried:
            return claim.tells_end and claim.end_min <= instant and claim.last_end(instant) > start
        if claim.start_max < start or claim.start_min > instant:
            return False
        if examined and claim.value == examined.value:
            if claim.last_start(instant) > start:
                return True
            # The one that is examined is not over.
            return claim.key != examined.key and claim.may_outlive(start, instant)
        if not claim.lasts:
            # It must be over. If it starts together with what is carried, it outlives it.
            return claim.end_min <= instant and claim.last_start(claim.last_end(instant) - 1) >= start
        length = claim.end_min - claim.start_min
        place = claim.next_start(start)
        if place > claim.start_max or place + length > instant:
            return False
        if self.carry is not None and place + length + self.carry <= instant:
            return True
        return self._can_be_stopped(claim.value, place, examined)


def _pinned(bound: _Bound, roles: Participants, values: frozenset[str | None], *, nothing: bool) -> Possible:
    """Return what is possible, by trying every order in which the starts of entangled claims can come.

    With those starts given, no choice bears on another, and the form is exact.
    """
    vague = roles.entangled_with(bound.claims)
    most = MOST_WORK // len(bound.claims)
    if 2 ** len(vague) > most:
        return Possible(values, nothing, exact=False)
    anchors = _anchors(bound)
    places = [_places(claim, anchors, len(vague)) for claim in vague]
    if math.prod(map(len, places)) > most:
        return Possible(values, nothing, exact=False)
    keys = {claim.key for claim in vague}
    rest = [claim for claim in bound.claims if claim.key not in keys]
    found: set[str | None] = set()
    null = False
    for starts in product(*places):
        claims = rest + [_at(claim, start) for claim, start in zip(vague, starts, strict=True)]
        begun = [claim for claim in claims if claim.start_min <= bound.instant]
        trial = _Bound(begun, Participants.of(begun), bound.instant, bound.carry)
        found |= trial.values(known=found)
        null = null or (nothing and trial.nothing())
        if len(found) + null == len(values) + nothing:
            break
    return Possible(frozenset(found), null)


def _anchors(bound: _Bound) -> list[int]:
    """Return the instants of which it matters whether a start comes before or after them."""
    lengths = {claim.end_min - claim.start_min for claim in bound.claims if claim.lasts}
    marks = {bound.instant + 1, *(bound.instant + 1 - length for length in lengths)}
    if bound.carry is not None:
        marks.update([bound.instant + 1 - length - bound.carry for length in lengths])
    for claim in bound.claims:
        marks.update((claim.start_min, claim.start_max, claim.end_min, claim.end_max))
    return sorted(marks)


def _places(claim: Claim, anchors: Sequence[int], room: int) -> list[int]:
    """Return the starts of a claim that stand in a different order to the anchors, and to so many other starts."""
    unit, low, high = claim.unit, claim.start_min, claim.start_max
    found = {low, high}
    reach = (room + 1) * unit
    for anchor in anchors[bisect_left(anchors, low - reach) : bisect_right(anchors, high)]:
        first = anchor - anchor % unit
        found.update([place for place in range(first, first + reach + unit, unit) if low < place < high])
    return sorted(found)


def _at(claim: Claim, start: int) -> Claim:
    """Return a claim that starts at one of its places."""
    if claim.lasts:
        end = start + claim.end_min - claim.start_min
        return claim._replace(start_min=start, start_max=start, end_min=end, end_max=end)
    return claim._replace(start_min=start, start_max=start, end_min=max(claim.end_min, start + claim.unit))
