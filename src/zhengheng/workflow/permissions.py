"""Permissions 权限: one table, deny unless a line allows.

A line names an act, the roles that may do it, the relation in which they must stand to the object and
the states the object may be in. Relations: `any` (none asked for), `named` (the account is named on the
object).
"""

from collections.abc import Collection
from dataclasses import dataclass

from zhengheng.workflow.roles import NAMES, OFFICERS, Grant, Role

EVERYONE = frozenset(NAMES)
BUSINESS = EVERYONE - OFFICERS


@dataclass(frozen=True)
class Rule:
    """One line of the table."""

    act: str
    roles: frozenset[Role]
    relation: str = "any"
    states: frozenset[str] = frozenset()
    """Empty: in every state."""


def _rule(act: str, *roles: Role, relation: str = "any", states: tuple[str, ...] = ()) -> Rule:
    return Rule(act, frozenset(roles), relation, frozenset(states))


RULES: tuple[Rule, ...] = (
    # Accounts: one officer makes them, another gives them rights, the third reads what both did.
    _rule("account.list", *OFFICERS),
    _rule("account.create", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.close", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.unlock", Role.SYSTEM_ADMINISTRATOR),
    _rule("account.reset_password", Role.SYSTEM_ADMINISTRATOR),
    _rule("grant.give", Role.SECRECY_OFFICER),
    _rule("grant.revoke", Role.SECRECY_OFFICER),
    _rule("ledger.read", Role.SECURITY_AUDITOR),
    _rule("ledger.checkpoint", Role.SECURITY_AUDITOR, Role.OFFICE_DIRECTOR),
    # The organisation is no secret.
    Rule("organisation.read", EVERYONE),
    # Results: before the public notice only for those who are named on the run.
    _rule("result.register", Role.OFFICE_DATA),
    Rule("result.read", BUSINESS, "named", frozenset({"draft"})),
    Rule("result.read", BUSINESS, "any", frozenset({"notice"})),
    _rule("result.name", Role.OFFICE_DIRECTOR, relation="named", states=("draft",)),
    _rule("result.publish", Role.OFFICE_PROCEDURE, relation="named", states=("draft",)),
)
ACTS = tuple(dict.fromkeys(rule.act for rule in RULES))


def may(
    grants: Collection[Grant],
    act: str,
    *,
    relations: Collection[str] = (),
    state: str = "",
) -> bool:
    """Whether someone with these grants may act on an object.

    `relations` are those in which the account itself stands to the object. Raises KeyError for an
    act that the table does not know, so that a slip of the pen never opens or closes a door.
    """
    if act not in ACTS:
        raise KeyError(act)
    return any(
        _fits(rule, grant, relations)
        for rule in RULES
        if rule.act == act and (not rule.states or state in rule.states)
        for grant in grants
    )


def _fits(rule: Rule, grant: Grant, relations: Collection[str]) -> bool:
    return grant.role in rule.roles and (rule.relation == "any" or rule.relation in relations)
