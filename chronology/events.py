"""Event records and their codec: what a client submits, what the log returns, the body between. No I/O, no clock."""

import re
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Final, Literal, get_args

import attrs
import msgspec
from attrs import field, frozen

from chronology import canonical, edtf
from chronology.errors import CanonicalError, DateError
from chronology.forms import GRADE, SUBJECT, SUBJECT_LENGTH, is_day
from chronology.values import Json, freeze, thaw

FORMAT: Final = 1
"""Version of the body's layout, the `format` key of every body."""

Stance = Literal["affirms", "denies"]

_UUID = re.compile(r"[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}")


def _names(value: str | Iterable[str] | None) -> tuple[str, ...]:
    """Take one name for a list of one: `said_by="person/x"` must not become its letters."""
    if value is None:
        return ()
    # What is no list at all is kept too, for `value_faults` to name.
    return (value,) if isinstance(value, str) or not isinstance(value, Iterable) else tuple(value)


@frozen(kw_only=True)
class Event:
    """An assertion as a client submits it (design.md, section 5); absent things are None or empty.

    Building one checks nothing: the log checks the whole event at once and names every fault.
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


@frozen(kw_only=True)
class Body(Event):
    """An event as stored: what the client said, and what the log added. Its `data` is as decoded, for reading only."""

    format: int = FORMAT
    nonce: str = ""
    recorded_at: str = ""


@frozen(kw_only=True)
class RecordedEvent:
    """An event with its place in the log.

    Attributes:
        position: 1, 2, 3 ... without gaps.
        recorded_at: when the log learnt it, aware UTC.
        leaf: SHA-256(0x00 || body), 32 bytes: the event's leaf in the log's Merkle tree, at index position - 1.
        body: the canonical JSON as stored; empty where the event was redacted, which leaves of `event` only the id.
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


def encode(event: Event, *, nonce: str, recorded_at: str) -> bytes:
    """Return the canonical body of an event that is complete and checked."""
    record = as_dict(event)
    record["format"] = FORMAT
    record["nonce"] = nonce
    record["recorded_at"] = recorded_at
    return canonical.encode_checked(record)


def as_dict(event: Event) -> dict[str, Json]:
    """Return the keys a client gave, absent when empty, in the order of the record's fields."""
    record: dict[str, Json] = {}
    for name in FIELDS:
        value = getattr(event, name)
        if value is None or (name != "data" and not value):
            continue
        record[name] = list(value) if isinstance(value, tuple) else thaw(value) if name == "data" else value
    return record


def recorded(position: int, body: bytes, leaf: bytes) -> RecordedEvent:
    """Build the recorded event of a row of the log."""
    decoded = decode(body)
    event = Event(**{name: getattr(decoded, name) for name in FIELDS})
    return RecordedEvent(
        position=position, event=event, recorded_at=_instant(decoded.recorded_at), leaf=leaf, body=body
    )


def redacted(position: int, event_id: str, recorded_at: str, leaf: bytes) -> RecordedEvent:
    """Build the recorded event of a row whose body was erased."""
    event = Event(type="", id=event_id)
    return RecordedEvent(position=position, event=event, recorded_at=_instant(recorded_at), leaf=leaf, body=b"")


def _instant(text: str) -> datetime:
    try:
        return datetime.fromisoformat(text)
    except ValueError as exc:
        raise CanonicalError("recorded_at", f"{text!r} is no instant") from exc


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


def value_faults(event: object) -> list[str]:
    """Return what Python lets pass, each with its path: a date where its text is wanted, a number among names.

    Everything else that judges an event relies on there being none.
    """
    if not isinstance(event, Event):
        return [f"wants an Event, not {event!r}"]
    faults = []
    for name in _TEXTS:
        value = getattr(event, name)
        if not isinstance(value, str) and (value is not None or name in ("type", "subject")):
            faults.append(f"{name}: wants text, not {value!r}")
    for path, names in (("said_by", event.said_by), ("disputes", event.disputes)):
        faults += [f"{path}: wants text, not {name!r}" for name in names if not isinstance(name, str)]
    version = event.type_version
    if version is not None and (not isinstance(version, int) or isinstance(version, bool)):
        faults.append(f"type_version: wants an integer, not {version!r}")
    return faults if isinstance(event.data, Mapping) else [*faults, f"data: wants an object, not {event.data!r}"]


_TEXTS: Final = tuple(name for name in FIELDS if name not in ("data", "said_by", "disputes", "type_version"))


def form_faults(event: Event) -> list[str]:
    """Return what is wrong with an event's form, each fault with its path; the vocabulary judges the rest."""
    faults: list[str] = []
    if event.subject:
        faults += _subject_faults("subject", event.subject)
    if event.valid is not None:
        faults += _valid_faults(event.valid)
    if event.stance not in get_args(Stance):
        faults.append(f"stance: {event.stance!r} is neither affirms nor denies")
    if event.source is not None:
        faults += _subject_faults("source", event.source)
        if not event.source.startswith("source/"):
            faults.append(f"source: {event.source!r} is not of the kind source, as in source/voa-2018-05-14")
    for index, name in enumerate(event.said_by):
        faults += _subject_faults(f"said_by[{index}]", name)
    if event.stated is not None and not is_day(event.stated):
        faults.append(f"stated: {event.stated!r} is not a day, as in 2018-05-14")
    if event.grade is not None and not GRADE.fullmatch(event.grade):
        faults.append(f"grade: {event.grade!r} is no Admiralty grade: A-F for the source, then 1-6, as in B2")
    for name in ("id", "replaces", "retracts"):
        faults += _uuid_faults(name, getattr(event, name))
    for index, target in enumerate(event.disputes):
        faults += _uuid_faults(f"disputes[{index}]", target)
    return faults + _text_faults(event)


def _subject_faults(path: str, name: str) -> list[str]:
    if len(name) > SUBJECT_LENGTH:
        return [f"{path}: is {len(name)} characters long, and {SUBJECT_LENGTH} is the most"]
    if not SUBJECT.fullmatch(name):
        return [f"{path}: {name!r} is not kind/slug in lower case, as in operation/al-jazeera-storm"]
    return []


def _valid_faults(text: str) -> list[str]:
    try:
        edtf.parse(text)
    except DateError as exc:
        return [f"valid: {exc}" + (f" ({exc.hint})" if exc.hint else "")]
    return []


def _uuid_faults(path: str, text: str | None) -> list[str]:
    if text is None or _UUID.fullmatch(text):
        return []
    return [f"{path}: {text!r} is no UUID in lower case with hyphens"]


def _text_faults(event: Event) -> list[str]:
    faults = []
    for name in ("data", "quote", "locator", "note", "recorded_by"):
        value = getattr(event, name)
        if value is None:
            continue
        try:
            canonical.check(value, name)
        except CanonicalError as exc:
            faults.append(str(exc) + (f" ({exc.hint})" if exc.hint else ""))
    return faults
