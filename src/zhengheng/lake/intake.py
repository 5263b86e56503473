"""Intake 采集: files to facts under a mapping. Every refused row says where and why."""

from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import replace
from pathlib import Path

import pyarrow.compute as pc

from zhengheng.domain.names import differs_in_case, near, unknown
from zhengheng.domain.problems import DataError, Problem
from zhengheng.domain.several import several
from zhengheng.lake.cells import Values
from zhengheng.lake.facts import Facts, FileInfo, file_digest, to_arrow
from zhengheng.lake.fitting import all_misfits, open_source, placed
from zhengheng.lake.gathered import Gathered
from zhengheng.lake.magnitudes import odd_sizes
from zhengheng.lake.mapping import Mapping, SourceFile
from zhengheng.lake.proportions import odd_shares
from zhengheng.lake.readers import RowsError, Table
from zhengheng.lake.row_value import NAMED
from zhengheng.lake.rows import Rows
from zhengheng.scheme.model import Rulebook, Unit

Progress = Callable[[str, int], None]


class Intake(Gathered):
    """Reads the sources of a mapping one after the other into columns of plain values."""

    def read(self, progress: Progress | None = None) -> Facts:
        """Read every source, also after one that cannot be read. Raises DataError with all that is wrong in any."""
        for source in self.mapping.sources:
            try:
                self._source(source, progress)
            except DataError as error:
                self.faults += (placed(source, problem) for problem in error.problems)
        if self.faults:
            self.faults += all_misfits(self)
        self.faults += _misplaced(self.units.values(), self.rulebook, self.placed)
        if self.faults:
            refused = (reject.problem for reject in self.rejects)
            raise DataError(_by_row(dict.fromkeys((*self.faults, *refused))))
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
        table = open_source(self.data, source)
        reader = Rows(self, source, table)
        self.taken = self.rounded = self.skipped = self.confirmed = 0
        self.changed = []
        count = 0
        try:
            for row, cells in table.records:
                count += 1
                if progress and count % 5000 == 0:
                    progress(source.file, count)
                values: dict[str, str] = (Values if table.workbook else dict)(zip(table.header, cells, strict=True))  # fmt: skip
                reader.take(row, values)
        except RowsError as error:
            self.faults += error.problems
        reader.finish()
        if source.file not in self.digests:
            self.digests[source.file] = file_digest(self.data / source.file)
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
            zh = "；".join(
                f"第 {row} 行 {code} “{text[:40]}”取 {taken}"
                for row, code, text, taken in self.changed
            )
            en = "; ".join(
                f"row {row} {code} {text[:40]!r} as {taken}"
                for row, code, text, taken in self.changed
            )
            more = self.rounded > len(self.changed) > 0
            self.warnings.append(
                Problem(source.file, "number.rounded",
                        f"{self.rounded} 个数值的小数位多于指标声明的精度，已四舍五入" + (f"：{zh}" if zh else "") + ("等。" if more else "。"),
                        several(self.rounded, 'value had more decimals than its indicator declares and was rounded half up', 'values had more decimals than their indicator declares and were rounded half up')
                        + (f": {en}" if en else "") + (", and more" if more else ""),
                        "warning")
            )  # fmt: skip
        if reader.short:
            self.warnings.append(_short(source.file, reader.short))
        if reader.passed_over:
            self.warnings.append(_passed_over(source.file, reader.passed_over, self.named))
        if self.confirmed:
            self.warnings.append(
                Problem(source.file, "sense.confirmed",
                        f"{self.confirmed} 个数值超出合理范围，已按所写理由确认",
                        several(self.confirmed, 'value is beyond its range of sense and was confirmed with a reason', 'values are beyond their range of sense and were confirmed with a reason'), "warning")
            )  # fmt: skip
        if reader.unused:
            self.warnings.append(
                Problem(source.file, "period.unused",
                        f"{reader.unused} 个数值的期间与指标的报送频次不符，不会计分；请核对期间",
                        several(reader.unused, 'value stands for a period that its indicator does not have and will not count; check the period', 'values stand for periods that their indicators do not have and will not count; check the periods'),
                        "warning")
            )  # fmt: skip
        told = _sheets(table, source, self.mapping)
        self.warnings += [problem for problem in told if problem not in self.warnings]
        if not self.taken and not self.rejects:
            self.warnings.append(
                Problem(source.file, "source.empty", "没有读到任何行，请检查筛选条件（where）。" if count else "文件只有表头，没有数据行。",
                        "no row was taken; check the `where` filter" if count else "the file is a header without rows", "warning")
            )  # fmt: skip


def read_files(
    mapping: Mapping,
    rulebook: Rulebook,
    data: Path,
    *,
    key: bytes = b"",
    keep_rejects: bool = False,
    declared_units: bool = False,
    progress: Progress | None = None,
) -> Facts:
    """Read all sources. `key` hashes personal columns; `declared_units`: the files are the office's own, whose forms
    showed the unit of measure beside each number.

    Raises DataError with every refused row, unless `keep_rejects`: then they come back in
    `Facts.rejects` and the rest is taken.
    """
    intake = Intake(mapping, rulebook, data, key)
    intake.declared_units = declared_units
    facts = intake.read(progress)
    _warn_of_strangers(facts, rulebook)
    facts.warnings += odd_shares(facts)
    facts.warnings += odd_sizes(facts, rulebook, mapping.far)
    if facts.rejects and not keep_rejects:
        raise DataError(reject.problem for reject in facts.rejects)
    return facts


def _sheets(table: Table, source: SourceFile, mapping: Mapping) -> list[Problem]:
    """What of a workbook a mapping that names a sheet passes over, or takes though nobody sees it."""
    found = []
    if table.hidden:
        found.append(
            Problem(source.file, "sheet.hidden", f"工作表“{table.sheet}”是隐藏的，按映射（sheet）读取；请取消隐藏后核对。",
                    f"the sheet {table.sheet!r} is hidden and was read, as the mapping names it; show and check it", "warning")
        )  # fmt: skip
    read = {one.sheet for one in mapping.sources if one.file == source.file}
    if left := [title for title in table.twins if title not in read]:
        found.append(
            Problem(source.file, "sheet.left_out",
                    f"工作表“{'”“'.join(left)}”与所读的“{table.sheet}”表头相同，映射没有提到，没有读取；需要的请另写一个来源，不需要的请隐藏或删去。",
                    f"the sheets {', '.join(map(repr, left))} have the same header as {table.sheet!r}, which was read, and the mapping does not name them; write a source for each that is needed, hide or delete the others",
                    "warning")
        )  # fmt: skip
    return found


def _short(file: str, short: list[tuple[int, str, str, str]]) -> Problem:
    """Which numbers hold more digits than their sheet shows."""
    zh = "；".join(
        f"第 {row} 行“{column[:20]}”列取 {held}（显示为 {seen}）"
        for row, column, held, seen in short[:NAMED]
    )
    en = "; ".join(
        f"row {row} column {column[:20]!r} {held} (shown as {seen})"
        for row, column, held, seen in short[:NAMED]
    )
    more = len(short) > NAMED
    return Problem(
        file, "number.shown",
        f"{len(short)} 个数值在工作表上显示得比单元格里的少（数字格式少显示了几位，或列太窄），已按单元格里的数读取：{zh}{'等' if more else ''}。若应以显示的数为准，请按显示的数填写。",
        f"{several(len(short), 'number holds more digits than the sheet shows (by its format, or in too narrow a column) and was taken as it is held', 'numbers hold more digits than the sheet shows (by their format, or in too narrow a column) and were taken as they are held')}: {en}{', and more' if more else ''}. Where what is shown should count, type that",
        "warning",
    )  # fmt: skip


def _passed_over(file: str, codes: Counter[str], known: Iterable[str]) -> Problem:
    """Which indicators of a file the rulebook does not have, where the mapping leaves such rows out."""
    zh = "、".join(f"{code[:40]}（{rows} 行）" for code, rows in sorted(codes.items())[:NAMED])
    en = ", ".join(
        f"{code[:40]} ({several(rows, 'row', 'rows')})"
        for code, rows in sorted(codes.items())[:NAMED]
    )
    more = len(codes) > NAMED
    size = ("，大小写也要一致", "; small and capital letters differ") if any(differs_in_case(code, known) for code in codes) else ("", "")  # fmt: skip
    return Problem(
        file, "indicator.left_out",
        f"{sum(codes.values())} 行的指标不在考核方案中，按映射（only_known_indicators）没有读取：{zh}{'等' if more else ''}。请核对其中有没有写错的代码{size[0]}。",
        f"{several(sum(codes.values()), 'row of an indicator that the rulebook does not have was left out', 'rows of indicators that the rulebook does not have were left out')}, as the mapping says (only_known_indicators): {en}{', and more' if more else ''}. Check them for misspelt codes{size[1]}",
        "warning",
    )  # fmt: skip


def _first_row(facts: Facts, table: str, unit: str) -> str:
    """The first row that names a unit."""
    seen = facts.tables[table]
    first = seen.filter(pc.equal(seen["unit"], unit)).slice(0, 1).to_pylist()[0]
    name = next((file.name for file in facts.files if file.number == first["file"]), "")
    return f"{name}:{first['row']}"


_TOLD = 5
"""Units on no list that are told one by one."""
_NAMES_UNITS = {
    "observation": ("未计分", "are not scored"),
    "revision": ("更正和裁定的数值不起作用", "their corrections and rulings do nothing"),
    "target": ("目标不起作用", "their targets do nothing"),
    "milestone": ("里程碑不起作用", "their milestones do nothing"),
    "event": ("加减分和否决事项不起作用", "their bonuses, deductions and vetoes do nothing"),
    "approval": ("同意不适用的决定不起作用", "approvals that something does not apply to them do nothing"),
}  # fmt: skip
"""Facts that name a unit, and what becomes of those of a unit that nobody knows."""


def _misplaced(units: Iterable[Unit], rulebook: Rulebook, placed: dict[str, str]) -> list[Problem]:
    """Units must belong to a category and group of the rulebook."""
    categories = {category.code: category.name.zh for category in rulebook.categories}
    groups = {group.code: group.name.zh for group in rulebook.groups}
    problems = []
    for unit in units:
        for kind, code, known in (
            ("category", unit.category, categories),
            ("group", unit.group, groups),
        ):
            if code not in known and (known or kind == "category"):
                zh, en = unknown(kind, code, known)
                problems.append(
                    Problem(placed[unit.code], f"unit.{kind}", f"单位“{unit.code[:40]}”：{zh}。", f"unit {unit.code[:40]!r}: {en}")
                )  # fmt: skip
    return problems


def _by_row(problems: Iterable[Problem]) -> list[Problem]:
    """Problems as somebody goes through the files: file by file as they came, in the order of the rows."""
    files: dict[str, int] = {}

    def place(problem: Problem) -> tuple[int, int]:
        file, _, row = problem.where.rpartition(":")
        if not row.isdecimal():
            file, row = problem.where, "0"
        return files.setdefault(file, len(files)), int(row)

    return sorted(problems, key=place)


def _warn_of_strangers(facts: Facts, rulebook: Rulebook) -> None:
    """Units that have facts and are on no list."""
    names = {unit.code: unit.name.zh for unit in (*facts.units, *rulebook.units)}
    known = set(names)
    known |= {i.reference.unit for i in rulebook.indicators if i.reference.unit}
    known |= {event.unit for event in rulebook.succession}
    for table, (zh, en) in _NAMES_UNITS.items() if known else ():
        seen = facts.tables[table]
        strangers = sorted(set(seen.column("unit").unique().to_pylist()) - known)
        if strangers:
            places = [_first_row(facts, table, unit) for unit in strangers[:_TOLD]]
            told_zh, told_en = [], []
            for unit, place in zip(strangers, places, strict=False):
                near_zh, near_en = near(unit, names)
                told_zh.append(f"{unit[:40]}（{place}{near_zh}）")
                told_en.append(f"{unit[:40]} ({place}{near_en})")
            more = len(strangers) - len(places)
            more_zh, more_en = (f"，另有 {more} 个", f", and {more} more") if more else ("", "")
            facts.warnings.append(
                replace(
                    Problem(places[0], "unit.unknown",
                            f"{len(strangers)} 个单位不在名单中，{zh}：{'、'.join(told_zh)}{more_zh}",
                            f"{several(len(strangers), 'unit is not on the list', 'units are not on the list')} and {en}: {', '.join(told_en)}{more_en}"),
                    severity="warning",
                )
            )  # fmt: skip
