"""Tests of the records and their codec: form, freezing, ids, instants, and the way to bytes and back."""

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta, timezone
from typing import Any, Final
from uuid import UUID

import attrs
import pytest
from hypothesis import given
from hypothesis import strategies as st
from strategies import json_objects, json_values, subjects

from chronology.errors import CanonicalError
from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.json_values import freeze, thaw
from chronology.events.patterns import format_instant
from chronology.events.records import (
    FIELDS,
    Body,
    Event,
    RecordedEvent,
    as_dict,
    body_of,
    decode,
    encode,
    recorded,
    uuid7,
)
from chronology.transparency.merkle import leaf_hash

ID: Final = "01636322-91c0-7cde-9af5-2638c05341bb"
OTHER: Final = "01636324-0ca8-7db2-b326-ab0cd5f0a974"
FULL: Final = Event(
    type="operation.stalled",
    type_version=1,
    subject="operation/al-jazeera-storm",
    valid="2018-01/2018-04~",
    stance="denies",
    data={"reason": "fighters moved", "list": [1, {"a": None}]},
    source="source/voa-2018-05-14",
    said_by=["person/suhaib-jaber", "group/sdf"],
    stated="2018-05-14",
    grade="B2",
    quote="stalled\nfor months",
    locator="p. 3",
    note="\tours",
    disputes=[OTHER],
    replaces=OTHER,
    retracts=OTHER,
    id=ID,
    recorded_by="analyst",
)

events = st.builds(
    Event,
    type=st.just("a.b"),
    subject=subjects(),
    valid=st.none() | st.just("2018-01"),
    stance=st.sampled_from(["affirms", "denies"]),
    data=json_objects,
    said_by=st.lists(subjects(), max_size=2),
    note=st.none() | st.text("ab\n\U0001f600é", min_size=1),
    type_version=st.none() | st.integers(1, 9),
)


# Records ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Event, RecordedEvent])
def test_records_are_frozen_and_take_keywords_only(kind: type) -> None:
    """No field of any record can be set or given by position."""
    made = FULL if kind is Event else recorded(1, BODY, b"")
    for field in attrs.fields(kind):
        with pytest.raises(attrs.exceptions.FrozenInstanceError):
            setattr(made, field.name, None)
        assert field.kw_only
    with pytest.raises(TypeError):
        kind("a.b")


def test_a_body_is_frozen_and_takes_keywords_only() -> None:
    """As for the records that users see; its fields are theirs and what the log adds."""
    made = decode(BODY)
    assert set(Body.__struct_fields__) == {*FIELDS, "format", "nonce", "recorded_at", "merged_from"}
    for name in Body.__struct_fields__:
        with pytest.raises(AttributeError):
            setattr(made, name, None)
    with pytest.raises(TypeError):
        Body("a.b")


def test_the_data_of_an_event_cannot_be_changed() -> None:
    """Neither through the record, at any depth, nor through the dict that it was made of."""
    given_data: dict[str, Any] = {"a": {"b": [1]}}
    event = Event(type="a.b", data=given_data)
    given_data["a"]["b"].append(2)
    assert thaw(event.data) == {"a": {"b": [1]}}
    with pytest.raises(TypeError):
        event.data["a"]["b"] = 1
    with pytest.raises(AttributeError):
        event.data["a"]["b"].append(1)


def test_the_data_of_one_event_is_not_that_of_another() -> None:
    """The default is not a shared mutable object."""
    assert Event(type="a.b").data is not Event(type="a.b").data


@given(json_values)
def test_thawing_undoes_freezing(value: Any) -> None:
    """thaw(freeze(v)) == v, as plain dicts and lists, whatever was frozen before."""
    assert thaw(freeze(value)) == thaw(freeze(freeze(value))) == thaw(value) == value
    assert canonical.encode(thaw(freeze(value))) == canonical.encode(value)


@given(json_values)
def test_nothing_frozen_can_be_changed(value: Any) -> None:
    """Freezing leaves no dict and no list at any depth."""
    pending = [freeze(value)]
    while pending:
        item = pending.pop()
        assert not isinstance(item, dict | list)
        if isinstance(item, Mapping):
            pending += item.values()
        elif isinstance(item, tuple):
            pending += item


def test_one_name_is_a_list_of_one() -> None:
    """A string given for a list does not become its letters."""
    event = Event(type="a.b", said_by="person/x", disputes=ID)
    assert (event.said_by, event.disputes) == (("person/x",), (ID,))
    assert Event(type="a.b", said_by=None, disputes=None).said_by == ()


def test_the_origin_is_who_said_it_first_else_the_source() -> None:
    """said_by lists the origin first, then those who passed it on."""
    assert FULL.origin == "person/suhaib-jaber"
    assert Event(type="a.b", source="source/x").origin == "source/x"
    assert Event(type="a.b").origin is None


# Bytes ------------------------------------------------------------------------------------------------------

BODY: Final = encode(body_of(FULL, nonce="00ff", recorded_at="2018-05-15T09:30:00.000000Z"))


def test_a_body_holds_every_key_of_section_5() -> None:
    """Every part of a full event is kept, beside what the log adds."""
    keys = {field.name for field in attrs.fields(Event)} | {"format", "nonce", "recorded_at"}
    assert set(canonical.parse(BODY)) == keys
    assert canonical.encode(canonical.parse(BODY)) == BODY


def test_empty_keys_are_absent() -> None:
    """An event that says little has a small body; data alone is always there."""
    body = encode(body_of(Event(type="a.b", said_by=[], quote=""), nonce="n", recorded_at="t"))
    assert body == b'{"data":{},"format":1,"nonce":"n","recorded_at":"t","stance":"affirms","type":"a.b"}'


def test_a_body_may_leave_out_what_a_client_may() -> None:
    """Another program may write neither stance nor data; this one always does."""
    found = decode(b'{"format":1,"nonce":"n","recorded_at":"t","type":"a.b"}')
    assert (found.stance, found.data) == ("affirms", {})
    assert encode(found) == b'{"data":{},"format":1,"nonce":"n","recorded_at":"t","stance":"affirms","type":"a.b"}'


def test_a_recorded_event_is_the_event_that_was_encoded() -> None:
    """Position, instant, leaf and body are those given; the event equals the one submitted."""
    found = recorded(7, BODY, leaf_hash(BODY))
    assert found.event == FULL
    assert type(found.event) is Event
    assert (found.position, found.id, found.body, found.leaf) == (7, ID, BODY, leaf_hash(BODY))
    assert found.recorded_at == datetime(2018, 5, 15, 9, 30, tzinfo=UTC)


@given(events)
def test_any_event_survives_its_body(event: Event) -> None:
    """Decoding what was encoded gives the event back; encoding it again gives the same bytes."""
    body = encode(body_of(event, nonce="n", recorded_at="2018-05-15T09:30:00.000000Z"))
    found = recorded(1, body, b"").event
    assert as_dict(found) == as_dict(event)
    assert encode(body_of(found, nonce="n", recorded_at="2018-05-15T09:30:00.000000Z")) == body


@pytest.mark.parametrize(
    "body", [b"", b"x", b"[]", b"{}", b'{"type":5}', b'{"type":"\xff"}', b'{"type":"a.b","stance":"maybe"}', b"\xff"]
)
def test_bytes_that_are_no_body_are_refused(body: bytes) -> None:
    """Whatever a damaged row contains, reading it raises CanonicalError."""
    with pytest.raises(CanonicalError, match="is not an event body"):
        decode(body)


def test_a_body_whose_instant_is_none_is_refused() -> None:
    """A body that was edited to hold no instant is refused in our words."""
    with pytest.raises(CanonicalError, match=r"^recorded_at: 'yesterday' is not an instant$"):
        recorded(1, encode(body_of(FULL, nonce="n", recorded_at="yesterday")), b"")


# Ids and instants -------------------------------------------------------------------------------------------


@given(st.integers(0, 2**48 - 1), st.binary(min_size=10, max_size=10))
def test_an_id_is_a_uuid_of_version_7(milliseconds: int, randomness: bytes) -> None:
    """Version and variant are set, the first 48 bits are the time, the text is lower case."""
    text = uuid7(milliseconds, randomness)
    made = UUID(text)
    assert (made.version, made.variant) == (7, "specified in RFC 4122")
    assert made.int >> 80 == milliseconds
    assert text == str(made) == text.lower()
    assert not form_faults(Event(type="a.b", id=text))


def test_an_id_keeps_74_random_bits() -> None:
    """All of the randomness but the six bits of version and variant reaches the id, as in RFC 9562's layout."""
    assert uuid7(0x017F22E279B0, bytes.fromhex("ccc3d8c4dc0c0c07398f"[:20])) == "017f22e2-79b0-7cc3-98c4-dc0c0c07398f"
    flips = {uuid7(0, (1 << bit).to_bytes(10, "big")) for bit in range(80)}
    assert len(flips) == 74 + 1


@given(st.integers(0, 2**48 - 2), st.binary(min_size=10, max_size=10), st.binary(min_size=10, max_size=10))
def test_ids_are_in_order_of_time(milliseconds: int, one: bytes, two: bytes) -> None:
    """The text of a later millisecond's id comes after that of an earlier one, whatever the randomness."""
    assert uuid7(milliseconds, one) < uuid7(milliseconds + 1, two)


aware = st.datetimes(timezones=st.timedeltas(timedelta(hours=-14), timedelta(hours=14)).map(timezone)).filter(
    lambda moment: 2 < moment.year < 9998
)


@given(aware, aware)
def test_the_text_order_of_instants_is_their_order(one: datetime, two: datetime) -> None:
    """Instants of any zone and any year compare as their texts do, and all texts are equally long."""
    texts = format_instant(one), format_instant(two)
    assert (texts[0] < texts[1]) == (one < two)
    assert (texts[0] == texts[1]) == (one == two)
    assert {len(text) for text in texts} == {27}


@given(aware)
def test_an_instant_survives_its_text(moment: datetime) -> None:
    """The microsecond is kept, and the zone is UTC."""
    assert datetime.fromisoformat(format_instant(moment)) == moment
    assert format_instant(moment).endswith("Z")


# Form -------------------------------------------------------------------------------------------------------

SUBJECTS_REFUSED = ("x", "/x", "x/", "X/y", "x/Y", "1/x", "x/-a", "x/a b", "x/a/b", "x/a\n", "é/x", "x/é", "../x")


@pytest.mark.parametrize(
    ("field", "value", "fault"),
    [
        *(("subject", s, f"subject: {s!r} is not kind/slug in lower case") for s in SUBJECTS_REFUSED),
        ("subject", "x/" + "a" * 127, "subject: is 129 characters long, and the maximum is 128"),
        ("source", "voa", "source: 'voa' is not kind/slug in lower case"),
        ("source", "person/x", "source: 'person/x' is not of the kind source, as in source/voa-2018-05-14"),
        ("said_by", ["person/x", "Bad"], "said_by[1]: 'Bad' is not kind/slug in lower case"),
        ("valid", "soon", "valid: 'soon' is not a date"),
        ("valid", "2018-02-30", "valid: date '2018-02-30': "),
        ("valid", "", "valid: date '': "),
        ("valid", "{2018,2019}", "valid: date '{2018,2019}': "),
        ("stance", "maybe", "stance: 'maybe' is neither affirms nor denies"),
        *(
            ("stated", day, f"stated: {day!r} is not a day, as in 2018-05-14")
            for day in ("2018-05", "2018-5-14", "2018-02-29", "2018-05-14T00:00:00Z", "", "٢٠١٨-٠٥-١٤", "2018-05-14?")
        ),
        *(
            ("grade", g, f"grade: {g!r} is not an Admiralty grade: A-F")
            for g in ("G1", "A7", "A0", "b2", "B", "B22", "")
        ),
        *(
            (name, text, f"{name}: {text!r} is not a UUID in lower case with hyphens")
            for name in ("id", "replaces", "retracts")
            for text in (ID.upper(), ID.replace("-", ""), f"{{{ID}}}", f"urn:uuid:{ID}", ID[:-1], f"{ID}\n", "7", "")
        ),
        ("disputes", [ID, "x"], "disputes[1]: 'x' is not a UUID in lower case with hyphens"),
        ("data", {"a": [1.5]}, "data.a[0]: is the float 1.5 (write decimals as strings: they keep their digits)"),
        ("data", {"a": 2**53}, "data.a: is an integer outside ±(2^53-1) (write it as a string)"),
        ("data", {"\x00": 1}, "data (key): holds the forbidden character U+0000"),
        *(
            (name, "a\x1bb", f"{name}: holds the forbidden character U+001B")
            for name in ("quote", "locator", "note", "recorded_by")
        ),
    ],
)
def test_a_fault_of_form_is_told_with_its_path(field: str, value: Any, fault: str) -> None:
    """Every field has its own form, and a fault is reported beside the field's name."""
    faults = form_faults(Event(type="a.b", **{field: value}))
    assert any(found.startswith(fault) for found in faults)
    assert all(found.startswith(field) for found in faults)


def test_a_full_event_has_no_fault() -> None:
    """What section 5 allows is allowed, all of it at once."""
    assert form_faults(FULL) == []
    assert form_faults(Event(type="a.b")) == []


@given(subjects())
def test_subjects_of_the_form_are_taken(name: str) -> None:
    """kind/slug of at most 128 characters has no fault."""
    assert form_faults(Event(type="a.b", subject=name, said_by=[name])) == []


def test_all_faults_are_told_at_once() -> None:
    """Nobody has to submit an event ten times to learn ten things."""
    bad = Event(
        type="a.b",
        subject="X",
        valid="soon",
        stance="maybe",
        source="x",
        said_by=["Y"],
        stated="now",
        grade="Z9",
        id="1",
        replaces="2",
        retracts="3",
        disputes=["4"],
        data={"a": 1.5},
        quote="\x00",
        locator="\x00",
        note="\x00",
        recorded_by="\x00",
    )
    paths = [fault.partition(":")[0] for fault in form_faults(bad)]
    assert list(dict.fromkeys(paths)) == [
        "subject", "valid", "stance", "source", "said_by[0]", "stated", "grade", "id", "replaces", "retracts",
        "disputes[0]", "data.a", "quote", "locator", "note", "recorded_by",
    ]  # fmt: skip
