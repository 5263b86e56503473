"""Whose values reach whom: what a unit reports moves others' scores by some indicators only, and by most not at all.

The steps say of themselves which of them look at several units at once (scope: group). Here stands, of each of them
that lies before a unit's total, by which indicators it does so. A step that nobody has placed here counts as one
that mixes everything.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from zhengheng.scoring.contracts import NOT_APPLICABLE
from zhengheng.scoring.pipeline import chosen, conditions
from zhengheng.scoring.plan import Plan

Tables = Mapping[str, Sequence[dict[str, Any]]]
_OWN = (
    "revised_value",
    "decided_value",
    "decided_before",
    "settled_value",
    "held_figure",
    "part_expected",
)
"""Over all units at once, each row from that unit's own."""
_AFTER = ("ranking", "pool", "grading", "reference_score")
"""Behind the total: places and grades."""
_LATER = ("group_rate",)
"""By the results: only those whom an indicator does not apply to take what it gives (`taken`)."""


def _grouped(tables: Tables) -> set[str]:
    return {row["indicator"] for row in tables["rule"] if row["grouped"]}


_BY: dict[str, Callable[[Tables], set[str]]] = {
    **dict.fromkeys(("owed_figure", "gathered_value"), lambda t: {row["indicator"] for row in t["rollup"]}),
    "peer_value": lambda t: {row["indicator"] for row in t["filling"]},
    **dict.fromkeys(
        ("group_value", "group_bound", "treated_value", "group_measure", "group_centre", "beyond_spread",
         "group_deviation", "group_statistic"), _grouped,
    ),
    **dict.fromkeys(
        ("unit_reference", "beyond_reference"),
        lambda t: {row["indicator"] for row in t["rule"] if row["reference"] == "unit"},
    ),
}  # fmt: skip


def met(plan: Plan) -> set[str] | None:
    """The indicators by which a value of one unit reaches another unit's total; None: any may."""
    # As if every table had rows: a step more never takes away from what is found.
    holds = conditions(plan.tables, defaultdict(lambda: 1), None)
    found: set[str] = set()
    for step, active in chosen(holds):
        if not active or step.scope == "unit" or step.table in (*_OWN, *_AFTER, *_LATER):
            continue
        if step.table == "inherited_target":
            continue  # by the units that follow one another: `kin`, as the figures of `figure` do
        if step.table not in _BY:
            return None
        found |= _BY[step.table](plan.tables)
    return found


def kin(plan: Plan) -> set[str]:
    """The units that took something over from others, or handed it over."""
    handed = {row[side] for row in plan.tables["succession"] for side in ("unit", "heir")}
    return handed | {
        row[side]
        for row in plan.tables["figure"]
        if row["unit"] != row["origin"]
        for side in ("unit", "origin")
    }


def made_of(plan: Plan, indicators: Iterable[str]) -> set[str]:
    """These indicators and all that are made of them."""
    found, new = set[str](), set(indicators)
    while new:
        found |= new
        new = {row["indicator"] for row in plan.tables["part"] if row["part"] in new} - found
    return found


def taken(scores: Iterable[dict[str, Any]]) -> set[str]:
    """Of one unit's rows of `indicator_score`: where it takes its group's rate, since they do not apply to it."""
    return {row["indicator"] for row in scores if row["status"] == NOT_APPLICABLE}
