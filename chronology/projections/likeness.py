"""Asking the projections for subjects that are like a text, in single passes over them. SQL and rows only."""

import sqlite3
from collections.abc import Sequence

from chronology.projections import references


def with_slug(connection: sqlite3.Connection, slug: str) -> list[str]:
    """Return every subject with a slug, of whatever kind."""
    subjects = [f"{kind}/{slug}" for kind in references.kinds(connection)]
    return [subject for subject in subjects if references.is_known(connection, subject)]


def beside(connection: sqlite3.Connection, subject: str, limit: int) -> list[str]:
    """Return the subjects that stand nearest in the alphabet, as many as a limit allows on either side."""
    after = f"SELECT text FROM name WHERE text >= ? AND {references.KNOWN} ORDER BY text LIMIT ?"
    before = f"SELECT text FROM name WHERE text < ? AND {references.KNOWN} ORDER BY text DESC LIMIT ?"
    return [row[0] for query in (after, before) for row in connection.execute(query, (subject, limit))]


def holding(connection: sqlite3.Connection, parts: Sequence[str], limit: int) -> list[str]:
    """Return subjects in which at least one of some texts stands, as many as a limit allows.

    Requires parts.
    """
    rows = connection.execute(
        f"SELECT text FROM name WHERE {_any_stands_in('text', parts)} AND {references.KNOWN} LIMIT ?", (*parts, limit)
    )
    return [row[0] for row in rows]


def with_letters(connection: sqlite3.Connection, kind: str, letters: str, limit: int) -> list[str]:
    """Return subjects of a kind, of any if it is empty, in whose slug some letters stand in this order.

    Requires letters and digits only.
    """
    rows = connection.execute(
        f"SELECT text FROM name WHERE text LIKE ? AND {references.KNOWN} LIMIT ?",
        (f"{kind or '%'}/%{'%'.join(letters)}%", limit),
    )
    return [row[0] for row in rows]


def parties_holding(connection: sqlite3.Connection, parts: Sequence[str], limit: int) -> list[str]:
    """Return sources and origins in which at least one of some texts stands, as many as a limit allows.

    Requires parts.
    """
    rows = connection.execute(
        f"""
        SELECT text
        FROM name
        WHERE {_any_stands_in("text", parts)} AND id IN (SELECT source FROM claim UNION SELECT origin FROM claim)
        ORDER BY text
        LIMIT ?
        """,
        (*parts, limit),
    )
    return [row[0] for row in rows]


def _any_stands_in(column: str, parts: Sequence[str]) -> str:
    return "(" + " OR ".join([f"instr({column}, ?)"] * len(parts)) + ")"
