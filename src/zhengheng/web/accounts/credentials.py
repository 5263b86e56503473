"""New first passwords and forgotten second factors: an officer's need a second officer, and every owner is told.

Whoever sets another's password could sign in as him. So passwords are drawn by lot and shown once; where the account is one of
the three officers', one officer asks and another, who is neither the owner, carries it out.
"""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account, Renewal, RoleGrant
from zhengheng.web.accounts.selectors import allowed, forbidden, grants, require
from zhengheng.web.accounts.services import change_conditionally
from zhengheng.web.accounts.throttle import let_try_again
from zhengheng.web.ledger.services import append
from zhengheng.workflow.roles import OFFICERS, Role

PASSWORD, FACTOR = "password", "factor"
WHAT = {
    PASSWORD: ("初始密码", "first password"),
    FACTOR: ("第二重验证", "second factor"),
}
LENGTH = 12
LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ23456789"
"""None that people read for another."""


class RenewalError(ZhenghengError):
    """A renewal cannot be asked for, or carried out, as it is."""


def first_password() -> str:
    """A password by lot, which people can read out."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def is_officer(account: Account) -> bool:
    """Whether an account has, or will have, one of the three officers' roles."""
    held = RoleGrant.objects.filter(account=account, role__in=OFFICERS, revoked_at=None)
    return held.exists()


@transaction.atomic
def renew(
    *, account: Account, what: str, row_version: int, actor: Account, now: datetime
) -> tuple[Renewal, str]:
    """Ask for a new first password or to forget the second factor; gives the renewal, and the password where it was done at once.

    Raises ForbiddenError, RenewalError, StaleError.
    """
    if not may_renew(account, actor, now):
        raise forbidden("account.reset_password")
    if account.pk == actor.pk:
        raise RenewalError.one("account", "renewal.self", zh="不能重置自己的凭据，请在“修改密码”中办理", en="nobody resets his own; use “Change password”")  # fmt: skip
    Renewal.objects.filter(account=account, what=what, done_at=None, dropped_at=None).update(dropped_at=now)  # fmt: skip
    held = Renewal.objects.create(account=account, what=what, asked_by=actor, asked_at=now)
    if is_officer(account):
        _tell("account.renewal_asked", held, actor, now)
        return held, ""
    password = _carry_out(held, row_version, actor, now)
    held.refresh_from_db()
    return held, password


@transaction.atomic
def confirm(*, renewal: Renewal, row_version: int, actor: Account, now: datetime) -> str:
    """Carry an officer's renewal out as a second officer; gives the password. Raises ForbiddenError, RenewalError, StaleError."""
    require(actor, "account.confirm_renewal", now.date())
    held = Renewal.objects.select_for_update().select_related("account").get(pk=renewal.pk)
    if held.done_at or held.dropped_at:
        raise RenewalError.one("renewal", "renewal.over", zh="这一申请已经办结", en="this request is settled already")  # fmt: skip
    if actor.pk in {held.asked_by_id, held.account_id}:
        raise RenewalError.one("renewal", "renewal.second", zh="须由申请人和本人以外的另一位管理员确认", en="another officer confirms it: neither who asked nor the owner")  # fmt: skip
    return _carry_out(held, row_version, actor, now)


@transaction.atomic
def drop(*, renewal: Renewal, actor: Account, now: datetime) -> None:
    """An officer says no, or the asker takes it back. Raises ForbiddenError, RenewalError."""
    require(actor, "account.confirm_renewal", now.date())
    open_one = Renewal.objects.filter(pk=renewal.pk, done_at=None, dropped_at=None)
    if not open_one.update(dropped_at=now):
        raise RenewalError.one("renewal", "renewal.over", zh="这一申请已经办结", en="this request is settled already")  # fmt: skip
    _tell("account.renewal_dropped", renewal, actor, now)


def notices(account: Account, now: datetime) -> list[Renewal]:
    """What was renewed for an account and its owner has not been told yet; from now on he has."""
    held = list(Renewal.objects.filter(account=account, seen_at=None).exclude(done_at=None).select_related("asked_by", "done_by"))  # fmt: skip
    Renewal.objects.filter(pk__in=[one.pk for one in held]).update(seen_at=now)
    return held


def may_renew(account: Account, actor: Account, now: datetime) -> bool:
    """The system administrator renews; for the system administrator himself the secrecy officer asks."""
    day = now.date()
    theirs = {grant.role for grant in grants(account, day)}
    own = {grant.role for grant in grants(actor, day)}
    return allowed(actor, "account.reset_password", day) or (
        Role.SECRECY_OFFICER in own and Role.SYSTEM_ADMINISTRATOR in theirs
    )


def _carry_out(held: Renewal, row_version: int, actor: Account, now: datetime) -> str:
    password = first_password() if held.what == PASSWORD else ""
    fields = (
        {"password": make_password(password), "must_change_password": True}
        if password
        else {"factor": "", "factor_step": 0}
    )
    change_conditionally(held.account, row_version, **fields, failures=0, locked_until=None)
    let_try_again(held.account)
    Renewal.objects.filter(pk=held.pk).update(done_by=actor, done_at=now)
    act = "account.password_reset" if password else "account.factor_forgotten"
    _tell(act, held, actor, now)
    return password


def _tell(act: str, held: Renewal, actor: Account, now: datetime) -> None:
    append(
        act=act, subject=f"account:{held.account.username}", actor=actor.username, at=now,
        content={"what": held.what, "asked_by": held.asked_by.username},
    )  # fmt: skip
