"""What heirs take over and parents add up counts once, and every figure that goes into a value is asked for."""

import json
from collections.abc import Iterable, Iterator
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest

from tests.generate import PERIOD
from tests.test_part_years import lines
from zhengheng.domain.periods import Period, parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.left_out import left_out
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
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
Figure = tuple[str, str, date, int | None]


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


def facts(rows: Iterable[Figure], *agreed: tuple[str, str]) -> Facts:
    """A figure of None is one of a period that did not apply; `agreed` are the approvals, by unit and indicator."""
    held = [
        {"unit": one, "indicator": code, "period": day, "value": None if value is None else value * 100, "status": 2 if value is None else 1, "file": 0, "row": row}
        for row, (one, code, day, value) in enumerate(rows, 1)
    ]  # fmt: skip
    approved = [{"unit": one, "indicator": code, "approver": "王主任", "document": "批复", "file": 0, "row": 500 + n} for n, (one, code) in enumerate(agreed)]  # fmt: skip
    tables = {"observation": held, "approval": approved}
    return Facts(empty() | {name: pa.Table.from_pylist(rows, schema(name)) for name, rows in tables.items()}, [])  # fmt: skip


def signed(targets: dict[str, int], decimals: int = 2) -> pa.Table:
    """Targets of S of the whole year, by unit."""
    return pa.Table.from_pylist(
        [{"unit": one, "indicator": "S", "kind": "target", "period": NOW[3], "value": value * 10**decimals, "file": 0, "row": 900 + n} for n, (one, value) in enumerate(targets.items())],
        schema("target"),
    )  # fmt: skip


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
    first = "2024-Q1" if day == "2024-07-01" else "2024-Q3"
    assert any(
        f"{first} 本单位（连同所承继的单位）还不在名单上，没有完整的上年数可比" in line
        for line in lines(made, "a", "MORE")
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


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("targets", ["inherit", "anew"])
def test_an_heir_takes_over_what_was_handed_down_to_those_before_it(
    targets: str, engine: Engine
) -> None:
    """A tenth of 6,000 each went to a and b; n, into which both go, is asked for both, and not for the whole city's."""
    handed = {"indicator": "S", "parent": "p", "mode": "shares", "children": {"a": 10, "b": 10, "k": 80}}  # fmt: skip
    events = [event("2025-07-01", "merger", old, "n") | {"targets": targets} for old in "ab"]
    quantity = {"code": "S", "frequency": "quarter", "method": {"kind": "ratio", "target": 6000}}
    made_of = book([quantity], units=[unit("p"), unit("a"), unit("b"), unit("k"), unit("n", "2025-07-01")], succession=events, cascade=[handed])  # fmt: skip
    rows = [(one, "S", end, 150) for end in NOW[:2] for one in "ab"] + [("n", "S", end, 300) for end in NOW[2:]]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, engine)
    asked = {row["unit"]: row["target"] / 100 for row in made.results.rows("indicator_score") if row["unit"] in {"a", "n"}}  # fmt: skip
    assert asked == {"a": 297.53, "n": 1200 if targets == "inherit" else 6000}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_heir_of_the_whole_year_is_joined_as_everybody_is(engine: Engine) -> None:
    """Parts of a year by months: who took over all of it has six and six of twelve, and the same points for the same figures."""
    cut = {**SUM, "changes": [{"from": "2025-07-01", "kind": "split", "by": "months", "method": {"kind": "ratio", "target": 900}, "reason": "r", "basis": {"title": "b"}}]}  # fmt: skip
    made_of = book([cut], units=[unit("a"), unit("k"), unit("n", "2025-07-01")], succession=[event("2025-07-01", "merger", "a", "n") | {"targets": "anew"}])  # fmt: skip
    rows = [("k" if other else "a" if end < date(2025, 7, 1) else "n", "S", end, 170) for other in (True, False) for end in NOW]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "n") == scores(made, "k")
    assert scores(made, "n")["S"][0] == 1


APPLIES_NOT = (("a", "V", BEFORE[1]), ("a", "S", NOW[1]))
"""A quarter of each year that did not apply to a."""


def without(rows: Iterable[Figure], *none: tuple[str, str, date]) -> list[Figure]:
    return [(*row[:3], None if row[:3] in none else row[3]) for row in rows]


@pytest.mark.parametrize("engine", ENGINES)
def test_what_does_not_apply_is_asked_of_whose_figure_it_is(engine: Engine) -> None:
    """Its approval holds for a parent and an heir; without it the gap is theirs too, and no part of the others raises them."""
    parent = book([*RISE, SUM], units=[unit("p"), unit("a"), unit("b")], cascade=[below(code, "a", "b") for code in "VS"])  # fmt: skip
    rows = without([(one, code, end, 100) for code in "VS" for end in ((*BEFORE, *NOW) if code == "V" else NOW) for one in "ab"], *APPLIES_NOT)  # fmt: skip
    agreed = [("a", "V"), ("a", "S")]
    assert scores(make_run(parent, facts(rows), PERIOD, engine), "p") == {"RISE": (3, ""), "S": (3, "")}  # fmt: skip
    made = make_run(parent, facts(rows, *agreed), PERIOD, engine)
    assert scores(made, "p") == {"RISE": (1, "7.15"), "S": (1, "8.75")}, (
        "800 over 700 is 14.29 %; 700 of 800"
    )
    assert left_out(made) == []
    both = without(rows, *(("b", code, day) for _, code, day in APPLIES_NOT))
    every = make_run(parent, facts(both, *agreed, ("b", "V"), ("b", "S")), PERIOD, engine)
    assert scores(every, "p")["S"] == (1, "7.50"), (
        "what applies to none of them applies to none above"
    )
    heir = book([*RISE, SUM], units=[unit("a"), unit("n", "2025-10-01")], succession=[event("2025-10-01", "rename", "a", "n")])  # fmt: skip
    own = without([("a" if end < date(2025, 10, 1) else "n", code, end, 200) for code in "VS" for end in ((*BEFORE, *NOW) if code == "V" else NOW)], *APPLIES_NOT)  # fmt: skip
    assert scores(make_run(heir, facts(own), PERIOD, engine), "n") == {"RISE": (3, ""), "S": (3, "")}  # fmt: skip
    made = make_run(heir, facts(own, *agreed), PERIOD, engine)
    assert scores(made, "n")["S"] == (1, "7.50")
    assert left_out(made) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_where_a_period_without_a_row_is_nothing_one_that_does_not_apply_is_no_zero(
    engine: Engine,
) -> None:
    zero = {"frequency": "quarter", "combine": "mean", "absent": "zero", "absent_reason": "r"}
    indicators = (
        {"code": "M", **zero, "method": {"kind": "ratio", "target": 100}}, {"code": "N", "direction": "down", **zero, "method": {"kind": "ratio", "target": 8}},
        {"code": "V", **zero}, {"code": "RISE", "year_on_year": {"of": "V"}, "method": RATIO},
    )  # fmt: skip
    rows: list[Figure] = [("a", "M", end, 100) for end in NOW] + [("a", "V", end, 100) for end in (*BEFORE, *NOW)]  # fmt: skip
    rows = without(rows, ("a", "M", NOW[1]), ("a", "V", BEFORE[1])) + [("a", "N", end, None) for end in NOW]  # fmt: skip
    agreed = [("a", code) for code in "MNV"]
    made = make_run(book(indicators, units=[unit("a")]), facts(rows, *agreed), PERIOD, engine)
    found = scores(made, "a")
    assert (found["M"], found["RISE"]) == ((1, "10.00"), (1, "0.00")), "a mean of three quarters"
    assert found["N"][0] == 2, "what never applied is no nothing that earns the full mark"
    assert not any("批准" in line for line in lines(made, "a", "M")), "it is not in vain"
    plain = make_run(book(indicators, units=[unit("a")]), facts(rows), PERIOD, engine)
    assert {status for status, _ in scores(plain, "a").values()} == {3}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_parent_lacks_nothing_that_no_child_lacks(engine: Engine) -> None:
    """A quarter without a case where no row means none; a child that is exempt and sends nothing."""
    zero = {**SUM, "absent": "zero", "absent_reason": "r"}
    units = [unit("p"), unit("a"), unit("b")]
    rows = [(one, "S", end, 100) for end in NOW for one in "ab" if (one, end) != ("b", NOW[2])]
    made = make_run(book([zero], units=units, cascade=[below("S", "a", "b")]), facts(rows), PERIOD, engine)  # fmt: skip
    assert (scores(made, "b"), scores(made, "p")) == ({"S": (1, "3.75")}, {"S": (1, "8.75")})
    freed = [units[0], unit("a") | {"exempt": ["S"]}, units[2]]
    alone = [("b", "S", end, 100) for end in NOW]
    made = make_run(book([SUM], units=freed, cascade=[below("S", "a", "b")]), facts(alone), PERIOD, engine)  # fmt: skip
    assert scores(made, "p") == {"S": (1, "5.00")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", [None, "2010-01-01", "2024-03-01"])
def test_of_a_unit_divided_among_others_each_keeps_what_was_its_own(
    first: str | None, engine: Engine
) -> None:
    """Its tasks went to a and b, which were there before: whether the list says since when or not."""
    made_of = book([SUM], units=[unit("o"), unit("a", first), unit("b", first)], succession=[event("2025-07-01", "split", "o", "a", "b")])  # fmt: skip
    rows = [(one, "S", end, 100) for end in NOW[:2] for one in "oab"] + [(one, "S", end, 150) for end in NOW[2:] for one in "ab"]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "a") == {"S": (1, "7.50")}, "200 of its own, 100 of the other's, 300 since"
    assert left_out(made) == []


@pytest.mark.parametrize("engine", ENGINES)
def test_nothing_goes_over_before_its_day(engine: Engine) -> None:
    made_of = book([SUM], units=[unit("o"), unit("a")], succession=[event("2026-07-01", "merger", "o", "a")])  # fmt: skip
    made = make_run(made_of, facts((one, "S", end, 100) for one in "oa" for end in NOW), PERIOD, engine)  # fmt: skip
    assert scores(made, "a") == scores(made, "o") == {"S": (1, "5.00")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("kind", ["rename", "split"])
@pytest.mark.parametrize("first", [None, "2024-07-01"])
def test_what_two_handed_on_one_after_the_other_reaches_the_last(
    first: str | None, kind: str, engine: Engine
) -> None:
    """o became n in July 2024, and n became m a year later: m has the figures of both."""
    made_of = book(RISE, units=[unit("o"), unit("n", first), unit("m", "2025-07-01")],
                   succession=[event("2024-07-01", kind, "o", "n"), event("2025-07-01", kind, "n", "m")])  # fmt: skip
    who = dict(zip((*BEFORE, *NOW), "oonnnnmm", strict=True))
    made = make_run(made_of, facts((who[end], "V", end, 100 if end in BEFORE else 110) for end in who), PERIOD, engine)  # fmt: skip
    assert scores(made, "m") == {"RISE": (1, "5.00")}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_parent_that_goes_over_with_its_children_owes_nothing_of_its_own(engine: Engine) -> None:
    """p1 and its child x go under p, which lists all the children now."""
    units = [unit("p"), unit("p1"), unit("x"), unit("y")]
    cascade = [below("S", "x", "y"), {**below("S", "x"), "parent": "p1"}]
    made_of = book([SUM], units=units, succession=[event("2025-07-01", "merger", "p1", "p")], cascade=cascade)  # fmt: skip
    made = make_run(made_of, facts((one, "S", end, 100) for one in "xy" for end in NOW), PERIOD, engine)  # fmt: skip
    assert scores(made, "p") == {"S": (1, "10.00")}
    assert scores(made, "p1") == {"S": (1, "5.04")}, "half of the year: 200 of 396.71"


@pytest.mark.parametrize("engine", ENGINES)
def test_an_approval_of_the_heir_holds_for_what_it_took_over_in_its_parent_too(
    engine: Engine,
) -> None:
    made_of = book([SUM], units=[unit("p"), unit("o"), unit("n", "2025-07-01")], cascade=[below("S", "n")],
                   succession=[event("2025-07-01", "rename", "o", "n")])  # fmt: skip
    rows = without([("o" if end < date(2025, 7, 1) else "n", "S", end, 100) for end in NOW], ("o", "S", NOW[0]))  # fmt: skip
    made = make_run(made_of, facts(rows, ("n", "S")), PERIOD, engine)
    assert scores(made, "p")["S"][0] == scores(made, "n")["S"][0] == 1


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("agreed", "found"), [([("q", "S")], (1, "3.75")), ([], (3, ""))])
def test_an_approval_of_a_parent_holds_for_what_its_heir_has_of_its_children(
    agreed: list[tuple[str, str]], found: tuple[int, str], engine: Engine
) -> None:
    """q adds up x alone, and goes into p: three quarters of 100 of 800, where q agreed that the first does not apply to x."""
    cascade = [below("S", "x"), {**below("S", "x"), "parent": "q"}]
    made_of = book([SUM], units=[unit("p"), unit("q", None, "2025-06-30"), unit("x")], cascade=cascade,
                   succession=[event("2025-07-01", "merger", "q", "p")])  # fmt: skip
    rows = without([("x", "S", end, 100) for end in NOW], ("x", "S", NOW[0]))
    made = make_run(made_of, facts(rows, *agreed), PERIOD, engine)
    assert scores(made, "p") == {"S": found}


@pytest.mark.parametrize("engine", ENGINES)
def test_targets_handed_down_go_on_from_heir_to_heir(engine: Engine) -> None:
    handed = {"indicator": "S", "parent": "p", "mode": "shares", "children": {"a": 10, "k": 90}}
    quantity = {"code": "S", "frequency": "quarter", "method": {"kind": "ratio", "target": 4000}}
    made_of = book([quantity], units=[unit("p"), unit("k"), unit("a"), unit("b", "2025-04-01"), unit("c", "2025-07-01")], cascade=[handed],
                   succession=[event("2025-04-01", "rename", "a", "b"), event("2025-07-01", "rename", "b", "c")])  # fmt: skip
    who = dict(zip(NOW, "abcc", strict=True))
    made = make_run(made_of, facts((who[end], "S", end, 100) for end in NOW), PERIOD, engine)
    (asked,) = (row["target"] for row in made.results.rows("indicator_score") if row["unit"] == "c")
    assert asked == 40000, "its figures cover the whole year, with those of both"


def targets_in(entry: Entry) -> Iterator[str]:
    """What a passport says of targets, with those they were taken over from."""
    if entry.kind == "target":
        yield entry.label
    for part in entry.parts:
        yield from targets_in(part)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("filed", "asked"), [({"a": 300}, 300), ({"a": 300, "b": 200}, 200), ({"a": 300, "c": 100}, 100), ({"b": 200}, 200)])  # fmt: skip
def test_a_signed_target_goes_on_from_heir_to_heir_that_have_none_of_their_own(filed: dict[str, int], asked: int, engine: Engine) -> None:  # fmt: skip
    made_of = book([SUM], units=[unit("a"), unit("b", "2025-04-01"), unit("c", "2025-07-01")],
                   succession=[event("2025-04-01", "rename", "a", "b"), event("2025-07-01", "rename", "b", "c")])  # fmt: skip
    held = facts((one, "S", end, 100) for one, end in zip("abcc", NOW, strict=True))
    held.tables["target"] = signed(filed)
    made = make_run(made_of, held, PERIOD, engine)
    (found,) = (row["target"] for row in made.results.rows("indicator_score") if row["unit"] == "c")
    assert found == asked * 100
    used = next(one for one in "cba" if one in filed)
    assert [one.unit for one in left_out(made) if one.table == "target"] == []
    named = {
        one
        for one in "ab"
        for line in targets_in(passport(made, "c", "S", "zh"))
        if f"承继自 {one} " in line
    }
    assert named == {"c": set(), "b": {"b"}, "a": {"a", "b"}}[used]


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("filed", "asked"), [({}, 800), ({"b": 100}, 800), ({"b": 100, "h": 300}, 300)]
)
def test_who_began_as_an_heir_in_a_year_before_keeps_its_own_target(filed: dict[str, int], asked: int, engine: Engine) -> None:  # fmt: skip
    """h is what a became in 2024: it was there in 2025, when b went into it, and is asked what it was asked before."""
    made_of = book([SUM], units=[unit("a", None, "2024-06-30"), unit("h", "2024-07-01"), unit("b", None, "2025-06-30")],
                   succession=[event("2024-07-01", "rename", "a", "h"), event("2025-07-01", "merger", "b", "h")])  # fmt: skip
    held = facts([*(("h", "S", end, 100) for end in NOW), *(("b", "S", end, 100) for end in NOW[:2])])  # fmt: skip
    held.tables["target"] = signed(filed)
    made = make_run(made_of, held, PERIOD, engine)
    (row,) = (row for row in made.results.rows("indicator_score") if row["unit"] == "h")
    assert (row["value"], row["target"]) == (60000, asked * 100)


@pytest.mark.parametrize("engine", ENGINES)
def test_who_was_given_a_part_in_a_year_before_takes_none_of_this_years_target(
    engine: Engine,
) -> None:
    """a gave 40 % to s in 2024 and went on: the 1,000 that a signed for 2025 are its own, and s has what the rulebook asks."""
    away = event("2024-07-01", "split", "a", "a", "s")
    away["heirs"] = [{"unit": "a", "share": "0.6"}, {"unit": "s", "share": "0.4"}]
    made_of = book([SUM], units=[unit("a"), unit("s", "2024-07-01")], succession=[away])
    held = facts((one, "S", end, 100) for end in NOW for one in "as")
    held.tables["target"] = signed({"a": 1000})
    made = make_run(made_of, held, PERIOD, engine)
    asked = {row["unit"]: row["target"] for row in made.results.rows("indicator_score")}
    assert asked == {"a": 100000, "s": 80000}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("signed_by", ["a", ""])
def test_what_a_cascade_gives_an_heir_itself_is_its_own(signed_by: str, engine: Engine) -> None:
    """n is handed 700 by name, a 300, and 100 were signed with a: n keeps its 700, and goes on with them to q."""
    handed = {"indicator": "S", "parent": "p", "mode": "own", "children": {"n": 700, "a": 300}}
    made_of = book([SUM], units=[unit("p"), unit("a", None, "2025-03-31"), unit("n", "2025-04-01"), unit("q", "2025-07-01")], cascade=[handed],
                   succession=[event("2025-04-01", "rename", "a", "n"), event("2025-07-01", "rename", "n", "q")])  # fmt: skip
    held = facts((one, "S", end, 100) for one, end in zip("anqq", NOW, strict=True))
    held.tables["target"] = signed({signed_by: 100} if signed_by else {})
    made = make_run(made_of, held, PERIOD, engine)
    asked = {row["unit"]: row["target"] for row in made.results.rows("indicator_score")}
    assert (asked["n"], asked["q"]) == (34712, 70000), "181 of 365 days, and all of it"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cascaded", [False, True])
def test_of_who_was_not_there_in_the_period_no_target_goes_over(cascaded: bool, engine: Engine) -> None:  # fmt: skip
    """a ended with 2024: what n is asked of 2025 is the same whether 100 were signed with a or handed to it."""
    handed = {"indicator": "S", "parent": "p", "mode": "own", "children": {"a": 100}}
    made_of = book([SUM], units=[unit("p"), unit("a", None, "2024-12-31"), unit("n", "2025-01-01")], cascade=[handed] if cascaded else [],
                   succession=[event("2025-01-01", "rename", "a", "n")])  # fmt: skip
    held = facts(("n", "S", end, 100) for end in NOW)
    held.tables["target"] = signed({} if cascaded else {"a": 100})
    made = make_run(made_of, held, PERIOD, engine)
    (asked,) = (row["target"] for row in made.results.rows("indicator_score") if row["unit"] == "n")
    assert asked == 80000


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("cascaded", [False, True])
def test_who_began_as_an_heir_and_gives_a_part_away_is_no_heir_of_itself(cascaded: bool, engine: Engine) -> None:  # fmt: skip
    """a became m in April; in July m gave 40 % to s and went on. m is asked what a was, and s 40 % of it."""
    away = event("2025-07-01", "split", "m", "m", "s")
    away["heirs"] = [{"unit": "m", "share": "0.6"}, {"unit": "s", "share": "0.4"}]
    below = {"indicator": "S", "parent": "p", "mode": "own", "children": {"a": 1000}}
    made_of = book([SUM], units=[unit("p"), unit("a", None, "2025-03-31"), unit("m", "2025-04-01"), unit("s", "2025-07-01")],
                   succession=[event("2025-04-01", "rename", "a", "m"), away], cascade=[below] if cascaded else [])  # fmt: skip
    held = facts((one, "S", end, 100) for one, end in zip("amms", NOW, strict=True))
    held.tables["target"] = signed({} if cascaded else {"a": 1000})
    made = make_run(made_of, held, PERIOD, engine)
    asked = {row["unit"]: row["target"] for row in made.results.rows("indicator_score") if row["unit"] in "ms"}  # fmt: skip
    assert asked == {"m": 100000, "s": 40000}
    for one in "ms":
        said = list(targets_in(passport(made, one, "S", "zh")))
        assert any("承继自" in line for line in said) is not cascaded, "a passport names sheets"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("one", "other", "asked"), [("3", "3", 3), ("3", "2", 3), ("1", "1", 1)])
def test_shares_of_signed_targets_are_added_and_then_rounded(one: str, other: str, asked: int, engine: Engine) -> None:  # fmt: skip
    """Half of 3 and half of 3 are 3; rounded one by one they would be 4. Handed down by a cascade they are the same."""
    whole = SUM | {"decimals": 0}
    handed = {"indicator": "S", "parent": "p", "mode": "own", "children": {"a": one, "b": other}}
    events = [event("2025-07-01", "split", old, "n", "m") for old in "ab"]
    units = [
        unit("p"),
        *(unit(old, None, "2025-06-30") for old in "ab"),
        *(unit(heir, "2025-07-01") for heir in "nm"),
    ]
    held = facts([])
    held.tables["target"] = signed({"a": int(one), "b": int(other)}, decimals=0)
    by_sheet = make_run(book([whole], units=units, succession=events), held, PERIOD, engine)
    by_cascade = make_run(
        book([whole], units=units, succession=events, cascade=[handed]), facts([]), PERIOD, engine
    )
    for made in (by_sheet, by_cascade):
        assert {row["target"] for row in made.results.rows("indicator_score") if row["unit"] in "nm"} == {asked}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_an_heir_hands_down_what_it_took_over(engine: Engine) -> None:
    """A tenth of 4,000 went to a, from it to n, and of that a quarter to x; not a quarter of what everybody is asked."""
    handed = [{"indicator": "S", "parent": "n", "mode": "shares", "children": {"x": 25, "y": 75}},
              {"indicator": "S", "parent": "p", "mode": "shares", "children": {"a": 10, "k": 90}}]  # fmt: skip
    quantity = {"code": "S", "frequency": "quarter", "method": {"kind": "ratio", "target": 4000}}
    made_of = book([quantity], units=[unit("p"), unit("k"), unit("a"), unit("n"), unit("x")], cascade=handed, succession=[event("2025-07-01", "rename", "a", "n")])  # fmt: skip
    made = make_run(made_of, facts(("x", "S", end, 25) for end in NOW), PERIOD, engine)
    (asked,) = (row["target"] for row in made.results.rows("indicator_score") if row["unit"] == "x")
    assert asked == 10000


@pytest.mark.parametrize("engine", ENGINES)
def test_below_an_heir_that_was_asked_in_unlike_ways_nothing_is_asked(engine: Engine) -> None:
    handed = [{"indicator": "S", "parent": "n", "mode": "inherit", "children": {"x": 0}},
              {"indicator": "S", "parent": "p", "mode": "own", "children": {"a": 300}}]  # fmt: skip
    events = [event("2025-07-01", "merger", old, "n") for old in "ab"]
    made_of = book([SUM], units=[unit("p"), unit("a"), unit("b"), unit("n", "2025-07-01"), unit("x")], succession=events, cascade=handed)  # fmt: skip
    made = make_run(made_of, facts(("x", "S", end, 25) for end in NOW), PERIOD, engine)
    (asked,) = (row["target"] for row in made.results.rows("indicator_score") if row["unit"] == "x")
    assert asked is None


@pytest.mark.parametrize("engine", ENGINES)
def test_who_was_exempt_owes_an_heir_nothing(engine: Engine) -> None:
    freed = unit("a") | {"exempt": ["S"]}
    made_of = book([SUM], units=[freed, unit("n")], succession=[event("2025-07-01", "merger", "a", "n")])  # fmt: skip
    made = make_run(made_of, facts(("n", "S", end, 100) for end in NOW), PERIOD, engine)
    assert scores(made, "n") == {"S": (1, "5.00")}


@pytest.mark.parametrize("engine", ENGINES)
def test_an_heir_of_units_that_were_asked_in_unlike_ways_has_no_target_until_one_is_filed(
    engine: Engine,
) -> None:
    """300 of the 3,000 above went to a; b has what the rulebook asks of everybody: no number says what both are asked."""
    handed = {"indicator": "S", "parent": "p", "mode": "own", "children": {"a": 300}}
    events = [event("2025-07-01", "merger", old, "n") for old in "ab"]
    made_of = book([SUM], units=[unit("p"), unit("a"), unit("b"), unit("n", "2025-07-01")], succession=events, cascade=[handed])  # fmt: skip
    rows = [(one, "S", end, 100) for end in NOW[:2] for one in "ab"] + [("n", "S", end, 200) for end in NOW[2:]]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, engine)
    (asked,) = (row["target"] for row in made.results.rows("indicator_score") if row["unit"] == "n")
    assert asked is None


OF_MEAN = SUM | {"combine": "mean"}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("one", "filed", "exempt", "asked"),
    [
        (SUM, {"a": 300}, [], None), (SUM, {"a": 300, "b": 200}, [], 500), (OF_MEAN, {"a": 90, "b": 80}, [], None), (OF_MEAN, {"a": 90, "b": 90}, [], 90),
        (OF_MEAN, {"a": 90}, [], None), (SUM, {"a": 300}, ["S"], 300), (SUM, {"a": 300, "b": 200}, ["T"], 500),
    ],
)  # fmt: skip
def test_signed_targets_go_over_where_all_who_owe_have_one_and_rates_where_it_is_the_same(
    one: dict[str, Any], filed: dict[str, int], exempt: list[str], asked: int | None, engine: Engine
) -> None:
    """a and b go into n: 300 and 200 are 500, 90 % and 90 % are 90 %; b is exempt of the one that is signed, or of another."""
    units = [unit("a", None, "2025-06-30"), unit("b", None, "2025-06-30") | {"exempt": exempt}, unit("n", "2025-07-01")]  # fmt: skip
    made_of = book([one, {**SUM, "code": "T"}], units=units, succession=[event("2025-07-01", "merger", old, "n") for old in "ab"])  # fmt: skip
    held = facts([])
    held.tables["target"] = signed(filed)
    made = make_run(made_of, held, PERIOD, engine)
    (found,) = (r["target"] for r in made.results.rows("indicator_score") if (r["unit"], r["indicator"]) == ("n", "S"))  # fmt: skip
    assert found == (None if asked is None else asked * 100)


@pytest.mark.parametrize("engine", ENGINES)
def test_a_base_goes_over_to_an_heir_that_has_a_target_of_its_own(engine: Engine) -> None:
    """Of n 400, its own target 500 and a's base 50: 350 of 450; the base of everybody is 100."""
    grown = SUM | {"method": {"kind": "growth", "base": 100, "target": 800}}
    made_of = book([grown], units=[unit("a", None, "2025-06-30"), unit("n", "2025-07-01")], succession=[event("2025-07-01", "rename", "a", "n")])  # fmt: skip
    held = facts((one, "S", end, 100) for one, end in zip("aann", NOW, strict=True))
    rows = signed({"a": 300, "n": 500}).to_pylist()
    base = {**rows[0], "kind": "base", "value": 5000, "row": 950}
    held.tables["target"] = pa.Table.from_pylist([*rows, base], schema("target"))
    assert scores(make_run(made_of, held, PERIOD, engine), "n") == {"S": (1, "7.78")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("one", "asked"), [(SUM, 45), (OF_MEAN, 90)])
def test_of_a_target_handed_to_who_is_divided_each_has_its_share_and_of_a_rate_all(one: dict[str, Any], asked: int, engine: Engine) -> None:  # fmt: skip
    """Half of 90 is 45; 90 % are 90 % of a half too."""
    handed = {"indicator": "S", "parent": "p", "mode": "own", "children": {"a": 90}}
    made_of = book([one], units=[unit("p"), unit("a", None, "2025-06-30"), unit("n", "2025-07-01"), unit("m", "2025-07-01")],
                   succession=[event("2025-07-01", "split", "a", "n", "m")], cascade=[handed])  # fmt: skip
    made = make_run(made_of, facts([]), PERIOD, engine)
    found = {r["unit"]: r["target"] for r in made.results.rows("indicator_score") if r["unit"] in "nm"}  # fmt: skip
    assert found == {"n": asked * 100, "m": asked * 100}


@pytest.mark.parametrize("engine", ENGINES)
def test_none_of_one_child_beside_what_does_not_apply_to_another_is_none(engine: Engine) -> None:
    """In the first quarter it did not apply to a, and b had no case: together none, as where b says 0."""
    mean = {"code": "S", "frequency": "quarter", "combine": "mean", "absent": "zero", "absent_reason": "r", "method": {"kind": "ratio", "target": 200}}  # fmt: skip
    made_of = book([mean], units=[unit("p"), unit("a"), unit("b")], cascade=[below("S", "a", "b")])
    rows = [(one, "S", end, 100) for one in "ab" for end in NOW[1:]] + [("a", "S", NOW[0], None)]
    for said in ([], [("b", "S", NOW[0], 0)]):
        made = make_run(made_of, facts([*rows, *said], ("a", "S")), PERIOD, engine)
        assert scores(made, "p") == {"S": (1, "7.50")}


def listed(entry: Entry) -> Iterator[Entry]:
    for part in entry.parts:
        if part.kind in {"observation", "revision", "inherited"}:
            yield part
        yield from listed(part)


@pytest.mark.parametrize(("kind", "heirs", "children"), [("split", ("a", "b"), ("o", "a", "b")), ("merger", ("n",), ("o", "n", "k")), ("split", ("a", "b"), ("a", "b")), ("rename", ("n",), ("n", "k"))])  # fmt: skip
def test_the_rows_that_a_parent_s_passport_counts_add_up_to_its_value(
    kind: str, heirs: tuple[str, ...], children: tuple[str, ...]
) -> None:
    """Whether the parent lists the one before beside its heirs or not: a figure stands once."""
    units = [unit(one) for one in dict.fromkeys(("p", "o", *heirs, *children))]
    made_of = book([SUM], units=units, succession=[event("2025-07-01", kind, "o", *heirs)], cascade=[below("S", *children)])  # fmt: skip
    rows: list[Figure] = [("o", "S", end, 100) for end in NOW[:2]]
    rows += [(one, "S", end, 100) for one in dict.fromkeys((*heirs, *children)) if one != "o" for end in NOW]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, ENGINES[0])
    (value,) = (row["value"] for row in made.results.rows("indicator_score") if row["unit"] == "p")
    found = list(listed(passport(made, "p", "S", "zh")))
    counted = [one for one in found if "未计入" not in one.detail]
    assert sum(Decimal(one.score) for one in counted) == Decimal(value) / 100
    english = list(listed(passport(made, "p", "S", "en")))
    assert [("not counted" in one.detail) for one in english] == [("未计入" in one.detail) for one in found]  # fmt: skip


PARENTS: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]], str, tuple[str, ...]]] = {
    "renamed, with a first day": ([unit("p"), unit("q", "2025-07-01"), unit("x"), unit("y")], [event("2025-07-01", "rename", "p", "q")],
                                  [below("S", "x", "y") | {"parent": "q"}, below("S", "x", "y")], "q", ("x", "y")),
    "renamed, the list has the heir": ([unit("p"), unit("q", "2025-07-01"), unit("x"), unit("y")], [event("2025-07-01", "rename", "p", "q")],
                                       [below("S", "x", "y") | {"parent": "q"}], "q", ("x", "y")),
    "renamed, the list has the one before": ([unit("p"), unit("q", "2025-10-01"), unit("x"), unit("y")], [event("2025-10-01", "rename", "p", "q")],
                                             [below("S", "x", "y")], "q", ("x", "y")),
    "renamed on a day of the list": ([unit("p"), unit("q"), unit("x"), unit("y")], [event("2025-07-01", "rename", "p", "q")],
                                     [below("S", "x", "y") | {"parent": "q"}, below("S", "x", "y")], "q", ("x", "y")),
    "merged into one that was there": ([unit("p"), unit("q"), unit("x"), unit("y"), unit("z", None, "2025-06-30")], [event("2025-07-01", "merger", "p", "q")],
                                       [below("S", "x", "y") | {"parent": "q"}, below("S", "x", "z")], "q", ("x", "y", "z")),
    "merged into a new one": ([unit("p"), unit("o"), unit("q", "2025-07-01"), unit("x"), unit("y"), unit("z", None, "2025-06-30")],
                              [event("2025-07-01", "merger", "p", "q"), event("2025-07-01", "merger", "o", "q")],
                              [below("S", "x", "y") | {"parent": "q"}, below("S", "x", "z"), below("S", "y") | {"parent": "o"}], "q", ("x", "y", "z")),
    "divided by its children": ([unit("p"), unit("q", "2025-07-01"), unit("r", "2025-07-01"), unit("x"), unit("y")], [event("2025-07-01", "split", "p", "q", "r")],
                                [below("S", "x") | {"parent": "q"}, below("S", "y") | {"parent": "r"}, below("S", "x", "y")], "q", ("x",)),
}  # fmt: skip
"""Units, events and lists, the heir, and whose figures it has; what became of a parent that adds up those of its children."""


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", PARENTS)
def test_an_heir_of_a_parent_has_the_figures_of_its_children(case: str, engine: Engine) -> None:
    units, events, cascade, heir, whose = PARENTS[case]
    made_of = book(
        [SUM | {"method": {"kind": "ratio", "target": 2000}}],
        units=units,
        succession=events,
        cascade=cascade,
    )
    last = {one["code"]: one["valid_to"] or "9999" for one in units}
    rows: list[Figure] = [(one, "S", end, 100) for one in whose for end in NOW if end.isoformat() <= last[one]]  # fmt: skip
    if "has the one before" in case:
        rows = [row for row in rows if row[2] < NOW[3]] + [("q", "S", NOW[3], 200)]
    if heir == "q" and len(whose) == 1:
        rows += [("y", "S", end, 100) for end in NOW]
    made = make_run(made_of, facts(rows), PERIOD, engine)
    whole = sum(100 for row in rows if row[0] in whose or row[0] == "q")
    whole += 100 if "has the one before" in case else 0
    assert scores(made, heir) == {"S": (1, f"{whole / 200:.2f}")}
    assert left_out(made) == []
    said = lines(made, heir, "S")
    assert all(any(f"汇入 {one} {one}" in line for line in said) for one in whose)
    for lacks in (rows[0], rows[1]):
        short = make_run(made_of, facts(row for row in rows if row != lacks), PERIOD, engine)
        assert scores(short, heir) == {"S": (3, "")}, lacks


@pytest.mark.parametrize("engine", ENGINES)
def test_of_a_divided_parent_a_share_of_the_children_that_no_heir_has_goes_over(
    engine: Engine,
) -> None:
    """Half of z, which ended with its parent; q has x besides."""
    units = [unit("p"), unit("q", "2025-07-01"), unit("r", "2025-07-01"), unit("x"), unit("z", None, "2025-06-30")]  # fmt: skip
    cascade = [below("S", "x") | {"parent": "q"}, below("S", "x", "z")]
    made_of = book([SUM], units=units, succession=[event("2025-07-01", "split", "p", "q", "r")], cascade=cascade)  # fmt: skip
    rows = [("x", "S", end, 100) for end in NOW] + [("z", "S", end, 100) for end in NOW[:2]]
    made = make_run(made_of, facts([*rows, *(("r", "S", end, 50) for end in NOW[2:])]), PERIOD, engine)  # fmt: skip
    assert (scores(made, "q"), scores(made, "r")) == ({"S": (1, "6.25")}, {"S": (1, "2.50")})
    assert left_out(made) == []


def with_rulings(held: Facts, *rulings: tuple[str, str, int]) -> Facts:
    """The facts with what appeals decided of units' year, by unit and indicator."""
    rows = [
        {"unit": one, "indicator": code, "period": PERIOD.end, "value": value * 100, "status": 1, "vintage": "decided", "sequence": n, "file": 0, "row": 900 + n}
        for n, (one, code, value) in enumerate(rulings, 1)
    ]  # fmt: skip
    return Facts({**held.tables, "revision": pa.Table.from_pylist(rows, schema("revision"))}, [])


RULED: dict[str, tuple[list[dict[str, Any]], list[dict[str, Any]], list[dict[str, Any]], str, str]] = {
    "a child": ([unit("p"), unit("a"), unit("b")], [], [below(code, "a", "b") for code in "SM"], "p", "b"),
    "one before": ([unit("a", None, "2025-06-30"), unit("n", "2025-07-01")], [event("2025-07-01", "rename", "a", "n")], [], "n", "n"),
    "one before a child": ([unit("p"), unit("a", None, "2025-06-30"), unit("n", "2025-07-01")], [event("2025-07-01", "rename", "a", "n")],
                           [below(code, "n") for code in "SM"], "p", "n"),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("case", RULED)
def test_what_an_appeal_decided_goes_up_and_over_in_the_place_of_the_rows(
    case: str, engine: Engine
) -> None:
    """a reported 100 a quarter; 360 are decided of its sum, and 180 of its mean."""
    units, events, cascade, taker, other = RULED[case]
    mean = {"code": "M", "frequency": "quarter", "combine": "mean", "method": {"kind": "ratio", "target": 400}}  # fmt: skip
    made_of = book([SUM | {"method": {"kind": "ratio", "target": 1000}}, mean], units=units, succession=events, cascade=cascade)  # fmt: skip
    spans = {one["code"]: (one["valid_from"] or "", one["valid_to"] or "9999") for one in units}
    rows = [
        (one, code, end, 100) for code in "SM" for end in NOW for one in dict.fromkeys(("a", other))
        if spans[one][0] <= end.isoformat() <= spans[one][1]
    ]  # fmt: skip
    held = with_rulings(facts(rows), ("a", "S", 500), ("a", "S", 360), ("a", "M", 180))
    made = make_run(made_of, held, PERIOD, engine)
    child = case == "a child"
    assert scores(made, taker) == {
        "S": (1, "7.60" if child else "5.60"), "M": (1, "7.00" if child else "3.50"),
    }  # fmt: skip
    gone = left_out(made)
    assert {(one.unit, one.reason) for one in gone if one.table == "observation"} == {
        ("a", "decided")
    }
    assert [(one.row, one.reason) for one in gone if one.table == "revision"] == [(901, "superseded")]  # fmt: skip
    said = [line for line in lines(made, taker, "S") if "申诉决定" in line]
    assert len(said) == 1, said
    assert "360" in said[0]
    assert "没有采用" not in said[0]
    # A gap of it is settled with the rest.
    short = with_rulings(facts(row for row in rows if row[:3] != ("a", "S", NOW[1])), ("a", "S", 360), ("a", "M", 180))  # fmt: skip
    assert scores(make_run(made_of, short, PERIOD, engine), taker) == scores(made, taker)


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("case", "value"),
    [
        ("cut", 800), ("took over", 900), ("began with it", 400), ("adds up", 800), ("not due", 100), ("made from others", 800),
        ("gave half away", 300), ("gave half away and ended", 100), ("its parent began", 200),
    ],
)  # fmt: skip
def test_what_cannot_go_further_of_a_decided_value_is_said_where_it_is_not_used(
    case: str, value: int, engine: Engine
) -> None:
    """100 a quarter of each: of who gave half away in July two halves and two wholes, or the halves alone where it has no end of a
    quarter after; of a parent since July two quarters."""
    one, events, units, code = SUM, [], [unit("p"), unit("a"), unit("b")], "S"
    cascade, taker, more = [below("S", "a", "b")], "p", []
    match case:
        case "cut":
            one = SUM | {"changes": [{"from": "2025-07-01", "kind": "split", "by": "months", "method": SUM["method"], "reason": "r", "basis": {"title": "b"}}]}  # fmt: skip
        case "took over":
            units, events = [*units, unit("o", None, "2025-03-31")], [event("2025-04-01", "merger", "o", "a")]  # fmt: skip
        case "began with it":
            units, events = [unit("p"), unit("o", None, "2025-06-30"), unit("a", "2025-07-01")], [event("2025-07-01", "rename", "o", "a")]  # fmt: skip
            cascade = [below("S", "a")]
        case "adds up":
            units, cascade = [*units, unit("c")], [below("S", "a", "b"), below("S", "c") | {"parent": "a"}]  # fmt: skip
        case "not due":
            one, units, events, taker = SUM | {"frequency": "year"}, [unit("a"), unit("n", "2025-07-01")], [event("2025-07-01", "rename", "a", "n")], "n"  # fmt: skip
            cascade = []
        case "gave half away" | "gave half away and ended":
            units, events, cascade = [unit("p"), unit("a", None, "2025-09-15" if "ended" in case else None), unit("n", "2025-07-01")], [event("2025-07-01", "split", "a", "a", "n")], [below("S", "a")]  # fmt: skip
        case "its parent began":
            units, cascade = [unit("p", "2025-07-01"), unit("a")], [below("S", "a")]
        case _:
            more = [{"code": "R", "parts": {"numerator": {"S": 1}, "denominator": {}}, "method": SUM["method"]}]  # fmt: skip
            code, cascade = "R", [below("R", "a", "b")]
    made_of = book([one, *more], units=units, succession=events, cascade=cascade)
    rows = [
        (who["code"], "S", end, 100) for who in units for end in (NOW[3:] if case == "not due" else NOW)
        if who["code"] not in {"p"} and not (case == "adds up" and who["code"] == "a")
        and (who["valid_from"] or "") <= end.isoformat() <= (who["valid_to"] or "9999")
    ]  # fmt: skip
    held = facts(rows)
    plain = make_run(made_of, held, PERIOD, engine)
    made = make_run(made_of, with_rulings(held, ("a", code, 700)), PERIOD, engine)
    assert scores(made, taker) == scores(plain, taker)
    (found,) = (
        r["value"]
        for r in made.results.rows("indicator_score")
        if (r["unit"], r["indicator"]) == (taker, code)
    )
    assert found == value * 100
    assert any("a a 的申诉决定" in line and "700" in line and "没有采用" in line for line in lines(made, taker, code))  # fmt: skip
    assert not any("没有采用" in line for line in lines(made, "a", code))


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("first", [None, "2025-07-01"])
def test_who_began_under_another_name_is_asked_for_its_days(
    first: str | None, engine: Engine
) -> None:
    """o began in April and has another name since July, whether the list says since when or not."""
    made_of = book([SUM], units=[unit("o", "2025-04-01"), unit("n", first)], succession=[event("2025-07-01", "rename", "o", "n")])  # fmt: skip
    who = dict(zip(NOW[1:], "onn", strict=True))
    made = make_run(made_of, facts((who[end], "S", end, 100) for end in who), PERIOD, engine)
    (row,) = (row for row in made.results.rows("indicator_score") if row["unit"] == "n")
    assert (row["value"], row["target"]) == (30000, 60274), "275 of 365 days"


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("value", [150, None])
def test_a_correction_of_an_heir_for_the_time_before_it_is_not_added_to_what_it_took_over(
    value: int | None, engine: Engine
) -> None:
    made_of = book([SUM], units=[unit("o"), unit("n")], succession=[event("2025-07-01", "rename", "o", "n")])  # fmt: skip
    rows = [("o" if end < date(2025, 7, 1) else "n", "S", end, 100) for end in NOW]
    held = facts([*rows, ("n", "S", NOW[0], 100)])
    corrected = {"unit": "n", "indicator": "S", "period": NOW[0], "value": value and value * 100, "status": 1 if value else 3, "sequence": 1, "file": 0, "row": 700}  # fmt: skip
    held = Facts({**held.tables, "revision": pa.Table.from_pylist([corrected], schema("revision"))}, [])  # fmt: skip
    made = make_run(made_of, held, PERIOD, engine)
    assert scores(made, "n") == {"S": (1, "5.00")}
    assert {(one.row, one.reason) for one in left_out(made)} == {(5, "superseded"), (700, "window")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("freed", ["n", "on"])
def test_a_parent_lacks_no_quarter_of_which_all_its_children_are_exempt(
    freed: str, engine: Engine
) -> None:
    """o reported until June; n, which it became, is exempt."""
    units = [unit("p"), *(unit(one, first) | ({"exempt": ["S"]} if one in freed else {}) for one, first in (("o", None), ("n", "2025-07-01")))]  # fmt: skip
    made_of = book([SUM], units=units, succession=[event("2025-07-01", "rename", "o", "n")], cascade=[below("S", "n")])  # fmt: skip
    rows = [("o", "S", end, 100) for end in NOW[:2]] if freed == "n" else []
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "p") == {"S": (1, "2.50") if freed == "n" else (2, "")}
    if freed == "n":
        assert scores(make_run(made_of, facts(rows[:1]), PERIOD, engine), "p") == {"S": (3, "")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("lacks", ["N", "D"])
def test_a_rate_of_which_one_part_has_a_gap_the_year_before_has_none_to_be_held_against(
    lacks: str, engine: Engine
) -> None:
    parts = [{"code": code, "frequency": "quarter"} for code in "ND"]
    rate = {"code": "R", "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100}, "method": {"kind": "ratio"}, "reference": {"to": "previous"}}  # fmt: skip
    both = {"code": "B", "parts": {"numerator": {"N": 1, "D": 1}, "denominator": {}}, "method": {"kind": "ratio"}, "reference": {"to": "previous"}}  # fmt: skip
    made_of = book([*parts, rate, both], units=[unit("a"), unit("k")])
    rows = [(one, code, end, 100) for one in "ak" for code in "ND" for end in (*BEFORE, *NOW)]
    made = make_run(made_of, facts(row for row in rows if row[:3] != ("a", lacks, BEFORE[1])), PERIOD, engine)  # fmt: skip
    assert scores(made, "k") == {"R": (1, "10.00"), "B": (1, "10.00")}
    assert scores(made, "a") == {"R": (3, ""), "B": (3, "")}


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(("began", "status"), [("2019-01-01", 1), (None, 1), ("2024-04-01", 3)])
def test_an_heir_has_a_year_before_where_the_one_before_it_began_long_ago(
    began: str | None, status: int, engine: Engine
) -> None:
    made_of = book(RISE, units=[unit("o", began), unit("n", "2025-07-01")], succession=[event("2025-07-01", "rename", "o", "n")])  # fmt: skip
    who = dict(zip((*BEFORE, *NOW), "oooooonn", strict=True))
    first = date.fromisoformat(began or "2000-01-01")
    made = make_run(made_of, facts((who[end], "V", end, 100 if end in BEFORE else 110) for end in who if end >= first), PERIOD, engine)  # fmt: skip
    assert scores(made, "n")["RISE"][0] == status


def test_rows_of_a_year_before_count_where_a_part_of_a_cut_year_or_a_parent_reads_them() -> None:
    """Each part of a cut year is held against the same part of the year before; a child that ended in December was in its parent then."""
    change = {"from": "2025-07-01", "kind": "split", "method": {"kind": "ratio"}, "reason": "r", "basis": {"title": "b"}}  # fmt: skip
    cut = {"code": "C", "frequency": "quarter", "combine": "mean", "method": {"kind": "ratio"}, "reference": {"to": "previous"}, "changes": [change]}  # fmt: skip
    made_of = book([cut, *RISE], units=[unit("p"), unit("a", None, "2024-12-31"), unit("b")], cascade=[below("V", "a", "b")])  # fmt: skip
    rows = [("b", code, end, 100) for code in "CV" for end in (*BEFORE, *NOW)] + [("a", "V", end, 10) for end in BEFORE]  # fmt: skip
    made = make_run(made_of, facts(rows), PERIOD, ENGINES[0])
    gone = {(one.unit, one.code, one.when, one.reason) for one in left_out(made)}
    assert not [one for one in gone if one[0] == "a"], gone
    assert not [one for one in gone if one[0] == "b"], gone
    short = [row for row in rows if row[:3] != ("b", "C", BEFORE[3])]
    gone = {(one.unit, one.code, one.when, one.reason) for one in left_out(make_run(made_of, facts(short), PERIOD, ENGINES[0]))}  # fmt: skip
    assert gone == {("b", "C", BEFORE[2].isoformat(), "gap")}, "the first part has its half-year"
