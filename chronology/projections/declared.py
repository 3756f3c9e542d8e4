"""Redactions as the log declares them, found through the mention projection. Reads only."""

import sqlite3

from chronology.event_types import REDACTED
from chronology.log import Log, Row
from chronology.projections import mention
from chronology.redactions import SUBJECT_KIND


def redaction_of(log: Log, connection: sqlite3.Connection, event_id: str) -> Row | None:
    """Return the row that declares an event redacted, None where there is none."""
    rows = map(log.by_position, mention.about(connection, f"{SUBJECT_KIND}/{event_id}"))
    return next((row for row in rows if row is not None and row.type == REDACTED), None)
