"""What the command line suggests if a name is not known: never more than a suggestion."""

import json
import sqlite3
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.store.names import Names
from tests.command_line import done, refused, run, untouched

SAID = ("--on", "2018", "--source", "source/voa-2018-05-14")

RESOLVED = {
    "state": ("state", "HAJIN", "--at", "2019"),
    "timeline": ("timeline", "Hajin"),
    "why": ("why", "Hajin", "controlled_by", "--at", "2019"),
    "about": ("about", "Hajin", "--at", "2019"),
    "history": ("history", "Hajin"),
    "diff": ("diff", "Hajin", "--from", "2017", "--to", "2019"),
    "changes": ("changes", "Hajin"),
    "log": ("log", "--subject", "Hajin"),
    "conflicts": ("conflicts", "Hajin"),
    "gaps": ("gaps", "Hajin"),
    "without": ("state", "--without-origin", "Hajin", "--at", "2019"),
    "origin": ("state", "--origin", "Hajin", "--at", "2019"),
    "describe": ("describe", "Hajin"),
    "append": ("append", "place.described", "Hajin", "part=eastern", *SAID),
}
"""Where a subject is taken, and a name that means one will do."""

REFUSED = {
    "source": ("state", "--source", "Hajin"),
    "show": ("show", "Hajin"),
    "retract": ("retract", "Hajin", "--reason", "r"),
    "redact": ("redact", "Hajin", "--reason", "r"),
    "state": ("state", "Hajn"),
}
"""Where the subject cannot be meant, or is not quite called so."""

APPENDS = {
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
    "a speaker who is new": (
        ("crossing.closed", "crossing/x", *SAID, "--said-by", "the mayor"),
        "write it as person/the-mayor or organization/the-mayor",
    ),
    "a source that is similar to one": (
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
        ("alliance.formed", "alliance/x", 'members:=["group/sdf","Global Coalition X"]', *SAID),
        "did you mean group/global-coalition or alliance/global-coalition-sdf? For a new subject, write "
        "group/global-coalition-x",
    ),
    "two at once": (
        ("crossing.closed", "crossing/x", "--on", "2018", "--source", "Radio East", "--said-by", "Suhaib Jabir"),
        "source: write it as source/radio-east; said_by[0]: did you mean person/suhaib-jaber? For a new subject, write "
        "person/suhaib-jabir or organization/suhaib-jabir",
    ),
}  # fmt: skip


@pytest.mark.parametrize("words", RESOLVED.values(), ids=RESOLVED)
def test_a_name_is_taken_for_the_one_subject_that_bears_it(storm: Path, words: tuple[str, ...]) -> None:
    """The command answers as if the subject had been typed, and says on stderr which one it took."""
    name = next(word for word in words if word.lower() == "hajin")
    dry = ("--dry-run",) if words[0] == "append" else ()
    ended = done("--db", storm, *words, *dry)
    typed = done("--db", storm, *("place/hajin" if word == name else word for word in words), *dry)
    assert ended.err == f"note: {name} is place/hajin\n{typed.err}"
    assert ended.out == typed.out


@pytest.mark.parametrize("words", REFUSED.values(), ids=REFUSED)
def test_a_subject_is_suggested_where_it_cannot_be_taken(storm: Path, words: tuple[str, ...]) -> None:
    """What is similar to a name, or is of another kind than is wanted, is suggested and never taken."""
    with untouched(storm):
        refused(run("--db", storm, *words), "\nhint: did you mean place/hajin?")


TAKEN = {
    "a slug": (("place.described", "Al Shafah", "part=x", *SAID), {"subject": "place/al-shafah"}),
    "a kind and a name": (("place.described", "Place/Hajin", "part=x", *SAID), {"subject": "place/hajin"}),
    "a kind that the type takes, of two with that slug": (
        ("crossing.closed", "Baguz", *SAID),
        {"subject": "crossing/baguz"},
    ),
    "a name that a source asserts": (
        ("actor.described", "islamic STATE", "name=x", *SAID),
        {"subject": "group/islamic-state"},
    ),
    "a speaker": (
        ("crossing.closed", "crossing/x", *SAID, "--said-by", "person/y", "--said-by", "Suhaib Jaber"),
        {"said_by": ["person/y", "person/suhaib-jaber"]},
    ),
    "a source": (
        ("crossing.closed", "crossing/x", "--on", "2018", "--source", "VOA 2018-05-14"),
        {"source": "source/voa-2018-05-14"},
    ),
    "a payload": (("person.sighted", "person/x", "place=Hajin", *SAID), {"data": {"place": "place/hajin"}}),
    "a list in a payload": (
        ("alliance.formed", "alliance/x", 'members:=["SDF", "group/y", "Global Coalition"]', *SAID),
        {"data": {"members": ["group/sdf", "group/y", "group/global-coalition"]}},
    ),
}


@pytest.mark.parametrize(("words", "stored"), TAKEN.values(), ids=TAKEN)
def test_append_stores_the_subjects_that_names_mean(
    storm: Path, words: tuple[str, ...], stored: dict[str, object]
) -> None:
    """In the subject, the source, the speakers and the payload, what is stored is kind/slug."""
    event = done("--db", storm, "append", *words, "--json").json
    assert {key: event[key] for key in stored} == stored


def test_a_refusal_stands_alone(storm: Path) -> None:
    """Which subject a name was taken for is not said where the command is refused, nor by the next one."""
    refused(run("--db", storm, "state", "Hajin", "statsu"), "unknown attribute 'statsu'")
    assert done("--db", storm, "subjects", "-n", "1").err == ""


def test_a_text_that_is_no_reference_stays_a_text(storm: Path) -> None:
    """Only where the type wants a subject is a name replaced."""
    words = ("append", "place.described", "place/x", "part=Hajin", *SAID)
    ended = done("--db", storm, *words, "--json")
    assert ended.json["data"] == {"part": "Hajin"}
    assert ended.err == ""


def test_what_is_typed_in_full_is_never_taken_for_another(storm: Path) -> None:
    """A kind/slug means itself, even if another subject bears it as a name."""
    done("--db", storm, "describe", "place/hajin", "--alias", "place/hajjin")
    ended = done("--db", storm, "state", "place/hajjin")
    assert "place/hajin is" not in ended.err
    assert "no event is about place/hajjin" in ended.err


SIMILAR = {
    "a letter more": (
        ("crossing.closed", "crossing/baguz2", *SAID),
        ["crossing/baguz2 is new; similar: crossing/baguz"],
    ),
    "another spelling": (
        ("person.died", "person/abu-bakr-baghdadi", *SAID),
        ["person/abu-bakr-baghdadi is new; similar: person/abu-bakr-al-baghdadi"],
    ),
    "in the payload": (
        ("person.sighted", "person/nobody", "place=place/hajjin", *SAID),
        ["place/hajjin is new; similar: place/hajin"],
    ),
    "a speaker": (
        ("crossing.closed", "crossing/baguz", *SAID, "--said-by", "person/suhayb-jaber"),
        ["person/suhayb-jaber is new; similar: person/suhaib-jaber"],
    ),
    "another kind": (("crossing.closed", "crossing/hajin", *SAID), []),
    "the next of a series": (
        ("crossing.closed", "crossing/baguz", "--on", "2018", "--source", "source/voa-2018-05-15"),
        [],
    ),
    "known already": (("crossing.closed", "crossing/baguz", *SAID), []),
}


@pytest.mark.parametrize(("words", "notes"), SIMILAR.values(), ids=SIMILAR)
def test_a_new_subject_that_is_similar_to_another_is_pointed_out(
    storm: Path, words: tuple[str, ...], notes: list[str]
) -> None:
    """The event is appended as it was typed; a note on stderr names what the new subject is like, once."""
    ended = done("--db", storm, "append", *words, "--json")
    assert ended.json["subject"] == words[1]
    assert ended.err.splitlines() == [f"note: {note}" for note in notes]
    assert done("--db", storm, "append", *words).err == ""


def test_a_new_subject_is_compared_with_given_names(storm: Path) -> None:
    """A slug that spells an alias of another subject is like it."""
    done("--db", storm, "describe", "place/baguz", "--alias", "Al-Bāghūz Fawqānī")
    ended = done("--db", storm, "append", "place.described", "place/al-baghuz-fawqani", "part=x", *SAID)
    assert ended.err == "note: place/al-baghuz-fawqani is new; similar: place/baguz\n"


@pytest.mark.parametrize(("words", "hint"), APPENDS.values(), ids=APPENDS)
def test_append_suggests_how_to_write_a_name(storm: Path, words: tuple[str, ...], hint: str) -> None:
    """For a text in place of a subject, it suggests the subject that the log has, and the form of a new one."""
    with untouched(storm):
        ended = run("--db", storm, "append", *words)
        refused(ended)
    assert ended.err.splitlines()[1:] == [f"hint: {hint}"]


def test_a_property_of_a_user_defined_type_gets_a_suggestion(storm: Path) -> None:
    """The kind comes from the property's name; an existing subject that is similar is suggested first."""
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
    done("--db", storm, *words, "person=Suhaib Jaber")


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
    monkeypatch.delattr(Names, "subjects")
    refused(run("--db", storm, "state", "Hajn"), "place/hajin")
    done("--db", storm, "state", "Hajin")


def test_a_question_opens_the_store_once(storm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Names in filters are looked for in the reader that then answers."""
    opened = []
    connect = sqlite3.connect

    def counted(*arguments: object, **how: object) -> sqlite3.Connection:
        opened.append(arguments)
        return connect(*arguments, **how)  # type: ignore[call-overload]

    monkeypatch.setattr(sqlite3, "connect", counted)
    done("--db", storm, "state", "Hajin", "--source", "source/voa-2018-05-14", "--without-origin", "Suhaib Jaber")
    assert len(opened) == 1


def test_a_note_of_a_refused_command_is_not_left_for_the_next(storm: Path) -> None:
    """A refusal stands alone, and the command after it in the same process has only notes of its own."""
    refused(run("--db", storm, "state", "Hajin", "status", "--at", "nonsense"))
    assert done("--db", storm, "log", "--subject", "place/hajin").err == ""
