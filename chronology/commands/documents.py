"""Files beside the store that commands read and write: keys, checkpoints, exhibits. Never overwrites a file."""

import os
from pathlib import Path
from typing import Final

from chronology.errors import StoreError

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
