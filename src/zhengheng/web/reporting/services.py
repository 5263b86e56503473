"""What is to be reported, and whether a value can be."""

import statistics
from collections.abc import Iterator
from datetime import date
from fractions import Fraction
from functools import lru_cache
from typing import Any

from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.periods import Period, parse_period
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.engines.alone import light_alone
from zhengheng.lake.cells import value_fault
from zhengheng.scheme.findings import weight_of
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scheme.procedure import Clock
from zhengheng.scheme.weights import has_part
from zhengheng.web.acts.declare import Words
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.intake.services import lake_of, opened
from zhengheng.web.organisation.models import Unit as Registered
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.selectors import book_of, of_year
from zhengheng.web.targets.models import TargetLine

FEW = 3
FAR = 3
"""Standard deviations from earlier values beyond which a note is asked for [D]."""


class ReportError(ZhenghengError):
    """A value cannot be reported as given."""


def assessed(book: Rulebook) -> list[Unit]:
    """The units assessed under a rulebook: those it names and those its lake knows."""
    known = {unit.code: unit for unit in book.units}
    register = lake_of(book.code) / "register.db"
    if register.is_file():
        known = _roster(book.code, str(register), register.stat().st_mtime_ns) | known
    return sorted(known.values(), key=lambda unit: unit.code)


@lru_cache(maxsize=32)
def _roster(code: str, register: str, written: int) -> dict[str, Unit]:
    """The units that a lake knows, read anew when its register was written."""
    return {unit.code: unit for unit in opened(code).facts().units}


def series(book: Rulebook, unit: Unit, assessed: Period) -> Iterator[Indicator]:
    """What is to be reported about a unit for an assessed period: the scored indicators that weigh for it there, or their parts."""
    known = {indicator.code: indicator for indicator in book.indicators}
    wanted: dict[str, Indicator] = {}

    def base(code: str) -> None:
        indicator = known[code]
        if indicator.parts:
            for part in (*indicator.parts.numerator, *indicator.parts.denominator):
                base(part)
        elif indicator.year_on_year:
            base(indicator.year_on_year.of)
        else:
            wanted[code] = indicator

    for indicator in book.indicators:
        kind = getattr(indicator.method, "kind", "")
        weight = weight_of(book, indicator.code, unit.category, assessed)
        if kind and kind != "milestones" and weight and indicator.code not in unit.exempt:
            base(indicator.code)
    yield from (one for one in wanted.values() if one.supplier != "system")


def foreign(book: Rulebook, unit: str, code: str) -> Words | None:
    """Why an act about a unit is not about this indicator: the rulebook assesses the unit, and not on it; None where it may be."""
    held = next((one for one in assessed(book) if one.code == unit), None)
    if held is None or code in has_part(book, held):
        return None
    (zh, en), name = _name(held), book.indicator(code).name
    return (
        f"本方案没有对“{zh}”考核指标“{code} {name.zh}”，请只填写考核该单位的指标。",
        f"this rulebook does not assess {en} on {code} {name.say('en')}; give only indicators that it is assessed on",
    )


def _name(unit: Unit) -> Words:
    known = Registered.objects.filter(code=unit.code).first()
    return known.told() if known else (unit.name.zh, unit.name.say("en"))


def same_fact(one: Indicator, other: Indicator) -> bool:
    """Whether two rulebooks ask for the same value: the same code, meaning, unit, digits, rhythm and source."""

    def meaning(held: Indicator) -> tuple[object, ...]:
        return (
            held.code, held.definition, held.measure_unit.zh, held.decimals, held.frequency, held.source.zh, held.supplier,
        )  # fmt: skip

    return meaning(one) == meaning(other)


def due_on(indicator: Indicator, period: Period, clock: Clock, asked_on: date) -> date:
    """The day by which a value is owed: the clock runs from the period's end, or from when it was asked for; not before its release."""
    calendar = working_calendar()
    owed = calendar.after(max(period.end, asked_on), clock.length, clock.unit)
    released = calendar.after(period.end, indicator.lag_days, "calendar_days")
    return max(owed, released)


def fits(indicator: Indicator, period: Period) -> bool:
    """Whether the indicator has a value for just this period."""
    return indicator.frequency == period.frequency and period.end.month not in indicator.skip_months


def check_value(
    report: Report, indicator: Indicator, value: str, status: str, note: str, confirmation: str
) -> None:  # fmt: skip
    """Raise ReportError unless the value can be reported; beyond its range of sense it needs its `confirmation`.

    A note says why a value is far or red or late, and confirms nothing: it is written for other reasons, too.
    """
    found = []
    if status == "value":
        if not value:
            found.append(Problem("value", "value.empty", "请填写数值", "the value is missing"))
        elif fault := value_fault(book_of(report.rulebook), indicator, value, confirmation):
            found.append(Problem("value", "number", *fault))
        elif not note and _is_far(report, indicator, value):
            found.append(
                Problem("note", "note.far", "与以往各期相差很大, 请说明原因",
                        "far from the earlier periods: say why")
            )  # fmt: skip
        elif not note and _is_red(report, indicator, value):
            found.append(
                Problem("note", "note.red", "按本指标的亮灯规则是红灯, 请说明原因",
                        "red by the indicator's own light rule: say why")
            )  # fmt: skip
    else:
        if value:
            found.append(
                Problem(
                    "value",
                    "value.none",
                    "状态不是“正常”时不填数值",
                    "no value unless the status is value",
                )
            )
        if not note:
            found.append(
                Problem(
                    "note", "note.missing", "没有数值时必须说明原因", "without a value, say why"
                )
            )
    if found:
        raise ReportError(found)


def _is_far(report: Report, indicator: Indicator, value: str) -> bool:
    earlier = Report.objects.filter(
        unit=report.unit, indicator=report.indicator, status="value", state__in=("confirmed", "loaded")
    ).exclude(value="")  # fmt: skip
    scaled = [parse_scaled(text, indicator.decimals)[0] for text in earlier.values_list("value", flat=True)]  # fmt: skip
    if len(scaled) < FEW:
        return False
    # In squares, so that no root and no float decides.
    exact = [Fraction(one) for one in scaled]
    off = parse_scaled(value, indicator.decimals)[0] - statistics.mean(exact)
    return off**2 > FAR**2 * max(statistics.variance(exact), Fraction(1))


def _is_red(report: Report, indicator: Indicator, value: str) -> bool:
    """Whether the period would end red if it went on like this, as seen when the value is out."""
    book, seen = book_of(report.rulebook), parse_period(report.period)
    unit = next((one for one in assessed(book) if one.code == report.unit.code), None)
    if unit is None:
        return False
    agreed = TargetLine.objects.filter(
        sheet__unit=report.unit, sheet__state="agreed", indicator=indicator.code, **of_year(report.rulebook, "sheet__rulebook"),
    )  # fmt: skip
    target = agreed.values_list("current", flat=True).first() or ""
    at = max(seen.end, working_calendar().after(seen.end, indicator.lag_days, "calendar_days"))
    whole = parse_period(report.rulebook.period)
    return light_alone(book, unit, indicator.code, whole, at, value, target) == "red"


def after(clock: Clock, day: date) -> date:
    """The last day of a clock that starts on a day."""
    return working_calendar().after(day, clock.length, clock.unit)


def indicator_of(report: Report) -> Indicator:
    """The indicator that a report is about, as its rulebook has it."""
    return book_of(report.rulebook).indicator(report.indicator)


def counts(report: Report, wanted: str) -> bool:
    """Whether a value is the one that the report has already."""
    decimals = indicator_of(report).decimals
    return report.status == "value" and parse_scaled(wanted, decimals) == parse_scaled(report.value, decimals)  # fmt: skip


def confirmed_by(given: Any) -> dict[str, str]:
    """What an entry says of a confirmed value beyond sense."""
    return {"confirmed": given.confirmation} if given.confirmation else {}


def period_of(text: str) -> Period:
    """A period's code as a period."""
    return parse_period(text)
