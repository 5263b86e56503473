"""Each scoring method in plain words with its own numbers: what the public and officials read of a rule."""

from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import true_minus
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.relative_words import filled

Pair = tuple[str, str]
PERCENT = frozenset({"%", "％", "百分比"})
"""Units of measure of which one is a percentage point."""
_SAID: dict[str, Callable[[Any, Indicator], Pair]] = {}
YEAR_BEFORE = (
    "；计上年值，即以考核年度上一年的实绩计分",
    "; scored is the value of the year before the assessed one",
)
_TO = {
    "given": ("", ""), "previous": ("; 目标为本单位上年", "; the target is the unit's own last year"),
    "group_best": ("；目标为组内最好值", "; the target is the group's best value"),
    "group_mean": ("；目标为组内均值", "; the target is the group's mean"),
    "group_median": ("; 目标为组内中位数", "; the target is the group's median"),
    "unit": ("; 目标为全市数", "; the target is the city's own value"),
}  # fmt: skip


def said(indicator: Indicator) -> Pair:
    """How the indicator's value becomes points, in Chinese and English; shares are of the full mark.

    Empty for an input of others, which earns nothing itself.
    """
    if indicator.method is None:
        return "", ""
    before = YEAR_BEFORE if indicator.score_previous_year else ("", "")
    zh, en = rule_said(indicator)
    return zh + before[0], en + before[1]


def rule_said(indicator: Indicator) -> Pair:
    """The same without a word of which year's value it is, for who knows the year and says it."""
    if indicator.method is None:
        return "", ""
    zh, en = _SAID[indicator.method.kind](indicator.method, indicator)
    more = [_TO[indicator.reference.to]]
    if indicator.fill:
        gap = filled(indicator.fill)
        more.append((f"；{gap[0]}", f"; {gap[1]}"))
    return zh + "".join(m[0] for m in more), en + "".join(m[1] for m in more)


def _is_down(indicator: Indicator) -> bool:
    """Whether less is better."""
    return indicator.direction == "down"


def _of(
    kind: str,
) -> Callable[[Callable[[Any, Indicator], Pair]], Callable[[Any, Indicator], Pair]]:
    def known(function: Callable[[Any, Indicator], Pair]) -> Callable[[Any, Indicator], Pair]:
        _SAID[kind] = function
        return function

    return known


@_of("ratio")
def _ratio(m: Any, one: Indicator) -> Pair:
    aim = _aim(m.target)
    most = ("", "") if m.cap == 1 else (f", 最高 {_share(m.cap)}", f", at most {_share(m.cap)}")
    if not _is_down(one):
        zh, en = (
            f"实绩占目标{aim[0]}的比例乘满分",
            f"the share of the target{aim[1]} reached, times the full mark",
        )
    elif m.reverse == "inverse":
        zh, en = (
            f"目标{aim[0]}除以实绩, 乘满分",
            f"the target{aim[1]} divided by the value, times the full mark",
        )
    else:
        zh, en = (
            f"2 减去实绩与目标{aim[0]}之比, 乘满分",
            f"2 less the value over the target{aim[1]}, times the full mark",
        )
    return zh + most[0], en + most[1]


@_of("efficacy")
def _efficacy(m: Any, one: Indicator) -> Pair:
    bottom, top = _aim(m.bottom), _aim(m.target)
    low, high = _share(m.base), _share(m.base + m.span)
    return (
        f"不允许值{bottom[0]}得 {low}, 满意值{top[0]}得 {high}, 其间按所处位置",
        f"{low} at the unacceptable value{bottom[1]}, {high} at the satisfactory value{top[1]}, by position between",
    )


@_of("banded")
def _banded(m: Any, one: Indicator) -> Pair:
    return (
        "分档: " + "、".join(f"{_n(k.at)} 得 {_share(k.share)}" for k in m.knots) + ", 档间按直线",
        "bands: "
        + ", ".join(f"{_n(k.at)} earns {_share(k.share)}" for k in m.knots)
        + ", straight between",
    )


@_of("rank")
def _rank(m: Any, one: Indicator) -> Pair:
    table = (
        (": " + "、".join(map(_share, m.table)), ": " + ", ".join(map(_share, m.table)))
        if m.table
        else ("", "")
    )
    ties = _tied(m, "best")
    return (
        f"按组内名次得分, {_AMONG[m.among][0]}" + table[0] + ties[0],
        f"by the place in its group, {_AMONG[m.among][1]}" + table[1] + ties[1],
    )


@_of("plus_minus")
def _plus_minus(m: Any, one: Indicator) -> Pair:
    aim, slope = _aim(m.target), _share(m.slope)
    if m.per == "percent":
        zh_per, en_per = "目标值的 1% ", "per cent of the target"
    elif one.unit_said.zh in PERCENT:
        zh_per, en_per = " 1 个百分点", "percentage point"
    else:
        zh_per, en_per = (f" {one.measured('1')[0]} ", one.measured("1")[1])
    sides = ("超过目标的，每高", "above"), ("低于目标的，每低", "below")
    better, worse = reversed(sides) if _is_down(one) else sides
    least = ("扣完为止", "down to nothing") if not m.least else (f"最低得满分的 {_share(m.least)}", f"down to {_share(m.least)} of it")  # fmt: skip
    zh = f"{worse[0]}{zh_per}扣满分的 {slope}，{least[0]}"
    en = f"{slope} of it less for each {en_per} {worse[1]}, {least[1]}"
    if m.cap > 1:
        zh = f"{better[0]}{zh_per}加满分的 {slope}，最高得满分的 {_share(m.cap)}；{zh}"
        en = f"{slope} of it more for each {en_per} {better[1]}, up to {_share(m.cap)} of it, and {en}"  # fmt: skip
    elif m.cap < 1:
        zh, en = f"{zh}，最高得满分的 {_share(m.cap)}", f"{en}, at most {_share(m.cap)} of it"
        return f"达到目标{aim[0]}从满分起算，{zh}", f"reckoned from the full mark at the target{aim[1]}: {en}"  # fmt: skip
    return f"达到目标{aim[0]}得满分；{zh}", f"the full mark at the target{aim[1]}, {en}"


@_of("rate_minus")
def _rate_minus(m: Any, one: Indicator) -> Pair:
    aim, size, least = _aim(m.target), _n(m.points_per_unit), _n(m.floor_points)
    zh_way, en_way = ("高", "above") if _is_down(one) else ("低", "short")
    return (
        f"达到目标{aim[0]}得满分, 每{zh_way} 1 个百分点扣 {size} 分, 最低 {least} 分",
        f"the full mark at the target{aim[1]}, {size} points less for each percentage point {en_way}, at least {least}",
    )


@_of("interval")
def _interval(m: Any, one: Indicator) -> Pair:
    edges = [("低于", "below", m.low, m.low_limit), ("高于", "above", m.high, m.high_limit)]
    zh = [
        f"{word} {_n(edge)} 递减" + (f", 到 {_n(limit)} 为零" if limit is not None else "")
        for word, _, edge, limit in edges
        if edge is not None
    ]
    en = [
        f"falling {word} {_n(edge)}" + (f", nothing at {_n(limit)}" if limit is not None else "")
        for _, word, edge, limit in edges
        if edge is not None
    ]
    return "区间内得满分; " + "; ".join(zh), "the full mark inside the range; " + "; ".join(en)


@_of("three_point")
def _three_point(m: Any, one: Indicator) -> Pair:
    marks = [
        (m.base, m.at_base, "基准", "base"),
        (m.target, m.at_target, "目标", "target"),
        (m.stretch, m.at_stretch, "挑战值", "stretch target"),
    ]
    zh = ", ".join(f"{word}{_aim(at)[0]}得 {_share(share)}" for at, share, word, _ in marks)
    en = ", ".join(f"{_share(share)} at the {word}{_aim(at)[1]}" for at, share, _, word in marks)
    return f"{zh}, 其间按直线", f"{en}, straight between"


@_of("growth")
def _growth(m: Any, one: Indicator) -> Pair:
    base, aim = _aim(m.base), _aim(m.target)
    return (
        f"从基数{base[0]}到目标{aim[0]}已完成的比例乘满分",
        f"the share gone of the way from the base{base[1]} to the target{aim[1]}, times the full mark",
    )


@_of("direct")
def _direct(m: Any, one: Indicator) -> Pair:
    return f"评分本身, 以 {_n(m.scale)} 为满分折算", f"the mark itself, out of {_n(m.scale)}"


@_of("tiers")
def _tiers(m: Any, one: Indicator) -> Pair:
    return (
        "定性分档: "
        + "、".join(f"{tier.name.zh} {_n(tier.high)}–{_n(tier.low)}%" for tier in m.tiers),
        "tiers: "
        + ", ".join(f"{tier.name.say('en')} {_n(tier.high)}–{_n(tier.low)}%" for tier in m.tiers),
    )


@_of("threshold")
def _threshold(m: Any, one: Indicator) -> Pair:
    aim = _aim(m.target)
    if m.strict:
        zh, en = ("低于", "below") if _is_down(one) else ("超过", "above")
    else:
        zh, en = ("不高于", "at or below") if _is_down(one) else ("达到", "at or above")
    return (
        f"{zh}目标{aim[0]}得满分, 否则为零",
        f"the full mark {en} the target{aim[1]}, otherwise nothing",
    )


def _of_full(credit: str) -> Pair:
    """A credit in words: the full mark, nothing, or a part of it."""
    if Fraction(credit) in {0, 1}:
        return ("满分", "the full mark") if Fraction(credit) else (" 0 分", "nothing")
    share = Fraction(credit) * 100
    said = (
        f"{_n(Decimal(share.numerator) / share.denominator)}%"
        if (share * 100).denominator == 1
        else credit
    )
    return f"满分的 {said}", f"{said} of the full mark"


@_of("steps")
def _steps(m: Any, one: Indicator) -> Pair:
    zh, en = (
        ("与目标之差", "the difference to the target")
        if m.of == "difference"
        else ("数值", "the value")
    )
    rows = sorted(m.steps, key=lambda row: row.at)
    said = [_step_said(row, *rows[place : place + 1], is_open=_is_down(one) and place == 1, decimals=one.decimals) for place, row in enumerate(rows, 1)]  # fmt: skip
    return (
        f"对照表，按{zh}：" + "、".join(text for text, _ in said),
        f"a table by {en}: " + ", ".join(text for _, text in said),
    )


def _step_said(row: Any, following: Any = None, *, is_open: bool, decimals: int) -> Pair:
    """One step of a table. Where less is better, the first one has no lower end: whatever number it begins at, its
    upper end says it."""
    zh, en = _of_full(row.credit)
    if not is_open:
        return f"{_n(row.at)} 起得{zh}", f"{en} from {_n(row.at)}"
    if following is None:
        return f"无论多少都得{zh}", f"{en} at any value"
    most = _n(following.at - Decimal(1).scaleb(-decimals))
    return f"不高于 {most} 得{zh}", f"{en} up to {most}"


@_of("answers")
def _answers(m: Any, one: Indicator) -> Pair:
    return (
        "问卷："
        + "、".join(f"{answer.name.zh} 得{_of_full(answer.credit)[0]}" for answer in m.answers),
        "a questionnaire: "
        + ", ".join(
            f"{answer.name.say('en')} earns {_of_full(answer.credit)[1]}" for answer in m.answers
        ),
    )


@_of("milestones")
def _milestones(m: Any, one: Indicator) -> Pair:
    late = _share(m.late)
    return (
        f"按期完成的节点得其份额, 逾期完成得份额的 {late}",
        f"a milestone met in time earns its share, one met late {late} of it",
    )


@_of("min_max")
def _min_max(m: Any, one: Indicator) -> Pair:
    cut = _treated(m)
    zh, en = "乘满分", "times the full mark"
    if (m.at_worst, m.at_best) != (0, 1):
        low, high = _share(m.at_worst), _share(m.at_best)
        zh = f"折算为满分的 {low} 到 {high}"
        en = f"from {low} to {high} of the full mark"
    return (
        f"{cut[0]}在组内最低和最高值之间的位置{zh}",
        f"{cut[1]}the position between the group's lowest and highest value, {en}",
    )


@_of("z_score")
def _z_score(m: Any, one: Indicator) -> Pair:
    a, b = _n(m.centre), _n(m.scale)
    cut = _treated(m)
    zh, en = ("样本", "sample ") if m.deviation == "sample" else ("", "")
    return (
        f"{cut[0]}{a} 加 {b} 乘以离组均值的{zh}标准差数",
        f"{cut[1]}{a} plus {b} times the {en}standard deviations from the group's mean",
    )


@_of("mads")
def _mads(m: Any, one: Indicator) -> Pair:
    a, b = _n(m.centre), _n(m.scale)
    return (
        f"{a} 加 {b} 乘以离组中位数的绝对离差中位数数",
        f"{a} plus {b} times the median absolute deviations from the group's median",
    )


@_of("percentile")
def _percentile(m: Any, one: Indicator) -> Pair:
    zh, en = _EQUALS[m.ties]
    return (
        f"不如它的单位所占比例 ({zh}) 乘满分; {_AMONG[m.among][0]}",
        f"the share of units behind it, {en}, times the full mark; {_AMONG[m.among][1]}",
    )


@_of("borda")
def _borda(m: Any, one: Indicator) -> Pair:
    zh, en = _EQUALS[m.ties]
    return (
        f"超过的单位 ({zh}) 占其余单位的比例乘满分; {_AMONG[m.among][0]}",
        f"the units it beats, {en}, of all others, times the full mark; {_AMONG[m.among][1]}",
    )


@_of("exponential_rank")
def _exponential_rank(m: Any, one: Indicator) -> Pair:
    ties = _tied(m, "mean")
    return (
        f"组内名次经指数变换（参数 {_n(m.scale)}）折算，第一名得满分，越靠前差距越大；{_AMONG[m.among][0]}{ties[0]}",
        f"its place in the group by an exponential transformation (parameter {_n(m.scale)}): the first has the full mark, and steps widen towards the top; {_AMONG[m.among][1]}{ties[1]}",
    )


@_of("goalposts")
def _goalposts(m: Any, one: Indicator) -> Pair:
    zh, en = ("按对数", " by logarithms") if m.log else ("", "")
    return (
        f"{zh}在 {_n(m.low)} 到 {_n(m.high)} 之间的位置乘满分",
        f"the position between {_n(m.low)} and {_n(m.high)}{en}, times the full mark",
    )


_AMONG = {
    "due": ("应报单位都计入", "every unit due to report counted"),
    "valued": ("只计有数值的单位", "only units with a value counted"),
}  # fmt: skip
_EQUALS = {
    "mean": ("相同的算一半", "equal ones half"), "best": ("相同的也算", "equal ones too"),
    "worst": ("相同的不算", "equal ones not"),
}  # fmt: skip


def _tied(m: Any, usual: str) -> Pair:
    """How equal values share their places, where that is not what is usual."""
    zh, en = {"best": ("最好", "best"), "mean": ("平均", "mean"), "worst": ("最后", "worst")}[
        m.ties
    ]
    if m.ties == usual:
        return "", ""
    return f"；数值相同的取{zh}名次", f"; equal values take the {en} of their places"


def _treated(m: Any) -> Pair:
    """What is done to the values before they are compared."""
    zh, en = "", ""
    if m.winsorise:
        low, high = m.winsorise.low, m.winsorise.high
        zh = f"先缩尾（最低 {low} 个和最高 {high} 个取相邻值），"
        en = f"winsorised first (the lowest {low} and highest {high} values take the next), "
    if m.log:
        zh += "先取对数，" if m.log == "plain" else "先取与最低值之差加极差百分之一的对数，"
        en += "by logarithms, " if m.log == "plain" else "by logarithms of the distance to the lowest plus a hundredth of the range, "  # fmt: skip
    return zh, en


def _n(number: Decimal | None) -> str:
    """A number of the rule as people write it."""
    if number is None:
        return "—"
    text = true_minus(format(number, "f"))
    return text.rstrip("0").rstrip(".") if "." in text else text


def _share(share: Decimal) -> str:
    return f"{_n(share * 100)}%"


def _aim(number: Decimal | None) -> Pair:
    """The number where the rule itself has one; otherwise each unit has its own."""
    return (f" {_n(number)} ", f" {_n(number)}") if number is not None else ("", "")
