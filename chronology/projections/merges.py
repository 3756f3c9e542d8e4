"""Which merges of subjects are live, and which claims a merge concerns. SQL and rows only."""

import sqlite3
from collections.abc import Sequence

from chronology.events.identities import NO_MERGES, Identities, Merge
from chronology.events.ranks import rank
from chronology.projections.columns import ORDINAL_BITS


def known(connection: sqlite3.Connection, known_at: int | None = None) -> Identities:
    """Return which names meant one subject, as known at a position; now where it is None."""
    rows = connection.execute(
        """
        SELECT position, kept, merged, rank
        FROM merge
        WHERE position <= ifnull(:known_at, position) AND (known_until IS NULL OR known_until > :known_at)
        """,
        {"known_at": known_at},
    ).fetchall()
    return _ranked(rows)


def ever(connection: sqlite3.Connection) -> Identities:
    """Return which names meant one subject at some time, also by way of others, whether they still do or not."""
    rows = connection.execute("SELECT position, kept, merged, rank FROM merge").fetchall()
    return _ranked(rows)


def _ranked(rows: list[tuple[int, str, str, bytes | None]]) -> Identities:
    """Return what merges make of names, in the order in which they were first recorded, in whichever log."""
    ranked = sorted(rows, key=lambda row: rank(row[0], row[3]))
    return Identities(Merge(*row[:3]) for row in ranked) if rows else NO_MERGES


def insert(connection: sqlite3.Connection, merge: Merge, code: bytes | None = None) -> None:
    """Note a merge, and the code of its rank where another log recorded it first."""
    connection.execute("INSERT INTO merge (position, kept, merged, rank) VALUES (?, ?, ?, ?)", (*merge, code))


def withdraw(connection: sqlite3.Connection, position: int, *, by: int) -> None:
    """Mark a merge as no longer live."""
    connection.execute("UPDATE merge SET known_until = ? WHERE position = ? AND known_until IS NULL", (by, position))


def between(connection: sqlite3.Connection, earlier: int, later: int) -> list[int]:
    """Return the positions, after one and up to another, that merged subjects or took such a merge back."""
    rows = connection.execute(
        """
        SELECT position FROM merge WHERE position BETWEEN :earlier + 1 AND :later
        UNION
        SELECT known_until FROM merge WHERE known_until BETWEEN :earlier + 1 AND :later
        ORDER BY 1
        """,
        {"earlier": earlier, "later": later},
    )
    return [row[0] for row in rows]


def naming(connection: sqlite3.Connection, names: Sequence[str]) -> list[int]:
    """Return the positions of the live events whose claims stand under some names, or name them, in order.

    Looks at every claim: merges are rare, and an index of sources, origins and values would burden every append.
    Requires names as claims hold them now.
    """
    texts = {f"name_{number}": name for number, name in enumerate(names)}
    quoted = {f"value_{number}": f'"{name}"' for number, name in enumerate(names)}
    numbers = f"(SELECT id FROM name WHERE text IN ({', '.join(f':{key}' for key in texts)}))"
    in_value = " OR ".join(f"instr(value, :{key})" for key in quoted)
    rows = connection.execute(
        f"""
        SELECT DISTINCT ifnull(position, key >> {ORDINAL_BITS})
        FROM claim
        WHERE known_until IS NULL
            AND (subject IN {numbers} OR source IN {numbers} OR origin IN {numbers} OR {in_value})
        ORDER BY 1
        """,
        texts | quoted,
    )
    return [row[0] for row in rows]
