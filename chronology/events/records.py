"""Event records and their codec: what a client submits, what the log returns, the body between. No I/O, no clock."""

from collections.abc import Callable, Iterable, Mapping
from datetime import datetime
from typing import Final, Literal

import attrs
import msgspec
from attrs import field, frozen

from chronology.errors import CanonicalError
from chronology.events import canonical
from chronology.events.json_values import Json, freeze, thaw

FORMAT: Final = 1
"""Version of the body's layout, the `format` key of every body."""

Stance = Literal["affirms", "denies"]


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Turn a single name into a list of one: `said_by="person/x"` must not become a list of letters."""
    if value is None:
        return ()
    # Anything that is not a list is kept too, so that `value_faults` can report it.
    return (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)


@frozen(kw_only=True)
class Event:
    """An assertion as a client submits it (design.md, section 5); absent things are None or empty.

    Building one checks nothing: the log checks the whole event at once and names every fault. It fills in the id, the
    version of the type, the stated day if the source's day of publication is known, and the source of a
    `source.described`, which is the described document. Any other event must name a source, even one about a document.
    """

    type: str
    subject: str = ""
    valid: str | None = None
    stance: Stance = "affirms"
    data: Mapping[str, Json] = field(factory=dict, converter=freeze)
    source: str | None = None
    said_by: tuple[str, ...] = field(default=(), converter=_names)
    stated: str | None = None
    grade: str | None = None
    quote: str | None = None
    locator: str | None = None
    note: str | None = None
    disputes: tuple[str, ...] = field(default=(), converter=_names)
    replaces: str | None = None
    retracts: str | None = None
    id: str | None = None
    type_version: int | None = None
    recorded_by: str | None = None

    @property
    def origin(self) -> str | None:
        """Who the claim comes from: the first of `said_by`, else the source."""
        return self.said_by[0] if self.said_by else self.source


# Another program may leave these two out. This one always writes them: the JSON library omits constant defaults, but
# not those that a function returns.


def _affirms() -> Stance:
    return "affirms"


def _nothing() -> dict[str, Json]:
    return {}


class Provenance(msgspec.Struct, frozen=True, kw_only=True):
    """Where an event was recorded first, if that was in another log: what proves it there.

    Attributes:
        origin: of that log.
        position: of the event there.
        leaf: its leaf hash there, in hexadecimal digits.
        recorded_at: when that log learnt it.
    """

    origin: str
    position: int
    leaf: str
    recorded_at: str


class Body(msgspec.Struct, frozen=True, kw_only=True, omit_defaults=True):
    """An event as stored: what the client said, and what the log added; its fields are the keys of the JSON.

    Every append and every replay makes one for each event, so it is a record type of the JSON library, which is fast.
    """

    type: str
    subject: str = ""
    valid: str | None = None
    stance: Stance = msgspec.field(default_factory=_affirms)
    data: dict[str, Json] = msgspec.field(default_factory=_nothing)
    source: str | None = None
    said_by: tuple[str, ...] = ()
    stated: str | None = None
    grade: str | None = None
    quote: str | None = None
    locator: str | None = None
    note: str | None = None
    disputes: tuple[str, ...] = ()
    replaces: str | None = None
    retracts: str | None = None
    id: str | None = None
    type_version: int | None = None
    recorded_by: str | None = None
    format: int
    nonce: str
    recorded_at: str
    merged_from: Provenance | None = None

    @property
    def first_recorded_at(self) -> str:
        """When a log first learnt it: the one in which it was recorded first."""
        return self.merged_from.recorded_at if self.merged_from else self.recorded_at

    @property
    def origin(self) -> str | None:
        """Who the claim comes from: the first of `said_by`, else the source."""
        return self.said_by[0] if self.said_by else self.source


@frozen(kw_only=True)
class RecordedEvent:
    """An event with its place in the log.

    Attributes:
        position: 1, 2, 3 ... without gaps.
        recorded_at: when the log learnt it, aware UTC.
        leaf: SHA-256(0x00 || body), 32 bytes: the event's leaf in the log's Merkle tree, at index position - 1.
        body: the canonical JSON as stored; empty if the event was redacted; then `event` has only its id.
    """

    position: int
    event: Event
    recorded_at: datetime
    leaf: bytes
    body: bytes

    @property
    def id(self) -> str:
        """The event's id."""
        return self.event.id or ""

    @property
    def is_redacted(self) -> bool:
        """Whether the body was erased; an `event.redacted` later in the log says who did it, when and why."""
        return not self.body


FIELDS: Final = tuple(f.name for f in attrs.fields(Event))
"""The keys that a client may give."""

_decode: Final = msgspec.json.Decoder(Body).decode


def decode(body: bytes) -> Body:
    """Read a stored body; what the log wrote is trusted here, so nothing is validated.

    Raises:
        CanonicalError: the bytes are not a body at all.
    """
    try:
        return _decode(body)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as exc:
        raise CanonicalError("", f"is not an event body: {exc}") from exc


def encode(body: Body) -> bytes:
    """Return the canonical JSON of a body that is complete and checked."""
    return canonical.encode_checked(body)


def body_of(
    event: Event,
    *,
    nonce: str,
    recorded_at: str,
    event_id: str | None = None,
    subject: str | None = None,
    source: str | None = None,
    stated: str | None = None,
    type_version: int | None = None,
) -> Body:
    """Return an event in its stored form, with what the log adds and what it fills in for the client."""
    return Body(
        type=event.type,
        subject=subject or event.subject,
        valid=event.valid,
        stance=event.stance,
        data=thaw(event.data),
        source=source or event.source,
        said_by=event.said_by,
        stated=stated or event.stated,
        grade=event.grade,
        quote=event.quote or None,
        locator=event.locator or None,
        note=event.note or None,
        disputes=event.disputes,
        replaces=event.replaces,
        retracts=event.retracts,
        id=event_id or event.id,
        type_version=type_version or event.type_version,
        recorded_by=event.recorded_by or None,
        format=FORMAT,
        nonce=nonce,
        recorded_at=recorded_at,
    )


def event_of(body: Body) -> Event:
    """Return what the client said, and what the log filled in for it."""
    return Event(**{name: getattr(body, name) for name in FIELDS})


def as_dict(event: Event) -> dict[str, Json]:
    """Return the keys that a client gave, except empty ones, in the order of the record's fields."""
    record: dict[str, Json] = {}
    for name in FIELDS:
        value = getattr(event, name)
        if value is None or (name != "data" and not value):
            continue
        record[name] = list(value) if isinstance(value, tuple) else thaw(value) if name == "data" else value
    return record


def recorded(position: int, body: bytes, leaf: bytes) -> RecordedEvent:
    """Build the recorded event that a body describes."""
    decoded = decode(body)
    return RecordedEvent(
        position=position, event=event_of(decoded), recorded_at=_instant(decoded.recorded_at), leaf=leaf, body=body
    )


def redacted(position: int, event_id: str, recorded_at: str, leaf: bytes) -> RecordedEvent:
    """Build the recorded event of a row whose body was erased."""
    event = Event(type="", id=event_id)
    return RecordedEvent(position=position, event=event, recorded_at=_instant(recorded_at), leaf=leaf, body=b"")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise CanonicalError("recorded_at", f"{text!r} is not an instant") from exc


def uuid7(milliseconds: int, randomness: bytes) -> str:
    """Return a UUID version 7 (RFC 9562 section 5.7): ids in order of time keep the log's index compact.

    Args:
        milliseconds: since 1970-01-01 UTC, at least 0.
        randomness: 10 bytes.
    """
    value = (milliseconds & (2**48 - 1)) << 80 | int.from_bytes(randomness, "big")
    value = value & ~(0xF << 76) | 7 << 76
    value = value & ~(3 << 62) | 2 << 62
    digits = f"{value:032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def identified(event: Event, *, now: datetime, randomness: Callable[[int], bytes]) -> Event:
    """Return an event with an id, so that it is found unchanged where it was written after all."""
    if not isinstance(event, Event) or event.id is not None:
        return event
    return attrs.evolve(event, id=uuid7(int(now.timestamp() * 1000), randomness(10)))
