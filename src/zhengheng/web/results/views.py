"""Pages of results: the runs, a scoreboard, one unit's passport."""

from typing import Any

from django.contrib import messages
from django.http import FileResponse, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST, require_safe

from zhengheng.domain.problems import Problem
from zhengheng.engines.outputs import is_provisional
from zhengheng.engines.standing import tie_words
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, grants, require
from zhengheng.web.acts.selectors import sees
from zhengheng.web.acts.views import object_context
from zhengheng.web.pages.tags import language, say
from zhengheng.web.results import grades, newer, selectors, services, trials
from zhengheng.web.results.acts import RESULTS
from zhengheng.web.results.barred import bars, ends_results, service_words
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.served import Line, served
from zhengheng.web.results.services import watched
from zhengheng.web.results.uncounted import uncounted
from zhengheng.workflow.machines import CLOSED, STANDING, UNNOTICED


@require_safe
def runs(request: OfficeRequest) -> HttpResponse:
    """The runs that this account may see."""
    found = selectors.visible(request.user, request.now.date())
    context = {
        "runs": [(run, newer.state_words(run, request.now.date())) for run in found],
        "notice": sum(
            run.state == "notice" and (run.due_on is None or run.due_on >= request.now.date())
            for run in found
        ),
        "waiting": selectors.unregistered()
        if allowed(request.user, "result.register", request.now.date())
        else (),
    }
    return render(request, "results/runs.html", context)


@require_POST
def register(request: OfficeRequest) -> HttpResponse:
    """Bring a computed run into the procedure."""
    require(request.user, "result.register", request.now.date())
    run = services.register_run(
        run=request.POST.get("run", ""), actor=request.user, now=request.now
    )
    return redirect("result", run.run)


@require_safe
def board(request: OfficeRequest, name: str) -> HttpResponse:
    """One run: a sentence, then the groups."""
    run = selectors.find(name, request.user, request.now.date())
    made, computed = selectors.board(run.run, language())
    lines, decided = (
        grades.with_decided(computed, run, language()),
        grades.shown_of(run),
    )
    day = request.now.date()
    may_name = allowed(
        request.user, "result.name", request.now.date(),
        relations=selectors.relations(run, request.user), state=run.state,
    )  # fmt: skip
    context: dict[str, Any] = {
        **object_context(request, RESULTS, run), "run": run, "state": newer.state_words(run, day), **_newer(request, run), "open": run.due_on is None or run.due_on >= day,
        "board": lines, "grades": made.rulebook.grading is not None or any(line.due for group in lines.groups for line in group.lines), "made": made, "provisional": is_provisional(made),
        "watermark": range(60) if watched(run=run, what="scoreboard", actor=request.user, now=request.now) else (),
        "may_name": may_name, "may_take": bool(run.package) and allowed(request.user, "result.package", request.now.date()),
        "moved": grades.moved(run, language()), "uncounted": _uncounted(request, run), "unwritten": selectors.unwritten(run) if run.state in UNNOTICED else (), "later": selectors.computed_later(run), **_versions(run), "service": service_words(run, day), "served": _served(request, run), "ties": tie_words(made),
        "decided": [(next((one.name for group in lines.groups for one in group.lines if one.unit == code), code), held) for code, held in decided.items()],
        "closed": CLOSED, "bars": _bars(request, run), "readers": selectors.readers(run) if run.state in UNNOTICED else (),
        "reopenings": selectors.reopenings(run),
        "people": [one for one in services.nameable(day) if not selectors.relations(run, one)] if may_name else (),
    }  # fmt: skip
    context["changed"] = sum(one["moved"] for one in context["moved"])
    context["beside"] = len(context["moved"]) - context["changed"]
    return render(request, "results/board.html", context)


def _newer(request: OfficeRequest, run: ResultRun, unit: str = "") -> dict[str, Any]:
    """Whether the result was computed again since, and what appeals put right in it; of one unit, where named."""
    return newer.context(request.user, request.now.date(), run, unit)


def _versions(run: ResultRun) -> dict[str, Any]:
    """The versions before and after a result, each by its day and the reason why one came for the other."""
    after, before = run.replaced_by.exclude(state__in=UNNOTICED).first(), run.replaces
    return {
        "newer": after, "newer_said": (newer.version_words(after), newer.why_replaced(run, after)) if after else None,
        "before_said": (newer.version_words(before), newer.why_replaced(before, run)) if before else None,
    }  # fmt: skip


def _served(request: OfficeRequest, run: ResultRun) -> list[Line]:
    """On whom it was served: everybody's, for whoever brings it to its end; of others the units in which the reader works."""
    day = request.now.date()
    held = grants(request.user, day)
    return served(run, day, None if ends_results(held) else {one.unit for one in held if one.unit})


def _bars(request: OfficeRequest, run: ResultRun) -> list[Problem]:
    """What keeps a result whose notice is over from its end, for whoever carries it there."""
    day = request.now.date()
    over = run.state == "notice" and run.due_on is not None and run.due_on < day
    return bars(run, day) if over and ends_results(grants(request.user, day)) else []


def _uncounted(request: OfficeRequest, run: ResultRun) -> dict[str, Any]:
    """What is settled and not counted: by name what the reader may read, of the rest how many."""
    matters = uncounted(run) if run.state in (*UNNOTICED, *STANDING) else []
    held = grants(request.user, request.now.date())
    named = [one for one in matters if sees(one.kind, one.obj, request.user, held)]
    return {
        "named": [(one.kind.words, one.kind.title(one.obj), one.kind.address(one.obj), one.why) for one in named],
        "others": len(matters) - len(named), "count": len(matters),
    }  # fmt: skip


@require_safe
def package(request: OfficeRequest, name: str) -> FileResponse:
    """The archive package of a closed year, for those who keep it; whoever takes it is in the ledger."""
    run = selectors.find(name, request.user, request.now.date())
    path = services.take_package(run=run, actor=request.user, now=request.now)
    return FileResponse(path.open("rb"), as_attachment=True, filename=path.name)


@require_safe
def unit(request: OfficeRequest, name: str, unit: str) -> HttpResponse:
    """One unit's score passport: from the total to the source row. Reading it on notice is service."""
    run = selectors.find(name, request.user, request.now.date())
    entry, decided = grades.passport_of(run, unit, language())
    services.record_service(run=run, unit=unit, actor=request.user, now=request.now)
    context = {
        "run": run, "unit": unit, "entry": entry, "sources": f"/office/results/{run.run}/units/{unit}/source/", "state": newer.state_words(run, request.now.date()), **_newer(request, run, unit),
        "watermark": range(60) if watched(run=run, what=f"unit {unit}", actor=request.user, now=request.now) else (),
        "may_appeal": run.state == "notice" and run.version_id is not None
        and allowed(request.user, "appeal.draft", request.now.date(), units={"own": [unit]}),
        "may_try": allowed(request.user, "result.try", request.now.date(), units={"own": [unit]}),
        "indicators": selectors.scored(run, unit), "decided": None if decided and decided.coming else decided, "before": decided if decided and decided.coming else None, "reopenings": selectors.reopenings(run),
        "rows_out": selectors.unit_left_out(run.run, unit, language()),
    }  # fmt: skip
    return render(request, "results/unit.html", context)


@require_safe
def source(request: OfficeRequest, name: str, unit: str, file: int, row: int) -> HttpResponse:
    """The one source row that a passport names, for whoever may read the passport."""
    run = selectors.find(name, request.user, request.now.date())
    found, state = selectors.unit_source(run.run, unit, file, row, language())
    watched(run=run, what=f"unit {unit}", actor=request.user, now=request.now)
    made = selectors.loaded(selectors.folder_of(run.run))
    names = selectors.unit_names(made, language())
    context = {
        "run": run, "unit": unit, "source": found, "file_state": state, "name": names.get(unit, unit), "names": names,
        "subjects": selectors.subjects(made, language()),
    }  # fmt: skip
    return render(request, "results/source.html", context)


TRIED = {"indicator": ("填报项", "the series"), "period": ("数据期间", "the period"), "value": ("假设的数值", "the supposed value")}  # fmt: skip
"""What a trial needs, by the field of its form."""


@require_safe
def trial(request: OfficeRequest, name: str, unit: str) -> HttpResponse:
    """What another value would make of the unit's own score: for its own people, kept nowhere."""
    run = selectors.find(name, request.user, request.now.date())
    require(request.user, "result.try", request.now.date(), units={"own": [unit]})
    made = selectors.loaded(selectors.folder_of(run.run))
    given = {
        field: request.GET.get(field, "").strip() for field in ("indicator", "period", "value")
    }
    outcome, lacking = None, [TRIED[field] for field, text in given.items() if not text]
    if not lacking:
        row = {"unit": unit, "status": STATUS_WORDS["value"][0], **given, **trials.KEPT_NOWHERE}
        outcome = selectors.outcome(trials.base_of(run), trials.tried(run, row), unit, language())
    context = {
        "run": run, "unit": unit, "name": selectors.unit_names(made, language()).get(unit, unit), "given": given, "outcome": outcome,
        "series": selectors.triable(run, unit),
        "lacking": say("、", ", ").join(say(*one) for one in lacking) if any(given.values()) else "",
    }  # fmt: skip
    return render(request, "results/trial.html", context)


@require_POST
def name_reader(request: OfficeRequest, name: str) -> HttpResponse:
    run = selectors.find(name, request.user, request.now.date())
    account = get_object_or_404(Account, username=request.POST.get("username", ""))
    services.name_reader(run=run, account=account, actor=request.user, now=request.now)
    messages.success(request, say("已列名", "named"))
    return redirect("result", name)
