"""Kept runs as the overview reads them: made once each, since a run never changes."""

from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from zhengheng.domain.numbers import format_scaled, ratio
from zhengheng.domain.problems import Language
from zhengheng.engines.change import Change, Comparison
from zhengheng.engines.covered import percent, unlike
from zhengheng.engines.curve import Point, curve, level, stepped
from zhengheng.engines.heat import HeatMap, heat_map
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.places import Place, places
from zhengheng.engines.run import Run
from zhengheng.engines.scoreboard import Line, Scoreboard, scoreboard
from zhengheng.web.results.models import ResultRun
from zhengheng.web.results.selectors import folder_of, loaded


@dataclass(frozen=True)
class Spread:
    """A comparison group: its units, and the median, lowest and highest of their totals."""

    name: str
    lines: tuple[Line, ...]
    middle: str
    lowest: str
    highest: str
    shares: bool = False
    """Whether these three are shares of what counts, in per cent: points of unlike wholes have no median."""


def judged(lines: Iterable[Line]) -> list[Line]:
    """Those that are ranked: what holds of them holds of the group. Where nobody is ranked, everybody."""
    held = list(lines)
    return [one for one in held if one.place is not None] or held


class Reading:
    """A run with all that its pages show of it."""

    def __init__(self, run: Run, language: Language) -> None:
        self.run = run
        self.heat: HeatMap = heat_map(run, language)
        self.board: Scoreboard = scoreboard(run, language)
        self.counted: dict[str, Counter[str]] = {unit: self.heat.counted(unit) for unit in self.heat.marks}  # fmt: skip
        self.line = {one.unit: (group.name, one) for group in self.board.groups for one in group.lines}  # fmt: skip
        self.score = {unit: line.score for unit, (_, line) in self.line.items()}
        self.told_score = {unit: f"{line.score}{', ' if language == 'en' else '，得分率 '}{line.rate}" if line.rate else line.score for unit, (_, line) in self.line.items()}  # fmt: skip
        """The score, and of a part of the full mark the share of it."""
        self.red = frozenset(unit for unit, held in self.counted.items() if held["missed"])

    @cached_property
    def places(self) -> dict[tuple[str, str], Place]:
        return places(self.run)

    @cached_property
    def groups(self) -> tuple[Spread, ...]:
        root, digits, parts = (
            self.run.rulebook.tree.code,
            self.run.rulebook.tree.digits,
            self.run.parts,
        )
        totals = {r["unit"]: r["printed"] for r in self.run.results.rows("total_score") if r["status"] == "value"}  # fmt: skip
        found = []
        for group in self.board.groups:
            known = {
                one.unit: totals[one.unit] for one in judged(group.lines) if one.unit in totals
            }
            middle = least = most = ""
            if shares := unlike((parts[unit] for unit in known), root):
                given = (parts[unit].share(root, size) for unit, size in known.items())
                rates = sorted(share for share in given if share is not None)
                between = (rates[(len(rates) - 1) // 2] + rates[len(rates) // 2]) / 2
                middle, least, most = (percent(size) for size in (between, rates[0], rates[-1]))
            elif held := sorted(known.values()):
                half = ratio(held[(len(held) - 1) // 2] + held[len(held) // 2], 2)
                middle, least, most = (format_scaled(size, 9, digits) for size in (half, held[0], held[-1]))  # fmt: skip
            lines = tuple(sorted(group.lines, key=lambda one: one.unit))
            found.append(Spread(group.name, lines, middle, least, most, shares))
        return tuple(found)


@lru_cache(maxsize=24)
def _read(folder: Path, language: Language) -> Reading:
    return Reading(loaded(folder), language)


def reading(result: ResultRun, language: Language) -> Reading:
    """What the pages show of a result's run."""
    return _read(folder_of(result.run), language)


@lru_cache(maxsize=512)
def curve_of(held: Reading, unit: str, code: str) -> list[Point]:
    """What each value of an indicator would earn a unit."""
    return curve(held.run, unit, code)


@lru_cache(maxsize=512)
def is_stepped(held: Reading, unit: str, code: str) -> bool:
    """Whether what an indicator earns a unit jumps from level to level."""
    return stepped(held.run, unit, code)


@lru_cache(maxsize=512)
def level_of(held: Reading, unit: str, code: str) -> str:
    """The value from which an indicator counts as met, whatever its light is measured by; empty where there is no one value."""
    return held.heat.mark(unit, code).level or level(held.run, unit, code)


@lru_cache(maxsize=512)
def passport_of(held: Reading, unit: str, code: str, language: Language) -> Entry:
    """How a unit's number on an indicator came about, down to the source row."""
    return passport(held.run, unit, code, language)


@lru_cache(maxsize=12)
def _compared(first: Path, second: Path, superseded: Path | None) -> Comparison:
    return Comparison(loaded(first), loaded(second), loaded(superseded) if superseded else None)


@lru_cache(maxsize=1024)
def _change(compared: Comparison, unit: str, language: Language) -> Change | None:
    return compared.of(unit, language)


def change_of(first: ResultRun, second: ResultRun, unit: str, language: Language) -> Change | None:
    """Why a unit's total moved from one result to another."""
    replaced = folder_of(first.replaces.run) if first.replaces_id and first.replaces else None
    return _change(_compared(folder_of(first.run), folder_of(second.run), replaced), unit, language)
