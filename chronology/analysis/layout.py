"""How a Parquet folder is laid out: its manifest, its buckets, the places of its files. No I/O."""

from hashlib import sha256
from pathlib import PurePath
from typing import Final

import msgspec

from chronology.errors import ChronologyError
from chronology.projections.bulk import TABLES, Table

FORMAT: Final = 2
"""Version of the layout, the `format` of the manifest."""

MANIFEST: Final = "manifest.json"
"""The name of the manifest, which is written last."""

MOST_BUCKETS: Final = 256

_KIND: Final = "parquet folder"

_EVENTS_OF_A_BUCKET: Final = 4_000_000
"""From which on more buckets are made: few large files are read faster, and a bucket is what is joined at once."""

_HINT: Final = "`chronology export parquet --folder DIR` makes one"


class Count(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """How much there is of a table: without it, a lost file would only make answers smaller."""

    files: int
    rows: int


class Manifest(msgspec.Struct, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """What a folder says of itself.

    Attributes:
        chronology: what this is.
        format: version of the layout.
        origin: the name of the log, as in its checkpoints.
        head: the newest position that the folder has.
        root: of the log's Merkle tree at that head, 64 hexadecimal digits.
        buckets: into how many parts subjects are divided: a power of two.
        tables: how much there is of each.
    """

    chronology: str = _KIND
    format: int = FORMAT
    origin: str
    head: int
    root: str
    buckets: int
    tables: dict[Table, Count]

    def text(self) -> bytes:
        """Return the manifest as its file holds it."""
        return msgspec.json.format(msgspec.json.encode(self), indent=2) + b"\n"

    @classmethod
    def parse(cls, data: bytes, where: str) -> "Manifest":
        """Read a manifest.

        Raises:
            ChronologyError: it is none, or of another version.
        """
        try:
            found = msgspec.json.decode(data, type=_Beginning)
            if found.chronology == _KIND and found.format != FORMAT:
                raise ChronologyError(
                    f"{where} has the layout {found.format}; this program reads {FORMAT}", hint="export the store again"
                )
            whole = msgspec.json.decode(data, type=cls)
        except (msgspec.MsgspecError, UnicodeDecodeError) as exc:
            raise ChronologyError(f"{where} is not the manifest of a Parquet folder: {exc}", hint=_HINT) from exc
        if whole.chronology != _KIND or set(whole.tables) != set(TABLES) or not _is_power(whole.buckets):
            raise ChronologyError(f"{where} is not the manifest of a Parquet folder", hint=_HINT)
        return whole


class _Beginning(msgspec.Struct, frozen=True):
    chronology: str
    format: int


def check_buckets(buckets: int) -> None:
    """Refuse a number of buckets that the layout does not have.

    Raises:
        ChronologyError: it is not a power of two from 1 to 256.
    """
    if not _is_power(buckets):
        raise ChronologyError(
            f"{buckets} buckets: the number must be a power of two from 1 to {MOST_BUCKETS}",
            hint="leave it out, and it is chosen by the size of the log",
        )


def buckets_for(head: int) -> int:
    """Return the number of buckets for a log of this many events."""
    buckets = 1
    while buckets < MOST_BUCKETS and buckets * _EVENTS_OF_A_BUCKET < head:
        buckets *= 2
    return buckets


def bucket_of(subject: str, buckets: int) -> int:
    """Return the bucket of a subject: the first bits of the SHA-256 of its text, so that it never changes.

    With twice as many buckets, each is divided in two.
    """
    return sha256(subject.encode()).digest()[0] * buckets // MOST_BUCKETS


def place(table: Table, bucket: int, year: int) -> PurePath:
    """Return where the rows of one bucket and year of a table are, seen from the folder."""
    return PurePath(table, f"bucket={bucket:03}", f"year={year:04}", "rows.parquet")


def _is_power(buckets: int) -> bool:
    return 1 <= buckets <= MOST_BUCKETS and buckets & (buckets - 1) == 0
