"""The request as office pages see it: the door and the clock have been passed."""

from datetime import datetime
from typing import cast

from django.http import HttpRequest

from zhengheng.web.accounts.models import Account


class OfficeRequest(HttpRequest):
    """A request of a signed-in account at a moment."""

    user: Account
    now: datetime
    subject: str
    """What the page or answer is about, where it is one object; the address otherwise."""


BY_DOOR = "by_door"
"""In a session: another system vouched for the person, so that the local password was not used."""


def owes_password(request: HttpRequest) -> bool:
    """Whether somebody signed in with a first password that others know."""
    account = cast("OfficeRequest", request).user
    return account.must_change_password and not request.session.get(BY_DOOR)
