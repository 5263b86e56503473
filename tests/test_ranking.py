"""What is better: totals of which the lower one is, in places, ties and grades, the same on every engine."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.generate import PERIOD
from tests.test_meaning import found
from tests.test_scheme import PACKS
from tests.test_split_years import ENGINES, run
from zhengheng.domain.periods import parse_period
from zhengheng.engines.cases import case_facts
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.excel_read import read_workbook
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook

DAY = PERIOD.end
BANDS = [
    {"code": "best", "name": "好", "at_most": "30", "share_at_most": "0.5"},
    {"code": "middle", "name": "中", "at_most": "60"}, {"code": "worst", "name": "差"},
]  # fmt: skip


def book(ranking: dict[str, Any], **more: Any) -> Rulebook:
    """Two dimensions of one indicator each; the points are the values."""
    weights = dict.fromkeys(("A", "B"), "50")
    return Rulebook.model_validate_json(json.dumps({
        "code": "low", "title": "low", "effective_from": "2025-01-01", "missing": "unranked",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": [
            {"code": "one", "name": "one", "children": ["A"], "ranked": True}, {"code": "two", "name": "two", "children": ["B"]}]},
        "weights": [{"from": "2025-01-01", "table": weights}], "ranking": ranking,
        "indicators": [{"code": c, "name": c, "method": {"kind": "direct", "scale": 50}} for c in ("A", "B")], **more,
    }))  # fmt: skip


def scored(rules: Rulebook, engine: Engine, **units: tuple[int, int]) -> Run:
    series = {(unit, code): {DAY: str(value)} for unit, pair in units.items() for code, value in zip("AB", pair, strict=True)}  # fmt: skip
    return run(rules, series, engine)


def placed(made: Run, node: str = "total") -> dict[str, int]:
    return {r["unit"]: r["place"] for r in made.results.rows("ranking") if r["node"] == node}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda one: one.name)
def test_the_lower_total_comes_first_where_the_rulebook_says_so(engine: Engine) -> None:
    units = {"a": (10, 10), "b": (10, 10), "c": (5, 9), "d": (40, 1)}
    down = scored(book({"direction": "down"}), engine, **units)
    assert placed(down) == {"c": 1, "a": 2, "b": 2, "d": 4}
    assert placed(down, "one") == {"c": 1, "a": 2, "b": 2, "d": 4}
    assert placed(scored(book({"direction": "down", "ties": "dense"}), engine, **units)) == {
        "c": 1, "a": 2, "b": 2, "d": 3,
    }  # fmt: skip
    assert placed(scored(book({}), engine, **units)) == {"d": 1, "a": 2, "b": 2, "c": 4}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda one: one.name)
def test_what_separates_ties_goes_the_same_way(engine: Engine) -> None:
    made = scored(book({"direction": "down", "key": "two"}), engine, a=(10, 20), b=(20, 10), c=(9, 9))  # fmt: skip
    assert placed(made) == {"c": 1, "b": 2, "a": 3}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda one: one.name)
def test_grades_are_cut_from_above_and_seats_go_to_the_lowest(engine: Engine) -> None:
    rules = book({"direction": "down"}, grading={"bands": BANDS})
    made = scored(rules, engine, a=(5, 5), b=(10, 10), c=(15, 15), d=(30, 30), e=(30, 31))
    grades = {row["unit"]: row["grade"] for row in made.results.rows("grading")}
    # Two of five seats: c is within the line and comes too late.
    assert grades == {"a": "best", "b": "best", "c": "middle", "d": "middle", "e": "worst"}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda one: one.name)
def test_a_last_grade_that_takes_a_share_takes_the_highest(engine: Engine) -> None:
    last = {"code": "worst", "name": "差", "share_at_least": "0.2"}
    rules = book({"direction": "down"}, grading={"bands": [*BANDS[1:2], last]})
    made = scored(rules, engine, a=(5, 5), b=(10, 10), c=(15, 15))
    grades = {row["unit"]: row["grade"] for row in made.results.rows("grading")}
    assert grades == {"a": "middle", "b": "middle", "c": "worst"}


@pytest.mark.parametrize("engine", ENGINES, ids=lambda one: one.name)
def test_the_country_of_most_inequality_stands_last(engine: Engine) -> None:
    """UNDP: an index of gender inequality of 0.665 has a place far behind one of 0.116."""
    whole, _ = load_rulebook(PACKS / "composite")
    index = next(node for node, _, _ in whole.nodes() if node.code == "GII")
    cases = [case for case in whole.cases if "GII" in case.expect]
    index = index.model_copy(update={"code": "total"})
    rules = whole.model_copy(update={
        "tree": index, "cases": (), "coefficients": (), "ranking": whole.ranking.model_copy(update={"direction": "down"}),
    })  # fmt: skip
    best, worst = sorted(cases, key=lambda case: case.expect["GII"])
    both = best.model_copy(update={"others": {worst.name: worst.values}})
    made = make_run(rules, case_facts(rules, both), parse_period(both.period), engine)
    assert placed(made) == {"本单位": 1, worst.name: 2}


WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "a cut from below": ({"grading": {"bands": [{"code": "x", "name": "x", "at_least": 10}, BANDS[2]]}}, "grade.side"),
    "grades upside down": ({"grading": {"bands": [BANDS[1], BANDS[0], BANDS[2]]}}, "grade.order"),
    "nothing earns the best": ({"missing": "floor"}, "ranking.floor"),
    "nor what is kept": ({"withheld": "floor"}, "ranking.floor"),
    "a bonus": ({"adjustments": [{"code": "x", "name": "x", "kind": "bonus", "most": 3}]}, "ranking.adjustment"),
    "a light": ({"light": {"by": "score", "watch": "0.8", "missed": "0.6"}}, "ranking.light"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG)
def test_what_would_help_by_taking_away_is_refused(name: str) -> None:
    more, code = WRONG[name]
    assert code in found(book({"direction": "down"}, **more))
    assert "grade.side" not in found(book({"direction": "down"}, grading={"bands": BANDS}))


def test_a_cut_from_above_belongs_to_lower_totals() -> None:
    assert "grade.side" in found(book({}, grading={"bands": BANDS}))


def test_the_workbook_keeps_the_direction(tmp_path: Path) -> None:
    rules = book({"direction": "down"}, grading={"bands": BANDS})
    write_workbook(rules, tmp_path / "b.xlsx")
    assert read_workbook(tmp_path / "b.xlsx")[0] == rules
