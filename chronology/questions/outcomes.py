"""What held, in short, as it counts when two answers are compared; and periods as texts. Pure."""

import json
from typing import Literal

from attrs import frozen

from chronology.answers.holding import Holding
from chronology.answers.resolve import Answer
from chronology.dates.calendar import LINE_END, LINE_START, format_instant
from chronology.events.json_values import Json, freeze


@frozen(kw_only=True)
class Outcome:
    """What held, in short; `value` is None if nothing is known to hold.

    Two answers are the same if their outcomes are, whatever the sources.
    """

    value: Json
    certainty: Literal["certain", "possible"]
    contested: bool


def outcome_of(answer: Answer | None) -> Outcome | None:
    """Return the outcome of an answer, None if nothing is known."""
    if answer is None:
        return None
    value = answer.leading.value if answer.leading else None
    return Outcome(
        value=None if value is None else freeze(json.loads(value)),
        certainty="certain" if answer.certain else "possible",
        contested=answer.contested,
    )


def outcome_held(holding: Holding | None) -> Outcome | None:
    """Return the outcome of a holding, None if there is none."""
    if holding is None:
        return None
    return Outcome(value=holding.value, certainty=holding.certainty, contested=holding.contested)


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
