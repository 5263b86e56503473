"""Which objects an account sees, and what it can do to one now."""

from collections.abc import Collection
from datetime import date
from typing import Any

from zhengheng.domain.problems import NotFoundError
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.workflow.permissions import anywhere, may
from zhengheng.workflow.roles import Grant

MOST = 2**63


def visible(kind: Kind, account: Account, day: date) -> list[Any]:
    """The objects of a kind that an account may see, as the kind orders them."""
    held = grants(account, day)
    return [obj for obj in kind.all() if _sees(kind, obj, account, held)]


def _sees(kind: Kind, obj: Any, account: Account, held: Collection[Grant]) -> bool:
    stands = kind.standing(obj, account)
    return may(held, kind.read, relations=stands.relations, units=stands.units, state=obj.state)


def find(kind: Kind, number: int, account: Account, day: date) -> Any:
    """An object that the account may see. One that it may not is as absent as one that is not there."""
    obj = kind.all().filter(pk=number).first() if number < MOST else None
    if obj is None or not _sees(kind, obj, account, grants(account, day)):
        raise NotFoundError.one(
            f"{kind.name}:{number}", f"{kind.name}.absent", zh=f"没有这项{kind.words[0]}, 或者您不能查看",
            en=f"there is no such {kind.words[1].lower()}, or you may not see it",
        )  # fmt: skip
    return obj


def open_acts(kind: Kind, obj: Any, account: Account, held: Collection[Grant]) -> list[Act]:
    """What the account can do to the object as it stands."""
    stands = kind.standing(obj, account)
    return [
        act for act in kind.acts
        if not act.by_machine and kind.machine.leads(obj.state, act.code)
        and (act.when is None or act.when(obj))
        and may(held, act.code, relations=stands.relations, units=stands.units, state=obj.state)
    ]  # fmt: skip


def makers(kind: Kind, held: Collection[Grant]) -> list[Act]:
    """The acts by which the account could make an object of the kind."""
    return [act for act in kind.makers if anywhere(held, act.code)]


def owed(kind: Kind, account: Account, day: date) -> list[tuple[Any, list[Act]]]:
    """Objects that wait for an act of this account."""
    held = grants(account, day)
    mine = [
        act
        for act in kind.acts
        if not act.by_machine and not act.optional and anywhere(held, act.code)
    ]
    states = {
        state for state in kind.machine.names for act in mine if kind.machine.leads(state, act.code)
    }
    if not states:
        return []
    found = []
    for obj in kind.all().filter(state__in=states):
        acts = open_acts(kind, obj, account, held)
        if not all(act.optional for act in acts) and _sees(kind, obj, account, held):
            found.append((obj, acts))
    return found
