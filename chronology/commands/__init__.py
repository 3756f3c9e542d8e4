"""The command line: parses, calls, prints; decides nothing.

What a person types goes in; tables, JSON or one clear error come out. The folders are the headings of help: `record`,
`ask`, `show`, `check`, `transfer`, `share`, `keep`. They stand on `options` (filters, names as people type them),
`application` (what commands share, and what each is given of it), `files`, and `screen`, where `output` prints, `table`
lays out, and `display` is the only way by which foreign text reaches a terminal. `terminal` and `pager` serve only a
person at one, so a pipe does not wait for them. Imports every room below.
"""

import gc
import io
import os
import sys
from collections.abc import Sequence
from importlib import import_module
from typing import Final

import typer
from typer.models import CommandInfo, TyperInfo

from chronology.commands.application import app
from chronology.commands.screen.output import FAULT, complain, say
from chronology.errors import ChronologyError, RewrittenError

# What typer raises for a wrong command line; its module has moved from one release to the next.
_UsageError: Final[type[Exception]] = typer.BadParameter.__bases__[0]


GROUPS: Final = {
    "Record what sources say": {
        "append": "record.append",
        "retract": "record.retract",
        "undo": "record.retract",
        "describe": "record.describe",
        "merge": "record.merge",
        "unmerge": "record.merge",
        "sources": "record.sources",
        "types": "record.types",
    },
    "Ask what held": {
        "state": "ask.state",
        "why": "ask.why",
        "history": "ask.history",
        "diff": "ask.differences",
        "changes": "ask.differences",
        "conflicts": "ask.conflicts",
        "search": "ask.search",
        "gaps": "ask.gaps",
        "timeline": "ask.log",
        "log": "ask.log",
        "show": "ask.log",
        "subjects": "ask.subjects",
        "about": "ask.about",
        "date": "ask.dates",
        "folder": "ask.folder",
    },
    "Show it to others": {
        "report": "show.report",
        "serve": "show.report",
    },
    "Check and prove": {
        "verify": "check.verify",
        "lint": "check.lint",
        "checkpoint": "check.evidence",
        "prove": "check.evidence",
        "verify-proof": "check.verify",
        "keygen": "check.evidence",
    },
    "Bring in and take out": {
        "import": "transfer.importing",
        "export": "transfer.exporting",
        "mapping": "transfer.mapping",
    },
    "Share a log": {
        "clone": "share.shared_log",
        "pull": "share.shared_log",
        "push": "share.shared_log",
        "merge-log": "share.merge_log",
        "remote": "share.remote",
    },
    "Keep the store": {
        "init": "keep.maintenance",
        "demo": "keep.maintenance",
        "backup": "keep.maintenance",
        "replay": "keep.maintenance",
        "redact": "keep.maintenance",
        "completion": "keep.completion",
    },
}
"""The commands by the heading under which help lists them, in its order, each with the module that holds it."""

HOMES: Final = {name: module for commands in GROUPS.values() for name, module in commands.items()}
"""The module of each command, so that a question need not wait for the libraries that others use."""

_HEADINGS: Final = {name: heading for heading, commands in GROUPS.items() for name in commands}

_HELP: Final = ("-h", "--help")
_VERSION: Final = "--version"


def load(arguments: Sequence[str] = ()) -> None:
    """Add commands to the application: those that the arguments name, or all if they name none; none for --version."""
    first = next((word for word in arguments if word in HOMES or word in (*_HELP, _VERSION)), "")
    if first == _VERSION:
        return
    # Help asked for before any command lists all commands.
    named = set() if first in _HELP else {HOMES[word] for word in arguments if word in HOMES}
    # Importing a module of commands is what adds them to the application.
    for module in sorted(named or set(HOMES.values())):
        import_module(f"chronology.commands.{module}")
    places = list(HOMES)
    app.registered_commands.sort(key=lambda command: places.index(_name(command)))
    app.registered_groups.sort(key=lambda group: places.index(_name(group)))
    registered: list[CommandInfo | TyperInfo] = [*app.registered_commands, *app.registered_groups]
    for command in registered:
        command.rich_help_panel = _HEADINGS[_name(command)]


def _name(command: CommandInfo | TyperInfo) -> str:
    return command.name or str(getattr(command.callback, "__name__", ""))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; a refusal becomes one line, never a traceback.

    Args:
        arguments: what comes after the program's name; those of this process if not given.
    """
    given = sys.argv[1:] if arguments is None else arguments
    load(given)
    if arguments is None:
        # Modules live as long as the process, so collecting garbage among them, above all at the end, finds nothing.
        gc.freeze()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # A character that the terminal's encoding lacks is shown as an escape, instead of ending the program.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(_run(given))


def _run(arguments: Sequence[str]) -> int:
    try:
        code = app(args=list(arguments), prog_name="chronology", standalone_mode=False)
        sys.stdout.flush()
    except ChronologyError as exc:
        complain(exc)
        return FAULT if isinstance(exc, RewrittenError) else 1
    except _UsageError as exc:
        _complain_of_usage(exc)
        return 2
    except BrokenPipeError:
        _drop_output()
        return 1
    except OSError as exc:
        # The library explains errors of our own files, so this one is about the output.
        say(f"error: the output cannot be written: {exc.strerror}")
        _drop_output()
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return code if isinstance(code, int) else 0


def _complain_of_usage(exc: Exception) -> None:
    context = getattr(exc, "ctx", None)
    command = context.command_path if context else "chronology"
    say(f"error: {exc.format_message().rstrip('.')}")  # type: ignore[attr-defined]
    say(f"hint: `{command} --help` shows how it is used")


def _drop_output() -> None:
    """Discard what is not yet flushed, or the interpreter would complain again when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
