"""The intake mapping 采集映射: which columns of which file mean what. One YAML file.

docs/reference/mapping.md explains every field with an example.
"""

import json
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal
from unicodedata import category

from pydantic import AfterValidator, BeforeValidator, Field, PrivateAttr, ValidationError
from pydantic_core import PydanticCustomError

from zhengheng.domain.entries import by_keys
from zhengheng.domain.numbers import plainly
from zhengheng.domain.periods import Frequency, parse_period
from zhengheng.domain.problems import DataError, Problem, RulebookError
from zhengheng.domain.script import narrow
from zhengheng.scheme.base import Code, Model, Number
from zhengheng.scheme.cells import thin
from zhengheng.scheme.faults import explain, faults
from zhengheng.scheme.fingerprint import digest
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.yaml_source import Document, read_yaml
from zhengheng.scoring.contracts import STATUS_WORDS

Role = Literal[
    "observation",
    "correction",
    "ruling",
    "target",
    "unit",
    "milestone",
    "event",
    "approval",
    "fact",
]


class Column(Model):
    """Where a value comes from: a column, or a constant; `map` translates words."""

    column: str | None = None
    constant: str | None = None
    map: dict[str, str] = {}
    default: str | None = None
    """Used where the cell is empty."""
    prefix: str = ""


def _column(value: Any) -> Any:
    if isinstance(value, int) and not isinstance(value, bool):
        value = str(value)
    if isinstance(value, dict) and isinstance(value.get("constant"), int):
        value = {**value, "constant": str(value["constant"])}
    return {"column": value} if isinstance(value, str) else value


Col = Annotated[Column, BeforeValidator(_column)]
Indicators = Annotated[
    dict[Code, Col], BeforeValidator(lambda v: {x: x for x in v} if isinstance(v, list) else v)
]


_OF_A_NUMBER = frozenset(
    ".,eE()/:<>≤≥‰′″^*◆▼▽△▲↑↓负正零一二三四五六七八九〇两半百千万亿十拾佰仟萬億兆成折倍约近超余多"
)
"""What says how much a number is: its digits also in words, its sign (also by brackets and triangles), its point, its
power, what makes it a share of something, and what makes it less than exact."""
_KINDS_OF_A_NUMBER = frozenset({"Nd", "Nl", "No", "Sm", "Pd"})
"""Digits of all scripts, signs of mathematics (+ < ~ ±), dashes."""


def _beside(strip: str) -> str:
    """Characters that may be taken off: taking a sign, a point or a power would make another number."""
    if held := sorted(
        {
            sign
            for sign in strip
            if not narrow(sign)
            or set(narrow(sign)) & _OF_A_NUMBER
            or {category(one) for one in narrow(sign)} & _KINDS_OF_A_NUMBER
        }
        - {" "}
    ):
        raise PydanticCustomError(
            "strip",
            "{held}: part of a number; only characters beside it may be taken off",
            {"held": "".join(held)},
        )
    return strip


def _scale(value: Any) -> Any:
    """A factor as a word is one of four, which are named to whoever writes another."""
    if isinstance(value, str) and value not in {"千", "万", "百万", "亿"} and not plainly(value):
        raise PydanticCustomError("scale", "no factor")
    return value


def _period(text: str) -> str:
    try:
        parse_period(text)
    except ValueError as error:
        raise PydanticCustomError("period", "no period") from error
    return text


PeriodCode = Annotated[str, AfterValidator(_period)]


class FactColumn(Model):
    """A column of a fact table such as work orders, or a constant."""

    column: str | None = None
    constant: str | None = None
    type: Literal["text", "integer", "number", "date", "time"] = "text"
    decimals: int = Field(default=6, ge=0, le=12)
    """Of a number: more digits are rounded half up, and counted."""
    personal: Literal["drop", "hash"] | None = None


class Measure(Model):
    """An indicator value made from a fact table, per unit and period: rows counted, or a column (`of`) summed."""

    indicator: Code
    unit: str
    date: str
    frequency: Frequency
    where: str = ""
    value: Literal["count", "sum"] = "count"
    of: str = ""
    exclude: str = ""
    """Rows that leave every measure, such as orders with an exclusion code."""


class SourceFile(Model):
    """One table of one file, read in one role."""

    file: str
    role: Role = "observation"
    sheet: str | None = None
    format: Literal["csv", "tsv", "xlsx", "xls", "jsonl", "parquet"] | None = None
    encoding: str | None = None
    header: int = Field(default=1, ge=1)
    """Row of the header; merged headers of several rows are joined with a slash."""
    header_rows: int = Field(default=1, ge=1, le=4)
    where: str = ""
    """Only rows for which this holds, e.g. year = '2020' and Success != ''."""
    layout: Literal["wide", "long"] = "long"
    unit: Col | None = None
    indicator: Col | None = None
    period: Col | None = None
    value: Col | None = None
    status: Col | None = None
    vintage: Col | None = None
    confirmation: Col | None = None
    """Why a value beyond its indicator's range of sense is right; without it such a value is refused."""
    published_on: Col | None = None
    indicators: Indicators = {}
    """Wide layout: indicator code → its column."""
    kinds: dict[Literal["target", "base", "stretch", "bottom", "plan"], Col] = {}
    name: Col | None = None
    category: Col | None = None
    group: Col | None = None
    superior: Col | None = None
    valid_from: Col | None = None
    valid_to: Col | None = None
    ranked: Col | None = None
    milestone: Col | None = None
    due_on: Col | None = None
    done_on: Col | None = None
    share: Col | None = None
    waived: Col | None = None
    item: Col | None = None
    points: Col | None = None
    document: Col | None = None
    decided_on: Col | None = None
    revoked: Col | None = None
    """Of an event: yes where the decision was taken back; it then counts on no day."""
    approver: Col | None = None
    columns: dict[Code, FactColumn] = {}
    measures: tuple[Measure, ...] = ()
    missing: tuple[str, ...] = ("",)
    not_applicable: tuple[str, ...] = (STATUS_WORDS["not_applicable"][0],)
    withheld: tuple[str, ...] = ()
    strip: Annotated[str, AfterValidator(_beside)] = ""
    """Characters taken off both ends of numbers, e.g. "$%": "15%" is read as 15. None of them may be part of a number."""
    scale: Annotated[
        Annotated[Number, Field(gt=0)] | Literal["千", "万", "百万", "亿"] | None,
        BeforeValidator(_scale),
    ] = None
    """Factor from the file's unit of measure to the indicator's, above 0."""
    scientific: bool = False
    """True: numbers of this file may be written as 1.5e-06, as programs do; else such a text is refused."""
    personal: dict[str, Literal["drop", "hash"]] = {}
    distinct: bool = False
    """True: a unit may stand on many rows of its source; the first one counts."""
    only_known_indicators: bool = False
    """True: rows of indicators that the rulebook does not have are left out, and counted."""
    _document: Document | None = PrivateAttr(None)
    _number: int = PrivateAttr(0)
    _unread: frozenset[str] = PrivateAttr(frozenset())

    def read_from(self, document: Document, number: int, unread: frozenset[str]) -> None:
        """Remember where this source stands in its mapping."""
        self._document, self._number, self._unread = document, number, unread

    @property
    def unread(self) -> frozenset[str]:
        """Fields of this source that were refused already, in a mapping that is looked through for its other faults."""
        return self._unread

    def fault(self, path: tuple[str | int, ...], code: str, zh: str, en: str) -> Problem:
        """A fault of this source at its line of the mapping; at its data file where the mapping has no file."""
        if self._document is None:
            return Problem(self.file, code, zh, en)
        whole = ("sources", self._number, *path)
        name = by_keys(whole)
        return Problem(self._document.where(whole), code, f"{name[0]}（{self.file}）：{zh}", f"{name[1]} ({self.file}): {en}")  # fmt: skip


class Mapping(Model):
    """How files become facts. Each source states its purpose."""

    purpose: str = Field(min_length=1)
    source: str = ""
    period: PeriodCode | None = None
    periods: tuple[PeriodCode, ...] = ()
    """Several assessed periods, scored one after the other into the same files."""
    at: date | None = None
    far: int = Field(default=300, ge=2)
    """How many times a value may lie from its unit's other periods, or from its target, before it is asked about.

    Below the 1,000 of the commonest slip, for a value that is itself above or below the median is not 1,000 times from it
    once it is divided or multiplied by that.
    """
    sources: tuple[SourceFile, ...] = Field(min_length=1)

    @property
    def fingerprint(self) -> str:
        data = json.loads(self.model_dump_json(by_alias=True, exclude_defaults=True))
        return digest({key: data.get(key) for key in ("sources",)})


def load_mapping(path: Path, meant: Callable[[Mapping], list[Problem]] | None = None) -> Mapping:
    """Read a mapping. Raises DataError with every problem at its line.

    Where some of it cannot be read, `meant` gives the faults of what can be.
    """
    try:
        document = read_yaml(path, path.name)
    except RulebookError as error:
        raise DataError(error.problems) from error
    shape = Shape("model", model=Mapping)
    document.data = thin(document.data, shape)
    try:
        found = Mapping.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        problems = list(explain(error, document, shape, document.data))
        if meant and (draft := _draft(document, shape)):
            told = {(problem.where, problem.code) for problem in problems}
            problems += [p for p in meant(draft) if (p.where, p.code) not in told]
        raise DataError(problems) from error
    return _placed(found, document, {})


def _placed(mapping: Mapping, document: Document, unread: dict[int, set[str]]) -> Mapping:
    for number, source in enumerate(mapping.sources):
        source.read_from(document, number, frozenset(unread.get(number, ())))
    return mapping


_ROUNDS = 12


def _draft(document: Document, shape: Shape) -> Mapping | None:
    """The mapping without the fields that are refused; None where it cannot be read without them."""
    data, unread = json.loads(json.dumps(document.data)), dict[int, set[str]]()
    if not isinstance(data, dict):
        return None
    for _ in range(_ROUNDS):
        try:
            return _placed(Mapping.model_validate_json(json.dumps(data), strict=True), document, unread)  # fmt: skip
        except ValidationError as error:
            for fault in faults(error, shape, data):
                path = fault.path
                if path == ("purpose",):
                    data["purpose"] = "-"
                elif len(path) == 1 or path[0] in {"periods"}:
                    data.pop(path[0], None)
                elif len(path) > 2 and path[2] != "file" and isinstance(data["sources"][path[1]], dict):  # fmt: skip
                    unread.setdefault(int(path[1]), set()).add(str(path[2]))
                    data["sources"][path[1]].pop(path[2], None)
                else:
                    return None
    return None
