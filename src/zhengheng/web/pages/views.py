"""The home page, the language switch, and errors in words."""

import sys
from pathlib import Path

from django.conf import settings
from django.contrib import messages
from django.db import transaction
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.template.loader import render_to_string
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_POST, require_safe

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.interrupted import page_of_form
from zhengheng.web.accounts.proving import ProveError, asked
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, grants, standing
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.api.problems import answer
from zhengheng.web.config.log import OFFICE
from zhengheng.web.jobs.faults import is_full, passes
from zhengheng.web.ledger.jumped import WORDS, is_held
from zhengheng.web.ledger.restored import restored
from zhengheng.web.ledger.services import append
from zhengheng.web.pages import clock
from zhengheng.web.pages.context import built
from zhengheng.web.pages.desk import expected_of, note_since, parted
from zhengheng.web.pages.reading import to_read
from zhengheng.web.pages.requests import http_status
from zhengheng.web.pages.tags import say
from zhengheng.web.portal.missing import missing, unanswered
from zhengheng.web.reporting.jobs import tick
from zhengheng.workflow.permissions import anywhere
from zhengheng.workflow.roles import NAMES, Role

MOST_ROWS = 20
"""Of each kind on the first page; the rest stands on the kind's own page."""


@require_safe
def home(request: OfficeRequest) -> HttpResponse:
    """My work: what waits for me, why, in how many working days; then who I am here."""
    day = request.now.date()
    held = [
        {"name": NAMES[Role(grant.role)], "grant": grant}
        for grant in standing(day).filter(account=request.user)
    ]
    work, later = parted(expected_of(request.user, day))
    for _, rows in work:
        note_since(rows[:MOST_ROWS])
    mine = grants(request.user, day)
    context = {
        "held": held, "work": [(kind, rows[:MOST_ROWS], len(rows)) for kind, rows in work],
        "count": sum(len(rows) for _, rows in work),
        "late": sum(row.left is not None and row.left < 0 for _, rows in work for row in rows),
        "held_words": WORDS if is_held(settings.HOME) and allowed(request.user, "account.list", day) else None,
        "reading": to_read(request, later), "restored": restored(settings.HOME), "may_know": allowed(request.user, "ledger.acknowledge", day),
        "kinds": [kind for kind in KINDS if anywhere(mine, kind.read)],
        "jobs": anywhere(mine, "job.read"), "prepares": anywhere(mine, "year.checklist"),
    }  # fmt: skip
    return render(request, "pages/home.html", context)


@require_POST
def advance_clock(request: OfficeRequest) -> HttpResponse:
    """In a demonstration: one working day on, and what follows from deadlines that pass."""
    if not settings.FIXED_CLOCK:
        raise Http404
    with transaction.atomic():
        moment = clock.advance()
        append(
            act="clock.advanced", subject="clock:1", actor=request.user.username, at=moment,
            content={"to": moment.isoformat()},
        )  # fmt: skip
    settled = tick(moment)
    messages.success(
        request,
        say(f"时间推进到 {moment:%Y-%m-%d}; {settled} 项到期自动办结", f"it is {moment:%Y-%m-%d} now; {settled} settled by their deadline"),
    )  # fmt: skip
    return redirect("home")


@require_POST
def language(request: OfficeRequest) -> HttpResponse:
    """Remember the reader's language and go back to the page."""
    back = request.POST.get("next", "/office/")
    safe = url_has_allowed_host_and_scheme(back, {request.get_host()}, request.is_secure())
    response = redirect(back if safe else "/office/")
    chosen = request.POST.get("language", "")
    if chosen in dict(settings.LANGUAGES):
        response.set_cookie("language", chosen, max_age=365 * 86400, httponly=True, samesite="Lax",
                            secure=settings.HTTPS)  # fmt: skip
    return response


PUBLIC = {
    404: ("没有这个页面。", "There is no such page."),
    500: ("系统出错，已记录，请稍后再来。", "Something broke and was recorded; please come again later."),
    503: ("门户暂时不能办理，请稍后再来。", "The portal cannot do this just now; please come again later."),
}  # fmt: skip
"""What everybody is told, by status; of all others that the request was not taken."""


def _portal_page(request: HttpRequest, status: int) -> HttpResponse | None:
    """The portal's own page for what went wrong at one of its addresses: a citizen never sees the office's."""
    if request.path.startswith(OFFICE):
        return None
    zh, en = PUBLIC.get(status, ("请求不完整，没有被接受。请返回重试。", "The request was incomplete and was not taken. Please go back and try again."))  # fmt: skip
    root = Path(settings.HOME) / "portal"
    page = missing(root, request.path) if status == 404 else unanswered(root, request.path, zh, en)
    if page is None:  # nothing is written, or an earlier version wrote it
        context = {"zh": zh, "en": en, "title_zh": "没有办成", "title_en": "Not done", "stylesheet": built("portal.css")}  # fmt: skip
        return HttpResponse(render_to_string("pages/broken.html", context), status=status)
    return HttpResponse(page, status=status)


def problem_page(request: OfficeRequest, error: ZhenghengError) -> HttpResponse:
    """An expected failure: where, what, why, what to do next. Where a fresh proof is what lacks, it is asked for at once."""
    if (public := _portal_page(request, http_status(error))) is not None:
        return public
    if isinstance(error, ProveError):
        return asked(request, page_of_form(request))
    status = http_status(error)
    return render(request, "pages/problem.html", {"problems": error.problems}, status=status)


def _words(request: OfficeRequest, status: int, zh: str, en: str) -> HttpResponse:
    if (public := _portal_page(request, status)) is not None:
        return public
    problem = Problem("", str(status), zh, en)
    return render(request, "pages/problem.html", {"problems": [problem]}, status=status)


def bad_request(request: OfficeRequest, exception: Exception | None = None) -> HttpResponse:
    return _words(
        request,
        400,
        "请求不完整或已过期, 请返回重试",
        "the request is incomplete or too old; go back and try again",
    )


CSRF = (
    "这次提交没有带上本页面的防伪标记：页面可能打开已久，或者浏览器没有接受本站的 Cookie。请返回上一页，刷新后再提交；什么都没有改变。",
    "what was sent lacks the mark by which this site knows its own pages: the page may have been open for too long, or the browser refuses this site's cookies. Go back, reload the page and send it again; nothing was changed",
)  # fmt: skip


def unmarked(request: OfficeRequest, reason: str = "") -> HttpResponse:
    """A form from nowhere, or from a page that is too old; why exactly is for the log."""
    return _words(request, 403, *CSRF)


def forbidden(request: OfficeRequest, exception: Exception | None = None) -> HttpResponse:
    return _words(request, 403, "没有权限查看此页", "you may not see this page")


def not_found(request: OfficeRequest, exception: Exception | None = None) -> HttpResponse:
    return _words(
        request, 404, "没有这个页面, 请从上方菜单进入", "there is no such page; use the menu above"
    )


def broken(request: OfficeRequest) -> HttpResponse:
    """What nobody expected; and a database that is away, busy or full, which is no fault of the page."""
    error = sys.exc_info()[1] or Exception()
    status, words = 500, ("系统出错，已记录；您的数据没有改变。", "something broke and was recorded; your data are unchanged")  # fmt: skip
    if is_full(error):
        status, words = 503, ("磁盘空间已满，办公端暂时不能保存，多数页面也暂时打不开。此前已确认的办理都已保存，公众门户照常开放。请系统管理员腾出空间后再办理。", "the disk is full: the office can save nothing for now, and most of its pages do not open. What was confirmed before is kept, and the public portal stays open. The system administrator has to make room first")  # fmt: skip
    elif passes(error):
        status, words = 503, ("数据库暂时没有应答，请稍后重试；您的数据没有改变。", "the database does not answer for the moment; try again later, your data are unchanged")  # fmt: skip
    if request.path.startswith("/api/"):
        response = answer(request, status, (Problem("request", f"http.{status}", *words),))
    elif (public := _portal_page(request, status)) is not None:
        response = public
    else:
        # Nothing of this page asks the database, who reads it included.
        context = {"zh": words[0], "en": words[1], "stylesheet": built("office.css")}
        response = HttpResponse(render_to_string("pages/broken.html", context), status=status)
    if status == 503:
        response["Retry-After"] = "10"
    return response
