"""What every question needs: the open file, the present, and which assertions count. Answers nothing itself."""

import sqlite3
from abc import ABC, abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import TYPE_CHECKING

from chronology.events.identities import Identities
from chronology.log.event_table import Log, Row
from chronology.projections import merges
from chronology.projections.filters import Filters, KnownAt, Restrictions
from chronology.projections.names import Texts
from chronology.store import filtering

if TYPE_CHECKING:
    from chronology.events.records import RecordedEvent
    from chronology.vocabulary.registry import Vocabulary


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
        return merges.known(self._connection, filtering.position_known_at(self._log, known_at))

    def _filters(
        self,
        subject: str | None,
        attribute: str | None,
        restrictions: Restrictions,
        *,
        kind: str | None = None,
        question: str = "state",
    ) -> Filters:
        """Check what a question is about and which assertions count, and return both."""
        return filtering.build(
            self._log,
            self._connection,
            restrictions,
            subject=subject,
            attribute=attribute,
            kind=kind,
            question=question,
        )
