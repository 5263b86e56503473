"""What goes on with the heir after units ended: each thing told by the unit that it was about."""

import re
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e import test_year
from tests.e2e.test_cases import MERGER, in_force, on_notice
from tests.e2e.town import INDICATORS, Town
from tests.web.conftest import People
from zhengheng.web.results.models import ResultRun


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def words(town: Town, name: str, path: str) -> str:
    answer = town.client(name).get(f"/office/{path}/")
    assert answer.status_code == 200, path
    return re.sub(r"(<[^>]+>|\s)+", " ", answer.content.decode())


def test_the_heirs_case_keeps_a_row_for_each_unit_that_was_scored(
    town: Town, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The same indicator red at both: each row has its own value, line and periods, and closes by them."""
    monkeypatch.setitem(test_year.ANSWERED, "D13", "79.00")
    monkeypatch.setitem(test_year.NOTES, "D13", "窗口人员不足")
    plain = [
        one | ({"method": {"kind": "direct"}, "light": {"by": "score", "watch": 0.9, "missed": 0.85}} if one["code"] == "ANSWERED" else {})
        for one in INDICATORS
    ]  # fmt: skip
    result = on_notice(town, in_force(town, indicators=plain))["result"]
    made = town.post("office_procedure", "reorganisations/ask", **MERGER | {"day": "2026-04-10"})["id"]  # fmt: skip
    path = f"reorganisations/{made}"
    decision = town.decided(f"reorganisation:{made}", "2026-3", "2026-04-08")
    town.post("commission_secretary", f"{path}/approve", decision=decision)
    town.at("2026-04-10")
    town.post("office_procedure", f"{path}/carry_out")
    town.post("secrecy_officer", f"{path}/move_roles")
    for _ in range(2):
        town.post("office_procedure", f"runs/{result}/trigger")
        town.work()
    case = next(one for one in town.get("office_procedure", "rectification?limit=50")["items"] if one["detail"]["unit"] == "D40")  # fmt: skip
    rows = {f"{one['of']}/{one['code']}": one for one in case["detail"]["indicators"]}
    found = {of: rows[of]["value"] for of in ("D13/ANSWERED", "D16/ANSWERED")}
    assert found == {"D13/ANSWERED": "79", "D16/ANSWERED": "80.25"}, "none is lost to the other"
    path = f"rectification/{case['id']}"
    page = words(town, "office_procedure", path)
    assert page.count("得分不低于 27 分（满分的 90%）") >= 2
    assert "ANSWERED 按时办结率（住建局）" in page
    assert "● 达标" not in page, "each row has the periods of its own unit"
    shown = words(town, "office_director", f"overview/{ResultRun.objects.get(pk=result).run}/units/D13")  # fmt: skip
    assert "整改" in shown
    town.post("office_director", f"{path}/confirm")
    town.post("office_procedure", f"{path}/serve")
    plan = {"fact": "未达标", "cause": "统筹不足", "measures": "专班推进", "owner": "分管局长", "finish_on": "2026-06-30"}  # fmt: skip
    town.post("unit_leader-D16", f"{path}/answer", **plan)
    town.post("unit_leader-D16", f"{path}/evidence", evidence=[town.file("unit_leader-D16")])
    reached = {of: one["target"] or "95" for of, one in rows.items()}

    def accepted(status: int = 0, **more: str) -> Any:
        measured = [{"indicator": of, "value": value} for of, value in (reached | more).items()]
        return town.post("office_indicators", f"{path}/accept", status, measured=measured, answer="验收")  # fmt: skip

    for low in ({"D13/ANSWERED": "88"}, {"D16/ANSWERED": "79.5"}):
        said = accepted(422, **low)
        assert said["type"] == "rectification.missed", low
        assert ("差于提出整改时的 80.25" in str(said)) is ("D16/ANSWERED" in low)
    unclear = town.post("office_indicators", f"{path}/accept", 422, answer="验收", measured=[{"indicator": "ANSWERED", "value": "95"}])  # fmt: skip
    assert unclear["type"] == "rectification.indicator", "two rows have it"
    form = town.client("office_indicators").get(f"/office/{path}/accept/").content.decode()
    assert "提出时 79 " in form
    assert "（目标 ）" not in form
    assert accepted()["state"] == "closed"
