"""Where a unit's year would end at the pace so far 年终预测: a trial for its own people, kept nowhere."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache
from pathlib import Path
from tempfile import TemporaryDirectory

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.heat import Mark, heat_map
from zhengheng.engines.projection import Projection, project
from zhengheng.lake.store import Lake
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed, forbidden, grants
from zhengheng.web.intake.services import corrected, lake_of, read_rows
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, in_force
from zhengheng.workflow.permissions import anywhere

ON_THE_WAY = ("submitted", "checking", "disputed", "confirmed")
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


@dataclass(frozen=True)
class YearEnd:
    """A unit's total as it would be; empty where something is missing that no pace can tell."""

    rulebook: RulebookVersion
    unit: str
    total: str
    full: str
    expected: tuple[Expected, ...]

    @property
    def unknown(self) -> int:
        """Indicators of which there is no value or no target to go by."""
        return sum(one.mark.status in {"missing", "undefined"} for one in self.expected)


def year_ends(account: Account, day: date, language: Language) -> list[YearEnd]:
    """All that concern this account's own units. Raises ForbiddenError, DataError."""
    if not anywhere(grants(account, day), "result.try"):
        raise forbidden("result.try")
    return [year_end(version, unit, day, language) for version, unit in running(account, day)]


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


def year_end(version: RulebookVersion, unit: str, day: date, language: Language) -> YearEnd:
    """The unit's indicators and total at the period's end. Raises NotFoundError, DataError."""
    snapshots = tuple(Lake.open(lake_of(version.code)).snapshots().items())
    made = _projected(version.pk, snapshots, day, _on_the_way(version, unit))
    run, heat = made.run, heat_map(made.run, language)
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
    expected = []
    for column in heat.columns:
        if (mark := heat.marks[unit].get(column.code)) is not None:
            name = run.rulebook.indicator(column.code).name
            known, periods = made.reported.get((unit, column.code), (0, 0))
            expected.append(
                Expected(column.code, name.zh, name.en, column.measure_unit, known, periods, mark)
            )
    score = format_scaled(total["printed"], 9, root["digits"]) if total["status"] == "value" else ""
    return YearEnd(version, unit, score, format_scaled(full, 6, 0), tuple(expected))


def _on_the_way(version: RulebookVersion, unit: str) -> tuple[Reported, ...]:
    """What was handed in about the unit and is not in the lake yet."""
    held = Report.objects.filter(
        rulebook=version, unit__code=unit, state__in=ON_THE_WAY, status="value"
    ).exclude(value="")
    return tuple(
        held.order_by("pk").values_list(
            "unit__code", "indicator", "period", "value", "confirmation"
        )
    )


@lru_cache(maxsize=8)
def _projected(
    version: int, snapshots: tuple[tuple[str, str], ...], day: date, reports: tuple[Reported, ...]
) -> Projection:
    """One computation serves all who have nothing on its way, until something is loaded or a day goes by."""
    held = RulebookVersion.objects.get(pk=version)
    book, facts = book_of(held), Lake.open(lake_of(held.code)).facts()
    if reports:
        names = ("unit", "indicator", "period", "value", "confirmation")
        rows = [dict(zip(names, row, strict=True)) | {"status": "正常"} for row in reports]
        with TemporaryDirectory() as folder:
            extra, _, _ = read_rows(book, "correction", rows, "a trial", Path(folder))
        facts = corrected(facts, extra)
    return project(book, facts, parse_period(held.period), day)
