"""A mean takes scores of one full mark, a comparison in a group too: what is out of another is refused, with what to write."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.generate import PERIOD
from tests.test_group_rules import ENGINES, run
from zhengheng.engines.astray import astray
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts, empty
from zhengheng.scheme.folder import Source
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.check import check

CODES = ("A", "B", "C")
RELATIVE = {"weights": "relative"}
MEANS = ("arithmetic", "geometric", "harmonic")


def node(code: str, *children: Any, **more: Any) -> dict[str, Any]:
    return {"code": code, "name": code, "children": list(children), **more}


def book(tree: dict[str, Any], *tables: dict[str, Any], marks: tuple[str, ...] = ("100",), units: tuple[str, ...] = (), **more: Any) -> Rulebook:  # fmt: skip
    """Three marks from 0 to 100; categories c0, c1 with these full marks; units of them, all of one group."""
    return Rulebook.model_validate_json(json.dumps({
        "code": "scales", "title": "scales", "effective_from": "2025-01-01",
        "categories": [{"code": f"c{n}", "name": f"c{n}", "full_mark": mark} for n, mark in enumerate(marks)],
        "groups": [{"code": "g", "name": "g"}],
        "units": [{"code": f"u{n}", "name": f"u{n}", "category": one, "group": "g"} for n, one in enumerate(units)],
        "tree": tree, "weights": [{"from": f"{2025 + n}-01-01", "table": table} for n, table in enumerate(tables)],
        "indicators": [{"code": code, "name": code, "decimals": 0, "owner": "o", "method": {"kind": "direct", "scale": "100"}} for code in CODES],
    } | more))  # fmt: skip


def found(rules: Rulebook) -> list[tuple[str, str]]:
    """Codes of the faults of weights and scales, with the level."""
    told = check(rules, Source(Path("x")))
    return [(p.code, p.severity) for p in told if p.code.startswith(("node.", "weights."))]


EVEN = dict.fromkeys((*CODES, "n"), "1")
REFUSED: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    f"another full mark in an {kind} mean": (node("total", "A", node("n", "B", "C", full_mark="10", aggregate="arithmetic", **RELATIVE), aggregate=kind, **RELATIVE), EVEN)
    for kind in MEANS
} | {
    "the root's full mark alone": (node("total", "A", node("n", "B", "C", aggregate="geometric", **RELATIVE), aggregate="arithmetic", full_mark="125", **RELATIVE), EVEN),
    "a sum that only compares": (node("total", "A", node("n", "B", "C", **RELATIVE), aggregate="arithmetic", **RELATIVE), EVEN | {"B": "20", "C": "10"}),
    "a sum with marks of its own": (node("total", "A", node("n", "B", "C"), aggregate="arithmetic", **RELATIVE), EVEN | {"B": "20", "C": "10"}),
    "a product": (node("total", "A", node("n", "B", "C", aggregate="product", full_mark="1", **RELATIVE), aggregate="arithmetic", **RELATIVE), EVEN),
    "duels": (node("total", "A", node("n", "B", "C", aggregate="copeland", full_mark="10", **RELATIVE), aggregate="arithmetic", **RELATIVE), EVEN),
    "a mean in a mean in a sum": (node("total", "A", node("m", node("n", "B", "C", aggregate="arithmetic", full_mark="10", **RELATIVE), aggregate="arithmetic", **RELATIVE), **RELATIVE), EVEN | {"m": "1"}),
    "turned round and rescaled": (node("total", "A", node("n", "B", "C", aggregate="arithmetic", full_mark="10", mirror=True, rescale={"kind": "best"}, **RELATIVE), aggregate="arithmetic", **RELATIVE), EVEN),
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_a_dimension_of_another_full_mark_in_a_mean_is_refused(name: str) -> None:
    tree, table = REFUSED[name]
    assert found(book(tree, table)) == [("node.scale", "error")]


def test_every_table_of_weights_and_every_category_is_looked_at() -> None:
    """The older table makes a sum of 30, the newer one of 100; only one of two categories has the mean's full mark."""
    mean = node("total", "A", node("n", "B", "C"), aggregate="arithmetic", **RELATIVE)
    assert found(book(mean, EVEN | {"B": "20", "C": "10"}, EVEN | {"B": "60", "C": "40"})) == [("node.scale", "error")]  # fmt: skip
    fixed = node("total", "A", node("n", "B", "C", full_mark="100", aggregate="arithmetic", **RELATIVE), aggregate="arithmetic", **RELATIVE)  # fmt: skip
    told = check(book(fixed, EVEN, marks=("100", "120")), Source(Path("x")))
    (wrong,) = [p for p in told if p.code == "node.scale"]
    assert "c1" in wrong.en
    assert "leave its `full_mark` out" in wrong.en
    told = check(book(node("total", "A", node("n", "B", "C", aggregate="arithmetic", **RELATIVE), full_mark="125", aggregate="arithmetic", **RELATIVE), EVEN), Source(Path("x")))  # fmt: skip
    assert "write `full_mark: 125` there" in next(p.en for p in told if p.code == "node.scale")


SOUND: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "the full mark that was asked for": (node("total", "A", node("n", "B", "C", full_mark="125", aggregate="geometric", **RELATIVE), aggregate="arithmetic", full_mark="125", **RELATIVE), EVEN),
    "weights that add to it": (node("total", "A", node("n", "B", "C"), aggregate="arithmetic", **RELATIVE), EVEN | {"B": "60", "C": "40"}),
    "a mean in its stead": (node("total", "A", node("n", "B", "C", aggregate="arithmetic", **RELATIVE), aggregate="harmonic", **RELATIVE), EVEN | {"B": "20", "C": "10"}),
    "a sum, which rescales": (node("total", "A", node("n", "B", "C", full_mark="10", aggregate="arithmetic", **RELATIVE)), {"A": "60", "n": "40", "B": "1", "C": "1"}),
    "a product, which takes shares": (node("total", "A", node("n", "B", "C", full_mark="10", aggregate="arithmetic", **RELATIVE), aggregate="product"), EVEN),
    "a product of a sum": (node("total", "A", node("n", "B", "C"), aggregate="product"), EVEN | {"B": "20", "C": "10"}),
    "what weighs nothing": (node("total", "A", node("n", "B", "C", full_mark="10", aggregate="arithmetic", **RELATIVE), aggregate="arithmetic", **RELATIVE), EVEN | {"n": "0"}),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
@pytest.mark.parametrize("name", SOUND)
def test_full_marks_everywhere_are_the_full_mark(name: str, engine: Engine) -> None:
    tree, table = SOUND[name]
    rules = book(tree, table, marks=("100",)).model_copy(update={"units": ()})
    assert found(rules) == []
    rules = rules.model_copy(update={"categories": tuple(one.model_copy(update={"code": "c"}) for one in rules.categories)})  # fmt: skip
    (total,) = run(rules, {"u": ("100", "100", "100")}, engine).results.rows("total_score")
    assert total["printed"] == int(tree.get("full_mark", "100")) * 10**9


def test_a_mean_without_a_weight_brings_its_full_mark_into_a_sum() -> None:
    """90 and a mean out of 100 are 190: the weights in the mean, 5 and 5, are none of the sum's."""
    mean = node("n", "B", "C", aggregate="arithmetic", **RELATIVE)
    table = {"A": "90", "B": "5", "C": "5"}
    assert found(book(node("total", "A", mean), table)) == [("weights.total", "error")]
    assert found(book(node("total", "A", mean | {"full_mark": "10"}), table)) == []


COMPARED: dict[str, dict[str, Any]] = {
    "a fill": node("total", "A", node("n", "B", "C", fill={"reason": "r"})),
    "a rescaled dimension": node("total", "A", node("n", "B", "C", rescale={"kind": "mean"})),
    "duels": node("total", "A", node("m", node("n", "B", "C"), aggregate="copeland")),
}  # fmt: skip
UNLIKE = {"A": {"c0": "60", "c1": "70"}, "B": {"c0": "20", "c1": "20"}, "C": {"c0": "20", "c1": "10"}, "m": {"c0": "40", "c1": "30"}, "n": {"c0": "40", "c1": "30"}}  # fmt: skip


@pytest.mark.parametrize("name", COMPARED)
def test_scores_of_unlike_full_marks_are_not_compared_in_a_group(name: str) -> None:
    tree, two = COMPARED[name], ("100", "100")
    unlike = {key: UNLIKE[key] for key in UNLIKE if key != "m" or name == "duels"}
    assert ("node.marks", "error") in found(book(tree, unlike, marks=two, units=("c0", "c1")))
    assert ("node.marks", "warning") in found(book(tree, unlike, marks=two))
    assert found(book(tree, unlike, marks=two, units=("c0", "c0"))) == []
    assert found(book(tree, {key: one["c0"] for key, one in unlike.items()}, marks=two)) == []


@pytest.mark.parametrize(("marks", "groups", "told"), [("100 90", "gg", ["g"]), ("100 100", "gg", []), ("100 90", "gh", [])])  # fmt: skip
def test_places_of_totals_on_two_scales_are_said(marks: str, groups: str, told: list[str]) -> None:
    """Nothing is rescaled: 85 out of 90 stands behind 86 out of 100, so the run says that the group holds both."""
    table = {"A": dict(zip(("c0", "c1"), marks.split(), strict=True))}
    rules = book(node("total", "A"), table, marks=tuple(marks.split()))
    units = [
        Unit(code=f"u{n}", name=rules.title, category=f"c{n}", group=group)
        for n, group in enumerate(groups)
    ]
    made = make_run(rules, Facts(empty(), units), PERIOD, OracleEngine())
    assert [one.en.split("'")[1] for one in astray(made) if one.code == "group.scales"] == told
