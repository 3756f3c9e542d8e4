"""What every question needs: the open file, the present, and which assertions count. Answers nothing itself."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import date, datetime
from typing import TYPE_CHECKING, Final, Literal, TypedDict

from chronology.errors import ChronologyError
from chronology.events.identities import Identities
from chronology.log.event_table import Log, Row
from chronology.projections import merges
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
    without_sources: Iterable[str] | None
    without_origins: Iterable[str] | None
    min_grade: str | None
    fuzz: int


_NAMING: Final[tuple[Literal["sources", "origins", "without_sources", "without_origins"], ...]] = (
    "sources",
    "origins",
    "without_sources",
    "without_origins",
)
"""The restrictions that name documents or people."""


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

    def _identities(self, known_at: KnownAt = None) -> Identities:
        """Return which names meant one subject, as known then."""
        return merges.known(self._connection, query.position_known_at(self._log, known_at))

    def _filters(
        self, subject: str | None, attribute: str | None, restrictions: Restrictions, *, kind: str | None = None
    ) -> Filters:
        """Check what a question is about and which assertions count, and return both."""
        fuzz, min_grade = restrictions.get("fuzz", 0), restrictions.get("min_grade")
        if fuzz < 0:
            raise ChronologyError(f"fuzz is {fuzz}, and cannot be below 0", hint="give it in seconds, as in 7 * 86_400")
        query.check_grade(min_grade)
        known_at = query.position_known_at(self._log, restrictions.get("known_at"))
        same = merges.known(self._connection, known_at)
        named = {
            what: tuple(dict.fromkeys(map(same.of, query.names(some))))
            for what in _NAMING
            if (some := restrictions.get(what)) is not None
        }
        return Filters(
            subject=None if subject is None else same.of(subject),
            attribute=attribute,
            kind=kind,
            known_at=known_at,
            stated_by=query.day_of(restrictions.get("stated_by")),
            **named,
            min_grade=min_grade,
            identities=same,
        )
