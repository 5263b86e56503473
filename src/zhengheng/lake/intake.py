"""Intake 采集: files to facts under a mapping. Every refused row says where and why."""

import re
from calendar import monthrange
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT
from zhengheng.domain.periods import MONTHS, Period, parse_period, period_ending
from zhengheng.domain.problems import DataError, Problem
from zhengheng.lake import measures
from zhengheng.lake.cells import (
    FACTORS,
    CellError,
    Values,
    normal,
    read_bool,
    read_date,
    read_number,
    take,
)
from zhengheng.lake.facts import DECIDED, Facts, FileInfo, Reject, file_digest, to_arrow
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.mapping import Column, FactColumn, Mapping, SourceFile
from zhengheng.lake.personal import protect
from zhengheng.lake.points import read_points
from zhengheng.lake.readers import read_table
from zhengheng.scheme.base import Text
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scheme.sense import beyond
from zhengheng.scoring.contracts import (
    CONTRACTS,
    FACTS,
    MISSING,
    NOT_APPLICABLE,
    NOT_DUE,
    VALUE,
    WITHHELD,
)
from zhengheng.workbooks.cell import shown

LONG = 80
"""Characters of a unit's code or name, beyond which it is a sentence that strayed into its column."""
_NOTE = re.compile(r"(注|备注|说明|note)[0-9一二三]?\s*[:：]", re.IGNORECASE)
NEVER = date.max
"""The day on which a decision that was taken back counts."""
STATUS_WORDS = {
    "value": VALUE, "not_applicable": NOT_APPLICABLE, "missing": MISSING, "withheld": WITHHELD,
    "not_due": NOT_DUE, "正常": VALUE, "不适用": NOT_APPLICABLE, "缺报": MISSING, "不公开": WITHHELD,
    "未到期": NOT_DUE,
}  # fmt: skip
VINTAGES = {"preliminary": "preliminary", "revised": "revised", "final": "final",
            "初步": "preliminary", "初步数": "preliminary", "修订": "revised", "修订数": "revised",
            "最终": "final", "最终数": "final", "": None}  # fmt: skip
Progress = Callable[[str, int], None]


_DECIMAL_MONTH = re.compile(r"\d{4}\.1")
FREQUENCY_WORDS = {"year": ("年", "year"), "half": ("半年", "half-year"), "quarter": ("季度", "quarter"),
                   "month": ("月", "month"), "day": ("日", "day")}  # fmt: skip


def _month_end(day: date) -> date:
    return day.replace(day=monthrange(day.year, day.month)[1])


class Intake:
    """Reads the sources of a mapping one after the other into columns of plain values."""

    def __init__(self, mapping: Mapping, rulebook: Rulebook, data: Path, key: bytes) -> None:
        self.mapping, self.data, self.key = mapping, data, key
        self.rulebook = rulebook
        self.indicators = {indicator.code: indicator for indicator in rulebook.indicators}
        self.digits = rulebook.tree.digits
        self.items = {item.code: item for item in rulebook.adjustments}
        self.columns: dict[str, dict[str, list[Any]]] = {
            contract.name: {name: [] for name in contract.names} for contract in FACTS
        }
        self.seen: dict[str, dict[tuple[Any, ...], tuple[str, int]]] = {c.name: {} for c in FACTS}
        self.units: dict[str, Unit] = {}
        self.files: list[FileInfo] = []
        self.rejects: list[Reject] = []
        self.warnings: list[Problem] = []
        self.digests: dict[str, str] = {}
        self.taken = self.rounded = self.sequence = self.skipped = self.confirmed = 0

    def read(self, progress: Progress | None = None) -> Facts:
        for source in self.mapping.sources:
            self._source(source, progress)
        tables = {name: to_arrow(name, columns) for name, columns in self.columns.items()}
        return Facts(
            tables,
            sorted(self.units.values(), key=lambda unit: unit.code),
            self.files,
            self.rejects,
            self.warnings,
            mapping=self.mapping.fingerprint,
        )

    def _source(self, source: SourceFile, progress: Progress | None) -> None:
        path = self.data / source.file
        if not path.resolve().is_relative_to(self.data.resolve()):
            raise DataError.one(
                source.file, "file.outside", zh="文件必须在数据文件夹之内",
                en="the file must lie inside the data folder",
            )  # fmt: skip
        table = read_table(
            path, source.format, name=source.file, sheet=source.sheet, encoding=source.encoding,
            header=source.header, header_rows=source.header_rows,
        )  # fmt: skip
        reader = Rows(self, source, table.header)
        self.taken = self.rounded = self.skipped = self.confirmed = 0
        count = 0
        for row, cells in table.records:
            count += 1
            if progress and count % 5000 == 0:
                progress(source.file, count)
            values: dict[str, str] = (Values if table.workbook else dict)(zip(table.header, cells, strict=True))  # fmt: skip
            reader.take(row, values)
        reader.finish()
        if source.file not in self.digests:
            self.digests[source.file] = file_digest(path)
        self.files.append(
            FileInfo(
                reader.number,
                source.file,
                self.digests[source.file],
                source.sheet or "",
                count,
                self.taken,
                self.rounded,
                self.skipped,
            )  # fmt: skip
        )
        if self.rounded:
            self.warnings.append(
                Problem(source.file, "number.rounded",
                        f"{self.rounded} 个数值的小数位多于指标声明的精度, 已四舍五入",
                        f"{self.rounded} values had more decimals than their indicator declares and were rounded half up",
                        "warning")
            )  # fmt: skip
        if self.confirmed:
            self.warnings.append(
                Problem(source.file, "sense.confirmed",
                        f"{self.confirmed} 个数值超出合理范围，已按所写理由确认",
                        f"{self.confirmed} values are beyond their range of sense and were confirmed with a reason", "warning")
            )  # fmt: skip
        if reader.unused:
            self.warnings.append(
                Problem(source.file, "period.unused",
                        f"{reader.unused} 个数值的期间与指标的报送频次不符，不会计分；请核对期间",
                        f"{reader.unused} values stand for periods that their indicators do not have and will not count; check the periods",
                        "warning")
            )  # fmt: skip
        if not self.taken and not self.rejects:
            self.warnings.append(
                Problem(source.file, "source.empty", "没有读到任何行, 请检查 where 条件",
                        "no row was taken; check the `where` filter", "warning")
            )  # fmt: skip


class Rows:
    """Takes the rows of one source in its role."""

    def __init__(self, intake: Intake, source: SourceFile, header: list[str]) -> None:
        self.intake, self.source = intake, source
        self.number = len(intake.files) + 1
        self.header = tuple(header)
        self._check_columns(header)
        self.test = parse_filter(source.where, frozenset(header), source.file)
        self.factor = Decimal(FACTORS.get(str(source.scale), source.scale or 1))
        self.read = getattr(self, f"_{source.role}")
        self.orders = measures.Orders(source, source.file) if source.role == "fact" else None
        self.periods: dict[str, Period] = {}
        self.unused = 0

    def _check_columns(self, header: list[str]) -> None:
        source, known = self.source, set(header)
        needed = {
            "observation": ["unit", "period"] + ([] if source.indicators else ["indicator", "value"]),
            "target": ["unit", "indicator", "period"], "unit": ["unit", "category", "group"],
            "milestone": ["unit", "indicator", "milestone", "due_on", "share"],
            "event": ["unit", "item", "document", "decided_on"],
            "approval": ["unit", "indicator", "approver"], "fact": [],
        }  # fmt: skip
        needed["correction"] = needed["observation"]
        needed["ruling"] = ["unit", "indicator", "period", "value"]
        problems = [
            Problem(source.file, "mapping.field", f"映射缺少 {name}", f"the mapping lacks `{name}`")
            for name in needed[source.role]
            if getattr(source, name) is None
        ]
        columns: list[Column | FactColumn] = [
            value for value in source.__dict__.values() if isinstance(value, Column)
        ]
        columns += [*source.indicators.values(), *source.kinds.values()]
        columns += source.columns.values()
        names = [column.column for column in columns if column.column]
        for name in dict.fromkeys(names):
            if name not in known:
                problems.append(
                    Problem(source.file, "column.absent",
                            f"没有列“{name}”, 表头为: {'、'.join(header)[:200]}",
                            f"no column {name!r}; the header is: {', '.join(header)[:200]}")
                )  # fmt: skip
        for code in (*source.indicators, *(measure.indicator for measure in source.measures)):
            if code not in self.intake.indicators:
                problems.append(
                    Problem(source.file, "indicator.unknown", f"考核方案中没有指标 {code}",
                            f"the rulebook has no indicator {code}")
                )  # fmt: skip
        if problems:
            raise DataError(problems)

    def take(self, row: int, values: dict[str, str]) -> None:
        try:
            if self.test(values):
                self.read(row, values)
        except CellError as error:
            self._reject(row, values, error)

    def finish(self) -> None:
        if self.orders:
            for entry in self.orders.observations(self.intake.warnings):
                self._made(entry)
            self.intake.rounded += self.orders.rounded

    def _made(self, entry: measures.Counted) -> None:
        """Put in what a measure made. No single row is at fault where that cannot be: the mapping is."""
        try:
            number, lost = read_number(
                format(entry.value, "f"), self._indicator(entry.indicator).decimals
            )
            self.intake.rounded += lost
            self._put("observation", unit=entry.unit, indicator=entry.indicator, period=entry.period,
                      value=number, status=VALUE, vintage=None, published_on=None, row=entry.row)  # fmt: skip
        except CellError as error:
            where = f"{entry.indicator} {entry.unit} {entry.period}"
            raise DataError.one(
                f"{self.source.file}:{entry.row}", f"measure.{error.code}",
                zh=f"度量 {where}: {error.zh}", en=f"measure {where}: {error.en}",
            ) from error  # fmt: skip

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

    def _get(
        self, column: Column | None, values: dict[str, str], name: str = "", *, number: bool = False
    ) -> str:
        if column is None:
            return ""
        if column.constant is not None:
            text = column.constant
        else:
            text = take(values.get(column.column or "", ""), number=number).strip()
        if text == "" and column.default is not None:
            text = column.default
        if column.map:
            if text not in column.map and normal(text) not in column.map:
                if text == "":
                    return ""
                raise CellError(
                    "map",
                    f"{name} 的取值“{text[:40]}”不在对照表中; 请补入 map, 或用 where 只取需要的行",
                    f"{name}: {text[:40]!r} is not in the map; add it there, or choose the rows with `where`",
                )
            text = column.map.get(text, column.map.get(normal(text), ""))
        return column.prefix + text if text else text

    def _must(self, column: Column | None, values: dict[str, str], name: str) -> str:
        text = normal(self._get(column, values, name))
        if not text:
            raise CellError("empty", f"{name} 为空", f"{name} is empty")
        return text

    def _unit_code(self, values: dict[str, str]) -> str:
        code = self._must(self.source.unit, values, "unit")
        if len(code) > LONG or "\n" in code or _NOTE.match(code):
            raise CellError(
                "unit.long", f"“{code[:40]}”像是一段说明，不像单位；请删去该行，或用 where 只取需要的行",
                f"{code[:40]!r} reads like a note, not like a unit; delete the row, or choose the rows with `where`",
            )  # fmt: skip
        return code

    def _code(self, values: dict[str, str]) -> str | None:
        """The row's indicator; none where the mapping leaves out what the rulebook does not know, and counts it."""
        known = self.source.only_known_indicators
        try:
            code = self._must(self.source.indicator, values, "indicator")
        except CellError as error:
            if not known or error.code != "map":
                raise
            code = ""
        if known and code not in self.intake.indicators:
            self.intake.skipped += 1
            return None
        return code

    def _indicator(self, code: str) -> Any:
        if code not in self.intake.indicators:
            raise CellError(
                "indicator",
                f"考核方案中没有指标“{code[:40]}”",
                f"the rulebook has no indicator {code[:40]!r}",
            )
        return self.intake.indicators[code]

    def _period(self, values: dict[str, str], code: str | None) -> date:
        """The last day of the row's period, which must be one of the indicator's."""
        text = self._must(self.source.period, values, "period")
        if text not in self.periods:
            try:
                if _DECIMAL_MONTH.fullmatch(text):
                    raise CellError(
                        "period.decimal", f"“{text}”可能是 1 月，也可能是 10 月（数字末尾的 0 会丢失）；请写成 {text[:4]}-01 或 {text[:4]}-10",
                        f"{text!r} may be January or October (a number loses its last 0); write {text[:4]}-01 or {text[:4]}-10",
                    )  # fmt: skip
                self.periods[text] = parse_period(text)
            except ValueError as error:
                if isinstance(error, CellError):
                    raise
                raise CellError(
                    "period", f"“{text[:40]}”不是期间", f"{text[:40]!r} is not a period"
                ) from None
        period = self.periods[text]
        indicator = self.intake.indicators.get(code or "")
        if indicator is None or indicator.frequency == period.frequency:
            return period.end
        if period.frequency == "day":
            if indicator.frequency == "month" and period.end.day == 1:
                # A month typed into a spreadsheet becomes its first day.
                return period_ending(_month_end(period.end), "month").end
            if period.end != _month_end(period.end):
                word = FREQUENCY_WORDS[indicator.frequency]
                raise CellError(
                    "period.day", f"“{text[:40]}”是某一天，而指标 {code} 按{word[0]}报送；请写明期间",
                    f"{text[:40]!r} is a day, but {code} is reported by {word[1]}; write the period",
                )  # fmt: skip
        if indicator.frequency != "day" and period.end.month % MONTHS[indicator.frequency]:
            self.unused += 1
        return period.end

    def _observation(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        unit = self._unit_code(values)
        vintage = self._vintage(values)
        published = self._day(source.published_on, values)
        if source.indicators:
            pairs: Iterable[tuple[str | None, Column | None]] = source.indicators.items()
        else:
            pairs = [(self._code(values), source.value)]
        for code, column in pairs:
            if code is None:
                continue
            indicator, period = self._indicator(code), self._period(values, code)
            text = self._get(column, values, code, number=True)
            status, value = self._value(text, values, indicator, code)
            self._put("observation", unit=unit, indicator=code, period=period, value=value,
                      status=status, vintage=vintage, published_on=published, row=row)  # fmt: skip

    _correction = _observation

    def _ruling(self, row: int, values: dict[str, str]) -> None:
        """The value of a whole period by the decision of an appeal, also of what is made from parts."""
        unit, code = self._unit_code(values), self._code(values)
        period = self._period(values, code)
        if code is None:
            return
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

    def _value(
        self, text: str, values: dict[str, str], indicator: Any, code: str
    ) -> tuple[int, int | None]:
        source = self.source
        word = normal(self._get(source.status, values, "status"))
        status = VALUE
        if word:
            if word not in STATUS_WORDS:
                raise CellError(
                    "status", f"不认识的状态“{word[:20]}”", f"unknown status {word[:20]!r}"
                )
            status = STATUS_WORDS[word]
        elif text in source.missing:
            status = MISSING
        elif text in source.not_applicable:
            status = NOT_APPLICABLE
        elif text in source.withheld:
            status = WITHHELD
        if status != VALUE:
            return status, None
        if not text:
            raise CellError(
                "empty",
                f"{code} 状态为正常但没有数值",
                f"{code}: status is value but the cell is empty",
            )
        try:
            return VALUE, self._number(text, values, indicator)
        except CellError as error:
            raise CellError(error.code, f"{code}: {error.zh}", f"{code}: {error.en}") from error

    def _number(self, text: str, values: dict[str, str], indicator: Indicator) -> int:
        """A value of an indicator; beyond its range of sense only with a reason in the row."""
        number, lost = read_number(
            text, indicator.decimals, strip=self.source.strip, factor=self.factor,
            measure_unit=indicator.measure_unit.zh,
        )  # fmt: skip
        if fault := beyond(self.intake.rulebook, indicator, number):
            if not self._get(self.source.confirmation, values, "confirmation"):
                raise CellError("sense", *fault)
            self.intake.confirmed += 1
        self.intake.rounded += lost
        return number

    def _vintage(self, values: dict[str, str]) -> str | None:
        word = normal(self._get(self.source.vintage, values, "vintage"))
        if word not in VINTAGES:
            raise CellError(
                "vintage", f"不认识的数据版本“{word[:20]}”", f"unknown vintage {word[:20]!r}"
            )
        return VINTAGES[word]

    def _day(self, column: Column | None, values: dict[str, str]) -> date | None:
        text = self._get(column, values, "date")
        return read_date(text) if text else None

    def _target(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        unit, code = self._unit_code(values), self._code(values)
        if code is None:
            return
        indicator, period = self._indicator(code), self._period(values, code)
        pairs: list[tuple[str, Column | None]] = [*source.kinds.items()]
        for kind, column in pairs or [("target", source.value)]:
            text = self._get(column, values, kind, number=True)
            if text in source.missing:
                continue
            number = self._number(text, values, indicator)
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
        ranked = self._get(source.ranked, values, "ranked")
        self.intake.units[code] = Unit(
            code=code,
            name=Text(zh=self._get(source.name, values, "name") or code),
            category=self._must(source.category, values, "category"),
            group=self._must(source.group, values, "group"),
            superior=self._get(source.superior, values, "superior") or None,
            valid_from=self._day(source.valid_from, values),
            valid_to=self._day(source.valid_to, values),
            ranked=read_bool(ranked) if ranked else True,
        )
        self.intake.taken += 1

    def _milestone(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        code = self._must(source.indicator, values, "indicator")
        self._indicator(code)
        share, _ = read_number(
            self._get(source.share, values, "share", number=True), 4, measure_unit="%"
        )
        waived = self._get(source.waived, values, "waived")
        self._put("milestone", unit=self._unit_code(values), indicator=code,
                  milestone=self._must(source.milestone, values, "milestone"),
                  due_on=read_date(self._must(source.due_on, values, "due_on")),
                  done_on=self._day(source.done_on, values), share=share * (COEFFICIENT // 10**6),
                  waived=read_bool(waived), row=row)  # fmt: skip

    def _event(self, row: int, values: dict[str, str]) -> None:
        source = self.source
        item = self.intake.items.get(self._must(source.item, values, "item"))
        if item is None:
            raise CellError(
                "item", "考核方案中没有这个加减分项", "the rulebook has no such adjustment item"
            )
        points = read_points(
            item, self._get(source.points, values, "points", number=True), self.intake.digits
        )
        decided_on = read_date(self._must(source.decided_on, values, "decided_on"))
        if read_bool(self._get(source.revoked, values, "revoked")):
            decided_on = NEVER
        self._put("event", unit=self._unit_code(values), item=item.code, points=points,
                  document=self._must(source.document, values, "document"), decided_on=decided_on, row=row)  # fmt: skip

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


def read_files(
    mapping: Mapping,
    rulebook: Rulebook,
    data: Path,
    *,
    key: bytes = b"",
    keep_rejects: bool = False,
    progress: Progress | None = None,
) -> Facts:
    """Read all sources. `key` hashes personal columns.

    Raises DataError with every refused row, unless `keep_rejects`: then they come back in
    `Facts.rejects` and the rest is taken.
    """
    facts = Intake(mapping, rulebook, data, key).read(progress)
    _check_units(facts, rulebook)
    if facts.rejects and not keep_rejects:
        raise DataError(reject.problem for reject in facts.rejects)
    return facts


def _check_units(facts: Facts, rulebook: Rulebook) -> None:
    """Units must belong to a category and group of the rulebook; strangers are reported."""
    categories = {category.code for category in rulebook.categories}
    groups = {group.code for group in rulebook.groups}
    problems = []
    for unit in facts.units:
        if unit.category not in categories:
            problems.append(
                Problem(f"unit {unit.code}", "unit.category", f"考核方案中没有类别 {unit.category}",
                        f"the rulebook has no category {unit.category}")
            )  # fmt: skip
        if groups and unit.group not in groups:
            problems.append(
                Problem(f"unit {unit.code}", "unit.group", f"考核方案中没有分组 {unit.group}",
                        f"the rulebook has no comparison group {unit.group}")
            )  # fmt: skip
    if problems:
        raise DataError(problems)
    known = {unit.code for unit in (*facts.units, *rulebook.units)}
    known |= {i.reference.unit for i in rulebook.indicators if i.reference.unit}
    known |= {event.unit for event in rulebook.succession}
    if known:
        strangers = sorted(
            set(facts.tables["observation"].column("unit").unique().to_pylist()) - known
        )
        if strangers:
            facts.warnings.append(
                replace(
                    Problem("observation", "unit.unknown",
                            f"{len(strangers)} 个单位不在名单中, 未计分: {'、'.join(strangers[:5])}",
                            f"{len(strangers)} units are not on the list and are not scored: {', '.join(strangers[:5])}"),
                    severity="warning",
                )
            )  # fmt: skip
