"""Events that wait beside a store until its shared log can be reached again: one JSON object a line."""

import json
import os
from collections.abc import Iterable, Sequence
from pathlib import Path

from chronology.errors import RemoteError
from chronology.events import canonical
from chronology.events.records import Event, as_dict
from chronology.events.structuring import event_from_json


def place(store: Path) -> Path:
    """Return the file in which a store's events wait."""
    return store.with_name(f"{store.name}.outbox")


def keep(store: Path, events: Iterable[Event]) -> None:
    """Add events, which have ids, so that pushing them twice appends them once.

    Raises:
        RemoteError: the file cannot be written.
    """
    lines = [json.dumps(as_dict(event), ensure_ascii=False) + "\n" for event in events]
    try:
        with os.fdopen(
            os.open(place(store), os.O_WRONLY | os.O_CREAT | os.O_APPEND, 0o600), "a", encoding="utf-8"
        ) as file:
            file.writelines(lines)
            file.flush()
            os.fsync(file.fileno())
    except OSError as exc:
        raise RemoteError(f"{place(store)} cannot be written: {exc.strerror}") from exc


def waiting(store: Path) -> list[Event]:
    """Return the events that wait, oldest first.

    Raises:
        RemoteError: the file cannot be read, or a line is not an event.
    """
    try:
        lines: Sequence[str] = place(store).read_text(encoding="utf-8").split("\n")
    except FileNotFoundError:
        return []
    except (OSError, UnicodeDecodeError) as exc:
        raise RemoteError(f"{place(store)} cannot be read: {exc}") from exc
    return [event_from_json(canonical.parse(line)) for line in lines if line.strip()]


def empty(store: Path) -> None:
    """Forget the events, once they are in the shared log."""
    place(store).unlink(missing_ok=True)
