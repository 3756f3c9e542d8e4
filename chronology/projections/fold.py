"""Folding the log into the projections, row by row in log order, in the caller's transaction."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from operator import itemgetter
from typing import Final, NamedTuple

from chronology.errors import ChronologyError, IntegrityError, InvalidEventError
from chronology.events.identities import NO_MERGES, Identities, Merge
from chronology.events.recordings import noted
from chronology.events.records import Body, decode
from chronology.log.event_table import Log, Row
from chronology.log.redactions import declared
from chronology.projections import columns, merges, name_index, names, recordings, references, segment_changes
from chronology.projections.claim_rows import (
    CalledRow,
    ReferenceRow,
    called_rows,
    check_upcast,
    claim_rows,
    reference_rows,
)
from chronology.projections.claims import Group
from chronology.projections.columns import ORDINAL_BITS, NewClaim
from chronology.projections.recordings import Places
from chronology.projections.segment_changes import Change, change_of
from chronology.projections.tables import VERSIONS
from chronology.vocabulary.event_types import DEFINED, MERGED, NOTED, REDACTED
from chronology.vocabulary.registry import Vocabulary


class Withdrawal(NamedTuple):
    """What finds the claims of one event in one group, and how they end.

    Attributes:
        by: the position that withdraws them.
        tells: 0 where the event is still live, and `reference` tells from now on whom it is about.
    """

    by: int
    tells: int
    subject: int
    attribute: int
    start_min: int
    position: int


def insert(connection: sqlite3.Connection, rows: Iterable[NewClaim], numbers: Mapping[str, int]) -> None:
    """Write new rows, with numbers for their names; in order, so that each page is written once."""
    written = [columns.numbered(row, numbers) for row in rows]
    connection.executemany(columns.INSERT, sorted(written, key=columns.IN_ORDER))


def withdraw(connection: sqlite3.Connection, withdrawals: Sequence[Withdrawal]) -> None:
    """End live claims."""
    connection.executemany(
        f"""
        UPDATE claim
        SET known_until = ?, tells = tells AND ?
        WHERE subject = ? AND attribute = ? AND start_min = ? AND known_until IS NULL
            AND ifnull(position, key >> {ORDINAL_BITS}) = ?
        """,
        sorted(withdrawals, key=itemgetter(2, 3, 4, 5)),
    )


_MOST_ROWS: Final = 20_000
"""Events and rows that are kept until they are written: the more, the fewer pages for each.

Events alone are no measure of memory: a position on a map makes one row, an incident twenty.
"""


class Pending:
    """What events contribute, what ends rows that are written, and the groups that both touch."""

    def __init__(self, connection: sqlite3.Connection, *, is_new: bool) -> None:
        """Start with nothing; tables that are new get their segments when they are whole."""
        self._connection, self._is_new = connection, is_new
        self._rows: dict[int, tuple[list[NewClaim], list[ReferenceRow], list[CalledRow]]] = {}
        self._ended: list[tuple[int, bool, NewClaim]] = []
        self._gone: list[tuple[int, ReferenceRow]] = []
        self._unnamed: list[tuple[int, CalledRow]] = []
        # What came and went, by group, since segments were last brought up; and how much that is.
        self._touched: defaultdict[Group, list[Change]] = defaultdict(list)
        self.changes = self._size = 0

    def add(
        self, position: int, claims: list[NewClaim], spoken_of: list[ReferenceRow], names_given: list[CalledRow]
    ) -> None:
        """Take the rows of the event at a position, in the place of those that were to be written for it."""
        self._rows[position] = claims, spoken_of, names_given
        self._size += 1 + len(claims) + len(spoken_of) + len(names_given)
        if self._size >= _MOST_ROWS:
            self.write()

    def end(
        self,
        by: int,
        *,
        tells: bool,
        claims: list[NewClaim],
        spoken_of: list[ReferenceRow] | None = None,
        names_given: list[CalledRow] | None = None,
    ) -> None:
        """End rows that are written, by a position; `tells` as in `Withdrawal`."""
        self._ended += [(by, tells, row) for row in claims]
        self._gone += [(by, row) for row in spoken_of or ()]
        self._unnamed += [(by, row) for row in names_given or ()]

    def withdraw(self, position: int, *, by: int) -> bool:
        """End what the event at a position contributes, if that is not written yet; tell whether it was not.

        It can have been withdrawn in two logs: the first withdrawal that this one recorded ends it.
        """
        if position not in self._rows:
            return False
        claims, spoken_of, names_given = self._rows[position]
        claims[:] = [row._replace(known_until=row.known_until or by) for row in claims]
        spoken_of[:] = [row._replace(known_until=row.known_until or by) for row in spoken_of]
        names_given[:] = [row._replace(known_until=row.known_until or by) for row in names_given]
        return True

    def write(self) -> None:
        """Write everything; names are numbered in the order in which the log uses them."""
        numbers = names.number(self._connection, self._names())
        self._end(numbers)
        rows = [row for some, _, _ in self._rows.values() for row in some]
        insert(self._connection, rows, numbers)
        spoken_of = [(numbers[row[0]], *row[1:]) for _, some, _ in self._rows.values() for row in some]
        references.insert(self._connection, spoken_of)
        name_index.insert(self._connection, (row for _, _, some in self._rows.values() for row in some), numbers)
        self._rows.clear()
        self._size = 0
        if not self._is_new:
            for row in rows:
                if row.known_until is None:
                    self._touched[numbers[row.subject], numbers[row.attribute]].append(change_of(row, came=True))
            self.changes += len(rows)

    def update_segments(self) -> None:
        """Bring the segments up to what was written."""
        segment_changes.update(self._connection, self._touched)
        self._touched.clear()
        self.changes = 0

    def _names(self) -> Iterator[str]:
        """Yield the names in what is pending, in order of use; what is ended has its numbers already."""
        for rows, spoken_of, _ in self._rows.values():
            for row in rows:
                yield row.subject
                yield row.attribute
                yield row.source
                yield row.origin
            for one in spoken_of:
                yield one.subject
        for _, _, row in self._ended:
            yield row.subject
            yield row.attribute
        for _, one in self._gone:
            yield one.subject

    def _end(self, numbers: Mapping[str, int]) -> None:
        """End claims and references that are written, before others of the same event may take their places."""
        ended: list[Withdrawal] = []
        for by, tells, row in self._ended:
            subject, attribute = numbers[row.subject], numbers[row.attribute]
            ended.append(Withdrawal(by, tells, subject, attribute, row.start_min, row.position))
            if not self._is_new:
                self._touched[subject, attribute].append(change_of(row, came=False))
                self.changes += 1
        withdraw(self._connection, ended)
        references.withdraw(self._connection, [(by, numbers[row.subject], row.position) for by, row in self._gone])
        name_index.withdraw(self._connection, self._unnamed, numbers)
        self._ended.clear()
        self._gone.clear()
        self._unnamed.clear()


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
