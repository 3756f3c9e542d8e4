"""What every question needs: the open file, the present, and which assertions count. Answers nothing itself."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, TypedDict

from chronology.errors import ChronologyError
from chronology.log.event_table import Log, Row
from chronology.projections.filters import Filters
from chronology.projections.names import Texts
from chronology.store import query
from chronology.store.query import KnownAt

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.vocabulary.registry import Vocabulary


class Restrictions(TypedDict, total=False):
    """Which assertions count, and how their dates are read: the filters of `Reader.state`."""

    known_at: KnownAt
    stated_by: str | date | None
    sources: Iterable[str] | None
    origins: Iterable[str] | None
    min_grade: str | None
    fuzz: int


class Asking(ABC):
    """An open store, as its questions see it."""

    _connection: sqlite3.Connection
    _log: Log
    _texts: Texts

    @abstractmethod
    def _now(self) -> datetime:
        """Return the present, aware."""

    @abstractmethod
    @contextmanager
    def _asking(self) -> Iterator[None]:
        """Run a block on one snapshot of the file, if its projections are of this version."""
        yield

    @property
    @abstractmethod
    def vocabulary(self) -> "Vocabulary":
        """The event types that the log defines."""

    @abstractmethod
    def _recorded(self, row: Row) -> "RecordedEvent":
        """Return a row of the log as users see it."""

    def _filters(
        self, subject: str | None, attribute: str | None, restrictions: Restrictions, *, kind: str | None = None
    ) -> Filters:
        """Check what a question is about and which assertions count, and return both."""
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
