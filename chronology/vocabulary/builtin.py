"""What ships with the package: the built-in event types and the running example. Reads files, writes none."""

from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from chronology.errors import InvalidEventError, StoreError
from chronology.events import canonical
from chronology.events.json_values import Json, thaw
from chronology.events.records import Event
from chronology.vocabulary.event_types import DEFINED, MERGED, NAMED, NOTED, REDACTED
from chronology.vocabulary.registry import Vocabulary

_PACKAGE: Final = Path(__file__).parents[1]

ADDED_LATER: Final = frozenset({REDACTED, NAMED, MERGED, NOTED})
"""Types that stores made before them lack; they are defined there when they are first used."""


_WHEN_NEEDED: Final = frozenset({f"urn:chronology:{NOTED}:1"})
"""Definitions that a new log lacks: most logs never need them."""


def _folder() -> Path:
    """Return the folder of schemas: inside the installed package, or beside it in a checkout."""
    for folder in (_PACKAGE / "schemas", _PACKAGE.parent / "schemas"):
        if folder.is_dir():
            return folder
    raise StoreError("the built-in schemas are missing", hint="install Chronology again")


@cache
def schemas() -> tuple[dict[str, Json], ...]:
    """Return the built-in type definitions, by file name; a type's versions follow each other."""
    paths = sorted((path for path in _folder().iterdir() if path.name.endswith(".json")), key=lambda p: _order(p.name))
    return tuple(canonical.parse(path.read_bytes()) for path in paths)


def versions(name: str) -> list[dict[str, Json]]:
    """Return the built-in versions of a type, the first one first."""
    return [schema for schema in schemas() if str(schema["$id"]).split(":")[2] == name]


def newer(vocabulary: Vocabulary) -> list[dict[str, Json]]:
    """Return the built-in versions that a vocabulary lacks, of those types of which it has the earlier ones.

    A type that it does not have is not among them, nor one of which it has versions of its own.
    """
    found: list[dict[str, Json]] = []
    for event_type in vocabulary:
        shipped, known = versions(event_type.name), event_type.version
        own = [thaw(vocabulary.version(event_type.name, number + 1).schema) for number in range(known)]
        if own == shipped[:known]:
            found += shipped[known:]
    return found


def schema(name: str) -> dict[str, Json]:
    """Return the first version of a built-in type."""
    return next(schema for schema in schemas() if schema["$id"] == f"urn:chronology:{name}:1")


def _order(name: str) -> tuple[str, int]:
    stem, version, _ = name.rsplit(".", 2)
    return stem, int(version)


def definition(schema: Json, *, recorded_by: str | None = None) -> Event:
    """Return the event that defines a type.

    Raises:
        InvalidEventError: the schema is not an object; the log checks everything else.
    """
    if not isinstance(schema, dict):
        raise InvalidEventError(
            [f"a type definition is a JSON object, not {type(schema).__name__}"],
            hint="`chronology types show operation.stalled --json` prints an example",
        )
    name = str(schema.get("$id")).split(":")[2:3]
    subject = f"type/{name[0] if name else 'unknown'}"
    return Event(type=DEFINED, subject=subject, data={"schema": schema}, recorded_by=recorded_by)


def definitions() -> list[Event]:
    """Return the events that define the types of a new log: first `type.defined`, as the others are of that type."""
    told = [schema for schema in schemas() if schema["$id"] not in _WHEN_NEEDED]
    return [definition(schema) for schema in sorted(told, key=lambda s: s["$id"] != f"urn:chronology:{DEFINED}:1")]


def example() -> Iterator[dict[str, Any]]:
    """Yield the events of the running example as JSON objects, each with its `recorded_at`."""
    text = (_PACKAGE / "data" / "al-jazeera-storm.jsonl").read_text("utf-8")
    for line in text.splitlines():
        yield canonical.parse(line)
