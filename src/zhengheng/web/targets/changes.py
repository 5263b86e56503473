"""Later changes of agreed targets: a docket each; what was agreed first stays."""

from collections.abc import Callable
from datetime import date
from typing import Any, Literal

from django.utils.timezone import localdate

from zhengheng.domain.numbers import parse_scaled
from zhengheng.lake.cells import value_fault
from zhengheng.scheme.base import Labels
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Figure,
    Files,
    Given,
    Kind,
    Made,
    Matter,
    Standing,
    ask,
    ask_why_right,
    signed,
)
from zhengheng.web.acts.paper import compared, moves
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.documents import Section
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import UnitEndedError, heirs
from zhengheng.web.pages.tags import language, say
from zhengheng.web.rulebooks.selectors import book_of, indicator_words
from zhengheng.web.targets.acts import load_sheet
from zhengheng.web.targets.models import TargetChange, TargetLine, TargetSheet
from zhengheng.web.targets.selectors import is_over
from zhengheng.web.targets.services import TargetError, wrong_way
from zhengheng.workflow.machines import CHANGE

GROUNDS = {"policy": ("重大政策调整", "policy change"), "reorganisation": ("机构改革", "reorganisation"),
           "force_majeure": ("不可抗力", "force majeure")}  # fmt: skip


class ChangeGiven(Given):
    line: int = ask(
        "要调整的目标", "Target to be changed",
        empty=("目前没有可以申请调整的目标：只能调整本单位已签订、本年度结果尚未终定的目标。承继单位的目标须先由绩效办提出并签订。", "There is no target to be changed: it has to be the unit's own, agreed, of a year that is not final. An heir's targets are proposed by the office and agreed first."),
    )  # fmt: skip
    value: Figure = ask("申请改为", "Wanted value", max_length=40)
    ground: Literal["policy", "reorganisation", "force_majeure"] = ask(
        "理由类别", "Ground", names=GROUNDS
    )
    reason: str = ask("事实与理由", "Facts and reasons", form="text")
    confirmation: str = ask_why_right()
    evidence: Files = ask("证明材料", "Evidence", [])


def ask_change(doing: Doing) -> Made:
    given: ChangeGiven = doing.given
    line = TargetLine.objects.select_related("sheet__unit", "sheet__rulebook").filter(
        pk=given.line
    ).first()  # fmt: skip
    if line is None or line.sheet.state != "agreed":
        raise TargetError.one(
            "line", "line.absent", zh="没有这一目标行, 或目标表尚未签订", en="there is no such line of a signed sheet"
        )  # fmt: skip
    if is_over(line.sheet, doing.day):
        raise _ended(line.sheet, doing.day)
    book = book_of(line.sheet.rulebook)
    indicator = book.indicator(line.indicator)
    if fault := value_fault(book, indicator, given.value, given.confirmation):
        raise TargetError.one("value", "number", zh=fault[0], en=fault[1])
    if fault := wrong_way(indicator, given.value, line.baseline):
        raise TargetError.one("value", "target.direction", zh=fault[0], en=fault[1])
    if parse_scaled(given.value, indicator.decimals) == parse_scaled(line.current, indicator.decimals):  # fmt: skip
        raise TargetError.one("value", "change.same", zh="与现目标相同", en="that is the target")
    waiting = TargetChange.objects.filter(line=line, state="asked").first()
    if waiting is not None:
        raise TargetError.one(
            "line", "change.twice",
            zh=f"这一目标已于 {localdate(waiting.made_at)} 申请调整为 {waiting.value}（第 {waiting.pk} 号，待审批）；须先审批或者撤回，才能再次申请。",
            en=f"a change of this target to {waiting.value} was asked for on {localdate(waiting.made_at)} (change {waiting.pk}) and waits; it is decided or withdrawn first",
        )  # fmt: skip
    files = own_files(given.evidence, doing.actor)
    origin = {"government_work_report": "government", "province": "government",
              "statute": "standing_committee"}.get(indicator.origin, "office")  # fmt: skip
    made = TargetChange(
        line=line, value=given.value, before=line.current, ground=given.ground, route=origin,
        reason=given.reason, confirmation=given.confirmation, files=[f.pk for f in files],
    )  # fmt: skip
    return Made(made, {
        "line": line.pk,
        "before": line.current,
        "value": given.value,
        "ground": given.ground,
        **({"confirmed": given.confirmation} if given.confirmation else {}),
    })  # fmt: skip


def _ended(sheet: TargetSheet, day: date) -> UnitEndedError:
    """Nothing is changed for who is gone; the heir asks to change what it has been given itself."""
    old, heir = sheet.unit, Unit.objects.filter(code=heirs(day).get(sheet.unit.code, "")).first()
    zh, en = f"{old.name_zh}已于 {old.valid_to} 撤销", f"{old.name_en or old.name_zh} ended on {old.valid_to}"  # fmt: skip
    if heir is None:
        return UnitEndedError.one("line", "unit.ended", zh=f"{zh}，其目标不再调整。", en=f"{en}: its targets are not changed any more")  # fmt: skip
    name = heir.name_en or heir.name_zh
    return UnitEndedError.one(
        "line", "unit.ended",
        zh=f"{zh}，由{heir.name_zh}承继，其目标不再调整。绩效办向{heir.name_zh}提出目标并签订后，请对{heir.name_zh}自己的目标申请调整。",
        en=f"{en}; {name} goes on for it, and its targets are not changed any more. Once {name} has signed targets of its own, ask for a change of those",
    )  # fmt: skip


class ApproveGiven(Given):
    answer: str = ask("审批意见", "Why", form="text")
    decision: int | None = ask(
        "决定 (由政府或常委会审批的)",
        "Decision (where government or standing committee decide)",
        None,
    )


def approve(doing: Doing) -> Change:
    """Office targets by the director; key targets only by decision. The original stays."""
    change: TargetChange = doing.obj
    decision = None
    if change.route != "office":
        decision = carrying(doing.given.decision or 0, f"change:{change.pk}")
    changed = TargetLine.objects.filter(pk=change.line_id, current=change.before)
    if not changed.update(current=change.value, confirmation=change.confirmation):
        raise TargetError.one(
            "line",
            "change.overtaken",
            zh="该目标已被另一项调整改变",
            en="another change came first",
        )
    load_sheet(doing, change.line.sheet)
    fields = {"answer": doing.given.answer, "decision": decision, "effect": doing.prepared}
    return Change(fields, {"answer": doing.given.answer, "value": change.value})


class RefuseGiven(Given):
    answer: str = ask("不批准的理由", "Why not", form="text")


def refuse(doing: Doing) -> Change:
    return Change({"answer": doing.given.answer, "effect": doing.prepared}, {"answer": doing.given.answer})  # fmt: skip


_TELLERS: list[Callable[[TargetChange], dict[str, Any]]] = []


def told_by(teller: Callable[[TargetChange], dict[str, Any]]) -> None:
    """Said once, by results when the office starts: they stand on targets, and tell what a change of one does to them."""
    _TELLERS[:] = [teller]


def shown(change: TargetChange) -> dict[str, Any]:
    """What is known of a change's effect, and on which result."""
    return _TELLERS[0](change)


def _effect(doing: Doing) -> dict[str, Any]:
    """What was before the eyes of whoever decides stays with the decision."""
    return shown(doing.obj)["effect"]  # type: ignore[no-any-return]


def _page(change: TargetChange, request: Any) -> dict[str, Any]:
    found = shown(change)
    return {**found, "told": found["effect"].get(language())}


def printed(change: TargetChange, _day: date) -> list[Section]:
    """What it does to points, total and place of the unit, and who moves with it; or why nobody can say."""
    found = shown(change)
    basis = say(*found["basis"]) if found["basis"] else ""
    title = say("对得分、总分和名次的影响", "What it does to points, total and place")
    if why := found["effect"].get("why"):
        return [Section(title, texts=tuple(filter(None, (say(*why), basis))))]
    told = found["effect"].get(language())
    if told is None:
        return []
    heads = f"{say('按原目标', 'With the target as it is')} {change.before}", f"{say('按申请的目标', 'With the target asked for')} {change.value}"  # fmt: skip
    tables = [compared(found["places"], told["before"], told["after"], heads)]
    if told["units"]:
        tables.append(moves(told["units"]))
    return [Section(title, texts=(basis,), tables=tuple(tables))]


def _plainly(doing: Doing) -> Change:
    return Change()


ROUTES = {"office": ("绩效办", "the office"), "government": ("政府", "the government"),
          "standing_committee": ("人大常委会", "the standing committee")}  # fmt: skip


def _about(change: TargetChange) -> tuple[str, str]:
    return indicator_words(change.line.sheet.rulebook, change.line.indicator)


def _measure_unit(change: TargetChange) -> Labels:
    return book_of(change.line.sheet.rulebook).indicator(change.line.indicator).unit_said


def _moved(change: TargetChange) -> tuple[str, str]:
    """From which target to which, with the unit of measure."""
    unit = _measure_unit(change)
    return (
        f"{change.before} → {change.value} {unit.zh}".strip(),
        f"{change.before} → {change.value} {unit.say('en')}".strip(),
    )


def _outcome(change: TargetChange) -> tuple[str, str]:
    """The change that was asked for, for which year, and when."""
    (zh, en), period, day = (
        _moved(change),
        change.line.sheet.rulebook.period,
        localdate(change.made_at),
    )
    return (
        f"{day} 申请把 {period} 年目标由 {zh.replace(' → ', ' 调为 ')}",
        f"asked on {day}: the target of {period} from {en.replace(' → ', ' to ')}",
    )


def _matter(change: TargetChange) -> Matter:
    """The target that is to be changed, from what to what, on which ground."""
    (zh, en), (about_zh, about_en), unit = _moved(change), _about(change), change.line.sheet.unit
    return Matter(
        {"line": change.line_id, "before": change.before, "value": change.value, "ground": change.ground, "reason": change.reason},
        (f"{unit.name_zh} {change.line.sheet.rulebook.period} 年 {about_zh}：{zh}", f"{unit.name_en or unit.name_zh} {change.line.sheet.rulebook.period} {about_en}: {en}"),
    )  # fmt: skip


CHANGES = Kind(
    machine=CHANGE, path="changes", words=("目标调整", "Target changes"), model=TargetChange,
    title=lambda c: (f"{c.line.sheet.unit.name_zh} {_about(c)[0]}：{_moved(c)[0]}",
                     f"{c.line.sheet.unit.name_en or c.line.sheet.unit.name_zh} {_about(c)[1]}: {_moved(c)[1]}"),
    standing=lambda c, account: Standing(units={"own": [c.line.sheet.unit.code]}),
    year=lambda c: c.line.sheet.rulebook, matter=_matter,
    acts=(
        Act("change.ask", ("申请调整目标", "Ask to change a target"), ask_change, ChangeGiven, living=lambda c: c.line.sheet.unit),
        Act("change.approve", ("批准", "Approve"), approve, signed(ApproveGiven), living=lambda c: c.line.sheet.unit,
            choices=lambda obj, account, day: {"decision": decisions(f"change:{obj.pk}"), "decision.needed": obj.route != "office"}, prepare=_effect, answers=True),
        Act("change.refuse", ("不批准", "Refuse"), refuse, RefuseGiven, prepare=_effect, optional=True, answers=True),
        Act("change.withdraw", ("撤回", "Withdraw"), _plainly, optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda c: (c.line.sheet.unit.name_zh, c.line.sheet.unit.name_en)),
        Column(("指标", "Indicator"), _about), Column(("期间", "Period"), lambda c: c.line.sheet.rulebook.period), Column(("计量单位", "Unit of measure"), _measure_unit),
        Column(("原目标", "Original"), lambda c: c.line.original, True),
        Column(("改前", "Before"), "before", True), Column(("改为", "Wanted"), "value", True),
    ),
    facts=(
        Column(("理由类别", "Ground"), lambda c: GROUNDS[c.ground]), Column(("审批层级", "Decided by"), lambda c: ROUTES[c.route]),
        Column(("事实与理由", "Reasons"), "reason"), Column(("审批意见", "Answer"), "answer"),
    ),
    thread=True, outcome=_outcome, body="targets/change.html", context=_page, printed=printed,
    links=(("/office/changes/eased/", ("目标下调情况", "Eased targets"), "change.eased"),),
    queryset=lambda: TargetChange.objects.select_related("line__sheet__unit").prefetch_related("line__sheet__rulebook"),
    out=lambda c: {"line": c.line_id, "before": c.before, "value": c.value, "ground": c.ground, "route": c.route},
)  # fmt: skip
