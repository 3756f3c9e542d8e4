"""What the log holds of one row of a dataset, and the events that bring it up to what the row says now.

Imported events have the same ids for the same row of the same dataset, wherever it is imported. An id is a UUID of
version 8 (RFC 9562, section 5.8). It begins with 00, which keeps it below the ids that the log makes; then come 90 bits
of a hash of dataset and key, which all events of a row share, and 24 bits that count.
"""

import hashlib
import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from itertools import groupby
from typing import Final, NamedTuple

import attrs
from attrs import frozen

from chronology.errors import ImportFileError
from chronology.events.json_values import Json, thaw
from chronology.events.records import Event, RecordedEvent
from chronology.importers.rows import plain_text
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import RETRACTED

_SLOT_BITS: Final = 11
_REVISION_BITS: Final = 12
_COUNTED: Final = _SLOT_BITS + _REVISION_BITS + 1
MOST_SLOTS: Final = 1 << _SLOT_BITS
MOST_REVISIONS: Final = 1 << _REVISION_BITS
_SHARED: Final = 36 - _COUNTED // 4


class Place(NamedTuple):
    """Which event of a row an id names.

    Attributes:
        slot: the place among the events of the row, from 0.
        revision: how often what stands there was stated before.
        withdraws: whether it is the event that withdraws that one.
    """

    slot: int
    revision: int
    withdraws: bool = False


def prefix(dataset: str, key: str) -> str:
    """Return how the ids of all events of a row begin."""
    return _text(_hash(dataset, key) << _COUNTED)[:_SHARED]


def identity(dataset: str, key: str, place: Place) -> str:
    """Return the id of an event of a row. Requires the numbers of the place to be below the most that there are."""
    counted = (place.slot << _REVISION_BITS | place.revision) << 1 | place.withdraws
    return _text(_hash(dataset, key) << _COUNTED | counted)


def place_of(event_id: str) -> Place:
    """Return which event of its row an id names. Requires an id that `identity` made."""
    counted = int(event_id[_SHARED:], 16)
    rest = counted >> 1
    return Place(rest >> _REVISION_BITS, rest & (MOST_REVISIONS - 1), bool(counted & 1))


def _hash(dataset: str, key: str) -> int:
    digest = hashlib.sha256(b"chronology-import\0" + dataset.encode() + b"\0" + key.encode()).digest()
    return int.from_bytes(digest[:12]) & ((1 << 90) - 1)


def _text(value: int) -> str:
    """Write 114 bits as a UUID: 8 zero bits and 40 bits, the version, 12 bits, the variant, 62 bits."""
    high, middle, low = value >> 74, value >> 62 & 0xFFF, value & ((1 << 62) - 1)
    digits = f"{high:012x}{0x8000 | middle:04x}{low | 1 << 63:016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


@frozen
class ExistingEvent:
    """An imported event that the log holds, the newest at its place.

    Attributes:
        place: which event of its row it is.
        recorded: the event; it may be redacted.
        state: "live", "withdrawn" by an import, or "settled": withdrawn or redacted by somebody.
    """

    place: Place
    recorded: RecordedEvent
    state: str


@frozen
class Comparison:
    """What became of a row.

    Attributes:
        same: how many events are unchanged.
        kept: how many were settled by somebody here, and stay so.
        replaced: the existing event, and what it now says.
        added: what is new.
        gone: existing events that the row does not say any more.
    """

    same: int
    kept: int
    replaced: tuple[tuple[ExistingEvent, Event], ...]
    added: tuple[Event, ...]
    gone: tuple[ExistingEvent, ...]

    @property
    def is_change(self) -> bool:
        """Whether anything would have to be appended."""
        return bool(self.replaced or self.added or self.gone)


def compare(events: Sequence[Event], existing: Iterable[ExistingEvent], published: frozenset[str]) -> Comparison:
    """Compare what a row says with what the log holds of it.

    Args:
        events: of the row, without ids.
        existing: the newest event at each place of the row.
        published: days of publication with which the log may have filled in `stated`.
    """
    by_state: dict[str, list[ExistingEvent]] = defaultdict(list)
    for old in existing:
        by_state[old.state].append(old)
    left, live = _matched(events, by_state["live"], published)
    same = len(by_state["live"]) - len(live)
    settled = by_state["settled"]
    left, _ = _matched(left, [old for old in settled if not old.recorded.is_redacted], published)
    # Nobody can tell what a redacted event said, so what is new at such a row is taken for that, and stays out.
    redacted = sum(old.recorded.is_redacted for old in settled)
    kept = len(events) - same - len(left) + min(redacted, len(left))
    left = left[redacted:]
    replaced, left, live = _paired(left, live)
    return Comparison(same, kept, tuple(replaced), tuple(left), tuple(live))


def _matched(
    events: Sequence[Event], existing: Sequence[ExistingEvent], published: frozenset[str]
) -> tuple[list[Event], list[ExistingEvent]]:
    """Return what is left of both once all that says the same is taken out."""
    if not existing:
        return list(events), []
    waiting: dict[str, list[ExistingEvent]] = defaultdict(list)
    for old in existing:
        waiting[_content(old.recorded.event, published)].append(old)
    left = []
    for event in events:
        same = waiting.get(_content(event, published))
        if same:
            same.pop(0)
        else:
            left.append(event)
    unmatched = {id(old) for group in waiting.values() for old in group}
    return left, [old for old in existing if id(old) in unmatched]


def _paired(
    events: Sequence[Event], existing: Sequence[ExistingEvent]
) -> tuple[list[tuple[ExistingEvent, Event]], list[Event], list[ExistingEvent]]:
    """Pair what differs: first by who says it, then in order, always within one type of event."""
    pairs: list[tuple[ExistingEvent, Event]] = []
    left, free = list(events), list(existing)
    for alike in (_speaker, _type):
        rest = []
        for event in left:
            old = next((old for old in free if alike(old.recorded.event) == alike(event)), None)
            if old is None:
                rest.append(event)
            else:
                free.remove(old)
                pairs.append((old, event))
        left = rest
    return pairs, left, free


def _speaker(event: Event) -> tuple[str, str, tuple[str, ...]]:
    return event.type, event.subject, event.said_by


def _type(event: Event) -> str:
    return event.type


_TEXTS: Final = ("grade", "quote", "locator", "note")


def _content(event: Event, published: frozenset[str]) -> str:
    """Return what an event says, so that what only looks different is equal."""
    stated = None if event.stated in published else event.stated
    texts = [_plain(getattr(event, name)) or None for name in _TEXTS]
    data = _plain(thaw(event.data))
    parts = [event.type, event.subject, event.valid, event.stance, event.source, event.said_by, stated, texts, data]
    return json.dumps(parts, ensure_ascii=False, sort_keys=True)


def _plain(value: Json) -> Json:
    """Return a value without what no reader sees: kinds of white space, and zeros at the end of a decimal."""
    if isinstance(value, str):
        if value.isascii() and " " not in value and "\n" not in value and "\t" not in value:
            return _number(value) if "." in value else value
        return plain_text(value)
    if isinstance(value, dict):
        return {key: _plain(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_plain(item) for item in value]
    return value


def _number(text: str) -> str:
    whole, point, rest = text.partition(".")
    if point and whole.lstrip("+-").isdigit() and rest.isdigit() and len(text) < 60:
        # Written out, for 30.0 would become 3E+1, and 30 has no point.
        return f"{Decimal(text).normalize():f}"
    return text


class ExistingRows:
    """The rows of one dataset in one store. An import knows its own events, and its own retractions, by their ids."""

    def __init__(self, chron: Reader, source: str, *, file: str, recorded_by: str | None) -> None:
        """Look at the rows of a dataset.

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

    def follow(self, key: str, existing: list[ExistingEvent], changes: Comparison) -> Iterator[Event]:
        """Yield the events that bring the log up to what a row says now.

        Args:
            key: of the row.
            existing: what the log holds of it.
            changes: what became of it.

        Raises:
            ImportFileError: it changed more often than can be counted.
        """
        for old, event in changes.replaced:
            place = Place(old.place.slot, old.place.revision + 1)
            yield self._complete(key, place, event, replaces=old.recorded.id)
        free = self._free(existing)
        for event in changes.added:
            yield self._complete(key, next(free), event)
        for old in changes.gone:
            yield self.retraction(key, old, f"row {key} no longer says so in {self._file}")

    def _free(self, existing: list[ExistingEvent]) -> Iterator[Place]:
        """Yield places for new events: first those whose event was withdrawn, then new ones."""
        yield from (
            Place(old.place.slot, old.place.revision + 1)
            for old in existing
            if old.state != "live" and not old.recorded.is_redacted
        )
        slot = max((old.place.slot for old in existing), default=-1)
        while True:
            slot += 1
            yield Place(slot, 0)

    def _complete(self, key: str, place: Place, event: Event, *, replaces: str | None = None) -> Event:
        if place.revision >= MOST_REVISIONS or place.slot >= MOST_SLOTS:
            raise ImportFileError(f"row {key} has changed {MOST_REVISIONS:,} times, and that is the maximum")
        event_id = identity(self._source, key, place)
        return attrs.evolve(event, id=event_id, replaces=replaces, recorded_by=self._recorded_by)

    def retraction(self, key: str, old: ExistingEvent, reason: str) -> Event:
        """Return the event that withdraws another one in the name of the dataset."""
        return Event(
            type=RETRACTED,
            subject=old.recorded.event.subject,
            retracts=old.recorded.id,
            source=self._source,
            locator=key,
            data={"reason": reason},
            id=identity(self._source, key, old.place._replace(withdraws=True)),
            recorded_by=self._recorded_by,
        )

    def of(self, key: str) -> list[ExistingEvent]:
        """Return the newest event at each place of a row, as it stands in the log."""
        recorded = self._chron.log.starting(prefix(self._source, key))
        if not recorded:
            return []
        places = [(place_of(event.id), event) for event in recorded]
        withdrawn = {place[:2] for place, _ in places if place.withdraws}
        statements = [(place, event) for place, event in places if not place.withdraws]
        # Their ids are in order of slot and revision.
        newest = [list(group)[-1] for _, group in groupby(statements, key=lambda pair: pair[0].slot)]
        return [
            ExistingEvent(place, event, self._state(event, withdrawn=place[:2] in withdrawn)) for place, event in newest
        ]

    def _state(self, event: RecordedEvent, *, withdrawn: bool) -> str:
        if event.is_redacted:
            return "settled"
        if withdrawn:
            return "withdrawn"
        return "live" if self._chron.log.withdrawn_by(event) is None else "settled"
