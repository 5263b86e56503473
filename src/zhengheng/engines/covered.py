"""How much of the full mark was due: a total within the year is made of a part, and says of which.

Bands of grades are lines on the scale of the whole. A total of which only a part was due cannot reach them, so
a run within the year, or one of which less than half was due, says its points and of how many, and no grade
(the half is this program's default [D]).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import plain, ratio
from zhengheng.engines.portion import Portions
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import NOT_DUE, VALUE

_YEAR = "year"


@dataclass(frozen=True)
class Covered:
    """A unit's points that were due, of its full mark; both in millionths of a point of the total."""

    due: int
    full: int
    within: bool
    """Whether the run is of a quarter or a month."""

    @property
    def part(self) -> bool:
        """Whether less than the full mark was due."""
        return self.due < self.full

    @property
    def gradeable(self) -> bool:
        """Whether the total can be held against the bands of the whole."""
        return not self.part or (not self.within and 2 * self.due >= self.full)

    @property
    def said(self) -> str:
        """The points due of the full mark, where they are not all."""
        return f"{plain(self.due, 6)} / {plain(self.full, 6)}" if self.part else ""


def covered(run: Run) -> dict[str, Covered]:
    """What was due of every unit of a run that has a weighed indicator."""
    held: dict[str, dict[str, Any]] = {}
    for row in run.results.rows("indicator_score"):
        held.setdefault(row["unit"], {})[row["indicator"]] = row
    portions = Portions(run)
    full = {(r["category"], r["indicator"]): int(r["full"]) for r in run.plan.tables["rule"] if r["latest"]}  # fmt: skip
    return {unit: _covered(rows, portions, full, run) for unit, rows in held.items()}


def _covered(
    rows: Mapping[str, Any], portions: Portions, full: dict[tuple[str, str], int], run: Run
) -> Covered:
    category = next(iter(rows.values()))["category"]
    shares = portions.of(category, dict.fromkeys(rows, VALUE))
    worth = {code: shares.get(code, Fraction(0)) * full[category, code] for code in rows}
    due = [size for code, size in worth.items() if rows[code]["status"] != NOT_DUE]
    within = run.plan.period.frequency != _YEAR
    return Covered(_whole(sum(due, Fraction(0))), _whole(sum(worth.values(), Fraction(0))), within)


def _whole(size: Fraction) -> int:
    return ratio(size.numerator, size.denominator) or 0
