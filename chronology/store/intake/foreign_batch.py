"""Events of another log on their way into this one: they may name what is redacted, and bring its gap along."""

import msgspec

from chronology.events.identities import Identities
from chronology.events.records import Body
from chronology.log.event_table import Row
from chronology.log.redactions import declaration
from chronology.store.batch import Batch
from chronology.vocabulary import builtin
from chronology.vocabulary.event_types import REDACTED


class ForeignBatch(Batch):
    """A batch of events of another log."""

    def held(self, event_id: str) -> Row | None:
        """Return the event that the log, or this batch, holds under an id."""
        return self._find(event_id)

    def take_gap(self, gap: Row, *, withdrew: Row | None, reason: str, recorded_by: str | None) -> None:
        """Take in and write what another log has left of an event that it redacted, and declare that it is redacted.

        Args:
            gap: its row there; the log must not hold its id.
            withdrew: the event in this log that it had retracted or replaced, which is withdrawn from here on.
            reason: why it was redacted.
            recorded_by: who did.
        """
        if REDACTED not in self.vocabulary:
            # The type is younger than the log.
            self._admit(builtin.definition(builtin.schema(REDACTED)))
        self.flush()
        position = withdrew.position if withdrew else None
        row = Row(self._head + 1, gap.id, "", "", self._recorded_at, b"", gap.leaf)
        self.is_sound = False
        self._log.append([row])
        self._head = row.position
        self._fold.pass_over(row.position, withdrew=position)
        self.is_sound = True
        # Directly behind the gap: a shared log knows by that that nothing is erased.
        self.declare(declaration(row, withdrew=position, reason=reason, recorded_by=recorded_by))
        self._published.forget()
        self._fold.flush()

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
