"""What each chart shows, as data for assets/charts.js, and in one sentence for whoever does not see it."""

from decimal import Decimal
from typing import Any

from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.change import Change
from zhengheng.engines.curve import Point
from zhengheng.engines.heat import Column, Mark
from zhengheng.web.pages.tags import measured, minus, say

Chart = tuple[dict[str, Any], str]
"""The picture and its sentence."""


def history(column: Column, years: list[dict[str, Any]]) -> Chart | None:
    """Actual against target over the years, with the group's range where the group has more than one; None without any value."""
    known = [one for one in years if one["mark"].value]
    if not known:
        return None
    places = [one["place"] for one in years]
    grouped = any(place and place.lowest != place.highest for place in places)
    spec = {
        "kind": "history", "unit": column.measure_unit, "x": [one["result"].period for one in years],
        "value": [one["mark"].value or None for one in years],
        "target": [one["mark"].target or None for one in years],
        "line": [one["level"] or None for one in years],
        "low": [place.lowest if grouped and place else None for place in places],
        "high": [place.highest if grouped and place else None for place in places],
        "names": [say("计上年值", "of the year before") if any(one["before"][0] for one in years) else say("实绩", "actual"), say("目标", "target"), say("组内范围", "group") if grouped else "", say("达标线", "met from")],
    }  # fmt: skip
    told = {one["result"].period: (measured(one["mark"].value, column.measure_unit), one["before"], one["ended"]) for one in (known[0], known[-1])}  # fmt: skip
    zh = "，".join(
        f"{period}{' 年' if period.isdecimal() else ''}{f'（至 {ended}）' if ended else before[0] or ' '}{' ' * bool(before[0] and not ended)}{value}" for period, (value, before, ended) in told.items()
    )  # fmt: skip
    en = ", ".join(f"{value} in {period}{f' (to {ended})' * bool(ended)}{f' ({before[1]})' * bool(before[1])}" for period, (value, before, ended) in told.items())  # fmt: skip
    return spec, f"{column.name}{say('：', ': ')}{say(zh, en)}"


def _same(first: str, second: str) -> bool:
    """Whether two values are one number, however many decimals each is written with."""
    return bool(first and second) and Decimal(first) == Decimal(second)


def scoring(points: list[Point], mark: Mark, measure_unit: str, level: str, *, stepped: bool = False) -> Chart | None:  # fmt: skip
    """What each value would earn, and where the unit stands; `stepped` where points are level from value to value."""
    if not points:
        return None
    spec = {
        "kind": "curve", "x": [point.value for point in points], "y": [point.points for point in points],
        "dot": [mark.value, mark.points], "step": "end" if stepped else False,
        "names": [say(f"实绩（{measure_unit}）", f"actual ({measure_unit})") if measure_unit else say("实绩", "actual"), say("得分（分）", "points")],
        "marks": [
            [name, value] for name, value in (
                (say("目标", "target"), "" if _same(mark.target, level) else mark.target), (say("达标线", "met from"), level)
            ) if value
        ],
    }  # fmt: skip
    return spec, say(
        f"满分 {mark.full} 分的得分曲线；圆点是本单位：{measured(mark.value, measure_unit)} 得 {minus(mark.points)} 分",
        f"What each value earns of {mark.full} points; the dot is this unit: {measured(mark.value, measure_unit)} earns {minus(mark.points)} points",
    )  # fmt: skip


def waterfall(moved: Change) -> Chart:
    """The change of a total, effect by effect; with a third decimal where shares of points need it, so that bars add up."""
    digits = 3 if any(size % 10**7 for size in moved.effects.values()) else 2
    spec = {
        "kind": "waterfall", "unit": say("分", "points"),
        "steps": [[say(*words), format_scaled(moved.effects[code], 9, digits)] for code, words, _ in moved.said()],
        "together": [say("合计", "together"), format_scaled(moved.after - moved.before, 9, digits)],
    }  # fmt: skip
    zh = "、".join(f"{words[0]} {minus(size)}" for _, words, size in moved.said())
    en = ", ".join(f"{words[1]} {minus(size)}" for _, words, size in moved.said())
    before, after = format_scaled(moved.before, 9, 2), format_scaled(moved.after, 9, 2)
    of_zh, of_en = ("修订前的 ", " before the revision") if moved.is_revised else (" ", "")
    return spec, say(f"从{of_zh}{before} 分到 {after} 分：{zh or '没有变动'}", f"From {before}{of_en} to {after} points: {en or 'nothing moved'}")  # fmt: skip
