"""What changes a store, each a function of one open session. `Chronology` documents them."""

from collections.abc import Callable, Iterable
from contextlib import suppress
from time import perf_counter
from typing import Final

from attrs import frozen

from chronology.errors import (
    BatchRefusedError,
    ChronologyError,
    HeadMovedError,
    NotLiveError,
    StoreError,
    UnknownNameError,
)
from chronology.events.patterns import SUBJECT_LENGTH
from chronology.events.records import Event, RecordedEvent, decode, identified
from chronology.log import database
from chronology.log.archive import DESCRIBED, Incoming, copy_named
from chronology.log.event_table import Row
from chronology.projections import rebuild, search_index
from chronology.projections.rebuild import Progress, ReplayReport
from chronology.store import log_view, redaction
from chronology.store.batch import AppendResult, Batch
from chronology.store.session import Session
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import BOOKKEEPING, DEFINED, NOTED, REDACTED, RETRACTED

_MOST_NAMES: Final = 10_000
"""The most names of refused events that are remembered; what depends on a later one is refused for an unknown name."""


class Refusals:
    """Collects what `append_many` refuses, so that one attempt finds every fault of a stream.

    An event that depends on a refused one, because it names its id or has a type that it defines, is counted but not
    checked: its own faults show once the other is corrected.

    Attributes:
        refused: how many events were refused so far.
        unchecked: how many depend on a refused one.
    """

    def __init__(self, report: Callable[[ChronologyError], None]) -> None:
        """Start with no refusals.

        Args:
            report: called with the error of each refused event, which has its `index`.
        """
        self._report = report
        self._names: set[str] = set()
        self.refused = 0
        self.unchecked = 0

    def add(self, error: ChronologyError, event: object) -> None:
        """Take in a refused event. The reader of a stream calls this too, for what it cannot read as an event.

        Args:
            error: why it is refused.
            event: as much of it as is known. Only its id and the type that it defines are kept.
        """
        if not isinstance(event, Event):
            event = Event(type="")
        if self._depends(error, event):
            self.unchecked += 1
        else:
            self.refused += 1
            self._report(error)
        self._remember(event.id)
        if event.type == DEFINED and isinstance(event.subject, str):
            self._remember(event.subject.partition("/")[2])

    def check(self) -> None:
        """Refuse the batch if any event was refused.

        Raises:
            BatchRefusedError: some were.
        """
        if self.refused:
            raise BatchRefusedError(self.refused, self.unchecked)

    def _depends(self, error: ChronologyError, event: Event) -> bool:
        missing = error.name if isinstance(error, UnknownNameError) else None
        return missing in self._names or (isinstance(event.type, str) and event.type in self._names)

    def _remember(self, name: object) -> None:
        # Names come from outside: they may be of any type and length, and any number of them may come.
        if isinstance(name, str) and len(name) <= SUBJECT_LENGTH and len(self._names) < _MOST_NAMES:
            self._names.add(name)


UNDONE: Final = "undone"
"""The reason of a retraction for which nobody gave one."""


@frozen(kw_only=True)
class Undone:
    """What undoing did.

    Attributes:
        target: the event that was retracted.
        retraction: the event that retracts it.
        stays_withdrawn: position of the event that `target` had replaced, which does not come back; None if there is
            none.
    """

    target: RecordedEvent
    retraction: RecordedEvent
    stays_withdrawn: int | None


def batch_of(session: Session) -> Batch:
    """Return a batch of events, to be taken in by the present transaction."""
    return Batch(session.log, session.connection, session.vocabulary, now=session.now(), randomness=session.randomness)


def append(session: Session, event: Event, *, expected_head: int | None, dry_run: bool) -> RecordedEvent:
    """Append one event, or find it in the log."""
    rows: list[Row] = []
    append_many(session, [event], expected_head=expected_head, dry_run=dry_run, taken=rows)
    return session.recorded(rows[0])


def append_many(
    session: Session,
    events: Iterable[Event],
    *,
    expected_head: int | None,
    dry_run: bool,
    refusals: Refusals | None = None,
    taken: list[Row] | None = None,
) -> AppendResult:
    """Append events in one transaction; their rows go into `taken`."""
    if session.upstream is not None:
        # With ids of their own, events that were written after all are found unchanged when it is tried again.
        events = [_identified(session, event) for event in events]

    def work() -> AppendResult:
        if taken is not None:
            taken.clear()
        return _taken_in(session, events, expected_head, refusals, taken)

    return session.write(work, dry_run=dry_run)


def _taken_in(
    session: Session,
    events: Iterable[Event],
    expected_head: int | None,
    refusals: Refusals | None,
    taken: list[Row] | None,
) -> AppendResult:
    head = session.log.head()
    if expected_head is not None and expected_head != head:
        raise HeadMovedError(expected_head, head)
    batch = batch_of(session)
    # A caller who collects refusals wants to hear of each event before the next one is read.
    for index, event in enumerate(batch.expected(events) if refusals is None else events):
        try:
            row = batch.add(event)
        except ChronologyError as exc:
            exc.index = index
            # A damaged file is not the event's fault.
            if refusals is None or isinstance(exc, StoreError):
                raise
            refusals.add(exc, event)
            if not batch.is_sound:
                break
            continue
        if taken is not None:
            taken.append(row)
    if refusals is not None:
        refusals.check()
    return batch.finish()


def _identified(session: Session, event: Event) -> Event:
    return identified(event, now=session.now(), randomness=session.randomness)


def renew_types(session: Session, *, recorded_by: str | None, dry_run: bool) -> list[tuple[str, int]]:
    """Define the newer versions of built-in types that the log lacks."""
    newer = builtin.newer(session.vocabulary)
    definitions = (builtin.definition(schema, recorded_by=recorded_by) for schema in newer)
    append_many(session, definitions, expected_head=None, dry_run=dry_run)
    return [(name, int(version)) for name, version in (str(schema["$id"]).split(":")[2:] for schema in newer)]


def describe_source(session: Session, event: Event, incoming: Incoming | None, *, dry_run: bool) -> RecordedEvent:
    """Append the description of a source, and file the copy that it names, both or neither."""
    described = event if session.upstream is None else _identified(session, event)

    def work() -> Row:
        batch = batch_of(session)
        _renew_type(batch)
        row = batch.add(described)
        batch.finish()
        # Before the commit, so that no event is ever recorded whose copy is not there.
        if incoming is not None:
            incoming.settle()
        return row

    try:
        row = session.write(work, dry_run=dry_run)
    except BaseException:
        # Nobody knows whether a shared log has the event, which the next pull would then bring.
        if incoming is not None and incoming.is_new and session.upstream is None:
            _take_back(session, incoming)
        raise
    return session.recorded(row)


def _take_back(session: Session, incoming: Incoming) -> None:
    """Remove the copy of an event that was not recorded, unless another event needs it.

    The transaction is over, and with it the lock: meanwhile another process may have recorded an event that names the
    same copy, and found it there. If the lock is not available, the copy stays, which does no harm.
    """
    with suppress(ChronologyError), session.writing(dry_run=True):
        described = (decode(row.body).data for row in session.log.of_type(DESCRIBED) if row.body)
        if incoming.copy not in map(copy_named, described):
            incoming.take_back()


def _renew_type(batch: Batch) -> None:
    """Bring the type of descriptions up to the version that names copies; an older store has an earlier one."""
    known = batch.vocabulary.newest(DESCRIBED).version if DESCRIBED in batch.vocabulary else 0
    for version, schema in enumerate(builtin.versions(DESCRIBED), start=1):
        if version > known:
            batch.add(builtin.definition(schema))


def retract(
    session: Session,
    event_id: str,
    *,
    reason: str,
    recorded_by: str | None,
    dry_run: bool,
    expected_head: int | None = None,
) -> RecordedEvent:
    """Withdraw an assertion."""
    event = Event(type=RETRACTED, retracts=event_id, data={"reason": reason}, recorded_by=recorded_by)
    return append(session, event, expected_head=expected_head, dry_run=dry_run)


def undo(session: Session, name: str | int | None, *, reason: str, recorded_by: str | None, dry_run: bool) -> Undone:
    """Retract the newest event, or the one that is named."""
    with session.snapshot():
        head = session.log.head()
        if head == 0:
            raise ChronologyError("the log is empty: there is nothing to undo")
        target = log_view.event(session, head if name is None else name)
    _check_undoable(session, target, is_newest=name is None)
    # Without a name, nothing but the event that was newest a moment ago may be retracted.
    retraction = retract(
        session,
        target.id,
        reason=reason,
        recorded_by=recorded_by,
        dry_run=dry_run,
        expected_head=head if name is None else None,
    )
    replaced = target.event.replaces
    stays = log_view.event(session, replaced).position if replaced else None
    return Undone(target=target, retraction=retraction, stays_withdrawn=stays)


def _check_undoable(session: Session, target: RecordedEvent, *, is_newest: bool) -> None:
    event = target.event
    if event.type not in BOOKKEEPING:
        return
    which = f"the newest event, #{target.position}," if is_newest else f"#{target.position}"
    earlier = "; `chronology undo POSITION` takes back an earlier event" if is_newest else ""
    if event.type == RETRACTED and event.retracts:
        gone = log_view.event(session, event.retracts).position
        said, hint = f"retracts #{gone}", f"to restore #{gone}, append it again"
    elif event.type == DEFINED:
        said, hint = f"defines {event.subject}", "to change a type, define its next version"
    elif event.type == REDACTED:
        said, hint = "declares a redaction", "what was redacted is erased for good"
    elif event.type == NOTED:
        said, hint = "notes what another log recorded first", "it goes on deciding between equal starts"
    else:
        said, hint = f"is of type {event.type}", "append what undoes it"
    raise NotLiveError(f"{which} {said}, which cannot be undone", hint=hint + earlier)


def redact(session: Session, event_id: str, *, reason: str, recorded_by: str | None, dry_run: bool) -> RecordedEvent:
    """Erase for good what an event says, and rewrite the file."""
    # Affects pages freed from now on; rewriting the file removes what was freed earlier.
    session.connection.execute("PRAGMA secure_delete = ON")

    def work() -> Row:
        row, target = redaction.declare(
            batch_of(session), session.log, session.connection, event_id, reason=reason, recorded_by=recorded_by
        )
        if target.body and not dry_run:
            redaction.erase(session.log, session.connection, target)
        return row

    row = session.write(work, dry_run=dry_run)
    if not dry_run:
        with session.alone():
            database.rewrite(session.connection)
    return session.recorded(row)


def replay(session: Session, progress: Progress | None, *, dry_run: bool) -> ReplayReport:
    """Rebuild all projections from nothing."""
    begin = perf_counter()
    transaction = session.snapshot() if dry_run else session.writing(dry_run=False, is_local=True, is_repair=True)
    with transaction:
        rows, changed = rebuild.replay(session.log, session.connection, progress=progress, dry_run=dry_run)
        if not dry_run:
            search_index.drop(session.connection)
        events = session.log.head()
    return ReplayReport(events=events, seconds=perf_counter() - begin, rows=rows, changed=changed)
