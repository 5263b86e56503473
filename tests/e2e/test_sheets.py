"""Reports by workbook: out, filled in, back; what does not fit returns in the same layout."""

import io
from pathlib import Path
from typing import Any

import openpyxl
import pytest
from django.conf import settings

from tests.e2e.test_year import adopt
from tests.web.conftest import People
from tests.web.town import Town
from zhengheng.web.reporting.models import Report

pytestmark = pytest.mark.one_database


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    made = Town(people, monkeypatch)
    book = adopt(made)
    made.post("office_data", f"rulebooks/{book}/open_reports", period="2025")
    made.work()
    return made


def opened(content: bytes) -> Any:
    book = openpyxl.load_workbook(io.BytesIO(content))
    return book, book.active


def saved(book: Any) -> io.BytesIO:
    held = io.BytesIO()
    book.save(held)
    held.seek(0)
    held.name = "filled.xlsx"
    return held


def test_a_workbook_goes_out_and_comes_back(town: Town) -> None:
    client = town.client("statistics")
    book, page = opened(client.get("/office/reports/sheet/download/").content)
    assert page.max_row == 1 + 8, "statistics owes two indicators of four units"
    assert page.column_dimensions["A"].hidden
    page["H2"], page["H3"], page["H4"] = "５．１", "many", "=1+1"
    assert page["H4"].data_type == "f"
    answer = client.post("/office/reports/sheet/", {"file": saved(book)})
    assert answer.status_code == 422, "a formula is no value; nothing was handed in"
    assert Report.objects.filter(state="checking").count() == 0
    page["H4"], page["J2"] = None, "系统停机半月"
    assert (page["J1"].value, page["K1"].value) == ("说明", "确认理由")
    answer = client.post("/office/reports/sheet/", {"file": saved(book)})
    assert "1 行已提交" in answer.content.decode()
    assert Report.objects.filter(state="checking").count() == 1
    api = client.post("/api/v1/reports-sheet", {"file": saved(book)}).json()
    assert api["done"] == 0
    assert [row["row"] for row in api["failed"]] == [3], (
        "no number; the other is handed in, just so"
    )
    page["H3"] = None
    said = client.post("/office/reports/sheet/", {"file": saved(book)}, follow=True).content.decode()  # fmt: skip
    assert "1 行您以前已经提交" in said
    page["H2"] = "5.2"
    mine = client.post("/api/v1/reports-sheet", {"file": saved(book)}).json()["failed"][0]
    assert mine["problems"][0]["code"] == "report.handed_in"
    assert "已由您于" in str(mine["problems"][0])
    assert "他人" not in str(mine["problems"][0])


def test_refused_rows_come_back_in_the_same_layout(town: Town) -> None:
    client = town.client("unit_reporter-D10")
    book, page = opened(client.get("/api/v1/reports-sheet").content)
    page["H2"], page["I2"], page["J2"] = "", "缺报", "=HYPERLINK(1)"
    page["J2"].data_type = "s"
    answer = client.post("/office/reports/sheet/", {"file": saved(book)})
    assert answer.status_code == 302, answer.content.decode()
    report = Report.objects.get(supplier__code="D10")
    assert (report.status, report.note) == ("missing", "=HYPERLINK(1)")
    book, page = opened(client.get("/api/v1/reports-sheet").content)
    assert page.max_row == 1, "nothing is owed any more"


def test_a_note_that_went_out_with_the_workbook_fills_in_no_row(town: Town) -> None:
    """A draft's note, or why more time was asked for, stands in the workbook: a row is filled in when somebody fills it in."""
    for report in Report.objects.filter(supplier__code="D34"):
        town.post("statistics", f"reports/{report.pk}/save", note="系统升级，\r\n申请延期")
    client = town.client("statistics")
    book, page = opened(client.get("/api/v1/reports-sheet").content)
    assert page["J2"].value
    page["H3"], page["J4"] = "5.1", "另有说明"
    answer = client.post("/api/v1/reports-sheet", {"file": saved(book)}).json()
    assert answer["done"] == 1
    assert [row["row"] for row in answer["failed"]] == [4], "a note without a value is asked about"


def test_another_units_rows_are_refused(town: Town) -> None:
    content = town.client("unit_reporter-D10").get("/api/v1/reports-sheet").content
    book, page = opened(content)
    page["H2"] = "90"
    answer = town.client("unit_reporter-D13").post("/api/v1/reports-sheet", {"file": saved(book)})
    assert answer.json()["failed"][0]["problems"][0]["code"] == "forbidden"
    assert Report.objects.filter(state="due").count() == 12


@pytest.mark.parametrize("change", ["header", "key", "no workbook"])
def test_a_file_that_is_not_the_workbook_is_refused_with_its_place(town: Town, change: str) -> None:
    client = town.client("statistics")
    book, page = opened(client.get("/api/v1/reports-sheet").content)
    page["H2"] = "5"
    if change == "header":
        page["D1"] = "指标名称"
    elif change == "key":
        page["A2"] = "x"
    held = saved(book)
    if change == "no workbook":
        held = io.BytesIO(b"PK\x03\x04 nothing")
        held.name = "a.xlsx"
    answer = client.post("/api/v1/reports-sheet", {"file": held})
    assert answer.status_code == 422
    assert answer.json()["problems"][0]["where"].startswith(("filled.xlsx", "a.xlsx"))
    assert Report.objects.filter(state="checking").count() == 0
