"""Reading results side by side: groups, history, changes, what is disputed and what is being put right."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import date
from functools import lru_cache
from pathlib import Path

from zhengheng.domain.numbers import format_scaled, plain
from zhengheng.domain.problems import Language, NotFoundError
from zhengheng.engines.change import Change, change
from zhengheng.engines.heat import HeatMap, Mark, heat_map
from zhengheng.engines.passport import unit_rows
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Group, Line, Scoreboard, scoreboard
from zhengheng.scoring.contracts import VALUE
from zhengheng.web.accounts.models import Account
from zhengheng.web.appeals.models import Appeal
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rectification.models import Rectification
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded, visible
from zhengheng.workflow.machines import APPEAL, RECTIFICATION

OPEN = ("notice", "final", "archived")


def run_of(result: ResultRun) -> Run:
    """The computed run behind a result."""
    return loaded(folder_of(result.run))


@lru_cache(maxsize=16)
def _mapped(folder: Path, language: Language) -> HeatMap:
    return heat_map(loaded(folder), language)


def map_of(result: ResultRun, language: Language) -> HeatMap:
    """The heat map of a result; runs never change, so a few stay in memory."""
    return _mapped(folder_of(result.run), language)


@lru_cache(maxsize=16)
def _board(folder: Path, language: Language) -> Scoreboard:
    return scoreboard(loaded(folder), language)


def board_of(result: ResultRun, language: Language) -> Scoreboard:
    """The scoreboard of a result, units called what the organisation calls them in this language."""
    board = _board(folder_of(result.run), language)
    if language == "zh":
        return board
    names = dict(Unit.objects.exclude(name_en="").values_list("code", "name_en"))
    groups = tuple(
        replace(group, lines=tuple(replace(one, name=names.get(one.unit, one.name)) for one in group.lines))
        for group in board.groups
    )  # fmt: skip
    return replace(board, groups=groups)


def newest(account: Account, day: date) -> list[ResultRun]:
    """The newest version of each result that the account may see; the latest period first."""
    return newest_of(visible(account, day))


def newest_of(held: Iterable[ResultRun]) -> list[ResultRun]:
    """The newest version of each of these results; one on notice counts before a later draft."""
    found: dict[tuple[str, str], ResultRun] = {}
    for result in sorted(held, key=lambda r: (r.state in OPEN, r.made_at, r.pk)):
        found[result.rulebook, result.period] = result
    return sorted(found.values(), key=lambda r: (r.period, r.rulebook), reverse=True)


def history(result: ResultRun, known: Iterable[ResultRun]) -> list[ResultRun]:
    """Of the results that an account may see, those of the same rulebook for earlier periods, oldest first."""
    held = [r for r in known if r.rulebook == result.rulebook and r.period < result.period]
    return sorted(held, key=lambda r: r.period)


@lru_cache(maxsize=4096)
def _changed(
    first: Path, second: Path, superseded: Path | None, unit: str, language: Language
) -> Change | None:
    replaced = loaded(superseded) if superseded else None
    return change(loaded(first), loaded(second), unit, language, superseded=replaced)


def change_of(first: ResultRun, second: ResultRun, unit: str, language: Language) -> Change | None:
    """Why a unit's total moved from one result to another."""
    replaced = folder_of(first.replaces.run) if first.replaces_id and first.replaces else None
    return _changed(folder_of(first.run), folder_of(second.run), replaced, unit, language)


def disputed(result: ResultRun) -> set[tuple[str, str]]:
    """Unit and indicator of every appeal that is before the panel."""
    held = Appeal.objects.filter(run=result).exclude(state__in=(*APPEAL.final, "draft"))
    return set(held.values_list("unit__code", "indicator"))


def open_cases() -> Counter[str]:
    """How many rectification cases of each unit are open, of whatever run."""
    held = Rectification.objects.exclude(state__in=(*RECTIFICATION.final, "proposed"))
    return Counter(held.values_list("unit__code", flat=True))


@dataclass(frozen=True)
class Standing:
    """A line of the overview: the scoreboard's line with what is missing, disputed and being put right."""

    line: Line
    counted: Counter[str]
    disputed: int
    cases: int
    before: str

    @property
    def gaps(self) -> int:
        return self.counted["missing"] + self.counted["withheld"]


def standings(
    result: ResultRun, earlier: ResultRun | None, argued: set[tuple[str, str]], cases: Counter[str],
    language: Language, *, by_score: bool,
) -> list[tuple[str, list[Standing]]]:  # fmt: skip
    """The groups with their units: by name as usual, by score where asked for."""
    heat = map_of(result, language)
    old = _scores(board_of(earlier, language).groups) if earlier else {}
    found = []
    for group in board_of(result, language).groups:
        lines = [
            Standing(line, heat.counted(line.unit), sum(unit == line.unit for unit, _ in argued),
                     cases[line.unit], old.get(line.unit, ""))
            for line in group.lines
        ]  # fmt: skip
        found.append(
            (group.name, lines if by_score else sorted(lines, key=lambda one: one.line.unit))
        )
    return found


def _scores(groups: Iterable[Group]) -> dict[str, str]:
    return {line.unit: line.score for group in groups for line in group.lines}


def in_trouble(result: ResultRun, cases: Counter[str], language: Language) -> tuple[int, int, int]:
    """Units; those with an indicator not met; of these, with a rectification case."""
    heat = map_of(result, language)
    red = [unit for unit in heat.marks if heat.counted(unit)["missed"]]
    return len(heat.marks), len(red), sum(bool(cases[unit]) for unit in red)


@dataclass(frozen=True)
class Place:
    """Where a unit's value stands in its group."""

    place: int
    members: int
    lowest: str
    middle: str
    highest: str


def place_of(run: Run, unit: str, code: str) -> Place | None:
    """The unit's place by points among the group's units that have a value."""
    rows = [r for r in run.results.rows("indicator_score") if r["indicator"] == code and r["status"] == VALUE]  # fmt: skip
    mine = next((r for r in rows if r["unit"] == unit), None)
    if mine is None:
        return None
    group = [r for r in rows if r["comparison_group"] == mine["comparison_group"]]
    values = sorted(r["value"] for r in group)
    half = len(values) // 2
    middle = values[half] if len(values) % 2 else (values[half - 1] + values[half]) // 2
    decimals = run.rulebook.indicator(code).decimals
    return Place(
        1 + sum(r["points"] > mine["points"] for r in group), len(group),
        plain(values[0], decimals), plain(middle, decimals), plain(values[-1], decimals),
    )  # fmt: skip


def mark_of(result: ResultRun, unit: str, code: str, language: Language) -> Mark:
    """One unit's indicator. Raises NotFoundError."""
    found = map_of(result, language).marks.get(unit, {}).get(code)
    if found is None:
        raise NotFoundError.one(
            code, "indicator.absent", zh=f"{unit} 没有指标 {code}", en=f"{unit} has no indicator {code}"
        )  # fmt: skip
    return found


def observed(run: Run, unit: str, code: str) -> list[tuple[str, str]]:
    """The unit's own observations of the indicator: period and value, in order of time."""
    decimals = run.rulebook.indicator(code).decimals
    rows = [r for r in unit_rows(run.facts, "observation", [unit]) if r["indicator"] == code]
    return [
        (row["period"].isoformat()[:7], format_scaled(row["value"], decimals))
        for row in sorted(rows, key=lambda r: r["period"])
    ]


def gaps(marks: Iterable[Mark], most: int = 3) -> list[Mark]:
    """The indicators with most to gain, by points."""
    held = [mark for mark in marks if mark.lost]
    return sorted(held, key=lambda mark: (-mark.lost, mark.indicator))[:most]
