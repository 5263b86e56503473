"""The bundle from which whoever audits a result computes all of it again."""

from pathlib import Path
from tempfile import TemporaryDirectory

from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.views.decorators.http import require_safe

from zhengheng.domain.problems import NotFoundError
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.results.selectors import find
from zhengheng.web.results.services import bundled
from zhengheng.workflow.machines import UNNOTICED


@require_safe
def bundle(request: OfficeRequest, run: str) -> HttpResponse:
    """The audit bundle of a result that is or was on notice: with every value, and a program that needs nothing of ours."""
    require(request.user, "audit.bundle", request.now.date())
    result = find(run, request.user, request.now.date())
    if result.state in UNNOTICED:
        raise NotFoundError.one(
            run, "run.absent", zh="没有这个批次, 或者您还不能查看", en="there is no such run, or you may not see it yet"
        )  # fmt: skip
    request.subject = f"result:{result.pk}"
    with TemporaryDirectory() as folder:
        path = Path(folder) / "audit.zip"
        bundled(result, "audit", path)
        response = HttpResponse(path.read_bytes(), content_type="application/zip")
    name = f"{result.rulebook}-{result.period}-audit.zip"
    response["Content-Disposition"] = content_disposition_header(True, name) or "attachment"
    return response
