"""What heirs take over and parents add up counts once, and every figure that goes into a value is asked for."""

import json
from collections.abc import Iterable
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from tests.generate import PERIOD
from tests.test_part_years import lines
from zhengheng.domain.periods import Period, parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.left_out import left_out
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook

ENGINES = [DuckEngine(threads=1), OracleEngine()]
QUARTERS = [one.end for year in ("2023", "2024", "2025") for one in parse_period(year).split("quarter")]  # fmt: skip
BEFORE, NOW = QUARTERS[4:8], QUARTERS[8:]
RATIO = {"kind": "ratio", "target": 20}
RISE = ({"code": "V", "frequency": "quarter"}, {"code": "RISE", "year_on_year": {"of": "V"}, "method": RATIO})  # fmt: skip
SUM = {"code": "S", "frequency": "quarter", "method": {"kind": "ratio", "target": 800}}
Figure = tuple[str, str, date, int]


def unit(code: str, first: str | None = None, last: str | None = None) -> dict[str, Any]:
    return {"code": code, "name": code, "category": "c", "group": "g", "valid_from": first, "valid_to": last}  # fmt: skip


def event(day: str, kind: str, old: str, *heirs: str) -> dict[str, Any]:
    shares = [{"unit": heir, "share": "1" if len(heirs) == 1 else "0.5"} for heir in heirs]
    return {"date": day, "kind": kind, "unit": old, "heirs": shares, "data": "inherit", "targets": "inherit"}  # fmt: skip


def below(code: str, *children: str) -> dict[str, Any]:
    return {"indicator": code, "parent": "p", "mode": "inherit", "roll_up": True, "children": dict.fromkeys(children, 0)}  # fmt: skip


def book(indicators: Iterable[dict[str, Any]], **parts: Any) -> Rulebook:
    scored = [one["code"] for one in indicators if "method" in one]
    return Rulebook.model_validate_json(json.dumps({
        "code": "over", "title": "over", "effective_from": "2025-01-01", "missing": "floor", "missing_reason": "r", "part_year": "scored",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": scored},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(scored, 10)}],
        "indicators": [{"name": one["code"], **one} for one in indicators],
    } | parts))  # fmt: skip


def facts(rows: Iterable[Figure]) -> Facts:
    held = [
        {"unit": one, "indicator": code, "period": day, "value": value * 100, "status": 1, "file": 0, "row": row}
        for row, (one, code, day, value) in enumerate(rows, 1)
    ]  # fmt: skip
    return Facts(empty() | {"observation": pa.Table.from_pylist(held, schema("observation"))}, [])


def scores(made: Run, unit: str) -> dict[str, tuple[int, str]]:
    return {
        row["indicator"]: (row["status"], "" if row["points"] is None else f"{row['points'] / 10**9:.2f}")
        for row in made.results.rows("indicator_score") if row["unit"] == unit
    }  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("listed", [("c1", "c2"), ("c2",)])
@pytest.mark.parametrize(
    ("kind", "day", "first"),
    [
        ("merger", "2025-07-01", None), ("merger", "2024-07-01", None), ("rename", "2025-07-01", None), ("rename", "2025-07-01", "2025-07-01"),
        ("rename", "2024-07-01", "2024-07-01"), ("split", "2025-07-01", "2025-07-01"),
    ],
)  # fmt: skip
def test_a_parent_has_each_figure_once_whatever_became_of_its_children(
    kind: str, day: str, first: str | None, listed: tuple[str, ...], engine: Engine
) -> None:
    """The city had 200 a quarter all along, and a tenth more in 2025: by c1 and c2, then by c2 alone; whether the list has both
    of them, or only whom they are now."""
    heirs = ("c2", "c3") if kind == "split" else ("c2",)
    children = (*listed, "c3") if kind == "split" else listed
    units = [unit("p"), unit("c1"), *(unit(heir, first) for heir in heirs)]
    made_of = book([*RISE, SUM], units=units, succession=[event(day, kind, "c1", *heirs)], cascade=[below(code, *children) for code in "VS"])  # fmt: skip
    rows: list[Figure] = []
    for code in "VS":
        for end in (*BEFORE, *NOW) if code == "V" else NOW:
            whole = 220 if code == "V" and end in NOW else 200
            owners = {"merger": ("c1", "c2")}.get(kind, ("c1",)) if end < date.fromisoformat(day) else heirs  # fmt: skip
            rows += [(one, code, end, whole // len(owners)) for one in owners]
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "p") == {"RISE": (1, "5.00"), "S": (1, "10.00")}
    assert left_out(made) == []


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("lacks", [("a", 2), ("b", 0), ("b", 1), ("a", 0)])
@pytest.mark.parametrize("new", [True, False])
def test_what_one_has_is_no_cover_for_the_gap_of_another(
    new: bool, lacks: tuple[str, int], engine: Engine
) -> None:
    """b goes into a, or both into a new n: where any of them lacks a quarter, of this year or of the one before, the value is
    missing, and the passport says whose."""
    owner, quarter = lacks
    after = "n" if new else "a"
    owner = after if (owner, quarter) == ("a", 2) else owner
    units = [unit("a"), unit("b"), *([unit("n", "2025-07-01")] if new else [])]
    events = [event("2025-07-01", "merger", old, after) for old in (("a", "b") if new else ("b",))]
    made_of = book([*RISE, SUM], units=units, succession=events)
    rows: list[Figure] = []
    for code in "VS":
        for end in (*BEFORE, *NOW) if code == "V" else NOW:
            figure = 110 if code == "V" and end in NOW else 100
            merged = end >= date(2025, 7, 1)
            rows += [(after, code, end, 2 * figure)] if merged else [(one, code, end, figure) for one in "ab"]  # fmt: skip
    whole = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(whole, after) == {"RISE": (1, "5.00"), "S": (1, "10.00")}
    now = [row for row in rows if (row[0], row[2]) != (owner, NOW[quarter])]
    short = make_run(made_of, facts(now), PERIOD, engine)
    assert scores(short, after) == {"RISE": (3, ""), "S": (3, "")}
    said = f"没有 {'' if owner == after else f'{owner} {owner} '}2025-Q{quarter + 1} 的数"
    assert any(said in line for line in lines(short, after, "S")), lines(short, after, "S")
    if quarter < 2:
        then = [row for row in rows if (row[0], row[2]) != (owner, BEFORE[quarter])]
        short = make_run(made_of, facts(then), PERIOD, engine)
        assert scores(short, after) == {"RISE": (3, ""), "S": (1, "10.00")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("day", ["2024-07-01", "2025-07-01"])
def test_of_a_mean_that_nobody_takes_over_an_heir_has_no_year_before(
    day: str, engine: Engine
) -> None:
    counted = {"code": "Z", "frequency": "quarter", "combine": "mean", "absent": "zero", "absent_reason": "r"}  # fmt: skip
    made_of = book(
        [counted, {"code": "MORE", "year_on_year": {"of": "Z", "as": "difference"}, "method": RATIO}],
        units=[unit("o"), unit("a", day), unit("b", day)], succession=[event(day, "split", "o", "a", "b")],
    )  # fmt: skip
    split = date.fromisoformat(day)
    rows = [(one, "Z", end, 100) for end in (*BEFORE, *NOW) for one in (("o",) if end < split else ("a", "b"))]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "a") == {"MORE": (3, "")}
    assert any(
        f"的数自 {day} 起，没有完整的上年数可比" in line for line in lines(made, "a", "MORE")
    )


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("last", ["2024-03-31", "2024-06-30", "2024-12-31"])
def test_who_ended_between_a_quarter_and_the_same_of_the_year_before_was_there_then(
    last: str, engine: Engine
) -> None:
    made_of = book(RISE, units=[unit("p"), unit("a", None, last), unit("b")], cascade=[below("V", "a", "b")], period="quarter")  # fmt: skip
    rows = [(one, "V", end, 100) for end in BEFORE for one in "ab" if one == "b" or end <= date.fromisoformat(last)]  # fmt: skip
    made = make_run(made_of, facts([*rows, ("b", "V", NOW[0], 210)]), parse_period("2025-Q1"), engine)  # fmt: skip
    assert scores(made, "p") == {"RISE": (1, "2.50")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("lagged", "first"), [(False, "2024-07-01"), (True, "2023-07-01")])
def test_half_a_year_is_no_year_before(lagged: bool, first: str, engine: Engine) -> None:
    """One figure a year: that of the year in which a unit began is of a part of it."""
    last = {"score_previous_year": True} if lagged else {}
    yearly = {"code": "Y", "frequency": "year", "method": {"kind": "ratio"}, "reference": {"to": "previous"}, **last}  # fmt: skip
    made_of = book([yearly], units=[unit("u", first), unit("k")])
    years: list[Period] = [parse_period(year) for year in (("2023", "2024") if lagged else ("2024", "2025"))]  # fmt: skip
    rows = [(one, "Y", year.end, 400) for one in "uk" for year in years]
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "k") == {"Y": (1, "10.00")}
    assert scores(made, "u") == {"Y": (3, "")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("last", "before"), [("2024-06-30", "7.50"), ("2023-06-30", "6.67")])
def test_two_years_back_a_parent_had_the_children_of_then(
    last: str, before: str, engine: Engine
) -> None:
    """An indicator that is scored by the year before is held against the one before that: 600 against 800, 400 against 600."""
    lagged = {"code": "Q", "frequency": "quarter", "score_previous_year": True, "method": {"kind": "ratio"}, "reference": {"to": "previous"}}  # fmt: skip
    made_of = book([lagged], units=[unit("p"), unit("a", None, last), unit("b")], cascade=[below("Q", "a", "b")])  # fmt: skip
    rows = [(one, "Q", end, 100) for end in QUARTERS[:8] for one in "ab" if one == "b" or end <= date.fromisoformat(last)]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "p") == {"Q": (1, before)}
    assert left_out(made) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_an_heir_that_ends_is_held_against_the_same_part_of_what_it_took_over(
    engine: Engine,
) -> None:
    """b goes into a in July, and a ends in September: nine months of both against nine months of both."""
    made_of = book(RISE, units=[unit("a", None, "2025-09-30"), unit("b")], succession=[event("2025-07-01", "merger", "b", "a")])  # fmt: skip
    rows = [(one, "V", end, 100) for end in BEFORE for one in "ab"]
    rows += [(one, "V", end, 110) for end in NOW[:2] for one in "ab"]
    made = make_run(made_of, facts([*rows, ("a", "V", NOW[2], 220)]), PERIOD, engine)
    assert scores(made, "a") == {"RISE": (1, "5.00")}
    assert {(one.unit, one.when, one.reason) for one in left_out(made)} == {(one, "2024-12-31", "other_part") for one in "ab"}  # fmt: skip
