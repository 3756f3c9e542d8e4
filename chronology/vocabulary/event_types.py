"""One event type: its schema, what its events assert and refer to, what is wrong with a payload. Pure."""

import re
from collections.abc import Iterator, Mapping
from typing import TYPE_CHECKING, Final

from attrs import field, frozen

from chronology.errors import Fault
from chronology.events import canonical
from chronology.events.json_values import Json
from chronology.events.patterns import is_subject
from chronology.events.records import Body, Event
from chronology.vocabulary.payload_faults import payload_faults

if TYPE_CHECKING:
    from jsonschema_rs import Draft202012Validator

FACT_ASSERTED: Final = "fact.asserted"
FACT_ENDED: Final = "fact.ended"
SOURCE_DESCRIBED: Final = "source.described"
RETRACTED: Final = "assertion.retracted"
DEFINED: Final = "type.defined"
REDACTED: Final = "event.redacted"
NAMED: Final = "subject.named"
MERGED: Final = "subject.merged"
NOTED: Final = "recording.noted"
BOOKKEEPING: Final = frozenset({RETRACTED, DEFINED, REDACTED, NOTED})
"""Types that say something about the log, not about the world: no valid time, no source."""

NAMING: Final = frozenset({NAMED, MERGED})
"""Types that say which subject a name means: no valid time, a source where one tells it; they can be withdrawn."""

_TOLD: Final = {DEFINED: "definition", REDACTED: "redaction", NOTED: "note on recordings"}

IDENTITY: Final = re.compile(r"urn:chronology:([a-z][a-z0-9_]*(?:\.[a-z][a-z0-9_]*)+):([1-9][0-9]{0,5})")
_DECIMAL = re.compile(r"[+-]?(?:0|[1-9][0-9]*)(?:\.[0-9]+)?", re.ASCII)

Assertion = tuple[str, str | None]
"""An attribute and its value as canonical JSON text; None if the event says that nothing holds any more."""


@frozen(kw_only=True)
class EventType:
    """One version of an event type, read from its schema (design.md, section 6).

    Attributes:
        kinds: kinds of subject that an event may be about; empty for any.
        constants: attribute and canonical JSON text, for `{"const": value}`.
        properties: attribute and property of the payload, for `{"data": "property"}`.
        ends: attributes that stop holding.
        persists: whether what it asserts lasts.
        begins: whether its valid time tells when the state began; if not, only when it was so.
        references: paths inside the payload whose strings name subjects; "*" stands for every item of a list.
    """

    name: str
    version: int
    title: str
    description: str
    schema: Mapping[str, Json] = field(eq=False)
    kinds: tuple[str, ...]
    constants: tuple[tuple[str, str], ...]
    properties: tuple[tuple[str, str], ...]
    ends: tuple[str, ...]
    persists: bool
    begins: bool
    references: tuple[tuple[str, ...], ...]
    upcast: tuple[Mapping[str, Json], ...] = field(eq=False)
    _compiled: list["Draft202012Validator"] = field(factory=list, eq=False, repr=False, alias="compiled")

    def faults(self, data: Mapping[str, Json]) -> list[Fault]:
        """Return everything that is wrong with a payload, each fault with its path."""
        if not self._compiled:
            self._compiled.append(validator(self.schema))
        compiled = self._compiled[0]
        if compiled.is_valid(data):
            return []
        return payload_faults(compiled.iter_errors(data), name=self.name, schema=self.schema)

    def attributes(self) -> Iterator[str]:
        """Yield every attribute that an event of this type may assert or end."""
        yield from (attribute for attribute, _ in self.constants)
        yield from (attribute for attribute, _ in self.properties)
        yield from self.ends

    def asserted(self, data: Mapping[str, Json]) -> list[Assertion]:
        """Return what a payload of exactly this version asserts, in the order of the schema."""
        if self.name == FACT_ASSERTED:
            return [(data["attribute"], _text(data["value"]))]
        if self.name == FACT_ENDED:
            return [(data["attribute"], None)]
        found: list[Assertion] = list(self.constants)
        found += [(name, _text(data[key])) for name, key in self.properties if key in data]
        found += [(attribute, None) for attribute in self.ends]
        return found

    def mentioned(self, data: Mapping[str, Json]) -> list[str]:
        """Return the subjects that a payload refers to, each once, in the order of the schema."""
        found: dict[str, None] = {}
        for path in self.references:
            for name in _follow(data, path):
                found[name] = None
        return list(found)


def _text(value: Json) -> str | None:
    return None if value is None else canonical.encode_checked(value).decode()


def _follow(value: Json, path: tuple[str, ...]) -> Iterator[str]:
    if not path:
        if isinstance(value, str):
            yield value
    elif path[0] == "*":
        for item in value if isinstance(value, list) else ():
            yield from _follow(item, path[1:])
    elif isinstance(value, Mapping) and path[0] in value:
        yield from _follow(value[path[0]], path[1:])


def validator(schema: Mapping[str, Json]) -> "Draft202012Validator":
    """Compile a schema.

    Raises:
        ValueError, jsonschema_rs.ReferencingError: it is not a schema, or refers to another document.
    """
    import jsonschema_rs

    return jsonschema_rs.Draft202012Validator(
        dict(schema),
        formats={"subject": is_subject, "decimal": _is_decimal},
        validate_formats=True,
        # The regex crate matches in linear time; a schema from elsewhere must not be able to hang the log.
        pattern_options=jsonschema_rs.RegexOptions(),
        retriever=_refuse_reference,
    )


def _is_decimal(text: str) -> bool:
    return _DECIMAL.fullmatch(text) is not None


def _refuse_reference(uri: str) -> Json:
    raise ValueError(f"a schema may not refer to another document, here {uri}")


def read_type(schema: Mapping[str, Json]) -> EventType:
    """Read one version of an event type from a definition that `check_definition` passed."""
    name, version = identity(schema)
    asserts = schema.get("x-asserts", {})
    kinds = schema.get("x-subject", ())
    return EventType(
        name=name,
        version=version,
        title=schema["title"],
        description=schema.get("description", ""),
        schema=schema,
        kinds=(kinds,) if isinstance(kinds, str) else tuple(kinds),
        constants=tuple((a, _text(rule["const"]) or "null") for a, rule in asserts.items() if "const" in rule),
        properties=tuple((a, rule["data"]) for a, rule in asserts.items() if "data" in rule),
        ends=tuple(schema.get("x-ends", ())),
        persists=schema.get("x-persists", True),
        begins=schema.get("x-begins", True),
        references=tuple(_references(schema, ())),
        upcast=tuple(schema.get("x-upcast", ())),
    )


def identity(schema: Mapping[str, Json]) -> tuple[str, int]:
    """Return the name and version that a schema's `$id` gives; an empty name if it gives none."""
    match = IDENTITY.fullmatch(str(schema.get("$id")))
    return (match[1], int(match[2])) if match else ("", 0)


def _references(schema: Json, path: tuple[str, ...]) -> Iterator[tuple[str, ...]]:
    if not isinstance(schema, Mapping):
        return
    if schema.get("format") == "subject":
        yield path
    for key, inner in schema.get("properties", {}).items():
        yield from _references(inner, (*path, key))
    yield from _references(schema.get("items"), (*path, "*"))


def shape_faults(event: Event | Body) -> list[Fault]:
    """Return which keys an event lacks, and which ones it may not have."""
    dateless = event.type in BOOKKEEPING or event.type in NAMING
    if not dateless and event.subject and event.valid and event.source and not event.retracts:
        return []
    faults: list[Fault] = []
    if not event.subject:
        faults.append(Fault("subject", "is missing", kind="missing"))
    if event.type == RETRACTED:
        if not event.retracts:
            faults.append(Fault("retracts", "is missing: the id of the event that is withdrawn", kind="missing"))
        faults += [
            Fault(name, "a retraction does not take it")
            for name in ("valid", "replaces", "disputes")
            if getattr(event, name)
        ]
    elif event.retracts:
        faults.append(
            Fault("retracts", f"only an event of type {RETRACTED} retracts; --replaces withdraws and restates")
        )
    if event.type in _TOLD:
        faults += [
            Fault(name, f"a {_TOLD[event.type]} does not take it")
            for name in ("valid", "replaces", "disputes")
            if getattr(event, name)
        ]
    if event.type in NAMING:
        faults += [
            Fault(name, f"{event.type} does not take it") for name in ("valid", "disputes") if getattr(event, name)
        ]
        if event.stance == "denies":
            faults.append(Fault("stance", f"{event.type} cannot deny; retract the event that it denies"))
    if not dateless:
        if not event.valid:
            faults.append(Fault("valid", "is missing: when it was so, an EDTF date", kind="missing"))
        # If the subject of a description is not a source, that is the fault, not the missing source.
        if not event.source and (event.type != SOURCE_DESCRIBED or own_source(event)):
            faults.append(Fault("source", "is missing: the document in hand", kind="missing"))
    return faults


def own_source(event: Event | Body) -> str | None:
    """Return the source of a source's description: the document described. None for any other event."""
    is_own = event.type == SOURCE_DESCRIBED and event.subject.startswith("source/") and is_subject(event.subject)
    return event.subject if is_own else None
