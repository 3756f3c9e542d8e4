"""Tests of the vocabulary: versions that never change, upcasting, and suggestions."""

from typing import Any, Final

import pytest

from chronology.errors import InvalidEventError, UnknownNameError
from chronology.events.records import Event
from chronology.vocabulary import builtin
from chronology.vocabulary.definitions import DIALECT
from chronology.vocabulary.registry import Vocabulary

RENAME: Final = [{"op": "move", "from": "/reason", "path": "/cause"}]


def definition(version: int = 1, *, name: str = "well.closed", **keys: Any) -> dict[str, Any]:
    """Return a sound definition; `x_upcast` stands for x-upcast."""
    return {
        "$schema": DIALECT,
        "$id": f"urn:chronology:{name}:{version}",
        "title": "Well closed",
        "type": "object",
        "properties": {"reason": {"type": "string"}},
        "additionalProperties": False,
    } | {key.replace("x_", "x-"): value for key, value in keys.items()}


def second(**keys: Any) -> dict[str, Any]:
    """Return version 2, which calls the reason a cause."""
    return definition(2, **{"properties": {"cause": {"type": "string"}}, "x_upcast": RENAME} | keys)


@pytest.fixture(scope="module")
def known() -> Vocabulary:
    """Give the built-in vocabulary."""
    vocabulary = Vocabulary()
    for schema in builtin.schemas():
        vocabulary = vocabulary.with_type(schema)
    return vocabulary


def refused(vocabulary: Vocabulary, schema: dict[str, Any]) -> InvalidEventError:
    """Return the error with which a vocabulary refuses a type."""
    with pytest.raises(InvalidEventError) as caught:
        vocabulary.with_type(schema)
    return caught.value


def event(type_: str = "operation.stalled", **rest: Any) -> Event:
    """Make an event about an operation."""
    return Event(**{"type": type_, "subject": "operation/storm"} | rest)


# Versions ---------------------------------------------------------------------------------------------------


def test_a_larger_vocabulary_leaves_the_smaller_as_it_is() -> None:
    """with_type returns a new vocabulary."""
    empty = Vocabulary()
    one = empty.with_type(definition())
    assert ("well.closed" in empty, "well.closed" in one) == (False, True)
    assert [found.version for found in one.with_type(second())] == [2]
    assert [found.version for found in one] == [1]


def test_the_same_schema_again_changes_nothing() -> None:
    """Defining is idempotent, whatever the order of keys."""
    one = Vocabulary().with_type(definition())
    assert one.with_type(definition()) is one
    assert one.with_type(dict(reversed(definition().items()))) is one


@pytest.mark.parametrize("change", [{"title": "Other"}, {"examples": [{}]}, {"x_ends": ["flow"]}, {"description": ""}])
def test_a_published_version_never_changes(change: dict[str, Any]) -> None:
    """Any other content under a published number is refused, the newest and older ones alike."""
    vocabulary = Vocabulary().with_type(definition()).with_type(second())
    for schema, number in ((definition(**change), 1), (second(**change), 2)):
        error = refused(vocabulary, schema)
        assert str(error) == f"well.closed version {number} is already defined, with other content"
        assert error.hint == "published versions never change: define version 3 with an x-upcast"


def test_versions_have_no_gaps() -> None:
    """The first is 1, and each is followed by the next."""
    assert str(refused(Vocabulary(), second())) == "well.closed: version 1 comes next, not 2"
    one = Vocabulary().with_type(definition())
    assert str(refused(one, definition(3, x_upcast=[]))) == "well.closed: version 2 comes next, not 3"


def test_trusted_definitions_are_held_to_the_order_of_versions_too() -> None:
    """What comes from the log is not checked again, but cannot skip or change a version."""
    with pytest.raises(InvalidEventError, match="version 1 comes next"):
        Vocabulary().with_type(second(), trusted=True)


def test_every_version_can_be_asked_for() -> None:
    """Each published version stays, and others do not exist."""
    vocabulary = Vocabulary().with_type(definition()).with_type(second())
    assert [vocabulary.version("well.closed", n).version for n in (1, 2)] == [1, 2]
    for number in (0, 3, -1):
        with pytest.raises(UnknownNameError, match=f"unknown version of well.closed '{number}'") as caught:
            vocabulary.version("well.closed", number)
        assert caught.value.hint == "the newest is 2"


# Upcasting --------------------------------------------------------------------------------------------------


def test_an_old_payload_is_read_as_the_newest_version() -> None:
    """Patches are applied one after the other, from the payload's version on, and change no original."""
    third = definition(3, properties={"why": {}}, x_upcast=[{"op": "move", "from": "/cause", "path": "/why"}])
    one = Vocabulary().with_type(definition())
    all_three = one.with_type(second()).with_type(third)
    old = {"reason": "dry"}
    assert all_three.upcast("well.closed", 1, old) == {"why": "dry"}
    assert all_three.upcast("well.closed", 2, {"cause": "dry"}) == {"why": "dry"}
    assert all_three.upcast("well.closed", 3, {"why": "dry"}) == {"why": "dry"}
    assert old == {"reason": "dry"}


def test_an_upcast_must_fit_the_examples_of_the_version_before() -> None:
    """A patch that cannot be applied to an example is refused when the type is defined, not years later."""
    one = Vocabulary().with_type(definition(examples=[{"reason": "dry"}, {}]))
    assert "the upcast to version 2 does not fit" in str(refused(one, second()))


def test_an_upcast_must_give_payloads_of_the_new_version() -> None:
    """Every fault of the patched example is reported, with its number."""
    one = Vocabulary().with_type(definition(examples=[{"reason": "dry"}]))
    error = refused(one, second(x_upcast=[], required=["cause"]))
    assert len(error.faults) == 2
    assert all(fault.startswith("x-upcast of example 0 of version 1: data") for fault in error.faults)


def test_an_upcast_that_does_not_fit_a_payload_is_refused_by_name() -> None:
    """Reading an old payload that the patch does not fit names type and version."""
    vocabulary = Vocabulary().with_type(definition()).with_type(second())
    with pytest.raises(InvalidEventError, match=r"^well\.closed: the upcast to version 2 does not fit: "):
        vocabulary.upcast("well.closed", 1, {})


# Events -----------------------------------------------------------------------------------------------------


def test_a_sound_event_has_no_fault(known: Vocabulary) -> None:
    """Type, kind of subject and payload fit."""
    assert known.faults(event(data={"reason": "x"})) == []


def test_an_unknown_type_is_told_with_the_nearest(known: Vocabulary) -> None:
    """A misspelt type is answered with those that it may have meant."""
    with pytest.raises(UnknownNameError) as caught:
        known.faults(event("operation.staled"))
    assert str(caught.value) == "unknown event type 'operation.staled'"
    assert caught.value.nearest[0] == "operation.stalled"
    assert caught.value.hint.startswith("did you mean operation.stalled")


def test_an_unknown_version_is_refused(known: Vocabulary) -> None:
    """An event may be of an older version, never of one that does not exist."""
    with pytest.raises(UnknownNameError, match=r"unknown version of operation\.stalled '2'"):
        known.faults(event(type_version=2))


@pytest.mark.parametrize(
    ("subject", "fault"),
    [
        ("person/x", "subject: operation.stalled is about operation/..., not 'person/x'"),
        (
            "operaton/x",
            "subject: operation.stalled is about operation/..., not 'operaton/x'"
            " (unknown kind 'operaton': did you mean operation?)",
        ),
        ("zebra/x", "subject: operation.stalled is about operation/..., not 'zebra/x'"),
    ],
)
def test_a_wrong_kind_is_told_with_the_nearest(known: Vocabulary, subject: str, fault: str) -> None:
    """A known but wrong kind is reported as such, a misspelt one with what it may have meant."""
    assert known.faults(event(subject=subject)) == [fault]


def test_several_kinds_are_listed(known: Vocabulary) -> None:
    """A type may be about more than one kind."""
    (found,) = known.faults(event("person.located", data={"place": "place/x"}))
    assert found == "subject: person.located is about person/... or group/..., not 'operation/storm'"


def test_a_payload_with_three_faults_reports_three_with_their_paths(known: Vocabulary) -> None:
    """And the subject's fault beside them."""
    found = known.faults(
        event("alliance.formed", subject="person/x", data={"members": ["A", "group/b"], "purpose": 5, "purpos": "x"})
    )
    assert found[0].startswith("subject: alliance.formed is about alliance/...")
    assert sorted(fault.partition(":")[0] for fault in found[1:]) == ["data", "data.members[0]", "data.purpose"]
    assert "did you mean purpose?" in "; ".join(found)


def test_a_log_can_begin_with_the_definition_of_definitions() -> None:
    """In an empty vocabulary, type.defined is known by the shape of its payload alone, and nothing else is."""
    empty = Vocabulary()
    assert empty.faults(Event(type="type.defined", data={"schema": {}})) == []
    assert empty.faults(Event(type="type.defined", data={"schema": 5})) == ["data.schema: is missing"]
    assert empty.faults(Event(type="type.defined")) == ["data.schema: is missing"]
    with pytest.raises(UnknownNameError):
        empty.faults(event())


def test_kinds_and_attributes_are_those_of_the_newest_versions(known: Vocabulary) -> None:
    """A name that only an old version has is no longer suggested."""
    assert {"operation", "person", "place", "source"} <= known.kinds()
    assert {"status", "location", "published"} <= known.attributes()
    one = Vocabulary().with_type(definition(x_subject="well", x_ends=["flow"]))
    two = one.with_type(second(x_subject="spring", x_ends=["level"]))
    assert (one.kinds(), one.attributes()) == ({"well"}, {"flow"})
    assert (two.kinds(), two.attributes()) == ({"spring"}, {"level"})


def test_types_are_listed_by_name(known: Vocabulary) -> None:
    """Iteration gives the newest of each, sorted, so that no set order reaches an output."""
    names = [found.name for found in known]
    assert names == sorted(names)
    assert len(names) == len({schema["$id"].rpartition(":")[0] for schema in builtin.schemas()})
