"""The workbook's page: what one owes goes out, filled in it comes back."""

import base64

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods, require_safe

from zhengheng.domain.problems import DataError
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.files.services import take_in
from zhengheng.web.files.tables import XLSX
from zhengheng.web.pages.tags import language, say
from zhengheng.web.reporting import chase, projection, sheets, tolerance


@require_safe
def download(request: OfficeRequest) -> HttpResponse:
    """The workbook of everything that this account owes."""
    content = sheets.workbook(sheets.owed(request.user, request.now))
    return HttpResponse(content, content_type=XLSX, headers={
        "Content-Disposition": 'attachment; filename="reports.xlsx"'})  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def sheet(request: OfficeRequest) -> HttpResponse:
    """Upload the filled workbook: what fits is handed in, the rest comes back in the same layout."""
    outcome = None
    if request.method == "POST":
        upload = request.FILES.get("file")
        if upload is None:
            raise DataError.one("file", "file.absent", zh="请选择文件", en="choose a file")
        sheets.check_right(request.user, request.now)
        content, name = upload.read(), upload.name or "upload.xlsx"
        take_in(name=name, content=content, actor=request.user, now=request.now)
        outcome = sheets.take_back(name, content, actor=request.user, now=request.now)
        if not outcome.failed:
            messages.success(request, _done(outcome))
            return redirect("report_list")
    context = {
        "count": len(sheets.owed(request.user, request.now)), "outcome": outcome,
        "failed": [(row, sheets.label(cells), problems) for row, cells, problems in outcome.failed] if outcome else (),
        "back": base64.b64encode(sheets.returned(outcome)).decode() if outcome else "",
    }  # fmt: skip
    return render(request, "reporting/sheet.html", context, status=422 if outcome else 200)


def _done(outcome: sheets.Outcome) -> str:
    """What to say where no row failed."""
    if not outcome.again:
        return say(f"{outcome.done} 行全部提交", f"all {outcome.done} rows handed in")
    return say(
        f"本次提交 {outcome.done} 行；另有 {outcome.again} 行您以前已经提交，内容相同，没有改动。",
        f"{outcome.done} rows handed in; {outcome.again} were handed in by you before, just as they are, and stay so",
    )


@require_safe
def granted(request: OfficeRequest) -> HttpResponse:
    """Error tolerance granted so far: grounds for everybody, units for nobody."""
    require(request.user, "tolerance.granted", request.now.date())
    context = {"granted": tolerance.granted(), "grounds": tolerance.GROUNDS}
    return render(request, "reporting/granted.html", context)


@require_safe
def projected(request: OfficeRequest) -> HttpResponse:
    """Where the years of this account's own units would end at the pace so far."""
    found = projection.year_ends(request.user, request.now.date(), language())
    return render(request, "reporting/projection.html", {"found": found})


@require_safe
def chase_list(request: OfficeRequest) -> HttpResponse:
    """Who is late with what."""
    day = request.now.date()
    require(request.user, "report.chase", day)
    found = chase.chase(day)
    context = {"found": found, "count": sum(len(one["reports"]) for one in found)}
    return render(request, "reporting/chase.html", context)
