"""First passwords, forgotten second factors, the closing of accounts and roles taken back: an officer's need a second officer, and every owner is told.

Whoever sets another's password could sign in as him. So passwords are drawn by lot and shown once, for a new account too; where
the owner is one of the three officers, or decides, attests, releases or signs (`workflow.deciding`), one officer asks and another
carries it out, who holds another office and is not the owner. The same two close an officer's account or take his role, and never
the last of an office: nobody puts those out of the way who watch him. The same two open such an account again, with a new first
password. With a new password, a forgotten second factor or a closing all tokens and sessions of the account end; its owner and the
director read of it.
"""

import secrets
from datetime import datetime

from django.contrib.auth.hashers import make_password
from django.db import transaction
from django.db.models import F

from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.said import says_something
from zhengheng.domain.unseen import named, unseen
from zhengheng.web.accounts.models import Account, Renewal, RoleGrant
from zhengheng.web.accounts.selectors import (
    allowed,
    forbidden,
    goes_on_without,
    grants,
    require,
    standing,
)
from zhengheng.web.accounts.services import (
    change_conditionally,
    create_account,
    end_tokens,
    stale,
)
from zhengheng.web.accounts.throttle import let_try_again
from zhengheng.web.ledger.services import append
from zhengheng.workflow.deciding import DECIDERS
from zhengheng.workflow.roles import NAMES, OFFICERS, Role

PASSWORD, FACTOR, CLOSING, OPENING, ROLE = "password", "factor", "closing", "opening", "role"
WHAT = {
    PASSWORD: ("重置初始密码", "a new first password"),
    FACTOR: ("清除第二重验证", "forgetting the second factor"),
    CLOSING: ("停用账号", "closing the account"),
    OPENING: ("重新启用账号", "opening the account again"),
    ROLE: ("收回角色", "taking the role back"),
}
_RIGHT = {
    PASSWORD: "account.reset_password",
    FACTOR: "account.reset_password",
    CLOSING: "account.close",
    OPENING: "account.close",
    ROLE: "grant.revoke",
}
_DONE = {
    PASSWORD: "account.password_reset",
    FACTOR: "account.factor_forgotten",
    CLOSING: "account.closed",
    OPENING: "account.opened",
    ROLE: "grant.revoked",
}
REASONED = frozenset({CLOSING, OPENING})
"""What is not asked for without saying why."""
REASON_LENGTH = 400
LENGTH = 12
LETTERS = "abcdefghjkmnpqrstuvwxyzACDEFGHJKLMNPQRTUVWXYZ23456789"
"""None that people read for another."""


class RenewalError(ZhenghengError):
    """A renewal cannot be asked for, or carried out, as it is."""


def first_password() -> str:
    """A password by lot, which people can read out."""
    return "".join(secrets.choice(LETTERS) for _ in range(LENGTH))


def by_two(account: Account, what: str) -> bool:
    """Whether two officers do this to an account: with one of the three offices, now or later, everything; with a role
    whose word counts what lets somebody else sign in as the owner."""
    roles = DECIDERS if what in {PASSWORD, FACTOR, OPENING} else OFFICERS
    return RoleGrant.objects.filter(account=account, role__in=roles, revoked_at=None).exists()


def new_account(*, username: str, name: str, actor: Account, now: datetime) -> tuple[Account, str]:
    """A new account without any right, and its first password: drawn by lot, told to who makes it, kept nowhere."""
    password = first_password()
    made = create_account(username=username, name=name, password=password, actor=actor, now=now)
    return made, password


@transaction.atomic
def renew(
    *,
    account: Account,
    what: str,
    row_version: int,
    actor: Account,
    now: datetime,
    reason: str = "",
) -> tuple[Renewal, str]:
    """Ask for a new first password, to forget the second factor, to close the account or to open it again; gives the request, and the password where it was done at once.

    Raises ForbiddenError, RenewalError, StaleError.
    """
    if not may_renew(account, actor, now, what):
        raise forbidden(_RIGHT[what])
    _not_himself(account, actor)
    why = _why(what, reason)
    _possible(account, what, now)
    held = _ask(account, what, actor, now, reason=why)
    if by_two(account, what):
        _tell("account.renewal_asked", account, actor, now, _asked(held))
        return held, ""
    password = _carry_out(held, row_version, actor, now)
    held.refresh_from_db()
    return held, password


@transaction.atomic
def revoke_role(
    *, grant: RoleGrant, row_version: int, actor: Account, now: datetime, reason: str = ""
) -> Renewal | None:
    """Take a role back; of one of the three officers it is only asked for, and the request is given. Whoever leaves a role whose
    word counts in nobody's hands says why.

    Raises ForbiddenError, RenewalError, StaleError.
    """
    require(actor, "grant.revoke", now.date())
    if not RoleGrant.objects.filter(pk=grant.pk, row_version=row_version, revoked_at=None).exists():
        raise stale(f"grant:{grant.pk}")
    if grant.role not in OFFICERS:
        why = _said_why(ROLE, reason) if is_last(grant, now) or reason.strip() else ""
        _take_back(grant, now)
        _tell("grant.revoked", grant.account, actor, now, _said(grant) | ({"reason": why} if why else {}))  # fmt: skip
        return None
    _not_himself(grant.account, actor)
    _leaves_no_office_empty(grant.account, now)
    held = _ask(grant.account, ROLE, actor, now, grant)
    _tell("account.renewal_asked", grant.account, actor, now, _asked(held))
    return held


@transaction.atomic
def confirm(*, renewal: Renewal, row_version: int, actor: Account, now: datetime) -> str:
    """Carry out what another officer asked for, as the second one; gives the password. Raises ForbiddenError, RenewalError, StaleError."""
    require(actor, "account.confirm_renewal", now.date())
    held = Renewal.objects.select_for_update().select_related("account").get(pk=renewal.pk)
    if held.done_at or held.dropped_at:
        raise RenewalError.one("renewal", "renewal.over", zh="这一申请已经办结", en="this request is settled already")  # fmt: skip
    if not may_confirm(held, actor, now):
        raise RenewalError.one("renewal", "renewal.second", zh="须由另一岗位的管理员确认：本人、申请人以及与申请人同岗位的管理员都不能确认。", en="an officer of another office confirms it: neither the owner, nor who asked, nor one of the same office as who asked")  # fmt: skip
    _possible(held.account, held.what, now)
    return _carry_out(held, row_version, actor, now)


def _why(what: str, reason: str) -> str:
    """Why an account is closed or opened again, without blanks at its ends. Raises RenewalError."""
    return _said_why(what, reason) if what in REASONED else ""


def is_last(grant: RoleGrant, now: datetime) -> bool:
    """Whether nobody else in office holds a role, not of a unit, whose word counts."""
    if grant.unit_id is not None or grant.role not in DECIDERS - OFFICERS:
        return False
    others = standing(now.date()).filter(role=grant.role, account__is_active=True)
    return not others.exclude(account=grant.account).exists()


def _said_why(what: str, reason: str) -> str:
    reason = reason.strip()
    if not says_something(reason):
        raise RenewalError.one("reason", "renewal.reason", zh=f"请写明{WHAT[what][0]}的理由。", en=f"say why: {WHAT[what][1]} needs a reason")  # fmt: skip
    if marks := unseen(reason):
        raise RenewalError.one("reason", "text.unseen", zh=f"理由中有看不见的字符（{named(marks)}），请删去后再提交。", en=f"the reason holds characters that nobody sees ({named(marks)}); take them out")  # fmt: skip
    if len(reason) > REASON_LENGTH:
        raise RenewalError.one("reason", "renewal.long", zh=f"理由最多 {REASON_LENGTH} 个字，请缩短。", en=f"the reason has {REASON_LENGTH} characters at most; shorten it")  # fmt: skip
    return reason


def _possible(account: Account, what: str, now: datetime) -> None:
    """Raises RenewalError for what an account that is closed, or is not, cannot have. A role is taken back from either."""
    if what == OPENING and account.is_active:
        raise RenewalError.one("account", "account.open", zh="账号正在使用，无须重新启用。", en="the account is not closed")  # fmt: skip
    if what in {PASSWORD, FACTOR, CLOSING} and not account.is_active:
        raise RenewalError.one("account", "account.closed", zh="账号已停用，请先重新启用。", en="the account is closed: open it again first")  # fmt: skip
    if what in {CLOSING, ROLE}:
        _leaves_no_office_empty(account, now)


def may_confirm(held: Renewal, actor: Account, now: datetime) -> bool:
    """Whether an officer is the second one: not the owner, and of another office than who asked and still holds his own."""
    asked, own = (_offices(one, now) for one in (held.asked_by, actor))
    return actor.pk != held.account_id and bool(asked and own) and not asked & own


def _offices(account: Account, now: datetime) -> set[Role]:
    """Which of the three offices an account holds today; a closed one holds none."""
    held = {grant.role for grant in grants(account, now.date())}
    return held & OFFICERS if account.is_active else set()


def _leaves_no_office_empty(account: Account, now: datetime) -> None:
    """Raises RenewalError where nobody else holds one of the three offices that an account leaves, for as long as it would have."""
    for role in sorted(_offices(account, now)):
        if not goes_on_without(account, role, now.date()):
            zh, en = NAMES[role]
            raise RenewalError.one(
                "account", "account.last", zh=f"{account.name}是最后一位{zh}，停用账号或收回角色后将无人担任，或不久即无人担任；请先把这个角色不设截止日期地授予另一个账号。",
                en=f"{account.name} is the last {en.lower()}, or the last whose role does not end soon; give the role to another account without an end first",
            )  # fmt: skip


@transaction.atomic
def drop(*, renewal: Renewal, actor: Account, now: datetime) -> None:
    """An officer says no, or the asker takes it back. Raises ForbiddenError, RenewalError."""
    require(actor, "account.confirm_renewal", now.date())
    open_one = Renewal.objects.filter(pk=renewal.pk, done_at=None, dropped_at=None)
    if not open_one.update(dropped_at=now):
        raise RenewalError.one("renewal", "renewal.over", zh="这一申请已经办结", en="this request is settled already")  # fmt: skip
    _tell("account.renewal_dropped", renewal.account, actor, now, _asked(renewal))


def notices(account: Account, now: datetime) -> list[Renewal]:
    """What was renewed for an account and its owner has not been told yet; from now on he has."""
    held = list(Renewal.objects.filter(account=account, seen_at=None).exclude(done_at=None).select_related("asked_by", "done_by"))  # fmt: skip
    Renewal.objects.filter(pk__in=[one.pk for one in held]).update(seen_at=now)
    return held


def may_renew(account: Account, actor: Account, now: datetime, what: str = PASSWORD) -> bool:
    """The system administrator renews, closes and opens again; for the system administrator himself the secrecy officer asks."""
    day = now.date()
    theirs = {grant.role for grant in grants(account, day)}
    own = {grant.role for grant in grants(actor, day)}
    return allowed(actor, _RIGHT[what], day) or (
        Role.SECRECY_OFFICER in own and Role.SYSTEM_ADMINISTRATOR in theirs
    )


def _not_himself(account: Account, actor: Account) -> None:
    if account.pk == actor.pk:
        raise RenewalError.one("account", "renewal.self", zh="不能给自己办理，请由另一位管理员办理；自己的密码在“修改密码”中更换。", en="nobody does this to his own account: another officer does; one’s own password is changed under “Change password”")  # fmt: skip


def _ask(
    account: Account, what: str, actor: Account, now: datetime, grant: RoleGrant | None = None, reason: str = ""
) -> Renewal:  # fmt: skip
    """The request; an earlier one for the same is over."""
    Renewal.objects.filter(account=account, what=what, done_at=None, dropped_at=None).update(dropped_at=now)  # fmt: skip
    return Renewal.objects.create(account=account, what=what, grant=grant, reason=reason, asked_by=actor, asked_at=now)  # fmt: skip


def _carry_out(held: Renewal, row_version: int, actor: Account, now: datetime) -> str:
    password, content = "", _asked(held)
    fields: dict[str, object] = {} if held.what == ROLE else {"failures": 0, "locked_until": None}
    if held.what in {PASSWORD, OPENING}:
        password = first_password()
        fields |= {"password": make_password(password), "must_change_password": True}
    if held.what == FACTOR:
        fields |= {"factor": "", "factor_step": 0}
    if held.what in {CLOSING, OPENING}:
        fields |= {"is_active": held.what == OPENING}
    change_conditionally(held.account, row_version, **fields)
    if held.grant is not None:
        _take_back(held.grant, now)
        content |= _said(held.grant)
    else:
        let_try_again(held.account)
        content |= {"tokens": end_tokens(held.account, now)}
    Renewal.objects.filter(pk=held.pk).update(done_by=actor, done_at=now)
    _tell(_DONE[held.what], held.account, actor, now, content)
    return password


def _asked(held: Renewal) -> dict[str, object]:
    said: dict[str, object] = {"what": held.what, "asked_by": held.asked_by.username}
    return {**said, "reason": held.reason} if held.reason else said


def _take_back(grant: RoleGrant, now: datetime) -> None:
    standing = RoleGrant.objects.filter(pk=grant.pk, row_version=grant.row_version, revoked_at=None)
    if not standing.update(revoked_at=now, row_version=F("row_version") + 1):
        raise stale(f"grant:{grant.pk}")


def _said(grant: RoleGrant) -> dict[str, object]:
    return {"role": grant.role, "unit": grant.unit.code if grant.unit else None}


def _tell(
    act: str, account: Account, actor: Account, now: datetime, content: dict[str, object]
) -> None:
    append(
        act=act,
        subject=f"account:{account.username}",
        actor=actor.username,
        at=now,
        content=content,
    )
