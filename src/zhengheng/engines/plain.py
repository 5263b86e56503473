"""The oracle behind the same interface as the other engines."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from zhengheng.engines.beyond import refuse_beyond
from zhengheng.engines.oracle import compute
from zhengheng.engines.results import KEPT, Results, conform, from_rows
from zhengheng.lake.facts import Facts
from zhengheng.scoring.contracts import FACTS
from zhengheng.scoring.plan import Plan


@dataclass
class OracleEngine:
    """Plain Python with exact fractions; for checking, not for speed."""

    name: str = "oracle"

    def run(self, plan: Plan, facts: Facts, store: Path | None = None) -> Results:
        made = compute(plain_tables(plan), fact_rows(facts))
        refuse_beyond(plan, made)
        return Results({name: conform(name, from_rows(name, made[name])) for name in KEPT})


def plain_tables(plan: Plan) -> dict[str, list[dict[str, Any]]]:
    """The plan as lists of rows, which is all the oracle knows."""
    return {name: list(rows) for name, rows in plan.tables.items()}


def fact_rows(facts: Facts) -> dict[str, list[dict[str, Any]]]:
    """All fact tables as plain rows; snapshots in files are read whole."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    rows = {}
    for contract in FACTS:
        if paths := facts.paths.get(contract.name):
            table = pa.concat_tables(
                [pq.ParquetFile(path).read(columns=list(contract.names)) for path in paths]
            )
            rows[contract.name] = table.to_pylist()
        else:
            table = facts.tables.get(contract.name)
            rows[contract.name] = table.to_pylist() if table is not None else []
    return rows
