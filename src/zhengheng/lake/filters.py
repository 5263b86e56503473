"""The filter language: a small parsed whitelist over typed columns; never eval, never SQL text.

    year = '2020' and not (code in ('X1', 'X2')) and hours <= 48 and note is not empty

Comparison = != < <= > >=, in (...), is empty, is not empty; and, or, not, parentheses.
A word that is not quoted is a column; text stands in single or double quotes.
"""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation
from typing import Any

from zhengheng.domain.problems import DataError

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
            return lambda row: (row[name] in (None, "")) is wanted
        if self.is_word("in"):
            self.take()
            return self._member(name)
        kind, operator = self.take()
        if operator not in _COMPARE:
            raise self.fail(f"不认识的运算符 {operator}", f"unknown operator {operator!r}")
        value, compare = self._literal(), _COMPARE[operator]
        return lambda row: compare(_sort(row[name], value), value)

    def _member(self, name: str) -> Test:
        self.take("(")
        values = [self._literal()]
        while self.peek()[1] == ",":
            self.take()
            values.append(self._literal())
        self.take(")")
        return lambda row: any(_sort(row[name], value) == value for value in values)

    def _literal(self) -> str | Decimal:
        kind, value = self.take()
        if kind == "text":
            return value[1:-1]
        if kind == "number":
            return Decimal(value)
        raise self.fail(
            f"此处应为数字或带引号的文字, 得到 {value}", f"a literal expected, found {value!r}"
        )


def _sort(cell: Any, literal: str | Decimal) -> Any:
    """The cell in the literal's type; None where it cannot be."""
    if cell is None:
        return None
    if isinstance(literal, Decimal):
        try:
            number = Decimal(str(cell))
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return cell.isoformat() if hasattr(cell, "isoformat") else str(cell)


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
                where, "filter.syntax", zh=f"筛选条件无法识别: {text[place:][:20]}",
                en=f"filter: cannot read {text[place:][:20]!r}",
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
