"""The vocabulary as the log defines it, found through the mention projection. Reads only."""

import sqlite3

from chronology.event_types import DEFINED
from chronology.events import decode
from chronology.log import Log
from chronology.vocabulary import Vocabulary


def newest(connection: sqlite3.Connection) -> int:
    """Return the newest position of an event about an event type, 0 where there is none."""
    row = connection.execute(
        """
        SELECT ifnull(max(position), 0)
        FROM mention
        WHERE subject >= 'type/' AND subject < 'type0'
        """
    ).fetchone()
    return int(row[0])


def load(log: Log, connection: sqlite3.Connection) -> Vocabulary:
    """Return the event types that the log defines."""
    positions = connection.execute(
        """
        SELECT position
        FROM mention
        WHERE subject >= 'type/' AND subject < 'type0' AND role = 'subject'
        ORDER BY position
        """
    ).fetchall()
    vocabulary = Vocabulary()
    for (position,) in positions:
        row = log.by_position(position)
        if row is not None and row.type == DEFINED:
            vocabulary = vocabulary.with_type(decode(row.body).data["schema"], trusted=True)
    return vocabulary
