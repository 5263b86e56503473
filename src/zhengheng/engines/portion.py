"""What a point of an indicator is worth in its unit's total: one where points are summed, a share where means are taken.

Under a geometric or harmonic mean the share is that of the arithmetic one; what it misses is named as
aggregation where changes are explained.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from fractions import Fraction
from typing import Any, Protocol

from zhengheng.domain.numbers import COEFFICIENT, ratio
from zhengheng.scoring.contracts import (
    FILLED,
    MISSING,
    NOT_APPLICABLE,
    NOT_DUE,
    UNDEFINED,
    VALUE,
    WITHHELD,
)

Row = dict[str, Any]


class Tables(Protocol):
    """Tables of a plan or of results by name, as plain rows."""

    def __getitem__(self, table: str, /) -> Iterable[Row]: ...


_THIRD = 10**6
_AT_THE_FLOOR = {"floor", "unranked"}


class Portions:
    """The tree of one plan by category, read once for all units."""

    def __init__(self, plan: Tables) -> None:
        self.below: defaultdict[tuple[str, str], list[Row]] = defaultdict(list)
        for row in plan["branch"]:
            self.below[row["category"], row["parent"]].append(row)
        self.aggregate = {row["node"]: row["aggregate"] for row in plan["node"]}
        self.root = next(row["node"] for row in plan["node"] if not row["depth"])
        self.withheld: str = next(iter(plan["setting"]))["withheld"]

    def of(self, category: str, statuses: Mapping[str, int]) -> dict[str, Fraction]:
        """By indicator, for a unit of this category whose indicators have these statuses."""
        found: dict[str, Fraction] = {}
        self._walk(category, self.root, Fraction(1), statuses, found)
        return found

    def within(self, category: str, node: str, statuses: Mapping[str, int]) -> dict[str, Fraction]:
        """The same in points of a dimension: what its indicators are worth in its own score."""
        found: dict[str, Fraction] = {}
        self._walk(category, node, Fraction(1), statuses, found)
        return found

    def _walk(
        self, category: str, node: str, worth: Fraction, statuses: Mapping[str, int], found: dict[str, Fraction]
    ) -> None:  # fmt: skip
        rows = self.below[category, node]
        counted = [row for row in rows if self._counts(row, statuses)]
        summed = self.aggregate[node] == "sum"
        mass = sum(row["weight"] * row["full"] if summed else row["weight"] for row in counted)
        due = sum(row["weight"] * row["full"] for row in rows if self._due(row, statuses))
        for row in counted if mass else ():
            if summed:
                part = worth * Fraction(row["weight"] * due, COEFFICIENT * mass)
            else:
                part = worth * Fraction(row["weight"], mass)
            if row["leaf"]:
                found[row["child"]] = part
            else:
                self._walk(category, row["child"], part, statuses, found)

    def _counts(self, row: Row, statuses: Mapping[str, int]) -> bool:
        """Whether the child has a score, be it the floor's."""
        if not row["leaf"]:
            below = self.below[row["category"], row["child"]]
            empty = row["missing"] in _AT_THE_FLOOR and self._due(row, statuses)
            return empty or any(self._counts(child, statuses) for child in below)
        match statuses.get(row["child"], NOT_DUE):
            case status if status in {VALUE, FILLED}:
                return True
            case status if status == NOT_APPLICABLE:
                return bool(row["not_applicable"] == "reweight")
            case status if status in {MISSING, UNDEFINED, WITHHELD}:
                rule = self.withheld if status == WITHHELD else row["missing"]
                return rule in _AT_THE_FLOOR
        return False

    def _due(self, row: Row, statuses: Mapping[str, int]) -> bool:
        if row["leaf"]:
            return statuses.get(row["child"], NOT_DUE) != NOT_DUE
        return any(
            self._due(child, statuses) for child in self.below[row["category"], row["child"]]
        )


def worth(points: int, portion: Fraction) -> int:
    """Points of an indicator in points of the total, both at nine decimals; of a share, three are kept."""
    if portion == 1:
        return points
    found = Fraction(points * portion, _THIRD)
    return _THIRD * (ratio(found.numerator, found.denominator) or 0)
