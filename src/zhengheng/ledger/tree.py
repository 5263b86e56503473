"""The Merkle tree of RFC 6962 (and RFC 9162): roots, inclusion proofs, consistency proofs.

A tree over n leaf hashes splits at the largest power of two below n. How the proofs are checked stands in
zhengheng.ledger.witness, which anybody can run alone.
"""

import hashlib
from collections.abc import Sequence

from zhengheng.ledger.witness import node_hash


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
