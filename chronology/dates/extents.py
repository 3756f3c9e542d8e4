"""What a date claims, and no more: its explicit extent as bounds. No inference, no clock.

| EDTF | claims |
|---|---|
| a day, a month, a list: one unknown day | that day |
| a time of day | that second; of what does not last, from then to the close of the civil day as written |
| `a/b` | from a until the end of b |
| `a/..`, `/..`, `../..` | from a on without end: it is said to be open, whether or not its type lasts |
| `a/`, `../` | from a until an unknown end; by the close of its day of statement, if that is known |
| `../b`, `/b` | until the end of b |

Beyond that, a single date of what lasts is carried on, by the rule in `answers`; nothing else is.
"""

from attrs import frozen

from chronology.dates.calendar import DAY, FOREVER
from chronology.dates.edtf import civil_closes
from chronology.dates.readings import Bounds, Reading, normalise


@frozen(kw_only=True)
class Extent:
    """What an assertion claims.

    Attributes:
        bounds: of its start and its end; FOREVER twice for an end that is said to be open.
        unit: what starts and ends are multiples of, in seconds.
        is_carried: whether it goes on by inference beyond its end.
        tells_end: whether it says that what it tells of has ended, on a known day or not.
    """

    bounds: Bounds
    unit: int
    is_carried: bool
    tells_end: bool


def extent(
    reading: Reading, *, lasts: bool = True, reports: bool = False, stated: int | None = None, fuzz: int = 0
) -> Extent:
    """Return what an assertion with this valid time claims.

    Args:
        reading: the valid time.
        lasts: whether its type lasts (`x-persists`). Of what does not, a single date is not carried, and an interval
            tells no end.
        reports: whether its type only reports a state (`x-begins: false`), so that it tells no end either.
        stated: the first second of its day of statement, if that is known: given or published, not merely recorded.
            What has ended at an unknown time ended by the close of that day. A day of statement before the day on
            which it can have ended first says nothing of the end.
        fuzz: seconds by which qualified ends are widened either way. Requires fuzz >= 0.
    """
    claimed = reading.claimed
    start_min, start_max = claimed.start_min, claimed.start_max
    end_min, end_max = claimed.end_min, claimed.end_max
    if reading.start_qualified:
        start_min, start_max = start_min - fuzz, start_max + fuzz
    is_open = reading.is_interval and reading.persists
    if is_open:
        end_min = end_max = FOREVER
    elif reading.has_time and not reading.is_interval and not lasts:
        closes = civil_closes(reading.text)
        end_min, end_max = min(closes), max(*closes, end_max)
    elif reading.end_qualified:
        end_min, end_max = end_min - fuzz, end_max + fuzz
    found = normalise(Bounds(start_min=start_min, start_max=start_max, end_min=end_min, end_max=end_max), reading.unit)
    if reading.is_interval and not is_open and end_max == FOREVER and stated is not None:
        close = stated + DAY
        if close >= found.end_min:
            found = normalise(
                Bounds(start_min=found.start_min, start_max=found.start_max, end_min=found.end_min, end_max=close),
                reading.unit,
            )
    return Extent(
        bounds=found,
        unit=reading.unit,
        is_carried=lasts and not reading.is_interval,
        tells_end=lasts and not reports and reading.is_interval and not is_open,
    )
