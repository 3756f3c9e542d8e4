"""What proves a store: checkpoints, exhibits, verification, verified backups. Changes nothing in the store.

What reads and checks evidence is imported where it is used, so that an append need not wait for it.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING

from chronology.errors import CanonicalError, StoreError
from chronology.events.records import decode
from chronology.log import database
from chronology.log.archive import DESCRIBED, Archive, Copy, copy_named
from chronology.log.event_table import Log
from chronology.store import log_view
from chronology.store.session import Session

if TYPE_CHECKING:
    from chronology.evidence.verify import VerifyReport
    from chronology.projections.rebuild import Progress
    from chronology.transparency.notes import Checkpoint
    from chronology.transparency.proofs import TlogProof


class Proofs:
    """What proves a store, as `Chronology.proofs` gives it."""

    def __init__(self, session: Session) -> None:
        """Prove one open store."""
        self._session = session

    def checkpoint(self) -> "Checkpoint":
        """Return the head of the log's Merkle tree (C2SP tlog-checkpoint), to be signed with `notes.sign_note`.

        Raises:
            EvidenceError: the log is empty.
        """
        from chronology.evidence import exhibits

        with self._session.snapshot():
            return exhibits.checkpoint(self._session.log)

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

        with self._session.snapshot():
            return exhibits.prove(self._session.log, log_view.event(self._session, name).position, checkpoint)

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
        with self._session.alone():
            copy = database.backup(self._session.connection, Path(path))
        try:
            try:
                _copy_archive(Archive(self._session.path), target, Log(copy))
            except BaseException:
                target.discard()
                Path(path).unlink(missing_ok=True)
                raise
            with database.reading(copy):
                return verify(copy, progress=progress, archive=target)
        finally:
            copy.close()


def verify(session: Session, progress: "Progress | None", checkpoint: "Checkpoint | None") -> "VerifyReport":
    """Check the file, the log, the projections and the archived copies."""
    from chronology.evidence.verify import verify

    with session.snapshot():
        return verify(session.connection, progress=progress, checkpoint=checkpoint, archive=Archive(session.path))


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
