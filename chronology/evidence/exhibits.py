"""Evidence from a log: its checkpoint, exhibits of single events, and comparison with an earlier checkpoint.

Reads leaf hashes and the one body asked for. Signs and writes nothing.
"""

from collections.abc import Iterable, Sequence
from typing import Final, Literal, overload

from attrs import frozen

from chronology.errors import CanonicalError, EvidenceError, IntegrityError, NoteError, ProofError
from chronology.events.records import RecordedEvent, recorded
from chronology.log.event_table import Log, origin_of
from chronology.transparency import proofs
from chronology.transparency.merkle import HASH_SIZE, inclusion_proof, leaf_hash, root, verify_inclusion
from chronology.transparency.notes import Checkpoint, open_note
from chronology.transparency.proofs import TlogProof

Outcome = Literal["extends", "truncated", "rewritten", "forked"]

_SENTENCES: Final[dict[Outcome, str]] = {
    "extends": "the log extends the checkpoint: its first {size:,} events are those that the checkpoint covers",
    "truncated": "the log was truncated: the checkpoint covers {size:,} events, and the log has {head:,}",
    "rewritten": "the log was rewritten: its first {size:,} events are not those that the checkpoint covers",
    "forked": "this is another log: its origin is {origin}, the checkpoint's is {theirs}",
}


@frozen(kw_only=True)
class Comparison:
    """How a log compares with a checkpoint; `str()` says it in a sentence.

    Attributes:
        outcome: "extends", or the attack it looks like. A copy that diverged after a common beginning looks
            like a rewritten log, because a checkpoint holds one hash and no events. The origin differs only if the
            log was rebuilt from its first event.
        checkpoint: what the log was compared with.
        origin: of the log.
        head: of the log.
        root: of as many of the log's events as the checkpoint covers; None if there are fewer.
    """

    outcome: Outcome
    checkpoint: Checkpoint
    origin: str
    head: int
    root: bytes | None

    @property
    def ok(self) -> bool:
        """Whether the log has only grown."""
        return self.outcome == "extends"

    def __str__(self) -> str:
        size, theirs = self.checkpoint.size, self.checkpoint.origin
        return _SENTENCES[self.outcome].format(size=size, head=self.head, origin=self.origin, theirs=theirs)


@frozen(kw_only=True)
class Exhibit:
    """What an exhibit proves: the event is at its position in the log of the checkpoint, which these keys signed."""

    event: RecordedEvent
    checkpoint: Checkpoint
    signed_by: tuple[str, ...]


def origin(log: Log) -> str:
    """Return the origin line of a log: `chronology/` and the id of its first event.

    A file has no permanent address. The id of the first event is random, older than any checkpoint, part of what the
    tree's first leaf hashes, and can never be redacted. So no two logs share an origin unless one is a copy of the
    other.

    Raises:
        EvidenceError: the log is empty.
        IntegrityError: the id of its first event is not printable ASCII; it would be printed and signed unchanged.
    """
    first = log.by_position(1)
    if first is None:
        raise EvidenceError("the log is empty: there is nothing to vouch for")
    if not (first.id.isascii() and first.id.isprintable()):
        raise IntegrityError(f"the id is {first.id!r:.80}", position=1, hint="`chronology verify` says more")
    return origin_of(first.id)


def checkpoint(log: Log) -> Checkpoint:
    """Return the head of the log's Merkle tree, using memory that does not grow with the log.

    Raises:
        EvidenceError: the log is empty.
    """
    head = log.head()
    return Checkpoint(origin(log), head, root(log.leaves(until=head)))


def compare(log: Log, earlier: Checkpoint) -> Comparison:
    """Tell whether a log extends a checkpoint, or which attack it looks like.

    Raises:
        EvidenceError: the log is empty.
        ProofError: the log holds something other than leaf hashes.
    """
    ours, head = origin(log), log.head()
    found = root(log.leaves(until=earlier.size)) if earlier.size <= head else None
    outcome: Outcome = "extends"
    if earlier.origin != ours:
        outcome = "forked"
    elif found is None:
        outcome = "truncated"
    elif found != earlier.root:
        outcome = "rewritten"
    return Comparison(outcome=outcome, checkpoint=earlier, origin=ours, head=head, root=found)


def read_checkpoint(data: bytes, vkeys: Sequence[str] = ()) -> Checkpoint:
    """Read a checkpoint's file, signed or not.

    Args:
        data: a note, or only the text of a checkpoint.
        vkeys: the verifier keys that are trusted. If there are none, signatures are not checked.

    Raises:
        NoteError: the file is not a checkpoint, or no trusted key signed it.
    """
    if vkeys:
        return Checkpoint.parse(open_note(data, vkeys).text)
    try:
        text = data.decode()
    except UnicodeDecodeError as exc:
        raise NoteError(f"the checkpoint is not UTF-8, at byte {exc.start}") from exc
    body, blank_line, _ = text.partition("\n\n")
    return Checkpoint.parse(f"{body}\n" if blank_line else text)


def prove(log: Log, position: int, note: bytes) -> TlogProof:
    """Return the exhibit of one event: its body, the path from its leaf to a checkpoint's root, and the checkpoint.

    Args:
        log: the log.
        position: of the event, which exists.
        note: a signed checkpoint of the log, as in its file; its signature is not checked here.

    Raises:
        EvidenceError: the event was redacted, or the checkpoint does not cover it or is from another log.
        NoteError: the checkpoint cannot be read.
    """
    head = read_checkpoint(note)
    row = log.by_position(position)
    if row is None or not row.body:
        raise EvidenceError(f"position {position}: there is no body to prove; earlier exhibits still hold")
    if position > head.size:
        hint = "make a new checkpoint"
        raise EvidenceError(f"position {position} came after the checkpoint, which covers {head.size:,}", hint=hint)
    leaves = _Leaves(log.leaves(until=head.size))
    try:
        if head.origin != origin(log) or len(leaves) < head.size:
            raise ProofError("the checkpoint is from another log, or covers more events")
        hashes = inclusion_proof(leaves, position - 1)
        verify_inclusion(position - 1, head.size, leaf_hash(row.body), hashes, head.root)
    except ProofError as exc:
        against = compare(log, head)
        raise EvidenceError(f"position {position}: {exc if against.ok else against}") from exc
    return TlogProof(index=position - 1, hashes=hashes, extra=row.body, checkpoint=note)


def verify_proof(data: bytes, vkeys: Sequence[str], *, log_origin: str | None = None) -> Exhibit:
    """Check an exhibit without the log that it comes from.

    Args:
        data: the exhibit's file.
        vkeys: the verifier keys that are trusted.
        log_origin: the log that it must be from; any log by default.

    Raises:
        ProofError: it does not hold, or what it proves is not an event.
        NoteError: no trusted key signed its checkpoint.
    """
    proof = TlogProof.parse(data)
    if not proof.extra:
        raise ProofError("the exhibit contains no event")
    leaf = leaf_hash(proof.extra)
    head = proofs.verify(proof, leaf, vkeys, origin=log_origin)
    try:
        event = recorded(proof.index + 1, proof.extra, leaf)
    except CanonicalError as exc:
        raise ProofError(f"what the exhibit proves is not a Chronology event: {exc}") from exc
    signed_by = tuple(map(str, open_note(proof.checkpoint, vkeys).verified))
    return Exhibit(event=event, checkpoint=head, signed_by=signed_by)


class _Leaves(Sequence[bytes]):
    """Leaf hashes side by side in one buffer: a million take 32 MB, while a list of them takes 73."""

    def __init__(self, leaves: Iterable[bytes]) -> None:
        self._buffer = bytearray()
        for leaf in leaves:
            if len(leaf) != HASH_SIZE:
                raise ProofError(f"the log holds a leaf hash of {len(leaf)} bytes, not {HASH_SIZE}")
            self._buffer += leaf

    def __len__(self) -> int:
        return len(self._buffer) // HASH_SIZE

    @overload
    def __getitem__(self, index: int) -> bytes: ...
    @overload
    def __getitem__(self, index: slice) -> Sequence[bytes]: ...
    def __getitem__(self, index: int | slice) -> bytes | Sequence[bytes]:
        if isinstance(index, slice):
            return [self[number] for number in range(*index.indices(len(self)))]
        return bytes(self._buffer[index * HASH_SIZE : (index + 1) * HASH_SIZE])
