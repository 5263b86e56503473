"""What the portal shows of comments."""

from typing import Any

from zhengheng.web.comments.models import Comment
from zhengheng.web.days.selectors import working_calendar


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
    held = Comment.objects.select_related("unit").order_by("-received_on", "-pk")
    rows = [
        {"text": one.shown, "page": one.page, "received_on": str(one.received_on), "reply": one.reply if one.state == "answered" else "",
         "unit": {"zh": one.unit.name_zh, "en": one.unit.name_en or one.unit.name_zh} if one.unit else {"zh": "", "en": ""},
         "answered_on": str(one.answered_on or ""), "days": days_taken(one)}
        for one in held.filter(state__in=("routed", "replied", "answered"))
    ]  # fmt: skip
    days = sorted(taken for one in held.filter(state="answered") if (taken := days_taken(one)) is not None)  # fmt: skip
    return {
        "rows": rows, "received": held.count(), "refused": held.filter(state="refused").count(),
        "handed_over": held.filter(state="handed_over").count(), "attached": held.filter(state="attached").count(), "answered": len(days),
        "middle": _middle(days),
    }  # fmt: skip
