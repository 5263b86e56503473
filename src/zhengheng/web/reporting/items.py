"""Bonus, deduction and veto items: with document and evidence, checked by whom they concern."""

from datetime import date
from typing import Any

from zhengheng.lake.cells import number_fault
from zhengheng.web.accounts.models import Account
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
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.reporting.acts import ReasonGiven, after
from zhengheng.web.reporting.models import Item
from zhengheng.web.reporting.services import ReportError
from zhengheng.web.rulebooks.selectors import (
    adopted,
    adopted_choices,
    adopted_version,
    book_of,
    procedure_of,
)
from zhengheng.workflow.machines import ITEM


class EnterGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("被考核单位", "Assessed unit", max_length=40)
    supplier: str = ask("提出部门", "Department", max_length=40)
    item: str = ask("加减分或否决项", "Item", max_length=64)
    points: str = ask("分值 (否决项不填)", "Points (none for a veto)", "", max_length=20)
    document: str = ask("文号", "Document", max_length=80)
    decided_on: date = ask("认定日期", "Decided on")
    reason: str = ask("事由", "Reason", form="text")
    evidence: Files = ask("证明材料", "Evidence", min_length=1)


def enter(doing: Doing) -> Made:
    """By a department; the unit has its days to object."""
    made = _item(doing, doing.given, doing.given.supplier, doing.given.points)
    made.due_on = after(procedure_of(made.rulebook).within("objection"), doing.day)
    return Made(made, _said(made))


class ClaimGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("申报单位", "Claiming unit", max_length=40)
    item: str = ask("加分项", "Bonus item", max_length=64)
    points: str = ask("申报分值", "Claimed points", max_length=20)
    document: str = ask("证书或文号", "Certificate or document", max_length=80)
    decided_on: date = ask("颁发日期", "Given on")
    reason: str = ask("事由", "Reason", form="text")
    evidence: Files = ask("证书扫描件", "The certificate", min_length=1)


def claim(doing: Doing) -> Made:
    """By the unit itself, with its certificate; all units see the claim, the office checks it."""
    made = _item(doing, doing.given, doing.given.unit, doing.given.points)
    kinds = {one.code: one.kind for one in book_of(made.rulebook).adjustments}
    if kinds[made.item] != "bonus":
        raise ReportError.one("item", "item.bonus", zh="单位只能申报加分项", en="a unit claims bonus items only")  # fmt: skip
    return Made(made, _said(made))


def _said(made: Item) -> dict[str, Any]:
    return {"unit": made.unit.code, "item": made.item, "points": made.points, "document": made.document}  # fmt: skip


def _item(doing: Doing, given: Any, supplier: str, points: str) -> Item:
    version, unit = adopted_version(given.rulebook), unit_of(given.unit)
    supplied_by = unit_of(supplier, "supplier")
    known = {item.code: item for item in book_of(version).adjustments}
    if given.item not in known:
        raise ReportError.one(
            "item", "item.unknown", zh=f"方案中没有此项; 有: {'、'.join(known)}",
            en=f"the rulebook has no such item; it has {', '.join(known)}",
        )  # fmt: skip
    veto = known[given.item].kind in {"veto", "integrity"} and not points
    if not veto and (fault := number_fault(points, 9)):
        raise ReportError.one("points", "number", zh=fault[0], en=fault[1])
    if given.decided_on > doing.day:
        raise ReportError.one(
            "decided_on", "item.future", zh="认定日期在将来", en="decided in the future"
        )
    if Item.objects.filter(rulebook=version, unit=unit, item=given.item, document=given.document).exists():  # fmt: skip
        raise ReportError.one(
            "document",
            "item.twice",
            zh="同一文号的事项已经登记",
            en="this document is entered already",
        )
    files = own_files(given.evidence, doing.actor)
    return Item(
        rulebook=version, unit=unit, supplier=supplied_by, item=given.item, points=points,
        document=given.document, decided_on=given.decided_on, reason=given.reason, files=[f.pk for f in files],
    )  # fmt: skip


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
    """What was settled is looked at again only where there are new facts, and evidence of them."""
    if doing.given.objection.strip() == doing.obj.objection.strip():
        raise ReportError.one(
            "objection", "item.old_facts", zh="与原来的异议相同; 认定后只凭新的事实重开",
            en="the same as the objection before: what is settled is reopened on new facts only",
        )  # fmt: skip
    kept = [file.pk for file in own_files(doing.given.evidence, doing.actor)]
    return Change(
        {"objection": doing.given.objection, "batch": None, "files": [*doing.obj.files, *kept]},
        {"facts": doing.given.objection},
    )


def conclude_item(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason, "due_on": None}, {"reason": doing.given.reason})


def confirm_item(doing: Doing) -> Change:
    return Change({"due_on": None}, {"silence": doing.by is None})


def load_item(doing: Doing) -> Change:
    return Change({"times_loaded": doing.obj.times_loaded + 1, "batch": None})


def revoke(doing: Doing) -> Change:
    """Taken back in the lake too, after it had been loaded."""
    return Change({"batch": None}, {"points": doing.obj.points})


def _standing(item: Item, account: Account) -> Standing:
    second = ("second",) if item.made_by_id != account.pk else ()
    return Standing(second, {"own": [item.unit.code], "supplying": [item.supplier.code]})


def _name(item: Item) -> tuple[str, str]:
    found = [one.name for one in book_of(item.rulebook).adjustments if one.code == item.item]
    zh, en = (found[0].zh, found[0].en or found[0].zh) if found else ("", "")
    return f"{item.item} {zh}".strip(), f"{item.item} {en}".strip()


def _catalogue(obj: Any, account: Account, day: date) -> dict[str, list[tuple[str, str]]]:
    items = {one.code: one.name.zh for v in adopted() for one in book_of(v).adjustments if one.kind == "bonus"}  # fmt: skip
    return adopted_choices(obj, account, day) | {
        "item": [(code, f"{code} {name}") for code, name in items.items()]
    }


ITEMS = Kind(
    unbound=("batch",),
    machine=ITEM, path="items", words=("加减分与否决", "Bonus, deduction, veto"), model=Item,
    title=lambda i: (f"{i.unit.name_zh} {i.item} {i.document}", f"{i.unit.name_en or i.unit.name_zh} {i.item} {i.document}"),
    standing=_standing,
    acts=(
        Act("item.enter", ("登记事项", "Enter an item"), enter, EnterGiven,
            ("凭文号和依据登记; 单位在方案规定的时限内可提出异议, 期满无异议即认定。",
             "With document and evidence; the unit has the rulebook's days to object, silence settles it.")),
        Act("item.claim", ("申报加分", "Claim a bonus"), claim, ClaimGiven,
            ("只能申报方案目录内的加分项, 附证书; 申报情况所有单位可见, 由绩效办审核。",
             "Only items of the rulebook's catalogue, with the certificate; all units see the claim, the office checks it."), choices=_catalogue),
        Act("item.verify", ("审核属实", "Verified"), conclude_item, ReasonGiven),
        Act("item.confirm", ("无异议", "No objection"), confirm_item),
        Act("item.object", ("提出异议", "Object"), object_to_item, ItemObjectGiven, optional=True),
        Act("item.settle", ("认定", "Settle"), conclude_item, ReasonGiven),
        Act("item.waive", ("不予认定 (含容错)", "Waive (error tolerance included)"), conclude_item, ReasonGiven, optional=True),
        Act("item.reopen", ("凭新事实重开", "Reopen on new facts"), reopen, ReopenGiven, optional=True),
        Act("item.load", ("入库", "Load"), load_item, by_machine=True),
        Act("item.revoke", ("撤销入库", "Take back from the lake"), revoke, by_machine=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda i: (i.unit.name_zh, i.unit.name_en)), Column(("事项", "Item"), _name),
        Column(("分值 (分)", "Points"), "points", True), Column(("文号", "Document"), "document"),
    ),
    facts=(
        Column(("认定日期", "Decided on"), "decided_on"), Column(("提出部门", "Department"), lambda i: (i.supplier.name_zh, i.supplier.name_en)),
        Column(("事由", "Reason"), "reason"), Column(("异议", "Objection"), "objection"), Column(("答复", "Answer"), "answer"),
    ),
    queryset=lambda: Item.objects.select_related("rulebook", "unit", "supplier"),
    out=lambda i: {"unit": i.unit.code, "item": i.item, "points": i.points, "document": i.document},
)  # fmt: skip
