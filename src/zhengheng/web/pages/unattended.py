"""Units for which something waits and where nobody can do it: the officer who gives roles reads of them first."""

from collections.abc import Iterator
from datetime import date

from django.db.models import Min

from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.acts.declare import Kind
from zhengheng.web.acts.registry import KINDS
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import heirs
from zhengheng.workflow.permissions import ACTS, Rule

FIELDS = {"own": "unit", "supplying": "supplier"}
"""Relation of a unit → the object's field that names the unit."""


def unattended(account: Account, day: date) -> list[Unit]:
    """The units, in the order of their codes; nothing that another can do instead counts.

    What a unit that ended left open is its heir's: by the heir's people it is done, and the heir is named where it has none.
    """
    posts = set(standing(day).filter(account__is_active=True, unit__isnull=False).values_list("unit__code", "role"))  # fmt: skip
    after = heirs(day)
    posts |= {(old, role) for old, heir in after.items() for unit, role in posts if unit == heir}
    found = {after.get(unit, unit) for kind in KINDS for unit in _of(kind, account, posts)}
    return list(Unit.objects.filter(code__in=found).order_by("code"))


def _of(kind: Kind, account: Account, posts: set[tuple[str, str]]) -> Iterator[str]:
    known = {field.name for field in kind.model._meta.get_fields()}  # noqa: SLF001 (Django names it so, for everybody)
    for state in kind.machine.names:
        rules = _rules(kind, state)
        relations = {rule.relation for rule in rules}
        if len(relations) != 1 or not relations <= FIELDS.keys():
            continue
        (relation,) = relations
        field = FIELDS[relation]
        if field not in known:
            continue
        roles = {role.value for rule in rules for role in rule.roles}
        held = kind.model._default_manager.filter(state=state).values(f"{field}__code").annotate(one=Min("pk"))  # fmt: skip
        for code, number in held.values_list(f"{field}__code", "one"):
            units = kind.standing(kind.all().get(pk=number), account).units.get(relation, ())
            if code and not any((unit, role) in posts for unit in units for role in roles):
                yield code


def _rules(kind: Kind, state: str) -> list[Rule]:
    """Who can do what an object waits for in a state."""
    acts = [a for a in kind.acts if not a.by_machine and not a.optional and kind.machine.leads(state, a.code)]  # fmt: skip
    return [rule for act in acts for rule in ACTS[act.code] if not rule.states or state in rule.states]  # fmt: skip
