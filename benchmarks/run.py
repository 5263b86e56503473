"""`make bench`: Zhengheng beside the bare engine and beside Polars and pandas, in one run.

Each contestant runs in its own process (peak memory is the process's own), several rounds in turn;
the median counts. Sizes come from the command line; the default is what docs/explanation/performance.md
shows. Nothing here is asserted: a benchmark informs, tests decide.
"""

import argparse
import hashlib
import json
import os
import platform
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from datetime import date
from pathlib import Path

HERE = Path(__file__).resolve().parent
INDICATORS, MONTHS = 20, 12
CONTESTANTS = ("floor", "zhengheng", "zhengheng_2g", "corrected", "polars", "pandas")


def make_data(folder: Path, units: int) -> list[Path]:
    """Lake files as twelve monthly intakes leave them, each sorted by unit and indicator."""
    import numpy as np
    import pyarrow as pa
    import pyarrow.parquet as pq

    folder = folder / f"units-{units}"
    done = folder / "done"
    if done.exists():
        return sorted(folder.glob("*.parquet"))
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    random = np.random.default_rng(2025)
    block = 50_000
    for month in range(1, MONTHS + 1):
        end = (
            date(2025, 12, 31)
            if month == 12
            else date.fromordinal(date(2025, month + 1, 1).toordinal() - 1)
        )
        writer = None
        for first in range(0, units, block):
            count = min(block, units - first)
            rows = count * INDICATORS
            unit = pa.DictionaryArray.from_arrays(
                pa.array(np.repeat(np.arange(count, dtype="int32"), INDICATORS)),
                pa.array([f"U{first + n:07d}" for n in range(count)]),
            ).cast(pa.string())
            indicator = pa.DictionaryArray.from_arrays(
                pa.array(np.tile(np.arange(INDICATORS, dtype="int32"), count)),
                pa.array([f"I{n:02d}" for n in range(INDICATORS)]),
            ).cast(pa.string())
            table = pa.table(
                {
                    "unit": unit,
                    "indicator": indicator,
                    "period": pa.array([end] * rows, pa.date32()),
                    "value": pa.array(random.integers(500, 1500, rows), pa.int64()),
                    "status": pa.array(np.ones(rows, dtype="int64")),
                    "vintage": pa.nulls(rows, pa.string()),
                    "published_on": pa.nulls(rows, pa.date32()),
                    "file": pa.array(np.full(rows, month, dtype="int64")),
                    "row": pa.array(np.arange(rows, dtype="int64")),
                }
            )
            writer = writer or pq.ParquetWriter(
                folder / f"month-{month:02d}.parquet", table.schema, compression="zstd"
            )
            writer.write_table(table, row_group_size=131_072)
        assert writer
        writer.close()
    codes = pa.array([f"U{n:07d}" for n in range(units)])
    fill = {"name_zh": "u", "name_en": "", "category": "c", "group": "g"}
    columns = {"code": codes} | {k: pa.repeat(v, units) for k, v in fill.items()}
    columns |= {"superior": pa.nulls(units, pa.string()), "valid_from": pa.nulls(units, pa.date32()),
                "valid_to": pa.nulls(units, pa.date32()), "ranked": pa.repeat(True, units),
                "exempt": pa.array([[]] * units, pa.list_(pa.string()))}  # fmt: skip
    pq.write_table(pa.table(columns), folder / "units")
    done.touch()
    return sorted(folder.glob("*.parquet"))


def rulebook():  # type: ignore[no-untyped-def]
    """Twenty indicators, ratio to a target, four dimensions, ranks, grades."""
    from zhengheng.scheme.model import Rulebook

    codes = [f"I{n:02d}" for n in range(INDICATORS)]
    data = {
        "code": "bench", "title": "bench", "effective_from": "2025-01-01",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "t", "children": [
            {"code": f"N{n}", "name": f"N{n}", "children": codes[5 * n : 5 * n + 5]} for n in range(4)
        ]},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(codes, 5)}],
        "indicators": [
            {"code": code, "name": code, "frequency": "month", "decimals": 2,
             "method": {"kind": "ratio", "target": 120, "cap": "1.2"}} for code in codes
        ],
        "grading": {"bands": [{"code": "A", "name": "A", "at_least": 90, "share_at_most": "0.3"},
                              {"code": "B", "name": "B", "at_least": 80}, {"code": "C", "name": "C"}]},
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


def run_floor(paths: list[Path], units: int) -> str:
    """DuckDB's bare group-by over the same files."""
    import duckdb

    connection = duckdb.connect(config={"threads": 2})
    files = ", ".join(f"'{path}'" for path in paths)
    connection.execute(
        f"create table t as select unit, indicator, sum(value) as total, count(value) as n from read_parquet([{files}]) group by unit, indicator"
    )
    return str(connection.execute("select sum(total) from t").fetchone())


def given(paths: list[Path], units: int, corrected: bool = False):  # type: ignore[no-untyped-def]
    """The facts of the lake files; `corrected` adds one later value for one unit."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    from zhengheng.lake.facts import Facts, FileInfo, empty, schema
    from zhengheng.lake.roster import SCHEMA

    roster = pq.read_table(paths[0].parent / "units").select(SCHEMA.names)
    tables = empty()
    files = [FileInfo(n, path.name, f"{n:064d}") for n, path in enumerate(paths, 1)]
    if corrected:
        row = {"unit": f"U{units // 2:07d}", "indicator": "I03", "period": date(2025, 6, 30), "value": 1,
               "status": 1, "vintage": None, "published_on": None, "sequence": 1, "file": 13, "row": 1}  # fmt: skip
        tables["revision"] = pa.Table.from_pylist([row], schema=schema("revision"))
        files.append(FileInfo(13, "correction", "c" * 64))
    count = units * INDICATORS * MONTHS
    return Facts(
        tables,
        [],
        files,
        roster=roster,
        paths={"observation": paths},
        counts={"observation": count},
    )


KEEP = ("indicator_score", "node_score", "total_score", "ranking", "grading")


def run_zhengheng(
    paths: list[Path], units: int, memory: str | None = None, engine: str = "duckdb"
) -> tuple[float, str]:
    """From lake files to ranked and graded tables; the digest of them is not part of the seconds."""
    from zhengheng.domain.periods import parse_period
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.run import make_run

    if engine == "spark":
        from zhengheng.engines.spark import SparkEngine

        chosen = SparkEngine(master="local[2]", keep=KEEP)
    else:
        chosen = DuckEngine(threads=2, memory=memory, keep=KEEP)
    with tempfile.TemporaryDirectory() as store:
        start = time.perf_counter()
        made = make_run(
            rulebook(), given(paths, units), parse_period("2025"), chosen, runs=Path(store)
        )
        return time.perf_counter() - start, digest(made.results)


def run_corrected(paths: list[Path], units: int) -> tuple[float, str]:
    """One corrected observation after a full run: only the seconds of the second run count.

    Then one unit's passport out of the kept run, its seconds in what is said.
    """
    from datetime import UTC, datetime

    from zhengheng.domain.periods import parse_period
    from zhengheng.engines.archive import keep_run, load_run
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.passport import passport
    from zhengheng.engines.reuse import Reuse
    from zhengheng.engines.run import make_run
    from zhengheng.lake.store import Lake

    book, period = rulebook(), parse_period("2025")
    with tempfile.TemporaryDirectory(dir=paths[0].parent) as folder:
        home = Path(folder)
        lake = Lake.create(home)
        held = [home / path.name for path in paths]
        for path, name in zip(paths, held, strict=True):
            os.link(path, name)
        shutil.copy(paths[0].parent / "units", home)
        engine = DuckEngine(threads=2, keep=KEEP, reuse=Reuse(home / "reuse"))
        make_run(book, given(held, units), period, engine, runs=home / "runs")
        later = given(held, units, corrected=True)
        start = time.perf_counter()
        made = make_run(book, later, period, engine, runs=home / "runs")
        seconds = time.perf_counter() - start
        kept = keep_run(lake, made, datetime(2026, 1, 5, tzinfo=UTC))
        start = time.perf_counter()
        unit = f"U{units // 2:07d}"
        passport(load_run(kept, unit), unit, None, "en")
        return seconds, f"passport of one unit {time.perf_counter() - start:.2f} s"


def digest(results) -> str:  # type: ignore[no-untyped-def]
    """The bits of the result, however the engine made them."""
    from zhengheng.engines.reuse import digest as bits

    kept = (bits(results.table(name)) for name in ("ranking", "grading", "total_score"))
    return hashlib.sha256(" ".join(kept).encode()).hexdigest()[:16]


def run_polars(paths: list[Path], units: int) -> str:
    """The same exact integers in Polars, lazy and streaming."""
    import polars as pl

    target, full = 12_000, 5
    cell = (
        pl.scan_parquet(paths)
        .group_by("unit", "indicator")
        .agg(pl.col("value").sum().alias("total"), pl.col("value").count().alias("n"))
        .with_columns(
            pl.min_horizontal(pl.col("total") * full, pl.lit(target * full * 6 // 5)).alias("top")
        )
        .with_columns(((2 * pl.col("top") * 100 + target) // (2 * target)).alias("points"))
        .with_columns((pl.col("indicator").str.slice(1).cast(pl.Int64) // 5).alias("node"))
    )
    node = cell.group_by("unit", "node").agg(pl.col("points").sum())
    total = (
        node.group_by("unit").agg(pl.col("points").sum())
        .with_columns(pl.col("points").rank("min", descending=True).alias("place"), pl.len().alias("n"))
        .with_columns(pl.when((pl.col("points") >= 9000) & (pl.col("place") <= pl.col("n") * 3 // 10)).then(pl.lit("A"))
                      .when(pl.col("points") >= 8000).then(pl.lit("B")).otherwise(pl.lit("C")).alias("grade"))
    )  # fmt: skip
    cells, totals = pl.collect_all([cell, total], engine="streaming")
    return f"{cells.height} {totals.height}"


def run_pandas(paths: list[Path], units: int) -> str:
    """The same in pandas, at a size it can hold."""
    import pandas as pd

    frame = pd.concat(
        [pd.read_parquet(path, columns=["unit", "indicator", "value"]) for path in paths]
    )
    cell = frame.groupby(["unit", "indicator"], sort=False)["value"].sum().reset_index()
    top = (cell["value"] * 5).clip(upper=12_000 * 6)
    cell["points"] = (2 * top * 100 + 12_000) // 24_000
    cell["node"] = cell["indicator"].str[1:].astype(int) // 5
    total = cell.groupby(["unit", "node"])["points"].sum().groupby("unit").sum()
    place = total.rank(method="min", ascending=False)
    grade = pd.cut(total, [-1, 7999, 8999, 10**9], labels=["C", "B", "A"])
    return f"{len(cell)} {len(place)} {len(grade)}"


def contestant(name: str, folder: Path, units: int) -> None:
    """Run one and print its time and peak memory as JSON."""
    import resource

    paths = make_data(folder, units)
    if name.startswith("zhengheng"):
        import pandas  # noqa: F401  Arrow imports it where it is installed

        import zhengheng.engines.duck
        import zhengheng.engines.run  # noqa: F401  imports do not count
    elif name in {"polars", "pandas"}:
        __import__(name)
    else:
        import duckdb  # noqa: F401
    start = time.perf_counter()
    runners = {
        "floor": run_floor, "zhengheng": run_zhengheng, "polars": run_polars, "pandas": run_pandas,
        "zhengheng_2g": lambda p, u: run_zhengheng(p, u, "2GB"),
        "spark": lambda p, u: run_zhengheng(p, u, engine="spark"), "corrected": run_corrected,
    }  # fmt: skip
    said = runners[name](paths, units)
    seconds = time.perf_counter() - start
    if isinstance(said, tuple):
        seconds, said = said
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    print(json.dumps({"seconds": seconds, "gib": peak, "said": said}))


def measure(name: str, folder: Path, units: int) -> dict[str, object] | None:
    words = [
        sys.executable,
        str(HERE / "run.py"),
        "--one",
        name,
        "--data",
        str(folder),
        "--units",
        str(units),
    ]
    done = subprocess.run(words, capture_output=True, text=True, check=False)
    if done.returncode:
        print(f"{name} failed: {done.stderr[-600:]}", file=sys.stderr)
        return None
    return json.loads(done.stdout.strip().splitlines()[-1])  # type: ignore[no-any-return]


def small_city() -> float:
    """A 38-unit city's full year through the Python API, after imports."""
    from zhengheng.domain.periods import parse_period
    from zhengheng.engines.duck import DuckEngine
    from zhengheng.engines.run import make_run
    from zhengheng.lake.intake import read_files
    from zhengheng.lake.mapping import load_mapping
    from zhengheng.sample.make import make_sample
    from zhengheng.scheme.load import load_rulebook

    folder = Path("bench-data") / "city"
    if not (folder / "districts.intake.yaml").exists():
        make_sample(folder, seed=2025, scale=0.05)
    book, _ = load_rulebook(folder / "rulebooks" / "streets")
    mapping = load_mapping(folder / "streets.intake.yaml")
    facts = read_files(mapping, book, folder / "data")
    times = []
    for _ in range(3):
        start = time.perf_counter()
        make_run(book, facts, parse_period("2025"), DuckEngine(threads=2), mapping.at)
        times.append(time.perf_counter() - start)
    return statistics.median(times)


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--units", type=int, nargs="*", default=[50_000, 400_000])
    options.add_argument("--rounds", type=int, default=3)
    options.add_argument("--data", type=Path, default=Path("bench-data"))
    options.add_argument("--one")
    options.add_argument("--spark", action="store_true")
    given = options.parse_args()
    if given.one:
        contestant(given.one, given.data, given.units[0])
        return
    print(
        f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}"
    )
    print(f"38 streets, one year, through the Python API: {small_city():.2f} s")
    for units in given.units:
        make_data(given.data, units)
        names = [n for n in CONTESTANTS if n != "pandas" or units <= 50_000]
        names += ["spark"] if given.spark and units <= 50_000 else []
        held: dict[str, list[dict[str, object]]] = {name: [] for name in names}
        for _ in range(given.rounds):
            for name in names:
                if found := measure(name, given.data, units):
                    held[name].append(found)
        rows = units * INDICATORS * MONTHS
        print(
            f"\n{rows / 1e6:.0f} million observations ({units:,} units x {INDICATORS} x {MONTHS})"
        )
        print(f"{'':14}{'seconds':>9}{'x floor':>9}{'ns/row':>9}{'GiB':>7}")
        floor = statistics.median(float(r["seconds"]) for r in held["floor"])  # type: ignore[arg-type]
        for name, results in held.items():
            if results:
                seconds = statistics.median(float(r["seconds"]) for r in results)  # type: ignore[arg-type]
                memory = max(float(r["gib"]) for r in results)  # type: ignore[arg-type]
                print(
                    f"{name:14}{seconds:9.2f}{seconds / floor:9.2f}{seconds / rows * 1e9:9.1f}{memory:7.2f}"
                )
        if held.get("corrected"):
            print(f"after one correction, in range of 50,000 units: {held['corrected'][0]['said']}")
        bits = {
            str(r["said"]) for n in held if n.startswith("zheng") or n == "spark" for r in held[n]
        }
        print("same bits in every Zhengheng run" if len(bits) == 1 else f"DIFFERENT BITS: {bits}")


if __name__ == "__main__":
    main()
