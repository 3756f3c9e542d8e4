"""The command line: parses, calls, prints; decides nothing.

What a person types goes in; tables, JSON or one clear error come out. `application` holds the options that commands
share, `output` prints, `table` lays out, and `display` is the only way by which foreign text reaches a terminal. What
only a person at a terminal sees is in `terminal`, `stacked`, `style` and `pager`, which pipes need not wait for. The
other modules hold the commands. Imports every room below.
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
from chronology.commands.output import complain, drop_what_waits, say, say_what_waits
from chronology.errors import ChronologyError

# What typer raises for a wrong command line; its module has moved from one release to the next.
_UsageError: Final[type[Exception]] = typer.BadParameter.__bases__[0]


GROUPS: Final = {
    "Record what sources say": {"append": "events", "retract": "events", "describe": "describe", "types": "types"},
    "Ask what held": {
        "state": "state",
        "why": "why",
        "history": "history",
        "diff": "differences",
        "changes": "differences",
        "timeline": "questions",
        "log": "questions",
        "show": "questions",
        "subjects": "subjects",
        "about": "about",
        "date": "dates",
    },
    "Check and prove": {
        "verify": "checks",
        "checkpoint": "evidence",
        "prove": "evidence",
        "verify-proof": "checks",
        "keygen": "evidence",
        "export": "evidence",
    },
    "Keep the store": {
        "init": "upkeep",
        "demo": "upkeep",
        "backup": "evidence",
        "replay": "upkeep",
        "redact": "evidence",
    },
}
"""The commands by the heading under which help lists them, in its order; with each, the module it stands in."""

HOMES: Final = {name: module for commands in GROUPS.values() for name, module in commands.items()}
"""The module of each command, so that a question need not wait for the libraries that others use."""

_HEADINGS: Final = {name: heading for heading, commands in GROUPS.items() for name in commands}

_HELP: Final = ("-h", "--help")


def load(arguments: Sequence[str] = ()) -> None:
    """Add to the application the commands that may be meant: those that the arguments name, all where none does."""
    first = next((word for word in arguments if word in HOMES or word in _HELP), "")
    # Help that is asked for before any command is help with all of them.
    named = set() if first in _HELP else {HOMES[word] for word in arguments if word in HOMES}
    # Importing a module of commands is what adds them to the application.
    for module in sorted(named or set(HOMES.values())):
        import_module(f"chronology.commands.{module}")
    places = list(HOMES)
    app.registered_commands.sort(key=lambda command: places.index(_name(command)))
    registered: list[CommandInfo | TyperInfo] = [*app.registered_commands, *app.registered_groups]
    for command in registered:
        command.rich_help_panel = _HEADINGS[_name(command)]


def _name(command: CommandInfo | TyperInfo) -> str:
    return command.name or str(getattr(command.callback, "__name__", ""))


def main(arguments: Sequence[str] | None = None) -> None:
    """Run the command line and exit; what is refused becomes one line, never a traceback.

    Args:
        arguments: what stands after the program's name; those of this process where not given.
    """
    given = sys.argv[1:] if arguments is None else arguments
    load(given)
    if arguments is None:
        # Modules stay as long as the process: looking for garbage among them, at the end above all, finds none.
        gc.freeze()
    if isinstance(sys.stdout, io.TextIOWrapper):
        # What the encoding of a terminal lacks is shown as an escape, instead of ending the program.
        sys.stdout.reconfigure(errors="backslashreplace")
    sys.exit(_run(given))


def _run(arguments: Sequence[str]) -> int:
    try:
        code = app(args=list(arguments), prog_name="chronology", standalone_mode=False)
        say_what_waits()
        sys.stdout.flush()
    except ChronologyError as exc:
        complain(exc)
        return 1
    except _UsageError as exc:
        _complain_of_usage(exc)
        return 2
    except BrokenPipeError:
        _drop_output()
        return 1
    except OSError as exc:
        # Files of ours are the library's to explain; what is left is where the output goes.
        say(f"error: the output cannot be written: {exc.strerror}")
        _drop_output()
        return 1
    except (KeyboardInterrupt, typer.Abort):
        return 130
    return code if isinstance(code, int) else 0


def _complain_of_usage(exc: Exception) -> None:
    drop_what_waits()
    context = getattr(exc, "ctx", None)
    command = context.command_path if context else "chronology"
    say(f"error: {exc.format_message().rstrip('.')}")  # type: ignore[attr-defined]
    say(f"hint: `{command} --help` shows how it is used")


def _drop_output() -> None:
    """Let what is still to be flushed go nowhere: the interpreter would complain once more when it ends."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
