"""Before the panel: drafted, filed, completed, accepted, withdrawn."""

from datetime import date
from typing import Any

from django.utils.timezone import localdate

from zhengheng.web.acts.declare import (
    Carried,
    Change,
    Doing,
    Files,
    Given,
    Made,
    ask,
    ask_why_right,
)
from zhengheng.web.appeals import selectors, values
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.services import GROUNDS, AppealError, Ground
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.ledger.draws import seal
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.clocks import last_day, procedure
from zhengheng.web.results.models import ResultRun


class SaveGiven(Given):
    ground: Ground = ask("理由类别", "Ground", names=GROUNDS)
    wanted: str = ask("应为 (数值)", "It should be (value)", "", max_length=40)
    confirmation: str = ask_why_right()
    statement: str = ask("事实与理由", "Facts and reasons", form="text")
    hearing_wanted: bool = ask("申请听证", "Ask for a hearing", False)
    evidence: Files = ask("证据", "Evidence", [])


class DraftGiven(SaveGiven):
    run: int = ask(
        "公示中的结果", "Result on notice",
        empty=("目前没有公示中的结果：申诉只能在公示期内提出，已终定的结果不再受理。", "No result is on notice: an appeal is filed during the notice, and none against what is final."),
    )  # fmt: skip
    unit: str = ask("申诉单位", "Appealing unit", max_length=40)
    indicator: str = ask(
        "指标", "Indicator", max_length=64,
        empty=("公示中的结果没有考核本单位的指标，没有可以申诉的指标。", "No result on notice scores the unit on any indicator: there is nothing to appeal against."),
    )  # fmt: skip
    series: str = ask(
        "有争议的填报项（空：指标本身）",
        "Contested series (empty: the indicator itself)",
        "",
        max_length=64,
    )
    value_period: str = ask(
        "数据期间（如 2025-12；空：整个考核期的数值）",
        "Data period (such as 2025-12; empty: the value of the whole assessed period)",
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
    values.check_subject(appeal)
    appeal.due_on = _last_day(appeal)
    _check_in_time(appeal.due_on, doing.day)
    return Made(appeal, {"run": run.run, "unit": unit.code, "indicator": given.indicator})  # fmt: skip


def _said(doing: Doing) -> dict[str, Any]:
    given: SaveGiven = doing.given
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    before = doing.obj.files if doing.obj else []
    return {
        "ground": given.ground, "wanted": given.wanted, "confirmation": given.confirmation, "statement": given.statement,
        "hearing_wanted": given.hearing_wanted, "files": [*before, *kept],
    }  # fmt: skip


def _last_day(appeal: Appeal) -> date | None:
    """The last day to file; None while a review waits for its service, from which alone its time runs."""
    return last_day(appeal.run, appeal.unit)


def save(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    fields = _said(doing)
    appeal.wanted, appeal.confirmation = fields["wanted"], fields["confirmation"]
    values.check_subject(appeal)
    return Change(fields)


def carry(doing: Doing) -> Change:
    """With a new version of the result, or with the service of its unit, a draft has another last day; the time to complete
    one that was returned is not cut short."""
    given: Carried = doing.given
    until = _not_before(doing.obj, given.until)
    return Change({"run_id": given.to, "due_on": until}, {"run": given.to, "until": until and until.isoformat()})  # fmt: skip


def _not_before(appeal: Appeal, until: date | None) -> date | None:
    """A day that the unit was given to complete its appeal stays or grows, whatever its clock says now: one that does not run
    yet says nothing."""
    given = appeal.due_on if appeal.state == "returned" else None
    return max(until, given) if until and given else until or given


def lapse(doing: Doing) -> Change:
    """Its time to be filed is over: it is no appeal any more, and waits for nobody."""
    last = doing.obj.due_on
    return Change({"due_on": None}, {"until": last and last.isoformat()})


def file(doing: Doing) -> Change:
    appeal: Appeal = doing.obj
    _check_in_time(_not_before(appeal, _last_day(appeal)), doing.day)
    if appeal.run.state != "notice":
        raise AppealError.one("run", "appeal.run", zh="结果已不在公示中", en="the result is not on notice any more")  # fmt: skip
    _only_once(appeal)
    values.check_wanted(appeal)
    # The decision's clock runs from the receipt, whether or not somebody accepts it.
    appeal.filed_on = doing.day
    return Change({"filed_on": doing.day, "due_on": decision_due(appeal)}, {"ground": appeal.ground, "wanted": appeal.wanted, "confirmed": appeal.confirmation, "statement": appeal.statement})  # fmt: skip


def _check_in_time(last: date | None, day: date) -> None:
    """Raise AppealError once the time to appeal is over: an appeal is neither begun nor filed then."""
    if last is not None and day > last:
        raise AppealError.one(
            "due_on", "appeal.late", zh=f"申诉期已于 {last} 届满，不能再提交。", en=f"the time to appeal ended on {last}"
        )  # fmt: skip


def _only_once(appeal: Appeal) -> None:
    """One appeal a matter."""
    for other in selectors.beside(appeal).exclude(state__in=("draft", "withdrawn", "lapsed")):
        if selectors.same_matter(appeal, other):
            on = other.filed_on or localdate(other.made_at)
            raise AppealError.one(
                "indicator", "appeal.twice", zh=f"本单位对这一指标已于 {on} 提交申诉（第 {other.pk} 号），同一事项只受理一次；需要补充的，请在该申诉中补正，或者撤回后重新提交。",
                en=f"the unit appealed on this indicator on {on} (appeal {other.pk}); one appeal a matter: complete that one, or withdraw it first",
            )  # fmt: skip


def withdraw(doing: Doing) -> Change:
    """Before the first vote: who has seen how a panel votes does not choose another by filing again."""
    return Change({"due_on": None})


class ReasonGiven(Given):
    reason: str = ask("理由", "Reason", form="text")


def send_back(doing: Doing) -> Change:
    """Returned to be completed: the unit files it again while the time to appeal runs, and has at least the time to complete it."""
    clock = procedure(doing.obj.run).within("completion")
    until = working_calendar().after(doing.day, clock.length, clock.unit)
    if last := _last_day(doing.obj):
        until = max(until, last)
    return Change({"answer": doing.given.reason, "due_on": until}, {"reason": doing.given.reason, "until": until.isoformat()})  # fmt: skip


def decision_due(appeal: Appeal) -> date:
    """The last day of the decision: its clock runs from the day on which the appeal was received."""
    assert appeal.filed_on
    clock = procedure(appeal.run).within("appeal_decision")
    return working_calendar().after(appeal.filed_on, clock.length, clock.unit)


def accept(doing: Doing) -> Change:
    """Received: from here the decision's clock runs."""
    _only_once(doing.obj)
    due = decision_due(doing.obj)
    # What cannot count is refused here, not after the panel has voted.
    asked = (
        values.effect(doing.obj, doing.obj.wanted, doing.obj.confirmation)
        if doing.obj.wanted
        else None
    )
    # Before anybody is asked to sit: nobody chooses a secret by whom it draws.
    seal(f"appeal:{doing.obj.pk}", actor=doing.actor.username, now=doing.now)
    return Change(
        {"accepted_on": doing.day, "due_on": due, "asked_effect": asked}, {"due": due.isoformat()}
    )
