"""What the portal shows of comments, and what a comment is about."""

import html
import re
from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.core.exceptions import SuspiciousFileOperation
from django.utils._os import safe_join

from zhengheng.domain.masked import kept
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.acts.declare import Words
from zhengheng.web.comments.models import Comment
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import in_full
from zhengheng.web.rulebooks.consultations import asked_on
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.workflow.permissions import ACTS, may
from zhengheng.workflow.roles import NAMES, Grant, Role


def can_answer(unit: Unit, day: date) -> bool:
    """Whether somebody with an account of the unit, or of one that it goes on for, may answer what is routed to it."""
    held = standing(day).filter(unit=unit, account__is_active=True).values_list("role", flat=True)
    own = [Grant(Role(role), unit.code) for role in held.distinct()]
    return may(own, "comment.reply", units={"own": [unit.code]})


def say_roles(act: str) -> Words:
    """Who may do an act, by the names of the roles."""
    roles = sorted({role for rule in ACTS[act] for role in rule.roles})
    return "、".join(NAMES[one][0] for one in roles), ", ".join(NAMES[one][1] for one in roles)


def days_taken(comment: Comment) -> int | None:
    """Working days from its coming to its answer."""
    if comment.answered_on is None:
        return None
    return working_calendar().between(comment.received_on, comment.answered_on)


def _middle(days: list[int]) -> str:
    """The median; of an even number the mean of the middle two, a half written as such."""
    if not days:
        return ""
    twice = days[(len(days) - 1) // 2] + days[len(days) // 2]
    return str(twice // 2) if twice % 2 == 0 else f"{twice // 2}.5"


def shown() -> dict[str, Any]:
    """The comments that are shown, newest first, and how many there were of each fate."""
    held = Comment.objects.select_related("unit__parent__parent").order_by("-received_on", "-pk")
    rows = [
        {"text": one.shown, "page": one.page, "received_on": str(one.received_on), "reply": one.reply if one.state == "answered" else "",
         "unit": dict(zip(("zh", "en"), in_full(one.unit), strict=True)) if one.unit else {"zh": "", "en": ""}, "kept": kept(one.text, one.shown),
         "answered_on": str(one.answered_on or ""), "days": days_taken(one)}
        for one in held.filter(state__in=("routed", "replied", "answered"))
    ]  # fmt: skip
    days = sorted(taken for one in held.filter(state="answered") if (taken := days_taken(one)) is not None)  # fmt: skip
    return {
        "rows": rows, "received": held.count(), "refused": held.filter(state="refused").count(),
        "handed_over": held.filter(state="handed_over").count(), "attached": held.filter(state="attached").count(), "answered": len(days),
        "waiting": held.filter(state__in=("received", "routed", "replied")).count(),
        "middle": _middle(days),
    }  # fmt: skip


def about(comment: Comment) -> tuple[str, str]:
    """The portal's page that was commented on, by the title it carries there, and the part named after the #."""
    page, _, part = comment.page.partition("#")
    page = page.lstrip("/").removeprefix("en/") or "index.html"
    zh, en = _title(page), _title(f"en/{page}")
    at = _part(page, part)
    return f"{zh or '门户页面'}{f'：{at[0]}' if at else ''}", f"{en or 'a page of the portal'}{f': {at[1]}' if at else ''}"  # fmt: skip


def _part(page: str, part: str) -> tuple[str, str] | None:
    """The unit or indicator that a page's part is about, by its name; None for any other place on a page."""
    if part and (unit := Unit.objects.filter(code=part).first()) is not None:
        return unit.name_zh, unit.name_en or unit.name_zh
    version = asked_on(page)
    found = part and version and next((i for i in book_of(version).indicators if i.code == part), None)  # fmt: skip
    return (found.name.zh, found.name.say("en")) if found else None


def _title(page: str) -> str:
    """The title of a page as it is written now, without the portal's own name; empty where there is none."""
    try:
        text = Path(safe_join(Path(settings.HOME) / "portal", page)).read_text(encoding="utf-8")
    except (OSError, ValueError, SuspiciousFileOperation):
        return ""
    found = re.search(r"<title>(.*?)(?: · [^<]*)?</title>", text, re.S)
    return html.unescape(found.group(1)).strip() if found else ""
