"""Folding the log into the projections, row by row in log order, in the transaction of whoever calls."""

import sqlite3
from collections import defaultdict
from collections.abc import Iterable

from chronology.answers.resolve import Role
from chronology.errors import ChronologyError, IntegrityError, InvalidEventError
from chronology.events.records import Body, decode
from chronology.log.event_table import Log, Row
from chronology.log.redactions import declared
from chronology.projections import assertion_changes, references, state_changes
from chronology.projections.assertion import Group
from chronology.projections.assertion_changes import Change
from chronology.projections.derive import AssertionRow, MentionRow, assertion_rows, mention_rows
from chronology.projections.tables import VERSIONS
from chronology.vocabulary.event_types import DEFINED, REDACTED
from chronology.vocabulary.registry import Vocabulary

_PENDING_ROWS = 1_000

_AFFIRMS = Role.AFFIRMS.value

_CHANGES_IN_MIND = 100_000
"""Changes that are kept until the end of a batch; beyond, memory would grow with it."""


class Fold:
    """Takes rows of the log and brings the projections up to them.

    Tables are found by name: `rebuild` folds into temporary ones, which stand before those of the file.
    """

    def __init__(self, log: Log, connection: sqlite3.Connection, vocabulary: Vocabulary) -> None:
        """Start with projections that are at the log's head, or empty together with the vocabulary."""
        self._log = log
        self._connection = connection
        self.vocabulary = vocabulary
        self._assertions: list[AssertionRow] = []
        self._mentions: list[MentionRow] = []
        # What came and went, by group, since state was last brought up; None where all of it is to be made anew.
        self._touched: defaultdict[Group, list[Change]] | None = defaultdict(list)
        self._changes = self._position = self._written = 0
        self._withdrawals: dict[int, int | None] | None = None

    def take(self, rows: Iterable[Row]) -> None:
        """Fold rows, in order, into all projections but state, which `update` brings up."""
        for row in rows:
            self._take(row.position, decode(row.body))
        self._flush()
        if self._touched is not None and self._changes > _CHANGES_IN_MIND:
            self._forget()

    def _forget(self) -> None:
        """Keep no longer in mind what came and went, in a batch that changes very much."""
        self._changes = 0
        if self._touched and not state_changes.are_most(self._connection, len(self._touched)):
            state_changes.update(self._connection, self._touched)
            self._touched.clear()
        else:
            self._touched = None

    def update(self) -> None:
        """Bring state up to all that was taken, and note the position of all projections."""
        if self._touched is None:
            state_changes.renew(self._connection)
        else:
            state_changes.update(self._connection, self._touched)
        self._note_position()

    def rebuild(self, rows: Iterable[Row]) -> None:
        """Fold the whole log into empty projections, in memory that does not grow with it."""
        self._touched = None
        for row in rows:
            try:
                if row.body:
                    self._take(row.position, decode(row.body))
                else:
                    self._pass_over(row.position)
            except (ChronologyError, LookupError, TypeError, ValueError, AttributeError) as exc:
                # Appending checks every event; only a body edited since, leaf and all, can fail here.
                raise IntegrityError(f"is no event that the log took in: {exc}", position=row.position) from exc
        self._flush()
        state_changes.rebuild(self._connection)
        self._note_position()

    def _take(self, position: int, body: Body) -> None:
        if withdrawn := body.retracts or body.replaces:
            self._withdraw(withdrawn, by=position)
        if body.type == DEFINED:
            self._define(position, body)
        rows = assertion_rows(position, body, self.vocabulary, self._lookup, known_from=position)
        self._assertions += rows
        self._mentions += mention_rows(position, body, self.vocabulary)
        self._position = position
        if len(self._mentions) >= _PENDING_ROWS:
            self._flush()
        self._note(rows)

    def _note(self, came: Iterable[AssertionRow]) -> None:
        """Keep in mind which groups new assertions change."""
        if self._touched is not None:
            for row in came:
                self._touched[row.subject, row.attribute].append(_arrival(row))
                self._changes += 1

    def _pass_over(self, position: int) -> None:
        """Keep of a redacted event what its redaction declares: that it withdrew another, which stays withdrawn."""
        if self._withdrawals is None:
            redactions = [declared(row.position, decode(row.body)) for row in self._log.of_type(REDACTED)]
            self._withdrawals = {redaction.position: redaction.withdrew for redaction in redactions}
        withdrew = self._withdrawals.get(position)
        target = None if withdrew is None else self._log.by_position(withdrew)
        if target is not None:
            self._withdraw(target.id, by=position)
        self._position = position

    def _flush(self) -> None:
        """Write what is pending; a position that is not above `_written` was written in this or an earlier run."""
        assertion_changes.insert(self._connection, self._assertions)
        references.insert(self._connection, self._mentions)
        self._assertions.clear()
        self._mentions.clear()
        self._written = self._position

    def _lookup(self, event_id: str) -> tuple[int, Body] | None:
        row = self._log.by_id(event_id)
        if row is None:
            raise InvalidEventError([f"there is no event {event_id}"])
        return (row.position, decode(row.body)) if row.body else None

    def _withdraw(self, event_id: str, *, by: int) -> None:
        known = self._lookup(event_id)
        if known is None:
            # A redacted event has nothing left that could be withdrawn.
            return
        position, body = known
        if position > self._written:
            self._flush()
        subjects = [row.subject for row in mention_rows(position, body, self.vocabulary)]
        references.withdraw(self._connection, subjects, position, by=by)
        self._end(position, by=by)

    def _end(self, position: int, *, by: int) -> None:
        """End what the event at a position asserts."""
        went = assertion_changes.withdraw(self._connection, position, by=by)
        if self._touched is not None:
            for group, change in went:
                self._touched[group].append(change)
                self._changes += 1

    def _define(self, position: int, body: Body) -> None:
        before = self.vocabulary
        self.vocabulary = before.with_type(body.data["schema"], trusted=True)
        name = body.subject.partition("/")[2]
        if name not in before or before.newest(name) == self.vocabulary.newest(name):
            return
        self._flush()
        self._reread(name, before, by=position)

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
            if references.withdrawn_by(self._connection, row.subject, row.position) is not None:
                continue
            old_mentions = mention_rows(row.position, body, before)
            new_mentions = mention_rows(row.position, body, self.vocabulary)
            if old_mentions != new_mentions:
                references.replace(self._connection, old_mentions, new_mentions)
            new = assertion_rows(row.position, body, self.vocabulary, self._lookup, known_from=by, ordinal=ordinal)
            old = assertion_changes.live_rows(self._connection, row.position)
            if [_content(r) for r in old] == [_content(r) for r in new]:
                continue
            self._end(row.position, by=by)
            assertion_changes.insert(self._connection, new)
            ordinal += len(new)
            self._note(new)

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


def _arrival(row: AssertionRow) -> Change:
    opposes = row.role != _AFFIRMS or row.disputes is not None
    return Change(True, row.start_min, row.start_max, row.end_max, row.extent_end, opposes)


def _content(row: AssertionRow) -> AssertionRow:
    """Return a row without what says when it came to be read so."""
    return row._replace(key=0, known_from=0)
