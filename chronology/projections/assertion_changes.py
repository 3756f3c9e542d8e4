"""Changing the assertion projection: assertions that come, and those that are withdrawn. SQL and rows only."""

import sqlite3
from collections.abc import Iterable
from typing import NamedTuple

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


def withdraw(connection: sqlite3.Connection, position: int, *, by: int) -> list[tuple[Group, Change]]:
    """End every live row of the event at a position, and return what changed in which group."""
    touched: list[tuple[Group, Change]] = []
    low = position << ORDINAL_BITS
    for condition, parameters in (
        ("key >= ? AND key < ?", (low, low + (1 << ORDINAL_BITS))),
        ("position = ? AND known_from <> position", (position,)),
    ):
        cursor = connection.execute(
            f"""
            UPDATE assertion
            SET known_until = ?
            WHERE {condition} AND position = ? AND known_until IS NULL
            RETURNING subject, attribute, start_min, start_max, end_max, extent_end,
                role <> 'affirms' OR disputes IS NOT NULL
            """,
            (by, *parameters, position),
        )
        touched += [((row[0], row[1]), Change._make((False, *row[2:6], bool(row[6])))) for row in cursor.fetchall()]
    return touched


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
