"""Who contradicts whom, and who still speaks at an instant: what makes an answer contested. Pure: no I/O and no clock.

Two claims conflict, or do not, whatever the instant. An answer is contested at an instant if a value that can win there
has a supporter in conflict with a claim that may cover the instant, or that would if the claims of that value had not
stopped its carrying: nobody ends a dispute by repeating himself.
"""

from collections import defaultdict
from collections.abc import Iterable, Sequence
from heapq import heappop, heappush
from typing import NamedTuple

from chronology.answers.edition3.claims import Claim, Role
from chronology.dates.calendar import BEGINNING

Value = str | None


def conflict(one: Claim, other: Claim, *, fixed: bool = False) -> bool:
    """Tell whether two claims contradict each other, in either order.

    Affirmations conflict if values and origins differ and what they claim overlaps in every world; of what does not
    change, whatever they claim. A denial conflicts with affirmations of its value. A dispute conflicts with the event
    that it names, whatever that is.
    """
    if other.position in one.disputes or one.position in other.disputes:
        return True
    if one.role is not Role.AFFIRMS or other.role is not Role.AFFIRMS:
        return one.role is not other.role and Role.DISPUTES not in (one.role, other.role) and one.value == other.value
    if one.value == other.value or one.origin == other.origin:
        return False
    return fixed or (one.start_max < other.end_min and other.start_max < one.end_min)


def conflicts(claims: Sequence[Claim], *, fixed: bool = False) -> dict[int, list[Claim]]:
    """Return the claims that each one conflicts with, by key; only of those that have any.

    In O(n log n + number of pairs). What a ruling has set aside conflicts with nothing.

    Args:
        claims: the live claims in scope about one (subject, attribute), in any order.
        fixed: whether the attribute does not change.
    """
    found: defaultdict[int, list[Claim]] = defaultdict(list)
    speaking = [claim for claim in claims if not claim.set_aside]
    affirming = [claim for claim in speaking if claim.role is Role.AFFIRMS]
    if len(affirming) > 1:
        _contradictions(affirming, found, fixed=fixed)
    if any(claim.role is not Role.AFFIRMS or claim.disputes for claim in speaking):
        _oppositions(speaking, found)
    return dict(found)


def _contradictions(affirming: Sequence[Claim], found: dict[int, list[Claim]], *, fixed: bool) -> None:
    first = affirming[0]
    if all(claim.value == first.value for claim in affirming) or all(
        claim.origin == first.origin for claim in affirming
    ):
        return
    said: dict[Value, dict[str | int | None, dict[int, Claim]]] = {}
    ending: list[tuple[int, int, Claim]] = []
    for claim in sorted(affirming, key=lambda claim: claim.start_max):
        while ending and not fixed and ending[0][0] <= claim.start_max:
            over = heappop(ending)[2]
            del said[over.value][over.origin][over.key]
            # What is empty goes too: a sweep through many values would look into each of them again and again.
            if not said[over.value][over.origin]:
                del said[over.value][over.origin]
                if not said[over.value]:
                    del said[over.value]
        for value, voices in said.items():
            if value != claim.value:
                for origin, others in voices.items():
                    if origin != claim.origin:
                        _pair(claim, others.values(), found, fixed=fixed)
        said.setdefault(claim.value, {}).setdefault(claim.origin, {})[claim.key] = claim
        heappush(ending, (claim.end_min, claim.key, claim))


def _pair(claim: Claim, others: Iterable[Claim], found: dict[int, list[Claim]], *, fixed: bool) -> None:
    for other in others:
        if (fixed or other.start_max < claim.end_min) and not _disputes(claim, other):
            found[claim.key].append(other)
            found[other.key].append(claim)


def _disputes(one: Claim, other: Claim) -> bool:
    return other.position in one.disputes or one.position in other.disputes


def _oppositions(speaking: Sequence[Claim], found: dict[int, list[Claim]]) -> None:
    """Add denials and disputes."""
    at: dict[int, list[Claim]] = {}
    affirming: defaultdict[Value, list[Claim]] = defaultdict(list)
    for claim in speaking:
        at.setdefault(claim.position, []).append(claim)
        if claim.role is Role.AFFIRMS:
            affirming[claim.value].append(claim)
    for claim in speaking:
        named = [other for position in sorted(claim.disputes) for other in at.get(position, ())]
        if claim.role is Role.DENIES:
            named += [other for other in affirming[claim.value] if not _disputes(claim, other)]
        for other in named:
            # Of two events that dispute each other, the earlier adds the pair.
            if not (claim.position in other.disputes and other.position < claim.position):
                found[claim.key].append(other)
                found[other.key].append(claim)


class Scene(NamedTuple):
    """What surely has happened by an instant, from which it follows who can still speak.

    Attributes:
        instant: seconds.
        carry: how many seconds an inference reaches; None sets no limit.
        started: of each value, the latest of the starts that surely have come; only of claims that take part.
        outlived: the starts of claims, by value, that surely have come and are over, of what is not carried.
        told: of each value, the latest of the ends that surely have been given.
        fixed: whether the attribute does not change, so that everything said speaks at every instant.
    """

    instant: int
    carry: int | None
    started: dict[Value, int]
    outlived: dict[Value, set[int]]
    told: dict[Value, int]
    fixed: bool = False

    @classmethod
    def of(cls, parts: Iterable[Claim], instant: int, *, carry: int | None = None, fixed: bool = False) -> "Scene":
        """Return the scene that claims make which surely take part.

        Args:
            parts: affirmations, without what is replaced or set aside.
            instant: seconds.
            carry: how many seconds an inference reaches; None sets no limit.
            fixed: whether the attribute does not change.
        """
        started: dict[Value, int] = {}
        outlived: dict[Value, set[int]] = {}
        told: dict[Value, int] = {}
        for claim in parts:
            if claim.start_max <= instant:
                value = claim.value
                if claim.start_min >= started.get(value, BEGINNING):
                    started[value] = claim.start_min
                if claim.end_max <= instant:
                    if not claim.lasts:
                        outlived.setdefault(value, set()).add(claim.start_min)
                    if claim.tells_end and claim.end_min > told.get(value, BEGINNING):
                        told[value] = claim.end_min
        return cls(instant, carry, started, outlived, told, fixed)

    def may_cover(self, claim: Claim, value: Value, *, but_for: frozenset[Value] = frozenset()) -> bool:
        """Tell whether a claim covers the instant in some world.

        Args:
            claim: it.
            value: that it speaks of; of a bare dispute, what the disputed event says.
            but_for: values whose claims are taken to stop no carrying.
        """
        instant = self.instant
        if self.fixed:
            return True
        if claim.start_min > instant:
            return False
        if claim.end_max > instant:
            return True
        length = claim.end_min - claim.start_min
        if not claim.lasts or claim.end_min > instant:
            return False
        place = claim.last_start(instant - length)
        if self.carry is not None and place + length + self.carry <= instant:
            return False
        if self.told.get(value, BEGINNING) > place:
            return False
        return not any(
            start > place or (start == place and place in self.outlived.get(other, ()))
            for other, start in self.started.items()
            if other != value and other not in but_for
        )
