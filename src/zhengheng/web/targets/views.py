"""Pages of targets: how goals come down, and who eased his targets."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_http_methods, require_safe

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.files.tables import XLSX
from zhengheng.web.files.take_in import take_in
from zhengheng.web.rulebooks.selectors import adopted, adopted_version
from zhengheng.web.targets import selectors, sheets
from zhengheng.web.targets.changes import GROUNDS


@require_safe
def cascade(request: OfficeRequest) -> HttpResponse:
    """From the city's goals down to the posts; who has no indicator, which goal no measure."""
    require(request.user, "target.cascade", request.now.date())
    books = adopted()
    asked = request.GET.get("rulebook", "")
    chosen = get_object_or_404(books, pk=asked) if asked.isdigit() else books.first()
    found, covered, bare = selectors.cascades(chosen) if chosen else ([], None, ([], []))
    context = {
        "books": books,
        "chosen": chosen,
        "found": found,
        "covered": covered,
        "bare_units": bare[0],
        "bare_goals": bare[1],
    }
    return render(request, "targets/cascade.html", context)


@require_safe
def eased(request: OfficeRequest) -> HttpResponse:
    """Who eased targets in a year, how often, how late."""
    require(request.user, "change.eased", request.now.date())
    periods = sorted(set(adopted().values_list("period", flat=True)), reverse=True)  # fmt: skip
    asked = request.GET.get("period") or (periods[0] if periods else "")
    found = selectors.eased(asked)
    context = {
        "periods": periods, "chosen": asked, "found": found, "grounds": GROUNDS,
        "count": sum(len(one["changes"]) for one in found), "unfiled": selectors.unfiled(request.now.date()),
    }  # fmt: skip
    return render(request, "targets/eased.html", context)


@require_safe
def download(request: OfficeRequest, number: int) -> HttpResponse:
    """All target lines of a rulebook as a workbook."""
    require(request.user, "target.propose", request.now.date())
    version = get_object_or_404(adopted(), pk=number)
    name = content_disposition_header(True, f"targets-{version.code}-{version.period}.xlsx")
    return HttpResponse(sheets.table(version), content_type=XLSX, headers={"Content-Disposition": name or "attachment"})  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: OfficeRequest) -> HttpResponse:
    """Targets of many units by one table."""
    require(request.user, "target.propose", request.now.date())

    def write(rows: list[dict[str, str]], source: str) -> int:
        version = adopted_version(request.POST.get("rulebook", ""))
        return sheets.propose_all(version, rows, source=source, actor=request.user, now=request.now)

    books = adopted()
    return take_in(
        request, "targets/import.html", sheets.COLUMNS, write, "/office/targets/", books=books
    )
