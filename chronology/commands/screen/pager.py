"""Handing what is printed to a pager, as git does: starts it, feeds it and waits until its user leaves it."""

import io
import os
import shutil
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, redirect_stdout, suppress
from types import FrameType
from typing import IO, TYPE_CHECKING, Final

if TYPE_CHECKING:
    from _typeshed import ReadableBuffer

_LESS: Final = "FRX"
"""Options for `less`, unless LESS is set: leave at once if all fits, show colours, leave the screen unchanged."""

_KEPT: Final = 1 << 20
"""More bytes than a pipe holds: a pager that took this many has read some, so it did not fail to start."""


class _LeftError(BrokenPipeError):
    """The user left the pager before the end."""


class _Pipe(io.RawIOBase):
    """Writes to a pager, or if that turns out not to work, all of it to the terminal."""

    def __init__(self, pager: "subprocess.Popen[bytes]", pipe: IO[bytes], terminal: IO[bytes]) -> None:
        self._pager = pager
        self._pipe = pipe
        self._terminal = terminal
        self._given: bytearray | None = bytearray()
        self._failed = False
        self.was_interrupted = False

    def writable(self) -> bool:
        return True

    def write(self, data: "ReadableBuffer") -> int:
        taken = bytes(data)
        if self._pager.returncode is None:
            try:
                taken = taken[: self._pipe.write(taken)]
            except BrokenPipeError:
                self._await_end()
            else:
                self._remember(taken)
                return len(taken)
        if not self._failed:
            raise _LeftError
        return self._terminal.write(taken)

    def _remember(self, taken: bytes) -> None:
        if self._given is not None and len(self._given) <= _KEPT:
            self._given += taken
        else:
            self._given = None

    def _await_end(self) -> None:
        """Tell the pager that this was all, and wait for its user; if it does not work, print what it was given."""
        # Meanwhile, an interrupt is for the pager, which may stop a search and go on.
        before = signal.signal(signal.SIGINT, self._note_interrupt)
        try:
            with suppress(BrokenPipeError):
                self._pipe.close()
            self._pager.wait()
        finally:
            signal.signal(signal.SIGINT, before or signal.SIG_DFL)
        self._failed = self._pager.returncode > 0 and self._given is not None and not self.was_interrupted
        if self._failed:
            self._terminal.write(self._given or b"")

    def _note_interrupt(self, _signal: int, _frame: FrameType | None) -> None:
        self.was_interrupted = True

    def finish(self) -> None:
        """Wait for the pager to end, if it has not ended."""
        if self._pager.returncode is None:
            self._await_end()
        self._terminal.flush()


class _Text(io.TextIOWrapper):
    """Text on its way to a person at a terminal."""

    def isatty(self) -> bool:
        """Return true: a terminal shows the text."""
        return True


@contextmanager
def paged() -> Iterator[None]:
    """Send what is printed meanwhile to the user's pager, or to the terminal if there is no pager that works.

    Requires a terminal as stdout. If the user leaves the pager early, the block ends there, silently.
    """
    pager = _started()
    if pager is None or pager.stdin is None:
        yield
        return
    sys.stdout.flush()
    pipe = _Pipe(pager, pager.stdin, sys.stdout.buffer)
    text = _Text(io.BufferedWriter(pipe), encoding=sys.stdout.encoding, errors="backslashreplace", newline="")
    try:
        with redirect_stdout(text):
            yield
            text.flush()
    except _LeftError:
        pass
    except KeyboardInterrupt:
        pipe.was_interrupted = True
        raise
    finally:
        with suppress(_LeftError):
            text.close()
        pipe.finish()


def _started() -> "subprocess.Popen[bytes] | None":
    command = _command()
    if not command:
        return None
    environment = os.environ if "LESS" in os.environ else os.environ | {"LESS": _LESS}
    try:
        # The command is the user's own, for the user's own shell.
        return subprocess.Popen(command, stdin=subprocess.PIPE, env=environment, bufsize=0)  # noqa: S603
    except OSError:
        return None


def _command() -> list[str]:
    """Return the command of the pager that the user wants, an empty one if none is wanted."""
    wanted = os.environ.get("PAGER")
    if wanted is not None:
        # POSIX: PAGER is a command for `sh -c`.
        return [] if wanted.strip() in ("", "cat") else ["sh", "-c", wanted]
    # Without a keyboard nobody can leave `less`, and on a dumb terminal it asks before it begins.
    can_run = sys.stdin.isatty() and os.environ.get("TERM", "dumb") != "dumb" and shutil.which("less")
    return ["less"] if can_run else []
