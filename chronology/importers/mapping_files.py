"""Reading mappings: a TOML text becomes frozen records, or every fault with its path. Reads the package's own files."""

import tomllib
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from pathlib import Path
from typing import Any, Final

import cattrs
from attrs import fields
from cattrs.gen import make_dict_structure_fn, override

from chronology.errors import MappingError, UnknownNameError, nearest, or_perhaps
from chronology.importers.mappings import KINDS_OF_VALUE, NO_END, Mapped, Value
from chronology.importers.written_dates import MONTHS, form_faults

_PACKAGE: Final = Path(__file__).parent / "mappings"


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
        raise MappingError(
            where, [fault.replace(" @ .", " at ").removesuffix(" @ ") for fault in told], hint=hint
        ) from exc
    if faults := list(_faults(mapped)):
        raise MappingError(where, faults, hint=hint)
    return mapped


@cache
def built_in() -> dict[str, Mapped]:
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
                close = nearest(value.as_, KINDS_OF_VALUE) or KINDS_OF_VALUE
                yield f"{path}.{name}.as: {value.as_!r} is not a kind of value{or_perhaps(close)}"
            if value.as_.startswith("subject") and not value.kind and "/" not in value.text:
                yield f'{path}.{name}.kind: is missing: the kind of the subject, as in kind = "place"'
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
    return f"unknown key {key!r}{or_perhaps(close)}"


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
