"""Pages of the overview: they translate, the selectors read."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_GET

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import NotFoundError
from zhengheng.engines.change import EFFECTS, Change
from zhengheng.engines.curve import curve
from zhengheng.engines.heat import STATUSES
from zhengheng.engines.outputs import is_provisional
from zhengheng.engines.passport import passport
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed
from zhengheng.web.acts.selectors import visible
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.overview import charts, selectors, tables
from zhengheng.web.pages.tags import language
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import find, pick
from zhengheng.web.results.selectors import visible as visible_results
from zhengheng.web.results.views import watched
from zhengheng.web.rulebooks.models import Question
from zhengheng.web.targets.models import TargetChange, TargetLine
from zhengheng.workflow.machines import RESULT

VIEWS = {"table": ("表", "Table"), "tree": ("树", "Tree"), "heat": ("热力", "Heat map"), "change": ("变化", "Change")}  # fmt: skip


@require_GET
def start(request: OfficeRequest) -> HttpResponse:
    """The newest result of each rulebook, each with its sentence."""
    found = selectors.newest(request.user, request.now.date())
    cases = selectors.open_cases()
    rows = [
        (result, RESULT.names[result.state], selectors.in_trouble(result, cases, language()))
        for result in found
    ]
    context = {"rows": rows, "may_see_city": allowed(request.user, "city.read", request.now.date())}
    return render(request, "overview/start.html", context)


def _frame(request: OfficeRequest, name: str, what: str) -> tuple[ResultRun, dict[str, Any]]:
    """The result, and what all its pages show around their own matter."""
    held = visible_results(request.user, request.now.date())
    result = pick(name, held)
    run = selectors.run_of(result)
    known = selectors.newest_of(held)
    earlier = selectors.history(result, known)
    context = {
        "result": result, "state": RESULT.names[result.state], "run": run, "provisional": is_provisional(run),
        "watermark": range(60) if watched(request, result, what) else (),
        "earlier": earlier[-1] if earlier else None, "statuses": STATUSES.values(),
        "newer": result.replaced_by.filter(state__in=selectors.OPEN).first(),
        "versions": [r for r in known if r.rulebook == result.rulebook], "known": known,
        "disputed": selectors.disputed(result), "cases": selectors.open_cases(),
    }  # fmt: skip
    return result, context


@require_GET
def board(request: OfficeRequest, name: str) -> HttpResponse:
    """Who is on track, who needs help: a table, the tree, a heat map, or what changed."""
    view = request.GET.get("view", "table")
    if view not in VIEWS:
        return redirect("overview_board", name)
    result, context = _frame(request, name, f"overview {view}")
    units, red, helped = selectors.in_trouble(result, context["cases"], language())
    context |= {
        "view": view, "views": VIEWS.items(), "units": units, "red": red, "helped": helped,
        "by_score": request.GET.get("by") == "score",
        "groups": selectors.standings(
            result, context["earlier"], context["disputed"], context["cases"], language(), by_score=request.GET.get("by") == "score"
        ),
    }  # fmt: skip
    if view == "heat":
        heat = selectors.map_of(result, language())
        context |= {"heat": heat, "heat_groups": [
            (name, lines, [c for c in heat.columns if any(c.code in heat.marks.get(one.line.unit, {}) for one in lines)])
            for name, lines in context["groups"]
        ]}  # fmt: skip
    elif view == "tree":
        context |= tables.tree(context["run"], language())
    elif view == "change":
        changes = _changes(result, context["earlier"], context["groups"])
        moved = {
            code
            for _, lines in changes
            for _, one in lines
            if one
            for code, size in one.effects.items()
            if size
        }
        context |= {
            "changes": changes,
            "effects": {code: EFFECTS[code] for code in EFFECTS if code in moved},
        }
    return render(request, f"overview/{view}.html", context)


def _changes(
    result: ResultRun, earlier: ResultRun | None, groups: list[tuple[str, list[selectors.Standing]]]
) -> list[tuple[str, list[tuple[selectors.Standing, Change | None]]]]:
    if earlier is None:
        return []
    return [
        (name, [(one, selectors.change_of(earlier, result, one.line.unit, language())) for one in lines])
        for name, lines in groups
    ]  # fmt: skip


@require_GET
def indicator(request: OfficeRequest, name: str, code: str) -> HttpResponse:
    """How this number came about, whether it is good, what to ask; of one unit, or of all."""
    unit = request.GET.get("unit", "")
    result, context = _frame(request, name, f"indicator {code} {unit}".strip())
    heat = selectors.map_of(result, language())
    column = next((c for c in heat.columns if c.code == code), None)
    if column is None:
        raise NotFoundError.one(
            code, "indicator.absent", zh="这个批次没有这个指标", en="this run has no such indicator"
        )
    run = context["run"]
    context |= {
        "column": column, "rule": run.rulebook.indicator(code), "unit": unit,
        "everyone": [
            (group, [(one, heat.marks[one.line.unit][code]) for one in lines if code in heat.marks.get(one.line.unit, {})])
            for group, lines in selectors.standings(result, None, context["disputed"], context["cases"], language(), by_score=False)
        ],
        "questions": Question.objects.filter(rulebook__code=result.rulebook, indicator=code).exclude(answer=""),
    }  # fmt: skip
    if unit:
        context |= _of_unit(request, result, context, unit, code)
    return render(request, "overview/indicator.html", context)


def _of_unit(
    request: OfficeRequest, result: ResultRun, context: dict[str, Any], unit: str, code: str
) -> dict[str, Any]:
    """What the page of an indicator adds for one unit."""
    run, tongue = context["run"], language()
    mark = selectors.mark_of(result, unit, code, tongue)
    held = years(result, context["known"], unit, code)
    points = curve(run, unit, code)
    line = TargetLine.objects.filter(
        sheet__rulebook__code=result.rulebook, sheet__rulebook__period=result.period, sheet__unit__code=unit, indicator=code
    ).first()  # fmt: skip
    changes = TargetChange.objects.filter(line=line).select_related("decision") if line else ()
    return {
        "mark": mark, "place": selectors.place_of(run, unit, code),
        "name": next((one.name for group in selectors.board_of(result, tongue).groups for one in group.lines if one.unit == unit), unit),
        "entry": passport(run, unit, code, tongue), "years": held, "line": line, "target_changes": changes,
        "months": selectors.observed(run, unit, code),
        "history": charts.history(context["column"], held) if len(held) > 1 else None, "curve": points,
        "curve_chart": charts.scoring(points, mark, context["column"].measure_unit),
        "cases": [c for c in visible(RECTIFICATIONS, request.user, request.now.date()) if c.unit.code == unit
                  and any(held["indicator"] == code for held in c.indicators)],
        "may_appeal": result.state == "notice" and result.version_id is not None
        and allowed(request.user, "appeal.draft", request.now.date(), units={"own": [unit]}),
    }  # fmt: skip


def years(result: ResultRun, known: list[ResultRun], unit: str, code: str) -> list[dict[str, Any]]:
    """The indicator in every period that this account may see: value, target, points, the group's range."""
    held = [*selectors.history(result, known), result]
    found = []
    for one in held:
        mark = selectors.map_of(one, language()).marks.get(unit, {}).get(code)
        if mark is not None:
            run = selectors.run_of(one)
            found.append({"result": one, "mark": mark, "place": selectors.place_of(run, unit, code),
                          "version": run.rulebook.version})  # fmt: skip
    return found


@require_GET
def unit(request: OfficeRequest, name: str, unit: str) -> HttpResponse:
    """What deserves credit in this unit, and where it needs help."""
    result, context = _frame(request, name, f"unit {unit} overview")
    tongue, day = language(), request.now.date()
    heat = selectors.map_of(result, tongue)
    if unit not in heat.marks:
        raise NotFoundError.one(
            unit, "unit.absent", zh="这个批次里没有该单位", en="this unit is not in the run"
        )
    group, line = next((g.name, one) for g in selectors.board_of(result, tongue).groups for one in g.lines if one.unit == unit)  # fmt: skip
    earlier = context["earlier"]
    moved = selectors.change_of(earlier, result, unit, tongue) if earlier else None
    marks = heat.marks[unit]
    context |= {
        "unit": unit, "line": line, "group": group, "counted": heat.counted(unit), "moved": moved,
        "waterfall": charts.waterfall(moved) if moved else None,
        "gaps": [(mark, column_of(heat, mark.indicator), plain(mark.lost, 9)) for mark in selectors.gaps(marks.values())],
        "dimensions": tables.dimensions(context["run"], unit, tongue),
        "indicators": [(c, marks[c.code], selectors.place_of(context["run"], unit, c.code)) for c in heat.columns if c.code in marks],
        "disputed": {code for other, code in context["disputed"] if other == unit},
        "cases": [(c, RECTIFICATIONS.state_of(c)) for c in visible(RECTIFICATIONS, request.user, day) if c.unit.code == unit],
        "appeals": [(a, APPEALS.state_of(a)) for a in visible(APPEALS, request.user, day) if a.unit.code == unit],
    }  # fmt: skip
    return render(request, "overview/unit.html", context)


def column_of(heat: Any, code: str) -> Any:
    return next(column for column in heat.columns if column.code == code)


@require_GET
def download(request: OfficeRequest, name: str, form: str) -> HttpResponse:
    """The result's numbers as a file; before the notice it carries who took it and when."""
    result = find(name, request.user, request.now.date())
    code = request.GET.get("indicator", "")
    marked = watched(request, result, f"download {form} {code}".strip())
    note = f"{request.user.name} {request.user.username} {request.now:%Y-%m-%d %H:%M}" if marked else ""  # fmt: skip
    return tables.file(selectors.run_of(result), form, code, note)
