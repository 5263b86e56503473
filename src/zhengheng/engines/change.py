"""Why a unit's score changed between two runs: its own doing told apart from others', from targets, rules, weights and revisions.

Each indicator's points are computed again between the two runs, one input changed at a time, in a
declared order: first the rule as it reads now, then the target, then the unit's own value among the others as they
were, then the others, then the weight; each counted by what a point of it is worth in the total (portion.py). All in
fractions, with the oracle's own methods, so that the parts add up to the change exactly; what roundings, or dimensions
that are no plain sums and means, leave is named, too. (The order is this program's default [D].)
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction
from functools import cached_property
from itertools import pairwise
from typing import Any

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.problems import Language
from zhengheng.engines.oracle import Oracle, half_up
from zhengheng.engines.plain import plain_tables
from zhengheng.engines.portion import Portions, worth
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import FACTS, FILLED, NOT_APPLICABLE, NOT_DUE, VALUE
from zhengheng.scoring.rules import OF_THE_GROUP

EFFECTS = {
    "revision": ("数据修订", "data revised"), "definition": ("口径变化", "definition"),
    "target": ("目标变化", "target"), "real": ("实绩变化", "real change"), "others": ("其他单位变化", "other units"), "weight": ("权重变化", "weight"),
    "status": ("有无数据", "data present or not"), "applies": ("不适用项", "not applicable"), "due": ("本期是否计入", "counted in the period or not"),
    "set": ("指标增减", "indicators added or dropped"), "adjustment": ("加分扣分", "bonus and deduction"),
    "aggregation": ("维度的合成", "how dimensions are made"), "rounding": ("舍入", "rounding"),
}  # fmt: skip
"""What moves a total. Where an indicator does not apply, what stands in its place (the rate of its siblings) moves, too.

`others`: a place, a distance from the group's middle, a target or a filled gap that other units' values make; what the
unit's own value brought there is `real`.
"""
Row = dict[str, Any]
_TARGETS = ("target", "base", "stretch", "bottom")


@dataclass(frozen=True)
class Step:
    """One indicator's part of the change: points at nine decimals, by effect."""

    indicator: str
    name: str
    effects: dict[str, int]

    @property
    def total(self) -> int:
        return sum(self.effects.values())


@dataclass(frozen=True)
class Change:
    """From one total to another, by effect and by indicator; points at nine decimals.

    Where data of the first were revised since, `before` is its total before that and `stands` the one in force.
    """

    before: int
    after: int
    effects: dict[str, int] = field(default_factory=dict)
    steps: tuple[Step, ...] = ()

    @property
    def stands(self) -> int:
        return self.before + self.effects.get("revision", 0)

    @property
    def is_revised(self) -> bool:
        return self.stands != self.before

    @property
    def columns(self) -> list[tuple[str, tuple[str, str]]]:
        """Effects that moved the total or any indicator, with their words: those that make up for each other are two."""
        moved = {code for step in self.steps for code, size in step.effects.items() if size}
        return [(code, EFFECTS[code]) for code, size in self.effects.items() if size or code in moved]  # fmt: skip

    @property
    def beside(self) -> dict[str, int]:
        """What no one indicator brought: items put right since the publication, bonus and deduction, roundings."""
        left = {code: size - sum(step.effects.get(code, 0) for step in self.steps) for code, size in self.effects.items()}  # fmt: skip
        return {code: size for code, size in left.items() if size}

    def said(self) -> list[tuple[str, tuple[str, str], str]]:
        """Effects that moved anything: code, words, signed points."""
        return [(code, EFFECTS[code], _signed(size)) for code, size in self.effects.items() if size]


MOST_DIGITS = 4
"""Decimals of points that a table of changes has at most."""


def digits_of(sizes: Iterable[int]) -> int:
    """The fewest decimals, of points at nine, that write all of these exactly: two at least, and no more than a table has."""
    sizes = list(sizes)
    return next((d for d in range(2, MOST_DIGITS) if not any(one % 10 ** (9 - d) for one in sizes)), MOST_DIGITS)  # fmt: skip


def written(size: int) -> str:
    """Points as pages write them: two decimals, a third where a share of points needs it."""
    return format_scaled(size, 9, 3 if size % 10**7 else 2)


def _signed(size: int) -> str:
    return f"{'+' if size > 0 else '−' if size < 0 else ''}{written(abs(size))}"


class Comparison:
    """Two runs of which the second follows the first; what serves all units is read once.

    `superseded` is the run that `first` replaced: what lies between those two is data revised later.
    """

    def __init__(self, first: Run, second: Run, superseded: Run | None = None) -> None:
        self.first, self.second = _Whole(first), _Whole(second)
        self.superseded = _Whole(superseded) if superseded is not None else None

    def of(self, unit: str, language: Language) -> Change | None:
        """What moved the unit's total; None where either run has no total of it or kept no cells."""
        first, second = self.first.run, self.second.run
        old, new = _total(first, unit), _total(second, unit)
        if old is None or new is None or "cell" not in first.results or "cell" not in second.results:  # fmt: skip
            return None
        published = _total(self.superseded.run, unit) if self.superseded is not None else None
        start = old if published is None else published
        before, after = _Side(self.first, unit), _Side(self.second, unit)
        kept = self.superseded is not None and "cell" in self.superseded.run.results
        former = _Side(self.superseded, unit) if self.superseded and published and kept else before
        codes = sorted(former.scores.keys() | before.scores.keys() | after.scores.keys())
        steps = tuple(_step(former, before, after, code, language) for code in codes)
        effects = dict.fromkeys(EFFECTS, 0)
        for step in steps:
            for name, size in step.effects.items():
                effects[name] += size
        # Of what lies between the two former totals, items and roundings are no one indicator's.
        effects["revision"] = old["printed"] - start["printed"]
        effects["adjustment"] = (new["bonus"] - new["deduction"]) - (old["bonus"] - old["deduction"])  # fmt: skip
        rest = "aggregation" if self.first.curved or self.second.curved else "rounding"
        effects[rest] = new["printed"] - start["printed"] - sum(effects.values())
        moved = tuple(step for step in steps if any(step.effects.values()))
        return Change(start["printed"], new["printed"], effects, moved)


def _total(run: Run, unit: str) -> Row | None:
    held = [row for row in run.results.of_unit("total_score", unit) if row["status"] == "value"]
    return held[0] if held else None


class _Whole:
    """One run as every unit's comparison needs it: the oracle of its rules, and its groups."""

    def __init__(self, run: Run) -> None:
        self.run = run
        self.oracle = Oracle(plain_tables(run.plan), {contract.name: [] for contract in FACTS})
        self.portions = Portions(run.plan.tables)
        tables = run.plan.tables
        self.curved = bool(tables["node_rule"] or tables["coefficient"]) or any(
            row["aggregate"] not in {"sum", "arithmetic"} for row in tables["node"]
        )
        """Dimensions are not sums and means of their parts alone."""

    @cached_property
    def rates(self) -> dict[tuple[str, str], Fraction]:
        return self.oracle.group_rates(self.run.results.rows("indicator_score"))

    @cached_property
    def groups(self) -> dict[tuple[str, str, int], list[Row]]:
        """All cells by group, whatever this run measures by it: the rule that follows may look at the group where this one did not."""
        found: dict[tuple[str, str, int], list[Row]] = {}
        for cell in self.run.results.rows("cell"):
            if cell["status"] != NOT_DUE:
                found.setdefault(_group(cell), []).append(cell)
        return found


def _group(cell: Row) -> tuple[str, str, int]:
    """What the oracle finds a cell's group by."""
    return cell["comparison_group"], cell["indicator"], cell["segment"]


class _Side:
    """One run as one unit's comparison needs it: the unit's scores, cells and rules."""

    def __init__(self, whole: _Whole, unit: str) -> None:
        self.unit, self.whole, self.run, self.oracle = unit, whole, whole.run, whole.oracle
        run = self.run
        self.scores = {row["indicator"]: row for row in run.results.of_unit("indicator_score", unit)}  # fmt: skip
        self.cells: dict[str, list[Row]] = {}
        for cell in run.results.of_unit("cell", unit):
            self.cells.setdefault(cell["indicator"], []).append(cell)
        excused = any(row["status"] == NOT_APPLICABLE for row in self.scores.values())
        self.brought = self.oracle.brought(unit, self.scores, whole.rates if excused else {})
        category = self.oracle.units[unit]["category"]
        self.portions = whole.portions.of(
            category, {code: row["status"] for code, row in self.scores.items()}
        )
        self.rules = {
            row["indicator"]: row for row in run.plan.tables["rule"]
            if row["latest"] and row["category"] == category
        }  # fmt: skip

    def worth(self, code: str, points: int) -> int:
        """Points of an indicator in points of this run's total."""
        return worth(points, self.portions.get(code, Fraction(0)))

    def points(self, code: str) -> int:
        """What the indicator brings to the total."""
        return self.worth(code, self.brought.get(code, 0))

    def times(self, code: str, points: int) -> int:
        """Points times the coefficient that the indicator has in this run."""
        unit = self.oracle.units[self.unit]
        full = self.oracle.branches[unit["category"]][code]["full"]
        product = self.oracle.multiplied(unit, code, int(full), points)
        if product is None:
            return points
        step = 1 if self.rules[code]["carry"] == "exact" else int(self.rules[code]["round_unit"])
        return half_up(product / step) * step

    def cell(self, code: str) -> Row | None:
        """The indicator's one cell with what it was measured against; None where a change cut the year."""
        held = self.cells.get(code, [])
        return {**held[0], "target": self.scores[code]["target"]} if len(held) == 1 else None


def _step(former: _Side, before: _Side, after: _Side, code: str, language: Language) -> Step:
    """What moved an indicator's points; the first is what was published before it was put right."""
    old, new = before.scores.get(code), after.scores.get(code)
    named = next(
        side for side in (after, before, former) if code in side.scores
    ).run.rulebook.indicator(code)
    whole = after.points(code) - before.points(code)
    revised = before.points(code) - former.points(code)
    if old is None and new is None:
        effects = {}
    elif old is None or new is None:
        effects = {"set": whole}
    elif (kinds := {old["status"], new["status"]}) not in ({VALUE}, {FILLED}):
        name = "applies" if NOT_APPLICABLE in kinds else "due" if NOT_DUE in kinds else "status"
        effects = {name: whole}
    elif (chain := _chain(before, after, code)) is None:
        effects = {"definition": whole}
    else:
        ends = [
            before.points(code),
            *(before.worth(code, points) for points in chain),
            after.points(code),
        ]
        sizes = [late - early for early, late in pairwise(ends)]
        effects = dict(
            zip(("definition", "target", "real", "others", "weight"), sizes, strict=True)
        )
        if new["status"] == FILLED:  # what fills a gap is others' values, before as now
            effects |= {"real": 0, "others": effects["real"] + effects["others"]}
    return Step(
        code, named.name.say(language), ({"revision": revised} if revised else {}) | effects
    )


def _chain(before: _Side, after: _Side, code: str) -> list[int] | None:
    """Points with the new rule, then the new target, then the new value among the others as they were, then the others
    as they are, all at the old weight.

    None where the indicator cannot be followed from one rule to the other: what is left is its definition.
    """
    old, new = before.cell(code), after.cell(code)
    first, rule = before.rules[code], after.rules[code]
    if old is None or new is None or first["decimals"] != rule["decimals"]:
        return None
    # Whose value the target is, where it is another unit's: it moves with that unit.
    lender = (first["reference"], first["reference_unit"])
    lent = rule["reference"] == "unit" and lender == ("unit", rule["reference_unit"])
    rule = {**rule, "full": first["full"]}
    if rule["reference"] not in OF_THE_GROUP:
        rule["reference"] = "given"
    kept = {**old, "segment": new["segment"], "comparison_group": new["comparison_group"]}
    aimed = {**kept, **{name: new[name] for name in _TARGETS}}
    moved = new
    if lent:
        aimed["target"], moved = kept["target"], {**new, "target": kept["target"]}
    others: list[Row] = []
    if rule["grouped"]:
        if _group(new) not in before.whole.groups:
            return None  # a group that was not there, or in which nobody owed the indicator
        others = [cell for cell in before.whole.groups[_group(new)] if cell["unit"] != new["unit"]]
    found = [
        *(after.oracle.points(cell, rule, {_group(new): [*others, cell]}) for cell in (kept, aimed, moved)),
        after.oracle.points(new, rule, after.whole.groups if rule["grouped"] else {}),
    ]  # fmt: skip
    chain = [before.times(code, points[0]) for points in found if points is not None]
    return chain if len(chain) == len(found) else None
