"""The commands that name subjects and list them."""

import json
from pathlib import Path

from tests.command_line import done, refused, run, untouched


def test_names_are_given_listed_and_answer(storm: Path) -> None:
    """What was given is shown with its event, in the form that is asked for, and can be used at once."""
    db = ("--db", storm)
    given = done(*db, "describe", "place/baguz", "--name", "Baguz", "--alias", "Baghuz")
    assert given.err.startswith("2 appended, 0 unchanged, head ")
    done(*db, "describe", "baghuz", "--alias", "الباغوز", "--lang", "ar", "--source", "VOA 2018-05-14")
    rows = done(*db, "describe", "place/baguz", "--nl").lines
    assert [(row["name"], row["role"], row["language"], row["source"]) for row in rows] == [
        ("Baguz", "name", None, None),
        ("Baghuz", "alias", None, None),
        ("الباغوز", "alias", "ar", "source/voa-2018-05-14"),
    ]
    assert (
        done(*db, "state", "الباغوز", "--at", "2018-06").out == done(*db, "state", "place/baguz", "--at", "2018-06").out
    )
    done(*db, "retract", str(rows[1]["position"]), "--reason", "a misspelling")
    refused(run(*db, "state", "baghuz"), "is not kind/slug", "did you mean crossing/baguz or place/baguz?")
    table = done(*db, "subjects", "baguz").out.splitlines()
    assert table[0].split() == ["subject", "name", "aliases", "events", "dates", "in", "the", "log"]
    assert table[2].startswith("place/baguz     Baguz  الباغوز")


def test_a_name_that_two_subjects_bear_is_pointed_out(storm: Path) -> None:
    """It is given all the same, and from then on neither is taken for it."""
    done("--db", storm, "describe", "place/baguz", "--name", "Baguz")
    shared = done("--db", storm, "describe", "crossing/baguz", "--name", "BAGUZ")
    assert "note: BAGUZ also means place/baguz, so it must be written as kind/slug\n" in shared.err
    refused(run("--db", storm, "state", "Baguz"), "2 subjects have that name")


def test_a_new_subject_that_is_like_another_is_pointed_out(storm: Path) -> None:
    """As where an event is appended."""
    ended = done("--db", storm, "describe", "place/hajjin", "--name", "Hajjin")
    assert "note: place/hajjin is new; similar: place/hajin\n" in ended.err


def test_nothing_to_give_is_refused(storm: Path) -> None:
    """A language without a name gives none; names that are no names are told."""
    with untouched(storm):
        refused(run("--db", storm, "describe", "place/hajin", "--lang", "ar"), "no name to give", code=2)
        refused(run("--db", storm, "describe", "place/hajin", "--name", " "), "data.name")
        refused(run("--db", storm, "describe", "place/hajin", "--name", "x", "--lang", "Arabic!"), "data.language")
        assert done("--db", storm, "describe", "place/hajin").err == "place/hajin has no names\n"


def test_subjects_are_listed_in_every_form(storm: Path) -> None:
    """Filtered by kind and text, cut by a limit, as known earlier."""
    db = ("--db", storm, "subjects")
    assert [row["subject"] for row in done(*db, "--kind", "crossing", "--nl").lines] == ["crossing/baguz"]
    (sdf,) = done(*db, "islamic st", "--json").json
    assert (sdf["subject"], sdf["name"], sdf["aliases"]) == ("group/islamic-state", "Islamic State", ["IS", "ISIS"])
    listed = done(*db, "-n", "2", "--csv").out.splitlines()
    assert listed[0] == "subject,kind,name,aliases,merged,events,first_position,last_position,first,last"
    assert len(listed) == 3
    assert json.loads(done(*db, "--known-at", "2", "--json").out) == []
    refused(run(*db, "--kind", "plaec"), "did you mean place?")
    nothing = done(*db, "nothing is called so")
    assert (nothing.out, nothing.err) == ("", "no subject has 'nothing is called so' in its slug or a name\n")


def test_a_hostile_name_is_shown_escaped(storm: Path) -> None:
    """Whoever gives a name cannot reach the terminal."""
    name = "A \u202e B"
    done("--db", storm, "describe", "place/hajin", "--name", name)
    for words in (("describe", "place/hajin"), ("subjects", "hajin")):
        assert "A \\u202e B" in done("--db", storm, *words).out
