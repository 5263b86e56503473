"""What a value is held against is as whole as the value must be: a gap in the year before raises nobody's score."""

import json
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tests.generate import PERIOD
from tests.test_part_years import lines
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.left_out import left_out
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.plan import Plan, compile_plan
from zhengheng.scoring.plan_rows import AS_KNOWN

ENGINES = [DuckEngine(threads=1), OracleEngine()]
SPRING = date(2024, 6, 30)
NOW = [one.end for one in PERIOD.split("quarter")]
BEFORE = [one.end for one in PERIOD.previous_year().split("quarter")]
RATIO = {"kind": "ratio", "target": 20}
INDICATORS: tuple[dict[str, Any], ...] = (
    {"code": "V", "frequency": "quarter"},
    {"code": "N", "frequency": "quarter"},
    {"code": "Z", "frequency": "quarter", "absent": "zero", "absent_reason": "counted"},
    {"code": "RISE", "year_on_year": {"of": "V"}, "method": RATIO},
    {"code": "MORE", "year_on_year": {"of": "V", "as": "difference"}, "method": RATIO},
    {"code": "RATE", "parts": {"numerator": {"V": 1}, "denominator": {"N": 1}, "scale": 100}, "method": {"kind": "ratio"}, "reference": {"to": "previous"}},
    {"code": "SUM", "frequency": "quarter", "method": {"kind": "ratio"}, "reference": {"to": "previous"}},
    {"code": "MEAN", "frequency": "quarter", "combine": "mean", "method": {"kind": "ratio"}, "reference": {"to": "previous"}},
    {"code": "ZERO", "year_on_year": {"of": "Z", "as": "difference"}, "method": RATIO},
)  # fmt: skip
SCORED = [one["code"] for one in INDICATORS if "method" in one]
OBSERVED = ["V", "N", "Z", "SUM", "MEAN"]


def book() -> Rulebook:
    return Rulebook.model_validate_json(json.dumps({
        "code": "before", "title": "before", "effective_from": "2025-01-01", "missing": "floor", "missing_reason": "r",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": SCORED},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(SCORED, 10)}],
        "indicators": [{"name": one["code"], **one} for one in INDICATORS],
    }))  # fmt: skip


def facts(spring: int | None, *, late: bool = False) -> Facts:
    """110 a quarter against 100, of N the same in both years; `spring` is the status of the second quarter before, None no row.

    `late`: the unit and all of its rows begin with that year's second half.
    """
    rows: list[dict[str, Any]] = []
    for code in OBSERVED:
        for day in (*BEFORE, *NOW):
            status = spring if day == SPRING else 1
            if status is None or (late and day <= SPRING):
                continue
            value = 100 if code == "N" or day in BEFORE else 110
            rows.append({"unit": "u", "indicator": code, "period": day, "value": value * 100 if status == 1 else None,
                         "status": status, "file": 0, "row": len(rows) + 1})  # fmt: skip
    unit = Unit(code="u", name=book().title, category="c", group="g", valid_from=date(2024, 7, 1) if late else None)  # fmt: skip
    return Facts(empty() | {"observation": pa.Table.from_pylist(rows, schema("observation"))}, [unit])  # fmt: skip


def scores(made: Run) -> dict[str, tuple[int, str]]:
    """Status and points of each indicator."""
    return {
        row["indicator"]: (row["status"], "" if row["points"] is None else f"{row['points'] / 10**9:.2f}")
        for row in made.results.rows("indicator_score")
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_a_whole_year_before_is_what_a_value_is_held_against(engine: Engine) -> None:
    made = make_run(book(), facts(1), PERIOD, engine)
    assert scores(made) == {"RISE": (1, "5.00"), "MORE": (1, "10.00"), "RATE": (1, "10.00"), "SUM": (1, "10.00"), "MEAN": (1, "10.00"), "ZERO": (1, "10.00")}  # fmt: skip
    assert left_out(made) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("gap", [None, 3, 4])
def test_a_gap_in_the_year_before_leaves_nothing_to_be_held_against(
    gap: int | None, engine: Engine
) -> None:
    """Not there, reported as missing, withheld: 440 against 300 would be a growth of 46.67 % that nobody had."""
    made = make_run(book(), facts(gap), PERIOD, engine)
    found = scores(made)
    counted = found.pop("ZERO")
    assert found == dict.fromkeys(set(SCORED) - {"ZERO"}, (3, ""))
    # Of what is counted a period without a row is one without a case; one that is reported as a gap is a gap.
    assert counted == ((1, "10.00") if gap is None else (3, ""))
    kept_out = {(one.unit, one.code, one.reason) for one in left_out(made) if one.table == "observation"}  # fmt: skip
    assert kept_out == {("u", code, "gap") for code in OBSERVED if code != "Z" or gap is not None}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_quarter_that_did_not_apply_is_no_gap(engine: Engine) -> None:
    found = scores(make_run(book(), facts(2), PERIOD, engine))
    assert found["RISE"] == (1, "10.00"), "440 over 300, as the rows say"
    assert found["MEAN"] == (1, "10.00")


@pytest.mark.parametrize("engine", ENGINES)
def test_a_unit_that_began_within_the_year_before_has_no_year_to_be_held_against(
    engine: Engine,
) -> None:
    found = scores(make_run(book(), facts(1, late=True), PERIOD, engine))
    assert {code: found[code] for code in SCORED if code != "ZERO"} == dict.fromkeys(set(SCORED) - {"ZERO"}, (3, ""))  # fmt: skip


def test_the_passport_names_the_period_that_is_not_there() -> None:
    made = make_run(book(), facts(None), PERIOD, ENGINES[0])
    assert any("没有 V V 2024-Q2 的数" in line for line in lines(made, "u", "RISE"))
    assert any("没有 V V 2024-Q2、N N 2024-Q2 的数" in line for line in lines(made, "u", "RATE"))
    for code in ("SUM", "MEAN"):
        assert any("缺数据：没有 2024-Q2 的数" in line for line in lines(made, "u", code))
        assert not any("?" in line for line in lines(made, "u", code))


def test_a_plan_that_was_kept_before_asks_for_no_whole_year() -> None:
    """What was held against a year with gaps keeps its numbers."""
    kept: Plan = compile_plan(book(), "", facts(1).units, PERIOD, PERIOD.end, AS_KNOWN)
    assert kept.tables["setting"][0]["whole_before"] is None
    for engine in ENGINES:
        results = engine.run(kept, facts(None))
        assert {r["indicator"]: r["status"] for r in results.rows("indicator_score")} == dict.fromkeys(SCORED, 1)  # fmt: skip
        (rise,) = (r for r in results.rows("indicator_score") if r["indicator"] == "RISE")
        assert rise["value"] == 4667
