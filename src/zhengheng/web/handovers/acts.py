"""What is done about a handover."""

from datetime import date, timedelta
from typing import Any

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.accounts.services import give_role, stale
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Made,
    Standing,
    ask,
    signed,
)
from zhengheng.web.files.services import own_files
from zhengheng.web.handovers.models import Handover
from zhengheng.workflow.machines import HANDOVER
from zhengheng.workflow.roles import NAMES, Role


class HandoverError(ZhenghengError):
    """A post cannot be handed over as asked for."""


class PrepareGiven(Given):
    grant: int = ask("交接的角色", "The role that is handed over")
    successor: str = ask("接任人", "Successor", max_length=60)
    day: date = ask("交接日", "From")
    notes: str = ask("交接说明 (未办事项、注意点)", "What the successor should know", form="text")
    files: Files = ask("交接材料", "Files", [])


def prepare(doing: Doing) -> Made:
    given: PrepareGiven = doing.given
    grant = standing(doing.day).filter(account=doing.actor, pk=given.grant).first()
    successor = Account.objects.filter(username=given.successor, is_active=True).first()
    if grant is None:
        raise HandoverError.one(
            "grant", "grant.absent", zh="您没有这个角色", en="you do not hold this role"
        )
    if successor is None or successor.pk == doing.actor.pk:
        raise HandoverError.one("successor", "account.absent", zh="没有这个可接任的账号", en="there is no such account to follow")  # fmt: skip
    if Handover.objects.filter(grant=grant).exclude(state__in=HANDOVER.final).exists():
        raise HandoverError.one("grant", "handover.open", zh="这个角色的交接正在办理", en="this role is being handed over already")  # fmt: skip
    files = own_files(given.files, doing.actor)
    made = Handover(
        grant=grant, successor=successor, day=given.day, notes=given.notes, files=[f.pk for f in files],
        open_matters=_open_matters(doing.actor, doing.day),
    )  # fmt: skip
    return Made(made, {"role": grant.role, "unit": grant.unit.code if grant.unit else None,
                       "successor": successor.username, "day": given.day.isoformat()})  # fmt: skip


def _open_matters(account: Account, day: date) -> list[dict[str, str]]:
    """What waits for the account now; looked up late, because the registry knows this kind too."""
    from zhengheng.web.acts.registry import KINDS
    from zhengheng.web.acts.selectors import owed

    return [
        {"zh": kind.title(obj)[0], "en": kind.title(obj)[1], "address": kind.address(obj)}
        for kind in KINDS if kind.name != HANDOVER.name for obj, _ in owed(kind, account, day)
    ]  # fmt: skip


def plainly(doing: Doing) -> Change:
    return Change()


def carry_out(doing: Doing) -> Change:
    """The successor holds the role from the day, the predecessor until the day before."""
    case: Handover = doing.obj
    old: RoleGrant = case.grant
    if doing.day < case.day:
        raise HandoverError.one("day", "handover.early", zh=f"交接日是 {case.day}", en=f"the handover is on {case.day}")  # fmt: skip
    give_role(
        account=case.successor, role=Role(old.role), unit=old.unit, valid_from=case.day, valid_to=old.valid_to,
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    last = max(case.day - timedelta(1), old.valid_from)
    held = RoleGrant.objects.filter(pk=old.pk, row_version=old.row_version, revoked_at=None)
    if not held.update(valid_to=last, row_version=old.row_version + 1):
        raise stale(f"grant:{old.pk}")
    return Change(
        {}, {"from": old.account.username, "to": case.successor.username, "role": old.role}
    )


def _standing(case: Handover, account: Account) -> Standing:
    found = []
    if account.pk == case.made_by_id:
        found += ["maker", "named"]
    if account.pk == case.successor_id:
        found += ["successor", "named"]
    return Standing(tuple(found))


def _roles(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"grant": [
        (str(g.pk), f"{NAMES[Role(g.role)][0]} {g.unit.name_zh if g.unit else ''}".strip())
        for g in standing(day).filter(account=account)
    ]}  # fmt: skip


def _role(case: Handover) -> tuple[str, str]:
    zh, en = NAMES[Role(case.grant.role)]
    unit = case.grant.unit
    return f"{zh} {unit.name_zh if unit else ''}".strip(), f"{en} {(unit.name_en or unit.name_zh) if unit else ''}".strip()  # fmt: skip


HANDOVERS = Kind(
    machine=HANDOVER, path="handovers", words=("岗位交接", "Handovers"), model=Handover,
    title=lambda h: (f"{_role(h)[0]}: {h.grant.account.name} → {h.successor.name}", f"{_role(h)[1]}: {h.grant.account.name} → {h.successor.name}"),
    standing=_standing,
    acts=(
        Act("handover.prepare", ("发起交接", "Hand a post over"), prepare, PrepareGiven,
            ("任务和草稿属于岗位, 不属于个人: 交接后由接任人继续办理。",
             "Tasks and drafts belong to the post: after the handover the successor goes on with them."), choices=_roles),
        Act("handover.take", ("确认接收", "Take over"), plainly, signed()),
        Act("handover.carry_out", ("调整权限", "Move the role"), carry_out),
        Act("handover.withdraw", ("撤回", "Withdraw"), plainly, optional=True),
    ),
    columns=(
        Column(("岗位", "Post"), _role), Column(("交出", "From"), lambda h: h.grant.account.name),
        Column(("接任", "To"), lambda h: h.successor.name), Column(("交接日", "On"), "day"),
    ),
    facts=(Column(("交接说明", "Notes"), "notes"),),
    queryset=lambda: Handover.objects.select_related("grant__account", "grant__unit", "successor"),
    body="handovers/body.html",
    out=lambda h: {"role": h.grant.role, "unit": h.grant.unit.code if h.grant.unit else None, "from": h.grant.account.username,
                   "to": h.successor.username, "day": h.day.isoformat(), "open": len(h.open_matters)},
)  # fmt: skip
