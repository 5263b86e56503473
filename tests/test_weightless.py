"""What a rulebook gives a weight of 0 stops no total where its data is not there."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_decided import loaded, said
from zhengheng.engines.heat import heat_map
from zhengheng.engines.passport import passport
from zhengheng.engines.run import Run
from zhengheng.scheme.model import Rulebook

NAME = {"zh": "示例", "en": "example"}
FULL = {"kind": "ratio", "target": 100}


def rules(tree: dict[str, Any], *weights: dict[str, Any]) -> Rulebook:
    data: dict[str, Any] = {
        "code": "t", "title": NAME, "effective_from": "2025-01-01", "known_from": "2025-01-01",
        "units": [{"code": c, "name": NAME, "category": "c", "group": "g"} for c in ("a", "b")],
        "categories": [{"code": "c", "name": NAME}], "groups": [{"code": "g", "name": NAME}],
        "tree": {"code": "total", "name": NAME} | tree,
        "weights": [{"from": "2025-01-01"} | one for one in weights],
        "indicators": [{"code": c, "name": NAME, "method": FULL} for c in ("A", "B", "C", "N")],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


def dimension(code: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": NAME, "children": list(children)} | more


def totals(made: Run) -> dict[str, tuple[str, str]]:
    return {r["unit"]: (r["status"], f"{(r['printed'] or 0) / 10**9:.2f}") for r in made.results.rows("total_score")}  # fmt: skip


SUM = {"children": ["A", "B", "N"]}
MEAN = {"children": ["A", "B", "N"], "aggregate": "arithmetic"}
APART = {"children": ["A", "B", dimension("d", "N")]}
MEANS = {"aggregate": "arithmetic", "children": [dimension("m", "A", "B", aggregate="arithmetic"), dimension("d", "N", "C", aggregate="arithmetic")]}  # fmt: skip
TABLE: dict[str, Any] = {"A": 60, "B": 40, "N": 0}
CASES = [
    ("a sum", SUM, [{"table": TABLE}]),
    ("a mean", MEAN, [{"table": TABLE}]),
    ("by category", SUM, [{"table": {"A": {"c": 60}, "B": {"c": 40}, "N": {"c": 0}}}]),
    ("a dimension of nothing else", APART, [{"table": TABLE}]),
    ("a dimension of weight 0", MEANS, [{"table": {"m": 100, "d": 0, "A": 60, "B": 40, "N": 50, "C": 50}}]),
    ("a restated year", SUM, [{"table": {"A": 50, "B": 30, "N": 20}}, {"from": "2025-07-01", "kind": "restated", "table": TABLE}]),
]  # fmt: skip


@pytest.mark.parametrize(("tree", "weights"), [one[1:] for one in CASES], ids=[c[0] for c in CASES])
def test_an_indicator_of_weight_0_without_data_stops_no_total(
    tmp_path: Path, tree: dict[str, Any], weights: list[dict[str, Any]]
) -> None:
    """A is 90 and 50, B is 80 and 60: 86 and 54 points of 100, whatever N would have been."""
    rows = (
        "a,A,2025,90",
        "a,B,2025,80",
        "b,A,2025,50",
        "b,B,2025,60",
        "a,C,2025,10",
        "b,C,2025,10",
    )
    without = loaded(tmp_path, rules(tree, *weights), said(*rows))
    assert totals(without) == {"a": ("value", "86.00"), "b": ("value", "54.00")}
    (tmp_path / "all").mkdir()
    whole = loaded(tmp_path / "all", rules(tree, *weights), said(*rows, "a,N,2025,70", "b,N,2025,30"))  # fmt: skip
    assert totals(whole) == totals(without)
    assert list(whole.results.rows("ranking")) == list(without.results.rows("ranking"))


def test_what_earns_nothing_is_not_among_what_counts(tmp_path: Path) -> None:
    """Two weighed indicators and one of weight 0, whether it has a value or not."""
    held = ("a,A,2025,90", "a,B,2025,80", "a,N,2025,70", "b,A,2025,50", "b,B,2025,60")
    made = loaded(tmp_path, rules(SUM, {"table": TABLE}), said(*held))
    for unit in "ab":
        assert "2/2 个指标计入，另有 1 个不计分" in passport(made, unit, None, "zh").detail
        assert "2 of 2 indicators, and 1 not scored" in passport(made, unit, None, "en").detail


def test_a_gap_of_a_unit_without_a_total_is_what_is_left_to_its_own_full_mark(
    tmp_path: Path,
) -> None:
    """B is missing and stops the total, or is unranked: A's mark of 60 is never stretched to 100 for it."""
    for place, missing in enumerate(("block", "unranked", "renormalise")):
        (tmp_path / str(place)).mkdir()
        tree = {"children": ["A", "B", "N"], "missing": missing, "reason": "r"}
        made = loaded(tmp_path / str(place), rules(tree, {"table": TABLE}), said("a,A,2025,90", "b,A,2025,50", "b,B,2025,60"))  # fmt: skip
        lost = heat_map(made, "zh").mark("a", "A").lost
        assert lost == (10 if missing == "renormalise" else 6) * 10**9


@pytest.mark.parametrize("weight", ["0.001", "20"])
def test_one_that_counts_still_stops_it(tmp_path: Path, weight: str) -> None:
    table = {"A": 60, "B": 40, "N": weight}
    made = loaded(tmp_path, rules(SUM, {"table": table}), said("a,A,2025,90", "a,B,2025,80", "b,A,2025,50", "b,B,2025,60", "b,N,2025,30"))  # fmt: skip
    assert {unit: status for unit, (status, _) in totals(made).items()} == {"a": "missing", "b": "value"}  # fmt: skip
