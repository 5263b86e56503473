"""Who learns what officers did to an account: its owner when he comes in, by whatever door."""

from datetime import timedelta

from django.contrib import messages
from django.utils.timezone import localtime

from zhengheng.web.accounts import credentials
from zhengheng.web.accounts.models import Account, Renewal
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.pages.tags import say

LATELY = timedelta(30)
"""For how long it stands on first pages [D]."""


def tell_owner(request: OfficeRequest, account: Account) -> None:
    """What others renewed for him since he was here last."""
    for one in credentials.notices(account, request.now):
        messages.warning(request, say(*said(one)))


def said(one: Renewal) -> tuple[str, str]:
    """To the owner, what was done to his account, in Chinese and English."""
    zh, en = credentials.WHAT[one.what]
    by = one.done_by.name if one.done_by else ""
    at = f"{localtime(one.done_at):%Y-%m-%d %H:%M}"
    return (
        f"您的账号已于 {at} {zh}，由{one.asked_by.name}申请、{by}办理。如果不是您本人要求的，请立即告知安全审计员。",
        f"Done to your account on {at}: {en}; asked for by {one.asked_by.name}, done by {by}. If you did not want it, tell the security auditor at once.",
    )
