"""The second factor: set up once, asked at each sign-in of a privileged account."""

from datetime import timedelta

import pyotp
import segno
from django.conf import settings
from django.contrib import messages
from django.contrib.auth import logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.utils.safestring import mark_safe
from django.views.decorators.http import require_POST, require_safe

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts import services
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import grants, is_locked
from zhengheng.web.pages.tags import say
from zhengheng.workflow.roles import PRIVILEGED

PASSED, OFFERED = "second_factor_passed", "second_factor_offered"


def wanted(request: OfficeRequest) -> str:
    """Where a session has to go before it may work; empty when it may."""
    account = request.user
    if not settings.SECOND_FACTOR or request.session.get(PASSED):
        return ""
    if account.factor:
        return "/office/second-factor/code/"
    held = {grant.role for grant in grants(account, request.now.date())}
    return "/office/second-factor/" if held & PRIVILEGED else ""


@require_safe
def show(request: OfficeRequest) -> HttpResponse:
    """The secret to read into an authenticator, for who has none yet."""
    return _offer(request, ())


def _offer(request: OfficeRequest, problems: tuple[Problem, ...]) -> HttpResponse:
    secret = request.session.setdefault(OFFERED, pyotp.random_base32())
    address = pyotp.TOTP(secret).provisioning_uri(
        name=request.user.username, issuer_name="Zhengheng"
    )
    # Drawn here from our own text; nothing that a person typed reaches the page unescaped.
    drawing = segno.make(address).svg_inline(scale=5, svgclass=None, lineclass=None, title="QR")
    context = {
        "has": bool(request.user.factor), "secret": secret, "drawing": mark_safe(drawing),
        "problems": problems,
    }  # fmt: skip
    return render(request, "accounts/second_factor.html", context, status=422 if problems else 200)


@require_POST
def confirm(request: OfficeRequest) -> HttpResponse:
    """The first code shows that the authenticator has the secret."""
    if request.user.factor and not request.session.get(PASSED):
        return redirect("second_factor_code")
    try:
        services.keep_factor(
            account=request.user, secret=request.session.get(OFFERED, pyotp.random_base32()),
            code=request.POST.get("code", "").strip(), now=request.now,
        )  # fmt: skip
    except ZhenghengError as error:
        return _offer(request, error.problems)
    request.user.refresh_from_db(fields=["factor"])
    # Other sessions, begun without this factor, end; this one goes on.
    update_session_auth_hash(request, request.user)
    request.session.pop(OFFERED, None)
    request.session[PASSED] = True
    messages.success(request, say("第二重验证已启用", "the second factor is in use"))
    return redirect("home")


def code(request: OfficeRequest) -> HttpResponse:
    """The code of this half minute."""
    problems: tuple[Problem, ...] = ()
    if not request.user.factor:
        return redirect("second_factor")
    if request.method == "POST":
        try:
            services.check_factor(
                account=request.user, code=request.POST.get("code", "").strip(), now=request.now
            )
        except ZhenghengError as error:
            problems = error.problems
            # Somebody who has the password must not try all codes.
            services.record_failure(
                account=request.user, lock_after=settings.LOCK_AFTER,
                lock_for=timedelta(minutes=settings.LOCK_MINUTES), now=request.now,
            )  # fmt: skip
            request.user.refresh_from_db()
            if is_locked(request.user, request.now):
                logout(request)
                return redirect("sign_in")
        else:
            request.session[PASSED] = True
            return redirect("home")
    return render(request, "accounts/second_factor_code.html", {"problems": problems}, status=422 if problems else 200)  # fmt: skip
