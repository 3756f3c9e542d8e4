"""The export format `geojson`: a map layer (RFC 7946) in which each event has a `when`, after Linked Places."""

from collections.abc import Sequence
from typing import Any, BinaryIO, Final

import msgspec

from chronology.dates import edtf
from chronology.dates.calendar import BEGINNING, FOREVER
from chronology.dates.readings import Reading
from chronology.events.json_values import thaw
from chronology.events.records import RecordedEvent
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.places import Places, Point
from chronology.exporters.wording import Wording, in_words
from chronology.store.reader import Reader

_encode: Final = msgspec.json.encode


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    wording, places = Wording(reader, selection), Places(reader, selection)
    count = without = 0
    stream.write(b'{"type":"FeatureCollection","features":[')
    for event in selection.events(reader):
        points = places.of(event.event)
        stream.write(b",\n" if count else b"\n")
        stream.write(_encode(_feature(event, points, wording)))
        count += 1
        without += not points
    stream.write(b"\n]}\n")
    if not without:
        return []
    return [f"{without:,} of {count:,} events have no coordinates; place.described gives a place some"]


def _feature(recorded: RecordedEvent, points: list[Point], wording: Wording) -> dict[str, Any]:
    event = recorded.event
    valid = event.valid or ""
    reading = edtf.parse(valid)
    properties = {
        "title": wording.headline(event),
        "details": wording.details(event),
        "type": event.type,
        "subject": event.subject,
        "subject_name": wording.name(event.subject),
        "places": [point.subject for point in points],
        "valid": valid,
        "display_date": in_words(valid),
        "earliest": reading.earliest,
        "latest": reading.latest,
        "stance": event.stance,
        "data": thaw(event.data),
        "source": event.source,
        "source_title": wording.source(event.source or ""),
        "source_url": wording.link(event.source or ""),
        "origin": event.origin,
        "said_by": list(event.said_by),
        "stated": event.stated,
        "grade": event.grade,
        "quote": event.quote,
        "disputes": list(event.disputes),
        "position": recorded.position,
    }
    return {
        "type": "Feature",
        "id": recorded.id,
        "geometry": _geometry(points),
        "when": when(reading),
        "properties": {name: value for name, value in properties.items() if value not in (None, [], "")},
    }


def _geometry(points: list[Point]) -> dict[str, Any] | None:
    """Return where it happened. Numbers keep the digits that the source gave; a place that nobody knows is null."""
    pairs = [[msgspec.Raw(point.longitude.encode()), msgspec.Raw(point.latitude.encode())] for point in points]
    if not pairs:
        return None
    return (
        {"type": "Point", "coordinates": pairs[0]} if len(pairs) == 1 else {"type": "MultiPoint", "coordinates": pairs}
    )


def when(reading: Reading) -> dict[str, Any]:
    """Return a valid time after Linked Places: the bounds of its start and its end, and the same in words."""
    bounds = reading.extent
    span = {"start": _bounds(reading, bounds.start_min, bounds.start_max)}
    if not (reading.is_interval and reading.persists):
        # The end is the first second that is not covered any more; people name the last one that is.
        span["end"] = _bounds(reading, bounds.end_min - 1, bounds.end_max - 1)
    known = {side: dates for side, dates in span.items() if dates}
    return {"timespans": [known] if known else [], "label": in_words(reading.text), "edtf": reading.text}


def _bounds(reading: Reading, first: int, last: int) -> dict[str, str]:
    show = edtf.format_instant if reading.has_time else edtf.format_day
    earliest = None if first <= BEGINNING else show(first)
    latest = None if last >= FOREVER - 1 else show(last)
    zone = "Z" if reading.has_time else ""
    if earliest is not None and earliest == latest:
        return {"in": f"{earliest}{zone}"}
    return {name: f"{text}{zone}" for name, text in (("earliest", earliest), ("latest", latest)) if text is not None}


GEOJSON = Exporter(
    name="geojson",
    title="a map layer (RFC 7946), each event with the bounds of its time",
    suffix=".geojson",
    loses=(
        "Nonce, leaf hash and recorded time: a map proves nothing.",
        "Notes and locators.",
        "Which of several places that an event names is meant: all of them are shown.",
        "Retractions, and other events without a valid time.",
    ),
    write=_write,
)
