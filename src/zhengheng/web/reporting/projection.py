"""Where a unit's year would end at the pace so far 年终预测: a trial for its own people, kept nowhere."""

from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.heat import Mark, heat_map
from zhengheng.engines.projection import Projection, project
from zhengheng.lake.store import Lake
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import allowed, forbidden, grants
from zhengheng.web.intake.services import lake_of
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, in_force
from zhengheng.workflow.permissions import anywhere


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
        return sum(one.mark.status == "missing" for one in self.expected)


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
            assessed = _assessed(version)
            found += [(version, unit) for unit in mine if unit in assessed]
    return sorted(found, key=lambda pair: (pair[0].code, pair[1]))


def year_end(version: RulebookVersion, unit: str, day: date, language: Language) -> YearEnd:
    """The unit's indicators and total at the period's end. Raises NotFoundError, DataError."""
    made = _projected(version.pk, tuple(Lake.open(lake_of(version.code)).snapshots().items()), day)
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


@lru_cache(maxsize=8)
def _projected(version: int, snapshots: tuple[tuple[str, str], ...], day: date) -> Projection:
    """One computation serves all units of a rulebook, until something is loaded or a day goes by."""
    held = RulebookVersion.objects.get(pk=version)
    facts = Lake.open(lake_of(held.code)).facts()
    return project(book_of(held), facts, parse_period(held.period), day)


def _assessed(version: RulebookVersion) -> set[str]:
    units = {unit.code for unit in book_of(version).units}
    return units | {unit.code for unit in Lake.open(lake_of(version.code)).facts().units}
