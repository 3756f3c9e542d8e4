"""Everything that reads what strangers wrote, as functions of bytes that may raise nothing but `ChronologyError`."""

import io
import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import cache
from typing import NamedTuple

from chronology.dates import edtf
from chronology.dates.calendar import to_seconds
from chronology.errors import ChronologyError
from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.records import as_dict, body_of, encode, recorded
from chronology.events.structuring import event_from_json
from chronology.evidence.transcripts import Transcript
from chronology.evidence.verify import leaf_of
from chronology.transparency import merkle, notes, proofs
from chronology.vocabulary import builtin
from chronology.vocabulary.definitions import check_definition
from chronology.vocabulary.event_types import read_type
from chronology.vocabulary.registry import Vocabulary

SKEY, VKEY = notes.generate_key("example.org/storm", seed=bytes(range(32)))
ROOT = merkle.root([merkle.leaf_hash(bytes([n])) for n in range(5)])
CHECKPOINT = notes.Checkpoint("example.org/storm", 5, ROOT).text()
NOTE = notes.sign_note(CHECKPOINT, SKEY)
PROOF = proofs.TlogProof(
    index=2,
    hashes=merkle.inclusion_proof([merkle.leaf_hash(bytes([n])) for n in range(5)], 2),
    extra=b"\x02",
    checkpoint=NOTE,
).encode()
NOON = to_seconds(datetime(2018, 5, 15, 12, tzinfo=UTC))


class Reader(NamedTuple):
    """One way in: the function, sound inputs to start from, and pieces that mean something to it."""

    read: Callable[[bytes], object]
    seeds: tuple[bytes, ...]
    pieces: tuple[bytes, ...]


def read_date(data: bytes) -> None:
    """Read a date, ask for its bounds; what was read is kept as it was."""
    text = data.decode("utf-8", "surrogateescape")
    assert edtf.as_record(text)["edtf"] == text
    for read in (edtf.opening_of, edtf.close_of):
        try:
            read(text)
        except ChronologyError:
            continue
    edtf.parse(text)


def read_json(data: bytes) -> None:
    """Read JSON; what passes has one canonical form that reads back."""
    value = canonical.parse(data)
    assert canonical.parse(canonical.encode(value)) == value


@cache
def vocabulary() -> Vocabulary:
    """Return the built-in vocabulary."""
    found = Vocabulary()
    for event in builtin.definitions():
        found = found.with_type(event.data["schema"], trusted=True)
    return found


def read_event(data: bytes) -> None:
    """Read an event that somebody wrote, find its faults, and show it again."""
    event = event_from_json(canonical.parse(data))
    form_faults(event)
    as_dict(event)
    vocabulary().faults(event)


def read_body(data: bytes) -> None:
    """Read a stored body, of a file that somebody else may have written."""
    event = recorded(1, data, b"").event
    form_faults(event)
    encode(body_of(event, nonce="", recorded_at=""))


def read_definition(data: bytes) -> None:
    """Read a type definition, and use it if it passes."""
    schema = canonical.parse(data)
    check_definition(schema)
    kind = read_type(schema)
    kind.faults({})
    kind.mentioned({})


def read_second_version(data: bytes) -> None:
    """Read a patch, as what brings a type's first payloads to its second version."""
    first = json.loads(DEFINITION)
    second = first | {"$id": "urn:chronology:well.closed:2", "x-upcast": canonical.parse(data)}
    check_definition(second)
    known = Vocabulary().with_type(first).with_type(second)
    known.upcast("well.closed", 1, PAYLOAD)


def read_checkpoint(data: bytes) -> None:
    """Read a checkpoint's text; it prints back unchanged."""
    text = data.decode("utf-8", "surrogateescape")
    assert notes.Checkpoint.parse(text).text() == text


def read_note(data: bytes) -> None:
    """Open a signed note with a known key; nothing that differs from the signed text passes."""
    assert notes.open_note(data, [VKEY]).text == CHECKPOINT


def read_keys(data: bytes) -> None:
    """Open a note with whatever is given for a key, and sign with it."""
    key = data.decode("utf-8", "surrogateescape")
    for call in (lambda: notes.sign_note("x\n", key), lambda: notes.generate_key(key)):
        try:
            call()
        except ChronologyError:
            continue
    notes.open_note(NOTE, [key])


def read_proof(data: bytes) -> None:
    """Read and verify an exhibit; what passes proves the leaf that it carries, and prints back unchanged."""
    proof = proofs.TlogProof.parse(data)
    assert proof.encode() == data
    proofs.verify(proof, merkle.leaf_hash(proof.extra), [VKEY])
    assert (proof.index, proof.extra) == (2, b"\x02")


def read_transcript(data: bytes) -> None:
    """Read a log as text, line by line, as rows that nobody believes yet."""
    transcript = Transcript(io.BytesIO(data))
    rows = list(transcript.rows())
    assert len(rows) == transcript.head.size
    assert all(leaf_of(row) == row.leaf for row in rows)


def read_tree(data: bytes) -> None:
    """Take numbers and hashes from the bytes, and verify them as proofs."""
    old, new = (int.from_bytes(data[at : at + 8], "big", signed=True) for at in (0, 8))
    path = [data[at : at + 32] for at in range(16, len(data), 32)]
    for call in (
        lambda: merkle.verify_inclusion(old, new, ROOT, path, ROOT),
        lambda: merkle.verify_consistency(old, new, path, ROOT, ROOT),
    ):
        try:
            call()
        except ChronologyError:
            continue


PAYLOAD = {"reason": "storm", "list": [1, [2]], "deep": {"a": {"b": None}}}
DEFINITION = json.dumps(
    {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "$id": "urn:chronology:well.closed:1",
        "title": "Well closed",
        "type": "object",
        "properties": {"reason": {"type": "string", "pattern": "^[a-z]*$"}, "by": {"format": "subject"}},
        "x-subject": "well",
        "x-asserts": {"status": {"const": "closed"}, "reason": {"data": "reason"}},
        "x-ends": ["flow"],
        "x-persists": True,
        "examples": [PAYLOAD],
    }
).encode()
EVENT = json.dumps(
    {
        "type": "fact.asserted",
        "subject": "place/hajin",
        "valid": "2018-05-13~/..",
        "data": {"attribute": "status", "value": ["1.50", None, {"é": -5}]},
        "source": "source/voa-2018-05-14",
        "said_by": ["person/suhaib-jaber"],
        "stated": "2018-05-14",
        "grade": "B2",
        "disputes": ["00000000-0000-7000-8000-000000000000"],
        "id": "00000000-0000-7000-8000-000000000001",
        "type_version": 1,
    }
).encode()
BODY = json.dumps(
    json.loads(EVENT) | {"format": 1, "stance": "affirms", "nonce": "00", "recorded_at": "2018-05-15T09:30:00.000000Z"}
).encode()
PATCH = (
    b'[{"op":"move","from":"/reason","path":"/why"},{"op":"copy","from":"","path":"/all"},'
    b'{"op":"remove","path":"/list/0"}]'
)

LINE = encode(body_of(event_from_json(json.loads(EVENT)), nonce="0" * 32, recorded_at="2018-05-15T09:30:00.000000Z"))
TRANSCRIPT = b"\n".join(
    [
        b'{"chronology":"transcript","format":1,"head":2,"origin":"chronology/x","root":"' + b"0" * 64 + b'"}',
        LINE,
        b'{"id":"x","leaf":"' + b"0" * 64 + b'","recorded_at":"2018-05-15T09:30:00.000000Z","redacted":true}',
        b"",
    ]
)

_JSON = (*b'{ } [ ] " : , null 1e999 -0 \\ud800 \\u0000'.split(), b"9" * 400, b"[" * 99)
_TEXT = (*b"+ = 0 AAAA".split(), b"\n", b"\n\n", b"\xe2\x80\x94 ", b" ", b"\xff", b"\x00", b"9" * 20)
_SCHEMA = b'"$ref":"#" "allOf":[{}] "x-upcast":[] "format":"subject" "items":{} false "type":[]'.split()
_PATCH = b'"add" "copy" "test" "replace" "path":"" /- /list/0 /deep/a ~1 ~2 /1e3'.split()
_DATE = (*b"/ .. [ ] { , X ? ~ % - T Z Y1E9 S3".split(), b"0" * 50, b"\xd9\xa1")

READERS = {
    "date": Reader(
        read_date,
        tuple(
            b"2018-05-01 2018-01/2018-04~ [..2018-01,2018-03] ../2018-XX-15? -0004-21 2018-05-01T01:02:03+03:30".split()
        ),
        _DATE,
    ),
    "json": Reader(read_json, (EVENT, BODY, b"[]"), _JSON),
    "event": Reader(read_event, (EVENT,), _JSON),
    "body": Reader(read_body, (BODY,), _JSON),
    "definition": Reader(read_definition, (DEFINITION,), (*_JSON, *_SCHEMA)),
    "second version": Reader(read_second_version, (PATCH,), (*_JSON, *_PATCH)),
    "checkpoint": Reader(read_checkpoint, (CHECKPOINT.encode(),), _TEXT),
    "note": Reader(read_note, (NOTE,), _TEXT),
    "keys": Reader(read_keys, (VKEY.encode(), SKEY.encode()), _TEXT),
    "proof": Reader(read_proof, (PROOF,), (*_TEXT, b"index ", b"extra ", b"c2sp.org/tlog-proof@v1")),
    "transcript": Reader(read_transcript, (TRANSCRIPT,), (*_JSON, b"\n", b"\r", b'"redacted":true', b'"head":9')),
    "tree": Reader(
        read_tree, (b"\0" * 7 + b"\x02" + b"\0" * 7 + b"\x05" + ROOT * 3,), (b"\xff" * 8, b"\0" * 32, b"\x7f")
    ),
}
