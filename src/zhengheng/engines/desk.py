"""A schema of DuckDB in which steps leave their tables, and the connection that runs them."""

from threading import Lock

import duckdb

from zhengheng.engines.beyond import refusal
from zhengheng.engines.columns import CODES, declared
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import REPEATED, Step, at_place, reads, rounds
from zhengheng.scoring.plan import Plan

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
        self.tables: set[str] = set()
        """What steps left here."""
        self.folded: dict[str, str] = {}
        """Texts of steps that are not made: they stand in the statements that read them.

        Views would do the same, but the engine plans a view when it is made and again for each reader.
        """

    def run(self, step: Step, active: bool, *, fold: bool) -> None:
        """Make a step's table, or keep its text for the steps that read it; where it is not needed, the table without rows."""
        if step.refuse:
            if active:
                self._refuse(step)
            return
        if not active:
            if step.table not in self.tables | set(self.folded):
                self._empty(step)
            return
        self.drop(step.table)
        if fold:
            self.folded[step.table] = step.sql
        elif step.per:
            self._repeat(step)
        else:
            self.make(step.table, self._unfolded(step.sql))

    def _refuse(self, step: Step) -> None:
        """Stop at the first row of a step that looks for numbers too large to compute with."""
        found = self.sql.execute(
            f"select * from ({self._unfolded(step.sql)}) order by unit nulls last, subject nulls last limit 1"
        ).fetchall()
        if found:
            raise refusal(self.plan, step.refuse, *found[0])

    def make(self, name: str, sql: str) -> None:
        """A table here from a query."""
        self.sql.execute(f"create table {self.schema}.{name} as {sql}")
        self.tables.add(name)

    def drop(self, name: str) -> None:
        """Forget a table that a step left here."""
        self.folded.pop(name, None)
        if name in self.tables:
            self.tables.remove(name)
            self.sql.execute(f"drop table {self.schema}.{name}")

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
                self.sql.execute(f"create table {name} as {self._unfolded(step.sql)} limit 0")
                found = self.sql.execute(f"describe {name}").fetchall()
                _SHAPES[step.file] = ", ".join(f'"{c[0]}" {CODES.get(c[0], c[1])}' for c in found)
            self.empties.names.add(step.table)

    def _repeat(self, step: Step) -> None:
        name = f"{self.schema}.{step.table}"
        self.sql.execute(f"create table {name} ({columns_of(step.table)})")
        self.tables.add(step.table)
        for place in rounds(step.per, self.plan.tables):
            self.sql.execute(f"insert into {name} {self._unfolded(at_place(step.sql, place))}")

    def _unfolded(self, sql: str) -> str:
        """A query with the texts of all folded steps that it reads, directly or through another."""
        needed: set[str] = set()
        texts = [sql]
        while texts:
            read = set(reads(texts.pop())) & set(self.folded) - needed
            needed |= read
            texts += [self.folded[name] for name in read]
        if not needed:
            return sql
        texts = [
            f"{name} as not materialized ({text})"
            for name, text in self.folded.items()
            if name in needed
        ]
        return f"with {', '.join(texts)} select * from ({sql})"


def columns_of(table: str) -> str:
    """The columns of a step's table that exists before any row does."""
    contract, names = REPEATED.get(table, (table, ()))
    return declared(contract, names)
