"""Mappings: which column of a file means what, as frozen records; read from TOML, with every fault and its path.

A mapping may also bring along the event types that it needs, which are made of what it says of the payload. Reads no
files but the package's own mappings.
"""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import cattrs
from attrs import Factory, field, fields, frozen
from cattrs.gen import make_dict_structure_fn, override

from chronology.errors import MappingError, UnknownNameError, nearest, or_perhaps
from chronology.events.json_values import Json
from chronology.importers.templates import names_in
from chronology.importers.written_dates import LATEST, MONTHS, SENTINELS, form_faults

KINDS_OF_VALUE: Final = ("text", "integer", "decimal", "boolean", "subject", "texts", "subjects")
NO_END: Final = ("refuse", "same day", "open", "unknown")


@frozen(kw_only=True)
class Dataset:
    """The document in hand: where the file comes from."""

    source: str
    title: str | None = None
    author: str | None = None
    publisher: str | None = None
    url: str | None = None
    note: str | None = None


@frozen(kw_only=True)
class Dates:
    """How the file writes dates, where a column does not say otherwise."""

    forms: tuple[str, ...] = ("YYYY-MM-DD",)
    sentinels: tuple[str, ...] = SENTINELS
    earliest: str | None = None
    latest: str = LATEST
    months: tuple[str, ...] = MONTHS
    midnight: bool = False


@frozen(kw_only=True)
class ValidTimeRule:
    """When it was so: one column, or one for the start and one for the end.

    Attributes:
        column: of the only date.
        start: of the first day.
        end: of the last day.
        forms: of these dates; those of `[dates]` if not given.
        one_day: columns with the values that mean that start and end bound one unknown day.
        no_end: what an empty end means: the row is refused, or the start was the only day, or it is still so, or it
            ended at an unknown time.
        precision: the column that says how precise the only date is.
        precisions: what its values mean: "day", "month", "year", or days to either side, as in "3 days".
        missing: EDTF for rows without a date; they are refused if it is not given.
    """

    column: str | None = None
    start: str | None = None
    end: str | None = None
    forms: tuple[str, ...] = ()
    one_day: Mapping[str, tuple[str, ...]] = Factory(dict)
    no_end: str = "refuse"
    precision: str | None = None
    precisions: Mapping[str, str] = Factory(dict)
    missing: str | None = None


@frozen(kw_only=True)
class DateColumn:
    """A column with a day, such as that of the report."""

    column: str
    forms: tuple[str, ...] = ()


@frozen(kw_only=True)
class Value:
    """One property of the payload.

    Attributes:
        text: a template, as in "{place}, {district}".
        as_: what kind of value it is.
        kind: of the subject that it names.
        split: what separates the items of a list; in a JSON file, lists are lists already.
        values: what codes mean.
        drop: how many pieces to drop from the beginning.
        at: what separates these pieces.
        strip: characters to remove at both ends.
        about: what it is, for the definition of the type.
        asserts: whether it is an attribute of the subject, for which a question can ask; else it is only kept.
    """

    text: str
    as_: str = field(default="text", alias="as_")
    kind: str | None = None
    split: str | None = None
    values: Mapping[str, str] = Factory(dict)
    drop: int = 0
    at: str = ","
    strip: str = ""
    about: str = ""
    asserts: bool = True


@frozen(kw_only=True)
class EventMapping:
    """One event that each row makes, or one for each item of its lists.

    Attributes:
        type, subject, stance, grade: templates.
        said_by: templates of subjects, the origin first; a single column may hold a list of them.
        each: columns with lists that belong together, and what separates their items: each item is an event.
        when: columns with the values for which it applies; an empty list means any value but an empty one.
        payload: the column that holds the whole payload, as JSON.
        data: the payload by property.
    """

    type: str
    subject: str
    on: ValidTimeRule
    said_by: tuple[str, ...] = ()
    stated: DateColumn | None = None
    stance: str | None = None
    grade: str | None = None
    quote: Value | None = None
    note: Value | None = None
    each: Mapping[str, str] = Factory(dict)
    when: Mapping[str, tuple[str, ...]] = Factory(dict)
    payload: str | None = None
    data: Mapping[str, Value] = Factory(dict)

    def values(self) -> Iterator[tuple[str, Value]]:
        """Yield all values with their paths."""
        yield from ((f"data.{name}", value) for name, value in self.data.items())
        yield from ((name, value) for name, value in (("quote", self.quote), ("note", self.note)) if value)


@frozen(kw_only=True)
class Definition:
    """A type that the mapping needs, and defines where the store lacks it; its payload is that of the events."""

    name: str
    title: str
    description: str = ""
    lasts: bool = True
    begins: bool = True


@frozen(kw_only=True)
class FileMapping:
    """A mapping: how the rows of one kind of file become events.

    Attributes:
        name: what `--as` calls it.
        format: the importer that reads the rows.
        needs: columns by which such a file is recognised.
        optional: columns that some files of the kind lack.
        missing: cells that mean that there is nothing, as empty ones do.
        key: a template for what tells a row from all others, for ever.
        merge_spellings: whether names with the same slug are one subject, however they are written; subjects that are
            made of keys stay apart.
    """

    name: str
    key: str
    event: tuple[EventMapping, ...]
    dataset: Dataset | None = None
    title: str = ""
    format: str = "csv"
    encoding: str | None = None
    separator: str | None = None
    header: tuple[str, ...] = ()
    sheet: str | None = None
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    missing: tuple[str, ...] = ()
    merge_spellings: bool = False
    dates: Dates = Factory(Dates)
    type: tuple[Definition, ...] = ()

    @property
    def empty(self) -> frozenset[str]:
        """The cells that hold nothing."""
        return frozenset(("", *self.missing))

    def columns(self) -> set[str]:
        """Return every column that it reads."""
        columns = set(names_in(self.key))
        for event in self.event:
            texts = [
                event.type,
                event.subject,
                event.stance or "",
                event.grade or "",
                *event.said_by,
                *(value.text for _, value in event.values()),
            ]
            columns |= {name for text in texts for name in names_in(text)} | set(event.each) | set(event.when)
            on = event.on
            columns |= {name for name in (on.column, on.start, on.end, on.precision) if name} | set(on.one_day)
            columns |= {event.stated.column} if event.stated else set()
            columns |= {event.payload} if event.payload else set()
        return columns

    def recognises(self, columns: Sequence[str]) -> bool:
        """Tell whether a file with these columns is of this kind."""
        return bool(self.needs) and set(self.needs) <= set(columns)


_DIALECT: Final = "https://json-schema.org/draft/2020-12/schema"
_VALUE_SCHEMAS: Final[dict[str, dict[str, Json]]] = {
    "text": {"type": "string"},
    "integer": {"type": "integer"},
    "decimal": {"type": "string", "format": "decimal"},
    "boolean": {"type": "boolean"},
    "subject": {"type": "string", "format": "subject"},
    "texts": {"type": "array", "items": {"type": "string"}, "minItems": 1},
    "subjects": {"type": "array", "items": {"type": "string", "format": "subject"}, "minItems": 1},
}


def type_schemas(mapped: FileMapping) -> list[dict[str, Json]]:
    """Return the definitions of the types that a mapping brings along, in its order."""
    return [_type_schema(definition, mapped) for definition in mapped.type]


def _type_schema(definition: Definition, mapped: FileMapping) -> dict[str, Json]:
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
    schema = dict(_VALUE_SCHEMAS[value.as_])
    if value.about:
        schema["description"] = value.about
    return schema


_PACKAGE: Final = Path(__file__).parent / "mappings"


def read_mapping(text: str, where: str) -> FileMapping:
    """Read a mapping.

    Args:
        text: TOML.
        where: what messages call it.

    Raises:
        MappingError: it is not TOML, or not a mapping: every fault with its path.
    """
    hint = "`chronology mapping new FILE` writes one to begin with"
    try:
        record = tomllib.loads(text)
    except (tomllib.TOMLDecodeError, RecursionError) as exc:
        raise MappingError(where, [f"is not TOML: {exc}"], hint=hint) from exc
    try:
        mapped: FileMapping = _converter().structure(record, FileMapping)
    except cattrs.BaseValidationError as exc:
        faults = cattrs.transform_error(exc, path="", format_exception=_fault_text)
        raise MappingError(
            where, [fault.replace(" @ .", " at ").removesuffix(" @ ") for fault in faults], hint=hint
        ) from exc
    if faults := list(_faults(mapped)):
        raise MappingError(where, faults, hint=hint)
    return mapped


@cache
def built_in() -> dict[str, FileMapping]:
    """Return the mappings that ship with the package, by name."""
    paths = sorted(_PACKAGE.glob("*.toml"))
    return {path.stem: read_mapping(path.read_text("utf-8"), path.name) for path in paths}


def text_of(name: str) -> str:
    """Return the text of a built-in mapping.

    Raises:
        UnknownNameError: there is none of that name.
    """
    if name not in built_in():
        raise UnknownNameError("mapping", name, built_in(), hint=f"there are {', '.join(built_in())}")
    return (_PACKAGE / f"{name}.toml").read_text("utf-8")


def _faults(mapped: FileMapping) -> Iterator[str]:
    if not mapped.event:
        yield "event: is missing: a mapping makes at least one event of a row"
    for place, event in enumerate(mapped.event):
        path = f"event[{place}]"
        on = event.on
        if (on.column is None) == (on.start is None) or (on.end is not None and on.start is None):
            yield f"{path}.on: give either column, or start with end"
        if on.no_end not in NO_END:
            yield f"{path}.on.no_end: {on.no_end!r} is none of {', '.join(NO_END)}"
        if on.precision is not None and not on.precisions:
            yield f"{path}.on.precisions: is missing: what the values of {on.precision!r} mean"
        yield from _form_faults(f"{path}.on.forms", on.forms)
        yield from _form_faults(f"{path}.stated.forms", event.stated.forms if event.stated else ())
        for name, value in event.values():
            if value.as_ not in KINDS_OF_VALUE:
                close = nearest(value.as_, KINDS_OF_VALUE) or KINDS_OF_VALUE
                yield f"{path}.{name}.as: {value.as_!r} is not a kind of value{or_perhaps(close)}"
            if value.as_.startswith("subject") and not value.kind and "/" not in value.text:
                yield f'{path}.{name}.kind: is missing: the kind of the subject, as in kind = "place"'
    yield from _form_faults("dates.forms", mapped.dates.forms)
    if len(mapped.dates.months) != len(MONTHS):
        yield f"dates.months: there are {len(mapped.dates.months)}, and a year has 12"
    defined = [definition.name for definition in mapped.type]
    used = {event.type for event in mapped.event}
    yield from (f"type: {name} is defined but no event is of that type" for name in defined if name not in used)


def _form_faults(path: str, forms: Sequence[str]) -> Iterator[str]:
    yield from (f"{path}: {fault}" for form in forms for fault in form_faults(form))


def _fault_text(exc: BaseException, _: type | None) -> str:
    if isinstance(exc, KeyError):
        return f"missing key {exc.args[0]!r}"
    if isinstance(exc, cattrs.ForbiddenExtraKeysError):
        # What Python reserves, as in `as_`, is written without the line in a file.
        known = [attribute.name.rstrip("_") for attribute in fields(exc.cl)]
        return "; ".join(f"unknown key {key!r}{or_perhaps(nearest(key, known))}" for key in sorted(exc.extra_fields))
    return str(exc)


def _text(value: Any, _: Any = None) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int):
        raise TypeError(f"must be a text, not {value!r}")
    return str(value)


def _texts(value: Any, _: Any = None) -> tuple[str, ...]:
    if isinstance(value, str | int) and not isinstance(value, bool):
        return (str(value),)
    if not isinstance(value, list):
        raise TypeError(f"must be a list of texts, not {value!r}")
    return tuple(map(_text, value))


def _table(value: Any) -> dict[str, Any]:
    if not isinstance(value, dict):
        raise TypeError(f"must be a table, not {value!r}")
    return value


@cache
def _converter() -> cattrs.Converter:
    converter = cattrs.Converter(detailed_validation=True, forbid_extra_keys=True)
    converter.register_structure_hook(str, _text)
    converter.register_structure_hook_func(lambda kind: kind == tuple[str, ...], _texts)
    converter.register_structure_hook_func(
        lambda kind: kind == Mapping[str, str], lambda value, _: {k: _text(v) for k, v in _table(value).items()}
    )
    converter.register_structure_hook_func(
        lambda kind: kind == Mapping[str, tuple[str, ...]],
        lambda value, _: {k: _texts(v) for k, v in _table(value).items()},
    )
    renamed = make_dict_structure_fn(Value, converter, as_=override(rename="as"), _cattrs_forbid_extra_keys=True)
    # A template alone is the text of that name.
    converter.register_structure_hook(
        Value, lambda value, kind: Value(text=value) if isinstance(value, str) else renamed(value, kind)
    )
    return converter
