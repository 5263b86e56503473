"""Who an account is and what it may do: the one place where grants become rights."""

from collections.abc import Collection, Mapping
from datetime import date, datetime, timedelta
from typing import Any

from django.conf import settings
from django.db.models import Prefetch, Q, QuerySet
from django.utils.timezone import localdate

from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account, Renewal, RoleGrant
from zhengheng.web.organisation.succession import all_heirs, before
from zhengheng.workflow.permissions import may
from zhengheng.workflow.roles import Grant, Role


class ForbiddenError(ZhenghengError):
    """The account may not do this."""


def standing(day: date) -> QuerySet[RoleGrant]:
    """Grants in force on a day."""
    return RoleGrant.objects.filter(
        Q(valid_to=None) | Q(valid_to__gte=day), revoked_at=None, valid_from__lte=day
    ).select_related("unit")


def grants(account: Account, day: date) -> list[Grant]:
    """The roles an account holds on a day; an account read for a request asks once."""
    held: dict[date, list[Grant]] = account.__dict__.setdefault("_grants", {})
    if day not in held:
        own = [
            Grant(Role(grant.role), grant.unit.code if grant.unit else None)
            for grant in standing(day).filter(account=account)
        ]
        # Whoever holds a role at an heir holds it for what the unit before it left open.
        units = {one.unit for one in own if one.unit}
        left = before(units, day) if units else []
        more = [Grant(one.role, old) for heir, old in left for one in own if one.unit == heir]
        held[day] = list(dict.fromkeys((*own, *more)))
    return held[day]


def heirs_known(account: Account) -> Mapping[str, Collection[str]]:
    """Every ended unit's heirs; an account read for a request asks once."""
    held: dict[str, tuple[str, ...]] | None = account.__dict__.get("_heirs")
    if held is None:
        held = account.__dict__["_heirs"] = all_heirs(date.max)
    return held


def allowed(
    account: Account,
    act: str,
    day: date,
    *,
    relations: Collection[str] = (),
    units: Mapping[str, Collection[str]] | None = None,
    state: str = "",
) -> bool:
    """Whether an account may act on an object, in a state and relation."""
    return may(grants(account, day), act, relations=relations, units=units, state=state)


def require(
    account: Account,
    act: str,
    day: date,
    *,
    relations: Collection[str] = (),
    units: Mapping[str, Collection[str]] | None = None,
    state: str = "",
) -> None:
    """Raise ForbiddenError unless the account may."""
    if not allowed(account, act, day, relations=relations, units=units, state=state):
        raise forbidden(act)


def forbidden(act: str) -> ForbiddenError:
    """The refusal, with what to do about it."""
    return ForbiddenError.one(
        act, "forbidden", zh="您没有进行此操作的权限; 如果工作需要, 请联系安全保密管理员授权",
        en="you may not do this; if your work needs it, ask the secrecy and security officer",
    )  # fmt: skip


def is_locked(account: Account, now: datetime) -> bool:
    """Whether wrong codes lock an account. No lock is longer than it was made: a clock that ran ahead locks nobody out."""
    until = account.locked_until
    return until is not None and now < until <= now + timedelta(minutes=settings.LOCK_MINUTES)


def in_office(role: Role, day: date) -> QuerySet[RoleGrant]:
    """Grants of one of the three offices that put it in somebody's hands on a day: a closed account holds none. Locks them, so that two who leave at once see each other."""
    held = RoleGrant.objects.select_for_update().filter(role=role, revoked_at=None)
    list(held.values_list("pk", flat=True))
    return standing(day).filter(role=role, account__is_active=True)


def goes_on_without(account: Account, role: Role, day: date) -> bool:
    """Whether somebody else keeps one of the three offices when an account leaves it: at least for as long as the account would have."""
    held = in_office(role, day)
    own = held.filter(account=account)
    ends = [grant.valid_to for grant in own if grant.valid_to is not None]
    as_long = Q(valid_to=None)
    if len(ends) == len(own):
        as_long |= Q(valid_to__gte=max(ends, default=day))
    return held.exclude(account=account).filter(as_long).exists()


def waiting_renewals() -> QuerySet[Renewal]:
    """Renewals that wait for a second officer."""
    held = Renewal.objects.filter(done_at=None, dropped_at=None)
    return held.select_related("account", "asked_by", "grant")


def lately_renewed(since: datetime, **of: Any) -> list[Renewal]:
    """What was done since then to passwords, second factors and accounts, newest first; `of` narrows it down."""
    held = Renewal.objects.filter(done_at__gt=since, **of).distinct()
    return list(held.select_related("account", "asked_by", "done_by"))


def months(account: Account, day: date) -> list[tuple[RoleGrant, int]]:
    """Months of the year of `day`, up to that day, in each post: a month counts for a post held on its fifteenth [D]."""
    middles = [middle for month in range(1, 13) if (middle := date(day.year, month, 15)) <= day]
    held = RoleGrant.objects.filter(account=account).select_related("unit")
    counted = [(grant, sum(_held_on(grant, middle) for middle in middles)) for grant in held]  # fmt: skip
    return [(grant, count) for grant, count in counted if count]


def _held_on(grant: RoleGrant, day: date) -> bool:
    ended = ended_before(grant.valid_to, day)
    taken = grant.revoked_at is not None and localdate(grant.revoked_at) <= day
    return grant.valid_from <= day and not ended and not taken


def listed(day: date) -> list[tuple[Account, list[RoleGrant]]]:
    """All accounts with their standing grants; two queries."""
    held = Account.objects.prefetch_related(Prefetch("grants", standing(day)))
    return [(account, list(account.grants.all())) for account in held]
