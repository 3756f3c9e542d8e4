"""The live events that pass filters, in order of valid time. Reads, never writes."""

import sqlite3
from collections.abc import Collection, Iterable, Iterator
from itertools import islice

from chronology.events.patterns import format_instant
from chronology.events.records import RecordedEvent, recorded
from chronology.log.event_table import Log
from chronology.projections import references
from chronology.projections.filters import Filters


def selected(
    log: Log,
    connection: sqlite3.Connection,
    filters: Filters,
    *,
    since: int | None = None,
    until: int | None = None,
    among: Collection[int] | None = None,
    reverse: bool = False,
    limit: int | None = None,
) -> Iterator[RecordedEvent]:
    """Yield the events with a valid time that were live by `known_at`, in order of valid time.

    Args:
        log: holds the events.
        connection: of the projections.
        filters: which events count; with a subject, those about it and those that refer to it.
        since: only those that may touch this second or a later one.
        until: only those that may touch this second or an earlier one.
        among: only those at these positions.
        reverse: yield the latest first.
        limit: yield at most this many, the first in that order.
    """
    is_enough = among is None and filters.kind is None and not filters.leave_out()
    found = references.positions(
        connection,
        subjects=None if filters.subject is None else filters.identities.names_of(filters.subject),
        attribute=filters.attribute,
        since=since,
        until=until,
        known_at=filters.known_at,
        reverse=reverse,
        # Where nothing more is left out, the rest need not be sorted.
        limit=limit if is_enough else None,
    )
    return islice(_passing(log, filters, found, among), limit)


def _passing(
    log: Log, filters: Filters, found: Iterable[int], among: Collection[int] | None
) -> Iterator[RecordedEvent]:
    for position in found:
        if among is not None and position not in among:
            continue
        row = log.by_position(position)
        if row is None or not row.body:
            continue
        event = recorded(row.position, row.body, row.leaf)
        if _is_of_kind(filters, event) and counts(filters, event):
            yield event


def _is_of_kind(filters: Filters, event: RecordedEvent) -> bool:
    return filters.kind is None or event.event.subject.partition("/")[0] == filters.kind


def counts(filters: Filters, event: RecordedEvent) -> bool:
    """Tell whether the filters admit an event, as they admit the assertions that it makes."""
    said = event.event
    stated = said.stated or format_instant(event.recorded_at)[:10]
    return not filters.hiding(source=said.source, origin=said.origin, stated=stated, grade=said.grade)
