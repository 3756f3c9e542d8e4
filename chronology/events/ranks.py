"""The places of events in the order in which they were first recorded, in whichever log that was. Pure.

Equal starts go to what was recorded later. Of logs that took in each other's events, positions tell that of neither, so
events are ordered by what both know: when an event was first recorded, in which log, at which position, and its id.
Within one log this is the order of positions, so an event that came from another log stands between two of them.
"""

from collections.abc import Callable
from datetime import datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Final, TypeAlias

from chronology.events.patterns import format_instant

if TYPE_CHECKING:
    from fractions import Fraction

    from chronology.events.records import Provenance

_PLACE: Final = 8
"""Bytes of a position in a rank."""

Rank: TypeAlias = "int | Fraction"
"""The place of an event in the order of first recording: its position, or between two of them."""


def rank_code(found: "Provenance", event_id: str, after: int) -> bytes:
    """Return the place of an event between two positions, in its stored form; codes compare as the places do.

    Args:
        found: where it was recorded first.
        event_id: its id.
        after: the last position of this log that was recorded before it.
    """
    place = (number.to_bytes(_PLACE, "big") for number in (after, found.position))
    before, there = place
    # No text here holds a zero, so a shorter one sorts before a longer one that begins with it.
    return b"\0".join((before + found.recorded_at.encode(), found.origin.encode(), there + event_id.encode()))


@lru_cache(maxsize=4_096)
def _between(code: bytes) -> "Fraction":
    # Imported here: most stores took in no other log, and their questions should not wait for it.
    from fractions import Fraction

    rest = code[_PLACE:]
    return int.from_bytes(code[:_PLACE], "big") + Fraction(int.from_bytes(rest, "big"), 256 ** len(rest))


def rank(position: int, code: bytes | None) -> Rank:
    """Return the place of an event in the order of first recording."""
    return position if code is None else _between(code)


def recorded_before(
    found: "Provenance",
    event_id: str,
    *,
    origin: str,
    position_at: Callable[[str], int],
    id_at: Callable[[int], str],
) -> int:
    """Return the last position of a log whose own event comes before one of another log; 0 if there is none.

    Args:
        found: where the other was recorded first.
        event_id: its id.
        origin: of the log.
        position_at: gives the newest position that the log recorded at or before an instant, 0 if there is none.
        id_at: gives the id of the event at a position.
    """
    last = position_at(found.recorded_at)
    if origin < found.origin:
        return last
    first = position_at(_just_before(found.recorded_at))
    if origin > found.origin:
        return first
    # Two logs with one beginning, which went on apart: at one instant, both may have given one position.
    last = max(first, min(last, found.position))
    return last - 1 if last == found.position > first and id_at(last) > event_id else last


def _just_before(recorded_at: str) -> str:
    return format_instant(datetime.fromisoformat(recorded_at) - datetime.resolution)
