"""The page that takes in the portal's inbox."""

from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.views.decorators.http import require_http_methods

from zhengheng.domain.problems import DataError, Problem, ZhenghengError
from zhengheng.domain.several import several
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import require
from zhengheng.web.comments.bringing import bring
from zhengheng.web.pages.tags import say
from zhengheng.web.portal.inbox import Inbox


@require_http_methods(["GET", "HEAD", "POST"])
def take_in(request: OfficeRequest) -> HttpResponse:
    """A signed file from the portal's machine; where one machine does both, its own inbox."""
    require(request.user, "comment.bring", request.now.date())
    here = Path(settings.HOME) / "inbox"
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            upload = request.FILES.get("file")
            if "here" in request.POST and here.is_dir():
                name, content = "inbox", Inbox(here).export(request.now)
            elif upload is not None:
                name, content = upload.name or "comments.json", upload.read()
            else:
                raise DataError.one("file", "file.absent", zh="请选择文件", en="choose a file")
            count = bring(content=content, name=name, actor=request.user, now=request.now)
        except ZhenghengError as error:
            problems = error.problems
        else:
            messages.success(
                request,
                say(f"新收到 {count} 条留言", several(count, "new comment", "new comments")),
            )
            return redirect("comment_list")
    torn = Inbox(here).torn() if here.is_dir() else []
    context = {"problems": problems, "here": here.is_dir(), "torn": torn}
    return render(request, "comments/import.html", context, status=422 if problems else 200)
