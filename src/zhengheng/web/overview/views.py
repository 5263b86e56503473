"""Pages of the overview: they translate, the selectors read."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_GET

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import NotFoundError
from zhengheng.engines.change import EFFECTS, Change
from zhengheng.engines.heat import STATUSES
from zhengheng.engines.outputs import is_provisional
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, require
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import owed, visible
from zhengheng.web.appeals.acts import APPEALS
from zhengheng.web.files import documents
from zhengheng.web.meetings.acts import COMMITMENTS
from zhengheng.web.overview import charts, reports, sections, selectors, tables
from zhengheng.web.overview import city as whole
from zhengheng.web.overview.readings import Reading, change_of, curve_of, passport_of, reading
from zhengheng.web.overview.selectors import ONLY, PAGE, Choice, Shown, Standing
from zhengheng.web.pages.tags import language
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.reporting.self_reports import SELF_REPORTS
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import find, pick
from zhengheng.web.results.selectors import visible as visible_results
from zhengheng.web.results.services import watched
from zhengheng.web.rulebooks.models import Question
from zhengheng.web.rulebooks.questions import PROPOSALS
from zhengheng.web.targets.models import TargetChange, TargetLine
from zhengheng.workflow.machines import RESULT

VIEWS = {"table": ("表", "Table"), "tree": ("树", "Tree"), "heat": ("热力", "Heat map"), "change": ("变化", "Change")}  # fmt: skip


@require_GET
def start(request: OfficeRequest) -> HttpResponse:
    """The newest result of each rulebook, each with its sentence."""
    found = selectors.newest(request.user, request.now.date())
    cases = selectors.open_cases()
    rows = []
    for result in found:
        held = reading(result, language())
        rows.append((result, RESULT.names[result.state], held, sum(bool(cases[unit]) for unit in held.red)))  # fmt: skip
    context = {"rows": rows, "may_see_city": allowed(request.user, "city.read", request.now.date())}
    return render(request, "overview/start.html", context)


def _frame(request: OfficeRequest, name: str, what: str) -> tuple[ResultRun, dict[str, Any]]:
    """The result, and what all its pages show around their own matter."""
    results = visible_results(request.user, request.now.date())
    result = pick(name, results)
    held = reading(result, language())
    known = selectors.newest_of(results)
    earlier = selectors.history(result, known)
    context = {
        "result": result, "state": RESULT.names[result.state], "held": held, "run": held.run, "heat": held.heat,
        "provisional": is_provisional(held.run),
        "watermark": range(60) if watched(run=result, what=what, actor=request.user, now=request.now) else (),
        "earlier": earlier[-1] if earlier else None, "statuses": STATUSES.values(),
        "newer": result.replaced_by.filter(state__in=selectors.OPEN).first() if result.state == "replaced" else None,
        "versions": [r for r in known if r.rulebook == result.rulebook], "known": known,
        "disputed": selectors.disputed(result), "cases": selectors.open_cases(),
    }  # fmt: skip
    return result, context


def _choice(request: OfficeRequest, units: int, groups: int) -> Choice:
    """What is asked for. A city of many units opens with its first group; whoever looks for a name looks in all."""
    asked = request.GET.get("group", "")
    words = request.GET.get("q", "").strip()[:60]
    group = int(asked) if asked.isascii() and asked.isdigit() and int(asked) < groups else None
    if asked == "" and not words and units > 2 * PAGE:
        group = 0
    page = request.GET.get("page", "1")
    only = request.GET.get("only", "")
    return Choice(
        group, words, only if only in ONLY else "", request.GET.get("by") == "score",
        max(int(page), 1) if page.isascii() and page.isdigit() and len(page) < 6 else 1,
    )  # fmt: skip


@require_GET
def board(request: OfficeRequest, name: str) -> HttpResponse:
    """Who is on track, who needs help: a table, the tree, a heat map, or what changed."""
    view = request.GET.get("view", "table")
    if view not in VIEWS:
        return redirect("overview_board", name)
    _, context = _frame(request, name, f"overview {view}")
    held, cases = context["held"], context["cases"]
    choice = _choice(request, len(held.line), len(held.groups))
    context |= {
        "view": view, "views": VIEWS.items(), "choice": choice, "only": ONLY.items(),
        "helped": sum(bool(cases[unit]) for unit in held.red),
        "link": urlencode({"group": "all" if choice.group is None else choice.group, "q": choice.words, "only": choice.only,
                           "by": "score" if choice.by_score else ""}),
    }  # fmt: skip
    context["lines"] = _lines(context, view, choice)
    return render(request, "overview/board.html", context)


def _lines(context: dict[str, Any], view: str, choice: Choice) -> SafeString:
    """The lines of a page as written; runs never change, so what was written serves until a case or a dispute does."""
    earlier = context["earlier"]
    made = (
        context["result"].run, earlier and earlier.run, view, choice, language(),
        sorted(context["disputed"]), sorted(context["cases"].items()),
    )  # fmt: skip
    key = hashlib.sha256(repr(made).encode()).hexdigest()
    written: SafeString | None = cache.get(key)
    if written is None:
        written = render_to_string(f"overview/{view}.html", context | _body(context, view, choice))
        cache.set(key, written)
    return written


def _body(context: dict[str, Any], view: str, choice: Choice) -> dict[str, Any]:
    """What a view's template needs."""
    held, earlier, tongue = context["held"], context["earlier"], language()
    before = reading(earlier, tongue).score if earlier else {}
    groups = selectors.standings(held, choice, context["disputed"], context["cases"], before, tongue)  # fmt: skip
    found: dict[str, Any] = {"groups": groups, "pages": range(1, 2 + (max((one.found for one in groups), default=0) - 1) // PAGE)}  # fmt: skip
    match view:
        case "heat":
            found["heat_groups"] = [
                (group, [c for c in held.heat.columns if any(c.code in held.heat.marks.get(one.line.unit, {}) for one in group.lines)])
                for group in groups
            ]  # fmt: skip
        case "tree":
            found |= tables.tree(held.run, tongue)
        case "change":
            changes = _changes(context["result"], earlier, groups)
            moved = {code for _, lines in changes for _, one in lines if one for code, size in one.effects.items() if size}  # fmt: skip
            found |= {
                "changes": changes,
                "effects": {code: EFFECTS[code] for code in EFFECTS if code in moved},
            }
    return found


def _changes(
    result: ResultRun, earlier: ResultRun | None, groups: list[Shown]
) -> list[tuple[Shown, list[tuple[Standing, Change | None]]]]:
    if earlier is None:
        return []
    return [
        (group, [(one, change_of(earlier, result, one.line.unit, language())) for one in group.lines])
        for group in groups
    ]  # fmt: skip


@require_GET
def indicator(request: OfficeRequest, name: str, code: str) -> HttpResponse:
    """How this number came about, whether it is good, what to ask; of one unit, or of all."""
    unit = request.GET.get("unit", "")
    result, context = _frame(request, name, f"indicator {code} {unit}".strip())
    held, run = context["held"], context["run"]
    context |= {
        "column": held.heat.column(code), "rule": run.rulebook.indicator(code), "unit": unit,
        "questions": Question.objects.filter(rulebook__code=result.rulebook, indicator=code).exclude(answer=""),
    }  # fmt: skip
    if unit:
        context |= _of_unit(request, result, context, unit, code)
    else:
        choice = Choice(page=_choice(request, 0, 0).page)
        groups = selectors.standings(held, choice, set(), context["cases"], {}, language())
        context["everyone"] = [
            (group, [(one, mark) for one in group.lines if (mark := held.heat.marks.get(one.line.unit, {}).get(code))])
            for group in groups
        ]  # fmt: skip
        context |= {"choice": choice, "pages": range(1, 2 + (max(one.found for one in groups) - 1) // PAGE)}  # fmt: skip
    return render(request, "overview/indicator.html", context)


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
        "mark": mark, "place": held.places.get((unit, code)),
        "name": selectors.names_of([unit], tongue).get(unit, held.line[unit][1].name),
        "entry": passport_of(held, unit, code, tongue), "years": years, "line": line, "target_changes": changes,
        "months": selectors.observed(run, unit, code),
        "history": charts.history(context["column"], years) if len(years) > 1 else None, "curve": points,
        "curve_chart": charts.scoring(points, mark, context["column"].measure_unit),
        "cases": [c for c in visible(RECTIFICATIONS, request.user, request.now.date()) if c.unit.code == unit
                  and any(one["code"] == code for one in c.indicators)],
        "may_appeal": result.state == "notice" and result.version_id is not None
        and allowed(request.user, "appeal.draft", request.now.date(), units={"own": [unit]}),
    }  # fmt: skip


@require_GET
def unit(request: OfficeRequest, name: str, unit: str) -> HttpResponse:
    """What deserves credit in this unit, and where it needs help."""
    result, context = _frame(request, name, f"unit {unit} overview")
    tongue, day, held = language(), request.now.date(), context["held"]
    if unit not in held.line:
        return _section(request, context, unit)
    group, line = held.line[unit]
    earlier = context["earlier"]
    moved = change_of(earlier, result, unit, tongue) if earlier else None
    marks = held.heat.marks.get(unit, {})
    context |= {
        **_down(held, unit), "unit": unit, "line": line, "name": selectors.names_of([unit], tongue).get(unit, line.name),
        "group": group, "counted": held.counted.get(unit, {}), "moved": moved,
        "waterfall": charts.waterfall(moved) if moved else None,
        "gaps": [(mark, held.heat.column(mark.indicator), plain(mark.lost, 9)) for mark in selectors.gaps(marks.values())],
        "dimensions": tables.dimensions(context["run"], unit, tongue),
        "indicators": [(c, marks[c.code], held.places.get((unit, c.code))) for c in held.heat.columns if c.code in marks],
        "disputed": {code for other, code in context["disputed"] if other == unit},
        "cases": [(c, RECTIFICATIONS.state_of(c)) for c in visible(RECTIFICATIONS, request.user, day) if c.unit.code == unit],
        "appeals": [(a, APPEALS.state_of(a)) for a in visible(APPEALS, request.user, day) if a.unit.code == unit],
    }  # fmt: skip
    return render(request, "overview/unit.html", context)


def _section(request: OfficeRequest, context: dict[str, Any], code: str) -> HttpResponse:
    """A section or post below the assessed units: what it carries, and what it hands on."""
    found = sections.carried(context["held"], code)
    if not found:
        raise _no_unit(code)
    names = sections.names({code, *(one.parent for one in found), *(one.unit for one in found)})
    context |= {
        **_down(context["held"], code), "code": code, "carried": found, "name": names.get(code, code),
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


@require_GET
def city(request: OfficeRequest) -> HttpResponse:
    """One screen; in meeting mode without the frame around it."""
    day, tongue = request.now.date(), language()
    require(request.user, "city.read", day)
    held = whole.current(request.user, day)
    found = whole.reds(held, tongue)
    promised = [c for c in visible(COMMITMENTS, request.user, day) if c.state != "kept"]
    context: dict[str, Any] = {
        "results": held, "aims": whole.aims(held, tongue), "reds": found[:whole.MOST], "red_units": len(found),
        "units": sum(len(reading(result, tongue).line) for result in held),
        "changed": whole.done_lately(request.now), "waiting": [(kind, len(rows)) for kind in KINDS if (rows := owed(kind, request.user, day))],
        "promised": [(c, COMMITMENTS.state_of(c), c.due_on is not None and c.due_on < day) for c in promised],
        "late": sum(c.due_on is not None and c.due_on < day for c in promised), "meeting": "meeting" in request.GET,
    }  # fmt: skip
    return render(request, "overview/city.html", context)


@require_GET
def strategy(request: OfficeRequest, name: str, form: str = "") -> HttpResponse:
    """Goals of several years: what was reached, why some was not, what comes next; as page or file."""
    result, context = _frame(request, name, f"strategy {form}".strip())
    day, tongue = request.now.date(), language()
    told = reports.Told(
        visible(RECTIFICATIONS, request.user, day), visible(SELF_REPORTS, request.user, day), visible(PROPOSALS, request.user, day)
    )  # fmt: skip
    aims = whole.aims([result], tongue)
    report = reports.strategy(result, context["known"], aims, told, tongue)
    if form:
        return documents.file(report, f"{result.rulebook}-{result.period}-strategy", form, _note(request, bool(context["watermark"])))  # fmt: skip
    return render(request, "overview/strategy.html", context | {"report": report, "aims": aims})


@require_GET
def unit_report(request: OfficeRequest, name: str, unit: str, form: str) -> HttpResponse:
    """One unit's performance report as a file."""
    result, context = _frame(request, name, f"unit {unit} report {form}")
    if unit not in context["held"].line:
        raise _no_unit(unit)
    report = reports.of_unit(result, context["earlier"], unit, language())
    return documents.file(report, f"{result.rulebook}-{result.period}-{unit}", form, _note(request, bool(context["watermark"])))  # fmt: skip


def _no_unit(unit: str) -> NotFoundError:
    return NotFoundError.one(unit, "unit.absent", zh="这个批次里没有该单位", en="this unit is not in the run")  # fmt: skip


def _note(request: OfficeRequest, marked: bool) -> str:
    """Who took a file and when, where it is not on notice yet."""
    return (
        f"{request.user.name} {request.user.username} {request.now:%Y-%m-%d %H:%M}"
        if marked
        else ""
    )


@require_GET
def download(request: OfficeRequest, name: str, form: str) -> HttpResponse:
    """The result's numbers as a file; before the notice it carries who took it and when."""
    result = find(name, request.user, request.now.date())
    code = request.GET.get("indicator", "")
    marked = watched(run=result, what=f"download {form} {code}".strip(), actor=request.user, now=request.now)  # fmt: skip
    return tables.file(reading(result, language()).run, form, code, _note(request, marked))
