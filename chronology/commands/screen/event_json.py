"""The JSON shapes and the table rows of events. Prints nothing."""

import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Final

from chronology import RecordedEvent
from chronology.commands.screen.output import as_pairs, as_text, said_by
from chronology.commands.screen.table import Marked, Shape, Tone
from chronology.events import canonical
from chronology.events.json_values import Json, thaw
from chronology.events.patterns import format_instant
from chronology.vocabulary.event_types import NOTED

EVENT_COLUMNS: Final = (
    "position", "id", "recorded_at", "recorded_by", "type", "type_version", "subject", "valid", "stance", "data",
    "source", "said_by", "stated", "grade", "quote", "locator", "note", "disputes", "replaces", "retracts", "format",
    "nonce", "merged_from", "leaf",
)  # fmt: skip
TIMELINE: Final = Shape(
    headings=("valid", "type", "subject", "says", "said by", "grade", "event"),
    stack=("{valid}  {type}  {subject}  {event}", "    {says}", "    {said by}  {grade}"),
)
"""The table of events in order of valid time."""
LOG: Final = Shape(
    headings=("event", "recorded (UTC)", "type", "subject", "valid", "says", "said by"),
    stack=("{event}  {valid}  {type}  {subject}", "    {says}", "    {said by}  recorded {recorded (UTC)} UTC"),
)
"""The table of events in order of the log."""

_NOTED_SHOWN: Final = 3

PositionOf = Callable[[str], int | None]
"""Returns the position of an event by its id."""


def of_event(event: RecordedEvent) -> dict[str, Json]:
    """Return a recorded event as JSON: its body as stored, its place in the log and its leaf hash."""
    if event.is_redacted:
        left = {"position": event.position, "id": event.id, "recorded_at": format_instant(event.recorded_at)}
        return {**left, "redacted": True, "leaf": event.leaf.hex()}
    body = canonical.parse(event.body)
    return {"position": event.position, **body, "leaf": event.leaf.hex()}


def _says(recorded: RecordedEvent, position_of: PositionOf) -> str:
    if recorded.is_redacted:
        return "redacted"
    event = recorded.event
    schema = event.data.get("schema")
    parts = ["denies"] if event.stance == "denies" else []
    if isinstance(schema, Mapping):
        parts.append(f"version {str(schema.get('$id')).rpartition(':')[2]}: {schema.get('title')}")
    elif event.type == NOTED:
        parts.append(_noted(event.data["recordings"], position_of))
    elif event.data:
        parts.append(as_pairs(thaw(event.data)))
    named = [
        ("retracts", event.retracts),
        ("replaces", event.replaces),
        *(("disputes", name) for name in event.disputes),
    ]
    parts += [f"{verb} {event_name(name, position_of)}" for verb, name in named if name]
    says = "; ".join(parts)
    return Marked(says, tone=Tone.CONTESTED, length=len("denies")) if event.stance == "denies" else says


def _noted(recordings: Sequence[Mapping[str, Json]], position_of: PositionOf) -> str:
    """Return which events a log recorded first, in few words."""
    told = ", ".join(event_name(str(one["event"]), position_of) for one in recordings[:_NOTED_SHOWN])
    more = len(recordings) - _NOTED_SHOWN
    return f"recorded first there: {told}" + (f" and {more} more" if more > 0 else "")


def event_name(event_id: str, position_of: PositionOf) -> str:
    """Return an event's position as people name it, or its id if it has none."""
    position = position_of(event_id)
    return f"#{position}" if position else event_id


def timeline_row(recorded: RecordedEvent, position_of: PositionOf) -> tuple[str, ...]:
    """Return an event as a row of the timeline."""
    event = recorded.event
    return (
        event.valid or "",
        event.type,
        event.subject,
        _says(recorded, position_of),
        said_by(event.origin, event.source),
        event.grade or "",
        f"#{recorded.position}",
    )


def log_row(recorded: RecordedEvent, position_of: PositionOf) -> tuple[str, ...]:
    """Return an event as a row of the log."""
    event = recorded.event
    return (
        f"#{recorded.position}",
        f"{recorded.recorded_at:%Y-%m-%d %H:%M:%S}",
        event.type,
        event.subject,
        event.valid or "",
        _says(recorded, position_of),
        said_by(event.origin, event.source),
    )


def event_fields(
    recorded: RecordedEvent, position_of: PositionOf, withdrawn_by: int | None
) -> Iterator[tuple[str, str]]:
    """Yield everything that is known about an event, by name, for people."""
    record = of_event(recorded)
    for key in EVENT_COLUMNS:
        value = record.get(key)
        if key == "data":
            yield from ((f"data.{name}", _block(item)) for name, item in record.get("data", {}).items())
        elif key in ("disputes", "replaces", "retracts") and value:
            names = [value] if isinstance(value, str) else value
            yield key, ", ".join(f"{name} ({event_name(name, position_of)})" for name in names)
        elif key == "merged_from" and value:
            yield key, f"{value['origin']} #{value['position']}, recorded {value['recorded_at']}"
            yield "merged_from.leaf", value["leaf"]
        elif value is not None:
            yield key, as_text(value)
    if withdrawn_by:
        yield "withdrawn_by", f"#{withdrawn_by}"


def _block(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else as_text(value)
