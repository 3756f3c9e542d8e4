"""What can be asked of a store beyond its state: why, and what held over all of valid time. `Reader` inherits it."""

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING, Unpack

from chronology.answers.holding import Holding
from chronology.errors import ChronologyError, UnknownNameError
from chronology.projections.filters import Filters, KnownAt, Restrictions
from chronology.store import filtering, query
from chronology.store.query import Moment
from chronology.store.session import Asking

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.questions.changes import Change, Difference, Progress
    from chronology.questions.conflicts import Conflict
    from chronology.questions.coverage import Gap
    from chronology.questions.history import Period
    from chronology.questions.lint import Finding
    from chronology.questions.source_records import Source
    from chronology.questions.subject_page import About
    from chronology.questions.why import Why


class Analysis(Asking):
    """The questions of an analyst; each takes the filters of `Reader.state`."""

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
        from chronology.questions import why

        instant = query.instant_of(valid_at, now=self._now())
        with self._asking():
            filters = self._filters(subject, attribute, restrictions)
            return why.why(self._log, self._connection, filters, instant, fuzz=filters.fuzz)

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
        from chronology.questions import history

        with self._asking():
            filters = self._filters(subject, attribute, restrictions)
            return history.history(self._connection, filters, fuzz=filters.fuzz)

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
        from chronology.questions import subject_page

        instant = query.instant_of(valid_at, now=self._now())
        with self._asking():
            filters = self._filters(subject, None, restrictions)
            fuzz = filters.fuzz
            found = query.holdings(self._connection, filters, instant, texts=self._texts, fuzz=fuzz)
            holdings = self._corroborated(found, filters, instant, fuzz=fuzz, least=0)
            return subject_page.about(self._log, self._connection, filters, holdings, fuzz=fuzz)

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
        from chronology.questions.changes import changes

        instant = None if valid_at is None else query.instant_of(valid_at, now=self._now())
        with self._asking():
            head = self._log.head()
            earlier = filtering.position_known_at(self._log, since, name="since")
            later = filtering.position_known_at(self._log, until, name="until")
            earlier, later = min(earlier or 0, head), head if later is None else min(later, head)
            if later < earlier:
                raise ChronologyError(f"{until} is before {since}", hint="swap the two known times")
            kept = filtering.checked(restrictions, question="changes")
            before, after = (
                self._filters(subject, attribute, {**kept, "known_at": known_at}, kind=kind)
                for known_at in (earlier, later)
            )
            yield from changes(
                self._connection,
                before,
                after,
                instant=instant,
                fuzz=after.fuzz,
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
        from chronology.questions.changes import differences

        with self._asking():
            filters = self._filters(subject, attribute, restrictions, kind=kind)
            before, after = (
                query.holdings(
                    self._connection,
                    filters,
                    query.instant_of(moment, now=self._now()),
                    texts=self._texts,
                    fuzz=filters.fuzz,
                )
                for moment in (first, second)
            )
            return differences(before, after)

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
        from chronology.questions import conflicts

        instant = None if valid_at is None else query.instant_of(valid_at, now=self._now())
        with self._asking():
            filters = self._filters(subject, attribute, restrictions, kind=kind)
            fuzz = filters.fuzz
            yield from conflicts.conflicts(self._connection, filters, instant=instant, fuzz=fuzz)

    def _corroborated(
        self, found: list[Holding], filters: Filters, instant: int, *, fuzz: int, least: int
    ) -> list[Holding]:
        """Return answers with the number of origins behind each value, those with too few behind the leading left out.

        Raises:
            ChronologyError: the least number is below 0.
        """
        from chronology.questions import support

        if least < 0:
            raise ChronologyError(f"min_origins is {least}, and cannot be below 0", hint="leave it out for no minimum")
        counted = support.counted(self._connection, filters, instant, found, texts=self._texts, fuzz=fuzz)
        return support.sufficient(counted, least) if least else counted

    def lint(self, rules: Iterable[str] | None = None, *, progress: "Progress | None" = None) -> "Iterator[Finding]":
        """Yield what is suspicious among the live events, by rule, as a stream; exhaust it before you append.

        Args:
            rules: names in `chronology.questions.lint.RULES`; all of them where not given.
            progress: called every thousand events with how many are done, of how many.

        Raises:
            UnknownNameError: there is no such rule.
        """
        from chronology.questions import lint

        chosen = list(lint.RULES) if rules is None else list(dict.fromkeys(query.names(rules)))
        for name in chosen:
            if name not in lint.RULES:
                raise UnknownNameError("rule", name, lint.RULES, hint="`chronology lint --rules` lists them")

        def found() -> "Iterator[Finding]":
            with self._asking():
                yield from lint.lint(self._log, self._connection, chosen, progress)

        return found()

    def sources(self) -> "list[Source]":
        """Return every source, by name: what is known of it now, and how its assertions fared."""
        from chronology.questions import source_records

        with self._asking():
            return source_records.sources(self._connection, self._identities())

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
        from chronology.questions import coverage

        if stale is not None and stale < 0:
            raise ChronologyError(
                f"stale is {stale}, and cannot be below 0", hint="give it in seconds, as in 90 * 86_400"
            )
        instant = query.instant_of(until, now=self._now())
        with self._asking():
            filters = self._filters(subject, attribute, restrictions, kind=kind)
            fuzz = filters.fuzz
            return list(coverage.gaps(self._connection, filters, instant, stale=stale, fuzz=fuzz))

    def remarks(self, event: "RecordedEvent") -> list[str]:
        """Return what is odd about when an event was stated, or its source published: before what it reports."""
        from chronology.questions import lint

        with self._asking():
            return lint.remarks(self._connection, event.body)
