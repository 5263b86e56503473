"""What is answered reaches who asked: on the first page, and on the page of what the answer is about."""

import re
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.test_appeals import cells_of
from tests.e2e.test_settled import computed, page_of, year
from tests.e2e.test_year import adopt, agree_targets, run
from tests.web.conftest import People
from tests.web.town import Town
from zhengheng.web.intake.services import read_rows, retargeted
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.targets.models import TargetChange, TargetSheet


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def asked(town: Town, sheet: int, value: str, unit: str = "D10") -> int:
    line = town.get(f"unit_leader-{unit}", f"targets/{sheet}")["detail"]["lines"][0]["id"]
    number: int = town.post(
        f"unit_leader-{unit}", "changes/ask", line=line, value=value, ground="force_majeure", reason="洪水"
    )["id"]  # fmt: skip
    return number


def reading(town: Town, name: str) -> str:
    page = page_of(town, name, "/office/")
    return re.sub(r"<[^>]+>", " ", page.partition("请您查阅")[2].partition("全部事项")[0])


def test_a_target_change_is_answered_on_the_first_page_and_stays_on_the_target_s(
    town: Town,
) -> None:
    sheets = agree_targets(town, adopt(town))
    refused = asked(town, sheets["D10"], "92")
    town.post("office_director", f"changes/{refused}/refuse", answer="依据不足")
    approved = asked(town, sheets["D10"], "90")
    town.post("office_director", f"changes/{approved}/approve", answer="属实")
    for who in ("unit_leader-D10", "unit_reporter-D10"):
        told = " ".join(reading(town, who).split())
        assert re.search(r"95 → 92[^。]{0,12}已于 2026-03-23 办理“不批准”。", told), told
        assert re.search(r"95 → 90[^。]{0,12}已于 2026-03-23 办理“批准”。", told)
    assert "95 → 92" not in reading(town, "unit_leader-D13"), "it is another unit's"
    assert "95 → 92" not in reading(town, "office_director"), "he answered himself"
    page = page_of(town, "unit_leader-D10", f"/office/targets/{sheets['D10']}/")
    assert f'href="/office/changes/{refused}/"' in page
    assert "未批准" in page
    assert "已批准" in page
    told = town.get("unit_leader-D10", "desk")["reading"]
    assert sum("不批准" in one["why"]["zh"] for one in told) == 1
    town.at("2026-04-30")
    assert "95 → 92" not in reading(town, "unit_leader-D10"), "what is long answered is no news"


def test_what_the_commission_decides_is_told_and_overwrites_no_proposal(town: Town) -> None:
    book = adopt(town)
    lines = [{"indicator": "SEATS", "value": "92", "baseline": "80"}]
    sheet = town.post("office_indicators", "targets/propose", rulebook=book, unit="D10", lines=lines)["id"]  # fmt: skip
    minutes = [town.file("unit_leader-D10")]
    town.post(
        "unit_leader-D10", f"targets/{sheet}/counter", opinion="场地不足", lines=[{"indicator": "SEATS", "value": "85"}], consultation=minutes,
    )  # fmt: skip
    town.post("office_indicators", f"targets/{sheet}/escalate", reason="未达成一致")
    decided = [{"indicator": "SEATS", "value": "90"}]
    decision = town.decided(f"target:{sheet}", "2026-2", "2026-03-23", lines=decided)
    town.post("commission_secretary", f"targets/{sheet}/decide", decision=decision)
    line = town.get("unit_leader-D10", f"targets/{sheet}")["detail"]["lines"][0]
    assert [line[name] for name in ("proposed", "countered", "decided", "original", "current")] == ["92", "85", "90", "90", "90"]  # fmt: skip
    page = page_of(town, "unit_leader-D10", f"/office/targets/{sheet}/")
    assert "委员会决定" in page
    (row,) = [row for row in cells_of(page) if row and row[0].startswith("SEATS")]
    assert row[3:8] == ["92", "85", "90", "90", "90"]
    for who in ("unit_leader-D10", "unit_reporter-D10"):
        assert "办理“按决定签订”" in reading(town, who)


def test_questions_and_corrections_are_answered_to_who_asked(town: Town) -> None:
    book = adopt(town)
    made = town.post("unit_reporter-D10", "questions/ask", rulebook=book, indicator="SEATS", text="改扩建是否计入？")  # fmt: skip
    assert "解释" not in reading(town, "unit_reporter-D10")
    town.post("office_indicators", f"questions/{made['id']}/answer", answer="计入。")
    assert f"/office/questions/{made['id']}/" in page_of(town, "unit_reporter-D10", "/office/")


def test_the_effect_of_a_change_stands_where_it_is_decided_and_is_what_comes(town: Town) -> None:
    """SEATS counts by value over target: the year's own published result is computed with the target asked for."""
    book = year(town)
    made = computed(town, book)
    town.post("office_procedure", f"runs/{made['result']}/publish")
    sheet = TargetSheet.objects.get(unit__code="D10").pk
    number = asked(town, sheet, "85")
    page = page_of(town, "office_director", f"/office/changes/{number}/")
    assert "对得分、总分和名次的影响" in page
    assert "在本年度公示的结果上试算" in page
    rows = {row[0]: row[1:] for row in cells_of(page) if row}
    assert set(rows) >= {"指标得分（分）", "总分（分）", "名次", "计算等次"}
    assert float(rows["总分（分）"][1]) > float(rows["总分（分）"][0])
    town.post("office_director", f"changes/{number}/approve", answer="属实")
    kept = TargetChange.objects.get(pk=number).effect
    assert kept["run"] == made["run"], "what was before the eyes of whoever decided stays"
    town.work()
    again = run(town, book)
    groups = town.get("office_data", f"results/{again['run']}")["groups"]
    score = next(line["score"] for group in groups for line in group["lines"] if line["unit"] == "D10")  # fmt: skip
    assert str(score) == rows["总分（分）"][1], "what was shown is what came"
    assert rows["总分（分）"][1] in page_of(town, "unit_leader-D10", f"/office/changes/{number}/")


def test_the_effect_of_a_change_leaves_every_other_target_as_it_is(
    town: Town, tmp_path: Path
) -> None:
    """Of another half-year, of another unit, and what the year is measured from."""
    book = book_of(RulebookVersion.objects.get(pk=adopt(town)))
    said = [("D10", "2025-H1", "500", ""), ("D10", "2025", "1000", "80"), ("D13", "2025", "700", "60")]  # fmt: skip
    rows = [{"unit": unit, "indicator": "SEATS", "period": period, "target": target, "base": base} for unit, period, target, base in said]  # fmt: skip
    facts, _, _ = read_rows(book, "target", rows, "test", tmp_path)
    june, december = date(2025, 6, 30), date(2025, 12, 31)
    changed = retargeted(facts, ("D10", "SEATS", december), 900)
    assert changed is not None
    held = changed.tables["target"].to_pylist()
    assert {(row["unit"], row["period"], row["kind"]): row["value"] for row in held} == {
        ("D10", june, "target"): 500, ("D10", december, "target"): 900, ("D10", december, "base"): 80,
        ("D13", december, "target"): 700, ("D13", december, "base"): 60,
    }  # fmt: skip
    assert retargeted(facts, ("D13", "SEATS", june), 900) is None


def test_without_a_published_year_the_page_says_why_there_is_no_effect(town: Town) -> None:
    sheets = agree_targets(town, adopt(town))
    number = asked(town, sheets["D10"], "90")
    page = page_of(town, "office_director", f"/office/changes/{number}/")
    assert "还没有公示过的年度结果" in page
    assert RulebookVersion.objects.count() == 1
