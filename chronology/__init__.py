"""Chronology: an append-only store for contested chronologies. What is listed in `__all__` is the public interface."""

from chronology.append import AppendResult
from chronology.errors import ChronologyError
from chronology.events import Event, RecordedEvent
from chronology.holding import Candidate, Holding
from chronology.reader import utc_now
from chronology.rebuild import ReplayReport
from chronology.store import Chronology
from chronology.verify import Fault, VerifyReport

__version__ = "0.1.0"

__all__ = [
    "AppendResult",
    "Candidate",
    "Chronology",
    "ChronologyError",
    "Event",
    "Fault",
    "Holding",
    "RecordedEvent",
    "ReplayReport",
    "VerifyReport",
    "utc_now",
]
