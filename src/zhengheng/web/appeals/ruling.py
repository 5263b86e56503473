"""After the panel: the commission as second instance, then the correction or the end."""

from datetime import date, timedelta
from typing import Literal

from zhengheng.web.acts.declare import Change, Doing, Given, Words, ask
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.services import OUTCOMES, AppealError, check_outcome, outcome_of
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.decisions.matters import decided_lines
from zhengheng.web.decisions.models import Decision
from zhengheng.web.decisions.services import carrying, check_values
from zhengheng.web.jobs import services as jobs
from zhengheng.web.results.clocks import procedure


def second_until(appeal: Appeal) -> date | None:
    """The last day to bring a decision before the commission; None where that is not possible."""
    held = procedure(appeal.run)
    if not held.second_instance or appeal.outcome == "uphold" or appeal.decision_id or not appeal.decided_on:  # fmt: skip
        return None
    clock = held.within("second_instance")
    return working_calendar().after(appeal.decided_on, clock.length, clock.unit)


DAY = timedelta(1)


def unsettled(appeal: Appeal, day: date) -> Words | None:
    """Until when the unit may bring the decision before the commission: only then it takes effect."""
    last = second_until(appeal)
    if last is None or day > last:
        return None
    return (
        f"单位在 {last} 前还可以请求委员会复核，自 {last + DAY} 起可以办理。",
        f"The unit may ask the commission to look again until {last}; this can be done from {last + DAY} on.",
    )


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
    _check_stated(doing.obj, decision, given)
    check_outcome(doing.obj, given.outcome, given.value)
    fits = outcome_of(doing.obj, given.outcome, given.value)
    if fits != given.outcome:
        raise AppealError.one(
            "outcome", "outcome.value", zh=f"申请的数值是 {doing.obj.wanted}，认定的数值是 {given.value}，结论应为“{OUTCOMES[fits][0]}”。请核对结论和数值。",
            en=f"{doing.obj.wanted} was asked for and {given.value} is decided: the ruling is “{OUTCOMES[fits][1]}”; check ruling and value",
        )  # fmt: skip
    return Change(
        {"outcome": given.outcome, "decided_value": given.value, "reasons": given.reasons, "decision": decision,
         "decided_on": doing.day, "due_on": None},
        {"outcome": given.outcome, "value": given.value, "reasons": given.reasons, "decision": decision.pk},
    )  # fmt: skip


def _check_stated(appeal: Appeal, decision: Decision, given: RuleGiven) -> None:
    """Who carries the ruling out adds nothing to it: a value other than the one asked for stands in the decision."""
    stated = decided_lines(decision).get(appeal.series)
    if stated is not None or (given.value and given.value != appeal.wanted):
        check_values(decision, {appeal.series: given.value})


def _check_final(doing: Doing) -> None:
    if told := unsettled(doing.obj, doing.day):
        raise AppealError.one("second_instance", "second.open", zh=told[0], en=told[1])


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
