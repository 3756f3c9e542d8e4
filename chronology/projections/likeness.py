"""Asking the projections for subjects that are like a text, in single passes over them. SQL and rows only."""

import sqlite3
from collections.abc import Sequence
from typing import Final

from chronology.projections import references

NAMING: Final = ("aliases", "name", "title")
"""The attributes by which the built-in types give a subject's names."""


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


def named(connection: sqlite3.Connection, patterns: Sequence[str], limit: int) -> list[tuple[str, str]]:
    """Return subjects with what a live assertion names them, as canonical JSON, where that is like a pattern.

    The shortest come first: of all names that hold a text, the text itself.

    Args:
        connection: of the projections.
        patterns: of LIKE, of which one is enough.
        limit: the most rows.
    """
    rows = connection.execute(
        f"""
        SELECT text, value
        FROM claim
        JOIN name ON name.id = claim.subject
        WHERE attribute IN (SELECT id FROM name WHERE text IN ({", ".join("?" * len(NAMING))}))
            AND ({" OR ".join(["value LIKE ?"] * len(patterns))})
            AND known_until IS NULL
            AND role IS NULL
        ORDER BY length(value), text
        LIMIT ?
        """,
        (*NAMING, *patterns, limit),
    )
    return rows.fetchall()
