"""All of one subject: names, what holds, the events that speak of it, who tells them. Reads, never writes."""

import sqlite3
from collections import Counter
from collections.abc import Sequence

from attrs import evolve, frozen

from chronology.answers.holding import Holding
from chronology.events.records import RecordedEvent
from chronology.log.event_table import Log
from chronology.projections.filters import Filters
from chronology.questions.conflicts import Conflict, conflicts
from chronology.questions.live_events import selected
from chronology.questions.subject_names import MergeTold, Name, merges_of, names


@frozen(kw_only=True)
class Told:
    """How many of some events come from one document."""

    source: str
    events: int


@frozen(kw_only=True)
class About:
    """One subject on one page.

    Attributes:
        names: all its names, the one to show first.
        merges: what says that other subjects are this one, in order of the log.
        holdings: what holds at the date asked about, by attribute.
        conflicts: who disagrees about it, whatever the date.
        events: those about it or referring to it, in order of valid time.
        sources: the documents that these events come from, the most used first, then by name.
    """

    subject: str
    names: tuple[Name, ...]
    merges: tuple[MergeTold, ...]
    holdings: tuple[Holding, ...]
    conflicts: tuple[Conflict, ...]
    events: tuple[RecordedEvent, ...]
    sources: tuple[Told, ...]


def about(
    log: Log, connection: sqlite3.Connection, filters: Filters, holdings: Sequence[Holding], *, fuzz: int = 0
) -> About:
    """Return everything of one subject.

    Args:
        log: holds the events.
        connection: of the projections.
        filters: the subject, as known when, and which events count; names are not filtered but by `known_at`.
        holdings: what holds.
        fuzz: seconds by which qualified ends are widened.
    """
    subject = filters.subject or ""
    same = filters.identities
    events = list(selected(log, connection, evolve(filters, attribute=None, kind=None)))
    counted = Counter(event.event.source or "" for event in events)
    return About(
        subject=subject,
        names=tuple(names(log, connection, same, subjects=[subject], known_at=filters.known_at).get(subject, ())),
        merges=tuple(merges_of(log, same, subject)),
        holdings=tuple(holdings),
        conflicts=tuple(conflicts(connection, filters, fuzz=fuzz)),
        events=tuple(events),
        sources=tuple(
            Told(source=source, events=number)
            for source, number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        ),
    )
