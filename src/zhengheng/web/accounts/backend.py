"""Signing in with a local account; a locked or closed one is told nothing but that it failed."""

from datetime import timedelta
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.contrib.auth.hashers import make_password
from django.http import HttpRequest

from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.services import record_failure, record_sign_in


class AccountBackend(BaseBackend):
    """Local accounts with argon2 passwords and a lock after repeated failures."""

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
        if account.locked_until is not None and account.locked_until > now:
            return None
        if not right:
            wait = timedelta(minutes=settings.LOCK_MINUTES)
            record_failure(account=account, lock_after=settings.LOCK_AFTER, lock_for=wait, now=now)
            return None
        if not account.is_active:
            return None
        record_sign_in(account=account, now=now)
        return account

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()
