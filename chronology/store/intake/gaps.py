"""Events of another log of which only the leaf hash is left: they come in where something that comes in needs them.

Redacting a mistake must not lose its correction on the way to another log, and redacting a correction must not revive
the mistake there.
"""

from attrs import frozen

from chronology.events.records import Body, Event
from chronology.log.event_table import Row
from chronology.store.intake.foreign_batch import ForeignBatch

_LONGEST_REASON = 4_000


@frozen(kw_only=True)
class Gap:
    """A redacted event of another log.

    Attributes:
        row: what is left of it there.
        withdrew: id of the event that it had retracted or replaced, None if there was none.
        origin: of that log.
        reason: why it was redacted, as that log declares, like `recorded_by`: by whom.
    """

    row: Row
    withdrew: str | None
    origin: str
    reason: str
    recorded_by: str | None


class Gaps:
    """The gaps of another log that this one lacks, on their way into a batch."""

    def __init__(self, batch: ForeignBatch) -> None:
        self._batch = batch
        self._found: dict[str, Gap] = {}
        self.taken = 0

    def add(self, gap: Gap) -> None:
        """Remember a gap, whose event this log does not hold; take it in if it withdrew what this log says."""
        self._found[gap.row.id] = gap
        withdrawn = self._batch.held(gap.withdrew) if gap.withdrew else None
        if withdrawn is not None and withdrawn.body:
            self._take(gap.row.id)

    def take_named(self, event: Body | Event) -> None:
        """Take in the gaps that an event names, before it comes in itself."""
        for name in filter(None, (*event.disputes, event.retracts, event.replaces)):
            self._take(name)

    def _take(self, event_id: str) -> None:
        """Take in a gap, after those that it had withdrawn, or its log had: else they could come in later, and hold."""
        chain: list[Gap] = []
        wanted: str | None = event_id
        while wanted and (gap := self._found.pop(wanted, None)):
            chain.append(gap)
            wanted = gap.withdrew
        for gap in reversed(chain):
            withdrawn = self._batch.held(gap.withdrew) if gap.withdrew else None
            self._batch.take_gap(
                gap.row,
                withdrew=withdrawn,
                reason=f"redacted in the log {gap.origin}: {gap.reason}"[:_LONGEST_REASON],
                recorded_by=gap.recorded_by,
            )
        self.taken += len(chain)

    def moot(self, event: Body | Event) -> str | None:
        """Return the id that an event retracts, if that is redacted here: nothing of it is left to withdraw."""
        target = self._batch.held(event.retracts) if event.retracts else None
        return target.id if target is not None and not target.body else None
