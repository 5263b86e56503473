"""Choose an engine from the command line's options."""

from pathlib import Path

from zhengheng.cli.usage import checked_master, checked_memory, checked_threads
from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.results import Engine


def choose(
    name: str, *, master: str = "local[2]", threads: int | None = None, memory: str | None = None,
    spill: Path | None = None, home: Path | None = None,
) -> Engine:  # fmt: skip
    """duckdb (default; reuses ranges computed before beside the lake `home`), oracle, spark.

    Raises ZhenghengError for another name, and for options that say nothing.
    """
    threads, memory = checked_threads(threads), checked_memory(memory)
    master = checked_master(master)
    if name == "duckdb":
        from zhengheng.engines.duck import DuckEngine
        from zhengheng.engines.reuse import Reuse

        reuse = Reuse(home / "reuse") if home else None
        return DuckEngine(threads=threads, memory=memory, spill=spill, reuse=reuse)
    if name == "oracle":
        from zhengheng.engines.plain import OracleEngine

        return OracleEngine()
    if name == "spark":
        from zhengheng.engines.spark import SparkEngine

        return SparkEngine(master=master)
    raise ZhenghengError.one(
        "--engine", "engine.unknown", zh=f"没有引擎 {name}: 可选 duckdb、oracle、spark",
        en=f"no engine {name}: choose duckdb, oracle or spark",
    )  # fmt: skip
