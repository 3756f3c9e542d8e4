"""Calendar arithmetic: civil days, including partly known ones, to integer seconds and back. No EDTF, no clock."""

from collections.abc import Iterator
from datetime import date, datetime
from functools import lru_cache
from itertools import product
from typing import Final

from chronology.errors import DateError

BEGINNING: Final = -(10**12)
"""Unbounded to the left: an instant before the line's first second."""

FOREVER: Final = 10**12
"""Unbounded to the right: an instant after the line's last second."""

DAY: Final = 86_400
"""Seconds in a civil day (the line has no leap seconds)."""

_EPOCH_ORDINAL: Final = date(1970, 1, 1).toordinal()
_MONTH_LENGTHS: Final = (31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)

# Sub-year groups of ISO 8601-2: number -> (first month, months). From December they run into the next year.
_GROUPS: Final = dict(
    zip(
        range(21, 42),
        (
            # Spring, summer, autumn, winter; northern by policy.
            *((3, 3), (6, 3), (9, 3), (12, 3)),
            *((3, 3), (6, 3), (9, 3), (12, 3)),  # the same, northern
            *((9, 3), (12, 3), (3, 3), (6, 3)),  # the same, southern
            *((1, 3), (4, 3), (7, 3), (10, 3)),  # quarters
            *((1, 4), (5, 4), (9, 4)),  # quadrimesters
            *((1, 6), (7, 6)),  # semesters
        ),
        strict=True,
    )
)


def is_leap(year: int) -> bool:
    """Say whether a proleptic Gregorian year has a 29 February; year 0 does."""
    return year % 4 == 0 and (year % 100 != 0 or year % 400 == 0)


def month_length(year: int, month: int) -> int:
    """Return the number of days of a month. Requires 1 <= month <= 12."""
    return 29 if month == 2 and is_leap(year) else _MONTH_LENGTHS[month - 1]


def day_opening(year: int, month: int, day: int) -> int:
    """Return the first second of a civil day of any year, in seconds since 1970-01-01T00:00:00.

    Years are counted from 1 March, so that the leap day comes last and the days before a month are a linear
    function of its number (the usual "days from civil" reckoning).
    """
    shifted = year - (month <= 2)
    month_from_march = (month - 3) % 12
    days = 365 * shifted + shifted // 4 - shifted // 100 + shifted // 400
    days += (153 * month_from_march + 2) // 5 + day - 1
    return (days - 719_468) * DAY


def civil(seconds: int) -> tuple[int, int, int]:
    """Return year, month and day of the civil day in which a second lies: the inverse of `day_opening`."""
    era, days = divmod(seconds // DAY + 719_468, 146_097)
    of_era = (days - days // 1_460 + days // 36_524 - days // 146_096) // 365
    of_year = days - (365 * of_era + of_era // 4 - of_era // 100)
    month_from_march = (5 * of_year + 2) // 153
    day = of_year - (153 * month_from_march + 2) // 5 + 1
    month = (month_from_march + 2) % 12 + 1
    return 400 * era + of_era + (month <= 2), month, day


LINE_START: Final = day_opening(-9999, 1, 1)
"""The first second of the line."""

LINE_END: Final = day_opening(10_000, 1, 1)
"""The first second after the line."""


def group_days(year: str, number: int) -> tuple[int, int]:
    """Return the first and last day (their first seconds) of a season, quarter or similar period.

    The year may have X for unknown digits. The line ends with 9999-12-31, so the winter of 9999 is cut there.
    """
    month, months = _GROUPS[number]
    past = 12 * next(_years(year, backwards=True)) + month - 1 + months
    opening = day_opening(next(_years(year)), month, 1)
    return opening, min(day_opening(past // 12, past % 12 + 1, 1), LINE_END) - DAY


def fitting_days(year: str, month: str, day: str) -> tuple[int, int] | None:
    """Return the first and last day (their first seconds) that fit the digits given, None if none exists.

    Args:
        year: four digits, X for an unknown one, optionally after a minus sign.
        month: two such digits.
        day: two such digits.
    """
    fitting = _month_days(month, day, leap=False), _month_days(month, day, leap=True)
    if not fitting[True]:
        return None
    # Any day of a common year exists in a leap year too, so only 02-29 makes the search go past the first year.
    first = next((y for y in _years(year) if fitting[is_leap(y)]), None)
    last = next((y for y in _years(year, backwards=True) if fitting[is_leap(y)]), None)
    if first is None or last is None:
        return None
    return day_opening(first, *fitting[is_leap(first)][0]), day_opening(last, *fitting[is_leap(last)][-1])


def _years(pattern: str, *, backwards: bool = False) -> Iterator[int]:
    """Yield the years that fit a pattern, in order or backwards; there is no year -0000."""
    negative = pattern[0] == "-"
    step = -1 if backwards != negative else 1
    digits = ("0123456789" if digit == "X" else digit for digit in pattern.lstrip("-"))
    for chosen in product(*(digit[::step] for digit in digits)):
        year = int("".join(chosen))
        if not negative:
            yield year
        elif year:
            yield -year


@lru_cache(maxsize=1_024)
def _month_days(month: str, day: str, *, leap: bool) -> tuple[tuple[int, int], ...]:
    """Return the months and days that fit two patterns and exist in a leap or a common year, in order."""
    year = 2000 if leap else 2001
    months = [m for m in range(1, 13) if _fits(m, month)]
    days = [d for d in range(1, 32) if _fits(d, day)]
    return tuple((m, d) for m in months for d in days if d <= month_length(year, m))


def _fits(number: int, pattern: str) -> bool:
    """Say whether a number written with two digits fits a pattern."""
    return all(wanted in ("X", digit) for digit, wanted in zip(f"{number:02d}", pattern, strict=True))


def day_close(seconds: int) -> int:
    """Return the first second after the civil day in which a second lies."""
    return (seconds // DAY + 1) * DAY


def format_day(seconds: int) -> str | None:
    """Return the civil day of an instant as `2018-05-01` (`-0044-03-15` before year 0), None off the line.

    Off the line means unbounded. Only one instant past year 9999 is written, with five digits: the end of the
    line, when 9999-12-31 closes.
    """
    if not LINE_START <= seconds <= LINE_END:
        return None
    year, month, day = civil(seconds)
    return f"{year:0{5 if year < 0 else 4}d}-{month:02d}-{day:02d}"


def format_instant(seconds: int) -> str | None:
    """Return an instant as `2018-05-01T00:00:00`, None for BEGINNING, FOREVER and anything else off the line."""
    day = format_day(seconds)
    if day is None:
        return None
    minutes, second = divmod(seconds % DAY, 60)
    return f"{day}T{minutes // 60:02d}:{minutes % 60:02d}:{second:02d}"


def to_seconds(moment: date) -> int:
    """Return a date's first second, or the whole second (UTC, rounded down) of an aware datetime.

    Raises:
        DateError: the datetime is naive, so nobody knows which instant it is.
    """
    if not isinstance(moment, datetime):
        return (moment.toordinal() - _EPOCH_ORDINAL) * DAY
    offset = moment.utcoffset()
    if offset is None:
        raise DateError(
            moment.isoformat(),
            "a datetime without a time zone is not an instant",
            hint="give it one, as in datetime(2018, 5, 1, tzinfo=UTC), or pass a date",
        )
    opening = (moment.toordinal() - _EPOCH_ORDINAL) * DAY
    clock = moment.hour * 3600 + moment.minute * 60 + moment.second
    # An offset may carry microseconds; floor the sum, so that no instant is rounded up into the next second.
    microseconds = moment.microsecond - offset.microseconds
    return opening + clock - offset.days * DAY - offset.seconds + microseconds // 1_000_000
