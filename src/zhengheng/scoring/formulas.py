"""Each method in words, with its own numbers put in: the middle of a score passport. Pure text."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT, plain, ratio
from zhengheng.domain.problems import Language

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
    text = {
        "ratio": f"{full} × min({x} / {t}, {s('most')})",
        "ratio_inverse": f"{full} × min({t} / {x}, {s('most')})",
        "ratio_mirror": f"{full} × max(0, 2 − {x} / {t})",
        "efficacy": f"{full} × ({s('first')} + {s('second')} × ({x} − {v(cell['bottom'])}) / ({t} − {v(cell['bottom'])}))",
        "growth": f"{full} × ({x} − {v(cell['base'])}) / ({t} − {v(cell['base'])})",
        "plus_minus": f"{full} × (1 {'+' if up else '−'} {s('first')} × ({x} − {t}) / {t} × 100)",
        "difference": f"{full} × (1 {'+' if up else '−'} {s('first')} × ({x} − {t}))",
        "rate_minus": f"max({s('least_points')}, min({full}, {full} − {s('first')} × ({short})))",
        "interval": f"{full} × [{low}, {high}] ∋ {x}",
        "three_point": f"{full} × ({v(cell['base'])}→{s('first')}, {t}→{s('second')}, {v(cell['stretch'])}→{s('third')})({x})",
        "direct": f"{full} × {x} / {high}",
        "threshold": f"{full} × [{x} {'≥' if up else '≤'} {t}]",
        "milestones": f"{full} × {x} %",
        "min_max": f"{full} × ({ahead}) / ({top} − {bottom})",
        "goalposts": f"{full} × ({x} − {low}) / ({high} − {low})",
        "log_goalposts": f"{full} × (ln {x} − ln {low}) / (ln {high} − ln {low})",
    }.get(rule["method"])
    ranged = (rule["first"], rule["second"]) not in {(None, None), (0, COEFFICIENT)}
    if rule["method"] == "min_max" and (ranged or rule.get("treated")):
        text = None
    if text is None:
        text = _group_words(rule["method"], full, x, g, decimals, language)
    if rule["method"] in FLOATED:
        text += (
            "  ⟨由超越函数舍入而来⟩"
            if language == "zh"
            else "  ⟨rounded from a transcendental function⟩"
        )
    return text


def _group_words(method: str, full: str, x: str, g: Row, decimals: int, language: Language) -> str:
    due = g.get("due", "?")
    middle = plain(int(g["median_2"]) * 5, decimals + 1) if g else "?"
    zh, en = {
        "rank": (f"{full} × (应报 {due} 个单位中的名次)", f"{full} × place among {due} units due"),
        "rank_table": (f"{full} × (应报 {due} 个单位中的名次对应比例)", f"{full} × share for its place among {due}"),
        "borda": (f"{full} × (超过的单位数, 并列算半) / ({due} − 1)", f"{full} × (units beaten, ties half) / ({due} − 1)"),
        "percentile": (f"{full} × 百分位 ({due} 个单位)", f"{full} × percentile rank among {due}"),
        "z_score": (f"({x} − 组均值) / 组标准差", f"({x} − group mean) / group standard deviation"),
        "min_max": (f"{full} × 组内最低到最高之间的位置({x})", f"{full} × position between the group's lowest and highest ({x})"),
        "exponential_rank": (f"{full} × 名次的指数变换 ({g.get('valued', '?')} 个单位有数值)", f"{full} × exponential transformation of its place ({g.get('valued', '?')} units with a value)"),
        "mads": (f"({x} − 中位数 {middle}) / 绝对离差中位数", f"({x} − median {middle}) / median absolute deviation"),
        "banded": (f"{full} × 分档曲线({x})", f"{full} × curve({x})"),
        "steps": (f"{full} × 对照表({x})", f"{full} × table({x})"),
    }[method]  # fmt: skip
    return zh if language == "zh" else en


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
