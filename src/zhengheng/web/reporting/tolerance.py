"""Error tolerance 容错: an honest failure in something new, by rule and without private gain, is not held against a unit."""

from typing import Any, Literal

from django.utils.timezone import localdate

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
    ask,
    rulebook_words,
    signed,
)
from zhengheng.web.acts.services import perform_by_machine
from zhengheng.web.decisions.services import carrying
from zhengheng.web.decisions.services import choices as decisions
from zhengheng.web.files.services import own_files
from zhengheng.web.organisation.models import Unit
from zhengheng.web.organisation.naming import plain, told
from zhengheng.web.organisation.selectors import unit_of
from zhengheng.web.reporting.acts import ReasonGiven
from zhengheng.web.reporting.items import ITEMS
from zhengheng.web.reporting.models import Item, Tolerance
from zhengheng.web.reporting.services import ReportError
from zhengheng.web.reporting.years import year_faults
from zhengheng.web.rulebooks.selectors import adopted_choices, adopted_version, of_year
from zhengheng.workflow.machine import StateError
from zhengheng.workflow.machines import TOLERANCE

Ground = Literal["pilot", "no_rule", "unforeseen"]
GROUNDS = {
    "pilot": ("改革试点中的失误", "a mistake in a pilot"), "no_rule": ("尚无明确规定的探索", "trying where no rule existed"),
    "unforeseen": ("难以预见的因素", "what could not be foreseen"),
}  # fmt: skip


class AskGiven(Given):
    rulebook: int = ask("考核方案", "Rulebook")
    unit: str = ask("单位", "Unit", max_length=40)
    item: int | None = ask("涉及的扣分事项", "The deduction it is about", None)
    ground: Ground = ask("情形", "Ground", names=GROUNDS)
    facts: str = ask("事实与理由", "Facts and reasons", form="text")
    evidence: Files = ask("证明材料 (立项、决策程序等)", "Evidence (how it was decided)", min_length=1)  # fmt: skip


def ask_tolerance(doing: Doing) -> Made:
    given: AskGiven = doing.given
    version, unit = adopted_version(given.rulebook), unit_of(given.unit)
    if found := list(year_faults(version, unit)):
        raise ReportError(found)
    item = None
    if given.item is not None:
        item = Item.objects.filter(pk=given.item, unit=unit, **of_year(version)).first()
        if item is None or item.state not in {"entered", "disputed"}:
            raise ReportError.one(
                "item", "tolerance.item", zh="本单位没有这一待认定的事项", en="this unit has no such item that is still open"
            )  # fmt: skip
    _only_once(version, unit, item, given.facts)
    files = own_files(given.evidence, doing.actor)
    made = Tolerance(
        rulebook=version, unit=unit, item=item, ground=given.ground, facts=given.facts, files=[f.pk for f in files]
    )  # fmt: skip
    return Made(made, {"unit": unit.code, "ground": given.ground, "item": item.pk if item else None})  # fmt: skip


def _only_once(version: Any, unit: Unit, item: Item | None, facts: str) -> None:
    """One request about one item, and one about the same facts; a request taken back makes room for another."""
    held = Tolerance.objects.filter(unit=unit, **of_year(version))
    for other in held.exclude(state="withdrawn"):
        if (item is not None and other.item_id == item.pk) or plain(other.facts) == plain(facts):
            raise ReportError.one(
                "item", "tolerance.twice", zh=f"就这一事项已经申请过容错（第 {other.pk} 号，{TOLERANCES.state_of(other)[0]}），一个事项只申请一次。",
                en=f"tolerance was asked for about this before (request {other.pk}, {TOLERANCES.state_of(other)[1]}); one request an item",
            )  # fmt: skip


class GrantGiven(Given):
    answer: str = ask("认定理由", "Reasons", form="text")
    public_text: str = ask("公开的说明 (不写单位和人名)", "What is published (no unit, no names)", form="text", public=True)  # fmt: skip
    decision: int = ask("委员会决定", "Decision of the commission")


def grant(doing: Doing) -> Change:
    """Granted by decision: the deduction is waived in the same transaction."""
    held: Tolerance = doing.obj
    given: GrantGiven = doing.given
    decision = carrying(given.decision, f"tolerance:{held.pk}")
    named = told(given.public_text, held.unit, *([held.item.document] if held.item else ()))
    if named:
        raise ReportError.one(
            "public_text", "tolerance.named", zh=f"公开的说明会暴露单位：{'、'.join(named)}，请改写。",
            en=f"the published text gives the unit away: {', '.join(named)}; write it otherwise",
        )  # fmt: skip
    if held.item is not None:
        _waive(held.item, held.pk, doing)
    return Change(
        {"answer": given.answer, "public_text": given.public_text, "decision": decision},
        {"answer": given.answer, "public_text": given.public_text, "decision": decision.pk},
    )


def _waive(item: Item, number: int, doing: Doing) -> None:
    try:
        perform_by_machine(ITEMS, "item.waive", item, given=ReasonGiven(reason=f"依据委员会对容错申请第 {number} 号的决定，不予认定。"), now=doing.now)  # fmt: skip
    except StateError as error:
        raise ReportError.one(
            "item", "tolerance.late", zh="该事项已经认定或入库, 请走申诉程序", en="the item is settled already; an appeal is the way"
        ) from error  # fmt: skip


def refuse(doing: Doing) -> Change:
    return Change({"answer": doing.given.reason}, {"reason": doing.given.reason})


def withdraw(doing: Doing) -> Change:
    return Change()


def granted() -> list[dict[str, Any]]:
    """What was granted, for everybody to read: ground and text, no unit, no names."""
    held = Tolerance.objects.filter(state="granted").order_by("-decision__held_on", "-id")
    return [dict(one) for one in held.values("ground", "public_text", "decision__held_on")]


def _matter(case: Tolerance) -> Matter:
    """The failure that is not to be held against the unit."""
    zh, en = GROUNDS[case.ground]
    document = case.item.document if case.item else ""
    item_zh, item_en = (f"（{document}）", f" ({document})") if document else ("", "")
    return Matter(
        {"rulebook": case.rulebook_id, "unit": case.unit.code, "item": case.item_id, "ground": case.ground, "facts": case.facts},
        (f"{case.unit.name_zh}：{zh}{item_zh}", f"{case.unit.name_en or case.unit.name_zh}: {en}{item_en}"),
    )  # fmt: skip


TOLERANCES = Kind(
    machine=TOLERANCE, path="tolerance", words=("容错申请", "Error tolerance"), model=Tolerance,
    title=lambda t: (f"{t.unit.name_zh} 容错申请（{localdate(t.made_at)}）", f"{t.unit.name_en or t.unit.name_zh} error tolerance ({localdate(t.made_at)})"),
    thread=True,
    standing=lambda t, account: Standing(units={"own": [t.unit.code]}), year=lambda t: t.rulebook, matter=_matter,
    acts=(
        Act("tolerance.ask", ("申请容错", "Ask for error tolerance"), ask_tolerance, AskGiven, choices=adopted_choices, living=lambda t: t.unit),
        Act("tolerance.grant", ("按决定予以容错", "Grant by decision"), grant, signed(GrantGiven),
            choices=lambda obj, account, day: {"decision": decisions(f"tolerance:{obj.pk}")}, answers=True),
        Act("tolerance.refuse", ("不予容错", "Refuse"), refuse, ReasonGiven, optional=True, answers=True),
        Act("tolerance.withdraw", ("撤回", "Withdraw"), withdraw, optional=True),
    ),
    columns=(
        Column(("单位", "Unit"), lambda t: (t.unit.name_zh, t.unit.name_en)), Column(("情形", "Ground"), lambda t: GROUNDS[t.ground]), Column(("方案", "Rulebook"), rulebook_words),
    ),
    facts=(
        Column(("涉及事项", "Item"), lambda t: t.item.document if t.item else None), Column(("事实与理由", "Facts and reasons"), "facts"),
        Column(("认定意见", "Answer"), "answer"), Column(("公开的说明", "Published"), "public_text"),
    ),
    links=(("/office/tolerance/granted/", ("已认定的容错情形 (不含单位)", "What was granted (no units)"), ""),),
    queryset=lambda: Tolerance.objects.select_related("unit", "item", "decision").prefetch_related("rulebook"),
    out=lambda t: {"unit": t.unit.code, "ground": t.ground, "item": t.item_id, "public_text": t.public_text},
)  # fmt: skip
