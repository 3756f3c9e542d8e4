"""What the command line suggests if a name is not known: never more than a suggestion."""

import json
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.store.directory import Directory
from tests.command_line import done, refused, run, untouched

SAID = ("--on", "2018", "--source", "source/voa-2018-05-14")

QUESTIONS = {
    "state": ("state", "Hajin"),
    "timeline": ("timeline", "Hajin"),
    "log": ("log", "--subject", "Hajin"),
    "source": ("state", "--source", "Hajin"),
    "origin": ("state", "--origin", "Hajin"),
    "show": ("show", "Hajin"),
    "retract": ("retract", "Hajin", "--reason", "r"),
    "redact": ("redact", "Hajin", "--reason", "r"),
    "append": ("append", "place.described", "Hajin", "part=eastern", *SAID),
}

APPENDS = {
    "a slug that exists": (
        ("place.described", "Al Shafah", "part=x", *SAID),
        "did you mean place/al-shafah?",
    ),
    "a new subject": (
        ("place.described", "Deir Hafir", "part=x", *SAID),
        "write it as place/deir-hafir",
    ),
    "a new subject of several kinds": (
        ("actor.described", "New Thing", "name=x", *SAID),
        "write it as group/new-thing, organization/new-thing or person/new-thing",
    ),
    "a new subject of any kind": (
        ("fact.asserted", "New Thing", "attribute=a", "value=b", *SAID),
        "write it as KIND/new-thing",
    ),
    "a kind in capitals": (
        ("fact.asserted", "Place/New Thing", "attribute=a", "value=b", *SAID),
        "write it as place/new-thing",
    ),
    "a name that ASCII cannot write": (
        ("place.described", "الشعفة", "part=x", *SAID),
        "write it as place/... (a-z, 0-9 and hyphens)",
    ),
    "a speaker who is known": (
        ("crossing.closed", "crossing/x", *SAID, "--said-by", "Suhaib Jaber"),
        "did you mean person/suhaib-jaber?",
    ),
    "a speaker who is new": (
        ("crossing.closed", "crossing/x", *SAID, "--said-by", "the mayor"),
        "write it as person/the-mayor or organization/the-mayor",
    ),
    "a source that resembles one": (
        ("crossing.closed", "crossing/x", "--on", "2018", "--source", "VOA"),
        "did you mean source/voa-2018-05-14? For a new subject, write source/voa",
    ),
    "a property whose examples tell the kind": (
        ("person.employed", "person/x", "role=driver", "employer=Red House", *SAID),
        "write it as organization/red-house",
    ),
    "a property whose name tells the kind": (
        ("person.sighted", "person/x", "place=New Town", *SAID),
        "write it as place/new-town",
    ),
    "a property that is a list": (
        ("alliance.formed", "alliance/x", 'members:=["group/sdf","Global Coalition"]', *SAID),
        "did you mean group/global-coalition?",
    ),
    "two at once": (
        ("crossing.closed", "crossing/x", "--on", "2018", "--source", "Radio East", "--said-by", "Suhaib Jaber"),
        "source: write it as source/radio-east; said_by[0]: did you mean person/suhaib-jaber?",
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", QUESTIONS.values(), ids=QUESTIONS)
def test_a_subject_is_suggested_wherever_one_is_named(storm: Path, words: tuple[str, ...]) -> None:
    """A name that one subject bears, in any case, is refused with that subject as the hint."""
    with untouched(storm):
        refused(run("--db", storm, *words), "\nhint: did you mean place/hajin?")


@pytest.mark.parametrize(("words", "hint"), APPENDS.values(), ids=APPENDS)
def test_append_suggests_how_to_write_a_name(storm: Path, words: tuple[str, ...], hint: str) -> None:
    """For a text in place of a subject, it suggests the subject that the log has, and the form of a new one."""
    with untouched(storm):
        ended = run("--db", storm, "append", *words)
        refused(ended)
    assert ended.err.splitlines()[1:] == [f"hint: {hint}"]


def test_a_property_of_a_user_defined_type_gets_a_suggestion(storm: Path) -> None:
    """The kind comes from the property's name; an existing subject that resembles it is suggested first."""
    schema = done("--db", storm, "types", "show", "person.sighted", "--json").json
    schema |= {"$id": "urn:chronology:post.filled:1", "x-subject": "post", "examples": [{}], "x-asserts": {}}
    schema["properties"] = {"person": {"type": "string", "format": "subject"}}
    schema.pop("required", None)
    file = storm.parent / "post.json"
    file.write_text(json.dumps(schema))
    done("--db", storm, "types", "add", file)
    words = ("append", "post.filled", "post/chief", *SAID)
    refused(run("--db", storm, *words, "person=Linda Yaccarino"), "\nhint: write it as person/linda-yaccarino\n")
    done("--db", storm, *words, "person=person/linda-m-yaccarino")
    refused(
        run("--db", storm, *words, "person=Linda Yaccarino"),
        "did you mean person/linda-m-yaccarino? For a new subject, write person/linda-yaccarino",
    )
    refused(run("--db", storm, *words, "person=Suhaib Jaber"), "\nhint: did you mean person/suhaib-jaber?\n")


def test_a_fault_of_another_kind_keeps_its_hint(storm: Path) -> None:
    """If every name is a subject, the hint is the refusal's own."""
    ended = run("--db", storm, "append", "crossing.closed", "crossing/x", "--on", "2018-02-30", *SAID[2:])
    refused(ended, "hint: `chronology date TEXT`")


def test_several_are_listed(storm: Path) -> None:
    """If several subjects have the same slug, all are suggested, and none is chosen."""
    done("--db", storm, "append", "fact.asserted", "front/hajin", "attribute=a", "value=b", *SAID)
    refused(run("--db", storm, "state", "hajin"), "\nhint: did you mean front/hajin or place/hajin?\n")


def test_an_id_that_is_unknown_is_no_name(storm: Path) -> None:
    """A text that may be the beginning of an id is not looked for among the subjects."""
    done("--db", storm, "append", "fact.asserted", "place/beef", "attribute=a", "value=b", *SAID)
    ended = run("--db", storm, "show", "beef")
    refused(ended, "positions go from 1 to")
    assert "place/beef" not in ended.err


def test_a_hostile_name_is_shown_escaped(tmp_path: Path) -> None:
    """What is typed and what the log holds reach the terminal through the same escaping."""
    path = tmp_path / "h.db"
    with Chronology.open(path, create=True) as chron:
        data = {"name": "Zed \u202e Evil"}
        chron.append(Event(type="actor.described", subject="person/z", valid="2018", source="source/s", data=data))
    ended = run("--db", path, "state", "Zed \u202e Evil")
    refused(ended)
    assert "\u202e" not in ended.err


def test_many_subjects_are_looked_through_without_reading_them_all(
    storm: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A refusal asks the database for what is alike; the list of all subjects stays there."""
    monkeypatch.delattr(Directory, "subjects")
    refused(run("--db", storm, "state", "Hajin"), "place/hajin")
