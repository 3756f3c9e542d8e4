"""Folding the log into the projections, row by row in log order, in the caller's transaction."""

import sqlite3
from collections.abc import Iterable
from typing import Final

from chronology.errors import ChronologyError, IntegrityError, InvalidEventError
from chronology.events.identities import NO_MERGES, Identities, Merge
from chronology.events.recordings import noted
from chronology.events.records import Body, decode
from chronology.log.event_table import Log, Row
from chronology.log.redactions import declared
from chronology.projections import merges, recordings, references, segment_changes
from chronology.projections.claim_rows import (
    called_rows,
    check_upcast,
    claim_rows,
    reference_rows,
)
from chronology.projections.columns import NewClaim
from chronology.projections.recordings import Places
from chronology.projections.tables import VERSIONS
from chronology.projections.write_buffer import Pending
from chronology.vocabulary.event_types import DEFINED, MERGED, NOTED, REDACTED
from chronology.vocabulary.registry import Vocabulary

_CHANGES_IN_MIND: Final = 20_000
"""Changes that are kept until the end of a batch; beyond, memory would grow with it."""


class Fold:
    """Takes rows of the log and brings the projections up to them.

    Tables are found by name: `rebuild` folds into temporary ones, which stand before those of the file.
    """

    def __init__(
        self, log: Log, connection: sqlite3.Connection, vocabulary: Vocabulary, *, is_new: bool = False
    ) -> None:
        """Start with projections that are at the log's head, or empty, together with the vocabulary."""
        self._log = log
        self._connection = connection
        self.vocabulary = vocabulary
        self.identities = NO_MERGES if is_new else merges.known(connection)
        self._places = Places(log)
        self._pending = Pending(connection, is_new=is_new)
        self._any_noted = not is_new and recordings.any_noted(connection)
        self._position = 0
        self._withdrawals: dict[int, int | None] | None = None

    def take(self, rows: Iterable[Row]) -> None:
        """Fold rows, in order; what they contribute is written in batches, the rest by `update`."""
        for row in rows:
            self._take(row.position, decode(row.body))
        if self._pending.changes > _CHANGES_IN_MIND:
            self._update_segments()

    def update(self) -> None:
        """Write all that was taken, bring the segments up to it, and note the position of all projections."""
        self._update_segments()
        self._note_position()

    def _update_segments(self) -> None:
        self.flush()
        self._pending.update_segments()

    def rebuild(self, rows: Iterable[Row]) -> None:
        """Fold the whole log into empty projections, in memory that does not grow with it."""
        for row in rows:
            try:
                if row.body:
                    self._take(row.position, decode(row.body))
                else:
                    self.pass_over(row.position, withdrew=self._withdrawn_by(row.position))
            except (ChronologyError, LookupError, TypeError, ValueError, AttributeError) as exc:
                # Appending checks every event; only a body edited since, leaf and all, can fail here.
                raise IntegrityError(f"is not an event that the log took in: {exc}", position=row.position) from exc
        self.flush()
        segment_changes.rebuild(self._connection)
        self._note_position()

    def _take(self, position: int, body: Body) -> None:
        before = self.identities
        if withdrawn := body.retracts or body.replaces:
            self._withdraw(withdrawn, by=position)
        if body.type == DEFINED:
            self._define(position, body)
        if body.type == MERGED:
            self._merge(Merge(position, body.subject, body.data["with"]), self._places.code(body))
        if body.type == NOTED:
            self._note(body, by=position)
        rows = self._claims(position, body)
        if self.identities is not before:
            self._rename(before, by=position, ordinal=len(rows))
        spoken_of = reference_rows(position, body, self.vocabulary, claims=rows)
        self._position = position
        self._pending.add(position, rows, spoken_of, called_rows(position, body, rows))

    def _merge(self, merge: Merge, code: bytes | None) -> None:
        merges.insert(self._connection, merge, code)
        # One that another log recorded first need not be the latest.
        self.identities = self.identities.joined(merge) if code is None else merges.known(self._connection)

    def _withdrawn_by(self, position: int) -> int | None:
        if self._withdrawals is None:
            redactions = [declared(row.position, decode(row.body)) for row in self._log.of_type(REDACTED)]
            self._withdrawals = {redaction.position: redaction.withdrew for redaction in redactions}
        return self._withdrawals.get(position)

    def pass_over(self, position: int, *, withdrew: int | None) -> None:
        """Keep of a redacted event what its redaction declares: that it withdrew another, which stays withdrawn."""
        target = None if withdrew is None else self._log.by_position(withdrew)
        before = self.identities
        if target is not None:
            self._withdraw(target.id, by=position)
        if self.identities is not before:
            self._rename(before, by=position, ordinal=0)
        self._position = position

    def flush(self) -> None:
        """Write what is pending."""
        self._pending.write()

    def _lookup(self, event_id: str) -> tuple[int, Body] | None:
        row = self._log.by_id(event_id)
        if row is None:
            raise InvalidEventError([f"there is no event {event_id}"])
        return (row.position, decode(row.body)) if row.body else None

    def _claims(
        self,
        position: int,
        body: Body,
        *,
        vocabulary: Vocabulary | None = None,
        identities: Identities | None = None,
        known_from: int | None = None,
        ordinal: int = 0,
    ) -> list[NewClaim]:
        """Return the claims of an event, read by what is known now of types and names, or by what was known before."""
        same = self.identities if identities is None else identities
        first = recordings.of(self._connection, body.id or "") if self._any_noted else None
        body = body if first is None else first.applied(body)
        renamed, lookup = body, self._lookup
        if same:
            renamed = same.renamed(body)

            def lookup(event_id: str) -> tuple[int, Body] | None:
                known = self._lookup(event_id)
                return None if known is None else (known[0], same.renamed(known[1]))

        return claim_rows(
            position,
            renamed,
            self.vocabulary if vocabulary is None else vocabulary,
            lookup,
            known_from=known_from,
            ordinal=ordinal,
            tells=renamed.subject == body.subject,
            rank=self._places.code(body),
        )

    def _withdraw(self, event_id: str, *, by: int) -> None:
        known = self._lookup(event_id)
        if known is None:
            # A redacted event has nothing left that could be withdrawn.
            return
        position, body = known
        if body.type == MERGED:
            merges.withdraw(self._connection, position, by=by)
            self.identities = merges.known(self._connection)
        if self._pending.withdraw(position, by=by):
            return
        rows = self._claims(position, body)
        self._pending.end(
            by,
            tells=True,
            claims=rows,
            spoken_of=reference_rows(position, body, self.vocabulary),
            names_given=called_rows(position, body, rows),
        )

    def _define(self, position: int, body: Body) -> None:
        before = self.vocabulary
        self.vocabulary = before.with_type(body.data["schema"], trusted=True)
        name = body.subject.partition("/")[2]
        if name not in before or before.newest(name) == self.vocabulary.newest(name):
            return
        self.flush()
        self._reread(name, before, by=position)
        self.flush()

    def _reread(self, name: str, before: Vocabulary, *, by: int) -> None:
        """Read the live events of a type, and those that dispute them, by the type's new version."""
        ordinal = 0
        ids: set[str] = set()
        for row in self._log.read(until=by - 1):
            if not row.body:
                continue
            body = decode(row.body)
            if row.type != name and ids.isdisjoint(body.disputes):
                continue
            if row.type == name:
                ids.add(row.id)
                check_upcast(row.position, body, self.vocabulary)
            spoken_of = reference_rows(row.position, body, before)
            if references.withdrawn_by(self._connection, row.subject, row.position, valid=body.valid):
                continue
            new_references = reference_rows(row.position, body, self.vocabulary)
            references.delete(self._connection, set(spoken_of) - set(new_references))
            old = self._claims(row.position, body, vocabulary=before)
            new = self._claims(row.position, body, known_from=by, ordinal=ordinal)
            if [_content(r) for r in old] == [_content(r) for r in new]:
                self._pending.add(row.position, [], new_references[1:], [])
                continue
            self._pending.end(by, tells=False, claims=old, names_given=called_rows(row.position, body, old))
            self._pending.add(row.position, new, new_references, called_rows(row.position, body, new))
            ordinal += len(new)

    def _rename(self, before: Identities, *, by: int, ordinal: int) -> None:
        """Read the live events that use a name by what it means now, from a position on.

        They are read as if they had been written under the names that are kept. `ordinal` is that of the first claim.
        """
        self.flush()
        stale = dict.fromkeys(before.of(name) for name in before.differing(self.identities))
        for position in merges.naming(self._connection, list(stale)) if stale else ():
            row = self._log.by_position(position)
            if row is None or not row.body:
                raise IntegrityError("is missing, and claims of it are live", position=position)
            body = decode(row.body)
            ordinal += self._restate(position, body, self._claims(position, body, identities=before), by, ordinal)
        self.flush()

    def _note(self, body: Body, *, by: int) -> None:
        """Give events the place and day of statement of a recording of which a log learns, from a position on."""
        self.flush()
        ordinal = 0
        for event_id, found in noted(body):
            row = self._log.by_id(event_id)
            if row is None or not row.body:
                # Redacted meanwhile: nothing is left of it that could have a place.
                continue
            event = decode(row.body)
            old = self._claims(row.position, event)
            recordings.note(self._connection, event_id, found, by=by)
            self._any_noted = True
            if not references.withdrawn_by(self._connection, row.subject, row.position, valid=event.valid):
                ordinal += self._restate(row.position, event, old, by, ordinal)
        self.flush()

    def _restate(self, position: int, body: Body, old: list[NewClaim], by: int, ordinal: int) -> int:
        """Add the claims of an event, in their reading from a position on, after those before; return how many."""
        new = self._claims(position, body, known_from=by, ordinal=ordinal)
        if [_content(r) for r in old] == [_content(r) for r in new]:
            return 0
        self._pending.end(by, tells=False, claims=old)
        self._pending.add(position, new, reference_rows(position, body, self.vocabulary), [])
        return len(new)

    def _note_position(self) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO projection (name, version, position) VALUES (?, ?, ?)",
            [(name, version, self._position) for name, version in VERSIONS.items()],
        )


def _content(row: NewClaim) -> NewClaim:
    """Return a row without what says when it came to be read so."""
    return row._replace(key=0, known_from=0, tells=False)
