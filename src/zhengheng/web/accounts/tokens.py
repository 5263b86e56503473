"""API tokens: shown once, kept as a digest, limited in scope and time."""

import hashlib
import secrets
from datetime import date, datetime, timedelta

from django.db import transaction

from zhengheng.domain.problems import Problem
from zhengheng.domain.said import says_something
from zhengheng.domain.unseen import named, unseen
from zhengheng.web.accounts.models import TOKEN_NAME, Account, ApiToken
from zhengheng.web.accounts.services import AccountError
from zhengheng.web.ledger.services import append

READ = "read"
LONGEST = timedelta(days=366)
HEAD = "zh_"


def scopes(areas: list[str]) -> list[str]:
    """What a token can be limited to: reading, and writing in single areas of the API."""
    return [READ, *areas]


def make_token(
    *, account: Account, name: str, scopes: list[str], known: list[str], ends_on: date, now: datetime
) -> tuple[ApiToken, str]:  # fmt: skip
    """A token and its secret, which is never to be seen again. Raises AccountError."""
    problems = []
    if not says_something(name):
        problems.append(Problem("name", "token.name", "请填写用途，只有空格或标点不算。", "say what it is for; spaces and marks alone do not count"))  # fmt: skip
    if marks := unseen(name):
        problems.append(Problem("name", "text.unseen", f"用途中有看不见的字符（{named(marks)}），请删去后再提交。", f"what it is for holds characters that nobody sees ({named(marks)}); take them out"))  # fmt: skip
    if len(name.strip()) > TOKEN_NAME:
        problems.append(Problem("name", "token.long", f"用途最多 {TOKEN_NAME} 个字。", f"what it is for takes {TOKEN_NAME} characters at most"))  # fmt: skip
    if not scopes or not set(scopes) <= set(known):
        problems.append(Problem("scopes", "token.scopes", "请在所列的范围中至少选择一项。", "choose at least one of the scopes that are listed"))  # fmt: skip
    if not now.date() < ends_on <= now.date() + LONGEST:
        problems.append(Problem("ends_on", "token.end", "截止日期应在一年之内", "it ends within a year"))  # fmt: skip
    if problems:
        raise AccountError(problems)
    secret = HEAD + secrets.token_urlsafe(32)
    with transaction.atomic():
        made = ApiToken.objects.create(
            account=account, name=name.strip(), digest=_digest(secret), scopes=sorted(set(scopes)),
            ends_on=ends_on, made_at=now,
        )  # fmt: skip
        append(
            act="token.made", subject=f"token:{made.pk}", actor=account.username, at=now,
            content={"name": made.name, "scopes": made.scopes, "ends_on": ends_on.isoformat()},
        )  # fmt: skip
    return made, secret


def revoke_token(*, token: ApiToken, actor: Account, now: datetime) -> None:
    """The token opens nothing any more."""
    with transaction.atomic():
        if ApiToken.objects.filter(pk=token.pk, revoked_at=None).update(revoked_at=now):
            append(act="token.revoked", subject=f"token:{token.pk}", actor=actor.username, at=now)


def holder(secret: str, area: str, *, writes: bool, now: datetime) -> tuple[Account | None, str]:
    """The account for which a secret opens an area; None for everything that does not, with the scope where it is that alone which lacks."""
    found = ApiToken.objects.select_related("account").filter(
        digest=_digest(secret), revoked_at=None, ends_on__gte=now.date(), account__is_active=True,
        account__must_change_password=False,
    ).first()  # fmt: skip
    if found is None:
        return None, ""
    scope = area if writes else READ
    if scope not in found.scopes:
        return None, scope
    ApiToken.objects.filter(pk=found.pk).update(used_at=now)
    return found.account, ""


def _digest(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()
