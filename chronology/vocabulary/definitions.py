"""Checking the definition of an event type: every fault at once. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from chronology.errors import InvalidEventError, nearest, or_perhaps
from chronology.events.json_values import Json
from chronology.events.patterns import ATTRIBUTE, KIND
from chronology.vocabulary.event_types import BOOKKEEPING, FACT_ASSERTED, FACT_ENDED, NAMING, identity, validator

DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
"""JSON Schema 2020-12, the only dialect that is read."""

_FIXED: Final = BOOKKEEPING | NAMING | {FACT_ASSERTED, FACT_ENDED}
"""Types whose payload the code itself reads; another version could remove what it needs."""


def check_definition(schema: Json) -> None:
    """Refuse a schema that does not define an event type.

    Raises:
        InvalidEventError: every fault of the definition at once.
    """
    faults = list(_shape_faults(schema)) or list(_definition_faults(schema))
    if faults:
        raise InvalidEventError(faults, hint="`chronology types show operation.stalled` prints an example")


_SHAPES: Final = {
    "title": str,
    "description": str,
    "properties": Mapping,
    "x-asserts": Mapping,
    "x-ends": list,
    "x-persists": bool,
    "x-begins": bool,
    "x-upcast": list,
    "examples": list,
}


def _shape_faults(schema: Json) -> Iterator[str]:
    if not isinstance(schema, Mapping):
        yield f"a type definition is a JSON object, not {type(schema).__name__}"
        return
    for key, shape in _SHAPES.items():
        if key in schema and not isinstance(schema[key], shape):
            yield f"{key}: is of the wrong type, {type(schema[key]).__name__}"


_KEYWORDS: Final = ("x-subject", "x-asserts", "x-ends", "x-persists", "x-begins", "x-upcast")


def _definition_faults(schema: Mapping[str, Json]) -> Iterator[str]:
    for key in schema:
        if key.startswith("x-") and key not in _KEYWORDS:
            close = nearest(key, _KEYWORDS)
            yield f"{key}: is not a keyword{or_perhaps(close)}"
    name, version = identity(schema)
    if not name:
        yield f"$id: {schema.get('$id')!r} is not urn:chronology:NAME:VERSION, as in urn:chronology:operation.stalled:1"
    elif name in _FIXED and version > 1:
        yield f"$id: the program itself reads {name}, so 1 is its only version"
    if schema.get("$schema") != DIALECT:
        yield f"$schema: must be {DIALECT!r}"
    if "title" not in schema:
        yield "title: is missing"
    if schema.get("type") != "object":
        yield 'type: a payload is an "object"'
    yield from _rule_faults(schema)
    if version > 1 and not isinstance(schema.get("x-upcast"), list):
        yield f"x-upcast: version {version} needs a JSON Patch (RFC 6902) from version {version - 1}"
    yield from _schema_faults(schema)


LARGEST: Final = 10_000
"""The most subschemas that a definition may have once every reference in it is written out."""


_DATA: Final = frozenset(("const", "default", "enum", "examples", *_KEYWORDS))
"""Keywords whose values are not schemas, whatever they look like."""

_NAMED: Final = frozenset(("$defs", "definitions", "dependentSchemas", "patternProperties", "properties"))
"""Keywords whose values are schemas by name."""


def _inner(part: Mapping[str, Json]) -> Iterator[Json]:
    """Yield the values in a schema that may be, or contain, schemas."""
    for key, value in part.items():
        if key in _NAMED and isinstance(value, Mapping):
            yield from value.values()
        elif key not in _DATA:
            yield value


_PATH: Final = re.compile("#(?:/[^%]*)?")
"""A JSON Pointer (RFC 6901) as a fragment, with nothing escaped: one way to write each path."""

_NAMING: Final = ("$id", "$anchor", "$dynamicAnchor", "$dynamicRef")


def _foreign_references(part: Json, *, top: bool = True) -> Iterator[str]:
    """Yield what would make a reference lead anywhere but along a path from the top of the definition."""
    if isinstance(part, list):
        for item in part:
            yield from _foreign_references(item, top=False)
    elif isinstance(part, Mapping):
        reference = part.get("$ref")
        if isinstance(reference, str) and not _PATH.fullmatch(reference):
            yield f"$ref {reference!r}"
        yield from (f"{key} {part[key]!r}" for key in _NAMING[top:] if isinstance(part.get(key), str))
        for inner in _inner(part):
            yield from _foreign_references(inner, top=False)


def _written_out(schema: Json) -> int:
    """Return how many subschemas a schema has with its references written out, `LARGEST` + 1 if there are too many.

    If references branch or lead back to themselves, even a small schema can mean endless work.
    """
    sizes: dict[str, int] = {}

    def size(part: Json, open_references: tuple[str, ...]) -> int:
        if isinstance(part, list):
            return min(sum(size(item, open_references) for item in part), LARGEST + 1)
        if not isinstance(part, Mapping):
            return 0
        total = 1 + sum(size(inner, open_references) for inner in _inner(part))
        reference = part.get("$ref")
        if isinstance(reference, str):
            total += referred(reference, open_references)
        return min(total, LARGEST + 1)

    def referred(reference: str, open_references: tuple[str, ...]) -> int:
        if reference in open_references:
            return LARGEST + 1
        if reference not in sizes:
            sizes[reference] = size(_pointed_at(schema, reference), (*open_references, reference))
        return sizes[reference]

    return size(schema, ())


def _pointed_at(schema: Json, reference: str) -> Json:
    """Return the part of a schema that a reference within it points at; None if it points elsewhere."""
    if reference == "#":
        return schema
    part = schema
    for step in reference.removeprefix("#/").split("/"):
        name = step.replace("~1", "/").replace("~0", "~")
        if isinstance(part, Mapping):
            part = part.get(name)
        elif isinstance(part, list) and name.isdecimal() and int(name) < len(part):
            part = part[int(name)]
        else:
            return None
    return part


def _schema_faults(schema: Mapping[str, Json]) -> Iterator[str]:
    """Check that the schema is a JSON Schema, and that its examples are valid."""
    import jsonschema_rs

    if foreign := sorted(set(_foreign_references(schema))):
        yield f"schema: {', '.join(foreign)}: a reference must point into the definition itself, as in #/$defs/NAME"
        return
    if _written_out(schema) > LARGEST:
        yield f"schema: has more than {LARGEST:,} parts once its references are written out, or they never end"
        return
    try:
        # Unchanged, the schema could make the library fetch an unknown dialect from the network or from a file.
        jsonschema_rs.meta.validate({**schema, "$schema": DIALECT})
        compiled = validator(schema)
    except (jsonschema_rs.ValidationError, jsonschema_rs.ReferencingError, ValueError) as exc:
        yield f"schema: {str(exc).splitlines()[0]}"
        return
    for index, example in enumerate(_list(schema.get("examples"))):
        for error in compiled.iter_errors(example):
            yield f"examples[{index}]: {error.message}"


def _rule_faults(schema: Mapping[str, Json]) -> Iterator[str]:
    kinds = schema.get("x-subject", [])
    if not isinstance(kinds, str | list):
        yield f"x-subject: is of the wrong type, {type(kinds).__name__}"
    for kind in [kinds] if isinstance(kinds, str) else _list(kinds):
        if not isinstance(kind, str) or not KIND.fullmatch(kind):
            yield f"x-subject: {kind!r} is not a kind of subject, as in operation"
    asserts = schema.get("x-asserts", {})
    for attribute, rule in asserts.items():
        if not ATTRIBUTE.fullmatch(attribute):
            yield f"x-asserts: {attribute!r} is not an attribute name: lower case letters, digits and _"
        if not isinstance(rule, Mapping) or set(rule) not in ({"const"}, {"data"}):
            yield f'x-asserts.{attribute}: must be {{"const": value}} or {{"data": "property"}}'
        elif "data" in rule and rule["data"] not in list(schema.get("properties", {})):
            yield f"x-asserts.{attribute}: there is no property {rule['data']!r}"
        elif "const" in rule and rule["const"] is None:
            yield f"x-asserts.{attribute}: use x-ends to say null"
    yield from _end_faults(schema, asserts)
    yield from _patch_faults(schema)


def _patch_faults(schema: Mapping[str, Json]) -> Iterator[str]:
    import jsonpatch

    try:
        jsonpatch.JsonPatch(schema.get("x-upcast", []))
    except (jsonpatch.InvalidJsonPatch, jsonpatch.JsonPointerException) as exc:
        yield f"x-upcast: is not a JSON Patch (RFC 6902): {exc}"


def _end_faults(schema: Mapping[str, Json], asserts: Mapping[str, Json]) -> Iterator[str]:
    for attribute in _list(schema.get("x-ends")):
        if not isinstance(attribute, str) or not ATTRIBUTE.fullmatch(attribute):
            yield f"x-ends: {attribute!r} is not an attribute name"
        elif attribute in asserts:
            yield f"x-ends: {attribute!r} is also asserted"


def _list(value: Json) -> list[Json]:
    return value if isinstance(value, list) else []
