"""A unit's account of its own year: degree of achievement, unmet targets with reasons, measures and plan."""

from datetime import date
from typing import Any

from zhengheng.domain.said import says_something
from zhengheng.scheme.model import Rulebook
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
    rulebook_words,
    signed,
)
from zhengheng.web.acts.public import clean
from zhengheng.web.files.documents import Section, Table
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.pages.tags import language, say
from zhengheng.web.reporting.acts import ReasonGiven
from zhengheng.web.reporting.models import Report, SelfReport
from zhengheng.web.reporting.services import ReportError, foreign
from zhengheng.web.reporting.years import year_faults
from zhengheng.web.rulebooks.selectors import adopted_choices, adopted_version, book_of, of_year
from zhengheng.workflow.machines import SELF_REPORT


class WhyGiven(Given):
    indicator: str = ask("指标", "Indicator", max_length=64)
    text: str = ask("为什么是这个结果, 依据什么", "Why it came out so, and on what that rests", max_length=1000)  # fmt: skip


class StepGiven(Given):
    until: date = ask("完成日期", "Done by", when="ahead")
    action: str = ask("改进措施", "What is done", max_length=400)


class TextGiven(Given):
    achievement: str = ask("目标完成情况", "What was achieved", "", form="text")
    unmet: str = ask("未完成的目标及原因", "Targets not met, and why", "", form="text")
    measures: str = ask("改进措施和计划", "Measures and plan", "", form="text")
    public_text: str = ask(
        "对外公布的说明：结果的原因、依据文件和改进安排，不写个人信息",
        "For everybody to read: reasons, documents they rest on, what is being improved; nothing personal",
        "", form="text", public=True,
    )  # fmt: skip
    reasons: list[WhyGiven] = ask("单项指标的说明 (对外公布)", "Single indicators, for everybody to read", [], public=True)  # fmt: skip
    steps: list[StepGiven] = ask("改进安排 (对外公布)", "What is done next, for everybody to read", [], public=True)  # fmt: skip
    evidence: Files = ask("附件", "Files", [])


class DraftGiven(TextGiven):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("单位", "Unit", max_length=40)


PUBLIC = ("public_text", "reasons", "steps")
"""What everybody reads of it."""


def draft(doing: Doing) -> Made:
    given: DraftGiven = doing.given
    version, unit = adopted_version(given.rulebook), unit_of(given.unit)
    if found := list(year_faults(version, unit)):
        raise ReportError(found)
    if SelfReport.objects.filter(unit=unit, **of_year(version)).exists():
        raise ReportError.one("unit", "self_report.twice", zh="本单位已有自评报告", en="this unit has a self-report already")  # fmt: skip
    made = SelfReport(rulebook=version, unit=unit, **_texts(doing, book_of(version), unit))
    return Made(made, {"unit": unit.code, "rulebook": version.pk})


def _texts(doing: Doing, book: Rulebook, unit: Unit) -> dict[str, Any]:
    given: TextGiven = doing.given
    shown = {one.code for one in book.indicators if one.visibility == "public"}
    for why in given.reasons:
        if why.indicator not in shown:
            raise ReportError.one(
                "reasons", "self_report.indicator", zh=f"没有公开的指标 {why.indicator}", en=f"there is no public indicator {why.indicator}"
            )  # fmt: skip
        if fault := foreign(book, unit.code, why.indicator):
            raise ReportError.one("reasons", "self_report.foreign", zh=fault[0], en=fault[1])
    kept = [file.pk for file in own_files(given.evidence, doing.actor)]
    earlier = doing.obj.files if doing.obj else []
    return {"achievement": given.achievement, "unmet": given.unmet, "measures": given.measures, "public_text": given.public_text,
            "reasons": [why.model_dump() for why in given.reasons], "steps": [step.model_dump(mode="json") for step in given.steps], "files": [*earlier, *kept]}  # fmt: skip


def save(doing: Doing) -> Change:
    return Change(_texts(doing, book_of(doing.obj.rulebook), doing.obj.unit))


def _typed(told: SelfReport) -> dict[str, Any]:
    """What stands in the form; rows as they are pasted."""
    return {
        **{name: getattr(told, name) for name in ("achievement", "unmet", "measures", "public_text")},
        "reasons": "\n".join(f"{one['indicator']}\t{one['text']}" for one in told.reasons),
        "steps": "\n".join(f"{one['until']}\t{one['action']}" for one in told.steps),
    }  # fmt: skip


def file(doing: Doing) -> Change:
    """Complete: all three parts are there."""
    told: SelfReport = doing.obj
    parts = {"achievement": ("目标完成情况", "what was achieved"), "unmet": ("未完成的目标及原因 (没有的请写“无”)", "targets not met (write none if so)"),
             "measures": ("改进措施和计划", "measures and plan")}  # fmt: skip
    for name, (zh, en) in parts.items():
        if not says_something(getattr(told, name)):
            raise ReportError.one(name, "self_report.part", zh=f"自评报告缺少: {zh}", en=f"the self-report lacks: {en}")  # fmt: skip
    clean({name: getattr(told, name) for name in PUBLIC})
    return Change({}, {name: getattr(told, name) for name in (*parts, *PUBLIC)})


def accept(doing: Doing) -> Change:
    """From now on everybody may read its public part."""
    clean({name: getattr(doing.obj, name) for name in PUBLIC})
    return concluded(doing)


def concluded(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason}, {"reason": doing.given.reason})


def _grounds(told: SelfReport, request: Any) -> dict[str, Any]:
    """What the office holds about the unit, beside what it says of itself."""
    names = {indicator.code: indicator for indicator in book_of(told.rulebook).indicators}
    reports = Report.objects.filter(
        unit=told.unit, state__in=("confirmed", "loaded"), **of_year(told.rulebook)
    ).order_by("indicator", "-period")  # fmt: skip
    newest = {report.indicator: report for report in reversed(reports)}
    reasons = [(names[one["indicator"]], one["text"]) for one in told.reasons if one["indicator"] in names]  # fmt: skip
    return {"reasons": reasons, "held": [(names[code], report) for code, report in sorted(newest.items()) if code in names]}  # fmt: skip


def printed(told: SelfReport, _day: date) -> list[Section]:
    """What everybody will read of it, as it is signed."""
    names = {one.code: one.name.say(language()) for one in book_of(told.rulebook).indicators}
    reasons = [
        (f"{one['indicator']} {names.get(one['indicator'], '')}", one["text"])
        for one in told.reasons
    ]
    steps = [(one["until"], one["action"]) for one in told.steps]
    tables = []
    if reasons:
        tables.append(Table((say("指标", "Indicator"), say("说明", "Why")), reasons))
    if steps:
        tables.append(Table((say("完成日期", "Done by"), say("改进措施", "What is done")), steps))
    text = told.public_text or say("没有对外公布的说明。", "Nothing is said to the public.")
    return [
        Section(
            say("对外公布的内容", "What everybody will read"), texts=(text,), tables=tuple(tables)
        )
    ]


SELF_REPORTS = Kind(
    thread=True, machine=SELF_REPORT, path="self-reports", words=("自评报告", "Self-reports"), model=SelfReport,
    title=lambda r: (f"{r.unit.name_zh} {r.rulebook.period} 自评报告", f"{r.unit.name_en or r.unit.name_zh} {r.rulebook.period} self-report"),
    standing=lambda r, account: Standing(units={"own": [r.unit.code]}),
    stands=lambda r, _: ("退回修改", "sent back") if r.state == "draft" and r.answer else None,
    acts=(
        Act("self_report.draft", ("起草自评报告", "Draft the self-report"), draft, DraftGiven,
            ("须写明目标完成程度、未完成目标及原因、改进措施和计划; 单位负责人提交。",
             "States what was achieved, which targets were not met and why, measures and plan; the leader files it."), choices=adopted_choices, living=lambda s: s.unit),
        Act("self_report.file", ("提交", "File"), file, signed()),
        Act("self_report.save", ("修改", "Save"), save, TextGiven, optional=True,
            typed=_typed),
        Act("self_report.accept", ("审核通过", "Accept"), accept, ReasonGiven, answers=True),
        Act("self_report.return", ("退回修改", "Send back"), concluded, ReasonGiven, optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda r: (r.unit.name_zh, r.unit.name_en)),
        Column(("方案", "Rulebook"), rulebook_words),
    ),
    facts=(
        Column(("目标完成情况", "What was achieved"), "achievement"), Column(("未完成的目标及原因", "Targets not met, and why"), "unmet"),
        Column(("改进措施和计划", "Measures and plan"), "measures"),
        Column(("对外公布的说明", "For everybody to read"), "public_text"), Column(("审核意见", "The office's answer"), "answer"),
    ),
    queryset=lambda: SelfReport.objects.select_related("unit").prefetch_related("rulebook"),
    body="reporting/self_report.html", context=_grounds, printed=printed,
    out=lambda r: {"unit": r.unit.code, "rulebook": r.rulebook_id, "achievement": r.achievement, "unmet": r.unmet, "measures": r.measures, "public_text": r.public_text,
                   "reasons": r.reasons, "steps": r.steps},
)  # fmt: skip
