"""Mappings: which column of a file means what. A TOML text becomes frozen records, or every fault with its path. Pure."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import cattrs
from attrs import Factory, field, fields, frozen
from cattrs.gen import make_dict_structure_fn, override

from chronology.errors import MappingError, nearest
from chronology.importers.templates import names_in
from chronology.importers.written_dates import LATEST, MONTHS, SENTINELS, form_faults

KINDS_OF_VALUE: Final = ("text", "integer", "decimal", "boolean", "subject", "texts", "subjects")
NO_END: Final = ("refuse", "same day", "open", "unknown")

_PACKAGE: Final = Path(__file__).parent / "mappings"


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
class On:
    """When it was so: one column, or one for the start and one for the end.

    Attributes:
        column: of the only date.
        start: of the first day.
        end: of the last day.
        forms: of these dates; those of `[dates]` if not given.
        one_day: columns with the values that mean that start and end bound one unknown day.
        no_end: what an empty end means: the row is refused, or the start was the only day, or it is still so, or it has
            ended, nobody knows when.
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


@frozen(kw_only=True)
class Saying:
    """One event that each row makes, or one for each item of its lists."""

    type: str
    subject: str
    on: On
    said_by: tuple[str, ...] = ()
    stated: DateColumn | None = None
    grade: str | None = None
    quote: Value | None = None
    note: Value | None = None
    each: Mapping[str, str] = Factory(dict)
    when: Mapping[str, tuple[str, ...]] = Factory(dict)
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


@frozen(kw_only=True)
class Mapped:
    """A mapping: how the rows of one kind of file become events.

    Attributes:
        name: what `--as` calls it.
        format: the importer that reads the rows.
        needs: columns by which such a file is recognised.
        optional: columns that some files of the kind lack.
        missing: cells that mean that there is nothing.
        key: a template for what tells a row from all others, for ever.
    """

    name: str
    key: str
    event: tuple[Saying, ...]
    dataset: Dataset | None = None
    title: str = ""
    format: str = "csv"
    encoding: str | None = None
    separator: str | None = None
    header: tuple[str, ...] = ()
    sheet: str | None = None
    needs: tuple[str, ...] = ()
    optional: tuple[str, ...] = ()
    missing: tuple[str, ...] = ("",)
    dates: Dates = Factory(Dates)
    type: tuple[Definition, ...] = ()

    def columns(self) -> set[str]:
        """Return every column that it reads."""
        found = set(names_in(self.key))
        for event in self.event:
            texts = [event.subject, event.grade or "", *event.said_by, *(value.text for _, value in event.values())]
            found |= {name for text in texts for name in names_in(text)} | set(event.each) | set(event.when)
            on = event.on
            found |= {name for name in (on.column, on.start, on.end, on.precision) if name} | set(on.one_day)
            found |= {event.stated.column} if event.stated else set()
        return found

    def recognises(self, columns: Sequence[str]) -> bool:
        """Tell whether a file with these columns is of this kind."""
        return bool(self.needs) and set(self.needs) <= set(columns)


def read_mapping(text: str, where: str) -> Mapped:
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
        mapped: Mapped = _converter().structure(record, Mapped)
    except cattrs.BaseValidationError as exc:
        told = cattrs.transform_error(exc, path="", format_exception=_told)
        raise MappingError(where, [fault.replace(" @ .", " at ").removesuffix(" @ ") for fault in told], hint=hint) from exc
    if faults := list(_faults(mapped)):
        raise MappingError(where, faults, hint=hint)
    return mapped


@cache
def built_in() -> dict[str, Mapped]:
    """Return the mappings that ship with the package, by name."""
    paths = sorted(_PACKAGE.glob("*.toml"))
    return {path.stem: read_mapping(path.read_text("utf-8"), path.name) for path in paths}


def _faults(mapped: Mapped) -> Iterator[str]:
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
                close = " or ".join(nearest(value.as_, KINDS_OF_VALUE)) or ", ".join(KINDS_OF_VALUE)
                yield f"{path}.{name}.as: {value.as_!r} is not a kind of value (did you mean {close}?)"
            if value.as_.startswith("subject") and not value.kind and "/" not in value.text:
                yield f"{path}.{name}.kind: is missing: the kind of the subject, as in kind = \"place\""
        if len({separator for separator in event.each.values() if not separator}):
            yield f"{path}.each: a separator is empty"
    yield from _form_faults("dates.forms", mapped.dates.forms)
    if len(mapped.dates.months) != len(MONTHS):
        yield f"dates.months: there are {len(mapped.dates.months)}, and a year has 12"
    defined = [one.name for one in mapped.type]
    used = {event.type for event in mapped.event}
    yield from (f"type: {name} is defined but no event is of that type" for name in defined if name not in used)


def _form_faults(path: str, forms: Sequence[str]) -> Iterator[str]:
    yield from (f"{path}: {fault}" for form in forms for fault in form_faults(form))


def _told(exc: BaseException, _: type | None) -> str:
    if isinstance(exc, KeyError):
        return f"missing key {exc.args[0]!r}"
    if isinstance(exc, cattrs.ForbiddenExtraKeysError):
        known = [_written(one.name) for one in fields(exc.cl)]
        return "; ".join(_unknown(key, known) for key in sorted(exc.extra_fields))
    return str(exc)


def _unknown(key: str, known: Sequence[str]) -> str:
    close = nearest(key, known)
    return f"unknown key {key!r}" + (f" (did you mean {' or '.join(close)}?)" if close else "")


def _written(name: str) -> str:
    return name.rstrip("_")


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
