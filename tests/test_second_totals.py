"""An attacker with two totals of one period: what internal indicators have in them must be one and the same."""

import csv
import json
import zipfile
from collections.abc import Callable
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from tests.generate import PERIOD
from tests.test_disclosed import MIXED, book_of, scored
from zhengheng.engines.bundle import check_bundle, write_bundle
from zhengheng.engines.cases import case_facts
from zhengheng.engines.disclosure import disclosure, totals_shown
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.second_totals import apart
from zhengheng.engines.snapshot import snapshot
from zhengheng.scheme.model import Case, Rulebook

Dump = dict[str, Any]
INTERNAL, PUBLIC = ("I2", "I3", "I4"), ("I0", "I1")
VALUES = {unit: [*row, "77"] for unit, row in MIXED.items()}


def book(change: Callable[[Dump], None] = lambda _: None) -> Rulebook:
    """Two public indicators and three internal ones of ten points each, with one thing changed."""
    held = book_of(3, count=5).model_dump(mode="json", by_alias=True)
    change(held)
    return Rulebook.model_validate_json(json.dumps(held))


def weigh(**weights: int) -> Callable[[Dump], None]:
    def change(held: Dump) -> None:
        held["weights"][0]["table"] |= weights
        held["categories"][0]["full_mark"] = str(sum(Decimal(one) for one in held["weights"][0]["table"].values()))  # fmt: skip

    return change


def set_of(code: str, **fields: Any) -> Callable[[Dump], None]:
    def change(held: Dump) -> None:
        next(one for one in held["indicators"] if one["code"] == code).update(fields)

    return change


def mean(held: Dump) -> None:
    held["tree"] |= {"aggregate": "geometric", "weights": "relative"}


SAID_MORE = {
    "an internal weight up and a public one down": weigh(I2=12, I0=8),
    "an internal weight alone": weigh(I3=11),
    "another target of an internal one": set_of("I4", method={"kind": "ratio", "target": 120}),
    "another method of an internal one": set_of("I4", method={"kind": "interval", "low": 20, "high": 120}),
    "an internal one rounded otherwise": set_of("I2", digits=1),
    "an internal one that counts half": weigh(I4=5),
    "a public one that is internal now and weighs more": lambda held: (set_of("I1", visibility="internal")(held), weigh(I1=15)(held)),  # fmt: skip
    "no sum any more": mean,
}  # fmt: skip
SAID_THE_SAME = {
    "nothing": lambda _: None,
    "a public weight": weigh(I0=20),
    "a public rule": set_of("I1", method={"kind": "ratio", "target": 150}),
    "a public weight up and another down": weigh(I0=15, I1=5),
}


@pytest.mark.parametrize("what", [*SAID_MORE, *SAID_THE_SAME])
def test_a_second_total_is_shown_where_internal_indicators_have_the_same_part_in_it(
    what: str,
) -> None:
    first, second = scored(book(), VALUES), scored(book((SAID_MORE | SAID_THE_SAME)[what]), VALUES)
    assert not disclosure(first).withheld
    decided = disclosure(second, [first])
    units = {row["unit"] for row in second.results.rows("total_score")}
    assert decided.withheld == (units if what in SAID_MORE else set())
    assert bool(decided.silent) == (what in SAID_MORE)
    shown = [
        unit
        for group in snapshot(second, "score", {}, [first])["groups"]
        for unit in group["units"]
    ]
    assert {unit.get("kept_back") for unit in shown} == (
        {"beside"} if what in SAID_MORE else {None}
    )
    assert all(bool(unit.get("score")) == bool(unit.get("place")) == (what in SAID_THE_SAME) for unit in shown)  # fmt: skip


@pytest.mark.parametrize("weight", [11, 12, 15, 20])
def test_no_internal_points_follow_from_two_totals(weight: int) -> None:
    """The attack as it was made: one internal weight moved, and the difference of the totals divided by its share."""
    first, second = scored(book(), VALUES), scored(book(weigh(I2=weight, I0=8)), VALUES)
    open_to_all = [totals(first, disclosure(first)), totals(second, disclosure(second, [first]))]
    assert solved(first, second, *open_to_all, Fraction(weight, 10)) == {}
    before = totals(second, disclosure(second))
    found = solved(first, second, open_to_all[0], before, Fraction(weight, 10))
    true = points(first, "I2")
    assert found
    assert all(abs(found[unit] - true[unit]) < Fraction(1, 5) for unit in found), "as it was before"


def totals(run: Run, decided: Any) -> dict[str, Fraction]:
    shown = totals_shown(run, decided)
    return {row["unit"]: Fraction(row["printed"], 10**9) for row in run.results.rows("total_score") if row["unit"] in shown}  # fmt: skip


def points(run: Run, code: str) -> dict[str, Fraction]:
    return {row["unit"]: Fraction(row["points"], 10**9) for row in run.results.rows("indicator_score") if row["indicator"] == code}  # fmt: skip


def solved(first: Run, second: Run, old: dict[str, Fraction], new: dict[str, Fraction], more: Fraction) -> dict[str, Fraction]:  # fmt: skip
    """The points of I2 of each unit with two public totals."""
    known = [
        {unit: sum(points(run, code)[unit] for code in PUBLIC) for unit in old}
        for run in (first, second)
    ]
    return {
        unit: (new[unit] - old[unit] - known[1][unit] + known[0][unit]) / (more - 1) for unit in old if unit in new
    }  # fmt: skip


def both(*changes: Callable[[Dump], None]) -> Callable[[Dump], None]:
    def change(held: Dump) -> None:
        for one in changes:
            one(held)

    return change


def below(**fields: Any) -> Callable[[Dump], None]:
    """I2 moves into the dimension of the public ones, which has these settings."""

    def change(held: Dump) -> None:
        held["tree"]["children"][0] |= {"children": ["I0", "I1", "I2"], **fields}
        held["tree"]["children"].remove("I2")

    return change


def averaged(held: Dump) -> None:
    held["tree"] |= {"aggregate": "arithmetic", "weights": "relative"}
    held["tree"]["children"][0] |= {"aggregate": "arithmetic", "weights": "relative"}
    held["weights"][0]["table"]["A"] = 20


def times(of: str, **fields: Any) -> Callable[[Dump], None]:
    return lambda held: held["coefficients"].append({"of": of, "reason": {"zh": "按文件", "en": "by document"}, **fields})  # fmt: skip


def made_of(code: str, **fields: Any) -> Callable[[Dump], None]:
    """An internal indicator that is twice a public one less the other; `fields` go to its parts."""
    return set_of(code, parts={"numerator": {"I0": "2", "I1": "-1"}, **fields})


PAIRS: dict[str, tuple[Callable[[Dump], None], Callable[[Dump], None], str]] = {
    "a coefficient of the dimension above": (below(), both(below(), times("A", value="0.5")), "all"),
    "the same coefficient of the dimension above, whose product is rounded": (both(below(), times("A", value="0.5")), both(below(), times("A", value="0.5"), set_of("I1", digits=3)), "all"),
    "a unit's coefficient of the dimension above": (below(), both(below(), times("A", units={"o0": "0.5"})), "all"),
    "a coefficient of the indicator": (below(), both(below(), times("I3", value="0.5")), "all"),
    "one unit's coefficient of the indicator": (times("I3", units={"o0": "0.5"}), times("I3", units={"o0": "0.6"}), "o0"),
    "a coefficient of a public one": (below(), both(below(), times("I0", value="0.5")), ""),
    "more of the dimension's fraction goes up": (below(), below(carry="exact"), "all"),
    "other decimals of the dimension above": (below(), below(digits=1), "all"),
    "two geometric means": (mean, both(mean, set_of("I1", method={"kind": "ratio", "target": 150})), "all"),
    "units of a part of the year": (lambda _: None, lambda held: held.update(part_year="scored"), "all"),
    "targets of units of a part of the year": (lambda _: None, lambda held: held.update(part_year_targets="as_filed"), "all"),
    "nothing, of an internal one that weighs nothing": (both(averaged, weigh(I4=0)), both(averaged, weigh(I4=0), set_of("I4", method={"kind": "ratio", "target": 50})), ""),
    "the scale of what it is made of": (made_of("I4"), made_of("I4", scale="2"), "all"),
    "the points of what it is made of": (made_of("I4"), both(made_of("I4"), set_of("I0", method={"kind": "ratio", "target": 50}, digits=1)), ""),
    "what counts where what it is made of has no row": (made_of("I4"), both(made_of("I4"), set_of("I0", absent="zero", absent_reason="none")), "all"),
    "how what it is made of adds up": (made_of("I4"), both(made_of("I4"), set_of("I0", combine="mean")), "all"),
}  # fmt: skip
"""What two rulebooks differ in, and in whose total internal indicators have another part: everybody's, one unit's, nobody's."""


@pytest.mark.parametrize("what", PAIRS)
def test_the_part_of_internal_indicators_is_told_by_all_that_makes_it(what: str) -> None:
    first, second, whose = PAIRS[what]
    runs = [scored(book(change), VALUES) for change in (first, second)]
    units = {row["unit"] for row in runs[0].results.rows("total_score")}
    found = apart(*runs, INTERNAL)
    assert found == (units if whose == "all" else {whose} - {""})


@pytest.mark.parametrize(("code", "whose"), [("P", {"o0"}), ("I1", set())])
def test_what_is_said_of_one_unit_and_what_an_indicator_is_made_from_counts_for_it(
    code: str, whose: set[str]
) -> None:
    """An exemption of an input of an internal indicator, whose own value was decided and stays; and of no input of one."""

    def fed(held: Dump) -> None:
        set_of("I4", parts={"numerator": {"P": "1"}})(held)
        held["indicators"].append({"code": "P", "name": "P"})

    held = book(fed)
    values = {**dict.fromkeys(("I0", "I1", "I2", "I3", "I4"), "77"), "P": "77"}
    case = Case(name="x", period="2025", unit={"category": "c", "group": "g"}, values=values, others={"o0": values}, expect={})  # fmt: skip
    facts = [case_facts(held, case) for _ in range(2)]
    facts[1].units = [
        one.model_copy(update={"exempt": (code,)}) if one.code == "o0" else one
        for one in facts[1].units
    ]
    first, second = (make_run(held, one, PERIOD, OracleEngine()) for one in facts)
    assert apart(first, second, ("I4",)) == whose


def test_what_internal_indicators_earn_is_asked_too_where_the_data_are_said_to_be_the_same() -> None:  # fmt: skip
    first = scored(book(), VALUES)
    second = scored(book(), {**VALUES, "y": [*VALUES["y"][:2], "59", *VALUES["y"][3:]]})
    assert apart(first, second, INTERNAL) == set()
    assert apart(first, second, INTERNAL, same_data=True) == {"o0"}
    assert apart(first, second, PUBLIC, same_data=True) == set()


def test_a_correction_that_takes_an_internal_value_away_shows_no_total() -> None:
    """What was counted in the first total and is missing in the second stands in their difference."""
    first = scored(book(), VALUES)
    gone = {
        unit: [*row[:4], "not_applicable" if unit == "x" else row[4]]
        for unit, row in VALUES.items()
    }
    second = scored(book(), gone)
    assert len(disclosure(second, [first]).withheld) == 1


def test_of_several_releases_each_is_held_against_every_other() -> None:
    """A public weight moved in the second, an internal one in the third, and then the first once more."""
    runs = [
        scored(book(change), VALUES)
        for change in (lambda _: None, weigh(I0=20), weigh(I0=20, I2=12))
    ]
    assert not disclosure(runs[1], runs[:1]).withheld
    assert disclosure(runs[2], runs[:2]).withheld
    assert not disclosure(runs[0], runs[1:2]).withheld


def test_where_the_public_total_has_nothing_internal_the_second_is_judged_alone() -> None:
    first = scored(book(lambda held: [one.update(visibility="public") for one in held["indicators"]]), VALUES)  # fmt: skip
    second = scored(book(), VALUES)
    assert not disclosure(second, [first]).withheld


def test_the_light_of_an_internal_indicator_stays_in_where_its_rule_is_another() -> None:
    """Beside grades lights are shown: a second one, from another line, would be a second band."""
    first = scored(book(), VALUES)
    for change, dark in ((set_of("I3", light={"by": "score", "watch": "0.7", "missed": "0.65"}), True), (weigh(I0=20), False)):  # fmt: skip
        marks = snapshot(scored(book(change), VALUES), "grade", {}, [first])["marks"]
        assert {row["I3"]["status"] == "withheld" for row in marks.values()} == {dark}
        assert not any(row["I2"]["status"] == "withheld" for row in marks.values())


def test_the_bundle_of_a_correction_keeps_back_what_its_page_keeps_back(tmp_path: Path) -> None:
    first, second = scored(book(), VALUES), scored(book(weigh(I2=12, I0=8)), VALUES)
    write_bundle(second, tmp_path / "b.zip", "public", b"salt of a test", [first])
    assert "total for 3 units" in check_bundle(tmp_path / "b.zip")
    with zipfile.ZipFile(tmp_path / "b.zip") as archive:
        rows = list(csv.DictReader(archive.read("results/total_score.csv").decode().splitlines()))
    assert len(rows) == 3
    assert not any(row["score"] or row["printed"] or row["composite"] for row in rows)
