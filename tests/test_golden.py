"""Golden bodies: events as stored by every version so far, which must decode for ever and keep their leaf hashes.

A line of tests/golden/*.json is `{"leaf": hex, "body": text}`. Lines are added, never edited: a change of the code
that needs one of them changed would orphan the logs that people already have.
"""

import hashlib
import json
from pathlib import Path

import pytest

from chronology.events import canonical
from chronology.events.faults import form_faults
from chronology.events.records import body_of, decode, encode, recorded
from chronology.transparency.merkle import leaf_hash, root

FOLDER = Path(__file__).parent / "golden"
LINES = [
    pytest.param(json.loads(line), id=f"{path.stem}-{number}")
    for path in sorted(FOLDER.glob("*.json"))
    for number, line in enumerate(path.read_text("utf-8").splitlines(), start=1)
]


@pytest.mark.parametrize("line", LINES)
def test_a_golden_body_decodes_and_encodes_to_the_same_bytes(line: dict[str, str]) -> None:
    """Record, canonical form and leaf are those of the day on which it was stored."""
    body = line["body"].encode()
    leaf = bytes.fromhex(line["leaf"])
    found = recorded(1, body, leaf)
    raw = json.loads(body)
    assert encode(body_of(found.event, nonce=raw["nonce"], recorded_at=raw["recorded_at"])) == body
    assert canonical.encode(canonical.parse(body)) == body
    assert leaf_hash(body) == hashlib.sha256(b"\x00" + body).digest() == leaf
    assert form_faults(found.event) == []
    assert (decode(body).type, found.event.type_version) == (raw["type"], raw["type_version"])


def test_the_golden_bodies_cover_every_key_and_several_types() -> None:
    """Every key of section 5 is in some body, and so are definitions, retractions and two versions of a type."""
    bodies = [json.loads(line.values[0]["body"]) for line in LINES]
    assert {key for body in bodies for key in body} == {
        "format", "id", "nonce", "type", "type_version", "subject", "valid", "stance", "data", "source", "said_by",
        "stated", "grade", "quote", "locator", "note", "disputes", "replaces", "retracts", "recorded_at", "recorded_by",
    }  # fmt: skip
    versions = {(body["type"], body["type_version"]) for body in bodies}
    assert {("well.closed", 1), ("well.closed", 2), ("type.defined", 1), ("assertion.retracted", 1)} <= versions
    assert {body["stance"] for body in bodies} == {"affirms", "denies"}


def test_the_root_over_the_golden_bodies_never_changes() -> None:
    """One number over the first file: no line of it was edited, dropped or reordered."""
    lines = (FOLDER / "format-1.json").read_text("utf-8").splitlines()
    leaves = [bytes.fromhex(json.loads(line)["leaf"]) for line in lines]
    assert root(leaves).hex() == "155435cfcf06202d3c339ead8d1ae27ca7f4c90a1fa57800723f585bf3e582ed"
