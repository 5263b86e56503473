"""The log of access and of failed sign-ins: one line of JSON each, without secrets, bodies or queries."""

import logging
import time
from collections.abc import Callable

from django.contrib.auth.signals import user_login_failed
from django.dispatch import receiver
from django.http import HttpRequest, HttpResponse

from zhengheng.web.accounts.models import Account

access = logging.getLogger("zhengheng.access")
security = logging.getLogger("zhengheng.security")
QUIET = ("/static/",)
OFFICE = ("/office/", "/api/")
"""Where somebody is signed in; the portal's pages are everybody's, and go on where no database answers."""


def logged(handle: Callable[[HttpRequest], HttpResponse]) -> Callable[[HttpRequest], HttpResponse]:
    """Every request with its answer: address, account, method, path, status, milliseconds."""

    def middleware(request: HttpRequest) -> HttpResponse:
        begun = time.perf_counter()
        response = handle(request)
        if access.isEnabledFor(logging.INFO) and not request.path.startswith(QUIET):
            user = getattr(request, "user", None) if request.path.startswith(OFFICE) else None
            said = {
                "address": request.META.get("REMOTE_ADDR", ""),
                "account": user.username if isinstance(user, Account) else None,
                "method": request.method, "path": request.path, "status": response.status_code,
                "ms": round((time.perf_counter() - begun) * 1000),
            }  # fmt: skip
            access.info("request", extra={"said": said})
        return response

    return middleware


@receiver(user_login_failed)
def failed(credentials: dict[str, object], request: HttpRequest | None = None, **_: object) -> None:
    """A failed sign-in. The name is kept only where there is such an account: people type passwords into the wrong field."""
    name = str(credentials.get("username", ""))
    said = {
        "event": "sign_in.failed",
        "address": request.META.get("REMOTE_ADDR", "") if request else "",
        "account": name if Account.objects.filter(username=name).exists() else None,
    }
    security.info("sign-in failed", extra={"said": said})
