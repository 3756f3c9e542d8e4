"""Canonical JSON: the one byte form of an event body (RFC 8785, without floats). Pure; knows nothing of events."""

import json
import re
from collections.abc import Callable, Mapping, Sequence
from enum import Enum
from typing import Any, Final

import msgspec

from chronology.errors import CanonicalError
from chronology.events.json_values import OBJECTS, Json

MAX_BYTES: Final = 65_535
MAX_DEPTH: Final = 32
MAX_INTEGER: Final = 2**53 - 1

# Unicode category Cc except newline and tab, and surrogates, which no UTF-8 text can carry.
_FORBIDDEN = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\ud800-\udfff]")
# First byte of a character above the basic plane, where UTF-16 order (RFC 8785, 3.2.3) is not code point order.
_ASTRAL = re.compile(rb"[\xf0-\xf4]")

_NO_FLOATS: Final = "write decimals as strings: they keep their digits"

_encode_sorted: Callable[[Json], bytes] = msgspec.json.Encoder(order="sorted").encode


class _Duplicated(dict[str, Json]):
    """An object whose text gave a key twice, kept only so that `check` can name the path."""

    key: str = ""


def encode(value: Json) -> bytes:
    """Return the RFC 8785 form of a value: sorted keys, no white space, UTF-8.

    Control characters, which the log refuses, are escaped as the RFC says; floats, which it never holds, are refused.

    Raises:
        CanonicalError: the value holds a float, or something that is not JSON.
    """
    try:
        _refuse_floats(value, "")
    except RecursionError as exc:
        raise CanonicalError("", f"is nested more than {MAX_DEPTH} deep") from exc
    return encode_checked(value)


def _refuse_floats(value: Json, path: str) -> None:
    if isinstance(value, str):
        return
    if isinstance(value, float):
        raise CanonicalError(path, f"is the float {value!r}", hint=_NO_FLOATS)
    if isinstance(value, OBJECTS):
        for key, item in value.items():
            _refuse_floats(item, f"{path}.{key}" if path else str(key))
    elif isinstance(value, list | tuple):
        for index, item in enumerate(value):
            _refuse_floats(item, f"{path}[{index}]")


def encode_checked(value: Json) -> bytes:
    """Return the RFC 8785 form of a value that `check` has passed, so that it holds no float.

    Raises:
        CanonicalError: the value holds something that is not JSON.
    """
    try:
        text = _encode_sorted(value)
    except (TypeError, ValueError, RecursionError) as exc:
        if not isinstance(value, msgspec.Struct):
            check(value)
        raise CanonicalError("", f"cannot be written as JSON: {exc}") from exc
    if not text.isascii() and _ASTRAL.search(text):
        sorted_value = _utf16_sorted(msgspec.json.decode(text))
        return json.dumps(sorted_value, ensure_ascii=False, separators=(",", ":")).encode()
    return text


def _utf16_sorted(value: Json) -> Json:
    if isinstance(value, dict):
        return {k: _utf16_sorted(value[k]) for k in sorted(value, key=lambda key: key.encode("utf-16-be"))}
    if isinstance(value, list):
        return [_utf16_sorted(item) for item in value]
    return value


def parse(text: str | bytes) -> Json:
    """Read JSON of the domain; decimals become strings that keep the digits as printed.

    Raises:
        CanonicalError: it is not JSON, a key is given twice, or a value is outside the domain; names the path.
    """
    try:
        if isinstance(text, bytes):
            text = text.decode("utf-8")
        value = json.loads(
            text,
            parse_float=str,
            parse_int=_parse_integer,
            parse_constant=_refuse_constant,
            object_pairs_hook=_object,
        )
    except UnicodeDecodeError as exc:
        raise CanonicalError("", f"is not UTF-8 (byte {exc.start})") from exc
    except json.JSONDecodeError as exc:
        reason = f"is not JSON: {exc.msg.lower().removesuffix(' at')} at line {exc.lineno}, column {exc.colno}"
        raise CanonicalError("", reason) from exc
    except RecursionError as exc:
        raise CanonicalError("", f"is nested more than {MAX_DEPTH} deep") from exc
    check(value)
    return value


def _parse_integer(digits: str) -> int:
    # Every integer of the domain fits into seventeen characters; int() of a huge literal would take very long.
    if len(digits) > 17:
        raise CanonicalError("", f"integer {digits[:20]}... is outside ±(2^53-1)", hint="write it as a string")
    return int(digits)


def _refuse_constant(name: str) -> Json:
    raise CanonicalError("", f"{name} is not JSON")


def _object(pairs: list[tuple[str, Json]]) -> dict[str, Json]:
    result = dict(pairs)
    if len(result) == len(pairs):
        return result
    marked = _Duplicated(result)
    seen: set[str] = set()
    for key, _ in pairs:
        if key in seen:
            marked.key = key
        seen.add(key)
    return marked


def check(value: Json, path: str = "") -> None:
    """Refuse a value outside the domain, naming the path of the first fault.

    Raises:
        CanonicalError: a float, an integer beyond ±(2^53-1), a control character, a lone surrogate, a key that is
            not a string or is given twice, a foreign type, or nesting beyond `MAX_DEPTH`.
    """
    _check(value, path, MAX_DEPTH)


def _check(value: Json, path: str, depth: int) -> None:
    if isinstance(value, str):
        if type(value) is not str and not isinstance(value, Enum):
            raise CanonicalError(path, f"is a {type(value).__name__}, which is not JSON", hint="make it a str")
        if not value.isprintable() and (found := _FORBIDDEN.search(value)):
            raise CanonicalError(path, f"holds the forbidden character U+{ord(found[0]):04X}")
    elif value is None or isinstance(value, bool):
        return
    elif isinstance(value, int):
        if abs(value) > MAX_INTEGER:
            raise CanonicalError(path, "is an integer outside ±(2^53-1)", hint="write it as a string")
    elif isinstance(value, float):
        raise CanonicalError(path, f"is the float {value!r}", hint=_NO_FLOATS)
    elif isinstance(value, OBJECTS):
        _check_object(value, path, depth)
    elif isinstance(value, Sequence) and not isinstance(value, bytes | bytearray):
        if depth == 0:
            raise CanonicalError(path, f"is nested more than {MAX_DEPTH} deep")
        for index, item in enumerate(value):
            _check(item, f"{path}[{index}]", depth - 1)
    else:
        raise CanonicalError(path, f"is a {type(value).__name__}, which is not JSON")


def _check_object(value: Mapping[Any, Json], path: str, depth: int) -> None:
    if depth == 0:
        raise CanonicalError(path, f"is nested more than {MAX_DEPTH} deep")
    if isinstance(value, _Duplicated):
        raise CanonicalError(path, f"has the key {value.key!r} twice")
    for key, item in value.items():
        if type(key) is type(item) is str and key.isprintable() and item.isprintable():
            continue
        if type(key) is not str:
            raise CanonicalError(path, f"has the key {key!r}, which is not a string but a {type(key).__name__}")
        inner = f"{path}.{key}" if path else key
        if not key.isprintable():
            _check(key, f"{path} (key)", depth)
        _check(item, inner, depth - 1)
