"""All of one subject: names, what holds, the events that speak of it, who tells them. Reads, never writes."""

import sqlite3
from collections import Counter
from collections.abc import Iterator, Sequence

from attrs import frozen

from chronology.answers.holding import Holding
from chronology.events.patterns import format_instant
from chronology.events.records import RecordedEvent, recorded
from chronology.log.event_table import Log
from chronology.projections.filters import Filters
from chronology.questions.subject_names import Name, names


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
        holdings: what holds at the date asked about, by attribute.
        events: those about it or referring to it, in order of valid time.
        sources: the documents that these events come from, the most used first, then by name.
    """

    subject: str
    names: tuple[Name, ...]
    holdings: tuple[Holding, ...]
    events: tuple[RecordedEvent, ...]
    sources: tuple[Told, ...]


def about(log: Log, connection: sqlite3.Connection, filters: Filters, holdings: Sequence[Holding]) -> About:
    """Return everything of one subject.

    Args:
        log: holds the events.
        connection: of the projections.
        filters: the subject, as known when, and which events count; names are not filtered but by `known_at`.
        holdings: what holds.
    """
    subject = filters.subject or ""
    events = [event for event in _events(log, connection, filters) if _counts(filters, event)]
    counted = Counter(event.event.source or "" for event in events)
    return About(
        subject=subject,
        names=tuple(names(log, connection, subjects=[subject], known_at=filters.known_at).get(subject, ())),
        holdings=tuple(holdings),
        events=tuple(events),
        sources=tuple(
            Told(source=source, events=number)
            for source, number in sorted(counted.items(), key=lambda item: (-item[1], item[0]))
        ),
    )


def _events(log: Log, connection: sqlite3.Connection, filters: Filters) -> Iterator[RecordedEvent]:
    known = "known_until IS NULL"
    if filters.known_at is not None:
        known = "position <= :known_at AND (known_until IS NULL OR known_until > :known_at)"
    positions = connection.execute(
        f"""
        SELECT position
        FROM mention
        WHERE subject = :subject AND first IS NOT NULL AND {known}
        ORDER BY first, last, position
        """,
        {"subject": filters.subject, "known_at": filters.known_at},
    ).fetchall()
    rows = (log.by_position(position) for (position,) in positions)
    return (recorded(row.position, row.body, row.leaf) for row in rows if row is not None and row.body)


def _counts(filters: Filters, event: RecordedEvent) -> bool:
    """Tell whether the filters admit an event, as they admit the assertions that it makes."""
    said = event.event
    stated = said.stated or format_instant(event.recorded_at)[:10]
    return not filters.hiding(source=said.source, origin=said.origin, stated=stated, grade=said.grade)
