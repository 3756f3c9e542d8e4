"""What is refused of a stream of events, one after the other, in bounded memory. Prints nothing and decides nothing."""

from collections.abc import Callable
from typing import Final

from chronology.errors import BatchRefusedError, ChronologyError, UnknownNameError
from chronology.events.patterns import SUBJECT_LENGTH
from chronology.events.records import Event
from chronology.vocabulary.event_types import DEFINED

_MOST_NAMES: Final = 10_000
"""Names of refused events that are remembered; what needs a later one is told as naming what does not exist."""


class Refusals:
    """Collects what `append_many` refuses, so that everything wrong with a stream is known after one attempt.

    An event that names a refused one, or is of a type that a refused one defines, is not judged: what is wrong with it
    shows once the other is mended.

    Attributes:
        refused: how many events were refused so far.
        unjudged: how many need a refused one.
    """

    def __init__(self, tell: Callable[[ChronologyError], None]) -> None:
        """Start with none.

        Args:
            tell: given the error of each refused event at once, with its `index`.
        """
        self._tell = tell
        self._names: set[str] = set()
        self.refused = 0
        self.unjudged = 0

    def add(self, error: ChronologyError, event: object) -> None:
        """Take one in, also from whoever reads the stream and meets what is no event.

        Args:
            error: why it is refused.
            event: as much of it as is known; its id and what it defines are remembered, nothing else.
        """
        if not isinstance(event, Event):
            event = Event(type="")
        if self._depends(error, event):
            self.unjudged += 1
        else:
            self.refused += 1
            self._tell(error)
        self._remember(event.id)
        if event.type == DEFINED and isinstance(event.subject, str):
            self._remember(event.subject.partition("/")[2])

    def check(self) -> None:
        """Refuse the whole if any event was.

        Raises:
            BatchRefusedError: some were.
        """
        if self.refused:
            raise BatchRefusedError(self.refused, self.unjudged)

    def _depends(self, error: ChronologyError, event: Event) -> bool:
        missing = error.name if isinstance(error, UnknownNameError) else None
        return missing in self._names or (isinstance(event.type, str) and event.type in self._names)

    def _remember(self, name: object) -> None:
        # What comes from outside may be of any kind and length, and there may be no end of it.
        if isinstance(name, str) and len(name) <= SUBJECT_LENGTH and len(self._names) < _MOST_NAMES:
            self._names.add(name)
