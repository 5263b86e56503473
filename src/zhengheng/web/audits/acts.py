"""What is done to a sample: drawn with a recorded seed, checked entry by entry, asked about, closed."""

import secrets
from datetime import date
from functools import partial
from typing import Any, Literal

from zhengheng.domain.lots import draw as draw_lots
from zhengheng.domain.problems import ZhenghengError
from zhengheng.lake.cells import number_fault
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
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
from zhengheng.web.audits.models import Audit, AuditQuestion, Entry
from zhengheng.web.files.services import own_files
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.selectors import adopted_choices, adopted_version, book_of
from zhengheng.workflow.machines import AUDIT
from zhengheng.workflow.roles import Role

PURPOSES = {"site": ("实地核查", "site check"), "external": ("外部审计", "external audit")}
FINDINGS = {
    "agrees": ("相符", "agrees"), "differs": ("不符", "differs"), "absent": ("无法提供依据", "no evidence"),
}  # fmt: skip


class AuditError(ZhenghengError):
    """A sample cannot be drawn or checked as asked for."""


class DrawGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    period: str = ask("数据期间 (空: 全部)", "Period of the values (empty: all)", "", max_length=16)
    size: int = ask("抽取数量", "How many", 10, ge=1, le=1000)


def draw(doing: Doing) -> Made:
    """By lot among all confirmed values; seed and the numbers drawn from are kept, so that the draw can be repeated."""
    given: DrawGiven = doing.given
    version = adopted_version(given.rulebook)
    held = Report.objects.filter(
        rulebook__code=version.code, state__in=("confirmed", "loaded"), **({"period": given.period} if given.period else {})
    )  # fmt: skip
    pool = {str(report.pk): report for report in held.order_by("pk")}
    if not pool:
        raise AuditError.one("period", "audit.empty", zh="这一期还没有已确认的数据", en="no value of this period is confirmed yet")  # fmt: skip
    seed = secrets.token_hex(16)
    drawn = [pool[number] for number in draw_lots(pool, seed, given.size)]
    auditor = any(g.role is Role.EXTERNAL_AUDITOR for g in grants(doing.actor, doing.day))
    made = Audit(
        rulebook=version, purpose="external" if auditor else "site", period=given.period, seed=seed,
        drawn_from=[report.pk for report in pool.values()],
    )  # fmt: skip
    children = tuple(partial(_entry, report=report) for report in sorted(drawn, key=lambda r: r.pk))
    return Made(made, {"seed": seed, "drawn_from": made.drawn_from, "drawn": sorted(r.pk for r in drawn)}, children)  # fmt: skip


def _entry(audit: Audit, report: Report) -> Entry:
    return Entry(audit=audit, report=report, reported=report.value)


class FindGiven(Given):
    entry: int = ask("抽中的数据", "Drawn value")
    finding: Literal["agrees", "differs", "absent"] = ask("核查结果", "Finding", names=FINDINGS)
    found_value: str = ask("核实的数值 (不符时填)", "Value found (where it differs)", "", max_length=40)  # fmt: skip
    note: str = ask("说明", "Note", "", form="text")
    evidence: Files = ask("核查记录", "Records", [])


def find(doing: Doing) -> Change:
    given: FindGiven = doing.given
    entry = doing.obj.entries.select_related("report").filter(pk=given.entry).first()
    if entry is None:
        raise AuditError.one("entry", "entry.absent", zh="样本中没有这一项", en="the sample has no such entry")  # fmt: skip
    if given.finding != "agrees" and not given.note:
        raise AuditError.one("note", "note.missing", zh="不符或无依据时须说明", en="say what differs")  # fmt: skip
    if given.finding == "differs":
        decimals = book_of(doing.obj.rulebook).indicator(entry.report.indicator).decimals
        if fault := number_fault(given.found_value, decimals):
            raise AuditError.one("found_value", "number", zh=fault[0], en=fault[1])
    entry.finding, entry.found_value, entry.note = given.finding, given.found_value, given.note
    entry.save(update_fields=["finding", "found_value", "note"])
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    return Change(
        {"files": [*doing.obj.files, *kept]},
        {"report": entry.report_id, "finding": given.finding, "value": given.found_value, "note": given.note},
    )  # fmt: skip


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


def close(doing: Doing) -> Change:
    """Every entry has its finding, every question its answer."""
    left, open_ = doing.obj.entries.filter(finding="").count(), doing.obj.questions.filter(answer="").count()  # fmt: skip
    if left or open_:
        raise AuditError.one(
            "entries", "audit.open", zh=f"还有 {left} 项没有核查结果, {open_} 个问题没有答复",
            en=f"{left} entries have no finding yet, {open_} questions no answer",
        )  # fmt: skip
    found = {name: doing.obj.entries.filter(finding=name).count() for name in FINDINGS}
    return Change({}, found)


def _standing(audit: Audit, account: Account) -> Standing:
    return Standing(("maker",) if audit.made_by_id == account.pk or audit.pk is None else ())


def _entries(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"entry": [
        (str(e.pk), f"{e.report.unit.name_zh} {e.report.indicator} {e.report.period}: {e.reported}")
        for e in obj.entries.select_related("report__unit") if not e.finding
    ]}  # fmt: skip


def _questions(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    return {"question": [(str(q.pk), q.text[:60]) for q in obj.questions.filter(answer="")]}


def _page(audit: Audit, request: Any) -> dict[str, Any]:
    names = {one.code: one for one in book_of(audit.rulebook).indicators}
    entries = audit.entries.select_related("report__unit")
    return {
        "found": sum(bool(e.finding) for e in entries),
        "entries": [(e, names[e.report.indicator], FINDINGS.get(e.finding)) for e in entries],
        "questions": audit.questions.select_related("answered_by"),
    }  # fmt: skip


AUDITS = Kind(
    machine=AUDIT, path="audits", words=("抽样核查", "Sample checks"), model=Audit,
    title=lambda a: (f"{PURPOSES[a.purpose][0]} {a.pk} {a.rulebook.title_zh} {a.period}".strip(),
                     f"{PURPOSES[a.purpose][1]} {a.pk} {a.rulebook.title_en or a.rulebook.title_zh} {a.period}".strip()),
    standing=_standing,
    acts=(
        Act("audit.draw", ("抽取样本", "Draw a sample"), draw, DrawGiven,
            ("从已确认的数据中随机抽取; 种子和总体清单记入存证日志, 任何人可重现抽取。",
             "Drawn by lot among confirmed values; seed and list enter the ledger, so that anybody can repeat the draw."), choices=adopted_choices),
        Act("audit.find", ("登记核查结果", "Record a finding"), find, FindGiven, choices=_entries, when=lambda a: a.entries.filter(finding="").exists()),
        Act("audit.ask", ("提问", "Ask a question"), ask_question, AskGiven, optional=True),
        Act("audit.answer", ("答复提问", "Answer a question"), answer, AnswerGiven, choices=_questions,
            when=lambda a: a.questions.filter(answer="").exists()),
        Act("audit.close", ("结束核查", "Close"), close, optional=True),
    ),
    columns=(
        Column(("核查", "Check"), lambda a: PURPOSES[a.purpose]), Column(("方案", "Rulebook"), lambda a: (a.rulebook.title_zh, a.rulebook.title_en)),
        Column(("总体", "Out of"), lambda a: str(len(a.drawn_from)), True),
    ),
    facts=(Column(("抽签种子", "Seed of the draw"), "seed"),),
    queryset=lambda: Audit.objects.select_related("rulebook", "made_by"),
    body="audits/body.html", context=_page,
    out=lambda a: {"rulebook": a.rulebook_id, "purpose": a.purpose, "seed": a.seed, "drawn_from": a.drawn_from,
                   "entries": [{"id": e.pk, "report": e.report_id, "reported": e.reported, "finding": e.finding, "found_value": e.found_value} for e in a.entries.all()],
                   "questions": [{"id": q.pk, "text": q.text, "answer": q.answer} for q in a.questions.all()]},
)  # fmt: skip
