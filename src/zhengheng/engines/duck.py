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
from zhengheng.engines.reuse import Reuse, digest, link
from zhengheng.lake.facts import Facts, schema
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import SEMANTICS, Step, chosen, conditions, rounds
from zhengheng.scoring.plan import Plan

BUCKET_UNITS = 50_000
IN_MEMORY_UNITS = 20_000
"""With a folder to store them in, the big tables of more units than this stay in files."""
STORED = ("indicator_score", "node_score")
_MACROS = (
    # Exact integer division; the guard keeps a zero from raising. Up to 18 digits it is done in 64
    # bits, by way of decimal(18, 0): DuckDB casts decimal(38, 0) to bigint twenty times slower.
    # `a` and `b` are never negative (see ratio).
    """create macro quotient(a, b) as cast(
         case when b = 0 then null
              when a < 1000000000000000000 and b < 1000000000000000000
              then cast(cast(cast(a as decimal(18, 0)) as bigint)
                        // cast(cast(b as decimal(18, 0)) as bigint) as decimal(38, 0))
              else cast(cast(a as hugeint) // cast(b as hugeint) as decimal(38, 0)) end
         as decimal(38, 0))""",
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
        self, engine: DuckEngine, connection: duckdb.DuckDBPyConnection, plan: Plan, facts: Facts,
        store: Path | None,
    ) -> None:  # fmt: skip
        self.engine, self.sql, self.plan, self.facts = engine, connection, plan, facts
        self.holds = conditions(plan.tables, facts.sizes())
        self.units = from_rows("unit", plan.tables["unit"])["unit"].to_pylist()
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
        self.kinds: dict[str, str] = {}
        """What stands in schema main now: table, view, or empty (a table without rows)."""
        self.reuse = engine.reuse
        self.store = store
        self.scratch = engine.scratch()
        self.keys: dict[tuple[str, int], str] = {}
        self.sources: set[str] = set()
        self.digests: dict[str, str] = {}

    @property
    def whole(self) -> bool:
        """One range whose results all come back in memory."""
        few = self.store is None or len(self.units) <= IN_MEMORY_UNITS
        return few and len(self.buckets) == 1

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
            self.sources.add(name)
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
        for step, active in chosen(self.holds):
            # An empty step costs nothing anywhere, so it never breaks a stretch of unit steps.
            if stage and step.scope != stage[0].scope and active:
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
            fitting = self._fitting(tables)
            key = self._key(fitting, tables, wanted, number)
            held = self.reuse.find(key) if self.reuse else None
            if held is None:
                for step in fitting:
                    self._step(step)
                made = {name: self._write(name, number) for name in wanted if self._in_files(name)}
                if self.reuse:
                    self.reuse.keep(key, made)
            else:
                made = {name: held / f"{name}.parquet" for name in wanted}
            for name in wanted:
                self._gather(name, number, made.get(name))
                self.keys[name, number] = key
            for name in reversed(tables):
                # An empty table that nobody keeps serves the next bucket as it is.
                if name in wanted or self.kinds.get(name) != "empty":
                    self._drop(name)
        self.holds = conditions(self.plan.tables, self.facts.sizes())
        for name in self.keyed:
            self._view(name)
        for name in wanted:
            self._know(name)
            self._view(name)
        self.made = {t for t in self.made if t not in tables} | set(wanted)

    def _fitting(self, tables: list[str]) -> list[Step]:
        """The steps for the range in view: without revisions in it, those of a run without any."""
        sizes = self.facts.sizes()
        if sizes["revision"] and not self._count("main.revision"):
            sizes["revision"] = 0
        self.holds = conditions(self.plan.tables, sizes)
        return [step for step, _ in chosen(self.holds) if step.table in tables]

    def _count(self, name: str) -> int:
        return int(self.sql.execute(f"select count(*) from {name}").fetchall()[0][0])

    def _key(self, fitting: list[Step], tables: list[str], wanted: list[str], number: int) -> str:
        """What the range's results depend on: its steps and all rows that they read; and which are kept."""
        if not self.reuse:
            return ""
        active = [step for step in fitting if self._active(step)]
        text = " ".join(step.sql for step in active)
        inputs = sorted(set(re.findall(r"\b(?:from|join)\s+(\w+)", text)) - set(tables))
        parts = [SEMANTICS, *wanted, *(f"{step.file} {step.sql}" for step in active)]
        for name in inputs:
            if (name, number) in self.keys:
                parts.append(f"{name} {self.keys[name, number]}")
            elif paths := self.facts.paths.get(name):
                files = ",".join(self.reuse.file(path) for path in paths)
                parts.append(f"{name} {files} {self.buckets[number]}")
            elif name in self.sources:
                parts.append(f"{name} {self._digest(name)}")
        return self.reuse.key(parts)

    def _digest(self, name: str) -> str:
        if name not in self.keyed and name in self.digests:
            return self.digests[name]
        rows = self.sql.sql(f"select * from main.{name} order by all nulls last")
        self.digests[name] = digest(rows.to_arrow_table())
        return self.digests[name]

    def _in_files(self, name: str) -> bool:
        return self.reuse is not None or self._stored(name)

    def _stored(self, name: str) -> bool:
        return self.store is not None and name in STORED

    def stored(self) -> dict[str, list[Path]]:
        """The tables that stay in files: two big ones, where the caller gave a folder."""
        if self.store is None:
            return {}
        return {name: sorted((self.store / name).glob("*.parquet")) for name in STORED}

    def _place(self, name: str, number: int) -> Path:
        root = self.store if self._stored(name) else self.scratch
        assert root is not None
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"part-{number:05d}.parquet"

    def _write(self, name: str, number: int) -> Path:
        """One range of a table as Parquet, a result's big numbers in 64 bits: half the bytes.

        Results are below 10**18 (scores below 10**9 points).
        """
        path = self._place(name, number)
        columns = "*"
        if contract := CONTRACTS.get(name):
            columns = ", ".join(
                f"cast(cast({c.name} as decimal(18, 0)) as bigint) as {c.name}"
                if c.type == "big" else f"cast({c.name} as {_TYPES[c.type]}) as {c.name}"
                for c in contract.columns
            )  # fmt: skip
        # Never through a link into a file that an earlier run holds too.
        path.unlink(missing_ok=True)
        target = _quote(str(path))
        self.sql.execute(f"copy (select {columns} from main.{name}) to {target} (format parquet)")
        return path

    def _gather(self, name: str, number: int, made: Path | None) -> None:
        """Join a range's table to the whole: a table, or a view over files."""
        if self._stored(name):
            assert made is not None
            if made != (path := self._place(name, number)):
                link(made, path)
            if number == 0:
                every = _quote(str(path.parent / "*.parquet"))
                wide = self._wide(name)
                self.sql.execute(
                    f"create view whole.{name} as select {wide} from read_parquet({every})"
                )
            return
        source = f"main.{name}"
        if made is not None:
            source = f"(select {self._wide(name)} from read_parquet({_quote(str(made))}))"
        head = f"insert into whole.{name}" if number else f"create table whole.{name} as"
        self.sql.execute(f"{head} select * from {source}")

    def _wide(self, name: str) -> str:
        """The columns of a table in files, back in the types of its contract."""
        columns = CONTRACTS[name].columns if name in CONTRACTS else ()
        return ", ".join(f"cast({c.name} as {_TYPES[c.type]}) as {c.name}" for c in columns) or "*"

    def _publish(self, tables: list[str]) -> None:
        for name in dict.fromkeys(tables):
            self.sql.execute(f"create table whole.{name} as select * from main.{name}")
            self._drop(name)
            self.sources.add(name)
            self._know(name)
            self._view(name)

    def _know(self, name: str) -> None:
        columns = [c[0] for c in self.sql.execute(f"describe whole.{name}").fetchall()]
        if "unit" in columns:
            self.keyed.add(name)

    def _drop(self, name: str) -> None:
        kind = self.kinds.pop(name, None)
        if kind:
            self.sql.execute(f"drop {'view' if kind == 'view' else 'table'} main.{name}")

    def _step(self, step: Step) -> None:
        active = self._active(step)
        if step.per:
            self._repeat(step, active)
        elif not active:
            if step.table not in self.kinds:
                self._empty(step)
        else:
            self._drop(step.table)
            kind = "view" if step.inline else "table"
            self.sql.execute(f"create {kind} main.{step.table} as {step.sql}")
            self.kinds[step.table] = kind
        self.made.add(step.table)

    def _empty(self, step: Step) -> None:
        """The table without rows. A step that is not needed may read tables that are not there."""
        contract = CONTRACTS.get(step.table)
        if contract:
            columns = ", ".join(f"{c.name} {_TYPES[c.type]}" for c in contract.columns)
            self.sql.execute(f"create table main.{step.table} ({columns})")
        else:
            self.sql.execute(f"create table main.{step.table} as {step.sql} limit 0")
        self.kinds[step.table] = "empty"

    def _repeat(self, step: Step, active: bool) -> None:
        if not active and self.kinds.get(step.table) == "empty":
            return
        self.sql.execute("create or replace table level (place bigint)")
        self._drop(step.table)
        shape = CONTRACTS.get(step.table) or CONTRACTS["cell"]
        names = _REPEATED.get(step.table) or shape.names
        kinds = {c.name: _TYPES[c.type] for c in shape.columns}
        columns = ", ".join(f"{name} {kinds[name]}" for name in names)
        self.sql.execute(f"create table main.{step.table} ({columns})")
        self.kinds[step.table] = "table" if active else "empty"
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
