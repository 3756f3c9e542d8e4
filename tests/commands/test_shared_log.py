"""Tests of the commands that share a log: remote, clone, pull, push; those that need a server are marked so."""

import sqlite3
from contextlib import closing
from pathlib import Path
from time import perf_counter

import pytest

from chronology.remote import addresses
from chronology.remote.postgres import script
from tests.command_line import GATE, GAZETTE, done, refused, run, untouched
from tests.remote.test_following import edit

SAID = ("--on", "2024-03-10", "--source", GAZETTE)
NOWHERE = "postgresql://jane:secret@127.0.0.1:1/none"


@pytest.fixture
def team(storm: Path, url: str, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Share the running example, and work in its folder, where a replica stands beside it."""
    monkeypatch.chdir(storm.parent)
    done("--db", storm, "remote", "add", "team", url)
    assert done("--db", storm, "remote", "init").out.endswith("events are shared\n")
    assert done("clone", url, "jane.db").out.startswith("created jane.db, head ")
    return storm


# Without a server -------------------------------------------------------------------------------------------


def test_a_store_that_follows_nothing_says_what_to_do(storm: Path) -> None:
    """Every command that needs a shared log names the one that adds it."""
    for words in (
        ["remote"],
        ["remote", "init"],
        ["remote", "check"],
        ["remote", "renew"],
        ["remote", "remove"],
        ["pull"],
        ["push"],
    ):
        refused(run("--db", storm, *words), "follows no shared log", "chronology remote add team postgresql://")
    refused(run("--db", storm, "append", "crossing.closed", GATE, *SAID, "--outbox"), "follows no shared log")


def test_remote_tells_which_log_is_followed_without_its_password(storm: Path) -> None:
    """As text and as JSON; a second address takes the place of the first."""
    done("--db", storm, "remote", "add", "team", NOWHERE)
    told = done("--db", storm, "remote").out
    assert told.startswith("team  postgresql://jane:***@127.0.0.1:1/none\nhead ")
    assert done("--db", storm, "remote", "--json").json["name"] == "team"
    again = done("--db", storm, "remote", "add", "press", "postgresql://db/press").out
    assert again.endswith(
        "follows press postgresql://db/press, no longer team postgresql://jane:***@127.0.0.1:1/none\n"
    )
    assert done("--db", storm, "remote", "remove").out.endswith("no longer follows press\n")
    assert addresses.of(storm) is None


def test_an_unreachable_log_is_one_error_and_the_outbox_keeps_the_event(storm: Path) -> None:
    """Nothing is written; questions are answered; what is kept is checked and counted."""
    done("--db", storm, "append", "crossing.closed", "crossing/y", *SAID)
    done("--db", storm, "remote", "add", "team", NOWHERE)
    with untouched(storm):
        ended = run("--db", storm, "append", "crossing.closed", GATE, *SAID)
        refused(ended, "the shared log cannot be reached")
        assert "secret" not in ended.err
        assert done("--db", storm, "append", "crossing.closed", GATE, *SAID, "--dry-run").out
        assert done("--db", storm, "append", "crossing.closed", GATE, *SAID, "--outbox", "--dry-run").out == (
            "would wait in the outbox\n"
        )
        refused(run("--db", storm, "append", "crossing.closed", "place/x", *SAID, "--outbox"), "is about crossing/")
    before = storm.read_bytes()
    kept = done("--db", storm, "append", "crossing.closed", GATE, *SAID, "--outbox")
    refused(run("--db", storm, "push"), "cannot be reached", "`chronology append --outbox`")
    done("--db", storm, "state")
    assert storm.read_bytes() == before
    assert kept.out.startswith("waiting in the outbox: ")
    assert "1 waiting in the outbox" in done("--db", storm, "remote").out


def test_what_waits_is_listed_and_dropped_without_a_server(storm: Path) -> None:
    """With ids, lines and what is wrong; nothing is taken out before it is printed, and nothing unasked."""
    done("--db", storm, "remote", "add", "team", NOWHERE)
    assert done("--db", storm, "push", "--list").out == "nothing is waiting\n"
    said = done("--db", storm, "append", "crossing.closed", GATE, *SAID, "--outbox").out
    name = said.removeprefix("waiting in the outbox: ").strip()
    place = storm.with_name("storm.db.outbox")
    line = place.read_text()
    place.write_text(line + '{"type": "cros')
    assert "2 waiting in the outbox, 1 of them damaged" in done("--db", storm, "remote").out
    assert "note: 2 waiting in the outbox" in done("--db", storm, "remote", "add", "team", NOWHERE).err
    listed = done("--db", storm, "push", "--list").out.splitlines()
    assert listed[1].split()[:4] == ["1", name, "crossing.closed", GATE]
    assert "was cut off" in listed[2]
    records = done("--db", storm, "push", "--list", "--nl").lines
    assert [(one["line"], one["id"], one["text"]) for one in records] == [(1, name, None), (2, None, '{"type": "cros')]
    with untouched(storm, place):
        dry = done("--db", storm, "push", "--drop", name[:30], "--dry-run")
        assert dry.json["id"] == name
        refused(run("--db", storm, "push", "--drop", "ffff"), "unknown event in the outbox", "push --list")
        for beside in (["--drop", "1"], ["--dry-run"]):
            assert run("--db", storm, "push", "--list", *beside).code == 2
    assert done("--db", storm, "push", "--drop", "2").out == '{"type": "cros\n'
    dropped = done("--db", storm, "push", "--drop", name)
    assert dropped.err == f"dropped line 1 from {place}\n"
    assert not place.exists()
    done("--db", storm, "remote", "remove")
    assert done("--db", storm, "append", "-", stdin=dropped.out).out.startswith("1 appended")


@pytest.mark.parametrize("how", ["IMMEDIATE", "EXCLUSIVE"])
def test_the_outbox_takes_an_event_while_the_store_is_locked(storm: Path, how: str) -> None:
    """At once, after a check of its form; a list shows it, and says that the rest is not checked."""
    done("--db", storm, "remote", "add", "team", NOWHERE)
    with closing(sqlite3.connect(storm, isolation_level=None)) as other:
        other.execute(f"BEGIN {how}")
        begin = perf_counter()
        kept = done("--db", storm, "append", "crossing.closed", GATE, *SAID, "--outbox")
        listed = done("--db", storm, "push", "--list")
        refused(run("--db", storm, "append", "crossing.closed", "x", *SAID, "--outbox"), "subject")
        assert perf_counter() - begin < 10
    assert kept.out.startswith("waiting in the outbox: ")
    assert "only the form was checked" in kept.err
    assert "were not checked against the store" in listed.err
    assert GATE in listed.out


def test_the_script_of_the_roles_is_printed_as_the_page_shows_it() -> None:
    """What an administrator runs is what the documentation says."""
    assert done("remote", "roles").out == script("roles")
    page = Path(__file__).parents[2] / "docs" / "teams.md"
    assert script("roles") in page.read_text(encoding="utf-8")


@pytest.mark.parametrize("url", ["mysql://db/x", "db", ""])
def test_an_address_of_something_else_is_refused(storm: Path, url: str) -> None:
    """Before anything is written or connected."""
    with untouched(*storm.parent.iterdir()):
        refused(run("--db", storm, "remote", "add", "team", url), "postgresql://")
        refused(run("clone", url, storm.parent / "new.db"), "postgresql://")


# With a server ----------------------------------------------------------------------------------------------


@pytest.mark.postgres
def test_two_people_work_on_one_chronology(team: Path) -> None:
    """Each append goes there first; pull brings the others' events; dry runs write nothing."""
    done("--db", "jane.db", "append", "crossing.closed", GATE, *SAID)
    with untouched(team):
        assert done("--db", team, "pull", "--dry-run").out.startswith("would pull 1, head ")
    assert done("--db", team, "pull").out.startswith("pulled 1, head ")
    assert done("--db", team, "state", GATE, "--at", "2024-04").out == (
        done("--db", "jane.db", "state", GATE, "--at", "2024-04").out
    )
    done("--db", team, "retract", done("--db", team, "log", "-n", "1", "--reverse", "--json").json[0]["id"],
         "--reason", "an error")  # fmt: skip
    assert done("--db", "jane.db", "pull").out.startswith("pulled 1, head ")
    assert done("--db", "jane.db", "pull").out.startswith("pulled 0, head ")


@pytest.mark.postgres
def test_push_appends_what_waited(team: Path, url: str) -> None:
    """Once the log can be reached again; then nothing waits."""
    done("--db", team, "remote", "add", "team", NOWHERE)
    done("--db", team, "append", "crossing.closed", GATE, *SAID, "--outbox")
    done("--db", team, "remote", "add", "team", url)
    with untouched(team):
        assert done("--db", team, "push", "--dry-run").out == "would append 1, 0 unchanged\n"
    assert done("--db", team, "push").out.startswith("1 appended, 0 unchanged, head ")
    assert done("--db", team, "push").out == "nothing is waiting\n"


@pytest.mark.postgres
def test_push_appends_the_rest_and_names_what_it_left(team: Path, url: str) -> None:
    """Line, id and reason, exit code 1; a dry run tells the same; what is dropped is printed, and can be appended."""
    done("--db", team, "remote", "add", "team", NOWHERE)
    done("--db", team, "append", "crossing.closed", GATE, *SAID, "--outbox")
    place = team.with_name("storm.db.outbox")
    wrong = place.read_text().replace(GATE, "place/x").replace('"id": "0', '"id": "f')
    done("--db", team, "append", "crossing.closed", "crossing/z", *SAID, "--outbox")
    place.write_text(place.read_text() + wrong + '{"type": "cros')
    done("--db", team, "remote", "add", "team", url)
    with untouched(team, place):
        dry = run("--db", team, "push", "--dry-run")
        assert (dry.code, dry.out) == (1, "would append 2, 0 unchanged\n")
        assert "nothing is wrong" not in dry.err
    ended = run("--db", team, "push")
    assert ended.code == 1
    assert ended.out.startswith("2 appended, 0 unchanged, head ")
    first, second, hint = ended.err.splitlines()
    assert first.startswith(f"error: line 3 of {place}: event f")
    assert "is about crossing/" in first
    assert second.startswith(f"error: line 4 of {place}: the line was cut off")
    assert hint.startswith("hint: they stay in the outbox: `chronology push --list`")
    assert done("--db", "jane.db", "pull").out.startswith("pulled 2, head ")
    left = run("--db", team, "push", "--json")
    assert left.code == 1
    assert left.json["appended"] == 0
    assert [line["line"] for line in left.json["left"]] == [1, 2]


@pytest.mark.postgres
def test_a_rewritten_log_ends_with_exit_code_3(team: Path, url: str) -> None:
    """Pull, check and an append find it; the store stays as it was."""
    edit(url, "UPDATE chronology.event SET body = 'x', leaf = sha256('x') WHERE position = 20")
    with untouched(team):
        for words in (["pull"], ["pull", "--dry-run"], ["remote", "check"]):
            refused(run("--db", team, *words), "position 20: the shared log has another event", code=3)
        edit(url, "DELETE FROM chronology.event WHERE position > 20")
        words = ["append", "crossing.closed", GATE, *SAID]
        refused(run("--db", team, *words), "position 20: the shared log has another event", code=3)


@pytest.mark.postgres
def test_checkpoints_of_members_are_compared(team: Path, url: str) -> None:
    """The same history passes; another one, of which the server shows nothing, is named and ends with 3."""
    Path("jane.checkpoint").write_text(done("--db", "jane.db", "checkpoint").out)
    told = done("--db", team, "remote", "check", "jane.checkpoint").out
    assert "jane.checkpoint: the same up to its " in told
    assert done("--db", team, "remote", "check", "jane.checkpoint", "--json").json["checkpoints"] == [
        {"file": "jane.checkpoint", "outcome": "extends"}
    ]
    lines = Path("jane.checkpoint").read_text().splitlines()
    Path("forged.checkpoint").write_text("\n".join([lines[0], str(int(lines[1]) - 1), lines[2]]) + "\n")
    ended = run("--db", team, "remote", "check", "forged.checkpoint")
    assert ended.code == 3
    assert "ANOTHER HISTORY" in ended.out


@pytest.mark.postgres
def test_a_second_init_and_a_clone_onto_a_file_are_refused(team: Path, url: str) -> None:
    """Nothing that exists is overwritten; dry runs tell it too."""
    for dry in ([], ["--dry-run"]):
        refused(run("--db", team, "remote", "init", *dry), "already holds a shared log")
        refused(run("clone", url, "jane.db", *dry), "already exists")


@pytest.mark.postgres
def test_older_rules_are_named_and_renewed(team: Path, url: str) -> None:
    """A check still succeeds, and says what the owner runs; a dry run changes nothing."""
    assert done("--db", team, "remote", "check").err == ""
    edit(url, "DROP FUNCTION chronology.rules")
    checked = done("--db", team, "remote", "check")
    assert "note: the shared log has older rules, of version 1 where 2 is the newest; its owner renews" in checked.err
    assert done("--db", team, "remote", "check", "--json").json["rules"] == 1
    assert done("--db", team, "remote", "renew", "--dry-run").out == "the rules would be of version 2, instead of 1\n"
    assert done("--db", team, "remote", "renew").out == "the rules are of version 2, instead of 1\n"
    assert done("--db", team, "remote", "renew").out == "the rules are of version 2, the newest\n"
    assert done("--db", team, "remote", "check").err == ""
