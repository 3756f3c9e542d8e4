"""What strace is asked for and what it says: whether it works here, calls recorded, faults ordered."""

import re
import shutil
import subprocess
from functools import cache
from pathlib import Path
from typing import NamedTuple

from actions import MARKS
from programs import run

WRITING = ("openat", "pwrite64", "ftruncate", "fdatasync", "fsync", "unlink", "rename", "write", "writev", "close")


@cache
def refusal() -> str | None:
    """Return why system calls cannot be traced or spoilt here, None if they can."""
    path = shutil.which("strace")
    if path is None:
        return "strace is not installed"
    command = [path, "-f", "-o", "/dev/null", "-e", "trace=chdir", "-e", "inject=chdir:error=EIO", "true"]
    done = subprocess.run(command, capture_output=True, timeout=60, check=False)
    return None if done.returncode == 0 else f"strace does not work: {done.stderr.decode().strip()[-200:]}"


def spoiling(call: str, fault: str, alarm: int, *, onwards: bool = False) -> tuple[str, ...]:
    """Return the command under which the ALARM-th such call of every process fails, and all later ones if asked."""
    when = f"{alarm}+" if onwards else str(alarm)
    return ("strace", "-f", "-qq", "-o", "/dev/null", "-e", f"trace={call}", "-e", f"inject={call}:{fault}:when={when}")


class Call(NamedTuple):
    """A system call of a recorded action: its name, the file it was about, and what it did there."""

    name: str
    file: str
    offset: int = 0
    data: bytes = b""


_LINE = re.compile(r"\d+ +(\w+)\((.*)\) += (-?\d+)")
_FILE = re.compile(r"\d+<([^>]*)>")
_DATA = re.compile(r'"((?:\\x[0-9a-f]{2})*)", \d+, (\d+)$')


def record(path: Path, action: str, trace: Path) -> list[Call]:
    """Act on a store under strace, and return the calls between the marks, in order, those that failed left out."""
    names = ("pread64", "fcntl", *WRITING)
    under = ("strace", "-f", "-qq", "-y", "-xx", "-s", "1000000", "-o", str(trace), "-e", f"trace={','.join(names)}")
    run("actions", "record", path, action, under=under)
    lines = trace.read_text().splitlines()
    begin, end = (next(n for n, line in enumerate(lines) if f"close({mark})" in line) for mark in MARKS)
    return [call for line in lines[begin + 1 : end] if (call := _parsed(line))]


def _parsed(line: str) -> Call | None:
    match = _LINE.match(line)
    if match is None:
        raise ValueError(f"strace printed what is not understood: {line[:200]}")
    name, told, result = match.groups()
    if result.startswith("-"):
        return None
    found = _FILE.search(line if name == "openat" else told)
    file = _plain(found[1]) if found else ""
    if name == "openat":
        created = "O_CREAT" in told
        return Call(name, _plain(_FILE.findall(line)[-1]), offset=int(created))
    if name == "pwrite64":
        data = _DATA.search(told)
        if data is None:
            raise ValueError(f"a write is not understood: {line[:200]}")
        return Call(name, file, int(data[2]), bytes.fromhex(data[1].replace("\\x", "")))
    return Call(name, file, int(told.rpartition(", ")[2])) if name == "ftruncate" else Call(name, file)


def _plain(text: str) -> str:
    """Undo strace's hexadecimal spelling of a path."""
    return bytes.fromhex(text.replace("\\x", "")).decode() if text.startswith("\\x") else text
