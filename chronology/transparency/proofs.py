"""The C2SP tlog-proof format: an inclusion proof and its signed checkpoint in one text. No I/O, no clock."""

import re
from collections.abc import Iterable, Sequence

from attrs import field, frozen

from chronology.errors import NoteError, ProofError
from chronology.transparency.merkle import HASH_SIZE, verify_inclusion
from chronology.transparency.notes import MAX_TREE_SIZE, Checkpoint, decode_base64, encode_base64, open_note

MAX_PROOF_BYTES = 4_000_000
# The longest path in a tree of at most 2^63 - 1 leaves.
MAX_HASHES = 63

_HEADER = "c2sp.org/tlog-proof@v1"
_INDEX = re.compile(r"index (0|[1-9][0-9]{0,18})")


def _as_tuple(hashes: Iterable[bytes]) -> tuple[bytes, ...]:
    return tuple(hashes)


@frozen(kw_only=True)
class TlogProof:
    """A proof that a leaf is in a log, which can be verified without the log.

    Trust nothing in it before `verify`, and `extra` only if it is also the leaf's data: an exhibit carries the body of
    its event there, and `verify(proof, leaf_hash(proof.extra), vkeys)` covers it.
    """

    index: int
    hashes: tuple[bytes, ...] = field(converter=_as_tuple)
    extra: bytes = b""
    checkpoint: bytes

    def __attrs_post_init__(self) -> None:
        """Refuse values that `parse` could not read back from `encode`."""
        if type(self.index) is not int or not 0 <= self.index < MAX_TREE_SIZE:
            raise ProofError(f"proof index is not an integer from 0 to {MAX_TREE_SIZE - 1}")
        if len(self.hashes) > MAX_HASHES:
            raise ProofError(f"the proof has {len(self.hashes)} hashes; at most {MAX_HASHES} are allowed")
        for number, item in enumerate(self.hashes):
            if not isinstance(item, bytes) or len(item) != HASH_SIZE:
                raise ProofError(f"proof hash {number} is not a hash of {HASH_SIZE} bytes")
        if not isinstance(self.extra, bytes) or not isinstance(self.checkpoint, bytes):
            raise ProofError("the extra data and the checkpoint of a proof must be bytes")
        if not self.checkpoint:
            raise ProofError("the proof has no checkpoint")

    def encode(self) -> bytes:
        """Return the text of a `.tlog-proof` file, with the checkpoint exactly as given.

        Raises:
            ProofError: the text would be longer than `parse` accepts.
        """
        lines = [_HEADER, f"index {self.index}", *map(encode_base64, self.hashes), "", ""]
        if self.extra:
            lines.insert(1, f"extra {encode_base64(self.extra)}")
        data = "\n".join(lines).encode() + self.checkpoint
        _check_length(data)
        return data

    @classmethod
    def parse(cls, data: bytes) -> "TlogProof":
        """Read a proof without verifying it; `parse(data).encode() == data`.

        Raises:
            ProofError: the data is not exactly in that format.
        """
        _check_length(data)
        head, blank_line, checkpoint = data.partition(b"\n\n")
        try:
            lines = head.decode("ascii").split("\n")
        except UnicodeDecodeError as exc:
            raise ProofError(f"the proof is not ASCII at byte {exc.start}, before its checkpoint") from exc
        if lines.pop(0) != _HEADER:
            raise ProofError(f"the first line of the proof is not {_HEADER!r}")
        if not blank_line:
            raise ProofError("the proof has no blank line before a checkpoint")
        extra = b""
        if lines and lines[0].startswith("extra "):
            extra = _decoded(lines.pop(0).removeprefix("extra "), "extra data")
            if not extra:
                raise ProofError("the extra line of the proof is empty; it must be left out if there is no extra data")
        match = _INDEX.fullmatch(lines.pop(0)) if lines else None
        if match is None:
            raise ProofError("the proof has no line 'index N', with a decimal number, where it was expected")
        hashes = [_decoded(line, f"hash {number}") for number, line in enumerate(lines)]
        return cls(index=int(match[1]), hashes=hashes, extra=extra, checkpoint=checkpoint)


def verify(proof: TlogProof, leaf_hash: bytes, vkeys: Sequence[str], *, origin: str | None = None) -> Checkpoint:
    """Check that a known key signed a checkpoint whose tree holds the leaf at the proof's index.

    The leaf comes from the caller, never from the proof, so that a proof of something else cannot pass.

    Args:
        proof: the proof, as parsed.
        leaf_hash: `merkle.leaf_hash` of the data in question.
        vkeys: the verifier keys that are trusted.
        origin: the log that it must be from; any log by default.

    Returns:
        The checkpoint, now verified.

    Raises:
        NoteError: the checkpoint is malformed, or its signatures do not verify.
        ProofError: the checkpoint is from another log, or the leaf is not in its tree at that index.
    """
    checkpoint = Checkpoint.parse(open_note(proof.checkpoint, vkeys).text)
    if origin is not None and checkpoint.origin != origin:
        raise ProofError(f"the checkpoint is from log {checkpoint.origin!r:.80}, not from {origin!r}")
    verify_inclusion(proof.index, checkpoint.size, leaf_hash, proof.hashes, checkpoint.root)
    return checkpoint


def _check_length(data: bytes) -> None:
    if len(data) > MAX_PROOF_BYTES:
        raise ProofError(f"the proof has {len(data)} bytes; at most {MAX_PROOF_BYTES} are allowed")


def _decoded(text: str, what: str) -> bytes:
    try:
        return decode_base64(text, what)
    except NoteError as exc:
        raise ProofError(f"the proof cannot be read: {exc}") from exc
