"""The lights of a run's indicators by one rule: what earns nothing has none.

A light says whether something that is judged was met. An indicator of weight zero is watched, not judged; some
light rules (those by the score) could not be worked out for it at all, so none of them is read.
"""

from datetime import date
from typing import Any

from zhengheng.engines.run import Run
from zhengheng.scoring.due import due_periods

LIGHT_WORDS = {
    "green": ("● 达标", "● met"), "green_watch": ("● 达标（略慢于时间进度）", "● met (slightly behind the time that has passed)"),
    "yellow": ("▲ 关注", "▲ watch"), "red": ("■ 未达标", "■ missed"),
}  # fmt: skip
"""What people read of a light; the words of the heat map (`heat.STATUSES`)."""

NOTHING_DUE = (
    "年内不定（目标是全年的，方案没有写明到本期末应达到多少，所以不亮灯）",
    "not set within the year (the target is that of the whole year, and the rulebook does not say what is due by now, so there is no light)",
)
"""What stands for the line from which it is met, where a part of the year has no light (scoring/due.py says which these are)."""
NOT_COUNTED = (
    "年内不定（目标是全年的，方案没有写明到本期末应达到多少，所以本期不亮灯、不计分）",
    "not set within the year (the target is that of the whole year, and the rulebook does not say what is due by now, so there is neither a light nor points)",
)
"""The same where it earned nothing and counts nowhere; runs of earlier releases scored it all the same."""


def due_unjudged(run: Run, code: str) -> list[date]:
    """The days of the periods that are due of an indicator whose value is not judged within the year: its target is that of the
    whole year. Its rows are there, go into no score, and are to be read all the same. None of any other indicator."""
    tables = run.plan.tables
    observed = any(
        row["indicator"] == code and row["combine"] != "derived" for row in tables["series"]
    )
    if not observed or any(use["indicator"] == code for use in tables["period_use"]):
        return []
    return [
        one.end for one in due_periods(run.rulebook.indicator(code), run.plan.period, run.plan.at)
    ]


def not_lit_within(run: Run) -> frozenset[str]:
    """Indicators whose light rule says nothing of this run's period."""
    told = {row["subject"] for row in run.plan.tables["light_rule"]}
    return frozenset(i.code for i in run.rulebook.indicators if i.light and i.code not in told)


def indicator_lights(run: Run, unit: str | None = None) -> dict[tuple[str, str], str]:
    """Unit and indicator → light, of one unit or of all."""
    full = {(r["category"], r["indicator"]): r["full"] for r in run.plan.tables["rule"] if r["latest"]}  # fmt: skip

    def rows(table: str) -> list[dict[str, Any]]:
        return run.results.rows(table) if unit is None else run.results.of_unit(table, unit)

    judged = {
        (row["unit"], row["indicator"])
        for row in rows("indicator_score")
        if full[row["category"], row["indicator"]]
    }
    found = {(row["unit"], row["subject"]): row["light"] for row in rows("light")}
    return {key: light for key, light in found.items() if key in judged}
