"""The store: the one object that users open. Combines the rooms below and leaves decisions to them."""

import os
import sqlite3
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from time import perf_counter
from typing import TYPE_CHECKING, BinaryIO, Self

from chronology.errors import ChronologyError, HeadMovedError, StoreError
from chronology.events.json_values import Json
from chronology.events.records import Event, RecordedEvent
from chronology.log import database, event_table
from chronology.log.event_table import Row
from chronology.projections import rebuild, search_index
from chronology.projections.rebuild import Progress, ReplayReport
from chronology.store.archiving import Archiving
from chronology.store.batch import AppendResult, Batch, Randomness
from chronology.store.intake.apply_remote import Extending
from chronology.store.log_merging import LogMerging
from chronology.store.merging import Merging
from chronology.store.proofs import Proving
from chronology.store.reader import Clock, utc_now
from chronology.store.redaction import declare, erase, naming
from chronology.store.refusals import Refusals
from chronology.store.retract import Withdrawing
from chronology.store.transcript import Transcribing
from chronology.vocabulary import builtin

if TYPE_CHECKING:
    from chronology.store.intake.transcript import TakenIn


class Chronology(Withdrawing, Archiving, Merging, LogMerging, Transcribing, Extending, Proving):
    """A store of attributed assertions in one SQLite file.

    Not safe for use by several threads at once; several processes may open one file.
    """

    def __init__(self, connection: sqlite3.Connection, *, clock: Clock, randomness: Randomness) -> None:
        """Wrap an open connection; use `open`."""
        super().__init__(connection, clock=clock)
        self._randomness = randomness

    @classmethod
    def open(
        cls,
        path: str | os.PathLike[str],
        *,
        create: bool = False,
        read_only: bool = False,
        damaged: bool = False,
        patience: float = database.BUSY_SECONDS,
        clock: Clock = utc_now,
        randomness: Randomness = os.urandom,
    ) -> Self:
        """Open a store.

        Args:
            path: the file.
            create: make the file, and record the built-in event types in it, if there is none.
            read_only: refuse every change.
            damaged: open it even if the log's tables or triggers were changed, so that `verify` can report it; for
                reading only.
            patience: seconds to wait, now and later, while another process holds a lock on the store.
            clock: returns `recorded_at`, and what "now" means to a question, as an aware date-time.
            randomness: the source of event ids and nonces.

        Raises:
            StoreError: there is no such store, or the file is something else.
            LockedError: another process kept it locked.
            IntegrityError: the log's tables or triggers were changed.
        """
        if damaged and not read_only:
            raise StoreError("a damaged store is opened for reading only", hint="pass read_only=True too")
        connection = database.connect(Path(path), create=create, read_only=read_only, patience=patience)
        chron = cls(connection, clock=clock, randomness=randomness)
        try:
            with database.wrapped(Path(path)):
                chron._prepare(create=create, damaged=damaged)
        except BaseException:
            connection.close()
            raise
        return chron

    def _prepare(self, *, create: bool, damaged: bool) -> None:
        found = database.schema(self._connection)
        if create and not found:
            # Imported only to make a file, because the import takes longer than most questions.
            from chronology.store import migrations

            migrations.apply(self._connection)
            found = database.schema(self._connection)
        if not damaged:
            event_table.check_schema(found)
        if create and self.head() == 0:
            # Another process making the same store may have just recorded them.
            with suppress(HeadMovedError):
                self.append_many(builtin.definitions(), expected_head=0)

    @classmethod
    def restore(
        cls,
        path: str | os.PathLike[str],
        stream: BinaryIO,
        *,
        dry_run: bool = False,
        progress: Progress | None = None,
    ) -> "TakenIn":
        """Make a new store that holds the log of a transcript; if it cannot be believed, no file is left.

        Copies of sources are no part of a transcript: copy the archive beside the store, too.

        Args:
            path: a new file.
            stream: of bytes, as `transcript` yields it.
            dry_run: check everything, and leave no file.
            progress: as for `take_in`.

        Raises:
            StoreError: the file already exists, or cannot be made.
            TranscriptError: a line of the transcript cannot be believed.
        """
        with database.made(Path(path), keep=not dry_run) as connection:
            from chronology.store import migrations

            migrations.apply(connection)
            return cls(connection, clock=utc_now, randomness=os.urandom).take_in(stream, progress=progress)

    def append(self, event: Event, *, expected_head: int | None = None, dry_run: bool = False) -> RecordedEvent:
        """Append one event. If the log already holds it, with the same id and content, return it as it stands there.

        Args:
            event: what to append.
            expected_head: refuse if the log is not at this position.
            dry_run: check everything, and write nothing; return what would have been appended.

        Raises:
            InvalidEventError: everything that is wrong with the event.
            UnknownNameError: its type, or an event that it names, is not known.
            DuplicateIdError: its id is taken by other content.
            NotLiveError: what it retracts or replaces has already been withdrawn.
            HeadMovedError: the log is not at `expected_head`.
        """
        rows: list[Row] = []
        self._append([event], expected_head, rows, dry_run=dry_run)
        return self._recorded(rows[0])

    def append_many(
        self,
        events: Iterable[Event],
        *,
        expected_head: int | None = None,
        dry_run: bool = False,
        refusals: Refusals | None = None,
    ) -> AppendResult:
        """Append events in one transaction: all or nothing.

        Args:
            events: may be a stream; it is read once.
            expected_head: refuse if the log is not at this position.
            dry_run: check everything, and write nothing.
            refusals: collects every refused event; without it, the first one ends the batch. A new version of a type
                that does not fit the stored events still ends it: later events cannot be checked without that version.

        Raises:
            ChronologyError: as `append`; `index` tells which event, from 0.
            BatchRefusedError: `refusals` collected some; raised at the end of the stream.
        """
        return self._append(events, expected_head, None, dry_run=dry_run, refusals=refusals)

    def _append(
        self,
        events: Iterable[Event],
        expected_head: int | None,
        taken: list[Row] | None,
        *,
        dry_run: bool,
        refusals: Refusals | None = None,
    ) -> AppendResult:
        with self._written(dry_run=dry_run):
            self._check_projections()
            head = self._log.head()
            if expected_head is not None and expected_head != head:
                raise HeadMovedError(expected_head, head)
            batch = self._batch()
            # A caller who collects refusals wants to hear of each event before the next one is read.
            for index, event in enumerate(batch.expected(events) if refusals is None else events):
                try:
                    row = batch.add(event)
                except ChronologyError as exc:
                    exc.index = index
                    # A damaged file is not the event's fault.
                    if refusals is None or isinstance(exc, StoreError):
                        raise
                    refusals.add(exc, event)
                    if not batch.is_sound:
                        break
                    continue
                if taken is not None:
                    taken.append(row)
            if refusals is not None:
                refusals.check()
            return batch.finish()

    def redact(
        self, event_id: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Erase for good what an event says; its place, id, time and leaf hash stay, and an event declares the gap.

        Every proof and checkpoint still holds. What the event asserted is gone from all answers, for earlier
        `known_at` too; what it had withdrawn stays withdrawn. Then the file is rewritten, so that no byte of the
        text is left in it. Copies made earlier, such as backups and exports, still contain it.

        If the event is already redacted, only the file is rewritten.

        Args:
            event_id: the whole id.
            reason: why; it must not repeat what is to be erased.
            recorded_by: who decided it.
            dry_run: check everything, and erase and write nothing.

        Returns:
            The event that declares the redaction.

        Raises:
            UnknownNameError: there is no such event.
            NotLiveError: it defines a type or declares a redaction, which the log cannot do without.
            StoreError: the file could not be rewritten; the event is redacted, but parts of its text may remain.
        """
        # Affects pages freed from now on; rewriting the file removes what was freed earlier.
        self._connection.execute("PRAGMA secure_delete = ON")
        with self._written(dry_run=dry_run):
            self._check_projections()
            row, target = declare(
                self._batch(), self._log, self._connection, event_id, reason=reason, recorded_by=recorded_by
            )
            if target.body and not dry_run:
                erase(self._log, self._connection, target)
        if not dry_run:
            database.rewrite(self._connection)
        return self._recorded(row)

    def _batch(self) -> Batch:
        return Batch(self._log, self._connection, self.vocabulary, now=self._now(), randomness=self._randomness)

    @contextmanager
    def _written(self, *, dry_run: bool) -> Iterator[None]:
        try:
            with database.writing(self._connection, dry_run=dry_run):
                yield
        finally:
            # What was numbered in it may be taken back, or numbered otherwise.
            self._texts.clear()

    def define(
        self, schema: dict[str, Json], *, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Add an event type, or the next version of one, to the log's vocabulary.

        Args:
            schema: its JSON Schema, with what the event asserts.
            recorded_by: who defines it.
            dry_run: check everything, and write nothing.

        Raises:
            InvalidEventError: everything that is wrong with the definition.
        """
        return self.append(builtin.definition(schema, recorded_by=recorded_by), dry_run=dry_run)

    def renew_types(self, *, recorded_by: str | None = None, dry_run: bool = False) -> list[tuple[str, int]]:
        """Define the newer versions of built-in types that this log lacks, all or none; return names and versions.

        All events of those types are read by them from then on, and as before at an earlier `known_at`. Types that the
        log lacks, or has in versions of its own, are left unchanged.

        Args:
            recorded_by: who defines them.
            dry_run: check everything, and write nothing.
        """
        newer = builtin.newer(self.vocabulary)
        self.append_many((builtin.definition(schema, recorded_by=recorded_by) for schema in newer), dry_run=dry_run)
        return [(name, int(version)) for name, version in (str(schema["$id"]).split(":")[2:] for schema in newer)]

    def replay(self, progress: Progress | None = None, *, dry_run: bool = False) -> ReplayReport:
        """Rebuild all projections from nothing, in one transaction; the next search makes its index again.

        Args:
            progress: called after every thousand events with how many are done, of how many.
            dry_run: report what would change, and change nothing; this works on a store opened for reading.
        """
        begin = perf_counter()
        transaction = database.reading(self._connection) if dry_run else self._written(dry_run=False)
        with transaction:
            rows, changed = rebuild.replay(self._log, self._connection, progress=progress, dry_run=dry_run)
            if not dry_run:
                search_index.drop(self._connection)
            events = self._log.head()
        return ReplayReport(events=events, seconds=perf_counter() - begin, rows=rows, changed=changed)

    def naming(self, event_id: str) -> list[int]:
        """Return the positions of the events whose text names another by its id: withdrawals, disputes, notes."""
        with database.reading(self._connection):
            return naming(self._log, event_id)
