"""What subjects are called: each name as names are compared, kept up with the log. SQL and rows only.

Only an event that names a subject touches this table, so that most appends pay nothing for it.
"""

import json
import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Any, Final, NamedTuple

from chronology.events.json_values import Json
from chronology.events.records import Body
from chronology.events.slugs import spelling
from chronology.projections.derive import ClaimRow
from chronology.projections.tables import ORDINAL_BITS
from chronology.vocabulary.event_types import NAMED

NAMING: Final = frozenset({"aliases", "name", "title"})
"""The attributes by which the built-in types give a subject's names."""


class CalledRow(NamedTuple):
    """A row of the table, columns as in `tables.CALLED`; the subject is a text, and becomes a number when written."""

    spelling: str
    subject: str
    key: int
    known_until: int | None
    position: int | None


def called_rows(position: int, body: Body, claims: Iterable[ClaimRow]) -> list[CalledRow]:
    """Return the names that an event gives, one a spelling; none for a name without letters or digits.

    Args:
        position: of the event.
        body: its stored body.
        claims: what the event says, as the newest version of its type reads it.
    """
    if body.type == NAMED:
        found = [CalledRow(spelling(body.data["name"]), body.subject, position << ORDINAL_BITS, None, None)]
    else:
        found = [
            CalledRow(spelling(text), row.subject, row.key, None, row.position)
            for row in claims
            if row.attribute in NAMING and row.role is None and row.value is not None
            for text in texts(json.loads(row.value))
        ]
    return [row for row in dict.fromkeys(found) if row.spelling]


def texts(value: Json) -> list[str]:
    """Return the names in the value of one of these attributes: a text, or the texts in a list."""
    return [text for text in (value if isinstance(value, Sequence) and not isinstance(value, str) else [value])
            if isinstance(text, str)]  # fmt: skip


def insert(connection: sqlite3.Connection, rows: Iterable[CalledRow], numbers: Mapping[Any, Any]) -> None:
    """Write names; those of subjects are given as numbers."""
    connection.executemany(
        "INSERT INTO called VALUES (?, ?, ?, ?, ?)", sorted(row._replace(subject=numbers[row.subject]) for row in rows)
    )


def withdraw(connection: sqlite3.Connection, rows: Iterable[tuple[int, CalledRow]], numbers: Mapping[Any, Any]) -> None:
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
    connection: sqlite3.Connection, spelt: str, *, within: bool = False, known_at: int | None = None
) -> set[str]:
    """Return the subjects that are called so.

    Args:
        connection: of the projections.
        spelt: a name, as `spelling` returns it.
        within: also those of whose names it is only a part.
        known_at: as known at this position.
    """
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
