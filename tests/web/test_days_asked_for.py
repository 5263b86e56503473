"""Days that acts ask for, at every door: none long gone where one is to come, and no value of a period that is not over unasked."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any, get_args, get_origin

import openpyxl
import pytest
from pydantic import BaseModel

from tests.web.conftest import NOW
from tests.web.test_other_paths import announced, book, is_day
from tests.web.town import STATISTICS, Town, packed
from zhengheng.web.acts.guards import AHEAD, LATER, PAST, DayError, check_days
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion

pytestmark = pytest.mark.one_database

__all__ = ["book"]

DAY = date(2026, 3, 12)


def empty(given: type[BaseModel], **said: Any) -> BaseModel:
    """A form in which nothing else is said."""
    return given.model_construct(**(dict.fromkeys(given.model_fields) | said))


def days_of(given: type[BaseModel]) -> Iterator[tuple[str, str, Any]]:
    """Of each day that a form asks for its place, whether it has been or is to come, and a way to say it."""
    for name, info in given.model_fields.items():
        said = info.json_schema_extra
        if is_day(info.annotation) and isinstance(said, dict):
            yield name, str(said.get("when")), lambda day, name=name: {name: day}
        rows = get_args(info.annotation) if get_origin(info.annotation) is list else ()
        if rows and isinstance(rows[0], type) and issubclass(rows[0], BaseModel):
            for inner, when, made in days_of(rows[0]):
                yield f"{name}.0.{inner}", when, lambda day, name=name, row=rows[0], made=made: {name: [empty(row, **made(day))]}  # fmt: skip


ASKED = [
    (kind.name, act, place, when, made)
    for kind in KINDS for act in kind.acts if not act.by_machine for place, when, made in days_of(act.given)
]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "act", "place", "when", "made"), ASKED, ids=[f"{name}.{act.code}.{place}" for name, act, place, *_ in ASKED]
)  # fmt: skip
def test_no_act_takes_a_day_of_2020_for_one_to_come(
    name: str, act: Any, place: str, when: str, made: Any
) -> None:
    """Commitments, steps, hearings, handovers: each form, and each row of one."""

    def wrong(day: date) -> list[tuple[str, str]]:
        try:
            check_days(empty(act.given, **made(day)), DAY)
        except DayError as error:
            return [(one.where, one.code) for one in error.problems]
        return []

    assert wrong(DAY) == ([(place, "day.past")] if when == LATER else [])
    if when in {AHEAD, LATER}:
        assert wrong(date(2020, 1, 1)) == wrong(date(2026, 3, 11)) == [(place, "day.past")]
        assert wrong(date(2062, 1, 1)) == [(place, "day.far")]
    elif when == PAST:
        assert wrong(date(2026, 3, 13)) == [(place, "day.future")]


def test_a_commitment_is_not_carried_into_the_past_and_loses_no_report(
    town: Town, book: int
) -> None:
    made = town.post("commission_secretary", "commitments/record", unit="D10", meeting="一月调度会", text="完成验收", due_on="2026-03-20")["id"]  # fmt: skip
    path = f"commitments/{made}"
    town.post("unit_leader-D10", f"{path}/report", report="完成一半")
    carried = {"meeting": "三月调度会", "answer": "资金未到位"}
    said = town.post("commission_secretary", f"{path}/carry", 422, due_on="2020-04-20", **carried)
    assert (said["type"], said["problems"][0]["where"]) == ("day.past", "due_on")
    form = {"row_version": town.get("commission_secretary", path)["row_version"], "due_on": "2020-04-20", **carried}  # fmt: skip
    page = town.client("commission_secretary").post(f"/office/{path}/carry/", form)
    assert page.status_code == 422
    assert "早于办理之日" in page.content.decode()
    for number in range(3):
        town.post("commission_secretary", f"{path}/carry", due_on=f"2026-0{4 + number}-20", **carried)  # fmt: skip
        town.post("unit_leader-D10", f"{path}/report", report=f"第 {number} 次补报")
    rounds = [one["report"] for one in town.get("commission_secretary", path)["detail"]["rounds"]]
    assert rounds == ["完成一半", "第 0 次补报", "第 1 次补报"]
    page = town.client("unit_leader-D10").get(f"/office/{path}/")
    assert all(text in page.content.decode() for text in (*rounds, "第 2 次补报"))


@pytest.mark.parametrize(
    ("left_out", "unit", "where"),
    [
        ("receipt", "D13", "receipt"), ("received_on", "D13", "received_on"),
        (None, "D34", "unit"), (None, "D10-1", "unit"), (None, "D99", "unit"), ("unit", "", "unit"),
    ],
)  # fmt: skip
def test_service_on_paper_needs_its_receipt_its_day_and_a_unit_of_the_run(
    town: Town, book: int, left_out: str | None, unit: str, where: str
) -> None:
    """By the API and in the form; nobody was served by what was refused."""
    run = announced(town, book)
    said = {"unit": unit, "received_on": "2026-03-13", "receipt": [town.file("office_procedure")]}
    said = {name: value for name, value in said.items() if name != left_out}
    refused = town.post("office_procedure", f"runs/{run.pk}/serve", 422, **said)
    assert refused["problems"][0]["where"].split(".")[-1] == where, refused
    form = said | {"row_version": str(run.row_version)}
    page = town.client("office_procedure").post(f"/office/runs/{run.pk}/serve/", form)
    assert page.status_code == 422, page.content.decode()
    assert not run.services.exists()


@pytest.mark.parametrize("door", ["submit", "supply", "sheet"])
@pytest.mark.parametrize(
    ("period", "asked"), [("2026", True), ("2026-Q1", True), ("2026-H1", True), ("2025", False)]
)
def test_a_value_of_a_period_that_is_not_over_says_why(
    town: Town, book: int, door: str, period: str, asked: bool
) -> None:
    held = RulebookVersion.objects.get(pk=book)
    RulebookVersion.objects.update(period="2026")
    own = door == "submit"
    indicator = "SEATS" if own else "ANSWERED"
    unit, supplier = Unit.objects.get(code="D10"), Unit.objects.get(code="D10" if own else STATISTICS)  # fmt: skip
    who = "unit_reporter-D10" if own else "statistics"
    made = Report.objects.create(
        rulebook=held, unit=unit, supplier=supplier, indicator=indicator, period=period, state="due", due_on=date(2027, 1, 9), made_at=NOW,
    )  # fmt: skip

    def handed_in(note: str) -> list[str]:
        """The codes of what was refused."""
        if door != "sheet":
            said = {"value": "97", "note": note}
            answer = town.post(who, f"reports/{made.pk}/{door}", 422 if asked and not note else 0, **said)  # fmt: skip
            return [one["code"] for one in answer.get("problems", ())]
        client = town.client(who)
        sheet = openpyxl.load_workbook(io.BytesIO(client.get("/api/v1/reports-sheet").content))
        page: Any = sheet.active
        page["H2"], page["J2"] = "97", note
        file = io.BytesIO()
        sheet.save(file)
        file.seek(0)
        file.name = "filled.xlsx"
        failed = client.post("/api/v1/reports-sheet", {"file": file}).json()["failed"]
        return [one["code"] for row in failed for one in row["problems"]]

    assert ("note.early" in handed_in("")) == asked
    made.refresh_from_db()
    assert (made.state == "due") == asked
    if asked:
        assert handed_in("按已签约项目测算") == []
        made.refresh_from_db()
        assert (made.state != "due", made.note) == (True, "按已签约项目测算")


def test_the_last_day_of_opinions_has_one_rule_that_says_what_fits(town: Town) -> None:
    """Today and yesterday are refused by the same sentence, and what it asks for is taken."""
    file = town.file("office_indicators", packed(version="2026-9"), "town.zip")
    draft = town.post("office_indicators", "rulebooks/draft", file=file, period="2026")["id"]
    path = f"rulebooks/{draft}/consult"
    for until in ("2026-03-11", "2026-03-12"):
        said = town.post("office_indicators", path, 422, until=until)["problems"]
        assert [(one["where"], one["code"]) for one in said] == [("until", "day.past")]
        assert "请填写明天或以后的日期" in said[0]["detail"]
    town.post("office_indicators", path, until="2026-03-13")
