"""Tests of the canonical form: vectors of RFC 8785, an oracle, and everything that the domain refuses."""

import json
import time
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_values

from chronology.errors import CanonicalError
from chronology.events.canonical import MAX_DEPTH, MAX_INTEGER, check, encode, parse

SORTING = {
    "\u20ac": "Euro Sign",
    "\r": "Carriage Return",
    "\ufb33": "Hebrew Letter Dalet With Dagesh",
    "1": "One",
    "\U0001f600": "Emoji: Grinning Face",
    "\u0080": "Control",
    "\u00f6": "Latin Small Letter O With Diaeresis",
}
"""The example of RFC 8785 section 3.2.3."""


def oracle(value: Any) -> bytes:
    """Write JSON with the standard library, keys sorted by their UTF-16 code units."""
    if isinstance(value, dict):
        keys = sorted(value, key=lambda key: key.encode("utf-16-be", "surrogatepass"))
        return b"{" + b",".join(oracle(key) + b":" + oracle(value[key]) for key in keys) + b"}"
    if isinstance(value, list):
        return b"[" + b",".join(oracle(item) for item in value) + b"]"
    return json.dumps(value, ensure_ascii=False).encode()


def nested(depth: int) -> Any:
    """Return an empty list inside `depth - 1` others."""
    value: Any = []
    for _ in range(depth - 1):
        value = [value]
    return value


def refusal(value: Any) -> CanonicalError:
    """Return the error that a value is refused with."""
    with pytest.raises(CanonicalError) as caught:
        check(value)
    return caught.value


def parse_refusal(text: str | bytes) -> CanonicalError:
    """Return the error that a text is refused with."""
    with pytest.raises(CanonicalError) as caught:
        parse(text)
    return caught.value


# Vectors ----------------------------------------------------------------------------------------------------


def test_keys_stand_in_the_order_of_rfc_8785() -> None:
    """Keys are ordered by UTF-16 code units, so an emoji comes before a Hebrew ligature."""
    assert list(json.loads(encode(SORTING)).values()) == [
        "Carriage Return",
        "One",
        "Control",
        "Latin Small Letter O With Diaeresis",
        "Euro Sign",
        "Emoji: Grinning Face",
        "Hebrew Letter Dalet With Dagesh",
    ]


def test_an_emoji_in_a_value_sorts_nothing_otherwise() -> None:
    """The way taken for characters above the basic plane writes the same form as the usual one."""
    value = {"b": ["\U0001f600", {"z": 1, "a": True}], "a": None, "\ufb33": {"y": [], "x": {}}}
    assert encode(value) == '{"a":null,"b":["\U0001f600",{"a":true,"z":1}],"\ufb33":{"x":{},"y":[]}}'.encode()


@pytest.mark.parametrize("tail", ["", "\U0001f600"])
def test_strings_are_escaped_as_rfc_8785_says(tail: str) -> None:
    r"""The example of section 3.2.2: two-letter escapes where there are any, else lower-case \u00xx, else as is."""
    value = {"string": '\u20ac$\u000f\nA\'B"\\\\"/' + tail, "literals": [None, True, False]}
    assert encode(value).decode() == (
        '{"literals":[null,true,false],"string":"\u20ac$\\u000f\\nA\'B\\"\\\\\\\\\\"/' + tail + '"}'
    )


@pytest.mark.parametrize("tail", ["", "\U0001f600"])
def test_every_control_character_has_its_one_escape(tail: str) -> None:
    """All of U+0000 to U+001F are escaped, DEL and what follows is not."""
    short = {8: "\\b", 9: "\\t", 10: "\\n", 12: "\\f", 13: "\\r"}
    for code in range(0x20):
        assert encode(chr(code) + tail).decode() == f'"{short.get(code, f"{chr(92)}u{code:04x}")}{tail}"'
    for code in (0x7F, 0x80, 0x2028, 0x2029):
        assert encode(chr(code) + tail).decode() == f'"{chr(code)}{tail}"'


def test_what_is_no_json_is_refused_by_its_type() -> None:
    """Encoding a foreign object is a CanonicalError with its path, not a TypeError."""
    with pytest.raises(CanonicalError, match=r"^a\[1\]: is a object, which is not JSON$"):
        encode({"a": [1, object()]})


def test_encoding_a_lone_surrogate_is_refused() -> None:
    """No UTF-8 holds a lone surrogate, in a key or a value, with or without an emoji beside it."""
    for value in ("\ud800", {"\ud800": 1}, ["\U0001f600", "\udfff"], {"\ud800": "\U0001f600"}):
        with pytest.raises(CanonicalError, match=r"U\+D"):
            encode(value)


# Reading ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("digits", ["0.10", "1e400", "-0.0", "1E5", "37.50", "0." + "3" * 5_000])
def test_decimals_keep_the_digits_as_printed(digits: str) -> None:
    """A number with a point or an exponent becomes a string, digit for digit."""
    assert parse(f'{{"a":[{digits}]}}') == {"a": [digits]}


@pytest.mark.parametrize("number", [0, -1, MAX_INTEGER, -MAX_INTEGER])
def test_integers_of_the_domain_are_read(number: int) -> None:
    """Integers up to ±(2^53-1) are themselves."""
    assert parse(str(number)) == number


@pytest.mark.parametrize("number", [MAX_INTEGER + 1, -MAX_INTEGER - 1, 10**17, 10**400])
def test_integers_beyond_the_domain_are_refused(number: int) -> None:
    """The first integer that a double cannot tell from its neighbour is refused, and how to write it is said."""
    for error in (parse_refusal(f"[{number}]"), refusal([number])):
        assert "outside ±(2^53-1)" in str(error)
        assert error.hint == "write it as a string"


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("NaN", "body: NaN is not JSON"),
        ('{"a":Infinity}', "body: Infinity is not JSON"),
        ("[-Infinity]", "body: -Infinity is not JSON"),
        ("", "body: is not JSON: expecting value at line 1, column 1"),
        ('{"a":1}\n{"b":2}', "body: is not JSON: extra data at line 2, column 1"),
        ("{'a':1}", "expecting property name enclosed in double quotes at line 1, column 2"),
        ("[1,]", "body: is not JSON"),
        ("01", "body: is not JSON"),
        ("\ufeff{}", "body: is not JSON"),
        ('"a\nb"', "body: is not JSON: invalid control character at line 1, column 3"),
        (b'"\xff"', "body: is not UTF-8 (byte 1)"),
        (b'["ab\xc3', "body: is not UTF-8 (byte 4)"),
        (b'"\xed\xa0\x80"', "body: is not UTF-8 (byte 1)"),
        ('{"a":1,"b":2,"a":3}', "body: has the key 'a' twice"),
        ('{"x":{"y":[0,{"a":1,"a":1}]}}', "x.y[1]: has the key 'a' twice"),
        (r'{"a":1,"\u0061":1}', "body: has the key 'a' twice"),
        (r'{"x":["\ud800"]}', "x[0]: holds the forbidden character U+D800"),
        (r'{"x":"\u0000"}', "x: holds the forbidden character U+0000"),
        (r'{"x":{"\u001b":1}}', "x (key): holds the forbidden character U+001B"),
        (r'{"x":"a\r\nb"}', "x: holds the forbidden character U+000D"),
        ('{"x":"\x85"}', "x: holds the forbidden character U+0085"),
        ('{"x":"\x7f"}', "x: holds the forbidden character U+007F"),
    ],
)
def test_what_is_outside_the_domain_is_refused_with_its_path(text: str | bytes, message: str) -> None:
    """A refused text says where the fault is, and what was found there."""
    assert message in str(parse_refusal(text))


def test_newline_and_tab_are_allowed() -> None:
    """Free text has lines."""
    assert parse(r'"a\n\tb"') == "a\n\tb"


def test_a_pair_of_surrogate_escapes_is_one_character() -> None:
    """What JSON writes as two escapes is one character, not two surrogates."""
    assert encode(parse(r'"\ud83d\ude00"')) == '"\U0001f600"'.encode()


@pytest.mark.parametrize(
    ("value", "message"),
    [
        ({"a": [0, 1.5]}, "a[1]: is the float 1.5"),
        ({"a": float("nan")}, "a: is the float nan"),
        ({"a": {1: 2}}, "a: has the key 1, which is not a string"),
        ({"a": b"x"}, "a: is a bytes, which is not JSON"),
        ({"a": {1, 2}}, "a: is a set, which is not JSON"),
        ({"a": {"b": "\x00"}}, "a.b: holds the forbidden character U+0000"),
        ("\x1b[2J", "body: holds the forbidden character U+001B"),
    ],
)
def test_values_outside_the_domain_are_refused_with_their_path(value: Any, message: str) -> None:
    """The domain holds for values that no parser made."""
    assert message in str(refusal(value))


def test_a_fault_is_placed_below_the_path_given() -> None:
    """The caller may say where the value stands in something larger."""
    with pytest.raises(CanonicalError) as caught:
        check({"a": [1.5]}, "data")
    assert caught.value.path == "data.a[0]"


# Depth and time ---------------------------------------------------------------------------------------------


def test_nesting_ends_at_the_largest_depth() -> None:
    """A value nested 32 deep is read, one level more is refused, of lists and of objects."""
    assert parse(encode(nested(MAX_DEPTH))) == nested(MAX_DEPTH)
    assert "is nested more than 32 deep" in str(parse_refusal(encode(nested(MAX_DEPTH + 1))))
    assert "is nested more than 32 deep" in str(parse_refusal('{"a":' * 33 + "1" + "}" * 33))
    assert refusal({"x": nested(MAX_DEPTH)}).path == "x" + "[0]" * (MAX_DEPTH - 1)


@pytest.mark.parametrize(
    "text",
    [
        "[" * 1_000_000,
        '{"a":' * 200_000,
        "[" * 100_000 + "]" * 100_000,
        "9" * 5_000_000,
        "-" + "9" * 5_000_000,
        '{"a":' + "1" * 1_000_000 + "}",
        "[" + '{"k":1},' * 50_000 + "[" * 50_000,
    ],
)
def test_hostile_texts_are_refused_in_bounded_time(text: str) -> None:
    """Endless integers and bottomless nesting are refused at once, by a CanonicalError."""
    begin = time.process_time()
    parse_refusal(text)
    assert time.process_time() - begin < 2


# Properties -------------------------------------------------------------------------------------------------


@given(json_values)
def test_a_value_survives_encoding_and_parsing(value: Any) -> None:
    """parse(encode(v)) == v for every value of the domain."""
    assert parse(encode(value)) == value


@given(json_values)
def test_a_body_has_one_form(value: Any) -> None:
    """encode(parse(body)) == body: canonical text stays as it is, and other spellings become canonical."""
    body = encode(value)
    assert encode(parse(body)) == body
    assert encode(parse(json.dumps(value, indent=2))) == body


@given(json_values)
def test_the_form_is_that_of_the_oracle(value: Any) -> None:
    """The bytes are those of the standard library with keys sorted by UTF-16."""
    assert encode(value) == oracle(value)


@given(st.dictionaries(st.text("a\u00e9\uffee\ufb33\U0001f600\U00010000", max_size=3), st.none(), max_size=8))
def test_keys_around_the_surrogates_sort_as_in_the_oracle(value: dict[str, None]) -> None:
    """Code point order and UTF-16 order part above the surrogates, and the second one rules."""
    assert encode(value) == oracle(value)


@given(st.text())
def test_any_text_is_refused_or_survives(text: str) -> None:
    """The check refuses exactly the characters that section 5 bans, whatever is around them."""
    banned = any(
        (ord(c) < 0x20 and c not in "\n\t") or 0x7F <= ord(c) < 0xA0 or 0xD800 <= ord(c) < 0xE000 for c in text
    )
    if banned:
        assert "forbidden character" in str(refusal({"x": text}))
    else:
        check({"x": text})
        assert parse(encode(text)) == text


@given(st.binary(max_size=40))
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    """Bytes that are not JSON of the domain raise CanonicalError and nothing else."""
    try:
        value = parse(data)
    except CanonicalError:
        return
    assert parse(encode(value)) == value


@pytest.mark.parametrize("value", [1.5, 56.0, float("nan"), float("inf"), {"a": [1e30]}, (0.1,)])
def test_a_float_is_refused_not_written(value: Any) -> None:
    """No float is written as null, or in a form that RFC 8785 does not have."""
    with pytest.raises(CanonicalError, match="float"):
        encode(value)


def test_an_endless_value_is_refused() -> None:
    """A value nested beyond what Python can follow gives our own error."""
    value: Any = []
    for _ in range(100_000):
        value = [value]
    with pytest.raises(CanonicalError, match="nested"):
        encode(value)
