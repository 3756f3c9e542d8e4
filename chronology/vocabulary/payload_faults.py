"""What is wrong with a payload, in plain words, made from the errors of the JSON Schema library. Pure.

Errors that this module has no words for keep the library's message.
"""

import json
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import Any, Final

from chronology.errors import Fault, FaultKind, nearest, or_perhaps
from chronology.events.json_values import Json

_SHOWN: Final = 60
"""The most characters of a value that are shown."""

_LONGEST: Final = 300
"""The most characters of a message of the library, which may quote a whole payload."""

_LISTED: Final = 20
"""The most names that are listed."""

_TYPES: Final = {
    "string": "text",
    "integer": "a whole number",
    "number": "a number",
    "boolean": "true or false",
    "array": "a list",
    "object": "an object",
    "null": "null",
}


def payload_faults(errors: Iterable[Any], *, name: str, schema: Mapping[str, Json]) -> list[Fault]:
    """Return every fault of a payload, each with its path.

    Args:
        errors: those of the library about one payload.
        name: of the event type.
        schema: of the event type.
    """
    errors = list(errors)
    empty = {tuple(error.instance_path) for error in errors if error.kind.name == "minLength" and not error.instance}
    faults: list[Fault] = []
    for error in errors:
        # If a text is empty, it is enough to say so.
        if error.kind.name == "pattern" and tuple(error.instance_path) in empty:
            continue
        kind: FaultKind = "type" if error.kind.name == "type" else "other"
        faults.append(Fault(_path(error.instance_path), _said(error, name, schema), kind=kind))
    return faults


def _path(steps: Iterable[str | int]) -> str:
    return "data" + "".join(f"[{step}]" if isinstance(step, int) else f".{step}" for step in steps)


def _said(error: Any, name: str, schema: Mapping[str, Json]) -> str:
    """Say what one error means."""
    kind = error.kind.name
    owner = name if not error.instance_path else "it"
    if kind in ("additionalProperties", "unevaluatedProperties"):
        return _unknown_keys(error, owner, schema)
    if kind == "required":
        return f"{owner} needs the key {error.kind.property!r}"
    if kind == "type":
        wanted = [words for type_, words in _TYPES.items() if type_ in error.kind.types]
        return f"must be {_either(wanted)}, not {_shown(error.instance)}"
    if kind == "falseSchema" and error.schema_path[-1:] == ["additionalProperties"]:
        return f"{owner} takes no keys"
    if kind == "propertyNames":
        inner = error.kind.error
        return f"the key {_named(inner.instance)} is not allowed: {_said(inner, name, {})}"
    if kind in _LIMITS:
        return _LIMITS[kind](error.instance, error.kind.limit)
    if kind in _REMARKS:
        return _REMARKS[kind](error, _example(schema, error.instance_path))
    message = str(error.message)
    return message if len(message) <= _LONGEST else f"{message[:_LONGEST]}..."


def _unknown_keys(error: Any, owner: str, schema: Mapping[str, Json]) -> str:
    """Say which keys are unknown, which ones the type takes, and which may have been meant."""
    unexpected: list[str] = error.kind.unexpected
    part = _part(schema, error.schema_path[:-1])
    known = list(_mapping(part.get("properties")))
    message = f"{owner} has no key{'s' * (len(unexpected) > 1)} {_listed(map(repr, unexpected))}"
    # This part of the schema does not show what other parts or key patterns allow.
    if error.kind.name == "additionalProperties" and not part.get("patternProperties"):
        message += f"; it takes {_listed(known)}" if known else "; it takes none"
    close = dict.fromkeys(hit for key in unexpected[:_LISTED] for hit in nearest(key[:_SHOWN], known))
    return message + or_perhaps(list(close))


def _mistaken_format(error: Any, example: str) -> str:
    if error.kind.format == "subject":
        return f"{_quoted(error.instance)} is not kind/slug in lower case{example or ', as in person/abu-omar'}"
    if error.kind.format == "decimal":
        return f"{_quoted(error.instance)} is not a decimal number{example or ', as in 37.50'}"
    return f"{_quoted(error.instance)} is not a valid {error.kind.format}{example}"


def _not_among(error: Any, _: str) -> str:
    options = [option if isinstance(option, str) else _json(option) for option in error.kind.options]
    close = nearest(error.instance[:_SHOWN], options) if isinstance(error.instance, str) else []
    return f"{_named(error.instance)} is not one of {_listed(options)}{or_perhaps(close)}"


_REMARKS: Final[Mapping[str, Callable[[Any, str], str]]] = {
    "enum": _not_among,
    "format": _mistaken_format,
    "pattern": lambda error, example: (
        f"{_quoted(error.instance)} is blank"
        if error.kind.pattern == r"\S"
        else f"{_quoted(error.instance)} does not match {error.kind.pattern}{example}"
    ),
    "const": lambda error, _: f"must be {_shown(error.kind.expected_value)}, not {_shown(error.instance)}",
    "multipleOf": lambda error, _: f"{_shown(error.instance)} is not a multiple of {error.kind.multiple_of}",
    "uniqueItems": lambda error, _: f"{_named(_repeated(error.instance))} is listed twice",
    "falseSchema": lambda _, __: "is not allowed here",
}


def _size(unit: str, bound: str) -> Callable[[Sequence[Json], int], str]:
    """Make the sentence for what is too short or too long."""

    def said(value: Sequence[Json], limit: int) -> str:
        if not value and limit == 1:
            return "is empty"
        return f"has {len(value):,} {unit}{'s' * (len(value) != 1)}, and the {bound} is {limit:,}"

    return said


_LIMITS: Final[Mapping[str, Callable[[Any, Any], str]]] = {
    "minimum": lambda value, limit: f"is {value}, and the minimum is {limit}",
    "maximum": lambda value, limit: f"is {value}, and the maximum is {limit}",
    "exclusiveMinimum": lambda value, limit: f"is {value}, and must be more than {limit}",
    "exclusiveMaximum": lambda value, limit: f"is {value}, and must be less than {limit}",
    "minLength": _size("character", "minimum"),
    "maxLength": _size("character", "maximum"),
    "minItems": _size("item", "minimum"),
    "maxItems": _size("item", "maximum"),
    "minProperties": _size("key", "minimum"),
    "maxProperties": _size("key", "maximum"),
}


def _part(schema: Mapping[str, Json], steps: Iterable[str | int]) -> Mapping[str, Json]:
    """Return the part of a schema at a path, nothing if the path cannot be followed."""
    part: Any = schema
    for step in steps:
        try:
            part = part[step]
        except (LookupError, TypeError):
            return {}
    return _mapping(part)


def _example(schema: Mapping[str, Json], steps: Sequence[str | int]) -> str:
    """Return a text that the examples of a type have at a path of the payload, ready for the end of a message."""
    for example in _texts_at(schema.get("examples"), steps):
        return f", as in {example}"
    return ""


def _texts_at(examples: Json, steps: Sequence[str | int]) -> Iterator[str]:
    for example in examples if isinstance(examples, list) else ():
        value: Any = example
        for step in steps:
            try:
                # Any item of a list is an example of the others.
                value = value[0 if isinstance(step, int) else step]
            except (LookupError, TypeError):
                break
        else:
            if isinstance(value, str) and len(value) <= _SHOWN:
                yield value


def _repeated(items: Sequence[Json]) -> Json:
    """Return the first item that a list repeats; true and 1 are different."""
    seen = set()
    for item in items:
        text = json.dumps(item, sort_keys=True)
        if text in seen:
            return item
        seen.add(text)
    return items[0]


def _mapping(part: Json) -> Mapping[str, Json]:
    return part if isinstance(part, Mapping) else {}


def _shown(value: Json) -> str:
    """Return a value for people, cut if it is long; a text is introduced as one."""
    return f"the text {_quoted(value)}" if isinstance(value, str) else _json(value)


def _named(value: Json) -> str:
    """Return a value for people, a text in quotes, everything else as JSON."""
    return _quoted(value) if isinstance(value, str) else _json(value)


def _json(value: Json) -> str:
    return _cut(json.dumps(value, ensure_ascii=False))


def _quoted(text: str) -> str:
    return repr(_cut(text))


def _cut(text: str) -> str:
    return text if len(text) <= _SHOWN else f"{text[:_SHOWN]}..."


def _listed(names: Iterable[str]) -> str:
    names = list(names)
    rest = f" and {len(names) - _LISTED:,} more" if len(names) > _LISTED else ""
    return ", ".join(map(_cut, names[:_LISTED])) + rest


def _either(names: Sequence[str]) -> str:
    return " or ".join(filter(None, (", ".join(names[:-1]), names[-1])))
