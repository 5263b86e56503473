"""Rules of `scheme check` about amounts: points, caps and shares that are not below nothing, for they would turn round what they limit."""

from collections.abc import Iterator
from decimal import Decimal

from zhengheng.scheme.findings import Finding, error, plain, rule
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook

Path = tuple[str | int, ...]
Words = tuple[str, str]
AMOUNTS = {
    "Rulebook": ("bonus_cap", "deduction_cap"), "Adjustment": ("least", "most", "cap"), "Coefficient": ("value", "categories", "units", "cap"),
    "Cascade": ("children",), "Heir": ("share",), "RaterGroup": ("weight",), "Innovation": ("cap",), "Incentive": ("coefficient",),
    "Indicator": ("burden_minutes",),
}  # fmt: skip
"""The numbers that are held here not to be below nothing, by the part of a rulebook that has them."""
KEYS = {key for keys in AMOUNTS.values() for key in keys}
_KIND = ("加分还是扣分由事项的类别决定，这里只写多少分", "whether it adds or takes away is the item's kind's matter, so say how many points, without a sign")  # fmt: skip
_FACTOR = ("负的系数会把得分变成负分", "a factor below zero would turn points into their opposite")
_PART = ("份额是整体的一部分", "a share is a part of a whole")
_PLAIN = ("负数在这里没有意义", "less than nothing means nothing here")
Held = tuple[Path, str, str, Decimal | int | None, Words]
"""Where it stands, the kind of fault, what it is called in Chinese, the number, why."""


@rule
def amounts_are_not_below_nothing(book: Rulebook, source: Source) -> Finding:
    for path, code, word, amount, why in (*_of_points(book), *_of_shares(book)):
        if amount is None or amount >= 0:
            continue
        own, key = path[:1] == ("indicators",), next(str(part) for part in reversed(path) if part in KEYS)  # fmt: skip
        where = source.indicator(str(path[1]), *path[2:]) if own else source.rulebook(*path)
        said = plain(Decimal(amount))
        yield error(where, code, f"{word}（{key}）不得小于 0，现为 {said}：{why[0]}；请改为 0 或大于 0 的数，不需要的请删去。",
                    f"`{key}` must not be below 0, and is {said}: {why[1]}; write 0 or more, or leave it out where it is not needed")  # fmt: skip


def _of_points(book: Rulebook) -> Iterator[Held]:
    yield ("bonus_cap",), "amount.negative", "加分上限", book.bonus_cap, ("会把加分变成扣分", "it would turn a bonus into a deduction")  # fmt: skip
    yield ("deduction_cap",), "amount.negative", "扣分上限", book.deduction_cap, ("会把扣分变成加分", "it would turn a deduction into a bonus")  # fmt: skip
    for place, item in enumerate(book.adjustments):
        for key, word in (("least", "最低分值"), ("most", "最高分值"), ("cap", "累计上限")):
            yield ("adjustments", place, key), "amount.negative", word, getattr(item, key), _KIND
    for place, factor in enumerate(book.coefficients):
        own: Path = ("coefficients", place)
        yield (*own, "value"), "coefficient.negative", "系数", factor.value, _FACTOR
        yield (*own, "cap"), "coefficient.negative", "封顶", factor.cap, _FACTOR
        for key in ("categories", "units"):
            for code, amount in getattr(factor, key).items():
                yield (*own, key, code), "coefficient.negative", f"{code} 的系数", amount, _FACTOR
    if book.innovation:
        yield ("innovation", "cap"), "amount.negative", "创新加分封顶", book.innovation.cap, _PLAIN


def _of_shares(book: Rulebook) -> Iterator[Held]:
    for place, cascade in enumerate(book.cascade):
        for child, amount in cascade.children.items() if cascade.mode == "shares" else ():
            yield ("cascade", place, "children", child), "amount.negative", f"分解给 {child} 的份额", amount, _PART  # fmt: skip
    for place, event in enumerate(book.succession):
        for number, heir in enumerate(event.heirs):
            yield ("succession", place, "heirs", number, "share"), "amount.negative", f"{heir.unit} 的承继份额", heir.share, _PART  # fmt: skip
    for place, rater in enumerate(book.matrix):
        yield ("matrix", place, "weight"), "matrix.weights", "评价权重", rater.weight, _PART
    for place, reward in enumerate(book.incentives):
        yield ("incentives", place, "coefficient"), "amount.negative", "奖励系数", reward.coefficient, _PLAIN  # fmt: skip
    for one in book.indicators:
        yield ("indicators", one.code, "burden_minutes"), "amount.negative", "填报分钟", one.burden_minutes, _PLAIN  # fmt: skip
