"""A rule in words: whoever reads where the points come from needs no formula language."""

import json
from collections import Counter
from datetime import date
from decimal import Decimal

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st

from tests.adding import computed, formulas, sums
from tests.drawn import drawn_on
from tests.generate import PERIOD, facts_for, rulebooks
from tests.test_split_years import book, run
from zhengheng.domain.problems import EngineError
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import passport
from zhengheng.engines.run import make_run
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.formulas import Beside, formula

RULE = {
    "method": "interval", "decimals": 2, "full": 5_000_000, "sign": 1, "strict": False, "low": None, "high": None, "low_limit": None,
    "high_limit": None, "first": None, "second": None, "third": None, "most": None, "least_points": None,
}  # fmt: skip
CELL = {"value": 340, "target": None, "base": None, "stretch": None, "bottom": None}


def said(rule: dict[str, object], **cell: object) -> tuple[str, str]:
    known, held = RULE | rule, CELL | cell
    return formula(known, held, None, "zh"), formula(known, held, None, "en")


@pytest.mark.parametrize(
    ("rule", "cell", "zh", "en"),
    [
        ({"low": 200, "high": 700}, {}, "5 分满分，3.4 在区间（2 至 7）内，得满分", "full mark 5; 3.4 lies within (2 to 7): full mark"),
        ({"low": 200, "high": 300, "high_limit": 400}, {}, "5 分满分，3.4 在区间（2 至 3）外，到 4 时减到零，其间按直线计：5 × max(0, (4 − 3.4) / (4 − 3))", "full mark 5; 3.4 lies outside (2 to 3): a straight line down to nothing at 4: 5 × max(0, (4 − 3.4) / (4 − 3))"),
        ({"high": 300}, {}, "5 分满分，3.4 在区间（不高于 3）外，不得分", "full mark 5; 3.4 lies outside (at most 3): no points"),
        ({"low": 300}, {}, "5 分满分，3.4 在区间（不低于 3）内，得满分", "full mark 5; 3.4 lies within (at least 3): full mark"),
        ({"method": "threshold"}, {"target": 340}, "3.4，要求不低于 3.4：达到，得满分 5", "3.4, asked for at least 3.4: reached, the full mark 5"),
        ({"method": "threshold", "strict": True}, {"target": 340}, "3.4，要求高于 3.4：未达到，不得分", "3.4, asked for more than 3.4: not reached, no points"),
        ({"method": "threshold", "sign": -1}, {"target": 300}, "3.4，要求不高于 3：未达到，不得分", "3.4, asked for at most 3: not reached, no points"),
        (
            {"method": "three_point", "first": 600_000, "second": 1_000_000, "third": 1_200_000}, {"base": 100, "target": 280, "stretch": 400},
            "5 × 3.4 对应的系数（1 得 0.6，2.8 得 1，4 得 1.2，其间按直线计）：5 × (1 + 0.2 × (3.4 − 2.8) / (4 − 2.8))", "5 × the factor for 3.4 (0.6 at 1, 1 at 2.8, 1.2 at 4, straight lines between): 5 × (1 + 0.2 × (3.4 − 2.8) / (4 − 2.8))",
        ),
    ],
)  # fmt: skip
def test_methods_with_lines_are_told_in_sentences(
    rule: dict[str, object], cell: dict[str, object], zh: str, en: str
) -> None:
    assert said(rule, **cell) == (zh, en)


@pytest.mark.parametrize("first", [-9900, 0])
@pytest.mark.parametrize("value", [-10_000, 50])
def test_the_first_step_of_a_table_in_which_less_is_better_has_no_number_at_its_head(
    first: int, value: int
) -> None:
    steps = [
        {"at": at, "until": until, "place": place, "difference": False, "credit_n": credit, "credit_d": 2}
        for place, (at, until, credit) in enumerate(((first, 100, 2), (100, None, 0)), 1)
    ]  # fmt: skip
    rule, cell = RULE | {"method": "steps", "sign": -1}, CELL | {"value": value}
    zh, en = (formula(rule, cell, None, tongue, Beside(steps)) for tongue in ("zh", "en"))  # type: ignore[arg-type]
    assert "对照表中不高于 0.99 的得" in zh
    assert "up to 0.99 the table gives" in en


LIMITED = [
    ({"method": "efficacy", "first": 600_000, "second": 400_000, "least": 600_000, "most": 1_000_000}, {"value": -130, "target": 800, "bottom": 200}, "5 × max(0.6, 0.6 + 0.4 × (−1.3 − 2) / (8 − 2))"),
    ({"method": "growth", "least": 0, "most": None}, {"value": 41025, "target": 50000, "base": 42000}, "5 × max(0, (410.25 − 420) / (500 − 420))"),
    ({"method": "ratio_mirror", "least": 0, "most": 1_100_000}, {"value": 3110, "target": 3500}, "5 × min(1.1, max(0, 2 − 31.1 / 35))"),
    ({"method": "ratio_mirror", "least": 0, "most": 1_200_000}, {"value": 3110, "target": 3500}, "5 × max(0, 2 − 31.1 / 35)"),
    ({"method": "goalposts", "low": 0, "high": 300}, {}, "5 × min(1, (3.4 − 0) / (3 − 0))"),
]  # fmt: skip


def test_a_number_below_zero_behind_a_sign_stands_in_brackets() -> None:
    """No formula puts two signs side by side, and none writes a hyphen for a minus."""
    grown = {"method": "growth", "least": 0, "most": None, "sign": 1}
    zh, en = said(grown, value=-590, target=100, base=-1200)
    assert zh == "5 × (−5.9 −（−12）) / (1 −（−12）)"
    assert en == "5 × (−5.9 − (−12)) / (1 − (−12))"
    assert computed(f"x: {zh}") == computed(f"x: {en}") == Decimal("6.1") * 5 / 13
    zh, en = said({"method": "plus_minus", "first": 10_000, "sign": 1, "least": None}, value=300, target=-200)  # fmt: skip
    assert "(3 −（−2）) /（−2）" in zh
    assert "(3 − (−2)) / (−2)" in en
    assert not any("-" in text for text in (zh, en))


@pytest.mark.parametrize(("rule", "cell", "text"), LIMITED)
def test_a_limit_that_makes_the_points_stands_in_the_formula(
    rule: dict[str, object], cell: dict[str, object], text: str
) -> None:
    assert said({"least": None} | rule, **cell) == (text, text)


def test_three_points_that_do_not_grow_better_come_to_nothing_that_could_be_reckoned() -> None:
    """An agreed target below the base: half by rule, and no line between the points is drawn for it."""
    three = {"kind": "three_point", "base": 120, "target": 100, "stretch": 140, "at_base": "0.6", "at_target": 1, "at_stretch": "1.2", "undefined": "half"}  # fmt: skip
    made = run(book({"code": "A", "method": three}, weight="100"), {("u", "A"): {PERIOD.end: "110"}}, DuckEngine(threads=1))  # fmt: skip
    label = passport(made, "u", "A", "zh").parts[0].label
    assert "三点没有依次变好" in label
    assert " − " not in label
    assert "do not grow better" in passport(made, "u", "A", "en").parts[0].label
    assert passport(made, "u", "A", "zh").score == "50.00"


SENSELESS = [
    ("up", {"kind": "efficacy", "bottom": 100, "target": 80}), ("down", {"kind": "efficacy", "bottom": 80, "target": 100}),
    ("up", {"kind": "growth", "base": 100, "target": 80}), ("up", {"kind": "growth", "base": 100, "target": 100}),
    ("down", {"kind": "growth", "base": 80, "target": 100}), ("up", {"kind": "ratio", "target": 0}), ("up", {"kind": "ratio", "target": -5}),
    ("down", {"kind": "ratio", "reverse": "inverse", "target": -5}), ("down", {"kind": "ratio", "reverse": "mirror", "target": -5}),
    ("up", {"kind": "plus_minus", "target": 0, "slope": "0.01"}), ("up", {"kind": "plus_minus", "target": -5, "slope": "0.01"}),
    ("down", {"kind": "plus_minus", "target": -5, "slope": "0.01"}),
]  # fmt: skip


@pytest.mark.parametrize(("direction", "method"), SENSELESS)
@pytest.mark.parametrize("value", ["-3", "0", "90", "110"])
def test_a_target_that_nothing_can_be_reckoned_from_says_so_in_the_formula(
    direction: str, method: dict[str, object], value: str
) -> None:
    """An agreed target that is no better than the base, or not above zero: what the rulebook gives is said, no formula of other points."""
    rules = book({"code": "A", "direction": direction, "method": {**method, "undefined": "half"}}, weight="100")  # fmt: skip
    made = run(rules, {("u", "A"): {PERIOD.end: value}}, DuckEngine(threads=1))
    shown = passport(made, "u", "A", "zh")
    assert shown.score == "50.00"
    assert shown.parts[0].label.endswith("100 × 0.5（算不出，按方案计）")
    assert "100 × 0.5 (not computable" in passport(made, "u", "A", "en").parts[0].label


VALUES = ("40", "95", "100", "130")
COUNTED: dict[str, tuple[dict[str, object], tuple[str, ...]]] = {
    "ratio": ({"target": 100}, VALUES), "efficacy": ({"bottom": 20, "target": 100}, VALUES), "plus_minus": ({"target": 100, "slope": "0.01"}, VALUES),
    "rate_minus": ({"target": 100, "points_per_unit": 1}, VALUES), "growth": ({"base": 50, "target": 100}, VALUES),
    "three_point": ({"base": 80, "target": 100, "stretch": 120, "at_base": "0.6", "at_target": 1, "at_stretch": "1.2"}, VALUES),
    "goalposts": ({"low": 0, "high": 200}, VALUES), "direct": ({}, VALUES), "mads": ({"centre": 50, "scale": 10}, VALUES),
    "rank": ({}, VALUES), "borda": ({}, VALUES), "percentile": ({}, VALUES),
}  # fmt: skip
"""Methods of a formula in plain arithmetic; those of the others have a root or logarithm, compare with the group or are a sentence."""


common = settings(max_examples=12, deadline=None, derandomize=True, database=None, phases=[Phase.explicit, Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip


def test_every_formula_comes_to_the_points_beside_it() -> None:
    """A pocket calculator and the passport are enough."""
    drawn_on(reckoned, {"formulas": 20}, common)


@pytest.mark.parametrize("kind", COUNTED)
def test_the_formula_of_each_method_that_counts_comes_to_its_points(kind: str) -> None:
    """No method's formula turns into one that nobody can reckon with unseen."""
    method, values = COUNTED[kind]
    rules = book({"code": "A", "method": {"kind": kind, **method}, "missing": "block"}, weight="100")  # fmt: skip
    end = {PERIOD.end: ""}
    made = run(rules, {(unit, "A"): dict.fromkeys(end, value) for unit, value in zip("uvwx", values, strict=True)}, DuckEngine(threads=1))  # fmt: skip
    held = [one for unit in "uvwx" for one in formulas(passport(made, unit, None, "zh"))]
    assert len(held) == len(values), held
    assert [number for _, number, _ in held] == [shown for _, _, shown in held]


@pytest.mark.parametrize("direction", ["up", "down"])
def test_a_standard_score_says_its_centre_its_scale_and_the_numbers_of_its_group(direction: str) -> None:  # fmt: skip
    """Mean 91.25, standard deviation 32.5 and so on; a sign and two numbers of the rulebook."""
    rules = book({"code": "A", "direction": direction, "method": {"kind": "z_score", "centre": 50, "scale": 10}, "missing": "block"}, weight="100")  # fmt: skip
    made = run(rules, {(unit, "A"): {PERIOD.end: value} for unit, value in zip("uvwx", VALUES, strict=True)}, DuckEngine(threads=1))  # fmt: skip
    for unit in "uvwx":
        shown = passport(made, unit, "A", "zh")
        text = shown.parts[0].label.replace("  ⟨含开方、指数或对数，按规定位数舍入⟩", "")
        assert ("50 − 10 ×" if direction == "down" else "50 + 10 ×") in text
        number = computed(text)
        assert number is not None
        assert abs(number - Decimal(shown.score)) < Decimal("0.01"), text


def test_a_kept_run_says_a_unit_s_place_as_a_fresh_one_does() -> None:
    rules = book({"code": "A", "method": {"kind": "rank"}, "missing": "block"}, weight="100")
    held = {(unit, "A"): {PERIOD.end: value} for unit, value in zip("uvwx", ("5", "7", "7", "9"), strict=True)}  # fmt: skip
    fresh, kept = (run(rules, held, DuckEngine(threads=1, **more)) for more in ({}, {"keep": ("group_statistic", "indicator_score", "node_score", "total_score", "ranking", "grading", "light")}))  # fmt: skip
    assert "cell" not in kept.results
    for unit in "uvwx":
        said = passport(kept, unit, "A", "zh").parts[0].label
        assert said == passport(fresh, unit, "A", "zh").parts[0].label
        assert "名" in said


def test_points_that_go_up_with_more_digits_than_are_shown_are_said() -> None:
    """8 is shown of 7.5, and 7.5 counts: whoever adds up the parts has the total."""
    rules = book(
        {"code": "A", "method": {"kind": "ratio", "target": 100}, "digits": 0, "carry": "exact"},
        weight="15",
    )
    made = run(rules, {("u", "A"): {PERIOD.end: "50"}}, DuckEngine(threads=1))
    shown = passport(made, "u", "A", "zh")
    assert (shown.score, "按 7.5 分计入上一层（未舍入）" in shown.detail) == ("8", True)
    assert "7.5 points go up (not rounded)" in passport(made, "u", "A", "en").detail
    even = run(rules, {("u", "A"): {PERIOD.end: "100"}}, DuckEngine(threads=1))
    assert "未舍入" not in passport(even, "u", "A", "zh").detail


def test_what_a_dimension_carries_up_is_said_as_of_an_indicator() -> None:
    """Three dimensions of 3.3 each add up to 10.0, because 3.333333333 goes up of each."""
    third = {"method": {"kind": "ratio", "target": 3}, "digits": 1, "carry": "exact"}
    held = json.loads(book(*({"code": code, **third} for code in "ABC"), weight="10").model_dump_json(by_alias=True))  # fmt: skip
    exact = {"digits": 1, "carry": "exact"}
    tree = {**held["tree"], **exact, "children": [{"code": f"d{code}", "name": code, "children": [code], **exact} for code in "ABC"]}  # fmt: skip
    rules = Rulebook.model_validate_json(
        json.dumps(held | {"tree": tree, "ranking": {"on": "exact"}})
    )
    made = run(rules, {("u", code): {PERIOD.end: "1"} for code in "ABC"}, DuckEngine(threads=1))
    total = passport(made, "u", None, "zh")
    (root,) = total.parts
    assert [total.score, root.score, *(part.score for part in root.parts)] == ["10.0", "10.0", "3.3", "3.3", "3.3"]  # fmt: skip
    for part in root.parts:
        assert part.detail.endswith("；按 3.333333333 分计入上一层（未舍入）")
    assert root.detail.endswith("；按 9.999999999 分计入上一层（未舍入）")
    assert total.detail.endswith("按 9.999999999 分排名（未舍入）")
    english = passport(made, "u", None, "en")
    assert english.detail.endswith("; ranked by 9.999999999 points (not rounded)")
    assert english.parts[0].parts[0].detail.endswith("; 3.333333333 points go up (not rounded)")
    assert [(added, shown) for _, added, shown in sums(total, made)] == [(Decimal(score), Decimal(score)) for score in ("3.3", "3.3", "3.3", "10.0")]  # fmt: skip
    even = run(rules, {("u", code): {PERIOD.end: "3"} for code in "ABC"}, DuckEngine(threads=1))
    assert "未舍入" not in passport(even, "u", None, "zh").parts[0].detail


def reckoned(data: st.DataObject, seen: Counter[str]) -> None:
    rules = data.draw(rulebooks())
    facts = data.draw(facts_for(rules))
    try:
        made = make_run(rules, facts, PERIOD, DuckEngine(threads=1))
    except EngineError:
        return
    for row in made.results.rows("total_score"):
        for text, number, shown in formulas(passport(made, row["unit"], None, "zh")):
            seen["formulas"] += 1
            assert number == shown, text


def test_a_value_that_is_missing_names_what_is_not_there() -> None:
    """The absent half stands in the passport; a rate below its least denominator says both numbers."""
    half = {"code": "S", "frequency": "half", "combine": "mean", "method": {"kind": "direct"}}
    rate = {"code": "R", "method": {"kind": "direct"}, "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100, "minimum": 5}}  # fmt: skip
    rules = book(half, rate, {"code": "N"}, {"code": "D"})
    held = {("u", "S"): {date(2025, 6, 30): "80"}, ("u", "N"): {PERIOD.end: "2"}, ("u", "D"): {PERIOD.end: "3"}}  # fmt: skip
    made = run(rules, held, DuckEngine(threads=1))
    assert passport(made, "u", "S", "zh").parts[0].label.endswith("缺数据：没有 2025-H2 的数")
    assert (
        passport(made, "u", "R", "zh")
        .parts[0]
        .label.endswith("不适用：分母为 3，少于方案规定的最少数 5")
    )


def test_the_cap_of_a_coefficient_stands_beside_it() -> None:
    """9.44 times 1.3 would be 12.27 of 10; the rulebook gives 1.1 times the full mark at most."""
    rules = book({"code": "A", "method": {"kind": "ratio", "target": 90}}, weight="10")
    capped = Rulebook.model_validate_json(json.dumps(json.loads(rules.model_dump_json(by_alias=True)) | {"coefficients": [{"of": "A", "value": "1.3", "cap": "1.1", "reason": "r"}]}))  # fmt: skip
    made = run(capped, {("u", "A"): {PERIOD.end: "85"}}, DuckEngine(threads=1))
    shown = passport(made, "u", "A", "zh")
    assert shown.score == "11.00"
    assert "已乘系数 1.3，最高为满分的 1.1 倍" in shown.detail
    assert "times the coefficient 1.3, at most 1.1 times the full mark" in passport(made, "u", "A", "en").detail  # fmt: skip
