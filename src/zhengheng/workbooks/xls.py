"""Worksheets of an old .xls as rows of cells, by the same rules as .xlsx."""

import io
import struct
from datetime import datetime
from itertools import islice
from pathlib import Path
from typing import Any

from openpyxl.utils.datetime import MAC_EPOCH, WINDOWS_EPOCH

from zhengheng.domain.problems import DataError
from zhengheng.workbooks.cell import Cell, Look, marked
from zhengheng.workbooks.formats import CHINESE, understood, worded
from zhengheng.workbooks.xlsx import (
    FORMULA,
    LEAST,
    LOW,
    MOST_HEADS,
    NARROW,
    Filled,
    Head,
    Record,
    Sheet,
    broken,
    chosen,
    error,
)

_FORMULAS = {0x0006, 0x0206, 0x0406}
_BEGINS = {0x0009, 0x0209, 0x0409, 0x0809}
_ENDS = 0x000A
LARGE = 1 << 24
"""Bytes from which on sheets that are not read are not looked at: no part of a sheet can be had alone."""


def read_sheets(
    path: Path, name: str, wanted: str | None, *, all_sheets: bool = False, head: Head | None = None
) -> list[Sheet]:
    """The wanted sheet, or the first visible one, or all of them; with `head` then the first rows of every visible
    one. Raises DataError."""
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
            found = [
                (title, _rows(book, place, name, path))
                for place, (title, _) in enumerate(shown)
                if title in titles
            ]
            seen = [(place, title) for place, (title, visible) in enumerate(shown) if visible]
            if head and path.stat().st_size < LARGE:
                for place, title in seen[:MOST_HEADS]:
                    found.append((title, _head(book.sheet_by_index(place), head)))
            return found
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
    widths = {place: about.width / 256 for place, about in page.colinfo_map.items()}
    for row in range(page.nrows):
        for column, cell in enumerate(page.row(row)):
            if (row, column) in formulas:
                continue
            if cell.ctype == xlrd.XL_CELL_ERROR:
                text = xlrd.error_text_from_code.get(cell.value, f"#{cell.value}")
                filled.put(row + 1, column + 1, error(text))
            elif cell.ctype not in {xlrd.XL_CELL_EMPTY, xlrd.XL_CELL_BLANK} and cell.value != "":
                text = _cell(book, cell, epoch, widths.get(column))
                look = _look(book, cell, page.rich_text_runlist_map.get((row, column), []))
                filled.put(row + 1, column + 1, marked(text, look))
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


def _head(page: Any, head: Head) -> list[Record]:
    """The first filled rows of a sheet from a row on, as they stand in the file."""
    first, count = head
    rows = ((row + 1, [str(text) for text in page.row_values(row)]) for row in range(first - 1, page.nrows))  # fmt: skip
    return list(islice(((number, cells) for number, cells in rows if any(cells)), count))


def _look(book: Any, cell: Any, runs: list[tuple[int, int]]) -> Look:
    """How anything in a cell looks."""
    style = cell.xf_index
    # Before Excel 97 a run begins at a byte, since then at a character; the last may begin where the text ends.
    length = len(str(cell.value)) if book.biff_version >= 80 else len(str(cell.value).encode("gbk", "replace"))  # fmt: skip
    fonts = [font for start, font in runs if start < length]
    if (not runs or runs[0][0] > 0) and style is not None and style < len(book.xf_list):
        fonts.append(book.xf_list[style].font_index)
    held = [book.font_list[font] for font in fonts if font < len(book.font_list)]
    ground = _ground(book, style)
    return Look(
        any(font.escapement for font in held),
        any(font.struck_out for font in held),
        any(0 < font.height < 20 * LEAST or _colour(font.colour_index) == ground for font in held),
    )


_WHITE = 9
_NO_COLOUR = -1


def _colour(number: int) -> int:
    """A colour by its number in the book; white has three."""
    return _WHITE if number in {1, _WHITE, 65} else number


def _ground(book: Any, style: int | None) -> int:
    """The colour of a cell's ground; none where it is of several."""
    if style is None or style >= len(book.xf_list):
        return _WHITE
    held = book.xf_list[style].background
    if held.fill_pattern == 0:
        return _WHITE
    return _colour(held.pattern_colour_index) if held.fill_pattern == 1 else _NO_COLOUR


def _cell(book: Any, cell: Any, epoch: datetime, width: float | None) -> str:
    import xlrd

    if cell.ctype == xlrd.XL_CELL_BOOLEAN:
        return "true" if cell.value else "false"
    if cell.ctype in {xlrd.XL_CELL_NUMBER, xlrd.XL_CELL_DATE}:
        value = int(cell.value) if cell.value == int(cell.value) else cell.value
        style = cell.xf_index
        if style is not None and style < len(book.xf_list) and book.xf_list[style].alignment.shrink_to_fit:  # fmt: skip
            width = None
        return understood(value, _format(book, style), epoch, width)
    return worded(str(cell.value), _format(book, cell.xf_index))


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
