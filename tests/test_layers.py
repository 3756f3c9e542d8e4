"""The drawing of the house: every module in its layer, imports only downwards, and a core that touches nothing."""

import ast
import re
from collections.abc import Iterator
from functools import cache
from graphlib import TopologicalSorter
from itertools import pairwise
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
PACKAGE = ROOT / "chronology"

DRAWING = re.findall(r"^```text\n(commands .*?)^```", (ROOT / "README.md").read_text("utf-8"), re.DOTALL | re.MULTILINE)
ROOMS = tuple(line.split()[0] for line in reversed(DRAWING[0].splitlines()))
"""The rooms from the bottom up, as the README draws them. A module imports from its own room and those below it."""

FIRST_WITH_INPUT = "log"
"""From this room on, code may touch a file; those below it are the pure core."""

READS_THE_PACKAGE = "chronology.vocabulary.builtin"
"""The one module of the core that reads files: those that ship with the code, which it reads like code."""

MOVED = {"chronology.merkle", "chronology.notes"}
"""Former places of documented modules."""

HIDDEN = {
    ("chronology.dates.edtf", "chronology.dates.suggestions"): "only a refused date needs it",
    ("chronology.store.session", "chronology.projections.bookkeeping"): "what held is told without event types",
    ("chronology.store.session", "chronology.events.records"): "nor with whole events",
    ("chronology.store.analysis", "chronology.questions"): "nor with explanations",
    ("chronology.store.reader", "chronology.store.names"): "a question loads only the groups of verbs that it uses",
    ("chronology.store.reader", "chronology.store.log_view"): "likewise",
    ("chronology.store.reader", "chronology.store.sources"): "likewise",
    ("chronology.store.chronology", "chronology.store.proofs"): "whoever appends an event proves nothing yet",
    ("chronology.store.chronology", "chronology.store.sharing"): "only a stranger's log needs cattrs, a slow import",
    ("chronology.store.sources", "chronology.questions"): "whoever adds one lists none",
    ("chronology.store.sources", "chronology.store.writing"): "whoever lists sources writes nothing",
    ("chronology.store.log_view", "chronology.questions"): "whoever reads an event asks nothing of all of them",
    ("chronology.store.log_view", "chronology.evidence.transcripts"): "only a whole log as text needs it",
    ("chronology.store.log_view", "chronology.projections.bulk"): "only a whole copy needs it",
    ("chronology.store.log_view", "chronology.projections.bookkeeping"): "only a redacted event needs it",
    ("chronology.store.log_view", "chronology.store.redaction"): "it belongs to what writes",
    ("chronology.store.names", "chronology.questions"): "what is typed in full is looked for nowhere",
    ("chronology.store.names", "chronology.store.name_lookup"): "likewise",
    ("chronology.store.proofs", "chronology.evidence"): "whoever checks a store needs no exhibits, and the reverse",
    (
        "chronology.store.chronology",
        "chronology.store.migrations",
    ): "only making a file needs sqlite-utils, a slow import",
    ("chronology.commands.record.append", "chronology.commands.record.editor"): "only a form needs an editor",
    (
        "chronology.commands.screen.output",
        "chronology.exporters.rows",
    ): "only a copy for a spreadsheet needs it",
    ("chronology.commands.ask.search", "chronology.store.chronology"): "only an index behind the log is to be written",
    ("chronology.events.ranks", "fractions"): "only an event of another log needs it, and it is slow to import",
    ("chronology.transparency.notes", "cryptography"): "signing is an optional extra",
    ("chronology.vocabulary.event_types", "jsonschema_rs"): "a question validates nothing, and need not wait for it",
    ("chronology.vocabulary.definitions", "jsonschema_rs"): "a question validates nothing, and need not wait for it",
    ("chronology.vocabulary.definitions", "jsonpatch"): "only a new definition needs it",
    ("chronology.vocabulary.registry", "jsonpatch"): "only a second version of a type needs it",
    (
        "chronology.commands.record.append",
        "chronology.events.structuring",
    ): "only reading JSON needs cattrs, a slow import",
    (
        "chronology.commands.check.verify",
        "chronology.evidence.soundness",
    ): "only a stranger's file needs cattrs, a slow import",
    ("chronology.commands.application", "chronology.remote.following"): "most stores follow no shared log",
    (
        "chronology.commands.record.append",
        "chronology.remote.pushing",
    ): "only a store that follows one has an outbox",
    ("chronology.commands.record.append", "chronology.remote.following"): "only a store that follows one has an outbox",
    ("chronology.remote.postgres", "psycopg"): "an optional extra",
    (
        "chronology.commands.keep.maintenance",
        "chronology.events.structuring",
    ): "only the example needs cattrs, a slow import",
    ("chronology.commands.screen.output", "chronology.commands.screen.terminal"): "pipes need no colours and no widths",
    ("chronology.commands.screen.output", "chronology.commands.screen.pager"): "nor a pager",
    ("chronology.exporters.xlsx", "openpyxl"): "writing workbooks is an optional extra",
    ("chronology.analysis.writing", "pyarrow"): "writing Parquet is an optional extra",
    ("chronology.analysis.opening", "pyarrow"): "it belongs to that extra",
    ("chronology.analysis.opening", "duckdb"): "asking a Parquet folder is an optional extra",
    ("chronology.exporters.parquet", "pyarrow"): "writing Parquet is an optional extra",
    ("chronology.commands.keep.completion", "chronology.exporters"): "only a format to export is completed with it",
    ("chronology.importers.files", "charset_normalizer"): "only a text that is not UTF-8 needs it",
    ("chronology.importers.spreadsheets", "openpyxl"): "reading workbooks is an optional extra",
    ("chronology.importers.spreadsheets", "defusedxml"): "it belongs to that extra",
    ("chronology.commands.screen.output", "rich"): "only a long run at a terminal shows a bar",
}
"""Imports inside a function, each with its reason: (module, what is imported). None of them dodges a cycle.

The one place where they are declared. An import is hidden only where a command that does not need it would wait for it,
or where an optional extra provides it.
"""

COMMANDS = ("screen", "files", "application", "options")
"""What the folders of commands stand on, from the bottom up: each imports from its own and from those before it."""

ASKED_OF_EACH_OTHER = {
    ("ask.about", "record.describe"): "the page of a subject shows its names as `describe` lists them",
    ("ask.about", "record.merge"): "and its merges as every command gives them",
    ("ask.why", "record.merge"): "an explanation gives merges as every command gives them",
}
"""The only imports from one folder of commands to another, each with its reason."""

IMPURE = {
    "os", "io", "sqlite3", "time", "random", "secrets", "pathlib", "socket", "subprocess", "shutil", "tempfile",
    "threading", "logging", "sys", "urllib", "sqlite_utils", "rich", "typer",
}  # fmt: skip


def name_of(path: Path) -> str:
    """Return the dotted name of a module."""
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {name_of(path): path for path in sorted(PACKAGE.rglob("*.py")) if path.name != "__main__.py"}
ROOM = {name: name.split(".")[1] if "." in name else "" for name in MODULES}
"""The room of each module; none for the face of the whole."""

CORE = ROOMS[: ROOMS.index(FIRST_WITH_INPUT)]
PURE = sorted(
    {name for name, room in ROOM.items() if room in CORE} - {READS_THE_PACKAGE} | {"chronology.commands.screen.display"}
)


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


@cache
def nodes(name: str) -> tuple[ast.AST, ...]:
    """Return all that stands in a module, walked once for every test."""
    return tuple(ast.walk(tree(name)))


@cache
def imports(name: str) -> set[str]:
    """Return everything that a module imports, also inside functions."""
    return {found for node in nodes(name) for found in imported(node)}


@cache
def hidden(name: str) -> set[str]:
    """Return what a module imports inside its functions."""
    functions = [n for n in nodes(name) if isinstance(n, ast.FunctionDef | ast.AsyncFunctionDef)]
    return {found for function in functions for node in ast.walk(function) for found in imported(node)}


def test_every_room_is_drawn_exactly_once() -> None:
    """The drawing has every room, no removed one, and no module is outside a room."""
    assert len(ROOMS) == len(set(ROOMS))
    assert set(ROOMS) == set(ROOM.values()) - {""} - {name.split(".")[1] for name in MOVED}


def test_imports_point_down_only() -> None:
    """A module knows its own room and those drawn below it; only commands know the face of the whole."""
    upwards = [
        f"{name} imports {target}"
        for name in sorted(set(MODULES) - MOVED - {"chronology"})
        for target in sorted(imports(name))
        if (target == "chronology" and ROOM[name] != "commands")
        or (target.startswith("chronology.") and target.split(".")[1] not in ROOMS[: ROOMS.index(ROOM[name]) + 1])
    ]
    assert upwards == []


def test_the_modules_of_a_room_form_no_circle() -> None:
    """Inside a room too, one module comes after the other; an import in a function counts."""
    graph = {name: (imports(name) & set(MODULES)) - {name} for name in MODULES}
    assert list(TopologicalSorter(graph).static_order())


def test_the_folders_of_commands_stand_on_screen_and_options() -> None:
    """Screen and options know no command, and no folder of commands knows another, but for what is listed."""
    inner = {name.removeprefix("chronology.commands."): name for name in MODULES if ROOM[name] == "commands"}
    del inner["chronology.commands"]
    offending, listed = [], set()
    for module, name in inner.items():
        for target in sorted(imports(name)):
            other = target.removeprefix("chronology.commands.")
            if other == target:
                continue
            place, below = module.partition(".")[0], other.partition(".")[0]
            allowed = COMMANDS[: COMMANDS.index(place) + 1] if place in COMMANDS else (*COMMANDS, place)
            if (module, other) in ASKED_OF_EACH_OTHER:
                listed.add((module, other))
            elif below not in allowed:
                offending.append(f"{module} imports {other}")
    assert offending == []
    assert set(ASKED_OF_EACH_OTHER) - listed == set()


def test_a_room_says_what_goes_in_and_hands_nothing_on() -> None:
    """The face of a room is a few sentences; what others use, they import from the module that holds it."""
    faces = {room: tree(f"chronology.{room}") for room in ROOMS if room != "errors"}
    assert [room for room, face in faces.items() if len((ast.get_docstring(face) or "").splitlines()) < 3] == []
    assert [room for room, face in faces.items() if room != "commands" and len(face.body) != 1] == []


def test_every_hidden_import_is_declared() -> None:
    """Every import inside a function is in the table, with its reason, and an exception that nobody uses is not."""
    used = {(name, target) for name in MODULES for target in hidden(name)}

    def is_under(found: tuple[str, str], declared: tuple[str, str]) -> bool:
        return found[0] == declared[0] and (found[1] == declared[1] or found[1].startswith(f"{declared[1]}."))

    assert [found for found in sorted(used) if not any(is_under(found, declared) for declared in HIDDEN)] == []
    assert [declared for declared in HIDDEN if not any(is_under(found, declared) for found in used)] == []


def _calls(name: str) -> Iterator[ast.expr]:
    """Yield what a module calls."""
    return (node.func for node in nodes(name) if isinstance(node, ast.Call))


def test_only_the_doors_import_by_name() -> None:
    """A module named by a string escapes this drawing; public names and commands are loaded so, to start quickly."""
    others = sorted(set(MODULES) - {"chronology", "chronology.commands"})
    assert [name for name in others if {"importlib", "runpy"} & imports(name)] == []
    by_name = {"import_module", "__import__"}
    assert [name for name in others if any(isinstance(c, ast.Name) and c.id in by_name for c in _calls(name))] == []


def test_the_core_is_pure() -> None:
    """Below the log nothing opens a file, reads a clock or rolls a die."""
    effects, clocks = {"open", "print", "input", "exec", "eval"}, {"now", "utcnow", "today", "urandom"}
    impure = [
        f"{name} imports {found}"
        for name in PURE
        for found in sorted(imports(name))
        if found.partition(".")[0] in IMPURE
    ]
    for name in PURE:
        for called in _calls(name):
            if isinstance(called, ast.Name) and called.id in effects:
                impure.append(f"{name} calls {called.id}")
            if isinstance(called, ast.Attribute) and called.attr in clocks:
                impure.append(f"{name} calls {called.attr}")
    assert impure == []


def test_no_module_opens_the_file_past_sqlite() -> None:
    """Closing any descriptor of the file drops SQLite's locks, so only the database module connects."""
    others = [name for name in sorted(set(MODULES) - set(PURE)) if ROOM[name] != "commands"]
    opening = [
        f"{name} calls {ast.unparse(called)}"
        for name in others
        for called in _calls(name)
        if ast.unparse(called) == "open"
        or (ast.unparse(called) == "sqlite3.connect" and name != "chronology.log.database")
    ]
    assert opening == []


def test_every_module_says_what_it_holds() -> None:
    """A docstring opens with a sentence."""
    first = {name: (ast.get_docstring(tree(name)) or " ").splitlines()[0] for name in MODULES}
    assert [name for name, line in first.items() if not (line[:1].isupper() and line.endswith((".", ":")))] == []


def test_the_banned_word_is_nowhere() -> None:
    """It means valid time in one system and recorded time in the next (design.md, section 2)."""
    banned = re.compile(r"\bas[_-]of\b", re.IGNORECASE)
    paths = [*PACKAGE.rglob("*.py"), *(ROOT / "docs").glob("*.md"), ROOT / "cli.py", ROOT / "README.md"]
    assert [path.name for path in paths if banned.search(path.read_text("utf-8"))] == []


def test_the_modules_that_the_documents_name_are_there() -> None:
    """A path is that of a file, whole or below its room; a name alone is that of some module."""
    known = {path.relative_to(ROOT).as_posix() for path in ROOT.joinpath("tests").rglob("*.py")}
    known |= {path.relative_to(ROOT).as_posix() for path in PACKAGE.rglob("*.py")} | {"cli.py"}
    missing = [
        f"{page}: {name}"
        for page in ("docs/architecture.md", "tests/README.md", "README.md")
        for name in re.findall(r"`([a-z_/]+\.py)`", (ROOT / page).read_text("utf-8"))
        if not any(path == name or path.endswith(f"/{name}") for path in known)
    ]
    assert missing == []


def test_every_test_file_has_a_name_of_its_own() -> None:
    """Pytest imports them by that name, and refuses a second one."""
    names = sorted(path.name for path in (ROOT / "tests").rglob("test_*.py"))
    assert [name for name, again in pairwise(names) if name == again] == []
