"""Checking one row of the log against its body. Pure: reads no file."""

import re
from collections.abc import Iterator, Mapping
from typing import Final

from chronology.errors import CanonicalError
from chronology.events import canonical, provenance, recordings
from chronology.events.json_values import Json
from chronology.events.records import FORMAT, Body, Provenance, decode
from chronology.log.event_table import COLUMN_TYPES, Row
from chronology.transparency.merkle import HASH_SIZE, leaf_hash
from chronology.vocabulary.event_types import NOTED

_KEYS: Final = frozenset(Body.__struct_fields__)
"""All keys that a body may have; one that nothing reads could say anything, and would still be shown as JSON."""

_PROVENANCE: Final = frozenset(Provenance.__struct_fields__)

# Only in this one spelling is text order the same as time order.
_INSTANT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", re.ASCII)


def leaf_of(row: Row) -> bytes:
    """Return the leaf hash of the body; for a redacted event, the stored one."""
    stored: object = row.leaf
    if row.body == b"" and isinstance(stored, bytes) and len(stored) == HASH_SIZE:
        return stored
    return leaf_hash(row.body if isinstance(row.body, bytes) else b"")


def row_faults(row: Row, previous: Row | None) -> Iterator[str]:
    """Derive every column of a row again from its body, and yield what differs."""
    stored: tuple[object, ...] = row
    if not all(isinstance(value, kind) for value, kind in zip(stored, COLUMN_TYPES, strict=True)):
        yield "a column holds a value of the wrong type"
        return
    if previous and isinstance(previous.recorded_at, str) and row.recorded_at < previous.recorded_at:
        yield f"recorded_at {row.recorded_at} is earlier than at position {previous.position}"
    if not _INSTANT.fullmatch(row.recorded_at):
        yield f"recorded_at {row.recorded_at!r} is not in the log's format"
    if not row.body:
        return
    if leaf_hash(row.body) != row.leaf:
        yield "the body does not match its leaf hash: one of them was edited"
    try:
        record = canonical.parse(row.body)
        if canonical.encode(record) != row.body:
            yield "the body is not canonical JSON"
        body = decode(row.body)
    except CanonicalError as exc:
        yield str(exc)
        return
    if body.format != FORMAT:
        yield f"the body says that it has format {body.format}, which Chronology never wrote"
    for key in sorted(record.keys() - _KEYS):
        yield f"the body has the key {key!r}, which Chronology never wrote"
    yield from _provenance_faults(record, body)
    for column in ("id", "type", "subject", "recorded_at"):
        found, wanted = getattr(row, column), getattr(body, column)
        if found != wanted:
            yield f"the column {column} says {found!r}, the body {wanted!r}"


def _provenance_faults(record: Mapping[str, Json], body: Body) -> Iterator[str]:
    claimed = record.get("merged_from")
    for key in sorted(claimed.keys() - _PROVENANCE) if isinstance(claimed, dict) else ():
        yield f"the body has the key {f'merged_from.{key}'!r}, which Chronology never wrote"
    yield from provenance.faults(body)
    if body.type == NOTED:
        yield from recordings.faults(body)
