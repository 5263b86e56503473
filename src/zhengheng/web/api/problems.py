"""Errors of the API: problem+json (RFC 9457), the first problem's stable code as its type."""

from collections.abc import Sequence

from django.http import HttpRequest, HttpResponse, JsonResponse

from zhengheng.domain.problems import Problem
from zhengheng.web.pages.tags import language, say


def answer(request: HttpRequest, status: int, problems: Sequence[Problem]) -> HttpResponse:
    """An error with every problem that was found."""
    chinese = language() == "zh"
    body = {
        "type": problems[0].code, "title": say("没有完成", "not done"), "status": status,
        "problems": [
            {"where": p.where, "code": p.code, "detail": p.zh if chinese else p.en} for p in problems
        ],
    }  # fmt: skip
    return JsonResponse(body, status=status, content_type="application/problem+json")
