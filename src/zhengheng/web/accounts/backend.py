"""Signing in with a local account; a locked or closed one is told nothing but that it failed."""

from typing import Any

from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import is_locked
from zhengheng.web.accounts.services import record_sign_in


class AccountBackend(BaseBackend):
    """Local accounts with argon2 passwords. How often one may try is decided before (zhengheng.web.accounts.throttle)."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> Account | None:
        if request is None:
            return None
        now = request.now  # type: ignore[attr-defined]
        account = Account.objects.filter(username=username).first()
        if account is None:
            make_password(password)  # the same work, so that time tells nobody who has an account
            return None
        right = account.check_password(password)
        if not right or not account.is_active or is_locked(account, now):
            return None
        record_sign_in(account=account, now=now)
        return account

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()
