"""Rules by which a gap raises a score: each needs its declaration, and the properties of gaps are shown without them.

`strict` of test_properties.py takes these rules out of a drawn rulebook, and no others; here each of them pays.
"""

import json
from typing import Any

import pyarrow as pa
import pytest

from tests.generate import PERIOD
from tests.test_properties import strict, totals
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit

Values = dict[str, dict[str, int]]
ALIKE: Values = {"u": {"A": 90, "B": 10}, "v": {"A": 50, "B": 90}, "w": {"A": 50, "B": 90}}
FLOOR = {"missing": "floor"}
CASES: dict[str, tuple[dict[str, Any], dict[str, dict[str, Any]], Values]] = {
    "renormalise": ({"missing": "renormalise", "reason": "r"}, {}, ALIKE),
    "renormalise of an indicator": (FLOOR, {"B": {"missing": "renormalise"}}, ALIKE),
    "fill of an indicator": (FLOOR, {"B": {"fill": {"by": "mean", "over": "group", "minimum": 1, "reason": "r"}}}, ALIKE),
    "fill of a dimension": (
        {"children": ["A", {"code": "N", "name": "N", "aggregate": "sum", "missing": "renormalise", "children": ["B"],
                            "fill": {"by": "mean", "over": "group", "minimum": 1, "reason": "r"}, "reason": "r"}]}, {}, ALIKE,
    ),
    "mirror": (FLOOR | {"mirror": True}, {}, ALIKE),
    "absent zero": (
        FLOOR, {"B": {"direction": "down", "absent": "zero", "absent_reason": "r", "method": {"kind": "threshold", "target": "5"}}}, ALIKE,
    ),
    # Half of 100 of A over half of B and C: with C at nothing, over a quarter.
    "quotient": (
        FLOOR | {"aggregate": "quotient", "children": ["A", {"code": "N", "name": "N", "aggregate": "sum", "children": ["B", "C"]}]},
        {}, {"u": {"A": 50, "C": 50, "B": 50}},
    ),
    # u is the last of all on B whether it reports or not; without its value v is, and v was the best of all.
    "rescale": (
        FLOOR | {"rescale": {"kind": "best"}}, {"B": {"method": {"kind": "min_max"}}},
        {"u": {"A": 60, "B": 0}, "v": {"A": 100, "B": 50}, "w": {"A": 0, "B": 100}},
    ),
}  # fmt: skip


def made(tree: dict[str, Any], more: dict[str, dict[str, Any]], codes: list[str]) -> Rulebook:
    return Rulebook.model_validate_json(json.dumps({
        "code": "gaps", "title": "gaps", "effective_from": "2025-01-01", "missing_reason": "r",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "aggregate": "sum", "children": codes} | tree,
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(codes, 50)}],
        "indicators": [{"code": c, "name": c, "method": {"kind": "ratio", "target": 100}} | more.get(c, {}) for c in codes],
    }))  # fmt: skip


def facts(values: Values) -> Facts:
    rows = [
        {"unit": unit, "indicator": code, "period": PERIOD.end, "value": value * 100, "status": 1, "file": 0, "row": n}
        for unit, held in values.items() for n, (code, value) in enumerate(held.items())
    ]  # fmt: skip
    units = [Unit.model_validate({"code": u, "name": u, "category": "c", "group": "g"}) for u in values]  # fmt: skip
    return Facts(
        {**empty(), "observation": pa.Table.from_pylist(rows, schema("observation"))}, units
    )


@pytest.mark.parametrize("name", CASES)
def test_a_rule_that_pays_for_a_gap_is_one_that_the_properties_leave_out(name: str) -> None:
    tree, more, values = CASES[name]
    book = made(tree, more, sorted(values["u"]))
    fewer = values | {"u": {code: value for code, value in values["u"].items() if code != "B"}}
    for engine in (DuckEngine(threads=1), OracleEngine()):
        before, after = (totals(make_run(book, facts(held), PERIOD, engine).results)["u"] for held in (values, fewer))  # fmt: skip
        assert before is not None
        assert after is not None
        assert after > before, engine.name
    left = strict(book)
    before, after = (totals(make_run(left, facts(held), PERIOD, OracleEngine()).results)["u"] for held in (values, fewer))  # fmt: skip
    assert before is None or after is None or after <= before


def test_who_is_not_ranked_is_nobodys_rival() -> None:
    """Declared by `copeland` with `block`: duels are counted among the ranked, so a stronger rival's gap helps."""
    book = made(
        {"aggregate": "copeland", "missing": "block", "weights": "relative"}, {}, ["A", "B", "C"]
    )
    values = {"u": {"A": 90, "B": 90, "C": 90}, "v": {"A": 50, "B": 50, "C": 50}, "w": {"A": 10, "B": 10, "C": 10}}  # fmt: skip
    fewer = values | {"u": {"A": 90, "B": 90}}
    for engine in (DuckEngine(threads=1), OracleEngine()):
        before, after = (totals(make_run(book, facts(held), PERIOD, engine).results) for held in (values, fewer))  # fmt: skip
        assert after["u"] is None, engine.name
        assert (before["v"], after["v"]) == (50 * 10**9, 100 * 10**9), engine.name
