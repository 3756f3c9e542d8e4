"""The ids of imported events: the same for the same row of the same dataset, wherever it is imported. Pure.

An id is a UUID of version 8 (RFC 9562, section 5.8). It begins with 00, which keeps it below the ids that the log
makes; then come 90 bits of a hash of dataset and key, which all events of a row share, and 24 bits that count.
"""

import hashlib
from typing import Final, NamedTuple

_SLOT_BITS: Final = 11
_REVISION_BITS: Final = 12
_COUNTED: Final = _SLOT_BITS + _REVISION_BITS + 1
MOST_SLOTS: Final = 1 << _SLOT_BITS
MOST_REVISIONS: Final = 1 << _REVISION_BITS
_SHARED: Final = 36 - _COUNTED // 4


class Place(NamedTuple):
    """Which event of a row an id names.

    Attributes:
        slot: the place among the events of the row, from 0.
        revision: how often what stands there was stated before.
        withdraws: whether it is the event that withdraws that one.
    """

    slot: int
    revision: int
    withdraws: bool = False


def prefix(dataset: str, key: str) -> str:
    """Return how the ids of all events of a row begin."""
    return _text(_hash(dataset, key) << _COUNTED)[:_SHARED]


def identity(dataset: str, key: str, place: Place) -> str:
    """Return the id of an event of a row. Requires the numbers of the place to be below the most that there are."""
    counted = (place.slot << _REVISION_BITS | place.revision) << 1 | place.withdraws
    return _text(_hash(dataset, key) << _COUNTED | counted)


def place_of(event_id: str) -> Place:
    """Return which event of its row an id names. Requires an id that `identity` made."""
    counted = int(event_id[_SHARED:], 16)
    rest = counted >> 1
    return Place(rest >> _REVISION_BITS, rest & (MOST_REVISIONS - 1), bool(counted & 1))


def fingerprint(key: str) -> bytes:
    """Return a few bytes that stand for a key of any length."""
    return hashlib.blake2b(key.encode(), digest_size=12).digest()


def _hash(dataset: str, key: str) -> int:
    digest = hashlib.sha256(b"chronology-import\0" + dataset.encode() + b"\0" + key.encode()).digest()
    return int.from_bytes(digest[:12]) & ((1 << 90) - 1)


def _text(value: int) -> str:
    """Write 114 bits as a UUID: 8 zero bits and 40 bits, the version, 12 bits, the variant, 62 bits."""
    high, middle, low = value >> 74, value >> 62 & 0xFFF, value & ((1 << 62) - 1)
    digits = f"{high:012x}{0x8000 | middle:04x}{low | 1 << 63:016x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))
