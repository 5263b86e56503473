"""Marks of a sheet that change what a cell says: raised, lowered and struck-out text, and merged values."""

import struct
from collections.abc import Callable
from pathlib import Path

import pytest
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet

from tests.test_intake import mapping, values
from tests.test_reading import (
    HEAD,
    LONG,
    made,
    number_at,
    old_book,
    read,
    refused,
    rich_at,
    text_at,
)
from tests.test_scheme import write
from zhengheng.domain.problems import DataError, RulebookError
from zhengheng.lake.intake import read_files
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.web.files.tables import rows_of

ABOVE, BELOW, STRUCK = (InlineFont(vertAlign="superscript"), InlineFont(vertAlign="subscript"), InlineFont(strike=True))  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book"))[0]


@pytest.mark.parametrize(
    ("cell", "code"),
    [
        (CellRichText("97.5", TextBlock(ABOVE, "1")), "marked"), (CellRichText("10", TextBlock(ABOVE, "3")), "marked"),
        (CellRichText("10", TextBlock(BELOW, "3")), "marked"), (CellRichText(TextBlock(STRUCK, "85"), "95"), "struck"),
        (CellRichText(TextBlock(STRUCK, "9"), TextBlock(InlineFont(b=True), "5")), "struck"),
    ],
)  # fmt: skip
def test_a_run_off_the_line_or_struck_out_is_no_digit(cell: CellRichText, code: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", cell, 2]])
    with pytest.raises(DataError) as caught:
        read(tmp_path, book)
    (problem,) = caught.value.problems
    assert (problem.where, problem.code) == ("d.xlsx:2", f"row.cell.{code}")
    assert "Sheet!B2" in problem.zh
    assert "Sheet!B2" in problem.en


@pytest.mark.parametrize(
    ("font", "code"),
    [(Font(strike=True), "struck"), (Font(vertAlign="superscript"), "marked"), (Font(vertAlign="subscript"), "marked")],
)  # fmt: skip
@pytest.mark.parametrize("value", [97.5, "97.5"])
def test_a_cell_whose_own_font_marks_it_is_no_number(value: object, font: Font, code: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", value, 2]], lambda page: setattr(page["B2"], "font", font))  # fmt: skip
    assert refused(tmp_path, book) == [f"row.cell.{code}"]


def test_other_fonts_change_nothing_and_words_may_be_raised(tmp_path: Path, book: Rulebook) -> None:
    bold = CellRichText(TextBlock(InlineFont(b=True, color="FFFF0000"), "9"), "5.5")
    name = CellRichText("甲PM", TextBlock(BELOW, "2.5"))
    made(tmp_path / "d.xlsx", [["u", "a", "b"], [name, bold, 2]])
    assert values(read(tmp_path, book)) == {("甲PM2.5", "A"): 9550, ("甲PM2.5", "B"): 200}


@pytest.mark.parametrize(("unit", "period"), [("001", CellRichText("2025", TextBlock(ABOVE, "1"))), (CellRichText("00", TextBlock(ABOVE, "1")), "2025"), (CellRichText("甲", TextBlock(STRUCK, "乙")), "2025")])  # fmt: skip
def test_a_code_or_period_with_a_mark_is_another(unit: object, period: object, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", "p", "a"], [unit, period, 1]])
    with pytest.raises(DataError) as caught:
        read_files(mapping(LONG), book, tmp_path)
    assert caught.value.problems[0].code in {"row.cell.marked", "row.cell.struck"}


@pytest.mark.parametrize(
    ("cell", "code"),
    [(rich_at(1, 1, "97.51", (0, 0), (4, 5)), "marked"), (rich_at(1, 1, "103", (2, 6)), "marked"), (rich_at(1, 1, "8595", (0, 7), (2, 0)), "struck")],
)  # fmt: skip
def test_an_old_workbook_is_no_different(cell: bytes, code: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.xls").write_bytes(old_book(("数据", 0, [*HEAD, cell, number_at(1, 2, 2)])))
    assert refused(tmp_path, book, "d.xls") == [f"row.cell.{code}"]


def test_an_uploaded_table_is_no_different(tmp_path: Path) -> None:
    rich = CellRichText("97.5", TextBlock(ABOVE, "1"))
    path = made(tmp_path / "d.xlsx", [["单位", "数值"], ["甲", rich]])
    with pytest.raises(DataError, match="superscript"):
        rows_of("d.xlsx", path.read_bytes(), {"unit": "单位", "value": "数值"})


@pytest.mark.parametrize(("cell", "code"), [(CellRichText("10", TextBlock(ABOVE, "0")), "cell.marked"), (CellRichText(TextBlock(STRUCK, "4"), "60"), "cell.struck")])  # fmt: skip
def test_a_rulebook_is_no_different(cell: CellRichText, code: str, tmp_path: Path) -> None:
    write_workbook(load_rulebook(write(tmp_path / "rules"))[0], tmp_path / "rules.xlsx")
    held = load_workbook(tmp_path / "rules.xlsx")
    found = next(c for row in held["权重"].iter_rows(min_row=3) for c in row if isinstance(c.value, int) and c.column > 3)  # fmt: skip
    found.value = cell
    held.save(tmp_path / "rules.xlsx")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path / "rules.xlsx")
    assert code in [problem.code for problem in caught.value.problems]
    assert f"rules.xlsx!权重!{found.coordinate}" in [p.where for p in caught.value.problems]


@pytest.mark.parametrize(
    "change",
    [lambda page: page.merge_cells("B2:B4"), lambda page: page.merge_cells("B2:C2"), lambda page: page.merge_cells("B2:C4")],
)  # fmt: skip
def test_a_merged_value_is_nobodys(change: Callable[[Worksheet], object], tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 10, 2], ["乙", None, 3], ["丙", None, 4]], change)  # fmt: skip
    with pytest.raises(DataError) as caught:
        read(tmp_path, book)
    merged = [problem for problem in caught.value.problems if problem.code == "row.cell.merged"]
    assert merged
    assert all("Sheet!B2:" in problem.zh for problem in merged)
    assert "d.xlsx:2" in [problem.where for problem in merged]


def test_merged_codes_and_heads_are_repeated(tmp_path: Path, book: Rulebook) -> None:
    rows = [["u", "p", "a"], ["甲", "2025", 1], ["乙", None, 2]]
    made(tmp_path / "d.xlsx", rows, lambda page: page.merge_cells("B2:B3"))
    assert values(read_files(mapping(LONG), book, tmp_path)) == {("甲", "A"): 100, ("乙", "A"): 200}


def test_a_merged_value_of_an_old_workbook_is_nobodys(tmp_path: Path, book: Rulebook) -> None:
    merged = struct.pack("<HHHHHHH", 0x00E5, 10, 1, 1, 2, 1, 1)
    rows = [*HEAD, number_at(1, 1, 10), number_at(1, 2, 2), text_at(2, 0, "乙"), number_at(2, 2, 3)]
    (tmp_path / "d.xls").write_bytes(old_book(("数据", 0, [*rows, merged])))
    assert refused(tmp_path, book, "d.xls") == ["row.cell.merged"] * 2
