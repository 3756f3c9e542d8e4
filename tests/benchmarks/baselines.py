"""What the store is measured against: bare SQLite with the same journal settings, and the `eventsourcing` library."""

import os
import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any

from chronology import Event


def bare_table(path: Path) -> sqlite3.Connection:
    """Return a new file with one indexed table of the log's columns, no triggers, and the log's journal settings."""
    connection = sqlite3.connect(path, isolation_level=None)
    connection.execute("PRAGMA journal_mode = TRUNCATE")
    connection.execute("PRAGMA synchronous = EXTRA")
    connection.execute(
        """
        CREATE TABLE event (
            position INTEGER PRIMARY KEY, id TEXT NOT NULL UNIQUE, type TEXT, subject TEXT, recorded_at TEXT,
            body BLOB, leaf BLOB
        ) STRICT
        """
    )
    return connection


def insert(connection: sqlite3.Connection, rows: Sequence[tuple[Any, ...]]) -> None:
    """Insert rows in one durable transaction."""
    connection.execute("BEGIN IMMEDIATE")
    connection.executemany("INSERT INTO event VALUES (?, ?, ?, ?, ?, ?, ?)", rows)
    connection.execute("COMMIT")


def scan(connection: sqlite3.Connection) -> int:
    """Fetch every row of the event table through Python, and count them."""
    return sum(1 for _ in connection.execute("SELECT * FROM event"))


@cache
def _aggregate() -> Any:
    """Return the class of aggregates; the library wants it to be one and the same for the whole process."""
    from eventsourcing.domain import Aggregate, event

    class Subject(Aggregate):
        """A subject of which things are asserted."""

        @event("Asserted")
        def say(self, body: dict[str, Any]) -> None:
            """Take an assertion in."""

    return Subject


class EventSourcing:
    """The same events in an `eventsourcing` Application on SQLite: one aggregate a subject, one event an assertion."""

    def __init__(self, path: Path) -> None:
        """Open an application on a new file."""
        from eventsourcing.application import Application

        os.environ |= {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        self._application: Any = Application()

    def append(self, events: Sequence[Event]) -> None:
        """Append events in one transaction."""
        subjects: dict[str, Any] = {}
        for one in events:
            aggregate = subjects.setdefault(one.subject, None) or _aggregate()()
            subjects[one.subject] = aggregate
            aggregate.say({"data": dict(one.data), "valid": one.valid, "source": one.source, "id": one.id})
        self._application.save(*subjects.values())
