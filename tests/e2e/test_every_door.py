"""One cell, every door: the lake's command, the office's page, its API and its tables take the same or refuse it in the same words."""

import io
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from openpyxl import Workbook
from openpyxl.styles import Font

from tests.e2e.test_sheets import opened, saved
from tests.e2e.test_year import adopt
from tests.test_intake import mapping
from tests.web.conftest import People
from tests.web.test_tables import sheet
from tests.web.town import Town
from zhengheng.domain.problems import DataError
from zhengheng.lake.cells import value_fault, written
from zhengheng.lake.intake import read_files
from zhengheng.scheme.model import Rulebook
from zhengheng.web.files.tables import rows_of
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of

pytestmark = pytest.mark.one_database

CODE = "GROWTH"
"""In %, with one decimal."""
TAKEN: tuple[tuple[Any, str], ...] = (
    ("５．１", ""),
    (0.051, "0.0%"),
    (5.1, '0.0"%"'),
    ("5.1 %", ""),
)
REFUSED: tuple[tuple[Any, str], ...] = (
    ("many", ""), ("=1+1", ""), ("5.1①", ""), ("90-95", ""), ("≥90", ""), ("约5", ""), ("90以上", ""), ("1e1", ""), ("5.1万", ""), ("5‰", ""),
    ("—", ""), ("(5.1)", ""), ("1.234,5", ""), (5.1, ";;;"), (-5.1, "0.0;0.0"), ("5\u202e1", ""), (970000, ""), ("#N/A", ""), (5.1, "white"),
    (5.1, "0,"), ("5.1", ";;;"),
)  # fmt: skip
TYPED = {
    "1e1": "是科学计数法的写法，请写出全部数字",
    "—": "不是数字；请写成 1200 或 0.5 这样的普通数字",
}
"""What is said in the office instead, where nobody has a mapping to put right or a status to write into a cell."""
COLUMNS = {"unit": "单位", "value": "数值"}


@pytest.fixture
def town(people: People, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Town:
    monkeypatch.setattr(settings, "HOME", tmp_path)
    return Town(people, monkeypatch)


def put(cell: Any, value: Any, code: str) -> None:
    cell.value = value
    cell.font = Font(color="FFFFFFFF") if code == "white" else Font()
    cell.number_format = code if code not in {"", "white"} else "General"


def by_lake(folder: Path, book: Rulebook, value: Any, code: str) -> tuple[int | None, str]:
    """The value at the indicator's decimals, or why not."""
    workbook = Workbook()
    page = workbook.worksheets[0]
    page.append(["单位", "数值"])
    page.append(["D10"])
    put(page["B2"], value, code)
    workbook.save(folder / "d.xlsx")
    said = {"purpose": "t", "sources": [{"file": "d.xlsx", "unit": "单位", "period": {"constant": "2025"}, "indicator": {"constant": CODE}, "value": "数值"}]}  # fmt: skip
    try:
        facts = read_files(mapping(said), book, folder)
    except DataError as error:
        (problem,) = error.problems
        assert problem.where == "d.xlsx:2"
        return None, problem.zh.removeprefix(f"{CODE}: ")
    return facts.tables["observation"]["value"][0].as_py(), ""


def by_table(book: Rulebook, value: Any, code: str) -> tuple[str, str]:
    """The number that a table of the office gives to its form, or why not."""
    content = sheet([["单位", "数值"], ["D10"]], lambda held: put(held.worksheets[0]["B2"], value, code))  # fmt: skip
    indicator = book.indicator(CODE)
    try:
        (row,) = rows_of("d.xlsx", content, COLUMNS)
    except DataError as error:
        (problem,) = error.problems
        assert problem.where == "d.xlsx:2"
        return "", problem.zh
    number = written(row["value"], indicator.decimals, indicator.measure_unit.zh)
    fault = value_fault(book, indicator, number)
    return ("", fault[0]) if fault else (number, "")


def test_every_door_takes_the_same_and_refuses_the_same(town: Town, tmp_path: Path) -> None:
    number = adopt(town)
    town.post("office_data", f"rulebooks/{number}/open_reports", period="2025")
    town.work()
    book, client = book_of(RulebookVersion.objects.get(pk=number)), town.client("statistics")
    workbook, page = opened(client.get("/api/v1/reports-sheet").content)
    rows = [row for row in range(2, page.max_row + 1) if page.cell(row, 4).value.startswith(CODE)]
    assert len(rows) == len(TAKEN)
    for value, code in REFUSED:
        taken, why = by_lake(tmp_path, book, value, code)
        assert taken is None, value
        words = TYPED.get(value) or (why.split("：", 1)[1] if why.startswith("Sheet!") else why)
        assert words in by_table(book, value, code)[1], value
        put(page.cell(rows[0], 8), value, code)
        (failed,) = client.post("/api/v1/reports-sheet", {"file": saved(workbook)}).json()["failed"]
        assert failed["row"] == rows[0]
        assert words in failed["problems"][0]["zh"], value
        answer = client.post("/office/reports/sheet/", {"file": saved(workbook)})
        assert answer.status_code == 422
    put(page.cell(rows[0], 8), 5.1, "")
    for long in ("很长" * 3000, "—"):
        page.cell(rows[0], 10).value = long
        (failed,) = client.post("/api/v1/reports-sheet", {"file": saved(workbook)}).json()["failed"]
        assert "说明" in failed["problems"][0]["zh"]
    page.cell(rows[0], 10).value = None
    assert not Report.objects.exclude(state="due").exists()
    for row, (value, code) in zip(rows, TAKEN, strict=True):
        taken, why = by_lake(tmp_path, book, value, code)
        assert (taken, why) == (51, "")
        assert by_table(book, value, code) == ("5.1", "")
        put(page.cell(row, 8), value, code)
    assert client.post("/api/v1/reports-sheet", {"file": saved(workbook)}).json()["done"] == len(TAKEN)  # fmt: skip
    handed = Report.objects.filter(indicator=CODE).values_list("value", flat=True)
    assert list(handed) == ["5.1"] * len(TAKEN)


def test_what_the_lake_warns_of_the_office_refuses(town: Town, tmp_path: Path) -> None:
    """Nobody would read a warning there: a number that is not shown whole, the second of two like sheets."""
    number = adopt(town)
    book = book_of(RulebookVersion.objects.get(pk=number))
    assert by_lake(tmp_path, book, 5.1, "0") == (51, "")
    assert "显示的却是 5" in by_table(book, 5.1, "0")[1]

    def twice(held: Workbook) -> None:
        for row in (["单位", "数值"], ["D13", 6]):
            held["乙"].append(row)

    content = sheet([["单位", "数值"], ["D10", 5]], lambda held: (held.create_sheet("乙"), twice(held)))  # fmt: skip
    with pytest.raises(DataError) as caught:
        rows_of("d.xlsx", content, COLUMNS)
    assert [(p.where, p.code) for p in caught.value.problems] == [("d.xlsx", "sheet.several")]


@pytest.mark.parametrize("value", ["—", "5" * 41, "many", "90-95"])
def test_a_table_of_targets_is_refused_at_its_row(value: str, town: Town) -> None:
    number = adopt(town)
    content = sheet([["单位代码", "指标代码", "目标值"], ["D10", CODE, value]])
    held = io.BytesIO(content)
    held.name = "t.xlsx"
    answer = town.client("office_indicators").post(f"/api/v1/targets-import?rulebook={number}", {"file": held})  # fmt: skip
    assert answer.status_code == 422
    assert [one["where"] for one in answer.json()["problems"]] == ["t.xlsx:2"]
