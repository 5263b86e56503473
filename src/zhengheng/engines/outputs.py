"""Result files: one writer for all engines, fixed digits from integers, sorted, UTF-8, LF."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from zhengheng import __version__
from zhengheng.engines import tables
from zhengheng.engines.run import Run, fingerprints
from zhengheng.engines.tables import INDICATOR_SCORES, SCORES


def score_rows(run: Run) -> Iterator[dict[str, str]]:
    """One row per unit and node; the root is `total`, with bonus and deduction beside it."""
    return tables.score_rows(run.results, run.plan.tables, run.plan.period.code)


def indicator_rows(run: Run) -> Iterator[dict[str, str]]:
    """One row per unit and scored indicator."""
    return tables.indicator_rows(run.results, run.plan.tables, run.plan.period.code)


def write_csv(
    path: Path, header: Iterable[str], rows: Iterable[dict[str, str]], *, bom: bool = False
) -> None:
    """Minimal quotes, LF, UTF-8; a BOM only where a spreadsheet program needs it."""
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(header), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def is_provisional(run: Run) -> bool:
    """Whether the rules were a draft, or not yet in force or known on the day the run looks from (试算)."""
    book = run.rulebook
    return book.status == "draft" or max(book.effective_from, book.known_from or book.effective_from) > run.plan.at  # fmt: skip


def describe(run: Run, created_at: datetime) -> dict[str, Any]:
    """run.json: what this run was made from. Only `engine` and `created_at` differ on repetition."""
    data, wording = fingerprints(run.rulebook)
    return {
        "run": run.id,
        "rulebook": run.rulebook.code,
        "rulebook_version": run.rulebook.version,
        "fingerprint": {"data": data, "wording": wording},
        "period": run.plan.period.code,
        "at": run.plan.at.isoformat(),
        "provisional": is_provisional(run),
        "engine": run.engine,
        "zhengheng": __version__,
        "created_at": created_at.isoformat(timespec="seconds"),
        "files": [vars(file) for file in run.facts.files],
        "mapping": run.facts.mapping,
        "snapshots": run.facts.snapshots,
        "units": len(run.plan.tables["unit"]),
        "rejected": len(run.facts.rejects),
        "warnings": [problem.en for problem in run.facts.warnings],
    }


def write_results(runs: list[Run], out: Path, created_at: datetime, *, bom: bool = False) -> None:
    """scores.csv, indicator_scores.csv and run.json; several periods stand in the same files."""
    out.mkdir(parents=True, exist_ok=True)
    write_csv(out / "scores.csv", SCORES, (row for run in runs for row in score_rows(run)), bom=bom)
    write_csv(
        out / "indicator_scores.csv",
        INDICATOR_SCORES,
        (row for run in runs for row in indicator_rows(run)),
        bom=bom,
    )
    described = [describe(run, created_at) for run in runs]
    document = described[0] | ({"runs": described} if len(described) > 1 else {})
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (out / "run.json").write_text(text, encoding="utf-8")
