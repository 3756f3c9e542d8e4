"""What to do next when an event is refused, and refusals that several modules make. Pure."""

from collections.abc import Sequence
from typing import Final

from chronology.errors import NotLiveError
from chronology.events.records import Body
from chronology.log.event_table import Row
from chronology.vocabulary.event_types import DEFINED, RETRACTED

INSTEAD: Final = {RETRACTED: "append the assertion again", DEFINED: "define a new version instead"}
"""What to do instead of withdrawing an event that cannot be withdrawn, by its type."""


def hint_for(event: Body, faults: Sequence[str]) -> str:
    """Return the hint that helps most with the faults of an event; each fault begins with its path."""
    if any(fault.startswith("source: is missing") for fault in faults):
        return "name the document that says so, as in --source source/voa-2018-05-14"
    if any(fault.startswith("valid: is missing") for fault in faults):
        return "say when it was so, as in --on 2018-05-14"
    if any(fault.startswith("valid") for fault in faults):
        return "`chronology date TEXT` explains how a date is read"
    if any(fault.startswith("data") for fault in faults):
        return f"`chronology types show {event.type}` shows what it takes"
    if any(fault.startswith("subject") for fault in faults):
        return f"`chronology types show {event.type}` shows what it is about"
    if any(fault.startswith("retracts: is missing") for fault in faults):
        return "`chronology retract ID --reason TEXT` withdraws an event"
    return "`chronology append --help` shows how each part is given"


def gone(row: Row) -> NotLiveError:
    """Return the refusal of whatever names a redacted event."""
    return NotLiveError(
        f"event {row.id} (position {row.position}) was redacted: nothing can refer to it or bring it back",
        hint=f"`chronology log --subject event/{row.id}` shows who redacted it, when and why",
    )
