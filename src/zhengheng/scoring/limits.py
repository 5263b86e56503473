"""Numbers of a rulebook that are too large to compute with, refused before any step runs.

From these limits and those of values and points, tests/test_limits.py computes that no number of
any step reaches 37 digits (docs/decisions/0007).
"""

import re
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from zhengheng.domain.entries import dotted
from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.domain.several import several
from zhengheng.scoring.contracts import CONTRACTS, Column, Contract
from zhengheng.scoring.rules import Place

Rows = Sequence[Mapping[str, Any]]

GROUPS = {
    "part": ("indicator",),
    "branch": ("category", "parent"),
    "rule": ("category", "indicator"),
    "rollup": ("unit", "indicator"),
    "figure": ("unit",),
}
"""What the numbers and rows of a plan table are added up over."""
ROWS = {"rollup": 900, "figure": 90}
"""Figures that add up to one parent's, and those of units before an heir: at most so many."""
LEAST_FULL = 1_000
"""A full mark is zero or at least a thousandth of a point (micro): rates on it are shares of it."""
_DECIMALS = {"micro": 6, "point": 9}
_KEY = re.compile(r"`(\w+)`")


def refuse_beyond(tables: Mapping[str, Rows]) -> None:
    """Refuse every number, sum and count of the plan tables beyond its limit, all at once."""
    if found := dict.fromkeys(problem for _, problem in beyond(tables)):
        raise RulebookError(found)


def beyond(tables: Mapping[str, Rows]) -> Iterator[tuple[Place, Problem]]:
    """What is beyond its limit, each with its place in the rulebook."""
    for name, rows in tables.items():
        contract = CONTRACTS[name]
        limited = [column for column in contract.columns if column.digits is not None]
        for column in limited if rows else ():
            yield from _each(contract, column, rows)
            yield from _together(contract, column, rows)
        if name in ROWS:
            yield from _count(contract, rows)
    for row in tables["branch"]:
        if 0 < row["full"] < LEAST_FULL:
            yield _fault(
                "branch", row, "number.full",
                zh=f"满分 {plain(row['full'], 6)} 过小，应为 0 或不小于 {plain(LEAST_FULL, 6)} 分。",
                en=f"a full mark of {plain(row['full'], 6)} is too small; it must be 0 or at least {plain(LEAST_FULL, 6)} points",
            )  # fmt: skip


def _each(contract: Contract, column: Column, rows: Rows) -> Iterator[tuple[Place, Problem]]:
    limit = 10 ** (column.digits or 0)
    for row in rows:
        value = row[column.name]
        if value is not None and abs(value) >= limit:
            yield _too_large(contract.name, row, column, value, limit)


def _together(contract: Contract, column: Column, rows: Rows) -> Iterator[tuple[Place, Problem]]:
    if column.together is None:
        return
    limit = 10**column.together
    sums: Counter[tuple[Any, ...]] = Counter()
    first: dict[tuple[Any, ...], Mapping[str, Any]] = {}
    for row in rows:
        sums[_group(contract, row)] += abs(row[column.name] or 0)
        first.setdefault(_group(contract, row), row)
    for group, total in sums.items():
        if total >= limit:
            yield _too_large(contract.name, first[group], column, total, limit)


def _count(contract: Contract, rows: Rows) -> Iterator[tuple[Place, Problem]]:
    most = ROWS[contract.name]
    first = {_group(contract, row): row for row in rows}
    for group, count in Counter(_group(contract, row) for row in rows).items():
        if count > most:
            yield _fault(
                contract.name, first[group], "number.rows",
                zh=f"{group[0]} 汇入或承继 {count} 个单位，最多 {most} 个；请增加一级单位。",
                en=f"{several(count, 'unit leads into', 'units lead into')} {group[0]}, at most {most} fit; add a level of units between",
            )  # fmt: skip


def _group(contract: Contract, row: Mapping[str, Any]) -> tuple[Any, ...]:
    return tuple(row[name] for name in GROUPS[contract.name])


WORDS = {
    "scale_n": ("倍数（scale）", "`scale`"), "scale_d": ("倍数（scale）的小数位", "the decimals of `scale`"),
    "minimum": ("分母下限（minimum）", "`minimum`"), "constant": ("分母", "the denominator"),
    "numerator": ("分子的系数（numerator）", "`numerator`"), "denominator": ("分母的系数（denominator）", "`denominator`"),
    "full": ("满分", "the full mark"), "weight": ("权重", "the weight"), "mass": ("满分", "the full mark"),
    "lowest": ("最低得分", "the lowest mark"), "least": ("最低（least）", "`least`"), "most": ("封顶（cap）", "`cap`"),
    "least_points": ("最低得分（floor_points）", "`floor_points`"), "first": ("计分方法的系数", "a coefficient of the method"),
    "second": ("计分方法的系数", "a coefficient of the method"), "third": ("计分方法的系数", "a coefficient of the method"),
    "at_low": ("分档的数值（knots）", "a value of `knots`"), "at_high": ("分档的数值（knots）", "a value of `knots`"),
    "share_low": ("分档的比例（knots）", "a share of `knots`"), "share_high": ("分档的比例（knots）", "a share of `knots`"),
    "at": ("对照表的数值（steps）", "a value of `steps`"), "until": ("对照表的数值（steps）", "a value of `steps`"),
    "credit_n": ("对照表的得分（credit）", "`credit`"), "credit_d": ("对照表的得分（credit）", "`credit`"),
    "target": ("目标值（target）", "`target`"), "base": ("基期值（base）", "`base`"), "stretch": ("挑战值（stretch）", "`stretch`"),
    "bottom": ("底线值（bottom）", "`bottom`"), "low": ("低端（low）", "`low`"), "high": ("高端（high 或 scale）", "`high` or `scale`"),
    "low_limit": ("低端界限（low_limit）", "`low_limit`"), "high_limit": ("高端界限（high_limit）", "`high_limit`"),
    "share": ("比例", "a share"), "cap": ("封顶（cap）", "`cap`"), "watch": ("黄灯（watch）", "`watch`"), "missed": ("红灯（missed）", "`missed`"),
    "below": ("门槛（below）", "`below`"), "at_least": ("分数线（at_least、at_most）", "`at_least`, `at_most`"),
    "share_at_most": ("名额上限（share_at_most）", "`share_at_most`"), "share_at_least": ("名额下限（share_at_least）", "`share_at_least`"),
    "bonus_cap": ("加分上限（bonus_cap）", "`bonus_cap`"), "deduction_cap": ("扣分上限（deduction_cap）", "`deduction_cap`"),
    "factor": ("系数（value）", "`value`"),
    "alpha": ("所在单位的权重（alpha）", "`alpha`"), "not_applicable_limit": ("不适用上限（not_applicable_limit）", "`not_applicable_limit`"),
    "late": ("迟完成得分比例（late）", "`late`"), "pool_below": ("合并名额的组（pool_below）", "`pool_below`"),
}  # fmt: skip
"""The plan's columns in the words and keys of the rulebook."""
_PARTS = {
    "derivation": "parts", "part": "parts", "rule": "method", "rule_knot": "method", "rule_step": "method",
    "rank_share": "method", "milestone_rule": "method", "series": "frequency",
}  # fmt: skip
_SECTIONS = {
    "coefficient": "coefficients", "unit_coefficient": "coefficients", "branch": "weights", "node_full": "weights", "category": "categories", "band": "grading", "gate": "grading",
    "item": "adjustments", "setting": "", "succession": "succession", "rollup": "cascade", "cascade_target": "cascade",
}  # fmt: skip


def _place(table: str, row: Mapping[str, Any]) -> Place:
    if table == "light_rule":
        return ("indicator", row["subject"], "light") if row["leaf"] else ("rulebook", "light")
    if table in {"coefficient", "unit_coefficient"}:
        return ("rulebook", "coefficients", row["subject"])
    if table == "branch":
        return ("rulebook", "weights", row["child"])
    if table == "node_full":
        return ("rulebook", "weights", row["node"])
    if table == "derivation" and row["previous"]:
        return ("indicator", row["indicator"], "year_on_year")
    if table in _PARTS:
        return ("indicator", row["indicator"], _PARTS[table])
    return ("rulebook", *filter(None, [_SECTIONS.get(table, "")]))


_OWN = {"band": ("bands", "grade"), "item": ("", "item"), "category": ("", "category"), "gate": ("gates", "indicator")}  # fmt: skip
"""Of tables made from lists of a section: the list, and the column with the code of its entry."""
_APART = {"pool_below": "grading", "alpha": "binding"}
"""Settings that stand in a section."""


def _part(table: str, row: Mapping[str, Any], key: str) -> Place:
    """The place of one number, as far as its column tells it."""
    place = _place(table, row)
    if table in _OWN:
        inner, named = _OWN[table]
        if table == "band" and row["outside"]:
            inner = "outside"
        return (*place, *filter(None, [inner]), row[named], key)
    if table == "setting":
        return (*place, *filter(None, [_APART.get(key)]), key)
    return (*place, key) if table in _PARTS or table == "light_rule" else place


def _fault(
    table: str, row: Mapping[str, Any], code: str, zh: str, en: str, *, key: str = "", weighs: bool = False
) -> tuple[Place, Problem]:  # fmt: skip
    # The full mark of an indicator comes from its weight.
    place: Place = ("rulebook", "weights", row["indicator"]) if weighs else _part(table, row, key) if key else _place(table, row)  # fmt: skip
    return place, Problem(dotted(place[1:]) or str(place[0]), code, zh, en)


def _too_large(
    table: str, row: Mapping[str, Any], column: Column, value: int, limit: int
) -> tuple[Place, Problem]:
    decimals = next((d for word, d in _DECIMALS.items() if word in column.meaning), 0)
    shown, most = plain(value, decimals), plain(limit, decimals)
    zh, en = WORDS.get(column.name, ("数值", "a number"))
    if table in {"coefficient", "unit_coefficient"}:
        zh, en = f"{row['subject']} 的{zh}", f"of the coefficient of {row['subject']}, {en}"
    # A weight, a share or a mark has no unit of measure.
    way = ("请改写这个数", "write a smaller one") if decimals else ("请换用更大的计量单位、更少的小数位或更小的系数", "use a larger unit of measure, fewer decimals or a smaller number")  # fmt: skip
    said = _KEY.search(WORDS.get(column.name, ("", ""))[1])
    return _fault(
        table, row, "number.limit", key=said[1] if said else "",
        zh=f"{zh}为 {shown}，应小于 {most}；{way[0]}。",
        en=f"{en} is {shown}, and must stay below {most}; {way[1]}",
        weighs=table == "rule" and column.name == "full",
    )  # fmt: skip


def limited(name: str) -> Iterator[tuple[str, int]]:
    """Columns of a table with the limit that their numbers stay below."""
    for column in CONTRACTS[name].columns:
        if column.digits is not None:
            yield column.name, 10**column.digits
