"""Outcomes as people and programs read them. Prints nothing."""

from chronology.commands.screen.output import as_text
from chronology.events.json_values import Json, thaw
from chronology.questions.outcomes import Outcome


def told(outcome: Outcome | None) -> str:
    """Return an outcome as words: its value, how certain it is, and whether it is contested."""
    if outcome is None:
        return "nothing known"
    value = "nothing known" if outcome.value is None else as_text(thaw(outcome.value))
    return f"{value} ({outcome.certainty}{', contested' if outcome.contested else ''})"


def record(outcome: Outcome | None) -> dict[str, Json] | None:
    """Return an outcome as JSON."""
    if outcome is None:
        return None
    return {"value": thaw(outcome.value), "certainty": outcome.certainty, "contested": outcome.contested}
