"""Tests of type definitions: every fault at once, and no schema, however wrong, that does anything worse."""

import socket
from collections.abc import Iterator
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_objects, json_values

from chronology.errors import ChronologyError, InvalidEventError
from chronology.vocabulary.definitions import DIALECT, check_definition
from chronology.vocabulary.event_types import read_type
from chronology.vocabulary.registry import Vocabulary

KEYWORDS = (
    "$id", "$schema", "$ref", "$defs", "$dynamicRef", "$anchor", "$vocabulary", "title", "description", "type",
    "properties", "items", "required", "additionalProperties", "pattern", "format", "allOf", "not", "const", "enum",
    "minimum", "examples", "x-subject", "x-asserts", "x-ends", "x-persists", "x-begins", "x-upcast",
)  # fmt: skip


def definition(**keys: Any) -> dict[str, Any]:
    """Return a sound definition, changed by some keys; `x_ends` stands for x-ends, None takes a key away."""
    schema = {
        "$schema": DIALECT,
        "$id": "urn:chronology:well.closed:1",
        "title": "Well closed",
        "type": "object",
        "properties": {"reason": {"type": "string"}},
        "additionalProperties": False,
    } | {key.replace("x_", "x-"): value for key, value in keys.items()}
    return {key: value for key, value in schema.items() if value is not None}


def faults(schema: Any) -> list[str]:
    """Return the faults with which a definition is refused."""
    with pytest.raises(InvalidEventError) as caught:
        check_definition(schema)
    assert caught.value.hint == "`chronology types show operation.stalled` prints an example"
    return list(caught.value.faults)


def test_a_sound_definition_is_taken() -> None:
    """The definition that the other tests break has no fault."""
    check_definition(definition())


@pytest.mark.parametrize(
    ("keys", "fault"),
    [
        *(
            ({"$id": text}, f"$id: {text!r} is not urn:chronology:NAME:VERSION")
            for text in (
                5, "", "well.closed", "urn:chronology:well:1", "urn:chronology:Well.closed:1", [],
                "urn:chronology:well.closed:0", "urn:chronology:well.closed:01", "urn:chronology:well.closed:1\n",
                "urn:chronology:well.closed:1000000",
            )
        ),
        ({"$id": None}, "$id: None is not urn:chronology:NAME:VERSION"),
        ({"$schema": None}, f"$schema: must be {DIALECT!r}"),
        ({"$schema": "http://json-schema.org/draft-07/schema#"}, f"$schema: must be {DIALECT!r}"),
        ({"title": None}, "title: is missing"),
        ({"type": "array"}, 'type: a payload is an "object"'),
        ({"type": None}, 'type: a payload is an "object"'),
        ({"x_subject": "Well"}, "x-subject: 'Well' is not a kind of subject, as in operation"),
        ({"x_subject": ["well", 5]}, "x-subject: 5 is not a kind of subject"),
        ({"x_subject": 5}, "x-subject: is of the wrong type, int"),
        ({"x_subject": {"well": 1}}, "x-subject: is of the wrong type, dict"),
        ({"x_asserts": {"Status": {"const": 1}}}, "x-asserts: 'Status' is not an attribute name"),
        ({"x_asserts": {"status": "closed"}}, 'x-asserts.status: must be {"const": value} or {"data": "property"}'),
        ({"x_asserts": {"status": {}}}, "x-asserts.status: must be"),
        ({"x_asserts": {"status": {"const": 1, "data": "reason"}}}, "x-asserts.status: must be"),
        ({"x_asserts": {"status": {"data": "reasno"}}}, "x-asserts.status: there is no property 'reasno'"),
        ({"x_asserts": {"status": {"data": ["reason"]}}}, "x-asserts.status: there is no property ['reason']"),
        ({"x_asserts": {"status": {"data": {}}}}, "x-asserts.status: there is no property {}"),
        ({"x_asserts": {"status": {"const": None}}}, "x-asserts.status: use x-ends to say null"),
        ({"x_ends": ["Status"]}, "x-ends: 'Status' is not an attribute name"),
        ({"x_ends": [["status"]]}, "x-ends: ['status'] is not an attribute name"),
        ({"x_ends": ["a"], "x_asserts": {"a": {"const": 1}}}, "x-ends: 'a' is also asserted"),
        ({"x_upcast": [5]}, "x-upcast: is not a JSON Patch (RFC 6902): Operation must be an object"),
        ({"x_upcast": [{"op": "melt", "path": ""}]}, "x-upcast: is not a JSON Patch (RFC 6902): Unknown operation"),
        ({"x_upcast": [{"op": "remove", "path": "a"}]}, "x-upcast: is not a JSON Patch (RFC 6902): Location must"),
        ({"x_upcast": [{"op": "remove", "path": 5}]}, "x-upcast: is not a JSON Patch (RFC 6902): Invalid 'path'"),
        ({"$id": "urn:chronology:well.closed:2"}, "x-upcast: version 2 needs a JSON Patch (RFC 6902) from version 1"),
        ({"properties": {"a": 5}}, "schema: 5 is not"),
        ({"required": "reason"}, 'schema: "reason" is not of type "array"'),
        ({"properties": {"a": {"pattern": "("}}}, 'schema: "(" is not a "regex"'),
        ({"properties": {"a": {"pattern": "(?=a)"}}}, "schema: "),
        ({"properties": {"a": {"$ref": "#/nowhere"}}}, "schema: Pointer '/nowhere' does not exist"),
        ({"examples": [{"reason": 5}]}, 'examples[0]: 5 is not of type "string"'),
        ({"examples": [{}, 7]}, 'examples[1]: 7 is not of type "object"'),
        *(
            ({key: value}, f"{key.replace('x_', 'x-')}: is of the wrong type, {type(value).__name__}")
            for key, value in (
                ("title", 5), ("description", []), ("properties", []), ("x_asserts", "status"), ("x_ends", "status"),
                ("x_persists", "no"), ("x_upcast", {}), ("examples", {}), ("x_persists", 0),
                ("x_begins", "no"), ("x_begins", 0),
            )
        ),
        *(
            ({"$id": f"urn:chronology:{name}:2", "x_upcast": []}, f"$id: the program itself reads {name}, so 1 is")
            for name in ("fact.asserted", "fact.ended", "assertion.retracted", "type.defined")
        ),
    ],
)  # fmt: skip
def test_a_fault_is_told_with_its_key(keys: dict[str, Any], fault: str) -> None:
    """Each fault of a definition has its own sentence, and causes no other but the schema's own."""
    found = faults(definition(**keys))
    assert found[0].startswith(fault)
    assert all(more.startswith("schema: ") for more in found[1:])


def test_all_faults_are_told_at_once() -> None:
    """The author of a type learns of all faults at once."""
    found = faults(
        {
            "$id": "well",
            "type": "array",
            "properties": {"a": {"type": "strnig"}},
            "x-subject": ["Well", "ok"],
            "x-asserts": {"A": {"const": 1}, "b": {"data": "zz"}, "c": {"const": None}},
            "x-ends": ["b", "D"],
            "x-upcast": [1],
        }
    )
    assert [fault.partition(":")[0] for fault in found] == [
        "$id", "$schema", "title", "type", "x-subject", "x-asserts", "x-asserts.b", "x-asserts.c", "x-ends", "x-ends",
        "x-upcast", "schema",
    ]  # fmt: skip


def test_all_wrong_shapes_are_told_at_once() -> None:
    """Every key of the wrong shape is reported before the contents are looked at."""
    wrong = dict.fromkeys(
        ("title", "properties", "x-asserts", "x-ends", "x-persists", "x-begins", "x-upcast", "examples"), 5
    )
    assert [fault.partition(":")[0] for fault in faults(wrong)] == list(wrong)


def test_every_fault_of_every_example_is_told() -> None:
    """The examples are held to the schema they illustrate."""
    found = faults(definition(examples=[{"reason": 1}, {}, {"reason": 2, "x": 3}]))
    assert sorted(fault.partition(":")[0] for fault in found) == ["examples[0]", "examples[2]", "examples[2]"]


@pytest.mark.parametrize("schema", [[], "x", 5, None, True])
def test_a_definition_is_an_object(schema: Any) -> None:
    """Any other JSON value is refused by name."""
    assert faults(schema) == [f"a type definition is a JSON object, not {type(schema).__name__}"]


@pytest.fixture
def listener() -> Iterator[socket.socket]:
    """Give a socket that listens on this machine; a connection waits in its queue, and is seen there."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        yield server


@pytest.mark.parametrize(
    ("place", "refused"),
    [
        (lambda url: {"$schema": url}, True),
        (lambda url: {"properties": {"a": {"$ref": url}}}, True),
        (lambda url: {"properties": {"a": {"$dynamicRef": url}}}, True),
        (lambda url: {"properties": {"a": {"$id": "http://127.0.0.1/x", "$ref": url}}}, True),
        (lambda url: {"properties": {"a": {"$schema": url}}}, False),
        (lambda url: {"$defs": {"a": {"$id": url, "$schema": url}}}, True),
    ],
    ids=["dialect", "ref", "dynamicRef", "ref beside id", "nested dialect", "defs"],
)
def test_a_definition_reaches_for_no_other_document(listener: socket.socket, place: Any, refused: bool) -> None:
    """A schema from elsewhere makes nobody open a connection, whichever keyword names an address."""
    url = f"http://127.0.0.1:{listener.getsockname()[1]}/schema.json"
    try:
        check_definition(definition(**place(url)))
    except InvalidEventError:
        assert refused
    else:
        assert not refused
    with pytest.raises(BlockingIOError):
        listener.accept()


def test_a_definition_reads_no_file() -> None:
    """A file named by a reference is not looked at, whether it exists or not."""
    for url in ("file:///etc/passwd", "file:///nowhere"):
        (found,) = faults(definition(properties={"a": {"$ref": url}}))
        assert f"$ref {url!r}: a reference must point into the definition itself" in found


@pytest.mark.parametrize("loop", [{"$ref": "#"}, {"allOf": [{"$ref": "#"}]}, {"$dynamicRef": "#"}])
def test_a_schema_that_refers_to_itself_comes_to_an_end(loop: dict[str, Any]) -> None:
    """Checking the examples of an endless schema ends, one way or the other."""
    try:
        check_definition(definition(examples=[{"reason": "x"}]) | loop)
    except InvalidEventError as exc:
        assert "schema: " in str(exc)  # noqa: PT017 -- either outcome will do


@pytest.mark.parametrize(("depth", "refused"), [(3, False), (24, True)])
def test_references_that_branch_are_counted_before_they_are_followed(depth: int, refused: bool) -> None:
    """A small definition whose references multiply is refused at once, and a harmless one is not."""
    defs: dict[str, Any] = {f"d{n}": {"allOf": [{"$ref": f"#/$defs/d{n + 1}"}] * 4} for n in range(depth)}
    schema = definition() | {"$defs": defs | {f"d{depth}": {}}, "$ref": "#/$defs/d0"}
    found = faults(schema) if refused else []
    assert any("references are written out" in fault for fault in found) is refused
    if not refused:
        check_definition(schema)


def test_what_only_looks_like_a_reference_is_none() -> None:
    """A property named `$ref`, and an example that holds a schema, are data."""
    inner = {"$id": "urn:chronology:a.b:1", "$ref": "http://127.0.0.1/x"}
    properties = {"schema": {"type": "object"}, "$id": {"type": "string"}, "examples": {"type": "string"}}
    check_definition(definition(properties=properties, examples=[{"schema": inner}], **{"x-asserts": {}}))


def checked(schema: Any) -> None:
    """Check and read a definition; only our own errors may come out, and what passes can be read and used."""
    try:
        check_definition(schema)
    except ChronologyError:
        return
    found = read_type(schema)
    assert isinstance(found.faults({}), list)
    assert isinstance(found.mentioned({}), list)
    list(found.attributes())
    found.asserted({})


@given(st.dictionaries(st.sampled_from(KEYWORDS), json_values, max_size=8) | json_objects)
def test_any_json_object_is_a_definition_or_refused(schema: Any) -> None:
    """Arbitrary objects give nothing but our own errors."""
    checked(schema)


@given(st.dictionaries(st.sampled_from(KEYWORDS[2:]), json_values, min_size=1, max_size=3))
def test_a_sound_definition_with_any_keys_changed_is_refused_or_can_be_used(keys: dict[str, Any]) -> None:
    """Wrong shapes of single keys, in an otherwise sound definition, give nothing but our own errors."""
    checked(definition() | keys)


PATCHES = st.lists(
    st.dictionaries(st.sampled_from(["op", "path", "from", "value", "x"]), json_values, max_size=4)
    | st.fixed_dictionaries(
        {
            "op": st.sampled_from(["add", "remove", "replace", "move", "copy", "test", "melt"]),
            "path": st.sampled_from(["", "/", "/reason", "/a/b", "/a/-", "/a/7", "/~2", "a"]) | json_values,
        },
        optional={
            "from": st.sampled_from(["", "/reason", "/zz"]) | json_values,
            "value": json_values,
        },
    ),
    max_size=3,
)


@given(PATCHES)
def test_any_upcast_fits_or_is_refused(patch: list[Any]) -> None:
    """Whatever x-upcast contains, defining version 2 succeeds or is refused in our words."""
    known = Vocabulary().with_type(definition(examples=[{"reason": "x"}, {}]))
    second = definition(**{"$id": "urn:chronology:well.closed:2", "x_upcast": patch})
    try:
        found = known.with_type(second)
    except ChronologyError:
        return
    for old in ({"reason": "x"}, {}):
        assert found.newest("well.closed").faults(found.upcast("well.closed", 1, old)) == []
