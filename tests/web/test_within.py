"""An act that names a period names one of its rulebook's own year; a rehearsal one that has data."""

import re
from datetime import date
from typing import Any

import pytest

from tests.web.conftest import NOW
from tests.web.test_midyear import begin, in_force, words
from tests.web.test_other_paths import in_force as in_force_2025
from tests.web.town import Town
from zhengheng.sample.rulebooks import district_rulebook
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.audits.models import Audit
from zhengheng.web.jobs.models import Job
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.rehearsing import unreached

pytestmark = pytest.mark.one_database

NAMES_A_NEW_ONE = {"rulebook.draft", "rulebook.roll_over"}


@pytest.fixture
def running(town: Town) -> RulebookVersion:
    """The sample districts' rulebook of 2026, in a year that runs."""
    return in_force(district_rulebook().model_copy(update={"version": "2026"}))


def test_each_period_that_people_name_says_which_can_be_meant() -> None:
    asked = {
        act.code: act.given.model_fields["period"].json_schema_extra
        for kind in KINDS for act in kind.acts if "period" in act.given.model_fields and not act.by_machine
    }  # fmt: skip
    open_ones = {code for code, said in asked.items() if isinstance(said, dict) and not said.get("inside")}  # fmt: skip
    assert len(asked) > len(NAMES_A_NEW_ONE)
    assert open_ones - {"report.open"} == NAMES_A_NEW_ONE


@pytest.mark.parametrize(
    ("act", "period", "why"),
    [
        ("open_reports", "2025-12", "period.outside"), ("open_reports", "2025", "period.outside"), ("open_reports", "2027-Q1", "period.outside"),
        ("open_reports", "2026年13月", "period.unknown"), ("compute", "2031", "period.outside"), ("compute", "2025", "period.outside"),
        ("compute", "2026-12", "period.future"), ("compute", "2026-H2", "period.future"),
    ],
)  # fmt: skip
def test_a_period_outside_the_rulebooks_year_is_refused_at_its_field(
    town: Town, running: RulebookVersion, act: str, period: str, why: str
) -> None:
    said = town.post("office_data", f"rulebooks/{running.pk}/{act}", 422, period=period)
    assert (said["type"], said["problems"][0]["where"]) == (why, "period")
    if why != "period.future":
        assert "2026 或其中的一期，如 2026-H1、2026-Q1、2026-01" in str(said)
    assert not Job.objects.exists()


def test_a_part_of_the_year_is_taken_however_it_is_written(
    town: Town, running: RulebookVersion
) -> None:
    path = f"rulebooks/{running.pk}"
    town.post("office_data", f"{path}/open_reports", period="2026年2月")
    town.post("office_data", f"{path}/compute", period="2026年第一季度")
    town.post("office_data", f"{path}/compute")
    held = [job.arguments["period"] for job in Job.objects.order_by("pk")]
    assert held == ["2026-02", "2026-Q1", "2026"]
    early = town.post("office_data", f"{path}/compute", 422, at="2025-12-31")
    assert (early["type"], early["problems"][0]["where"]) == ("period.future", "at")


def test_a_sample_is_drawn_of_the_rulebooks_year(town: Town) -> None:
    book = in_force_2025(town)
    said = town.post("office_data", "audits/draw", 422, rulebook=book, period="2024-12", size=1)
    assert (said["type"], said["problems"][0]["where"]) == ("period.outside", "period")
    said = town.post("office_data", "audits/draw", 422, rulebook=book, period="2025-12", size=1)
    assert said["type"] == "audit.empty"
    assert not Audit.objects.exists()


def test_a_rehearsal_without_data_is_refused(town: Town, running: RulebookVersion) -> None:
    draft = begin(town.people, running)
    for period, why in (("2025", "rehearse.no_data"), ("2027", "period.outside"), ("2026-Q3", "period.future")):  # fmt: skip
        said = town.post("office_indicators", f"rulebooks/{draft.pk}/rehearse", 422, period=period)
        assert (said["type"], said["problems"][0]["where"]) == (why, "period"), period
    assert not Job.objects.exists()


@pytest.mark.parametrize(
    ("kind", "day", "period", "said"),
    [
        ("split", "2026-07-01", "2026", False), ("split", "2026-07-01", "2025", True), ("restated", "2026-07-01", "2026", False),
        ("prospective", "2026-07-01", "2026", True),
    ],
)  # fmt: skip
def test_a_rehearsal_says_that_a_change_does_not_reach_the_period(
    town: Town, running: RulebookVersion, kind: str, day: str, period: str, said: bool
) -> None:
    draft = begin(town.people, running, change_kind=kind, changes_from=day)
    result: dict[str, Any] = {
        "period": period, "fingerprint": draft.fingerprint, "before": "2026", "at": "2026-03-12", "published": "", "differ": 0,
        "moved": [], "moved_en": [], "of": 38, "change_kind": kind, "unreached": unreached(draft, period),
    }  # fmt: skip
    Job.objects.create(
        kind="rehearse",
        subject=f"rulebook:{draft.pk}",
        state="done",
        result=result,
        asked_at=NOW,
        clock=NOW,
    )
    page = words(town.client("office_indicators").get(f"/office/rulebooks/{draft.pk}/"))
    assert (f"本次调整自 {date.fromisoformat(day)}" in page) is said
    assert ("38 个单位中" in page) is not said


def test_each_fault_stands_at_its_field_and_all_are_told_at_once(town: Town) -> None:
    book = RulebookVersion.objects.get(pk=in_force_2025(town))
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=("D10", "D34"))}
    report = Report.objects.create(
        rulebook=book, unit=units["D10"], supplier=units["D34"], indicator="ANSWERED", period="2025", state="due", due_on=date(2026, 2, 1),
        made_at=NOW,
    )  # fmt: skip
    typed = {"row_version": report.row_version, "value": "900 %", "status": "value"}
    answer = town.client("statistics").post(f"/office/reports/{report.pk}/supply/", typed)
    page = answer.content.decode()
    assert answer.status_code == 422
    for field, said in (("value", "900"), ("note", "补报须写明逾期的原因")):
        told = re.search(rf'id="f-{field}-fault">(.*?)</span>\s*</p>', page, re.S)
        assert told is not None, field
        assert said in told[1]
        assert f'aria-describedby="f-{field}-fault"' in page
    assert 'id="f-status-fault"' not in page
