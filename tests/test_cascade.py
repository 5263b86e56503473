"""Cascade and coverage: shares add exactly, down every level; everyone has indicators."""

import json
from decimal import Decimal
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from zhengheng.domain.periods import parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts, empty
from zhengheng.scheme.cascade import cascaded_targets, coverage, split
from zhengheng.scheme.model import Rulebook

NAME = {"zh": "n"}


def book(cascade: list[dict[str, Any]], goals: list[dict[str, Any]] | None = None) -> Rulebook:
    units = [
        {"code": c, "name": NAME, "category": "c", "group": "g"}
        for c in ("city", "a", "b", "a1", "a2")
    ]
    data = {
        "code": "t", "title": NAME, "effective_from": "2025-01-01", "units": units,
        "categories": [{"code": "c", "name": NAME}], "groups": [{"code": "g", "name": NAME}],
        "tree": {"code": "total", "name": NAME, "children": ["A"]},
        "weights": [{"from": "2025-01-01", "table": {"A": 100}}],
        "indicators": [{"code": "A", "name": NAME, "decimals": 0, "method": {"kind": "ratio", "target": 1000}}],
        "cascade": cascade, "goals": goals or [],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


LEVELS = [
    {"indicator": "A", "parent": "a", "mode": "shares", "children": {"a1": 50, "a2": 50}},
    {"indicator": "A", "parent": "city", "mode": "shares", "children": {"a": 30, "b": 70}},
]


def test_a_goal_goes_down_every_level_whatever_the_order() -> None:
    found = cascaded_targets(book(LEVELS))
    assert found == {("a", "A"): 300, ("b", "A"): 700, ("a1", "A"): 150, ("a2", "A"): 150}


def test_the_example_of_the_domain() -> None:
    assert split(1000, {"x": Decimal("0.5"), "y": Decimal("0.3"), "z": Decimal("0.2")}) == {
        "x": 500,
        "y": 300,
        "z": 200,
    }


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_parts_always_add_to_the_whole(total: int, shares: list[int]) -> None:
    parts = split(total, {str(n): Decimal(share) for n, share in enumerate(shares)})
    assert sum(parts.values()) == total


def test_rates_are_inherited_and_own_targets_stand() -> None:
    inherit = [{"indicator": "A", "parent": "city", "mode": "inherit", "children": {"a": 1}}]
    own = [{"indicator": "A", "parent": "city", "mode": "own", "children": {"a": 420}}]
    assert cascaded_targets(book(inherit)) == {("a", "A"): 1000}
    assert cascaded_targets(book(own)) == {("a", "A"): 420}


def test_an_agreed_target_goes_down_instead_of_the_method_s() -> None:
    assert cascaded_targets(book(LEVELS[1:]), {("city", "A"): 500})["b", "A"] == 350


def test_scores_use_the_cascaded_target_on_both_engines() -> None:
    from datetime import date

    from zhengheng.lake.facts import to_arrow
    from zhengheng.scoring.contracts import CONTRACTS

    row = {
        "unit": ["a1"],
        "indicator": ["A"],
        "period": [date(2025, 12, 31)],
        "value": [75],
        "status": [1],
    }
    held = {
        name: row.get(name, [0] if name in {"file", "row"} else [None])
        for name in CONTRACTS["observation"].names
    }
    facts = Facts(empty() | {"observation": to_arrow("observation", held)})
    for engine in (DuckEngine(threads=1), OracleEngine()):
        rows = make_run(book(LEVELS), facts, parse_period("2025"), engine).results.rows(
            "indicator_score"
        )
        score = next(r for r in rows if r["unit"] == "a1")
        assert (score["target"], score["printed"]) == (150, 50 * 10**9)


def test_coverage_names_what_is_bare() -> None:
    found = coverage(
        book(LEVELS, [{"code": "g1", "name": NAME, "from_year": 2025, "to_year": 2027}])
    )
    assert (found.units, found.covered, found.bare_goals) == (5, 5, ("g1",))
