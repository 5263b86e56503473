"""What becomes of a finding that does not agree: the office has the value corrected, or says why it stays."""

from datetime import date
from typing import Literal

from zhengheng.lake.cells import value_fault
from zhengheng.web.acts.declare import Change, Doing, Given, Words, ask
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.audits import selectors
from zhengheng.web.audits.models import FOLLOWS, Audit, Entry
from zhengheng.web.audits.problems import AuditError
from zhengheng.web.reporting.acts import REPORTS, ReferGiven
from zhengheng.web.reporting.corrections import CorrectionGiven
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import after, indicator_of
from zhengheng.web.rulebooks.selectors import book_of, procedure_of


class ReplyGiven(Given):
    entry: int = ask("核查结果", "Finding")
    follows: Literal["correct", "keep"] = ask("怎样处理", "What is done about it", names=FOLLOWS)
    value: str = ask("更正为（留空：核实的数值）", "Corrected to (empty: the value found)", "", max_length=40)  # fmt: skip
    reply: str = ask("绩效办的答复（处理意见；不更正的写明理由）", "The office's reply: what is done about it, or why nothing is", form="text")  # fmt: skip


def reply(doing: Doing) -> Change:
    """The office answers every finding that does not agree, and what it says is begun with the answer.

    A correction goes the way of every correction: it is asked for with the finding as its reason, the office's data officer
    agrees or refuses with a reason, and the assessed unit checks it before it counts.
    """
    given: ReplyGiven = doing.given
    entry = selectors.unanswered(doing.obj).select_related("report__rulebook", "report__same_as", "audit").filter(pk=given.entry).first()  # fmt: skip
    if entry is None:
        raise AuditError.one("entry", "entry.replied", zh="这一项不需要答复，或者已经答复。", en="this entry needs no reply, or has one")  # fmt: skip
    if given.follows == "correct":
        _correct(doing, entry, given.value or entry.found_value)
    elif given.value:
        raise AuditError.one("value", "value.none", zh="不更正填报数值的，不填更正后的数值。", en="the value stays: give no corrected one")  # fmt: skip
    entry.reply, entry.replied_by, entry.follows = given.reply, doing.actor, given.follows
    entry.save(update_fields=["reply", "replied_by", "follows"])
    return Change({}, {"entry": entry.pk, "follows": given.follows, "value": given.value, "reply": given.reply})  # fmt: skip


def _correct(doing: Doing, entry: Entry, value: str) -> None:
    """Begin the correction of the report that an entry is about. Raises AuditError where there is none, and what its own act finds wrong."""
    if entry.report is None:
        raise AuditError.one(
            "follows", "entry.source", zh="这一数值来自源系统文件，没有填报记录可以更正。请在源系统更正后重新采集，在此选择“不更正填报的数值”，并写明由谁、在何时更正。",
            en="this value came by a file of its source system, and no report of it can be corrected: have it put right at the source and taken in again; choose here that the reported value stays, and say who puts it right and when",
        )  # fmt: skip
    report: Report = entry.report.same_as or entry.report
    if not value:
        raise AuditError.one("value", "value.missing", zh="核查没有得出数值，更正须填写更正后的数值。", en="the check found no value: give the one it is corrected to")  # fmt: skip
    book, indicator = book_of(report.rulebook), indicator_of(report)
    why = f"{entry.head}{entry.note}"[:4000]
    if fault := value_fault(book, indicator, value, entry.note):
        raise AuditError.one("value", "number", zh=fault[0], en=fault[1])
    if report.state == "confirmed":
        # Not in the lake yet: it goes there no more, but to the data officer, who settles it or sends it back.
        perform_by_machine(REPORTS, "report.refer", report, given=ReferGiven(why=why, wanted=value), now=doing.now)  # fmt: skip
    elif report.state == "loaded":
        confirmation = entry.note[:200] if value_fault(book, indicator, value) else ""
        asked = CorrectionGiven(wanted=value, reason=why, confirmation=confirmation)
        perform_by_machine(REPORTS, "report.ask_correction", report, given=asked, now=doing.now)
    # In any other state the value is being worked on already, and whoever does reads the finding on its page.


def reply_by(audit: Audit) -> date | None:
    """By when the office owes its oldest reply; None where none is owed or the day of the finding was not kept."""
    found = [entry.found_on for entry in selectors.unanswered(audit) if entry.found_on]
    return after(procedure_of(audit.rulebook).within("finding"), min(found)) if found else None


def known(audit: Audit) -> tuple[Words, date] | None:
    """The day of the reply with its words: whoever checks has no clock of his own."""
    day = reply_by(audit)
    return (("不符的结果应于何时前答复", "findings to be replied to by"), day) if day else None
