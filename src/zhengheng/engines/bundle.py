"""The auditor's bundle 复核包: inputs, rules, results and one verifier file, recomputable by anyone.

audit   starts from the source rows (personal columns were never stored)
public  starts from the disclosable indicator values; the rest enter as salted commitments

Every file but the manifest is bound twice: in `manifest.json`, and in `run.json` under its own seal; what
they hold is bound by recomputation (engines/verifier.py). A bundle made anew as a whole is told from the
published one by its digest in the ledger and on the portal.
"""

import csv
import hashlib
import hmac
import io
import subprocess
import sys
import tempfile
import zipfile
import zlib
from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from pathlib import Path
from typing import Any, Literal

from zhengheng.domain.canonical import canonical
from zhengheng.domain.problems import VerifyError
from zhengheng.engines.bundled import (
    COMMITTED,
    FORMAT,
    HEADERS,
    HIDDEN,
    KEYS,
    as_text,
    in_order,
    seal,
)
from zhengheng.engines.disclosure import Disclosure, disclosed, disclosure
from zhengheng.engines.onefile import verifier_source
from zhengheng.engines.oracle import VALUE, Oracle, Tables
from zhengheng.engines.plain import fact_rows, plain_tables
from zhengheng.engines.public import PublicOracle, unread
from zhengheng.engines.results import KEPT
from zhengheng.engines.run import Run, fingerprints, run_id
from zhengheng.engines.tables import INDICATOR_SCORES, SCORES, indicator_rows, score_rows
from zhengheng.lake.facts import INTAKE_SEMANTICS
from zhengheng.lake.roster import to_units
from zhengheng.scheme.fingerprint import dump
from zhengheng.scoring.contracts import CONTRACTS, FACTS, SEMANTICS

Kind = Literal["public", "audit"]
Row = dict[str, Any]


def write_bundle(
    run: Run, target: Path, kind: Kind, salt: bytes, public: Sequence[Run] = ()
) -> None:
    """Write the zip. From `salt` (secret, kept by the office) each internal cell has a salt of its own; `public` are the
    runs of the same period that were published already."""
    held: dict[str, bytes] = {}
    facts = fact_rows(run.facts)
    if kind == "audit":
        for contract in FACTS:
            rows = in_order(contract.name, facts[contract.name])
            held[f"inputs/{contract.name}.csv"] = _csv(contract.names, rows)
        results = {name: run.results.rows(name) for name in KEPT if name in run.results}
    else:
        decided = disclosure(run, public)
        results = disclosed(run, decided)
        for name, rows in _public(run, decided, facts, salt).items():
            header = HEADERS.get(name) or CONTRACTS[name].names
            held[f"inputs/{name}.csv"] = _csv(header, in_order(name, rows))
    held["inputs/unit.csv"] = _csv(HEADERS["unit"], in_order("unit", _units(run)))
    results = {name: in_order(name, rows) for name, rows in results.items()}
    for name, rows in results.items():
        held[f"results/{name}.csv"] = _csv(CONTRACTS[name].names, rows)
    plan, period = plain_tables(run.plan), run.plan.period.code
    held["plan.json"] = canonical(_plain(plan)).encode()
    held["rulebook.json"] = canonical(dump(run.rulebook)).encode()
    held["scores.csv"] = _csv(SCORES, score_rows(results, plan, period), digest=False)
    held["indicator_scores.csv"] = _csv(
        INDICATOR_SCORES, indicator_rows(results, plan, period), digest=False
    )
    held["verify.py"] = verifier_source().encode()
    held["README.txt"] = _README.encode()
    data, wording = fingerprints(run.rulebook)
    about = {
        "format": FORMAT, "run": run.id, "kind": kind, "period": period, "at": run.plan.at.isoformat(),
        "rulebook": run.rulebook.code, "fingerprint": {"data": data, "wording": wording},
        "intake": INTAKE_SEMANTICS, "semantics": _semantics(run), "mapping": run.facts.mapping,
        "files": [vars(file) for file in run.facts.files],
        "contents": {name: hashlib.sha256(body).hexdigest() for name, body in sorted(held.items())},
    }  # fmt: skip
    held["run.json"] = canonical(about | {"seal": seal(about)}).encode()
    held["manifest.json"] = canonical(
        {name: hashlib.sha256(body).hexdigest() for name, body in sorted(held.items())}
    ).encode()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, body in sorted(held.items()):
            entry = zipfile.ZipInfo(name, date_time=(1980, 1, 1, 0, 0, 0))
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, body)


VERIFIER = "verify.py"


def verifier_digest(path: Path) -> str:
    """The SHA-256 of the verifier inside a bundle, so that a reader need not trust the one that came with it."""
    with zipfile.ZipFile(path) as archive:
        return hashlib.sha256(archive.read(VERIFIER)).hexdigest()


def check_bundle(path: Path) -> str:
    """Unpack a bundle and run its own verifier on bare Python, as a reader would; gives what it said.

    Raises VerifyError with its findings where it does not verify.
    """
    with tempfile.TemporaryDirectory() as folder:
        try:
            with zipfile.ZipFile(path) as archive:
                archive.extractall(folder)
        except (zipfile.BadZipFile, zlib.error, EOFError) as error:
            raise VerifyError.one(
                path.name, "bundle.broken", zh="复核包不是完整的 ZIP 文件，可能在保存或传送时损坏。请恢复备份或重新发布。",
                en="the bundle is no whole ZIP file; it may have been damaged when it was kept or sent. Restore a backup, or publish again.",
            ) from error  # fmt: skip
        done = subprocess.run(
            [sys.executable, "-I", "-S", "verify.py"],
            cwd=folder, capture_output=True, encoding="utf-8", env={"PYTHONIOENCODING": "utf-8"}, check=False,
        )  # fmt: skip
    if done.returncode:
        # Its findings stand on stdout; where it broke, the last line of the traceback says on what.
        said = [*done.stdout.strip().splitlines(), *done.stderr.strip().splitlines()[-1:]]
        shown = "; ".join(said[:5])
        raise VerifyError.one(
            path.name, "bundle.unverified", zh=f"复核包未通过自身的复核程序，不能发布：{shown}。请重新核算后再发布；仍不通过的，请把上述内容报技术支持。",
            en=f"the bundle does not pass its own verifier and cannot be released: {shown}. Compute the result again; if it fails still, send this to support.",
        )  # fmt: skip
    return done.stdout


def _semantics(run: Run) -> str:
    """The version of the engines' meaning under which the run got its id; a kept one may be older."""
    versions = range(int(SEMANTICS), 0, -1)
    found = (str(one) for one in versions if run_id(run.plan, run.facts, str(one)) == run.id)
    return next(found, SEMANTICS)


def _units(run: Run) -> Iterator[Row]:
    """The units that the data brought; those of the rulebook stand there."""
    roster = to_units(run.facts.roster) if run.facts.roster is not None else []
    for unit in (*roster, *run.facts.units):
        yield {
            "code": unit.code, "category": unit.category, "group": unit.group, "superior": unit.superior,
            "valid_from": unit.valid_from, "valid_to": unit.valid_to, "exempt": " ".join(unit.exempt),
            "ranked": unit.ranked,
        }  # fmt: skip


def _public(run: Run, decided: Disclosure, facts: dict[str, list[Row]], salt: bytes) -> Tables:
    """What a public bundle starts from: nothing that no result or rule looks at."""
    plan = plain_tables(run.plan)
    oracle = Oracle(plan, facts)
    known = oracle.measure() if run.plan.tables["gate"] or "cell" not in run.results else {}
    cells = run.results.rows("cell") if "cell" in run.results else list(oracle.cells(known).values())  # fmt: skip
    nodes = disclosed(run, decided)["node_score"]
    shown = list(_public_cells(run, cells, decided, salt))
    given: Tables = {
        "cell": shown, "agreed": list(_agreed(oracle, shown)),
        "gate_value": list(_gate_values(run, decided, known)),
        "event": [row for row in facts["event"] if oracle.counts(row)],
        "unit_reference": list(_references(run, decided, oracle)),
        "planned": list(_planned(run, decided, oracle)),
        "stated": [row for row in nodes if (row["category"], row["node"]) in decided.closed],
    }  # fmt: skip
    if given["unit_reference"] or given["planned"]:
        reader = PublicOracle(plan, given)
        reader.results()
        for name in ("unit_reference", "planned"):
            given[name] = [row for row in given[name] if (name, *(row[k] for k in KEYS[name])) in reader.asked]  # fmt: skip
    return given


def _public_cells(run: Run, cells: list[Row], decided: Disclosure, salt: bytes) -> Iterator[Row]:
    """Indicator values that may be shown; the others as commitments."""
    scores = {(r["unit"], r["indicator"]): r for r in run.results.rows("indicator_score")}
    rules = {(r["category"], r["indicator"], r["segment"]): r for r in run.plan.tables["rule"]}
    for cell in cells:
        score = scores[cell["unit"], cell["indicator"]]
        row = {**cell, "commitment": "", "outcome": None}
        row |= dict.fromkeys(unread(row, rules[row["category"], row["indicator"], row["segment"]]))
        if row["indicator"] in decided.hidden:
            row["commitment"] = opening(cell | _earned(score), salt)["commitment"]
            row |= dict.fromkeys((*HIDDEN, "status")) | {"outcome": score["status"]}
        yield row


def _agreed(oracle: Oracle, cells: list[Row]) -> Iterator[Row]:
    """What was agreed with a unit in place of the rulebook's numbers, for public indicators."""
    shown = {(row["unit"], row["indicator"]) for row in cells if not row["commitment"]}
    for (unit, indicator, kind), value in oracle.agreed().items():
        if (unit, indicator) in shown:
            yield {"unit": unit, "indicator": indicator, "kind": kind, "value": value}


def _earned(score: Row) -> Row:
    return {"points": score["points"], "printed": score["printed"]}


def opening(cell: Row, salt: bytes) -> dict[str, Any]:
    """What opens one cell's commitment and no other: its own salt, and what was committed to."""
    key = canonical([cell["unit"], cell["indicator"], cell["segment"]])
    own = hmac.new(salt, key.encode(), hashlib.sha256).digest()
    held = {name: cell[name] for name in ("unit", "indicator", "segment", *COMMITTED)}
    return held | {
        "salt": own.hex(), "commitment": hashlib.sha256(own + canonical(held).encode()).hexdigest(),
    }  # fmt: skip


def openings(run: Run, unit: str, indicator: str, salt: bytes) -> list[dict[str, Any]]:
    """What opens an indicator of one unit: an entry for every segment of the period."""
    score = next(r for r in run.results.of_unit("indicator_score", unit) if r["indicator"] == indicator)  # fmt: skip
    cells = [cell for cell in run.results.of_unit("cell", unit) if cell["indicator"] == indicator]
    return [opening(cell | _earned(score), salt) for cell in cells]


def _gate_values(run: Run, decided: Disclosure, known: dict[Any, Row]) -> Iterator[Row]:
    """Values of indicators that force a grade; of an internal one only on which side of it the unit stands."""
    gates = {gate["indicator"]: gate for gate in run.plan.tables["gate"]}
    for (unit, code, segment), entry in sorted(known.items()):
        if code in gates and segment == gates[code]["segment"]:
            value, below = entry["value"], int(gates[code]["below"])
            if entry["status"] != VALUE:
                value = None
            if value is not None and code in decided.hidden:
                value = below - (1 if value < below else 0)
            yield {"unit": unit, "indicator": code, "status": entry["status"], "value": value}


def _references(run: Run, decided: Disclosure, oracle: Oracle) -> Iterator[Row]:
    """Values of other units, be they assessed or not, that public indicators are measured against."""
    wanted = {
        (r["indicator"], r["segment"]): r for r in run.plan.tables["rule"]
        if r["reference"] == "unit" and r["indicator"] not in decided.hidden
    }  # fmt: skip
    for (code, segment), rule in sorted(wanted.items()):
        value = oracle.unit_value(rule, code, segment)
        yield {"indicator": code, "segment": segment, "value": value}


def _planned(run: Run, decided: Disclosure, oracle: Oracle) -> Iterator[Row]:
    """What had been planned by the day, for the lights of public indicators that look at it."""
    codes = {r["subject"] for r in run.plan.tables["light_rule"] if r["by"] == "plan"} - decided.hidden  # fmt: skip
    for score in run.results.rows("indicator_score") if codes else ():
        if score["indicator"] in codes:
            value = oracle.planned(score)
            if value is not None:
                yield {"unit": score["unit"], "indicator": score["indicator"], "value": value}


def _csv(header: Iterable[str], rows: Iterable[dict[str, Any]], *, digest: bool = True) -> bytes:
    """Rows; the last column is the row's own digest, so that a changed cell is found."""
    names = list(header)
    stream = io.StringIO()
    writer = csv.writer(stream, lineterminator="\n")
    writer.writerow([*names, "digest"] if digest else names)
    for row in rows:
        cells = [as_text(row[name]) for name in names]
        if digest:
            cells.append(hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:8])
        writer.writerow(cells)
    return stream.getvalue().encode()


def _plain(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _plain(entry) for key, entry in value.items()}
    if isinstance(value, list):
        return [_plain(entry) for entry in value]
    return value.isoformat() if isinstance(value, date) else value


_README = """政衡复核包 / Zhengheng auditor's bundle

    python verify.py

只需要 Python 3.11 以上版本，不需要网络和其他软件。它由方案重新编制计划，由 inputs 重新计算 results 和各表中的
每一个数，一位不差；任何一处改动、增加、删除都会报出位置。不能复算的内容逐项列明。

Needs only Python 3.11 or newer: no network, no other software. It compiles the plan from the rulebook again and
recomputes every number in results and tables from inputs to the last digit; whatever was changed, added or
taken away is named. What it cannot recompute it lists by name.

audit: 从原始数据行开始 / starts from the source rows
public: 从可公开的指标值开始，内部指标以加盐承诺代替 / starts from the disclosable indicator values;
        internal indicators stand as salted commitments

python verify.py --open 文件 FILE: 核对办公室公开的一项内部指标 / checks an internal indicator that the office opened
"""
