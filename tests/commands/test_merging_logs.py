"""Tests of the command merge-log: what it prints, refuses and returns."""

import shutil
from pathlib import Path

import pytest

from tests.command_line import GATE, GAZETTE, done, refused, run, untouched

SAID = ("--on", "2024-03-10", "--source", GAZETTE)
ID = "0195f0aa-0000-7000-8000-000000000001"


@pytest.fixture
def jane(storm: Path) -> Path:
    """Make a store of somebody else, beside the running example."""
    path = storm.with_name("jane.db")
    done("init", path)
    done("--db", path, "append", "crossing.closed", GATE, *SAID, "--id", ID)
    return path


def test_it_says_how_many_came_in_and_merging_again_adds_none(storm: Path, jane: Path) -> None:
    """As a line for people, and as JSON."""
    first = done("--db", storm, "merge-log", jane).out
    assert first.startswith("added 1, ")
    assert " unchanged, 0 left out, head " in first
    again = done("--db", storm, "merge-log", jane, "--json").json
    assert (again["added"], again["left_out"], again["recorded_twice"]) == (0, [], 0)
    assert again["origin"].startswith("chronology/")


def test_show_tells_where_an_event_was_recorded_first(storm: Path, jane: Path) -> None:
    """The origin of that log, the position there, and the leaf; as JSON, what is stored."""
    done("--db", storm, "merge-log", jane)
    theirs = done("--db", jane, "show", ID, "--json").json
    merged = done("--db", storm, "show", ID, "--json").json
    assert merged["merged_from"]["leaf"] == theirs["leaf"]
    assert merged["merged_from"]["position"] == theirs["position"]
    shown = done("--db", storm, "show", ID).out
    assert f"{merged['merged_from']['origin']} #{theirs['position']}, recorded {theirs['recorded_at']}" in shown
    assert theirs["leaf"] in shown


def test_what_the_logs_do_not_agree_on_is_told(storm: Path, jane: Path) -> None:
    """Withdrawn by both, erased by one, recorded by both: each a note, while the counts stay on stdout."""
    done("--db", storm, "merge-log", jane)
    done("--db", storm, "retract", ID, "--reason", "r")
    done("--db", jane, "retract", ID, "--reason", "r")
    other = ID[:-1] + "2"
    for path in (storm, jane):
        done("--db", path, "append", "crossing.closed", "crossing/x", *SAID, "--id", other)
    ended = done("--db", storm, "merge-log", jane)
    assert ended.out.startswith("added 1, ")
    assert "note: withdrawn on both sides: their #" in ended.err
    assert "note: 1 event was recorded by both logs independently" in ended.err
    done("--db", jane, "redact", other, "--reason", "r", "--yes")
    assert "was redacted in that log, and this one still holds" in done("--db", storm, "merge-log", jane).err


def test_what_is_refused(storm: Path, jane: Path, tmp_path: Path) -> None:
    """One id with two contents, a file that is no store, the store itself: one error, nothing written."""
    done("--db", storm, "append", "crossing.closed", "crossing/other", *SAID, "--id", ID)
    (tmp_path / "text.db").write_text("not a store")
    with untouched(storm, jane):
        refused(run("--db", storm, "merge-log", jane), ID, "with other content")
        refused(run("--db", storm, "merge-log", storm), "is this store itself")
        refused(run("--db", storm, "merge-log", tmp_path / "none.db"), "none.db")
        assert run("--db", storm, "merge-log", tmp_path / "text.db").code in (1, 3)


def test_a_log_that_is_not_sound_is_a_fault(storm: Path, jane: Path) -> None:
    """Exit code 3, as where a check finds something."""
    data = jane.read_bytes()
    broken = jane.with_name("broken.db")
    shutil.copy(jane, broken)
    broken.write_bytes(data.replace(b"2024-03-10", b"2024-03-11"))
    with untouched(storm):
        assert run("--db", storm, "merge-log", broken).code == 3


def test_what_both_recorded_is_told_and_the_note_reads_as_one_line(storm: Path, jane: Path) -> None:
    """Which events they are, and in the log in few words."""
    done("--db", storm, "append", "crossing.closed", GATE, *SAID, "--id", ID)
    ended = done("--db", storm, "merge-log", jane)
    told = "1 event was recorded by both logs independently; the earlier recording counts"
    assert f"note: {told}, for 1 of them the other log's\n" in ended.err
    (line,) = done("--db", storm, "log", "--type", "recording.noted").out.splitlines()[1:]
    position = done("--db", storm, "show", ID, "--json").json["position"]
    assert line.rstrip().endswith(f"recorded first there: #{position}")
    assert f"{told}\n" in done("--db", jane, "merge-log", storm).err
