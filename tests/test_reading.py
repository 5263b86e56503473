"""Reading tables as people see them: no mark, suffix, format or hidden thing changes a number without a word."""

import datetime
import struct
import zipfile
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.chart import BarChart
from openpyxl.worksheet.worksheet import Worksheet

from tests.test_intake import mapping, old_excel, values
from tests.test_scheme import write
from zhengheng.domain.problems import DataError, RulebookError, ZhenghengError
from zhengheng.engines.export import workbook
from zhengheng.lake.cells import CellError, read_number, value_fault
from zhengheng.lake.facts import Facts
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import load_mapping
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.indicator import Sense
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.workbooks.cell import refusal
from zhengheng.workbooks.formats import understood
from zhengheng.workbooks.read import read_rows

EPOCH = datetime.datetime(1899, 12, 30)  # noqa: DTZ001 - day 0 of the spreadsheet's calendar
MARCH = 45717
"""1 March 2025 as a spreadsheet counts days."""


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book"))[0]


def made(path: Path, rows: list[list[Any]], change: Callable[[Worksheet], object] = id) -> Path:
    workbook = Workbook()
    page = workbook.active
    assert page
    for row in rows:
        page.append(row)
    change(page)
    workbook.save(path)
    return path


def read(tmp_path: Path, book: Rulebook, **changes: object) -> Facts:
    return read_files(mapping(file="d.xlsx", **changes), book, tmp_path)


def refused(tmp_path: Path, book: Rulebook, file: str = "d.xlsx", **changes: object) -> list[str]:
    with pytest.raises(DataError) as caught:
        read_files(mapping(file=file, **changes), book, tmp_path)
    return [problem.code for problem in caught.value.problems]


@pytest.mark.parametrize("text", ["97.5①", "10³", "95.3¹", "100②", "½", "９５.３⑴", "٣", "1.2.3", "一百", "约95", "95～97", "5?"])  # fmt: skip
def test_a_mark_beside_a_number_is_no_digit_of_it(text: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    with pytest.raises(CellError):
        read_number(text, 2)
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,{text},2\n")
    assert refused(tmp_path, book, "d.csv") == ["row.number"]


PLAINLY: dict[str, str | None] = {
    "1e1": None, "1E+05": None, "1.5e-3": None, "１ｅ３": None, "1e1 人": None, "0x10": None, "1_000": None, "+5": "5", "-5": "-5", "--5": None,
    "+-5": None, "5-": None, "٣": None, "१२": None, "1,00": None, "1,000": "1000", "１，０００": "1000", "1,000,00": None, "1,0000": None, ",500": None,
    "1,,000": None, "1.000,5": None, "1,000.5": "1000.5", "1 000": None, "1'000": None, ".5": None, "-.5": None, "5.": None, "0.5": "0.5", "5.0": "5",
    ".": None, "(5)": None, "5/2": None, "inf": None, "NaN": None, "5。3": None, "５．３": "5.3", "1,00万": None, "1e1万": None, ".5亿": None, "5.%": None,
}  # fmt: skip
"""What is plainly a number: a sign or none, digits on both sides of a point, thousands by threes or not at all."""


@pytest.mark.parametrize("text", PLAINLY)
def test_only_what_is_plainly_a_number_is_one(text: str, tmp_path: Path, book: Rulebook) -> None:
    """In a text file, in a text cell of a workbook and in a form alike."""
    (tmp_path / "d.csv").write_text(f'u,a,b\n甲,"{text}",2\n')
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", text, 2]])
    wanted = PLAINLY[text]
    for file in ("d.csv", "d.xlsx"):
        if wanted is None:
            with pytest.raises(DataError) as caught:
                read_files(mapping(file=file), book, tmp_path)
            (told,) = caught.value.problems
            assert told.where == f"{file}:2"
            assert text[:1] in told.zh
        else:
            read = values(read_files(mapping(file=file), book, tmp_path))
            assert read["甲", "A"] == Decimal(wanted).scaleb(book.indicator("A").decimals)
    if wanted is None:
        assert value_fault(book, book.indicator("A"), text, "理由")


def test_a_true_number_is_one_however_its_file_spells_it(tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1e5, 1.5e-1]])
    (tmp_path / "d.jsonl").write_text('{"u": "甲", "a": 1e5, "b": 1.5E-1}\n')
    (tmp_path / "e.csv").write_text("u,a,b\n甲,1e5,1.5E-1\n")
    wanted = {("甲", "A"): 10_000_000, ("甲", "B"): 15}
    for file in ("d.xlsx", "d.jsonl"):
        assert values(read_files(mapping(file=file), book, tmp_path)) == wanted
    assert values(read_files(mapping(file="e.csv", scientific=True), book, tmp_path)) == wanted
    (tmp_path / "d.jsonl").write_text('{"u": "甲", "a": 1e99999999, "b": "1e5"}\n')
    assert refused(tmp_path, book, "d.jsonl") == ["row.number"]


@pytest.mark.parametrize(
    ("text", "unit", "wanted"),
    [
        ("0.5亿", "亿元", "0.5"), ("0.5亿", "万元", "5000"), ("0.5亿", "元", "50000000"), ("3万", "万元", "3"),
        ("3万", "人", "30000"), ("12.5亿元", "亿元", "12.5"), ("12.5万元", "元", "125000"), ("3百万", "万元", "300"),
        ("85.3%", "%", "85.3"), ("８５．３％", "%", "85.3"), ("85.3%", "", None), ("５％", "", None), ("12人", "人", "12"), ("2万", "万吨", "2"),
        ("1.2 亿", "亿立方米", "1.2"), ("3.2个百分点", "个百分点", "3.2"), ("1,234.5", "元", "1234.5"), ("−3", "元", "-3"),
        ("15%", "亿元", None), ("3万", "%", None), ("12件", "人", None), ("5‰", "%", None), ("5万元", "人", None),
        ("1,234万", "元", "12340000"), ("5亿元", "", None), ("1万2千", "元", None), ("5万万", "元", None),
    ],
)  # fmt: skip
def test_a_suffix_is_read_against_the_unit_of_measure(text: str, unit: str, wanted: str | None) -> None:  # fmt: skip
    if wanted is None:
        with pytest.raises(CellError):
            read_number(text, 6, measure_unit=unit)
    else:
        assert read_number(text, 6, measure_unit=unit)[0] == int(float(wanted) * 10**6)


def test_a_declared_scale_and_the_same_suffix_count_once(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1.2万,2\n")
    assert values(read_files(mapping(scale="万"), book, tmp_path))["甲", "A"] == 1200000
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1.2亿,2\n")
    assert refused(tmp_path, book, "d.csv", scale="万") == ["row.number.unit"]


@pytest.mark.parametrize(
    ("value", "code", "number", "shown"),
    [
        (0.853, "0.0%", "85.3%", "85.3%"), (85.3, '0.0"%"', "85.3%", "85.3%"), (85.3, "0.0\\%", "85.3%", "85.3%"),
        (1.2, "[>=1]0%;0.0", "120%", None), (0.5, "[>=1]0%;0.0", "0.5", "0.5"), (0.5, '0.0"亿"', "0.5亿", "0.5亿"),
        (12, "0000", "12", "0012"), (2025.1, "0.00", "2025.1", "2025.10"), (85.27, "0.0", "85.27", None),
        (1234.5, "#,##0.00_);(#,##0.00)", "1234.5", "1234.50"), (-5, "0.0;[Red]0.0", "-5", "-5.0"), (-5, "0.0;-0.0", "-5", "-5.0"), (-5, "0;(0)", "-5", "-5"), (-5, "0", "-5", "-5"),
        (0, '_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "0", "0"), (3, '0"人"', "3人", "3人"),
        (MARCH, 'yyyy"年"m"月"', "2025-03", "2025-03"), (MARCH, "yyyy/m/d", "2025-03-01", "2025-03-01"),
        (MARCH, "mmm-yy", "2025-03", "2025-03"), (MARCH + 0.5, "yyyy-mm-dd hh:mm", "2025-03-01 12:00:00", None),
        (1, "yyyy-mm-dd", "1900-01-01", "1900-01-01"), (59, "yyyy/m/d", "1900-02-28", "1900-02-28"), (61, "yyyy-mm-dd", "1900-03-01", "1900-03-01"),
        (1.5e-7, "General", "0.00000015", "0.00000015"), (12345, "0.00E+00", "12345", "12345"),
    ],
)  # fmt: skip
def test_a_number_is_what_its_format_shows(value: float, code: str, number: str, shown: str | None) -> None:  # fmt: skip
    cell = understood(value, code, EPOCH)
    assert cell == number
    assert cell.fault is None
    assert shown is None or (cell.shown == shown and cell.text_fault is None)


@pytest.mark.parametrize(
    ("value", "code"),
    [(12345, '0!.0,"万"'), (12345678, "0.00,,"), (5, ";;;"), (0, "0;-0;;@"), (5, '"无"'), (5, "-0"), (5, '"-"0'), (1.5, "[h]:mm"),
     (MARCH, 'm"月"d"日"'), (60, "yyyy-mm-dd"), (0.5, "0%%"), (12345, "0-0000"), (-5, "0;0"), (-5, "0.0;0.0;0"), (-5, '0"人";0"人"')],
)  # fmt: skip
def test_what_a_format_hides_is_not_taken(value: float, code: str) -> None:
    assert understood(value, code, EPOCH).fault


def test_a_percent_sign_in_quotes_is_not_multiplied(tmp_path: Path, book: Rulebook) -> None:
    def shape(page: Worksheet) -> None:
        page["B2"].number_format, page["C2"].number_format = '0.0"%"', "0.0%"

    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 85.3, 0.853]], shape)
    assert refused(tmp_path, book) == ["row.number.unit"], "no unit of measure says what % means"
    taken = read_files(mapping(file="d.xlsx", strip="%"), book, tmp_path)
    assert values(taken) == {("甲", "A"): 8530, ("甲", "B"): 8530}


def test_the_months_of_chinese_excel_are_known(tmp_path: Path) -> None:
    """Built-in format 57 shows a year and month, and no file says so."""
    made(tmp_path / "d.xlsx", [["月份"], [MARCH]], lambda page: setattr(page["A2"], "number_format", "0.0000"))  # fmt: skip
    with zipfile.ZipFile(tmp_path / "d.xlsx") as held:
        parts = {name: held.read(name) for name in held.namelist()}
    styles = parts["xl/styles.xml"].replace(b'numFmtId="164" fontId', b'numFmtId="57" fontId')
    parts["xl/styles.xml"] = styles.replace(b'applyNumberFormat="1" ', b"")
    with zipfile.ZipFile(tmp_path / "d.xlsx", "w") as held:
        for name, content in parts.items():
            held.writestr(name, content)
    assert list(read_rows(tmp_path / "d.xlsx", "d.xlsx"))[1] == (2, ["2025-03"])


def old_book(*sheets: tuple[str, int, list[bytes]], formats: dict[int, str] | None = None) -> bytes:
    """A workbook of the years of Excel 5, as plain records: sheets of a title, a state and cell records."""

    def record(number: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(content)) + content

    begin = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0005, 0, 0))
    page = record(0x0809, struct.pack("<HHHH", 0x0500, 0x0010, 0, 0))
    shared = record(0x0042, struct.pack("<H", 936))
    shared += record(0x0031, struct.pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 0, 0, 0, 0, 0) + b"\x01A") * 4  # fmt: skip
    # Fonts 5 (there is no 4), 6 and 7: above the line, below it, struck out.
    for options, place in ((0, 1), (0, 2), (8, 0)):
        shared += record(0x0031, struct.pack("<HHHHHBBBB", 200, options, 0x7FFF, 400, place, 0, 0, 0, 0) + b"\x01A")  # fmt: skip
    for key, code in (formats or {}).items():
        shared += record(0x041E, struct.pack("<HB", key, len(code)) + code.encode())
    for key in (0, *(formats or {})):
        shared += record(0x00E0, struct.pack("<HHHHHHHH", 0, key, 1, 0, 0x20C0, 0, 0, 0))
    bodies = [page + b"".join(cells) + record(0x000A) for _, _, cells in sheets]
    heads_length = sum(4 + 7 + len(title.encode("gbk")) for title, _, _ in sheets)
    place = len(begin) + len(shared) + heads_length + 4
    heads = b""
    for (title, state, _), body in zip(sheets, bodies, strict=True):
        name = title.encode("gbk")
        heads += record(0x0085, struct.pack("<IBBB", place, state, 0, len(name)) + name)
        place += len(body)
    return begin + shared + heads + record(0x000A) + b"".join(bodies)


def text_at(row: int, column: int, text: str) -> bytes:
    held = text.encode("gbk")
    return struct.pack("<HHHHHH", 0x0204, 8 + len(held), row, column, 0, len(held)) + held


def number_at(row: int, column: int, value: float, style: int = 0) -> bytes:
    return struct.pack("<HHHHHd", 0x0203, 14, row, column, style, value)


def error_at(row: int, column: int) -> bytes:
    return struct.pack("<HHHHHBB", 0x0205, 8, row, column, 0, 42, 1)


def formula_at(row: int, column: int, value: float) -> bytes:
    return struct.pack("<HHHHHdHIH", 0x0006, 22, row, column, 0, value, 0, 0, 0)


def rich_at(row: int, column: int, text: str, *runs: tuple[int, int]) -> bytes:
    """A text whose runs, from a byte on, have a font of their own."""
    held = struct.pack("<HHHH", row, column, 0, len(text.encode("gbk"))) + text.encode("gbk")
    held += bytes([len(runs), *(number for run in runs for number in run)])
    return struct.pack("<HH", 0x00D6, len(held)) + held


HEAD = [text_at(0, 0, "u"), text_at(0, 1, "a"), text_at(0, 2, "b"), text_at(1, 0, "甲")]


def test_an_old_workbook_is_read_by_the_rules_of_a_new_one(tmp_path: Path, book: Rulebook) -> None:
    rows = [*HEAD, number_at(1, 1, 0.853, 1), number_at(1, 2, 85.3, 2)]
    hidden = [text_at(0, 0, "old")]
    content = old_book(("旧", 1, hidden), ("数据", 0, rows), formats={10: "0.00%", 164: '0.0"%"'})
    (tmp_path / "d.xls").write_bytes(content)
    assert values(read_files(mapping(file="d.xls", strip="%"), book, tmp_path)) == {("甲", "A"): 8530, ("甲", "B"): 8530}  # fmt: skip


@pytest.mark.parametrize(
    ("cell", "code"), [(error_at(1, 1), "row.cell.error"), (formula_at(1, 1, 50.0), "row.cell.formula")]
)  # fmt: skip
def test_errors_and_formulas_of_an_old_workbook_are_refused(cell: bytes, code: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.xls").write_bytes(old_book(("数据", 0, [*HEAD, cell, number_at(1, 2, 2)])))
    assert refused(tmp_path, book, "d.xls") == [code]


def test_merged_cells_and_hidden_rows_of_an_old_workbook(tmp_path: Path) -> None:
    """As Excel 97 wrote them, which first kept a list of merged areas."""

    def record(number: int, content: bytes = b"") -> bytes:
        return struct.pack("<HH", number, len(content)) + content

    def label(row: int, column: int, text: str) -> bytes:
        held = text.encode("utf-16-le")
        return record(0x0204, struct.pack("<HHHHB", row, column, 0, len(text), 1) + held)

    def begin(kind: int) -> bytes:
        return record(0x0809, struct.pack("<HHHHII", 0x0600, kind, 0, 0, 0, 6))

    texts = {(0, 0): "生态", (1, 0): "得分", (1, 1): "名次", (2, 0): "1", (2, 1): "2"}
    row = struct.pack("<HHHHHHHH", 2, 0, 2, 300, 0, 0, 0x0020, 0)
    sheet = begin(0x0010) + record(0x0208, row)
    sheet += b"".join(label(*place, text) for place, text in texts.items())
    sheet += record(0x00E5, struct.pack("<HHHHH", 1, 0, 0, 0, 1)) + record(0x000A)
    head = struct.pack("<BBBB", 0, 0, 1, 1) + "表".encode("utf-16-le")
    place = len(begin(0x0005)) + 4 + 4 + len(head) + 4
    shared = begin(0x0005) + record(0x0085, struct.pack("<I", place) + head) + record(0x000A)
    (tmp_path / "d.xls").write_bytes(shared + sheet)
    found = list(read_rows(tmp_path / "d.xls", "d.xls"))
    assert found == [(1, ["生态", "生态"]), (2, ["得分", "名次"]), (3, ["1", "2"])]
    assert [refusal(cell) is not None for cell in found[2][1]] == [True, True]


def test_the_oldest_files_name_their_formulas(tmp_path: Path) -> None:
    (tmp_path / "d.xls").write_bytes(old_excel([["u", "a"], ["甲", 1.5]]))
    assert list(read_rows(tmp_path / "d.xls", "d.xls")) == [(1, ["u", "a"]), (2, ["甲", "1.5"])]


LONG = {
    "purpose": "t",
    "sources": [{"file": "d.xlsx", "unit": "u", "indicator": {"constant": "A"}, "period": "p", "value": "a"}],
}  # fmt: skip


def monthly(book: Rulebook, frequency: str = "month") -> Rulebook:
    changed = [one.model_copy(update={"frequency": frequency}) for one in book.indicators]
    return book.model_copy(update={"indicators": tuple(changed)})


def periods(tmp_path: Path, book: Rulebook, file: str = "d.xlsx") -> list[str]:
    facts = read_files(mapping(LONG, file=file), book, tmp_path)
    return sorted(str(day) for day in facts.tables["observation"]["period"].to_pylist())


def test_a_month_that_became_a_date_is_its_month(tmp_path: Path, book: Rulebook) -> None:
    rows = [["u", "p", "a"], *(["甲", datetime.date(2025, month, 1), 5] for month in (2, 3))]

    def shape(page: Worksheet) -> None:
        page["B2"].number_format, page["B3"].number_format = 'yyyy"年"m"月"', "yyyy-mm-dd"

    made(tmp_path / "d.xlsx", rows, shape)
    assert periods(tmp_path, monthly(book)) == ["2025-02-28", "2025-03-31"]
    (tmp_path / "d.csv").write_text("u,p,a\n甲,2025/4/1,5\n")
    assert periods(tmp_path, monthly(book), "d.csv") == ["2025-04-30"]


def test_a_day_is_no_period_of_a_monthly_or_yearly_indicator(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text("u,p,a\n甲,2025-03-15,5\n乙,2025-03-01,5\n")
    for held, places in ((monthly(book), ["d.csv:2"]), (book, ["d.csv:2", "d.csv:3"])):
        with pytest.raises(DataError) as caught:
            read_files(mapping(LONG, file="d.csv"), held, tmp_path)
        assert [(p.code, p.where) for p in caught.value.problems] == [("row.period.day", place) for place in places]  # fmt: skip


LENGTHS: dict[str, tuple[str, str, str, str | None]] = {
    "a quarter for a year": ("year", "sum", "2025年第四季度", None), "a month for a year": ("year", "sum", "2025年12月", None),
    "a half for a year": ("year", "mean", "2025年下半年", None), "a month for a quarter": ("quarter", "sum", "2025-03", None),
    "a month within a quarter": ("quarter", "mean", "2025-02", None), "a quarter for a half": ("half", "sum", "2025-Q2", None),
    "a total for a month": ("month", "sum", "2025年", None), "a total for a month's stock": ("month", "last", "2025", None),
    "a total for a quarter's stock": ("quarter", "last", "2025-H1", None), "a month for a day": ("day", "sum", "2025-12", None),
    "a rolling month for a year": ("year", "rolling", "2025-12", None), "the year": ("year", "sum", "2025年度", "2025-12-31"),
    "a quarter": ("quarter", "sum", "2025年第4季度", "2025-12-31"), "the year to date": ("year", "last", "2025-12", "2025-12-31"),
    "a quarter's stock by the month": ("quarter", "last", "2025年6月", "2025-06-30"), "a stock by the day": ("year", "last", "2025-12-31", "2025-12-31"),
}  # fmt: skip


@pytest.mark.parametrize("name", LENGTHS)
def test_a_value_of_another_length_of_time_stands_for_nothing_else(name: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    """The fourth quarter is not the year, nor December either, and a total is no month."""
    frequency, combine, period, wanted = LENGTHS[name]
    changed = [one.model_copy(update={"frequency": frequency, "combine": combine}) for one in book.indicators]  # fmt: skip
    held = book.model_copy(update={"indicators": tuple(changed)})
    (tmp_path / "d.csv").write_text(f"u,p,a\n甲,{period},5\n")
    if wanted is not None:
        assert periods(tmp_path, held, "d.csv") == [wanted]
        return
    with pytest.raises(DataError) as caught:
        read_files(mapping(LONG, file="d.csv"), held, tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [("row.period.length", "d.csv:2")]


@pytest.mark.parametrize(("role", "more"), [("target", {}), ("ruling", {}), ("target", {"kinds": {"base": "a"}})])  # fmt: skip
@pytest.mark.parametrize(
    ("rhythm", "period", "wanted"),
    [("year", "2025年第四季度", None), ("year", "2025-12", None), ("month", "2025", None), ("month", "2025-Q1", None),
     ("year", "2025-Q1", "2025-03-31"), ("year", "2025", "2025-12-31"), ("quarter", "2025-Q4", "2025-12-31")],
)  # fmt: skip
def test_a_target_is_of_the_period_that_is_assessed(
    role: str, more: dict[str, Any], rhythm: str, period: str, wanted: str | None, tmp_path: Path, book: Rulebook
) -> None:  # fmt: skip
    held = book.model_copy(update={"period": rhythm})
    plan = {**LONG, "sources": [{**LONG["sources"][0], **more}]}  # type: ignore[dict-item]
    (tmp_path / "d.csv").write_text(f"u,p,a\n甲,{period},5\n")
    asked = mapping(plan, file="d.csv", role=role)
    if wanted is None:
        with pytest.raises(DataError) as caught:
            read_files(asked, held, tmp_path)
        assert [(p.code, p.where) for p in caught.value.problems] == [("row.period.assessed", "d.csv:2")]  # fmt: skip
    else:
        table = read_files(asked, held, tmp_path).tables["revision" if role == "ruling" else role]
        assert [str(day) for day in table["period"].to_pylist()] == [wanted]


def test_a_plan_may_ask_by_the_month(tmp_path: Path, book: Rulebook) -> None:
    plan = {**LONG, "sources": [{**LONG["sources"][0], "kinds": {"plan": "a"}}]}  # type: ignore[dict-item]
    (tmp_path / "d.csv").write_text("u,p,a\n甲,2025-12,5\n")
    assert read_files(mapping(plan, file="d.csv", role="target"), book, tmp_path).tables["target"].num_rows == 1  # fmt: skip


def test_a_measure_counts_by_what_its_indicator_is_reported_by(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    columns = {"unit": {"column": "u"}, "day": {"column": "p", "type": "date"}}
    (tmp_path / "d.csv").write_text("u,p\n甲,2025-12-03\n甲,2025-03-03\n")
    for frequency, codes in (("month", ["measure.frequency"]), ("year", [])):
        measure = {"indicator": "A", "unit": "unit", "date": "day", "frequency": frequency}
        asked = mapping({"purpose": "t", "sources": [{"file": "d.csv", "role": "fact", "columns": columns, "measures": [measure]}]})  # fmt: skip
        if codes:
            with pytest.raises(DataError) as caught:
                read_files(asked, book, tmp_path)
            assert [p.code for p in caught.value.problems] == codes
        else:
            assert values(read_files(asked, book, tmp_path)) == {("甲", "A"): 200}


def test_months_of_a_stock_within_a_year_are_told(tmp_path: Path, book: Rulebook) -> None:
    changed = [one.model_copy(update={"combine": "last"}) for one in book.indicators]
    (tmp_path / "d.csv").write_text("u,p,a\n甲,2025-03,5\n")
    facts = read_files(mapping(LONG, file="d.csv"), book.model_copy(update={"indicators": tuple(changed)}), tmp_path)  # fmt: skip
    assert [w.code for w in facts.warnings] == ["period.unused"]


def test_october_as_a_number_is_not_january(tmp_path: Path, book: Rulebook) -> None:
    rows = [["u", "p", "a"], ["甲", 2025.1, 5]]
    made(tmp_path / "d.xlsx", rows, lambda page: setattr(page["B2"], "number_format", "0.00"))
    assert periods(tmp_path, monthly(book)) == ["2025-10-31"]
    made(tmp_path / "d.xlsx", rows)
    (tmp_path / "d.csv").write_text("u,p,a\n甲,2025.1,5\n")
    for file in ("d.xlsx", "d.csv"):
        with pytest.raises(DataError) as caught:
            read_files(mapping(LONG, file=file), monthly(book), tmp_path)
        assert [p.code for p in caught.value.problems] == ["row.period.decimal"], file


def test_codes_are_what_the_sheet_shows(tmp_path: Path, book: Rulebook) -> None:
    def shape(page: Worksheet) -> None:
        page["A2"].number_format = "0000"

    made(tmp_path / "d.xlsx", [["u", "a", "b"], [12, 1, 2]], shape)
    assert set(values(read(tmp_path, book))) == {("0012", "A"), ("0012", "B")}
    made(tmp_path / "d.xlsx", [["u", "a", "b"], [110101199003070000, 1, 2]])
    assert refused(tmp_path, book) == ["row.cell.digits"] * 2


def test_hidden_sheets_are_passed_by_and_hidden_rows_are_told(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    workbook = Workbook()
    first = workbook.active
    assert first
    first.sheet_state = "hidden"
    for title, number in (("旧", 1), ("新", 3)):
        page = first if title == "旧" else workbook.create_sheet(title)
        for row in (["u", "a", "b"], ["甲", number, 2]):
            page.append(row)
    workbook.save(tmp_path / "d.xlsx")
    assert values(read(tmp_path, book))["甲", "A"] == 300
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2], ["乙", 1, 2]], lambda page: setattr(page.row_dimensions[3], "hidden", True))  # fmt: skip
    assert refused(tmp_path, book) == ["row.row.hidden"] * 2


def test_a_chart_before_the_data_is_passed_by(tmp_path: Path, book: Rulebook) -> None:
    workbook = Workbook()
    page = workbook.active
    assert page
    for row in (["u", "a", "b"], ["甲", 1, 2]):
        page.append(row)
    workbook.create_chartsheet("图", 0).add_chart(BarChart())
    workbook.save(tmp_path / "d.xlsx")
    assert values(read(tmp_path, book))["甲", "A"] == 100


def test_a_formula_is_refused_only_where_it_is_taken(tmp_path: Path, book: Rulebook) -> None:
    rows = [["u", "a", "b", "备注"], ["甲", 1, 2, "=1+1"], ["合计", "=SUM(B2:B2)", 2]]
    made(tmp_path / "d.xlsx", rows)
    with pytest.raises(DataError) as caught:
        read(tmp_path, book)
    total, problem = caught.value.problems
    assert (total.where, total.code) == ("d.xlsx:3", "row.unit.total")
    assert (problem.where, problem.code) == ("d.xlsx:3", "row.cell.formula")
    assert "Sheet!B3" in problem.zh
    assert values(read(tmp_path, book, where="u != '合计'")) == {("甲", "A"): 100, ("甲", "B"): 200}
    assert refused(tmp_path, book, where="a > 0")[:1] == ["row.cell.formula"]


def test_a_note_over_the_table_is_no_unit(tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2], ["注：不满意率为全年平均"]], lambda page: page.merge_cells("A3:C3"))  # fmt: skip
    assert refused(tmp_path, book) == ["row.row.note"] * 2
    (tmp_path / "d.csv").write_text("u,a,b\n注：合计不含丙,1,2\n")
    assert refused(tmp_path, book, "d.csv") == ["row.unit.long"] * 2


def test_characters_of_older_editions_are_read_and_private_ones_refused(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_bytes(b"u,a,b\n" + b"\xfe\x59\xc8\xcb,1,2\n")
    assert ("龴人", "A") in values(read_files(mapping(), book, tmp_path))
    (tmp_path / "d.csv").write_text("u,a,b\n\ue863,1,2\n")
    with pytest.raises(DataError, match="private") as caught:
        read_files(mapping(), book, tmp_path)
    assert "䶮" in caught.value.problems[0].zh


@pytest.mark.parametrize("blank", [1, 2, 5])
def test_a_blank_row_in_the_place_of_the_header_is_told_with_where_it_is(blank: int, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text("\n" * blank + "u,a,b\n甲,1,2\n")
    with pytest.raises(DataError) as caught:
        read_files(mapping(), book, tmp_path)
    (problem,) = caught.value.problems
    assert (problem.code, problem.where) == ("header.blank", "d.csv:1")
    assert f"header: {blank + 1}" in problem.zh
    assert values(read_files(mapping(header=blank + 1), book, tmp_path))["甲", "A"] == 100
    made(tmp_path / "d.xlsx", [[None] * 3] * blank + [["u", "a", "b"], ["甲", 1, 2]])
    assert values(read(tmp_path, book))["甲", "A"] == 100, "of a sheet only used rows are read"


@pytest.mark.parametrize("head", [b"PK\x03\x04\xff", b"\xd0\xcf\x11\xe0\xa1"])
def test_a_workbook_in_the_place_of_a_mapping_is_called_one(head: bytes, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_bytes(head + b"\0" * 20)
    with pytest.raises(ZhenghengError) as caught:
        load_mapping(tmp_path / "m.yaml")
    assert [one.code for one in caught.value.problems] == ["file.kind"]


def test_tables_of_another_separator_or_kind_are_told_apart(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_bytes("u\ta\tb\n甲\t1\t2\n".encode("utf-16"))
    assert refused(tmp_path, book, "d.csv") == ["file.separator"]
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2]]).rename(tmp_path / "d.xls")
    assert values(read_files(mapping(file="d.xls"), book, tmp_path))["甲", "A"] == 100
    (tmp_path / "d.xls").write_text("<html><table><tr><td>u</td></tr></table></html>")
    assert refused(tmp_path, book, "d.xls") == ["file.page"]


def test_a_value_beyond_sense_needs_a_reason(tmp_path: Path, book: Rulebook) -> None:
    percent = [one.model_copy(update={"measure_unit": one.measure_unit.model_copy(update={"zh": "%"})}) for one in book.indicators]  # fmt: skip
    book = book.model_copy(update={"indicators": tuple(percent)})
    (tmp_path / "d.csv").write_text("u,a,b,理由\n甲,970000,99,\n")
    assert refused(tmp_path, book, "d.csv") == ["row.sense"]
    plan = mapping(confirmation="理由")
    with pytest.raises(DataError):
        read_files(plan, book, tmp_path)
    (tmp_path / "d.csv").write_text("u,a,b,理由\n甲,970000,99,上年基数仅 1 元，统计局已核\n")
    facts = read_files(plan, book, tmp_path)
    assert values(facts)["甲", "A"] == 97000000
    assert "sense.confirmed" in [warning.code for warning in facts.warnings]


def test_a_rulebook_cell_that_shows_another_number_is_refused(tmp_path: Path) -> None:
    """95 % typed as 0.95 gave every unit above 0.95 its full mark; 100① would be 1001."""
    write_workbook(load_rulebook(write(tmp_path / "rules"))[0], tmp_path / "rules.xlsx")
    for change, code in (((0.95, "0%"), "cell.percent"), (("=1+1", "General"), "cell.formula"), (("100①", "General"), "field.number")):  # fmt: skip
        held = load_workbook(tmp_path / "rules.xlsx")
        page = held["权重"]
        cell = next(c for row in page.iter_rows(min_row=3) for c in row if isinstance(c.value, int) and c.column > 3)  # fmt: skip
        cell.value, cell.number_format = change
        held.save(tmp_path / "changed.xlsx")
        with pytest.raises(RulebookError) as caught:
            load_rulebook(tmp_path / "changed.xlsx")
        assert code in [problem.code for problem in caught.value.problems], code
        assert "changed.xlsx!权重!" in caught.value.problems[0].where


@pytest.mark.parametrize(
    ("text", "confirmation", "taken"),
    [("99.5", "", True), ("900", "", False), ("970000", "", False), ("900", "基数为零，已核", True), ("-101", "", False),
     ("85%", "", False), ("95①", "", False), ("９５", "", False), ("1.2万", "是", False)],
)  # fmt: skip
def test_a_form_takes_a_plain_number_within_sense_or_confirmed(text: str, confirmation: str, taken: bool, book: Rulebook) -> None:  # fmt: skip
    unit = book.indicators[0].measure_unit.model_copy(update={"zh": "%"})
    indicator = book.indicators[0].model_copy(update={"measure_unit": unit})
    assert (value_fault(book, indicator, text, confirmation) is None) == taken
    declared = indicator.model_copy(update={"sense": Sense(low=Decimal(0), high=Decimal(1000))})
    assert value_fault(book, declared, "900") is None
    assert value_fault(book, declared, "-1")


def test_numbers_of_a_workbook_that_goes_out_are_numbers(tmp_path: Path) -> None:
    rows = [{"unit": "0012", "period": "2025", "score": "90.50", "rank": "1", "grade": "=1+1"}]
    (tmp_path / "out.xlsx").write_bytes(workbook("scores", list(rows[0]), rows))
    page = load_workbook(tmp_path / "out.xlsx")["scores"]
    assert [cell.value for cell in page[2]] == ["0012", "2025", 90.5, 1, "'=1+1"]
    assert [cell.data_type for cell in page[2]] == ["s", "s", "n", "n", "s"]
    assert page["C2"].number_format == "0.00"
    assert list(read_rows(tmp_path / "out.xlsx", "out.xlsx"))[1][1][2] == "90.5"
