"""Rows of the log as recorded events, which is how users see them."""

from chronology.events import RecordedEvent, recorded, redacted
from chronology.log import Row


def as_recorded(row: Row) -> RecordedEvent:
    """Return a row of the log as users see it."""
    if not row.body:
        return redacted(row.position, row.id, row.recorded_at, row.leaf)
    return recorded(row.position, row.body, row.leaf)
