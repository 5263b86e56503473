"""Whose rows can stand behind a unit's values, and the oracle over just those."""

from collections.abc import Mapping, Sequence
from typing import Any

from zhengheng.engines.oracle import Oracle
from zhengheng.engines.rows import unit_rows
from zhengheng.engines.run import Run
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import FACTS

Row = dict[str, Any]


def sources_of(tables: Mapping[str, Sequence[Row]], unit: str) -> list[str]:
    """The unit and all whose rows can stand behind its values: predecessors, units added up into it."""
    found = [unit]
    for code in found:
        before = [row["unit"] for row in tables["succession"] if row["heir"] == code]
        owed = [
            row["origin"]
            for name in ("figure", "rollup")
            for row in tables[name]
            if row["unit"] == code
        ]
        found += [other for other in dict.fromkeys((*before, *owed)) if other not in found]
    return found


def between(book: Rulebook, unit: str) -> dict[str, set[str]]:
    """By unit below this one in a cascade that rolls up, the indicators: those at the ends of the branches, and those between,
    whose decisions are read while their figures are not."""
    found: dict[str, set[str]] = {}
    for indicator in {one.indicator for one in book.cascade if one.roll_up}:
        line = [unit]
        for above in line:
            below = (child for one in book.cascade if one.roll_up and (one.indicator, one.parent) == (indicator, above) for child in one.children)  # fmt: skip
            line += [child for child in below if child not in line]
        for one in line[1:]:
            found.setdefault(one, set()).add(indicator)
    return found


def oracle_of(run: Run, unit: str) -> Oracle:
    """The oracle over a unit and those whose rows can stand behind its values."""
    origins = sources_of(run.plan.tables, unit)
    tables = {k: list(v) for k, v in run.plan.tables.items() if k != "unit"}
    tables["unit"] = [row for row in run.plan.tables["unit"] if row["unit"] in origins]
    return Oracle(tables, {c.name: unit_rows(run.facts, c.name, origins) for c in FACTS})
