"""The export format `timemap`: the events of TimeMap (Forensic Architecture, Bellingcat), a JSON list."""

import json
from collections.abc import Sequence
from typing import Any, BinaryIO

from chronology.dates import edtf
from chronology.dates.calendar import DAY, civil
from chronology.events.records import RecordedEvent
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.places import Places
from chronology.exporters.wording import Wording, in_words, story_events, visible
from chronology.store.reader import Reader


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
    wording, places = Wording(reader, selection), Places(reader, selection)
    count = undated = unplaced = 0
    stream.write(b"[")
    for event in story_events(reader, selection):
        record = _record(event, wording, places)
        stream.write(b",\n" if count else b"\n")
        stream.write(json.dumps(record, ensure_ascii=False).encode())
        count += 1
        undated += not record["date"]
        unplaced += "latitude" not in record
    stream.write(b"\n]\n")
    return [
        f"{number:,} of {count:,} events have no {what}, and TimeMap does not show them {where}"
        for number, what, where in (
            (undated, "exact day of beginning", "on its timeline"),
            (unplaced, "coordinates", "on its map"),
        )
        if number
    ]


def _record(recorded: RecordedEvent, wording: Wording, places: Places) -> dict[str, Any]:
    event = recorded.event
    valid, source = event.valid or "", event.source or ""
    date, time = _day(valid)
    words, headline, details = in_words(valid), wording.headline(event), wording.details(event)
    record = {
        "id": recorded.id,
        # TimeMap shows it unchanged; the words of the date stand in front, because it has no other place for them.
        "description": visible(f"{words}: {headline}" + (f" ({details})" if details else "")),
        "date": date,
        "time": time,
        "time_display": words,
        "time_precision": valid,
        "location": visible(", ".join(wording.name(place) for place in places.named(event))),
        "type": event.type,
        "category": event.subject.partition("/")[0],
        "associations": [],
        "sources": [source],
        "comments": visible(f"{wording.source(source)}{f'. Grade {event.grade}' if event.grade else ''}"),
    }
    # TimeMap has one point for each event; where several are named, none is chosen.
    points = places.of(event)
    if len(points) == 1:
        record |= {"latitude": points[0].latitude, "longitude": points[0].longitude}
    return record


def _day(valid: str) -> tuple[str, str]:
    """Return the day, as MM/DD/YYYY, and the time (UTC) at which it began, empty where these are not known exactly."""
    reading = edtf.parse(valid)
    extent = reading.extent
    exact = extent.start_min == extent.start_max and not reading.start_qualified
    year, month, day = civil(extent.start_min) if exact else (0, 0, 0)
    if not 1 <= year <= 9999:
        return "", ""
    minutes = extent.start_min % DAY // 60
    return f"{month:02}/{day:02}/{year:04}", f"{minutes // 60:02}:{minutes % 60:02}" if reading.has_time else ""


TIMEMAP = Exporter(
    name="timemap",
    title="the events of TimeMap, a map with a timeline (Forensic Architecture, Bellingcat)",
    suffix=".json",
    loses=(
        "The place on the timeline of events without an exact day of beginning; their words and EDTF text are there.",
        "The end of what lasts; seconds, and offsets: times of day are UTC.",
        "Places, where an event names several with coordinates.",
        "Stances but for the word “Denied”, disputes, quotations, notes, days of statement and recording.",
        "Descriptions of sources, and events without a valid time.",
    ),
    write=_write,
)
