"""Named objections by any person."""

from collections.abc import Mapping
from typing import Any

from zhengheng.scheme.procedure import Procedure
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Made,
    Words,
    ask,
)
from zhengheng.web.appeals.interests import maker
from zhengheng.web.appeals.models import Objection
from zhengheng.web.appeals.services import AppealError
from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.files.services import own_files
from zhengheng.web.pages.tags import say
from zhengheng.web.results.clocks import procedure
from zhengheng.web.results.models import ResultRun
from zhengheng.workflow.machines import OBJECTION, UNNOTICED

RESULT = ("核算结果", "Result")


class LodgeGiven(Given):
    run: int | None = ask(*RESULT, None)
    about: str = ask("对什么有异议", "What it is about", max_length=160)
    text: str = ask("事实与理由", "Facts and reasons", form="text")
    fraud: bool = ask("反映数据造假", "It reports falsified data", False)
    evidence: Files = ask("证据", "Evidence", [])


def lodge(doing: Doing) -> Made:
    given: LodgeGiven = doing.given
    run = (
        ResultRun.objects.filter(pk=given.run).exclude(state__in=UNNOTICED).first()
        if given.run
        else None
    )
    if given.run and run is None:
        raise AppealError.one("run", "objection.run", zh="没有这个已公开的结果", en="there is no such published result")  # fmt: skip
    files = own_files(given.evidence, doing.actor)
    clock = (procedure(run) if run else Procedure()).within("appeal_decision")
    made = Objection(
        run=run, about=given.about, text=given.text, fraud=given.fraud, files=[f.pk for f in files],
        due_on=working_calendar().after(doing.day, clock.length, clock.unit),
    )  # fmt: skip
    return Made(
        made, {"about": given.about, "fraud": given.fraud, **({"run": run.run} if run else {})}
    )


def _recalled(held: Objection, content: Mapping[str, Any]) -> list[tuple[Words, str]]:
    """What an entry says: of the first one which result it is about, too."""
    known = {"about": ("事项", "About"), "answer": ("答复", "Answer"), "why": ("答复", "Answer")}
    result = [(RESULT, say(*held.run.called()))] if "about" in content and held.run else []
    return [*result, *((words, str(content[name])) for name, words in known.items() if content.get(name))]  # fmt: skip


class AnswerGiven(Given):
    answer: str = ask("答复", "Answer", form="text")


def answer(doing: Doing) -> Change:
    if doing.obj.fraud:
        raise AppealError.one(
            "fraud", "objection.fraud", zh="反映造假的事项不由申诉经办答复, 请移送纪检监察机关",
            en="a report of falsified data is not answered here; refer it",
        )  # fmt: skip
    return Change({"answer": doing.given.answer, "due_on": None}, {"answer": doing.given.answer})


def refer(doing: Doing) -> Change:
    return Change({"answer": doing.given.answer, "due_on": None}, {"why": doing.given.answer})


OBJECTIONS = Kind(
    machine=OBJECTION, path="objections", words=("实名异议", "Objections"), model=Objection,
    title=lambda o: (o.about, o.about), standing=maker,
    acts=(
        Act("objection.lodge", ("提出异议", "Lodge an objection"), lodge, LodgeGiven,
            ("任何人都可以具名提出; 反映数据造假的移送纪检监察机关。", "Anybody may, by name; reports of falsified data go to discipline.")),
        Act("objection.answer", ("答复", "Answer"), answer, AnswerGiven, when=lambda o: not o.fraud, answers=True),
        Act("objection.refer", ("移送", "Refer to discipline"), refer, AnswerGiven, answers=True),
    ),
    columns=(Column(("事项", "About"), "about"), Column(RESULT, lambda o: o.run.called() if o.run else None), Column(("反映造假", "Falsified data"), "fraud")),
    facts=(Column(("事实与理由", "Facts and reasons"), "text"), Column(("答复", "Answer"), "answer")),
    queryset=lambda: Objection.objects.select_related("run"), thread=True, recalled=_recalled, body="appeals/objection.html",
)  # fmt: skip
