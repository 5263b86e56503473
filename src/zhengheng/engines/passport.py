"""The score passport 得分溯源单: from a published total down to the source row, on demand.

Scores are what the run stored, never computed again: a test holds that the printed parts end in the
stored numbers. Which of several releases counted, what a successor took over and what a parent added up
from below is asked of the oracle, for this unit and those its values come from.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from fractions import Fraction
from functools import cached_property
from typing import Any

from zhengheng.domain.numbers import COEFFICIENT, POINT, format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.bound import binding_events, bound_grade, failed_gates, said
from zhengheng.engines.left_out import WHY, of_no_effect
from zhengheng.engines.lights import (
    LIGHT_WORDS,
    NOT_COUNTED,
    NOTHING_DUE,
    due_unjudged,
    indicator_lights,
    not_lit_within,
)
from zhengheng.engines.lives import NO_MORE, no_more_due
from zhengheng.engines.nodes import sum_words
from zhengheng.engines.oracle import decided, half_up, within
from zhengheng.engines.passport_rows import Entry, Lack, Row, SourceRows
from zhengheng.engines.rules import year_before
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import no_score, no_total
from zhengheng.engines.standing import places_of
from zhengheng.engines.standins import StandIns
from zhengheng.engines.tables import node_score
from zhengheng.scheme.model import TOTAL
from zhengheng.scheme.relative_words import coverage, dimension, filled
from zhengheng.scoring.contracts import (
    FILLED,
    NOT_APPLICABLE,
    NOT_DUE,
    STATUS_NAMES,
    STATUS_WORDS,
    VALUE,
    status_name,
)
from zhengheng.scoring.formulas import Beside, MetLines, formula
from zhengheng.scoring.statuses import NodeStatuses

NAMED = 12
"""Absent periods that are named one by one."""
UNDEFINED = (
    "无法计算：全组的值都相同，或只有一个单位有值，或没有目标值，或目标值为 0 或负数，或同比的上年数为 0 或负数，或比率的分母合计为负数。这时怎样计分由方案规定（计分方法的“算不出时”，undefined: full、half 或 zero），未规定的按缺数据处理",
    "not computable: all values of the group are equal, or one unit alone has a value, or the target is absent or 0 or less, or the year before of a rate of growth is, or the denominator of a rate adds up to less than 0; the rulebook may say what this earns (`undefined: full`, `half` or `zero` of the method), else it counts as missing",
)


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
        if any(node.code == indicator for node, _, _ in run.rulebook.nodes()):
            raise NotFoundError.one(
                indicator, "indicator.absent", zh=f"{indicator} 是维度，不是指标；维度的得分在单位的总分中说明，请不写指标再查：zhengheng explain 批次 {unit}",
                en=f"{indicator} is a dimension, no indicator; dimensions are explained with the total of the unit: zhengheng explain RUN {unit}",
            )  # fmt: skip
        raise NotFoundError.one(
            indicator, "indicator.absent", zh=f"{unit} 没有指标 {indicator}", en=f"{unit} has no indicator {indicator}"
        )  # fmt: skip
    return maker.indicator(indicator)


class _Maker(SourceRows):
    def __init__(self, run: Run, unit: str, language: Language) -> None:
        super().__init__(run, unit, language)
        self.grade_said = ""
        tables = run.plan.tables
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
        self.capped = {
            r["subject"]: r["most"] for r in tables["coefficient"]
            if r["category"] == category and r["most"] is not None
        }  # fmt: skip

    @cached_property
    def instead(self) -> StandIns:
        """What stands in the place of points that are not there."""
        return StandIns(self.run, self.oracle, self.unit, self.scores, self.nodes)

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
        parts = self.run.parts
        part = parts[self.unit]
        detail = [self._counted_in(row)]
        if ranks:
            places, members = places_of(self.run), ranks[0]["members"]
            place = places[self.unit]
            group = [r["unit"] for r in self.run.results.rows("total_score") if r["comparison_group"] == row["comparison_group"]]  # fmt: skip
            tied = sum(places.get(unit) == place for unit in group) > 1
            detail.append(self.t(f"组内{'并列' if tied else ''}第 {place}/{members}", f"rank {'=' if tied else ''}{place} of {members}"))  # fmt: skip
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
        if status == "value" and row["score"] != row["printed"]:
            detail += self._compared(row, ranked=bool(ranks), graded=bool(grade))
        if status != "value":
            detail.insert(0, self.t(*no_total(status)))
        top = self.node(root.code)
        # What the parts of a unit without a total add up to is not its total, here as little as on any other page.
        if status != "value":
            top.score, top.detail = "", self.t(*no_total(status))
        entry = Entry(
            "total", TOTAL, f"{self._name(self.unit)} {self.run.plan.period.code}",
            node_score(row, row, self.digits[root.code], is_root=True), self.t("；", "; ").join(detail), status, [top],
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

    def _compared(self, row: Row, *, ranked: bool, graded: bool) -> list[str]:
        """With which digits a total is ranked or graded, where these are more than are shown."""
        setting = self.run.plan.tables["setting"][0]
        done = [("排名", "ranked")] if ranked and setting["rank_on"] == "exact" else []
        done += [("定等次", "graded")] if graded and setting["grade_on"] == "exact" else []
        if not done:
            return []
        exact, zh, en = plain(row["score"], 9), "、".join(zh for zh, _ in done), " and ".join(en for _, en in done)  # fmt: skip
        return [self.t(f"按 {exact} 分{zh}（未舍入）", f"{en} by {exact} points (not rounded)")]

    def _counted_in(self, row: Row) -> str:
        """How many of the indicators that are due have a value that counts; those that earn nothing stand apart."""
        weightless = [
            score
            for code, score in self.scores.items()
            if score["status"] != NOT_DUE and not self.rules[code, self._last(code)]["full"]
        ]
        used = self.statuses.entered(self.nodes[self.run.rulebook.tree.code], self.nodes)
        above = {branch["child"]: branch["parent"] for branch in self.branches}
        used -= sum(
            score["status"] == VALUE and not self.instead.apart(above[score["indicator"]])
            for score in weightless
        )
        leaves, beside = row["leaves"] - len(weightless), len(weightless)
        return self.t(
            f"{used}/{leaves} 个指标计入" + (f"，另有 {beside} 个不计分" if beside else ""),
            f"{used} of {leaves} indicators" + (f", and {beside} not scored" if beside else ""),
        )

    def _last(self, code: str) -> int:
        """The last segment of an indicator, whose rule its score stands under."""
        places: list[int] = [place for indicator, place in self.rules if indicator == code]
        return max(places)

    def _adjusted(self, kind: str, label: str, points: int) -> Entry:
        """What the decided items of a kind come to; where a cap cut it, which one and from how much."""
        events = self._events(kind)
        entry = Entry(kind, kind, label, plain(points, 9), parts=[self._event(one) for one in events])  # fmt: skip
        cut, sums, held = [], Counter[str](), 0
        for event in events:
            sums[event["item"]] += event["points"] or 0
        for item in self.run.rulebook.adjustments:
            given = sums[item.code]
            most = given if item.cap is None else min(given, int(item.cap * POINT))
            held += most
            if most < given:
                name = item.name.say(self.language)
                cut.append(self.t(f"“{name}”共 {plain(given, 9)} 分，按该事项的上限计 {plain(most, 9)} 分",
                                  f"{name}: {plain(given, 9)} points in all, of which the item's cap leaves {plain(most, 9)}"))  # fmt: skip
                for part in entry.parts:
                    if part.code == item.code:
                        part.detail += self.t(f"；该事项合计不超过 {plain(most, 9)} 分", f"; all of this item come to {plain(most, 9)} at the most")  # fmt: skip
        if points < held:
            cut.append(self.t(f"各事项共 {plain(held, 9)} 分，按{label}总上限计 {plain(points, 9)} 分",
                              f"{plain(held, 9)} points of all items, of which the cap of the whole {label} leaves {plain(points, 9)}"))  # fmt: skip
        entry.detail = self.t("；", "; ").join(cut)
        return entry

    def _events(self, kind: str) -> list[Row]:
        kinds = {item.code: item.kind for item in self.run.rulebook.adjustments}
        (setting,) = self.run.plan.tables["setting"]
        return [
            event for event in self._facts("event", self.unit)
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
            "node", code, self.names[code], node_score(row, row, self.digits[code], is_root=False),
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
        if entry.status != "value" and not entry.score:
            # Nothing is the sum of its parts here.
            entry.detail = self.t(*no_score(entry.status)) + self._lacking(code, row)
        if row["status"] == "empty" and (words := self._in_its_place(code)):
            entry.detail += self.t("；", "; ") + self.t(*words)
        if shared := self.instead.shared(code):
            entry.detail += self.t("；", "; ") + self.t(*shared)
        if entry.score:
            entry.detail += self._goes_up(row["score"], row["printed"])
        return entry

    def _lacking(self, code: str, row: Row) -> str:
        """That fewer indicators of a dimension are measured than it needs; empty where they are enough."""
        node = next(n for n, _, _ in self.run.rulebook.nodes() if n.code == code)
        if node.coverage is None or not node.coverage.lacks(row["used"], row["leaves"]):
            return ""
        zh, en = coverage(node.coverage)
        return self.t(f"：实测 {row['used']}/{row['leaves']} 项，{zh}", f": {row['used']} of {row['leaves']} measured, {en}")  # fmt: skip

    def _goes_up(self, carried: int | None, printed: int | None) -> str:
        """What counts one level up, where that has more digits than are shown; empty where it is what is shown."""
        if carried is None or carried == printed:
            return ""
        exact = plain(carried, 9)
        return self.t(
            f"；按 {exact} 分计入上一层（未舍入）", f"; {exact} points go up (not rounded)"
        )

    def _aggregate(self, code: str) -> str:
        node = next(n for n, _, _ in self.run.rulebook.nodes() if n.code == code)
        return self.t(*dimension(node, self._factor(code)))

    def _factor(self, code: str) -> str | None:
        """What an indicator's or dimension's points are multiplied by, with its cap; None where by nothing."""
        factor, most = self.factors.get(code), self.capped.get(code)
        if factor == COEFFICIENT and most is None:
            return None
        if factor is None or most is None:
            return None if factor is None else plain(factor, 6)
        return plain(factor, 6) + self.t(f"，最高为满分的 {plain(most, 6)} 倍", f", at most {plain(most, 6)} times the full mark")  # fmt: skip

    def indicator(self, code: str) -> Entry:
        row = self.scores[code]
        segments = sorted(place for indicator, place in self.rules if indicator == code and place)
        rule = self.rules[code, segments[-1]]
        status = status_name(row, rule)
        detail = self.t(f"满分 {plain(rule['full'], 6)}", f"of {plain(rule['full'], 6)}")
        if (factor := self._factor(code)) is not None:
            detail += self.t(f"；已乘系数 {factor}", f"; times the coefficient {factor}")
        if (before := year_before(self.run.rulebook.indicator(code), self.run.plan.period))[0]:
            detail += self.t("；", "; ") + self.t(*before)
        if light := self.lights.get(code):
            zh, en = LIGHT_WORDS[light]
            detail += self.t(f"；{zh}", f"; {en}")
        if light and (line := self.lines.of(row, rule)):
            zh, en = line.words
            detail += self.t(f"，达标线：{zh}", f", met from: {en}")
        elif code in self.dark and rule["full"]:
            zh, en = NOTHING_DUE
            if status == "not_due":
                zh, en = NO_MORE if no_more_due(self.run, self.unit, code) else NOT_COUNTED
            detail += self.t(f"；达标线：{zh}", f"; met from: {en}")
        if status == "undefined":
            zh, en = UNDEFINED
            detail += self.t(f"；{zh}", f"; {en}")
        if words := self._in_its_place(code):
            detail += self.t("；", "; ") + self.t(*words)
        else:
            detail += self._goes_up(row["points"], row["printed"])
        if self._facts("approval", self.unit, code) and (reason := self._approved_in_vain(code)):
            zh, en = WHY[reason]
            detail += self.t(
                f"；有不适用批准：{zh}", f"; there is an approval as not applicable: {en}"
            )
        entry = Entry("indicator", code, f"{code} {self.names[code]}",
                      format_scaled(row["printed"], 9, rule["digits"]), detail, status)  # fmt: skip
        for segment in segments:
            if cell := self.cells.get((code, segment)):
                entry.parts.append(self._cell(cell, self.rules[code, segment], len(segments) > 1))
        return entry

    def _approved_in_vain(self, code: str) -> str:
        """Why an approval that the indicator does not apply does nothing; what was filled or is exempt says so itself."""
        tables = self.run.plan.tables
        made = {row["indicator"] for row in tables["derivation"]} | {
            row["indicator"] for row in tables["rule"] if row["method"] == "milestones"
        }
        figures = (self.counted.get((self.unit, code, u["period"])) for u in tables["period_use"] if u["indicator"] == code)  # fmt: skip
        rows = [one for row in figures if row for one in row.get("made_of", [row])]
        if code not in made and any(row["status"] == NOT_APPLICABLE for row in rows):
            return ""
        seen = [cell["status"] for (one, place), cell in self.cells.items() if one == code and place]  # fmt: skip
        exempt = any((r["unit"], r["indicator"]) == (self.unit, code) for r in tables["exemption"])
        return "" if FILLED in seen or exempt else of_no_effect(() if code in made else seen)

    def _in_its_place(self, code: str) -> tuple[str, str] | None:
        """What is counted for an indicator without points of its own or a dimension without a score, or what becomes of its mark."""
        above = next((b["parent"] for b in self.branches if b["child"] == code), None)
        return None if above is None else self.instead.of(above).get(code)

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
        if status in {"value", "filled"} and rule["reference"] == "previous" and cell["previous"] is None and self.scores[cell["indicator"]]["status"] not in {VALUE, FILLED}:  # fmt: skip
            # It has a value, and nothing to be held against.
            status = "missing"
        words = (
            formula(rule, cell, group, self.language, self._beside(cell, rule))
            if status in {"value", "filled"}
            else self._no_value(cell["indicator"], status)
        )
        if (
            fill := self.run.rulebook.indicator(cell["indicator"]).fill
            if status == "filled"
            else None
        ):
            words = self.t(*filled(fill)) + self.t("；", "; ") + words
        if status in {"missing", "not_applicable"} and (why := self._why_none(cell, status)):
            words += self.t("：", ": ") + self.t(*why)
        measure = self.run.rulebook.indicator(cell["indicator"]).unit_said.say(self.language)
        label = self.t("计算", "computed")
        if split:
            label += self._piece(cell, rule)
        if status == "not_due" and (told := self._unjudged(cell["indicator"])):
            words, detail = self.t("年内不计分", "not scored within the year"), told
        else:
            detail = self._valued(cell, rule, measure)
        if rule["method"] == "milestones" and status == "value":
            nodes = list(self._nodes(cell["indicator"], cell["segment"]))
            if nodes and not self._ruled(self.unit, cell["indicator"]):
                detail += self.t(*sum_words((row for row, _ in nodes), nodes[0][1], self.run.plan.at))  # fmt: skip
        if rule["carried"] and cell["value"] is not None and (cell["indicator"], 0) in self.cells:
            n, of = self._time(cell, rule)
            detail += self.t(f"，由本段的数按 {of}/{n} 折算为全期后与目标比较",
                             f", the segment's figure carried to the whole period by {of}/{n} and so compared with the target")  # fmt: skip
        detail += self._asked(cell, rule)
        return Entry("cell", cell["indicator"], f"{label}: {words}", "", detail, status,
                     list(self._inputs(cell["indicator"], cell["segment"])))  # fmt: skip

    def _valued(self, cell: Row, rule: Row, measure: str) -> str:
        if cell["value"] is None:
            return self.t("没有数值", "no value")
        value = format_scaled(cell["value"], rule["decimals"])
        return self.t("值 ", "value ") + value + (f" {measure}" if measure else "")

    def _unjudged(self, code: str) -> str:
        """What is known so far of an indicator that is judged by the whole year alone; empty where a due figure is not there."""
        indicator, days = self.run.rulebook.indicator(code), due_unjudged(self.run, code)
        days = days[-1:] if indicator.combine == "last" else days
        rows = [self.counted.get((self.unit, code, day)) for day in days]
        values = [row["value"] for row in rows if row and row["value"] is not None]
        if not days or len(values) < len(days):
            return ""
        so_far = indicator.measured(format_scaled(sum(values), indicator.decimals))
        return self.t(
            f"截至 {days[-1]} 的值 {so_far[0]}，只供查阅", f"value up to {days[-1]}: {so_far[1]}, to be read only"
        )  # fmt: skip

    def _asked(self, cell: Row, rule: Row) -> str:
        """That a unit of a part of the year is asked for a part of what stands in the rows; empty where it is not."""
        tables = self.run.plan.tables
        held = next((row for row in tables["part_unit"] if row["unit"] == self.unit), None)
        cut = rule["additive"] and tables["setting"][0]["part_year_targets"] == "pro_rata"
        shorter = next((row for row in tables["part_days"] if (row["unit"], row["indicator"]) == (self.unit, cell["indicator"])), None)  # fmt: skip
        whole = held or {"reach_days": 0, "period_days": 0}
        days, of = (shorter["days"], shorter.get("of") or whole["period_days"]) if shorter else (whole["reach_days"], whole["period_days"])  # fmt: skip
        if (
            days == of
            or not cut
            or rule["reference"] != "given"
            or all(cell[name] is None for name in ("target", "base", "stretch", "bottom"))
        ):
            return ""
        return self.t(f"，全期的要求按数据所含的 {days}/{of} 天折算", f", what is asked of the whole period cut to {days} of {of} days, those of its figures")  # fmt: skip

    def _no_value(self, code: str, status: str) -> str:
        """What stands in the place of a formula."""
        never = status == "not_due" and no_more_due(self.run, self.unit, code)
        return self.t(*(NO_MORE if never else STATUS_WORDS[status]))

    def _why_none(self, cell: Row, status: str) -> tuple[str, str] | None:
        """Which periods of a value that is missing are not there; that a rate has less below its line than it needs."""
        parts = self.run.rulebook.indicator(cell["indicator"]).parts
        if status == "missing":
            absent = self._lacks(self.absent(cell["indicator"], cell["segment"]), cell["indicator"])  # fmt: skip
            if not absent:
                if first := self.too_late(cell["indicator"], cell["segment"]):
                    return f"{first} 本单位（连同所承继的单位）还不在名单上，没有完整的上年数可比", f"in {first} neither it nor a unit that it took over was there: there is no whole year before to be held against"  # fmt: skip
                return None
            more = len(absent) > NAMED
            return f"没有 {'、'.join(absent[:NAMED])}{'等' if more else ''} 的数", f"no figure for {', '.join(absent[:NAMED])}{' and more' if more else ''}"  # fmt: skip
        if parts is None or parts.minimum is None:
            return None
        held = Fraction(0)
        for code, factor in parts.denominator.items():
            scale = 10 ** self.run.rulebook.indicator(code).decimals
            for period in self.used(code, cell["segment"]):
                row = self.counted.get((self.unit, code, period))
                if row is not None and row["value"] is not None:
                    held += Fraction(row["value"], scale) * Fraction(factor)
        if held >= Fraction(parts.minimum):
            return None
        count, least = plain(half_up(held * 10**6), 6), f"{parts.minimum.normalize():f}"
        return f"分母为 {count}，少于方案规定的最少数 {least}", f"the denominator is {count}, less than the {least} that the rulebook asks for"  # fmt: skip

    def _lacks(self, lacks: Sequence[Lack], code: str) -> list[str]:
        """Values that are not there, with whose they are where another unit's are among them, and of what where that is a part of
        the indicator."""
        # Beside others' gaps its own are said to be its own: a list is read on from the name before it.
        mine = (
            self.t("本单位 ", "its own ") if any(lack.unit != self.unit for lack in lacks) else ""
        )
        return [
            (mine if lack.unit == self.unit else f"{lack.unit} {self._name(lack.unit)} ")
            + ("" if lack.indicator == code else f"{lack.indicator} {self.run.rulebook.indicator(lack.indicator).name.say(self.language)} ")
            + lack.period.code
            for lack in lacks
        ]  # fmt: skip

    def _beside(self, cell: Row, rule: Row) -> Beside:
        """The table of a cell's rule, and its place in its group where the run kept whom it was compared with."""
        key = ("indicator", "segment")
        own = {
            name: [row for row in self.run.plan.tables[name] if all(row[k] == cell[k] for k in key)]
            for name in ("rule_step", "rule_knot", "rank_share")
        }
        place, equals = 0, 1
        # A kept run has no cells; where the year is not cut, its values are those of the indicators.
        whole = not any(row["segment"] > 1 and row["indicator"] == cell["indicator"] for row in self.run.plan.tables["rule"])  # fmt: skip
        table = "cell" if "cell" in self.run.results else "indicator_score" if whole else ""
        if rule["grouped"] and table and STATUS_NAMES[cell["status"]] == "value" and not self.run.plan.tables["filling"]:  # fmt: skip
            assert self.of_unit is not None
            values = [
                row["value"] for row in self.run.results.rows(table)
                if row["comparison_group"] == self.of_unit["comparison_group"] and STATUS_NAMES[row["status"]] == "value"
                and all(row[k] == cell[k] for k in key if k in row)
            ]  # fmt: skip
            place = 1 + sum(rule["sign"] * (one - cell["value"]) > 0 for one in values)
            equals = sum(one == cell["value"] for one in values)
        treated = any(all(row[k] == cell[k] for k in key) for row in self.run.plan.tables["treatment"])  # fmt: skip
        return Beside(own["rule_step"], own["rule_knot"], own["rank_share"], place, equals, treated)

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
