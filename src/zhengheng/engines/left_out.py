"""What a run leaves out 未计入: every row of its facts that has no part in it, once each, by file and row, and why.

What counts and what is left out are all rows of the facts. Which release of a value counts is asked of the oracle;
the reasons are looked at in the order in which an official would ask: who, what, when, which release, which day.
"""

from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import asdict, dataclass
from datetime import date
from functools import cached_property
from typing import Any

from zhengheng.engines.lights import due_unjudged
from zhengheng.engines.oracle import (
    AIMS,
    DECIDED,
    MISSING,
    NOT_APPLICABLE,
    NOT_DUE,
    VALUE,
    Cells,
    Oracle,
    decided,
    known,
    within,
)
from zhengheng.engines.origins import sources_of
from zhengheng.engines.plain import fact_rows, plain_tables
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.rules import year_before
from zhengheng.engines.run import Run
from zhengheng.lake.facts import FileInfo
from zhengheng.scheme.excel_words import VALUES, worded
from zhengheng.scoring.contracts import FACTS
from zhengheng.scoring.due import due_periods

Row = dict[str, Any]
Words = tuple[str, str]
WHY: dict[str, Words] = {
    "unit": ("单位在考核期内不在名单上", "the unit is not on the roster in the period"),
    "indicator": ("方案不考核这一指标", "the rulebook does not score the indicator"),
    "derived": ("这一指标由其他指标算出，不采用直接填报的数值", "the indicator is made from others, and takes no value of its own"),
    "item": ("方案没有这一加减分项", "the rulebook has no such item"),
    "category": ("不考核该单位的这一指标", "the unit is not scored on the indicator"),
    "exempt": ("该单位不适用这一指标", "the indicator does not apply to the unit"),
    "period": ("不属于考核期间", "not of the assessed period"),
    "part": ("目标和认定数只按整个考核期间采用，这一行写的是其中一段", "targets and decided values are taken of the whole assessed period, and this row is of a part of it"),
    "input": ("这一指标只用来计算其他指标，本身不计分，目标不起作用", "the indicator only goes into others and is not scored itself, so that a target does nothing"),
    "kind": ("方案的计分和亮灯不用这一种目标", "neither the scoring nor a light of the rulebook reads this kind of target"),
    "nodes": ("这一指标不按节点计分，节点不起作用", "the indicator is not scored by dated nodes, and these do nothing"),
    "not_due": ("在核算日尚未到期", "not due yet on the day of the run"),
    "unjudged": ("目标是全年的，方案没有写明到本期末应达到多少，所以本期不计分", "the target is that of the whole year, and the rulebook does not say what is due by now, so it earns nothing in this period"),
    "unused": ("属于考核期间，但按方案不取这一期", "of the assessed period, but the rulebook does not take this part of it"),
    "window": ("单位当时不在名单上", "the unit was not on the roster at that time"),
    "other_part": ("单位只在考核期的一部分时间在名单上，上年数值只取对应的时间", "the unit was on the roster for a part of the period only, and of the year before only the same part counts"),
    "gap": ("没有完整的上年数可比，单独的这一期不起作用", "there is no whole year before to be held against, and this period alone does nothing"),
    "late": ("在核算日之后公布", "published after the day of the run"),
    "vintage": ("不是方案采用的数据版本，或者公布晚于方案规定的日期", "not the release that the rulebook takes, or published after its last day"),
    "superseded": ("已被更正或更新的数据版本代替", "superseded by a correction or a newer release"),
    "decided": ("整个期间的数值已由申诉决定认定", "an appeal decided the value of the whole period in its place"),
    "undecided": ("在核算日尚未决定", "not decided yet on the day of the run"),
    "valued": ("单位有这一指标的数值，按数值计分，批准不起作用", "the unit has a value, which is scored; the approval does nothing"),
    "unmarked": ("该报的期间没有全部注明“不适用”，批准单独不起作用，仍按数据状态处理", "not every due period is reported as not applicable, and an approval alone does nothing"),
    "unasked": ("这一指标由其他指标或节点得出，批准不起作用", "the indicator is made from others or from dated nodes, and no approval is asked for"),
    "refused": ("没有通过校验，未采用", "refused, and not taken"),
}  # fmt: skip
"""Every reason in words."""


@dataclass(frozen=True)
class LeftOut:
    """One row that has no part in a run; `file` with its sheet, `row` as its own program counts, `when` a day."""

    file: str
    row: int
    table: str
    unit: str
    code: str
    """Of the indicator or the item."""
    when: str
    reason: str
    said: Words
    """The reason in words."""
    number: int = 0
    """Of the file in the snapshot; 0 where no file is known."""
    decided: bool = False
    """Whether `when` is the day of a decision, for an item that names no period."""
    empty: bool = False
    """Whether the row holds no value: there was nothing to count."""

    def as_dict(self) -> dict[str, Any]:
        held = {
            name: value
            for name, value in asdict(self).items()
            if name not in {"said", "number", "decided", "empty"}
        }
        return held | {"why": {"zh": self.said[0], "en": self.said[1]}}


def left_out(run: Run, unit: str | None = None) -> list[LeftOut]:
    """All of them in the order of files and rows; with `unit`, those of it and of whom its values stem from.

    The run is a whole one: whether a row counts may hang on another unit, into whose value it goes.
    """
    tables = plain_tables(run.plan)
    if unit is None:
        facts = fact_rows(run.facts)
    else:
        kin = _kin(tables, unit)
        facts = {contract.name: unit_rows(run.facts, contract.name, kin) for contract in FACTS}
    own = None if unit is None else set(sources_of(tables, unit))
    judge = _Judge(run, tables, facts)
    found = [
        _entry(run, judge, table, row, reason)
        for table in ("observation", "revision", "target", "milestone", "event", "approval")
        for row in facts[table] if (own is None or row["unit"] in own) and (reason := judge.why(table, row))
    ]  # fmt: skip
    found += _refused(run) if unit is None else []
    return sorted(found, key=lambda one: (one.number, one.file, one.row, one.table, one.unit, one.code, one.when))  # fmt: skip


def _kin(tables: dict[str, list[Row]], unit: str) -> list[str]:
    """A unit and all whose values go into each other's: predecessors and heirs, parents and children."""
    pairs = [(row["unit"], row["heir"]) for row in tables["succession"]]
    pairs += [(row["unit"], row["origin"]) for name in ("figure", "rollup") for row in tables[name]]
    pairs += [(row["unit"], row["through"]) for row in tables["rollup"]]
    found = [unit]
    for one in found:
        beside = [b if a == one else a for a, b in pairs if one in {a, b}]
        found += [other for other in dict.fromkeys(beside) if other not in found]
    return found


def _entry(run: Run, judge: "_Judge", table: str, row: Row, reason: str) -> LeftOut:
    file = judge.files.get(row["file"])
    name = "" if file is None else f"{file.name}!{file.sheet}" if file.sheet else file.name
    when = row.get("period") or row.get("decided_on") or row.get("due_on") or ""
    zh, en = WHY[reason]
    if reason == "late":
        zh, en = f"{zh}（{row['published_on']} 公布）", f"{en} ({row['published_on']})"
    if reason == "kind":
        # One row may give several, each in its column.
        kind = row["kind"]
        zh, en = (
            f"{zh}：{VALUES['plan'][0] if kind == 'plan' else worded(kind, 'zh')}",
            f"{en}: {worded(kind, 'en')}",
        )
    if reason == "unused" and table in {"observation", "revision"}:
        before = year_before(run.rulebook.indicator(row["indicator"]), run.plan.period)
        zh, en = (f"{zh}：{before[0]}", f"{en}: {before[1]}") if before[0] else (zh, en)
    return LeftOut(name, row["row"], table, row["unit"], row.get("indicator") or row.get("item") or "", str(when), reason, (zh, en), row["file"],
                   table == "event" and not row["period"], "value" in row and row["value"] is None)  # fmt: skip


def _refused(run: Run) -> Iterator[LeftOut]:
    """Rows that did not come so far: each with what was wrong with it."""
    for one in run.facts.rejects:
        zh, en = WHY["refused"]
        yield LeftOut(one.file, one.row, "refused", "", "", "", "refused", (f"{zh}：{one.problem.zh}", f"{en}: {one.problem.en}"))  # fmt: skip


class _Judge:
    """Whether a row counts in a run, and why not."""

    def __init__(self, run: Run, tables: dict[str, list[Row]], facts: dict[str, list[Row]]) -> None:
        self.run, self.plan, self.facts = run, tables, facts
        self.oracle = Oracle(tables, facts)
        self.setting, self.units = self.oracle.setting, self.oracle.units
        self.files: dict[int, FileInfo] = {file.number: file for file in run.facts.files}
        self.vintages = {(r["indicator"], r["period"]): r for r in tables["vintage_rule"]}
        self.series = {(r["category"], r["indicator"]) for r in tables["series"]}
        self.derivations = {row["indicator"]: row for row in tables["derivation"]}
        self.parts: dict[str, list[str]] = defaultdict(list)
        for part in tables["part"]:
            self.parts[part["indicator"]].append(part["part"])
        self.additive = {row["indicator"]: row["additive"] for row in tables["series"]}
        self.uses: dict[tuple[str, date], set[str]] = defaultdict(set)
        for use in tables["period_use"]:
            self.uses[use["indicator"], use["period"]].add(use["purpose"])
        self.read: dict[tuple[str, frozenset[tuple[str, str]]], dict[str, set[str]]] = {}

    def why(self, table: str, row: Row) -> str:
        """The reason why a row has no part in the run; empty where it counts."""
        match table:
            case "observation":
                return self._value(table, row)
            case "revision":
                return self._ruling(row) if row["vintage"] == DECIDED else self._value(table, row)
            case "target":
                return self._target(row)
            case "milestone":
                return self._milestone(row)
            case "event":
                return self._event(row)
            case _:
                return self._approval(row["unit"], row["indicator"])

    # -- values ------------------------------------------------------------------------------------

    def _value(self, table: str, row: Row) -> str:
        unit, code, period = row["unit"], row["indicator"], row["period"]
        if not self._concerned(unit):
            return "unit"
        if code not in self.additive:
            return "indicator"
        if code in self.derivations:
            return "derived"
        if (code, period) not in self.uses:
            return self._of_no_use(code, period)
        if not known(row, self.setting):
            return "late"
        chosen = self.oracle.released[unit, code, period]
        if self._kept_out(row) or chosen["at"] != row.get("sequence", 0):
            return "vintage" if self._kept_out(row) else "superseded"
        takers = list(self._takers(unit, code, period))
        reasons = [self._taken(one, code, period, served) for one, served in takers if served]
        if reasons:
            return "" if "" in reasons else reasons[0]
        if (unit, code, period) in self.oracle.ruled:
            return "decided"
        if (unit, code) in self.oracle.exempt:
            return "exempt"
        if takers:
            return "other_part"
        return "window" if unit in self.units else "unit"

    def _concerned(self, unit: str) -> bool:
        """Whether anybody's score can look at a unit's rows: its own, an heir's, a parent's, or one measured against it."""
        return unit in self.units or unit in self._references or bool(self._composed_of.get(unit))

    def _of_no_use(self, code: str, period: date) -> str:
        """Why no series takes a period: it is of another time, is not due by the day, or is one that the rule passes over."""
        indicator, plan = self.run.rulebook.indicator(code), self.run.plan
        due, ever = ({one.end for one in due_periods(indicator, plan.period, day)} for day in (plan.at, date.max))  # fmt: skip
        if period in ever and period not in due:
            return "not_due"
        if period in due_unjudged(self.run, code):
            return "unjudged"
        inside = plan.period.start <= period <= plan.period.end
        return "unused" if inside or period in ever else "period"

    @cached_property
    def _composed_of(self) -> dict[str, set[str]]:
        """By unit, those in whose values its figures can be."""
        found: dict[str, set[str]] = defaultdict(set)
        for name in ("figure", "rollup"):
            for row in self.plan[name]:
                found[row["origin"]].add(row["unit"])
        return dict(found)

    @cached_property
    def _references(self) -> dict[str, set[str]]:
        """Units that indicators are measured against, and which."""
        found: dict[str, set[str]] = defaultdict(set)
        for rule in self.plan["rule"]:
            if rule["reference"] == "unit" and rule["reference_unit"]:
                found[rule["reference_unit"]].add(rule["indicator"])
        return dict(found)

    def _kept_out(self, row: Row) -> bool:
        return not Oracle.admits(self.vintages.get((row["indicator"], row["period"])), row)

    def _takers(self, unit: str, code: str, period: date) -> Iterator[tuple[str, set[str]]]:
        """Whose value a chosen row goes into, and for what: its own unit's, heirs', parents'."""
        uses = [use for use in self.plan["period_use"] if (use["indicator"], use["period"]) == (code, period)]  # fmt: skip
        composed = self._composed_of.get(unit, set()) & set(self.oracle.composed)
        takers = [
            one for one in sorted(composed)
            if any(owed["origin"] == unit for owed in self.oracle.figures(one, code, period))
            and (unit, code, period) not in self.oracle.ruled
        ]  # fmt: skip
        if unit not in self.oracle.composed and (unit in self.units or unit in self._references):
            takers.append(unit)
        for one in takers:
            yield one, {use["purpose"] for use in uses if self.oracle.is_due(one, use)}

    def _taken(self, unit: str, code: str, period: date, purposes: set[str]) -> str:
        """Why what went into a unit's series is read by nothing; empty where it is read."""
        if code in self._references.get(unit, ()) and "value" in purposes:
            return ""
        if reason := self._scored(unit, code):
            return reason
        read = self._read(unit).get(code, set()) & purposes
        if read == {"previous"} and not self._compared(unit, code, period):
            return "gap"
        return "" if read else "decided"

    def _compared(self, unit: str, code: str, period: date) -> bool:
        """Whether a period of the year before has part in a figure that something is held against."""
        return any(
            self._reaches(unit, code, use["segment"]) for use in self.plan["period_use"]
            if (use["indicator"], use["period"], use["purpose"]) == (code, period, "previous")
        )  # fmt: skip

    def _reaches(self, unit: str, code: str, segment: int) -> bool:
        """Whether an indicator's figure of the year before is there, and goes into all that is made from it for a comparison."""
        cell = self._known.get((unit, code, segment))
        if cell is None or cell["previous"] is None:
            return False
        rules = (
            self.oracle.rules.get((self.units[unit]["category"], code, one)) for one in {segment, 1}
        )
        if any(rule and rule["reference"] == "previous" for rule in rules):
            return True
        above = [one for one, parts in self.parts.items() if code in parts]
        return any(
            self.derivations[one]["previous"] or self._reaches(unit, one, segment) for one in above
        )

    @cached_property
    def _known(self) -> Cells:
        """What is known of every series and of what is made from them."""
        known = self.oracle.series(self._counted)
        self.oracle.derive(known)
        return known

    @cached_property
    def _counted(self) -> dict[tuple[str, str, int, str], Row]:
        return self.oracle.count(self.oracle.observations())

    def _scored(self, unit: str, code: str) -> str:
        """Why a unit has no use for an indicator; empty where it is scored on it, or on what is made from it."""
        if unit not in self.units:
            return "unit"
        if code not in self.additive and not self._has_nodes(code):
            return "indicator"
        category = self.units[unit]["category"]
        if (category, code) not in self.series and not self._has_nodes(code, category):
            return "category"
        tops = {top for top in self._tops(category) if code in self._below(top)}
        exempt = all((unit, top) in self.oracle.exempt for top in tops - self._gates)
        return "exempt" if tops and exempt and not tops & self._gates else ""

    def _has_nodes(self, code: str, category: str | None = None) -> bool:
        return any(
            rule["method"] == "milestones" and rule["indicator"] == code and category in {None, rule["category"]}
            for rule in self.plan["rule"]
        )  # fmt: skip

    @cached_property
    def _gates(self) -> set[str]:
        return {gate["indicator"] for gate in self.plan["gate"]}

    def _tops(self, category: str) -> set[str]:
        """The indicators that a category's units are scored on or that force their grade."""
        return {rule["indicator"] for rule in self.plan["rule"] if rule["category"] == category} | self._gates  # fmt: skip

    def _below(self, code: str) -> set[str]:
        """An indicator and all that it is made from."""
        found = [code]
        for one in found:
            found += [part for part in self.parts.get(one, ()) if part not in found]
        return set(found)

    def _read(self, unit: str) -> dict[str, set[str]]:
        """What is read of each of a unit's series: an appeal's decision stands in the place of the period's value."""
        category = self.units[unit]["category"]
        settled = frozenset((code, "value") for one, code in self._decisions if one == unit)
        settled |= {(code, "previous") for one, code in self.oracle.ruled_before if one == unit}
        if (category, settled) not in self.read:
            found: dict[str, set[str]] = defaultdict(set)
            for top in self._tops(category):
                self._follow(top, {"value", "previous"}, settled, found)
            self.read[category, settled] = dict(found)
        return self.read[category, settled]

    def _follow(self, code: str, purposes: set[str], settled: frozenset[tuple[str, str]], found: dict[str, set[str]]) -> None:  # fmt: skip
        derivation = self.derivations.get(code)
        if (code, "value") in settled and derivation and derivation["previous"]:
            purposes = set()
        purposes = {purpose for purpose in purposes if (code, purpose) not in settled}
        found[code] |= purposes
        for part in self.parts.get(code, ()) if purposes else ():
            self._follow(part, {"value", "previous"} if derivation and derivation["previous"] else purposes, settled, found)  # fmt: skip

    @cached_property
    def _decisions(self) -> dict[tuple[str, str], int]:
        """The last decision of an appeal on each value of the whole period, by its number."""
        found: dict[tuple[str, str], int] = {}
        for row in sorted(self.oracle.facts["revision"], key=lambda one: one["sequence"]):
            if row["vintage"] == DECIDED and row["status"] == VALUE and row["period"] == self.setting["period_end"]:  # fmt: skip
                found[row["unit"], row["indicator"]] = row["sequence"]
        return found

    def _ruling(self, row: Row) -> str:
        if row["period"] == self.setting.get("before_end"):
            return self._ruling_before(row)
        if reason := self._scored(row["unit"], row["indicator"]):
            return reason
        if row["period"] != self.setting["period_end"]:
            return self._not_whole(row["period"])
        if not known(row, self.setting):
            return "late"
        return "" if self._decisions.get((row["unit"], row["indicator"])) == row["sequence"] else "superseded"  # fmt: skip

    def _ruling_before(self, row: Row) -> str:
        """What an appeal decided of the year before is what this year's value is held against, where anything is."""
        unit, code = row["unit"], row["indicator"]
        if not known(row, self.setting):
            return "late"
        held = self.oracle.ruled_before.get((unit, code))
        if held is None:
            return "period"
        if held["sequence"] != row["sequence"]:
            return "superseded"
        if reason := self._scored(unit, code):
            return reason
        return "" if self._reaches(unit, code, 1) else "period"

    # -- what values are measured against, dated nodes, items ----------------------------------------

    def _target(self, row: Row) -> str:
        unit, code = row["unit"], row["indicator"]
        heirs = self._heirs_of(unit, code, row["kind"], row["period"])
        reasons = [self._scored(one, code) for one in (unit, *heirs)]
        # Where an indicator does not apply its target stands in the result all the same.
        if not {"", "exempt"} & set(reasons):
            return reasons[0]
        end, kind = self.setting["period_end"], row["kind"]
        if not any(
            (self.units[one]["category"], code) in self._ruled
            for one in (unit, *heirs)
            if one in self.units
        ):
            return "input"
        if kind == "plan":
            return self._planned(row)
        if row["period"] != end:
            return self._not_whole(row["period"])
        # What an heir takes over stands in the way of its other numbers where its predecessors were asked in unlike ways.
        if kind == "target" or heirs:
            return ""
        if kind not in self._kinds(code):
            return "kind"
        return reasons[0]

    def _heirs_of(self, unit: str, code: str, kind: str, period: date) -> list[str]:
        """Who takes over a target: the heirs, and those of one that has none of its own."""
        found, line = [], [unit]
        for old in line:
            heirs = [one["heir"] for one in self.plan["succession"] if one["unit"] == old]
            found += [heir for heir in heirs if heir not in found]
            line += [heir for heir in heirs if heir not in line and (heir, code, kind, period) not in self._targets and not self._listed(heir, code, kind)]  # fmt: skip
        return found

    def _listed(self, unit: str, code: str, kind: str) -> bool:
        """Whether a cascade gives a unit a target of its own."""
        return kind == "target" and any(
            row.get("own") for row in self.plan["cascade_target"] if (row["unit"], row["indicator"]) == (unit, code)
        )  # fmt: skip

    @cached_property
    def _targets(self) -> set[tuple[Any, ...]]:
        return {(row["unit"], row["indicator"], row["kind"], row["period"]) for row in self.facts["target"]}  # fmt: skip

    def _planned(self, row: Row) -> str:
        """Why a plan by a day has no part: nothing is held against it but the light of what goes by it."""
        unit, code, end = row["unit"], row["indicator"], self.setting["period_end"]
        if not any(r["subject"] == code and r["by"] == "plan" for r in self.plan["light_rule"]):
            return "kind"
        last = min(self.setting["at"], end)
        if row["period"] > end:
            return "period"
        if row["period"] > last:
            return "not_due"
        days = [
            one["period"] for one in self.facts["target"]
            if (one["unit"], one["indicator"], one["kind"]) == (unit, code, "plan") and one["period"] <= last
        ]  # fmt: skip
        return "" if row["period"] == max(days) else "superseded"

    def _not_whole(self, period: date) -> str:
        """Why what is of the whole assessed period is not taken of this one."""
        inside = self.run.plan.period.start <= period <= self.setting["period_end"]
        return "part" if inside else "period"

    @cached_property
    def _ruled(self) -> set[tuple[str, str]]:
        """Categories and the indicators that they are scored on themselves."""
        return {(rule["category"], rule["indicator"]) for rule in self.plan["rule"]}

    def _kinds(self, code: str) -> set[str]:
        """The numbers beside the target that an indicator's methods measure against and that a unit may have of its own."""
        indicator = self.run.rulebook.indicator(code)
        methods = (indicator.method, *(change.method for change in indicator.changes))
        fields = [type(one).model_fields.items() for one in methods if one is not None]
        return {name for own in fields for name, field in own if name in AIMS and field.default is None}  # fmt: skip

    def _milestone(self, row: Row) -> str:
        unit, code = row["unit"], row["indicator"]
        if unit not in self.units:
            return "unit"
        if not self._has_nodes(code):
            return "nodes" if code in self.additive else "indicator"
        if not self._has_nodes(code, self.units[unit]["category"]):
            return "category"
        if (unit, code) in self.oracle.exempt:
            return "exempt"
        rules = [rule for rule in self.plan["milestone_rule"] if rule["indicator"] == code]
        if not any(rule["starts_on"] <= row["due_on"] <= rule["ends_on"] for rule in rules):
            return "period"
        if row["due_on"] > self.units[unit]["valid_to"]:
            return "window"
        return "not_due" if row["due_on"] > self.setting["at"] else ""

    def _event(self, row: Row) -> str:
        if row["unit"] not in self.units:
            return "unit"
        if row["item"] not in self._items:
            return "item"
        if not decided(row, self.setting):
            return "undecided"
        return "" if within(row, self.setting) else "period"

    def _approval(self, unit: str, code: str) -> str:
        """An approval turns nothing but periods that are reported as not applicable from missing into what they say: the unit's
        own, and where they go over to an heir or are added up for a parent, there too."""
        units = {unit, *(row["origin"] for row in self.plan["figure"] if row["unit"] == unit)}
        units |= {row["origin"] for row in self.plan["rollup"] if row["indicator"] == code and unit in {row["unit"], row["through"]}}  # fmt: skip
        marked = (
            (table, row) for table in ("observation", "revision") for row in self.oracle.facts[table]
            if row["unit"] in units and (row["indicator"], row["status"]) == (code, NOT_APPLICABLE) and row["vintage"] != DECIDED
        )  # fmt: skip
        if any(self._value(table, row) in {"", "gap"} for table, row in marked):
            return ""
        if reason := self._scored(unit, code):
            return reason
        return of_no_effect(
            {
                status
                for (one, series, _), status in self._series.items()
                if (one, series) == (unit, code)
            }
        )

    @cached_property
    def _series(self) -> dict[tuple[str, str, int], int]:
        """The status of every observed series of units with an approval; what an appeal decided stands as a value."""
        asked = {(row["unit"], row["indicator"]) for row in self.facts["approval"]}
        known = self.oracle.series(self._counted)
        self.oracle.decide(known)
        return {key: cell["status"] for key, cell in known.items() if key[:2] in asked}

    @cached_property
    def _items(self) -> set[str]:
        return {row["item"] for row in self.plan["item"]}


def of_no_effect(statuses: Collection[int]) -> str:
    """Why an approval that an indicator does not apply does nothing, by the statuses of its observed series; else empty."""
    if not statuses:
        return "unasked"
    if NOT_APPLICABLE in statuses:
        return ""
    if set(statuses) == {NOT_DUE}:
        return "not_due"
    return "valued" if VALUE in statuses and MISSING not in statuses else "unmarked"


COLUMNS = ("file", "row", "table", "unit", "code", "when", "reason", "why_zh", "why_en")
"""Those of the list in a file."""


def as_rows(found: Sequence[LeftOut]) -> Iterator[dict[str, str]]:
    """The list as people and programs read it."""
    for one in found:
        held = {name: str(getattr(one, name)) for name in COLUMNS[:7]}
        yield held | {"why_zh": one.said[0], "why_en": one.said[1]}


def in_none(runs: Sequence[Run]) -> list[LeftOut]:
    """The rows that have a part in none of several runs of the same facts; the reason is that of the first."""
    first, *others = (
        {(one.number, one.file, one.row, one.table, one.unit, one.code, one.when): one for one in left_out(run)}
        for run in runs
    )  # fmt: skip
    return [one for key, one in first.items() if all(key in other for other in others)]
