"""The file beside a store in which events wait for its shared log: one JSON object a line. Knows no store, no server.

Each reader or writer of the file locks it for that moment alone, never while a store or a server is asked, so adding an
event waits for neither. Between reading and removing, others may add lines and take some out. So what is removed is
named by its bytes, never by its place, and all other lines stay.

Lines are removed by renaming a shorter file over the old one: a process killed while it wrote over the old one would
lose what it had yet to write. A rename leaves a process that waits for the lock with a nameless file. So the
lock counts only if the name still means the locked file; else the file is opened again. A separate lock file would need
no such check, but would stay beside every store.
"""

import fcntl
import json
import os
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from attrs import frozen

from chronology.errors import ChronologyError, InvalidEventError, RemoteError
from chronology.events import canonical
from chronology.events.records import Event, as_dict
from chronology.events.structuring import event_from_json
from chronology.log.database import sync_folder

_CHUNK: Final = 1 << 20


@frozen(kw_only=True)
class Line:
    """A line of the outbox.

    Attributes:
        number: counted from 1.
        raw: its bytes, without the line break.
        event: None where the line is none.
        fault: why it cannot be appended, as far as is known.
    """

    number: int
    raw: bytes
    event: Event | None
    fault: ChronologyError | None = None


def place(store: Path) -> Path:
    """Return the file in which a store's events wait."""
    return store.with_name(f"{store.name}.outbox")


def keep(store: Path, events: Iterable[Event]) -> None:
    """Add events, which have ids, so that pushing them twice appends them once; they survive a loss of power.

    A last line that was cut off, by a kill in the middle of a write, stays a line of its own.

    Raises:
        RemoteError: the file cannot be written; none was added.
    """
    data = b"".join(json.dumps(as_dict(event), ensure_ascii=False).encode() + b"\n" for event in events)
    with _explained(store, "written"), _locked(place(store), os.O_RDWR | os.O_APPEND | os.O_CREAT) as descriptor:
        size = os.fstat(descriptor).st_size
        if size and os.pread(descriptor, 1, size - 1) != b"\n":
            data = b"\n" + data
        try:
            _write(descriptor, data)
            os.fsync(descriptor)
            sync_folder(place(store).parent)
        except BaseException:
            # A caller who did not learn that it waits will add it again.
            with suppress(OSError):
                os.ftruncate(descriptor, size)
            raise


def read(store: Path) -> list[Line]:
    """Return the lines, oldest first; what is no event is among them, with its fault.

    Raises:
        RemoteError: the file cannot be read.
    """
    raw: list[bytes] = []
    with _explained(store, "read"), suppress(FileNotFoundError), _locked(place(store), os.O_RDONLY) as descriptor:
        raw = _content(descriptor).split(b"\n")
    return [_line(number, one, is_cut=number == len(raw)) for number, one in enumerate(raw, start=1) if one.strip()]


def remove(store: Path, raws: Collection[bytes]) -> int:
    """Take lines out, named by their bytes; return how many were still there. The order of the others stays.

    Raises:
        RemoteError: the file cannot be written; nothing was taken out.
    """
    target = place(store)
    with _explained(store, "written"), suppress(FileNotFoundError), _locked(target, os.O_RDWR) as descriptor:
        before = [one for one in _content(descriptor).split(b"\n") if one.strip()]
        stay = [one for one in before if one not in raws]
        if not stay:
            target.unlink()
            sync_folder(target.parent)
        elif len(stay) < len(before):
            _replace(target, b"".join(one + b"\n" for one in stay))
        return len(before) - len(stay)
    return 0


def _line(number: int, raw: bytes, *, is_cut: bool) -> Line:
    try:
        event = event_from_json(canonical.parse(raw.strip()))
        if event.id is None:
            raise InvalidEventError(["id: is missing, so pushing the event twice would append it twice"])
    except ChronologyError as exc:
        fault = ChronologyError(f"the line was cut off while it was written: {exc}") if is_cut else exc
        return Line(number=number, raw=raw, event=None, fault=fault)
    return Line(number=number, raw=raw, event=event)


@contextmanager
def _locked(path: Path, flags: int) -> Iterator[int]:
    """Open the file and lock it, for writing or, if it is opened so, for reading."""
    while True:
        descriptor = os.open(path, flags, 0o600)
        try:
            fcntl.flock(descriptor, fcntl.LOCK_SH if flags == os.O_RDONLY else fcntl.LOCK_EX)
            if _is_named(descriptor, path):
                yield descriptor
                return
        finally:
            os.close(descriptor)


def _is_named(descriptor: int, path: Path) -> bool:
    """Tell whether a name still means an open file, which another process may have replaced or removed."""
    try:
        return os.path.samestat(os.fstat(descriptor), path.stat())
    except FileNotFoundError:
        return False


def _replace(target: Path, data: bytes) -> None:
    """Put another file in the place of one that this process has locked, whole or not at all."""
    draft = target.with_name(f"{target.name}.new")
    # A process that was killed may have left one.
    draft.unlink(missing_ok=True)
    try:
        descriptor = os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        try:
            _write(descriptor, data)
            os.fsync(descriptor)
        finally:
            os.close(descriptor)
        draft.replace(target)
    except BaseException:
        draft.unlink(missing_ok=True)
        raise
    sync_folder(target.parent)


def _content(descriptor: int) -> bytes:
    parts: list[bytes] = []
    while part := os.pread(descriptor, _CHUNK, sum(map(len, parts))):
        parts.append(part)
    return b"".join(parts)


def _write(descriptor: int, data: bytes) -> None:
    while data:
        data = data[os.write(descriptor, data) :]


@contextmanager
def _explained(store: Path, what: str) -> Iterator[None]:
    try:
        yield
    except OSError as exc:
        raise RemoteError(f"{place(store)} cannot be {what}: {exc.strerror}") from exc
