"""Tests of the JSON for TimelineJS: its documented form, dates as precise as they were, no HTML from others."""

import html
import json
import re
from typing import Any

import pytest
from hypothesis import given
from strategies import edtf_texts

from chronology import Chronology
from chronology.dates import edtf
from chronology.exporters.timelinejs import place
from chronology.exporters.wording import visible
from tests.exporters.exported import HOSTILE, export, noted, sample

__all__ = ["sample"]

DATE = {"year", "month", "day", "hour", "minute"}
SLIDE = {"start_date", "end_date", "text", "display_date", "unique_id", "autolink"}
TAGS = re.compile(r"</?(?:p|q)>|<a href=\"https://paper\.example/a\?b=\(c\)\" rel=\"noopener noreferrer\">|</a>")


def timeline(data: bytes) -> dict[str, Any]:
    """Return the document."""
    found: dict[str, Any] = json.loads(data)
    return found


def test_it_has_the_documented_form(sample: Chronology) -> None:
    """Keys, required parts and types of timeline.knightlab.com/docs/json-format.html."""
    found = timeline(export("timelinejs", sample))
    assert set(found) == {"scale", "title", "events"}
    assert found["scale"] == "human"
    assert set(found["title"]["text"]) == {"headline", "text"}
    for slide in found["events"]:
        assert {"start_date", "text", "display_date", "unique_id"} <= set(slide) <= SLIDE
        for name in ("start_date", "end_date"):
            date = slide.get(name, {"year": 1})
            assert set(date) <= DATE
            assert all(isinstance(number, int) for number in date.values())
            # A day without a month means nothing.
            assert list(date) == [part for part in ("year", "month", "day", "hour", "minute") if part in date]
            assert len(date) != 4
    assert len({slide["unique_id"] for slide in found["events"]}) == len(found["events"])


@pytest.mark.parametrize(
    ("valid", "start", "end"),
    [
        ("2018-05-01", (2018, 5, 1), None),
        ("2018-05", (2018, 5), None),
        ("2018", (2018,), None),
        ("2018-21", (2018,), None),
        ("2018-24", (2018,), None),
        ("2018-XX-15", (2018,), None),
        ("2018-05-XX", (2018, 5), None),
        ("201X", (2010,), None),
        ("2018-01/2018-04~", (2018, 1), (2018, 4)),
        ("2018-05-01/..", (2018, 5, 1), None),
        ("2018-05-01/", (2018, 5, 1), None),
        ("../2018-05-13", (2018, 5, 13), None),
        ("[2018-01-06..2018-01-08]", (2018, 1, 6), (2018, 1, 8)),
        ("[2018-03,2018-01]", (2018, 1), (2018, 3)),
        ("[..2018-03-01]", (2018, 3, 1), None),
        ("-0044-03-15", (-44, 3, 15), None),
        ("2018-03-01T10:05:59Z", (2018, 3, 1, 10, 5), None),
        ("2018-03-01T23:30:00-05:00", (2018, 3, 2, 4, 30), None),
    ],
)
def test_a_date_is_placed_as_precisely_as_it_is(
    valid: str, start: tuple[int, ...], end: tuple[int, ...] | None
) -> None:
    """Year, month and day only where they are known; several possible days are a span."""
    found = place(edtf.parse(valid))
    assert found is not None
    assert tuple(found["start_date"].values()) == start
    assert (tuple(found["end_date"].values()) if "end_date" in found else None) == end


@given(valid=edtf_texts())
def test_a_day_is_placed_only_where_one_was_given(valid: str) -> None:
    """No end gets a day that its text does not name."""
    found = place(edtf.parse(valid)) or {}
    days = re.findall(r"\d{4}-\d\d-\d\d", re.sub("[?~%]", "", valid))
    for date in found.values():
        if "day" in date and "T" not in valid:
            assert f"{date['year']:04}-{date['month']:02}-{date['day']:02}" in days


def test_what_has_no_date_is_left_out_and_told(sample: Chronology) -> None:
    """TimelineJS cannot place it."""
    data, notes = noted("timelinejs", sample)
    assert notes == ["2 events have no date at either end, and are left out"]
    shown = {slide["unique_id"].removeprefix("event-") for slide in timeline(data)["events"]}
    missing = [event for event in sample.timeline() if event.id not in shown]
    assert sorted(str(event.event.valid) for event in missing if event.event.type != "source.described") == [
        "../..",
        "/..",
    ]


def test_words_stand_where_a_date_is_not_exact(sample: Chronology) -> None:
    """TimelineJS shows `display_date` in place of what it makes of the numbers."""
    words = {slide["display_date"] for slide in timeline(export("timelinejs", sample))["events"]}
    assert {"January 2018 to about April 2018", "May 2018", "1 March 2018, 23:30 UTC-05:00"} <= words


def test_hostile_text_makes_no_html(sample: Chronology) -> None:
    """TimelineJS puts texts into the page as HTML: only our own tags are left, and no address from elsewhere."""
    found = timeline(export("timelinejs", sample))
    for slide in [found["title"], *found["events"]]:
        for text in (*slide["text"].values(), slide.get("display_date", "")):
            assert "<" not in TAGS.sub("", text), text
        assert slide["autolink"] is False
    (hostile,) = [slide for slide in found["events"] if slide["text"]["headline"].endswith("hostile")]
    assert html.escape(visible(HOSTILE)) in hostile["text"]["text"]
    assert "\u202e" not in hostile["text"]["text"]
