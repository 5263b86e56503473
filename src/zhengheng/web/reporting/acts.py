"""What is done to reports and items."""

from datetime import date
from typing import Any, Literal, get_args

from zhengheng.domain.several import several
from zhengheng.lake.cells import number_fault
from zhengheng.scoring import contracts
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import heirs_known
from zhengheng.web.acts.declare import (
    OF_UNITS,
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
    ask_why_right,
)
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import all_heirs
from zhengheng.web.reporting.corrections import (
    CorrectionGiven,
    ask_correction,
    correct,
    correct_supplied,
    refuse_correction,
)
from zhengheng.web.reporting.earlier import told as earlier_told
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import (
    ReportError,
    after,
    asked_of_day,
    asked_of_note,
    check_value,
    confirmed_by,
    counts,
    indicator_of,
)
from zhengheng.web.reporting.suppliers import Suppliers
from zhengheng.web.rulebooks.selectors import book_of, procedure_of
from zhengheng.workflow.machines import REPORT

Status = Literal["value", "not_applicable", "missing", "withheld"]

DEEMED = ("期满未提异议，视为确认", "Deemed confirmed, as nobody objected in time")
"""Of what a unit has days to object to, and let pass."""

STATUS_WORDS = {code: contracts.STATUS_WORDS[code] for code in get_args(Status)}


class OpenGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("被考核单位", "Assessed unit")
    supplier: str = ask("数据提供", "Supplied by")
    indicator: str = ask("指标", "Indicator")
    period: str = ask("期间", "Period")
    minutes: int = ask("预计用时 (分钟)", "Expected minutes")
    due_on: date = ask("期限", "Due", when="any")


def open_one(doing: Doing) -> Made:
    """A value is asked for, of whoever supplies it."""
    given: OpenGiven = doing.given
    units = {unit.code: unit for unit in Unit.objects.filter(code__in=(given.unit, given.supplier))}
    made = Report(
        rulebook_id=given.rulebook, unit=units[given.unit], supplier=units[given.supplier],
        indicator=given.indicator, period=given.period, minutes=given.minutes, due_on=given.due_on,
    )  # fmt: skip
    return Made(made, {"unit": given.unit, "indicator": given.indicator, "period": given.period})


class BorrowGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    report: int = ask("已有的填报", "The report that there is")


def borrow(doing: Doing) -> Made:
    """Another rulebook asks for the same fact already: it is noted here, and asked of nobody."""
    first = Report.objects.get(pk=doing.given.report)
    made = Report(
        rulebook_id=doing.given.rulebook, unit=first.unit, supplier=first.supplier, indicator=first.indicator, period=first.period, same_as=first,
    )  # fmt: skip
    return Made(made, {"unit": first.unit.code, "indicator": first.indicator, "period": first.period, "same_as": first.pk})  # fmt: skip


def reuse(doing: Doing) -> Change:
    """What was confirmed under the other rulebook counts here."""
    first: Report = doing.obj.same_as
    same = {"value": first.value, "status": first.status}
    return Change({**same, "note": first.note, "confirmation": first.confirmation}, same)


class SaveGiven(Given):
    value: str = ask("数值 (草稿)", "Value (draft)", "", max_length=40)
    note: str = ask("说明", "Note", "", form="text")


def save(doing: Doing) -> Change:
    return Change({"value": doing.given.value, "note": doing.given.note})


class SubmitGiven(Given):
    value: str = ask("数值", "Value", "", max_length=40)
    status: Status = ask(
        "状态",
        "Status",
        "value",
        names=STATUS_WORDS,
    )
    note: str = ask(
        "说明（没有数值、逾期补报、期间未结束、与已确认的各期数值相差很大、按亮灯规则为红灯的，须逐项写明原因）",
        "Note (says why, each by itself: there is no value, it is late, the period has not ended, it is far from the values confirmed for other periods, it is red by the light rule)",
        "",
        form="text",
    )
    confirmation: str = ask_why_right()
    evidence: Files = ask("证明材料", "Evidence", [])


def submit(doing: Doing) -> Change:
    """The unit's own value; the office looks at it."""
    return Change({**_handed_in(doing), "due_on": None}, _said(doing))


def supply(doing: Doing) -> Change:
    """A value about another unit, which now has its days to check it."""
    until = after(procedure_of(doing.obj.rulebook).within("check"), doing.day)
    return Change({**_handed_in(doing), "due_on": until}, {**_said(doing), "until": until.isoformat()})  # fmt: skip


def _handed_in(doing: Doing) -> dict[str, Any]:
    report, given = doing.obj, doing.given
    late = bool(report.due_on and doing.day > report.due_on)
    found = [] if given.note else list(asked_of_day(report, doing.day, late=late))
    try:
        check_value(
            report, indicator_of(report), given.value, given.status, given.note, given.confirmation
        )
    except ReportError as error:
        found += error.problems
    if found:
        raise ReportError(found)
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    return {
        "value": given.value, "status": given.status, "note": given.note, "confirmation": given.confirmation, "files": [*report.files, *kept],
        "handed_in_by": doing.actor, "handed_in_at": doing.now, "objection": "",
        "late": late,
    }  # fmt: skip


def _said(doing: Doing) -> dict[str, Any]:
    given = doing.given
    return {"value": given.value, "status": given.status, "note": given.note, **confirmed_by(given)}


class TimeGiven(Given):
    until: date = ask("申请延期至", "More time until", when="ahead")
    reason: str = ask("理由", "Reason", form="text")


def ask_time(doing: Doing) -> Change:
    if doing.obj.due_on and doing.given.until <= doing.obj.due_on:
        raise ReportError.one(
            "until",
            "time.before",
            zh=f"申请延期至：{doing.given.until} 应晚于现在的期限 {doing.obj.due_on}。",
            en=f"More time until: {doing.given.until} must lie after the day it is due now, {doing.obj.due_on}",
        )
    return Change({"more_time": doing.given.until}, {"until": doing.given.until.isoformat(), "reason": doing.given.reason})  # fmt: skip


def give_time(doing: Doing) -> Change:
    return Change({"due_on": doing.obj.more_time, "more_time": None}, {"until": doing.obj.more_time.isoformat()})  # fmt: skip


class RefuseTimeGiven(Given):
    reason: str = ask("不同意延期的理由", "Why there is no more time", form="text")


def refuse_time(doing: Doing) -> Change:
    """The day stays as it was; whoever asked reads why."""
    return Change({"more_time": None, "answer": doing.given.reason}, {"reason": doing.given.reason, "due": doing.obj.due_on.isoformat() if doing.obj.due_on else ""})  # fmt: skip


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def verify(doing: Doing) -> Change:
    return Change({"due_on": None}, {"value": doing.obj.value, "status": doing.obj.status})


def send_back(doing: Doing) -> Change:
    until = after(procedure_of(doing.obj.rulebook).within("check"), doing.day)
    return Change(
        {"answer": doing.given.reason, "due_on": until, **_supplier_now(doing)},
        {"reason": doing.given.reason},
    )


def _supplier_now(doing: Doing) -> dict[str, int]:
    """Whoever goes on for a supplier that ended meanwhile, who is asked instead."""
    held: Unit = doing.obj.supplier
    if held.valid_to is None:
        return {}
    heir = Suppliers(doing.day).of(held.code)
    return {"supplier_id": Unit.objects.get(code=heir).pk} if heir and heir != held.code else {}


def confirm(doing: Doing) -> Change:
    """By the unit, or by its silence when the days are over."""
    return Change({"due_on": None}, {"silence": doing.by is None, "value": doing.obj.value})


class ObjectGiven(Given):
    wanted: str = ask("应为", "It should be", "", max_length=40)
    objection: str = ask("事实与理由", "Facts and reasons", form="text")
    evidence: Files = ask("证明材料", "Evidence", [])


def object_to(doing: Doing) -> Change:
    """What it should be is a value as any other of this indicator: a plain number in its unit of measure."""
    given = doing.given
    indicator = indicator_of(doing.obj)
    if given.wanted and (
        fault := number_fault(
            given.wanted,
            indicator.decimals,
            indicator.measure_unit.zh,
            indicator.measure_unit.say("en"),
        )
    ):
        raise ReportError.one("wanted", "number", zh=f"应为：{fault[0]}", en=f"It should be: {fault[1]}")  # fmt: skip
    if given.wanted and counts(doing.obj, given.wanted):
        raise ReportError.one(
            "wanted", "objection.same", zh=f"“应为”与现有数值 {doing.obj.value} 相同，没有可以异议的内容；数值无误的，请核对确认。",
            en=f"it should be what it is already, {doing.obj.value}: there is nothing to object to; confirm it if it is right",
        )  # fmt: skip
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    return Change(
        {"objection": given.objection, "wanted": given.wanted, "due_on": None, "files": [*doing.obj.files, *kept]},
        {"wanted": given.wanted, "objection": given.objection},
    )  # fmt: skip


class SettleGiven(Given):
    value: str = ask("认定的数值", "Settled value", "", max_length=40)
    status: Status = ask("状态", "Status", "value", names=STATUS_WORDS)
    reason: str = ask("理由", "Reason", form="text")
    confirmation: str = ask_why_right()


def settle(doing: Doing) -> Change:
    given = doing.given
    check_value(
        doing.obj,
        indicator_of(doing.obj),
        given.value,
        given.status,
        given.reason,
        given.confirmation,
    )
    return Change(
        {
            "value": given.value,
            "status": given.status,
            "answer": given.reason,
            "confirmation": given.confirmation,
            "due_on": None,
        },
        {
            "before": doing.obj.value,
            "value": given.value,
            "reason": given.reason,
            **confirmed_by(given),
        },
    )


def settle_found(doing: Doing) -> Change:
    """What a sample check led to: whatever value is settled, the assessed unit checks it before it counts."""
    change = settle(doing)
    until = after(procedure_of(doing.obj.rulebook).within("check"), doing.day)
    return Change(
        {**change.fields, "objection": "", "wanted": "", "wanted_confirmation": "", "due_on": until},
        {**change.content, "why": doing.obj.objection, "until": until.isoformat()},
    )  # fmt: skip


def load(doing: Doing) -> Change:
    return Change({"times_loaded": doing.obj.times_loaded + 1, "batch": None}, {"value": doing.obj.value})  # fmt: skip


class ReferGiven(Given):
    why: str
    wanted: str = ""
    confirmation: str = ""


def refer(doing: Doing) -> Change:
    """To the office's data officer: the value cannot be taken into the lake as it stands, or a sample check found another."""
    given: ReferGiven = doing.given
    until = after(procedure_of(doing.obj.rulebook).within("finding"), doing.day)
    wanted = {"wanted": given.wanted} if given.wanted else {}
    fields = {**wanted, "wanted_confirmation": given.confirmation}
    return Change({"objection": given.why, "batch": None, "due_on": until, **fields}, {"why": given.why, "due": until.isoformat(), **wanted})  # fmt: skip


def lapse(doing: Doing) -> Change:
    """The year is final without it: no clock runs on, and the page says that it did not count."""
    return Change({"due_on": None, "more_time": None, "batch": None}, {"was": doing.obj.state})


class CarryGiven(Given):
    unit: int
    supplier: int


def carry(doing: Doing) -> Change:
    """With a reorganisation: the heir owes what the old unit owed."""
    given: CarryGiven = doing.given
    codes = dict(Unit.objects.filter(pk__in=(given.unit, given.supplier)).values_list("pk", "code"))
    return Change(
        {"unit_id": given.unit, "supplier_id": given.supplier}, {"unit": codes[given.unit], "supplier": codes[given.supplier]}
    )  # fmt: skip


class AskAgainGiven(Given):
    due_on: date = ask("新的期限", "Due", when="ahead")


def ask_again(doing: Doing) -> Change:
    """After the year was reopened: what had not counted is asked for once more."""
    return Change(
        {"due_on": doing.given.due_on, **_supplier_now(doing)},
        {"due": doing.given.due_on.isoformat()},
    )


def _about(report: Report, account: Account) -> Standing:
    second = ("second",) if report.handed_in_by_id != account.pk else ()
    units = {"own": [report.unit.code], "supplying": [report.supplier.code]}
    return Standing(second, units | {"heir": _holders(report, account)})


def _holders(report: Report, account: Account) -> list[str]:
    """The heirs of whoever the value was asked of: of a split each, not only the one with the greatest share."""
    ended = [one for one in (report.supplier, report.unit) if one.valid_to is not None]
    if not ended:
        return []
    after = heirs_known(account)
    found = {*after.get(report.supplier.code, ())}
    if by_itself(report):
        found |= {*after.get(report.unit.code, ())}
    return sorted(found)


def by_itself(report: Report) -> bool:
    """Whether the unit speaks of itself, which the office looks at: an heir that reports for a unit that ended does so too."""
    if report.supplier_id == report.unit_id:
        return True
    return report.unit.valid_to is not None and report.supplier.code in all_heirs(date.max).get(
        report.unit.code, ()
    )


def _by_another(report: Report) -> bool:
    return not by_itself(report)


def _from_a_finding(report: Report) -> bool:
    """Whether what is written against the value, here or under a rulebook that takes it from here, is a sample check's finding."""
    places = (report, *report.reused.all())
    return any(one.leads_to(report.objection) for place in places for one in place.findings.all())


def _from_elsewhere(report: Report) -> bool:
    return not _from_a_finding(report)


def _asked_by_itself(report: Report) -> bool:
    """Whether a correction is the unit's own wish: one that a sample check led to is checked by the unit first."""
    return by_itself(report) and not _from_a_finding(report)


def _to_be_checked(report: Report) -> bool:
    return not _asked_by_itself(report)


def _findings(report: Report) -> tuple[str, str] | None:
    """What sample checks found of the value, and what the office does about it."""
    unit = indicator_of(report).unit_said
    told = [
        one.found_words((unit.zh, unit.say("en"))) for one in report.findings.all() if one.finding
    ]
    return ("。".join(zh for zh, _ in told), ". ".join(en for _, en in told)) if told else None


def measured(report: Report, value: str) -> tuple[str, str] | None:
    """A value with its unit of measure."""
    return indicator_of(report).measured(value) if value else None


def _settled(report: Report) -> dict[str, str]:
    """What the form of a settlement offers: the value that is wanted, with what confirms it."""
    wanted = report.wanted
    return {"value": wanted or report.value, "confirmation": report.wanted_confirmation if wanted else ""}  # fmt: skip


def _status(report: Report) -> tuple[str, str] | None:
    """What was said of the value; nothing before anybody said anything."""
    return STATUS_WORDS[report.status] if report.value or report.handed_in_at or report.status != "value" else None  # fmt: skip


def _elsewhere(report: Report) -> tuple[str, str] | None:
    held = report.same_as.rulebook if report.same_as else None
    return (held.title_zh, held.title_en or held.title_zh) if held else None


def _name(report: Report) -> tuple[str, str]:
    name = indicator_of(report).name
    return f"{report.indicator} {name.zh}", f"{report.indicator} {name.en or name.zh}"


def _measure(report: Report) -> tuple[tuple[str, str], str]:
    unit = book_of(report.rulebook).indicator(report.indicator).unit_said
    return (unit.zh, unit.say("en")), report.period


REPORTS = Kind(
    outcome=lambda r: measured(r, r.value),
    machine=REPORT, path="reports", words=("数据填报", "Reports"), model=Report,
    title=lambda r: (f"{r.unit.name_zh} {r.period}: {_name(r)[0]}", f"{r.unit.name_en or r.unit.name_zh} {r.period}: {_name(r)[1]}"),
    standing=_about,
    acts=(
        Act("report.open", ("布置", "Open"), open_one, OpenGiven, by_machine=True),
        Act("report.submit", ("提交", "Submit"), submit, SubmitGiven, when=by_itself,
            typed=lambda r: {"value": r.value, "note": r.note}),
        Act("report.supply", ("提交, 由单位核对", "Submit for the unit's check"), supply, SubmitGiven, when=_by_another,
            typed=lambda r: {"value": r.value, "note": r.note}),
        Act("report.save", ("保存草稿", "Save the draft"), save, SaveGiven, typed=lambda r: {"value": r.value, "note": r.note}, optional=True),
        Act("report.ask_time", ("申请延期", "Ask for more time"), ask_time, TimeGiven, optional=True),
        Act("report.give_time", ("同意延期", "Give more time"), give_time, when=lambda r: r.more_time is not None, answers=True, clock=False),
        Act("report.refuse_time", ("不同意延期", "Refuse more time"), refuse_time, RefuseTimeGiven, when=lambda r: r.more_time is not None, optional=True, answers=True),
        Act("report.verify", ("审核通过", "Accept"), verify),
        Act("report.confirm", ("核对无误", "Confirm"), confirm, deemed=DEEMED),
        Act("report.object", ("提出异议", "Object"), object_to, ObjectGiven, optional=True),
        Act("report.settle", ("认定", "Settle"), settle, SettleGiven, when=_from_elsewhere, typed=_settled, answers=True),
        Act("report.settle_found", ("认定，由单位核对", "Settle, for the unit's check"), settle_found, SettleGiven,
            ("异议由抽样核查引起，认定的数值先由被考核单位核对，再计入核算。", "A sample check led to it: the assessed unit checks the settled value before it counts."), when=_from_a_finding, typed=_settled, answers=True),
        Act("report.return", ("退回", "Send back"), send_back, ReasonGiven, optional=True),
        Act("report.borrow", ("引用另一方案的填报", "Take from another rulebook"), borrow, BorrowGiven, by_machine=True),
        Act("report.reuse", ("采用已确认的数值", "Take the confirmed value"), reuse, by_machine=True),
        Act("report.load", ("入库", "Load"), load, by_machine=True),
        Act("report.ask_correction", ("申请更正", "Ask for a correction"), ask_correction, CorrectionGiven,
            when=lambda r: r.same_as_id is None, optional=True),
        Act("report.correct", ("同意更正", "Correct"), correct, ReasonGiven, when=_asked_by_itself, answers=True),
        Act("report.correct_supplied", ("同意更正，由单位核对", "Correct, for the unit's check"), correct_supplied, ReasonGiven,
            ("数值由其他部门提供，或者更正由抽样核查引起的，更正后先由被考核单位核对，再计入核算。", "The value is another department's, or a sample check led to the correction: the assessed unit checks it before it counts."), when=_to_be_checked),
        Act("report.refer", ("转绩效办认定", "Referred to the office"), refer, ReferGiven, by_machine=True),
        Act("report.carry", ("随机构变动转承继单位", "Carried to the heir"), carry, CarryGiven, by_machine=True),
        Act("report.lapse", ("年度终定，未计入", "Not counted: the year is final"), lapse, by_machine=True, after_final=True),
        Act("report.ask_again", ("重新布置", "Ask for it again"), ask_again, AskAgainGiven, optional=True),
        Act("report.refuse_correction", ("不同意更正", "Refuse the correction"), refuse_correction, ReasonGiven, optional=True, answers=True),
    ),
    columns=(
        Column(("指标", "Indicator"), _name), Column(("单位", "Unit"), lambda r: (r.unit.name_zh, r.unit.name_en)),
        Column(("期间", "Period"), "period"), Column(("数值", "Value"), lambda r: measured(r, r.value), True),
    ),
    facts=(
        Column(("数据提供", "Supplied by"), lambda r: (r.supplier.name_zh, r.supplier.name_en)),
        Column(("预计用时", "Expected time"), lambda r: (f"{r.minutes} 分钟", several(r.minutes, 'minute', 'minutes')) if r.minutes else None),
        Column(("数据状态", "Status"), _status), Column(("说明", "Note"), "note"), Column(("说明须回答", "The note has to say"), asked_of_note), Column(("以往数值", "Earlier values"), earlier_told), Column(("超出合理范围的确认理由", "Why it is right"), "confirmation"),
        Column(("同一数据填报于", "The same fact is reported under"), _elsewhere), Column(("提交时间", "Handed in"), "handed_in_at"), Column(("补报 (逾期)", "Supplementary (late)"), "late"),
        Column(("申请延期至", "Asks for more time until"), "more_time"),
        Column(("异议或更正理由", "Objection"), "objection"), Column(("应为", "Wanted"), lambda r: measured(r, r.wanted)),
        Column(("答复", "Answer"), "answer"), Column(("抽样核查", "Sample checks"), _findings),
    ),
    thread=True, measure=_measure, known=lambda r: (("申请延期至", "asks for more time until"), r.more_time) if r.more_time else None,
    links=(
        ("/office/reports/sheet/", ("用 Excel 填报", "Report by a workbook"), ""),
        ("/office/reports/chase/", ("催报清单", "Who is late"), "report.chase"),
        ("/office/reports/projection/", ("年终预测 (试算)", "Year's end (trial)"), "result.try"),
    ),
    queryset=lambda: Report.objects.select_related("unit", "supplier", "same_as").prefetch_related("rulebook", "same_as__rulebook", "findings__audit", "reused__findings__audit"),
    reach=OF_UNITS,
    year=lambda r: r.rulebook,
    out=lambda r: {"rulebook": r.rulebook_id, "unit": r.unit.code, "indicator": r.indicator, "period": r.period,
                   "supplier": r.supplier.code, "value": r.value, "status": r.status,
                   "findings": [{"audit": f.audit_id, "finding": f.finding, "value": f.found_value, "note": f.note, "reply": f.reply, "follows": f.follows}
                                for f in r.findings.all() if f.finding]},
)  # fmt: skip
