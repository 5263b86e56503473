"""Percentages that may have been written as fractions of one: 0.95 where 95 is meant. Nobody guesses; it is asked.

A number with a percent sign says itself what it is, a mapping with `scale` says it for its file. Of the rest a column is
doubtful where all its numbers lie between -1 and 1 (a share, or digits that a percentage would lose), or where some
do, the others lie far above, and a hundred times the small ones would fit among them.
"""

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, field
from decimal import Decimal

from zhengheng.domain.numbers import COEFFICIENT, plain
from zhengheng.domain.problems import Problem
from zhengheng.lake.facts import Facts
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.sense import is_share

PERCENT = frozenset({"%", "％", "百分比"})
FAR = 10
"""How many times as much as the largest small number the smallest other one is at least."""
WIDE = 2
"""How far beyond the others a hundred times a small number may lie."""
NAMED = 10
"""Rows that are named."""


@dataclass
class Numbers:
    """The numbers of one indicator in one source that no sign and no mapping explains."""

    indicator: Indicator
    of_nodes: bool = False
    """Whether these are the shares of an indicator's dated nodes."""
    small: list[tuple[int, Decimal]] = field(default_factory=list)
    """Rows and numbers from -1 to 1, but for 0."""
    lost: bool = False
    """Whether one of them has more digits than the indicator."""
    low: Decimal | None = None
    high: Decimal | None = None
    """The least and the greatest of the others, without their signs."""

    def put(self, row: int, number: Decimal, *, lost: bool) -> None:
        size = abs(number)
        if 0 < size <= 1:
            self.small.append((row, number))
            self.lost = self.lost or lost
        elif size:
            self.low = size if self.low is None else min(self.low, size)
            self.high = size if self.high is None else max(self.high, size)

    def doubtful(self) -> bool:
        """Whether the small ones may be fractions of one."""
        sizes = [abs(number) for _, number in self.small]
        if not sizes or min(sizes) == 1:
            return False
        if self.low is None or self.high is None:
            return self.lost or self.of_nodes or is_share(self.indicator)
        fits = self.low / WIDE <= 100 * min(sizes) and 100 * max(sizes) <= self.high * WIDE
        return FAR * max(sizes) <= self.low and fits


def asked(file: str, held: Iterator[Numbers]) -> Iterator[Problem]:
    """A question for each doubtful column, at its first row."""
    for one in held:
        if not one.doubtful():
            continue
        code = one.indicator.code
        zh = "、".join(f"第 {row} 行 {number.normalize():f}" for row, number in one.small[:NAMED])
        en = ", ".join(f"row {row} {number.normalize():f}" for row, number in one.small[:NAMED])
        more = len(one.small) > NAMED
        first = f"{one.small[0][1].normalize():f}"
        zh_what = (
            f"指标 {code} 的节点份额按百分之几填写"
            if one.of_nodes
            else f"指标 {code} 的计量单位是 %"
        )
        en_what = f"shares of the nodes of {code} are percentages" if one.of_nodes else f"the unit of measure of {code} is %"  # fmt: skip
        yield Problem(
            f"{file}:{one.small[0][0]}", "number.fraction",
            f"{zh_what}，而{zh}{'等' if more else ''} 没有百分号，看不出 {first} 是百分之 {first} 还是按小数写的比例；请在格子里写上百分号，或在映射中写明 scale: 1（就是百分之几）或 scale: 100（按小数写的，写法不同的请分开）",
            f"{en_what}, but {en}{' and more' if more else ''} have no percent sign, and nobody can say whether {first} is that many percent or a fraction of one; write the percent sign, or say in the mapping scale: 1 (they are percentages) or scale: 100 (they are fractions; part those that differ)",
        )  # fmt: skip


def odd_shares(facts: Facts) -> Iterator[Problem]:
    """A warning for each indicator where some units' nodes of one year make up more or less than the whole of it.

    Shares are rounded as they are written, so 33.33 three times is a whole.
    """
    table = facts.tables["milestone"]
    held: defaultdict[tuple[str, str, int], list[int]] = defaultdict(list)
    columns = (table[name].to_pylist() for name in ("unit", "indicator", "due_on", "share"))
    for unit, code, due, share in zip(*columns, strict=True):
        held[code, unit, due.year].append(int(share))
    odd: defaultdict[str, list[tuple[str, int, int]]] = defaultdict(list)
    for (code, unit, year), shares in sorted(held.items()):
        if abs(sum(shares) - COEFFICIENT) > _rounding(shares):
            odd[code].append((unit, year, sum(shares)))
    for code, found in odd.items():
        zh = "；".join(
            f"{unit} {year} 年共 {plain(whole, 4)}%" for unit, year, whole in found[:NAMED]
        )
        en = "; ".join(f"{unit} in {year}: {plain(whole, 4)} %" for unit, year, whole in found[:NAMED])  # fmt: skip
        more = len(found) > NAMED
        yield Problem(
            code, "milestone.shares",
            f"指标 {code} 的节点份额全年合计不是 100%：{zh}{'等' if more else ''}。请核对；节点还没有报全的除外。",
            f"the shares of the nodes of {code} in a year do not add up to 100 %: {en}{', and more' if more else ''}. Check them, unless nodes are still to come",
            "warning",
        )  # fmt: skip


def _rounding(shares: list[int]) -> int:
    """By how much shares may miss the whole because each was rounded to the last decimal that it shows; none where they have none."""
    digits = max((len(plain(share, 4).partition(".")[2]) for share in shares), default=0)
    return len(shares) * (COEFFICIENT // 100) // (2 * 10**digits) if digits else 0
