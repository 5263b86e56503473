"""Reading results side by side: which there are, groups, history, what is disputed and being put right."""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any, Generic, TypeVar

from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.periods import ended_before
from zhengheng.domain.problems import Language
from zhengheng.engines.heat import Column, Mark, stopping
from zhengheng.engines.lights import NOTHING_DUE
from zhengheng.engines.lives import handed_on
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Line
from zhengheng.engines.streak import Streak, streak
from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.declare import Words
from zhengheng.web.organisation.selectors import names_of as names_of
from zhengheng.web.overview.readings import Reading, level_of, reading
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.rectification.rows import units_of
from zhengheng.web.results.duties import open_appeals
from zhengheng.web.results.grades import Decided, graded
from zhengheng.web.results.models import DecidedGrade, ResultRun
from zhengheng.web.results.selectors import visible
from zhengheng.workflow.machines import RECTIFICATION, STANDING

C = TypeVar("C")


def newest(account: Account, day: date) -> list[ResultRun]:
    """The newest version of each result that the account may see; the latest period first."""
    return newest_of(visible(account, day))


def newest_of(held: Iterable[ResultRun]) -> list[ResultRun]:
    """The newest version of each of these results; one on notice counts before a later draft."""
    found: dict[tuple[str, str], ResultRun] = {}
    for result in sorted(held, key=lambda r: (r.state in STANDING, r.made_at, r.pk)):
        found[result.rulebook, result.period] = result
    # Of one year the whole comes before its quarters and months.
    return sorted(found.values(), key=lambda r: (r.period[:4], -len(r.period), r.period, r.rulebook), reverse=True)  # fmt: skip


def history(result: ResultRun, known: Iterable[ResultRun]) -> list[ResultRun]:
    """Of the results that an account may see, those of the same rulebook for earlier periods of the same length, oldest first."""
    held = [r for r in known if r.rulebook == result.rulebook and len(r.period) == len(result.period) and r.period < result.period]  # fmt: skip
    return sorted(held, key=lambda r: r.period)


def years(
    result: ResultRun, known: list[ResultRun], unit: str, code: str, language: Language
) -> list[dict[str, Any]]:
    """The indicator in every period that this account may see: value, target, points, the group's range."""
    found = []
    for one in (*history(result, known), result):
        held = reading(one, language)
        mark = held.heat.marks.get(unit, {}).get(code)
        if mark is not None:
            found.append({"result": one, "mark": mark, "place": held.places.get((unit, code)), "level": level_of(held, unit, code), "before": held.heat.column(code).before, "ended": held.line[unit][1].ended,
                          "version": held.run.rulebook.version})  # fmt: skip
    return found


def went_on(run: Run, unit: str, language: Language) -> str:
    """What became of a unit within the period, or for whom it goes on, by the names that the organisation gives them."""
    codes = {code for event in run.rulebook.succession for code in (event.unit, *(heir.unit for heir in event.heirs))}  # fmt: skip
    return handed_on(run, unit, language, names_of(codes, language))


def stopped(run: Run, line: Line, language: Language) -> str:
    """Of which days the values of a unit are that ended before the period did; empty of any other."""
    if not line.ended:
        return ""
    period, begun = run.plan.period, run.plan.period.start
    row = next((one for one in run.plan.tables["unit"] if one["unit"] == line.unit), None)
    if row and row["valid_from"]:
        begun = max(begun, row["valid_from"])
    return (
        f"本单位存续至 {line.ended}：{period.code} 的数值只含 {begun} 至 {line.ended}，不参加组内排名；在图和表中与其他各期的全期数值并列。"
        if language == "zh"
        else f"This unit was there until {line.ended}: its value for {period.code} is of {begun} to {line.ended} only and has no place in the group; chart and table show it beside values of whole periods."
    )  # fmt: skip


def on_end(
    result: ResultRun, known: Iterable[ResultRun], unit: str, language: Language
) -> Streak | None:
    """Since when the unit has held its grade, as far as this account may see."""
    newest_first = (result, *reversed(history(result, known)))
    decided: dict[str, dict[str, str]] = {}
    for one in DecidedGrade.objects.filter(run__in=newest_first, asked=False).select_related("run"):
        decided.setdefault(one.run.run, {})[one.unit] = one.decided
    return streak((reading(one, language).run for one in newest_first), unit, decided)


def disputed(result: ResultRun) -> set[tuple[str, str]]:
    """Unit and indicator of every appeal that keeps the result from its end: one that was returned to be completed is among them
    until its time is over, and one against a version that this one replaced."""
    return {
        (one.unit.code, one.indicator)
        for kind, one in open_appeals(result)
        if kind.name == "appeal"
    }


def open_cases() -> Counter[str]:
    """How many rectification cases of each unit are open, of whatever run."""
    held = Rectification.objects.exclude(state__in=(*RECTIFICATION.final, "proposed"))
    return Counter(unit for case in held.select_related("unit") for unit in {case.unit.code, *units_of(case)})  # fmt: skip


@dataclass(frozen=True)
class Standing:
    """A line of the overview: the scoreboard's line with what is missing, disputed and being put right."""

    line: Line
    counted: Counter[str]
    disputed: int
    cases: int
    before: str
    why: Words = ("", "")
    """Why it has no place in its group, where the year and not its data is the reason."""

    @property
    def gaps(self) -> int:
        return self.counted["missing"] + self.counted["undefined"] + self.counted["withheld"]


ONLY = {
    "": ("全部", "all"), "missed": ("有未达标", "with one not met"), "watch": ("有关注", "with one to watch"),
    "missing": ("有缺数据", "with data missing"), "disputed": ("有争议", "under dispute"), "cases": ("整改中", "being put right"),
}  # fmt: skip
"""What the units shown can be narrowed to."""
PAGE = 60
"""Units of a group on one page; a city with more is read group by group."""


@dataclass(frozen=True)
class Choice:
    """What of a result is asked for: all groups or one (by its place), some units, in which order, which page."""

    group: int | None = None
    words: str = ""
    only: str = ""
    by_score: bool = False
    page: int = 1


MOST_NAMED = 3
"""Indicators without data that a line names; of more it says how many."""


@dataclass(frozen=True)
class Shown:
    """A group as it is shown: this page of its lines, of how many."""

    name: str
    number: int
    middle: str
    lowest: str
    highest: str
    lines: list[Standing]
    found: int
    shares: bool = False


def unplaced(run: Run) -> dict[str, Words]:
    """Units that were not there for the whole period, or are listed only: why they have no place."""
    root, period = run.rulebook.tree.code, run.plan.period
    placed = {row["unit"] for row in run.results.rows("ranking") if row["node"] == root}
    found: dict[str, Words] = {}
    for row in run.plan.tables["unit"]:
        if row["unit"] in placed:
            continue
        if ended_before(row["valid_to"], period.end):
            day = row["valid_to"]
            found[row["unit"]] = (f"已于 {day} 撤销，不排名、不定等", f"ended on {day}: neither ranked nor graded")  # fmt: skip
        elif row["valid_from"] > period.start:
            day = row["valid_from"]
            found[row["unit"]] = (f"{day} 起设立，不满一期，不排名", f"there from {day} on only: not ranked")  # fmt: skip
        elif not row["ranked"]:
            found[row["unit"]] = ("按方案只列出，不排名", "listed only, by the rulebook")
    return found


def _stopped(held: Reading, line: Line) -> Words:
    """What a line without a total waits for, by name."""
    if line.score or line.status != "missing":
        return "", ""
    waits = lacks(held, line.unit)
    zh, en = (
        mark_and.join(column.name for _, column in waits[:MOST_NAMED]) for mark_and in ("、", ", ")
    )
    more_zh, more_en = (f"等 {len(waits)} 项", f" and others, {len(waits)} in all") if len(waits) > MOST_NAMED else ("", "")  # fmt: skip
    return (f"{zh}{more_zh}没有数据，因而没有总分", f"no data for {en}{more_en}, so there is no total") if waits else ("", "")  # fmt: skip


def shown_groups(
    held: Reading, choice: Choice, argued: set[tuple[str, str]], cases: Counter[str],
    before: dict[str, str], language: Language, decided: dict[str, Decided] | None = None,
) -> list[Shown]:  # fmt: skip
    """The groups asked for with their units."""
    disputes, why = Counter(unit for unit, _ in argued), unplaced(held.run)
    names = names_of(held.line, language) if choice.words else {}
    found = []
    for number, group in enumerate(held.groups):
        if choice.group is not None and number != choice.group:
            continue
        lines = [
            Standing(graded(one, decided or {}, language), held.counted.get(one.unit, Counter()), disputes[one.unit], cases[one.unit], before.get(one.unit, ""), why.get(one.unit) or _stopped(held, one))
            for one in group.lines if choice.words.casefold() in f"{one.unit} {one.name} {names.get(one.unit, '')}".casefold()
        ]  # fmt: skip
        lines = [one for one in lines if _wanted(one, choice.only)]
        if choice.by_score:
            lines.sort(key=lambda one: (one.line.place or 10**9, one.line.unit))
        page = lines[(choice.page - 1) * PAGE : choice.page * PAGE]
        found.append(Shown(group.name, number, group.middle, group.lowest, group.highest, page, len(lines), group.shares))  # fmt: skip
    english = names_of((one.line.unit for shown in found for one in shown.lines), language)
    for shown in found:
        shown.lines[:] = [replace(one, line=replace(one.line, name=english.get(one.line.unit, one.line.name))) for one in shown.lines]  # fmt: skip
    return found


@dataclass(frozen=True)
class Block(Generic[C]):
    """Units that are told by about the same columns, and those columns."""

    columns: list[C]
    lines: list[Standing]


def blocks(
    lines: Iterable[Standing], told: Mapping[str, Iterable[str]], columns: Mapping[str, C]
) -> list[Block[C]]:
    """Units side by side where they share at least half of their columns; the others stand apart.

    `told` says which columns a unit has.
    """
    found: list[tuple[set[str], list[Standing]]] = []
    for one in lines:
        own = set(told.get(one.line.unit, ()))
        like = next((pair for pair in found if 2 * len(pair[0] & own) >= len(pair[0] | own)), None)
        if like is None:
            found.append((own, [one]))
        else:
            like[0].update(own)
            like[1].append(one)
    return [
        Block([column for code, column in columns.items() if code in codes], held)
        for codes, held in found
    ]


def _wanted(one: Standing, only: str) -> bool:
    match only:
        case "missed" | "watch":
            return bool(one.counted[only])
        case "missing":
            return bool(one.gaps)
        case "disputed" | "cases":
            return bool(getattr(one, only))
    return True


def observed(run: Run, unit: str, code: str) -> list[tuple[str, str]]:
    """The unit's own observations of the indicator: period and value, in order of time."""
    decimals = run.rulebook.indicator(code).decimals
    rows = [r for r in unit_rows(run.facts, "observation", [unit]) if r["indicator"] == code]
    return [
        (row["period"].isoformat()[:7], format_scaled(row["value"], decimals))
        for row in sorted(rows, key=lambda r: r["period"])
    ]


def gaps(marks: Iterable[Mark], most: int = 3) -> list[Mark]:
    """The indicators with most to gain, by points; not those of which nobody says what is due by now."""
    held = [mark for mark in marks if mark.lost and mark.line != NOTHING_DUE]
    return sorted(held, key=lambda mark: (-mark.lost, mark.indicator))[:most]


def members(run: Run, unit: str) -> int:
    """How many units have a place in the unit's group."""
    rows = run.results.of_unit("ranking", unit)
    return next((row["members"] for row in rows if row["node"] == run.rulebook.tree.code), 0)


def left_words(line: Line) -> Words:
    """What the points of a gap are: added to the total, or where there is none to add to, left to the full mark.

    A unit that ended gains nothing any more: of it they are what it lost.
    """
    if line.ended:
        return ("总分已失", "lost of the total") if line.score else ("距满分差了", "fell short of the full mark by")  # fmt: skip
    return (
        ("总分还可得", "could gain in the total")
        if line.score
        else ("距满分还差", "short of the full mark by")
    )


def gaps_words(line: Line) -> Words:
    """What the list of gaps is called."""
    return "最影响得分的几项", "What cost most" if line.ended else "What would help most"


def lacks(held: Reading, unit: str) -> list[tuple[Mark, Column]]:
    """What a unit without a total lacks: the indicators with weight for whose sake there is none, else all of them."""
    marks = held.heat.marks.get(unit, {})
    weighed = {code: mark.status for code, mark in marks.items() if mark.weighed}
    total = held.line[unit][1].status
    found = stopping(weighed, total) or stopping({code: mark.status for code, mark in marks.items()}, total)  # fmt: skip
    return [(marks[code], held.heat.column(code)) for code in found]
