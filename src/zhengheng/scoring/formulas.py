"""Each method in words, with its own numbers put in: the middle of a score passport. Pure text."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT, ROOT_SCALE, formula_minus, plain, ratio
from zhengheng.domain.problems import Language
from zhengheng.domain.several import several

Row = Mapping[str, Any]
Say = Callable[[Any], str]
_UNDEFINED = {"full": "1", "half": "0.5", "zero": "0"}
FLOATED = {"log_goalposts", "z_score", "exponential_rank"}
"""Methods with a root or logarithm: rounded once from a declared number of digits."""


@dataclass(frozen=True)
class Beside:
    """What stands beside a cell: the rows of its rule's table, and its place in its group."""

    steps: Sequence[Row] = ()
    knots: Sequence[Row] = ()
    shares: Sequence[Row] = ()
    place: int = 0
    """Its place among those that are counted, the best one that equal values share; 0 where it is not known."""
    equals: int = 1
    treated: bool = False
    """Whether outlying values were drawn in, or logarithms taken, before the group's numbers were made."""


ALONE = Beside()


def formula(rule: Row, cell: Row, statistic: Row | None, language: Language, beside: Beside = ALONE) -> str:  # fmt: skip
    """The rule of one cell as a formula with numbers, e.g. 10 × min(170 / 200, 1.2).

    Whoever computes it has the points: a limit that makes them stands in it.
    """
    decimals = rule["decimals"]

    def v(number: Any) -> str:
        return plain(int(number), decimals) if number is not None else "?"

    def s(name: str) -> str:
        return plain(int(rule[name]), 6) if rule[name] is not None else "?"

    full = plain(int(rule["full"]), 6)
    g = statistic or {}
    held = cell["value"] or 0
    text: str | None = None
    none_asked = rule["method"] == "ratio_mirror" or (rule["method"] == "plus_minus" and rule["sign"] < 0)  # fmt: skip
    if none_asked and cell["target"] == 0:
        text = f"{full} × {'1' if held == 0 else s('least' if held > 0 else 'most')}"
    elif rule["method"] == "ratio_inverse" and held <= 0 and (cell["target"] or 0) >= 0:
        text = f"{full} × {'1' if cell['value'] == cell['target'] else s('most')}"
    elif way := _way(rule, cell, g, v, s):
        text = _limited(rule, way, full, s)
        if way.number is None and rule["method"] != "log_goalposts" and (credit := _UNDEFINED.get(rule.get("undefined") or "")):  # fmt: skip
            text = _as_the_rulebook_says(full, credit, language)
    elif (
        g
        and not g.get(_SPREAD.get(rule["method"], ""), 1)
        and (credit := _UNDEFINED.get(rule.get("undefined") or ""))
    ):
        text = _as_the_rulebook_says(full, credit, language)
    if text is None:
        of_group = _of_group(rule, cell, full, g, decimals, beside)
        told = {**_told(rule, cell, full, v, s), **of_group, **_placed(rule, g, full, beside), **_looked_up(rule, cell, full, v, beside)}[rule["method"]]  # fmt: skip
        text = told[language == "en"]
    text = formula_minus(text, chinese=language == "zh")
    if rule["method"] in FLOATED:
        text += (
            "  ⟨含开方、指数或对数，按规定位数舍入⟩"
            if language == "zh"
            else "  ⟨has a root, power or logarithm, rounded to a fixed number of digits⟩"
        )
    return text


_SPREAD = {"z_score": "root", "mads": "mad_4"}
"""The group's number that a method divides by: where it is nothing, all are equal."""


def _as_the_rulebook_says(full: str, credit: str, language: Language) -> str:
    return f"{full} × {credit}" + ("（算不出，按方案计）" if language == "zh" else " (not computable; as the rulebook says)")  # fmt: skip


@dataclass(frozen=True)
class _Way:
    """What a full mark is multiplied by: as it is written, and exactly; none where only a logarithm says."""

    text: str
    number: Fraction | None = None
    bound: bool = True
    """Whether it is one sum or difference, which stands in brackets under a sign of times."""


def _over(numerator: int, denominator: int) -> Fraction | None:
    return Fraction(numerator, denominator) if denominator else None


def _way(rule: Row, cell: Row, g: Row, v: Say, s: Say) -> _Way | None:
    """The methods that are one formula; without a number where their step of the pipeline has no denominator."""
    up, x, t = rule["sign"] > 0, cell["value"] or 0, cell["target"]
    a, b = v(cell["value"]), v(t)
    low, high, bottom, base = rule["low"], rule["high"], cell["bottom"], cell["base"]
    first, second = Fraction(rule["first"] or 0, COEFFICIENT), Fraction(rule["second"] or 0, COEFFICIENT)  # fmt: skip
    known = t is not None

    def better(end: int | None) -> int | None:
        """How far the target lies from where the way begins; a way to what is not better has no length."""
        return t - end if known and end is not None and rule["sign"] * (t - end) > 0 else None

    def over_target(numerator: int) -> Fraction | None:
        return Fraction(numerator, t) if known and t > 0 else None

    match rule["method"]:
        case "ratio":
            return _Way(f"{a} / {b}", over_target(x), bound=False)
        case "ratio_inverse":
            return _Way(f"{b} / {a}", _over(t, x) if known and t >= 0 else None, bound=False)
        case "ratio_mirror":
            part = over_target(x)
            return _Way(f"2 − {a} / {b}", None if part is None else 2 - part)
        case "efficacy":
            part = Fraction(x - bottom, way) if (way := better(bottom)) else None
            text = f"{s('first')} + {s('second')} × ({a} − {v(bottom)}) / ({b} − {v(bottom)})"
            return _Way(text, None if part is None else first + second * part)
        case "growth":
            part = Fraction(x - base, way) if (way := better(base)) else None
            return _Way(f"({a} − {v(base)}) / ({b} − {v(base)})", part, bound=False)
        case "plus_minus":
            part = over_target(x - (t or 0))
            text = f"1 {'+' if up else '−'} {s('first')} × ({a} − {b}) / {b} × 100"
            return _Way(text, None if part is None else 1 + rule["sign"] * first * part * 100)
        case "difference":
            part = Fraction(x - t, 10 ** rule["decimals"]) if known else None
            text = f"1 {'+' if up else '−'} {s('first')} × ({a} − {b})"
            return _Way(text, None if part is None else 1 + rule["sign"] * first * part)
        case "direct":
            return _Way(f"{a} / {v(high)}", _over(x, high), bound=False)
        case "goalposts":
            return _Way(f"({a} − {v(low)}) / ({v(high)} − {v(low)})", _over(x - low, high - low), bound=False)  # fmt: skip
        case "log_goalposts":
            text = f"(ln {a} − ln {v(low)}) / (ln {v(high)} − ln {v(low)})"
            # Beyond a post the way is as long as to the post.
            over = _over(x - low, high - low) or Fraction(0)
            return _Way(text, over if not 0 <= over <= 1 else None, bound=False)
        case "min_max" if g and not rule.get("treated"):
            least, most = g["lowest"], g["highest"]
            ahead = f"{a} − {v(least)}" if up else f"{v(most)} − {a}"
            part = _over(x - least if up else most - x, most - least)
            place = f"({ahead}) / ({v(most)} − {v(least)})"
            if (rule["first"], rule["second"]) in {(None, None), (0, COEFFICIENT)}:
                return _Way(place, part, bound=False)
            span = plain(rule["second"] - rule["first"], 6)
            number = None if part is None else first + (second - first) * part
            return _Way(f"{s('first')} + {span} × {place}", number)
        case _:
            return None


def _limited(rule: Row, way: _Way, full: str, s: Say) -> str:
    """A way with the limit that it runs into; a ratio always names its cap."""
    method, text, number = rule["method"], way.text, way.number
    least, most = {"goalposts": (0, COEFFICIENT), "log_goalposts": (0, COEFFICIENT),
                   "min_max": (rule["first"], rule["second"])}.get(method, (rule["least"], rule["most"]))  # fmt: skip
    inner = text
    bound = way.bound
    mirror = method == "ratio_mirror"
    if least is not None and (mirror or (number is not None and number < Fraction(least, COEFFICIENT))):  # fmt: skip
        inner, bound = f"max({plain(int(least), 6)}, {inner})", False
    if most is not None and method in {"ratio", "ratio_inverse"}:
        inner, bound = f"min({inner}, {plain(int(most), 6)})", False
    elif most is not None and number is not None and number > Fraction(most, COEFFICIENT):
        inner, bound = f"min({plain(int(most), 6)}, {inner})", False
    return f"{full} × ({inner})" if bound else f"{full} × {inner}"


def _bound(t: str, up: bool, *, strict: bool) -> tuple[str, str]:
    """The line of a threshold, itself counting or not."""
    if strict:
        return (f"{'高于' if up else '低于'} {t}", f"{'more' if up else 'less'} than {t}")
    return (f"{'不低于' if up else '不高于'} {t}", f"{'at least' if up else 'at most'} {t}")


def _told(rule: Row, cell: Row, full: str, v: Say, s: Say) -> dict[str, tuple[str, str]]:
    """Methods that compare with lines: what was compared, and what came of it, in a sentence."""
    x, t = v(cell["value"]), v(cell["target"])
    zh, en = _lies(rule, cell, v)
    fall = _fall(rule, cell, full, v)
    ahead = rule["sign"] * ((cell["value"] or 0) - (cell["target"] or 0))
    met = cell["target"] is not None and (ahead > 0 or (ahead == 0 and not rule["strict"]))
    line = _bound(t, rule["sign"] > 0, strict=bool(rule["strict"]))
    lines = [
        (v(cell[name]), s(factor))
        for name, factor in (("base", "first"), ("target", "second"), ("stretch", "third"))
    ]
    short = f"{t} − {x}" if rule["sign"] > 0 else f"{x} − {t}"
    rate = f"max({s('least_points')}, min({full}, {full} − {s('first')} × ({short})))"
    return {
        "rate_minus": (rate, rate),
        "milestones": (f"{full} × {x} %", f"{full} × {x} %"),
        "interval": (f"{full} 分满分，{zh}{fall and '：'}{fall}", f"full mark {full}; {en}{fall and ': '}{fall}"),
        "threshold": (
            f"{x}，要求{line[0]}：{f'达到，得满分 {full}' if met else '未达到，不得分'}",
            f"{x}, asked for {line[1]}: {f'reached, the full mark {full}' if met else 'not reached, no points'}",
        ),
        "three_point": (
            f"{full} × {x} 对应的系数（{'，'.join(f'{at} 得 {factor}' for at, factor in lines)}，其间按直线计）{_between(rule, cell, full, v, ('：', '；'))}",
            f"{full} × the factor for {x} ({', '.join(f'{factor} at {at}' for at, factor in lines)}, straight lines between){_between(rule, cell, full, v, (': ', '; '))}",
        ),
    }  # fmt: skip


def _line(at: tuple[int, int], shares: tuple[int, int], x: int, v: Say) -> str:
    """The straight line between two points as a formula."""
    if shares[0] == shares[1] or at[0] == at[1]:
        return plain(shares[0], 6)
    rise = plain(abs(shares[1] - shares[0]), 6)
    sign = "+" if shares[1] > shares[0] else "−"
    return (
        f"({plain(shares[0], 6)} {sign} {rise} × ({v(x)} − {v(at[0])}) / ({v(at[1])} − {v(at[0])}))"
    )


def _between(rule: Row, cell: Row, full: str, v: Say, marks: tuple[str, str]) -> str:
    """Of a three-point target: the piece in which a value lies, with its limits."""
    at = [cell["base"], cell["target"], cell["stretch"]]
    shares = [rule["first"], rule["second"], rule["third"]]
    if None in at or None in shares or cell["value"] is None:
        return ""
    better = [rule["sign"] * one for one in at]
    if not better[0] < better[1] < better[2]:
        zh = marks[0] == "："
        return "；三点没有依次变好，没有得分可算，按方案对“算不出时”的规定计" if zh else "; the three do not grow better one by one, so that there is nothing to reckon, and the rulebook's rule for what has no result stands in its place"  # fmt: skip
    upper = rule["sign"] * cell["value"] > rule["sign"] * at[1]
    ends, rise = (at[upper], at[upper + 1]), (shares[upper], shares[upper + 1])
    if ends[0] == ends[1]:
        return ""
    number = rise[0] + Fraction((rise[1] - rise[0]) * (cell["value"] - ends[0]), ends[1] - ends[0])
    text = _line(ends, rise, cell["value"], v)
    least, most = rule.get("least"), rule["most"]
    if least is not None and number < least:
        text = f"max({plain(least, 6)}, {text})"
    if most is not None and number > most:
        text = f"min({plain(most, 6)}, {text})"
    return f"{marks[0]}{full} × {text}"


def _looked_up(rule: Row, cell: Row, full: str, v: Say, beside: Beside) -> dict[str, tuple[str, str]]:  # fmt: skip
    """Methods that look a value up in a table or on a curve: the line of the table, the piece of the curve."""
    x = cell["value"]
    if x is None:
        return {}
    found = {}
    for step in beside.steps:
        if step["difference"] and cell["target"] is None:
            continue
        seen = x - cell["target"] if step["difference"] else x
        first = rule["sign"] < 0 and step["place"] == 1
        if (seen >= step["at"] or first) and (step["until"] is None or seen < step["until"]):
            n, d = step["credit_n"], step["credit_d"]
            credit = str(n) if d == 1 else f"{n} / {d}"
            what = f"{v(x)} − {v(cell['target'])} = {v(seen)}" if step["difference"] else v(seen)
            if first and step["until"] is not None:
                # Less is better still: that table begins nowhere, whatever number stands at its head.
                zh, en = f"不高于 {v(step['until'] - 1)} 的", f"up to {v(step['until'] - 1)}"
            elif first:
                zh, en = "任何数值", "at any value"
            elif step["until"] == step["at"] + 1:
                zh, en = f"取值 {v(step['at'])} 的", f"at {v(step['at'])}"
            elif step["until"] is None:
                zh, en = f"{v(step['at'])} 及以上的", f"from {v(step['at'])}"
            else:
                zh, en = f"{v(step['at'])} 至不足 {v(step['until'])} 的", f"from {v(step['at'])} to below {v(step['until'])}"  # fmt: skip
            found["steps"] = (f"{full} × {credit}（{what}，对照表中{zh}得 {credit}）", f"{full} × {credit} ({what}; {en} the table gives {credit})")  # fmt: skip
    for knot in beside.knots:
        if (x >= knot["at_low"] or knot["open_low"]) and (x < knot["at_high"] or knot["open_high"]):
            line = _line((knot["at_low"], knot["at_high"]), (knot["share_low"], knot["share_high"]), x, v)  # fmt: skip
            found["banded"] = (f"{full} × {line}（{v(x)} 在分档曲线上）", f"{full} × {line} ({v(x)} on the curve)")  # fmt: skip
    return found


def _placed(rule: Row, g: Row, full: str, beside: Beside) -> dict[str, tuple[str, str]]:
    """Methods that look at a unit's place in its group, where that is known."""
    n = g.get("valued" if rule.get("among") == "valued" else "due")
    if not beside.place or not n or (rule["method"] == "borda" and n == 1) or rule["method"] not in {"rank", "rank_table", "borda", "percentile", "exponential_rank"}:  # fmt: skip
        return {}
    ties = rule.get("ties")
    more = {"best": Fraction(0), "worst": Fraction(beside.equals - 1)}.get(str(ties), Fraction(beside.equals - 1, 2))  # fmt: skip
    if rule["method"] == "rank_table":
        more = Fraction(beside.equals - 1 if ties == "worst" else 0)
    place = beside.place + more
    at = plain(int(place * 10), 1)
    # e to the power of minus 100 over the rulebook's scale, as far as it is kept.
    steep = plain(10**15 - int(rule["high"]), 15) if rule["method"] == "exponential_rank" else ""
    below = plain(int((n - place + (Fraction(1) if ties == "best" else Fraction(0) if ties == "worst" else Fraction(1, 2))) * 10), 1)  # fmt: skip
    share = next((row["share"] for row in beside.shares if row["place"] == place), 0)
    text = {
        "rank": f"{full} × ({n} − {at} + 1) / {n}", "rank_table": f"{full} × {plain(share, 6)}",
        "borda": f"{full} × ({n} − {at}) / ({n} − 1)", "percentile": f"{full} × {below} / {n}",
        "exponential_rank": f"{full} × ln(1 − ({n} − {at} + 1) / {n} × (1 − {steep})) / ln({steep})",
    }[rule["method"]]  # fmt: skip
    tied = (f"，{beside.equals} 个单位并列", f", {beside.equals} units equal") if beside.equals > 1 else ("", "")  # fmt: skip
    return {rule["method"]: (f"{text}（{n} 个单位中第 {beside.place} 名{tied[0]}）", f"{text} (place {beside.place} of {n}{tied[1]})")}  # fmt: skip


def _fall(rule: Row, cell: Row, full: str, v: Say) -> str:
    """The line down to nothing of a value outside its interval; empty where there is none."""
    x, low, high = cell["value"], rule["low"], rule["high"]
    if x is None or (None not in (low, high) and low <= x <= high):
        return ""
    under = low is not None and x < low
    over = high is not None and x > high
    end, limit = (low, rule.get("low_limit")) if under else (high, rule.get("high_limit"))
    if not (under or over) or limit is None or limit == end:
        return ""
    way = f"({v(x)} − {v(limit)}) / ({v(low)} − {v(limit)})" if under else f"({v(limit)} − {v(x)}) / ({v(limit)} − {v(high)})"  # fmt: skip
    return f"{full} × max(0, {way})"


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


def _of_group(
    rule: Row, cell: Row, full: str, g: Row, decimals: int, beside: Beside
) -> dict[str, tuple[str, str]]:
    """Methods that compare with the group, or follow a curve or table of the rulebook."""
    due, x = (
        g.get("due", "?"),
        plain(int(cell["value"]), decimals) if cell["value"] is not None else "?",
    )
    zh, en, spread = f"{x} − 组均值", f"{x} − group mean", ("组标准差", "group standard deviation")
    if beside.treated:
        zh, en = "处理后的值 − 组均值", "treated value − group mean"
    elif g and g.get("root"):
        mean = plain(
            (ratio(int(g["total"]) * 10**6, g["valued"]) or 0) + int(g["lowest"]) * 10**6,
            decimals + 6,
        )
        away = plain(ratio(int(g["root"]) * 10**6, g["valued"] * ROOT_SCALE), decimals + 6)
        zh, en, spread = (
            f"{x} − {mean}",
            f"{x} − {mean}",
            (f"{away}（组均值和组标准差）", f"{away} (mean and standard deviation of the group)"),
        )
    apart = plain(int(g["mad_4"]) * 25, decimals + 2) if g else "?"
    slope = rule["sign"] * int(rule["second"] or 0)
    line = (
        f"{plain(int(rule['first'] or 0), 6)} {'−' if slope < 0 else '+'} {plain(abs(slope), 6)} × "
    )
    middle = plain(int(g["median_2"]) * 5, decimals + 1) if g else "?"
    return {
        "rank": (f"{full} × (应报 {due} 个单位中的名次)", f"{full} × place among {several(due, 'unit due', 'units due')}"),
        "rank_table": (f"{full} × (应报 {due} 个单位中的名次对应比例)", f"{full} × share for its place among {due}"),
        "borda": (f"{full} × (超过的单位数, 并列算半) / ({due} − 1)", f"{full} × (units beaten, ties half) / ({due} − 1)"),
        "percentile": (f"{full} × 百分位 ({due} 个单位)", f"{full} × percentile rank among {due}"),
        "z_score": (f"{line}({zh}) / {spread[0]}", f"{line}({en}) / {spread[1]}"),
        "min_max": (f"{full} × {x} 在组内最低到最高之间的位置", f"{full} × the position of {x} between the group's lowest and highest"),
        "exponential_rank": (f"{full} × 名次的指数变换 ({g.get('valued', '?')} 个单位有数值)", f"{full} × exponential transformation of its place ({g.get('valued', '?')} units with a value)"),
        "mads": (f"{line}({x} − {middle}) / {apart}（组中位数和绝对离差中位数）", f"{line}({x} − {middle}) / {apart} (median and median absolute deviation of the group)"),
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
