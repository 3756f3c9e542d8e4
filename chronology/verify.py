"""Checking a store against itself: file, schema, bodies, the columns beside them, projections. Reads, never repairs."""

import sqlite3
from collections.abc import Iterator
from typing import Any, Final

from attrs import frozen

from chronology import canonical, database, log
from chronology.errors import CanonicalError, ChronologyError, IntegrityError
from chronology.events import decode
from chronology.log import Log, Row
from chronology.merkle import Frontier, leaf_hash
from chronology.projections import tables
from chronology.rebuild import Progress, create, differences, fill

FAULTS_LISTED: Final = 100
"""How many faults a report names; a ruined file has as many as it has rows."""

_COLUMN_TYPES: Final = (int, str, str, str, str, bytes, bytes)

# Made by the library that applies migrations, or by SQLite's own ANALYZE.
_FOREIGN_BUT_HARMLESS: Final = frozenset({"_sqlite_migrations", "idx__sqlite_migrations_migration_set_name"})


@frozen(kw_only=True)
class Fault:
    """Something that is not as the log wrote it, and where: a position, or None where it concerns the whole file."""

    position: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.position is None else f"position {self.position}: {self.message}"


@frozen(kw_only=True)
class VerifyReport:
    """What was checked and what was found.

    Attributes:
        events: how many rows of the log were read.
        root: of the log's Merkle tree (RFC 9162), over the bodies as they stand, 32 bytes.
        faults: everything that is wrong, the first `FAULTS_LISTED` at most; empty for a sound store.
    """

    events: int
    root: bytes
    faults: tuple[Fault, ...]

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong."""
        return not self.faults


def verify(connection: sqlite3.Connection, *, progress: Progress | None = None) -> VerifyReport:
    """Check everything that can be checked from the file alone; memory does not grow with the log."""
    checker = _Checker(connection, progress)
    faults: list[Fault] = []
    for fault in checker.faults():
        faults.append(fault)
        if len(faults) >= FAULTS_LISTED:
            break
    return VerifyReport(events=checker.events, root=checker.frontier.root(), faults=tuple(faults))


class _Checker:
    def __init__(self, connection: sqlite3.Connection, progress: Progress | None) -> None:
        self._connection = connection
        self._progress = progress
        self._log = Log(connection)
        self.events = 0
        self.frontier = Frontier()

    def faults(self) -> Iterator[Fault]:
        """Yield every fault; the projections are compared only with a log that is sound itself."""
        found = False
        for stage in (self._file, self._schema, self._rows):
            for fault in self._guarded(stage()):
                found = True
                yield fault
        if not found:
            yield from self._guarded(self._projections())

    def _guarded(self, stage: Iterator[Fault]) -> Iterator[Fault]:
        """Turn what a damaged file makes SQLite or the readers raise into a fault."""
        try:
            yield from stage
        except IntegrityError as exc:
            yield Fault(position=exc.position, message=exc.reason)
        except (sqlite3.Error, ChronologyError) as exc:
            yield Fault(position=None, message=f"the file cannot be read on: {exc}")

    def _file(self) -> Iterator[Fault]:
        for (message,) in self._connection.execute("PRAGMA integrity_check(100)"):
            if message != "ok":
                yield Fault(position=None, message=f"SQLite finds the file damaged: {message}")

    def _schema(self) -> Iterator[Fault]:
        found = database.schema(self._connection)
        for name, wanted in (log.SCHEMA | tables.SCHEMA).items():
            if name not in found:
                yield Fault(position=None, message=f"{_kind(wanted)} {name} is missing")
            elif (found[name] or "").strip() != wanted:
                yield Fault(position=None, message=f"{_kind(wanted)} {name} has been changed")
        for name in sorted(found.keys() - (log.SCHEMA | tables.SCHEMA).keys() - _FOREIGN_BUT_HARMLESS):
            yield Fault(position=None, message=f"{_kind(found[name])} {name} is foreign to a store")

    def _rows(self) -> Iterator[Fault]:
        head = self._log.head()
        previous: Row | None = None
        for row in self._log.read(until=head):
            expected = previous.position + 1 if previous else 1
            if row.position != expected:
                yield Fault(position=expected, message=f"is missing: the next event is at position {row.position}")
            for message in _row_faults(row, previous):
                yield Fault(position=row.position, message=message)
            self.frontier.push(leaf_hash(row.body) if isinstance(row.body, bytes) else leaf_hash(b""))
            self.events += 1
            previous = row
            if self._progress and (self.events % 1000 == 0 or row.position == head):
                self._progress(row.position, head)

    def _projections(self) -> Iterator[Fault]:
        fresh = database.scratch()
        try:
            create(fresh)
            fill(self._log, fresh)
            for name, stored, replayed in differences(self._connection, fresh):
                yield Fault(position=_position_of(name, stored or replayed), message=_told(name, stored, replayed))
        finally:
            fresh.close()


def _kind(statement: str | None) -> str:
    words = (statement or "").split()
    return words[1].lower() if len(words) > 1 else "object"


def _row_faults(row: Row, previous: Row | None) -> Iterator[str]:
    """Re-derive every column of a row from its body."""
    stored: tuple[object, ...] = row
    if not all(isinstance(value, kind) for value, kind in zip(stored, _COLUMN_TYPES, strict=True)):
        yield "a column holds a value of the wrong type"
        return
    if leaf_hash(row.body) != row.leaf:
        yield "the body does not match its leaf hash: one of them was edited"
    try:
        if canonical.encode(canonical.parse(row.body)) != row.body:
            yield "the body is not canonical JSON"
        body = decode(row.body)
    except CanonicalError as exc:
        yield str(exc)
        return
    for column in ("id", "type", "subject", "recorded_at"):
        found, wanted = getattr(row, column), getattr(body, column)
        if found != wanted:
            yield f"the column {column} says {found!r}, the body {wanted!r}"
    if previous and row.recorded_at < previous.recorded_at:
        yield f"recorded_at {row.recorded_at} is before that of position {previous.position}"


def _position_of(name: str, row: tuple[Any, ...]) -> int | None:
    """Return the position of an event that a projection's row stems from, where the row names one."""
    if name in ("assertion", "mention"):
        return int(row[1])
    return None


def _told(name: str, stored: tuple[Any, ...] | None, replayed: tuple[Any, ...] | None) -> str:
    if stored is None:
        return f"the projection {name} lacks the row {replayed!r}"
    if replayed is None:
        return f"the projection {name} has a row too many: {stored!r}"
    return f"the projection {name} has {stored!r} where a replay gives {replayed!r}"
