"""After a reorganisation whoever took the people and matters over is asked for what the ended unit supplied."""

import re
from datetime import date
from typing import Any

import pytest
from django.conf import settings

from tests.web.conftest import NOW
from tests.web.town import INDICATORS, Town, packed
from zhengheng.web.accounts.models import Account
from zhengheng.web.files.services import take_in
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import all_heirs, heirs
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.services import fields_of, read_upload
from zhengheng.workflow.roles import Role

pytestmark = pytest.mark.one_database

SPLIT: dict[str, Any] = {
    "kind": "split", "day": "2026-04-01", "units": [{"code": "D16"}], "basis": "机构改革方案",
    "heirs": [{"code": "D41", "name_zh": "东局", "name_en": "East Bureau", "share": "0.6"},
              {"code": "D42", "name_zh": "西局", "name_en": "West Bureau", "share": "0.4"}],
}  # fmt: skip


@pytest.fixture
def book(town: Town) -> int:
    """The town's rulebook of 2026, in force; what the units say of themselves is asked for each quarter."""
    asked = [one | ({"frequency": "quarter"} if one["code"] != "ANSWERED" else {}) for one in INDICATORS]  # fmt: skip
    content = packed(asked, version="2026", effective_from=date(2026, 1, 1))
    file = take_in(name="town.zip", content=content, actor=town.people["office_indicators"], now=NOW)  # fmt: skip
    made = RulebookVersion(**fields_of(*read_upload(file.pk), "2026"), state="adopted", made_at=NOW, adopted_on=date(2026, 1, 10))  # fmt: skip
    made.save()
    return made.pk


def split(town: Town) -> str:
    """Approved and carried out on its day; gives its path."""
    made = town.post("office_procedure", "reorganisations/ask", **SPLIT)["id"]
    decision = town.decided(
        f"reorganisation:{made}", f"2026-{made}", str(settings.FIXED_CLOCK)[:10]
    )
    town.post("commission_secretary", f"reorganisations/{made}/approve", decision=decision)
    town.at("2026-04-01")
    town.post("office_procedure", f"reorganisations/{made}/carry_out")
    return f"reorganisations/{made}"


def opened(town: Town, book: int) -> dict[str, Any]:
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2026-Q1")
    result = town.work()[-1].result
    assert result
    return result


def reporter(town: Town, unit: str) -> str:
    name = f"reporter-{unit}"
    town.people.give(town.people.make(name), Role.UNIT_REPORTER, unit=Unit.objects.get(code=unit))
    Account.objects.update(must_change_password=False)
    return name


def words(town: Town, name: str, path: str) -> str:
    answer = town.client(name).get(f"/office/{path}")
    assert answer.status_code == 200
    return re.sub(r"(<[^>]+>|\s)+", " ", answer.content.decode())


def test_the_heir_with_the_people_reports_for_the_unit_that_ended(town: Town, book: int) -> None:
    split(town)
    name = reporter(town, "D42")
    assert not opened(town, book)["unasked"]
    report = Report.objects.get(indicator="SEATS", unit__code="D16")
    assert report.supplier.code == "D42", "the one that got the roles, not the one with the greater share"  # fmt: skip
    assert f"/office/reports/{report.pk}/" in town.client(name).get("/office/").content.decode()
    town.at("2026-07-01")
    assert "西局" in words(town, "office_data", "reports/chase/")
    town.post(name, f"reports/{report.pk}/submit", value="900", note="划转时的情况")
    report.refresh_from_db()
    assert report.state == "submitted", "what it says for the unit before it, the office looks at"
    town.post("office_data", f"reports/{report.pk}/verify")


def test_heirs_without_people_are_named(town: Town, book: int) -> None:
    split(town)
    (said,) = opened(town, book)["unattended"]
    assert Report.objects.get(indicator="SEATS", unit__code="D16").supplier.code == "D41"
    assert all(one in said["zh"] for one in ("D16", "东局", "西局"))
    assert "West Bureau" in said["en"]
    assert said["zh"] in words(town, "office_data", f"rulebooks/{book}/")


def test_what_was_asked_of_the_unit_goes_to_the_heir_with_its_people(town: Town, book: int) -> None:
    town.at("2026-03-31")
    opened(town, book)
    case = split(town)
    report = Report.objects.get(indicator="SEATS", unit__code="D16")
    assert report.supplier.code == "D16"
    reporter(town, "D42")
    town.post("secrecy_officer", f"{case}/move_roles")
    report.refresh_from_db()
    assert (report.unit.code, report.supplier.code) == ("D16", "D42")


def test_what_is_sent_back_after_a_split_goes_to_the_heir_with_the_people(town: Town, book: int) -> None:  # fmt: skip
    town.at("2026-03-30")
    opened(town, book)
    report = Report.objects.get(indicator="SEATS", unit__code="D16")
    town.post("unit_reporter-D16", f"reports/{report.pk}/submit", value="900", note="提前填报")
    town.at("2026-03-31")
    split(town)
    name = reporter(town, "D42")
    town.post("office_data", f"reports/{report.pk}/return", reason="口径不符")
    town.post(name, f"reports/{report.pk}/submit", value="800", note="按口径改报")


def test_an_indicator_of_whom_nobody_can_be_asked_is_named_on_the_page(town: Town, book: int) -> None:  # fmt: skip
    Unit.objects.filter(code="D34").update(valid_to=date(2026, 3, 5))
    Unit.objects.filter(code="D19").update(code="D99")
    (absent, said) = opened(town, book)["unasked"]
    assert "“D19”没有在组织机构中登记" in absent["zh"]
    assert "投资增速" in said["zh"]
    assert "Investment growth" in said["en"]
    assert "住建局" in said["zh"], "of which units, by their names"
    assert "已于 2026-03-05 撤销，没有承继单位" in said["zh"]
    assert not Report.objects.filter(indicator="GROWTH").exists()
    page = town.client("office_data").get(f"/office/rulebooks/{book}/").content.decode()
    job = re.search(r"/office/(jobs/\d+/)", page)
    assert job
    for address in (f"rulebooks/{book}/", job[1]):
        told = words(town, "office_data", address)
        assert said["zh"] in told
        assert "没有登记的单位" not in told


def test_whoever_waits_for_an_amended_rulebook_is_named(town: Town, book: int) -> None:
    split(town)
    town.post("office_data", f"rulebooks/{book}/open_reports", period="2026-Q2")
    result = town.work()[-1].result
    assert result
    (said,) = result["unasked"]
    assert "由“东局”、“西局”承继，方案还没有写明承继" in said["zh"]


def test_heirs_are_followed_to_the_units_that_are_there(town: Town) -> None:
    common: dict[str, Any] = {"state": "complete", "basis": "x", "made_at": NOW}
    Reorganisation.objects.create(kind="split", day=date(2026, 1, 1), units=["A"], heirs=[{"code": "B", "share": "0.4"}, {"code": "C", "share": "0.6"}], **common)  # fmt: skip
    Reorganisation.objects.create(kind="rename", day=date(2026, 2, 1), units=["C"], heirs=[{"code": "D", "share": "1"}], **common)  # fmt: skip
    assert all_heirs(date(2026, 3, 1)) == {"A": ("D", "B"), "C": ("D",)}
    assert heirs(date(2026, 3, 1)) == {"A": "D", "C": "D"}
    assert heirs(date(2026, 1, 15)) == {"A": "C"}


@pytest.mark.parametrize(("unit", "supplier"), [("D16", "D16"), ("D16", "D42"), ("D13", "D16")])
def test_each_heir_of_a_split_asks_for_a_correction(town: Town, book: int, unit: str, supplier: str) -> None:  # fmt: skip
    """Of what the unit before them supplied or was asked of one of them, and of nothing else about it."""
    split(town)
    held = {one.code: one for one in Unit.objects.all()}
    common: dict[str, Any] = {"rulebook_id": book, "period": "2026-Q1", "state": "loaded", "value": "900", "status": "value", "made_at": NOW}  # fmt: skip
    report = Report.objects.create(unit=held[unit], supplier=held[supplier], indicator="SEATS", **common)  # fmt: skip
    Report.objects.create(unit=held["D16"], supplier=held["D34"], indicator="GROWTH", **common)
    names = [reporter(town, code) for code in ("D41", "D42")]
    path = f"reports/{report.pk}"
    listed = town.get(names[1], "reports")["items"]
    assert report.pk in [one["id"] for one in listed]
    for name in names:
        assert "ask_correction" in town.client(name).get(f"/office/{path}/").content.decode()
        town.post(name, f"{path}/ask_correction", wanted="880", reason="本单位承接部分漏减")
        report.refresh_from_db()
        assert (report.state, report.wanted) == ("correcting", "880")
        town.post("office_data", f"{path}/refuse_correction", reason="凭证不足")
    town.post("unit_reporter-D10", f"{path}/ask_correction", 404, wanted="880", reason="无关")
    other = Report.objects.get(indicator="GROWTH")
    seen = town.client(names[1]).get(f"/api/v1/reports/{other.pk}").status_code
    assert seen == 404, "what another department supplied is looked at by the main heir"
    for name, status in zip(names, (403, 404), strict=True):
        town.post(name, f"reports/{other.pk}/ask_correction", status, wanted="880", reason="无关")
