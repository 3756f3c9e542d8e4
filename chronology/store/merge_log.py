"""Taking in what is new in another log, a store's or a transcript's, at new positions: with its ids, each event once.

Events of another store also bring where they were recorded first; those of a transcript are recorded here, now.
"""

from collections.abc import Callable, Iterator, Mapping
from datetime import datetime, timedelta
from typing import Final, Protocol

import msgspec
from attrs import frozen

from chronology.errors import (
    ChronologyError,
    DuplicateIdError,
    InvalidEventError,
    NotLiveError,
    StoreError,
    TranscriptError,
    UnknownNameError,
)
from chronology.events import canonical, recordings
from chronology.events.identities import NO_MERGES, Identities
from chronology.events.json_values import Json
from chronology.events.patterns import format_instant
from chronology.events.recordings import MOST_NOTED, FirstRecording
from chronology.events.records import Body, Provenance, as_dict, decode, event_of
from chronology.evidence.exhibits import origin
from chronology.evidence.soundness import ForeignLog, strict_body
from chronology.evidence.transcripts import Transcript
from chronology.log.event_table import Log, Row
from chronology.log.redactions import Gap, declaration
from chronology.projections import recordings as noted
from chronology.projections import references
from chronology.projections.rebuild import Progress, reported
from chronology.store.batch import Batch
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import DEFINED, MERGED, NOTED, REDACTED

_LISTED: Final = 20
"""How many events of a kind are reported one by one."""

_MOST_NAMES: Final = 10_000
"""How many events that were left out are remembered; what names a later one names an event that nobody knows."""

_LONGEST_REASON: Final = 4_000

_AHEAD: Final = timedelta(days=1)
"""How far the other log may be ahead of this machine's clock; this log's time goes on from the other's."""

_FILLED_IN: Final = ("type_version", "stated")
"""What a log may have filled in, so that it is no difference where the other lacks it."""

_OF_THAT_LOG: Final = {
    REDACTED: "declares a redaction of that log",
    NOTED: "notes which events another log recorded before that one",
}


@frozen(kw_only=True)
class Skipped:
    """An event of another log, by its id and its position there, and why it was left out, or is worth a word."""

    position: int
    event: str
    reason: str

    def __str__(self) -> str:
        return f"their #{self.position}, event {self.event}, {self.reason}"

    def by_line(self) -> str:
        """Say the same of a transcript, by its line."""
        return f"line {self.position + 1}: event {self.event} {self.reason}"


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
    withdrawn_on_both_sides: tuple[Skipped, ...]
    withdrawn_on_both_sides_count: int
    left_out: tuple[Skipped, ...]
    left_out_count: int
    gaps: int
    head: int


@frozen(kw_only=True)
class ImportedTranscript:
    """What taking in a transcript did.

    Attributes:
        whole: whether the log is now the one of the transcript: same positions, bodies, leaves, gaps and root.
        added: how many events are new in the log.
        unchanged: how many it already held, with the same content, or as a definition of the same version of a type.
        left_out: events that cannot be appended, the first twenty: what either log has redacted, declarations of
            redactions, what names an event that was left out, and what withdraws one that is withdrawn here already.
        left_out_count: how many these are in all.
        gaps: how many events that are redacted there came in as declared gaps, because something that came in names
            them, or because they had withdrawn something that this log holds.
        head: the log's newest position afterwards.
    """

    whole: bool
    added: int
    unchanged: int
    left_out: tuple[Skipped, ...] = ()
    left_out_count: int = 0
    gaps: int = 0
    head: int


def merge_log(
    log: Log,
    batch: "Callable[[datetime], ForeignBatch]",
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
    into = batch(_later(newest, now))
    first = _FirstRecordings(into, own=origin(log), theirs=theirs.origin())
    # What does not fit this log is no fault of theirs.
    intake = _Intake(into, theirs, first, refused=(InvalidEventError, NotLiveError, UnknownNameError))
    for row in reported(theirs.rows(), newest.position, progress):
        intake.take(row, decode(row.body) if row.body else None)
    first.note()
    return MergedLog(
        origin=theirs.origin(),
        added=intake.added,
        unchanged=intake.unchanged,
        recorded_twice=first.twice,
        noted=first.noted,
        withdrawn_on_both_sides=tuple(intake.withdrawn_twice.first),
        withdrawn_on_both_sides_count=intake.withdrawn_twice.count,
        left_out=tuple(intake.left_out.first),
        left_out_count=intake.left_out.count,
        gaps=intake.gaps,
        head=into.finish().head,
    )


def append_transcript(batch: "ForeignBatch", transcript: Transcript, progress: Progress | None) -> ImportedTranscript:
    """Append the events of a transcript that the log of a batch lacks, in the caller's transaction.

    Args:
        batch: of that log.
        transcript: which was read ahead.
        progress: called every thousand events with how many are done, of how many.

    Raises:
        TranscriptError: a line cannot be believed, or an event has the id of another one.
    """
    # In a text, an event that is wrong of itself is a lie; only what was withdrawn or erased here fits there alone.
    intake = _Intake(batch, transcript, None, refused=(NotLiveError,))
    for row in reported(transcript.rows(), transcript.head.size, progress):
        try:
            intake.take(row, strict_body(row) if row.body else None)
        except StoreError:
            # A damaged file is not the event's fault.
            raise
        except ChronologyError as exc:
            raise TranscriptError(transcript.number, str(exc), hint=exc.hint) from exc
    transcript.check_header()
    return ImportedTranscript(
        whole=False,
        added=intake.added,
        unchanged=intake.unchanged,
        left_out=tuple(intake.left_out.first),
        left_out_count=intake.left_out.count,
        gaps=intake.gaps,
        head=batch.finish().head,
    )


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


class _OtherLog(Protocol):
    """What is asked of another log, besides its rows."""

    def origin(self) -> str:
        """Return its origin."""

    def gap_of(self, row: Row) -> Gap | None:
        """Return what it declares of a row that it redacted."""


class _Reported:
    """The first events that the caller hears of, and how many there are in all."""

    def __init__(self) -> None:
        self.first: list[Skipped] = []
        self.count = 0

    def add(self, row: Row, reason: str) -> None:
        self.count += 1
        if len(self.first) < _LISTED:
            self.first.append(Skipped(position=row.position, event=row.id, reason=reason))


class _Intake:
    """Takes rows of another log into a batch, and remembers what to report of them."""

    def __init__(
        self,
        batch: "ForeignBatch",
        other: _OtherLog,
        first: "_FirstRecordings | None",
        *,
        refused: tuple[type[ChronologyError], ...],
    ) -> None:
        """Begin.

        Args:
            batch: takes them in.
            other: the log that they come from.
            first: keeps where they were recorded first; None where they are recorded here, as if they were new.
            refused: errors for which an event is left out. Any other ends it all.
        """
        self._batch, self._other, self._first, self._refused = batch, other, first, refused
        self._origin = other.origin()
        self.added = self.unchanged = self.gaps = 0
        self.left_out = _Reported()
        self.withdrawn_twice = _Reported()
        # Gaps that this log lacks, by id; they come in where something names them.
        self._gaps: dict[str, Gap] = {}
        # What was left out: what names it is left out too.
        self._names: set[str] = set()
        # By name: the first version that the other log defines otherwise.
        self._other_versions: dict[str, int] = {}

    def take(self, row: Row, body: Body | None) -> None:
        """Take in one event, or leave it out.

        Args:
            row: as the other log holds it.
            body: of the row, checked as a stranger's; None if it was redacted there.

        Raises:
            ChronologyError: it has the id of another event, or is refused.
        """
        known = self._batch.held(row.id)
        if body is None:
            self._take_redacted(row, known)
        elif known is None:
            self._take_new(row, body)
        elif known.body:
            old = self._batch.check_same(body, known)
            self.unchanged += 1
            if self._first:
                self._first.compare(row, body, known, old)
        else:
            self.left_out.add(row, "is redacted in this log, and stays so")

    def _take_redacted(self, row: Row, known: Row | None) -> None:
        """Remember a gap that this log lacks; take it in if it withdrew what this log says.

        Redacting a mistake must not lose its correction on the way to another log, and redacting a correction must not
        revive the mistake there.
        """
        if known is not None:
            if known.body:
                self.left_out.add(row, "was redacted in that log, and this one still holds what it says")
            else:
                self.unchanged += 1
            return
        gap = self._other.gap_of(row)
        if gap is None:
            self._leave_out(row, "was redacted in that log")
            return
        self.left_out.add(row, "was redacted in that log")
        self._gaps[row.id] = gap
        withdrawn = self._batch.held(gap.withdrew) if gap.withdrew else None
        if withdrawn is not None and withdrawn.body:
            self._take_gap(row.id)

    def _take_gap(self, event_id: str) -> None:
        """Take in a gap, after those that it had withdrawn, or its log had: else they could come in later, and hold."""
        chain: list[Gap] = []
        wanted: str | None = event_id
        while wanted and (gap := self._gaps.pop(wanted, None)):
            chain.append(gap)
            wanted = gap.withdrew
        for gap in reversed(chain):
            self._batch.take_gap(gap, self._origin)
        self.gaps += len(chain)

    def _take_new(self, row: Row, body: Body) -> None:
        if body.type == NOTED and self._first:
            self._first.take_noted(body)
        elif body.type in _OF_THAT_LOG:
            self._leave_out(row, _OF_THAT_LOG[body.type])
        elif body.type == DEFINED and self._is_defined(row, body):
            pass
        elif reason := self._unfit(body):
            self._leave_out(row, reason)
        else:
            self._add(row, body)

    def _is_defined(self, row: Row, body: Body) -> bool:
        """Tell whether a definition needs no more attention: each log defines its types under ids of its own."""
        vocabulary, schema = self._batch.vocabulary, body.data["schema"]
        try:
            if vocabulary.with_type(schema) is not vocabulary:
                return False
            self.unchanged += 1
        except self._refused as exc:
            _, _, name, version = str(schema["$id"]).split(":")
            self._other_versions.setdefault(name, int(version))
            self._leave_out(row, f"cannot be taken in: {exc}")
        return True

    def _unfit(self, body: Body) -> str | None:
        """Return why an event cannot come in, because of what did not; None if nothing is known against it."""
        if (body.type_version or 1) >= self._other_versions.get(body.type, 1 << 62):
            return f"is of {body.type} version {body.type_version}, which that log defines in another way"
        if missing := self._names.intersection(_named(body)):
            return f"names event {min(missing)}, which was left out"
        target = self._batch.held(body.retracts) if body.retracts else None
        if target is not None and not target.body:
            # Nothing of it is left to withdraw.
            return f"retracts event {target.id}, which is redacted in this log"
        return None

    def _add(self, row: Row, body: Body) -> None:
        for name in _named(body):
            self._take_gap(name)
        twice = self._batch.withdrawn_here(body) if self._first else None
        try:
            if self._first:
                # That may have been in a third log.
                self._batch.merge(body, body.merged_from or _provenance(row, self._origin))
            else:
                self._batch.add(event_of(body))
        except self._refused as exc:
            if not self._batch.is_sound:
                raise
            self._leave_out(row, f"cannot be taken in: {exc}")
            return
        self.added += 1
        if twice:
            verb = "replaces" if body.replaces else "retracts"
            told = f"{verb} #{twice.position}, event {twice.id}, which was withdrawn here already"
            self.withdrawn_twice.add(row, told)

    def _leave_out(self, row: Row, reason: str) -> None:
        self.left_out.add(row, reason)
        if len(self._names) < _MOST_NAMES:
            self._names.add(row.id)


def _named(body: Body) -> Iterator[str]:
    return filter(None, (*body.disputes, body.retracts, body.replaces))


def _provenance(row: Row, log_origin: str) -> Provenance:
    return Provenance(origin=log_origin, position=row.position, leaf=row.leaf.hex(), recorded_at=row.recorded_at)


class _FirstRecordings:
    """Finds which events both logs recorded, and notes where another recording is earlier than all known here.

    Attributes:
        twice: how many events each log recorded independently.
        noted: how many were recorded earlier by another.
    """

    def __init__(self, batch: "ForeignBatch", *, own: str, theirs: str) -> None:
        self._batch, self._own, self._theirs = batch, own, theirs
        # By id of their events.
        self._earlier: dict[str, FirstRecording] = {}
        self.twice = self.noted = 0

    def compare(self, row: Row, body: Body, known: Row, old: Body) -> None:
        """Compare the recordings of an event that both logs hold."""
        theirs = recordings.own(body, _provenance(row, self._theirs))
        self.twice += theirs.leaf != (old.merged_from or _provenance(known, self._own)).leaf
        self._weigh(theirs, known, old)

    def take_noted(self, body: Body) -> None:
        """Weigh what the other log knows of recordings in third ones."""
        for event_id, theirs in recordings.noted(body):
            known = self._batch.held(event_id)
            if known is not None and known.body:
                self._weigh(theirs, known, decode(known.body))

    def _weigh(self, theirs: FirstRecording, known: Row, old: Body) -> None:
        """Remember a recording of an event that is earlier than all that this log knows of.

        The names that merges keep go by when this log learnt of them.
        """
        found = _provenance(known, self._own)
        mine = self._earlier.get(known.id) or self._batch.first_recording(old, found)
        if theirs.is_before(mine) and old.type != MERGED:
            self._earlier[known.id] = theirs
            if len(self._earlier) == MOST_NOTED:
                self.note()

    def note(self) -> None:
        """Let the log note what was found."""
        if self._earlier:
            self.noted += len(self._earlier)
            self._batch.note(self._earlier)
            self._earlier.clear()


class ForeignBatch(Batch):
    """A batch of events of another log: they may name what is redacted, and bring its gap and their origin along."""

    def held(self, event_id: str) -> Row | None:
        """Return the event that the log, or this batch, holds under an id."""
        return self._find(event_id)

    def merge(self, body: Body, found: Provenance) -> Row:
        """Take in an event whose id the log does not hold, with what it says of itself and where it comes from.

        Nothing is filled in for it: what the other log did not know when it recorded it is unknown here too.

        Args:
            body: as another log holds it, sound there.
            found: where it was recorded first.

        Raises:
            InvalidEventError: it does not fit the vocabulary, or its leaf hash is not what it should be.
            UnknownNameError: an event that it names does not exist.
            NotLiveError: an event that it names cannot be withdrawn.
        """
        merged = msgspec.structs.replace(body, recorded_at=self._recorded_at, merged_from=found)
        if faults := [*recordings.provenance_faults(merged), *self.vocabulary.event_faults(merged)]:
            raise InvalidEventError(faults)
        version = self.vocabulary.newest(body.type)
        if body.type_version != version.version:
            upcast = self.vocabulary.upcast(body.type, body.type_version or 1, body.data)
            if faults := [*version.faults(upcast)]:
                raise InvalidEventError(faults)
        # Both logs can have merged the same subjects.
        self._check_in_log(merged, NO_MERGES)
        return self._enter(merged)

    def take_gap(self, gap: Gap, log_origin: str) -> None:
        """Take in and write what another log has left of an event that it redacted, and declare that it is redacted.

        What it had withdrawn in this log is withdrawn from here on.

        Args:
            gap: the log must not hold its id.
            log_origin: of the other log.
        """
        if REDACTED not in self.vocabulary:
            # The type is younger than the log.
            self._admit(builtin.definition(builtin.schema(REDACTED)))
        self.flush()
        withdrawn = self._find(gap.withdrew) if gap.withdrew else None
        withdrew = withdrawn.position if withdrawn else None
        row = Row(self._head + 1, gap.row.id, "", "", self._recorded_at, b"", gap.row.leaf)
        self.is_sound = False
        self._log.append([row])
        self._head = row.position
        self._fold.pass_over(row.position, withdrew=withdrew)
        self.is_sound = True
        reason = f"redacted in the log {log_origin}: {gap.reason}"[:_LONGEST_REASON]
        # Directly behind the gap: a shared log knows by that that nothing is erased.
        self.declare(declaration(row, withdrew=withdrew, reason=reason, recorded_by=gap.recorded_by))
        self._published.forget()
        self._fold.flush()

    def check_same(self, body: Body, known: Row) -> Body:
        """Return the event that the log holds under the id of another, which says the same.

        Raises:
            DuplicateIdError: it says something else.
        """
        old = decode(known.body)
        one, other = _content(body), _content(old)
        for name in _FILLED_IN:
            if not one.get(name) or not other.get(name):
                one.pop(name, None)
                other.pop(name, None)
        if canonical.encode(one) != canonical.encode(other):
            raise DuplicateIdError(known.id, known.position)
        return old

    def first_recording(self, body: Body, found: Provenance) -> FirstRecording:
        """Return the earliest recording of an event that the log knows of; it has a place."""
        return noted.of(self._connection, body.id or "") or recordings.own(body, found)

    def note(self, earlier: Mapping[str, FirstRecording]) -> None:
        """Note that other logs recorded some events first, given by id.

        Requires no more than one event can note.
        """
        for log_origin in sorted({one.origin for one in earlier.values()}):
            told = {event_id: one for event_id, one in earlier.items() if one.origin == log_origin}
            self._admit(recordings.note(NOTED, log_origin, told))
        # Another recording of the same events is compared with what is noted.
        self.flush()

    def withdrawn_here(self, body: Body) -> Row | None:
        """Return the event that another withdraws, if this log has withdrawn it already."""
        target = self._find(body.retracts or body.replaces or "")
        if target is None or not target.body:
            return None
        if target.position in self._withdrawn:
            return target
        if target.id in self._pending:
            return None
        valid = decode(target.body).valid
        by = references.withdrawn_by(self._connection, target.subject, target.position, valid=valid)
        return None if by is None else target

    def _check_in_log(self, body: Body, identities: Identities) -> None:
        """Check all but what is redacted: nothing of it is left that an event could contradict."""
        checked = msgspec.structs.replace(
            body,
            disputes=tuple(name for name in body.disputes if not self._is_gap(name)),
            retracts=None if self._is_gap(body.retracts) else body.retracts,
            replaces=None if self._is_gap(body.replaces) else body.replaces,
        )
        super()._check_in_log(checked, identities)

    def _is_gap(self, event_id: str | None) -> bool:
        row = self._find(event_id) if event_id else None
        return row is not None and not row.body


def _content(body: Body) -> dict[str, Json]:
    return {name: value for name, value in as_dict(event_of(body)).items() if name != "recorded_by"}
