"""A program that works on a store while faults are injected from outside, and prints as JSON what came of it.

`actions.py sweep FOLDER ACTION CALL ALARM N...` acts once for each N, on a copy of the sample `FOLDER/N.db`, in a
forked process that first spends CALL in vain, so that the ALARM-th of them, which strace spoils, is the N-th of the
action. `actions.py limit FOLDER ACTION BYTES...` acts under each RLIMIT_FSIZE. `actions.py record PATH ACTION` acts
once, between two marks.
"""

import errno
import fcntl
import json
import os
import resource
import signal
import sys
from collections.abc import Callable
from pathlib import Path

from samples import event, placed, spoilt

from chronology import Chronology
from chronology.errors import ChronologyError

MARKS = (901, 902)  # descriptors that no process has: closing them fails, and shows in a trace


def append(path: Path) -> None:
    """Append a batch that takes new pages, long texts among them."""
    with Chronology.open(path) as chron:
        chron.append_many([event(2, 1), event(2, 2, quote="y" * 9_000), event(2, 3)])


def replay(path: Path) -> None:
    """Rebuild the projections."""
    with Chronology.open(path) as chron:
        chron.replay()


def create(path: Path) -> None:
    """Make a store if there is none."""
    path.unlink(missing_ok=True)
    Chronology.open(path, create=True).close()


class RepeatedError(ChronologyError):
    """What went wrong at first, and right when it was repeated."""


def repeat(path: Path) -> None:
    """Append twice if need be, through one open store: what went wrong must not stick to it."""
    with Chronology.open(path) as chron:
        try:
            chron.append(event(2, 1, quote="z" * 9_000))
        except ChronologyError as exc:
            chron.append(event(2, 1, quote="z" * 9_000))
            raise RepeatedError(str(exc)) from exc


def prepared(path: Path, action: str) -> Path:
    """Put at a path what an action starts from."""
    return spoilt(path) if action == "replay" else placed(path)


ACTIONS = {each.__name__: each for each in (append, replay, create, repeat)}

CALLS: dict[str, Callable[[int], object]] = {
    "pwrite64": lambda null: os.pwrite(null, b"x", 0),
    "pread64": lambda null: os.pread(null, 1, 0),
    "fdatasync": os.fdatasync,
    "ftruncate": lambda null: os.ftruncate(null, 0),
    "openat": lambda null: os.close(os.open("/dev/null", os.O_RDONLY)),
    "unlink": lambda null: os.unlink("/nowhere/at/all"),
    "fcntl": lambda null: fcntl.fcntl(null, fcntl.F_GETFD),
}


def spend(call: str, times: int) -> None:
    """Make a system call so many times, to no effect."""
    null = os.open("/dev/null", os.O_RDWR)
    for _ in range(times - (call == "openat")):
        try:
            CALLS[call](null)
        except OSError as exc:
            if exc.errno not in (errno.EINVAL, errno.ENOENT):
                raise
    os.close(null)


def outcome(act: Callable[[], None]) -> list[str]:
    """Act, and tell what came of it: nothing, one of the project's errors, or another."""
    try:
        act()
    except ChronologyError as exc:
        return [type(exc).__name__, str(exc)]
    except BaseException as exc:
        return ["traceback", repr(exc)]
    return ["done", ""]


def forked(act: Callable[[], None]) -> list[str]:
    """Act in a process of its own, which may be killed."""
    receiver, sender = os.pipe()
    pid = os.fork()
    if pid == 0:
        try:
            os.close(receiver)
            os.write(sender, json.dumps(outcome(act)).encode())
        finally:
            os._exit(0)
    os.close(sender)
    with os.fdopen(receiver, "rb") as stream:
        told = stream.read()
    os.waitpid(pid, 0)
    return json.loads(told) if told else ["killed", ""]


def sweep(place: Path, action: str, call: str, alarm: int, *numbers: int) -> dict[int, list[str]]:
    """Act once for each number, with the fault at that call of the action."""

    def act(number: int) -> None:
        spend(call, alarm - number)
        ACTIONS[action](place / f"{number}.db")

    # What is imported on first use must not be what the fault hits.
    ACTIONS[action](prepared(place / "warm.db", action))
    found = {}
    for number in numbers:
        prepared(place / f"{number}.db", action)
        found[number] = forked(lambda number=number: act(number))
    return found


def limit(place: Path, action: str, *sizes: int) -> dict[int, list[str]]:
    """Act once under each limit of file size, as on a disk that is full from there on."""

    def act(size: int) -> None:
        signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
        resource.setrlimit(resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))
        ACTIONS[action](place / f"{size}.db")

    found = {}
    for size in sizes:
        prepared(place / f"{size}.db", action)
        found[size] = forked(lambda size=size: act(size))
    return found


def record(path: Path, action: str) -> None:
    """Act once, between two calls that a trace shows."""
    for mark, act in zip(MARKS, (lambda: ACTIONS[action](path), lambda: None), strict=True):
        try:
            os.close(mark)
        except OSError:
            act()


if __name__ == "__main__":
    command, where, action, *rest = sys.argv[1:]
    if command == "sweep":
        found = sweep(Path(where), action, rest[0], *map(int, rest[1:]))
    elif command == "limit":
        found = limit(Path(where), action, *map(int, rest))
    else:
        found = record(Path(where), action)
    json.dump(found, sys.stdout)
