"""What a run gives back: result tables as plain rows in a fixed order, the same from any engine."""

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any, Protocol

import pyarrow as pa

from zhengheng.lake.facts import Facts, schema
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.plan import Plan

KEPT = (
    "cell", "group_statistic", "indicator_score", "node_score", "total_score", "ranking",
    "grading", "light", "reference_score",
)  # fmt: skip
"""Result tables that every engine returns (cell only for a run that fits one bucket)."""


@dataclass
class Results:
    """Result tables by name, each satisfying its contract, sorted by its key."""

    tables: dict[str, pa.Table]

    def rows(self, table: str) -> list[dict[str, Any]]:
        rows: list[dict[str, Any]] = self.tables[table].to_pylist()
        for row in rows:
            for name, value in row.items():
                if hasattr(value, "as_tuple"):
                    row[name] = int(value)
        return rows


class Engine(Protocol):
    """Runs a plan over facts. Raises EngineError where a number leaves its bounds."""

    name: str

    def run(self, plan: Plan, facts: Facts) -> Results: ...


def conform(table: str, made: pa.Table) -> pa.Table:
    """Cast a table to its contract and sort it by its key."""
    shape = schema(table)
    shape = pa.schema([pa.field(f.name, f.type) for f in shape])
    made = made.select(shape.names).cast(shape)
    return made.sort_by([(name, "ascending") for name in CONTRACTS[table].key])


def from_rows(table: str, rows: Iterable[dict[str, Any]]) -> pa.Table:
    """A contract's table from plain rows."""
    from decimal import Decimal

    held = list(rows)
    arrays = []
    for column in schema(table):
        values = [row[column.name] for row in held]
        if pa.types.is_decimal(column.type):
            values = [None if v is None else Decimal(v) for v in values]
        arrays.append(pa.array(values, column.type))
    return pa.table(arrays, schema=pa.schema([pa.field(f.name, f.type) for f in schema(table)]))
