"""What one event says of one (subject, attribute), as the rule of section 4 looks at it. Pure: no I/O and no clock.

Words: a claim *claims* the instants that its date covers, its explicit extent; beyond that a single date of what lasts
is *carried*, by inference. Everything else about the rule is in `worlds` (one possible world), `possibilities` (all of
them) and `verdicts` (the answer).
"""

from enum import StrEnum
from typing import Final, NamedTuple

from chronology.dates.calendar import BEGINNING, DAY, FOREVER
from chronology.events.ranks import Rank


class Role(StrEnum):
    """What an event does to its attribute."""

    AFFIRMS = "affirms"
    DENIES = "denies"
    DISPUTES = "disputes"


NO_MERIT: Final = 99
"""What no grade counts, or one that judges nothing: 6 or F."""

_MERITS: Final = {
    f"{reliability}{credibility}": credibility * 5 + place
    for credibility in range(1, 6)
    for place, reliability in enumerate("ABCDE")
}


def merit(grade: str | None) -> int:
    """Return what a grade counts where starts are equal: less is better; credibility first, then reliability."""
    return _MERITS.get(grade, NO_MERIT) if grade else NO_MERIT


class Claim(NamedTuple):
    """What one event says of one (subject, attribute).

    A tuple, because a history can have hundreds of thousands of them. Integer seconds; `start_min <= start_max`,
    `end_min <= end_max`, `start_min < end_min`, `start_max < end_max`. Starts and ends lie on multiples of `unit`.

    Attributes:
        key: identifies the claim; unique, and never used to decide.
        position: of its event; unique among the claims of one question.
        start_min: the first instant that its date covers lies from here ...
        start_max: ... to here.
        end_min: the first instant that its date no longer covers lies from here ...
        end_max: ... to here. Its explicit extent only: a day for a day, FOREVER for `a/..`.
        value: canonical JSON text; None says that nothing holds any more.
        role: an affirmation can win; a denial or a bare dispute never does.
        origin: a name, or the number of one.
        merit: of its grade (`merit`).
        stated: the first second of the day on which it was stated; of the day on which it was recorded, if nobody
            knows.
        dated: whether its day of statement is known.
        place: in the order in which events were first recorded; of what replaces another, the place of the other.
            Only of claims without a day of statement does it decide anything.
        unit: a day, or a second where a time of day is given.
        lasts: whether it is a single date of a type that lasts, so that it is carried on.
        tells_end: whether it is an interval with an end, known or unknown, of a type that lasts and does not only
            report.
        begins: whether its start is when the value began to hold; a report of a state only says that it held then.
        fixed: whether it is of something that happened once and does not change.
        set_aside: whether a ruling has set it aside.
        disputes: positions of events that this one disputes.
    """

    key: int
    position: int
    start_min: int
    start_max: int
    end_min: int
    end_max: int
    value: str | None
    role: Role = Role.AFFIRMS
    origin: str | int | None = None
    merit: int = NO_MERIT
    stated: int = 0
    dated: bool = True
    place: Rank = 0
    unit: int = DAY
    lasts: bool = False
    tells_end: bool = False
    begins: bool = True
    fixed: bool = False
    set_aside: bool = False
    disputes: frozenset[int] = frozenset()

    @property
    def is_exact(self) -> bool:
        """Whether there is one place only for its start and its end."""
        return self.start_min == self.start_max and self.end_min == self.end_max

    def last_start(self, bound: int) -> int:
        """Return its latest possible start that is not after a bound. Requires start_min <= bound."""
        if self.start_max <= bound:
            return self.start_max
        return max(self.start_min, bound - bound % self.unit)

    def may_start_at(self, place: int) -> bool:
        """Tell whether it starts at a place in some world."""
        if place in (self.start_min, self.start_max):
            return True
        return self.start_min < place < self.start_max and place % self.unit == 0

    def may_outlive(self, place: int, instant: int) -> bool:
        """Tell whether it can start at a place and be over by an instant, so that what it outlives goes no further."""
        return (
            not self.lasts and self.may_start_at(place) and self.end_min <= instant and self.last_end(instant) > place
        )

    def next_start(self, instant: int) -> int:
        """Return its earliest possible start after an instant; it may lie beyond `start_max`."""
        if self.start_min > instant:
            return self.start_min
        return instant - instant % self.unit + self.unit

    def last_end(self, bound: int) -> int:
        """Return the latest possible end of its date that is not after a bound. Requires end_min <= bound."""
        if self.end_max <= bound:
            return self.end_max
        return max(self.end_min, bound - bound % self.unit)


def is_later(one: Claim, other: Claim) -> bool:
    """Tell whether a claim was stated later than another one.

    On one day neither is, unless nobody knows the day of either: then each counts as stated when it was recorded.
    """
    if one.stated != other.stated:
        return one.stated > other.stated
    return not one.dated and not other.dated and one.place > other.place


def outranks(one: str | None, merit_of_one: int, other: str | None, merit_of_other: int) -> bool:
    """Tell whether of equal starts one value beats another: "nothing any more" yields, then the better grade wins."""
    if (one is None) != (other is None):
        return other is None
    return merit_of_one < merit_of_other


def middle(claim: Claim) -> tuple[int, int]:
    """Return start and end of a claim in the middle world.

    Each is the midpoint of its bounds, rounded down to a whole unit. Where one side is unbounded, it is the finite
    bound; where both are, the claim reaches as far as it can. If that puts an unknown end at or before the start (or
    an unknown start at or after the end), the unknown one moves until the claim covers one unit, because start < end
    in every world.
    """
    start_min, start_max, end_min, end_max, unit = *claim[2:6], claim.unit
    if start_min == start_max and end_min == end_max:
        return start_min, end_min
    start = _midpoint(start_min, start_max, unit, farthest=BEGINNING)
    end = _midpoint(end_min, end_max, unit, farthest=FOREVER)
    if end <= start:
        if end_max >= FOREVER:
            end = start + unit
        else:
            start = end - unit
    return start, end


def _midpoint(low: int, high: int, unit: int, *, farthest: int) -> int:
    # Normalised bounds leave the claim at least one unit, so an unbounded one may lie a unit inside the line.
    low_unbounded, high_unbounded = low <= BEGINNING + unit, high >= FOREVER - unit
    if low_unbounded and high_unbounded:
        return farthest
    if low_unbounded:
        return high
    if high_unbounded:
        return low
    middle = (low + high) // 2
    return max(low, middle - middle % unit)
