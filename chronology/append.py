"""Taking events in: completing, checking and encoding them, in the transaction of whoever calls."""

import sqlite3
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any, Final

import attrs
import msgspec
from attrs import frozen

from chronology import canonical
from chronology.definitions import check_definition
from chronology.errors import DuplicateIdError, InvalidEventError, NotLiveError, UnknownNameError, nearest
from chronology.event_types import BOOKKEEPING, DEFINED, RETRACTED
from chronology.events import (
    Body,
    Event,
    as_dict,
    decode,
    encode,
    form_faults,
    format_instant,
    is_day,
    thaw,
    uuid7,
)
from chronology.log import Log, Row
from chronology.merkle import leaf_hash
from chronology.projections import assertion, mention
from chronology.projections.assertion import Group
from chronology.projections.fold import Fold
from chronology.vocabulary import Vocabulary

Randomness = Callable[[int], bytes]
"""Gives as many random bytes as asked for: `os.urandom`, or something repeatable."""

PUBLISHED: Final = "published"
"""The attribute of a source from which `stated` is filled in."""

_FLUSH_ROWS: Final = 1_000


@frozen(kw_only=True)
class AppendResult:
    """What became of some events.

    Attributes:
        appended: how many are new in the log.
        unchanged: how many it held already, with the same content.
        first: position of the first new one, None where there is none.
        head: the log's newest position afterwards.
        clock_behind: seconds by which this machine's clock lags behind the log's last `recorded_at`; 0 if it does not.
    """

    appended: int
    unchanged: int
    first: int | None
    head: int
    clock_behind: float


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
        # The log's time never falls; a clock that ran backwards is noted, not fatal.
        last = log.recorded_at(self._start)
        self._recorded_at = max(format_instant(now), last)
        self._instant = datetime.fromisoformat(self._recorded_at)
        self._clock_behind = (self._instant - now.astimezone(UTC)).total_seconds()
        self._fold = Fold(log, connection, vocabulary)
        self._pending: dict[str, Row] = {}
        self._withdrawn: set[int] = set()
        self._published: dict[str, str | None] = {}
        self._touched: set[Group] = set()
        self._unchanged = 0

    @property
    def vocabulary(self) -> Vocabulary:
        """The event types as defined by the log and this batch."""
        return self._fold.vocabulary

    def add(self, event: Event) -> Row:
        """Take one event in, and return its row; an event that the log holds already returns the old one.

        Raises:
            InvalidEventError: everything that is wrong with it.
            UnknownNameError: its type, or an event that it names, does not exist.
            DuplicateIdError: its id is taken by other content.
            NotLiveError: what it retracts or replaces has been withdrawn already, or cannot be.
        """
        known = self._find(event.id) if event.id else None
        if known is not None:
            self._check_same(event, known)
            self._unchanged += 1
            return known
        event = self._complete(event)
        self._check(event)
        row = self._encode(self._with_stated(event))
        self._pending[row.id] = row
        self._head = row.position
        if event.subject.startswith("source/") or event.replaces or event.type == DEFINED:
            # What is said of a source, withdrawn, or read anew may change when its reports count as stated.
            self._published.clear()
            self.flush()
        if len(self._pending) >= _FLUSH_ROWS:
            self.flush()
        return row

    def flush(self) -> None:
        """Write what is pending to the log, and fold it into all projections but state."""
        rows = list(self._pending.values())
        self._log.append(rows)
        self._touched |= self._fold.take(rows)
        self._pending.clear()

    def finish(self) -> AppendResult:
        """Write what is left and bring the state projection up to the head."""
        self.flush()
        if self._head > self._start:
            self._fold.update(self._touched)
        return AppendResult(
            appended=self._head - self._start,
            unchanged=self._unchanged,
            first=self._start + 1 if self._head > self._start else None,
            head=self._head,
            clock_behind=max(0.0, self._clock_behind),
        )

    def _find(self, event_id: str) -> Row | None:
        return self._pending.get(event_id) or self._log.by_id(event_id)

    def _named(self, what: str, event_id: str) -> tuple[Row, Body]:
        row = self._find(event_id)
        if row is None:
            raise UnknownNameError(what, event_id, (), hint="`chronology log` lists the events and their ids")
        return row, decode(row.body)

    def _check_same(self, event: Event, known: Row) -> None:
        old = decode(known.body)
        # What the log itself filled in is no difference.
        filled = {name: getattr(old, name) for name in ("type_version", "stated") if getattr(event, name) is None}
        if event.type == RETRACTED and not event.subject:
            filled["subject"] = old.subject
        new = attrs.evolve(event, **filled, recorded_by=old.recorded_by)
        if canonical.encode(as_dict(new)) != canonical.encode(as_dict(old)):
            raise DuplicateIdError(known.id, known.position)

    def _complete(self, event: Event) -> Event:
        filled: dict[str, Any] = {}
        if event.type_version is None:
            bootstrap = event.type == DEFINED and DEFINED not in self.vocabulary
            filled["type_version"] = 1 if bootstrap else self.vocabulary.newest(event.type).version
        if event.id is None:
            milliseconds = max(0, int(self._instant.timestamp() * 1000))
            filled["id"] = uuid7(milliseconds, self._randomness(10))
        if event.type == RETRACTED and event.retracts and not event.subject:
            filled["subject"] = self._named("event", event.retracts)[1].subject
        return attrs.evolve(event, **filled) if filled else event

    def _check(self, event: Event) -> None:
        faults = [*_shape_faults(event), *form_faults(event), *self._free_kind_faults(event)]
        if not any(fault.startswith("data") for fault in faults):
            faults += self.vocabulary.faults(event)
        if faults:
            raise InvalidEventError(faults, hint=_hint(event, faults))
        if event.type == DEFINED:
            self._check_definition(event)
        for target in event.disputes:
            self._named("disputed event", target)
        withdrawn = event.retracts or event.replaces
        if withdrawn:
            self._check_withdrawal(event, *self._named("event", withdrawn))

    def _free_kind_faults(self, event: Event) -> list[str]:
        """Catch a misspelt kind where the type takes subjects of any kind; a truly new kind is welcome."""
        if event.type in BOOKKEEPING or self.vocabulary.newest(event.type).kinds:
            return []
        kind = event.subject.partition("/")[0]
        known = self.vocabulary.kinds()
        if kind in known or kind in (known := known | set(mention.kinds(self._connection))):
            return []
        close = nearest(kind, known, edits=1)
        return [f"subject: unknown kind {kind!r} (did you mean {' or '.join(close)}?)"] if close else []

    def _check_definition(self, event: Event) -> None:
        schema = thaw(event.data["schema"])
        check_definition(schema)
        name = str(schema["$id"]).split(":")[2]
        if event.subject != f"type/{name}":
            raise InvalidEventError([f"subject: the definition of {name} is about type/{name}, not {event.subject!r}"])
        if self.vocabulary.with_type(schema) is self.vocabulary:
            raise InvalidEventError([f"{schema['$id']} is already defined, just so"])

    def _check_withdrawal(self, event: Event, target: Row, body: Body) -> None:
        if body.type in BOOKKEEPING:
            raise NotLiveError(
                f"event {target.id} is of type {body.type}, which cannot be withdrawn",
                hint="append the assertion again" if body.type == RETRACTED else "define a new version instead",
            )
        by = None
        if target.id not in self._pending:
            by = mention.withdrawn_by(self._connection, target.subject, target.position)
        if by is not None or target.position in self._withdrawn:
            where = f" by the event at position {by}" if by else " by an earlier event of this batch"
            raise NotLiveError(
                f"event {target.id} (position {target.position}) was already withdrawn{where}",
                hint=f"`chronology show {by}` shows it" if by else None,
            )
        if event.type == RETRACTED and event.subject != target.subject:
            raise InvalidEventError([f"subject: a retraction carries its target's subject, {target.subject!r}"])
        self._withdrawn.add(target.position)

    def _with_stated(self, event: Event) -> Event:
        if event.stated is not None or event.source is None:
            return event
        if event.source not in self._published:
            self._published[event.source] = self._look_up_published(event.source)
        published = self._published[event.source]
        return attrs.evolve(event, stated=published) if published else event

    def _look_up_published(self, source: str) -> str | None:
        text = assertion.latest_value(self._connection, (source, PUBLISHED))
        value = msgspec.json.decode(text) if text else None
        return value if isinstance(value, str) and is_day(value) else None

    def _encode(self, event: Event) -> Row:
        body = encode(event, nonce=self._randomness(16).hex(), recorded_at=self._recorded_at)
        if len(body) > canonical.MAX_BYTES:
            raise InvalidEventError(
                [f"the body is {len(body):,} bytes long, and {canonical.MAX_BYTES:,} is the most"],
                hint="keep long texts in a file, and name it with a locator",
            )
        position = self._head + 1
        return Row(position, event.id or "", event.type, event.subject, self._recorded_at, body, leaf_hash(body))


def _shape_faults(event: Event) -> list[str]:
    """Return what an event of its type lacks, or has and may not have."""
    faults = []
    if not event.subject:
        faults.append("subject: is missing")
    if event.type == RETRACTED:
        if not event.retracts:
            faults.append("retracts: is missing: the id of the event that is withdrawn")
        faults += [f"{name}: a retraction has none" for name in ("valid", "replaces") if getattr(event, name)]
    elif event.retracts:
        faults.append(f"retracts: only an event of type {RETRACTED} retracts; --replaces withdraws and restates")
    if event.type == DEFINED:
        faults += [
            f"{name}: a definition has none" for name in ("valid", "replaces", "disputes") if getattr(event, name)
        ]
    if event.type not in BOOKKEEPING:
        faults += [
            f"{name}: is missing: {why}"
            for name, why in (("valid", "when it was so, an EDTF date"), ("source", "the document in hand"))
            if not getattr(event, name)
        ]
    return faults


def _hint(event: Event, faults: list[str]) -> str | None:
    if any(fault.startswith("source: is missing") for fault in faults):
        return "name the document that says so, as in --source source/voa-2018-05-14"
    if any(fault.startswith("valid") for fault in faults):
        return "`chronology date TEXT` explains how a date is read"
    if any(fault.startswith("data") for fault in faults):
        return f"`chronology types show {event.type}` shows what it takes"
    return None
