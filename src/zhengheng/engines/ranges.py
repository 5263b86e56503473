"""A stretch of unit steps on ranges of units, several at a time: each range has a schema of its own."""

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from datetime import date
from functools import cached_property
from pathlib import Path

import duckdb

from zhengheng.engines.columns import halved, quote, restored
from zhengheng.engines.desk import Desk, Empties
from zhengheng.engines.reuse import Reuse, digest, link
from zhengheng.lake.facts import Facts
from zhengheng.scoring.contracts import SEMANTICS
from zhengheng.scoring.pipeline import Step, chosen, conditions, consumed_once, reads
from zhengheng.scoring.plan import Plan

AT_ONCE = 4
"""Ranges computed side by side at most, each by one thread: memory grows with them."""
HELD = "2GB"
"""Freed memory of one range is held for the next up to this: from the system it comes page by page."""
STORED = ("indicator_score", "node_score")
"""Big results that stay in files where the caller gave a folder."""


@dataclass
class Ranges:
    """The ranges of one run and what is known of their results."""

    sql: duckdb.DuckDBPyConnection
    plan: Plan
    facts: Facts
    bounds: list[tuple[str, str | None]]
    scratch: Path
    store: Path | None
    reuse: Reuse | None
    threads: int
    progress: Callable[[str, int, int], None] | None
    keyed: set[str] = field(default_factory=set)
    """Tables with a unit column, that a range sees its rows of."""
    sources: set[str] = field(default_factory=set)
    """Tables that are inputs of ranges: facts, the plan, results of group steps."""
    keys: dict[tuple[str, int], str] = field(default_factory=dict)
    digests: dict[str, str] = field(default_factory=dict)

    @property
    def known_by(self) -> date:
        """The day after which published values do not count; for a plan that knows none, the last of all days."""
        return self.plan.tables["setting"][0]["known_by"] or date.max

    def run(self, stage: list[Step], wanted: list[str], empties: Empties) -> list[str]:
        """Run the steps on every range and join the `wanted` tables to the whole; those without rows are not made."""
        at_once = min(self.threads, AT_ONCE, len(self.bounds))
        if self.reuse:
            for paths in self.facts.paths.values():
                for path in paths:
                    self.reuse.file(path)
        # A range runs on the thread that asks for it; what threads are left help them all.
        self.sql.execute(f"set external_threads = {at_once}")
        self.sql.execute(f"set block_allocator_memory = '{HELD}'")
        self.sql.execute(f"set allocator_flush_threshold = '{HELD}'")
        try:
            with ThreadPoolExecutor(at_once) as pool:
                doing = [
                    pool.submit(self._range, number, stage, wanted, empties)
                    for number in range(len(self.bounds))
                ]
                try:
                    for number, done in enumerate(as_completed(doing)):
                        done.result()
                        if self.progress:
                            self.progress("units", number + 1, len(doing))
                finally:
                    pool.shutdown(cancel_futures=True)
        finally:
            self.sql.execute("set external_threads = 1")
        made: dict[str, list[int]] = {name: [] for name in wanted}
        for number, done in enumerate(doing):
            for name in done.result():
                made[name].append(number)
        return [name for name, numbers in made.items() if self._join(name, numbers)]

    def _range(
        self, number: int, stage: list[Step], wanted: list[str], empties: Empties
    ) -> list[str]:
        """Do one range at a desk of its own; says which wanted tables it left there."""
        desk = Desk(self.sql.cursor(), f"range_{number}", self.plan, empties)
        try:
            self._narrow(desk, number)
            self._compute(desk, number, stage, wanted)
            left = [name for name in wanted if name in desk.tables and not self._stored(name)]
            for name in desk.tables.difference(left):
                desk.drop(name)
            return left
        finally:
            desk.sql.close()

    def _compute(self, desk: Desk, number: int, stage: list[Step], wanted: list[str]) -> None:
        """Compute the range, or take it from an earlier run."""
        tables = list(dict.fromkeys(step.table for step in stage))
        steps = self._fitting(desk, tables)
        key = self._key(desk, steps, tables, wanted, number)
        self.keys |= {(name, number): key for name in wanted}
        held = self.reuse.find(key) if self.reuse else None
        if held is not None:
            self._take(desk, number, wanted, held)
            return
        once = consumed_once([step for step, active in steps if active], keep=wanted)
        for step, active in steps:
            fold = step.table in once or (step.inline and step.table not in wanted)
            desk.run(step, active, fold=fold)
        files = {name: self._write(desk, name, number) for name in wanted if self._in_files(name)}
        if self.reuse:
            self.reuse.keep(key, files)

    def _take(self, desk: Desk, number: int, wanted: list[str], held: Path) -> None:
        """The range as an earlier run left it."""
        for name in wanted:
            file = held / f"{name}.parquet"
            if self._stored(name):
                link(file, self._place(name, number))
            else:
                source = f"select {restored(name)} from read_parquet({quote(str(file))})"
                desk.make(name, source)

    def _narrow(self, desk: Desk, number: int) -> None:
        """What has a unit column is seen through the range's bounds; its own tables are its rows already."""
        low, high = self.bounds[number]
        where = f"unit >= {quote(low)}" + (f" and unit < {quote(high)}" if high else "")
        own = {name for (name,) in desk.sql.execute(
            "select table_name from duckdb_tables() where schema_name = ?", [desk.schema]
        ).fetchall()}  # fmt: skip
        for name in self.keyed - own:
            desk.sql.execute(
                f"create or replace view {desk.schema}.{name} as select * from main.{name} where {where}"
            )

    def _fitting(self, desk: Desk, tables: list[str]) -> list[tuple[Step, bool]]:
        """The steps for the range in view: without revisions in it, those of a run without any."""
        revised = bool(self.facts.rows("revision") and desk.count("revision"))
        steps = self._revised if revised else self._unrevised
        return [(step, active) for step, active in steps if step.table in tables]

    @cached_property
    def _revised(self) -> list[tuple[Step, bool]]:
        return chosen(conditions(self.plan.tables, self.facts.sizes(), self.facts.periods()))

    @cached_property
    def _unrevised(self) -> list[tuple[Step, bool]]:
        sizes = self.facts.sizes() | {"revision": 0}
        return chosen(conditions(self.plan.tables, sizes, self.facts.periods()))

    def _key(
        self, desk: Desk, steps: list[tuple[Step, bool]], tables: list[str], wanted: list[str], number: int
    ) -> str:  # fmt: skip
        """What the range's results depend on: its steps and all rows that they read; and which are kept."""
        if not self.reuse:
            return ""
        active = [step for step, needed in steps if needed]
        text = " ".join(step.sql for step in active)
        inputs = sorted(set(reads(text)) - set(tables))
        parts = [SEMANTICS, *wanted, *(f"{step.file} {step.sql}" for step in active)]
        for name in inputs:
            if (name, number) in self.keys:
                parts.append(f"{name} {self.keys[name, number]}")
            elif paths := self.facts.paths.get(name):
                files = ",".join(self.reuse.file(path) for path in paths)
                parts.append(f"{name} {files} {self.bounds[number]}{self._known(name)}")
            elif name in self.sources:
                parts.append(f"{name} {self._digest(desk, name)}")
        return self.reuse.key(parts)

    def _known(self, name: str) -> str:
        """The day up to which a file's rows were taken, where that leaves some of them out."""
        return f" {self.known_by}" if name in self._late else ""

    @cached_property
    def _late(self) -> frozenset[str]:
        return self.facts.late(self.known_by)

    def _digest(self, desk: Desk, name: str) -> str:
        if name not in self.keyed and name in self.digests:
            return self.digests[name]
        rows = desk.sql.sql(f"select * from {name} order by all nulls last")
        found = digest(rows.to_arrow_table())
        if name not in self.keyed:
            self.digests[name] = found
        return found

    def _in_files(self, name: str) -> bool:
        return self.reuse is not None or self._stored(name)

    def _stored(self, name: str) -> bool:
        return self.store is not None and name in STORED

    def _place(self, name: str, number: int) -> Path:
        root = self.store if self._stored(name) else self.scratch
        assert root is not None
        folder = root / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder / f"part-{number:05d}.parquet"

    def _write(self, desk: Desk, name: str, number: int) -> Path:
        """One range of a table as Parquet."""
        path = self._place(name, number)
        # Never through a link into a file that an earlier run holds too.
        path.unlink(missing_ok=True)
        target = quote(str(path))
        desk.sql.execute(f"copy (select {halved(name)} from {name}) to {target} (format parquet)")
        return path

    def _join(self, name: str, numbers: list[int]) -> bool:
        """The whole of a table: a view over the ranges' tables or files, if it has any."""
        if self._stored(name):
            files = quote(str(self._place(name, 0).parent / "*.parquet"))
            text = f"select {restored(name)} from read_parquet({files})"
        elif numbers:
            text = " union all ".join(f"select * from range_{number}.{name}" for number in numbers)
        else:
            return False
        self.sql.execute(f"create view main.{name} as {text}")
        return True
