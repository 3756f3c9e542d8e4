"""What leaves a store: its events by every filter, and its log as text. `Reader` inherits it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING

from chronology.store.asking import Asking

if TYPE_CHECKING:
    pass


class Selecting(Asking):
    """What can be taken out of a store."""

    def transcript(self) -> Iterator[bytes]:
        """Yield the whole log as text, line by line, each with its line feed; `Chronology.restore` reads it back.

        The first line names the log, its head and its root; then each event is one line of canonical JSON. It is a
        stream on one snapshot of the file, which it lets go when it ends or is closed.

        Raises:
            EvidenceError: the log is empty.
        """
        from chronology.evidence import transcripts

        with self._asking():
            yield from transcripts.lines(self._log)
