"""What held, in short: the part of an answer that counts when two answers are compared. Pure."""

import json
from typing import Literal

from attrs import frozen

from chronology.answers.holding import Holding
from chronology.answers.resolve import Answer
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
