"""Workbooks as a whole, as officials send them: several sheets, titles of several lines, heads that come again, notes below."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.styles import Alignment, Color, Font, PatternFill

from tests.test_intake import WIDE, mapping, values
from tests.test_reading import HEAD, made, number_at, old_book, read, refused, text_at
from tests.test_scheme import INDICATORS, write
from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake.intake import read_files
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook

TABLE = [["u", "a", "b"], ["甲", 1, 2]]
OTHER = [["u", "a", "b"], ["甲", 3, 4]]


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book"))[0]


def several(path: Path, change: Callable[[Workbook], object] = id, **sheets: list[list[Any]]) -> None:  # fmt: skip
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    for title, rows in sheets.items():
        page = workbook.create_sheet(title)
        for row in rows:
            page.append(row)
    change(workbook)
    workbook.save(path)


def old(title: str, first: float) -> tuple[str, int, list[bytes]]:
    return title, 0, [*HEAD, number_at(1, 1, first), number_at(1, 2, 2)]


def problem(tmp_path: Path, book: Rulebook, **changes: object) -> Problem:
    with pytest.raises(DataError) as caught:
        read(tmp_path, book, **changes)
    return caught.value.problems[0]


def test_of_sheets_with_one_head_none_is_chosen(tmp_path: Path, book: Rulebook) -> None:
    several(tmp_path / "d.xlsx", 一月=TABLE, 二月=OTHER)
    (tmp_path / "d.xls").write_bytes(old_book(old("一月", 1), old("二月", 3)))
    for file in ("d.xlsx", "d.xls"):
        with pytest.raises(DataError) as caught:
            read_files(mapping(file=file), book, tmp_path)
        assert {(p.where, p.code) for p in caught.value.problems} == {(file, "sheet.several")}
        assert "“一月”“二月”" in caught.value.problems[0].zh
        facts = read_files(mapping(file=file, sheet="二月"), book, tmp_path)
        assert values(facts)["甲", "A"] == 300
        assert [w.zh[:8] for w in facts.warnings if w.code == "sheet.left_out"] == [
            "工作表“一月”与"
        ]


def test_sheets_that_are_all_named_or_not_alike_are_no_news(tmp_path: Path, book: Rulebook) -> None:
    months = [["u", "a", "b"], ["乙", 3, 4]]
    several(tmp_path / "d.xlsx", 一月=TABLE, 二月=months, 说明=[["填报说明"], ["请认真填写"]], 空表=[["u", "a", "b"]])  # fmt: skip
    roster, wide = WIDE["sources"]
    plan = {**WIDE, "sources": [{**one, "file": "d.xlsx", "sheet": sheet} for sheet in ("一月", "二月") for one in (roster, wide)]}  # type: ignore[dict-item]  # fmt: skip
    facts = read_files(mapping(plan), book, tmp_path)
    assert values(facts) == {("甲", "A"): 100, ("甲", "B"): 200, ("乙", "A"): 300, ("乙", "B"): 400}
    assert not facts.warnings


def hide(state: str) -> Callable[[Workbook], object]:
    return lambda workbook: setattr(workbook["二月"], "sheet_state", state)


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_a_hidden_sheet_is_read_only_by_its_name_and_told(state: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    several(tmp_path / "d.xlsx", hide(state), 一月=TABLE, 二月=OTHER)
    facts = read(tmp_path, book)
    assert (values(facts)["甲", "A"], facts.warnings) == (100, [])
    facts = read(tmp_path, book, sheet="二月")
    assert values(facts)["甲", "A"] == 300
    assert "sheet.hidden" in {w.code for w in facts.warnings}


def test_the_sheet_that_holds_the_table_is_named(tmp_path: Path, book: Rulebook) -> None:
    several(tmp_path / "d.xlsx", 说明=[["填报说明"], ["请认真填写"]], 数据=TABLE)
    assert "sheet: 数据" in problem(tmp_path, book).zh
    several(tmp_path / "d.xlsx", 空=[], 数据=TABLE)
    found = problem(tmp_path, book)
    assert found.code == "file.empty"
    assert "数据" in found.zh


@pytest.mark.parametrize("title", ["a\n", "\u3000a", "a\u00a0", "a\u200b", "\ufeffa"])
def test_what_nobody_sees_is_no_part_of_a_title(title: str, tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", title, "b"], ["甲", 1, 2]])
    assert values(read(tmp_path, book))["甲", "A"] == 100
    (tmp_path / "d.csv").write_text(f'u,"{title}",b\n甲,1,2\n')
    assert values(read_files(mapping(), book, tmp_path))["甲", "A"] == 100


@pytest.mark.parametrize(
    ("held", "named"),
    [("投资额\n（万元）", "投资额（万元）"), ("new\njobs", "new jobs"), ("投资额（万元）", "投资额\n（万元）")],
)  # fmt: skip
def test_a_title_of_several_lines_is_one(held: str, named: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    roster, wide = WIDE["sources"]
    plan = {**WIDE, "sources": [roster, {**wide, "indicators": {"A": named, "B": "b"}, "where": f"`{named}` > 0"}]}  # type: ignore[dict-item]  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", held, "b"], ["甲", 1, 2]])
    assert values(read_files(mapping(plan, file="d.xlsx"), book, tmp_path))["甲", "A"] == 100


@pytest.mark.parametrize(("held", "wanted"), [("Ａ", "Ａ"), ("A", "A"), ("ab", None)])
def test_a_title_that_is_written_otherwise_is_proposed(held: str, wanted: str | None, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", held, "b"], ["甲", 1, 2]])
    found = problem(tmp_path, book)
    assert found.code == "column.absent"
    assert ("相近的列是“" in found.zh) == (wanted is not None)
    assert wanted is None or f"“{wanted}”" in found.zh


def test_a_personal_column_that_is_not_there_is_a_fault(tmp_path: Path, book: Rulebook) -> None:
    """A misspelt name would leave the persons' names in the lake."""
    made(tmp_path / "d.xlsx", [["u", "a", "b", "联系 人"], ["甲", 1, 2, "张三"]])
    found = problem(tmp_path, book, personal={"联系人": "drop"})
    assert found.code == "column.absent"
    assert "联系 人" in found.zh


@pytest.mark.parametrize("file", ["d.xlsx", "d.csv"])
def test_a_head_that_comes_again_is_no_row(file: str, tmp_path: Path, book: Rulebook) -> None:
    rows = [["u", "a", "b"], ["甲", "1", "2"], ["u", "a", "b"], ["乙", "3", "4"]]
    made(tmp_path / "d.xlsx", rows)
    (tmp_path / "d.csv").write_text("".join(",".join(row) + "\n" for row in rows))
    with pytest.raises(DataError) as caught:
        read_files(mapping(file=file), book, tmp_path)
    assert {(p.where, p.code) for p in caught.value.problems} == {(f"{file}:3", "row.row.header")}
    assert len(values(read_files(mapping(file=file, where="u != 'u'"), book, tmp_path))) == 4


@pytest.mark.parametrize(
    "note", ["填表人：张三", "单位负责人: 李四", "一、县区", "（二）市直部门", "注1：口径见附件"]
)
def test_what_stands_between_and_below_rows_is_no_unit(note: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2], [note]])
    assert refused(tmp_path, book) == ["row.unit.long"] * 2


@pytest.mark.parametrize("name", ["一中", "十里乡", "（筹）高新区", "三亚市"])
def test_a_unit_may_begin_like_a_heading(name: str, tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], [name, 1, 2]])
    assert len(read(tmp_path, book).units) == 1


@pytest.mark.parametrize(
    ("text", "mark"), [("\u202e甲", "202E"), ("甲\u200d", "200D"), ("甲\ufe0f", "FE0F"), ("\u00ad甲", "00AD"), ("甲\u2060", "2060")]
)  # fmt: skip
def test_a_unit_with_marks_that_nobody_sees_is_no_other_unit(text: str, mark: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text(f"u,a,b\n{text},1,2\n")
    made(tmp_path / "d.xlsx", [["u", "a", "b"], [text, 1, 2]])
    for file in ("d.csv", "d.xlsx"):
        with pytest.raises(DataError) as caught:
            read_files(mapping(file=file), book, tmp_path)
        assert {(p.where, p.code) for p in caught.value.problems} == {(f"{file}:2", "row.unseen")}
        assert f"U+{mark}" in caught.value.problems[0].zh
        assert text not in caught.value.problems[0].zh
    assert refused(tmp_path, book, "d.csv", where="u = '甲'") == ["row.unseen"] * 2, "no filter passes it over"  # fmt: skip


@pytest.mark.parametrize("text", ["\u0422\u041301", "\u041001", "\u2f08口局", "甲\u0410"])
def test_a_code_in_letters_that_pass_for_others_is_refused(text: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text(f"u,a,b\n{text},1,2\n")
    assert refused(tmp_path, book, "d.csv") == ["row.unit.letters"] * 2


@pytest.mark.parametrize(
    ("code", "said"), [("\u0410", "另一种字母"), ("a", "A（大小写也要一致）"), ("甲", "A 的名称"), ("完全不同", None)]
)  # fmt: skip
def test_an_unknown_indicator_is_told_what_may_be_meant(code: str, said: str | None, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text(f"u,i,v\n单位,{code},2\n")
    plan = {"purpose": "t", "sources": [{"file": "d.csv", "unit": "u", "period": {"constant": "2025"}, "indicator": "i", "value": "v"}]}  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_files(mapping(plan), book, tmp_path)
    (found,) = caught.value.problems
    assert found.code == "row.indicator"
    assert said is None or said in found.zh


def cell(tmp_path: Path, book: Rulebook, change: Callable[[Any], object], value: object = 1) -> list[str]:  # fmt: skip
    """The codes of what is said of cell B2 after a change to it."""
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", value, 2]], lambda page: change(page["B2"]))
    try:
        return [w.code for w in read(tmp_path, book).warnings]
    except DataError as error:
        return [p.code for p in error.problems]


WHITE = Font(color="FFFFFFFF")


def test_what_has_the_colour_of_its_ground_is_not_taken(tmp_path: Path, book: Rulebook) -> None:
    unseen = ["row.cell.unseen"]
    assert cell(tmp_path, book, lambda c: setattr(c, "font", WHITE)) == unseen
    assert cell(tmp_path, book, lambda c: setattr(c, "font", Font(color=Color(theme=0)))) == unseen
    assert cell(tmp_path, book, lambda c: setattr(c, "font", Font(sz=1))) == unseen

    def on(ground: str) -> Callable[[Any], object]:
        return lambda c: (setattr(c, "font", WHITE), setattr(c, "fill", PatternFill("solid", fgColor=ground)))  # fmt: skip

    assert cell(tmp_path, book, on("FFFFFFFF")) == unseen
    assert cell(tmp_path, book, on("FF1F4E78")) == []
    assert cell(tmp_path, book, lambda c: setattr(c, "font", Font(color="FFFF0000"))) == []


def test_a_white_head_on_blue_is_a_head_and_an_unread_white_cell_nobodys_business(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    def paint(page: Any) -> None:
        for place in ("A1", "B1", "D2"):
            page[place].font = WHITE

    made(tmp_path / "d.xlsx", [["u", "a", "b", "x"], ["甲", 1, 2, 9]], paint)
    assert values(read(tmp_path, book))["甲", "A"] == 100


@pytest.mark.parametrize(("value", "code"), [("5", ";;;"), ("5", "0;0;0;"), ("5", '0;0;0;"无"'), (5, ";;;")])  # fmt: skip
def test_a_text_that_its_format_hides_is_not_taken(value: object, code: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    assert cell(tmp_path, book, lambda c: setattr(c, "number_format", code), value) == ["row.cell.format"]  # fmt: skip


def test_a_text_is_what_its_format_shows(tmp_path: Path, book: Rulebook) -> None:
    def shape(page: Any) -> None:
        page["A2"].number_format, page["B2"].number_format, page["C2"].number_format = '@"区"', "0.00", '_ @_ '  # fmt: skip

    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", "1", "2"]], shape)
    assert values(read(tmp_path, book)) == {("甲区", "A"): 100, ("甲区", "B"): 200}


def narrow(width: float, code: str = "0.00", **alignment: bool) -> Callable[[Any], object]:
    def change(held: Any) -> None:
        held.number_format, held.alignment = code, Alignment(**alignment)  # type: ignore[arg-type]
        held.parent.column_dimensions["B"].width = width

    return change


def test_a_number_that_its_column_cannot_show_is_told(tmp_path: Path, book: Rulebook) -> None:
    assert cell(tmp_path, book, narrow(3), 1234567) == ["number.shown", "number.apart"]
    assert "####" in read(tmp_path, book).warnings[0].zh
    assert values(read(tmp_path, book))["甲", "A"] == 123456700
    for change in (narrow(12), narrow(3, "General"), narrow(3, shrink_to_fit=True)):
        assert cell(tmp_path, book, change, 1234567) == ["number.apart"]


def test_the_calendar_of_1904_gives_the_same_days(tmp_path: Path) -> None:
    monthly = {code: {**one, "frequency": "month"} for code, one in INDICATORS.items()}
    book = load_rulebook(write(tmp_path / "monthly", **monthly))[0]
    plan = {"purpose": "t", "sources": [{"file": "d.xlsx", "unit": "u", "indicator": {"constant": "A"}, "period": "p", "value": "a"}]}  # fmt: skip
    for year, serial in ((1900, 45717), (1904, 45717 - 1462)):
        workbook = Workbook()
        page = workbook.worksheets[0]
        page.append(["u", "p", "a"])
        page.append(["甲", serial, 5])
        page["B2"].number_format = 'yyyy"年"m"月"'
        if year == 1904:
            from openpyxl.utils.datetime import CALENDAR_MAC_1904

            workbook.epoch = CALENDAR_MAC_1904
        workbook.save(tmp_path / "d.xlsx")
        facts = read_files(mapping(plan), book, tmp_path)
        assert [str(d) for d in facts.tables["observation"]["period"].to_pylist()] == ["2025-03-31"]


@pytest.mark.parametrize("text", ["/", "-", "—", "——", "无", "N/A", "…", "*", "暂无"])
def test_a_sign_for_nothing_is_told_what_to_do(text: str, tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,{text},2\n")
    with pytest.raises(DataError) as caught:
        read_files(mapping(), book, tmp_path)
    (found,) = caught.value.problems
    assert (found.where, found.code) == ("d.csv:2", "row.number")
    assert "留空" in found.zh
    assert "missing" in found.en
    facts = read_files(mapping(missing=[text, ""]), book, tmp_path)
    assert values(facts)["甲", "A"] is None


@pytest.mark.parametrize("text", ["90-95", "≥90", "约90", "90以上", "90左右", "1.234,56", "1'234", "(1,234)", "△5", "90余人"])  # fmt: skip
def test_what_is_not_exactly_a_number_is_refused(text: str, tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", text, 2]])
    assert refused(tmp_path, book) in (["row.number"], ["row.number.unit"])


def test_an_old_workbook_is_as_strict_about_texts(tmp_path: Path, book: Rulebook) -> None:
    rows = [
        text_at(0, 0, "u"),
        text_at(0, 1, "a"),
        text_at(0, 2, "b"),
        text_at(1, 0, "填表人：张三"),
    ]
    (tmp_path / "d.xls").write_bytes(old_book(("数据", 0, [*rows, number_at(1, 1, 5), number_at(1, 2, 6)])))  # fmt: skip
    assert refused(tmp_path, book, "d.xls") == ["row.unit.long"] * 2


@pytest.mark.parametrize("sign", ["\t", ";", "|", "，", "、"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_a_table_of_another_separator_is_told_so(sign: str, encoding: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_bytes("u,a,b\n甲,1,2\n".replace(",", sign).encode(encoding))
    assert refused(tmp_path, book, "d.csv") == ["file.separator"]
    (tmp_path / "d.csv").write_bytes('u,a,b\r甲,"1,234.5",2\r'.encode(encoding))
    assert values(read_files(mapping(), book, tmp_path))["甲", "A"] == 123450


@pytest.mark.parametrize("file", ["d.ods", "d.et", "d.pdf", "d.xlsb"])
def test_another_kind_of_file_is_told_what_to_save_it_as(file: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / file).write_bytes(b"PK\x03\x04")
    with pytest.raises(DataError) as caught:
        read_files(mapping(file=file), book, tmp_path)
    assert ".xlsx" in caught.value.problems[0].zh
