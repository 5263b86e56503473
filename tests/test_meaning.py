"""What scores mean: better earns more with every method, the check refuses what a run would, statuses say why."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, assume, given, settings
from hypothesis import strategies as st

from tests.conftest import Command
from tests.generate import METHODS, PERIOD, facts_for, indicators
from tests.test_scheme import FAULTS, INDICATORS, change, write
from tests.test_split_years import ENGINES, book, of, run
from zhengheng.domain.problems import RulebookError
from zhengheng.engines.outputs import indicator_rows
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import make_run
from zhengheng.scheme.folder import Source
from zhengheng.scheme.lint_directions import given_fault
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.check import check, load_checked
from zhengheng.scoring.contracts import MISSING
from zhengheng.scoring.rules import exactly

common = settings(max_examples=25, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip


def found(rules: Rulebook) -> list[str]:
    return [p.code for p in check(rules, Source(Path("x"))) if p.severity == "error"]


WRONG_WAY: dict[str, tuple[dict[str, Any], str]] = {
    "growth": ({"kind": "growth", "base": 10, "target": 90}, "down"),
    "growth up": ({"kind": "growth", "base": 90, "target": 10}, "up"),
    "efficacy": ({"kind": "efficacy", "bottom": 10, "target": 90}, "down"),
    "three_point": ({"kind": "three_point", "base": 10, "target": 50, "stretch": 90}, "down"),
    "banded": ({"kind": "banded", "knots": [{"at": 0, "share": 0}, {"at": 90, "share": 1}]}, "down"),
    "steps": ({"kind": "steps", "steps": [{"at": 0, "credit": "0"}, {"at": 90, "credit": "1"}]}, "down"),
    "steps up": ({"kind": "steps", "of": "difference", "target": 5, "steps": [{"at": -9, "credit": "1"}, {"at": 1, "credit": "1/2"}]}, "up"),
    "direct": ({"kind": "direct"}, "down"),
    "tiers": ({"kind": "tiers", "tiers": [{"name": "好", "low": 60, "high": 100}]}, "down"),
    "answers": ({"kind": "answers", "answers": [{"value": 0, "name": "否", "credit": "0"}, {"value": 1, "name": "是", "credit": "1"}]}, "down"),
    "milestones": ({"kind": "milestones"}, "down"),
    "interval": ({"kind": "interval", "high": 8, "high_limit": 40}, "up"),
    "logarithm": ({"kind": "min_max", "log": "plain"}, "down"), "logarithm of a distance": ({"kind": "z_score", "log": "plain"}, "down"),
    "ratio": ({"kind": "ratio", "target": 9}, "interval"),
    "goalposts": ({"kind": "goalposts", "low": 1, "high": 9}, "interval"),
    "rank": ({"kind": "rank"}, "interval"),
}  # fmt: skip


@pytest.mark.parametrize("name", WRONG_WAY)
def test_a_method_against_the_direction_is_refused(name: str) -> None:
    method, direction = WRONG_WAY[name]
    rules = book({"code": "A", "direction": direction, "method": method}, weight="100")
    assert "method.direction" in found(rules)


AGREED: dict[str, tuple[dict[str, Any], str, dict[str, int]]] = {
    "growth up": ({"kind": "growth", "base": 10, "target": 20}, "up", {"target": 5}),
    "growth down": ({"kind": "growth", "base": 20, "target": 10}, "down", {"target": 30}),
    "a base beyond the target": ({"kind": "growth", "base": 10, "target": 20}, "up", {"base": 25}),
    "efficacy": ({"kind": "efficacy", "bottom": 10, "target": 20}, "up", {"target": 8}),
    "efficacy down": ({"kind": "efficacy", "bottom": 20, "target": 10}, "down", {"bottom": 4}),
    "three points": ({"kind": "three_point", "base": 10, "target": 20, "stretch": 30}, "up", {"target": 6}),
    "three points down": ({"kind": "three_point", "base": 30, "target": 20, "stretch": 10}, "down", {"base": 15, "target": 17}),
}  # fmt: skip


@pytest.mark.parametrize("name", AGREED)
def test_agreed_targets_against_the_direction_earn_nobody_anything(name: str) -> None:
    method, direction, agreed = AGREED[name]
    a = {"code": "A", "direction": direction, "method": method}
    rules = book(a, weight="100")
    assert found(rules) == []
    assert given_fault(rules.indicator("A"), {k: Decimal(v) for k, v in agreed.items()})
    fit = {"target": getattr(rules.indicator("A").method, "target", Decimal(0))}
    assert given_fault(rules.indicator("A"), fit) is None
    # Agreed before anybody looked: no unit is ranked by a formula that runs backwards, on any engine.
    targets = [{"unit": "u", "indicator": "A", "period": PERIOD.end, "kind": kind, "value": value * 100, "file": 0, "row": n}
               for n, (kind, value) in enumerate(agreed.items())]  # fmt: skip
    series = {(unit, "A"): {PERIOD.end: value} for unit, value in (("u", "16"), ("v", "16"))}
    seen = []
    for engine in ENGINES:
        made = run(rules, series, engine, target=targets)
        seen.append([(of(made, "A", unit)["status"], of(made, "A", unit)["printed"]) for unit in "uv"])  # fmt: skip
    assert seen[0] == seen[1]
    assert seen[0][0][0] == MISSING
    assert seen[0][1][0] == 1


@pytest.mark.parametrize("below", ["100", "75", "50"])
@pytest.mark.parametrize("late", ["1", "0.5"])
def test_a_gate_on_dated_milestones_holds_on_every_engine(below: str, late: str) -> None:
    """Half done, all done, done late, nothing done: the gate asks the share that was reached."""
    a = {"code": "A", "decimals": 2, "method": {"kind": "milestones", "late": late}}
    grading = {"bands": [{"code": "good", "name": "good"}], "outside": [{"code": "shut", "name": "shut"}],
               "gates": [{"indicator": "A", "below": below, "grade": "shut"}]}  # fmt: skip
    rules = book(a, {"code": "B", "method": {"kind": "direct"}}, grading=grading)
    early, due, after = date(2025, 3, 1), date(2025, 6, 30), date(2025, 9, 1)
    nodes = {"half": (early, None), "all": (early, early), "late": (early, after), "none": (None, None)}  # fmt: skip
    milestones = [
        {"unit": unit, "indicator": "A", "milestone": str(n), "due_on": due, "done_on": done, "share": 500_000, "waived": False, "file": 0, "row": n}
        for unit, days in nodes.items() for n, done in enumerate(days)
    ]  # fmt: skip
    series = {(unit, "B"): {PERIOD.end: "50"} for unit in nodes}
    grades = []
    for engine in ENGINES:
        made = run(rules, series, engine, milestone=milestones)
        grades.append({row["unit"]: row["grade"] for row in made.results.rows("grading")})
    assert grades[0] == grades[1]
    assert grades[0]["all"] == "good"
    assert grades[0]["none"] == "shut"
    assert (grades[0]["half"] == "shut") == (below != "50")
    assert (grades[0]["late"] == "shut") == (late == "0.5" and below == "100")


@pytest.mark.parametrize("log", [False, True])
def test_goalposts_are_mirrored_where_lower_is_better(log: bool) -> None:
    method = {"kind": "goalposts", "low": 1, "high": 100, "log": log}
    a = {"code": "A", "direction": "down", "method": method}
    rules = book(a, weight="100")
    assert found(rules) == []
    series = {(unit, "A"): {PERIOD.end: value} for unit, value in (("u", "0.5"), ("v", "10"), ("w", "250"))}  # fmt: skip
    for engine in ENGINES:
        made = run(rules, series, engine)
        points = [int(of(made, "A", unit)["printed"]) for unit in "uvw"]
        assert points == [100 * 10**9, 50 * 10**9 if log else 90_910_000_000, 0], engine.name


@pytest.mark.parametrize("kind", sorted(set(METHODS) - {"milestones", "answers", "interval"}))
@common
@given(data=st.data())
def test_with_every_method_that_the_check_passes_better_never_earns_less(
    kind: str, data: st.DataObject
) -> None:
    method = {"kind": kind, **data.draw(METHODS[kind])}
    if kind in {"efficacy", "growth", "three_point"} and data.draw(st.booleans()):
        ends = {"efficacy": ("bottom", "target"), "growth": ("base", "target"), "three_point": ("base", "stretch")}[kind]  # fmt: skip
        method[ends[0]], method[ends[1]] = method[ends[1]], method[ends[0]]
    direction = data.draw(st.sampled_from(["up", "down"]))
    rules = book({"code": "A", "direction": direction, "method": method, "missing": "block"}, weight="100")  # fmt: skip
    assume(found(rules) == [])
    # Nothing at all, and less than nothing, are values too: no accident, a fall of prices.
    around = st.sampled_from([-5, -1, 0, 1]) | st.integers(1, 100)
    values = sorted(data.draw(st.lists(around, min_size=3, max_size=3, unique=True)))
    made = run(rules, {(u, "A"): {PERIOD.end: str(v)} for u, v in zip("uvw", values, strict=True)}, OracleEngine())  # fmt: skip
    points = [of(made, "A", unit)["points"] for unit in "uvw"]
    never_less(points if direction == "up" else points[::-1])


def never_less(points: list[int | None]) -> None:
    """From the worst value to the best: nobody earns less, and nobody falls out above one who earns something."""
    held = [p for p in points if p is not None]
    assert held == sorted(held)
    assert points[len(points) - len(held) :] == held


@pytest.mark.parametrize("cap", ["1", "1.2"])
@pytest.mark.parametrize(
    ("target", "values", "shares"),
    [
        ("40", ("0", "0.01", "30", "100"), ("cap", "cap", "ratio", "0.4")), ("40", ("-3", "0", "40", "80"), ("cap", "cap", "1", "0.5")),
        ("0", ("-1", "0", "0.01", "5"), ("cap", "1", "0", "0")),
    ],
)  # fmt: skip
def test_nothing_at_all_is_the_best_where_lower_is_better(target: str, values: tuple[str, ...], shares: tuple[str, ...], cap: str) -> None:  # fmt: skip
    """No accident earns the most that there is; it meets a target of none."""
    method = {"kind": "ratio", "cap": cap}
    a = {"code": "A", "direction": "down", "missing": "block", "method": method}
    rules = book(a, weight="100")
    series = {(unit, "A"): {PERIOD.end: value} for unit, value in zip("uvwx", values, strict=True)}
    targets = [{"unit": unit, "indicator": "A", "period": PERIOD.end, "kind": "target", "value": int(target) * 100, "file": 0, "row": 1} for unit in "uvwx"]  # fmt: skip
    most = Decimal(cap)
    wanted = [{"cap": most, "ratio": min(most, Decimal(4) / 3)}.get(share) for share in shares]
    wanted = [Decimal(share) if one is None else one for one, share in zip(wanted, shares, strict=True)]  # fmt: skip
    for engine in ENGINES:
        made = run(rules, series, engine, target=targets)
        found_ = [Decimal(int(of(made, "A", unit)["printed"])).scaleb(-9) for unit in "uvwx"]
        assert found_ == [round(100 * share, 2) for share in wanted], engine.name
        for unit in "uvwx":
            assert "/ 0," not in str(passport(made, unit, "A", "zh"))


DIGITS: dict[str, dict[str, Any]] = {
    "target": {"method": {"kind": "ratio", "target": "1.005"}},
    "share": {"method": {"kind": "ratio", "target": 1, "cap": "1.0000001"}},
    "knots": {"method": {"kind": "banded", "knots": [{"at": "0.001", "share": 0}, {"at": 9, "share": 1}]}},
    "light": {"method": {"kind": "ratio", "target": 1}, "light": {"by": "score", "watch": "0.85000001", "missed": "0.6"}},
    "large": {"method": {"kind": "ratio", "target": "99999999999999"}},
    "scale": {"decimals": 12, "method": {"kind": "ratio", "target": "1"}, "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100000}},
    "changed": {"frequency": "month", "method": {"kind": "ratio", "target": 1},
                "changes": [{"from": "2026-07-01", "kind": "prospective", "method": {"kind": "ratio", "target": "1.005"}, "reason": "r", "basis": {"title": "b"}}]},
}  # fmt: skip


def test_the_check_finds_all_numbers_that_a_run_would_refuse_at_their_lines(
    tmp_path: Path, zhengheng: Command
) -> None:
    folder = tmp_path / "book"
    (folder / "indicators").mkdir(parents=True)
    codes = {name: f"I{place}" for place, name in enumerate(DIGITS)}
    parts = [{"code": code, "name": code, "owner": "o"} for code in "ND"]
    for name, code in codes.items():
        made = {"code": code, "name": name, "owner": "o", **DIGITS[name]}
        (folder / "indicators" / f"{code}.yaml").write_text("\n".join(f"{k}: {json.dumps(v)}" for k, v in made.items()))  # fmt: skip
    for part in parts:
        (folder / "indicators" / f"{part['code']}.yaml").write_text(json.dumps(part))
    (folder / "rulebook.yaml").write_text(json.dumps({
        "code": "digits", "title": "d", "effective_from": "2025-01-01", "missing": "floor",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "t", "weights": "relative", "children": list(codes.values())},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(codes.values(), 10)}], "bonus_cap": "1.0000000001",
    }))  # fmt: skip
    answer = zhengheng("scheme", "check", str(folder), "--json")
    problems = json.loads(answer.stdout)["problems"]
    wrong = {p["where"].split(":")[0] for p in problems if p["severity"] == "error"}
    assert wrong == {*(f"indicators/{code}.yaml" for code in codes.values()), "rulebook.yaml"}
    for problem in problems:
        assert not any(word in problem["zh"] + problem["en"] for word in ("scale_n", "share_low", "credit_n"))  # fmt: skip


SHAPES: dict[str, tuple[dict[str, Any], dict[str, Any]]] = {
    "shape of an indicator": ({}, change("A", digits=99)),
    "a choice that is none": ({}, change("A", direction="sideways")),
    "shape of the tree": ({"tree": {"code": "total", "name": "t", "aggregate": "most", "children": ["A", "B"]}}, {}),
    "an unknown key": ({"surprise": 1}, {}),
}  # fmt: skip


@pytest.mark.parametrize("case", [*FAULTS, *SHAPES])
def test_no_fault_hides_a_number_of_another_indicator_that_a_run_would_refuse(
    case: str, tmp_path: Path
) -> None:
    book, indicators = (FAULTS | SHAPES)[case]
    wrong = INDICATORS["B"] | {"method": {"kind": "ratio", "target": "10.0055"}}
    folder = write(tmp_path, book, **indicators | {"B": wrong})
    alone = write(tmp_path / "alone", book, **{"B": INDICATORS["B"]} | indicators)
    assert "number.digits" in _codes(folder)["indicators/B.yaml"]
    assert not any("number.digits" in codes for codes in _codes(alone).values())
    if case in FAULTS:
        assert case in set().union(*_codes(folder).values())


def _codes(folder: Path) -> dict[str, set[str]]:
    """What the check says of each file, whether the rulebook can be read or not."""
    try:
        book, source = load_checked(folder)
        problems = check(book, source)
    except RulebookError as error:
        problems = list(error.problems)
    codes: dict[str, set[str]] = {}
    for problem in problems:
        codes.setdefault(problem.where.split(":")[0], set()).add(problem.code)
    return codes


def test_factors_made_from_weights_that_do_not_add_up_are_not_said_to_have_too_many_digits(
    tmp_path: Path,
) -> None:
    part = {"code": "m", "name": "m", "children": ["A", "B"]}
    book = {"tree": {"code": "total", "name": "t", "children": [part]},
            "weights": [{"from": "2025-01-01", "table": {"m": 100, "A": 10, "B": 20}}]}  # fmt: skip
    said = set().union(*_codes(write(tmp_path, book)).values())
    assert "weights.total" in said
    assert "weight.digits" not in said


@common
@given(data=st.data())
def test_a_rulebook_that_the_check_passes_never_fails_in_a_run(data: st.DataObject) -> None:
    made = [data.draw(indicators(f"I{n}")) for n in range(3)]
    for one in made:
        if data.draw(st.integers(0, 2)) == 0:
            one["decimals"] = data.draw(st.integers(0, 9))
        if data.draw(st.integers(0, 4)) == 0:
            one["parts"] = {"numerator": {"N": data.draw(st.sampled_from(["1", "0.001", "0.0000001"]))},
                            "denominator": {"D": 1}, "scale": data.draw(st.sampled_from([1, 100, 100000]))}  # fmt: skip
    sources = [{"code": code, "frequency": "quarter"} for code in "ND"]
    rules = book(*made, *sources, weight=data.draw(st.sampled_from(["1", "0.001", "0.0000001", "999", "99999"])))  # fmt: skip
    rules = rules.model_copy(update={"tree": rules.tree.model_copy(update={"weights": "relative"})})
    facts = data.draw(facts_for(rules))
    reason = {"number.digits", "weight.digits", "number.limit", "number.full", "number.rows"}
    bad = set(found(rules))
    refused: set[str] = set()
    try:
        make_run(rules, facts, PERIOD, OracleEngine())
    except RulebookError as error:
        refused = {problem.code for problem in error.problems}
    assert bad or not refused
    # Changes govern other years too: of them the check knows more than one year's run.
    assert refused or not bad & reason or any(i.changes for i in rules.indicators)


def test_a_mark_is_between_nothing_and_full_where_nothing_else_is_said() -> None:
    for engine in ENGINES:
        made = run(book({"code": "A", "method": {"kind": "direct"}}), {("u", "A"): {PERIOD.end: "970"}, ("v", "A"): {PERIOD.end: "-5"}}, engine)  # fmt: skip
        assert [of(made, "A", unit)["printed"] for unit in "uv"] == [50 * 10**9, 0]


@pytest.mark.parametrize("kind", ["min_max", "z_score", "mads"])
def test_a_column_of_equals_says_so_and_names_the_setting(kind: str) -> None:
    rules = book({"code": "A", "method": {"kind": kind}, "missing": "block"}, weight="100")
    made = run(rules, {(unit, "A"): {PERIOD.end: "50"} for unit in "uvw"}, ENGINES[0])
    assert {row["status"] for row in indicator_rows(made)} == {"undefined"}
    entry = passport(made, "u", "A", "zh")
    assert entry.status == "undefined"
    assert "全组的值都相同" in entry.detail
    assert "undefined" in entry.detail
    before = book({"code": "A", "method": {"kind": "ratio"}, "reference": {"to": "previous"}})
    last = run(before, {("u", "A"): {PERIOD.end: "50"}}, ENGINES[0])
    assert [row["status"] for row in indicator_rows(last)] == ["missing"], (
        "last year was not reported"
    )
    gap = run(rules, {("u", "A"): {PERIOD.end: "50"}, ("v", "A"): {}}, ENGINES[0])
    assert next(r["status"] for r in indicator_rows(gap) if r["unit"] == "v") == "missing"


@pytest.mark.parametrize(
    "weight", ["0.0000001", "1.00000000000000000001", "12345678901234567890.1234567"]
)
def test_a_weight_with_too_many_digits_is_said_to_the_last_one(weight: str) -> None:
    """Not as the nearest number of the machine, such as 1e-07."""
    rules = book({"code": "A", "method": {"kind": "ratio", "target": 9}}, weight=weight)
    with pytest.raises(RulebookError) as caught:
        run(rules, {("u", "A"): {PERIOD.end: "1"}}, OracleEngine())
    (problem,) = {p.en: p for p in caught.value.problems if p.code == "weight.digits"}.values()
    assert f" {weight} " in problem.en
    assert f" {weight} " in problem.zh


def test_a_weight_whose_decimals_do_not_end_is_said_as_a_fraction() -> None:
    assert [exactly(Fraction(*one)) for one in ((1, 3), (-7, 6), (3, 8), (-5, 1), (0, 1))] == ["1/3", "-7/6", "0.375", "-5", "0"]  # fmt: skip
