"""Judging a log that somebody else made: what this program could not have recorded does not pass. Writes nothing.

`open_foreign` opens a store of theirs in which nothing is believed before it is checked.
"""

import re
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from attrs import field, frozen

from chronology.errors import CanonicalError, ChronologyError, IntegrityError, InvalidEventError
from chronology.events import canonical, recordings
from chronology.events.json_values import Json
from chronology.events.patterns import format_instant
from chronology.events.records import FORMAT, Body, RecordedEvent, decode, encode, recorded, redacted
from chronology.events.structuring import event_from_json
from chronology.evidence.exhibits import Comparison, compare, origin
from chronology.log import database, event_table
from chronology.log.event_table import Log, Row
from chronology.log.redactions import Gap, Redaction, declared, gap
from chronology.projections import search_index, tables
from chronology.transparency.merkle import HASH_SIZE, leaf_hash
from chronology.transparency.notes import Checkpoint
from chronology.vocabulary.event_types import BOOKKEEPING, DEFINED, NOTED, REDACTED, RETRACTED
from chronology.vocabulary.registry import Vocabulary

_NONCE: Final = re.compile("[0-9a-f]{32}")
_STORED_ONLY: Final = ("format", "nonce", "recorded_at", "merged_from")


@frozen(kw_only=True)
class Trusted:
    """The beginning of a log that was checked when it came.

    Attributes:
        head: its last position.
        vocabulary: what it defines.
        is_withdrawn: tells of one of its events whether another of them withdrew it.
    """

    head: int = 0
    vocabulary: Vocabulary = field(factory=Vocabulary)
    is_withdrawn: Callable[[Row], bool] = lambda _: False


class ForeignLog:
    """A log in which nothing is trusted: that of `open_foreign`, or one that somebody else has just sent."""

    def __init__(self, foreign: Log, *, trusted: "Trusted | None" = None) -> None:
        """Wrap a log; if the file is a stranger's too, on a connection that can only read.

        Args:
            foreign: the log.
            trusted: its beginning, where that was checked before.
        """
        self._log = foreign
        self._trusted = trusted or Trusted()
        self.vocabulary = self._trusted.vocabulary
        self._withdrawn: set[int] = set()
        self._redactions: dict[int, list[Redaction]] = {}

    def compare(self, checkpoint: Checkpoint) -> Comparison:
        """Compare the log with a checkpoint."""
        return compare(self._log, checkpoint)

    def newest(self) -> Row | None:
        """Return the newest row as it stands there, unchecked; None in an empty log."""
        return self._log.by_position(self._log.head())

    def origin(self) -> str:
        """Return the origin of the log, as `exhibits.origin`."""
        return origin(self._log)

    def gap_of(self, row: Row) -> Gap | None:
        """Return what declares a row that `rows` yielded redacted, yet to be checked."""
        for redaction in self._redactions.get(row.position, ()):
            declaring = self._log.by_position(redaction.declared_at)
            if declaring is not None and redaction.matches(row):
                return gap(row, redaction, decode(declaring.body), id_at=self._id_at)
        return None

    def _id_at(self, position: int) -> str | None:
        row = self._log.by_position(position)
        return row.id if row else None

    def events(self) -> Iterator[RecordedEvent]:
        """Yield each event that is not trusted yet once it is certain that this program could have recorded it there.

        Raises:
            IntegrityError: as `rows`.
        """
        for row in self.rows():
            if row.body:
                yield recorded(row.position, row.body, row.leaf)
            else:
                yield redacted(row.position, row.id, row.recorded_at, row.leaf)

    def rows(self) -> Iterator[Row]:
        """Yield each row that is not trusted yet once it is certain that this program could have recorded it there.

        Checks for each: position, time, leaf hash, canonical form, every key and value, the vocabulary as it was
        defined by then, and that the events that it withdraws or disputes exist.

        Raises:
            IntegrityError: names the position of the first event that fails; the events before it are sound.
        """
        after = self._trusted.head
        self.vocabulary = self._trusted.vocabulary
        self._withdrawn.clear()
        self._redactions.clear()
        for row in self._log.of_type(REDACTED, after=after):
            with _at(row.position):
                redaction = declared(row.position, decode(row.body))
                self._redactions.setdefault(redaction.position, []).append(redaction)
        for position in self._log.strays():
            raise IntegrityError("is not a position in a log: the first one is 1", position=position)
        previous = self._log.by_position(after) or Row(0, "", "", "", "", b"", b"")
        for row in self._log.read(after=after):
            with _at(previous.position + 1):
                _check_place(row, previous)
                if row.body == b"":
                    self._check_redacted(row)
                else:
                    self._check(row)
            yield row
            previous = row

    def _check_redacted(self, row: Row) -> None:
        found = [redaction for redaction in self._redactions.get(row.position, ()) if redaction.matches(row)]
        if not found:
            raise IntegrityError("the body is missing, and no event declares exactly this one redacted")
        self._withdrawn.update(redaction.withdrew for redaction in found if redaction.withdrew is not None)

    def _check(self, row: Row) -> None:
        if leaf_hash(row.body) != row.leaf:
            raise IntegrityError("the body does not match its leaf hash")
        event = strict_body(row)
        if faults := [*self.vocabulary.event_faults(event), *recordings.provenance_faults(event)]:
            raise InvalidEventError(faults)
        if event.type == DEFINED:
            self._define(event)
        if event.type == REDACTED and not self._declares(row, event):
            raise InvalidEventError(["data: declares an event redacted that is not"])
        if event.type == NOTED:
            self._check_noted(event, row)
        for name in event.disputes:
            self._named(name, row)
        withdrawn = event.retracts or event.replaces
        if withdrawn:
            self._withdraw(event, self._named(withdrawn, row))

    def _check_noted(self, event: Body, row: Row) -> None:
        if faults := list(recordings.noted_faults(event)):
            raise InvalidEventError(faults)
        for name, _ in recordings.noted(event):
            self._named(name, row)

    def _define(self, event: Body) -> None:
        schema = event.data["schema"]
        defined = self.vocabulary.with_type(schema)
        if event.subject != f"type/{str(schema['$id']).split(':')[2]}":
            raise InvalidEventError([f"subject: {event.subject!r} is not the type that is defined"])
        self.vocabulary = defined

    def _declares(self, row: Row, event: Body) -> bool:
        """Tell whether the event that is declared redacted is really erased."""
        target = self._log.by_position(event.data["position"])
        found = self._redactions.get(event.data["position"], ())
        return target is not None and any(r.declared_at == row.position and r.matches(target) for r in found)

    def _named(self, event_id: str, row: Row) -> Row:
        target = self._log.by_id(event_id)
        if target is None or target.position >= row.position:
            raise InvalidEventError([f"names event {event_id}, which is not in the log before it"])
        return target

    def _withdraw(self, event: Body, target: Row) -> None:
        # Of a redacted event nothing is left to withdraw: what names it may come from another log.
        gone = target.body and (target.position in self._withdrawn or self._trusted.is_withdrawn(target))
        # Of two logs, each can have withdrawn an event before one took in the other's.
        if target.type in BOOKKEEPING or (gone and not event.merged_from):
            raise InvalidEventError([f"withdraws event {target.id}, which is not live"])
        if event.type == RETRACTED and target.body and event.subject != target.subject:
            raise InvalidEventError([f"subject: is not the subject of the retracted event, {target.subject!r}"])
        self._withdrawn.add(target.position)


def strict_body(row: Row) -> Body:
    """Read the body of a row as strictly as a stranger's input; what its values may be, the checks of the event tell.

    A body that is written again to the same bytes has no unknown or repeated keys, no other types and no other form:
    nearly every one is read so, at a quarter of the time.

    Raises:
        InvalidEventError: it is not exactly what this program writes, or the other columns contradict it.
    """
    with suppress(CanonicalError):
        body = decode(row.body)
        if (
            encode(body) == row.body
            and len(row.body) <= canonical.MAX_BYTES
            and body.format == FORMAT
            and _NONCE.fullmatch(body.nonce)
            and (body.id, body.type, body.subject, body.recorded_at) == row[1:5]
            and body.type_version is not None
        ):
            return body
    _check_strictly(row)
    return decode(row.body)


def _check_strictly(row: Row) -> None:
    if len(row.body) > canonical.MAX_BYTES:
        raise InvalidEventError([f"the body is {len(row.body):,} bytes long"])
    record = canonical.parse(row.body)
    if canonical.encode(record) != row.body or not isinstance(record, dict):
        raise InvalidEventError(["the body is not a canonical JSON object"])
    found_format, nonce, recorded_at, merged_from = (record.pop(name, None) for name in _STORED_ONLY)
    if type(found_format) is not int or found_format != FORMAT:
        raise InvalidEventError([f"format: is {found_format!r}, not {FORMAT}"])
    if not isinstance(nonce, str) or not _NONCE.fullmatch(nonce):
        raise InvalidEventError(["nonce: is not 128 bits in hexadecimal digits"])
    if merged_from is not None and not _is_provenance(merged_from):
        raise InvalidEventError(["merged_from: does not say where the event was recorded first"])
    event = event_from_json(record)
    if (event.id, event.type, event.subject, recorded_at) != (row.id, row.type, row.subject, row.recorded_at):
        raise InvalidEventError(["the other columns contradict the body"])
    if event.type_version is None:
        raise InvalidEventError(["type_version: is missing"])


def _is_provenance(value: Json) -> bool:
    """Tell whether a value has the keys of a provenance, with values of their types; `provenance` judges these."""
    kinds = {"leaf": str, "origin": str, "position": int, "recorded_at": str}
    return isinstance(value, dict) and {key: type(item) for key, item in value.items()} == kinds


def _check_place(row: Row, previous: Row) -> None:
    if tuple(map(type, row)) != event_table.COLUMN_TYPES:
        raise IntegrityError("a column holds a value of the wrong type")
    if row.position != previous.position + 1:
        raise IntegrityError(f"is missing: the next event is at position {row.position}")
    if row.recorded_at < previous.recorded_at:
        raise IntegrityError(f"recorded_at {row.recorded_at} is earlier than that of the event before")
    if not _is_instant(row.recorded_at):
        raise IntegrityError(f"recorded_at {row.recorded_at!r} is not written as a log writes it")
    if len(row.leaf) != HASH_SIZE:
        raise IntegrityError(f"the leaf hash has {len(row.leaf)} bytes")


@lru_cache(maxsize=1_024)
def _is_instant(text: str) -> bool:
    """Tell whether a time is written as a log writes it."""
    try:
        return format_instant(datetime.fromisoformat(text)) == text
    except ValueError:
        return False


@contextmanager
def _at(position: int) -> Iterator[None]:
    """Turn whatever a hostile event makes the readers raise into an error that names the position."""
    try:
        yield
    except IntegrityError as exc:
        raise IntegrityError(exc.reason, position=position) from exc
    except (ChronologyError, LookupError, TypeError, ValueError, AttributeError, RecursionError) as exc:
        raise IntegrityError(f"is not an event of a sound log: {exc}", position=position) from exc


_LARGEST_VALUE: Final = 200_000
"""The longest text or body, in bytes, that SQLite may return: about three times the longest valid body."""

# Objects beside the store's own, exactly as sqlite-utils and SQLite's ANALYZE make them.
_HARMLESS: Final = {
    "_sqlite_migrations": (
        'CREATE TABLE "_sqlite_migrations" (\n   "id" INTEGER PRIMARY KEY,\n   "migration_set" TEXT,\n'
        '   "name" TEXT,\n   "applied_at" TEXT\n)'
    ),
    "idx__sqlite_migrations_migration_set_name": (
        'CREATE UNIQUE INDEX "idx__sqlite_migrations_migration_set_name"\n'
        '    ON "_sqlite_migrations" ("migration_set", "name")'
    ),
    "sqlite_stat1": "CREATE TABLE sqlite_stat1(tbl,idx,stat)",
    "sqlite_stat4": "CREATE TABLE sqlite_stat4(tbl,idx,neq,nlt,ndlt,sample)",
}

_ALLOWED_FUNCTIONS: Final = frozenset({"ifnull", "max"})
_ALLOWED_TABLES: Final = frozenset({"event", "sqlite_master"})
_ALLOWED_PRAGMAS: Final = frozenset({"integrity_check"})


@contextmanager
def open_foreign(path: Path) -> Iterator[ForeignLog]:
    """Open somebody else's store for reading its log, event by event, each one checked.

    The file is opened read-only, its schema must be exactly a store's, and the connection can only read the table of
    events. Its projections are ignored: whatever is believed is folded again from the events.

    Raises:
        StoreError: there is no such store, or a crash left it unfinished: open it with a program you trust first.
        IntegrityError: it is damaged, or has tables, triggers or views that a store does not have.
    """
    connection = database.connect_foreign(path)
    try:
        with database.wrapped(path):
            _restrict(connection)
            _check_schema(connection)
            with database.reading(connection):
                _check_file(connection)
                yield ForeignLog(Log(connection))
    finally:
        connection.close()


def _restrict(connection: sqlite3.Connection) -> None:
    for limit, most in (
        (sqlite3.SQLITE_LIMIT_LENGTH, _LARGEST_VALUE),
        (sqlite3.SQLITE_LIMIT_ATTACHED, 0),
        (sqlite3.SQLITE_LIMIT_TRIGGER_DEPTH, 0),
        (sqlite3.SQLITE_LIMIT_WORKER_THREADS, 0),
    ):
        connection.setlimit(limit, most)
    connection.set_authorizer(_authorize)


def _authorize(action: int, first: str | None, second: str | None, _: str | None, __: str | None) -> int:
    allowed = (
        action in (sqlite3.SQLITE_SELECT, sqlite3.SQLITE_TRANSACTION)
        or (action == sqlite3.SQLITE_READ and first in _ALLOWED_TABLES)
        or (action == sqlite3.SQLITE_FUNCTION and second in _ALLOWED_FUNCTIONS)
        or (action == sqlite3.SQLITE_PRAGMA and first in _ALLOWED_PRAGMAS)
    )
    return sqlite3.SQLITE_OK if allowed else sqlite3.SQLITE_DENY


def _check_schema(connection: sqlite3.Connection) -> None:
    """Check that the file has exactly the objects of a store, each of the same kind and with the same text."""
    wanted = {name: (_kind(text), text) for name, text in (event_table.SCHEMA | tables.SCHEMA).items()}
    harmless = {name: (_kind(text), text) for name, text in (_HARMLESS | search_index.SCHEMA).items()}
    found: list[Any] = connection.execute("SELECT type, name, tbl_name, sql FROM sqlite_schema").fetchall()
    left = dict(wanted)
    for kind, name, table, text in found:
        if text is None and kind == "index" and name.startswith("sqlite_autoindex_") and table in wanted:
            continue
        if left.pop(name, None) != (kind, text) and harmless.pop(name, None) != (kind, text):
            hint = "do not open it with other programs"
            if name in tables.SCHEMA:
                hint += ", or if its owner has another version of this one, ask them to `chronology replay` with yours"
            raise IntegrityError(f"the {kind} {name!r:.80} does not belong to a store", hint=hint)
    if left:
        raise IntegrityError(
            f"the {next(iter(left.values()))[0]} {next(iter(left))}, which every store has, is missing"
        )


def _kind(statement: str) -> str:
    words = statement.split()
    return "index" if "INDEX" in words[:3] else "table" if words[1] == "VIRTUAL" else words[1].lower()


def _check_file(connection: sqlite3.Connection) -> None:
    tables_found = connection.execute("SELECT name FROM sqlite_schema WHERE type = 'table' ORDER BY name").fetchall()
    names = [name for (name,) in tables_found if name not in search_index.SCHEMA]
    # Table by table where there is a search index: newer releases of SQLite would let FTS5 check what a stranger put
    # there, of which nothing is read.
    checks = names if len(names) < len(tables_found) else [1]
    for what in checks:
        for (message,) in connection.execute(f"PRAGMA integrity_check({what})"):
            if message != "ok":
                raise IntegrityError(f"SQLite finds the file damaged: {message}")
