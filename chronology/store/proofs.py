"""What proves a store: checkpoints, exhibits, verification, verified backups. Changes nothing in the store.

What reads and checks evidence is imported where it is used, so that an append need not wait for it.
"""

import os
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chronology.errors import CanonicalError, StoreError
from chronology.events.records import RecordedEvent, decode
from chronology.log import database
from chronology.log.archive import DESCRIBED, Archive, Copy, copy_named
from chronology.log.event_table import Log
from chronology.store.session import Asking

if TYPE_CHECKING:
    from chronology.evidence.verify import VerifyReport
    from chronology.projections.rebuild import Progress
    from chronology.transparency.notes import Checkpoint
    from chronology.transparency.proofs import TlogProof


class Proving(Asking):
    """The verbs that make and check evidence."""

    @abstractmethod
    def event(self, name: str | int) -> RecordedEvent:
        """Return one event, as `Reader.event`."""

    def checkpoint(self) -> "Checkpoint":
        """Return the head of the log's Merkle tree (C2SP tlog-checkpoint), to be signed with `notes.sign_note`.

        Raises:
            EvidenceError: the log is empty.
        """
        from chronology.evidence import exhibits

        with database.reading(self._connection):
            return exhibits.checkpoint(self._log)

    def prove(self, name: str | int, *, checkpoint: bytes) -> "TlogProof":
        """Return an exhibit (C2SP tlog-proof): an event's body, its inclusion proof, and the checkpoint.

        Args:
            name: as for `event`.
            checkpoint: of this log, signed, as read from its file.

        Raises:
            UnknownNameError: there is no such event.
            EvidenceError: it was redacted, or the checkpoint does not cover it or is not of this log.
            NoteError: the checkpoint cannot be read.
        """
        from chronology.evidence import exhibits

        with database.reading(self._connection):
            return exhibits.prove(self._log, self.event(name).position, checkpoint)

    def verify(self, progress: "Progress | None" = None, checkpoint: "Checkpoint | None" = None) -> "VerifyReport":
        """Check the file, the log, the projections and the archived copies; what is wrong is reported, not raised.

        Args:
            progress: called after every thousand events with how many are done, of how many.
            checkpoint: an earlier head of the log, which it must extend.
        """
        from chronology.evidence.verify import verify

        with database.reading(self._connection):
            return verify(
                self._connection,
                progress=progress,
                checkpoint=checkpoint,
                archive=Archive(database.path_of(self._connection)),
            )

    def backup(self, path: str | os.PathLike[str], progress: "Progress | None" = None) -> "VerifyReport":
        """Copy the store into a new file while others may use it, with its archive, then verify both.

        To restore, open the copy; its archive must stay beside it.

        Returns:
            What verifying the copy found.

        Raises:
            StoreError: the file or its archive already exists, or cannot be written.
        """
        from chronology.evidence.verify import verify

        target = Archive(Path(path))
        if os.path.lexists(target.folder):
            raise StoreError(f"{target.folder} already exists, and will not be overwritten", hint="name a new file")
        copy = database.backup(self._connection, Path(path))
        try:
            try:
                _copy_archive(Archive(database.path_of(self._connection)), target, Log(copy))
            except BaseException:
                target.discard()
                Path(path).unlink(missing_ok=True)
                raise
            with database.reading(copy):
                return verify(copy, progress=progress, archive=target)
        finally:
            copy.close()


def _copy_archive(source: Archive, target: Archive, log: Log) -> None:
    if source.folder.is_dir():
        for copy in _copies_named(log):
            target.take_from(source, copy)


def _copies_named(log: Log) -> Iterator[Copy]:
    """Yield the copies that events name, as far as the log can be read: verifying tells what is wrong with it."""
    with suppress(StoreError), database.wrapped():
        for row in log.of_type(DESCRIBED):
            with suppress(CanonicalError):
                if row.body and (copy := copy_named(decode(row.body).data)):
                    yield copy
