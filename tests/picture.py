"""Drawing what a command prints on a terminal, colours included, as an SVG picture for the README."""

import os
import pty
import re
import subprocess
import termios
from collections.abc import Iterator, Mapping
from html import escape
from pathlib import Path
from typing import Final

COLUMNS: Final = 100
"""Width of the terminal in characters; wide enough for every line of the answer in the README."""

_CHARACTER: Final = 8.4
_LINE: Final = 20
_MARGIN: Final = 16
_STYLE: Final = re.compile(r"\x1b\[([\d;]*)m")
_CLASSES: Final = {
    "1": "bold",
    "2": "dim",
    **{str(first + number): colour for first in (30, 90) for number, colour in enumerate(
        ("dim", "red", "green", "yellow", "blue", "magenta", "cyan", "plain")
    )},
}  # fmt: skip
_SHEET: Final = """\
text { font: 14px ui-monospace, "DejaVu Sans Mono", Menlo, Consolas, monospace; fill: #d8dee9; white-space: pre }
.bold { font-weight: bold } .dim { fill: #8a93a5 } .red { fill: #f07178 } .green { fill: #a5d68c }
.yellow { fill: #ffcb6b } .blue { fill: #82aaff } .magenta { fill: #c792ea } .cyan { fill: #89ddff }"""


def on_terminal(command: str, *, folder: Path, environment: Mapping[str, str]) -> str:
    """Run a shell line at a terminal of `COLUMNS` columns, and return what it writes there."""
    ours, theirs = pty.openpty()
    termios.tcsetwinsize(theirs, (40, COLUMNS))
    with subprocess.Popen(
        command, shell=True, cwd=folder, env=environment, stdin=theirs, stdout=theirs, stderr=theirs
    ) as process:
        os.close(theirs)
        written = b"".join(iter(lambda: _read(ours), b""))
        assert process.wait() == 0, written.decode()
    os.close(ours)
    return written.decode().replace("\r\n", "\n")


def _read(terminal: int) -> bytes:
    try:
        return os.read(terminal, 65_536)
    except OSError:
        # Linux says so when the last program has closed the terminal.
        return b""


def draw(command: str, written: str) -> str:
    """Return the picture of a terminal on which a command was typed and wrote something."""
    lines = [f"\x1b[2m$\x1b[0m \x1b[1m{command}\x1b[0m", "", *written.rstrip("\n").split("\n")]
    width = round(COLUMNS * _CHARACTER) + 2 * _MARGIN
    height = len(lines) * _LINE + 2 * _MARGIN
    drawn = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" role="img">',
        f"<title>{escape(command)}</title>",
        f"<style>\n{_SHEET}\n</style>",
        f'<rect width="{width}" height="{height}" rx="10" fill="#1f2430"/>',
    ]
    for number, line in enumerate(lines):
        for column, text, classes in _runs(line):
            # The length is fixed, so that columns stay in line in any font.
            place = f'x="{_MARGIN + column * _CHARACTER:.1f}" y="{_MARGIN + number * _LINE + 14}"'
            drawn.append(
                f'<text {place} textLength="{len(text) * _CHARACTER:.1f}" class="{classes}">{escape(text)}</text>'
            )
    return "\n".join([*drawn, "</svg>", ""])


def _runs(line: str) -> Iterator[tuple[int, str, str]]:
    """Yield each piece of a line that has one style: where it begins, the text, and the classes of the style."""
    column, classes = 0, ""
    for index, part in enumerate(_STYLE.split(line)):
        if index % 2:
            codes = [code for code in part.split(";") if code not in ("", "0")]
            found = " ".join(_CLASSES[code] for code in codes)
            classes = f"{classes} {found}".strip() if codes else ""
            continue
        # Several blanks part columns; each cell is placed by itself.
        for cell in re.finditer(r"\S+(?: \S+)*", part):
            yield column + cell.start(), cell[0], classes
        column += len(part)
