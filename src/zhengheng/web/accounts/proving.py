"""Who is still there: signatures and the giving of rights want somebody who showed lately that he is who signed in."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from django.conf import settings
from django.contrib.auth import authenticate
from django.contrib.auth.signals import user_logged_in
from django.core import signing
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts import services, throttle
from zhengheng.web.accounts.interrupted import leave
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.pages.clock import now, running

PROVED = "proved"
"""In a session: the second of the last proof, by the office's clock."""
_SALT = "zhengheng.form.opened"
GRACE = 60 * 60
"""Seconds that a form stays good after it was opened by somebody whose proof was fresh at that moment."""


class ProveError(ZhenghengError):
    """The account must show again who it is."""


@receiver(user_logged_in)
def came_in(request: HttpRequest, **_: object) -> None:
    """Signing in is a proof."""
    request.session[PROVED] = _second(getattr(request, "now", None) or now())


def _second(moment: datetime) -> int:
    return int(moment.timestamp())


def _fresh_at(request: OfficeRequest, second: int) -> bool:
    """Whether the last proof was given before this second, and lately; one that lies ahead of it proves nothing."""
    return 0 <= second - int(request.session.get(PROVED, 0)) < settings.PROVED_MINUTES * 60


def is_proved(request: OfficeRequest) -> bool:
    """Whether the last proof is fresh. A program's token is proof by itself, as long as it holds."""
    return bool(getattr(request, "by_token", False)) or _fresh_at(request, _second(request.now))


def opened(request: OfficeRequest) -> str:
    """What a form carries: when and by whom it was opened with a fresh proof, signed; otherwise what it carried."""
    if is_proved(request):
        return signing.dumps([request.user.pk, _second(request.now)], salt=_SALT)
    return str(request.POST.get("opened", ""))


def _opened_freshly(request: OfficeRequest) -> bool:
    try:
        account, second = signing.loads(request.POST.get("opened", ""), salt=_SALT)
    except signing.BadSignature:
        return False
    lately = 0 <= _second(request.now) - second < GRACE
    return lately and account == request.user.pk and _fresh_at(request, second)


def require_proof(request: OfficeRequest) -> None:
    """Raise ProveError unless the last proof is fresh, or was so when this very form was opened, within the hour."""
    if not is_proved(request) and not _opened_freshly(request):
        raise ProveError.one(
            "account", "prove.needed", zh="签字和授权前请重新验证身份：打开“验证身份”页面，输入密码后再提交一次",
            en="show again who you are before a signature or a grant: open the page “Confirm it is you”, give your password and submit again",
        )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def prove(request: OfficeRequest) -> HttpResponse:
    """The password again, and the code where there is a second factor."""
    target = request.POST.get("next") or request.GET.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    target = target if target and safe else "/office/"
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            _check(request)
        except ZhenghengError as error:
            problems = error.problems
        else:
            request.session[PROVED] = _second(request.now)
            return redirect(target)
    context = {"problems": problems, **_asks(request, target)}
    return render(request, "accounts/prove.html", context, status=422 if problems else 200)


def _asks(request: OfficeRequest, target: str) -> dict[str, Any]:
    """What the form of the proof needs; `target` is where it leads afterwards."""
    return {
        "next": target, "asks_code": bool(request.user.factor), "doors": settings.DOORS.items(),
        "local": request.user.has_usable_password(),
    }  # fmt: skip


def asked(
    request: OfficeRequest, back: str, files: Mapping[str, Sequence[int]] | None = None
) -> HttpResponse:
    """The answer to a form that came without a fresh proof: the password is asked for here and now. It leads back to the
    form at `back`, in which everything stands that was typed, and the files of the fields that `files` names."""
    leave(request, back, files)
    lost = bool(request.FILES) and not files
    context = {"interrupted": True, "lost": lost, "minutes": settings.PROVED_MINUTES, **_asks(request, back)}  # fmt: skip
    return render(request, "accounts/prove.html", context, status=403)


def _check(request: OfficeRequest) -> None:
    """Raises ZhenghengError where the password or the code does not fit; it counts like a failed sign-in."""
    account, address = request.user, str(request.META.get("REMOTE_ADDR", ""))
    if throttle.must_wait(username=account.username, address=address, now=running()):
        raise ProveError.one("password", "sign_in.wait", zh=f"输错次数过多，请 {settings.LOCK_MINUTES} 分钟后再试", en=f"too many wrong passwords; try again in {settings.LOCK_MINUTES} minutes")  # fmt: skip
    found = authenticate(request, username=account.username, password=request.POST.get("password", ""))  # fmt: skip
    if not isinstance(found, Account) or found.pk != account.pk:
        _note(account, address, request.now)
        raise ProveError.one("password", "password.wrong", zh="密码不正确", en="the password is wrong")  # fmt: skip
    if account.factor:
        try:
            services.check_factor(account=account, code=request.POST.get("code", "").strip(), now=request.now)  # fmt: skip
        except ZhenghengError:
            _note(account, address, request.now)
            raise


def _note(account: Account, address: str, at: datetime) -> None:
    throttle.note_failure(username=account.username, address=address, now=running(), at=at)
