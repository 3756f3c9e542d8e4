"""Where an event was recorded first, if several logs recorded it, and the event that notes this. Pure."""

import re
from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Final, NamedTuple

import msgspec

from chronology.errors import CanonicalError
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.events.records import Body, Event, Provenance, encode
from chronology.transparency.merkle import leaf_hash

_LOG_ORIGIN: Final = re.compile(r"chronology/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LEAF: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def provenance_faults(body: Body) -> Iterator[str]:
    """Yield what is wrong with where an event says that it comes from; nothing of one that was recorded here first."""
    yield from place_faults(body)
    if not is_proven(body):
        yield "merged_from.leaf: is not that of this event as the other log recorded it"


def place_faults(body: Body) -> Iterator[str]:
    """Yield what cannot be so of the place where an event was recorded first, whatever it says."""
    found = body.merged_from
    if found is None:
        return
    if not _LOG_ORIGIN.fullmatch(found.origin):
        yield f"merged_from.origin: {found.origin!r:.80} is not the origin of a log"
    if not 1 <= found.position <= canonical.MAX_INTEGER:
        yield f"merged_from.position: {found.position} is not a position"
    if not _LEAF.fullmatch(found.leaf):
        yield f"merged_from.leaf: {found.leaf!r:.80} is not a leaf hash"
    if not _is_instant(found.recorded_at):
        yield f"merged_from.recorded_at: {found.recorded_at!r:.40} is not written as a log writes it"
    elif found.recorded_at >= body.recorded_at:
        yield f"merged_from.recorded_at: {found.recorded_at} is not earlier than recorded_at, {body.recorded_at}"


def _is_instant(text: str) -> bool:
    try:
        return bool(_INSTANT.fullmatch(text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def original(body: Body) -> Body:
    """Return an event as the log that recorded it first holds it, byte for byte once it is encoded."""
    if body.merged_from is None:
        return body
    return msgspec.structs.replace(body, recorded_at=body.merged_from.recorded_at, merged_from=None)


def is_proven(body: Body) -> bool:
    """Tell whether an event, as first recorded, has the leaf hash that it claims to have in the other log."""
    if body.merged_from is None:
        return True
    try:
        return leaf_hash(encode(original(body))).hex() == body.merged_from.leaf
    except CanonicalError:
        return False


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


def noted_faults(body: Body) -> Iterator[str]:
    """Yield what is wrong with the recordings that an event notes."""
    try:
        found = list(noted(body))
    except (LookupError, TypeError, AttributeError) as exc:
        yield f"data: does not note recordings: {exc!r:.80}"
        return
    for number, (_, one) in enumerate(found):
        for fault in place_faults(one.applied(body)):
            yield f"data.recordings.{number}: {fault}"
