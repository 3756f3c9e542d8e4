"""Tests of the events for TimeMap: what its own validation asks for, and no day that nobody gave."""

import json
from typing import Any

import pytest

from chronology import Chronology
from chronology.exporters.timemap import _day
from tests.exporters.exported import export, noted, sample

__all__ = ["sample"]

TEXTS = {
    "id", "description", "date", "time", "time_display", "time_precision", "location", "latitude", "longitude", "type",
    "category", "comments",
}  # fmt: skip
"""The keys of `eventSchema.js` of TimeMap that are texts; any other key makes it refuse the event."""


def records(data: bytes) -> list[dict[str, Any]]:
    """Return the events."""
    found: list[dict[str, Any]] = json.loads(data)
    return found


def test_every_event_passes_the_validation_of_timemap(sample: Chronology) -> None:
    """Keys, types, latitude and longitude together."""
    for record in records(export("timemap", sample)):
        assert set(record) <= TEXTS | {"associations", "sources"}
        assert all(isinstance(record[name], str) for name in TEXTS & set(record))
        assert all(isinstance(record[name], list) for name in ("associations", "sources"))
        assert ("latitude" in record) == ("longitude" in record)
        assert record["description"]


@pytest.mark.parametrize(
    ("valid", "day", "time"),
    [
        ("2018-05-01", "05/01/2018", ""),
        ("2018-05-01/2018-06", "05/01/2018", ""),
        ("2018-05-01/..", "05/01/2018", ""),
        ("2018-03-01T23:30:00-05:00", "03/02/2018", "04:30"),
        *(
            (valid, "", "")
            for valid in ("2018-05", "2018", "2018-05-01~", "[2018-05-01..2018-05-02]", "../2018-05-01", "../..")
        ),
        ("-0044-03-15", "", ""),
        ("0987-03-15", "03/15/0987", ""),
    ],
)
def test_only_an_exact_day_is_placed(valid: str, day: str, time: str) -> None:
    """TimeMap takes days alone; what is no exact day has none, and its words."""
    assert _day(valid) == (day, time)


def test_what_timemap_does_not_show_is_told(sample: Chronology) -> None:
    """How many events have no day, and how many no place; the words stand where TimeMap shows them."""
    data, notes = noted("timemap", sample)
    found = records(data)
    undated = [record for record in found if not record["date"]]
    assert notes[0].startswith(f"{len(undated)} of {len(found)} events have no exact day")
    assert notes[1].startswith(
        f"{sum('latitude' not in record for record in found)} of {len(found)} events have no coord"
    )
    assert all(record["description"].startswith(record["time_display"]) for record in found)
    assert {record["latitude"] for record in found if "latitude" in record} == {"34.690", "35.10"}
