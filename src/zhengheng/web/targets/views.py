"""Pages of targets: how goals come down, and who eased his targets."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_GET, require_http_methods

from zhengheng.domain.problems import DataError, Problem, ZhenghengError
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.files.tables import XLSX, rows_of
from zhengheng.web.pages.tags import say
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets import selectors, sheets
from zhengheng.web.targets.changes import GROUNDS


@require_GET
def cascade(request: OfficeRequest) -> HttpResponse:
    """From the city's goals down to the posts; who has no indicator, which goal no measure."""
    require(request.user, "target.cascade", request.now.date())
    books = RulebookVersion.objects.filter(state="adopted").order_by("-period", "code")
    asked = request.GET.get("rulebook", "")
    chosen = get_object_or_404(books, pk=asked) if asked.isdigit() else books.first()
    found, covered = selectors.handed_down(chosen) if chosen else ([], None)
    context = {"books": books, "chosen": chosen, "found": found, "covered": covered}
    return render(request, "targets/cascade.html", context)


@require_GET
def eased(request: OfficeRequest) -> HttpResponse:
    """Who eased targets in a year, how often, how late."""
    require(request.user, "change.eased", request.now.date())
    periods = sorted(set(RulebookVersion.objects.filter(state="adopted").values_list("period", flat=True)), reverse=True)  # fmt: skip
    asked = request.GET.get("period") or (periods[0] if periods else "")
    found = selectors.eased(asked)
    context = {
        "periods": periods, "chosen": asked, "found": found, "grounds": GROUNDS,
        "count": sum(len(one["changes"]) for one in found), "unfiled": selectors.unfiled(request.now.date()),
    }  # fmt: skip
    return render(request, "targets/eased.html", context)


@require_GET
def download(request: OfficeRequest, number: int) -> HttpResponse:
    """All target lines of a rulebook as a workbook."""
    require(request.user, "target.propose", request.now.date())
    version = get_object_or_404(RulebookVersion, pk=number, state="adopted")
    name = content_disposition_header(True, f"targets-{version.code}-{version.period}.xlsx")
    return HttpResponse(sheets.table(version), content_type=XLSX, headers={"Content-Disposition": name or "attachment"})  # fmt: skip


@require_http_methods(["GET", "POST"])
def take_in(request: OfficeRequest) -> HttpResponse:
    """Targets of many units by one table."""
    require(request.user, "target.propose", request.now.date())
    books = RulebookVersion.objects.filter(state="adopted").order_by("-period", "code")
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            asked, upload = request.POST.get("rulebook", ""), request.FILES.get("file")
            version = books.filter(pk=asked).first() if asked.isdigit() else None
            if version is None or upload is None:
                raise DataError.one(
                    "file", "file.absent", zh="请选择方案和文件", en="choose a rulebook and a file"
                )
            name = upload.name or "targets"
            rows = rows_of(name, upload.read(), sheets.COLUMNS)
            count = sheets.propose_all(version, rows, source=name, actor=request.user, now=request.now)  # fmt: skip
        except ZhenghengError as error:
            problems = error.problems
        else:
            messages.success(
                request, say(f"已向 {count} 个单位提出目标", f"targets proposed to {count} units")
            )
            return redirect("/office/targets/")
    context = {"problems": problems, "books": books, "columns": sheets.COLUMNS.items()}
    return render(request, "targets/import.html", context, status=422 if problems else 200)
