"""The sheets of a rulebook's workbook as rows of keyed cells, each with its place: where the header is, what it means.

Title rows above the header, blank rows, columns in another order and headers without their hidden keys are taken
as they come; what no column of the format explains is a fault at its header.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from typing import Any

from openpyxl.utils import get_column_letter

from zhengheng.domain.problems import Problem
from zhengheng.scheme.cells import Place, plain
from zhengheng.scheme.excel_words import heading
from zhengheng.scheme.sheets import ENTRY, WEIGHT, Sheet, sheets
from zhengheng.scheme.yaml_source import Document
from zhengheng.workbooks.cell import Cell, shown
from zhengheng.workbooks.xlsx import Record

SOUGHT = 40
"""Rows in which the header is looked for."""


@dataclass
class Row:
    """One filled row: its cells by key, and the place of every column in it, filled or not."""

    cells: dict[str, str]
    places: dict[str, str] = field(default_factory=dict)

    def place(self, key: str) -> str:
        """Where a key stands; the row's first column where it has no column."""
        return self.places.get(key) or next(iter(self.places.values()))


class Book(Document):
    """The data of a workbook with the cell of each part."""

    def __init__(self, name: str) -> None:
        super().__init__({}, name)
        self.places: dict[Place, str] = {}
        self.problems: list[Problem] = []

    def where(self, path: Place) -> str:
        """The cell of a part; of one that is absent, the cell where it belongs."""
        if place := self.elsewhere_of(path):
            return place
        for length in range(len(path), -1, -1):
            cut = path[:length]
            if place := self.places.get(cut):
                return f"{self.name}!{place}"
            if cut:
                below = (place for key, place in self.places.items() if key[:length] == cut)
                if place := next(below, None):
                    return f"{self.name}!{place}"
        return self.name

    def known(self) -> Iterable[Place]:
        """The places that have a cell."""
        return self.places

    def named(self, path: Place) -> tuple[str, str]:
        """A part as the header says it."""
        words = "/".join(str(part) for part in path if isinstance(part, str))
        said = next(
            (found for one in sheets() if (found := one.own_word(path))),
            heading(words, inside="rulebook"),
        )
        return self._of_method(path) or said, heading(words, "en", inside="rulebook")

    def _of_method(self, path: Place) -> str | None:
        """A number of a method, which stands on the method's own sheet and not where the method is chosen."""
        at = path.index("method") if "method" in path else len(path)
        held: Any = self.data
        for part in path[: at + 1]:
            if isinstance(held, dict):
                held = held.get(part)
            else:
                held = held[part] if isinstance(held, list) and isinstance(part, int) and part < len(held) else None  # fmt: skip
        key = "/".join(f"#{part}" if isinstance(part, int) else part for part in path[at + 1 :])
        if not key or key == "kind" or key == "target" or not isinstance(held, dict):
            return None
        sheet = next((one for one in sheets() if one.kind == "method" and one.title == f"法·{shown(held.get('kind', ''))}"), None)  # fmt: skip
        return f"“{sheet.title}”表·{heading(key, inside=sheet.inside)}" if sheet else None

    def fault(self, place: str, code: str, zh: str, en: str) -> None:
        self.problems.append(Problem(f"{self.name}!{place}", code, zh, en))


def rows_of(
    sheet: Sheet, records: list[Record], file: str, problems: list[Problem], others: dict[str, str]
) -> Iterator[Row]:
    """The rows below the header. `others` are headers that the workbook itself explains (its categories)."""
    known = {sheet.heading(key): key for key in sheet.keys} | others
    head, keyed = _header(sheet, records[:SOUGHT], known)
    if head is None and keyed is None:
        if records:
            problems.append(Problem(
                f"{file}!{sheet.title}", "sheet.header", "找不到表头；请从新的空表复制第一、二行",
                "there is no header; copy the first two rows of a fresh form",
            ))  # fmt: skip
        return
    numbers = [records[place][0] for place in (head, keyed) if place is not None]
    keys = _keys(
        [shown(c).strip() for c in records[keyed][1]] if keyed is not None else [],
        [shown(c).strip() for c in records[head][1]] if head is not None else [],
        known,
    )
    start = max(place for place in (head, keyed) if place is not None) + 1
    while start < len(records) and [*map(str, records[start][1])] == [
        *map(str, records[start - 1][1])
    ]:
        # Where the headers are the keys themselves both rows are the same.
        start += 1
    told: set[int] = set()
    for number, cells in records[start:]:
        places = {
            key: f"{sheet.title}!{get_column_letter(column)}{number}"
            for column, key in enumerate(keys, 1)
            if key
        }
        row: dict[str, str] = {}
        for column, text in enumerate(cells, 1):
            if not text.strip():
                continue
            key = keys[column - 1] if column <= len(keys) else ""
            if not key:
                if column not in told and text not in {"[]", "{}"}:
                    told.add(column)
                    problems.append(_unknown(sheet, file, get_column_letter(column), number, numbers))  # fmt: skip
                continue
            row[key] = text if isinstance(text, Cell) else plain(text)
        if row and keyed is None and number == numbers[0] + 1 and all(getattr(text, "of_row", None) for text in row.values()):  # fmt: skip
            problems.append(Problem(
                f"{file}!{sheet.title}!A{number}", "sheet.keys", "表头下面隐藏的一行（系统使用的键）不见了，数据行补到了它的位置；请从空表复制第二行插回，再运行一次",
                "the hidden row of keys below the header is gone, and a row of data has taken its place; insert the second row of a fresh form again",
            ))  # fmt: skip
        elif row:
            yield Row(row, places)


def _header(
    sheet: Sheet, records: list[Record], known: dict[str, str]
) -> tuple[int | None, int | None]:
    """Where the header and the row of keys stand: the rows in which most cells are headers, or keys."""
    heads: dict[int, int] = {}
    keys: dict[int, int] = {}
    for place, (_, cells) in enumerate(records):
        texts = {shown(cell).strip() for cell in cells} - {""}
        as_keys = sum(_is_key(sheet, text) for text in texts)
        as_heads = sum(text in known for text in texts)
        if as_keys >= 2 and 2 * as_keys >= len(texts):
            keys[place] = as_keys
        elif as_heads >= 2 and 2 * as_heads >= len(texts):
            heads[place] = as_heads
    keyed = max(keys, key=lambda place: (keys[place], -place), default=None)
    head = max(heads, key=lambda place: (heads[place], -place), default=None)
    if keyed is not None and (head is None or head > keyed):
        head = keyed - 1 if keyed and head is None else None
    return head, keyed


def _is_key(sheet: Sheet, text: str) -> bool:
    return text in sheet.keys or sheet.shape(text) is not None


def _keys(keyed: list[str], head: list[str], known: dict[str, str]) -> list[str]:
    found = []
    for place in range(max(len(keyed), len(head))):
        key = keyed[place] if place < len(keyed) else ""
        title = head[place] if place < len(head) else ""
        key = f"={key.removeprefix(WEIGHT)}" if key.startswith(WEIGHT) else key
        found.append(key or known.get(title, ""))
    return found


def _unknown(sheet: Sheet, file: str, letter: str, row: int, heads: list[int]) -> Problem:
    return Problem(
        f"{file}!{sheet.title}!{letter}{min(heads)}", "sheet.column",
        f"不认识的列，{letter}{row} 却填有内容；请改用空表中的表头，或删去该列",
        f"no column of the form, and {letter}{row} is filled; use a header of the empty form, or delete the column",
    )  # fmt: skip


def entry_key(key: str, number: int) -> str:
    """The key of a method's table in its next entry."""
    return key.replace(f"/{ENTRY}/", f"/#{number}/")
