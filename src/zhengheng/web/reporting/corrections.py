"""Corrections of values that are in the lake: asked for by whoever supplied them, agreed by the office, checked by the unit."""

from zhengheng.lake.cells import value_fault
from zhengheng.web.acts.declare import Change, Doing, Files, Given, ask, ask_why_right
from zhengheng.web.files.services import own_files
from zhengheng.web.reporting.services import (
    ReportError,
    after,
    confirmed_by,
    counts,
    indicator_of,
)
from zhengheng.web.rulebooks.selectors import book_of, procedure_of


class CorrectionGiven(Given):
    wanted: str = ask("更正为", "Corrected value", max_length=40)
    reason: str = ask("理由", "Reason", form="text")
    confirmation: str = ask_why_right()
    evidence: Files = ask("证明材料", "Evidence", [])


def ask_correction(doing: Doing) -> Change:
    """By whoever supplies it, or by the machine where the office's reply to a finding asks for it: that has a day."""
    given = doing.given
    if fault := value_fault(
        book_of(doing.obj.rulebook), indicator_of(doing.obj), given.wanted, given.confirmation
    ):
        raise ReportError.one("wanted", "number", zh=fault[0], en=fault[1])
    if counts(doing.obj, given.wanted):
        raise ReportError.one(
            "wanted", "correction.same", zh=f"更正为的数值与已入库的数值 {doing.obj.value} 相同，没有可以更正的内容。",
            en=f"the corrected value is the one that counts already, {doing.obj.value}: there is nothing to correct",
        )  # fmt: skip
    kept = [file.pk for file in own_files(given.evidence, doing.by)]
    return Change(
        {
            "wanted": given.wanted,
            "wanted_confirmation": given.confirmation,
            "objection": given.reason,
            "files": [*doing.obj.files, *kept],
            "due_on": None
            if doing.by
            else after(procedure_of(doing.obj.rulebook).within("finding"), doing.day),
        },
        {"wanted": given.wanted, "reason": given.reason, **confirmed_by(given)},
    )


def correct(doing: Doing) -> Change:
    return Change(
        {
            "value": doing.obj.wanted,
            "status": "value",
            "confirmation": doing.obj.wanted_confirmation,
            "wanted": "",
            "wanted_confirmation": "",
            "answer": doing.given.reason,
            "due_on": None,
        },
        {"before": doing.obj.value, "value": doing.obj.wanted},
    )


def correct_supplied(doing: Doing) -> Change:
    """A value about another unit goes back to that unit's check, with its clock: it confirmed the value as it was,
    and no correction goes round it."""
    change = correct(doing)
    until = after(procedure_of(doing.obj.rulebook).within("check"), doing.day)
    return Change(
        {**change.fields, "objection": "", "due_on": until},
        {**change.content, "why": doing.obj.objection, "until": until.isoformat()},
    )


def refuse_correction(doing: Doing) -> Change:
    return Change(
        {"answer": doing.given.reason, "wanted": "", "wanted_confirmation": "", "due_on": None},
        {"reason": doing.given.reason},
    )
