"""The export format `prov`: PROV-JSON (W3C), who derived which assertion from which document, and who recorded it."""

import json
from collections.abc import Callable, Iterable, Iterator
from typing import Any, BinaryIO, Final
from urllib.parse import quote

from chronology.events.patterns import format_instant
from chronology.events.records import RecordedEvent
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.wording import Wording
from chronology.store.reader import Reader

_PREFIXES: Final = {
    "event": "urn:uuid:",
    "subject": "urn:chronology:subject:",
    "recording": "urn:chronology:recording:",
    "analyst": "urn:chronology:analyst:",
    "chronology": "urn:chronology:term:",
}

Record = dict[str, Any]
Records = Iterable[tuple[str, Record]]


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
    wording = Wording(reader, selection)
    stream.write(b'{"prefix":' + _json(_PREFIXES))
    for section, records in _SECTIONS.items():
        # A pass over the events for each section, so that memory does not grow with what is written.
        _write_section(stream, section, _once(records, selection.events(reader), wording))
    stream.write(b"}\n")


def _once(
    records: Callable[[RecordedEvent, Wording], Records], events: Iterator[RecordedEvent], wording: Wording
) -> Iterator[tuple[str, Record]]:
    """Yield the records of all events, those of subjects and analysts once."""
    done = set()
    for event in events:
        for name, record in records(event, wording):
            if name.startswith(("subject:", "analyst:")):
                if name in done:
                    continue
                done.add(name)
            yield name, record


def _write_section(stream: BinaryIO, section: str, records: Records) -> None:
    begun = False
    for name, record in records:
        stream.write(b",\n" if begun else b",\n" + _json(section) + b":{\n")
        stream.write(_json(name) + b":" + _json(record))
        begun = True
    if begun:
        stream.write(b"\n}")


def _entities(recorded: RecordedEvent, wording: Wording) -> Records:
    event = recorded.event
    parts = {
        "prov:type": {"$": "chronology:Assertion", "type": "prov:QUALIFIED_NAME"},
        "prov:label": wording.headline(event),
        "chronology:type": event.type,
        "chronology:subject": event.subject,
        "chronology:valid": event.valid,
        "chronology:stance": event.stance,
        "chronology:stated": event.stated,
        "chronology:grade": event.grade,
        "chronology:quote": event.quote,
        "chronology:locator": event.locator,
        "chronology:note": event.note,
        "chronology:position": recorded.position,
        "chronology:leaf": recorded.leaf.hex(),
        "chronology:body": recorded.body.decode(),
    }
    yield _event(recorded.id), {name: value for name, value in parts.items() if value is not None}
    if event.source:
        known = wording.described(event.source)
        about = {
            "prov:type": {"$": "chronology:Document", "type": "prov:QUALIFIED_NAME"},
            "prov:label": wording.source(event.source),
            "chronology:published": known.published,
            "chronology:url": known.url,
        }
        yield _subject(event.source), {name: value for name, value in about.items() if value is not None}


def _agents(event: RecordedEvent, wording: Wording) -> Records:
    for origin in event.event.said_by:
        # A document that passes a claim on is an entity already.
        if not origin.startswith("source/"):
            yield _subject(origin), {"prov:label": wording.name(origin)}
    if event.event.recorded_by:
        yield _analyst(event.event.recorded_by), {"prov:label": event.event.recorded_by}


def _activities(event: RecordedEvent, _: Wording) -> Records:
    yield _recording(event.id), {"prov:endTime": format_instant(event.recorded_at)}


def _generated(event: RecordedEvent, _: Wording) -> Records:
    time = format_instant(event.recorded_at)
    yield (
        f"_:generated-{event.id}",
        {"prov:entity": _event(event.id), "prov:activity": _recording(event.id), "prov:time": time},
    )


def _associated(event: RecordedEvent, _: Wording) -> Records:
    if event.event.recorded_by:
        record = {"prov:activity": _recording(event.id), "prov:agent": _analyst(event.event.recorded_by)}
        yield f"_:associated-{event.id}", record


def _attributed(event: RecordedEvent, _: Wording) -> Records:
    for number, origin in enumerate(event.event.said_by):
        if not origin.startswith("source/"):
            yield (
                f"_:attributed-{event.id}-{number}",
                {"prov:entity": _event(event.id), "prov:agent": _subject(origin)},
            )


def _derived(event: RecordedEvent, _: Wording) -> Records:
    if event.event.source:
        record: Record = {"prov:generatedEntity": _event(event.id), "prov:usedEntity": _subject(event.event.source)}
        yield f"_:derived-{event.id}", record
    if event.event.replaces:
        record = {
            "prov:generatedEntity": _event(event.id),
            "prov:usedEntity": _event(event.event.replaces),
            "prov:type": {"$": "prov:Revision", "type": "prov:QUALIFIED_NAME"},
        }
        yield f"_:revision-{event.id}", record


_SECTIONS: Final[dict[str, Callable[[RecordedEvent, Wording], Records]]] = {
    "entity": _entities,
    "agent": _agents,
    "activity": _activities,
    "wasGeneratedBy": _generated,
    "wasAssociatedWith": _associated,
    "wasAttributedTo": _attributed,
    "wasDerivedFrom": _derived,
}


def _event(event_id: str) -> str:
    return f"event:{event_id}"


def _recording(event_id: str) -> str:
    return f"recording:{event_id}"


def _subject(subject: str) -> str:
    return f"subject:{subject}"


def _analyst(name: str) -> str:
    return f"analyst:{quote(name, safe='')}"


def _json(value: object) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode()


PROV = Exporter(
    name="prov",
    title="provenance by the W3C's model (PROV-JSON): who says it, in which document, who recorded it",
    suffix=".prov.json",
    loses=(
        "The meaning of payloads for other programs: each assertion has its whole body as one text.",
        "Disputes, other than inside these bodies; the order of those who passed a claim on.",
        "Retractions, redactions, and other events without a valid time.",
    ),
    write=_write,
)
