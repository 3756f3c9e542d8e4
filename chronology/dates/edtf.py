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

import re
from functools import lru_cache
from typing import Any, Final

from attrs import frozen

from chronology.dates.calendar import (
    BEGINNING,
    DAY,
    FOREVER,
    LINE_END,
    LINE_START,
    day_opening,
    fitting_days,
    format_day,
    format_instant,
    group_days,
    month_length,
    to_seconds,
)
from chronology.dates.readings import Bounds, Reading, bounds, describe, normalise
from chronology.errors import DateError

_MARK: Final = "([?~%]?)"
_DATE: Final = re.compile(
    f"{_MARK}(-?[0-9X]{{4}}){_MARK}(?:-{_MARK}([0-9X]{{2}}){_MARK}(?:-{_MARK}([0-9X]{{2}}){_MARK})?)?"
)
_DATE_TIME: Final = re.compile(
    "(-?[0-9]{4})-([0-9]{2})-([0-9]{2})T"
    "([01][0-9]|2[0-3]|24(?=:00:00)):([0-5][0-9]):([0-5][0-9])"
    "(Z|[+-][0-9]{2}(?::[0-9]{2})?)?"
)
_LEVEL_1_X: Final = re.compile(r"-?[0-9]{2}[0-9X]X|-?[0-9]{4}-XX(-XX)?|-?[0-9]{4}-[0-9]{2}-XX")
_WITHOUT_MARKS: Final = str.maketrans("", "", "?~%")

# What people write instead of EDTF: a pattern, compiled only after a refusal; what is wrong; what to write.
_MISTAKES: Final = (
    (r"^\Z", "it is empty", "give a date such as 2018-05-13, 2018-05 or 2018"),
    (r"[^\x21-\x7e]", "it has a space or a character outside ASCII", "EDTF uses neither"),
    (r"^Y", "years with a Y are not supported", "give a year from -9999 to 9999 with four digits"),
    (r"[0-9]E[0-9]", "exponents are not supported", "give a year from -9999 to 9999 with four digits"),
    (r"[0-9]S[0-9]", "significant digits are not supported", "write the unknown digits as X, as in 19XX"),
    (
        r"unknown|open",
        "an open or unknown end is not written in words",
        "write 2018/ for an unknown end and 2018/.. for an open one",
    ),
    (
        r"[0-9-][uxtz]|[uxtz][0-9]",
        "its letters must be capitals",
        "write X for an unknown digit, T and Z in a time",
    ),
    (r"[?~%]{2}", "it has two qualifiers in one place", "write % for uncertain and approximate"),
    (r"T[0-9:]+\.[0-9]", "times of day are whole seconds", "leave the fraction out"),
    (
        r"T[^/]*[?~%]",
        "a time of day takes no qualifier",
        "give the day with the qualifier, as in 2018-05-13~",
    ),
    (
        r"T",
        "its time of day does not have the right form",
        "write 2018-05-13T09:30:00, with Z or +03:00 for a zone",
    ),
    (
        r"^[0-9]{1,2}[-./][0-9]{1,2}[-./][0-9]{4}$",
        "the year comes first",
        "write 2018-05-13 for 13 May 2018",
    ),
    (
        r"^[0-9]{1,2}([-./])[0-9]{1,2}\1[0-9]{2}$",
        "its year has two digits",
        "write all four, as in 2018-05-13",
    ),
    (
        r"^[0-9]{6,8}$|^[0-9]{4}([./])[0-9]{1,2}\1[0-9]{1,2}$",
        "its parts need hyphens between them",
        "write 2018-05-13",
    ),
    (
        r"W|^[0-9]{4}-[0-9]{3}$",
        "week and ordinal dates are not EDTF",
        "give the calendar day, as in 2018-05-13",
    ),
    (
        r"[\[\]{}]|\.\.",
        "dots and brackets are out of place",
        "write 2018/.., [2018-01,2018-03] or [2018..2020]",
    ),
)


@frozen
class Period:
    """One date: the first and the last unit that it can mean, by their first seconds.

    A unit is a day, or a second if a time of day is given. `marks` are the qualifiers of the date; `parts`
    counts how many of year, month, day and time are given.
    """

    first: int
    last: int
    unit: int
    level: int
    marks: str
    parts: int


def read_date(part: str, text: str) -> Period:
    """Read one date or date-time, a part of the text or all of it."""
    match = _DATE.fullmatch(part)
    if match is None:
        return _date_time(part, text)
    year, month, day = match.group(2, 5, 8)
    if year == "-0000":
        raise DateError(text, "there is no year -0000", hint="write 0000, the year before 0001")
    level = 1 if year[0] == "-" else 0
    marks = "".join(filter(None, match.group(1, 3, 4, 6, 7, 9)))
    if marks:
        # A qualifier is level 1 only at the end of a date, where it applies to the whole date.
        level = 1 if len(marks) == 1 and part[-1] == marks else 2
    if month and "21" <= month <= "41" and "X" not in month and not day:
        level = max(level, 1 if month <= "24" and "X" not in year else 2)
        first, last = group_days(year, int(month))
    elif "X" in part:
        plain = part.translate(_WITHOUT_MARKS)
        level = max(level, 1 if _LEVEL_1_X.fullmatch(plain) else 2)
        first, last = _unspecified(year, month, day, text)
    else:
        first, last = _specified(int(year), month, day, text)
    return Period(first, last, DAY, level, marks, 3 if day else 2 if month else 1)


def _specified(year: int, month: str | None, day: str | None, text: str) -> tuple[int, int]:
    """Return the first and last day of a year, month or day that is written out."""
    if month is None:
        return day_opening(year, 1, 1), day_opening(year, 12, 31)
    if not "01" <= month <= "12":
        raise DateError(text, f"there is no month {month}", hint="months are 01 to 12; seasons and quarters, 21 to 41")
    length = month_length(year, int(month))
    if day is None:
        return day_opening(year, int(month), 1), day_opening(year, int(month), length)
    if not 1 <= int(day) <= length:
        reason = f"there is no day {day} in a month of {length} days"
        raise DateError(text, reason, hint="leave the day out if it is not known")
    opening = day_opening(year, int(month), int(day))
    return opening, opening


def _unspecified(year: str, month: str | None, day: str | None, text: str) -> tuple[int, int]:
    """Return the first and last existing days that fit a date with X in it."""
    days = fitting_days(year, month or "XX", day or "XX")
    if days is None:
        digits = "-".join(filter(None, (year, month, day)))
        raise DateError(text, f"no day that exists fits {digits}", hint="write X for more digits, as in 2018-02-XX")
    return days


def _date_time(part: str, text: str) -> Period:
    """Read a day with a time of day, converted to UTC if it has an offset, else left unchanged."""
    match = _DATE_TIME.fullmatch(part)
    if match is None:
        raise refusal(part, text, "is not a date" if part == text else f"{part!r} is not a date")
    year, month, day, hour, minute, second, zone = match.groups()
    if year == "-0000":
        raise DateError(text, "there is no year -0000", hint="write 0000, the year before 0001")
    opening, _ = _specified(int(year), month, day, text)
    instant = opening + int(hour) * 3600 + int(minute) * 60 + int(second) - _offset(zone, text)
    if not LINE_START <= instant < LINE_END:
        raise DateError(text, "in UTC it lies outside the years -9999 to 9999")
    return Period(instant, instant, 1, 1 if year[0] == "-" else 0, "", 4)


def _offset(zone: str | None, text: str) -> int:
    """Return the seconds by which a zone such as `+03:00` is ahead of UTC."""
    if zone in (None, "Z"):
        return 0
    hours, minutes = int(zone[1:3]), int(zone[4:] or 0)
    if hours * 60 + minutes > 14 * 60 or minutes > 59 or zone.strip("-0:") == "":
        raise DateError(text, f"there is no offset {zone}", hint="offsets go to 14:00 either way; UTC is Z or +00:00")
    return (hours * 3600 + minutes * 60) * (-1 if zone[0] == "-" else 1)


def civil_closes(text: str) -> list[int]:
    """Return the first second after each civil day in which a date-time of a text lies, in the zone written there.

    `2018-05-01T23:30:00-05:00` lies in 1 May as people count there, which closes at 05:00 UTC on 2 May. Requires a text
    that was read, with a time of day.
    """
    return [
        _specified(int(year), month, day, text)[0] + DAY * (2 if hour == "24" else 1) - _offset(zone, text)
        for year, month, day, hour, _, _, zone in (match.groups() for match in _DATE_TIME.finditer(text))
    ]


def refusal(part: str, text: str, reason: str) -> DateError:
    """Make the error for text that is not EDTF: the likely mistake if one is recognised, else the reason given.

    The hint says what to write, if the whole text or this part of it is a date that people write.
    """
    # Imported here, so that reading a valid date does not wait for it.
    from chronology.dates.suggestions import suggest

    hint = "write a date such as 2018-05-13, 2018-05, 2018-01/2018-04 or 2018-05-01/.."
    for pattern, mistake, example in _MISTAKES:
        if re.search(pattern, part):
            reason, hint = mistake if part == text else f"in {part!r}, {mistake}", example
            break
    meant = suggest(text)
    if not meant.exists:
        return DateError(text, "there is no such date", hint=hint)
    if meant.forms:
        hint = str(meant)
    elif part != text and (meant := suggest(part)).forms:
        hint = f"{meant}, in place of {part!r}"
    return DateError(text, reason, hint=hint)


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
