"""Roles that nobody holds, or nobody without a part in the unit, while something waits for them: told before the last holder goes,
and for as long as it lasts."""

from collections import Counter
from collections.abc import Iterator
from datetime import date
from typing import Any

from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.parts import parts
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.acts.declare import Act, Kind
from zhengheng.web.acts.earlier import earlier_step
from zhengheng.web.acts.guards import own_part, reaches_behind
from zhengheng.web.acts.known import kinds
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.workflow.apart import EARLIER, apart_from
from zhengheng.workflow.permissions import ACTS, BY_OTHERS
from zhengheng.workflow.roles import OF_A_UNIT, Role


def held_roles(day: date, without: Account | None = None) -> set[Role]:
    """Roles that somebody in office holds on a day; `without` somebody who would go."""
    held = standing(day).filter(account__is_active=True)
    if without is not None:
        held = held.exclude(account=without)
    return {Role(role) for role in held.values_list("role", flat=True)}


def vacant(day: date, without: Account | None = None) -> dict[Role, int]:
    """Role that nobody holds → how many objects wait for an act that none but such a one can do.

    What waits for somebody of a unit is told by unit: `pages.unattended`.
    """
    held, found = held_roles(day, without), Counter[Role]()
    for kind in kinds():
        for act in kind.acts:
            roles = {role for rule in ACTS.get(act.code, ()) for role in rule.roles}
            if act.by_machine or (act.optional and not act.waits) or not roles or roles & (held | OF_A_UNIT):  # fmt: skip
                continue
            if count := sum(1 for _ in _waiting(kind, act, day)):
                found[min(roles)] += count
    return dict(found)


def all_apart(day: date) -> dict[Role, int]:
    """Role of which every holder has a part in the unit of something that waits → how many objects wait so."""
    holders, found = _holders(day), Counter[Role]()
    for kind in kinds():
        for act in kind.acts:
            if act.code not in BY_OTHERS or act.by_machine or act.concerning or (act.optional and not act.waits):  # fmt: skip
                continue
            roles = {role for rule in ACTS[act.code] for role in rule.roles}
            people = {pk: one for role in roles for pk, one in holders.get(role, {}).items()}
            if not people or not all(parts(one) for one in people.values()):
                continue
            for obj in _waiting(kind, act, day):
                if all(own_part(kind, act, obj, one, day) for one in people.values()):
                    found[min(roles & holders.keys())] += 1
    return dict(found)


def all_before(day: date) -> dict[Role, int]:
    """Role of which every holder took an earlier step of something that waits for another person → how many objects wait so."""
    holders, found = _holders(day), Counter[Role]()
    taken: dict[str, set[str]] = {}
    entered = LedgerEntry.objects.filter(act__in=EARLIER).values_list("actor", "act").distinct()
    for actor, code in entered.order_by():
        taken.setdefault(actor, set()).add(code)
    for kind in kinds():
        for act in kind.acts:
            if act.by_machine or (act.optional and not act.waits) or not any(apart_from(act.code, state) for state in kind.machine.names):  # fmt: skip
                continue
            roles = {role for rule in ACTS[act.code] for role in rule.roles}
            people = {pk: one for role in roles for pk, one in holders.get(role, {}).items()}
            if not people or roles & OF_A_UNIT or not all(one.username in taken for one in people.values()):  # fmt: skip
                continue
            for obj in _waiting(kind, act, day):
                if all(earlier_step(kind, act, obj, one) for one in people.values()):
                    found[min(roles & holders.keys())] += 1
    return dict(found)


def _holders(day: date) -> dict[Role, dict[int, Account]]:
    """Who in office holds each role that is not of a unit."""
    holders: dict[Role, dict[int, Account]] = {}
    known: dict[int, Account] = {}
    for grant in standing(day).filter(account__is_active=True, unit=None).select_related("account"):
        one = known.setdefault(grant.account_id, grant.account)
        holders.setdefault(Role(grant.role), {})[one.pk] = one
    return holders


def left_by(account: Account, day: date) -> dict[Role, int]:
    """Roles that an account is the last to hold, not of a unit → how many objects would wait for nobody."""
    own = standing(day).filter(account=account, unit=None).values_list("role", flat=True)
    last = {Role(role) for role in own} - held_roles(day, account)
    waits = vacant(day, account) if last else {}
    return {role: waits.get(role, 0) for role in sorted(last)}


def _waiting(kind: Kind, act: Act, day: date) -> Iterator[Any]:
    states = [state for state in kind.machine.names if kind.machine.leads(state, act.code)]
    for obj in kind.all().filter(state__in=states):
        fits = (act.when is None or act.when(obj)) and (act.waits is None or act.waits(obj, day))
        if fits and not reaches_behind(kind, act, obj):
            yield obj
