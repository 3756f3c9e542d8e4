"""Taking in a transcript: a whole log as text becomes the same log again, or its new events are appended to another."""

import sqlite3
from collections.abc import Callable, Iterator
from itertools import islice
from typing import BinaryIO, Final

from attrs import frozen

from chronology.errors import (
    ChronologyError,
    IntegrityError,
    NotLiveError,
    StoreError,
    TranscriptError,
    UnknownNameError,
)
from chronology.events.json_values import thaw
from chronology.events.records import Event
from chronology.evidence.exhibits import origin
from chronology.evidence.soundness import ForeignLog, strict_event
from chronology.evidence.transcripts import Declarations, Transcript, declarations_in, rewindable
from chronology.log.event_table import Log, Row, origin_of
from chronology.projections import rebuild
from chronology.projections.rebuild import Progress
from chronology.store.intake.foreign_batch import ForeignBatch
from chronology.store.intake.gaps import Gap, Gaps
from chronology.transparency.merkle import Frontier
from chronology.vocabulary.event_types import DEFINED, NOTED, REDACTED

_LISTED: Final = 20
"""How many events that were left out are reported one by one."""

_MOST_NAMES: Final = 10_000
"""How many left-out events are remembered; what names a later one is refused for an unknown name."""

_OF_THAT_LOG: Final = {
    REDACTED: "declares a redaction of that log",
    NOTED: "notes which events another log recorded before that one",
}

_WRITTEN_AT_ONCE: Final = 1_000

_TICK: Final = 1_000


@frozen(kw_only=True)
class LeftOut:
    """An event of a transcript that another log cannot take in: its line, its id, and why."""

    line: int
    event: str
    reason: str

    def __str__(self) -> str:
        return f"line {self.line}: {self.reason}"


@frozen(kw_only=True)
class TakenIn:
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
    left_out: tuple[LeftOut, ...] = ()
    left_out_count: int = 0
    gaps: int = 0
    head: int


def take_in(
    log: Log,
    connection: sqlite3.Connection,
    batch: Callable[[], ForeignBatch],
    stream: BinaryIO,
    progress: Progress | None,
) -> TakenIn:
    """Take in a transcript, in the caller's transaction.

    Args:
        log: which takes it in.
        connection: of the log and its projections.
        batch: makes a batch of events for this transaction.
        stream: the transcript.
        progress: called every thousand events with how many are done, of how many.

    Raises:
        TranscriptError: a line cannot be believed, or an event has the id of another one.
    """
    if log.head() == 0:
        return _restored(log, connection, Transcript(stream), progress)
    with rewindable(stream) as twice:
        start = twice.tell()
        declarations = declarations_in(Transcript(twice))
        twice.seek(start)
        return _added(log, batch(), Transcript(twice), declarations, progress)


def _restored(log: Log, connection: sqlite3.Connection, transcript: Transcript, progress: Progress | None) -> TakenIn:
    head = transcript.head
    _load(log, _ticking(_in_order(transcript), head.size, progress))
    tree = Frontier()
    try:
        for row in ForeignLog(log).rows():
            tree.push(row.leaf)
        rebuild.replay(log, connection)
    except IntegrityError as exc:
        # The event at position n is on line n + 1.
        raise TranscriptError((exc.position or 0) + 1, exc.reason) from exc
    _check_head(transcript, tree, origin(log))
    return TakenIn(whole=True, added=head.size, unchanged=0, head=head.size)


def _added(
    log: Log, batch: ForeignBatch, transcript: Transcript, declarations: Declarations, progress: Progress | None
) -> TakenIn:
    taking = _Taking(log, batch, transcript.head.origin, declarations)
    tree = Frontier()
    first = ""
    for row in _ticking(transcript.rows(), transcript.head.size, progress):
        first = first or row.id
        tree.push(row.leaf)
        try:
            taking.take(row, transcript.number)
        except StoreError:
            # A damaged file is not the event's fault.
            raise
        except ChronologyError as exc:
            raise TranscriptError(transcript.number, str(exc), hint=exc.hint) from exc
    _check_head(transcript, tree, origin_of(first))
    return taking.finish()


class _Taking:
    """Takes rows of another log into a batch, and remembers those that it leaves out."""

    def __init__(self, log: Log, batch: ForeignBatch, theirs: str, declarations: Declarations) -> None:
        self._log = log
        self._batch = batch
        self._theirs = theirs
        self._declarations = declarations
        self._gaps = Gaps(batch)
        # The ids of what redacted events had withdrawn, by position.
        self._ids = {one.withdrew: "" for one, _ in declarations.values() if one.withdrew is not None}
        self._listed: list[LeftOut] = []
        self._count = 0
        self._names: set[str] = set()
        self._same = 0

    def take(self, row: Row, line: int) -> None:
        """Take in one event, or leave it out.

        Raises:
            ChronologyError: it is not an event of a sound log, or cannot be appended.
        """
        known = self._log.by_id(row.id)
        if row.position in self._ids:
            self._ids[row.position] = row.id
        if not row.body:
            self._take_redacted(row, known, line)
            return
        event = strict_event(row)
        if known is not None and not known.body:
            self._tell_left_out(row, line, "is redacted in this log, and stays so")
        elif known is None and event.type in _OF_THAT_LOG:
            self._leave_out(row, line, _OF_THAT_LOG[event.type])
        elif known is None and event.type == DEFINED and self._is_defined(event):
            self._same += 1
        elif known is None and (moot := self._gaps.moot(event)):
            self._leave_out(row, line, f"retracts event {moot}, which is redacted in this log")
        else:
            self._gaps.take_named(event)
            self._add(event, row, line)

    def _take_redacted(self, row: Row, known: Row | None, line: int) -> None:
        if known is not None:
            if known.body:
                self._tell_left_out(row, line, "was redacted in that log, and this one still holds what it says")
            else:
                self._same += 1
            return
        redaction, body = self._declarations.get(row.position, (None, None))
        if redaction is None or body is None or not redaction.matches(row):
            self._leave_out(row, line, "was redacted in that log")
            return
        self._tell_left_out(row, line, "was redacted in that log")
        self._gaps.add(
            Gap(
                row=row,
                withdrew=None if redaction.withdrew is None else self._ids[redaction.withdrew],
                origin=self._theirs,
                reason=str(body.data.get("reason")),
                recorded_by=body.recorded_by,
            )
        )

    def _add(self, event: Event, row: Row, line: int) -> None:
        try:
            self._batch.add(event)
        except UnknownNameError as exc:
            if exc.name not in self._names:
                raise
            self._leave_out(row, line, f"names event {exc.name}, which was left out")
        except NotLiveError as exc:
            # It fits its own log; here, what it withdraws or names was withdrawn or erased otherwise.
            self._leave_out(row, line, f"cannot be appended here: {exc}")

    def _is_defined(self, event: Event) -> bool:
        """Tell whether the log has this version of a type already, under another id: each log defines its own."""
        vocabulary = self._batch.vocabulary
        return vocabulary.with_type(thaw(event.data["schema"])) is vocabulary

    def _leave_out(self, row: Row, line: int, reason: str) -> None:
        self._tell_left_out(row, line, reason)
        if len(self._names) < _MOST_NAMES:
            self._names.add(row.id)

    def _tell_left_out(self, row: Row, line: int, reason: str) -> None:
        self._count += 1
        if self._count <= _LISTED:
            self._listed.append(LeftOut(line=line, event=row.id, reason=f"event {row.id} {reason}"))

    def finish(self) -> TakenIn:
        """Write what is left, and tell what was done."""
        result = self._batch.finish()
        return TakenIn(
            whole=False,
            # A gap came with its declaration.
            added=result.appended - 2 * self._gaps.taken,
            unchanged=result.unchanged + self._same,
            left_out=tuple(self._listed),
            left_out_count=self._count,
            gaps=self._gaps.taken,
            head=result.head,
        )


def _load(log: Log, rows: Iterator[Row]) -> None:
    """Write rows into an empty log."""
    while some := list(islice(rows, _WRITTEN_AT_ONCE)):
        try:
            log.append(some)
        except sqlite3.IntegrityError as exc:
            # Rows before the one that the database refused are there.
            for row in some:
                stored = log.by_id(row.id)
                if stored is None or stored.position != row.position:
                    told = f"event {row.id!r:.60} is already on line {stored.position + 1}" if stored else str(exc)
                    raise TranscriptError(row.position + 1, told) from exc
            raise


def _in_order(transcript: Transcript) -> Iterator[Row]:
    """Yield the rows of a transcript, whose times never go backwards."""
    before = ""
    for row in transcript.rows():
        if row.recorded_at < before:
            told = f"recorded_at {row.recorded_at!r:.40} is earlier than that of the event before"
            raise TranscriptError(transcript.number, told)
        before = row.recorded_at
        yield row


def _ticking(rows: Iterator[Row], size: int, progress: Progress | None) -> Iterator[Row]:
    for row in rows:
        yield row
        if progress and (row.position % _TICK == 0 or row.position == size):
            progress(row.position, size)


def _check_head(transcript: Transcript, tree: Frontier, log_origin: str) -> None:
    """Compare what the header says with what the lines amount to."""
    head = transcript.head
    if head.origin != log_origin:
        raise TranscriptError(
            1, f"the header says that the origin is {head.origin}, and the events say {log_origin:.80}"
        )
    if head.root != tree.root():
        told = f"the header says that the root is {head.root.hex()}, and the events give {tree.root().hex()}"
        raise TranscriptError(1, told, hint="an event was changed, or swapped with another: compare with an older copy")
