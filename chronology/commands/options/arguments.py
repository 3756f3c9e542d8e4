"""Turns what people type into what the library takes: positions, names of events, spans of days. Prints nothing."""

import re

from chronology.dates.calendar import DAY
from chronology.errors import ChronologyError

_SPANS = {"d": DAY, "w": 7 * DAY}


def known_at(text: str | None) -> int | str | None:
    """Read a position, given in digits, or a date or date-time (which never has a sign and fewer than four digits)."""
    return int(text) if text and re.fullmatch(r"\d{1,20}|-\d{1,3}", text, re.ASCII) else text


def event_name(text: str) -> int | str:
    """Read a position, given in digits or as `#7`, or an id; a leading 0 means the beginning of an id."""
    return int(text.removeprefix("#")) if re.fullmatch("#?[1-9][0-9]{0,17}", text) else text


def span(text: str | None) -> int:
    """Read a number of days or weeks, `7d` or `2w`, as seconds.

    Raises:
        ChronologyError: it is not a span of days.
    """
    if text is None:
        return 0
    match = re.fullmatch(r"(\d{1,5})([dw])", text, re.ASCII)
    if not match:
        raise ChronologyError(f"{text!r} is not a span of days", hint="write it like 7d or 2w")
    return int(match[1]) * _SPANS[match[2]]
