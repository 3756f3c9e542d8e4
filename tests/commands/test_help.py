"""Help: every command explains itself, ends with a worked example, and the example works."""

import itertools
import shlex
import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest
import typer

from chronology import __version__
from chronology.commands import GROUPS, HOMES, application, load
from tests.command_line import done, run

load()


def _commands() -> dict[str, object]:
    found: dict[str, object] = {}

    def walk(command: object, words: tuple[str, ...]) -> None:
        found[" ".join(words)] = command
        for name, inner in getattr(command, "commands", {}).items():
            walk(inner, (*words, name))

    walk(typer.main.get_command(application.app), ())
    return found


COMMANDS = _commands()


def _examples(name: str) -> list[str]:
    """Return the commands under `Example:`, continued lines joined."""
    text = done(*name.split(), "--help").out.partition("\n  Example:\n")[2].replace("\\\n", " ")
    return [line.strip() for line in text.splitlines() if line.strip()]


def test_every_command_has_its_home() -> None:
    """The map from commands to modules names every command, each with the module that holds it."""
    top = {name: command for name, command in COMMANDS.items() if name and " " not in name}
    homes = {name: command.callback.__module__ for name, command in top.items()}  # type: ignore[attr-defined]
    assert homes == {name: f"chronology.commands.{home}" for name, home in HOMES.items()}


def test_a_folder_of_modules_is_a_heading_of_help() -> None:
    """The commands under one heading are in one folder, and no other heading's are."""
    folders = [{home.partition(".")[0] for home in homes.values()} for homes in GROUPS.values()]
    assert [len(folder) for folder in folders] == [1] * len(GROUPS)
    assert len(set.union(*folders)) == len(GROUPS)


def test_a_group_without_a_command_shows_its_help() -> None:
    """Whoever names no command sees which there are, as lines of help."""
    ended = run("folder")
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == done("folder", "--help").out


def _sections(shown: str) -> dict[str, list[str]]:
    """Return the lines under each heading of a help page."""
    found: dict[str, list[str]] = {}
    for line in shown.splitlines():
        if line.endswith(":") and not line.startswith(" "):
            found[line[:-1]] = []
        elif line.startswith("  ") and found:
            found[list(found)[-1]].append(line)
    return found


def test_every_command_is_in_exactly_one_group() -> None:
    """Every command is under exactly one heading."""
    names = [name for commands in GROUPS.values() for name in commands]
    assert sorted(names) == sorted({name for name in COMMANDS if name and " " not in name})


def test_help_shows_each_command_once_under_its_heading() -> None:
    """Help has the headings and the commands of the table, in its order, and what each does in one column."""
    shown = _sections(done("--help").out)
    assert list(shown) == ["Options", *GROUPS]
    # Below the last heading, after an empty line, stand the examples.
    del shown[next(reversed(GROUPS))][len(GROUPS[next(reversed(GROUPS))]) :]
    assert {heading: [line.split()[0] for line in shown[heading]] for heading in GROUPS} == {
        heading: list(commands) for heading, commands in GROUPS.items()
    }
    lines = [line for heading in GROUPS for line in shown[heading]]
    assert {len(line) - len(line[2:].partition(" ")[2].lstrip()) for line in lines} == {16}
    assert max(map(len, lines)) <= 80


def test_help_before_a_command_is_help_with_all(tmp_path: Path) -> None:
    """In a separate process, in which only the named commands would be loaded."""
    ended = subprocess.run(
        [sys.executable, "-c", "from chronology.commands import main; main()", "--help", "state"],
        check=True, capture_output=True, text=True, cwd=tmp_path,
    )  # fmt: skip
    assert ended.stdout == done("--help").out


def test_a_group_without_headings_lists_its_commands() -> None:
    """Commands of a group, such as `types`, are under one heading."""
    assert [line.split()[0] for line in _sections(done("types", "--help").out)["Commands"]][:3] == [
        "add",
        "renew",
        "show",
    ]


def test_no_summary_is_cut() -> None:
    """The first sentence of every command's help fits into its line."""
    for name in ("", "sources", "types"):
        page = done(*name.split(), "--help").out.partition("Options:")[2]
        assert "..." not in page, "a summary is cut: shorten the docstring's first sentence"


def test_the_commands_are_those_of_the_design() -> None:
    """The command line has the commands that the design names."""
    wanted = {"", "append", "date", "demo", "init", "log", "replay", "retract", "show", "state", "timeline", "verify"}
    assert wanted | {"types", "types add", "types show"} <= set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_help_says_what_and_ends_with_an_example(name: str) -> None:
    """Help begins with usage, has a sentence, explains every option, and ends with commands that can be copied."""
    shown = done(*name.split(), "--help").out
    assert shown.startswith(f"Usage: chronology {name}".rstrip())
    assert _examples(name)
    assert shown.splitlines()[-1].startswith(" ")
    for parameter in getattr(COMMANDS[name], "params"):  # noqa: B009
        assert getattr(parameter, "help", None), f"{name}: {parameter.name} has no help"


@pytest.mark.parametrize("name", COMMANDS)
def test_h_is_help(name: str) -> None:
    """-h prints what --help does."""
    assert done(*name.split(), "-h").out == done(*name.split(), "--help").out


SERVING = {"serve", "clone", "pull", "push", "remote", "remote init", "remote check", "remote renew"}
"""What serves until it is stopped, or needs a server: run in `report/test_server.py` and `commands/test_sharing.py`."""


def _prepare(name: str, example: Path) -> str:
    """Make the files that a command's examples name; return the verifier key that they abbreviate."""
    if name not in ("", "demo"):
        Path("chronology.db").write_bytes(example.read_bytes())
    if name in ("merge", "unmerge"):
        done(
            "append",
            "place.described",
            "place/baghuz",
            "located_in=place/deir-ez-zor",
            "--on",
            "2018",
            "--source",
            "source/gazette",
        )
    if name == "remote remove":
        done("remote", "add", "team", "postgresql://db.example.org/team")
    if name == "unmerge":
        done("merge", "place/baguz", "place/baghuz", "--reason", "two spellings")
    event = '{"type":"operation.ended","subject":"operation/x","valid":"2019-03","source":"source/gazette"}\n'
    Path("events.jsonl").write_text(event)
    Path("gazette.html").write_text("snow")
    if name.startswith(("import", "mapping")):
        Path("incidents.csv").write_text("id,day,killed\n1,2018-05-01,3\n")
        mapping = done("mapping", "new", "incidents.csv").out
        Path("mine.toml" if name == "mapping check" else "incidents.toml").write_text(mapping)
    if name == "merge-log":
        done("init", "jane.db")
    schema = done("--db", example, "types", "show", "operation.stalled", "--json").out
    Path("checkpoint.opened.1.json").write_text(schema.replace("operation.stalled", "checkpoint.opened"))
    if name.startswith("folder") and find_spec("duckdb") and find_spec("pyarrow"):
        done("export", "parquet", "--folder", "storm-parquet")
    if name not in ("verify", "verify-proof", "checkpoint", "prove", "export"):
        return ""
    key = done("keygen", "example.org/jane", "-o", "jane.key").out.strip()
    if name != "checkpoint":
        done("checkpoint", "--sign", "jane.key", "-o", "may.checkpoint")
    if name == "verify-proof":
        done("prove", "01638701", "--sign", "jane.key", "-o", "exhibit.tlog-proof")
    return key


@pytest.mark.parametrize("name", COMMANDS)
def test_worked_examples_work(name: str, example: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every example runs, in its order, in a folder with the running example's store and the files it names."""
    monkeypatch.chdir(tmp_path)
    key = _prepare(name, example)
    for line in _examples(name):
        words = shlex.split(line)
        if words[0] != "chronology" or name in SERVING:
            continue
        is_optional = "--folder" in words or words[1] == "folder"
        if is_optional and not (find_spec("duckdb") and find_spec("pyarrow")):
            # An optional package; where it is missing, the rest is tried.
            continue
        # To redact is to be asked for the id in full.
        stdin = "01638701-4f00-7fbb-bb58-d7c42440a9d4\n" if name == "redact" else ""
        if "<" in words:
            stdin = Path(words[-1]).read_text()
        command = [key if word.endswith("...") else word for word in itertools.takewhile(_is_no_redirection, words)]
        ended = run(*command[1:], stdin=stdin)
        assert ended.code == 0, (line, ended)
        assert ended.out or ended.err, line
        # What an example makes anew is there already for the next one.
        Path("exhibit.tlog-proof").unlink(missing_ok=True)


def _is_no_redirection(word: str) -> bool:
    return word not in ("<", ">", "|")


def test_the_version_is_the_packages() -> None:
    """--version prints the version of the package and stops."""
    assert done("--version").out == f"chronology {__version__}\n"


def test_no_command_shows_help_and_ends_with_2() -> None:
    """Without a command, the help goes to stderr, because nothing was asked."""
    ended = run()
    assert (ended.code, ended.out) == (2, "")
    assert ended.err == done("--help").out


def test_an_edited_schema_is_a_new_type(storm: Path) -> None:
    """What `types show --json` prints, renamed, is what `types add` takes."""
    schema = done("--db", storm, "types", "show", "operation.stalled", "--json").out
    file = storm.parent / "new.json"
    file.write_text(schema.replace("operation.stalled", "operation.paused"), encoding="utf-8-sig")
    assert done("--db", storm, "types", "add", file).out.startswith("defined operation.paused #")
    assert done("--db", storm, "types", "show", "operation.paused").out.startswith("operation.paused (version 1)")


@pytest.mark.parametrize("form", [(), ("--json",), ("--csv",), ("--nl",)], ids=["table", "json", "csv", "nl"])
def test_every_type_can_be_shown(example: Path, form: tuple[str, ...]) -> None:
    """`types show` has something to say of every type, in every form."""
    for row in done("--db", example, "types", "--nl").lines:
        assert done("--db", example, "types", "show", row["name"], *form).out


def test_the_shown_command_is_accepted(example: Path) -> None:
    """The command that `types show` ends with is one that can be run, once its names are filled in."""
    for row in done("--db", example, "types", "--nl").lines:
        shown = done("--db", example, "types", "show", row["name"]).out.rpartition("\n\n")[2]
        words = shlex.split(shown.replace("\\\n", " "))
        if words[1] != "append":
            continue
        filled = [word.replace("EDTF", "2018").replace("KIND", "place").replace("SLUG", "x") for word in words[1:]]
        done("--db", example, *filled, "--dry-run")
