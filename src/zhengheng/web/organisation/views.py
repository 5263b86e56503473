"""Pages of the organisation."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.organisation import selectors
from zhengheng.web.organisation.models import Unit


@require_GET
def tree(request: OfficeRequest) -> HttpResponse:
    """All units that exist today, by kind."""
    day = request.now.date()
    require(request.user, "organisation.read", day)
    kinds = selectors.tree(day)
    context = {"kinds": kinds, "count": selectors.standing(day).count()}
    return render(request, "organisation/tree.html", context)


@require_GET
def unit(request: OfficeRequest, code: str) -> HttpResponse:
    """One unit: its codes, dates, what stands above and below."""
    require(request.user, "organisation.read", request.now.date())
    found = get_object_or_404(Unit.objects.select_related("parent"), code=code)
    context = {"unit": found, "below": found.children.all()}
    return render(request, "organisation/unit.html", context)
