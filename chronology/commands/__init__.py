"""The command line: parses, calls, prints; decides nothing."""

import os
import sys

from chronology.commands.application import app
from chronology.commands.output import complain
from chronology.errors import ChronologyError


def main() -> None:
    """Run the command line; what the library refuses becomes one line, never a traceback."""
    # Importing a module of commands is what adds them to the application.
    from chronology.commands import events, questions, types, upkeep  # noqa: F401

    try:
        app()
    except ChronologyError as exc:
        complain(exc)
        sys.exit(1)
    except BrokenPipeError:
        # The reader of a pipe has had enough; the interpreter would complain once more when it flushes.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        sys.exit(1)
    except KeyboardInterrupt:
        sys.exit(130)
