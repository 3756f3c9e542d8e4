"""Turns `key=value` pairs that people type into a payload. Prints nothing."""

from collections.abc import Iterable

from chronology.errors import CanonicalError, InvalidEventError
from chronology.events import canonical
from chronology.events.json_values import Json


def payload(pairs: Iterable[str]) -> dict[str, Json]:
    """Read `key=text` and `key:=json` arguments.

    Raises:
        InvalidEventError: every argument that is neither, whose JSON cannot be read, or whose key is repeated.
    """
    data: dict[str, Json] = {}
    faults = []
    for pair in pairs:
        key, equals, text = pair.partition("=")
        as_json = key.endswith(":")
        key = key.removesuffix(":")
        if not equals or not key:
            faults.append(f"{pair!r} is neither key=text nor key:=json")
        elif key in data:
            faults.append(f"data.{key}: is given twice")
        else:
            try:
                data[key] = canonical.parse(text) if as_json else text
            except CanonicalError as exc:
                faults.append(f"data.{key}: {exc}")
    if faults:
        raise InvalidEventError(faults, hint="text as in reason='bad weather', JSON as in killed:=5")
    return data
