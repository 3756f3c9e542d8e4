"""Turns what people type into what the library takes: positions, names of events, spans of days. Prints nothing."""

import re

from chronology.projections.filters import typed_known_at, typed_span


def known_at(text: str | None) -> int | str | None:
    """Read a known time as the filter of that name does; None where none was given."""
    return typed_known_at(text) if text else text


def event_name(text: str) -> int | str:
    """Read a position, given in digits or as `#7`, or an id; a leading 0 means the beginning of an id."""
    return int(text.removeprefix("#")) if re.fullmatch("#?[1-9][0-9]{0,17}", text) else text


def span(text: str | None) -> int:
    """Read a number of days or weeks, `7d` or `2w`, as seconds; 0 where none was given.

    Raises:
        ChronologyError: it is not a span of days.
    """
    return 0 if text is None else typed_span(text)
