"""The store: the one object that users open. Puts the layers below together; decides nothing that they decide."""

import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from time import perf_counter
from types import TracebackType
from typing import Self

from chronology import builtin, database, edtf, log, query, rebuild
from chronology.append import AppendResult, Batch, Randomness
from chronology.canonical import Json
from chronology.errors import ChronologyError, HeadMovedError, IntegrityError, StoreError, UnknownNameError
from chronology.event_types import RETRACTED
from chronology.events import Event, RecordedEvent, recorded
from chronology.log import Log, Row
from chronology.projections import assertion, defined, mention, tables
from chronology.projections.assertion import Scope
from chronology.query import Holding, KnownAt, Moment
from chronology.rebuild import Progress, ReplayReport
from chronology.verify import VerifyReport, verify
from chronology.vocabulary import Vocabulary

Clock = Callable[[], datetime]
"""Gives the present as an aware date-time."""


def utc_now() -> datetime:
    """Return the present, aware UTC."""
    return datetime.now(UTC)


class Chronology:
    """A store of attributed assertions in one SQLite file.

    Not safe for use by several threads at once; several processes may open one file.
    """

    def __init__(self, connection: sqlite3.Connection, *, clock: Clock, randomness: Randomness) -> None:
        """Wrap an open connection; use `open`."""
        self._connection = connection
        self._clock = clock
        self._randomness = randomness
        self._log = Log(connection)
        self._vocabulary: Vocabulary | None = None
        self._vocabulary_position = -1

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        clock: Clock = utc_now,
        randomness: Randomness = os.urandom,
    ) -> Self:
        """Open a store.

        Args:
            path: the file.
            create: make the file, and record the built-in event types in it, if there is none.
            read_only: refuse every change.
            clock: gives `recorded_at`, and what "now" means to a question.
            randomness: gives event ids and nonces.

        Raises:
            StoreError: there is no such store, or the file is something else.
            IntegrityError: the log's tables or triggers are not as they were made.
        """
        connection = database.connect(Path(path), create=create, read_only=read_only)
        chron = cls(connection, clock=clock, randomness=randomness)
        try:
            with database.wrapped(Path(path)):
                chron._prepare(create=create)
        except BaseException:
            connection.close()
            raise
        return chron

    def _prepare(self, *, create: bool) -> None:
        found = database.schema(self._connection)
        if create and not found:
            # Only making a file needs this library, whose import takes longer than most questions.
            from chronology import migrations

            migrations.apply(self._connection)
            found = database.schema(self._connection)
        for name, wanted in log.SCHEMA.items():
            if (found.get(name) or "").strip() != wanted:
                what = "has been changed" if name in found else "is missing"
                raise IntegrityError(
                    f"the log's {name} {what}", hint="`chronology verify` tells more; restore a backup"
                )
        if create and self.head() == 0:
            self.append_many(builtin.definitions())

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    @property
    def vocabulary(self) -> Vocabulary:
        """The event types that the log defines."""
        with database.reading(self._connection):
            newest = defined.newest(self._connection)
            if self._vocabulary is None or newest != self._vocabulary_position:
                self._vocabulary = defined.load(self._log, self._connection)
                self._vocabulary_position = newest
            return self._vocabulary

    def append(self, event: Event, *, expected_head: int | None = None) -> RecordedEvent:
        """Append one event; one that the log holds already, by id and content, is returned as it stands there.

        Raises:
            InvalidEventError: everything that is wrong with the event.
            UnknownNameError: its type, or an event that it names, is not known.
            DuplicateIdError: its id is taken by other content.
            NotLiveError: what it retracts or replaces has been withdrawn already.
            HeadMovedError: the log is not at `expected_head`.
        """
        rows: list[Row] = []
        self._append([event], expected_head, rows, dry_run=False)
        return _recorded(rows[0])

    def append_many(
        self, events: Iterable[Event], *, expected_head: int | None = None, dry_run: bool = False
    ) -> AppendResult:
        """Append events in one transaction: all or nothing.

        Args:
            events: may be a stream; it is read once.
            expected_head: refuse if the log is not at this position.
            dry_run: check everything, and write nothing.

        Raises:
            ChronologyError: as `append`; `index` tells which event, from 0.
        """
        return self._append(events, expected_head, None, dry_run=dry_run)

    def retract(self, event_id: str, *, reason: str, recorded_by: str | None = None) -> RecordedEvent:
        """Withdraw an assertion.

        Raises:
            UnknownNameError: there is no such event.
            NotLiveError: it has been withdrawn already, or is no assertion.
        """
        return self.append(Event(type=RETRACTED, retracts=event_id, data={"reason": reason}, recorded_by=recorded_by))

    def _append(
        self,
        events: Iterable[Event],
        expected_head: int | None,
        taken: list[Row] | None,
        *,
        dry_run: bool,
    ) -> AppendResult:
        with self._written(dry_run=dry_run):
            self._check_projections()
            head = self._log.head()
            if expected_head is not None and expected_head != head:
                raise HeadMovedError(expected_head, head)
            batch = Batch(self._log, self._connection, self.vocabulary, now=self._clock(), randomness=self._randomness)
            for index, event in enumerate(events):
                try:
                    row = batch.add(event)
                except ChronologyError as exc:
                    exc.index = index
                    raise
                if taken is not None:
                    taken.append(row)
            return batch.finish()

    @contextmanager
    def _written(self, *, dry_run: bool) -> Iterator[None]:
        try:
            with database.writing(self._connection):
                yield
                if dry_run:
                    raise _DryRunError
        except _DryRunError:
            return

    def _check_projections(self) -> None:
        if mention.versions(self._connection) not in ({}, tables.VERSIONS):
            raise StoreError("the projections are of another version", hint="`chronology replay` rebuilds them")

    def head(self) -> int:
        """Return the newest position, 0 where the log is empty."""
        with database.reading(self._connection):
            return self._log.head()

    def read(self, *, after: int = 0, until: int | None = None) -> Iterator[RecordedEvent]:
        """Yield the recorded events with after < position <= until, in log order, as a stream."""
        with database.wrapped():
            for row in self._log.read(after=after, until=until):
                yield _recorded(row)

    def event(self, name: str | int) -> RecordedEvent:
        """Return one event by position, by id, or by the first characters of its id where those are unique.

        Raises:
            UnknownNameError: there is no such event, or more than one.
        """
        with database.reading(self._connection):
            row = self._log.by_position(name) if isinstance(name, int) else self._by_prefix(name)
        if row is None:
            head = self.head()
            raise UnknownNameError(
                "event", str(name), (), hint=f"positions go from 1 to {head}; `chronology log` lists them"
            )
        return _recorded(row)

    def _by_prefix(self, prefix: str) -> Row | None:
        ids = self._log.ids_starting(prefix, limit=3) if len(prefix) >= 8 else []
        if len(ids) > 1 and prefix not in ids:
            raise UnknownNameError("event", prefix, (), hint=f"more than one id begins so: {', '.join(ids)}")
        return self._log.by_id(prefix if prefix in ids else ids[0]) if ids else self._log.by_id(prefix)

    def withdrawn_by(self, event: RecordedEvent) -> int | None:
        """Return the position that retracted or replaced an event, None while it is live."""
        with database.reading(self._connection):
            return mention.withdrawn_by(self._connection, event.event.subject, event.position)

    def state(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        known_at: KnownAt = None,
        stated_by: str | date | None = None,
        sources: Iterable[str] | None = None,
        origins: Iterable[str] | None = None,
        min_grade: str | None = None,
        fuzz: int = 0,
    ) -> list[Holding]:
        """Return what held at a date, by subject and attribute; what cannot hold then is left out.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: the date asked about: its close. An EDTF date, a date, or an aware datetime; now if not given.
            known_at: answer with the log as it stood then: a position, an aware datetime, or a text whose close
                (UTC) is meant.
            stated_by: only what was stated on or before this day.
            sources: only from these documents.
            origins: only claims that come from these.
            min_grade: only assertions graded at least so in both respects, as in "B3".
            fuzz: seconds by which ends qualified with ? ~ or % are widened. Requires fuzz >= 0.

        Raises:
            DateError: a date that cannot be read, or is none.
            ChronologyError: a grade or position that is none.
        """
        query.check_grade(min_grade)
        instant = query.instant_of(valid_at, now=self._clock())
        with database.reading(self._connection):
            scope = Scope(
                subject=subject,
                attribute=attribute,
                kind=kind,
                known_at=query.position_known_at(self._log, known_at),
                stated_by=query.day_of(stated_by),
                sources=query.names(sources),
                origins=query.names(origins),
                min_grade=min_grade,
            )
            return query.holdings(self._connection, scope, instant, fuzz=fuzz)

    def timeline(
        self, subject: str | None = None, since: str | date | None = None, until: str | date | None = None
    ) -> list[RecordedEvent]:
        """Return the live events in order of valid time; those without one, such as definitions, are left out.

        Args:
            subject: only events about it or referring to it.
            since: only events that may touch this date or a later one.
            until: only events that may touch this date or an earlier one.

        Raises:
            DateError: a date that cannot be read.
        """
        first = None if since is None else edtf.opening_of(str(since))
        last = None if until is None else edtf.close_of(str(until))
        with database.reading(self._connection):
            found = mention.positions(self._connection, subject=subject, since=first, until=last)
            rows = (self._log.by_position(position) for position in found)
            return [_recorded(row) for row in rows if row is not None]

    def subjects(self, *, kind: str | None = None) -> list[str]:
        """Return every subject that some event is about or refers to, in order."""
        with database.reading(self._connection):
            return mention.subjects(self._connection, kind=kind)

    def attributes(self) -> set[str]:
        """Return every attribute that the vocabulary can assert or some event did."""
        with database.reading(self._connection):
            return self.vocabulary.attributes() | set(assertion.attributes(self._connection))

    def kinds(self) -> set[str]:
        """Return every kind of subject that the vocabulary names or the log holds."""
        with database.reading(self._connection):
            return self.vocabulary.kinds() | set(mention.kinds(self._connection))

    def define(self, schema: dict[str, Json]) -> RecordedEvent:
        """Add an event type, or the next version of one, to the log's vocabulary.

        Raises:
            InvalidEventError: everything that is wrong with the definition.
        """
        return self.append(builtin.definition(schema))

    def replay(self, progress: Progress | None = None) -> ReplayReport:
        """Rebuild all projections from nothing, in one transaction.

        Args:
            progress: told after every thousand events how many are done, of how many.
        """
        begin = perf_counter()
        with database.writing(self._connection):
            before = rebuild.fingerprints(self._connection)
            rebuild.replay(self._log, self._connection, progress=progress)
            after = rebuild.fingerprints(self._connection)
            events = self._log.head()
        return ReplayReport(
            events=events,
            seconds=perf_counter() - begin,
            rows={name: count for name, (count, _) in after.items()},
            changed=tuple(name for name in after if after[name] != before[name]),
        )

    def verify(self, progress: Progress | None = None) -> VerifyReport:
        """Check the file, the log and the projections; what is wrong is in the report, not raised.

        Args:
            progress: told after every thousand events how many are done, of how many.
        """
        with database.reading(self._connection):
            return verify(self._connection, progress=progress)


class _DryRunError(Exception):
    """Takes a dry run's transaction back."""


def _recorded(row: Row) -> RecordedEvent:
    return recorded(row.position, row.body, row.leaf)
