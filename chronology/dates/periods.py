"""Reading of one EDTF date into the first and last day it can mean. No lists, no intervals and no clock."""

import re
from typing import Final

from attrs import frozen

from chronology.dates.calendar import DAY, LINE_END, LINE_START, day_opening, fitting_days, group_days, month_length
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
    """Read a day with a time of day, converted to UTC if it has an offset, else taken as it is."""
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
    """Return the first second after each civil day in which a date-time of a text lies, as it is written there.

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
