"""A report written once: as a page, as a Word document, as PDF."""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from io import BytesIO
from typing import Any

from django.http import HttpResponse
from django.utils.http import content_disposition_header

from zhengheng.domain.numbers import true_minus
from zhengheng.domain.problems import DataError

KINDS = {
    "docx": "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "pdf": "application/pdf",
}


@dataclass(frozen=True)
class Table:
    """A table of texts; the first column heads the row."""

    head: tuple[str, ...]
    rows: Sequence[tuple[str, ...]]


@dataclass(frozen=True)
class Section:
    """A heading, its paragraphs, its tables. `level` 2 stands under the report's title, 3 below that."""

    title: str
    level: int = 2
    texts: tuple[str, ...] = ()
    tables: tuple[Table, ...] = ()


@dataclass(frozen=True)
class Report:
    """What a report says: title, the sentence that answers, where it comes from, sections."""

    title: str
    answer: str
    origin: str
    sections: Sequence[Section]
    warnings: Sequence[str] = ()
    """What must be read before the answer: not public yet, replaced, put right on appeal."""


def file(report: Report, name: str, form: str, note: str = "") -> HttpResponse:
    """The report as a file; `note` says who took it, before the notice. Raises DataError for a format."""
    if form not in KINDS:
        raise DataError.one(
            form, "format.unknown", zh=f"没有格式 {form}: 可选 {'、'.join(KINDS)}", en=f"no format {form}: choose {', '.join(KINDS)}"
        )  # fmt: skip
    content = (_docx if form == "docx" else _pdf)(report, note)
    answer = HttpResponse(content, content_type=KINDS[form])
    answer["Content-Disposition"] = content_disposition_header(True, f"{name}.{form}") or "attachment"  # fmt: skip
    return answer


def _docx(report: Report, note: str) -> bytes:
    import docx
    from docx.oxml.ns import qn
    from docx.shared import Mm

    made = docx.Document()
    # The library's own page is the American one; here paper is A4 (GB/T 148), as the PDF is.
    made.sections[0].page_width, made.sections[0].page_height = Mm(210), Mm(297)
    made.styles["Normal"].font.name = "Times New Roman"
    made.styles["Normal"].element.rPr.rFonts.set(qn("w:eastAsia"), "仿宋")
    made.add_heading(report.title, 0)
    for warning in report.warnings:
        made.add_paragraph().add_run(warning).bold = True
    made.add_paragraph(true_minus(report.answer))
    for section in report.sections:
        made.add_heading(section.title, section.level - 1)
        for text in section.texts:
            made.add_paragraph(true_minus(text))
        for table in section.tables:
            held = made.add_table(rows=1, cols=len(table.head), style="Table Grid")
            for cell, text in zip(held.rows[0].cells, table.head, strict=True):
                cell.paragraphs[0].add_run(text).bold = True
            for row in table.rows:
                for cell, text in zip(held.add_row().cells, row, strict=True):
                    cell.text = true_minus(text)
    made.sections[0].footer.paragraphs[0].text = " · ".join(filter(None, (report.origin, note)))
    content = BytesIO()
    made.save(content)
    return content.getvalue()


_PIECES = re.compile(
    r"[（“‘《〈【〔]*(?:[^\s\u2e80-\uffef“”‘’]+|[^\s（“‘《〈【〔])[，。；：、！？）”’》〉】〕…%]*|\s+|[（“‘《〈【〔]+"
)
"""What stays on one line: a number or a word of letters, or one Chinese character, each with the marks that belong to it."""


def lines_of(words: str, most: float, width: Callable[[str], float]) -> list[str]:
    """Chinese text in lines of a width: a piece is cut only where it is wider than a whole line."""
    lines, line = [], ""
    for piece in _PIECES.findall(words):
        if width(line + piece.rstrip()) <= most:
            line += piece
            continue
        lines.append(line.rstrip())
        line = piece.lstrip()
        while width(line) > most and len(line) > 1:
            fits = next((n for n in range(len(line) - 1, 0, -1) if width(line[:n]) <= most), 1)
            lines.append(line[:fits])
            line = line[fits:]
    return [one for one in (*lines, line.rstrip()) if one] or [""]


def _pdf(report: Report, note: str) -> bytes:
    from xml.sax.saxutils import escape

    from reportlab.lib import colors
    from reportlab.lib.pagesizes import A4
    from reportlab.lib.styles import ParagraphStyle
    from reportlab.lib.units import mm
    from reportlab.pdfbase import pdfmetrics
    from reportlab.pdfbase.cidfonts import UnicodeCIDFont
    from reportlab.platypus import CondPageBreak, Flowable, Paragraph, SimpleDocTemplate, Spacer
    from reportlab.platypus import Table as Grid

    font = "STSong-Light"  # a name every reader of PDF maps to a Chinese font of its own
    pdfmetrics.registerFont(UnicodeCIDFont(font))

    def spelt(words: str) -> str:
        # The font knows no true minus, without which a fall would read as a rise, and no middle dot.
        return words.replace("\u2212", "-").replace(" · ", ", ")

    def width(words: str, size: float) -> float:
        return float(pdfmetrics.stringWidth(words, font, size))

    class Chinese(Paragraph):  # type: ignore[misc]
        """Breaks between any two Chinese characters, and never in a number or a word of letters."""

        def breakLinesCJK(self, maxWidths: Any) -> Any:  # noqa: N802, N803  the library's names
            """The lines of a paragraph of one piece, as the library keeps them."""
            if hasattr(self, "blPara") and getattr(self, "_splitpara", False):
                return super().breakLinesCJK(maxWidths)
            (piece,) = self.frags
            most = min(maxWidths) if isinstance(maxWidths, (list, tuple)) else maxWidths
            words = piece.text if hasattr(piece, "text") else "".join(piece.words)
            lines = [
                (most - width(line, piece.fontSize), [line])
                for line in lines_of(words, most, lambda part: width(part, piece.fontSize))
            ]
            return piece.clone(kind=0, lines=lines, ascent=piece.fontSize, descent=-0.2 * piece.fontSize)  # fmt: skip

    def text(words: str, size: int = 10, before: int = 0) -> list[Flowable]:
        # Chinese breaks between any two characters, a language of words between these.
        made = []
        for number, line in enumerate(spelt(words).split("\n")):
            wrap = "CJK" if any(one > "\u2e7f" for one in line) else None
            style = ParagraphStyle(
                "plain", fontName=font, fontSize=size, leading=size * 1.5, spaceBefore=0 if number else before, wordWrap=wrap
            )  # fmt: skip
            made.append((Chinese if wrap else Paragraph)(escape(line), style))
        return made

    parts: list[Flowable] = [*text(report.title, 18)]
    for warning in report.warnings:
        parts += text(warning, 11, 6)
    parts += text(report.answer, 11, 6)
    for section in report.sections:
        # No heading stands alone at the foot of a page.
        parts += [CondPageBreak(40 * mm), *text(section.title, 16 - section.level, 12)]
        for words in section.texts:
            parts += text(words)
        for table in section.tables:
            rows = [[text(cell, 9) for cell in row] for row in (table.head, *table.rows)]
            grid = Grid(rows, repeatRows=1, spaceBefore=4)
            grid.setStyle([("GRID", (0, 0), (-1, -1), 0.4, colors.grey), ("VALIGN", (0, 0), (-1, -1), "TOP"),
                           ("BACKGROUND", (0, 0), (-1, 0), colors.whitesmoke)])  # fmt: skip
            parts += [grid, Spacer(1, 4)]
    line = spelt(" · ".join(filter(None, (report.origin, note))))
    # Beside the number of the page; a line more where it is long.
    below = lines_of(line, 162 * mm, lambda part: width(part, 8))

    def foot(page: Any, _: Any) -> None:
        page.setFont(font, 8)
        for number, held in enumerate(reversed(below)):
            page.drawString(18 * mm, 10 * mm + number * 10, held)
        page.drawRightString(192 * mm, 10 * mm, str(page.getPageNumber()))

    content = BytesIO()
    held = SimpleDocTemplate(content, pagesize=A4, title=report.title, margins=18 * mm)
    held.build(parts, onFirstPage=foot, onLaterPages=foot)
    return content.getvalue()
