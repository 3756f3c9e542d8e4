"""Running the command line at a terminal of our own: what a person would see, and how it ends."""

import fcntl
import os
import pty
import re
import select
import struct
import subprocess
import sys
import termios
from pathlib import Path

from attrs import frozen

# A terminal is given to a process by itself, after it left the session of the tests. Tests that run in the background
# ignore interrupts, and would hand that on.
_AT_TERMINAL = (
    "import fcntl, os, signal, sys, termios; fcntl.ioctl(1, termios.TIOCSCTTY, 0);"
    "signal.signal(signal.SIGINT, signal.SIG_DFL); os.execv(sys.argv[1], sys.argv[1:])"
)
_PATIENCE = 60
STYLE = re.compile(r"\x1b\[[\d;]*m")


@frozen
class Seen:
    """What a terminal was sent, and how the command ended."""

    code: int
    raw: str

    @property
    def text(self) -> str:
        """Return it without colours."""
        return STYLE.sub("", self.raw)

    @property
    def lines(self) -> list[str]:
        """Return its lines without colours."""
        return self.text.splitlines()


def at_terminal(
    *arguments: str | Path, columns: int = 80, typed: str = "", keyboard: bool = True, **environment: str
) -> Seen:
    """Run `chronology` with a terminal as its stdout and stderr; stdin too, unless there is no keyboard.

    No pager is set, unless the environment says so; a variable that is given as empty is taken out.

    Args:
        arguments: of the command.
        columns: of the terminal.
        typed: what is typed once something is seen.
        keyboard: whether stdin is the terminal.
        environment: what differs in it.
    """
    leader, follower = pty.openpty()
    fcntl.ioctl(follower, termios.TIOCSWINSZ, struct.pack("HHHH", 24, columns, 0, 0))
    setting = {**os.environ, "TERM": "xterm", "PAGER": "cat", **environment}
    setting = {name: value for name, value in setting.items() if value}
    program = [sys.executable, "-c", _AT_TERMINAL, str(Path(sys.executable).with_name("chronology"))]
    with subprocess.Popen(
        [*program, *map(str, arguments)],
        stdin=follower if keyboard else subprocess.DEVNULL,
        stdout=follower,
        stderr=follower,
        env=setting,
        start_new_session=True,
    ) as process:
        os.close(follower)
        try:
            shown = _read_all(leader, typed.encode())
        except BaseException:
            process.kill()
            raise
        code = process.wait(_PATIENCE)
    os.close(leader)
    return Seen(code, shown.decode().replace("\r\n", "\n"))


def _read_all(leader: int, typed: bytes) -> bytes:
    shown = b""
    while select.select([leader], [], [], _PATIENCE)[0]:
        try:
            part = os.read(leader, 65_536)
        except OSError:  # Linux says so at the end of a terminal's output
            return shown
        if not part:
            return shown
        shown += part
        if typed:
            os.write(leader, typed)
            typed = b""
    raise TimeoutError(f"nothing more was seen, and nothing ended: {shown[-200:]!r}")
