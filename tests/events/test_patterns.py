"""Tests of the forms of names, days and instants."""

import itertools
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from chronology.events import patterns
from chronology.events.patterns import SUBJECT_LENGTH, is_day, is_subject


@given(st.dates())
def test_every_calendar_day_is_a_day(day: Any) -> None:
    """is_day takes each day of the calendar as ISO writes it, and no shorter or longer text."""
    text = day.isoformat()
    assert is_day(text)
    assert not any(is_day(other) for other in (text[:-1], text + "0", text + "\n", " " + text, text[:7]))


def test_days_that_do_not_exist_are_none() -> None:
    """The calendar holds, leap years too."""
    found = [is_day(f"{year}-02-29") for year in (1900, 2000, 2018, 2020)]
    assert found == [False, True, False, True]
    assert not any(is_day(f"2018-{m:02d}-{d:02d}") for m, d in itertools.product((0, 13, 99), (1, 40)))


def test_the_longest_name_is_one_and_a_longer_one_is_not() -> None:
    """128 characters are the most."""
    assert is_subject("place/" + "x" * (SUBJECT_LENGTH - 6))
    assert not is_subject("place/" + "x" * (SUBJECT_LENGTH - 5))


def test_what_is_too_long_is_not_kept_in_memory() -> None:
    """Verdicts are remembered by their text, and a text from outside may be of any length."""
    before = patterns._has_form_of_subject.cache_info(), patterns._is_day.cache_info()
    assert not is_subject("place/" + "x" * 60_000)
    assert not is_day("2018-05-14" + " " * 60_000)
    assert (patterns._has_form_of_subject.cache_info(), patterns._is_day.cache_info()) == before
