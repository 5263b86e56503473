"""What is done about a reorganisation."""

import itertools
import re
from collections import Counter
from collections.abc import Collection, Iterator
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from zhengheng.domain.periods import ended_before, parse_period
from zhengheng.domain.problems import Problem, ZhenghengError
from zhengheng.scheme.base import Text
from zhengheng.scheme.later import succeeded
from zhengheng.web.accounts.models import Account, RoleGrant
from zhengheng.web.accounts.selectors import grants, standing
from zhengheng.web.accounts.services import give_role, stale
from zhengheng.web.acts import services as acts
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Given,
    Kind,
    Made,
    Matter,
    Standing,
    Words,
    ask,
    signed,
)
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.services import take_in
from zhengheng.web.organisation import selectors as organisation
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.services import COLUMNS, LookAlikes, naming_faults
from zhengheng.web.organisation.succession import ended_words
from zhengheng.web.reorganisation import selectors, shown
from zhengheng.web.reorganisation.models import Reorganisation
from zhengheng.web.reporting.acts import REPORTS, CarryGiven
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import assessed
from zhengheng.web.reporting.suppliers import Suppliers
from zhengheng.web.rulebooks.acts import RULEBOOKS
from zhengheng.web.rulebooks.drafting import DraftGiven
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of, frozen, of_year
from zhengheng.web.rulebooks.services import packed
from zhengheng.workflow.machines import REORGANISATION
from zhengheng.workflow.permissions import anywhere
from zhengheng.workflow.roles import Role

KINDS = {"merger": ("合并", "merger"), "split": ("分设", "split"), "rename": ("更名", "renaming")}


class ReorganisationError(ZhenghengError):
    """A reorganisation cannot be as asked for."""


class UnitGiven(Given):
    code: str = ask("单位", "Unit", max_length=40)


class HeirGiven(Given):
    code: str = ask("代码", "Code", max_length=40)
    name_zh: str = ask("名称", "Name", max_length=120)
    share: str = ask("承继份额 (0 至 1, 合并和更名填 1)", "Share (0 to 1; 1 for a merger or renaming)", "1", max_length=12)  # fmt: skip
    name_en: str = ask("英文名称", "Name in English", "", max_length=120)


class AskGiven(Given):
    kind: Literal["merger", "split", "rename"] = ask("变动方式", "Kind", names=KINDS)
    day: date = ask("生效日", "From", when="ahead")
    units: list[UnitGiven] = ask("撤销的单位", "Units that end", min_length=1)
    heirs: list[HeirGiven] = ask("承继的单位", "Heirs", min_length=1)
    basis: str = ask("依据 (文件)", "Basis (document)", max_length=200)


def ask_for(doing: Doing) -> Made:
    given: AskGiven = doing.given
    if found := list(_problems(given)):
        raise ReorganisationError(found)
    made = Reorganisation(
        kind=given.kind, day=given.day, units=[one.code for one in given.units], basis=given.basis,
        heirs=[one.model_dump() for one in given.heirs],
    )  # fmt: skip
    return Made(made, {"kind": given.kind, "day": given.day.isoformat(), "units": made.units, "heirs": made.heirs})  # fmt: skip


def _problems(given: AskGiven) -> Any:
    codes = [one.code for one in given.units]
    heirs = [one.code for one in given.heirs]
    held = set(organisation.standing(given.day).filter(code__in=codes).values_list("code", flat=True))  # fmt: skip
    known = Unit.objects.in_bulk(codes, field_name="code")
    for place, code in enumerate(codes):
        if code not in held:
            yield _not_there(place, code, known.get(code), given.day)
    yield from _twice(codes, given.heirs, known)
    yield from _taken(given, codes)
    yield from _misread(given)
    yield from _alike(given, codes)
    yield from _running(codes, given.heirs)
    one_each = {"merger": (len(heirs) == 1, "合并只有一个承继单位", "a merger has one heir"),
                "split": (len(codes) == 1 and len(heirs) > 1, "分设是一个单位分成多个", "a split makes several of one"),
                "rename": (len(codes) == len(heirs) == 1, "更名是一对一", "a renaming is one to one")}  # fmt: skip
    fits, zh, en = one_each[given.kind]
    if not fits:
        yield Problem("kind", "reorganisation.shape", zh, en)
    elif (
        given.kind == "merger"
        and len(codes) == 1
        and not Unit.objects.filter(code__in=heirs).exists()
    ):
        yield Problem("kind", "reorganisation.shape", "只有一个单位撤销、由一个新单位承继的，是更名，不是合并。请改选“更名”，或者补填其他被合并的单位。",
                      "one unit that goes over into one new unit is renamed, not merged: choose a renaming, or name the other units")  # fmt: skip
    held_shares = [_decimal(one.share) for one in given.heirs]
    for place, (heir, number) in enumerate(zip(given.heirs, held_shares, strict=True), 1):
        if number is None:
            yield Problem("heirs", "share.number", f"承继的单位 第 {place} 行“承继份额”：“{heir.share}”不是数；请写成 0.4 或 1 这样的普通数字。",
                          f"Heirs, row {place}, share: {heir.share!r} is no number; write it plainly, such as 0.4 or 1")  # fmt: skip
    shares = [one for one in held_shares if one is not None]
    if len(shares) < len(held_shares):
        return
    for heir, share in zip(given.heirs, shares, strict=True):
        if not share > 0:
            yield Problem("heirs", "share.sum", f"“{heir.name_zh}”的承继份额为 {heir.share}，应大于 0；不承继的单位请不要列入。",
                          f"the share of {heir.name_en or heir.name_zh} is {heir.share}; an heir takes more than 0, whoever takes nothing is no heir")  # fmt: skip
    if sum(shares) != 1:
        yield Problem("heirs", "share.sum", f"各承继单位的份额合计为 {sum(shares)}，应为 1。", f"the shares add to {sum(shares)} instead of 1")  # fmt: skip


def _not_there(place: int, code: str, unit: Unit | None, day: date) -> Problem:
    """Of a unit that ended who goes on for it, of one that begins later from when it is there."""
    where = "units"
    if unit is None:
        return Problem(where, "unit.absent", f"第 {place + 1} 行：没有代码为 {code} 的单位。", f"row {place + 1}: there is no unit with the code {code}")  # fmt: skip
    if ended_before(unit.valid_to, day):
        (one,) = ended_words(unit, day, where).problems
        return Problem(
            where, one.code, f"第 {place + 1} 行：{one.zh}", f"row {place + 1}: {one.en}"
        )
    return Problem(
        where, "unit.absent", f"第 {place + 1} 行：{unit.name_zh}自 {unit.valid_from} 起才设立，{day} 还不存在。",
        f"row {place + 1}: {unit.name_en or unit.name_zh} is there from {unit.valid_from} on, and not on {day}",
    )  # fmt: skip


def _twice(codes: list[str], heirs: list[HeirGiven], known: dict[str, Unit]) -> Iterator[Problem]:
    """Each unit that stands twice, with the tables in which it does."""
    names = {one.code: (one.name_zh, one.name_en or one.name_zh) for one in heirs}
    names |= {code: unit.told() for code, unit in known.items()}
    going, coming = Counter(codes), Counter(one.code for one in heirs)
    for code in dict.fromkeys([*codes, *coming]):
        name, name_en = names.get(code, (code, code))
        (zh, en) = (f"{name}（代码 {code}）", f"{name_en} ({code})")
        if going[code] > 1:
            yield Problem("units", "unit.twice", f"“撤销的单位”中，{zh}出现 {going[code]} 次。", f"{en} stands {going[code]} times among the units that end")  # fmt: skip
        if coming[code] > 1:
            yield Problem("heirs", "unit.twice", f"“承继的单位”中，{zh}出现 {coming[code]} 次。", f"{en} stands {coming[code]} times among the heirs")  # fmt: skip
        if going[code] and coming[code]:
            yield Problem("heirs", "unit.twice", f"{zh}既在“撤销的单位”中，又在“承继的单位”中。", f"{en} stands among the units that end and among the heirs")  # fmt: skip


def _decimal(text: str) -> Decimal | None:
    """A number; none where the text is none."""
    try:
        number = Decimal(text)
    except InvalidOperation:
        return None
    return number if number.is_finite() else None


def _taken(given: AskGiven, codes: list[str]) -> Any:
    """An heir is a new unit; only a merger may go into one that is there, and then by its own name."""
    for heir in given.heirs:
        there = Unit.objects.filter(code=heir.code).first()
        if there is not None and given.kind != "merger":
            yield Problem("heirs", "heir.exists", f"代码 {heir.code} 已是{there.name_zh}的代码，请给承继单位新的代码。",
                          f"the code {heir.code} is that of {there.name_en or there.name_zh}; give the heir a new one")  # fmt: skip
        elif there is not None and there.name_zh != heir.name_zh:
            yield Problem("heirs", "heir.name", f"代码 {heir.code} 是{there.name_zh}，与填写的名称 {heir.name_zh} 不符。",
                          f"the code {heir.code} is that of {there.name_en or there.name_zh}, not {heir.name_zh}")  # fmt: skip
        elif there is not None and ended_before(there.valid_to, given.day):
            yield Problem("heirs", "heir.ended", f"{there.name_zh} 到 {there.valid_to} 已经撤销，不能承继。",
                          f"{there.name_en or there.name_zh} ended on {there.valid_to} and can take nothing over")  # fmt: skip
        same = (
            organisation.standing(given.day)
            .filter(name_zh=heir.name_zh)
            .exclude(code__in=[*codes, heir.code])
            .first()
        )
        if same is not None:
            yield Problem("heirs", "heir.name", f"已有名为{heir.name_zh}的单位（代码 {same.code}）。", f"there is a unit named {heir.name_zh} ({same.code})")  # fmt: skip


def _misread(given: AskGiven) -> Any:
    """An heir is named as a unit is: nothing hidden in it, and like no other unit, nor like the heirs of other open cases."""
    open_cases = Reorganisation.objects.filter(state__in=("asked", "approved"))
    seen = LookAlikes(heir for case in open_cases for heir in case.heirs)
    for heir in given.heirs:
        row = heir.model_dump()
        for name, (zh, en) in naming_faults(row):
            yield Problem("heirs", "unit.name", f"承继单位的{COLUMNS[name]}：{zh}。", f"the heir's {_EN[name]}: {en}")  # fmt: skip
        for name, other in seen.of(row):
            yield Problem("heirs", "unit.alike", f"承继单位的{COLUMNS[name]}“{row[name]}”与“{other}”看上去相同，请换一个。",
                          f"the heir's {_EN[name]} “{row[name]}” looks like “{other}”; choose another")  # fmt: skip


_EN = {"code": "code", "name_zh": "name", "name_en": "English name"}


def _alike(given: AskGiven, codes: list[str]) -> Any:
    """What is made one is of one kind and stands side by side: a bureau and a district, a unit and its own section, are not."""
    going = [*codes, *(one.code for one in given.heirs)]
    units = list(Unit.objects.filter(code__in=going).select_related("parent"))
    kinds = sorted({unit.kind for unit in units})
    if len(kinds) > 1:
        zh, en = "、".join(kinds), ", ".join(kinds)
        yield Problem("units", "reorganisation.kinds", f"合并、分设只能在同类单位之间进行；所填单位分属{zh}。",
                      f"only units of one kind are merged, split or renamed together; these are {en}")  # fmt: skip
    yield from _within(units)


def _within(units: Collection[Unit]) -> Iterator[Problem]:
    """Units that belong to another of these."""
    mine = {unit.pk for unit in units}
    for unit in units:
        above = next((one for one in unit.above() if one.pk in mine), None)
        if above is not None:
            yield Problem("units", "reorganisation.within", f"{unit.name_zh}是{above.name_zh}的下级单位，不能与其并列变动。",
                          f"{unit.name_en or unit.name_zh} belongs to {above.name_en or above.name_zh} and is not reorganised beside it")  # fmt: skip


def _running(codes: list[str], heirs: list[HeirGiven]) -> Any:
    """Cases that are not carried out yet and name one of these units, or have given one of these codes away."""
    mine = {*codes, *(one.code for one in heirs)}
    for other in Reorganisation.objects.filter(state__in=("asked", "approved")):
        zh, en = _title(other)
        new = {one["code"] for one in other.heirs}
        if mine & set(other.units) or set(codes) & new:
            yield Problem("units", "reorganisation.running", f"这些单位已有正在办理的机构变动（{zh}），办结后才能再提。",
                          f"a reorganisation of these units is under way ({en}); another follows after it")  # fmt: skip
        for heir in heirs:
            if heir.code in new:
                yield Problem("heirs", "heir.taken", f"代码 {heir.code} 已用于另一项正在办理的机构变动（{zh}）的承继单位，请换一个代码，或者待其办结。",
                              f"the code {heir.code} is that of an heir in another reorganisation under way ({en}); give another, or wait for that one")  # fmt: skip


class ApproveGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")


def approve(doing: Doing) -> Change:
    decision = carrying(doing.given.decision, f"reorganisation:{doing.obj.pk}")
    touched = selectors.effect(doing.obj, doing.day)
    return Change({"decision": decision, "effect": touched}, {"decision": decision.pk, "effect": touched})  # fmt: skip


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def refuse(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason}, {"reason": doing.given.reason})


def withdraw(doing: Doing) -> Change:
    """By the office that asked, while nobody has decided."""
    return Change({"answer": doing.given.reason}, {"reason": doing.given.reason})


def draft_rules(doing: Doing) -> Change:
    """A draft of each rulebook in force that assesses one of the units, with the succession in it."""
    case: Reorganisation = doing.obj
    names = {one["code"]: Text(zh=one["name_zh"], en=one.get("name_en", "")) for one in case.heirs}
    act = RULEBOOKS.act("draft")
    assert act is not None
    made = []
    for version in selectors.to_draft(case):
        held = book_of(version)
        said = {(event.unit, event.date) for event in held.succession}
        missing = [event for event in selectors.successions(case) if (event.unit, event.date) not in said]  # fmt: skip
        book = succeeded(held, missing, _number(version, case), assessed(held), names)
        file = take_in(
            name=f"{book.code}.zip", content=packed(book), actor=doing.actor, now=doing.now
        )
        given = DraftGiven(
            file=file.pk, period=version.period, change_kind="split", reason=f"{KINDS[case.kind][0]}：{case.basis}",
            emergency=frozen(version, doing.day),
        )  # fmt: skip
        made.append(acts.make(RULEBOOKS, act, given=given, actor=doing.actor, now=doing.now).pk)
    if not made:
        raise ReorganisationError.one(
            "drafts", "drafts.none", zh="没有需要修订的现行方案：没有方案考核这些单位，或者都已写明承继。", en="no rulebook in force needs a change: none assesses these units, or each says the succession already"
        )  # fmt: skip
    return Change({"drafts": [*case.drafts, *made]}, {"drafts": made})


AMENDED = re.compile(r"(-r[0-9]+(\.[0-9]+)?)+$")
"""How the number of a version ends that a reorganisation, or several, amended."""


def _number(version: RulebookVersion, case: Reorganisation) -> str:
    """A version number that no draft has yet: of the version's own number, without those of the reorganisations before."""
    number, taken = (
        f"{AMENDED.sub('', version.version)}-r{case.pk}",
        RulebookVersion.objects.filter(code=version.code),
    )
    again = (f"{number}.{count}" for count in itertools.count(2))
    while taken.filter(version=number).exists():
        number = next(again)
    return number


def _too_early(case: Reorganisation, day: date) -> Words | None:
    """From which day on it can be carried out, before that day."""
    if day >= case.day:
        return None
    return f"自 {case.day} 起生效，当日起可以执行。", f"It takes effect on {case.day} and can be carried out from that day on."  # fmt: skip


def carry_out(doing: Doing) -> Change:
    """From its day: heirs exist, and a single heir owes what the old units owed."""
    case: Reorganisation = doing.obj
    if told := _too_early(case, doing.day):
        raise ReorganisationError.one("day", "reorganisation.early", zh=told[0], en=told[1])
    olds = list(Unit.objects.filter(code__in=case.units).select_related("parent"))
    gone = [old.name_zh for old in olds if ended_before(old.valid_to, case.day)]
    if gone:
        raise ReorganisationError.one(
            "units", "unit.ended", zh=f"{'、'.join(gone)} 已经撤销，本项变动不能再执行，请不批准或另行提出。", en=f"{', '.join(gone)} ended already: this case can no longer be carried out"
        )  # fmt: skip
    # Since it was asked for, a table may have moved one of them below another: the heir would be above itself.
    there = Unit.objects.filter(code__in=[one["code"] for one in case.heirs])
    if within := list(_within([*olds, *there.select_related("parent")])):
        raise ReorganisationError(within)
    heirs = [_heir(one, olds[0], case.day) for one in case.heirs]
    Unit.objects.filter(pk__in=[old.pk for old in olds]).update(valid_to=case.day - selectors.DAY)
    moved = {"reports": 0, "below": 0}
    if len(heirs) == 1:
        for old in olds:
            moved["reports"] += _reports(case, old, heirs[0], doing.now)
            moved["below"] += Unit.objects.filter(parent=old).update(parent=heirs[0])
    return Change({}, {"moved": moved, "heirs": [heir.code for heir in heirs]})


def move_roles(doing: Doing) -> Change:
    """By the officer who gives roles: whoever held one at an old unit holds it at the single heir, and there no more.

    What the old units left open is acted on by the heir's people. After a split the officer gives the roles at the
    heirs one by one before, because nobody else knows who goes where; then those at the old unit end.
    """
    case: Reorganisation = doing.obj
    held = list(
        standing(doing.day)
        .filter(unit__code__in=case.units, account__is_active=True)
        .select_related("account")
    )
    heirs = [one["code"] for one in case.heirs]
    if len(heirs) > 1:
        given: list[str] = []
        if held and not standing(doing.day).filter(unit__code__in=heirs).exists():
            raise ReorganisationError.one(
                "heirs", "split.empty", zh="承继单位还没有任何人员。请先逐人授予承继单位的角色，再办理转授权；办理后，原单位的角色即行终止。",
                en="nobody holds a role at the heirs yet: give the roles there one by one first; those at the old unit end with this act",
            )  # fmt: skip
    else:
        given = _given(doing, held, Unit.objects.get(code=heirs[0]))
    for one in held:
        _end(one, doing.day)
    if len(heirs) > 1:
        _to_whom_the_roles_went(case, doing.now)
    return Change({}, {"accounts": len(given), "unit": heirs[0] if len(heirs) == 1 else "", "ended": [one.account.username for one in held]})  # fmt: skip


def _to_whom_the_roles_went(case: Reorganisation, now: datetime) -> None:
    """After a split, what the old unit owed as a supplier is owed by the heir where its people are now."""
    asked = Suppliers(now.date())
    units = {
        unit.code: unit
        for unit in Unit.objects.filter(
            code__in=[*case.units, *(one["code"] for one in case.heirs)]
        )
    }
    for code in case.units:
        heir = asked.of(code)
        if heir in units and heir != code:
            _reports(case, units[code], units[heir], now, alone=False)


def _given(doing: Doing, held: list[RoleGrant], heir: Unit) -> list[str]:
    """Each role once more at the heir, for whoever has none there; gives the user names."""
    known = {(g.account_id, g.role) for g in standing(doing.day).filter(unit=heir)}
    given = []
    for grant in held:
        if (grant.account_id, grant.role) not in known:
            known.add((grant.account_id, grant.role))
            give_role(
                account=grant.account, role=Role(grant.role), unit=heir, valid_from=doing.obj.day, valid_to=grant.valid_to,
                actor=doing.actor, now=doing.now,
            )  # fmt: skip
            given.append(grant.account.username)
    return given


def _end(grant: RoleGrant, day: date) -> None:
    """From today it is held no more; what was done under it until now was done by its holder."""
    last = max(day - selectors.DAY, grant.valid_from)
    same = RoleGrant.objects.filter(pk=grant.pk, row_version=grant.row_version, revoked_at=None)
    if not same.update(valid_to=last, row_version=grant.row_version + 1):
        raise stale(f"grant:{grant.pk}")


def _heir(said: dict[str, str], old: Unit, day: date) -> Unit:
    found, _ = Unit.objects.get_or_create(
        code=said["code"],
        defaults={
            "name_zh": said["name_zh"],
            "name_en": said.get("name_en", ""),
            "kind": old.kind,
            "parent": old.parent,
            "valid_from": day,
        },
    )
    return found


def _reports(
    case: Reorganisation, old: Unit, heir: Unit, now: datetime, *, alone: bool = True
) -> int:
    """To the heir what the old unit owes, and what is owed about it where the heir goes on for it alone."""
    count = 0
    for report in selectors.due_reports([old]):
        goes = alone and report.unit_id == old.pk and _begins_after(report, case.day)
        unit = heir if goes else report.unit
        supplier = heir if report.supplier_id == old.pk else report.supplier
        if (unit.pk, supplier.pk) == (report.unit_id, report.supplier_id):
            continue
        same = Report.objects.filter(
            unit=unit, indicator=report.indicator, period=report.period, **of_year(report.rulebook)
        ).exclude(pk=report.pk)  # fmt: skip
        if not same.exists():
            given = CarryGiven(unit=unit.pk, supplier=supplier.pk)
            acts.perform_by_machine(REPORTS, "report.carry", report, given=given, now=now)
            count += 1
    return count


def _begins_after(report: Report, day: date) -> bool:
    return parse_period(report.period).start >= day


def _standing(case: Reorganisation, account: Account) -> Standing:
    return Standing()


def _title(case: Reorganisation) -> tuple[str, str]:
    (old_zh, old_en), (new_zh, new_en) = selectors.named(case)
    zh, en = KINDS[case.kind]
    return f"{zh}：{old_zh} → {new_zh}", f"{en}: {old_en} → {new_en}"


def _due(case: Reorganisation, day: date) -> date | None:
    """It is carried out on the day on which it takes effect: before that nobody can, after that it is late."""
    return case.day if case.state == "approved" and day >= case.day else None


def _known(case: Reorganisation) -> tuple[Words, date] | None:
    """When it takes effect, of one that is approved."""
    return (("生效日", "takes effect on"), case.day) if case.state == "approved" else None


def _outcome(case: Reorganisation) -> Words:
    """From which day it is, or would be, in force."""
    if case.state in {"carried_out", "complete"}:
        return f"自 {case.day} 起生效", f"in force from {case.day}"
    return f"拟自 {case.day} 起生效", f"to take effect on {case.day}"


def _matter(case: Reorganisation) -> Matter:
    """Who ends on which day, and who goes on with which share."""
    (zh, en), shares = (
        _title(case),
        "、".join(f"{one['code']} {one['share']}" for one in case.heirs),
    )
    return Matter(
        {"kind": case.kind, "day": case.day.isoformat(), "units": case.units, "heirs": case.heirs, "basis": case.basis},
        (f"{zh}，自 {case.day} 起（承继份额：{shares}）", f"{en} from {case.day} (shares: {shares})"),
    )  # fmt: skip


REORGANISATIONS = Kind(
    machine=REORGANISATION, path="reorganisations", words=("机构变动", "Reorganisations"), model=Reorganisation,
    title=_title,
    standing=_standing, matter=_matter,
    acts=(
        Act("reorganisation.ask", ("提出机构变动", "Ask for a reorganisation"), ask_for, AskGiven,
            ("合并、分设或更名; 影响表列出每个单位的账号、待报数据、目标、申诉和整改。",
             "A merger, split or renaming; the effect table lists accounts, reports, targets, appeals and cases of each unit.")),
        Act("reorganisation.approve", ("按决定批准", "Approve by decision"), approve, signed(ApproveGiven),
            choices=lambda obj, account, day: {"decision": decisions(f"reorganisation:{obj.pk}")}, answers=True),
        Act("reorganisation.refuse", ("不批准或终止", "Refuse or give up"), refuse, ReasonGiven, optional=True, answers=True),
        Act("reorganisation.withdraw", ("撤回", "Withdraw"), withdraw, ReasonGiven, optional=True),
        Act("reorganisation.draft_rules", ("生成方案修订草案", "Draft the amended rulebooks"), draft_rules, when=lambda r: bool(selectors.to_draft(r))),
        Act("reorganisation.carry_out", ("执行", "Carry out"), carry_out, not_yet=_too_early),
        Act("reorganisation.move_roles", ("转授权给承继单位", "Move the roles to the heir"), move_roles, moves_rights=True),
    ),
    columns=(
        Column(("变动方式", "Kind"), lambda r: KINDS[r.kind]), Column(("生效日", "From"), "day"),
        Column(("撤销", "Ends"), lambda r: selectors.named(r)[0]), Column(("承继", "Heirs"), lambda r: selectors.named(r)[1]),
    ),
    outcome=_outcome, due=_due, known=_known, told=True,
    facts=(Column(("依据", "Basis"), "basis"), Column(("意见", "Answer"), "answer")),
    queryset=lambda: Reorganisation.objects.select_related("decision"),
    body="reorganisation/body.html", printed=shown.printed,
    context=lambda case, request: {
        **shown.told(case, request.now.date()), "after": selectors.after(case, request.now.date()),
        "main": max(case.heirs, key=lambda one: Decimal(str(one["share"]))),
        "drafts": [(one.pk, RULEBOOKS.title(one), RULEBOOKS.state_of(one)) for one in RulebookVersion.objects.filter(pk__in=case.drafts).order_by("pk")],
        "reads": anywhere(grants(request.user, request.now.date()), "rulebook.read"),
    },
    out=lambda r: {"kind": r.kind, "day": r.day.isoformat(), "units": r.units, "heirs": r.heirs, "effect": r.effect, "drafts": r.drafts},
)  # fmt: skip
