"""Structuring: JSON that a person or another program wrote becomes an event; every fault is reported at once. Pure."""

from collections.abc import Mapping
from typing import Any, Final

import cattrs

from chronology.errors import InvalidEventError, nearest, or_perhaps
from chronology.events.json_values import Json
from chronology.events.records import FIELDS, Event, Stance


def event_from_json(record: Json) -> Event:
    """Build an event from a JSON object that a person or another program wrote.

    Raises:
        InvalidEventError: it is not an object, or has unknown keys or values of the wrong type; each with its path.
    """
    if not isinstance(record, dict):
        raise InvalidEventError([f"an event is a JSON object, not {type(record).__name__}"])
    faults = [_unknown_key(key) for key in record if key not in FIELDS]
    try:
        event = _converter.structure({k: v for k, v in record.items() if k in FIELDS}, Event)
    except cattrs.BaseValidationError as exc:
        told = cattrs.transform_error(exc, path="", format_exception=_format_fault)
        faults.extend(map(_path_first, told))
        raise InvalidEventError(faults) from exc
    if faults:
        raise InvalidEventError(faults)
    return event


def _unknown_key(key: str) -> str:
    close = nearest(key, FIELDS)
    return f"unknown key {key!r}{or_perhaps(close)}"


def _format_fault(exc: BaseException, _: type | None) -> str:
    if isinstance(exc, KeyError):
        return "is missing"
    return str(exc)


def _path_first(fault: str) -> str:
    """Return what cattrs says of a fault, `what @ .path`, in the form of all faults."""
    what, _, path = fault.rpartition(" @ ")
    return f"{path.removeprefix('.')}: {what}"


def _strict_text(value: Any, _: type) -> str:
    if not isinstance(value, str):
        raise TypeError(f"must be a string, not {value!r}")
    return value


def _strict_integer(value: Any, _: type) -> int:
    if not isinstance(value, int) or isinstance(value, bool):
        raise TypeError(f"must be an integer, not {value!r}")
    return value


def _strict_names(value: Any, _: type) -> tuple[str, ...]:
    if isinstance(value, str):
        return (value,)
    if not isinstance(value, list) or not all(isinstance(item, str) for item in value):
        raise TypeError(f"must be a list of strings, not {value!r}")
    return tuple(value)


def _strict_object(value: Any, _: type) -> Mapping[str, Json]:
    if not isinstance(value, dict):
        raise TypeError(f"must be an object, not {value!r}")
    return value


def _make_converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True)
    converter.register_structure_hook(str, _strict_text)
    converter.register_structure_hook(int, _strict_integer)
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], _strict_names)
    converter.register_structure_hook_func(lambda kind: kind == Mapping[str, Json], _strict_object)
    converter.register_structure_hook_func(lambda kind: kind is Stance, _strict_text)
    return converter


_converter: Final = _make_converter()
