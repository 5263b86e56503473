"""Pages of accounts: they translate, the services decide."""

import re
from collections.abc import Mapping

from django.conf import settings
from django.contrib import messages
from django.contrib.auth import authenticate, login, logout, update_session_auth_hash
from django.http import HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts import credentials, imports, services, throttle
from zhengheng.web.accounts.interrupted import taken_up
from zhengheng.web.accounts.models import Account, Renewal, RoleGrant
from zhengheng.web.accounts.proving import require_proof
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import (
    allowed,
    is_locked,
    lately_renewed,
    listed,
    months,
    require,
    waiting_renewals,
)
from zhengheng.web.accounts.telling import LATELY, tell_owner
from zhengheng.web.acts.vacant import left_by
from zhengheng.web.files.take_in import take_in
from zhengheng.web.organisation.selectors import standing as standing_units
from zhengheng.web.pages.clock import running
from zhengheng.web.pages.requests import http_status, seen_version
from zhengheng.web.pages.tags import say
from zhengheng.workflow.deciding import DECIDERS
from zhengheng.workflow.roles import NAMES, Role


def sign_in(request: OfficeRequest) -> HttpResponse:
    """The door. A failure never says whether it was the name, the password or a lock."""
    problems: list[Problem] = []
    if request.method == "POST":
        username, given = request.POST.get("username", "").strip(), request.POST.get("password", "")
        address, now = _address(request), running()
        if throttle.must_wait(username=username, address=address, now=now):
            problem = Problem("sign_in", "sign_in.wait", f"登录失败次数过多，请 {settings.LOCK_MINUTES} 分钟后再试",
                              f"too many failed sign-ins; try again in {settings.LOCK_MINUTES} minutes")  # fmt: skip
            return render(request, "accounts/sign_in.html", {"problems": [problem]}, status=429)
        account = authenticate(request, username=username, password=given)
        if account is not None:
            login(request, account)
            throttle.note_success(account=account, address=address, now=now)
            tell_owner(request, account)
            return redirect(_inside(request))
        throttle.note_failure(username=username, address=address, now=now, at=request.now)
        problems.append(
            Problem("username", "sign_in.failed", "账号或密码不正确。连续输错后，这里需要等 15 分钟才能再试",
                    "user name or password is wrong; after repeated failures you have to wait 15 minutes here")
        )  # fmt: skip
    context = {
        "problems": problems, "next": request.GET.get("next", ""), "doors": settings.DOORS.items(),
        "unsaved": "unsaved" in request.GET,
    }  # fmt: skip
    return render(request, "accounts/sign_in.html", context, status=422 if problems else 200)


def _address(request: OfficeRequest) -> str:
    """Where a request comes from, as zhengheng.web.config.proxies found out."""
    return str(request.META.get("REMOTE_ADDR", ""))


def _inside(request: OfficeRequest) -> str:
    target = request.POST.get("next", "")
    safe = url_has_allowed_host_and_scheme(target, {request.get_host()}, request.is_secure())
    return target if target and safe else "/office/"


@require_POST
def sign_out(request: OfficeRequest) -> HttpResponse:
    logout(request)
    return redirect("/office/sign-in/")


def password(request: OfficeRequest) -> HttpResponse:
    """One's own password."""
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            typed = {name: request.POST.get(name, "") for name in ("old", "new", "again")}
            ended = services.change_password(account=request.user, now=request.now, **typed)
        except ZhenghengError as error:
            problems = error.problems
        else:
            update_session_auth_hash(request, request.user)
            messages.success(request, say("密码已更新。", "the password was changed"))
            if ended:
                messages.warning(request, say(f"原有的 {ended} 个接口令牌已随原密码一并作废；仍需要的，请重新生成。", f"API tokens that ended with the old password: {ended}; make those anew that are still needed"))  # fmt: skip
            return redirect("/office/")
    return render(
        request, "accounts/password.html", {"problems": problems}, status=422 if problems else 200
    )


@require_safe
def accounts(request: OfficeRequest) -> HttpResponse:
    """Everybody who can sign in, and what they may do."""
    day = request.now.date()
    require(request.user, "account.list", day)
    held = listed(day)
    in_use = [given for account, given in held if account.is_active]
    context = {
        "accounts": [(account, [_named(grant) for grant in given]) for account, given in held],
        "active": len(in_use),
        "bare": in_use.count([]),
        "may_create": allowed(request.user, "account.create", day),
        "may_give": allowed(request.user, "grant.give", day),
        "waiting": waiting_renewals(),
    }  # fmt: skip
    return render(request, "accounts/list.html", context)


def _named(grant: RoleGrant) -> dict[str, object]:
    zh, en = NAMES[Role(grant.role)]
    return {"grant": grant, "zh": zh, "en": en}


def create(request: OfficeRequest) -> HttpResponse:
    """A new account, without any right."""
    require(request.user, "account.create", request.now.date())
    problems: tuple[Problem, ...] = ()
    if request.method == "POST":
        try:
            made, drawn = credentials.new_account(
                username=request.POST.get("username", ""), name=request.POST.get("name", ""),
                actor=request.user, now=request.now,
            )  # fmt: skip
        except ZhenghengError as error:
            problems = error.problems
        else:
            return _handed(request, [(made, drawn)])
    context = {"problems": problems, "given": request.POST}
    return render(request, "accounts/new.html", context, status=422 if problems else 200)


def _handed(request: OfficeRequest, made: list[tuple[Account, str]]) -> HttpResponse:
    """New accounts and their first passwords, to be handed over: on this page and never again."""
    return render(request, "accounts/handed.html", {"made": made})


@require_safe
def account(request: OfficeRequest, username: str) -> HttpResponse:
    """One account: its roles, and what this officer may do with it; with what stood in a form that wanted a fresh proof first."""
    left = taken_up(request)
    taking = re.search(r"/grants/(\d+)/revoke/$", left.sent_to)
    return _account(request, username, revoked=int(taking[1]) if taking else None, left=left.typed)


def _account(
    request: OfficeRequest,
    username: str,
    refused: ZhenghengError | None = None,
    revoked: int | None = None,
    left: Mapping[str, str] | None = None,
) -> HttpResponse:
    """The account's page; after a refused grant, or one that a fresh proof interrupted (`left`), with what was wrong and all that was typed, in the form it was typed into:
    where `revoked` says so, that of the grant which is to be taken back."""
    day = request.now.date()
    require(request.user, "account.list", day)
    found = get_object_or_404(Account, username=username)
    locked = is_locked(found, request.now)
    context = {
        "account": found, "locked": locked, "today": day,
        "grants": [_named(g) | {"last": credentials.is_last(g, request.now)} for g in found.grants.filter(revoked_at=None).select_related("unit")],
        "leaves": [(NAMES[role], count) for role, count in left_by(found, day).items()] if found.is_active else [],
        "roles": [(role.value, *NAMES[role]) for role in NAMES],
        "units": standing_units(day),
        "may_give": allowed(request.user, "grant.give", day) and found.pk != request.user.pk,
        "may_unlock": allowed(request.user, "account.unlock", day),
        "may_close": found.pk != request.user.pk and credentials.may_renew(found, request.user, request.now, credentials.CLOSING),
        "closings": found.renewals.filter(what__in=credentials.REASONED).exclude(done_at=None).select_related("asked_by", "done_by"),
        "may_renew": credentials.may_renew(found, request.user, request.now),
        "waiting": [(one, credentials.WHAT[one.what], credentials.may_confirm(one, request.user, request.now))
                    for one in waiting_renewals().filter(account=found)],
        "months": [(_named(grant), count) for grant, count in months(found, day)],
        "problems": refused.problems if refused else (),
        "revoked": revoked, "typed": request.POST.dict() if refused else {"valid_from": day.isoformat(), **(left or {})},
    }  # fmt: skip
    return render(
        request, "accounts/account.html", context, status=http_status(refused) if refused else 200
    )


@require_POST
def unlock(request: OfficeRequest, username: str) -> HttpResponse:
    services.unlock_account(
        account=get_object_or_404(Account, username=username), row_version=seen_version(request),
        actor=request.user, now=request.now,
    )  # fmt: skip
    return redirect("account", username)


@require_POST
def renew(request: OfficeRequest, username: str, what: str) -> HttpResponse:
    """A new first password, a second factor forgotten, the account closed or opened again; of an officer asked for only."""
    require_proof(request)
    try:
        held, password = credentials.renew(
            account=get_object_or_404(Account, username=username), what=what, row_version=seen_version(request),
            actor=request.user, now=request.now, reason=request.POST.get("reason", ""),
        )  # fmt: skip
    except credentials.RenewalError as error:
        return _account(request, username, error)
    return _renewed(request, held, password)


@require_POST
def confirm_renewal(request: OfficeRequest, number: int) -> HttpResponse:
    """A second officer carries an officer's renewal out."""
    require_proof(request)
    held = get_object_or_404(Renewal.objects.select_related("account"), pk=number)
    password = credentials.confirm(
        renewal=held, row_version=held.account.row_version, actor=request.user, now=request.now
    )
    held.refresh_from_db()
    return _renewed(request, held, password)


@require_safe
def renewals(request: OfficeRequest) -> HttpResponse:
    """What was done lately to passwords, second factors and accounts of people whose word counts, and by whom."""
    require(request.user, "account.read_renewals", request.now.date())
    held = lately_renewed(
        request.now - LATELY, account__grants__role__in=DECIDERS, account__grants__revoked_at=None
    )
    context = {"renewals": [(one, credentials.WHAT[one.what]) for one in held], "days": LATELY.days}
    return render(request, "accounts/renewals.html", context)


@require_POST
def drop_renewal(request: OfficeRequest, number: int) -> HttpResponse:
    held = get_object_or_404(Renewal.objects.select_related("account"), pk=number)
    credentials.drop(renewal=held, actor=request.user, now=request.now)
    return redirect("account", held.account.username)


def _renewed(request: OfficeRequest, held: Renewal, password: str) -> HttpResponse:
    """What came of it; a password is shown on this page and never again."""
    context = {"renewal": held, "words": credentials.WHAT[held.what], "password": password}
    return render(request, "accounts/renewed.html", context)


@require_POST
def give(request: OfficeRequest, username: str) -> HttpResponse:
    """Give a role; what cannot be is said in words, and nothing is changed."""
    require_proof(request)
    require(request.user, "grant.give", request.now.date())
    found = get_object_or_404(Account, username=username)
    try:
        typed = {
            name: request.POST.get(name, "") for name in ("role", "unit", "valid_from", "valid_to")
        }
        services.give_typed(account=found, typed=typed, actor=request.user, now=request.now)
    except services.AccountError as error:
        return _account(request, username, error)
    messages.success(request, say("已授权", "the role was given"))
    return redirect("account", username)


@require_POST
def revoke(request: OfficeRequest, number: int) -> HttpResponse:
    require_proof(request)
    require(request.user, "grant.revoke", request.now.date())
    grant = get_object_or_404(RoleGrant.objects.select_related("account", "unit"), pk=number)
    try:
        asked = _revoke(request, grant)
    except credentials.RenewalError as error:
        return _account(request, grant.account.username, error, revoked=grant.pk)
    if asked is not None:
        return _renewed(request, asked, "")
    messages.success(request, say("已收回", "the role was taken back"))
    return redirect("account", grant.account.username)


def _revoke(request: OfficeRequest, grant: RoleGrant) -> Renewal | None:
    return credentials.revoke_role(
        grant=grant, row_version=seen_version(request), actor=request.user, now=request.now,
        reason=request.POST.get("reason", ""),
    )  # fmt: skip


@require_http_methods(["GET", "HEAD", "POST"])
def bring_accounts(request: OfficeRequest) -> HttpResponse:
    """Accounts from a table; the answer is the list of first passwords to hand over."""
    require(request.user, "account.create", request.now.date())
    if request.method == "POST":
        require_proof(request)
    made: list[tuple[Account, str]] = []

    def write(rows: list[dict[str, str]], source: str) -> int:
        made.extend(imports.import_accounts(rows=rows, source=source, actor=request.user, now=request.now))  # fmt: skip
        return len(made)

    answer = take_in(request, "accounts/import.html", imports.ACCOUNTS, write, "accounts")
    return _handed(request, made) if made else answer


@require_http_methods(["GET", "HEAD", "POST"])
def bring_grants(request: OfficeRequest) -> HttpResponse:
    """Roles from a table."""
    require(request.user, "grant.give", request.now.date())
    if request.method == "POST":
        require_proof(request)

    def write(rows: list[dict[str, str]], source: str) -> int:
        return imports.import_grants(rows=rows, source=source, actor=request.user, now=request.now)

    return take_in(request, "accounts/import.html", imports.GRANTS, write, "accounts")
