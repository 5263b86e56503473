"""What would wait unseen: a bonus that nobody of the office checked, a post that is handed over, a role that nobody holds."""

import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.test_appeals import adopted, on_notice
from tests.e2e.test_cases import BONUS, in_force
from tests.e2e.test_owed import drafted
from tests.e2e.test_settled import computed, page_of, year
from tests.e2e.test_waiting import has_on_desk
from tests.web.conftest import People
from tests.web.town import BOOK, STATISTICS, Town
from zhengheng.web.accounts.models import RoleGrant
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Item
from zhengheng.web.results.models import NamedReader
from zhengheng.workflow.roles import Role


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def entered(town: Town, book: int, item: str, document: str) -> int:
    made: int = town.post(
        "statistics", "items/enter", rulebook=book, unit="D16", supplier=STATISTICS, item=item, points="1",
        document=document, decided_on="2026-03-01", reason="有关文件", evidence=[town.file("statistics")],
    )["id"]  # fmt: skip
    return made


@pytest.mark.parametrize("silent", [True, False])
def test_a_bonus_that_a_department_entered_is_checked_by_the_office(
    town: Town, silent: bool
) -> None:
    book = in_force(town, adjustments=[*BOOK["adjustments"], BONUS])
    bonus = entered(town, book, "HONOUR", "省府证书 5 号")
    cut = entered(town, book, "CIRCULAR", "通报〔2026〕5号")
    if silent:
        town.at("2026-05-06")
        tick(now())
    else:
        assert town.post("unit_leader-D16", f"items/{bonus}/confirm", 409)["type"] == "act.other"
        town.post("unit_leader-D16", f"items/{bonus}/accept")
        town.post("unit_leader-D16", f"items/{cut}/confirm")
    assert Item.objects.get(pk=cut).state == "settled", (
        "a deduction is settled by the unit's word or silence"
    )
    held = Item.objects.get(pk=bonus)
    assert (held.state, held.due_on is not None) == ("checking", True)
    assert has_on_desk(town, "office_indicators", f"items/{bonus}")
    town.post("office_indicators", f"items/{bonus}/verify", reason="证书属实")
    assert Item.objects.get(pk=bonus).state == "settled"


def test_the_office_may_refuse_a_bonus_that_a_department_entered(town: Town) -> None:
    book = in_force(town, adjustments=[*BOOK["adjustments"], BONUS])
    bonus = entered(town, book, "HONOUR", "省府证书 5 号")
    town.post("unit_leader-D16", f"items/{bonus}/accept")
    town.post("office_indicators", f"items/{bonus}/waive", reason="证书不属于目录内的奖项")
    assert "2025 年不计分" in page_of(town, "unit_leader-D16", f"/office/items/{bonus}/")


def test_what_keeps_a_result_from_its_end_is_read_by_whoever_carries_it_on(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = drafted(town, made["result"])
    town.post("unit_leader-D10", f"appeals/{number}/file")
    town.post("appeals_clerk", f"appeals/{number}/return", reason="请补齐抽样名单")
    assert "已退回补正，等待单位在" in page_of(town, "appeals_clerk", "/office/")
    town.post("unit_leader-D10", f"appeals/{number}/file")
    town.at("2026-04-27")
    for name in ("commission_secretary", "office_procedure", "office_director", "appeals_clerk"):
        home = page_of(town, name, "/office/")
        assert "还不能终定" in home, name
        assert f"申诉第 {number} 号" in home, name
        assert f"申诉第 {number} 号" in page_of(town, name, f"/office/results/{made['run']}/"), name
    assert "还不能终定" not in page_of(town, "mentor", f"/office/results/{made['run']}/")
    town.post("unit_leader-D10", f"appeals/{number}/withdraw")
    assert "只待委员会的决定" in page_of(town, "commission_secretary", "/office/")


def test_what_a_post_may_read_goes_with_it(town: Town) -> None:
    made = computed(town, year(town))
    town._person("deputy", Role.OFFICE_DATA, None)
    type(town.people["mentor"]).objects.update(must_change_password=False)
    grant = RoleGrant.objects.get(account__username="office_procedure")
    assert town.client("deputy").get(f"/office/results/{made['run']}/").status_code == 404
    case = town.post("office_procedure", "handovers/prepare", grant=grant.pk, successor="deputy", day="2026-04-10", notes="移交公示事项")["id"]  # fmt: skip
    town.at("2026-04-10")
    town.post("deputy", f"handovers/{case}/take")
    town.post("secrecy_officer", f"handovers/{case}/carry_out")
    assert NamedReader.objects.filter(run=made["result"], account__username="deputy").exists()
    assert has_on_desk(town, "deputy", f"results/{made['run']}")


@pytest.mark.parametrize("successor", ["commission_member", "panel_member", "appeals_clerk", "office_director", "mentor"])  # fmt: skip
def test_who_judges_does_not_follow_as_the_commission_s_secretary(
    town: Town, successor: str
) -> None:
    grant = RoleGrant.objects.get(account__username="commission_secretary")
    said = {"grant": grant.pk, "successor": successor, "day": "2026-04-01", "notes": "移交"}
    refused = town.post("commission_secretary", "handovers/prepare", 422, **said)
    assert "handover.recorder" in str(refused)
    form = page_of(town, "commission_secretary", "/office/handovers/new/prepare/")
    assert f'value="{successor}"' not in form


def test_a_role_that_nobody_holds_is_told_before_and_after(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = drafted(town, made["result"])
    town.post("unit_leader-D10", f"appeals/{number}/file")
    page = page_of(town, "system_administrator", "/office/accounts/appeals_clerk/")
    assert "申诉经办（1 项事务等待办理）" in page
    assert "将无人担任" not in page_of(town, "system_administrator", "/office/accounts/panel-1/")
    grant = RoleGrant.objects.get(account__username="appeals_clerk")
    path = f"grants/{grant.pk}/revoke"
    refused = town.post("secrecy_officer", path, 422, row_version=1)
    assert refused["type"] == "renewal.reason"
    grant.refresh_from_db()
    assert grant.revoked_at is None
    town.post("secrecy_officer", path, 204, row_version=1, reason="调离岗位")
    for name in ("office_director", "secrecy_officer"):
        assert "没有人担任申诉经办，1 项事务等待办理" in page_of(town, name, "/office/"), name
    assert "没有人担任" not in page_of(town, "mentor", "/office/")


def test_only_who_works_on_the_assessment_is_named_as_a_reader(town: Town) -> None:
    made = computed(town, year(town))
    for officer in ("system_administrator", "secrecy_officer", "security_auditor"):
        refused = town.post(
            "office_director", f"results/{made['run']}/readers", 422, username=officer
        )
        assert refused["type"] == "reader.business"
        assert f'value="{officer}"' not in page_of(
            town, "office_director", f"/office/results/{made['run']}/"
        )
    town.post(
        "office_director", f"results/{made['run']}/readers", 204, username="commission_member"
    )


def test_an_unsigned_target_past_its_day_is_on_the_desk_of_who_brings_it_on(town: Town) -> None:
    book = in_force(town)
    made = town.post(
        "office_indicators", "targets/propose", rulebook=book, unit="D10", due_on="2026-03-27",
        lines=[{"indicator": "SEATS", "value": "100"}],
    )["id"]  # fmt: skip
    assert not has_on_desk(town, "office_indicators", f"targets/{made}")
    town.at("2026-03-27")
    assert not has_on_desk(town, "office_indicators", f"targets/{made}"), (
        "the last day is the unit's"
    )
    town.at("2026-03-30")
    assert has_on_desk(town, "office_indicators", f"targets/{made}")


def test_a_self_report_that_was_sent_back_says_so(town: Town) -> None:
    book = in_force(town)
    made = town.post(
        "unit_leader-D10", "self-reports/draft", rulebook=book, unit="D10", achievement="完成", unmet="无", measures="继续推进",
    )["id"]  # fmt: skip
    path = f"/office/self-reports/{made}/"
    assert "草稿" in page_of(town, "unit_leader-D10", path)
    town.post("unit_leader-D10", f"self-reports/{made}/file")
    town.post("office_indicators", f"self-reports/{made}/return", reason="请补充数据")
    assert "草稿" not in re.sub(r"<[^>]+>", " ", page_of(town, "unit_leader-D10", path).split("<main")[1])  # fmt: skip
    for address in ("/office/self-reports/", "/office/"):
        assert "退回修改" in page_of(town, "unit_leader-D10", address), address
