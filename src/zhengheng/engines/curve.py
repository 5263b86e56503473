"""The scoring curve of an indicator: what each value would earn, drawn from the rule itself."""

from dataclasses import dataclass

import pyarrow.compute as pc

from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.plain import plain_tables
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import FACTS

SAMPLES = 49


@dataclass(frozen=True)
class Point:
    """A value and the points it would earn, as texts with the rule's own digits."""

    value: str
    points: str


def curve(run: Run, unit: str, code: str) -> list[Point]:
    """Values from well below to well above what the group reached, each with its points.

    Empty where the unit has no value, or where the points depend on who else is in the group.
    """
    held = [c for c in run.results.of_unit("cell", unit) if c["indicator"] == code and c["value"] is not None]  # fmt: skip
    score = next((r for r in run.results.of_unit("indicator_score", unit) if r["indicator"] == code), None)  # fmt: skip
    if not held or score is None:
        return []
    cell = {**held[-1], "target": score["target"]}
    rule = next(
        row for row in run.plan.tables["rule"]
        if (row["category"], row["indicator"], row["segment"]) == (cell["category"], code, cell["segment"])
    )  # fmt: skip
    if rule["grouped"]:
        return []
    rule = {**rule, "reference": "given"}
    oracle = Oracle(plain_tables(run.plan), {contract.name: [] for contract in FACTS})
    reached = pc.min_max(run.results.where("indicator_score", "indicator", code)["value"]).as_py()
    known = [*reached.values(), *(cell[n] for n in ("target", "base", "stretch", "bottom") if cell[n] is not None)]  # fmt: skip
    low, high = int(min(known)), int(max(known))
    margin = max((high - low) // 4, abs(high) // 10, 1)
    low, high = (max(low - margin, 0) if low >= 0 else low - margin), high + margin
    step = max((high - low) // (SAMPLES - 1), 1)
    marks = sorted({*range(low, high + 1, step), int(cell["value"])})
    found = [(mark, oracle.points({**cell, "value": mark}, rule, {})) for mark in marks]
    return [
        Point(format_scaled(mark, rule["decimals"]), format_scaled(points[1], 9, rule["digits"]))
        for mark, points in found if points is not None
    ]  # fmt: skip
