"""Cutting a stream of events into parts, so that for each it can be asked at once what the log holds. Pure."""

from collections.abc import Iterable, Iterator
from typing import Final

from chronology.events.records import Event

_EXPECTED: Final = 200


def in_parts(events: Iterable[Event]) -> Iterator[list[Event]]:
    """Yield events in parts of some hundred."""
    some: list[Event] = []
    try:
        for event in events:
            some.append(event)
            if len(some) == _EXPECTED:
                yield some
                some = []
    except Exception:
        # What came before is judged first, as it would be one by one.
        yield some
        raise
    yield some
