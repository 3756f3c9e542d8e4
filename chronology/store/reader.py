"""Reading a store: every question that users ask of it. Combines the rooms below; writes nothing to the file."""

import os
import sqlite3
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Final, Self, Unpack

from chronology.answers.holding import Holding
from chronology.errors import ChronologyError, StoreError, UnknownNameError, did_you_mean
from chronology.log import database, event_table
from chronology.log.database import Closing
from chronology.log.event_table import Log, Row
from chronology.projections import references, tables
from chronology.projections.filters import Restrictions
from chronology.projections.names import Texts
from chronology.store import query
from chronology.store.analysis import Analysis
from chronology.store.directory import Directory
from chronology.store.export_query import Selecting, period
from chronology.store.ledger import Ledger
from chronology.store.lookup import Finding
from chronology.store.query import Moment

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.vocabulary.registry import Vocabulary

_LEAST_ALIKE: Final = 6
"""Characters of an id that a mistyped one must begin with, to be taken for it."""

_FEW: Final = 3

Clock = Callable[[], datetime]
"""Returns the present as an aware datetime."""


def utc_now() -> datetime:
    """Return the present, aware UTC."""
    return datetime.now(UTC)


class Reader(Analysis, Directory, Finding, Selecting, Ledger, Closing):
    """What can be asked of a store; `Chronology` adds what changes it and what proves it."""

    def __init__(self, connection: sqlite3.Connection, *, clock: Clock) -> None:
        """Wrap an open connection."""
        self._connection = connection
        self._clock = clock
        self._log = Log(connection)
        self._vocabulary: Vocabulary | None = None
        self._vocabulary_position = -1
        self._is_current = False
        self._texts = Texts(connection)

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, clock: Clock = utc_now) -> Self:
        """Open a store for reading.

        Args:
            path: the file.
            clock: returns what "now" means to a question, as an aware datetime.

        Raises:
            StoreError: there is no such store, or the file is something else.
            IntegrityError: the log's tables or triggers were changed.
        """
        connection = database.connect(Path(path), read_only=True)
        try:
            with database.wrapped(Path(path)):
                event_table.check_schema(database.schema(connection))
        except BaseException:
            connection.close()
            raise
        return cls(connection, clock=clock)

    def close(self) -> None:
        """Close the file."""
        self._connection.close()

    @property
    def vocabulary(self) -> "Vocabulary":
        """The event types that the log defines."""
        # Imported here: the state needs no types or payloads, and should not wait for what reads them.
        from chronology.projections import bookkeeping

        with self._asking():
            newest = bookkeeping.newest_definition(self._connection)
            if self._vocabulary is None or newest != self._vocabulary_position:
                self._vocabulary = bookkeeping.load_vocabulary(self._log, self._connection)
                self._vocabulary_position = newest
            return self._vocabulary

    def _recorded(self, row: Row) -> "RecordedEvent":
        """Return a row of the log as users see it."""
        # Imported here, for the same reason: the state needs no whole events.
        from chronology.events.records import recorded, redacted

        if not row.body:
            return redacted(row.position, row.id, row.recorded_at, row.leaf)
        return recorded(row.position, row.body, row.leaf)

    def _now(self) -> datetime:
        """Return the present according to the clock.

        Raises:
            ChronologyError: the clock does not give an aware datetime. A naive one would be read as this machine's
                local time, and the log would keep the wrong time for ever.
        """
        now = self._clock()
        if not isinstance(now, datetime) or now.utcoffset() is None:
            what = f"{now.isoformat()} without a time zone" if isinstance(now, datetime) else f"{now!r}, not a datetime"
            raise ChronologyError(f"the clock gave {what}", hint="use a clock such as chronology.utc_now")
        return now

    @contextmanager
    def _asking(self) -> Iterator[None]:
        with database.reading(self._connection):
            self._check_projections()
            self._texts.renew()
            yield

    def _check_projections(self) -> None:
        """Refuse projections that another version of this program made, because their rows mean something else."""
        if self._is_current:
            return
        if references.versions(self._connection) not in ({}, tables.VERSIONS):
            raise StoreError("the projections are of another version", hint="`chronology replay` rebuilds them")
        # Versions only go up, so once is enough.
        self._is_current = True

    def head(self) -> int:
        """Return the newest position, 0 if the log is empty."""
        with database.reading(self._connection):
            return self._log.head()

    def read(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        reverse: bool = False,
        limit: int | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[RecordedEvent]":
        """Yield the recorded events with after < position <= until, in log order, as a stream.

        Args:
            after: the position before the first.
            until: the last position; the head if not given.
            reverse: yield the newest event first.
            limit: yield at most this many, the first in that order; the rest is not read.
            restrictions: the filters of `state` but `fuzz`; of an event that names no source, such as a retraction,
                they ask what they ask of others.

        Raises:
            ChronologyError: the limit is below 0, or a filter that cannot be.
        """
        query.check_limit(limit)
        if not any(value is not None for value in restrictions.values()):
            with database.wrapped():
                found = self._log.read(after=after, until=until, reverse=reverse, limit=limit)
                yield from map(self._recorded, found)
            return
        from chronology.questions.live_events import counts

        with self._asking():
            filters = self._filters(None, None, restrictions, question="log")
        known = [position for position in (until, filters.known_at) if position is not None]
        with database.wrapped():
            rows = self._log.read(after=after, until=min(known, default=None), reverse=reverse)
            admitted = (event for event in map(self._recorded, rows) if counts(filters, event))
            yield from islice(admitted, limit)

    def event(self, name: str | int) -> "RecordedEvent":
        """Return one event by position, by id, or by the first characters of its id if those are unique.

        Raises:
            UnknownNameError: there is no such event, or more than one.
        """
        with database.reading(self._connection):
            row = self._log.by_position(name) if isinstance(name, int) else self._by_prefix(name)
        if row is None:
            question = "" if isinstance(name, int) else did_you_mean(self._ids_like(name))
            hint = f"positions go from 1 to {self.head()}; `chronology log` lists them"
            raise UnknownNameError("event", str(name), (), hint=f"{question} {hint}".lstrip())
        return self._recorded(row)

    def _ids_like(self, name: str) -> list[str]:
        """Return the ids that begin like one that does not exist, as long as they can, if they are few."""
        with database.reading(self._connection):
            for length in range(len(name) - 1, _LEAST_ALIKE - 1, -1):
                if found := self._log.ids_starting(name[:length], limit=_FEW + 1):
                    return found if len(found) <= _FEW else []
        return []

    def _by_prefix(self, prefix: str) -> Row | None:
        ids = self._log.ids_starting(prefix, limit=3) if len(prefix) >= 8 else []
        if len(ids) > 1 and prefix not in ids:
            raise UnknownNameError("event", prefix, (), hint=f"more than one id begins like this: {', '.join(ids)}")
        return self._log.by_id(prefix if prefix in ids else ids[0]) if ids else self._log.by_id(prefix)

    def withdrawn_by(self, event: "RecordedEvent") -> int | None:
        """Return the position that retracted or replaced an event, None while it is live."""
        with self._asking():
            said = event.event
            return references.withdrawn_by(self._connection, said.subject, event.position, valid=said.valid)

    def state(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        *,
        origins_counted: bool = False,
        min_origins: int = 0,
        **restrictions: Unpack[Restrictions],
    ) -> list[Holding]:
        """Return what held at a date, by subject and attribute; values that cannot hold then are left out.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: the date asked about: its close. An EDTF date, a date, or an aware datetime; now if not given.
            origins_counted: fill in `supported_by` of the candidates, which takes a second look at what was said.
            min_origins: only answers whose leading value has at least this many independent origins; counts them.
            restrictions: which assertions count, and how their dates are read. `known_at`: answer with the log as it
                stood then (a position, an aware datetime, or a date as text, which means its close, UTC). `stated_by`:
                only what was stated on or before this day. `sources`, `origins`: only from these documents, only claims
                that come from these; None is no restriction, an empty list admits nothing. `without_sources`,
                `without_origins`: nothing from these, the answer if they are not trusted. `min_grade`: only assertions
                with at least this grade in both respects, as in "B3". `fuzz`: seconds by which ends qualified with
                ? ~ or % are widened.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade or position, or a clock without a time zone.
            StoreError: the projections are of another version; a replay rebuilds them.
        """
        instant = query.instant_of(valid_at, now=self._now())
        with self._asking():
            filters = self._filters(subject, attribute, restrictions, kind=kind)
            found = query.holdings(self._connection, filters, instant, texts=self._texts, fuzz=filters.fuzz)
            if origins_counted or min_origins:
                return self._corroborated(found, filters, instant, fuzz=filters.fuzz, least=min_origins)
            return found

    def timeline(
        self,
        subject: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        reverse: bool = False,
        limit: int | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "list[RecordedEvent]":
        """Return the live events in order of valid time; those without one, such as definitions, are left out.

        Args:
            subject: only events about it or referring to it.
            since: only events that may touch this date or a later one.
            until: only events that may touch this date or an earlier one.
            reverse: return the latest first.
            limit: return at most this many, the first in that order.
            restrictions: the filters of `state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read, or an end before the beginning.
            ChronologyError: the limit is below 0, or a filter that cannot be.
        """
        from chronology.questions.live_events import selected

        query.check_limit(limit)
        first, last = period(since, until)
        with self._asking():
            filters = self._filters(subject, None, restrictions, question="timeline")
            found = selected(
                self._log, self._connection, filters, since=first, until=last, reverse=reverse, limit=limit
            )
            return list(found)

    def redaction_of(self, event: "RecordedEvent") -> "RecordedEvent | None":
        """Return the event that declares a redacted event's gap, None if it was not redacted."""
        from chronology.projections import bookkeeping

        with self._asking():
            row = bookkeeping.redaction_of(self._log, self._connection, event.id)
        return None if row is None else self._recorded(row)
