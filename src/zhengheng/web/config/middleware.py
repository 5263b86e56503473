"""What every request passes through: the clock, the language, the door, expected errors in words."""

import logging
import time
from collections.abc import Callable
from typing import cast

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.exceptions import SessionInterrupted
from django.contrib.sessions.middleware import SessionMiddleware
from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.utils import translation

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import OfficeRequest, owes_password
from zhengheng.web.accounts.second_factor import wanted as factor_wanted
from zhengheng.web.accounts.tokens import holder
from zhengheng.web.acts.services import note_reading
from zhengheng.web.api.problems import answer
from zhengheng.web.api.repeat import once
from zhengheng.web.config.log import OFFICE
from zhengheng.web.pages.clock import now
from zhengheng.web.pages.views import problem_page

log = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
API = "/api/v1/"
LONGEST = 160
"""Characters of an address that enter the ledger as what was read."""
LANGUAGE_COOKIE = "language"
FACTOR = ("/office/second-factor/", "/office/sign-out/", "/office/password/")
OPEN = ("/office/sign-in/", "/office/doors/", "/office/language/", "/api/v1/")
"""The only addresses of the office that this door leaves open; the API has a door of its own, which answers in JSON.
Beside the office there are static files and the portal's written pages, which are everybody's."""


WORDS = {
    400: ("请求不完整，或格式不对。", "the request is incomplete or malformed"),
    403: ("没有权限。", "this is not allowed"),
    404: ("没有这个地址。", "there is no such address"),
    405: ("这个地址不接受这种方法。", "the address does not take this method"),
    413: ("请求太大。", "the request is too large"),
    503: ("数据库暂时没有应答，请稍后重试。", "the database does not answer for the moment; try again later"),
}  # fmt: skip


def documented(handle: Handler) -> Handler:
    """Every error of the API is one kind of document, whoever of the server's parts refused the request."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        status = response.status_code
        if not request.path.startswith("/api/") or status < 400 or "json" in response.headers.get("Content-Type", ""):  # fmt: skip
            return response
        zh, en = WORDS.get(status, ("系统出错，已记录；没有改变任何数据。", "something broke and was recorded; nothing was changed") if status >= 500 else ("请求没有被接受。", "the request was not taken"))  # fmt: skip
        made = answer(request, status, (Problem("request", f"http.{status}", zh, en),))
        for name in ("Retry-After", "Allow", "Cache-Control"):
            if name in response.headers:
                made.headers[name] = response.headers[name]
        return made

    return middleware


class ReadingGoesOn(SessionMiddleware):
    """Sessions; where the database takes nothing in, as on a full disk, what was asked for to read is shown all the same."""

    def process_response(self, request: HttpRequest, response: HttpResponse) -> HttpResponse:
        """Note the sign of life; a page that was read does not wait for it."""
        try:
            return super().process_response(request, response)
        except (DatabaseError, SessionInterrupted) as error:
            if request.method not in {"GET", "HEAD"}:
                raise
            log.warning("a session was not saved: %s", str(error).strip())
            return response


def clock(handle: Handler) -> Handler:
    """Below the views the time is an argument; here it is read, once a request of the office."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(OFFICE):
            request.now = now()  # type: ignore[attr-defined]
        return handle(request)

    return middleware


def language(handle: Handler) -> Handler:
    """The language the reader chose; Chinese first."""

    def middleware(request: HttpRequest) -> HttpResponse:
        chosen = request.COOKIES.get(LANGUAGE_COOKIE, "")
        if chosen not in dict(settings.LANGUAGES):
            chosen = settings.LANGUAGE_CODE
        with translation.override(chosen):
            request.LANGUAGE_CODE = chosen
            response = handle(request)
        response.headers.setdefault("Content-Language", chosen)
        return response

    return middleware


def bearer(handle: Handler) -> Handler:
    """A program with a token is its account, within the token's scopes; of anybody else this sees nothing."""

    def middleware(request: HttpRequest) -> HttpResponse:
        scheme, _, secret = request.headers.get("Authorization", "").partition(" ")
        if request.path.startswith(API) and scheme.lower() == "bearer":
            area = request.path.removeprefix(API).split("/")[0]
            now = request.now  # type: ignore[attr-defined]
            writes = request.method not in {"GET", "HEAD"}
            account, lacking = holder(secret.strip(), area, writes=writes, now=now)
            request.user = account or AnonymousUser()
            request.by_token = account is not None  # type: ignore[attr-defined]
            request.lacking = lacking  # type: ignore[attr-defined]
        return handle(request)

    return middleware


def repeatable(handle: Handler) -> Handler:
    """A request of the API that names a key is done once, however often it is sent."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if request.path.startswith(API):
            return once(request, lambda: handle(request))
        return handle(request)

    return middleware


def signed_in(handle: Handler) -> Handler:
    """Nobody passes without an account, and nobody works with a password that others know."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if not request.path.startswith(OFFICE):
            return handle(request)
        if request.path.startswith(OPEN):
            response = handle(request)
            response.headers.setdefault("Cache-Control", "no-store, private")
            return response
        if not request.user.is_authenticated:
            # Whoever sent a form learns at the door that it went nowhere.
            lost = "" if request.method in {"GET", "HEAD"} else "&unsaved=1"
            return redirect(f"{settings.LOGIN_URL}?next={request.path}{lost}")
        _stay(request)
        if owes_password(request) and request.path != "/office/password/":
            return redirect("/office/password/")
        if not owes_password(request) and not request.path.startswith(FACTOR):
            wanted = factor_wanted(cast("OfficeRequest", request))
            if wanted:
                return redirect(wanted)
        response = handle(request)
        # Pages behind the door stay out of shared caches and of the browser's history of others.
        response.headers.setdefault("Cache-Control", "no-store, private")
        return response

    return middleware


def _stay(request: HttpRequest) -> None:
    """A click keeps the session; it is written down every few minutes, not with every page."""
    moment = int(time.time())
    if moment - request.session.get("seen", 0) > settings.SIGN_OF_LIFE:
        request.session["seen"] = moment


def traced(handle: Handler) -> Handler:
    """Whatever the external auditor reads, page, list, file or answer, is in the ledger."""

    def middleware(request: HttpRequest) -> HttpResponse:
        response = handle(request)
        if not request.path.startswith(OFFICE):
            return response  # everybody's pages, which ask no database
        user = request.user
        if request.method in {"GET", "HEAD"} and response.status_code in {200, 304} and isinstance(user, Account):  # fmt: skip
            subject = getattr(request, "subject", request.get_full_path()[:LONGEST])
            note_reading(subject, account=user, now=request.now)  # type: ignore[attr-defined]
        return response

    return middleware


def printable(handle: Handler) -> Handler:
    """No text of people holds the character zero; databases disagree about it, so none sees it."""

    def middleware(request: HttpRequest) -> HttpResponse:
        if _holds_null(request):
            words = (
                "文字中含有不能保存的控制字符 (U+0000)",
                "the text holds a character that cannot be kept (U+0000)",
            )
            problem = Problem("request", "text.null", *words)
            if request.path.startswith("/api/"):
                return answer(request, 422, (problem,))
            return problem_page(cast("OfficeRequest", request), ZhenghengError([problem]))
        return handle(request)

    return middleware


def _holds_null(request: HttpRequest) -> bool:
    if "\0" in request.path or "%00" in request.get_full_path():
        return True
    if request.content_type == "application/json":
        return any(mark in request.body for mark in (b"\0", b"\\u0000"))
    return any("\0" in text for _, held in request.POST.lists() for text in held)


def expected_errors(handle: Handler) -> Handler:
    """Problems with a place and a remedy become a page that says so."""

    class Middleware:
        def __call__(self, request: HttpRequest) -> HttpResponse:
            return handle(request)

        def process_exception(self, request: HttpRequest, error: Exception) -> HttpResponse | None:
            if isinstance(error, ZhenghengError):
                return problem_page(cast("OfficeRequest", request), error)
            return None

    return Middleware()
