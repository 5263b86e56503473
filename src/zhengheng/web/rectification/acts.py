"""What is done to a rectification case."""

import re
from datetime import date
from typing import Any

from django.utils.timezone import localdate, localtime

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import ZhenghengError
from zhengheng.domain.several import several
from zhengheng.engines.lights import indicator_lights
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
    Words,
    ask,
    signed,
)
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.succession import before
from zhengheng.web.rectification import shown
from zhengheng.web.rectification.closing import AcceptGiven, accept, choices, typed
from zhengheng.web.rectification.models import Rectification, Visit
from zhengheng.web.rectification.rows import by_key, joining, key, named, periods
from zhengheng.web.results.clocks import procedure
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded
from zhengheng.workflow.machines import RECTIFICATION, RESULT


class RectificationError(ZhenghengError):
    """A case cannot go on as asked for."""


class ProposeGiven(Given):
    run: int = ask("核算结果", "Result")
    unit: str = ask("单位", "Unit", max_length=40)


def propose(doing: Doing) -> Made:
    """From the red lights of a run; a unit with an open case gets no second one."""
    run = ResultRun.objects.select_related("version").filter(pk=doing.given.run).first()
    unit = Unit.objects.filter(code=doing.given.unit).first()
    if run is None or unit is None:
        raise RectificationError.one("run" if unit else "unit", "rectification.absent", zh="没有这个结果或单位", en="there is no such result or unit")  # fmt: skip
    _check_living(run)
    red = reds_of(run, unit.code, doing.day)
    if not red:
        raise RectificationError.one("unit", "rectification.green", zh="该单位没有红灯指标", en="this unit has no red light")  # fmt: skip
    if open_case(unit.code) is not None:
        raise RectificationError.one("unit", "rectification.open", zh="该单位已有未销号的整改事项, 请并入", en="this unit has an open case; add to that")  # fmt: skip
    made = Rectification(run=run, unit=unit, indicators=red)
    return Made(made, {"run": run.run, "unit": unit.code, "indicators": [key(one) for one in red]})  # fmt: skip


def _check_living(run: ResultRun) -> None:
    """Raise RectificationError for a result from which no case arises any more: its year is archived, or it is not the one
    that stands. Monitoring within the year is never put on notice, and a year newly final still has to be put right."""
    if run.state == "archived" or _year_archived(run):
        raise RectificationError.one(
            "run", "rectification.archived", zh=f"{run.title_zh} {run.period} 所在年度的结果已经归档，不再据此提出或并入整改事项。请选择公示中或者新近终定的结果；确需更正归档结果的，须先由委员会决定重新开启。",
            en=f"the year of {run.title_en or run.title_zh} {run.period} is archived, and no case arises from it any more: choose a result that is on notice or newly final; where the archived one must change, the commission reopens it first",
        )  # fmt: skip
    if run.state in {"replaced", "set_aside"}:
        raise RectificationError.one(
            "run", "rectification.overtaken", zh=f"{run.title_zh} {run.period} 的这一版结果{RESULT.names[run.state][0]}，不能据此提出或并入整改事项。请选择现行的一版。",
            en=f"this version of {run.title_en or run.title_zh} {run.period} is {RESULT.names[run.state][1]}, and no case arises from it: choose the one that stands",
        )  # fmt: skip


def _year_archived(run: ResultRun) -> bool:
    """Whether the result of the year that a run is within is archived, and no other version of it is open."""
    if run.version is None:
        return False
    year = ResultRun.objects.filter(rulebook=run.rulebook, period=run.version.period)
    return year.filter(state="archived").exists() and not year.filter(state__in=("notice", "final")).exists()  # fmt: skip


def open_case(unit: str) -> Rectification | None:
    """The unit's case that is not closed yet; it has one at most."""
    held = RECTIFICATIONS.all().filter(unit__code=unit)
    return held.exclude(state__in=RECTIFICATION.final).first()


class JoinGiven(Given):
    run: int = ask("核算结果", "Result")


def join(doing: Doing) -> Change:
    """A later trigger joins the open case: new indicators come in, known ones with their newest value."""
    run = ResultRun.objects.select_related("version").filter(pk=doing.given.run).first()
    if run is None:
        raise RectificationError.one("run", "rectification.absent", zh="没有这个结果", en="there is no such result")  # fmt: skip
    _check_living(run)
    red = reds_of(run, doing.obj.unit.code, doing.day)
    if not red:
        raise RectificationError.one("run", "rectification.green", zh="该单位在这个结果中没有红灯指标", en="this unit has no red light in that result")  # fmt: skip
    new = {key(one): one for one in joining(doing.obj, red)}
    if not new:
        raise RectificationError.one(
            "run", "rectification.nothing_new", zh="该单位在这个结果中的红灯指标及其数值都已在本整改事项中，或者本事项已有更近期间的数值，没有新的红灯可以并入。",
            en="all red lights of this unit in that result, with their values, are in this case already, or it has those of a later period: there is nothing to join",
        )  # fmt: skip
    return Change({"indicators": list((by_key(doing.obj) | new).values())}, {"run": run.run, "indicators": sorted(new)})  # fmt: skip


def reds_of(result: ResultRun, unit: str, day: date) -> list[dict[str, str]]:
    """The red indicators that a unit answers for: its own, and those of units before it that ended, unless that one's
    own case of this result or an earlier one goes on in the heir's hands."""
    ended = [
        old for _, old in before([unit], day)
        if open_case(old) is None and not Rectification.objects.filter(run=result, unit__code=old).exists()
    ]  # fmt: skip
    # Two units before one heir may have the same indicator red: each keeps its own value and target.
    left = [one | {"of": old} for old in ended for one in below_line(result, old)]
    return [*left, *below_line(result, unit)]


def below_line(result: ResultRun, unit: str) -> list[dict[str, str]]:
    """The unit's red indicators with value and target."""
    run = loaded(folder_of(result.run))
    red = {code for (_, code), light in indicator_lights(run, unit).items() if light == "red"}
    found = []
    for row in run.results.of_unit("indicator_score", unit):
        if row["indicator"] in red:
            indicator = run.rulebook.indicator(row["indicator"])
            found.append(
                {"code": indicator.code, "zh": indicator.name.zh, "en": indicator.name.en or indicator.name.zh,
                 "value": plain(row["value"], indicator.decimals), "target": plain(row["target"], indicator.decimals),
                 "period": result.period, "unit": indicator.unit_said.zh, "unit_en": indicator.unit_said.say("en")}
            )  # fmt: skip
    return found


def confirm(doing: Doing) -> Change:
    """T. From here the notice is to be served within the clock of the rulebook, usually of hours, nights and holidays included."""
    clock = procedure(doing.obj.run).within("improvement_notice")
    until = working_calendar().until(localtime(doing.now), clock.length, clock.unit)
    return Change({"confirmed_at": doing.now, "serve_by": until, "due_on": until.date()}, {"serve_by": until.isoformat()})  # fmt: skip


class ServeGiven(Given):
    mentor: str = ask("绩效导师", "Mentor", "", max_length=60)


def serve(doing: Doing) -> Change:
    late = doing.now > doing.obj.serve_by
    clock = procedure(doing.obj.run).within("improvement_answer")
    due = working_calendar().after(doing.day, clock.length, clock.unit)
    return Change(
        {"served_at": doing.now, "late": late, "due_on": due, "mentor": doing.given.mentor},
        {"late": late, "answer_by": due.isoformat()},
    )


class AnswerGiven(Given):
    fact: str = ask("事实", "Fact", form="text")
    cause: str = ask("原因", "Cause", form="text")
    measures: str = ask(
        "措施（公开，不写个人信息）",
        "Measures (for everybody to read, nothing personal)",
        form="text",
        public=True,
    )
    owner: str = ask("责任人", "Owner", max_length=60)
    finish_on: date = ask("完成日期", "Done by", when="ahead")
    cost: str = ask(
        "费用（金额和单位，如 12 万元；没有费用的写“无”或不填）",
        "Cost (an amount with its unit, such as CNY 120,000; empty, or “none”, where there is none)",
        "",
        max_length=40,
    )
    steps_before: str = ask(
        "流程再造前各环节用时", "Process steps and times before", "", form="text"
    )
    steps_after: str = ask("流程再造后各环节用时", "Process steps and times after", "", form="text")


MONEY = re.compile(r"元|￥|¥|yuan|rmb|cny", re.IGNORECASE)
NO_AMOUNT = re.compile(r"[%％‰]|百分之|(?<![0-9])[-−－负]\s*[0-9]")


def _check_cost(cost: str) -> None:
    """Raise RectificationError for a share, a figure without its unit or one below nothing: a cost is an amount of money."""
    if NO_AMOUNT.search(cost) or (any(one.isdecimal() for one in cost) and not MONEY.search(cost)):
        raise RectificationError.one(
            "cost", "cost.amount", zh=f"费用“{cost}”不是金额。请写明金额和单位，如“12 万元”；没有费用的写“无”或不填。",
            en=f"the cost “{cost}” is no amount of money: give the amount with its unit, such as CNY 120,000; leave it empty where there is none",
        )  # fmt: skip


def answer(doing: Doing) -> Change:
    _check_cost(doing.given.cost)
    said = doing.given.model_dump(exclude={"paper"})
    return Change({**said, "due_on": doing.given.finish_on}, {k: str(v) for k, v in said.items()})


class VisitGiven(Given):
    on: date = ask("到访日期", "Date of the visit", when="past")
    advice: str = ask("建议", "Advice", form="text")


def visit(doing: Doing) -> Change:
    served = localdate(doing.obj.served_at) if doing.obj.served_at else None
    if served and doing.given.on < served:
        raise RectificationError.one(
            "on", "visit.early", zh=f"到访日期 {doing.given.on} 早于通知单送达之日 {served}，请核对。",
            en=f"the visit of {doing.given.on} lies before the notice was served on {served}",
        )  # fmt: skip
    Visit.objects.create(case=doing.obj, by=doing.actor, on=doing.given.on, advice=doing.given.advice)  # fmt: skip
    return Change({}, {"on": doing.given.on.isoformat(), "advice": doing.given.advice})


class EvidenceGiven(Given):
    evidence: Files = ask("整改证据", "Evidence", min_length=1)


def evidence(doing: Doing) -> Change:
    kept = [file.pk for file in own_files(doing.given.evidence, doing.actor)]
    return Change({"files": [*doing.obj.files, *kept]}, {"files": kept})


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def with_reason(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason}, {"reason": doing.given.reason})


def _standing(case: Rectification, account: Account) -> Standing:
    # Whoever opened the case does not close it.
    return Standing(("second",) if case.made_by_id != account.pk else (), {"own": [case.unit.code]})


def _results(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    held = ResultRun.objects.filter(state__in=("notice", "final"))
    return {
        "run": [
            (str(r.pk), (f"{r.title_zh} {r.period}", f"{r.title_en or r.title_zh} {r.period}"))
            for r in held
        ]
    }


def _mentor(case: Rectification) -> str:
    """The mentor's name; whoever has no account here is named as written."""
    found = Account.objects.filter(username=case.mentor).first()
    return found.name if found else case.mentor


def _outcome(case: Rectification) -> tuple[str, str]:
    """How many indicators it is about, of which periods; when the notice was served and by when it is to be done."""
    size, (of_zh, of_en) = len(case.indicators), _periods(case)
    zh, en = (
        f"{of_zh} 红灯指标 {size} 项",
        f"{several(size, 'red indicator', 'red indicators')} of {of_en}",
    )
    if case.served_at:
        day = localdate(case.served_at)
        zh, en = f"{zh}，{day} 送达", f"{en}, served on {day}"
    if case.finish_on:
        zh, en = f"{zh}，承诺 {case.finish_on} 完成", f"{en}, to be done by {case.finish_on}"
    return zh, en


def _due(case: Rectification, day: date) -> date | None:
    """The unit's day is over with its evidence: whoever accepts that is not late by it."""
    return None if case.state == "checking" else case.due_on


def listed(words: list[Words]) -> Words:
    """Several things in one line, in both languages."""
    return "、".join(zh for zh, _ in words), ", ".join(en for _, en in words)


def _periods(case: Rectification) -> Words:
    return listed([(one, one) for one in periods(case)])


def _title(case: Rectification) -> Words:
    of_zh, of_en = _periods(case)
    return f"{case.unit.name_zh} {of_zh} 整改", f"{case.unit.name_en or case.unit.name_zh} {of_en} rectification"  # fmt: skip


RECTIFICATIONS = Kind(
    thread=True,
    machine=RECTIFICATION, path="rectification", words=("整改事项", "Rectification"), model=Rectification,
    title=_title,
    standing=_standing,
    acts=(
        Act("rectification.propose", ("按红灯提出", "Propose from red lights"), propose, ProposeGiven, choices=_results, living=lambda c: c.unit),
        Act("rectification.join", ("并入新的红灯", "Join later red lights"), join, JoinGiven, choices=_results, optional=True),
        Act("rectification.confirm", ("确认立项", "Confirm"), confirm, signed()),
        Act("rectification.drop", ("不立项", "Do not open"), with_reason, ReasonGiven, optional=True),
        Act("rectification.serve", ("送达改进通知单", "Serve the notice"), serve, ServeGiven),
        Act("rectification.answer", ("答复并报整改方案", "Answer with a plan"), answer, signed(AnswerGiven)),
        Act("rectification.visit", ("登记到访", "Log a visit"), visit, VisitGiven, optional=True),
        Act("rectification.evidence", ("提交整改证据", "Hand in evidence"), evidence, EvidenceGiven),
        Act("rectification.accept", ("验收销号", "Accept and close"), accept, signed(AcceptGiven), choices=choices, typed=typed, answers=True),
        Act("rectification.send_back", ("退回继续整改", "Send back"), with_reason, ReasonGiven, optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda c: (c.unit.name_zh, c.unit.name_en)),
        Column(("期间", "Period"), _periods),
        Column(("红灯指标", "Red indicators"), lambda c: listed(named(c, c.indicators))),
        Column(("送达", "Served"), "served_at"), Column(("逾时送达", "Served late"), "late"),
    ),
    facts=(
        Column(("送达期限", "To be served by"), "serve_by"),
        Column(("事实", "Fact"), "fact"), Column(("原因", "Cause"), "cause"), Column(("措施", "Measures"), "measures"),
        Column(("责任人", "Owner"), "owner"), Column(("完成日期", "Done by"), "finish_on"), Column(("费用", "Cost"), "cost"),
        Column(("再造前", "Steps before"), "steps_before"), Column(("再造后", "Steps after"), "steps_after"),
        Column(("绩效导师", "Mentor"), _mentor), Column(("复测值", "Measured again"), "measured"), Column(("未达目标仍予销号的理由", "Why it is closed though a target is missed"), "why_missed"), Column(("意见", "Finding"), "answer"),
    ),
    queryset=lambda: Rectification.objects.select_related("unit", "run").prefetch_related("visits__by"),
    outcome=_outcome, due=_due,
    body="rectification/body.html", context=lambda case, request: shown.told(case), printed=shown.printed,
    out=lambda c: {"unit": c.unit.code, "run": c.run_id, "indicators": c.indicators, "late": c.late},
)  # fmt: skip
