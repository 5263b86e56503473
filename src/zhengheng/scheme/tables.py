"""The sheets of a rulebook's workbook as rows of keyed cells, each with its place: where the header is, what it means.

Title rows above the header, blank rows, columns in another order and headers without their hidden keys are taken
as they come; what no column of the format explains is a fault at its header.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import zip_longest
from typing import Any

from openpyxl.utils import get_column_letter

from zhengheng.domain.problems import Problem
from zhengheng.domain.script import narrow
from zhengheng.scheme.cells import CellKeyError, Place, place_of, plain
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
        self.rows_of_settings: dict[Place, str] = {}
        """Where each setting stands, filled or not."""

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
    sheet: Sheet,
    records: list[Record],
    file: str,
    problems: list[Problem],
    others: dict[str, set[str]],
) -> Iterator[Row]:
    """The rows below the header. `others` are headers that the workbook itself explains (its categories)."""
    titles = Titles(sheet, others)
    head, keyed = _header(sheet, records[:SOUGHT], titles)
    if head is None and keyed is None:
        if records:
            problems.append(Problem(
                f"{file}!{sheet.title}", "sheet.header", "找不到表头；请从新的空表复制第一、二行",
                "there is no header; copy the first two rows of a fresh form",
            ))  # fmt: skip
        return
    numbers = [records[place][0] for place in (head, keyed) if place is not None]
    columns = _columns(records, head, keyed, titles)
    problems += _contrary(sheet, file, columns, min(numbers))
    keys, again = _once(columns)
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
                if column not in told | again and text not in {"[]", "{}"}:
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


class Titles:
    """What the titles of a sheet mean."""

    def __init__(self, sheet: Sheet, others: dict[str, set[str]]) -> None:
        self.sheet = sheet
        self.known: dict[str, set[str]] = {}
        own = {sheet.heading(key): {key} for key in sheet.keys}
        for title, keys in (*own.items(), *others.items()):
            self.known.setdefault(bare(title), set()).update(keys)

    def meant(self, title: str) -> set[str]:
        """The keys that a title is the word of: none where it is nobody's, two where two things are called so."""
        if found := self.known.get(bare(title)):
            return found
        key = self.sheet.continued(title)
        return {key} if key else set()

    def seen(self, title: str) -> set[str]:
        """The keys that a reader takes a title for: that of a word with a remark behind it is the word's."""
        return self.meant(title) or self.meant(without_remark(title))


def without_remark(title: str) -> str:
    """A title without the remark in brackets at its end."""
    return _REMARK.sub("", title)


_REMARK = re.compile(r"\s*[（(][^（()）]*[）)]\s*$")


def bare(title: str) -> str:
    """A title without its line breaks and blanks, which are how it is laid out in its cell."""
    return "".join(narrow(title).split())


@dataclass
class Column:
    """What a column's head says: its title, the hidden key below, what the title means by itself."""

    number: int
    title: str
    key: str
    seen: set[str]
    meant: set[str]

    @property
    def read(self) -> str:
        """The key by which the column is read; none where neither says one."""
        return self.key or (next(iter(self.meant)) if len(self.meant) == 1 else "")


def _header(sheet: Sheet, records: list[Record], titles: Titles) -> tuple[int | None, int | None]:
    """Where the header and the row of keys stand: the rows in which most cells are headers, or keys."""
    heads: dict[int, int] = {}
    keys: dict[int, int] = {}
    for place, (_, cells) in enumerate(records):
        texts = {shown(cell).strip() for cell in cells} - {""}
        as_keys = sum(_is_key(sheet, text) for text in texts)
        as_heads = sum(bool(titles.meant(text)) for text in texts)
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


def _columns(records: list[Record], head: int | None, keyed: int | None, titles: Titles) -> list[Column]:  # fmt: skip
    said = [
        [shown(cell).strip() for cell in records[place][1]] if place is not None else []
        for place in (head, keyed)
    ]
    found = []
    for number, (title, key) in enumerate(zip_longest(*said, fillvalue=""), 1):
        own = f"={key.removeprefix(WEIGHT)}" if key.startswith(WEIGHT) else key
        # Where the headers are the keys themselves they are no words that could say something else.
        word = "" if title == key else title
        found.append(Column(number, title, own, titles.seen(word), titles.meant(word)))
    return found


def _contrary(sheet: Sheet, file: str, columns: list[Column], row: int) -> Iterator[Problem]:
    """Columns of which nobody can say what stands in them: the title is the word of something else than the hidden key
    says, is the word of two things, or what they say stands in another column too."""
    first: dict[Place | str, Column] = {}
    for one in columns:
        where = f"{file}!{sheet.title}!{get_column_letter(one.number)}{row}"
        if one.key and one.seen and one.key not in one.seen:
            yield Problem(where, "sheet.contrary", *contrary(one.title, sheet.heading(one.key)))
        elif not one.key and len(one.meant) > 1:
            yield Problem(
                where, "sheet.ambiguous", f"“{one.title}”可以指几项，看不出是哪一项；请改写代码，或从空表复制表头",
                f"{one.title!r} is the word of more than one thing, and nobody can say which is meant; write the code, or copy the headers of a fresh form",
            )  # fmt: skip
        if not one.read:
            continue
        before = first.setdefault(_same(one.read), one)
        if before is not one:
            other = f"{get_column_letter(before.number)}{row}"
            word = one.title or sheet.heading(one.read)
            yield Problem(where, "sheet.twice", *twice(word, other))


def contrary(title: str, key_word: str) -> tuple[str, str]:
    """Why what is called by one word and keyed as another is not read."""
    return (
        f"看到的是“{title}”，隐藏的键却是“{key_word}”，不知以哪一个为准；请核对内容，从空表复制对应的表头（连同隐藏的键）",
        f"what is seen here is {title!r}, and the hidden key says {key_word}; nobody knows which is meant: check what stands here, and copy its header with the hidden key from a fresh form",
    )  # fmt: skip


def twice(word: str, other: str) -> tuple[str, str]:
    """Why what stands twice is not read; `other` is the cell where it stood first."""
    return (
        f"“{word}”在 {other} 已经写过，不知以哪一处为准；请删去其中一处",
        f"{word!r} stands in {other} already, and nobody knows which of them counts; delete one",
    )


def _same(key: str) -> Place | str:
    """What two keys of one place have in common, however they are spelt."""
    try:
        return place_of(entry_key(key, 0))
    except CellKeyError:
        return key


def _once(columns: list[Column]) -> tuple[list[str], set[int]]:
    """The key of every column, and which columns say again what another says: they are told and not read."""
    keys: list[str] = []
    again: set[int] = set()
    held: set[Place | str] = set()
    for one in columns:
        if one.read and _same(one.read) in held:
            again.add(one.number)
            keys.append("")
            continue
        if len(one.meant) > 1 and not one.key:
            again.add(one.number)
        held.add(_same(one.read))
        keys.append(one.read)
    return keys, again


def _unknown(sheet: Sheet, file: str, letter: str, row: int, heads: list[int]) -> Problem:
    further = next((sheet.heading(key.replace("#0", "#2")) for key in sheet.keys if "#0" in key), "")  # fmt: skip
    zh = f"；要多写几个的，表头接着编号，如“{further}”" if further else ""
    en = f"; to give more entries, go on with the numbers of the headers, such as {further}" if further else ""  # fmt: skip
    return Problem(
        f"{file}!{sheet.title}!{letter}{min(heads)}", "sheet.column",
        f"不认识的列，{letter}{row} 却填有内容；请改用空表中的表头，或删去该列{zh}",
        f"no column of the form, and {letter}{row} is filled; use a header of the empty form, or delete the column{en}",
    )  # fmt: skip


def entry_key(key: str, number: int) -> str:
    """The key of a method's table in its next entry."""
    return key.replace(f"/{ENTRY}/", f"/#{number}/")
