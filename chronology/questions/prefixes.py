"""Names that begin with some letters, for completing what somebody types. Reads few rows, however large the store."""

import sqlite3
from collections.abc import Iterator
from enum import StrEnum
from itertools import islice
from typing import Final

from chronology.events.records import decode
from chronology.log.event_table import Log
from chronology.vocabulary.registry import Vocabulary


class Named(StrEnum):
    """What bears a name."""

    SUBJECT = "subject"
    ATTRIBUTE = "attribute"
    PARTY = "party"
    TYPE = "type"
    KIND = "kind"
    EVENT = "event"


_NEWEST: Final = 2_000
"""Events that are read for the sources and origins they name, which no index lists; people name recent ones."""


def beginning(
    log: Log,
    connection: sqlite3.Connection,
    vocabulary: Vocabulary,
    what: Named,
    prefix: str,
    *,
    subject: str | None,
    limit: int,
) -> list[str]:
    """Return names that begin with a prefix: in order, but events the newest first.

    Args:
        log: the log.
        connection: of the projections.
        vocabulary: of the log.
        what: is named.
        prefix: with which the name begins.
        subject: whose attributes are meant, None for all that the vocabulary has.
        limit: the most names. Of more subjects, only their kinds are returned, as in `place/`.
    """
    if what is Named.EVENT:
        return _events(log.head(), prefix.removeprefix("#"), limit)
    if what is Named.SUBJECT:
        return _subjects(connection, prefix, limit)
    if what is Named.PARTY:
        names = {*_mentioned(connection, prefix if "/" in prefix else "source/"), *_recent_parties(log)}
    elif what is Named.ATTRIBUTE:
        names = set(_attributes(connection, subject) if subject else ()) or set(vocabulary.attributes())
    elif what is Named.TYPE:
        names = {event_type.name for event_type in vocabulary}
    else:
        names = set(vocabulary.kinds())
    return sorted(name for name in names if name.startswith(prefix))[:limit]


def _events(head: int, prefix: str, limit: int) -> list[str]:
    newest = range(head, max(0, head - _NEWEST), -1)
    return list(islice((str(position) for position in newest if str(position).startswith(prefix)), limit))


def _subjects(connection: sqlite3.Connection, prefix: str, limit: int) -> list[str]:
    found = list(islice(_mentioned(connection, prefix), limit + 1))
    if len(found) <= limit:
        return found
    if "/" in prefix:
        return found[:limit]
    return list(islice(_kinds(connection, prefix), limit))


def _kinds(connection: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """Yield the kinds of subjects, each with its stroke, leaping from one to the next."""
    after = prefix
    while (name := _next(connection, after)) is not None and name.startswith(prefix):
        kind = name.partition("/")[0]
        yield f"{kind}/"
        # "0" is the character after "/".
        after = f"{kind}0"


def _mentioned(connection: sqlite3.Connection, prefix: str) -> Iterator[str]:
    """Yield the subjects that begin with it, leaping over the mentions of each."""
    after = prefix
    while (name := _next(connection, after)) is not None and name.startswith(prefix):
        yield name
        # No name has this character, the least of all.
        after = f"{name}\x00"


def _next(connection: sqlite3.Connection, start: str) -> str | None:
    row = connection.execute(
        """
        SELECT subject
        FROM mention
        WHERE subject >= ?
        ORDER BY subject
        LIMIT 1
        """,
        (start,),
    ).fetchone()
    return row[0] if row else None


def _attributes(connection: sqlite3.Connection, subject: str) -> Iterator[str]:
    rows = connection.execute("SELECT DISTINCT attribute FROM assertion WHERE subject = ?", (subject,))
    yield from (row[0] for row in rows)


def _recent_parties(log: Log) -> Iterator[str]:
    for row in log.read(reverse=True, limit=_NEWEST):
        if row.body:
            body = decode(row.body)
            yield from filter(None, (body.source, *body.said_by))
