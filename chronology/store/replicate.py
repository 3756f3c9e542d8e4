"""Taking in how a log goes on elsewhere: the same rows at the same positions, judged like a stranger's.

They come from a shared log, or are the whole of a transcript. Where they are kept is not known here.
"""

import sqlite3
from collections.abc import Callable, Iterable, Iterator
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

Left = Callable[[int], Row | None]
"""Returns the row that the log which is taken in holds at a position, None where there is none."""


def _position(position: int) -> str:
    return f"at position {position}"


@frozen(kw_only=True)
class Replicated:
    """What came in: how many events, how many older ones were erased because a redaction came, and the head."""

    added: int
    erased: int
    head: int


def replicate(
    log: Log,
    connection: sqlite3.Connection,
    vocabulary: Vocabulary,
    rows: Iterable[Row],
    *,
    left: Left | None,
    progress: Progress | None,
    until: int | None,
    place: Callable[[int], str] = _position,
) -> Replicated:
    """Take in rows that continue a log, in the caller's transaction.

    Each is checked as if it were appended now, like an event in a stranger's store. Where a redaction comes in, the
    body that it declares erased is erased here too, but never on its word alone: any writer can make a
    declaration, so the log that it comes from must have lost that body itself.

    Args:
        log: which they continue.
        connection: of the log and its projections.
        vocabulary: of the log so far.
        rows: from the position after the head on; a stream.
        left: looks up what that log holds now; None where the rows are what it holds now, gaps and all.
        progress: called about every thousand events with how far it has got, of `until`.
        until: the last position that will come, if that is known.
        place: says where an event is, for people, given its position.

    Raises:
        IntegrityError: a row is not the next one, is not an event of a sound log, or declares redacted what that log
            still holds.
    """
    replica = _Replica(log, connection, vocabulary, left)
    replica.load(iter(rows), progress, until, place)
    return replica.finish()


class _Replica:
    def __init__(self, log: Log, connection: sqlite3.Connection, vocabulary: Vocabulary, left: Left | None) -> None:
        self._log, self._connection, self._vocabulary, self._left = log, connection, vocabulary, left
        self._head = log.head()
        self._erased = 0
        self._has_gaps = False

    def finish(self) -> Replicated:
        """Check what was loaded, and bring the projections up to it."""
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
        return Replicated(added=head - self._head, erased=self._erased, head=head)

    def load(
        self, rows: Iterator[Row], progress: Progress | None, until: int | None, place: Callable[[int], str]
    ) -> None:
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
                # Rows before the one that the database refused are there.
                refused = some[self._log.head() + 1 - some[0].position]
                known = self._log.by_id(refused.id)
                told = f"event {refused.id!r:.60} is already {place(known.position)}" if known else exc
                raise IntegrityError(f"cannot follow the event before it: {told}", position=refused.position) from exc
            if self._left and some[-1].type == REDACTED:
                self._erase(some[-1], self._left)
            if progress:
                progress(position, until or position)

    def _erase(self, declaration: Row, left: Left) -> None:
        try:
            redaction = declared(declaration.position, decode(declaration.body))
        except ChronologyError as exc:
            raise IntegrityError(f"declares no redaction: {exc}", position=declaration.position) from exc
        target = self._log.by_position(redaction.position)
        if target is None or not target.body or not _is_about(redaction, target):
            # Erased before, or a lie, which the check that follows finds.
            return
        self._check_redaction(redaction, target, left(target.position))
        self._erased += 1
        try:
            self._log.redact(target.position)
        except sqlite3.IntegrityError as exc:
            raise IntegrityError(f"redacts an event that the log needs: {exc}", position=declaration.position) from exc

    def _check_redaction(self, redaction: Redaction, target: Row, left: Row | None) -> None:
        """Refuse to erase what the other log still holds, and a declaration that lies of what was withdrawn."""
        if left is None or not redaction.matches(left):
            raise IntegrityError(
                f"declares event {target.id} (position {target.position}) redacted, which the shared log still holds",
                position=redaction.declared_at,
                hint="nothing was taken in or erased: ask who appended it, and the owner of the shared log",
            )
        body = decode(target.body)
        withdrawn = self._log.by_id(body.retracts or body.replaces or "")
        if redaction.withdrew != (withdrawn.position if withdrawn else None):
            raise IntegrityError(
                f"says that the event {target.id} had withdrawn position {redaction.withdrew}, which it had not",
                position=redaction.declared_at,
            )

    def _check(self) -> None:
        trusted = Trusted(head=self._head, vocabulary=self._vocabulary, is_withdrawn=self._was_withdrawn)
        for _ in ForeignLog(self._log, trusted=trusted).rows():
            pass

    def _was_withdrawn(self, target: Row) -> bool:
        return target.position <= self._head and _is_withdrawn(self._connection, target)


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
    valid = decode(row.body).valid
    return references.withdrawn_by(connection, row.subject, row.position, valid=valid) is not None
