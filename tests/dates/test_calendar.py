"""Tests of the calendar arithmetic, against the standard library and by 400-year cycles beyond it."""

from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.dates.calendar import (
    BEGINNING,
    DAY,
    FOREVER,
    LINE_END,
    LINE_START,
    civil,
    day_close,
    day_opening,
    format_day,
    format_instant,
    month_length,
    to_seconds,
)
from chronology.errors import DateError

CYCLE = 146_097 * DAY  # 400 Gregorian years


@given(st.dates())
def test_a_day_has_the_number_that_the_standard_library_gives_it(day: date) -> None:
    """day_opening and civil agree with datetime.date over all its years, both ways."""
    opening = (day - date(1970, 1, 1)).days * DAY
    assert day_opening(day.year, day.month, day.day) == opening
    assert civil(opening) == civil(opening + DAY - 1) == (day.year, day.month, day.day)


@given(st.dates(), st.integers(min_value=-60, max_value=60))
def test_the_calendar_repeats_every_400_years_also_before_year_1(day: date, cycles: int) -> None:
    """A day 400 n years away has the same month and day, n cycles of 146,097 days away."""
    opening = day_opening(day.year, day.month, day.day)
    year = day.year + 400 * cycles
    assert day_opening(year, day.month, day.day) == opening + cycles * CYCLE
    assert civil(opening + cycles * CYCLE) == (year, day.month, day.day)


@pytest.mark.parametrize("year", [-400, -100, -4, -1, 0, 1, 4, 100, 1900, 2000, 2018, 2020])
def test_the_months_of_a_year_follow_each_other_without_a_gap(year: int) -> None:
    """Each month opens when the month before it closes."""
    openings = [day_opening(year, month, 1) for month in range(1, 13)] + [day_opening(year + 1, 1, 1)]
    lengths = [month_length(year, month) for month in range(1, 13)]
    assert [after - before for before, after in pairwise(openings)] == [n * DAY for n in lengths]


@given(st.datetimes(timezones=st.just(UTC)))
def test_an_instant_is_written_as_the_standard_library_writes_it(moment: datetime) -> None:
    """format_instant is isoformat to the second, and to_seconds rounds down."""
    seconds = to_seconds(moment)
    assert format_instant(seconds) == moment.replace(microsecond=0, tzinfo=None).isoformat()
    assert format_day(seconds) == moment.date().isoformat()
    assert day_close(seconds) == to_seconds(moment.date()) + DAY


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (day_opening(-44, 3, 15), "-0044-03-15T00:00:00"),
        (day_opening(0, 1, 1) - 1, "-0001-12-31T23:59:59"),
        (LINE_START, "-9999-01-01T00:00:00"),
        (LINE_END, "10000-01-01T00:00:00"),
        (LINE_START - 1, None),
        (LINE_END + 1, None),
        (BEGINNING, None),
        (FOREVER, None),
    ],
)
def test_years_keep_four_digits_and_what_is_off_the_line_is_unbounded(seconds: int, text: str | None) -> None:
    """Negative years carry their sign before four digits; off the line there is no text."""
    assert format_instant(seconds) == text
    assert format_day(seconds) == (text and text.split("T")[0])


@given(st.datetimes(min_value=datetime(2, 1, 1), max_value=datetime(9998, 1, 1)), st.integers(-86_399, 86_399))
def test_an_offset_is_taken_off(moment: datetime, offset: int) -> None:
    """An aware datetime of any offset has the seconds of the same moment in UTC."""
    local = moment.replace(tzinfo=timezone(timedelta(seconds=offset, microseconds=-1)))
    assert to_seconds(local) == (local - datetime(1970, 1, 1, tzinfo=UTC)) // timedelta(seconds=1)


def test_a_naive_datetime_is_refused_with_a_hint() -> None:
    """A datetime without a time zone is not an instant, and the error says how to make it one."""
    with pytest.raises(DateError, match="without a time zone") as caught:
        to_seconds(datetime(2018, 5, 1))
    assert "tzinfo" in (caught.value.hint or "")


def test_a_date_opens_with_its_first_second() -> None:
    """A date is a day, not an instant; its seconds are those of its opening."""
    assert to_seconds(date(2018, 5, 1)) == day_opening(2018, 5, 1) == 1_525_132_800
