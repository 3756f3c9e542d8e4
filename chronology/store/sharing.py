"""What comes into a store from another log: the log of another store, a transcript, the rows of a shared log.

Each is judged like a stranger's. Loaded only where it is used, because reading so strictly is slow to import.
"""

import os
from collections.abc import Iterable
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from chronology.errors import IntegrityError, StoreError, TranscriptError
from chronology.evidence.soundness import open_foreign
from chronology.evidence.transcripts import Transcript, rewindable
from chronology.log import database
from chronology.log.event_table import Row
from chronology.projections.rebuild import Progress
from chronology.store import merge_log
from chronology.store.merge_log import ForeignBatch, ImportedTranscript, MergedLog
from chronology.store.replicate import Left, Replicated, replicate
from chronology.store.session import Session


class Sharing:
    """What takes events from other logs, as `Chronology.sharing` gives it."""

    def __init__(self, session: Session) -> None:
        """Take them into one open store."""
        self._session = session

    def merge_log(
        self, path: str | os.PathLike[str], *, dry_run: bool = False, progress: Progress | None = None
    ) -> MergedLog:
        """Take in the events of another store that this one lacks, in one transaction and in bounded memory.

        They keep their ids, sources and attribution, and carry where they were recorded first: the origin of that log,
        their position, leaf hash and `recorded_at` there. The other store is judged like a stranger's and not written.
        Two stores that merged each other's logs answer every question without `known_at` alike, but for what is left
        out, which the result tells. Where both recorded an event independently, the earlier recording counts.

        Args:
            path: the other store.
            dry_run: check everything, and write nothing.
            progress: called every thousand events with how many are done, of how many.

        Raises:
            DuplicateIdError: an event of the other log has the id of another one here. Nothing was written.
            IntegrityError: the other log is not sound. Nothing was written.
            StoreError: there is no other store, it is empty, or its time is more than a day ahead of this clock.
        """
        session, other = self._session, Path(path)
        if not other.exists():
            raise StoreError(f"there is no store at {other}", hint="name another store")
        if other.samefile(session.path):
            raise StoreError(f"{other} is this store itself", hint="name another store")

        def work() -> MergedLog:
            with open_foreign(other) as theirs:
                return merge_log.merge_log(session.log, self._batch, theirs, session.now(), progress)

        return session.write(work, dry_run=dry_run)

    def import_transcript(
        self, stream: BinaryIO, *, dry_run: bool = False, progress: Progress | None = None
    ) -> ImportedTranscript:
        """Take in a transcript, as `LogView.transcript` yields it, in one transaction and in bounded memory.

        An empty log becomes the log of the transcript, which is judged like a stranger's store: every event is checked
        as if it were appended now, and the root must be that of the header. `Chronology.restore` makes such a log.

        To any other log, the events whose ids it lacks are appended as ordinary events: they are recorded now, at new
        positions. The root of the text is checked too. What is redacted there is not redacted here; where this log
        lacks it, it comes in as a declared gap if something that comes in names it.

        Args:
            stream: of bytes; what cannot be read twice is copied to a temporary file.
            dry_run: check everything, and write nothing.
            progress: called every thousand events with how many are done, of how many.

        Raises:
            TranscriptError: a line cannot be believed, or an event has the id of another one. Nothing was written.
        """
        session = self._session
        with session.writing(dry_run=dry_run):
            if session.log.head() == 0:
                return self._restored(Transcript(stream), progress)
            with rewindable(stream) as twice:
                transcript = Transcript(twice)
                transcript.read_ahead()
                return merge_log.append_transcript(self._batch(session.now()), transcript, progress)

    def _restored(self, transcript: Transcript, progress: Progress | None) -> ImportedTranscript:
        session, size = self._session, transcript.head.size
        try:
            done = replicate(
                session.log,
                session.connection,
                session.vocabulary,
                transcript.rows(),
                left=None,
                progress=progress,
                until=size,
                place=lambda position: f"on line {position + 1}",
            )
        except IntegrityError as exc:
            # The event at position n is on line n + 1.
            raise TranscriptError((exc.position or 0) + 1, exc.reason) from exc
        transcript.check_header()
        return ImportedTranscript(whole=True, added=done.added, unchanged=0, head=done.head)

    def _batch(self, now: datetime) -> ForeignBatch:
        session = self._session
        return ForeignBatch(session.log, session.connection, session.vocabulary, now=now, randomness=session.randomness)

    def apply_remote(
        self, rows: Iterable[Row], *, left: Left, progress: Progress | None = None, until: int | None = None
    ) -> Replicated:
        """Take in rows that continue this log, in one transaction: all or none.

        Each is checked as if it were appended now, like an event in a stranger's store. Where a redaction comes in,
        the body that it declares erased is erased here too, if the other log has lost it as well.

        Args:
            rows: from the position after the head on; a stream.
            left: looks up what that log holds now.
            progress: called every thousand events with how far it has got, of `until`.
            until: the last position that will come, if that is known.

        Raises:
            IntegrityError: a row is not the next one, is not an event of a sound log, or declares redacted what that
                log still holds.
        """
        session = self._session
        # Affects pages freed from now on; rewriting the file removes what was freed earlier.
        session.connection.execute("PRAGMA secure_delete = ON")
        with session.writing(dry_run=False, is_local=True):
            report = replicate(
                session.log, session.connection, session.vocabulary, rows, left=left, progress=progress, until=until
            )
        if report.erased:
            with session.alone():
                database.rewrite(session.connection)
        return report
