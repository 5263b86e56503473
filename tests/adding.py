"""Adds up the passport as a reader with a pocket calculator would, from nothing but what it says."""

import re
from collections.abc import Iterator
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

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
        yield f"{run.rulebook.code} {run.plan.period.code} {entry.label}", added.quantize(digits, ROUND_HALF_UP), shown  # fmt: skip


def _counted(part: Entry) -> Decimal:
    weight = WEIGHT.match(part.detail)
    instead = INSTEAD.search(part.detail)
    points = Decimal(instead[1] if instead else part.score or 0)
    return points * Decimal(weight[1] if weight else 1)


def computed(label: str) -> Decimal | None:
    """What the formula of a passport's line comes to; None where its method has a root or logarithm, or it is a sentence alone."""
    if "ln " in label or "⟨" in label:
        return None
    text = re.sub(
        r"（(−[\d.]+)）", r" (\1)", label.partition(": ")[2]
    )  # a number below zero behind a sign
    text = re.sub(r"（.*）|【.*】", "", text)
    text = re.split("：|计$", text)[-1].replace("×", "*").replace("−", "-").replace("%", "/ 100")
    if not re.fullmatch(r"[-+*/(),. \d]+", re.sub(r"min|max", "", text)):
        return None
    exact = re.sub(r"\d+(?:\.\d+)?", lambda one: f'Fraction("{one[0]}")', text)
    number = eval(exact, {"Fraction": Fraction, "min": min, "max": max})
    return Decimal(number.numerator) / Decimal(number.denominator)


def formulas(entry: Entry) -> Iterator[tuple[str, Decimal, Decimal]]:
    """Every indicator that rests on one formula: the formula, what it comes to, and the points beside it."""
    for part in entry.parts:
        yield from formulas(part)
    cells = [part for part in entry.parts if part.kind == "cell"]
    if entry.kind != "indicator" or len(cells) != 1 or not entry.score or "系数" in entry.detail:
        return
    if (cells[0].status, entry.status) != ("value", "value"):
        return
    if (number := computed(cells[0].label)) is not None:
        shown = Decimal(entry.score)
        digits = Decimal(1).scaleb(shown.as_tuple().exponent)  # type: ignore[arg-type]
        yield f"{entry.label} {cells[0].label}", number.quantize(digits, ROUND_HALF_UP), shown
