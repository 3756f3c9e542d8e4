"""Copies of sources beside the store, each filed under its SHA-256. Writes whole files, and never over one."""

import hashlib
import os
import shutil
import stat
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, BinaryIO, Final, NamedTuple

from chronology.errors import IntegrityError, StoreError
from chronology.log.database import sync_folder

DESCRIBED: Final = "source.described"
"""The type of event whose payload names a copy."""

_CHUNK: Final = 1 << 20
_DIGITS: Final = frozenset("0123456789abcdef")


class Copy(NamedTuple):
    """What identifies a copy: the SHA-256 of its bytes, 64 lower-case hexadecimal digits, and their number."""

    sha256: str
    length: int


def copy_named(data: Mapping[str, Any]) -> Copy | None:
    """Return the copy that the payload of a description names, None where it names none."""
    sha256, length = data.get("archived_sha256"), data.get("archived_length")
    if not isinstance(sha256, str) or not isinstance(length, int) or len(sha256) != 64 or not set(sha256) <= _DIGITS:
        return None
    return Copy(sha256, length)


class Archive:
    """The folder of a store's copies: `storm.db.files/ab/cdef...` for a digest that begins with `abcdef`.

    Anyone who may read the store may read its copies, and nobody may write them.
    """

    def __init__(self, store: Path) -> None:
        """Name the archive of a store; nothing is made before the first copy."""
        self._store = store
        self.folder = store.with_name(f"{store.name}.files")

    def path_of(self, copy: Copy) -> Path:
        """Return where a copy is filed."""
        return self.folder / copy.sha256[:2] / copy.sha256[2:]

    def fault(self, copy: Copy) -> str | None:
        """Return what is wrong with a filed copy, None if it is whole."""
        name = f"the archived copy {copy.sha256[:2]}/{copy.sha256[2:]}"
        try:
            with _opened(self.path_of(copy)) as file:
                found = _digested(file)
        except FileNotFoundError:
            return f"{name} is missing from {self.folder.name}"
        except (OSError, StoreError) as exc:
            return f"{name} cannot be read: {getattr(exc, 'strerror', None) or exc}"
        if found.length != copy.length:
            return f"{name} has {found.length:,} bytes, not {copy.length:,}"
        return None if found == copy else f"{name} was altered: its SHA-256 is {found.sha256}"

    def measure(self, file: Path) -> Copy:
        """Return what would identify a copy of a file.

        Raises:
            StoreError: it cannot be read, is not a plain file, or is the store itself.
        """
        with self._source(file) as source:
            return _digested(source)

    @contextmanager
    def incoming(self, file: Path) -> Iterator["Incoming"]:
        """Copy a file into the folder, under a passing name; `Incoming.settle` files it, else it goes again.

        Raises:
            StoreError: the file cannot be read, is not a plain file, or is the store itself; or the folder cannot be
                written.
        """
        with self._source(file) as source:
            try:
                self._make_folder(self.folder)
                passing = self.folder / f".incoming-{os.getpid()}-{os.urandom(8).hex()}"
                copy = self._write(source, passing)
            except OSError as exc:
                self._drop_empty()
                raise StoreError(f"{self.folder} cannot be written: {exc.strerror}") from exc
        try:
            yield Incoming(self, passing, copy)
        finally:
            passing.unlink(missing_ok=True)
            self._drop_empty()

    def take_from(self, other: "Archive", copy: Copy) -> None:
        """Copy a filed copy from another archive, unchanged; what is missing there stays missing.

        Raises:
            StoreError: it cannot be written.
        """
        target = self.path_of(copy)
        if target.exists():
            return
        try:
            with _opened(other.path_of(copy)) as source:
                self._make_folder(target.parent)
                self._write(source, target)
                sync_folder(target.parent)
        except (FileNotFoundError, StoreError):
            # To tell what is missing is the business of who verifies the copy.
            return
        except OSError as exc:
            raise StoreError(f"{target} cannot be written: {exc.strerror}") from exc

    def discard(self) -> None:
        """Remove the folder and all that is in it; for the copy of a store that could not be finished."""
        shutil.rmtree(self.folder, ignore_errors=True)

    @contextmanager
    def _source(self, file: Path) -> Iterator[BinaryIO]:
        try:
            # Closing any descriptor of the store would drop the locks that SQLite holds on it.
            if os.path.samestat(file.stat(), self._store.stat()):
                raise StoreError(f"{file} is the store itself", hint="name a copy of the source")
            with _opened(file, follow=True) as source:
                yield source
        except OSError as exc:
            raise StoreError(f"{file} cannot be read: {exc.strerror}", hint="name a copy of the source") from exc

    def _make_folder(self, folder: Path) -> None:
        """Make a folder and those above it, as open to others as the store is."""
        for path in [self.folder, *([folder] if folder != self.folder else [])]:
            with suppress(FileExistsError):
                path.mkdir(mode=0o700)
                readable = self._store.stat().st_mode & 0o444 | 0o600
                path.chmod(readable | (readable & 0o444) >> 2)
                sync_folder(path.parent)

    def _write(self, source: BinaryIO, target: Path) -> Copy:
        descriptor = os.open(target, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            with os.fdopen(descriptor, "wb") as file:
                copy = _digested(source, into=file)
                os.fchmod(file.fileno(), self._store.stat().st_mode & 0o444 | 0o400)
                file.flush()
                os.fsync(file.fileno())
        except BaseException:
            target.unlink(missing_ok=True)
            raise
        return copy

    def _drop_empty(self) -> None:
        with suppress(OSError):
            self.folder.rmdir()


class Incoming:
    """A file on its way into an archive."""

    def __init__(self, archive: Archive, path: Path, copy: Copy) -> None:
        self._archive = archive
        self._path = path
        self.copy = copy
        self._is_new = False

    @property
    def is_new(self) -> bool:
        """Whether it was filed by this process, and was not there before."""
        return self._is_new

    def settle(self) -> None:
        """File the copy; the caller holds the store's write lock. The same copy may be there already.

        Raises:
            IntegrityError: what is filed under this digest is something else.
            StoreError: the folder cannot be written.
        """
        target = self._archive.path_of(self.copy)
        try:
            self._archive._make_folder(target.parent)
            if os.path.lexists(target):
                if fault := self._archive.fault(self.copy):
                    raise IntegrityError(fault, hint=f"move {target} away, then add the source again")
                return
            self._path.rename(target)
            self._is_new = True
            sync_folder(target.parent)
        except OSError as exc:
            with suppress(OSError):
                target.parent.rmdir()
            raise StoreError(f"{target} cannot be written: {exc.strerror}") from exc

    def take_back(self) -> None:
        """Remove the copy again, if it was not there before; the caller holds the store's write lock.

        No event may name it: one that was recorded after this copy was filed relies on it too.
        """
        target = self._archive.path_of(self.copy)
        if self._is_new:
            target.unlink(missing_ok=True)
        with suppress(OSError):
            target.parent.rmdir()


@contextmanager
def _opened(path: Path, *, follow: bool = False) -> Iterator[BinaryIO]:
    """Open a plain file; a pipe would wait for ever, and a filed copy that is a link is none."""
    flags = os.O_RDONLY | os.O_NONBLOCK | (0 if follow else os.O_NOFOLLOW)
    with os.fdopen(os.open(path, flags), "rb") as file:
        if not stat.S_ISREG(os.fstat(file.fileno()).st_mode):
            raise StoreError(f"{path} is not a plain file", hint="name a copy of the source")
        yield file


def _digested(source: BinaryIO, *, into: BinaryIO | None = None) -> Copy:
    digest, length = hashlib.sha256(), 0
    while chunk := source.read(_CHUNK):
        digest.update(chunk)
        length += len(chunk)
        if into is not None:
            into.write(chunk)
    return Copy(digest.hexdigest(), length)
