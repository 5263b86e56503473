"""Values and points too large to compute with: every engine refuses the same ones, with the same words."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import EngineError, Problem
from zhengheng.engines.rows import unit_rows
from zhengheng.lake.facts import Facts
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.cuts import sources
from zhengheng.scoring.limits import limited
from zhengheng.scoring.plan import Plan

SPREAD_LIMIT = 10**15
"""Values of a group times their range: what a standard deviation squares stays below 31 digits."""
_POINTS = {"points", "printed", "score"}
_SCORES = {"indicator_score": "indicator", "node_score": "node"}


class BeyondError(EngineError):
    """A run stopped by a number too large to compute with, of a unit (a group for `spread`) and an indicator or dimension."""

    def __init__(self, problem: Problem, unit: str, subject: str) -> None:
        super().__init__([problem])
        self.unit, self.subject = unit, subject

    def traced(self, rulebook: Rulebook, facts: Facts) -> "BeyondError":
        """The same with the file and row of the largest value behind it, where it comes from a file."""
        problem = self.problems[0]
        names = {file.number: file.name for file in facts.files}
        known, codes = {one.code: one for one in rulebook.indicators}, [self.subject]
        for code in codes:
            codes += [below for below in (sources(known[code]) if code in known else ()) if below not in codes]  # fmt: skip
        rows = [
            row for table in ("observation", "revision", "target") for row in unit_rows(facts, table, [self.unit])
            if row["indicator"] in codes and row["value"] is not None and row["file"] in names
        ]  # fmt: skip
        if not rows:
            return self
        first = max(rows, key=lambda row: abs(row["value"]))
        place = f"{names[first['file']]}:{first['row']}"
        return BeyondError(replace(problem, where=f"{place} {problem.where}"), self.unit, self.subject)  # fmt: skip


def refusal(plan: Plan, kind: str, unit: str, subject: str, number: int) -> BeyondError:
    """The error for the first row of a step that refuses."""
    decimals = {row["indicator"]: row["decimals"] for row in plan.tables["rule"]}
    places = 9 if kind == "score" else decimals.get(subject, 0)
    shown = plain(int(number), places)
    zh, en = {
        "value": ("数值或目标值过大，请换用更大的计量单位", "a value or target is too large; use a larger unit of measure"),
        "spread": ("本组数值个数与极差之积过大，无法计算标准差，请换用更大的计量单位",
                   "the group's values times their range are too large for a standard deviation; use a larger unit of measure"),
        "score": ("得分过大，请检查方法的系数和上限", "points are too large; look at the method's numbers and its cap"),
    }[kind]  # fmt: skip
    who = ("组", "group") if kind == "spread" else ("单位", "unit")
    return BeyondError(
        Problem(f"{unit} {subject}", "engine.beyond", f"{who[0]}“{unit}”的 {subject} 为 {shown}：{zh}。",
                f"{subject} of the {who[1]} {unit!r} is {shown}: {en}"),
        unit, subject,
    )  # fmt: skip


def refuse_beyond(plan: Plan, made: Mapping[str, Sequence[Mapping[str, Any]]]) -> None:
    """What the steps that refuse find, for results of the oracle: it has no limit of its own."""
    for row in made["cell"]:
        _refuse_row(plan, "cell", row, row["indicator"])
    for row in made["group_statistic"]:
        spread = row["valued"] * (row["highest"] - row["lowest"])
        if row["root"] is not None and spread >= SPREAD_LIMIT:
            raise refusal(plan, "spread", row["comparison_group"], row["indicator"], spread)
    for name, subject in _SCORES.items():
        for row in made[name]:
            _refuse_row(plan, name, row, row[subject])


def _refuse_row(plan: Plan, table: str, row: Mapping[str, Any], subject: str) -> None:
    for name, limit in limited(table):
        if row[name] is not None and abs(row[name]) >= limit:
            kind = "score" if name in _POINTS else "value"
            raise refusal(plan, kind, row["unit"], subject, row[name])
