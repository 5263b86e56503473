"""A rulebook as it goes on: into the next year, or after units merged, split or were renamed."""

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import Any

from zhengheng.scheme.base import Text
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scheme.procedure import Procedure, Succession


def rolled_over(book: Rulebook, version: str, start: date, years: int) -> Rulebook:
    """The same rules from `start` on, so many years later: what changed in the year stands from the first day.

    The newest weights and the newest method of each indicator count; dates of the closing procedure
    move with the years; successions of the past are history and stay behind.
    """
    newest = max(book.weights, key=lambda table: table.from_)
    indicators = tuple(
        one.model_copy(
            update={"method": max(one.changes, key=lambda c: c.from_).method, "changes": ()}
        )
        if one.changes
        else one
        for one in book.indicators
    )
    return book.model_copy(
        update={
            "version": version, "status": "draft", "effective_from": start, "known_from": None,
            "weights": (newest.model_copy(update={"from_": start, "kind": "restated", "basis": None}),), "indicators": indicators,
            "procedure": _moved(book.procedure, years), "succession": (),
        }
    )  # fmt: skip


def _moved(procedure: Procedure | None, years: int) -> Procedure | None:
    if procedure is None:
        return None
    days = {name: getattr(procedure, name) for name in ("starts_on", "ends_on")}
    return procedure.model_copy(
        update={name: _later(day, years) if day else None for name, day in days.items()}
    )


def _later(day: date, years: int) -> date:
    last = (day.month, day.day) == (2, 29)
    return day.replace(year=day.year + years, day=28 if last else day.day)


def succeeded(
    book: Rulebook, events: Iterable[Succession], version: str, assessed: Iterable[Unit], names: Mapping[str, str]
) -> Rulebook:  # fmt: skip
    """The rulebook with successions in it; heirs that it does not know yet stand where the old unit stood.

    `assessed` are the units assessed so far, `names` the names of new ones. Weights given unit by unit
    go over to the heir as well.
    """
    known = {unit.code: unit for unit in assessed}
    units, heirs = {unit.code: unit for unit in book.units}, {}
    for event in events:
        old = known.get(event.unit)
        if old is None:
            continue
        units[old.code] = old.model_copy(update={"valid_to": event.date - timedelta(1)})
        for heir in event.heirs:
            heirs[heir.unit] = event.unit
            if heir.unit not in known:
                name = Text(zh=names.get(heir.unit, heir.unit))
                units.setdefault(heir.unit, old.model_copy(
                    update={"code": heir.unit, "name": name, "valid_from": event.date, "valid_to": None}
                ))  # fmt: skip
    weights = tuple(
        table.model_copy(update={"table": {code: _row(row, heirs) for code, row in table.table.items()}})
        for table in book.weights
    )  # fmt: skip
    return book.model_copy(
        update={"version": version, "succession": (*book.succession, *events), "units": tuple(units.values()), "weights": weights}
    )  # fmt: skip


def _row(row: Any, heirs: dict[str, str]) -> Any:
    if not isinstance(row, dict):
        return row
    added = {heir: row[old] for heir, old in heirs.items() if old in row and heir not in row}
    return {**row, **added}
