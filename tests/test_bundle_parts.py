"""A public bundle of a year with parts, a gate and a tie-break that rests on what is internal: each is bound, or named."""

import json
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.test_bundle_inputs import rewritten, rows_of, said_by
from tests.test_bundles_generated import findings, made, unpacked, unverified
from zhengheng.domain.periods import parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook

CUT = {"from": "2025-07-01", "kind": "split", "by": "months", "reason": "r", "basis": {"title": "b"}, "method": {"kind": "ratio", "target": 80}}  # fmt: skip
BOOK: dict[str, Any] = {
    "code": "parts", "title": "parts", "effective_from": "2025-01-01", "missing": "unranked",
    "categories": [{"code": c, "name": c, "full_mark": 30} for c in "cd"], "groups": [{"code": g, "name": g} for g in ("g1", "g2")],
    "units": [{"code": u, "name": u, "category": c, "group": g} for u, c, g in (("a", "c", "g1"), ("b", "c", "g1"), ("x", "d", "g2"), ("y", "d", "g2"), ("z", "d", "g2"))],
    "tree": {"code": "total", "name": "t", "children": ["W", {"code": "K", "name": "k", "children": ["G", "R"]}]},
    "weights": [{"from": "2025-01-01", "table": {"W": 10, "G": {"c": 10}, "R": {"c": 10, "d": 20}}}],
    "indicators": [
        {"code": "W", "name": "W", "frequency": "half", "method": {"kind": "ratio", "target": 40}, "changes": [CUT]},
        {"code": "G", "name": "G", "frequency": "half", "visibility": "internal", "method": {"kind": "ratio", "target": 40}, "changes": [CUT]},
        {"code": "R", "name": "R", "frequency": "half", "method": {"kind": "ratio", "target": 100}},
    ],
    "ranking": {"key": "K"},
    "grading": {"bands": [{"code": "good", "name": "good", "at_least": 0}, {"code": "low", "name": "low"}],
                "gates": [{"indicator": "R", "below": 60, "grade": "low"}]},
}  # fmt: skip
HALVES = (date(2025, 6, 30), date(2025, 12, 31))
VALUES = {
    ("a", "W"): (20, 30), ("a", "G"): (20, 20), ("a", "R"): (40, 40),
    ("b", "W"): (20, 20), ("b", "G"): (10, 10), ("b", "R"): (30, 40),
    ("x", "W"): (20, 30), ("x", "R"): (40, 50), ("y", "W"): (20, 10), ("y", "R"): (40, None), ("z", "W"): (10, 10), ("z", "R"): (20, 20),
}  # fmt: skip


def computed(data: dict[str, Any], values: dict[tuple[str, str], tuple[int | None, ...]], agreed: tuple[tuple[str, str, int], ...] = ()) -> Run:  # fmt: skip
    """A run over half-yearly values, or one of the whole year, and targets agreed with units."""
    book = Rulebook.model_validate_json(json.dumps(data))
    rows = [
        {"unit": unit, "indicator": code, "period": day, "value": value * 100, "status": 1, "file": 0, "row": n}
        for n, ((unit, code), held) in enumerate(values.items()) for day, value in zip(HALVES[-len(held):], held, strict=True) if value is not None
    ]  # fmt: skip
    targets = [
        {"unit": unit, "indicator": code, "period": HALVES[-1], "kind": "target", "value": value * 100, "file": 0, "row": n}
        for n, (unit, code, value) in enumerate(agreed)
    ]  # fmt: skip
    tables = empty() | {"observation": pa.Table.from_pylist(rows, schema("observation"))}
    if targets:
        tables["target"] = pa.Table.from_pylist(targets, schema("target"))
    return make_run(book, Facts(tables), parse_period("2025"), DuckEngine(threads=1))


@pytest.fixture(scope="module")
def run() -> Run:
    return computed(BOOK, VALUES)


def cells(folder: Path, unit: str, code: str) -> tuple[list[str], list[list[str]], list[list[str]]]:
    """Head and rows of the inputs, and those of one unit's indicator."""
    rows = rows_of(folder, "inputs/cell.csv")
    at = [rows[0].index(name) for name in ("unit", "indicator")]
    return rows[0], rows, [row for row in rows[1:] if [row[one] for one in at] == [unit, code]]


def test_a_gate_states_no_part_of_a_value_that_is_missing(run: Run, tmp_path: Path) -> None:
    """Half of the year is known of y: that is no value to compare with the limit, and the bundle states none."""
    folder = made(run, "public", tmp_path)
    head, *rows = rows_of(folder, "inputs/gate_value.csv")
    held = {row[head.index("unit")]: (row[head.index("status")], row[head.index("value")]) for row in rows}  # fmt: skip
    assert held == {"a": ("1", "8000"), "b": ("1", "7000"), "x": ("1", "9000"), "y": ("3", ""), "z": ("1", "4000")}  # fmt: skip
    assert {row["unit"]: row["grade"] for row in run.results.rows("grading")}["z"] == "low"
    for row in rows:
        if row[head.index("unit")] == "y":
            row[head.index("value")] = "4000"
    rewritten(folder, "inputs/gate_value.csv", [head, *rows])
    assert [one for one in findings(folder) if "inputs/gate_value.csv y R" in one and "should be empty" in one]  # fmt: skip


@pytest.mark.parametrize("code", ["W", "G"])
@pytest.mark.parametrize("part", ["1", "2"])
def test_a_part_of_the_year_that_is_taken_out_is_named(run: Run, tmp_path: Path, code: str, part: str) -> None:  # fmt: skip
    folder = made(run, "public", tmp_path)
    head, rows, own = cells(folder, "a", code)
    (gone,) = (row for row in own if row[head.index("segment")] == part)
    rewritten(folder, "inputs/cell.csv", [row for row in rows if row is not gone])
    assert [one for one in findings(folder) if f"inputs/cell.csv a {code} {part}: missing" in one]


@pytest.mark.parametrize(("column", "other"), [("category", "d"), ("comparison_group", "g2")])
@pytest.mark.parametrize("code", ["W", "G", "R"])
def test_a_cell_stands_under_its_units_own_category_and_group(run: Run, tmp_path: Path, code: str, column: str, other: str) -> None:  # fmt: skip
    folder = made(run, "public", tmp_path)
    head, rows, own = cells(folder, "a", code)
    own[-1][head.index(column)] = other
    rewritten(folder, "inputs/cell.csv", rows)
    part = own[-1][head.index("segment")]
    assert [one for one in findings(folder) if f"inputs/cell.csv a {code} {part}: no such cell in the plan" in one]  # fmt: skip


@pytest.mark.parametrize("outcome", ["2", "3", ""])
@pytest.mark.parametrize("place", [1, -1])
def test_the_parts_of_what_is_internal_have_one_outcome(run: Run, tmp_path: Path, place: int, outcome: str) -> None:  # fmt: skip
    folder = made(run, "public", tmp_path)
    head, rows, own = cells(folder, "b", "G")
    assert len(own) > 1
    assert {row[head.index("outcome")] for row in own} == {"1"}
    own[place][head.index("outcome")] = outcome
    rewritten(folder, "inputs/cell.csv", rows)
    assert [one for one in findings(folder) if "inputs/cell.csv b G" in one and ": outcome " in one]


def test_places_are_not_compared_where_a_tie_is_broken_by_what_is_internal_and_nowhere_else(run: Run, tmp_path: Path) -> None:  # fmt: skip
    """Of g1 the dimension that breaks ties rests on G; of g2 it does not, and its places are recomputed."""
    folder = made(run, "public", tmp_path)
    said = said_by(folder).stdout
    assert "the places of 2 units, where K breaks ties / 2 个单位的名次" in said
    head, *rows = rows_of(folder, "results/ranking.csv")
    at = head.index("unit"), head.index("node"), head.index("place")
    (one,) = (row for row in rows if (row[at[0]], row[at[1]]) == ("x", "total"))
    one[at[2]] = "7"
    rewritten(folder, "results/ranking.csv", [head, *rows])
    assert [line for line in findings(folder) if "ranking" in line and "x" in line]


def test_without_a_tie_break_that_is_internal_every_place_is_compared(tmp_path: Path) -> None:
    data = json.loads(json.dumps(BOOK))
    data["tree"] = {"code": "total", "name": "t", "children": ["W", "G", {"code": "K", "name": "k", "children": ["R"]}]}  # fmt: skip
    whole = {key: tuple(value or 1 for value in held) for key, held in VALUES.items()}
    run = computed(data, whole)
    assert "breaks ties" not in said_by(made(run, "public", tmp_path)).stdout


BEYOND = VALUES | {("a", "W"): (60, 90)}
"""Of W a earns its full mark in both parts of the year, and would with any more."""


@pytest.mark.parametrize("part", ["1", "2"])
@pytest.mark.parametrize("more", [1, 2, 700])
def test_the_value_of_a_part_beyond_its_full_mark_is_bound_to_the_years(tmp_path: Path, part: str, more: int) -> None:  # fmt: skip
    folder = unpacked(computed(BOOK, BEYOND), tmp_path)
    assert findings(folder) == []
    head, rows, own = cells(folder, "a", "W")
    (one,) = (row for row in own if row[head.index("segment")] == part)
    one[head.index("value")] = str(int(one[head.index("value")]) + more)
    rewritten(folder, "inputs/cell.csv", rows)
    (line,) = findings(folder)
    assert line.startswith("inputs/cell.csv a W 1, 2: value: they do not add up to the whole year's 15000")  # fmt: skip


def test_a_figure_without_parts_has_the_same_value_in_each(tmp_path: Path) -> None:
    data = json.loads(json.dumps(BOOK))
    data["indicators"][0]["frequency"] = "year"
    values = {key: (sum(held[:1]) + 100,) if key[1] == "W" else held for key, held in VALUES.items()}  # fmt: skip
    folder = unpacked(computed(data, values), tmp_path)
    assert findings(folder) == []
    head, rows, own = cells(folder, "a", "W")
    assert {row[head.index("value")] for row in own} == {"12000"}
    own[1][head.index("value")] = "12001"
    rewritten(folder, "inputs/cell.csv", rows)
    assert [one for one in findings(folder) if one.startswith("inputs/cell.csv a W 1: value 12001, should be the whole year's 12000")]  # fmt: skip


def test_what_holds_no_value_of_a_part_is_named(tmp_path: Path) -> None:
    """The parts of a mean do not make it up to the digit: how many values each has is not in the bundle."""
    data = json.loads(json.dumps(BOOK))
    data["indicators"][0]["combine"] = "mean"
    folder = unpacked(computed(data, BEYOND), tmp_path)
    assert not [one for one in unverified(unpacked(computed(BOOK, BEYOND), tmp_path)) if "parts of the cut year" in one]  # fmt: skip
    (line,) = (one for one in unverified(unpacked(computed(data, BEYOND), tmp_path)) if "parts of the cut year" in one)  # fmt: skip
    assert "the values of W in the parts of the cut year for 5 units" in line
    assert findings(folder) == []


def test_an_agreed_number_that_the_rulebook_gives_as_well_is_named_with_its_unit(tmp_path: Path) -> None:  # fmt: skip
    """Moved to another unit it changes nothing that is public: it cannot be refused, and is not passed over."""
    run = computed(BOOK, VALUES, (("a", "R", 100), ("x", "R", 90)))
    folder = unpacked(run, tmp_path)
    (line,) = (one for one in unverified(folder) if "the rulebook gives the same" in one)
    assert "target of R was agreed with a, " in line
    head, first, second = rows_of(folder, "inputs/agreed.csv")
    assert (first[0], second[0]) == ("a", "x")
    rewritten(folder, "inputs/agreed.csv", [head, ["b", *first[1:]], second])
    assert findings(folder) == []
    (line,) = (one for one in unverified(folder) if "the rulebook gives the same" in one)
    assert "target of R was agreed with b, " in line
    rewritten(folder, "inputs/agreed.csv", [head, first, ["y", *second[1:]]])
    assert {one.split(":")[0] for one in findings(folder) if "target" in one} >= {"inputs/cell.csv x R 1", "inputs/cell.csv y R 1"}  # fmt: skip


def test_a_full_bundle_names_a_target_that_is_moved(tmp_path: Path) -> None:
    """There the result has every unit's own target, and whose row it was stands in the inputs."""
    run = computed(BOOK, VALUES, (("x", "R", 90),))
    folder = unpacked(run, tmp_path, "audit")
    assert findings(folder) == []
    head, row = rows_of(folder, "inputs/target.csv")
    rewritten(folder, "inputs/target.csv", [head, ["y", *row[1:]]])
    assert [one for one in findings(folder) if one.startswith("results/cell.csv x R 1: target")]


@pytest.mark.parametrize("part", ["1", "2"])
def test_a_full_bundle_names_a_part_beyond_its_full_mark(tmp_path: Path, part: str) -> None:
    folder = unpacked(computed(BOOK, BEYOND), tmp_path, "audit")
    head, *rows = rows_of(folder, "results/cell.csv")
    for row in rows:
        held = dict(zip(head, row, strict=True))
        if (held["unit"], held["indicator"], held["segment"]) == ("a", "W", part):
            row[head.index("value")] = str(int(held["value"]) + 700)
    rewritten(folder, "results/cell.csv", [head, *rows])
    assert [one for one in findings(folder) if one.startswith(f"results/cell.csv a W {part}: value")]  # fmt: skip
