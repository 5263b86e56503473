"""A schema of DuckDB in which steps leave their tables, and the connection that runs them."""

from threading import Lock

import duckdb

from zhengheng.engines.columns import CODES, declared
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import Step, at_place, rounds
from zhengheng.scoring.plan import Plan

_REPEATED = {
    "derived_value": (
        "unit", "category", "comparison_group", "indicator", "segment", "status", "value", "previous",
    )
}  # fmt: skip
"""Columns of repeated steps that are not results: they must exist before their first round."""


_SHAPES: dict[str, str] = {}
"""Columns of tables without a contract, by step: always the same, and the engine needs a plan to find them out."""


class Empties:
    """Tables without rows, one for all desks: making one costs a plan."""

    SCHEMA = "empty"

    def __init__(self, sql: duckdb.DuckDBPyConnection) -> None:
        sql.execute(f"create schema {self.SCHEMA}")
        self.names: set[str] = set()
        self.lock = Lock()


class Desk:
    """Steps run here and leave tables in this schema; what is not in it is looked up in main, then among the empty."""

    def __init__(
        self, sql: duckdb.DuckDBPyConnection, schema: str, plan: Plan, empties: Empties
    ) -> None:
        self.sql, self.schema, self.plan, self.empties = sql, schema, plan, empties
        self.sql.execute(f"create schema if not exists {schema}")
        path = schema if schema == "main" else f"{schema},main"
        self.sql.execute(f"set search_path = '{path},{empties.SCHEMA}'")
        self.kinds: dict[str, str] = {}
        """What steps left here: table or view."""

    def run(self, step: Step, active: bool, *, view: bool) -> None:
        """Make a step's table or view; where it is not needed, the table without rows."""
        if not active:
            if step.table not in self.kinds:
                self._empty(step)
            return
        self.drop(step.table)
        if step.per:
            self._repeat(step)
            return
        kind = "view" if view else "table"
        self.sql.execute(f"create {kind} {self.schema}.{step.table} as {step.sql}")
        self.kinds[step.table] = kind

    def drop(self, name: str) -> None:
        """Forget a table that a step left here."""
        if kind := self.kinds.pop(name, None):
            self.sql.execute(f"drop {kind} {self.schema}.{name}")

    def count(self, name: str) -> int:
        """Rows of a table as seen from here."""
        return int(self.sql.execute(f"select count(*) from {name}").fetchall()[0][0])

    def columns(self, name: str) -> list[str]:
        """Column names of a table as seen from here."""
        return [found[0] for found in self.sql.execute(f"describe {name}").fetchall()]

    def _empty(self, step: Step) -> None:
        """A step that is not needed may read tables that are not there; one with a contract needs none."""
        with self.empties.lock:
            if step.table in self.empties.names:
                return
            name = f"{self.empties.SCHEMA}.{step.table}"
            if step.per or step.table in CONTRACTS:
                self.sql.execute(f"create table {name} ({columns_of(step.table)})")
            elif step.file in _SHAPES:
                self.sql.execute(f"create table {name} ({_SHAPES[step.file]})")
            else:
                self.sql.execute(f"create table {name} as {step.sql} limit 0")
                found = self.sql.execute(f"describe {name}").fetchall()
                _SHAPES[step.file] = ", ".join(f'"{c[0]}" {CODES.get(c[0], c[1])}' for c in found)
            self.empties.names.add(step.table)

    def _repeat(self, step: Step) -> None:
        name = f"{self.schema}.{step.table}"
        self.sql.execute(f"create table {name} ({columns_of(step.table)})")
        self.kinds[step.table] = "table"
        for place in rounds(step.per, self.plan.tables):
            self.sql.execute(f"insert into {name} {at_place(step.sql, place)}")


def columns_of(table: str) -> str:
    """The columns of a step's table that exists before any row does."""
    return declared(table if table in CONTRACTS else "cell", _REPEATED.get(table, ()))
