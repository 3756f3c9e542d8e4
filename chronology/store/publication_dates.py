"""On which day a source was published, as far as the log knows; remembered while events are taken in."""

import sqlite3
from typing import Final

import msgspec

from chronology.events.identities import Identities
from chronology.events.patterns import is_day, is_subject
from chronology.projections import claims

PUBLISHED: Final = "published"
"""The attribute of a source from which `stated` is filled in."""

_REMEMBERED: Final = 10_000


class Published:
    """The days of publication of the sources that a batch of events names."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._days: dict[str, str | None] = {}

    def day(self, source: str, identities: Identities) -> str | None:
        """Return the day on which a source was published, under the name that was kept; None where nobody knows it."""
        if source not in self._days:
            if not is_subject(source):
                # The event will be refused; remembering its source would let a stream of them fill the memory.
                return None
            if len(self._days) >= _REMEMBERED:
                self._days.clear()
            text = claims.latest_value(self._connection, identities.of(source), PUBLISHED)
            value = msgspec.json.decode(text) if text else None
            self._days[source] = value if isinstance(value, str) and is_day(value) else None
        return self._days[source]

    def forget(self) -> None:
        """Look every day up again, for what the log says of sources has changed."""
        self._days.clear()
