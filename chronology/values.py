"""JSON values in memory: as anybody may change them, and frozen. Pure."""

from collections.abc import Mapping
from types import MappingProxyType
from typing import Any

Json = Any
"""A value of the domain: dict, list, str, int, bool or None, nested at most `canonical.MAX_DEPTH` deep."""


def freeze(value: Json) -> Json:
    """Return a deep copy of a JSON value that nobody can change: read-only mappings and tuples."""
    # Text first: it is what most values are, and the question of what is a mapping is a slow one.
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return MappingProxyType({key: freeze(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return tuple(freeze(item) for item in value)
    return value


def thaw(value: Json) -> Json:
    """Return a frozen JSON value as plain dicts and lists, as JSON libraries want them."""
    if isinstance(value, str):
        return value
    if isinstance(value, Mapping):
        return {key: thaw(item) for key, item in value.items()}
    if isinstance(value, list | tuple):
        return [thaw(item) for item in value]
    return value
