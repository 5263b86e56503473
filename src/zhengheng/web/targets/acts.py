"""What is done to targets and to changes of them."""

from collections.abc import Iterator, Mapping
from datetime import date
from functools import partial
from typing import Any

from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.problems import Problem, ZhenghengError, gathered, tell
from zhengheng.domain.several import several
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
    Matter,
    Standing,
    Words,
    ask,
    ask_why_right,
    rulebook_words,
    signed,
)
from zhengheng.web.decisions.matters import confirmations, decided_lines
from zhengheng.web.decisions.services import carrying, check_values
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.documents import Section, Table
from zhengheng.web.files.services import own_files
from zhengheng.web.jobs import services as jobs
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.pages.tags import language, say, show
from zhengheng.web.reporting.years import year_faults
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import (
    adopted_choices,
    adopted_version,
    book_of,
    indicator_words,
    of_year,
    value_words,
)
from zhengheng.web.targets.drafts import heard, unheard
from zhengheng.web.targets.models import TargetLine, TargetSheet
from zhengheng.web.targets.selectors import is_over
from zhengheng.web.targets.services import TargetError, check_lines, checked
from zhengheng.workflow.machines import CHANGE, TARGET
from zhengheng.workflow.permissions import may


class LineGiven(Given):
    indicator: str = ask("指标", "Indicator", max_length=64)
    value: str = ask("目标值", "Target", max_length=40)
    baseline: str = ask("基期值", "Baseline", "", max_length=40)
    confirmation: str = ask_why_right()


class ProposeGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("单位", "Unit", max_length=40)
    lines: list[LineGiven] = ask("目标", "Targets", min_length=1)
    due_on: date | None = ask("请单位在此日之前答复", "The unit answers by", None, when="ahead")


def propose(doing: Doing) -> Made:
    given: ProposeGiven = doing.given
    wrong: list[ZhenghengError] = []
    version = unit = None
    lines: dict[str, Any] = {}
    with gathered(wrong):
        version = adopted_version(given.rulebook)
    with gathered(wrong):
        unit = unit_of(given.unit)
    if version is not None and unit is not None and (found := list(_unfit(version, unit))):
        wrong.append(TargetError(found))
    if version is not None:
        with gathered(wrong):
            lines = checked(book_of(version), given.lines, unit.code if unit else "")
    tell(wrong)
    sheet = TargetSheet(rulebook=version, unit=unit, due_on=given.due_on)
    children = tuple(partial(_line_of, line=line) for line in lines.values())
    return Made(sheet, _content(lines), children)


def _unfit(version: RulebookVersion, unit: Unit) -> Iterator[Problem]:
    """Why a unit gets no sheet of this year."""
    yield from year_faults(version, unit)
    # Targets are agreed for a rulebook's year: a newer version within it goes on with the sheet that there is.
    held = TargetSheet.objects.filter(unit=unit, **of_year(version)).order_by("pk").first()
    if held is None:
        return
    if held.state == "agreed":
        yield Problem("unit", "target.known", f"该单位 {version.period} 年的目标已于 {held.agreed_on} 签订（第 {held.pk} 号目标表），在本年度各方案版本下都有效；需要改变的，请对原目标办理“申请调整目标”，不另立目标表。",
                      f"this unit's targets of {version.period} were agreed on {held.agreed_on} (sheet {held.pk}) and bind under every version of the year's rulebook; to change one, ask for a change of it there")  # fmt: skip
    else:
        yield Problem("unit", "target.known", f"该单位已有 {version.period} 年的目标表（第 {held.pk} 号，尚未签订），请在原目标表中办理。",
                      f"this unit has a sheet of {version.period} already (sheet {held.pk}, not agreed yet): go on there")  # fmt: skip


def _line_of(sheet: TargetSheet, line: LineGiven) -> TargetLine:
    return TargetLine(
        sheet=sheet,
        indicator=line.indicator,
        proposed=line.value,
        baseline=line.baseline,
        confirmation=line.confirmation,
    )


def _content(lines: dict[str, Any]) -> dict[str, Any]:
    said = {code: line.confirmation for code, line in lines.items() if line.confirmation}
    confirmed = {"confirmed": said} if said else {}
    return {"lines": {code: line.value for code, line in lines.items()}, **confirmed}


class CounterGiven(Given):
    lines: list[LineGiven] = ask(
        "单位意见 (只写有不同意见的指标)", "The unit's values (only where it differs)", min_length=1
    )
    opinion: str = ask("理由", "Reason", form="text")
    consultation: Files = ask("民主协商记录", "Minutes of the staff consultation", [])


def counter(doing: Doing) -> Change:
    sheet: TargetSheet = doing.obj
    wrong, lines = list[ZhenghengError](), dict[str, Any]()
    consulted: dict[str, Any] = {}
    with gathered(wrong):
        lines = _own_lines(sheet, doing.given.lines)
        _differs(sheet, lines)
    with gathered(wrong):
        consulted = _consulted(doing)
    tell(wrong)
    for code, line in lines.items():
        sheet.lines.filter(indicator=code).update(countered=line.value)
    return Change(
        {"opinion": doing.given.opinion, **consulted},
        {"opinion": doing.given.opinion, **_content(lines)},
    )


def _own_lines(sheet: TargetSheet, given: list[LineGiven]) -> dict[str, Any]:
    """The lines, of which the sheet has every one. Raises TargetError."""
    book, wrong, lines = book_of(sheet.rulebook), list[ZhenghengError](), dict[str, Any]()
    with gathered(wrong):
        lines = checked(book, given)
    known = set(sheet.lines.values_list("indicator", flat=True))
    named = {line.indicator for line in given} & {one.code for one in book.indicators}
    if strangers := sorted(named - known):
        wrong.append(TargetError.one(
            "lines", "target.stranger", zh=f"目标表中没有 {'、'.join(strangers)}",
            en=f"the sheet has no {', '.join(strangers)}",
        ))  # fmt: skip
    tell(wrong)
    return lines


def _differs(sheet: TargetSheet, lines: dict[str, Any]) -> None:
    """Raise TargetError where the unit answers a proposal with the very same target."""
    book = book_of(sheet.rulebook)
    proposed = dict(sheet.lines.values_list("indicator", "proposed"))
    same = [
        code for code, line in lines.items()
        if parse_scaled(line.value, book.indicator(code).decimals) == parse_scaled(proposed[code], book.indicator(code).decimals)
    ]  # fmt: skip
    if same:
        told = [indicator_words(sheet.rulebook, code) for code in same]
        raise TargetError.one(
            "lines", "target.same", zh=f"这些指标的单位意见与绩效办提出的目标相同：{'、'.join(one[0] for one in told)}。请只填写有不同意见的指标；没有不同意见的，请签订。",
            en=f"for these indicators the unit's value is the one proposed: {', '.join(one[1] for one in told)}; give only what differs, or agree",
        )  # fmt: skip


def _consulted(doing: Doing) -> dict[str, Any]:
    kept = [file.pk for file in own_files(doing.given.consultation, doing.actor)]
    if not kept:
        return {}
    return {
        "consultation": [*doing.obj.consultation, *kept], "files": [*doing.obj.files, *kept],
    }  # fmt: skip


class AnswerGiven(Given):
    lines: list[LineGiven] = ask(
        "调整后的目标 (只写改动的)", "Amended targets (only what changes)", []
    )
    reply: str = ask("对单位意见的答复", "Reply to the unit", form="text")
    due_on: date | None = ask("请单位在此日之前答复", "The unit answers by", None, when="ahead")


def answer(doing: Doing) -> Change:
    """The next round: amended or kept, with reasons, and its own day to answer by, if any."""
    lines = _own_lines(doing.obj, doing.given.lines) if doing.given.lines else {}
    for code, line in lines.items():
        doing.obj.lines.filter(indicator=code).update(
            proposed=line.value, confirmation=line.confirmation
        )
    doing.obj.lines.update(countered="")
    return Change(
        {"reply": doing.given.reply, "round": doing.obj.round + 1, "due_on": doing.given.due_on},
        {"reply": doing.given.reply, "round": doing.obj.round + 1, **_content(lines)},
    )


class AgreeGiven(Given):
    consultation: Files = ask(
        "民主协商记录 (尚未提交的)", "Minutes of the staff consultation (if not handed in)", []
    )


def agree(doing: Doing) -> Change:
    """Signed by the leader; the staff was heard, its minutes are on file, and the public had its days."""
    consulted = _consulted(doing)
    if not doing.obj.consultation and not consulted:
        raise TargetError.one(
            "consultation", "target.consultation", zh="签订前须提交本单位民主协商记录",
            en="before signing, the minutes of the unit's staff consultation are handed in",
        )  # fmt: skip
    return _signed(doing, doing.obj.lines.all(), consulted)


def _signed(doing: Doing, lines: Any, more: dict[str, Any]) -> Change:
    heard(doing)
    check_lines(book_of(doing.obj.rulebook), lines)
    for line in lines:
        line.original = line.current = line.settled
        line.save(update_fields=["original", "current"])
    load_sheet(doing, doing.obj)
    content = {"lines": {line.indicator: line.current for line in lines}}
    return Change({"agreed_on": doing.day, "due_on": None, **more}, content)


def load_sheet(doing: Doing, sheet: TargetSheet) -> None:
    jobs.ask(
        kind="load_targets", arguments={"sheet": sheet.pk}, subject=f"target:{sheet.pk}",
        actor=doing.actor, now=doing.now,
    )  # fmt: skip


def is_late(sheet: TargetSheet, day: date) -> bool:
    """Whether the unit's day to answer is over and it did neither: from then on the office has to go on."""
    return sheet.state == "proposed" and sheet.due_on is not None and day > sheet.due_on


class EscalateGiven(Given):
    reason: str = ask("未达成一致的情况", "What could not be agreed", form="text")


def escalate(doing: Doing) -> Change:
    return Change({"reply": doing.given.reason, "due_on": None}, {"reason": doing.given.reason})


class DecideGiven(Given):
    decision: int = ask("委员会决定", "Decision of the commission")
    lines: list[LineGiven] = ask(
        "决定的目标（决定中已写明的自动采用；只在需要填写确认理由时填）",
        "Decided targets (those that the decision states are taken as they are; only where one must be confirmed)",
        [],
    )


def decide(doing: Doing) -> Change:
    decision = carrying(doing.given.decision, f"target:{doing.obj.pk}")
    given = _own_lines(doing.obj, doing.given.lines) if doing.given.lines else {}
    check_values(decision, {code: line.value for code, line in given.items()})
    stated = [
        LineGiven(indicator=code, value=value, confirmation=confirmations(decision).get(code, ""))
        for code, value in decided_lines(decision).items() if code not in given
    ]  # fmt: skip
    lines = given | {line.indicator: line for line in stated}
    for code, line in lines.items():
        doing.obj.lines.filter(indicator=code).update(
            decided=line.value, confirmation=line.confirmation
        )
    return _signed(doing, doing.obj.lines.all(), {"decision": decision})


def _unheard(sheet: TargetSheet, day: date) -> Words | None:
    return unheard(sheet.rulebook, day)


def _at_unit(sheet: TargetSheet, account: Account) -> Standing:
    return Standing(units={"own": [sheet.unit.code]})


def printed(sheet: TargetSheet, _day: date) -> list[Section]:
    """Every line of the sheet, as it is signed."""
    rows = [
        (f"{line.indicator} {held['indicator'].name.say(language())}", show(line.baseline), show(line.proposed),
         show(held["indicator"].measure_unit))
        for held in _lines(sheet) for line in (held["line"],)
    ]  # fmt: skip
    head = say("指标", "Indicator"), say("基期", "Baseline"), say("目标", "Target"), say("计量单位", "Unit of measure")  # fmt: skip
    return [Section(say("目标", "Targets"), tables=(Table(head, rows),))]


def _due(sheet: TargetSheet, day: date) -> date | None:
    """The unit's day to answer is over with what it answered: the office is not late by it."""
    return None if sheet.state == "countered" else sheet.due_on


def _known(sheet: TargetSheet) -> tuple[Words, date] | None:
    """The unit's day to answer, for whoever goes on after it."""
    return (("请单位答复的期限", "the unit was to answer by"), sheet.due_on) if sheet.state == "proposed" and sheet.due_on else None  # fmt: skip


def _outcome(sheet: TargetSheet) -> tuple[str, str]:
    """How many targets, in which round, agreed on which day."""
    size = sheet.lines.count()
    zh, en = (
        f"{size} 项目标，第 {sheet.round} 轮",
        f"{size} target{'' if size == 1 else 's'}, round {sheet.round}",
    )
    return (
        (f"{zh}，{sheet.agreed_on} 签订", f"{en}, agreed on {sheet.agreed_on}")
        if sheet.agreed_on
        else (zh, en)
    )


def _matter(sheet: TargetSheet) -> Matter:
    """The target of every line, as it was brought before the commission."""
    lines = {line.indicator: line.proposed for line in sheet.lines.all()}
    told = [value_words(sheet.rulebook, code, value) for code, value in lines.items()]
    said = "，".join(zh for zh, _ in told), ", ".join(en for _, en in told)
    year = sheet.rulebook.period
    return Matter(
        {"rulebook": sheet.rulebook_id, "unit": sheet.unit.code, "lines": lines},
        (f"{sheet.unit.name_zh} {year} 年目标（第 {sheet.round} 轮）：{said[0]}", f"targets of {sheet.unit.name_en or sheet.unit.name_zh} for {year} (round {sheet.round}): {said[1]}"),
    )  # fmt: skip


def _decides(sheet: TargetSheet, values: Mapping[str, tuple[str, str]]) -> None:
    """Values that the commission decides are lines of the sheet, and can be signed as they are."""
    lines = {line.indicator: line for line in sheet.lines.all()}
    if strangers := [code for code in values if code not in lines]:
        raise TargetError(Problem("lines", "target.stranger", f"目标表中没有指标 {code}。", f"the sheet has no {code}") for code in strangers)  # fmt: skip
    for code, (value, confirmation) in values.items():
        lines[code].decided, lines[code].confirmation = value, confirmation
    check_lines(book_of(sheet.rulebook), (lines[code] for code in values))


def _stated(sheet: TargetSheet) -> list[tuple[str, Words]]:
    """The lines of the sheet, each with the target that stands now."""
    book, found = book_of(sheet.rulebook), []
    for line in sheet.lines.all():
        one = book.indicator(line.indicator)
        zh, en = one.measured(line.proposed)
        found.append(
            (one.code, (f"{one.name.zh}（现为 {zh}）", f"{one.name.say('en')} (now {en})"))
        )
    return found


TARGETS = Kind(
    machine=TARGET, path="targets", words=("年度目标", "Targets"), model=TargetSheet,
    title=lambda s: (f"{s.unit.name_zh} {s.rulebook.period} 年度目标", f"{s.unit.name_en or s.unit.name_zh} {s.rulebook.period} targets"),
    standing=_at_unit, year=lambda s: s.rulebook, matter=_matter, decides=_decides, stated=_stated,
    acts=(
        Act("target.propose", ("提出目标", "Propose targets"), propose, ProposeGiven, choices=adopted_choices, living=lambda s: s.unit),
        Act("target.agree", ("签订", "Sign"), agree, signed(AgreeGiven),
            ("签订后目标即生效; 以后只能通过调整申请改变, 原目标永久保留。",
             "Signed targets change only by a docket; what was agreed first stays visible for ever."), not_yet=_unheard),
        Act("target.counter", ("提出不同意见", "Counter"), counter, CounterGiven, optional=True),
        Act("target.answer", ("答复并进入下一轮", "Answer, next round"), answer, AnswerGiven),
        Act("target.escalate", ("提请委员会", "Bring before the commission"), escalate, EscalateGiven, optional=True, waits=is_late, clock=False),
        Act("target.decide", ("按决定签订", "Settle by decision"), decide, DecideGiven,
            choices=lambda obj, account, day: {"decision": decisions(f"target:{obj.pk}")}, answers=True, not_yet=_unheard),
    ),
    columns=(
        Column(("单位", "Unit"), lambda s: (s.unit.name_zh, s.unit.name_en)),
        Column(("方案", "Rulebook"), rulebook_words),
        Column(("轮次", "Round"), "round", True),
    ),
    facts=(
        Column(("单位意见", "The unit's opinion"), "opinion"), Column(("绩效办答复", "The office's reply"), "reply"),
        Column(("民主协商记录", "Staff consultation"), lambda s: (f"{len(s.consultation)} 份", several(len(s.consultation), "file", "files"))),
        Column(("签订日期", "Signed on"), "agreed_on"),
    ),
    queryset=lambda: TargetSheet.objects.select_related("unit").prefetch_related("rulebook"),
    links=(
        ("/office/targets/cascade/", ("目标分解", "Cascade"), "target.cascade"),
        ("/office/targets/import/", ("用 Excel 批量提出", "Propose by a workbook"), "target.propose"),
    ),
    thread=True, outcome=_outcome, due=_due, known=_known,
    body="targets/body.html", printed=printed,
    context=lambda sheet, request: {
        "lines": _lines(sheet), "held": {name: any(getattr(line, name) for line in sheet.lines.all()) for name in ("baseline", "countered", "decided", "original")},
        "asks": not is_over(sheet, request.now.date()) and may(grants(request.user, request.now.date()), "change.ask", units={"own": [sheet.unit.code]}),
    },
    out=lambda s: {"unit": s.unit.code, "rulebook": s.rulebook_id, "round": s.round,
                   "lines": [{"id": n.pk, "indicator": n.indicator, "proposed": n.proposed, "countered": n.countered, "decided": n.decided,
                              "original": n.original, "current": n.current} for n in s.lines.all()]},
)  # fmt: skip


def _lines(sheet: TargetSheet) -> list[dict[str, Any]]:
    names = {i.code: i for i in book_of(sheet.rulebook).indicators}
    return [
        {"line": line, "indicator": names[line.indicator],
         "changes": [(change, CHANGE.names[change.state]) for change in line.changes.all()]}
        for line in sheet.lines.prefetch_related("changes")
    ]  # fmt: skip
