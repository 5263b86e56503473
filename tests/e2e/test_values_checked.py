"""A value once checked changes only by way of a check: corrections, objections, counter-proposals, more time."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e.test_loading import loaded
from tests.e2e.test_waiting import has_on_desk
from tests.e2e.test_year import adopt, run
from tests.web.conftest import People
from tests.web.town import Town
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Report


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def supplied(town: Town, unit: str = "D10") -> tuple[int, str]:
    """A value that statistics supplied, the unit confirmed and the lake holds."""
    report = Report.objects.get(unit__code=unit, indicator="GROWTH")
    assert report.state == "loaded"
    return report.pk, f"reports/{report.pk}"


def test_a_supplied_value_is_corrected_by_way_of_the_units_check(town: Town) -> None:
    book, _ = loaded(town)
    number, path = supplied(town)
    same = town.post("statistics", f"{path}/ask_correction", 422, wanted="5.0", reason="复核")
    assert same["type"] == "correction.same"
    assert "5" in same["problems"][0]["detail"]
    town.post("statistics", f"{path}/ask_correction", wanted="4.4", reason="基数有误")
    past = town.post("office_data", f"{path}/correct", 409, reason="属实")
    assert past["type"] == "act.other", "no way round the unit's check"
    made = town.post("office_data", f"{path}/correct_supplied", reason="属实")
    assert (made["state"], made["due_on"]) == ("checking", "2026-04-13"), "three working days"
    assert has_on_desk(town, "unit_leader-D10", path)
    run(town, book)
    assert Report.objects.get(pk=number).state == "checking", "no run takes it in unchecked"
    town.post("unit_leader-D10", f"{path}/object", wanted="5.0", objection="基数没有错误")
    assert has_on_desk(town, "office_data", path)
    town.post("office_data", f"{path}/settle", value="5.0", reason="维持原数")
    run(town, book)
    held = Report.objects.get(pk=number)
    assert (held.state, held.value) == ("loaded", "5.0")


def test_the_units_silence_about_a_correction_counts_as_at_the_first_check(town: Town) -> None:
    book, _ = loaded(town)
    number, path = supplied(town, "D13")
    town.post("statistics", f"{path}/ask_correction", wanted="5.3", reason="基数有误")
    town.post("office_data", f"{path}/correct_supplied", reason="属实")
    town.at("2026-04-14")
    tick(now())
    run(town, book)
    held = Report.objects.get(pk=number)
    assert (held.state, held.value) == ("loaded", "5.3")


def test_a_units_own_value_is_corrected_as_before(town: Town) -> None:
    loaded(town)
    path = f"reports/{Report.objects.get(unit__code='D10', indicator='SEATS').pk}"
    town.post("unit_reporter-D10", f"{path}/ask_correction", wanted="83", reason="复核")
    assert town.post("office_data", f"{path}/correct_supplied", 409, reason="属实")["type"] == "act.other"  # fmt: skip
    assert town.post("office_data", f"{path}/correct", reason="属实")["state"] == "confirmed"


@pytest.mark.parametrize("wanted", ["91.5万", "5.0 个", "约 5", "5.01"])
def test_an_objection_names_a_value_of_the_indicator(town: Town, wanted: str) -> None:
    path = _checking(town)
    said = town.post("unit_reporter-D10", f"{path}/object", 422, wanted=wanted, objection="漏统")
    assert (said["type"], said["problems"][0]["where"]) == ("number", "wanted")
    assert town.get("office_data", path)["state"] == "checking"


def test_an_objection_against_the_very_same_value_is_none(town: Town) -> None:
    path = _checking(town)
    said = town.post("unit_reporter-D10", f"{path}/object", 422, wanted="4.50", objection="漏统")
    assert said["type"] in {"number", "objection.same"}
    said = town.post("unit_reporter-D10", f"{path}/object", 422, wanted="4.5", objection="漏统")
    assert said["type"] == "objection.same"
    assert town.post("unit_reporter-D10", f"{path}/object", objection="口径不符")["state"] == "disputed"  # fmt: skip


def _checking(town: Town) -> str:
    town.post("office_data", f"rulebooks/{adopt(town)}/open_reports", period="2025")
    town.work()
    path = f"reports/{Report.objects.get(unit__code='D10', indicator='GROWTH').pk}"
    town.post("statistics", f"{path}/supply", value="4.5")
    return path


def test_a_counter_proposal_differs_from_the_proposal(town: Town) -> None:
    lines = [{"indicator": "SEATS", "value": "100", "baseline": "80"}]
    made = town.post("office_indicators", "targets/propose", rulebook=adopt(town), unit="D10", lines=lines)  # fmt: skip
    path = f"targets/{made['id']}/counter"
    for value in ("100", "+100"):
        same = [{"indicator": "SEATS", "value": value}]
        said: Any = town.post("unit_leader-D10", path, 422, opinion="场地不足", lines=same)
        assert said["type"] == "target.same"
        assert "SEATS 新增学位" in said["problems"][0]["detail"]
    town.post("unit_leader-D10", path, opinion="场地不足", lines=[{"indicator": "SEATS", "value": "90"}])  # fmt: skip


def test_more_time_is_given_or_refused(town: Town) -> None:
    town.post("office_data", f"rulebooks/{adopt(town)}/open_reports", period="2025")
    town.work()
    path = f"reports/{Report.objects.get(unit__code='D10', indicator='SEATS').pk}"
    due = town.get("office_data", path)["due_on"]
    assert town.post("office_data", f"{path}/refuse_time", 409, reason="未申请")["type"] == "act.other"  # fmt: skip
    early = town.post("unit_reporter-D10", f"{path}/ask_time", 422, until=due, reason="系统升级")
    assert early["problems"][0]["detail"] == f"申请延期至：{due} 应晚于现在的期限 {due}。"
    town.post("unit_reporter-D10", f"{path}/ask_time", until="2026-05-29", reason="系统升级")
    assert has_on_desk(town, "office_data", path)
    page = town.client("office_data").get(f"/office/{path}/", headers={"accept-language": "en"}).content.decode()  # fmt: skip
    assert "Asks for more time until" in page or "申请延期至" in page
    assert "系统升级" in page, "whoever gives it reads why"
    form = town.client("unit_reporter-D10").get(f"/office/{path}/submit/").content.decode()
    assert "系统升级" not in form, "why it is late is no note of the value"
    assert "数据状态" not in page, "nobody said anything of a value yet"
    town.post("office_data", f"{path}/refuse_time", reason="数据已经齐备")
    assert not has_on_desk(town, "office_data", path)
    held = town.get("unit_reporter-D10", path)
    assert (held["state"], held["due_on"]) == ("due", due), "the day stays"
    assert (
        "数据已经齐备" in town.client("unit_reporter-D10").get(f"/office/{path}/").content.decode()
    )


def test_a_meeting_has_one_day(town: Town) -> None:
    book = adopt(town)
    said = {"subject": f"rulebook:{book}", "attendees": "主任", "approved": True, "wording": "另议"}
    minutes = [town.file("commission_secretary")]
    for number in ("2026-1", "2026－1", "2026 - 1"):
        other = town.post("commission_secretary", "decisions/record", 422, meeting=number, held_on="2026-03-22", minutes=minutes, **said)  # fmt: skip
        assert (other["type"], other["problems"][0]["where"]) == ("decision.meeting_day", "held_on")
        assert "2026-03-23" in other["problems"][0]["detail"]
    town.post("commission_secretary", "decisions/record", meeting="2026-1", held_on="2026-03-23", minutes=minutes, **said)  # fmt: skip
