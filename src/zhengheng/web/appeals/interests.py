"""Interests that panel members declare 利益关系申报: they keep one out of a draw, and take a seat that one holds."""

from typing import Any

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Given,
    Kind,
    Made,
    Standing,
    ask,
)
from zhengheng.web.acts.services import make_by_machine
from zhengheng.web.appeals import selectors
from zhengheng.web.appeals.models import Conflict, PanelSeat
from zhengheng.web.organisation.belonging import Belonging
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.workflow.machines import CONFLICT

UNDECIDED = ("accepted", "hearing", "heard")
"""States of an appeal whose panel has not signed."""


def maker(obj: Any, account: Account) -> Standing:
    own = obj.pk is None or obj.made_by_id == account.pk
    return Standing(("maker",) if own else ())


def leave_for(account: Account, unit: str, reason: str) -> list[int]:
    """Take the seats and votes of whoever declares an interest in a unit, wherever that unit is concerned and
    no decision is signed. Gives the numbers of the appeals."""
    held = PanelSeat.objects.filter(account=account, recused="", appeal__state__in=UNDECIDED).select_related("appeal")  # fmt: skip
    around = Belonging().around((unit,))
    found = [seat for seat in held if around & selectors.concerned(seat.appeal)]
    for seat in found:
        leave(seat, reason)
    return [seat.appeal_id for seat in found]


def leave(seat: PanelSeat, reason: str) -> None:
    """A member leaves a seat, and the vote goes with it."""
    seat.recused, seat.vote, seat.value, seat.confirmation, seat.reasons = reason, "", "", "", ""
    seat.save(update_fields=["recused", "vote", "value", "confirmation", "reasons"])


class DeclareGiven(Given):
    unit: str = ask("单位", "Unit", max_length=40)
    reason: str = ask("利益关系", "Interest", form="text")


def declare(doing: Doing) -> Made:
    """Said before a draw, it keeps one out of it; said later, it takes the seat and the vote."""
    unit = unit_of(doing.given.unit)
    left = leave_for(doing.actor, unit.code, doing.given.reason)
    return Made(Conflict(unit=unit, reason=doing.given.reason), {"unit": unit.code, "left": left})


CONFLICTS = Kind(
    machine=CONFLICT, path="conflicts", words=("利益关系申报", "Declared interests"), model=Conflict,
    title=lambda c: (c.unit.name_zh, c.unit.name_en or c.unit.name_zh), standing=maker,
    acts=(
        Act("conflict.declare", ("申报", "Declare"), declare, DeclareGiven),
        Act("conflict.end", ("终止", "End"), lambda doing: Change(), optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda c: (c.unit.name_zh, c.unit.name_en)),
        Column(("申报人", "By"), lambda c: c.made_by.name if c.made_by else None),
    ),
    facts=(Column(("利益关系", "Interest"), "reason"),),
    queryset=lambda: Conflict.objects.select_related("unit", "made_by"),
)  # fmt: skip


def remember(doing: Doing) -> None:
    """Whoever stepped back is not drawn for the unit's next appeal either: his interest in it is declared, with the reason.

    It stands among his declared interests, where he ends it when it is over.
    """
    unit = doing.obj.unit
    if not Conflict.objects.filter(made_by=doing.actor, unit=unit, state="declared").exists():
        given = DeclareGiven(unit=unit.code, reason=doing.given.reason)
        make_by_machine(CONFLICTS, "conflict.declare", given=given, asked_by=doing.actor, now=doing.now)  # fmt: skip
