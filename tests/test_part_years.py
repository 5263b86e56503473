"""Units of a part of the year: measured over the time that their figures cover, against the same time of the year before."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.generate import PERIOD
from zhengheng.domain.periods import parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.left_out import left_out
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.standing import places_of
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.plan import compile_plan

ENGINES = [DuckEngine(threads=1), OracleEngine()]
JULY = date(2025, 7, 1)
HALF = date(2025, 6, 30)
QUARTERS = [(year, quarter) for year in (2024, 2025) for quarter in (1, 2, 3, 4)]
TIMES = {"A": (None, HALF), "B": (None, HALF), "C": (JULY, None), "K": (None, None)}
"""A and B merge into C on 1 July; K goes on all the year."""
SPLIT = {"from": "2025-07-01", "kind": "split", "method": {"kind": "ratio"}, "reason": "r", "basis": {"title": "b"}}  # fmt: skip
INDICATORS: tuple[dict[str, Any], ...] = (
    {"code": "QTY", "frequency": "quarter", "method": {"kind": "ratio"}},
    {"code": "CUT", "frequency": "quarter", "method": {"kind": "ratio"}, "changes": [SPLIT]},
    {"code": "GROW", "year_on_year": {"of": "V"}, "method": {"kind": "ratio", "target": 10}},
    {"code": "V", "frequency": "quarter"},
    {"code": "DIFF", "year_on_year": {"of": "V", "as": "difference"}, "method": {"kind": "ratio", "target": 40}},
    {"code": "MEAN", "frequency": "quarter", "combine": "mean", "method": {"kind": "ratio", "target": 100}},
    {"code": "STEP", "frequency": "quarter", "method": {"kind": "three_point", "base": 200, "target": 400, "stretch": 600}},
)  # fmt: skip


def book(**changes: Any) -> Rulebook:
    scored = [one["code"] for one in INDICATORS if "method" in one]
    event = {"date": "2025-07-01", "kind": "merger", "heirs": [{"unit": "C", "share": 1}], "data": "inherit", "targets": "inherit"}  # fmt: skip
    return Rulebook.model_validate_json(json.dumps({
        "code": "part", "title": "part", "effective_from": "2025-01-01", "missing": "floor", "part_year": "scored",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": scored},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(scored, 40)}],
        "indicators": [{"name": one["code"], **one} for one in INDICATORS],
        "succession": [{**event, "unit": "A"}, {**event, "unit": "B"}],
    } | changes))  # fmt: skip


def end(year: int, quarter: int) -> date:
    return date(year, 3 * quarter, 30 if quarter in {2, 3} else 31)


def facts() -> Facts:
    """100 a quarter of each quantity, the merged unit too; V grew by a twentieth everywhere."""
    rows, scale = [], {one.code: 10**one.decimals for one in book().indicators}
    for unit, (first, last) in TIMES.items():
        for year, quarter in QUARTERS:
            day, merged = end(year, quarter), unit == "C"
            if (first and day < first) or (last and day > last):
                continue
            held = {"V": (210 if merged else 105) if year == 2025 else 100}
            if year == 2025:
                held |= {"QTY": 100, "CUT": 100, "STEP": 100, "MEAN": 90}
            rows += [(unit, code, day, value) for code, value in held.items()]
    observed = [
        {"unit": unit, "indicator": code, "period": day, "value": value * scale[code], "status": 1, "file": 0, "row": row}
        for row, (unit, code, day, value) in enumerate(rows, 1)
    ]  # fmt: skip
    targets = [
        {"unit": unit, "indicator": code, "kind": "target", "period": PERIOD.end, "value": 500 * scale[code], "file": 0, "row": 1}
        for unit in ("A", "B", "K") for code in ("QTY", "CUT")
    ]  # fmt: skip
    tables = {"observation": observed, "target": targets}
    units = [Unit(code=unit, name=book().title, category="c", group="g", valid_from=first, valid_to=last) for unit, (first, last) in TIMES.items()]  # fmt: skip
    return Facts(empty() | {name: pa.Table.from_pylist(held, schema(name)) for name, held in tables.items()}, units)  # fmt: skip


def of(made: Run, unit: str, code: str) -> tuple[str, str, str]:
    """Value, target and points, as plain numbers."""
    scale = 10 ** made.rulebook.indicator(code).decimals
    row = next(r for r in made.results.rows("indicator_score") if (r["unit"], r["indicator"]) == (unit, code))  # fmt: skip
    assert row["status"] == 1, (unit, code, row)
    found = (Decimal(row["value"]) / scale, Decimal(row["target"] or 0) / scale, Decimal(row["points"]) / 10**9)  # fmt: skip
    value, target, score = (f"{one:.2f}" for one in found)
    return value, target, score


@pytest.mark.parametrize("engine", ENGINES)
def test_a_merged_unit_is_asked_for_the_time_that_its_figures_cover(engine: Engine) -> None:
    made = make_run(book(), facts(), PERIOD, engine)
    assert of(made, "C", "QTY") == ("600.00", "1000.00", "24.00"), "its own and what it took over"
    assert of(made, "C", "CUT") == of(made, "C", "QTY"), "the same under a split change of nothing"
    assert of(made, "K", "CUT") == of(made, "K", "QTY") == ("400.00", "500.00", "32.00")
    assert of(made, "A", "QTY") == ("200.00", "247.95", "32.26")
    assert of(made, "A", "CUT")[2] == "32.26"
    assert of(made, "C", "MEAN")[2] == "36.00", "of a mean it owes what is of its own time"


@pytest.mark.parametrize("engine", ENGINES)
def test_growth_is_of_the_same_months_and_a_rate_is_asked_for_as_it_is(engine: Engine) -> None:
    """Everybody's exports grew by 5 %, and 10 % are asked for."""
    made = make_run(book(), facts(), PERIOD, engine)
    assert {unit: of(made, unit, "GROW") for unit in TIMES} == dict.fromkeys(TIMES, ("5.00", "10.00", "20.00"))  # fmt: skip
    assert of(made, "K", "DIFF") == ("20.00", "40.00", "20.00")
    assert of(made, "A", "DIFF") == ("10.00", "19.84", "20.16"), "a quantity is cut with the time"
    assert left_out(made) == [], "what A and B are not held against went over to C"
    alone = left_out(make_run(book(succession=[]), facts(), PERIOD, engine))
    assert {(one.unit, one.when, one.reason) for one in alone} == {
        (unit, day, "other_part") for unit in ("A", "B") for day in ("2024-09-30", "2024-12-31")
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_all_levels_of_a_quantity_are_cut_alike(engine: Engine) -> None:
    """Half a year's work at the pace of the year's target earns what the year's does."""
    alone = book(succession=[])
    half = make_run(alone, facts(), PERIOD, engine)
    (value, target, score), whole = of(half, "C", "STEP"), of(half, "K", "STEP")
    assert (value, target) == ("200.00", "201.64")
    assert abs(Decimal(score) - Decimal(whole[2])) < Decimal("0.5")


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("frequency", "first", "last", "days"),
    [
        ("quarter", None, date(2025, 9, 29), 181), ("quarter", None, date(2025, 9, 30), 273), ("half", None, date(2025, 9, 29), 181),
        ("month", None, date(2025, 9, 29), 243), ("quarter", date(2025, 2, 10), date(2025, 8, 14), 141), ("quarter", date(2025, 2, 10), None, 325),
        ("quarter", date(2025, 4, 10), date(2025, 7, 14), 82),
    ],
)  # fmt: skip
def test_who_ends_within_a_quarter_is_asked_for_the_quarters_that_it_has(
    frequency: str, first: date | None, last: date | None, days: int, engine: Engine
) -> None:
    """The quarter in which it ended is nobody's to report. 365 are asked of the year, one a day; whoever did them has it all."""
    method = {"kind": "ratio", "target": 365}
    one = {"code": "QTY", "name": "QTY", "frequency": frequency, "method": method}
    cut = one | {"code": "CUT", "changes": [SPLIT | {"method": method}]}
    made = {"code": "MADE", "name": "MADE", "parts": {"numerator": {"QTY": 1}}, "method": method}
    scored = {"QTY": 50, "CUT": 50, "MADE": 20}
    alone = book(
        succession=[], indicators=[one, cut, made], weights=[{"from": "2025-01-01", "table": scored}],
        tree={"code": "total", "name": "total", "children": [*scored]},
    )  # fmt: skip
    observed = [p for p in PERIOD.split(frequency) if (first or p.end) <= p.end <= (last or p.end)]  # type: ignore[arg-type]
    rows = [
        {"unit": "E", "indicator": code, "period": p.end, "value": (p.end - max(p.start, first or p.start)).days * 100 + 100, "status": 1, "file": 0, "row": row}
        for row, (code, p) in enumerate(((code, p) for code in ("QTY", "CUT") for p in observed), 1)
    ]  # fmt: skip
    unit = Unit(code="E", name=alone.title, category="c", group="g", valid_from=first, valid_to=last)  # fmt: skip
    done = make_run(alone, Facts(empty() | {"observation": pa.Table.from_pylist(rows, schema("observation"))}, [unit]), PERIOD, engine)  # fmt: skip
    assert {code: of(done, "E", code) for code in scored} == {
        code: (f"{days}.00", f"{days}.00", f"{full}.00") for code, full in scored.items()
    }  # fmt: skip
    for code in ("QTY", "MADE"):
        assert any(f"按数据所含的 {days}/365 天折算" in line for line in lines(done, "E", code))


@pytest.mark.parametrize("rhythm", ["quarter", "year"])
def test_in_a_quarter_that_is_assessed_as_a_whole_who_ended_is_placed_by_points(
    rhythm: str,
) -> None:
    """All that it had due, it earned: of a quarter that is a part of a year its share leads, of a whole quarter its points do not."""
    method = {"kind": "ratio", "target": 100}
    every = [
        {"code": code, "name": code, "frequency": frequency, "combine": "mean", "method": method}
        for code, frequency in (("M", "month"), ("Q", "quarter"))
    ]  # fmt: skip
    quarterly = book(
        period=rhythm, succession=[], indicators=every, weights=[{"from": "2025-01-01", "table": {"M": 60, "Q": 60}}],
        tree={"code": "total", "name": "total", "children": ["M", "Q"]},
        grading={"bands": [{"code": "good", "name": "good", "at_least": 90}, {"code": "poor", "name": "poor"}]},
    )  # fmt: skip
    quarter, summer = parse_period("2025-Q3"), date(2025, 8, 31)
    units = [Unit(code=unit, name=quarterly.title, category="c", group="g", valid_to=last) for unit, last in (("A", summer), ("K", None))]  # fmt: skip
    rows = [
        {"unit": unit.code, "indicator": code, "period": one.end, "value": (100 if unit.code == "A" else 95) * 100, "status": 1, "file": 0, "row": row}
        for unit in units for code, frequency in (("M", "month"), ("Q", "quarter"))
        for row, one in enumerate(quarter.split(frequency), 1) if unit.valid_to is None or one.end <= unit.valid_to  # type: ignore[arg-type]
    ]  # fmt: skip
    facts = Facts(empty() | {"observation": pa.Table.from_pylist(rows, schema("observation"))}, units)  # fmt: skip
    made = make_run(quarterly, facts, quarter, ENGINES[0])
    whole = rhythm == "quarter"
    assert places_of(made) == ({"K": 1, "A": 2} if whole else {"A": 1, "K": 2})
    assert made.parts["A"].gradeable is whole
    assert made.parts["K"].gradeable


def test_the_days_of_an_heir_reach_back_to_whom_it_took_over() -> None:
    now = compile_plan(book(), "", facts().units, PERIOD, PERIOD.end)
    (c,) = (row for row in now.tables["part_unit"] if row["unit"] == "C")
    assert (c["days"], c["reach_from"], c["reach_days"]) == (184, PERIOD.start, PERIOD.days)


def lines(made: Run, unit: str, code: str) -> list[str]:
    """What a passport says, line by line."""
    found: list[str] = []

    def walk(one: Entry) -> None:
        found.append(f"{one.label} {one.score} {one.detail}")
        for part in one.parts:
            walk(part)

    walk(passport(made, unit, code, "zh"))
    return found


def test_the_passport_says_what_is_asked_and_from_which_rows_it_came() -> None:
    made = make_run(book(), facts(), PERIOD, ENGINES[0])
    assert any("按数据所含的 181/365 天折算" in line for line in lines(made, "A", "QTY"))
    for unit, code in (("C", "QTY"), ("K", "QTY"), ("A", "GROW"), ("A", "MEAN")):
        assert not any("天折算" in line for line in lines(made, unit, code)), (unit, code)
    handed = [line for line in lines(made, "C", "QTY") if "目标 2025-12-31" in line]
    assert [line[:6] for line in handed] == ["承继自 A ", "承继自 B "]
    assert all(line.count("500.00") == 2 for line in handed), "as it counts, and as it was there"
    assert not any("承继自" in line and "目标" in line for line in lines(made, "K", "QTY"))
