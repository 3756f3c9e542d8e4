"""Which assertions and events of a store go into a report, within its limits. Turns nothing into text."""

from collections.abc import Iterable, Mapping
from typing import Final

from attrs import frozen

from chronology.events.records import RecordedEvent
from chronology.questions.assertions import Entry
from chronology.report.limits import Limits, Pseudonyms
from chronology.store.chronology import Chronology
from chronology.transparency.notes import Checkpoint

_ADDRESSES: Final = ("archive_url", "url")
"""Attributes of documents that say where they are."""

_DOCUMENT: Final = "source/"


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
    if limits.told():
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
    found: set[int] = set()
    for entry in entries:
        found |= {entry.assertion.position, entry.assertion.known_from}
        if entry.known_until is not None:
            found.add(entry.known_until)
    return found


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
