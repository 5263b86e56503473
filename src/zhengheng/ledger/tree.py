"""The Merkle tree of RFC 6962 (and RFC 9162): roots, inclusion proofs, consistency proofs.

A tree over n leaf hashes splits at the largest power of two below n, so every hash that a root or a proof needs is
made of complete subtrees: (level, index) is the one over the leaves index · 2^level to (index + 1) · 2^level - 1.
Complete subtrees never change, and are kept when they are made; whoever asks for a root or a proof names how to get them
(`Held`) and reads about two a level. How proofs are checked stands in zhengheng.ledger.witness, which
anybody can run alone.
"""

import hashlib
from collections.abc import Callable, Sequence

from zhengheng.ledger.witness import node_hash

Place = tuple[int, int]
"""Level (0: leaves) and index of a complete subtree."""
Held = Callable[[Sequence[Place]], Sequence[bytes]]
"""Gives the hashes of complete subtrees, in the order asked for."""
Range = tuple[int, int]
"""First leaf, and the leaf after the last."""


def over(leaves: Sequence[bytes]) -> Held:
    """Complete subtrees of leaf hashes in memory."""

    def held(places: Sequence[Place]) -> list[bytes]:
        return [root(leaves[index << level : (index + 1) << level]) for level, index in places]

    return held


def root(leaves: Sequence[bytes]) -> bytes:
    """The root over leaf hashes; of an empty tree the hash of nothing."""
    # Complete subtrees like the digits of a binary counter: linear in time, logarithmic in memory.
    edge: list[bytes] = []
    for count, leaf in enumerate(leaves):
        edge = grown(edge, count, leaf)[0]
    return folded(edge)


def grown(edge: Sequence[bytes], size: int, leaf: bytes) -> tuple[list[bytes], list[bytes]]:
    """A tree of `size` leaves with one more: its edge (complete subtrees from the left), and those just completed.

    The completed ones end with the leaf at (1, size >> 1), (2, size >> 2), ...
    """
    edge, made, completed = list(edge), leaf, []
    while size & 1:
        made = node_hash(edge.pop(), made)
        completed.append(made)
        size >>= 1
    return [*edge, made], completed


def folded(hashes: Sequence[bytes]) -> bytes:
    """The root over complete subtrees that stand side by side, larger ones first."""
    if not hashes:
        return hashlib.sha256(b"").digest()
    *others, top = hashes
    for left in reversed(others):
        top = node_hash(left, top)
    return top


def covering(part: Range) -> list[Place]:
    """The complete subtrees of a range that begins where one of its size may begin, larger ones first."""
    first, last = part
    found = []
    while first < last:
        level = (last - first).bit_length() - 1
        found.append((level, first >> level))
        first += 1 << level
    return found


def root_of(size: int, held: Held) -> bytes:
    """The root of the first `size` leaves."""
    return folded(held(covering((0, size))))


def _split(part: Range) -> int:
    """Where a range is divided: at the largest power of two below its length."""
    first, last = part
    return first + (1 << (last - first - 1).bit_length() - 1)


def _hashes(parts: Sequence[Range], held: Held) -> list[bytes]:
    """The root of each range; all that is needed is asked for at once."""
    places = [covering(part) for part in parts]
    found = iter(held([one for part in places for one in part]))
    return [folded([next(found) for _ in part]) for part in places]


def inclusion_proof(size: int, index: int, held: Held) -> list[bytes]:
    """The hashes that lead from leaf `index` to the root over `size` leaves. Raises IndexError outside the tree."""
    if not 0 <= index < size:
        raise IndexError(index)
    part, beside = (0, size), []
    while part[1] - part[0] > 1:
        middle = _split(part)
        left, right = (part[0], middle), (middle, part[1])
        part, other = (left, right) if index < middle else (right, left)
        beside.append(other)
    return _hashes(beside[::-1], held)


def consistency_proof(size: int, old_size: int, held: Held) -> list[bytes]:
    """The hashes that show that the first `old_size` leaves are still the beginning of the tree. Raises IndexError."""
    if not 0 < old_size <= size:
        raise IndexError(old_size)
    part, beside = (0, size), []
    while part[1] != old_size:
        middle = _split(part)
        left, right = (part[0], middle), (middle, part[1])
        part, other = (left, right) if old_size <= middle else (right, left)
        beside.append(other)
    whole = [] if part[0] == 0 else [part]
    return _hashes([*whole, *beside[::-1]], held)
