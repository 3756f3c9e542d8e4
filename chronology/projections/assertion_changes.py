"""Changing the assertion projection: assertions that come, and those that are withdrawn. SQL and rows only."""

import sqlite3
from collections.abc import Iterable
from typing import Final, NamedTuple

from chronology.projections.assertion import Group
from chronology.projections.derive import AssertionRow
from chronology.projections.tables import ORDINAL_BITS


class Change(NamedTuple):
    """An assertion that came or went, as far as it tells which instants it can touch; seconds, as in `Claim`."""

    came: bool
    start_min: int
    start_max: int
    end_max: int
    extent_end: int
    opposes: bool


def insert(connection: sqlite3.Connection, rows: Iterable[AssertionRow]) -> None:
    """Write new, live rows."""
    connection.executemany(
        """
        INSERT INTO assertion (
            key, position, subject, attribute, value, role, start_min, start_max, end_min, end_max, extent_end,
            valid, persists, event, origin, source, grade, stated, disputes, known_from
        )
        VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
        """,
        rows,
    )


# An event's rows are found by their key; those that a newer version of its type re-read, by the index of such. Two
# statements, because an update that had to look for either would read the whole table.
_WITHDRAW: Final = [
    f"""
    UPDATE assertion
    SET known_until = ?1
    WHERE {condition} AND position = ?2 AND known_until IS NULL
    RETURNING subject, attribute, start_min, start_max, end_max, extent_end,
        role <> 'affirms' OR disputes IS NOT NULL
    """
    for condition in (f"key >= ?2 << {ORDINAL_BITS} AND key < (?2 + 1) << {ORDINAL_BITS}", "known_from <> position")
]


def withdraw(connection: sqlite3.Connection, position: int, *, by: int) -> list[tuple[Group, Change]]:
    """End every live row of the event at a position, and return what changed in which group."""
    rows = [row for statement in _WITHDRAW for row in connection.execute(statement, (by, position)).fetchall()]
    return [((row[0], row[1]), Change._make((False, *row[2:6], bool(row[6])))) for row in rows]


def live_rows(connection: sqlite3.Connection, position: int) -> list[AssertionRow]:
    """Return the live rows of the event at a position, in order of key."""
    low = position << ORDINAL_BITS
    rows = connection.execute(
        f"""
        SELECT {", ".join(AssertionRow._fields)}
        FROM assertion
        WHERE (key >= ? AND key < ? OR known_from <> position)
            AND position = ?
            AND known_until IS NULL
        ORDER BY key
        """,
        (low, low + (1 << ORDINAL_BITS), position),
    )
    return [AssertionRow._make(row) for row in rows]


def latest_value(connection: sqlite3.Connection, group: Group) -> str | None:
    """Return the value, as JSON text, of the newest live affirmation in a group."""
    row = connection.execute(
        """
        SELECT value
        FROM assertion
        WHERE subject = ? AND attribute = ? AND known_until IS NULL AND role = 'affirms'
        ORDER BY position DESC
        LIMIT 1
        """,
        group,
    ).fetchone()
    return row[0] if row else None
