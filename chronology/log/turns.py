"""Whose turn it is to write, where several processes write to one store. Takes locks on an empty file beside it.

SQLite lets the process that asks at the right moment write next, and a process that appends in a loop always does:
the others starve. So a process that has to wait creates the file `STORE-queue` and holds a lock on it until its
own transaction has begun, and one that finds the file waits for that lock first. The file is empty and never removed,
because a lock on a removed file would be a second queue. Where such locks are not available, SQLite alone decides.
"""

import os
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from typing import Final

if sys.platform != "win32":
    import fcntl

_PAUSE: Final = 0.001
"""Seconds between two attempts. All who wait pause alike, so none is favoured."""

SUFFIX: Final = "-queue"
"""Ends the name of the file."""


def begin(connection: sqlite3.Connection, path: Path) -> None:
    """Begin a transaction that holds the write lock, when it is this connection's turn.

    Args:
        connection: of the store, in autocommit mode; its busy timeout says how long to wait.
        path: the store's file.

    Raises:
        sqlite3.OperationalError: the time is up.
    """
    (milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    deadline = monotonic() + milliseconds / 1000
    queue = Path(f"{path}{SUFFIX}")
    connection.execute("PRAGMA busy_timeout = 0")
    try:
        if not queue.exists() and _begun(connection) is None:
            return
        with _first_in(queue, deadline):
            while (busy := _begun(connection)) is not None:
                if monotonic() >= deadline:
                    raise busy
                sleep(_PAUSE)
    finally:
        connection.execute(f"PRAGMA busy_timeout = {milliseconds}")


def _begun(connection: sqlite3.Connection) -> sqlite3.OperationalError | None:
    """Begin the transaction at once, or return what SQLite says because another connection holds the write lock."""
    try:
        connection.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as exc:
        if exc.sqlite_errorcode & 0xFF != sqlite3.SQLITE_BUSY:
            raise
        return exc
    return None


@contextmanager
def _first_in(queue: Path, deadline: float) -> Iterator[None]:
    """Hold the place at the head of the queue during a block; once the time is up, go on without it."""
    try:
        descriptor = os.open(queue, os.O_RDWR | os.O_CREAT, 0o666)
    except OSError:
        # The directory may not be written to, or the file belongs to somebody else.
        yield
        return
    try:
        while not _locked(descriptor) and monotonic() < deadline:
            sleep(_PAUSE)
        yield
    finally:
        # Also lets the lock go.
        os.close(descriptor)


def _locked(descriptor: int) -> bool:
    if sys.platform == "win32":
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except OSError:
        # A file system without locks.
        return True
    return True
