"""What goes on with the heir after units ended: each thing told by the unit that it was about."""

import re
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings

from tests.e2e import test_year
from tests.e2e.test_cases import BONUS, MERGER, in_force, on_notice
from tests.web.conftest import People
from tests.web.town import BOOK, INDICATORS, Town
from zhengheng.web.accounts.models import Account
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.roles import Role


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


RENAMED = MERGER | {"kind": "rename", "day": "2026-03-27", "units": [{"code": "D16"}], "heirs": [{"code": "D46", "name_zh": "住房局", "name_en": "Housing"}]}  # fmt: skip


def carried_out(town: Town, met: str = "2026-03-23", **asked: Any) -> None:
    """A reorganisation, done on its day; the people's roles are not moved yet."""
    made = town.post("office_procedure", "reorganisations/ask", **asked)["id"]
    decision = town.decided(f"reorganisation:{made}", f"机构改革 2026-{made}", met)
    town.post("commission_secretary", f"reorganisations/{made}/approve", decision=decision)
    town.at(asked["day"])
    town.post("office_procedure", f"reorganisations/{made}/carry_out")


def test_a_year_that_is_over_is_about_the_unit_that_it_assesses(town: Town, people: People) -> None:
    """The heir's people claim, ask and account for it under its own name, in every act of that year alike."""
    book = in_force(town, adjustments=[*BOOK["adjustments"], BONUS])
    carried_out(town, **RENAMED)
    people.make("heir-only")
    people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D46"))
    Account.objects.update(must_change_password=False)
    paper = [town.file("heir-only")]
    acts: dict[str, dict[str, Any]] = {
        "items": {"act": "claim", "item": "HONOUR", "points": "1", "document": "省府证书 7 号", "decided_on": "2026-03-01", "reason": "获省级表彰", "evidence": paper},
        "tolerance": {"act": "ask", "ground": "pilot", "facts": "首创试点，程序完备", "evidence": paper},
        "self-reports": {"act": "draft", "achievement": "完成九成"},
    }  # fmt: skip
    for path, body in acts.items():
        act = body.pop("act")
        form = town.client("heir-only").get(f"/office/{path}/new/{act}/").content.decode()
        assert 'value="D16"' in form, path
        said = town.post("heir-only", f"{path}/{act}", 422, rulebook=book, unit="D46", **body)
        assert said["type"] == "item.unit", path
        assert "考核的是“" in str(said), path
        town.post("heir-only", f"{path}/{act}", rulebook=book, unit="D16", **body)


def test_work_of_an_ended_unit_waits_for_its_heirs_people(town: Town, people: People) -> None:
    """Who gives roles reads of the heir, where it has nobody; never of a unit at which no role can be given any more."""
    book = in_force(town, "2026")
    town.post("office_indicators", "targets/propose", rulebook=book, unit="D16", lines=[{"indicator": "SEATS", "value": "1000"}], due_on="2026-03-30")  # fmt: skip
    carried_out(town, **RENAMED)
    Account.objects.filter(username__endswith="-D16").update(is_active=False)
    page = town.client("secrecy_officer").get("/office/").content.decode()
    assert "共 1 个：住房局。请授予角色。" in page
    people.make("heir-only")
    people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D46"))
    page = town.client("secrecy_officer").get("/office/").content.decode()
    assert "请授予角色" not in page


def test_a_merger_of_one_and_a_share_of_nothing_are_named_for_what_they_are(town: Town) -> None:
    town.at("2026-03-12")
    said = town.post("office_procedure", "reorganisations/ask", 422, **RENAMED | {"kind": "merger"})
    assert "是更名，不是合并" in str(said)
    into = {"heirs": [{"code": "D10", "name_zh": Unit.objects.get(code="D10").name_zh}]}
    town.post("office_procedure", "reorganisations/ask", **RENAMED | {"kind": "merger"} | into)
    for shares, told in ((("0", "1"), ["“东局”的承继份额为 0，应大于 0"]), (("0.5", "0.4"), ["份额合计为 0.9，应为 1"]), (("-1", "2.5"), ["应大于 0", "份额合计为 1.5"])):  # fmt: skip
        heirs = [{"code": "D51", "name_zh": "东局", "share": shares[0]}, {"code": "D52", "name_zh": "西局", "share": shares[1]}]  # fmt: skip
        split = RENAMED | {"kind": "split", "units": [{"code": "D19"}], "heirs": heirs}
        said = town.post("office_procedure", "reorganisations/ask", 422, **split)
        assert all(one in str(said) for one in told), said
        assert ("合计" in str(said)) is any("合计" in one for one in told)


def test_a_running_year_says_the_way_out_until_its_amendment_is_in_force(town: Town, people: People) -> None:  # fmt: skip
    """Neither the ended unit nor its heir is acted for before, in any act of the year; after it the heir is."""
    book = in_force(town, "2026", adjustments=[*BOOK["adjustments"], BONUS])
    lines = [{"indicator": "SEATS", "value": "1000"}]
    town.post("office_indicators", "targets/propose", rulebook=book, unit="D16", lines=lines)
    carried_out(town, **RENAMED)
    people.make("heir-only")
    people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D46"))
    Account.objects.update(must_change_password=False)
    paper = [town.file("heir-only")]
    claim = {"item": "HONOUR", "points": "1", "document": "省府证书 7 号", "decided_on": "2026-03-01", "reason": "获省级表彰", "evidence": paper}  # fmt: skip
    asked: list[tuple[str, str, dict[str, Any]]] = [
        ("heir-only", "items/claim", claim),
        ("heir-only", "tolerance/ask", {"ground": "pilot", "facts": "首创试点，程序完备", "evidence": paper}),
        ("heir-only", "self-reports/draft", {"achievement": "完成九成"}),
        ("office_indicators", "targets/propose", {"lines": lines}),
    ]  # fmt: skip
    for who, path, body in asked:
        for unit in ("D46", "D16"):
            if (path, unit) == ("items/claim", "D16"):
                people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D16"), valid_from=date(2026, 3, 12))  # fmt: skip
            said = town.post(who, path, 422, rulebook=book, unit=unit, **body)
            assert said["type"] == "unit.unwritten", (path, unit, said)
            assert "生成方案修订草案" in str(said)
            assert "住房局" in str(said)
    case = town.get("office_procedure", "reorganisations")["items"][0]["id"]
    draft = town.post("office_indicators", f"reorganisations/{case}/draft_rules")["detail"]["drafts"][-1]  # fmt: skip
    home = town.client("office_indicators").get("/office/").content.decode()
    assert "承继单位没有目标" not in home, "the year does not know the heir yet"
    now = put_in_force(town, draft)
    home = town.client("office_indicators").get("/office/").content.decode()
    assert "承继单位没有目标：住房局" in home
    address = f"/office/targets/new/propose/?rulebook={now}&amp;unit=D46"
    assert address in home
    form = town.client("office_indicators").get(address.replace("&amp;", "&")).content.decode()
    assert 'value="D46" selected' in " ".join(form.split())
    for who, path, body in asked:
        town.post(who, path, rulebook=now, unit="D46", **body)
    home = town.client("office_indicators").get("/office/").content.decode()
    assert "承继单位没有目标" not in home


def put_in_force(town: Town, draft: int) -> int:
    """An amendment, consulted on, decided and adopted; gives the version."""
    town.post("office_indicators", f"rulebooks/{draft}/consult", until="2026-03-30")
    town.at("2026-03-31")
    town.post("office_director", f"rulebooks/{draft}/submit")
    decision = town.decided(f"rulebook:{draft}", "2026-修订", "2026-03-31")
    town.post("commission_secretary", f"rulebooks/{draft}/adopt", decision=decision)
    return draft
