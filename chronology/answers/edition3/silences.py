"""Since when nothing is known of what was once carried: where nothing leads, the answer stays to say so. Pure."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Iterator, Sequence
from typing import NamedTuple

from chronology.answers.edition3.worlds import Placed
from chronology.dates.calendar import FOREVER

Value = str | None


class Silence(NamedTuple):
    """When what was carried was stopped in the middle world, and when claims ended there.

    Attributes:
        stopped: the first instant at which a claim of another value stopped what was carried; FOREVER if none did.
        ends: the instants at which claims end, in order.
        values: whether one of those that end there says more than that nothing holds any more.
    """

    stopped: int
    ends: list[int]
    values: list[bool]

    @classmethod
    def of(cls, parts: Sequence[Placed], *, carry: int | None = None) -> "Silence":
        """Return what follows from the claims that take part in the middle world.

        Args:
            parts: they.
            carry: how many seconds an inference reaches; None sets no limit.
        """
        ends: defaultdict[int, bool] = defaultdict(bool)
        for one in parts:
            ends[one.end] |= one.claim.value is not None
        order = sorted(ends)
        return cls(min(_stops(parts, carry), default=FOREVER), order, [ends[end] for end in order])

    def since(self, instant: int) -> int | None:
        """Return since when nothing is known, at an instant at which nothing leads; None if nothing was stopped.

        What is said to have ended has ended, and of what is said to hold no more nothing needs to be said.
        """
        if instant < self.stopped:
            return None
        last = bisect_right(self.ends, instant) - 1
        return self.ends[last] if last >= 0 and self.values[last] else None


def _stops(parts: Sequence[Placed], carry: int | None) -> Iterator[int]:
    """Yield when each value that was carried was stopped by a claim of another value, unless its end came first."""
    told: defaultdict[Value, list[int]] = defaultdict(list)
    for one in parts:
        if one.claim.tells_end:
            told[one.claim.value].append(one.end)
    for ends in told.values():
        ends.sort()
    at: defaultdict[int, list[Placed]] = defaultdict(list)
    for one in parts:
        at[one.start].append(one)
    following: dict[Value, int] = {}
    for start in sorted(at, reverse=True):
        group = at[start]
        for one in group:
            value = one.claim.value
            if not one.claim.lasts or value is None:
                continue
            stop = min((begin for other, begin in following.items() if other != value), default=FOREVER)
            outlived = (o.end for o in group if o.claim.value != value and not o.claim.lasts)
            stop = min(stop, min(outlived, default=FOREVER))
            ends = told[value]
            index = bisect_right(ends, start)
            end = ends[index] if index < len(ends) else FOREVER
            if stop < end and (carry is None or stop < one.end + carry):
                yield stop
        # Only the next start of two values can be the first of another value.
        for one in group:
            following[one.claim.value] = start
        if len(following) > 2:
            following = dict(sorted(following.items(), key=lambda item: item[1])[:2])
