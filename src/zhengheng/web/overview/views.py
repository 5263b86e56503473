"""Pages of the overview: they translate, the selectors read."""

import hashlib
from typing import Any
from urllib.parse import urlencode

from django.core.cache import cache
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.safestring import SafeString
from django.views.decorators.http import require_safe

from zhengheng.engines.change import EFFECTS, Change
from zhengheng.engines.standing import tie_words
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, require
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.acts.selectors import owed, visible
from zhengheng.web.files import documents
from zhengheng.web.meetings.acts import COMMITMENTS, due
from zhengheng.web.overview import city as whole
from zhengheng.web.overview import selectors, tables
from zhengheng.web.overview import strategy as strategies
from zhengheng.web.overview.frame import choice_of, frame, note
from zhengheng.web.overview.readings import change_of, judged, reading
from zhengheng.web.overview.reports import notices_of
from zhengheng.web.overview.selectors import ONLY, PAGE, Choice, Shown, Standing
from zhengheng.web.pages.tags import language
from zhengheng.web.rectification.acts import RECTIFICATIONS
from zhengheng.web.reporting.self_reports import SELF_REPORTS
from zhengheng.web.results.grades import shown_of
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.newer import state_words
from zhengheng.web.results.selectors import find
from zhengheng.web.results.services import watched
from zhengheng.web.rulebooks.questions import PROPOSALS

VIEWS = {"table": ("表", "Table"), "tree": ("树", "Tree"), "heat": ("热力", "Heat map"), "change": ("变化", "Change")}  # fmt: skip


@require_safe
def start(request: OfficeRequest) -> HttpResponse:
    """The newest result of each rulebook with its sentence; those of earlier periods are read where they are opened."""
    found = selectors.newest(request.user, request.now.date())
    latest = {one.rulebook: one for one in reversed(found)}
    cases = selectors.open_cases()
    rows = []
    for result in [one for one in found if latest[one.rulebook] is one]:
        held = reading(result, language())
        rows.append((result, state_words(result, request.now.date()), held, sum(bool(cases[unit]) for unit in held.red)))  # fmt: skip
    earlier = [
        (one, state_words(one, request.now.date()))
        for one in found
        if latest[one.rulebook] is not one
    ]
    context = {
        "rows": rows,
        "earlier": earlier,
        "may_see_city": allowed(request.user, "city.read", request.now.date()),
    }
    return render(request, "overview/start.html", context)


@require_safe
def board(request: OfficeRequest, name: str) -> HttpResponse:
    """Who is on track, who needs help: a table, the tree, a heat map, or what changed."""
    view = request.GET.get("view", "table")
    if view not in VIEWS:
        return redirect("overview_board", name)
    _, context = frame(request, name, f"overview {view}")
    held, cases = context["held"], context["cases"]
    choice = choice_of(request, len(held.line), len(held.groups))
    context |= {
        "view": view, "views": VIEWS.items(), "ties": tie_words(held.run), "choice": choice, "only": ONLY.items(),
        "helped": len(held.red & cases.keys()),
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
        sorted(context["disputed"]), sorted(context["cases"].items()), sorted(one.said(language()) for one in context["decided"].values()),
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
    before = reading(earlier, tongue).told_score if earlier else {}
    groups = selectors.shown_groups(held, choice, context["disputed"], context["cases"], before, tongue, context["decided"])  # fmt: skip
    found: dict[str, Any] = {"groups": groups, "pages": range(1, 2 + (max((one.found for one in groups), default=0) - 1) // PAGE)}  # fmt: skip
    match view:
        case "table":
            # A unit that ended within the year has a part of it: that is told on its own page, and not of all.
            found["parts"] = next(
                (one.part for one in judged(one for _, one in held.line.values()) if one.due), None
            )
        case "heat":
            named = {column.code: column for column in held.heat.columns}
            found["blocks"] = [
                (group, selectors.blocks(group.lines, held.heat.marks, named)) for group in groups
            ]
        case "tree":
            heads, found["node_scores"] = tables.tree(held.run, tongue)
            found["blocks"] = [
                (group, selectors.blocks(group.lines, found["node_scores"], heads))
                for group in groups
            ]
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


@require_safe
def city(request: OfficeRequest) -> HttpResponse:
    """One screen; in meeting mode without the frame around it."""
    day, tongue = request.now.date(), language()
    require(request.user, "city.read", day)
    known = selectors.newest(request.user, day)
    everything = whole.current(known)
    held = whole.ours(everything, tongue)
    found = whole.reds(held, tongue)
    promised = [c for c in visible(COMMITMENTS, request.user, day) if c.state != "kept"]
    context: dict[str, Any] = {
        "results": held, "above": whole.above(everything, known, tongue), "aims": whole.aims(held, tongue), "reds": found[:whole.MOST], "red_units": len(found),
        "standing": [{"result": one, "units": len(reading(one, tongue).line), "reds": len(reading(one, tongue).red)} for one in held],
        "several": len({one.period for one in held}) > 1,
        "changed": whole.done_lately(request.now), "waiting": [(kind, len(rows)) for kind in KINDS if (rows := owed(kind, request.user, day))],
        "promised": [(c, COMMITMENTS.state_of(c), (due(c, day) or day) < day) for c in promised],
        "late": sum((due(c, day) or day) < day for c in promised), "meeting": "meeting" in request.GET,
    }  # fmt: skip
    return render(request, "overview/city.html", context)


@require_safe
def strategy(request: OfficeRequest, name: str, form: str = "") -> HttpResponse:
    """Goals of several years: what was reached, why some was not, what comes next; as page or file."""
    result, context = frame(request, name, f"strategy {form}".strip())
    day, tongue = request.now.date(), language()
    told = strategies.Told(
        visible(RECTIFICATIONS, request.user, day), visible(SELF_REPORTS, request.user, day), visible(PROPOSALS, request.user, day)
    )  # fmt: skip
    aims = whole.aims([result], tongue)
    report = strategies.strategy(result, context["known"], aims, told, tongue, day)
    if form:
        return documents.file(report, f"{result.rulebook}-{result.period}-strategy", form, note(request, bool(context["watermark"])))  # fmt: skip
    return render(request, "overview/strategy.html", context | {"report": report, "aims": aims})


@require_safe
def download(request: OfficeRequest, name: str, form: str) -> HttpResponse:
    """The result's numbers as a file; before the notice it carries who took it and when."""
    result = find(name, request.user, request.now.date())
    code = request.GET.get("indicator", "")
    marked = watched(run=result, what=f"download {form} {code}".strip(), actor=request.user, now=request.now)  # fmt: skip
    notices = notices_of(result, request.now.date(), note(request, marked))
    return tables.file(reading(result, language()).run, form, code, notices, shown_of(result))
