"""All possible worlds at once: which values can win at an instant, in closed form. Pure: no I/O and no clock.

Every start and end lies somewhere inside its bounds, independently of all others (valid-time indeterminacy, Dyreson and
Snodgrass 1998). Whether a value can win is found by choosing, for each of its claims, the world that favours it most:

- Its start comes as late as it may, since nothing that starts earlier can then beat it.
- A claim of another value that need not start after it and by the instant is placed before it or after the instant.
- One that must start in between has to be *silent*: its date is over, and if it lasts, its carrying was stopped. That is
  easiest if it starts as early as it may, for then whatever can stop a later start can stop this one.
- What stops it must be harmless itself: of the value that is examined, a told end, over by the instant, or silent too.
- If the winner is itself carried, nothing else may start in between, and no end of it may be told there.

Only where claims of *one origin* may or may not have the same start does one choice bear on another: there a later word
replaces, a grade is lent and a ruling spreads, or not. Then the form gives what is possible at most, and a walk through
the critical worlds says which of it is (`MOST_WORLDS`). Where even that is too much, what is possible at most counts as
possible: an answer is then less certain than it might be, never more.
"""

import math
from collections import defaultdict
from collections.abc import Iterator, Sequence
from itertools import product
from typing import Final, NamedTuple

from chronology.answers.claims import Claim, is_later, outranks
from chronology.answers.worlds import Placed, taking_part, winners
from chronology.dates.calendar import BEGINNING, FOREVER

MOST_WORLDS: Final = 20_000
"""How many worlds of claims whose starts may coincide are looked at."""


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


def possible(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> Possible:
    """Return what can win at an instant.

    Args:
        claims: the affirmations about one (subject, attribute) that does change, set-aside ones included.
        instant: seconds.
        carry: how many seconds an inference reaches beyond what is claimed; None sets no limit.
    """
    claims = [claim for claim in claims if claim.start_min <= instant]
    if not claims:
        return _NOTHING_KNOWN
    if all(claim.is_exact for claim in claims):
        return only_world(claims, instant, carry=carry)
    bound = _Bound(claims, instant, carry)
    values, nothing = bound.values(), bound.nothing()
    if not bound.open_choices:
        return Possible(values, nothing)
    return _Proof(bound, values, nothing).found()


def only_world(claims: Sequence[Claim], instant: int, *, carry: int | None = None) -> Possible:
    """Return what wins where every place is known, so that there is one world."""
    world = [Placed(claim.start_min, claim.end_min, claim, claim.merit) for claim in claims]
    values = frozenset(one.claim.value for one in winners(world, instant, carry=carry))
    return Possible(values, nothing=not values)


def may_coincide(one: Claim, other: Claim) -> bool:
    """Tell whether in some worlds, but not in all, two claims have the same start."""
    low, high = max(one.start_min, other.start_min), min(one.start_max, other.start_max)
    return low <= high and not one.start_min == one.start_max == other.start_min == other.start_max


class _Bound:
    """What can win at most; exactly that, if no two claims of one origin may coincide to any effect.

    Attributes:
        parts: the claims that can take part; what an exact claim of the same start surely replaces or sets aside is
            left out.
        revivable: those left out that a coincidence may bring back.
        avoidable: keys of the claims that a coincidence may keep from taking part.
        open_choices: whether some coincidence may matter.
    """

    def __init__(self, claims: Sequence[Claim], instant: int, carry: int | None) -> None:
        self.claims = claims
        self.instant = instant
        self.carry = carry
        exact = [c for c in claims if c.start_min == c.start_max]
        sure = {one.claim.key: one for one in taking_part([Placed(c.start_min, 0, c, c.merit) for c in exact])}
        merits = {key: one.merit for key, one in sure.items()}
        vague = [c for c in claims if c.start_min != c.start_max]
        left = [c for c in claims if (c.key in sure or c.start_min != c.start_max) and not c.set_aside]
        self.avoidable: set[int] = set()
        self.revivable: list[Claim] = []
        self.open_choices = False
        if vague:
            self._find_choices(claims, {c.key for c in left}, merits)
        self.parts = [c if merits.get(c.key, c.merit) == c.merit else c._replace(merit=merits[c.key]) for c in left]
        self._stoppable: dict[tuple[str | None, int, int | None], bool] = {}

    def _find_choices(self, claims: Sequence[Claim], left: set[int], merits: dict[int, int]) -> None:
        by_origin: defaultdict[str | int | None, list[Claim]] = defaultdict(list)
        for claim in claims:
            by_origin[claim.origin].append(claim)
        for group in by_origin.values():
            if len(group) < 2:
                continue
            differing = len({claim.value for claim in group}) > 1
            for index, one in enumerate(group):
                for other in group[:index]:
                    if may_coincide(one, other):
                        self._choice(one, other, left, merits, differing=differing)

    def _choice(
        self, one: Claim, other: Claim, left: set[int], merits: dict[int, int], *, differing: bool
    ) -> None:
        if one.value != other.value:
            for first, second in ((one, other), (other, one)):
                if is_later(first, second) and not first.set_aside and not second.set_aside:
                    self.avoidable.add(second.key)
                    self.open_choices = True
            return
        if one.set_aside != other.set_aside:
            self.avoidable.add((other if one.set_aside else one).key)
            self.open_choices = True
            return
        # Together, they have the better grade and the later word.
        better = min(merits.get(one.key, one.merit), merits.get(other.key, other.merit))
        for claim in (one, other):
            if merits.get(claim.key, claim.merit) != better:
                merits.setdefault(-claim.key - 1, better)
                self.open_choices = True
        if differing and (is_later(one, other) or is_later(other, one) or one.dated != other.dated):
            self.open_choices = True
        if differing:
            self.revivable += [c for c in (one, other) if c.key not in left and not c.set_aside]
            if any(c.key not in left for c in (one, other)):
                self.open_choices = True

    def values(self) -> frozenset[str | None]:
        """Return the values that can win at most."""
        found: set[str | None] = set()
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
        if not self.open_choices:
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
                if third.may_start_at(place) and not (third.lasts or third.tells_end) and third.end_min <= instant:
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
            is_over = not claim.lasts and claim.end_min <= instant and claim.key != examined.key
            return is_over and claim.may_start_at(start)
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


class _Proof:
    """A walk through the critical worlds, to find which of what is possible at most is possible."""

    def __init__(self, bound: _Bound, values: frozenset[str | None], nothing: bool) -> None:
        self._bound = bound
        self._values = values
        self._nothing = nothing

    def found(self) -> Possible:
        """Return what is possible; where there are too many worlds, what is possible at most."""
        wanted = len(self._values) + self._nothing
        values: set[str | None] = set()
        nothing = False
        for count, world in enumerate(self._worlds()):
            won = {one.claim.value for one in winners(world, self._bound.instant, carry=self._bound.carry)}
            values |= won
            nothing = nothing or not won
            if len(values) + nothing == wanted:
                break
            if count == MOST_WORLDS:
                return Possible(self._values, self._nothing, exact=False)
        return Possible(frozenset(values), nothing)

    def _worlds(self) -> Iterator[list[Placed]]:
        """Yield worlds enough to meet every order in which starts and ends can come."""
        claims = self._bound.claims
        marks = {self._bound.instant, self._bound.instant - (self._bound.carry or 0)}
        for claim in claims:
            marks.update((claim.start_min, claim.start_max, claim.end_min, claim.end_max))
        vague = sum(not claim.is_exact for claim in claims)
        anchors = sorted(marks)
        each = [self._places(claim, anchors, 2 * vague) for claim in claims]
        if math.prod(map(len, each)) > MOST_WORLDS ** 2:
            each = [places[:: max(1, len(places) // 8)] for places in each]
            yield from product(*each)  # type: ignore[misc]
            return
        yield from product(*each)  # type: ignore[misc]

    @staticmethod
    def _places(claim: Claim, anchors: Sequence[int], room: int) -> list[Placed]:
        starts = _between(claim.start_min, claim.start_max, claim.unit, anchors, room)
        ends = _between(claim.end_min, claim.end_max, claim.unit, anchors, room)
        return [Placed(start, end, claim, claim.merit) for start in starts for end in ends if start < end]


def _between(low: int, high: int, unit: int, anchors: Sequence[int], room: int) -> list[int]:
    """Return the places from low to high that stand in a different order to the anchors, and room enough between."""
    if low == high:
        return [low]
    found = {low, high}
    for anchor in anchors:
        first = anchor - anchor % unit if abs(anchor) < FOREVER - unit else anchor
        found.update(place for place in range(first, first + (room + 2) * unit, unit) if low < place < high)
    return sorted(place for place in found if BEGINNING <= place <= FOREVER)
