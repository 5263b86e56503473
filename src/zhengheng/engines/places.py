"""Where each unit stands in its comparison group on each indicator, and how far the group reaches."""

from dataclasses import dataclass
from fractions import Fraction
from typing import Any

from zhengheng.domain.numbers import format_scaled, ratio
from zhengheng.engines.lives import ended
from zhengheng.engines.run import Run
from zhengheng.scoring.contracts import VALUE


@dataclass(frozen=True)
class Place:
    """A unit among the members of its group that have a value; lowest, middle and highest are values."""

    place: int
    """0 of a unit that ended before the period did: it is beside its group and no member of it."""
    tied: bool
    members: int
    lowest: str
    middle: str
    highest: str


def places(run: Run) -> dict[tuple[str, str], Place]:
    """By unit and indicator: the place by the share of the full mark earned, equal shares sharing one.

    By shares, because one indicator may weigh more for one unit than for another; none where it weighs nothing.

    A unit that ended before the period did is ranked nowhere: it takes nobody's place and moves no limit of the group.
    The median of an even group is the mean of its two middle values, half up, as the oracle has it.
    """
    full = {(r["category"], r["indicator"]): r["full"] for r in run.plan.tables["rule"] if r["latest"]}  # fmt: skip
    groups: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for row in run.results.rows("indicator_score"):
        if row["status"] == VALUE and full[row["category"], row["indicator"]]:
            groups.setdefault((row["comparison_group"], row["indicator"]), []).append(row)
    found: dict[tuple[str, str], Place] = {}
    gone = ended(run)
    for (_, code), every in groups.items():
        rows = [row for row in every if row["unit"] not in gone]
        if not rows:
            continue
        decimals = run.rulebook.indicator(code).decimals
        values = sorted(row["value"] for row in rows)
        lower, upper = values[(len(values) - 1) // 2], values[len(values) // 2]
        lowest, highest = (format_scaled(v, decimals, decimals) for v in (values[0], values[-1]))
        middle = format_scaled(ratio(lower + upper, 2), decimals, decimals)
        mine = [Fraction(row["points"], full[row["category"], code]) for row in rows]
        shares = sorted(mine, reverse=True)
        first = {share: place for place, share in reversed(list(enumerate(shares, 1)))}
        for row, share in zip(rows, mine, strict=True):
            place = first[share]
            tied = place < len(shares) and shares[place] == share
            found[row["unit"], code] = Place(place, tied, len(rows), lowest, middle, highest)
        beside = Place(0, False, len(rows), lowest, middle, highest)
        found |= {(row["unit"], code): beside for row in every if row["unit"] in gone}
    return found
