"""A decision of the commission carries what was before it, and nothing else; a rulebook ends by decision only."""

import json
from datetime import date
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.test_cases import in_force
from tests.e2e.test_waiting import has_on_desk
from tests.e2e.test_year import adopt
from tests.web.conftest import People
from tests.web.town import Town, packed
from zhengheng.domain.periods import parse_period
from zhengheng.web.decisions.models import Decision
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.rehearsing import rehearsable, tried
from zhengheng.web.targets.models import TargetSheet

SECRETARY = "commission_secretary"


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def drafted(town: Town, **changes: object) -> int:
    town.at("2026-03-12")
    file = town.file("office_indicators", packed(**changes), "town.zip")
    number: int = town.post("office_indicators", "rulebooks/draft", file=file, period="2025")["id"]
    return number


def submitted(town: Town, book: int, until: str, day: str) -> None:
    town.post("office_indicators", f"rulebooks/{book}/consult", until=until)
    town.at(day)
    town.post("office_director", f"rulebooks/{book}/submit")


def record(town: Town, subject: str, status: int = 422) -> dict[str, object]:
    minutes = [town.file(SECRETARY)]
    said: dict[str, object] = town.post(
        SECRETARY, "decisions/record", status, subject=subject, meeting="2026-1", held_on="2026-03-12",
        attendees="主任", approved=True, wording="同意", minutes=minutes,
    )  # fmt: skip
    return said


def text(town: Town, who: str, address: str) -> str:
    return town.client(who).get(address).content.decode()


def test_a_decision_is_about_what_was_submitted(town: Town) -> None:
    book = drafted(town)
    said = record(town, f"rulebook:{book}")
    assert said["type"] == "decision.not_submitted"
    town.post("office_indicators", f"rulebooks/{book}/consult", until="2026-03-20")
    assert record(town, f"rulebook:{book}")["type"] == "decision.not_submitted"
    assert f"rulebook:{book}" not in text(town, SECRETARY, "/office/decisions/new/record/")


def test_a_rulebook_that_changed_after_the_decision_needs_another(town: Town) -> None:
    book = drafted(town)
    submitted(town, book, "2026-03-20", "2026-03-23")
    decision = town.decided(f"rulebook:{book}", "2026-1", "2026-03-23")
    page = text(town, SECRETARY, f"/office/decisions/{decision}/")
    held = RulebookVersion.objects.get(pk=book)
    assert "版本 2025-1" in page
    assert held.wording[:16] in page
    assert "与现在的内容一致" in page
    town.post("office_director", f"rulebooks/{book}/return", reason="权重再议")
    file = town.file("office_indicators", packed(version="2025-1", title={"zh": "另一份方案", "en": "Another"}), "b.zip")  # fmt: skip
    town.post("office_indicators", f"rulebooks/{book}/replace", file=file)
    submitted(town, book, "2026-03-27", "2026-03-30")
    page = text(town, SECRETARY, f"/office/rulebooks/{book}/adopt/")
    assert f'value="{decision}"' not in page
    refused = town.post(SECRETARY, f"rulebooks/{book}/adopt", 422, decision=decision)
    assert refused["type"] == "decision.changed"
    assert held.wording[:16] in refused["problems"][0]["detail"]
    assert "内容在决定之后已经改变" in text(town, SECRETARY, f"/office/decisions/{decision}/")
    again = town.decided(f"rulebook:{book}", "2026-2", "2026-03-30")
    town.post(SECRETARY, f"rulebooks/{book}/adopt", decision=again)
    assert "已据此办理" in text(town, SECRETARY, f"/office/decisions/{again}/")


@pytest.mark.beside_the_acts
def test_what_changed_between_record_and_attestation_is_not_attested(town: Town) -> None:
    adopt(town)
    case = town.post(
        "office_procedure", "reorganisations/ask", kind="rename", day="2026-07-01", units=[{"code": "D13"}],
        heirs=[{"code": "D40", "name_zh": "城乡建设局"}], basis="机构改革方案",
    )["id"]  # fmt: skip
    minutes = [town.file(SECRETARY)]
    made = town.post(
        SECRETARY, "decisions/record", subject=f"reorganisation:{case}", meeting="2026-5", held_on="2026-03-23",
        attendees="主任", approved=True, wording="同意", minutes=minutes,
    )["id"]  # fmt: skip
    Reorganisation.objects.filter(pk=case).update(day=date(2026, 8, 1))
    refused = town.post("commission_member", f"decisions/{made}/attest", 422)
    assert refused["type"] == "decision.changed"
    assert "2026-07-01" in refused["problems"][0]["detail"]
    assert "2026-08-01" in refused["problems"][0]["detail"]


@pytest.fixture
def sheet(town: Town) -> int:
    """A target sheet before the commission: 92 was proposed, the unit wants 85."""
    return before_the_commission(town, "SEATS")


def before_the_commission(town: Town, indicator: str) -> int:
    book = adopt(town)
    lines = [{"indicator": indicator, "value": "92", "baseline": "80"}]
    made: int = town.post("office_indicators", "targets/propose", rulebook=book, unit="D10", lines=lines)["id"]  # fmt: skip
    town.post(
        "unit_leader-D10", f"targets/{made}/counter", opinion="场地不足", lines=[{"indicator": indicator, "value": "85"}],
        consultation=[town.file("unit_leader-D10")],
    )  # fmt: skip
    town.post("office_indicators", f"targets/{made}/escalate", reason="未达成一致")
    return made


def test_nobody_adds_a_target_to_what_was_attested(town: Town, sheet: int) -> None:
    decision = town.decided(f"target:{sheet}", "2026-2", "2026-03-23")
    typed = [{"indicator": "SEATS", "value": "81"}]
    refused = town.post(SECRETARY, f"targets/{sheet}/decide", 422, decision=decision, lines=typed)
    assert refused["type"] == "decision.unstated"
    assert "SEATS 新增学位 81 个" in refused["problems"][0]["detail"]
    town.post(SECRETARY, f"targets/{sheet}/decide", decision=decision)
    assert TargetSheet.objects.get(pk=sheet).lines.get().current == "92"


def test_the_target_that_the_commission_decides_stands_in_its_decision(
    town: Town, sheet: int
) -> None:
    subject, minutes = f"target:{sheet}", [town.file(SECRETARY)]
    body = {"subject": subject, "meeting": "2026-2", "held_on": "2026-03-23", "attendees": "主任", "approved": True,
            "wording": "同意", "minutes": minutes}  # fmt: skip
    for line in ({"indicator": "NONE", "value": "9"}, {"indicator": "SEATS", "value": "约 90"}):
        assert town.post(SECRETARY, "decisions/record", 422, **body, lines=[line])["problems"][0]["where"] == "lines"  # fmt: skip
    decision = town.decided(subject, "2026-2", "2026-03-23", lines=[{"indicator": "SEATS", "value": "90"}])  # fmt: skip
    page = text(town, "commission_member", f"/office/decisions/{decision}/")
    assert "SEATS 新增学位 90 个" in page
    assert "SEATS 新增学位 92 个" in page, "what was submitted"
    town.post(SECRETARY, f"targets/{sheet}/decide", decision=decision)
    line = TargetSheet.objects.get(pk=sheet).lines.get()
    assert (line.proposed, line.decided, line.current) == ("92", "90", "90")


def test_a_decided_value_is_as_sensible_as_one_that_is_signed(town: Town) -> None:
    """And confirmed once, where it is recorded."""
    sheet = before_the_commission(town, "ANSWERED")
    body = {"subject": f"target:{sheet}", "meeting": "2026-2", "held_on": "2026-03-23", "attendees": "主任", "approved": True,
            "wording": "同意", "minutes": [town.file(SECRETARY)]}  # fmt: skip
    line = {"indicator": "ANSWERED", "value": "900"}
    refused = town.post(SECRETARY, "decisions/record", 422, **body, lines=[line])["problems"][0]
    assert (refused["where"], refused["code"]) == ("lines", "number")
    decision = town.decided(f"target:{sheet}", "2026-2", "2026-03-23", lines=[{**line, "confirmation": "分批累计"}])  # fmt: skip
    assert "分批累计" in text(town, "commission_member", f"/office/decisions/{decision}/")
    town.post(SECRETARY, f"targets/{sheet}/decide", decision=decision)
    held = TargetSheet.objects.get(pk=sheet).lines.get()
    assert (held.current, held.confirmation) == ("900", "分批累计")


def test_a_wrong_record_is_put_right_by_another_of_the_same_meeting(town: Town, sheet: int) -> None:
    """The first stays to be read and carries nothing; once one is carried out, no other is recorded."""
    subject = f"target:{sheet}"
    first = town.decided(subject, "2026-2", "2026-03-23", lines=[{"indicator": "SEATS", "value": "89"}])  # fmt: skip
    second = town.decided(subject, "2026-2", "2026-03-23", lines=[{"indicator": "SEATS", "value": "90"}])  # fmt: skip
    assert f"已由同一次会议的第 {second} 号记录更正" in text(
        town, SECRETARY, f"/office/decisions/{first}/"
    )
    assert f"第 {first} 号" in text(town, "commission_member", f"/office/decisions/{second}/")
    refused = town.post(SECRETARY, f"targets/{sheet}/decide", 422, decision=first)
    assert refused["type"] == "decision.replaced"
    late = town.post(SECRETARY, "decisions/record", subject=subject, meeting="2026-2", held_on="2026-03-23", attendees="主任",
                     approved=True, wording="更正", minutes=[town.file(SECRETARY)])["id"]  # fmt: skip
    town.post(SECRETARY, f"targets/{sheet}/decide", decision=second)
    assert TargetSheet.objects.get(pk=sheet).lines.get().current == "90"
    assert town.post("commission_member", f"decisions/{late}/attest", 422)["type"] == "decision.spent"  # fmt: skip


@pytest.mark.beside_the_acts
def test_a_decision_of_an_earlier_release_goes_on_as_it_is(town: Town, sheet: int) -> None:
    decision = town.decided(f"target:{sheet}", "2026-2", "2026-03-23")
    Decision.objects.filter(pk=decision).update(seen={})
    assert "无从核对" in text(town, SECRETARY, f"/office/decisions/{decision}/")
    typed = [{"indicator": "SEATS", "value": "88"}]
    town.post(SECRETARY, f"targets/{sheet}/decide", decision=decision, lines=typed)
    assert TargetSheet.objects.get(pk=sheet).lines.get().current == "88"


def test_a_rulebook_is_retired_by_a_decision_of_its_own_with_a_reason(town: Town) -> None:
    book = adopt(town)
    path = f"rulebooks/{book}"
    town.post("office_director", f"{path}/retire", 422)
    adopted_by = RulebookVersion.objects.get(pk=book).decision_id
    spent = town.post(
        "office_director", f"{path}/retire", 422, decision=adopted_by, reason="不再执行"
    )
    assert spent["type"] in {"decision.spent", "decision.changed"}
    decision = town.decided(f"rulebook:{book}", "2026-8", "2026-03-23")
    assert "废止" in text(town, SECRETARY, f"/office/decisions/{decision}/")
    town.post("office_director", f"{path}/retire", decision=decision, reason="机构撤并，不再执行")
    assert town.get("office_director", path)["state"] == "retired"
    assert "机构撤并，不再执行" in text(town, "office_director", f"/office/{path}/")
    assert "按决定废止" in text(town, "office_indicators", "/office/"), "who drafted it reads of it"


def test_a_rulebook_is_not_retired_while_its_year_is_open(town: Town) -> None:
    book = in_force(town, period="2026")
    decision = town.decided(f"rulebook:{book}", "2026-8", str(RulebookVersion.objects.get(pk=book).adopted_on))  # fmt: skip
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2026")
    town.work()
    lines = [{"indicator": "SEATS", "value": "92", "baseline": "80"}]
    town.post("office_indicators", "targets/propose", rulebook=book, unit="D10", lines=lines)
    refused = town.post("office_director", f"rulebooks/{book}/retire", 422, decision=decision, reason="不再执行")  # fmt: skip
    assert {one["where"] for one in refused["problems"]} == {"report", "target"}
    assert "教育" in json.dumps(refused, ensure_ascii=False) or "D10" in json.dumps(refused)
    assert town.get("office_director", f"rulebooks/{book}")["state"] == "adopted"


def rolled(town: Town, book: int) -> RulebookVersion:
    town.post("office_indicators", f"rulebooks/{book}/roll_over", period="2027", version="2027")
    return RulebookVersion.objects.get(period="2027")


def test_a_roll_over_whose_source_was_replaced_does_not_come_in_force(town: Town) -> None:
    book = in_force(town, period="2026")
    draft = rolled(town, book)
    day = str(RulebookVersion.objects.get(pk=book).adopted_on)
    change = {"change_kind": "split", "changes_from": "2026-07-01", "version": "2026-b", "reason": "市政府调整目标", "basis": "文件"}  # fmt: skip
    town.post("office_indicators", f"rulebooks/{book}/change", **change)
    newer = RulebookVersion.objects.get(version="2026-b")
    town.post("office_indicators", f"rulebooks/{newer.pk}/consult", until="2026-04-20")
    town.at("2026-04-21")
    town.post("office_director", f"rulebooks/{newer.pk}/submit")
    decision = town.decided(f"rulebook:{newer.pk}", "2026-9", "2026-04-21")
    town.post(SECRETARY, f"rulebooks/{newer.pk}/adopt", decision=decision)
    refused = town.post(
        "office_indicators", f"rulebooks/{draft.pk}/consult", 422, until="2026-04-30"
    )
    assert refused["type"] == "rulebook.outdated", day
    assert "2026-b" in refused["problems"][0]["detail"]
    assert "结转为下一年度草案" in refused["problems"][0]["detail"]
    page = text(town, "office_indicators", f"/office/rulebooks/{draft.pk}/")
    assert "本稿不能再生效" in page
    assert '<span class="quiet">2026-b</span>' in page, "compared with what is in force now"
    for who, owes in (("office_indicators", True), ("office_director", False), (SECRETARY, False)):
        assert has_on_desk(town, who, f"rulebooks/{draft.pk}") is owes, who
    assert not has_on_desk(town, "office_indicators", f"rulebooks/{newer.pk}")
    town.post(
        "office_indicators", f"rulebooks/{newer.pk}/roll_over", period="2027", version="2027-b"
    )
    again = RulebookVersion.objects.get(version="2027-b")
    town.post("office_indicators", f"rulebooks/{again.pk}/consult", until="2026-04-30")


@pytest.mark.beside_the_acts
@pytest.mark.parametrize("role", ["assessed", "owner", "supplier"])
def test_a_rulebook_that_names_a_gone_unit_does_not_come_in_force(town: Town, role: str) -> None:
    book = in_force(town, period="2026")
    draft = rolled(town, book)
    code = "D13" if role == "assessed" else "D34"
    if role == "owner":
        held = json.loads(draft.text)
        held["indicators"][0]["owner"] = code
        RulebookVersion.objects.filter(pk=draft.pk).update(text=json.dumps(held, ensure_ascii=False), wording="x")  # fmt: skip
    Unit.objects.filter(code=code).update(valid_to=date(2026, 6, 30))
    refused = town.post(
        "office_indicators", f"rulebooks/{draft.pk}/consult", 422, until="2026-04-30"
    )
    assert refused["type"] == "rulebook.departed"
    said = " ".join(one["detail"] for one in refused["problems"])
    assert "2026-06-30" in said
    assert {"assessed": "被考核单位", "owner": "责任单位", "supplier": "数据提供单位"}[role] in said


def test_reports_of_a_period_to_come_open_only_where_its_day_is_confirmed(town: Town) -> None:
    path = f"rulebooks/{in_force(town, period='2027')}/open_reports"
    refused = town.post("office_data", path, 422, period="2027")
    assert refused["type"] == "reports.early"
    assert "2027-01-01" in refused["problems"][0]["detail"]
    assert town.post("office_data", path, 422, period="2027", begins="2027-01-02")["type"] == "reports.early"  # fmt: skip
    town.post("office_data", path, period="2027", begins="2027-01-01")


@pytest.mark.beside_the_acts
@pytest.mark.parametrize(
    ("kind", "period", "what_if"),
    [("split", "2025", True), ("restated", "2025", True), ("prospective", "2025", True), ("split", "2026", False),
     ("prospective", "2026", True)],
)  # fmt: skip
def test_a_change_of_any_kind_is_tried_on_the_last_published_year(
    town: Town, kind: str, period: str, what_if: bool
) -> None:
    book = in_force(town, period="2026")
    change = {"change_kind": kind, "changes_from": "2026-07-01", "version": "2026-b", "reason": "市政府调整目标", "basis": "文件"}  # fmt: skip
    town.post("office_indicators", f"rulebooks/{book}/change", **change)
    draft = RulebookVersion.objects.get(version="2026-b")
    assert tried(draft, parse_period(period))[1] is what_if
    assert rehearsable(draft) == "2026"
    old = RulebookVersion.objects.get(pk=book)
    old.pk, old.version, old.period = None, "2025-1x", "2025"
    old.save()
    ResultRun.objects.create(run="a" * 16, rulebook=old.code, period="2025", version=old, title_zh="小城", state="notice", made_at=old.made_at)  # fmt: skip
    assert rehearsable(draft) == "2025"
