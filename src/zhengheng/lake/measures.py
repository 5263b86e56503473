"""Measures: indicator values counted or summed from fact tables such as hotline work orders."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhengheng.domain.periods import Period, period_ending
from zhengheng.domain.problems import DataError, Problem
from zhengheng.domain.several import several
from zhengheng.lake.cells import CellError, normal, read_day, read_number, refuse_unseen, take
from zhengheng.lake.filters import Test, parse_filter
from zhengheng.lake.mapping import FactColumn, Measure, SourceFile

NAMED = 10
"""Rows that are named."""


@dataclass(frozen=True)
class Counted:
    """One observation that a measure made, exact; the first and the last source row that entered, and how many did."""

    indicator: str
    unit: str
    period: date
    value: Decimal
    first: int
    row: int
    rows: int


Units = Mapping[str, str]
"""The unit of measure of each indicator: a column that is summed for it may repeat it."""
Entry = tuple[str, str, date]
"""Indicator, unit and last day of the period that a row is counted in."""


class Orders:
    """Typed rows of a fact table, counted into the measures as they pass."""

    def __init__(self, source: SourceFile, where: str, units: Units) -> None:
        self.source = source
        self.units = {name: self._unit(name, units) for name in source.columns}
        names = declared(source)
        self.tests: list[tuple[Measure, Test, Test | None]] = [
            (
                measure,
                parse_filter(measure.where, names, where),
                parse_filter(measure.exclude, names, where) if measure.exclude else None,
            )
            for measure in source.measures
        ]
        self.counts: dict[Entry, tuple[Decimal, int, int, int]] = {}
        self.ends: dict[tuple[str, int, int], date] = {}
        self.rounded = 0
        self.unassigned: dict[int, None] = {}
        """Rows without a unit or a day, in order."""
        self.by_month = self._by_month()

    def _by_month(self) -> frozenset[str]:
        """Columns of which no more is asked than the month: they say when a row counts, by months or longer, and no filter
        compares them."""
        measures = self.source.measures
        compared = " ".join(f"{one.where} {one.exclude}" for one in measures)
        finer = {one.date for one in measures if one.frequency == "day"}
        return frozenset({one.date for one in measures if one.date not in compared} - finer)

    def _unit(self, column: str, units: Units) -> str:
        """The one unit of measure in which a column is summed; none where it is only compared, or summed in several."""
        found = {units.get(one.indicator, "") for one in self.source.measures if one.of == column}
        return found.pop() if len(found) == 1 else ""

    def take(self, row: int, values: dict[str, str]) -> None:
        """Count one row. Raises CellError for a cell that does not fit its type."""
        for entry, more in self.entries(values, row):
            known, first, _, rows = self.counts.get(entry, (Decimal(0), row, row, 0))
            self.counts[entry] = known + more, first, row, rows + 1

    def entries(self, values: dict[str, str], row: int = 0) -> Iterator[tuple[Entry, Decimal]]:
        """What one row is counted in, and as how much. Raises CellError."""
        typed = {
            name: self._typed(name, column, values)
            for name, column in self.source.columns.items()
            if column.personal is None
        }
        for measure, test, excluded in self.tests:
            if (excluded and excluded(typed)) or not test(typed):
                continue
            unit, day = typed[measure.unit], typed[measure.date]
            if not unit or day is None:
                self.unassigned[row] = None
                continue
            more = Decimal(1) if measure.value == "count" else Decimal(typed[measure.of] or 0)
            yield (measure.indicator, str(unit), self._end(measure, day)), more

    def _typed(self, name: str, column: FactColumn, values: dict[str, str]) -> Any:
        whole = column.type in {"integer", "number"}
        held = values.get(column.column, "") if column.column else column.constant or ""
        try:
            text = take(held, number=whole)
            if not whole:
                refuse_unseen(text)
            text = normal(text)
        except CellError as error:
            raise CellError(error.code, f"{name}: {error.zh}", f"{name}: {error.en}") from error
        if not text:
            return None
        try:
            if column.type in {"date", "time"}:
                return read_day(text, months=name in self.by_month)
            if whole:
                return self._number(name, text, column)
        except CellError as error:
            raise CellError(error.code, f"{name}: {error.zh}", f"{name}: {error.en}") from error
        return text

    def _number(self, name: str, text: str, column: FactColumn) -> int | Decimal:
        whole = column.type == "integer"
        number, lost = read_number(
            text, 0 if whole else column.decimals, strip=self.source.strip, measure_unit=self.units[name],
            scientific=self.source.scientific,
        )  # fmt: skip
        if whole and lost:
            raise CellError(
                "integer", f"“{text[:40]}”不是整数", f"{text[:40]!r} is no whole number"
            )
        self.rounded += lost
        return number if whole else Decimal(number).scaleb(-column.decimals)

    def _end(self, measure: Measure, day: date) -> date:
        key = (measure.frequency, day.year, day.month)
        if measure.frequency == "day":
            return day
        if key not in self.ends:
            year = Period(date(day.year, 1, 1), date(day.year, 12, 31), "year")
            for period in year.split(measure.frequency):
                if period.start <= day <= period.end:
                    self.ends[key] = period_ending(period.end, measure.frequency).end
        return self.ends[key]

    def observations(self, warnings: list[Problem]) -> Iterator[Counted]:
        """What was counted, in order."""
        if self.unassigned:
            rows = [str(row) for row in self.unassigned]
            more = len(rows) > NAMED
            warnings.append(
                Problem(self.source.file, "measure.unassigned",
                        f"{len(rows)} 行没有单位或日期，问到它的度量没有计入：第 {'、'.join(rows[:NAMED])}{' 等' if more else ''} 行",
                        f"{several(len(rows), 'row has no unit or no day and is not counted by measures that ask for it: row', 'rows have no unit or no day and are not counted by measures that ask for it: rows')} {', '.join(rows[:NAMED])}{' and more' if more else ''}", "warning")
            )  # fmt: skip
        for (indicator, unit, period), counted in sorted(self.counts.items()):
            yield Counted(indicator, unit, period, *counted)


def misfits(source: SourceFile) -> Iterator[Problem]:
    """What a measure counts by must be declared, and of a type that can be counted so; its filters must be readable."""
    names = declared(source)
    for place, measure in enumerate(source.measures):
        columns = [
            ("unit", measure.unit, {"text", "integer"}),
            ("date", measure.date, {"date", "time"}),
        ]
        if measure.value == "sum":
            columns.append(("of", measure.of, {"integer", "number"}))
        for part, name, types in columns:
            if name not in names:
                yield source.fault(
                    ("measures", place, part), "measure.column", f"度量 {measure.indicator} 用到的列“{name}”未声明, 或为个人信息",
                    f"measure {measure.indicator} uses the column {name!r}, which is undeclared or personal",
                )  # fmt: skip
            elif source.columns[name].type not in types:
                wanted = " / ".join(sorted(types))
                yield source.fault(
                    ("measures", place, part), "measure.type", f"度量 {measure.indicator} 的列“{name}”类型应为 {wanted}",
                    f"measure {measure.indicator}: the type of {name!r} must be {wanted}",
                )  # fmt: skip
        for part in ("where", "exclude"):
            try:
                parse_filter(getattr(measure, part), names, source.file)
            except DataError as error:
                yield from (source.fault(("measures", place, part), p.code, p.zh, p.en) for p in error.problems)  # fmt: skip


def declared(source: SourceFile) -> frozenset[str]:
    """The columns that measures may use."""
    return frozenset(name for name, column in source.columns.items() if not column.personal)
