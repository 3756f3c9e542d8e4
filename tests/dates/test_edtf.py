"""Tests of the EDTF reader: conformance lists, oracles that enumerate, and a published validator."""

import json
import re
import time
import warnings
from collections.abc import Callable
from datetime import date, timedelta
from functools import lru_cache
from pathlib import Path

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from chronology.dates import edtf
from chronology.dates.edtf import (
    BEGINNING,
    DAY,
    FOREVER,
    Bounds,
    as_record,
    bounds,
    close_of,
    describe,
    opening_of,
    parse,
)
from chronology.errors import DateError

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # it builds its grammar with names that pyparsing has deprecated
    from edtf_validate import valid_edtf

DATA = Path(__file__).parents[1] / "data"
ROWS = [
    line.split("\t")
    for name in ("edtf-accepted.tsv", "edtf-refused.txt")
    for line in (DATA / name).read_text("ascii").splitlines()
    if not line.startswith("#")
]
ACCEPTED = [row for row in ROWS if len(row) == 4]
REFUSED = [(json.loads(row[0]), row[1]) for row in ROWS if len(row) == 2]
TEXTS = [row[0] for row in ACCEPTED]


def instant(text: str) -> int:
    """Return the seconds of a civil day or instant of years 1 to 9999, by the standard library."""
    day, _, clock = text.partition("T")
    hours, minutes, seconds = map(int, clock.split(":")) if clock else (0, 0, 0)
    return (date.fromisoformat(day) - date(1970, 1, 1)).days * DAY + hours * 3600 + minutes * 60 + seconds


def four(*numbers: int) -> Bounds:
    """Return bounds from four numbers in the order start_min, start_max, end_min, end_max."""
    return Bounds(start_min=numbers[0], start_max=numbers[1], end_min=numbers[2], end_max=numbers[3])


# Conformance


@pytest.mark.parametrize(("text", "level", "earliest", "latest"), ACCEPTED, ids=TEXTS)
def test_an_accepted_text_has_its_level_and_its_first_and_last_day(
    text: str, level: str, earliest: str, latest: str
) -> None:
    """Every text that the standard and published test lists accept is read with the level and the days listed."""
    reading = parse(text)
    assert [str(reading.level), reading.earliest or "-", reading.latest or "-"] == [level, earliest, latest]
    assert reading.text == text


@pytest.mark.parametrize(("text", "why"), REFUSED, ids=lambda value: ascii(value))
def test_a_refused_text_is_refused_for_the_reason_listed(text: str, why: str) -> None:
    """Text that is not EDTF, names no existing day, or is not supported raises DateError, which says which."""
    with pytest.raises(DateError) as caught:
        parse(text)
    assert why in caught.value.reason
    assert caught.value.text == text
    assert as_record(text) == {"edtf": text, "valid": False, "error": str(caught.value)}


@pytest.mark.parametrize(
    ("text", "hint"),
    [
        ("{2018,2019}", "one event"),
        ("1984?~", "%"),
        ("2004-01-01/open", "2018/.."),
        ("2012/2011", "2011/2012"),
        ("13.05.2018", "2018-05-13"),
        ("199u", "X"),
        ("1950S2", "19XX"),
        ("Y17E7", "-9999"),
        ("nonsense", "2018-05-01/.."),
    ],
)
def test_a_refusal_says_what_to_write_instead(text: str, hint: str) -> None:
    """The hint of a refused text shows the form that is read."""
    with pytest.raises(DateError) as caught:
        parse(text)
    assert hint in (caught.value.hint or "")


# The table of design section 3.1


def days(*texts: str | int) -> Bounds:
    """Return bounds of four civil days (or numbers)."""
    return four(*(text if isinstance(text, int) else instant(text) for text in texts))


READINGS = {
    "2018-05-01": days("2018-05-01", "2018-05-01", "2018-05-02", "2018-05-02"),
    "2018-01": days("2018-01-01", "2018-01-31", "2018-01-02", "2018-02-01"),
    "2018": days("2018-01-01", "2018-12-31", "2018-01-02", "2019-01-01"),
    "2018-XX-15": days("2018-01-15", "2018-12-15", "2018-01-16", "2018-12-16"),
    "2018-21": days("2018-03-01", "2018-05-31", "2018-03-02", "2018-06-01"),
    "[2018-01-06..2018-01-08]": days("2018-01-06", "2018-01-08", "2018-01-07", "2018-01-09"),
    "[2018-01,2018-03]": days("2018-01-01", "2018-03-31", "2018-01-02", "2018-04-01"),
    "[..2018-01-08]": days(BEGINNING, "2018-01-08", BEGINNING + DAY, "2018-01-09"),
    "[2018-01-06..]": days("2018-01-06", FOREVER - DAY, "2018-01-07", FOREVER),
    "2018-01/2018-04": days("2018-01-01", "2018-01-31", "2018-04-02", "2018-05-01"),
    "2018-01/2018-04~": days("2018-01-01", "2018-01-31", "2018-04-02", "2018-05-01"),
    "2018-05-01/2018-05-03": days("2018-05-01", "2018-05-01", "2018-05-04", "2018-05-04"),
    "2018-01/2018-01-10": days("2018-01-01", "2018-01-10", "2018-01-11", "2018-01-11"),
    "2018-01-10/2018-01": days("2018-01-10", "2018-01-10", "2018-01-11", "2018-02-01"),
    "2018-05/2018-05": days("2018-05-01", "2018-05-31", "2018-05-02", "2018-06-01"),
    "2018-05-01/..": days("2018-05-01", "2018-05-01", "2018-05-02", FOREVER),
    "2018-01/..": days("2018-01-01", "2018-01-31", "2018-01-02", FOREVER),
    "2018-05-01/": days("2018-05-01", "2018-05-01", "2018-05-02", FOREVER),
    "../2018-05-13": days(BEGINNING, BEGINNING, "2018-05-14", "2018-05-14"),
    "/2018-05-13": days(BEGINNING, "2018-05-13", "2018-05-14", "2018-05-14"),
    "/2018-05": days(BEGINNING, "2018-05-31", "2018-05-02", "2018-06-01"),
    "../..": days(BEGINNING, BEGINNING, BEGINNING + DAY, FOREVER),
    "/..": days(BEGINNING, FOREVER - DAY, BEGINNING + DAY, FOREVER),
    "2018-05-01T10:00:00": days(
        "2018-05-01T10:00:00", "2018-05-01T10:00:00", "2018-05-01T10:00:01", "2018-05-01T10:00:01"
    ),
    "2018-05-01T10:00:00+03:00/2018-05-02": days(
        "2018-05-01T07:00:00", "2018-05-01T07:00:00", "2018-05-03", "2018-05-03"
    ),
    "2018-05/2018-05-07T12:00:00": days(
        "2018-05-01", "2018-05-07T12:00:00", "2018-05-07T12:00:01", "2018-05-07T12:00:01"
    ),
    "/2018-05-07T12:00:00": days(BEGINNING, "2018-05-07T12:00:00", "2018-05-07T12:00:01", "2018-05-07T12:00:01"),
}


@pytest.mark.parametrize("text", READINGS)
def test_each_row_of_the_table_of_readings_holds(text: str) -> None:
    """The explicit extent is exactly what section 3.1 of the design says, to the second."""
    assert parse(text).extent == READINGS[text]


@pytest.mark.parametrize(
    ("text", "persists", "since"),
    [
        ("2018-05-01", True, "2018-05-01"),
        ("2018-05-01?", True, "2018-05-01?"),
        ("[2018,2019]", True, "[2018,2019]"),
        ("2018-01/2018-04~", False, "2018-01"),
        ("2018~/..", True, "2018~"),
        ("2018/", False, "2018"),
        ("../2018", False, None),
        ("/2018", False, None),
        ("/..", True, None),
    ],
)
def test_dates_and_open_ends_persist_and_intervals_end(text: str, persists: bool, since: str | None) -> None:
    """Dates, one-of lists and open ends go on; given or unknown ends do not; the start is as entered."""
    assert (parse(text).persists, parse(text).since) == (persists, since)


@pytest.mark.parametrize(
    ("text", "marks"),
    [
        ("2018", "----"),
        ("2018?", "u-se"),
        ("2018-05~", "-ase"),
        ("2018-05-13%", "uase"),
        ("2018-?05-13", "u-se"),
        ("?2018-05-~13", "uase"),
        ("2018?/2019", "u-s-"),
        ("2018/2019~", "-a-e"),
        ("2018?/2019~", "uase"),
        ("2018-%05/..", "uas-"),
        ("/2018~", "-a-e"),
        ("[2018,2019?]", "u-se"),
        ("[2018..2019~]", "-ase"),
        ("201X%", "uase"),
    ],
)
def test_no_qualifier_is_dropped(text: str, marks: str) -> None:
    """Uncertain, approximate, and which end is qualified are kept wherever the qualifier stands."""
    reading = parse(text)
    flags = reading.uncertain, reading.approximate, reading.start_qualified, reading.end_qualified
    assert "".join(mark if flag else "-" for mark, flag in zip("uase", flags, strict=True)) == marks


@pytest.mark.parametrize("text", [text for text in TEXTS if set(text) & set("?~%")])
def test_qualifiers_never_widen_the_bounds(text: str) -> None:
    """A text and the same text without its qualifiers have the same extent."""
    assert parse(text).extent == parse(re.sub("[?~%]", "", text)).extent


# Oracles that enumerate


def days_of(year: int) -> list[tuple[str, int]]:
    """Return every day of a year as month-day text and number, by the standard library, cycles away."""
    cycles, stand_in = divmod(year, 400)
    first = date(2000 + stand_in, 1, 1)
    count = (date(2001 + stand_in, 1, 1) - first).days
    shift = (cycles - 5) * 146_097 - date(1970, 1, 1).toordinal()
    return [((first + timedelta(n)).isoformat()[5:], first.toordinal() + n + shift) for n in range(count)]


@lru_cache(maxsize=1_000)
def enumerate_days(year: str, month_day: str) -> list[int]:
    """Return the number of every existing day that fits a pattern of digits and X."""
    fits = re.compile(month_day.replace("X", "[0-9]")).match
    pattern = re.compile(year.lstrip("-").replace("X", "[0-9]"))
    years = [n for n in range(10_000) if pattern.fullmatch(f"{n:04d}")]
    if year[0] == "-":
        years = [-n for n in years if n]
    return sorted(number for y in years for text, number in days_of(y) if fits(text))


def digits(*alternatives: str) -> st.SearchStrategy[str]:
    """Return two digits, either of them perhaps X, that may be a month or a day."""
    return st.sampled_from(alternatives).flatmap(
        lambda text: st.sampled_from([text, text, f"X{text[1]}", f"{text[0]}X", "XX"])
    )


YEARS = st.tuples(st.sampled_from(["", "", "-"]), st.integers(1, 9999), st.sets(st.integers(0, 3), max_size=2)).map(
    lambda t: t[0] + "".join("X" if place in t[2] else digit for place, digit in enumerate(f"{t[1]:04d}"))
)
MONTHS = digits(*(f"{n:02d}" for n in range(1, 13)))
DAYS = digits(*(f"{n:02d}" for n in range(1, 32)), "28", "29", "30", "31")
DATES = st.one_of(
    YEARS.map(lambda y: (y, "")),
    st.tuples(YEARS, MONTHS),
    st.tuples(YEARS, st.tuples(MONTHS, DAYS).map("-".join)),
    st.tuples(YEARS, st.sampled_from(["02-29", "02-2X", "X2-29", "02-XX", "0X-31", "X1-31", "XX-3X", "02-30"])),
)


@settings(max_examples=settings.default.max_examples * 2)
@given(DATES)
def test_bounds_equal_a_day_by_day_enumeration(parts: tuple[str, str]) -> None:
    """A date starts from the first to the last existing day that fits its digits, or is refused."""
    fitting = enumerate_days(*parts)
    text = "-".join(filter(None, parts))
    if not fitting:
        with pytest.raises(DateError, match="no day"):
            parse(text)
        return
    first, last = fitting[0] * DAY, fitting[-1] * DAY
    assert parse(text).extent == four(first, last, first + DAY, last + DAY)
    assert (opening_of(text), close_of(text)) == (first, last + DAY - 1)


SHORT = st.dates(date(2018, 2, 20), date(2018, 4, 10)).map(date.isoformat)
ENDS = st.one_of(SHORT, SHORT.map(lambda d: d[:7]), SHORT.map(lambda d: d[:9] + "X"), SHORT.map(lambda d: d[:8] + "XX"))
MARKS = st.sampled_from(["", "", "?", "~", "%"])


@settings(max_examples=settings.default.max_examples * 2)
@given(ENDS, MARKS, ENDS, MARKS, st.integers(0, 12))
def test_the_bounds_of_an_interval_are_the_hull_of_its_possible_worlds(
    start: str, start_mark: str, end: str, end_mark: str, fuzz: int
) -> None:
    """Over all first and last days in order, widened by the fuzz, nothing lies outside or is missing."""

    def choices(text: str, mark: str) -> range:
        fitting = enumerate_days("2018", text[5:])
        width = fuzz if mark else 0
        return range(fitting[0] - width, fitting[-1] + width + 1)

    text = f"{start}{start_mark}/{end}{end_mark}"
    plain = [(s, e) for s in choices(start, "") for e in choices(end, "") if s <= e]
    if not plain:
        with pytest.raises(DateError, match="before"):
            parse(text)
        return
    worlds = [(s, e) for s in choices(start, start_mark) for e in choices(end, end_mark) if s <= e]
    firsts, lasts = [s for s, _ in worlds], [e for _, e in worlds]
    hull = four(min(firsts) * DAY, max(firsts) * DAY, (min(lasts) + 1) * DAY, (max(lasts) + 1) * DAY)
    assert bounds(parse(text), fuzz=fuzz * DAY) == hull


# What is asked of a reading


@pytest.mark.parametrize(
    ("text", "persists", "fuzz", "expected"),
    [
        ("2018-05-01", True, 0, days("2018-05-01", "2018-05-01", FOREVER, FOREVER)),
        ("2018-05", True, 0, days("2018-05-01", "2018-05-31", FOREVER, FOREVER)),
        ("2018-05-01", False, 0, days("2018-05-01", "2018-05-01", "2018-05-02", "2018-05-02")),
        ("2018-05", False, 0, days("2018-05-01", "2018-05-31", "2018-05-02", "2018-06-01")),
        ("2018-05-01/..", True, 0, days("2018-05-01", "2018-05-01", FOREVER, FOREVER)),
        ("2018-05-01/..", False, 0, days("2018-05-01", "2018-05-01", "2018-05-02", FOREVER)),
        ("2018-05-01/", True, 0, days("2018-05-01", "2018-05-01", "2018-05-02", FOREVER)),
        ("2018-05-01/2018-05-03", True, 0, days("2018-05-01", "2018-05-01", "2018-05-04", "2018-05-04")),
        (
            "2018-05-01T10:00:00",
            True,
            0,
            days("2018-05-01T10:00:00", "2018-05-01T10:00:00", FOREVER, FOREVER),
        ),
        (
            "2018-05-01T10:00:00",
            False,
            0,
            days("2018-05-01T10:00:00", "2018-05-01T10:00:00", "2018-05-02", "2018-05-02"),
        ),
        (
            "2018-05-01T22:00:00-03:00",
            False,
            0,
            days("2018-05-02T01:00:00", "2018-05-02T01:00:00", "2018-05-03", "2018-05-03"),
        ),
        (
            "2018-05-01T10:00:00/2018-05-02T12:00:00",
            False,
            0,
            days("2018-05-01T10:00:00", "2018-05-01T10:00:00", "2018-05-02T12:00:01", "2018-05-02T12:00:01"),
        ),
        (
            "2018-05-01T10:00:00/..",
            False,
            0,
            days("2018-05-01T10:00:00", "2018-05-01T10:00:00", "2018-05-01T10:00:01", FOREVER),
        ),
        ("2018-05-10~", True, 2, days("2018-05-08", "2018-05-12", FOREVER, FOREVER)),
        ("2018-05-10~", False, 2, days("2018-05-08", "2018-05-12", "2018-05-09", "2018-05-13")),
        ("2018-05-10", True, 2, days("2018-05-10", "2018-05-10", FOREVER, FOREVER)),
        ("2018-05-10~/", True, 2, days("2018-05-08", "2018-05-12", "2018-05-09", FOREVER)),
        ("2018-05-10~/..", False, 2, days("2018-05-08", "2018-05-12", "2018-05-09", FOREVER)),
        ("/2018-05-10~", True, 2, days(BEGINNING, "2018-05-12", "2018-05-09", "2018-05-13")),
        ("../2018-05-10~", True, 2, days(BEGINNING, BEGINNING, "2018-05-09", "2018-05-13")),
        ("2018-05-01/2018-05-10~", True, 2, days("2018-05-01", "2018-05-01", "2018-05-09", "2018-05-13")),
        ("2018-05-01~/2018-05-10", True, 2, days("2018-04-29", "2018-05-03", "2018-05-11", "2018-05-11")),
        ("2018-05-01~/2018-05-02", True, 9, days("2018-04-22", "2018-05-02", "2018-05-03", "2018-05-03")),
        ("[..2018-05-10~]", False, 2, days(BEGINNING, "2018-05-12", BEGINNING + DAY, "2018-05-13")),
        ("[2018-05-10~..]", False, 2, days("2018-05-08", FOREVER - DAY, "2018-05-09", FOREVER)),
    ],
)
def test_persistence_and_fuzz_move_the_bounds_that_they_may(
    text: str, persists: bool, fuzz: int, expected: Bounds
) -> None:
    """A date goes on only if text and type agree; fuzz (here in days) moves only the qualified ends."""
    assert bounds(parse(text), persists=persists, fuzz=fuzz * DAY) == expected


@settings(max_examples=settings.default.max_examples * 5)
@given(st.sampled_from(TEXTS), st.booleans(), st.sampled_from([0, 1, 3600, DAY, 400 * DAY, 10**13]))
def test_bounds_are_always_normalised(text: str, persists: bool, fuzz: int) -> None:
    """Starts and ends are ordered, at least one unit is covered, and nothing lies beyond the unbounded."""
    reading = parse(text)
    unit = 1 if "T" in text else DAY
    assert reading.unit == unit
    for found in (reading.extent, bounds(reading, persists=persists, fuzz=fuzz)):
        assert BEGINNING <= found.start_min <= found.start_max <= found.end_max - unit
        assert found.start_min + unit <= found.end_min <= found.end_max <= FOREVER


@pytest.mark.parametrize(
    ("text", "opening", "close"),
    [
        ("2018-05-01", "2018-05-01T00:00:00", "2018-05-01T23:59:59"),
        ("2018-03", "2018-03-01T00:00:00", "2018-03-31T23:59:59"),
        ("2018", "2018-01-01T00:00:00", "2018-12-31T23:59:59"),
        ("2018-05-01T10:00:00", "2018-05-01T10:00:00", "2018-05-01T10:00:00"),
        ("2018-05-01T10:00:00+03:00", "2018-05-01T07:00:00", "2018-05-01T07:00:00"),
        ("2018-XX-15", "2018-01-15T00:00:00", "2018-12-15T23:59:59"),
        ("2018-05~", "2018-05-01T00:00:00", "2018-05-31T23:59:59"),
        ("2018-24", "2018-12-01T00:00:00", "2019-02-28T23:59:59"),
        ("2018-35", "2018-07-01T00:00:00", "2018-09-30T23:59:59"),
    ],
)
def test_a_question_about_a_date_asks_about_its_close(text: str, opening: str, close: str) -> None:
    """close_of is the last second of the period that a date names, opening_of its first."""
    assert (opening_of(text), close_of(text)) == (instant(opening), instant(close))


@pytest.mark.parametrize("text", ["2018/2019", "2018/..", "[2018,2019]", "[2018]", "{2018,2019}", "../.."])
@pytest.mark.parametrize("ask", [opening_of, close_of])
def test_a_question_about_more_than_one_date_is_refused(ask: Callable[[str], int], text: str) -> None:
    """Intervals, lists and sets have no one close, and the hint asks for one date."""
    with pytest.raises(DateError) as caught:
        ask(text)
    assert "one date" in (caught.value.hint or "")


@pytest.mark.parametrize(
    ("text", "persists", "sentence"),
    [
        ("2018-05-01", True, "starts on 2018-05-01; goes on until the next known change"),
        ("2018-05-01", False, "starts on 2018-05-01; covers that day only"),
        (
            "2018-01/2018-04~",
            True,
            "starts on some day from 2018-01-01 to 2018-01-31; ends on some day from 2018-04-01 to 2018-04-30"
            " (that day included); the end is approximate, which is kept but widens nothing",
        ),
        ("/2018-05-13", True, "started at an unknown time; ends on 2018-05-13 (that day included)"),
        ("../2018-05-13", True, "has always been so; ends on 2018-05-13 (that day included)"),
        ("2018-05-01/", True, "starts on 2018-05-01; ended at an unknown time"),
        ("2018-05-01/..", False, "starts on 2018-05-01; still so as far as the source knows"),
        ("[..2018-05-01]", False, "starts on some day up to 2018-05-01; covers that day only"),
        ("[2018-05-01..]", False, "starts on some day from 2018-05-01 on; covers that day only"),
        (
            "2018%/2019?",
            True,
            "starts on some day from 2018-01-01 to 2018-12-31; ends on some day from 2019-01-01 to 2019-12-31"
            " (that day included); the start is uncertain and approximate and the end is uncertain,"
            " which is kept but widens nothing",
        ),
        (
            "2018-05-01T10:00:00+03:00",
            False,
            "starts at 2018-05-01T07:00:00; covers the rest of that day only;"
            " times with a zone are converted to UTC, others are left unchanged",
        ),
    ],
)
def test_a_reading_is_explained_in_one_sentence(text: str, persists: bool, sentence: str) -> None:
    """The explanation names the days that bound the reading, what ends it, and the qualifiers."""
    assert describe(parse(text), persists=persists) == sentence


@pytest.mark.parametrize("text", TEXTS)
def test_every_reading_can_be_explained(text: str) -> None:
    """The explanation names both days that the text can touch, and never a missing one."""
    reading = parse(text)
    sentence = describe(reading, persists=False)
    assert "None" not in sentence
    if reading.is_interval or not reading.has_time:
        assert all(day in sentence for day in (reading.earliest, reading.latest) if day)


@pytest.mark.parametrize(
    ("text", "record"),
    [
        (
            "2018-01/2018-04~",
            {
                "edtf": "2018-01/2018-04~",
                "valid": True,
                "level": 1,
                "earliest": "2018-01-01",
                "latest": "2018-04-30",
                "start": {"min": "2018-01-01T00:00:00", "max": "2018-01-31T00:00:00"},
                "end": {"min": "2018-04-02T00:00:00", "max": "2018-05-01T00:00:00"},
                "persists": False,
                "uncertain": False,
                "approximate": True,
            },
        ),
        (
            "2018-05-01?/..",
            {
                "edtf": "2018-05-01?/..",
                "valid": True,
                "level": 1,
                "earliest": "2018-05-01",
                "latest": None,
                "start": {"min": "2018-05-01T00:00:00", "max": "2018-05-01T00:00:00"},
                "end": {"min": None, "max": None},
                "persists": True,
                "uncertain": True,
                "approximate": False,
            },
        ),
    ],
)
def test_a_record_says_all_that_the_command_prints(text: str, record: dict[str, object]) -> None:
    """as_record is the JSON object of section 8, key by key; an open end has no bounds."""
    assert as_record(text) == record


@pytest.mark.parametrize("text", TEXTS)
def test_a_record_agrees_with_the_reading(text: str) -> None:
    """Every number of the extent is in the record, unless the end is open; unbounded is null."""
    reading, record = parse(text), as_record(text)
    extent = reading.extent
    is_open = text.endswith("/..")
    ends = (None, None) if is_open else (extent.end_min, extent.end_max)
    for side, numbers in (("start", (extent.start_min, extent.start_max)), ("end", ends)):
        texts = [None if number is None else edtf.format_instant(number) for number in numbers]
        assert list(record[side].items()) == list(zip(("min", "max"), texts, strict=True))
    assert json.loads(json.dumps(record)) == record


def test_an_unknown_end_keeps_the_bound_that_is_known() -> None:
    """`a/` ended some day after a, nobody knows which; `/b` started some day before b."""
    assert as_record("2018-05-01/")["end"] == {"min": "2018-05-02T00:00:00", "max": None}
    assert as_record("/2018-05-13")["start"] == {"min": None, "max": "2018-05-13T00:00:00"}


# The published validator as an oracle

EXTRA: dict[str, Callable[[str], object]] = {
    # We read what edtf-validate does not know.
    "an X and a qualifier in one date": lambda text: any(
        "X" in part and set(part) & set("?~%") for part in re.split(r"[/,]|\.\.", text)
    ),
    "a qualifier on either side of one component": re.compile(r"[?~%]-?[0-9X]+[?~%]").search,
    "a season or group with X, qualified, in a list or in an interval": re.compile(
        r"[0-9X]{4}[?~%]?-[?~%]?(2[1-9]|3[0-9]|4[01])(?![0-9X]|[?~%]?-)"
    ).search,
    "a list of one member": re.compile(r"^\[[^,]*\]$").search,
    "a level 2 date beside an open or unknown end": lambda text: (
        parse(text).level == 2 and re.search(r"^(\.\.)?/|/(\.\.)?$", text)
    ),
    "a time of day in an interval or list": re.compile(r"T.*[/,\]]|[/,\[].*T").search,
    "UTC written as +00:00": re.compile(r"\+00(:00)?$").search,
    "a qualified or X date around the dots of a list": re.compile(r"[?~%X].*\.\.|\.\..*[?~%X]").search,
    "a negative year or year 0000 in an interval": re.compile(r"(-[0-9X]{4}|0000).*/|/.*(-[0-9X]{4}|0000)").search,
    "an end whose first day is before the start, as 2018 in 2018-02/2018": lambda text: (
        "/" in text and re.sub("[?~%]", "", text).startswith(re.sub("[?~%]|.*/", "", text))
    ),
    "a range inside a list, not at its end": re.compile(r"\.\.[^,\]]+,").search,
    "an interval whose ends have X, compared by their outer days": re.compile(r"X.*/|/.*X").search,
}
LESS: dict[str, Callable[[str], object]] = {
    # We refuse what edtf-validate passes.
    "years with Y, significant digits": re.compile(r"^Y|^-?[0-9]{4}S").search,
    "sets": re.compile(r"^\{").search,
    "days that do not exist": lambda text: "no day" in refusal_of(text),
    "a time of day without a day": re.compile(r"^-?[0-9]{4}(-[0-9]{2})?T").search,
    "a UTC instant off the line": lambda text: "outside the years" in refusal_of(text),
    "a list whose .. runs backwards or between unequal precisions": lambda text: (
        text[0] == "[" and re.search(" before | precise", refusal_of(text))
    ),
    "white space at the end": re.compile(r"\s\Z").search,
    "an interval that runs backwards": lambda text: "/" in text and " before " in refusal_of(text),
}


def refusal_of(text: str) -> str:
    """Return why a text is refused, nothing if it is read."""
    try:
        parse(text)
    except DateError as error:
        return error.reason
    return ""


def differences(text: str) -> list[str] | None:
    """Return the known differences that can explain a disagreement with edtf-validate, None if we agree."""
    ours = not refusal_of(text)
    theirs = valid_edtf.is_valid(text)
    if ours == theirs:
        return None
    return [name for name, explains in (EXTRA if ours else LESS).items() if explains(text)]


def test_we_and_edtf_validate_disagree_only_where_we_know_why() -> None:
    """On the conformance texts each disagreement has a listed reason, and each listed reason a case."""
    found = {text: differences(text) for text in [*TEXTS, *(text for text, _ in REFUSED)]}
    assert [text for text, reasons in found.items() if reasons == []] == []
    used = {reason for reasons in found.values() for reason in reasons or []}
    assert {*EXTRA, *LESS} - used == set()


QUALIFIED = st.builds(
    lambda parts, before, after: before + "-".join(filter(None, parts)) + after,
    DATES,
    st.sampled_from(["", "", "", "?", "~"]),
    MARKS,
)
ANY_DATE = st.one_of(SHORT, ENDS, QUALIFIED, st.integers(2001_00, 2003_99).map(lambda n: f"{n // 100}-{n % 100:02d}"))
EXPRESSIONS = st.one_of(
    ANY_DATE,
    st.tuples(st.one_of(ANY_DATE, st.sampled_from(["", ".."])), st.one_of(ANY_DATE, st.sampled_from(["", ".."]))).map(
        "/".join
    ),
    st.lists(st.one_of(ANY_DATE, st.tuples(SHORT, SHORT).map("..".join)), min_size=1, max_size=3).map(
        lambda members: f"[{','.join(members)}]"
    ),
)


@settings(max_examples=settings.default.max_examples * 2)
@given(EXPRESSIONS)
def test_we_and_edtf_validate_agree_on_texts_made_at_random(text: str) -> None:
    """A text from the grammar is accepted by both, refused by both, or differs for a listed reason."""
    assert differences(text) != []


# Hostile input and speed


ALPHABET = st.text(alphabet="0123456789X-/.,[]{}?~%TZ:+YES \n٣é", max_size=40)
MUTATED = st.builds(
    lambda text, place, noise: text[: place % (len(text) + 1)] + noise + text[place % (len(text) + 1) :],
    st.sampled_from(TEXTS),
    st.integers(0, 200),
    st.one_of(ALPHABET, st.text(max_size=2)),
)


@settings(max_examples=settings.default.max_examples * 10)
@given(st.one_of(ALPHABET, MUTATED, st.text(max_size=300)))
def test_any_text_is_read_unchanged_or_refused(text: str) -> None:
    """No text raises anything but DateError, and a text that is read comes back exactly as it was."""
    record = as_record(text)
    assert record["edtf"] == text
    if record["valid"]:
        reading = parse(text)
        assert reading.text == text
        assert describe(reading)
        assert text.isascii()
        assert text == text.strip()
    for ask in (opening_of, close_of):
        try:
            ask(text)
        except DateError:
            continue
        assert record["valid"]


@settings(max_examples=settings.default.max_examples * 5)
@given(
    st.sampled_from(TEXTS),
    st.sampled_from(["\n", " ", "\t", "\x00", "٣", "z", "t", "u", "\u2028", "/", "[", "+"]),
)
def test_nothing_may_follow_a_date(text: str, noise: str) -> None:
    """A trailing newline, space, letter, or foreign digit is not overlooked."""
    assume(not (noise == "/" and "/" not in text and "[" not in text))
    with pytest.raises(DateError):
        parse(text + noise)


@pytest.mark.parametrize(
    "text",
    [
        "[1000..9999]",
        "[" + ",".join(["XXX1-02-29"] * 18) + "]",
        "[" + ",".join(["XXXX-02-30"] * 18) + "]",
        "[" + ",".join(["-XXXX-XX-XX"] * 16) + "]",
        "X" * 200,
        "?" * 200,
        "-" * 200,
        "[" * 200,
        "[" + "," * 198 + "]",
        "/" * 200,
        "2018" + "-" * 196,
        "9" * 1_000_000,
        "[" + "2018," * 1_000_000 + "2018]",
    ],
    ids=lambda text: f"{text[:15]}({len(text)})",
)
def test_no_text_takes_long(text: str) -> None:
    """Wide lists, rare days and sheer length do not make a reading slow, nor an error long."""
    began = time.process_time()
    record = as_record(text)
    assert time.process_time() - began < 0.25
    assert len(str(record.get("error", ""))) < 700


def test_a_text_of_201_characters_is_too_long() -> None:
    """200 characters are read, 201 are refused with both numbers."""
    longest = "[" + "2018," * 36 + "2018-05,2018-05-13]"
    assert len(longest) == 200
    assert parse(longest).text == longest
    with pytest.raises(DateError, match="201 characters, and the maximum is 200"):
        parse("[" + "2018," * 39 + "2018]")


def test_reading_is_fast_enough_for_a_whole_log() -> None:
    """A text read before takes under 2 microseconds, a fresh common one under 100, in the quickest of some rounds."""
    texts = [f"{year}-{month:02d}-{day:02d}" for year in (2017, 2018) for month in range(1, 13) for day in range(1, 29)]

    def seconds() -> float:
        began = time.process_time()
        for text in texts:
            parse(text)
        return (time.process_time() - began) / len(texts)

    fresh, cached = [], []
    for _ in range(5):
        edtf.parse.cache_clear()
        fresh.append(seconds())
        cached.append(seconds())
    assert (min(fresh) < 100e-6, min(cached) < 2e-6) == (True, True)
