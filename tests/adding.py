"""Adds up the passport as a reader with a pocket calculator would, from nothing but what it says."""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal

from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.run import Run

WEIGHT = re.compile(r"权重 ([\d.]+)")
INSTEAD = re.compile(r"[以按] (-?[\d.]+) 分计入")
SHARED = re.compile(r"各项之和再乘 ([\d.]+)(?: / ([\d.]+))?")


def sums(entry: Entry, run: Run) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Every dimension that says it is the sum of its parts: its name, what its parts add up to, what it shows."""
    plain = {row["node"]: row for row in run.plan.tables["node"]}
    factors = {row["subject"] for row in run.plan.tables["coefficient"]}
    factors |= {row["subject"] for row in run.plan.tables["unit_coefficient"]}
    bent = {row["node"] for row in run.plan.tables["node_rule"]} | factors
    for part in entry.parts:
        yield from sums(part, run)
    if entry.kind == "node" and entry.score and entry.detail.startswith("各项相加") and entry.code not in bent:  # fmt: skip
        shown = Decimal(entry.score)
        added = sum((_counted(part) for part in entry.parts), Decimal(0))
        if shared := SHARED.search(entry.detail):
            added = added * Decimal(shared[1]) / Decimal(shared[2] or 1)
        digits = Decimal(1).scaleb(-plain[entry.code]["digits"])
        # Where more digits are carried upward than shown, what is shown adds up to no more than itself.
        if not any(
            part.kind == "node" and plain[part.code]["carry"] == "exact" for part in entry.parts
        ):
            yield f"{run.rulebook.code} {run.plan.period.code} {entry.label}", added.quantize(digits, ROUND_HALF_UP), shown  # fmt: skip


def _counted(part: Entry) -> Decimal:
    weight = WEIGHT.match(part.detail)
    instead = INSTEAD.search(part.detail) if not part.score or part.kind == "indicator" else None
    points = Decimal(instead[1] if instead else part.score or 0)
    return points * Decimal(weight[1] if weight else 1)
