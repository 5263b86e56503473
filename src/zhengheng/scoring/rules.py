"""The numbers of one method: its columns of the table `rule`, and its rows of curves, steps and shares."""

import itertools
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from decimal import Context, Decimal, localcontext
from fractions import Fraction
from typing import Any

from zhengheng.domain.entries import dotted
from zhengheng.domain.numbers import COEFFICIENT, logarithm, plain
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.domain.several import several
from zhengheng.scheme import methods as m
from zhengheng.scheme import relative as r
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Node

Row = dict[str, Any]
GROUPED = {
    "rank", "rank_table", "borda", "percentile", "min_max", "z_score", "mads", "exponential_rank",
}  # fmt: skip
OF_THE_GROUP = {"group_best", "group_mean", "group_median"}


Place = tuple[str | int, ...]
"""Where a number stands: `indicator` and its code, or `rulebook`, and the keys that lead to it."""
_GATHERED: ContextVar[list[tuple[Place, Problem]] | None] = ContextVar("gathered", default=None)


@contextmanager
def gathering() -> Iterator[list[tuple[Place, Problem]]]:
    """Collect what would be refused, each with its place, and go on with a zero in its stead."""
    found: list[tuple[Place, Problem]] = []
    token = _GATHERED.set(found)
    try:
        yield found
    finally:
        _GATHERED.reset(token)


def refuse(place: Place, code: str, zh: str, en: str) -> None:
    """Raise RulebookError, or keep the fault where faults are gathered."""
    problem = Problem(dotted(place[1:]), code, zh, en)
    found = _GATHERED.get()
    if found is None:
        raise RulebookError([problem])
    found.append((place, problem))


def scaled(value: Decimal | None, scale: int, *place: str | int) -> int | None:
    """A rulebook number as an exact integer at a scale; refuses to lose digits."""
    if value is None:
        return None
    number = Fraction(value) * scale
    if number.denominator != 1:
        most = len(str(scale)) - 1
        refuse(
            place, "number.digits",
            zh=f"{value:f} 有 {_decimals(value)} 位小数，这里最多 {most} 位；请增加指标的小数位（decimals），或改写该数。",
            en=f"{value:f} has {several(_decimals(value), 'decimal', 'decimals')}, and {most} are the most here; raise the indicator's `decimals` or rewrite the number",
        )  # fmt: skip
        return 0
    return int(number)


def _decimals(value: Decimal) -> int:
    exponent = value.normalize().as_tuple().exponent
    return -exponent if isinstance(exponent, int) else 0


def micro(value: Fraction, *place: str | int) -> int:
    """A weight or mark as an exact integer at 10**6; refuses to lose digits."""
    number = value * COEFFICIENT
    if number.denominator != 1:
        said = exactly(value)
        refuse(
            place, "weight.digits",
            zh=f"权重或分值 {said} 超过六位小数；请改写权重或满分。",
            en=f"weight or mark {said} has more than six decimals; rewrite the weights or the full mark",
        )  # fmt: skip
        return 0
    return int(number)


def times(value: Decimal, *place: str | int) -> int:
    """A coefficient of a numerator or denominator as an exact integer at 10**6; refuses to lose digits."""
    number = Fraction(value) * COEFFICIENT
    if number.denominator != 1:
        refuse(
            place, "number.digits",
            zh=f"{place[-1]} 的系数 {value:f} 有 {_decimals(value)} 位小数，系数最多 6 位；请少写几位小数，需要更多位的，可把分子、分母的全部系数同乘以 10、100 或 1000 等，系数合计须小于 1000000（没有分母的，分子的系数乘多少，倍数（scale）就除以多少）。",
            en=f"the coefficient {value:f} of {place[-1]} has {several(_decimals(value), 'decimal', 'decimals')}, and 6 are the most here; write fewer, or multiply all coefficients of the numerator and the denominator by 10, 100, 1000 and so on, adding up to less than 1000000 (without a denominator those of the numerator, and divide `scale` by as much)",
        )  # fmt: skip
        return 0
    return int(number)


def exactly(value: Fraction) -> str:
    """A number as it is: in decimals where they end, else as a fraction."""
    rest = value.denominator
    for prime in (2, 5):
        while rest % prime == 0:
            rest //= prime
    if rest > 1:
        return f"{value.numerator}/{value.denominator}"
    decimals = value.denominator.bit_length()
    return plain(int(value * 10**decimals), decimals)


def method_rows(method: m.Method | None, key: Row, scale: int) -> Iterator[tuple[str, Row]]:
    """The rows of a method in tables of their own, each with its table; `key` is their indicator and segment."""
    own = ("indicator", str(key["indicator"]), "method")
    if isinstance(method, m.Banded):
        for row in _knots(method, scale, own):
            yield "rule_knot", key | row
    elif isinstance(method, m.Rank):
        for place, share in enumerate(method.table, 1):
            yield (
                "rank_share",
                key
                | {"place": place, "share": scaled(share, COEFFICIENT, *own, "table", place - 1)},
            )
    elif isinstance(method, m.MinMax | m.ZScore) and (method.winsorise or method.log):
        low, high = (method.winsorise.low, method.winsorise.high) if method.winsorise else (0, 0)
        yield "treatment", key | {"low": low, "high": high, "log": method.log}
    elif isinstance(method, m.Steps | m.Answers):
        for row in _steps(method, scale, own):
            yield "rule_step", key | row


def _knots(method: m.Banded, scale: int, own: Place) -> Iterator[Row]:
    knots = sorted(method.knots, key=lambda k: k.at)
    points = [
        (scaled(k.at, scale, *own, "knots"), scaled(k.share, COEFFICIENT, *own, "knots"))
        for k in knots
    ]
    worst_first = points[0][1] <= points[-1][1]  # type: ignore[operator]
    below = scaled(method.below, COEFFICIENT, *own, "below")
    pieces = [(a, b, False, False) for a, b in itertools.pairwise(points)]
    low = (points[0][0], below if below is not None and worst_first else points[0][1])
    high = (points[-1][0], below if below is not None and not worst_first else points[-1][1])
    ends = [((low[0] - 1, low[1]), low, True, False)]  # type: ignore[operator]
    last = [(high, (high[0] + 1, high[1]), False, True)]  # type: ignore[operator]
    for place, (left, right, open_low, open_high) in enumerate([*ends, *pieces, *last], 1):
        yield {
            "place": place, "at_low": left[0], "at_high": right[0], "share_low": left[1],
            "share_high": right[1], "open_low": open_low, "open_high": open_high,
        }  # fmt: skip


def _steps(method: m.Steps | m.Answers, scale: int, own: Place) -> Iterator[Row]:
    exact = isinstance(method, m.Answers)
    if isinstance(method, m.Answers):
        rows = [(a.value * scale, a.credit, False) for a in method.answers]
    else:
        rows = [
            (scaled(s.at, scale, *own, "steps") or 0, s.credit, method.of == "difference")
            for s in method.steps
        ]
    rows.sort()
    for place, (at, credit, difference) in enumerate(rows, 1):
        until = at + 1 if exact else rows[place][0] if place < len(rows) else None
        fraction = Fraction(credit)
        yield {
            "at": at, "until": until, "place": place, "difference": difference,
            "credit_n": fraction.numerator, "credit_d": fraction.denominator,
        }  # fmt: skip


_VALUES = ("target", "base", "stretch", "bottom", "low", "high", "low_limit", "high_limit")


def method_columns(method: m.Method, leaf: Indicator) -> Row:
    """The numbers of one method in the columns of `rule`; None where it has none."""
    scale = 10**leaf.decimals
    # The base of 功效系数 is a share, not a value: the value-scale column of that name stays empty.
    own = [name for name in _VALUES if (name, method.kind) != ("base", "efficacy")]  # type: ignore[attr-defined]
    row: Row = dict.fromkeys(_VALUES)
    place: Place = ("indicator", leaf.code, "method")
    row |= {name: scaled(getattr(method, name, None), scale, *place, name) for name in own}
    row |= dict.fromkeys(("first", "second", "third", "log_low", "log_high", "least_points"))
    row["least"] = scaled(getattr(method, "least", None), COEFFICIENT, *place, "least")
    row["most"] = scaled(getattr(method, "cap", None), COEFFICIENT, *place, "cap")
    row["strict"] = getattr(method, "strict", False)
    name = method.kind  # type: ignore[attr-defined]
    match method:
        case m.Ratio() if leaf.direction == "down":
            name = f"ratio_{method.reverse}"
        case m.Efficacy(base=base, span=span, least=least):
            row |= {"first": _c(base, *place, "base"), "second": _c(span, *place, "span")}
            row["least"] = _c(base if least is None else least, *place, "least")
        case m.PlusMinus(per=per, slope=slope):
            name = "plus_minus" if per == "percent" else "difference"
            row["first"] = _c(slope, *place, "slope")
        case m.RateMinus():
            row |= {
                "first": _c(method.points_per_unit, *place, "points_per_unit"),
                "least_points": _c(method.floor_points, *place, "floor_points"),
            }
        case m.ThreePoint():
            row |= {
                "first": _c(method.at_base, *place, "at_base"),
                "second": _c(method.at_target, *place, "at_target"),
            }
            row |= {
                "third": _c(method.at_stretch, *place, "at_stretch"),
                "most": _c(method.at_stretch, *place, "at_stretch"),
            }
        case m.Banded():
            row |= {"least": None, "most": None}
        case m.Direct():
            row["high"] = scaled(method.scale, scale, *place, "scale")
        case m.Tiers():
            row |= {"high": 100 * scale, "least": 0, "most": COEFFICIENT}
            name = "direct"
        case m.Answers():
            name = "steps"
        case m.Rank() if method.table:
            name = "rank_table"
        case m.ZScore() | m.Mads():
            row |= {
                "first": _c(method.centre, *place, "centre"),
                "second": _c(method.scale, *place, "scale"),
            }
        case m.MinMax() | m.ExponentialRank():
            row |= _of_the_group(method, place)
        case m.Goalposts() if method.log:
            name = "log_goalposts"
            row["log_low"] = logarithm(row["low"], leaf.decimals)
            row["log_high"] = logarithm(row["high"], leaf.decimals)
        case _:
            pass
    if isinstance(method, m.Goalposts) and leaf.direction == "down":
        # Mirrored: the way begins at the high post, and the formula is the same.
        row |= {"low": row["high"], "high": row["low"], "log_low": row["log_high"], "log_high": row["log_low"]}  # fmt: skip
    row["method"] = name
    row["grouped"] = name in GROUPED or leaf.reference.to in OF_THE_GROUP
    row["ties"], row["among"] = getattr(method, "ties", None), getattr(method, "among", None)
    row["sample"] = getattr(method, "deviation", None) == "sample"
    row["treated"] = bool(getattr(method, "winsorise", None)) or (
        isinstance(method, m.MinMax | m.ZScore) and method.log is not None
    )
    return row


def _of_the_group(method: m.MinMax | m.ExponentialRank, place: Place) -> Row:
    if isinstance(method, m.MinMax):
        return {
            "first": _c(method.at_worst, *place, "at_worst"),
            "second": _c(method.at_best, *place, "at_best"),
        }
    share, top = curve(method.scale)
    return {"high": share, "log_high": top}


def curve(scale: Decimal) -> tuple[int, int]:
    """Of an exponential rank: 1 - e^(-100/scale) at 10**15, and the logarithm that the best rank has.

    Both are rounded once, so the best rank has the full mark to the digit.
    """
    with localcontext(Context(prec=60)):
        share = int(((1 - (-100 / scale).exp()) * 10**15).to_integral_value())
    best = logarithm(10**15 - share, 15)
    if best is None:
        raise ValueError(f"no place can be told on a curve so steep: {scale}")
    return share, -best


def _c(value: Decimal, *place: str | int) -> int:
    number = scaled(value, COEFFICIENT, *place)
    assert number is not None
    return number


def node_rule(node: Node) -> Row | None:
    """What a dimension owes to other units, and its turn, in the columns of `node_rule`; None where nothing."""
    fill, coverage, rescale = node.fill, node.coverage, node.rescale
    if not (fill or coverage or rescale or node.mirror):
        return None
    place: Place = ("rulebook", "tree")
    row: Row = {
        "least_used": coverage.indicators if coverage else None,
        "least_share": scaled(coverage.share, COEFFICIENT, *place, "coverage") if coverage else None,
        "below": coverage.below if coverage else None,
        "fill": fill.by if fill else None, "pool": fill.over if fill else None,
        "minimum": fill.minimum if fill else None,
        "counted": bool(fill and fill.counted), "mirror": node.mirror,
        "rescale": rescale.kind if rescale else None,
        "first": None, "second": None, "curve": None, "curve_top": None,
        "sample": getattr(rescale, "deviation", None) == "sample",
        "undefined": rescale.undefined if rescale else None,
        "plain": bool(rescale and rescale.upward == "plain"),
    }  # fmt: skip
    match rescale:
        case r.RescaleMinMax():
            row |= {
                "first": _c(rescale.at_worst, *place, "rescale"),
                "second": _c(rescale.at_best, *place, "rescale"),
            }
        case r.RescaleBest():
            row["first"] = scaled(rescale.lowest_at, COEFFICIENT, *place, "rescale")
        case r.RescaleZScore():
            row |= {
                "first": _c(rescale.centre, *place, "rescale"),
                "second": _c(rescale.scale, *place, "rescale"),
            }
        case r.RescaleExponentialRank():
            row["curve"], row["curve_top"] = curve(rescale.scale)
        case _:
            pass
    return row
