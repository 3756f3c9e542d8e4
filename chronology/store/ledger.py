"""Everything that was ever asserted, as a stream: what a report or an export is made from. `Reader` inherits it."""

from typing import TYPE_CHECKING, Unpack

from chronology.log import database
from chronology.projections.filters import KnownAt, Restrictions
from chronology.store import filtering
from chronology.store.session import Asking

if TYPE_CHECKING:
    from collections.abc import Iterator

    from chronology.questions.assertions import Entry


class Ledger(Asking):
    """The assertions of a store, those withdrawn included."""

    def assertions(
        self,
        subject: str | None = None,
        attribute: str | None = None,
        kind: str | None = None,
        **restrictions: Unpack[Restrictions],
    ) -> "Iterator[Entry]":
        """Yield every assertion that the log holds or held, by subject, attribute and position.

        Each tells its bounds on the line of seconds, and from which position to which the log knew it so. It is a
        stream on one snapshot of the file, which it releases when it ends or is closed.

        Args:
            subject: only about this one.
            attribute: only of this one.
            kind: only about subjects of this kind.
            restrictions: the filters of `state`; nothing recorded after `known_at` is reported.

        Raises:
            DateError: a date that cannot be read.
            ChronologyError: an invalid grade, position or number of seconds.
        """
        from chronology.questions import assertions

        with self._asking():
            filters = self._filters(subject, attribute, restrictions, kind=kind)
            yield from assertions.entries(self._connection, filters, fuzz=filters.fuzz)

    def position_known_at(self, known_at: KnownAt = None) -> int:
        """Return the position up to which a question reads the log: the head where nothing else is asked for.

        Args:
            known_at: as for `state`.

        Raises:
            DateError: a text or date-time that names no instant.
            ChronologyError: a position below 0.
        """
        with database.reading(self._connection):
            head = self._log.head()
            known = filtering.position_known_at(self._log, known_at)
            return head if known is None else min(known, head)
