"""Runs on disk: written once, read back for explanation, export and bundles, whole or for one unit.

runs/ID/run.json        what the run is; written last
        rulebook.json   the rules
        plan.json       the compiled rules; rows of single units in plan/*.parquet
        units.parquet   the units with their names
        facts/          what was read; lake files too big to copy are named in lake.json
        results/        a table a file, or a folder of parts
"""

import json
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.dataset as ds
import pyarrow.parquet as pq

from zhengheng.domain.canonical import canonical
from zhengheng.domain.kept import gone, kept_object
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import NotFoundError
from zhengheng.engines.bundled import read_plan
from zhengheng.engines.origins import between, sources_of
from zhengheng.engines.outputs import describe
from zhengheng.engines.results import Results, from_rows
from zhengheng.engines.rows import TableRows
from zhengheng.engines.run import Run
from zhengheng.lake.facts import ADDED, Facts, FileInfo, empty, read_facts, schema
from zhengheng.lake.roster import AS_OBJECTS, joined, to_table, to_units
from zhengheng.lake.store import Lake
from zhengheng.lake.whole import parsing, whole
from zhengheng.scheme.fingerprint import dump
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import FACTS, PLAN
from zhengheng.scoring.plan import Plan

BY_UNIT = ("unit", "part_unit", "exemption", "cascade_target")
"""Plan tables with rows for single units."""
LAYOUT = 2
"""Of the files of a kept run; one kept under another layout is made again, not read wrong."""


def keep_run(lake: Lake, run: Run, created_at: datetime) -> Path:
    """Store a run beside its lake; a run that is there already stays as it is.

    Only one process writes to a lake at a time: of two that computed the same run, the second finds it kept.
    """
    folder = lake.home / "runs" / run.id
    with lake.writing():
        if not _is_kept(folder):
            _write(lake, run, folder, created_at)
        lake.add_run(run.id, created_at, run.rulebook.code, run.plan.period.code, run.engine)
    return folder


def _write(lake: Lake, run: Run, folder: Path, created_at: datetime) -> None:
    for part in ("results", "facts", "plan"):
        (folder / part).mkdir(parents=True, exist_ok=True)
    for name, table in run.results.tables.items():
        pq.write_table(table, folder / "results" / f"{name}.parquet")
    _keep_facts(lake, run.facts, folder / "facts")
    plan = {k: [_dated(r) for r in v] for k, v in run.plan.tables.items() if k not in BY_UNIT}
    (folder / "plan.json").write_text(canonical(plan), encoding="utf-8")
    for name in BY_UNIT:
        rows = from_rows(name, run.plan.tables[name])
        pq.write_table(rows, folder / "plan" / f"{name}.parquet")
    (folder / "rulebook.json").write_text(canonical(dump(run.rulebook)), encoding="utf-8")
    rosters = [to_table(run.facts.units)]
    if run.facts.roster is not None:
        rosters.insert(0, run.facts.roster)
    pq.write_table(joined(rosters), folder / "units.parquet")
    # run.json comes last: a folder without it is an unfinished run and is written again.
    about = describe(run, created_at) | {"layout": LAYOUT}
    text = json.dumps(about, ensure_ascii=False, indent=2) + "\n"
    (folder / "run.json").write_text(text, encoding="utf-8")


def _is_kept(folder: Path) -> bool:
    about = folder / "run.json"
    return about.is_file() and kept_object(about).get("layout") == LAYOUT


def _keep_facts(lake: Lake, facts: Facts, folder: Path) -> None:
    """Small tables are copied; files of the lake never change, so naming them is enough."""
    for contract in FACTS:
        if not facts.paths.get(contract.name):
            pq.write_table(facts.tables[contract.name], folder / f"{contract.name}.parquet")
    root = lake.home.resolve()
    named = {
        name: [str(path.resolve().relative_to(root)) for path in paths]
        for name, paths in facts.paths.items()
    }
    text = json.dumps({"paths": named, "counts": facts.counts})
    (folder / "lake.json").write_text(text, encoding="utf-8")


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}


def load_run(folder: Path, unit: str | None = None) -> Run:
    """Read a stored run back as it was made; with `unit`, only the part of it that explains this unit.

    Raises KeptError, which names the file, where one of its files is gone or damaged.
    """
    with whole(lambda: _files(folder)):
        return _load(folder, unit)


_ALWAYS = ("indicator_score", "node_score", "total_score")
"""Results that every kept run has; of the others, each release keeps those that it knows."""


def _files(folder: Path) -> list[Path]:
    """What a kept run consists of: what every one has, and whatever else lies there."""
    always = ["run.json", "rulebook.json", "plan.json", "units.parquet", "facts/lake.json", *(f"plan/{name}.parquet" for name in BY_UNIT)]  # fmt: skip
    found = [folder / name for name in always]
    return found + [
        path for path in sorted(folder.rglob("*.*")) if path not in found and path.is_file()
    ]


def _load(folder: Path, unit: str | None) -> Run:
    if not _is_kept(folder):
        raise NotFoundError.one(
            folder.name, "run.layout", zh="这个批次由另一版本保存或不完整, 请重新核算: 同样的输入得到同一批次",
            en="this run was kept by another release or is incomplete; run it again: the same inputs give the same run",
        )  # fmt: skip
    about = kept_object(
        folder / "run.json",
        "fingerprint",
        "period",
        "at",
        "run",
        "engine",
        "files",
        "mapping",
        "snapshots",
    )
    with parsing(folder / "run.json"):
        brought = [FileInfo(**one) for one in about["files"]]
        period, at = parse_period(about["period"]), date.fromisoformat(about["at"])
        prints = about["fingerprint"]["data"]
    with parsing(folder / "rulebook.json"):
        text = (folder / "rulebook.json").read_text(encoding="utf-8")
        book = Rulebook.model_validate_json(text, strict=True)
    files = {path.stem: _parts(path) for path in (folder / "results").iterdir()}
    for name in _ALWAYS:
        if not files.get(name):
            raise gone(folder / "results" / f"{name}.parquet")
    results = Results({}, files)
    with parsing(folder / "plan.json"):
        tables: dict[str, Sequence[dict[str, Any]]] = completed(read_plan(folder / "plan.json"))
    wanted = set(sources_of(tables, unit)) if unit is not None else None
    for name in BY_UNIT:
        condition = pc.field("unit").isin(sorted(wanted)) if wanted is not None else None
        held = _widened(
            name, ds.dataset(str(folder / "plan" / f"{name}.parquet")).to_table(filter=condition)
        )
        if held.num_rows > AS_OBJECTS:
            tables[name] = TableRows(held)
            continue
        tables[name] = [
            {k: int(v) if hasattr(v, "as_tuple") else v for k, v in row.items()}
            for row in held.to_pylist()
        ]
    named = (
        pc.field("code").isin(sorted({*wanted, *between(book, unit)})) if wanted and unit else None
    )
    roster = ds.dataset(str(folder / "units.parquet")).to_table(filter=named)
    many = roster.num_rows > AS_OBJECTS
    lake = kept_object(folder / "facts" / "lake.json", "paths", "counts")
    home = folder.parent.parent
    with parsing(folder / "facts" / "lake.json"):
        paths = {name: [home / path for path in held] for name, held in lake["paths"].items()}
    copies = {path.stem: path for path in (folder / "facts").glob("*.parquet")}
    grown = {name: read_facts(name, [copies.pop(name)]) for name in ADDED if name in copies}
    facts = Facts(
        empty() | grown, [] if many else to_units(roster), brought,
        paths=paths | {name: [path] for name, path in copies.items()},
        counts=lake["counts"] | {name: pq.read_metadata(path).num_rows for name, path in copies.items()},
        mapping=about["mapping"], snapshots=about["snapshots"], roster=roster if many else None,
    )  # fmt: skip
    plan = Plan(book.code, prints, period, at, tables)
    return Run(about["run"], book, plan, facts, results, about["engine"])


def completed(plan: Mapping[str, Sequence[dict[str, Any]]]) -> dict[str, Sequence[dict[str, Any]]]:
    """A kept plan with the tables and columns that later releases added, empty: they ask for nothing.

    Whose figures a value was made of was not said before semantics 10 (decision 18): what those plans say of it is not read by
    other rules.
    """
    held: dict[str, Sequence[dict[str, Any]]] = {}
    for contract in PLAN:
        rows = plan.get(contract.name, [])
        if contract.name == "rollup" and "figure" not in plan:
            rows = []
        empty = dict.fromkeys(contract.names)
        whole = not rows or rows[0].keys() == empty.keys()
        held[contract.name] = rows if whole else [empty | row for row in rows]
    return {**plan, **held}


def _widened(name: str, held: pa.Table) -> pa.Table:
    """A kept table of the plan with the columns that later releases added, empty."""
    for column in schema(name):
        if column.name not in held.column_names:
            held = held.append_column(column, pa.nulls(held.num_rows, column.type))
    return held


def _parts(path: Path) -> list[Path]:
    return sorted(path.glob("*.parquet")) if path.is_dir() else [path]
