"""What is done to an appeal."""

import random
import secrets
from datetime import date
from typing import Any, Literal

from django.utils import timezone

from zhengheng.domain.problems import ZhenghengError
from zhengheng.lake.cells import number_fault
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
from zhengheng.web.appeals import selectors
from zhengheng.web.appeals.models import Appeal, PanelSeat
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.services import own_files
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.acts import procedure
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machines import APPEAL

Ground = Literal["data_error", "rule_misapplied", "not_our_duty", "force_majeure", "error_tolerance", "rater_conflict"]  # fmt: skip
GROUNDS = {
    "data_error": ("数据错误", "data error"), "rule_misapplied": ("规则适用错误", "rule misapplied"),
    "not_our_duty": ("非本单位职责", "not our duty"), "force_majeure": ("不可抗力", "force majeure"),
    "error_tolerance": ("容错", "error tolerance"), "rater_conflict": ("评价人利害关系", "rater conflict"),
}  # fmt: skip
OUTCOMES = {"uphold": ("支持", "upheld"), "partly": ("部分支持", "partly upheld"), "reject": ("驳回", "rejected")}  # fmt: skip


class AppealError(ZhenghengError):
    """An appeal cannot go on as asked for."""


class SaveGiven(Given):
    ground: Ground = ask("理由类别", "Ground", names=GROUNDS)
    wanted: str = ask("应为 (数值)", "It should be (value)", "", max_length=40)
    statement: str = ask("事实与理由", "Facts and reasons", form="text")
    hearing_wanted: bool = ask("申请听证", "Ask for a hearing", False)
    evidence: Files = ask("证据", "Evidence", [])


class DraftGiven(SaveGiven):
    run: int = ask("公示中的结果", "Result on notice")
    unit: str = ask("申诉单位", "Appealing unit", max_length=40)
    indicator: str = ask("指标代码", "Indicator", max_length=64)
    series: str = ask(
        "有争议的填报项 (空: 指标本身)",
        "Contested series (empty: the indicator itself)",
        "",
        max_length=64,
    )
    value_period: str = ask(
        "数据期间 (空: 考核期间)",
        "Period of the value (empty: the assessed one)",
        "",
        max_length=16,
    )


def draft(doing: Doing) -> Made:
    given: DraftGiven = doing.given
    run = ResultRun.objects.select_related("version").filter(pk=given.run, state="notice").first()
    unit = Unit.objects.filter(code=given.unit).first()
    if run is None or run.version is None or unit is None:
        raise AppealError.one(
            "run" if unit else "unit", "appeal.run", zh="没有这个单位, 或结果不在公示中", en="there is no such unit, or the result is not on notice"
        )  # fmt: skip
    appeal = Appeal(
        run=run, unit=unit, indicator=given.indicator, series=given.series or given.indicator,
        value_period=given.value_period or run.period, **_said(doing),
    )  # fmt: skip
    _check_series(appeal)
    appeal.due_on = _last_day(appeal)
    return Made(appeal, {"run": run.run, "unit": unit.code, "indicator": given.indicator})  # fmt: skip


def _said(doing: Doing) -> dict[str, Any]:
    given: SaveGiven = doing.given
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    before = doing.obj.files if doing.obj else []
    return {
        "ground": given.ground, "wanted": given.wanted, "statement": given.statement,
        "hearing_wanted": given.hearing_wanted, "files": [*before, *kept],
    }  # fmt: skip


def _check_series(appeal: Appeal) -> None:
    known = {
        indicator.code: indicator for indicator in selectors.run_of(appeal).rulebook.indicators
    }
    for field in ("indicator", "series"):
        if getattr(appeal, field) not in known:
            raise AppealError.one(
                field, "indicator.unknown", zh="方案中没有这个指标", en="the rulebook has no such indicator"
            )  # fmt: skip
    if appeal.wanted and (fault := number_fault(appeal.wanted, known[appeal.series].decimals)):
        raise AppealError.one("wanted", "number", zh=fault[0], en=fault[1])


def _last_day(appeal: Appeal) -> date | None:
    """The last day to file. A clock of the procedure starts with proven service on this unit; the
    notice runs for everybody."""
    clock = procedure(appeal.run).clock("review") or procedure(appeal.run).clock("objection")
    if clock is None:
        return appeal.run.due_on
    served = appeal.run.services.filter(unit=appeal.unit).first()
    if served is None:
        return None
    return working_calendar().after(timezone.localtime(served.at).date(), clock.length, clock.unit)


def save(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    fields = _said(doing)
    appeal.wanted = fields["wanted"]
    _check_series(appeal)
    return Change(fields)


def file(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    last = _last_day(appeal)
    if last is not None and doing.day > last:
        raise AppealError.one(
            "due_on", "appeal.late", zh=f"申诉期已于 {last} 届满", en=f"the time to appeal ended on {last}"
        )  # fmt: skip
    if appeal.run.state != "notice":
        raise AppealError.one("run", "appeal.run", zh="结果已不在公示中", en="the result is not on notice any more")  # fmt: skip
    return Change({"filed_on": doing.day, "due_on": None}, {"ground": appeal.ground, "wanted": appeal.wanted, "statement": appeal.statement})  # fmt: skip


def withdraw(doing: Doing) -> Change:
    return Change({"due_on": None})


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def send_back(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason, "due_on": _last_day(doing.obj)}, {"reason": doing.given.reason})  # fmt: skip


def accept(doing: Doing) -> Change:
    """Received: from here the decision's clock runs."""
    twin = Appeal.objects.filter(
        run__rulebook=doing.obj.run.rulebook, run__period=doing.obj.run.period, unit=doing.obj.unit,
        indicator=doing.obj.indicator, value_period=doing.obj.value_period,
        state__in=("accepted", "hearing", "heard", "decided", "applied", "closed"),
    ).first()  # fmt: skip
    if twin is not None:
        raise AppealError.one(
            "indicator", "appeal.twice", zh=f"同一事项已有第 {twin.pk} 号申诉", en=f"appeal {twin.pk} is about the same"
        )  # fmt: skip
    clock = procedure(doing.obj.run).within("appeal_decision")
    due = working_calendar().after(doing.obj.filed_on, clock.length, clock.unit)
    return Change({"accepted_on": doing.day, "due_on": due}, {"due": due.isoformat()})


class DrawGiven(Given):
    seats: int = ask("评审组人数 (单数)", "Seats (odd)", 3, ge=1, le=11)


def draw(doing: Doing) -> Change:
    """Draw the panel by lot among those without any part in the matter; seed and reasons are recorded."""
    appeal: Appeal = doing.obj
    if doing.given.seats % 2 == 0:
        raise AppealError.one("seats", "panel.even", zh="人数应为单数", en="the number of seats is odd")  # fmt: skip
    if appeal.seats.exclude(vote="").exists():
        raise AppealError.one("seats", "panel.voted", zh="已有表决, 不能重新抽取", en="votes were cast; no new draw")  # fmt: skip
    eligible, excluded = selectors.pool(appeal)
    if len(eligible) < doing.given.seats:
        raise AppealError.one(
            "seats", "panel.few", zh=f"可抽取的只有 {len(eligible)} 人 (回避 {len(excluded)} 人)",
            en=f"only {len(eligible)} can be drawn ({len(excluded)} are excluded)",
        )  # fmt: skip
    seed = secrets.token_hex(16)
    drawn = random.Random(seed).sample(eligible, doing.given.seats)
    appeal.seats.filter(recused="").delete()
    for account in drawn:
        PanelSeat.objects.create(appeal=appeal, account=account)
    names = [account.username for account in drawn]
    return Change(
        {"seed": seed, "excluded": excluded},
        {
            "seed": seed,
            "pool": [a.username for a in eligible],
            "drawn": names,
            "excluded": excluded,
        },
    )


def recuse(doing: Doing) -> Change:
    """A member steps back; the clerk draws again."""
    seat = doing.obj.seats.get(account=doing.actor)
    if seat.vote:
        raise AppealError.one("vote", "panel.voted", zh="已经表决, 不能回避", en="you have voted")
    seat.recused = doing.given.reason
    seat.save(update_fields=["recused"])
    return Change({}, {"reason": doing.given.reason})


class HearingGiven(Given):
    hearing_on: date = ask("听证日期", "Day of the hearing")
    place: str = ask("时间地点", "Time and place", max_length=120)
    closed_reason: str = ask(
        "不公开的理由 (公开的可空)", "Why it is not public (empty: it is)", "", max_length=200
    )


def call_hearing(doing: Doing) -> Change:
    """From this notice to the signed minutes the decision's clock stands still."""
    clock = procedure(doing.obj.run).within("hearing_notice")
    earliest = working_calendar().after(doing.day, clock.length + 1, "working_days") if clock.unit == "working_days" \
        else working_calendar().after(doing.day, clock.length, clock.unit)  # fmt: skip
    if doing.given.hearing_on < earliest:
        raise AppealError.one(
            "hearing_on", "hearing.early", zh=f"应提前 {clock.length} 个工作日通知, 最早 {earliest}",
            en=f"{clock.length} working days' notice: {earliest} at the earliest",
        )  # fmt: skip
    return Change(
        {"hearing_called_on": doing.day, "hearing_on": doing.given.hearing_on, "hearing_place": doing.given.place,
         "closed_reason": doing.given.closed_reason},
        {"on": doing.given.hearing_on.isoformat(), "place": doing.given.place, "closed": doing.given.closed_reason},
    )  # fmt: skip


class MinutesGiven(Given):
    minutes: Files = ask("双方签字的听证笔录", "Minutes signed by both sides", min_length=1)


def sign_minutes(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    if appeal.hearing_on and doing.day < appeal.hearing_on:
        raise AppealError.one("minutes", "hearing.before", zh="听证尚未举行", en="the hearing has not taken place")  # fmt: skip
    kept = [stored.pk for stored in own_files(doing.given.minutes, doing.actor)]
    assert appeal.hearing_called_on
    assert appeal.due_on
    left = working_calendar().between(appeal.hearing_called_on, appeal.due_on)
    due = working_calendar().after(doing.day, max(left, 0), "working_days")
    return Change(
        {"minutes_on": doing.day, "due_on": due, "files": [*appeal.files, *kept]},
        {"clock_stopped_on": appeal.hearing_called_on.isoformat(), "clock_resumed_on": doing.day.isoformat(), "due": due.isoformat()},
    )  # fmt: skip


class VoteGiven(Given):
    vote: Literal["uphold", "partly", "reject"] = ask("表决", "Vote", names=OUTCOMES)
    reasons: str = ask("理由", "Reasons", form="text")


def vote(doing: Doing) -> Change:
    """Each seat once, on the record; who voted is known, how is known when all have."""
    found = doing.obj.seats.filter(account=doing.actor, recused="", vote="")
    if not found.update(vote=doing.given.vote, reasons=doing.given.reasons):
        raise AppealError.one("vote", "panel.voted", zh="您已表决或已回避", en="you have voted or stepped back")  # fmt: skip
    return Change()


class PreviewGiven(Given):
    value: str = ask("拟认定的数值", "Value as it would be decided", max_length=40)


def preview(doing: Doing) -> Change:
    """Whose score, rank and grade would move: computed, shown, not stored as a result."""
    _check_value(doing.obj, doing.given.value)
    found = selectors.effect(doing.obj, doing.given.value)
    return Change({"effect": {"value": doing.given.value, "units": found}}, {"value": doing.given.value, "moved": len(found)})  # fmt: skip


def _check_value(appeal: Appeal, value: str) -> None:
    indicator = selectors.run_of(appeal).rulebook.indicator(appeal.series)
    if fault := number_fault(value, indicator.decimals):
        raise AppealError.one("value", "number", zh=fault[0], en=fault[1])


class DecideGiven(Given):
    value: str = ask(
        "认定的数值 (驳回的不填)", "Decided value (none when rejected)", "", max_length=40
    )
    reasons: str = ask("决定理由 (以笔录和证据为限)", "Reasons (from the record only)", form="text")


def decide(doing: Doing) -> Change:
    """Signed by the presiding member, as the majority voted, after everybody saw the ripple."""
    appeal, given = doing.obj, doing.given
    outcome = selectors.majority(appeal)
    presiding = next((s for s in appeal.seats.all() if not s.recused), None)
    if presiding is None or presiding.account_id != doing.actor.pk:
        raise AppealError.one("panel", "panel.presides", zh="由评审组首席签署决定", en="the presiding member signs")  # fmt: skip
    if not outcome:
        raise AppealError.one("panel", "panel.open", zh="还有成员没有表决, 或没有过半数意见", en="a vote is missing, or there is no majority")  # fmt: skip
    if appeal.hearing_wanted and appeal.state == "accepted":
        raise AppealError.one("hearing", "hearing.owed", zh="申诉人申请了听证, 应先听证", en="a hearing was asked for and comes first")  # fmt: skip
    _check_outcome(appeal, outcome, given.value)
    return Change(
        {"outcome": outcome, "decided_value": given.value, "reasons": given.reasons, "decided_on": doing.day,
         "due_on": None},
        {"outcome": outcome, "value": given.value, "reasons": given.reasons,
         "votes": {seat.account.username: seat.vote for seat in appeal.seats.all() if not seat.recused}},
    )  # fmt: skip


def _check_outcome(appeal: Appeal, outcome: str, value: str) -> None:
    if outcome == "reject":
        if value:
            raise AppealError.one("value", "value.none", zh="驳回的决定不改数值", en="a rejection changes no value")  # fmt: skip
        return
    _check_value(appeal, value)
    if not appeal.effect or appeal.effect["value"] != value:
        raise AppealError.one(
            "value", "effect.absent", zh="签署前须先试算这一数值对全部单位的影响", en="first compute what this value moves"
        )  # fmt: skip


def second_until(appeal: Appeal) -> date | None:
    """The last day to bring a decision before the commission; None where that is not possible."""
    held = procedure(appeal.run)
    if not held.second_instance or appeal.outcome == "uphold" or appeal.decision_id or not appeal.decided_on:  # fmt: skip
        return None
    clock = held.within("second_instance")
    return working_calendar().after(appeal.decided_on, clock.length, clock.unit)


class SecondGiven(Given):
    second_reasons: str = ask("请求复核的理由", "Why the commission should look again", form="text")


def ask_second(doing: Doing) -> Change:
    last = second_until(doing.obj)
    if last is None or doing.day > last:
        raise AppealError.one(
            "second_instance", "second.late" if last else "second.none",
            zh=f"请求复核的期限已于 {last} 届满" if last else "本方案没有第二审级, 或该决定已经复核",
            en=f"the time to ask ended on {last}" if last else "the rulebook has no second instance, or it was used",
        )  # fmt: skip
    clock = procedure(doing.obj.run).within("appeal_decision")
    due = working_calendar().after(doing.day, clock.length, clock.unit)
    return Change(
        {"second_asked_on": doing.day, "second_reasons": doing.given.second_reasons, "due_on": due},
        {"reasons": doing.given.second_reasons, "due": due.isoformat()},
    )


class RuleGiven(Given):
    outcome: Literal["uphold", "partly", "reject"] = ask("委员会结论", "Ruling", names=OUTCOMES)
    value: str = ask("认定的数值 (驳回的不填)", "Decided value (none when rejected)", "", max_length=40)  # fmt: skip
    reasons: str = ask("理由", "Reasons", form="text")
    decision: int = ask("委员会决定", "Decision of the commission")


def rule(doing: Doing) -> Change:
    """The commission's word is the last one; it sees the same ripple first."""
    given: RuleGiven = doing.given
    decision = carrying(given.decision, f"appeal:{doing.obj.pk}")
    _check_outcome(doing.obj, given.outcome, given.value)
    return Change(
        {"outcome": given.outcome, "decided_value": given.value, "reasons": given.reasons, "decision": decision,
         "decided_on": doing.day, "due_on": None},
        {"outcome": given.outcome, "value": given.value, "reasons": given.reasons, "decision": decision.pk},
    )  # fmt: skip


def _check_final(doing: Doing) -> None:
    last = second_until(doing.obj)
    if last is not None and doing.day <= last:
        raise AppealError.one(
            "second_instance", "second.open", zh=f"单位在 {last} 前还可以请求委员会复核",
            en=f"until {last} the unit may still ask the commission",
        )  # fmt: skip


def close(doing: Doing) -> Change:
    _check_final(doing)
    return Change()


def apply(doing: Doing) -> Change:
    """The decided value enters the lake as a correction; a new run, a new version of the result."""
    _check_final(doing)
    jobs.ask(
        kind="apply_appeal", arguments={"appeal": doing.obj.pk}, subject=f"appeal:{doing.obj.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip
    return Change({}, {"value": doing.obj.decided_value})


def plainly(doing: Doing) -> Change:
    return Change()


def _standing(appeal: Appeal, account: Account) -> Standing:
    seats = appeal.seats.all() if appeal.pk else ()
    seated = any(seat.account_id == account.pk and not seat.recused for seat in seats)
    return Standing(("seated",) if seated else (), {"own": [appeal.unit.code]})


def _runs(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    held = ResultRun.objects.filter(state="notice")
    return {
        "run": [(str(r.pk), f"{r.title_zh} {r.period}") for r in held],
    }


def measured(appeal: Appeal, value: str) -> str | None:
    """A value with its unit of measure."""
    unit = selectors.run_of(appeal).rulebook.indicator(appeal.series).measure_unit
    return f"{value} {unit}".strip() if value else None


def _name(appeal: Appeal) -> tuple[str, str]:
    name = selectors.run_of(appeal).rulebook.indicator(appeal.indicator).name
    return f"{appeal.indicator} {name.zh}", f"{appeal.indicator} {name.en or name.zh}"


APPEALS = Kind(
    machine=APPEAL, path="appeals", words=("申诉", "Appeals"), model=Appeal,
    title=lambda a: (f"{a.unit.name_zh}: {_name(a)[0]}", f"{a.unit.name_en or a.unit.name_zh}: {_name(a)[1]}"),
    standing=_standing, queryset=selectors.appeals,
    acts=(
        Act("appeal.draft", ("起草申诉", "Draft an appeal"), draft, DraftGiven,
            ("对单项指标申诉。请先看得分溯源单; 草稿可随时修改, 由单位负责人提交。",
             "An appeal is about one indicator. Read its score passport first; the unit's leader files the draft."), choices=_runs),
        Act("appeal.file", ("提交申诉", "File"), file),
        Act("appeal.save", ("修改草稿", "Save the draft"), save, SaveGiven,
            typed=lambda a: {"ground": a.ground, "wanted": a.wanted, "statement": a.statement, "hearing_wanted": a.hearing_wanted}, optional=True),
        Act("appeal.accept", ("受理", "Accept for decision"), accept),
        Act("appeal.return", ("退回补正", "Return to be completed"), send_back, ReasonGiven, optional=True),
        Act("appeal.draw", ("抽取评审组", "Draw the panel"), draw, DrawGiven),
        Act("appeal.call_hearing", ("通知听证", "Call a hearing"), call_hearing, HearingGiven, optional=True),
        Act("appeal.sign_minutes", ("登记笔录", "File the minutes"), sign_minutes, MinutesGiven),
        Act("appeal.vote", ("表决", "Vote"), vote, VoteGiven),
        Act("appeal.preview", ("试算影响", "Compute the ripple"), preview, PreviewGiven, typed=lambda a: {"value": a.wanted}, optional=True),
        Act("appeal.decide", ("签署决定", "Sign the decision"), decide, DecideGiven,
            typed=lambda a: {"value": a.effect["value"] if a.effect else ""}),
        Act("appeal.ask_second", ("请求委员会复核", "Ask the commission"), ask_second, SecondGiven, optional=True,
            when=lambda a: second_until(a) is not None),
        Act("appeal.rule", ("登记委员会复核结论", "Record the commission's ruling"), rule, RuleGiven,
            choices=lambda obj, account, day: {"decision": decisions(f"appeal:{obj.pk}")},
            typed=lambda a: {"value": a.effect["value"] if a.effect else ""}),
        Act("appeal.recuse", ("申请回避", "Step back"), recuse, ReasonGiven, optional=True),
        Act("appeal.apply", ("更正并重新核算", "Correct and run again"), apply, when=lambda a: a.outcome in {"uphold", "partly"}),
        Act("appeal.close", ("结案", "Close"), close, when=lambda a: a.outcome == "reject"),
        Act("appeal.withdraw", ("撤回申诉", "Withdraw"), withdraw, optional=True),
    ),
    columns=(
        Column(("指标", "Indicator"), _name), Column(("单位", "Unit"), lambda a: (a.unit.name_zh, a.unit.name_en)),
        Column(("提交日期", "Filed on"), "filed_on"),
        Column(("结论", "Outcome"), lambda a: OUTCOMES.get(a.outcome)),
    ),
    facts=(
        Column(("理由类别", "Ground"), lambda a: GROUNDS[a.ground]), Column(("应为", "It should be"), lambda a: measured(a, a.wanted)),
        Column(("事实与理由", "Facts and reasons"), "statement"), Column(("申请听证", "Hearing wanted"), "hearing_wanted"),
        Column(("受理日期", "Accepted on"), "accepted_on"),
        Column(("听证", "Hearing"), lambda a: f"{a.hearing_on} {a.hearing_place}" if a.hearing_on else None),
        Column(("决定期限停止计算", "Decision clock stopped"), lambda a: f"{a.hearing_called_on} → {a.minutes_on or '…'}" if a.hearing_called_on else None),
        Column(("补正要求", "What was missing"), "answer"),
        Column(("请求复核", "Review asked for on"), "second_asked_on"), Column(("请求复核的理由", "Reasons to look again"), "second_reasons"),
        Column(("委员会决定", "The commission's decision"), lambda a: a.decision.meeting if a.decision else None),
        Column(("认定的数值", "Decided value"), lambda a: measured(a, a.decided_value)), Column(("决定理由", "Reasons"), "reasons"),
    ),
    body="appeals/body.html",
    context=lambda appeal, request: {
        "measure_unit": selectors.run_of(appeal).rulebook.indicator(appeal.series).measure_unit,
        "seats": appeal.seats.all(), "all_voted": bool(selectors.majority(appeal)) or appeal.outcome != "",
        "precedents": selectors.precedents(), "grounds": GROUNDS, "outcomes": OUTCOMES, "passport": f"/office/results/{appeal.run.run}/units/{appeal.unit.code}/"},
    out=lambda a: {"run": a.run_id, "unit": a.unit.code, "indicator": a.indicator, "wanted": a.wanted, "outcome": a.outcome,
                   "effect": a.effect, "panel": [s.account.username for s in a.seats.all() if not s.recused],
                   "excluded": a.excluded, "seed": a.seed},
)  # fmt: skip
