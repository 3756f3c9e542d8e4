"""Questions about the state: which answer, from which projection, with which evidence. Reads, never writes."""

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from datetime import UTC, date, datetime
from typing import Final

import msgspec

from chronology.answers.holding import Holding, ruined
from chronology.answers.resolve import Answer, resolve
from chronology.dates import edtf
from chronology.dates.calendar import FOREVER
from chronology.errors import ChronologyError, DateError
from chronology.events.patterns import GRADE, format_instant, is_day
from chronology.log.event_table import Log
from chronology.projections import assertion, state
from chronology.projections.assertion import HELD, KEY, Said, claim_said
from chronology.projections.filters import Filters
from chronology.projections.long_history import LongHistory

Moment = str | date | datetime | None
"""A date as EDTF text, a day, an aware date-time, or None for now."""

KnownAt = int | str | date | datetime | None
"""A position, an instant or a day whose close (UTC) is meant, or None for all that the log knows."""

_LONG_HISTORY: Final = 64
"""Assertions of a subject from which on only those near the instant are read."""

_decode: Final = msgspec.json.decode


def holdings(connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int = 0) -> list[Holding]:
    """Return what held at an instant, by subject and attribute.

    The stored state answers where nothing but subject, attribute and kind restricts; else the assertions are resolved.

    Raises:
        IntegrityError: the projections hold what no replay writes.
    """
    try:
        if filters.restrict_assertions() or fuzz:
            return list(_resolved(connection, filters, instant, fuzz=fuzz))
        return _stored(connection, filters, instant)
    except UnicodeEncodeError:
        # Of what was asked, not of what is stored.
        raise
    except (DateError, ValueError, TypeError, LookupError) as exc:
        raise ruined(exc) from exc


def _stored(connection: sqlite3.Connection, filters: Filters, instant: int) -> list[Holding]:
    rows = state.at(connection, filters, instant)
    dissents = {index: _decode(row[-1]) for index, row in enumerate(rows) if row[-1] is not None}
    keys = (key for _, _, others in dissents.values() for key, _ in others if key is not None)
    evidence = assertion.evidence(connection, keys) if dissents else {}
    for index, (certainty, contested, others) in dissents.items():
        parties = tuple((evidence.get(key), standing) for key, standing in others)
        rows[index] = (*rows[index][:-1], (certainty, bool(contested), parties))
    return list(map(Holding, rows))


def _resolved(connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int) -> Iterator[Holding]:
    for rows in _groups(connection, filters, instant, fuzz=fuzz):
        if not fuzz and _wins_outright(rows, instant):
            yield Holding(rows[-1][:HELD])
        elif answer := resolve([claim_said(row, fuzz=fuzz) for row in rows], instant):
            yield _held(rows, answer)


def _groups(connection: sqlite3.Connection, filters: Filters, instant: int, *, fuzz: int) -> Iterator[list[Said]]:
    """Yield what matters at an instant, by group; of a subject with a long history, only what is near."""
    subject, attribute = filters.subject, filters.attribute
    one = filters.kind is None and not fuzz
    if subject is None or not one or not assertion.is_long(connection, subject, _LONG_HISTORY):
        yield from assertion.groups_covering(connection, filters, instant, fuzz=fuzz)
        return
    asked = assertion.groups_of(connection, subject) if attribute is None else [(subject, attribute)]
    near = (LongHistory(connection, group, filters).said(instant, instant + 1) for group in asked)
    yield from filter(None, near)


def _wins_outright(rows: Sequence[Said], instant: int) -> bool:
    """Tell whether the last of a group's rows is the whole answer: it surely holds, and nobody can win or contest.

    That is how it is with most attributes: each claim holds until the next one starts.
    """
    *earlier, last = rows
    _, _, value, _, _, _, origin, _, _, _, role, disputes, _, start_min, start_max, end_min, *_ = last
    if role != "affirms" or disputes or value is None or not start_max <= instant < end_min:
        return False
    for _, _, said, _, _, _, speaker, _, _, _, role, disputes, _, _, latest, _, _, extent_end, *_ in earlier:
        if role != "affirms" or disputes or latest >= start_min:
            return False
        if extent_end > start_max and said != value and speaker != origin:
            return False
    return True


def _held(rows: Sequence[Said], answer: Answer) -> Holding:
    by_key: dict[int, Said] = {row[KEY]: row for row in rows}
    leading, others = answer.leading, answer.candidates[1:]
    nothing = (*rows[0][:2], *[None] * (HELD - 2))
    held = by_key[leading.key][:HELD] if leading else nothing
    if not others:
        return Holding(held)
    parties = tuple(
        ((*by_key[claim.key][2 : HELD - 1], claim.role.value) if claim else None, standing.value)
        for claim, standing in others
    )
    certainty = "certain" if answer.certain else "possible"
    return Holding((*held[:-1], (certainty, answer.contested, parties)))


def instant_of(moment: Moment, *, now: datetime) -> int:
    """Return the second that a question asks about: a date's close.

    Raises:
        DateError: the text is no single date, or the date-time has no zone.
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


def position_known_at(log: Log, known_at: KnownAt) -> int | None:
    """Return the position up to which a question reads the log, None for all of it.

    Raises:
        DateError: a text or date-time that names no instant.
        ChronologyError: a negative position.
    """
    if known_at is None:
        return None
    if isinstance(known_at, int):
        if known_at < 0:
            raise ChronologyError(f"position {known_at} is below 0", hint="position 0 is the empty log")
        return known_at
    return log.position_at(_last_recording(known_at))


def _last_recording(known_at: str | date | datetime) -> str:
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
        raise DateError(text, "is no date-time", hint="write it as in 2018-05-20T12:00:00Z") from exc
    # The log's own time is UTC, so a time without a zone can only mean that.
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)


def check_grade(grade: str | None) -> None:
    """Refuse a smallest grade that is none.

    Raises:
        ChronologyError: it is not A-F followed by 1-6.
    """
    if grade is not None and not GRADE.fullmatch(grade):
        raise ChronologyError(f"{grade!r} is no Admiralty grade", hint="A-F for the source, then 1-6, as in B3")


def check_limit(limit: int | None) -> None:
    """Refuse a number of things that is none.

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


def day_of(day: str | date | None) -> str | None:
    """Return a day as text.

    Raises:
        DateError: it is no exact calendar day.
    """
    if day is None:
        return None
    text = day.isoformat()[:10] if isinstance(day, date) else day
    if not is_day(text):
        raise DateError(text, "is not a day", hint="write it as in 2018-05-14")
    return text
