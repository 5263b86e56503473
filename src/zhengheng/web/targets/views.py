"""Pages of targets: how goals come down, and who eased his targets."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, render
from django.views.decorators.http import require_GET

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.targets import selectors
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
