"""What holds for every step of an appeal: its words, its faults, when a value or an outcome can be."""

from typing import Literal

from zhengheng.domain.problems import ZhenghengError
from zhengheng.lake.cells import number_fault, read_number, value_fault
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


def check_value(appeal: Appeal, value: str, confirmation: str) -> None:
    """Raise AppealError unless the text is a value of the contested series, within sense or confirmed with a reason."""
    book = selectors.run_of(appeal).rulebook
    if fault := value_fault(book, book.indicator(appeal.series), value, confirmation):
        raise AppealError.one("value", "number", zh=fault[0], en=fault[1])


def confirmation_of(appeal: Appeal) -> str:
    """Why the value that was tried last is right though it is beyond its range of sense.

    Of an effect that was computed before this was asked for, the signed reasons of the decision.
    """
    return str((appeal.effect or {}).get("confirmation", appeal.reasons))


def outcome_of(appeal: Appeal, voted: str, value: str) -> str:
    """What a decision is called: all that was asked for is upheld; another value than that is a part of it."""
    if voted == "reject" or not value or not appeal.wanted:
        return voted
    decimals = selectors.run_of(appeal).rulebook.indicator(appeal.series).decimals
    if number_fault(value, decimals) or number_fault(appeal.wanted, decimals):
        return voted
    return "uphold" if read_number(value, decimals) == read_number(appeal.wanted, decimals) else "partly"  # fmt: skip


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
    fresh = appeal.effect and appeal.effect["value"] == value and "run" in appeal.effect
    check_value(appeal, value, confirmation_of(appeal) if fresh else "")
    if not fresh:
        raise AppealError.one(
            "value", "effect.absent", zh="签署前须先试算这一数值对全部单位的影响", en="first compute what this value moves"
        )  # fmt: skip
