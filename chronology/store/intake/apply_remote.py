"""Taking in how a shared log goes on: the same rows at the same positions, judged like a stranger's.

Who else writes to the log, and where it is kept, is not known here.
"""

import sqlite3
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import Final

from attrs import frozen

from chronology.errors import ChronologyError, IntegrityError
from chronology.events.records import decode
from chronology.evidence.soundness import ForeignLog, Trusted
from chronology.log.event_table import Log, Row
from chronology.log.redactions import Redaction, declared
from chronology.projections import rebuild, references, search_index
from chronology.projections.fold import Fold
from chronology.projections.rebuild import Progress
from chronology.vocabulary.event_types import REDACTED
from chronology.vocabulary.registry import Vocabulary

_AT_ONCE: Final = 1_000


@frozen(kw_only=True)
class Extended:
    """What came in: how many events, how many older ones were erased because a redaction came, and the head."""

    added: int
    erased: int
    head: int


def extend(
    log: Log,
    connection: sqlite3.Connection,
    vocabulary: Vocabulary,
    rows: Iterable[Row],
    *,
    progress: Progress | None,
    until: int | None,
) -> Extended:
    """Take in rows that continue a log, in the caller's transaction.

    Args:
        log: which they continue.
        connection: of the log and its projections.
        vocabulary: of the log so far.
        rows: from the position after the head on; a stream.
        progress: told after every thousand events how far it has got, of `until`.
        until: the last position that will come, if that is known.

    Raises:
        IntegrityError: a row is not the next one, or is not an event of a sound log.
    """
    return _Extension(log, connection, vocabulary, progress, until).take(rows)


class _Extension:
    def __init__(
        self,
        log: Log,
        connection: sqlite3.Connection,
        vocabulary: Vocabulary,
        progress: Progress | None,
        until: int | None,
    ) -> None:
        self._log, self._connection, self._vocabulary = log, connection, vocabulary
        self._progress, self._until = progress, until
        self._head = log.head()
        # Of events erased here: whether they were withdrawn before, which nothing else tells any more.
        self._erased: dict[int, bool] = {}
        self._has_gaps = False

    def take(self, rows: Iterable[Row]) -> Extended:
        self._load(iter(rows))
        self._check()
        head = self._log.head()
        if self._erased or self._has_gaps or not self._head:
            # No answer, for any known_at, may still contain what was erased; of an empty store, it is the quickest.
            rebuild.replay(self._log, self._connection)
            for place in search_index.PLACES:
                search_index.drop(self._connection, place)
        elif head > self._head:
            fold = Fold(self._log, self._connection, self._vocabulary)
            incoming = self._log.read(after=self._head)
            while some := list(islice(incoming, _AT_ONCE)):
                fold.take(some)
            fold.update()
        return Extended(added=head - self._head, erased=len(self._erased), head=head)

    def _load(self, rows: Iterator[Row]) -> None:
        """Write rows into the log, and erase what they declare redacted while the declaration is the newest event."""
        position = self._head
        while some := list(_up_to_redaction(islice(rows, _AT_ONCE))):
            for row in some:
                position += 1
                self._has_gaps = self._has_gaps or not row.body
                if row.position != position:
                    raise IntegrityError(
                        f"is missing: the event at position {row.position} came instead", position=position
                    )
            try:
                self._log.append(some)
            except sqlite3.IntegrityError as exc:
                refused = self._log.head() + 1
                raise IntegrityError(f"cannot follow the event before it: {exc}", position=refused) from exc
            if some[-1].type == REDACTED:
                self._erase(some[-1])
            if self._progress:
                self._progress(position, self._until or position)

    def _erase(self, declaration: Row) -> None:
        try:
            redaction = declared(declaration.position, decode(declaration.body))
        except ChronologyError as exc:
            raise IntegrityError(f"declares no redaction: {exc}", position=declaration.position) from exc
        target = self._log.by_position(redaction.position)
        if target is None or not target.body or not _is_about(redaction, target):
            # Erased before, or a lie, which the check that follows finds.
            return
        known = target.position <= self._head
        self._erased[target.position] = known and _is_withdrawn(self._connection, target)
        try:
            self._log.redact(target.position)
        except sqlite3.IntegrityError as exc:
            raise IntegrityError(f"redacts what no log can do without: {exc}", position=declaration.position) from exc

    def _check(self) -> None:
        trusted = Trusted(head=self._head, vocabulary=self._vocabulary, is_withdrawn=self._was_withdrawn)
        for _ in ForeignLog(self._log, trusted=trusted).rows():
            pass

    def _was_withdrawn(self, target: Row) -> bool:
        if target.position > self._head:
            return False
        known = self._erased.get(target.position)
        return _is_withdrawn(self._connection, target) if known is None else known


def _up_to_redaction(some: Iterable[Row]) -> Iterator[Row]:
    """Yield rows up to the first that declares a redaction."""
    for row in some:
        yield row
        if row.type == REDACTED:
            return


def _is_about(redaction: Redaction, row: Row) -> bool:
    return (redaction.event, redaction.leaf, redaction.recorded_at) == (row.id, row.leaf, row.recorded_at)


def _is_withdrawn(connection: sqlite3.Connection, row: Row) -> bool:
    """Tell whether an event that the projections hold was withdrawn."""
    if not row.body:
        return True
    valid = decode(row.body).valid
    return references.withdrawn_by(connection, row.subject, row.position, valid=valid) is not None
