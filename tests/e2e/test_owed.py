"""Who has a duty next reads it on the desk, with its day, and is late when he is; who can do nothing is not."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e.test_appeals import (
    STATUTE,
    accepted,
    adopted,
    computed,
    graded,
    on_notice,
    replaced,
    served,
    upheld,
)
from tests.e2e.test_settled import page_of
from tests.web.conftest import People
from tests.web.town import UNITS, Town
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def desk_of(town: Town, name: str, kind: str, number: int) -> dict[str, Any] | None:
    """The row of an object on somebody's desk; None where it is not there."""
    rows = town.get(name, "desk")["waiting"]
    return next((one for one in rows if (one["kind"], one["id"]) == (kind, number)), None)


def by_statute(town: Town) -> dict[str, Any]:
    """A result that the commission approved, on notice since 1 April, nobody served."""
    version = adopted(town, procedure=STATUTE)
    town.at("2026-04-01")
    made = computed(town, version)
    for reader in ("office_procedure", "commission_secretary"):
        town.post("office_director", f"results/{made['run']}/readers", 204, username=reader)
    assert desk_of(town, "commission_secretary", "runs", made["result"])
    decision = town.decided(f"result:{made['result']}", "2026-3", "2026-04-01")
    town.post("commission_secretary", f"runs/{made['result']}/approve", decision=decision)
    assert desk_of(town, "commission_secretary", "runs", made["result"]) is None
    assert desk_of(town, "office_procedure", "runs", made["result"])
    town.post("office_procedure", f"runs/{made['result']}/publish")
    return made


def test_service_waits_for_whoever_serves_and_the_end_for_nobody_before_it_can_come(
    town: Town,
) -> None:
    made = by_statute(town)
    number = made["result"]
    row = desk_of(town, "office_procedure", "runs", number)
    assert row is not None
    assert "serve" in [act["name"] for act in row["acts"]]
    assert (row["due_on"], row["left"]) == ("2026-04-23", 15)
    town.at("2026-04-27")
    late = desk_of(town, "office_procedure", "runs", number)
    assert late is not None
    assert late["left"] < 0, "he who can serve reads that it is late"
    assert desk_of(town, "commission_secretary", "runs", number) is None, "she can do nothing yet"
    for unit in UNITS:
        served(town, number, unit)
    assert desk_of(town, "office_procedure", "runs", number) is None
    assert desk_of(town, "commission_secretary", "runs", number) is None, "the units' time runs"
    town.at("2026-05-21")
    row = desk_of(town, "commission_secretary", "runs", number)
    assert row is not None
    assert (row["due_on"], row["left"]) == (None, None), "the end has no clock of its own"
    assert row["known"]["zh"] == "公示期满"
    town.post("commission_secretary", f"runs/{number}/finalise")
    assert desk_of(town, "commission_secretary", "runs", number) is None


def test_a_new_version_is_served_on_whom_it_changes_alone(town: Town) -> None:
    made = by_statute(town)
    for unit in UNITS:
        served(town, made["result"], unit)
    again = upheld(town, accepted(town, made["result"], "RATE", "97", value_period="2025-06"), "97")
    decision = town.decided(f"result:{again['result']}", "2026-4", "2026-04-01")
    town.post("commission_secretary", f"runs/{again['result']}/approve", decision=decision)
    town.post("office_procedure", f"runs/{again['result']}/publish")
    assert desk_of(town, "office_procedure", "runs", again["result"])
    served(town, again["result"], "D10")
    assert desk_of(town, "office_procedure", "runs", again["result"]) is None


def test_a_grade_that_is_asked_again_waits_for_the_commission_also_while_the_notice_runs(
    town: Town,
) -> None:
    made = on_notice(town, adopted(town))
    graded(town, made["result"], "D13", "fair", "2026-04-01")
    again = replaced(town, made, "SHARE", "100")
    row = desk_of(town, "commission_secretary", "runs", again["result"])
    assert row is not None
    assert "grade" in [act["name"] for act in row["acts"]]
    assert row["due_on"] == "2026-04-08"
    graded(town, again["result"], "D13", "fair", "2026-04-01", "调查属实")
    assert desk_of(town, "commission_secretary", "runs", again["result"]) is None


def test_an_open_appeal_keeps_the_end_off_the_desk(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    town.at("2026-04-27")
    assert desk_of(town, "commission_secretary", "runs", made["result"]) is None
    row = desk_of(town, "appeals_clerk", "appeals", number)
    assert row is not None
    assert row["left"] < 0
    town.post("unit_leader-D10", f"appeals/{number}/withdraw")
    assert desk_of(town, "commission_secretary", "runs", made["result"])


def drafted(town: Town, result: int, indicator: str = "RATE", **more: Any) -> int:
    said = {"ground": "data_error", "wanted": "97", "statement": "漏统", "value_period": "2025-06"} | more  # fmt: skip
    number: int = town.post("unit_leader-D10", "appeals/draft", run=result, unit="D10", indicator=indicator, **said)["id"]  # fmt: skip
    return number


def test_a_draft_past_its_time_lapses(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = drafted(town, made["result"])
    row = desk_of(town, "unit_leader-D10", "appeals", number)
    assert row is not None
    assert (row["due_on"], row["left"]) == ("2026-04-09", 5)
    town.at("2026-04-09")
    assert tick(now()) == 0, "on the last day it may still be filed"
    town.at("2026-04-10")
    assert tick(now()) == 1
    assert tick(now()) == 0
    held = town.get("unit_leader-D10", f"appeals/{number}")
    assert (held["state"], held["due_on"]) == ("lapsed", None)
    assert held["acts"] == []
    assert desk_of(town, "unit_leader-D10", "appeals", number) is None
    page = page_of(town, "unit_leader-D10", f"/office/appeals/{number}/")
    assert "逾期未提交" in page
    assert "提交申诉</button>" not in page
    assert "已超期" not in page
    entry = LedgerEntry.objects.get(act="appeal.lapse")
    assert entry.actor == "system"
    assert "2026-04-09" in str(entry.content)
    assert town.post("unit_leader-D10", f"appeals/{number}/file", 409)["type"] == "state.wrong"


def test_a_returned_appeal_says_so_and_until_when_it_may_be_filed_again(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = drafted(town, made["result"])
    other = drafted(town, made["result"], "SHARE", wanted="99", value_period="")
    town.at("2026-04-08")
    town.post("unit_leader-D10", f"appeals/{number}/file")
    town.post("appeals_clerk", f"appeals/{number}/return", reason="请补齐抽样名单")
    held = town.get("unit_leader-D10", f"appeals/{number}")
    assert held["state"] == "returned"
    assert held["due_on"] == "2026-04-15", "five working days to complete it"
    page = page_of(town, "unit_leader-D10", f"/office/appeals/{number}/")
    assert "退回补正" in page
    assert "2026-04-08 首次提交，可以重新提交至 2026-04-15" in " ".join(page.split())
    assert "请补齐抽样名单" in page
    # It keeps the result from its end, and the overview says no less.
    seen = page_of(town, "unit_leader-D10", f"/office/overview/{made['run']}/units/D10/")
    assert "争议中" in seen
    assert "退回补正" in seen
    assert "/units/D10/" in page_of(town, "office_data", f"/office/overview/{made['run']}/?only=disputed")  # fmt: skip
    assert "草稿" in page_of(town, "unit_leader-D10", f"/office/appeals/{other}/")
    assert "退回补正" not in page_of(town, "unit_leader-D10", f"/office/appeals/{other}/")
    row = desk_of(town, "unit_leader-D10", "appeals", number)
    assert row is not None
    assert row["state"]["zh"] == "退回补正"
    town.at("2026-04-13")
    tick(now())
    assert Appeal.objects.get(pk=other).state == "lapsed"
    assert desk_of(town, "commission_secretary", "runs", made["result"]) is None, "it may come back"
    town.post("unit_leader-D10", f"appeals/{number}/save", ground="data_error", wanted="97", statement="附抽样名单")  # fmt: skip
    assert town.get("unit_leader-D10", f"appeals/{number}")["state"] == "returned"
    assert town.post("unit_leader-D10", f"appeals/{number}/file")["state"] == "filed"


def test_a_returned_appeal_that_does_not_come_back_lapses_too(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = drafted(town, made["result"])
    town.post("unit_leader-D10", f"appeals/{number}/file")
    town.post("appeals_clerk", f"appeals/{number}/return", reason="请补齐抽样名单")
    town.at("2026-04-10")
    late = town.post("unit_leader-D10", f"appeals/{number}/file", 422)
    assert late["type"] == "appeal.late"
    tick(now())
    assert Appeal.objects.get(pk=number).state == "lapsed"
    for address in (f"appeals/{number}/", "appeals/", f"overview/{made['run']}/units/D10/"):
        page = page_of(town, "unit_leader-D10", f"/office/{address}")
        assert "逾期未补正" in page, address
        assert "逾期未提交<" not in page, "it was filed, and came back"
        assert "争议中" not in page, address
    assert desk_of(town, "commission_secretary", "runs", made["result"])
