"""Cascade and coverage: shares add exactly, down every level; everyone has indicators."""

import json
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import Any

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from zhengheng.domain.periods import parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.engines.uncounted import uncounted
from zhengheng.lake.facts import Facts, empty, schema, to_arrow
from zhengheng.scheme.cascade import cascaded_targets, coverage, split
from zhengheng.scheme.folder import Source
from zhengheng.scheme.inherited import inherited
from zhengheng.scheme.lint import lint
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.contracts import CONTRACTS

NAME = {"zh": "n"}


def book(
    cascade: list[dict[str, Any]], goals: list[dict[str, Any]] | None = None, *, rate: bool = False,
    succession: list[dict[str, Any]] | None = None,
) -> Rulebook:  # fmt: skip
    units = [
        {"code": c, "name": NAME, "category": "c", "group": "g"}
        for c in ("city", "a", "b", "a1", "a2")
    ]
    data: dict[str, Any] = {
        "code": "t", "title": NAME, "effective_from": "2025-01-01", "units": units,
        "categories": [{"code": "c", "name": NAME}], "groups": [{"code": "g", "name": NAME}],
        "tree": {"code": "total", "name": NAME, "children": ["A"]},
        "weights": [{"from": "2025-01-01", "table": {"A": 100}}],
        "indicators": [{"code": "A", "name": NAME, "decimals": 0, "method": {"kind": "ratio", "target": 1000}}],
        "cascade": cascade, "goals": goals or [], "succession": succession or [],
    }  # fmt: skip
    if rate:
        data["tree"]["children"] = ["R"]
        data["weights"][0]["table"] = {"R": 100}
        data["indicators"] = [
            {"code": "N", "name": NAME}, {"code": "D", "name": NAME},
            {"code": "R", "name": NAME, "decimals": 1, "measure_unit": "%", "method": {"kind": "ratio", "target": 100},
             "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100}},
        ]  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


LEVELS = [
    {"indicator": "A", "parent": "a", "mode": "shares", "children": {"a1": 50, "a2": 50}},
    {"indicator": "A", "parent": "city", "mode": "shares", "children": {"a": 30, "b": 70}},
]


def test_a_goal_goes_down_every_level_whatever_the_order() -> None:
    found = cascaded_targets(book(LEVELS))
    assert found == {("a", "A"): 300, ("b", "A"): 700, ("a1", "A"): 150, ("a2", "A"): 150}


def test_the_example_of_the_domain() -> None:
    assert split(1000, {"x": Decimal("0.5"), "y": Decimal("0.3"), "z": Decimal("0.2")}) == {
        "x": 500,
        "y": 300,
        "z": 200,
    }


def test_what_is_left_over_goes_to_the_largest_remainder() -> None:
    """3.33, 3.33 and 3.34 of 10: one is left, and z is nearest to its next."""
    assert split(10, {"x": Decimal("33.3"), "y": Decimal("33.3"), "z": Decimal("33.4")}) == {
        "x": 3,
        "y": 3,
        "z": 4,
    }


@given(st.integers(0, 10**12), st.lists(st.integers(1, 1000), min_size=1, max_size=12))
def test_parts_always_add_to_the_whole(total: int, shares: list[int]) -> None:
    parts = split(total, {str(n): Decimal(share) for n, share in enumerate(shares)})
    assert sum(parts.values()) == total


def test_rates_are_inherited_and_own_targets_stand() -> None:
    inherit = [{"indicator": "A", "parent": "city", "mode": "inherit", "children": {"a": 1}}]
    own = [{"indicator": "A", "parent": "city", "mode": "own", "children": {"a": 420}}]
    assert cascaded_targets(book(inherit)) == {("a", "A"): 1000}
    assert cascaded_targets(book(own)) == {("a", "A"): 420}


def test_an_agreed_target_goes_down_instead_of_the_method_s() -> None:
    """70 of 100 of 500; a child's own agreed one stands."""
    assert cascaded_targets(book(LEVELS[1:]), {("city", "A"): 500})["b", "A"] == 350
    agreed = {("city", "A"): 500, ("b", "A"): 400}
    assert cascaded_targets(book(LEVELS[1:]), agreed)["b", "A"] == 400


def scores(made_of: Rulebook, rows: list[tuple[str, str, str, int | None, int]], table: str = "indicator_score",
           **tables: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:  # fmt: skip
    """Results by unit and indicator, the same from DuckDB and the oracle; rows are unit, code, period, value, status."""
    columns = {name: [] for name in CONTRACTS["observation"].names}
    for unit, code, period, value, status in rows:
        row = {"unit": unit, "indicator": code, "period": date.fromisoformat(period), "value": value,
               "status": status, "file": 1, "row": 1}  # fmt: skip
        for name in columns:
            columns[name].append(row.get(name))
    held = empty() | {"observation": to_arrow("observation", columns)}
    held |= {k: pa.Table.from_pylist(v, schema=schema(k)) for k, v in tables.items()}
    found = []
    for engine in (DuckEngine(threads=1), OracleEngine()):
        made = make_run(made_of, Facts(dict(held)), parse_period("2025"), engine)
        found.append({(r["unit"], r["indicator"]): r for r in made.results.rows(table)})
    assert found[0] == found[1]
    return found[0]


def test_scores_use_the_cascaded_target_on_both_engines() -> None:
    score = scores(book(LEVELS), [("a1", "A", "2025-12-31", 75, 1)])["a1", "A"]
    assert (score["target"], score["printed"]) == (150, 50 * 10**9)


ROLLED = [{**LEVELS[0], "roll_up": True}, {**LEVELS[1], "roll_up": True}]


def test_a_parent_adds_up_what_its_branches_report() -> None:
    """The middle level reports nothing itself: the ends of all branches count."""
    below = [
        (unit, "A", "2025-12-31", value, 1) for unit, value in (("a1", 30), ("a2", 20), ("b", 7))
    ]
    found = scores(book(ROLLED), below)
    assert found["city", "A"]["value"] == 57
    assert found["a", "A"]["value"] == 50
    assert scores(book(ROLLED), below[1:])["city", "A"]["status"] == 3, "one child is missing"
    own = [*below, ("city", "A", "2025-12-31", 60, 1)]
    assert scores(book(ROLLED), own)["city", "A"]["value"] == 60, "its own report stands"
    found = scores(book([LEVELS[0], ROLLED[1]]), [*below, ("a", "A", "2025-12-31", 40, 1)])
    assert found["city", "A"]["value"] == 47, "40 of a and 7 of b: a is not added up"
    alone = scores(book(LEVELS), below)["city", "A"]
    assert (alone["status"], alone["value"]) == (3, None), "nobody said to add up"


def test_a_rate_is_taken_again_from_numerators_and_denominators() -> None:
    made_of = book([{"indicator": "R", "parent": "city", "mode": "inherit", "roll_up": True,
                     "children": {"a": 0, "b": 0}}], rate=True)  # fmt: skip
    rows = [("a", "N", "2025-12-31", 9, 1), ("a", "D", "2025-12-31", 10, 1),
            ("b", "N", "2025-12-31", 10, 1), ("b", "D", "2025-12-31", 90, 1)]  # fmt: skip
    found = scores(made_of, rows)
    assert found["a", "R"]["value"] == 900
    assert found["city", "R"]["value"] == 190, "19 of 100, not the mean of 90 % and 11.1 %"


def test_a_rate_without_its_parts_cannot_be_rolled_up(tmp_path: Path) -> None:
    bad = book([{"indicator": "R", "parent": "city", "mode": "inherit", "roll_up": True,
                 "children": {"a": 0}}], rate=True)  # fmt: skip
    rate = bad.indicator("R").model_copy(update={"parts": None})
    bad = bad.model_copy(update={"indicators": (*bad.indicators[:-1], rate)})
    assert "cascade.roll_up" in {p.code for p in lint(bad, Source(tmp_path))}


def test_a_parent_that_ranks_beside_its_own_parts_is_warned_about(tmp_path: Path) -> None:
    assert "cascade.rivals" in {p.code for p in lint(book(ROLLED), Source(tmp_path))}
    assert "cascade.rivals" not in {p.code for p in lint(book(LEVELS), Source(tmp_path))}


def test_a_successor_takes_targets_over_as_the_rulebook_says() -> None:
    for choice, target in (("inherit", 60), ("anew", 1000)):
        made_of = book([], succession=[
            {"date": "2025-07-01", "kind": "split", "unit": "a", "data": "inherit", "targets": choice,
             "heirs": [{"unit": "a1", "share": "0.6"}, {"unit": "a2", "share": "0.4"}]}])  # fmt: skip
        agreed = {"unit": "a", "indicator": "A", "kind": "target", "period": date(2025, 12, 31),
                  "value": 100, "file": 1, "row": 1}  # fmt: skip
        rows = [("a1", "A", "2025-12-31", 30, 1)]
        assert scores(made_of, rows, target=[agreed])["a1", "A"]["target"] == target


def test_an_heir_of_rates_that_were_handed_down_has_the_one_that_all_have() -> None:
    """90 % and 90 % are 90 %; 90 % and 80 % are no one number."""
    events = [
        {"date": "2025-07-01", "kind": "merger", "unit": old, "data": "inherit", "targets": "inherit",
         "heirs": [{"unit": "a1", "share": "1"}]} for old in "ab"
    ]  # fmt: skip
    for other, target in ((90, 900), (80, None)):
        handed = {"indicator": "R", "parent": "city", "mode": "own", "children": {"a": 90, "b": other}}  # fmt: skip
        made_of = book([handed], rate=True, succession=events)
        made_of = made_of.model_copy(update={"units": tuple(
            one.model_copy(update={"valid_from": date(2025, 7, 1)}) if one.code == "a1" else one for one in made_of.units
        )})  # fmt: skip
        rows = [("a1", "N", "2025-12-31", 9, 1), ("a1", "D", "2025-12-31", 10, 1)]
        assert scores(made_of, rows)["a1", "R"]["target"] == target


def test_an_heir_with_a_target_of_its_own_is_named_with_what_is_not_added() -> None:
    """Its own one stands alone, though the quantities of the unit before go over; a rate has nothing to add."""
    end = date(2025, 12, 31)
    held = [{"unit": unit, "indicator": code, "kind": "target", "period": end, "value": value, "file": 1, "row": row}
            for row, (unit, code, value) in enumerate((("a", "A", 100), ("b", "A", 900)), 1)]  # fmt: skip
    for choice, targets, told in (
        ("inherit", held, 1),
        ("inherit", held[:1], 0),
        ("anew", held, 0),
    ):
        made_of = book([], succession=[
            {"date": "2025-07-01", "kind": "merger", "unit": "a", "data": "inherit", "targets": choice,
             "heirs": [{"unit": "b", "share": "1"}]}])  # fmt: skip
        facts = Facts({**empty(), "target": pa.Table.from_pylist(targets, schema("target"))})
        run = make_run(made_of, facts, parse_period("2025"), DuckEngine())
        said = [one for one in uncounted([run]) if one.code == "target.own"]
        assert len(said) == told
        assert all(
            "A 目标 900，不加 a 的 100" in one.zh and "a's 100 is not added" in one.en
            for one in said
        )
        words = [zh for zh, _ in inherited(made_of, {})]
        assert any("以自己的为准，不相加" in zh for zh in words) == (choice == "inherit")


def test_who_gives_a_part_away_and_goes_on_is_not_told_to_add_its_own_target_to_itself() -> None:
    made_of = book([], succession=[
        {"date": "2025-07-01", "kind": "split", "unit": "a", "data": "inherit", "targets": "inherit",
         "heirs": [{"unit": "a", "share": "0.5"}, {"unit": "b", "share": "0.5"}]}])  # fmt: skip
    targets = [{"unit": unit, "indicator": "A", "kind": "target", "period": date(2025, 12, 31), "value": 100, "file": 1, "row": row}
               for row, unit in enumerate("ab", 1)]  # fmt: skip
    facts = Facts({**empty(), "target": pa.Table.from_pylist(targets, schema("target"))})
    run = make_run(made_of, facts, parse_period("2025"), DuckEngine())
    said = [one.en for one in uncounted([run]) if one.code == "target.own"]
    assert [one.split(" takes")[0] for one in said] == ["b"]


def test_coverage_names_what_is_bare() -> None:
    found = coverage(
        book(LEVELS, [{"code": "g1", "name": NAME, "from_year": 2025, "to_year": 2027}])
    )
    assert (found.units, found.covered, found.bare_goals) == (5, 5, ("g1",))
    known = book(LEVELS)
    posts = known.model_copy(update={"units": known.units[:2]})
    assert coverage(posts).units == 5, (
        "posts that the cascade alone names are counted with the units"
    )


def test_who_is_weighed_from_a_later_day_on_is_covered() -> None:
    """A weighs for c in the first half of the year, and for d too in the second."""
    made_of = book([])
    categories = (*made_of.categories, made_of.categories[0].model_copy(update={"code": "d"}))
    units = (*made_of.units, made_of.units[0].model_copy(update={"code": "post", "category": "d"}))
    first = made_of.weights[0].model_copy(update={"table": {"A": {"c": Decimal(100)}}})
    second = first.model_copy(
        update={
            "from_": date(2025, 7, 1),
            "table": {"A": {"c": Decimal(100), "d": Decimal(100)}},
        }
    )
    for weights, bare in (((first,), ("post",)), ((first, second), ()), ((second, first), ())):
        update = {"categories": categories, "units": units, "weights": weights}
        assert coverage(made_of.model_copy(update=update)).bare_units == bare
