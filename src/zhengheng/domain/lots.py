"""Drawing lots so that anybody can draw them again with pencil, paper and a SHA-256 program."""

from collections.abc import Iterable
from hashlib import sha256


def draw(names: Iterable[str], seed: str, count: int) -> list[str]:
    """The `count` names whose SHA-256 of "seed:name" comes first, in that order; all, where there are fewer.

    The seed must not have been known when the names were settled.
    """
    return sorted(names, key=lambda name: sha256(f"{seed}:{name}".encode()).digest())[:count]
