"""What a page says of each indicator of a rulebook: its place, its rule in words with its numbers, its changes, its weights."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from zhengheng.domain.periods import parse_period
from zhengheng.scheme.base import Words
from zhengheng.scheme.excel_words import VALUES, heading
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.method_words import said
from zhengheng.scheme.model import Node, Rulebook, WeightTable
from zhengheng.scheme.shared import taken

Pair = tuple[str, str]


@dataclass(frozen=True)
class Turned:
    """A change of an indicator's method: from when, of which kind, the rule then, why."""

    day: str
    kind: Pair
    rule: Pair
    reason: Words


@dataclass(frozen=True)
class Weighed:
    """A weight, for whom it is (a category, a unit, or all), and from which day."""

    of: Pair
    weight: str
    since: Pair
    """From when it counts, in words; empty where it does from the rulebook's first day on."""


@dataclass(frozen=True)
class Card:
    """One scored indicator as the rulebook has it."""

    indicator: Indicator
    dimension: Words
    rule: Pair
    turns: tuple[Turned, ...]
    weights: tuple[Weighed, ...]
    shared: Pair = ("", "")
    """Which of its settings are said once for many indicators."""

    @property
    def lowest(self) -> str:
        return min((one.weight for one in self.weights), key=float, default="")

    @property
    def highest(self) -> str:
        return max((one.weight for one in self.weights), key=float, default="")


def cards(book: Rulebook) -> list[Card]:
    """Every indicator that stands in the tree, in its order."""
    names = {one.code: one.name for one in book.units} | {
        one.code: one.name for one in book.categories
    }
    return [
        Card(indicator, dimension, said(indicator), tuple(_turns(indicator)), tuple(_weights(book, code, names)), _shared(book, indicator))
        for dimension, code in _leaves(book) if (indicator := book.indicator(code))
    ]  # fmt: skip


def _leaves(book: Rulebook) -> Iterator[tuple[Words, str]]:
    def below(node: Node) -> Iterator[tuple[Words, str]]:
        for child in node.children:
            if isinstance(child, str):
                yield node.name, child
            else:
                yield from below(child)

    yield from below(book.tree)


def _shared(book: Rulebook, indicator: Indicator) -> Pair:
    keys = taken(indicator, book.defaults)
    return "、".join(heading(key) for key in keys), ", ".join(heading(key, "en") for key in keys)


def _turns(indicator: Indicator) -> Iterator[Turned]:
    for change in sorted(indicator.changes, key=lambda one: one.from_):
        then = indicator.model_copy(update={"method": change.method})
        yield Turned(change.from_.isoformat(), VALUES[change.kind], said(then), change.reason)


def _weights(book: Rulebook, code: str, names: dict[str, Words]) -> Iterator[Weighed]:
    """What it weighs from each day on that changes it."""
    before: object = None
    tables = sorted(book.weights, key=lambda one: one.from_)
    for table in tables:
        held = table.table.get(code)
        if held == before:
            continue
        rows = held.items() if isinstance(held, dict) else () if held is None else [("", held)]
        for column, weight in rows:
            if isinstance(before, dict) and before.get(column) == weight:
                continue
            name = names.get(column)
            of = (name.zh, name.say("en")) if name else (column or "全部", column or "all")
            yield Weighed(
                of, f"{weight:f}", ("", "") if table is tables[0] else _since(book, table)
            )
        before = held


def _since(book: Rulebook, table: WeightTable) -> Pair:
    """From when weights count: those of a day within a period hold for the whole of it, or from the next one on."""
    day = table.from_
    around = next(one for one in parse_period(str(day.year)).split(book.period) if day <= one.end)  # fmt: skip
    if day == around.start:
        return f"自 {day}", f"from {day}"
    if table.kind == "restated":
        return f"自 {day}（追溯调整：{around.code} 全期适用）", f"from {day} (restated: for the whole of {around.code})"  # fmt: skip
    first = around.end + timedelta(1)
    return (
        f"自 {first}（未来适用：{day} 调整，{around.code} 仍按调整前的权重）",
        f"from {first} (prospective: changed on {day}, {around.code} stays as before)",
    )
