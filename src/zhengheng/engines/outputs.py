"""Result files: one writer for all engines, fixed digits from integers, sorted, UTF-8, LF."""

import csv
import json
from collections.abc import Iterable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

from zhengheng import __version__
from zhengheng.domain.numbers import format_scaled
from zhengheng.engines.run import Run, fingerprints
from zhengheng.scheme.model import TOTAL
from zhengheng.scoring.contracts import status_name

SCORES = (
    "unit", "period", "node", "score", "rank", "group", "grade", "light", "status", "used", "due",
)  # fmt: skip
INDICATOR_SCORES = (
    "unit", "indicator", "period", "value", "target", "score", "status", "full", "light",
)  # fmt: skip


def score_rows(run: Run) -> Iterator[dict[str, str]]:
    """One row per unit and node; the root is `total`, with bonus and deduction beside it."""
    results, period = run.results, run.plan.period.code
    nodes = {row["node"]: row for row in run.plan.tables["node"]}
    order = {code: place for place, code in enumerate(nodes)}
    root = next(iter(nodes))
    ranks = {(r["unit"], r["node"]): r["place"] for r in results.rows("ranking")}
    grades = {row["unit"]: row["grade"] for row in results.rows("grading")}
    lights = {(row["unit"], row["subject"]): row["light"] for row in results.rows("light")}
    adjusted = bool(run.rulebook.adjustments)
    totals = {row["unit"]: row for row in results.rows("total_score")}
    rows = sorted(results.rows("node_score"), key=lambda r: (r["unit"], order[r["node"]]))
    for row in rows:
        unit, node, digits = row["unit"], row["node"], nodes[row["node"]]["digits"]
        is_root = node == root
        total = totals[unit]
        yield {
            "unit": unit,
            "period": period,
            "node": TOTAL if is_root else node,
            "score": format_scaled(total["printed"] if is_root else row["printed"], 9, digits),
            "rank": str(ranks.get((unit, node), "")),
            "group": row["comparison_group"],
            "grade": grades.get(unit, "") if is_root else "",
            "light": lights.get((unit, node), ""),
            "status": total["status"] if is_root else row["status"],
            "used": str(row["used"]),
            "due": str(row["leaves"]),
        }
        for kind in ("bonus", "deduction") if is_root and adjusted else ():
            yield {
                **dict.fromkeys(SCORES, ""),
                "unit": unit, "period": period, "node": kind, "group": row["comparison_group"],
                "score": format_scaled(total[kind], 9, digits), "status": "value",
            }  # fmt: skip


def indicator_rows(run: Run) -> Iterator[dict[str, str]]:
    """One row per unit and scored indicator."""
    rules = {
        (row["category"], row["indicator"]): row for row in run.plan.tables["rule"] if row["latest"]
    }
    lights = {(row["unit"], row["subject"]): row["light"] for row in run.results.rows("light")}
    for row in run.results.rows("indicator_score"):
        rule = rules[row["category"], row["indicator"]]
        yield {
            "unit": row["unit"],
            "indicator": row["indicator"],
            "period": run.plan.period.code,
            "value": format_scaled(row["value"], rule["decimals"]),
            "target": format_scaled(row["target"], rule["decimals"]),
            "score": format_scaled(row["printed"], 9, rule["digits"]),
            "status": status_name(row, rule),
            "full": format_scaled(rule["full"], 6, 4).rstrip("0").rstrip("."),
            "light": lights.get((row["unit"], row["indicator"]), ""),
        }


def write_csv(
    path: Path, header: Iterable[str], rows: Iterable[dict[str, str]], *, bom: bool = False
) -> None:
    """Minimal quotes, LF, UTF-8; a BOM only where a spreadsheet program needs it."""
    with path.open("w", encoding="utf-8-sig" if bom else "utf-8", newline="") as stream:
        writer = csv.DictWriter(stream, list(header), lineterminator="\n")
        writer.writeheader()
        writer.writerows(rows)


def is_provisional(run: Run) -> bool:
    """Whether the rules were a draft, or not yet known on the day the run looks from (试算)."""
    book = run.rulebook
    return book.status == "draft" or bool(book.known_from and book.known_from > run.plan.at)


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
