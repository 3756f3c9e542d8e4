"""What a command loads before it can answer: every question pays for it."""

import subprocess
import sys
from pathlib import Path

import pytest

from tests.count_files import files_that_ran

SCRIPT = """
import sys
from chronology.commands import main
try:
    main(sys.argv[1:])
finally:
    print("loaded", *sorted(sys.modules), file=sys.stderr)
"""

# Each costs more than the answer: drawing, testing, models, keys, making tables, checking payloads.
NEVER = {"click", "cryptography", "hypothesis", "pydantic", "pytest", "yaml", "requests", "numpy"}
NOT_TO_APPEND = NEVER | {"sqlite_utils", "rich", "cattrs"}
NOT_TO_APPEND |= {"chronology.events.structuring", "chronology.store.migrations"}
NOT_TO_READ = NOT_TO_APPEND | {"hashlib", "jsonpatch", "jsonschema_rs"}
NOT_TO_READ |= {
    "chronology.commands.screen.pager",
    "chronology.commands.screen.terminal",
    "chronology.answers.segments",
    "chronology.evidence.exhibits",
    "chronology.evidence.verify",
    "chronology.projections.rebuild",
    "chronology.store.batch",
    "chronology.store.chronology",
    "chronology.store.redaction",
    "chronology.store.writing",
}

MOST_MODULES = 45
"""Of this package, for the commonest question; each module more makes every answer wait."""

MOST_FILES = {"append": 42, "state": 28}
"""Of which a function runs: whoever follows the command opens them."""

READING = [
    ("state", "operation/al-jazeera-storm"),
    ("state", "--json"),
    ("timeline", "crossing/baguz"),
    ("log", "--after", "40"),
    ("log", "--reverse", "-n", "5"),
    ("show", "50"),
    ("date", "2018"),
]


def _loaded(*arguments: str) -> set[str]:
    command = [sys.executable, "-c", SCRIPT, *arguments]
    ended = subprocess.run(command, check=True, capture_output=True, text=True)
    return set(ended.stderr.splitlines()[-1].split()[1:])


@pytest.mark.parametrize("arguments", READING, ids=" ".join)
def test_a_question_loads_only_what_answers_it(example: Path, arguments: tuple[str, ...]) -> None:
    """A command that reads loads no library that only writers, makers of stores or tests need."""
    loaded = _loaded("--db", str(example), *arguments)
    assert "chronology.commands.application" in loaded
    assert loaded & NOT_TO_READ == set()


def test_what_held_is_answered_by_few_modules(example: Path) -> None:
    """The commonest question loads few modules, and none of the libraries that it does not need."""
    loaded = _loaded("--db", str(example), "state", "operation/al-jazeera-storm")
    assert len([name for name in loaded if name.startswith("chronology.")]) <= MOST_MODULES
    assert loaded & NOT_TO_READ == set()


@pytest.mark.parametrize("command", MOST_FILES)
def test_a_command_can_be_followed_through_few_files(command: str) -> None:
    """`python -m tests.count_files` lists them."""
    found = files_that_ran(command)
    assert f"commands/{'record' if command == 'append' else 'ask'}/{command}.py" in found
    assert len(found) <= MOST_FILES[command]


def test_an_append_loads_no_more_than_it_needs(storm: Path) -> None:
    """Appending one event loads neither the maker of tables nor the reader of JSON lines."""
    event = ("crossing.closed", "crossing/x", "--on", "2018", "--source", "source/gazette")
    loaded = _loaded("--db", str(storm), "append", *event)
    assert "jsonschema_rs" in loaded
    assert loaded & NOT_TO_APPEND == set()


@pytest.mark.parametrize(("call", "frozen"), [("main()", True), ("main(sys.argv[1:])", False)])
def test_only_the_programs_own_process_is_frozen(call: str, frozen: bool) -> None:
    """What is loaded is kept from the garbage collector, but not in the process of somebody who calls `main`."""
    # Some releases of Python 3.12 begin with a few hundred objects frozen.
    end = "print(gc.get_freeze_count() - before)"
    begin = "import gc, sys\nbefore = gc.get_freeze_count()\nfrom chronology.commands import main"
    script = f"{begin}\ntry:\n    {call}\nfinally:\n    {end}"
    ended = subprocess.run([sys.executable, "-c", script, "date", "2018"], check=True, capture_output=True, text=True)
    assert (int(ended.stdout.splitlines()[-1]) > 0) is frozen


def test_the_version_is_told_without_any_command() -> None:
    """It waits for no module that holds one."""
    assert {name for name in _loaded("--version") if name.startswith("chronology.questions")} == set()
    assert "chronology.commands.record.append" not in _loaded("--version")
