"""What concerns somebody and waits for no act of his: reorganisations of his unit, a result that opened again; and no duty before its day."""

import re
from datetime import datetime, time, timedelta
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.test_appeals import adopted, on_notice
from tests.e2e.test_cases import BONUS, MERGER, in_force
from tests.e2e.test_heirs import RENAMED
from tests.e2e.test_owed import desk_of
from tests.e2e.test_settled import page_of
from tests.web.conftest import NOW, People
from tests.web.test_acts import Objects
from tests.web.town import BOOK, STATISTICS, Town
from zhengheng.web.organisation.models import Unit
from zhengheng.web.portal.writing import since
from zhengheng.web.results.barred import bars
from zhengheng.web.results.clocks import last_day
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.uncounted import uncorrected


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def plain(page: str) -> str:
    return re.sub(r"(<[^>]+>|\s)+", " ", page)


@pytest.mark.parametrize("asked", [MERGER, RENAMED], ids=["merger", "renaming"])
def test_the_people_of_a_reorganised_unit_read_of_it_from_the_first_day_on(
    town: Town, people: People, asked: dict[str, object]
) -> None:
    town.at("2026-03-12")
    in_force(town, "2026")
    case = asked | {"day": "2026-04-10"}
    made = town.post("office_procedure", "reorganisations/ask", **case)["id"]

    def reads(who: str) -> str:
        page = plain(page_of(town, who, "/office/"))
        return page[page.find("机构变动：") :][:300] if "机构变动：" in page else ""

    assert "待委员会决定；拟自 2026-04-10 起" in reads("unit_reporter-D16")
    assert reads("unit_leader-D19") == "", "others are not concerned"
    assert desk_of(town, "office_procedure", "reorganisations", made) is None
    decision = town.decided(f"reorganisation:{made}", "2026-3", "2026-03-23")
    town.post("commission_secretary", f"reorganisations/{made}/approve", decision=decision)
    assert "已批准：自 2026-04-10 起" in reads("unit_leader-D16")
    assert desk_of(town, "office_procedure", "reorganisations", made) is None, "not before its day"
    town.at("2026-04-10")
    assert desk_of(town, "office_procedure", "reorganisations", made)
    town.post("office_procedure", f"reorganisations/{made}/carry_out")
    said = reads("unit_leader-D16")
    assert "角色待安全保密管理员转授权" in said
    assert "转由承继单位办理：" in said or "没有未办结的事项" in said
    town.post("secrecy_officer", f"reorganisations/{made}/move_roles")
    heir = Unit.objects.get(code=asked["heirs"][0]["code"])  # type: ignore[index]
    assert f"由{heir.name_zh}承继；原单位人员的角色已经终止" in reads("unit_leader-D16")
    town.at("2026-06-01")
    assert reads("unit_leader-D16") == "", "what is long done is no news"


def test_a_reopened_result_is_told_on_first_pages_and_is_to_be_computed_again(town: Town) -> None:
    version = adopted(town)
    made = on_notice(town, version)
    town.at("2026-05-06")
    first = town.decided(f"result:{made['result']}", "2026-5", "2026-05-06")
    town.post("commission_secretary", f"runs/{made['result']}/finalise", decision=first)
    town.at("2026-05-11")
    second = town.decided(f"result:{made['result']}", "2026-6", "2026-05-11")
    town.post("commission_secretary", f"runs/{made['result']}/reopen", reason="审计发现漏统两项数据", decision=second)  # fmt: skip
    for who in ("unit_leader-D10", "mentor", "office_director"):
        page = plain(page_of(town, who, "/office/"))
        assert "已于 2026-05-11 按决定重新开启，理由：审计发现漏统两项数据。" in page, who
    row = desk_of(town, "office_data", "rulebooks", version.pk)
    assert row is not None
    assert row["known_on"] == "2026-05-11"
    assert "已按决定重新开启，理由：审计发现漏统两项数据" in row["known"]["zh"]
    town.post("office_data", f"rulebooks/{version.pk}/compute", at="2026-05-11")
    town.work()
    assert desk_of(town, "office_data", "rulebooks", version.pk) is None


def test_every_reopening_since_the_release_stands_on_the_portals_page(people: People) -> None:
    objects = Objects(people, "D10")
    publication, run = objects.held["publication"], objects.result
    type(publication).objects.filter(pk=publication.pk).update(state="released")
    ResultRun.objects.filter(pk=run.pk).update(state="final")
    for on, reason in (("2026-01-05", "审计发现"), ("2026-03-16", "漏统两项")):
        run.reopenings.create(on=on, reason=reason, decision=objects.held["decision"])
    told = since(NOW.date())[str(publication.pk)]["reopened"]
    assert [one["on"] for one in told] == ["2026-01-05", "2026-03-16"]


@pytest.mark.parametrize("way", ["claim", "bonus", "deduction"])
def test_no_more_points_are_settled_than_were_asked_for(town: Town, way: str) -> None:
    """Of those nobody heard, and nobody had the days to object; as many and fewer are settled."""
    town.at("2026-03-12")
    book = in_force(town, adjustments=[*BOOK["adjustments"], BONUS])
    said = {"rulebook": book, "unit": "D16", "document": "通报〔2026〕3号", "decided_on": "2026-03-10", "reason": "有据可查"}  # fmt: skip
    if way == "claim":
        path = town.post("unit_leader-D16", "items/claim", item="HONOUR", points="0.8", evidence=[town.file("unit_leader-D16")], **said)["id"]  # fmt: skip
        act, who, more, less = "verify", "office_indicators", "0.9", "0.7"
    else:
        item = "HONOUR" if way == "bonus" else "CIRCULAR"
        path = town.post("statistics", "items/enter", supplier=STATISTICS, item=item, points="0.8", evidence=[town.file("statistics")], **said)["id"]  # fmt: skip
        town.post("unit_leader-D16", f"items/{path}/object", objection="情况不实", evidence=[])
        act, who, more, less = "settle", "office_director", "1", "0.6"
    refused = town.post(who, f"items/{path}/{act}", 422, points=more, reason="经核对属实")
    assert (refused["type"], refused["problems"][0]["where"]) == ("points.above", "points")
    assert "0.8" in refused["problems"][0]["detail"]
    done = town.post(who, f"items/{path}/{act}", points=less, reason="经核对，部分属实")
    assert done["detail"]["points"] == less


@pytest.mark.parametrize(
    ("who", "address", "said"),
    [
        ("unit_leader-D16", "/office/changes/new/ask/", "目前没有可以申请调整的目标"),
        ("unit_leader-D16", "/office/appeals/new/draft/", "目前没有公示中的结果"),
        ("unit_leader-D16", "/office/appeals/new/draft/", "没有可以申诉的指标"),
    ],
)
def test_a_list_in_which_nothing_stands_says_so_and_what_to_do(
    town: Town, who: str, address: str, said: str
) -> None:
    assert said in page_of(town, who, address)
    other = page_of(town, "office_procedure", "/office/reorganisations/new/ask/")
    assert "目前没有" not in other


def test_a_reopened_result_ends_corrected_or_with_a_reason_that_everybody_reads(town: Town) -> None:
    made = on_notice(town, adopted(town))
    path = f"runs/{made['result']}"
    town.at("2026-05-06")
    town.post("commission_secretary", f"{path}/finalise", decision=town.decided(f"result:{made['result']}", "2026-5", "2026-05-06"))  # fmt: skip
    town.at("2026-05-11")
    town.post("commission_secretary", f"{path}/reopen", reason="审计发现漏统两项数据", decision=town.decided(f"result:{made['result']}", "2026-6", "2026-05-11"))  # fmt: skip
    town.at("2026-06-01")
    third = town.decided(f"result:{made['result']}", "2026-7", "2026-06-01")
    assert "只待委员会的决定" not in plain(page_of(town, "office_procedure", "/office/"))
    refused = town.post("commission_secretary", f"{path}/finalise", 422, decision=third)["problems"][0]  # fmt: skip
    assert (refused["code"], refused["where"]) == ("result.uncorrected", "left_out")
    assert "审计发现漏统两项数据" in refused["detail"]
    town.post("commission_secretary", f"{path}/finalise", decision=third, left_out="经复核原数据无误，无须更正")  # fmt: skip
    page = plain(page_of(town, "office_director", f"/office/results/{made['run']}/"))
    assert "本结果于 2026-05-11 重新开启后未作更正。理由：经复核原数据无误，无须更正" in page
    assert uncorrected(ResultRun.objects.get(pk=made["result"])) is None, "what ended with a reason asks for none"  # fmt: skip


def test_whoever_opens_the_result_after_the_notice_opens_no_time_of_its_own(town: Town) -> None:
    """The notice speaks to all: served while it ran a unit has its days in full, served after it none; nobody keeps the year open."""
    steps = [step | ({"clock": {"length": 14, "unit": "calendar_days"}} if step["step"] == "notice" else {}) for step in BOOK["procedure"]["steps"]]  # fmt: skip
    version = adopted(town, procedure=BOOK["procedure"] | {"steps": steps})
    made = on_notice(town, version)
    run = ResultRun.objects.get(pk=made["result"])
    units = {code: Unit.objects.get(code=code) for code in ("D10", "D13", "D16")}
    end = run.due_on
    assert end is not None
    run.services.exclude(unit__code="D10").delete()
    assert {last_day(run, units[code]) for code in ("D13", "D16")} == {end}
    assert last_day(run, units["D10"]) == end, "its own days were over before the notice was"
    run.services.create(unit=units["D13"], by=town.people["office_procedure"], at=datetime.combine(end, time(9), tzinfo=NOW.tzinfo), how="paper")  # fmt: skip
    own = last_day(run, units["D13"])
    assert own is not None
    assert own > end
    town.at((own + timedelta(days=3)).isoformat())
    assert town.get("unit_leader-D16", f"results/{made['run']}/units/D16")
    assert run.services.filter(unit=units["D16"]).exists(), "who read it is kept all the same"
    assert last_day(run, units["D16"]) == end
    about = {
        "run": made["result"],
        "unit": "D16",
        "indicator": "RATE",
        "ground": "data_error",
        "wanted": "97",
        "statement": "漏统",
    }
    assert town.post("unit_leader-D16", "appeals/draft", 422, **about)["problems"]
    assert bars(run, own + timedelta(days=3)) == []
