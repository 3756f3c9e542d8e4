"""Folding the log into the projections, row by row in log order, in the transaction of whoever calls."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from typing import Any, Final

from chronology.errors import ChronologyError, IntegrityError, InvalidEventError
from chronology.events.identities import NO_MERGES, Identities, Merge
from chronology.events.records import Body, decode
from chronology.log.event_table import Log, Row
from chronology.log.redactions import declared
from chronology.projections import called, claim_changes, merges, names, references, segment_changes
from chronology.projections.claim_changes import Withdrawal
from chronology.projections.claims import Group
from chronology.projections.derive import CalledRow, ClaimRow, ReferenceRow, called_rows, claim_rows, reference_rows
from chronology.projections.places import Places
from chronology.projections.segment_changes import Change, change_of
from chronology.projections.tables import ORDINAL_BITS, VERSIONS
from chronology.vocabulary.event_types import DEFINED, MERGED, REDACTED
from chronology.vocabulary.registry import Vocabulary

_Rows = tuple[list[ClaimRow], list[ReferenceRow], list[CalledRow]]

_PENDING_ROWS: Final = 20_000
"""Events and rows that are kept until they are written in the order of the tables: the more, the fewer pages for each.

Events alone are no measure of memory: a position on a map makes one row, an incident twenty.
"""

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
        # Rows that are not written yet, by position of their event; and what ends rows that are.
        self._pending: dict[int, _Rows] = {}
        self._ended: list[tuple[int, bool, ClaimRow]] = []
        self._gone: list[tuple[int, ReferenceRow]] = []
        self._unnamed: list[tuple[int, CalledRow]] = []
        # What came and went, by group, since segments were last brought up.
        self._touched: defaultdict[Group, list[Change]] = defaultdict(list)
        self._places = Places(log)
        self._is_new = is_new
        self._size = self._changes = self._position = 0
        self._withdrawals: dict[int, int | None] | None = None

    def take(self, rows: Iterable[Row]) -> None:
        """Fold rows, in order; what they contribute is written by and by, all of it by `update`."""
        for row in rows:
            self._take(row.position, decode(row.body))
        if self._changes > _CHANGES_IN_MIND:
            self._update_segments()

    def update(self) -> None:
        """Write all that was taken, bring the segments up to it, and note the position of all projections."""
        self._update_segments()
        self._note_position()

    def _update_segments(self) -> None:
        self.flush()
        segment_changes.update(self._connection, self._touched)
        self._touched.clear()
        self._changes = 0

    def rebuild(self, rows: Iterable[Row]) -> None:
        """Fold the whole log into empty projections, in memory that does not grow with it."""
        for row in rows:
            try:
                if row.body:
                    self._take(row.position, decode(row.body))
                else:
                    self._pass_over(row.position)
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
        rows = self._claims(position, body)
        if self.identities is not before:
            self._rename(before, by=position, ordinal=len(rows))
        spoken_of = reference_rows(position, body, self.vocabulary, claims=rows)
        self._position = position
        self._keep(position, rows, spoken_of, called_rows(position, body, rows))

    def _keep(self, position: int, *rows: *_Rows) -> None:
        """Keep the rows of an event until there are enough to be written together."""
        self._pending[position] = rows
        self._size += 1 + len(rows[0]) + len(rows[1]) + len(rows[2])
        if self._size >= _PENDING_ROWS:
            self.flush()

    def _merge(self, merge: Merge, code: bytes | None) -> None:
        merges.insert(self._connection, merge, code)
        # One that another log recorded first need not be the latest.
        self.identities = self.identities.joined(merge) if code is None else merges.known(self._connection)

    def _pass_over(self, position: int) -> None:
        """Keep of a redacted event what its redaction declares: that it withdrew another, which stays withdrawn."""
        if self._withdrawals is None:
            redactions = [declared(row.position, decode(row.body)) for row in self._log.of_type(REDACTED)]
            self._withdrawals = {redaction.position: redaction.withdrew for redaction in redactions}
        withdrew = self._withdrawals.get(position)
        target = None if withdrew is None else self._log.by_position(withdrew)
        before = self.identities
        if target is not None:
            self._withdraw(target.id, by=position)
        if self.identities is not before:
            self._rename(before, by=position, ordinal=0)
        self._position = position

    def flush(self) -> None:
        """Write what is pending; names are numbered in the order in which the log uses them."""
        numbers = names.number(self._connection, self._names())
        self._end(numbers)
        rows = [row for some, _, _ in self._pending.values() for row in some]
        claims = [claim_changes.numbered(row, numbers) for row in rows]
        claim_changes.insert(self._connection, claims)
        spoken_of = [(numbers[row[0]], *row[1:]) for _, some, _ in self._pending.values() for row in some]
        references.insert(self._connection, spoken_of)
        called.insert(self._connection, (row for _, _, some in self._pending.values() for row in some), numbers)
        self._pending.clear()
        self._size = 0
        if not self._is_new:
            for row, written in zip(rows, claims, strict=True):
                if row.known_until is None:
                    self._touched[written[:2]].append(change_of(row, came=True))
            self._changes += len(claims)

    def _names(self) -> Iterator[str]:
        """Yield the names in what is pending, in order of use; what is ended has its numbers already."""
        for rows, spoken_of, _ in self._pending.values():
            for row in rows:
                yield row.subject
                yield row.attribute
                yield row.source
                if row.origin is not None:
                    yield row.origin
            for one in spoken_of:
                yield one.subject
        for _, _, row in self._ended:
            yield row.subject
            yield row.attribute
        for _, one in self._gone:
            yield one.subject

    def _end(self, numbers: Mapping[Any, Any]) -> None:
        """End claims and references that are written, before others of the same event may take their places."""
        ended: list[Withdrawal] = []
        for by, tells, row in self._ended:
            subject, attribute = numbers[row.subject], numbers[row.attribute]
            position = row.key >> ORDINAL_BITS if row.position is None else row.position
            ended.append(Withdrawal(by, tells, subject, attribute, row.start_min, position))
            if not self._is_new:
                self._touched[subject, attribute].append(change_of(row, came=False))
                self._changes += 1
        claim_changes.withdraw(self._connection, ended)
        references.withdraw(self._connection, [(by, numbers[row.subject], row.position) for by, row in self._gone])
        called.withdraw(self._connection, self._unnamed, numbers)
        self._ended.clear()
        self._gone.clear()
        self._unnamed.clear()

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
    ) -> list[ClaimRow]:
        """Return the claims of an event, read by what is known now of types and names, or by what was known before."""
        same = self.identities if identities is None else identities
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
        if position in self._pending:
            rows, spoken_of, names_given = self._pending[position]
            # It can have been withdrawn in two logs: the first withdrawal that this one recorded ends it.
            rows[:] = [row._replace(known_until=row.known_until or by) for row in rows]
            spoken_of[:] = [row._replace(known_until=row.known_until or by) for row in spoken_of]
            names_given[:] = [row._replace(known_until=row.known_until or by) for row in names_given]
            return
        rows = self._claims(position, body)
        self._ended += [(by, True, row) for row in rows]
        self._gone += [(by, row) for row in reference_rows(position, body, self.vocabulary)]
        self._unnamed += [(by, row) for row in called_rows(position, body, rows)]

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
                self._check_upcast(row.position, body)
            spoken_of = reference_rows(row.position, body, before)
            if references.withdrawn_by(self._connection, row.subject, row.position, valid=body.valid):
                continue
            new_references = reference_rows(row.position, body, self.vocabulary)
            references.delete(self._connection, set(spoken_of) - set(new_references))
            old = self._claims(row.position, body, vocabulary=before)
            new = self._claims(row.position, body, known_from=by, ordinal=ordinal)
            if [_content(r) for r in old] == [_content(r) for r in new]:
                self._keep(row.position, [], new_references[1:], [])
                continue
            self._ended += [(by, False, r) for r in old]
            self._unnamed += [(by, r) for r in called_rows(row.position, body, old)]
            ordinal += len(new)
            self._keep(row.position, new, new_references, called_rows(row.position, body, new))

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
            old = self._claims(position, body, identities=before)
            new = self._claims(position, body, known_from=by, ordinal=ordinal)
            if [_content(r) for r in old] == [_content(r) for r in new]:
                continue
            self._ended += [(by, False, r) for r in old]
            ordinal += len(new)
            self._keep(position, new, reference_rows(position, body, self.vocabulary), [])
        self.flush()

    def _check_upcast(self, position: int, body: Body) -> None:
        version = self.vocabulary.newest(body.type)
        data = self.vocabulary.upcast(body.type, body.type_version or 1, body.data)
        if faults := version.faults(data):
            raise InvalidEventError([f"x-upcast of the event at position {position}: {fault}" for fault in faults])

    def _note_position(self) -> None:
        self._connection.executemany(
            "INSERT OR REPLACE INTO projection (name, version, position) VALUES (?, ?, ?)",
            [(name, version, self._position) for name, version in VERSIONS.items()],
        )


def _content(row: ClaimRow) -> ClaimRow:
    """Return a row without what says when it came to be read so."""
    return row._replace(key=0, position=None, tells=False)
