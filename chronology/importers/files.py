"""Opening the file that is imported: an ordinary file, packed or not, read in bounded pieces."""

import gzip
import io
import os
import stat
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO, Final

from attrs import frozen

from chronology.errors import ImportFileError
from chronology.importers.compressed import unpacked
from chronology.importers.rows import LONGEST_LINE, Tell

_OLD_WORKBOOK: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_PIECE: Final = 1 << 18
_TOLD_EVERY: Final = 500
_PAGES: Final = (b"<!doctype", b"<html", b"<head", b"<body", b"<table", b"<!--", b"<?xml")
"""How pages begin that a server sends in place of a file: a form to log in, or a message."""

SAVE_AGAIN: Final = "save it as .xlsx without a password, or as CSV"


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
