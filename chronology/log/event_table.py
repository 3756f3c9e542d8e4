"""The append-only log: `append`, `read`, `head`, an event by id or position. Knows bytes, not what events mean.

The contract, whatever the database: position order equals commit order, there are no gaps, ids are unique, and
`recorded_at` never goes backwards.
"""

import json
import sqlite3
from collections.abc import Generator, Iterable, Iterator, Mapping, Sequence
from typing import Final, NamedTuple

from chronology.errors import IntegrityError

_CHUNK: Final = 1_000

EVENT_TABLE: Final = """\
CREATE TABLE event (
    position INTEGER PRIMARY KEY,  -- 1, 2, 3 ... without gaps, in order of commit
    id TEXT NOT NULL UNIQUE,
    type TEXT NOT NULL,            -- empty where the event was redacted
    subject TEXT NOT NULL,         -- likewise
    recorded_at TEXT NOT NULL,     -- UTC, to the microsecond, fixed width: text order is time order
    body BLOB NOT NULL,            -- canonical JSON (RFC 8785), verbatim; likewise
    leaf BLOB NOT NULL             -- SHA-256(0x00 || body): leaf position - 1 of the Merkle tree (RFC 9162)
) STRICT"""

# RAISE(ABORT) undoes the statement whatever its ON CONFLICT clause says, so INSERT OR REPLACE is refused too.
INSERT_TRIGGER: Final = """\
CREATE TRIGGER event_refuses_insert_out_of_order BEFORE INSERT ON event
WHEN NEW.position IS NOT (SELECT ifnull(max(position), 0) + 1 FROM event)
    OR EXISTS (SELECT 1 FROM event WHERE id = NEW.id)
    OR NEW.recorded_at < (SELECT recorded_at FROM event WHERE position = NEW.position - 1)
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: the next position, a new id, a time not before the last');
END"""

# The one exception: an event's content may be erased while the newest event of the log declares it redacted.
# IS, not =, so that a NULL can only refuse. Types, redactions and erased events stay unchanged.
UPDATE_TRIGGER: Final = """\
CREATE TRIGGER event_refuses_update BEFORE UPDATE ON event
WHEN NOT (
    NEW.position IS OLD.position
    AND NEW.id IS OLD.id
    AND NEW.recorded_at IS OLD.recorded_at
    AND NEW.leaf IS OLD.leaf
    AND NEW.type IS ''
    AND NEW.subject IS ''
    AND NEW.body IS x''
    AND OLD.type NOT IN ('', 'type.defined', 'event.redacted')
    AND EXISTS (
        SELECT 1
        FROM event
        WHERE position = (SELECT max(position) FROM event)
            AND type = 'event.redacted'
            AND subject = 'event/' || OLD.id
    )
)
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: events are never changed');
END"""

DELETE_TRIGGER: Final = """\
CREATE TRIGGER event_refuses_delete BEFORE DELETE ON event
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only: events are never deleted');
END"""

# Stores nothing. It keeps the columns from being dropped, and from being written as blobs, which bypasses triggers.
GUARD_INDEX: Final = """\
CREATE INDEX event_guards_columns ON event (body, leaf, id, type, subject, recorded_at) WHERE 0"""

SCHEMA: Final = {
    "event": EVENT_TABLE,
    "event_refuses_insert_out_of_order": INSERT_TRIGGER,
    "event_refuses_update": UPDATE_TRIGGER,
    "event_refuses_delete": DELETE_TRIGGER,
    "event_guards_columns": GUARD_INDEX,
}
"""The log's objects, by name, in the order in which they are created."""


def check_schema(found: Mapping[str, str | None]) -> None:
    """Refuse a file whose log differs from what this code creates.

    Args:
        found: the text of every object in the file, by name.

    Raises:
        IntegrityError: a table, trigger or index of the log is missing or has been changed.
    """
    for name, wanted in SCHEMA.items():
        if (found.get(name) or "").strip() != wanted:
            what = "has been changed" if name in found else "is missing"
            raise IntegrityError(f"the log's {name} {what}", hint="`chronology verify` says more; restore a backup")


class Row(NamedTuple):
    """One event as stored; all other columns can be derived from `body`, unless it was redacted."""

    position: int
    id: str
    type: str
    subject: str
    recorded_at: str
    body: bytes
    leaf: bytes


COLUMN_TYPES: Final = (int, str, str, str, str, bytes, bytes)
"""The types in which SQLite must return a row; a damaged or hostile file may return others."""


def origin_of(first_id: str) -> str:
    """Return the origin line of the log whose first event has an id."""
    return f"chronology/{first_id}"


class Log:
    """The log in a SQLite file; the caller runs the transactions."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection

    def head(self) -> int:
        """Return the newest position, 0 if the log is empty."""
        position: int = self._connection.execute("SELECT ifnull(max(position), 0) FROM event").fetchone()[0]
        return position

    def append(self, rows: Sequence[Row]) -> None:
        """Append rows whose positions continue from the head.

        Raises:
            IntegrityError: the database did not take exactly these rows.
        """
        cursor = self._connection.executemany(
            """
            INSERT INTO event (position, id, type, subject, recorded_at, body, leaf)
            VALUES (?, ?, ?, ?, ?, ?, ?)
            """,
            rows,
        )
        if cursor.rowcount != len(rows):
            raise IntegrityError(f"{cursor.rowcount} of {len(rows)} events were written; all were rolled back")

    def read(
        self, *, after: int = 0, until: int | None = None, reverse: bool = False, limit: int | None = None
    ) -> Iterator[Row]:
        """Yield the rows with after < position <= until, in order, with only some of them in memory at a time.

        Args:
            after: the position before the first.
            until: the last position; the head where not given.
            reverse: yield the newest row first.
            limit: stop after this many rows. Requires limit >= 0.
        """
        last = self.head() if until is None else until
        left = last - after if limit is None else limit
        while after < last and left > 0:
            rows = self._connection.execute(
                f"""
                SELECT position, id, type, subject, recorded_at, body, leaf
                FROM event
                WHERE position > ? AND position <= ?
                ORDER BY position {"DESC" if reverse else "ASC"}
                LIMIT ?
                """,
                (after, last, min(left, _CHUNK)),
            ).fetchall()
            if not rows:
                return
            left -= len(rows)
            if reverse:
                last = rows[-1][0] - 1
            else:
                after = rows[-1][0]
            yield from map(Row._make, rows)

    def leaves(self, *, after: int = 0, until: int) -> Generator[bytes, None, None]:
        """Yield the leaf hashes of the events with after < position <= until, in order, without reading the bodies."""
        for (leaf,) in self._connection.execute(
            """
            SELECT leaf
            FROM event
            WHERE position > ? AND position <= ?
            ORDER BY position
            """,
            (after, until),
        ):
            yield leaf

    def strays(self) -> Iterator[int]:
        """Yield the positions below 1, which a log never gives; nothing else here reads rows put there by hand."""
        for (position,) in self._connection.execute(
            """
            SELECT position
            FROM event
            WHERE position < 1
            ORDER BY position
            """
        ):
            yield position

    def of_type(self, name: str, *, after: int = 0) -> Iterator[Row]:
        """Return the rows of one type, in order; reads the log from there on, because there is no index for it."""
        rows = self._connection.execute(
            """
            SELECT position, id, type, subject, recorded_at, body, leaf
            FROM event
            WHERE type = ? AND position > ?
            ORDER BY position
            """,
            (name, after),
        )
        return map(Row._make, rows)

    def among(self, positions: Iterable[int], name: str | None = None) -> Iterator[Row]:
        """Return some rows, in order; only those of one type, if it is given."""
        rows = self._connection.execute(
            """
            SELECT position, id, type, subject, recorded_at, body, leaf
            FROM event
            WHERE position IN (SELECT value FROM json_each(:positions)) AND (:type IS NULL OR type = :type)
            ORDER BY position
            """,
            {"positions": json.dumps(list(positions)), "type": name},
        )
        return map(Row._make, rows)

    def redact(self, position: int) -> None:
        """Erase what an event said, but not its id, time and leaf hash; the log's newest event must declare it.

        Raises:
            IntegrityError: there is no such event.
        """
        cursor = self._connection.execute(
            """
            UPDATE event
            SET type = '', subject = '', body = x''
            WHERE position = ?
            """,
            (position,),
        )
        if cursor.rowcount != 1:
            raise IntegrityError("there is no event to redact", position=position)

    def by_position(self, position: int) -> Row | None:
        """Return the row at a position."""
        return self._one("position", position)

    def by_id(self, event_id: str) -> Row | None:
        """Return the row with an id."""
        return self._one("id", event_id)

    def _one(self, column: str, value: int | str) -> Row | None:
        row = self._connection.execute(
            f"""
            SELECT position, id, type, subject, recorded_at, body, leaf
            FROM event
            WHERE {column} = ?
            """,
            (value,),
        ).fetchone()
        return Row._make(row) if row else None

    def ids_starting(self, prefix: str, *, limit: int) -> list[str]:
        """Return ids that begin with a text of hexadecimal digits and hyphens, in order."""
        rows = self._connection.execute(
            """
            SELECT id
            FROM event
            WHERE id >= ? AND id < ?
            ORDER BY id
            LIMIT ?
            """,
            (prefix, prefix + "g", limit),
        )
        return [row[0] for row in rows]

    def absent(self, ids: Iterable[str]) -> set[str]:
        """Return those of some ids that no event has; to look up a thousand takes a tenth of as many questions."""
        asked = {one for one in ids if one.isascii()}
        held = self._connection.execute(
            """
            SELECT event.id
            FROM json_each(?) AS asked
            CROSS JOIN event ON event.id = asked.value
            """,
            (json.dumps(sorted(asked)),),
        )
        return asked.difference(row[0] for row in held)

    def recorded_at(self, position: int) -> str:
        """Return when the event at a position was recorded; if there is none, an empty text, which sorts first."""
        row = self._connection.execute("SELECT recorded_at FROM event WHERE position = ?", (position,)).fetchone()
        return row[0] if row else ""

    def position_at(self, recorded_at: str) -> int:
        """Return the newest position recorded at or before an instant, 0 if there is none.

        `recorded_at` never goes backwards, so a binary search finds it. An index would cost more at every append than
        it saves here.
        """
        low, high = 0, self.head()
        while low < high:
            probe = (low + high + 1) // 2
            if self.recorded_at(probe) <= recorded_at:
                low = probe
            else:
                high = probe - 1
        return low
