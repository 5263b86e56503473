"""Where a formula has no result: named, never a number that turns round what is better."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from tests.generate import PERIOD
from tests.test_split_years import book, of, run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.outputs import is_provisional
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import KEPT
from zhengheng.engines.run import Run
from zhengheng.engines.undefined import undefined_values
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import status_name

BEFORE = PERIOD.previous_year()
PROFIT = {"code": "P", "decimals": 0, "combine": "last"}
GROWTH = {"code": "G", "year_on_year": {"of": "P", "as": "percent"}}
YEARS = {"a": (-10, -5), "b": (-5, 10), "c": (0, 0), "d": (0, 10), "e": (100, 200), "f": (100, 90), "g": (None, 5), "h": (10, -5)}  # fmt: skip
"""Unit → last year's value and this year's."""


def growth(**more: Any) -> Rulebook:
    return book(PROFIT, GROWTH | {"method": {"kind": "min_max"}} | more)


def held(rules: Rulebook, engine: Any, code: str = "P") -> Run:
    series = {
        (unit, code): {one.end: str(value) for one, value in zip((BEFORE, PERIOD), years, strict=True) if value is not None}
        for unit, years in YEARS.items()
    }  # fmt: skip
    return run(rules, series, engine)


def names(made: Run, code: str = "G") -> dict[str, str]:
    rule = next(r for r in made.plan.tables["rule"] if r["indicator"] == code)
    return {unit: status_name(of(made, code, unit), rule) for unit in YEARS}


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
@pytest.mark.parametrize("missing", ["floor", "unranked", "block", "renormalise"])
def test_there_is_no_rate_of_growth_over_nothing_or_less(engine: Any, missing: str) -> None:
    made = held(growth(missing=missing), engine)
    assert names(made) == {
        "a": "undefined", "b": "undefined", "c": "undefined", "d": "undefined",
        "e": "value", "f": "value", "g": "missing", "h": "value",
    }  # fmt: skip
    assert (of(made, "G", "e")["value"], of(made, "G", "f")["value"], of(made, "G", "h")["value"]) == (10000, -1000, -15000)  # fmt: skip
    assert [of(made, "G", unit)["value"] for unit in "abcd"] == [None] * 4
    said = undefined_values(made)
    assert said
    assert "G（4 个单位）" in said.zh
    assert "上年数为 0 或负数" in said.zh
    assert "year before" in said.en
    assert "上年数为 0 或负数" in passport(made, "a", "G", "zh").detail


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
def test_the_rulebook_may_say_what_growth_over_nothing_earns(engine: Any) -> None:
    made = held(growth(method={"kind": "min_max", "undefined": "half"}), engine)
    assert {unit: of(made, "G", unit)["printed"] for unit in "abcd"} == dict.fromkeys("abcd", 25 * 10**9)  # fmt: skip
    assert of(made, "G", "g")["printed"] is None


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
@pytest.mark.parametrize(
    ("carry", "cut", "points"),
    [("rounded", False, 13), ("exact", False, "12.5"), ("rounded", True, 13), ("exact", True, "12.5")],
)  # fmt: skip
def test_what_stands_instead_of_a_result_is_rounded_like_any_points(
    engine: Any, carry: str, cut: bool, points: Any
) -> None:
    """Half of 25 points without decimals prints as 13, whether or not a change cuts some year."""
    method = {"kind": "z_score", "centre": "5", "scale": "3", "undefined": "half"}
    other: dict[str, Any] = {"code": "K", "method": {"kind": "direct", "scale": "100"}}
    if cut:
        other["changes"] = [
            {"from": "2025-07-01", "kind": "split", "by": "months", "reason": "r",
             "basis": {"title": "b"}, "method": {"kind": "direct", "scale": "50"}}
        ]  # fmt: skip
        other["frequency"] = "half"
    alone = {"code": "Z", "method": method, "digits": 0, "carry": carry, "missing": "renormalise"}
    made = run(book(alone, other, weight="25"), {("a", "Z"): {PERIOD.end: "3"}}, engine)
    row = of(made, "Z", "a")
    assert (row["printed"], row["points"]) == (13 * 10**9, int(Decimal(points) * 10**9))


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
def test_what_is_made_of_such_a_rate_has_no_result_either(engine: Any) -> None:
    whole = {"code": "W", "parts": {"numerator": {"G": 1}}, "method": {"kind": "min_max"}}
    made = held(book(PROFIT, GROWTH, whole), engine)
    assert set(names(made, "W").values()) == {"undefined", "value", "missing"}
    assert [unit for unit, name in names(made, "W").items() if name == "undefined"] == list("abcd")


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
def test_a_difference_over_nothing_or_less_is_a_number(engine: Any) -> None:
    made = held(growth(year_on_year={"of": "P", "as": "difference"}), engine)
    assert [of(made, "G", unit)["value"] for unit in "abcd"] == [500, 1500, 0, 1000]


def test_the_engines_agree_where_there_is_no_rate() -> None:
    rules = book(
        PROFIT, GROWTH | {"method": {"kind": "rank"}, "fill": {"by": "mean", "over": "group", "minimum": 1, "counted": True, "reason": "r"}},
        {"code": "H", "year_on_year": {"of": "P"}, "method": {"kind": "growth", "base": 0, "target": 100}},
    )  # fmt: skip
    fast, plain = held(rules, DuckEngine(threads=1)).results, held(rules, OracleEngine()).results
    for table in KEPT:
        assert fast.rows(table) == plain.rows(table), table


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
@pytest.mark.parametrize("terms", [{"CAPITAL": 1}, {"ASSETS": 1, "DEBTS": -1}])
def test_there_is_no_rate_over_a_denominator_below_nothing(terms: dict[str, int], engine: Any) -> None:  # fmt: skip
    """Of a capital of -10 a profit of 5 would be -50 %, and a loss of 5 would be 50 %: the worse would earn more."""
    inputs = [{"code": code, "decimals": 0, "combine": "last"} for code in ("PROFIT", "CAPITAL", "ASSETS", "DEBTS")]  # fmt: skip
    rate = {"code": "R", "parts": {"numerator": {"PROFIT": 1}, "denominator": terms, "scale": 100}}
    growth = {"code": "S", "year_on_year": {"of": "R"}}
    rules = book(*inputs, rate | {"method": {"kind": "min_max"}}, growth | {"method": {"kind": "min_max"}})  # fmt: skip
    years = {"gain": (5, -10), "loss": (-5, -10), "none": (5, 0), "sound": (5, 20), "weak": (1, 20)}
    series = {}
    for unit, (profit, capital) in years.items():
        numbers = {"PROFIT": profit, "CAPITAL": capital, "ASSETS": 100 + capital, "DEBTS": 100}
        for code, value in numbers.items():
            series[unit, code] = {BEFORE.end: str(value), PERIOD.end: str(value)}
    made = run(rules, series, engine)
    rule = {r["indicator"]: r for r in made.plan.tables["rule"]}
    assert {unit: status_name(of(made, "R", unit), rule["R"]) for unit in years} == {
        "gain": "undefined", "loss": "undefined", "none": "not_applicable", "sound": "value", "weak": "value",
    }  # fmt: skip
    assert [of(made, "R", unit)["value"] for unit in years] == [None, None, None, 2500, 500]
    assert {of(made, "S", unit)["value"] for unit in ("gain", "loss", "none")} == {None}
    said = undefined_values(made)
    assert said
    assert "R（2 个单位）" in said.zh
    assert "分母合计为负数" in said.zh


DOWN = {"code": "D", "decimals": 0, "direction": "down", "combine": "last"}
METHODS = {
    "inverse": {"kind": "ratio"}, "mirror": {"kind": "ratio", "reverse": "mirror"},
    "plus_minus": {"kind": "plus_minus"}, "least": {"kind": "plus_minus", "least": "0.1"},
}  # fmt: skip


@pytest.mark.parametrize(
    "engine", [DuckEngine(threads=1), OracleEngine()], ids=["duckdb", "oracle"]
)
@pytest.mark.parametrize("name", METHODS)
def test_nothing_meets_a_target_of_nothing_where_lower_is_better(name: str, engine: Any) -> None:
    rules = book(DOWN | {"method": METHODS[name]})
    targets = [
        {"unit": unit, "indicator": "D", "kind": "target", "period": PERIOD.end, "value": 0, "file": 0, "row": n}
        for n, unit in enumerate(("none", "some"))
    ]  # fmt: skip
    series = {(unit, "D"): {PERIOD.end: value} for unit, value in (("none", "0"), ("some", "3"))}
    made = run(rules, series, engine, target=targets)
    marks = {unit: of(made, "D", unit)["printed"] for unit in ("none", "some")}
    assert marks == {"none": 50 * 10**9, "some": 5 * 10**9 if name == "least" else 0}
    assert undefined_values(made) is None
    shown = passport(made, "none", "D", "zh").parts[0].label
    assert "/ 0" not in shown
    assert "50 × 1" in shown


def test_a_target_below_nothing_is_named_among_the_causes() -> None:
    made = run(book({"code": "A", "decimals": 0, "combine": "last", "method": {"kind": "ratio"}}),
               {("u", "A"): {PERIOD.end: "5"}}, OracleEngine(),
               target=[{"unit": "u", "indicator": "A", "kind": "target", "period": PERIOD.end, "value": -3, "file": 0, "row": 1}])  # fmt: skip
    said = undefined_values(made)
    assert said
    assert "目标值为 0 或负数" in said.zh


@pytest.mark.parametrize(
    ("effective", "known", "provisional"),
    [("2025-12-31", None, False), ("2026-01-01", None, True), ("2025-01-01", "2026-02-01", True), ("2026-01-01", "2025-12-01", True)],
)  # fmt: skip
def test_rules_that_are_not_in_force_on_the_day_are_provisional(
    effective: str, known: str | None, provisional: bool
) -> None:
    days = {"effective_from": date.fromisoformat(effective), "known_from": date.fromisoformat(known) if known else None, "status": "published"}  # fmt: skip
    made = held(growth().model_copy(update=days), OracleEngine())
    assert is_provisional(made) is provisional
