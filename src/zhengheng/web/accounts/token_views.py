"""One's own tokens for programs."""

from datetime import date, timedelta
from typing import Any

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts import tokens as services
from zhengheng.web.accounts.models import ApiToken
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.registry import AREAS, KINDS

WORDS: dict[str, Words] = {
    "read": ("读取", "read"), "reports-sheet": ("写入：填报表格", "write: reports as a workbook"), "files": ("写入：文件", "write: files"),
    "jobs": ("写入：后台作业", "write: jobs"), "results": ("写入：核算结果的登记与查阅名单", "write: registering results and naming readers"),
    "ledger": ("写入：存证检查点", "write: checkpoints of the ledger"), "accounts": ("写入：账号", "write: accounts"), "grants": ("写入：角色", "write: roles"),
    "targets-import": ("写入：目标导入", "write: targets from a table"), "comments-import": ("写入：留言导入", "write: comments from the portal"),
    "units-import": ("写入：组织机构导入", "write: units from a table"), "accounts-import": ("写入：账号导入", "write: accounts from a table"),
    "grants-import": ("写入：角色导入", "write: roles from a table"),
} | {kind.path: (f"写入：{kind.words[0]}", f"write: {kind.words[1].lower()}") for kind in KINDS}  # fmt: skip
"""What a token's scopes are called."""


def tokens(request: OfficeRequest) -> HttpResponse:
    """What there is, and a new one; its secret stands on the page once."""
    problems: tuple[Problem, ...] = ()
    secret = ""
    known = services.scopes(list(AREAS))
    typed: dict[str, Any] = {"scopes": ["read"], "ends_on": request.now.date() + timedelta(90)}
    if request.method == "POST":
        try:
            _, secret = services.make_token(
                account=request.user, name=request.POST.get("name", ""), scopes=request.POST.getlist("scopes"),
                known=known, ends_on=_day(request.POST.get("ends_on", ""), request.now.date()), now=request.now,
            )  # fmt: skip
        except ZhenghengError as error:
            problems = error.problems
            typed = {**request.POST.dict(), "scopes": request.POST.getlist("scopes")}
    context = {
        "words": WORDS, "tokens": ApiToken.objects.filter(account=request.user, revoked_at=None), "known": known,
        "secret": secret, "problems": problems, "typed": typed,
    }  # fmt: skip
    return render(request, "accounts/tokens.html", context, status=422 if problems else 200)


def _day(text: str, otherwise: date) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        return otherwise


@require_POST
def revoke(request: OfficeRequest, number: int) -> HttpResponse:
    token = get_object_or_404(ApiToken, pk=number, account=request.user)
    services.revoke_token(token=token, actor=request.user, now=request.now)
    return redirect("tokens")
