"""Reading of EDTF (ISO 8601-2) texts, and the questions answered from the text alone. No I/O and no clock.

Where the standard leaves a choice, this is the policy:

- Seasons 21-28 are meteorological and northern (spring is March to May). Winter starts in December of the
  year named and ends with February of the next, so the four come in the order of their numbers. 29-32
  are the southern seasons, half a year apart. Quarters, quadrimesters, semesters (33-41) are whole months.
- A season that runs past 9999-12-31 is cut there, where the line ends.
- A one-of list is bounded by its earliest and latest member, gaps included.
- A date-time may bound an interval or be in a list (ISO 8601-1 allows that, the EDTF profile does not); a day
  beside it counts as a whole day. Times of day are whole seconds and take no qualifier.
- `../..` (always so), `/..` and `../` are read; `/`, `[..]` and `..` say nothing and are refused.
"""

from functools import lru_cache
from typing import Any, Final

from chronology.dates.calendar import BEGINNING, DAY, FOREVER, format_day, format_instant, to_seconds
from chronology.dates.periods import Period, read_date, refusal
from chronology.dates.readings import Bounds, Reading, bounds, describe, normalise
from chronology.errors import DateError

__all__ = [
    "BEGINNING",
    "DAY",
    "FOREVER",
    "Bounds",
    "Reading",
    "as_record",
    "bounds",
    "close_of",
    "describe",
    "format_day",
    "format_instant",
    "opening_of",
    "parse",
    "to_seconds",
]

LONGEST: Final = 200
"""The most characters that an expression may have: enough for a list of about twenty days."""


@lru_cache(maxsize=65_536)
def parse(text: str) -> Reading:
    """Read an EDTF text of level 0, 1 or 2.

    Raises:
        DateError: the text is not EDTF, names days that do not exist, or uses a feature that is not supported.
    """
    if len(text) > LONGEST:
        raise DateError(f"{text[:40]}...", f"it has {len(text)} characters, and the maximum is {LONGEST}")
    if "/" in text:
        return _interval(text)
    if text[:1] in ("[", "{"):
        return _list(text)
    period = read_date(text, text)
    return _one_of(text, [period], level=period.level)


def _one_of(text: str, periods: list[Period], *, level: int) -> Reading:
    """Make the reading of one unknown unit somewhere in the periods."""
    claimed = Bounds(
        start_min=min(period.first for period in periods),
        start_max=max(period.last for period in periods),
        end_min=min(period.first + period.unit for period in periods),
        end_max=max(period.last + period.unit for period in periods),
    )
    return _reading(text, claimed, periods, periods, level=level, persists=True, is_interval=False, since=text)


def _reading(
    text: str,
    claimed: Bounds,
    start: list[Period],
    end: list[Period],
    *,
    level: int,
    persists: bool,
    is_interval: bool,
    since: str | None,
) -> Reading:
    """Make a reading from what the two ends claim and the dates that they are given as."""
    start_marks = "".join([period.marks for period in start])
    end_marks = "".join([period.marks for period in end])
    marks = start_marks + end_marks
    has_time = any(period.unit == 1 for period in start + end)
    return Reading(
        text=text,
        level=level,
        claimed=claimed,
        extent=normalise(claimed, 1 if has_time else DAY) if is_interval else claimed,
        persists=persists,
        is_interval=is_interval,
        has_time=has_time,
        uncertain="?" in marks or "%" in marks,
        approximate="~" in marks or "%" in marks,
        start_qualified=start_marks != "",
        end_qualified=end_marks != "",
        since=since,
    )


def _interval(text: str) -> Reading:
    """Read `a/b`. Either end may be open (`..`) or unknown (empty), but not both unknown."""
    left, right, *more = text.split("/")
    if more or text == "/":
        raise refusal(text, text, "an interval has two ends with one / between them, and only one end may be empty")
    start = [read_date(left, text)] if left not in ("", "..") else []
    end = [read_date(right, text)] if right not in ("", "..") else []
    claimed = Bounds(
        start_min=start[0].first if start else BEGINNING,
        start_max=start[0].last if start else (BEGINNING if left else FOREVER),
        end_min=end[0].first + end[0].unit if end else BEGINNING,
        end_max=end[0].last + end[0].unit if end else FOREVER,
    )
    if claimed.end_max <= claimed.start_min:
        raise DateError(text, f"its end {right} is before its start {left}", hint=f"write {right}/{left}")
    # In the standard's examples, an open or unknown end is level 1 and an X inside an interval is level 2.
    level = max([2 if "X" in text else int(len(start + end) < 2), *(period.level for period in start + end)])
    since = left if start else None
    return _reading(text, claimed, start, end, level=level, persists=right == "..", is_interval=True, since=since)


def _list(text: str) -> Reading:
    """Read a one-of list `[a,b,c..d]`. A set `{a,b}` is EDTF too, but is refused once its members are read."""
    if text[0] + text[-1] not in ("[]", "{}"):
        raise refusal(text, text, "its bracket is not closed")
    members = text[1:-1].split(",")
    ends = len(members) - 1
    periods = [_member(part, text, leads=place == 0, trails=place == ends) for place, part in enumerate(members)]
    if text[0] == "{":
        raise DateError(text, "a set means several occurrences", hint="append one event for each of its dates")
    return _one_of(text, periods, level=2)


def _member(part: str, text: str, *, leads: bool, trails: bool) -> Period:
    """Read a date or `a..b`; `..b` only at the start of a list, `a..` only at its end."""
    left, dots, right = part.partition("..")
    if not dots:
        return read_date(part, text)
    if not (left or (leads and right)) or not (right or trails):
        raise refusal(part, text, "in a list, ..date comes first, date.. comes last, and .. needs a date")
    start = read_date(left or right, text)
    end = read_date(right or left, text)
    if start.parts != end.parts:
        raise DateError(
            text, f"{left} and {right} are not equally precise", hint="give both ends of .. as days, for example"
        )
    if end.last < start.first:
        raise DateError(text, f"{right} is before {left}", hint=f"write {right}..{left}")
    first = start.first if left else BEGINNING
    last = end.last if right else FOREVER - end.unit
    return Period(first, last, end.unit, 2, start.marks + end.marks, end.parts)


def opening_of(text: str) -> int:
    """Return the first second of the period that a single date names.

    Raises:
        DateError: the text is not a date, or is an interval, list or set.
    """
    return _single(text).extent.start_min


def close_of(text: str) -> int:
    """Return the last second of the period that a single date names: the instant that a question about a date means.

    Raises:
        DateError: the text is not a date, or is an interval, list or set.
    """
    return _single(text).extent.end_max - 1


def _single(text: str) -> Reading:
    """Read a text that must be one date."""
    if text[:1] != "{" and not (reading := parse(text)).is_interval and text[0] != "[":
        return reading
    raise DateError(text, "it names more than one date", hint="ask for one date, such as 2018-05-13, 2018-05 or 2018")


def as_record(text: str) -> dict[str, Any]:
    """Return how a text is read, as the JSON object of `chronology date --json`; never raises.

    A set `{a,b}` is EDTF, but one event cannot say it, so it counts as not valid and the error says why.
    """
    try:
        reading = parse(text)
    except DateError as error:
        return {"edtf": text, "valid": False, "error": str(error)}
    extent = reading.extent
    end_min = None if reading.is_interval and reading.persists else format_instant(extent.end_min)
    return {
        "edtf": text,
        "valid": True,
        "level": reading.level,
        "earliest": reading.earliest,
        "latest": reading.latest,
        "start": {"min": format_instant(extent.start_min), "max": format_instant(extent.start_max)},
        "end": {"min": end_min, "max": format_instant(extent.end_max)},
        "persists": reading.persists,
        "uncertain": reading.uncertain,
        "approximate": reading.approximate,
    }
