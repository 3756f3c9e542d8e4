"""Chronology: an append-only store for contested chronologies. What is listed in `__all__` is the public interface."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from chronology.answers.holding import Candidate, Holding
    from chronology.errors import ChronologyError
    from chronology.events.records import Event, RecordedEvent
    from chronology.evidence.verify import Fault, VerifyReport
    from chronology.projections.rebuild import ReplayReport
    from chronology.store.batch import AppendResult
    from chronology.store.chronology import Chronology
    from chronology.store.session import utc_now

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

_HOMES: Final = {
    "AppendResult": "store.batch",
    "Candidate": "answers.holding",
    "Chronology": "store.chronology",
    "ChronologyError": "errors",
    "Event": "events.records",
    "Fault": "evidence.verify",
    "Holding": "answers.holding",
    "RecordedEvent": "events.records",
    "ReplayReport": "projections.rebuild",
    "VerifyReport": "evidence.verify",
    "utc_now": "store.session",
}
"""The module of each public name, imported where the name is first used: a question need not wait for the writers."""

if not TYPE_CHECKING:
    # Hidden from type checkers, which would take any name for one that exists.

    def __getattr__(name: str) -> Any:
        if name not in _HOMES:
            return _module(name)
        value = globals()[name] = getattr(import_module(f"{__name__}.{_HOMES[name]}"), name)
        return value


def _module(name: str) -> Any:
    """Return a module of this package, which an attribute of that name may mean."""
    if name.startswith("_") or find_spec(f"{__name__}.{name}") is None:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return import_module(f"{__name__}.{name}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
