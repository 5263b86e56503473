"""Values and points too large to compute with: every engine refuses the same ones, with the same words."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import EngineError
from zhengheng.scoring.limits import limited
from zhengheng.scoring.plan import Plan

SPREAD_LIMIT = 10**15
"""Values of a group times their range: what a standard deviation squares stays below 31 digits."""
_POINTS = {"points", "printed", "score"}
_SCORES = {"indicator_score": "indicator", "node_score": "node"}


def refusal(plan: Plan, kind: str, unit: str, subject: str, number: int) -> EngineError:
    """The error for the first row of a step that refuses."""
    decimals = {row["indicator"]: row["decimals"] for row in plan.tables["rule"]}
    places = 9 if kind == "score" else decimals.get(subject, 0)
    shown = plain(int(number), places)
    zh, en = {
        "value": ("数值或目标值过大, 请换用更大的计量单位", "a value or target is too large; use a larger unit of measure"),
        "spread": ("本组数值个数与极差之积过大, 无法计算标准差, 请换用更大的计量单位",
                   "the group's values times their range are too large for a standard deviation; use a larger unit of measure"),
        "score": ("得分过大, 请检查方法的系数和上限", "points are too large; look at the method's numbers and its cap"),
    }[kind]  # fmt: skip
    return EngineError.one(
        f"{unit} {subject}", "engine.beyond", zh=f"{shown}: {zh}", en=f"{shown}: {en}"
    )


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
