"""Tests of events read from JSON: every wrong key and type told at once."""

from typing import Any

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_objects, json_values

from chronology.errors import InvalidEventError
from chronology.events.records import Event, as_dict
from chronology.events.structuring import event_from_json

TEXTS = (
    "type", "subject", "valid", "stance", "source", "stated", "grade", "quote", "locator", "note", "replaces",
         "retracts", "id", "recorded_by")  # fmt: skip
FIELDS = tuple(field.name for field in attrs.fields(Event))


def faults(record: Any) -> list[str]:
    """Return the faults with which a record is refused."""
    with pytest.raises(InvalidEventError) as caught:
        event_from_json(record)
    return list(caught.value.faults)


@pytest.mark.parametrize(
    ("key", "fault"),
    [
        ("sourc", "unknown key 'sourc' (did you mean source?)"),
        ("recorded_at", "unknown key 'recorded_at' (did you mean recorded_by?)"),
        ("saidby", "unknown key 'saidby' (did you mean said_by?)"),
        ("colour", "unknown key 'colour'"),
        ("", "unknown key ''"),
    ],
)
def test_an_unknown_key_is_refused_and_the_nearest_suggested(key: str, fault: str) -> None:
    """A misspelt key is never dropped in silence."""
    assert faults({"type": "a.b", key: 1}) == [fault]


@pytest.mark.parametrize("value", [5, True, [], {}, ["a"]])
@pytest.mark.parametrize("key", TEXTS)
def test_a_text_is_a_string_and_nothing_else(key: str, value: Any) -> None:
    """Nothing is turned into a string: 5 is not a text, and neither is a list."""
    assert faults({"type": "a.b", key: value}) == [f"{key}: must be a string, not {value!r}"]


@pytest.mark.parametrize(
    ("key", "value", "fault"),
    [
        ("type_version", "1", "type_version: must be an integer, not '1'"),
        ("type_version", True, "type_version: must be an integer, not True"),
        ("data", [], "data: must be an object, not []"),
        ("data", None, "data: must be an object, not None"),
        ("data", "{}", "data: must be an object, not '{}'"),
        ("said_by", [1], "said_by: must be a list of strings, not [1]"),
        ("said_by", {"a": 1}, "said_by: must be a list of strings, not {'a': 1}"),
        ("disputes", 7, "disputes: must be a list of strings, not 7"),
        ("type", None, "type: must be a string, not None"),
    ],
)
def test_a_value_of_the_wrong_type_is_told_with_its_path(key: str, value: Any, fault: str) -> None:
    """What was wanted, what was found, and where."""
    assert faults({"type": "a.b", key: value}) == [fault]


def test_all_faults_are_told_at_once() -> None:
    """Unknown keys and wrong types are in one list."""
    record = {"typ": 1, "subject": [], "said_by": [1], "data": [], "type_version": "x", "grade": 2}
    found = faults(record)
    assert found[0] == "unknown key 'typ' (did you mean type?)"
    assert [fault.partition(":")[0] for fault in found[1:]] == [
        "type", "subject", "data", "said_by", "grade", "type_version",
    ]  # fmt: skip
    assert found[1] == "type: is missing"


@pytest.mark.parametrize("record", [[], "x", 5, None, True])
def test_an_event_is_an_object(record: Any) -> None:
    """Any other JSON value is refused by name."""
    assert faults(record) == [f"an event is a JSON object, not {type(record).__name__}"]


def test_absent_and_null_are_the_same() -> None:
    """What may be absent may be null, and a single name may replace a list of one."""
    optional = [key for key in TEXTS if key not in ("type", "subject", "stance")]
    assert event_from_json({"type": "a.b"} | dict.fromkeys(optional)) == Event(type="a.b")
    assert event_from_json({"type": "a.b", "said_by": "person/x"}).said_by == ("person/x",)


def test_what_an_event_writes_it_reads() -> None:
    """as_dict and event_from_json are inverse for an event with every key."""
    event = Event(
        **{key: key for key in TEXTS if key != "stance"},
        stance="denies",
        data={"a": [1, {"b": None}]},
        said_by=["x", "y"],
        disputes=["z"],
        type_version=3,
    )
    assert set(as_dict(event)) == set(FIELDS)
    assert event_from_json(as_dict(event)) == event


@given(st.dictionaries(st.sampled_from([*FIELDS, "x", "typ"]), json_values, max_size=6) | json_objects)
def test_any_json_object_is_an_event_or_refused(record: Any) -> None:
    """No object of the domain does anything but become an event or name its faults."""
    try:
        event = event_from_json(record)
    except InvalidEventError:
        return
    assert event.type == record["type"]
    assert event_from_json(as_dict(event)) == event
