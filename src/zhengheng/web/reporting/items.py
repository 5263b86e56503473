"""Bonus, deduction and veto items: with document and evidence, checked by whom they concern."""

import json
from collections.abc import Callable, Collection
from datetime import date
from decimal import Decimal
from typing import Any

from django.apps import apps

from zhengheng.domain.names import unknown
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import Problem, ZhenghengError, gathered, tell
from zhengheng.lake.points import PRICED, points_fault, span_words
from zhengheng.scheme.findings import names_of
from zhengheng.web.accounts.models import Account
from zhengheng.web.accounts.selectors import grants
from zhengheng.web.acts.declare import (
    OF_UNITS,
    Act,
    Change,
    Column,
    Doing,
    Files,
    Given,
    Kind,
    Made,
    Standing,
    Words,
    ask,
)
from zhengheng.web.files.models import StoredFile
from zhengheng.web.files.services import own_files
from zhengheng.web.ledger.models import LedgerEntry
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.naming import plain
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.reporting.acts import DEEMED, ReasonGiven
from zhengheng.web.reporting.models import Item
from zhengheng.web.reporting.services import ReportError, after
from zhengheng.web.reporting.years import year_faults
from zhengheng.web.rulebooks.models import RulebookVersion
from zhengheng.web.rulebooks.selectors import (
    adopted,
    adopted_choices,
    adopted_version,
    book_of,
    of_year,
    procedure_of,
)
from zhengheng.workflow.machines import CLOSED, ITEM

DECIDED: Words = ("决定日期", "Day of the decision")


def ask_decided() -> Any:
    """The day on which an item was decided, which says to which part of the year it counts."""
    return ask(
        *DECIDED, when="past",
        hint=(
            "文件或证书上写明的决定、颁发日期。全年结果中，事项计入所选方案的考核期间；分季度等核算时，只计入这一天所在的那一期。",
            "The day that the document or certificate states. In the result of the year the item counts in the period of the chosen rulebook; in that of a part of the year, as a quarter, only where this day lies in that part.",
        ),
    )  # fmt: skip


class EnterGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("被考核单位", "Assessed unit", max_length=40)
    supplier: str = ask("提出部门", "Department", max_length=40)
    item: str = ask("加减分或否决项", "Item", max_length=64)
    points: str = ask("分值（分，否决项不填）", "Points (none for a veto)", "", max_length=20)
    document: str = ask("文号", "Document", max_length=80)
    decided_on: date = ask_decided()
    reason: str = ask("事由", "Reason", form="text")
    evidence: Files = ask("证明材料", "Evidence", min_length=1)


def enter(doing: Doing) -> Made:
    """By a department; the unit has its days to object."""
    made = _item(doing, doing.given, doing.given.supplier, _check_not_own)
    made.due_on = after(procedure_of(made.rulebook).within("objection"), doing.day)
    return Made(made, _said(made))


def _check_not_own(doing: Doing, made: Item) -> None:
    """Raise ReportError for a bonus that somebody would enter for a unit of his own: a claim is checked by the office."""
    own = {made.supplier.code, *(one.unit for one in grants(doing.actor, doing.day) if one.unit)}
    if made.unit.code in own and _kind_of(made) == "bonus":
        raise ReportError.one(
            "unit", "item.own_bonus", zh="不能为本单位登记加分项。请由单位负责人通过“申报加分”提出，附证书，由绩效办审核。",
            en="nobody enters a bonus for a unit of his own; let the unit's leader claim it with its certificate, and the office checks it",
        )  # fmt: skip


def _kind_of(item: Item) -> str:
    return next(one.kind for one in book_of(item.rulebook).adjustments if one.code == item.item)


def is_bonus(item: Item) -> bool:
    """Whether it adds points: then the office checks it, whoever brought it."""
    return any(one.code == item.item and one.kind == "bonus" for one in book_of(item.rulebook).adjustments)  # fmt: skip


class ClaimGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("申报单位", "Claiming unit", max_length=40)
    item: str = ask("加分项", "Bonus item", max_length=64)
    points: str = ask("申报分值（分）", "Claimed points", max_length=20)
    document: str = ask("证书或文号", "Certificate or document", max_length=80)
    decided_on: date = ask_decided()
    reason: str = ask("事由", "Reason", form="text")
    evidence: Files = ask("证书扫描件", "The certificate", min_length=1)


def claim(doing: Doing) -> Made:
    """By the unit itself, with its certificate; all units see the claim, the office checks it."""
    made = _item(doing, doing.given, doing.given.unit, _check_claimed)
    made.due_on = after(procedure_of(made.rulebook).within("objection"), doing.day)
    return Made(made, _said(made))


def _check_claimed(_doing: Doing, made: Item) -> None:
    """Raise ReportError for what a unit does not claim, or claimed with this document before."""
    wrong: list[ZhenghengError] = []
    if _kind_of(made) != "bonus":
        wrong.append(ReportError.one("item", "item.bonus", zh="单位只能申报加分项，请从列表中选择加分项。", en="a unit claims bonus items only: choose one of the list"))  # fmt: skip
    for other in Item.objects.filter(unit=made.unit).exclude(state="revoked"):
        if plain(other.document) == plain(made.document):
            wrong.append(_twice(other))
            break
    tell(wrong)


def _twice(other: Item) -> ReportError:
    return ReportError.one(
        "document", "item.twice", zh=f"同一文号的事项已经登记（第 {other.pk} 号，{other.document}），一份证书或文件只用一次。",
        en=f"this document is entered already (item {other.pk}, {other.document}); one document counts once",
    )  # fmt: skip


def _said(made: Item) -> dict[str, Any]:
    return {"unit": made.unit.code, "item": made.item, "points": made.points, "document": made.document}  # fmt: skip


def _item(doing: Doing, given: Any, supplier: str, check: Callable[[Doing, Item], None]) -> Item:
    """The item as the form says; `check` is what else its act asks of it. Raises with all that is wrong in any field."""
    wrong: list[ZhenghengError] = []
    version = unit = supplied_by = None
    with gathered(wrong):
        version = adopted_version(given.rulebook)
    with gathered(wrong):
        unit = unit_of(given.unit)
    if supplier == given.unit:
        supplied_by = unit
    else:
        with gathered(wrong):
            supplied_by = unit_of(supplier, "supplier")
    files: list[StoredFile] = []
    with gathered(wrong):
        files = own_files(given.evidence, doing.actor)
    if version is None:
        tell(wrong)
    assert version is not None
    known = {item.code for item in book_of(version).adjustments}
    if found := list(_faults(version, unit, given, known)):
        wrong.append(ReportError(found))
    if unit is None or supplied_by is None or given.item not in known:
        tell(wrong)
    made = Item(
        rulebook=version, unit=unit, supplier=supplied_by, item=given.item, points=given.points,
        document=given.document, decided_on=given.decided_on, reason=given.reason, files=[f.pk for f in files],
    )  # fmt: skip
    same = Item.objects.filter(unit=unit, item=given.item, **of_year(version))
    if other := next((one for one in same if plain(one.document) == plain(given.document)), None):
        wrong.append(_twice(other))
    with gathered(wrong):
        check(doing, made)
    tell(wrong)
    return made


def _faults(version: RulebookVersion, unit: Unit | None, given: Any, known: Collection[str]) -> Any:
    """What it is, whose it can be, from when on, and how many points: by the rulebook it is entered under."""
    book = book_of(version)
    if unit is not None:
        yield from year_faults(version, unit)
    if given.item not in known:
        zh, en = unknown("item", given.item, names_of(book.adjustments))
        yield Problem("item", "item.unknown", zh, en)
    if given.decided_on < parse_period(version.period).start:
        yield Problem("decided_on", "item.year", f"{DECIDED[0]} {given.decided_on} 早于考核期间 {version.period}，不属于本年度的事项。",
                      f"the day of the decision, {given.decided_on}, lies before {version.period}: it is no item of this year")  # fmt: skip
    if given.item in known and (fault := points_fault(book, given.item, given.points)):
        yield Problem("points", "points.range", *fault)


def sound_points(item: Item, points: str) -> None:
    """Raise ReportError where the rulebook does not know such points: the rule of entering, checking and counting."""
    if fault := points_fault(book_of(item.rulebook), item.item, points):
        raise ReportError.one("points", "points.range", zh=fault[0], en=fault[1])


class ItemObjectGiven(Given):
    objection: str = ask("异议的事实与理由", "Facts and reasons", form="text")
    evidence: Files = ask("证明材料", "Evidence", [])


def object_to_item(doing: Doing) -> Change:
    kept = [file.pk for file in own_files(doing.given.evidence, doing.actor)]
    return Change(
        {"objection": doing.given.objection, "due_on": None, "files": [*doing.obj.files, *kept]},
        {"objection": doing.given.objection},
    )


class ReopenGiven(Given):
    objection: str = ask("新的事实", "New facts", form="text")
    evidence: Files = ask("新的证明材料", "New evidence", min_length=1)


def reopen(doing: Doing) -> Change:
    """What was settled is looked at again once, where there are new facts, and evidence that was not there before."""
    item: Item = doing.obj
    if plain(doing.given.objection) in plain(item.objection):
        raise ReportError.one(
            "objection", "item.old_facts", zh="与原来的异议相同; 认定后只凭新的事实重开",
            en="the same as the objection before: what is settled is reopened on new facts only",
        )  # fmt: skip
    files = own_files(doing.given.evidence, doing.actor)
    known = set(StoredFile.objects.filter(pk__in=item.files).values_list("sha256", flat=True))
    if all(file.sha256 in known for file in files):
        raise ReportError.one(
            "evidence", "item.old_evidence", zh="所附材料以前已经提交过，请附新的证明材料。",
            en="this evidence was handed in before: add what is new",
        )  # fmt: skip
    return Change(
        {"objection": f"{item.objection}\n\n{doing.given.objection}".strip(), "batch": None, "reopened": True,
         "files": [*item.files, *(file.pk for file in files)]},
        {"facts": doing.given.objection},
    )  # fmt: skip


class SettleGiven(Given):
    points: str = ask(
        "认定的分值（不变的不填）", "Settled points (empty: as they are)", "", max_length=20
    )
    reason: str = ask("理由", "Reason", form="text")


def _check_not_above(item: Item, points: str) -> None:
    """Raise ReportError for more points than were asked for: nobody had the days to object to those. What the rulebook does
    not know as it was asked for may be put right either way."""
    made = LedgerEntry.objects.filter(subject=f"item:{item.pk}", act__in=("item.claim", "item.enter")).first()  # fmt: skip
    content = json.loads(made.content) if made is not None and made.content else {}
    asked = content.get("points") or item.points
    if not asked or points_fault(book_of(item.rulebook), item.item, asked):
        return
    if Decimal(points) > Decimal(asked):
        raise ReportError.one(
            "points", "points.above", zh=f"认定的分值 {points} 高于申报或登记的 {asked}，没有经过核对和异议。认定不能高于原分值；确应更高的，请不予认定，由提出单位凭材料重新申报或登记。",
            en=f"{points} is more than the {asked} that were claimed or entered, and nobody had the days to object to it. Settle no more than that; where it should be more, waive it and have it claimed or entered anew with its evidence",
        )  # fmt: skip


def settle_item(doing: Doing) -> Change:
    """As it stands or with other points; never with points that the rulebook does not know."""
    points = doing.given.points or doing.obj.points
    sound_points(doing.obj, points)
    _check_not_above(doing.obj, points)
    return Change(
        {"answer": doing.given.reason, "points": points, "due_on": None},
        {"reason": doing.given.reason, "before": doing.obj.points, "points": points},
    )


def conclude_item(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason, "due_on": None}, {"reason": doing.given.reason})


def take_back(doing: Doing) -> Change:
    """By the office, with its reason; what the lake holds already is taken back there by the next run."""
    return Change(
        {"answer": doing.given.reason, "due_on": None, "batch": None},
        {"reason": doing.given.reason, "points": doing.obj.points, "loaded": doing.obj.times_loaded},
    )  # fmt: skip


def confirm_item(doing: Doing) -> Change:
    """By the unit, or by its silence when the days are over."""
    sound_points(doing.obj, doing.obj.points)
    return Change({"due_on": None}, {"silence": doing.by is None})


def accept_bonus(doing: Doing) -> Change:
    """Nobody objects to points that are added, and silence least: from here somebody of the office checks them, with a day."""
    sound_points(doing.obj, doing.obj.points)
    due = after(procedure_of(doing.obj.rulebook).within("objection"), doing.day)
    return Change({"due_on": due}, {"silence": doing.by is None})


class ReferGiven(Given):
    why: str


def refer(doing: Doing) -> Change:
    """To the director, who settles it with other points or waives it: it cannot count as it stands."""
    return Change(
        {"objection": doing.given.why, "due_on": None, "batch": None}, {"why": doing.given.why}
    )


class LeaveOutGiven(Given):
    why: str
    on: date


def leave_out(doing: Doing) -> Change:
    """The year became final without it: it stays settled, and its unit reads why it did not count."""
    why = f"{doing.given.on} 终定的 {doing.obj.rulebook.period} 年结果没有计入。理由：{doing.given.why}"
    return Change({"answer": why, "due_on": None}, {"left_out": doing.given.why})


def load_item(doing: Doing) -> Change:
    return Change({"times_loaded": doing.obj.times_loaded + 1, "batch": None})


def count_load(doing: Doing) -> Change:
    """It was reopened or taken back while it was loaded: it stands in the lake once more all the same."""
    return Change({"times_loaded": doing.obj.times_loaded + 1})


def revoke(doing: Doing) -> Change:
    """Taken back in the lake too, after it had been loaded."""
    return Change({"batch": None}, {"points": doing.obj.points})


def _standing(item: Item, account: Account) -> Standing:
    second = ("second",) if item.made_by_id != account.pk else ()
    return Standing(second, {"own": [item.unit.code], "supplying": [item.supplier.code]})


def _name(item: Item) -> tuple[str, str]:
    found = [one.name for one in book_of(item.rulebook).adjustments if one.code == item.item]
    zh, en = (found[0].zh, found[0].en or found[0].zh) if found else (item.item, item.item)
    return zh, en


def _catalogue(
    obj: Any, account: Account, day: date
) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    return _choices({"bonus"}) | adopted_choices(obj, account, day)


def _whole(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    return _choices({"bonus", "deduction", "integrity", "veto"}) | adopted_choices(
        obj, account, day
    )


def _choices(kinds: set[str]) -> dict[str, list[tuple[str, tuple[str, str]]]]:
    """The items of the rulebooks in force, each with the points that it may carry."""
    known = {one.code: one for v in adopted() for one in book_of(v).adjustments if one.kind in kinds}  # fmt: skip
    return {"item": [
        (code, (f"{one.name.zh}（{span_words(one)[0]}）", f"{one.name.say('en')} ({span_words(one)[1]})") if one.kind in PRICED
         else (one.name.zh, one.name.say("en")))
        for code, one in known.items()
    ]}  # fmt: skip


def _points(item: Item) -> Words | None:
    """The points with their sign: a bonus adds, a deduction takes; a veto has none."""
    kinds = {one.code: one.kind for one in book_of(item.rulebook).adjustments}
    if not item.points:
        return None
    sign = "+" if kinds.get(item.item) == "bonus" else "−"
    return f"{sign}{item.points}", ""


def _is_left_out(item: Item) -> bool:
    """Whether the year's final result says that it does not count the item. By the name of the app alone: results stand on items."""
    same = {"rulebook": item.rulebook.code, "period": item.rulebook.period}
    final = apps.get_model("results.ResultRun")._default_manager.filter(state__in=CLOSED, **same).first()  # fmt: skip
    return final is not None and f"{ITEMS.name}:{item.pk}" in final.left_out.get("matters", ())


def _counted(item: Item) -> Words | None:
    """The points of an item as the list shows them; of one that was not upheld, that it has none."""
    return ("不计分", "none") if item.state in {"waived", "revoked"} else _points(item)


def _outcome(item: Item) -> Words:
    """The points it is about, of which year; none where it was not upheld, or where the year became final without it."""
    held, period = _points(item), item.rulebook.period
    if item.state in {"settled", "loaded"} and _is_left_out(item):
        return f"{period} 年的终定结果没有计入", f"not counted in the final result of {period}"
    if item.state in {"waived", "revoked"}:
        return f"{period} 年不计分", f"no points in {period}"
    return (f"{period} 年 {held[0]} 分", f"{held[0]} {'point' if item.points == '1' else 'points'} in {period}") if held else (f"{period} 年", f"of {period}")  # fmt: skip


ITEMS = Kind(
    machine=ITEM, path="items", words=("加减分与否决", "Bonus, deduction, veto"), model=Item,
    title=lambda i: (f"{i.unit.name_zh} {_name(i)[0]} {i.document}", f"{i.unit.name_en or i.unit.name_zh} {_name(i)[1]} {i.document}"),
    standing=_standing,
    acts=(
        Act("item.enter", ("登记事项", "Enter an item"), enter, EnterGiven,
            ("凭文号和依据登记；单位在方案规定的时限内可以提出异议。扣分和否决事项期满无异议即认定；加分事项还须由绩效办审核，审核属实后才计分。",
             "With document and evidence; the unit has the rulebook's days to object. Silence settles a deduction or a veto; a bonus is checked by the office besides, and counts only then."), choices=_whole, living=lambda i: i.unit),
        Act("item.claim", ("申报加分", "Claim a bonus"), claim, ClaimGiven,
            ("只能申报方案目录内的加分项, 附证书; 申报情况所有单位可见, 由绩效办审核。",
             "Only items of the rulebook's catalogue, with the certificate; all units see the claim, the office checks it."), choices=_catalogue, living=lambda i: i.unit),
        Act("item.verify", ("审核属实", "Verified"), settle_item, SettleGiven, answers=True),
        Act("item.confirm", ("无异议", "No objection"), confirm_item, when=lambda i: not is_bonus(i), deemed=DEEMED),
        Act("item.accept", ("对登记的加分无异议", "No objection to the bonus"), accept_bonus, when=is_bonus,
            deemed=("期满未提异议，转绩效办审核", "On to the office's check, as nobody objected in time")),
        Act("item.object", ("提出异议", "Object"), object_to_item, ItemObjectGiven, optional=True),
        Act("item.settle", ("认定", "Settle"), settle_item, SettleGiven, answers=True),
        Act("item.waive", ("不予认定 (含容错)", "Waive (error tolerance included)"), conclude_item, ReasonGiven, optional=True, answers=True),
        Act("item.reopen", ("凭新事实重开", "Reopen on new facts"), reopen, ReopenGiven,
            ("认定后只能凭新的事实和新的材料重开一次。", "What is settled is reopened once, on new facts and new evidence."),
            when=lambda i: not i.reopened, optional=True),
        Act("item.take_back", ("撤回认定", "Take back"), take_back, ReasonGiven,
            ("由绩效办写明理由撤回；已入库的，下一次核算时一并撤销。", "Taken back by the office with its reason; what is in the lake goes with the next run."), optional=True, answers=True),
        Act("item.refer", ("分值不符合方案，转主任认定", "Referred: the points do not fit the rulebook"), refer, ReferGiven, by_machine=True),
        Act("item.leave_out", ("没有计入终定结果", "Not counted in the final result"), leave_out, LeaveOutGiven, by_machine=True, answers=True),
        Act("item.load", ("入库", "Load"), load_item, by_machine=True),
        Act("item.count_load", ("入库时已另行办理", "Loaded while it was on another desk"), count_load, by_machine=True),
        Act("item.revoke", ("撤销入库", "Take back from the lake"), revoke, by_machine=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda i: (i.unit.name_zh, i.unit.name_en)), Column(("事项", "Item"), _name),
        Column(("期间", "Period"), lambda i: i.rulebook.period), Column(("分值 (分)", "Points"), _counted, True), Column(("文号", "Document"), "document"),
    ),
    outcome=_outcome,
    facts=(
        Column(("方案", "Rulebook"), lambda i: (f"{i.rulebook.title_zh} {i.rulebook.period}", f"{i.rulebook.title_en or i.rulebook.title_zh} {i.rulebook.period}")),
        Column(DECIDED, "decided_on"), Column(("提出部门", "Department"), lambda i: (i.supplier.name_zh, i.supplier.name_en)),
        Column(("事由", "Reason"), "reason"), Column(("异议", "Objection"), "objection"), Column(("答复", "Answer"), "answer"),
    ),
    thread=True,
    queryset=lambda: Item.objects.select_related("unit", "supplier").prefetch_related("rulebook"), reach=OF_UNITS,
    year=lambda i: i.rulebook,
    out=lambda i: {"unit": i.unit.code, "item": i.item, "points": i.points, "document": i.document},
)  # fmt: skip
