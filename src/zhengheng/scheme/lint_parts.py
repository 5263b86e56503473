"""Rules of `scheme check` about indicators made from others: of known ones, and so that a value can come of it."""

from collections.abc import Iterator
from decimal import Decimal

from zhengheng.domain.names import unknown
from zhengheng.scheme.findings import Finding, error, names_of, plain, rule
from zhengheng.scheme.folder import Source
from zhengheng.scheme.indicator import Indicator, Parts
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sense import sense_of

Path = tuple[str | int, ...]


def made_from(indicator: Indicator) -> Iterator[tuple[Path, str]]:
    """What an indicator is made from, each with its place."""
    if indicator.year_on_year:
        yield ("year_on_year", "of"), indicator.year_on_year.of
    if indicator.parts:
        for side in ("numerator", "denominator"):
            for code in getattr(indicator.parts, side):
                yield ("parts", side, code), code


@rule
def derived_indicators_rest_on_known_ones(book: Rulebook, source: Source) -> Finding:
    known = {i.code: i for i in book.indicators}

    def circular(code: str, trail: tuple[str, ...]) -> bool:
        if code in trail:
            return True
        return code in known and any(circular(s, (*trail, code)) for _, s in made_from(known[code]))

    for indicator in book.indicators:
        for path, part in made_from(indicator):
            if part not in known:
                zh, en = unknown("indicator", part, names_of(book.indicators))
                yield error(source.indicator(indicator.code, *path), "parts.unknown", f"{indicator.code}：{zh}", f"{indicator.code}: {en}")  # fmt: skip
        # The entry that leads back here; what only leads to a circle of others is not to blame.
        back = [path for path, part in made_from(indicator) if _leads(known, part, indicator.code)]
        if back and circular(indicator.code, ()):
            yield error(source.indicator(indicator.code, *back[0]), "parts.circle", f"{indicator.code} 由自身计算而来（循环引用），算不出数值；请改写它所用的指标。",
                        f"{indicator.code} is made from itself, so that it has no value; change what it is made from")  # fmt: skip


def _leads(known: dict[str, Indicator], start: str, wanted: str) -> bool:
    """Whether an indicator is, or is made from, another, however far down."""
    seen, waiting = {start}, [start]
    while waiting:
        code = waiting.pop()
        if code == wanted:
            return True
        below = {part for _, part in made_from(known[code])} - seen if code in known else set()
        seen |= below
        waiting += below
    return False


@rule
def parts_can_make_a_value(book: Rulebook, source: Source) -> Finding:
    for one in book.indicators:
        for path, zh, en in _faults(book, one, one.parts) if one.parts else ():
            yield error(source.indicator(one.code, "parts", *path), "parts.numbers", f"{one.code}：{zh}", f"{one.code}: {en}")  # fmt: skip


def _faults(book: Rulebook, one: Indicator, parts: Parts) -> Iterator[tuple[Path, str, str]]:
    if parts.scale <= 0:
        yield (("scale",), f"倍数（scale）必须大于零，现为 {plain(parts.scale)}：乘以零或负数，数值都成零或变号；百分率写 100，不放大的写 1 或不写。",
               f"`scale` must be above zero, not {plain(parts.scale)}: all values would be zero or turned round; write 100 for a percentage, 1 or nothing where it is taken as it is")  # fmt: skip
    if parts.minimum is not None and parts.minimum < 0:
        yield (("minimum",), f"分母下限（minimum）不得小于 0，现为 {plain(parts.minimum)}：分母合计小于零时本来就不计算；请改写，或删去。",
               f"`minimum` must not be below 0, and is {plain(parts.minimum)}: over a denominator below zero there is no rate anyway; rewrite it or leave it out")  # fmt: skip
    elif parts.minimum and not parts.denominator:
        yield (("minimum",), f"写了分母下限（minimum）{plain(parts.minimum)}，却没有分母（denominator）；请补上分母，或删去下限。",
               f"there is a `minimum` of {plain(parts.minimum)} and no `denominator` that it could be held against; add one, or leave it out")  # fmt: skip
    for side, word in (("numerator", "分子"), ("denominator", "分母")):
        for code, times in getattr(parts, side).items():
            if times == 0:
                yield ((side, code), f"{word}（{side}）中 {code} 的系数为 0，它不会计入；请改写系数，或删去这一项。",
                       f"{code} has the coefficient 0 in the `{side}` and would not count; rewrite it, or leave {code} out")  # fmt: skip
    if any(parts.denominator.values()) and not _can_be_above_nothing(book, one, parts):
        yield (("denominator",), "按各项的系数和合理范围，分母（denominator）的合计不可能大于零，所有单位都会没有数值；请改写系数，或改写这些指标的合理范围（sense）。",
               "by its coefficients and the ranges of sense of its indicators the `denominator` can never add up to more than zero, so that nobody has a value; rewrite the coefficients or those ranges (`sense`)")  # fmt: skip


def _can_be_above_nothing(book: Rulebook, one: Indicator, parts: Parts) -> bool:
    known = {other.code: other for other in book.indicators}
    for code, times in parts.denominator.items():
        sense = sense_of(book, known[code]) if code in known else None
        end = None if sense is None else sense.high if times > 0 else sense.low
        if times and (end is None or times * end > Decimal(0)):
            return True
    return False
