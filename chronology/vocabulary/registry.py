"""The vocabulary: the event types a log has defined, their versions, and upcasting between them. Pure."""

from collections.abc import Iterator, Mapping
from functools import cached_property
from typing import Final

from attrs import define, field

from chronology.errors import CanonicalError, Fault, InvalidEventError, UnknownNameError, did_you_mean, nearest
from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.json_values import OBJECTS, Json, thaw
from chronology.events.patterns import SUBJECT
from chronology.events.records import Body, Event
from chronology.vocabulary.definitions import check_definition
from chronology.vocabulary.event_types import DEFINED, EventType, read_type, shape_faults

_UNFIT: Final = (TypeError, KeyError, IndexError, ValueError, AttributeError, RecursionError)
"""What the patching library raises, besides its own errors, if a patch does not fit its payload."""


@define
class Vocabulary:
    """The event types that a log has defined so far; `with_type` returns a larger one and leaves this one unchanged."""

    _versions: Mapping[str, tuple[EventType, ...]] = field(factory=dict, alias="versions")

    def __iter__(self) -> Iterator[EventType]:
        """Yield the newest version of every type, by name."""
        return (self._versions[name][-1] for name in sorted(self._versions))

    def __contains__(self, name: str) -> bool:
        return name in self._versions

    def newest(self, name: str) -> EventType:
        """Return the newest version of a type.

        Raises:
            UnknownNameError: there is no such type; the nearest names are suggested.
        """
        try:
            return self._versions[name][-1]
        except KeyError:
            hint = "`chronology types` lists them; `chronology types add FILE` defines one"
            raise UnknownNameError("event type", name, self._versions, hint=hint) from None

    def version(self, name: str, version: int) -> EventType:
        """Return one version of a type.

        Raises:
            UnknownNameError: there is no such type or version.
        """
        newest = self.newest(name)
        if not 1 <= version <= newest.version:
            hint = f"the newest is {newest.version}"
            raise UnknownNameError(f"version of {name}", str(version), (), hint=hint)
        return self._versions[name][version - 1]

    def kinds(self) -> frozenset[str]:
        """Return every kind of subject that some type names."""
        return self._kinds

    @cached_property
    def _kinds(self) -> frozenset[str]:
        return frozenset(kind for versions in self._versions.values() for kind in versions[-1].kinds)

    def attributes(self) -> set[str]:
        """Return every attribute that some type asserts or ends."""
        return {name for versions in self._versions.values() for name in versions[-1].attributes()}

    def with_type(self, schema: Mapping[str, Json], *, trusted: bool = False) -> "Vocabulary":
        """Return a vocabulary that also knows a schema's type; the same schema again changes nothing.

        Args:
            schema: the definition.
            trusted: it comes from the log, which checked it when it was appended.

        Raises:
            InvalidEventError: the schema is not a valid type definition, changes a published version, skips a
                version, or its upcast does not turn the previous version's examples into valid payloads.
        """
        schema = thaw(schema)
        if not trusted:
            check_definition(schema)
        new = read_type(schema)
        known = self._versions.get(new.name, ())
        if new.version <= len(known):
            if canonical.encode(known[new.version - 1].schema) == canonical.encode(schema):
                return self
            raise InvalidEventError(
                [f"{new.name} version {new.version} is already defined, with other content"],
                hint=f"published versions never change: define version {len(known) + 1} with an x-upcast",
            )
        if new.version != len(known) + 1:
            raise InvalidEventError([f"{new.name}: version {len(known) + 1} comes next, not {new.version}"])
        if known and not trusted:
            _check_upcast(known[-1], new)
        return Vocabulary({**self._versions, new.name: (*known, new)})

    def upcast(self, name: str, version: int, data: Mapping[str, Json]) -> Mapping[str, Json]:
        """Return an old payload as the newest version of its type reads it.

        Raises:
            InvalidEventError: a patch does not fit the payload.
        """
        for newer in self._versions[name][version:]:
            data = _patched(newer, data)
        return data

    def event_faults(self, event: Event | Body) -> list[Fault]:
        """Return everything that is wrong with an event, as far as no log is needed to tell.

        Raises:
            UnknownNameError: there is no such type.
        """
        faults = shape_faults(event) + form_faults(event)
        # No schema can judge what is no JSON.
        return faults if any(fault.part == "data" for fault in faults) else faults + self.faults(event)

    def faults(self, event: Event | Body) -> list[Fault]:
        """Return what the vocabulary finds wrong with an event, payload included.

        Raises:
            UnknownNameError: there is no such type.
        """
        if event.type == DEFINED and DEFINED not in self:
            # The first event of a log defines the type of definitions, including its own.
            if isinstance(event.data.get("schema"), OBJECTS):
                return []
            return [Fault("data.schema", "is missing", kind="missing")]
        kind_of_event = self.newest(event.type)
        if event.type_version is not None:
            kind_of_event = self.version(event.type, event.type_version)
        kind = event.subject.partition("/")[0]
        faults: list[Fault] = []
        if kind_of_event.kinds and kind not in kind_of_event.kinds and SUBJECT.fullmatch(event.subject):
            wanted = " or ".join(f"{name}/..." for name in kind_of_event.kinds)
            reason = f"{event.type} is about {wanted}, not {event.subject!r}{self._kind_hint(kind)}"
            faults.append(Fault("subject", reason))
        return faults + kind_of_event.faults(event.data if isinstance(event, Body) else thaw(event.data))

    def _kind_hint(self, kind: str) -> str:
        close = [] if kind in self.kinds() else nearest(kind, self.kinds())
        return f" (unknown kind {kind!r}: {did_you_mean(close)})" if close else ""


def _patched(newer: EventType, data: Mapping[str, Json]) -> Mapping[str, Json]:
    import jsonpatch

    patched: Mapping[str, Json] = data
    # Every copy can double a payload, so the size is checked after each; other operations add no more than the patch.
    copies = any(operation.get("op") == "copy" for operation in newer.upcast)
    for step in [[operation] for operation in newer.upcast] if copies else [list(newer.upcast)]:
        try:
            patched = jsonpatch.apply_patch(patched, step)
            canonical.check(patched)
        except (jsonpatch.JsonPatchException, jsonpatch.JsonPointerException, CanonicalError, *_UNFIT) as exc:
            told = f"{newer.name}: the upcast to version {newer.version} does not fit: {exc}"
            raise InvalidEventError([told]) from exc
        if copies and len(canonical.encode(patched)) > canonical.MAX_BYTES:
            raise InvalidEventError([f"{newer.name}: the upcast to version {newer.version} makes too large a payload"])
    return patched


def _check_upcast(old: EventType, new: EventType) -> None:
    for index, example in enumerate(old.schema.get("examples", ())):
        faults = new.faults(_patched(new, example))
        if faults:
            raise InvalidEventError([f"x-upcast of example {index} of version {old.version}: {f}" for f in faults])
