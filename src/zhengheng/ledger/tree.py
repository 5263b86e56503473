"""The Merkle tree of RFC 6962 (and RFC 9162): roots, inclusion proofs, consistency proofs.

A tree over n leaf hashes splits at the largest power of two below n. Leaves and nodes are hashed
with different first bytes, so that no node can pass for a leaf.
"""

import hashlib
from collections.abc import Sequence


def leaf_hash(content: bytes) -> bytes:
    """The hash of a leaf's content."""
    return hashlib.sha256(b"\0" + content).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """The hash of two subtrees."""
    return hashlib.sha256(b"\1" + left + right).digest()


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of an empty tree the hash of nothing."""
    if not leaves:
        return hashlib.sha256(b"").digest()
    # Complete subtrees on a stack, like a binary counter: linear in time, logarithmic in memory.
    stack: list[tuple[int, bytes]] = []
    for leaf in leaves:
        height, held = 0, leaf
        while stack and stack[-1][0] == height:
            held = node_hash(stack.pop()[1], held)
            height += 1
        stack.append((height, held))
    top = stack.pop()[1]
    while stack:
        top = node_hash(stack.pop()[1], top)
    return top


def _split(size: int) -> int:
    """The largest power of two below a size."""
    return 1 << (size - 1).bit_length() - 1


def inclusion_proof(leaves: Sequence[bytes], index: int) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root. Raises IndexError outside the tree."""
    if not 0 <= index < len(leaves):
        raise IndexError(index)
    if len(leaves) == 1:
        return []
    middle = _split(len(leaves))
    if index < middle:
        return [*inclusion_proof(leaves[:middle], index), root(leaves[middle:])]
    return [*inclusion_proof(leaves[middle:], index - middle), root(leaves[:middle])]


def root_from_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes]) -> bytes | None:
    """The root that a leaf hash and its proof lead to; None where the proof has the wrong length."""
    if not 0 <= index < size:
        return None
    place, last, held = index, size - 1, leaf
    for step in proof:
        if last == 0:
            return None
        if place & 1 or place == last:
            held = node_hash(step, held)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            held = node_hash(held, step)
        place, last = place >> 1, last >> 1
    return held if last == 0 else None


def consistency_proof(leaves: Sequence[bytes], old_size: int) -> list[bytes]:
    """The hashes that show that the first `old_size` leaves are still the beginning of the tree."""
    if not 0 < old_size <= len(leaves):
        raise IndexError(old_size)

    def below(part: Sequence[bytes], old: int, whole: bool) -> list[bytes]:
        if old == len(part):
            return [] if whole else [root(part)]
        middle = _split(len(part))
        if old <= middle:
            return [*below(part[:middle], old, whole), root(part[middle:])]
        return [*below(part[middle:], old - middle, False), root(part[:middle])]

    return below(leaves, old_size, True)


def is_consistent(
    old_size: int, old_root: bytes, size: int, new_root: bytes, proof: Sequence[bytes]
) -> bool:
    """Whether a proof shows that the old tree is the beginning of the new one."""
    if old_size == size:
        return old_root == new_root and not proof
    if not 0 < old_size < size:
        return False
    steps = list(proof)
    if old_size & (old_size - 1) == 0:
        steps.insert(0, old_root)
    if not steps:
        return False
    place, last = old_size - 1, size - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    old = new = steps[0]
    for step in steps[1:]:
        if last == 0:
            return False
        if place & 1 or place == last:
            old, new = node_hash(step, old), node_hash(step, new)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            new = node_hash(new, step)
        place, last = place >> 1, last >> 1
    return last == 0 and old == old_root and new == new_root
