"""Which events speak of whom: references, and the view of mentions that unites them with claims. SQL and rows only."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, Final

from chronology.dates import edtf
from chronology.projections.columns import ORDINAL_BITS

if TYPE_CHECKING:
    from chronology.projections.claim_rows import ReferenceRow

KNOWN: Final = """
    (EXISTS (SELECT 1 FROM claim WHERE subject = name.id) OR EXISTS (SELECT 1 FROM reference WHERE subject = name.id))
"""
"""Of a name: some event is about it or refers to it."""

_AMONG: Final = "subject IN (SELECT name.id FROM json_each(:among) CROSS JOIN name ON name.text = value)"


def among(subjects: Sequence[str]) -> str:
    """Return the SQL condition that a mention is of one of some names, to be bound as `subjects`, a JSON list."""
    many = "IN (SELECT value FROM json_each(:subjects))"
    one = "= json_extract(:subjects, '$[0]')"
    return f"subject {many if len(subjects) > 1 else one}"


def insert(connection: sqlite3.Connection, rows: Iterable[tuple[Any, ...]]) -> None:
    """Write references, whose names are numbers; one that is there stays."""
    connection.executemany(
        """
        INSERT INTO reference
        VALUES (?, ?, ?, ?, ?, ?)
        ON CONFLICT DO NOTHING
        """,
        sorted(rows, key=itemgetter(0, 1)),
    )


def delete(connection: sqlite3.Connection, rows: Iterable["ReferenceRow"]) -> None:
    """Take back references."""
    connection.executemany(
        "DELETE FROM reference WHERE subject = (SELECT id FROM name WHERE text = ?) AND position = ?",
        [row[:2] for row in rows],
    )


def withdraw(connection: sqlite3.Connection, places: Sequence[tuple[int, int, int]]) -> None:
    """Mark references as no longer live; given by whom, subject and position."""
    connection.executemany(
        "UPDATE reference SET known_until = ? WHERE subject = ? AND position = ? AND known_until IS NULL", places
    )


def withdrawn_by(connection: sqlite3.Connection, subject: str, position: int, *, valid: str | None) -> int | None:
    """Return the position that withdrew an event about a subject, None while it is live.

    Args:
        connection: of the projections.
        subject: of the event.
        position: of the event.
        valid: its valid time as entered, None if it has none.
    """
    start = None if valid is None else edtf.parse(valid).extent.start_min
    row = (
        connection.execute(
            """
        SELECT known_until
        FROM reference
        WHERE subject = (SELECT id FROM name WHERE text = ?) AND position = ?
        """,
            (subject, position),
        ).fetchone()
        or connection.execute(
            f"""
        WITH RECURSIVE said (subject, attribute) AS (
            SELECT id, (SELECT min(attribute) FROM claim WHERE subject = id) FROM name WHERE text = :subject
            UNION ALL
            SELECT subject, (
                SELECT min(attribute) FROM claim WHERE claim.subject = said.subject AND attribute > said.attribute
            )
            FROM said
            WHERE attribute IS NOT NULL
        )
        SELECT known_until
        FROM said
        CROSS JOIN claim USING (subject, attribute)
        WHERE tells AND start_min = :start
            AND key >= :position << {ORDINAL_BITS} AND key < (:position + 1) << {ORDINAL_BITS}
        """,
            {"subject": subject, "position": position, "start": start},
        ).fetchone()
    )
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


def undated(connection: sqlite3.Connection, among: str | None, known_at: int | None) -> list[int]:
    """Return the positions of events without valid time, which say something of the log or of a name, in order.

    Args:
        connection: of the projections.
        among: subjects as a JSON list, only events about which count; None for all.
        known_at: as known at this position; None for now.
    """
    rows = connection.execute(
        f"""
        SELECT position
        FROM reference
        WHERE first IS NULL
            AND {"1" if among is None else _AMONG}
            AND (:known_at IS NULL OR position <= :known_at)
            AND (known_until IS NULL OR known_until > :known_at)
        ORDER BY position
        """,
        {"among": among, "known_at": known_at},
    )
    return [row[0] for row in rows]


def subjects(connection: sqlite3.Connection, *, kind: str | None = None) -> list[str]:
    """Return every subject that some event is about or refers to, in order."""
    # "0" is the character after "/": all subjects of the kind, by the table's own order.
    rows = connection.execute(
        f"""
        SELECT text
        FROM name
        WHERE {KNOWN} AND (:kind IS NULL OR (text >= :kind || '/' AND text < :kind || '0'))
        ORDER BY text
        """,
        {"kind": kind},
    )
    return [row[0] for row in rows]


def is_known(connection: sqlite3.Connection, subject: str) -> bool:
    """Tell whether some event is about a subject or refers to it."""
    return connection.execute(f"SELECT 1 FROM name WHERE text = ? AND {KNOWN}", (subject,)).fetchone() is not None


def spoken_of(connection: sqlite3.Connection, source: str, among: Iterable[str]) -> set[str]:
    """Return those of some subjects with a live claim of a source, or a live, dated event without claims by anybody."""
    rows = connection.execute(
        """
        SELECT text
        FROM json_each(?)
        CROSS JOIN name ON name.text = value
        WHERE EXISTS (
                SELECT 1
                FROM claim
                WHERE subject = name.id AND known_until IS NULL AND source = (SELECT id FROM name WHERE text = ?)
            )
            OR EXISTS (
                SELECT 1
                FROM reference
                WHERE subject = name.id AND about AND known_until IS NULL AND first IS NOT NULL
            )
        """,
        (json.dumps(list(among)), source),
    )
    return {row[0] for row in rows}


def kinds(connection: sqlite3.Connection) -> list[str]:
    """Return every kind of subject in the log, leaping from one to the next."""
    rows = connection.execute(
        f"""
        WITH RECURSIVE found (subject) AS (
            SELECT (SELECT text FROM name WHERE {KNOWN} ORDER BY text LIMIT 1)
            UNION ALL
            SELECT (
                SELECT text
                FROM name
                WHERE text >= substr(found.subject, 1, instr(found.subject, '/') - 1) || '0' AND {KNOWN}
                ORDER BY text
                LIMIT 1
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
    subjects: Sequence[str] | None,
    since: int | None,
    until: int | None,
    attribute: str | None = None,
    known_at: int | None = None,
    reverse: bool = False,
    limit: int | None = None,
) -> list[int]:
    """Return the positions of live events in order of valid time, each once.

    Args:
        connection: of the projections.
        subjects: only events about one of these names or referring to it.
        since: only events whose valid time may touch this second or a later one.
        until: only events whose valid time may touch this second or an earlier one.
        attribute: only events that say something of it, of the subject where one is given, by today's reading.
        known_at: events that were live at this position; now where not given.
        reverse: return the latest first.
        limit: return at most this many, the first in that order.
    """
    way = "DESC" if reverse else "ASC"
    live = "known_until IS NULL"
    if known_at is not None:
        live = "position <= :known_at AND (known_until IS NULL OR known_until > :known_at)"
    rows = connection.execute(
        f"""
        SELECT {"DISTINCT" if subjects and len(subjects) > 1 else ""} position, first, last
        FROM mention
        WHERE {live}
            AND first IS NOT NULL
            AND {"role = 'subject'" if subjects is None else among(subjects)}
            AND (:since IS NULL OR last > :since)
            AND (:until IS NULL OR first <= :until)
            AND (
                :attribute IS NULL
                OR position IN (
                    SELECT position
                    FROM assertion
                    WHERE attribute = :attribute AND {"true" if subjects is None else among(subjects)}
                )
            )
        ORDER BY first {way}, last {way}, position {way}
        LIMIT ifnull(:limit, -1)
        """,
        {
            # As it is: a text that is not UTF-8 must be refused, not escaped.
            "subjects": json.dumps(subjects, ensure_ascii=False),
            "attribute": attribute,
            "since": since,
            "until": until,
            "known_at": known_at,
            "limit": limit,
        },
    )
    return [row[0] for row in rows]


def versions(connection: sqlite3.Connection) -> dict[str, int]:
    """Return the versions of the projections in the file; empty before the first event."""
    return dict(connection.execute("SELECT name, version FROM projection").fetchall())
