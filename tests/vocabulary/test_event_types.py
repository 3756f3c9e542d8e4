"""Tests of event types: what an event of a type asserts and refers to, and what is wrong with a payload."""

from typing import Any

import pytest

from chronology.vocabulary.definitions import DIALECT
from chronology.vocabulary.event_types import EventType, read_type


def made(**keys: Any) -> EventType:
    """Read a type with some keys; `x_ends` stands for x-ends."""
    schema = {"$schema": DIALECT, "$id": "urn:chronology:well.closed:3", "title": "Well closed", "type": "object"}
    return read_type(schema | {key.replace("x_", "x-"): value for key, value in keys.items()})


SUBJECT = {"type": "string", "format": "subject"}


def test_a_type_is_read_from_its_schema() -> None:
    """Name and version are in $id, the rest in its keys, with the defaults of section 6."""
    found = made()
    assert (found.name, found.version, found.title, found.description) == ("well.closed", 3, "Well closed", "")
    assert (found.kinds, found.persists, list(found.attributes())) == ((), True, [])
    assert made(x_subject="well").kinds == ("well",)
    assert made(x_subject=["well", "place"]).kinds == ("well", "place")
    assert made(x_persists=False).persists is False
    assert (found.begins, made(x_begins=False).begins) == (True, False)


def test_a_payload_asserts_constants_properties_and_ends() -> None:
    """A constant always, a property if it is present, an end as None; values as canonical JSON."""
    found = made(x_asserts={"status": {"const": "closed"}, "by": {"data": "who"}, "n": {"data": "n"}}, x_ends=["flow"])
    assert found.asserted({"who": {"b": 1, "a": [True]}}) == [
        ("status", '"closed"'),
        ("by", '{"a":[true],"b":1}'),
        ("flow", None),
    ]
    assert list(found.attributes()) == ["status", "by", "n", "flow"]


def test_a_property_that_is_null_says_that_nothing_holds() -> None:
    """Null is the value of what has ended; false and 0 are values."""
    found = made(x_asserts={"n": {"data": "n"}})
    assert [found.asserted({"n": value}) for value in (None, False, 0)] == [
        [("n", None)],
        [("n", "false")],
        [("n", "0")],
    ]


def test_facts_name_their_attribute_in_the_payload() -> None:
    """fact.asserted and fact.ended are known to the program itself."""
    asserted, ended = (made(**{"$id": f"urn:chronology:fact.{verb}:1"}) for verb in ("asserted", "ended"))
    assert asserted.asserted({"attribute": "a", "value": [1]}) == [("a", "[1]")]
    assert asserted.asserted({"attribute": "a", "value": None}) == [("a", None)]
    assert ended.asserted({"attribute": "a"}) == [("a", None)]


def test_subjects_are_found_wherever_the_schema_says_so() -> None:
    """At the top, in lists, in lists of objects: each once, in the order of the schema, and nothing else."""
    person = {"type": "object", "properties": {"name": {"type": "string"}, "of": SUBJECT}}
    found = made(
        properties={
            "place": SUBJECT,
            "members": {"type": "array", "items": SUBJECT},
            "people": {"type": "array", "items": person},
            "text": {"type": "string"},
            "anything": True,
        }
    )
    assert found.references == (("place",), ("members", "*"), ("people", "*", "of"))
    data = {
        "people": [{"of": "group/c", "name": "group/x"}, {"of": "group/a"}, {}],
        "members": ["group/a", "group/b", "group/a"],
        "place": "place/x",
        "text": "group/y",
    }
    assert found.mentioned(data) == ["place/x", "group/a", "group/b", "group/c"]
    assert found.mentioned({}) == found.mentioned({"place": 5, "members": "group/a", "people": [7]}) == []


@pytest.mark.parametrize("text", ["0", "-1", "37.50", "+2.0", "0.00", "123456789012345678901234567890.1"])
def test_decimals_are_digits(text: str) -> None:
    """A decimal is a number as text, of any length, with the digits that the source printed."""
    assert made(properties={"n": {"format": "decimal"}}).faults({"n": text}) == []


@pytest.mark.parametrize("text", ["", "1.", ".5", "01", "1e5", "NaN", "1,5", " 1", "1\n", "--1", "٣", "0x1"])
def test_what_is_no_decimal_is_refused(text: str) -> None:
    """Exponents, separators, other scripts' digits and white space are not part of a decimal."""
    (found,) = made(properties={"n": {"format": "decimal"}}).faults({"n": text})
    assert found.startswith("data.n: ")


@pytest.mark.parametrize("text", ["place/x", "a/0", "a/" + "b" * 126])
def test_subjects_of_the_form_are_taken(text: str) -> None:
    """The format subject is that of section 5."""
    assert made(properties={"s": SUBJECT}).faults({"s": text}) == []


@pytest.mark.parametrize("text", ["place", "Place/x", "place/x\n", "place/", "a/" + "b" * 127])
def test_what_is_no_subject_is_refused(text: str) -> None:
    """A string of the format subject must be one."""
    (found,) = made(properties={"s": SUBJECT}).faults({"s": text})
    assert found.startswith("data.s: ")


def test_three_faults_of_a_payload_are_told_with_three_paths() -> None:
    """Everything wrong with a payload is reported at once, down to the item of a list."""
    found = made(
        properties={"n": {"type": "integer"}, "list": {"items": {"type": "string"}}, "s": SUBJECT},
        required=["place"],
    ).faults({"n": "x", "list": ["a", 5], "s": "X"})
    assert sorted(fault.partition(":")[0] for fault in found) == ["data", "data.list[1]", "data.n", "data.s"]
    assert "data: well.closed needs the key 'place'" in found


def test_a_misspelt_property_is_told_with_the_nearest() -> None:
    """An unexpected property is answered with those that it may have meant."""
    (found,) = made(properties={"reason": {}}, additionalProperties=False).faults({"reasn": 1})
    assert found.endswith("(did you mean reason?)")
    (found,) = made(properties={"reason": {}}, additionalProperties=False).faults({"colour": 1})
    assert "did you mean" not in found


def test_a_pattern_cannot_hang_the_log() -> None:
    """Patterns are matched in linear time, whatever a schema from elsewhere holds."""
    (found,) = made(properties={"a": {"pattern": "^(a+)+$"}}).faults({"a": "a" * 50_000 + "!"})
    assert found.startswith("data.a: ")
