"""Pages of results: the runs, a scoreboard, one unit's passport."""

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhengheng.engines.outputs import is_provisional
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, require
from zhengheng.web.pages.requests import seen_version
from zhengheng.web.pages.tags import language, say
from zhengheng.web.results import selectors, services
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machine import RESULT


@require_GET
def runs(request: OfficeRequest) -> HttpResponse:
    """The runs that this account may see."""
    found = selectors.visible(request.user, request.now.date())
    context = {
        "runs": [(run, RESULT.names[run.state]) for run in found],
        "notice": sum(run.state == "notice" for run in found),
        "waiting": selectors.unregistered(settings.HOME / "lake")
        if allowed(request.user, "result.register", request.now.date())
        else (),
    }
    return render(request, "results/runs.html", context)


@require_POST
def register(request: OfficeRequest) -> HttpResponse:
    """Bring a computed run into the procedure."""
    require(request.user, "result.register", request.now.date())
    run = services.register_run(
        home=settings.HOME / "lake",
        run=request.POST.get("run", ""),
        actor=request.user,
        now=request.now,
    )
    return redirect("result", run.run)


def _watched(request: OfficeRequest, run: ResultRun, what: str) -> bool:
    """Whether the page carries a watermark; if so the view is recorded."""
    if run.state != "draft":
        return False
    services.record_view(run=run, what=what, actor=request.user, now=request.now)
    return True


@require_GET
def board(request: OfficeRequest, name: str) -> HttpResponse:
    """One run: a sentence, then the groups."""
    day = request.now.date()
    run = selectors.find(name, request.user, day)
    relations = selectors.relations(run, request.user)

    def may(act: str) -> bool:
        return allowed(request.user, act, day, relations=relations, state=run.state)

    made, lines = selectors.board(settings.HOME / "lake", run.run, language())
    context = {
        "run": run, "state": RESULT.names[run.state],
        "board": lines, "made": made, "provisional": is_provisional(made),
        "watermark": range(60) if _watched(request, run, "scoreboard") else (),
        "may_publish": may("result.publish"),
        "may_name": may("result.name"),
        "readers": run.readers.select_related("account") if run.state == "draft" else (),
        "people": Account.objects.filter(is_active=True),
    }  # fmt: skip
    return render(request, "results/board.html", context)


@require_GET
def unit(request: OfficeRequest, name: str, unit: str) -> HttpResponse:
    """One unit's score passport: from the total to the source row."""
    run = selectors.find(name, request.user, request.now.date())
    entry = selectors.unit_passport(settings.HOME / "lake", run.run, unit, language())
    context = {
        "run": run, "unit": unit, "entry": entry, "state": RESULT.names[run.state],
        "watermark": range(60) if _watched(request, run, f"unit {unit}") else (),
    }  # fmt: skip
    return render(request, "results/unit.html", context)


@require_POST
def publish(request: OfficeRequest, name: str) -> HttpResponse:
    run = selectors.find(name, request.user, request.now.date())
    services.publish(
        run=run, row_version=seen_version(request), actor=request.user, now=request.now
    )
    messages.success(
        request,
        say("已进入公示, 所有被考核单位都能看到", "on public notice: every assessed unit sees it"),
    )
    return redirect("result", name)


@require_POST
def name_reader(request: OfficeRequest, name: str) -> HttpResponse:
    run = selectors.find(name, request.user, request.now.date())
    account = get_object_or_404(Account, username=request.POST.get("username", ""))
    services.name_reader(run=run, account=account, actor=request.user, now=request.now)
    return redirect("result", name)
