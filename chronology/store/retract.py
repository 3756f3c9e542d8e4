"""Withdrawing what was appended: retracting an event that is named, undoing the newest. `Chronology` inherits it."""

from abc import abstractmethod
from typing import Final

from attrs import frozen

from chronology.errors import ChronologyError, NotLiveError
from chronology.events.records import Event, RecordedEvent
from chronology.store.reader import Reader
from chronology.vocabulary.event_types import BOOKKEEPING, DEFINED, NOTED, REDACTED, RETRACTED

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


class Withdrawing(Reader):
    """A reader that can also withdraw what was appended."""

    @abstractmethod
    def append(self, event: Event, *, expected_head: int | None = None, dry_run: bool = False) -> RecordedEvent:
        """Append one event."""

    def retract(
        self, event_id: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Withdraw an assertion.

        Args:
            event_id: the whole id.
            reason: why.
            recorded_by: who withdraws it.
            dry_run: check everything, and write nothing.

        Raises:
            UnknownNameError: there is no such event.
            NotLiveError: it has been withdrawn already, or is not an assertion.
        """
        return self.append(_retraction(event_id, reason, recorded_by), dry_run=dry_run)

    def undo(
        self,
        name: str | int | None = None,
        *,
        reason: str = UNDONE,
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> Undone:
        """Retract the newest event, or the one that is named.

        If the newest event is itself a retraction, a definition or a redaction, nothing earlier is retracted in its
        place: to undo an earlier event, name it.

        Args:
            name: as for `event`; the newest event of the log where not given.
            reason: why.
            recorded_by: who takes it back.
            dry_run: check everything, and write nothing.

        Raises:
            UnknownNameError: there is no such event.
            NotLiveError: it cannot be undone, or was withdrawn already.
            HeadMovedError: somebody else appended an event after the newest one was looked up.
            ChronologyError: the log is empty.
        """
        head = self.head()
        if head == 0:
            raise ChronologyError("the log is empty: there is nothing to undo")
        target = self.event(head if name is None else name)
        self._check_undoable(target, is_newest=name is None)
        event = _retraction(target.id, reason, recorded_by)
        # Without a name, nothing but the event that was newest a moment ago may be retracted.
        retraction = self.append(event, expected_head=head if name is None else None, dry_run=dry_run)
        replaced = target.event.replaces
        stays = self.event(replaced).position if replaced else None
        return Undone(target=target, retraction=retraction, stays_withdrawn=stays)

    def _check_undoable(self, target: RecordedEvent, *, is_newest: bool) -> None:
        event = target.event
        if event.type not in BOOKKEEPING:
            return
        which = f"the newest event, #{target.position}," if is_newest else f"#{target.position}"
        earlier = "; `chronology undo POSITION` takes back an earlier event" if is_newest else ""
        if event.type == RETRACTED and event.retracts:
            gone = self.event(event.retracts).position
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


def _retraction(event_id: str, reason: str, recorded_by: str | None) -> Event:
    return Event(type=RETRACTED, retracts=event_id, data={"reason": reason}, recorded_by=recorded_by)
