"""The export format `ftm`: FollowTheMoney entities as JSON lines, for Aleph, OpenSanctions and similar tools."""

import hashlib
import json
import re
from collections.abc import Iterator
from typing import Any, BinaryIO, Final

from chronology.events.records import Event, RecordedEvent
from chronology.exporters.interface import Exporter, Selection
from chronology.exporters.places import Places
from chronology.exporters.wording import Wording, in_words, story_events
from chronology.store.reader import Reader

_SCHEMAS: Final = {
    "person": "Person",
    "group": "Organization",
    "organization": "Organization",
    "place": "Address",
    "crossing": "Address",
    "source": "Document",
}
"""The schema of each kind of subject that FollowTheMoney has one for."""

_PARTIES: Final = frozenset({"Person", "Organization"})

_DATE: Final = re.compile(r"[12]\d{3}(-(0[1-9]|1[0-2])(-\d\d)?)?")
"""The dates that FollowTheMoney takes: years from 1000 to 2999, months and days, without a mark of doubt."""

Entity = dict[str, Any]


def _write(reader: Reader, selection: Selection, stream: BinaryIO) -> None:
    stream.writelines(map(_line, _Entities(reader, selection)))


def _line(entity: Entity) -> bytes:
    return json.dumps(entity, ensure_ascii=False, sort_keys=True).encode() + b"\n"


class _Entities:
    """The entities of a selection: each subject once, before the first event that names it."""

    def __init__(self, reader: Reader, selection: Selection) -> None:
        self._reader = reader
        self._selection = selection
        self._wording = Wording(reader, selection)
        self._places = Places(reader, selection)
        self._done: set[str] = set()

    def __iter__(self) -> Iterator[Entity]:
        for event in story_events(self._reader, self._selection):
            for subject in self._named(event.event):
                if subject not in self._done:
                    self._done.add(subject)
                    yield self._subject(subject)
            yield self._event(event)

    def _named(self, event: Event) -> list[str]:
        """Return whom an event names that FollowTheMoney knows: its subject, its payload, speakers, the source."""
        named = [*self._places.subjects(event), *event.said_by, event.source or ""]
        return [subject for subject in dict.fromkeys(named) if _schema(subject)]

    def _subject(self, subject: str) -> Entity:
        name = self._wording.name(subject)
        schema = _schema(subject)
        properties: dict[str, str | None] = {"name": name}
        if schema == "Address":
            point = self._places.point(subject)
            properties["full"] = name
            if point:
                properties |= {"latitude": point.latitude, "longitude": point.longitude}
        if schema == "Document":
            known = self._wording.described(subject)
            properties = {
                "title": known.title or name,
                "author": known.author,
                "publisher": known.publisher,
                "publishedAt": _date(known.published or ""),
                "sourceUrl": self._wording.link(subject),
            }
        return _entity(entity_id(subject), schema, properties | {"notes": subject})

    def _event(self, recorded: RecordedEvent) -> Entity:
        event = recorded.event
        valid = event.valid or ""
        named = self._places.subjects(event)
        properties: dict[str, Any] = {
            "name": self._wording.headline(event),
            "summary": self._wording.details(event),
            "description": f"{in_words(valid)} (EDTF: {valid})",
            "proof": entity_id(event.source) if event.source else None,
            "publisher": self._wording.described(event.source or "").publisher,
            "sourceUrl": self._wording.link(event.source or ""),
            "recordId": str(recorded.position),
            "notes": [text for text in (event.quote, event.note, _attribution(event)) if text],
            "involved": [entity_id(name) for name in named if _schema(name) in _PARTIES],
            "addressEntity": [entity_id(name) for name in named if _schema(name) == "Address"],
            "location": [self._wording.name(name) for name in named if _schema(name) == "Address"],
            **_dates(valid),
        }
        return _entity(recorded.id, "Event", properties)


def _schema(subject: str) -> str:
    return _SCHEMAS.get(subject.partition("/")[0], "")


def _attribution(event: Event) -> str:
    speakers = f"said by {', via '.join(event.said_by)}" if event.said_by else ""
    return "; ".join(filter(None, [speakers, f"grade {event.grade}" if event.grade else ""]))


def _dates(valid: str) -> dict[str, str | None]:
    """Return the dates that FollowTheMoney can express; an end that it cannot say is left out."""
    start, slash, end = valid.partition("/")
    return {"startDate": _date(start), "endDate": _date(end)} if slash else {"date": _date(valid)}


def _date(text: str) -> str | None:
    return text if _DATE.fullmatch(text) else None


def _entity(identity: str, schema: str, properties: dict[str, Any]) -> Entity:
    listed = {name: value if isinstance(value, list) else [value] for name, value in properties.items() if value}
    return {"id": identity, "schema": schema, "properties": listed}


def entity_id(subject: str) -> str:
    """Return the id of a subject's entity: the same in every export, and of letters and digits, as ids have to be."""
    return hashlib.sha256(subject.encode()).hexdigest()[:40]


FTM = Exporter(
    name="ftm",
    title="FollowTheMoney entities, for Aleph and the tools around it, one JSON object a line",
    suffix=".ftm.json",
    loses=(
        "Dates that are approximate, uncertain or one of several: they are in the description, in words and as EDTF.",
        "Stances but for the word “Denied”, disputes, days of statement and recording, line breaks of payloads.",
        "What kind of subject it is, other than persons, groups, organizations, places, crossings and sources.",
        "Descriptions of sources as events, and events without a valid time.",
    ),
    write=_write,
)
