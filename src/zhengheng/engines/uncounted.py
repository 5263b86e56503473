"""Rows that a run did not count, and why: one line for each file and reason, said when the run is made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

from zhengheng.domain.numbers import plain
from zhengheng.domain.problems import Problem
from zhengheng.engines.left_out import LeftOut, in_none
from zhengheng.engines.passport_rows import TARGET_WORDS
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.lake.facts import Facts
from zhengheng.scoring.contracts import FACTS

SHOWN = 5
"""Rows that are named one by one."""
MOST = 1_000_000
"""Rows of facts up to which all that is left out is looked for."""
KINDS = {"event": ("个已决定事项", "decided items"), "milestone": ("个节点", "dated nodes"), "target": ("个目标", "targets"),
         "approval": ("个不适用批准", "approvals")}  # fmt: skip
"""What rows are called that are no values."""


def is_listed(facts: Facts) -> bool:
    """Whether facts are few enough to say of each row whether it counts."""
    return sum(facts.rows(contract.name) for contract in FACTS) <= MOST


def uncounted(runs: Sequence[Run]) -> Iterator[Problem]:
    """Warnings about rows that have a part in none of these runs of the same facts, and targets that an heir does not
    take over; refused ones are told by themselves."""
    facts = runs[0].facts
    for run in runs:
        yield from _not_added(run)
    periods = "、".join(run.plan.period.code for run in runs)
    if not is_listed(facts):
        many = sum(facts.rows(contract.name) for contract in FACTS)
        yield Problem(
            periods, "left_out.many",
            f"数据有 {many} 行，未计入的行不在这里逐一查找；请用 zhengheng left-out 批次 --unit 单位 逐个单位查看。",
            f"the data have {many} rows, and those that do not count are not looked for here; ask of one unit: zhengheng left-out RUN --unit UNIT",
            "warning",
        )  # fmt: skip
        return
    held: defaultdict[tuple[int, str, str, str], list[LeftOut]] = defaultdict(list)
    for one in in_none(runs):
        kind = one.table if one.table in KINDS else "value"
        if one.reason != "refused" and not one.empty:
            held[one.number, one.file, one.reason, kind].append(one)
    for (_, file, reason, kind), rows in sorted(held.items()):
        if (kind, reason) == ("event", "period"):
            yield _of_other_periods(file, rows, periods)
        else:
            yield _told(file or kind, reason, kind, rows)


def _not_added(run: Run) -> Iterator[Problem]:
    """Targets of quantities that stay with the unit before, as its heir has one of its own: its quantities go over, they do not."""
    handing = [
        {"unit": event.unit, "heir": heir.unit} for event in run.rulebook.succession
        if event.targets == "inherit" and event.date <= run.plan.period.end
        for heir in event.heirs if heir.unit != event.unit
    ]  # fmt: skip
    if not handing:
        return
    party = sorted({one for row in handing for one in (row["unit"], row["heir"])})
    held = {
        (row["unit"], row["indicator"], row["kind"]): row["value"]
        for row in unit_rows(run.facts, "target", party)
        if row["period"] == run.plan.period.end and row["kind"] in TARGET_WORDS
    }
    additive = {row["indicator"] for row in run.plan.tables["series"] if row["additive"]}
    for event in handing:
        both = [
            (code, kind, plain(value, run.rulebook.indicator(code).decimals), plain(held[event["heir"], code, kind], run.rulebook.indicator(code).decimals))
            for (unit, code, kind), value in sorted(held.items())
            if unit == event["unit"] and code in additive and (event["heir"], code, kind) in held
        ]  # fmt: skip
        if both:
            old, heir = event["unit"], event["heir"]
            zh = "；".join(f"{code} {TARGET_WORDS[kind][0]} {own}，不加 {old} 的 {value}" for code, kind, value, own in both)  # fmt: skip
            en = "; ".join(f"{code} {TARGET_WORDS[kind][1]} {own}, and {old}'s {value} is not added" for code, kind, value, own in both)  # fmt: skip
            yield Problem(
                run.plan.period.code, "target.own",
                f"{heir} 承接 {old} 的目标，但自己有目标的以自己的为准，不相加：{zh}。应当合计的，请把合计数填为 {heir} 的目标。",
                f"{heir} takes over the targets of {old}, but where it has one of its own that one stands alone: {en}. Where they are to be added, file the sum as the target of {heir}",
                "warning",
            )  # fmt: skip


def _told(where: str, reason: str, kind: str, rows: list[LeftOut]) -> Problem:
    # A reason with a day of its own stands at each row; the others are said once.
    zh, en = rows[0].said if reason != "late" else ("在核算日之后公布", "published after the day of the run")  # fmt: skip
    named = KINDS.get(kind, ("行数值", "values"))
    return Problem(
        where, f"left_out.{reason}",
        f"{len(rows)} {named[0]}没有计入，理由：{zh}。{_listed(rows, 0)}。",
        f"{len(rows)} {named[1]} do not count: {en}. {_listed(rows, 1)}", "warning",
    )  # fmt: skip


def _listed(rows: list[LeftOut], language: int) -> str:
    more = ("等", ", and more")[language] if len(rows) > SHOWN else ""
    return ("；", "; ")[language].join(_named(one, language) for one in rows[:SHOWN]) + more


def _named(one: LeftOut, language: int) -> str:
    told = (f"第 {one.row} 行 {one.unit} {one.code}", f"row {one.row} {one.unit} {one.code}")[
        language
    ]
    return told + (f"（{one.when}）", f" ({one.when})")[language] if one.when else told


def _of_other_periods(file: str, rows: list[LeftOut], periods: str) -> Problem:
    """Decided items, which count in the period of their decision where they name none."""
    zh = "；".join(f"第 {r.row} 行 {r.unit} {r.code}（{_when(r, 0)}）" for r in rows[:SHOWN])
    en = "; ".join(f"row {r.row} {r.unit} {r.code} ({_when(r, 1)})" for r in rows[:SHOWN])
    more = len(rows) > SHOWN
    return Problem(
        file or "event", "event.period",
        f"{len(rows)} 个已决定事项不属于考核期间 {periods}，没有计入：{zh}{'等' if more else ''}。没有写明期间的，按决定日期所在的期间计入；属于这一期间的，请在映射中用 period 写明。",
        f"{len(rows)} decided items are not of {periods.replace('、', ', ')} and do not count: {en}{', and more' if more else ''}. "
        "Without a period an item counts in the one that the day of its decision lies in; where it is of this one, say so by `period` in the mapping",
        "warning",
    )  # fmt: skip


def _when(row: LeftOut, language: int) -> str:
    if row.decided:
        return (f"决定日期 {row.when}", f"day of the decision {row.when}")[language]
    return (f"期间止于 {row.when}", f"period to {row.when}")[language]
