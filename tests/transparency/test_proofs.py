"""Exhibits in the tlog-proof format: one spelling, verified away from the log."""

from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.errors import NoteError, ProofError
from chronology.transparency import merkle, proofs
from chronology.transparency.notes import Checkpoint, encode_base64, generate_key, open_note, sign_note
from chronology.transparency.proofs import TlogProof

SKEY, VKEY = generate_key("example.com/log", seed=bytes(range(32)))
OTHER_SKEY, OTHER_VKEY = generate_key("example.com/log", seed=bytes(32))
BODIES = [f"body {number}".encode() for number in range(11)]
LEAVES = [merkle.leaf_hash(body) for body in BODIES]
H1, H2 = (sha256(text).digest() for text in (b"hash1", b"hash2"))
HEADER = "c2sp.org/tlog-proof@v1\n"


def checkpoint(size: int, origin: str = "example.com/log", skey: str = SKEY) -> bytes:
    """Return a signed checkpoint of the first leaves."""
    return sign_note(Checkpoint(origin, size, merkle.root(LEAVES[:size])).text(), skey)


def exhibit(index: int, size: int = 11) -> TlogProof:
    """Return the proof of one of the first leaves, its body included."""
    return TlogProof(
        index=index,
        hashes=tuple(merkle.inclusion_proof(LEAVES[:size], index)),
        extra=BODIES[index],
        checkpoint=checkpoint(size),
    )


@pytest.mark.parametrize(
    ("proof", "text"),
    [
        (
            TlogProof(index=5, hashes=(H1, H2), checkpoint=b"test checkpoint\n"),
            f"{HEADER}index 5\n{encode_base64(H1)}\n{encode_base64(H2)}\n\ntest checkpoint\n",
        ),
        (
            TlogProof(index=10, hashes=(H1,), checkpoint=b"a\n\nb\n", extra=b"extra information"),
            f"{HEADER}extra ZXh0cmEgaW5mb3JtYXRpb24=\nindex 10\n{encode_base64(H1)}\n\na\n\nb\n",
        ),
        (TlogProof(index=0, hashes=(), checkpoint=b"checkpoint\n"), f"{HEADER}index 0\n\ncheckpoint\n"),
    ],
    ids=["plain", "extra", "no hashes"],
)
def test_published_examples(proof: TlogProof, text: str) -> None:
    """The examples of transparency-dev/merkle are written and read; the checkpoint is verbatim."""
    assert proof.encode() == text.encode()
    assert TlogProof.parse(text.encode()) == proof


def test_a_list_of_hashes_becomes_a_tuple() -> None:
    """If a list is passed for the hashes, it is converted to a tuple, so the record cannot change."""
    hashes: Any = [H1]
    assert TlogProof(index=0, hashes=hashes, checkpoint=b"c").hashes == (H1,)


@pytest.mark.parametrize("size", [1, 2, 7, 8, 11])
def test_every_exhibit_verifies_after_a_journey(size: int) -> None:
    """For every leaf of a tree, the exhibit is read back from its bytes and verifies, body in hand."""
    for index in range(size):
        proof = TlogProof.parse(exhibit(index, size).encode())
        verified = proofs.verify(proof, merkle.leaf_hash(proof.extra), [VKEY], origin="example.com/log")
        assert verified == Checkpoint("example.com/log", size, merkle.root(LEAVES[:size]))
        assert proof.extra == BODIES[index]


def test_another_body_is_refused() -> None:
    """An exhibit whose body was exchanged, even for another one of the log, proves nothing."""
    proof = exhibit(3)
    for body in (b"forged", BODIES[4]):
        with pytest.raises(ProofError, match="leads to root"):
            proofs.verify(proof, merkle.leaf_hash(body), [VKEY])


def test_another_place_is_refused() -> None:
    """An exhibit does not verify under any other index."""
    proof = exhibit(3)
    for index in (*range(3), *range(4, 12)):
        moved = TlogProof(index=index, hashes=proof.hashes, extra=proof.extra, checkpoint=proof.checkpoint)
        with pytest.raises(ProofError):
            proofs.verify(moved, LEAVES[3], [VKEY])


def test_another_signer_is_refused() -> None:
    """The checkpoint must be signed by a known key; the name alone does not do."""
    proof = exhibit(3)
    forged = TlogProof(index=3, hashes=proof.hashes, extra=proof.extra, checkpoint=checkpoint(11, skey=OTHER_SKEY))
    with pytest.raises(NoteError, match="known keys"):
        proofs.verify(forged, LEAVES[3], [VKEY])
    with pytest.raises(NoteError, match="known keys"):
        proofs.verify(proof, LEAVES[3], [OTHER_VKEY])


def test_another_log_is_refused_where_the_origin_is_given() -> None:
    """A checkpoint of another log by the same signer is refused, with both names."""
    proof = TlogProof(index=3, hashes=exhibit(3).hashes, checkpoint=checkpoint(11, origin="example.com/other"))
    assert proofs.verify(proof, LEAVES[3], [VKEY]).origin == "example.com/other"
    with pytest.raises(ProofError, match=r"is from log 'example\.com/other', not from 'example\.com/log'"):
        proofs.verify(proof, LEAVES[3], [VKEY], origin="example.com/log")


def test_a_checkpoint_of_another_size_is_refused() -> None:
    """The path must lead to the root of the very tree that was signed."""
    proof = exhibit(3)
    for size in range(1, 11):
        other = TlogProof(index=3, hashes=proof.hashes, checkpoint=checkpoint(size))
        with pytest.raises(ProofError):
            proofs.verify(other, LEAVES[3], [VKEY])


def test_a_signed_note_that_is_no_checkpoint_is_refused() -> None:
    """A good signature under other words does not make a checkpoint."""
    proof = TlogProof(index=0, hashes=(), checkpoint=sign_note("hello\n", SKEY))
    with pytest.raises(NoteError, match="checkpoint has 1 complete lines"):
        proofs.verify(proof, LEAVES[0], [VKEY])


@given(st.data())
def test_no_altered_exhibit_verifies(data: st.DataObject) -> None:
    """An exhibit in which any byte is another does not verify."""
    whole = exhibit(data.draw(st.integers(0, 10))).encode()
    at = data.draw(st.integers(0, len(whole) - 1))
    bent = whole[:at] + bytes([whole[at] ^ data.draw(st.integers(1, 255))]) + whole[at + 1 :]
    with pytest.raises((ProofError, NoteError)):
        verified_body(bent)


def verified_body(data: bytes) -> bytes:
    """Return the body that an exhibit carries, once it is proved."""
    proof = TlogProof.parse(data)
    proofs.verify(proof, merkle.leaf_hash(proof.extra), [VKEY])
    return proof.extra


B64 = encode_base64(H1)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "wrong-header\nindex 0\n\ncheckpoint\n",
        f"{HEADER}",
        f"{HEADER}\ncheckpoint\n",
        f"{HEADER}\n\ncheckpoint\n",
        f"{HEADER}extra YQ==\n\ncheckpoint\n",
        f"{HEADER}extra !!notbase64!!\nindex 0\n\ncheckpoint\n",
        f"{HEADER}extra \nindex 0\n\ncheckpoint\n",
        f"{HEADER}extra\nindex 0\n\ncheckpoint\n",
        f"{HEADER}extra YR==\nindex 0\n\ncheckpoint\n",
        f"{HEADER}extra YQ==\nextra YQ==\nindex 0\n\ncheckpoint\n",
        f"{HEADER}index 0\nextra YQ==\n\ncheckpoint\n",
        f"{HEADER}index notanumber\n\ncheckpoint\n",
        f"{HEADER}index -5\n\ncheckpoint\n",
        f"{HEADER}index 05\n\ncheckpoint\n",
        f"{HEADER}index  5\n\ncheckpoint\n",
        f"{HEADER}index 5 \n\ncheckpoint\n",
        f"{HEADER}index\n\ncheckpoint\n",
        f"{HEADER}index {2**63 - 1}\n\ncheckpoint\n",
        f"{HEADER}index {'9' * 5000}\n\ncheckpoint\n",
        f"{HEADER}index 0\n!!notbase64!!\n\ncheckpoint\n",
        f"{HEADER}index 0\n{encode_base64(bytes(64))}\n\ncheckpoint\n",
        f"{HEADER}index 0\n{encode_base64(bytes(16))}\n\ncheckpoint\n",
        f"{HEADER}index 0\n{B64} \n\ncheckpoint\n",
        f"{HEADER}index 0\n{B64}\n" + f"{B64}\n" * 63 + "\ncheckpoint\n",
        f"{HEADER}index 0\n\n",
        f"{HEADER}index 0\n{B64}\n",
        f"{HEADER}index 0\ncheckpoint\n",
        f"{HEADER}index é\n\ncheckpoint\n",
        f"{HEADER}index 0\n\ncheckpoint\n".replace("\n", "\r\n"),
        f" {HEADER}index 0\n\ncheckpoint\n",
    ],
)
def test_malformed_proofs_are_refused(text: str) -> None:
    """A proof has one spelling; all else raises ProofError."""
    with pytest.raises(ProofError):
        TlogProof.parse(text.encode())


@pytest.mark.parametrize(
    "change",
    [
        {"index": -1},
        {"index": True},
        {"index": "0"},
        {"index": 2**63 - 1},
        {"hashes": (H1[:-1],)},
        {"hashes": (B64,)},
        {"hashes": (H1,) * 64},
        {"extra": "text"},
        {"checkpoint": b""},
        {"checkpoint": "text"},
    ],
)
def test_what_could_not_be_read_back_is_no_proof(change: dict[str, Any]) -> None:
    """A proof that `parse` would refuse cannot be made either."""
    with pytest.raises(ProofError):
        TlogProof(**{"index": 0, "hashes": (), "checkpoint": b"c", **change})


def test_overlong_proofs_are_refused() -> None:
    """A proof of more than 4,000,000 bytes is neither written nor read."""
    proof = TlogProof(index=0, hashes=(), checkpoint=b"c" * 4_000_000)
    with pytest.raises(ProofError, match="has 4000032 bytes; at most 4000000 are allowed"):
        proof.encode()
    with pytest.raises(ProofError, match="has 4000001 bytes"):
        TlogProof.parse(b"c" * 4_000_001)


@given(
    st.integers(0, 2**63 - 2),
    st.lists(st.binary(min_size=32, max_size=32), max_size=63),
    st.binary(max_size=50),
    st.binary(min_size=1, max_size=50),
)
def test_any_proof_survives_encoding(index: int, hashes: list[bytes], extra: bytes, note: bytes) -> None:
    """Any proof is read back from its bytes, whatever bytes the checkpoint has."""
    proof = TlogProof(index=index, hashes=tuple(hashes), extra=extra, checkpoint=note)
    assert TlogProof.parse(proof.encode()) == proof


@given(st.binary() | st.binary().map(lambda data: f"{HEADER}index 0\n".encode() + data))
def test_any_bytes_are_a_proof_or_raise_proof_errors(data: bytes) -> None:
    """Arbitrary bytes raise ProofError and nothing else, or are read and written back unchanged."""
    try:
        proof = TlogProof.parse(data)
    except ProofError:
        return
    assert proof.encode() == data


FOREIGN_ORIGIN = "example.com/log/testdata"
FOREIGN_VKEY = "example.com/log/testdata+33d7b496+AeHTu4Q3hEIMHNqc6fASMsq3rKNx280NI+oO5xCFkkSx"
FOREIGN_BODIES = b"one two three four five six seven eit nain ten ileven twelf threeten fourten fivten".split()
FOREIGN_LEAVES = [merkle.leaf_hash(body) for body in FOREIGN_BODIES]


def foreign_checkpoints() -> list[bytes]:
    """Return the signed checkpoints that another implementation published of its log, by size."""
    lines = (Path(__file__).parents[1] / "data" / "foreign-log.tsv").read_text("utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return [f"{FOREIGN_ORIGIN}\n{n}\n{root}\n\n— {FOREIGN_ORIGIN} {line}\n".encode() for n, root, line in rows]


def test_the_log_of_another_implementation_verifies() -> None:
    """Every signed checkpoint of a complete foreign log holds, and so does every proof between and below them."""
    notes = foreign_checkpoints()
    assert len(notes) == len(FOREIGN_BODIES) + 1 == 16
    heads = [Checkpoint.parse(open_note(note, [FOREIGN_VKEY]).text) for note in notes]
    for size, head in enumerate(heads):
        assert (head.origin, head.size, head.root) == (FOREIGN_ORIGIN, size, merkle.root(FOREIGN_LEAVES[:size]))
        for old in range(1, size + 1):
            hashes = merkle.consistency_proof(FOREIGN_LEAVES[:size], old)
            merkle.verify_consistency(old, size, hashes, heads[old].root, head.root)
        for index in range(size):
            hashes = tuple(merkle.inclusion_proof(FOREIGN_LEAVES[:size], index))
            proof = TlogProof(index=index, hashes=hashes, extra=FOREIGN_BODIES[index], checkpoint=notes[size])
            again = TlogProof.parse(proof.encode())
            assert proofs.verify(again, FOREIGN_LEAVES[index], [FOREIGN_VKEY], origin=FOREIGN_ORIGIN) == head
            with pytest.raises(ProofError):
                proofs.verify(again, FOREIGN_LEAVES[(index + 1) % 15], [FOREIGN_VKEY], origin=FOREIGN_ORIGIN)
