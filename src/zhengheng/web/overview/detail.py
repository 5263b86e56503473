"""Pages of one indicator, one unit, one section or post."""

from collections import Counter
from typing import Any

from django.http import HttpResponse
from django.shortcuts import render
from django.views.decorators.http import require_safe

from zhengheng.domain.problems import NotFoundError
from zhengheng.engines.change import written
from zhengheng.engines.heat import Mark
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Line
from zhengheng.engines.standins import stand_ins
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed
from zhengheng.web.acts.selectors import visible
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.files import documents
from zhengheng.web.overview import charts, reports, sections, selectors, tables
from zhengheng.web.overview.frame import choice_of, frame, note
from zhengheng.web.overview.readings import (
    Reading,
    change_of,
    curve_of,
    is_stepped,
    level_of,
    passport_of,
    reading,
)
from zhengheng.web.overview.selectors import PAGE, Choice
from zhengheng.web.pages.tags import language, measured, say, show
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.rectification.rows import about
from zhengheng.web.results.grades import graded
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import Question
from zhengheng.web.targets.models import TargetChange, TargetLine


@require_safe
def indicator(request: OfficeRequest, name: str, code: str) -> HttpResponse:
    """How this number came about, whether it is good, what to ask; of one unit, or of all."""
    unit = request.GET.get("unit", "")
    result, context = frame(request, name, f"indicator {code} {unit}".strip())
    held, run = context["held"], context["run"]
    context |= {
        "column": held.heat.column(code), "supplier": _supplier(run, code), "rule": run.rulebook.indicator(code), "unit": unit,
        "questions": Question.objects.filter(rulebook__code=result.rulebook, indicator=code).exclude(answer=""),
    }  # fmt: skip
    if unit:
        context |= _of_unit(request, result, context, unit, code)
    else:
        choice = Choice(page=choice_of(request, 0, 0).page)
        groups = selectors.shown_groups(held, choice, set(), context["cases"], {}, language())
        context["everyone"] = [
            (group, [(one, mark) for one in group.lines if (mark := held.heat.marks.get(one.line.unit, {}).get(code))])
            for group in groups
        ]  # fmt: skip
        marks = [row[code] for row in held.heat.marks.values() if code in row]
        counts = Counter(mark.status for mark in marks)
        counts["total"] = len(marks)
        context |= {"counts": counts, "aimed": any(mark.target for mark in marks)}
        context |= {"choice": choice, "pages": range(1, 2 + (max(one.found for one in groups) - 1) // PAGE)}  # fmt: skip
    return render(request, "overview/indicator.html", context)


def _supplier(run: Run, code: str) -> str:
    """Who supplies an indicator's values, by name."""
    held = run.rulebook.indicator(code).supplier
    return sections.names({held}).get(held, held)


def _of_unit(
    request: OfficeRequest, result: ResultRun, context: dict[str, Any], unit: str, code: str
) -> dict[str, Any]:
    """What the page of an indicator adds for one unit."""
    held, run, tongue = context["held"], context["run"], language()
    mark = held.heat.mark(unit, code)
    years = selectors.years(result, context["known"], unit, code, tongue)
    points = curve_of(held, unit, code)
    line = TargetLine.objects.filter(
        sheet__rulebook__code=result.rulebook, sheet__rulebook__period=result.period, sheet__unit__code=unit, indicator=code
    ).first()  # fmt: skip
    changes = TargetChange.objects.filter(line=line).select_related("decision") if line else ()
    return {
        "stopped": selectors.stopped(run, held.line[unit][1], tongue), "handed_on": selectors.went_on(run, unit, tongue) if held.line[unit][1].ended else "",
        "mark": mark, "place": held.places.get((unit, code)),
        "name": selectors.names_of([unit], tongue).get(unit, held.line[unit][1].name),
        "entry": passport_of(held, unit, code, tongue), "sources": f"/office/results/{result.run}/units/{unit}/source/", "years": years, "line": line, "target_changes": changes,
        "months": selectors.observed(run, unit, code),
        "history": charts.history(context["column"], years) if len(years) > 1 else None, "curve": points,
        "curve_chart": charts.scoring(points, mark, context["column"].measure_unit, level_of(held, unit, code), stepped=is_stepped(held, unit, code)),
        "cases": [c for c in visible(RECTIFICATIONS, request.user, request.now.date()) if code in about(c, unit)],
        "may_appeal": result.state == "notice" and result.version_id is not None
        and allowed(request.user, "appeal.draft", request.now.date(), units={"own": [unit]}),
    }  # fmt: skip


@require_safe
def unit(request: OfficeRequest, name: str, unit: str) -> HttpResponse:
    """What deserves credit in this unit, and where it needs help."""
    result, context = frame(request, name, f"unit {unit} overview")
    tongue, day, held = language(), request.now.date(), context["held"]
    if unit not in held.line:
        return _section(request, context, unit)
    group, line = held.line[unit]
    line = graded(line, context["decided"], tongue)
    earlier = context["earlier"]
    moved = change_of(earlier, result, unit, tongue) if earlier else None
    marks, names = held.heat.marks.get(unit, {}), selectors.names_of([unit], tongue)
    context |= {
        **_down(held, unit), "unit": unit, "line": line, "handed_on": selectors.went_on(held.run, unit, tongue), "name": names.get(unit, line.name),
        "registered": unit in names,
        "group": group, "members": selectors.members(held.run, unit), "on_end": selectors.on_end(result, context["known"], unit, tongue), "counted": held.counted.get(unit, {}), "moved": moved,
        "unlike": _unlike(context["earlier"], line, unit) if moved and earlier else None,
        "waterfall": charts.waterfall(moved) if moved else None, "moves": tables.moves(moved) if moved else None,
        "gaps": [(mark, column, written(mark.lost), _reached(mark, column.measure_unit)) for mark in selectors.gaps(marks.values()) if (column := held.heat.column(mark.indicator))],
        "left": selectors.left_words(line), "gaps_words": selectors.gaps_words(line),
        "lacks": [] if line.score else selectors.lacks(held, unit),
        "dimensions": tables.dimensions(context["run"], unit, tongue), "instead": stand_ins(context["run"], unit, tongue),
        "indicators": [(c, marks[c.code], held.places.get((unit, c.code))) for c in held.heat.columns if c.code in marks],
        "disputed": {code for other, code in context["disputed"] if other == unit},
        "cases": [(c, RECTIFICATIONS.state_of(c)) for c in visible(RECTIFICATIONS, request.user, day) if about(c, unit)],
        "appeals": [(a, APPEALS.state_of(a)) for a in visible(APPEALS, request.user, day) if a.unit.code == unit],
    }  # fmt: skip
    return render(request, "overview/unit.html", context)


def _reached(mark: Mark, unit: str) -> str:
    """What a gap is of: the value, its target, the line from which it is met."""
    value, aim = measured(mark.value, unit), measured(mark.target, unit)
    told = say(f"实绩 {value}", f"actual {value}")
    told += say(f"，目标 {aim}", f", target {aim}") if mark.target else ""
    told += (
        say(f"；达标线：{show(mark.line)}", f"; met from: {show(mark.line)}") if mark.line else ""
    )
    return say(f"（{told}）", f"({told})")


def _unlike(earlier: ResultRun, line: Line, unit: str) -> tuple[str, str] | None:
    """What of the full mark the two totals are of, with the share of it, where that is not the same."""
    before = reading(earlier, language()).line[unit][1]
    if before.due == line.due:
        return None
    first, second = (
        f"{one.score} / {one.due.partition(' / ')[0]}{say('，得分率 ', ', ')}{one.rate}"
        if one.due
        else one.score
        for one in (before, line)
    )
    return first, second


def _section(request: OfficeRequest, context: dict[str, Any], code: str) -> HttpResponse:
    """A section or post below the assessed units: what it carries, and what it hands on."""
    found = sections.borne(context["held"], code)
    if not found:
        raise _no_unit(code)
    names = sections.names({code, *(one.parent for one in found), *(one.unit for one in found)})
    context |= {
        **_down(context["held"], code), "code": code, "borne": found, "name": names.get(code, code),
        "above": {one: names.get(one, one) for one in {*(held.parent for held in found), *(held.unit for held in found)}},
    }  # fmt: skip
    return render(request, "overview/section.html", context)


def _down(held: Reading, code: str) -> dict[str, Any]:
    """What is handed down from here, to whom."""
    rows = sections.handed_down(held, code)
    names = sections.names({child for _, child, _ in rows})
    return {
        "down": [(column, child, names.get(child, child), part) for column, child, part in rows]
    }


@require_safe
def unit_report(request: OfficeRequest, name: str, unit: str, form: str) -> HttpResponse:
    """One unit's performance report as a file."""
    result, context = frame(request, name, f"unit {unit} report {form}")
    if unit not in context["held"].line:
        raise _no_unit(unit)
    report = reports.of_unit(result, context["earlier"], unit, language(), request.now.date())
    return documents.file(report, f"{result.rulebook}-{result.period}-{unit}", form, note(request, bool(context["watermark"])))  # fmt: skip


def _no_unit(unit: str) -> NotFoundError:
    return NotFoundError.one(unit, "unit.absent", zh="这个批次里没有该单位", en="this unit is not in the run")  # fmt: skip
