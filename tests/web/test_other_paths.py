"""The year's other paths: every value by one rule at every step, no act behind a final result or before its day."""

import io
import json
import re
import zipfile
from datetime import date, datetime, timedelta
from typing import Any, get_args, get_origin

import pytest
from django.test import Client
from pydantic import BaseModel

from tests.web.beginnings import beginning
from tests.web.conftest import NOW, People, computed_run
from tests.web.town import STATISTICS, Town, packed
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.acts.public import public_fields
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.waiting_draws import seal_what_waits
from zhengheng.web.audits.jobs import tick as end_samples
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import take_in
from zhengheng.web.jobs.models import Job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.naming import told
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.clocks import last_day
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.services import fields_of, read_upload
from zhengheng.workflow.roles import Role

BONUS = {
    "code": "PRAISE",
    "name": {"zh": "省级表彰", "en": "Honour"},
    "kind": "bonus",
    "most": 1,
    "cap": 1,
}
OUT = {
    "code": "CIRCULAR",
    "name": {"zh": "通报批评", "en": "Circular"},
    "kind": "deduction",
    "least": 1,
    "most": 2,
}


def is_day(annotation: Any) -> bool:
    """Whether a field holds a day or a moment."""
    return any(one in (date, datetime) for one in (annotation, *get_args(annotation)))


@beginning
def in_force(town: Town, **changes: Any) -> int:
    """The town's rulebook of 2025, in force."""
    file = take_in(
        name="town.zip", content=packed(adjustments=[BONUS, OUT], **changes), actor=town.people["office_indicators"], now=NOW
    )  # fmt: skip
    book, findings = read_upload(file.pk)
    made = RulebookVersion.objects.create(
        **fields_of(book, findings, "2025"),
        state="adopted",
        adopted_on=date(2025, 3, 1),
        made_at=NOW,
    )
    seal_what_waits(NOW)
    return int(made.pk)


@pytest.fixture
def book(town: Town) -> int:
    return in_force(town)


def final(book: int) -> ResultRun:
    """A result of the year, made final."""
    held = RulebookVersion.objects.get(pk=book)
    return ResultRun.objects.create(
        run="f" * 16, rulebook=held.code, period=held.period, version=held, title_zh=held.title_zh, state="final", made_at=NOW,
    )  # fmt: skip


def entered(town: Town, book: int, status: int = 0, **changes: Any) -> Any:
    said = {
        "rulebook": book, "unit": "D16", "supplier": STATISTICS, "item": "CIRCULAR", "points": "1", "document": "通报〔2026〕3号",
        "decided_on": "2026-02-20", "reason": "迟报数据", "evidence": [town.file("statistics")],
    }  # fmt: skip
    return town.post("statistics", "items/enter", status, **(said | changes))


def claimed(town: Town, book: int, status: int = 0, **changes: Any) -> Any:
    said = {
        "rulebook": book, "unit": "D10", "item": "PRAISE", "points": "1", "document": "省府表彰〔2025〕12 号",
        "decided_on": "2025-10-30", "reason": "先进集体", "evidence": [town.file("unit_leader-D10")],
    }  # fmt: skip
    return town.post("unit_leader-D10", "items/claim", status, **(said | changes))


def test_each_day_that_an_act_asks_for_says_whether_it_has_been_or_is_to_come() -> None:
    def days(given: type[BaseModel]) -> Any:
        for name, info in given.model_fields.items():
            if get_origin(info.annotation) is list and isinstance(
                get_args(info.annotation)[0], type
            ):
                row = get_args(info.annotation)[0]
                if issubclass(row, BaseModel):
                    yield from days(row)
            if is_day(info.annotation):
                said = info.json_schema_extra
                assert isinstance(said, dict)
                yield given, name, said.get("when")

    for kind in KINDS:
        for act in kind.acts:
            if not act.by_machine:
                for given, name, when in days(act.given):
                    assert when in {"past", "ahead", "later", "any"}, (act.code, given, name)


@pytest.mark.parametrize(
    ("who", "path", "field", "day", "code", "more"),
    [
        ("commission_secretary", "commitments/record", "due_on", "2020-01-01", "day.past", {"unit": "D10", "meeting": "调度会", "text": "按期完成"}),
        ("commission_secretary", "commitments/record", "due_on", "2062-01-01", "day.far", {"unit": "D10", "meeting": "调度会", "text": "按期完成"}),
        ("statistics", "items/enter", "decided_on", "2026-12-01", "day.future", {"unit": "D10", "supplier": STATISTICS, "item": "CIRCULAR", "points": "1", "document": "通报一号", "reason": "迟报数据"}),
        ("office_procedure", "reorganisations/ask", "day", "2020-01-01", "day.past", {"kind": "rename", "units": [{"code": "D16"}], "heirs": [{"code": "D46", "name_zh": "新局"}], "basis": "批复文件"}),
        ("unit_leader-D10", "self-reports/draft", "steps.0.until", "2020-01-01", "day.past", {"unit": "D10"}),
    ],
)  # fmt: skip
def test_no_act_says_a_day_that_cannot_be(
    town: Town,
    book: int,
    who: str,
    path: str,
    field: str,
    day: str,
    code: str,
    more: dict[str, Any],
) -> None:
    held = {"evidence": [town.file(who)]} if path.startswith("items") else {}
    asked = {"steps": [{"until": day, "action": "补足学位"}]} if "." in field else {field: day}
    under = {"rulebook": book} if path.startswith(("items", "self")) else {}
    said = town.post(who, path, 422, **(under | more | held | asked))
    assert said["type"] == code
    assert said["problems"][0]["where"] == field


@pytest.mark.parametrize(
    "points", ["99", "0.5", "500", "-7", "1.23456789", "", "很多", "0", "0.00"]
)
def test_points_are_the_rulebooks_where_they_are_entered(
    town: Town, book: int, points: str
) -> None:
    assert entered(town, book, 422, points=points)["problems"][0]["where"] == "points"
    if points not in {"0.5", ""}:
        assert claimed(town, book, 422, points=points)["problems"][0]["where"] == "points"
    assert not Item.objects.exists()


def test_points_that_came_in_before_stop_nobody(town: Town, book: int) -> None:
    """Set past the form, as an older installation holds them: at the check, by silence and at the load."""
    first, second = entered(town, book)["id"], entered(town, book, unit="D13")["id"]
    third = claimed(town, book)["id"]
    Item.objects.update(points="500")
    assert town.post("office_indicators", f"items/{third}/verify", 422, reason="属实")["type"] == "points.range"  # fmt: skip
    assert town.post("unit_leader-D16", f"items/{first}/confirm", 422)["type"] == "points.range"
    town.at("2026-04-08")
    assert tick(now()) == 2
    assert {one.state for one in Item.objects.filter(pk__in=(first, second))} == {"disputed"}
    assert town.post("office_director", f"items/{first}/settle", 422, reason="照旧")["type"] == "points.range"  # fmt: skip
    town.post("office_director", f"items/{first}/settle", reason="按方案认定", points="1")
    Item.objects.filter(pk=second).update(state="settled")
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-04-01")
    assert all(job.state == "done" for job in town.work())
    states = dict(Item.objects.values_list("pk", "state"))
    assert (states[first], states[second]) == ("loaded", "disputed"), "the sound one counts, the other is the director's"  # fmt: skip


def test_what_the_lake_refuses_goes_back_to_a_desk_and_the_others_count(
    town: Town, book: int
) -> None:
    held = RulebookVersion.objects.get(pk=book)
    units = {unit.code: unit for unit in Unit.objects.all()}
    for unit, value in (("D10", "97.5"), ("D13", "九十七点五")):
        Report.objects.create(
            rulebook=held, unit=units[unit], supplier=units[STATISTICS], indicator="ANSWERED", period="2025", value=value,
            state="confirmed", made_at=NOW,
        )  # fmt: skip
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-01")
    assert Job.objects.get(pk=town.work()[-1].pk).state == "done"
    states = dict(Report.objects.values_list("unit__code", "state"))
    assert states == {"D10": "loaded", "D13": "disputed"}
    assert "九十七点五" in Report.objects.get(state="disputed").objection


def test_the_office_takes_back_with_a_reason_also_from_the_lake(town: Town, book: int) -> None:
    made = entered(town, book)["id"]
    town.post("unit_leader-D16", f"items/{made}/confirm")
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-01")
    town.work()
    assert Item.objects.get(pk=made).state == "loaded"
    assert town.post("office_director", f"items/{made}/take_back", 422)["type"].startswith("field.")
    town.post("office_director", f"items/{made}/take_back", reason="文件已由原机关撤销")
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-02")
    town.work()
    assert Item.objects.get(pk=made).state == "revoked"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"unit": "D34", "supplier": STATISTICS}, "item.unit"), ({"decided_on": "2024-12-31"}, "item.year"), ({"document": "〔〕"}, "field.text_empty"),
    ],
)  # fmt: skip
def test_an_item_is_of_its_own_unit_and_year(
    town: Town, book: int, changes: dict[str, Any], code: str
) -> None:
    said = entered(town, book, 422, **changes)
    assert said["type"] == code
    if code == "item.unit":
        assert f"“{Unit.objects.get(code=changes['unit']).name_zh}”" in str(said), "by its name"


@pytest.mark.parametrize(
    ("role", "supplier"),
    [(Role.ASSESSING_DEPARTMENT, "D16"), (Role.UNIT_REPORTER, STATISTICS), (Role.UNIT_LEADER, STATISTICS)],
)  # fmt: skip
def test_nobody_enters_a_bonus_for_a_unit_of_his_own(
    town: Town, book: int, role: Role, supplier: str
) -> None:
    """Neither as the department that supplies it nor with a second role at the unit; he is told to claim it."""
    town.people.give(town.people["statistics"], role, unit=Unit.objects.get(code="D16"))
    said = entered(town, book, 422, supplier=supplier, item="PRAISE", document="省府表彰〔2025〕12号")  # fmt: skip
    assert said["type"] == "item.own_bonus"
    assert "申报加分" in str(said) or "claim it" in str(said)
    assert not Item.objects.exists()
    entered(town, book, supplier=supplier)
    assert entered(town, book, unit="D13", item="PRAISE", document="省府表彰〔2025〕13号")["state"] == "entered"  # fmt: skip


@pytest.mark.parametrize(
    "again",
    [
        "省府表彰[2025]12号",
        "省府表彰（２０２５）12 号",
        "省府表彰2025 12号",
        "省府表彰【2025】12号",
    ],
)
def test_one_certificate_counts_once_in_whatever_brackets(
    town: Town, book: int, again: str
) -> None:
    claimed(town, book)
    assert claimed(town, book, 422, document=again)["type"] == "item.twice"
    assert claimed(town, book, 422, decided_on="2024-12-09", document="另一份 1 号")["type"] == "item.year"  # fmt: skip


def test_what_is_settled_is_reopened_once_on_new_facts_and_new_evidence(
    town: Town, book: int
) -> None:
    made = entered(town, book)["id"]
    old = [town.file("unit_leader-D16", b"%PDF-1.7 old")]
    town.post("unit_leader-D16", f"items/{made}/object", objection="并未迟报", evidence=old)
    town.post("office_director", f"items/{made}/settle", reason="属实")
    new = [town.file("unit_leader-D16", b"%PDF-1.7 new")]
    path = f"items/{made}/reopen"
    assert town.post("unit_leader-D16", path, 422, objection="并未迟报，", evidence=new)["type"] == "item.old_facts"  # fmt: skip
    assert town.post("unit_leader-D16", path, 422, objection="系统时间有误", evidence=old)["type"] == "item.old_evidence"  # fmt: skip
    town.post("unit_leader-D16", path, objection="系统时间有误", evidence=new)
    town.post("office_director", f"items/{made}/settle", reason="仍属实")
    more = [town.file("unit_leader-D16", b"%PDF-1.7 more")]
    assert town.post("unit_leader-D16", path, 409, objection="又有新情况", evidence=more)["type"] == "act.other"  # fmt: skip


def test_one_request_for_tolerance_an_item_and_no_name_in_any_form(town: Town, book: int) -> None:
    made = entered(town, book)["id"]
    Unit.objects.filter(code="D16").update(name_zh="投资促进局")
    asked = {"rulebook": book, "unit": "D16", "item": made, "ground": "pilot", "facts": "试点停运", "evidence": [town.file("unit_leader-D16")]}  # fmt: skip
    case = town.post("unit_leader-D16", "tolerance/ask", **asked)["id"]
    again = asked | {"facts": "另一种说法"}
    assert town.post("unit_leader-D16", "tolerance/ask", 422, **again)["type"] == "tolerance.twice"
    decision = town.decided(f"tolerance:{case}", "2026-3", "2026-03-12")
    said = {"decision": decision, "answer": "符合规定"}
    for text in (
        "投资促进局的试点",
        "投促局一项试点",
        "投资 促进局试点",
        "D16 的试点",
        "云督 通报2026-3号所涉试点",
    ):
        told_ = town.post(
            "commission_secretary", f"tolerance/{case}/grant", 422, public_text=text, **said
        )
        assert told_["type"] == "tolerance.named", text
    number = town.post("commission_secretary", f"tolerance/{case}/grant", 422, public_text="联系人 １３８ ００１３ ８０００", **said)  # fmt: skip
    assert number["type"] == "public.phone"
    town.post("commission_secretary", f"tolerance/{case}/grant", public_text="一项经批准的改革试点未达预期", **said)  # fmt: skip


def test_tolerance_is_for_an_open_deduction_of_the_unit_and_the_rulebook(town: Town, book: int) -> None:  # fmt: skip
    """Neither for another unit's, nor for one of another rulebook, nor for one that is settled or is not there."""
    made = entered(town, book)["id"]
    other = in_force(town, code="city", title={"zh": "另一方案", "en": "Another"})
    settled = entered(town, book, document="通报〔2026〕4号")["id"]
    town.post("unit_leader-D16", f"items/{settled}/object", objection="并未迟报", evidence=[town.file("unit_leader-D16", b"%PDF-1.7 other")])  # fmt: skip
    town.post("office_director", f"items/{settled}/settle", reason="属实")
    for who, unit, rulebook, item in (
        ("unit_leader-D10", "D10", book, made), ("unit_leader-D16", "D16", other, made),
        ("unit_leader-D16", "D16", book, settled), ("unit_leader-D16", "D16", book, 10**6),
    ):  # fmt: skip
        said = {"rulebook": rulebook, "unit": unit, "item": item, "ground": "pilot", "facts": "试点停运", "evidence": [town.file(who)]}  # fmt: skip
        refused = town.post(who, "tolerance/ask", 422, **said)
        assert refused["type"] == "tolerance.item", (who, rulebook, item)
    said = {"rulebook": book, "unit": "D16", "item": made, "ground": "pilot", "facts": "试点停运", "evidence": [town.file("unit_leader-D16")]}  # fmt: skip
    town.post("unit_leader-D16", "tolerance/ask", **said)


def test_the_forms_of_a_name() -> None:
    def unit(name: str, en: str = "", code: str = "D06") -> Unit:
        return Unit(code=code, name_zh=name, name_en=en)

    assert told("卫健委牵头的试点", unit("卫生健康委员会"))
    assert told("岚溪的一项试点", unit("岚溪县"))
    assert told(
        "a pilot of the CULTURE and tourism bureau",
        unit("文化和旅游局", "Culture and Tourism Bureau"),
    )
    assert not told("教育领域一项经批准的改革试点未达预期", unit("教育局", "Education", "D10"))
    assert not told("招商投资的局面", unit("投资促进局"))


@pytest.mark.parametrize("state", ["final", "archived"])
def test_nothing_reaches_behind_a_final_result(town: Town, book: int, state: str) -> None:
    held = entered(town, book)["id"]
    final(book)
    ResultRun.objects.update(state=state)
    assert entered(town, book, 422, document="另一份 2 号")["type"] == "year.final"
    assert claimed(town, book, 422)["type"] == "year.final"
    for who, path, more in (
        ("unit_leader-D16", f"items/{held}/object", {"objection": "并未迟报"}),
        ("office_director", f"items/{held}/waive", {"reason": "情况属实"}),
        ("office_data", f"rulebooks/{book}/open_reports", {"period": "2025"}),
    ):
        assert town.post(who, path, 422, **more)["type"] == "year.final"
    facts = {"ground": "pilot", "facts": "试点停运", "evidence": [town.file("unit_leader-D16")]}
    assert town.post("unit_leader-D16", "tolerance/ask", 422, rulebook=book, unit="D16", **facts)["type"] == "year.final"  # fmt: skip
    assert town.get("unit_leader-D16", f"items/{held}")["acts"] == []
    town.at("2026-06-08")
    assert tick(now()) == 0, "no clock of the year runs on"
    assert Item.objects.get().state == "entered"


def test_a_result_is_final_only_when_nothing_is_contested_and_ends_the_years_clocks(
    town: Town, book: int
) -> None:
    held = RulebookVersion.objects.get(pk=book)
    unit = Unit.objects.get(code="D10")
    Report.objects.create(
        rulebook=held, unit=unit, supplier=unit, indicator="SEATS", period="2025", state="due", due_on=date(2026, 3, 20), made_at=NOW,
    )  # fmt: skip
    item = entered(town, book)["id"]
    run = final(book)
    # Of a result that is made final the digest enters the ledger: it must be one that is kept.
    ResultRun.objects.update(run=computed_run().id, state="notice", due_on=date(2026, 3, 10))
    decision = town.decided(f"result:{run.pk}", "2026-5", "2026-03-12")
    path = f"runs/{run.pk}/finalise"
    said = town.post("commission_secretary", path, 422, decision=decision)
    assert (said["type"], said["problems"][0]["where"]) == ("year.contested", f"item:{item}")
    town.post("office_director", f"items/{item}/waive", reason="情况属实")
    town.post("commission_secretary", path, decision=decision)
    report = Report.objects.get()
    assert (report.state, report.due_on) == ("lapsed", None)
    assert town.post("office_data", f"reports/{report.pk}/ask_again", 422, due_on="2026-03-20")["type"] == "year.final"  # fmt: skip
    ResultRun.objects.update(state="notice")
    town.post("office_data", f"reports/{report.pk}/ask_again", due_on="2026-03-20")


def test_each_decision_opens_a_closed_year_once(town: Town, book: int) -> None:
    run = final(book)
    ResultRun.objects.update(run=computed_run().id, state="notice", due_on=date(2026, 3, 10))
    path, numbers = f"runs/{run.pk}", []
    for place, (act, day) in enumerate([("finalise", "2026-03-12"), ("reopen", "2026-04-01"), ("finalise", "2026-06-01")]):  # fmt: skip
        town.at(day)
        numbers.append(town.decided(f"result:{run.pk}", f"2026-{place}", day))
        more = (
            {"reason": "审计发现错误"}
            if act == "reopen"
            else {"left_out": "经核实无须更正"}
            if place == 2
            else {}
        )
        town.post("commission_secretary", f"{path}/{act}", decision=numbers[-1], **more)
    for number in numbers:
        said = town.post("commission_secretary", f"{path}/reopen", 422, decision=number, reason="又发现错误")  # fmt: skip
        assert said["type"] == "reopen.decision"


def test_a_reopened_result_gives_the_time_to_ask_for_a_review_anew(town: Town, book: int) -> None:
    run, unit = final(book), Unit.objects.get(code="D10")
    run.services.create(unit=unit, by=town.people["office_procedure"], at=NOW, how="paper")
    assert last_day(run, unit) == date(2026, 3, 19)
    decision = town.decided(f"result:{run.pk}", "2026-6", "2026-03-12")
    run.reopenings.create(on=date(2026, 6, 8), reason="审计发现错误", decision_id=decision)
    assert last_day(run, unit) == date(2026, 6, 15)


def test_one_meeting_does_not_decide_both_ways(town: Town, book: int) -> None:
    decided = {
        "subject": f"rulebook:{book}",
        "held_on": "2026-03-12",
        "attendees": "十一人",
        "wording": "决定内容",
    }
    minutes = [town.file("commission_secretary")]
    first = town.post("commission_secretary", "decisions/record", meeting="2026年第1次会议", approved=True, minutes=minutes, **decided)  # fmt: skip
    other = decided | {"meeting": "2026 年第1次会议", "approved": False, "minutes": minutes}
    assert town.post("commission_secretary", "decisions/record", 422, **other)["type"] == "decision.contradicts"  # fmt: skip
    again = decided | {
        "meeting": "2026 年第1次会议",
        "approved": True,
        "minutes": minutes,
        "wording": " 决定 内容",
    }
    twice = town.post("commission_secretary", "decisions/record", 422, **again)
    assert twice["type"] == "decision.twice"
    assert f"第 {first['id']} 号" in twice["problems"][0]["detail"]
    town.post("commission_secretary", f"decisions/{first['id']}/withdraw")
    town.post("commission_secretary", "decisions/record", **other)
    early = decided | {"meeting": "2020年会议", "held_on": "2020-05-01", "approved": False, "minutes": minutes}  # fmt: skip
    assert town.post("commission_secretary", "decisions/record", 422, **early)["type"] == "decision.early"  # fmt: skip


def test_what_was_reported_at_an_earlier_meeting_stays(town: Town) -> None:
    made = town.post("commission_secretary", "commitments/record", unit="D10", meeting="一月调度会", text="完成验收", due_on="2026-03-20")["id"]  # fmt: skip
    town.post("unit_leader-D10", f"commitments/{made}/report", report="完成一半")
    town.post("commission_secretary", f"commitments/{made}/carry", meeting="三月调度会", due_on="2026-04-20", answer="资金未到位")  # fmt: skip
    town.post("unit_leader-D10", f"commitments/{made}/report", report="全部完成")
    held = town.get("commission_secretary", f"commitments/{made}")["detail"]
    assert held["report"] == "全部完成"
    assert held["rounds"] == [{"meeting": "一月调度会", "due": "2026-03-20", "report": "完成一半", "answer": "资金未到位"}]  # fmt: skip
    page = town.client("unit_leader-D10").get(f"/office/commitments/{made}/").content.decode()
    assert "完成一半" in page


def test_a_value_before_its_period_has_ended_is_asked_about(town: Town, book: int) -> None:
    held = RulebookVersion.objects.get(pk=book)
    unit = Unit.objects.get(code="D10")
    RulebookVersion.objects.update(period="2026")
    made = Report.objects.create(
        rulebook=held, unit=unit, supplier=unit, indicator="SEATS", period="2026", state="due", due_on=date(2027, 1, 9), made_at=NOW,
    )  # fmt: skip
    path = f"reports/{made.pk}/submit"
    assert town.post("unit_reporter-D10", path, 422, value="90")["type"] == "note.early"
    town.post("unit_reporter-D10", path, value="90", note="按已签约项目测算")


def test_whoever_reports_signs_for_the_leader_with_the_paper_alone(town: Town, book: int) -> None:
    scan = town.file("unit_reporter-D10", b"%PDF-1.7 signed")
    evidence = {"evidence": [town.file("unit_reporter-D10")]}
    said = {"rulebook": book, "unit": "D10", "item": "PRAISE", "points": "1", "document": "省府表彰 12 号", "decided_on": "2025-10-30", "reason": "先进集体"}  # fmt: skip
    assert town.post("unit_reporter-D10", "items/claim", 422, **said, **evidence)["type"] == "paper.missing"  # fmt: skip
    made = town.post("unit_reporter-D10", "items/claim", **said, **evidence, paper=[scan])
    assert scan in Item.objects.get(pk=made["id"]).files
    held = entered(town, book, unit="D10")["id"]
    assert town.post("unit_reporter-D10", f"items/{held}/confirm", 422)["type"] == "paper.missing"
    town.post("unit_reporter-D10", f"items/{held}/confirm", paper=[scan])
    blank = town.client("unit_reporter-D10").get("/office/items/new/claim/paper.docx")
    assert blank.status_code == 200
    assert town.client("office_data").get("/office/items/new/claim/paper.docx").status_code == 403


def handed(town: Town, who: str, successor: str, day: str, status: int = 0, role: str = "") -> Any:
    account = Account.objects.get(username=who)
    grants = RoleGrant.objects.filter(account=account, **({"role": role} if role else {}))
    return town.post(
        who, "handovers/prepare", status, grant=grants.get().pk, successor=successor, day=day, notes="按清单移交"
    )  # fmt: skip


@pytest.mark.parametrize(
    ("who", "successor", "day", "code"),
    [
        ("unit_leader-D10", "unit_reporter-D10", "2020-01-01", "day.past"), ("unit_leader-D10", "unit_leader-D13", "2026-03-12", "handover.unit"),
        ("unit_leader-D10", "secrecy_officer", "2026-03-12", "role.conflict"), ("office_data", "panel-1", "2026-03-12", "role.conflict"),
        ("office_data", "unit_reporter-D10", "2026-03-12", "handover.judged"), ("appeals_clerk", "panel-2", "2026-03-12", "role.conflict"),
        ("unit_reporter-D10", "panel-1", "2026-03-12", "handover.judging"), ("unit_leader-D10", "office_procedure", "2026-03-12", "handover.judging"),
        ("statistics", "expert", "2026-03-12", "handover.judging"), ("unit_leader-D13", "external_auditor", "2026-03-12", "handover.judging"),
        ("expert", "unit_leader-D16", "2026-03-12", "handover.judged"),
    ],
)  # fmt: skip
def test_a_post_goes_forward_and_only_to_whom_it_may(
    town: Town, who: str, successor: str, day: str, code: str
) -> None:
    assert handed(town, who, successor, day, 422)["type"] == code
    assert RoleGrant.objects.filter(account__username=successor).count() == 1


def test_only_whom_the_post_may_go_to_is_offered(town: Town) -> None:
    def offered(who: str) -> set[str]:
        page = town.client(who).get("/office/handovers/new/prepare/").content.decode()
        listed = page.partition('name="successor"')[2].partition("</select>")[0]
        return set(re.findall(r'<option value="([^"]+)"', listed))

    assert "unit_leader-D10" in offered("unit_reporter-D10")
    assert not offered("unit_reporter-D10") & {
        "panel-1", "panel_member", "expert", "office_procedure", "office_director", "external_auditor", "secrecy_officer",
        "appeals_clerk", "unit_leader-D13", "statistics",
    }  # fmt: skip
    assert {"office_director", "office_indicators"} <= offered("office_procedure")
    assert not offered("office_procedure") & {"panel-1", "unit_leader-D10", "statistics"}


def test_a_handover_moves_the_role_on_the_day_it_is_carried_out(town: Town, book: int) -> None:
    town.people.make("newcomer")
    Account.objects.update(must_change_password=False)
    assert handed(town, "unit_leader-D16", "newcomer", "2026-03-16", 422)["type"] == "handover.roleless"  # fmt: skip
    town.people.give(town.people["newcomer"], Role.POST_HOLDER, unit=Unit.objects.get(code="D16"))
    case = handed(town, "unit_leader-D16", "newcomer", "2026-03-16")["id"]
    town.post("newcomer", f"handovers/{case}/take")
    town.people.give(town.people["newcomer"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D13"))
    town.at("2026-03-18")
    said = town.post("secrecy_officer", f"handovers/{case}/carry_out", 422)
    assert said["type"] == "handover.unit", "checked again where it counts"
    RoleGrant.objects.filter(account__username="newcomer", role=Role.UNIT_LEADER).update(revoked_at=NOW)  # fmt: skip
    item = entered(town, book)["id"]
    town.post("secrecy_officer", f"handovers/{case}/carry_out")
    held = RoleGrant.objects.get(account__username="newcomer", role=Role.UNIT_LEADER, revoked_at=None)  # fmt: skip
    assert held.valid_from == date(2026, 3, 18)
    assert RoleGrant.objects.get(account__username="unit_leader-D16").valid_to == date(2026, 3, 17)
    page = town.client("newcomer").get(f"/office/handovers/{case}/").content.decode()
    assert f"/office/items/{item}/" in page


def sampled(
    town: Town, book: int, who: str = "external_auditor", status: int = 0, **more: Any
) -> Any:
    return town.post(who, "audits/draw", status, rulebook=book, **({"size": 2} | more))


def test_a_published_year_can_be_sampled_found_answered_and_corrected(
    town: Town, book: int
) -> None:
    held, units = RulebookVersion.objects.get(pk=book), {u.code: u for u in Unit.objects.all()}
    for unit, value in (("D10", "97.5"), ("D13", "96.0")):
        Report.objects.create(
            rulebook=held, unit=units[unit], supplier=units[STATISTICS], indicator="ANSWERED", period="2025", value=value,
            state="confirmed", made_at=NOW,
        )  # fmt: skip
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-01")
    made = town.work()[-1].result
    assert made is not None
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 20))
    Report.objects.all().delete()  # as of a city whose values come by files
    audit = sampled(town, book)
    first = audit["detail"]["entries"][0]
    assert first["indicator"] == "ANSWERED"
    assert {one["reported"] for one in audit["detail"]["entries"]} == {"97.5", "96"}
    path = f"audits/{audit['id']}"
    assert sampled(town, book, status=422)["type"] == "audit.running"
    bare = town.post("external_auditor", f"{path}/find", 422, entry=first["id"], finding="differs", found_value="7,5", evidence=[987654])  # fmt: skip
    assert [one["where"] for one in bare["problems"]] == ["note", "found_value", "files"]
    wrong = {"entry": first["id"], "finding": "differs", "note": "台账不同"}
    assert town.post("external_auditor", f"{path}/find", 422, found_value=first["reported"], **wrong)["type"] == "value.same"  # fmt: skip
    far = town.post("external_auditor", f"{path}/find", 422, found_value="970000", **wrong)
    assert far["type"] == "value.beyond"
    town.post("external_auditor", f"{path}/find", found_value="90", **wrong)
    assert town.post("external_auditor", f"{path}/find", 422, found_value="91", **wrong)["type"] == "entry.found"  # fmt: skip
    town.post("external_auditor", f"{path}/correct", found_value="91", why="抄录有误", **wrong)
    town.post("external_auditor", f"{path}/find", entry=audit["detail"]["entries"][1]["id"], finding="agrees")  # fmt: skip
    assert town.post("external_auditor", f"{path}/close", 422)["type"] == "audit.open"
    town.post("office_data", f"{path}/reply", entry=first["id"], follows="keep", reply="已更正台账")
    page = town.client("external_auditor").get(f"/office/{path}/").content.decode()
    for word in ("抄录有误", "已更正台账", "90"):
        assert word in page
    bundle = town.client("external_auditor").get(f"/office/audits/bundle/{made['run']}.zip")
    assert bundle.status_code == 200
    assert bundle.content[:2] == b"PK"
    assert town.client("unit_leader-D10").get(f"/office/audits/bundle/{made['run']}.zip").status_code == 403  # fmt: skip
    town.post("external_auditor", f"{path}/close")
    assert sampled(town, book, status=422)["type"] == "audit.again"
    none = sampled(town, book, status=422, reason="第一次样本太小")
    assert none["type"] == "audit.exhausted", "both were checked, and nothing is new"
    Report.objects.create(
        rulebook=held, unit=units["D16"], supplier=units[STATISTICS], indicator="ANSWERED", period="2025", value="91",
        state="confirmed", made_at=NOW,
    )  # fmt: skip
    again = sampled(town, book, reason="第一次样本太小")
    end = RoleGrant.objects.get(role=Role.EXTERNAL_AUDITOR).valid_to
    assert end is not None
    town.at(f"{end + timedelta(1)}")
    assert end_samples(now()) == 1
    assert end_samples(now()) == 0
    assert town.get("office_data", f"audits/{again['id']}")["state"] == "ended"


def announced(town: Town, book: int) -> ResultRun:
    """A result on notice, computed from one confirmed report."""
    held, units = RulebookVersion.objects.get(pk=book), {u.code: u for u in Unit.objects.all()}
    Report.objects.create(
        rulebook=held, unit=units["D10"], supplier=units[STATISTICS], indicator="ANSWERED", period="2025", value="97.5",
        state="confirmed", made_at=NOW,
    )  # fmt: skip
    town.post("office_data", f"rulebooks/{book}/compute", at="2026-03-01")
    town.work()
    town.at("2026-03-16")
    ResultRun.objects.update(state="notice", published_at=NOW, due_on=date(2026, 3, 30))
    return ResultRun.objects.get()


def test_a_result_is_served_on_paper_against_a_receipt(
    town: Town, book: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = f"runs/{announced(town, book).pk}/serve"
    monkeypatch.setattr("zhengheng.web.results.acts.computed_grades", lambda run: {"D10": "A"})
    for act in (RESULTS.act("serve"), RESULTS.act("grade")):
        assert act is not None
        assert act.choices is not None
        listed = dict(act.choices(ResultRun.objects.get(), town.people["office_procedure"], NOW.date())["unit"])  # fmt: skip
        assert listed
        assert listed == {code: Unit.objects.get(code=code).told() for code in listed}, "in both languages"  # fmt: skip
    receipt = {"receipt": [town.file("office_procedure")]}
    assert town.post("office_procedure", path, 422, unit="D13", received_on="2026-03-13")["type"].startswith("field.")  # fmt: skip
    for more, code in (
        ({"unit": "D34", "received_on": "2026-03-13"}, "serve.unit"), ({"unit": "D13", "received_on": "2026-03-19"}, "day.future"),
        ({"unit": "D13", "received_on": "2026-03-01"}, "serve.early"),
    ):  # fmt: skip
        assert town.post("office_procedure", path, 422, **receipt, **more)["type"] == code
    town.post("office_procedure", path, unit="D13", received_on="2026-03-13", **receipt)
    service = ResultRun.objects.get().services.get()
    assert (service.how, service.at.date()) == ("paper", date(2026, 3, 13))
    assert town.post("office_procedure", path, 422, unit="D13", received_on="2026-03-14", **receipt)["type"] == "serve.twice"  # fmt: skip


@pytest.mark.parametrize(
    ("text", "code"),
    [("联系人身份证 11010519491231002X", "public.identity"), ("电话 138-0013-8000", "public.phone"), ("卡号 6222 0200 0000 0000 123", "public.card")],
)  # fmt: skip
def test_no_personal_number_gets_into_what_everybody_reads(
    town: Town, book: int, text: str, code: str
) -> None:
    said = {
        "rulebook": book,
        "unit": "D10",
        "achievement": "良好",
        "unmet": "无",
        "measures": "调度",
    }
    assert town.post("unit_leader-D10", "self-reports/draft", 422, public_text=text, **said)["type"] == code  # fmt: skip
    steps = [{"until": "2026-06-30", "action": text}]
    assert town.post("unit_leader-D10", "self-reports/draft", 422, steps=steps, **said)["type"] == code  # fmt: skip


def test_an_address_is_asked_in_json_too(town: Town, book: int) -> None:
    """The guard stands behind every door."""
    client: Client = town.client("commission_secretary")
    body = json.dumps({"unit": "D10", "meeting": "m1", "text": "text", "due_on": "2020-01-01"})
    assert client.post("/api/v1/commitments/record", body, content_type="application/json").status_code == 422  # fmt: skip
    form = {"unit": "D10", "meeting": "调度会", "text": "按期完成", "due_on": "2020-01-01"}
    page = client.post("/office/commitments/new/record/", form)
    assert page.status_code == 422
    assert "早于办理之日" in page.content.decode()


def renamed(town: Town, status: int = 0, **changes: Any) -> Any:
    said = {"kind": "rename", "day": "2026-03-16", "units": [{"code": "D16"}], "heirs": [{"code": "D40", "name_zh": "民生服务局"}], "basis": "机构改革批复"}  # fmt: skip
    return town.post("office_procedure", "reorganisations/ask", status, **(said | changes))


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"heirs": [{"code": "D13", "name_zh": "民生服务局"}]}, "heir.exists"), ({"heirs": [{"code": "D40", "name_zh": "住建局"}]}, "heir.name"),
        ({"kind": "merger", "units": [{"code": "D16"}, {"code": "D19"}], "heirs": [{"code": "D13", "name_zh": "民生服务局"}]}, "heir.name"),
    ],
)  # fmt: skip
def test_an_heir_is_a_new_unit_or_the_one_it_says(
    town: Town, changes: dict[str, Any], code: str
) -> None:
    assert renamed(town, 422, **changes)["type"] == code


def test_one_case_a_unit_at_a_time_and_an_approved_one_can_be_given_up(town: Town) -> None:
    first = renamed(town)["id"]
    for units, code in (("D16", "reorganisation.running"), ("D19", "heir.taken")):
        said = renamed(town, 422, units=[{"code": units}])
        assert said["type"] == code, "the same unit, or the same heir"
    decision = town.decided(f"reorganisation:{first}", "2026-3", "2026-03-12")
    town.post("commission_secretary", f"reorganisations/{first}/approve", decision=decision)
    town.post("commission_secretary", f"reorganisations/{first}/refuse", reason="上级撤回批复")
    renamed(town)


def test_what_a_unit_leaves_open_is_its_heirs_and_its_rulebook_can_be_drafted(
    town: Town,
) -> None:
    """Every unit a category of its own, as departments are; the year that is final is not touched."""
    units = [{"code": unit, "name": unit, "category": unit, "group": "all"} for unit in ("D10", "D13", "D16", "D19")]  # fmt: skip
    categories = [{"code": unit, "name": {"zh": unit, "en": unit}} for unit in ("D10", "D13", "D16", "D19")]  # fmt: skip
    each = dict.fromkeys(("D10", "D13", "D16", "D19"))
    weights = [{"from": date(2025, 1, 1), "table": {code: dict.fromkeys(each, weight) for code, weight in (("SEATS", 40), ("GROWTH", 30), ("ANSWERED", 30))}}]  # fmt: skip
    closed = in_force(town, units=units, categories=categories, weights=weights)
    final(closed)
    book = in_force(town, units=units, categories=categories, weights=weights, version="2026-1")
    RulebookVersion.objects.filter(pk=book).update(period="2026")
    item = entered(town, book, decided_on="2026-02-20")["id"]
    case = renamed(town)["id"]
    held = town.get("office_procedure", f"reorganisations/{case}")["detail"]
    assert held["effect"] is None
    decision = town.decided(f"reorganisation:{case}", "2026-3", "2026-03-12")
    town.post("commission_secretary", f"reorganisations/{case}/approve", decision=decision)
    effect = town.get("office_procedure", f"reorganisations/{case}")["detail"]["effect"][0]
    assert effect["rulebooks"] == [book], "nothing behind the final result"
    assert effect["others"] == 1
    town.post("office_indicators", f"reorganisations/{case}/draft_rules")
    draft = RulebookVersion.objects.get(state="draft")
    assert draft.period == "2026"
    assert not [one for one in draft.findings if one.get("severity") == "error"], draft.findings
    early = town.post("office_procedure", f"reorganisations/{case}/carry_out", 422)
    assert early["type"] == "reorganisation.early"
    town.at("2026-03-16")
    town.post("office_procedure", f"reorganisations/{case}/carry_out")
    town.post("secrecy_officer", f"reorganisations/{case}/move_roles")
    town.people.make("heir-only")
    Account.objects.update(must_change_password=False)
    town.people.give(town.people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D40"))
    assert "object" in town.get("heir-only", f"items/{item}")["acts"]
    town.post("heir-only", f"items/{item}/object", objection="并未迟报")
    page = town.client("office_procedure").get(f"/office/reorganisations/{case}/").content.decode()
    assert "执行后" in page
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2026")
    town.work()
    asked = set(Report.objects.values_list("unit__code", flat=True))
    assert "D16" in asked, "it was there when the period began"
    said = town.post("office_data", f"rulebooks/{book}/open_reports", 422, period="2027")
    assert said["type"] == "period.outside"


def test_each_text_that_the_portal_shows_is_marked_and_scanned(people: People) -> None:
    """What the pages, snapshots and drafts of the portal are made from, act by act."""
    found = {
        f"{act.code}.{name}"
        for kind in KINDS for act in kind.acts if not act.by_machine for name in public_fields(act.given)
    }  # fmt: skip
    assert found == {
        "comment.route.shown", "comment.attach.shown", "comment.reply.reply",
        "self_report.draft.public_text", "self_report.draft.reasons", "self_report.draft.steps",
        "self_report.save.public_text", "self_report.save.reasons", "self_report.save.steps",
        "tolerance.grant.public_text", "rectification.answer.measures", "result.grade.reason", "result.reopen.reason",
        "result.publish.left_out", "result.finalise.left_out",
        "publication.prepare.reason", "publication.open.reason", "rulebook.draft.reason", "rulebook.change.reason",
    }  # fmt: skip
    said = {"run": 1, "shows": "grade", "reason": "更正，见 13900139000"}
    answer = people.client("office_procedure").post("/api/v1/publications/prepare", json.dumps(said), content_type="application/json")  # fmt: skip
    assert (answer.status_code, answer.json()["type"]) == (422, "public.phone")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("a.exe", b"%PDF-1.7 minutes", ".exe"), ("a.pdf.exe", b"text", ".exe"), ("a.exe", b"MZ\x90\x00", "PDF"), ("a.pdf", "并非 PDF".encode(), "纯文本"),
        ("a.png", b"%PDF-1.7", "PDF"), ("a.docx", packed(), "ZIP"), ("a.ofd", packed(), "ZIP"), ("a.jpg", b"\x89PNG\r\n\x1a\n", "PNG"),
        ("minutes", b"%PDF-1.7", "扩展名"), (".pdf", b"%PDF-1.7", "扩展名"), ("a.html", b"plain words", ".html"),
    ],
)  # fmt: skip
def test_a_file_is_of_the_kind_that_its_name_says(
    town: Town, name: str, content: bytes, said: str
) -> None:
    held = io.BytesIO(content)
    held.name = name
    refused = town.client("commission_secretary").post("/api/v1/files", {"file": held})
    assert refused.status_code == 422
    fault = refused.json()["problems"][0]
    assert fault["code"] == "file.kind"
    assert said in fault["detail"]
    assert "PDF、OFD、PNG、JPG、DOCX、XLSX" in fault["detail"]
    assert not StoredFile.objects.filter(name=name).exists()


def test_the_kinds_that_offices_use_are_taken(town: Town) -> None:
    whole = io.BytesIO()
    with zipfile.ZipFile(whole, "w") as archive:
        archive.writestr("OFD.xml", "<ofd:OFD/>")
    for name, content in (
        ("纪要.PDF", b"%PDF-1.7"), ("版式.ofd", whole.getvalue()), ("照片.jpeg", b"\xff\xd8\xff\xe0"), ("数据.csv", "单位,值".encode("gb18030")),
    ):  # fmt: skip
        town.file("commission_secretary", content, name)
