"""The drawing of the house: every module in its layer, imports only downwards, and a core that touches nothing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chronology"

LAYERS = """
errors                          values      display
instants                        canonical   merkle      notes
dates       readings            proofs
edtf
forms
events
event_faults                    structure
event_types
definitions
vocabulary
resolve     holding
segments
database    log
redactions  evidence            builtin      recorded
projections projections.tables
projections.scope               projections.derive
projections.assertion           projections.mention
projections.neighbours          projections.assertion_changes  projections.defined  projections.declared
projections.state               projections.state_changes
projections.fold                query
append      rebuild             migrations
redact      verify              foreign
reader
store       tiles
chronology
commands.table                  commands.arguments   commands.application commands.documents   commands.pairs
commands.output                 commands.progress
commands.names                  commands.records     commands.types       commands.upkeep
commands.events                 commands.questions   commands.state       commands.dates       commands.checks
commands.evidence
commands
"""
"""Bottom to top, one layer a line. A module imports from the lines above its own, never from its own line or below."""

FIRST_WITH_INPUT = "log"
"""From the line of this module on, code may touch a file; the lines above it are the pure core."""

HIDDEN = {
    ("chronology.reader", "chronology.projections.defined"): "what held is told without event types",
    ("chronology.reader", "chronology.projections.declared"): "only a redacted event was declared so",
    ("chronology.reader", "chronology.recorded"): "what held is told without whole events",
    ("chronology.store", "chronology.migrations"): "only making a file needs sqlite-utils, whose import is slow",
    ("chronology.notes", "cryptography"): "signing is an optional extra",
    ("chronology.event_types", "jsonschema_rs"): "a question validates nothing, and need not wait for it",
    ("chronology.definitions", "jsonschema_rs"): "a question validates nothing, and need not wait for it",
    ("chronology.definitions", "jsonpatch"): "only a new definition needs it",
    ("chronology.vocabulary", "jsonpatch"): "only a second version of a type needs it",
    ("chronology.commands.events", "chronology.structure"): "only reading JSON needs cattrs, whose import is slow",
    ("chronology.commands.checks", "chronology.foreign"): "only a stranger's file needs cattrs, whose import is slow",
    ("chronology.commands.upkeep", "chronology.structure"): "only the example needs cattrs, whose import is slow",
    ("chronology.commands.progress", "rich"): "only a long run at a terminal shows a bar",
}
"""Imports inside a function, each with its reason: (module, what is imported). None of them dodges a cycle."""

IMPURE = {
    "os", "io", "sqlite3", "time", "random", "secrets", "pathlib", "socket", "subprocess", "shutil", "tempfile",
    "threading", "logging", "sys", "urllib", "sqlite_utils", "rich", "typer",
}  # fmt: skip
LONGEST = 320


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py"))}
LAYER = {
    name if name == "chronology" else f"chronology.{name}": number
    for number, line in enumerate(LAYERS.strip().splitlines())
    for name in line.split()
}
PURE = sorted(name for name, layer in LAYER.items() if layer < LAYER[f"chronology.{FIRST_WITH_INPUT}"])


@cache
def tree(name: str) -> ast.Module:
    """Return the syntax tree of a module."""
    return ast.parse(MODULES[name].read_text("utf-8"))


def imported(node: ast.AST) -> Iterator[str]:
    """Yield what one import statement imports, by dotted name; a submodule named after `from` counts as itself."""
    if isinstance(node, ast.Import):
        yield from (alias.name for alias in node.names)
    elif isinstance(node, ast.ImportFrom):
        assert node.level == 0, "imports are absolute"
        for alias in node.names:
            inner = f"{node.module}.{alias.name}"
            yield inner if inner in MODULES else str(node.module)


def imports(name: str) -> set[str]:
    """Return everything that a module imports, also inside functions."""
    return {found for node in ast.walk(tree(name)) for found in imported(node)}


def hidden(name: str) -> set[str]:
    """Return what a module imports inside its functions."""
    functions = [n for n in ast.walk(tree(name)) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {found for function in functions for node in ast.walk(function) for found in imported(node)}


def test_every_module_is_drawn_exactly_once() -> None:
    """A new module is put in its layer on purpose, and a removed one leaves the drawing."""
    drawn = LAYERS.split()
    assert len(drawn) == len(set(drawn))
    assert set(LAYER) == set(MODULES)


@pytest.mark.parametrize("name", MODULES)
def test_imports_point_down_only(name: str) -> None:
    """A module knows only what lies strictly below it; nothing is imported sideways."""
    ours = {found for found in imports(name) if found.partition(".")[0] == "chronology"} - {name}
    assert name in LAYER
    assert sorted(found for found in ours if found not in LAYER or LAYER[found] >= LAYER[name]) == []


@pytest.mark.parametrize("name", MODULES)
def test_no_import_hides_in_a_function(name: str) -> None:
    """What is imported where it is used is on the list, with its reason."""
    allowed = [target for module, target in HIDDEN if module == name]
    assert [f for f in sorted(hidden(name)) if not any(f == t or f.startswith(f"{t}.") for t in allowed)] == []


@pytest.mark.parametrize("name", sorted(set(MODULES) - {"chronology", "chronology.commands"}))
def test_only_the_doors_import_by_name(name: str) -> None:
    """A module named by a string escapes this drawing; public names and commands are loaded so, to start quickly."""
    assert not {"importlib", "runpy"} & imports(name)
    calls = [node.func for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
    assert [c.id for c in calls if isinstance(c, ast.Name) and c.id in ("import_module", "__import__")] == []


@pytest.mark.parametrize(("name", "target"), HIDDEN)
def test_the_list_of_hidden_imports_is_no_longer_than_it_must_be(name: str, target: str) -> None:
    """An exception that nobody uses any more is struck off."""
    assert any(found == target or found.startswith(f"{target}.") for found in hidden(name))


@pytest.mark.parametrize("name", PURE)
def test_the_core_is_pure(name: str) -> None:
    """Below the log nothing opens a file, reads a clock or rolls a die."""
    assert {found.partition(".")[0] for found in imports(name)} & IMPURE == set()
    calls = [node.func for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
    assert [c.id for c in calls if isinstance(c, ast.Name) and c.id in ("open", "print", "input", "exec", "eval")] == []
    clocks = {"now", "utcnow", "today", "urandom"}
    assert [c.attr for c in calls if isinstance(c, ast.Attribute) and c.attr in clocks] == []


@pytest.mark.parametrize("name", sorted(set(MODULES) - set(PURE)))
def test_no_module_opens_the_file_past_sqlite(name: str) -> None:
    """Closing any descriptor of the file drops SQLite's locks, so only the database module connects."""
    if name.startswith("chronology.commands"):
        return
    calls = [node.func for node in ast.walk(tree(name)) if isinstance(node, ast.Call)]
    assert [c.id for c in calls if isinstance(c, ast.Name) and c.id == "open"] == []
    connects = [c for c in calls if isinstance(c, ast.Attribute) and ast.unparse(c) == "sqlite3.connect"]
    assert name == "chronology.database" or connects == []


@pytest.mark.parametrize("name", MODULES)
def test_every_module_says_what_it_holds_and_stays_short(name: str) -> None:
    """A docstring that opens with a sentence, and no more lines than one can keep in mind."""
    first = (ast.get_docstring(tree(name)) or "").splitlines()[0]
    assert first[:1].isupper()
    assert first.endswith((".", ":"))
    assert len(MODULES[name].read_text("utf-8").splitlines()) <= LONGEST


def test_the_banned_word_is_nowhere() -> None:
    """It means valid time in one system and recorded time in the next (design.md, section 2)."""
    banned = re.compile(r"\bas[_-]of\b", re.IGNORECASE)
    paths = [*PACKAGE.rglob("*.py"), *(path for path in (ROOT / "cli.py", ROOT / "README.md") if path.exists())]
    assert [path.name for path in paths if banned.search(path.read_text("utf-8"))] == []
