"""Rows that a run did not count, and why: one line for each file and reason, said when the run is made."""

from collections import defaultdict
from collections.abc import Iterator, Sequence

import pyarrow as pa

from zhengheng.domain.problems import Problem
from zhengheng.engines.oracle import decided, within
from zhengheng.engines.rows import Row
from zhengheng.engines.run import Run

SHOWN = 5
"""Rows that are named one by one."""


def uncounted(runs: Sequence[Run]) -> Iterator[Problem]:
    """Warnings about rows that say something of the units of these runs of the same facts, and count in none of them."""
    facts, periods = runs[0].facts, "、".join(run.plan.period.code for run in runs)
    names = {file.number: file.name for file in facts.files}
    by_file: defaultdict[int, list[Row]] = defaultdict(list)
    for row in _events_of_other_periods(runs):
        by_file[row["file"]].append(row)
    for number, rows in sorted(by_file.items()):
        zh = "；".join(
            f"第 {r['row']} 行 {r['unit']} {r['item']}（{_when(r, 'zh')}）" for r in rows[:SHOWN]
        )
        en = "; ".join(
            f"row {r['row']} {r['unit']} {r['item']} ({_when(r, 'en')})" for r in rows[:SHOWN]
        )
        more = len(rows) > SHOWN
        yield Problem(
            names.get(number, "event"), "event.period",
            f"{len(rows)} 个已决定事项不属于考核期间 {periods}，没有计入：{zh}{'等' if more else ''}。没有写明期间的，按决定日期所在的期间计入；属于这一期间的，请在映射中用 period 写明。",
            f"{len(rows)} decided items are not of {periods.replace('、', ', ')} and do not count: {en}{', and more' if more else ''}. "
            "Without a period an item counts in the one that the day of its decision lies in; where it is of this one, say so by `period` in the mapping",
            "warning",
        )  # fmt: skip


def _events_of_other_periods(runs: Sequence[Run]) -> list[Row]:
    """Events decided by the day of a run, of its items and units, but of the period of none."""
    held: pa.Table = runs[0].facts.tables["event"]
    items = {row["item"] for run in runs for row in run.plan.tables["item"]}
    units = {row["unit"] for run in runs for row in run.plan.tables["unit"]}
    settings = [run.plan.tables["setting"][0] for run in runs]
    rows = [
        row for row in held.to_pylist()
        if row["item"] in items and row["unit"] in units
        and any(decided(row, one) for one in settings) and not any(within(row, one) for one in settings)
    ]  # fmt: skip
    return sorted(rows, key=lambda row: (row["file"], row["row"]))


def _when(row: Row, language: str) -> str:
    if row["period"]:
        return f"期间止于 {row['period']}" if language == "zh" else f"period to {row['period']}"
    return (
        f"决定日期 {row['decided_on']}"
        if language == "zh"
        else f"day of the decision {row['decided_on']}"
    )
