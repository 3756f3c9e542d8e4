"""Opening the file that is imported: an ordinary file, compressed or not, read as text in bounded pieces.

Nothing unpacks to more than can be meant. A text has the encoding of its mark, else UTF-8, else what the library
finds; never a silent guess.
"""

import codecs
import gzip
import io
import os
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from os import SEEK_END
from pathlib import Path
from typing import IO, BinaryIO, Final

from attrs import frozen

from chronology.errors import ImportFileError
from chronology.importers.rows import LONGEST_LINE, Tell

GZIP: Final = b"\x1f\x8b"
ZIP: Final = (b"PK\x03\x04", b"PK\x05\x06")
"""How an archive begins, and how an empty one does."""

LARGEST_RATIO: Final = 250
"""Text and sheets shrink to a twentieth or so; what shrinks more than this is made to fill the memory or the time."""

SMALL: Final = 10_000_000
"""Bytes up to which a file may unpack to any multiple of its size."""

_MOST_PARTS: Final = 10_000
_LARGEST_LIST: Final = 4_000_000
_END: Final = struct.Struct("<4s4H2LH")
_END_MARK: Final = b"PK\x05\x06"
_LONGEST_COMMENT: Final = 1 << 16
_LARGE: Final = 0xFFFFFFFF
_IS_ENCRYPTED: Final = 0x1
_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE: Final = 1 << 18
_TOLD_EVERY: Final = 500
_PAGES: Final = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<!--", b"<?xml")
"""How pages begin that a server sends in place of a file: a form to log in, or a message."""

SAVE_AGAIN: Final = "save it as .xlsx without a password, or as CSV"
_MARKS: Final = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_SAMPLE: Final = 200_000
_LONGEST_BYTES: Final = 4 * LONGEST_LINE


@frozen
class Input:
    """An open file: its bytes, unpacked, and how many of those on the disk have been read."""

    stream: BinaryIO
    raw: BinaryIO
    size: int

    def pieces(self) -> Iterator[bytes]:
        """Yield all that is left, in pieces."""
        while piece := self.stream.read(_PIECE):
            yield piece


@contextmanager
def opened(path: Path) -> Iterator[Input]:
    """Open an ordinary file; one that is packed, by gzip or as the only file of a ZIP archive, is unpacked on the way.

    Raises:
        ImportFileError: it is not there, is not an ordinary file, is empty, is damaged, or unpacks to too much.
    """
    with explained(path), on_disk(path) as source, unpacked(source.raw, path) as stream:
        yield Input(stream, source.raw, source.size)


@contextmanager
def on_disk(path: Path) -> Iterator[Input]:
    """Open an ordinary file, and give its bytes unchanged.

    Raises:
        ImportFileError: it is not there, is not an ordinary file, is empty, or is what no importer reads.
    """
    with explained(path):
        # Opening a pipe would wait for ever, so the kind of file is asked first, and the descriptor does not block.
        if not stat.S_ISREG(os.stat(path).st_mode):
            what = "a directory" if path.is_dir() else "a pipe or device"
            raise ImportFileError(f"{path} is {what}, not a file", hint="name a file; save a stream in one first")
        with os.fdopen(os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0)), "rb") as raw:
            size = os.fstat(raw.fileno()).st_size
            if size == 0:
                raise ImportFileError(f"{path} is empty")
            if raw.read(len(_OLD_WORKBOOK)) == _OLD_WORKBOOK:
                raise ImportFileError(
                    f"{path} is a workbook in the old format of Excel (.xls), or has a password", hint=SAVE_AGAIN
                )
            raw.seek(0)
            yield Input(raw, raw, size)


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn what goes wrong with a file into this project's errors."""
    try:
        yield
    except (gzip.BadGzipFile, zipfile.BadZipFile, zlib.error, EOFError) as exc:
        raise ImportFileError(f"{path} is damaged: it cannot be unpacked ({exc})", hint="fetch it again") from exc
    except ValueError as exc:
        if "null" not in str(exc):
            raise
        raise ImportFileError(f"{str(path)!r} cannot be the name of a file") from exc
    except OSError as exc:
        raise ImportFileError(f"{path} cannot be read: {exc.strerror or exc}") from exc


def check_no_page(path: Path) -> None:
    """Refuse a web page under the name of a file with rows.

    Raises:
        ImportFileError: it is one, or `opened` refuses the file.
    """
    with opened(path) as source:
        beginning = source.stream.read(1_000)
    # Texts of two bytes a letter have zeros, and some begin with a mark.
    if beginning.replace(b"\0", b"").lstrip(b"\xef\xbb\xbf\xff\xfe \t\r\n").lower().startswith(_PAGES):
        raise ImportFileError(
            f"{path} is a web page (HTML or XML), not a file with rows",
            hint="open it in a browser: it may be a login form or an error message; then fetch the file again",
        )


def lines(source: Input, encoding: str, tell: Tell | None) -> Iterator[str]:
    """Yield the lines of a text, each with its end.

    Raises:
        ImportFileError: a line is too long, or is not text in this encoding.
    """
    text = io.TextIOWrapper(source.stream, encoding=encoding, newline="")
    number = 0
    try:
        while True:
            number += 1
            try:
                line = text.readline(LONGEST_LINE + 1)
            except UnicodeDecodeError as exc:
                byte = exc.object[exc.start]
                raise ImportFileError(
                    f"about line {number:,}: the byte 0x{byte:02x} is not text in {encoding}",
                    hint="save the file as UTF-8, or give `encoding` in a mapping",
                ) from exc
            if len(line) > LONGEST_LINE:
                raise too_long(number)
            if not line:
                return
            if tell and number % _TOLD_EVERY == 1:
                tell(source.raw.tell(), source.size)
            yield line
    finally:
        _leave(text)


def _leave(text: io.TextIOWrapper) -> None:
    """Give the file back to its opener, and closes it; it may be closed already."""
    with suppress(ValueError):
        text.detach()


def pieces(source: Input, encoding: str, tell: Tell | None) -> Iterator[str]:
    """Yield a text in pieces of bounded length.

    Raises:
        ImportFileError: it is not text in this encoding.
    """
    text = io.TextIOWrapper(source.stream, encoding=encoding)
    try:
        while piece := text.read(_PIECE):
            if tell:
                tell(source.raw.tell(), source.size)
            yield piece
    except UnicodeDecodeError as exc:
        raise ImportFileError(f"the byte 0x{exc.object[exc.start]:02x} is not text in {encoding}") from exc
    finally:
        _leave(text)


def too_long(line: int) -> ImportFileError:
    """Return the error about a line that is longer than any row."""
    return ImportFileError(
        f"line {line:,} is longer than {LONGEST_LINE:,} characters, more than any event can hold",
        hint="is this the right file, and the right format?",
    )


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


@frozen
class Encoding:
    """The encoding of a file, and whether it was only worked out from what the letters look like."""

    name: str
    is_likely: bool = False


@frozen
class _NotUtf8:
    """Where a text stops being UTF-8: the line, the byte, and whether letters beyond ASCII came before it."""

    line: int
    byte: int
    after_letters: bool
    around: bytes


def encoding_of(path: Path, *, longest_line: int | None = _LONGEST_BYTES) -> Encoding:
    """Return the encoding of a text file.

    Args:
        path: the file.
        longest_line: the most bytes of a line, where lines matter.

    Raises:
        ImportFileError: it is no text, or most of it is UTF-8 but some is not.
    """
    with opened(path) as source:
        beginning = source.stream.read(_SAMPLE)
    for mark, marked in _MARKS:
        if beginning.startswith(mark):
            return Encoding(marked)
    if b"\0" in beginning:
        # No text has zero bytes, except one of two bytes a letter that lacks its mark.
        wide = _wide(beginning)
        if wide is None:
            raise ImportFileError(f"{path} is not text: it has zero bytes", hint="is this the right file?")
        return Encoding(wide, is_likely=True)
    fault = _utf8_fault(path, longest_line)
    if fault is None:
        return Encoding("utf-8")
    where = f"{path}, line {fault.line:,}"
    if fault.after_letters:
        raise ImportFileError(
            f"{where}: the byte 0x{fault.byte:02x} is not UTF-8, though the text before it is",
            hint="correct that line: read in another encoding, the rest would be wrong",
        )
    name = _likely(fault.around)
    if name is None:
        raise ImportFileError(
            f"{where}: the byte 0x{fault.byte:02x} is not UTF-8, and no other encoding fits",
            hint="save the file as UTF-8, or give `encoding` in a mapping",
        )
    return Encoding(name, is_likely=True)


def _utf8_fault(path: Path, longest_line: int | None) -> _NotUtf8 | None:
    """Return where a file stops being UTF-8, None if all of it is; refuses lines that no row can have."""
    decoder = codecs.getincrementaldecoder("utf-8")()
    line, length, letters, before = 1, 0, False, b""
    with opened(path) as source:
        for piece in source.pieces():
            pending: bytes = decoder.getstate()[0]
            try:
                text = decoder.decode(piece)
            except UnicodeDecodeError as exc:
                good = exc.object[: exc.start]
                letters = letters or not good.isascii()
                around = before + exc.object[max(0, exc.start - _SAMPLE // 2) :] + source.stream.read(_SAMPLE)
                return _NotUtf8(line + good.count(b"\n"), exc.object[exc.start], letters, around)
            letters = letters or len(text) < len(pending) + len(piece) - 3
            newline = piece.rfind(b"\n")
            length = length + len(piece) if newline < 0 else len(piece) - newline
            if longest_line is not None and length > longest_line:
                raise too_long(line)
            line += piece.count(b"\n")
            before = piece[-_SAMPLE // 4 :]
        if decoder.getstate()[0]:
            return _NotUtf8(line, decoder.getstate()[0][0], letters, before)
    return None


def _likely(around: bytes) -> str | None:
    # Imported here, because only a text that is not UTF-8 needs it.
    from charset_normalizer import from_bytes

    best = from_bytes(around[: 2 * _SAMPLE]).best()
    return None if best is None or best.encoding == "ascii" else str(best.encoding)


def _wide(around: bytes) -> str | None:
    even, odd = around[0::2].count(0), around[1::2].count(0)
    if max(even, odd) < len(around) // 8 or min(even, odd) > len(around) // 100:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"
