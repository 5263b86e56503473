"""What happens after another system has said who somebody is: an account that is there is entered, none is made."""

from typing import Any, NoReturn, cast

from allauth.core.exceptions import ImmediateHttpResponse
from allauth.socialaccount.adapter import DefaultSocialAccountAdapter
from django.contrib.auth import login
from django.http import HttpRequest
from django.shortcuts import redirect

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import BY_DOOR, OfficeRequest
from zhengheng.web.accounts.selectors import is_locked
from zhengheng.web.accounts.services import record_sign_in
from zhengheng.web.accounts.telling import tell_owner
from zhengheng.web.pages.views import problem_page

BACKEND = "zhengheng.web.accounts.backend.AccountBackend"


class DoorError(ZhenghengError):
    """The other system's word opens nothing here."""


class OfficeAdapter(DefaultSocialAccountAdapter):  # type: ignore[misc]
    """Accounts are made by officers alone; a door that made some would go round them."""

    def pre_social_login(self, request: HttpRequest, sociallogin: Any) -> NoReturn:
        username = sociallogin.user.username or sociallogin.account.uid
        account = standing(request, username)
        if account is None:
            raise ImmediateHttpResponse(refused(request))
        enter(request, account, BACKEND)
        raise ImmediateHttpResponse(redirect("/office/"))

    def on_authentication_error(self, request: HttpRequest, provider: Any, **_: Any) -> NoReturn:
        raise ImmediateHttpResponse(refused(request))

    def is_open_for_signup(self, request: HttpRequest, sociallogin: Any) -> bool:
        return False


def standing(request: HttpRequest, username: str) -> Account | None:
    """The account with this name, if it may come in now."""
    now = request.now  # type: ignore[attr-defined]
    account = Account.objects.filter(username=username, is_active=True).first()
    locked = account is not None and is_locked(account, now)
    return None if locked else account


def enter(request: HttpRequest, account: Account, backend: str) -> None:
    """Begin the session of somebody whom another system vouches for."""
    login(request, account, backend=backend)
    request.session[BY_DOOR] = True
    record_sign_in(account=account, now=request.now)  # type: ignore[attr-defined]
    tell_owner(cast("OfficeRequest", request), account)


def refused(request: HttpRequest) -> Any:
    """One sentence for every reason: strangers learn nothing from it."""
    error = DoorError.one(
        "sign_in", "door.refused", zh="统一身份认证没有通过, 或本系统没有对应的可用账号; 请联系系统管理员",
        en="single sign-on did not succeed, or there is no account for it here; ask the system administrator",
    )  # fmt: skip
    return problem_page(cast("OfficeRequest", request), error)
