"""What is to be reported, and whether a value can be."""

from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from django.utils.timezone import localdate

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
from zhengheng.web.reporting.earlier import confirmed, far
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.selectors import book_of, of_year
from zhengheng.web.targets.models import TargetLine


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
    elif value:
        found.append(Problem("value", "value.none", "状态不是“正常”时不填数值", "no value unless the status is value"))  # fmt: skip
    if not note and (not found or status != "value"):
        found += asked_of_value(report, indicator, value, status)
    if found:
        raise ReportError(found)


def asked_of_value(
    report: Report, indicator: Indicator, value: str, status: str
) -> Iterator[Problem]:
    """What the note to a sound value, or to none, has to answer."""
    if status != "value":
        yield Problem("note", "note.missing", "没有数值时必须说明原因", "without a value, say why")
        return
    if off := far(indicator, value, confirmed(report, indicator)):
        yield Problem("note", "note.far", f"{off[0]}，请在说明中写明原因。", f"{off[1]}: say why")
    if _is_red(report, indicator, value):
        yield Problem("note", "note.red", "按本指标的亮灯规则是红灯, 请说明原因",
                      "red by the indicator's own light rule: say why")  # fmt: skip


def asked_of_day(report: Report, day: date, *, late: bool) -> Iterator[Problem]:
    """What the note has to answer of a value that comes late, or before its period has ended."""
    if late:
        yield Problem("note", "report.late", f"期限 {report.due_on} 已过，补报须写明逾期的原因。",
                      f"it was due on {report.due_on}: a supplementary report says why it is late")  # fmt: skip
    end = parse_period(report.period).end
    if day < end:
        yield Problem("note", "note.early", f"期间 {report.period} 到 {end} 才结束，现在填报的不是全期数值；确需提前填报的，请在说明中写明依据。",
                      f"{report.period} ends on {end}: this cannot be its whole value yet; say in the note on what it rests")  # fmt: skip


ASKED: dict[str, Words] = {
    "note.missing": ("没有数值的原因", "why there is no value"), "report.late": ("逾期的原因", "why it is late"),
    "note.early": ("期间未结束即填报的依据", "on what a value before the period's end rests"),
    "note.far": ("与其他各期相差很大的原因", "why it is far from the other periods"), "note.red": ("红灯的原因", "why it is red"),
}  # fmt: skip
"""What each question asks, in a few words."""


def asked_of_note(report: Report) -> Words | None:
    """All that the note to what was handed in has to answer: one text may answer one question and pass over another, which
    whoever checks the value has to see."""
    at = report.handed_in_at
    if at is None:
        return None
    found = [*asked_of_day(report, localdate(at), late=report.late)]
    if report.status != "value" or report.value:
        found += asked_of_value(report, indicator_of(report), report.value, report.status)
    told = [ASKED[one.code] for one in found]
    return ("；".join(zh for zh, _ in told), "; ".join(en for _, en in told)) if told else None


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
