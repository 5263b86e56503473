"""A running year carried to its end: what is filled, what is not, and that nothing is left to fill at the end."""

import json
from collections import Counter
from collections.abc import Collection
from dataclasses import replace
from datetime import date
from typing import Any

import pyarrow as pa
from hypothesis import settings
from hypothesis import strategies as st

from tests.drawn import drawn_on
from tests.generate import METHODS, facts_for, rulebooks
from tests.test_generated import common, outcome
from zhengheng.domain.periods import parse_period
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport_rows import Lack
from zhengheng.engines.projection import Projection, apart, gaps, project, reached
from zhengheng.engines.results import Results
from zhengheng.engines.run import make_plan, make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Node, Rulebook

YEAR = parse_period("2025")
MONTHS = [month.end for month in YEAR.split("month")]
LIGHT = {"by": "time_progress", "watch": 5, "missed": 10}


def book() -> Rulebook:
    """A flow, a quantity counted from January, a stock, a rank, and dated nodes."""
    data: dict[str, Any] = {
        "code": "small", "title": "small", "effective_from": "2025-01-01",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "units": [{"code": unit, "name": unit, "category": "c", "group": "g"} for unit in ("U1", "U2")],
        "tree": {"code": "total", "name": "t", "missing": "block", "children": ["F", "Y", "S", "R", "M"]},
        "weights": [{"from": "2025-01-01", "table": {"F": 20, "Y": 20, "S": 20, "R": 20, "M": 20}}],
        "indicators": [
            {"code": "F", "name": "F", "frequency": "month", "lag_days": 10, "method": {"kind": "ratio", "target": 100}},
            {"code": "Y", "name": "Y", "frequency": "month", "combine": "last", "light": LIGHT, "method": {"kind": "ratio", "target": 100}},
            {"code": "S", "name": "S", "frequency": "month", "combine": "last", "method": {"kind": "ratio", "target": 100}},
            {"code": "R", "name": "R", "frequency": "month", "method": {"kind": "rank"}},
            {"code": "M", "name": "M", "decimals": 0, "method": {"kind": "milestones", "late": "0.5"}},
        ],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


def facts(months: int, **gaps: int) -> Facts:
    """So many months of each series, at two decimals; `gaps` leaves one month of an indicator out."""
    tables = empty()
    rows = [
        {"unit": unit, "indicator": code, "period": end, "value": 100 * value(place) * size, "status": 1,
         "vintage": None, "published_on": None, "file": 1, "row": place}
        for unit, size in (("U1", 1), ("U2", 2))
        for code, value in (("F", lambda n: n), ("Y", lambda n: 5 * n), ("S", lambda n: 40 + n), ("R", lambda n: 1))
        for place, end in enumerate(MONTHS[:months], 1)
        if (unit, gaps.get(code)) != ("U1", place)
    ]  # fmt: skip
    tables["observation"] = pa.Table.from_pylist(rows, schema=schema("observation"))
    nodes = [
        {"unit": unit, "indicator": "M", "milestone": name, "due_on": due, "done_on": done, "share": 500_000,
         "waived": False, "file": 1, "row": 1}
        for unit in ("U1", "U2")
        for name, due, done in (("a", date(2025, 2, 28), date(2025, 3, 20)), ("b", date(2025, 9, 30), None))
    ]  # fmt: skip
    tables["milestone"] = pa.Table.from_pylist(nodes, schema=schema("milestone"))
    return Facts(tables, [], [])


def values(made: Projection, unit: str) -> dict[str, int | None]:
    return {r["indicator"]: r["value"] for r in made.run.results.of_unit("indicator_score", unit)}


def test_each_kind_of_series_is_carried_on_in_its_own_way() -> None:
    made = project(book(), facts(3), YEAR, date(2025, 4, 10))
    assert values(made, "U1") == {
        "F": 100 * (1 + 2 + 3 + 9 * 2),  # the mean of three months for nine more
        "Y": 100 * 60,  # five a month from January
        "S": 100 * 43,  # the last value
        "R": 100 * 12,
        "M": 75,  # one node late, the coming one in time
    }
    assert made.reported["U1", "F"] == (3, 12)
    scores = {r["unit"]: r["points"] for r in made.run.results.rows("indicator_score") if r["indicator"] == "R"}  # fmt: skip
    assert scores["U2"] > scores["U1"], "the other unit is carried on as well"


def test_what_is_overdue_stays_missing() -> None:
    """On 5 April the flow of March is not due for ten days, so it is filled; a month later its lack shows."""
    early = project(book(), facts(3, F=3), YEAR, date(2025, 4, 5))
    assert values(early, "U1")["F"] == 100 * 18 * 1, "a mean of 1.5 for ten months after 1 and 2"
    late = project(book(), facts(3, F=3), YEAR, date(2025, 4, 10))
    status = {r["indicator"]: r["status"] for r in late.run.results.of_unit("indicator_score", "U1")}  # fmt: skip
    assert status["F"] == 3
    total = late.run.results.of_unit("total_score", "U1")[0]
    assert total["status"] == "missing", "no total where data is overdue"


def test_what_is_due_and_not_there_is_named_and_what_is_not_due_is_no_lack() -> None:
    """A month that is due and lacks stands by its name; before the first month is due nothing lacks, and there is nothing to go by."""
    day = date(2025, 4, 10)
    found = gaps(project(book(), facts(3, F=3), YEAR, day), "U1", day)
    lack = Lack("U1", "F", parse_period("2025-03"))
    assert {code: (gap.due, gap.is_early) for code, gap in found.items()} == {"F": ((lack,), False)}
    early = date(2025, 1, 20)
    none = gaps(project(book(), facts(0), YEAR, early), "U1", early)
    assert {code for code, gap in none.items() if gap.is_early} == set("FYSR")
    late = date(2025, 2, 20)
    owed = gaps(project(book(), facts(0), YEAR, late), "U1", late)["F"]
    assert ([one.period.code for one in owed.due], len(owed.later)) == (["2025-01"], 11)
    assert not owed.is_early
    done = date(2026, 3, 12)
    assert gaps(project(book(), facts(12), YEAR, done), "U1", done) == {}


def test_a_year_that_is_over_is_what_it_is() -> None:
    held, day = facts(12), date(2026, 3, 12)
    made, real = project(book(), held, YEAR, day), make_run(book(), held, YEAR, DuckEngine(), day)
    assert made.run.results.rows("total_score") == real.results.rows("total_score")
    assert set(made.reported.values()) == {(12, 12)}


def test_units_share_a_computation_only_where_each_comes_out_as_alone() -> None:
    """Over generated rulebooks: what units report is changed together, and the numbers are those of each by itself."""

    def check(data: st.DataObject, seen: Counter[str]) -> None:
        drawn = data.draw(rulebooks(data.draw(st.sampled_from(sorted(METHODS)))))
        book = drawn.model_copy(update={"tree": looking_at_nobody(drawn.tree)})
        held = data.draw(facts_for(book))
        here = sorted({row["indicator"] for row in held.tables["observation"].to_pylist()})
        some = st.lists(st.sampled_from(here), min_size=1, max_size=3) if here else st.just([])
        waiting = {unit.code: set(data.draw(some)) for unit in held.units}
        lone = apart(make_plan(book, held, YEAR), waiting)
        together = waiting.keys() - lone
        seen["alone"] += len(lone)
        if sum(bool(waiting[unit]) for unit in together) < 2:
            return
        joint = outcome(book, moved(held, waiting, together), DuckEngine(threads=1))
        if not isinstance(joint, Results):
            return  # refused as too large, whoever asks
        taking = reached(
            make_plan(book, held, YEAR), joint, {unit: waiting[unit] for unit in together}
        )
        seen["taking"] += len(taking)
        for unit in sorted(together - taking):
            by_itself = outcome(book, moved(held, waiting, {unit}), DuckEngine(threads=1))
            assert isinstance(by_itself, Results)
            seen["together"] += 1
            for table in ("indicator_score", "node_score", "total_score", "light"):
                assert by_itself.of_unit(table, unit) == joint.of_unit(table, unit), (unit, table)

    drawn_on(check, {"together": 11, "alone": 11, "taking": 1}, settings(common, max_examples=40))


def test_whose_values_add_up_in_a_parent_is_computed_apart() -> None:
    """What U2 reports moves U1, which takes its value of F from below."""
    data = book().model_dump(mode="json", by_alias=True)
    data["tree"]["children"], data["weights"][0]["table"] = ["F", "S"], {"F": 60, "S": 40}
    data["indicators"] = [one for one in data["indicators"] if one["code"] in {"F", "S"}]
    data["cascade"] = [
        {
            "indicator": "F",
            "parent": "U1",
            "mode": "shares",
            "children": {"U2": 100},
            "roll_up": True,
        }
    ]
    plan = make_plan(Rulebook.model_validate_json(json.dumps(data), strict=True), facts(12), YEAR)
    assert apart(plan, {"U1": {"S"}, "U2": {"F"}}) == {"U2"}
    assert apart(plan, {"U1": {"S"}, "U2": {"S"}}) == set()


def looking_at_nobody(node: Node) -> Node:
    """A dimension without what looks at the whole group: with that, nobody shares anything."""
    children = tuple(
        looking_at_nobody(one) if isinstance(one, Node) else one for one in node.children
    )
    return node.model_copy(update={"rescale": None, "fill": None, "children": children})


def moved(held: Facts, waiting: dict[str, set[str]], units: Collection[str]) -> Facts:
    """The facts with what these units report raised."""
    rows = held.tables["observation"].to_pylist()
    for row in rows:
        if (
            row["unit"] in units
            and row["indicator"] in waiting[row["unit"]]
            and row["value"] is not None
        ):
            row["value"] += 100 + row["row"] % 7
    more = pa.Table.from_pylist(rows, schema=schema("observation"))
    return replace(held, tables={**held.tables, "observation": more})
