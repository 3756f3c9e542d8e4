"""The JSON shapes and the table rows of what the store returns. Prints nothing."""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Final

import attrs

from chronology import Candidate, Holding, RecordedEvent, canonical
from chronology.canonical import Json
from chronology.commands.output import as_pairs, as_text
from chronology.events import format_instant, thaw

STATE_COLUMNS: Final = (
    "subject", "attribute", "value", "certainty", "contested", "since", "valid_at", "candidates",
)  # fmt: skip
EVENT_COLUMNS: Final = (
    "position", "id", "recorded_at", "recorded_by", "type", "type_version", "subject", "valid", "stance", "data",
    "source", "said_by", "stated", "grade", "quote", "locator", "note", "disputes", "replaces", "retracts", "format",
    "nonce", "leaf",
)  # fmt: skip
DATE_COLUMNS: Final = (
    "edtf", "valid", "level", "earliest", "latest", "start", "end", "persists", "uncertain", "approximate", "error",
)  # fmt: skip
STATE_HEADINGS: Final = ("  attribute", "value", "standing", "valid", "said by", "grade", "event")
TIMELINE_HEADINGS: Final = ("valid", "type", "subject", "says", "said by", "grade", "event")
LOG_HEADINGS: Final = ("event", "recorded (UTC)", "type", "subject", "valid", "says", "said by")

PositionOf = Callable[[str], int | None]
"""Gives the position of an event by its id."""


def of_holding(holding: Holding, *, valid_at: str) -> dict[str, Json]:
    """Return a holding as `chronology state --json` gives it."""
    return {
        "subject": holding.subject,
        "attribute": holding.attribute,
        "value": thaw(holding.value),
        "certainty": holding.certainty,
        "contested": holding.contested,
        "since": holding.since,
        "valid_at": valid_at,
        "candidates": [_of_candidate(candidate) for candidate in holding.candidates],
    }


def _of_candidate(candidate: Candidate) -> dict[str, Json]:
    record = attrs.asdict(candidate, filter=lambda field, _: field.name != "role")
    return record | {"value": thaw(candidate.value)}


def of_event(event: RecordedEvent) -> dict[str, Json]:
    """Return a recorded event as JSON: its body as stored, its place in the log and its leaf hash."""
    if event.is_redacted:
        left = {"position": event.position, "id": event.id, "recorded_at": format_instant(event.recorded_at)}
        return {**left, "redacted": True, "leaf": event.leaf.hex()}
    body = canonical.parse(event.body)
    return {"position": event.position, **body, "leaf": event.leaf.hex()}


def state_rows(holdings: Iterable[Holding]) -> Iterator[tuple[str, ...] | str]:
    """Yield each subject, and under it a row for each party to each answer about it."""
    subject = ""
    for holding in holdings:
        if holding.subject != subject:
            subject = holding.subject
            yield subject
        for index, candidate in enumerate(holding.candidates):
            yield (
                f"  {holding.attribute}" if index == 0 else "",
                _claimed(candidate),
                _standing(holding) if index == 0 else _party(candidate),
                candidate.valid or "",
                _said_by(candidate.origin, candidate.source),
                candidate.grade or "",
                f"#{candidate.position}" if candidate.position else "",
            )


_PARTY: Final = {"leading": "", "possible": "or possibly", "rival": "but a rival says", "denial": "but denied"}


def _party(candidate: Candidate) -> str:
    # Who disputes an event need not say the contrary.
    return "but disputed" if candidate.role == "disputes" else _PARTY[candidate.standing]


def _claimed(candidate: Candidate) -> str:
    denied = "not " if candidate.role == "denies" else ""
    if candidate.value is None:
        # An event can say that an attribute has no value any more; without one, nothing is said.
        return denied + ("ended" if candidate.event else "nothing known")
    return denied + as_text(thaw(candidate.value))


def _standing(holding: Holding) -> str:
    return holding.certainty + (", contested" if holding.contested else "")


def _said_by(origin: str | None, source: str | None) -> str:
    if origin is None or source is None:
        return ""
    return source if origin == source else f"{origin} via {source}"


def _says(recorded: RecordedEvent, position_of: PositionOf) -> str:
    if recorded.is_redacted:
        return "redacted"
    event = recorded.event
    schema = event.data.get("schema")
    parts = ["denies"] if event.stance == "denies" else []
    if isinstance(schema, Mapping):
        parts.append(f"version {str(schema.get('$id')).rpartition(':')[2]}: {schema.get('title')}")
    elif event.data:
        parts.append(as_pairs(thaw(event.data)))
    named = [
        ("retracts", event.retracts),
        ("replaces", event.replaces),
        *(("disputes", name) for name in event.disputes),
    ]
    parts += [f"{verb} {event_name(name, position_of)}" for verb, name in named if name]
    return "; ".join(parts)


def event_name(event_id: str, position_of: PositionOf) -> str:
    """Return an event's position as people name it, its id where it has none."""
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
        _said_by(event.origin, event.source),
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
        _said_by(event.origin, event.source),
    )


def event_fields(
    recorded: RecordedEvent, position_of: PositionOf, withdrawn_by: int | None
) -> Iterator[tuple[str, str]]:
    """Yield everything that is known of an event, by name, as people read it."""
    record = of_event(recorded)
    for key in EVENT_COLUMNS:
        value = record.get(key)
        if key == "data":
            yield from ((f"data.{name}", _block(item)) for name, item in record.get("data", {}).items())
        elif key in ("disputes", "replaces", "retracts") and value:
            names = [value] if isinstance(value, str) else value
            yield key, ", ".join(f"{name} ({event_name(name, position_of)})" for name in names)
        elif value is not None:
            yield key, as_text(value)
    if withdrawn_by:
        yield "withdrawn_by", f"#{withdrawn_by}"


def _block(value: Json) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2) if isinstance(value, dict) else as_text(value)
