"""What subjects are called, each name as names are compared, kept up with the log; and subjects like a text. SQL only.

Only an event that names a subject touches the table of names, so that most appends pay nothing for it. What a text is
like is looked for in single passes over all names.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from chronology.events.slugs import spelling
from chronology.projections import references
from chronology.projections.columns import ORDINAL_BITS

if TYPE_CHECKING:
    from chronology.projections.claim_rows import CalledRow


def insert(connection: sqlite3.Connection, rows: Iterable["CalledRow"], numbers: Mapping[str, int]) -> None:
    """Write names; those of subjects are given as numbers."""
    connection.executemany(
        "INSERT INTO called VALUES (?, ?, ?, ?, ?)",
        sorted((row.spelling, numbers[row.subject], *row[2:]) for row in rows),
    )


def withdraw(
    connection: sqlite3.Connection, rows: Iterable[tuple[int, "CalledRow"]], numbers: Mapping[str, int]
) -> None:
    """End live names, each given with the position that withdraws it."""
    places = [
        (by, row.spelling, numbers[row.subject], row.key >> ORDINAL_BITS if row.position is None else row.position)
        for by, row in rows
    ]
    connection.executemany(
        f"""
        UPDATE called
        SET known_until = ?
        WHERE spelling = ? AND subject = ? AND ifnull(position, key >> {ORDINAL_BITS}) = ? AND known_until IS NULL
        """,
        sorted(places, key=itemgetter(1, 2, 3)),
    )


def bearers(
    connection: sqlite3.Connection, text: str, *, within: bool = False, known_at: int | None = None
) -> set[str]:
    """Return the subjects that have a name, whatever its case, marks and punctuation; none for a text without letters.

    Args:
        connection: of the projections.
        text: the name.
        within: take names too that only contain the text.
        known_at: as known at this position.
    """
    spelt = spelling(text)
    if not spelt:
        return set()
    rows = connection.execute(
        f"""
        SELECT DISTINCT text
        FROM called
        CROSS JOIN name ON name.id = called.subject
        WHERE {"instr(spelling, :spelt)" if within else "spelling = :spelt"}
            AND (:known_at IS NULL OR key >> {ORDINAL_BITS} <= :known_at)
            AND (known_until IS NULL OR known_until > :known_at)
        """,
        {"spelt": spelt, "known_at": known_at},
    )
    return {row[0] for row in rows}


def like(connection: sqlite3.Connection, parts: Sequence[str], limit: int) -> Iterator[tuple[str, str]]:
    """Yield subjects with a live name in which one of some texts stands, and that name in the form that is compared.

    The shortest come first: of all names that hold a text, the text itself. Requires parts.
    """
    stands = " OR ".join(["instr(spelling, ?)"] * len(parts))
    yield from connection.execute(
        f"""
        SELECT text, spelling
        FROM called
        CROSS JOIN name ON name.id = called.subject
        WHERE known_until IS NULL AND ({stands})
        ORDER BY length(spelling), text
        LIMIT ?
        """,
        (*parts, limit),
    )


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
