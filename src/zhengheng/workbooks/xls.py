"""Worksheets of an old .xls as rows of cells, by the same rules as .xlsx."""

import io
import struct
from datetime import datetime
from pathlib import Path
from typing import Any

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from zhengheng.domain.problems import DataError
from zhengheng.workbooks.cell import Cell, marked
from zhengheng.workbooks.formats import CHINESE, understood
from zhengheng.workbooks.xlsx import (
    FORMULA,
    LOW,
    NARROW,
    Filled,
    Marks,
    Record,
    Sheet,
    broken,
    chosen,
    error,
)

_FORMULAS = {0x0006, 0x0206, 0x0406}
_BEGINS = {0x0009, 0x0209, 0x0409, 0x0809}
_ENDS = 0x000A


def read_sheets(
    path: Path, name: str, wanted: str | None, *, all_sheets: bool = False
) -> list[Sheet]:
    """The wanted sheet, or the first visible one, or all of them. Raises DataError."""
    import xlrd

    try:
        with xlrd.open_workbook(
            str(path), formatting_info=True, on_demand=True, logfile=io.StringIO()
        ) as book:
            shown = [
                (title, book._sheet_visibility[place] == 0)  # noqa: SLF001 - said nowhere else before a sheet is read
                for place, title in enumerate(book.sheet_names())
            ]
            titles = [t for t, _ in shown] if all_sheets else [chosen(name, wanted, shown)]
            return [
                (title, _rows(book, place, name, path))
                for place, (title, _) in enumerate(shown)
                if title in titles
            ]
    except (DataError, MemoryError):
        raise
    except Exception as fault:  # xlrd raises whatever it meets in a damaged file
        raise broken(name) from fault


def hidden_sheets(path: Path) -> set[str]:
    """The sheets that nobody sees."""
    import xlrd

    with xlrd.open_workbook(str(path), on_demand=True, logfile=io.StringIO()) as book:
        seen = book._sheet_visibility  # noqa: SLF001 - said nowhere else before a sheet is read
        return {title for place, title in enumerate(book.sheet_names()) if seen[place]}


def _rows(book: Any, place: int, name: str, path: Path) -> list[Record]:
    import xlrd

    # The oldest files are one sheet and no container: they are read at once and let go.
    content = book.mem if book.mem is not None else path.read_bytes()
    formulas = _formulas(content, book._sh_abs_posn[place])  # noqa: SLF001
    page = book.sheet_by_index(place)
    epoch = MAC_EPOCH if book.datemode else WINDOWS_EPOCH
    filled = Filled(page.name, name)
    for row in range(page.nrows):
        for column, cell in enumerate(page.row(row)):
            if (row, column) in formulas:
                continue
            if cell.ctype == xlrd.XL_CELL_ERROR:
                text = xlrd.error_text_from_code.get(cell.value, f"#{cell.value}")
                filled.put(row + 1, column + 1, error(text))
            elif cell.ctype not in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} and cell.value != "":
                text = _cell(book, cell, epoch)
                raised, struck = _marks(book, cell, page.rich_text_runlist_map.get((row, column), []))  # fmt: skip
                if raised or struck:
                    text = marked(text, raised=raised, struck=struck)
                filled.put(row + 1, column + 1, text)
    for row, column in formulas:
        filled.put(row + 1, column + 1, Cell.refused("=", FORMULA))
    hidden = [
        row + 1
        for row, about in page.rowinfo_map.items()
        if about.hidden
        or (
            not about.has_default_height
            and (about.height if about.height is not None else 20 * LOW) < 20 * LOW
        )
    ]
    areas = [(left + 1, top + 1, right, bottom) for top, bottom, left, right in page.merged_cells]
    columns = [
        column + 1
        for column, about in page.colinfo_map.items()
        if about.hidden or about.width < 256 * NARROW
    ]
    return filled.records(areas, hidden, columns)


def _marks(book: Any, cell: Any, runs: list[tuple[int, int]]) -> Marks:
    """Whether anything in a cell stands above or below the line, and whether anything is struck out."""
    style = cell.xf_index
    # Before Excel 97 a run begins at a byte, since then at a character; the last may begin where the text ends.
    length = len(str(cell.value)) if book.biff_version >= 80 else len(str(cell.value).encode("gbk", "replace"))  # fmt: skip
    fonts = [font for start, font in runs if start < length]
    if (not runs or runs[0][0] > 0) and style is not None and style < len(book.xf_list):
        fonts.append(book.xf_list[style].font_index)
    held = [book.font_list[font] for font in fonts if font < len(book.font_list)]
    return any(font.escapement for font in held), any(font.struck_out for font in held)


def _cell(book: Any, cell: Any, epoch: datetime) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        value = int(cell.value) if cell.value == int(cell.value) else cell.value
        return understood(value, _format(book, cell.xf_index), epoch)
    return str(cell.value)


def _format(book: Any, style: int | None) -> str:
    if style is None or style >= len(book.xf_list):
        return "General"
    key = book.xf_list[style].format_key
    held = book.format_map.get(key)
    return (held.format_str if held else None) or CHINESE.get(key, "General")


def _formulas(content: Any, start: int) -> set[tuple[int, int]]:
    """Where formulas stand: xlrd gives their last results and does not say so, so the records are asked."""
    found, depth = set(), 0
    while start + 4 <= len(content):
        kind, length = struct.unpack_from("<HH", content, start)
        depth += (kind in _BEGINS) - (kind == _ENDS)
        if kind in _FORMULAS and depth == 1 and length >= 4:
            found.add(struct.unpack_from("<HH", content, start + 4))
        start += 4 + length
        if depth <= 0:
            break
    return found
