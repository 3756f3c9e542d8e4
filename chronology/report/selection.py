"""Which assertions and events of a store go into a report, and what its limits leave out. Turns nothing into text.

Limits leave out subjects that were not asked for, and fields that are withheld.
"""

from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from attrs import field, frozen

from chronology.errors import UnknownNameError
from chronology.events.json_values import Json
from chronology.events.records import RecordedEvent
from chronology.projections import filters
from chronology.projections.filters import KnownAt, Restrictions
from chronology.questions.assertions import Entry
from chronology.store.chronology import Chronology
from chronology.transparency.notes import Checkpoint

FIELDS: Final = {
    "details": "what an event says beyond the values that it asserts, and the reason for a retraction",
    "grade": "Admiralty grades",
    "locator": "where in a document it stands",
    "note": "notes by the person who recorded it, and the reason for a replacement",
    "quote": "quotes",
    "recorded_by": "who recorded it",
    "said_by": "who said it: names are replaced by numbers",
    "source": "documents: names are replaced by numbers, and nothing that describes them is kept",
    "stated": "the day on which a source said it",
    "url": "addresses of documents",
}
"""The fields that can be withheld, each with what is left out."""

_ADDRESSES: Final = ("archive_url", "url")
"""Attributes of documents that say where they are."""

_DOCUMENT: Final = "source/"


@frozen(kw_only=True)
class Limits:
    """What of a store goes into a report.

    Attributes:
        subjects: only these; all where empty.
        withheld: names of `FIELDS`.
        restrictions: the filters of `Reader.state` but those that read dates otherwise.
    """

    subjects: tuple[str, ...] = ()
    withheld: frozenset[str] = frozenset()
    restrictions: Restrictions = field(factory=Restrictions, converter=filters.checked)

    def __attrs_post_init__(self) -> None:
        for name in sorted(self.withheld - FIELDS.keys()):
            raise UnknownNameError("field", name, FIELDS, hint=f"these can be withheld: {', '.join(FIELDS)}")
        filters.refuse_unfitting("report", self.restrictions)

    @property
    def known_at(self) -> KnownAt:
        """As known when; None for now."""
        return self.restrictions.get("known_at")

    def in_words(self) -> list[str]:
        """Return in words what filters leave out; a name that may be one of those withheld is not given."""
        rest: dict[str, Any] = {**self.restrictions}
        rest.pop("known_at", None)
        if self.hide("source") or self.hide("said_by"):
            rest |= {name: ("withheld",) for name in rest if filters.FILTERS[name].names}
        return filters.told(rest)

    def admit(self, subject: str) -> bool:
        """Tell whether a subject was asked for."""
        return not self.subjects or subject in self.subjects

    def hide(self, field: str) -> bool:
        """Tell whether a field is withheld."""
        return field in self.withheld


class Pseudonyms:
    """Stands numbers in for withheld names, the same for the same name everywhere in a report."""

    def __init__(self) -> None:
        self._numbers: dict[str, str] = {}

    def withhold(self, names: Iterable[str]) -> None:
        """Take in names that must not appear, in the order in which they are to be numbered."""
        for name in names:
            self._numbers.setdefault(name, f"withheld/{len(self._numbers) + 1}")

    def __contains__(self, name: object) -> bool:
        return name in self._numbers

    def __iter__(self) -> Iterator[str]:
        return iter(self._numbers)

    def of(self, name: str) -> str:
        """Return what stands for a name: itself, if it is not withheld."""
        return self._numbers.get(name, name)

    def within(self, value: Json) -> Json:
        """Return a value in which withheld names are replaced."""
        if isinstance(value, str):
            return self.of(value)
        if isinstance(value, Mapping):
            return {self.of(key): self.within(item) for key, item in value.items()}
        if isinstance(value, list | tuple):
            return [self.within(item) for item in value]
        return value


@frozen(kw_only=True)
class Selection:
    """What a report is made from.

    Attributes:
        checkpoint: of the whole log.
        known: the position up to which it was read.
        limits: what was asked for.
        entries: the assertions that are shown, by subject, attribute and position.
        hidden: those about subjects that were asked for which a withheld field hides all the same.
        documents: the assertions that describe documents, shown or not.
        events: those up to there that made or withdrew one of them, by position.
        left_out: how many events up to there assert something that is not shown.
        erased: how many events up to there were redacted.
        pseudonyms: what stands for names that are withheld.
    """

    checkpoint: Checkpoint
    known: int
    limits: Limits
    entries: tuple[Entry, ...]
    hidden: tuple[Entry, ...]
    documents: tuple[Entry, ...]
    events: Mapping[int, RecordedEvent]
    left_out: int
    erased: int
    pseudonyms: Pseudonyms

    def positions(self) -> list[int]:
        """Return the positions of the events that are shown, in order."""
        return sorted({entry.assertion.position for entry in self.entries})


def select(chron: Chronology, limits: Limits) -> Selection:
    """Return what a report may show of a store.

    Raises:
        DateError: a known_at that names no instant.
        EvidenceError: the log is empty.
    """
    checkpoint = chron.proofs.checkpoint()
    known = min(chron.log.position(limits.known_at), checkpoint.size)
    entries = list(chron.log.assertions(known_at=known))
    admitted = entries
    if limits.in_words():
        admitted = list(chron.log.assertions(**(limits.restrictions | {"known_at": known})))
    asked = [entry for entry in admitted if limits.admit(entry.subject)]
    needed = _needed(asked)
    events: dict[int, RecordedEvent] = {}
    erased = 0
    for event in chron.read(until=known):
        erased += event.is_redacted
        if event.position in needed:
            events[event.position] = event
    pseudonyms = _pseudonyms(limits, (events[position] for position in _positions(asked)))
    shown: list[Entry] = []
    hidden: list[Entry] = []
    for entry in asked:
        (shown if _may_show(entry, limits, pseudonyms) else hidden).append(entry)
    return Selection(
        checkpoint=checkpoint,
        known=known,
        limits=limits,
        entries=tuple(shown),
        hidden=tuple(hidden),
        documents=tuple(entry for entry in entries if entry.subject.startswith(_DOCUMENT)),
        events=events,
        left_out=len(_positions(entries)) - len(_positions(shown)),
        erased=erased,
        pseudonyms=pseudonyms,
    )


def _needed(entries: Iterable[Entry]) -> set[int]:
    """Return the positions of events that make assertions, withdraw them, or made them be read anew."""
    positions: set[int] = set()
    for entry in entries:
        positions |= {entry.assertion.position, entry.assertion.known_from}
        if entry.known_until is not None:
            positions.add(entry.known_until)
    return positions


def _positions(entries: Iterable[Entry]) -> list[int]:
    return sorted({entry.assertion.position for entry in entries})


def _pseudonyms(limits: Limits, events: Iterable[RecordedEvent]) -> Pseudonyms:
    """Return numbers for what is withheld, in the order in which the log names it."""
    pseudonyms = Pseudonyms()
    for event in events:
        if limits.hide("said_by"):
            pseudonyms.withhold(event.event.said_by)
        if limits.hide("source") and event.event.source:
            pseudonyms.withhold([event.event.source])
    return pseudonyms


def _may_show(entry: Entry, limits: Limits, pseudonyms: Pseudonyms) -> bool:
    """Tell whether an assertion describes nobody whose name is withheld, and no address that is."""
    if entry.subject in pseudonyms or (limits.hide("source") and entry.subject.startswith(_DOCUMENT)):
        return False
    return not (limits.hide("url") and entry.subject.startswith(_DOCUMENT) and entry.attribute in _ADDRESSES)
