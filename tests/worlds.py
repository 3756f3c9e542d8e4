"""The oracle of the rule: section 4 of the design, read out loud. It may use nothing of the package.

Time is a short line of integers. A claim is known only within bounds, so there are many possible worlds, in each of
which every claim has one definite start and one definite end. In each world the rule says who wins; what wins in some
world is possible, what wins alone in all of them is certain.
"""

import math
from collections.abc import Iterator, Sequence
from itertools import product
from typing import NamedTuple

import attrs
from attrs import frozen

BEGINNING, FOREVER = -(10**12), 10**12
AFFIRMS, DENIES, DISPUTES = "affirms", "denies", "disputes"

MOST_WORLDS = 60_000


class TooManyWorldsError(Exception):
    """The question is too large to enumerate: the test that asked it must become smaller."""


@frozen(kw_only=True)
class Said:
    """What one event says of one attribute.

    Attributes:
        position: in the log; unique.
        start_min, start_max: the first instant covered lies between these, both included.
        end_min, end_max: the first instant no longer claimed; FOREVER for a claim to be open.
        unit: starts and ends lie on multiples of this.
        value: None says "nothing any more".
        lasts: it is a single date of what lasts, so it is carried on beyond its day.
        tells_end: it is an interval of what lasts, with an end, and no mere report of a state.
        credibility, reliability: 1 to 6 and "A" to "F"; None where it is not graded.
        stated: the day on which its source said so; None if nobody knows.
        recorded: the day on which it was recorded.
        place: its place in the order of recording; what replaces another has the place of the other.
        ruled_out: a ruling names it as set aside.
        fixed: it tells of what does not change.
        disputes: the positions of the events that it disputes.
    """

    position: int
    start_min: int
    start_max: int
    end_min: int
    end_max: int
    unit: int = 1
    value: str | None = None
    role: str = AFFIRMS
    origin: str = "A"
    lasts: bool = False
    tells_end: bool = False
    credibility: int | None = None
    reliability: str | None = None
    stated: int | None = None
    recorded: int = 0
    place: int = 0
    ruled_out: bool = False
    fixed: bool = False
    disputes: frozenset[int] = frozenset()


class Placed(NamedTuple):
    """A claim in one world, where it claims [start, end)."""

    said: Said
    start: int
    end: int


World = tuple[Placed, ...]


# Which worlds there are ---------------------------------------------------------------------------------------


def worlds(claims: Sequence[Said], *instants: int, day_long: bool = True) -> Iterator[World]:
    """Yield every world: each start and each end at every place in its bounds, with start < end.

    Args:
        claims: what was said.
        instants: those that will be asked about.
        day_long: whether a single date that lasts claims exactly one unit in each world: it is one unknown day. Else
            its end is placed by itself, which nearly always gives the same answers.
    """
    finite = [at for one in claims for at in bounds_of(one) if abs(at) < FOREVER // 2] + list(instants)
    widest = max((one.unit for one in claims), default=1)
    low, high = min(finite, default=0) - 3 * widest, max(finite, default=0) + 3 * widest

    def places(first: int, last: int, unit: int) -> list[int]:
        inside = range(max(first, low), min(last, high) + 1)
        return sorted({first, last} | {at for at in inside if at % unit == 0})

    each = [
        [
            Placed(one, start, end)
            for start in places(one.start_min, one.start_max, one.unit)
            for end in places(one.end_min, one.end_max, one.unit)
            if start < end and (not (day_long and one.lasts) or end == start + one.end_min - one.start_min)
        ]
        for one in claims
    ]
    if math.prod(map(len, each)) > MOST_WORLDS:
        raise TooManyWorldsError
    return product(*each)


def bounds_of(one: Said) -> tuple[int, int, int, int]:
    """Return the four bounds of a claim."""
    return one.start_min, one.start_max, one.end_min, one.end_max


def middle_world(claims: Sequence[Said]) -> World:
    """Place every claim at the midpoints of its bounds."""
    return tuple(in_the_middle(one) for one in claims)


def in_the_middle(one: Said) -> Placed:
    """Place one claim; an unbounded side gives way to the finite one, and lies a unit beyond it where they meet."""
    start = midpoint(one.start_min, one.start_max, one.unit, farthest=BEGINNING)
    end = midpoint(one.end_min, one.end_max, one.unit, farthest=FOREVER)
    if end <= start and one.end_max == FOREVER:
        end = start + one.unit
    elif end <= start:
        start = end - one.unit
    return Placed(one, start, end)


def midpoint(low: int, high: int, unit: int, *, farthest: int) -> int:
    """Return the middle of two bounds, rounded down to whole units."""
    no_low, no_high = low <= BEGINNING + unit, high >= FOREVER - unit
    if no_low and no_high:
        return farthest
    if no_low:
        return high
    if no_high:
        return low
    middle = (low + high) // 2
    return max(low, middle - middle % unit)


# The rule, in one world ---------------------------------------------------------------------------------------


def winners(world: World, instant: int, *, carry: int | None = None, grades: bool = True) -> list[Placed]:
    """Return what wins at an instant in one world: several where they tie, none where nothing is known to hold."""
    if any(one.said.fixed and one.said.role == AFFIRMS for one in world):
        return fixed_winners(world, instant, grades=grades)
    taking_part = parties(world)
    covering = [one for one in taking_part if covers(one, taking_part, instant, carry=carry)]
    latest = max((one.start for one in covering), default=None)
    starting_last = [one for one in covering if one.start == latest]
    return best(starting_last, taking_part, grades=grades)


def parties(world: World) -> list[Placed]:
    """Return what takes part. Rule 3: no denial, and nothing that a ruling has set aside. Then rule 2.

    Rule 1: a ruling on one of those that are one holds for all. What was set aside replaces nothing.
    """
    affirmations = [one for one in world if one.said.role == AFFIRMS]
    left = [one for one in affirmations if not any(other.said.ruled_out for other in alike(one, affirmations))]
    return [one for one in left if not is_replaced(one, left)]


def alike(one: Placed, others: Sequence[Placed]) -> list[Placed]:
    """Rule 1: return the claims that count as one with this one, which is among them."""
    return [
        other
        for other in others
        if (other.said.origin, other.said.value) == (one.said.origin, one.said.value) and same_start(one, other)
    ]


def same_start(one: Placed, other: Placed) -> bool:
    """Of what does not change, starts are not compared."""
    return one.start == other.start or one.said.fixed or other.said.fixed


def is_replaced(one: Placed, others: Sequence[Placed]) -> bool:
    """Rule 2: the same origin said something else of the same start, later than all that counts as one with this."""
    same = alike(one, others)
    return any(
        other.said.origin == one.said.origin
        and other.said.value != one.said.value
        and same_start(one, other)
        and all(is_later(other.said, member.said) for member in same)
        for other in others
    )


def is_later(one: Said, other: Said) -> bool:
    """Say whether one was stated later; without a day of statement it counts as stated when it was recorded."""
    day = one.recorded if one.stated is None else one.stated
    other_day = other.recorded if other.stated is None else other.stated
    if one.stated is None and other.stated is None:
        return (day, one.place) > (other_day, other.place)
    return day > other_day


def covers(one: Placed, taking_part: Sequence[Placed], instant: int, *, carry: int | None) -> bool:
    """Say whether a claim covers an instant, claimed or carried."""
    if one.start <= instant < one.end:
        return True
    if not one.said.lasts or instant < one.end:
        return False
    if carry is not None and instant >= one.end + carry:
        return False
    return not any(one.start < stop <= instant for stop in stops(one, taking_part))


def stops(one: Placed, taking_part: Sequence[Placed]) -> Iterator[int]:
    """Yield the instants at which the carrying of a claim stops, if they come after its start."""
    for other in taking_part:
        if other.said.value != one.said.value:
            yield other.start  # (a) another value starts
            if other.start == one.start and not other.said.lasts:
                yield other.end  # (c) another value with the same start ends
        elif other.said.tells_end:
            yield other.end  # (b) its end is told


def best(ties: Sequence[Placed], taking_part: Sequence[Placed], *, grades: bool = True) -> list[Placed]:
    """Rule 5: "nothing any more" yields to a value; then the better grade; then all of them."""
    values = [one for one in ties if one.said.value is not None] or list(ties)
    if not grades:
        return values
    # Rule 1: those that are one have their best grade.
    merits = [min(merit(other.said) for other in alike(one, taking_part)) for one in values]
    return [one for one, found in zip(values, merits, strict=True) if found == min(merits)]


def merit(one: Said) -> tuple[int, str]:
    """Return what a grade counts; less is better. 6, F and no grade come last, alike."""
    if one.credibility in (None, 6) or one.reliability in (None, "F"):
        return (9, "")
    return (one.credibility, one.reliability)


def fixed_winners(world: World, instant: int, *, grades: bool = True) -> list[Placed]:
    """Of what does not change: from the earliest start on, every claim covers every instant."""
    world = tuple(one._replace(said=fixed_one(one.said)) for one in world if one.said.role == AFFIRMS)
    if instant < min(one.start for one in world):
        return []
    taking_part = parties(world)
    return best(taking_part, taking_part, grades=grades)


def fixed_one(one: Said) -> Said:
    """Return a claim as one of what does not change: if any is, all are read so."""
    return attrs.evolve(one, fixed=True)


# What follows for all worlds ----------------------------------------------------------------------------------


class Found(NamedTuple):
    """What holds at an instant.

    Attributes:
        values: those that win in some world; None among them is "nothing any more".
        nothing: whether in some world nothing competes.
        certain: whether one and the same (or nothing) wins alone in every world.
        leading: the values that win in the middle world.
    """

    values: frozenset[str | None]
    nothing: bool
    certain: bool
    leading: frozenset[str | None]


def held(claims: Sequence[Said], instant: int, *, carry: int | None = None, day_long: bool = True) -> Found:
    """Say what holds at an instant, by walking through every possible world."""
    speaking = [one for one in claims if one.role == AFFIRMS]
    outcomes = {
        frozenset(one.said.value for one in winners(world, instant, carry=carry))
        for world in worlds(speaking, instant, day_long=day_long)
    }
    values = frozenset(value for outcome in outcomes for value in outcome)
    nothing = frozenset() in outcomes
    # "Nothing known" and "nothing any more" are both null.
    certain = len({frozenset(outcome or {None}) for outcome in outcomes}) == 1 and len(values) <= 1
    leading = frozenset(one.said.value for one in winners(middle_world(speaking), instant, carry=carry))
    return Found(values, nothing, certain, leading)


# Who disagrees ------------------------------------------------------------------------------------------------


def conflict(one: Said, other: Said, *, fixed: bool = False) -> bool:
    """Say whether two claims contradict each other: in every world, what they claim overlaps."""
    if other.position in one.disputes or one.position in other.disputes:
        return True
    if {one.role, other.role} == {AFFIRMS, DENIES}:
        return one.value == other.value
    if one.role != AFFIRMS or other.role != AFFIRMS or one.value == other.value or one.origin == other.origin:
        return False
    # The latest start of each comes before the earliest end of the other.
    return fixed or (one.start_max < other.end_min and other.start_max < one.end_min)


def contested(claims: Sequence[Said], instant: int, *, carry: int | None = None) -> bool:
    """Say whether sources disagree about what holds at an instant.

    Some supporter of a value that can win there, whether or not it wins itself, conflicts with a claim that may cover
    the instant too, or that would if the claims of that value stopped nothing.
    """
    fixed = any(one.fixed for one in claims if one.role == AFFIRMS)
    speaking = [one for one in claims if not one.ruled_out]
    for value in held(claims, instant, carry=carry).values:
        supporters = [one for one in speaking if one.role == AFFIRMS and one.value == value]
        for one in supporters:
            against = [other for other in speaking if other is not one and conflict(one, other, fixed=fixed)]
            if against and may_speak(one, claims, instant, carry=carry):
                spoken = [attrs.evolve(other, value=value) if other.role == DISPUTES else other for other in against]
                if any(may_speak(other, claims, instant, carry=carry, but_for=value) for other in spoken):
                    return True
    return False


NOBODY = "nobody says this"


def may_speak(
    one: Said, claims: Sequence[Said], instant: int, *, carry: int | None = None, but_for: str | None = NOBODY
) -> bool:
    """Say whether a claim covers an instant in some world, were there no claims of a certain value to stop it.

    A denial reaches as far as an affirmation of its value would, a bare dispute as far as one of what it disputes.
    """
    affirming = [other for other in claims if other.role == AFFIRMS]
    if any(other.fixed for other in affirming):
        everything = parties(tuple(Placed(fixed_one(other), 0, 1) for other in affirming))
        return one.role != AFFIRMS or any(other.said.position == one.position for other in everything)
    for world in worlds([*affirming, *([one] if one.role != AFFIRMS else [])], instant):
        taking_part = parties(world)
        placed = next(other for other in world if other.said is one)
        if one.role == AFFIRMS and placed not in taking_part:
            continue
        stopping = [other for other in taking_part if other.said.value != but_for or but_for == one.value]
        if covers(placed, stopping, instant, carry=carry):
            return True
    return False
