"""The panel of an appeal is nobody's to choose: who sits, how many, and what the decision is, the lot, the rulebook and the votes say."""

import re
from typing import Any

import pytest

from tests.e2e.test_appeals import accepted, adopted, on_notice, town
from tests.web.town import BOOK, Town
from zhengheng.web.accounts.models import RoleGrant
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.organisation.models import Unit
from zhengheng.workflow.roles import Role

__all__ = ["town"]

ROW = {"indicator": "RATE", "value_period": "2025-06"}


def appealed(town: Town, result: int, wanted: str = "97", **about: str) -> int:
    about = about or ROW
    return accepted(town, result, about["indicator"], wanted, **{k: v for k, v in about.items() if k != "indicator"})  # fmt: skip


def drawn(town: Town, number: int) -> list[str]:
    held: list[str] = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]["panel"]
    return held


def text_of(town: Town, who: str, number: int) -> str:
    page = town.client(who).get(f"/office/appeals/{number}/").content.decode()
    return " ".join(re.sub(r"<[^>]+>", " ", page).split())


@pytest.mark.parametrize(
    "again",
    [ROW, {"indicator": "RATE"}],
    ids=["the same row", "the whole period, which the row is part of"],
)
@pytest.mark.parametrize("leaves", [False, True])
def test_a_matter_that_was_withdrawn_and_filed_again_keeps_its_panel(
    town: Town, again: dict[str, str], leaves: bool
) -> None:
    made = on_notice(town, adopted(town))
    spare = town.post("unit_leader-D10", "appeals/draft", run=made["result"], unit="D10", ground="data_error", wanted="96", statement="漏统", **again)["id"]  # fmt: skip
    first = appealed(town, made["result"])
    panel = drawn(town, first)
    left = panel[1] if leaves else ""
    if left:
        town.post(left, f"appeals/{first}/recuse", reason="与负责人系同学")
        conflict = town.get(left, "conflicts")["items"][0]["id"]
        town.post(left, f"conflicts/{conflict}/end")
    town.post("unit_leader-D10", f"appeals/{first}/withdraw")
    town.post("unit_leader-D10", f"appeals/{spare}/file")
    town.post("appeals_clerk", f"appeals/{spare}/accept")
    sits = drawn(town, spare)
    kept = [one for one in panel if one != left]
    assert sits[: len(kept)] == kept, "no other lot, whichever draft it is filed by"
    assert len(sits) == 3
    assert left not in sits, "who stepped back from the matter stays out of it"
    held = town.get("appeals_clerk", f"appeals/{spare}")["detail"]
    assert held["former"][0]["draws"] == town.get("appeals_clerk", f"appeals/{first}")["detail"]["draws"]  # fmt: skip
    assert len(held["draws"][0]["drawn"]) == 3 - len(kept)
    assert bool(held["draws"][0]["seed"]) == bool(left), "a seed stands where a lot was drawn"
    page = text_of(town, "unit_leader-D10", spare)
    assert held["former"][0]["draws"][0]["seed"] in page, "the earlier draw is shown"
    assert "沿用" in page


def test_another_matter_gets_a_lot_of_its_own(town: Town) -> None:
    made = on_notice(town, adopted(town))
    first = appealed(town, made["result"])
    drawn(town, first)
    town.post("unit_leader-D10", f"appeals/{first}/withdraw")
    other = appealed(town, made["result"], indicator="SHARE")
    held = town.post("appeals_clerk", f"appeals/{other}/draw")["detail"]
    assert held["former"] == []
    assert len(held["draws"][0]["drawn"]) == 3


def test_who_files_the_parts_of_a_matter_chooses_among_no_panels(town: Town) -> None:
    """Two rows, each drawn for and withdrawn: the whole period goes to the panel of the first, and filed again stays there."""
    made = on_notice(town, adopted(town))
    panels = {}
    for period in ("2025-06", "2025-12"):
        number = appealed(town, made["result"], indicator="RATE", value_period=period)
        panels[number] = drawn(town, number)
        town.post("unit_leader-D10", f"appeals/{number}/withdraw")
    first, second = panels
    before = first
    for _ in range(2):
        whole = appealed(town, made["result"], indicator="RATE")
        assert drawn(town, whole) == panels[first]
        held = town.get("appeals_clerk", f"appeals/{whole}")["detail"]
        assert held["draws"][0]["former"] == before
        assert {one["id"] for one in held["former"]} >= {first, second}
        town.post("unit_leader-D10", f"appeals/{whole}/withdraw")
        before = whole
    again = appealed(town, made["result"], indicator="RATE", value_period="2025-12")
    assert drawn(town, again) == panels[second], "the row has its own"


@pytest.mark.parametrize("leaves", [False, True])
def test_the_first_vote_ends_the_withdrawal(town: Town, leaves: bool) -> None:
    """Also where whoever cast it stepped back afterwards and took it along."""
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"])
    panel = drawn(town, number)
    assert "withdraw" in town.get("unit_leader-D10", f"appeals/{number}")["acts"]
    town.post(panel[0], f"appeals/{number}/vote", vote="reject", reasons="证据不足")
    if leaves:
        town.post(panel[0], f"appeals/{number}/recuse", reason="与负责人系同学")
    assert "withdraw" not in town.get("unit_leader-D10", f"appeals/{number}")["acts"]
    town.post("unit_leader-D10", f"appeals/{number}/withdraw", 409)
    assert Appeal.objects.get(pk=number).state == "accepted"
    assert "不能再撤回" in text_of(town, "unit_leader-D10", number)


def test_the_rulebook_says_how_many_sit_and_the_clerk_does_not(town: Town) -> None:
    made = on_notice(town, adopted(town, procedure={**BOOK["procedure"], "panel": 5}))
    number = appealed(town, made["result"])
    asked = town.post("appeals_clerk", f"appeals/{number}/draw", 422, seats=1)
    assert asked["type"].startswith("field."), "it is no field any more"
    interests = {who: town.post(who, "conflicts/declare", unit="D10", reason=f"{who} 的亲属在该局任职")["id"] for who in ("panel-1", "panel-2")}  # fmt: skip
    few = town.post("appeals_clerk", f"appeals/{number}/draw", 422)["problems"][0]
    assert (few["code"], few["where"]) == ("panel.few", "panel")
    for who, todo in (
        ("secrecy_officer", "请授予评审组成员的角色。"),
        ("appeals_clerk", "增补以后再抽取。"),
    ):
        home = town.client(who).get("/office/").content.decode()
        assert "可以抽取的评审组成员还缺 1 人" in home, "who appoints them reads of it"
        assert todo in home
    for who in interests:
        assert f"{who} 的亲属在该局任职" in few["detail"], "who is kept out, and why"
    assert "需要抽取 5 人，可抽取的只有 4 人" in few["detail"]
    town.post("panel-2", f"conflicts/{interests['panel-2']}/end")
    assert (
        "可以抽取的评审组成员还缺"
        not in town.client("secrecy_officer").get("/office/").content.decode()
    )
    assert len(drawn(town, number)) == 5


def test_where_the_rulebook_says_nothing_three_sit(town: Town) -> None:
    made = on_notice(town, adopted(town))
    assert len(drawn(town, appealed(town, made["result"]))) == 3


def test_a_panel_that_an_earlier_home_drew_goes_on(town: Town) -> None:
    """One of one, and votes without a value: read as they are, and a support is for what was asked."""
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"])
    panel = drawn(town, number)
    PanelSeat.objects.filter(appeal=number, account__username__in=panel[1:]).delete()
    appeal = Appeal.objects.get(pk=number)
    PanelSeat.objects.filter(appeal=number).update(vote="uphold", reasons="证据属实")
    Appeal.objects.filter(pk=number).update(draws=[appeal.draws[0] | {"seats": 1, "drawn": panel[:1]}])  # fmt: skip
    assert "认定的数值为 97 %" in text_of(town, panel[0], number)
    town.post(panel[0], f"appeals/{number}/preview", value="97")
    town.post(panel[0], f"appeals/{number}/decide", reasons="证据属实")
    held = Appeal.objects.get(pk=number)
    assert (held.outcome, held.decided_value) == ("uphold", "97")


def voted(town: Town, number: int, votes: list[dict[str, Any]]) -> list[str]:
    panel = drawn(town, number)
    for member, said in zip(panel, votes, strict=True):
        town.post(member, f"appeals/{number}/vote", reasons="依据台账", **said)
    return panel


UPHOLD, REJECT = {"vote": "uphold"}, {"vote": "reject"}


def part(value: str) -> dict[str, Any]:
    return {"vote": "partly", "value": value}


@pytest.mark.parametrize(
    ("votes", "outcome", "value", "others"),
    [
        ([UPHOLD, UPHOLD, REJECT], "支持", "97", ["96", "90", "98"]),
        ([REJECT, part("95"), part("95.00")], "部分支持", "95", ["96", "97"]),
        ([REJECT, UPHOLD, REJECT], "驳回", "", ["97", "95"]),
    ],
)  # fmt: skip
def test_the_outcome_and_the_value_are_the_majority_s(
    town: Town, votes: list[dict[str, Any]], outcome: str, value: str, others: list[str]
) -> None:
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"])
    panel = voted(town, number, votes)
    page = text_of(town, panel[0], number)
    assert f"结论为“{outcome}”" in page, "said before the signature"
    assert f"认定的数值为 {value} %" in page if value else "数值不变" in page
    paper = town.client(panel[0]).get(f"/office/appeals/{number}/decide/paper.docx")
    assert paper.status_code == 200
    for other in others:
        town.post(panel[0], f"appeals/{number}/preview", value=other)
        refused = town.post(panel[0], f"appeals/{number}/decide", 422, value=other, reasons="另有考虑")["problems"][0]  # fmt: skip
        assert (refused["code"], refused["where"]) == ("value.voted", "value")
    if value:
        town.post(panel[0], f"appeals/{number}/preview", value=value)
    town.post(panel[0], f"appeals/{number}/decide", reasons="依据台账")
    held = Appeal.objects.get(pk=number)
    assert (held.decided_value, f"结论为“{outcome}”" in page) == (value, True)
    assert {"uphold": "支持", "partly": "部分支持", "reject": "驳回"}[held.outcome] == outcome


def test_two_parts_of_the_unit_s_wish_are_two_opinions(town: Town) -> None:
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"])
    panel = voted(town, number, [part("95"), part("96"), REJECT])
    town.post(panel[0], f"appeals/{number}/preview", value="95")
    open_ = town.post(panel[0], f"appeals/{number}/decide", 422, value="95", reasons="依据台账")
    assert open_["type"] == "panel.open"
    town.post(panel[1], f"appeals/{number}/vote", reasons="评议后同意", **part("95"))
    town.post(panel[0], f"appeals/{number}/decide", reasons="依据台账")
    assert Appeal.objects.get(pk=number).decided_value == "95"


@pytest.mark.parametrize(
    ("wanted", "said", "code"),
    [
        ("97", part(""), "value.missing"),
        ("97", part("97.0"), "vote.value"),
        ("97", UPHOLD | {"value": "96"}, "vote.value"),
        ("97", REJECT | {"value": "96"}, "value.none"),
        ("97", part("90.00"), "value.unchanged"),
        ("97", part("九十"), "number"),
        ("", UPHOLD, "value.missing"),
        ("", UPHOLD | {"value": "90"}, "value.unchanged"),
        ("", UPHOLD | {"value": "80"}, "value.away"),
    ],
)  # fmt: skip
def test_a_vote_is_for_a_value_that_can_be_decided_under_its_name(
    town: Town, wanted: str, said: dict[str, Any], code: str
) -> None:
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"], wanted)
    panel = drawn(town, number)
    refused = town.post(panel[0], f"appeals/{number}/vote", 422, reasons="依据台账", **said)
    assert (refused["type"], refused["problems"][0]["where"]) == (code, "value")
    assert PanelSeat.objects.exclude(vote="").count() == 0


def test_precedents_say_all_three_values_of_one_thing(town: Town) -> None:
    """A row's value, or the whole period's: published, asked for and decided alike."""
    made = on_notice(town, adopted(town))
    row = appealed(town, made["result"])
    panel = voted(town, row, [part("95")] * 3)
    town.post(panel[0], f"appeals/{row}/preview", value="95")
    town.post(panel[0], f"appeals/{row}/decide", reasons="依据台账")
    town.post("office_data", f"appeals/{row}/apply")
    town.work()
    refused = appealed(town, made["result"], "96", indicator="RATE", value_period="2025-09")
    voted(town, refused, [REJECT] * 3)
    town.post(town.get("appeals_clerk", f"appeals/{refused}")["detail"]["panel"][0], f"appeals/{refused}/decide", reasons="依据台账")  # fmt: skip
    town.post("appeals_clerk", f"appeals/{refused}/close")
    other = appealed(town, made["result"], "99", indicator="SHARE")
    page = text_of(town, "appeals_clerk", other)
    assert "2025-Q2 的一行数据， 公示值 90.00 %， 申请改为 97 %， 决定为 95 %；" in page
    assert "全期数值由 85.00 % 变为 86.25 %" in page
    assert "2025-Q3 的一行数据， 公示值 85.00 %， 申请改为 96 %，" in page
    panel = voted(town, other, [UPHOLD] * 3)
    town.post(panel[0], f"appeals/{other}/preview", value="99")
    town.post(panel[0], f"appeals/{other}/decide", reasons="依据台账")
    town.post("office_data", f"appeals/{other}/apply")
    town.work()
    last = appealed(town, made["result"], "96", indicator="RATE", value_period="2025-12")
    page = text_of(town, "appeals_clerk", last)
    assert "整个考核期（2025）的数值， 公示值 75.00 %， 申请改为 99 %， 决定为 99 %；" in page


def posted(town: Town, who: str, unit: str) -> int:
    """A post at a unit for a member of the panel."""
    held: RoleGrant = town.people.give(town.people[who], Role.POST_HOLDER, unit=Unit.objects.get(code=unit))  # fmt: skip
    return held.pk


def test_a_role_in_a_section_or_taken_back_keeps_one_out_of_the_draw(town: Town) -> None:
    """So does an interest declared in a section; a role that ended before the assessed year does not."""
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"])
    posted(town, "panel-1", "D10-1")
    RoleGrant.objects.filter(pk=posted(town, "panel-2", "D10")).update(valid_from="2025-01-01", revoked_at="2025-02-03T09:00+08:00")  # fmt: skip
    RoleGrant.objects.filter(pk=posted(town, "panel-3", "D10")).update(valid_from="2024-01-01", valid_to="2024-12-31")  # fmt: skip
    town.post("panel-4", "conflicts/declare", unit="D10-1", reason="配偶在该科任职")
    few = town.post("appeals_clerk", f"appeals/{number}/draw")["detail"]
    assert {one["account"]: one["zh"] for one in few["excluded"]} == {
        "panel-1": "在教育局办公室任职", "panel-2": "在教育局任职，至 2025-02-03", "panel-4": "申报与办公室有利益关系：配偶在该科任职",
    }  # fmt: skip
    assert "panel-3" in {one for draw in few["draws"] for one in draw["pool"]}


def test_who_comes_to_have_a_part_after_the_draw_neither_votes_nor_tries_nor_signs(
    town: Town,
) -> None:
    """Also where the role is taken back in the same minute; he is asked to step back, and his vote does not count."""
    made = on_notice(town, adopted(town))
    number = appealed(town, made["result"])
    panel = drawn(town, number)
    for member in panel[:2]:
        town.post(member, f"appeals/{number}/vote", vote="reject", reasons="依据台账")
    for member in panel[1:]:
        RoleGrant.objects.filter(pk=posted(town, member, "D10-1")).update(revoked_at="2026-04-02T09:00+08:00")  # fmt: skip
    late = panel[2]
    for act, body in (("vote", {"vote": "reject", "reasons": "依据台账"}), ("preview", {"value": "97"})):  # fmt: skip
        refused = town.post(late, f"appeals/{number}/{act}", 403, **body)
        assert refused["type"] == "unit.own"
        assert "请申请回避，由申诉经办补抽席位" in str(refused)
    assert town.get(late, f"appeals/{number}")["acts"] == ["recuse"], "and it is on his first page"
    assert f"/office/appeals/{number}/" in town.client(late).get("/office/").content.decode()
    town.post(late, f"appeals/{number}/recuse", reason="曾在该局任职")
    new = [one for one in drawn(town, number) if one not in panel]
    town.post(new[0], f"appeals/{number}/vote", vote="reject", reasons="依据台账")
    held = town.post(panel[0], f"appeals/{number}/decide", 422, reasons="依据台账")
    assert held["type"] == "panel.barred", "a vote of somebody who has a part does not count"
    town.post(panel[1], f"appeals/{number}/recuse", reason="曾在该局任职")
    new = [one for one in drawn(town, number) if one not in [*panel, *new]]
    town.post(new[0], f"appeals/{number}/vote", vote="reject", reasons="依据台账")
    town.post(panel[0], f"appeals/{number}/decide", reasons="依据台账")
    assert Appeal.objects.get(pk=number).outcome == "reject"
