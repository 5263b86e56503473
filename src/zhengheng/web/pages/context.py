"""What every page's frame needs."""

import json
from functools import cache, partial
from typing import Any

from django.conf import settings

from zhengheng.web.accounts.proving import opened
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.pages.tags import language, say
from zhengheng.web.reminders.models import Reminder
from zhengheng.workflow.permissions import anywhere

AREAS = (
    ("/office/", "我的工作", "My work", ""),
    ("/office/rulebooks/", "考核方案", "Rulebooks", "rulebook.read"),
    ("/office/targets/", "年度目标", "Targets", "target.read"),
    ("/office/reports/", "数据填报", "Reports", "report.read"),
    ("/office/overview/", "考核总览", "Overview", "result.read"),
    ("/office/results/", "核算结果", "Results", "result.read"),
    ("/office/appeals/", "申诉", "Appeals", "appeal.read"),
    ("/office/rectification/", "整改", "Rectification", "rectification.read"),
    ("/office/organisation/", "组织机构", "Organisation", "organisation.read"),
    ("/office/accounts/", "账号与权限", "Accounts", "account.list"),
    ("/office/ledger/", "存证日志", "Ledger", "ledger.read"),
)


@cache
def built(name: str) -> str:
    """The address of a built style sheet or script, from Vite's manifest."""
    manifest = json.loads((settings.WEB / "static/built/manifest.json").read_text(encoding="utf-8"))
    return f"/{settings.STATIC_URL.strip('/')}/built/{manifest[name]['file']}"


def page(request: OfficeRequest) -> dict[str, Any]:
    """Style sheet, language, clock and the areas that this account has any business in."""
    found: dict[str, Any] = {
        "stylesheet": built("office.css"), "script": built("office.js"), "charts": built("charts.js"), "language": language(), "now": getattr(request, "now", None),
        "opened": partial(opened, request),
        "fixed_clock": bool(settings.FIXED_CLOCK), "fictional": settings.FICTIONAL, "areas": [],
    }  # fmt: skip
    if getattr(request, "user", None) is not None and request.user.is_authenticated:
        found["reminder"] = Reminder.objects.filter(
            channel__made_by=request.user, channel__way="page", channel__state="open", day=request.now.date(),
        ).first()  # fmt: skip
        held = grants(request.user, request.now.date())
        found["areas"] = [
            {"address": address, "name": say(zh, en), "here": _is_here(request.path, address)}
            for address, zh, en, act in AREAS
            if not act or anywhere(held, act)
        ]  # fmt: skip
    return found


def _is_here(path: str, address: str) -> bool:
    return path == address if address == "/office/" else path.startswith(address)
