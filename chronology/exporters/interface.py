"""What an exporter is, and what it gets: a store, a selection of its events, a stream of bytes. Writes nothing."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import BinaryIO, Final, TypeVar

from attrs import field, frozen

from chronology.errors import ChronologyError
from chronology.events.records import RecordedEvent
from chronology.projections import filters
from chronology.projections.filters import KnownAt, Restrictions
from chronology.projections.rebuild import Progress
from chronology.store.reader import Reader

Item = TypeVar("Item")

_TICK: Final = 200


@frozen(kw_only=True)
class Selection:
    """Which events are exported; what is None or empty does not restrict.

    Attributes:
        subject: events about it or referring to it.
        attribute: events that say something of it, of the subject where one is given.
        kind: events about subjects of this kind.
        valid_at: the parties to the answers at this date.
        since: events that may touch this date or a later one; `until`: this date or an earlier one.
        min_origins: with `valid_at`, answers whose leading value at least this many independent origins support.
        restrictions: the filters of `state`, as `Reader.events` takes them.
        progress: called every few hundred events with how many were given, of how many at most (0 if unknown);
            each time anew, where an exporter asks for the events more than once.
    """

    subject: str | None = None
    attribute: str | None = None
    kind: str | None = None
    valid_at: str | None = None
    since: str | None = None
    until: str | None = None
    min_origins: int = 0
    restrictions: Restrictions = field(factory=Restrictions, converter=filters.checked)
    progress: Progress | None = field(default=None, eq=False)

    @property
    def known_at(self) -> KnownAt:
        """As known when; None for now."""
        return self.restrictions.get("known_at")

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left out."""
        return not self.in_words()

    def events(self, reader: Reader) -> Iterator[RecordedEvent]:
        """Yield the events in order of valid time, as a stream; may be asked for again.

        Raises:
            ChronologyError: a date, grade or position that cannot be one.
        """
        events = reader.events(
            self.subject,
            self.attribute,
            self.kind,
            valid_at=self.valid_at,
            since=self.since,
            until=self.until,
            min_origins=self.min_origins,
            **self.restrictions,
        )
        if self.progress is None:
            return events
        return ticking(events, reader.head() if self.is_whole else 0, self.progress)

    def in_words(self) -> str:
        """Return the selection in words, so that a file says what it leaves out; an empty text if that is nothing."""
        parts = [
            ("about", self.subject),
            ("attribute", self.attribute),
            ("of kind", self.kind),
            ("held at", self.valid_at),
            ("since", self.since),
            ("until", self.until),
            ("origins at least", self.min_origins or None),
        ]
        own = [f"{words} {value}" for words, value in parts if value not in (None, "")]
        return "; ".join(own + filters.told(self.restrictions))


def ticking(items: Iterable[Item], most: int, progress: Progress) -> Iterator[Item]:
    """Yield items, and tell how many were given, of how many at most; 0 if nobody knows."""
    for count, item in enumerate(items, start=1):
        yield item
        if count % _TICK == 0:
            progress(count, most)


Write = Callable[[Reader, Selection, BinaryIO], Sequence[str] | None]
"""Writes the selected events to a stream. May return notes for the user, on what the file does not show."""


@frozen(kw_only=True)
class Exporter:
    """One format.

    Attributes:
        name: what is typed: `chronology export NAME`.
        title: what it is for, in a few words.
        suffix: of its files, with the dot.
        loses: what of the events is not in the file, one sentence each; empty if nothing is lost.
        write: writes a selection.
        is_binary: whether it is not text, so that no terminal should get it.
        is_whole_log: whether it always is the whole log, and takes no filter.
    """

    name: str
    title: str
    suffix: str
    loses: tuple[str, ...]
    _write: Write = field(alias="write")
    is_binary: bool = False
    is_whole_log: bool = False

    def write(self, reader: Reader, selection: Selection, stream: BinaryIO) -> Sequence[str]:
        """Write the selected events to a stream, and return notes for the user, on what the file does not show.

        Raises:
            ChronologyError: the format is the whole log and something would be left out, or as `Selection.events`.
        """
        filtered_by = selection.in_words()
        if self.is_whole_log and filtered_by:
            raise ChronologyError(
                f"{self.name} is the whole log, and takes no filter: {filtered_by}",
                hint="the other formats take filters: `chronology export --help` lists them",
            )
        return self._write(reader, selection, stream) or ()
