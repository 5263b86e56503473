"""Amounts in another unit of measure are asked about, beside the unit's other periods or its target; nothing is refused."""

from pathlib import Path
from typing import Any

import pytest

from tests.test_intake import mapping
from tests.test_scheme import INDICATORS, write
from zhengheng.domain.problems import Problem
from zhengheng.lake.intake import read_files
from zhengheng.scheme.load import load_rulebook

MONTHLY: dict[str, Any] = INDICATORS["A"] | {"frequency": "month", "combine": "sum", "measure_unit": "万元", "method": {"kind": "ratio", "target": 1800}}  # fmt: skip
YEAR = ["150", "140", "160", "155", "145", "150", "0", "150", "150", "150", "150", "150"]
SOURCE = {"file": "d.csv", "unit": "u", "indicator": {"constant": "A"}, "period": "p", "value": "n"}


def asked(
    tmp_path: Path, values: list[str], targets: dict[str, str] | None = None, *, alike: str = "a", far: int | None = None, **more: Any
) -> list[Problem]:  # fmt: skip
    """What is asked about the months of one unit, or of several alike; another has its usual ones. Targets of a by period."""
    book = load_rulebook(write(tmp_path / "book", A=MONTHLY | more))[0]
    rows = [f"{unit},2025-{month:02},{n}" for unit, year in (*((one, values) for one in alike), ("b", YEAR)) for month, n in enumerate(year, 1)]  # fmt: skip
    (tmp_path / "d.csv").write_text("\n".join(["u,p,n", *rows]) + "\n", encoding="utf-8")
    (tmp_path / "t.csv").write_text("u,p,n\n" + "".join(f"a,{period},{n}\n" for period, n in (targets or {}).items()), encoding="utf-8")  # fmt: skip
    sources = [SOURCE, {**SOURCE, "file": "t.csv", "role": "target"}] if targets else [SOURCE]
    data = {"purpose": "t", "sources": sources} | ({} if far is None else {"far": far})
    return [one for one in read_files(mapping(data), book, tmp_path).warnings if one.code == "number.apart"]  # fmt: skip


def test_one_month_far_from_the_others_is_asked_about(tmp_path: Path) -> None:
    (said,) = asked(tmp_path, [*YEAR[:4], "1450000", *YEAR[5:]])
    assert said.where == "d.csv:6"
    assert "a 为 1450000，其余各期一般为 150（d.csv:6）" in said.zh
    assert "“万元”" in said.zh
    assert "a has 1450000, its other periods are about 150 (d.csv:6)" in said.en


def test_a_month_far_below_the_others_is_asked_about(tmp_path: Path) -> None:
    (said,) = asked(tmp_path, [*YEAR[:4], "0.01", *YEAR[5:]], decimals=2)
    assert "a 为 0.01" in said.zh


@pytest.mark.parametrize(("value", "times"), [("45000", 1), ("44999", 0)])
def test_a_month_is_asked_about_from_the_factor_on(value: str, times: int, tmp_path: Path) -> None:
    """45,000 is 300 times 150."""
    assert len(asked(tmp_path, [*YEAR[:4], value, *YEAR[5:]])) == times


@pytest.mark.parametrize(("values", "times"), [(["150", "150", "1500000"], 0), (["150", "150", "1500000", "150"], 1)])  # fmt: skip
def test_beside_fewer_than_four_values_nothing_is_far(values: list[str], times: int, tmp_path: Path) -> None:  # fmt: skip
    assert len(asked(tmp_path, values)) == times


@pytest.mark.parametrize(("alike", "more"), [("acdef", False), ("acdefg", True)])
def test_five_units_are_named_and_further_ones_are_hinted_at(alike: str, more: bool, tmp_path: Path) -> None:  # fmt: skip
    (said,) = asked(tmp_path, [*YEAR[:4], "1450000", *YEAR[5:]], alike=alike)
    assert [one for one in alike if f"{one} 为 1450000" in said.zh] == list("acdef")
    assert ("等。请核对" in said.zh, ", and more. Check" in said.en) == (more, more)


@pytest.mark.parametrize("targets", [{"2025-Q1": "1", "2025": "1800"}, {"2025": "1800", "2026-Q1": "1"}])  # fmt: skip
def test_a_year_is_held_against_the_largest_of_several_targets(targets: dict[str, str], tmp_path: Path) -> None:  # fmt: skip
    """1,800 of 1,800, and 1,800 times the 1 of a quarter."""
    assert not asked(tmp_path, YEAR, targets)
    assert asked(tmp_path, YEAR, {"2025-Q1": "1"})


@pytest.mark.parametrize(("targets", "told"), [({}, "1800"), ({"2025": "2000"}, "2000")])
def test_a_year_far_from_its_target_is_asked_about(targets: dict[str, str], told: str, tmp_path: Path) -> None:  # fmt: skip
    """Each month is like the others, and each is 10,000 times too large: twelve of them are held against the target."""
    (said,) = asked(tmp_path, [f"{n}0000" for n in YEAR], targets)
    assert f"a 为 1500000，目标为 {told}" in said.zh
    assert said.zh.count("目标为") == 1, "the other unit is not asked about"


def test_what_is_usual_is_not_asked_about(tmp_path: Path) -> None:
    """Neither a strong month nor a weak year; a range of sense says it better, and the factor is the mapping's."""
    strong = [*YEAR[:4], "30000", *YEAR[5:]]
    assert not asked(tmp_path, YEAR)
    assert not asked(tmp_path, strong)
    assert not asked(tmp_path, ["2", *["0"] * 11])
    assert asked(tmp_path, strong, far=200)
    assert not asked(tmp_path, [*YEAR[:4], "1450000", *YEAR[5:]], far=100000)
    assert not asked(tmp_path, [*YEAR[:4], "1450000", *YEAR[5:]], sense={"low": 0, "high": 9999999})


TEN_YEARS = [1000, 1130, 1270, 1430, 1600, 1800, 2020, 2260, 2530, 2840]
"""12 % a year: the first is 0.625 of the lower median 1,600, the last 1.775 of it."""


def asked_of_years(tmp_path: Path, series: dict[str, list[str]]) -> list[Problem]:
    """What is asked about ten years of some units, which have no target."""
    yearly = MONTHLY | {"frequency": "year", "decimals": 3, "method": {"kind": "z_score"}}
    book = load_rulebook(write(tmp_path / "book", A=yearly))[0]
    rows = [f"{unit},{2016 + place},{n}" for unit, held in series.items() for place, n in enumerate(held)]  # fmt: skip
    (tmp_path / "d.csv").write_text("\n".join(["u,p,n", *rows]) + "\n", encoding="utf-8")
    return [one for one in read_files(mapping({"purpose": "t", "sources": [SOURCE]}), book, tmp_path).warnings if one.code == "number.apart"]  # fmt: skip


def test_a_slip_by_a_thousand_is_found_in_every_year_of_a_growing_series(tmp_path: Path) -> None:
    """Of 1,000 to 2,840 each times or by 1,000: the least is 1,000,000 / 1,800, 555 times, or 1,430 / 2.84, 503 times."""
    for place, right in enumerate(TEN_YEARS):
        for wrong in (f"{right}000", f"{right / 1000:.3f}"):
            held = [str(n) for n in TEN_YEARS]
            held[place] = wrong
            (said,) = asked_of_years(tmp_path, {"a": held})
            assert said.where == f"d.csv:{place + 2}", wrong


def test_growth_and_counties_of_unlike_size_are_not_asked_about(tmp_path: Path) -> None:
    """A county of 2 and one of 2,840,000; one that doubled every year, 32 times its lower median at the end."""
    small, large = [f"{n / 1000:.3f}" for n in TEN_YEARS], [f"{n}000" for n in TEN_YEARS]
    doubled = [str(2**place) for place in range(10)]
    assert not asked_of_years(tmp_path, {"a": small, "b": large, "c": doubled})
