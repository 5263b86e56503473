"""Whose figures a value is made of: each is asked for, none stands in for another, however the units came about (decision 18)."""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Any

import pytest

from tests.generate import PERIOD
from tests.test_taken_over import (
    BEFORE,
    ENGINES,
    NOW,
    RISE,
    SUM,
    Figure,
    below,
    book,
    event,
    facts,
    scores,
    unit,
)
from zhengheng.domain.periods import parse_period
from zhengheng.engines.left_out import left_out
from zhengheng.engines.results import Engine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import Facts
from zhengheng.scheme.model import Rulebook

MEAN = {"code": "S", "frequency": "quarter", "combine": "mean", "method": {"kind": "ratio", "target": 100}}  # fmt: skip
NONE = {"absent": "zero", "absent_reason": "r"}
MORE = ({"code": "V", "frequency": "quarter", "combine": "mean"}, {"code": "MORE", "year_on_year": {"of": "V", "as": "difference"}, "method": {"kind": "ratio", "target": 10}})  # fmt: skip


def each(who: str, periods: Iterable[date], value: int | None = 100, code: str = "S") -> list[Figure]:  # fmt: skip
    return [(one, code, end, value) for one in who for end in periods]


def split(day: str, old: str, **shares: str) -> dict[str, Any]:
    heirs = [{"unit": heir, "share": share} for heir, share in shares.items()]
    return {"date": day, "kind": "split", "unit": old, "heirs": heirs, "data": "inherit", "targets": "anew"}  # fmt: skip


@dataclass(frozen=True)
class Case:
    """A town, whole figures of it, and what one unit earns by them; `free` are figures that nobody owes."""

    units: list[dict[str, Any]]
    events: list[dict[str, Any]]
    rows: list[Figure]
    unit: str
    earned: str
    cascade: list[dict[str, Any]] = field(default_factory=list)
    scored: tuple[dict[str, Any], ...] = (SUM,)
    free: list[Figure] = field(default_factory=list)

    @property
    def book(self) -> Rulebook:
        return book(self.scored, units=self.units, succession=self.events, cascade=self.cascade)

    @property
    def code(self) -> str:
        return str(self.scored[-1]["code"])


JULY = "2025-07-01"
DIVIDED = [unit("o"), unit("a"), unit("b")]
FREED = unit("a") | {"exempt": ["S"]}
CASES = {
    "an heir of a split that was there before": Case(
        DIVIDED, [event(JULY, "split", "o", "a", "b")], each("oab", NOW[:2]) + each("ab", NOW[2:]), "a", "6.25"),
    "the same, of a growth": Case(
        DIVIDED, [event(JULY, "split", "o", "a", "b")], each("oab", BEFORE, 100, "V") + each("oab", NOW[:2], 110, "V") + each("ab", NOW[2:], 165, "V"),
        "a", "5.00", scored=RISE),
    "the same, of a mean, which goes over to nobody": Case(
        DIVIDED, [event(JULY, "split", "o", "a", "b")], each("a", NOW[:2], 40) + each("a", NOW[2:], 80), "a", "6.00", scored=(MEAN,), free=each("o", NOW[:2])),
    "the same, of a mean against the year before": Case(
        DIVIDED, [event(JULY, "split", "o", "a", "b")], each("a", BEFORE, 100, "V") + each("a", NOW, 110, "V"), "a", "10.00", scored=MORE),
    "new heirs of a split": Case(
        DIVIDED, [event(JULY, "split", "o", "a", "b")], each("o", NOW[:2]) + each("ab", NOW[2:]), "a", "3.75"),
    "a unit that goes on with a part": Case(
        DIVIDED[:2], [split(JULY, "o", o="0.5", a="0.5")], each("oa", NOW), "o", "3.75"),
    "what the other heir of that has": Case(
        DIVIDED[:2], [split(JULY, "o", o="0.5", a="0.5")], each("oa", NOW), "a", "6.25"),
    # 25 and 50 of what it had before each day, and 100 and 100.
    "a unit that gives a part away twice": Case(
        [unit("o"), unit("a", "2025-04-01"), unit("b", JULY)], [split("2025-04-01", "o", o="0.5", a="0.5"), split(JULY, "o", o="0.5", b="0.5")],
        each("o", NOW) + each("a", NOW[1:]) + each("b", NOW[2:]), "o", "3.44"),
    # 50 of its own and 50 of the other's, 50, and 100 and 100.
    "a unit that took over and gives a part away": Case(
        [unit("z"), unit("o"), unit("a", JULY)], [event("2025-04-01", "merger", "z", "o"), split(JULY, "o", o="0.5", a="0.5")],
        each("z", NOW[:1]) + each("o", NOW) + each("a", NOW[2:]), "o", "4.38"),
    # 50 a quarter of each of two: what one gives the other is in their parent as it was.
    "a parent of a unit that gives a part away and of its heir": Case(
        [unit("p"), *DIVIDED[1:]], [split(JULY, "a", a="0.5", b="0.5")], each("ab", NOW, 50), "p", "5.00", [below("S", "a", "b")]),
    "a parent of a divided child and its heirs": Case(
        [unit("p"), *DIVIDED], [event(JULY, "split", "o", "a", "b")], each("oab", NOW[:2], 50) + each("ab", NOW[2:], 50), "p", "6.25", [below("S", "a", "b", "o")]),
    "a parent of the heirs alone": Case(
        [unit("p"), *DIVIDED], [event(JULY, "split", "o", "a", "b")], each("oab", NOW[:2], 50) + each("ab", NOW[2:], 50), "p", "6.25", [below("S", "a", "b")]),
    "a renamed parent": Case(
        [unit("q"), unit("p"), unit("x"), unit("y")], [event(JULY, "rename", "q", "p")], each("xy", NOW), "p", "10.00",
        [below("S", "x", "y"), below("S", "x", "y") | {"parent": "q"}]),
    "a renamed parent that begins": Case(
        [unit("q"), unit("p", JULY), unit("x"), unit("y")], [event(JULY, "rename", "q", "p")], each("xy", NOW), "p", "10.00",
        [below("S", "x", "y"), below("S", "x", "y") | {"parent": "q"}]),
    "a parent before it that reports itself": Case(
        [unit("q"), unit("p"), unit("x"), unit("y")], [event(JULY, "merger", "q", "p")], each("q", NOW[:2]) + each("x", NOW[2:]) + each("y", NOW), "p", "10.00",
        [below("S", "x", "y"), below("S", "x") | {"parent": "q"}]),
    "an heir of one that is exempt": Case(
        [FREED, unit("n")], [event(JULY, "merger", "a", "n")], each("n", NOW), "n", "5.00", free=each("a", NOW[:2])),
    "a sister of a child that is exempt": Case(
        [unit("p"), FREED, unit("b")], [], each("b", NOW), "p", "5.00", [below("S", "a", "b")], free=each("a", NOW)),
    "an heir of heirs within the year": Case(
        [unit("o"), unit("a", "2025-04-01"), unit("b", "2025-04-01"), unit("n", "2025-10-01")],
        [event("2025-04-01", "split", "o", "a", "b"), event("2025-10-01", "merger", "a", "n"), event("2025-10-01", "merger", "b", "n")],
        each("o", NOW[:1], 200) + each("ab", NOW[1:3]) + each("n", NOW[3:], 200), "n", "10.00"),
    "an heir of two on two days": Case(
        [unit("a"), unit("b"), unit("n", "2025-04-01")], [event("2025-04-01", "merger", "a", "n"), event(JULY, "merger", "b", "n")],
        each("a", NOW[:1]) + each("b", NOW[:2]) + each("n", NOW[1:]), "n", "7.50"),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("name", CASES)
def test_each_figure_is_owed_and_none_stands_in_for_another(name: str, engine: Engine) -> None:
    case = CASES[name]
    whole = make_run(case.book, facts(case.rows + case.free), PERIOD, engine)
    assert scores(whole, case.unit)[case.code] == (1, case.earned)
    assert {one.unit for one in left_out(whole) if one.unit == case.unit} == set()
    mine = {key for key in case.rows if key[0] == case.unit}
    others = [row for row in case.rows if goes_in(case, row)]
    assert len(others) >= len(mine)
    for lacks in others:
        short = make_run(case.book, facts([row for row in case.rows if row != lacks] + case.free), PERIOD, engine)  # fmt: skip
        assert scores(short, case.unit)[case.code] == (3, ""), lacks


def goes_in(case: Case, row: Figure) -> bool:
    """Whether a figure has a part in what the unit earns: it is another with another figure."""
    other = [(*one[:3], 1_000_000 if one == row else one[3]) for one in case.rows]
    made, whole = (make_run(case.book, facts(rows + case.free), PERIOD, ENGINES[1]) for rows in (other, case.rows))  # fmt: skip
    return values(made, case.unit) != values(whole, case.unit)


def values(made: Any, unit: str) -> dict[str, Any]:
    return {r["indicator"]: r["value"] for r in made.results.rows("indicator_score") if r["unit"] == unit}  # fmt: skip


def in_whole_numbers(held: Facts) -> Facts:
    table = held.tables["observation"]
    whole = table.set_column(table.schema.get_field_index("value"), "value", [[n // 100 for n in table["value"].to_pylist()]])  # fmt: skip
    return Facts({**held.tables, "observation": whole.cast(table.schema)}, [])


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize(
    ("shares", "parts"),
    [({"a": "0.5", "b": "0.5"}, {"a": 5, "b": 5}), ({"a": "0.6", "b": "0.4"}, {"a": 5, "b": 4})],
)
def test_shares_of_small_counts_are_right_over_the_year(
    shares: dict[str, str], parts: dict[str, int], engine: Engine
) -> None:
    """One accident a month until September: rounded one by one they were nine and nine, or nine and none."""
    counted = {"code": "S", "frequency": "month", "decimals": 0, "method": {"kind": "ratio", "target": 12}}  # fmt: skip
    made_of = book([counted, {**counted, "code": "T"}], units=[unit("o"), unit("a", "2025-10-01"), unit("b", "2025-10-01")],
                   succession=[split("2025-10-01", "o", **shares)])  # fmt: skip
    months = [one.end for one in parse_period("2025").split("month")]
    held = facts([*each("o", months[:9], 1), *each("ab", months[9:], 0), *each("o", months[:9], 10, "T"), *each("ab", months[9:], 0, "T")])  # fmt: skip
    made = make_run(made_of, in_whole_numbers(held), PERIOD, engine)
    found = {u: values(made, u) for u in parts}
    assert {u: row["S"] for u, row in found.items()} == parts
    assert {u: row["T"] for u, row in found.items()} == {u: int(90 * float(shares[u])) for u in parts}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_shares_of_small_counts_are_rounded_in_each_year_by_itself(engine: Engine) -> None:
    """One accident at the end of 2024 and one at the start of 2025, half of each given away: 0.5 is 1 in both, no growth. Over both
    years 0.5 is 1 and 1.0 is 1, which leaves none for 2025."""
    counted = {"code": "V", "frequency": "quarter", "decimals": 0}
    made_of = book([counted, RISE[1]], units=[unit("o"), unit("a", "2025-10-01")], succession=[split("2025-10-01", "o", o="0.5", a="0.5")])  # fmt: skip
    rows = [("o", "V", end, count) for end, count in zip((*BEFORE, *NOW), (0, 0, 0, 1, 1, 0, 0, 0), strict=True)]  # fmt: skip
    made = make_run(made_of, in_whole_numbers(facts([*rows, *each("a", NOW[3:], 0, "V")])), PERIOD, engine)  # fmt: skip
    assert values(made, "o") == {"RISE": 0}


@pytest.mark.parametrize("engine", ENGINES)
def test_one_quarter_of_a_unit_that_was_there_is_no_year_before(engine: Engine) -> None:
    made_of = book(MORE, units=DIVIDED, succession=[event(JULY, "split", "o", "a", "b")])
    rows = each("a", BEFORE[3:], 70, "V") + each("a", NOW, 110, "V")
    assert scores(make_run(made_of, facts(rows), PERIOD, engine), "a") == {"MORE": (3, "")}
    none = ({**MORE[0], **NONE}, MORE[1])
    begun = book(none, units=[unit("o"), unit("a", JULY), unit("b", JULY)], succession=[event(JULY, "split", "o", "a", "b")])  # fmt: skip
    assert scores(make_run(begun, facts(each("a", NOW[2:], 110, "V")), PERIOD, engine), "a") == {"MORE": (3, "")}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
def test_an_heir_is_asked_for_the_days_of_those_who_owe(engine: Engine) -> None:
    """a owed nothing, so that of n 184 days are asked, and there is no year before."""
    made_of = book([SUM, *RISE], units=[FREED | {"exempt": ["S", "V"]}, unit("n", JULY)], succession=[event(JULY, "merger", "a", "n")])  # fmt: skip
    rows = each("n", NOW[2:]) + each("n", NOW[2:], 100, "V")
    made = make_run(made_of, facts(rows), PERIOD, engine)
    assert scores(made, "n") == {"S": (1, "4.96"), "RISE": (3, "")}


@pytest.mark.parametrize("engine", ENGINES)
def test_a_target_goes_over_to_who_began_as_the_heir_alone(engine: Engine) -> None:
    """A unit that was there before keeps what everybody is asked; what was handed down to those before a new one adds up."""
    handed = [{"indicator": "S", "parent": "p", "mode": "own", "children": {"a": 300, "b": 300}}]
    events = [event("2025-04-01", "merger", "a", "n"), event(JULY, "merger", "b", "n")]
    rows = each("a", NOW[:1]) + each("b", NOW[:2]) + each("n", NOW)
    for first, asked in (("2025-04-01", 60000), (None, 80000)):
        units = [unit("p"), unit("a"), unit("b"), unit("n", first)]
        held = [row for row in rows if first is None or row[:3] != ("n", "S", NOW[0])]
        made = make_run(book([SUM], units=units, succession=events, cascade=handed), facts(held), PERIOD, engine)  # fmt: skip
        (target,) = (r["target"] for r in made.results.rows("indicator_score") if r["unit"] == "n")
        assert target == asked
