"""What a public bundle states and cannot recompute lies within what its public parts and the rules let it be."""

import csv
import io
import json
import tempfile
import zipfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from hypothesis import settings
from hypothesis import strategies as st

from tests.conftest import ROOT
from tests.drawn import drawn_on
from tests.test_bundle_inputs import rewritten, rows_of, said_by
from tests.test_bundles_generated import SLOWLY, findings, made, relist, runs, unpacked, unverified
from tests.test_disclosed import MIXED, book_of, scored
from zhengheng.domain.canonical import canonical
from zhengheng.engines.bundled import HEADERS, PUBLIC, read_rows, row_digest
from zhengheng.engines.earlier import verify_earlier
from zhengheng.engines.plain import plain_tables
from zhengheng.engines.run import Run
from zhengheng.engines.stated import SCORED, StatedOracle
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import CONTRACTS

POINT = 10**9


def altered(folder: Path, name: str, change: Callable[[dict[str, str]], None]) -> None:
    """A table with its rows changed, its digests and lists made anew."""
    head, *rows = rows_of(folder, name)
    held = [dict(zip(head, row, strict=True)) for row in rows]
    for row in held:
        change(row)
    rewritten(folder, name, [head, *([row[column] for column in head] for row in held)])


def restated(folder: Path, unit: str, **changes: str) -> list[str]:
    """The total of one unit stated otherwise, and every table that hangs on it with it, as a careful hand would."""

    def change(row: dict[str, str]) -> None:
        if row["unit"] == unit and row.get("node", "total") == "total":
            row.update({name: value for name, value in changes.items() if name in row})
            if "composite" in row and "score" in changes:
                row["composite"] = changes["score"]

    for name in ("inputs/stated.csv", "results/node_score.csv", "results/total_score.csv"):
        altered(folder, name, change)
    return [line for line in findings(folder) if line.startswith("inputs/stated.csv")]


def total(folder: Path, unit: str) -> int:
    head, *rows = rows_of(folder, "inputs/stated.csv")
    held = (dict(zip(head, row, strict=True)) for row in rows)
    return int(next(row["score"] for row in held if (row["unit"], row["node"]) == (unit, "total")))


@pytest.fixture(scope="module")
def run() -> Run:
    """Four indicators of ten points, three of them internal: of 50 public per cent, 5 points are public."""
    return scored(book_of(3), MIXED)


def unit_of(run: Run) -> str:
    """The unit with 5 points of its one public indicator."""
    rows = run.results.rows("indicator_score")
    return next(str(row["unit"]) for row in rows if (row["indicator"], row["points"]) == ("I0", 5 * POINT))  # fmt: skip


@pytest.mark.parametrize(
    ("score", "found"), [("36", True), ("35.01", True), ("35", False), ("5", False), ("4.99", True), ("-1", True)]
)  # fmt: skip
def test_a_total_lies_between_its_public_points_and_all_that_internal_ones_can_earn(run: Run, tmp_path: Path, score: str, found: bool) -> None:  # fmt: skip
    folder, unit = unpacked(run, tmp_path), unit_of(run)
    stated = str(round(float(score) * POINT))
    lines = restated(folder, unit, score=stated, printed=stated)
    assert bool(lines) == found, lines
    assert all(f"{unit} total: " in line and "can make" in line for line in lines)


def test_its_own_verifier_refuses_a_total_beyond_all_marks(run: Run, tmp_path: Path) -> None:
    folder = made(run, "public", tmp_path)
    restated(folder, unit_of(run), score=str(36 * POINT), printed=str(36 * POINT))
    done = said_by(folder)
    assert done.returncode == 7
    assert f"inputs/stated.csv {unit_of(run)} total: score {36 * POINT} is beyond" in done.stdout


def test_a_full_bundle_recomputes_a_total_and_names_another(run: Run, tmp_path: Path) -> None:
    folder, unit = unpacked(run, tmp_path, "audit"), unit_of(run)
    assert findings(folder) == []

    def change(row: dict[str, str]) -> None:
        if row["unit"] == unit and row.get("node", "total") == "total":
            row["score"] = row["printed"] = str(36 * POINT)

    for name in ("results/node_score.csv", "results/total_score.csv"):
        altered(folder, name, change)
    found = findings(folder)
    assert [
        line for line in found if line.startswith(f"results/node_score.csv {unit} total: score")
    ]
    assert [line for line in found if line.startswith(f"results/total_score.csv {unit}: score")]


@pytest.mark.parametrize(
    ("changes", "word"),
    [({"status": "unranked"}, "status"), ({"used": "3"}, "used"), ({"leaves": "5"}, "leaves"),
     ({"printed": str(20 * POINT)}, "rounded"), ({"printed": ""}, "rounded"),
     ({"status": "missing"}, "beside the status missing")],
)  # fmt: skip
def test_what_hangs_on_no_hidden_point_is_recomputed(run: Run, tmp_path: Path, changes: dict[str, str], word: str) -> None:  # fmt: skip
    lines = restated(unpacked(run, tmp_path), unit_of(run), **changes)
    assert [line for line in lines if word in line], lines


def test_no_dimension_is_stated_that_could_be_recomputed(tmp_path: Path) -> None:
    """A row of ours in the place of what the public indicators give."""
    run = scored(book_of(2), MIXED)
    folder, unit = unpacked(run, tmp_path), unit_of(run)
    assert findings(folder) == []
    (row,) = (
        row for row in rows_of(folder, "results/node_score.csv") if row[0] == unit and "A" in row
    )
    head = rows_of(folder, "results/node_score.csv")[0]
    row[head.index("score")] = row[head.index("printed")] = str(20 * POINT)
    stated = rows_of(folder, "inputs/stated.csv")
    rewritten(folder, "inputs/stated.csv", [stated[0], *sorted([*stated[1:], row])])

    def change(held: dict[str, str]) -> None:
        if (held["unit"], held["node"]) == (unit, "A"):
            held["score"] = held["printed"] = str(20 * POINT)

    altered(folder, "results/node_score.csv", change)
    lines = findings(folder)
    assert [line for line in lines if f"inputs/stated.csv {unit} A: it rests on nothing internal" in line]  # fmt: skip


def test_a_stated_row_that_is_taken_out_is_named(run: Run, tmp_path: Path) -> None:
    folder, unit = unpacked(run, tmp_path), unit_of(run)
    for name in ("inputs/stated.csv", "results/node_score.csv"):
        head, *rows = rows_of(folder, name)
        at = head.index("node")
        rewritten(folder, name, [head, *(row for row in rows if (row[0], row[at]) != (unit, "A"))])
    assert f"inputs/stated.csv {unit} A: missing / 缺少" in findings(folder)


def test_a_coefficient_and_its_cap_bound_what_internal_ones_bring(tmp_path: Path) -> None:
    """Half as much again, and never beyond 1.2 of the mark: 5 public points and three times 12 at most."""
    data = json.loads(book_of(3).model_dump_json(by_alias=True))
    data["coefficients"] = [
        {"of": code, "value": "1.5", "cap": "1.2", "reason": "r"} for code in ("I1", "I2", "I3")
    ]  # fmt: skip
    run = scored(Rulebook.model_validate_json(json.dumps(data)), MIXED)
    folder, unit = unpacked(run, tmp_path), unit_of(run)
    assert findings(folder) == []
    for points, found in ((41, False), (42, True)):
        stated = str(points * POINT)
        assert bool(restated(folder, unit, score=stated, printed=stated)) == found


def test_where_the_rules_set_no_end_the_score_is_named_and_not_refused(tmp_path: Path) -> None:
    data = json.loads(book_of(3).model_dump_json(by_alias=True))
    for one in data["indicators"]:
        if one["code"] == "I3":
            one["method"] = {"kind": "z_score", "centre": 5, "scale": 2}
    run = scored(Rulebook.model_validate_json(json.dumps(data)), MIXED)
    folder, unit = unpacked(run, tmp_path), unit_of(run)
    stated = str(90 * POINT)
    assert restated(folder, unit, score=stated, printed=stated) == []
    listed = unverified(folder)
    for word in ("least", "most"):
        (line,) = (one for one in listed if f"set it no {word}" in one)  # fmt: skip
        assert unit in line


def bounds_of(run: Run, target: Path) -> Counter[str]:
    """How many scores of a run are bound by its public bundle, and how many are not; each lies within its bounds."""
    folder, seen = unpacked(run, target), Counter[str]()
    assert not findings(folder)
    given = {
        one: read_rows(folder / "inputs" / f"{one}.csv", HEADERS.get(one) or CONTRACTS[one].names) for one in PUBLIC
    }  # fmt: skip
    oracle = StatedOracle(plain_tables(run.plan), given)
    oracle.results()
    assert not [*oracle.astray()]
    for row in run.results.rows("node_score"):
        place = (row["unit"], row["node"])
        if place not in oracle.loose:
            continue
        assert oracle.settled.get(place, row["status"]) == row["status"]
        low, high = oracle.bounds[place]
        loose = oracle.loose[place]
        for column in ("score", "printed") if row["status"] in SCORED else ():
            assert 0 in loose or low[column] <= row[column], (place, low, row)
            assert 1 in loose or row[column] <= high[column], (place, row, high)
        seen["bound" if row["status"] in SCORED and not loose else "other"] += 1
    return seen


@pytest.mark.parametrize(
    ("changes", "bound"),
    [
        ({"aggregate": "copeland"}, 3),
        ({"aggregate": "copeland", "rescale": {"kind": "min_max", "upward": "plain"}}, 3),
        ({"aggregate": "copeland", "mirror": True}, 3),
        ({"aggregate": "geometric", "mirror": True}, 3), ({"aggregate": "harmonic"}, 3),
        ({"aggregate": "arithmetic", "rescale": {"kind": "best"}}, 3),
        ({"aggregate": "arithmetic", "rescale": {"kind": "min_max", "upward": "plain"}, "mirror": True}, 3),
        ({"aggregate": "arithmetic", "rescale": {"kind": "mean"}}, 0),
        ({"aggregate": "arithmetic", "rescale": {"kind": "z_score"}}, 0),
    ],
)  # fmt: skip
def test_whatever_joins_the_parts_of_a_total_an_honest_one_lies_within(tmp_path: Path, changes: dict[str, Any], bound: int) -> None:  # fmt: skip
    data = json.loads(book_of(3).model_dump_json(by_alias=True))
    data["tree"] |= changes | {"weights": "relative"}
    data["tree"]["children"] = ["I0", "I1", "I2", "I3"]
    data["categories"][0]["full_mark"] = 100
    data["weights"][0]["table"] = dict.fromkeys(("I0", "I1", "I2", "I3"), 25)
    run = scored(Rulebook.model_validate_json(json.dumps(data)), MIXED)
    assert bounds_of(run, tmp_path)["bound"] == bound


def test_every_stated_score_of_drawn_rulebooks_lies_within_its_bounds() -> None:
    """Whatever is withheld as well: the scores that only the office knows lie within what the public could work out."""

    def bounded(data: st.DataObject, seen: Counter[str]) -> None:
        run = data.draw(runs())
        with tempfile.TemporaryDirectory() as name:
            seen.update(bounds_of(run, Path(name)))

    drawn_on(bounded, {"bound": 40, "other": 5}, settings(max_examples=20, **SLOWLY))


GOLDEN = ROOT / "tests/golden/0.1.0-part-public.zip"
UNIT = "Bioenergy"


def earlier(folder: Path, points: str, printed: str) -> tuple[list[str], list[str]]:
    """A bundle of release 0.1.0 in which an indicator of one unit is internal and states these points; what is found in it."""
    with zipfile.ZipFile(GOLDEN) as archive:
        archive.extractall(folder)
    plan = json.loads((folder / "plan.json").read_text(encoding="utf-8"))
    for rule in plan["rule"]:
        rule |= {"least": 0, "most": 10**6}
    (folder / "plan.json").write_text(canonical(plan), encoding="utf-8")
    for name in ("inputs/cell.csv", "results/indicator_score.csv"):
        head, *rows = rows_of(folder, name)
        for cells in rows:
            row = dict(zip(head, cells, strict=True))
            if (row["unit"], row["indicator"]) == (UNIT, "PLANNING"):
                row |= {"value": "", "target": "", "points": points, "printed": printed}
                row |= {"commitment": "5" * 64, "outcome": "1"} if "commitment" in row else {}
            cells[:] = [row[column] for column in head]
            cells[-1] = row_digest(cells[:-1])
        stream = io.StringIO()
        csv.writer(stream, lineterminator="\n").writerows([head, *rows])
        (folder / name).write_text(stream.getvalue(), encoding="utf-8")
    relist(folder, "", sealed=False)
    found, _, given = verify_earlier(folder)
    return found, given


@pytest.mark.parametrize(
    ("points", "printed", "word"),
    [("101", "101", "beyond what its method gives"), ("-1", "-1", "beyond what its method gives"), ("99", "98", "rounded"), ("", "", "outcome")],
)  # fmt: skip
def test_points_that_an_earlier_bundle_states_lie_within_their_method(tmp_path: Path, points: str, printed: str, word: str) -> None:  # fmt: skip
    def nano(text: str) -> str:
        return text and str(int(text) * POINT)

    found, _ = earlier(tmp_path, nano(points), nano(printed))
    assert [one for one in found if one.startswith(f"inputs/cell.csv {UNIT} PLANNING 1: points") and word in one], found  # fmt: skip


def test_points_that_an_earlier_bundle_rightly_states_are_not_named(tmp_path: Path) -> None:
    head, *rows = csv.reader(io.StringIO(zipfile.ZipFile(GOLDEN).read("results/indicator_score.csv").decode()))  # fmt: skip
    held = next(row for row in (dict(zip(head, cells, strict=True)) for cells in rows) if (row["unit"], row["indicator"]) == (UNIT, "PLANNING"))  # fmt: skip
    found, _ = earlier(tmp_path, held["points"], held["printed"])
    assert found == []
