"""What an `event.redacted` event declares about the event whose body was erased. Pure."""

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
