"""Runs on disk: written once, read back for explanation, export and bundles."""

import json
from datetime import date, datetime
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq

from zhengheng.domain.periods import parse_period
from zhengheng.engines.outputs import describe
from zhengheng.engines.results import Results
from zhengheng.engines.run import Run
from zhengheng.engines.verifier import read_plan
from zhengheng.lake.facts import Facts, FileInfo, empty
from zhengheng.lake.store import Lake
from zhengheng.scheme.fingerprint import canonical, dump
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import FACTS
from zhengheng.scoring.plan import Plan


def keep_run(lake: Lake, run: Run, created_at: datetime) -> Path:
    """Store a run beside its lake; a run that is there already stays as it is."""
    folder = lake.home / "runs" / run.id
    if not (folder / "run.json").is_file():
        (folder / "results").mkdir(parents=True, exist_ok=True)
        (folder / "facts").mkdir(exist_ok=True)
        for name, table in run.results.tables.items():
            pq.write_table(table, folder / "results" / f"{name}.parquet")
        for contract in FACTS:
            pq.write_table(
                run.facts.tables[contract.name], folder / "facts" / f"{contract.name}.parquet"
            )
        plan = {name: [_dated(row) for row in rows] for name, rows in run.plan.tables.items()}
        (folder / "plan.json").write_text(canonical(plan), encoding="utf-8")
        (folder / "rulebook.json").write_text(canonical(dump(run.rulebook)), encoding="utf-8")
        units = [json.loads(unit.model_dump_json()) for unit in run.facts.units]
        (folder / "units.json").write_text(canonical(units), encoding="utf-8")
        # run.json comes last: a folder without it is an unfinished run and is written again.
        text = json.dumps(describe(run, created_at), ensure_ascii=False, indent=2) + "\n"
        (folder / "run.json").write_text(text, encoding="utf-8")
    lake.add_run(run.id, created_at, run.rulebook.code, run.plan.period.code, run.engine)
    return folder


def _dated(row: dict[str, Any]) -> dict[str, Any]:
    return {k: v.isoformat() if isinstance(v, date) else v for k, v in row.items()}


def load_run(folder: Path) -> Run:
    """Read a stored run back as it was made."""
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    book = Rulebook.model_validate_json(
        (folder / "rulebook.json").read_text(encoding="utf-8"), strict=True
    )
    results = Results(
        {path.stem: pq.read_table(path) for path in sorted((folder / "results").glob("*.parquet"))}
    )
    tables = empty() | {
        path.stem: pq.read_table(path) for path in sorted((folder / "facts").glob("*.parquet"))
    }
    units = [
        Unit.model_validate_json(json.dumps(entry), strict=True)
        for entry in json.loads((folder / "units.json").read_text(encoding="utf-8"))
    ]
    files = [FileInfo(**file) for file in about["files"]]
    facts = Facts(tables, units, files, mapping=about["mapping"], snapshots=about["snapshots"])
    plan = Plan(
        book.code, about["fingerprint"]["data"], parse_period(about["period"]),
        date.fromisoformat(about["at"]), read_plan(folder / "plan.json"),
    )  # fmt: skip
    return Run(about["run"], book, plan, facts, results, about["engine"])
