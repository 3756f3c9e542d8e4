"""Subjects that turn out to be one, at the command line: merge, unmerge, and what other commands say of it."""

import json
from pathlib import Path

from tests.command_line import done, nth, refused, run, untouched

OTHER = "crossing/baghuz"


def with_other(storm: Path) -> None:
    """Append an event about the crossing under another spelling."""
    done("--db", storm, "append", "crossing.opened", OTHER, "--on", "2018-05-20", "--source", "source/x")


def merged(storm: Path) -> None:
    """Let the two be one from then on."""
    with_other(storm)
    done("--db", storm, "merge", "crossing/baguz", OTHER, "--reason", "two spellings")


def test_merge_and_unmerge_say_what_they_did(storm: Path) -> None:
    """One line each; what they would do is said without a position."""
    with_other(storm)
    pair = ("crossing/baguz", OTHER, "--reason", "x")
    with untouched(storm):
        assert done("--db", storm, "merge", *pair, "--dry-run").out == f"would merge {OTHER} into crossing/baguz\n"
    assert done("--db", storm, "merge", *pair).out == f"#{nth(42)} merges {OTHER} into crossing/baguz\n"
    words = f"crossing/baguz and {OTHER} two subjects again\n"
    with untouched(storm):
        assert done("--db", storm, "unmerge", *pair, "--dry-run").out == f"would make {words}"
        refused(run("--db", storm, "merge", *pair), f"are one subject already, by #{nth(42)}")
        refused(run("--db", storm, "merge", "crossing/baguz", "crossing/bagus", "--reason", "x"), "crossing/bagus")
    assert done("--db", storm, "unmerge", *pair).out == f"#{nth(43)} makes {words}"
    with untouched(storm):
        refused(run("--db", storm, "unmerge", *pair), "are not merged", "chronology merge KEPT OTHER")


def test_merge_as_json(storm: Path) -> None:
    """The event as stored."""
    with_other(storm)
    words = ("crossing/baguz", OTHER, "--reason", "x", "--source", "source/x", "--json")
    record = done("--db", storm, "merge", *words).json
    assert (record["type"], record["subject"], record["source"]) == ("subject.merged", "crossing/baguz", "source/x")
    assert record["data"] == {"with": OTHER, "reason": "x"}


def test_a_third_name_is_told(storm: Path) -> None:
    """Whoever merges a subject that has two names already reads all of them."""
    merged(storm)
    done("--db", storm, "append", "crossing.opened", "crossing/bagus", "--on", "2018-05-21", "--source", "source/x")
    ended = done("--db", storm, "merge", "crossing/bagus", OTHER, "--reason", "x")
    assert f"note: crossing/bagus is now also crossing/baguz, {OTHER}" in ended.err


def test_every_question_says_under_which_name_it_answers(storm: Path) -> None:
    """On stderr, with the merge; asked as known before it, nothing is said."""
    merged(storm)
    note = f"note: {OTHER} is crossing/baguz, merged by #{nth(42)}\n"
    for command in (
        ("state", OTHER, "--at", "2018-06"), ("why", OTHER, "status", "--at", "2018-06"), ("history", OTHER),
        ("about", OTHER, "--at", "2018-06"), ("timeline", OTHER), ("log", "--subject", OTHER), ("describe", OTHER),
        ("changes", OTHER, "--since", str(nth(41))), ("diff", OTHER, "--from", "2018-05-01", "--to", "2018-06"),
        ("conflicts", OTHER), ("gaps", OTHER, "--until", "2018-06"),
    ):  # fmt: skip
        assert done("--db", storm, *command).err.startswith(note), command
    assert done("--db", storm, "state", OTHER, "--at", "2018-06", "--known-at", str(nth(41))).err == ""


def test_pages_and_lists_tell_the_merge(storm: Path) -> None:
    """Why and about name event and reason; subjects lists the other name; the log shows the merge for either name."""
    merged(storm)
    told = done("--db", storm, "why", OTHER, "status", "--at", "2018-06").out
    assert f"{OTHER} was merged into crossing/baguz by #{nth(42)} on " in told
    assert told.count(": two spellings") == 1
    page = done("--db", storm, "about", OTHER, "--at", "2018-06", "--json").json
    assert [(one["merged"], one["position"]) for one in page["merges"]] == [(OTHER, nth(42))]
    assert [one["merged"] for one in done("--db", storm, "why", OTHER, "status", "--json").json["merges"]] == [OTHER]
    (listed,) = done("--db", storm, "subjects", "baguz", "--kind", "crossing", "--json").json
    assert listed["merged"] == [OTHER]
    done("--db", storm, "unmerge", "crossing/baguz", OTHER, "--reason", "x")
    assert f"#{nth(42)}" in done("--db", storm, "log", "--subject", OTHER).out


def test_changes_tells_what_the_merge_changed(storm: Path) -> None:
    """The other name has no answer of its own any more, and the kept one has another."""
    merged(storm)
    found = done("--db", storm, "changes", OTHER, "--since", str(nth(41)), "--at", "2018-06", "--json").json
    told = {(one["subject"], one["attribute"], one["after"] and one["after"]["value"]) for one in found}
    assert {(OTHER, "status", None), ("crossing/baguz", "status", "open")} <= told
    assert {tuple(one["events"]) for one in found} == {(nth(42),)}


def test_conflicts_stand_on_the_page_of_a_subject(storm: Path) -> None:
    """As the command of that name lists them."""
    leader = "person/abu-bakr-al-baghdadi"
    page = done("--db", storm, "about", leader, "--at", "2018-05-14", "--json").json
    assert page["conflicts"] == done("--db", storm, "conflicts", leader, "--json").json != []
    assert "\nconflicts\n" in done("--db", storm, "about", leader).out


def test_names_are_taken_wherever_a_subject_is(storm: Path) -> None:
    """In conflicts, gaps, filters of search, sources add, and the lines of append; told once each."""
    done("--db", storm, "describe", "source/voa-2018-05-14", "--name", "VOA report")
    done("--db", storm, "describe", "place/baguz", "--name", "Baguz")
    note = "note: VOA report is source/voa-2018-05-14\n"
    leader = "note: Abu Bakr al-Baghdadi is person/abu-bakr-al-baghdadi\n"
    assert done("--db", storm, "conflicts", "Abu Bakr al-Baghdadi", "--source", "VOA report").err == leader + note
    assert done("--db", storm, "gaps", "Abu Bakr al-Baghdadi").err.startswith(leader)
    assert done("--db", storm, "search", "hajin", "--source", "VOA report").err == note
    assert done("--db", storm, "sources", "add", "VOA report", "--title", "x", "--dry-run").err.startswith(note)
    line = {"type": "control.changed", "subject": "Baguz", "valid": "2018-05-13", "source": "VOA report",
            "said_by": ["Suhaib Jaber"], "data": {"by": "SDF"}}  # fmt: skip
    done("--db", storm, "describe", "person/suhaib-jaber", "--name", "Suhaib Jaber")
    ended = done("--db", storm, "append", "-", stdin=f"{json.dumps(line)}\n" * 2)
    assert ended.err.count("note: Baguz is place/baguz\n") == ended.err.count(note) == 1
    event = done("--db", storm, "log", "--reverse", "-n", "1", "--json").json[0]
    assert (event["subject"], event["source"], event["said_by"], event["data"]) == (
        "place/baguz", "source/voa-2018-05-14", ["person/suhaib-jaber"], {"by": "group/sdf"},
    )  # fmt: skip


def test_a_name_that_several_bear_lists_them_everywhere(storm: Path) -> None:
    """Nothing is chosen, and nothing written."""
    for subject in ("place/baguz", "place/hajin"):
        done("--db", storm, "describe", subject, "--name", "The Town")
    line = {"type": "control.changed", "subject": "The Town", "valid": "2018-05-13", "source": "source/x",
            "data": {"by": "group/sdf"}}  # fmt: skip
    with untouched(storm):
        for command in (
            ("conflicts", "The Town"), ("gaps", "The Town"), ("state", "The Town"), ("log", "--subject", "The Town"),
            ("merge", "The Town", "place/baguz", "--reason", "x"), ("search", "hajin", "--origin", "The Town"),
        ):  # fmt: skip
            refused(run("--db", storm, *command), "2 subjects have that name", "place/baguz or place/hajin")
        refused(run("--db", storm, "append", "-", stdin=json.dumps(line)), "line 1", "place/baguz or place/hajin")
