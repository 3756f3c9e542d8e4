"""Exporting a log as static files that other verifiers read (C2SP tlog-tiles). Writes new files only."""

from collections.abc import Iterable
from itertools import islice
from pathlib import Path
from typing import Final

from chronology.errors import EvidenceError, StoreError
from chronology.events.records import RecordedEvent
from chronology.evidence.exhibits import read_checkpoint
from chronology.transparency.merkle import Frontier, leaf_hash, root

WIDTH: Final = 256
"""Hashes in a full tile, entries in a full bundle."""


def export(events: Iterable[RecordedEvent], directory: Path, checkpoint: bytes) -> int:
    """Write the tiles, the entry bundles and, last, the checkpoint of a log; return the number of files.

    A redacted event becomes an entry of zero bytes: no event is empty, so it cannot be mistaken, and every hash still
    holds. Memory does not grow with the log.

    Args:
        events: of the log, from the first one; those after the checkpoint are not written.
        directory: new or empty, so that nothing redacted since an earlier export is left beside the new files.
        checkpoint: of this log, as in its file, signed if the tree is for the public; it sets the number of events.

    Raises:
        StoreError: the directory is not empty, or a file cannot be written.
        NoteError: the checkpoint cannot be read.
        EvidenceError: the log does not match the checkpoint, or an event does not match its leaf hash.
    """
    head = read_checkpoint(checkpoint)
    tree = _Tree(directory)
    try:
        check_directory(directory)
        directory.mkdir(parents=True, exist_ok=True)
        for event in islice(events, head.size):
            if event.body and leaf_hash(event.body) != event.leaf:
                raise EvidenceError(f"position {event.position}: the body does not match its leaf hash")
            tree.add(event.body, event.leaf)
        tree.finish()
        if (tree.frontier.size, tree.frontier.root()) != (head.size, head.root):
            raise EvidenceError("the log does not match the checkpoint; no checkpoint was written")
        tree.write(Path("checkpoint"), checkpoint)
    except OSError as exc:
        raise StoreError(f"{exc.filename or directory} cannot be written: {exc.strerror}") from exc
    return tree.files


def check_directory(directory: Path) -> None:
    """Refuse a directory that is in use.

    Raises:
        StoreError: it holds files.
    """
    if directory.is_dir() and next(directory.iterdir(), None) is not None:
        raise StoreError(f"{directory} is not empty", hint="export to a new directory, then move it into place")


def path_of(number: int) -> Path:
    """Return a tile's number as the path that the specification gives it: 1234067 becomes `x001/x234/067`."""
    digits = str(number)
    digits = digits.zfill(-(-len(digits) // 3) * 3)
    parts = [digits[start : start + 3] for start in range(0, len(digits), 3)]
    return Path(*(f"x{part}" for part in parts[:-1]), parts[-1])


class _Tree:
    """The tiles that are still growing, one at each level, and one bundle of entries."""

    def __init__(self, directory: Path) -> None:
        self._directory = directory
        self._levels: list[list[bytes]] = [[]]
        self._written = [0]
        self._entries: list[bytes] = []
        self._bundles = 0
        self.frontier = Frontier()
        self.files = 0

    def add(self, body: bytes, leaf: bytes) -> None:
        """Add the next event, and write the tiles and bundles that are full."""
        self.frontier.push(leaf)
        self._entries.append(len(body).to_bytes(2, "big") + body)
        if len(self._entries) == WIDTH:
            self._write_bundle()
        self._push(0, leaf)

    def finish(self) -> None:
        """Write the partial tiles and the partial bundle."""
        for level, hashes in enumerate(self._levels):
            if hashes:
                self._write_tile(level)
        if self._entries:
            self._write_bundle()

    def write(self, path: Path, data: bytes) -> None:
        """Write one file below the directory."""
        target = self._directory / path
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(data)
        self.files += 1

    def _push(self, level: int, node: bytes) -> None:
        if level == len(self._levels):
            self._levels.append([])
            self._written.append(0)
        self._levels[level].append(node)
        if len(self._levels[level]) == WIDTH:
            above = root(self._levels[level])
            self._write_tile(level)
            self._push(level + 1, above)

    def _write_tile(self, level: int) -> None:
        hashes = self._levels[level]
        number, self._written[level] = self._written[level], self._written[level] + 1
        self._levels[level] = []
        self.write(Path("tile", str(level)) / _partial(path_of(number), len(hashes)), b"".join(hashes))

    def _write_bundle(self) -> None:
        number, self._bundles = self._bundles, self._bundles + 1
        entries, self._entries = self._entries, []
        self.write(Path("tile", "entries") / _partial(path_of(number), len(entries)), b"".join(entries))


def _partial(path: Path, width: int) -> Path:
    return path if width == WIDTH else path.with_name(f"{path.name}.p") / str(width)
