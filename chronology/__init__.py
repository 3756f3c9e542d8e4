"""Chronology: an append-only store for contested chronologies. What is listed in `__all__` is the public interface."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
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

_HOMES: Final = {
    "AppendResult": "append",
    "Candidate": "holding",
    "Chronology": "store",
    "ChronologyError": "errors",
    "Event": "events",
    "Fault": "verify",
    "Holding": "holding",
    "RecordedEvent": "events",
    "ReplayReport": "rebuild",
    "VerifyReport": "verify",
    "utc_now": "reader",
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
