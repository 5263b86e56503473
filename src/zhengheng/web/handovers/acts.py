"""What is done about a handover."""

from collections.abc import Iterator, Sequence
from datetime import date, datetime, timedelta
from typing import Any

from django.apps import apps
from django.db.models import Q, QuerySet

from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.accounts.selectors import standing
from zhengheng.web.accounts.services import give_role, stale
from zhengheng.web.acts.declare import (
    Act,
    Carried,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Made,
    Standing,
    Words,
    ask,
    kind_named,
    signed,
)
from zhengheng.web.acts.known import kinds
from zhengheng.web.acts.selectors import expected
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.files.documents import Section
from zhengheng.web.files.services import own_files
from zhengheng.web.handovers.models import Handover
from zhengheng.web.organisation.models import Unit
from zhengheng.web.pages.tags import say
from zhengheng.workflow.machines import HANDOVER
from zhengheng.workflow.permissions import ACTS
from zhengheng.workflow.roles import JUDGING, NAMES, OFFICE, Role, conflicts


class HandoverError(ZhenghengError):
    """A post cannot be handed over as asked for."""


class PrepareGiven(Given):
    grant: int = ask("交接的角色", "The role that is handed over")
    successor: str = ask(
        "接任人", "Successor", max_length=60,
        empty=("目前没有可以接任的人员：接任人须在本单位担任角色。请安全保密管理员先授予接任人角色。", "Nobody can follow at present: whoever follows holds a role at the unit. Ask the secrecy officer to give the successor a role first."),
    )  # fmt: skip
    day: date = ask("交接日", "From", when="ahead")
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
    may_follow(grant, successor, doing.day)
    if ended_before(grant.valid_to, given.day):
        raise HandoverError.one(
            "day", "handover.after", zh=f"这个角色到 {grant.valid_to} 为止，交接日应在此之前。", en=f"the role ends on {grant.valid_to}: hand it over before that"
        )  # fmt: skip
    if Handover.objects.filter(grant=grant).exclude(state__in=HANDOVER.final).exists():
        raise HandoverError.one("grant", "handover.open", zh="这个角色的交接正在办理", en="this role is being handed over already")  # fmt: skip
    files = own_files(given.files, doing.actor)
    made = Handover(
        grant=grant, successor=successor, day=given.day, notes=given.notes, files=[f.pk for f in files],
        open_matters=_open_matters(doing.actor, doing.day),
    )  # fmt: skip
    return Made(made, {"role": grant.role, "unit": grant.unit.code if grant.unit else None,
                       "successor": successor.username, "day": given.day.isoformat()})  # fmt: skip


def may_follow(grant: RoleGrant, successor: Account, day: date) -> None:
    """Raise HandoverError unless the post may go to this person."""
    held = _holding(day).filter(account=successor)
    if found := list(_against(grant, successor, list(held), day)):
        raise HandoverError(found)


def _holding(day: date) -> QuerySet[RoleGrant]:
    """What people hold on a day or will hold, with the units above."""
    held = RoleGrant.objects.filter(revoked_at=None).select_related(
        "account", "unit__parent__parent"
    )
    return held.filter(Q(valid_to=None) | Q(valid_to__gte=day))


def _against(
    grant: RoleGrant, successor: Account, held: Sequence[RoleGrant], day: date
) -> Iterator[Problem]:
    """Why the post may not go to a person who holds these roles.

    A unit's post stays in the unit and goes to nobody who runs, judges or checks the assessment; who judges units is
    not of one; and roles that exclude each other do not meet in one hand.
    """
    role, name = Role(grant.role), successor.name
    for one in conflicts([Role(g.role) for g in held], role):
        yield Problem("successor", one.code, f"{name}：{one.zh}", f"{name}: {one.en}")
    ours = _house(grant.unit)
    others = sorted({g.unit.name_zh for g in held if g.unit is not None and _house(g.unit) != ours})
    if grant.unit is not None and others:
        yield Problem("successor", "handover.unit", f"{name} 在{'、'.join(others)}任职，本单位的岗位只能交给本单位的人员。",
                      f"{name} works for {', '.join(others)}: a unit's post goes to somebody of the unit")  # fmt: skip
    judging = sorted(({Role(g.role) for g in held} & JUDGING) - {role})
    if grant.unit is not None and judging:
        zh, en = (
            "、".join(NAMES[r][0] for r in judging),
            ", ".join(NAMES[r][1].lower() for r in judging),
        )
        yield Problem("successor", "handover.judging", f"{name} 担任{zh}，不能接任单位的岗位；请另选本单位的人员。",
                      f"{name} is {en} and takes over no unit's post; choose somebody of the unit")  # fmt: skip
    apart = _apart({Role(g.role) for g in held}, role)
    if apart:
        zh, en = "、".join(NAMES[r][0] for r in apart), ", ".join(NAMES[r][1].lower() for r in apart)  # fmt: skip
        yield Problem("successor", "handover.recorder", f"{name} 担任{zh}。登记和执行委员会决定的人，不能同时参与决定、评审或监督，不能接任{NAMES[role][0]}；请另选人员。",
                      f"{name} is {en}: who records and carries out the commission's decisions neither decides, reviews nor checks, and cannot follow as {NAMES[role][1].lower()}; choose somebody else")  # fmt: skip
    reporting = {Role(g.role) for g in held if _house(g.unit) == ours} & {
        Role.UNIT_LEADER,
        Role.UNIT_REPORTER,
    }
    if role is Role.FINANCE_REVIEWER and reporting:
        yield Problem("successor", "handover.own", f"{name} 负责本单位的填报或签字，不能同时复核自评；请另选本单位的人员。",
                      f"{name} reports or signs for the unit and cannot review self-assessments as well; choose somebody else of the unit")  # fmt: skip
    if role in JUDGING and others:
        yield Problem("successor", "handover.judged", f"{name} 在被考核单位（{'、'.join(others)}）任职，不能接任{NAMES[role][0]}。",
                      f"{name} works for a unit that is judged ({', '.join(others)}) and cannot follow as {NAMES[role][1].lower()}")  # fmt: skip
    if not any(g.valid_from <= day for g in held):
        yield Problem("successor", "handover.roleless", f"{name} 还没有任何角色，无法确认接收，请先由安全保密管理员授予一个角色。",
                      f"{name} holds no role yet and could not take the post over; the officer gives one first")  # fmt: skip
    if any(
        g.role == grant.role and g.unit_id == grant.unit_id and g.valid_from <= day for g in held
    ):
        yield Problem("successor", "handover.held", f"{name} 已经担任这个角色，无须交接。", f"{name} holds this role already")  # fmt: skip
    if not successor.is_active:
        yield Problem("successor", "account.closed", "接任人的账号已停用。", "the successor's account is closed")  # fmt: skip


def _apart(held: set[Role], role: Role) -> list[Role]:
    """Roles of a person that do not go with the post, since one of the two records what others decide, in either direction.

    The staff of the office works for the commission; its director brings matters before it.
    """
    judges = JUDGING - (OFFICE - {Role.OFFICE_DIRECTOR}) - {Role.COMMISSION_SECRETARY}
    if role is Role.COMMISSION_SECRETARY:
        return sorted(held & judges)
    return [Role.COMMISSION_SECRETARY] if role in judges and Role.COMMISSION_SECRETARY in held else []  # fmt: skip


def _successors(
    grants: Sequence[RoleGrant], account: Account, day: date
) -> list[tuple[str, Words]]:
    """Persons to whom at least one of the posts may go, with the unit of the first post."""
    people: dict[Account, list[RoleGrant]] = {}
    for one in _holding(day).exclude(account=account).order_by("pk"):
        people.setdefault(one.account, []).append(one)
    found: list[tuple[str, Words]] = []
    for held, posts in people.items():
        if all(next(_against(grant, held, posts, day), None) for grant in grants):
            continue
        unit = next((one.unit for one in posts if one.unit), None)
        zh, en = (unit.name_zh, unit.name_en or unit.name_zh) if unit else ("", "")
        found.append((held.username, (f"{held.name} {zh}".strip(), f"{held.name} {en}".strip())))
    return found


def _house(unit: Unit | None) -> int | None:
    """The bureau, district or street that a section or post belongs to."""
    return [unit, *unit.above()][-1].pk if unit is not None else None


def take(doing: Doing) -> Change:
    """By the successor, for whom the post must still be one he may have."""
    may_follow(doing.obj.grant, doing.obj.successor, doing.day)
    return Change()


def _open_matters(account: Account, day: date) -> list[dict[str, str]]:
    """What waits for the account, now or once a day has come."""
    return [
        {"zh": kind.title(obj)[0], "en": kind.title(obj)[1], "address": kind.address(obj)}
        for kind in kinds() if kind.name != HANDOVER.name for obj in (one.obj for one in expected(kind, account, day))
    ]  # fmt: skip


def plainly(doing: Doing) -> Change:
    return Change()


def _too_early(case: Handover, day: date) -> Words | None:
    """From which day on the role moves, before that day."""
    if day >= case.day:
        return None
    return f"交接日是 {case.day}，自当日起可以调整权限。", f"The handover is on {case.day}; the role can be moved from that day on."  # fmt: skip


def carry_out(doing: Doing) -> Change:
    """The successor holds the role from the day, the predecessor until the day before."""
    case: Handover = doing.obj
    old: RoleGrant = case.grant
    if told := _too_early(case, doing.day):
        raise HandoverError.one("day", "handover.early", zh=told[0], en=told[1])
    if old.revoked_at is not None or ended_before(old.valid_to, doing.day):
        raise HandoverError.one(
            "grant", "grant.ended", zh="这个角色已经终止，不能再交接；请由安全保密管理员直接授权。", en="the role has ended; the officer gives it to the successor directly"
        )  # fmt: skip
    may_follow(old, case.successor, doing.day)
    # From today at the earliest: what was done under the role until now was done by the predecessor.
    give_role(
        account=case.successor, role=Role(old.role), unit=old.unit, valid_from=doing.day, valid_to=old.valid_to,
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    last = max(doing.day - timedelta(1), old.valid_from)
    held = RoleGrant.objects.filter(pk=old.pk, row_version=old.row_version, revoked_at=None)
    if not held.update(valid_to=last, row_version=old.row_version + 1):
        raise stale(f"grant:{old.pk}")
    samples = _samples(old, case.successor, doing.now)
    readers = _readers(old, case.successor, doing)
    return Change(
        {},
        {"from": old.account.username, "to": case.successor.username, "role": old.role, "samples": samples, "readers": readers},
    )  # fmt: skip


def _readers(old: RoleGrant, successor: Account, doing: Doing) -> list[str]:
    """What the predecessor was named to read because of the post, the successor reads from now on; gives the runs."""
    acting = {act for act in ACTS if act.startswith("result.") and act not in {"result.read", "result.try"}}  # fmt: skip
    if not any(old.role in rule.roles for act in acting for rule in ACTS[act]):
        return []
    # By the name of the app alone: a post knows nothing of what stands on it.
    readers = apps.get_model("results.NamedReader")
    known = readers._default_manager.filter(account=successor).values("run")
    mine = readers._default_manager.filter(account=old.account).exclude(run__in=known)
    found = []
    for one in mine.select_related("run").order_by("pk"):
        readers(run=one.run, account=successor, named_by=doing.actor, named_at=doing.now).save()
        found.append(one.run.run)
    return found


def _samples(old: RoleGrant, successor: Account, now: datetime) -> int:
    """Samples that the predecessor drew and has not closed go on in the successor's hand."""
    held = apps.get_model("audits.Audit")._default_manager.filter(state="drawn")
    if old.role not in {Role.OFFICE_DATA, Role.EXTERNAL_AUDITOR}:
        return 0
    mine = held.filter(Q(holder=old.account) | Q(holder=None, made_by=old.account))
    for one in mine:
        given = Carried(to=successor.pk)
        perform_by_machine(kind_named("audit"), "audit.carry", one, given=given, now=now)
    return len(mine)


def _standing(case: Handover, account: Account) -> Standing:
    found = []
    if account.pk == case.made_by_id:
        found += ["maker", "named"]
    if account.pk == case.successor_id:
        found += ["successor", "named"]
    return Standing(tuple(found))


def _roles(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, Words]]]:
    held = list(standing(day).filter(account=account).select_related("unit__parent__parent"))
    return {
        "grant": [(str(g.pk), _post(g)) for g in held],
        "successor": _successors(held, account, day),
    }


def _role(case: Handover) -> tuple[str, str]:
    return _post(case.grant)


def _post(grant: RoleGrant) -> tuple[str, str]:
    zh, en = NAMES[Role(grant.role)]
    unit = grant.unit
    return f"{zh} {unit.name_zh if unit else ''}".strip(), f"{en} {(unit.name_en or unit.name_zh) if unit else ''}".strip()  # fmt: skip


def printed(case: Handover, _day: date) -> list[Section]:
    """What was open when the post was handed over: what the successor signs for."""
    matters = tuple(say(one["zh"], one["en"]) for one in case.open_matters)
    return [Section(say("交接时未办事项", "Open when it was prepared"), texts=matters or (say("没有未办事项。", "Nothing was open."),))]  # fmt: skip


HANDOVERS = Kind(
    machine=HANDOVER, path="handovers", words=("岗位交接", "Handovers"), model=Handover,
    title=lambda h: (f"{_role(h)[0]}: {h.grant.account.name} → {h.successor.name}", f"{_role(h)[1]}: {h.grant.account.name} → {h.successor.name}"),
    standing=_standing,
    acts=(
        Act("handover.prepare", ("发起交接", "Hand a post over"), prepare, PrepareGiven,
            ("任务和草稿属于岗位, 不属于个人: 交接后由接任人继续办理。",
             "Tasks and drafts belong to the post: after the handover the successor goes on with them."), choices=_roles),
        Act("handover.take", ("确认接收", "Take over"), take, signed()),
        Act("handover.carry_out", ("调整权限", "Move the role"), carry_out, moves_rights=True, not_yet=_too_early),
        Act("handover.withdraw", ("撤回", "Withdraw"), plainly, optional=True),
    ),
    columns=(
        Column(("岗位", "Post"), _role), Column(("交出", "From"), lambda h: h.grant.account.name),
        Column(("接任", "To"), lambda h: h.successor.name), Column(("交接日", "On"), "day"),
    ),
    outcome=lambda h: (f"交接日 {h.day}", f"handed over on {h.day}" if h.state == "done" else f"to be handed over on {h.day}"),
    facts=(Column(("交接说明", "Notes"), "notes"),),
    queryset=lambda: Handover.objects.select_related("grant__account", "grant__unit", "successor"),
    known=lambda h: (("交接日", "handover on"), h.day), told=True,
    body="handovers/body.html", printed=printed,
    context=lambda case, request: {
        "after": _open_matters(case.successor, request.now.date()) if case.state == "done" else None
    },
    out=lambda h: {"role": h.grant.role, "unit": h.grant.unit.code if h.grant.unit else None, "from": h.grant.account.username,
                   "to": h.successor.username, "day": h.day.isoformat(), "open": len(h.open_matters)},
)  # fmt: skip
