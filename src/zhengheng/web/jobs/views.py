"""Pages of jobs: what runs, how far it is, what went wrong."""

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_GET, require_POST

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, forbidden, require
from zhengheng.web.jobs import services
from zhengheng.web.jobs.models import Job

MOST = 200


@require_GET
def listing(request: OfficeRequest) -> HttpResponse:
    """The newest jobs."""
    require(request.user, "job.read", request.now.date())
    return render(request, "jobs/list.html", {"jobs": Job.objects.select_related("asked_by")[:MOST]})  # fmt: skip


@require_GET
def show(request: OfficeRequest, number: int) -> HttpResponse:
    """One job; the page comes again by itself while the work goes on."""
    job = get_object_or_404(Job.objects.select_related("asked_by"), pk=number)
    if job.asked_by_id != request.user.pk and not allowed(request.user, "job.read", request.now.date()):  # fmt: skip
        raise forbidden("job.read")
    response = render(
        request,
        "jobs/job.html",
        {"job": job, "may_retry": allowed(request.user, "job.retry", request.now.date())},
    )
    if job.state in {"waiting", "running"}:
        response["Refresh"] = "2"
    return response


@require_POST
def retry(request: OfficeRequest, number: int) -> HttpResponse:
    """Do a failed job again."""
    require(request.user, "job.retry", request.now.date())
    services.retry(number=get_object_or_404(Job, pk=number).pk)
    return redirect("job", number)
