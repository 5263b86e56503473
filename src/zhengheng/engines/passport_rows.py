"""What an indicator of the passport rests on: the rows that counted or did not, each with its file, of whichever unit they came from."""

from collections.abc import Iterator
from dataclasses import asdict, dataclass, field, replace
from datetime import date
from fractions import Fraction
from functools import cached_property
from typing import Any

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.periods import Period, period_ending
from zhengheng.domain.problems import Language
from zhengheng.engines.lights import due_unjudged
from zhengheng.engines.nodes import node_words
from zhengheng.engines.oracle import MICRO, Oracle, half_up, known
from zhengheng.engines.origins import between, oracle_of, sources_of
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.lake.facts import DECIDED
from zhengheng.scoring.contracts import NOT_APPLICABLE, STATUS_NAMES, STATUS_WORDS

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


@dataclass(frozen=True)
class Lack:
    """A value that an indicator needs and that is not there: whose, of which observed series and period."""

    unit: str
    indicator: str
    period: Period


class SourceRows:
    """The source rows of one unit in a run, and of those that its values come from."""

    def __init__(self, run: Run, unit: str, language: Language) -> None:
        self.run, self.unit, self.language = run, unit, language
        self.origins = sources_of(run.plan.tables, unit)
        self.of_unit = next((row for row in run.plan.tables["unit"] if row["unit"] == unit), None)
        self.facts: dict[str, list[Row]] = {}
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
            wanted = [*self.origins, *self._between] if table == "revision" else self.origins
            self.facts[table] = unit_rows(self.run.facts, table, list(dict.fromkeys(wanted)))
        return [
            row for row in self.facts[table]
            if row["unit"] == unit and (indicator is None or row["indicator"] == indicator)
        ]  # fmt: skip

    @cached_property
    def oracle(self) -> Oracle:
        """The oracle over the origins alone."""
        return oracle_of(self.run, self.unit)

    @cached_property
    def counted(self) -> dict[tuple[str, str, date], Row]:
        """Unit, series, period → the figure that counted; one that was gathered says what it is made of."""
        return {(row["unit"], row["indicator"], row["period"]): row for row in self.oracle.observations()}  # fmt: skip

    def _name(self, unit: str) -> str:
        return self.unit_names.get(unit, unit)

    def _inputs(self, code: str, segment: int) -> Iterator[Entry]:
        """The observations, targets and milestones that entered, each with its source row."""
        parts = [p["part"] for p in self.run.plan.tables["part"] if p["indicator"] == code]
        if ruled := self._ruled(self.unit, code):
            label = self.t("申诉决定（代替以下各行算出的值）", "decided on appeal, in the place of what the rows below give")  # fmt: skip
            yield Entry("decided", code, label, self._value(ruled), parts=[self._source(ruled)])
        yield from self._before(code)
        yield from self._apart(code)
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
        periods |= set(due_unjudged(self.run, code))
        yield from self._observed(code, periods)
        period = self.run.plan.period
        for row in self._facts("target", self.unit, code):
            if not period.start <= row["period"] <= period.end:
                continue
            kind = TARGET_WORDS[row["kind"]][self.language == "en"]
            yield Entry("target", code, f"{kind} {row['period']}",
                        format_scaled(row["value"], decimals), parts=[self._source(row)])  # fmt: skip
        yield from self._handed(code, decimals)
        for row, rule in self._nodes(code, segment):
            yield Entry("milestone", row["milestone"], self.t(f"节点 {row['milestone']}", f"node {row['milestone']}"),
                        f"{plain(row['share'], 4)} %", self.t(*node_words(row, rule, self.run.plan.at)),
                        parts=[self._source(row)])  # fmt: skip

    def _handed(self, code: str, decimals: int) -> Iterator[Entry]:
        """The targets taken over from units before it, each with what it was there."""
        period = self.run.plan.period
        known = {(row["unit"], row["kind"], row["period"]): row["value"] for row in self.oracle.known_targets() if row["indicator"] == code}  # fmt: skip
        own = {(row["kind"], row["period"]) for row in self._facts("target", self.unit, code)}
        for unit, kind, day in sorted(known):
            if unit == self.unit and (kind, day) not in own and period.start <= day <= period.end:
                yield from self._handed_by(unit, code, kind, day, known, decimals)

    def _handed_by(
        self, heir: str, code: str, kind: str, day: date, known: dict[tuple[str, str, date], int | None], decimals: int
    ) -> Iterator[Entry]:  # fmt: skip
        """What each unit before an heir hands it of one target, down to the rows in which it was agreed."""
        tables = self.run.plan.tables
        adds = any(row["indicator"] == code and row["additive"] for row in tables["series"])
        for one in tables["succession"]:
            before = one["unit"]
            if one["heir"] != heir or (before, kind, day) not in known:
                continue
            number = known[before, kind, day]
            said = "" if number is None else format_scaled(number, decimals)
            share = "" if number is None else format_scaled(half_up(Fraction(number * one["share"], MICRO)) if adds else number, decimals)  # fmt: skip
            rows = [row for row in self._facts("target", before, code) if (row["kind"], row["period"]) == (kind, day)]  # fmt: skip
            words = TARGET_WORDS[kind][self.language == "en"]
            yield Entry(
                "target", code,
                self.t(f"承继自 {before} {self._name(before)} {words} {day}", f"{words} {day}, taken over from {before} {self._name(before)}"),
                share, self.t(f"原值 {said}", f"out of {said}") if said else "",
                parts=[self._source(row) for row in rows] or [*self._handed_by(before, code, kind, day, known, decimals)],
            )  # fmt: skip

    def _nodes(self, code: str, segment: int) -> Iterator[tuple[Row, Row]]:
        """The dated nodes of an indicator's segment with their rule; those of other years counted there, those after the
        unit's last day nowhere."""
        assert self.of_unit is not None
        last = self.of_unit["valid_to"]
        for rule in self.run.plan.tables["milestone_rule"]:
            if (rule["indicator"], rule["segment"]) == (code, segment):
                for row in self._facts("milestone", self.unit, code):
                    if rule["starts_on"] <= row["due_on"] <= min(rule["ends_on"], last):
                        yield row, rule

    @cached_property
    def _between(self) -> dict[str, set[str]]:
        return between(self.run.rulebook, self.unit)

    def _apart(self, code: str) -> Iterator[Entry]:
        """What appeals decided of the whole period of units whose figures go into this one's, and cannot be divided among them."""
        tables = self.run.plan.tables
        above = {code, *(row["indicator"] for row in tables["part"] if row["part"] == code)}
        others = [unit for unit, codes in self._between.items() if codes & above]
        others += [row["origin"] for row in tables["figure"] if row["unit"] == self.unit]
        others += [row["origin"] for row in tables["rollup"] if (row["unit"], row["indicator"]) == (self.unit, code)]  # fmt: skip
        for unit in dict.fromkeys(others) if self.run.facts.decided() else ():
            ruled = self._ruled(unit, code) if unit != self.unit else None
            if ruled is None or any(key[:2] == (unit, code) for key in self.oracle.ruled):
                continue
            name = f"{unit} {self._name(unit)}"
            label = self.t(f"{name} 的申诉决定：认定的是整个期间的数值，不能分到这里计入的各部分，没有采用",
                           f"decided on an appeal of {name}: a value of the whole period, which cannot be divided among what counts here, and is not used")  # fmt: skip
            yield Entry("decided", code, label, self._value(ruled), parts=[self._source(ruled)])

    def _before(self, code: str) -> Iterator[Entry]:
        """What appeals decided of the year before, that this one's value is held against: of the unit itself it stands in the place of
        that year's rows, where it can; of others whose figures are in it, it cannot be divided among them."""
        end = self.run.plan.period.previous_year().end
        series = self._series_below(code)
        looks = any(use["purpose"] == "previous" and use["indicator"] in series for use in self.run.plan.tables["period_use"])  # fmt: skip
        for unit in self.origins if looks and self.run.facts.decided() else ():
            if (ruled := self._ruled(unit, code, end)) is None:
                continue
            used = (unit, code) in self.oracle.ruled_before and unit == self.unit
            name = "" if unit == self.unit else f"{unit} {self._name(unit)} "
            label = self.t(f"{name}上年数由申诉决定认定（作为比较的基数，代替上年各行算出的值）", f"{name}the year before, decided on appeal: what this year is held against, in the place of what its rows give") if used else \
                self.t(f"{name}上年数的申诉决定：认定的是整个期间的数值，不能分到这里计入的各部分，没有采用为基数", f"{name}the year before, decided on appeal: a value of the whole period, which cannot be divided among what counts here; this year is not held against it")  # fmt: skip
            yield Entry("decided", code, label, self._value(ruled), parts=[self._source(ruled)])

    def _ruled(self, unit: str, code: str, end: date | None = None) -> Row | None:
        """The decision on an appeal that stands in the place of the period's value, or of that of a period before."""
        end = end or self.run.plan.period.end
        held = [r for r in self._facts("revision", unit, code) if (r["vintage"], r["period"]) == (DECIDED, end)]  # fmt: skip
        return max(held, key=lambda r: int(r["sequence"]), default=None)

    def absent(self, code: str, segment: int) -> list[Lack]:
        """What an indicator without a value lacks: the periods of it, or of what it is made from, that have none; where none of
        these do, those of the year before that it is held against."""
        found = [lack for one in self._series_below(code) for lack in self._absent(one, segment, "value")]  # fmt: skip
        if found or not self._looks_back(code) or self.too_late(code, segment):
            return found
        return [lack for one in self._series_below(code) for lack in self._absent(one, segment, "previous")]  # fmt: skip

    def too_late(self, code: str, segment: int) -> str:
        """The first period of the year before of which nobody was there whose figures are the unit's now; empty where there is none."""
        tables, found = self.run.plan.tables["series"], []
        for one in self._series_below(code) if self._looks_back(code) else ():
            row = next((r for r in tables if (r["indicator"], r["segment"]) == (one, segment)), None)  # fmt: skip
            lacking = [] if row is None else self.oracle.unheld(self.unit, row)
            frequency = self.run.rulebook.indicator(one).frequency
            found += [period_ending(min(lacking), frequency).code] if lacking else []
        return min(found, default="")

    def _looks_back(self, code: str) -> bool:
        indicator = self.run.rulebook.indicator(code)
        return indicator.reference.to == "previous" or indicator.year_on_year is not None

    def _series_below(self, code: str) -> list[str]:
        """The observed series that an indicator is made from, through all that is made in between; itself where it is one."""
        below = [p["part"] for p in self.run.plan.tables["part"] if p["indicator"] == code]
        return list(dict.fromkeys(one for part in below for one in self._series_below(part))) or [code]  # fmt: skip

    def used(self, code: str, segment: int, purpose: str = "value") -> list[date]:
        """The periods that are due of a unit and go into the value of a segment, or into what it is held against."""
        return sorted(
            use["period"] for use in self.run.plan.tables["period_use"]
            if (use["indicator"], use["segment"], use["purpose"]) == (code, segment, purpose)
            and self.oracle.is_due(self.unit, use)
        )  # fmt: skip

    def _absent(self, code: str, segment: int, purpose: str) -> list[Lack]:
        """The periods that are due of a series and have no value, each of everybody whose figures go into it."""
        series, found = self.run.rulebook.indicator(code), []
        for end in self.used(code, segment, purpose):
            row = self.counted.get((self.unit, code, end))
            figures: list[Row] = [{"origin": self.unit, "status": 0, "value": None}] if row is None else row.get("made_of", [row | {"origin": self.unit}])  # fmt: skip
            for one in figures:
                status = (
                    self.oracle.status_of(one) if row and "made_of" not in row else one["status"]
                )
                settled = one["value"] is not None or status == NOT_APPLICABLE
                if not settled and (status or series.absent == "missing"):
                    found.append(Lack(one["origin"], code, period_ending(end, series.frequency)))
        return found

    def _observed(self, code: str, periods: set[date]) -> Iterator[Entry]:
        """A unit's rows of a series: its own, those taken over, those added up from below."""
        made = [
            figure
            for period in sorted(periods) if (row := self.counted.get((self.unit, code, period)))
            for figure in row.get("made_of", [{**row, "origin": self.unit, "through": self.unit}])
        ]  # fmt: skip
        for table in ("observation", "revision"):
            for row in self._facts(table, self.unit, code):
                if row["period"] in periods and row["vintage"] != DECIDED:
                    yield self._row(table, row, any(_same(row, one) for one in made))
        others = [one for one in made if one["origin"] != self.unit and "file" in one]
        yield from self._as_decided([one for one in others if one["vintage"] == DECIDED])
        others = [one for one in others if one["vintage"] != DECIDED]
        yield from (self._taken_over(one) for one in others if one["through"] == one["origin"])
        added = [one for one in others if one["through"] != one["origin"]]
        for below in dict.fromkeys(one["origin"] for one in added):
            yield Entry("added", below, self.t(f"汇入 {below} {self._name(below)}", f"added from {below} {self._name(below)}"),
                        parts=[self._figure(one) for one in added if one["origin"] == below])  # fmt: skip

    def _as_decided(self, figures: list[Row]) -> Iterator[Entry]:
        """What an appeal decided of other units' whole period, in the place of their rows."""
        for origin in dict.fromkeys(one["origin"] for one in figures):
            held = [one for one in figures if one["origin"] == origin]
            last = max(held, key=lambda one: one["period"])
            name, said = f"{origin} {self._name(origin)}", self._value({**last, "value": last["reported"]})  # fmt: skip
            yield Entry("inherited" if last["through"] == origin else "added", last["indicator"],
                        self.t(f"计入 {name} 的申诉决定", f"of {name}, as decided on appeal"), self._value(last),
                        self.t(f"原值 {said}", f"out of {said}"), parts=[self._source(last)])  # fmt: skip

    def _row(self, table: str, row: Row, counts: bool) -> Entry:
        words = ("修订", "revision") if table == "revision" else ("观测", "observation")
        label = self.t(*words)
        detail = [VINTAGE_WORDS[row["vintage"]][self.language == "en"]] if row["vintage"] else []
        if not counts:
            if not known(row, self.run.plan.tables["setting"][0]):
                day = row["published_on"]
                detail.append(self.t(f"公布日为 {day}，在核算日之后", f"day of publication {day}, after the day of the run"))  # fmt: skip
            detail.append(self.t("未计入", "not counted"))
        status = STATUS_NAMES[row["status"]]
        return Entry(table, row["indicator"], f"{label} {row['period']}", self._value(row),
                     "; ".join(detail), status, [self._source(row)])  # fmt: skip

    def _taken_over(self, row: Row) -> Entry:
        """A predecessor's row in the heir's values, with what it was there."""
        before, period = row["origin"], row["period"]
        label = self.t(f"承继自 {before} {self._name(before)} {period}", f"taken over from {before} {self._name(before)} {period}")  # fmt: skip
        return replace(self._figure(row), kind="inherited", label=label)

    def _figure(self, row: Row) -> Entry:
        """Another unit's figure, at the share that counts of it, with what was reported there."""
        words = self.t("观测", "observation")
        said = self._value({**row, "value": row["reported"]})
        return Entry("observation", row["indicator"], f"{words} {row['period']}", self._value(row),
                     self.t(f"原值 {said}", f"out of {said}"), STATUS_NAMES[row["status"]], [self._source(row)])  # fmt: skip

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
    reported = chosen.get("reported", chosen["value"])
    return row["value"] == reported and all(row[name] == chosen.get(name) for name in ("file", "row", "vintage"))  # fmt: skip
