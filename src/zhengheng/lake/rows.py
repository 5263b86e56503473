"""The rows of one source, each taken in the source's role: an observation, a target, a unit, a decided item."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import Any

from zhengheng.domain.names import unknown
from zhengheng.domain.numbers import COEFFICIENT
from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake import measures
from zhengheng.lake.cells import CellError, normal, read_bool, read_day, read_number, together
from zhengheng.lake.facts import DECIDED, Reject
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.fitting import misfits
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.mapping import Column, SourceFile
from zhengheng.lake.personal import protect
from zhengheng.lake.points import read_points
from zhengheng.lake.proportions import asked
from zhengheng.lake.readers import Table
from zhengheng.lake.row_value import RowValue
from zhengheng.scheme.base import Text
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.lint_directions import given_fault
from zhengheng.scheme.model import Unit
from zhengheng.scoring.contracts import CONTRACTS, VALUE
from zhengheng.workbooks.cell import shown

NEVER = date.max
"""The day on which a decision that was taken back counts."""


class Rows(RowValue):
    """Takes the rows of one source in its role."""

    def __init__(self, intake: Gathered, source: SourceFile, table: Table) -> None:
        super().__init__(intake, source)
        self.number = len(intake.files) + 1
        self.header = tuple(table.header)
        if found := misfits(intake, source, table):
            raise DataError(found)
        self.test = parse_filter(source.where, frozenset(table.header), source.file)
        self.read = getattr(self, f"_{source.role}")
        units = {one.code: one.measure_unit.zh for one in intake.rulebook.indicators}
        self.orders = measures.Orders(source, source.file, units) if source.role == "fact" else None

    def take(self, row: int, values: dict[str, str]) -> None:
        self.row = row
        try:
            if self.test(values):
                self.read(row, values)
        except CellError as error:
            self._reject(row, values, error)

    def finish(self) -> None:
        """What can be said once all rows are there. Raises DataError with all that is wrong with the source as a whole."""
        found: list[Problem] = []
        if not self.intake.declared_units:
            found += asked(self.source.file, iter(self.bare.values()))
        if self.orders:
            for entry in self.orders.observations(self.intake.warnings):
                try:
                    self._made(entry)
                except DataError as error:
                    found += error.problems
            self.intake.rounded += self.orders.rounded
        if found:
            raise DataError(found)

    def _made(self, entry: measures.Counted) -> None:
        """Put in what a measure made. No single row is at fault where that cannot be: the mapping is."""
        try:
            number, lost = read_number(
                format(entry.value, "f"), self._indicator(entry.indicator).decimals
            )
            self.intake.rounded += lost
            self._put("observation", unit=entry.unit, indicator=entry.indicator, period=entry.period,
                      value=number, status=VALUE, vintage=None, published_on=None, row=entry.row)  # fmt: skip
            self._behind(entry)
        except CellError as error:
            where = f"{entry.indicator} {entry.unit} {entry.period}"
            raise DataError.one(
                f"{self.source.file}:{entry.row}", f"measure.{error.code}",
                zh=f"度量 {where}: {error.zh}", en=f"measure {where}: {error.en}",
            ) from error  # fmt: skip

    def _behind(self, entry: measures.Counted) -> None:
        """Which rows the observation was counted from."""
        row = {"unit": entry.unit, "indicator": entry.indicator, "period": entry.period, "file": self.number,
               "first_row": entry.first, "row": entry.row, "rows": entry.rows}  # fmt: skip
        for name, column in self.intake.columns["counted"].items():
            column.append(row[name])

    def _reject(self, row: int, values: dict[str, str], error: CellError) -> None:
        came = {name: shown(text) for name, text in values.items()}
        kept = protect(came, self.source.personal, self.intake.key)
        self.intake.rejects.append(
            Reject(
                self.source.file,
                row,
                Problem(f"{self.source.file}:{row}", f"row.{error.code}", error.zh, error.en),
                tuple(kept),
                tuple(kept.values()),
            )  # fmt: skip
        )

    def _observation(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        wrong: list[CellError] = []
        unit, vintage, published = "", None, None
        try:
            unit = self._unit_code(values)
        except CellError as error:
            if error.code == "unit.long":
                raise  # a note or a heading: nothing else in the row is meant as data
            wrong.append(error)
        try:
            vintage = self._vintage(values)
            published = self._day(source.published_on, values, "published_on")
        except CellError as error:
            wrong.append(error)
        if source.indicators:
            pairs: Iterable[tuple[str | None, Column | None]] = source.indicators.items()
        else:
            try:
                pairs = [(self._code(values), source.value)]
            except CellError as error:
                raise together([*wrong, error]) from error
        taken: list[tuple[str, date, int, int | None]] = []
        for code, column in pairs:
            if code is None:
                continue
            try:
                indicator, period = self._indicator(code), self._observed(values, code)
                text = self._get(column, values, code, number=True)
                status, value = self._value(text, values, indicator, code)
            except CellError as error:
                wrong.append(error)
            else:
                taken.append((code, period, status, value))
        if wrong:
            raise together(wrong)
        # Only now: of a refused row no part is taken.
        for code, period, status, value in taken:
            self._put("observation", unit=unit, indicator=code, period=period, value=value,
                      status=status, vintage=vintage, published_on=published, row=row)  # fmt: skip

    _correction = _observation

    def _ruling(self, row: int, values: dict[str, str]) -> None:
        """The value of a whole period by the decision of an appeal, also of what is made from parts."""
        unit, code = self._unit_code(values), self._code(values)
        if code is None:
            return
        period = self._assessed(values)
        status, value = self._value(
            self._get(self.source.value, values, code, number=True),
            values,
            self._indicator(code),
            code,
        )
        if status != VALUE:
            raise CellError(
                "ruling", f"{code}：决定应当给出数值。", f"{code}: a decision gives a value"
            )
        self.intake.sequence += 1
        self._put("revision", unit=unit, indicator=code, period=period, value=value, status=VALUE,
                  vintage=DECIDED, published_on=None, row=row, sequence=self.intake.sequence)  # fmt: skip

    def _target(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        unit, code = self._unit_code(values), self._code(values)
        if code is None:
            return
        indicator = self._indicator(code)
        pairs: list[tuple[str, Column | None]] = [*source.kinds.items()]
        given: dict[str, int] = {}
        for kind, column in pairs or [("target", source.value)]:
            text = self._get(column, values, kind, number=True)
            if text in source.missing:
                continue
            given[kind] = self._number(text, values, indicator)
        period = self._assessed(values, plan=set(given) <= {"plan"})
        read = {kind: Decimal(n).scaleb(-indicator.decimals) for kind, n in given.items()}
        if wrong := given_fault(indicator, read):
            raise CellError("target.direction", f"{code}：{wrong[0]}", f"{code}: {wrong[1]}")
        for kind, number in given.items():
            self._put(
                "target", unit=unit, indicator=code, kind=kind, period=period, value=number, row=row
            )

    def _unit(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        code = self._unit_code(values)
        if code in self.intake.units and source.distinct:
            return
        if code in self.intake.units:
            raise CellError("duplicate", f"单位 {code} 重复", f"duplicate unit {code}")
        name = self._get(source.name, values, "name") or code
        for said in (code, name):
            self._refuse_total(said)
        ranked = self._get(source.ranked, values, "ranked")
        begins = self._day(source.valid_from, values, "valid_from")
        ends = self._day(source.valid_to, values, "valid_to")
        if begins and ends and ends < begins:
            raise CellError(
                "unit.dates", f"单位“{code[:40]}”的撤销日期 {ends} 早于设立日期 {begins}，它在哪一天都不存在；请核对两个日期",
                f"unit {code[:40]!r} ends on {ends}, before it begins on {begins}, so that it exists on no day; check both",
            )  # fmt: skip
        self.intake.units[code] = Unit(
            code=code,
            name=Text(zh=name),
            category=self._must(source.category, values, "category"),
            group=self._must(source.group, values, "group"),
            superior=normal(self._get(source.superior, values, "superior")) or None,
            valid_from=begins,
            valid_to=ends,
            ranked=read_bool(ranked) if ranked else True,
        )
        self.intake.placed[code] = f"{source.file}:{row}"
        self.intake.taken += 1
        others = [
            text for name, text in values.items() if source.unit and name != source.unit.column
        ]
        if others and not any(text.strip() for text in others):
            self.intake.warnings.append(
                Problem(f"{source.file}:{row}", "row.unit.bare",
                        f"这一行只有“{code[:40]}”，其余各列都是空的，已作为单位列入；如果是说明，请删去该行",
                        f"this row has nothing but {code[:40]!r}, which is listed as a unit; if it is a note, delete the row",
                        "warning")
            )  # fmt: skip

    def _milestone(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        code = self._must(source.indicator, values, "indicator")
        share = self._share(self._get(source.share, values, "share", number=True), self._indicator(code))  # fmt: skip
        waived = self._get(source.waived, values, "waived")
        self._put("milestone", unit=self._unit_code(values), indicator=code,
                  milestone=self._must(source.milestone, values, "milestone"),
                  due_on=read_day(self._must(source.due_on, values, "due_on")),
                  done_on=self._day(source.done_on, values, "done_on"), share=share * (COEFFICIENT // 10**6),
                  waived=read_bool(waived), row=row)  # fmt: skip

    def _share(self, text: str, indicator: Indicator) -> int:
        """How many percent of its indicator a node is, with four decimals."""
        number, lost = read_number(text, 4, strip=self.source.strip, factor=self.factor,
                                   measure_unit="%", scientific=self.source.scientific)  # fmt: skip
        if not 0 <= number <= 100 * 10**4:
            raise CellError(
                "share", f"节点份额“{text[:40]}”不在 0 至 100 之间；份额按百分之几填写",
                f"the share {text[:40]!r} of a node is not from 0 to 100; shares are percentages",
            )  # fmt: skip
        self._unexplained(text, indicator, number, 4, lost=lost, share=True)
        return number

    def _event(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        code = self._must(source.item, values, "item")
        item = self.intake.items.get(code)
        if item is None:
            named = {one.code: one.name.zh for one in self.intake.items.values()}
            raise CellError("item", *unknown("item", code, named))
        points = read_points(
            item, self._get(source.points, values, "points", number=True), self.intake.digits
        )
        decided_on = read_day(self._must(source.decided_on, values, "decided_on"))
        if read_bool(self._get(source.revoked, values, "revoked")):
            decided_on = NEVER
        period = self._assessed(values) if self._get(source.period, values, "period") else None
        self._put("event", unit=self._unit_code(values), item=item.code, points=points,
                  document=self._must(source.document, values, "document"), decided_on=decided_on, period=period, row=row)  # fmt: skip

    def _approval(self, row: int, values: dict[str, str]) -> None:
        code = self._must(self.source.indicator, values, "indicator")
        self._indicator(code)
        if self.source.distinct and (self._unit_code(values), code) in self.intake.seen["approval"]:
            return
        self._put("approval", unit=self._unit_code(values), indicator=code,
                  approver=self._must(self.source.approver, values, "approver"),
                  document=self._get(self.source.document, values), row=row)  # fmt: skip

    def _fact(self, row: int, values: dict[str, str]) -> None:
        assert self.orders
        self.orders.take(row, values)
        self.intake.taken += 1

    def _put(self, table: str, **row: Any) -> None:
        """Store a row, or say that it is there already; a known revision goes to its own table."""
        intake = self.intake
        key = tuple(row[name] for name in CONTRACTS[table].key if name in row)
        seen = intake.seen[table]
        if key in seen:
            known, line = seen[key]
            if table == "observation" and (row["vintage"] or self.source.role == "correction"):
                intake.sequence += 1
                table, row = "revision", {**row, "sequence": intake.sequence}
            else:
                raise CellError(
                    "duplicate", f"与 {known} 第 {line} 行重复: {' '.join(map(str, key))}",
                    f"duplicates {known} row {line}: {' '.join(map(str, key))}",
                )  # fmt: skip
        else:
            seen[key] = (self.source.file, row["row"])
        columns = intake.columns[table]
        row["file"] = self.number
        for name, column in columns.items():
            column.append(row[name])
        intake.taken += 1
