"""Completion: what the words typed so far may become, and the scripts of real shells that ask for it."""

import os
import shutil
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from chronology import Chronology, Event
from chronology.commands import HOMES
from tests.command_line import done, refused, run

ROOT = Path(__file__).parents[2]


@pytest.fixture(autouse=True)
def _example(example: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("CHRONOLOGY_DB", str(example))


def words(*typed: str) -> list[str]:
    """Return the candidates for the last of some words."""
    ended = done("completion", "words", "--", *typed)
    assert ended.err == ""
    return ended.out.splitlines()


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        (["st"], ["state"]),
        (["verify"], ["verify", "verify-proof"]),
        (["state", "crossing/"], ["crossing/baguz"]),
        (["state", "--at", "2018", "crossing/"], ["crossing/baguz"]),
        (["state", "crossing/baguz", ""], ["closed_to", "status", "used_by"]),
        (["export", "ge"], ["geojson"]),
        (["export", "csv", "crossing/"], ["crossing/baguz"]),
        (["append", "crossing."], ["crossing.closed", "crossing.opened"]),
        (["append", "crossing.closed", "cross"], ["crossing/baguz"]),
        (["append", "crossing.closed", "crossing/baguz", "rea"], ["reason="]),
        (["append", "crossing.closed", "crossing/baguz", ""], ["by=", "closed_to=", "reason="]),
        (["append", "crossing.closed", "crossing/baguz", "--on", "2018", ""], ["by=", "closed_to=", "reason="]),
        (["append", "crossing.closed", "crossing/baguz", "reason=snow", "--on", "2018", "cl"], ["closed_to="]),
        (["append", "crossing.closed", "crossing/baguz", "reason", "=", "snow", ""], ["by=", "closed_to="]),
        (["append", "crossing.closed", "crossing/baguz", "by=group/isl"], ["by=group/islamic-state"]),
        (["append", "crossing.closed", "crossing/baguz", "by", "=", "group/isl"], ["group/islamic-state"]),
        (["append", "subject.named", "place/hajin", "role="], ["role=name", "role=alias"]),
        (["append", "subject.named", "place/hajin", "role", "="], ["name", "alias"]),
        (["append", "fact.asserted", "crossing/baguz", "attribute=st"], ["attribute=status"]),
        (["append", "crossing.closed", "crossing/baguz", "reason="], []),
        (["append", "crossing.closed", "crossing/baguz", "nonsense=x"], []),
        (["append", "nonsense.type", "crossing/baguz", ""], []),
        (["log", "--type", "crossing."], ["crossing.closed", "crossing.opened"]),
        (["log", "--subject", "crossing/"], ["crossing/baguz"]),
        (["log", "--subject", "=", "crossing/"], ["crossing/baguz"]),
        (["log", "--subject", "="], None),
        (["state", "--source", "source/v"], ["source/voa-2018-05-14"]),
        (["state", "--origin", "person/s"], ["person/suhaib-jaber"]),
        (["merge", "crossing/"], ["crossing/baguz"]),
        (["unmerge", "crossing/baguz", "crossing/"], ["crossing/baguz"]),
        (["state", "--kind", "cross"], ["crossing"]),
        (["state", "--sour"], ["--source"]),
        (["show", "7"], ["79", "78", "77", "76", "75", "74", "73", "72", "71", "70", "7"]),
        (["retract", "78"], ["78"]),
        (["types", ""], ["add", "renew", "show"]),
        (["types", "show", "crossing.c"], ["crossing.closed"]),
        (["show", "75", ""], []),
        (["--db"], ["--db"]),
        (["completion", ""], ["bash", "zsh", "fish"]),
        (["nonsense", "x"], []),
        (["append", "-", ""], None),
    ],
)
def test_the_last_word_is_completed(typed: list[str], expected: list[str] | None) -> None:
    """Commands, options, and names of the kind that stands in that place."""
    found = words(*typed)
    assert all(name.startswith(typed[-1]) for name in found if typed[-1] != "=")
    assert found == expected if expected is not None else found


def test_all_commands_are_offered() -> None:
    """Also those whose modules were not loaded, in the order of help."""
    script = "from chronology.commands import main; main()"
    ended = subprocess.run(
        [sys.executable, "-c", script, "completion", "words", "--", ""], check=True, capture_output=True, text=True
    )
    assert ended.stdout.splitlines() == list(HOMES)


def test_another_store_is_asked_where_it_was_named(tmp_path: Path) -> None:
    """Before the command or after it."""
    path = tmp_path / "other.db"
    with Chronology.open(path, create=True) as chron:
        chron.append(Event(type="crossing.closed", subject="crossing/elsewhere", valid="2018", source="source/x"))
    assert words("--db", str(path), "state", "cross") == ["crossing/elsewhere"]
    assert words("state", "--db", str(path), "cross") == ["crossing/elsewhere"]


def test_nothing_is_said_where_nothing_can_be_found(tmp_path: Path) -> None:
    """No store, no rights, no sense: no candidates, no message, and the exit code of success."""
    junk = tmp_path / "junk.db"
    junk.write_bytes(b"junk" * 1000)
    for path in (tmp_path / "none.db", junk, tmp_path):
        assert words("--db", str(path), "state", "") == []


def test_of_very_many_subjects_the_kinds_are_offered(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """At most a hundred names; a stroke behind a kind leads on."""
    path = tmp_path / "many.db"
    with Chronology.open(path, create=True) as chron:
        chron.append_many(
            Event(type="crossing.closed", subject=f"crossing/c{number}", valid="2018", source="source/x")
            for number in range(150)
        )
    monkeypatch.setenv("CHRONOLOGY_DB", str(path))
    assert words("state", "cr") == ["crossing/"]
    assert "type/" in words("state", "")
    assert len(words("state", "crossing/")) == 100
    assert len(words("state", "crossing/c14")) == 11


def test_no_candidate_needs_quoting(storm: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A name that a shell would read as more than a name is left out, whoever put it into the file."""
    raw = sqlite3.connect(storm)
    for name in ("crossing/$(touch x)", "crossing/`id`", "crossing/a b", "crossing/a\nb", "crossing/*"):
        number = raw.execute("INSERT INTO name (text) VALUES (?) RETURNING id", (name,)).fetchone()[0]
        raw.execute("INSERT INTO reference (subject, position, about) VALUES (?, 1, 0)", (number,))
    raw.commit()
    raw.close()
    monkeypatch.setenv("CHRONOLOGY_DB", str(storm))
    assert words("state", "crossing/") == ["crossing/baguz"]


def test_an_unknown_shell_is_refused() -> None:
    """With the shells that are known."""
    refused(run("completion", "csh"), "bash, zsh, fish", code=2)


TYPED = {
    "chronology sta": ["state"],
    "chronology state crossing/baguz us": ["used_by"],
    "chronology append crossing.closed crossing/ba": ["crossing/baguz"],
    "chronology log --type crossing.c": ["crossing.closed"],
    "chronology state --sou": ["--source"],
}

BASH = """
eval "$(chronology completion bash)"
COMP_WORDS=({line}); COMP_CWORD=$(( ${{#COMP_WORDS[@]}} - 1 ))
_chronology 2>/dev/null
printf '%s\\n' "${{COMPREPLY[@]}}"
"""
ZSH = """
compdef() {{ :; }}
compadd() {{ while [[ $1 != -- ]]; do shift; done; shift; print -l -- "$@" }}
_files() {{ print files }}
eval "$(chronology completion zsh)"
words=({line}); CURRENT=${{#words}}
_chronology
"""
FISH = """
chronology completion fish | source
complete -C '{line}'
"""


@pytest.fixture
def door(tmp_path: Path) -> dict[str, str]:
    """Give an environment in which `chronology` is this checkout's command."""
    path = tmp_path / "bin" / "chronology"
    path.parent.mkdir()
    path.write_text(f'#!/bin/sh\nexec "{sys.executable}" "{ROOT / "cli.py"}" "$@"\n')
    path.chmod(0o755)
    return dict(os.environ) | {"PATH": f"{path.parent}{os.pathsep}{os.environ['PATH']}", "HOME": str(tmp_path)}


@pytest.mark.parametrize("line", TYPED)
@pytest.mark.parametrize(("shell", "script"), [("bash", BASH), ("zsh", ZSH), ("fish", FISH)])
def test_a_real_shell_completes(shell: str, script: str, line: str, door: dict[str, str]) -> None:
    """The script that is printed works in the shell it is for."""
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    options = {"bash": ["--norc"], "zsh": ["-f"], "fish": ["--no-config"]}[shell]
    ended = subprocess.run(
        [shell, *options, "-c", script.format(line=line)], check=True, capture_output=True, text=True, env=door
    )
    assert ended.stderr == ""
    assert ended.stdout.split() == TYPED[line]
