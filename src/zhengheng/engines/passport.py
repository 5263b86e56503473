"""The score passport 得分溯源单: from a published total down to the source row, on demand.

Scores are what the run stored, never computed again: a test holds that the printed parts end in the
stored numbers. Which of several releases counted, what a successor took over and what a parent added up
from below is asked of the oracle, for this unit and those its values come from.
"""

from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.bound import binding_events, bound_grade, failed_gates, said
from zhengheng.engines.lights import (
    LIGHT_WORDS,
    NOT_COUNTED,
    NOTHING_DUE,
    indicator_lights,
    not_lit_within,
)
from zhengheng.engines.nodes import node_words, sum_words
from zhengheng.engines.oracle import Oracle, decided, half_up, known, within
from zhengheng.engines.origins import oracle_of, sources_of
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.engines.standing import parts_of, places_of
from zhengheng.lake.facts import DECIDED
from zhengheng.scheme.model import TOTAL
from zhengheng.scheme.relative_words import dimension, filled
from zhengheng.scoring.contracts import FILLED, STATUS_NAMES, STATUS_WORDS, status_name
from zhengheng.scoring.formulas import MetLines, formula
from zhengheng.scoring.statuses import NodeStatuses

UNDEFINED = (
    "无法计算：全组的值都相同，或只有一个单位有值，或没有目标值，或目标值为 0 或负数，或同比的上年数为 0 或负数，或比率的分母合计为负数。这时怎样计分由方案规定（计分方法的“算不出时”，undefined: full、half 或 zero），未规定的按缺数据处理",
    "not computable: all values of the group are equal, or one unit alone has a value, or the target is absent or 0 or less, or the year before of a rate of growth is, or the denominator of a rate adds up to less than 0; the rulebook may say what this earns (`undefined: full`, `half` or `zero` of the method), else it counts as missing",
)
TARGET_WORDS = {
    "target": ("目标", "target"), "base": ("基数", "base"), "stretch": ("挑战值", "stretch"),
    "bottom": ("底线", "bottom"), "plan": ("分期计划", "plan"),
}  # fmt: skip
VINTAGE_WORDS = {
    "preliminary": ("初步数", "preliminary"), "revised": ("修订数", "revised"), "final": ("最终数", "final"),
}  # fmt: skip
Row = dict[str, Any]


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
    file: int = 0
    """Of a source: the file's number in the lake, and the row in it (engines/source_row.py)."""
    row: int = 0
    first_row: int = 0
    """Of a value counted from many rows, the first of them; `row` is the last, `rows` how many they are."""
    rows: int = 0

    def as_dict(self) -> dict[str, Any]:
        return asdict(self)


def passport(
    run: Run, unit: str, indicator: str | None, language: Language, names: Mapping[str, str] | None = None, grade: str = ""
) -> Entry:  # fmt: skip
    """The tree of one unit, or of one indicator of it. Raises NotFoundError.

    `names` are those that whoever shows it knows better than the data, such as English ones; `grade` is how the
    unit's grade is said where it was decided otherwise than computed.
    """
    maker = _Maker(run, unit, language)
    maker.grade_said = grade
    maker.unit_names |= names or {}
    if indicator is None:
        return maker.total()
    if indicator not in maker.scores:
        raise NotFoundError.one(
            indicator, "indicator.absent", zh=f"{unit} 没有指标 {indicator}", en=f"{unit} has no indicator {indicator}"
        )  # fmt: skip
    return maker.indicator(indicator)


class _Maker:
    def __init__(self, run: Run, unit: str, language: Language) -> None:
        self.run, self.unit, self.language, self.grade_said = run, unit, language, ""
        tables = run.plan.tables
        self.origins = sources_of(tables, unit)
        self.facts: dict[str, list[Row]] = {}
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
        self.statuses = NodeStatuses(tables, self.scores.values())
        lit = self._mine("light")
        self.lights = {code: light for (_, code), light in indicator_lights(run, unit).items()}
        self.lines = MetLines(tables["light_rule"], lit)
        self.dark = not_lit_within(run)
        self.names = {i.code: i.name.say(language) for i in run.rulebook.indicators}
        self.names |= {n.code: n.name.say(language) for n, _, _ in run.rulebook.nodes()}
        self.digits = {row["node"]: row["digits"] for row in tables["node"]}
        self.factors = {
            r["subject"]: r["factor"] for r in tables["coefficient"] if r["category"] == category
        }
        self.factors |= {
            r["subject"]: r["factor"] for r in tables["unit_coefficient"] if r["unit"] == unit
        }
        self.unit_names = {
            u.code: u.name.say(language) for u in (*run.rulebook.units, *run.facts.units)
        }

    def t(self, zh: str, en: str) -> str:
        return zh if self.language == "zh" else en

    def _mine(self, table: str) -> list[dict[str, Any]]:
        return self.run.results.of_unit(table, self.unit)

    def _facts(self, table: str, unit: str, indicator: str | None = None) -> list[Row]:
        """A unit's source rows; those of all origins are read once a table."""
        if table not in self.facts:
            self.facts[table] = unit_rows(self.run.facts, table, self.origins)
        return [
            row for row in self.facts[table]
            if row["unit"] == unit and (indicator is None or row["indicator"] == indicator)
        ]  # fmt: skip

    @cached_property
    def oracle(self) -> Oracle:
        """The oracle over the origins alone."""
        return oracle_of(self.run, self.unit)

    @cached_property
    def counted(self) -> dict[tuple[str, str, date], list[Row]]:
        """Unit, series, period → the rows that counted; one without `file` was added up from below."""
        found: dict[tuple[str, str, date], list[Row]] = {}
        for row in self.oracle.observations():
            found.setdefault((row["unit"], row["indicator"], row["period"]), []).append(row)
        return found

    def _cells(self) -> list[Row]:
        """The unit's cells; a run too big to keep them has the oracle measure this one unit."""
        if "cell" in self.run.results:
            return self._mine("cell")
        known = self.oracle.cells(self.oracle.measure())
        own = [cell for cell in known.values() if cell["unit"] == self.unit]
        for cell in own:
            # Whose values filled a gap is not in view here; the run itself says with what.
            score = self.scores.get(cell["indicator"])
            if score and score["status"] == FILLED and cell["value"] is None:
                cell |= {"status": FILLED, "value": score["value"]}
        return own

    def total(self) -> Entry:
        held = self._mine("total_score")
        if not held:
            raise NotFoundError.one(
                self.unit, "unit.unscored", zh="这个单位在本批次没有任何带权重的指标, 没有得分",
                en="no indicator of this run has a weight for the unit; it has no score",
            )  # fmt: skip
        row = held[0]
        root = self.run.rulebook.tree
        grade = next((r["grade"] for r in self._mine("grading")), "")
        ranks = [r for r in self._mine("ranking") if r["node"] == root.code]
        parts = parts_of(self.run)
        part = parts[self.unit]
        detail = [
            self.t(
                f"{row['used']}/{row['leaves']} 个指标计入",
                f"{row['used']} of {row['leaves']} indicators",
            )
        ]
        if ranks:
            place, members = places_of(self.run, parts)[self.unit], ranks[0]["members"]
            detail.append(self.t(f"组内第 {place}/{members}", f"rank {place} of {members}"))
        if part.part:
            rate = part.rate(root.code, row["printed"]) if row["status"] == "value" else ""
            detail.append(
                self.t(f"{part.words[0]} {part.said} 分", f"{part.said} points {part.words[1]}")
            )
            detail += [self.t(f"得分率 {rate}", f"{rate} of these")] if rate else []
            detail += (
                []
                if part.gradeable
                else [
                    self.t(
                        "等次按全部满分划定，本期不定等次",
                        "grades are lines on the whole, so there is none",
                    )
                ]
            )
        if grade and part.gradeable and self.run.rulebook.grading:
            grading = self.run.rulebook.grading
            words = {b.code: b.name.say(self.language) for b in (*grading.bands, *grading.outside)}
            grade = said(
                self.grade_said or words.get(grade, grade),
                bound_grade(self.run, row),
                self.language,
            )
            detail.append(self.t(f"等次 {grade}", f"grade {grade}"))
        status = self.statuses.of(self.unit, row["category"], root.code, row["status"])
        if status != "value":
            detail.insert(0, STATUS_WORDS[status][self.language == "en"])
            if row["printed"] is not None:
                detail.insert(
                    1,
                    self.t(
                        "所列为已有部分之和, 不是总分",
                        "what is shown is the sum of what there is, not a total",
                    ),
                )
        entry = Entry(
            "total", TOTAL, f"{self._name(self.unit)} {self.run.plan.period.code}",
            format_scaled(row["printed"], 9, self.digits[root.code]), "; ".join(detail), status,
            [self.node(root.code)],
        )  # fmt: skip
        for kind, label in (
            ("bonus", self.t("加分", "bonus")),
            ("deduction", self.t("扣分", "deduction")),
        ):
            if row[kind]:
                entry.parts.append(self._adjusted(kind, label, row[kind]))
        if len(entry.parts) > 1:
            entry.parts[0].detail += self.t("；加分扣分之前", "; before bonus and deduction")
        if row["limit_place"] is not None or row["forced_place"] is not None:
            entry.parts.append(self._limits())
        return entry

    def _name(self, unit: str) -> str:
        return self.unit_names.get(unit, unit)

    def _adjusted(self, kind: str, label: str, points: int) -> Entry:
        return Entry(kind, kind, label, plain(points, 9), parts=self._events(kind))

    def _events(self, kind: str) -> list[Entry]:
        kinds = {item.code: item.kind for item in self.run.rulebook.adjustments}
        (setting,) = self.run.plan.tables["setting"]
        return [
            self._event(event) for event in self._facts("event", self.unit)
            if kinds.get(event["item"]) == kind and decided(event, setting) and within(event, setting)
        ]  # fmt: skip

    def _event(self, event: Row) -> Entry:
        item = next(one for one in self.run.rulebook.adjustments if one.code == event["item"])
        return Entry("event", item.code, item.name.say(self.language), "" if event["points"] is None else plain(event["points"], 9),
                     f"{event['document']} ({event['decided_on']})", parts=[self._source(event)])  # fmt: skip

    def _limits(self) -> Entry:
        """What binds the grade whatever the score is: decided items with an effect on it, gates that were not passed."""
        entry = Entry(
            "limit", "limit", self.t("等次所受的限制", "What binds the grade"),
            detail=self.t("不论得分多少", "whatever the score is"),
            parts=[self._event(event) for event in binding_events(self.run, self._facts("event", self.unit))],
        )  # fmt: skip
        for gate in failed_gates(self.run, self.unit, self.oracle):
            code = gate["indicator"]
            limit = format_scaled(gate["below"], self.run.rulebook.indicator(code).decimals)
            entry.parts.append(Entry(
                "gate", code, f"{code} {self.names[code]}",
                detail=self.t(f"低于 {limit} 或没有数值的，定为规定的等次", f"below {limit}, or without a value, the grade is the one laid down"),
            ))  # fmt: skip
        return entry

    def node(self, code: str) -> Entry:
        row = self.nodes[code]
        children = [b for b in self.branches if b["parent"] == code]
        entry = Entry(
            "node", code, self.names[code], format_scaled(row["printed"], 9, self.digits[code]),
            self._aggregate(code), self.statuses.of(self.unit, row["category"], code, row["status"]),
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
        node = next(n for n, _, _ in self.run.rulebook.nodes() if n.code == code)
        factor = self.factors.get(code)
        return self.t(*dimension(node, None if factor is None else plain(factor, 6)))

    def indicator(self, code: str) -> Entry:
        row = self.scores[code]
        segments = sorted(place for indicator, place in self.rules if indicator == code and place)
        rule = self.rules[code, segments[-1]]
        status = status_name(row, rule)
        detail = self.t(f"满分 {plain(rule['full'], 6)}", f"of {plain(rule['full'], 6)}")
        if (factor := self.factors.get(code)) is not None:
            detail += self.t(
                f"；已乘系数 {plain(factor, 6)}", f"; times the coefficient {plain(factor, 6)}"
            )
        if light := self.lights.get(code):
            zh, en = LIGHT_WORDS[light]
            detail += self.t(f"；{zh}", f"; {en}")
        if light and (line := self.lines.of(row, rule)):
            zh, en = line.words
            detail += self.t(f"，达标线：{zh}", f", met from: {en}")
        elif code in self.dark and rule["full"]:
            zh, en = NOT_COUNTED if status == "not_due" else NOTHING_DUE
            detail += self.t(f"；达标线：{zh}", f"; met from: {en}")
        if status == "undefined":
            zh, en = UNDEFINED
            detail += self.t(f"；{zh}", f"; {en}")
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
        cell = {**cell, "target": self._target(cell, rule, group)}
        words = (
            formula(rule, cell, group, self.language)
            if status in {"value", "filled"}
            else STATUS_WORDS[status][self.language == "en"]
        )
        if (
            fill := self.run.rulebook.indicator(cell["indicator"]).fill
            if status == "filled"
            else None
        ):
            words = self.t(*filled(fill)) + self.t("；", "; ") + words
        measure = self.run.rulebook.indicator(cell["indicator"]).measure_unit.say(self.language)
        label = self.t("计算", "computed")
        if split:
            label += self._piece(cell, rule)
        detail = (
            self.t("值 ", "value ")
            + (format_scaled(cell["value"], rule["decimals"]) or "—")
            + (f" {measure}" if measure else "")
        )
        if rule["method"] == "milestones" and status == "value":
            nodes = list(self._nodes(cell["indicator"], cell["segment"]))
            if nodes and not self._ruled(cell["indicator"]):
                detail += self.t(*sum_words((row for row, _ in nodes), nodes[0][1], self.run.plan.at))  # fmt: skip
        if rule["carried"] and cell["value"] is not None and (cell["indicator"], 0) in self.cells:
            n, of = self._time(cell, rule)
            detail += self.t(f"，由本段的数按 {of}/{n} 折算为全期后与目标比较",
                             f", the segment's figure carried to the whole period by {of}/{n} and so compared with the target")  # fmt: skip
        return Entry("cell", cell["indicator"], f"{label}: {words}", "", detail, status,
                     list(self._inputs(cell["indicator"], cell["segment"])))  # fmt: skip

    def _time(self, cell: Row, rule: Row) -> tuple[int, int]:
        """Months or days of a segment, and of the unit's whole time in the period."""
        for part in self.run.plan.tables["part_share"]:
            if all(part[name] == cell[name] for name in ("unit", "indicator", "segment")):
                return part["days"], part["of"]
        return rule["share_n"], rule["share_d"]

    def _piece(self, cell: Row, rule: Row) -> str:
        n, of = self._time(cell, rule)
        return self.t(f"（第 {cell['segment']} 段，占 {n}/{of}）", f" (segment {cell['segment']}, {n}/{of})")  # fmt: skip

    def _target(self, cell: Row, rule: Row, group: Row | None) -> int | None:
        """What the value was measured against: agreed, the year before, the group's median, a unit's."""
        match rule["reference"]:
            case "given":
                given: int | None = cell["target"]
                return given
            case "previous":
                before: int | None = cell["previous"]
                return before
            case "group_median":
                return half_up(Fraction(group["median_2"], 2)) if group else None
            case _:
                stored: int | None = self.scores[cell["indicator"]]["target"]
                return stored

    def _inputs(self, code: str, segment: int) -> Iterator[Entry]:
        """The observations, targets and milestones that entered, each with its source row."""
        parts = [p["part"] for p in self.run.plan.tables["part"] if p["indicator"] == code]
        if ruled := self._ruled(code):
            label = self.t("申诉决定（代替以下各行算出的值）", "decided on appeal, in the place of what the rows below give")  # fmt: skip
            yield Entry("decided", code, label, self._value(ruled), parts=[self._source(ruled)])
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
        yield from self._observed(self.unit, code, periods)
        period = self.run.plan.period
        for row in self._facts("target", self.unit, code):
            if not period.start <= row["period"] <= period.end:
                continue
            kind = TARGET_WORDS[row["kind"]][self.language == "en"]
            yield Entry("target", code, f"{kind} {row['period']}",
                        format_scaled(row["value"], decimals), parts=[self._source(row)])  # fmt: skip
        for row, rule in self._nodes(code, segment):
            yield Entry("milestone", row["milestone"], self.t(f"节点 {row['milestone']}", f"node {row['milestone']}"),
                        f"{plain(row['share'], 4)} %", self.t(*node_words(row, rule, self.run.plan.at)),
                        parts=[self._source(row)])  # fmt: skip

    def _nodes(self, code: str, segment: int) -> Iterator[tuple[Row, Row]]:
        """The dated nodes of an indicator's segment with their rule; those of other years counted there."""
        for rule in self.run.plan.tables["milestone_rule"]:
            if (rule["indicator"], rule["segment"]) == (code, segment):
                for row in self._facts("milestone", self.unit, code):
                    if rule["starts_on"] <= row["due_on"] <= rule["ends_on"]:
                        yield row, rule

    def _ruled(self, code: str) -> Row | None:
        """The decision on an appeal that stands in the place of the period's value."""
        end = self.run.plan.period.end
        held = [r for r in self._facts("revision", self.unit, code) if (r["vintage"], r["period"]) == (DECIDED, end)]  # fmt: skip
        return max(held, key=lambda r: int(r["sequence"]), default=None)

    def _observed(self, unit: str, code: str, periods: set[date]) -> Iterator[Entry]:
        """A unit's rows of a series: its own, those taken over, those added up from below."""
        own = {}
        for table in ("observation", "revision"):
            for row in self._facts(table, unit, code):
                if row["period"] in periods and row["vintage"] != DECIDED:
                    chosen = self.counted.get((unit, code, row["period"]), [])
                    own[row["period"], row["file"], row["row"]] = row
                    yield self._row(table, row, any(_same(row, other) for other in chosen))
        added: set[date] = set()
        for period in sorted(periods):
            for row in self.counted.get((unit, code, period), []):
                if "file" not in row:
                    added.add(period)
                elif (period, row["file"], row["row"]) not in own:
                    yield self._taken_over(row)
        for rollup in self.run.plan.tables["rollup"] if added else ():
            if (rollup["unit"], rollup["indicator"]) == (unit, code):
                child = rollup["child"]
                yield Entry("added", child, self.t(f"汇入 {child} {self._name(child)}", f"added from {child} {self._name(child)}"),
                            parts=list(self._observed(child, code, added)))  # fmt: skip

    def _row(self, table: str, row: Row, counts: bool) -> Entry:
        words = ("修订", "revision") if table == "revision" else ("观测", "observation")
        label = self.t(*words)
        detail = [VINTAGE_WORDS[row["vintage"]][self.language == "en"]] if row["vintage"] else []
        if not counts:
            if not known(row, self.run.plan.tables["setting"][0]):
                day = row["published_on"]
                detail.append(self.t(f"{day} 公布，在核算日之后", f"published on {day}, after the day of the run"))  # fmt: skip
            detail.append(self.t("未计入", "not counted"))
        status = STATUS_NAMES[row["status"]]
        return Entry(table, row["indicator"], f"{label} {row['period']}", self._value(row),
                     "; ".join(detail), status, [self._source(row)])  # fmt: skip

    def _taken_over(self, row: Row) -> Entry:
        """A predecessor's row in the heir's values, with what it was there."""
        first = next(
            held
            for unit in self.origins
            for table in ("observation", "revision")
            for held in self._facts(table, unit, row["indicator"])
            if (held["period"], held["file"], held["row"])
            == (row["period"], row["file"], row["row"])
        )
        before = first["unit"]
        label = self.t(f"承继自 {before} {self._name(before)} {row['period']}",
                       f"taken over from {before} {self._name(before)} {row['period']}")  # fmt: skip
        whole = self.t(f"原值 {self._value(first)}", f"out of {self._value(first)}")
        return Entry("inherited", row["indicator"], label, self._value(row), whole,
                     STATUS_NAMES[row["status"]], [self._source(row)])  # fmt: skip

    def _value(self, row: Row) -> str:
        decimals = self.run.rulebook.indicator(row["indicator"]).decimals
        text = format_scaled(row["value"], decimals)
        return text or STATUS_WORDS[STATUS_NAMES[row["status"]]][self.language == "en"]

    def _source(self, row: dict[str, Any]) -> Entry:
        files = {file.number: file for file in self.run.facts.files}
        file = files.get(row["file"])
        if file is None:
            return Entry("source", "", self.t("无来源文件", "no source file"))
        name, digest = f"{file.name}!{file.sheet}" if file.sheet else file.name, f"SHA-256 {file.sha256[:16]}…"  # fmt: skip
        many = self._counted(row)
        if many is None or many["rows"] == 1:
            label = self.t(f"{name} 第 {row['row']} 行", f"{name} row {row['row']}")
            return Entry("source", file.name, label, detail=digest, file=file.number, row=row["row"])  # fmt: skip
        first, last, rows = many["first_row"], many["row"], many["rows"]
        label = self.t(f"{name} 第 {first} 至 {last} 行中的 {rows} 行", f"{name}, {rows} rows of rows {first} to {last}")  # fmt: skip
        return Entry("source", file.name, label, detail=digest, file=file.number, row=last, first_row=first, rows=rows)  # fmt: skip

    def _counted(self, row: Row) -> Row | None:
        """The rows that an observation was counted from; None where it stands on one."""
        for unit in self.origins:
            for held in self._facts("counted", unit, row.get("indicator", "")):
                if all(held[name] == row.get(name) for name in ("period", "file", "row")):
                    return held
        return None


def _same(row: Row, chosen: Row) -> bool:
    return all(row[name] == chosen.get(name) for name in ("file", "row", "value", "vintage"))
