"""The intake mapping 采集映射: which columns of which file mean what. One YAML file.

docs/reference/mapping.md explains every field with an example.
"""

import json
from datetime import date
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, BeforeValidator, Field, ValidationError
from pydantic_core import PydanticCustomError

from zhengheng.domain.periods import Frequency
from zhengheng.domain.problems import DataError, RulebookError
from zhengheng.domain.script import narrow
from zhengheng.scheme.base import Code, Model, Number
from zhengheng.scheme.faults import explain
from zhengheng.scheme.fingerprint import digest
from zhengheng.scheme.kinds import Shape
from zhengheng.scheme.yaml_source import read_yaml
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


_OF_A_NUMBER = frozenset("0123456789+-.,eE()−–千万亿十百")
"""What says how much a number is: digits, its sign (also by brackets), its point, its power."""


def _beside(strip: str) -> str:
    """Characters that may be taken off: taking a sign, a point or a power would make another number."""
    if held := sorted(
        {sign for sign in strip if not narrow(sign) or set(narrow(sign)) & _OF_A_NUMBER} - {" "}
    ):
        raise PydanticCustomError(
            "strip",
            "{held}: part of a number; only characters beside it may be taken off",
            {"held": "".join(held)},
        )
    return strip


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
    """Characters taken off numbers, e.g. "$%": "15%" is read as 15. None of them may be part of a number."""
    scale: Annotated[Number, Field(gt=0)] | Literal["千", "万", "百万", "亿"] | None = None
    """Factor from the file's unit of measure to the indicator's, above 0."""
    scientific: bool = False
    """True: numbers of this file may be written as 1.5e-06, as programs do; else such a text is refused."""
    personal: dict[str, Literal["drop", "hash"]] = {}
    distinct: bool = False
    """True: a unit may stand on many rows of its source; the first one counts."""
    only_known_indicators: bool = False
    """True: rows of indicators that the rulebook does not have are left out, and counted."""


class Mapping(Model):
    """How files become facts. Each source states its purpose."""

    purpose: str = Field(min_length=1)
    source: str = ""
    period: str | None = None
    periods: tuple[str, ...] = ()
    """Several assessed periods, scored one after the other into the same files."""
    at: date | None = None
    sources: tuple[SourceFile, ...] = Field(min_length=1)

    @property
    def fingerprint(self) -> str:
        data = json.loads(self.model_dump_json(by_alias=True, exclude_defaults=True))
        return digest({key: data.get(key) for key in ("sources",)})


def load_mapping(path: Path) -> Mapping:
    """Read a mapping. Raises DataError with every problem at its line."""
    try:
        document = read_yaml(path, path.name)
    except RulebookError as error:
        raise DataError(error.problems) from error
    try:
        return Mapping.model_validate_json(json.dumps(document.data), strict=True)
    except ValidationError as error:
        raise DataError(
            explain(error, document, Shape("model", model=Mapping), document.data)
        ) from error
