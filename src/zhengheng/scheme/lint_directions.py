"""Rules of `scheme check` about directions: what is better earns more, with every method, or it is said."""

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from fractions import Fraction
from itertools import pairwise

from zhengheng.scheme import methods as m
from zhengheng.scheme.choice_words import choice_word
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.findings import Finding, error, rule
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook

ANY_WAY = (m.Interval, m.Banded, m.Steps, m.Answers)
"""Methods that can say that the best lies in the middle."""
Words = tuple[str, str]


@rule
def methods_follow_the_direction(book: Rulebook, source: Source) -> Finding:
    for indicator in book.indicators:
        held = [(indicator.method, ("method",))]
        held += [(c.method, ("changes", n, "method")) for n, c in enumerate(indicator.changes)]  # type: ignore[misc]
        for method, path in held:
            for zh, en in _faults(indicator, method):
                yield error(source.indicator(indicator.code, *path), "method.direction",
                            f"{indicator.code}：{zh}", f"{indicator.code}: {en}")  # fmt: skip


def _faults(indicator: Indicator, method: m.Method | None) -> Iterator[Words]:
    direction = indicator.direction
    if method is None:
        return
    if direction == "interval":
        if not isinstance(method, ANY_WAY):
            yield ("方向（direction）是“区间”（interval），越接近区间越好，而这种计分方法只认越高越好或越低越好；请改用区间法、分档或对照表，或改写方向。",
                   "the direction is `interval`, and this method knows only higher or lower as better; use interval, banded or steps, or change `direction`")  # fmt: skip
        return
    up = direction == "up"
    match method:
        case m.Direct() | m.Tiers() | m.Answers() | m.Milestones() if not up:
            yield ("数值本身就是得分，只能越高越好；请把方向（direction）改为“越高越好”（up），或改用其他计分方法。",
                   "the value is itself the mark, so that higher is better; set `direction` to up or use another method")  # fmt: skip
        case m.Rank(table=table) if any(a < b for a, b in pairwise(table)):
            yield ("名次表中靠后的名次得分反而更多；请检查各名次（table）的比例。",
                   "a lower place earns more than a higher one; look at the shares of `table`")  # fmt: skip
        case m.Efficacy(bottom=first, target=last) | m.Growth(base=first, target=last):
            yield from _way(up, (first, last))
        case m.ThreePoint(base=base, target=target, stretch=stretch):
            yield from _way(up, (base, target, stretch))
        case m.Banded(knots=knots):
            shares = [Fraction(knot.share) for knot in sorted(knots, key=lambda k: k.at)]
            yield from _table(up, shares)
        case m.Steps(steps=steps):
            credits = [Fraction(step.credit) for step in sorted(steps, key=lambda s: s.at)]
            yield from _table(up, credits)
        case m.Interval(low=low, high=high) if (high if up else low) is not None:
            end, held = "high" if up else "low", choice_word("direction", direction, "zh")
            yield (f"方向是“{held}”，区间却有{heading(end)}（{end}），越过它反而失分；请把方向（direction）改为“区间”（interval），或去掉这一端。",
                   f"the direction is `{direction}`, and beyond `{end}` points are lost; set `direction` to interval or leave that end out")  # fmt: skip
        case m.MinMax(log="plain") | m.ZScore(log="plain") if not up and not _above_nothing(
            indicator
        ):
            yield ("0 和负数没有对数，而方向是越低越好，最好的数值反而算不出得分；请把取对数（log）改为“自最低值起取对数”（from_lowest），或把合理范围（sense）的下限写成大于 0 的数。",
                   "0 and what is below it have no logarithm, and lower is better, so that the best values have no result; set `log` to from_lowest, or give a range of sense (`sense`) that begins above 0")  # fmt: skip
        case _:
            pass


def _above_nothing(indicator: Indicator) -> bool:
    low = indicator.sense.low if indicator.sense else None
    return low is not None and low > 0


def given_fault(indicator: Indicator, given: Mapping[str, Decimal]) -> Words | None:
    """Why agreed numbers (target, base, stretch, bottom) lead against the direction, in both languages; None if not.

    What is not given stays as the rulebook says, under the method and each of its changes.
    """
    for method in (indicator.method, *(change.method for change in indicator.changes)):
        held = {kind: value for kind, value in given.items() if hasattr(method, kind)}
        if isinstance(method, m.Efficacy | m.Growth | m.ThreePoint) and held:
            for zh, en in _faults(indicator, method.model_copy(update=held)):
                return zh, en
    return None


def _way(up: bool, values: Sequence[Decimal | None]) -> Iterator[Words]:
    known = [value for value in values if value is not None]
    if any((a >= b) if up else (a <= b) for a, b in pairwise(known)):
        better, worse = ("高", "higher") if up else ("低", "lower")
        yield (f"方向是越{better}越好，从起点到目标的数值却不是越来越{better}；请检查这些数值或方向（direction）。",
               f"{worse} is better, but the numbers do not grow {worse} on the way to the target; look at them or at `direction`")  # fmt: skip


def _table(up: bool, shares: Sequence[Fraction]) -> Iterator[Words]:
    if any((a > b) if up else (a < b) for a, b in pairwise(shares)):
        better, en = ("高", "higher") if up else ("低", "lower")
        yield (f"方向是越{better}越好，表中更好的数值却得分更少；请检查表中各行，或把方向（direction）改为相反方向或“区间”（interval）。",
               f"{en} is better, but a better value of the table earns less; look at its rows, or set `direction` the other way or to interval")  # fmt: skip
