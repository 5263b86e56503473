"""Cases beside the plain year: a second instance, bulk improvement, a reopened year, claims, self-reports, tolerance, samples."""

import io
from datetime import date, timedelta
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openpyxl import load_workbook

from tests.e2e.test_year import adopt, agree_targets, board, change_target, report, run
from tests.web.beginnings import beginning
from tests.web.conftest import People
from tests.web.town import BOOK, INDICATORS, STATISTICS, UNITS, Town, packed
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.clock import now
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.workflow.roles import Role

BONUS = {
    "code": "HONOUR", "name": {"zh": "省级表彰", "en": "Provincial honour"}, "kind": "bonus", "least": 0.5, "most": 1, "cap": 1,
}  # fmt: skip


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


@beginning
def in_force(town: Town, period: str = "2025", **changes: Any) -> int:
    """The town's rulebook with something changed, adopted by the short way."""
    town.at("2026-03-12")
    file = town.file("office_indicators", packed(**changes), "town.zip")
    book = town.post("office_indicators", "rulebooks/draft", file=file, period=period)["id"]
    town.post("office_indicators", f"rulebooks/{book}/consult", until="2026-03-20")
    town.at("2026-03-23")
    town.post("office_director", f"rulebooks/{book}/submit")
    decision = town.decided(f"rulebook:{book}", "2026-1", "2026-03-23")
    town.post("commission_secretary", f"rulebooks/{book}/adopt", decision=decision)
    number: int = book
    return number


@beginning
def on_notice(town: Town, book: int) -> dict[str, Any]:
    """The year up to its public notice."""
    agree_targets(town, book)
    town.work()
    report(town, book)
    town.at("2026-04-08")
    tick(now())
    made = run(town, book)
    town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")
    town.post("office_procedure", f"runs/{made['result']}/publish")
    return {"result": made["result"], "run": made["run"]}


def rejected(town: Town, result: int) -> tuple[int, list[str]]:
    """An appeal that its panel rejects."""
    made = town.post(
        "unit_leader-D10", "appeals/draft", run=result, unit="D10", indicator="SEATS", ground="data_error",
        wanted="90", statement="9 个学位被误排除", evidence=[town.file("unit_leader-D10")],
    )["id"]  # fmt: skip
    town.post("unit_leader-D10", f"appeals/{made}/file")
    town.post("appeals_clerk", f"appeals/{made}/accept")
    panel = town.post("appeals_clerk", f"appeals/{made}/draw")["detail"]["panel"]
    for member in panel:
        town.post(member, f"appeals/{made}/vote", vote="reject", reasons="证据不足")
    town.post(panel[0], f"appeals/{made}/decide", reasons="证据不足")
    return made, panel


def test_the_commission_is_the_second_instance_where_the_rulebook_says_so(town: Town) -> None:
    procedure = BOOK["procedure"] | {
        "second_instance": True, "clocks": {"second_instance": {"length": 3, "unit": "working_days"}}
    }  # fmt: skip
    result = on_notice(town, in_force(town, procedure=procedure))["result"]
    made, panel = rejected(town, result)
    early = town.post("appeals_clerk", f"appeals/{made}/close", 422)
    assert early["type"] == "second.open", "the unit still has its days"
    town.post("unit_leader-D10", f"appeals/{made}/ask_second", second_reasons="漏看第三份证据")
    decision = town.decided(f"appeal:{made}", "2026-4", "2026-04-08")
    ruling = {"outcome": "uphold", "value": "90", "reasons": "证据成立", "decision": decision}
    blind = town.post("commission_secretary", f"appeals/{made}/rule", 422, **ruling)
    assert blind["type"] == "effect.absent", "the commission too sees the ripple first"
    assert town.client(panel[0]).get(f"/api/v1/appeals/{made}").json()["acts"] == []
    town.post("commission_secretary", f"appeals/{made}/preview", value="90")
    town.post("commission_secretary", f"appeals/{made}/rule", **ruling)
    town.post("office_data", f"appeals/{made}/apply")
    assert town.work()[-1].kind == "apply_appeal"
    assert ResultRun.objects.latest("pk").replaces_id == result
    again = town.post("unit_leader-D10", f"appeals/{made}/ask_second", 409, second_reasons="再来")
    assert again["type"] == "state.wrong", "the commission's word is the last"


def test_without_a_second_instance_a_rejection_closes_at_once(town: Town) -> None:
    result = on_notice(town, adopt(town))["result"]
    made, _ = rejected(town, result)
    none = town.post("unit_leader-D10", f"appeals/{made}/ask_second", 409, second_reasons="再看")
    assert none["type"] == "act.other"
    assert town.post("appeals_clerk", f"appeals/{made}/close")["state"] == "closed"


def test_red_lights_open_one_case_a_unit_and_later_ones_join_it(town: Town) -> None:
    result = on_notice(town, adopt(town))["result"]
    for _ in range(2):
        town.post("office_procedure", f"runs/{result}/trigger")
        done = town.work()[-1].result
        assert done is not None
    first = LedgerEntry.objects.filter(act="rectification.propose").count()
    cases = town.get("office_procedure", "rectification?limit=50")["items"]
    assert len(cases) == first > 0, "one case a unit, however often it is asked for"
    case = cases[0]
    path, held = f"rectification/{case['id']}", case["detail"]["indicators"]
    refused = town.post("office_procedure", f"{path}/join", 422, run=result)
    assert refused["type"] == "rectification.nothing_new", "the same lights are nothing to join"
    Rectification.objects.filter(pk=case["id"]).update(indicators=[held[0] | {"value": "0"}, *held[1:]])  # fmt: skip
    joined = town.post("office_procedure", f"{path}/join", run=result)
    assert joined["detail"]["indicators"] == held, "a known one comes with its newest value"
    # From a later period: what an earlier one found is nothing new, and the page names every period.
    later = [held[0] | {"period": "2026-Q1", "value": "0"}, *held[1:]]
    Rectification.objects.filter(pk=case["id"]).update(indicators=later)
    refused = town.post("office_procedure", f"{path}/join", 422, run=result)
    assert refused["type"] == "rectification.nothing_new"
    assert "更近期间" in refused["problems"][0]["detail"]
    Rectification.objects.filter(pk=case["id"]).update(indicators=[*later, held[0] | {"of": "D16"}])
    page = " ".join(town.client("office_procedure").get(f"/office/{path}/").content.decode().split())  # fmt: skip
    several = f"{held[0]['period']}、2026-Q1"
    assert f"{several} 整改" in page
    assert f"{several} 红灯指标 {len(later) + 1} 项" in page
    Rectification.objects.filter(pk=case["id"]).update(indicators=[held[0] | {"period": "2024"}, *held[1:]])  # fmt: skip
    assert town.post("office_procedure", f"{path}/join", run=result)["detail"]["indicators"] == held


@pytest.mark.beside_the_acts
@pytest.mark.parametrize(
    ("state", "why"),
    [("archived", "rectification.archived"), ("replaced", "rectification.overtaken"), ("set_aside", "rectification.overtaken"), ("final", ""), ("draft", "")],
)  # fmt: skip
def test_a_case_arises_from_no_archived_year_and_no_overtaken_result(
    town: Town, state: str, why: str
) -> None:
    """From one that is on notice or newly final, and from monitoring within the year, it does."""
    result = on_notice(town, adopt(town))["result"]
    town.post("office_procedure", f"runs/{result}/trigger")
    town.work()
    case = town.get("office_procedure", "rectification?limit=50")["items"][0]
    ResultRun.objects.filter(pk=result).update(state=state)
    join = f"rectification/{case['id']}/join"
    if not why:
        held = case["detail"]["indicators"]
        Rectification.objects.filter(pk=case["id"]).update(indicators=[held[0] | {"value": "0"}, *held[1:]])  # fmt: skip
        joined = town.post("office_procedure", join, run=result)
        assert joined["detail"]["indicators"] == held
        return
    for path, more in ((join, {}), ("rectification/propose", {"unit": "D13"})):
        said = town.post("office_procedure", path, 422, run=result, **more)["problems"][0]
        assert (said["code"], said["where"]) == (why, "run")


def test_a_case_closes_on_values_that_reach_their_targets(town: Town) -> None:
    """A plain number for every red indicator, within sense or confirmed; what misses its target says why."""
    result = on_notice(town, adopt(town))["result"]
    town.post("office_procedure", f"runs/{result}/trigger")
    town.work()
    case = next(one for one in town.get("office_procedure", "rectification?limit=50")["items"] if one["detail"]["indicators"])  # fmt: skip
    unit, red = case["detail"]["unit"], case["detail"]["indicators"]
    path = f"rectification/{case['id']}"
    slip = town.get("office_director", f"{path}/confirm/paper")
    (found,) = (part for part in slip["sections"] if part["title"] == "红灯指标")
    assert [row[2] for row in found["tables"][0]["rows"]] == [one["value"] for one in red]
    assert all("不低于" in row[5] or "不高于" in row[5] for row in found["tables"][0]["rows"])
    town.post("office_director", f"{path}/confirm")
    town.post("office_procedure", f"{path}/serve")
    plan = {
        "fact": "未达标",
        "cause": "统筹不足",
        "measures": "专班推进",
        "owner": "分管局长",
        "finish_on": "2026-06-30",
    }
    said = town.post(
        f"unit_leader-{unit}",
        f"{path}/answer",
        422,
        **plan | {"measures": "专班推进，电话 13900139000"},
    )
    assert said["type"] == "public.phone", "the portal shows the measures"
    for cost in ("900%", "-3 万元", "120", "百分之九"):
        said = town.post(f"unit_leader-{unit}", f"{path}/answer", 422, **plan, cost=cost)
        assert said["type"] == "cost.amount", cost
    plan["cost"] = "约 12 万元"
    town.post(f"unit_leader-{unit}", f"{path}/answer", **plan)
    town.post(
        f"unit_leader-{unit}", f"{path}/evidence", evidence=[town.file(f"unit_leader-{unit}")]
    )
    reached = [{"indicator": one["code"], "value": one["target"]} for one in red]

    def refused(rows: Any, **more: Any) -> Any:
        return town.post("office_indicators", f"{path}/accept", 422, measured=rows, answer="验收", **more)  # fmt: skip

    for text in ("abc", "约 90", "九十", "90%%"):
        fault = refused([reached[0] | {"value": text}, *reached[1:]])["problems"][0]
        assert (fault["code"], fault["where"]) == ("number", "measured.0.value")
    assert refused([reached[0] | {"indicator": "NONE"}])["type"] == "rectification.indicator"
    assert refused([reached[0], reached[0]])["type"] == "rectification.twice"
    low = [reached[0] | {"value": "1"}, *reached[1:]]
    missed = refused(low)["problems"][0]
    assert (missed["code"], missed["where"]) == ("rectification.missed", "why_missed")
    assert f"目标 {red[0]['target']}" in missed["detail"]
    assert town.get("office_indicators", path)["state"] == "checking"
    town.post(
        "office_indicators",
        f"{path}/accept",
        measured=low,
        answer="验收",
        why_missed="口径已调整，改按新目标考核",
    )
    page = town.client("office_indicators").get(f"/office/{path}/").content.decode()
    assert "口径已调整，改按新目标考核" in page


def test_without_a_target_a_case_closes_on_the_indicators_own_line(town: Town) -> None:
    """ANSWERED has no target: it is met from 90 points in a hundred on, and D16 was found at 80.25."""
    plain = [
        one | ({"method": {"kind": "direct"}, "light": {"by": "score", "watch": 0.9, "missed": 0.85}} if one["code"] == "ANSWERED" else {})
        for one in INDICATORS
    ]  # fmt: skip
    on_notice_with(town, plain)
    case = next(
        one for one in town.get("office_procedure", "rectification?limit=50")["items"] if one["detail"]["unit"] == "D16"
    )  # fmt: skip
    red = {one["code"]: one for one in case["detail"]["indicators"]}
    assert (red["ANSWERED"]["value"], red["ANSWERED"]["target"]) == ("80.25", "")
    path = f"rectification/{case['id']}"
    town.post("office_director", f"{path}/confirm")
    town.post("office_procedure", f"{path}/serve")
    plan = {"fact": "未达标", "cause": "统筹不足", "measures": "专班推进", "owner": "分管局长", "finish_on": "2026-06-30"}  # fmt: skip
    town.post("unit_leader-D16", f"{path}/answer", **plan)
    town.post("unit_leader-D16", f"{path}/evidence", evidence=[town.file("unit_leader-D16")])
    reached = [{"indicator": code, "value": one["target"]} for code, one in red.items() if code != "ANSWERED"]  # fmt: skip
    assert "得分不低于 27 分（满分的 90%）" in town.client("office_indicators").get(f"/office/{path}/").content.decode()  # fmt: skip
    for value in ("79", "80.25", "89.9"):
        said = town.post("office_indicators", f"{path}/accept", 422, answer="验收",
                         measured=[*reached, {"indicator": "ANSWERED", "value": value}])  # fmt: skip
        assert (said["type"], "达标线" in said["problems"][0]["detail"]) == ("rectification.missed", True)  # fmt: skip
    town.post("office_indicators", f"{path}/accept", answer="验收", measured=[*reached, {"indicator": "ANSWERED", "value": "90"}])  # fmt: skip
    page = town.client("office_indicators").get(f"/office/{path}/").content.decode()
    assert page.count("ANSWERED 按时办结率 90") > 1, "the measured value stands in the record of the act too"  # fmt: skip


def on_notice_with(town: Town, indicators: list[dict[str, Any]]) -> None:
    made = on_notice(town, in_force(town, indicators=indicators))
    town.post("office_procedure", f"runs/{made['result']}/trigger")
    town.work()


def test_a_closed_year_reopens_by_another_decision_only(town: Town) -> None:
    made = on_notice(town, adopt(town))
    path = f"runs/{made['result']}"
    town.at("2026-05-06")
    final = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    town.post("commission_secretary", f"{path}/finalise", decision=final)
    town.post("office_procedure", f"{path}/archive")
    first = town.work()[-1].result
    assert first is not None
    same = town.post(
        "commission_secretary", f"{path}/reopen", 422, reason="审计发现错误", decision=final
    )
    town.at("2026-06-08")
    desk = town.client("commission_secretary").get("/office/").content.decode()
    assert f"/office/results/{made['run']}/" not in desk, "nobody decided anything"
    other = town.decided(f"result:{made['result']}", "2026-6", "2026-06-08")
    assert same["type"] == "reopen.decision"
    secretary = town.client("commission_secretary")
    offered = secretary.get(f"/office/results/{made['run']}/").content.decode()
    assert f'value="{other}"' in offered
    assert f'value="{final}"' not in offered, "nothing is offered that would be refused"
    assert f"/office/results/{made['run']}/" in secretary.get("/office/").content.decode(), "decided, so it waits for who carries it out"  # fmt: skip
    town.post("commission_secretary", f"{path}/reopen", reason="审计发现错误", decision=other)
    opened = town.get("unit_leader-D10", path)
    assert (opened["state"], opened["due_on"]) == ("notice", "2026-06-15"), (
        "on notice for its days anew"
    )
    page = town.client("unit_leader-D10").get(f"/office/results/{made['run']}/").content.decode()
    assert "审计发现错误" in page, "the reason is there for everybody to read"
    assert "公示始于 2026-06-08" in page, "it was final in between"
    early = town.post("commission_secretary", f"{path}/finalise", 422, decision=other)
    assert early["type"] == "notice.running"
    town.at("2026-06-16")
    why = "经核实无须更正"
    left = town.post("commission_secretary", f"{path}/finalise", 422, left_out=why)
    assert left["type"] == "decision.absent", "final again only by a decision of its own"
    for old in (final, other):
        spent = town.post("commission_secretary", f"{path}/finalise", 422, decision=old, left_out=why)  # fmt: skip
        assert spent["type"] == "decision.spent", "neither what made it final nor what opened it"
    last = town.decided(f"result:{made['result']}", "2026-7", "2026-06-16")
    town.post("commission_secretary", f"{path}/finalise", decision=last, left_out=why)
    town.post("office_procedure", f"{path}/archive")
    second = town.work()[-1].result
    assert second is not None
    packages = {first["package"], second["package"]}
    assert len(packages) == 2, "the first package stays"
    assert all((Path(settings.HOME) / "archive" / name).is_file() for name in packages)


def test_a_bonus_is_claimed_from_the_catalogue_and_seen_by_all(town: Town) -> None:
    book = in_force(town, adjustments=[*BOOK["adjustments"], BONUS])
    claim = {
        "rulebook": book, "unit": "D10", "points": "1", "document": "省府证书 7 号", "decided_on": "2026-03-01",
        "reason": "获省级表彰", "evidence": [town.file("unit_leader-D10")],
    }  # fmt: skip
    outside = town.post("unit_leader-D10", "items/claim", 422, item="MEDAL", **claim)
    assert outside["type"] == "item.unknown"
    wrong = town.post("unit_leader-D10", "items/claim", 422, item="CIRCULAR", **claim)
    assert wrong["type"] == "item.bonus"
    made = town.post("unit_leader-D10", "items/claim", item="HONOUR", **claim)["id"]
    assert town.get("unit_leader-D13", f"items/{made}")["state"] == "claimed"
    assert (
        town.post("office_indicators", f"items/{made}/verify", reason="证书属实")["state"]
        == "settled"
    )


def test_what_is_settled_is_reopened_on_new_facts_only_and_leaves_the_lake(town: Town) -> None:
    book = adopt(town)
    item = town.post(
        "statistics", "items/enter", rulebook=book, unit="D16", supplier=STATISTICS, item="CIRCULAR", points="1",
        document="通报〔2026〕3号", decided_on="2026-03-20", reason="延误", evidence=[town.file("statistics")],
    )["id"]  # fmt: skip
    path, said = f"items/{item}", "当日系统停机"
    town.post("unit_leader-D16", f"{path}/object", objection=said)
    town.post("office_director", f"{path}/settle", reason="系统未停机")
    made = on_notice(town, book)
    before = town.get("unit_leader-D16", f"results/{made['run']}/units/D16")["score"]
    assert town.get("unit_leader-D16", path)["state"] == "loaded"
    bare = town.post("unit_leader-D16", f"{path}/reopen", 422, objection=said)
    assert bare["type"] == "field.missing", "new facts need new evidence"
    evidence = [town.file("unit_leader-D16", b"%PDF-1.7 log")]
    old = town.post("unit_leader-D16", f"{path}/reopen", 422, objection=said, evidence=evidence)
    assert old["type"] == "item.old_facts"
    facts = "上级日志证明停机"
    town.post("unit_leader-D16", f"{path}/reopen", objection=facts, evidence=evidence)
    waived = town.post("office_director", f"{path}/waive", reason="日志属实")
    assert waived["state"] == "waived"
    again = run(town, book)
    assert town.get("unit_leader-D16", path)["state"] == "revoked"
    after = board(town, "office_data", again["run"])["D16"]["score"]
    assert float(after) == float(before) + 1, "the point that was taken off is back"


def test_a_leader_signs_on_paper_and_somebody_else_records_it(town: Town) -> None:
    book = adopt(town)
    lines = [{"indicator": "SEATS", "value": "100", "baseline": "90"}]
    sheet = town.post("office_indicators", "targets/propose", rulebook=book, unit="D10", lines=lines)["id"]  # fmt: skip
    path = f"targets/{sheet}/agree"
    slip = town.get("unit_reporter-D10", f"{path}/paper")
    cells = [cell for part in slip["sections"] for table in part["tables"] for row in table["rows"] for cell in row]  # fmt: skip
    assert "SEATS 新增学位" in cells
    assert slip["origin"].startswith(f"年度目标第 {sheet} 号 · ")
    page = town.client("unit_reporter-D10").get(f"/office/targets/{sheet}/")
    assert f"/office/{path}/paper.docx" in page.content.decode()
    for form, head in (("docx", b"PK"), ("pdf", b"%PDF")):
        printed = town.client("unit_reporter-D10").get(f"/office/{path}/paper.{form}")
        assert printed.content.startswith(head)
    assert town.client("unit_reporter-D13").get(f"/office/{path}/paper.docx").status_code == 404
    minutes = [town.file("unit_reporter-D10")]
    alone = town.post("unit_reporter-D10", path, 422, consultation=minutes)
    assert alone["type"] == "paper.missing"
    scan = b"%PDF-1.7 signed by hand"
    paper = [town.file("unit_reporter-D10", scan, "signed.pdf")]
    assert town.post("unit_reporter-D10", path, consultation=minutes, paper=paper)["state"] == "agreed"  # fmt: skip
    said = LedgerEntry.objects.get(act="target.agree", subject=f"target:{sheet}").content
    assert sha256(scan).hexdigest() in str(said)
    assert "signed.pdf" in town.client("unit_leader-D10").get(f"/office/targets/{sheet}/").content.decode()  # fmt: skip


def test_a_report_after_its_day_says_why_it_is_late(town: Town) -> None:
    book = adopt(town)
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    town.work()
    one = next(
        one for one in town.get("unit_reporter-D10", "reports?limit=100")["items"]
        if one["detail"]["supplier"] == "D10"
    )  # fmt: skip
    town.at(f"{date.fromisoformat(one['due_on']) + timedelta(days=1)}")
    path = f"reports/{one['id']}/submit"
    assert town.post("unit_reporter-D10", path, 422, value="90")["type"] == "report.late"
    town.post("unit_reporter-D10", path, value="90", note="系统故障, 次日补报")
    assert Report.objects.get(pk=one["id"]).late
    accepted = town.post("office_data", f"reports/{one['id']}/verify")
    assert accepted["state"] == "confirmed", "the office takes a supplementary report, or not"


def test_a_value_that_would_be_red_says_why(town: Town) -> None:
    book = adopt(town)
    agree_targets(town, book)
    town.work()
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    town.work()
    held = town.get("office_data", "reports?limit=100")["items"]
    of = {(one["detail"]["unit"], one["detail"]["indicator"]): one["id"] for one in held}
    path = f"reports/{of['D10', 'SEATS']}/submit"
    assert town.post("unit_reporter-D10", path, 422, value="60")["type"] == "note.red"
    town.post("unit_reporter-D10", path, value="60", note="工期延误")
    growth = f"reports/{of['D13', 'GROWTH']}/supply"
    assert town.post("statistics", growth, 422, value="3.4")["type"] == "note.red", (
        "below 7 tenths of 5"
    )
    town.post("statistics", growth, value="3.5")


def test_a_self_report_says_all_that_it_must(town: Town) -> None:
    book = adopt(town)
    made = town.post(
        "unit_reporter-D10",
        "self-reports/draft",
        rulebook=book,
        unit="D10",
        achievement="完成 9 成",
    )["id"]
    short = town.post("unit_leader-D10", f"self-reports/{made}/file", 422)
    assert short["type"] == "self_report.part"
    texts = {"achievement": "完成 9 成", "unmet": "学位少 10 个, 工期延误", "measures": "倒排工期"}
    town.post("unit_reporter-D10", f"self-reports/{made}/save", **texts)
    town.post("unit_leader-D10", f"self-reports/{made}/file")
    assert town.client("unit_leader-D13").get(f"/api/v1/self-reports/{made}").status_code == 404
    town.post("office_indicators", f"self-reports/{made}/return", reason="原因不清")
    town.post("unit_leader-D10", f"self-reports/{made}/file")
    assert (
        town.post("office_indicators", f"self-reports/{made}/accept", reason="属实")["state"]
        == "accepted"
    )
    entry = LedgerEntry.objects.filter(act="self_report.file").count()
    assert entry == 2


def test_tolerance_waives_the_deduction_and_is_published_without_names(town: Town) -> None:
    book = adopt(town)
    item = town.post(
        "statistics", "items/enter", rulebook=book, unit="D16", supplier=STATISTICS, item="CIRCULAR", points="1",
        document="通报〔2026〕3号", decided_on="2026-03-20", reason="试点失败", evidence=[town.file("statistics")],
    )["id"]  # fmt: skip
    made = town.post(
        "unit_leader-D16", "tolerance/ask", rulebook=book, unit="D16", item=item, ground="pilot",
        facts="首创试点, 程序完备", evidence=[town.file("unit_leader-D16")],
    )["id"]  # fmt: skip
    decision = town.decided(f"tolerance:{made}", "2026-2", "2026-03-23")
    grant = {"answer": "符合三个区分开来", "decision": decision}
    named = town.post(
        "commission_secretary", f"tolerance/{made}/grant", 422, public_text="D16 的试点", **grant
    )
    assert named["type"] == "tolerance.named"
    town.post(
        "commission_secretary",
        f"tolerance/{made}/grant",
        public_text="一项改革试点未达预期",
        **grant,
    )
    assert town.get("unit_leader-D16", f"items/{item}")["state"] == "waived"
    assert town.client("unit_leader-D13").get(f"/api/v1/tolerance/{made}").status_code == 404
    published = town.get("unit_leader-D13", "tolerance-granted")
    assert [one["public_text"] for one in published] == ["一项改革试点未达预期"]
    assert (
        "试点未达预期"
        in town.client("unit_leader-D13").get("/office/tolerance/granted/").content.decode()
    )


def test_a_sample_can_be_drawn_again_from_its_seed_and_its_auditor_leaves_traces(
    town: Town,
) -> None:
    RoleGrant.objects.filter(role=Role.EXTERNAL_AUDITOR).update(valid_to=date(2026, 12, 31))
    book = adopt(town)
    empty = town.post("external_auditor", "audits/draw", 422, rulebook=book)
    assert empty["type"] == "audit.empty"
    report(town, book)
    made = town.post("external_auditor", "audits/draw", rulebook=book, size=3)
    about = made["detail"]
    assert about["purpose"] == "external"
    confirmed = town.get("office_data", "reports?state=confirmed&limit=100")["items"]
    held = {
        f"{one['detail']['unit']}/{one['detail']['indicator']}/{one['detail']['period']}": one["id"]
        for one in confirmed
    }
    assert sorted(about["drawn_from"]) == sorted(held)
    lots = {sha256(f"{about['seed']}:{name}".encode()).digest(): held[name] for name in held}
    again = [lots[lot] for lot in sorted(lots)[:3]]
    assert sorted(again) == sorted(entry["report"] for entry in about["entries"]), (
        "seed and list repeat the draw"
    )
    first_held = min(held.values())
    path = f"audits/{made['id']}"
    first, *others = about["entries"]
    for entry in others:
        town.post("external_auditor", f"{path}/find", entry=entry["id"], finding="agrees")
    open_ = town.post("external_auditor", f"{path}/close", 422)
    assert open_["type"] == "audit.open"
    why = town.post(
        "external_auditor",
        f"{path}/find",
        422,
        entry=first["id"],
        finding="differs",
        found_value="1",
    )
    assert why["type"] == "note.missing"
    town.post(
        "external_auditor",
        f"{path}/find",
        entry=first["id"],
        finding="differs",
        found_value="1",
        note="台账为 1",
    )
    asked = town.post("external_auditor", f"{path}/ask", text="为何不一致?")["detail"]["questions"][
        0
    ]
    town.post("office_data", f"{path}/answer", question=asked["id"], answer="录入有误, 已要求更正")
    unanswered = town.post("external_auditor", f"{path}/close", 422)
    assert unanswered["type"] == "audit.open"
    town.post(
        "office_data", f"{path}/reply", entry=first["id"], follows="correct", reply="已要求更正"
    )
    assert town.post("external_auditor", f"{path}/close")["state"] == "closed"
    town.get("external_auditor", f"reports/{first_held}")
    seen = LedgerEntry.objects.filter(
        act="audit.viewed", actor="external_auditor", subject=f"report:{first_held}"
    )
    assert seen.count() == 1
    town.get("external_auditor", "reports")
    assert town.client("external_auditor").get("/office/results/").status_code == 200
    lists = LedgerEntry.objects.filter(act="audit.viewed", actor="external_auditor")
    assert {"/api/v1/reports", "/office/results/"} <= set(lists.values_list("subject", flat=True))


MERGER = {
    "kind": "merger", "day": "2026-07-01", "units": [{"code": "D13"}, {"code": "D16"}],
    "heirs": [{"code": "D40", "name_zh": "城乡建设局"}], "basis": "机构改革方案",
}  # fmt: skip


def test_a_merger_moves_people_and_duties_and_drafts_the_rulebook(town: Town) -> None:
    book = in_force(town, "2026", version="2026-1", effective_from=date(2026, 1, 1))
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2026")
    town.work()
    late = town.post(
        "office_procedure", "reorganisations/ask", 422, **{**MERGER, "day": "2026-03-22"}
    )
    assert late["type"] == "day.past"
    wrong = town.post("office_procedure", "reorganisations/ask", 422, **{**MERGER, "kind": "split"})
    assert wrong["type"] == "reorganisation.shape"
    made = town.post("office_procedure", "reorganisations/ask", **MERGER)["id"]
    path = f"reorganisations/{made}"
    decision = town.decided(f"reorganisation:{made}", "2026-3", "2026-03-23")
    touched = town.post("commission_secretary", f"{path}/approve", decision=decision)["detail"][
        "effect"
    ]
    assert {row["unit"]: (row["accounts"], row["rulebooks"]) for row in touched} == {
        "D13": (2, [book]), "D16": (2, [book]),
    }  # fmt: skip
    page = town.client("office_indicators").get(f"/office/{path}/").content.decode()
    names = "、".join(Unit.objects.get(code=code).name_zh for code in ("D13", "D16"))
    assert f"合并：{names} → 城乡建设局" in page
    assert f'href="/office/rulebooks/{book}/"' in page
    assert "小城年度绩效考核方案 2026</a>" in page, "rulebooks by their names"
    drafts = town.post("office_indicators", f"{path}/draft_rules")["detail"]["drafts"]
    draft = RulebookVersion.objects.get(pk=drafts[0])
    assert draft.change_kind == "split"
    assert draft.state == "draft"
    held = book_of(draft)
    assert {event.unit: event.heirs[0].unit for event in held.succession} == {
        "D13": "D40",
        "D16": "D40",
    }
    assert {u.code: u.valid_to for u in held.units}["D13"] == date(2026, 6, 30)
    early = town.post("office_procedure", f"{path}/carry_out", 422)
    assert early["type"] == "reorganisation.early"
    town.at("2026-07-01")
    town.post("office_procedure", f"{path}/carry_out")
    assert Unit.objects.get(code="D13").valid_to == date(2026, 6, 30)
    suppliers = {
        one["detail"]["supplier"] for one in town.get("office_data", "reports?limit=100")["items"]
    }
    assert "D40" in suppliers
    assert not {"D13", "D16"} & suppliers, "what is owed is owed by the heir"
    town.post("secrecy_officer", f"{path}/move_roles")
    given = LedgerEntry.objects.filter(
        act="grant.given", actor="secrecy_officer", subject="account:unit_leader-D13"
    )
    assert given.exists(), "roles are given by the officer who gives roles, and by nobody else"
    mine = town.get("unit_reporter-D13", "reports?limit=100")["items"]
    owed = [one["acts"] for one in mine if one["detail"]["supplier"] == "D40"]
    assert owed
    assert all("submit" in acts and "supply" not in acts for acts in owed), (
        "the office looks at it: the heir's people alone would check their own values"
    )


def test_appeals_and_cases_of_ended_units_go_on_with_the_heir(town: Town, people: People) -> None:
    """On the result of a year through which they were there: what is red is the heir's to put right, and its people appeal."""
    result = on_notice(town, adopt(town))["result"]
    town.post("office_procedure", f"runs/{result}/trigger")
    town.work()
    left = next(one for one in town.get("office_procedure", "rectification?limit=50")["items"] if one["detail"]["unit"] == "D16")  # fmt: skip
    draft = {
        "run": result, "unit": "D16", "ground": "data_error", "statement": "漏计学位",
    }  # fmt: skip
    begun = town.post("unit_leader-D16", "appeals/draft", indicator="SEATS", wanted="61", **draft, evidence=[town.file("unit_leader-D16")])["id"]  # fmt: skip
    made = town.post("office_procedure", "reorganisations/ask", **MERGER | {"day": "2026-04-10"})["id"]  # fmt: skip
    path = f"reorganisations/{made}"
    decision = town.decided(f"reorganisation:{made}", "2026-3", "2026-04-08")
    town.post("commission_secretary", f"{path}/approve", decision=decision)
    town.at("2026-04-10")
    town.post("office_procedure", f"{path}/carry_out")
    town.post("secrecy_officer", f"{path}/move_roles")
    people.make("heir-only")
    people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D40"))
    Account.objects.update(must_change_password=False)
    town.post("heir-only", f"appeals/{begun}/file")
    form = town.client("heir-only").get(f"/office/appeals/new/draft/?run={result}&unit=D16")
    assert 'value="D16"' in form.content.decode()
    town.post("heir-only", "appeals/draft", indicator="ANSWERED", wanted="81", **draft, evidence=[town.file("heir-only")])  # fmt: skip
    town.post("appeals_clerk", f"appeals/{begun}/accept")
    case = f"rectification/{left['id']}"
    town.post("office_director", f"{case}/confirm")
    town.post("office_procedure", f"{case}/serve")
    assert "answer" in town.get("heir-only", case)["acts"]
    desk = town.client("heir-only").get("/office/").content.decode()
    assert f"/office/{case}/" in desk
    town.post("office_procedure", f"runs/{result}/trigger")
    town.work()
    cases = [one["detail"]["unit"] for one in town.get("office_procedure", "rectification?limit=50")["items"]]  # fmt: skip
    assert "D40" not in cases, "what is being put right already is not asked of the heir once more"
    assert cases.count("D16") == 1


def test_red_lights_of_units_that_ended_before_it_was_asked_become_the_heirs_case(
    town: Town,
) -> None:
    result = on_notice(town, adopt(town))["result"]
    made = town.post("office_procedure", "reorganisations/ask", **MERGER | {"day": "2026-04-10"})["id"]  # fmt: skip
    path = f"reorganisations/{made}"
    decision = town.decided(f"reorganisation:{made}", "2026-3", "2026-04-08")
    town.post("commission_secretary", f"{path}/approve", decision=decision)
    town.at("2026-04-10")
    town.post("office_procedure", f"{path}/carry_out")
    town.post("secrecy_officer", f"{path}/move_roles")
    said = town.post("office_procedure", "rectification/propose", 422, run=result, unit="D16")
    assert said["type"] == "unit.ended"
    town.post("office_procedure", f"runs/{result}/trigger")
    town.work()
    cases = {one["detail"]["unit"]: one["id"] for one in town.get("office_procedure", "rectification?limit=50")["items"]}  # fmt: skip
    assert "D40" in cases
    assert not {"D13", "D16"} & cases.keys()
    town.post("office_director", f"rectification/{cases['D40']}/confirm")
    town.post("office_procedure", f"rectification/{cases['D40']}/serve")
    assert "answer" in town.get("unit_leader-D16", f"rectification/{cases['D40']}")["acts"]


def test_a_rulebook_rolls_over_to_the_next_year(town: Town) -> None:
    closing = {"starts_on": date(2026, 2, 16), "ends_on": date(2026, 6, 30)}
    weights = [BOOK["weights"][0] | {"from": date(2023, 1, 1)}]
    book = in_force(town, effective_from=date(2023, 1, 1), weights=weights, procedure=BOOK["procedure"] | closing)  # fmt: skip
    town.post("office_indicators", f"rulebooks/{book}/roll_over", period="2026", version="2026-1")
    draft = RulebookVersion.objects.get(version="2026-1")
    assert (draft.state, draft.period, draft.effective_from) == ("draft", "2026", date(2026, 1, 1))
    old, procedure = book_of(RulebookVersion.objects.get(pk=book)), book_of(draft).procedure
    assert procedure is not None
    assert procedure.starts_on == date(2027, 2, 16), (
        "a year later, however long the rules have held"
    )
    assert book_of(draft).weights[0].table == old.weights[0].table
    assert book_of(draft).weights[0].from_ == date(2026, 1, 1)


def test_a_post_is_handed_over_with_what_is_open(town: Town) -> None:
    book = adopt(town)
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    town.work()
    grant = RoleGrant.objects.get(account__username="unit_reporter-D10")
    town.people.give(town.people.make("successor"), Role.POST_HOLDER, unit=grant.unit)
    Account.objects.filter(username="successor").update(must_change_password=False)
    given = {
        "grant": grant.pk,
        "successor": "successor",
        "day": "2026-03-24",
        "notes": "学位数据正在核对",
    }
    stranger = town.post("unit_reporter-D13", "handovers/prepare", 422, **given)
    assert stranger["type"] == "grant.absent", "nobody hands over another's post"
    made = town.post("unit_reporter-D10", "handovers/prepare", **given)
    assert made["detail"]["open"] == 1, "the report that waits for the post"
    path = f"handovers/{made['id']}"
    RoleGrant.objects.create(account=Account.objects.get(username="successor"), role=Role.SECTION_HEAD,
                             unit=grant.unit, valid_from=date(2025, 1, 1))  # fmt: skip
    town.post("successor", f"{path}/take")
    assert town.post("secrecy_officer", f"{path}/carry_out", 422)["type"] == "handover.early"
    town.at("2026-03-24")
    town.post("secrecy_officer", f"{path}/carry_out")
    items = town.get("successor", "reports?limit=100")["items"]
    report = next(one for one in items if one["detail"]["supplier"] == "D10")
    assert "submit" in report["acts"], "the draft goes on under the successor"
    held = town.client("unit_reporter-D10").get(f"/api/v1/reports/{report['id']}")
    assert held.status_code in {403, 404}


def test_the_overviews_say_who_is_late_who_eased_and_what_the_year_lacks(town: Town) -> None:
    book = adopt(town)
    sheets = agree_targets(town, book)
    change_target(town, sheets["D10"])
    eased = town.get("office_director", "changes-eased?period=2025")
    assert [
        (one["unit"], one["changes"][0]["before"], one["changes"][0]["after"]) for one in eased
    ] == [("D10", "95", "90")]
    assert (
        town.client("unit_leader-D10").get("/api/v1/changes-eased?period=2025").status_code == 403
    )
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    town.work()
    assert town.get("office_data", "reports-chase") == [], "nobody is late for what was asked today"
    town.at(f"{now().date() + timedelta(days=30)}")
    late = town.get("office_data", "reports-chase")
    assert {one["unit"]: len(one["reports"]) for one in late} == {
        **dict.fromkeys(UNITS, 1),
        STATISTICS: 8,
    }
    assert all(one["days"] > 0 for one in late)
    points = {one["en"]: one for one in town.get("office_data", "checklist")}
    assert points["this year's rulebooks are in force"]["missing"] == ["小城年度绩效考核方案"]
    assert points["office and commission are staffed"]["done"]
    found = town.get("unit_leader-D10", f"targets-cascade?rulebook={book}")
    assert found["coverage"]["covered"] == len(UNITS)
    pages = ("reports/chase/", "changes/eased/", "targets/cascade/", "checklist/")
    for page in pages:
        assert town.client("office_data").get(f"/office/{page}").status_code == 200


def test_units_accounts_and_roles_come_in_by_tables_wholly_or_not_at_all(town: Town) -> None:
    def bring(who: str, what: str, text: str) -> Any:
        held = io.BytesIO(text.encode())
        held.name = "table.csv"
        return town.client(who).post(f"/api/v1/{what}", {"file": held})

    assert (
        bring("office_data", "units-import", "代码,名称,类别\nX1,新局,市直部门\n").status_code
        == 403
    )
    bad = bring(
        "system_administrator", "units-import", "代码,名称,类别\nX1,新局,市直部门\nX2,,市直部门\n"
    )
    assert (bad.status_code, bad.json()["problems"][0]["where"]) == (422, "table.csv:3")
    assert not Unit.objects.filter(code="X1").exists()
    assert bring(
        "system_administrator", "units-import", "代码,名称,类别\nX1,新局,市直部门\n"
    ).json() == {"rows": 1}
    people = "账号,姓名\nnewone,新一\nnew two,新二\n"
    bad = bring("system_administrator", "accounts-import", people)
    assert (bad.status_code, bad.json()["problems"][0]["where"]) == (422, "table.csv:3")
    assert not Account.objects.filter(username="newone").exists()
    brought = bring("system_administrator", "accounts-import", people.replace("new two", "newtwo"))
    assert brought.json()["rows"] == 2
    roles = "账号,角色,单位代码\nnewone,单位负责人,X1\nnewtwo,安全审计员,\n"
    assert bring("system_administrator", "grants-import", roles).status_code == 403, (
        "another officer gives roles"
    )
    assert bring("secrecy_officer", "grants-import", roles).json() == {"rows": 2}
    assert RoleGrant.objects.get(account__username="newone").unit == Unit.objects.get(code="X1")
    page = town.client("system_administrator").post(
        "/office/organisation/import/", {"file": io.BytesIO(b"x")}
    )
    assert page.status_code == 422


def test_targets_go_out_and_come_in_by_one_table(town: Town) -> None:
    book = adopt(town)

    def bring(who: str, text: str) -> Any:
        held = io.BytesIO(text.encode())
        held.name = "targets.csv"
        return town.client(who).post(f"/api/v1/targets-import?rulebook={book}", {"file": held})

    rows = "单位代码,指标代码,目标值,基期值\nD10,SEATS,100,80\nD13,SEATS,120,\n"
    assert bring("unit_leader-D10", rows).status_code == 403
    wrong = bring("office_indicators", rows.replace("D13,SEATS,120", "D13,SEATS,many"))
    assert (wrong.status_code, wrong.json()["problems"][0]["where"]) == (422, "targets.csv:3")
    assert town.get("office_indicators", "targets")["count"] == 0, "none came in"
    assert bring("office_indicators", rows).json() == {"rows": 2}
    out = town.client("office_indicators").get(f"/api/v1/targets-table?rulebook={book}")
    page = load_workbook(io.BytesIO(out.content)).active
    assert page is not None
    told = [[cell.value for cell in row][:7] for row in page.iter_rows(min_row=2)]
    assert [(row[0], row[2], row[6]) for row in told] == [
        ("D10", "SEATS", "100"),
        ("D13", "SEATS", "120"),
    ]
    assert (
        town.client("office_indicators").get(f"/office/targets/table/{book}/").content[:2] == b"PK"
    )
    again = bring("office_indicators", rows)
    assert again.json()["type"] == "target.known", "a unit has one sheet"


def drafted(town: Town) -> int:
    file = town.file("office_indicators", packed(), "town.zip")
    number: int = town.post("office_indicators", "rulebooks/draft", file=file, period="2025")["id"]
    return number


def test_a_draft_is_written_cell_by_cell_and_goes_on_only_when_it_is_sound(town: Town) -> None:
    made = drafted(town)
    path, book = f"rulebooks/{made}/amend", lambda: book_of(RulebookVersion.objects.get(pk=made))
    town.post("office_indicators", path, indicator="SEATS", cells=[
        {"key": "name/zh", "value": "新增义务教育学位"}, {"key": "method/target", "value": "１２０"},
    ])  # fmt: skip
    seats = book().indicator("SEATS")
    assert (seats.name.zh, str(seats.method.target)) == ("新增义务教育学位", "120")  # type: ignore[union-attr]
    kept = book()
    for given, kind in (
        ({"cells": [{"key": "method/kind", "value": "nope"}]}, "field.method"),
        ({"cells": [{"key": "colour", "value": "red"}]}, "field.unknown"),
        ({"cells": [{"key": "basis/#99999", "value": "x"}]}, "cell.key"),
        ({"cells": [{"key": "name/zh/more", "value": "x"}]}, "cell.key"),
        ({"weights": [{"column": "*", "value": "viel"}]}, "field.number"),
    ):
        told = town.post("office_indicators", path, 422, indicator="SEATS", **given)
        assert told["type"] == kind, told
        assert told["problems"][0]["where"]
    assert book() == kept, "what does not fit changes nothing"
    town.post("office_indicators", path, indicator="SEATS", weights=[{"column": "*", "value": "41"}])  # fmt: skip
    uneven = town.post("office_indicators", f"rulebooks/{made}/consult", 422, until="2026-03-20")
    assert "101" in uneven["problems"][0]["detail"], "weights must reach the full mark first"
    last = town.post("office_indicators", f"rulebooks/{made}/remove", 422, indicator="ANSWERED", reason="并入热线考核")  # fmt: skip
    assert last["type"] == "dimension.empty"
    town.post("office_indicators", f"rulebooks/{made}/remove", indicator="GROWTH", reason="不再考核增速")  # fmt: skip
    assert [one.code for one in book().indicators] == ["ANSWERED", "SEATS"]
    town.post("office_indicators", path, indicator="SEATS", weights=[{"column": "*", "value": "70"}])  # fmt: skip
    town.post("office_indicators", f"rulebooks/{made}/consult", until="2026-03-20")
    told = LedgerEntry.objects.filter(act__in=("rulebook.amend", "rulebook.remove")).count()
    assert told == 4


def test_an_indicator_is_written_on_a_page_of_its_own(town: Town) -> None:
    made = drafted(town)
    desk, page = town.client("office_indicators"), f"/office/rulebooks/{made}/indicator/"
    assert page in desk.get(f"/office/rulebooks/{made}/").content.decode()
    version = RulebookVersion.objects.get(pk=made).row_version
    typed = {
        "code": "TREES", "row_version": version, "dimension": "tasks", "weight:*": "10", "cell:name/zh": "新植树木",
        "cell:name/en": "Trees planted", "cell:method/kind": "banded", "cell:source/zh": "林业系统",
    }  # fmt: skip
    shown = desk.post(page, typed | {"look": "1"}).content.decode()
    assert 'name="cell:method/knots/#0/at"' in shown
    assert 'value="Trees planted"' in shown
    assert not RulebookVersion.objects.filter(text__contains="TREES").exists(), "only looked at"
    wrong = desk.post(page, typed | {"cell:method/knots/#0/at": "zehn"})
    assert wrong.status_code == 422
    assert "“zehn”不是数字" in wrong.content.decode(), "the fault names what was typed"
    assert 'value="zehn"' in wrong.content.decode(), "what was typed stays"
    knots = {"0/at": "0", "0/share": "0", "1/at": "100", "1/share": "1"}
    done = desk.post(page, typed | {f"cell:method/knots/#{key}": value for key, value in knots.items()})  # fmt: skip
    assert done.status_code == 302, done.content.decode()
    late = desk.post(page, typed | {"cell:name/zh": "别的"})
    assert late.status_code == 409, "somebody wrote meanwhile"
    book = book_of(RulebookVersion.objects.get(pk=made))
    assert book.indicator("TREES").method.kind == "banded"  # type: ignore[union-attr]
    assert "110" in desk.get(f"/office/rulebooks/{made}/").content.decode(), "the check's word"
    assert town.client("unit_leader-D10").get(page).status_code in {403, 404}


def test_draft_targets_lie_open_to_everybody_before_they_are_signed(town: Town) -> None:
    procedure = BOOK["procedure"] | {"targets_open": {"length": 5, "unit": "calendar_days"}}
    book = in_force(town, procedure=procedure)
    early = town.post("office_indicators", f"rulebooks/{book}/open_targets", 422)
    assert early["type"] == "target.no_draft"
    lines = [{"indicator": "SEATS", "value": "100", "baseline": "90"}]
    sheet = town.post("office_indicators", "targets/propose", rulebook=book, unit="D10", lines=lines)["id"]  # fmt: skip
    minutes = [town.file("unit_leader-D10")]
    unheard = town.post("unit_leader-D10", f"targets/{sheet}/agree", 422, consultation=minutes)
    assert unheard["type"] == "target.public", "the public comes first"
    town.post("office_indicators", f"rulebooks/{book}/open_targets")
    town.work()
    again = town.post("office_indicators", f"rulebooks/{book}/open_targets", 409)
    assert again["type"] == "act.other"
    page = Path(settings.HOME) / "portal" / "targets" / f"{book}.html"
    shown = page.read_text(encoding="utf-8")
    until = RulebookVersion.objects.get(pk=book).targets_until
    assert until is not None
    assert all(one in shown for one in (str(until), "新增学位", ">90<", ">100<"))
    town.at(f"{until}")
    town.post("unit_leader-D10", f"targets/{sheet}/agree", 422, consultation=minutes)
    town.at(f"{until + timedelta(days=1)}")
    town.post("unit_leader-D10", f"targets/{sheet}/agree", consultation=minutes)
    town.work()
    assert "签订于" in page.read_text(encoding="utf-8"), "what was agreed stands beside the draft"


def test_a_fact_that_two_rulebooks_ask_for_is_reported_once(town: Town) -> None:
    first = in_force(town)
    other = town.file("office_indicators", packed(code="district", title={"zh": "小城专项考核", "en": "A second rulebook"}), "district.zip")  # fmt: skip
    second = town.post("office_indicators", "rulebooks/draft", file=other, period="2025")["id"]
    town.post("office_indicators", f"rulebooks/{second}/consult", until="2026-03-25")
    town.at("2026-03-26")
    town.post("office_director", f"rulebooks/{second}/submit")
    decision = town.decided(f"rulebook:{second}", "2026-2", "2026-03-26")
    town.post("commission_secretary", f"rulebooks/{second}/adopt", decision=decision)
    for book in (first, second):
        town.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
        told = town.work()[-1].result
    assert told is not None
    assert (told["opened"], told["reused"] > 0) == (0, True), "every fact is asked for already"
    owed = Report.objects.get(rulebook=first, unit__code="D10", indicator="SEATS")
    same = Report.objects.get(rulebook=second, unit__code="D10", indicator="SEATS")
    assert same.same_as == owed
    town.post("unit_reporter-D10", f"reports/{same.pk}/submit", 409, value="88")
    town.post("unit_reporter-D10", f"reports/{owed.pk}/submit", value="88")
    town.post("office_data", f"reports/{owed.pk}/verify")
    town.post("office_data", f"rulebooks/{second}/compute")
    town.work()
    same.refresh_from_db()
    assert (same.state, same.value) == ("loaded", "88")
    town.post(
        "unit_reporter-D10", f"reports/{same.pk}/ask_correction", 409, wanted="90", reason="漏报"
    )
