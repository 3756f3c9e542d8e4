"""Changing the table of claims: claims that come, and those that are withdrawn. SQL and rows only."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from operator import itemgetter
from typing import NamedTuple

from chronology.projections import columns
from chronology.projections.columns import ORDINAL_BITS, NewClaim


class Withdrawal(NamedTuple):
    """What finds the claims of one event in one group, and how they end.

    Attributes:
        by: the position that withdraws them.
        tells: 0 where the event is still live, and `reference` tells from now on whom it is about.
    """

    by: int
    tells: int
    subject: int
    attribute: int
    start_min: int
    position: int


def insert(connection: sqlite3.Connection, rows: Iterable[NewClaim], numbers: Mapping[str, int]) -> None:
    """Write new rows, with numbers for their names; in order, so that each page is written once."""
    written = [columns.numbered(row, numbers) for row in rows]
    connection.executemany(columns.INSERT, sorted(written, key=columns.IN_ORDER))


def withdraw(connection: sqlite3.Connection, withdrawals: Sequence[Withdrawal]) -> None:
    """End live claims."""
    connection.executemany(
        f"""
        UPDATE claim
        SET known_until = ?1, tells = tells AND ?2
        WHERE subject = ?3 AND attribute = ?4 AND start_min = ?5 AND known_until IS NULL
            AND ifnull(position, key >> {ORDINAL_BITS}) = ?6
        """,
        sorted(withdrawals, key=itemgetter(2, 3, 4, 5)),
    )


def latest_value(connection: sqlite3.Connection, subject: str, attribute: str) -> str | None:
    """Return the value, as JSON text, of the newest live affirmation in a group."""
    row = connection.execute(
        f"""
        SELECT value
        FROM claim
        WHERE subject = (SELECT id FROM name WHERE text = ?) AND attribute = (SELECT id FROM name WHERE text = ?)
            AND known_until IS NULL AND role IS NULL
        ORDER BY ifnull(position, key >> {ORDINAL_BITS}) DESC
        LIMIT 1
        """,
        (subject, attribute),
    ).fetchone()
    return row[0] if row else None
