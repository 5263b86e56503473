"""Points of a decided item: one rule, asked where they are entered, where they are checked and where they count."""

from zhengheng.domain.names import unknown
from zhengheng.domain.numbers import POINT
from zhengheng.lake.cells import CellError, read_number
from zhengheng.scheme.model import Adjustment, Rulebook

PRICED = frozenset({"bonus", "deduction"})
"""Kinds of items that carry points. A veto or an integrity item carries none: it bears on the grade, outside the caps of points [D]."""
_ONLY = {"veto": ("一票否决事项", "a veto"), "integrity": ("诚信事项", "an integrity item")}


def read_points(item: Adjustment, text: str, digits: int) -> int | None:
    """Points at 10**-9, None where the item carries none. Raises CellError.

    `digits` are those of the rulebook's total: finer points could not be seen in it.
    """
    points = read_number(text, 9, measure_unit="分")[0] if text else None
    if item.kind not in PRICED:
        if points:
            raise CellError(
                "points.kind", f"“{item.name.zh}”是{_ONLY[item.kind][0]}，只限定等次，分值 {text} 不起作用；请把分值留空，要扣分的另行登记扣分事项",
                f"{item.name.say('en')} is {_ONLY[item.kind][1]}, which bears on the grade alone, so that {text} points would do nothing; leave them empty, and where points are to be taken enter a deduction as well",
            )  # fmt: skip
        return None
    if points is None:
        raise CellError("points", "加减分项没有分值", "a bonus or deduction needs its points")
    if points < 0:
        raise CellError(
            "points.sign", f"分值 {text} 带有负号；加分还是减分由事项的类别决定，分值只填多少分，不填负数",
            f"points {text} are below zero; whether an item adds or takes away is its kind's matter, so give how many, without a sign",
        )  # fmt: skip
    if points % 10 ** (9 - digits):
        raise CellError(
            "points.digits", f"分值 {text} 的小数位多于总分的 {digits} 位",
            f"points {text} have more decimals than the total's {digits}",
        )  # fmt: skip
    if points < item.least * POINT or (item.most is not None and points > item.most * POINT):
        raise CellError(
            "points.range", f"分值 {text} 不在方案规定的 {span(item)[0]} 之间",
            f"points {text} are not between {span(item)[1]}",
        )  # fmt: skip
    return points


def span(item: Adjustment) -> tuple[str, str]:
    """From where to where one item's points may go, in both languages."""
    if item.most is None:
        return f"{item.least} 以上", f"{item.least} and more"
    return f"{item.least} 至 {item.most}", f"{item.least} and {item.most}"


def span_words(item: Adjustment) -> tuple[str, str]:
    """How many points one item may carry, as it stands in brackets after its name."""
    en = f"{item.least} or more" if item.most is None else f"{item.least} to {item.most}"
    return f"{span(item)[0]} 分", f"points: {en}"


def points_fault(book: Rulebook, code: str, text: str) -> tuple[str, str] | None:
    """Why these points cannot be those of the rulebook's item, in both languages."""
    item = next((one for one in book.adjustments if one.code == code), None)
    if item is None:
        return unknown("item", code, {one.code: one.name.zh for one in book.adjustments})
    try:
        points = read_points(item, text, book.tree.digits)
    except CellError as error:
        return error.zh, error.en
    if item.kind in PRICED and points == 0:
        return (
            "分值不能为 0：加减分项应当写明加或减多少分",
            "0 points change nothing: a bonus or deduction says how many",
        )
    if item.kind not in PRICED and text:
        return "否决项和诚信项不填分值", "a veto or an integrity item carries no points"
    return None
