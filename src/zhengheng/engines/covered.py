"""How much of the full mark was due: a total within the year is made of a part, and says of which.

Bands of grades are lines on the scale of the whole. A total of which only a part was due cannot reach them, so
a run within the year, or one of which less than half was due, says its points and of how many, and no grade
(the half is this program's default [D]). Units of which unlike parts were due are compared by the share of their part.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import format_scaled, plain, ratio
from zhengheng.engines.lives import ended
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
    ended: bool = False
    """Whether the unit ended before the period did."""
    reached: Mapping[str, int] = field(default_factory=dict)
    """By dimension, and the root: the points that what was due could earn in it, in millionths of its own."""

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

    @property
    def words(self) -> tuple[str, str]:
        """What that part is called: within the year what a period counts comes and goes, and nothing falls due for good."""
        if self.ended:
            return "撤销前到期", "due before it ended"
        return ("本期计入", "counted in this period") if self.within else ("已到期", "due")

    def share(self, node: str, printed: int | None) -> Fraction | None:
        """A dimension's score, at nine decimals, of what was due in it; None where there is no score or nothing was due."""
        most = self.reached.get(node, 0)
        return Fraction(printed, most * 1000) if printed is not None and most else None

    def rate(self, node: str, printed: int | None) -> str:
        """The same in per cent, one decimal; empty where there is none."""
        found = self.share(node, printed)
        return "" if found is None else percent(found)


def covered(run: Run) -> dict[str, Covered]:
    """What was due of every unit of a run that has a weighed indicator."""
    held: dict[str, dict[str, Any]] = {}
    for row in run.results.rows("indicator_score"):
        held.setdefault(row["unit"], {})[row["indicator"]] = row
    portions, nodes = Portions(run), [row["node"] for row in run.plan.tables["node"]]
    full = {(r["category"], r["indicator"]): int(r["full"]) for r in run.plan.tables["rule"] if r["latest"]}  # fmt: skip
    known: dict[tuple[Any, ...], dict[str, int]] = {}
    gone = ended(run)
    return {
        unit: _covered(rows, portions, full, run, nodes, known, unit in gone)
        for unit, rows in held.items()
    }


def unlike(parts: Iterable[Covered], root: str) -> bool:
    """Whether totals are made of unlike parts, so that their points stand on no common scale."""
    held = list(parts)
    return any(one.part for one in held) and len({one.reached.get(root, 0) for one in held}) > 1


def percent(share: Fraction) -> str:
    """A share in per cent, one decimal, half up."""
    return f"{format_scaled(ratio(1000 * share.numerator, share.denominator), 1)}%"


def _covered(
    rows: Mapping[str, Any], portions: Portions, full: dict[tuple[str, str], int], run: Run, nodes: list[str],
    known: dict[tuple[Any, ...], dict[str, int]], gone: bool,
) -> Covered:  # fmt: skip
    category = next(iter(rows.values()))["category"]
    shares = portions.of(category, dict.fromkeys(rows, VALUE))
    worth = {code: shares.get(code, Fraction(0)) * full[category, code] for code in rows}
    due = [size for code, size in worth.items() if rows[code]["status"] != NOT_DUE]
    within = run.plan.period.frequency != _YEAR
    statuses = {code: NOT_DUE if rows[code]["status"] == NOT_DUE else VALUE for code in rows}
    key = (category, *sorted(statuses.items()))
    if key not in known:
        known[key] = {
            node: _whole(sum((size * full[category, code] for code, size in portions.within(category, node, statuses).items()), Fraction(0)))
            for node in nodes
        }  # fmt: skip
    return Covered(
        _whole(sum(due, Fraction(0))),
        _whole(sum(worth.values(), Fraction(0))),
        within,
        gone,
        known[key],
    )


def _whole(size: Fraction) -> int:
    return ratio(size.numerator, size.denominator) or 0
