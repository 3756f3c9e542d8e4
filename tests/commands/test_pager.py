"""Tests of the pager: who gets one, and that nothing is lost if it does not work."""

import stat
from pathlib import Path

import pytest

from chronology import Chronology, Event
from tests.command_line import done
from tests.terminals import at_terminal

MARKING = "sed 's/^/paged:/'"
MANY = 500


@pytest.fixture(scope="module")
def long_log(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Give a store whose log is longer than any pipe holds."""
    path = tmp_path_factory.mktemp("long") / "long.db"
    said = {"source": "source/x", "valid": "2018", "type": "fact.asserted"}
    with Chronology.open(path, create=True) as chron:
        chron.append_many(
            Event(subject=f"person/p{number}", data={"attribute": "a", "value": f"{number:04}" + " word" * 40}, **said)
            for number in range(MANY)
        )
    return path


@pytest.fixture
def fake_less(tmp_path: Path) -> str:
    """Give a PATH whose `less` says what it was told."""
    less = tmp_path / "bin" / "less"
    less.parent.mkdir()
    less.write_text('#!/bin/sh\necho "less LESS=$LESS"\ncat\n')
    less.chmod(less.stat().st_mode | stat.S_IXUSR)
    return f"{less.parent}:/usr/bin:/bin"


@pytest.mark.parametrize(
    "arguments",
    [("log",), ("timeline",), ("state", "--at", "2018"), ("types",), ("types", "show", "fact.asserted"), ("show", "1")],
    ids=" ".join,
)
def test_what_may_be_long_is_paged(example: Path, arguments: tuple[str, ...]) -> None:
    """At a terminal, every line of a table goes through the command in PAGER, and `--no-pager` bypasses it."""
    paged = at_terminal(*arguments, "--db", example, PAGER=MARKING)
    assert paged.lines
    assert [line for line in paged.lines if not line.startswith("paged:")] == []
    bare = at_terminal(*arguments, "--db", example, "--no-pager", PAGER=MARKING)
    assert bare.raw == paged.raw.replace("paged:", "")


@pytest.mark.parametrize("form", ["--json", "--nl", "--csv"])
def test_what_is_for_programs_is_not_paged(example: Path, form: str) -> None:
    """JSON and CSV go to the terminal as they are."""
    assert "paged:" not in at_terminal("log", "--db", example, "-n", "1", form, PAGER=MARKING).text


def test_a_pipe_has_no_pager(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """If stdout is not a terminal, PAGER is not read."""
    monkeypatch.setenv("PAGER", MARKING)
    assert "paged:" not in done("log", "--db", example).out


@pytest.mark.parametrize("pager", [" ", "cat"])
def test_an_empty_pager_is_none(example: Path, pager: str) -> None:
    """PAGER set to nothing, or to `cat`, prints straight to the terminal, although `less` is there."""
    seen = at_terminal("log", "--db", example, "-n", "1", PAGER=pager)
    assert (seen.code, seen.lines[0]) == (0, "#1  type.defined  type/type.defined")


def test_less_is_the_default(example: Path, fake_less: str) -> None:
    """Without PAGER, `less` runs, told FRX unless LESS says something else."""
    asked = ("log", "--db", example, "-n", "1")
    assert at_terminal(*asked, PAGER="", LESS="", PATH=fake_less).lines[0] == "less LESS=FRX"
    assert at_terminal(*asked, PAGER="", LESS="-i", PATH=fake_less).lines[0] == "less LESS=-i"


def test_less_is_not_started_where_it_cannot_be_left(example: Path, fake_less: str, tmp_path: Path) -> None:
    """Without a keyboard, on a dumb terminal, or if it is not installed, `less` is not started."""
    asked = ("log", "--db", example, "-n", "1")
    assert "less" not in at_terminal(*asked, PAGER="", PATH=fake_less, keyboard=False).text
    assert "less" not in at_terminal(*asked, PAGER="", PATH=fake_less, TERM="dumb").text
    seen = at_terminal(*asked, PAGER="", PATH=str(tmp_path))
    assert (seen.code, seen.lines[0]) == (0, "#1  type.defined  type/type.defined")


def test_leaving_the_pager_early_is_quiet(long_log: Path) -> None:
    """A user who leaves the pager early sees neither an error nor the rest."""
    seen = at_terminal("log", "--db", long_log, PAGER="head -n 1")
    assert (seen.code, seen.lines) == (0, ["#1  type.defined  type/type.defined"])


@pytest.mark.parametrize("pager", ["false", "exit 3", "head -c 2000 > /dev/null; exit 1"])
def test_a_pager_that_fails_loses_nothing(long_log: Path, pager: str) -> None:
    """If the pager ends with an error, early or late, everything is printed as without it."""
    for few in (("-n", "1"), ()):
        asked = ("log", "--db", long_log, "--after", "38", *few)
        assert at_terminal(*asked, PAGER=pager).raw == at_terminal(*asked, "--no-pager").raw


def test_a_pager_that_does_not_exist_loses_nothing(example: Path) -> None:
    """The shell says that the command is not found; the table follows."""
    seen = at_terminal("log", "--db", example, "-n", "1", PAGER="no-such-pager --flag")
    assert seen.code == 0
    assert "not found" in seen.lines[0]
    assert seen.lines[1:] == at_terminal("log", "--db", example, "-n", "1", "--no-pager").lines


def test_an_interrupt_is_for_the_pager(example: Path) -> None:
    """Control-C while the pager runs neither ends the command nor leaves the terminal in a mess."""
    # It prints nothing before its input has ended, so nothing is typed before the command does nothing but wait.
    pager = (
        "trap 'echo caught' INT; text=$(cat); echo \"$text\"; read answer < /dev/tty; read answer < /dev/tty; exit 1"
    )
    seen = at_terminal("log", "--db", example, "-n", "1", PAGER=pager, typed="\x03a\nb\n")
    assert seen.code == 0
    assert seen.text.count("type/type.defined") == 1
    assert "caught" in seen.text
