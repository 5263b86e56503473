"""The scoreboard: a sentence that answers, then one table per comparison group."""

from collections import Counter
from typing import Any

from zhengheng.cli import console
from zhengheng.cli.words import LANGUAGE, t
from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.outputs import is_provisional
from zhengheng.engines.run import Run

SHOWN = 12


def print_scoreboard(run: Run, limit: int = SHOWN) -> None:
    """Ranks, scores, grades and lights of a run, group by group."""
    results, book = run.results, run.rulebook
    totals = results.rows("total_score")
    ranks = {r["unit"]: r["place"] for r in results.rows("ranking") if r["node"] == book.tree.code}
    grades = {row["unit"]: row["grade"] for row in results.rows("grading")}
    lights: dict[str, Counter[str]] = {}
    for row in results.rows("light"):
        if row["subject"] in {i.code for i in book.indicators}:
            lights.setdefault(row["unit"], Counter())[row["light"]] += 1
    names = {unit.code: unit.name.say(LANGUAGE) for unit in (*run.facts.units, *book.units)}
    bands = (
        {b.code: b.name.say(LANGUAGE) for b in (*book.grading.bands, *book.grading.outside)}
        if book.grading
        else {}
    )
    ranked = sum(1 for total in totals if total["unit"] in ranks)
    console.out.print()
    console.out.print(
        t(
            f"[bold]{book.title.zh}[/] {run.plan.period.code}: {len(totals)} 个单位, {ranked} 个排名, "
            f"批次 {run.id}",
            f"[bold]{book.title.say('en')}[/] {run.plan.period.code}: {len(totals)} units, "
            f"{ranked} ranked, run {run.id}",
        )
    )
    if is_provisional(run):
        console.out.print(
            t(
                "[yellow]试算: 方案尚未生效或当日尚未公布[/]",
                "[yellow]provisional: the rules are a draft or were not yet known on that day[/]",
            )
        )
    groups = {group.code: group.name.say(LANGUAGE) for group in book.groups}
    digits = book.tree.digits
    for code in dict.fromkeys([*groups, *sorted({r["comparison_group"] for r in totals})]):
        members = [row for row in totals if row["comparison_group"] == code]
        if not members:
            continue
        members.sort(key=lambda r: (ranks.get(r["unit"], 10**9), r["unit"]))
        rows = [
            (
                str(ranks.get(r["unit"], "—")),
                names.get(r["unit"], r["unit"]),
                format_scaled(r["printed"], 9, digits) or "—",
                bands.get(grades.get(r["unit"], ""), _status(r["status"])),
                _lights(lights.get(r["unit"], Counter())),
            )
            for r in members[:limit]
        ]
        title = groups.get(code, code)
        more = len(members) - limit
        if more > 0:
            title += t(f" (前 {limit}, 另有 {more})", f" (first {limit}, {more} more)")
        console.table(
            title, [t("名次", "rank"), t("单位", "unit"), t("得分", "score"), t("等次", "grade"), t("灯", "lights")],
            rows, right=(0, 2),
        )  # fmt: skip
        console.out.print()


def _lights(counted: Counter[str]) -> str:
    green = counted["green"] + counted["green_watch"]
    parts = [("green", green), ("yellow", counted["yellow"]), ("red", counted["red"])]
    return " ".join(f"{console.light(name)}{count}" for name, count in parts if count)


def _status(status: str) -> str:
    return {
        "value": "",
        "unranked": t("不排名", "not ranked"),
        "missing": t("缺数据", "data missing"),
        "not_due": t("未到期", "not due"),
    }.get(status, status)


def print_moves(found: list[dict[str, Any]]) -> None:
    """Whose score, rank or grade moved, from what to what."""
    moved = [entry for entry in found if entry["moved"]]
    console.out.print(
        t(f"{len(found)} 个单位, {len(moved)} 个有变动", f"{len(found)} units, {len(moved)} move")
    )
    console.table(
        "",
        [t("单位", "unit"), t("期间", "period"), t("得分", "score"), t("名次", "rank"), t("等次", "grade")],
        [
            (
                entry["unit"], entry["period"],
                *(f"{entry[k][0] or '—'} → {entry[k][1] or '—'}" for k in ("score", "rank", "grade")),
            )
            for entry in moved
        ],
    )  # fmt: skip
