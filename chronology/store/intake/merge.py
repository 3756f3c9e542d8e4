"""Merging another log into this one: its events come in with their ids, and with where they come from."""

from collections.abc import Callable
from datetime import datetime, timedelta
from typing import Final

from attrs import frozen

from chronology.errors import InvalidEventError, NotLiveError, StoreError, UnknownNameError
from chronology.events import recordings
from chronology.events.patterns import format_instant
from chronology.events.recordings import MOST_NOTED, FirstRecording
from chronology.events.records import Body, Provenance, decode
from chronology.evidence.exhibits import origin
from chronology.evidence.soundness import ForeignLog
from chronology.log.event_table import Log, Row
from chronology.projections.rebuild import Progress
from chronology.store.intake.gaps import Gap, Gaps
from chronology.store.intake.merged_batch import MergedBatch
from chronology.vocabulary.event_types import DEFINED, MERGED, NOTED, REDACTED

_LISTED: Final = 20
"""How many events of a kind are reported one by one."""

_TICK: Final = 1_000

_AHEAD: Final = timedelta(days=1)
"""How far the other log may be ahead of this machine's clock; this log's time goes on from the other's."""


@frozen(kw_only=True)
class Passed:
    """An event of another log, by its id and its position there, and what to report of it."""

    position: int
    event: str
    reason: str

    def __str__(self) -> str:
        return f"their #{self.position}, event {self.event}, {self.reason}"


@frozen(kw_only=True)
class MergedLog:
    """What merging a log did.

    Attributes:
        origin: of the log that was merged.
        added: how many events are new in this log.
        unchanged: how many it already held, with the same content, or as a definition of the same version of a type.
        recorded_twice: how many of these each log recorded independently. The earlier recording counts.
        noted: how many events this log now knows to have been recorded earlier by another.
        withdrawn_on_both_sides: events that came in and withdraw what this log had withdrawn already, the first twenty.
        withdrawn_on_both_sides_count: how many these are in all.
        left_out: events that cannot be taken in, the first twenty: of types that the logs define differently, redacted
            in either log, declarations of redactions, and what names an event that was left out.
        left_out_count: how many these are in all.
        gaps: how many redacted events of the other log came in as declared gaps, because something that came in names
            them, or because they had withdrawn something that this log holds.
        head: this log's newest position afterwards.
    """

    origin: str
    added: int
    unchanged: int
    recorded_twice: int
    noted: int
    withdrawn_on_both_sides: tuple[Passed, ...]
    withdrawn_on_both_sides_count: int
    left_out: tuple[Passed, ...]
    left_out_count: int
    gaps: int
    head: int


def merge_log(
    log: Log,
    batch: Callable[[datetime], MergedBatch],
    theirs: ForeignLog,
    now: datetime,
    progress: Progress | None,
) -> MergedLog:
    """Take in the events of another log that this one lacks, in the caller's transaction.

    Args:
        log: which takes them in.
        batch: makes a batch of events for this transaction, recorded at an instant or later.
        theirs: the other log.
        now: the present.
        progress: called every thousand events with how many are done, of how many.

    Raises:
        DuplicateIdError: an event has the id of another one.
        IntegrityError: the other log is not sound.
        StoreError: it is ahead of this machine's clock, or empty.
    """
    if not log.head():
        raise StoreError("this store is empty", hint="copy the other store instead: the copy is your own")
    newest = theirs.newest()
    if newest is None:
        raise StoreError("the other store is empty")
    joining = _Joining(log, batch(_later(newest, now)), theirs)
    for row in theirs.rows():
        joining.take(row)
        if progress and (row.position % _TICK == 0 or row.position == newest.position):
            progress(row.position, newest.position)
    return joining.finish()


def _later(newest: Row, now: datetime) -> datetime:
    """Return an instant from which on everything is later than all that the other log knows.

    So what comes after the merge is later by both logs' rule, whatever the two clocks say.
    """
    try:
        last = datetime.fromisoformat(newest.recorded_at)
        later = last + datetime.resolution
    except (ValueError, OverflowError, TypeError) as exc:
        raise StoreError(f"the other log was recorded at {newest.recorded_at!r:.40}, which is no instant") from exc
    if last.tzinfo is None or last - now > _AHEAD:
        raise StoreError(
            f"the other log was last recorded at {newest.recorded_at}, more than a day after this machine's "
            f"clock, {format_instant(now)}",
            hint="one of the two clocks is wrong; nothing that is recorded here can be earlier than what is merged",
        )
    return max(now, later)


class _Joining:
    """Takes rows of another log into a batch, and remembers what to report of them."""

    def __init__(self, log: Log, batch: MergedBatch, theirs: ForeignLog) -> None:
        self._log, self._batch, self._foreign = log, batch, theirs
        self._theirs = theirs.origin()
        self._gaps = Gaps(batch)
        self._own = origin(log)
        self._left_out: list[Passed] = []
        self._left_out_count = 0
        self._both: list[Passed] = []
        self._both_count = 0
        # What was left out with a body: what names it is left out too.
        self._names: set[str] = set()
        # By name: the first version that the other log defines otherwise.
        self._other_versions: dict[str, int] = {}
        # Recordings of other logs that are earlier than all that this one knows of, by id of their events.
        self._earlier: dict[str, FirstRecording] = {}
        self._added = self._same = self._twice = self._noted = 0

    def take(self, row: Row) -> None:
        known = self._log.by_id(row.id)
        if not row.body:
            self._take_redacted(row, known)
        elif known is not None and not known.body:
            self._tell_left_out(row, "is redacted in this log, and stays so")
        elif known is not None:
            self._compare(row, known)
        else:
            self._take_new(row, decode(row.body))

    def _take_redacted(self, row: Row, known: Row | None) -> None:
        if known is not None and not known.body:
            self._same += 1
            return
        still = "" if known is None else ", and this one still holds what it says"
        self._tell_left_out(row, f"was redacted in that log{still}")
        declared = self._foreign.declaration_of(row) if known is None else None
        if declared is not None:
            redaction, body = declared
            self._gaps.add(
                Gap(
                    row=row,
                    withdrew=None if redaction.withdrew is None else self._foreign.id_at(redaction.withdrew),
                    origin=self._theirs,
                    reason=str(body.data.get("reason")),
                    recorded_by=body.recorded_by,
                )
            )

    def _compare(self, row: Row, known: Row) -> None:
        body = decode(row.body)
        old = self._batch.check_same(body, known)
        self._same += 1
        theirs = recordings.own(body, _provenance(row, self._theirs))
        self._twice += theirs.leaf != (old.merged_from or _provenance(known, self._own)).leaf
        self._weigh(theirs, known, old)

    def _weigh(self, theirs: FirstRecording, known: Row, old: Body) -> None:
        """Remember a recording of an event that is earlier than all that this log knows of.

        The names that merges keep go by when this log learnt of them.
        """
        mine = self._earlier.get(known.id) or self._batch.first_recording(old, _provenance(known, self._own))
        if theirs.is_before(mine) and old.type != MERGED:
            self._earlier[known.id] = theirs
            if len(self._earlier) == MOST_NOTED:
                self._note()

    def _note(self) -> None:
        self._noted += len(self._earlier)
        self._batch.note(self._earlier)
        self._earlier.clear()

    def _take_noted(self, body: Body) -> None:
        """Weigh what the other log knows of recordings in third ones."""
        for event_id, theirs in recordings.noted(body):
            known = self._batch.held(event_id)
            if known is not None and known.body:
                self._weigh(theirs, known, decode(known.body))

    def _take_new(self, row: Row, body: Body) -> None:
        if body.type == REDACTED:
            self._leave_out(row, "declares a redaction of that log")
            return
        if body.type == NOTED:
            self._take_noted(body)
            return
        if body.type == DEFINED and self._is_known(row, body):
            return
        if (body.type_version or 1) >= self._other_versions.get(body.type, 1 << 62):
            told = f"is of {body.type} version {body.type_version}, which that log defines in another way"
            self._leave_out(row, told)
            return
        missing = self._names.intersection(filter(None, (*body.disputes, body.retracts, body.replaces)))
        if missing:
            self._leave_out(row, f"names event {min(missing)}, which was left out")
            return
        if moot := self._gaps.moot(body):
            self._leave_out(row, f"retracts event {moot}, which is redacted in this log")
            return
        self._gaps.take_named(body)
        self._add(row, body)

    def _is_known(self, row: Row, body: Body) -> bool:
        """Tell whether a definition needs no more attention: each log defines its types under ids of its own."""
        vocabulary = self._batch.vocabulary
        schema = body.data["schema"]
        try:
            if vocabulary.with_type(schema) is not vocabulary:
                return False
            self._same += 1
        except InvalidEventError as exc:
            _, _, name, version = str(schema["$id"]).split(":")
            self._other_versions.setdefault(name, int(version))
            self._leave_out(row, f"cannot be taken in: {exc}")
        return True

    def _add(self, row: Row, body: Body) -> None:
        both = self._batch.withdrawn_here(body) if body.retracts or body.replaces else None
        try:
            self._batch.merge(body, self._provenance(row, body))
        except (InvalidEventError, NotLiveError, UnknownNameError) as exc:
            if not self._batch.is_sound:
                raise
            self._leave_out(row, f"cannot be taken in: {exc}")
            return
        self._added += 1
        if both:
            self._both_count += 1
            verb = "replaces" if body.replaces else "retracts"
            told = f"{verb} #{both.position}, event {both.id}, which was withdrawn here already"
            if len(self._both) < _LISTED:
                self._both.append(Passed(position=row.position, event=row.id, reason=told))

    def _provenance(self, row: Row, body: Body) -> Provenance:
        """Return where an event was recorded first: that may be in a third log."""
        return body.merged_from or _provenance(row, self._theirs)

    def _leave_out(self, row: Row, reason: str) -> None:
        self._tell_left_out(row, reason)
        self._names.add(row.id)

    def _tell_left_out(self, row: Row, reason: str) -> None:
        self._left_out_count += 1
        if len(self._left_out) < _LISTED:
            self._left_out.append(Passed(position=row.position, event=row.id, reason=reason))

    def finish(self) -> MergedLog:
        """Write what is left, and tell what was done."""
        if self._earlier:
            self._note()
        result = self._batch.finish()
        return MergedLog(
            origin=self._theirs,
            added=self._added,
            unchanged=self._same,
            recorded_twice=self._twice,
            noted=self._noted,
            withdrawn_on_both_sides=tuple(self._both),
            withdrawn_on_both_sides_count=self._both_count,
            left_out=tuple(self._left_out),
            left_out_count=self._left_out_count,
            gaps=self._gaps.taken,
            head=result.head,
        )


def _provenance(row: Row, log_origin: str) -> Provenance:
    return Provenance(origin=log_origin, position=row.position, leaf=row.leaf.hex(), recorded_at=row.recorded_at)
