"""The JSON shapes and the table rows of what the store returns. Prints nothing."""

from collections.abc import Iterable, Iterator
from typing import Final

import attrs

from chronology import Candidate, Holding, RecordedEvent, canonical
from chronology.canonical import Json
from chronology.commands.output import as_pairs, as_text
from chronology.events import thaw

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
STATE_HEADINGS: Final = ("subject", "attribute", "value", "standing", "valid", "said by", "grade", "event")
TIMELINE_HEADINGS: Final = ("valid", "type", "subject", "says", "said by", "event")
LOG_HEADINGS: Final = ("event", "recorded", "type", "subject", "valid", "says", "said by", "id")


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
    return attrs.asdict(candidate) | {"value": thaw(candidate.value)}


def of_event(event: RecordedEvent) -> dict[str, Json]:
    """Return a recorded event as JSON: its body as stored, its place in the log and its leaf hash."""
    body = canonical.parse(event.body)
    return {"position": event.position, **body, "leaf": event.leaf.hex()}


def state_rows(holdings: Iterable[Holding]) -> Iterator[tuple[str, ...]]:
    """Yield a row for each party to each answer; what repeats from the row above is left out."""
    subject = ""
    for holding in holdings:
        for index, candidate in enumerate(holding.candidates):
            yield (
                holding.subject if holding.subject != subject else "",
                holding.attribute if index == 0 else "",
                _claimed(candidate),
                _standing(holding) if index == 0 else _PARTY[candidate.standing],
                candidate.valid or "",
                _said_by(candidate.origin, candidate.source),
                candidate.grade or "",
                f"#{candidate.position}" if candidate.position else "",
            )
            subject = holding.subject


_PARTY: Final = {"leading": "", "possible": "or possibly", "rival": "but a rival says", "denial": "but denied"}


def _claimed(candidate: Candidate) -> str:
    denied = "not " if candidate.standing == "denial" else ""
    return denied + as_text(candidate.value)


def _standing(holding: Holding) -> str:
    return holding.certainty + (", contested" if holding.contested else "")


def _said_by(origin: str | None, source: str | None) -> str:
    if origin is None or source is None:
        return ""
    return source if origin == source else f"{origin} via {source}"


def _says(recorded: RecordedEvent) -> str:
    event = recorded.event
    parts = ["denies"] if event.stance == "denies" else []
    parts += [as_pairs(event.data)] if event.data and "schema" not in event.data else []
    parts += [f"retracts {event.retracts[:13]}…"] if event.retracts else []
    parts += [f"replaces {event.replaces[:13]}…"] if event.replaces else []
    parts += [f"disputes {name[:13]}…" for name in event.disputes]
    return "; ".join(parts)


def timeline_row(recorded: RecordedEvent) -> tuple[str, ...]:
    """Return an event as a row of the timeline."""
    event = recorded.event
    said_by = _said_by(event.origin, event.source)
    return event.valid or "", event.type, event.subject, _says(recorded), said_by, f"#{recorded.position}"


def log_row(recorded: RecordedEvent) -> tuple[str, ...]:
    """Return an event as a row of the log."""
    event = recorded.event
    return (
        f"#{recorded.position}",
        f"{recorded.recorded_at:%Y-%m-%d %H:%M:%S}",
        event.type,
        event.subject,
        event.valid or "",
        _says(recorded),
        _said_by(event.origin, event.source),
        recorded.id,
    )
