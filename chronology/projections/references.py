"""The mention and subject projections: which events speak of whom. SQL and rows only."""

import sqlite3
from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from chronology.projections.derive import MentionRow


def insert(connection: sqlite3.Connection, rows: Sequence["MentionRow"]) -> None:
    """Write new, live mentions."""
    connection.executemany(
        """
        INSERT INTO mention (subject, position, role, first, last)
        VALUES (?, ?, ?, ?, ?)
        """,
        rows,
    )


def replace(connection: sqlite3.Connection, old: Iterable["MentionRow"], new: Sequence["MentionRow"]) -> None:
    """Exchange the mentions of one event, which a newer version of its type reads differently."""
    connection.executemany(
        "DELETE FROM mention WHERE subject = ? AND position = ?", [(row.subject, row.position) for row in old]
    )
    insert(connection, new)


def withdraw(connection: sqlite3.Connection, subjects: Iterable[str], position: int, *, by: int) -> None:
    """Mark the mentions of one event as no longer live."""
    connection.executemany(
        "UPDATE mention SET known_until = ? WHERE subject = ? AND position = ?",
        [(by, subject, position) for subject in subjects],
    )


def withdrawn_by(connection: sqlite3.Connection, subject: str, position: int) -> int | None:
    """Return the position that withdrew an event about a subject, None while it is live."""
    row = connection.execute(
        "SELECT known_until FROM mention WHERE subject = ? AND position = ?", (subject, position)
    ).fetchone()
    return row[0] if row else None


def about(connection: sqlite3.Connection, subject: str) -> list[int]:
    """Return the positions of the events about a subject, in order, withdrawn ones too."""
    rows = connection.execute(
        """
        SELECT position
        FROM mention
        WHERE subject = ? AND role = 'subject'
        ORDER BY position
        """,
        (subject,),
    )
    return [row[0] for row in rows]


def subjects(connection: sqlite3.Connection, *, kind: str | None = None) -> list[str]:
    """Return every subject that some event is about or refers to, in order."""
    # "0" is the character after "/": all subjects of the kind, by the table's own order.
    rows = connection.execute(
        """
        SELECT DISTINCT subject
        FROM mention
        WHERE ?1 IS NULL OR (subject >= ?1 || '/' AND subject < ?1 || '0')
        ORDER BY subject
        """,
        (kind,),
    )
    return [row[0] for row in rows]


def is_known(connection: sqlite3.Connection, subject: str) -> bool:
    """Tell whether some event is about a subject or refers to it."""
    return connection.execute("SELECT 1 FROM mention WHERE subject = ? LIMIT 1", (subject,)).fetchone() is not None


def kinds(connection: sqlite3.Connection) -> list[str]:
    """Return every kind of subject in the log, leaping from one to the next."""
    rows = connection.execute(
        """
        WITH RECURSIVE found (subject) AS (
            SELECT min(subject) FROM mention
            UNION ALL
            SELECT (
                SELECT min(subject)
                FROM mention
                WHERE subject >= substr(found.subject, 1, instr(found.subject, '/') - 1) || '0'
            )
            FROM found
            WHERE found.subject IS NOT NULL
        )
        SELECT substr(subject, 1, instr(subject, '/') - 1)
        FROM found
        WHERE subject IS NOT NULL
        """
    )
    return [row[0] for row in rows]


def positions(
    connection: sqlite3.Connection,
    *,
    subject: str | None,
    since: int | None,
    until: int | None,
    reverse: bool = False,
    limit: int | None = None,
) -> list[int]:
    """Return the positions of live events in order of valid time.

    Args:
        connection: of the projections.
        subject: only events about it or referring to it.
        since: only events whose valid time may touch this second or a later one.
        until: only events whose valid time may touch this second or an earlier one.
        reverse: return the latest first.
        limit: return only so many, the first in that order.
    """
    way = "DESC" if reverse else "ASC"
    rows = connection.execute(
        f"""
        SELECT position
        FROM mention
        WHERE known_until IS NULL
            AND first IS NOT NULL
            AND (CASE WHEN ?1 IS NULL THEN role = 'subject' ELSE subject = ?1 END)
            AND (?2 IS NULL OR last > ?2)
            AND (?3 IS NULL OR first <= ?3)
        ORDER BY first {way}, last {way}, position {way}
        LIMIT ifnull(?4, -1)
        """,
        (subject, since, until, limit),
    )
    return [row[0] for row in rows]


def versions(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the versions of the projections in the file; empty before the first event."""
    return dict(connection.execute("SELECT name, version FROM projection").fetchall())
