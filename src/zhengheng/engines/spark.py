"""Spark: the very same step files on a cluster; every step is materialised as Parquet.

ANSI mode turns overflow into an error. Only `quotient` and `ratio` differ from DuckDB, and they are
SQL functions too; root, logarithm and exponential are the shared Python functions.
"""

import shutil
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from zhengheng.domain import numbers
from zhengheng.domain.problems import EngineError
from zhengheng.engines.beyond import refusal
from zhengheng.engines.columns import as_known
from zhengheng.engines.results import KEPT, Results, conform, from_rows
from zhengheng.lake.facts import Facts, schema
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import REPEATED, Step, at_place, chosen, conditions, rounds
from zhengheng.scoring.plan import Plan

_BIG = "decimal(38,0)"
_FUNCTIONS = (
    # DIV on decimals returns BIGINT and wraps without a word, so it is never used (core trial 2).
    f"""create or replace temporary function quotient(a {_BIG}, b {_BIG}) returns {_BIG}
        return cast((a - a % nullif(b, 0)) / nullif(b, 0) as {_BIG})""",
    f"""create or replace temporary function ratio(n {_BIG}, d {_BIG}) returns {_BIG}
        return case when (n < 0) = (d < 0) then quotient(2 * abs(n) + abs(d), 2 * abs(d))
                    else -quotient(2 * abs(n) + abs(d), 2 * abs(d)) end""",
)


@dataclass
class SparkEngine:
    """A session on `master` (local[n] or spark://host:port); `work` must be seen by all workers."""

    master: str = "local[2]"
    work: Path | None = None
    name: str = "spark"
    keep: Sequence[str] = KEPT
    shuffle_partitions: int = 4
    python: str = sys.executable
    """The Python of the workers, 3.11 or newer; it needs no package of ours."""

    def run(self, plan: Plan, facts: Facts, store: Path | None = None) -> Results:
        session = self.session()
        folder = Path(tempfile.mkdtemp(prefix="zhengheng-spark-", dir=self.work))
        try:
            run = _Run(session, plan, facts, folder)
            run.load()
            run.execute()
            return Results({name: run.result(name) for name in self.keep})
        except EngineError:
            raise
        except Exception as error:
            if "ARITHMETIC_OVERFLOW" in str(error) or "NUMERIC_VALUE_OUT_OF_RANGE" in str(error):
                raise EngineError.one(
                    plan.rulebook, "engine.overflow", zh="数值过大, 计算会溢出 38 位",
                    en="numbers too large, an intermediate would exceed 38 digits",
                ) from error  # fmt: skip
            raise
        finally:
            shutil.rmtree(folder, ignore_errors=True)

    def session(self) -> Any:
        """The one session of this process; its exact functions are registered each time."""
        try:
            from pyspark.sql import SparkSession
            from pyspark.sql.types import DecimalType
        except ImportError as error:
            raise EngineError.one(
                "--engine spark", "spark.absent", zh="没有安装 Spark: pip install 'zhengheng[spark]'",
                en="Spark is not installed: pip install 'zhengheng[spark]'",
            ) from error  # fmt: skip
        if shutil.which("java") is None:
            raise EngineError.one(
                "--engine spark",
                "spark.java",
                zh="Spark 需要 Java 17 或更高版本",
                en="Spark needs Java 17 or newer",
            )
        _travel_by_value()
        try:
            session = (
                SparkSession.builder.master(self.master)
                .config("spark.pyspark.python", self.python)
                .appName("zhengheng")
                .config("spark.sql.ansi.enabled", "true")
                .config("spark.ui.enabled", "false")
                .config("spark.ui.showConsoleProgress", "false")
                .config("spark.sql.shuffle.partitions", str(self.shuffle_partitions))
                .config("spark.sql.session.timeZone", "UTC")
                .config("spark.driver.bindAddress", "127.0.0.1")
                .config("spark.driver.host", "127.0.0.1")
                .config("spark.log.level", "ERROR")
                .getOrCreate()
            )
        except Exception as error:
            # Java says what it is by many types; who called needs the place that did not answer.
            raise EngineError.one(
                "--master", "spark.start", zh=f"没有能在 {self.master} 启动 Spark，请检查地址、网络和 Java，或者去掉 --master 在本机运行",
                en=f"Spark did not start at {self.master}; check the address, the network and Java, or leave --master out to run here",
            ) from error  # fmt: skip
        assert session.conf.get("spark.sql.ansi.enabled") == "true"
        for function in _FUNCTIONS:
            session.sql(function)
        big = DecimalType(38, 0)
        session.udf.register("integer_root", _root, big)
        session.udf.register("logarithm", _logarithm, big)
        session.udf.register("exponential", _exponential, big)
        return session


def _travel_by_value() -> None:
    """Send the shared functions themselves to the workers, which need not have Zhengheng."""
    from pyspark import cloudpickle

    cloudpickle.register_pickle_by_value(numbers)
    cloudpickle.register_pickle_by_value(sys.modules[__name__])


def _root(number: Decimal | None) -> Decimal | None:
    return None if number is None else Decimal(numbers.integer_root(int(number)))


def _logarithm(number: Decimal | None, decimals: int) -> Decimal | None:
    result = None if number is None else numbers.logarithm(int(number), int(decimals))
    return None if result is None else Decimal(result)


def _exponential(number: Decimal | None) -> Decimal | None:
    return None if number is None else Decimal(numbers.exponential(int(number)))


class _Run:
    """One execution of the pipeline; each table is a folder of Parquet behind a view."""

    def __init__(self, session: Any, plan: Plan, facts: Facts, folder: Path) -> None:
        self.session, self.plan, self.facts, self.folder = session, plan, facts, folder
        self.holds = conditions(plan.tables, facts.sizes(), facts.periods())
        self.made: dict[str, Path] = {}

    def load(self) -> None:
        by = self.plan.tables["setting"][0]["known_by"]
        late = self.facts.late(by)
        for contract in CONTRACTS.values():
            name = contract.name
            if contract.role == "plan":
                self._place(name, from_rows(name, self.plan.tables[name]))
            elif contract.role == "fact":
                if paths := self.facts.paths.get(name):
                    frame = self.session.read.parquet(*[str(path) for path in paths])
                    frame.select(*contract.names).createOrReplaceTempView(name)
                else:
                    self._place(name, self.facts.tables.get(name, schema(name).empty_table()))
                if name in late:
                    known = self.session.sql(f"select * from {name}{as_known(by)}")
                    known.createOrReplaceTempView(name)

    def _place(self, name: str, table: pa.Table) -> None:
        if not table.num_rows:
            self._empty_view(name, self._shape_of(name))
            return
        path = self.folder / "in" / name
        path.mkdir(parents=True)
        pq.write_table(table, path / "part.parquet", store_decimal_as_integer=False)
        shape = self._shape_of(name)
        self.session.read.schema(shape).parquet(str(path)).createOrReplaceTempView(name)

    def execute(self) -> None:
        for step, active in chosen(self.holds):
            if step.refuse:
                if active:
                    self._refuse(step)
            elif step.per:
                self._repeat(step, active)
            elif active:
                if step.inline:
                    self.session.sql(step.sql).createOrReplaceTempView(step.table)
                else:
                    self._store(step)
            elif step.table not in self.made:
                self._empty(step)

    def _refuse(self, step: Step) -> None:
        found = self.session.sql(
            f"select * from ({step.sql}) order by unit, subject limit 1"
        ).collect()
        if found:
            raise refusal(self.plan, step.refuse, *found[0])

    def _store(self, step: Step) -> None:
        path = self.folder / step.table
        made = self.session.sql(step.sql)
        made.write.mode("overwrite").parquet(str(path))
        # With the columns known no job has to look for them in the files.
        self.session.read.schema(made.schema).parquet(str(path)).createOrReplaceTempView(step.table)
        self.made[step.table] = path

    def _empty(self, step: Step) -> None:
        self._empty_view(step.table, self._shape(step))

    def _empty_view(self, name: str, shape: Any) -> None:
        self.session.createDataFrame([], shape).createOrReplaceTempView(name)

    def _shape_of(self, name: str) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        return from_arrow_schema(schema(name))

    def _shape(self, step: Step) -> Any:
        from pyspark.sql.pandas.types import from_arrow_schema

        if step.table in CONTRACTS:
            return self._shape_of(step.table)
        if step.per:
            contract, names = REPEATED[step.table]
            return from_arrow_schema(
                pa.schema([schema(contract).field(n).with_nullable(True) for n in names])
            )
        return self.session.sql(step.sql).schema

    def _repeat(self, step: Step, active: bool) -> None:
        shape = self._shape(step)
        self._empty_view(step.table, shape)
        path = self.folder / step.table
        for place in rounds(step.per, self.plan.tables) if active else ():
            made = self.session.sql(at_place(step.sql, place))
            typed = made.select(*[made[f.name].cast(f.dataType) for f in shape.fields])
            typed.write.mode("append").parquet(str(path))
            self.session.read.schema(shape).parquet(str(path)).createOrReplaceTempView(step.table)
            self.made[step.table] = path

    def result(self, name: str) -> pa.Table:
        frame = self.session.table(name)
        return conform(name, frame.toArrow())
