"""What is done to a decision."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.timezone import localdate

from zhengheng.domain.problems import ZhenghengError, gathered, tell
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
    ask_why_right,
    signed,
)
from zhengheng.web.decisions.matters import (
    confirmations,
    decided_lines,
    fits,
    found,
    is_before,
    kept,
    matter_of,
    replaced,
    replaced_by,
    seen_words,
    spent,
    values_words,
)
from zhengheng.web.decisions.models import Decision
from zhengheng.web.decisions.services import DecisionError, check_fits, under_way
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.naming import plain
from zhengheng.workflow.machines import DECISION


class DecidedGiven(Given):
    indicator: str = ask("指标", "Indicator", max_length=64)
    value: str = ask("决定的数值", "Decided value", max_length=40)
    confirmation: str = ask_why_right()


class RecordGiven(Given):
    subject: str = ask("事项", "Subject", max_length=80)
    meeting: str = ask("会议编号", "Meeting number", max_length=60)
    held_on: date = ask("会议日期", "Date of the meeting", when="past")
    attendees: str = ask("出席人员", "Attendees", form="text")
    approved: bool = ask("同意", "Approved", False)
    wording: str = ask("决定内容", "What was decided", form="text")
    minutes: Files = ask("会议纪要 (扫描件或电子件)", "Minutes (scan or file)", min_length=1)
    lines: list[DecidedGiven] = ask(
        "决定的数值（只写与提请审议的不同的）", "Decided values (only where they differ from those submitted)", []
    )  # fmt: skip


def record(doing: Doing) -> Made:
    given: RecordGiven = doing.given
    wrong: list[ZhenghengError] = []
    here: tuple[Kind, Any] | None = None
    lines: dict[str, tuple[str, str]] = {}
    with gathered(wrong):
        here = _submitted(given.subject)
    if here is not None:
        with gathered(wrong):
            _check_day(here[1], given.held_on)
        with gathered(wrong):
            lines = _decided(*here, given.lines)
            _only_once(given, {code: value for code, (value, _) in lines.items()})
    with gathered(wrong):
        _one_day(given.meeting, given.held_on)
    with gathered(wrong):
        _agrees(given.meeting, given.subject, given.approved)
    with gathered(wrong):
        files = own_files(given.minutes, doing.actor)
    tell(wrong)
    assert here is not None
    kind, obj = here
    made = Decision(
        subject=given.subject, meeting=given.meeting, held_on=given.held_on, attendees=given.attendees,
        approved=given.approved, wording=given.wording, files=[f.pk for f in files],
        seen=kept(matter_of(kind, obj)), lines=[{"indicator": code, "value": value, **({"confirmation": why} if why else {})} for code, (value, why) in lines.items()],
    )  # fmt: skip
    before = _put_right(made)
    return Made(made, {
        "subject": given.subject, "meeting": given.meeting, "held_on": given.held_on.isoformat(),
        "approved": given.approved, "minutes": [f.sha256 for f in files], "seen": made.seen["mark"],
        **({"lines": dict(decided_lines(made))} if lines else {}),
        **({"confirmed": said} if (said := {code: why for code, why in confirmations(made).items() if why}) else {}),
        **({"replaces": before} if before else {}),
    })  # fmt: skip


def _submitted(subject: str) -> tuple[Kind, Any]:
    """What is decided about. Raises DecisionError where it is not there, or not before the commission."""
    here = found(subject)
    if here is None:
        raise DecisionError.one(
            "subject", "decision.subject", zh="没有这个事项，请从列表中选择。",
            en="there is no such subject; choose one of the list",
        )  # fmt: skip
    kind, obj = here
    if not is_before(kind, obj):
        (zh, en), state = kind.title(obj), kind.state_of(obj)
        raise DecisionError.one(
            "subject", "decision.not_submitted",
            zh=f"“{zh}”现在是“{state[0]}”，还没有提请委员会，或者已经不需要委员会决定。决定只针对已提请审议的内容，请先提请审议。",
            en=f'"{en}" is {state[1]} now: it was not submitted to the commission, or needs no decision. A decision is about what was submitted; submit it first',
        )  # fmt: skip
    return kind, obj


def _decided(kind: Kind, obj: Any, lines: list[DecidedGiven]) -> dict[str, tuple[str, str]]:
    """Indicator → value that the commission decided otherwise, with what confirms it. Raises what is wrong in them."""
    values = {line.indicator: (line.value, line.confirmation) for line in lines}
    if len(values) < len(lines):
        raise DecisionError.one(
            "lines", "decision.twice_stated", zh="同一指标只能有一个决定的数值，请删去重复的行。",
            en="an indicator has one decided value: take the repeated line out",
        )  # fmt: skip
    if values and kind.decides is None:
        raise DecisionError.one(
            "lines", "decision.no_values", zh=f"对“{kind.words[0]}”的决定不含数值，请不要填写“决定的数值”。",
            en=f"a decision about {kind.words[1].lower()} states no values: leave them out",
        )  # fmt: skip
    if values and kind.decides is not None:
        kind.decides(obj, values)
    return values


def _check_day(obj: Any, held_on: date) -> None:
    """Nobody decides on what is not there yet."""
    made_on = localdate(obj.made_at)
    if held_on < made_on:
        raise DecisionError.one(
            "held_on", "decision.early", zh=f"会议日期 {held_on} 早于该事项提出之日 {made_on}，请核对。",
            en=f"the meeting of {held_on} lies before the day on which the matter came up, {made_on}",
        )  # fmt: skip


def _one_day(meeting: str, held_on: date, number: int = 0) -> None:
    """A meeting is held on one day: its number names no other."""
    held = Decision.objects.filter(state__in=("recorded", "attested")).exclude(held_on=held_on)
    for other in held.exclude(pk=number):
        if plain(other.meeting) == plain(meeting):
            raise DecisionError.one(
                "held_on", "decision.meeting_day", zh=f"{other.meeting} 已记录为 {other.held_on} 召开（第 {other.pk} 号），一次会议只有一个日期。请核对会议编号和日期；前一条记错的，请先撤回。",
                en=f"{other.meeting} is recorded as held on {other.held_on} (decision {other.pk}), and a meeting has one day: check number and day, or withdraw the wrong record first",
            )  # fmt: skip


def _agrees(meeting: str, subject: str, approved: bool, number: int = 0) -> None:
    """One meeting does not decide one matter both ways."""
    held = Decision.objects.filter(subject=subject, state__in=("recorded", "attested"))
    for other in held.exclude(pk=number).exclude(approved=approved):
        if plain(other.meeting) == plain(meeting):
            raise DecisionError.one(
                "approved", "decision.contradicts", zh=f"{other.meeting} 对这一事项已记录相反的决定（第 {other.pk} 号）；记错的请先撤回原记录，改变决定的请另开会议。",
                en=f"{other.meeting} decided this matter the other way (decision {other.pk}); withdraw a wrong record first, or decide anew at another meeting",
            )  # fmt: skip


def _put_right(decision: Decision) -> list[int]:
    """The numbers of the records that this one replaces. Raises DecisionError where one of them is carried out."""
    before = replaced(decision)
    for one in before:
        if spent(one):
            raise DecisionError.one(
                "lines", "decision.spent", zh=f"{one.meeting} 对这一事项的决定（第 {one.pk} 号）已经据此办理，同一次会议不能再记录其他数值；改变决定的请另开会议。",
                en=f"the decision of {one.meeting} about this (decision {one.pk}) is carried out, and the same meeting states no other values any more; decide anew at another meeting",
            )  # fmt: skip
    return [one.pk for one in before]


def _only_once(given: RecordGiven, values: Mapping[str, str]) -> None:
    """What one meeting decided about one matter is recorded once; another wording is another decision, and other values put an
    attested record right, which then carries nothing any more."""
    held = Decision.objects.filter(subject=given.subject, state__in=("recorded", "attested"))
    for other in held.filter(approved=given.approved):
        if other.state == "attested" and decided_lines(other) != values:
            continue
        if plain(other.meeting) == plain(given.meeting) and plain(other.wording) == plain(
            given.wording
        ):
            raise DecisionError.one(
                "meeting", "decision.twice", zh=f"{other.meeting} 对这一事项的同一决定已经记录（第 {other.pk} 号，{DECISIONS.state_of(other)[0]}），请使用该记录；待复核的记录有误的，请先撤回。",
                en=f"this decision of {other.meeting} is recorded already (decision {other.pk}, {DECISIONS.state_of(other)[1]}); use that record, or withdraw it first where it is wrong and not attested",
            )  # fmt: skip


def attest(doing: Doing) -> Change:
    held: Decision = doing.obj
    check_fits(held)
    _one_day(held.meeting, held.held_on, held.pk)
    _agrees(held.meeting, held.subject, held.approved, held.pk)
    before = _put_right(held)
    return Change(
        {"attested_by": doing.actor.username},
        {"subject": held.subject, **({"replaces": before} if before else {})},
    )


def withdraw(doing: Doing) -> Change:
    return Change()


def subject_words(subject: str) -> Words:
    """What a decision is about, as its own page calls it."""
    here = found(subject)
    if here is None:
        return "已不在的事项", "a subject that is gone"
    kind, obj = here
    zh, en = kind.title(obj)
    return f"{kind.words[0]}：{zh}", f"{kind.words[1]}: {en}"


def _title(decision: Decision) -> Words:
    zh, en = subject_words(decision.subject)
    return f"{decision.meeting}：{zh}", f"{decision.meeting}: {en}"


def standing(obj: Decision, account: Account) -> Standing:
    return Standing(("second",) if obj.made_by_id != account.pk else ())


def _outcome(decision: Decision) -> Words:
    """Agreed to or not, and on which day."""
    return (
        f"{decision.held_on} 会议{'同意' if decision.approved else '不同意'}",
        f"{'agreed to' if decision.approved else 'not agreed to'} at the meeting of {decision.held_on}",
    )


def _values(decision: Decision) -> Words | str:
    """The decided values, each with its indicator's name, its unit of measure and what confirms it."""
    if not decision.lines:
        return ""
    zh, en = values_words(decision.subject, decided_lines(decision))
    why = [one for one in confirmations(decision).values() if one]
    return (f"{zh}（确认理由：{'；'.join(why)}）", f"{en} (why it is right: {'; '.join(why)})") if why else (zh, en)  # fmt: skip


def _replaced(decision: Decision) -> Words | str:
    """The records of the same meeting that this one replaces, or will once it is attested."""
    before = replaced(decision) if decision.state != "withdrawn" else []
    numbers = [str(one.pk) for one in before]
    return (f"第 {'、'.join(numbers)} 号", f"decision {', '.join(numbers)}") if numbers else ""


def _still(decision: Decision) -> Words:
    """Whether it can still be used, and why not."""
    if spent(decision):
        return "已据此办理", "carried out"
    if other := replaced_by(decision):
        return (
            f"已由同一次会议的第 {other.pk} 号记录更正，不能再用",
            f"put right by decision {other.pk} of the same meeting, cannot be used any more",
        )
    if not decision.seen:
        return (
            "记录时没有保存当时的内容，无从核对",
            "the content was not recorded with it and cannot be compared",
        )
    if fits(decision):
        return "与现在的内容一致", "the same as now"
    return (
        "内容在决定之后已经改变，该决定不能再用，请将现在的内容另行提请委员会决定",
        "the content changed after the decision, which cannot be used any more: bring what is there now before the commission",
    )


DECISIONS = Kind(
    machine=DECISION, path="decisions", words=("集体决策", "Decisions"), model=Decision,
    title=_title, standing=standing,
    acts=(
        Act("decision.record", ("记录决定", "Record a decision"), record, RecordGiven,
            ("由秘书记录会议编号、日期、出席、结论并附纪要; 另由一名委员复核后生效。",
             "The secretary records number, date, attendees, result and minutes; a member attests it.")),
        Act("decision.attest", ("复核无误", "Attest"), attest, signed()),
        Act("decision.withdraw", ("撤回", "Withdraw"), withdraw, optional=True),
    ),
    columns=(
        Column(("会议", "Meeting"), "meeting"), Column(("事项", "Subject"), lambda d: subject_words(d.subject)),
        Column(("日期", "Date"), "held_on"), Column(("同意", "Approved"), "approved"),
    ),
    facts=(
        Column(("决定内容", "Wording"), "wording"), Column(("审议的内容", "What was before the commission"), lambda d: seen_words(d) or ""),
        Column(("决定的数值", "Decided values"), _values),
        Column(("所更正的记录", "Puts right"), _replaced),
        Column(("所议事项的现状", "How that stands now"), _still),
        Column(("出席", "Attendees"), "attendees"),
        Column(("复核人", "Attested by"), lambda d: Account.objects.filter(username=d.attested_by).values_list("name", flat=True).first() or ""),
    ),
    outcome=_outcome, under_way=under_way, about=lambda d: found(d.subject),
    known=lambda d: (("会议日期", "meeting of"), d.held_on), told=True,
    out=lambda d: {"subject": d.subject, "meeting": d.meeting, "approved": d.approved, "lines": d.lines},
)  # fmt: skip
