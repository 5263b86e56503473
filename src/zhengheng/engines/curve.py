"""The scoring curve of an indicator: what each value would earn, drawn from the rule itself."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from decimal import Decimal
from itertools import pairwise
from typing import Any

import pyarrow.compute as pc

from zhengheng.domain.numbers import COEFFICIENT, format_scaled
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.plain import plain_tables
from zhengheng.engines.run import Run
from zhengheng.scheme.sense import sense_of
from zhengheng.scoring.contracts import FACTS

SAMPLES = 49
LEAST_APART = 4
"""Values nearer than this are drawn as they stand: a jump between them cannot be told from a slope."""
STEPPED = frozenset({"steps", "threshold"})
"""Methods that give the same points between any two values that their rule names."""
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
    if rule["grouped"] or not rule["full"]:
        return None
    rule = {**rule, "reference": "given"}
    oracle = Oracle(plain_tables(run.plan), {contract.name: [] for contract in FACTS})
    reached = pc.min_max(run.results.where("indicator_score", "indicator", code)["value"]).as_py()
    known = [int(v) for v in (*reached.values(), *(cell[n] for n in ("target", "base", "stretch", "bottom"))) if v is not None]  # fmt: skip
    scale = rule["unit_scale"]
    least, most = (None if end is None else int(end * scale) for end in _sense(run, rule, code))
    turns = {
        turn for turn in _turns(run, rule, cell, min(known))
        if (least is None or turn >= least) and (most is None or turn <= most)
    }  # fmt: skip
    low, high = min(*known, *turns), max(*known, *turns)
    margin = max((high - low) // 4, abs(high) // 10, 1)
    low, high = (max(low - margin, 0) if low >= 0 else low - margin), high + margin
    # No value beyond the range of sense is drawn, unless it was reached.
    low = low if least is None else max(low, min(least, *known))
    high = high if most is None else min(high, max(most, *known))
    drawn = _Rule(oracle, rule, cell, [])
    low = _to_an_end(drawn, low, -margin, (0 if low >= 0 else None) if least is None else least)
    high = _to_an_end(drawn, high, margin, most)
    if rule["method"] in STEPPED:
        # Level from turn to turn: both sides of each say everything.
        after = rule["method"] == "threshold"
        sides = {turn + by for turn in turns for by in range(-1, 1 + after)}
        return replace(drawn, marks=sorted({low, high, int(cell["value"]), *(one for one in sides if low <= one <= high)}))  # fmt: skip
    step = max((high - low) // (SAMPLES - 1), 1)
    marks = sorted({*range(low, high + 1, step), high, int(cell["value"]), *turns})
    sides = {mark for first, last in pairwise(marks) for mark in _jumps(drawn, first, last)}
    return replace(drawn, marks=sorted({*marks, *sides}))


def _sense(run: Run, rule: dict[str, Any], code: str) -> tuple[Decimal | None, Decimal | None]:
    """The lowest and highest value that makes sense; a mark ends where its scale does, if the rulebook says nothing else."""
    sense = sense_of(run.rulebook, run.rulebook.indicator(code))
    high = sense.high
    if high is None and rule["method"] == "direct":
        cap = 1 if rule["most"] is None else Decimal(rule["most"]) / COEFFICIENT
        high = Decimal(rule["high"]) / rule["unit_scale"] * max(cap, 1)
    return sense.low, high


def _turns(run: Run, rule: dict[str, Any], cell: dict[str, Any], least: int) -> Iterator[int]:
    """The values that the rule itself names, where its curve turns or jumps; `least` is the lowest that was reached or aimed at."""
    names = ("low", "high", "low_limit", "high_limit")
    yield from (int(rule[name]) for name in names if rule[name] is not None)
    if rule["method"] == "threshold" and cell["target"] is not None:
        yield int(cell["target"])
    mine = {name: rule[name] for name in ("indicator", "segment")}
    for row in run.plan.tables["rule_knot"]:
        if mine.items() <= row.items():
            yield from (int(row[f"at_{end}"]) for end in ("low", "high") if not row[f"open_{end}"])
    for row in run.plan.tables["rule_step"]:
        if not mine.items() <= row.items() or (row["difference"] and cell["target"] is None):
            continue
        at = int(row["at"]) + (int(cell["target"]) if row["difference"] else 0)
        # A table that opens far below zero (from −99) means: whatever is less.
        if row["place"] > 1 or at >= min(least, 0):
            yield at


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
    # A jump of one unit of the rounding is the slope itself.
    if drawn.rule["round_unit"] < _size(drawn, low, high) and 2 * _size(drawn, low, high) >= _size(drawn, first, last):  # fmt: skip
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

    It goes as far as the values that the rule names, so that each of its parts is in it. Empty where the unit has no value,
    where nothing can be earned, or where the points depend on who else is in the group.
    """
    held = _rule(run, unit, code)
    if held is None:
        return []
    found = [(mark, held.points(mark)) for mark in held.marks]
    return [
        Point(format_scaled(mark, held.rule["decimals"]), format_scaled(points[1], 9, held.rule["digits"]))
        for mark, points in found if points is not None
    ]  # fmt: skip


def stepped(run: Run, unit: str, code: str) -> bool:
    """Whether the points stay as they are from one value of the curve to the next, and jump there."""
    held = _rule(run, unit, code)
    return held is not None and held.rule["method"] in STEPPED


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
