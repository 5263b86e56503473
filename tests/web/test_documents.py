"""Printed documents: words of a language of words stay whole, and Chinese breaks where a line is full."""

import io

import docx
import pytest
from pypdfium2 import PdfDocument

from tests.web.walks import read_of
from zhengheng.web.files.documents import Report, Section, Table, file

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
