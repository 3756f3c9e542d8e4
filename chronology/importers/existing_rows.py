"""Following a dataset: what the log holds of one row, and the events that bring it up to what the row says now."""

from collections.abc import Iterator
from itertools import groupby

import attrs

from chronology.errors import ImportFileError
from chronology.events.records import Event, RecordedEvent
from chronology.importers.comparing import Comparison, Held
from chronology.importers.identities import MOST_REVISIONS, MOST_SLOTS, Place, identity, place_of, prefix
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import RETRACTED


class Following:
    """The rows of one dataset in one store. An import knows its own events, and its own retractions, by their ids."""

    def __init__(self, chron: Reader, source: str, *, file: str, recorded_by: str | None) -> None:
        """Follow a dataset.

        Args:
            chron: the store.
            source: the dataset.
            file: the name of the file, for reasons.
            recorded_by: who imports it.
        """
        self._chron = chron
        self._source = source
        self._file = file
        self._recorded_by = recorded_by

    def follow(self, key: str, held: list[Held], found: Comparison) -> Iterator[Event]:
        """Yield the events that bring the log up to what a row says now.

        Args:
            key: of the row.
            held: what the log holds of it.
            found: what became of it.

        Raises:
            ImportFileError: it changed more often than can be counted.
        """
        for old, event in found.replaced:
            place = Place(old.place.slot, old.place.revision + 1)
            yield self._complete(key, place, event, replaces=old.event.id)
        free = self._free(held)
        for event in found.added:
            yield self._complete(key, next(free), event)
        for old in found.gone:
            yield self.retraction(key, old, f"row {key} no longer says so in {self._file}")

    def _free(self, held: list[Held]) -> Iterator[Place]:
        """Yield places for new events: first those whose event was withdrawn, then new ones."""
        yield from (
            Place(one.place.slot, one.place.revision + 1)
            for one in held
            if one.state != "live" and not one.event.is_redacted
        )
        slot = max((one.place.slot for one in held), default=-1)
        while True:
            slot += 1
            yield Place(slot, 0)

    def _complete(self, key: str, place: Place, event: Event, *, replaces: str | None = None) -> Event:
        if place.revision >= MOST_REVISIONS or place.slot >= MOST_SLOTS:
            raise ImportFileError(f"row {key} has changed {MOST_REVISIONS:,} times, and that is the maximum")
        event_id = identity(self._source, key, place)
        return attrs.evolve(event, id=event_id, replaces=replaces, recorded_by=self._recorded_by)

    def retraction(self, key: str, old: Held, reason: str) -> Event:
        """Return the event that withdraws another one in the name of the dataset."""
        return Event(
            type=RETRACTED,
            subject=old.event.event.subject,
            retracts=old.event.id,
            source=self._source,
            locator=key,
            data={"reason": reason},
            id=identity(self._source, key, old.place._replace(withdraws=True)),
            recorded_by=self._recorded_by,
        )

    def held(self, key: str) -> list[Held]:
        """Return the newest event at each place of a row, as it stands in the log."""
        found = self._chron.log.starting(prefix(self._source, key))
        if not found:
            return []
        places = [(place_of(event.id), event) for event in found]
        withdrawn = {place[:2] for place, _ in places if place.withdraws}
        said = [(place, event) for place, event in places if not place.withdraws]
        # Their ids are in order of slot and revision.
        newest = [list(group)[-1] for _, group in groupby(said, key=lambda pair: pair[0].slot)]
        return [Held(place, event, self._state(event, withdrawn=place[:2] in withdrawn)) for place, event in newest]

    def _state(self, event: RecordedEvent, *, withdrawn: bool) -> str:
        if event.is_redacted:
            return "settled"
        if withdrawn:
            return "withdrawn"
        return "live" if self._chron.log.withdrawn_by(event) is None else "settled"
