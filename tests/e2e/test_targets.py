"""Targets are of the unit that has them, and are signed when everybody whose turn was before has had it."""

import io
import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e.test_cases import in_force
from tests.web.conftest import People
from tests.web.town import BOOK, UNITS, Town


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def of_two_categories(town: Town) -> int:
    """A rulebook that looks at the school places of all but one bureau."""
    plain = {"code": "plain", "name": {"zh": "综合部门", "en": "Plain"}}
    weights = {"SEATS": {"bureau": 40}, "GROWTH": {"bureau": 30, "plain": 70}, "ANSWERED": 30}
    units = [{"code": unit, "name": unit, "category": "plain" if unit == "D19" else "bureau", "group": "all"} for unit in UNITS]  # fmt: skip
    return in_force(
        town, categories=[*BOOK["categories"], plain], units=units,
        weights=[BOOK["weights"][0] | {"table": weights}],
    )  # fmt: skip


def test_a_unit_gets_no_target_for_what_it_is_not_assessed_on(town: Town) -> None:
    book = of_two_categories(town)
    lines = [{"indicator": "GROWTH", "value": "5"}, {"indicator": "SEATS", "value": "100"}]
    asked = {"rulebook": book, "unit": "D19", "lines": lines}
    said = town.post("office_indicators", "targets/propose", 422, **asked)
    assert (said["type"], said["problems"][0]["where"]) == ("target.foreign", "lines.1")
    assert "第 2 行：本方案没有对“D19”考核指标“SEATS 新增学位”" in str(said)
    office = town.client("office_indicators")
    table = io.BytesIO("单位代码,指标代码,目标值\nD10,SEATS,100\nD19,SEATS,100\n".encode())
    table.name = "targets.csv"
    answer = office.post("/office/targets/import/", {"rulebook": book, "file": table})
    shown = answer.content.decode()
    assert "没有对“D19”考核指标" in shown
    town.post("office_indicators", "targets/propose", **asked | {"lines": lines[:1]})
    town.post("office_indicators", "targets/propose", **asked | {"unit": "D10"})


def test_a_unit_tells_of_no_indicator_that_it_is_not_assessed_on(town: Town) -> None:
    book = of_two_categories(town)
    reasons = [{"indicator": "SEATS", "text": "项目开工晚"}]
    asked: dict[str, Any] = {"rulebook": book, "achievement": "完成", "reasons": reasons}
    said = town.post("unit_leader-D19", "self-reports/draft", 422, unit="D19", **asked)
    assert said["type"] == "self_report.foreign"
    assert "D19" in str(said)
    town.post("unit_leader-D10", "self-reports/draft", unit="D10", **asked)


def words(town: Town, name: str, path: str = "") -> str:
    answer = town.client(name).get(f"/office/{path}")
    assert answer.status_code == 200, path
    return re.sub(r"(<[^>]+>|\s)+", " ", answer.content.decode())


def test_drafts_wait_for_the_public_on_the_desk_of_who_opens_them(
    town: Town, tmp_path: Path
) -> None:
    """Until then, and until its days are over, the unit reads what it waits for, and is not offered to sign."""
    procedure = BOOK["procedure"] | {"targets_open": {"length": 5, "unit": "calendar_days"}}
    book = in_force(town, procedure=procedure)
    waits = "目标草案待公开，公开期满后单位才能签订，自"
    assert waits not in words(town, "office_indicators")
    lines = [{"indicator": "SEATS", "value": "100"}]
    sheet = town.post("office_indicators", "targets/propose", rulebook=book, unit="D10", lines=lines, due_on="2026-04-10")["id"]  # fmt: skip
    home = words(town, "office_indicators")
    assert waits in home
    assert "公开目标草案" in home
    for path in ("", f"targets/{sheet}/"):
        shown = words(town, "unit_leader-D10", path)
        assert "先由指标管理人员在“小城年度绩效考核方案 2025”的页面上办理“公开目标草案”" in shown
        assert "提出不同意见" in shown
        assert not re.search(r" 签订 ", shown)
    form = town.client("unit_leader-D10").get(f"/office/targets/{sheet}/agree/")
    assert form.status_code == 409
    assert "先由指标管理人员" in form.content.decode()
    town.post("office_indicators", f"rulebooks/{book}/open_targets")
    town.work()
    for page in ("index", "consultations"):
        shown = (tmp_path / "portal" / f"{page}.html").read_text(encoding="utf-8")
        told = re.sub(r"(<[^>]+>|\s)+", " ", shown)
        assert "小城年度绩效考核方案 2025 （教育局）" in told, "whose drafts they are"
    assert waits not in words(town, "office_indicators")
    until = "目标草案公开征求意见至 2026-03-30，自 2026-03-31 起可以签订。"
    home = words(town, "unit_leader-D10")
    assert until in home
    minutes = [town.file("unit_leader-D10")]
    said = town.post("unit_leader-D10", f"targets/{sheet}/agree", 422, consultation=minutes)
    assert until in str(said)
    town.at("2026-03-31")
    home = words(town, "unit_leader-D10")
    assert "公开征求意见至" not in home
    assert re.search(r" 签订, ", home)
