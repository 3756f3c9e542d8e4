"""What to do next when an event is refused. Pure."""

from collections.abc import Sequence

from chronology.events.records import Body


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
