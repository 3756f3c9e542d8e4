"""Saying that two subjects are one, and taking it back: what `Chronology` adds to names."""

from abc import abstractmethod
from collections.abc import Iterable

from chronology.errors import ChronologyError, UnknownNameError, did_you_mean
from chronology.events.identities import Merge
from chronology.events.records import Event, RecordedEvent
from chronology.store.naming import Naming
from chronology.vocabulary.event_types import MERGED


class Merging(Naming):
    """The verbs by which two subjects become one, and two again."""

    @abstractmethod
    def append(self, event: Event, *, expected_head: int | None = None, dry_run: bool = False) -> RecordedEvent:
        """Append one event."""

    @abstractmethod
    def retract(
        self, event_id: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Withdraw an assertion."""

    def merge(
        self,
        kept: str,
        merged: str,
        *,
        reason: str,
        source: str | None = None,
        said_by: Iterable[str] = (),
        recorded_by: str | None = None,
        dry_run: bool = False,
    ) -> RecordedEvent:
        """Say that two subjects are one.

        From this event on, whatever was or will be recorded under either name counts as recorded under the kept one:
        as subject, source, origin, and where it stands as a value. What was asked with an earlier `known_at` is
        answered as before. No event is changed.

        Args:
            kept: the subject whose name is kept.
            merged: the other one, of the same kind.
            reason: why they are one.
            source: the document that tells it; none where it is a decision of your own.
            said_by: who says so, the origin first.
            recorded_by: who writes it down.
            dry_run: check everything, and write nothing.

        Raises:
            UnknownNameError: no event speaks of one of them.
            InvalidEventError: they are of two kinds, or one subject already.
        """
        for subject in (kept, merged):
            if not (self.knows_subject(subject) or self.knows_party(subject)):
                close = self.resembling(subject, kinds=[subject.partition("/")[0]], parties=True)
                raise UnknownNameError(
                    "subject",
                    subject,
                    (),
                    hint=(f"{did_you_mean(close)} " if close else "")
                    + "`chronology subjects` lists those that events speak of",
                )
        event = Event(
            type=MERGED,
            subject=kept,
            data={"with": merged, "reason": reason},
            source=source,
            said_by=tuple(said_by),
            recorded_by=recorded_by,
        )
        return self.append(event, dry_run=dry_run)

    def unmerge(
        self, one: str, other: str, *, reason: str, recorded_by: str | None = None, dry_run: bool = False
    ) -> RecordedEvent:
        """Take back that two subjects are one; each then has its own events again, whenever they were recorded.

        Args:
            one: a subject.
            other: the one that it was merged with, in either order.
            reason: why they are not one after all.
            recorded_by: who takes it back.
            dry_run: check everything, and write nothing.

        Returns:
            The event that retracts the merge.

        Raises:
            ChronologyError: they are not one, or only by way of a third subject.
        """
        with self._asking():
            path = self._identities().path(one, other)
        if not path:
            raise ChronologyError(
                f"{one} and {other} are not merged", hint="`chronology merge KEPT OTHER --reason TEXT` merges two"
            )
        if len(path) > 1:
            raise ChronologyError(
                f"{one} and {other} are one only by way of {_between(path, one)}: "
                + ", ".join(f"#{merge.position} merged {merge.merged} into {merge.kept}" for merge in path),
                hint=f"take one of these back: `chronology unmerge {path[0].kept} {path[0].merged} --reason TEXT`",
            )
        row = self.event(path[0].position)
        return self.retract(row.id, reason=reason, recorded_by=recorded_by, dry_run=dry_run)


def _between(path: list[Merge], start: str) -> str:
    """Return the names that a chain of merges passes between its ends."""
    passed = []
    for merge in path[:-1]:
        start = merge.merged if merge.kept == start else merge.kept
        passed.append(start)
    return " and ".join(passed)
