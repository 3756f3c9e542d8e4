"""Files, pipes and terminals that a command cannot use: one clear line, and nothing written."""

import os
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chronology import Chronology
from tests.command_line import Ended, done, refused, run, untouched

CLOSED = ("crossing.closed", "crossing/oakford")
SAID = ("--on", "2018-05-13", "--source", "source/gazette")

COMMANDS = (
    ("state",),
    ("timeline",),
    ("log",),
    ("show", "1"),
    ("types",),
    ("verify",),
    ("replay",),
    ("append", *CLOSED, *SAID),
    ("retract", "1", "--reason", "x"),
)


@pytest.mark.parametrize("arguments", COMMANDS, ids=[c[0] for c in COMMANDS])
def test_a_file_that_is_no_store_is_refused(tmp_path: Path, arguments: tuple[str, ...]) -> None:
    """Every command refuses a file that is not a store and leaves it as it is, and makes nothing if there is none."""
    text = tmp_path / "notes.txt"
    text.write_text("no database, though long enough for a header\n" * 100)
    short = tmp_path / "short.txt"
    short.write_text("short")
    empty = tmp_path / "empty.db"
    empty.touch()
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE event (position INTEGER)")
    connection.close()
    folder = tmp_path / "folder"
    folder.mkdir()
    missing = tmp_path / "missing.db"
    with untouched(text, short, empty, other, folder, missing):
        refused(run("--db", text, *arguments), "is not a database")
        refused(run("--db", short, *arguments), "is not a database")
        refused(run("--db", empty, *arguments), "is empty", "init")
        refused(run("--db", other, *arguments), "database of another program")
        refused(run("--db", folder, *arguments), "is a directory")
        refused(run("--db", missing, *arguments), "there is no store", "init")


@pytest.mark.parametrize("command", ["init", "demo"])
def test_making_a_store_spares_other_files(tmp_path: Path, command: str) -> None:
    """`init` and `demo` refuse a file of something else, a directory, and a folder that does not exist."""
    other = tmp_path / "other.db"
    with sqlite3.connect(other) as connection:
        connection.execute("CREATE TABLE event (position INTEGER)")
    connection.close()
    text = tmp_path / "notes.txt"
    text.write_text("my notes\n" * 100)
    with untouched(other, text):
        refused(run(command, other), "database of another program")
        refused(run(command, text), "is not a database")
        refused(run(command, tmp_path), "is a directory")
        refused(run(command, tmp_path / "no" / "x.db"), "there is no directory")


def test_the_demo_spares_a_store_of_ones_own(tmp_path: Path) -> None:
    """`demo` does not mix the running example into a store that holds something else."""
    own = tmp_path / "own.db"
    done("init", own)
    with untouched(own):
        refused(run("demo", own), "holds another store", "name another file")


def test_a_read_only_file_is_read_but_not_written(storm: Path) -> None:
    """A file marked read-only answers questions, and refuses events with what to do about it."""
    storm.chmod(0o444)
    with untouched(storm):
        refused(run("--db", storm, "append", *CLOSED, *SAID), "read-only")
        refused(run("--db", storm, "replay"), "read-only")
        assert done("--db", storm, "state", "crossing/baguz", "--json").json


def test_hostile_names_are_shown_escaped(tmp_path: Path) -> None:
    """A file name with an escape sequence or a line break cannot reach the terminal, nor fake a second line."""
    name = tmp_path / "a\x1b[31m\nhint: b"
    refused(run("--db", name, "state"), r"a\x1b[31m\nhint: b")
    refused(run("state", "--at", "\x1b]0;x\x07"), code=1)


def test_an_empty_input_appends_nothing(storm: Path) -> None:
    """No lines, or empty ones, are not a fault: nothing is appended, and the command says so."""
    assert done("--db", storm, "append", "-").out.startswith("0 appended")
    assert done("--db", storm, "append", "-", stdin="\n\n").out.startswith("0 appended")


def test_undecodable_dates_are_refused_like_others(storm: Path) -> None:
    """Bytes that are not UTF-8 are not a date, on standard input either."""
    refused(run("date", "-", stdin=b"\xff\n"), "date")
    ended = run("date", "-", "--json", stdin=b"\xff\n")
    assert (ended.code, ended.json["valid"]) == (1, False)
    assert ended.err.startswith("error: the date was refused\n")


def _process(*arguments: str, **kwargs: object) -> Ended:
    ended = subprocess.run([_program(), *arguments], check=False, capture_output=True, text=True, **kwargs)  # type: ignore[call-overload]
    return Ended(ended.returncode, ended.stdout, ended.stderr)


def _program() -> str:
    return str(Path(sys.executable).with_name("chronology"))


def test_a_closed_pipe_is_no_fault(example: Path) -> None:
    """A reader that has had enough ends the program without a word."""
    script = f"{_program()} --db {example} log --json | head -n 1"
    ended = subprocess.run(["sh", "-c", script], check=True, capture_output=True, text=True)
    assert (ended.stdout, ended.stderr) == ("[\n", "")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs /dev/full")
def test_a_full_disk_under_the_output_is_told(example: Path) -> None:
    """Output that cannot be written is one line on stderr, not a traceback."""
    with open("/dev/full", "w") as full:
        command = [_program(), "--db", str(example), "log"]
        ended = subprocess.run(command, check=False, stdout=full, stderr=subprocess.PIPE, text=True)
    assert ended.returncode == 1
    assert ended.stderr.splitlines() == ["error: the output cannot be written: No space left on device"]


def test_any_encoding_of_the_terminal_will_do(storm: Path) -> None:
    """If the terminal knows only ASCII, tables show escapes, and JSON stays JSON."""
    done("--db", storm, "append", *CLOSED, "reason=é", *SAID)
    environment = {**os.environ, "PYTHONIOENCODING": "ascii", "CHRONOLOGY_DB": str(storm)}
    shown = _process("log", "--subject", CLOSED[1], env=environment)
    assert (shown.code, r"reason=\xe9" in shown.out) == (0, True)
    (event,) = _process("log", "--subject", CLOSED[1], "--nl", env=environment).lines
    assert event["data"] == {"reason": "é"}
    assert _process("date", "2018é", "--json", env=environment).json["valid"] is False
    refused(_process("state", "person/\udce9", env=environment))


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write anywhere")
def test_an_unwritable_directory_is_told(tmp_path: Path) -> None:
    """A store cannot be made in a directory that cannot be written; one there can still be asked."""
    folder = tmp_path / "locked"
    folder.mkdir()
    with Chronology.open(folder / "storm.db", create=True):
        pass
    folder.chmod(0o555)
    try:
        refused(run("init", folder / "other.db"), "cannot be opened", "permissions")
        assert done("--db", folder / "storm.db", "types", "--json").json
    finally:
        folder.chmod(0o755)
