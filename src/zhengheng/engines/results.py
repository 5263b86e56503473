"""What a run gives back: result tables as plain rows in a fixed order, the same from any engine."""

import hashlib
import io
from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import Decimal
from operator import itemgetter
from pathlib import Path
from typing import Any, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
from pyarrow import csv

from zhengheng.engines.rows import TableRows
from zhengheng.lake.facts import Facts, schema
from zhengheng.lake.whole import whole
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.plan import Plan

KEPT = (
    "cell", "group_statistic", "indicator_score", "node_score", "total_score", "ranking",
    "grading", "light", "reference_score",
)  # fmt: skip
"""Result tables that every engine returns (cell only for a run that fits one bucket)."""


@dataclass
class Results:
    """Result tables by name, each satisfying its contract, sorted by its key.

    Big tables may stay in Parquet `files`; they are read when asked for, or one unit at a time.
    """

    tables: dict[str, pa.Table]
    files: dict[str, list[Path]] = field(default_factory=dict)

    def __contains__(self, table: str) -> bool:
        return table in self.tables or table in self.files

    def table(self, name: str) -> pa.Table:
        """One whole table. Raises KeyError for a table that this run did not keep."""
        if name not in self.tables:
            with whole(lambda: self.files[name]):
                self.tables[name] = conform(name, ds.dataset(_names(self.files[name])).to_table())
        return self.tables[name]

    def __getitem__(self, table: str) -> list[dict[str, Any]]:
        return self.rows(table)

    def rows(self, table: str) -> list[dict[str, Any]]:
        """A whole table as plain rows."""
        return [_plain(row) for row in self.table(table).to_pylist()]

    def where(self, table: str, column: str, value: str) -> pa.Table:
        """The rows with a value in a column, sorted; files are read by their statistics, not whole."""
        wanted = pc.field(column) == value
        if table in self.tables:
            return self.tables[table].filter(wanted)
        with whole(lambda: self.files[table]):
            return conform(table, ds.dataset(_names(self.files[table])).to_table(filter=wanted))

    def digest(self) -> str:
        """SHA-256 over the contents of all tables, whatever the files are called and however they are divided."""
        made = hashlib.sha256()
        for name in sorted({*self.tables, *self.files}):
            made.update(f"{name}\n".encode())
            csv.write_csv(self.table(name), (text := io.BytesIO()))
            made.update(text.getvalue())
        return made.hexdigest()

    def of_unit(self, table: str, unit: str) -> list[dict[str, Any]]:
        """One unit's rows as plain rows; none where this run did not keep the table."""
        if table not in self:
            return []
        return [_plain(row) for row in self.where(table, "unit", unit).to_pylist()]


def _names(paths: list[Path]) -> list[str]:
    return [str(path) for path in paths]


def _plain(row: dict[str, Any]) -> dict[str, Any]:
    return {k: int(v) if hasattr(v, "as_tuple") else v for k, v in row.items()}


class Engine(Protocol):
    """Runs a plan over facts. Raises EngineError where a number leaves its bounds.

    Given a folder `store`, an engine may leave big result tables there as Parquet.
    """

    name: str

    def run(self, plan: Plan, facts: Facts, store: Path | None = None) -> Results: ...


def conform(table: str, made: pa.Table) -> pa.Table:
    """Cast a table to its contract and sort it by its key."""
    return typed(table, made).sort_by([(name, "ascending") for name in CONTRACTS[table].key])


def typed(table: str, made: pa.Table) -> pa.Table:
    """A table that is sorted already, in the types of its contract."""
    shape = schema(table)
    shape = pa.schema([pa.field(f.name, f.type) for f in shape])
    return made.select(shape.names).cast(shape)


def from_rows(table: str, rows: Iterable[dict[str, Any]]) -> pa.Table:
    """A contract's table from plain rows, or as it stands."""
    if isinstance(rows, TableRows):
        return rows.table
    held = list(rows)
    arrays = []
    for column in schema(table):
        values: Iterable[Any] = map(itemgetter(column.name), held)
        if pa.types.is_decimal(column.type):
            values = (None if v is None else Decimal(v) for v in values)
        arrays.append(pa.array(values, column.type, size=len(held)))
    return pa.table(arrays, schema=pa.schema([pa.field(f.name, f.type) for f in schema(table)]))
