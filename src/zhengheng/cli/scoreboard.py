"""The scoreboard in the terminal: a sentence that answers, then one table per comparison group."""

from typing import Any

from rich.text import Text

from zhengheng.cli import console
from zhengheng.domain.several import several
from zhengheng.domain.spoken import LANGUAGE, t
from zhengheng.engines.outputs import is_provisional
from zhengheng.engines.rehearse import grade_names
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Line, scoreboard
from zhengheng.scoring.contracts import STATUS_WORDS

SHOWN = 12


def print_scoreboard(run: Run, limit: int = SHOWN) -> None:
    """Ranks, scores, grades and lights of a run, group by group."""
    board, title = scoreboard(run, LANGUAGE), run.rulebook.title.say(LANGUAGE)
    console.out.print()
    console.out.print(
        Text(title, "bold"),
        t(
            f"{run.plan.period.code}: {board.units} 个单位, {board.ranked} 个排名, 批次 {run.id}",
            f"{run.plan.period.code}: {several(board.units, 'unit', 'units')}, {board.ranked} ranked, run {run.id}",
        ),
    )
    if is_provisional(run):
        console.out.print(
            t(
                "试算：方案是草案，或当日尚未施行、尚未公布。",
                "provisional: the rules are a draft, or were not yet in force or known on that day",
            ),
            style="yellow",
        )
    heads = [
        t("名次", "rank"),
        t("单位", "unit"),
        t("得分", "score"),
        t("等次", "grade"),
        t("灯", "lights"),
    ]
    for group in board.groups:
        name, more = group.name, len(group.lines) - limit
        if more > 0:
            name += t(f" (前 {limit}, 另有 {more})", f" (first {limit}, {more} more)")
        rows = [
            (_place(line), line.name, line.score or "—", _grade(line), _lights(line))
            for line in group.lines[:limit]
        ]  # fmt: skip
        console.table(name, heads, rows, right=(0, 2))
        console.out.print()


def _place(line: Line) -> str:
    if line.place is None:
        return "—"
    return f"={line.place}" if line.tied else str(line.place)


def _grade(line: Line) -> str:
    """The grade, and of how many points the score is where only a part of the full mark was due, graded or not."""
    due = t(f"{line.part[0]} {line.due}", f"{line.part[1]} {line.due}") if line.score and line.due else ""  # fmt: skip
    if not line.told:
        return due or _status(line.status)
    if not due:
        return line.told
    rate = t(f"，得分率 {line.rate}", f", {line.rate} of these") if line.rate else ""
    return line.told + t(f"（{due} 分{rate}）", f" ({due} points{rate})")


def _lights(line: Line) -> Text:
    return Text(" ").join(console.light(light).append(str(count)) for light, count in line.lights)


def _status(status: str) -> str:
    return "" if status == "value" else t(*STATUS_WORDS[status])


def print_moves(found: list[dict[str, Any]], before: Run, after: Run) -> None:
    """Whose score, rank or grade moved, from what to what; units and grades by the names that each run has for them."""
    grades = [grade_names(one, LANGUAGE) for one in (before, after)]
    units = {
        unit.code: unit.name.say(LANGUAGE) for run in (before, after) for unit in (*run.rulebook.units, *run.facts.units)
    }  # fmt: skip
    moved = [
        entry | {"unit": units.get(entry["unit"], entry["unit"]),
                 "grade": [names.get(code, code) for names, code in zip(grades, entry["grade"], strict=True)]}
        for entry in found if entry["moved"]
    ]  # fmt: skip
    console.out.print(
        t(
            f"{len(found)} 个单位, {len(moved)} 个有变动",
            f"{several(len(found), 'unit', 'units')}, {len(moved)} move",
        )
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
