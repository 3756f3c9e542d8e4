"""Stores to be mistreated: small, repeatable, with something of everything in them; and what is in a file, exactly."""

import itertools
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any

from chronology import Chronology, Event

NOON = datetime(2018, 5, 15, 12, tzinfo=UTC)
MEMORY = Path("/dev/shm")
BATCH = 3
"""How many events a writer puts into one batch."""


def event_id(writer: int, number: int, part: int = 0) -> str:
    """Return the id of a writer's n-th event; `part` counts within a batch."""
    return f"{writer:08x}-{part:04x}-7000-8000-{number:012x}"


def event(writer: int, number: int, part: int = 0, **rest: Any) -> Event:
    """Return a writer's n-th event; one group in seven is shared by all writers."""
    fields: dict[str, Any] = {
        "id": event_id(writer, number, part),
        "type": "fact.asserted",
        "subject": f"place/p{number % 7}",
        "valid": f"2018-{1 + number % 12:02d}-{1 + number % 28:02d}",
        "source": f"source/report-{writer % 5}",
        "data": {"attribute": "status", "value": f"{writer}.{number}.{part}"},
    }
    return Event(**fields | rest)


def counting() -> Callable[[int], bytes]:
    """Return randomness that counts, so that a store is the same every time."""
    numbers = itertools.count(1)
    return lambda size: next(numbers).to_bytes(size, "big")


def fill(chron: Chronology) -> None:
    """Append some of everything: a long text, a dispute, a denial, a retraction, a replacement, a published day."""
    published = {"attribute": "published", "value": "2018-05-14"}
    chron.append_many(
        [
            event(1, 1, subject="source/report-1", data=published),
            event(1, 2, quote="x" * 9_000),
            event(1, 3, disputes=[event_id(1, 2)]),
            event(1, 4, stance="denies", said_by=["person/a", "person/b"]),
            event(1, 5, valid="2018-01/2018-04~", grade="B2"),
            event(1, 6, replaces=event_id(1, 5)),
            *(event(1, number) for number in range(7, 14)),
        ]
    )
    chron.retract(event_id(1, 4), reason="a slip")


@cache
def sample() -> bytes:
    """Return the bytes of a sound store that holds the vocabulary and some of everything."""
    with folder() as place:
        path = place / "sample.db"
        with Chronology.open(path, create=True, clock=lambda: NOON, randomness=counting()) as chron:
            fill(chron)
        return path.read_bytes()


def placed(path: Path) -> Path:
    """Put a fresh copy of the sample at a path, without a journal."""
    path.write_bytes(sample())
    journal(path).unlink(missing_ok=True)
    return path


@cache
def spoilt_sample() -> bytes:
    """Return the bytes of the sample with projections so spoilt that a replay has something to write."""
    with folder() as place:
        path = placed(place / "spoilt.db")
        with closing(sqlite3.connect(path)) as connection, connection:
            connection.execute("UPDATE segment SET contested = 1 - contested")
            connection.execute("DELETE FROM reference WHERE position % 3 = 0")
            connection.execute("UPDATE claim SET origin = source WHERE (key >> 24) % 2 = 0")
        return path.read_bytes()


def spoilt(path: Path) -> Path:
    """Put a copy of the sample with spoilt projections at a path."""
    placed(path).write_bytes(spoilt_sample())
    return path


def journal(path: Path) -> Path:
    """Return where SQLite keeps a file's rollback journal."""
    return path.with_name(f"{path.name}-journal")


@contextmanager
def folder() -> Iterator[Path]:
    """Give a folder in memory if the system has one, for the many files that need not be safe on disk."""
    place = Path(tempfile.mkdtemp(prefix="chronology-", dir=MEMORY if MEMORY.is_dir() else None))
    try:
        yield place
    finally:
        shutil.rmtree(place)


# The table that the migrations keep is no part of what a store says.
_SCHEMA = "SELECT type, name, tbl_name, sql FROM sqlite_schema WHERE name NOT LIKE '%sqlite!_migrations%' ESCAPE '!'"
PROJECTIONS = ("name", "claim", "segment", "reference", "merge", "called", "projection")
VIEWS = ("assertion", "state", "mention", "subject")
_READ_BY_INDEX = (
    "SELECT id, position FROM event ORDER BY id",
    "SELECT subject, attribute, breadth, start_min, key FROM claim INDEXED BY claim_broad WHERE breadth IS NOT NULL",
)


def rows(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the rows of a table as text, so that 1 and '1' differ."""
    return [repr(row) for row in connection.execute(f"SELECT * FROM {table}")]


def content(path: Path) -> list[object]:
    """Return all that a file says: its marks, its schema, every row of every table, and what its indexes lead to."""
    with closing(sqlite3.connect(path)) as connection:
        found: list[object] = [
            connection.execute("PRAGMA application_id").fetchone(),
            connection.execute("PRAGMA user_version").fetchone(),
            sorted(map(repr, connection.execute(_SCHEMA))),
        ]
        found += [rows(connection, name) for name in ("event", *PROJECTIONS, *VIEWS)]
        found += [connection.execute(query).fetchall() for query in _READ_BY_INDEX]
    return found


def recorded_ids(path: Path) -> list[str]:
    """Return the ids of the log, in order."""
    with closing(sqlite3.connect(path)) as connection:
        return [row[0] for row in connection.execute("SELECT id FROM event ORDER BY position")]


def check_log(path: Path) -> list[str]:
    """Check a store as a whole, positions and times too, and return the ids of its log in order."""
    with Chronology.open(path, read_only=True) as chron:
        report = chron.verify()
        assert report.faults == ()
        events = list(chron.read())
        assert [each.position for each in events] == list(range(1, report.events + 1))
        assert all(a.recorded_at <= b.recorded_at for a, b in itertools.pairwise(events))
        return [each.id for each in events]
