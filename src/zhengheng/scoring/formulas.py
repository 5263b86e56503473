"""Each method in words, with its own numbers put in: the middle of a score passport. Pure text."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT, plain, ratio
from zhengheng.domain.problems import Language
from zhengheng.domain.several import several

Row = Mapping[str, Any]
FLOATED = {"log_goalposts", "z_score", "exponential_rank"}
"""Methods with a root or logarithm: rounded once from a declared number of digits."""


def formula(rule: Row, cell: Row, statistic: Row | None, language: Language) -> str:
    """The rule of one cell as a formula with numbers, e.g. 10 × min(170 / 200, 1.2)."""
    decimals = rule["decimals"]

    def v(number: Any) -> str:
        return plain(int(number), decimals) if number is not None else "?"

    def s(name: str) -> str:
        return plain(int(rule[name]), 6) if rule[name] is not None else "?"

    x, t, full = v(cell["value"]), v(cell["target"]), plain(int(rule["full"]), 6)
    low, high = v(rule["low"]), v(rule["high"])
    g = statistic or {}
    up = rule["sign"] > 0
    bottom, top = v(g.get("lowest")), v(g.get("highest"))
    ahead = f"{x} − {bottom}" if up else f"{top} − {x}"
    short = f"{t} − {x}" if up else f"{x} − {t}"
    held = cell["value"] or 0

    def of_nothing() -> str:
        return f"{full} × {'1' if held == 0 else s('least' if held > 0 else 'most')}"

    text = {
        "ratio": f"{full} × min({x} / {t}, {s('most')})",
        "ratio_inverse": f"{full} × min({t} / {x}, {s('most')})"
        if (cell["value"] or 0) > 0
        else f"{full} × {'1' if cell['value'] == cell['target'] else s('most')}",
        "ratio_mirror": f"{full} × max(0, 2 − {x} / {t})",
        "efficacy": f"{full} × ({s('first')} + {s('second')} × ({x} − {v(cell['bottom'])}) / ({t} − {v(cell['bottom'])}))",
        "growth": f"{full} × ({x} − {v(cell['base'])}) / ({t} − {v(cell['base'])})",
        "plus_minus": f"{full} × (1 {'+' if up else '−'} {s('first')} × ({x} − {t}) / {t} × 100)",
        "difference": f"{full} × (1 {'+' if up else '−'} {s('first')} × ({x} − {t}))",
        "rate_minus": f"max({s('least_points')}, min({full}, {full} − {s('first')} × ({short})))",
        "direct": f"{full} × {x} / {high}",
        "milestones": f"{full} × {x} %",
        "min_max": f"{full} × ({ahead}) / ({top} − {bottom})",
        "goalposts": f"{full} × ({x} − {low}) / ({high} − {low})",
        "log_goalposts": f"{full} × (ln {x} − ln {low}) / (ln {high} − ln {low})",
    }.get(rule["method"])
    if rule["method"] in {"ratio_mirror", "plus_minus"} and cell["target"] == 0:
        text = of_nothing()
    ranged = (rule["first"], rule["second"]) not in {(None, None), (0, COEFFICIENT)}
    if rule["method"] == "min_max" and (ranged or rule.get("treated")):
        text = None
    if text is None:
        told = {**_told(rule, cell, full, v, s), **_of_group(full, x, g, decimals)}[rule["method"]]
        text = told[language == "en"]
    if rule["method"] in FLOATED:
        text += (
            "  ⟨由超越函数舍入而来⟩"
            if language == "zh"
            else "  ⟨rounded from a transcendental function⟩"
        )
    return text


Say = Callable[[Any], str]


def _bound(t: str, up: bool, *, strict: bool) -> tuple[str, str]:
    """The line of a threshold, itself counting or not."""
    if strict:
        return (f"{'高于' if up else '低于'} {t}", f"{'more' if up else 'less'} than {t}")
    return (f"{'不低于' if up else '不高于'} {t}", f"{'at least' if up else 'at most'} {t}")


def _told(rule: Row, cell: Row, full: str, v: Say, s: Say) -> dict[str, tuple[str, str]]:
    """Methods that compare with lines: what was compared, and what came of it, in a sentence."""
    x, t = v(cell["value"]), v(cell["target"])
    zh, en = _lies(rule, cell, v)
    ahead = rule["sign"] * ((cell["value"] or 0) - (cell["target"] or 0))
    met = cell["target"] is not None and (ahead > 0 or (ahead == 0 and not rule["strict"]))
    line = _bound(t, rule["sign"] > 0, strict=bool(rule["strict"]))
    lines = [
        (v(cell[name]), s(factor))
        for name, factor in (("base", "first"), ("target", "second"), ("stretch", "third"))
    ]
    return {
        "interval": (f"{full} 分满分，{zh}", f"full mark {full}; {en}"),
        "threshold": (
            f"{x}，要求{line[0]}：{f'达到，得满分 {full}' if met else '未达到，不得分'}",
            f"{x}, asked for {line[1]}: {f'reached, the full mark {full}' if met else 'not reached, no points'}",
        ),
        "three_point": (
            f"{full} × {x} 对应的系数（{'，'.join(f'{at} 得 {factor}' for at, factor in lines)}，其间按直线计）",
            f"{full} × the factor for {x} ({', '.join(f'{factor} at {at}' for at, factor in lines)}, straight lines between)",
        ),
    }  # fmt: skip


def _lies(rule: Row, cell: Row, v: Say) -> tuple[str, str]:
    """Where a value lies against its interval, which may be open at one end."""
    value, x = cell["value"], v(cell["value"])
    low, high, far = rule["low"], rule["high"], (rule.get("low_limit"), rule.get("high_limit"))
    if low is not None and high is not None:
        span = f"{v(low)} 至 {v(high)}", f"{v(low)} to {v(high)}"
    elif low is not None:
        span = f"不低于 {v(low)}", f"at least {v(low)}"
    else:
        span = f"不高于 {v(high)}", f"at most {v(high)}"
    under, over = (bound is not None and value is not None and side * value < side * bound for bound, side in ((low, 1), (high, -1)))  # fmt: skip
    if not under and not over:
        return f"{x} 在区间（{span[0]}）内，得满分", f"{x} lies within ({span[1]}): full mark"
    limit = far[0] if under else far[1]
    if limit is None:
        return f"{x} 在区间（{span[0]}）外，不得分", f"{x} lies outside ({span[1]}): no points"
    return (
        f"{x} 在区间（{span[0]}）外，到 {v(limit)} 时减到零，其间按直线计",
        f"{x} lies outside ({span[1]}): a straight line down to nothing at {v(limit)}",
    )


def _of_group(full: str, x: str, g: Row, decimals: int) -> dict[str, tuple[str, str]]:
    """Methods that compare with the group, or follow a curve or table of the rulebook."""
    due = g.get("due", "?")
    middle = plain(int(g["median_2"]) * 5, decimals + 1) if g else "?"
    return {
        "rank": (f"{full} × (应报 {due} 个单位中的名次)", f"{full} × place among {several(due, 'unit due', 'units due')}"),
        "rank_table": (f"{full} × (应报 {due} 个单位中的名次对应比例)", f"{full} × share for its place among {due}"),
        "borda": (f"{full} × (超过的单位数, 并列算半) / ({due} − 1)", f"{full} × (units beaten, ties half) / ({due} − 1)"),
        "percentile": (f"{full} × 百分位 ({due} 个单位)", f"{full} × percentile rank among {due}"),
        "z_score": (f"({x} − 组均值) / 组标准差", f"({x} − group mean) / group standard deviation"),
        "min_max": (f"{full} × {x} 在组内最低到最高之间的位置", f"{full} × the position of {x} between the group's lowest and highest"),
        "exponential_rank": (f"{full} × 名次的指数变换 ({g.get('valued', '?')} 个单位有数值)", f"{full} × exponential transformation of its place ({g.get('valued', '?')} units with a value)"),
        "mads": (f"({x} − 中位数 {middle}) / 绝对离差中位数", f"({x} − median {middle}) / median absolute deviation"),
        "banded": (f"{full} × {x} 在分档曲线上对应的系数", f"{full} × the factor for {x} on the curve"),
        "steps": (f"{full} × {x} 在对照表中对应的系数", f"{full} × the factor for {x} in the table"),
    }  # fmt: skip


def share(number: int) -> str:
    """A micro coefficient for people."""
    return plain(number, 6) if number != COEFFICIENT else "1"


@dataclass(frozen=True)
class MetLine:
    """The line 达标线 from which one unit's indicator counts as met, by its own light rule.

    A light need not be measured against the target itself, so the target is never shown without it.
    """

    sign: str
    """>=, <= or >; what is compared lies on this side of `number`."""
    number: str
    of: str
    """What is compared: points, value (in the indicator's unit of measure), progress or nodes (both in %)."""
    words: tuple[str, str]
    """The line as a sentence, Chinese and English."""


def met_line(light: Row, rule: Row, score: Row, measure: int) -> MetLine:
    """The line of one lit cell: its `light_rule`, its rule, its row of `indicator_score`, what its light measured."""
    watch = int(light["watch"])
    match light["by"]:
        case "score":
            of = plain(watch, 4)
            number = plain(int(rule["full"]) * watch, 12)
            return MetLine(">=", number, "points", (f"得分不低于 {number} 分（满分的 {of}%）", f"at least {number} points ({of} % of the full mark)"))  # fmt: skip
        case "milestones":
            number = plain(COEFFICIENT - watch, 4)
            return MetLine(">=", number, "nodes", (f"节点完成率不低于 {number}%", f"at least {number} % of the nodes done"))  # fmt: skip
        case "time_progress" | "plan":
            # `measure` is how far the value lies behind what was due by the day, in millionths of a percentage point.
            progress = (ratio(score["value"] * 10000, score["target"]) or 0) * 10000
            due = progress + measure - watch
            if due < 0:
                return MetLine(">", plain(due, 6), "progress", ("到这一天尚无进度要求", "no progress is asked for by this day"))  # fmt: skip
            number = plain(due, 6)
            return MetLine(">", number, "progress", (f"完成数高于目标的 {number}%", f"more than {number} % of the target"))  # fmt: skip
        case by:
            up = by == "level" and rule["sign"] > 0
            share = COEFFICIENT - watch if up else COEFFICIENT + watch
            number = plain(score["target"] * share, rule["decimals"] + 6)
            of = plain(share, 4)
            zh = f"{number}（目标的 {of}%）" if watch else f"{number}（即目标）"
            en = f"{number} ({of} % of the target)" if watch else f"{number} (the target)"
            words = (f"实绩不低于 {zh}", f"at least {en}") if up else (f"实绩不高于 {zh}", f"at most {en}")  # fmt: skip
            return MetLine(">=" if up else "<=", number, "value", words)


class MetLines:
    """The lines of many cells, from the light rules of a plan and the lights of a run."""

    def __init__(self, rules: Iterable[Row], lights: Iterable[Row]) -> None:
        self.rules = {row["subject"]: row for row in rules if row["leaf"]}
        self.measures = {(row["unit"], row["subject"]): row["measure"] for row in lights}

    def of(self, score: Row, rule: Row) -> MetLine | None:
        """The line of a row of `indicator_score` under its rule; None where it has no light."""
        measure = self.measures.get((score["unit"], score["indicator"]))
        light = self.rules.get(score["indicator"])
        if light is None or measure is None:
            return None
        if light["by"] not in {"score", "milestones"} and score["target"] is None:
            return None  # Kept back, as in a bundle for the public.
        return met_line(light, rule, score, measure)
