"""An open store: the file, its log, the clock and the randomness, handed to what asks or writes. Answers nothing."""

import os
import sqlite3
from _thread import RLock, get_ident  # `threading` would take longer to import than a question does to answer.
from collections.abc import Callable, Generator, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final, Protocol, TypeVar
from weakref import WeakSet

from chronology.errors import ChronologyError, StoreError
from chronology.events.identities import Identities
from chronology.log import database
from chronology.log.event_table import Log, Row
from chronology.projections import merges, references, tables
from chronology.projections.filters import Filters, KnownAt, Restrictions
from chronology.projections.names import Texts
from chronology.store import query

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.vocabulary.registry import Vocabulary

_T = TypeVar("_T")

Clock = Callable[[], datetime]
"""Returns the present as an aware datetime."""

Randomness = Callable[[int], bytes]
"""Returns as many random bytes as asked for: `os.urandom`, or something repeatable."""

_PART: Final = 1_000
"""Rows of the log that are read at once."""


class Upstream(Protocol):
    """The shared log of which a store is a replica: what is written goes there first."""

    def pull(self) -> None:
        """Bring the store up to the shared log."""

    def publish(self, after: int) -> None:
        """Write what was appended after a position into the shared log, before it is committed here."""

    def persist(self, work: Callable[[], _T]) -> _T:
        """Do what others may be faster at, again if they were."""


def utc_now() -> datetime:
    """Return the present, aware UTC."""
    return datetime.now(UTC)


class Session:
    """One open store, as questions and writers see it.

    Any thread may use it, but only one at a time; a stream counts as use until it ends or is closed.

    Attributes:
        connection: to the file.
        log: in it.
        texts: of names that were looked up, where known.
        randomness: the source of event ids and nonces.
        upstream: the shared log that this one follows, if it follows one.
    """

    def __init__(
        self, connection: sqlite3.Connection, *, clock: Clock = utc_now, randomness: Randomness = os.urandom
    ) -> None:
        self.connection = connection
        self.log = Log(connection)
        self.texts = Texts(connection)
        self.randomness = randomness
        self.upstream: Upstream | None = None
        self._clock = clock
        self._vocabulary: Vocabulary | None = None
        self._vocabulary_position = -1
        self._is_current = False
        self._is_closed = False
        # Taken for moments only, and by the thread that holds it too: a collected stream ends at any time.
        self._lock = RLock()
        self._thread = 0
        self._open_blocks = 0
        self._is_writing = False
        self._streams: WeakSet[Stream[Any]] = WeakSet()

    @property
    def path(self) -> Path:
        """The file, links resolved."""
        return database.path_of(self.connection)

    def close(self) -> None:
        """Close the file; streams that are still open end with an error.

        Raises:
            StoreError: another thread is in the middle of using it.
        """
        if self._is_closed:
            return
        with self.alone():
            pass
        for stream in list(self._streams):
            # An open one would keep the file locked after all.
            stream.close()
        self._is_closed = True
        self.connection.close()

    def check_open(self) -> None:
        """Refuse to go on once the store is closed.

        Raises:
            StoreError: it is.
        """
        if self._is_closed:
            raise StoreError(
                "the store is closed", hint="open it again, and read streams to their end before you close it"
            )

    # Reading ------------------------------------------------------------------------------------------------------

    @contextmanager
    def alone(self) -> Iterator[None]:
        """Keep other threads out of a block; the snapshot that is read, if there is one, ends with the last block.

        Raises:
            StoreError: the store is closed, or another thread uses it.
        """
        with self._lock:
            self.check_open()
            if self._open_blocks and self._thread != get_ident():
                raise StoreError(
                    "another thread is using this store",
                    hint="let it finish, its streams too, or open the store once for each thread",
                )
            # What is read inside a transaction that writes ends with it: a stream that feeds a refused batch is still
            # there while the refusal is handled, and must not stand in the way of the next write.
            counted = 0 if self._is_writing else 1
            self._thread = get_ident()
            self._open_blocks += counted
        try:
            yield
        finally:
            with self._lock:
                self._open_blocks -= counted
                if counted and not self._open_blocks and not self._is_closed:
                    with database.wrapped():
                        self.connection.commit()

    @contextmanager
    def snapshot(self) -> Iterator[None]:
        """Run a block on one snapshot of the file; blocks that overlap share it.

        Raises:
            StoreError: as for `alone`.
        """
        with self.alone(), database.wrapped():
            if not self.connection.in_transaction:
                self.connection.execute("BEGIN")
            yield

    @contextmanager
    def reading(self) -> Iterator[None]:
        """Run a block on one snapshot of the file, if its projections are of this version.

        Raises:
            StoreError: they are not, or as for `snapshot`.
        """
        with self.snapshot():
            self._check_projections()
            self.texts.renew()
            yield

    def stream(self, found: Callable[[], Iterator[_T]]) -> "Stream[_T]":
        """Return what a function yields as a stream on one snapshot of the file, from its first item on."""

        def steps() -> Generator[_T, None, None]:
            with self.reading():
                yield from found()

        return self._registered(steps())

    def stream_in_parts(self, rows: Iterator[Row], told: Callable[[Iterator[Row]], Iterator[_T]]) -> "Stream[_T]":
        """Return what rows of the log tell, as a stream that holds no snapshot between its parts of a thousand rows.

        The log only grows, so that events may be appended while it is read.
        """

        def parts() -> Iterator[Row]:
            while True:
                with self.snapshot():
                    part = list(islice(rows, _PART))
                if not part:
                    return
                yield from part

        def steps() -> Generator[_T, None, None]:
            yield from told(parts())

        return self._registered(steps())

    def _registered(self, steps: Generator[_T, None, None]) -> "Stream[_T]":
        stream = Stream(self, steps)
        self._streams.add(stream)
        return stream

    def _check_projections(self) -> None:
        """Refuse projections that another version of this program made, because their rows mean something else."""
        if self._is_current:
            return
        if references.versions(self.connection) not in ({}, tables.VERSIONS):
            raise StoreError("the projections are of another version", hint="`chronology replay` rebuilds them")
        # Versions only go up, so once is enough.
        self._is_current = True

    # Writing ------------------------------------------------------------------------------------------------------

    @contextmanager
    def writing(self, *, dry_run: bool, is_local: bool = False, is_repair: bool = False) -> Iterator[None]:
        """Run a block as one transaction: all or nothing; a dry run: nothing.

        Args:
            dry_run: take everything back at the end.
            is_local: do not write to the shared log, where the store follows one.
            is_repair: write even if the projections are of another version.

        Raises:
            StoreError: the file cannot be written, or is in use: by a stream, by another thread or by another write.
        """
        self._check_idle()
        upstream = None if dry_run or is_local else self.upstream
        if upstream:
            upstream.pull()
        with self.alone():
            self._is_writing = True
            try:
                with database.writing(self.connection, dry_run=dry_run):
                    if not is_repair:
                        self._check_projections()
                    before = self.log.head() if upstream else 0
                    yield
                    if upstream and self.log.head() > before:
                        upstream.publish(before)
            finally:
                self._is_writing = False
                # What was numbered in it may be taken back, or numbered otherwise.
                self.texts.clear()

    def write(self, work: Callable[[], _T], *, dry_run: bool) -> _T:
        """Return what a function returns that writes, in one transaction; where others were faster, try it again."""

        def once() -> _T:
            with self.writing(dry_run=dry_run):
                return work()

        return once() if self.upstream is None else self.upstream.persist(once)

    def _check_idle(self) -> None:
        with self._lock:
            if not self._open_blocks or self._thread != get_ident():
                return
            if self._is_writing:
                raise StoreError("this store is being written already", hint="append all events in one batch")
            raise StoreError(
                "a stream or a snapshot of this store is still open, and nothing can be written meanwhile",
                hint="read the stream to its end first, as list() does, or close it",
            )

    # What the log means -------------------------------------------------------------------------------------------

    def now(self) -> datetime:
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

    @property
    def vocabulary(self) -> "Vocabulary":
        """The event types that the log defines."""
        # Imported here: the state needs no types or payloads, and should not wait for what reads them.
        from chronology.projections import bookkeeping

        with self.reading():
            newest = bookkeeping.newest_definition(self.connection)
            if self._vocabulary is None or newest != self._vocabulary_position:
                self._vocabulary = bookkeeping.load_vocabulary(self.log, self.connection)
                self._vocabulary_position = newest
            return self._vocabulary

    def recorded(self, row: Row) -> "RecordedEvent":
        """Return a row of the log as users see it."""
        # Imported here, for the same reason: the state needs no whole events.
        from chronology.events.records import recorded, redacted

        if not row.body:
            return redacted(row.position, row.id, row.recorded_at, row.leaf)
        return recorded(row.position, row.body, row.leaf)

    def identities(self, known_at: KnownAt = None) -> Identities:
        """Return which names meant one subject, as known then."""
        return merges.known(self.connection, query.position_known_at(self.log, known_at))

    def filters(
        self,
        subject: str | None,
        attribute: str | None,
        restrictions: Restrictions,
        *,
        kind: str | None = None,
        question: str = "state",
    ) -> Filters:
        """Check what a question is about and which assertions count, and return both."""
        return query.build(
            self.log,
            self.connection,
            restrictions,
            subject=subject,
            attribute=attribute,
            kind=kind,
            question=question,
        )


class Stream(Iterator[_T]):
    """Answers that are read one by one; it keeps what it needs of the file until it ends or is closed."""

    def __init__(self, session: Session, steps: Generator[_T, None, None]) -> None:
        self._session = session
        self._steps = steps

    def __next__(self) -> _T:
        self._session.check_open()
        return next(self._steps)

    def close(self) -> None:
        """End it before its end."""
        self._steps.close()
