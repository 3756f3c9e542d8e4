"""The file: opens it with the right settings, checks whose it is, runs transactions. Only this module connects."""

import os
import sqlite3
import stat
import sys
from abc import abstractmethod
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from time import monotonic, sleep
from types import TracebackType
from typing import Final, Self
from urllib.parse import quote

from chronology.errors import ChronologyError, IntegrityError, LockedError, StoreError

if sys.platform != "win32":
    import fcntl

APPLICATION_ID: Final = 0x4368726F
"""The letters "Chro" in bytes 68 to 71 of the file."""

FORMAT: Final = 1
"""`user_version` of the files that this code writes."""

BUSY_SECONDS: Final = 30.0

_SMALLEST_PAGE: Final = 512
"""Bytes; no database is smaller than its first page."""

# Leaves out what SQLite makes on its own: the indexes behind UNIQUE, and the statistics of ANALYZE. Any other object
# with a reserved name got it from an edit of the schema table.
_SCHEMA_QUERY: Final = """
    SELECT name, type, sql
    FROM sqlite_schema
    WHERE sql IS NOT NULL
        AND NOT (type = 'table' AND name IN ('sqlite_stat1', 'sqlite_stat4'))
    ORDER BY name, type
"""


def connect(
    path: Path, *, create: bool = False, read_only: bool = False, patience: float = BUSY_SECONDS
) -> sqlite3.Connection:
    """Open a file as a store's database, in autocommit mode, with the settings that durability depends on.

    Args:
        path: the file.
        create: make an empty file if there is none.
        read_only: refuse every change through this connection.
        patience: seconds to wait while another process holds a lock.

    Raises:
        StoreError: there is no such file, it is not a database or not a store, or it is newer than this code.
    """
    try:
        _check_path(path, create=create, read_only=read_only)
        marked = path.exists() and not path.stat().st_mode & (stat.S_IWUSR | stat.S_IWGRP | stat.S_IWOTH)
    except OSError as exc:
        raise StoreError(f"{path} cannot be opened: {exc.strerror}", hint="name another file with --db") from exc
    if marked and not read_only:
        raise StoreError(f"{path} is marked read-only", hint="make a writable copy, or `chmod u+w` it")
    # Even a reader opens for writing if it can, because after a crash somebody must roll the journal back.
    mode = "ro" if marked else "rwc" if create else "rw"
    with wrapped(path):
        connection = sqlite3.connect(
            f"file:{quote(str(path.absolute()))}?mode={mode}",
            uri=True,
            timeout=patience,
            isolation_level=None,
            # Whoever shares a connection keeps threads apart, as a session does.
            check_same_thread=False,
        )
        try:
            _check_owner(connection, path, create=create, read_only=read_only)
            _configure(connection, read_only=read_only)
        except BaseException:
            connection.close()
            raise
    return connection


def path_of(connection: sqlite3.Connection) -> Path:
    """Return the file that a connection is open on, links resolved."""
    return Path(connection.execute("PRAGMA database_list").fetchone()[2])


def connect_foreign(path: Path) -> sqlite3.Connection:
    """Open a file that may be hostile, read-only: not even a journal beside it is played back.

    Raises:
        StoreError: there is no such file, it is not a store, or it has another format.
    """
    _check_path(path, create=False, read_only=True)
    with wrapped(path):
        connection = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=ro", uri=True, isolation_level=None)
        try:
            _check_owner(connection, path, create=False, read_only=True)
            version = connection.execute("PRAGMA user_version").fetchone()[0]
            if version != FORMAT:
                raise StoreError(f"{path} has the file format {version}; only {FORMAT} can be checked")
            connection.execute("PRAGMA query_only = ON")
            connection.execute("PRAGMA mmap_size = 0")
        except BaseException:
            connection.close()
            raise
    return connection


def backup(connection: sqlite3.Connection, path: Path) -> sqlite3.Connection:
    """Copy a database in its state at one moment into a new file, and return the copy, open for reading.

    Raises:
        StoreError: the file already exists or cannot be written.
    """
    make_empty(path)
    try:
        with wrapped(path):
            target = sqlite3.connect(f"file:{quote(str(path.absolute()))}?mode=rw", uri=True, isolation_level=None)
            try:
                target.execute("PRAGMA synchronous = EXTRA")
                connection.backup(target)
            finally:
                target.close()
        return connect(path, read_only=True)
    except BaseException:
        path.unlink(missing_ok=True)
        raise


def make_empty(path: Path) -> None:
    """Make an empty file, which is not there yet.

    Raises:
        StoreError: it already exists or cannot be made.
    """
    if not path.parent.is_dir():
        raise StoreError(f"there is no directory {path.parent}", hint="make it first")
    try:
        # Made here and now, so that no other file can be overwritten.
        path.touch(mode=0o600, exist_ok=False)
    except FileExistsError as exc:
        raise StoreError(f"{path} already exists, and will not be overwritten", hint="name a new file") from exc
    except OSError as exc:
        raise StoreError(f"{path} cannot be made: {exc.strerror}") from exc


def rewrite(connection: sqlite3.Connection) -> None:
    """Rewrite the whole file from its rows, so that nothing deleted is left in free pages or between rows.

    Raises:
        StoreError: another process is reading the store, or there is no room for a second copy.
    """
    try:
        with wrapped():
            if connection.execute("SELECT 1 FROM sqlite_schema WHERE name = 'sqlite_stat4'").fetchone():
                # If somebody ran ANALYZE, this table keeps samples of indexed texts, including subjects.
                connection.execute("DELETE FROM sqlite_stat4")
            connection.execute("VACUUM")
    except StoreError as exc:
        raise StoreError(
            f"the event is redacted, but parts of its text may still be in the file: {exc}",
            hint="redact it again when no other program uses the store and there is room for a second copy",
        ) from exc


def scratch() -> sqlite3.Connection:
    """Return a private database in a temporary file that vanishes with the connection."""
    connection = sqlite3.connect("", isolation_level=None)
    connection.execute("PRAGMA cache_size = -32768")
    return connection


def _check_path(path: Path, *, create: bool, read_only: bool) -> None:
    if path.is_dir():
        raise StoreError(f"{path} is a directory, not a store", hint="name a file, as in --db storm.db")
    if not path.exists():
        if not create or read_only:
            raise StoreError(f"there is no store at {path}", hint="`chronology init PATH` makes one")
        if not path.parent.is_dir():
            raise StoreError(f"there is no directory {path.parent}", hint="make it first")
    elif not path.is_file():
        # Opening a pipe would wait forever.
        raise StoreError(f"{path} is not a file", hint="name a file, as in --db storm.db")
    elif 0 < path.stat().st_size < _SMALLEST_PAGE:
        # SQLite takes such a short file for an empty one, and would overwrite it.
        raise StoreError(f"{path} is not a database", hint="name another file with --db or CHRONOLOGY_DB")


def _check_owner(connection: sqlite3.Connection, path: Path, *, create: bool, read_only: bool) -> None:
    connection.execute("PRAGMA trusted_schema = OFF")
    connection.execute("PRAGMA cell_size_check = ON")
    # In one snapshot, because another process may be making the store at this moment.
    connection.execute("BEGIN")
    application_id = connection.execute("PRAGMA application_id").fetchone()[0]
    version = connection.execute("PRAGMA user_version").fetchone()[0]
    found = schema(connection)
    connection.execute("COMMIT")
    if application_id == 0 and version == 0 and not found:
        if create:
            return
        raise StoreError(f"{path} is empty, not a store", hint=f"`chronology init {path}` makes it one")
    if application_id != APPLICATION_ID:
        raise StoreError(
            f"{path} is a database of another program, not a Chronology store",
            hint="name another file with --db or CHRONOLOGY_DB",
        )
    if version < 1:
        raise StoreError(f"{path} says that it has file format {version}, which Chronology never wrote")
    if version > FORMAT and not read_only:
        raise StoreError(
            f"{path} was written by a newer Chronology (file format {version}, this one writes {FORMAT})",
            hint="upgrade Chronology; reading still works as far as this version understands the file",
        )


def _configure(connection: sqlite3.Connection, *, read_only: bool) -> None:
    connection.execute("PRAGMA cache_size = -32768")
    connection.execute("PRAGMA temp_store = FILE")
    if read_only:
        connection.execute("PRAGMA query_only = ON")
        return
    # WAL has a corruption bug before SQLite 3.51.3 and loses acknowledged events when the file is copied alone.
    mode = connection.execute("PRAGMA journal_mode = TRUNCATE").fetchone()[0]
    if mode != "truncate":
        raise StoreError(f"the journal mode is {mode} and cannot be set to truncate", hint="close other programs")
    # EXTRA also syncs the directory, so that a journal cannot come back after a power loss and undo a commit.
    connection.execute("PRAGMA synchronous = EXTRA")


def schema(connection: sqlite3.Connection) -> dict[str, str | None]:
    """Return the exact text of every object in the file, by name, except SQLite's own tables.

    A trigger may have the name of a table or index. So that neither hides the other, the second key includes the type.
    """
    found: dict[str, str | None] = {}
    for name, kind, statement in connection.execute(_SCHEMA_QUERY):
        found[f"{name} ({kind})" if name in found else name] = statement
    return found


@contextmanager
def wrapped(path: Path | str = "the store") -> Iterator[None]:
    """Turn SQLite's errors into this project's, which say what to do next."""
    try:
        yield
    except sqlite3.Error as exc:
        raise _explained(exc, path) from exc
    except UnicodeDecodeError as exc:
        # The message of SQLite's own error may quote the damage.
        raise IntegrityError(f"{path} is damaged: it holds text that is not UTF-8", hint="restore a backup") from exc
    except UnicodeEncodeError as exc:
        # Bytes that a shell cannot decode reach us as lone surrogates, which no text in the file can contain.
        raise ChronologyError(
            f"{exc.object!r} is not text: it cannot be written as UTF-8", hint="give it in UTF-8"
        ) from exc
    except OverflowError as exc:
        raise ChronologyError(
            "a number does not fit into 64 bits: no position is that large", hint="`chronology log` shows the positions"
        ) from exc


def _explained(exc: sqlite3.Error, path: Path | str) -> ChronologyError:
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
    if code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED):
        return LockedError(f"{path} is locked by another process", hint="try again when it is done")
    if code == sqlite3.SQLITE_READONLY:
        return StoreError(f"{path} cannot be written", hint="check the permissions of the file and its directory")
    if code == sqlite3.SQLITE_FULL:
        return StoreError(f"no room left to write {path}; nothing was written", hint="free some space, then try again")
    if code == sqlite3.SQLITE_CANTOPEN:
        return StoreError(f"{path} cannot be opened", hint="check the permissions of the file and its directory")
    if code == sqlite3.SQLITE_NOTADB:
        return StoreError(f"{path} is not a database", hint="name another file with --db or CHRONOLOGY_DB")
    if code == sqlite3.SQLITE_CORRUPT:
        return IntegrityError(f"{path} is damaged: {exc}", hint="`chronology verify` says more; restore a backup")
    if code == sqlite3.SQLITE_TOOBIG:
        return IntegrityError(f"{path} holds a text or body that is longer than any in a store")
    if code == sqlite3.SQLITE_IOERR:
        return StoreError(f"the disk failed while using {path}: {exc}", hint="check the disk, then `chronology verify`")
    return StoreError(f"{path}: {exc}")


def is_passing(exc: Exception) -> bool:
    """Tell whether an error has nothing to do with the file's contents: it is locked, or space or memory ran out."""
    code = getattr(exc, "sqlite_errorcode", 0) & 0xFF
    return code in (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED, sqlite3.SQLITE_FULL, sqlite3.SQLITE_NOMEM)


_PAUSE: Final = 0.001
"""Seconds between two attempts. All who wait pause alike, so none is favoured."""

QUEUE: Final = "-queue"
"""Ends the name of the file beside a store at which those who wait to write stand in line."""


def begin_in_turn(connection: sqlite3.Connection, path: Path) -> None:
    """Begin a transaction that holds the write lock, when it is this connection's turn.

    SQLite lets the process that asks at the right moment write next, and a process that appends in a loop always does:
    the others starve. So a process that has to wait creates the file `STORE-queue` and holds a lock on it until its
    own transaction has begun, and one that finds the file waits for that lock first. The file is empty and never
    removed, because a lock on a removed file would be a second queue. Where such locks are not available, SQLite alone
    decides.

    Args:
        connection: of the store, in autocommit mode; its busy timeout says how long to wait.
        path: the store's file.

    Raises:
        sqlite3.OperationalError: the time is up.
    """
    (milliseconds,) = connection.execute("PRAGMA busy_timeout").fetchone()
    deadline = monotonic() + milliseconds / 1000
    queue = Path(f"{path}{QUEUE}")
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


@contextmanager
def writing(connection: sqlite3.Connection, *, dry_run: bool = False) -> Iterator[None]:
    """Run a block as one transaction that holds the write lock from the start: all or nothing; a dry run: nothing."""
    with wrapped():
        begin_in_turn(connection, path_of(connection))
        try:
            yield
            connection.execute("ROLLBACK" if dry_run else "COMMIT")
        except BaseException:
            # A full disk or an I/O error may already have rolled back; a second ROLLBACK would mask what happened.
            if connection.in_transaction:
                connection.execute("ROLLBACK")
            raise


@contextmanager
def unguarded(connection: sqlite3.Connection) -> Iterator[None]:
    """Let a block write temporary tables, which a connection for reading refuses too."""
    guarded = connection.execute("PRAGMA query_only").fetchone()[0]
    connection.execute("PRAGMA query_only = OFF")
    try:
        yield
    finally:
        connection.execute(f"PRAGMA query_only = {guarded}")


@contextmanager
def reading(connection: sqlite3.Connection) -> Iterator[None]:
    """Run a block on one snapshot of the file: that of the open transaction, if there is one."""
    with wrapped():
        if connection.in_transaction:
            yield
            return
        connection.execute("BEGIN")
        try:
            yield
        finally:
            connection.commit()


def sync_folder(folder: Path) -> None:
    """Make sure that the names in a folder survive a loss of power."""
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)


class Closing:
    """Something to be closed."""

    @abstractmethod
    def close(self) -> None:
        """Close the connection."""

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()


@contextmanager
def made(path: Path, *, keep: bool) -> Iterator[sqlite3.Connection]:
    """Make a new file and give a connection for a block that fills it; if the block fails, the file is gone again.

    Args:
        path: of the file.
        keep: leave the file where the block succeeds.

    Raises:
        StoreError: the file already exists or cannot be made.
    """
    make_empty(path)
    try:
        connection = connect(path, create=True)
        try:
            yield connection
        finally:
            connection.close()
    except BaseException:
        keep = False
        raise
    finally:
        if not keep:
            for file in (path, path.with_name(f"{path.name}-journal")):
                file.unlink(missing_ok=True)
