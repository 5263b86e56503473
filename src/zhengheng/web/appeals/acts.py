"""An appeal as a kind of object: its acts in the order of its life, and what is shown of it."""

from collections.abc import Mapping
from datetime import date

from zhengheng.domain.several import several
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import (
    Act,
    Carried,
    Change,
    Column,
    Doing,
    Kind,
    Matter,
    Standing,
    signed,
)
from zhengheng.web.appeals import selectors, shown
from zhengheng.web.appeals.filing import (
    DraftGiven,
    ReasonGiven,
    SaveGiven,
    accept,
    carry,
    decision_due,
    draft,
    file,
    lapse,
    save,
    send_back,
    withdraw,
)
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.panel import (
    DecideGiven,
    HearingGiven,
    MinutesGiven,
    PreviewGiven,
    before_hearing,
    call_hearing,
    decide,
    draw,
    preview,
    recuse,
    sign_minutes,
)
from zhengheng.web.appeals.ruling import (
    RuleGiven,
    SecondGiven,
    apply,
    ask_second,
    close,
    rule,
    second_until,
    unsettled,
)
from zhengheng.web.appeals.services import GROUNDS, OUTCOMES, AppealError, check_value
from zhengheng.web.appeals.votes import VoteGiven, hearing_owed, vote
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.workflow.apart import SEATED
from zhengheng.workflow.machines import APPEAL


def plainly(doing: Doing) -> Change:
    return Change()


def _standing(appeal: Appeal, account: Account) -> Standing:
    seats = appeal.seats.all() if appeal.pk else ()
    sitting = [seat.account_id for seat in seats if not seat.recused]
    relations = ["seated"] if account.pk in sitting else []
    relations += ["presiding"] if sitting[:1] == [account.pk] else []
    return Standing(relations, {"own": [appeal.unit.code]})


def known_day(appeal: Appeal) -> tuple[tuple[str, str], date] | None:
    """The hearing's day while the decision's clock stands; before the acceptance the day of the decision, whose clock runs
    from the receipt."""
    if appeal.state == "hearing" and appeal.hearing_on:
        return ("听证日期", "hearing on"), appeal.hearing_on
    if appeal.state == "filed" and appeal.filed_on:
        return ("决定期限", "to be decided by"), decision_due(appeal)
    return None


def due(appeal: Appeal, day: date) -> date | None:
    """A hearing whose day is past and of which no minutes are filed is late by that day; else the clock that runs."""
    if appeal.state == "hearing" and appeal.hearing_on and appeal.hearing_on < day:
        return appeal.hearing_on
    return appeal.due_on


def _stopped(appeal: Appeal) -> tuple[str, str] | None:
    """From when to when the decision's clock stood still, and what it has left."""
    if not appeal.hearing_called_on:
        return None
    span = f"{appeal.hearing_called_on} → {appeal.minutes_on or '…'}"
    if appeal.minutes_on or appeal.clock_left is None:
        return span, span
    return (
        f"{span}，尚余 {appeal.clock_left} 个工作日",
        f"{span}, {several(appeal.clock_left, 'working day left', 'working days left')}",
    )


def _to_try(appeal: Appeal) -> dict[str, str]:
    """What most voted for, once all have; until then what was asked for."""
    if value := selectors.agreed(appeal)[1]:
        held = selectors.confirmation_voted(appeal)
        return {"value": value, "confirmation": held or (appeal.confirmation if value == appeal.wanted else "")}  # fmt: skip
    return {"value": appeal.wanted, "confirmation": appeal.confirmation}


def _matter(appeal: Appeal) -> Matter:
    """The contested value, what was asked for, what was decided first, and why the commission looks again."""
    (zh, en), wanted = shown.name(appeal), appeal.wanted or "—"
    return Matter(
        {"indicator": appeal.series, "period": appeal.value_period, "wanted": appeal.wanted, "statement": appeal.statement,
         "second": appeal.second_reasons, "first": [appeal.outcome, appeal.decided_value]},
        (f"{appeal.unit.name_zh} {zh}：申请改为 {wanted}", f"{appeal.unit.name_en or appeal.unit.name_zh} {en}: {wanted} was asked for"),
    )  # fmt: skip


def _stated(appeal: Appeal) -> list[tuple[str, tuple[str, str]]]:
    """The contested value's indicator alone."""
    name = selectors.run_of(appeal).rulebook.indicator(appeal.series).name
    return [(appeal.series, (name.zh, name.say("en")))]


def _decides(appeal: Appeal, values: Mapping[str, tuple[str, str]]) -> None:
    """The commission decides the contested value, and no other."""
    if set(values) != {appeal.series}:
        raise AppealError.one(
            "lines", "decision.stranger", zh=f"这件申诉只涉及指标 {appeal.series} 的数值，请只写明该指标。",
            en=f"this appeal is about the value of {appeal.series} alone; state that one only",
        )  # fmt: skip
    check_value(appeal, *values[appeal.series], where="lines")


APPEALS = Kind(
    thread=True, machine=APPEAL, path="appeals", words=("申诉", "Appeals"), model=Appeal, parties=selectors.concerned,
    title=lambda a: (f"{a.unit.name_zh}: {shown.name(a)[0]}", f"{a.unit.name_en or a.unit.name_zh}: {shown.name(a)[1]}"),
    standing=_standing, queryset=selectors.appeals, matter=_matter, decides=_decides, stated=_stated,
    took={SEATED: (("评审组成员", "member of the panel"), selectors.sat)},
    acts=(
        Act("appeal.draft", ("起草申诉", "Draft an appeal"), draft, DraftGiven,
            ("对单项指标申诉。请先看得分溯源单; 草稿可随时修改, 由单位负责人提交。",
             "An appeal is about one indicator. Read its score passport first; the unit's leader files the draft."), choices=shown.choices),
        Act("appeal.file", ("提交申诉", "File"), file),
        Act("appeal.save", ("修改草稿", "Save the draft"), save, SaveGiven,
            typed=lambda a: {"ground": a.ground, "wanted": a.wanted, "confirmation": a.confirmation, "statement": a.statement, "hearing_wanted": a.hearing_wanted}, optional=True),
        Act("appeal.carry", ("随新结果或送达确定申诉期限", "Carried to its result and last day"), carry, Carried, by_machine=True),
        Act("appeal.lapse", ("逾期未提交，不再办理", "Not filed in time"), lapse, by_machine=True),
        Act("appeal.accept", ("受理", "Accept for decision"), accept),
        Act("appeal.return", ("退回补正", "Return to be completed"), send_back, ReasonGiven, optional=True),
        Act("appeal.draw", ("抽取评审组", "Draw the panel"), draw,
            help=("人数由考核方案规定。评审组只抽一次；成员写明理由回避之后，才能补抽空出的席位。撤回后重新提交的同一事项，由原评审组评议。",
                  "The rulebook says how many. The panel is drawn once; a seat is drawn again only after its member stepped back with a reason. A matter that was withdrawn and filed again goes to the panel it had."),
            when=lambda a: bool(selectors.empty_seats(a))),
        Act("appeal.call_hearing", ("通知听证", "Call a hearing"), call_hearing, HearingGiven, optional=True, waits=lambda a, day: a.hearing_wanted),
        Act("appeal.sign_minutes", ("登记笔录", "File the minutes"), sign_minutes, MinutesGiven, not_yet=before_hearing),
        Act("appeal.vote", ("表决", "Vote"), vote, VoteGiven, whose=selectors.votes, not_yet=hearing_owed),
        Act("appeal.preview", ("试算影响", "Compute the ripple"), preview, PreviewGiven, typed=_to_try, optional=True),
        Act("appeal.decide", ("签署决定", "Sign the decision"), decide, signed(DecideGiven), whose=selectors.signs,
            typed=lambda a: {"value": selectors.agreed(a)[1]}, not_yet=hearing_owed),
        Act("appeal.ask_second", ("请求委员会复核", "Ask the commission"), ask_second, SecondGiven, optional=True,
            when=lambda a: second_until(a) is not None),
        Act("appeal.rule", ("登记委员会复核结论", "Record the commission's ruling"), rule, RuleGiven,
            choices=lambda obj, account, day: {"decision": decisions(f"appeal:{obj.pk}")},
            typed=lambda a: {"value": a.effect["value"] if a.effect else ""}),
        Act("appeal.recuse", ("申请回避", "Step back"), recuse, ReasonGiven, optional=True,
            waits=lambda a, day: bool(selectors.barred(a)), whose=lambda a, account: account.pk in selectors.barred(a)),
        Act("appeal.apply", ("更正并重新核算", "Correct and run again"), apply, when=lambda a: a.outcome in {"uphold", "partly"}, not_yet=unsettled),
        Act("appeal.close", ("结案", "Close"), close, when=lambda a: a.outcome == "reject", not_yet=unsettled),
        Act("appeal.withdraw", ("撤回申诉", "Withdraw"), withdraw,
            help=("评审组有成员表决之后，申诉不能撤回；同一事项再次提交的，仍由已经抽定的评审组评议。",
                  "Once a member of the panel has voted, an appeal is not withdrawn; the same matter filed again goes to the panel that was drawn."),
            when=lambda a: not selectors.begun(a), optional=True),
    ),
    columns=(
        Column(("指标", "Indicator"), shown.name), Column(("单位", "Unit"), lambda a: (a.unit.name_zh, a.unit.name_en)),
        Column(("提交日期", "Filed on"), "filed_on"),
        Column(("结论", "Outcome"), lambda a: OUTCOMES.get(a.outcome)),
    ),
    facts=(
        Column(("认定的对象", "What is decided"), shown.what), Column(("理由类别", "Ground"), lambda a: GROUNDS[a.ground]), Column(("应为", "It should be"), lambda a: shown.about(a, a.wanted)),
        Column(("事实与理由", "Facts and reasons"), "statement"), Column(("确认理由", "Why it is right"), "confirmation"), Column(("申请听证", "Hearing wanted"), "hearing_wanted"),
        Column(("受理日期", "Accepted on"), "accepted_on"),
        Column(("听证", "Hearing"), lambda a: f"{a.hearing_on} {a.hearing_place}" if a.hearing_on else None),
        Column(("决定期限停止计算", "Decision clock stopped"), _stopped),
        Column(("补正要求", "What was missing"), "answer"),
        Column(("可以重新提交至", "May be filed again until"), lambda a: a.due_on if a.state == "returned" else None),
        Column(("请求复核", "Review asked for on"), "second_asked_on"), Column(("请求复核的理由", "Reasons to look again"), "second_reasons"),
        Column(("委员会决定", "The commission's decision"), lambda a: a.decision.meeting if a.decision else None),
        Column(("认定的数值", "Decided value"), lambda a: shown.about(a, a.decided_value)), Column(("决定理由", "Reasons"), "reasons"),
    ),
    due=due, known=known_day, told=True, measure=shown.measure, outcome=shown.outcome, stands=shown.stands,
    body="appeals/body.html", context=shown.page, printed=shown.printed,
    out=lambda a: {"run": a.run_id, "unit": a.unit.code, "indicator": a.indicator, "wanted": a.wanted, "outcome": a.outcome,
                   "effect": a.effect, "panel": [s.account.username for s in a.seats.all() if not s.recused],
                   "excluded": a.excluded, "seed": a.seed, "draws": a.draws, "former": [{"id": one.pk, "draws": one.draws} for one in selectors.former(a)], "asked_effect": a.asked_effect},
)  # fmt: skip
