"""What stands on a rulebook's year stands under every version of it: a newer one within the year begins nothing again."""

import io
import json
import re
from datetime import date
from typing import Any

import pytest
from openpyxl import load_workbook

from tests.web.conftest import NOW
from tests.web.test_other_paths import entered, in_force
from tests.web.town import STATISTICS, Town
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets.models import TargetLine, TargetSheet

pytestmark = pytest.mark.one_database

LINE = {"indicator": "GROWTH", "value": "6"}


@pytest.fixture
def book(town: Town) -> int:
    return in_force(town)


def renewed(book: int, **changes: Any) -> int:
    """A newer version of the same year in force."""
    old = RulebookVersion.objects.get(pk=book)
    RulebookVersion.objects.filter(pk=book).update(state="superseded")
    same = {name: getattr(old, name) for name in ("code", "period", "title_zh", "title_en", "effective_from", "text", "wording", "summary") if hasattr(old, name)}  # fmt: skip
    made = RulebookVersion(**(same | {"version": "2025-2", "fingerprint": "newer", "state": "adopted", "adopted_on": date(2025, 7, 1), "base": old, "made_at": NOW} | changes))  # fmt: skip
    made.save()
    return int(made.pk)


def ruled(book: int, **rules: Any) -> dict[str, str]:
    """The text of a version with other rules."""
    text = json.dumps(json.loads(RulebookVersion.objects.get(pk=book).text) | rules)
    return {"text": text, "wording": "other"}


def proposed(town: Town, book: int, status: int = 0) -> Any:
    return town.post("office_indicators", "targets/propose", status, lines=[LINE], rulebook=book, unit="D10")  # fmt: skip


def agreed(town: Town, book: int) -> int:
    number: int = proposed(town, book)["id"]
    town.post("unit_leader-D10", f"targets/{number}/agree", consultation=[town.file("unit_leader-D10")])  # fmt: skip
    return number


def test_a_signed_sheet_binds_under_a_newer_version(town: Town, book: int) -> None:
    """One at a time and by a workbook: who has agreed on a year's targets asks to change them, and gets no second sheet."""
    agreed(town, book)
    newer = renewed(book)
    told = proposed(town, newer, 422)["problems"]
    assert [one["code"] for one in told] == ["target.known"]
    assert "申请调整目标" in told[0]["detail"]
    table = io.BytesIO(b"unit,indicator,value\nD10,GROWTH,7\n")
    table.name = "targets.csv"
    done = town.client("office_indicators").post(f"/api/v1/targets-import?rulebook={newer}", {"file": table})  # fmt: skip
    assert done.status_code == 422
    assert "申请调整目标" in done.json()["problems"][0]["detail"]
    assert TargetSheet.objects.count() == 1
    line = TargetLine.objects.get()
    file = [town.file("unit_leader-D10")]
    asked = town.post("unit_leader-D10", "changes/ask", line=line.pk, value="5.5", ground="policy", reason="政策调整", evidence=file)  # fmt: skip
    town.post("office_director", f"changes/{asked['id']}/approve", answer="属实")
    line.refresh_from_db()
    assert (line.original, line.current) == ("6", "5.5")


def test_a_sheet_on_its_way_is_gone_on_with(town: Town, book: int) -> None:
    first = proposed(town, book)["id"]
    told = proposed(town, renewed(book), 422)["problems"]
    assert f"第 {first} 号，尚未签订" in told[0]["detail"]


def test_tables_and_pages_of_a_newer_version_know_what_was_agreed(town: Town, book: int) -> None:
    agreed(town, book)
    newer = renewed(book, **ruled(book, cascade=[{"indicator": "GROWTH", "parent": "D10", "mode": "inherit", "children": {"D13": "0"}}]))  # fmt: skip
    found = town.get("unit_leader-D10", f"targets-cascade?rulebook={newer}")["cascades"]
    assert found[0]["parent"]["target"] == "6"
    page = load_workbook(io.BytesIO(town.client("office_indicators").get(f"/office/targets/table/{newer}/").content)).active  # fmt: skip
    assert page is not None
    assert [cell.value for cell in page["A"]][1:] == ["D10"]


def test_the_start_of_the_year_counts_under_every_version(town: Town, book: int) -> None:
    """Sheets and reports of before stay; who has ended meanwhile is waited for no more."""
    agreed(town, book)
    Report.objects.create(rulebook_id=book, unit=Unit.objects.get(code="D10"), supplier=Unit.objects.get(code=STATISTICS), indicator="GROWTH", period="2025", due_on=date(2026, 1, 20), made_at=NOW)  # fmt: skip

    def missing(year: int = 2025) -> dict[str, list[str]]:
        points = town.get("office_data", f"checklist?year={year}")
        return {one["en"]: one["missing"] for one in points}

    before = missing()
    assert "reports are opened" in before
    renewed(book)
    assert missing() == before
    assert not before["reports are opened"]
    assert [one.split()[0] for one in before["all target sheets are signed"]] == ["D13", "D16", "D19"]  # fmt: skip
    Unit.objects.filter(code="D16").update(valid_to=date(2025, 9, 30))
    assert [one.split()[0] for one in missing()["all target sheets are signed"]] == ["D13", "D19"]


def test_the_start_of_the_year_wants_nobody_of_the_cities_beside(town: Town, book: int) -> None:
    """An assessment from above lists the sisters of the city: this office makes them no accounts, and has the city's own."""
    renewed(book, **ruled(book, home="D19"))
    assert town.get("office_data", "checklist?year=2025")[7]["missing"] == ["D19 D19"]


def test_nothing_of_a_year_without_a_rulebook_is_done(town: Town, book: int) -> None:
    """What the year before had stands by name, and no report is opened where nobody knows what is asked."""
    points = {one["en"]: one for one in town.get("office_data", "checklist?year=2026")}
    (title,) = RulebookVersion.objects.filter(pk=book).values_list("title_zh", flat=True)
    assert points["this year's rulebooks are in force"]["missing"] == [title]
    assert not points["this year's rulebooks are in force"]["done"]
    assert points["reports are opened"]["missing"] == ["本年度还没有生效的考核方案"]
    assert points["all target sheets are signed"]["missing"]
    older = RulebookVersion.objects.get(pk=book)
    older.pk, older.code, older.period, older.title_zh = None, "older", "2023", "早年方案"
    older.save()
    points = {one["en"]: one for one in town.get("office_data", "checklist?year=2026")}
    assert points["this year's rulebooks are in force"]["missing"] == sorted([title, "早年方案"])


@pytest.mark.parametrize("kind", ["item", "self_report", "retire"])
def test_other_matters_of_the_year_go_on_under_a_newer_version(town: Town, book: int, kind: str) -> None:  # fmt: skip
    if kind == "item":
        item = entered(town, book)["id"]
        about = {"unit": "D16", "item": item, "ground": "pilot", "facts": "试点任务中先行探索所致。", "evidence": [town.file("unit_leader-D16")]}  # fmt: skip
        assert town.post("unit_leader-D16", "tolerance/ask", rulebook=renewed(book), **about)["id"]
    elif kind == "self_report":
        about = {"unit": "D16", "achievement": "目标基本完成。", "unmet": "无", "measures": "继续"}
        town.post("unit_leader-D16", "self-reports/draft", rulebook=book, **about)
        said = town.post("unit_leader-D16", "self-reports/draft", 422, rulebook=renewed(book), **about)  # fmt: skip
        assert said["problems"][0]["code"] == "self_report.twice"
    else:
        agreed(town, book)
        newer = renewed(book)
        decision = town.decided(f"rulebook:{newer}", "会议", "2026-03-12")
        said = town.post("office_director", f"rulebooks/{newer}/retire", 422, decision=decision, reason="不再考核")  # fmt: skip
        assert [one["code"] for one in said["problems"]] == ["retire.open"]
        assert re.search("还有 1 项“年度目标”没有办结", said["problems"][0]["detail"])


@pytest.mark.parametrize("opens", [True, False])
def test_drafts_of_an_earlier_version_are_opened_with_the_newer(town: Town, book: int, opens: bool) -> None:  # fmt: skip
    """Nothing is opened under a version that is replaced: what waited there is opened on the page of the new one."""
    plain = ruled(book)
    procedure = json.loads(plain["text"])["procedure"]
    asks = ruled(book, procedure=procedure | {"targets_open": {"length": 7, "unit": "calendar_days"}})  # fmt: skip
    RulebookVersion.objects.filter(pk=book).update(**asks)
    sheet = proposed(town, book)["id"]
    newer = renewed(book, **({} if opens else plain | {"wording": "plain"}))
    sign = {"consultation": [town.file("unit_leader-D10")]}
    if opens:
        town.post("unit_leader-D10", f"targets/{sheet}/agree", 422, **sign)
        town.post("office_indicators", f"rulebooks/{newer}/open_targets")
        town.at("2026-03-21")
    town.post("unit_leader-D10", f"targets/{sheet}/agree", **sign)
