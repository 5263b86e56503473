"""What waits for whom, from which day on, and which results count: the state of things as an account finds it."""

from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.test_appeals import accepted, adopted, on_notice
from tests.e2e.test_cases import MERGER, in_force
from tests.e2e.test_cases import on_notice as notice_of_cases
from tests.e2e.test_year import run
from tests.web.conftest import People
from tests.web.town import Town
from zhengheng.web.intake.services import load
from zhengheng.web.pages.clock import now
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

WARNINGS = [
    {"step": step, "name": {"zh": name, "en": name}}
    for step, name in enumerate(("提醒", "约谈"), 1)
]


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def has_on_desk(town: Town, name: str, path: str) -> bool:
    return f'href="/office/{path}/"' in town.client(name).get("/office/").content.decode()


def test_a_vote_leaves_the_desk_of_whoever_gave_it_and_the_signature_waits_for_one(
    town: Town,
) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    path = f"appeals/{number}"
    panel = town.post("appeals_clerk", f"{path}/draw")["detail"]["panel"]
    assert [has_on_desk(town, one, path) for one in panel] == [True, True, True]
    town.post(panel[0], f"{path}/vote", vote="uphold", reasons="证据属实")
    assert [has_on_desk(town, one, path) for one in panel] == [False, True, True]
    town.post(panel[1], f"{path}/vote", vote="uphold", reasons="证据属实")
    town.post(panel[2], f"{path}/recuse", reason="与申诉单位负责人系同学")
    assert [has_on_desk(town, one, path) for one in panel] == [False, False, False]
    assert has_on_desk(town, "appeals_clerk", path), "an empty seat waits for the clerk"
    drawn = town.post("appeals_clerk", f"{path}/draw")["detail"]["panel"]
    (last,) = set(drawn) - set(panel)
    assert has_on_desk(town, last, path)
    town.post(last, f"{path}/vote", vote="uphold", reasons="证据属实")
    desks = [one for one in drawn if has_on_desk(town, one, path)]
    town.post(desks[0], f"{path}/preview", value="97")
    town.post(desks[0], f"{path}/decide", value="97", reasons="证据属实")
    assert len(desks) == 1, "whoever presides signs"


def test_a_result_that_is_not_on_notice_warns_nobody_and_clears_nobody(town: Town) -> None:
    book = in_force(town, warnings=WARNINGS)
    made = notice_of_cases(town, book)
    town.post("office_procedure", f"runs/{made['result']}/trigger")
    town.work()
    page = Rectification.objects.get(unit__code="D16").pk

    def shown() -> str:
        text = (
            town.client("office_procedure").get(f"/office/rectification/{page}/").content.decode()
        )
        return " ".join(text.split())

    assert "1 提醒" in shown()
    version = RulebookVersion.objects.get(pk=book)
    rows = [{"unit": "D16", "indicator": one["code"], "period": "2025", "value": "100", "status": "正常"}
            for one in Rectification.objects.get(pk=page).indicators]  # fmt: skip
    load(book_of(version), "correction", rows, purpose="later", loader="test", at=now())
    assert run(town, book)["run"] != made["run"]
    assert "1 提醒" in shown()
    assert "达标" not in shown().replace("未达标", "").replace("达标线", "")


def test_before_eight_in_the_morning_the_day_is_the_offices(town: Town) -> None:
    """A matter of half past seven is of this day; in UTC it would be of the day before."""
    town.at("2026-03-12T07:30+08:00")
    case = town.post("office_procedure", "reorganisations/ask", **MERGER)["id"]
    receipt = {"subject": f"reorganisation:{case}", "meeting": "2026-1", "attendees": "主任", "approved": True, "wording": "同意"}  # fmt: skip
    minutes = [town.file("commission_secretary")]
    early = town.post("commission_secretary", "decisions/record", 422, held_on="2026-03-11", minutes=minutes, **receipt)  # fmt: skip
    assert early["type"] == "decision.early"
    assert "2026-03-12" in early["problems"][0]["detail"]
    town.post("commission_secretary", "decisions/record", held_on="2026-03-12", minutes=minutes, **receipt)  # fmt: skip
