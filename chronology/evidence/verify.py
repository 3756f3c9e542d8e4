"""Checking a store against itself: file, schema, bodies, the columns beside them, projections. Reads, never repairs.

One row of the log is checked by `row_faults`, which asks nothing but the row.
"""

import re
import sqlite3
from collections.abc import Iterator, Mapping
from contextlib import closing, suppress
from typing import Any, Final

from attrs import frozen

from chronology.errors import CanonicalError, ChronologyError, IntegrityError
from chronology.events import canonical, recordings
from chronology.events.json_values import Json
from chronology.events.records import FORMAT, Body, Provenance, decode
from chronology.evidence.exhibits import Comparison, compare
from chronology.log import database, event_table
from chronology.log.archive import DESCRIBED, Archive, copy_named
from chronology.log.event_table import COLUMN_TYPES, Log, Row
from chronology.log.redactions import Redaction, declared
from chronology.projections import columns, references, search_index, tables
from chronology.projections.rebuild import PROJECTIONS, Progress, Stored, first_difference, first_use, fresh
from chronology.transparency.merkle import HASH_SIZE, Frontier, leaf_hash
from chronology.transparency.notes import Checkpoint
from chronology.vocabulary.event_types import NOTED, REDACTED

_KEYS: Final = frozenset(Body.__struct_fields__)
"""All keys that a body may have; one that nothing reads could say anything, and would still be shown as JSON."""

_PROVENANCE: Final = frozenset(Provenance.__struct_fields__)

# Only in this one spelling is text order the same as time order.
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def leaf_of(row: Row) -> bytes:
    """Return the leaf hash of the body; for a redacted event, the stored one."""
    stored: object = row.leaf
    if row.body == b"" and isinstance(stored, bytes) and len(stored) == HASH_SIZE:
        return stored
    return leaf_hash(row.body if isinstance(row.body, bytes) else b"")


def row_faults(row: Row, previous: Row | None) -> Iterator[str]:
    """Derive every column of a row again from its body, and yield what differs."""
    stored: tuple[object, ...] = row
    if not all(isinstance(value, kind) for value, kind in zip(stored, COLUMN_TYPES, strict=True)):
        yield "a column holds a value of the wrong type"
        return
    if previous and isinstance(previous.recorded_at, str) and row.recorded_at < previous.recorded_at:
        yield f"recorded_at {row.recorded_at} is earlier than at position {previous.position}"
    if not _INSTANT.fullmatch(row.recorded_at):
        yield f"recorded_at {row.recorded_at!r} is not in the log's format"
    if not row.body:
        return
    if leaf_hash(row.body) != row.leaf:
        yield "the body does not match its leaf hash: one of them was edited"
    try:
        record = canonical.parse(row.body)
        if canonical.encode(record) != row.body:
            yield "the body is not canonical JSON"
        body = decode(row.body)
    except CanonicalError as exc:
        yield str(exc)
        return
    if body.format != FORMAT:
        yield f"the body says that it has format {body.format}, which Chronology never wrote"
    for key in sorted(record.keys() - _KEYS):
        yield f"the body has the key {key!r}, which Chronology never wrote"
    yield from _provenance_faults(record, body)
    for column in ("id", "type", "subject", "recorded_at"):
        found, wanted = getattr(row, column), getattr(body, column)
        if found != wanted:
            yield f"the column {column} says {found!r}, the body {wanted!r}"


def _provenance_faults(record: Mapping[str, Json], body: Body) -> Iterator[str]:
    claimed = record.get("merged_from")
    for key in sorted(claimed.keys() - _PROVENANCE) if isinstance(claimed, dict) else ():
        yield f"the body has the key {f'merged_from.{key}'!r}, which Chronology never wrote"
    yield from recordings.provenance_faults(body)
    if body.type == NOTED:
        yield from recordings.noted_faults(body)


FAULTS_LISTED: Final = 100
"""How many faults a report lists at most; a badly damaged file has one for each row."""

# Made by the library that applies migrations.
_FOREIGN_BUT_HARMLESS: Final = frozenset({"_sqlite_migrations", "idx__sqlite_migrations_migration_set_name"})


@frozen(kw_only=True)
class Fault:
    """Something that differs from what the log wrote, and its position; None if it concerns the whole file."""

    position: int | None
    message: str

    def __str__(self) -> str:
        return self.message if self.position is None else f"position {self.position}: {self.message}"


@frozen(kw_only=True)
class VerifyReport:
    """What was checked and what was found.

    Attributes:
        events: how many rows of the log were read.
        root: of the log's Merkle tree (RFC 9162), computed from the present bodies, 32 bytes.
        redacted: positions of the events whose redaction is declared; a gap that is not declared is a fault.
        archived: how many archived copies the events name; one that is missing or altered is a fault.
        against: how the log compares with the checkpoint; None if none was given.
        faults: everything that is wrong, up to `FAULTS_LISTED`; empty if the store is sound.
    """

    events: int
    root: bytes
    redacted: tuple[int, ...]
    against: Comparison | None
    faults: tuple[Fault, ...]
    archived: int = 0

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong and the log extends the checkpoint, if one was given."""
        return not self.faults and (self.against is None or self.against.ok)


def verify(
    connection: sqlite3.Connection,
    *,
    progress: Progress | None = None,
    checkpoint: Checkpoint | None = None,
    archive: Archive | None = None,
) -> VerifyReport:
    """Check everything that can be checked from the file itself, and against a checkpoint and an archive if given.

    Memory does not grow with the log.
    """
    checker = _Checker(connection, progress, archive)
    faults: list[Fault] = []
    for fault in checker.faults():
        faults.append(fault)
        if len(faults) >= FAULTS_LISTED:
            break
    against = None
    if checkpoint is not None:
        try:
            against = compare(checker.log, checkpoint)
        except (sqlite3.Error, ChronologyError) as exc:
            faults.append(Fault(position=None, message=f"the log cannot be compared with the checkpoint: {exc}"))
    return VerifyReport(
        events=checker.events,
        root=checker.frontier.root(),
        redacted=tuple(sorted(checker.gaps)),
        against=against,
        faults=tuple(faults),
        archived=checker.copies,
    )


class _Checker:
    def __init__(self, connection: sqlite3.Connection, progress: Progress | None, archive: Archive | None) -> None:
        self._connection = connection
        self._progress = progress
        self._archive = archive
        self.copies = 0
        self._copy_faults: list[Fault] = []
        self.log = Log(connection)
        self.gaps: dict[int, Row] = {}
        self._declared: dict[int, list[Redaction]] = {}
        self.events = 0
        self.frontier = Frontier()

    def faults(self) -> Iterator[Fault]:
        """Yield every fault; the projections are compared only if the log is sound."""
        found = False
        for stage in (self._file, self._schema, self._rows):
            for fault in self._guarded(stage()):
                found = True
                yield fault
        if not found:
            yield from self._guarded(self._projections())
        yield from self._copy_faults

    def _guarded(self, stage: Iterator[Fault]) -> Iterator[Fault]:
        """Turn errors that a damaged file causes in SQLite or the readers into faults."""
        try:
            yield from stage
        except IntegrityError as exc:
            yield Fault(position=exc.position, message=exc.reason)
        except (sqlite3.Error, ChronologyError, UnicodeDecodeError) as exc:
            if database.is_passing(exc):
                raise
            yield Fault(position=None, message=f"the rest of the file cannot be read: {exc}")

    def _file(self) -> Iterator[Fault]:
        for mark, wanted in (("application_id", database.APPLICATION_ID), ("user_version", database.FORMAT)):
            (found,) = self._connection.execute(f"PRAGMA {mark}").fetchone()
            if found != wanted:
                yield Fault(position=None, message=f"the file's {mark} is {found}; this Chronology writes {wanted}")
        for (message,) in self._connection.execute("PRAGMA integrity_check(100)"):
            if message != "ok":
                yield Fault(position=None, message=f"SQLite finds the file damaged: {message}")

    def _schema(self) -> Iterator[Fault]:
        found = database.schema(self._connection)
        made = event_table.SCHEMA | tables.SCHEMA
        former: frozenset[str] = frozenset()
        if "projection" in found and references.versions(self._connection) not in ({}, tables.VERSIONS):
            message = "the projections are of another version; `chronology replay` rebuilds them"
            yield Fault(position=None, message=message)
            made = event_table.SCHEMA
            former = tables.FORMER
        if found.keys() & search_index.SCHEMA.keys():
            # The index for searches may be missing, but not half of it.
            made = made | search_index.SCHEMA
        for name, wanted in made.items():
            if name not in found:
                yield Fault(position=None, message=f"{_kind(wanted)} {name} is missing")
            elif (found[name] or "").strip() != wanted:
                yield Fault(position=None, message=f"{_kind(wanted)} {name} has been changed")
        known = event_table.SCHEMA | tables.SCHEMA | search_index.SCHEMA
        for name in sorted(found.keys() - known.keys() - former, key=str):
            if name in _FOREIGN_BUT_HARMLESS and _kind(found[name]) != "trigger":
                continue
            yield Fault(position=None, message=f"{_kind(found[name])} {name} is foreign to a store")
        entries, wanted_entries = _entries(self._connection, made), _wanted_entries(made)
        # What is missing and has a text of its own was named above; what SQLite makes for a constraint has none.
        missing = {entry for entry in wanted_entries - entries if entry[1] not in made and entry[2] in found}
        for name in sorted({str(entry[1]) for entry in (entries - wanted_entries) | missing}):
            yield Fault(position=None, message=f"the schema table's entry for {name} is not as SQLite writes it")

    def _rows(self) -> Iterator[Fault]:
        for position in self.log.strays():
            yield Fault(position=position, message="is not a valid position: the first one is 1")
        head = self.log.head()
        previous: Row | None = None
        for row in self.log.read(until=head):
            expected = previous.position + 1 if previous else 1
            if row.position != expected:
                yield Fault(position=expected, message=f"is missing: the next event is at position {row.position}")
            for message in (*row_faults(row, previous), *self._note_redaction(row)):
                yield Fault(position=row.position, message=message)
            self._check_copy(row)
            self.frontier.push(leaf_of(row))
            self.events += 1
            previous = row
            if self._progress and (self.events % 1000 == 0 or row.position == head):
                self._progress(row.position, head)
        yield from self._gap_faults()

    def _note_redaction(self, row: Row) -> Iterator[str]:
        """Remember gaps and declarations until the whole log has been read."""
        if row.body == b"":
            self.gaps[row.position] = row
        elif row.type == REDACTED and isinstance(row.body, bytes):
            try:
                redaction = declared(row.position, decode(row.body))
            except CanonicalError as exc:
                yield str(exc)
            else:
                self._declared.setdefault(redaction.position, []).append(redaction)

    def _check_copy(self, row: Row) -> None:
        """Compare the copy that an event names with the one in the archive."""
        if self._archive is None or row.type != DESCRIBED or not isinstance(row.body, bytes):
            return
        # A body that cannot be read has its own fault.
        with suppress(CanonicalError):
            if copy := copy_named(decode(row.body).data):
                self.copies += 1
                fault = self._archive.fault(copy)
                if fault and len(self._copy_faults) < FAULTS_LISTED:
                    self._copy_faults.append(Fault(position=row.position, message=fault))

    def _gap_faults(self) -> Iterator[Fault]:
        """Compare the gaps with the declarations, which come later in the log."""
        for position, row in list(self.gaps.items()):
            if not any(redaction.matches(row) for redaction in self._declared.get(position, ())):
                del self.gaps[position]
                yield Fault(position=position, message="the body is missing, and no event declares this redaction")
        for position in sorted(self._declared.keys() - self.gaps.keys()):
            by = self._declared[position][0].declared_at
            yield Fault(position=position, message=f"is declared redacted at position {by}, but does not match")

    def _projections(self) -> Iterator[Fault]:
        with fresh(self.log, self._connection):
            for name in PROJECTIONS:
                found = first_difference(self._connection, name)
                if found is not None:
                    stored, replayed = found
                    position = self._position_of(name, stored or replayed)
                    yield Fault(position=position, message=_told(name, stored, replayed))
        yield from self._search_index()

    def _search_index(self) -> Iterator[Fault]:
        """Compare the index for searches, where there is one, with a fresh one."""
        with database.unguarded(self._connection):
            found = search_index.first_difference(self.log, self._connection)
        if found is not None:
            message = (
                "the search index differs from a fresh one; `chronology replay` drops it, and searching remakes it"
            )
            yield Fault(position=found, message=message)

    def _position_of(self, name: str, row: Stored) -> int | None:
        """Return the position of the event that a projection's row comes from, if that is known."""
        if row is None or name not in ("name", "claim", "reference", "merge"):
            return None
        if name == "name":
            return first_use(self._connection, row[0])
        if name in ("reference", "merge"):
            return int(row[1 if name == "reference" else 0])
        return columns.position_in(row)


def _entries(connection: sqlite3.Connection, names: Mapping[str, str]) -> set[tuple[Any, ...]]:
    """Return what the schema table says besides the texts: the type of each object, and its table."""
    return {
        (kind, name, table)
        for kind, name, table in connection.execute("SELECT type, name, tbl_name FROM sqlite_schema")
        if name in names or (str(name).startswith("sqlite_autoindex_") and table in names)
    }


def _wanted_entries(made: Mapping[str, str]) -> set[tuple[Any, ...]]:
    with closing(database.scratch()) as connection:
        for name, statement in made.items():
            if name not in search_index.MADE_BY_SQLITE:
                connection.execute(statement)
        return _entries(connection, made)


def _kind(statement: str | None) -> str:
    words = (statement or "").split()
    return "table" if words[1:2] == ["VIRTUAL"] else words[1].lower() if len(words) > 1 else "object"


def _told(name: str, stored: Stored, replayed: Stored) -> str:
    if stored is None:
        return f"the projection {name} is missing the row {replayed!r}"
    if replayed is None:
        return f"the projection {name} has an extra row: {stored!r}"
    return f"the projection {name} has {stored!r} where a replay gives {replayed!r}"
