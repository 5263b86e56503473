"""No number of any step reaches 38 digits, and what is too large is refused alike by every engine."""

import json
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tests.generate import PERIOD
from tests.intervals import EXACT, measure
from zhengheng.domain.problems import EngineError, RulebookError
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import CONTRACTS
from zhengheng.scoring.pipeline import steps

FITS = 10**37
ENGINES = [DuckEngine(threads=1), OracleEngine()]


@pytest.mark.parametrize(
    ("step", "found"), list(measure()), ids=lambda held: getattr(held, "file", "sizes")
)
def test_no_number_of_a_step_has_more_than_37_digits(step: Any, found: Any) -> None:
    assert found.largest < FITS, f"{step.file}: {found.where} can be {found.largest:.1e}"


def test_a_wider_limit_would_be_noticed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(EXACT, "sign", 100)
    assert max(found.largest for _, found in measure()) >= FITS


def test_every_number_that_a_step_reads_has_a_limit() -> None:
    for contract in CONTRACTS.values():
        for column in contract.columns:
            if contract.role != "result" and column.type in {"int", "big"}:
                assert column.digits is not None, f"{contract.name}.{column.name}"


def test_steps_that_refuse_name_the_limits_of_the_contracts() -> None:
    """The numbers in their texts are those that the contracts promise."""
    limits = {"value": "1000000000000000", "spread": "1000000000000000", "score": "100000000000000"}
    refusing = [step for step in steps() if step.refuse]
    assert {step.refuse for step in refusing} == set(limits)
    for step in refusing:
        assert f">= {limits[step.refuse]}\n" in f"{step.sql}\n", step.file


def book(method: dict[str, Any], weight: str = "100") -> Rulebook:
    """One indicator, scored as `method` says."""
    return Rulebook.model_validate_json(json.dumps({
        "code": "large", "title": "large", "effective_from": "2025-01-01", "missing": "unranked",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": ["A"]},
        "weights": [{"from": "2025-01-01", "table": {"A": weight}}],
        "indicators": [{"code": "A", "name": "A", "decimals": 2, "method": method}],
    }))  # fmt: skip


def outcome(engine: Engine, rules: Rulebook, values: list[int], *, whole: bool = False) -> Any:
    """The printed totals of units that report these values for every indicator, or what the refusal names; `whole`: all of it."""
    rows = [
        {"unit": f"u{number}", "indicator": one.code, "period": PERIOD.end, "value": value, "status": 1, "file": 0, "row": number}
        for one in rules.indicators for number, value in enumerate(values)
    ]  # fmt: skip
    units = [
        Unit.model_validate({"code": f"u{number}", "name": "u", "category": "c", "group": "g"})
        for number in range(len(values))
    ]
    facts = Facts(
        {**empty(), "observation": pa.Table.from_pylist(rows, schema("observation"))}, units
    )
    try:
        results = make_run(rules, facts, PERIOD, engine).results
    except EngineError as error:
        if whole:
            return [problem.zh for problem in error.problems]
        return [(problem.where, problem.code) for problem in error.problems]
    return {row["unit"]: row["printed"] for row in results.rows("total_score")}


RULES = {
    "ratio": {"kind": "ratio", "target": 100}, "growth": {"kind": "growth", "base": "0", "target": "0.01", "cap": "999"},
    "rank": {"kind": "rank"}, "z_score": {"kind": "z_score", "centre": 60, "scale": 10}, "mads": {"kind": "mads", "scale": 10},
    "plus_minus": {"kind": "plus_minus", "target": "0.01", "per": "percent", "slope": "999", "cap": "999"},
}  # fmt: skip
LIMIT = 10**15


@pytest.mark.parametrize("method", RULES)
@settings(max_examples=25, deadline=None, derandomize=True)
@given(values=st.lists(st.integers(-LIMIT - 1, LIMIT + 1) | st.sampled_from([LIMIT, LIMIT - 1, -LIMIT, 1 - LIMIT]), min_size=2, max_size=5))  # fmt: skip
def test_large_values_give_the_same_bits_or_the_same_refusal(
    method: str, values: list[int]
) -> None:
    fast, plain = (outcome(engine, book(RULES[method]), values) for engine in ENGINES)
    assert fast == plain
    if any(abs(value) >= LIMIT for value in values):
        assert fast[0][1] == "engine.beyond"


def test_a_refusal_names_the_first_unit_and_its_indicator() -> None:
    for engine in ENGINES:
        found = outcome(engine, book(RULES["ratio"]), [1, LIMIT - 1, -LIMIT, LIMIT])
        assert found == [("u2 A", "engine.beyond")]
        assert outcome(engine, book(RULES["z_score"]), [0, LIMIT // 2]) == [
            ("g A", "engine.beyond")
        ]
        steep = outcome(engine, book(RULES["growth"], "9999"), [LIMIT - 1, 0])
        assert steep == [("u0 A", "engine.beyond")], "999 times 9,999 points"


def test_a_refusal_names_the_same_number_with_its_sign() -> None:
    """What an indicator earns below nothing, and a dimension that is turned round and carried as it is printed."""
    content = json.loads(book(RULES["growth"], "90").model_dump_json(by_alias=True, exclude_defaults=True))  # fmt: skip
    (one,) = content["indicators"]
    one["method"]["target"] = "0.07"
    content["indicators"] = [one, {**one, "code": "B"}]
    content["tree"] |= {"children": ["A", "B"], "mirror": True, "digits": 1, "carry": "rounded"}
    content["weights"][0]["table"]["B"] = "90"
    turned = Rulebook.model_validate_json(json.dumps(content))
    for engine in ENGINES:
        below = outcome(engine, book(RULES["mads"]), [3, 1 - LIMIT, 5], whole=True)
        assert below == ["单位“u1”的 A 为 -5000000000000010：得分过大，请检查方法的系数和上限。"]
        above = outcome(engine, turned, [6000], whole=True)
        assert above == ["单位“u0”的 total 为 154285.72：得分过大，请检查方法的系数和上限。"]


@pytest.mark.parametrize(
    ("weight", "code"),
    [("10000", "number.limit"), ("0.0001", "number.full"), ("-10000", "number.limit")],
)
def test_a_rulebooks_numbers_have_limits_too(weight: str, code: str) -> None:
    with pytest.raises(RulebookError) as refused:
        outcome(ENGINES[0], book(RULES["ratio"], weight), [1])
    problems = refused.value.problems
    assert {problem.code for problem in problems} == {code}
    assert len({problem.where for problem in problems}) == len(problems), (
        "each number once, all at once"
    )


def test_a_score_that_only_its_rounding_carries_to_the_limit_is_refused_by_what_is_printed() -> (
    None
):
    """840 and 1 points for 119 times the target and a third of it: 99,999.67, which is printed as 100,000."""
    content = json.loads(book(RULES["ratio"], "840").model_dump_json(by_alias=True, exclude_defaults=True))  # fmt: skip
    method = {"kind": "growth", "base": "0", "cap": "999"}
    one = content["indicators"][0] | {"method": method | {"target": "0.01"}}
    content["indicators"] = [one, one | {"code": "B", "method": method | {"target": "0.03"}}]
    content["tree"] |= {"children": ["A", "B"], "digits": 0, "carry": "exact"}
    content["weights"][0]["table"]["B"] = "1"
    rounding = Rulebook.model_validate_json(json.dumps(content))
    fine = Rulebook.model_validate_json(json.dumps(content | {"tree": content["tree"] | {"digits": 2}}))  # fmt: skip
    for engine in ENGINES:
        said = outcome(engine, rounding, [119], whole=True)
        assert said == ["单位“u0”的 total 为 100000：得分过大，请检查方法的系数和上限。"]
        assert outcome(engine, fine, [119]) == {"u0": 99_999_670_000_000}
        assert outcome(engine, rounding, [118]) == {"u0": 99_159 * 10**9}


def test_a_score_beyond_the_limit_is_named_as_it_is_and_not_as_it_is_printed() -> None:
    """203 and 2 points for 491 times the target and a third of it: 100,000.33, carried exactly and printed as 100,000."""
    content = json.loads(book(RULES["ratio"], "203").model_dump_json(by_alias=True, exclude_defaults=True))  # fmt: skip
    method = {"kind": "growth", "base": "0", "cap": "999"}
    one = content["indicators"][0] | {"method": method | {"target": "0.01"}}
    content["indicators"] = [one, one | {"code": "B", "method": method | {"target": "0.03"}}]
    content["tree"] |= {"children": ["A", "B"], "digits": 0, "carry": "exact"}
    content["weights"][0]["table"]["B"] = "2"
    rules = Rulebook.model_validate_json(json.dumps(content))
    for engine in ENGINES:
        said = outcome(engine, rules, [491], whole=True)
        assert said == ["单位“u0”的 total 为 100000.33：得分过大，请检查方法的系数和上限。"]
