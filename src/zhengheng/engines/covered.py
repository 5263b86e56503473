"""How much of the full mark was due: a total within the year is made of a part, and says of which.

Bands of grades are lines on the scale of the whole. A total of which only a part was due cannot reach them, so
a run within the year, or one of which less than half was due, says its points and of how many, and no grade
(the half is this program's default [D]). Units of which unlike parts were due are compared by the share of their part.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import format_scaled, plain, ratio
from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.engines.portion import Portions, Tables
from zhengheng.scoring.contracts import NOT_DUE, VALUE

_YEAR = "year"


@dataclass(frozen=True)
class Covered:
    """A unit's points that were due, of its full mark; both in millionths of a point of the total."""

    due: int
    full: int
    within: bool
    """Whether the run is of a quarter or a month that lacks some of what the whole is made of."""
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


def covered(results: Tables, plan: Tables, period: str) -> dict[str, Covered]:
    """What was due of every unit that has a weighed indicator, in a run for a period (its code)."""
    held: dict[str, dict[str, Any]] = {}
    for row in results["indicator_score"]:
        held.setdefault(row["unit"], {})[row["indicator"]] = row
    made = _Maker(plan, _within(plan, period))
    return {unit: made.of(unit, rows) for unit, rows in held.items()}


def _within(plan: Tables, period: str) -> bool:
    """Whether the period is a part of the one that the rulebook assesses, or has no figure yet of one of its indicators.

    A quarter of a rulebook that assesses quarters is a whole: there only units that ended have less of it than others.
    """
    if parse_period(period).frequency == _YEAR:
        return False
    setting = next(iter(plan["setting"]))
    return (
        setting.get("period_begin") is None
        or setting.get("part_of") is not None
        or any(row["combine"] != "derived" and not row["expected"] for row in plan["series"])
    )


def standings(results: Tables, plan: Tables, parts: Mapping[str, Covered]) -> dict[str, int]:
    """Unit → its place in its comparison group by the total; `parts` is what `covered` gives.

    The table of ranks holds places by points, which are right where everybody's total is of the same whole. In a
    quarter one unit's indicators may be worth 34 points and another's 69: by points the first could never lead, so
    that there the share of the part decides. Equal shares share a place, as the rulebook has it for equal points;
    its own key that parts equal scores is one of points, and is not asked here. Runs of releases before semantics 7
    keep the places that they were shown with.
    """
    setting = next(iter(plan["setting"]))
    root = next(row["node"] for row in plan["node"] if not row["depth"])
    found = {r["unit"]: r["place"] for r in results["ranking"] if r["node"] == root}
    if setting.get("period_begin") is None:
        return found
    groups: defaultdict[str, dict[str, Fraction]] = defaultdict(dict)
    for row in results["total_score"]:
        part = parts[row["unit"]]
        held = row["score"] if setting["rank_on"] == "exact" else row["printed"]
        share = part.share(root, held) if part.within else None
        if row["unit"] in found and share is not None:
            groups[row["comparison_group"]][row["unit"]] = share
    for shares in groups.values():
        if unlike((parts[unit] for unit in shares), root):
            down, dense = setting["rank_direction"] == "down", setting["ties"] == "dense"
            found |= _placed(shares, down=down, dense=dense)
    return found


def by_shares(results: Tables, plan: Tables, parts: Mapping[str, Covered]) -> bool:
    """Whether units of any group are placed by the share of what counts in the period."""
    setting = next(iter(plan["setting"]))
    if setting.get("period_begin") is None:
        return False
    root = next(row["node"] for row in plan["node"] if not row["depth"])
    ranked = {row["unit"] for row in results["ranking"] if row["node"] == root}
    groups: defaultdict[str, list[Covered]] = defaultdict(list)
    for row in results["total_score"]:
        if row["unit"] in ranked and parts[row["unit"]].within:
            groups[row["comparison_group"]].append(parts[row["unit"]])
    return any(unlike(held, root) for held in groups.values())


def _placed(shares: Mapping[str, Fraction], *, down: bool, dense: bool) -> dict[str, int]:
    order = sorted(shares.values(), reverse=not down)
    steps = sorted(set(order), reverse=not down) if dense else order
    return {unit: steps.index(share) + 1 for unit, share in shares.items()}


def unlike(parts: Iterable[Covered], root: str) -> bool:
    """Whether totals are made of unlike parts, so that their points stand on no common scale."""
    held = list(parts)
    return any(one.part for one in held) and len({one.reached.get(root, 0) for one in held}) > 1


def percent(share: Fraction) -> str:
    """A share in per cent, one decimal, half up."""
    return f"{format_scaled(ratio(1000 * share.numerator, share.denominator), 1)}%"


class _Maker:
    """The parts of units under one plan; what equal statuses make of the tree is worked out once."""

    def __init__(self, plan: Tables, within: bool) -> None:
        setting = next(iter(plan["setting"]))
        self.within, self.portions = within, Portions(plan)
        self.nodes = [row["node"] for row in plan["node"]]
        self.full = {(r["category"], r["indicator"]): int(r["full"]) for r in plan["rule"] if r["latest"]}  # fmt: skip
        self.gone = {
            r["unit"] for r in plan["unit"] if ended_before(r["valid_to"], setting["period_end"])
        }
        self.known: dict[tuple[Any, ...], Covered] = {}

    def of(self, unit: str, rows: Mapping[str, Any]) -> Covered:
        category = next(iter(rows.values()))["category"]
        statuses = {code: NOT_DUE if row["status"] == NOT_DUE else VALUE for code, row in rows.items()}  # fmt: skip
        key = (category, unit in self.gone, *sorted(statuses.items()))
        if key not in self.known:
            self.known[key] = self._made(category, unit in self.gone, statuses)
        return self.known[key]

    def _made(self, category: str, gone: bool, statuses: Mapping[str, int]) -> Covered:
        everything = self._worth(self.portions.of(category, dict.fromkeys(statuses, VALUE)), category)  # fmt: skip
        due = sum((everything.get(code, Fraction(0)) for code, status in statuses.items() if status != NOT_DUE), Fraction(0))  # fmt: skip
        reached = {
            node: _whole(sum(self._worth(self.portions.within(category, node, statuses), category).values(), Fraction(0)))
            for node in self.nodes
        }  # fmt: skip
        whole = sum(everything.values(), Fraction(0))
        return Covered(_whole(due), _whole(whole), self.within, gone, reached)

    def _worth(self, shares: Mapping[str, Fraction], category: str) -> dict[str, Fraction]:
        return {code: share * self.full[category, code] for code, share in shares.items()}


def _whole(size: Fraction) -> int:
    return ratio(size.numerator, size.denominator) or 0
