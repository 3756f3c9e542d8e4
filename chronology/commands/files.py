"""Files beside the store that commands read and write, keys too: whole or not at all, and never over a store."""

import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Annotated, BinaryIO, Final

import typer

from chronology import Chronology
from chronology.commands.screen import output
from chronology.errors import StoreError
from chronology.transparency.notes import sign_note

SignKey = Annotated[Path | None, typer.Option("--sign", metavar="KEYFILE", help="Sign with this secret key.")]
Keys = Annotated[
    list[str] | None,
    typer.Option("--key", metavar="VKEY", help="A verifier key that you trust; may be repeated."),
]

_LARGEST: Final = 4_000_000
"""The most bytes that any of these documents can have."""


def read_document(path: Path) -> bytes:
    """Return the bytes of a file.

    Raises:
        StoreError: it cannot be read, or is too long to be what was asked for.
    """
    try:
        with path.open("rb") as file:
            data = file.read(_LARGEST + 1)
    except OSError as exc:
        raise StoreError(f"{path} cannot be read: {exc.strerror}") from exc
    if len(data) > _LARGEST:
        raise StoreError(f"{path} is longer than {_LARGEST:,} bytes, so it is not a key, checkpoint or exhibit")
    return data


def read_key(path: Path) -> str:
    """Return the one line of a key's file.

    Raises:
        StoreError: it cannot be read, or is not text.
    """
    try:
        return read_document(path).decode("ascii").strip()
    except UnicodeDecodeError as exc:
        raise StoreError(f"{path} is not a key", hint="`chronology keygen NAME` makes one") from exc


def check_place(path: Path) -> None:
    """Refuse a path if no file can be made there.

    Raises:
        StoreError: there is no such directory, or it cannot be written.
    """
    if not path.parent.is_dir():
        raise StoreError(f"there is no directory {path.parent}", hint="make it first")
    if not os.access(path.parent, os.W_OK | os.X_OK):
        raise StoreError(f"{path} cannot be written: permission denied", hint="name a file in another directory")


def check_tree_place(directory: Path) -> None:
    """Refuse a directory that cannot be written to, or made together with those above it.

    Raises:
        StoreError: something else has its name, or it cannot be written.
    """
    if directory.is_dir():
        check_place(directory / "checkpoint")
        return
    while not directory.parent.exists():
        directory = directory.parent
    check_new(directory)


def check_new(path: Path) -> None:
    """Refuse a path to which `write_new` would refuse to write.

    Raises:
        StoreError: the file already exists or cannot be made.
    """
    if os.path.lexists(path):
        raise _existing(path)
    check_place(path)


def write_new(path: Path, data: bytes, *, mode: int = 0o666) -> None:
    """Write a new file; earlier evidence is never overwritten.

    Args:
        path: of the file.
        data: what is in it.
        mode: its permissions, before the user's umask.

    Raises:
        StoreError: the file already exists or cannot be written.
    """
    try:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
    except FileExistsError as exc:
        raise _existing(path) from exc
    except OSError as exc:
        raise StoreError(f"{path} cannot be written: {exc.strerror}") from exc


def _existing(path: Path) -> StoreError:
    return StoreError(f"{path} already exists, and will not be overwritten", hint="name a new file")


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
        # From 3.13 on, only the strict way refuses a link to itself; it refuses what is not there yet, too.
        target = path.resolve(strict=path.is_symlink())
    except FileNotFoundError:
        target = path.resolve()
    except (OSError, RuntimeError) as exc:
        raise StoreError(f"{path} cannot be written: it is a link that leads to itself") from exc
    check_place(target)
    if target.exists() and not target.is_file():
        raise StoreError(f"{path} is not a file", hint="leave -o out to write to standard output")
    # The store itself is recognised by its name: opening it here would drop the locks that SQLite holds on it.
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


def show_would_write(path: Path) -> None:
    """Say that a file would be written, if nothing prevents it."""
    check_new(path)
    output.say_dry_run()
    output.put(f"would write {path}")


def checkpoint_of(chron: Chronology, key: Path | None) -> bytes:
    """Return the head of a log as it stands in a file, signed if there is a key."""
    text = chron.proofs.checkpoint().text()
    return text.encode() if key is None else sign_note(text, read_key(key))
