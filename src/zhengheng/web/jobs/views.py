"""Pages of jobs: what runs, how far it is, what went wrong."""

from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.views.decorators.http import require_POST, require_safe

from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, forbidden, require
from zhengheng.web.acts import told
from zhengheng.web.acts.declare import Words
from zhengheng.web.jobs import services
from zhengheng.web.jobs.models import Job
from zhengheng.web.organisation.models import Unit

MOST = 200
OUTCOMES = {
    "run": ("批次", "Run"), "files": ("入库文件", "Files loaded"), "opened": ("新建", "Opened"), "reused": ("沿用", "Taken over"), "joined": ("并入", "Joined"),
    "unknown_units": ("没有登记的单位", "Units that are not registered"), "reports": ("填报", "Reports"), "reminders": ("提醒", "Reminders"), "tasks": ("待办", "Tasks"),
    "unasked": ("没有布置", "Not asked for"), "unattended": ("已布置，还没有人办理", "Asked for, with nobody there yet"),
    "pages": ("网页", "Pages"), "package": ("归档包", "Package"), "period": ("期间", "Period"), "of": ("单位数", "Units"), "moved": ("变动的单位", "Units that move"),
}  # fmt: skip
"""What a job's outcome says to people; the rest of it is for machines, by the API."""


@require_safe
def listing(request: OfficeRequest) -> HttpResponse:
    """The newest jobs."""
    require(request.user, "job.read", request.now.date())
    return render(request, "jobs/list.html", _listed())


def _listed() -> dict[str, Any]:
    jobs = list(Job.objects.select_related("asked_by")[:MOST])
    subjects = told.subjects(job.subject for job in jobs)
    return {
        "jobs": [(job, subjects.get(job.subject, "")) for job in jobs],
        "system": told.SYSTEM,
        "idle": services.nobody_works(timezone.now()),
    }


def _outcome(job: Job) -> list[tuple[Words, Any]]:
    """What came of it, in words: sentences one by one, units by their names, of other lists how many."""
    held = job.result or {}
    return [
        (words, _told(name, held[name]))
        for name, words in OUTCOMES.items()
        if held.get(name) not in (None, "") and not (name in NAMED and not held[name])
    ]


NAMED = {"unknown_units", "unasked", "unattended"}
"""Lists that nobody can act on by their length."""


def _told(name: str, value: Any) -> Any:
    if name == "unknown_units":  # of a job of version 0.1.0
        names = dict(Unit.objects.filter(code__in=value).values_list("code", "name_zh"))
        return "、".join(names.get(code, code) for code in value)
    if name in NAMED:
        return value
    return len(value) if isinstance(value, list) else value


@require_safe
def show(request: OfficeRequest, number: int) -> HttpResponse:
    """One job; the page comes again by itself while the work goes on."""
    job = get_object_or_404(Job.objects.select_related("asked_by"), pk=number)
    if job.asked_by_id != request.user.pk and not allowed(request.user, "job.read", request.now.date()):  # fmt: skip
        raise forbidden("job.read")
    response = render(
        request,
        "jobs/job.html",
        {
            "job": job,
            "subject": told.subjects([job.subject]).get(job.subject, ""),
            "outcome": _outcome(job),
            "idle": job.state in {"waiting", "running"} and services.nobody_works(timezone.now()),
            "may_list": allowed(request.user, "job.read", request.now.date()),
            "may_retry": allowed(request.user, "job.retry", request.now.date()),
        },
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
