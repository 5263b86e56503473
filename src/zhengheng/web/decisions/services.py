"""Asking whether the commission decided something."""

from collections.abc import Mapping
from datetime import date

from zhengheng.domain.problems import ZhenghengError
from zhengheng.web.acts.declare import Words
from zhengheng.web.acts.forms import UNDECIDED
from zhengheng.web.decisions.matters import (
    decided_lines,
    fits,
    found,
    kept,
    matter_of,
    replaced_by,
    values_words,
)
from zhengheng.web.decisions.models import Decision


class DecisionError(ZhenghengError):
    """There is no decision of the commission that carries this act."""


def carrying(number: int, subject: str) -> Decision:
    """The attested decision that approved the subject as it is now. Raises DecisionError."""
    held = Decision.objects.filter(pk=number, subject=subject).first() if number < 2**63 else None
    if held is None and not number and not choices(subject):
        zh, en = under_way(subject) or UNDECIDED
        raise DecisionError.one("decision", "decision.none", zh=zh, en=en)
    if held is None:
        raise DecisionError.one(
            "decision", "decision.absent", zh="没有关于这一事项的决定，请从列表中选择。",
            en="there is no such decision about this; choose one of the list",
        )  # fmt: skip
    if held.state != "attested" or not held.approved:
        raise DecisionError.one(
            "decision", "decision.open", zh="该决定尚未由第二人复核，或者结论不是同意。",
            en="this decision is not attested by a second person, or it did not approve",
        )  # fmt: skip
    if other := replaced_by(held):
        raise DecisionError.one(
            "decision", "decision.replaced", zh=f"第 {held.pk} 号决定已由同一次会议的第 {other.pk} 号记录更正，不能再用；请按第 {other.pk} 号办理。",
            en=f"decision {held.pk} was put right by decision {other.pk} of the same meeting and cannot be used any more; carry out decision {other.pk}",
        )  # fmt: skip
    check_fits(held)
    return held


def under_way(subject: str) -> Words | None:
    """That a decision about a subject, as it is now, is recorded and waits for whoever attests it."""
    held = Decision.objects.filter(subject=subject, state="recorded").order_by("-pk")
    one = next((one for one in held if fits(one)), None)
    if one is None:
        return None
    return (
        f"委员会对这一事项的决定已记录（第 {one.pk} 号，{one.meeting}），待另一名委员复核，不需要再次记录。",
        f"The commission's decision about this is recorded (decision {one.pk}, {one.meeting}) and waits for another member to attest it: it need not be recorded again.",
    )  # fmt: skip


def check_fits(decision: Decision) -> None:
    """Raise DecisionError where something else stands there now than what was decided about."""
    if fits(decision):
        return
    here = found(decision.subject)
    now = kept(matter_of(*here)) if here else {"zh": "事项已不在", "en": "the subject is gone"}
    raise DecisionError.one(
        "decision", "decision.changed",
        zh=f"第 {decision.pk} 号决定（{decision.meeting}）针对的内容是：{decision.seen['zh']}；现在的内容是：{now['zh']}。内容已经改变，该决定不能再用，请将现在的内容提请委员会另行决定。",
        en=f"decision {decision.pk} ({decision.meeting}) was about this: {decision.seen['en']}; now it is: {now['en']}. That is another content, which the decision does not carry: bring it before the commission anew",
    )  # fmt: skip


def check_values(decision: Decision, given: Mapping[str, str]) -> None:
    """Raise DecisionError for values that the decision does not state: nobody adds to what was attested.

    Decisions that earlier releases recorded state no values, and leave them to whoever carries them out.
    """
    stated = decided_lines(decision)
    if not decision.seen:
        return
    if other := {code: value for code, value in given.items() if stated.get(code) != value}:
        said = values_words(decision.subject, other)
        raise DecisionError.one(
            "decision", "decision.unstated",
            zh=f"第 {decision.pk} 号决定没有写明：{said[0]}。决定的数值在记录决定时填写，并由另一名委员复核；请按决定办理，或者另行记录决定。",
            en=f"decision {decision.pk} does not state {said[1]}: decided values are recorded with the decision and attested by a second person; carry out what it states, or record another",
        )  # fmt: skip


def choices(subject: str, *, since: date | None = None) -> list[tuple[str, str]]:
    """The decisions that could carry an act on the subject as it is now; `since`: of meetings from that day on."""
    held = Decision.objects.filter(subject=subject, state="attested", approved=True)
    if since is not None:
        held = held.filter(held_on__gte=since)
    here = found(subject)
    return [
        (str(one.pk), f"{one.meeting}（{one.held_on}）")
        for one in held
        if fits(one, at=here) and not replaced_by(one)
    ]
