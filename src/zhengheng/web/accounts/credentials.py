"""First passwords, forgotten second factors and the closing of accounts: an officer's need a second officer, and every owner is told.

Whoever sets another's password could sign in as him. So passwords are drawn by lot and shown once, for a new account too; where
the account is one of the three officers', one officer asks and another carries it out, who holds another office and is not the owner.
The same two close an officer's account, and never the last of an office: nobody puts those out of the way who watch him.
"""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account, Renewal, RoleGrant
from zhengheng.web.accounts.selectors import allowed, forbidden, grants, in_office, require
from zhengheng.web.accounts.services import change_conditionally, create_account
from zhengheng.web.accounts.throttle import let_try_again
from zhengheng.web.ledger.services import append
from zhengheng.workflow.roles import NAMES, OFFICERS, Role

PASSWORD, FACTOR, CLOSING = "password", "factor", "closing"
WHAT = {
    PASSWORD: ("重置初始密码", "a new first password"),
    FACTOR: ("清除第二重验证", "forgetting the second factor"),
    CLOSING: ("停用账号", "closing the account"),
}
_RIGHT = {
    PASSWORD: "account.reset_password",
    FACTOR: "account.reset_password",
    CLOSING: "account.close",
}
_DONE = {
    PASSWORD: "account.password_reset",
    FACTOR: "account.factor_forgotten",
    CLOSING: "account.closed",
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


def new_account(*, username: str, name: str, actor: Account, now: datetime) -> tuple[Account, str]:
    """A new account without any right, and its first password: drawn by lot, told to who makes it, kept nowhere."""
    password = first_password()
    made = create_account(username=username, name=name, password=password, actor=actor, now=now)
    return made, password


@transaction.atomic
def renew(
    *, account: Account, what: str, row_version: int, actor: Account, now: datetime
) -> tuple[Renewal, str]:
    """Ask for a new first password, to forget the second factor, or to close the account; gives the request, and the password where it was done at once.

    Raises ForbiddenError, RenewalError, StaleError.
    """
    if not may_renew(account, actor, now, what):
        raise forbidden(_RIGHT[what])
    if account.pk == actor.pk:
        raise RenewalError.one("account", "renewal.self", zh="不能给自己办理，请由另一位管理员办理；自己的密码在“修改密码”中更换。", en="nobody does this to his own account: another officer does; one’s own password is changed under “Change password”")  # fmt: skip
    if what == CLOSING:
        _leaves_no_office_empty(account, now)
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
    if not may_confirm(held, actor, now):
        raise RenewalError.one("renewal", "renewal.second", zh="须由另一岗位的管理员确认：本人、申请人以及与申请人同岗位的管理员都不能确认。", en="an officer of another office confirms it: neither the owner, nor who asked, nor one of the same office as who asked")  # fmt: skip
    if held.what == CLOSING:
        _leaves_no_office_empty(held.account, now)
    return _carry_out(held, row_version, actor, now)


def may_confirm(held: Renewal, actor: Account, now: datetime) -> bool:
    """Whether an officer is the second one: not the owner, and of another office than who asked and still holds his own."""
    asked, own = (_offices(one, now) for one in (held.asked_by, actor))
    return actor.pk != held.account_id and bool(asked and own) and not asked & own


def _offices(account: Account, now: datetime) -> set[Role]:
    """Which of the three offices an account holds today; a closed one holds none."""
    held = {grant.role for grant in grants(account, now.date())}
    return held & OFFICERS if account.is_active else set()


def _leaves_no_office_empty(account: Account, now: datetime) -> None:
    """Raises RenewalError where an account is the last that holds one of the three offices."""
    for role in sorted(_offices(account, now)):
        if not in_office(role, now.date()).exclude(account=account).exists():
            zh, en = NAMES[role]
            raise RenewalError.one(
                "account", "account.last", zh=f"{account.name}是最后一位{zh}，停用后将无人担任；请先把这个角色授予另一个账号。",
                en=f"{account.name} is the last {en.lower()}; give the role to another account first",
            )  # fmt: skip


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


def may_renew(account: Account, actor: Account, now: datetime, what: str = PASSWORD) -> bool:
    """The system administrator renews and closes; for the system administrator himself the secrecy officer asks."""
    day = now.date()
    theirs = {grant.role for grant in grants(account, day)}
    own = {grant.role for grant in grants(actor, day)}
    return allowed(actor, _RIGHT[what], day) or (
        Role.SECRECY_OFFICER in own and Role.SYSTEM_ADMINISTRATOR in theirs
    )


def _carry_out(held: Renewal, row_version: int, actor: Account, now: datetime) -> str:
    password = ""
    fields: dict[str, object] = {"failures": 0, "locked_until": None}
    if held.what == PASSWORD:
        password = first_password()
        fields |= {"password": make_password(password), "must_change_password": True}
    elif held.what == FACTOR:
        fields |= {"factor": "", "factor_step": 0}
    else:
        fields |= {"is_active": False}
    change_conditionally(held.account, row_version, **fields)
    let_try_again(held.account)
    Renewal.objects.filter(pk=held.pk).update(done_by=actor, done_at=now)
    _tell(_DONE[held.what], held, actor, now)
    return password


def _tell(act: str, held: Renewal, actor: Account, now: datetime) -> None:
    append(
        act=act, subject=f"account:{held.account.username}", actor=actor.username, at=now,
        content={"what": held.what, "asked_by": held.asked_by.username},
    )  # fmt: skip
