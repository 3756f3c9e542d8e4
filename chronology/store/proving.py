"""What proves a store: checkpoints, exhibits, verification and verified backups. Changes nothing in the store."""

import os
from abc import abstractmethod
from pathlib import Path

from chronology.events.records import RecordedEvent
from chronology.evidence import exhibits
from chronology.evidence.verify import VerifyReport, verify
from chronology.log import database
from chronology.projections.rebuild import Progress
from chronology.store.asking import Asking
from chronology.transparency.notes import Checkpoint
from chronology.transparency.proofs import TlogProof


class Proving(Asking):
    """The verbs that make and check evidence."""

    @abstractmethod
    def event(self, name: str | int) -> RecordedEvent:
        """Return one event, as `Reader.event`."""

    def checkpoint(self) -> Checkpoint:
        """Return the head of the log's Merkle tree (C2SP tlog-checkpoint), to be signed with `notes.sign_note`.

        Raises:
            EvidenceError: the log is empty.
        """
        with database.reading(self._connection):
            return exhibits.checkpoint(self._log)

    def prove(self, name: str | int, *, checkpoint: bytes) -> TlogProof:
        """Return an exhibit (C2SP tlog-proof): an event's body, its inclusion proof, and the checkpoint.

        Args:
            name: as for `event`.
            checkpoint: of this log, signed, as read from its file.

        Raises:
            UnknownNameError: there is no such event.
            EvidenceError: it was redacted, or the checkpoint does not cover it or is not of this log.
            NoteError: the checkpoint cannot be read.
        """
        with database.reading(self._connection):
            return exhibits.prove(self._log, self.event(name).position, checkpoint)

    def verify(self, progress: Progress | None = None, checkpoint: Checkpoint | None = None) -> VerifyReport:
        """Check the file, the log and the projections; what is wrong is in the report, not raised.

        Args:
            progress: called after every thousand events with how many are done, of how many.
            checkpoint: an earlier head of the log, which it must extend.
        """
        with database.reading(self._connection):
            return verify(self._connection, progress=progress, checkpoint=checkpoint)

    def backup(self, path: str | os.PathLike[str], progress: Progress | None = None) -> VerifyReport:
        """Copy the store into a new file while others may use it, then verify the copy. To restore, open the copy.

        Returns:
            What verifying the copy found.

        Raises:
            StoreError: the file already exists or cannot be written.
        """
        copy = database.backup(self._connection, Path(path))
        try:
            with database.reading(copy):
                return verify(copy, progress=progress)
        finally:
            copy.close()
