"""Worksheets of an .xlsx as rows of cells. Only what is filled is walked: a stray format costs nothing."""

import warnings
import zipfile
import zlib
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.styles.numbers import BUILTIN_FORMATS
from openpyxl.utils import get_column_letter, range_boundaries
from openpyxl.worksheet._read_only import ReadOnlyWorksheet
from openpyxl.worksheet._reader import WorkSheetParser

from zhengheng.domain.problems import DataError
from zhengheng.workbooks.cell import Cell, Fault, Look, in_row, marked, shown
from zhengheng.workbooks.formats import CHINESE, understood, worded
from zhengheng.workbooks.prolog import DOCTYPE, with_types

UNPACKED_LIMIT = 512 * 1024 * 1024
PACKING_LIMIT = 200
CELL_LIMIT = 3_000_000
STRICT = b"http://purl.oclc.org/ooxml/"

LOW = 3
"""Height of a row in points below which nothing in it can be read."""
NARROW = 0.5
"""Width of a column in characters below which nothing in it can be read."""
LEAST = 3
"""Size of letters in points below which nobody reads them."""

MOST_HEADS = 50
"""Sheets whose first rows are looked at besides the one that is read."""
WIDEST = 16_384
"""Columns of a worksheet."""

Record = tuple[int, list[str]]
Sheet = tuple[str, list[Record]]
Head = tuple[int, int]
"""From which row on, and how many filled rows."""
Area = tuple[int, int, int, int]
"""First column, first row, last column, last row."""
FORMULA = Fault("cell.formula", "单元格是公式，请用“选择性粘贴－数值”后再上传", "this cell is a formula; paste it as a value first")  # fmt: skip
HIDDEN = Fault("row.hidden", "这一行在工作表里是隐藏的；请取消隐藏后核对，或删去该行", "this row is hidden in the sheet; show and check it, or delete it")  # fmt: skip
HIDDEN_COLUMN = Fault("column.hidden", "这一列在工作表里是隐藏的；请取消隐藏后核对，或删去该列", "this column is hidden in the sheet; show and check it, or delete it")  # fmt: skip
NOTE = Fault("row.note", "这一行是一个合并单元格（标题或说明），不是数据；请删去，或用 where 只取需要的行", "this row is one merged cell (a title or a note), no data; delete it, or choose the rows with `where`")  # fmt: skip


def error(text: str) -> Cell:
    """A cell that holds an error such as #N/A."""
    return Cell.refused(text, Fault("cell.error", f"单元格是错误值“{text[:20]}”，不是数字，也不是文字", f"this cell is the error {text[:20]!r}, not a number and no text"))  # fmt: skip


def check_archive(path: Path, name: str) -> None:
    """Refuse workbooks that unpack to far more than a workbook should (zip bombs), or that declare types of their own."""
    try:
        with zipfile.ZipFile(path) as archive:
            size = sum(entry.file_size for entry in archive.infolist())
            bomb = size > UNPACKED_LIMIT or size > PACKING_LIMIT * max(path.stat().st_size, 1 << 16)
            typed = None if bomb else with_types(archive)
    except (zipfile.BadZipFile, zlib.error, EOFError, OSError, ValueError, NotImplementedError, RuntimeError) as fault:  # fmt: skip
        raise broken(name) from fault
    if bomb:
        raise DataError.one(
            name, "file.bomb", zh="压缩包展开后异常巨大，拒绝读取",
            en="the workbook unpacks to an absurd size; it is refused",
        )  # fmt: skip
    if typed is not None:
        raise DataError.one(name, "file.doctype", zh=DOCTYPE[0], en=DOCTYPE[1])


def broken(name: str) -> DataError:
    """A file that no parser takes."""
    return DataError.one(
        name, "file.broken", zh="文件已损坏，或不是扩展名所说的那种文件；请用原来的程序重新导出",
        en="the file is damaged or not of its kind; export it again",
    )  # fmt: skip


def chosen(name: str, wanted: str | None, sheets: list[tuple[str, bool]]) -> str:
    """The sheet of that name, else the first that is not hidden; `sheets` are titles and whether visible."""
    titles = [title for title, _ in sheets]
    if wanted is not None and wanted not in titles:
        raise DataError.one(
            name, "sheet.absent", zh=f"没有工作表“{wanted}”，只有：{'、'.join(titles)}",
            en=f"no sheet {wanted!r}; there are: {', '.join(titles)}",
        )  # fmt: skip
    seen = wanted or next((title for title, visible in sheets if visible), None)
    if seen is None:
        raise DataError.one(
            name, "sheet.none", zh="文件里没有可见的数据工作表", en="the file has no visible sheet of data"
        )  # fmt: skip
    return seen


def read_sheets(
    path: Path, name: str, wanted: str | None, *, all_sheets: bool = False, head: Head | None = None
) -> list[Sheet]:
    """The wanted sheet, or the first visible one, or all of them; with `head` then the first rows of every visible
    one. Raises DataError."""
    check_archive(path, name)
    try:
        with warnings.catch_warnings(), path.open("rb") as stream:
            warnings.simplefilter("ignore")
            book = load_workbook(stream, read_only=True, keep_links=False, rich_text=True)
            pages = [page for page in book.worksheets if isinstance(page, ReadOnlyWorksheet)]
            if not pages:
                _check_strict(path, name)
            shown = [(page.title, page.sheet_state == "visible") for page in pages]
            titles = [t for t, _ in shown] if all_sheets else [chosen(name, wanted, shown)]
            found = [(page.title, _rows(page, name)) for page in pages if page.title in titles]
            seen = [page for page in pages if page.sheet_state == "visible"][:MOST_HEADS] if head else ()  # fmt: skip
            return found + [(page.title, _head(page, head)) for page in seen if head]
    except (DataError, MemoryError):
        raise
    except Exception as fault:  # openpyxl raises whatever its XML parser meets
        _check_strict(path, name)
        raise broken(name) from fault


def hidden_sheets(path: Path) -> set[str]:
    """The sheets of data that nobody sees: hidden ones, and those that no menu shows again."""
    with path.open("rb") as stream:
        book = load_workbook(stream, read_only=True, keep_links=False)
        pages = [page for page in book.worksheets if isinstance(page, ReadOnlyWorksheet)]
        return {page.title for page in pages if page.sheet_state != "visible"}


def _check_strict(path: Path, name: str) -> None:
    with zipfile.ZipFile(path) as archive:
        parts = [part for part in archive.namelist() if part.endswith("workbook.xml")]
        if any(STRICT in archive.read(part)[:10_000] for part in parts):
            raise DataError.one(
                name, "file.strict", zh="这是“严格 Open XML 电子表格”，请在 Excel 中另存为普通的“Excel 工作簿（*.xlsx）”",
                en="this is a Strict Open XML workbook; save it as an ordinary Excel workbook (*.xlsx)",
            )  # fmt: skip


def _head(page: Any, head: Head) -> list[Record]:
    """The first filled rows of a sheet from a row on, without what is known only at its end (merged areas)."""
    first, count = head
    found: list[Record] = []
    with page._get_source() as source:  # noqa: SLF001
        for number, cells in WorkSheetParser(source, page._shared_strings, epoch=page.parent.epoch).parse():  # noqa: SLF001  # fmt: skip
            held = {c["column"]: str(c["value"]) for c in cells if c["value"] not in (None, "")}
            if number >= first and held:
                found.append((number, [held.get(n, "") for n in range(1, min(max(held), WIDEST) + 1)]))  # fmt: skip
            if len(found) == count:
                break
    return found


def _rows(page: Any, name: str) -> list[Record]:
    book = page.parent
    with page._get_source() as source:  # noqa: SLF001 - the one streaming parser that names formulas
        parser = WorkSheetParser(source, page._shared_strings, epoch=book.epoch, rich_text=True)  # noqa: SLF001
        filled = Filled(page.title, name)
        styles: dict[int, Style] = {}
        widths: dict[int, float] = {}
        for number, cells in parser.parse():
            if not filled.rows:
                widths = _widths(parser)
            for cell in cells:
                if cell["value"] is not None and cell["value"] != "":
                    number_of_style = cell["style_id"]
                    if number_of_style not in styles:
                        styles[number_of_style] = Style.of(book, number_of_style)
                    style = styles[number_of_style]
                    width = None if style.shrinks else widths.get(cell["column"])
                    text = _cell(cell, style.format, book.epoch, width)
                    filled.put(number, cell["column"], marked(text, style.look_of(cell["value"])))
        hidden = [
            int(row) for row, about in parser.row_dimensions.items() if _unseen(about, "ht", LOW)
        ]
        shape = parser.sheet_format  # type: ignore[attr-defined]
        if shape and shape.zeroHeight:
            seen = {int(row) for row, about in parser.row_dimensions.items() if "ht" in about}
            hidden += [row for row in filled.rows if row not in seen]
        columns = [
            column
            for about in parser.column_dimensions.values()
            if _unseen(about, "width", NARROW)
            for column in range(int(about["min"]), int(about["max"]) + 1)
        ]
        areas = parser.merged_cells.mergeCell if parser.merged_cells else []
        bounds = [range_boundaries(area.ref) for area in areas]
    return filled.records((area for area in bounds if None not in area), hidden, columns)  # type: ignore[misc]


def _unseen(about: Mapping[str, Any], size: str, least: float) -> bool:
    """Whether a row or a column is hidden, by name or by having no size to be seen at."""
    held = about.get(size)
    return about.get("hidden") in {"1", "true"} or (held is not None and float(held) < least)


def _format(book: Any, style: int) -> str:
    number = book._cell_styles[style].numFmtId  # noqa: SLF001
    own = book._number_formats  # noqa: SLF001
    if number >= 164:
        return str(own[number - 164]) if number - 164 < len(own) else "General"
    return CHINESE.get(number) or BUILTIN_FORMATS.get(number, "General")


def _widths(parser: WorkSheetParser) -> dict[int, float]:
    """The widths of columns that somebody set."""
    return {
        column: float(about["width"])
        for about in parser.column_dimensions.values()
        if about.get("customWidth") in {"1", "true"} and "width" in about
        for column in range(int(about["min"]), min(int(about["max"]), WIDEST) + 1)
    }


@dataclass(frozen=True)
class Style:
    """How the cells of one style are shown."""

    format: str
    """Its number format."""
    ground: str
    """The colour behind them; empty where there are several."""
    look: Look
    """What their own font does to them."""
    shrinks: bool
    """Whether what stands in a cell is made smaller until it fits."""

    @classmethod
    def of(cls, book: Any, number: int) -> "Style":
        held, ground = book._cell_styles[number], _ground(book, number)  # noqa: SLF001
        look = _look_of(book._fonts[held.fontId], ground)  # noqa: SLF001
        return cls(_format(book, number), ground, look, bool(book._alignments[held.alignmentId].shrink_to_fit))  # noqa: SLF001  # fmt: skip

    def look_of(self, value: Any) -> Look:
        """How anything in a cell of this style looks."""
        if not isinstance(value, CellRichText):
            return self.look
        runs = [_look_of(run.font, self.ground) if isinstance(run, TextBlock) else self.look for run in value if str(run).strip()]  # fmt: skip
        return Look(any(r.raised for r in runs), any(r.struck for r in runs), any(r.unseen for r in runs))  # fmt: skip


WHITE = "FFFFFF"


def _colour(held: Any) -> str:
    """A colour as a text that is the same for the same one; empty where none is set."""
    if held is None:
        return ""
    if held.type == "rgb":
        return str(held.rgb)[-6:].upper()
    if (held.type == "theme" and held.theme == 0 and held.tint >= 0) or (
        held.type == "indexed" and held.indexed in _WHITES
    ):
        return WHITE
    return f"{held.type} {getattr(held, held.type)} {held.tint}"


_WHITES = frozenset({1, 9, 65})
"""The numbers of white among the colours of old, and of the window's ground."""


def _ground(book: Any, style: int) -> str:
    """The colour of a cell's ground; empty where it is of several."""
    fill = book._fills[book._cell_styles[style].fillId]  # noqa: SLF001
    kind = getattr(fill, "fill_type", "")
    if kind is None or kind == "none":
        return WHITE
    return _colour(fill.fgColor) if kind == "solid" else ""


def _look_of(font: Any, ground: str) -> Look:
    small = font.sz is not None and font.sz < LEAST
    colour = _colour(font.color)
    return Look(
        font.vertAlign in {"superscript", "subscript"},
        bool(font.strike),
        small or bool(colour and colour == ground),
    )


def _cell(cell: dict[str, Any], style: str, epoch: datetime, width: float | None) -> str:
    value, kind = cell["value"], cell["data_type"]
    if kind == "f":
        text = value if isinstance(value, str) else "="
        return Cell.refused(text, FORMULA)
    if kind == "e":
        return error(str(value))
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return understood(value, style, epoch, width)
    if isinstance(value, datetime):
        return Cell(value.date().isoformat() if not value.time().second | value.time().minute | value.time().hour else value.isoformat(" "))  # fmt: skip
    if hasattr(value, "isoformat"):
        return str(value.isoformat())
    return worded(str(value), style)


class Filled:
    """The filled cells of a sheet by row, which become records when all is known of merges and hidden rows."""

    def __init__(self, title: str, name: str) -> None:
        self.title, self.name = title, name
        self.rows: dict[int, dict[int, str]] = {}
        self.count = 0

    def put(self, row: int, column: int, text: str) -> None:
        """Keep a cell; rows and columns begin at 1. A refused one says where it stands."""
        self.count += 1
        self._check()
        if isinstance(text, Cell) and text.fault is not None:
            place = f"{self.title}!{get_column_letter(column)}{row}"
            fault, other = text.fault, text.text_fault
            placed = Fault(fault.code, f"{place}：{fault.zh}", f"{place}: {fault.en}")
            text = Cell(text, text.shown, placed, placed if other == fault else other)
        self.rows.setdefault(row, {})[column] = text

    def _check(self) -> None:
        if self.count > CELL_LIMIT:
            raise DataError.one(
                self.name, "file.cells", zh=f"超过 {CELL_LIMIT} 个单元格，请拆分文件",
                en=f"more than {CELL_LIMIT} cells; split the file",
            )  # fmt: skip

    def _merged(self, text: str, area: Area) -> Cell:
        """A cell that stands for several: a code or a word for each of them, a number for nobody knows which."""
        left, top, right, bottom = area
        place = f"{self.title}!{get_column_letter(left)}{top}:{get_column_letter(right)}{bottom}"
        fault = Fault(
            "cell.merged", f"{place}：合并单元格中的数值不知属于哪一格，也可能是合计；请取消合并，逐格填写",
            f"{place}: a number in merged cells may belong to any of them, or be their sum; unmerge them and fill in each",
        )  # fmt: skip
        if not isinstance(text, Cell):
            return Cell(text, fault=fault)
        both = text.fault is not None and text.fault == text.text_fault
        return text if both else Cell(text, text.shown, fault, text.text_fault, text.of_row)

    def records(
        self, areas: Iterable[Area], hidden: Iterable[int], columns: Iterable[int] = ()
    ) -> list[Record]:
        """Rows in order. A merged area repeats its first cell in the filled rows that it covers, as a code or
        a word; it is refused as a number. What stands in a hidden row or column is not taken."""
        numbers = sorted(self.rows)
        width = max((column for row in self.rows.values() for column in row), default=0)
        notes = set()
        for left, top, right, bottom in areas:
            text = self.rows.get(top, {}).get(left)
            if text is None:
                continue
            if top == bottom and self.rows[top].keys() == {left} and 1 < right - left + 1 >= width - left + 1 > 1:  # fmt: skip
                notes.add(top)
            text = self._merged(text, (left, top, right, bottom))
            for place in range(bisect_left(numbers, top), len(numbers)):
                if numbers[place] > bottom:
                    break
                row = self.rows[numbers[place]]
                for column in range(left, min(right, width) + 1):
                    row[column] = text
                    self.count += 1
                self._check()
        veiled = set(columns)
        for row in self.rows.values() if veiled else ():
            for column in veiled & row.keys():
                row[column] = Cell(row[column], shown(row[column]), HIDDEN_COLUMN, HIDDEN_COLUMN)
        return list(self._made(numbers, set(hidden), notes))

    def _made(self, numbers: list[int], hidden: set[int], notes: set[int]) -> Iterator[Record]:
        for number in numbers:
            row = self.rows.pop(number)
            fault = HIDDEN if number in hidden else NOTE if number in notes else None
            last = max(row)
            self.count += last - len(row)
            self._check()
            cells = [row.get(column, "") for column in range(1, last + 1)]
            yield number, [in_row(text, fault) for text in cells] if fault else cells
