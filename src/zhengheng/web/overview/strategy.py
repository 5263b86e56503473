"""The strategy's year: goals of several years, what was reached, why some was not, what comes next."""

from collections import Counter
from dataclasses import dataclass
from datetime import date
from typing import Any

from zhengheng.domain.periods import parse_period, within
from zhengheng.domain.problems import Language
from zhengheng.domain.said import says_something
from zhengheng.domain.several import several
from zhengheng.engines.heat import STATUSES, HeatMap, Mark
from zhengheng.scheme.procedure import Goal
from zhengheng.web.files.documents import Report, Section, Table
from zhengheng.web.organisation.models import Unit
from zhengheng.web.overview import selectors
from zhengheng.web.overview.city import Aim
from zhengheng.web.overview.readings import Reading, reading
from zhengheng.web.overview.reports import origin, warned, word
from zhengheng.web.pages.tags import measured, say, show
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import period_of, scored
from zhengheng.web.reporting.models import SelfReport
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import Proposal
from zhengheng.web.targets.models import TargetLine
from zhengheng.workflow.machines import PROPOSAL

MOST = 8
"""Units with the largest gap that a goal's section names; the overview has them all."""


@dataclass(frozen=True)
class Told:
    """What the reader may see of the units' own words."""

    cases: list[Rectification]
    own: list[SelfReport]
    proposals: list[Proposal]


def strategy(result: ResultRun, known: list[ResultRun], aims: list[Aim], told: Told, language: Language, day: date) -> Report:  # fmt: skip
    """Goals of several years, this year's actual against target, why targets were missed, what is proposed next.

    The parts are those of a yearly performance report (GPRA Modernization Act 2010, the
    Italian cycle of Legislative Decree 150/2009): result by goal, deviations with their reasons, proposals for the year to come.
    """
    held = reading(result, language)
    words = Counter(aim.status for aim in aims)
    sections = [_goal(aim, result, known, held, language) for aim in aims]
    sections += [_reasons(result, held, aims, told, language), _proposals(result, told)]
    return Report(
        say(f"战略目标{'年度' if len(result.period) == 4 else '进展'}报告 {result.period}", f"Strategy: report on {result.period}"),
        _states(len(aims), words),
        origin(result, held), sections, warned(result, day),
    )  # fmt: skip


def _states(size: int, words: Counter[str]) -> str:
    """How many goals stand how; what no goal has but the three lights is left out."""
    said = [name for name in STATUSES if words[name] or name in {"met", "watch", "missed"}]
    zh = "，".join(f"{STATUSES[name][1]} {words[name]} 个" for name in said)
    en = ", ".join(f"{words[name]} {STATUSES[name][2]}" for name in said)
    return say(f"{size} 个目标中{zh}。", f"Of {several(size, 'goal', 'goals')}: {en}.")


def _goal(
    aim: Aim, result: ResultRun, known: list[ResultRun], held: Reading, language: Language
) -> Section:
    goal = aim.goal
    years = [*selectors.history(result, known), result]
    head = (say("指标", "Indicator"), *(f"{one.period} {say('达标', 'met')}" for one in years))
    rows = [
        (f"{code} {held.heat.column(code).name}", *(_met(reading(one, language).heat, code) for one in years))
        for code in goal.indicators if any(code in row for row in held.heat.marks.values())
    ]  # fmt: skip
    gaps, beyond = _gaps(goal, held, language)
    found = [Table(head, rows)]
    if gaps:
        found.append(Table((say("指标", "Indicator"), say("单位", "Unit"), say("实绩", "Actual"), say("目标", "Target"), say("达标线", "Met from"), say("状态", "Status")), gaps))  # fmt: skip
    name = say(goal.name.zh, goal.name.say("en"))
    light = say("，", ", ").join(filter(None, (word(aim.status), say(*aim.share))))
    return Section(
        f"{name} ({goal.from_year}–{goal.to_year}): {light}",
        texts=(say(*aim.why), *_more(beyond)), tables=tuple(found),
    )  # fmt: skip


def _more(beyond: int) -> tuple[str, ...]:
    """What a cut list leaves out."""
    return (say(
        f"下表列出失分最多的 {MOST} 项次，另有 {beyond} 项次未列，见考核总览的热力图。",
        f"The table lists the {MOST} that lost most points; {beyond} more stand on the overview's heat map.",
    ),) if beyond > 0 else ()  # fmt: skip


def _met(heat: HeatMap, code: str) -> str:
    marks = [row[code] for row in heat.marks.values() if code in row]
    lit = [mark for mark in marks if mark.status in {"met", "watch", "missed"}]
    return f"{sum(mark.status == 'met' for mark in lit)} / {len(lit)}" if lit else "—"


def _gaps(goal: Goal, held: Reading, language: Language) -> tuple[list[tuple[str, ...]], int]:
    """Where the goal's indicators were not met, the most points lost first; and how many more there are."""
    marks = [
        row[code] for row in held.heat.marks.values() for code in goal.indicators if code in row
    ]
    missed = [mark for mark in marks if mark.status in {"watch", "missed"}]
    missed.sort(key=lambda mark: (-mark.lost, mark.unit, mark.indicator))
    names = selectors.names_of((mark.unit for mark in missed[:MOST]), language)
    rows = [_gap(mark, held, names.get(mark.unit, held.line[mark.unit][1].name)) for mark in missed[:MOST]]  # fmt: skip
    return rows, len(missed) - len(rows)


def _gap(mark: Mark, held: Reading, name: str) -> tuple[str, ...]:
    column = held.heat.column(mark.indicator)
    return (
        f"{mark.indicator} {column.name}", name, measured(mark.value, column.measure_unit),
        measured(mark.target, column.measure_unit), show(mark.line), word(mark.status),
    )  # fmt: skip


NONE = frozenset({"无", "没有", "暂无", "none"})
"""What a self-report writes, as its form asks, where there is nothing to tell."""


def _says(text: str) -> bool:
    return says_something(text) and text.strip().rstrip("。.").lower() not in NONE


def _silent(
    failed: set[str], silent: set[str], held: Reading, language: Language
) -> tuple[str, ...]:
    """How many units missed a target of these goals, and which of them have given no reason."""
    names = selectors.names_of(silent, language)
    listed = [names.get(unit, held.line[unit][1].name) for unit in sorted(silent)]
    zh = f"{len(failed)} 个单位有未达标的战略指标" + (
        f"，其中 {len(silent)} 个没有说明原因：{'、'.join(listed)}。"
        if listed
        else "，都说明了原因。"
    )
    en = f"{several(len(failed), 'unit missed', 'units missed')} an indicator of these goals" + (
        f"; {len(silent)} of them gave no reason: {', '.join(listed)}."
        if listed
        else "; all gave their reasons."
    )
    more = (
        say(
            "整改方案和自评报告审核后列在这里。",
            "Reasons stand here once a plan or an own report is accepted.",
        )
        if listed
        else ""
    )
    return (say(zh, en) + (say("", " ") + more if more else ""),)


def _reasons(
    result: ResultRun, held: Reading, aims: list[Aim], told: Told, language: Language
) -> Section:
    """Why targets were missed, in the units' own words: from their cases and their reports on themselves."""
    codes = {code for aim in aims for code in aim.goal.indicators}
    failed = {
        unit: missed for unit, row in held.heat.marks.items()
        if (missed := {code for code in codes & row.keys() if row[code].status == "missed"})
    }  # fmt: skip
    cases = [
        (one, found) for one in told.cases
        if one.run.rulebook == result.rulebook and one.state not in {"proposed", "dropped"} and (found := _rows_of(one, result, failed))
    ]  # fmt: skip
    own = [
        one for one in told.own
        if (one.rulebook.code, one.rulebook.period) == (result.rulebook, result.period) and one.state == "accepted" and _says(one.unmet)
    ]  # fmt: skip
    rows = [
        (_unit(one.unit), say("；", "; ").join(_row_said(held, one, row) for row in about), one.cause or "—", one.measures or "—")
        for one, about in cases
    ]  # fmt: skip
    rows += [(_unit(one.unit), say("自评", "own report"), one.unmet, one.measures or "—") for one in own]  # fmt: skip
    explained = {one.unit.code for one in own} | {unit for one, about in cases if _says(one.cause) for row in about for unit in (one.unit.code, scored(one, row))}  # fmt: skip
    return Section(
        say("未达标的原因", "Why targets were missed"),
        texts=_silent(set(failed), failed.keys() - explained, held, language) if failed else (say("没有单位的战略指标未达标。", "No unit missed an indicator of these goals."),),
        tables=(Table((say("单位", "Unit"), say("指标", "Indicators"), say("原因", "Cause"), say("措施", "Measures")), rows),) if rows else (),
    )  # fmt: skip


def _rows_of(
    case: Rectification, result: ResultRun, failed: dict[str, set[str]]
) -> list[dict[str, Any]]:
    """The rows of a case about what was missed in this result, found in it or in a part of its period."""
    return [
        row for row in case.indicators
        if within(parse_period(period_of(case, row)), parse_period(result.period))
        and any(row["code"] in failed.get(unit, ()) for unit in (case.unit.code, scored(case, row)))
    ]  # fmt: skip


def _row_said(held: Reading, case: Rectification, row: dict[str, Any]) -> str:
    """An indicator of a case, with the period in which it was found where that is a part of the result's."""
    name = f"{row['code']} {held.heat.column(row['code']).name}"
    period = period_of(case, row)
    return name if period == held.run.plan.period.code else say(f"{name}（{period}）", f"{name} ({period})")  # fmt: skip


def _unit(unit: Unit) -> str:
    return say(unit.name_zh, unit.name_en or unit.name_zh)


def _proposals(result: ResultRun, told: Told) -> Section:
    """What the next year brings: targets agreed for it, and indicators proposed."""
    following = str(int(result.period[:4]) + 1)
    lines = TargetLine.objects.filter(
        sheet__rulebook__code=result.rulebook, sheet__rulebook__period=following
    )
    agreed = lines.filter(sheet__state="agreed").count()
    texts = [say(
        f"{following} 年目标: 已签订 {agreed} 项, 共 {lines.count()} 项。", f"Targets of {following}: {agreed} of {lines.count()} are agreed.",
    )] if lines.exists() else []  # fmt: skip
    rows = [
        (one.name, _unit(one.unit), one.need, say(*PROPOSAL.names[one.state])) for one in told.proposals
    ]  # fmt: skip
    if not (texts or rows):
        texts = [say("还没有下一年的目标和建议。", "Nothing is proposed for the next year yet.")]
    head = (
        say("建议的指标", "Proposed indicator"),
        say("单位", "Unit"),
        say("为何需要", "Why"),
        say("状态", "State"),
    )
    return Section(
        say(f"{following} 年建议", f"Proposals for {following}"), texts=tuple(texts), tables=(Table(head, rows),) if rows else ()
    )  # fmt: skip
