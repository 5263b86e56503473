"""Another computation that is owed lies on one desk with its day and reason, and keeps everybody else's task off theirs."""

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e.test_appeals import accepted, adopted, upheld
from tests.e2e.test_appeals import on_notice as notice_of_appeals
from tests.e2e.test_cases import in_force
from tests.e2e.test_owed import desk_of
from tests.e2e.test_settled import computed, honour, page_of, year
from tests.e2e.test_year import board, report
from tests.web.conftest import People
from tests.web.town import STATISTICS, Town
from zhengheng.web.intake.services import load
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def deducted(town: Town, book: int) -> int:
    made = town.post(
        "statistics", "items/enter", rulebook=book, unit="D16", supplier=STATISTICS, item="CIRCULAR", points="1",
        document="通报〔2026〕3号", decided_on="2026-03-20", reason="延误", evidence=[town.file("statistics")],
    )["id"]  # fmt: skip
    town.post("unit_leader-D16", f"items/{made}/confirm")
    number: int = made
    return number


@pytest.mark.parametrize("way", ["bonus", "deduction"])
def test_what_is_taken_back_is_computed_again_and_nobody_is_sent_to_a_refusal(
    town: Town, way: str
) -> None:
    book = year(town)
    item = honour(town, book).split("/")[1] if way == "bonus" else deducted(town, book)
    made = computed(town, book)
    assert desk_of(town, "office_data", "rulebooks", book) is None
    assert desk_of(town, "office_procedure", "runs", made["result"])
    town.at("2026-04-10")
    town.post("office_director", f"items/{item}/take_back", reason="证书系伪造，予以撤销")
    row: dict[str, Any] | None = desk_of(town, "office_data", "rulebooks", book)
    assert row is not None
    assert "compute" in [act["name"] for act in row["acts"]]
    assert row["known_on"] == "2026-04-10", "the day of the taking back"
    assert "证书系伪造，予以撤销" in row["known"]["zh"]
    assert "taken back" in row["known"]["en"]
    assert desk_of(town, "office_procedure", "runs", made["result"]) is None, "it would be refused"
    page = page_of(town, "office_procedure", f"/office/results/{made['run']}/")
    assert "<h2>本结果没有按办理情况计入的事项</h2>" in page
    assert "已经撤销或不予认定，仍然计入" in page
    again = computed(town, book)
    assert desk_of(town, "office_data", "rulebooks", book) is None
    assert desk_of(town, "office_procedure", "runs", made["result"]) is None, "a newer one is there"
    assert desk_of(town, "office_procedure", "runs", again["result"])


def test_what_is_settled_waits_since_the_day_on_which_it_was(town: Town) -> None:
    book = year(town)
    computed(town, book)
    town.at("2026-04-09")
    honour(town, book)
    row = desk_of(town, "office_data", "rulebooks", book)
    assert row is not None
    assert row["known_on"] == "2026-04-09"
    assert "省府证书 7 号”已认定，自" in row["known"]["zh"]
    home = page_of(town, "office_data", "/office/")
    assert "省府证书 7 号”已认定，自 2026-04-09" in home


def test_the_end_is_offered_and_said_to_wait_for_the_commission_alone_when_it_does(
    town: Town,
) -> None:
    made = notice_of_appeals(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    town.at("2026-05-06")

    def told(who: str) -> tuple[bool, bool]:
        home = page_of(town, who, "/office/")
        return "只待委员会的决定" in home, desk_of(town, who, "runs", made["result"]) is not None

    assert told("commission_secretary") == (False, False), "an appeal is open"
    again = upheld(town, number, "97")
    for who in ("commission_secretary", "office_director", "office_procedure"):
        assert told(who) == (False, False), who
    home = page_of(town, "commission_secretary", "/office/")
    assert "已经裁定改算，没有计入" in home
    assert again["run"] in home, "the version that waits for its notice is named"
    town.post("office_procedure", f"runs/{again['result']}/publish")
    town.at("2026-06-15")
    row = desk_of(town, "commission_secretary", "runs", again["result"])
    assert row is not None
    assert "finalise" in [act["name"] for act in row["acts"]]
    assert "只待委员会的决定" in page_of(town, "commission_secretary", "/office/")


def test_what_was_left_out_with_a_reason_waits_for_the_commission_and_not_for_a_run(
    town: Town,
) -> None:
    book = year(town)
    item = honour(town, book)
    made = computed(town, book)
    town.at("2026-04-10")
    town.post("office_director", f"{item}/take_back", reason="证书系伪造，予以撤销")
    town.post("office_procedure", f"runs/{made['result']}/publish", left_out="本期结果已上报，下一年度扣回")  # fmt: skip
    town.at("2026-05-20")
    assert desk_of(town, "office_data", "rulebooks", book), "the lake still counts it"
    again = computed(town, book)
    town.post("office_director", f"runs/{again['result']}/set_aside")
    assert desk_of(town, "office_data", "rulebooks", book) is None
    assert desk_of(town, "commission_secretary", "runs", made["result"])
    assert "终定时须写明理由" in page_of(town, "commission_secretary", "/office/")


def test_a_sheet_signed_after_the_computation_is_named_like_a_change(town: Town) -> None:
    """On the result's page and on the desk of whoever computes, in the way of the notice, and gone with the next computation;
    also where it has nothing but a target, and where nothing but its baseline is another than in the run."""
    book = in_force(town)
    report(town, book)
    row_of_d10 = {"unit": "D10", "indicator": "SEATS", "period": "2025", "target": "100", "base": "40"}  # fmt: skip
    load(book_of(RulebookVersion.objects.get(pk=book)), "target", [row_of_d10], purpose="test", loader="test", at=now())  # fmt: skip
    town.at("2026-04-08")
    tick(now())
    made = computed(town, book)
    assert desk_of(town, "office_data", "rulebooks", book) is None
    sheets = []
    for unit, value, baseline in (("D13", "200", ""), ("D10", "100", "50")):
        lines = [{"indicator": "SEATS", "value": value, "baseline": baseline}]
        sheet = town.post(
            "office_indicators", "targets/propose", rulebook=book, unit=unit, lines=lines
        )["id"]
        leader = f"unit_leader-{unit}"
        town.post(leader, f"targets/{sheet}/agree", consultation=[town.file(leader)])
        sheets.append(sheet)
    town.work()
    row: dict[str, Any] | None = desk_of(town, "office_data", "rulebooks", book)
    assert row is not None
    assert "targets" in row["known"]["en"].lower()
    page = page_of(town, "office_procedure", f"/office/results/{made['run']}/")
    assert "已经签订，没有计入" in page
    assert all(f"/office/targets/{sheet}/" in page for sheet in sheets)
    assert desk_of(town, "office_procedure", "runs", made["result"]) is None, "it would be refused"
    refused = town.post("office_procedure", f"runs/{made['result']}/publish", 422)
    assert "已经签订，没有计入" in str(refused)
    again = computed(town, book)
    assert "已经签订，没有计入" not in page_of(
        town, "office_procedure", f"/office/results/{again['run']}/"
    )
    assert desk_of(town, "office_data", "rulebooks", book) is None
    assert board(town, "office_procedure", again["run"]) != board(
        town, "office_procedure", made["run"]
    )
