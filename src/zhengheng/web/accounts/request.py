"""The request as office pages see it: the door and the clock have been passed."""

from datetime import datetime

from django.http import HttpRequest

from zhengheng.web.accounts.models import Account


class OfficeRequest(HttpRequest):
    """A request of a signed-in account at a moment."""

    user: Account
    now: datetime
