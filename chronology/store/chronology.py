"""The store: the one object that users open. A front of its verbs over one session; decides nothing."""

import os
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, Self

from chronology.errors import HeadMovedError, StoreError
from chronology.events.json_values import Json
from chronology.events.records import Event, RecordedEvent
from chronology.log import database, event_table
from chronology.projections.rebuild import Progress, ReplayReport
from chronology.store import merging, writing
from chronology.store.batch import AppendResult
from chronology.store.reader import Reader
from chronology.store.session import Clock, Randomness, Session, utc_now
from chronology.store.writing import UNDONE, Refusals, Undone
from chronology.vocabulary import builtin

if TYPE_CHECKING:
    from chronology.evidence.verify import VerifyReport
    from chronology.store.merge_log import ImportedTranscript
    from chronology.store.proofs import Proofs
    from chronology.store.sharing import Sharing
    from chronology.transparency.notes import Checkpoint


class Chronology(Reader):
    """A store of attributed assertions in one SQLite file.

    The common verbs are here; those that are used less often are in `names`, `log`, `sources`, `proofs` and `sharing`.
    A thread may use a store that another one opened, but only one may at a time; several processes may open one file.
    """

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
        chron = cls(Session(connection, clock=clock, randomness=randomness))
        try:
            with database.wrapped(Path(path)):
                chron._prepare(create=create, damaged=damaged)
        except BaseException:
            connection.close()
            raise
        return chron

    def _prepare(self, *, create: bool, damaged: bool) -> None:
        connection = self._session.connection
        found = database.schema(connection)
        if create and not found:
            # Imported only to make a file, because the import takes longer than most questions.
            from chronology.store import migrations

            migrations.apply(connection)
            found = database.schema(connection)
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
    ) -> "ImportedTranscript":
        """Make a new store that holds the log of a transcript; if it cannot be believed, no file is left.

        Copies of sources are no part of a transcript: copy the archive beside the store, too.

        Args:
            path: a new file.
            stream: of bytes, as `log.transcript` yields it.
            dry_run: check everything, and leave no file.
            progress: as for `sharing.import_transcript`.

        Raises:
            StoreError: the file already exists, or cannot be made.
            TranscriptError: a line of the transcript cannot be believed.
        """
        with database.made(Path(path), keep=not dry_run) as connection:
            from chronology.store import migrations

            migrations.apply(connection)
            return cls(Session(connection)).sharing.import_transcript(stream, progress=progress)

    @property
    def proofs(self) -> "Proofs":
        """What proves the store to others: checkpoints, exhibits, verified backups."""
        from chronology.store.proofs import Proofs

        return Proofs(self._session)

    @property
    def sharing(self) -> "Sharing":
        """What takes events from other logs: another store, a transcript, a shared log."""
        from chronology.store.sharing import Sharing

        return Sharing(self._session)

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
        return writing.append(self._session, event, expected_head=expected_head, dry_run=dry_run)

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
        return writing.append_many(
            self._session, events, expected_head=expected_head, dry_run=dry_run, refusals=refusals
        )

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
        return writing.renew_types(self._session, recorded_by=recorded_by, dry_run=dry_run)

    def retract(
        self, event_id: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Withdraw an assertion.

        Args:
            event_id: the whole id.
            reason: why.
            recorded_by: who withdraws it.
            dry_run: check everything, and write nothing.

        Raises:
            UnknownNameError: there is no such event.
            NotLiveError: it has been withdrawn already, or is not an assertion.
        """
        return writing.retract(self._session, event_id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)

    def undo(
        self,
        name: str | int | None = None,
        *,
        reason: str = UNDONE,
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> Undone:
        """Retract the newest event, or the one that is named.

        If the newest event is itself a retraction, a definition or a redaction, nothing earlier is retracted in its
        place: to undo an earlier event, name it.

        Args:
            name: as for `event`; the newest event of the log where not given.
            reason: why.
            recorded_by: who takes it back.
            dry_run: check everything, and write nothing.

        Raises:
            UnknownNameError: there is no such event.
            NotLiveError: it cannot be undone, or was withdrawn already.
            HeadMovedError: somebody else appended an event after the newest one was looked up.
            ChronologyError: the log is empty.
        """
        return writing.undo(self._session, name, reason=reason, recorded_by=recorded_by, dry_run=dry_run)

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
        return writing.redact(self._session, event_id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)

    def describe(
        self,
        subject: str,
        *,
        names: Iterable[str] = (),
        aliases: Iterable[str] = (),
        language: str | None = None,
        source: str | None = None,
        said_by: Iterable[str] = (),
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> AppendResult:
        """Give a subject names, each by an event of its own, so that each can be retracted alone.

        What would change nothing, because the name was given in that language and stands, counts as unchanged.

        Args:
            subject: as kind/slug; no event need be about it yet.
            names: to be shown for it; the newest is. Older ones stay its aliases.
            aliases: that it also goes by.
            language: of all these names, a BCP 47 tag.
            source: the document that tells them; none where it is a decision of your own.
            said_by: who says so, the origin first.
            recorded_by: who writes it down.
            dry_run: check everything, and write nothing.

        Raises:
            InvalidEventError: everything that is wrong with a name, or there is none.
        """
        return merging.describe(
            self._session,
            subject,
            names=names,
            aliases=aliases,
            language=language,
            source=source,
            said_by=said_by,
            recorded_by=recorded_by,
            dry_run=dry_run,
        )

    def merge(
        self,
        kept: str,
        merged: str,
        *,
        reason: str,
        source: str | None = None,
        said_by: Iterable[str] = (),
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> RecordedEvent:
        """Say that two subjects are one.

        From this event on, whatever was or will be recorded under either name counts as recorded under the kept one:
        as subject, source, origin, and where it stands as a value. What was asked with an earlier `known_at` is
        answered as before. No event is changed.

        Args:
            kept: the subject whose name is kept.
            merged: the other one, of the same kind.
            reason: why they are one.
            source: the document that tells it; none where it is a decision of your own.
            said_by: who says so, the origin first.
            recorded_by: who writes it down.
            dry_run: check everything, and write nothing.

        Raises:
            UnknownNameError: no event speaks of one of them.
            InvalidEventError: they are of two kinds, or one subject already.
        """
        return merging.merge(
            self._session,
            kept,
            merged,
            reason=reason,
            source=source,
            said_by=said_by,
            recorded_by=recorded_by,
            dry_run=dry_run,
        )

    def unmerge(
        self, one: str, other: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Take back that two subjects are one; each then has its own events again, whenever they were recorded.

        Args:
            one: a subject.
            other: the one that it was merged with, in either order.
            reason: why they are not one after all.
            recorded_by: who takes it back.
            dry_run: check everything, and write nothing.

        Returns:
            The event that retracts the merge.

        Raises:
            ChronologyError: they are not one, or only by way of a third subject.
        """
        return merging.unmerge(self._session, one, other, reason=reason, recorded_by=recorded_by, dry_run=dry_run)

    def replay(self, progress: Progress | None = None, *, dry_run: bool = False) -> ReplayReport:
        """Rebuild all projections from nothing, in one transaction; the next search makes its index again.

        Args:
            progress: called after every thousand events with how many are done, of how many.
            dry_run: report what would change, and change nothing; this works on a store opened for reading.
        """
        return writing.replay(self._session, progress, dry_run=dry_run)

    def verify(self, progress: "Progress | None" = None, checkpoint: "Checkpoint | None" = None) -> "VerifyReport":
        """Check the file, the log, the projections and the archived copies; what is wrong is reported, not raised.

        Args:
            progress: called after every thousand events with how many are done, of how many.
            checkpoint: an earlier head of the log, which it must extend.
        """
        from chronology.store import proofs

        return proofs.verify(self._session, progress, checkpoint)
