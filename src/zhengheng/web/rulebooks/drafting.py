"""How a draft comes to be: uploaded, rolled over from last year, or begun from the rulebook in force 调整方案."""

from datetime import date
from typing import Any, Literal

from pydantic import ConfigDict

from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Problem, ZhenghengError, gathered, tell
from zhengheng.scheme.later import ended, rolled_over
from zhengheng.scheme.midyear import Turn, turned
from zhengheng.scheme.midyear import opened as as_shown
from zhengheng.scheme.model import Rulebook
from zhengheng.web.acts.declare import Change, Doing, Given, Made, ask, kind_named
from zhengheng.web.acts.services import make
from zhengheng.web.files.services import own_files, take_in
from zhengheng.web.intake.services import opened
from zhengheng.web.organisation import selectors as organisation
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks import selectors, services
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.workflow.machines import CLOSED

CHANGE_KINDS = {
    "prospective": ("未来适用", "prospective"), "split": ("分段计算", "split"), "restated": ("追溯调整", "restated"),
}  # fmt: skip


class RulebookStateError(ZhenghengError):
    """A rulebook cannot go on as asked for."""


def period_code(text: str) -> str:
    """The period as it is stored. Raises RulebookStateError at `period`."""
    try:
        return parse_period(text).code
    except ValueError as error:
        raise RulebookStateError.one(
            "period",
            "period.unknown",
            zh=f"“{text}”不是期间，请写成 2027 这样的年度，或者 2027-Q1 这样的一期。",
            en=f"{text!r} is no period; write a year such as 2027, or a part of one such as 2027-Q1",
        ) from error


class DraftGiven(Given):
    file: int = ask(
        "考核方案 (Excel, 或装有 YAML 的 ZIP)",
        "Rulebook (Excel, or a ZIP of YAML files)",
        form="file",
    )
    period: str = ask("考核期间 (如 2026)", "Assessed period (such as 2026)", max_length=16)
    version: str = ask(
        "版本号（不填则用文件中的）", "Version (empty: the file's)", "", max_length=40
    )
    change_kind: Literal["", "prospective", "split", "restated"] = ask(
        "年中调整方式",
        "Kind of a mid-year change",
        "",
        names=CHANGE_KINDS,
    )
    changes_from: date | None = ask("调整自哪一天起", "The change holds from", None, when="any")
    reason: str = ask(
        "调整理由 (公开)", "Reason for the change (public)", "", form="text", public=True
    )
    basis: str = ask("调整依据（文件、条款）", "What the change rests on (document, article)", "", max_length=200)  # fmt: skip
    emergency: bool = ask("冻结日之后的紧急调整", "Emergency change after the freeze date", False)


class RolledGiven(DraftGiven):
    """The same as another act of the office gives it: with the version that was rolled over."""

    model_config = ConfigDict(arbitrary_types_allowed=True)
    rolled_from: RulebookVersion


def uploaded(doing: Doing) -> Any:
    """The rulebook in the uploaded file, and what the check warns of; only one's own upload is read."""
    own_files([doing.given.file], doing.by)
    return services.read_upload(doing.given.file)


def draft(doing: Doing) -> Made:
    given: DraftGiven = doing.given
    rolled_from = given.rolled_from if isinstance(given, RolledGiven) else None
    book, findings = doing.prepared
    made = RulebookVersion(
        **services.fields_of(book, findings, period_code(given.period)), change_kind=given.change_kind,
        changes_from=given.changes_from, reason=given.reason, basis=given.basis, emergency=given.emergency,
    )  # fmt: skip
    made.version = given.version or made.version
    made.base = selectors.in_force(made.code, made.period)
    made.rolled_from = rolled_from
    wrong: list[ZhenghengError] = []
    with gathered(wrong):
        _check_change(made, doing.day)
    with gathered(wrong):
        _check_version(made)
    tell(wrong)
    file = _dated(doing, made, book, given.file)
    made.files = list(dict.fromkeys([given.file, file]))
    return Made(made, {"fingerprint": made.fingerprint, "wording": made.wording})


def _dated(doing: Doing, made: RulebookVersion, book: Rulebook, file: int) -> int:
    """The rulebook under the version's own number, what it alters in a running year as changes from their day on."""
    _check_version(made)
    turn = turn_of(made)
    whole = book.model_copy(update={"version": made.version})
    if turn is not None:
        whole = turned(turn[0], whole, turn[1])
    if whole == book:
        return file
    kept = take_in(name=f"{book.code}.zip", content=services.packed(whole), actor=doing.actor, now=doing.now)  # fmt: skip
    checked, findings = services.read_draft(kept.pk, own=True)
    for name, value in services.fields_of(checked, findings, made.period).items():
        setattr(made, name, value)
    return int(kept.pk)


def _check_version(made: RulebookVersion) -> None:
    held = RulebookVersion.objects.filter(code=made.code, version=made.version)
    if held.exclude(pk=made.pk).exists():
        raise RulebookStateError.one(
            "version", "rulebook.version", zh=f"“{made.title_zh}”已有版本 {made.version}，请在“版本号”中填写另一个。",
            en=f"{made.title_en or made.title_zh} has a version {made.version} already; give another in the field for it",
        )  # fmt: skip


def turn_of(version: RulebookVersion) -> tuple[Rulebook, Turn] | None:
    """The rulebook that a draft changes within its year, and how; None where the draft begins a year or dates its changes itself."""
    old = selectors.in_force(version.code, version.period)
    if old is None or not version.change_kind or version.changes_from is None:
        return None
    kind: Any = version.change_kind
    turn = Turn(kind, version.changes_from, version.reason, version.basis or version.reason)
    return selectors.book_of(old), turn


def shown(version: RulebookVersion) -> Rulebook:
    """The rulebook as forms show it: of a change within the year what holds from its day on."""
    book, turn = selectors.book_of(version), turn_of(version)
    return as_shown(book, turn[1].day) if turn else book


def written(version: RulebookVersion, book: Rulebook) -> Rulebook:
    """What forms made of it, kept as the rulebook that it is: changes within the year from their day on."""
    turn = turn_of(version)
    return turned(turn[0], book, turn[1]) if turn else book


def _check_change(made: RulebookVersion, day: date) -> None:
    """A change in the running year is one of three lawful kinds, with a reason; after the freeze an emergency."""
    old = selectors.in_force(made.code, made.period)
    if old is None:
        return
    found = []
    if not made.change_kind:
        found.append(
            Problem("change_kind", "change.kind", "本期已有生效版本: 年中调整须选择未来适用、分段计算或追溯调整",
                    "a version is in force for this period: a mid-year change is prospective, split or restated")
        )  # fmt: skip
    if not made.reason:
        found.append(
            Problem(
                "reason",
                "change.reason",
                "年中调整必须公开理由",
                "a mid-year change needs a public reason",
            )
        )
    whole = parse_period(made.period)
    if made.changes_from and not whole.start < made.changes_from <= whole.end:
        found.append(
            Problem("changes_from", "change.day", f"调整日应在考核期间之内，即 {whole.start} 之后、{whole.end} 或以前。",
                    f"the day of the change lies within the assessed period, after {whole.start} and not after {whole.end}")
        )  # fmt: skip
    if ResultRun.objects.filter(rulebook=made.code, period=made.period, state__in=CLOSED).exists():  # fmt: skip
        found.append(
            Problem("period", "change.final", "这一期的结果已经终定，不能再调整方案。",
                    "the result of this period is final: its rules are changed no more")
        )  # fmt: skip
    if selectors.frozen(old, day) and not made.emergency:
        found.append(
            Problem("emergency", "change.frozen", "已过冻结日, 只能走紧急程序",
                    "the freeze date is past: only the emergency route is open")
        )  # fmt: skip
    if found:
        raise RulebookStateError(found)


class ReplaceGiven(Given):
    file: int = ask("修改后的方案", "The amended rulebook", form="file")
    version: str = ask("版本号（不填则不变）", "Version (empty: as it is)", "", max_length=40)


def replace(doing: Doing) -> Change:
    book, findings = doing.prepared
    version: RulebookVersion = doing.obj
    if book.code != version.code:
        raise RulebookStateError.one(
            "file", "rulebook.code", zh=f"上传的是另一方案“{book.title.zh}”。", en=f"this is another rulebook, {book.title.say('en')}"
        )  # fmt: skip
    made = RulebookVersion(
        pk=version.pk, change_kind=version.change_kind, changes_from=version.changes_from, reason=version.reason,
        basis=version.basis, **services.fields_of(book, findings, version.period),
    )  # fmt: skip
    made.version = doing.given.version or version.version
    file = _dated(doing, made, book, doing.given.file)
    names = services.fields_of(book, findings, version.period)
    files = dict.fromkeys([*version.files, doing.given.file, file])
    fields = {name: getattr(made, name) for name in names} | {"files": list(files)}
    return Change(fields, {"fingerprint": made.fingerprint, "wording": made.wording})


class ChangeGiven(Given):
    change_kind: Literal["prospective", "split", "restated"] = ask("调整方式", "Kind of the change", names=CHANGE_KINDS)  # fmt: skip
    changes_from: date = ask("自哪一天起", "It holds from", when="any")
    version: str = ask("新版本号", "New version", max_length=40)
    reason: str = ask("调整理由（公开）", "Reason (public)", form="text", public=True)
    basis: str = ask(
        "调整依据（文件、条款）", "What it rests on (document, article)", max_length=200
    )
    emergency: bool = ask("冻结日之后的紧急调整", "Emergency change after the freeze date", False)


def change(doing: Doing) -> Change:
    """A draft of the rulebook in force; what is altered in it holds from the day on, in the kind that was chosen."""
    given: ChangeGiven = doing.given
    return _begun(
        doing, selectors.book_of(doing.obj), period=doing.obj.period, **given.model_dump()
    )


class RollOverGiven(Given):
    period: str = ask("新的考核期间 (如 2027)", "New period (such as 2027)", max_length=16)
    version: str = ask("新版本号", "New version", max_length=40)


def roll_over(doing: Doing) -> Change:
    """Next year's draft from this year's rules: what changed in the year stands from the first day."""
    given: RollOverGiven = doing.given
    wrong: list[ZhenghengError] = []
    with gathered(wrong):
        period = _later(given.period, doing.obj)
    old = doing.obj
    with gathered(wrong):
        _check_version(
            RulebookVersion(
                code=old.code, title_zh=old.title_zh, title_en=old.title_en, version=given.version
            )
        )
    tell(wrong)
    start, before = parse_period(period).start, parse_period(old.period).start
    book = rolled_over(selectors.book_of(doing.obj), given.version, start, start.year - before.year)
    gone = {one.code: one.valid_to for one in organisation.gone(start) if one.valid_to}
    known = {unit.code: unit for unit in opened(book.code).facts().units} | {unit.code: unit for unit in book.units}  # fmt: skip
    return _begun(doing, ended(book, known.values(), gone), period=period, version=given.version, rolled_from=doing.obj)  # fmt: skip


def _later(text: str, version: RulebookVersion) -> str:
    """A period as it is stored. Raises RulebookStateError where it is none, or none after the version's."""
    period = period_code(text)
    if parse_period(period).start <= parse_period(version.period).start:
        raise RulebookStateError.one(
            "period", "roll_over.past", zh=f"新的考核期间应在 {version.period} 之后。", en=f"the new period lies after {version.period}"
        )  # fmt: skip
    return period


def _begun(doing: Doing, book: Rulebook, **given: Any) -> Change:
    """A draft that begins with a rulebook."""
    kind = kind_named("rulebook")
    file = take_in(name=f"{book.code}.zip", content=services.packed(book), actor=doing.actor, now=doing.now)  # fmt: skip
    act = kind.act("draft")
    assert act is not None
    shape = RolledGiven if "rolled_from" in given else DraftGiven
    made = make(kind, act, given=shape(file=file.pk, **given), actor=doing.actor, now=doing.now)  # fmt: skip
    return Change({}, {"draft": made.pk, "period": made.period})
