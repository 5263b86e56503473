"""What somebody brings to be shown: a rulebook, its files and the years to assess. Django is not up yet."""

from dataclasses import dataclass

from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import DataError
from zhengheng.lake.facts import Facts
from zhengheng.lake.mapping import Mapping
from zhengheng.scheme.model import Rulebook


@dataclass(frozen=True)
class Shown:
    """A rulebook, where its files come from, what they hold, and the years to assess."""

    book: Rulebook
    mapping: Mapping
    facts: Facts
    years: tuple[int, ...]


def shown(book: Rulebook, mapping: Mapping, facts: Facts) -> Shown:
    """Check that the demonstration can show it: whole years, and units among the files. Raises DataError."""
    periods = list(mapping.periods) or ([mapping.period] if mapping.period else [])
    years = [text for text in periods if parse_period(text).code.isdigit()]
    if not periods or years != periods:
        raise DataError.one(
            book.code, "show.years", zh="映射中的 period 或 periods 应为整年, 如 2025",
            en="`period` or `periods` of the mapping must be whole years, such as 2025",
        )  # fmt: skip
    if not facts.units:
        raise DataError.one(
            book.code, "show.units", zh="映射中需要 role: unit 的来源, 页面要知道有哪些单位",
            en="the mapping needs a source with role: unit; the pages show units",
        )  # fmt: skip
    return Shown(book, mapping, facts, tuple(sorted(map(int, years))))


def clock(brought: list[Shown]) -> str:
    """Where the demonstration's clock stands: after the last year's publication."""
    return f"{max(max(one.years) for one in brought) + 1}-04-15T09:00+08:00"
