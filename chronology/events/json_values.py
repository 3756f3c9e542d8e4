"""JSON values in memory, plain and frozen. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Final

Json = Any
"""A value of the domain: dict, list, str, int, bool or None, nested at most `canonical.MAX_DEPTH` deep."""

OBJECTS: Final = (dict, MappingProxyType, Mapping)
"""The types of a JSON object, the common one first, because the test for any other mapping is slow."""


def freeze(value: Json) -> Json:
    """Return a deep copy of a JSON value that nobody can change: read-only mappings and tuples."""
    if isinstance(value, str):
        return value
    if isinstance(value, OBJECTS):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Json) -> Json:
    """Return a frozen JSON value as plain dicts and lists, which JSON libraries require."""
    if isinstance(value, str):
        return value
    if isinstance(value, OBJECTS):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(item) for item in value]
    return value
