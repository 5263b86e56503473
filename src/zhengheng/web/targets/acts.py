"""What is done to targets and to changes of them."""

from datetime import date
from functools import partial
from typing import Any, Literal

from zhengheng.domain.numbers import parse_scaled
from zhengheng.web.accounts.models import Account
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
)
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.services import own_files
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import book_of
from zhengheng.web.targets.models import TargetChange, TargetLine, TargetSheet
from zhengheng.web.targets.services import TargetError, checked, number_fault
from zhengheng.workflow.machines import CHANGE, TARGET

GROUNDS = {"policy": ("重大政策调整", "policy change"), "reorganisation": ("机构改革", "reorganisation"),
           "force_majeure": ("不可抗力", "force majeure")}  # fmt: skip


class LineGiven(Given):
    indicator: str = ask("指标代码", "Indicator", max_length=64)
    value: str = ask("目标值", "Target", max_length=40)
    baseline: str = ask("基期值 (可空)", "Baseline (optional)", "", max_length=40)


class ProposeGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("单位代码", "Unit", max_length=40)
    lines: list[LineGiven] = ask("目标", "Targets", min_length=1)
    due_on: date | None = ask("请单位在此日之前答复", "The unit answers by", None)


def propose(doing: Doing) -> Made:
    given: ProposeGiven = doing.given
    version = RulebookVersion.objects.filter(pk=given.rulebook, state="adopted").first()
    unit = Unit.objects.filter(code=given.unit).first()
    if version is None or unit is None:
        raise TargetError.one(
            "unit" if version else "rulebook", "target.absent", zh="没有这个单位, 或方案尚未生效",
            en="there is no such unit, or the rulebook is not in force",
        )  # fmt: skip
    if TargetSheet.objects.filter(rulebook=version, unit=unit).exists():
        raise TargetError.one(
            "unit", "target.known", zh="该单位已有目标表", en="this unit has a sheet already"
        )
    lines = checked(book_of(version), given.lines)
    sheet = TargetSheet(rulebook=version, unit=unit, due_on=given.due_on)
    children = tuple(partial(_line_of, line=line) for line in lines.values())
    return Made(sheet, _content(lines), children)


def _line_of(sheet: TargetSheet, line: LineGiven) -> TargetLine:
    return TargetLine(
        sheet=sheet, indicator=line.indicator, proposed=line.value, baseline=line.baseline
    )


def _content(lines: dict[str, Any]) -> dict[str, Any]:
    return {"lines": {code: line.value for code, line in lines.items()}}


class CounterGiven(Given):
    lines: list[LineGiven] = ask(
        "单位意见 (只写有不同意见的指标)", "The unit's values (only where it differs)", min_length=1
    )
    opinion: str = ask("理由", "Reason", form="text")
    consultation: Files = ask("民主协商记录", "Minutes of the staff consultation", [])


def counter(doing: Doing) -> Change:
    sheet: TargetSheet = doing.obj
    lines = _own_lines(sheet, doing.given.lines)
    for code, line in lines.items():
        sheet.lines.filter(indicator=code).update(countered=line.value)
    return Change(
        {"opinion": doing.given.opinion, **_consulted(doing)},
        {"opinion": doing.given.opinion, **_content(lines)},
    )


def _own_lines(sheet: TargetSheet, given: list[LineGiven]) -> dict[str, Any]:
    """The lines, of which the sheet has every one. Raises TargetError."""
    lines = checked(book_of(sheet.rulebook), given)
    known = set(sheet.lines.values_list("indicator", flat=True))
    if strangers := sorted(lines.keys() - known):
        raise TargetError.one(
            "lines", "target.stranger", zh=f"目标表中没有 {'、'.join(strangers)}",
            en=f"the sheet has no {', '.join(strangers)}",
        )  # fmt: skip
    return lines


def _consulted(doing: Doing) -> dict[str, Any]:
    kept = [file.pk for file in own_files(doing.given.consultation, doing.actor)]
    if not kept:
        return {}
    return {
        "consultation": [*doing.obj.consultation, *kept], "files": [*doing.obj.files, *kept],
    }  # fmt: skip


class AnswerGiven(Given):
    lines: list[LineGiven] = ask(
        "调整后的目标 (只写改动的)", "Amended targets (only what changes)", []
    )
    reply: str = ask("对单位意见的答复", "Reply to the unit", form="text")


def answer(doing: Doing) -> Change:
    """The next round: amended or kept, with reasons."""
    lines = _own_lines(doing.obj, doing.given.lines) if doing.given.lines else {}
    for code, line in lines.items():
        doing.obj.lines.filter(indicator=code).update(proposed=line.value)
    doing.obj.lines.update(countered="")
    return Change(
        {"reply": doing.given.reply, "round": doing.obj.round + 1},
        {"reply": doing.given.reply, "round": doing.obj.round + 1, **_content(lines)},
    )


class AgreeGiven(Given):
    consultation: Files = ask(
        "民主协商记录 (尚未提交的)", "Minutes of the staff consultation (if not handed in)", []
    )


def agree(doing: Doing) -> Change:
    """Signed by the leader; the staff was heard, and its minutes are on file."""
    consulted = _consulted(doing)
    if not doing.obj.consultation and not consulted:
        raise TargetError.one(
            "consultation", "target.consultation", zh="签订前须提交本单位民主协商记录",
            en="before signing, the minutes of the unit's staff consultation are handed in",
        )  # fmt: skip
    return _signed(doing, doing.obj.lines.all(), consulted)


def _signed(doing: Doing, lines: Any, more: dict[str, Any]) -> Change:
    for line in lines:
        line.original = line.current = line.proposed
        line.save(update_fields=["original", "current"])
    _load(doing, doing.obj)
    content = {"lines": {line.indicator: line.current for line in lines}}
    return Change({"agreed_on": doing.day, "due_on": None, **more}, content)


def _load(doing: Doing, sheet: TargetSheet) -> None:
    jobs.ask(
        kind="load_targets", arguments={"sheet": sheet.pk}, subject=f"target:{sheet.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip


class EscalateGiven(Given):
    reason: str = ask("未达成一致的情况", "What could not be agreed", form="text")


def escalate(doing: Doing) -> Change:
    return Change({"reply": doing.given.reason, "due_on": None}, {"reason": doing.given.reason})


class DecideGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")
    lines: list[LineGiven] = ask(
        "决定的目标 (只写改动的)", "Decided targets (only what changes)", []
    )


def decide(doing: Doing) -> Change:
    decision = carrying(doing.given.decision, f"target:{doing.obj.pk}")
    lines = _own_lines(doing.obj, doing.given.lines) if doing.given.lines else {}
    for code, line in lines.items():
        doing.obj.lines.filter(indicator=code).update(proposed=line.value)
    return _signed(doing, doing.obj.lines.all(), {"decision": decision})


def _at_unit(sheet: TargetSheet, account: Account) -> Standing:
    return Standing(units={"own": [sheet.unit.code]})


def _of(name: str) -> Any:
    return lambda obj: getattr(obj, name)


def _rulebooks(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    held = RulebookVersion.objects.filter(state="adopted")
    return {"rulebook": [(str(v.pk), f"{v.title_zh} {v.version}") for v in held]}


TARGETS = Kind(
    machine=TARGET, path="targets", words=("年度目标", "Targets"), model=TargetSheet,
    title=lambda s: (f"{s.unit.name_zh} {s.rulebook.period} 年度目标", f"{s.unit.name_en or s.unit.name_zh} {s.rulebook.period} targets"),
    standing=_at_unit,
    acts=(
        Act("target.propose", ("提出目标", "Propose targets"), propose, ProposeGiven, choices=_rulebooks),
        Act("target.agree", ("签订", "Sign"), agree, AgreeGiven,
            ("签订后目标即生效; 以后只能通过调整申请改变, 原目标永久保留。",
             "Signed targets change only by a docket; what was agreed first stays visible for ever.")),
        Act("target.counter", ("提出不同意见", "Counter"), counter, CounterGiven, optional=True),
        Act("target.answer", ("答复并进入下一轮", "Answer, next round"), answer, AnswerGiven),
        Act("target.escalate", ("提请委员会", "Bring before the commission"), escalate, EscalateGiven, optional=True),
        Act("target.decide", ("按决定签订", "Settle by decision"), decide, DecideGiven,
            choices=lambda obj, account, day: {"decision": decisions(f"target:{obj.pk}")}),
    ),
    columns=(
        Column(("单位", "Unit"), lambda s: (s.unit.name_zh, s.unit.name_en)),
        Column(("方案", "Rulebook"), lambda s: (s.rulebook.title_zh, s.rulebook.title_en)),
        Column(("轮次", "Round"), _of("round"), True),
    ),
    facts=(
        Column(("单位意见", "The unit's opinion"), _of("opinion")), Column(("绩效办答复", "The office's reply"), _of("reply")),
        Column(("民主协商记录", "Staff consultation"), lambda s: (f"{len(s.consultation)} 份", f"{len(s.consultation)} file(s)")),
        Column(("签订日期", "Signed on"), _of("agreed_on")),
    ),
    queryset=lambda: TargetSheet.objects.select_related("rulebook", "unit"),
    body="targets/body.html",
    context=lambda sheet, request: {"lines": _lines(sheet)},
    out=lambda s: {"unit": s.unit.code, "rulebook": s.rulebook_id, "round": s.round,
                   "lines": [{"id": n.pk, "indicator": n.indicator, "proposed": n.proposed, "countered": n.countered,
                              "original": n.original, "current": n.current} for n in s.lines.all()]},
)  # fmt: skip


def _lines(sheet: TargetSheet) -> list[dict[str, Any]]:
    names = {i.code: i for i in book_of(sheet.rulebook).indicators}
    return [
        {"line": line, "indicator": names[line.indicator],
         "changes": [c for c in line.changes.all() if c.state == "approved"]}
        for line in sheet.lines.prefetch_related("changes")
    ]  # fmt: skip


class ChangeGiven(Given):
    line: int = ask("目标行", "Line of the sheet")
    value: str = ask("申请改为", "Wanted value", max_length=40)
    ground: Literal["policy", "reorganisation", "force_majeure"] = ask(
        "理由类别", "Ground", names=GROUNDS
    )
    reason: str = ask("事实与理由", "Facts and reasons", form="text")
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
    indicator = book_of(line.sheet.rulebook).indicator(line.indicator)
    if fault := number_fault(given.value, indicator.decimals):
        raise TargetError.one("value", "number", zh=fault[0], en=fault[1])
    if parse_scaled(given.value, indicator.decimals) == parse_scaled(line.current, indicator.decimals):  # fmt: skip
        raise TargetError.one("value", "change.same", zh="与现目标相同", en="that is the target")
    files = own_files(given.evidence, doing.actor)
    origin = {"government_work_report": "government", "province": "government",
              "statute": "standing_committee"}.get(indicator.origin, "office")  # fmt: skip
    made = TargetChange(
        line=line, value=given.value, before=line.current, ground=given.ground, route=origin,
        reason=given.reason, files=[f.pk for f in files],
    )  # fmt: skip
    return Made(made, {
        "line": line.pk,
        "before": line.current,
        "value": given.value,
        "ground": given.ground,
    })  # fmt: skip


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
    if not changed.update(current=change.value):
        raise TargetError.one(
            "line",
            "change.overtaken",
            zh="该目标已被另一项调整改变",
            en="another change came first",
        )
    _load(doing, change.line.sheet)
    return Change({"answer": doing.given.answer, "decision": decision}, {"answer": doing.given.answer, "value": change.value})  # fmt: skip


class RefuseGiven(Given):
    answer: str = ask("不批准的理由", "Why not", form="text")


def refuse(doing: Doing) -> Change:
    return Change({"answer": doing.given.answer}, {"answer": doing.given.answer})


def _plainly(doing: Doing) -> Change:
    return Change()


ROUTES = {"office": ("绩效办", "the office"), "government": ("政府", "the government"),
          "standing_committee": ("人大常委会", "the standing committee")}  # fmt: skip

CHANGES = Kind(
    machine=CHANGE, path="changes", words=("目标调整", "Target changes"), model=TargetChange,
    title=lambda c: (f"{c.line.sheet.unit.name_zh} {c.line.indicator}: {c.before} → {c.value}",
                     f"{c.line.sheet.unit.name_en or c.line.sheet.unit.name_zh} {c.line.indicator}: {c.before} → {c.value}"),
    standing=lambda c, account: Standing(units={"own": [c.line.sheet.unit.code]}),
    acts=(
        Act("change.ask", ("申请调整目标", "Ask to change a target"), ask_change, ChangeGiven),
        Act("change.approve", ("批准", "Approve"), approve, ApproveGiven,
            choices=lambda obj, account, day: {"decision": decisions(f"change:{obj.pk}")}),
        Act("change.refuse", ("不批准", "Refuse"), refuse, RefuseGiven),
        Act("change.withdraw", ("撤回", "Withdraw"), _plainly, optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda c: (c.line.sheet.unit.name_zh, c.line.sheet.unit.name_en)),
        Column(("指标", "Indicator"), lambda c: c.line.indicator), Column(("原目标", "Original"), lambda c: c.line.original, True),
        Column(("改前", "Before"), _of("before"), True), Column(("改为", "Wanted"), _of("value"), True),
    ),
    facts=(
        Column(("理由类别", "Ground"), lambda c: GROUNDS[c.ground]), Column(("审批层级", "Decided by"), lambda c: ROUTES[c.route]),
        Column(("事实与理由", "Reasons"), _of("reason")), Column(("审批意见", "Answer"), _of("answer")),
    ),
    queryset=lambda: TargetChange.objects.select_related("line__sheet__unit", "line__sheet__rulebook"),
    out=lambda c: {"line": c.line_id, "before": c.before, "value": c.value, "ground": c.ground, "route": c.route},
)  # fmt: skip
