"""Tests of payload faults: every kind of error of the JSON Schema library gets plain words and a path."""

from typing import Any

import jsonschema_rs
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.vocabulary import builtin
from chronology.vocabulary.definitions import DIALECT
from chronology.vocabulary.event_types import read_type

SUBJECT = {"type": "string", "format": "subject"}
PART = {"type": "object", "properties": {"of": {}}, "additionalProperties": False}


def faults(schema: dict[str, Any], data: Any) -> list[str]:
    """Return what is wrong with a payload by a schema."""
    head = {"$schema": DIALECT, "$id": "urn:chronology:well.closed:1", "title": "Well closed", "type": "object"}
    return read_type(head | schema).faults(data)


def of_value(rule: dict[str, Any] | bool, value: Any, **rest: Any) -> str:
    """Return the one fault of a value by the rule for it, without its path."""
    (fault,) = faults({"properties": {"n": rule}} | rest, {"n": value})
    assert fault.startswith("data.n: ")
    return fault.removeprefix("data.n: ")


KINDS: dict[str, tuple[dict[str, Any] | bool, Any, str]] = {
    "Type": ({"type": "integer"}, "5", "must be a whole number, not the text '5'"),
    "Type of several": ({"type": ["array", "null", "boolean"]}, 5, "must be true or false, a list or null, not 5"),
    "Type of text": ({"type": "string"}, {"a": 1}, 'must be text, not {"a": 1}'),
    "Type of an object": ({"type": "object"}, True, "must be an object, not true"),
    "Type of a number": ({"type": "number"}, None, "must be a number, not null"),
    "Enum": ({"enum": ["red", "blue"]}, "bleu", "'bleu' is not one of red, blue (did you mean blue?)"),
    "Enum of all sorts": ({"enum": [1, None, "a"]}, 5, "5 is not one of 1, null, a"),
    "Constant": ({"const": "a"}, "b", "must be the text 'a', not the text 'b'"),
    "Pattern": ({"pattern": "^a"}, "b", "'b' does not match ^a"),
    "Pattern of what is not blank": ({"pattern": r"\S"}, " ", "' ' is blank"),
    "Format": (SUBJECT, "SDF", "'SDF' is not kind/slug in lower case, as in person/abu-omar"),
    "Format of a decimal": ({"format": "decimal"}, "1,5", "'1,5' is not a decimal number, as in 37.50"),
    "Format of the library": ({"format": "email"}, "x", "'x' is not a valid email"),
    "Minimum": ({"minimum": 1}, 0, "is 0, and the minimum is 1"),
    "Maximum": ({"maximum": 1}, 2, "is 2, and the maximum is 1"),
    "ExclusiveMinimum": ({"exclusiveMinimum": 1}, 1, "is 1, and must be more than 1"),
    "ExclusiveMaximum": ({"exclusiveMaximum": 1}, 1, "is 1, and must be less than 1"),
    "MultipleOf": ({"multipleOf": 5}, 3, "3 is not a multiple of 5"),
    "MinLength": ({"minLength": 1}, "", "is empty"),
    "MinLength of several": ({"minLength": 3}, "é", "has 1 character, and the minimum is 3"),
    "MinLength and a pattern": ({"minLength": 1, "pattern": "a"}, "", "is empty"),
    "MaxLength": ({"maxLength": 1}, "abc", "has 3 characters, and the maximum is 1"),
    "MinItems": ({"minItems": 2}, ["a"], "has 1 item, and the minimum is 2"),
    "MaxItems": ({"maxItems": 1}, ["a", "b"], "has 2 items, and the maximum is 1"),
    "MinProperties": ({"minProperties": 1}, {}, "is empty"),
    "MaxProperties": ({"maxProperties": 1}, {"a": 1, "b": 2}, "has 2 keys, and the maximum is 1"),
    "UniqueItems": ({"uniqueItems": True}, [True, 1, "a", "a"], "'a' is listed twice"),
    "FalseSchema": (False, 1, "is not allowed here"),
    "Required": ({"required": ["of"]}, {}, "it needs the key 'of'"),
    "AdditionalProperties": (PART, {"fo": 1}, "it has no key 'fo'; it takes of (did you mean of?)"),
    "UnevaluatedProperties": (
        {"properties": {"of": {}}, "unevaluatedProperties": False},
        {"if": 1},
        "it has no key 'if' (did you mean of?)",
    ),
    "PropertyNames": (
        {"propertyNames": {"pattern": "^a"}},
        {"b": 1},
        "the key 'b' is not allowed: 'b' does not match ^a",
    ),
}

LEFT_TO_THE_LIBRARY = {
    "AdditionalItems", "AnyOf", "BacktrackLimitExceeded", "Contains", "ContentEncoding", "ContentMediaType", "Custom",
    "FromUtf8", "Not", "OneOfMultipleValid", "OneOfNotValid", "Referencing", "RegexEngineFailure", "UnevaluatedItems",
}  # fmt: skip


@pytest.mark.parametrize(("rule", "value", "told"), KINDS.values(), ids=KINDS)
def test_a_fault_is_reported_in_plain_words(rule: dict[str, Any] | bool, value: Any, told: str) -> None:
    """Each kind of error says what was found and what was wanted."""
    assert of_value(rule, value) == told


def test_every_kind_of_error_is_known() -> None:
    """A kind that the library adds is given words here, or left to the library on purpose."""
    kinds = {name for name in vars(jsonschema_rs.ValidationErrorKind) if name[0].isupper()}
    assert kinds == {name.partition(" ")[0] for name in KINDS} | LEFT_TO_THE_LIBRARY


def test_other_errors_keep_the_librarys_message_in_bounds() -> None:
    """An exotic rule keeps the library's words, which are cut if they quote a long payload."""
    assert of_value({"not": {"type": "string"}}, "a") == '{"type":"string"} is not allowed for "a"'
    assert len(of_value({"anyOf": [{"type": "integer"}, {"type": "null"}]}, "a" * 50_000)) < 400


def test_an_unknown_key_is_reported_with_the_known_ones() -> None:
    """The message names the type and the keys that it takes, and suggests a near one."""
    keys = {"properties": {"by": {}, "previous": {}}, "additionalProperties": False}
    assert faults(keys, {"to": 1}) == ["data: well.closed has no key 'to'; it takes by, previous"]
    assert faults(keys, {"too": 1, "prevous": 2}) == [
        "data: well.closed has no keys 'too', 'prevous'; it takes by, previous (did you mean previous?)"
    ]
    none = {"properties": {}, "additionalProperties": False}
    assert faults(none, {"to": 1}) == ["data: well.closed has no key 'to'; it takes none"]
    assert faults({"additionalProperties": False}, {"to": 1}) == ["data: well.closed takes no keys"]
    with_pattern = keys | {"patternProperties": {"^x": {}}}
    assert faults(with_pattern, {"to": 1}) == ["data: well.closed has no key 'to'"]


@pytest.mark.parametrize(
    "rule", [PART, {"$ref": "#/$defs/part"}, {"allOf": [PART]}, {"if": True, "then": {"$ref": "#/$defs/part"}}]
)
def test_an_unknown_key_is_reported_wherever_the_rule_stands(rule: dict[str, Any]) -> None:
    """The keys of a part are found through references and combinations."""
    assert of_value(rule, {"x": 1}, **{"$defs": {"part": PART}}) == "it has no key 'x'; it takes of"


def test_the_examples_of_a_type_show_what_is_wanted() -> None:
    """The message quotes what the type's own examples have in the same place, in lists too."""
    rest = {"examples": [{}, {"n": ["de", "fr"], "m": "Q9"}]}
    rules = {"properties": {"n": {"items": {"pattern": "^[a-z]+$"}}, "m": {"pattern": "^Q"}, "o": {"pattern": "^Q"}}}
    assert faults(rules | rest, {"n": ["en", "EN"], "m": "9", "o": "9"}) == [
        "data.n[1]: 'EN' does not match ^[a-z]+$, as in de",
        "data.m: '9' does not match ^Q, as in Q9",
        "data.o: '9' does not match ^Q",
    ]


def test_long_values_and_lists_are_cut() -> None:
    """A line stays short whatever the payload holds."""
    closed = {"properties": {"reason": {"type": "integer"}}, "additionalProperties": False}
    data = {f"key{n}" * 50: n for n in range(200)} | {"reason": "x" * 9_000}
    found = faults(closed, data)
    assert len(found) == 2
    assert max(map(len, found)) < 2_000
    assert "and 180 more" in "".join(found)


def test_a_value_of_the_wrong_type_is_known_by_its_class() -> None:
    """The command line can choose its hint without looking for words in a message."""
    found = faults({"properties": {"n": {"type": "integer"}, "m": {"minimum": 1}}}, {"n": "5", "m": 0})
    assert [fault.kind == "type" for fault in found] == [True, False]


LIBRARY = [
    "is not of type",
    "Additional properties",
    "required property",
    'does not match "',
    "non-unique",
    "valid under",
]
VALUES = st.none() | st.booleans() | st.integers(-2, 2) | st.text(max_size=3) | st.lists(st.just("a/b"), max_size=3)
TYPES = [read_type(schema) for schema in builtin.schemas()]


@given(st.sampled_from(TYPES), st.data())
def test_no_builtin_type_reports_a_fault_in_the_librarys_words(kind: Any, data: st.DataObject) -> None:
    """Whatever is wrong with the payload of a built-in type, the words are ours, and the path begins with `data`."""
    keys = st.sampled_from([*kind.schema.get("properties", {}), "to"])
    for fault in kind.faults(data.draw(st.dictionaries(keys, VALUES, max_size=4))):
        assert fault.startswith(("data: ", "data."))
        assert not [words for words in LIBRARY if words in fault]
