"""What is asked, as it was given, checked: instants, limits, lists, filters. Reads the log's times and merges only."""

import sqlite3
from collections.abc import Iterable
from datetime import UTC, date, datetime
from typing import Any, cast

from chronology.dates import edtf
from chronology.dates.calendar import FOREVER
from chronology.errors import ChronologyError, DateError
from chronology.events.patterns import format_instant
from chronology.log.event_table import Log
from chronology.projections import filters, merges
from chronology.projections.filters import LAST_POSITION, Filters, KnownAt, Restrictions

Moment = str | date | datetime | None
"""A date as EDTF text, a day, an aware date-time, or None for now."""


def instant_of(moment: Moment, *, now: datetime) -> int:
    """Return the second that a question asks about: a date's close.

    Raises:
        DateError: the text is not a single date, or the date-time has no zone.
    """
    if moment is None:
        return edtf.to_seconds(now)
    if isinstance(moment, str):
        return edtf.close_of(moment)
    if isinstance(moment, datetime):
        return edtf.to_seconds(moment)
    if not isinstance(moment, date):
        raise DateError(str(moment), "is neither text nor a date", hint="write a year as text, as in '2018'")
    return edtf.close_of(moment.isoformat())


def period(since: str | date | None, until: str | date | None) -> tuple[int | None, int | None]:
    """Return the first second of one date and the last second of another.

    Raises:
        DateError: a date that cannot be read, or an end before the beginning.
    """
    first = None if since is None else edtf.opening_of(str(since))
    last = None if until is None else edtf.close_of(str(until))
    if first is not None and last is not None and last < first:
        raise DateError(str(until), f"is before {since}, when the period begins", hint="swap the two dates")
    return first, last


def check_limit(limit: int | None) -> None:
    """Refuse a number of things that cannot be one.

    Raises:
        ChronologyError: it is below 0.
    """
    if limit is not None and limit < 0:
        raise ChronologyError(f"limit is {limit}, and cannot be below 0", hint="leave it out for no limit")


def names(given: Iterable[str] | str | None) -> tuple[str, ...]:
    """Take one name for a list of one, and None for no restriction."""
    if given is None:
        return ()
    return (given,) if isinstance(given, str) else tuple(given)


def build(
    log: Log,
    connection: sqlite3.Connection,
    restrictions: Restrictions,
    *,
    subject: str | None = None,
    attribute: str | None = None,
    kind: str | None = None,
    question: str = "state",
) -> Filters:
    """Check what a question is about and which assertions count, and return both.

    Args:
        log: tells which position a known time means.
        connection: of the projections.
        restrictions: the filters, as users give them.
        subject: only about this one.
        attribute: only this one.
        kind: only subjects of this kind.
        question: what is asked; some take not every filter.

    Raises:
        UnknownNameError: there is no such filter.
        UnfittingFilterError: the question does not take it.
        DateError: a date that cannot be read.
        ChronologyError: any other value that cannot be, each with its name.
    """
    kept = checked(restrictions, question=question)
    known_at = position_known_at(log, kept.get("known_at"))
    return filters.filters_of(
        kept,
        subject=subject,
        attribute=attribute,
        kind=kind,
        known_at=known_at,
        identities=merges.known(connection, known_at),
    )


def checked(restrictions: Restrictions, *, question: str = "state") -> Restrictions:
    """Return filters in the one form that questions keep.

    Args:
        restrictions: as users give them.
        question: what is asked; some take not every filter.

    Raises:
        UnknownNameError: there is no such filter.
        UnfittingFilterError: the question does not take it.
        ChronologyError: a value that cannot be.
    """
    kept = filters.checked(cast(dict[str, Any], restrictions))
    filters.refuse_unfitting(question, kept)
    return kept


def position_known_at(log: Log, known_at: KnownAt, *, name: str = "known_at") -> int | None:
    """Return the position up to which a question reads the log, None for all of it.

    Args:
        log: tells when what was recorded.
        known_at: a position, an instant or a day.
        name: what it is called in a refusal.

    Raises:
        DateError: a text or date-time that names no instant.
        ChronologyError: a negative position, or something else.
    """
    if known_at is None:
        return None
    filters.FILTERS["known_at"].check(name, known_at)
    if isinstance(known_at, int):
        return min(known_at, LAST_POSITION)
    return log.position_at(last_recording(known_at))


def last_recording(known_at: str | date | datetime) -> str:
    """Return the last instant, in the log's own form, that a known_at includes."""
    if isinstance(known_at, str) and "T" in known_at:
        known_at = _date_time(known_at)
    if isinstance(known_at, datetime):
        if known_at.tzinfo is None:
            raise DateError(known_at.isoformat(), "has no time zone", hint="make it aware, as with tzinfo=UTC")
        return format_instant(known_at)
    text = known_at if isinstance(known_at, str) else known_at.isoformat()
    close = edtf.format_instant(min(edtf.close_of(text), FOREVER - 1))
    return f"{close}.999999Z" if close and not close.startswith("-") else ""


def _date_time(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as exc:
        raise DateError(text, "is not a date-time", hint="write it as in 2018-05-20T12:00:00Z") from exc
    # The log's own time is UTC, so a time without a zone can only mean that.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
