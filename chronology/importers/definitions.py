"""The event types that a mapping needs, as JSON Schemas made of what it says of the payload. Pure."""

from typing import Final

from chronology.events.json_values import Json
from chronology.importers.mappings import Definition, Mapped, Value

_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_SCHEMAS: Final[dict[str, dict[str, Json]]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "format": "decimal"},
    "boolean": {"type": "boolean"},
    "subject": {"type": "string", "format": "subject"},
    "texts": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "subjects": {"type": "array", "items": {"type": "string", "format": "subject"}, "minItems": 1},
}


def schemas(mapped: Mapped) -> list[dict[str, Json]]:
    """Return the definitions of the types that a mapping brings along, in its order."""
    return [_schema(one, mapped) for one in mapped.type]


def _schema(definition: Definition, mapped: Mapped) -> dict[str, Json]:
    events = [event for event in mapped.event if event.type == definition.name]
    values: dict[str, Value] = {name: value for event in events for name, value in event.data.items()}
    kinds = sorted({event.subject.partition("/")[0] for event in events if "{" not in event.subject.partition("/")[0]})
    schema: dict[str, Json] = {
        "$schema": _DIALECT,
        "$id": f"urn:chronology:{definition.name}:1",
        "title": definition.title,
        "description": definition.description,
        "type": "object",
        "properties": {name: _property(value) for name, value in values.items()},
        "additionalProperties": False,
        "x-asserts": {name: {"data": name} for name, value in values.items() if value.asserts},
        "x-persists": definition.lasts,
    }
    if not definition.begins:
        schema["x-begins"] = False
    if kinds:
        schema["x-subject"] = kinds[0] if len(kinds) == 1 else kinds
    return schema


def _property(value: Value) -> dict[str, Json]:
    found = dict(_SCHEMAS[value.as_])
    if value.about:
        found["description"] = value.about
    return found
