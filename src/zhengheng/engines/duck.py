"""DuckDB in process: the steps as they stand, on a range of units at a time when there are many."""

import re
import tempfile
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from zhengheng.domain import numbers
from zhengheng.domain.problems import EngineError
from zhengheng.engines.results import KEPT, Results, conform, from_rows
from zhengheng.lake.facts import Facts, schema
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import Step, conditions, rounds, steps
from zhengheng.scoring.plan import Plan

BUCKET_UNITS = 50_000
STORED = ("indicator_score", "node_score")
_MACROS = (
    # Exact integer division; the guard keeps a zero from raising, and 64 bits are tried first
    # because they divide faster than 128. `a` and `b` are never negative (see ratio).
    """create macro quotient(a, b) as cast(
         case when b = 0 then null
              when a < 4000000000000000000 and b < 4000000000000000000
              then cast(cast(a as bigint) // cast(b as bigint) as hugeint)
              else cast(a as hugeint) // cast(b as hugeint) end as decimal(38, 0))""",
    """create macro ratio(n, d) as
         case when (n < 0) = (d < 0) then quotient(2 * abs(n) + abs(d), 2 * abs(d))
              else -quotient(2 * abs(n) + abs(d), 2 * abs(d)) end""",
)
_TYPES = {
    "text": "varchar",
    "date": "date",
    "bool": "boolean",
    "int": "bigint",
    "big": "decimal(38,0)",
}
_NARROW = {"big": "bigint"}
Progress = Callable[[str, int, int], None]


@dataclass
class DuckEngine:
    """Settings of the embedded engine; threads and memory default to DuckDB's own choice."""

    threads: int | None = None
    memory: str | None = None
    spill: Path | None = None
    bucket_units: int = BUCKET_UNITS
    progress: Progress | None = None
    name: str = "duckdb"
    keep: Sequence[str] = KEPT
    store: Path | None = None
    """Where the big result tables of a run in several buckets go, as Parquet, bucket by bucket."""
    database: str = ":memory:"
    _temporary: list[Any] = field(default_factory=list)

    def run(self, plan: Plan, facts: Facts) -> Results:
        connection = self.connect()
        try:
            run = _Run(self, connection, plan, facts)
            run.load()
            run.execute()
            stored = STORED if self.store and not run.whole else ()
            kept = [name for name in self.keep if name in run.made and name not in stored]
            return Results({name: run.result(name) for name in kept})
        except duckdb.OutOfRangeException as error:
            raise _overflow(plan, facts, str(error)) from error
        except duckdb.OutOfMemoryException as error:
            raise EngineError.one(
                "duckdb", "engine.memory", zh="内存不足, 请提高 --memory 或给出更大的临时目录",
                en="out of memory; raise --memory or give a larger spill folder",
            ) from error  # fmt: skip
        finally:
            connection.close()

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection with the exact functions and no way out: no extensions, no network."""
        spill = self.spill
        if spill is None:
            holder = tempfile.TemporaryDirectory(prefix="zhengheng-")
            self._temporary.append(holder)
            spill = Path(holder.name)
        options: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(spill),
            "preserve_insertion_order": "false",
        }
        if self.threads:
            options["threads"] = self.threads
        if self.memory:
            options["memory_limit"] = self.memory
        connection = duckdb.connect(self.database, config=options)
        for macro in _MACROS:
            connection.execute(macro)
        big = "DECIMAL(38,0)"
        connection.create_function("integer_root", _root, [big], big)
        connection.create_function("logarithm", _logarithm, [big, "BIGINT"], big)
        connection.create_function("exponential", _exponential, [big], big)
        return connection


def _root(number: Decimal) -> Decimal:
    return Decimal(numbers.integer_root(int(number)))


def _logarithm(number: Decimal, decimals: int) -> Decimal | None:
    result = numbers.logarithm(int(number), int(decimals))
    return None if result is None else Decimal(result)


def _exponential(number: Decimal) -> Decimal:
    return Decimal(numbers.exponential(int(number)))


def _overflow(plan: Plan, facts: Facts, detail: str) -> EngineError:
    table = facts.tables["observation"]
    worst = ""
    if table.num_rows:
        values = zip(
            table.column("value").to_pylist(), table.column("indicator").to_pylist(), strict=True
        )
        worst = max(values, key=lambda pair: abs(pair[0] or 0))[1]
    return EngineError.one(
        f"indicator {worst}" if worst else plan.rulebook, "engine.overflow",
        zh=f"数值过大, 计算会溢出 38 位: {detail[:120]}",
        en=f"numbers too large, an intermediate would exceed 38 digits: {detail[:120]}",
    )  # fmt: skip


class _Run:
    """One execution of the pipeline on one connection."""

    def __init__(
        self, engine: DuckEngine, connection: duckdb.DuckDBPyConnection, plan: Plan, facts: Facts
    ) -> None:
        self.engine, self.sql, self.plan, self.facts = engine, connection, plan, facts
        self.holds = conditions(plan.tables, facts.sizes())
        self.units = [row["unit"] for row in plan.tables["unit"]]
        size = engine.bucket_units
        self.buckets = [
            (
                self.units[start],
                self.units[start + size] if start + size < len(self.units) else None,
            )
            for start in range(0, len(self.units), size)
        ] or [("", None)]
        self.keyed: set[str] = set()
        self.made: set[str] = set()

    @property
    def whole(self) -> bool:
        return len(self.buckets) == 1

    def load(self) -> None:
        """Bring plan and facts in; with several buckets they stand behind filtered views."""
        self.sql.execute("create schema whole")
        for contract in CONTRACTS.values():
            if contract.role == "result":
                continue
            name = contract.name
            if contract.role == "plan":
                self._table(name, from_rows(name, self.plan.tables[name]))
            elif paths := self.facts.paths.get(name):
                files = ", ".join(_quote(str(path)) for path in paths)
                columns = ", ".join(contract.names)
                self.sql.execute(
                    f"create view whole.{name} as select {columns} from read_parquet([{files}])"
                )
            else:
                self._table(name, self.facts.tables.get(name, schema(name).empty_table()))
            if "unit" in contract.names:
                self.keyed.add(name)
            self._view(name)

    def _table(self, name: str, table: pa.Table) -> None:
        self.sql.register("incoming", table)
        self.sql.execute(f"create table whole.{name} as select * from incoming")
        self.sql.unregister("incoming")

    def _view(self, name: str, bucket: tuple[str, str | None] | None = None) -> None:
        where = ""
        if bucket and name in self.keyed:
            low, high = bucket
            where = f" where unit >= {_quote(low)}" + (
                f" and unit < {_quote(high)}" if high else ""
            )
        self.sql.execute(f"create or replace view main.{name} as select * from whole.{name}{where}")

    def execute(self) -> None:
        """Run all steps: group steps once, stretches of unit steps bucket by bucket."""
        stages = list(self._stages())
        for index, stage in enumerate(stages):
            later = " ".join(step.sql for rest in stages[index + 1 :] for step in rest)
            if stage[0].scope == "group" or self.whole:
                for step in stage:
                    self._step(step)
                if stage[0].scope == "group" and not self.whole:
                    self._publish([step.table for step in stage])
            else:
                self._bucketed(stage, later)

    def _stages(self) -> Iterator[list[Step]]:
        stage: list[Step] = []
        active = {step.table for step in steps() if self._active(step)}
        for step in steps():
            # Of two steps that make the same table in two situations only the fitting one runs.
            if step.table in active and not self._active(step):
                continue
            # An empty step costs nothing anywhere, so it never breaks a stretch of unit steps.
            if stage and step.scope != stage[0].scope and self._active(step):
                yield stage
                stage = []
            stage.append(step)
        yield stage

    def _active(self, step: Step) -> bool:
        return not step.when or step.when in self.holds

    def _bucketed(self, stage: list[Step], later: str) -> None:
        tables = list(dict.fromkeys(step.table for step in stage))
        read = set(re.findall(r"\b(?:from|join)\s+(\w+)", later))
        # A run in several buckets does not keep its cells: a passport computes the few it needs.
        kept = set(self.engine.keep) - {"cell"}
        wanted = [t for t in tables if t in kept | read]
        for number, bucket in enumerate(self.buckets):
            if self.engine.progress:
                self.engine.progress("units", number, len(self.buckets))
            for name in self.keyed:
                self._view(name, bucket)
            for step in stage:
                self._step(step)
            for name in wanted:
                if self._stored(name):
                    self._copy(name, number)
                    continue
                head = f"insert into whole.{name}" if number else f"create table whole.{name} as"
                self.sql.execute(f"{head} select * from main.{name}")
            for name in reversed(tables):
                self._drop(name)
        for name in self.keyed:
            self._view(name)
        for name in wanted:
            self._know(name)
            self._view(name)
        self.made = {t for t in self.made if t not in tables} | set(wanted)

    def _stored(self, name: str) -> bool:
        return self.engine.store is not None and name in STORED

    def _copy(self, name: str, number: int) -> None:
        assert self.engine.store is not None
        folder = self.engine.store / name
        folder.mkdir(parents=True, exist_ok=True)
        target = _quote(str(folder / f"part-{number:05d}.parquet"))
        columns = CONTRACTS[name].columns
        # Results fit 64 bits (scores below 10**9 points); half the bytes, and every reader knows them.
        narrow = ", ".join(
            f"cast({c.name} as {_NARROW.get(c.type, _TYPES[c.type])}) as {c.name}" for c in columns
        )
        self.sql.execute(f"copy (select {narrow} from main.{name}) to {target} (format parquet)")
        if number == 0:
            wide = ", ".join(f"cast({c.name} as {_TYPES[c.type]}) as {c.name}" for c in columns)
            every = _quote(str(folder / "*.parquet"))
            self.sql.execute(
                f"create view whole.{name} as select {wide} from read_parquet({every})"
            )

    def _publish(self, tables: list[str]) -> None:
        for name in dict.fromkeys(tables):
            self.sql.execute(f"create table whole.{name} as select * from main.{name}")
            self._drop(name)
            self._know(name)
            self._view(name)

    def _know(self, name: str) -> None:
        columns = [c[0] for c in self.sql.execute(f"describe whole.{name}").fetchall()]
        if "unit" in columns:
            self.keyed.add(name)

    def _drop(self, name: str) -> None:
        kind = self.sql.execute(
            "select table_type from information_schema.tables"
            " where table_schema = 'main' and table_name = ?",
            [name],
        ).fetchone()
        if kind:
            word = "view" if kind[0] == "VIEW" else "table"
            self.sql.execute(f"drop {word} main.{name}")

    def _step(self, step: Step) -> None:
        active = self._active(step)
        exists = step.table in self.made and self._exists(step.table)
        if step.per:
            self._repeat(step, active)
        elif not active:
            if not exists:
                self._empty(step)
        elif step.inline:
            self.sql.execute(f"create or replace view main.{step.table} as {step.sql}")
        else:
            if exists:
                self._drop(step.table)
            self.sql.execute(f"create table main.{step.table} as {step.sql}")
        self.made.add(step.table)

    def _exists(self, name: str) -> bool:
        return (
            self.sql.execute(
                "select 1 from information_schema.tables where table_schema = 'main' and table_name = ?",
                [name],
            ).fetchone()
            is not None
        )

    def _empty(self, step: Step) -> None:
        """The table without rows. A step that is not needed may read tables that are not there."""
        contract = CONTRACTS.get(step.table)
        if contract:
            columns = ", ".join(f"{c.name} {_TYPES[c.type]}" for c in contract.columns)
            self.sql.execute(f"create table main.{step.table} ({columns})")
        else:
            self.sql.execute(f"create table main.{step.table} as {step.sql} limit 0")

    def _repeat(self, step: Step, active: bool) -> None:
        self.sql.execute("create or replace table level (place bigint)")
        self._drop(step.table)
        shape = CONTRACTS.get(step.table) or CONTRACTS["cell"]
        names = _REPEATED.get(step.table) or shape.names
        kinds = {c.name: _TYPES[c.type] for c in shape.columns}
        columns = ", ".join(f"{name} {kinds[name]}" for name in names)
        self.sql.execute(f"create table main.{step.table} ({columns})")
        for place in rounds(step.per, self.plan.tables) if active else ():
            self.sql.execute("delete from level")
            self.sql.execute("insert into level values (?)", [place])
            self.sql.execute(f"insert into main.{step.table} {step.sql}")

    def result(self, name: str) -> pa.Table:
        return conform(name, self.sql.sql(f"select * from main.{name}").to_arrow_table())


_REPEATED = {
    "derived_value": (
        "unit", "category", "comparison_group", "indicator", "segment", "status", "value", "previous",
    )
}  # fmt: skip
"""Columns of repeated steps that are not results: they must exist before their first round."""


def _quote(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"
