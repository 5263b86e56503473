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
    {"code": "UP", "year_on_year": {"of": "RATE"}, "method": RATIO},
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
    assert scores(made) == {"RISE": (1, "5.00"), "MORE": (1, "10.00"), "RATE": (1, "10.00"), "UP": (1, "5.00"), "SUM": (1, "10.00"), "MEAN": (1, "10.00"), "ZERO": (1, "10.00")}  # fmt: skip
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
@pytest.mark.parametrize("approved", [True, False])
def test_a_quarter_that_did_not_apply_is_no_gap_once_that_is_approved(
    approved: bool, engine: Engine
) -> None:
    held = facts(2)
    made = make_run(book(), agreed(held) if approved else held, PERIOD, engine)
    found = scores(made)
    if approved:
        assert found["RISE"] == found["MEAN"] == (1, "10.00"), "440 over 300, as the rows say"
        assert left_out(made) == []
    else:
        assert found == dict.fromkeys(SCORED, (3, ""))


def agreed(held: Facts) -> Facts:
    rows = [{"unit": "u", "indicator": code, "approver": "王主任", "document": "批复", "file": 0, "row": 100 + n} for n, code in enumerate(OBSERVED)]  # fmt: skip
    return Facts(held.tables | {"approval": pa.Table.from_pylist(rows, schema("approval"))}, held.units)  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("approved", [True, False])
def test_a_quarter_of_this_year_that_does_not_apply_needs_its_approval_too(
    approved: bool, engine: Engine
) -> None:
    """Who leaves out his worst quarter on his own word has a gap, not a mean of the other three."""
    held = facts(1)
    rows = held.tables["observation"].to_pylist()
    for row in rows:
        if row["period"] == NOW[1]:
            row["status"], row["value"] = 2, None
    held = Facts(held.tables | {"observation": pa.Table.from_pylist(rows, schema("observation"))}, held.units)  # fmt: skip
    made = make_run(book(), agreed(held) if approved else held, PERIOD, engine)
    assert {row["status"] for row in made.results.rows("indicator_score")} == {1 if approved else 3}
    assert [one for one in left_out(made) if one.table == "approval"] == []


@pytest.mark.parametrize("engine", ENGINES)
def test_a_unit_that_began_within_the_year_before_has_no_year_to_be_held_against(
    engine: Engine,
) -> None:
    """Nor is what is counted a nothing for the time when there was nobody to count it of."""
    assert scores(make_run(book(), facts(1, late=True), PERIOD, engine)) == dict.fromkeys(SCORED, (3, ""))  # fmt: skip


def parents(**children: tuple[date | None, date | None]) -> Rulebook:
    """`p` has what its children have; each of these with its first and last day."""
    units = [{"code": code, "name": code, "category": "c", "group": "g",
              "valid_from": first and first.isoformat(), "valid_to": last and last.isoformat()} for code, (first, last) in children.items()]  # fmt: skip
    cascade = {"indicator": "V", "parent": "p", "mode": "inherit", "roll_up": True, "children": dict.fromkeys(children, 0)}  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(json.loads(book().model_dump_json(by_alias=True)) | {
        "units": [{"code": "p", "name": "p", "category": "c", "group": "g"}, *units], "cascade": [cascade],
    }))  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("times", "rise"),
    [
        ({"a": (None, None), "b": (None, None)}, "10.00"),
        ({"a": (date(2025, 1, 1), None), "b": (None, None)}, "120.00"),
        ({"a": (None, date(2024, 12, 31)), "b": (None, None)}, "-45.00"),
        ({"a": (None, date(2024, 9, 30)), "b": (None, None)}, "-37.14"),
        ({"a": (date(2024, 7, 1), None), "b": (None, None)}, "46.67"),
    ],
)
def test_a_parent_is_held_against_what_its_children_of_then_had(
    times: dict[str, tuple[date | None, date | None]], rise: str, engine: Engine
) -> None:
    rules = parents(**times)
    rows = [
        {"unit": unit, "indicator": "V", "period": day, "value": (100 if day in BEFORE else 110) * 100, "status": 1, "file": 0, "row": n}
        for unit, (first, last) in times.items() for n, day in enumerate((*BEFORE, *NOW))
        if (first is None or day >= first) and (last is None or day <= last)
    ]  # fmt: skip
    held = Facts(empty() | {"observation": pa.Table.from_pylist([one | {"row": n} for n, one in enumerate(rows, 1)], schema("observation"))}, [])  # fmt: skip
    made = make_run(rules, held, PERIOD, engine)
    (row,) = (r for r in made.results.rows("indicator_score") if (r["unit"], r["indicator"]) == ("p", "RISE"))  # fmt: skip
    assert (row["status"], f"{row['value'] / 100:.2f}") == (1, rise)
    alone = {unit for unit, (first, last) in times.items() if last or first}
    assert {one.unit for one in left_out(made)} <= alone, "each row of a child goes into its parent"
    assert not [one for one in left_out(made) if one.when >= "2025"]


def test_the_passport_names_the_period_that_is_not_there() -> None:
    made = make_run(book(), facts(None), PERIOD, ENGINES[0])
    assert any("没有 V V 2024-Q2 的数" in line for line in lines(made, "u", "RISE"))
    for code in ("RATE", "UP"):
        assert any("没有 V V 2024-Q2、N N 2024-Q2 的数" in line for line in lines(made, "u", code))
    for code in ("SUM", "MEAN"):
        assert any("缺数据：没有 2024-Q2 的数" in line for line in lines(made, "u", code))
        assert not any("?" in line for line in lines(made, "u", code))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("gap", "status"), [(None, 1), (date(2025, 9, 30), 3), (date(2025, 3, 31), 3), (SPRING, 3)])  # fmt: skip
def test_a_renamed_unit_owes_the_mean_of_all_that_went_over(
    gap: date | None, status: int, engine: Engine
) -> None:
    """What it took over fills no gap of its own time, this year or the year before."""
    event = {"date": "2025-07-01", "kind": "rename", "unit": "old", "heirs": [{"unit": "new", "share": 1}], "data": "inherit", "targets": "inherit"}  # fmt: skip
    units = [{"code": "old", "name": "old", "category": "c", "group": "g"},
             {"code": "new", "name": "new", "category": "c", "group": "g", "valid_from": "2025-07-01"}]  # fmt: skip
    rules = Rulebook.model_validate_json(json.dumps(json.loads(book().model_dump_json(by_alias=True)) | {"succession": [event], "units": units, "part_year": "scored"}))  # fmt: skip
    rows = [
        {"unit": "old" if day < date(2025, 7, 1) else "new", "indicator": "MEAN", "period": day, "value": 10000 if day in BEFORE else 11000,
         "status": 1, "file": 0, "row": n}
        for n, day in enumerate((*BEFORE, *NOW), 1) if day != gap
    ]  # fmt: skip
    made = make_run(rules, Facts(empty() | {"observation": pa.Table.from_pylist(rows, schema("observation"))}, []), PERIOD, engine)  # fmt: skip
    (row,) = (r for r in made.results.rows("indicator_score") if (r["unit"], r["indicator"]) == ("new", "MEAN"))  # fmt: skip
    assert row["status"] == status


@pytest.mark.parametrize("engine", ENGINES)
def test_dated_nodes_after_the_last_day_of_a_unit_are_not_its_own(engine: Engine) -> None:
    rules = Rulebook.model_validate_json(json.dumps({
        "code": "nodes", "title": "nodes", "effective_from": "2025-01-01", "part_year": "scored", "missing": "floor", "missing_reason": "r",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "units": [{"code": "u", "name": "u", "category": "c", "group": "g", "valid_to": "2025-06-30"}],
        "tree": {"code": "total", "name": "total", "children": ["M"]}, "weights": [{"from": "2025-01-01", "table": {"M": 10}}],
        "indicators": [{"code": "M", "name": "M", "method": {"kind": "milestones", "late": "0.5"}}],
    }))  # fmt: skip
    days = [(date(2025, 3, 31), date(2025, 4, 2)), (date(2025, 6, 30), date(2025, 6, 30)), (date(2025, 9, 30), date(2025, 9, 1)), (date(2025, 12, 31), None)]  # fmt: skip
    rows = [{"unit": "u", "indicator": "M", "milestone": str(n), "due_on": due, "done_on": done, "share": 250_000, "waived": False, "file": 0, "row": n}
            for n, (due, done) in enumerate(days, 1)]  # fmt: skip
    made = make_run(rules, Facts(empty() | {"milestone": pa.Table.from_pylist(rows, schema("milestone"))}, []), PERIOD, engine)  # fmt: skip
    assert scores(made) == {"M": (1, "7.50")}, "one late, one in time, of the two that fell due"
    assert {(one.table, one.when, one.reason) for one in left_out(made)} == {("milestone", "2025-09-30", "window"), ("milestone", "2025-12-31", "window")}  # fmt: skip
    assert any("(25 × 0.5 + 25) ÷ 50" in line or "÷ 50" in line for line in lines(made, "u", "M"))
