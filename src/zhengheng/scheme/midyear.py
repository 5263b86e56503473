"""A change within the running year 年中调整: what a draft alters becomes dated changes of one lawful kind.

The three kinds are prospective 未来适用, split 分段计算, restated 追溯调整. What held
before the day stays in the rulebook, so that each part of the year, and each version, is computed by its own rule.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from typing import Literal

from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.scheme.base import Basis, Text
from zhengheng.scheme.indicator import Change, Indicator
from zhengheng.scheme.methods import AnyMethod
from zhengheng.scheme.model import Rulebook, WeightTable


@dataclass(frozen=True)
class Turn:
    """One mid-year change: its kind, the day from which it holds, why, and the document it rests on."""

    kind: Literal["prospective", "split", "restated"]
    day: date
    reason: str
    basis: str

    def change(self, method: AnyMethod) -> Change:
        """The change that puts a method in force."""
        by: Literal["months", "days"] = "months" if self.day.day == 1 else "days"
        return Change.model_validate({
            "from": self.day, "kind": self.kind, "by": by, "method": method, "reason": Text(zh=self.reason),
            "basis": Basis(title=self.basis),
        })  # fmt: skip


def governing(indicator: Indicator, day: date) -> AnyMethod | None:
    """The method of the newest change that has begun on a day, or the first one."""
    begun = [change for change in indicator.changes if change.from_ <= day]
    return max(begun, key=lambda change: change.from_).method if begun else indicator.method


def opened(draft: Rulebook, day: date) -> Rulebook:
    """The draft as a form shows it: each method as it is from the day on; `turned` writes it back as a change."""
    indicators = tuple(
        one.model_copy(update={
            "method": governing(one, day), "changes": tuple(change for change in one.changes if change.from_ != day),
        })
        for one in draft.indicators
    )  # fmt: skip
    return draft.model_copy(update={"indicators": indicators})


def advanced(draft: Rulebook, day: date, start: date) -> Rulebook:
    """The draft as if what holds from `day` on held from `start` for everything: the what-if of a change to come."""
    indicators = tuple(
        one.model_copy(update={"changes": tuple(_whole(change, start) if change.from_ == day else change for change in one.changes)})
        for one in draft.indicators
    )  # fmt: skip
    moved = [table for table in draft.weights if table.from_ == day]
    others = tuple(table for table in draft.weights if table.from_ < start) if moved else draft.weights  # fmt: skip
    whole = tuple(table.model_copy(update={"from_": start, "kind": "restated"}) for table in moved)
    return draft.model_copy(update={"indicators": indicators, "weights": (*others, *whole)})


def _whole(change: Change, start: date) -> Change:
    return change.model_copy(update={"from_": start, "known_from": None, "kind": "restated"})


def turned(before: Rulebook, draft: Rulebook, turn: Turn) -> Rulebook:
    """The draft with every method and weight that differs from the rulebook in force written as a change from the day on.

    Raises RulebookError with all that cannot be changed so within a year: a scored indicator taken out,
    weights from before the day, weights split.
    """
    problems = list(_lost(before, draft))
    known = {one.code: one for one in before.indicators}
    indicators = []
    for one in draft.indicators:
        old = known.get(one.code)
        if (
            old is None
            or old.method is None
            or one.method in {old.method, governing(old, turn.day)}
        ):
            indicators.append(one if old is None else one.model_copy(update={"method": old.method or one.method}))  # fmt: skip
            continue
        if one.method is None:
            problems.append(_lost_one(one))
            continue
        others = tuple(change for change in one.changes if change.from_ != turn.day)
        changes = (*others, turn.change(one.method))
        indicators.append(one.model_copy(update={"method": old.method, "changes": changes}))
    weights = _weights(before, draft, turn, problems)
    if problems:
        raise RulebookError(problems)
    return draft.model_copy(update={"indicators": tuple(indicators), "weights": weights})


def _leaves(book: Rulebook) -> set[str]:
    return {child for node, _, _ in book.nodes() for child in node.children if isinstance(child, str)}  # fmt: skip


def _lost(before: Rulebook, draft: Rulebook) -> Iterator[Problem]:
    for code in sorted(_leaves(before) - _leaves(draft)):
        yield _lost_one(before.indicator(code))


def _lost_one(indicator: Indicator) -> Problem:
    return Problem(
        f"indicators.{indicator.code}", "change.removed",
        f"年中不能删去计分指标“{indicator.code} {indicator.name.zh}”：请保留指标，把它自调整日起的权重改为 0。",
        f"a scored indicator is not taken out within a year: keep {indicator.code} {indicator.name.say('en')} and give it the weight 0 from the day on",
    )  # fmt: skip


def _weights(
    before: Rulebook, draft: Rulebook, turn: Turn, problems: list[Problem]
) -> tuple[WeightTable, ...]:
    """The tables of the rulebook in force as they are, and what the draft's newest has otherwise from the day on."""
    newest = max(draft.weights, key=lambda table: table.from_)
    earlier = tuple(table for table in before.weights if table.from_ != turn.day)
    held = {table.from_: table.table for table in before.weights}
    for table in draft.weights:
        if table is not newest and table.from_ != turn.day and held.get(table.from_) != table.table:
            problems.append(
                Problem("weights", "change.weights_before", f"{table.from_} 起的权重是调整日之前的，年中不能改写；请只改最新的权重。",
                        f"the weights from {table.from_} on are older than the change: within a year only the newest are changed")
            )  # fmt: skip
    if held.get(newest.from_) == newest.table and newest.from_ != turn.day:
        return before.weights
    if turn.kind == "split":
        problems.append(
            Problem("weights", "change.weights_split", "权重不能在一年内分段计算，请选择未来适用或追溯调整。",
                    "weights cannot be split within a year: choose prospective or restated")
        )  # fmt: skip
        return before.weights
    table = WeightTable.model_validate(
        {
            "from": turn.day,
            "kind": turn.kind,
            "basis": Basis(title=turn.basis),
            "table": newest.table,
        }
    )
    return (*earlier, table)
