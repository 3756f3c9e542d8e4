"""Which events another log recorded earlier than this one, as noted in the log. SQL and rows only."""

import sqlite3

from chronology.events.recordings import FirstRecording


def any_noted(connection: sqlite3.Connection) -> bool:
    """Tell whether there are such events."""
    return connection.execute("SELECT 1 FROM recording LIMIT 1").fetchone() is not None


def of(connection: sqlite3.Connection, event_id: str, *, known_at: int | None = None) -> FirstRecording | None:
    """Return the earliest recording that was noted of an event, up to a position, None where there is none."""
    row = connection.execute(
        """
        SELECT recorded_at, origin, position, leaf, stated
        FROM recording
        WHERE event = ? AND noted <= ifnull(?, noted)
        ORDER BY noted DESC
        LIMIT 1
        """,
        (event_id, known_at),
    ).fetchone()
    return FirstRecording(*row) if row else None


def note(connection: sqlite3.Connection, event_id: str, found: FirstRecording, *, by: int) -> None:
    """Note a recording of which the event at a position tells; it is earlier than those noted before."""
    connection.execute("INSERT INTO recording VALUES (?, ?, ?, ?, ?, ?, ?)", (event_id, by, *found))
