"""What can be asked of a store beyond its state: why, and what held over all of valid time. `Reader` inherits it."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict, Unpack

from chronology.errors import ChronologyError
from chronology.log.event_table import Log
from chronology.projections.filters import Filters
from chronology.store import query
from chronology.store.query import KnownAt, Moment

if TYPE_CHECKING:
    from chronology.questions.history import Period
    from chronology.questions.why import Why


class Restrictions(TypedDict, total=False):
    """Which assertions count, and how their dates are read: as `Reader.state` takes them."""

    known_at: KnownAt
    stated_by: str | date | None
    sources: Iterable[str] | None
    origins: Iterable[str] | None
    min_grade: str | None
    fuzz: int


class Analysis(ABC):
    """The questions of an analyst; each takes the filters of `Reader.state`."""

    _connection: sqlite3.Connection
    _log: Log

    @abstractmethod
    def _now(self) -> datetime:
        """Return the present, aware."""

    @abstractmethod
    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Run a block on one snapshot of the file, whose projections are of this version."""
        yield

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

    def _filters(
        self, subject: str | None, attribute: str | None, restrictions: Restrictions, *, kind: str | None = None
    ) -> Filters:
        """Return what a question is about and which assertions count, all of it checked."""
        fuzz, min_grade = restrictions.get("fuzz", 0), restrictions.get("min_grade")
        if fuzz < 0:
            raise ChronologyError(f"fuzz is {fuzz}, and cannot be below 0", hint="give it in seconds, as in 7 * 86_400")
        query.check_grade(min_grade)
        return Filters(
            subject=subject,
            attribute=attribute,
            kind=kind,
            known_at=query.position_known_at(self._log, restrictions.get("known_at")),
            stated_by=query.day_of(restrictions.get("stated_by")),
            sources=query.names(restrictions.get("sources")),
            origins=query.names(restrictions.get("origins")),
            min_grade=min_grade,
        )
