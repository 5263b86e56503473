"""DuckDB in process: the steps as they stand, on a range of units at a time when there are many."""

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
from zhengheng.engines.columns import as_known, coded, declare_codes, declared, quote
from zhengheng.engines.desk import Desk, Empties
from zhengheng.engines.ranges import STORED, Ranges
from zhengheng.engines.results import KEPT, Results, from_rows, typed
from zhengheng.engines.reuse import Reuse
from zhengheng.lake.facts import Facts, schema
from zhengheng.scoring.contracts import CONTRACTS, PLAN
from zhengheng.scoring.pipeline import Step, chosen, conditions, reads
from zhengheng.scoring.plan import Plan

BUCKET_UNITS = 100_000
REUSED_UNITS = 25_000
"""Units of a range: many where all are computed, fewer where a correction is to cost one range only."""
IN_MEMORY_UNITS = 20_000
"""With a folder to store them in, the big tables of more units than this stay in files."""
_SMALL = "between -999999999999999999 and 999999999999999999"
_MACROS = (
    # Exact integer division of numbers of any size; null where the divisor is zero.
    """create macro quotient(a, b) as
         case when b <> 0 then cast(cast(a as hugeint) // cast(b as hugeint) as decimal(38, 0)) end""",
    # `//` cuts towards zero, so half of the divisor is added away from zero.
    """create macro half_up(n, d) as cast(
         (n + case when n < 0 then -(abs(d) // 2) else abs(d) // 2 end) // d as decimal(38, 0))""",
    # Up to 18 digits in 64 bits, by way of decimal(18, 0): DuckDB casts decimal(38, 0) to bigint
    # twenty times slower. Tried, not cast: what is constant is computed while a query
    # is planned, whether or not the guard before it holds.
    f"""create macro ratio(n, d) as case
         when d = 0 then null
         when n {_SMALL} and d {_SMALL}
         then half_up(cast(try_cast(n as decimal(18, 0)) as bigint), cast(try_cast(d as decimal(18, 0)) as bigint))
         else half_up(cast(n as hugeint), cast(d as hugeint)) end""",
)
Progress = Callable[[str, int, int], None]


@dataclass
class DuckEngine:
    """Settings of the embedded engine; threads and memory default to DuckDB's own choice."""

    threads: int | None = None
    memory: str | None = None
    spill: Path | None = None
    bucket_units: int | None = None
    progress: Progress | None = None
    name: str = "duckdb"
    keep: Sequence[str] = KEPT
    reuse: Reuse | None = None
    """Finished ranges of earlier runs; a run in several buckets takes what fits and adds what is new."""
    database: str = ":memory:"
    _temporary: list[Any] = field(default_factory=list)

    def run(self, plan: Plan, facts: Facts, store: Path | None = None) -> Results:
        connection = self.connect()
        try:
            run = _Run(self, connection, plan, facts, store)
            run.load()
            run.execute()
            stored = {} if run.whole else run.stored()
            kept = [name for name in self.keep if name in run.made and name not in stored]
            return Results({name: run.result(name) for name in kept}, stored)
        except duckdb.OutOfRangeException as error:
            raise _overflow(plan, facts, str(error)) from error
        except duckdb.OutOfMemoryException as error:
            raise EngineError.one(
                "duckdb", "engine.memory", zh="内存不足, 请提高 --memory 或给出更大的临时目录",
                en="out of memory; raise --memory or give a larger spill folder",
            ) from error  # fmt: skip
        finally:
            connection.close()

    def scratch(self) -> Path:
        """A folder of its own that goes when the engine goes."""
        holder = tempfile.TemporaryDirectory(prefix="zhengheng-")
        self._temporary.append(holder)
        return Path(holder.name)

    def connect(self) -> duckdb.DuckDBPyConnection:
        """A connection with the exact functions and no way out: no extensions, no network."""
        spill = self.spill or self.scratch()
        options: dict[str, Any] = {
            "autoinstall_known_extensions": "false",
            "autoload_known_extensions": "false",
            "temp_directory": str(spill),
            "preserve_insertion_order": "false",
            # What is constant is computed while a query is planned, whether or not a guard before it holds.
            "error_on_division_by_zero": "false",
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
    """One execution of the pipeline."""

    def __init__(
        self, engine: DuckEngine, connection: duckdb.DuckDBPyConnection, plan: Plan, facts: Facts,
        store: Path | None,
    ) -> None:  # fmt: skip
        self.engine, self.sql, self.plan, self.facts, self.store = (
            engine,
            connection,
            plan,
            facts,
            store,
        )
        self.holds = conditions(plan.tables, facts.sizes(), facts.periods())
        self.empties = Empties(connection)
        self.desk = Desk(connection, "main", plan, self.empties)
        self.made: set[str] = set()
        units: list[str] = from_rows("unit", plan.tables["unit"])["unit"].to_pylist()
        size = engine.bucket_units or (REUSED_UNITS if engine.reuse else BUCKET_UNITS)
        starts = units[::size] or [""]
        bounds = list(zip(starts, [*starts[1:], None], strict=True))
        few = store is None or len(units) <= IN_MEMORY_UNITS
        self.whole = few and len(bounds) == 1
        """One range whose results all come back in memory."""
        threads = connection.execute("select current_setting('threads')").fetchall()[0][0]
        self.ranges = Ranges(
            connection, plan, facts, bounds, engine.scratch(), store, engine.reuse, threads, engine.progress
        )  # fmt: skip

    def load(self) -> None:
        """Bring plan and facts in."""
        plan = {c.name: from_rows(c.name, self.plan.tables[c.name]) for c in PLAN}
        late = self.facts.late(self.ranges.known_by)
        declare_codes(self.sql, plan)
        for contract in CONTRACTS.values():
            name = contract.name
            if contract.role == "result":
                continue
            if contract.role == "plan":
                self._table(name, plan[name])
            elif paths := self.facts.paths.get(name):
                files = ", ".join(quote(str(path)) for path in paths)
                source = f"select {coded(name)} from read_parquet([{files}])"
                source += as_known(self.ranges.known_by) if name in late else ""
                self.sql.execute(f"create view main.{name} as {source}")
            else:
                held = self.facts.tables.get(name, schema(name).empty_table())
                self._table(name, held, as_known(self.ranges.known_by) if name in late else "")
            self._know(name, contract.names)

    def _table(self, name: str, table: pa.Table, where: str = "") -> None:
        self.sql.execute(f"create table main.{name} ({declared(name)})")
        if not table.num_rows:
            return
        self.sql.register("incoming", table)
        self.sql.execute(f"insert into main.{name} select {coded(name)} from incoming{where}")
        self.sql.unregister("incoming")

    def _know(self, name: str, columns: Sequence[str]) -> None:
        """A table that later ranges may read."""
        self.ranges.sources.add(name)
        if "unit" in columns:
            self.ranges.keyed.add(name)

    def execute(self) -> None:
        """Run all steps: group steps once, stretches of unit steps range by range."""
        stages = list(self._stages())
        for index, stage in enumerate(stages):
            tables = list(dict.fromkeys(step.table for step, _ in stage))
            if self.whole or stage[0][0].scope == "group":
                for step, active in stage:
                    self.desk.run(step, active, fold=step.inline)
                whole = [name for name in tables if name in self.desk.tables]
            else:
                read = {
                    name
                    for rest in stages[index + 1 :]
                    for step, _ in rest
                    for name in reads(step.sql)
                }
                # A run in several ranges does not keep its cells: a passport computes the few it needs.
                kept = set(self.engine.keep) - {"cell"}
                tables = [name for name in tables if name in kept | read]
                whole = self.ranges.run([step for step, _ in stage], tables, self.empties)
            self.made |= set(tables)
            if not self.whole:
                for name in whole:
                    self._know(name, self.desk.columns(name))

    def _stages(self) -> Iterator[list[tuple[Step, bool]]]:
        stage: list[tuple[Step, bool]] = []
        for step, active in chosen(self.holds):
            # An empty step costs nothing anywhere, so it never breaks a stretch of unit steps.
            if stage and step.scope != stage[0][0].scope and active:
                yield stage
                stage = []
            stage.append((step, active))
        yield stage

    def stored(self) -> dict[str, list[Path]]:
        """The tables that stay in files: two big ones, where the caller gave a folder.

        One that a group step made at once, for all units, has no ranges and no files.
        """
        if self.store is None:
            return {}
        found = {name: sorted((self.store / name).glob("*.parquet")) for name in STORED}
        return {name: files for name, files in found.items() if files}

    def result(self, name: str) -> pa.Table:
        """Sorted here, by all threads and as Arrow would: texts by their bytes, absent ones last."""
        key = ", ".join(f"{column} nulls last" for column in CONTRACTS[name].key)
        made = self.desk.sql.sql(f"select * from {name} order by {key}").to_arrow_table()
        return typed(name, made)
