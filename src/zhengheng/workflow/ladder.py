"""The ladder of warnings 四阶警示制: misses in a row climb it, one success leads back to its foot [S], [D]."""

from collections.abc import Iterable


def rung(missed: Iterable[bool], steps: int) -> int:
    """The rung after these periods, the oldest first: 0 with no miss at the end, never above the last of `steps`."""
    at = 0
    for one in missed:
        at = min(at + 1, steps) if one else 0
    return at
