"""Titles of columns: as they are read, as a mapping writes them, and where a row repeats them."""

import re
from collections.abc import Sequence

from zhengheng.lake.mapping import Column, SourceFile
from zhengheng.workbooks.cell import Fault

REPEATED = Fault("row.header", "这一行又是表头，不是数据；请删去该行，或用 where 只取需要的行", "this row is the header once more, no data; delete it, or choose the rows with `where`")  # fmt: skip
_UNSEEN = dict.fromkeys(map(ord, "\u200b\u200c\u200d\u2060\ufeff\u00ad"))
"""Marks without width, which are no part of a title."""
_JOINED = "()[]%"
"""Signs beside which a new line is no blank."""


def seen_title(text: str) -> str:
    """A title as it is read: its lines are one, blanks of any kind are one plain blank, what has no width is not there."""
    made = ""
    for line in text.translate(_UNSEEN).splitlines():
        words = " ".join(line.split())
        apart = made and words and made[-1].isascii() and words[0].isascii()
        made += " " + words if apart and words[0] not in _JOINED else words
    return made


def read_titles(row: Sequence[str]) -> list[str]:
    """The titles of one row of a header, without the empty cells at its end."""
    found = [seen_title(text) for text in row]
    while found and not found[-1]:
        found.pop()
    return found


def joined(heads: list[list[str]]) -> list[str]:
    """What each column is called: what its rows of the header say, joined with a slash."""
    width = max(map(len, heads), default=0)
    columns = [[row[column] for row in heads if column < len(row)] for column in range(width)]
    return ["/".join(dict.fromkeys(part for part in parts if part)) for parts in columns]


def filled(cells: Sequence[str]) -> dict[int, str]:
    """What stands in a row, by its place."""
    return {place: str(cell) for place, cell in enumerate(cells) if cell}


def mentioned(source: SourceFile) -> list[str]:
    """The columns that a source names, in whatever field."""
    fields = [value.column for value in source.__dict__.values() if isinstance(value, Column)]
    wide = [one.column for one in (*source.indicators.values(), *source.kinds.values())]
    facts = [one.column for one in source.columns.values()]
    quoted = re.findall(r"`([^`]+)`", source.where)
    return [*filter(None, (*fields, *wide, *facts)), *source.personal, *quoted]
