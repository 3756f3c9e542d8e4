"""What can be asked of a store beyond its state: why, and what held over all of valid time. `Reader` inherits it."""

from collections.abc import Iterator
from typing import TYPE_CHECKING, Unpack

from chronology.errors import ChronologyError
from chronology.store import query
from chronology.store.asking import Asking, Restrictions
from chronology.store.query import KnownAt, Moment

if TYPE_CHECKING:
    from chronology.questions.changes import Change, Progress
    from chronology.questions.differences import Difference
    from chronology.questions.history import Period
    from chronology.questions.why import Why


class Analysis(Asking):
    """The questions of an analyst; each takes the filters of `Reader.state`."""

    def why(self, subject: str, attribute: str, valid_at: Moment = None, **restrictions: Unpack[Restrictions]) -> "Why":
        """Explain what held of one attribute of one subject at a date.

        Args:
            subject: what is asked about.
            attribute: what is asked of it.
            valid_at: the date asked about, as for `state`.
            restrictions: the filters of `state`; what they hide is told.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: a grade, a position or a number of seconds that is none.
        """
        from chronology.questions import why

        instant = query.instant_of(valid_at, now=self._now())
        with self._asking():
            filters = self._filters(subject, attribute, restrictions)
            return why.why(self._log, self._connection, filters, instant, fuzz=restrictions.get("fuzz", 0))

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
            ChronologyError: a grade, a position or a number of seconds that is none.
        """
        from chronology.questions import history

        with self._asking():
            filters = self._filters(subject, attribute, restrictions)
            return history.history(self._connection, filters, fuzz=restrictions.get("fuzz", 0))

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
        """Yield the answers that differ between two known times: what they were, what they became, what did it.

        Answers differ if the value, its certainty or whether it is contested does. Those of one attribute come in
        order of valid time, as long stretches as differ in the same way.

        Args:
            subject: only about this one.
            attribute: only this one.
            kind: only subjects of this kind.
            since: the earlier known time, as `known_at` of `state`; the empty log where not given.
            until: the later one; now where not given.
            valid_at: only the answers at this date, as for `state`; over all of valid time where not given.
            progress: told after every attribute how many are done, of how many.
            restrictions: the filters of `state` but for `known_at`.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: `until` is before `since`, or `known_at` is given.
        """
        from chronology.questions.changes import changes

        if restrictions.get("known_at") is not None:
            raise ChronologyError("changes are told between two known times", hint="give since and until, not known_at")
        instant = None if valid_at is None else query.instant_of(valid_at, now=self._now())
        with self._asking():
            head = self._log.head()
            earlier, later = (query.position_known_at(self._log, moment) for moment in (since, until))
            earlier, later = min(earlier or 0, head), head if later is None else min(later, head)
            if later < earlier:
                raise ChronologyError(f"{until} is before {since}", hint="exchange the two known times")
            yield from changes(
                self._connection,
                self._filters(subject, attribute, restrictions, kind=kind),
                earlier=earlier,
                later=later,
                instant=instant,
                fuzz=restrictions.get("fuzz", 0),
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
            ChronologyError: a grade, a position or a number of seconds that is none.
        """
        from chronology.questions.differences import differences

        with self._asking():
            filters = self._filters(subject, attribute, restrictions, kind=kind)
            before, after = (
                query.holdings(
                    self._connection,
                    filters,
                    query.instant_of(moment, now=self._now()),
                    texts=self._texts,
                    fuzz=restrictions.get("fuzz", 0),
                )
                for moment in (first, second)
            )
            return differences(before, after)
