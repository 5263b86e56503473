"""One's own tokens for programs."""

from datetime import date, timedelta

from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.views.decorators.http import require_POST

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts import tokens as services
from zhengheng.web.accounts.models import ApiToken
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.acts.registry import AREAS


def tokens(request: OfficeRequest) -> HttpResponse:
    """What there is, and a new one; its secret stands on the page once."""
    problems: tuple[Problem, ...] = ()
    secret = ""
    known = services.scopes(list(AREAS))
    if request.method == "POST":
        try:
            _, secret = services.make_token(
                account=request.user, name=request.POST.get("name", ""), scopes=request.POST.getlist("scopes"),
                known=known, ends_on=_day(request.POST.get("ends_on", ""), request.now.date()), now=request.now,
            )  # fmt: skip
        except ZhenghengError as error:
            problems = error.problems
    context = {
        "tokens": ApiToken.objects.filter(account=request.user, revoked_at=None), "known": known,
        "secret": secret, "problems": problems, "end": request.now.date() + timedelta(90),
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
