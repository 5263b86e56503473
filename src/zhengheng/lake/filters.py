"""The filter language: a small parsed whitelist over typed columns; never eval, never SQL text.

    year = '2020' and not (code in ('X1', 'X2')) and hours <= 48 and note is not empty

Comparison = != < <= > >=, in (...), is empty, is not empty; and, or, not, parentheses.
A word that is not quoted is a column, one with blanks or brackets stands in backticks; text stands in single or
double quotes.

Cells are compared as values are read: 1,000 is a number, blanks around a word are none of it, a day is a day however it
is written. A cell that is no number, or no day, under a comparison that asks for one has no answer: its row is refused.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from zhengheng.domain.numbers import plainly
from zhengheng.domain.problems import DataError
from zhengheng.lake.cells import CellError, normal, read_day, refuse_unseen, take
from zhengheng.workbooks.cell import Cell, shown

_TOKEN = re.compile(
    r"\s*(?:(?P<text>'[^']*'|\"[^\"]*\")|(?P<number>-?\d+(?:\.\d+)?)"
    r"|(?P<op><=|>=|!=|=|<|>|\(|\)|,)|(?P<word>`[^`]+`|[^\W\d][\w.]*))"
)
MOST = 20_000
"""Characters of a filter, at most: some hundred values that are named one by one [D]."""
Row = Mapping[str, Any]
Test = Callable[[Row], bool]


@dataclass
class _Parser:
    text: str
    columns: frozenset[str]
    where: str
    tokens: list[tuple[str, str]]
    place: int = 0
    absent: dict[str, None] = field(default_factory=dict)
    """Columns that are asked for and are not there."""

    def fail(self, zh: str, en: str) -> DataError:
        return DataError.one(self.where, "filter.syntax", zh=f"筛选条件: {zh}", en=f"filter: {en}")

    def peek(self) -> tuple[str, str]:
        return self.tokens[self.place] if self.place < len(self.tokens) else ("end", "")

    def take(self, value: str | None = None) -> tuple[str, str]:
        token = self.peek()
        if value is not None and token[1].lower() != value:
            raise self.fail(f"此处应为 {value}", f"{value!r} expected, found {token[1]!r}")
        self.place += 1
        return token

    def is_word(self, word: str) -> bool:
        kind, value = self.peek()
        return kind == "word" and value.lower() == word

    def either(self) -> Test:
        held = [self.both()]
        while self.is_word("or"):
            self.take()
            held.append(self.both())
        return held[0] if len(held) == 1 else lambda row: any(test(row) for test in held)

    def both(self) -> Test:
        held = [self.negated()]
        while self.is_word("and"):
            self.take()
            held.append(self.negated())
        return held[0] if len(held) == 1 else lambda row: all(test(row) for test in held)

    def negated(self) -> Test:
        if self.is_word("not"):
            self.take()
            inner = self.negated()
            return lambda row: not inner(row)
        if self.peek()[1] == "(":
            self.take()
            inner = self.either()
            self.take(")")
            return inner
        return self.comparison()

    def comparison(self) -> Test:
        kind, word = self.take()
        if kind != "word":
            raise self.fail(f"此处应为列名, 得到 {word}", f"a column expected, found {word!r}")
        name = word.strip("`")
        if name not in self.columns:
            self.absent[name] = None
        if self.is_word("is"):
            self.take()
            wanted = True
            if self.is_word("not"):
                self.take()
                wanted = False
            self.take("empty")
            return lambda row: (_word(row, name) == "") is wanted
        if self.is_word("in"):
            self.take()
            return self._member(name)
        kind, operator = self.take()
        if operator not in _COMPARE:
            raise self.fail(f"不认识的运算符 {operator}；{_QUOTED[0]}", f"unknown operator {operator!r}; {_QUOTED[1]}")  # fmt: skip
        value, compare = self._literal(), _COMPARE[operator]
        ordered = operator[0] in "<>"
        if ordered and isinstance(value, str) and plainly(value):
            raise self.fail(f"“{value}”带了引号，会按文字比较大小；数字请不加引号", f"{value!r} is quoted and would be compared as a text; write numbers without quotes")  # fmt: skip
        return lambda row: compare(_sort(row, name, value, ordered=ordered), value)

    def _member(self, name: str) -> Test:
        self.take("(")
        values = [self._literal()]
        while self.peek()[1] == ",":
            self.take()
            values.append(self._literal())
        self.take(")")
        return lambda row: any(_sort(row, name, value) == value for value in values)

    def _literal(self) -> str | date | Decimal:
        kind, value = self.take()
        if kind == "text":
            return _day(value[1:-1]) or normal(value[1:-1])
        if kind == "number":
            return Decimal(value)
        if value == "=" and self.place > 1 and self.tokens[self.place - 2] == ("op", "="):
            raise self.fail("这里写了两个等号（==）；相等只写一个等号 =", "two signs of equality stand here (==); write one: =")  # fmt: skip
        raise self.fail(
            f"此处应为数字或带引号的文字，得到{f'“{value}”' if value else '的是条件的末尾'}",
            f"a number or a text in quotes is expected, found {repr(value) if value else 'the end'}",
        )


def _sort(row: Row, name: str, literal: str | date | Decimal, *, ordered: bool = False) -> Any:
    """The cell in the literal's type; None where it is something else, which is a fault where an order is asked for.

    Also without an order a cell that begins like a number (2020年, 50%) and is none has no answer.
    """
    if isinstance(literal, Decimal):
        return _number(row, name, ordered=ordered)
    said = _word(row, name)
    if isinstance(literal, date):
        day = _day(said)
        if day is None and ordered:
            raise _no_answer(name, said, ("日期", "a day"))
        return day
    return said


def _number(row: Row, name: str, *, ordered: bool) -> Decimal | None:
    cell = row.get(name)
    if isinstance(cell, int | Decimal) and not isinstance(cell, bool):
        return Decimal(cell)
    said = _word(row, name)
    if isinstance(cell, Cell):
        # Whether its row may be taken is asked once the filter has chosen it.
        said = normal(take(Cell(cell, fault=cell.fault), number=True))
    if held := plainly(said):
        return Decimal(held)
    if ordered or _LIKE_A_NUMBER.match(said):
        raise _no_answer(name, said, ("数字", "a number"))
    return None


def _word(row: Row, name: str) -> str:
    """A cell as a word: as it is shown, without blanks around it; empty where there is nothing."""
    cell = row[name]
    if cell is None:
        return ""
    if isinstance(cell, Cell) and cell.fault and cell.text_fault:
        take(Cell(cell, fault=cell.fault, text_fault=cell.text_fault))
    if hasattr(cell, "isoformat"):
        return str(cell.isoformat())
    said = shown(cell) if isinstance(cell, str) else str(cell)
    refuse_unseen(said)
    return normal(said)


def _day(text: str) -> date | None:
    try:
        return read_day(text)
    except CellError:
        return None


def _no_answer(name: str, said: str, wanted: tuple[str, str]) -> CellError:
    said = said[:40]
    return CellError(
        "filter", f"筛选条件把“{name}”列按{wanted[0]}比较，而这一格“{said}”不是{wanted[0]}，无法判断是否选取；请改正这一格，或在条件中先排除它，如 {name} is not empty and …",
        f"the filter compares {name!r} as {wanted[1]}, but this cell {said!r} is none, so that nobody can say whether the row is meant; correct it, or exclude it first, such as {name} is not empty and …",
    )  # fmt: skip


_LIKE_A_NUMBER = re.compile(r"[-+]?[.,]?[0-9]")
_QUOTED = ("列名中有空格、括号等符号时，请写在反引号之间，如 `列名（单位）`",
           "a column whose name has blanks or brackets stands in backticks: `name (unit)`")  # fmt: skip
_COMPARE: dict[str, Callable[[Any, Any], bool]] = {
    "=": lambda a, b: a is not None and a == b,
    "!=": lambda a, b: a is None or a != b,
    "<": lambda a, b: a is not None and a < b,
    "<=": lambda a, b: a is not None and a <= b,
    ">": lambda a, b: a is not None and a > b,
    ">=": lambda a, b: a is not None and a >= b,
}


def parse_filter(text: str, columns: frozenset[str], where: str) -> Test:
    """Compile a filter for rows of these columns. Raises DataError that says what is wrong."""
    if not text.strip():
        return lambda row: True
    if len(text) > MOST:
        raise DataError.one(
            where, "filter.long", zh=f"筛选条件有 {len(text)} 个字符，最多 {MOST} 个。请把要比较的值作为一列放进数据，或者分成几个来源。",
            en=f"filter: it has {len(text)} characters, {MOST} at most; give what is compared as a column of the data, or make several sources of it",
        )  # fmt: skip
    tokens, place = [], 0
    while place < len(text.rstrip()):
        match = _TOKEN.match(text, place)
        if match is None:
            raise DataError.one(
                where, "filter.syntax", zh=f"筛选条件无法识别：{text[place:][:20]}；{_QUOTED[0]}。",
                en=f"filter: cannot read {text[place:][:20]!r}; {_QUOTED[1]}",
            )  # fmt: skip
        tokens.append((match.lastgroup or "", match.group(match.lastgroup or 0)))
        place = match.end()
    parser = _Parser(text, columns, where, tokens)
    try:
        test = parser.either()
    except RecursionError as error:
        raise parser.fail("嵌套过深", "nested too deeply") from error
    if parser.peek()[0] != "end":
        raise parser.fail(f"多余的内容 {parser.peek()[1]}", f"unexpected {parser.peek()[1]!r}")
    if parser.absent:
        names = list(parser.absent)
        raise parser.fail(f"没有列“{'”“'.join(names)}”", f"there is no column {', '.join(map(repr, names))}")  # fmt: skip
    return test
