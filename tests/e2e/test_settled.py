"""What is decided and not in a result: named before the notice and the end, on a desk, and said on the pages it concerns."""

import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e.test_appeals import accepted, adopted, upheld
from tests.e2e.test_appeals import on_notice as notice_of_appeals
from tests.e2e.test_cases import BONUS, in_force
from tests.e2e.test_waiting import has_on_desk
from tests.e2e.test_year import agree_targets, report, run
from tests.web.beginnings import beginning
from tests.web.conftest import People
from tests.web.town import BOOK, STATISTICS, Town
from zhengheng.web.acts.declare import Carried
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.services import name_reader


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


@beginning
def year(town: Town) -> int:
    """The year up to where it can be computed."""
    book = in_force(town, adjustments=[*BOOK["adjustments"], BONUS])
    agree_targets(town, book)
    town.work()
    report(town, book)
    town.at("2026-04-08")
    tick(now())
    return book


def honour(town: Town, book: int, document: str = "省府证书 7 号") -> str:
    made = town.post(
        "unit_leader-D10", "items/claim", rulebook=book, unit="D10", item="HONOUR", points="1", document=document,
        decided_on="2026-03-01", reason="获省级表彰", evidence=[town.file("unit_leader-D10")],
    )  # fmt: skip
    town.post("office_indicators", f"items/{made['id']}/verify", reason="证书属实")
    return f"items/{made['id']}"


def computed(town: Town, book: int) -> dict[str, Any]:
    made: dict[str, Any] = run(town, book)
    held = ResultRun.objects.get(run=made["run"])
    for name in ("office_procedure", "commission_secretary"):
        if not held.readers.filter(account__username=name).exists():
            name_reader(run=held, account=town.people[name], actor=town.people["office_director"], now=now())  # fmt: skip
    return made


def page_of(town: Town, name: str, path: str) -> str:
    answer = town.client(name).get(path)
    assert answer.status_code == 200, path
    return " ".join(answer.content.decode().split())


def test_a_settled_bonus_is_counted_or_its_absence_has_a_reason(town: Town) -> None:
    book = year(town)
    first = computed(town, book)
    item = honour(town, book)
    assert has_on_desk(town, "office_data", f"rulebooks/{book}"), "it waits to be counted"
    page = page_of(town, "office_procedure", f"/office/results/{first['run']}/")
    assert f'href="/office/{item}/"' in page
    assert "已经认定，没有计入" in page
    refused = town.post("office_procedure", f"runs/{first['result']}/publish", 422)
    assert (refused["type"], refused["problems"][0]["where"]) == ("result.uncounted", "left_out")
    assert "省府证书 7 号" in refused["problems"][0]["detail"]
    second = computed(town, book)
    assert second["run"] != first["run"]
    assert not has_on_desk(town, "office_data", f"rulebooks/{book}")
    town.post("office_procedure", f"runs/{second['result']}/publish")
    assert "已经认定，没有计入" not in page_of(town, "mentor", f"/office/results/{second['run']}/")


def test_what_is_settled_after_the_notice_stays_out_of_the_end_only_with_a_reason(
    town: Town,
) -> None:
    book = year(town)
    made = computed(town, book)
    town.post("office_procedure", f"runs/{made['result']}/publish")
    item = honour(town, book, "省府证书 9 号")
    newer = computed(town, book)
    town.at("2026-05-06")
    decision = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    path = f"runs/{made['result']}/finalise"
    refused = town.post("commission_secretary", path, 422, decision=decision)
    assert refused["type"] == "result.uncounted"
    assert newer["run"] in str(refused), "the one that counts it is named"
    assert "新的核算结果已计入，请办理新的结果" in refused["problems"][0]["detail"]
    other = honour(town, book, "省府证书 10 号")
    refused = town.post("commission_secretary", path, 422, decision=decision)
    said = [one["detail"] for one in refused["problems"]]
    assert ["请重新核算后再办理" in one for one in said] == [True, True, False], (
        "in neither of them"
    )
    town.post("office_director", f"{other}/take_back", reason="证书系重复申报")
    personal = town.post("commission_secretary", path, 422, decision=decision, left_out="见张三 13900139000")  # fmt: skip
    assert personal["type"] == "public.phone", "the reason is for everybody"
    for empty in ("-", "无", "。。。。", "aaaaaaa"):
        assert town.post("commission_secretary", path, 422, decision=decision, left_out=empty), (
            empty
        )
    town.post("commission_secretary", path, decision=decision, left_out="证书在公示期满后认定，计入下一年度")  # fmt: skip
    entry = LedgerEntry.objects.get(act="result.finalise")
    assert "item:" in str(entry.content)
    page = page_of(town, "mentor", f"/office/results/{made['run']}/")
    assert "证书在公示期满后认定，计入下一年度" in page
    why = "证书在公示期满后认定，计入下一年度"
    own = page_of(town, "unit_leader-D10", f"/office/{item}/")
    assert f"2026-05-06 终定的 2025 年结果没有计入。理由：{why}" in own
    assert "2025 年的终定结果没有计入" in own, "the first line says no points"
    for path in ("", "units/D10/"):
        assert f"没有计入本结果。理由：{why}" in page_of(
            town, "mentor", f"/office/results/{made['run']}/{path}"
        ), path
        assert f"没有计入本结果。理由：{why}" in page_of(
            town, "mentor", f"/office/overview/{made['run']}/{path}"
        ), path
    assert "没有计入本结果" not in page_of(
        town, "mentor", f"/office/results/{made['run']}/units/D13/"
    )
    assert "新版本待公示" not in page
    assert "没有计入终定结果" in page_of(town, "unit_leader-D10", "/office/")
    assert ResultRun.objects.get(pk=newer["result"]).state == "set_aside", "no duty that is refused"
    assert not has_on_desk(town, "office_data", f"rulebooks/{book}"), (
        "a final year waits for nothing"
    )


def test_the_day_to_complete_a_returned_appeal_stays_where_a_new_clock_has_none(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town))
    said = {"run": made["result"], "unit": "D10", "indicator": "RATE", "ground": "data_error", "wanted": "97", "value_period": "2025-06", "statement": "误报"}  # fmt: skip
    number = town.post("unit_leader-D10", "appeals/draft", **said)["id"]
    town.post("unit_leader-D10", f"appeals/{number}/file")
    town.post("appeals_clerk", f"appeals/{number}/return", reason="请附原始台账")
    given = Appeal.objects.get(pk=number).due_on
    assert given is not None
    for until in (None, given - timedelta(2), given + timedelta(2)):
        carried = Carried(to=made["result"], until=until)
        perform_by_machine(APPEALS, "appeal.carry", Appeal.objects.get(pk=number), given=carried, now=now())  # fmt: skip
        assert Appeal.objects.get(pk=number).due_on == max(until or given, given)


def test_who_judges_a_claim_can_refuse_it_and_has_a_day(town: Town) -> None:
    book = year(town)
    made = town.post(
        "unit_leader-D10", "items/claim", rulebook=book, unit="D10", item="HONOUR", points="1", document="省府证书 3 号",
        decided_on="2026-03-01", reason="获省级表彰", evidence=[town.file("unit_leader-D10")],
    )["id"]  # fmt: skip
    assert has_on_desk(town, "office_indicators", f"items/{made}")
    assert Item.objects.get(pk=made).due_on is not None
    town.post("office_indicators", f"items/{made}/waive", reason="证书属上一年度")
    page = page_of(town, "unit_leader-D10", f"/office/items/{made}/")
    assert "年不计分" in page
    assert "+1" not in page.split("年不计分")[0].split("<main")[-1]


def test_an_open_objection_about_a_result_bars_its_end_by_name(town: Town) -> None:
    book = year(town)
    made = computed(town, book)
    town.post("office_procedure", f"runs/{made['result']}/publish")
    lodged = town.post("mentor", "objections/lodge", run=made["result"], about="教育局得分有误", text="数据与公报不符")["id"]  # fmt: skip
    for who in ("mentor", "appeals_clerk"):
        client, named = (
            town.client(who),
            "".join(ResultRun.objects.get(pk=made["result"]).called()[0]),
        )
        page = client.get(f"/office/objections/{lodged}/").content.decode()
        assert f'href="/office/results/{made["run"]}/"' in page
        assert page.count(named) >= 3, "as a fact, as a link, in its record"
        assert named in client.get("/office/objections/").content.decode()
    town.at("2026-05-06")
    decision = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    path = f"runs/{made['result']}/finalise"
    refused = town.post("commission_secretary", path, 422, decision=decision)
    assert refused["type"] == "appeal.open"
    assert "教育局得分有误" in refused["problems"][0]["detail"]
    town.post("appeals_clerk", f"objections/{lodged}/answer", answer="经核对，与公报一致。")
    town.post("commission_secretary", path, decision=decision)


def test_an_appeal_is_not_begun_after_its_day_and_a_returned_one_keeps_its_own(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town))
    said = {"run": made["result"], "unit": "D10", "indicator": "RATE", "ground": "data_error", "wanted": "97", "value_period": "2025-06", "statement": "误报"}  # fmt: skip
    number = town.post("unit_leader-D10", "appeals/draft", **said)["id"]
    town.post("unit_leader-D10", f"appeals/{number}/file")
    town.post("appeals_clerk", f"appeals/{number}/return", reason="请附原始台账")
    appeal = Appeal.objects.get(pk=number)
    perform_by_machine(APPEALS, "appeal.carry", appeal, given=Carried(to=made["result"], until=None), now=now())  # fmt: skip
    assert Appeal.objects.get(pk=number).due_on is not None, "a day once given stays"
    town.at("2026-05-06")
    tick(now())
    assert Appeal.objects.get(pk=number).state == "lapsed"
    late = town.post("unit_leader-D10", "appeals/draft", 422, **said)
    assert late["type"] == "appeal.late"


def test_a_support_never_leads_away_from_what_was_asked(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    panel = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    said = {"vote": "partly", "value": "40", "reasons": "部分属实"}
    refused = town.post(panel[0], f"appeals/{number}/vote", 422, **said)
    assert refused["type"] == "value.away"
    assert Appeal.objects.get(pk=number).outcome == ""


def test_values_confirmed_later_and_deductions_taken_back_are_told_too(town: Town) -> None:
    book = year(town)
    item = town.post(
        "statistics", "items/enter", rulebook=book, unit="D16", supplier=STATISTICS, item="CIRCULAR", points="1",
        document="通报〔2026〕3号", decided_on="2026-03-20", reason="延误", evidence=[town.file("statistics")],
    )["id"]  # fmt: skip
    town.post("unit_leader-D16", f"items/{item}/confirm")
    made = computed(town, book)
    town.post("office_director", f"items/{item}/take_back", reason="通报已撤销")
    number = Report.objects.get(unit__code="D10", indicator="SEATS").pk
    town.post("unit_reporter-D10", f"reports/{number}/ask_correction", wanted="90", reason="漏统")
    town.post("office_data", f"reports/{number}/correct", reason="属实")
    other_year = Report.objects.get(pk=number)
    other_year.pk, other_year.period = None, "2024"  # as the first release could ask for it
    other_year.save()
    said = [one["detail"] for one in town.post("office_procedure", f"runs/{made['result']}/publish", 422)["problems"]]  # fmt: skip
    other_year.delete()
    assert len(said) == 2, "nobody misses a value of another year in this one"
    assert "已经撤销或不予认定，仍然计入" in said[0]
    assert "已经确认，没有计入" in said[1]
    again = computed(town, book)
    town.post("office_procedure", f"runs/{again['result']}/publish")


def test_a_decided_appeal_is_not_lost_when_the_old_version_becomes_final(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    again = upheld(town, number, "97")
    town.at("2026-05-06")
    decision = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    refused = town.post("commission_secretary", f"runs/{made['result']}/finalise", 422, decision=decision)  # fmt: skip
    assert refused["type"] == "result.uncounted"
    assert "已经裁定改算，没有计入" in refused["problems"][0]["detail"]
    town.post("office_procedure", f"runs/{again['result']}/publish")


def graded(town: Town) -> tuple[dict[str, Any], dict[str, Any]]:
    """A result on notice whose D10 the commission graded down, and the version that an upheld appeal made of it."""
    made = notice_of_appeals(town, adopted(town))
    path = f"results/{made['run']}"
    lines = [one for group in town.get("office_data", path)["groups"] for one in group["lines"]]
    computed_grade = next(one["grade"] for one in lines if one["unit"] == "D13")
    decided = "fair" if computed_grade != "合格" else "good"
    decision = town.decided(f"result:{made['result']}", "2026-4", "2026-04-01")
    town.post(
        "commission_secretary", f"runs/{made['result']}/grade", unit="D13", grade=decided, reason="有关问题正在调查",
        basis="方案第九条", decision=decision,
    )  # fmt: skip
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    return made, upheld(town, number, "97")


def test_a_decided_grade_is_not_lost_on_the_page_of_the_next_version(town: Town) -> None:
    _, again = graded(town)
    page = page_of(town, "office_procedure", f"/office/results/{again['run']}/")
    # One page says one grade: the main table says of it what the moves and the list of decisions say.
    main, moved = page.rsplit("与所代替版本相比的变动", 1)
    row = main[main.index("/units/D13/") :].split("</tr>")[0]
    assert "现行结果由委员会决定为" in row
    assert "公示时随之转入" in row
    assert "计算等次" not in moved.split("<tbody>")[0], "the column holds decided grades as well"
    assert "现行结果由委员会决定为" in page_of(
        town, "office_procedure", f"/office/results/{again['run']}/units/D13/"
    )
    lines = [one for group in town.get("office_procedure", f"results/{again['run']}")["groups"] for one in group["lines"]]  # fmt: skip
    held = next(one for one in lines if one["unit"] == "D13")
    assert (held["grade"], held["grade_reason"]) == (held["computed_grade"], "有关问题正在调查")
    table = page[page.rindex("与所代替版本相比的变动") :]
    assert ">D13<" in table.replace(" ", "") or "D13" in table.split("</table>")[0]
    town.post("office_procedure", f"runs/{again['result']}/publish")
    after = page_of(town, "mentor", f"/office/results/{again['run']}/")
    assert "委员会决定" in after
    assert "D13" in after[after.rindex("与所代替版本相比的变动") :].split("</table>")[0]


def test_a_result_that_was_computed_again_says_so_on_every_page(town: Town) -> None:
    made, again = graded(town)
    link = f"/office/results/{again['run']}/"
    for path in (
        f"/office/results/{made['run']}/", f"/office/results/{made['run']}/units/D10/", f"/office/overview/{made['run']}/",
        f"/office/overview/{made['run']}/units/D10/", f"/office/overview/{made['run']}/indicators/RATE/",
    ):  # fmt: skip
        page = page_of(town, "office_procedure", path)
        assert "新版本待公示" in page, path
        assert link in page, path
        assert "86.75" in page, path
        other = page_of(town, "unit_leader-D13", path)
        assert "86.75" in other, path
        assert link not in other, "of the version itself only named readers learn"
    assert "改算后" not in page_of(town, "office_procedure", f"/office/results/{made['run']}/units/D13/")  # fmt: skip
    town.post("office_procedure", f"runs/{again['result']}/publish")
    assert "新版本待公示" not in page_of(town, "office_procedure", link)


def test_a_notice_that_is_over_invites_nobody(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town))
    address = f"/office/results/{made['run']}/"
    running = page_of(town, "mentor", address)
    assert "公示中，至 2026-04-08" in running
    assert "异议按单项指标提出" in running
    town.at("2026-04-09")
    for path in (
        address,
        "/office/results/",
        "/office/overview/",
        f"/office/overview/{made['run']}/",
    ):
        page = page_of(town, "mentor", path)
        assert "公示已于 2026-04-08 期满，等待终定" in page, path
        assert "公示中" not in page, path
    assert "异议按单项指标提出" not in page_of(town, "mentor", address)


def test_an_appeal_is_late_by_its_receipt_whether_or_not_somebody_accepts_it(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town))
    draft = town.post(
        "unit_leader-D10", "appeals/draft", run=made["result"], unit="D10", indicator="RATE", ground="data_error",
        wanted="97", statement="漏统", value_period="2025-06",
    )["id"]  # fmt: skip
    filed = town.post("unit_leader-D10", f"appeals/{draft}/file")
    town.at(str(filed["due_on"]))
    assert "今日到期" in page_of(town, "appeals_clerk", f"/office/appeals/{draft}/")
    town.at("2026-05-06")
    home = page_of(town, "appeals_clerk", "/office/")
    assert "项已超期" in home
    accepted_ = town.post("appeals_clerk", f"appeals/{draft}/accept")
    assert accepted_["due_on"] == filed["due_on"], "the clock runs from the receipt"


def test_an_appeal_is_no_precedent_of_itself_and_an_overtaken_version_is_not_taken_up(
    town: Town,
) -> None:
    made = notice_of_appeals(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    first = upheld(town, number, "97")
    assert "先例" not in page_of(town, "appeals_clerk", f"/office/appeals/{number}/")
    town.post("office_director", f"runs/{first['result']}/set_aside")
    other = accepted(town, made["result"], "SHARE", "99.5")
    second = upheld(town, other, "99.5")
    assert "先例" in page_of(town, "appeals_clerk", f"/office/appeals/{other}/")
    town.post("office_procedure", f"runs/{second['result']}/publish")
    gone = town.post("office_director", f"runs/{first['result']}/take_up", 409)
    assert gone["type"] == "act.other"


@pytest.mark.parametrize(("value", "mean", "outcome", "words"), [("96.4", "86.60", "partly", "部分支持"), ("97.00", "86.75", "uphold", "支持")])  # fmt: skip
def test_a_decision_is_called_by_what_it_gives_of_what_was_asked(
    town: Town, value: str, mean: str, outcome: str, words: str
) -> None:
    """97 is asked for and everybody votes for the unit: another value than that is a part of it. The result that was appealed
    against tells of either one."""
    made = notice_of_appeals(town, adopted(town))
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    upheld(town, number, value)
    told = re.sub("<[^>]+>", "", page_of(town, "office_procedure", f"/office/results/{made['run']}/"))  # fmt: skip
    assert f"申诉已作出决定，改算后数值为 {mean}" in told
    assert "已经裁定改算，没有计入" in told
    assert town.get("appeals_clerk", f"appeals/{number}")["detail"]["outcome"] == outcome
    page = page_of(town, "unit_leader-D10", f"/office/appeals/{number}/")
    assert words in page
    assert "少数意见" not in page, "the vote was unanimous"
    assert f"作出决定：{words}。" in page_of(town, "unit_leader-D10", "/office/")


def test_the_commission_s_ruling_is_called_so_too_and_the_unit_reads_both(town: Town) -> None:
    made = notice_of_appeals(town, adopted(town, procedure={**BOOK["procedure"], "second_instance": True}))  # fmt: skip
    number = accepted(town, made["result"], "RATE", "97", value_period="2025-06")
    path = f"appeals/{number}"
    panel = town.post("appeals_clerk", f"{path}/draw")["detail"]["panel"]
    for member in panel:
        town.post(member, f"{path}/vote", vote="reject", reasons="证据不足")
    town.post(panel[0], f"{path}/decide", reasons="证据不足")
    town.post("unit_leader-D10", f"{path}/ask_second", second_reasons="另有新证据")
    home = page_of(town, "unit_leader-D10", "/office/")
    assert "作出决定：驳回。已请求委员会复核" in home, (
        "what the first decided, and that a second is open"
    )
    page = page_of(town, "unit_leader-D10", f"/office/{path}/")
    assert "证据不足" in page
    assert "委员会复核" in page
    said = {"subject": f"appeal:{number}", "meeting": "2026-6", "held_on": "2026-04-01", "attendees": "主任", "approved": True, "wording": "同意"}  # fmt: skip
    paper = [town.file("commission_secretary")]
    beyond = town.post("commission_secretary", "decisions/record", 422, minutes=paper, lines=[{"indicator": "RATE", "value": "900"}], **said)["problems"][0]  # fmt: skip
    assert (beyond["code"], beyond["where"]) == ("number", "lines"), "no value beyond sense is decided"  # fmt: skip
    decision = town.decided(f"appeal:{number}", "2026-6", "2026-04-01", lines=[{"indicator": "RATE", "value": "96"}])  # fmt: skip
    town.post("commission_secretary", f"{path}/preview", value="96")
    said = {"value": "96", "reasons": "部分属实", "decision": decision}
    wrong = town.post("commission_secretary", f"{path}/rule", 422, outcome="uphold", **said)
    assert wrong["type"] == "outcome.value"
    assert "部分支持" in wrong["problems"][0]["detail"]
    town.post("commission_secretary", f"{path}/rule", outcome="partly", **said)
    assert "经委员会复核" in page_of(town, "unit_leader-D10", "/office/")
