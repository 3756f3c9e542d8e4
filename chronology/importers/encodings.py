"""In which encoding a text is written: by its mark, else UTF-8, else what the library finds. Never a silent guess."""

import codecs
from pathlib import Path
from typing import Final

from attrs import frozen

from chronology.errors import ImportFileError
from chronology.importers.files import opened, too_long
from chronology.importers.rows import LONGEST_LINE

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
class Found:
    """The encoding of a file, and whether it was only worked out from what the letters look like."""

    name: str
    is_likely: bool = False


@frozen
class _Fault:
    """Where a text stops being UTF-8: the line, the byte, and whether letters beyond ASCII came before it."""

    line: int
    byte: int
    after_letters: bool
    around: bytes


def encoding_of(path: Path, *, longest_line: int | None = _LONGEST_BYTES) -> Found:
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
            return Found(marked)
    if b"\0" in beginning:
        # No text has zero bytes, except one of two bytes a letter that lacks its mark.
        wide = _wide(beginning)
        if wide is None:
            raise ImportFileError(f"{path} is not text: it has zero bytes", hint="is this the right file?")
        return Found(wide, is_likely=True)
    fault = _utf8_fault(path, longest_line)
    if fault is None:
        return Found("utf-8")
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
    return Found(name, is_likely=True)


def _utf8_fault(path: Path, longest_line: int | None) -> _Fault | None:
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
                return _Fault(line + good.count(b"\n"), exc.object[exc.start], letters, around)
            letters = letters or len(text) < len(pending) + len(piece) - 3
            newline = piece.rfind(b"\n")
            length = length + len(piece) if newline < 0 else len(piece) - newline
            if longest_line is not None and length > longest_line:
                raise too_long(line)
            line += piece.count(b"\n")
            before = piece[-_SAMPLE // 4 :]
        if decoder.getstate()[0]:
            return _Fault(line, decoder.getstate()[0][0], letters, before)
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
