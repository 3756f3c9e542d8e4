"""Merkle trees: the published vectors, a slow oracle from the text of RFC 9162, and every single mutation."""

from collections.abc import Iterator, Sequence
from hashlib import sha256
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from chronology.errors import ProofError
from chronology.transparency import merkle

MOST = 70
LEAVES = [merkle.leaf_hash(number.to_bytes(2, "big")) for number in range(MOST)]
ROOTS = [merkle.root(LEAVES[:size]) for size in range(MOST + 1)]
OTHER = sha256(b"some other hash").digest()

# The inputs and roots of certificate-transparency, which RFC 6962 implementations share.
INPUTS = ["", "00", "10", "2021", "3031", "40414243", "5051525354555657", "606162636465666768696a6b6c6d6e6f"]
KNOWN_ROOTS = [
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
    "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d",
    "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125",
    "aeb6bcfe274b70a14fb067a5e5578264db0fa9b51af5e0ba159158f329e06e77",
    "d37ee418976dd95753c1c73862b9398fa2a2cf9b4ff0fdfe8b30cd95209614b7",
    "4e3bbb1f7b478dcfe71fb631631519a3bca12c9aefca1612bfce4c13a86264d4",
    "76e67dadbcdf1e10e1b74ddc608abd2f98dfb16fbce75277b5232a127f2087ef",
    "ddb89be403809e325750d3d263cd78929c2942b7942a34b77e122c9594a74c8c",
    "5dc9da79a70659a9ad559cb701ded9a2ab9d823aad2f4960cfe370eff4604328",
]
KNOWN = [merkle.leaf_hash(bytes.fromhex(text)) for text in INPUTS]
# (index, size) and (old size, new size), with their proofs by the first bytes of each hash.
KNOWN_INCLUSION = {
    (0, 1): [],
    (0, 8): ["96a296d2", "5f083f0a", "6b47aaf2"],
    (5, 8): ["bc1a0643", "ca854ea1", "d37ee418"],
    (2, 3): ["fac54203"],
    (1, 5): ["6e340b9c", "5f083f0a", "bc1a0643"],
}
KNOWN_CONSISTENCY = {
    (1, 1): [],
    (1, 8): ["96a296d2", "5f083f0a", "6b47aaf2"],
    (6, 8): ["0ebc5d34", "ca854ea1", "d37ee418"],
    (2, 5): ["5f083f0a", "bc1a0643"],
    (6, 7): ["0ebc5d34", "b08693ec", "d37ee418"],
}


# --- The oracle: RFC 9162, sections 2.1.1, 2.1.3.1 and 2.1.4.1, as written there, with its own hashing.


def k_of(n: int) -> int:
    """Return k, the largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


def mth(d: Sequence[bytes]) -> bytes:
    """MTH(D_n), the Merkle tree hash."""
    if not d:
        return sha256().digest()
    if len(d) == 1:
        return sha256(b"\x00" + d[0]).digest()
    k = k_of(len(d))
    return sha256(b"\x01" + mth(d[:k]) + mth(d[k:])).digest()


def path(m: int, d: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D_n), the inclusion proof."""
    if len(d) == 1:
        return []
    k = k_of(len(d))
    if m < k:
        return [*path(m, d[:k]), mth(d[k:])]
    return [*path(m - k, d[k:]), mth(d[:k])]


def subproof(m: int, d: Sequence[bytes], whole: bool) -> list[bytes]:
    """SUBPROOF(m, D_n, b), the consistency proof."""
    if m == len(d):
        return [] if whole else [mth(d)]
    k = k_of(len(d))
    if m <= k:
        return [*subproof(m, d[:k], whole), mth(d[k:])]
    return [*subproof(m - k, d[k:], False), mth(d[:k])]


# --- Trees


@pytest.mark.parametrize("size", range(9))
def test_known_roots(size: int) -> None:
    """The trees of certificate-transparency's inputs have their published roots."""
    assert merkle.root(KNOWN[:size]).hex() == KNOWN_ROOTS[size]


@given(st.lists(st.binary(max_size=3), max_size=40))
def test_root_equals_the_recursive_definition(data: list[bytes]) -> None:
    """The streamed root equals the recursive Merkle tree hash of the RFC, for any leaves."""
    assert merkle.root(map(merkle.leaf_hash, data)) == mth(data)


def test_node_hash_of_known_leaves() -> None:
    """Two leaves are joined in order, under the prefix of nodes."""
    assert merkle.node_hash(KNOWN[0], KNOWN[1]).hex() == KNOWN_ROOTS[2]
    assert merkle.node_hash(KNOWN[1], KNOWN[0]).hex() != KNOWN_ROOTS[2]


def test_leaves_and_nodes_are_apart() -> None:
    """The children of a node, taken as the data of a leaf, have another hash."""
    left, right = KNOWN[:2]
    assert merkle.leaf_hash(left + right) != merkle.node_hash(left, right)
    assert merkle.leaf_hash(b"\x01" + left + right) != merkle.node_hash(left, right)


def test_frontier_knows_the_root_at_every_size() -> None:
    """A frontier gives size and root after each push, and holds one hash for each 1 bit of the size."""
    frontier = merkle.Frontier()
    for size, item in enumerate(LEAVES):
        assert (frontier.size, frontier.root()) == (size, ROOTS[size])
        frontier.push(item)
        assert len(frontier._peaks) == (size + 1).bit_count()


def test_refused_leaf_leaves_the_frontier_alone() -> None:
    """A leaf that is not a hash is refused and not counted."""
    frontier = merkle.Frontier()
    frontier.push(LEAVES[0])
    with pytest.raises(ProofError, match="leaf hash has 31 bytes, not 32"):
        frontier.push(bytes(31))
    assert (frontier.size, frontier.root()) == (1, ROOTS[1])


# --- Proofs that hold


def test_inclusion_proofs_equal_the_recursive_ones_and_verify() -> None:
    """For every size to 70 and every index, the proof is the RFC's and verifies."""
    data = [number.to_bytes(2, "big") for number in range(MOST)]
    for size in range(1, MOST + 1):
        for index in range(size):
            proof = merkle.inclusion_proof(LEAVES[:size], index)
            assert proof == path(index, data[:size])
            merkle.verify_inclusion(index, size, LEAVES[index], proof, ROOTS[size])


def test_consistency_proofs_equal_the_recursive_ones_and_verify() -> None:
    """For every pair of sizes to 70, the proof is the RFC's and verifies."""
    data = [number.to_bytes(2, "big") for number in range(MOST)]
    for new_size in range(1, MOST + 1):
        for old_size in range(1, new_size + 1):
            proof = merkle.consistency_proof(LEAVES[:new_size], old_size)
            assert proof == subproof(old_size, data[:new_size], True)
            merkle.verify_consistency(old_size, new_size, proof, ROOTS[old_size], ROOTS[new_size])


@pytest.mark.parametrize(("index", "size"), KNOWN_INCLUSION)
def test_known_inclusion_proofs(index: int, size: int) -> None:
    """The inclusion proofs of transparency-dev/merkle come out as published."""
    proof = merkle.inclusion_proof(KNOWN[:size], index)
    assert [item.hex()[:8] for item in proof] == KNOWN_INCLUSION[index, size]
    merkle.verify_inclusion(index, size, KNOWN[index], proof, bytes.fromhex(KNOWN_ROOTS[size]))


@pytest.mark.parametrize(("old_size", "new_size"), KNOWN_CONSISTENCY)
def test_known_consistency_proofs(old_size: int, new_size: int) -> None:
    """The consistency proofs of transparency-dev/merkle come out as published."""
    proof = merkle.consistency_proof(KNOWN[:new_size], old_size)
    assert [item.hex()[:8] for item in proof] == KNOWN_CONSISTENCY[old_size, new_size]
    old_root, new_root = (bytes.fromhex(KNOWN_ROOTS[size]) for size in (old_size, new_size))
    merkle.verify_consistency(old_size, new_size, proof, old_root, new_root)


def test_a_large_tree_is_proved_without_recursion() -> None:
    """In a tree of 100,001 leaves, inclusion and consistency are proved in at most 18 hashes."""
    leaves = [merkle.leaf_hash(number.to_bytes(4, "big")) for number in range(100_001)]
    root = merkle.root(leaves)
    inclusion = merkle.inclusion_proof(leaves, 77_777)
    merkle.verify_inclusion(77_777, 100_001, leaves[77_777], inclusion, root)
    consistency = merkle.consistency_proof(leaves, 65_537)
    merkle.verify_consistency(65_537, 100_001, consistency, merkle.root(leaves[:65_537]), root)
    assert max(len(inclusion), len(consistency)) <= 18


# --- Proofs that do not


def bent_proofs(proof: list[bytes]) -> Iterator[list[bytes]]:
    """Yield proofs that differ in one place: a bit, a hash dropped, added, repeated or swapped."""
    for at, item in enumerate(proof):
        for byte in (0, 15, 31):
            yield [*proof[:at], item[:byte] + bytes([item[byte] ^ 8]) + item[byte + 1 :], *proof[at + 1 :]]
        yield [*proof[:at], OTHER, *proof[at + 1 :]]
        yield proof[:at] + proof[at + 1 :]
        yield [*proof[:at], item, *proof[at:]]
        yield [*proof[:at], b"", *proof[at:]]
        yield [*proof[:at], item[:-1], *proof[at + 1 :]]
    for at, (item, following) in enumerate(pairwise(proof)):
        if item != following:
            yield [*proof[:at], following, item, *proof[at + 2 :]]
    yield [*proof, OTHER]
    yield [OTHER, *proof]
    yield [*proof, b""]


def refused(check: Any, *args: Any) -> bool:
    """Tell whether the check raises ProofError; any other error is a failure."""
    try:
        check(*args)
    except ProofError:
        return True
    return False


@pytest.mark.parametrize("size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65, 70])
def test_no_bent_inclusion_proof_verifies(size: int) -> None:
    """A change to leaf, root, proof or index is refused, and so is a size that needs another path."""
    for index in range(size):
        proof = merkle.inclusion_proof(LEAVES[:size], index)
        leaf, root = LEAVES[index], ROOTS[size]
        for bent in [*bent_proofs(proof), [*proof, root], [root, *proof]]:
            assert refused(merkle.verify_inclusion, index, size, leaf, bent, root)
        for other in (OTHER, leaf[:-1], leaf + b"\0", b"", bytes(32), ROOTS[0]):
            assert refused(merkle.verify_inclusion, index, size, other, proof, root)
            assert refused(merkle.verify_inclusion, index, size, leaf, proof, other)
        for other_index in {*range(-1, size + 2), index ^ 2, 2**64 - 1} - {index}:
            assert refused(merkle.verify_inclusion, other_index, size, leaf, proof, root)
        for other_size in (*range(index + 1), size * 2, size * 4, 2**63):
            assert refused(merkle.verify_inclusion, index, other_size, leaf, proof, root)


@pytest.mark.parametrize("new_size", [1, 2, 3, 4, 5, 6, 7, 8, 9, 15, 16, 17, 31, 33, 48, 64, 65, 70])
def test_no_bent_consistency_proof_verifies(new_size: int) -> None:
    """A change to a root, the proof or the old size is refused, and so is a new size of another height."""
    for old_size in range(1, new_size + 1):
        proof = merkle.consistency_proof(LEAVES[:new_size], old_size)
        old, new = ROOTS[old_size], ROOTS[new_size]
        for bent in [*bent_proofs(proof), [*proof, old], [old, *proof], [*proof, new], [new, *proof]]:
            assert refused(merkle.verify_consistency, old_size, new_size, bent, old, new)
        for other in (OTHER, old[:-1], b"", ROOTS[0]):
            assert refused(merkle.verify_consistency, old_size, new_size, proof, other, new)
            assert refused(merkle.verify_consistency, old_size, new_size, proof, old, other)
        if old_size < new_size:
            assert refused(merkle.verify_consistency, old_size, new_size, proof, new, old)
        for other_size in set(range(-1, new_size + 2)) - {old_size}:
            assert refused(merkle.verify_consistency, other_size, new_size, proof, old, new)
        for other_size in (*range(old_size), new_size * 2, new_size * 4, 2**63):
            assert refused(merkle.verify_consistency, old_size, other_size, proof, old, new)


def test_a_size_can_only_be_mistaken_for_one_with_the_same_path() -> None:
    """A proof holds under another size exactly if the path turns the same way there: sizes must be signed."""
    for size in range(1, 34):
        for index in range(size):
            proof = merkle.inclusion_proof(LEAVES[:size], index)
            for other in range(1, 70):
                failed = refused(merkle.verify_inclusion, index, other, LEAVES[index], proof, ROOTS[size])
                assert failed == (turns(index, other) != turns(index, size))


def turns(index: int, size: int) -> list[bool] | None:
    """Return the sides of a leaf's siblings, from the root down; None if the leaf is not in the tree."""
    if index >= size:
        return None
    if size == 1:
        return []
    k = k_of(size)
    below = turns(index, k) if index < k else turns(index - k, size - k)
    return [index < k, *(below or [])]


def test_a_rewritten_history_is_inconsistent_and_a_growing_one_is_not() -> None:
    """A changed leaf can be proved in no older tree, and the tree that holds it not from one before."""
    for size in (2, 3, 5, 8, 21):
        for at in range(size):
            changed = [*LEAVES[:at], OTHER, *LEAVES[at + 1 : size]]
            root = merkle.root(changed)
            proof = merkle.inclusion_proof(changed, at)
            merkle.verify_inclusion(at, size, OTHER, proof, root)
            assert refused(merkle.verify_inclusion, at, size, OTHER, proof, ROOTS[size])
            for old_size in range(1, size):
                proof = merkle.consistency_proof(changed, old_size)
                failed = refused(merkle.verify_consistency, old_size, size, proof, ROOTS[old_size], root)
                assert failed == (at < old_size)


# --- Input that cannot belong to a proof


@pytest.mark.parametrize("index", [-1, 3, 2**64, 1 << 20_000, True, 1.0, "1", None], ids="abcdefgh")
def test_index_outside_the_tree_is_refused(index: Any) -> None:
    """An index is an integer, no bool, from 0 to size - 1, when a proof is made and when it is verified."""
    with pytest.raises(ProofError, match="index"):
        merkle.inclusion_proof(LEAVES[:3], index)
    with pytest.raises(ProofError, match="index"):
        merkle.verify_inclusion(index, 3, LEAVES[1], path(1, [b"", b"", b""]), ROOTS[3])


def test_messages_carry_the_numbers() -> None:
    """A message says what was found and what was wanted, in this order."""
    with pytest.raises(ProofError, match="index 5 is not in a tree of 3 leaves"):
        merkle.inclusion_proof(LEAVES[:3], 5)
    with pytest.raises(ProofError, match="the inclusion proof has 1 hashes, not 2"):
        merkle.verify_inclusion(0, 3, LEAVES[0], [OTHER], ROOTS[3])
    with pytest.raises(ProofError, match="the consistency proof has 2 hashes, not 3"):
        merkle.verify_consistency(3, 4, [OTHER, OTHER], ROOTS[3], ROOTS[4])
    with pytest.raises(ProofError, match="old tree size 4 is larger than the new one, 3"):
        merkle.verify_consistency(4, 3, [], ROOTS[4], ROOTS[3])
    with pytest.raises(ProofError, match="inclusion proof hash 1 has 31 bytes, not 32"):
        merkle.verify_inclusion(0, 3, LEAVES[0], [OTHER, bytes(31)], ROOTS[3])
    with pytest.raises(ProofError, match=f"leads to root {OTHER.hex()}, not {ROOTS[1].hex()}"):
        merkle.verify_inclusion(0, 1, OTHER, [], ROOTS[1])


@pytest.mark.parametrize("size", [0, -1, 1.0, "1", None, 2**64])
def test_size_that_is_none_is_refused(size: Any) -> None:
    """Tree sizes are integers of at most 64 bits, no bool, and consistency from size 0 is refused."""
    for call in (
        lambda: merkle.verify_inclusion(0, size, LEAVES[0], [], ROOTS[1]),
        lambda: merkle.verify_consistency(size, 4, [], ROOTS[4], ROOTS[4]),
        lambda: merkle.verify_consistency(1, size, [], ROOTS[1], ROOTS[1]),
        lambda: merkle.consistency_proof(LEAVES[:4], size),
    ):
        with pytest.raises(ProofError, match="tree"):
            call()


def test_true_is_no_size() -> None:
    """A bool is refused, even where 1 would be right."""
    merkle.verify_consistency(1, 1, [], ROOTS[1], ROOTS[1])
    with pytest.raises(ProofError, match="old tree size is of type bool, not int"):
        merkle.verify_consistency(True, 1, [], ROOTS[1], ROOTS[1])
    with pytest.raises(ProofError, match="tree size is of type bool, not int"):
        merkle.verify_inclusion(0, True, LEAVES[0], [], ROOTS[1])


def test_nothing_is_consistent_with_the_empty_tree() -> None:
    """Consistency from size 0 is refused even towards size 0, since it would prove nothing."""
    with pytest.raises(ProofError, match="old tree size is 0"):
        merkle.verify_consistency(0, 0, [], ROOTS[0], ROOTS[0])
    with pytest.raises(ProofError, match="old tree size is 0"):
        merkle.consistency_proof([], 0)


def test_equal_sizes_need_equal_roots_and_no_proof() -> None:
    """A tree is consistent with itself: the proof is empty and the roots are the same."""
    merkle.verify_consistency(4, 4, [], ROOTS[4], ROOTS[4])
    with pytest.raises(ProofError, match="leads to root"):
        merkle.verify_consistency(4, 4, [], ROOTS[4], ROOTS[3])
    with pytest.raises(ProofError, match="has 1 hashes, not 0"):
        merkle.verify_consistency(4, 4, [ROOTS[4]], ROOTS[4], ROOTS[4])


@pytest.mark.parametrize("bad", [b"", bytes(31), bytes(33), bytearray(32), "0" * 32, None, 7])
def test_what_is_no_hash_is_refused_everywhere(bad: Any) -> None:
    """Every function refuses a hash that is not 32 bytes of type bytes."""
    good = LEAVES[0]
    for call in (
        lambda: merkle.node_hash(bad, good),
        lambda: merkle.node_hash(good, bad),
        lambda: merkle.root([good, bad]),
        lambda: merkle.inclusion_proof([good, bad, good], 0),
        lambda: merkle.consistency_proof([good, bad, good], 1),
        lambda: merkle.verify_inclusion(0, 1, bad, [], good),
        lambda: merkle.verify_inclusion(0, 1, good, [], bad),
        lambda: merkle.verify_inclusion(0, 2, good, [bad], good),
        lambda: merkle.verify_consistency(1, 1, [], bad, good),
        lambda: merkle.verify_consistency(1, 1, [], good, bad),
        lambda: merkle.verify_consistency(1, 2, [bad], good, good),
    ):
        with pytest.raises(ProofError, match=r"not bytes|not 32"):
            call()
