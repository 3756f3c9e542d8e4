"""Which log recorded an event first, where several recorded it independently, and the event that notes this. Pure."""

from collections.abc import Iterator, Mapping
from typing import Final, NamedTuple

import msgspec

from chronology.events import provenance
from chronology.events.json_values import Json
from chronology.events.records import Body, Event, Provenance

MOST_NOTED: Final = 100
"""How many recordings one event notes, as its schema has it."""

_SUBJECT_KIND: Final = "log/"
_ORIGIN: Final = "chronology/"


class FirstRecording(NamedTuple):
    """When and where an event was recorded first, as far as a log knows.

    Attributes:
        leaf: its leaf hash there, in hexadecimal digits.
        stated: the day of statement that was filled in there.
    """

    recorded_at: str
    origin: str
    position: int
    leaf: str
    stated: str | None

    def is_before(self, other: "FirstRecording") -> bool:
        """Tell whether this recording of an event counts, not another one of the same event."""
        return self[:4] < other[:4]

    def applied(self, body: Body) -> Body:
        """Return an event as if it had come from the log that recorded it first."""
        recorded_at, origin, position, leaf, stated = self
        found = Provenance(origin=origin, position=position, leaf=leaf, recorded_at=recorded_at)
        return msgspec.structs.replace(body, stated=stated, merged_from=found)


def own(body: Body, found: Provenance) -> FirstRecording:
    """Return the recording that an event itself tells of.

    Args:
        body: the event.
        found: where it stands; what it says of where it comes from goes before that.
    """
    first = body.merged_from or found
    return FirstRecording(first.recorded_at, first.origin, first.position, first.leaf, body.stated)


def note(event_type: str, origin: str, recordings: Mapping[str, FirstRecording]) -> Event:
    """Return the event that notes some recordings of one log, by the ids of events."""
    return Event(
        type=event_type,
        subject=_SUBJECT_KIND + origin.removeprefix(_ORIGIN),
        data={"recordings": [_as_json(event_id, one) for event_id, one in recordings.items()]},
    )


def _as_json(event_id: str, one: FirstRecording) -> Json:
    told = {"event": event_id, "leaf": one.leaf, "position": one.position, "recorded_at": one.recorded_at}
    return told if one.stated is None else told | {"stated": one.stated}


def noted(body: Body) -> Iterator[tuple[str, FirstRecording]]:
    """Yield the recordings that an event notes, each with the id of its event. Requires a payload of its type."""
    origin = _ORIGIN + body.subject.removeprefix(_SUBJECT_KIND)
    for one in body.data["recordings"]:
        found = FirstRecording(one["recorded_at"], origin, one["position"], one["leaf"], one.get("stated"))
        yield one["event"], found


def faults(body: Body) -> Iterator[str]:
    """Yield what is wrong with the recordings that an event notes."""
    try:
        found = list(noted(body))
    except (LookupError, TypeError, AttributeError) as exc:
        yield f"data: does not note recordings: {exc!r:.80}"
        return
    for number, (_, one) in enumerate(found):
        for fault in provenance.place_faults(one.applied(body)):
            yield f"data.recordings.{number}: {fault}"
