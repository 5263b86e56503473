"""Pages of the organisation."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_http_methods, require_safe

from zhengheng.scheme.indicator import Indicator
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, require
from zhengheng.web.files.take_in import take_in
from zhengheng.web.organisation import selectors, services
from zhengheng.web.organisation.models import LED, Unit
from zhengheng.web.reporting.services import assessed
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import adopted, book_of


@require_safe
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


@require_safe
def unit(request: OfficeRequest, code: str) -> HttpResponse:
    """One unit: its codes, dates, what stands above and below."""
    require(request.user, "organisation.read", request.now.date())
    found = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    context = {
        "unit": found, "below": found.children.all(), "led": LED[found.led], "exempt": _exempt(found.code),
    }  # fmt: skip
    return render(request, "organisation/unit.html", context)


def _exempt(code: str) -> list[tuple[RulebookVersion, list[Indicator]]]:
    """The indicators of rulebooks in force from which a unit is exempt (免考)."""
    found = []
    for version in adopted():
        book = book_of(version)
        codes = {one for unit in assessed(book) if unit.code == code for one in unit.exempt}
        if codes:
            found.append((version, [one for one in book.indicators if one.code in codes]))
    return found


@require_http_methods(["GET", "HEAD", "POST"])
def bring(request: OfficeRequest) -> HttpResponse:
    """Units from a table."""
    require(request.user, "organisation.import", request.now.date())

    def write(rows: list[dict[str, str]], source: str) -> int:
        return services.import_units(rows=rows, actor=request.user.username, now=request.now, source=source)  # fmt: skip

    return take_in(request, "organisation/import.html", services.COLUMNS, write, "organisation")
