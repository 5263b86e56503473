"""The scoring curve of an indicator: what each value would earn, drawn from the rule itself."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from itertools import pairwise
from typing import Any

import pyarrow.compute as pc

from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.plain import plain_tables
from zhengheng.engines.run import Run
from zhengheng.scheme.sense import sense_of
from zhengheng.scoring.contracts import FACTS

SAMPLES = 49
LEAST_APART = 4
"""Values nearer than this are drawn as they stand: a jump between them cannot be told from a slope."""
FURTHER = 3
"""Quarters of the range that a curve goes on at either side, to show where it ends."""


@dataclass(frozen=True)
class Point:
    """A value and the points it would earn, as texts with the rule's own digits."""

    value: str
    points: str


@dataclass(frozen=True)
class _Rule:
    """One unit's rule with the range of values to draw."""

    oracle: Oracle
    rule: dict[str, Any]
    cell: dict[str, Any]
    marks: list[int]

    def points(self, mark: int) -> tuple[int, int] | None:
        """Exact and printed points of a value."""
        return self.oracle.points({**self.cell, "value": mark}, self.rule, {})


def _rule(run: Run, unit: str, code: str) -> _Rule | None:
    held = [c for c in run.results.of_unit("cell", unit) if c["indicator"] == code and c["value"] is not None]  # fmt: skip
    score = next((r for r in run.results.of_unit("indicator_score", unit) if r["indicator"] == code), None)  # fmt: skip
    if not held or score is None:
        return None
    cell = {**held[-1], "target": score["target"]}
    rule = next(
        row for row in run.plan.tables["rule"]
        if (row["category"], row["indicator"], row["segment"]) == (cell["category"], code, cell["segment"])
    )  # fmt: skip
    if rule["grouped"]:
        return None
    rule = {**rule, "reference": "given"}
    oracle = Oracle(plain_tables(run.plan), {contract.name: [] for contract in FACTS})
    reached = pc.min_max(run.results.where("indicator_score", "indicator", code)["value"]).as_py()
    known = [int(v) for v in (*reached.values(), *(cell[n] for n in ("target", "base", "stretch", "bottom"))) if v is not None]  # fmt: skip
    low, high = min(known), max(known)
    margin = max((high - low) // 4, abs(high) // 10, 1)
    low, high = (max(low - margin, 0) if low >= 0 else low - margin), high + margin
    # No value beyond the range of sense is drawn, unless it was reached.
    sense, scale = sense_of(run.rulebook, run.rulebook.indicator(code)), rule["unit_scale"]
    low = low if sense.low is None else max(low, min(int(sense.low * scale), *known))
    high = high if sense.high is None else min(high, max(int(sense.high * scale), *known))
    drawn = _Rule(oracle, rule, cell, [])
    least = 0 if low >= 0 else None
    low = _to_an_end(drawn, low, -margin, least if sense.low is None else int(sense.low * scale))
    high = _to_an_end(drawn, high, margin, None if sense.high is None else int(sense.high * scale))
    step = max((high - low) // (SAMPLES - 1), 1)
    marks = sorted({*range(low, high + 1, step), high, int(cell["value"])})
    sides = {mark for first, last in pairwise(marks) for mark in _jumps(drawn, first, last)}
    return replace(drawn, marks=sorted({*marks, *sides}))


def _jumps(drawn: _Rule, first: int, last: int) -> Iterator[int]:
    """Both sides of each jump between two values: neighbours that make at least half of the change between them."""
    ends = drawn.points(first), drawn.points(last)
    if last - first < LEAST_APART or None in ends or ends[0] == ends[1]:
        return
    low, high = first, last
    while high - low > 1:
        middle = (low + high) // 2
        if _size(drawn, low, middle) > _size(drawn, middle, high):
            high = middle
        else:
            low = middle
    if 2 * _size(drawn, low, high) >= _size(drawn, first, last):
        yield from (low, high)
        yield from _jumps(drawn, first, low)
        yield from _jumps(drawn, high, last)


def _size(drawn: _Rule, first: int, last: int) -> int:
    """By how much the points of two values differ."""
    before, after = drawn.points(first), drawn.points(last)
    return abs(after[0] - before[0]) if before and after else 0


def _to_an_end(drawn: _Rule, edge: int, step: int, limit: int | None) -> int:
    """A little further, where the curve so reaches the value that earns nothing or the full mark; else where it was."""

    def ends(mark: int) -> bool:
        points = drawn.points(mark)
        return points is None or points[0] in (0, int(drawn.rule["full"]) * 1000)

    if ends(edge):
        return edge
    for count in range(1, FURTHER + 1):
        mark = edge + count * step
        if limit is not None:
            mark = min(mark, max(limit, edge)) if step > 0 else max(mark, min(limit, edge))
        if ends(mark):
            return mark
    return edge


def curve(run: Run, unit: str, code: str) -> list[Point]:
    """Values from well below to well above what the group reached, each with its points.

    Empty where the unit has no value, or where the points depend on who else is in the group.
    """
    held = _rule(run, unit, code)
    if held is None:
        return []
    found = [(mark, held.points(mark)) for mark in held.marks]
    return [
        Point(format_scaled(mark, held.rule["decimals"]), format_scaled(points[1], 9, held.rule["digits"]))
        for mark, points in found if points is not None
    ]  # fmt: skip


def level(run: Run, unit: str, code: str) -> str:
    """The value from which a light by the score counts as met, where the curve crosses that line once; else empty."""
    light = next((r for r in run.plan.tables["light_rule"] if r["subject"] == code and r["by"] == "score"), None)  # fmt: skip
    held = _rule(run, unit, code) if light else None
    if light is None or held is None or not held.rule["full"]:
        return ""

    def met(mark: int) -> bool:
        points = held.points(mark)
        return points is not None and points[0] * 1000 >= light["watch"] * held.rule["full"]

    turns = [pair for pair in pairwise(held.marks) if met(pair[0]) != met(pair[1])]
    if len(turns) != 1:
        return ""
    short, enough = turns[0] if met(turns[0][1]) else reversed(turns[0])
    while abs(enough - short) > 1:
        middle = (short + enough) // 2
        short, enough = (short, middle) if met(middle) else (middle, enough)
    return format_scaled(enough, held.rule["decimals"])
