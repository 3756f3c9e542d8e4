"""Questions about the state: which answer, from which projection, with which evidence. Reads, never writes."""

import json
import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from functools import lru_cache
from typing import Any, Final, Literal, NamedTuple

from attrs import frozen

from chronology import edtf
from chronology.errors import ChronologyError, DateError, IntegrityError
from chronology.forms import GRADE, format_instant, is_day
from chronology.instants import FOREVER
from chronology.log import Log
from chronology.projections import assertion, state
from chronology.projections.assertion import Evidence
from chronology.projections.neighbours import Neighbourhood
from chronology.projections.scope import Scope
from chronology.resolve import Claim, Standing, resolve
from chronology.values import Json, freeze

Moment = str | date | datetime | None
"""A date as EDTF text, a day, an aware date-time, or None for now."""

KnownAt = int | str | date | datetime | None
"""A position, an instant or a day whose close (UTC) is meant, or None for all that the log knows."""

_LONG_HISTORY: Final = 64
"""Assertions of a subject from which on only those near the instant are read."""


@frozen(kw_only=True)
class Candidate:
    """One party to an answer, with who says so; `event` and what follows are None for the world of nothing known.

    Attributes:
        value: what is said; of a denial, what is denied or disputed.
        role: what its event does to the attribute: disputes is for one that names another event and says no value.
    """

    value: Json
    standing: Literal["leading", "possible", "rival", "denial"]
    event: str | None = None
    position: int | None = None
    valid: str | None = None
    origin: str | None = None
    source: str | None = None
    grade: str | None = None
    role: Literal["affirms", "denies", "disputes"] | None = None


@frozen(kw_only=True)
class Holding:
    """What held of one attribute of one subject.

    Attributes:
        value: the leading value; None where that is that nothing is known to hold.
        certainty: certain if it wins in every possible world, else possible.
        contested: sources disagree about it.
        since: the start of the leading assertion as its source gave it; None if that is open, unknown or nothing.
        candidates: every party, the leading one first.
    """

    subject: str
    attribute: str
    value: Json
    certainty: Literal["certain", "possible"]
    contested: bool
    since: str | None
    candidates: tuple[Candidate, ...]


_Party = tuple[int | None, str]
"""Key of an assertion, or None for nothing known, and its standing."""


def holdings(connection: sqlite3.Connection, scope: Scope, instant: int, *, fuzz: int = 0) -> list[Holding]:
    """Return what held at an instant, by subject and attribute.

    The stored state answers where nothing but subject, attribute and kind restricts; else the assertions are resolved.

    Raises:
        IntegrityError: the projections hold what no replay writes.
    """
    try:
        return _holdings(connection, scope, instant, fuzz=fuzz)
    except UnicodeEncodeError:
        # Of what was asked, not of what is stored.
        raise
    except (DateError, ValueError, TypeError, LookupError) as exc:
        raise IntegrityError(
            f"the projections hold what no replay writes: {exc}",
            hint="`chronology verify` tells more; `chronology replay` rebuilds them",
        ) from exc


def _holdings(connection: sqlite3.Connection, scope: Scope, instant: int, *, fuzz: int) -> list[Holding]:
    if scope.filters_assertions() or fuzz:
        found = list(_resolved(connection, scope, instant, fuzz=fuzz))
        keys = (key for one in found for key, _ in one.parties if key is not None)
        evidence = assertion.evidence(connection, keys)
        return [_holding(one, [_candidate(evidence.get(key or 0), s) for key, s in one.parties]) for one in found]
    rows = state.at(connection, scope, instant)
    others = [json.loads(row.others) if row.others else () for row in rows]
    evidence = assertion.evidence(connection, (key for some in others for key, _ in some if key is not None))
    return [_stored(row, some, evidence) for row, some in zip(rows, others, strict=True)]


def _stored(row: state.Held, others: Iterable[_Party], evidence: dict[int, Evidence]) -> Holding:
    parties = [_candidate(row.leading, Standing.LEADING.value)]
    parties += [_candidate(evidence.get(key or 0), standing) for key, standing in others]
    return _holding(row, parties)


class _Found(NamedTuple):
    """An answer before the evidence is looked up."""

    subject: str
    attribute: str
    certainty: str
    contested: bool
    parties: list[_Party]


def _resolved(connection: sqlite3.Connection, scope: Scope, instant: int, *, fuzz: int) -> Iterator[_Found]:
    for group, claims in _groups(connection, scope, instant, fuzz=fuzz):
        answer = resolve(claims, instant)
        if answer is not None:
            parties = [(claim.key if claim else None, standing.value) for claim, standing in answer.candidates]
            certainty = "certain" if answer.certain else "possible"
            yield _Found(*group, certainty, answer.contested, parties)


def _groups(
    connection: sqlite3.Connection, scope: Scope, instant: int, *, fuzz: int
) -> Iterator[tuple[assertion.Group, list[Claim]]]:
    """Yield the claims that matter at an instant, by group; of a subject with a long history, only the near ones."""
    if scope.subject is None or scope.kind or fuzz or not assertion.is_long(connection, scope.subject, _LONG_HISTORY):
        yield from assertion.groups_covering(connection, scope, instant, fuzz=fuzz)
        return
    for group in assertion.groups_of(connection, scope.subject):
        if scope.attribute in (None, group[1]):
            yield group, Neighbourhood(connection, group, scope).claims(instant, instant + 1)


def _holding(found: _Found | state.Held, candidates: list[Candidate]) -> Holding:
    leading = candidates[0]
    return Holding(
        subject=found.subject,
        attribute=found.attribute,
        value=leading.value,
        certainty="certain" if found.certainty == "certain" else "possible",
        contested=bool(found.contested),
        since=edtf.parse(leading.valid).since if leading.valid else None,
        candidates=tuple(candidates),
    )


def _candidate(said: Evidence | None, standing: Any) -> Candidate:
    if said is None:
        return Candidate(value=None, standing=standing)
    role: Any = said.role
    return Candidate(
        value=None if said.value is None else _value(said.value),
        standing=standing,
        event=said.event,
        position=said.position,
        valid=said.valid,
        origin=said.origin,
        source=said.source,
        grade=said.grade,
        role=role,
    )


@lru_cache(maxsize=1_024)
def _value(text: str) -> Json:
    """Return a stored value; answers repeat a few of them over and over."""
    return freeze(json.loads(text))


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
