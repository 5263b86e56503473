"""The score passport 得分溯源单: from a published total down to the source row, on demand.

Built from what the run stored, never computed again: a test holds that the printed parts end in the
stored numbers.
"""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.run import Run
from zhengheng.lake.facts import Facts
from zhengheng.scheme.model import TOTAL
from zhengheng.scoring.contracts import FACTS, STATUS_NAMES
from zhengheng.scoring.formulas import formula

STATUS_WORDS = {
    "value": ("正常", "value"), "not_applicable": ("不适用", "not applicable"),
    "missing": ("缺数据", "missing"), "withheld": ("不公开", "withheld"),
    "not_due": ("未到期", "not due"), "unranked": ("不排名", "not ranked"),
}  # fmt: skip


@dataclass
class Entry:
    """One line of the passport and what it rests on."""

    kind: str
    code: str
    label: str
    score: str = ""
    detail: str = ""
    status: str = "value"
    parts: list["Entry"] = field(default_factory=list)

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def passport(run: Run, unit: str, indicator: str | None, language: Language) -> Entry:
    """The tree of one unit, or of one indicator of it. Raises NotFoundError."""
    maker = _Maker(run, unit, language)
    if indicator is None:
        return maker.total()
    if indicator not in maker.scores:
        raise NotFoundError.one(
            indicator,
            "indicator.absent",
            zh=f"{unit} 没有指标 {indicator}",
            en=f"{unit} has no indicator {indicator}",
        )
    return maker.indicator(indicator)


class _Maker:
    def __init__(self, run: Run, unit: str, language: Language) -> None:
        self.run, self.unit, self.language = run, unit, language
        self.facts: dict[str, list[dict[str, Any]]] = {}
        tables = run.plan.tables
        self.of_unit = next((row for row in tables["unit"] if row["unit"] == unit), None)
        if self.of_unit is None:
            raise NotFoundError.one(
                unit, "unit.absent", zh="这一批次没有这个单位", en="this run has no such unit"
            )
        category = self.of_unit["category"]
        self.branches = [row for row in tables["branch"] if row["category"] == category]
        self.rules = {
            (r["indicator"], r["segment"]): r for r in tables["rule"] if r["category"] == category
        }
        self.scores = {row["indicator"]: row for row in self._mine("indicator_score")}
        self.nodes = {row["node"]: row for row in self._mine("node_score")}
        self.cells = {(row["indicator"], row["segment"]): row for row in self._cells()}
        self.lights = {row["subject"]: row["light"] for row in self._mine("light")}
        self.names = {i.code: i.name.say(language) for i in run.rulebook.indicators}
        self.names |= {n.code: n.name.say(language) for n, _, _ in run.rulebook.nodes()}
        self.digits = {row["node"]: row["digits"] for row in tables["node"]}

    def t(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def _mine(self, table: str) -> list[dict[str, Any]]:
        return self.run.results.of_unit(table, self.unit)

    def _facts(self, table: str, indicator: str | None = None) -> list[dict[str, Any]]:
        """The unit's source rows, read once a table."""
        if table not in self.facts:
            self.facts[table] = unit_rows(self.run.facts, table, self.unit)
        held = self.facts[table]
        return held if indicator is None else [row for row in held if row["indicator"] == indicator]

    def _cells(self) -> list[dict[str, Any]]:
        """The unit's cells; a run too big to keep them has the oracle measure this one unit."""
        if "cell" in self.run.results:
            return self._mine("cell")
        tables = {k: list(v) for k, v in self.run.plan.tables.items() if k != "unit"}
        tables["unit"] = [self.of_unit or {}]
        facts = {c.name: self._facts(c.name) for c in FACTS}
        oracle = Oracle(tables, facts)
        return list(oracle.cells(oracle.measure()).values())

    def total(self) -> Entry:
        row = self._mine("total_score")[0]
        root = self.run.rulebook.tree
        grade = next((r["grade"] for r in self._mine("grading")), "")
        ranks = [r for r in self._mine("ranking") if r["node"] == root.code]
        detail = [
            self.t(
                f"{row['used']}/{row['leaves']} 个指标计入",
                f"{row['used']} of {row['leaves']} indicators",
            )
        ]
        if ranks:
            detail.append(
                self.t(
                    f"组内第 {ranks[0]['place']}/{ranks[0]['members']}",
                    f"rank {ranks[0]['place']} of {ranks[0]['members']}",
                )
            )
        if grade and self.run.rulebook.grading:
            grading = self.run.rulebook.grading
            words = {b.code: b.name.say(self.language) for b in (*grading.bands, *grading.outside)}
            grade = words.get(grade, grade)
            detail.append(self.t(f"等次 {grade}", f"grade {grade}"))
        names = {
            u.code: u.name.say(self.language)
            for u in (*self.run.facts.units, *self.run.rulebook.units)
        }
        entry = Entry(
            "total", TOTAL, f"{names.get(self.unit, self.unit)} {self.run.plan.period.code}",
            format_scaled(row["printed"], 9, self.digits[root.code]), "; ".join(detail), row["status"],
            [self.node(root.code)],
        )  # fmt: skip
        for kind, label in (
            ("bonus", self.t("加分", "bonus")),
            ("deduction", self.t("扣分", "deduction")),
        ):
            if row[kind]:
                entry.parts.append(self._adjusted(kind, label, row[kind]))
        return entry

    def _adjusted(self, kind: str, label: str, points: int) -> Entry:
        items = {item.code: item for item in self.run.rulebook.adjustments}
        parts = [
            Entry("event", event["item"], items[event["item"]].name.say(self.language),
                  plain(event["points"], 9), f"{event['document']} ({event['decided_on']})",
                  parts=[self._source(event)])
            for event in self._facts("event")
            if event["item"] in items and items[event["item"]].kind == kind
        ]  # fmt: skip
        return Entry(kind, kind, label, plain(points, 9), parts=parts)

    def node(self, code: str) -> Entry:
        row = self.nodes[code]
        children = [b for b in self.branches if b["parent"] == code]
        entry = Entry(
            "node", code, self.names[code], format_scaled(row["printed"], 9, self.digits[code]),
            self._aggregate(code), row["status"],
        )  # fmt: skip
        for branch in children:
            child = branch["child"]
            if branch["leaf"] and child in self.scores:
                part = self.indicator(child)
            elif child in self.nodes:
                part = self.node(child)
            else:
                continue
            if branch["weight"] != 1_000_000:
                part.detail = self.t(
                    f"权重 {plain(branch['weight'], 6)}", f"weight {plain(branch['weight'], 6)}"
                ) + ("; " + part.detail if part.detail else "")
            entry.parts.append(part)
        return entry

    def _aggregate(self, code: str) -> str:
        kind = next(n.aggregate for n, _, _ in self.run.rulebook.nodes() if n.code == code)
        return {
            "sum": self.t("各项相加", "sum of its parts"),
            "arithmetic": self.t("加权平均", "weighted mean"),
            "geometric": self.t(
                "加权几何平均 ⟨由超越函数舍入而来⟩",
                "weighted geometric mean ⟨rounded from a transcendental function⟩",
            ),
            "harmonic": self.t("加权调和平均", "weighted harmonic mean"),
        }[kind]

    def indicator(self, code: str) -> Entry:
        row = self.scores[code]
        segments = sorted(segment for indicator, segment in self.rules if indicator == code)
        rule = self.rules[code, segments[-1]]
        status = STATUS_NAMES[row["status"]]
        detail = self.t(f"满分 {plain(rule['full'], 6)}", f"of {plain(rule['full'], 6)}")
        if light := self.lights.get(code):
            detail += f"; {light}"
        entry = Entry("indicator", code, f"{code} {self.names[code]}",
                      format_scaled(row["printed"], 9, rule["digits"]), detail, status)  # fmt: skip
        for segment in segments:
            if cell := self.cells.get((code, segment)):
                entry.parts.append(self._cell(cell, self.rules[code, segment], len(segments) > 1))
        return entry

    def _cell(self, cell: dict[str, Any], rule: dict[str, Any], split: bool) -> Entry:
        statistics = self.run.results.rows("group_statistic") if rule["grouped"] else []
        assert self.of_unit is not None
        group = next(
            (
                row
                for row in statistics
                if (row["comparison_group"], row["indicator"], row["segment"])
                == (self.of_unit["comparison_group"], cell["indicator"], cell["segment"])
            ),
            None,
        )
        status = STATUS_NAMES[cell["status"]]
        words = (
            formula(rule, cell, group, self.language)
            if status == "value"
            else STATUS_WORDS[status][self.language == "en"]
        )
        measure = self.run.rulebook.indicator(cell["indicator"]).measure_unit
        label = self.t("计算", "computed")
        if split:
            label += self.t(f" (第 {cell['segment']} 段, {rule['share_n']}/{rule['share_d']})",
                            f" (segment {cell['segment']}, {rule['share_n']}/{rule['share_d']})")  # fmt: skip
        detail = (
            self.t("值 ", "value ")
            + (format_scaled(cell["value"], rule["decimals"]) or "—")
            + (f" {measure}" if measure else "")
        )
        return Entry("cell", cell["indicator"], f"{label}: {words}", "", detail, status,
                     list(self._inputs(cell["indicator"], cell["segment"])))  # fmt: skip

    def _inputs(self, code: str, segment: int) -> Iterator[Entry]:
        """The observations, targets and milestones that entered, each with its source row."""
        parts = [p["part"] for p in self.run.plan.tables["part"] if p["indicator"] == code]
        if parts:
            for part in parts:
                role = self.run.rulebook.indicator(part)
                yield Entry("part", part, f"{part} {role.name.say(self.language)}",
                            parts=list(self._inputs(part, segment)))  # fmt: skip
            return
        decimals = self.run.rulebook.indicator(code).decimals
        periods = {
            use["period"] for use in self.run.plan.tables["period_use"]
            if (use["indicator"], use["segment"]) == (code, segment)
        }  # fmt: skip
        for table in ("observation", "revision"):
            for row in self._facts(table, code):
                if row["period"] in periods:
                    label = self.t(
                        "修订" if table == "revision" else "观测",
                        "revision" if table == "revision" else "observation",
                    )
                    value = format_scaled(row["value"], decimals) or STATUS_NAMES[row["status"]]
                    yield Entry(table, code, f"{label} {row['period']}", value, row["vintage"] or "",
                                STATUS_NAMES[row["status"]], [self._source(row)])  # fmt: skip
        for row in self._facts("target", code):
            yield Entry("target", code, f"{row['kind']} {row['period']}",
                        format_scaled(row["value"], decimals), parts=[self._source(row)])  # fmt: skip
        for row in self._facts("milestone", code):
            done = row["done_on"] or self.t("未完成", "not done")
            yield Entry("milestone", row["milestone"], self.t(f"节点 {row['milestone']}", f"node {row['milestone']}"),
                        f"{plain(row['share'], 4)} %", f"{row['due_on']} → {done}",
                        parts=[self._source(row)])  # fmt: skip

    def _source(self, row: dict[str, Any]) -> Entry:
        files = {file.number: file for file in self.run.facts.files}
        file = files.get(row["file"])
        if file is None:
            return Entry("source", "", self.t("无来源文件", "no source file"))
        sheet = f"!{file.sheet}" if file.sheet else ""
        return Entry("source", file.name, self.t(f"{file.name}{sheet} 第 {row['row']} 行", f"{file.name}{sheet} row {row['row']}"),
                     detail=f"SHA-256 {file.sha256[:16]}…")  # fmt: skip


def _whole(row: dict[str, Any]) -> dict[str, Any]:
    return {k: int(v) if hasattr(v, "as_tuple") else v for k, v in row.items()}


def unit_rows(facts: Facts, table: str, unit: str) -> list[dict[str, Any]]:
    """The rows of one unit; snapshots in files are read by their statistics, not whole."""
    condition = pc.field("unit") == unit
    if paths := facts.paths.get(table):
        made: pa.Table = ds.dataset([str(path) for path in paths]).to_table(filter=condition)
    else:
        made = facts.tables[table].filter(condition)
    return [_whole(row) for row in made.to_pylist()]
