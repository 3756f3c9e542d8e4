"""Files that a command writes anew each time: whole or not at all, and never over a store."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from chronology.commands.documents import check_place
from chronology.errors import StoreError

_DATABASE: Final = b"SQLite format 3\0"
"""How every store begins, and every other SQLite database."""


@contextmanager
def replaced(path: Path, *, store: Path) -> Iterator[BinaryIO]:
    """Give a stream for the new contents of a file, which takes its place only if the block succeeds.

    Args:
        path: of the file; where it is a link, the file that it leads to is replaced.
        store: which must not be overwritten.

    Raises:
        StoreError: the file is a store or no file, or cannot be written.
    """
    target = check_replaceable(path, store=store)
    try:
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".part", dir=target.parent)
    except OSError as exc:
        raise StoreError(f"{path} cannot be written: {exc.strerror}") from exc
    try:
        with os.fdopen(descriptor, "wb") as stream:
            yield stream
            try:
                stream.flush()
                os.fchmod(stream.fileno(), _mode(target))
                os.fsync(stream.fileno())
                os.replace(name, target)
            except OSError as exc:
                raise StoreError(f"{path} cannot be written: {exc.strerror}") from exc
    except BaseException:
        with suppress(OSError):
            os.unlink(name)
        raise


def check_replaceable(path: Path, *, store: Path) -> Path:
    """Refuse a path to which `replaced` would refuse to write; return the file that is meant, links resolved.

    Raises:
        StoreError: it is a store, a journal of one, something else than a file, or in a folder that cannot be written.
    """
    try:
        target = path.resolve()
    except (OSError, RuntimeError) as exc:
        raise StoreError(f"{path} cannot be written: it is a link that leads to itself") from exc
    check_place(target)
    if target.exists() and not target.is_file():
        raise StoreError(f"{path} is not a file", hint="leave -o out to write to standard output")
    # The store itself is told by its name: opening it here would drop the locks that SQLite holds on it.
    resolved = store.resolve()
    if target in (resolved, resolved.with_name(f"{resolved.name}-journal")) or _is_same(target, resolved):
        raise StoreError(f"{path} is the store, and will not be overwritten", hint="name another file")
    if _is_database(target):
        raise StoreError(f"{path} is a database, and will not be overwritten", hint="name another file")
    return target


def _is_same(target: Path, store: Path) -> bool:
    return target.exists() and store.exists() and target.samefile(store)


def _is_database(target: Path) -> bool:
    try:
        with target.open("rb") as file:
            return file.read(len(_DATABASE)) == _DATABASE
    except OSError:
        return False


def _mode(target: Path) -> int:
    """Return the permissions of a file that is there already, else those that a new file gets."""
    if target.exists():
        return target.stat().st_mode & 0o777
    mask = os.umask(0)
    os.umask(mask)
    return 0o666 & ~mask
