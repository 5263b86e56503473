"""What an appeal is about in numbers: as published, and as it would be with a value decided.

Everything is computed on the published version's own data with this one change; what else came into the
lake since is told apart.
"""

from collections.abc import Mapping
from typing import Any

from zhengheng.domain.names import unknown
from zhengheng.domain.problems import Language
from zhengheng.engines.behind import Behind, behind, made_from
from zhengheng.engines.run import Run
from zhengheng.lake.cells import number_fault, read_number, value_fault
from zhengheng.scheme.findings import names_of
from zhengheng.scoring.contracts import STATUS_WORDS
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.appeals.selectors import run_of
from zhengheng.web.appeals.services import AppealError
from zhengheng.web.intake.services import confirmed
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import moved_between
from zhengheng.web.results.trials import (
    base_of,
    later,
    period_of,
    published,
    role_of,
    tried,
)

LANGUAGES: tuple[Language, ...] = ("zh", "en")


def check_subject(appeal: Appeal) -> None:
    """Raise AppealError or TrialError unless a value of what is contested would count for the unit itself.

    The data period is set to its own name, whatever it was called.
    """
    run = run_of(appeal)
    known = {indicator.code: indicator for indicator in run.rulebook.indicators}
    for field in ("indicator", "series"):
        if getattr(appeal, field) not in known:
            zh, en = unknown("indicator", getattr(appeal, field), names_of(known.values()))
            raise AppealError.one(field, "indicator.unknown", zh=zh, en=en)
    if appeal.indicator not in {row["indicator"] for row in run.results.of_unit("indicator_score", appeal.unit.code)}:  # fmt: skip
        raise AppealError.one(
            "indicator", "appeal.foreign", zh=f"本结果没有对该单位考核指标 {appeal.indicator}：只能就本单位计分的指标申诉。对其他单位的结果有意见的，请提出实名异议。",
            en=f"this result does not score the unit on {appeal.indicator}; an appeal is about one's own indicators, an objection about another's",
        )  # fmt: skip
    if appeal.series not in (parts := made_from(run.rulebook, appeal.indicator)):
        raise AppealError.one(
            "series", "appeal.series", zh=f"{appeal.series} 不是 {appeal.indicator} 的构成项；可选：{'、'.join(parts)}。",
            en=f"{appeal.indicator} is not made from {appeal.series}; choose {', '.join(parts)}",
        )  # fmt: skip
    appeal.value_period = period_of(run, appeal.series, appeal.value_period)
    role_of(run, appeal.unit.code, appeal.series, appeal.value_period)
    if appeal.wanted and (
        fault := value_fault(run.rulebook, known[appeal.series], appeal.wanted, appeal.confirmation)
    ):
        raise AppealError.one("wanted", "number", zh=fault[0], en=fault[1])
    check_wanted(appeal)


def check_wanted(appeal: Appeal) -> None:
    """Raise AppealError where the value that is asked for is the one that stands: there is nothing to decide."""
    decimals = run_of(appeal).rulebook.indicator(appeal.series).decimals
    held = now(appeal, "zh")
    stands = (
        held.value if role(appeal) == "ruling" else dict(held.rows).get(appeal.value_period, "")
    )
    if not appeal.wanted or not stands or number_fault(stands, decimals):
        return
    if read_number(stands, decimals) == read_number(appeal.wanted, decimals):
        raise AppealError.one(
            "wanted", "appeal.same", zh=f"现在公示的数值就是 {stands}，与申请的数值相同，没有可以更正的内容；请核对后填写应为的数值。",
            en=f"what is published is {stands} already, the very value asked for: give the value that it should be",
        )  # fmt: skip


def role(appeal: Appeal) -> str:
    """How the decided value enters: as a `correction` of one row, or a `ruling` on the whole period."""
    return role_of(run_of(appeal), appeal.unit.code, appeal.series, appeal.value_period)


def row_of(appeal: Appeal, value: str, confirmation: str) -> dict[str, str]:
    """The decided value as a row of an intake."""
    return {
        "unit": appeal.unit.code, "indicator": appeal.series, "period": appeal.value_period,
        "value": value, "status": STATUS_WORDS["value"][0], **confirmed(confirmation),
    }  # fmt: skip


def against(appeal: Appeal) -> ResultRun:
    """The version that an appeal's numbers are held against: the one that stands until it is decided, from then on the one that
    stood, whatever comes in its place."""
    if not appeal.outcome:
        return published(appeal.run)
    held = (appeal.effect or appeal.asked_effect or {}).get("run", "")
    return ResultRun.objects.filter(run=held).first() or appeal.run


def now(appeal: Appeal, language: Language) -> Behind:
    """What is published of the contested indicator; of a decided appeal, what was."""
    return behind(base_of(against(appeal)), appeal.unit.code, appeal.indicator, appeal.series, language)  # fmt: skip


def effect(appeal: Appeal, value: str, confirmation: str) -> dict[str, Any]:
    """What a value would do: rows replaced, the unit before and after, every unit that moves, what else is new.

    Raises AppealError where the value would not count.
    """
    held, what = published(appeal.run), (appeal.unit.code, appeal.indicator, appeal.series)
    before, after = base_of(held), tried(held, row_of(appeal, value, confirmation))
    ruling = role(appeal) == "ruling"
    found: dict[str, Any] = {
        "value": value,
        "confirmation": confirmation,
        "ruling": ruling,
        "run": held.run,
    }
    for language in LANGUAGES:
        old, new = behind(before, *what, language), behind(after, *what, language)
        if not _counts(appeal, new, value, ruling, after):
            raise AppealError.one(
                "value", "effect.none", zh=f"这一数值不会被计入（例如方案规定只认某一版本的数据）：本期数值仍为 {new.value}。请就整个考核期（{after.plan.period.code}）的数值裁定。",
                en=f"this value would not count (the rulebook may admit one vintage only): the period's value stays {new.value}; decide the value of the whole period ({after.plan.period.code})",
            )  # fmt: skip
        since = later(held, language)
        found[language] = {
            "before": old.as_dict(), "after": new.as_dict(), "rows": _rows(old, new, ruling),
            "units": moved_between(before, after, language),
            "later": list(since.moved), "files": len(since.files),
        }  # fmt: skip
    # As earlier releases kept it, and as it is read outside.
    return found | {"units": found["zh"]["units"]}


def _counts(appeal: Appeal, new: Behind, value: str, ruling: bool, run: Run) -> bool:
    """Whether the value stands where it was put: in its row, or as the period's."""
    shown = new.value if ruling else dict(new.rows).get(appeal.value_period, "")
    decimals = run.rulebook.indicator(appeal.series).decimals
    return not number_fault(shown, decimals) and read_number(shown, decimals) == read_number(value, decimals)  # fmt: skip


def _rows(old: Behind, new: Behind, ruling: bool) -> list[dict[str, Any]]:
    """Every row that counts, with what replaces it; a decision on the whole period replaces none."""
    before, after = dict(old.rows), dict(new.rows)
    periods = sorted(before.keys() | after.keys())
    return [
        {"period": p, "before": before.get(p, ""), "after": after.get(p, ""),
         "replaced": not ruling and before.get(p) != after.get(p)}
        for p in periods
    ]  # fmt: skip


def seen(held: Mapping[str, Any] | None, language: Language) -> Mapping[str, Any] | None:
    """A computed effect in the reader's language; one that an earlier release kept has units only."""
    if not held:
        return None
    found = held.get(language) or {"units": held["units"]}
    return {**found, "value": held["value"], "ruling": held.get("ruling", False)}
