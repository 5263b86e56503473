"""Making accounts and giving rights: by different officers, each act in the ledger."""

import re
import secrets
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta

import pyotp
from django.conf import settings
from django.contrib.auth.password_validation import validate_password
from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import F
from django.utils.timezone import localdate

from zhengheng.domain.names import code_faults, name_faults, skeleton
from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.models import Account, ApiToken, RoleGrant
from zhengheng.web.accounts.sealing import opened, seal
from zhengheng.web.accounts.selectors import require
from zhengheng.web.accounts.throttle import let_try_again
from zhengheng.web.ledger.services import append
from zhengheng.web.organisation.models import Unit
from zhengheng.workflow.roles import ENDING, NAMES, OF_A_UNIT, Role, conflicts

USERNAME = re.compile(r"[\w.@-]{2,60}")


class AccountError(ZhenghengError):
    """An account or a grant cannot be as asked for."""


class StaleError(ZhenghengError):
    """Somebody else changed the object meanwhile."""


def first_officers(*, accounts: dict[Role, tuple[str, str, str]], now: datetime) -> None:
    """The three officers of a new installation: role → user name, name, password. Only once."""
    with transaction.atomic():
        if Account.objects.exists():
            raise AccountError.one(
                "accounts", "account.begun", zh="已有账号, 不能再次初始化",
                en="there are accounts already; this is done once",
            )  # fmt: skip
        for role, (username, name, password) in accounts.items():
            account = _make(username, name, password, now)
            RoleGrant.objects.create(account=account, role=role, valid_from=now.date())
            append(
                act="account.first", subject=f"account:{username}", actor="system", at=now,
                content={"role": role, "name": name},
            )  # fmt: skip


def create_account(
    *, username: str, name: str, password: str, actor: Account, now: datetime
) -> Account:
    """A new account without any right. Its password must be changed at first use; people's is drawn by lot (`credentials.new_account`)."""
    require(actor, "account.create", now.date())
    with transaction.atomic():
        account = _make(username, name, password, now)
        append(
            act="account.created", subject=f"account:{username}", actor=actor.username, at=now,
            content={"name": name},
        )  # fmt: skip
    return account


def _make(username: str, name: str, password: str, now: datetime) -> Account:
    account = Account(username=username.strip(), name=name.strip(), created_at=now)
    problems = [
        Problem(field, "account.empty", f"请填写{zh}", f"{en} is missing")
        for field, zh, en, value in (("username", "账号", "user name", account.username), ("name", "姓名", "name", account.name))
        if not value
    ]  # fmt: skip
    if account.username and not USERNAME.fullmatch(account.username):
        problems.append(
            Problem(
                "username",
                "account.username",
                "账号只能用字母、数字、汉字和 . _ @ -, 2 至 60 位",
                "a user name has 2 to 60 letters, digits or . _ @ -",
            )
        )
    problems += _look_alikes(account)
    taken = Problem("username", "account.taken", f"账号 {account.username} 已存在", f"the user name {account.username} is taken")  # fmt: skip
    if Account.objects.filter(username=account.username).exists():
        problems.append(taken)
    problems += _weak(password, account)
    if problems:
        raise AccountError(problems)
    account.set_password(password)
    try:
        with transaction.atomic():
            account.save()
    except IntegrityError as error:
        raise AccountError([taken]) from error
    return account


def _look_alikes(account: Account) -> list[Problem]:
    """Nobody gets a name in which something is hidden, or that a reader takes for another's."""
    found = [
        Problem(field, "name.hidden", zh, en)
        for field, said in (
            ("username", code_faults(account.username)),
            ("name", name_faults(account.name)),
        )
        for zh, en in said
    ]
    mine = skeleton(account.username)
    for other in Account.objects.exclude(username=account.username).values_list(
        "username", flat=True
    ):
        if skeleton(other) == mine:
            found.append(Problem("username", "name.alike", f"与已有账号“{other}”看上去相同，请换一个", f'it looks like the user name "{other}"; choose another'))  # fmt: skip
    return found


WEAK = {
    "password_too_short": ("密码至少 10 位", "a password has 10 characters at least"),
    "password_too_similar": ("密码与账号或姓名太相像", "the password is too much like the user name or the name"),
    "password_too_common": ("密码太常见，容易被猜中", "the password is a common one and easily guessed"),
    "password_entirely_numeric": ("密码不能全是数字", "a password is not made of digits alone"),
}  # fmt: skip
"""What is wrong with a password, by the code of the check that found it."""


def _weak(password: str, account: Account) -> list[Problem]:
    try:
        validate_password(password, account)
    except ValidationError as error:
        said = [WEAK[one.code or ""] for one in error.error_list]
        zh, en = "；".join(one for one, _ in said), "; ".join(one for _, one in said)
        return [
            Problem("password", "password.weak", f"{zh}，请换一个密码。", f"{en}: choose another")
        ]
    return []


def end_tokens(account: Account, now: datetime) -> int:
    """End what programs call the API with as this account, and say how many; the entry of the act names them.

    Who got hold of a password may have made tokens with it: they must not outlive it.
    """
    return ApiToken.objects.filter(account=account, revoked_at=None).update(revoked_at=now)


def change_password(*, account: Account, old: str, new: str, again: str, now: datetime) -> int:
    """A person's own new password; every token of the account ends with the old one. Gives how many did.

    Nobody sees what he types there, so a slip would lock him out: both times must be the same. Raises AccountError.
    """
    fields = (("old", "原密码", "the old password", old), ("new", "新密码", "the new password", new), ("again", "再次输入的新密码", "the new password, typed again", again))  # fmt: skip
    if empty := [Problem(field, "password.empty", f"请填写{zh}。", f"{en} is missing") for field, zh, en, value in fields if not value]:  # fmt: skip
        raise AccountError(empty)
    problems = _weak(new, account)
    if not account.check_password(old):
        problems.append(
            Problem("old", "password.wrong", "原密码不正确", "the old password is wrong")
        )
    if old == new:
        problems.append(Problem("new", "password.same", "新密码与原密码相同", "the new password is the old one"))  # fmt: skip
    if new != again:
        problems.append(
            Problem("again", "password.again", "两次输入的新密码不一致，请重新输入。", "the new password was typed differently the second time; type it again")
        )  # fmt: skip
    if problems:
        raise AccountError(problems)
    with transaction.atomic():
        account.set_password(new)
        account.must_change_password = False
        account.save(update_fields=["password", "must_change_password"])
        ended = end_tokens(account, now)
        append(
            act="account.password",
            subject=f"account:{account.username}",
            actor=account.username,
            at=now,
            content={"tokens": ended},
        )
    return ended


@transaction.atomic
def unlock_account(*, account: Account, row_version: int, actor: Account, now: datetime) -> None:
    """Let a locked account try again before its time is over."""
    require(actor, "account.unlock", now.date())
    change_conditionally(account, row_version, failures=0, locked_until=None)
    let_try_again(account)
    append(
        act="account.unlocked", subject=f"account:{account.username}", actor=actor.username, at=now
    )


@transaction.atomic
def keep_factor(*, account: Account, secret: str, code: str, now: datetime) -> None:
    """Begin to use a second factor; the code proves that the app has the secret. Raises AccountError."""
    _use_code(account, secret, code, now)
    Account.objects.filter(pk=account.pk).update(factor=seal(secret))
    append(act="account.factor_kept", subject=f"account:{account.username}", actor=account.username, at=now)  # fmt: skip


def check_factor(*, account: Account, code: str, now: datetime) -> None:
    """A code at the door. Raises AccountError; a wrong one counts like a wrong password."""
    with transaction.atomic():
        _use_code(account, opened(account.factor), code, now)


def _use_code(account: Account, secret: str, code: str, now: datetime) -> None:
    """Codes of this half minute and its neighbours, each once."""
    step = int(now.timestamp()) // 30
    for near in (step, step - 1, step + 1):
        fits = secret and secrets.compare_digest(
            pyotp.TOTP(secret).generate_otp(near).encode(), code.encode()
        )
        fresh = Account.objects.filter(pk=account.pk, factor_step__lt=near)
        if fits and fresh.update(factor_step=near):
            return
    raise AccountError.one(
        "code", "factor.wrong", zh="验证码不正确或已用过, 请等下一个", en="the code is wrong or was used; wait for the next one"
    )  # fmt: skip


def change_conditionally(account: Account, row_version: int, **fields: object) -> None:
    """Conditional on the version that the actor saw. Raises StaleError."""
    fields["row_version"] = F("row_version") + 1
    changed = Account.objects.filter(pk=account.pk, row_version=row_version).update(**fields)
    if not changed:
        raise stale(f"account:{account.username}")


def stale(subject: str) -> StaleError:
    """The error that tells the second of two writers."""
    return StaleError.one(
        subject, "stale", zh="您打开页面之后, 他人已修改过此项; 您的修改没有保存, 请刷新后再试",
        en="somebody changed this after you opened it; your change was not saved, reload and try again",
    )  # fmt: skip


@transaction.atomic
def give_role(
    *, account: Account, role: Role, unit: Unit | None, valid_from: date, valid_to: date | None,
    actor: Account, now: datetime,
) -> RoleGrant:  # fmt: skip
    """Give a role. Raises AccountError for a missing unit or end, a conflict, or one's own account."""
    require(actor, "grant.give", now.date())
    # The row's lock keeps two officers from giving two excluding roles at once.
    held = Account.objects.select_for_update().get(pk=account.pk)
    problems = _grant_problems(held, role, unit, (valid_from, valid_to), actor, now)
    if problems:
        raise AccountError(problems)
    grant = RoleGrant.objects.create(
        account=held, role=role, unit=unit, valid_from=valid_from, valid_to=valid_to, given_by=actor
    )
    append(
        act="grant.given", subject=f"account:{held.username}", actor=actor.username, at=now,
        content={"role": role, "unit": unit.code if unit else None, "from": valid_from.isoformat(),
                 "to": valid_to.isoformat() if valid_to else None},
    )  # fmt: skip
    return grant


def give_typed(
    *, account: Account, typed: Mapping[str, str], actor: Account, now: datetime
) -> RoleGrant:
    """Give a role as a form names it. Raises AccountError: what cannot be read hides nothing that is wrong with the rest."""
    role = Role(typed["role"]) if typed["role"] in set(Role) else None
    unit = Unit.objects.filter(code=typed["unit"]).first() if typed["unit"] else None
    days = {name: _day(typed[name]) for name in ("valid_from", "valid_to")}
    unread = [Problem(name, "date.bad", "日期格式应为 2026-01-31", "a date reads 2026-01-31") for name, day in days.items() if typed[name] and day is None]  # fmt: skip
    if role is None:
        unread.append(Problem("role", "role.unknown", "请选择角色", "choose a role"))
    if typed["unit"] and unit is None:
        unread.append(Problem("unit", "unit.unknown", "没有这个单位，请从列表中选择。", "there is no such unit; choose one of the list"))  # fmt: skip
    first = days["valid_from"] or now.date()
    if role is not None and not unread:
        return give_role(account=account, role=role, unit=unit, valid_from=first, valid_to=days["valid_to"], actor=actor, now=now)  # fmt: skip
    require(actor, "grant.give", now.date())
    fields = {one.where for one in unread}
    also = _grant_problems(account, role, unit, (first, days["valid_to"]), actor, now)
    raise AccountError([*unread, *(one for one in also if one.where not in fields)])


def _day(text: str) -> date | None:
    with suppress(ValueError):
        return date.fromisoformat(text)
    return None


def _grant_problems(
    account: Account, role: Role | None, unit: Unit | None, days: tuple[date, date | None], actor: Account, now: datetime
) -> list[Problem]:  # fmt: skip
    valid_from, valid_to = days
    zh, en = NAMES[role] if role else ("", "")
    held = list(RoleGrant.objects.filter(account=account, revoked_at=None))
    lasting = [Role(g.role) for g in held if not ended_before(g.valid_to, now.date())]
    found = conflicts(lasting, role) if role else []
    found += _day_problems(account, role, valid_from, valid_to, now)
    if account.pk == actor.pk:
        found.append(
            Problem("account", "grant.self", "不能给自己授权", "nobody gives a role to himself")
        )
    if not account.is_active:
        found.append(Problem("account", "account.closed", "账号已停用", "the account is closed"))
    if role in OF_A_UNIT and unit is None:
        found.append(Problem("unit", "grant.unit", f"{zh} 必须指定单位", f"{en} needs a unit"))
    if role and role not in OF_A_UNIT and unit is not None:
        found.append(
            Problem("unit", "grant.unit", f"{zh} 不按单位授权", f"{en} is not given for a unit")
        )
    if unit is not None and ended_before(unit.valid_to, now.date()):
        found.append(
            Problem("unit", "unit.ended", f"{unit.name_zh}已于 {unit.valid_to} 撤销，请授予承继单位的角色。",
                    f"{unit.name_en or unit.name_zh} ended on {unit.valid_to}: give the role at the unit that goes on for it")
        )  # fmt: skip
    if role in ENDING and valid_to is None:
        found.append(
            Problem("valid_to", "grant.end", f"{zh} 必须有截止日期", f"{en} needs an end date")
        )
    if any(g.role == role and g.unit_id == (unit.pk if unit else None) for g in held):
        found.append(
            Problem("role", "grant.held", "该账号已有此角色", "the account holds this role already")
        )
    return found


def _day_problems(
    account: Account, role: Role | None, valid_from: date, valid_to: date | None, now: datetime
) -> list[Problem]:
    """A right begins when it is given, or later; it does not reach back to before its account, nor for ever where it must end."""
    day, found = now.date(), []
    first = min(day, localdate(account.created_at))
    if valid_from < first:
        found.append(Problem("valid_from", "grant.past", f"授权不能早于账号建立之日（{first}）", f"a role cannot begin before its account was made ({first})"))  # fmt: skip
    last = day + timedelta(days=settings.ENDING_DAYS if role in ENDING else settings.GRANT_DAYS)
    if (valid_to or day) > last or valid_from > last:
        found.append(Problem("valid_to", "grant.far", f"截止日期最迟为 {last}，到期后可以再授权", f"the end is {last} at the latest; the role can be given again then"))  # fmt: skip
    if ended_before(valid_to, valid_from):
        found.append(Problem("valid_to", "grant.order", "截止日期早于起始日期", "the end is before the beginning"))  # fmt: skip
    return found


@transaction.atomic
def record_failure(
    *, account: Account, lock_after: int, lock_for: timedelta, now: datetime
) -> None:
    """A wrong code of a second factor, by somebody who has the password. After too many in a row the account is locked for a while."""
    held = Account.objects.select_for_update().get(pk=account.pk)
    held.failures += 1
    if held.failures >= lock_after:
        held.failures, held.locked_until = 0, now + lock_for
        append(act="account.locked", subject=f"account:{held.username}", actor="system", at=now)
    held.save(update_fields=["failures", "locked_until"])


@transaction.atomic
def record_sign_in(*, account: Account, now: datetime) -> None:
    """Somebody came in."""
    Account.objects.filter(pk=account.pk).update(failures=0, locked_until=None, last_login=now)
    append(
        act="account.signed_in",
        subject=f"account:{account.username}",
        actor=account.username,
        at=now,
    )
