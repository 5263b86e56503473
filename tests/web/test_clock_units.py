"""A clock counts in the unit that the rulebook says, whatever it is the clock of."""

from datetime import date, datetime, timedelta
from typing import Any

import pytest

from tests.web.conftest import NOW, computed_run
from tests.web.test_other_paths import entered, in_force
from tests.web.town import BOOK, STATISTICS, Town
from zhengheng.domain.calendar import official
from zhengheng.scheme.procedure import USUAL
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.reporting.models import Item, Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion

pytestmark = pytest.mark.one_database


def timed(town: Town, name: str, length: int, unit: str) -> int:
    """The town's rulebook with one clock of its own."""
    clock = {"length": length, "unit": unit}
    return in_force(town, procedure=BOOK["procedure"] | {"clocks": {name: clock}})


@pytest.mark.parametrize(
    ("length", "unit", "until"),
    [
        (3, "working_days", "2026-03-17T23:59:59+08:00"), (3, "calendar_days", "2026-03-16T23:59:59+08:00"),
        (72, "clock_hours", "2026-03-15T09:00+08:00"), (3, "clock_hours", "2026-03-12T12:00+08:00"),
    ],
)  # fmt: skip
def test_an_improvement_notice_is_late_by_the_unit_of_its_clock(
    town: Town, length: int, unit: str, until: str
) -> None:
    """Three working days from Thursday, 12 March, at nine o'clock are Tuesday, not noon; the page says so."""
    held = RulebookVersion.objects.get(pk=timed(town, "improvement_notice", length, unit))
    run = ResultRun.objects.create(
        run=computed_run().id, rulebook=held.code, period=held.period, version=held, title_zh=held.title_zh, state="notice", made_at=NOW,
    )  # fmt: skip
    end = datetime.fromisoformat(until)
    for moment, late in ((end, False), (end + timedelta(minutes=1), True)):
        town.at("2026-03-12T09:00+08:00")
        case = Rectification.objects.create(run=run, unit=Unit.objects.get(code="D16"), indicators=[], state="proposed", made_at=NOW)  # fmt: skip
        town.post("office_director", f"rectification/{case.pk}/confirm")
        case.refresh_from_db()
        assert (case.serve_by, case.due_on) == (end, end.date())
        town.at(moment.isoformat())
        town.post("office_procedure", f"rectification/{case.pk}/serve", mentor="mentor")
        case.refresh_from_db()
        assert case.late is late
        case.delete()


def checked(town: Town, book: int) -> date | None:
    """Statistics supplies a value, which the unit then checks."""
    held, units = RulebookVersion.objects.get(pk=book), {u.code: u for u in Unit.objects.all()}
    report = Report.objects.create(
        rulebook=held, unit=units["D10"], supplier=units[STATISTICS], indicator="ANSWERED", period="2025", state="due", due_on=date(2026, 4, 1), made_at=NOW,
    )  # fmt: skip
    town.post("statistics", f"reports/{report.pk}/supply", value="97.5")
    report.refresh_from_db()
    return report.due_on


def objected(town: Town, book: int) -> date | None:
    """A deduction is entered, to which the unit may object."""
    return Item.objects.get(pk=entered(town, book)["id"]).due_on


@pytest.mark.parametrize(("name", "door"), [("check", checked), ("objection", objected)])
@pytest.mark.parametrize(
    ("length", "unit", "until"),
    [(48, "clock_hours", date(2026, 3, 14)), (2, "working_days", date(2026, 3, 16)), (2, "calendar_days", date(2026, 3, 16))],
)  # fmt: skip
def test_hours_and_days_are_taken_by_the_other_clocks(
    town: Town, name: str, door: Any, length: int, unit: str, until: date
) -> None:
    assert door(town, timed(town, name, length, unit)) == until


@pytest.mark.parametrize("name", USUAL)
@pytest.mark.parametrize("unit", ["clock_hours", "working_days", "calendar_days"])
def test_a_clock_in_any_unit_is_told_on_the_page_and_ends(town: Town, name: str, unit: str) -> None:
    book = timed(town, name, 48, unit)
    words = {"clock_hours": "48 小时", "working_days": "48 个工作日", "calendar_days": "48 天"}
    page = town.client("office_director").get(f"/office/rulebooks/{book}/").content.decode()
    assert words[unit].replace(" ", "") in "".join(page.split())
    assert official().after(date(2026, 3, 12), 48, unit) > date(2026, 3, 12)  # type: ignore[arg-type]
