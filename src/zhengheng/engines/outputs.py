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


MEASURED = (*INDICATOR_SCORES[:5], "measure_unit", "measure_unit_en", *INDICATOR_SCORES[5:], "line_unit", "line_unit_en")  # fmt: skip
"""Indicator scores as they leave the house: value and target with their unit of measure, the line with its own. A bundle
recomputes the plain ones, and has the units of measure in its rulebook."""
_LINE_UNITS = {"points": ("分", "points"), "progress": ("%", "%"), "nodes": ("%", "%")}


def measured_rows(run: Run) -> Iterator[dict[str, str]]:
    """The rows of `indicator_rows` with units of measure, in both languages."""
    units = {one.code: (one.unit_said.zh, one.unit_said.say("en")) for one in run.rulebook.indicators}  # fmt: skip
    for row in indicator_rows(run):
        unit = units[row["indicator"]]
        of_line = _LINE_UNITS.get(row["line_of"], unit) if row["line"] else ("", "")
        yield row | {"measure_unit": unit[0], "measure_unit_en": unit[1], "line_unit": of_line[0], "line_unit_en": of_line[1]}  # fmt: skip


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
        MEASURED,
        (row for run in runs for row in measured_rows(run)),
        bom=bom,
    )
    described = [describe(run, created_at) for run in runs]
    document = described[0] | ({"runs": described} if len(described) > 1 else {})
    text = json.dumps(document, ensure_ascii=False, indent=2) + "\n"
    (out / "run.json").write_text(text, encoding="utf-8")
