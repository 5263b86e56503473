"""The package of a closed year holds every paper that came about, and its README lists exactly what is there."""

import json
import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.web.conftest import NOW
from tests.web.test_sense import asked, book, computed
from tests.web.town import STATISTICS, Town
from zhengheng.web.appeals.models import Objection
from zhengheng.web.audits.models import Audit, Entry
from zhengheng.web.files.kept import altered_files
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Item, SelfReport, Tolerance
from zhengheng.web.results.kept import kept_as_written
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.papers import papers, readme
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets.models import TargetChange, TargetLine, TargetSheet

pytestmark = pytest.mark.one_database

__all__ = ["book"]


def test_the_package_holds_what_came_about_and_lists_it(town: Town, book: int) -> None:
    corrected = asked(book, "D10", "confirmed", value="97", wanted="96", objection="漏统一件")
    run = computed(town, book)
    ResultRun.objects.update(state="final", published_at=NOW, due_on=None)
    run.refresh_from_db()
    rules, unit = RulebookVersion.objects.get(pk=book), Unit.objects.get(code="D10")
    ResultRun.objects.update(rulebook=rules.code, period=rules.period)
    run.refresh_from_db()
    under: dict[str, Any] = {"rulebook": rules, "unit": unit, "made_at": NOW}
    item = Item.objects.create(
        **under, state="settled", supplier=Unit.objects.get(code=STATISTICS), item="X",
        document="市表彰〔2025〕1号", decided_on=date(2025, 11, 20), reason="省级以上表彰",
    )  # fmt: skip
    Tolerance.objects.create(**under, state="asked", item=item, ground="reform", facts="先行先试")
    SelfReport.objects.create(**under, state="accepted", achievement="全年接诉即办")
    sheet = TargetSheet.objects.create(**under, state="agreed")
    line = TargetLine.objects.create(sheet=sheet, indicator="GROWTH", proposed="5", original="5.5")
    TargetChange.objects.create(
        line=line, made_at=NOW, state="refused", value="4.4", before="5.5", ground="policy", route="office", reason="国家政策调整"
    )  # fmt: skip
    Objection.objects.create(
        run=run, made_at=NOW, state="filed", about="p/1", text="数据与统计公报不一致"
    )
    audit = Audit.objects.create(
        rulebook=rules, made_at=NOW, state="open", purpose="data", seed="2026"
    )
    Entry.objects.create(audit=audit, unit=unit, indicator="ANSWERED", note="台账核对无误")
    held = papers(run)
    said = {name: content.decode() for name, content in held.items() if name.endswith(".json")}
    for name, word in {
        "reports.json": "漏统一件", "items.json": "省级以上表彰", "tolerances.json": "先行先试", "self_reports.json": "全年接诉即办",
        "targets.json": "5.5", "target_changes.json": "国家政策调整", "objections.json": "数据与统计公报不一致", "samples.json": "台账核对无误",
    }.items():  # fmt: skip
        assert word in said[name], name
    assert {one["id"] for one in json.loads(said["reports.json"])} >= {corrected}
    (notice,) = json.loads(said["notices.json"])
    assert notice["on_notice_until"] > "2026-03-12", (
        "the end of the notice stands after the result is final"
    )
    names = {*held, "rulebook.json", "ledger.jsonl"}
    listed = re.findall(r"^- `(.+?)`", readme(run, list(names)).decode(), re.M)
    assert set(listed) == {*names, "README.md", "catalogue.json"}
    assert "上传的附件" not in "\n".join(
        one for one in readme(run, list(names)).decode().splitlines() if "files/" not in one
    ), "every table says what it is"


@pytest.mark.parametrize("way", ["another", "flipped", "cut", "gone"])
def test_a_package_that_is_not_the_archived_one_is_named_and_not_served(town: Town, book: int, way: str) -> None:  # fmt: skip
    asked(book, "D10", "confirmed", value="97")
    run = computed(town, book)
    ResultRun.objects.update(state="final", published_at=NOW, due_on=None)
    town.post("office_procedure", f"runs/{run.pk}/archive")
    name = (town.work()[-1].result or {})["package"]
    home = Path(settings.HOME)
    path, client = home / "archive" / name, town.client("office_director")
    at = LedgerEntry.objects.get(act="result.archived").sequence
    addresses = f"/api/v1/results/{run.run}/package", f"/office/results/{run.run}/package/"
    assert not [one for one in kept_as_written(home) if name in one.zh]
    assert [client.get(address).status_code for address in addresses] == [200, 200]
    before, taken = path.read_bytes(), LedgerEntry.objects.filter(act="result.package").count()
    middle = len(before) // 2
    flipped = bytes([*before[:middle], before[middle] ^ 1, *before[middle + 1 :]])
    if way == "gone":
        path.unlink()
    else:
        path.write_bytes({"another": b"hello", "flipped": flipped, "cut": before[:-1]}[way])
    answer, page = (client.get(address) for address in addresses)
    assert (answer.status_code, page.status_code) == (503, 503)
    word = "不见了" if way == "gone" else f"与存证日志第 {at} 条的摘要不符"
    for text in (answer.json()["problems"][0]["detail"], page.content.decode()):
        assert word in text
        assert f"archive/{name}" in text
        assert "从备份中恢复" in text
    assert LedgerEntry.objects.filter(act="result.package").count() == taken
    for found in (kept_as_written(home), list(altered_files(home))):
        (said,) = [one.zh for one in found if name in one.zh]  # type: ignore[attr-defined]
        assert ("不见了" if way == "gone" else "被改动") in said
        assert f"第 {at} 条" in said
