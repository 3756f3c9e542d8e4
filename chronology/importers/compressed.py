"""Packed files, by gzip or as a ZIP archive of one: unpacked on the way, and never to more than can be meant."""

import gzip
import io
import struct
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from os import SEEK_END
from pathlib import Path
from typing import IO, BinaryIO, Final

from chronology.errors import ImportFileError

GZIP: Final = b"\x1f\x8b"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins, and how an empty one does."""

LARGEST_RATIO: Final = 250
"""Text and sheets shrink to a twentieth or so; what shrinks more than this is made to fill the memory or the time."""

SMALL: Final = 10_000_000
"""Bytes up to which a file may unpack to any multiple of its size."""

_PIECE: Final = 1 << 18
_MOST_PARTS: Final = 10_000
_LARGEST_LIST: Final = 4_000_000
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 1 << 16
_LARGE: Final = 0xFFFFFFFF
_IS_ENCRYPTED: Final = 0x1


@contextmanager
def unpacked(raw: BinaryIO, path: Path) -> Iterator[BinaryIO]:
    """Give what a file holds: its bytes unchanged, or what gzip or a ZIP archive of one file packed.

    Args:
        raw: the file, at its beginning.
        path: its name, for messages.

    Raises:
        ImportFileError: it is an archive of several files, is encrypted, or unpacks to more than can be meant.
    """
    beginning = raw.read(len(ZIP[0]))
    raw.seek(0)
    if beginning.startswith(GZIP):
        with gzip.GzipFile(fileobj=raw, mode="rb") as whole:
            yield io.BufferedReader(_Unpacked(whole, raw, path), _PIECE)
    elif beginning in ZIP:
        with archive_of(raw, path) as archive, _only(archive, path) as part:
            yield io.BufferedReader(_Unpacked(part, raw, path), _PIECE)
    else:
        yield raw


@contextmanager
def archive_of(
    raw: BinaryIO, path: Path, *, what: str = "ZIP archive", hint: str = "fetch it again"
) -> Iterator[zipfile.ZipFile]:
    """Open a ZIP archive, such as a workbook is, whose list of parts fits into memory.

    Raises:
        ImportFileError: it is damaged, or has too many parts.
    """
    if _list_size(raw) > _LARGEST_LIST:
        raise _too_many(path)
    try:
        archive = zipfile.ZipFile(raw)
    except (zipfile.BadZipFile, NotImplementedError, ValueError) as exc:
        raise ImportFileError(f"{path} is not a {what}: {exc}", hint=hint) from exc
    with archive:
        if len(archive.infolist()) > _MOST_PARTS:
            raise _too_many(path)
        yield archive


def _list_size(raw: BinaryIO) -> int:
    """Return how many bytes the list of parts at the end of an archive has, as the archive says."""
    size = raw.seek(0, SEEK_END)
    raw.seek(max(0, size - _END.size - _LONGEST_COMMENT))
    tail = raw.read()
    raw.seek(0)
    place = tail.rfind(_END_MARK)
    if place < 0 or len(tail) - place < _END.size:
        return 0
    *_, parts_size, start, _ = _END.unpack_from(tail, place)
    # A large archive gives other numbers elsewhere, which are only needed where these are not enough.
    is_large = _LARGE in (parts_size, start) or tail[max(0, place - 20) : place].startswith(b"PK\x06\x07")
    return size if is_large else int(parts_size)


def _too_many(path: Path) -> ImportFileError:
    return ImportFileError(
        f"{path} is an archive of more than {_MOST_PARTS:,} parts, or of one too large", hint="unpack it first"
    )


@contextmanager
def _only(archive: zipfile.ZipFile, path: Path) -> Iterator[IO[bytes]]:
    """Open the one file in an archive."""
    parts = [part for part in archive.infolist() if not part.is_dir()]
    names = [part.filename for part in parts]
    if "[Content_Types].xml" in names:
        raise ImportFileError(f"{path} is a workbook or document, not text", hint="say --as xlsx, or save it as CSV")
    if len(parts) != 1:
        raise ImportFileError(
            f"{path} is an archive of {len(parts):,} files, not of one{_listed(names)}",
            hint="unpack it, and import the file that you mean",
        )
    [part] = parts
    if part.flag_bits & _IS_ENCRYPTED:
        raise ImportFileError(
            f"{path}: {part.filename!r:.80} in it is encrypted", hint="unpack it with its password first"
        )
    try:
        opened = archive.open(part)
    except (zipfile.BadZipFile, NotImplementedError) as exc:
        raise ImportFileError(
            f"{path}: {part.filename!r:.80} in it cannot be unpacked: {exc}", hint="unpack it first"
        ) from exc
    with opened as stream:
        yield stream


def _listed(names: Sequence[str]) -> str:
    if not names:
        return ""
    return f": {', '.join(f'{name!r:.80}' for name in names[:5])}" + (", ..." if len(names) > 5 else "")


class _Unpacked(io.RawIOBase):
    """What comes out of a packed file, while it is in proportion to what went in."""

    def __init__(self, stream: IO[bytes] | gzip.GzipFile, raw: BinaryIO, path: Path) -> None:
        self._stream = stream
        self._raw = raw
        self._path = path
        self._size = 0

    def readable(self) -> bool:
        """Tell that it gives bytes."""
        return True

    def readinto(self, buffer: memoryview) -> int:  # type: ignore[override]
        """Give some bytes.

        Raises:
            ImportFileError: they are too many for a file of this size.
        """
        piece = self._stream.read(len(buffer))
        self._size += len(piece)
        if self._size > SMALL and self._size > LARGEST_RATIO * max(1, self._raw.tell()):
            raise ImportFileError(
                f"{self._path} unpacks to more than {LARGEST_RATIO} times its size",
                hint="files made to exhaust memory look like this; if this one is not, unpack it first",
            )
        buffer[: len(piece)] = piece
        return len(piece)
