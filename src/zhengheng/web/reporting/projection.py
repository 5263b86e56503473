"""Where a unit's year would end at the pace so far 年终预测: a trial for its own people, kept nowhere."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from pathlib import Path
from tempfile import TemporaryDirectory

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.heat import HeatMap, Mark, heat_map
from zhengheng.engines.passport_rows import Lack
from zhengheng.engines.projection import Projection, apart, gaps, project, reached, settled
from zhengheng.engines.run import Run
from zhengheng.lake.store import Lake
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.scoring.plan import Plan
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed, forbidden, grants
from zhengheng.web.acts.declare import Words
from zhengheng.web.intake.services import corrected, lake_of, read_rows
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.dated import facts_as_loaded
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, in_force, of_year
from zhengheng.workflow.machines import REPORT
from zhengheng.workflow.permissions import anywhere

ON_THE_WAY = ("submitted", "checking", "disputed", "confirmed")
NEVER_ASKED = ("没有布置填报", "never asked for")
Reported = tuple[str, str, str, str, str]
"""Unit, indicator, period and value as text, and the reason that confirms a value beyond its range of sense."""


@dataclass(frozen=True)
class Expected:
    """One indicator at the period's end: what is reported of what, and the mark it would get."""

    code: str
    zh: str
    en: str
    measure_unit: str
    reported: int
    periods: int
    mark: Mark
    is_early: bool = False
    """Nothing of it is due yet: that is no lack."""
    lacks: tuple[tuple[Words, Words], ...] = ()
    """Of one without a value what is due and not there, and how that stands."""


@dataclass(frozen=True)
class YearEnd:
    """A unit's total as it would be; empty where something is missing that no pace can tell."""

    rulebook: RulebookVersion
    unit: str
    name: tuple[str, str]
    total: str
    full: str
    expected: tuple[Expected, ...]

    @property
    def unknown(self) -> int:
        """Indicators without points at the period's end, of those that a total needs."""
        return self.overdue + self.early + self.unmeasured

    @property
    def overdue(self) -> int:
        """Indicators of which something is due and not there."""
        return sum(bool(one.lacks) for one in self.expected)

    @property
    def early(self) -> int:
        """Indicators of which nothing is due yet, so that there is nothing to go by."""
        return sum(one.is_early for one in self.expected)

    @property
    def unmeasured(self) -> int:
        """Indicators that owe nothing and cannot be scored, above all for want of a target."""
        return sum(one.mark.status in {"missing", "undefined"} and not one.lacks for one in self.expected)  # fmt: skip


def year_ends(account: Account, day: date, language: Language) -> list[YearEnd]:
    """All that concern this account's own units. Raises ForbiddenError, DataError, KeptError."""
    if not anywhere(grants(account, day), "result.try"):
        raise forbidden("result.try")
    found = []
    for version, units in groupby(running(account, day), itemgetter(0)):
        found += year_ends_of(version, [unit for _, unit in units], day, language)
    return found


def running(account: Account, day: date) -> list[tuple[RulebookVersion, str]]:
    """The rulebooks in force for a period that this day lies in, with each unit of this account that they assess."""
    own = {grant.unit for grant in grants(account, day) if grant.unit is not None}
    mine = sorted(
        unit for unit in own if allowed(account, "result.try", day, units={"own": [unit]})
    )
    found = []
    for code, text in (
        RulebookVersion.objects.filter(state="adopted").values_list("code", "period").distinct()
    ):
        period, version = parse_period(text), in_force(code, text)
        if (
            mine
            and version
            and period.start <= day <= period.end
            and (lake_of(code) / "register.db").is_file()
        ):
            held = {one.code for one in assessed(book_of(version))}
            found += [(version, unit) for unit in mine if unit in held]
    return sorted(found, key=lambda pair: (pair[0].code, pair[1]))


def year_ends_of(
    version: RulebookVersion, units: Sequence[str], day: date, language: Language
) -> list[YearEnd]:
    """Each unit's indicators and total at the period's end, by what is loaded and what that unit itself has on its way.

    Units that do not reach each other's totals share one computation. Raises NotFoundError, DataError, KeptError.
    """
    snapshots = tuple(Lake.open(lake_of(version.code)).snapshots().items())
    waiting = _on_the_way(version, units)
    codes = {unit: {row[1] for row in rows} for unit, rows in waiting.items()}
    lone = apart(_plan(version.pk, snapshots), codes) if len(units) > 1 else set()
    together = [unit for unit in units if unit not in lone]
    found: dict[str, YearEnd] = {}
    if together:
        made = _projected(version.pk, snapshots, day, tuple(row for unit in together for row in waiting[unit]))  # fmt: skip
        heat = heat_map(made.run, language)
        lone |= reached(made.run.plan, made.run.results, {unit: codes[unit] for unit in together})
        found = {unit: _year_end(version, unit, made, heat, day) for unit in together if unit not in lone}  # fmt: skip
    for unit in sorted(lone):
        made = _projected(version.pk, snapshots, day, waiting[unit])
        found[unit] = _year_end(version, unit, made, heat_map(made.run, language), day)
    return [found[unit] for unit in units]


def _year_end(
    version: RulebookVersion, unit: str, made: Projection, heat: HeatMap, day: date
) -> YearEnd:
    run = made.run
    total = next(iter(run.results.of_unit("total_score", unit)), None)
    if total is None:
        raise NotFoundError.one(
            unit, "unit.absent", zh="该方案不考核这个单位", en="this rulebook does not assess the unit"
        )  # fmt: skip
    root = next(row for row in run.plan.tables["node"] if not row["depth"])
    full = next(
        row["full"] for row in run.plan.tables["node_full"]
        if row["node"] == root["node"] and row["category"] == total["category"]
    )  # fmt: skip
    lacking = gaps(made, unit, day)
    lacks = [lack for gap in lacking.values() for lack in gap.due]
    states = _states(version, lacks, day)
    aims = _aims(made, unit)
    expected = []
    for column in heat.columns:
        if (mark := heat.marks[unit].get(column.code)) is not None:
            code, name = column.code, run.rulebook.indicator(column.code).name
            known, periods = made.reported.get((unit, code), (0, 0))
            gap = lacking.get(code) if mark.status == "missing" else None
            early = gap is not None and gap.is_early
            if mark.status in {"missing", "undefined"}:
                value, target = aims.get(code, ("", ""))
                mark = replace(mark, status="not_due" if early else mark.status, value=value, target=target)  # fmt: skip
            told = _told(gap.due, states, unit, code, run) if gap else ()
            expected.append(Expected(code, name.zh, name.en, column.measure_unit, known, periods, mark, early, told))  # fmt: skip
    score = format_scaled(total["printed"], 9, root["digits"]) if total["status"] == "value" else ""
    held = Unit.objects.filter(code=unit).values_list("name_zh", "name_en").first() or (unit, unit)
    return YearEnd(version, unit, held, score, format_scaled(full, 6, 0), tuple(expected))


def _aims(made: Projection, unit: str) -> dict[str, tuple[str, str]]:
    """Value and target of a unit's indicators, as far as they are known; what has no points has them nowhere else."""
    digits = {one.code: one.decimals for one in made.run.rulebook.indicators}
    given = {row["indicator"] for row in made.run.plan.tables["rule"] if row["reference"] == "given"}  # fmt: skip
    found = {}
    for row in made.run.results.of_unit("cell", unit) if "cell" in made.run.results else ():
        code = row["indicator"]
        target = row["target"] if code in given else None
        found[code] = format_scaled(row["value"], digits[code]), format_scaled(target, digits[code])
    return found


def _states(
    version: RulebookVersion, lacks: Sequence[Lack], day: date
) -> dict[tuple[str, str, str], Words]:
    """How each value that is not there stands: asked for of whom and until when, handed in without a value, or never asked for."""
    held = Report.objects.filter(
        rulebook__code=version.code, rulebook__period=version.period,
        unit__code__in={one.unit for one in lacks}, indicator__in={one.indicator for one in lacks},
    )  # fmt: skip
    found: dict[tuple[str, str, str], Words] = {}
    for report in held.select_related("unit", "supplier"):
        (zh, en), until = report.supplier.told(), report.due_on
        words = REPORT.names[report.state]
        if report.state == "due":
            words = f"待{zh}填报", f"to be reported by {en}"
            if until is not None:
                late = ("，已超期", ", which is past") if until < day else ("", "")
                words = f"{words[0]}，期限 {until}{late[0]}", f"{words[1]} until {until}{late[1]}"
        elif report.status != "value":
            status = STATUS_WORDS[report.status]
            words = f"{words[0]}，报为：{status[0]}", f"{words[1]}, reported as: {status[1]}"
        found[report.unit.code, report.indicator, report.period] = words
    return found


def _told(
    lacks: Sequence[Lack], states: dict[tuple[str, str, str], Words], unit: str, code: str, run: Run
) -> tuple[tuple[Words, Words], ...]:
    """Periods that stand alike together, each with whose they are where that is another unit, and of what."""
    alike: dict[tuple[str, str, Words], list[str]] = {}
    for one in lacks:
        state = states.get((one.unit, one.indicator, one.period.code), NEVER_ASKED)
        alike.setdefault((one.unit, one.indicator, state), []).append(one.period.code)
    found = []
    for (whose, what, state), periods in alike.items():
        zh, en = "、".join(periods), ", ".join(periods)
        if what != code:
            name = run.rulebook.indicator(what).name
            zh, en = f"{what} {name.zh} {zh}", f"{what} {name.say('en')} {en}"
        if whose != unit:
            known = Unit.objects.filter(code=whose).first()
            name_zh, name_en = known.told() if known else (whose, whose)
            zh, en = f"{name_zh} {zh}", f"{name_en} {en}"
        found.append(((zh, en), state))
    return tuple(found)


def _on_the_way(version: RulebookVersion, units: Sequence[str]) -> dict[str, tuple[Reported, ...]]:
    """What was handed in about each unit and is not in the lake yet."""
    held = Report.objects.filter(
        unit__code__in=units, state__in=ON_THE_WAY, status="value", **of_year(version)
    ).exclude(value="")
    names = ("unit__code", "indicator", "period", "value", "confirmation")
    rows = list(held.order_by("pk").values_list(*names))
    return {unit: tuple(row for row in rows if row[0] == unit) for unit in units}


@lru_cache(maxsize=8)
def _plan(version: int, snapshots: tuple[tuple[str, str], ...]) -> Plan:
    """What the rulebook comes to over what is loaded; `snapshots` says what that is."""
    held = RulebookVersion.objects.get(pk=version)
    facts = facts_as_loaded(Lake.open(lake_of(held.code)))
    return settled(book_of(held), facts, parse_period(held.period))


@lru_cache(maxsize=8)
def _projected(
    version: int, snapshots: tuple[tuple[str, str], ...], day: date, reports: tuple[Reported, ...]
) -> Projection:
    """One computation serves all who have nothing on its way, until something is loaded or a day goes by."""
    held = RulebookVersion.objects.get(pk=version)
    book, facts = book_of(held), facts_as_loaded(Lake.open(lake_of(held.code)))
    if reports:
        names = ("unit", "indicator", "period", "value", "confirmation")
        rows = [
            dict(zip(names, row, strict=True)) | {"status": STATUS_WORDS["value"][0]}
            for row in reports
        ]
        with TemporaryDirectory() as folder:
            extra, _, _ = read_rows(book, "correction", rows, "a trial", Path(folder))
        facts = corrected(facts, extra)
    return project(book, facts, parse_period(held.period), day)
