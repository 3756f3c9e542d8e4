"""Questions about the state: which answer, from which projection, with which evidence. Reads, never writes."""

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from itertools import groupby
from operator import attrgetter

from chronology.answers.holding import Holding, ruined
from chronology.answers.resolve import resolve
from chronology.dates import edtf
from chronology.errors import ChronologyError, DateError
from chronology.projections import claims, segments
from chronology.projections.claims import GROUP, Group, claim_of, held, told, wins_outright
from chronology.projections.columns import Said
from chronology.projections.filters import Filters
from chronology.projections.history_window import LongHistory
from chronology.projections.names import Texts, in_order, number_of
from chronology.projections.state_scan import scan

Moment = str | date | datetime | None
"""A date as EDTF text, a day, an aware date-time, or None for now."""


def holdings(
    connection: sqlite3.Connection, filters: Filters, instant: int, *, texts: Texts, fuzz: int = 0
) -> list[Holding]:
    """Return what held at an instant, by subject and attribute, from the claims that may cover it.

    Args:
        connection: of the projections.
        filters: which claims count.
        instant: seconds.
        texts: of names, where known.
        fuzz: seconds by which qualified ends are widened.

    Raises:
        IntegrityError: the projections hold what no replay writes.
    """
    try:
        if fuzz:
            return _widened(connection, filters, instant, texts, fuzz=fuzz)
        if filters.subject is None or filters.kind is not None:
            return _of_all(connection, filters, instant, texts)
        return _of_one(connection, filters, filters.subject, instant, texts)
    except UnicodeEncodeError:
        # Of what was asked, not of what is stored.
        raise
    except (DateError, ValueError, TypeError, LookupError) as exc:
        raise ruined(exc) from exc


def _of_one(
    connection: sqlite3.Connection, filters: Filters, subject: str, instant: int, texts: Texts
) -> list[Holding]:
    """Answer about one subject; what it says is read whole only if it is not very much."""
    number = number_of(connection, subject)
    if number is None:
        return []
    if not claims.is_long(connection, number):
        rows = claims.covering(connection, filters, instant)
        found = [_held(list(said), instant, texts) for _, said in groupby(rows, key=GROUP)]
    else:
        attribute = None if filters.attribute is None else number_of(connection, filters.attribute)
        asked = claims.attributes_of(connection, number) if filters.attribute is None else [attribute]
        found = [_of_group(connection, filters, (number, one), instant, texts) for one in asked if one]
    return sorted(filter(None, found), key=attrgetter("attribute"))


def _of_group(
    connection: sqlite3.Connection, filters: Filters, group: Group, instant: int, texts: Mapping[int, str]
) -> Holding | None:
    """Answer about one attribute, however long its history."""
    if filters.restrict_claims():
        near = LongHistory(connection, group, filters).said(instant, instant + 1)
        return _held(near, instant, texts) if near else None
    return segments.at(connection, group, instant, texts)


def _of_all(connection: sqlite3.Connection, filters: Filters, instant: int, texts: Texts) -> list[Holding]:
    """Answer about all subjects, or all of a kind, in one pass over their claims, which tells nearly every answer."""
    subjects = in_order(connection, kind=filters.kind)
    known = texts if filters.kind else subjects
    found, places, doubtful = scan(connection, filters, instant, subjects, known)
    rows: list[Holding | None] = [*found]
    for index, group in doubtful:
        rows[index] = _of_group(connection, filters, group, instant, known)
    # An index sorts the names anyway; to sort the rows of a whole state by them would take half as long again.
    ends = dict(zip(places, [*places.values(), len(rows)][1:], strict=True))
    ordered: list[Holding | None] = []
    for number in subjects:
        if number in places:
            begin, end = places[number], ends[number]
            if end - begin == 1:
                ordered.append(rows[begin])
            else:
                some = [row for row in rows[begin:end] if row]
                some.sort(key=attrgetter("attribute"))
                ordered += some
    return list(filter(None, ordered))


def _widened(
    connection: sqlite3.Connection, filters: Filters, instant: int, texts: Texts, *, fuzz: int
) -> list[Holding]:
    """Answer with widened dates, which only the whole of each group's claims can tell."""
    groups = groupby(claims.covering(connection, filters, instant, fuzz=fuzz), key=GROUP)
    rows = (_held(list(said), instant, texts, fuzz=fuzz) for _, said in groups)
    return sorted(filter(None, rows), key=attrgetter("subject", "attribute"))


def _held(said: Sequence[Said], instant: int, texts: Mapping[int, str], *, fuzz: int = 0) -> Holding | None:
    """Return the answer that the claims of one group give."""
    if not fuzz and wins_outright(said, instant):
        return held(said[-1], texts)
    answer = resolve([claim_of(row, fuzz=fuzz) for row in said], instant)
    return None if answer is None else told(said, answer, texts)


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
