"""Rebuilding projections from the log, and telling whether two sets of projections are the same."""

import hashlib
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from itertools import zip_longest
from typing import Any, Final

from attrs import frozen

from chronology.log import Log, Row
from chronology.projections import tables
from chronology.projections.fold import Fold
from chronology.vocabulary import Vocabulary

Progress = Callable[[int, int], None]
"""Told how many events are done, and of how many."""

_TICK: Final = 1_000

ORDERED: Final = {
    "assertion": "SELECT * FROM assertion ORDER BY key",
    "state": "SELECT * FROM state ORDER BY subject, attribute, valid_from",
    "subject": "SELECT * FROM subject ORDER BY subject",
    "mention": "SELECT * FROM mention ORDER BY subject, position",
    "projection": "SELECT * FROM projection ORDER BY name",
}
"""Every projection table, read in the order of its key."""


@frozen(kw_only=True)
class ReplayReport:
    """What a replay did.

    Attributes:
        events: how many were replayed.
        seconds: how long it took.
        rows: of each projection table afterwards.
        changed: the tables whose content differs from what stood before; empty where the projections were right.
    """

    events: int
    seconds: float
    rows: dict[str, int]
    changed: tuple[str, ...]


def replay(log: Log, connection: sqlite3.Connection, *, progress: Progress | None = None) -> Vocabulary:
    """Empty the projections and fold the whole log into them, in the transaction of whoever calls."""
    for name in reversed(tables.SCHEMA):
        connection.execute(
            f"DROP INDEX IF EXISTS {name}" if name.startswith("assertion_") else f"DROP TABLE IF EXISTS {name}"
        )
    create(connection)
    return fill(log, connection, progress=progress)


def create(connection: sqlite3.Connection) -> None:
    """Make the projection tables, empty."""
    for statement in tables.SCHEMA.values():
        connection.execute(statement)


def fill(log: Log, connection: sqlite3.Connection, *, progress: Progress | None = None) -> Vocabulary:
    """Fold the whole log into empty projection tables, and return the vocabulary it defines."""
    fold = Fold(log, connection, Vocabulary())
    head = log.head()
    fold.rebuild(_reported(log.read(until=head), head, progress))
    return fold.vocabulary


def _reported(rows: Iterable[Row], head: int, progress: Progress | None) -> Iterator[Row]:
    for row in rows:
        yield row
        if progress and (row.position % _TICK == 0 or row.position == head):
            progress(row.position, head)


def fingerprints(connection: sqlite3.Connection) -> dict[str, tuple[int, bytes]]:
    """Return the number of rows of each projection table, and a digest of them in order."""
    found = {}
    for name, query in ORDERED.items():
        digest, count = hashlib.sha256(), 0
        try:
            for row in connection.execute(query):
                digest.update(repr(row).encode())
                count += 1
        except sqlite3.OperationalError:
            # The table is missing or of another version: it cannot be the same.
            count = -1
        found[name] = (count, digest.digest())
    return found


def differences(left: sqlite3.Connection, right: sqlite3.Connection) -> Iterator[tuple[str, Any, Any]]:
    """Yield, for each projection table that differs, its name and the first rows that do, None for a missing one."""
    for name, query in ORDERED.items():
        for a, b in zip_longest(left.execute(query), right.execute(query)):
            if a != b:
                yield name, a, b
                break
