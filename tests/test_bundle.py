"""Bundles recompute on bare Python; one changed digit fails and is named; passports end in the numbers."""

import ast
import csv
import hashlib
import json
import subprocess
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from tests.conftest import ROOT
from tests.test_bundles_generated import relist
from zhengheng.domain.numbers import parse_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.engines.bundle import Kind, write_bundle
from zhengheng.engines.cases import case_facts
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.onefile import LAST, sources, verifier_source
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import from_rows
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import load_mapping
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Case, Rulebook
from zhengheng.scoring.contracts import CONTRACTS


@pytest.fixture(scope="module")
def run() -> Run:
    folder = ROOT / "examples" / "part"
    book, _ = load_rulebook(folder / "rulebook")
    hidden = tuple(
        i.model_copy(update={"visibility": "internal"}) if i.code == "PLANNING" else i
        for i in book.indicators
    )
    book = book.model_copy(update={"indicators": hidden})
    mapping = load_mapping(folder / "intake.yaml")
    return make_run(
        book,
        read_files(mapping, book, folder / "data"),
        parse_period("2007"),
        DuckEngine(threads=1),
    )


def unpack(run: Run, kind: Kind, folder: Path) -> Path:
    write_bundle(run, folder / "b.zip", kind, b"salt")
    with zipfile.ZipFile(folder / "b.zip") as archive:
        archive.extractall(folder / "b")
    return folder / "b"


def verify(folder: Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-I", "-S", "verify.py"],
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )


@pytest.mark.parametrize("kind", ["audit", "public"])
def test_a_bundle_recomputes_itself(kind: Kind, run: Run, tmp_path: Path) -> None:
    done = verify(unpack(run, kind, tmp_path))
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("kind", ["audit", "public"])
def test_bundles_are_byte_stable(kind: Kind, run: Run, tmp_path: Path) -> None:
    write_bundle(run, tmp_path / "1.zip", kind, b"salt")
    write_bundle(run, tmp_path / "2.zip", kind, b"salt")
    assert (tmp_path / "1.zip").read_bytes() == (tmp_path / "2.zip").read_bytes()


def test_one_changed_digit_fails_and_names_the_cell(run: Run, tmp_path: Path) -> None:
    folder = unpack(run, "audit", tmp_path)
    file = folder / "inputs" / "observation.csv"
    lines = file.read_text().splitlines()
    place = next(n for n, line in enumerate(lines) if line.startswith("Bioenergy,RESULTS,"))
    lines[place] = lines[place].replace(",47,", ",48,", 1)
    file.write_text("\n".join(lines) + "\n")
    done = verify(folder)
    assert done.returncode == 7
    assert f"observation.csv:{place + 1}" in done.stdout
    assert "unit Bioenergy, indicator RESULTS, period 2007-12-31" in done.stdout


def test_a_changed_result_is_found_even_with_its_digests_mended(run: Run, tmp_path: Path) -> None:
    folder = unpack(run, "audit", tmp_path)
    file = folder / "results" / "total_score.csv"
    lines = file.read_text().splitlines()
    cells = lines[1].split(",")
    place = lines[0].split(",").index("printed")
    cells[place] = str(int(cells[place]) + 10**8)
    cells[-1] = hashlib.sha256("\x1f".join(cells[:-1]).encode()).hexdigest()[:8]
    lines[1] = ",".join(cells)
    file.write_text("\n".join(lines) + "\n")
    manifest = json.loads((folder / "manifest.json").read_text())
    manifest["results/total_score.csv"] = hashlib.sha256(file.read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(manifest))
    done = verify(folder)
    assert done.returncode == 7
    assert "printed published" in done.stdout


def test_the_public_bundle_keeps_internal_values_to_itself(run: Run, tmp_path: Path) -> None:
    folder = unpack(run, "public", tmp_path)
    for line in (folder / "inputs" / "cell.csv").read_text().splitlines():
        if ",PLANNING," in line:
            assert ",,,,,," in line
    assert not (folder / "inputs" / "observation.csv").exists()
    for name in ("results/indicator_score.csv", "indicator_scores.csv"):
        with (folder / name).open(encoding="utf-8") as stream:
            rows = [row for row in csv.DictReader(stream) if row["indicator"] == "PLANNING"]
        assert rows
        assert {(row["value"], row["target"]) for row in rows} == {("", "")}, name
    assert "PLANNING" not in (folder / "results" / "light.csv").read_text(encoding="utf-8")


@pytest.mark.parametrize("kind", ["audit", "public"])
def test_a_row_that_stands_twice_is_named(kind: Kind, run: Run, tmp_path: Path) -> None:
    """Whoever makes all lists anew can add no second row with the key of another."""
    folder = unpack(run, kind, tmp_path)
    tried = 0
    for file in sorted((folder / "inputs").glob("*.csv")):
        text = file.read_text(encoding="utf-8")
        header, *rows = text.splitlines(keepends=True)
        if not rows:
            continue
        file.write_text(header + "".join(rows) + rows[0], encoding="utf-8")
        relist(folder, f"inputs/{file.name}", sealed=True)
        done = verify(folder)
        assert done.returncode == 7
        assert f"inputs/{file.name}" in done.stdout
        assert "stands twice" in done.stdout
        file.write_text(text, encoding="utf-8")
        relist(folder, f"inputs/{file.name}", sealed=True)
        tried += 1
    assert verify(folder).returncode == 0
    assert tried >= 2


def test_events_that_do_not_count_stay_out_of_a_public_bundle(run: Run, tmp_path: Path) -> None:
    """What was decided after the run's day, or is about other rules, is nobody's business in its bundle."""
    event = {
        "unit": run.plan.tables["unit"][0]["unit"], "item": "praise", "points": 1, "document": "later",
        "decided_on": date(2030, 1, 1), "period": None, "file": 1, "row": 1,
    }  # fmt: skip
    facts = replace(run.facts, tables={**run.facts.tables, "event": from_rows("event", [event])})
    folder = unpack(replace(run, facts=facts), "public", tmp_path)
    file = folder / "inputs" / "event.csv"
    assert len(file.read_text(encoding="utf-8").splitlines()) == 1
    assert verify(folder).returncode == 0
    cells = [str(event[name] or "") for name in CONTRACTS["event"].names]
    digest = hashlib.sha256("\x1f".join(cells).encode()).hexdigest()[:8]
    with file.open("a", encoding="utf-8") as stream:
        stream.write(",".join([*cells, digest]) + "\n")
    relist(folder, "inputs/event.csv", sealed=True)
    done = verify(folder)
    assert done.returncode == 7
    assert "praise later: counts for nothing in this run" in done.stdout


def test_a_passport_ends_in_the_stored_numbers(run: Run) -> None:
    def check(entry: Entry) -> None:
        if entry.kind == "total":
            assert entry.score == "60.2"
        if entry.kind == "node" and entry.code == "total":
            weights = {"PURPOSE": 20, "PLANNING": 10, "MANAGEMENT": 20, "RESULTS": 50}
            whole = sum(weights[p.code] * parse_scaled(p.score, 9)[0] for p in entry.parts)
            assert whole // 100 == parse_scaled(entry.score, 9)[0]
        if entry.kind == "observation":
            assert entry.parts[0].kind == "source"
            assert "programmes.csv" in entry.parts[0].label
        for part in entry.parts:
            check(part)

    check(passport(run, "Bioenergy", None, "en"))


def test_a_passport_without_kept_cells_measures_them_again(run: Run) -> None:
    from dataclasses import replace

    from zhengheng.engines.results import Results

    tables = {name: table for name, table in run.results.tables.items() if name != "cell"}
    bare = replace(run, results=Results(tables))
    for unit in ("Bioenergy", "Section 32"):
        assert passport(bare, unit, None, "zh") == passport(run, unit, None, "zh")


@pytest.mark.parametrize(
    "bundle", sorted((ROOT / "tests/golden").glob("*.zip")), ids=lambda path: path.stem
)
def test_bundles_of_earlier_releases_still_verify(bundle: Path, tmp_path: Path) -> None:
    """By the verifier they carry; and this release's verifier finds the same in them."""
    folder, new = tmp_path / "b", tmp_path / "verify.py"
    with zipfile.ZipFile(bundle) as archive:
        archive.extractall(folder)
    new.write_text(verifier_source(), encoding="utf-8")

    def said(verifier: Path, target: Path) -> subprocess.CompletedProcess[str]:
        words = [sys.executable, "-I", "-S", str(verifier), str(target)]
        return subprocess.run(words, capture_output=True, text=True, check=False)

    for verifier, target in ((folder / "verify.py", folder), (new, folder), (new, bundle)):
        done = said(verifier, target)
        assert done.returncode == 0, done.stdout + done.stderr
    (folder / "results" / "more.csv").write_text("a,digest\n", encoding="utf-8")
    done = said(new, folder)
    assert done.returncode == 7
    assert "results/more.csv: file added" in done.stdout


def test_a_passport_lists_the_nodes_of_its_own_period() -> None:
    book = Rulebook.model_validate_json(json.dumps({
        "code": "n", "title": "n", "effective_from": "2023-01-01", "categories": [{"code": "c", "name": "c", "full_mark": 10}],
        "tree": {"code": "total", "name": "t", "children": ["M"]}, "weights": [{"from": "2023-01-01", "table": {"M": 10}}],
        "indicators": [{"code": "M", "name": "M", "method": {"kind": "milestones"}}],
    }))  # fmt: skip
    nodes = [{"due_on": f"{year}-06-30", "done_on": f"{year}-06-01", "share": "50"} for year in (2023, 2024, 2025)]  # fmt: skip
    case = Case(name="n", period="2025", unit={"category": "c"}, milestones={"M": nodes}, expect={})
    run = make_run(book, case_facts(book, case), parse_period("2025"), OracleEngine())
    listed: list[str] = []

    def walk(entry: Entry) -> None:
        if entry.kind == "milestone":
            listed.append(entry.detail)
        for part in entry.parts:
            walk(part)

    walk(passport(run, run.plan.tables["unit"][0]["unit"], None, "en"))
    assert listed == ["planned 2025-06-30, done 2025-06-01, on time, earns 50%"]


def test_the_one_file_needs_the_standard_library_only() -> None:
    """A module of the model that the list of shapes forgets would bring its library into every bundle."""
    for name in sources(LAST):
        text = (
            (ROOT / "src" / Path(*name.split("."))).with_suffix(".py").read_text(encoding="utf-8")
        )
        for node in ast.walk(ast.parse(text)):
            roots = (
                {(node.module or "").partition(".")[0]}
                if isinstance(node, ast.ImportFrom)
                else set()
            )
            if isinstance(node, ast.Import):
                roots = {one.name.partition(".")[0] for one in node.names}
            assert roots <= sys.stdlib_module_names | {"zhengheng"}, (name, roots)
