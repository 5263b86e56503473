"""Spark gives the same bits, in this process and on a real standalone cluster."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import test_group_rules as group_rules
from tests.conftest import ROOT, Command
from tests.generate import PERIOD, facts_for, rulebooks
from tests.test_published import FOLDERS, score
from tests.test_split_years import change
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.results import KEPT
from zhengheng.engines.run import make_run

pytestmark = pytest.mark.usefixtures("java")
# Virtual machines that live for seconds: they are not worth their second compiler.
os.environ.setdefault("JAVA_TOOL_OPTIONS", "-XX:TieredStopAtLevel=1 -XX:+UseSerialGC")


@pytest.fixture(scope="module")
def cluster() -> Iterator[str]:
    """A master and two workers on loopback, started from PySpark's own files."""
    import pyspark

    home = Path(pyspark.__file__).parent
    environment = {
        **os.environ, "SPARK_HOME": str(home), "SPARK_NO_DAEMONIZE": "1", "PYSPARK_PYTHON": sys.executable,
        "SPARK_LOCAL_IP": "127.0.0.1",
    }  # fmt: skip
    launch = [str(home / "bin" / "spark-class")]
    port, running = 17077, []

    def start(*words: str) -> None:
        running.append(
            subprocess.Popen(
                [*launch, *words],
                env=environment,
                stdout=subprocess.DEVNULL,
                stderr=subprocess.DEVNULL,
            )
        )

    start(
        "org.apache.spark.deploy.master.Master",
        "--host",
        "127.0.0.1",
        "--port",
        str(port),
        "--webui-port",
        "18099",
    )
    time.sleep(5)
    for number in (1, 2):
        start("org.apache.spark.deploy.worker.Worker", "--host", "127.0.0.1", "--cores", "1", "--memory", "1g",
              "--webui-port", str(18100 + number), f"spark://127.0.0.1:{port}")  # fmt: skip
    time.sleep(5)
    yield f"spark://127.0.0.1:{port}"
    for process in reversed(running):
        process.terminate()
        process.wait(timeout=20)


def test_a_standalone_cluster_writes_the_same_bytes(
    cluster: str, tmp_path: Path, zhengheng: Command
) -> None:
    data = ROOT / "examples" / "part" / "data"
    score("part", data, tmp_path / "duckdb", zhengheng)
    score("part", data, tmp_path / "spark", zhengheng, "--engine", "spark", "--master", cluster)
    for file in ("scores.csv", "indicator_scores.csv"):
        assert (tmp_path / "duckdb" / file).read_bytes() == (tmp_path / "spark" / file).read_bytes()


def test_published_results_on_spark(real_data: Path, tmp_path: Path, zhengheng: Command) -> None:
    """The command line writes the same files, byte for byte."""
    for name in ("hdi", "asem"):
        data, fast, wide = real_data / FOLDERS[name], tmp_path / name, tmp_path / f"{name}-spark"
        score(name, data, fast, zhengheng)
        score(name, data, wide, zhengheng, "--engine", "spark")
        for file in ("scores.csv", "indicator_scores.csv"):
            assert (fast / file).read_bytes() == (wide / file).read_bytes(), name


@settings(max_examples=3, deadline=None, derandomize=True, phases=[Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(data=st.data())
def test_generated_cases_on_spark(data: st.DataObject) -> None:
    from zhengheng.engines.spark import SparkEngine

    book = data.draw(rulebooks())
    facts = data.draw(facts_for(book))
    fast = make_run(book, facts, PERIOD, DuckEngine(threads=1)).results
    wide = make_run(book, facts, PERIOD, SparkEngine(shuffle_partitions=1)).results
    for table in KEPT:
        assert fast.rows(table) == wide.rows(table), table


def test_a_cut_year_coverage_and_a_rescaled_group_on_spark() -> None:
    """What a draw of three cases may miss: a year cut by a split, a score below its coverage, a dimension over its group."""
    from zhengheng.engines.spark import SparkEngine

    jobs = {"frequency": "month", "method": {"kind": "ratio", "target": 1200}, "changes": [change({"kind": "growth", "base": 600, "target": 1500}, "2025-07-01")]}  # fmt: skip
    rules = group_rules.book(*group_rules.CODES, first=jobs, coverage={"indicators": 3}, rescale={"kind": "z_score", "deviation": "sample"})  # fmt: skip
    fast = group_rules.run(rules, group_rules.HELD, DuckEngine(threads=1)).results
    wide = group_rules.run(rules, group_rules.HELD, SparkEngine(shuffle_partitions=1)).results
    for table in KEPT:
        assert fast.rows(table) == wide.rows(table), table
    assert {row["status"] for row in fast.rows("node_score")} > {"value"}
