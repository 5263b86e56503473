"""The city's directory as a door: a password that binds there opens the account of the same name here."""

import re
import ssl
from typing import Any

from django.conf import settings
from django.contrib.auth.backends import BaseBackend
from django.http import HttpRequest
from ldap3 import NONE, Connection, Server, Tls
from ldap3.core.exceptions import LDAPException
from ldap3.utils.dn import escape_rdn

from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.request import BY_DOOR
from zhengheng.web.accounts.services import record_sign_in
from zhengheng.web.doors.adapter import standing

PLAIN = re.compile(r"[\w.@-]{1,60}")


class LdapBackend(BaseBackend):
    """Asked before the local passwords; where the directory is silent or refuses, those are tried."""

    def authenticate(
        self, request: HttpRequest | None, username: str = "", password: str = "", **_: Any
    ) -> Account | None:
        # A bind without a password succeeds as nobody: that is no proof of anything.
        if request is None or not password or not PLAIN.fullmatch(username):
            return None
        account = standing(request, username)
        if account is None or not binds(username, password):
            return None
        request.session[BY_DOOR] = True
        record_sign_in(account=account, now=request.now)  # type: ignore[attr-defined]
        return account

    def get_user(self, user_id: int) -> Account | None:
        return Account.objects.filter(pk=user_id, is_active=True).first()


def binds(username: str, password: str) -> bool:
    """Whether the directory takes this password for this name."""
    server = Server(
        settings.LDAP_URL, connect_timeout=5, get_info=NONE, tls=Tls(validate=ssl.CERT_REQUIRED)
    )
    person = settings.LDAP_DN.replace("{}", escape_rdn(username))
    try:
        with Connection(server, person, password, receive_timeout=5) as connection:
            return bool(connection.bound)
    except LDAPException:
        return False
