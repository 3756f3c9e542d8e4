"""What subjects are called: each name as names are compared, kept up with the log. SQL and rows only.

Only an event that names a subject touches this table, so that most appends pay nothing for it.
"""

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING

from chronology.events.slugs import spelling
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
    """Yield subjects with a live name in which one of some texts stands, and that name as it is compared.

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
