"""Small towns whose units were renamed, merged and divided in unlike ways, each with the values that plain sense gives them.

Where nothing else is said, S is a quarterly sum with a target of 800, every unit reports 100 a quarter of 2025, RISE is the growth of V
over the year before, and no unit has days on the list. Both engines give each town the same, and the value that stands beside it.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from tests.test_taken_over import (
    BEFORE,
    ENGINES,
    NOW,
    PERIOD,
    RISE,
    SUM,
    below,
    book,
    event,
    facts,
    unit,
    with_rulings,
)
from tests.test_whose_figures import each, split
from zhengheng.domain.periods import parse_period
from zhengheng.engines.passport import passport
from zhengheng.engines.results import Engine
from zhengheng.engines.run import make_run
from zhengheng.lake.facts import schema
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.save import save_folder

JULY = "2025-07-01"
LAST_YEAR = {"code": "Y", "frequency": "quarter", "score_previous_year": True, "method": {"kind": "ratio", "target": 800}}  # fmt: skip
TWO_YEARS = {"code": "R", "frequency": "quarter", "combine": "rolling", "window": 8, "method": {"kind": "ratio", "target": 1600}}  # fmt: skip
SHARE = ({"code": "N", "frequency": "quarter"}, {"code": "D", "frequency": "quarter"},
         {"code": "P", "measure_unit": "%", "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100}, "method": {"kind": "ratio", "target": 50}})  # fmt: skip
COUNT = SUM | {"decimals": 0}


@dataclass(frozen=True)
class Small:
    """A town, and what units have: `value`, or value and target; None where it is missing."""

    units: list[dict[str, Any]]
    events: list[dict[str, Any]]
    rows: list[tuple[str, str, date, int | None]]
    have: dict[str, float | tuple[float, float] | None]
    cascade: list[dict[str, Any]] = field(default_factory=list)
    scored: tuple[dict[str, Any], ...] = (SUM,)
    rulings: tuple[tuple[str, str, int], ...] = ()
    parts: dict[str, Any] = field(default_factory=dict)


def growth(
    who: str, periods: Iterable[date], value: int
) -> list[tuple[str, str, date, int | None]]:
    return each(who, periods, value, "V")


def exempt(code: str, *series: str, last: str | None = None) -> dict[str, Any]:
    return unit(code, None, last) | {"exempt": list(series)}


def other(code: str, last: str | None = None) -> dict[str, Any]:
    """A unit of a category that is not scored on anything."""
    return unit(code, None, last) | {"category": "d"}


TWO = {"categories": [{"code": "c", "name": "c"}, {"code": "d", "name": "d"}],
       "weights": [{"from": "2025-01-01", "table": {"S": {"c": 10}}}]}  # fmt: skip
TWO_GROWTH = TWO | {"weights": [{"from": "2025-01-01", "table": {"RISE": {"c": 10}}}]}
AB = [event(JULY, "merger", old, "n") for old in "ab"]
HALF = split(JULY, "o", o="0.5", a="0.5")
TOWNS = {
    # What a unit took over is divided with it.
    "renamed, then half given away": Small(
        [unit("o"), unit("n", "2025-04-01"), unit("x", JULY)], [event("2025-04-01", "rename", "o", "n"), split(JULY, "n", n="0.5", x="0.5")],
        each("o", NOW[:1]) + each("n", NOW[1:]) + each("x", NOW[2:]), {"n": 300, "x": 300}),
    "taken over, then half given away": Small(
        [unit("b"), unit("n"), unit("x", JULY)], [event("2025-04-01", "merger", "b", "n"), split(JULY, "n", n="0.5", x="0.5")],
        each("b", NOW[:1]) + each("n", NOW) + each("x", NOW[2:]), {"n": 350, "x": 350}),
    "growth of who was renamed and gave half away": Small(
        [unit("o"), unit("n", "2025-01-01"), unit("x", JULY)], [event("2025-01-01", "rename", "o", "n"), split(JULY, "n", n="0.5", x="0.5")],
        growth("o", BEFORE, 100) + growth("n", NOW[:2], 110) + growth("nx", NOW[2:], 55), {"n": 10, "x": 10}, scored=RISE),
    "a merger undone by a split": Small(
        [unit("a"), unit("b"), unit("d", "2025-10-01")], [event("2025-04-01", "merger", "b", "a"), split("2025-10-01", "a", a="0.5", d="0.5")],
        each("ab", NOW[:1]) + each("a", NOW[1:]) + each("d", NOW[3:]), {"a": 300, "d": 300}),
    # A parent has what its children give one another.
    "a child gives a part to a new sister": Small(
        [unit("p"), unit("o"), unit("a", JULY)], [split(JULY, "o", o="0.7", a="0.3")], each("o", NOW) + each("a", NOW[2:]), {"p": 600}, [below("S", "o", "a")]),
    "a child gives a part to a sister that was there": Small(
        [unit("p"), unit("o"), unit("a")], [split(JULY, "o", o="0.7", a="0.3")], each("oa", NOW), {"p": 800}, [below("S", "o", "a")]),
    "a sister takes over half, a stranger the rest": Small(
        [unit("p"), unit("o"), unit("a"), unit("b")], [event(JULY, "split", "o", "a", "b")], each("oab", NOW[:2]) + each("ab", NOW[2:]), {"p": 600}, [below("S", "o", "a")]),
    "growth above a child that gave a part away": Small(
        [unit("p"), unit("o"), unit("a", JULY)], [split(JULY, "o", o="0.7", a="0.3")],
        growth("o", BEFORE, 100) + growth("o", NOW[:2], 110) + growth("o", NOW[2:], 77) + growth("a", NOW[2:], 33), {"p": 10}, [below("V", "o", "a")], scored=RISE),
    "parents that had the same child": Small(
        [unit("p"), unit("r"), unit("q", JULY), unit("x")], [event(JULY, "merger", "p", "q"), event(JULY, "merger", "r", "q")], each("x", NOW), {"q": 400},
        [below("S", "x") | {"parent": one} for one in "pqr"]),
    "a parent renamed twice, listed under its last name": Small(
        [unit("p"), unit("q", "2025-04-01"), unit("r", "2025-10-01"), unit("x")], [event("2025-04-01", "rename", "p", "q"), event("2025-10-01", "rename", "q", "r")],
        each("x", NOW), {"r": 400}, [below("S", "x") | {"parent": "r"}]),
    "a parent renamed, listed under its first name": Small(
        [unit("p"), unit("q", "2025-10-01"), unit("x")], [event("2025-10-01", "rename", "p", "q")], each("x", NOW[:3]), {"q": None}, [below("S", "x")]),
    # A decision goes further whole or not at all.
    "decided of who gives a part away": Small([unit("o"), unit("a", JULY)], [HALF], each("o", NOW) + each("a", NOW[2:]), {"o": 360, "a": 300}, rulings=(("o", "S", 360),)),
    "decided of a child, below a parent of half a year": Small(
        [unit("p", JULY), unit("x"), unit("y")], [], each("xy", NOW), {"x": 360, "p": 400}, [below("S", "x", "y")], rulings=(("x", "S", 360),)),
    "decided of a child that took over long ago": Small(
        [unit("p"), unit("o"), unit("n"), unit("k")], [event("2015-07-01", "merger", "o", "n")], each("nk", NOW), {"n": 700, "p": 1100}, [below("S", "n", "k")], rulings=(("n", "S", 700),)),
    "decided of a child, of the year before": Small(
        [unit("p"), unit("a"), unit("b")], [], each("ab", BEFORE, 100, "Y"), {"a": 360, "p": 760}, [below("Y", "a", "b")], scored=(LAST_YEAR,), rulings=(("a", "Y", 360),)),
    "decided of a child, of two years": Small(
        [unit("p"), unit("a"), unit("b")], [], each("ab", (*BEFORE, *NOW), 100, "R"), {"a": 700, "p": 1500}, [below("R", "a", "b")], scored=(TWO_YEARS,), rulings=(("a", "R", 700),)),
    # Who is not asked owes nothing.
    "one before of another category": Small([other("o"), unit("n")], [event(JULY, "merger", "o", "n")], each("n", NOW), {"n": 400}, parts=TWO),
    "one before of another category that reported": Small([other("o"), unit("n")], [event(JULY, "merger", "o", "n")], each("n", NOW) + each("o", NOW[:2]), {"n": 600}, parts=TWO),
    "one before of another category that reported a part": Small([other("o"), unit("n")], [event(JULY, "merger", "o", "n")], each("n", NOW) + each("o", NOW[:1]), {"n": None}, parts=TWO),
    "growth after one of another category": Small(
        [other("o", "2024-12-31"), unit("n")], [event("2025-01-01", "merger", "o", "n")], growth("n", BEFORE, 100) + growth("n", NOW, 110), {"n": 10}, scored=RISE, parts=TWO_GROWTH),
    "exempt from a rate": Small(
        [exempt("a", "P"), unit("b"), unit("n", JULY)], AB, each("b", NOW[:2], 100, "N") + each("b", NOW[:2], 200, "D") + each("n", NOW[2:], 100, "N") + each("n", NOW[2:], 200, "D"), {"n": 50}, scored=SHARE),
    "exempt from a rate, and reports what it is made of": Small(
        [exempt("a", "P"), unit("b"), unit("n", JULY)], AB,
        each("a", NOW[:2], 10, "N") + each("ab", NOW[:2], 200, "D") + each("b", NOW[:2], 100, "N") + each("n", NOW[2:], 100, "N") + each("n", NOW[2:], 200, "D"), {"n": 50}, scored=SHARE),
    "a child exempt from a rate": Small(
        [unit("p"), exempt("a", "P"), unit("b")], [], each("b", NOW, 100, "N") + each("b", NOW, 200, "D"), {"p": 50}, [below("P", "a", "b")], scored=SHARE),
    "exempt and gone before the year": Small(
        [exempt("a", "V", "RISE", last="2024-12-31"), unit("n")], [event("2025-01-01", "merger", "a", "n")], growth("n", BEFORE, 100) + growth("n", NOW, 110), {"n": 10}, scored=RISE),
    # A part of what is asked goes with the days that the figures cover.
    "the year before, of who ended in this one": Small([unit("o", None, "2025-06-30")], [], each("o", BEFORE, 100, "Y"), {"o": (400, 800)}, scored=(LAST_YEAR,)),
    "the year before, of who began in it": Small([unit("o", "2024-07-01")], [], each("o", BEFORE[2:], 100, "Y"), {"o": (200, 402.19)}, scored=(LAST_YEAR,)),
    "an exempt unit renamed, without first days": Small([exempt("o", "S"), unit("n")], [event(JULY, "rename", "o", "n")], each("n", NOW[2:]), {"n": (200, 403.29)}),
    "an exempt unit divided, without first days": Small([exempt("o", "S"), unit("a"), unit("b")], [event(JULY, "split", "o", "a", "b")], each("ab", NOW[2:]), {"a": (200, 403.29)}),
    # Its first day is that of the first event.
    "renamed, then heir of a split": Small(
        [unit("x"), unit("a"), unit("y"), unit("k", "2025-10-01")], [event("2025-04-01", "rename", "x", "a"), event("2025-10-01", "split", "y", "a", "k")],
        each("x", NOW[:1]) + each("a", NOW[1:]) + each("y", NOW[:3]) + each("k", NOW[3:]), {"a": 550}),
    # Only what is looked at says that a unit was there.
    "a row of the year before says nothing of this one": Small([unit("o"), unit("a"), unit("b")], [event(JULY, "split", "o", "a", "b")],
        each("o", NOW[:2]) + each("ab", NOW[2:]) + each("a", BEFORE[:1]), {"a": 300}),
    # All parts of a count are right to half of one, however often one gives.
    "a count divided twice in a year": Small(
        [unit("o"), unit("a", "2025-04-01"), unit("b", JULY)], [split("2025-04-01", "o", o="0.5", a="0.5"), split(JULY, "o", o="0.5", b="0.5")],
        each("o", NOW[:2], 3) + each("a", NOW[1:], 0) + each("b", NOW[2:], 0) + each("o", NOW[2:], 0), {"o": 2, "a": 2, "b": 2}, scored=(COUNT,)),
}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES)
@pytest.mark.parametrize("town", TOWNS)
def test_each_unit_has_what_plain_sense_gives_it(town: str, engine: Engine) -> None:
    case = TOWNS[town]
    code = str(case.scored[-1]["code"])
    scale = 10 ** int(case.scored[-1].get("decimals", 2))
    held = facts(case.rows)
    if scale == 1:
        rows = [
            row | {"value": row["value"] // 100} for row in held.tables["observation"].to_pylist()
        ]
        held.tables["observation"] = pa.Table.from_pylist(rows, schema("observation"))
    made_of = book(case.scored, units=case.units, succession=case.events, cascade=case.cascade, **case.parts)  # fmt: skip
    made = make_run(made_of, with_rulings(held, *case.rulings), PERIOD, engine)
    rows = {
        row["unit"]: row for row in made.results.rows("indicator_score") if row["indicator"] == code
    }
    for one, have in case.have.items():
        value, target = have if isinstance(have, tuple) else (have, None)
        found = rows[one]["value"]
        assert (None if found is None else found / scale) == value, one
        assert target is None or rows[one]["target"] / scale == target, one


def test_own_gaps_beside_others_are_said_to_be_its_own() -> None:
    """A list is read on from the name before it."""
    monthly = {"code": "S", "frequency": "month", "method": {"kind": "ratio", "target": 300}}
    made_of = book([monthly], units=[unit("o"), unit("n")], succession=[event("2025-08-01", "rename", "o", "n")])  # fmt: skip
    made = make_run(made_of, facts([]), parse_period("2025-Q3"), ENGINES[0])
    for language, said in (("zh", "没有 o o 2025-07、本单位 2025-08、本单位 2025-09 的数"), ("en", "no figure for o o 2025-07, its own 2025-08, its own 2025-09")):  # fmt: skip
        assert said in passport(made, "n", "S", language).parts[0].label  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("events", "code"),
    [
        ([event(JULY, "merger", "b", "a"), event(JULY, "rename", "a", "n")], "succession.day"),
        ([event(JULY, "rename", "a", "b"), event(JULY, "rename", "b", "n")], "succession.day"),
        ([event("2025-04-01", "rename", "a", "b"), event("2025-10-01", "rename", "b", "a")], "succession.again"),
        ([event(JULY, "merger", "a", "n"), event(JULY, "merger", "b", "n")], ""),
        ([event(JULY, "merger", "b", "a"), event("2025-07-02", "rename", "a", "n")], ""),
        ([split(JULY, "a", a="0.5", b="0.5"), event("2025-10-01", "merger", "b", "a")], ""),
        ([split(JULY, "a", a="0.5", b="0.5"), split(JULY, "a", a="0.5", n="0.5")], "succession.twice"),
        ([event(JULY, "merger", "a", "b"), event(JULY, "merger", "a", "n")], "succession.twice"),
        ([event(JULY, "rename", "a", "n"), event(JULY, "rename", "a", "n")], "succession.twice"),
        ([event("2025-10-01", "merger", "a", "n"), event(JULY, "rename", "a", "b")], "succession.again"),
        ([event(JULY, "merger", "a", "b"), event("2025-10-01", "merger", "a", "n")], "succession.again"),
        ([split(JULY, "a", b="0.5", n="0.5"), split("2025-10-01", "a", a="0.5", n="0.5")], "succession.again"),
        ([split(JULY, "a", a="0.5", b="0.5"), split("2025-10-01", "a", a="0.5", n="0.5")], ""),
        ([split(JULY, "a", a="0.5", b="0.5"), event("2025-10-01", "merger", "a", "n")], ""),
        ([event(JULY, "rename", "a", "b", "n")], "succession.rename"),
        ([event(JULY, "merger", "a", "b", "n")], ""),
        ([event("2025-04-01", "merger", "a", "n"), event(JULY, "rename", "b", "n")], "succession.rename"),
        ([event(JULY, "merger", "a", "n"), event(JULY, "rename", "b", "n")], "succession.rename"),
        ([split("2025-04-01", "n", n="0.5", a="0.5"), event(JULY, "rename", "b", "n")], "succession.rename"),
        ([event(JULY, "rename", "b", "n"), event("2025-10-01", "merger", "a", "n")], ""),
        ([event(JULY, "merger", "a", "a")], "succession.itself"),
        ([event(JULY, "rename", "a", "a")], "succession.itself"),
        ([event(JULY, "merger", "a", "a", "n")], "succession.itself"),
    ],
)  # fmt: skip
def test_changes_that_the_arithmetic_cannot_follow_are_refused(
    tmp_path: Path, events: list[dict[str, Any]], code: str
) -> None:
    """What goes over on a day is what was there before it, and a code stands for one time."""
    made_of = book([SUM], units=[unit(one) for one in "abn"], succession=events)
    save_folder(made_of, tmp_path / "book")
    found = lint(*load_rulebook(tmp_path / "book"))
    said = [
        one.code for one in found if one.severity == "error" and one.code.startswith("succession.")
    ]
    assert said == [code] * bool(code)
