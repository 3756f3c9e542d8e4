"""What the store is measured against: bare SQLite with the same journal settings, and the `eventsourcing` library."""

import sqlite3
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from uuid import NAMESPACE_URL, UUID, uuid5

from chronology import Event
from chronology.events.json_values import thaw


def bare_table(path: Path, *, by_subject: bool = False) -> sqlite3.Connection:
    """Return a new file with one table of the log's columns, no triggers, and the log's journal settings.

    Args:
        path: the file.
        by_subject: index the subjects too, as any store must that answers about one.
    """
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
    if by_subject:
        connection.execute("CREATE INDEX event_subject ON event (subject)")
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
    """Return the class of aggregates; the library requires one class for the whole process."""
    from eventsourcing.domain import Aggregate, event

    class Subject(Aggregate):
        """A subject about which things are asserted."""

        def __init__(self, name: str) -> None:
            self.name = name

        @staticmethod
        def create_id(name: str) -> UUID:
            """Return the id of a subject: the same in every process."""
            return uuid5(NAMESPACE_URL, name)

        @event("Asserted")
        def say(self, body: dict[str, Any]) -> None:
            """Take an assertion in."""

    return Subject


class EventSourcing:
    """The same events in an `eventsourcing` Application on SQLite: one aggregate a subject, one event an assertion.

    As it comes it reads a subject's events whenever one is added. Cached means that it keeps every subject in memory,
    without copies, and takes for granted that no other process writes: the quickest that it can be.
    """

    def __init__(self, path: Path, *, cached: bool = False) -> None:
        """Open an application on a new file."""
        from eventsourcing.application import AggregateNotFoundError, Application

        settings = {"PERSISTENCE_MODULE": "eventsourcing.sqlite", "SQLITE_DBNAME": str(path)}
        if cached:
            settings |= {
                "AGGREGATE_CACHE_MAXSIZE": "0",
                "AGGREGATE_CACHE_FASTFORWARD": "n",
                "DEEPCOPY_FROM_AGGREGATE_CACHE": "n",
            }
        self._application: Any = Application(env=settings)
        self._not_found = AggregateNotFoundError

    def append(self, events: Sequence[Event]) -> None:
        """Append events in one transaction."""
        subjects: dict[str, Any] = {}
        for one in events:
            # A retraction names no subject here; the other stores find it out.
            name = one.subject or str(one.retracts)
            aggregate = subjects.get(name) or self._subject(name)
            subjects[name] = aggregate
            aggregate.say({"data": thaw(one.data), "valid": one.valid, "source": one.source, "id": one.id})
        self._application.save(*subjects.values())

    def _subject(self, name: str) -> Any:
        try:
            return self._application.repository.get(_aggregate().create_id(name))
        except self._not_found:
            return _aggregate()(name)
