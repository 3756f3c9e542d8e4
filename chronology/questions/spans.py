"""Periods of the line of seconds as texts. Pure."""

from chronology.dates.calendar import LINE_END, LINE_START, format_instant

Span = tuple[str | None, str | None]
"""First and last second as ISO 8601 date-times without a zone; None for always so, and for still so."""


def span_of(start: int, end: int) -> Span | None:
    """Return a half-open period as texts, None if it lies wholly outside the years -9999 to 9999.

    Only an unbounded date, such as `[2018-01-15..]`, reaches out there; no question can.
    """
    if end <= LINE_START or start >= LINE_END:
        return None
    since = format_instant(start) if start > LINE_START else None
    until = format_instant(end - 1) if end < LINE_END else None
    return since, until
