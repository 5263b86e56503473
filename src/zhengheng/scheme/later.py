"""A rulebook as it goes on: into the next year, or after units merged, split or were renamed."""

import re
from collections.abc import Iterable, Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from zhengheng.scheme.base import Text
from zhengheng.scheme.excel_words import worded
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.midyear import governing
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
    book: Rulebook, events: Iterable[Succession], version: str, assessed: Iterable[Unit], names: Mapping[str, Text]
) -> Rulebook:  # fmt: skip
    """The rulebook with successions in it; heirs that it does not know yet stand where the old unit stood.

    `assessed` are the units assessed so far, `names` the names of new ones, in both languages. Weights given unit by unit
    go over to the heir as well; what a unit supplied or owned goes over to its one heir.
    """
    known = {unit.code: unit for unit in assessed}
    units, heirs = {unit.code: unit for unit in book.units}, {}
    categories = {one.code: one for one in book.categories}
    alone: dict[str, str] = {}
    events = tuple(events)
    for event in events:
        old = known.get(event.unit)
        if old is None:
            continue
        units[old.code] = old.model_copy(update={"valid_to": event.date - timedelta(1)})
        if len(event.heirs) == 1:
            alone[old.code] = event.heirs[0].unit
        for heir in event.heirs:
            heirs[heir.unit] = event.unit
            if heir.unit not in known:
                name = names.get(heir.unit) or Text(zh=heir.unit)
                # Where every unit is a category of its own, with weights of its own, the heir is one as well.
                own = old.category == old.code and old.category in categories
                if own:
                    categories.setdefault(
                        heir.unit,
                        categories[old.code].model_copy(update={"code": heir.unit, "name": name}),
                    )
                units.setdefault(heir.unit, old.model_copy(
                    update={"code": heir.unit, "name": name, "category": heir.unit if own else old.category,
                            "valid_from": event.date, "valid_to": None}
                ))  # fmt: skip
    units = _hung(units, known)
    weights = tuple(
        table.model_copy(update={"table": {code: _row(row, heirs, set(categories)) for code, row in table.table.items()}})
        for table in book.weights
    )  # fmt: skip
    return book.model_copy(
        update={"version": version, "succession": (*book.succession, *events), "units": tuple(units.values()), "weights": weights,
                "categories": tuple(categories.values()), "indicators": tuple(_supplied(one, alone) for one in book.indicators)}
    )  # fmt: skip


def _hung(units: Mapping[str, Unit], known: Mapping[str, Unit]) -> dict[str, Unit]:
    """The units with those above them that are assessed too; above whom nobody of the rulebook stands hangs nowhere."""
    held = dict(units)
    for unit in units.values():
        above = unit.superior
        while above is not None and above in known and above not in held:
            held[above] = known[above]
            above = known[above].superior
    return {
        code: unit if unit.superior in held else unit.model_copy(update={"superior": None})
        for code, unit in held.items()
    }


def _supplied(one: Indicator, alone: dict[str, str]) -> Indicator:
    """An indicator whose owner or supplier went over into one heir is that heir's."""
    moved = {
        name: alone[held] for name in ("owner", "supplier") if (held := getattr(one, name)) in alone
    }
    return one.model_copy(update=moved) if moved else one


def _row(row: Any, heirs: dict[str, str], categories: set[str]) -> Any:
    """A row of weights names categories: an heir that is one has the weights of the unit before it."""
    if not isinstance(row, dict):
        return row
    added = {
        heir: row[old]
        for heir, old in heirs.items()
        if old in row and heir not in row and heir in categories
    }
    return {**row, **added}


def ended(book: Rulebook, assessed: Iterable[Unit], last_days: Mapping[str, date]) -> Rulebook:
    """The rulebook that knows of each assessed unit when it ended: such a one is scored no more after that day."""
    units = {unit.code: unit for unit in book.units}
    gone = {unit.code: unit for unit in assessed if unit.code in last_days and unit.valid_to is None}  # fmt: skip
    for code, unit in gone.items():
        units[code] = unit.model_copy(update={"valid_to": last_days[code]})
    return book.model_copy(update={"units": tuple(_hung(units, {}).values())}) if gone else book


AIMS = ("target", "base", "bottom", "stretch", "low", "high")
"""Numbers of a method that belong to a year."""


def to_revise(before: Rulebook, book: Rulebook, year: int) -> list[tuple[str, str]]:
    """What a draft for a later year still holds of the rulebook before it and somebody should look at, in words."""
    return [*_aims(before, book), *_ends(book, year), *_dates(book), *_texts(book, year)]


def _aims(before: Rulebook, book: Rulebook) -> Iterator[tuple[str, str]]:
    known = {one.code: governing(one, date.max) for one in before.indicators}
    for one in book.indicators:
        same = {
            name: held for name in AIMS
            if (held := getattr(one.method, name, None)) is not None and held == getattr(known.get(one.code), name, None)
        }  # fmt: skip
        if same:
            zh = "、".join(f"{worded(name, 'zh')} {held}" for name, held in same.items())
            en = ", ".join(f"{worded(name, 'en')} {held}" for name, held in same.items())
            yield f"指标 {one.code} {one.name.zh}：{zh}，与上年相同。", f"Indicator {one.code} {one.name.say('en')}: {en}, as in the year before."  # fmt: skip


def _ends(book: Rulebook, year: int) -> Iterator[tuple[str, str]]:
    for unit in book.units:
        if unit.valid_to and unit.valid_to.year < year:
            yield f"单位 {unit.name.zh} 已于 {unit.valid_to} 终止，仍列在方案中。", f"Unit {unit.name.say('en')} ended on {unit.valid_to} and still stands in the rulebook."  # fmt: skip
    for goal in book.goals:
        if goal.to_year is not None and goal.to_year < year:
            yield f"战略目标 {goal.name.zh} 到 {goal.to_year} 年为止。", f"The goal {goal.name.say('en')} ends with {goal.to_year}."  # fmt: skip


def _dates(book: Rulebook) -> Iterator[tuple[str, str]]:
    procedure = book.procedure
    for name, zh, en in (("starts_on", "开始日", "first day"), ("ends_on", "结束日", "last day")):
        if procedure and (day := getattr(procedure, name)):
            yield f"办理程序的{zh}顺延为 {day}，请对照放假安排核对。", f"The {en} of the closing procedure moved to {day}; check it against the days off."  # fmt: skip


def _texts(book: Rulebook, year: int) -> Iterator[tuple[str, str]]:
    """Words that name an earlier year."""
    past = re.compile(r"(?<!\d)20\d\d(?=\s*年|〕|\])")
    held: list[Any] = [*book.indicators, *book.adjustments]
    for one in held:
        said = " ".join(str(text) for text in (one.name.zh, getattr(one, "full_marks", None) or "", *(f"{b.title} {b.document}" for b in one.basis)))  # fmt: skip
        old = sorted({found for found in past.findall(said) if int(found) < year})
        if old:
            yield f"{one.code} {one.name.zh} 的文字或依据中写着 {'、'.join(old)} 年。", f"Words or basis of {one.code} {one.name.say('en')} name {', '.join(old)}."  # fmt: skip
