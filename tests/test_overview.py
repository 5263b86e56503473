"""What pages say of runs: changes told apart add up, each cause is told from the others, the curve is the rule."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import VerifyError
from zhengheng.engines.alone import light_alone
from zhengheng.engines.bundle import check_bundle, write_bundle
from zhengheng.engines.change import EFFECTS, Comparison
from zhengheng.engines.curve import curve, stepped
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.heat import STATUSES, heat_map, stopping
from zhengheng.engines.left_out import left_out
from zhengheng.engines.lives import handed_on
from zhengheng.engines.outputs import score_rows
from zhengheng.engines.passport import passport
from zhengheng.engines.places import places
from zhengheng.engines.run import Run, make_run, run_id
from zhengheng.engines.scoreboard import NO_TOTAL, scoreboard
from zhengheng.engines.standing import tie_words
from zhengheng.engines.streak import Streak, streak
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook

UNITS = ("U1", "U2", "U3")
FOUR = (*UNITS, "U4")


def book(**changes: Any) -> Rulebook:
    """Two ratios, a rate and a ranked indicator, summed."""
    data: dict[str, Any] = {
        "code": "small", "title": "small", "effective_from": "2025-01-01",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "units": [{"code": unit, "name": unit, "category": "c", "group": "g"} for unit in UNITS],
        "tree": {"code": "total", "name": "t", "children": ["A", "B", "C"]},
        "weights": [{"from": "2025-01-01", "table": {"A": 50, "B": 30, "C": 20}}],
        "indicators": [
            {"code": "A", "name": "A", "method": {"kind": "ratio", "target": 100}, "light": {"by": "score", "watch": "0.9", "missed": "0.7"}},
            {"code": "B", "name": "B", "method": {"kind": "ratio"}, "light": {"by": "score", "watch": "0.9", "missed": "0.7"}},
            {"code": "C", "name": "C", "method": {"kind": "rank"}},
        ],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data | changes), strict=True)


def facts(values: dict[tuple[str, str], int | None], targets: dict[str, int]) -> Facts:
    """Values and targets at two decimals, one period."""
    end = parse_period("2025").end
    tables = empty()
    rows = [
        {"unit": unit, "indicator": code, "period": end, "value": value, "status": 1 if value is not None else 3,
         "vintage": None, "published_on": None, "file": 1, "row": n}
        for n, ((unit, code), value) in enumerate(values.items())
    ]  # fmt: skip
    tables["observation"] = pa.Table.from_pylist(rows, schema=schema("observation"))
    aims = [
        {"unit": unit, "indicator": "B", "kind": "target", "period": end, "value": value, "file": 1, "row": 1}
        for unit, value in targets.items()
    ]  # fmt: skip
    tables["target"] = pa.Table.from_pylist(aims, schema=schema("target"))
    return Facts(tables, [], [])


VALUES = {(unit, code): 100 * (60 + 7 * n) for n, (unit, code) in enumerate((u, c) for u in UNITS for c in "ABC")}  # fmt: skip
TARGETS = dict.fromkeys(UNITS, 10_000)


def run(rules: Rulebook, held: Facts) -> Run:
    return make_run(rules, held, parse_period("2025"), DuckEngine(threads=1))


CAUSES: dict[str, Callable[[], tuple[Rulebook, Facts]]] = {
    "real": lambda: (book(), facts(VALUES | {("U1", "A"): 9_000}, TARGETS)),
    "target": lambda: (book(), facts(VALUES, TARGETS | {"U1": 20_000})),
    "weight": lambda: (book(weights=[{"from": "2025-01-01", "table": {"A": 30, "B": 50, "C": 20}}]), facts(VALUES, TARGETS)),
    "status": lambda: (book(), facts(VALUES | {("U1", "A"): None}, TARGETS)),
}  # fmt: skip


def test_places_share_what_is_equal_and_the_middle_of_an_even_group_is_half_up() -> None:
    """Values -0.01, 0.02, 0.03, 0.03: the middle two have the mean 0.025; equal points share a place."""
    units = [{"code": unit, "name": unit, "category": "c", "group": "g"} for unit in FOUR]
    weights = [{"from": "2025-01-01", "table": {"A": 100, "B": 0, "C": 0}}]
    values = {
        (unit, code): number
        for unit, number in zip(FOUR, (-1, 2, 3, 3), strict=True)
        for code in "ABC"
    }
    made = run(book(units=units, weights=weights), facts(values, dict.fromkeys(FOUR, 10_000)))
    found = places(made)
    assert [(found[unit, "A"].place, found[unit, "A"].tied) for unit in FOUR] == [
        (4, False),
        (3, False),
        (1, True),
        (1, True),
    ]
    first = found["U1", "A"]
    assert (first.members, first.lowest, first.middle, first.highest) == (
        4,
        "-0.01",
        "0.03",
        "0.03",
    )
    assert not any(code in "BC" for _, code in found), "what weighs nothing has no place"
    assert {
        mark.weighed
        for row in heat_map(made, "en").marks.values()
        for code, mark in row.items()
        if code != "A"
    } == {False}


def test_a_unit_that_ended_takes_nobodys_place_and_moves_no_limit_of_the_group() -> None:
    """U4 was best until it ended in June: its value is beside the three that are there, who stand among three."""
    units = [{"code": unit, "name": unit, "category": "c", "group": "g", "valid_to": "2025-07-15" if unit == "U4" else None} for unit in FOUR]  # fmt: skip
    monthly = {"code": "A", "name": "A", "frequency": "half", "combine": "mean", "method": {"kind": "ratio", "target": 100}}  # fmt: skip
    tree = {"code": "total", "name": "t", "children": ["A"]}
    weights = [{"from": "2025-01-01", "table": {"A": 100}}]
    held = empty()
    rows = [
        {"unit": unit, "indicator": "A", "period": parse_period(half).end, "value": value, "status": 1, "vintage": None, "published_on": None, "file": 1, "row": 1}
        for unit, value in zip(FOUR, (4000, 5000, 6000, 9900), strict=True)
        for half in ("2025-H1", "2025-H2")[: 1 if unit == "U4" else 2]
    ]  # fmt: skip
    held["observation"] = pa.Table.from_pylist(rows, schema=schema("observation"))
    rules = book(units=units, tree=tree, weights=weights, indicators=[monthly])
    made = run(rules, Facts(held, [], []))
    found = places(made)
    assert [found[unit, "A"].place for unit in FOUR] == [3, 2, 1, 0]
    reach = {(one.members, one.lowest, one.middle, one.highest) for one in found.values()}
    assert reach == {(3, "40.00", "50.00", "60.00")}
    gone = places(run(rules.model_copy(update={"units": (rules.units[3],)}), Facts(held, [], [])))
    assert not gone, "of nobody but the ended there is no group"


def test_a_place_goes_by_the_share_earned_not_by_what_the_indicator_weighs() -> None:
    """One unit's category weighs A thrice as much as the others'; it earns most points and the smallest share."""
    units = [
        {"code": unit, "name": unit, "category": "d" if unit == "U1" else "c", "group": "g"}
        for unit in UNITS
    ]
    weights = [
        {"from": "2025-01-01", "table": {"A": {"c": 20, "d": 60}, "B": {"c": 60, "d": 20}, "C": 20}}
    ]
    categories = [{"code": code, "name": code} for code in "cd"]
    values = {
        (unit, code): 100 * number
        for unit, number in zip(UNITS, (50, 60, 70), strict=True)
        for code in "ABC"
    }
    made = run(book(units=units, weights=weights, categories=categories), facts(values, TARGETS))
    points = {
        row["unit"]: row["points"]
        for row in made.results.rows("indicator_score")
        if row["indicator"] == "A"
    }
    assert max(points, key=lambda unit: points[unit]) == "U1"
    found = places(made)
    assert [found[unit, "A"].place for unit in UNITS] == [3, 2, 1]


@pytest.mark.parametrize("cause", ["real", "target", "weight"])
def test_one_cause_is_told_from_the_others(cause: str) -> None:
    before, after = run(book(), facts(VALUES, TARGETS)), run(*CAUSES[cause]())
    found = Comparison(before, after).of("U1", "en")
    assert found is not None
    moved = {name for name, size in found.effects.items() if size}
    assert moved == {cause}, found.effects
    assert found.after != found.before


def test_a_changed_rule_is_its_definition_not_the_units_doing() -> None:
    rules = json.loads(book().model_dump_json(by_alias=True, exclude_defaults=True, exclude_none=True))  # fmt: skip
    rules["indicators"][0]["method"]["cap"] = "0.5"
    before = run(book(), facts(VALUES, TARGETS))
    after = run(
        Rulebook.model_validate_json(json.dumps(rules), strict=True), facts(VALUES, TARGETS)
    )
    found = Comparison(before, after).of("U1", "en")
    assert found is not None
    assert {name for name, size in found.effects.items() if size} == {"definition"}


BY_OTHERS: dict[str, dict[str, Any]] = {
    "rank": {"method": {"kind": "rank"}},
    "rank with a table": {"method": {"kind": "rank", "table": ["1", "0.8", "0.5", "0.2"]}},
    "borda": {"method": {"kind": "borda"}},
    "percentile": {"method": {"kind": "percentile"}},
    "exponential rank": {"method": {"kind": "exponential_rank"}},
    "min_max": {"method": {"kind": "min_max"}},
    "z_score": {"method": {"kind": "z_score", "centre": "10", "scale": "3"}},
    "mads": {"method": {"kind": "mads", "centre": "10", "scale": "3"}},
    **{
        to: {"method": {"kind": "ratio"}, "reference": {"to": to}}
        for to in ("group_best", "group_mean", "group_median")
    },
    "another unit": {"method": {"kind": "ratio"}, "reference": {"to": "unit", "unit": "U4"}},
}  # fmt: skip


@pytest.mark.parametrize("rule", BY_OTHERS)
def test_what_other_units_brought_is_not_the_units_own_doing(rule: str) -> None:
    """U1 rises from 50 to 55 and the others rise by more: its points fall, and its own value is not what brought that."""
    then, now = {"U1": 50, "U2": 60, "U3": 40, "U4": 80}, {"U1": 55, "U2": 75, "U3": 70, "U4": 95}
    units = [{"code": unit, "name": unit, "category": "c", "group": "g"} for unit in FOUR]
    one = {"code": "C", "name": "C", **BY_OTHERS[rule]}
    rules = book(
        units=units, indicators=[one], tree={"code": "total", "name": "t", "children": ["C"]},
        weights=[{"from": "2025-01-01", "table": {"C": 100}}],
    )  # fmt: skip

    def moved(values: dict[str, int]) -> dict[str, int]:
        held = [run(rules, facts({(u, "C"): 100 * v for u, v in some.items()}, {})) for some in (then, values)]  # fmt: skip
        found = Comparison(*held).of("U1", "en")
        assert found is not None
        assert sum(found.effects.values()) == found.after - found.before
        return {name: size for name, size in found.effects.items() if size}

    every = moved(now)
    assert every.keys() - {"rounding"} <= {"real", "others"}, every
    assert every["others"] < 0 <= every.get("real", 0)
    assert sum(every.values()) < 0, "the points fell"
    assert moved(then | {"U1": 90}).keys() - {"rounding"} == {"real"}
    assert moved(now | {"U1": 50}).keys() - {"rounding"} == {"others"}


def test_what_fills_a_gap_is_other_units_doing_and_a_coefficient_that_stays_is_nobodys() -> None:
    """U1 has no value in either year and takes the others' mean; A, which rises, counts more than once."""
    fill = {"by": "mean", "over": "group", "minimum": 1, "reason": "r"}
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    indicators[2] = {"code": "C", "name": "C", "fill": fill, "method": {"kind": "ratio", "target": 100}}  # fmt: skip
    rules = book(indicators=indicators, coefficients=[{"of": "A", "value": "1.137", "reason": "r"}])
    gap = VALUES | {("U1", "C"): None}
    before = run(rules, facts(gap, TARGETS))
    for more, wanted in (
        ({("U2", "C"): 9_000, ("U3", "C"): 9_000}, {"others"}),
        ({("U1", "A"): 6_500}, {"real"}),
    ):
        found = Comparison(before, run(rules, facts(gap | more, TARGETS))).of("U1", "en")
        assert found is not None
        assert {name for name, size in found.effects.items() if size} == wanted


def test_a_total_that_is_not_there_cannot_be_compared() -> None:
    before, after = run(book(), facts(VALUES, TARGETS)), run(*CAUSES["status"]())
    assert [row["status"] for row in after.results.of_unit("total_score", "U1")] == ["missing"]
    assert Comparison(before, after).of("U1", "en") is None


def test_what_was_revised_since_is_said_apart() -> None:
    published = run(book(), facts(VALUES, TARGETS))
    revised = run(book(), facts(VALUES | {("U1", "A"): 6_500}, TARGETS))
    now = run(book(), facts(VALUES | {("U1", "A"): 8_000}, TARGETS))
    found = Comparison(revised, now, published).of("U1", "en")
    assert found is not None
    assert {name for name, size in found.effects.items() if size} == {"revision", "real"}
    assert found.effects["revision"] == 2_500_000_000, (
        "five points of a hundred, at half the weight"
    )
    assert (found.stands, found.is_revised) == (found.before + 2_500_000_000, True)
    plain = Comparison(revised, now).of("U1", "en")
    assert plain is not None
    assert (plain.before, plain.is_revised) == (found.stands, False), "the total in force"


numbers = st.integers(min_value=0, max_value=20_000)


@settings(max_examples=15, deadline=None)
@given(
    first=st.lists(numbers, min_size=9, max_size=9),
    second=st.lists(numbers, min_size=9, max_size=9),
    aims=st.tuples(numbers.filter(bool), numbers.filter(bool)),
    weights=st.sampled_from([(50, 30, 20), (20, 60, 20), (0, 50, 50)]),
)
def test_the_parts_add_up_to_the_change(
    first: list[int], second: list[int], aims: tuple[int, int], weights: tuple[int, int, int]
) -> None:
    keys = list(VALUES)
    table = dict(zip("ABC", weights, strict=True))
    before = run(book(), facts(dict(zip(keys, first, strict=True)), dict.fromkeys(UNITS, aims[0])))
    after = run(
        book(weights=[{"from": "2025-01-01", "table": table}]),
        facts(dict(zip(keys, second, strict=True)), dict.fromkeys(UNITS, aims[1])),
    )
    for unit in UNITS:
        found = Comparison(before, after).of(unit, "en")
        if found is None:
            continue
        assert set(found.effects) == set(EFFECTS)
        assert sum(found.effects.values()) == found.after - found.before
        assert abs(found.effects["rounding"]) <= 10_000_000 * 3, "no more than roundings explain"


def test_the_curve_passes_through_the_units_own_points() -> None:
    made = run(book(), facts(VALUES, TARGETS))
    marks = heat_map(made, "en").marks
    for unit in UNITS:
        points = {point.value: point.points for point in curve(made, unit, "A")}
        assert points[marks[unit]["A"].value] == marks[unit]["A"].points
        assert list(points.values()) == sorted(points.values(), key=float), "a ratio never falls"
    assert curve(made, "U1", "C") == [], "a rank depends on the others"


def test_the_curve_goes_on_to_where_nothing_or_everything_is_earned() -> None:
    """Its last value is the edge of sense, not the last step before it; the value that earns nothing is drawn a little further off."""
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    values = facts({(u, "A"): 6000 + 700 * n for n, u in enumerate(UNITS)}, TARGETS)
    indicators[0] |= {
        "sense": {"low": "0", "high": "99.9"},
        "method": indicators[0]["method"] | {"target": "98"},
    }
    drawn = curve(run(book(indicators=indicators), values), "U1", "A")
    assert (drawn[-1].value, drawn[-1].points) == ("99.90", "50.00")
    indicators[0] |= {
        "sense": {},
        "direction": "down",
        "method": {"kind": "interval", "high": "70", "high_limit": "88"},
    }
    drawn = curve(run(book(indicators=indicators), values), "U1", "A")
    assert drawn[-1].points == "0.00"
    assert float(drawn[-1].value) < 100


def test_the_curve_holds_both_sides_of_each_jump() -> None:
    """A table of steps falls between two neighbouring values: neither a slope nor a table without the step says that."""
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    indicators[0] |= {
        "direction": "down", "light": None,
        "method": {"kind": "steps", "of": "value", "steps": [{"at": "0", "credit": "1"}, {"at": "2.01", "credit": "0.8"}, {"at": "2.2", "credit": "0"}]},
    }  # fmt: skip
    values = facts({(unit, "A"): number for unit, number in zip(UNITS, (138, 310, 900), strict=True)}, {})  # fmt: skip
    points = {point.value: point.points for point in curve(run(book(indicators=indicators), values), "U1", "A")}  # fmt: skip
    drawn = {value: points.get(value) for value in ("2.00", "2.01", "2.19", "2.20")}
    assert drawn == {"2.00": "50.00", "2.01": "40.00", "2.19": "40.00", "2.20": "0.00"}
    made = run(book(), facts(VALUES, TARGETS))
    assert len(curve(made, "U1", "A")) < 60, "a slope has no jumps"


@pytest.mark.parametrize(
    ("changes", "values", "wanted", "jumps"),
    [
        ({"decimals": 0, "direction": "down", "method": {"kind": "steps", "steps": [{"at": "0", "credit": "1"}, {"at": "1", "credit": "0.9"}, {"at": "3", "credit": "0.7"}, {"at": "6", "credit": "0.3"}]}},
         (0, 1, 1), {"0": "50.00", "1": "45.00", "2": "45.00", "3": "35.00", "5": "35.00", "6": "15.00"}, True),
        ({"decimals": 0, "direction": "down", "method": {"kind": "steps", "of": "difference", "target": "2", "steps": [{"at": "-99", "credit": "1"}, {"at": "1", "credit": "0.5"}, {"at": "2", "credit": "0"}]}},
         (0, 2, 2), {"0": "50.00", "2": "50.00", "3": "25.00", "4": "0.00"}, True),
        ({"direction": "down", "method": {"kind": "steps", "steps": [{"at": "0", "credit": "1"}, {"at": "2.01", "credit": "0.8"}, {"at": "10.01", "credit": "0"}]}},
         (138, 310, 326), {"2.00": "50.00", "2.01": "40.00", "10.00": "40.00", "10.01": "0.00"}, True),
        ({"decimals": 0, "method": {"kind": "threshold", "target": "3"}}, (1, 2, 2), {"2": "0.00", "3": "50.00"}, True),
        ({"decimals": 1, "method": {"kind": "interval", "low": "2", "high": "7", "low_limit": "-4", "high_limit": "14"}},
         (16, 20, 44), {"-4.0": "0.00", "2.0": "50.00", "7.0": "50.00", "14.0": "0.00"}, False),
        ({"direction": "up", "method": {"kind": "banded", "knots": [{"at": "0", "share": "0"}, {"at": "50", "share": "0.4"}, {"at": "90", "share": "1"}]}},
         (5800, 6000, 6200), {"0.00": "0.00", "50.00": "20.00", "90.00": "50.00"}, False),
    ],
)  # fmt: skip
def test_the_curve_holds_every_part_of_its_rule(
    changes: dict[str, Any], values: tuple[int, int, int], wanted: dict[str, str], jumps: bool
) -> None:
    """Where the next step is and where it ends, however far off; a table of steps is level up to the next one."""
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    indicators[0] |= {"light": None} | changes
    made = run(book(indicators=indicators), facts({(unit, "A"): held for unit, held in zip(UNITS, values, strict=True)}, {}))  # fmt: skip
    drawn = curve(made, "U1", "A")
    points = {point.value: point.points for point in drawn}
    assert {value: points.get(value) for value in wanted} == wanted
    assert stepped(made, "U1", "A") is jumps
    assert changes["method"].get("of") != "difference" or float(drawn[0].value) >= 0, "−99 is less than anything"  # fmt: skip


def test_there_is_no_curve_of_what_earns_nothing_and_none_beyond_the_scale_of_a_mark() -> None:
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    indicators[0] |= {"method": {"kind": "direct"}, "light": None}
    values = facts({(unit, "A"): held for unit, held in zip(UNITS, (8096, 7400, 9600), strict=True)}, {})  # fmt: skip
    drawn = curve(run(book(indicators=indicators), values), "U1", "A")
    assert (drawn[-1].value, drawn[-1].points) == ("100.00", "50.00")
    nothing = [{"from": "2025-01-01", "table": {"A": 0, "B": 80, "C": 20}}]
    assert curve(run(book(indicators=indicators, weights=nothing), values), "U1", "A") == []


@pytest.mark.parametrize(("high", "most"), [("100", "100.00"), ("70", "74.00"), (None, "81.40")])
def test_the_curve_draws_no_value_beyond_sense_that_nobody_reached(
    high: str | None, most: str
) -> None:
    """Of units at 60 to 74: up to 100 %, to what was reached beyond its range, or a margin above it where there is none."""
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    indicators[0] |= {"sense": {"low": "0", "high": high} if high else {}}
    aimed = indicators[0]["method"] | {"target": "74" if high != "100" else "98"}
    indicators[0] |= {"method": aimed}
    made = run(book(indicators=indicators), facts({(u, "A"): 6000 + 700 * n for n, u in enumerate(UNITS)}, TARGETS))  # fmt: skip
    drawn = curve(made, "U1", "A")
    assert float(drawn[-1].value) <= float(most)
    assert float(drawn[-1].value) > float(most) - 1
    indicators[0] |= {"sense": {"low": "59", "high": "100"}}
    made = run(book(indicators=indicators), facts({(u, "A"): 6000 + 700 * n for n, u in enumerate(UNITS)}, TARGETS))  # fmt: skip
    assert 59 <= float(curve(made, "U1", "A")[0].value) < 60


@pytest.mark.parametrize(
    ("light", "level"),
    [({"by": "time_progress", "watch": "10", "missed": "30"}, "90.00"), ({"by": "level", "watch": "0.1", "missed": "0.3"}, "90"), ({"by": "score", "watch": "0.9", "missed": "0.7"}, "")],
)  # fmt: skip
def test_a_line_of_progress_lies_at_a_value(light: dict[str, str], level: str) -> None:
    """At the end of a year all of the target is due, and ten points less of it count as met: 90 of 100."""
    indicators = [json.loads(one.model_dump_json(by_alias=True, exclude_unset=True)) for one in book().indicators]  # fmt: skip
    indicators[0] |= {"light": light}
    made = run(book(indicators=indicators), facts(VALUES, TARGETS))
    assert heat_map(made, "en").mark("U1", "A").level == level


@pytest.mark.parametrize("value", [10, 69, 70, 71, 89, 90, 100])
def test_one_value_alone_gets_the_light_that_it_gets_among_all(value: int) -> None:
    rules, year = book(), parse_period("2025")
    made = run(rules, facts(VALUES | {("U1", "A"): value * 100, ("U1", "B"): value * 100}, TARGETS))
    whole = {row["subject"]: row["light"] for row in made.results.of_unit("light", "U1")}
    unit = rules.units[0]

    def alone(code: str, target: str) -> str:
        return light_alone(rules, unit, code, year, year.end, str(value), target)

    assert (alone("A", ""), alone("B", "100")) == (whole["A"], whole["B"])
    assert alone("A", "") == ("red" if value < 70 else "yellow" if value < 90 else "green")
    assert alone("B", "") == "", "a target that nobody gave says nothing"
    assert alone("C", "") == "", "a rank depends on the others"


GRADING = {
    "bands": [{"code": "good", "name": "good", "at_least": 80}, {"code": "poor", "name": "poor"}]
}


def _monitored(period: str, at: str, frequencies: dict[str, str]) -> Run:
    data = json.loads(book(grading=GRADING).model_dump_json(by_alias=True, exclude_unset=True))
    for one in data["indicators"]:
        one["frequency"] = frequencies[one["code"]]
    when = parse_period(period)
    held = facts(VALUES, TARGETS)
    for name in ("observation", "target"):
        table = held.tables[name]
        place = table.schema.get_field_index("period")
        held.tables[name] = table.set_column(place, table.schema.field("period"), pa.array([when.end] * len(table), table.schema.field("period").type))  # fmt: skip
    rules = book(grading=GRADING, indicators=data["indicators"], tree=data["tree"])
    return make_run(rules, held, when, DuckEngine(threads=1), date.fromisoformat(at))


@pytest.mark.parametrize(
    ("period", "at", "frequencies", "due"),
    [
        ("2025-Q1", "2025-04-20", {"A": "year", "B": "quarter", "C": "year"}, "30 / 100"),
        # A adds up over the year, against the year's own target.
        ("2025-Q1", "2025-04-20", {"A": "quarter", "B": "quarter", "C": "year"}, "30 / 100"),
        ("2025-Q1", "2025-04-20", {"A": "year", "B": "quarter", "C": "quarter"}, "50 / 100"),
        ("2025-Q1", "2025-04-20", {"A": "quarter", "B": "quarter", "C": "quarter"}, ""),
        ("2025", "2026-01-20", dict.fromkeys("ABC", "year"), ""),
    ],
)  # fmt: skip
def test_a_total_of_a_part_says_of_how_much_and_has_no_grade(
    period: str, at: str, frequencies: dict[str, str], due: str
) -> None:
    made = _monitored(period, at, frequencies)
    lines = [line for group in scoreboard(made, "en").groups for line in group.lines]
    assert {line.due for line in lines} == {due}
    assert all(line.score for line in lines)
    assert all(bool(line.grade) == (not due) for line in lines)
    top = passport(made, "U1", None, "en")
    assert (f"{due} points counted in this period" in top.detail) == bool(due)
    assert ("grade poor" in top.detail or "grade good" in top.detail) == (not due)


SCORED = {"by": "score", "watch": "0.9", "missed": "0.7"}


@pytest.mark.parametrize(
    ("changes", "lit"),
    [
        ({}, ""),  # what adds up over the year, against the year's own target
        ({"combine": "last"}, ""),
        ({"combine": "mean"}, "red"),
        ({"method": {"kind": "ratio"}}, "red"),  # agreed targets of the period itself
        ({"light": {"by": "time_progress", "watch": "10", "missed": "30"}}, ""),
        ({"light": {"by": "level", "watch": "0.1", "missed": "0.3"}}, ""),
        ({"reference": {"to": "group_best"}}, "green"),
        ({"method": {"kind": "rank"}}, "green"),
    ],
)  # fmt: skip
@pytest.mark.parametrize("rest", ["year", "quarter"])
def test_within_the_year_a_light_compares_with_what_is_due_or_there_is_none(
    changes: dict[str, Any], lit: str, rest: str
) -> None:
    data = json.loads(book().model_dump_json(by_alias=True, exclude_unset=True))
    aimed = {"kind": "ratio", "target": 100}
    first = {
        "code": "A",
        "name": "A",
        "frequency": "quarter",
        "method": aimed,
        "light": SCORED,
    } | changes
    others = [one | {"frequency": rest} for one in data["indicators"][1:]]
    rules = book(indicators=[first, *others], light=SCORED)
    when = parse_period("2025-Q1")
    held = facts({("U1", "A"): 1158, ("U2", "A"): 1100, ("U3", "A"): 900}, {})
    for name, rows in (("observation", held.tables["observation"].to_pylist()),
                       ("target", [{"unit": unit, "indicator": "A", "kind": "target", "value": 10000, "file": 1, "row": 1} for unit in UNITS])):  # fmt: skip
        dated = [row | {"period": when.end} for row in rows]
        held.tables[name] = pa.Table.from_pylist(dated, schema=schema(name))
    made = make_run(rules, held, when, DuckEngine(threads=1), date(2025, 4, 20))
    found = {row["light"] for row in made.results.rows("light") if (row["unit"], row["subject"]) == ("U1", "A")}  # fmt: skip
    # A rulebook of which everything is due every quarter assesses quarters: its target is the quarter's.
    monthly = rest == "quarter"
    assert found == ({lit} if lit else {"red"} if monthly else set())
    assert any(row["subject"] == "total" for row in made.results.rows("light")) <= monthly
    mark = heat_map(made, "zh").mark("U1", "A")
    untold = not lit and not monthly
    assert mark.line is not None
    assert ("年内不定" in mark.line[0]) == untold
    assert ("年内不定" in passport(made, "U1", "A", "zh").detail) == untold
    # Held against the year's target a part of the year earns next to nothing: it counts nowhere.
    assert (mark.status == "not_due") == untold
    assert bool(mark.points) == bool(mark.value) == (not untold)
    # Its rows were due and there: they are left out for the target's sake, and their value can be read.
    reasons = {
        one.reason for one in left_out(made) if (one.table, one.code) == ("observation", "A")
    }
    assert reasons == ({"unjudged"} if untold else set())
    cell = next(one for one in passport(made, "U1", "A", "zh").parts if one.kind == "cell")
    assert ("截至 2025-03-31 的值 11" in cell.detail) == untold
    assert any(one.kind == "observation" for one in cell.parts)
    assert bool(mark.lost) <= (not untold)


def unlike_parts(
    values: tuple[int, int, int] = (5_000, 8_000, 9_000), often: str = "year", **changes: Any
) -> Run:  # fmt: skip
    """A quarter in which 30 points count for two units and 10 for the third; A, held against the year's target, `often`."""
    units = [
        {"code": unit, "name": unit, "category": c, "group": "g"}
        for unit, c in zip(UNITS, "ccd", strict=True)
    ]
    tree = {"code": "total", "name": "t", "carry": "exact", "children": [{"code": "D", "name": "d", "carry": "exact", "children": ["A", "B"]}, "C"]}  # fmt: skip
    table = {"A": {"c": 50, "d": 20}, "B": {"c": 30, "d": 10}, "C": {"c": 20, "d": 70}}
    indicators: list[dict[str, Any]] = [
        {"code": "A", "name": "A", "frequency": often, "method": {"kind": "ratio", "target": 100}, "missing": "floor"},
        {"code": "B", "name": "B", "frequency": "quarter", "method": {"kind": "ratio"}, "carry": "exact"},
        {"code": "C", "name": "C", "frequency": "year", "method": {"kind": "direct"}},
    ]  # fmt: skip
    categories = [{"code": code, "name": code} for code in "cd"]
    rules = book(units=units, categories=categories, tree=tree, weights=[{"from": "2025-01-01", "table": table}], indicators=indicators, **changes)  # fmt: skip
    when, at = parse_period("2025-Q1"), date(2025, 4, 20)
    held = facts({(unit, "B"): size for unit, size in zip(UNITS, values, strict=True)}, TARGETS)
    for name in ("observation", "target"):
        rows = [row | {"period": when.end} for row in held.tables[name].to_pylist()]
        held.tables[name] = pa.Table.from_pylist(rows, schema=schema(name))
    return make_run(rules, held, when, DuckEngine(threads=1), at)


def ranks(made: Run) -> list[str]:
    rows = {row["unit"]: row for row in score_rows(made) if row["node"] == "total"}
    return [rows[unit]["rank"] for unit in UNITS]


IN_TWO = {"bands": [{"code": "good", "name": "good", "at_least": "10"}, {"code": "poor", "name": "poor"}]}  # fmt: skip


@pytest.mark.parametrize("kind", ["public", "audit"])
def test_what_an_earlier_release_scored_is_not_passed_off_as_checked(tmp_path: Path, kind: Any) -> None:  # fmt: skip
    """Its rules are not those of this verifier: the package says who checks it."""
    now = unlike_parts(often="quarter", grading=IN_TWO)
    assert ranks(now) == ["3", "2", "1"]
    assert {row["grade"] for row in score_rows(now)} == {""}
    write_bundle(now, tmp_path / "now.zip", kind, b"salt of this test")
    check_bundle(tmp_path / "now.zip")
    kept = replace(now, id=run_id(now.plan, now.facts, "6"))
    assert kept.id != now.id
    write_bundle(kept, tmp_path / "kept.zip", kind, b"salt of this test")
    with pytest.raises(VerifyError, match="按旧版规则核算"):
        check_bundle(tmp_path / "kept.zip")


@pytest.mark.parametrize(
    ("values", "ranking", "places"),
    [
        ((5_000, 8_000, 9_000), {"direction": "down"}, ["1", "2", "3"]),
        ((9_000, 9_000, 8_000), {"ties": "skip"}, ["1", "1", "3"]),
        ((9_000, 9_000, 8_000), {"ties": "dense"}, ["1", "1", "2"]),
        ((5_001, 5_000, 9_000), {"on": "rounded"}, ["2", "2", "1"]),
        ((5_001, 5_000, 9_000), {"on": "exact"}, ["2", "3", "1"]),
    ],
)
def test_shares_are_placed_as_the_rulebook_places_points(
    values: tuple[int, int, int], ranking: dict[str, str], places: list[str]
) -> None:
    made = unlike_parts(values, ranking={"on": "rounded", "ties": "skip"} | ranking)
    assert ranks(made) == places
    for unit, place in zip(UNITS, places, strict=True):
        shared = places.count(place) > 1
        assert f"组内{'并列' * shared}第 {place}/3" in passport(made, unit, None, "zh").detail
        assert f"rank {'=' * shared}{place} of 3" in passport(made, unit, None, "en").detail


def test_units_of_which_unlike_parts_count_are_compared_by_the_share_of_their_part(
    tmp_path: Path,
) -> None:
    """Half of 30 points is less than all of 10, in every table that has a place, and a bundle says the same."""
    made = unlike_parts()
    lines = {line.unit: line for group in scoreboard(made, "zh").groups for line in group.lines}
    assert [(lines[unit].score, lines[unit].rate, lines[unit].place) for unit in UNITS] == [
        ("15.00", "50.0%", 3), ("24.00", "80.0%", 2), ("9.00", "90.0%", 1),
    ]  # fmt: skip
    assert "组内第 1/3" in passport(made, "U3", None, "zh").detail
    read = {row["unit"]: row for row in score_rows(made) if row["node"] == "total"}
    assert [(read[unit]["rank"], read[unit]["grade"]) for unit in UNITS] == [("3", ""), ("2", ""), ("1", "")]  # fmt: skip
    for kind in ("public", "audit"):
        write_bundle(made, tmp_path / kind, kind, b"salt of this test")
        check_bundle(tmp_path / kind)


def test_every_cell_of_the_map_has_a_shape_and_a_word() -> None:
    made = run(book(), facts(VALUES | {("U1", "A"): None}, TARGETS))
    heat = heat_map(made, "en")
    assert [column.code for column in heat.columns] == ["A", "B", "C"]
    assert heat.marks["U1"]["A"].status == "missing"
    assert heat.marks["U1"]["C"].status == "unlit"
    assert {mark.shape for row in heat.marks.values() for mark in row.values()} <= {shape for shape, _, _ in STATUSES.values()}  # fmt: skip


GRADED = {
    "bands": [{"code": "good", "name": "good", "at_least": 60}, {"code": "poor", "name": "poor"}]
}
YEARS = ("2022", "2023", "2024", "2025")


def graded(**scores: tuple[int | None, ...]) -> Callable[..., list[Run]]:
    """Four years of one ratio, newest first: the value of each unit in each; `events` by the year of their rulebook."""

    def made(**events: list[dict[str, Any]]) -> list[Run]:
        found = []
        for at, year in enumerate(YEARS):
            held = {unit: values[at] for unit, values in scores.items() if values[at] is not None}
            known = {"code": "small", "title": "small", "effective_from": "2022-01-01", "missing": "unranked", "grading": GRADED,
                     "units": [{"code": unit, "name": unit, "category": "c", "group": "g"} for unit in held],
                     "tree": {"code": "total", "name": "t", "children": ["A"]}, "weights": [{"from": "2022-01-01", "table": {"A": 100}}],
                     "indicators": [{"code": "A", "name": "A", "method": {"kind": "ratio", "target": 100}}],
                     "succession": events.get(f"y{year}", [])}  # fmt: skip
            rows = [
                {"unit": unit, "indicator": "A", "period": parse_period(year).end, "value": 100 * value if value else None,
                 "status": 1 if value else 3, "vintage": None, "published_on": None, "file": 1, "row": n}
                for n, (unit, value) in enumerate(held.items())
            ]  # fmt: skip
            tables = empty() | {
                "observation": pa.Table.from_pylist(rows, schema=schema("observation"))
            }
            found.append(
                make_run(
                    book(**known), Facts(tables, [], []), parse_period(year), DuckEngine(threads=1)
                )
            )
        return found[::-1]

    return made


def heir(kind: str, old: str, *heirs: str, years: str = "inherit") -> dict[str, Any]:
    share = {1: "1", 2: "0.5"}[len(heirs)]
    return {"date": "2024-01-01", "kind": kind, "unit": old, "years": years,
            "heirs": [{"unit": one, "share": share} for one in heirs]}  # fmt: skip


def test_under_means_a_point_counts_by_its_share_of_the_total() -> None:
    """A weighs 1 of 3 beside the pair of B and C; C has no value, so B is the pair's mean alone."""
    pair = {"code": "pair", "name": "p", "aggregate": "arithmetic", "weights": "relative", "missing": "renormalise", "reason": "r", "children": ["B", "C"]}  # fmt: skip
    tree = {"code": "total", "name": "t", "aggregate": "arithmetic", "weights": "relative", "children": ["A", pair]}  # fmt: skip
    weights = [{"from": "2025-01-01", "table": {"A": 1, "pair": 2, "B": 3, "C": 1}}]
    rules = book(tree=tree, weights=weights)
    values = {key: value for key, value in VALUES.items() if key != ("U1", "C")}
    before = run(rules, facts(values | {("U1", "A"): 4_000, ("U1", "B"): 4_000}, TARGETS))
    after = run(rules, facts(values | {("U1", "A"): 7_000, ("U1", "B"): 5_500}, TARGETS))
    found = Comparison(before, after).of("U1", "en")
    assert found is not None
    parts = {step.indicator: step.total for step in found.steps}
    assert parts == {"A": 10_000_000_000, "B": 10_000_000_000}, "30 x 1/3 and 15 x 2/3"
    assert found.effects["rounding"] == 0
    lost = {code: mark.lost for code, mark in heat_map(after, "en").marks["U1"].items()}
    assert lost == {"A": 10_000_000_000, "B": 30_000_000_000, "C": 0}, "of the total's points"


def heirs_in(year: str, kind: str, *heirs: str, **more: Any) -> dict[str, Any]:
    """The lines of `reorganised`, by unit."""
    made = reorganised(year, kind, *heirs, **more)
    return {line.unit: line for group in scoreboard(made, "zh").groups for line in group.lines}


def reorganised(year: str, kind: str, *heirs: str, **more: Any) -> Run:
    """A year's run of the rulebook that knows of a reorganisation in April 2024; the values are the predecessor's."""
    share = {1: "1", 2: "0.5"}[len(heirs)]
    old = "O" if kind != "merger" else "U1"
    event = {"date": "2024-04-01", "kind": kind, "unit": old, "heirs": [{"unit": one, "share": share} for one in heirs]} | more  # fmt: skip
    names = dict.fromkeys(("O", "U1", *heirs))
    rules = book(
        effective_from="2022-01-01", weights=[{"from": "2022-01-01", "table": {"A": 100}}], succession=[event],
        units=[{"code": unit, "name": unit, "category": "c", "group": "g"} for unit in names],
        tree={"code": "total", "name": "t", "children": ["A"]},
        indicators=[{"code": "A", "name": "A", "method": {"kind": "ratio", "target": 100}}],
    )  # fmt: skip
    tables = empty()
    rows = [
        {"unit": unit, "indicator": "A", "period": parse_period(year).end, "value": 8_000, "status": 1, "vintage": None, "published_on": None, "file": 1, "row": n}
        for n, unit in enumerate(names)
    ]  # fmt: skip
    tables["observation"] = pa.Table.from_pylist(rows, schema=schema("observation"))
    return make_run(rules, Facts(tables, [], []), parse_period(year), DuckEngine(threads=1))


@pytest.mark.parametrize(("kind", "heirs"), [("split", ("H1", "H2")), ("rename", ("H1",))])
@pytest.mark.parametrize("data", ["inherit", "anew"])
def test_an_heir_stands_in_no_year_that_was_over_before_it_began(
    kind: str, heirs: tuple[str, ...], data: str
) -> None:
    """In such a year the unit before it stands for itself; in the year of the change the succession says who is there."""
    before = heirs_in("2023", kind, *heirs, data=data)
    assert set(before) == {"O", "U1"}
    assert before["O"].place is not None
    during = heirs_in("2024", kind, *heirs, data=data)
    assert set(heirs) <= set(during)
    later = heirs_in("2025", kind, *heirs, data=data)
    assert set(later) == {"U1", *heirs}


@pytest.mark.parametrize(
    ("kind", "heirs", "share"), [("split", ("H1", "H2"), "0.5"), ("rename", ("H1",), "1")]
)
def test_the_year_of_a_change_tells_who_went_on_for_whom(
    kind: str, heirs: tuple[str, ...], share: str
) -> None:
    """The heir with what it inherits and by which share, the ended unit with its heirs; other years and units nothing."""
    made = reorganised("2024", kind, *heirs)
    heir, old = (handed_on(made, unit, "zh") for unit in ("H1", "O"))
    assert "自 2024-04-01 起由本单位承继O" in heir
    assert f"份额 {share}" in heir
    assert "以前各期由O单独列示" in heir
    assert f"撤销，由{'、'.join(heirs)}承继" in old
    assert "only" in handed_on(reorganised("2024", kind, *heirs, data="anew"), "H1", "en")
    english = {"O": "Old Street", **{heir: f"{heir} Street" for heir in heirs}}
    assert "goes on for Old Street" in handed_on(made, "H1", "en", english)
    assert ", ".join(english[heir] for heir in heirs) in handed_on(made, "O", "en", english)
    assert not handed_on(made, "U1", "zh")
    assert not handed_on(reorganised("2023", kind, *heirs), "O", "zh")
    assert not handed_on(reorganised("2025", kind, *heirs), "H1", "zh")
    board = scoreboard(made, "zh")
    lines = {line.unit: line for group in board.groups for line in group.lines}
    assert board.ended == sum(line.ended == "2024-03-31" for line in lines.values())
    assert {unit for unit, line in lines.items() if line.ended} == {"O"} & set(lines)
    assert not scoreboard(reorganised("2023", kind, *heirs), "zh").ended


def test_a_unit_that_takes_another_in_was_there_before() -> None:
    """A merger may go into a unit that stood all along: its earlier years stay its own."""
    assert set(heirs_in("2023", "merger", "O")) == {"O", "U1"}


def test_years_on_end_count_back_to_another_grade_and_over_a_year_without_one() -> None:
    runs = graded(
        U1=(50, 70, 80, 90), U2=(80, 90, 0, 70), U3=(90, 90, 90, 30), U4=(None, None, None, 0)
    )()
    assert streak(runs, "U1") == Streak("good", 3, "2023")
    assert streak(runs, "U2") == Streak("good", 3, "2022"), (
        "a missing year neither counts nor breaks"
    )
    assert streak(runs, "U3") == Streak("poor", 1, "2025")
    assert streak(runs, "U4") is None
    assert streak(runs, "nobody") is None


def test_years_on_end_follow_mergers_splits_and_renames() -> None:
    runs = graded(
        A=(90, 90, None, None),
        B=(30, 90, None, None),
        H=(None, None, 70, 80),
        S=(None, None, 80, 80),
    )
    assert streak(runs(), "H") == Streak("good", 2, "2024"), "nobody said that it is an heir"
    renamed = runs(y2024=[heir("rename", "A", "H")])
    assert streak(renamed, "H") == Streak("good", 4, "2022")
    merged = runs(y2024=[heir("merger", "A", "H"), heir("merger", "B", "H")])
    assert streak(merged, "H") == Streak("good", 3, "2023"), "in 2022 one part was poor"
    split = runs(y2024=[heir("split", "A", "H", "S")])
    assert streak(split, "H") == streak(split, "S") == Streak("good", 4, "2022")
    anew = runs(y2024=[heir("rename", "A", "H", years="anew")])
    assert streak(anew, "H") == Streak("good", 2, "2024")


@pytest.mark.parametrize(("kind", "years", "periods", "said"), [
    ("split", "inherit", 4, "等次的连续期数按方案承继A：以前各期等次相同的，连续计算。"),
    ("rename", "inherit", 4, "等次的连续期数按方案承继A：以前各期等次相同的，连续计算。"),
    ("rename", "anew", 2, "等次的连续期数按方案自本单位起重新计算。"),
])  # fmt: skip
def test_an_heirs_page_says_of_its_periods_on_end_what_they_are_counted_by(
    kind: str, years: str, periods: int, said: str
) -> None:
    """The results before the change stand under the unit before; whether its grades count, the rulebook says."""
    runs = graded(A=(90, 90, None, None), H=(None, None, 70, 80))(y2024=[heir(kind, "A", "H", years=years)])  # fmt: skip
    held = streak(runs, "H")
    assert held is not None
    assert held.periods == periods
    told = handed_on(runs[1], "H", "zh")
    assert said in told
    assert "results of periods before it stand under A alone" in handed_on(runs[1], "H", "en")


def test_a_total_that_is_none_has_one_word() -> None:
    made = run(book(), facts(VALUES | {("U1", "A"): None}, TARGETS))
    root = passport(made, "U1", None, "zh").parts[0]
    assert (root.score, root.detail) == ("", "▨ 没有总分（缺数据）"), "it is the sum of nothing"
    lines = {line.unit: line for group in scoreboard(made, "zh").groups for line in group.lines}
    assert lines["U1"].absent == ("▨ 没有总分（缺数据）", "▨ no total (data missing)")
    assert lines["U2"].absent == ("", "")
    assert {words[0].partition("（")[0].partition(" ")[2] for words in NO_TOTAL.values()} == {
        "没有总分"
    }


@pytest.mark.parametrize(
    ("key", "zh", "en"),
    [(None, "同分并列。", "Equal scores share a place."), ("D", "得分率相同的并列，不比较这一项", "equal shares share a place, and that score is not asked")],
)  # fmt: skip
def test_places_by_share_say_that_the_key_of_ties_is_not_asked(
    key: str | None, zh: str, en: str
) -> None:
    made = unlike_parts(ranking={"key": key})
    said = tie_words(made)
    assert zh in said[0]
    assert en in said[1]


def test_places_by_points_say_what_parts_equal_scores() -> None:
    made = run(book(ranking={"key": "total"}), facts(VALUES, TARGETS))
    said = tie_words(made)
    assert said[0].startswith("同分时比较“")
    assert "where that is equal too" in said[1]


@pytest.mark.parametrize(
    ("total", "causes"), [("missing", ["B", "D", "E"]), ("not_due", ["A"]), ("unranked", ["B", "D", "E"])]
)  # fmt: skip
def test_what_is_not_due_stops_a_total_only_where_nothing_is(total: str, causes: list[str]) -> None:
    statuses = {"A": "not_due", "B": "missing", "C": "met", "D": "undefined", "E": "withheld"}
    assert stopping(statuses, total) == causes
