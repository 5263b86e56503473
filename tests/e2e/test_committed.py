"""What is computed is loaded in small acts, what is published is committed to, and what differs from it is said."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from django.conf import settings
from django.db import connection, connections, transaction

from tests.e2e.test_appeals import MORE, SHAPE, adopted
from tests.e2e.test_year import adopt, agree_targets, deduct, report, run
from tests.web.conftest import People
from tests.web.town import INDICATORS, UNITS, Town, packed
from zhengheng.engines.archive import keep_run, load_run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.results import Results, from_rows
from zhengheng.engines.run import make_run
from zhengheng.web.acts.bound import disagreements
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.intake.services import opened
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.lots import AT_ONCE
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import period_of
from zhengheng.web.results.kept import altered_runs
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of
from zhengheng.web.results.services import register_run
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def made_final(town: Town) -> ResultRun:
    """The scripted year up to its final result."""
    book = adopt(town)
    agree_targets(town, book)
    report(town, book)
    deduct(town, book)
    town.at("2026-04-08")
    tick(now())
    made = run(town, book)
    town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")
    town.post("office_procedure", f"runs/{made['result']}/publish")
    town.at("2026-05-06")
    decision = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    town.post("commission_secretary", f"runs/{made['result']}/finalise", decision=decision)
    return ResultRun.objects.get(pk=made["result"])


def test_each_act_that_carries_a_result_on_commits_to_all_its_tables(town: Town) -> None:
    """Registered, published, final: each entry holds the digest of every result table; one altered digit of any is found."""
    held = made_final(town)
    folder = folder_of(held.run)
    digest = load_run(folder).results.digest()
    for act in ("result.register", "result.publish", "result.finalise"):
        entry = LedgerEntry.objects.get(subject=f"result:{held.pk}", act=act)
        assert json.loads(entry.content or "{}")["tables"] == digest, act
    last = LedgerEntry.objects.get(act="result.finalise").sequence
    lakes = Path(settings.HOME) / "lakes"
    assert list(altered_runs(lakes)) == []
    for path in sorted((folder / "results").glob("*.parquet")):
        before = path.read_bytes()
        table = pq.read_table(path)
        rows = table.to_pylist()
        number = next((name for name in table.column_names if rows and isinstance(rows[0][name], int) and not isinstance(rows[0][name], bool)), None)  # fmt: skip
        if number is None:
            continue
        rows[0][number] += 1
        pq.write_table(pa.Table.from_pylist(rows, table.schema), path)
        assert [(one.code, one.first) for one in altered_runs(lakes)] == [("results", last)], path.name  # fmt: skip
        path.write_bytes(before)
    assert list(altered_runs(lakes)) == []


@pytest.mark.parametrize(
    "sql",
    [
        "update results_resultrun set state = 'final'",
        "update results_resultrun set state = 'archived'",
        "update results_resultrun set state = 'draft'",
        "update results_resultrun set due_on = '2025-01-01'",
        "update results_resultrun set published_at = '2025-01-01 00:00:00+00:00'",
        "update results_resultrun set run = '0123456789abcdef'",
    ],
)
def test_a_result_that_somebody_altered_in_the_database_is_named(town: Town, sql: str) -> None:
    """Final without a decision, with other days, of another run: no act of the ledger explains it."""
    book = adopt(town)
    agree_targets(town, book)
    report(town, book)
    town.at("2026-04-08")
    tick(now())
    made = run(town, book)
    town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")
    town.post("office_procedure", f"runs/{made['result']}/publish")
    assert list(disagreements(KINDS)) == []
    with transaction.atomic():
        with connection.cursor() as cursor:
            cursor.execute(sql)
        (found,) = disagreements(KINDS)
        assert found.zh.startswith("核算结果")
        assert "存证日志" in found.zh
        transaction.set_rollback(True)


@pytest.mark.django_db(transaction=True)
def test_many_reports_are_marked_in_small_transactions(town: Town, monkeypatch: pytest.MonkeyPatch) -> None:  # fmt: skip
    """Between them the ledger is free for everybody else: never more reports in one than it says."""
    one = {**INDICATORS[0], "method": {"kind": "ratio", "target": 90}, "light": None}
    codes = [f"I{number:02d}" for number in range(12)]
    indicators = [{**one, "code": code, "name": {"zh": f"指标{code}", "en": code}} for code in codes]  # fmt: skip
    book = adopt(
        town, indicators=indicators,
        tree={"code": "total", "name": {"zh": "总分", "en": "Total"}, "children": codes},
        weights=[{"from": date(2025, 1, 1), "table": dict.fromkeys(codes[:4], 9) | dict.fromkeys(codes[4:], 8)}],
    )  # fmt: skip
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    town.work()
    reports = list(Report.objects.select_related("unit").order_by("pk"))
    assert len(reports) == len(UNITS) * len(codes) > 2 * AT_ONCE
    for held in reports:
        town.post(f"unit_reporter-{held.unit.code}", f"reports/{held.pk}/submit", value="80", note="")  # fmt: skip
        town.post("office_data", f"reports/{held.pk}/verify")
    seen: list[int] = []
    here = connections["default"]
    commit = here.commit

    def committed() -> None:
        commit()
        seen.append(Report.objects.filter(state="loaded").count())
        here.connection.rollback()  # what was read is no transaction of those who go on

    town.at("2026-04-08")
    monkeypatch.setattr(here, "commit", committed)
    run(town, book)
    monkeypatch.undo()
    steps = [later - earlier for earlier, later in zip([0, *seen], seen, strict=False)]
    assert seen[-1] == len(reports)
    assert max(steps) <= AT_ONCE
    assert len([step for step in steps if step]) > 2


def test_a_base_that_differs_from_what_was_published_says_why(town: Town) -> None:
    """An earlier release published other numbers from the same data: the rehearsal's page counts the units and says it."""
    version = adopted(town)
    town.at("2026-04-01")
    lake = opened(version.code)
    made = make_run(book_of(version), lake.facts(), period_of("2025"), DuckEngine(threads=1), date(2026, 4, 1))  # fmt: skip
    totals = made.results.rows("total_score")
    moved = [row for row in totals if row["unit"] in {"D10", "D13"}]
    for row in moved:
        row["printed"] -= 10**9
    tables = made.results.tables | {"total_score": from_rows("total_score", totals)}
    earlier = replace(made, id="e" * 16, results=Results(tables))
    keep_run(lake, earlier, now())
    held = register_run(run=earlier.id, actor=town.people["office_data"], now=now())
    town.post("office_director", f"results/{held.run}/readers", 204, username="office_procedure")
    town.post("office_procedure", f"runs/{held.pk}/publish")
    table: dict[str, Any] = {"RATE": {"bureau": 20, "office": 100}, "SHARE": {"bureau": 80}}
    content = packed(MORE, **SHAPE | {"version": "2025-2", "weights": [{"from": date(2025, 1, 1), "table": table}]})  # fmt: skip
    file = town.file("office_indicators", content, "town.zip")
    said = {"change_kind": "restated", "reason": "办结率更受关注"}
    draft = town.post("office_indicators", "rulebooks/draft", file=file, period="2025", **said)["id"]  # fmt: skip
    town.post("office_director", f"rulebooks/{draft}/rehearse", period="2025")
    found = town.work()[-1].result or {}
    assert (found["published"], found["differ"]) == (held.run, 2)
    client = town.client("office_director")
    page = client.get(f"/office/rulebooks/{draft}/").content.decode()
    assert "2 个单位的基准与公示的得分不同" in " ".join(page.split())
    assert "公示以后计算引擎的版本已经更新" in page
    assert "完全一致" not in page
    client.cookies["language"] = "en"
    page = " ".join(client.get(f"/office/rulebooks/{draft}/").content.decode().split())
    assert "2 units differ from the published scores" in page
    assert RulebookVersion.objects.get(pk=draft).state == "draft"
