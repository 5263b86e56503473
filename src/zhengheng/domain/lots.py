"""Drawing lots so that anybody can draw them again with pencil, paper and a SHA-256 program."""

from collections.abc import Iterable
from hashlib import sha256


def lots(names: Iterable[str], seed: str) -> list[tuple[str, str]]:
    """Every name's lot, the SHA-256 of "seed:name" in hexadecimal, with the name, in the order of drawing."""
    return sorted((sha256(f"{seed}:{name}".encode()).hexdigest(), name) for name in names)


def draw(names: Iterable[str], seed: str, count: int) -> list[str]:
    """The `count` names whose lots come first, in that order; all, where there are fewer.

    The seed must not have been known when the names were settled.
    """
    return [name for _, name in lots(names, seed)[:count]]


def apart(names: Iterable[str]) -> list[str]:
    """Names that are drawn among, each different: of people who are called alike the second is 张三（2）."""
    found: list[str] = []
    for name in names:
        called, number = name, 1
        while called in found:
            number += 1
            called = f"{name}（{number}）"
        found.append(called)
    return found
