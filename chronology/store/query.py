"""What is asked, as it was given: instants, limits and lists, checked. Reads nothing."""

from collections.abc import Iterable
from datetime import date, datetime

from chronology.dates import edtf
from chronology.errors import ChronologyError, DateError

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
