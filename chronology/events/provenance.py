"""Where an event was recorded first, if that was in another log: whether what it says of that can be so. Pure."""

import re
from collections.abc import Iterator
from datetime import datetime
from typing import Final

import msgspec

from chronology.errors import CanonicalError
from chronology.events import canonical
from chronology.events.records import Body, encode
from chronology.transparency.merkle import leaf_hash

_ORIGIN: Final = re.compile(r"chronology/[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.ASCII)
_LEAF: Final = re.compile(r"[0-9a-f]{64}", re.ASCII)
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def faults(body: Body) -> Iterator[str]:
    """Yield what is wrong with where an event says that it comes from; nothing of one that was recorded here first."""
    yield from place_faults(body)
    if not is_proven(body):
        yield "merged_from.leaf: is not that of this event as the other log recorded it"


def place_faults(body: Body) -> Iterator[str]:
    """Yield what cannot be so of the place where an event was recorded first, whatever it says."""
    found = body.merged_from
    if found is None:
        return
    if not _ORIGIN.fullmatch(found.origin):
        yield f"merged_from.origin: {found.origin!r:.80} is not the origin of a log"
    if not 1 <= found.position <= canonical.MAX_INTEGER:
        yield f"merged_from.position: {found.position} is not a position"
    if not _LEAF.fullmatch(found.leaf):
        yield f"merged_from.leaf: {found.leaf!r:.80} is not a leaf hash"
    if not _is_instant(found.recorded_at):
        yield f"merged_from.recorded_at: {found.recorded_at!r:.40} is not written as a log writes it"
    elif found.recorded_at >= body.recorded_at:
        yield f"merged_from.recorded_at: {found.recorded_at} is not earlier than recorded_at, {body.recorded_at}"


def _is_instant(text: str) -> bool:
    try:
        return bool(_INSTANT.fullmatch(text)) and bool(datetime.fromisoformat(text))
    except ValueError:
        return False


def original(body: Body) -> Body:
    """Return an event as the log that recorded it first holds it, byte for byte once it is encoded."""
    if body.merged_from is None:
        return body
    return msgspec.structs.replace(body, recorded_at=body.merged_from.recorded_at, merged_from=None)


def is_proven(body: Body) -> bool:
    """Tell whether an event, as first recorded, has the leaf hash that it claims to have in the other log."""
    if body.merged_from is None:
        return True
    try:
        return leaf_hash(encode(original(body))).hex() == body.merged_from.leaf
    except CanonicalError:
        return False
