"""Printed documents: words of a language of words stay whole, and Chinese breaks where a line is full."""

import io

import docx
import pytest
from pypdfium2 import PdfDocument

from tests.web.walks import read_of
from zhengheng.web.files.documents import Report, Section, Table, file, lines_of

pytestmark = pytest.mark.one_database

LONG = "Disclosure requests answered in time, self-assessments that pass the sample check, intensity of research"
"""Words that a narrow column would cut in their middle if it broke between any two letters."""


@pytest.mark.parametrize("columns", [2, 4, 6])
def test_no_word_is_cut_at_the_end_of_a_line(columns: int) -> None:
    table = Table(("Indicator",) * columns, [(LONG,) * columns])
    made = file(
        Report("Report", LONG, "origin", [Section("Part", tables=(table,))], ()),
        "report",
        "pdf",
        "note",
    ).content
    read = " ".join(read_of("application/pdf", made)).split()
    assert set(LONG.split()) <= set(read)
    assert set(read) - set(LONG.split()) <= {
        "Report",
        "Part",
        "Indicator",
        "origin,",
        "note",
        "1",
        "2",
    }


NUMBERS = ["12.75", "-99.875", "2026-03-12", "a8256299b34eebd0"]


@pytest.mark.parametrize("columns", [3, 5, 7])
def test_no_number_is_torn_in_a_chinese_cell(columns: int) -> None:
    cell = "".join(f"得分不低于 {number} 分（满分的 85%）；" for number in NUMBERS[:3])
    report = Report("报告", cell, "来源", [Section("部分", tables=(Table(("指标",) * columns, [(cell,) * columns]),))])  # fmt: skip
    read = "".join(read_of("application/pdf", file(report, "report", "pdf").content)).split()
    for number in NUMBERS[:3]:
        assert sum(number in word for word in read) == columns + 1, number


def test_the_foot_of_a_page_stays_on_it_whole() -> None:
    """However long what it says of the run and of who took it."""
    origin = "镇街年度考核方案 2025 · 核算日 2026-03-01，数据为 2026-03-01 09:00 核算时已入库的数据和已作出的决定 · 批次 a8256299b34eebd0"
    note = "绩效办主任 周某 2026-03-12 09:00 · 仅供内部使用，不得外传，公示以前不作为任何决定的依据"
    page = PdfDocument(file(Report("报告", "一句话。", origin, []), "report", "pdf", note).content)[0]  # fmt: skip
    text = page.get_textpage()
    edges = [text.get_charbox(place) for place in range(text.count_chars())]
    assert max(right for _, _, right, _ in edges) <= page.get_width() - 40
    read = text.get_text_bounded()
    for word in ("a8256299b34eebd0", "2026-03-12", "09:00"):
        assert word in read
    assert "依据" in read
    assert read.split().count("1") == 1, "the number of the page stands apart"


def test_no_heading_stands_alone_at_the_foot_of_a_page() -> None:
    """However much stands above it."""
    for lines in range(30, 46):
        sections = [Section("甲", texts=("行",) * lines), Section("生态旅游", tables=(Table(("头",), [("格",)] * 8),))]  # fmt: skip
        pages = PdfDocument(file(Report("报告", "一句话。", "来源", sections), "report", "pdf").content)  # fmt: skip
        (held,) = (read for page in pages if "生态旅游" in (read := page.get_textpage().get_text_bounded()))  # fmt: skip
        assert "格" in held


@pytest.mark.parametrize("most", [1, 4, 7, 30])
def test_lines_lose_nothing_and_keep_marks_where_they_belong(most: int) -> None:
    text = "（一）得分 12.75 分，达到“满分”；其余见 2026-03-12 的说明。"
    lines = lines_of(text, most, lambda part: float(len(part)))
    assert "".join(lines).replace(" ", "") == text.replace(" ", "")
    assert all(len(line) <= most for line in lines)
    if most > 4:
        assert not any(line[0] in "，。；）”" or line[-1] in "（“" for line in lines), lines


def test_chinese_breaks_where_the_line_is_full() -> None:
    text = "各单位按照年度绩效考核方案报送数据并接受核查" * 12
    made = file(Report("报告", text, "来源", [], ()), "report", "pdf", "注").content
    assert text in "".join(read_of("application/pdf", made))


def test_no_number_below_zero_is_written_with_a_hyphen() -> None:
    """Whatever stands in the report: also what has to be read before it, titles and heads of tables."""
    said = "增速为 -1.5 %"
    held = Table((said,), [(said,)])
    made = file(Report(said, said, "来源", [Section(said, texts=(said,), tables=(held,))], (said,)), "report", "docx")  # fmt: skip
    document = docx.Document(io.BytesIO(made.content))
    cells = [cell.text for table in document.tables for row in table.rows for cell in row.cells]
    assert {*(one.text for one in document.paragraphs), *cells} == {"增速为 −1.5 %"}


def test_both_forms_are_printed_on_the_same_paper() -> None:
    report = Report("报告", "一句话。", "来源", [], ())
    word = docx.Document(io.BytesIO(file(report, "report", "docx").content)).sections[0]
    page = PdfDocument(file(report, "report", "pdf").content)[0]
    assert (round(word.page_width.mm), round(word.page_height.mm)) == (210, 297)
    assert [round(side / 72 * 25.4) for side in page.get_size()] == [210, 297]
