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


@pytest.mark.parametrize(("gap", "status"), [("missing", 3), ("withheld", 4), ("undefined", 7)])
def test_a_gap_beside_what_does_not_apply_does_not_raise_what_stands_for_it(gap: str, status: int) -> None:  # fmt: skip
    """Of A and B u has 0 and 50 of 100, so that C, which does not apply, is 25 of 50; by B alone it were 50. A is 100 over D, and
    nothing where D is less than nothing."""
    rate = {"parts": {"numerator": {"B": 1}, "denominator": {"D": 1}}} if gap == "undefined" else {}
    book = made(FLOOR, {"A": rate, "C": {"not_applicable": "reweight"}}, ["A", "B", "C"])
    below = book.indicator("B").model_copy(update={"code": "D", "method": None})
    book = book.model_copy(update={"withheld": "floor", "indicators": (*book.indicators, below)})
    full = {"B": 100, "C": 100, "D": 1} | ({} if rate else {"A": 100})
    held = facts({"u": {"B": 100, "C": 100, "D": -1}, "v": full, "w": full})
    rows = held.tables["observation"].to_pylist()
    rows = [row | {"value": None, "status": 2} if (row["unit"], row["indicator"]) == ("u", "C") else row for row in rows]  # fmt: skip
    if gap == "withheld":
        rows.append({**rows[0], "indicator": "A", "value": None, "status": 4, "row": 98})
    agreed = {"unit": "u", "indicator": "C", "approver": "王主任", "document": "批复", "file": 0, "row": 99}  # fmt: skip
    known = {name: pa.Table.from_pylist(some, schema(name)) for name, some in (("observation", rows), ("approval", [agreed]))}  # fmt: skip
    for engine in (DuckEngine(threads=1), OracleEngine()):
        run = make_run(book, Facts(empty() | known, held.units), PERIOD, engine)
        found = {row["indicator"]: row["status"] for row in run.results.rows("indicator_score") if row["unit"] == "u"}  # fmt: skip
        assert found == {"A": status, "B": 1, "C": 2}, engine.name
        assert totals(run.results) == {"u": 75 * 10**9, "v": 150 * 10**9, "w": 150 * 10**9}, engine.name  # fmt: skip


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
