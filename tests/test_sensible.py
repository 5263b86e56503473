"""The check refuses what makes no sense: the worst first, weights of another year, lights the wrong way round."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from tests.conftest import Command
from tests.generate import METHODS, PERIOD, number
from tests.test_meaning import found, never_less
from tests.test_scheme import change, write
from tests.test_split_years import book, of, run
from zhengheng.domain.problems import Problem, RulebookError
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.senseless import senseless_values
from zhengheng.sample import rulebooks
from zhengheng.scheme.compare import differences
from zhengheng.scheme.folder import Source
from zhengheng.scheme.kinds import parts_of
from zhengheng.scheme.lint import lint
from zhengheng.scheme.lint_amounts import AMOUNTS
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.methods import Method
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.check import check, load_checked

Rules = tuple[dict[str, Any], dict[str, Any]]


def errors(folder: Path) -> dict[str, str]:
    """The faults of a rulebook with the place of each, whether it can be read or not."""
    try:
        rules, source = load_checked(folder)
        problems = check(rules, source)
    except RulebookError as error:
        problems = list(error.problems)
    return {p.code: p.where for p in problems if p.severity == "error"}


def _method(kind: str, **numbers: Any) -> Rules:
    return {}, change("A", method={"kind": kind, **numbers})


def _light(by: str, watch: Any, missed: Any) -> Rules:
    return {}, change("A", light={"by": by, "watch": watch, "missed": missed})


def _weights(*days: str, **more: Any) -> Rules:
    table = {"A": 60, "B": 40}
    return {"weights": [{"from": day, "table": dict(table), **more} for day in days]}, {}


C, BAND, BONUS, GOAL, UNIT = (
    {"code": "c", "name": "c"}, {"code": "x", "name": "x"}, {"code": "b", "name": "b", "kind": "bonus"},
    {"code": "g", "name": "g", "from_year": 2023, "to_year": 2027, "indicators": ["A"]},
    {"code": "u", "name": "u", "category": "c", "group": "g"},
)  # fmt: skip
UNITS = [{**UNIT, "valid_to": "2025-06-30"}, {**UNIT, "code": "v"}]


def _changed(
    kind: str = "merger", share: Any = 1, units: list[dict[str, Any]] = UNITS, **more: Any
) -> Rules:
    """Unit u goes over into v on the first of July."""
    event = {
        "date": "2025-07-01",
        "kind": kind,
        "unit": "u",
        "heirs": [{"unit": "v", "share": share}],
        **more,
    }
    return {"units": units, "succession": [event]}, {}


def _parts(**more: Any) -> Rules:
    parts = {"numerator": {"B": 1}, "denominator": {"B": 1}, "scale": 100, **more}
    return {}, change("A", parts=parts)


SENSELESS: dict[str, tuple[str, Rules]] = {
    "a slope that falls": ("method.numbers", _method("plus_minus", target=9, slope="-0.01")),
    "no slope": ("method.numbers", _method("plus_minus", target=9, slope=0, per="unit")),
    "points taken from the better": ("method.numbers", _method("rate_minus", target=9, points_per_unit=-1)),
    "a floor beyond the full mark": ("method.numbers", _method("rate_minus", target=9, points_per_unit=1, floor_points=500)),
    "three points downwards": ("method.numbers", _method("three_point", base=80, target=100, stretch=110, at_base="1.2", at_target=1, at_stretch="0.5")),
    "a cap below the least": ("method.numbers", _method("ratio", target=9, cap="0.5", least="0.8")),
    "a cap below the base": ("method.numbers", _method("efficacy", bottom=1, target=9, cap="0.5")),
    "a span that falls": ("method.numbers", _method("efficacy", bottom=1, target=9, span="-0.4")),
    "a tier upside down": ("method.numbers", _method("tiers", tiers=[{"name": "甲", "low": 90, "high": 80}])),
    "tiers that overlap": ("method.numbers", _method("tiers", tiers=[{"name": "甲", "low": 80, "high": 100}, {"name": "乙", "low": 60, "high": 85}])),
    "the worst beyond all bands": ("method.numbers", _method("banded", below="0.9", knots=[{"at": 1, "share": "0.2"}, {"at": 9, "share": 1}])),
    "a deviation that counts against": ("method.numbers", ({"missing": "block"}, change("A", method={"kind": "z_score", "scale": -1}))),
    "a scale of nothing": ("method.numbers", _method("direct", scale=0)),
    "a target of nothing": ("method.numbers", _method("ratio", target=0)),
    "a knot that gives more than all": ("method.numbers", _method("banded", knots=[{"at": 1, "share": 0}, {"at": 9, "share": "1.2"}])),
    "a knot in percent": ("method.numbers", _method("banded", knots=[{"at": 1, "share": 0}, {"at": 9, "share": 100}])),
    "a credit beyond the full mark": ("method.numbers", _method("steps", steps=[{"at": 0, "credit": 0}, {"at": 9, "credit": "3/2"}])),
    "an answer beyond the full mark": ("method.numbers", _method("answers", answers=[{"value": 0, "name": "否", "credit": 0}, {"value": 1, "name": "是", "credit": "1.01"}])),
    "a place that gives points instead of a share": ("method.numbers", _method("rank", table=[10, 8, 6])),
    "late nodes earn double": ("method.numbers", _method("milestones", late=2)),
    "the changed method falls": ("method.numbers", ({}, change("A", changes=[{"from": "2025-07-01", "kind": "split", "method": {"kind": "plus_minus", "target": 9, "slope": -1}, "reason": "r", "basis": {"title": "b"}}]))),
    "weights of another year": ("weights.late", _weights("2027-01-01")),
    "weights that wait for the next year": ("weights.late", _weights("2025-07-01", kind="prospective")),
    "two tables of one day": ("weights.twice", _weights("2025-01-01", "2025-01-01")),
    "a light in percent": ("light.numbers", _light("score", 60, 85)),
    "red above yellow": ("light.numbers", _light("score", "0.6", "0.85")),
    "red before yellow": ("light.numbers", _light("time_progress", 30, 10)),
    "a share of the target above all of it": ("light.numbers", _light("level", 5, 10)),
    "the total lit by progress": ("light.numbers", ({"light": {"by": "level", "watch": 0, "missed": 1}}, {})),
    "two categories of one code": ("code.twice", ({"categories": [C, C]}, {})),
    "two groups of one code": ("code.twice", ({"groups": [{"code": "g", "name": "g"}, {"code": "g", "name": "h"}]}, {})),
    "two grades of one code": ("code.twice", ({"grading": {"bands": [BAND, BAND]}}, {})),
    "a grade outside that is one inside": ("code.twice", ({"grading": {"bands": [BAND], "outside": [BAND]}}, {})),
    "two items of one code": ("code.twice", ({"adjustments": [{**BONUS}, {**BONUS}]}, {})),
    "two goals of one code": ("code.twice", ({"goals": [{**GOAL}, {**GOAL}]}, {})),
    "two topics of one code": ("code.twice", ({"topics": [{"code": "t", "name": "t", "indicators": ["A"]} for _ in "xy"]}, {})),
    "a topic that names an indicator twice": ("code.twice", ({"topics": [{"code": "t", "name": "t", "indicators": ["A", "A"]}]}, {})),
    "a month left out twice": ("day.none", ({}, change("A", skip_months=[13, 0]))),
    "a reward for no grade": ("grade.unknown", ({"incentives": [{"code": "i", "name": "i", "kind": "honour", "grades": ["Z"]}]}, {})),
    "a budget for no grade": ("grade.unknown", ({"budget": [{"grade": "Z", "change": "0.1"}]}, {})),
    "raters of nothing": ("indicator.unknown", ({"matrix": [{"code": "m", "name": "m", "weight": 100, "indicators": ["Z"]}]}, {})),
    "raters that weigh a half": ("matrix.weights", ({"matrix": [{"code": "m", "name": "m", "weight": "0.5"}]}, {})),
    "a superior that is nobody": ("unit.unknown", ({"units": [{**UNIT, "superior": "Z"}]}, {})),
    "a unit that ends first": ("unit.days", ({"units": [{**UNIT, "valid_from": "2025-12-01", "valid_to": "2025-01-01"}]}, {})),
    "a merger that hands on a part": ("succession.shares", _changed(share="0.8")),
    "a merger that hands on more than there is": ("succession.shares", _changed(share="1.2", data="anew", targets="inherit")),
    "a unit that goes on after its merger": ("succession.day", _changed(units=[{**UNIT, "valid_to": "2025-09-30"}, UNITS[1]])),
    "a unit that ends before its split": ("succession.day", _changed("split", units=[{**UNIT, "valid_to": "2025-03-31"}, UNITS[1]])),
    "an heir that is not there yet": ("succession.day", _changed("rename", units=[UNITS[0], {**UNITS[1], "valid_from": "2025-07-02"}])),
    "a new name that is there before": ("succession.day", _changed("rename", units=[UNITS[0], {**UNITS[1], "valid_from": "2025-06-30"}])),
    "an heir that is gone": ("succession.day", _changed(units=[UNITS[0], {**UNITS[1], "valid_to": "2025-03-31"}])),
    "a bonus of at least more": ("adjustment.range", ({"adjustments": [{**BONUS, "least": 5, "most": 1}]}, {})),
    "a bonus capped below nothing": ("amount.negative", ({"bonus_cap": -4}, {})),
    "a deduction capped below nothing": ("amount.negative", ({"deduction_cap": "-0.5"}, {})),
    "an item that begins below nothing": ("amount.negative", ({"adjustments": [{**BONUS, "least": -5}]}, {})),
    "an item that ends below nothing": ("amount.negative", ({"adjustments": [{**BONUS, "most": -1}]}, {})),
    "an item capped below nothing": ("amount.negative", ({"adjustments": [{**BONUS, "cap": -1}]}, {})),
    "a coefficient below nothing": ("coefficient.negative", ({"coefficients": [{"of": "A", "value": -1, "reason": "r"}]}, {})),
    "a coefficient of a category below nothing": ("coefficient.negative", ({"coefficients": [{"of": "A", "categories": {"c": -1}, "reason": "r"}]}, {})),
    "a coefficient capped below nothing": ("coefficient.negative", ({"coefficients": [{"of": "A", "value": 1, "cap": -1, "reason": "r"}]}, {})),
    "an heir of less than nothing": ("amount.negative", _changed(heirs=[{"unit": "v", "share": "1.5"}, {"unit": "w", "share": "-0.5"}], units=[*UNITS, {**UNIT, "code": "w"}])),
    "a child's share below nothing": ("amount.negative", ({"cascade": [{"indicator": "A", "parent": "u", "mode": "shares", "children": {"x": 150, "y": -50}}]}, {})),
    "innovation capped below nothing": ("amount.negative", ({"innovation": {"cap": -1}}, {})),
    "a reward below nothing": ("amount.negative", ({"incentives": [{"code": "i", "name": "i", "kind": "material", "coefficient": -1}]}, {})),
    "raters that weigh less than nothing": ("matrix.weights", ({"matrix": [{"code": "m", "name": "m", "weight": 150}, {"code": "n", "name": "n", "weight": -50}]}, {})),
    "minutes below nothing": ("amount.negative", ({}, change("A", burden_minutes=-5))),
    "a fraud that costs points": ("adjustment.points", ({"adjustments": [{**BONUS, "kind": "integrity", "least": 1, "most": 5, "effect": {"grade": "x"}}], "grading": {"bands": [BAND]}}, {})),
    "a rate times nothing": ("parts.numbers", _parts(scale=0)),
    "a rate turned round": ("parts.numbers", _parts(scale=-100)),
    "a minimum below nothing": ("parts.numbers", _parts(minimum=-5)),
    "a minimum of no denominator": ("parts.numbers", _parts(denominator={}, minimum=5)),
    "a denominator times nothing": ("parts.numbers", _parts(denominator={"B": 0})),
    "a numerator times nothing": ("parts.numbers", _parts(numerator={"B": 0})),
    "a denominator that is never above nothing": ("parts.numbers", ({}, _parts(denominator={"B": -1})[1] | change("B", sense={"low": 0, "high": 100}))),
    "a ladder without its first rung": ("warnings.step", ({"warnings": [{"step": 3, "name": "w"}]}, {})),
    "bound by more than all": ("share.range", ({"binding": {"alpha": "1.5", "categories": ["c"]}}, {})),
    "seats for more than all": ("share.range", ({"grading": {"bands": [{**BAND, "share_at_most": "1.3"}]}}, {})),
    "seats in percent": ("share.range", ({"grading": {"bands": [{**BAND, "share_at_most": 30}]}}, {})),
    "the unit's part in percent": ("share.range", ({"binding": {"alpha": 30, "categories": ["c"]}}, {})),
    "a limit in percent": ("share.range", ({"categories": [{**C, "not_applicable_limit": 25}]}, {})),
    "a goal that ends first": ("goal.years", ({"goals": [{**GOAL, "to_year": 2020}]}, {})),
    "a range upside down": ("sense.range", ({}, change("A", sense={"low": 100, "high": 0}))),
    "a target beyond its sense": ("sense.target", ({}, change("A", sense={"low": 0, "high": 5}))),
    "a target beyond its unit's sense": ("sense.target", ({}, change("A", measure_unit="%", method={"kind": "ratio", "target": 900}))),
    "a day that no year has": ("day.none", ({"procedure": {"freeze": "02-31"}}, {})),
    "a month that no year has": ("day.none", ({"procedure": {"freeze": "13-01"}}, {})),
    "a full mark of nothing": ("full_mark.none", ({"categories": [{**C, "full_mark": 0}]}, {})),
    "a full mark below nothing": ("full_mark.none", ({"categories": [{**C, "full_mark": -100}]}, {})),
    "places by what is rounded away": ("ranking.exact", ({"ranking": {"on": "exact"}}, {})),
    "grades by what is rounded away": ("grading.exact", ({"grading": {"on": "exact", "bands": [BAND]}}, {})),
    "a number of another base": ("field.number", _method("ratio", target="017")),
}  # fmt: skip


@pytest.mark.parametrize("name", SENSELESS)
def test_what_makes_no_sense_is_refused_at_its_place(name: str, tmp_path: Path) -> None:
    code, (top, indicators) = SENSELESS[name]
    folder = write(tmp_path, json.loads(json.dumps(top)), **indicators)
    told = errors(folder)
    assert set(told) == {code}
    assert told[code].startswith("indicators/A.yaml:" if indicators else "rulebook.yaml:")


SOUND: dict[str, Rules] = {
    "weights that begin in the year": _weights("2025-07-01"),
    "a merger on the day after its last": _changed(),
    "a merger of a unit without a last day": _changed(units=[UNIT, {**UNITS[1], "valid_from": "2025-07-01"}]),
    "a split of a unit that goes on": ({"units": [{**UNIT, "valid_to": "2025-12-31"}, UNITS[1]], "succession": [
        {"date": "2025-07-01", "kind": "split", "unit": "u", "heirs": [{"unit": "u", "share": "0.6"}, {"unit": "v", "share": "0.4"}]}]}, {}),
    "an heir on its last day": _changed(units=[UNITS[0], {**UNITS[1], "valid_to": "2025-07-01"}]),
    "a merger after which all begins anew": _changed(share="0.8", data="anew"),
    "a light by score": _light("score", "0.85", "0.6"),
    "one line for both": _light("score", 1, 1),
    "a light by progress": _light("time_progress", 10, 30),
    "places by what the total carries": ({"ranking": {"on": "exact"}, "tree": {"code": "total", "name": "t", "carry": "exact", "children": ["A", "B"]}}, {}),
    "credits as plain numbers": _method("steps", steps=[{"at": 0, "credit": 0}, {"at": 9, "credit": "0.5"}, {"at": 10, "credit": 1}]),
    "a leap day": ({"procedure": {"freeze": "02-29"}}, {}),
    "tiers side by side": _method("tiers", tiers=[{"name": "甲", "low": 80, "high": 100}, {"name": "乙", "low": 60, "high": 80}]),
    "a mark beyond the full one": _method("plus_minus", target=9, slope="0.05", cap="1.2"),
    "caps of nothing": ({"bonus_cap": 0, "deduction_cap": 0}, {}),
    "a rate of what may be below nothing": _parts(denominator={"B": -1}),
    "a fraud that costs the grade": ({"adjustments": [{**BONUS, "kind": "integrity", "effect": {"grade": "x"}}], "grading": {"bands": [BAND]}}, {}),
    "a deduction that also costs the grade": ({"adjustments": [{**BONUS, "kind": "deduction", "most": 5, "effect": {"grade": "x"}}], "grading": {"bands": [BAND]}}, {}),
    "a difference from a target of nothing": _method("plus_minus", target=0, slope="0.05", per="unit"),
}  # fmt: skip


MAY_BE_BELOW = {
    # A score, a value or a threshold on them; points of the knots and steps of a curve may take away.
    "Gate.below", "Band.at_least", "Band.at_most", "Sense.low", "Sense.high", "BudgetRule.change", "Compensation.parameters", "Answer.value",
    "Parts.numerator", "Parts.denominator", "RescaleMinMax.at_worst", "RescaleMinMax.at_best", "RescaleZScore.centre",
    "Goal.from_year", "Goal.to_year", "Knot.at", "Knot.share", "StepRow.at",
}  # fmt: skip
OTHER_RULES = {
    "Category.full_mark", "Category.not_applicable_limit", "Node.full_mark", "WeightTable.table", "Band.share_at_most", "Band.share_at_least",
    "Light.watch", "Light.missed", "Binding.alpha", "Parts.scale", "Parts.minimum", "RescaleBest.lowest_at", "RescaleZScore.scale",
    "Indicator.skip_months", "Tier.low", "Tier.high",
}  # fmt: skip
"""Numbers that another rule of the check holds in their bounds; those of methods stand in `lint_methods` and WILD."""


def test_every_number_of_a_rulebook_is_held_above_nothing_or_may_be_below() -> None:
    """A cap that is added to the format tomorrow is decided on, and not forgotten."""
    held = {f"{model}.{key}" for model, keys in AMOUNTS.items() for key in keys}
    assert not held & (MAY_BE_BELOW | OTHER_RULES)
    assert _numbers(Rulebook, set()) == held | MAY_BE_BELOW | OTHER_RULES


def _numbers(model: type[BaseModel], seen: set[type[BaseModel]]) -> set[str]:
    """Every number without a limit of its own, of a model and all that it is made of; methods and workings of the format apart."""
    if model in seen:
        return set()
    seen.add(model)
    found = set()
    for name, shape in parts_of(model).items():
        waiting, limited = [shape], "ge" in shape.limits or "gt" in shape.limits
        while waiting:
            one = waiting.pop()
            waiting += [*one.members, *filter(None, [one.inner])]
            if one.kind in {"number", "integer"} and not limited and not issubclass(model, Method):
                found.add(f"{model.__name__}.{name}")
            if one.model and "Shared" not in one.model.__name__:
                found |= _numbers(one.model, seen)
    return found


@pytest.mark.parametrize("name", SOUND)
def test_what_makes_sense_passes(name: str, tmp_path: Path) -> None:
    top, indicators = SOUND[name]
    assert errors(write(tmp_path, top, **indicators)) == {}


def test_each_change_of_a_unit_hands_on_all_of_it(tmp_path: Path) -> None:
    """A later change of the same unit says nothing of the first."""
    first = {"date": "2025-03-01", "kind": "split", "unit": "u", "heirs": [{"unit": "v", "share": 1}]}  # fmt: skip
    second = {"date": "2025-07-01", "kind": "split", "unit": "u", "heirs": [{"unit": "w", "share": "0.8"}]}  # fmt: skip
    held = {"units": [UNIT, UNITS[1], {**UNIT, "code": "w"}], "succession": [first, second]}
    found = [one for one in lint(*load_rulebook(write(tmp_path, held))) if one.code == "succession.shares"]  # fmt: skip
    assert [("0.8" in one.zh, "add to 0.8 instead" in one.en) for one in found] == [(True, True)]


CASE = {"name": "例", "period": "2025", "values": {"A": "9", "B": "50"}, "expect": {"A": "54"}}
WRONG_CASES: dict[str, tuple[str, dict[str, Any]]] = {
    "a month that no year has": ("case.period", {"period": "2025-13"}),
    "no period at all": ("case.period", {"period": "去年"}),
    "a value of no indicator": ("case.unknown", {"values": {"ZZ": "1"}}),
    "another unit's value of no indicator": ("case.unknown", {"others": {"v": {"ZZ": "1"}}}),
    "points of nothing": ("case.unknown", {"expect": {"NOPE": "1"}}),
    "the light of nothing": ("case.unknown", {"expect": {"light:NOPE": "red"}}),
    "an event of no item": ("case.unknown", {"events": [{"item": "NOPE"}]}),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_CASES)
def test_an_example_that_cannot_be_run_is_refused_at_its_line_and_never_breaks_off(
    name: str, tmp_path: Path, zhengheng: Command
) -> None:
    code, wrong = WRONG_CASES[name]
    folder = write(tmp_path / "book")
    (folder / "cases").mkdir()
    (folder / "cases" / "a.yaml").write_text(json.dumps([CASE | wrong], ensure_ascii=False))
    assert errors(folder) == {code: "cases/a.yaml:1"}
    tested = zhengheng("scheme", "test", str(folder))
    assert tested.returncode != 0 or code != "case.period"
    assert "Traceback" not in tested.stdout + tested.stderr


any_number = number(-2, 3, 1)
WILD: dict[str, dict[str, Any]] = {
    "ratio": {"target": any_number, "cap": any_number, "least": any_number},
    "efficacy": {"bottom": any_number, "target": any_number, "base": any_number, "span": any_number, "cap": any_number, "least": st.none() | any_number},
    "banded": {"knots": METHODS["banded"].map(lambda one: one["knots"]), "below": any_number},
    "plus_minus": {"target": any_number, "slope": any_number, "per": st.sampled_from(["percent", "unit"]), "cap": any_number, "least": any_number},
    "rate_minus": {"target": any_number, "points_per_unit": any_number, "floor_points": number(-200, 200)},
    "three_point": {"base": any_number, "target": any_number, "stretch": any_number, "at_base": any_number, "at_target": any_number, "at_stretch": any_number, "least": any_number},
    "growth": {"base": any_number, "target": any_number, "cap": any_number, "least": any_number},
    "direct": {"scale": any_number, "cap": any_number, "least": any_number},
    "z_score": {"centre": any_number, "scale": any_number},
    "mads": {"centre": any_number, "scale": any_number},
    "min_max": {"at_worst": any_number, "at_best": any_number},
}  # fmt: skip


@pytest.mark.parametrize("kind", WILD)
@settings(max_examples=60, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
          suppress_health_check=list(HealthCheck))  # fmt: skip
@given(data=st.data())
def test_whatever_numbers_a_method_has_the_better_never_earns_less(
    kind: str, data: st.DataObject
) -> None:
    method = {"kind": kind, **{name: data.draw(one) for name, one in WILD[kind].items()}}
    direction = data.draw(st.sampled_from(["up", "down"]))
    rules = book({"code": "A", "direction": direction, "method": method, "missing": "block"}, weight="100")  # fmt: skip
    assume(found(rules) == [])
    values = sorted(data.draw(st.lists(st.integers(-5, 100), min_size=6, max_size=6, unique=True)))
    made = run(rules, {(u, "A"): {PERIOD.end: str(v)} for u, v in zip("uvwxyz", values, strict=True)}, OracleEngine())  # fmt: skip
    points = [of(made, "A", unit)["points"] for unit in "uvwxyz"]
    never_less(points if direction == "up" else points[::-1])


def test_a_difference_is_never_claimed_without_a_line_of_what(tmp_path: Path) -> None:
    book, _ = load_rulebook(write(tmp_path))
    assert differences(book, book, "zh") == ["没有差别。"]
    turned = book.model_copy(update={"indicators": book.indicators[::-1]})
    lines = differences(book, turned, "zh")
    assert len(lines) > 1
    assert "次序" in lines[0]


SHARES: dict[str, tuple[bool, dict[str, Any]]] = {
    "a rate by its name": (True, {"name": "群众满意率"}),
    "a share by its name": (True, {"name": "诊疗量占比（%）"}),
    "a rate in per mille": (True, {"name": "万人发案比例", "measure_unit": "‰"}),
    "counts over counts": (True, {"name": "办结情况", "parts": {"numerator": {"B": 1}, "denominator": {"C": 1}, "scale": 100}}),
    "growth": (False, {"name": "投资增长率"}),
    "growth of a share": (False, {"name": "占比提升率"}),
    "a cut": (False, {"name": "能耗下降率"}),
    "a speed": (False, {"name": "工业增加值增速（%）"}),
    "a difference over a count": (False, {"name": "净增情况", "parts": {"numerator": {"B": 1, "C": -1}, "denominator": {"C": 1}, "scale": 100}}),
    "growth over the year before": (False, {"name": "满意率", "year_on_year": {"of": "B"}}),
    "a share with its range": (False, {"name": "满意率", "sense": {"low": 0, "high": 100}}),
    "a completion rate with a higher end": (False, {"name": "完成率", "sense": {"low": 0, "high": 200}}),
    "no percentage": (False, {"name": "汇率", "measure_unit": "元"}),
    "a retired rate": (False, {"name": "满意率", "status": "retired"}),
}  # fmt: skip


@pytest.mark.parametrize("name", SHARES)
def test_a_share_without_a_range_of_its_own_is_named(name: str, tmp_path: Path) -> None:
    """The range that fits growth, -100 to 200, lets a satisfaction of 150 % pass."""
    named, one = SHARES[name]
    folder = write(tmp_path, {}, **change("A", **({"measure_unit": "%"} | one)))
    rules, source = load_rulebook(folder)
    told = [p for p in check(rules, source) if p.code == "sense.share"]
    assert bool(told) is named
    assert all(p.severity == "warning" and p.where.startswith("indicators/A.yaml:") for p in told)


def test_a_share_may_have_the_range_of_its_unit_of_measure(tmp_path: Path) -> None:
    folder = write(tmp_path, {"senses": {"%": {"low": 0, "high": 100}}}, **change("A", name="满意率", measure_unit="%"))  # fmt: skip
    assert not [p for p in check(*load_rulebook(folder)) if p.code == "sense.share"]


def test_the_rulebooks_of_the_sample_city_have_nothing_to_be_warned_of() -> None:
    made = (rulebooks.hotline_rulebook, rulebooks.province_rulebook, rulebooks.department_rulebook,
            rulebooks.district_rulebook, rulebooks.street_rulebook)  # fmt: skip
    assert [
        (book.code, p) for make in made for book in [make()] for p in check(book, Source(Path()))
    ] == []


def test_a_coefficient_with_too_many_decimals_is_told_what_to_multiply_with(tmp_path: Path) -> None:
    """As a coefficient and not as a weight, at its line; and what is said mends it."""
    held = {"numerator": {"B": "44.2099990844727"}, "denominator": {"B": 1}}
    (problem,) = _problems(write(tmp_path / "a", **change("A", parts=held)))
    lines = (tmp_path / "a" / "indicators" / "A.yaml").read_text().splitlines()
    assert lines[int(problem.where.split(":")[1]) - 1].strip().startswith("B: '44.2")
    assert "权重" not in problem.zh
    assert "13 位小数" in problem.zh
    assert "同乘以 10、100 或 1000" in problem.zh
    mended = {"numerator": {"B": "44209.999084"}, "denominator": {"B": 1000}}
    assert _problems(write(tmp_path / "b", **change("A", parts=mended))) == []
    alone = {"numerator": {"B": "44209.999084"}, "scale": "0.001"}
    assert _problems(write(tmp_path / "c", **change("A", parts=alone))) == []


MADE_WRONG: dict[str, tuple[dict[str, Any], str]] = {
    "of what does not exist": ({"parts": {"numerator": {"B": 1}, "denominator": {"Z": 1}}}, "Z:"),
    "the change of what does not exist": ({"year_on_year": {"of": "Z"}}, "of: Z"),
    "of itself": ({"parts": {"numerator": {"B": 1, "A": 1}}}, "A:"),
    "the change of itself": ({"year_on_year": {"of": "A"}}, "of: A"),
    "too large a scale": ({"decimals": 9, "parts": {"numerator": {"B": 1}, "scale": 1000}}, "scale:"),
}  # fmt: skip


@pytest.mark.parametrize("name", MADE_WRONG)
def test_what_is_made_wrongly_is_told_at_its_line(name: str, tmp_path: Path) -> None:
    fields, begins = MADE_WRONG[name]
    found = _problems(write(tmp_path, **change("A", **fields)))
    text = (tmp_path / "indicators" / "A.yaml").read_text().splitlines()
    assert {
        text[int(one.where.split(":")[1]) - 1].strip().split("'")[0][: len(begins)] for one in found
    } == {begins}


def test_entries_are_counted_from_one(tmp_path: Path) -> None:
    wrong = {"units": [UNIT, {**UNIT, "code": "v", "valid_to": "gestern"}]}
    (problem,) = _problems(write(tmp_path, wrong))
    assert problem.zh.startswith("units（第 2 项）.valid_to：")
    assert problem.en.startswith("units (entry 2).valid_to: ")


def _problems(folder: Path) -> list[Problem]:
    try:
        problems = check(*load_checked(folder))
    except RulebookError as error:
        problems = list(error.problems)
    return [problem for problem in problems if problem.severity == "error"]


def test_a_made_value_beyond_its_range_of_sense_is_named_with_unit_and_value() -> None:
    """Nobody filed it, so that nobody was asked to confirm it."""
    parts = {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100}
    rate = {"code": "A", "name": "满意率", "measure_unit": "%", "parts": parts, "method": {"kind": "direct"}}  # fmt: skip
    held = {("u", "N"): "9", ("u", "D"): "10", ("v", "N"): "30", ("v", "D"): "10"}
    values = {key: {PERIOD.end: value} for key, value in held.items()}

    def far(**more: Any) -> list[Problem]:
        return [*senseless_values(run(book({**rate, **more}, {"code": "N"}, {"code": "D"}), values, OracleEngine()))]  # fmt: skip

    (one,) = far(sense={"low": 0, "high": 100})
    assert one.severity == "warning"
    assert "“满意率”" in one.zh
    assert "v（300 %）" in one.zh
    assert "u（" not in one.zh
    assert len(far()) == 1, "the range of its unit of measure"
    assert far(measure_unit="分") == []
    assert far(sense={"low": 0}) == []
