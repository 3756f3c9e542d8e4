"""What a log says about itself, found by reference: the types it defines, the redactions it declares. Reads only."""

import sqlite3

from chronology.events.records import decode
from chronology.log.event_table import Log, Row
from chronology.log.redactions import SUBJECT_KIND
from chronology.projections import references
from chronology.vocabulary.event_types import DEFINED, REDACTED
from chronology.vocabulary.registry import Vocabulary


def newest_definition(connection: sqlite3.Connection) -> int:
    """Return the newest position of an event about an event type, 0 where there is none."""
    row = connection.execute(
        """
        SELECT ifnull(max(position), 0)
        FROM reference
        WHERE subject IN (SELECT id FROM name WHERE text >= 'type/' AND text < 'type0')
        """
    ).fetchone()
    return int(row[0])


def load_vocabulary(log: Log, connection: sqlite3.Connection) -> Vocabulary:
    """Return the event types that the log defines."""
    positions = connection.execute(
        """
        SELECT position
        FROM reference
        WHERE about AND subject IN (SELECT id FROM name WHERE text >= 'type/' AND text < 'type0')
        ORDER BY position
        """
    ).fetchall()
    vocabulary = Vocabulary()
    for (position,) in positions:
        row = log.by_position(position)
        if row is not None and row.type == DEFINED:
            vocabulary = vocabulary.with_type(decode(row.body).data["schema"], trusted=True)
    return vocabulary


def redaction_of(log: Log, connection: sqlite3.Connection, event_id: str) -> Row | None:
    """Return the row that declares an event redacted, None where there is none."""
    rows = map(log.by_position, references.about(connection, f"{SUBJECT_KIND}/{event_id}"))
    return next((row for row in rows if row is not None and row.type == REDACTED), None)
