"""The questions that users ask of a store, each a function of one open session. `Reader` documents them.

What reads and compares is imported where it is used: a question about what held need not wait for explanations.
"""

from collections.abc import Iterable, Iterator
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING

from chronology.answers.holding import Holding
from chronology.errors import ChronologyError, UnknownNameError
from chronology.projections import shortcuts
from chronology.projections.filters import Filters, KnownAt, Restrictions
from chronology.store import query
from chronology.store.query import Moment
from chronology.store.session import Session

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.projections.rebuild import Progress
    from chronology.questions.changes import Change, Difference
    from chronology.questions.conflicts import Conflict
    from chronology.questions.coverage import Gap
    from chronology.questions.history import Period
    from chronology.questions.lint import Finding
    from chronology.questions.search import Hit
    from chronology.questions.subject_page import About
    from chronology.questions.why import Why


def state(
    session: Session,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    valid_at: Moment,
    restrictions: Restrictions,
    *,
    origins_counted: bool,
    min_origins: int,
) -> list[Holding]:
    """Return what held at a date."""
    instant = query.instant_of(valid_at, now=session.now())
    with session.reading():
        filters = session.filters(subject, attribute, restrictions, kind=kind)
        found = shortcuts.holdings(session.connection, filters, instant, texts=session.texts, fuzz=filters.fuzz)
        if origins_counted or min_origins:
            return _corroborated(session, found, filters, instant, fuzz=filters.fuzz, least=min_origins)
        return found


def timeline(
    session: Session,
    subject: str | None,
    since: str | date | None,
    until: str | date | None,
    restrictions: Restrictions,
    *,
    reverse: bool,
    limit: int | None,
) -> "list[RecordedEvent]":
    """Return the live events in order of valid time."""
    from chronology.questions.live_events import selected

    query.check_limit(limit)
    first, last = query.period(since, until)
    with session.reading():
        filters = session.filters(subject, None, restrictions, question="timeline")
        found = selected(
            session.log, session.connection, filters, since=first, until=last, reverse=reverse, limit=limit
        )
        return list(found)


def events(
    session: Session,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    restrictions: Restrictions,
    *,
    valid_at: Moment,
    since: str | date | None,
    until: str | date | None,
    min_origins: int,
) -> "Iterator[RecordedEvent]":
    """Yield the live events that pass every filter."""
    from chronology.questions.live_events import selected

    first, last = query.period(since, until)
    # Once, because what was given as a stream cannot be read again.
    kept = query.checked(restrictions, question="export" if valid_at is None else "state")
    with session.reading():
        filters = session.filters(subject, attribute, kept, kind=kind)

    def found() -> "Iterator[RecordedEvent]":
        among = None
        if valid_at is not None:
            held = state(
                session,
                subject,
                attribute,
                kind,
                valid_at,
                kept,
                origins_counted=False,
                min_origins=min_origins,
            )
            among = {party.position for one in held for party in one.candidates if party.position}
        yield from selected(session.log, session.connection, filters, since=first, until=last, among=among)

    return session.stream(found)


def why(session: Session, subject: str, attribute: str, valid_at: Moment, restrictions: Restrictions) -> "Why":
    """Explain what held of one attribute of one subject at a date."""
    from chronology.questions import why

    instant = query.instant_of(valid_at, now=session.now())
    with session.reading():
        filters = session.filters(subject, attribute, restrictions)
        return why.why(session.log, session.connection, filters, instant, fuzz=filters.fuzz)


def history(session: Session, subject: str, attribute: str | None, restrictions: Restrictions) -> "list[Period]":
    """Return what held of one subject over all of valid time."""
    from chronology.questions import history

    with session.reading():
        filters = session.filters(subject, attribute, restrictions)
        return history.history(session.connection, filters, fuzz=filters.fuzz)


def about(session: Session, subject: str, valid_at: Moment, restrictions: Restrictions) -> "About":
    """Return everything of one subject."""
    from chronology.questions import subject_page

    instant = query.instant_of(valid_at, now=session.now())
    with session.reading():
        filters = session.filters(subject, None, restrictions)
        fuzz = filters.fuzz
        found = shortcuts.holdings(session.connection, filters, instant, texts=session.texts, fuzz=fuzz)
        holdings = _corroborated(session, found, filters, instant, fuzz=fuzz, least=0)
        return subject_page.about(session.log, session.connection, filters, holdings, fuzz=fuzz)


def changes(
    session: Session,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    restrictions: Restrictions,
    *,
    since: KnownAt,
    until: KnownAt,
    valid_at: Moment,
    progress: "Progress | None",
) -> "Iterator[Change]":
    """Yield the answers that differ between two known times."""
    from chronology.questions.changes import changes

    instant = None if valid_at is None else query.instant_of(valid_at, now=session.now())

    kept = query.checked(restrictions, question="changes")

    def found() -> "Iterator[Change]":
        head = session.log.head()
        earlier = query.position_known_at(session.log, since, name="since")
        later = query.position_known_at(session.log, until, name="until")
        earlier, later = min(earlier or 0, head), head if later is None else min(later, head)
        if later < earlier:
            raise ChronologyError(f"{until} is before {since}", hint="swap the two known times")
        before, after = (
            session.filters(subject, attribute, {**kept, "known_at": known_at}, kind=kind)
            for known_at in (earlier, later)
        )
        yield from changes(session.connection, before, after, instant=instant, fuzz=after.fuzz, progress=progress)

    return session.stream(found)


def diff(
    session: Session,
    first: Moment,
    second: Moment,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    restrictions: Restrictions,
) -> "list[Difference]":
    """Return what differs in the world between two dates."""
    from chronology.questions.changes import differences

    with session.reading():
        filters = session.filters(subject, attribute, restrictions, kind=kind)
        before, after = (
            shortcuts.holdings(
                session.connection,
                filters,
                query.instant_of(moment, now=session.now()),
                texts=session.texts,
                fuzz=filters.fuzz,
            )
            for moment in (first, second)
        )
        return differences(before, after)


def conflicts(
    session: Session,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    valid_at: Moment,
    restrictions: Restrictions,
) -> "Iterator[Conflict]":
    """Yield what disagrees."""
    from chronology.questions.conflicts import conflicts

    instant = None if valid_at is None else query.instant_of(valid_at, now=session.now())

    def found() -> "Iterator[Conflict]":
        filters = session.filters(subject, attribute, restrictions, kind=kind)
        return conflicts(session.connection, filters, instant=instant, fuzz=filters.fuzz)

    return session.stream(found)


def gaps(
    session: Session,
    subject: str | None,
    attribute: str | None,
    kind: str | None,
    restrictions: Restrictions,
    *,
    until: Moment,
    stale: int | None,
) -> "list[Gap]":
    """Return the spans in which nothing is asserted."""
    from chronology.questions import coverage

    if stale is not None and stale < 0:
        raise ChronologyError(f"stale is {stale}, and cannot be below 0", hint="give it in seconds, as in 90 * 86_400")
    instant = query.instant_of(until, now=session.now())
    with session.reading():
        filters = session.filters(subject, attribute, restrictions, kind=kind)
        return list(coverage.gaps(session.connection, filters, instant, stale=stale, fuzz=filters.fuzz))


def search(
    session: Session,
    words: str,
    limit: int | None,
    restrictions: Restrictions,
    *,
    withdrawn: bool,
    as_written: bool,
) -> "list[Hit]":
    """Return the events that hold all of some words."""
    from chronology.questions import search

    query.check_limit(limit)
    with session.alone():
        search.bring_up(session.log, session.connection)
    with session.reading():
        filters = session.filters(None, None, restrictions, question="search")
        found = search.find(session.log, session.connection, words, filters, withdrawn=withdrawn, as_written=as_written)
        return list(islice(found, limit))


def lint(session: Session, rules: Iterable[str] | None, progress: "Progress | None") -> "Iterator[Finding]":
    """Yield what is suspicious among the live events."""
    from chronology.questions import lint

    chosen = list(lint.RULES) if rules is None else list(dict.fromkeys(query.names(rules)))
    for name in chosen:
        if name not in lint.RULES:
            raise UnknownNameError("rule", name, lint.RULES, hint="`chronology lint --rules` lists them")
    return session.stream(lambda: lint.lint(session.log, session.connection, chosen, progress))


def _corroborated(
    session: Session, found: list[Holding], filters: Filters, instant: int, *, fuzz: int, least: int
) -> list[Holding]:
    """Return answers with the number of origins behind each value, those with too few behind the leading left out.

    Raises:
        ChronologyError: the least number is below 0.
    """
    if least < 0:
        raise ChronologyError(f"min_origins is {least}, and cannot be below 0", hint="leave it out for no minimum")
    counted = shortcuts.counted(session.connection, filters, instant, found, texts=session.texts, fuzz=fuzz)
    return shortcuts.sufficient(counted, least) if least else counted
