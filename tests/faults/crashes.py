"""The power-loss model: from the system calls of an action to every state in which its files may be found afterwards.

Between two syncs of a file the disk may keep any of the writes and drop the others, in any order; a new file may have
no name until its folder is synced; a change of size is kept or not. After a sync all of it is kept. A file that was
removed is not modelled: with a truncated journal nothing is removed.
"""

import itertools
import random
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path

from attrs import field, frozen
from tracing import Call

SECTOR = 512
"""What a disk writes whole or not at all."""


@frozen
class File:
    """A file as the disk may know it: what is surely kept, what may be, and whether its name is."""

    kept: bytes | None
    pending: tuple[Call, ...] = ()
    name_pending: bool = False

    def written(self, chosen: Iterable[Call]) -> bytes:
        """Return the content with some of the pending writes."""
        data = bytearray(self.kept or b"")
        for call in chosen:
            if call.name == "ftruncate":
                data = data[: call.offset].ljust(call.offset, b"\0")
            else:
                data = data.ljust(call.offset, b"\0")
                data[call.offset : call.offset + len(call.data)] = call.data
        return bytes(data)


@frozen
class Moment:
    """The files of a folder after so many calls."""

    done: int
    files: dict[str, File] = field(repr=False)


def moments(before: dict[str, bytes], calls: Sequence[Call], place: Path) -> Iterator[Moment]:
    """Yield what the disk may know after each call that writes or syncs, and at the beginning."""
    files = {name: File(data) for name, data in before.items()}
    yield Moment(0, dict(files))
    for done, call in enumerate(calls, start=1):
        path = Path(call.file)
        if path == place and call.name in ("fsync", "fdatasync"):
            files = {name: File(file.kept, file.pending) for name, file in files.items()}
        elif path.parent != place:
            continue
        elif call.name == "openat":
            if call.offset and path.name not in files:
                files[path.name] = File(None, name_pending=True)
        elif call.name in ("pwrite64", "ftruncate"):
            file = files[path.name]
            files[path.name] = File(file.kept, (*file.pending, call), file.name_pending)
        elif call.name in ("fsync", "fdatasync"):
            file = files[path.name]
            files[path.name] = File(file.written(file.pending), (), file.name_pending)
        elif call.name in ("unlink", "rename", "write", "writev"):
            raise NotImplementedError(f"the model knows no {call.name}")
        else:
            continue
        yield Moment(done, dict(files))


def states(moment: Moment, rolls: random.Random, *, most: int) -> Iterator[dict[str, bytes]]:
    """Yield what may be found after a power loss at a moment: all of it if that is not more than `most`, else a sample.

    Every prefix of a file's pending writes is among it, and every single one dropped, kept alone, or torn at a sector.
    """
    choices = [[(name, data) for data in _versions(file, rolls, most)] for name, file in sorted(moment.files.items())]
    combined = list(itertools.islice(itertools.product(*choices), 100_000))
    for state in combined if len(combined) <= most else rolls.sample(combined, most):
        yield {name: data for name, data in state if data is not None}


def _versions(file: File, rolls: random.Random, most: int) -> list[bytes | None]:
    writes = file.pending
    if 2 ** len(writes) <= most:
        subsets = [s for size in range(len(writes) + 1) for s in itertools.combinations(writes, size)]
    else:
        subsets = [writes[:end] for end in range(len(writes) + 1)]
        subsets += [tuple(call for call in writes if call is not one) for one in writes]
        subsets += [(one,) for one in writes]
        subsets += [tuple(call for call in writes if rolls.random() < 0.5) for _ in range(most)]
    versions: dict[bytes | None, None] = dict.fromkeys(file.written(subset) for subset in subsets)
    for number, call in enumerate(writes):
        if len(call.data) > SECTOR:
            torn = call._replace(data=call.data[: SECTOR * rolls.randrange(1, len(call.data) // SECTOR)])
            versions[file.written((*writes[:number], torn))] = None
    if file.name_pending:
        versions[None] = None
    return list(versions)
