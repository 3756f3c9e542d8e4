"""What each form of date claims, beyond which there is only inference."""

import pytest

from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, DAY, FOREVER, format_instant
from chronology.dates.extents import extent

STATED = edtf.opening_of("2018-06-01")


def told(text, **rest):
    """Return the bounds of what a date claims, as texts: None is unbounded."""
    bounds = extent(edtf.parse(text), **rest).bounds
    return [
        (format_instant(at) or "").removesuffix("T00:00:00") or None
        for at in (bounds.start_min, bounds.start_max, bounds.end_min, bounds.end_max)
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("2018-05-01", ["2018-05-01", "2018-05-01", "2018-05-02", "2018-05-02"]),
        ("2018-05", ["2018-05-01", "2018-05-31", "2018-05-02", "2018-06-01"]),
        ("[2018-05-06,2018-05-08]", ["2018-05-06", "2018-05-08", "2018-05-07", "2018-05-09"]),
        ("2018-05-01/2018-05-03", ["2018-05-01", "2018-05-01", "2018-05-04", "2018-05-04"]),
        ("2018-05/2018-06", ["2018-05-01", "2018-05-31", "2018-06-02", "2018-07-01"]),
        ("2018-05-01/..", ["2018-05-01", "2018-05-01", None, None]),
        ("2018-05-01/", ["2018-05-01", "2018-05-01", "2018-05-02", "2018-06-02"]),
        ("2018-05/", ["2018-05-01", "2018-05-31", "2018-05-02", "2018-06-02"]),
        ("2018-06/", ["2018-06-01", "2018-06-01", "2018-06-02", "2018-06-02"]),
        ("../2018-05-03", [None, None, "2018-05-04", "2018-05-04"]),
        ("/2018-05-03", [None, "2018-05-03", "2018-05-04", "2018-05-04"]),
        ("../..", [None, None, None, None]),
        ("../", [None, None, None, "2018-06-02"]),
    ],
)
def test_what_a_date_claims(text, expected):
    """A single date claims its day, an interval until its end, `a/..` everything from a on, `a/` until it is stated."""
    assert told(text, stated=STATED) == expected


@pytest.mark.parametrize(
    ("text", "lasting", "passing"),
    [
        ("2018-05-01T10:00:00+03:00", "2018-05-01T07:00:01", "2018-05-01T21:00:00"),
        ("2018-05-01T23:30:00-05:00", "2018-05-02T04:30:01", "2018-05-02T05:00:00"),
        ("2018-05-01T24:00:00", "2018-05-02T00:00:01", "2018-05-03"),
        ("2018-05-01T10:00:00", "2018-05-01T10:00:01", "2018-05-02"),
    ],
)
def test_a_time_of_day(text, lasting, passing):
    """It claims its second; of what does not last, the rest of the civil day as it is written."""
    assert told(text)[2:] == [lasting] * 2
    assert told(text, lasts=False)[2:] == [passing] * 2


def test_an_unknown_end_without_a_day_of_statement_is_unbounded():
    """Nobody knows when it ended, and nobody knows by when."""
    assert extent(edtf.parse("2018-05-01/")).bounds.end_max == FOREVER


def test_a_day_of_statement_before_the_start_says_nothing_of_the_end():
    """What is told of a day to come cannot have ended by then."""
    assert extent(edtf.parse("2018-07-01/"), stated=STATED).bounds.end_max == FOREVER
    assert extent(edtf.parse("2018-06-01/"), stated=STATED).bounds.end_max == STATED + DAY


def test_what_is_carried_and_what_tells_an_end():
    """A single date of what lasts is carried; an interval with an end tells it, unless it only reports."""
    forms = "2018-05-01", "2018-05-01/2018-05-03", "2018-05-01/", "2018-05-01/..", "../..", "../2018-05-01"
    found = {text: extent(edtf.parse(text)) for text in forms}
    assert [text for text, one in found.items() if one.is_carried] == ["2018-05-01"]
    assert [text for text, one in found.items() if one.tells_end] == [
        "2018-05-01/2018-05-03",
        "2018-05-01/",
        "../2018-05-01",
    ]
    for rest in ({"lasts": False}, {"reports": True}):
        assert not any(extent(edtf.parse(text), **rest).tells_end for text in forms)
    assert not extent(edtf.parse("2018-05-01"), lasts=False).is_carried
    assert extent(edtf.parse("2018-05-01"), reports=True).is_carried


def test_fuzz_widens_qualified_ends_only():
    """As it does for what is carried."""
    assert told("2018-05-10~", fuzz=7 * DAY) == ["2018-05-03", "2018-05-17", "2018-05-04", "2018-05-18"]
    assert told("2018-05-10/2018-05-20~", fuzz=DAY) == ["2018-05-10", "2018-05-10", "2018-05-20", "2018-05-22"]
    assert extent(edtf.parse("../.."), fuzz=DAY).bounds.start_min == BEGINNING
