"""Rules over the comparison group, worked by hand: coverage below its limit, and every way to rescale a dimension."""

import json
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.generate import PERIOD
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.outputs import score_rows
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.standins import stand_ins
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit

ENGINES = [DuckEngine(threads=1), OracleEngine()]
CODES = ("A", "B", "C", "D")
Values = dict[str, tuple[str, ...]]
"""Unit → its value of each indicator; nothing where none was reported."""


def book(*codes: str, first: dict[str, Any] | None = None, **node: Any) -> Rulebook:
    """Marks from 0 to 100; their mean, in the dimension `part`, is the whole composite. `first` is another first indicator."""
    shared = {"aggregate": "arithmetic", "weights": "relative", "full_mark": "100", "digits": 2, "carry": "exact"}  # fmt: skip
    part = {"code": "part", "name": "part", **shared, "missing": "renormalise", "reason": "as published", "children": list(codes), **node}  # fmt: skip
    return Rulebook.model_validate_json(json.dumps({
        "code": "group", "title": "group", "effective_from": "2025-01-01",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", **shared, "missing": "unranked", "children": [part]},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys((*codes, "part"), "1")}],
        "indicators": [
            {"code": code, "name": code, "decimals": 0, "frequency": "year", "method": {"kind": "direct", "scale": "100"}} | (first or {} if code == codes[0] else {})
            for code in codes
        ],
    }))  # fmt: skip


def run(rules: Rulebook, values: Values, engine: Engine) -> Run:
    rows = [
        {"unit": unit, "indicator": one.code, "period": part.end, "value": int(value), "status": 1, "file": 0, "row": n}
        for unit, held in values.items() for n, (one, value) in enumerate(zip(rules.indicators, held, strict=True)) if value
        for part in PERIOD.split(one.frequency)
    ]  # fmt: skip
    units = [Unit(code=code, name=rules.title, category="c", group="g") for code in values]
    return make_run(
        rules,
        Facts({**empty(), "observation": pa.Table.from_pylist(rows, schema("observation"))}, units),
        PERIOD,
        engine,
    )


def of(made: Run, table: str, *columns: str) -> dict[tuple[str, str], tuple[Any, ...]]:
    """Rows of a table by unit and node: these columns."""
    return {(row["unit"], row.get("node", "")): tuple(row[name] for name in columns) for row in made.results.rows(table)}  # fmt: skip


def points(text: str) -> int:
    return int(Decimal(text).scaleb(9))


HELD: Values = {"u": ("60", "80", "", ""), "v": ("10", "20", "30", ""), "w": ("50", "50", "50", "50"), "x": ("", "", "", "")}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
@pytest.mark.parametrize("limit", [{"indicators": 3}, {"share": "0.75"}, {"share": "0.51"}])
def test_below_its_coverage_a_score_is_shown_and_not_ranked(limit: dict[str, Any], engine: Engine) -> None:  # fmt: skip
    """Two of four would be first with 70 points: shown, beside the ranking of those with three and four."""
    made = run(book(*CODES, coverage=limit), HELD, engine)
    part = of(made, "node_score", "status", "score")
    assert part["u", "part"] == ("unranked", points("70"))
    assert part["v", "part"] == ("value", points("20"))
    assert part["w", "part"] == ("value", points("50"))
    assert part["x", "part"][0] == "empty"
    assert of(made, "total_score", "status", "score")["u", ""] == ("unranked", points("70"))
    assert of(made, "ranking", "place", "members") == {("w", "total"): (1, 2), ("v", "total"): (2, 2)}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
def test_at_its_coverage_a_score_is_ranked(engine: Engine) -> None:
    for limit in ({"indicators": 2}, {"share": "0.5"}):
        made = run(book(*CODES, coverage=limit), HELD, engine)
        assert of(made, "ranking", "place")["u", "total"] == (1,), limit


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
def test_below_its_coverage_there_is_no_score_where_the_rule_says_so(engine: Engine) -> None:
    made = run(book(*CODES, coverage={"indicators": 3, "below": "missing"}), HELD, engine)
    part = of(made, "node_score", "status", "score")
    assert part["u", "part"][0] == part["x", "part"][0] == "empty"
    assert part["v", "part"] == ("value", points("20"))
    assert of(made, "total_score", "status")["u", ""] == ("unranked",)
    assert of(made, "ranking", "place") == {("w", "total"): (1,), ("v", "total"): (2,)}


FALLEN = {"floor": ("按 0.00 分计入", "30.00"), "renormalise": ("满分由同级其余各项分担", "60.00"), "block": ("总分因此没有得出", ""), "unranked": ("不排名", "")}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
@pytest.mark.parametrize("rule", FALLEN)
def test_of_a_dimension_below_its_coverage_nothing_is_said_to_count(rule: str, engine: Engine) -> None:  # fmt: skip
    """`part`, of A to C, has one of three: a word that the tables know, the reason, and counts of what entered, which is D alone."""
    rules = book("A", "B", "C", coverage={"indicators": 2, "below": "missing"})
    extra = rules.indicators[0].model_copy(update={"code": "D", "name": rules.title})
    total = rules.tree.model_copy(update={"missing": rule, "reason": "r", "children": (*rules.tree.children, "D")})  # fmt: skip
    (table,) = rules.weights
    rules = rules.model_copy(update={
        "tree": total, "missing_reason": "r", "indicators": (*rules.indicators, extra),
        "weights": (table.model_copy(update={"table": {**table.table, "D": Decimal(1)}}),),
    })  # fmt: skip
    made = run(rules, {"u": ("80", "", "", "60"), "v": ("80", "80", "80", "60")}, engine)
    rows = {(row["unit"], row["node"]): row for row in score_rows(made)}
    words, points_of_all = FALLEN[rule]
    assert (rows["u", "part"]["status"], rows["u", "part"]["used"]) == ("missing", "0")
    assert (rows["u", "total"]["used"], rows["v", "total"]["used"]) == ("1", "4")
    assert rows["u", "total"]["score"] == points_of_all
    told = passport(made, "u", None, "zh")
    assert "1/4 个指标计入" in told.detail
    part, beside = told.parts[0].parts
    assert "没有得分" in part.detail
    assert "实测 1/3 项" in part.detail
    assert words in part.detail
    assert all("因此不计入" in one.detail for one in part.parts)
    assert "不计入" not in beside.detail
    assert any(words in one for one in stand_ins(made, "u", "zh"))


# Scores 20, 40 and 90: their mean is 50, their deviation √(2600/3) over the population, √1300 over the sample.
RESCALED: list[tuple[dict[str, str], tuple[str, str, str]]] = [
    ({"kind": "mean"}, ("40", "80", "180")),
    ({"kind": "min_max"}, ("0", "28.571428571", "100")),
    ({"kind": "min_max", "at_worst": "0.01", "at_best": "1"}, ("1", "29.285714286", "100")),
    ({"kind": "z_score"}, ("-1.019049331", "-0.339683110", "1.358732441")),
    ({"kind": "z_score", "centre": "50", "scale": "10"}, ("39.809506693", "46.603168898", "63.587324410")),
    ({"kind": "z_score", "centre": "50", "scale": "10", "deviation": "sample"}, ("41.679497057", "47.226499019", "61.094003925")),
    ({"kind": "best"}, ("22.222222222", "44.444444444", "100")),
]  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
@pytest.mark.parametrize(("rule", "wanted"), RESCALED)
def test_a_dimension_is_rescaled_over_its_group(rule: dict[str, str], wanted: tuple[str, ...], engine: Engine) -> None:  # fmt: skip
    made = run(book("A", rescale=rule), {"u": ("20",), "v": ("40",), "w": ("90",)}, engine)
    found = of(made, "node_score", "score")
    assert [found[unit, "part"][0] for unit in "uvw"] == [points(one) for one in wanted]
    plain = run(book("A", rescale={**rule, "upward": "plain"}), {"u": ("20",), "v": ("40",), "w": ("90",)}, engine)  # fmt: skip
    above = of(plain, "total_score", "composite")
    assert [above[unit, ""][0] for unit in "uvw"] == [points(one) for one in ("20", "40", "90")]


@pytest.mark.parametrize("engine", ENGINES, ids=["duckdb", "oracle"])
@pytest.mark.parametrize("kind", ["min_max", "z_score"])
def test_a_group_of_equals_is_rescaled_to_nothing_or_as_the_rule_says(kind: str, engine: Engine) -> None:  # fmt: skip
    same: Values = {"u": ("40",), "v": ("40",)}
    made = run(book("A", rescale={"kind": kind}), same, engine)
    assert {of(made, "node_score", "status")[unit, "part"] for unit in "uv"} == {("empty",)}
    assert of(made, "ranking", "place") == {}
    made = run(book("A", rescale={"kind": kind, "undefined": "zero"}), same, engine)
    assert {of(made, "node_score", "status", "score")[unit, "part"] for unit in "uv"} == {("value", 0)}  # fmt: skip
