"""What no rulebook may allow: gaps that pay, order that matters, parts that do not add.

Shown on the oracle, which takes a hundred cases in the time the engine takes ten; test_generated.py
shows that the engine gives the same bits. Only what the engine may do in any order is shown on it too.
"""

import json
import os
from collections import Counter
from fractions import Fraction
from typing import Any, get_args

import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import HealthCheck, Phase, assume, given, reject, settings
from hypothesis import strategies as st

from tests.drawn import drawn_on
from tests.generate import PERIOD, PLACED, UNBOUNDED, facts_for, rulebooks
from zhengheng.domain.problems import EngineError
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine, Results
from zhengheng.engines.run import make_plan, make_run
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.indicator import MissingRule, Reference
from zhengheng.scheme.methods import Ratio
from zhengheng.scheme.model import Indicator, Node, Rulebook, Unit

EXAMPLES = int(os.environ.get("ZHENGHENG_EXAMPLES", "40"))
"""Of each property; a long run sets it higher."""
common = settings(max_examples=EXAMPLES, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip
TOO_LARGE = "engine.beyond"
RELATIVE = {"rank", "min_max", "z_score", "mads", "percentile", "borda", "exponential_rank"}


def run(book: Rulebook, facts: Facts, engine: Engine | None = None) -> Results:
    try:
        return make_run(book, facts, PERIOD, engine or OracleEngine()).results
    except EngineError as error:
        # Shares of a mean near nothing, quotients by little: the one refusal that every engine words
        # alike. There are no scores then of which a property could speak; any other error is a fault.
        if {problem.code for problem in error.problems} != {TOO_LARGE}:
            raise
        reject()


def totals(results: Results) -> dict[str, int | None]:
    return {row["unit"]: row["printed"] for row in results.rows("total_score")}


def places(results: Results) -> dict[str, int]:
    return {row["unit"]: row["place"] for row in results.rows("ranking") if row["node"] == "total"}


def strict(book: Rulebook) -> Rulebook:
    """The same rulebook without the rules by which a gap may raise a score (see the warnings of lint)."""
    # renormalise: what is left is weighed up; absent zero: no row is no gap.
    # fill: the others' values stand in for the gap, declared with its reason.
    # rescale: a score depends on the others', so theirs falling raises it.
    # mirror, quotient: a smaller part makes a greater score, by their meaning.
    # Each of them is shown to pay in test_gaps_that_pay.py; a change in mid-year is of another method.

    def node(held: Node) -> Node:
        rule = "block" if held.missing in {None, "renormalise"} else held.missing
        children = tuple(node(c) if isinstance(c, Node) else c for c in held.children)
        return held.model_copy(
            update={
                "missing": rule,
                "children": children,
                "fill": None,
                "rescale": None,
                "mirror": False,
                "aggregate": "arithmetic" if held.aggregate == "quotient" else held.aggregate,
            }
        )

    leaves = tuple(
        i.model_copy(update={"missing": None if i.missing == "renormalise" else i.missing, "absent": "missing",
                             "changes": (), "fill": None})
        for i in book.indicators
    )  # fmt: skip
    return book.model_copy(
        update={"tree": node(book.tree), "indicators": leaves, "missing": "block"}
    )


def bounded(book: Rulebook) -> Rulebook:
    """The same rulebook with a target where a method has no lowest mark at which a gap could stand."""
    kinds = {i.code for i in book.indicators if getattr(i.method, "kind", "") in UNBOUNDED}
    return with_targets(book, kinds)


def with_targets(book: Rulebook, codes: set[str]) -> Rulebook:
    """The same rulebook with these indicators measured against a target of their own."""
    target = Ratio.model_validate({"kind": "ratio", "target": "50"})
    leaves = tuple(
        i.model_copy(update={"method": target, "reference": Reference()}) if i.code in codes else i
        for i in book.indicators
    )
    return book.model_copy(update={"indicators": leaves})


def placing(book: Rulebook) -> Rulebook:
    """The same rulebook, where whoever has gaps keeps a score and a place, and nobody's depends on who has a value."""

    def node(held: Node) -> Node:
        children = tuple(node(c) if isinstance(c, Node) else c for c in held.children)
        update = {"missing": "floor", "not_applicable": "reweight", "coverage": None}
        return held.model_copy(update={**update, "children": children})

    book = with_targets(book, {i.code for i in book.indicators if against_the_valued(i)})
    return book.model_copy(update={"tree": node(book.tree), "missing": "floor", "withheld": "floor"})  # fmt: skip


def absolute(book: Rulebook) -> bool:
    return not any(
        i.reference.to.startswith("group_") or getattr(i.method, "kind", "") in RELATIVE
        for i in book.indicators
    )


def against_the_valued(indicator: Indicator) -> bool:
    """Whether what others earn depends on whose values are there, not only on who is due."""
    method = indicator.method
    return (
        indicator.reference.to.startswith("group_")
        or getattr(method, "kind", "") == "min_max"
        or getattr(method, "among", "due") == "valued"
    )


def test_a_lost_value_never_raises_a_score_or_a_rank() -> None:
    wanted = {"scores": EXAMPLES // 4, "places": EXAMPLES // 4}
    drawn_on(losing, wanted, settings(common, max_examples=2 * EXAMPLES))


def losing(data: st.DataObject, seen: Counter[str]) -> None:
    book = bounded(strict(data.draw(rulebooks())))
    # A parent that ranks beside its own parts falls out with them; that is no gain of theirs.
    book = book.model_copy(update={"cascade": ()})
    facts = data.draw(facts_for(book))
    if data.draw(st.booleans()):
        book = placing(book)
        common = {"group": "g1", "ranked": True, "valid_from": None}
        facts.units = [unit.model_copy(update=common) for unit in facts.units]
    table = facts.tables["observation"]
    key = ("unit", "indicator", "period")
    revised = {tuple(r[name] for name in key) for r in facts.tables["revision"].to_pylist()}
    valued = [
        n for n, row in enumerate(table.to_pylist())
        if row["status"] == 1 and tuple(row[name] for name in key) not in revised
    ]  # fmt: skip
    assume(valued)
    lost = data.draw(st.sampled_from(valued))
    unit, code = table["unit"][lost].as_py(), table["indicator"][lost].as_py()
    keep = pa.array([n != lost for n in range(table.num_rows)])
    fewer = Facts({**facts.tables, "observation": table.filter(keep)}, facts.units)
    before, after = run(book, facts), run(book, fewer)
    old, new = totals(before).get(unit, None), totals(after).get(unit)
    cell = cells(before, code).get(unit)
    # A negative value or a worse-than-nothing score is not earned by reporting less of a sum:
    # the cell as a whole becomes missing, and missing never counts above the method's floor.
    if cell is None or cell["status"] != 1 or (cell["points"] or 0) < 0:
        return
    if turned(book, before, unit) or turned(book, after, unit):
        return
    if new is not None and old is not None:
        seen["scores"] += 1
        assert new <= old
    # Where the others are measured against those with a value, the last of them who falls out
    # pulls theirs down as well, by the meaning of such a rule.
    # Where the lower total is the better one, a lost score is a better place, by the meaning of such a ranking.
    up = book.ranking.direction == "up"
    if up and unit in places(after) and not any(against_the_valued(i) for i in book.indicators):
        seen["places"] += 1
        assert unit in places(before)
        assert places(after)[unit] >= places(before)[unit]


def by_rule(node: Node, rule: MissingRule) -> Node:
    """A tree in which every dimension treats what is missing alike."""
    children = tuple(by_rule(c, rule) if isinstance(c, Node) else c for c in node.children)
    return node.model_copy(update={"missing": rule, "children": children})


def turned(book: Rulebook, results: Results, unit: str) -> bool:
    """Whether a product may turn round what is better: one of the unit's scores is below nothing."""
    scores = [row["points"] for row in results.rows("indicator_score") if row["unit"] == unit]
    scores += [row["score"] for row in results.rows("node_score") if row["unit"] == unit]
    return multiplies(book.tree) and any(score is not None and score < 0 for score in scores)


def multiplies(node: Node) -> bool:
    """Whether a dimension here or below is a product."""
    below = [c for c in node.children if isinstance(c, Node)]
    return node.aggregate == "product" or any(multiplies(c) for c in below)


def duels(node: Node) -> bool:
    """Whether a dimension below here counts duels."""
    below = [c for c in node.children if isinstance(c, Node)]
    return node.aggregate == "copeland" or any(duels(c) for c in below)


def with_cell(facts: Facts, unit: str, code: str, rows: list[dict[str, Any]]) -> Facts:
    """The same facts with nothing of a unit's indicator but these observations."""
    tables = dict(facts.tables)
    for name in ("observation", "revision"):
        held = tables[name]
        mine = pc.and_(pc.equal(held["unit"], unit), pc.equal(held["indicator"], code))
        tables[name] = held.filter(pc.invert(mine))
    made = [
        {"unit": unit, "indicator": code, "file": 0, "row": 10**6 + n, **row} for n, row in enumerate(rows)
    ]  # fmt: skip
    more = pa.Table.from_pylist(made, tables["observation"].schema)
    tables["observation"] = pa.concat_tables([tables["observation"], more])
    return Facts(tables, facts.units)


# The oracle takes eight cases in the time the engine takes one.
ENGINES = (("duckdb", EXAMPLES // 8), ("oracle", EXAMPLES))


@pytest.mark.parametrize(("engine", "examples"), ENGINES)
@pytest.mark.parametrize("rule", get_args(MissingRule))
def test_nobody_gains_in_points_from_the_gap_of_another(
    rule: MissingRule, engine: str, examples: int
) -> None:
    """Methods of places count a unit without a value last: the others stand as if it had come last.

    Three runs of each case: the unit with its value, with a gap (no row, missing, withheld, not applicable), and with
    a value below everybody's. Whoever was ahead keeps what he had; nobody has more than beside a unit that came last.
    """

    def beside(data: st.DataObject, seen: Counter[str]) -> None:
        book = strict(data.draw(rulebooks(data.draw(st.sampled_from(sorted(PLACED))))))
        book = book.model_copy(update={"tree": by_rule(book.tree, rule), "missing": rule})
        facts = data.draw(facts_for(book))
        # All in one group: who stands alone has nobody's gap to gain from.
        facts.units = [u.model_copy(update={"category": "c1", "group": "g1"}) for u in facts.units]
        # Others hold their values by these: with the unit their own cell would change, which is another rule.
        tied = {one.unit for one in book.succession} | {
            code for one in book.cascade for code in (one.parent, *one.children)
        }
        free = [unit.code for unit in facts.units if unit.code not in tied]
        first = book.indicator("I0")
        gone = data.draw(st.sampled_from(free or [reject()]))
        status = data.draw(st.sampled_from([None, 2, 3, 4]))
        periods = [one.end for one in PERIOD.split(first.frequency)]
        last = 10**9 * (1 if first.direction == "down" else -1)
        gap = [{"period": day, "status": status} for day in periods if status]
        worst = [{"period": day, "status": 1, "value": last} for day in periods]
        before, missing, beaten = (
            run(book, one, DuckEngine(threads=1) if engine == "duckdb" else None)
            for one in (facts, with_cell(facts, gone, "I0", gap), with_cell(facts, gone, "I0", worst))
        )  # fmt: skip
        # A group of which nobody has a value has no statistics.
        full = sizes(beaten)
        assert full.items() >= sizes(missing).items(), "whoever is due is counted"
        assert full.items() >= sizes(before).items()
        first_had, had, would = (cells(one, "I0") for one in (before, missing, beaten))
        valued = getattr(first.method, "among", "due") == "valued"
        for unit in had.keys() - {gone}:
            # Whoever alone has a value has no place among those with one: that is no points, not more of them.
            alone = valued and sum(one["value"] is not None for one in had.values()) == 1
            assert had[unit]["status"] == would[unit]["status"] or (alone and had[unit]["points"] is None)  # fmt: skip
            if had[unit]["points"] is None:
                continue
            seen["beside one who came last"] += 1
            assert had[unit]["points"] <= would[unit]["points"], unit
            assert valued or had[unit]["points"] == would[unit]["points"], unit
            sign = -1 if first.direction == "down" else 1
            mine, theirs = first_had[unit]["value"], first_had.get(gone, {}).get("value")
            if theirs is not None and mine * sign > theirs * sign:
                seen["ahead"] += 1
                assert had[unit]["points"] <= first_had[unit]["points"], unit
                assert valued or had[unit]["points"] == first_had[unit]["points"], unit
            # Who is not ranked is no rival in a duel; that this may help others is shown in test_gaps_that_pay.py.
            counted = had[unit]["status"] != 2 and not duels(book.tree)
            if turned(book, missing, unit) or turned(book, beaten, unit):
                continue
            if counted and (total := totals(missing)[unit]) is not None:
                seen["totals"] += 1
                instead = totals(beaten)[unit]
                assert instead is not None
                assert total <= instead, unit

    wanted = {"beside one who came last": examples, "ahead": examples // 4, "totals": examples // 4}
    drawn_on(beside, wanted, settings(common, max_examples=examples))


def cells(results: Results, code: str) -> dict[str, dict[str, Any]]:
    return {row["unit"]: row for row in results.rows("indicator_score") if row["indicator"] == code}


def sizes(results: Results) -> dict[str, int]:
    """How many of each group are due on the first indicator."""
    return {
        row["comparison_group"]: row["due"] for row in results.rows("group_statistic") if row["indicator"] == "I0"
    }  # fmt: skip


@settings(common, max_examples=EXAMPLES // 4)
@given(data=st.data())
def test_the_order_of_rows_changes_nothing(data: st.DataObject) -> None:
    book = data.draw(rulebooks(wide=True))
    facts = data.draw(facts_for(book, wide=True))
    mixed = {}
    for name, table in facts.tables.items():
        order = data.draw(st.permutations(range(table.num_rows)))
        mixed[name] = table.take(pa.array(order, pa.int64()))
    engine = DuckEngine(threads=1)
    first, second = run(book, facts, engine), run(book, Facts(mixed, facts.units[::-1]), engine)
    for name, table in first.tables.items():
        assert table.equals(second.tables[name]), name


def test_printed_parts_add_to_printed_totals() -> None:
    drawn_on(adding, {"totals": EXAMPLES // 2}, common)


def adding(data: st.DataObject, seen: Counter[str]) -> None:
    book = data.draw(rulebooks())
    tree = book.tree.model_copy(
        update={"aggregate": "sum", "carry": "rounded", "digits": 3, "coverage": None,
                "children": tuple(i.code for i in book.indicators if i.method is not None)}
    )  # fmt: skip
    rounded = tuple(i.model_copy(update={"carry": "rounded", "digits": 2}) for i in book.indicators)
    book = strict(
        book.model_copy(update={"tree": tree, "indicators": rounded, "ranking": {"key": None}})
    )
    ranking = type(data.draw(rulebooks()).ranking)()
    own = tuple(one for one in book.coefficients if one.of != "total")
    book = book.model_copy(update={"ranking": ranking, "coefficients": own})
    facts = data.draw(facts_for(book))
    results = run(book, facts)
    parts: dict[str, Fraction] = {}
    for row in results.rows("indicator_score"):
        if row["status"] == 1:
            parts[row["unit"]] = parts.get(row["unit"], Fraction(0)) + row["printed"]
        elif row["status"] in {2, 3, 4, 7}:
            parts[row["unit"]] = Fraction(-(10**30))
    for row in results.rows("total_score"):
        if row["printed"] is not None and parts.get(row["unit"], -1) >= -(10**20):
            seen["totals"] += 1
            assert row["printed"] == parts[row["unit"]] + row["bonus"] - row["deduction"]


@common
@given(data=st.data())
def test_renaming_units_changes_nothing_else(data: st.DataObject) -> None:
    book = data.draw(rulebooks(wide=True))
    assume(not book.succession and not book.cascade)
    shared = tuple(one.model_copy(update={"units": {}}) for one in book.coefficients)
    book = book.model_copy(update={"coefficients": shared})
    facts = data.draw(facts_for(book, wide=True))

    def rename(code: str | None) -> str | None:
        return None if code is None else "z" + str(9 - int(code[1:]))

    tables = {
        name: table.set_column(table.schema.get_field_index("unit"), table.schema.field("unit"),
                               pa.array([rename(u) for u in table["unit"].to_pylist()], pa.string()))
        for name, table in facts.tables.items()
    }  # fmt: skip
    units = [
        u.model_copy(update={"code": rename(u.code), "superior": rename(u.superior)})
        for u in facts.units
    ]
    first, second = run(book, facts), run(book, Facts(tables, units))
    assert {rename(u): t for u, t in totals(first).items()} == totals(second)
    assert {rename(u): p for u, p in places(first).items()} == places(second)


def test_not_running_a_service_never_beats_running_it_at_the_median() -> None:
    """Approved not-applicable gives at most the group's median rate on that indicator, or the own rate where nobody has one."""
    drawn_on(excusing, {"totals": EXAMPLES // 8, "beside a median": EXAMPLES // 8}, common)


def excusing(data: st.DataObject, seen: Counter[str]) -> None:
    book = data.draw(rulebooks(wide=True))
    leaves = tuple(i.code for i in book.indicators if i.method is not None)
    tree = book.tree.model_copy(
        update={
            "aggregate": "sum",
            "carry": "exact",
            "children": leaves,
            "not_applicable": "reweight",
        }
    )
    plain = tuple(
        i.model_copy(update={"carry": "exact", "digits": 9, "not_applicable": None, "changes": ()})
        for i in book.indicators
    )
    ranking = book.ranking.model_copy(update={"key": None})
    # A coefficient multiplies what was earned, whoever runs what: it is no part of this comparison.
    book = strict(
        book.model_copy(
            update={"tree": tree, "indicators": plain, "ranking": ranking, "coefficients": ()}
        )
    )
    assume(absolute(book))
    book = book.model_copy(update={"succession": (), "cascade": ()})
    facts = data.draw(facts_for(book, wide=True))
    # One of a group to whom an indicator of all does not apply.
    out = data.draw(st.sampled_from(facts.units)).code
    facts.units = [
        u.model_copy(update={"category": "c1", "group": "g1", "exempt": ("I1",) if u.code == out else ()})
        for u in facts.units
    ]  # fmt: skip
    results = run(book, facts)
    scores = results.rows("indicator_score")
    fulls = {
        (b["category"], b["child"]): b["full"]
        for b in make_plan(book, facts, PERIOD).tables["branch"]
    }
    for total in results.rows("total_score"):
        mine = [s for s in scores if s["unit"] == total["unit"]]
        excused = [s for s in mine if s["status"] == 2]
        if not excused or total["composite"] is None or any(s["status"] in {3, 4} for s in mine):
            continue
        most = sum(s["points"] for s in mine if s["status"] == 1)
        for cell in excused:
            rates = sorted(
                Fraction(s["points"], fulls[s["category"], s["indicator"]])
                for s in scores
                if s["status"] == 1 and s["indicator"] == cell["indicator"]
                and s["comparison_group"] == cell["comparison_group"] and fulls[s["category"], s["indicator"]]
            )  # fmt: skip
            if rates:
                seen["beside a median"] += 1
                middle = (rates[(len(rates) - 1) // 2] + rates[len(rates) // 2]) / 2
            else:
                own = [s for s in mine if s["status"] == 1]
                whole = sum(fulls[s["category"], s["indicator"]] for s in own)
                middle = Fraction(sum(s["points"] for s in own), whole) if whole else Fraction(0)
            most += fulls[cell["category"], cell["indicator"]] * middle
        seen["totals"] += 1
        # One last digit a cell is rounding.
        assert total["composite"] <= most + len(mine)


def test_what_does_not_apply_earns_the_lower_of_the_own_and_the_typical_rate() -> None:
    """Full marks 60 and 40. On B the others earn 50, 80 and 90 %: the group's median is 80 %."""
    book = Rulebook.model_validate_json(json.dumps({
        "code": "excused", "title": "excused", "effective_from": "2025-01-01", "missing": "unranked",
        "categories": [{"code": "c", "name": "c", "not_applicable_limit": "0.5"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": ["A", "B"]},
        "weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 40}}],
        "indicators": [{"code": code, "name": code, "method": {"kind": "ratio", "target": 100}} for code in "AB"],
    }))  # fmt: skip
    excused, values = {"low", "high", "lost"}, {
        "low": (70, None), "high": (95, None), "lost": (None, None), "u1": (60, 50), "u2": (70, 80), "u3": (80, 90),
    }  # fmt: skip
    rows = [
        {"unit": unit, "indicator": code, "period": PERIOD.end, "value": value * 100, "status": 1, "file": 0, "row": n}
        for unit, held in values.items() for n, (code, value) in enumerate(zip("AB", held, strict=True)) if value is not None
    ]  # fmt: skip
    units = [
        Unit.model_validate({"code": unit, "name": unit, "category": "c", "group": "g", "exempt": ("B",) if unit in excused else ()})
        for unit in values
    ]  # fmt: skip
    facts = Facts(
        {**empty(), "observation": pa.Table.from_pylist(rows, schema("observation"))}, units
    )
    for engine in (DuckEngine(threads=1), OracleEngine()):
        made = totals(make_run(book, facts, PERIOD, engine).results)
        earned = {unit: Fraction(made[unit] or 0, 10**9) for unit in excused}
        assert earned == {
            "low": 42 + 28,  # the own 70 % of 40
            "high": 57 + 32,  # the typical 80 % of 40
            "lost": 0,  # what is missing counts as nothing in the own rate too
        }, engine.name


def test_the_gap_of_another_unit_takes_no_total_from_whom_an_indicator_does_not_apply_to() -> None:
    """B has 40 of 100 and does not apply to `out`. Where nobody else has a value of it, the own 70 % stand alone."""
    told = {
        ("70", "80"): (70, "取低者"), ("70", ""): (70, "同组没有单位在这一指标上有得分"),
        ("", "80"): (None, ""), ("not_applicable", "80"): (86, "没有其他得分"), ("not_applicable", ""): (None, "无从折算"),
    }  # fmt: skip
    book = Rulebook.model_validate_json(json.dumps({
        "code": "excused", "title": "excused", "effective_from": "2025-01-01", "missing": "block",
        "categories": [{"code": "c", "name": "c", "not_applicable_limit": "1"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": ["A", "B"]},
        "weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 40}}],
        "indicators": [{"code": code, "name": code, "method": {"kind": "ratio", "target": 100}} for code in "AB"],
    }))  # fmt: skip
    for (own, others), (wanted, words) in told.items():
        exempt = ("A", "B") if own == "not_applicable" else ("B",)
        values = {("out", "A"): own, ("else", "A"): "90", ("else", "B"): others}
        rows = [
            {"unit": unit, "indicator": code, "period": PERIOD.end, "value": int(value) * 100, "status": 1, "file": 0, "row": n}
            for n, ((unit, code), value) in enumerate(values.items()) if value.isdigit()
        ]  # fmt: skip
        units = [Unit.model_validate({"code": unit, "name": unit, "category": "c", "group": "g", "exempt": exempt if unit == "out" else ()})
                 for unit in ("else", "out")]  # fmt: skip
        facts = Facts({**empty(), "observation": pa.Table.from_pylist(rows, schema("observation"))}, units)  # fmt: skip
        for engine in (DuckEngine(threads=1), OracleEngine()):
            made = make_run(book, facts, PERIOD, engine)
            total = next(r for r in made.results.rows("total_score") if r["unit"] == "out")
            earned = total["printed"] // 10**9 if total["status"] == "value" else None
            assert earned == wanted, (own, others, engine.name)
            assert words in passport(made, "out", "B", "zh").detail
