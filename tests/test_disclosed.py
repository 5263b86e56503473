"""An attacker with the rules in hand: what a public bundle shows gives away nothing internal."""

import csv
import io
import json
import subprocess
import sys
import tempfile
import zipfile
from collections import Counter
from datetime import date
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from tests.drawn import drawn_on
from tests.generate import PERIOD
from tests.test_bundles_generated import SALT, SLOWLY, made, runs
from zhengheng.domain.canonical import canonical
from zhengheng.engines.bundle import openings, write_bundle
from zhengheng.engines.cases import case_facts
from zhengheng.engines.disclosure import disclosure, hidden_indicators
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.scheme.methods import Steps
from zhengheng.scheme.model import Case, Gate, Rulebook


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


def rescaled_over(units: str) -> Run:
    """A dimension rescaled over one group of two categories: `c` has an internal indicator in it, `d` has none; `units`
    says the category of each of three units."""
    book = Rulebook.model_validate(
        {
            "code": "two", "title": "two", "effective_from": date(2025, 1, 1),
            "categories": tuple({"code": code, "name": code, "full_mark": 100} for code in "cd"),
            "tree": {"code": "total", "name": "t", "aggregate": "arithmetic", "weights": "relative", "children": (
                {"code": "A", "name": "A", "aggregate": "arithmetic", "weights": "relative", "rescale": {"kind": "min_max"}, "children": ("I0", "I1")}, "I2",
            )},
            "weights": ({"from": date(2025, 1, 1), "table": {"A": 1, "I0": 1, "I1": {"c": 1}, "I2": 1}},),
            "indicators": tuple(
                {"code": code, "name": code, "visibility": "internal" if code == "I1" else "public", "method": {"kind": "ratio", "target": 100}}
                for code in ("I0", "I1", "I2")
            ),
        }
    )  # fmt: skip
    case = Case(
        name="x", period="2025", unit={"category": "c", "group": "g"}, values={"I0": "80", "I1": "20", "I2": "50"},
        others={"o0": {"I0": "60", "I2": "50"}, "o1": {"I0": "40", "I1": "90", "I2": "50"}}, expect={},
    )  # fmt: skip
    facts = case_facts(book, case)
    facts.units = [one.model_copy(update={"category": category}) for one, category in zip(facts.units, units, strict=True)]  # fmt: skip
    return make_run(book, facts, PERIOD, OracleEngine())


def test_a_score_rescaled_over_units_that_do_not_show_theirs_is_stated_too(tmp_path: Path) -> None:
    run = rescaled_over("cdc")
    assert ("d", "A") in disclosure(run).closed
    published(run, tmp_path)
    made(run, "audit", tmp_path / "audit")


def test_an_internal_indicator_that_no_unit_has_closes_nothing(tmp_path: Path) -> None:
    """Nobody is assessed on it: there is nothing to hide, and the bundle verifies with every dimension recomputed."""
    run = rescaled_over("ddd")
    assert not disclosure(run).closed
    assert all(row["score"] for row in published(run, tmp_path)["scores.csv"])


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
    return unknowns_found_together([(run, tables)])


def unknowns_found_together(
    releases: list[tuple[Run, dict[str, list[dict[str, str]]]]],
) -> set[tuple[str, str]]:
    """The same of several releases of a period: what a correction left alone is the same unknown in all of them."""
    found = set()
    for unit in {row["unit"] for row in releases[0][1]["scores.csv"]}:
        sums: list[set[tuple[str, int]]] = []
        for run, tables in releases:
            below: dict[str, set[str]] = {}
            for node, _, _ in reversed(run.rulebook.nodes()):
                below[node.code] = set().union(*({c} if isinstance(c, str) else below[c.code] for c in node.children))  # fmt: skip
            points = {row["indicator"]: row["points"] for row in run.results.of_unit("indicator_score", unit)}  # fmt: skip
            hidden = hidden_indicators(run)
            sums += [
                {(code, points[code]) for code in hidden & below[row["node"]]}
                for row in tables["scores.csv"] if row["unit"] == unit and row["score"] and row["node"] in below
            ]  # fmt: skip
        unknown = sorted(set().union(*sums))
        rows = [[Fraction(one in held) for one in unknown] for held in sums]
        found |= {(unit, unknown[place][0]) for place in determined(rows)}
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


CORRECTED = {
    "a public value": [MIXED["x"], ["51", "60", "70", "80"], ["52", "60", "70", "80"]],
    "internal ones in turn": [MIXED["x"], ["50", "61", "70", "80"], ["50", "61", "72", "80"], ["50", "61", "72", "83"]],
    "one away and back": [MIXED["x"], ["50", "70", "70", "80"], MIXED["x"], ["50", "60", "60", "80"]],
}  # fmt: skip


@pytest.mark.parametrize("internal", [1, 2, 3, 4])
@pytest.mark.parametrize("what", CORRECTED)
def test_corrected_releases_of_a_period_tell_no_points_together(
    what: str, internal: int, tmp_path: Path
) -> None:
    """A correction tells by how much a total moved, and never where an internal indicator stands."""
    releases = []
    for number, values in enumerate(CORRECTED[what]):
        run = scored(book_of(internal), {**MIXED, "x": values})
        releases.append((run, published(run, tmp_path / str(number))))
    assert len({json.dumps(tables) for _, tables in releases}) > 1 or internal < 3, "they do differ"
    assert unknowns_found_together(releases) == set()


def test_what_opens_a_cell_of_one_release_opens_none_of_another(tmp_path: Path) -> None:
    """Three releases of one run, each with a secret of its own: the same tables, and no commitment twice."""
    run = scored(book_of(3), MIXED)
    unit = run.plan.tables["unit"][0]["unit"]
    opened = tmp_path / "opened.json"
    opened.write_text(canonical(openings(run, unit, "I1", b"secret 0")), encoding="utf-8")
    seen: list[str] = []
    for number in range(3):
        write_bundle(run, tmp_path / f"{number}.zip", "public", f"secret {number}".encode())
        with zipfile.ZipFile(tmp_path / f"{number}.zip") as archive:
            archive.extractall(tmp_path / str(number))
            cells = csv.DictReader(io.StringIO(archive.read("inputs/cell.csv").decode()))
            seen += [row["commitment"] for row in cells if row["commitment"]]
        words = [sys.executable, "-I", "-S", "verify.py", "--open", str(opened)]
        done = subprocess.run(words, cwd=tmp_path / str(number), capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == (0 if number == 0 else 7), done.stdout + done.stderr
        for name in ("scores.csv", "indicator_scores.csv", "results/grading.csv"):
            assert (tmp_path / str(number) / name).read_text() == (tmp_path / "0" / name).read_text()  # fmt: skip
    assert len(seen) == len(set(seen)) == 3 * 9, "three internal indicators of three units"


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

    def attacked(data: st.DataObject, seen: Counter[str]) -> None:
        run = data.draw(runs())
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
                    seen["internal"] += 1
                    assert not any(row.get(one) for one in told), (name, row)
                if row.get("unit") in decided.withheld and row.get("node") == "total":
                    seen["withheld"] += 1
                    assert not row.get("score"), (name, row)

    drawn_on(attacked, {"internal": 100, "withheld": 5}, settings(max_examples=25, **SLOWLY))


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
