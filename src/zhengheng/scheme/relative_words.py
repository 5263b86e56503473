"""What a score owes to others, in plain words: how a dimension is formed, how a gap was filled."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from zhengheng.domain.several import several
from zhengheng.scheme.model import Node
from zhengheng.scheme.relative import Coverage, Fill

Pair = tuple[str, str]
AGGREGATES: dict[str, Pair] = {
    "sum": ("各项相加", "sum of its parts"),
    "arithmetic": ("加权平均", "weighted mean"),
    "geometric": (
        "加权几何平均 ⟨含开方、指数或对数，按规定位数舍入⟩",
        "weighted geometric mean ⟨has a root, power or logarithm, rounded to a fixed number of digits⟩",
    ),
    "harmonic": ("加权调和平均", "weighted harmonic mean"),
    "product": ("两项得分率之积乘满分", "product of its two parts' shares, times the full mark"),
    "quotient": ("两项得分率之商乘满分", "first part's share over the second's, times the full mark"),
    "copeland": ("与同组单位逐一比较，得胜的比例乘满分", "share of duels won in its group, times the full mark"),
}  # fmt: skip


def filled(fill: Fill) -> Pair:
    """How a gap was filled, with the reason that the rulebook gives."""
    what = ("均值", "mean") if fill.by == "mean" else ("中位数", "median")
    of = ("同组单位", "group") if fill.over == "group" else ("同类单位", "category")
    why = fill.reason.zh, fill.reason.say("en")
    return (
        f"缺口以{of[0]}的{what[0]}补上（{why[0]}）",
        f"a gap filled with the {of[1]}'s {what[1]} ({why[1]})",
    )


def coverage(least: Coverage) -> Pair:
    """How many indicators must be measured, and what follows where they are not."""
    zh, en = [], []
    if least.indicators is not None:
        zh.append(f" {least.indicators} 项")
        en.append(several(least.indicators, "indicator", "indicators"))
    if least.share is not None:
        zh.append(f"应报的 {_n(least.share * 100)}%")
        en.append(f"{_n(least.share * 100)}% of those due")
    then = ("不排名", "not ranked") if least.below == "unranked" else ("没有得分", "no score")
    return f"实测不足{'或'.join(zh)}则{then[0]}", f"{then[1]} below {' or '.join(en)} measured"


def dimension(node: Node, factor: str | None = None) -> Pair:
    """How the dimension is formed, in the order in which that is done; `factor` is the unit's coefficient."""
    parts = [AGGREGATES[node.aggregate]]
    if node.coverage:
        parts.append(coverage(node.coverage))
    if node.fill:
        parts.append(filled(node.fill))
    if node.rescale:
        parts.append(_RESCALED[node.rescale.kind](node.rescale))
    if node.mirror:
        parts.append(("以满分减得分", "the full mark less the score"))
    if factor is not None:
        parts.append((f"再乘系数 {factor}", f"times the coefficient {factor}"))
    return "；".join(zh for zh, _ in parts), "; ".join(en for _, en in parts)


def _min_max(r: Any) -> Pair:
    low, high = f"{_n(r.at_worst * 100)}%", f"{_n(r.at_best * 100)}%"
    return f"再按全组最低到最高折算为满分的 {low} 到 {high}", f"rescaled from the group's lowest to its highest, {low} to {high} of the full mark"  # fmt: skip


def _best(r: Any) -> Pair:
    zh, en = "再以全组最高为满分折算", "rescaled so that the group's best has the full mark"
    if r.lowest_at is not None:
        at = _n(r.lowest_at)
        zh, en = f"全组平移使最低为 {at}，{zh}", f"moved so that the group's lowest is {at}, {en}"
    return zh, en


def _z_score(r: Any) -> Pair:
    over = ("样本", "sample") if r.deviation == "sample" else ("总体", "population")
    a, b = _n(r.centre), _n(r.scale)
    return f"再折算为 {a} 加 {b} 乘以离组均值的{over[0]}标准差数", f"rescaled to {a} plus {b} times the {over[1]} standard deviations from the group's mean"  # fmt: skip


_RESCALED: dict[str, Callable[[Any], Pair]] = {
    "min_max": _min_max,
    "best": _best,
    "mean": lambda r: ("再以全组均值为满分折算", "rescaled so that the group's mean has the full mark"),
    "z_score": _z_score,
    "exponential_rank": lambda r: (
        f"再按名次的指数变换折算，参数 {_n(r.scale)}",
        f"rescaled by the exponential transformation of its rank, parameter {_n(r.scale)}",
    ),
}  # fmt: skip


def _n(number: Decimal) -> str:
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
