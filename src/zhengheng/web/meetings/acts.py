"""What is done about a commitment: made, reported, kept or carried to the next meeting. None vanishes."""

from datetime import date
from typing import Any

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
    shortened,
)
from zhengheng.web.files.services import own_files
from zhengheng.web.meetings.models import Commitment
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.workflow.machines import COMMITMENT


class RecordGiven(Given):
    unit: str = ask("承诺单位", "Unit", max_length=40)
    meeting: str = ask("会议", "Meeting", max_length=80)
    text: str = ask("承诺内容", "What was promised", form="text")
    due_on: date = ask("完成期限", "Until", when="ahead")


def record(doing: Doing) -> Made:
    given: RecordGiven = doing.given
    unit = unit_of(given.unit)
    made = Commitment(unit=unit, meeting=given.meeting, text=given.text, due_on=given.due_on)
    return Made(made, {"unit": unit.code, "meeting": given.meeting, "text": given.text, "due": given.due_on.isoformat()})  # fmt: skip


class ReportGiven(Given):
    report: str = ask("落实情况", "What was done", form="text")
    evidence: Files = ask("佐证材料", "Evidence", [])


def report(doing: Doing) -> Change:
    kept = [file.pk for file in own_files(doing.given.evidence, doing.actor)]
    return Change(
        {"report": doing.given.report, "files": [*doing.obj.files, *kept]},
        {"report": doing.given.report},
    )


class KeepGiven(Given):
    answer: str = ask("认定意见", "Finding", form="text")


def keep(doing: Doing) -> Change:
    return Change({"answer": doing.given.answer, "due_on": None}, {"answer": doing.given.answer})


class CarryGiven(Given):
    meeting: str = ask("转入的会议", "To which meeting", max_length=80)
    due_on: date = ask("新的期限", "Until", when="ahead")
    answer: str = ask("未完成的原因", "Why it was not kept", form="text")


def carry(doing: Doing) -> Change:
    """To the next meeting, with the reason; how often is counted and shown."""
    given: CarryGiven = doing.given
    held: Commitment = doing.obj
    return Change(
        {"meeting": given.meeting, "due_on": given.due_on, "answer": "", "report": "", "carried": held.carried + 1,
         "rounds": [*held.rounds, _round(held, given.answer)]},
        {"from": held.meeting, "to": given.meeting, "due": given.due_on.isoformat(), "answer": given.answer},
    )  # fmt: skip


def _round(held: Commitment, answer: str) -> dict[str, str]:
    due = held.due_on.isoformat() if held.due_on else ""
    return {"meeting": held.meeting, "due": due, "report": held.report, "answer": answer}


def _earlier(held: Commitment) -> tuple[str, str] | None:
    """What was reported and found at earlier meetings, one a line."""
    if not held.rounds:
        return None
    zh = "；\n".join(f"{one['meeting']}（期限 {one['due']}）：{one['report'] or '没有报告'}；未完成的原因：{one['answer']}" for one in held.rounds)  # fmt: skip
    en = ";\n".join(f"{one['meeting']} (until {one['due']}): {one['report'] or 'no report'}; why not kept: {one['answer']}" for one in held.rounds)  # fmt: skip
    return zh, en


def _standing(held: Commitment, account: Account) -> Standing:
    return Standing(units={"own": [held.unit.code]})


def due(held: Commitment, day: date) -> date | None:
    """The unit's day is over with its report: neither it nor whoever judges that is late by it."""
    return None if held.state == "reported" else held.due_on


def _out(held: Commitment) -> dict[str, Any]:
    return {"unit": held.unit.code, "meeting": held.meeting, "text": held.text, "carried": held.carried, "rounds": held.rounds,
            "report": held.report, "answer": held.answer}  # fmt: skip


COMMITMENTS = Kind(
    thread=True, machine=COMMITMENT, path="commitments", words=("会议承诺", "Commitments"), model=Commitment,
    title=lambda c: (f"{c.unit.name_zh}：{shortened(c.text, 24)}", f"{c.unit.name_en or c.unit.name_zh}: {shortened(c.text, 24)}"),
    standing=_standing,
    acts=(
        Act("commitment.record", ("记录承诺", "Record a commitment"), record, RecordGiven, living=lambda c: c.unit),
        Act("commitment.report", ("报告落实情况", "Report"), report, ReportGiven),
        Act("commitment.keep", ("认定已完成", "Find it kept"), keep, KeepGiven, answers=True),
        Act("commitment.carry", ("转入下次会议", "Carry to the next meeting"), carry, CarryGiven, optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda c: (c.unit.name_zh, c.unit.name_en)), Column(("承诺", "Promise"), lambda c: shortened(c.text, 40)), Column(("会议", "Meeting"), "meeting"),
        Column(("结转次数", "Times carried"), "carried", True),
    ),
    due=due, outcome=lambda c: (f"{c.meeting}，结转 {c.carried} 次", f"{c.meeting}, carried {c.carried} time{'' if c.carried == 1 else 's'}"),
    facts=(
        Column(("承诺内容", "What was promised"), "text"), Column(("落实情况", "What was done"), "report"),
        Column(("认定意见", "Finding"), "answer"), Column(("以前各次会议", "Earlier meetings"), _earlier),
    ),
    queryset=lambda: Commitment.objects.select_related("unit"),
    out=_out,
)  # fmt: skip
