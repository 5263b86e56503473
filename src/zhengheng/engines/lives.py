"""Units that were there for a part of a period only, and whose figures they carry on, in words."""

from collections.abc import Mapping
from datetime import date

from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import Language
from zhengheng.engines.run import Run
from zhengheng.scheme.methods import Milestones
from zhengheng.scheme.procedure import Succession
from zhengheng.scoring.due import due_periods


def ended(run: Run) -> dict[str, str]:
    """Each unit that ended before the period did, with its last day."""
    last = run.plan.period.end
    return {row["unit"]: row["valid_to"].isoformat() for row in run.plan.tables["unit"] if ended_before(row["valid_to"], last)}  # fmt: skip


NO_MORE = ("撤销后不再到期", "not due any more: the unit ended before")
"""What stands for 未到期 where nothing will fall due."""


def no_more_due(run: Run, unit: str, code: str) -> bool:
    """Whether a unit ended before any value of an indicator could fall due in the period; dated nodes have days of their own."""
    row = next((one for one in run.plan.tables["unit"] if one["unit"] == unit), None)
    indicator = run.rulebook.indicator(code)
    if row is None or not ended_before(row["valid_to"], run.plan.period.end) or isinstance(indicator.method, Milestones):  # fmt: skip
        return False
    ends = [one.end for one in due_periods(indicator, run.plan.period, date.max)]
    if indicator.combine == "last":
        ends = ends[-1:]
    return bool(ends) and all(ended_before(row["valid_to"], end) for end in ends)


def handed_on(
    run: Run, unit: str, language: Language, registered: Mapping[str, str] | None = None
) -> str:
    """What became of a unit within the period, or whose figures an heir carries on, as the rulebook's succession says.

    `registered` are names that count before those of the rulebook and its data. Empty where the unit was there all along. Shares are those by which quantities are taken over.
    """
    period, said = run.plan.period, []
    names = {one.code: one.name.say(language) for one in (*run.rulebook.units, *run.facts.units)}
    names |= registered or {}
    for event in run.rulebook.succession:
        if not period.start <= event.date <= period.end:
            continue
        day, old = event.date.isoformat(), names.get(event.unit, event.unit)
        if event.unit == unit:
            heirs = ("、" if language == "zh" else ", ").join(names.get(one.unit, one.unit) for one in event.heirs)  # fmt: skip
            said.append(
                f"本单位自 {day} 起撤销，由{heirs}承继；这里的得分只含撤销以前已到期的部分。"
                if language == "zh"
                else f"From {day} on this unit is no more, and {heirs} go on for it. The score here is of what was due before that day."
            )  # fmt: skip
        mine = next((one for one in event.heirs if one.unit == unit), None)
        if mine is None:
            continue
        share = f"{mine.share.normalize():f}"
        if event.data == "inherit":
            said.append(
                f"自 {day} 起由本单位承继{old}（份额 {share}）：本期结果包含按份额承继的此前数据；以前各期由{old}单独列示，不计入本单位的结果。"
                if language == "zh"
                else f"From {day} this unit goes on for {old} (share {share}): this period's result holds the earlier figures by that share; results of periods before it stand under {old} alone."
            )  # fmt: skip
        else:
            said.append(
                f"自 {day} 起由本单位承继{old}：本期结果只含该日以后的数据；以前各期由{old}单独列示。"
                if language == "zh"
                else f"From {day} this unit goes on for {old}: this period's result holds figures from that day only; results of periods before it stand under {old} alone."
            )  # fmt: skip
        if run.rulebook.grading is not None:
            said.append(_grades_of(event, old, language))
    return "".join(said) if language == "zh" else " ".join(said)


def _grades_of(event: Succession, old: str, language: Language) -> str:
    """Whether the periods in a row with one grade follow a unit to its heir: the result of those periods never does."""
    if event.years == "inherit":
        return (
            f"等次的连续期数按方案承继{old}：以前各期等次相同的，连续计算。"
            if language == "zh"
            else f"By the rulebook, periods in a row with one grade follow {old}: earlier ones with the same grade count."
        )
    return (
        "等次的连续期数按方案自本单位起重新计算。"
        if language == "zh"
        else "By the rulebook, periods in a row with one grade begin anew with this unit."
    )
