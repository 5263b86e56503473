"""The home page, the language switch, and errors in words."""

from django.conf import settings
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_GET, require_POST

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.pages.requests import http_status
from zhengheng.workflow.roles import NAMES, Role


@require_GET
def home(request: OfficeRequest) -> HttpResponse:
    """Who am I here, and what is there for me."""
    held = [
        {"name": NAMES[Role(grant.role)], "grant": grant}
        for grant in standing(request.now.date()).filter(account=request.user)
    ]
    return render(request, "pages/home.html", {"held": held})


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


def problem_page(request: OfficeRequest, error: ZhenghengError) -> HttpResponse:
    """An expected failure: where, what, why, what to do next."""
    status = http_status(error)
    return render(request, "pages/problem.html", {"problems": error.problems}, status=status)


def _words(request: OfficeRequest, status: int, zh: str, en: str) -> HttpResponse:
    problem = Problem("", str(status), zh, en)
    return render(request, "pages/problem.html", {"problems": [problem]}, status=status)


def bad_request(request: OfficeRequest, exception: Exception | None = None) -> HttpResponse:
    return _words(
        request,
        400,
        "请求不完整或已过期, 请返回重试",
        "the request is incomplete or too old; go back and try again",
    )


def forbidden(request: OfficeRequest, exception: Exception | None = None) -> HttpResponse:
    return _words(request, 403, "没有权限查看此页", "you may not see this page")


def not_found(request: OfficeRequest, exception: Exception | None = None) -> HttpResponse:
    return _words(
        request, 404, "没有这个页面, 请从上方菜单进入", "there is no such page; use the menu above"
    )


def broken(request: OfficeRequest) -> HttpResponse:
    return _words(
        request,
        500,
        "系统出错, 已记录; 您的数据没有改变",
        "something broke and was recorded; your data are unchanged",
    )
