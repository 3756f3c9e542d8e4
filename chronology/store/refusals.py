"""The refused events of a stream, reported one by one in bounded memory. Prints nothing."""

from collections.abc import Callable
from typing import Final

from chronology.errors import BatchRefusedError, ChronologyError, UnknownNameError
from chronology.events.patterns import SUBJECT_LENGTH
from chronology.events.records import Event
from chronology.vocabulary.event_types import DEFINED

_MOST_NAMES: Final = 10_000
"""The most names of refused events that are remembered; what depends on a later one is refused for an unknown name."""


class Refusals:
    """Collects what `append_many` refuses, so that one attempt finds every fault of a stream.

    An event that depends on a refused one, because it names its id or has a type that it defines, is counted but not
    checked: its own faults show once the other is corrected.

    Attributes:
        refused: how many events were refused so far.
        unchecked: how many depend on a refused one.
    """

    def __init__(self, report: Callable[[ChronologyError], None]) -> None:
        """Start with no refusals.

        Args:
            report: called with the error of each refused event, which has its `index`.
        """
        self._report = report
        self._names: set[str] = set()
        self.refused = 0
        self.unchecked = 0

    def add(self, error: ChronologyError, event: object) -> None:
        """Take in a refused event. The reader of a stream calls this too, for what it cannot read as an event.

        Args:
            error: why it is refused.
            event: as much of it as is known. Only its id and the type that it defines are kept.
        """
        if not isinstance(event, Event):
            event = Event(type="")
        if self._depends(error, event):
            self.unchecked += 1
        else:
            self.refused += 1
            self._report(error)
        self._remember(event.id)
        if event.type == DEFINED and isinstance(event.subject, str):
            self._remember(event.subject.partition("/")[2])

    def check(self) -> None:
        """Refuse the batch if any event was refused.

        Raises:
            BatchRefusedError: some were.
        """
        if self.refused:
            raise BatchRefusedError(self.refused, self.unchecked)

    def _depends(self, error: ChronologyError, event: Event) -> bool:
        missing = error.name if isinstance(error, UnknownNameError) else None
        return missing in self._names or (isinstance(event.type, str) and event.type in self._names)

    def _remember(self, name: object) -> None:
        # Names come from outside: they may be of any type and length, and any number of them may come.
        if isinstance(name, str) and len(name) <= SUBJECT_LENGTH and len(self._names) < _MOST_NAMES:
            self._names.add(name)
