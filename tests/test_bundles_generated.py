"""Whatever the format can say: bundles of drawn rulebooks verify, and one thing altered anywhere is named."""

import csv
import hashlib
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from datetime import date
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tests.generate import PERIOD, facts_for, rulebooks
from zhengheng.domain.canonical import canonical
from zhengheng.engines.bundle import check_bundle, openings, write_bundle
from zhengheng.engines.bundled import row_digest, seal
from zhengheng.engines.cases import case_facts
from zhengheng.engines.disclosure import disclosure, hidden_indicators
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.verifier import Bundle
from zhengheng.scheme.indicator import Reference
from zhengheng.scheme.methods import Steps
from zhengheng.scheme.model import Case, Gate, Rulebook

SLOWLY: dict[str, Any] = {"deadline": None, "suppress_health_check": list(HealthCheck)}
SALT = b"a secret of the office"


@st.composite
def runs(draw: st.DrawFn) -> Run:
    """A run of a drawn rulebook with drawn visibilities, some indicators measured against another unit."""
    book = draw(rulebooks())
    changed = []
    for one in book.indicators:
        update: dict[str, Any] = {"visibility": draw(st.sampled_from(["public", "public", "internal", "not_held"]))}  # fmt: skip
        kind = getattr(one.method, "kind", "milestones")
        if kind not in {"milestones", "answers", "tiers"} and draw(st.integers(0, 4)) == 0:
            update["reference"] = Reference(to="unit", unit=draw(st.sampled_from(["u0", "u1", "nobody"])))  # fmt: skip
        changed.append(one.model_copy(update=update))
    book = book.model_copy(update={"indicators": tuple(changed)})
    facts = draw(facts_for(book))
    # A unit whose values others are measured against need not be assessed itself.
    if draw(st.integers(0, 2)) == 0:
        facts.units = facts.units[1:]
    return make_run(book, facts, PERIOD, OracleEngine())


def made(run: Run, kind: Any, folder: Path) -> Path:
    """The bundle unpacked; its own verifier passed it on bare Python."""
    write_bundle(run, folder / "b.zip", kind, SALT)
    check_bundle(folder / "b.zip")
    with zipfile.ZipFile(folder / "b.zip") as archive:
        archive.extractall(folder / "b")
    return folder / "b"


def findings(folder: Path) -> list[str]:
    bundle = Bundle(folder)
    bundle.verify()
    return bundle.found


@given(run=runs())
@settings(max_examples=25, **SLOWLY)
def test_a_bundle_of_any_rulebook_verifies(run: Run) -> None:
    for kind in ("public", "audit"):
        with tempfile.TemporaryDirectory() as folder:
            made(run, kind, Path(folder))


def other(cell: str) -> str:
    """Another cell of the same kind."""
    if cell in {"true", "false"}:
        return {"true": "false", "false": "true"}[cell]
    if cell.lstrip("-").isdecimal():
        return str(int(cell) + 1)
    return "1" if cell == "" else cell + "1"


def altered_csv(draw: st.DrawFn, text: str, digested: bool) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    act = draw(st.sampled_from(["cell", "cell", "cell", "drop", "twice", "header"]))
    if act == "header" or len(rows) < 2:
        rows[0][draw(st.integers(0, len(rows[0]) - 1))] += "x"
    else:
        place = draw(st.integers(1, len(rows) - 1))
        if act == "drop":
            del rows[place]
        elif act == "twice":
            rows.insert(place, rows[place])
        else:
            last = len(rows[place]) - (2 if digested else 1)
            column = draw(st.integers(0, last))
            rows[place][column] = other(rows[place][column])
            if digested and draw(st.booleans()):
                rows[place][-1] = row_digest(rows[place][:-1])
    stream = io.StringIO()
    csv.writer(stream, lineterminator="\n").writerows(rows)
    return stream.getvalue()


def altered_json(draw: st.DrawFn, text: str) -> str:
    held = json.loads(text)
    where: Any = held
    while True:
        keys = list(where) if isinstance(where, dict) else list(range(len(where)))
        key = draw(st.sampled_from(keys))
        inner = where[key]
        if isinstance(inner, dict | list) and inner:
            where = inner
            continue
        if draw(st.booleans()) and isinstance(where, dict):
            del where[key]
        elif isinstance(inner, bool) or inner is None or inner in ([], {}):
            where[key] = not inner
        else:
            where[key] = inner + 1 if isinstance(inner, int) else inner + "1"
        return json.dumps(held, ensure_ascii=False)


def relist(folder: Path, name: str, *, sealed: bool) -> None:
    """Redo the manifest over what lies there; with `sealed` the list in run.json as well."""
    names = [p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file()]
    digests = {n: hashlib.sha256((folder / n).read_bytes()).hexdigest() for n in sorted(names) if n != "manifest.json"}  # fmt: skip
    if sealed:
        about = json.loads((folder / "run.json").read_text())
        about["contents"] = {n: d for n, d in digests.items() if n != "run.json"}
        about["seal"] = seal(about)
        (folder / "run.json").write_text(canonical(about))
        digests["run.json"] = hashlib.sha256((folder / "run.json").read_bytes()).hexdigest()
    (folder / "manifest.json").write_text(json.dumps(digests))


@given(run=runs(), data=st.data(), kind=st.sampled_from(["public", "audit"]), redone=st.booleans())
@settings(max_examples=40, **SLOWLY)
def test_one_thing_altered_in_any_file_is_named(
    run: Run, data: st.DataObject, kind: str, redone: bool
) -> None:
    draw = data.draw
    with tempfile.TemporaryDirectory() as name:
        write_bundle(run, Path(name) / "b.zip", kind, SALT)  # type: ignore[arg-type]
        folder = Path(name) / "b"
        with zipfile.ZipFile(Path(name) / "b.zip") as archive:
            archive.extractall(folder)
        files = sorted(p.relative_to(folder).as_posix() for p in folder.rglob("*") if p.is_file())
        wanted = draw(st.sampled_from(files if not redone else [f for f in files if f != "manifest.json"]))  # fmt: skip
        path = folder / wanted
        act = draw(st.sampled_from(["alter", "alter", "alter", "remove", "add"]))
        if act == "remove" and wanted != "manifest.json":
            path.unlink()
        elif act == "add":
            wanted = draw(st.sampled_from(["note.txt", "results/more.csv", "inputs/more.csv"]))
            (folder / wanted).write_text("a,digest\n")
        elif wanted.endswith(".csv"):
            text = path.read_text(encoding="utf-8")
            path.write_text(altered_csv(draw, text, "/" in wanted), encoding="utf-8")
        elif wanted.endswith(".json"):
            path.write_text(altered_json(draw, path.read_text(encoding="utf-8")), encoding="utf-8")
        else:
            path.write_text(path.read_text(encoding="utf-8") + "#\n", encoding="utf-8")
        if redone:
            relist(folder, wanted, sealed=False)
        found = findings(folder)
        assert found
        if wanted != "manifest.json":
            assert any(wanted in line for line in found), (wanted, act, found)


RECOMPUTED = ("plan.json", "rulebook.json", "scores.csv", "indicator_scores.csv",
              *(f"results/{name}.csv" for name in ("indicator_score", "node_score", "total_score", "ranking", "grading", "light")))  # fmt: skip


@given(run=runs(), data=st.data(), kind=st.sampled_from(["public", "audit"]))
@settings(max_examples=40, **SLOWLY)
def test_what_is_recomputed_is_found_whatever_lists_were_redone(
    run: Run, data: st.DataObject, kind: str
) -> None:
    """All digests mended: numbers speak against each other, but for rows that the bundle calls unverified."""
    with tempfile.TemporaryDirectory() as name:
        write_bundle(run, Path(name) / "b.zip", kind, SALT)  # type: ignore[arg-type]
        folder = Path(name) / "b"
        with zipfile.ZipFile(Path(name) / "b.zip") as archive:
            archive.extractall(folder)
        wanted = data.draw(st.sampled_from(RECOMPUTED))
        path = folder / wanted
        text = path.read_text(encoding="utf-8")
        if wanted.endswith(".json"):
            changed = altered_json(data.draw, text)
        else:
            changed = altered_csv(data.draw, text, "/" in wanted)
        if "/" in wanted:
            rows = list(csv.reader(io.StringIO(changed)))
            rows[1:] = [[*cells[:-1], row_digest(cells[:-1])] for cells in rows[1:]]
            stream = io.StringIO()
            csv.writer(stream, lineterminator="\n").writerows(rows)
            changed = stream.getvalue()
        path.write_text(changed, encoding="utf-8")
        relist(folder, wanted, sealed=True)
        bundle = Bundle(folder)
        bundle.verify()
        excused = wanted == "results/grading.csv" and any(wanted in line for line in bundle.given)
        assert bundle.found or excused, (wanted, text, changed)


# -- the attacker, with the rules in hand --------------------------------------------------------


def book_of(internal: int, *, count: int = 4) -> Rulebook:
    """A sum of `count` indicators of 10 points, full at 100; the last ones are internal, two in a dimension."""
    codes = [f"I{n}" for n in range(count)]
    return Rulebook.model_validate(
        {
            "code": "sum", "title": "sum", "effective_from": date(2025, 1, 1),
            "categories": ({"code": "c", "name": "c", "full_mark": 10 * count},),
            "tree": {"code": "total", "name": "t", "children": (
                {"code": "A", "name": "A", "ranked": True, "children": tuple(codes[:2])}, *codes[2:],
            )},
            "weights": ({"from": date(2025, 1, 1), "table": dict.fromkeys(codes, 10)},),
            "indicators": tuple(
                {"code": code, "name": code, "digits": 2, "visibility": "internal" if n >= count - internal else "public",
                 "method": {"kind": "ratio", "target": 100}, "light": {"by": "score", "watch": "0.8", "missed": "0.6"}}
                for n, code in enumerate(codes)
            ),
            "grading": {"bands": ({"code": "G", "name": "G", "at_least": 20}, {"code": "H", "name": "H"})},
        }
    )  # fmt: skip


def scored(book: Rulebook, values: dict[str, list[str]]) -> Run:
    """A run over units of one group with these values, in the order of the indicators."""
    codes = [one.code for one in book.indicators]
    first, *rest = values.values()
    case = Case(
        name="x", period="2025", unit={"category": "c", "group": "g"}, values=dict(zip(codes, first, strict=True)),
        others={f"o{n}": dict(zip(codes, row, strict=True)) for n, row in enumerate(rest)}, expect={},
    )  # fmt: skip
    return make_run(book, case_facts(book, case), PERIOD, OracleEngine())


def published(run: Run, folder: Path) -> dict[str, list[dict[str, str]]]:
    """The tables of the public bundle that people read."""
    held = made(run, "public", folder)
    tables = {}
    for name in ("scores.csv", "indicator_scores.csv"):
        with (held / name).open(encoding="utf-8", newline="") as stream:
            tables[name] = list(csv.DictReader(stream))
    return tables


def unknowns_found(run: Run, tables: dict[str, list[dict[str, str]]]) -> set[tuple[str, str]]:
    """What an attacker solves for: every printed sum is an equation in the points of internal indicators."""
    hidden = sorted(hidden_indicators(run))
    below: dict[str, set[str]] = {}
    for node, _, _ in reversed(run.rulebook.nodes()):
        below[node.code] = set().union(*({c} if isinstance(c, str) else below[c.code] for c in node.children))  # fmt: skip
    found = set()
    for unit in {row["unit"] for row in tables["scores.csv"]}:
        rows = [
            [Fraction(code in below[row["node"]]) for code in hidden]
            for row in tables["scores.csv"] if row["unit"] == unit and row["score"] and row["node"] in below
        ]  # fmt: skip
        found |= {(unit, hidden[place]) for place in determined(rows)}
    return found


def determined(rows: list[list[Fraction]]) -> set[int]:
    """The unknowns that a system of equations fixes, by elimination."""
    rows = [list(row) for row in rows]
    pivots: list[int] = []
    for column in range(len(rows[0]) if rows else 0):
        at = next((n for n in range(len(pivots), len(rows)) if rows[n][column]), None)
        if at is None:
            continue
        top = len(pivots)
        rows[top], rows[at] = rows[at], rows[top]
        rows[top] = [cell / rows[top][column] for cell in rows[top]]
        for n, row in enumerate(rows):
            if n != top and row[column]:
                rows[n] = [a - row[column] * b for a, b in zip(row, rows[top], strict=True)]
        pivots.append(column)
    return {pivot for row, pivot in zip(rows, pivots, strict=False) if sum(map(bool, row)) == 1}


MIXED = {
    "x": ["50", "60", "70", "80"],
    "y": ["90", "40", "60", "55"],
    "z": ["61", "62", "63", "64"],
}


@pytest.mark.parametrize("internal", [0, 1, 2, 3, 4])
def test_no_internal_indicator_is_found_by_subtraction(internal: int, tmp_path: Path) -> None:
    run = scored(book_of(internal), MIXED)
    tables = published(run, tmp_path)
    assert unknowns_found(run, tables) == set()
    totals = [row for row in tables["scores.csv"] if row["node"] == "total"]
    assert len(totals) == 3
    shown = internal in {0, 3, 4}
    assert all(bool(row["score"]) == bool(row["rank"]) == shown for row in totals), internal
    assert all(row["grade"] for row in totals)
    dimension = [row for row in tables["scores.csv"] if row["node"] == "A"]
    assert all(bool(row["score"]) == (internal < 3) for row in dimension)
    hidden = hidden_indicators(run)
    for row in tables["indicator_scores.csv"]:
        told = {row["value"], row["target"], row["score"], row["light"]}
        assert (told == {""}) == (row["indicator"] in hidden)


def test_a_total_that_leaves_internal_indicators_no_room_stays_in(tmp_path: Path) -> None:
    """All three at their full mark: the total alone says so."""
    run = scored(book_of(3), {**MIXED, "x": ["50", "100", "120", "100"]})
    totals = {row["unit"]: row for row in published(run, tmp_path)["scores.csv"] if row["node"] == "total"}  # fmt: skip
    assert sum(not row["score"] for row in totals.values()) == 1
    assert not any(row["rank"] for row in totals.values()), (
        "a place between known totals is a total"
    )


@pytest.mark.parametrize(
    ("value", "shown"), [("99.9", False), ("99", False), ("97", False), ("96", True)]
)
def test_a_total_leaves_each_internal_indicator_a_tenth_of_its_range(
    value: str, shown: bool, tmp_path: Path
) -> None:
    """Of three with 10 points each, all at 97 %: none lies below 9.1, known to within less than a tenth."""
    run = scored(book_of(3), {**MIXED, "x": ["50", value, value, value]})
    totals = [row for row in published(run, tmp_path)["scores.csv"] if row["node"] == "total"]
    assert sum(bool(row["score"]) for row in totals) == 2 + shown


def test_a_total_that_leaves_one_step_only_stays_in(tmp_path: Path) -> None:
    """Met or not met: 22 of 30 points together leave I1 most of its range, and of its two steps only one."""
    book = book_of(3)
    steps = Steps.model_validate({"kind": "steps", "steps": ({"at": 0, "credit": "0"}, {"at": 90, "credit": "1"})})  # fmt: skip
    met = book.model_copy(update={"indicators": tuple(
        one.model_copy(update={"method": steps}) if one.code == "I1" else one for one in book.indicators
    )})  # fmt: skip
    run = scored(met, {"x": ["50", "100", "60", "60"], "y": ["50", "0", "60", "60"]})
    totals = [row for row in published(run, tmp_path)["scores.csv"] if row["node"] == "total"]
    assert sum(not row["score"] for row in totals) == 1, "12 of 30 may be any of the two"
    assert not any(row["rank"] for row in totals)


@pytest.mark.parametrize(("value", "side"), [("12.34", -1), ("59.98", -1), ("60", 0), ("97.53", 0)])
def test_of_an_internal_gate_only_its_side_is_told(value: str, side: int, tmp_path: Path) -> None:
    book = book_of(3)
    assert book.grading
    gates = (Gate.model_validate({"indicator": "I1", "below": "60", "grade": "H"}),)
    book = book.model_copy(update={"grading": book.grading.model_copy(update={"gates": gates})})
    held = made(scored(book, {**MIXED, "x": ["50", value, "70", "80"]}), "public", tmp_path)
    with (held / "inputs" / "gate_value.csv").open(encoding="utf-8", newline="") as stream:
        told = {row["unit"]: int(row["value"]) for row in csv.DictReader(stream)}
    plan = json.loads((held / "plan.json").read_text(encoding="utf-8"))
    (below,) = {int(gate["below"]) for gate in plan["gate"]}
    assert len(told) == 3
    assert set(told.values()) <= {below, below - 1}, "the value itself, or something near it"
    assert below + side in told.values()


def test_of_drawn_rulebooks_nothing_internal_lies_in_any_table(tmp_path: Path) -> None:
    @given(run=runs())
    @settings(max_examples=25, **SLOWLY)
    def attacked(run: Run) -> None:
        decided = disclosure(run)
        with tempfile.TemporaryDirectory() as name:
            write_bundle(run, Path(name) / "b.zip", "public", SALT)
            with zipfile.ZipFile(Path(name) / "b.zip") as archive:
                texts = {n: archive.read(n).decode() for n in archive.namelist() if n.endswith(".csv")}  # fmt: skip
        for name, text in texts.items():
            for row in csv.DictReader(io.StringIO(text)):
                if row.get("indicator") in decided.hidden and name != "inputs/gate_value.csv":
                    told = (
                        "value",
                        "previous",
                        "target",
                        "base",
                        "stretch",
                        "bottom",
                        "points",
                        "printed",
                        "score",
                    )
                    assert not any(row.get(one) for one in told), (name, row)
                if row.get("unit") in decided.withheld and row.get("node") == "total":
                    assert not row.get("score"), (name, row)

    attacked()


def test_one_cell_is_opened_and_no_other(tmp_path: Path) -> None:
    run = scored(book_of(3), MIXED)
    folder = made(run, "public", tmp_path)
    unit = run.plan.tables["unit"][0]["unit"]
    opened = openings(run, unit, "I1", SALT)
    (tmp_path / "opened.json").write_text(canonical(opened), encoding="utf-8")
    words = [sys.executable, "-I", "-S", "verify.py", "--open", str(tmp_path / "opened.json")]
    done = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    salts = {openings(run, row["unit"], code, SALT)[0]["salt"] for row in run.plan.tables["unit"] for code in ("I1", "I2", "I3")}  # fmt: skip
    assert len(salts) == 9, "a salt of its own for every cell"
    opened[0]["value"] += 1
    (tmp_path / "opened.json").write_text(canonical(opened), encoding="utf-8")
    wrong = subprocess.run(words, cwd=folder, capture_output=True, text=True, check=False)
    assert wrong.returncode == 7
    assert f"{unit} I1" in wrong.stdout


def test_the_verifier_says_what_it_did_not_verify(tmp_path: Path) -> None:
    folder = made(scored(book_of(2), MIXED), "public", tmp_path)
    done = subprocess.run([sys.executable, "-I", "-S", "verify.py"], cwd=folder, capture_output=True, text=True, check=False)  # fmt: skip
    assert done.returncode == 0
    listed = done.stdout.split("taken as given")[1].splitlines()[1:-1]
    assert any("I2, I3" in line for line in listed)
    assert any("total for 3 units" in line for line in listed)
    assert any("grades of 3 units" in line for line in listed)
    assert f"but for the {len(listed)} things listed" in done.stdout.splitlines()[-1]
