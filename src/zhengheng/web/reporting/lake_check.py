"""Whether what counts as loaded stands in the lake: reports by their value, items by their document."""

from collections import defaultdict
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings

from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Problem
from zhengheng.engines.oracle import decided, within
from zhengheng.engines.run import Run
from zhengheng.lake.check import check_lake
from zhengheng.lake.facts import Facts
from zhengheng.lake.rows import NEVER
from zhengheng.lake.store import Lake
from zhengheng.lake.whole import naming
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import MISSING, NOT_APPLICABLE, VALUE, WITHHELD
from zhengheng.web.intake.services import lake_of, opened
from zhengheng.web.reporting.acts import REPORTS
from zhengheng.web.reporting.dated import Key, columns_of, facts_of, key_of
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.rulebooks.selectors import book_of

CODES = {"value": VALUE, "not_applicable": NOT_APPLICABLE, "missing": MISSING, "withheld": WITHHELD}
READABLE = frozenset({"intake.gone", "file.rows", "row.twice"})
"""Findings of a lake whose files can be read all the same."""
MOST = 50
"""Findings of one rulebook that are named; the rest is counted."""


def compare_all() -> list[Problem]:
    """Every rulebook's reports and items against its lake, of damaged lakes their files; lakes with neither too."""
    held = Report.objects.filter(state="loaded").values_list("rulebook__code", flat=True)
    items = Item.objects.filter(state="loaded").values_list("rulebook__code", flat=True)
    found: list[Problem] = []
    for code in sorted({*held, *items}):
        with naming(found, lake_of(code)):
            found += _compare(code)
    done = {lake_of(code).resolve() for code in (*held, *items)}
    for register in sorted((Path(settings.HOME) / "lakes").glob("*/register.db")):
        if register.parent.resolve() not in done:
            with naming(found, register.parent), (lake := Lake.open(register.parent)).writing():
                found += check_lake(lake)
    return found


def _compare(code: str) -> list[Problem]:
    if not (lake_of(code) / "register.db").is_file():
        return [
            Problem(code, "lake.absent", "有数据登记为已入库，但这个方案的数据湖不在了，请从备份恢复。",
                    "reports count as loaded, but the lake of this rulebook is gone; restore a backup")
        ]  # fmt: skip
    lake = opened(code)
    # Nobody loads meanwhile: what is marked a moment later would look lost.
    with lake.writing():
        found = check_lake(lake)
        if any(one.code not in READABLE for one in found):
            return found  # what is compared would rest on files that cannot be read
        facts = facts_of(lake.home)
        books: dict[int, Rulebook] = {}
        values = values_of(facts)
        for report in REPORTS.all().filter(rulebook__code=code, state="loaded").iterator(2000):
            book = books.setdefault(report.rulebook_id, book_of(report.rulebook))
            if (
                stored(report, book)
                not in values[(report.unit.code, report.indicator, parse_period(report.period).end)]
            ):
                where = f"{report.unit.name_zh} {report.indicator} {report.period}"
                found.append(
                    Problem(where, "report.lost", f"登记为已入库的数值“{report.value}”不在数据湖中，请系统管理员从备份恢复，或由绩效办办理一次更正。",
                            f"the value {report.value!r} counts as loaded and is not in the lake; restore a backup, or correct the value once")
                )  # fmt: skip
        events = _periods_of(facts)
        for item in ITEMS.all().filter(rulebook__code=code, state__in=("loaded", "revoked")):
            period, of = parse_period(item.rulebook.period), events.get(key_of(item))
            counts = of is not None and period.start <= of <= period.end
            if counts != (item.state == "loaded"):
                found.append(
                    Problem(f"{item.unit.name_zh} {item.item} {item.document}", "item.lost",
                            "事项的登记状态与数据湖中的不一致，请系统管理员从备份恢复，或由绩效办凭新事实重开后再认定。",
                            "the item's state and what the lake says of it differ; restore a backup, or reopen and settle it")
                )  # fmt: skip
    if len(found) > MOST:
        more = len(found) - MOST
        found = [
            *found[:MOST],
            Problem(code, "more", f"另有 {more} 处不一致。", f"{more} more differ"),
        ]
    return found


def stored(report: Report, book: Rulebook) -> tuple[int, int | None]:
    """A report's status and value as the lake keeps them."""
    if report.status != "value":
        return CODES[report.status], None
    return VALUE, parse_scaled(report.value, book.indicator(report.indicator).decimals)[0]


def _periods_of(facts: Facts) -> dict[Key, date | None]:
    """Of every event a day of the period that it counts in; None for what was taken back."""
    rows = facts.tables["event"].to_pylist()
    return {
        (row["unit"], row["item"], row["document"]): None if row["decided_on"] == NEVER else row["period"] or row["decided_on"]
        for row in rows
    }  # fmt: skip


def events_of(run: Run) -> dict[Key, bool]:
    """Unit, item and document of every event of a run, and whether it counts in its score."""
    (setting,) = run.plan.tables["setting"]
    return {
        (row["unit"], row["item"], row["document"]): decided(row, setting) and within(row, setting)
        for row in run.facts.tables["event"].to_pylist()
    }


def values_of(facts: Facts) -> dict[Any, set[tuple[int, int | None]]]:
    """Of each fact every value that it had; an appeal may have put another one on top since."""
    found: dict[Any, set[tuple[int, int | None]]] = defaultdict(set)
    for name in ("observation", "revision"):
        columns = ["unit", "indicator", "period", "status", "value"]
        for batch in columns_of(facts, name, columns).to_batches():
            for unit, indicator, period, status, value in zip(*(c.to_pylist() for c in batch.columns), strict=True):  # fmt: skip
                found[unit, indicator, period].add((status, value))
    return found
