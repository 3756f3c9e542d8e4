"""Events that another log recorded earlier than this one, as the log notes it, and their places. SQL and rows."""

import sqlite3
from functools import cached_property

from chronology.events.ranks import rank_code, recorded_before
from chronology.events.recordings import FirstRecording
from chronology.events.records import Body
from chronology.log.event_table import Log, origin_of


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


class Places:
    """Finds the places, in one log."""

    def __init__(self, log: Log) -> None:
        self._log = log
        # Events that come from another log follow each other, with a few times: the last one that was looked up.
        self._looked_up: dict[str, int] = {}

    def code(self, body: Body) -> bytes | None:
        """Return the code of an event's rank; None if this log recorded it first.

        What this log records after it took in an event is later than all that the other log knew then, so the place
        stays the same however the log goes on.
        """
        if body.merged_from is None:
            return None
        event_id = body.id or ""
        after = recorded_before(
            body.merged_from, event_id, origin=self._origin, position_at=self._position_at, id_at=self._id_at
        )
        return rank_code(body.merged_from, event_id, after)

    @cached_property
    def _origin(self) -> str:
        return origin_of(self._id_at(1))

    def _position_at(self, recorded_at: str) -> int:
        if recorded_at not in self._looked_up:
            if len(self._looked_up) > 1:
                self._looked_up.clear()
            self._looked_up[recorded_at] = self._log.position_at(recorded_at)
        return self._looked_up[recorded_at]

    def _id_at(self, position: int) -> str:
        row = self._log.by_position(position)
        return row.id if row else ""
