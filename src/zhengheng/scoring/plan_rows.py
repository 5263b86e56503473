"""What every part of the plan is made from: the rulebook for one period and day, and the tables that fill."""

from collections.abc import Iterable, Iterator
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from zhengheng.domain.periods import Period
from zhengheng.scheme.model import Node, Rulebook, Unit
from zhengheng.scheme.weights import weights_in_force
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.cuts import cuts, nature
from zhengheng.scoring.due import is_part
from zhengheng.scoring.rules import Row

Tables = dict[str, list[Row]]


class PlanRows:
    """The rows of all plan tables while they are collected, and what the rulebook says on this day."""

    def __init__(self, rulebook: Rulebook, units: Iterable[Unit], period: Period, at: date):
        self.rulebook, self.period, self.at = rulebook, period, at
        self.units = _succeed(rulebook, {u.code: u for u in (*rulebook.units, *units)}, period)
        self.by_code = {indicator.code: indicator for indicator in rulebook.indicators}
        self.horizon = looks_back_to(rulebook, period)
        self.tables: Tables = {c.name: [] for c in CONTRACTS.values() if c.role == "plan"}
        self.weights = weights_in_force(rulebook, period)
        self.depths: dict[str, int] = {}
        self.covered: dict[tuple[str, date, date], date] = {}
        gates = rulebook.grading.gates if rulebook.grading else ()
        scored = dict.fromkeys([*leaves(rulebook.tree), *(gate.indicator for gate in gates)])
        self.cuts = cuts(self.by_code, scored, period, at)
        self.part = is_part(
            [self.by_code[code] for code in self.cuts if self.by_code[code].method], period
        )

    def _add(self, table: str, **row: Any) -> None:
        names = CONTRACTS[table].names
        assert row.keys() == set(names), (table, row.keys() ^ set(names))
        self.tables[table].append({name: row[name] for name in names})

    def weight(self, child: str, category: str) -> Decimal | None:
        entry = self.weights.get(child)
        return entry.get(category) if isinstance(entry, dict) else entry

    def _adds_up(self, code: str) -> bool:
        """Whether parts of an indicator's period add up to the whole, so that a part of the time is a part of what is asked."""
        indicator = self.by_code[code]
        return nature(self.by_code, indicator) == "flow"

    def _grouped(self, code: str) -> bool:
        """Whether an indicator's points compare its unit with the group."""
        return any(row["grouped"] for row in self.tables["rule"] if row["indicator"] == code)


def looks_back_to(rulebook: Rulebook, period: Period) -> date:
    """The first day that a run looks at: of the year before, and of the year before that where an indicator is scored by it."""
    year = period.previous_year()
    lagged = any(indicator.score_previous_year for indicator in rulebook.indicators)
    return year.previous_year().start if lagged else year.start


def _succeed(rulebook: Rulebook, units: dict[str, Unit], period: Period) -> dict[str, Unit]:
    """Close predecessors the day before; heirs without inherited data begin on the day.

    An heir that inherits is there for the whole of the period in which it begins, with what it inherits; in a period
    that is over before its day it is not there at all, and the unit before it stands for itself. The heir of a merger
    may have been there before; whether it was, its own first day says.
    """
    for event in rulebook.succession:
        old = units.get(event.unit)
        goes_on = event.unit in {heir.unit for heir in event.heirs}
        if old and old.valid_to is None and not goes_on:
            units[old.code] = old.model_copy(update={"valid_to": event.date - timedelta(1)})
        later = event.data == "anew" or event.date > period.end
        for heir in event.heirs:
            new = units.get(heir.unit)
            if new and later and event.kind != "merger" and new.valid_from is None:
                units[new.code] = new.model_copy(update={"valid_from": event.date})
    return units


def leaves(node: Node) -> Iterator[str]:
    """Indicator codes below a node, in order."""
    for child in node.children:
        if isinstance(child, str):
            yield child
        else:
            yield from leaves(child)
