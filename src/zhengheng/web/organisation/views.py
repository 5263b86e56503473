"""Pages of the organisation."""

from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_http_methods

from zhengheng.domain.problems import DataError, Problem, ZhenghengError
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, require
from zhengheng.web.files.tables import rows_of
from zhengheng.web.organisation import selectors, services
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import say


@require_GET
def tree(request: OfficeRequest) -> HttpResponse:
    """All units that exist today, by kind."""
    day = request.now.date()
    require(request.user, "organisation.read", day)
    kinds = selectors.tree(day)
    context = {
        "kinds": kinds, "count": selectors.standing(day).count(),
        "may_import": allowed(request.user, "organisation.import", day),
    }  # fmt: skip
    return render(request, "organisation/tree.html", context)


@require_GET
def unit(request: OfficeRequest, code: str) -> HttpResponse:
    """One unit: its codes, dates, what stands above and below."""
    require(request.user, "organisation.read", request.now.date())
    found = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    context = {"unit": found, "below": found.children.all()}
    return render(request, "organisation/unit.html", context)


@require_http_methods(["GET", "POST"])
def take_in(request: OfficeRequest) -> HttpResponse:
    """Units from a table: all rows, or none with every row's fault."""
    require(request.user, "organisation.import", request.now.date())
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            if upload is None:
                raise DataError.one("file", "file.absent", zh="请选择文件", en="choose a file")
            name = upload.name or "units"
            rows = rows_of(name, upload.read(), services.COLUMNS)
            count = services.import_units(
                rows=rows, actor=request.user.username, now=request.now, source=name
            )
        except ZhenghengError as error:
            problems = error.problems
        else:
            messages.success(request, say(f"已导入 {count} 个单位", f"{count} units are in"))
            return redirect("organisation")
    context = {"problems": problems, "columns": services.COLUMNS.items()}
    return render(request, "organisation/import.html", context, status=422 if problems else 200)
