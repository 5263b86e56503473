"""What is done to a sample: drawn with a recorded seed, checked entry by entry, asked about, closed."""

from collections.abc import Iterator
from datetime import date
from typing import Any, Literal

from django.utils.timezone import localdate

from zhengheng.domain.lots import lots
from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.problems import Problem, ZhenghengError, gathered, tell
from zhengheng.domain.several import several
from zhengheng.lake.cells import number_fault
from zhengheng.scheme.indicator import Indicator
from zhengheng.scheme.model import Rulebook
from zhengheng.scheme.sense import beyond
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import (
    Act,
    Carried,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Standing,
    ask,
    rulebook_words,
    shortened,
)
from zhengheng.web.audits import selectors
from zhengheng.web.audits.drawing import DrawGiven, draw, drawn_of
from zhengheng.web.audits.following import ReplyGiven, known, reply, reply_by
from zhengheng.web.audits.history import recalled
from zhengheng.web.audits.models import FINDINGS, FOLLOWS, PURPOSES, Audit, AuditQuestion, Entry
from zhengheng.web.audits.problems import AuditError
from zhengheng.web.files.services import own_files
from zhengheng.web.ledger.draws import sealed_in
from zhengheng.web.rulebooks.selectors import adopted_choices, book_of
from zhengheng.workflow.machines import AUDIT
from zhengheng.workflow.permissions import anywhere

SURE = ("核实的数值超出合理范围，已再次核对无误", "The value found is beyond the range of sense, and was checked again")  # fmt: skip
CONFIRM = (f"如再次核对无误，请勾选“{SURE[0]}”", f"if it was checked again and is right, tick “{SURE[1]}”")  # fmt: skip
"""How this form has a value beyond the range of sense confirmed."""


class FindGiven(Given):
    entry: int = ask("抽中的数据", "Drawn value")
    finding: Literal["agrees", "differs", "absent"] = ask("核查结果", "Finding", names=FINDINGS)
    found_value: str = ask("核实的数值 (不符时填)", "Value found (where it differs)", "", max_length=40)  # fmt: skip
    note: str = ask("说明", "Note", "", form="text")
    sure: bool = ask(*SURE, False)
    evidence: Files = ask("核查记录", "Records", [])


def find(doing: Doing) -> Change:
    entry = _entry_of(doing)
    if entry.finding:
        raise AuditError.one("entry", "entry.found", zh="这一项已有核查结果，改动请用“更正核查结果”。", en="this entry has its finding; to change it, correct it")  # fmt: skip
    return _find(doing, entry)


class CorrectGiven(FindGiven):
    why: str = ask("更正的理由", "Why it is corrected", form="text")


def correct(doing: Doing) -> Change:
    """A finding that was wrong; what it said first stays to be read."""
    entry, given = _entry_of(doing), doing.given
    if not entry.finding:
        raise AuditError.one(
            "entry", "entry.open", zh="这一项还没有核查结果。", en="this entry has no finding yet"
        )
    before = {"finding": entry.finding, "value": entry.found_value, "note": entry.note, "reply": entry.reply, "why": given.why}  # fmt: skip
    entry.earlier, entry.reply, entry.follows, entry.replied_by = (
        [*entry.earlier, before],
        "",
        "",
        None,
    )
    change = _find(doing, entry)
    return Change(change.fields, {**change.content, "before": before, "why": given.why})


def _entry_of(doing: Doing) -> Entry:
    held = doing.obj.entries.select_related("report", "unit").filter(pk=doing.given.entry)
    entry: Entry | None = held.first()
    if entry is None:
        raise AuditError.one("entry", "entry.absent", zh="样本中没有这一项", en="the sample has no such entry")  # fmt: skip
    return entry


def _entry_s(audit: Audit, given: Any) -> set[str]:
    """The unit whose value an entry is, as the form names it."""
    entries = audit.entries.select_related("report__unit", "unit").filter(pk=given.entry)
    return {selectors.about(one)[0].code for one in entries}


def _find(doing: Doing, entry: Entry) -> Change:
    given: FindGiven = doing.given
    book = book_of(doing.obj.rulebook)
    indicator = book.indicator(selectors.about(entry)[1])
    wrong: list[ZhenghengError] = []
    if found := list(_unfit(given, book, indicator, entry)):
        wrong.append(AuditError(found))
    with gathered(wrong):
        files = own_files(given.evidence, doing.actor)
    tell(wrong)
    entry.finding, entry.found_value, entry.note = given.finding, given.found_value, given.note
    entry.found_on = doing.day
    entry.save()
    kept = [file.pk for file in files]
    unit, code, period = selectors.about(entry)
    return Change(
        {"files": [*doing.obj.files, *kept]},
        {"entry": f"{unit.code}/{code}/{period}", "finding": given.finding, "value": given.found_value, "note": given.note},
    )  # fmt: skip


def _unfit(
    given: FindGiven, book: Rulebook, indicator: Indicator, entry: Entry
) -> Iterator[Problem]:
    """What of a finding cannot be."""
    if given.finding != "agrees" and not given.note:
        yield Problem(
            "note", "note.missing", "说明：不符或无依据时须说明。", "Note: say what differs"
        )
    if given.finding != "differs":
        if given.found_value:
            yield Problem("found_value", "value.none", "只有“不符”时才填核实的数值。", "a value is given only where it differs")  # fmt: skip
        return
    if fault := number_fault(given.found_value, indicator.decimals, indicator.measure_unit.zh, indicator.measure_unit.say("en")):  # fmt: skip
        yield Problem(
            "found_value", "number", f"核实的数值：{fault[0]}", f"Value found: {fault[1]}"
        )
        return
    value = parse_scaled(given.found_value, indicator.decimals)[0]
    if (far := beyond(book, indicator, value, CONFIRM)) and not given.sure:
        yield Problem("found_value", "value.beyond", *far)
    if entry.reported and value == parse_scaled(entry.reported, indicator.decimals)[0]:
        yield Problem("found_value", "value.same", "核实的数值与上报值相同，结果应为“相符”。", "the value found is the one reported: the finding is that it agrees")  # fmt: skip


class AskGiven(Given):
    text: str = ask("问题", "Question", form="text")


def ask_question(doing: Doing) -> Change:
    AuditQuestion.objects.create(audit=doing.obj, text=doing.given.text, at=doing.now)
    return Change({}, {"text": doing.given.text})


class AnswerGiven(Given):
    question: int = ask("问题", "Question")
    answer: str = ask("答复", "Answer", form="text")


def answer(doing: Doing) -> Change:
    found = doing.obj.questions.filter(pk=doing.given.question, answer="")
    if not found.update(answer=doing.given.answer, answered_by=doing.actor):
        raise AuditError.one("question", "question.absent", zh="没有这个待答复的问题", en="there is no such open question")  # fmt: skip
    return Change({}, {"question": doing.given.question, "answer": doing.given.answer})


def _finished(audit: Audit, day: date) -> bool:
    """Whether nothing but the end is left: until then whoever checks waits for the office, or has entries to check."""
    return not (audit.entries.filter(finding="").exists() or audit.questions.filter(answer="").exists() or selectors.unanswered(audit).exists())  # fmt: skip


def close(doing: Doing) -> Change:
    """Every entry has its finding, every question its answer."""
    left, open_ = doing.obj.entries.filter(finding="").count(), doing.obj.questions.filter(answer="").count()  # fmt: skip
    silent = selectors.unanswered(doing.obj).count()
    if left or open_ or silent:
        raise AuditError.one(
            "entries", "audit.open", zh=f"还有 {left} 项没有核查结果，{open_} 个问题和 {silent} 项不符或无依据的结果没有答复。",
            en=f"{several(left, 'entry has no finding yet', 'entries have no finding yet')}, {several(open_, 'question', 'questions')} and {several(silent, 'finding no reply', 'findings no reply')}",
        )  # fmt: skip
    return Change({}, selectors.counted(doing.obj))


def end(doing: Doing) -> Change:
    """The access of whoever checks has ended, and nobody followed him: the sample ends as it stands."""
    audit: Audit = doing.obj
    open_ = {"unchecked": audit.entries.filter(finding="").count(), "questions": audit.questions.filter(answer="").count(),
             "unanswered": selectors.unanswered(audit).count()}  # fmt: skip
    return Change({}, {**selectors.counted(audit), **open_})


def carry(doing: Doing) -> Change:
    """Into the hand of whoever took over the post of its holder."""
    given: Carried = doing.given
    return Change({"holder_id": given.to}, {"holder": Account.objects.get(pk=given.to).username})


def _standing(audit: Audit, account: Account) -> Standing:
    holder = audit.holder_id or audit.made_by_id
    return Standing(("maker",) if holder == account.pk or audit.pk is None else ())


Choices = dict[str, list[tuple[str, tuple[str, str]]]]


def _named(entries: Any, book: Any) -> Choices:
    names = {one.code: one.name for one in book.indicators}
    found = []
    for one in entries.select_related("report__unit", "unit"):
        unit, code, period = selectors.about(one)
        found.append(
            (
                str(one.pk),
                (
                    f"{unit.name_zh} {names[code].zh if code in names else code} {period}：{one.reported}",
                    f"{unit.name_en or unit.name_zh} {names[code].say('en') if code in names else code} {period}: {one.reported}",
                ),
            )
        )
    return {"entry": found}


def _entries(obj: Any, account: Account, day: date) -> Choices:
    return _named(obj.entries.filter(finding=""), book_of(obj.rulebook))


def _found(obj: Any, account: Account, day: date) -> Choices:
    return _named(obj.entries.exclude(finding=""), book_of(obj.rulebook))


def _unanswered(obj: Any, account: Account, day: date) -> Choices:
    return _named(selectors.unanswered(obj), book_of(obj.rulebook))


def _questions(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {
        "question": [(str(q.pk), shortened(q.text, 60)) for q in obj.questions.filter(answer="")]
    }


def _page(audit: Audit, request: Any) -> dict[str, Any]:
    names = {one.code: one for one in book_of(audit.rulebook).indicators}
    entries = [(entry, *selectors.about(entry)) for entry in audit.entries.select_related("report__unit", "unit", "replied_by")]  # fmt: skip
    held = grants(request.user, request.now.date())
    return {
        "sealed": sealed_in(audit.sealed_in) if audit.sealed_in is not None else None,
        "lots": lots(map(str, audit.drawn_from), audit.seed),
        "found": sum(bool(entry.finding) for entry, *_ in entries),
        "entries": [
            (entry, unit, names[code], period, FINDINGS.get(entry.finding), FOLLOWS.get(entry.follows), [(FINDINGS[one["finding"]], one) for one in entry.earlier])
            for entry, unit, code, period in entries
        ],
        "questions": audit.questions.select_related("answered_by"),
        "bundle": audit.run if audit.run is not None and anywhere(held, "audit.bundle") else None,
    }  # fmt: skip


def _outcome(audit: Audit) -> tuple[str, str]:
    """How many values were drawn out of how many, on which day, and how many were found to agree or not."""
    counts, drawn, pool = selectors.counted(audit), audit.entries.count(), len(audit.drawn_from)
    found, day = sum(counts.values()), localdate(audit.made_at)
    zh = "、".join(f"{FINDINGS[name][0]} {size} 个" for name, size in counts.items() if size)
    en = ", ".join(f"{FINDINGS[name][1]}: {size}" for name, size in counts.items() if size)
    open_, by = selectors.unanswered(audit).count(), reply_by(audit)
    until = (f"于 {by} 前", f" by {by}") if by else ("", "")
    return (
        f"{day} 从 {pool} 个数值中抽取 {drawn} 个，已核查 {found} 个{f'（{zh}）' if zh else ''}{f'，其中 {open_} 个不符或无依据的结果待绩效办{until[0]}答复' if open_ else ''}",
        f"{drawn} of {pool} values drawn on {day}, {found} checked{f' ({en})' if en else ''}{f', {open_} waiting for the reply of the office{until[1]}' if open_ else ''}",
    )


def _pool_words(audit: Audit) -> tuple[str, str]:
    size = len(audit.drawn_from)
    return f"{size} 个数值", f"{size} value{'' if size == 1 else 's'}"


def _before(audit: Audit) -> tuple[str, str] | None:
    """How often the range was drawn from before, and when: who draws until it suits is seen to."""
    held = selectors.before(audit)
    if not held:
        return None
    zh = "、".join(f"第 {one.pk} 号（{localdate(one.made_at)}）" for one in held)
    en = ", ".join(f"{one.pk} ({localdate(one.made_at)})" for one in held)
    return f"{len(held)} 次：{zh}", f"{len(held)}: {en}"


AUDITS = Kind(
    machine=AUDIT, path="audits", words=("抽样核查", "Sample checks"), model=Audit,
    title=lambda a: (f"{PURPOSES[a.purpose][0]} {a.pk} {a.rulebook.title_zh} {a.period}".strip(),
                     f"{PURPOSES[a.purpose][1]} {a.pk} {a.rulebook.title_en or a.rulebook.title_zh} {a.period}".strip()),
    standing=_standing,
    acts=(
        Act("audit.draw", ("抽取样本", "Draw a sample"), draw, DrawGiven, concerning=drawn_of,
            help=("从已确认的数据中随机抽取；种子事先封存，与总体清单一并记入存证日志，任何人都可以重新抽取核对。",
             "Drawn by lot among confirmed values; the seed was sealed beforehand, and with the list it enters the ledger, so that anybody can repeat the draw."), choices=adopted_choices),
        Act("audit.find", ("登记核查结果", "Record a finding"), find, FindGiven, concerning=_entry_s, choices=_entries, when=lambda a: a.entries.filter(finding="").exists(), clock=False),
        Act("audit.ask", ("提问", "Ask a question"), ask_question, AskGiven, optional=True),
        Act("audit.answer", ("答复提问", "Answer a question"), answer, AnswerGiven, choices=_questions,
            when=lambda a: a.questions.filter(answer="").exists(), clock=False),
        Act("audit.correct", ("更正核查结果", "Correct a finding"), correct, CorrectGiven, concerning=_entry_s, choices=_found,
            when=lambda a: a.entries.exclude(finding="").exists(), optional=True),
        Act("audit.reply", ("答复核查结果", "Reply to a finding"), reply, ReplyGiven, concerning=_entry_s,
            help=("不符或无依据的结果须逐项答复：更正填报的数值（报送数据管理办理，更正后由单位核对），或者写明理由不更正。",
             "Every finding that does not agree is answered: the reported value is corrected (by the data officer, and the unit checks it), or stays with a reason."), choices=_unanswered,
            when=lambda a: selectors.unanswered(a).exists()),
        Act("audit.close", ("结束核查", "Close"), close, waits=_finished, clock=False),
        Act("audit.carry", ("随岗位交接", "Handed over with the post"), carry, Carried, by_machine=True),
        Act("audit.end", ("核查权限到期，自动结束", "Ended with the access"), end, by_machine=True),
    ),
    columns=(
        Column(("核查", "Check"), lambda a: PURPOSES[a.purpose]), Column(("方案", "Rulebook"), rulebook_words), Column(("期间", "Period"), "period"),
        Column(("总体", "Out of"), _pool_words, True),
    ),
    facts=(
        Column(("再次抽取的理由", "Why there is another sample"), "reason"), Column(("此前在同一范围的抽取", "Earlier samples of the same range"), _before),
    ),
    queryset=lambda: Audit.objects.select_related("made_by", "holder", "run").prefetch_related("rulebook"),
    body="audits/body.html", context=_page, outcome=_outcome, known=known, told=True, counted=True, thread=True, recalled=recalled,
    out=lambda a: {"rulebook": a.rulebook_id, "purpose": a.purpose, "seed": a.seed, "sealed_in": a.sealed_in, "drawn_from": a.drawn_from,
                   "entries": [{"id": e.pk, "report": e.report_id, "unit": selectors.about(e)[0].code, "indicator": selectors.about(e)[1], "period": selectors.about(e)[2],
                                "reported": e.reported, "finding": e.finding, "found_value": e.found_value, "note": e.note, "reply": e.reply, "follows": e.follows} for e in a.entries.all()],
                   "questions": [{"id": q.pk, "text": q.text, "answer": q.answer} for q in a.questions.all()]},
)  # fmt: skip
