"""Drawing until there was enough to compare: which cases are drawn depends on what a run has loaded."""

from collections import Counter
from collections.abc import Callable

from hypothesis import given, seed, settings
from hypothesis import strategies as st

ROUNDS = 6
"""The first is the same each time; each further one draws from a seed of its own."""


def drawn_on(
    check: Callable[[st.DataObject, Counter[str]], None], wanted: dict[str, int], common: settings
) -> None:
    """Draw cases by `common` and count in `check` what each compared, until each sort of `wanted` was seen so often.

    Raises:
        AssertionError: too little was compared in all rounds, or what `check` raises.
    """
    seen: Counter[str] = Counter()
    for number in range(ROUNDS):
        drawing = settings(common, derandomize=not number, database=None)
        drawn = drawing(given(data=st.data())(lambda data: check(data, seen)))
        (seed(number)(drawn) if number else drawn)()
        if all(seen[name] >= least for name, least in wanted.items()):
            return
    raise AssertionError(f"too little was compared: {seen}")
