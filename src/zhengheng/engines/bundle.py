"""The auditor's bundle 复核包: inputs, rules, results and one verifier file, recomputable by anyone.

audit   starts from the source rows (personal columns were never stored)
public  starts from the disclosable indicator values; the rest enter as salted commitments
"""

import csv
import hashlib
import io
import zipfile
from collections.abc import Iterable, Iterator
from datetime import date
from importlib.resources import files
from pathlib import Path
from typing import Any, Literal

from zhengheng.domain.canonical import canonical
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.outputs import INDICATOR_SCORES, SCORES, indicator_rows, score_rows
from zhengheng.engines.plain import fact_rows, plain_tables
from zhengheng.engines.results import KEPT
from zhengheng.engines.run import Run, fingerprints
from zhengheng.scheme.fingerprint import dump
from zhengheng.scoring.contracts import CONTRACTS, FACTS

Kind = Literal["public", "audit"]
CHECKED = ("indicator_score", "node_score", "total_score", "ranking", "grading", "light")
_PARTS = (
    "zhengheng.domain/numbers.py",
    "zhengheng.engines/oracle.py",
    "zhengheng.engines/verifier.py",
)


def write_bundle(run: Run, target: Path, kind: Kind, salt: bytes) -> None:
    """Write the zip. `salt` (secret, kept by the office) hides suppressed values behind digests."""
    held: dict[str, bytes] = {}
    if kind == "audit":
        rows = fact_rows(run.facts)
        for contract in FACTS:
            held[f"inputs/{contract.name}.csv"] = _csv(contract.names, rows[contract.name])
    else:
        held["inputs/cell.csv"] = _public_cells(run, salt)
        held["inputs/gate_value.csv"] = _gate_values(run)
        held["inputs/event.csv"] = _csv(CONTRACTS["event"].names, fact_rows(run.facts)["event"])
    hidden = hidden_indicators(run) if kind == "public" else set()
    for name in KEPT if kind == "audit" else CHECKED:
        if name in run.results:
            result = disclosable(run.results.rows(name), hidden)
            held[f"results/{name}.csv"] = _csv(CONTRACTS[name].names, result)
    held["plan.json"] = canonical(_plain(run.plan.tables)).encode()
    held["rulebook.json"] = canonical(dump(run.rulebook)).encode()
    held["scores.csv"] = _csv(SCORES, score_rows(run), digest=False)
    held["indicator_scores.csv"] = _csv(
        INDICATOR_SCORES, disclosable(indicator_rows(run), hidden), digest=False
    )
    data, wording = fingerprints(run.rulebook)
    held["run.json"] = canonical(
        {
            "run": run.id, "kind": kind, "period": run.plan.period.code, "at": run.plan.at.isoformat(),
            "rulebook": run.rulebook.code, "fingerprint": {"data": data, "wording": wording},
            "files": [vars(file) for file in run.facts.files],
        }
    ).encode()  # fmt: skip
    held["verify.py"] = verifier_source().encode()
    held["README.txt"] = _README.encode()
    held["manifest.json"] = canonical(
        {name: hashlib.sha256(body).hexdigest() for name, body in sorted(held.items())}
    ).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(held.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)


def verifier_source() -> str:
    """One file of the oracle and the checks around it; it imports the standard library only."""
    pieces = [
        '#!/usr/bin/env python3\n"""Recompute a published run. Needs only Python 3.11+; run: python verify.py"""\n'
    ]
    for part in _PARTS:
        package, name = part.split("/")
        text = files(package).joinpath(name).read_text(encoding="utf-8")
        pieces.append(f"# ---- {name}\n" + _without_own_imports(text))
    return "\n".join(pieces)


def _without_own_imports(text: str) -> str:
    lines, inside = [], False
    for line in text.splitlines():
        if line.startswith("from zhengheng"):
            inside = line.rstrip().endswith("(")
            continue
        if inside:
            inside = line.strip() != ")"
            continue
        lines.append(line)
    return "\n".join(lines) + "\n"


def hidden_indicators(run: Run) -> set[str]:
    """Indicators whose values the public does not see."""
    return {i.code for i in run.rulebook.indicators if i.visibility != "public"}


def disclosable(rows: Iterable[dict[str, Any]], hidden: set[str]) -> Iterator[dict[str, Any]]:
    """Result rows without what an internal indicator measured: points stay, values and lights go."""
    for row in rows:
        if row.get("subject") in hidden:
            continue
        if row.get("indicator") in hidden:
            gone = {name: None for name in ("value", "target") if name in row}
            row = row | gone | ({"light": ""} if "light" in row else {})
        yield row


def _public_cells(run: Run, salt: bytes) -> bytes:
    """Indicator values that may be shown; the others as commitments with their points."""
    internal = hidden_indicators(run)
    points = {(r["unit"], r["indicator"]): r for r in run.results.rows("indicator_score")}
    rows = []
    for row in run.results.rows("cell"):
        score = points[row["unit"], row["indicator"]]
        row = {**row, "commitment": "", "points": "", "printed": "", "outcome": ""}
        if row["status"] == 4:
            row["previous"] = None  # withheld: it still counts as a member of its group
        if row["indicator"] in internal:
            hidden = canonical(
                [row[n] for n in ("value", "previous", "target", "base", "stretch", "bottom")]
            )
            key = f"{row['unit']}|{row['indicator']}|{row['segment']}|".encode()
            row |= dict.fromkeys(("value", "previous", "target", "base", "stretch", "bottom"))
            row["commitment"] = hashlib.sha256(salt + key + hidden.encode()).hexdigest()
            row |= {
                "points": score["points"],
                "printed": score["printed"],
                "outcome": score["status"],
            }
        rows.append(row)
    return _csv((*CONTRACTS["cell"].names, "commitment", "points", "printed", "outcome"), rows)


def _gate_values(run: Run) -> bytes:
    """Values of indicators that force a grade but carry no points of their own."""
    gates = {(gate["indicator"], gate["segment"]) for gate in run.plan.tables["gate"]}
    below = {gate["indicator"]: gate["below"] for gate in run.plan.tables["gate"]}
    internal = hidden_indicators(run)

    def shown(code: str, entry: dict[str, Any]) -> int | None:
        """Of an internal gate only on which side of it the unit stands."""
        value: int | None = entry["value"]
        if value is None or code not in internal:
            return value
        edge = int(below[code])
        return edge - 1 if value < edge else edge

    known = Oracle(plain_tables(run.plan), fact_rows(run.facts)).measure() if gates else {}
    rows = [
        {"unit": unit, "indicator": code, "status": entry["status"], "value": shown(code, entry)}
        for (unit, code, segment), entry in sorted(known.items())
        if (code, segment) in gates
    ]
    return _csv(("unit", "indicator", "status", "value"), rows)


def _csv(header: Iterable[str], rows: Iterable[dict[str, Any]], *, digest: bool = True) -> bytes:
    """Sorted rows; the last column is the row's own digest, so that a changed cell is found."""
    names = list(header)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*names, "digest"] if digest else names)
    for row in rows:
        cells = [_cell(row[name]) for name in names]
        if digest:
            cells.append(hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:8])
        writer.writerow(cells)
    return stream.getvalue().encode()


def _cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    return value.isoformat() if isinstance(value, date) else str(value)


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


_README = """政衡复核包 / Zhengheng auditor's bundle

    python verify.py

只需要 Python 3.11 以上版本, 不需要网络和其他软件。它从 inputs 重新计算 results 中的每一个数, 一位不差;
任何一格被改动都会报出文件、行、单位、指标和期间。

Needs only Python 3.11 or newer: no network, no other software. It recomputes every number in results
from inputs to the last digit; a changed cell is named by file, line, unit, indicator and period.

audit: 从原始数据行开始 / starts from the source rows
public: 从可公开的指标值开始, 不公开的以加盐承诺代替 / starts from the disclosable indicator values;
        values that are not public stand as salted commitments, with the points they gave
"""
