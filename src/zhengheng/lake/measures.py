"""Measures: indicator values counted from fact tables such as hotline work orders."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from zhengheng.domain.periods import Period, period_ending
from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake.cells import CellError, normal, read_date, read_number
from zhengheng.lake.filters import Test, parse_filter
from zhengheng.lake.mapping import Measure, SourceFile


@dataclass(frozen=True)
class Counted:
    """One observation that a measure made; `row` is the last source row that entered."""

    indicator: str
    unit: str
    period: date
    count: int
    row: int


class Orders:
    """Typed rows of a fact table, counted into the measures as they pass."""

    def __init__(self, source: SourceFile, where: str) -> None:
        self.source = source
        names = frozenset(source.columns)
        for measure in source.measures:
            for column in (measure.unit, measure.date, *([measure.of] if measure.of else [])):
                if column not in names:
                    raise DataError.one(
                        where, "measure.column", zh=f"度量 {measure.indicator} 用到未声明的列 {column}",
                        en=f"measure {measure.indicator} uses the undeclared column {column}",
                    )  # fmt: skip
        self.tests: list[tuple[Measure, Test, Test | None]] = [
            (
                measure,
                parse_filter(measure.where, names, where),
                parse_filter(measure.exclude, names, where) if measure.exclude else None,
            )
            for measure in source.measures
        ]
        self.counts: dict[tuple[str, str, date], list[int]] = {}
        self.ends: dict[tuple[str, int, int], date] = {}
        self.without_unit = 0

    def take(self, row: int, values: dict[str, str]) -> None:
        """Count one row. Raises CellError for a cell that does not fit its type."""
        typed = {
            name: self._typed(name, column.type, values[column.column])
            for name, column in self.source.columns.items()
            if column.personal is None
        }
        for measure, test, excluded in self.tests:
            if (excluded and excluded(typed)) or not test(typed):
                continue
            unit, day = typed[measure.unit], typed[measure.date]
            if not unit or day is None:
                self.without_unit += 1
                continue
            entry = self.counts.setdefault(
                (measure.indicator, str(unit), self._end(measure, day)), [0, 0]
            )
            entry[0] += 1 if measure.value == "count" else int(typed[measure.of] or 0)
            entry[1] = row

    def _typed(self, name: str, kind: str, text: str) -> Any:
        text = normal(text)
        if not text:
            return None
        try:
            if kind in {"date", "time"}:
                return read_date(text)
            if kind == "integer":
                return read_number(text, 0)[0]
            if kind == "number":
                return Decimal(read_number(text, 6)[0]).scaleb(-6)
        except CellError as error:
            raise CellError(error.code, f"{name}: {error.zh}", f"{name}: {error.en}") from error
        return text

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
        if self.without_unit:
            warnings.append(
                Problem(self.source.file, "measure.unassigned",
                        f"{self.without_unit} 次计数没有单位或日期, 未计入",
                        f"{self.without_unit} counts had no unit or no date and were left out", "warning")
            )  # fmt: skip
        for (indicator, unit, period), (count, row) in sorted(self.counts.items()):
            yield Counted(indicator, unit, period, count, row)
