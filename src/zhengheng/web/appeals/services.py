"""What holds for every step of an appeal: its words, its faults, when a value or an outcome can be."""

from collections.abc import Mapping
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

from zhengheng.domain.problems import ZhenghengError
from zhengheng.lake.cells import number_fault, read_number, value_fault
from zhengheng.web.accounts.models import Account
from zhengheng.web.appeals import selectors
from zhengheng.web.appeals.models import Appeal

Ground = Literal["data_error", "rule_misapplied", "not_our_duty", "force_majeure", "error_tolerance", "rater_conflict"]  # fmt: skip
GROUNDS = {
    "data_error": ("数据错误", "data error"), "rule_misapplied": ("规则适用错误", "rule misapplied"),
    "not_our_duty": ("非本单位职责", "not our duty"), "force_majeure": ("不可抗力", "force majeure"),
    "error_tolerance": ("容错", "error tolerance"), "rater_conflict": ("评价人利害关系", "rater conflict"),
}  # fmt: skip
OUTCOMES = {"uphold": ("支持", "upheld"), "partly": ("部分支持", "partly upheld"), "reject": ("驳回", "rejected")}  # fmt: skip


class AppealError(ZhenghengError):
    """An appeal cannot go on as asked for."""


def check_unbarred(appeal: Appeal, account: Account) -> None:
    """Raise AppealError where a member of the panel has a part in the matter by now: he neither votes nor tries a value nor signs."""
    if against := selectors.reasons_against(appeal, account):
        raise AppealError.one(
            "panel", "panel.barred", zh=f"您不能评议这件申诉：{against[0]}。请申请回避，由申诉经办补抽席位。",
            en=f"you cannot sit on this panel: {against[1]}; step back, and the clerk draws the seat again",
        )  # fmt: skip


def check_value(appeal: Appeal, value: str, confirmation: str, where: str = "value") -> None:
    """Raise AppealError unless the text is a value of the contested series, within sense or confirmed with a reason."""
    book = selectors.run_of(appeal).rulebook
    if fault := value_fault(book, book.indicator(appeal.series), value, confirmation):
        raise AppealError.one(where, "number", zh=fault[0], en=fault[1])


def confirmation_of(appeal: Appeal) -> str:
    """Why the value that was tried last is right though it is beyond its range of sense.

    Of an effect that was computed before this was asked for, the signed reasons of the decision.
    """
    return str((appeal.effect or {}).get("confirmation", appeal.reasons))


def same_value(appeal: Appeal, one: str, other: str) -> bool:
    """Whether two texts are one value of the contested series."""
    decimals = selectors.run_of(appeal).rulebook.indicator(appeal.series).decimals
    if any(not text or number_fault(text, decimals) for text in (one, other)):
        return False
    return read_number(one, decimals) == read_number(other, decimals)


def outcome_of(appeal: Appeal, voted: str, value: str) -> str:
    """What a decision is called: all that was asked for is upheld; another value than that is a part of it."""
    if voted == "reject" or not value or not appeal.wanted:
        return voted
    decimals = selectors.run_of(appeal).rulebook.indicator(appeal.series).decimals
    if number_fault(value, decimals) or number_fault(appeal.wanted, decimals):
        return voted
    return "uphold" if same_value(appeal, value, appeal.wanted) else "partly"


def check_outcome(appeal: Appeal, outcome: str, value: str) -> None:
    """Raise AppealError unless outcome and value fit and the ripple of the value was seen."""
    if outcome == "reject":
        if value:
            raise AppealError.one("value", "value.none", zh="驳回的决定不改数值", en="a rejection changes no value")  # fmt: skip
        return
    if not value:
        said = OUTCOMES[outcome]
        raise AppealError.one(
            "value", "value.missing", zh=f"结论为“{said[0]}”，请填写认定的数值。", en=f"the outcome is “{said[1]}”: give the decided value"
        )  # fmt: skip
    # One computed by an earlier release was not on the published run's own data.
    held = appeal.effect or {}
    fresh = same_value(appeal, str(held.get("value", "")), value) and "run" in held
    check_value(appeal, value, confirmation_of(appeal) if fresh else "")
    if not fresh:
        raise AppealError.one(
            "value", "effect.absent", zh="签署前须先试算这一数值对全部单位的影响", en="first compute what this value moves"
        )  # fmt: skip
    check_support(appeal, value, held)


def check_support(appeal: Appeal, value: str, held: Mapping[str, Any]) -> None:
    """Raise AppealError where a value that is called support changes nothing, leads away from what was asked, or takes points
    from who asked; `held` is its computed effect.

    What the office finds besides is corrected by its own way, not under the name of a support.
    """
    if "zh" not in held:
        return
    before, after = held["zh"]["before"], held["zh"]["after"]
    book = selectors.run_of(appeal).rulebook
    stands, away = before.get("value", ""), False
    if not held.get("ruling"):
        row = next((one for one in held["zh"]["rows"] if one["period"] == appeal.value_period), None)  # fmt: skip
        stands = row["before"] if row else ""
    decimals = book.indicator(appeal.series).decimals
    if same_value(appeal, stands, value):
        raise AppealError.one(
            "value", "value.unchanged", zh=f"公示的数值就是 {stands}，认定 {value} 没有改变任何内容，不能称为支持或部分支持。请写明应当改为的数值，或者驳回。",
            en=f"what is published is {stands} already: deciding {value} changes nothing, and is no support. State the value that it should be, or reject",
        )  # fmt: skip
    if not any(not one or number_fault(one, decimals) for one in (stands, appeal.wanted, value)):
        old, asked, new = (read_number(one, decimals)[0] for one in (stands, appeal.wanted, value))
        if new == asked:
            return
        away = (new - old) * (asked - old) <= 0
    if away or _fewer(before, after):
        raise AppealError.one(
            "value", "value.away", zh=f"认定的数值 {value} 偏离申诉人的请求（公示值 {stands or '—'}，应为 {appeal.wanted or '—'}），或者使其得分减少，不能称为支持或部分支持。请认定公示值与请求之间的数值，或者驳回；另行发现的差错，按数据更正程序办理。",
            en=f"the value {value} leads away from what was asked (published {stands or '—'}, asked for {appeal.wanted or '—'}) or takes points from the appellant: that is no support. Decide a value on the way to what was asked, or reject; an error found besides is corrected by its own way",
        )  # fmt: skip


def _fewer(before: Mapping[str, Any], after: Mapping[str, Any]) -> bool:
    """Whether the contested indicator earns fewer points than it was published with."""
    shown = [str(one.get("points", "")) for one in (before, after)]
    try:
        old, new = (Decimal(one) for one in shown)
    except InvalidOperation:
        return False
    return new < old
