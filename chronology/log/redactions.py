"""What an `event.redacted` event declares about the event whose body was erased. Pure."""

from collections.abc import Callable

from attrs import frozen

from chronology.errors import CanonicalError
from chronology.events.records import Body, Event
from chronology.log.event_table import Row
from chronology.vocabulary.event_types import REDACTED

SUBJECT_KIND = "event"
"""A redaction is about `event/<id>`: the id is random, so it reveals nothing about the erased event."""


@frozen(kw_only=True)
class Redaction:
    """A declared gap.

    Attributes:
        position: of the erased event, like `event` (its id), `leaf` (its leaf hash, 32 bytes) and `recorded_at`.
        withdrew: position of the event that it had retracted or replaced, None if there was none.
        declared_at: position of the event that declares the gap.
    """

    position: int
    event: str
    leaf: bytes
    recorded_at: str
    withdrew: int | None
    declared_at: int

    def matches(self, row: Row) -> bool:
        """Tell whether a row is exactly what should be left of the erased event."""
        left = Row(self.position, self.event, "", "", self.recorded_at, b"", self.leaf)
        earlier = self.withdrew is None or 0 < self.withdrew < self.position
        return row == left and earlier and self.position < self.declared_at


@frozen(kw_only=True)
class Gap:
    """What another log has left of an event that it redacted, and what it says of that.

    Attributes:
        row: of the erased event there.
        withdrew: id of the event that it had retracted or replaced, None if there was none.
        reason: why it was redacted, like `recorded_by`: by whom.
    """

    row: Row
    withdrew: str | None
    reason: str
    recorded_by: str | None


def gap(row: Row, redaction: Redaction, declaring: Body, *, id_at: Callable[[int], str | None]) -> Gap:
    """Return a row of another log that an event there declares redacted, as it can come into this one.

    Args:
        row: which the redaction matches.
        redaction: of it.
        declaring: the event that says so.
        id_at: gives the id of the event at a position there.
    """
    return Gap(
        row=row,
        withdrew=None if redaction.withdrew is None else id_at(redaction.withdrew),
        reason=str(declaring.data.get("reason")),
        recorded_by=declaring.recorded_by,
    )


def declaration(target: Row, *, withdrew: int | None, reason: str, recorded_by: str | None) -> Event:
    """Return the event that declares the redaction of a row; it repeats nothing of the row's text."""
    data = {"position": target.position, "leaf": target.leaf.hex(), "recorded_at": target.recorded_at}
    if withdrew is not None:
        data["withdrew"] = withdrew
    return Event(
        type=REDACTED,
        subject=f"{SUBJECT_KIND}/{target.id}",
        data={**data, "reason": reason},
        recorded_by=recorded_by,
    )


def declared(position: int, body: Body) -> Redaction:
    """Read the declaration at a position.

    Raises:
        CanonicalError: its payload does not have the form that the type's schema requires.
    """
    withdrew = body.data.get("withdrew")
    try:
        return Redaction(
            position=int(body.data["position"]),
            event=body.subject.removeprefix(f"{SUBJECT_KIND}/"),
            leaf=bytes.fromhex(body.data["leaf"]),
            recorded_at=str(body.data["recorded_at"]),
            withdrew=None if withdrew is None else int(withdrew),
            declared_at=position,
        )
    except (LookupError, TypeError, ValueError) as exc:
        raise CanonicalError("data", f"does not declare a redaction: {exc!r}") from exc
