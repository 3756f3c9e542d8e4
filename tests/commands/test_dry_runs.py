"""Every command that writes has --dry-run, which says what would be done and does nothing."""

from pathlib import Path

import pytest
import typer

from chronology.commands import application, load
from tests.command_line import done, nth, refused, run, untouched

load()

EVENT = "01638701-4f00-7fbb-bb58-d7c42440a9d4"
SAID = ("--on", "2018", "--source", "source/gazette")

WRITING = {
    "append": (("crossing.closed", "crossing/x", *SAID), "would append 1, 0 unchanged"),
    "describe": (("place/hajin", "--name", "Hajin"), "would append 1, 0 unchanged"),
    "merge": (("place/hajin", "place/baguz", "--reason", "r"), "would merge place/baguz into place/hajin"),
    "unmerge": (("place/hajin", "place/al-shaer", "--reason", "r"), "would make place/hajin and place/al-shaer two"),
    "retract": ((EVENT, "--reason", "r"), f"would retract #{nth(37)} crossing.closed about crossing/baguz"),
    "undo": ((str(nth(37)),), f"would retract #{nth(37)} crossing.closed about crossing/baguz"),
    "redact": ((EVENT, "--reason", "r"), f"would erase for good, of #{nth(37)} {EVENT}:"),
    "sources add": (("source/x", "--archived", "new.json"), "would append "),
    "replay": ((), "would change nothing: the result equals what is stored"),
    "types renew": ((), "every type is as this program has it"),
    "types add": (("new.json",), f"would define operation.paused #{nth(42)}"),
    "init": (("other.db",), "would create other.db"),
    "demo": (("other.db",), "would create other.db"),
    "keygen": (("example.org/jane", "-o", "new.key"), "would write new.key"),
    "checkpoint": (("-o", "new.checkpoint"), "would write new.checkpoint"),
    "prove": ((EVENT, "-o", "new.proof", "--sign", "jane.key"), "would write new.proof"),
    "export": (("--tiles", "a/b"), f"would write {nth(41)} events into a/b"),
    "backup": (("new.db",), "would write new.db"),
    "remote add": (("team", "postgresql://127.0.0.1:1/none"), "storm.db would follow team "),
    "import": (("incidents.csv", "--mapping", "mine.toml"), "source/incidents: added 1, changed 0"),
    "merge-log": (("jane.db",), "would add 1, "),
    "mapping new": (("incidents.csv", "-o", "new.toml"), "would write new.toml"),
    "report": (("-o", "new.html"), "would write new.html"),
}  # fmt: skip
"""What each command that writes is given, and a line that its dry run prints."""

SHARING = {"clone", "pull", "push", "remote init", "remote remove", "remote renew"}
"""Commands of a store that follows a shared log; `test_sharing.py` tries their dry runs."""

ASKING = {
    "folder",
    "folder state",
    "folder conflicts",
    "folder count",
    "remote",
    "remote check",
    "remote roles",
    "state",
    "why",
    "history",
    "conflicts",
    "diff",
    "changes",
    "search",
    "gaps",
    "timeline",
    "log",
    "show",
    "subjects",
    "about",
    "date",
    "types",
    "types show",
    "mapping",
    "mapping check",
    "mapping show",
    "verify",
    "lint",
    "sources",
    "verify-proof",
    "completion",
    "serve",
}


@pytest.fixture
def folder(storm: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Work in a folder with the running example, a key and a schema."""
    monkeypatch.chdir(storm.parent)
    monkeypatch.setenv("CHRONOLOGY_DB", "storm.db")
    done("keygen", "example.org/jane", "-o", "jane.key")
    schema = done("types", "show", "operation.stalled", "--json").out
    Path("new.json").write_text(schema.replace("operation.stalled", "operation.paused"))
    Path("incidents.csv").write_text("id,day\n1,2018-05-01\n")
    done("mapping", "new", "incidents.csv", "-o", "mine.toml")
    done("init", "jane.db")
    done("--db", "jane.db", "append", "crossing.closed", "crossing/y", *SAID)
    # So that SQLite's empty journal stands beside the store already.
    done("append", "crossing.closed", "crossing/x", *SAID)
    Path("storm.db").write_bytes(storm.read_bytes())
    return storm.parent


def test_every_command_that_writes_has_a_dry_run() -> None:
    """Commands either ask, or write and can be tried."""
    found: dict[str, bool] = {}
    root = typer.main.get_command(application.app)
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        for inner, one in {"": command, **getattr(command, "commands", {})}.items():
            found[f"{name} {inner}".strip()] = any("--dry-run" in option.opts for option in one.params)
    assert {name for name, has_one in found.items() if has_one} == WRITING.keys() | SHARING
    assert {name for name, has_one in found.items() if not has_one} == ASKING


@pytest.mark.parametrize("name", WRITING)
def test_a_dry_run_writes_nothing(storm: Path, folder: Path, name: str) -> None:
    """It says what would be done, asks for nothing, leaves every file as it was and makes none."""
    words, told = WRITING[name]
    Path("storm.db").write_bytes(storm.read_bytes())
    if name == "unmerge":
        done("merge", *words)
    with untouched(*folder.iterdir()):
        ended = done(*name.split(), *words, "--dry-run")
    assert ended.out.splitlines()[-1 if name == "replay" else 0].startswith(told)
    assert ended.err.startswith("dry run: ")
    assert "nothing was written" in ended.err


def test_a_dry_redaction_shows_what_would_go_and_what_names_it(storm: Path) -> None:
    """All that would be erased, by name; then the events that name it, which a real one tells too."""
    ended = done("--db", storm, "redact", str(nth(23)), "--reason", "r", "--dry-run")
    assert "data.place    place/hajin" in ended.out
    assert "subject       person/abu-bakr-al-baghdadi" in ended.out
    assert "leaf" not in ended.out
    assert ended.out.splitlines()[-1] == f"named by #{nth(24)}, #{nth(25)}: check whether they repeat what it says"
    done("--db", storm, "redact", str(nth(23)), "--reason", "r", "--yes")
    again = done("--db", storm, "redact", str(nth(23)), "--reason", "r", "--dry-run")
    assert again.out == f"unchanged #{nth(23)}, redacted by #{nth(41)}; would rewrite the file\n"
    with untouched(storm):
        refused(run("--db", storm, "redact", "1", "--reason", "r", "--dry-run"), "cannot be redacted")


def test_a_dry_retraction_as_json_is_like_that_of_append(storm: Path) -> None:
    """Programs read the same record from both."""
    retracted = done("--db", storm, "retract", str(nth(12)), "--reason", "r", "--dry-run", "--json")
    appended = done("--db", storm, "append", "crossing.closed", "crossing/x", *SAID, "--dry-run", "--json")
    assert retracted.json == appended.json == {"appended": 1, "unchanged": 0, "first": nth(41), "head": nth(41)}


REFUSED = {
    "a file that exists": (("backup", "jane.key"), "already exists"),
    "a link that leads nowhere": (("backup", "link"), "already exists"),
    "a folder that does not exist": (("keygen", "example.org/jane", "-o", "none/new.key"), "no directory none"),
    "a store in such a folder": (("init", "none/new.db"), "no directory none"),
    "an example in such a folder": (("demo", "none/new.db"), "no directory none"),
    "a folder in use": (("export", "--tiles", "."), "is not empty"),
    "a file in the place of a folder": (("export", "--tiles", "jane.key"), "already exists"),
    "a file above the folder": (("export", "--tiles", "jane.key/x"), "no directory jane.key"),
    "a folder as a store": (("init", "."), "is a directory"),
    "another store": (("demo", "jane.key"), "not a database"),
    "a key that is none": (("checkpoint", "-o", "new", "--sign", "new.json"), ""),
    "a file that exists for an exhibit": (("prove", "50", "-o", "jane.key", "--sign", "jane.key"), "already exists"),
}  # fmt: skip


@pytest.mark.parametrize(("words", "told"), REFUSED.values(), ids=REFUSED)
def test_a_dry_run_is_refused_where_the_command_is(folder: Path, words: tuple[str, ...], told: str) -> None:
    """Whatever stops a command stops its dry run too, and both say so."""
    Path("link").symlink_to("nowhere")
    with untouched(*folder.iterdir()):
        refused(run(*words, "--dry-run"), told)
    refused(run(*words))


def test_a_store_that_exists_is_told_and_left(storm: Path) -> None:
    """A dry `init` or `demo` of a store that already exists says so."""
    with untouched(storm):
        assert done("init", storm, "--dry-run").out == f"{storm} is already a store, head {nth(40)}\n"
        assert done("demo", storm, "--dry-run").out == f"{storm} already holds the running example, head {nth(40)}\n"
