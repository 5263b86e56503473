"""Who was served with a result, how, when and by whom: on its page, in its history, by unit; an heir for the unit before it."""

import json
import re
from pathlib import Path

import pytest
from django.conf import settings

from tests.e2e.test_appeals import adopted, computed, served
from tests.e2e.test_heirs import RENAMED, carried_out
from tests.e2e.test_owed import by_statute, desk_of
from tests.web.conftest import People
from tests.web.town import UNITS, Town
from zhengheng.web.accounts.models import Account
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.papers import papers
from zhengheng.workflow.roles import Role


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def lines(town: Town, who: str, run: str) -> dict[str, str]:
    """Unit → what the page says of its service."""
    page = town.client(who).get(f"/office/results/{run}/").content.decode()
    found = re.search(r'aria-label="送达">.*?</table>', page, re.S)
    if found is None:
        return {}
    rows = re.findall(r"<tr>\s*<th scope=\"row\">(.*?)</th>(.*?)</tr>", found[0], re.S)
    plain = [[re.sub(r"(<[^>]+>|\s)+", " ", cell).strip() for cell in row] for row in rows]
    return dict(plain)  # type: ignore[arg-type]


def test_the_page_lists_who_was_served_how_when_and_by_whom(town: Town) -> None:
    made = by_statute(town)
    assert all("尚未送达，送达以前不能终定" in said for said in lines(town, "office_procedure", made["run"]).values())  # fmt: skip
    served(town, made["result"], "D10")
    town.client("unit_leader-D13").get(f"/office/results/{made['run']}/units/D13/")
    said = lines(town, "commission_secretary", made["run"])
    assert set(said) >= {Unit.objects.get(code=code).name_zh for code in UNITS}
    assert (
        said[Unit.objects.get(code="D10").name_zh]
        == "2026-04-01 纸质送达，签收回执 office_procedure"
    )
    assert said[Unit.objects.get(code="D13").name_zh] == "2026-04-01 本单位人员打开结果页面 unit_leader-D13"  # fmt: skip
    assert "尚未送达" in said["D16"]
    assert set(lines(town, "unit_leader-D16", made["run"])) == {"D16"}, "others read of their own unit"  # fmt: skip
    page = town.client("office_procedure").get(f"/office/results/{made['run']}/").content.decode()
    history = re.sub(r"(<[^>]+>|\s)+", " ", page)
    assert (
        f"登记纸质送达 单位： {Unit.objects.get(code='D10').name_zh} 签收日期： 2026-04-01"
        in history
    )
    kept = json.loads(papers(ResultRun.objects.get(pk=made["result"]))["notices.json"])
    assert {one["unit"] for one in kept[0]["served"]} == {"D10", "D13"}
    assert not [key for one in kept[0]["served"] for key in one if "__" in key]


def test_where_no_service_is_owed_the_page_says_so_of_each_unit(town: Town) -> None:
    version = adopted(town)
    town.at("2026-04-01")
    made = computed(town, version)
    town.post("office_director", f"results/{made['run']}/readers", 204, username="office_procedure")
    assert lines(town, "office_procedure", made["run"]) == {}, "not on notice yet"
    town.post("office_procedure", f"runs/{made['result']}/publish")
    said = lines(town, "office_procedure", made["run"])
    assert said
    assert set(said.values()) == {"没有送达记录，不影响终定"}


@pytest.mark.parametrize("by", ["page", "paper"])
def test_an_heir_is_served_for_the_unit_before_it_and_nothing_is_final_before(
    town: Town, people: People, by: str
) -> None:
    made = by_statute(town)
    for unit in UNITS:
        if unit != "D16":
            served(town, made["result"], unit)
    carried_out(town, met="2026-04-01", **RENAMED | {"day": "2026-04-02"})
    people.make("heir-only")
    people.give(people["heir-only"], Role.UNIT_LEADER, unit=Unit.objects.get(code="D46"))
    Account.objects.update(must_change_password=False)
    town.at("2026-05-21")
    assert desk_of(town, "commission_secretary", "runs", made["result"]) is None
    refused = town.post("commission_secretary", f"runs/{made['result']}/finalise", 422)
    assert refused["type"] == "service.open"
    name = "D16（已撤销，由住房局承继）"
    assert "尚未送达" in lines(town, "office_procedure", made["run"])[name]
    if by == "page":
        town.client("heir-only").get(f"/office/results/{made['run']}/units/D16/")
    else:
        served(town, made["result"], "D16")
    assert "2026-05-21" in lines(town, "office_procedure", made["run"])[name]
    assert town.post("commission_secretary", f"runs/{made['result']}/finalise", 422)["type"] == "review.running"  # fmt: skip
    town.at("2026-06-30")
    town.post("commission_secretary", f"runs/{made['result']}/finalise")
