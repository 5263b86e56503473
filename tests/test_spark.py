"""Spark gives the same bits, in this process and on a real standalone cluster."""

import json
import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests import test_group_rules as group_rules
from tests import test_no_result as no_result
from tests.conftest import ROOT, Command
from tests.generate import PERIOD, facts_for, rulebooks
from tests.test_published import FOLDERS, score
from tests.test_split_years import book, change, run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import KEPT
from zhengheng.engines.run import make_run
from zhengheng.scheme.model import Rulebook

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

    book = data.draw(rulebooks(wide=True))
    facts = data.draw(facts_for(book, wide=True))
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


def test_what_has_no_result_has_none_on_spark() -> None:
    from zhengheng.engines.spark import SparkEngine

    down = {"direction": "down", "year_on_year": {"of": "P"}, "reference": {"to": "given"}}
    rules = book(
        no_result.PROFIT, no_result.GROWTH | {"method": {"kind": "min_max"}},
        down | {"code": "M", "method": {"kind": "ratio", "reverse": "mirror", "target": 0}},
        down | {"code": "N", "method": {"kind": "plus_minus", "target": 0, "undefined": "half"}},
    )  # fmt: skip
    plain = no_result.held(rules, OracleEngine()).results
    wide = no_result.held(rules, SparkEngine(shuffle_partitions=1)).results
    for table in KEPT:
        assert plain.rows(table) == wide.rows(table), table
    assert {row["status"] for row in wide.rows("indicator_score")} == {1, 3, 7}


def _cut(*, rescale: dict[str, Any], coverage: dict[str, Any], direction: str) -> Rulebook:
    """Rules that change within the year, below dimensions that look at their group and at what was measured."""
    methods = {
        "SUM": ({"kind": "ratio", "target": 1200}, {"kind": "threshold", "target": 1000}, "sum"),
        "MEAN": ({"kind": "rate_minus", "target": 90, "points_per_unit": "0.5"}, {"kind": "ratio", "target": 80}, "mean"),
        "PLACE": ({"kind": "rank"}, {"kind": "min_max"}, "sum"),
        "WHOLE": ({"kind": "direct"}, None, "last"),
    }  # fmt: skip
    indicators = [
        {"code": code, "name": code, "frequency": "month", "combine": combine, "method": first, "missing": "renormalise",
         "changes": [change(second, "2025-07-01")] if second else []}
        for code, (first, second, combine) in methods.items()
    ]  # fmt: skip
    return Rulebook.model_validate_json(json.dumps({
        "code": "cut", "title": "cut", "effective_from": "2025-01-01", "missing": "unranked", "missing_reason": "r",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "aggregate": "arithmetic", "weights": "relative", "children": [
            {"code": "one", "name": "one", "aggregate": "arithmetic", "weights": "relative", "ranked": True, "reason": "r",
             "children": ["SUM", "MEAN"], "coverage": coverage, "rescale": rescale},
            {"code": "two", "name": "two", "aggregate": "geometric", "weights": "relative", "reason": "r",
             "children": ["PLACE", "WHOLE"], "coverage": coverage | {"below": "missing"}}]},
        "weights": [{"from": "2025-01-01", "table": {"one": 3, "two": 2} | dict.fromkeys(methods, 10)}],
        "indicators": indicators, "ranking": {"direction": direction, "ties": "dense", "key": "one"},
        "grading": {"bands": [{"code": "x", "name": "x", {"up": "at_least", "down": "at_most"}[direction]: 50, "share_at_most": "0.4"},
                              {"code": "y", "name": "y"}]},
    }))  # fmt: skip


@pytest.mark.parametrize(
    ("rescale", "coverage", "direction"),
    [({"kind": "min_max", "at_worst": 10, "at_best": 90}, {"share": "0.6"}, "up"),
     ({"kind": "z_score", "centre": 60, "scale": 10, "undefined": "half"}, {"indicators": 2}, "down")],
)  # fmt: skip
def test_years_that_are_cut_below_dimensions_that_look_at_their_group(
    rescale: dict[str, Any], coverage: dict[str, Any], direction: str
) -> None:
    """The oracle was written apart from the SQL that Spark runs."""
    from zhengheng.engines.spark import SparkEngine

    rules = _cut(rescale=rescale, coverage=coverage, direction=direction)
    days = [one.end for one in PERIOD.split("month")]
    series = {
        (f"u{unit}", one.code): {day: str(40 + 7 * unit + 3 * month % 11 * place) for month, day in enumerate(days)}
        for unit in range(6) for place, one in enumerate(rules.indicators, 1) if (unit, one.code) not in {(2, "MEAN"), (4, "PLACE"), (5, "SUM")}
    }  # fmt: skip
    begins = {"u3": days[2]}
    plain = run(rules, series, OracleEngine(), begins=begins).results
    wide = run(rules, series, SparkEngine(shuffle_partitions=1), begins=begins).results
    assert {row["status"] for row in plain.rows("node_score")} >= {"value"}
    assert len({row["status"] for row in plain.rows("node_score")}) > 1, "some are not covered"
    assert plain.rows("ranking")
    for table in KEPT:
        assert plain.rows(table) == wide.rows(table), table
