"""The verb that takes a transcript into a store; `Chronology` inherits it. Leaves the work to `taking_in`."""

from abc import abstractmethod
from contextlib import AbstractContextManager
from typing import TYPE_CHECKING, BinaryIO

from chronology.projections.rebuild import Progress
from chronology.store.intake.foreign_batch import ForeignBatch
from chronology.store.reader import Reader

if TYPE_CHECKING:
    from chronology.store.batch import Randomness
    from chronology.store.intake.transcript import TakenIn


class Transcribing(Reader):
    """A reader that can also take in a transcript."""

    _randomness: "Randomness"

    @abstractmethod
    def _written(self, *, dry_run: bool) -> AbstractContextManager[None]:
        """Run a block as one transaction, taken back where it is a dry run."""

    def take_in(self, stream: BinaryIO, *, dry_run: bool = False, progress: Progress | None = None) -> "TakenIn":
        """Take in a transcript, as `Reader.transcript` yields it, in one transaction and in bounded memory.

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
        # Imported here: it reads as strictly as a stranger's store is read, and what that needs is slow to import.
        from chronology.store.intake import transcript

        with self._written(dry_run=dry_run):
            self._check_projections()
            return transcript.take_in(self._log, self._connection, self._foreign_batch, stream, progress)

    def _foreign_batch(self) -> ForeignBatch:
        now, randomness = self._now(), self._randomness
        return ForeignBatch(self._log, self._connection, self.vocabulary, now=now, randomness=randomness)
