"""Taking events in: completing, checking and encoding them, in the caller's transaction."""

import sqlite3
from collections.abc import Iterable, Iterator
from datetime import UTC, datetime
from typing import Final

import attrs
from attrs import frozen

from chronology.errors import DuplicateIdError, InvalidEventError, NotLiveError, UnknownNameError
from chronology.events import canonical
from chronology.events.faults import value_faults
from chronology.events.identities import Identities
from chronology.events.patterns import format_instant, is_subject
from chronology.events.records import Body, Event, as_dict, body_of, decode, encode, event_of, uuid7
from chronology.log.event_table import Log, Row
from chronology.projections import claims, references
from chronology.projections.fold import Fold
from chronology.store.checks import INSTEAD, Kinds, Remarks, check_defined, check_merged, gone, hint_for
from chronology.store.session import Randomness
from chronology.transparency.merkle import leaf_hash
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import (
    BOOKKEEPING,
    DEFINED,
    MERGED,
    NOTED,
    REDACTED,
    RETRACTED,
    own_source,
)
from chronology.vocabulary.registry import Vocabulary

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
            self._days[source] = claims.published_on(self._connection, identities.of(source))
        return self._days[source]

    def forget(self) -> None:
        """Look every day up again, for what the log says of sources has changed."""
        self._days.clear()


_EXPECTED: Final = 200


def in_parts(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield events in parts of some hundred."""
    some: list[Event] = []
    try:
        for event in events:
            some.append(event)
            if len(some) == _EXPECTED:
                yield some
                some = []
    except Exception:
        # What came before is judged first, as it would be one by one.
        yield some
        raise
    yield some


_MADE_BY: Final = {
    REDACTED: ("redacting", "`chronology redact ID --reason TEXT` erases an event's body"),
    NOTED: ("merging logs", "`chronology merge-log OTHER.db` takes in the log of another store"),
}
"""Types that only other verbs make, what these do, and how they are called."""

_FLUSH_ROWS: Final = 1_000
_ID_LENGTH: Final = 36


@frozen(kw_only=True)
class AppendResult:
    """The result of appending some events.

    Attributes:
        appended: how many are new in the log.
        unchanged: how many it already held, with the same content.
        first: position of the first new one, None if there is none.
        head: the log's newest position afterwards.
        clock_behind: seconds by which this machine's clock lags behind the log's last `recorded_at`; 0 if it does not.
        remarks: on events stated, or published by their source, before what they report; the first twenty.
    """

    appended: int
    unchanged: int
    first: int | None
    head: int
    clock_behind: float
    remarks: tuple[str, ...] = ()


class Batch:
    """Events on their way into the log, in one transaction: all or nothing."""

    def __init__(
        self,
        log: Log,
        connection: sqlite3.Connection,
        vocabulary: Vocabulary,
        *,
        now: datetime,
        randomness: Randomness,
    ) -> None:
        self._log = log
        self._connection = connection
        self._randomness = randomness
        self._start = log.head()
        self._head = self._start
        # The log's time never goes backwards; a clock that ran backwards is noted, not fatal.
        last = log.recorded_at(self._start)
        self._recorded_at = max(format_instant(now), last)
        self._instant = datetime.fromisoformat(self._recorded_at)
        self._clock_behind = (self._instant - now.astimezone(UTC)).total_seconds()
        self._fold = Fold(log, connection, vocabulary)
        # Whether more events can be added: not after a write has failed.
        self.is_sound = True
        self._pending: dict[str, Row] = {}
        self._withdrawn: set[int] = set()
        self._remarks = Remarks()
        self._published = Published(connection)
        self._unchanged = 0
        self._kinds = Kinds(connection)
        # Ids that the log surely does not hold.
        self._absent: set[str] = set()

    @property
    def vocabulary(self) -> Vocabulary:
        """The event types as defined by the log and this batch."""
        return self._fold.vocabulary

    def expected(self, events: Iterable[Event]) -> Iterator[Event]:
        """Yield events to be added, once it is known of some hundred at a time which the log holds already."""
        for some in in_parts(events):
            ids = (event.id for event in some if isinstance(event, Event) and isinstance(event.id, str))
            self._absent = self._log.absent(one for one in ids if len(one) == _ID_LENGTH)
            yield from some

    def add(self, event: Event) -> Row:
        """Take one event in and return its row; for an event that the log already holds, return the old row.

        A refused event leaves the batch unchanged, so the next one can be checked, unless `is_sound` has become false.

        Raises:
            InvalidEventError: everything that is wrong with it.
            UnknownNameError: its type, or an event that it names, does not exist.
            DuplicateIdError: its id is taken by other content.
            NotLiveError: what it retracts or replaces has already been withdrawn, or cannot be.
        """
        _check_values(event)
        known = self._find(event.id) if event.id else None
        if known is not None:
            self._check_same(event, known)
            self._unchanged += 1
            return known
        if event.type in _MADE_BY:
            act, hint = _MADE_BY[event.type]
            raise InvalidEventError(
                [f"type: an event of type {event.type} comes from {act}, and cannot be appended"], hint=hint
            )
        return self._admit(event)

    def declare(self, event: Event) -> Row:
        """Take in and write an event that declares a redaction; the caller then erases, in the same transaction.

        Raises:
            InvalidEventError: everything that is wrong with it.
        """
        _check_values(event)
        row = self._admit(event)
        self.flush()
        return row

    def _admit(self, event: Event) -> Row:
        if event.type in builtin.ADDED_LATER and event.type not in self.vocabulary:
            self._admit(builtin.definition(builtin.schema(event.type)))
        body = self._complete(event)
        self._check(body)
        return self._enter(body)

    def _enter(self, body: Body) -> Row:
        row = self._encode(body)
        self._pending[row.id] = row
        self._head = row.position
        if body.source:
            self._remarks.look_at(body, row.position, published=self._published.day(body.source, self._fold.identities))
        target = body.retracts or body.replaces
        withdrawn = self._find(target) if target else None
        if withdrawn:
            self._withdrawn.add(withdrawn.position)
        if (
            body.type == DEFINED
            or body.subject.startswith("source/")
            or (withdrawn and withdrawn.subject.startswith("source/"))
            or MERGED in (body.type, withdrawn and withdrawn.type)
        ):
            # Such an event, its withdrawal or a new version of a type may change the stated days of reports, and a
            # merge may be refused for an earlier one.
            self._published.forget()
            self.flush()
            self._fold.flush()
        if len(self._pending) >= _FLUSH_ROWS:
            self.flush()
            if len(self._withdrawn) >= _FLUSH_ROWS:
                # From now on, the projections tell what was withdrawn.
                self._fold.flush()
                self._withdrawn.clear()
        return row

    def flush(self) -> None:
        """Write what is pending to the log, and fold it into all projections but state."""
        if not self._pending:
            return
        rows = list(self._pending.values())
        self.is_sound = False
        self._log.append(rows)
        self._absent.difference_update(self._pending)
        self._fold.take(rows)
        self._pending.clear()
        self.is_sound = True

    def finish(self) -> AppendResult:
        """Write what is left and bring the state projection up to the head."""
        self.flush()
        if self._head > self._start:
            self._fold.update()
        return AppendResult(
            appended=self._head - self._start,
            unchanged=self._unchanged,
            first=self._start + 1 if self._head > self._start else None,
            head=self._head,
            clock_behind=max(0.0, self._clock_behind),
            remarks=self._remarks.told(),
        )

    def _find(self, event_id: str) -> Row | None:
        if event_id in self._pending:
            return self._pending[event_id]
        return None if event_id in self._absent else self._log.by_id(event_id)

    def _named(self, what: str, event_id: str) -> tuple[Row, Body]:
        row = self._find(event_id)
        if row is None:
            raise UnknownNameError(what, event_id, (), hint="`chronology log` lists the events")
        if not row.body:
            raise gone(row)
        return row, decode(row.body)

    def _check_same(self, event: Event, known: Row) -> None:
        if not known.body:
            raise gone(known)
        old = decode(known.body)
        # What the log itself filled in does not count as a difference.
        filled = {name: getattr(old, name) for name in ("type_version", "stated") if getattr(event, name) is None}
        if event.source is None:
            filled["source"] = own_source(event)
        if event.type == RETRACTED and not event.subject:
            filled["subject"] = old.subject
        new = attrs.evolve(event, **filled, recorded_by=old.recorded_by)
        if canonical.encode(as_dict(new)) != canonical.encode(as_dict(event_of(old))):
            raise DuplicateIdError(known.id, known.position)

    def _complete(self, event: Event) -> Body:
        event_id, subject, stated, version = event.id, event.subject, event.stated, event.type_version
        if version is None:
            bootstrap = event.type == DEFINED and DEFINED not in self.vocabulary
            version = 1 if bootstrap else self.vocabulary.newest(event.type).version
        if event_id is None:
            milliseconds = max(0, int(self._instant.timestamp() * 1000))
            event_id = uuid7(milliseconds, self._randomness(10))
        if event.type == RETRACTED and event.retracts and not subject:
            subject = self._named("event", event.retracts)[1].subject
        source = own_source(event) if event.source is None else event.source
        if stated is None and source is not None:
            stated = self._published.day(source, self._fold.identities)
        return body_of(
            event,
            nonce=self._randomness(16).hex(),
            recorded_at=self._recorded_at,
            event_id=event_id,
            subject=subject,
            source=source,
            stated=stated,
            type_version=version,
        )

    def _check(self, body: Body) -> None:
        if faults := self.vocabulary.event_faults(body) + self._kinds.faults(body, self.vocabulary):
            raise InvalidEventError(faults, hint=hint_for(body, faults))
        self._check_in_log(body, self._fold.identities)

    def _check_in_log(self, body: Body, identities: Identities) -> None:
        """Check an event against the log: the type it defines, the subjects it merges, the events it names."""
        if body.type == DEFINED:
            check_defined(body, self.vocabulary)
        if body.type == MERGED:
            check_merged(body, identities)
        for target in body.disputes:
            self._named("disputed event", target)
        withdrawn = body.retracts or body.replaces
        if withdrawn:
            self._check_withdrawal(body, *self._named("event", withdrawn))

    def _check_withdrawal(self, event: Body, target: Row, body: Body) -> None:
        if body.type in BOOKKEEPING:
            raise NotLiveError(
                f"event {target.id} is of type {body.type}, which cannot be withdrawn",
                hint=INSTEAD.get(body.type),
            )
        if event.merged_from is None:
            # Of two logs, each can have withdrawn an event before one took in the other's.
            self._check_live(target, body)
        if event.type == RETRACTED and event.subject != target.subject:
            raise InvalidEventError([f"subject: a retraction must have its target's subject, {target.subject!r}"])

    def _check_live(self, target: Row, body: Body) -> None:
        by = None
        if target.id not in self._pending:
            by = references.withdrawn_by(self._connection, target.subject, target.position, valid=body.valid)
        if by is not None or target.position in self._withdrawn:
            # Positions that this batch gave are rolled back with it, so they mean nothing to the reader.
            stays = by is not None and by <= self._start
            where = f" by the event at position {by}" if stays else " by an earlier event of this batch"
            raise NotLiveError(
                f"event {target.id} (position {target.position}) was already withdrawn{where}",
                hint=f"`chronology show {by}` shows it" if stays else None,
            )

    def _encode(self, body: Body) -> Row:
        text = encode(body)
        if len(text) > canonical.MAX_BYTES:
            raise InvalidEventError(
                [f"the body is {len(text):,} bytes long, and the maximum is {canonical.MAX_BYTES:,}"],
                hint="keep long texts in a file, and name it with a locator",
            )
        position = self._head + 1
        return Row(position, body.id or "", body.type, body.subject, self._recorded_at, text, leaf_hash(text))


def _check_values(event: Event) -> None:
    if faults := value_faults(event):
        raise InvalidEventError(faults, hint="the parts of an event are texts, and its data is a mapping")
