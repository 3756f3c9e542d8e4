"""Tests of the map layer: valid by RFC 7946, exact digits, times as bounds."""

import json
import re
from decimal import Decimal
from typing import Any

import geojson
import pytest
from hypothesis import given
from strategies import edtf_texts

from chronology import Chronology
from chronology.dates import edtf
from chronology.exporters.geojson import when
from tests.exporters.exported import DATES, HOSTILE, export, noted, said, sample

__all__ = ["sample"]

MAY = {"earliest": "2018-05-01", "latest": "2018-05-31"}


def features(data: bytes) -> dict[str, Any]:
    """Return the features by subject, numbers as they stand in the text."""
    found = json.loads(data, parse_float=Decimal)
    return {feature["properties"]["subject"]: feature for feature in found["features"]}


def test_it_is_a_feature_collection(sample: Chronology) -> None:
    """Another library reads it, and finds nothing wrong; every event is there."""
    data = export("geojson", sample)
    collection = geojson.loads(data)
    assert collection.is_valid, collection.errors()
    assert all(feature.geometry is None or feature.geometry.is_valid for feature in collection.features)
    assert [feature["id"] for feature in collection.features] == [event.id for event in sample.timeline()]


def test_a_place_has_the_digits_of_its_source(sample: Chronology) -> None:
    """Longitude first; its own coordinates, its subject's, or those of the place that it names."""
    found = features(export("geojson", sample))
    for subject in ("place/hajin", "person/leader"):
        assert [str(number) for number in found[subject]["geometry"]["coordinates"]] == ["40.83", "34.690"]
    assert [str(number) for number in found["operation/x"]["geometry"]["coordinates"]] == ["-0.5", "35.10"]
    assert found["operation/x"]["properties"]["places"] == ["place/far"]


def test_what_is_no_coordinate_is_no_place(sample: Chronology) -> None:
    """Beyond the pole, or unknown: the place is null, and the note counts it."""
    data, notes = noted("geojson", sample)
    found = features(data)
    assert found["place/no"]["geometry"] is None
    assert found["operation/hostile"]["geometry"] is None
    without = sum(feature["geometry"] is None for feature in json.loads(data)["features"])
    assert notes[0].startswith(f"{without} of {len(json.loads(data)['features'])} events have no coordinates")


def test_several_places_are_all_shown(chron: Chronology) -> None:
    """Where an event names two, nobody chooses."""
    for place, north in (("place/a", "1"), ("place/b", "2")):
        chron.append(said("place.described", place, "2018", latitude=north, longitude="3"))
    schema = {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chronology:convoy.moved:1",
        "title": "Convoy moved",
        "description": "A convoy moved.",
        "type": "object",
        "properties": {name: {"type": "string", "format": "subject"} for name in ("from", "to")},
        "x-subject": "convoy",
        "x-asserts": {"location": {"data": "to"}},
    }
    chron.define(schema)
    chron.append(said("convoy.moved", "convoy/x", "2018", **{"from": "place/a", "to": "place/b"}))
    assert features(export("geojson", chron))["convoy/x"]["geometry"] == {
        "type": "MultiPoint",
        "coordinates": [[3, 1], [3, 2]],
    }


def test_coordinates_are_those_known_then(chron: Chronology) -> None:
    """A correction of a place does not move an older map."""
    chron.append(said("place.described", "place/a", "2018", latitude="1", longitude="3"))
    before = chron.head()
    chron.append(said("place.described", "place/a", "2018", latitude="2", longitude="3"))
    assert features(export("geojson", chron, restrictions={"known_at": before}))["place/a"]["geometry"][
        "coordinates"
    ] == [3, 1]


@pytest.mark.parametrize(
    ("valid", "wanted"),
    [
        ("2018-05-01", {"start": {"in": "2018-05-01"}, "end": {"in": "2018-05-01"}}),
        ("2018-05", {"start": MAY, "end": MAY}),
        ("2018-05/2018-12~", {"start": MAY, "end": {"earliest": "2018-12-01", "latest": "2018-12-31"}}),
        ("2018-05-01/..", {"start": {"in": "2018-05-01"}}),
        ("2018-05-01/", {"start": {"in": "2018-05-01"}, "end": {"earliest": "2018-05-01"}}),
        ("../2018-05-13", {"end": {"in": "2018-05-13"}}),
        ("../..", None),
        ("2018-03-01T23:30:00-05:00", {"start": {"in": "2018-03-02T04:30:00Z"}, "end": {"in": "2018-03-02T04:30:00Z"}}),
    ],
)  # fmt: skip
def test_a_time_is_its_bounds(valid: str, wanted: dict[str, Any] | None) -> None:
    """What is exact is "in"; what is not has its earliest and latest day; what is open or unknown is left out."""
    assert when(edtf.parse(valid))["timespans"] == ([] if wanted is None else [wanted])


@given(valid=edtf_texts())
def test_no_bound_is_invented(valid: str) -> None:
    """Each is a bound of the reading, and an imprecise start is never exact."""
    reading = edtf.parse(valid)
    found = when(reading)
    for span in found["timespans"]:
        exact = "in" in span.get("start", {})
        assert exact == (reading.extent.start_min == reading.extent.start_max and "start" in span)
    assert found["edtf"] == valid


def test_calendar_dates_cross_no_time_zone(sample: Chronology) -> None:
    """Days are days: no time of day, no offset, except where the source gave one."""
    for feature in json.loads(export("geojson", sample))["features"]:
        has_time = "T" in feature["properties"]["valid"]
        days = [text for span in feature["when"]["timespans"] for side in span.values() for text in side.values()]
        assert all(("T" in text) == has_time == text.endswith("Z") for text in days)
        assert all(re.fullmatch(r"-?\d{4,5}-\d\d-\d\d(T\d\d:\d\d:\d\dZ)?", text) for text in days)


def test_hostile_text_stays_text(sample: Chronology) -> None:
    """JSON carries it exactly; a source's address that is none is left out."""
    found = features(export("geojson", sample))
    assert found["operation/hostile"]["properties"]["quote"] == HOSTILE
    assert "source_url" not in found["person/leader"]["properties"]
    assert len(DATES) == sum(subject.startswith("operation/dated-") for subject in found)
