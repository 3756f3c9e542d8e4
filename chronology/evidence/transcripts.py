"""Transcripts: a whole log as text, one event a line. Writes the lines, and reads them back as rows; believes neither.

The format, of which docs/export.md tells more: UTF-8, each line ends with a line feed and is canonical JSON (RFC 8785).

- Line 1 is the header: `chronology` ("transcript"), `format` (1), `head`, `origin`, `root` (64 hexadecimal digits).
- Line n + 1 is the event at position n: its body, byte for byte as stored, so SHA-256(0x00 || line) is its leaf.
- Of a redacted event, the line has what is left: `id`, `leaf`, `recorded_at` and `redacted` (true).
"""

from collections.abc import Iterator
from contextlib import contextmanager, suppress
from shutil import copyfileobj
from tempfile import TemporaryFile
from typing import BinaryIO, Final

import msgspec

from chronology.errors import CanonicalError, TranscriptError
from chronology.events import canonical
from chronology.events.records import Body, decode
from chronology.evidence.exhibits import checkpoint
from chronology.log.event_table import Log, Row, origin_of
from chronology.log.redactions import Gap, Redaction, declared, gap
from chronology.transparency.merkle import HASH_SIZE, Frontier, leaf_hash
from chronology.transparency.notes import Checkpoint
from chronology.vocabulary.event_types import REDACTED

FORMAT: Final = 1
"""Version of the text's layout, the `format` of its header."""

_KIND: Final = "transcript"

_MARK: Final = b'{"chronology":'
"""How a header begins: the key sorts before the others."""

_LONGEST: Final = canonical.MAX_BYTES
"""Bytes of a line without its end; no event is longer."""

_HINT: Final = "`chronology export jsonl` writes one; `chronology append -` takes events as people write them"


class _Left(msgspec.Struct, frozen=True):
    """What the columns beside a body say; of a redacted event, all that is left."""

    id: str
    recorded_at: str
    type: str = ""
    subject: str = ""
    leaf: str = ""
    redacted: bool = False


_read_line: Final = msgspec.json.Decoder(_Left).decode


def is_transcript(line: bytes) -> bool:
    """Tell whether a text that begins with this line means to be a transcript."""
    return line.removeprefix(b"\xef\xbb\xbf").startswith(_MARK)


def lines(log: Log) -> Iterator[bytes]:
    """Yield the lines of a log, each with its line feed, in memory that does not grow with it.

    Requires a snapshot: the head must not move meanwhile.

    Raises:
        EvidenceError: the log is empty.
    """
    head = checkpoint(log)
    yield _header(head)
    for row in log.read(until=head.size):
        yield _line(row)


def _header(head: Checkpoint) -> bytes:
    record = {
        "chronology": _KIND,
        "format": FORMAT,
        "head": head.size,
        "origin": head.origin,
        "root": head.root.hex(),
    }
    return canonical.encode(record) + b"\n"


def _line(row: Row) -> bytes:
    if row.body:
        return row.body + b"\n"
    left = {"id": row.id, "leaf": row.leaf.hex(), "recorded_at": row.recorded_at, "redacted": True}
    return canonical.encode(left) + b"\n"


class Transcript:
    """The text of a log on its way in. Only what every line needs is checked here; the rows may still lie.

    What redacts an event stands far behind what names it: `read_ahead` finds it before the rows are read.

    Attributes:
        head: what the header says.
        number: of the line that was read last, counted from 1.
    """

    def __init__(self, stream: BinaryIO) -> None:
        """Read the header.

        Raises:
            TranscriptError: the first line is no header, or is of a newer format.
        """
        self._stream = stream
        self.number = 0
        self._tree = Frontier()
        self._first_id = ""
        # What is declared redacted, by position, with the events that say so; yet to be believed.
        self._redactions: dict[int, tuple[Redaction, Body]] = {}
        # The ids of what redacted events had withdrawn, by position, once they were read.
        self._withdrawn: dict[int, str] = {}
        # Some programs begin a file with a byte order mark.
        self.head = _read_header(self._next().removeprefix(b"\xef\xbb\xbf"))

    def origin(self) -> str:
        """Return the origin of the log, as the header says."""
        return self.head.origin

    def read_ahead(self) -> None:
        """Find what is declared redacted, and go back to the first event. Requires a stream that can be read twice.

        Raises:
            TranscriptError: as `rows`.
        """
        start, number = self._stream.tell(), self.number
        for row in self._rows():
            if row.type == REDACTED:
                # What is no declaration is refused where its line is taken in.
                with suppress(CanonicalError):
                    body = decode(row.body)
                    redaction = declared(row.position, body)
                    self._redactions[redaction.position] = redaction, body
        self._withdrawn = {one.withdrew: "" for one, _ in self._redactions.values() if one.withdrew is not None}
        self._stream.seek(start)
        self.number = number

    def rows(self) -> Iterator[Row]:
        """Yield the events as rows, in order, with the leaf hashes of their bodies.

        Raises:
            TranscriptError: a line is no event, or recorded before the one above it, or there are more or fewer than
                the header says.
        """
        before = ""
        for row in self._rows():
            if row.recorded_at < before:
                told = f"recorded_at {row.recorded_at!r:.40} is earlier than that of the event before"
                raise TranscriptError(self.number, told)
            before = row.recorded_at
            self._first_id = self._first_id or row.id
            self._tree.push(row.leaf)
            if row.position in self._withdrawn:
                self._withdrawn[row.position] = row.id
            yield row

    def gap_of(self, row: Row) -> Gap | None:
        """Return what declares a row that `rows` yielded redacted, as far as `read_ahead` found it."""
        redaction, declaring = self._redactions.get(row.position, (None, None))
        if redaction is None or declaring is None or not redaction.matches(row):
            return None
        return gap(row, redaction, declaring, id_at=self._withdrawn.get)

    def check_header(self) -> None:
        """Compare what the header says with what all rows, once they were read, amount to.

        Raises:
            TranscriptError: origin or root are not those of the events.
        """
        found = origin_of(self._first_id)
        if self.head.origin != found:
            raise TranscriptError(
                1, f"the header says that the origin is {self.head.origin}, and the events say {found:.80}"
            )
        root = self._tree.root()
        if self.head.root != root:
            told = f"the header says that the root is {self.head.root.hex()}, and the events give {root.hex()}"
            hint = "an event was changed, or swapped with another: compare with an older copy"
            raise TranscriptError(1, told, hint=hint)

    def _rows(self) -> Iterator[Row]:
        for position in range(1, self.head.size + 1):
            line = self._next()
            if not line:
                found = position - 1
                raise TranscriptError(self.number, f"the text ends after {found:,} of {self.head.size:,} events")
            yield _row(position, line, self.number)
        if self._next():
            raise TranscriptError(self.number, f"the header says that there are only {self.head.size:,} events")

    def _next(self) -> bytes:
        """Return the next line without its end, nothing at the end of the text.

        A line may end with a carriage return too, which some programs put there; no canonical JSON does.
        """
        line = self._stream.readline(_LONGEST + 3)
        self.number += 1
        text = line.removesuffix(b"\n").removesuffix(b"\r")
        if len(text) > _LONGEST:
            raise TranscriptError(self.number, f"is longer than {_LONGEST:,} bytes, more than any event")
        if line and not text:
            raise TranscriptError(self.number, "is empty")
        return text


def _read_header(line: bytes) -> Checkpoint:
    if not is_transcript(line):
        raise TranscriptError(1, "is not the header of a transcript", hint=_HINT)
    try:
        record = canonical.parse(line)
    except CanonicalError as exc:
        raise TranscriptError(1, f"is not the header of a transcript: {exc}") from exc
    if not isinstance(record, dict) or record.get("chronology") != _KIND:
        raise TranscriptError(1, "is not the header of a transcript", hint=_HINT)
    if record.get("format") != FORMAT or record["format"] is True:
        hint = "a newer Chronology may read it"
        raise TranscriptError(1, f"the format is {record.get('format')!r:.40}; only {FORMAT} can be read", hint=hint)
    head, origin, root = (record.get(key) for key in ("head", "origin", "root"))
    if not isinstance(head, int) or isinstance(head, bool) or head < 1:
        raise TranscriptError(1, "head: is not the number of events")
    if not isinstance(origin, str) or not origin.isascii() or not origin.isprintable():
        raise TranscriptError(1, "origin: is not the origin of a log")
    digest = _digest(root)
    if digest is None:
        raise TranscriptError(1, "root: is not 64 hexadecimal digits")
    checked = Checkpoint(origin, head, digest)
    if _header(checked) != line + b"\n":
        raise TranscriptError(1, "the header is not canonical JSON, or says more than a header may")
    return checked


def _row(position: int, line: bytes, number: int) -> Row:
    try:
        left = _read_line(line)
    except (msgspec.MsgspecError, UnicodeDecodeError, ValueError, RecursionError) as exc:
        raise TranscriptError(number, f"is not an event: {exc}") from exc
    if not left.redacted:
        return Row(position, left.id, left.type, left.subject, left.recorded_at, line, leaf_hash(line))
    leaf = _digest(left.leaf)
    if leaf is None:
        raise TranscriptError(number, "leaf: is not 64 hexadecimal digits")
    row = Row(position, left.id, "", "", left.recorded_at, b"", leaf)
    if _line(row) != line + b"\n":
        raise TranscriptError(number, "says more of a redacted event than id, leaf and recorded_at")
    return row


def _digest(text: object) -> bytes | None:
    """Return the bytes of a hash in lower-case hexadecimal digits, None for anything else."""
    if not isinstance(text, str) or len(text) != 2 * HASH_SIZE or not set(text) <= set("0123456789abcdef"):
        return None
    return bytes.fromhex(text)


@contextmanager
def rewindable(stream: BinaryIO) -> Iterator[BinaryIO]:
    """Give a stream that can be read twice."""
    if stream.seekable():
        yield stream
        return
    with TemporaryFile() as copy:
        copyfileobj(stream, copy)
        copy.seek(0)
        yield copy
