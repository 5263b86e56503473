"""Credentials that officers renew, accounts that they close and roles that they take back: asked for, confirmed by a second officer, or refused."""

from typing import Any

from ninja import Status

from zhengheng.domain.problems import NotFoundError
from zhengheng.web.accounts import credentials
from zhengheng.web.accounts.models import Account, Renewal, RoleGrant
from zhengheng.web.accounts.proving import require_proof
from zhengheng.web.accounts.request import OfficeRequest
from zhengheng.web.accounts.selectors import allowed, forbidden, require, waiting_renewals
from zhengheng.web.api import schemas as s
from zhengheng.web.api.acts import ERRORS
from zhengheng.web.api.repeat import Writing

router = Writing()


@router.post("/accounts/{username}/password", response={200: s.RenewalOut, **ERRORS})
def account_reset(request: OfficeRequest, username: str, given: s.VersionIn) -> dict[str, Any]:
    """A new first password, drawn by lot and told once; of an officer, or of whoever decides or signs, only asked for: another officer confirms."""
    return _renewed(request, username, given.row_version, credentials.PASSWORD)


@router.post("/accounts/{username}/second-factor", response={200: s.RenewalOut, **ERRORS})
def account_forget_factor(
    request: OfficeRequest, username: str, given: s.VersionIn
) -> dict[str, Any]:
    """Forget a second factor; of an officer, or of whoever decides or signs, only asked for: another officer confirms."""
    return _renewed(request, username, given.row_version, credentials.FACTOR)


@router.post("/accounts/{username}/close", response={204: None, 202: s.RenewalOut, **ERRORS})
def account_close(request: OfficeRequest, username: str, given: s.ReasonIn) -> Any:
    """Nobody signs in with it any more; an officer's is only asked for (202), an officer of another office confirms."""
    out = _renewed(request, username, given.row_version, credentials.CLOSING, given.reason)
    return Status(204, None) if out["state"] == "done" else Status(202, out)


@router.post("/grants/{int:number}/revoke", response={204: None, 202: s.RenewalOut, **ERRORS})
def grant_revoke(request: OfficeRequest, number: int, given: s.RevokeIn) -> Any:
    """Take a role back, with a reason where nobody else holds it; an officer's is only asked for (202), an officer of another office confirms."""
    require_proof(request)
    require(request.user, "grant.revoke", request.now.date())
    # A number beyond the database's own is no grant, and no error of the database either.
    held = RoleGrant.objects.select_related("account", "unit").filter(pk=number)
    grant = held.first() if number < 2**63 else None
    if grant is None:
        raise _absent(str(number))
    asked = credentials.revoke_role(
        grant=grant, row_version=given.row_version, actor=request.user, now=request.now, reason=given.reason
    )  # fmt: skip
    return Status(202, _renewal_out(asked, "")) if asked else Status(204, None)


@router.post("/accounts/{username}/open", response={200: s.RenewalOut, 202: s.RenewalOut, **ERRORS})
def account_open(request: OfficeRequest, username: str, given: s.ReasonIn) -> Any:
    """Open a closed account again, with a new first password and without its old tokens; an officer's is only asked
    for (202), an officer of another office confirms."""
    out = _renewed(request, username, given.row_version, credentials.OPENING, given.reason)
    return Status(200 if out["state"] == "done" else 202, out)


def _renewed(
    request: OfficeRequest, username: str, version: int, what: str, reason: str = ""
) -> dict[str, Any]:
    require_proof(request)
    if not allowed(request.user, "account.list", request.now.date()):
        raise forbidden("account.reset_password")
    held, password = credentials.renew(
        account=_find(username), what=what, row_version=version, actor=request.user, now=request.now, reason=reason,
    )  # fmt: skip
    return _renewal_out(held, password)


def _renewal_out(held: Renewal, password: str) -> dict[str, Any]:
    return {
        "id": held.pk, "username": held.account.username, "what": held.what, "reason": held.reason,
        "state": "done" if held.done_at else "dropped" if held.dropped_at else "asked", "password": password or None,
    }  # fmt: skip


@router.get("/accounts/renewals", response={200: list[s.RenewalOut], **ERRORS})
def waiting(request: OfficeRequest) -> list[dict[str, Any]]:
    """What was asked for officers' accounts and waits for a second officer."""
    require(request.user, "account.confirm_renewal", request.now.date())
    return [_renewal_out(one, "") for one in waiting_renewals()]


@router.post("/accounts/renewals/{int:number}/confirm", response={200: s.RenewalOut, **ERRORS})
def renewal_confirm(request: OfficeRequest, number: int, given: s.VersionIn) -> dict[str, Any]:
    """Carry out what was asked for an officer's account, as an officer of another office; `row_version` is the account's."""
    require_proof(request)
    require(request.user, "account.confirm_renewal", request.now.date())
    held = _renewal(number)
    password = credentials.confirm(
        renewal=held, row_version=given.row_version, actor=request.user, now=request.now
    )
    held.refresh_from_db()
    return _renewal_out(held, password)


@router.post("/accounts/renewals/{int:number}/drop", response={200: s.RenewalOut, **ERRORS})
def renewal_drop(request: OfficeRequest, number: int) -> dict[str, Any]:
    """Refuse what was asked for an officer's account, or take it back."""
    require(request.user, "account.confirm_renewal", request.now.date())
    held = _renewal(number)
    credentials.drop(renewal=held, actor=request.user, now=request.now)
    held.refresh_from_db()
    return _renewal_out(held, "")


def _renewal(number: int) -> Renewal:
    found = Renewal.objects.select_related("account").filter(pk=number).first()
    if found is None:
        raise _absent(str(number))
    return found


def _find(username: str) -> Account:
    found = Account.objects.filter(username=username).first()
    if found is None:
        raise _absent(username)
    return found


def _absent(what: str) -> NotFoundError:
    return NotFoundError.one(what, "absent", zh="没有这一项", en="there is no such thing")
