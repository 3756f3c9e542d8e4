"""Reading a store: a front of its verbs over one session. What answers is in the modules beside it."""

import os
from collections.abc import Iterable, Iterator
from contextlib import AbstractContextManager
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING, Self, Unpack

from chronology.answers.holding import Holding
from chronology.log import database, event_table
from chronology.projections.filters import KnownAt, Restrictions
from chronology.store import analysis
from chronology.store.query import Moment
from chronology.store.session import Clock, Session, utc_now

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
    from chronology.store.log_view import LogView
    from chronology.store.names import Names
    from chronology.store.sources import Sources
    from chronology.vocabulary.registry import Vocabulary


class Reader(database.Closing):
    """What can be asked of a store; `Chronology` adds what changes it and what proves it.

    `names`, `log` and `sources` hold what is asked less often. A thread may use a store that another one opened, but
    only one may at a time; several processes may open one file.
    """

    def __init__(self, session: Session) -> None:
        """Ask an open session; use `open`."""
        self._session = session

    @classmethod
    def open(cls, path: str | os.PathLike[str], *, clock: Clock = utc_now) -> Self:
        """Open a store for reading.

        Args:
            path: the file.
            clock: returns what "now" means to a question, as an aware datetime.

        Raises:
            StoreError: there is no such store, or the file is something else.
            IntegrityError: the log's tables or triggers were changed.
        """
        connection = database.connect(Path(path), read_only=True)
        try:
            with database.wrapped(Path(path)):
                event_table.check_schema(database.schema(connection))
        except BaseException:
            connection.close()
            raise
        return cls(Session(connection, clock=clock))

    def close(self) -> None:
        """Close the file. Streams that are still open end with an error when they are read on."""
        self._session.close()

    @property
    def names(self) -> "Names":
        """The names that the store knows, and which subject a text means."""
        # Imported here, like the others: a question loads only the groups that it uses.
        from chronology.store.names import Names

        return Names(self._session)

    @property
    def log(self) -> "LogView":
        """What is read of the log besides its events: who withdrew or redacted one, all assertions, the log as text."""
        from chronology.store.log_view import LogView

        return LogView(self._session)

    @property
    def sources(self) -> "Sources":
        """The sources, what is known of them, and their copies."""
        from chronology.store.sources import Sources

        return Sources(self._session)

    @property
    def vocabulary(self) -> "Vocabulary":
        """The event types that the log defines."""
        return self._session.vocabulary

    def snapshot(self) -> AbstractContextManager[None]:
        """Answer every question of a block from one state of the file, which nobody can append to meanwhile."""
        return self._session.reading()

    def head(self) -> int:
        """Return the newest position, 0 if the log is empty."""
        with self._session.snapshot():
            return self._session.log.head()

    def read(
        self,
        *,
        after: int = 0,
        until: int | None = None,
        reverse: bool = False,
        limit: int | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[RecordedEvent]":
        """Yield the recorded events with after < position <= until, in log order, as a stream.

        Args:
            after: the position before the first.
            until: the last position; the head if not given.
            reverse: yield the newest event first.
            limit: yield at most this many, the first in that order; the rest is not read.
            restrictions: the filters of `state` but `fuzz`; of an event that names no source, such as a retraction,
                they ask what they ask of others.

        Raises:
            ChronologyError: the limit is below 0, or a filter that cannot be.
        """
        from chronology.store import log_view

        return log_view.read(self._session, restrictions, after=after, until=until, reverse=reverse, limit=limit)

    def event(self, name: str | int) -> "RecordedEvent":
        """Return one event by position, by id, or by the first characters of its id if those are unique.

        Raises:
            UnknownNameError: there is no such event, or more than one.
        """
        from chronology.store import log_view

        return log_view.event(self._session, name)

    def state(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        *,
        origins_counted: bool = False,
        min_origins: int = 0,
        **restrictions: Unpack[Restrictions],
    ) -> list[Holding]:
        """Return what held at a date, by subject and attribute; values that cannot hold then are left out.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: the date asked about: its close. An EDTF date, a date, or an aware datetime; now if not given.
            origins_counted: fill in `supported_by` of the candidates, which takes a second look at what was said.
            min_origins: only answers whose leading value has at least this many independent origins; counts them.
            restrictions: which assertions count, and how their dates are read. `known_at`: answer with the log as it
                stood then (a position, an aware datetime, or a date as text, which means its close, UTC). `stated_by`:
                only what was stated on or before this day. `sources`, `origins`: only from these documents, only claims
                that come from these; None is no restriction, an empty list admits nothing. `without_sources`,
                `without_origins`: nothing from these, the answer if they are not trusted. `min_grade`: only assertions
                with at least this grade in both respects, as in "B3". `fuzz`: seconds by which ends qualified with
                ? ~ or % are widened.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade or position, or a clock without a time zone.
            StoreError: the projections are of another version; a replay rebuilds them.
        """
        return analysis.state(
            self._session,
            subject,
            attribute,
            kind,
            valid_at,
            restrictions,
            origins_counted=origins_counted,
            min_origins=min_origins,
        )

    def timeline(
        self,
        subject: str | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        *,
        reverse: bool = False,
        limit: int | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "list[RecordedEvent]":
        """Return the live events in order of valid time; those without one, such as definitions, are left out.

        Args:
            subject: only events about it or referring to it.
            since: only events that may touch this date or a later one.
            until: only events that may touch this date or an earlier one.
            reverse: return the latest first.
            limit: return at most this many, the first in that order.
            restrictions: the filters of `state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read, or an end before the beginning.
            ChronologyError: the limit is below 0, or a filter that cannot be.
        """
        return analysis.timeline(self._session, subject, since, until, restrictions, reverse=reverse, limit=limit)

    def events(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        *,
        valid_at: Moment | None = None,
        since: str | date | None = None,
        until: str | date | None = None,
        min_origins: int = 0,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[RecordedEvent]":
        """Yield the live events that pass every filter, in order of valid time; those without one are left out.

        It is a stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            subject: only events about it or referring to it.
            attribute: only events that say something of it, of the subject where one is given.
            kind: only events about subjects of this kind.
            valid_at: only the parties to the answers of `state` at this date: what leads, what is possible, rivals
                and denials.
            since: only events that may touch this date or a later one.
            until: only events that may touch this date or an earlier one.
            min_origins: with `valid_at`, only answers whose leading value has at least this many independent origins.
            restrictions: the filters of `state`; `fuzz` only with `valid_at`.

        Raises:
            DateError: a date that cannot be read, or an end before the beginning.
            ChronologyError: a grade, a position or a number that cannot be one.
        """
        return analysis.events(
            self._session,
            subject,
            attribute,
            kind,
            restrictions,
            valid_at=valid_at,
            since=since,
            until=until,
            min_origins=min_origins,
        )

    def why(self, subject: str, attribute: str, valid_at: Moment = None, **restrictions: Unpack[Restrictions]) -> "Why":
        """Explain what held of one attribute of one subject at a date.

        Args:
            subject: what is asked about.
            attribute: what is asked of it.
            valid_at: the date asked about, as for `state`.
            restrictions: the filters of `state`; what they hide is reported.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade, position or number of seconds.
        """
        return analysis.why(self._session, subject, attribute, valid_at, restrictions)

    def history(
        self, subject: str, attribute: str | None = None, **restrictions: Unpack[Restrictions]
    ) -> "list[Period]":
        """Return what held of one subject over all of valid time, by attribute, period by period.

        Args:
            subject: what is asked about.
            attribute: only this one.
            restrictions: the filters of `state`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade, position or number of seconds.
        """
        return analysis.history(self._session, subject, attribute, restrictions)

    def about(self, subject: str, valid_at: Moment = None, **restrictions: Unpack[Restrictions]) -> "About":
        """Return everything of one subject: names, what holds, who disagrees, the events that speak of it, sources.

        Args:
            subject: what is asked about.
            valid_at: the date asked about, as for `state`.
            restrictions: the filters of `state`, which the events have to pass too; names are not filtered by source.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: a grade, a position or a number of seconds that is none.
        """
        return analysis.about(self._session, subject, valid_at, restrictions)

    def changes(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        *,
        since: KnownAt = 0,
        until: KnownAt = None,
        valid_at: Moment | None = None,
        progress: "Progress | None" = None,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[Change]":
        """Yield the answers that differ between two known times: the old and the new one, and which events changed it.

        Answers differ if they have another value or certainty, or if only one is contested. Those of one attribute
        come in order of valid time, each over the longest stretch that differs in the same way.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            since: the earlier known time, as `known_at` of `state`; the empty log if not given.
            until: the later one; now if not given.
            valid_at: only the answers at this date, as for `state`; over all of valid time if not given.
            progress: called after every attribute with how many are done, of how many.
            restrictions: the filters of `state` except `known_at`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: `until` is before `since`, or `known_at` is given.
        """
        return analysis.changes(
            self._session,
            subject,
            attribute,
            kind,
            restrictions,
            since=since,
            until=until,
            valid_at=valid_at,
            progress=progress,
        )

    def diff(
        self,
        first: Moment,
        second: Moment,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "list[Difference]":
        """Return what differs in the world between two dates, by subject and attribute.

        Args:
            first: a date, as `valid_at` of `state`.
            second: the other one.
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            restrictions: the filters of `state`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade, position or number of seconds.
        """
        return analysis.diff(self._session, first, second, subject, attribute, kind, restrictions)

    def conflicts(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        valid_at: Moment = None,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[Conflict]":
        """Yield every pair of assertions that disagree, and every denial and dispute, by subject and attribute.

        It is a stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            valid_at: only what disagrees about this date's close; about any date if not given.
            restrictions: the filters of `state`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: a grade, a position or a number of seconds that is none.
        """
        return analysis.conflicts(self._session, subject, attribute, kind, valid_at, restrictions)

    def gaps(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        *,
        until: Moment = None,
        stale: int | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "list[Gap]":
        """Return the spans in which nothing is asserted of what is followed, and what rests on one old assertion.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            until: the date up to which is looked: its close; now where not given.
            stale: seconds; also return the values at that date that rest on one assertion, stated longer ago.
            restrictions: the filters of `state`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: a grade, a position or a number of seconds that is none.
        """
        return analysis.gaps(self._session, subject, attribute, kind, restrictions, until=until, stale=stale)

    def search(
        self,
        words: str,
        limit: int | None = None,
        *,
        withdrawn: bool = False,
        as_written: bool = False,
        **restrictions: Unpack[Restrictions],
    ) -> "list[Hit]":
        """Return the events that hold all of some words, the best first.

        A store that is open for writing brings up the index in its file first; another one makes an index of its own,
        in a temporary file, if that in the store is behind the log.

        Args:
            words: words, "phrases" and beginnings, as in `closed "north gate" bag*`. Letter case, accents, vowel points
                and hyphens make no difference.
            limit: return at most this many.
            withdrawn: also return events that were withdrawn, and retractions and redactions themselves.
            as_written: look for these words only. Otherwise a word in the name of a subject also finds what is about
                the subject, refers to it or has another of its names.
            restrictions: the filters of `state` but `fuzz`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: the question has no word, or a limit, a grade or a position is none.
        """
        return analysis.search(self._session, words, limit, restrictions, withdrawn=withdrawn, as_written=as_written)

    def lint(self, rules: Iterable[str] | None = None, *, progress: "Progress | None" = None) -> "Iterator[Finding]":
        """Yield what is suspicious among the live events, by rule, as a stream on one snapshot of the file.

        Args:
            rules: names in `chronology.questions.lint.RULES`; all of them where not given.
            progress: called every thousand events with how many are done, of how many.

        Raises:
            UnknownNameError: there is no such rule.
        """
        return analysis.lint(self._session, rules, progress)
