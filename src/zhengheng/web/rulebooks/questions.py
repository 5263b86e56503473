"""Questions about a rulebook, and proposals for the next."""

from django.utils.timezone import localdate

from zhengheng.domain.names import unknown
from zhengheng.domain.several import several
from zhengheng.scheme.findings import names_of
from zhengheng.web.acts.declare import (
    Act,
    Change,
    Column,
    Doing,
    Given,
    Kind,
    Made,
    Standing,
    ask,
    rulebook_words,
    shortened,
)
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.rulebooks import selectors
from zhengheng.web.rulebooks.acts import ReasonGiven, anyone
from zhengheng.web.rulebooks.drafting import RulebookStateError
from zhengheng.web.rulebooks.models import Proposal, Question, RulebookVersion
from zhengheng.workflow.machines import PROPOSAL, QUESTION


class AskGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    indicator: str = ask("指标", "Indicator", max_length=64)
    text: str = ask("问题", "Question", form="text")


def put_question(doing: Doing) -> Made:
    version = RulebookVersion.objects.filter(pk=doing.given.rulebook).first()
    if version is None or version.state not in {"consultation", "submitted", "adopted"}:
        raise RulebookStateError.one(
            "rulebook", "rulebook.absent", zh="没有这个方案", en="there is no such rulebook"
        )
    known = names_of(selectors.book_of(version).indicators)
    if doing.given.indicator not in known:
        zh, en = unknown("indicator", doing.given.indicator, known)
        raise RulebookStateError.one("indicator", "indicator.unknown", zh=zh, en=en)
    made = Question(rulebook=version, indicator=doing.given.indicator, text=doing.given.text)
    return Made(made, {"indicator": made.indicator, "text": made.text})


class AnswerGiven(Given):
    answer: str = ask("答复", "Answer", form="text")


def answer(doing: Doing) -> Change:
    return Change({"answer": doing.given.answer, "answered_on": doing.day}, {"answer": doing.given.answer})  # fmt: skip


def _about(question: Question) -> tuple[str, str]:
    return selectors.indicator_words(question.rulebook, question.indicator)


QUESTIONS = Kind(
    thread=True, machine=QUESTION, path="questions", words=("口径答疑", "Questions"), model=Question,
    title=lambda q: (f"{_about(q)[0]}：{shortened(q.text, 24)}", f"{_about(q)[1]}: {shortened(q.text, 24)}"), standing=anyone,
    acts=(
        Act("question.ask", ("提问", "Ask"), put_question, AskGiven,
            ("答复对全部单位公开, 并列入指标的口径说明。", "All units see the answer; it joins the rule card."),
            choices=selectors.adopted_choices),
        Act("question.answer", ("答复", "Answer"), answer, AnswerGiven, answers=True),
    ),
    columns=(
        Column(("指标", "Indicator"), _about), Column(("问题", "Question"), lambda q: shortened(q.text, 60)), Column(("方案", "Rulebook"), rulebook_words),
        Column(("答复日期", "Answered on"), "answered_on"),
    ),
    outcome=lambda q: (f"{q.answered_on} 答复", f"answered on {q.answered_on}") if q.answered_on else (f"{localdate(q.made_at)} 提出", f"on {localdate(q.made_at)}"),
    facts=(Column(("问题全文", "Question in full"), "text"), Column(("答复", "Answer"), "answer")),
    queryset=lambda: Question.objects.prefetch_related("rulebook"),
    out=lambda q: {"indicator": q.indicator, "text": q.text, "answer": q.answer},
)  # fmt: skip


class ProposeGiven(Given):
    unit: str = ask("提出单位", "Proposing unit", max_length=40)
    name: str = ask("指标名称", "Indicator", max_length=120)
    need: str = ask("为什么需要", "Why it is needed", form="text")
    source: str = ask("数据来源", "Data source", max_length=200)
    minutes: int = ask("每次填报预计分钟数", "Expected minutes per report", ge=0, le=10_000)


def propose(doing: Doing) -> Made:
    given: ProposeGiven = doing.given
    unit = unit_of(given.unit)
    made = Proposal(
        unit=unit, name=given.name, need=given.need, source=given.source, minutes=given.minutes
    )
    return Made(made, {"unit": unit.code, "name": given.name})


def conclude(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason}, {"reason": doing.given.reason})


PROPOSALS = Kind(
    machine=PROPOSAL, path="proposals", words=("指标建议", "Proposals"), model=Proposal,
    title=lambda p: (p.name, p.name),
    standing=lambda p, account: Standing(units={"own": [p.unit.code]}),
    acts=(
        Act("proposal.make", ("提出指标", "Propose an indicator"), propose, ProposeGiven),
        Act("proposal.take_up", ("采纳", "Take up"), conclude, ReasonGiven, answers=True),
        Act("proposal.decline", ("不采纳", "Decline"), conclude, ReasonGiven, answers=True),
    ),
    columns=(
        Column(("指标", "Indicator"), "name"), Column(("单位", "Unit"), lambda p: (p.unit.name_zh, p.unit.name_en)),
        Column(("每次填报用时", "Time to report it"), lambda p: (f"{p.minutes} 分钟", several(p.minutes, 'minute', 'minutes')), True),
    ),
    facts=(Column(("需要", "Need"), "need"), Column(("来源", "Source"), "source"), Column(("答复", "Answer"), "answer")),
    queryset=lambda: Proposal.objects.select_related("unit"),
)  # fmt: skip
