"""What becomes of a finding that does not agree: the office has the value corrected, or says why it stays."""

from datetime import date
from typing import Literal

from zhengheng.domain.numbers import parse_scaled
from zhengheng.lake.cells import value_fault
from zhengheng.web.acts.declare import Change, Doing, Given, Words, ask, ask_why_right
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.audits import selectors
from zhengheng.web.audits.models import FINDINGS, FOLLOWS, Audit, Entry
from zhengheng.web.audits.problems import AuditError
from zhengheng.web.reporting.acts import REPORTS, ReferGiven, measured
from zhengheng.web.reporting.corrections import CorrectionGiven
from zhengheng.web.reporting.models import Report
from zhengheng.web.reporting.services import after, counts, indicator_of
from zhengheng.web.rulebooks.selectors import book_of, procedure_of


class ReplyGiven(Given):
    entry: int = ask("核查结果", "Finding")
    follows: Literal["correct", "keep"] = ask("怎样处理", "What is done about it", names=FOLLOWS)
    value: str = ask("更正为（留空：核实的数值）", "Corrected to (empty: the value found)", "", max_length=40)  # fmt: skip
    confirmation: str = ask_why_right()
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
    value = ""
    if given.follows == "correct":
        value = _correct(doing, entry)
    elif given.value:
        raise AuditError.one("value", "value.none", zh="不更正填报数值的，不填更正后的数值。", en="the value stays: give no corrected one")  # fmt: skip
    elif given.confirmation:
        raise AuditError.one("confirmation", "value.none", zh="不更正填报数值的，不填确认理由；不更正的理由请写在答复中。", en="the value stays, and no corrected one needs a reason: say in the reply why it stays")  # fmt: skip
    entry.reply, entry.replied_by, entry.follows = given.reply, doing.actor, given.follows
    entry.save(update_fields=["reply", "replied_by", "follows"])
    return Change({}, {"entry": entry.pk, "follows": given.follows, "value": value, "reply": given.reply})  # fmt: skip


def _correct(doing: Doing, entry: Entry) -> str:
    """Begin the correction of the report that an entry is about, and give the value. Raises AuditError where there is none, and what its own act finds wrong."""
    given: ReplyGiven = doing.given
    if entry.report is None:
        raise AuditError.one(
            "follows", "entry.source", zh="这一数值来自源系统文件，没有填报记录可以更正。请在源系统更正后重新采集，在此选择“不更正填报的数值”，并写明由谁、在何时更正。",
            en="this value came by a file of its source system, and no report of it can be corrected: have it put right at the source and taken in again; choose here that the reported value stays, and say who puts it right and when",
        )  # fmt: skip
    report: Report = entry.report.same_as or entry.report
    value = given.value or entry.found_value
    if not value:
        raise AuditError.one("value", "value.missing", zh="核查没有得出数值，更正须填写更正后的数值。", en="the check found no value: give the one it is corrected to")  # fmt: skip
    book, indicator = book_of(report.rulebook), indicator_of(report)
    # Who found a value beyond sense has said that it was checked again, and why; the office's own value needs a reason of its own.
    found = "" if given.value else entry.note[:200]
    confirmation = given.confirmation or found
    if fault := value_fault(book, indicator, value, confirmation):
        raise AuditError.one("value", "number", zh=fault[0], en=fault[1])
    if value_fault(book, indicator, value) is None:
        confirmation = ""
    if _under_way(report, value):
        return value
    why = f"{entry.head}{_said(entry, measured(report, entry.found_value), measured(report, value), given.reply)}"[
        :4000
    ]
    if counts(report, value):
        raise AuditError.one(
            "value", "value.same", zh=f"填报的数值现在就是 {value}，没有可以更正的内容；不需要更正的，请选择“不更正填报的数值”并写明理由。",
            en=f"the reported value is {value} already, and there is nothing to correct; where nothing is to change, choose that it stays, and say why",
        )  # fmt: skip
    if report.state == "confirmed":
        # Not in the lake yet: it goes there no more, but to the data officer, who settles it or sends it back.
        sent = ReferGiven(why=why, wanted=value, confirmation=confirmation)
        perform_by_machine(REPORTS, "report.refer", report, given=sent, now=doing.now)
    else:
        asked = CorrectionGiven(wanted=value, reason=why, confirmation=confirmation)
        perform_by_machine(REPORTS, "report.ask_correction", report, given=asked, now=doing.now)
    return value


def _said(entry: Entry, found: Words | None, wanted: Words | None, reply: str) -> str:
    """The reason of a correction: what whoever checks found, and apart from it what the office has it corrected to."""
    checked = [FINDINGS[entry.finding][0], *([f"核实为 {found[0]}"] if found else []), *([entry.note] if entry.note else [])]  # fmt: skip
    return f"{'，'.join(checked)}；绩效办答复：更正为 {wanted[0] if wanted else ''}，{reply}"


def _under_way(report: Report, value: str) -> bool:
    """Whether the very correction is asked for already. Raises AuditError where the value is being worked on otherwise: nothing would follow from the reply."""
    if report.state in {"confirmed", "loaded"}:
        return False
    wanted = measured(report, report.wanted) if report.state in {"correcting", "disputed"} else None
    decimals = indicator_of(report).decimals
    if wanted and report.state == "correcting" and parse_scaled(report.wanted, decimals) == parse_scaled(value, decimals):  # fmt: skip
        return True
    zh, en = REPORTS.state_of(report)
    more = (f"，应为 {wanted[0]}", f", and {wanted[1]} is asked for") if wanted else ("", "")
    raise AuditError.one(
        "follows", "entry.worked_on", zh=f"这一数值现在是“{zh}”{more[0]}，不能同时再作更正。请待其办结后再答复；不另作更正的，请选择“不更正填报的数值”并写明理由。",
        en=f"this value is “{en}” now{more[1]}, and no other correction can be begun: reply when that has come to its end, or choose that the reported value stays, and say why",
    )  # fmt: skip


def reply_by(audit: Audit) -> date | None:
    """By when the office owes its oldest reply; None where none is owed or the day of the finding was not kept."""
    found = [entry.found_on for entry in selectors.unanswered(audit) if entry.found_on]
    return after(procedure_of(audit.rulebook).within("finding"), min(found)) if found else None


def known(audit: Audit) -> tuple[Words, date] | None:
    """The day of the reply with its words, which is the office's: whoever checks has no clock."""
    day = reply_by(audit)
    return (("不符或无依据结果的答复期限", "findings to be replied to by"), day) if day else None
