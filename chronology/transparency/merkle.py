"""Merkle trees of RFC 9162 section 2.1, bytes in and bytes out. No I/O, and no knowledge of events."""

from collections.abc import Iterable, Sequence
from hashlib import sha256

from chronology.errors import ProofError

HASH_SIZE = 32
EMPTY_ROOT = sha256(b"").digest()

# Without the prefixes, the two children of a node could be passed off as the data of a leaf.
_LEAF_PREFIX = b"\x00"
_NODE_PREFIX = b"\x01"


def leaf_hash(data: bytes) -> bytes:
    """Return the hash of one leaf: SHA-256(0x00 || data)."""
    return sha256(_LEAF_PREFIX + data).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node: SHA-256(0x01 || left || right).

    Raises:
        ProofError: a child is not a hash of 32 bytes.
    """
    return _parent(_checked_hash(left, "left child"), _checked_hash(right, "right child"))


class Frontier:
    """The roots of the complete subtrees of a growing tree, from which its root is computed.

    Holds one hash for each 1 bit of `size`, so a log of any length is hashed in O(log n) memory.
    """

    __slots__ = ("_peaks", "_size")

    def __init__(self) -> None:
        self._peaks: list[bytes] = []
        self._size = 0

    @property
    def size(self) -> int:
        """Return the number of leaves pushed so far."""
        return self._size

    def push(self, leaf_hash: bytes) -> None:
        """Add the hash of the next leaf.

        Raises:
            ProofError: `leaf_hash` is not a hash of 32 bytes; the frontier is as it was.
        """
        node = _checked_hash(leaf_hash, "leaf hash")
        carry = self._size
        # Adding a leaf is like adding one in binary: each trailing 1 bit is a complete subtree to join.
        while carry & 1:
            node = _parent(self._peaks.pop(), node)
            carry >>= 1
        self._peaks.append(node)
        self._size += 1

    def root(self) -> bytes:
        """Return the root of the tree so far; SHA-256 of nothing for the empty tree."""
        if not self._peaks:
            return EMPTY_ROOT
        node = self._peaks[-1]
        for peak in reversed(self._peaks[:-1]):
            node = _parent(peak, node)
        return node


def root(leaf_hashes: Iterable[bytes]) -> bytes:
    """Return the Merkle tree hash of the leaves, which are read once and in order (RFC 9162 section 2.1.1).

    Raises:
        ProofError: a leaf is not a hash of 32 bytes.
    """
    frontier = Frontier()
    for item in leaf_hashes:
        frontier.push(item)
    return frontier.root()


def inclusion_proof(leaf_hashes: Sequence[bytes], index: int) -> list[bytes]:
    """Return the path that proves that a leaf is in the tree, from its sibling up (RFC 9162 section 2.1.3.1).

    Requires 0 <= index < len(leaf_hashes). Hashes every other leaf once.

    Raises:
        ProofError: the index is not in the tree, or a leaf is not a hash of 32 bytes.
    """
    size = len(leaf_hashes)
    _check_index(index, size)
    begin, end = 0, size
    path = []
    while end - begin > 1:
        middle = begin + _split(end - begin)
        if index < middle:
            path.append(_subtree_root(leaf_hashes, middle, end))
            end = middle
        else:
            path.append(_subtree_root(leaf_hashes, begin, middle))
            begin = middle
    path.reverse()
    return path


def verify_inclusion(index: int, size: int, leaf_hash: bytes, proof: Sequence[bytes], root: bytes) -> None:
    """Check that a leaf is at `index` in the tree of `size` leaves (RFC 9162 section 2.1.3.2).

    Requires 0 <= index < size.

    Raises:
        ProofError: the proof does not show it, or an argument cannot belong to a proof.
    """
    _check_index(index, size)
    node = _checked_hash(leaf_hash, "leaf hash")
    _checked_hash(root, "root")
    _check_path(proof, _path_length(index, size), "inclusion")
    # Once fn and sn are equal, they stay equal: from there on, all siblings are on the left. The RFC also skips
    # levels without a sibling, but only to check the length of the proof, which was checked above.
    fn, sn = index, size - 1
    for sibling in proof:
        node = _parent(sibling, node) if fn & 1 or fn == sn else _parent(node, sibling)
        fn, sn = fn >> 1, sn >> 1
    _check_root(node, root, f"leaf {index} in a tree of {size}")


def consistency_proof(leaf_hashes: Sequence[bytes], old_size: int) -> list[bytes]:
    """Return the hashes that prove that the tree has only grown since it had `old_size` leaves.

    RFC 9162 section 2.1.4.1. Requires 0 < old_size <= len(leaf_hashes). Empty if the sizes are equal.

    Raises:
        ProofError: the tree never had that size, or a leaf is not a hash of 32 bytes.
    """
    size = len(leaf_hashes)
    _check_sizes(old_size, size)
    begin, end = 0, size
    path = []
    while old_size < end:
        middle = begin + _split(end - begin)
        if old_size <= middle:
            path.append(_subtree_root(leaf_hashes, middle, end))
            end = middle
        else:
            path.append(_subtree_root(leaf_hashes, begin, middle))
            begin = middle
    if begin > 0:
        # The last subtree of the old tree; if it is the whole old tree, the verifier already has its root.
        path.append(_subtree_root(leaf_hashes, begin, end))
    path.reverse()
    return path


def verify_consistency(old_size: int, new_size: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `new_size` leaves begins with the tree of `old_size` (RFC 9162 section 2.1.4.2).

    Requires 0 < old_size <= new_size. The empty tree is consistent with every other, so a proof that starts from it
    would prove nothing and is refused.

    Raises:
        ProofError: the proof does not show it, or an argument cannot belong to a proof.
    """
    _check_sizes(old_size, new_size)
    _checked_hash(old_root, "old root")
    _checked_hash(new_root, "new root")
    _check_path(proof, _consistency_length(old_size, new_size), "consistency")
    claim = f"consistency of trees of {old_size} and {new_size}"
    if old_size == new_size:
        _check_root(old_root, new_root, claim)
        return
    # A complete old tree is itself a node of the new one, so its root is left out of the proof.
    old, *rest = [old_root, *proof] if old_size & (old_size - 1) == 0 else proof
    new = old
    fn, sn = old_size - 1, new_size - 1
    while fn & 1:
        fn, sn = fn >> 1, sn >> 1
    for sibling in rest:
        if fn & 1 or fn == sn:
            old, new = _parent(sibling, old), _parent(sibling, new)
        else:
            new = _parent(new, sibling)
        fn, sn = fn >> 1, sn >> 1
    _check_root(old, old_root, f"{claim}, old root")
    _check_root(new, new_root, f"{claim}, new root")


def _parent(left: bytes, right: bytes) -> bytes:
    """Return the hash of an inner node whose children have been checked."""
    return sha256(_NODE_PREFIX + left + right).digest()


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`. Requires size > 1."""
    return 1 << ((size - 1).bit_length() - 1)


def _subtree_root(leaf_hashes: Sequence[bytes], begin: int, end: int) -> bytes:
    """Return the root of the leaves [begin, end), without copying them."""
    return root(leaf_hashes[i] for i in range(begin, end))


def _path_length(index: int, size: int) -> int:
    """Return the number of hashes in an inclusion proof.

    Below the level where the paths of this leaf and the last leaf meet, every node has a sibling. Above it there are
    only left siblings, one for each 1 bit of the index.
    """
    inner = (index ^ (size - 1)).bit_length()
    return inner + (index >> inner).bit_count()


def _consistency_length(old_size: int, new_size: int) -> int:
    """Return the number of hashes in a consistency proof.

    They are the path of the last complete subtree of the old tree, and its root unless it is the whole old tree.
    """
    if old_size == new_size:
        return 0
    level = (old_size & -old_size).bit_length() - 1
    is_complete = old_size == 1 << level
    return _path_length(old_size - 1, new_size) - level + (not is_complete)


def _checked_hash(value: bytes, what: str) -> bytes:
    if not isinstance(value, bytes):
        raise ProofError(f"{what} is of type {type(value).__name__}, not bytes")
    if len(value) != HASH_SIZE:
        raise ProofError(f"{what} has {len(value)} bytes, not {HASH_SIZE}")
    return value


def _check_number(value: int, what: str) -> None:
    if type(value) is not int:
        raise ProofError(f"{what} is of type {type(value).__name__}, not int")
    if not 0 <= value < 1 << 64:
        raise ProofError(f"{what} is {'negative' if value < 0 else 'longer than 64 bits'}")


def _check_index(index: int, size: int) -> None:
    _check_number(index, "index")
    _check_number(size, "tree size")
    if index >= size:
        raise ProofError(f"index {index} is not in a tree of {size} leaves; indexes start at 0")


def _check_sizes(old_size: int, new_size: int) -> None:
    _check_number(old_size, "old tree size")
    _check_number(new_size, "new tree size")
    if old_size == 0:
        raise ProofError("old tree size is 0, which proves nothing: every tree grew from the empty one")
    if old_size > new_size:
        raise ProofError(f"old tree size {old_size} is larger than the new one, {new_size}")


def _check_path(proof: Sequence[bytes], wanted: int, kind: str) -> None:
    if len(proof) != wanted:
        raise ProofError(f"the {kind} proof has {len(proof)} hashes, not {wanted}")
    for number, item in enumerate(proof):
        _checked_hash(item, f"{kind} proof hash {number}")


def _check_root(computed: bytes, expected: bytes, claim: str) -> None:
    if computed != expected:
        raise ProofError(f"{claim}: the proof leads to root {computed.hex()}, not {expected.hex()}")
