"""Nobody can put the office into a state that it cannot leave: the ways out that a model of the year was missing."""

import re
from datetime import timedelta

from tests.e2e.test_year import run as computed
from tests.web.test_model_of_the_year import ESSAY, STATUTE, announced, appealed, reporting
from tests.web.town import Town
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.selectors import owed
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.selectors import run_of, signs
from zhengheng.web.pages.clock import now
from zhengheng.web.reporting.jobs import tick
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import RESULT


def test_a_divided_panel_votes_again(town: Town) -> None:
    """One of three each way: no majority, nobody can sign, and nobody has to step back for it."""
    appealed(town, ESSAY)
    appeal = Appeal.objects.get()
    path = f"appeals/{appeal.pk}"
    panel = town.get("appeals_clerk", path)["detail"]["panel"]
    for member, vote in zip(panel, ("uphold", "partly", "reject"), strict=True):
        said = {"value": "85"} if vote == "partly" else {}
        town.post(member, f"{path}/vote", vote=vote, reasons="依据学籍记录", **said)
        if member != panel[-1]:
            assert town.post(member, f"{path}/vote", 422, vote=vote, reasons="再投")["type"] == "panel.voted"  # fmt: skip
    town.post(panel[0], f"{path}/preview", value="90")
    said = {"value": "90", "reasons": "依据学籍记录"}
    assert town.post(panel[0], f"{path}/decide", 422, **said)["type"] == "panel.open"
    page = town.client(panel[0]).get(f"/office/{path}/").content.decode()
    assert "没有过半数意见" in page
    assert "部分支持" in page, "the panel sees how it is divided"
    for member in panel:
        (waits,) = [acts for one, acts in owed(APPEALS, Account.objects.get(username=member), now().date()) if one.pk == appeal.pk]  # fmt: skip
        assert "appeal.vote" in {act.code for act in waits}, "everybody deliberates on"
        assert not signs(appeal, Account.objects.get(username=member)), "nobody can sign yet"
    town.post(panel[1], f"{path}/vote", vote="uphold", reasons="评议后改变意见")
    assert town.post(panel[1], f"{path}/vote", 422, vote="reject", reasons="再改")["type"] == "panel.voted"  # fmt: skip
    page = re.sub(r"(<[^>]+>|\s)+", " ", town.client(panel[0]).get(f"/office/{path}/").content.decode())  # fmt: skip
    assert "抽签种子的 SHA-256：" in page
    assert "归档包摘要" not in page
    assert "原为：" in page
    assert "表决 部分支持，数值 85 个" in page, "what a vote was before, in words"
    assert "uphold" not in page
    assert owed(APPEALS, Account.objects.get(username=panel[1]), now().date()) == []
    town.post(panel[0], f"{path}/decide", **said)
    assert Appeal.objects.get().outcome == "uphold"


def test_a_hearing_is_recorded_with_its_day_and_values_with_their_unit(town: Town) -> None:
    appealed(town, ESSAY)
    path = f"appeals/{Appeal.objects.get().pk}"
    town.post("appeals_clerk", f"{path}/call_hearing", hearing_on="2026-05-22", place="09:30 一号会议室")  # fmt: skip
    page = re.sub(r"(<[^>]+>|\s)+", " ", town.client("appeals_clerk").get(f"/office/{path}/").content.decode())  # fmt: skip
    assert "听证日期： 2026-05-22 时间地点： 09:30 一号会议室" in page
    unit = run_of(Appeal.objects.get()).rulebook.indicator("SEATS").measure_unit.zh
    assert f"应为： 90 {unit}" in page


def test_what_needs_a_decision_says_that_it_comes_first(town: Town) -> None:
    """Of a rulebook by which the commission approves before the notice: the list is empty, and the way is named."""
    reporting(town, STATUTE)
    town.at("2026-04-08")
    tick(now())
    made = computed(town, RulebookVersion.objects.get().pk)
    town.post("office_director", f"results/{made['run']}/readers", 204, username="commission_secretary")  # fmt: skip
    page = town.client("commission_secretary").get(f"/office/results/{made['run']}/").content.decode()  # fmt: skip
    assert "请先由委员会秘书记录决定，再由另一名委员复核" in page
    assert f'href="/office/decisions/new/record/?subject=result%3A{made["result"]}"' in page


def test_the_end_of_a_result_says_that_a_decision_comes_first(town: Town) -> None:
    """Of a result that nobody approved before its notice: the form names the way, and so does its refusal."""
    announced(town, ESSAY)
    result = ResultRun.objects.get()
    assert result.due_on is not None
    town.at(str(result.due_on + timedelta(days=1)))
    page = town.client("commission_secretary").get(f"/office/results/{result.run}/").content.decode()  # fmt: skip
    form = page.partition('/finalise/"')[2].partition("</form>")[0]
    assert "请先由委员会秘书记录决定，再由另一名委员复核" in form
    assert f'href="/office/decisions/new/record/?subject=result%3A{result.pk}"' in form
    assert "可空" not in form.partition(">委员会决定")[2].partition("</label>")[0]
    refused = town.post("commission_secretary", f"runs/{result.pk}/finalise", 422)
    assert "请先由委员会秘书记录决定" in str(refused)


def again(town: Town, unit: str, value: str) -> ResultRun:
    """A correction that the office grants, and the computation after it."""
    held = town.get("office_data", "reports?limit=100")["items"]
    report = next(one["id"] for one in held if one["detail"]["unit"] == unit and one["detail"]["indicator"] == "SEATS")  # fmt: skip
    town.post(f"unit_reporter-{unit}", f"reports/{report}/ask_correction", wanted=value, reason="漏计")  # fmt: skip
    town.post("office_data", f"reports/{report}/correct", reason="属实")
    town.post("office_data", f"rulebooks/{RulebookVersion.objects.get().pk}/compute", at="2026-04-01")  # fmt: skip
    made = town.work()[-1].result
    assert made is not None
    return ResultRun.objects.get(pk=made["result"])


def test_what_another_computation_overtook_lies_on_no_desk(town: Town) -> None:
    announced(town, ESSAY)
    first = again(town, "D10", "88")
    second = again(town, "D16", "70")
    town.post("office_procedure", f"runs/{second.pk}/publish")
    first.refresh_from_db()
    assert first.state == "set_aside"
    page = f"/office/results/{first.run}/"
    assert page not in town.client("office_procedure").get("/office/").content.decode()
    assert town.client("office_procedure").get(page).status_code == 200, "kept for those who saw it"
    assert town.client("expert").get(page).status_code == 404, "and shown to nobody else"
    late = town.post("office_director", f"runs/{first.pk}/take_up", 409)
    assert late["type"] == "act.other", "it could go nowhere from there"
    town.post("office_procedure", f"runs/{first.pk}/publish", 409)
    third = again(town, "D19", "71")
    type(third).objects.filter(pk=second.pk).update(state="final")
    late = town.post("office_procedure", f"runs/{third.pk}/publish", 422)
    assert late["type"] == "result.overtaken", "nothing comes behind a final result"


def test_a_computation_that_nobody_wants_is_set_aside_and_taken_up_again(town: Town) -> None:
    announced(town, ESSAY)
    made = again(town, "D10", "88")
    path = f"runs/{made.pk}"
    assert town.post("office_procedure", f"{path}/set_aside", 403)["type"] == "forbidden"
    town.post("office_director", f"{path}/set_aside")
    assert town.post("office_procedure", f"{path}/publish", 409)["type"] == "state.wrong"
    town.post("office_director", f"{path}/take_up")
    town.post("office_procedure", f"{path}/publish")
    assert RESULT.names["set_aside"][0] == "未采用"


def test_a_result_that_nobody_sees_who_carries_it_on_is_the_directors_to_read(town: Town) -> None:
    announced(town, ESSAY)
    made = again(town, "D10", "88")
    line, desk = "还没有指定下一步的经办人", town.client("office_director")
    assert line not in desk.get("/office/").content.decode(), (
        "who saw the version before it sees it"
    )
    made.replaces = None
    made.save(update_fields=["replaces"])
    page = desk.get("/office/").content.decode()
    assert line in page
    assert f"/office/results/{made.run}/" in page
    assert line not in town.client("office_data").get("/office/").content.decode()
    town.post("office_director", f"results/{made.run}/readers", 204, username="office_procedure")
    assert line not in desk.get("/office/").content.decode()


def test_of_several_computations_the_newest_waits_for_its_readers(town: Town) -> None:
    """Nobody carries on what a newer one of the same period overtook, unless that one is set aside."""
    announced(town, ESSAY)
    made = [again(town, "D10", "88"), again(town, "D16", "70")]
    type(made[0]).objects.filter(pk__in=[one.pk for one in made]).update(replaces=None)

    def asked() -> list[bool]:
        page = town.client("office_director").get("/office/").content.decode()
        lines = [line for line in re.split("<li|<tr", page) if "还没有指定下一步的经办人" in line]
        return [any(one.run in line for line in lines) for one in made]

    assert asked() == [False, True]
    town.post("office_director", f"runs/{made[1].pk}/set_aside")
    assert asked() == [True, False]


def test_a_unit_where_nobody_is_left_is_named_to_the_officer_who_gives_roles(town: Town) -> None:
    town.at("2026-03-12")
    asked = {"meeting": "一月调度会", "text": "完成验收", "due_on": "2026-03-20"}
    town.post("commission_secretary", "commitments/record", unit="D10", **asked)
    officer = town.client("secrecy_officer")
    assert "无人办理的单位" not in officer.get("/office/").content.decode()
    town.post("commission_secretary", "commitments/record", unit="D34", **asked)
    page = officer.get("/office/").content.decode()
    assert "共 1 个：D34。请授予角色。" in page
    assert "无人办理的单位" not in town.client("office_director").get("/office/").content.decode()
