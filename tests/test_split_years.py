"""A year that a split change cuts: each part against its own share, and what has no parts by time."""

import json
from datetime import date
from decimal import Decimal
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st

from tests.generate import METHODS, PERIOD
from zhengheng.domain.periods import MONTHS
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.facts import DECIDED, Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import FILLED

ENGINES = [DuckEngine(threads=1), OracleEngine()]
WHOLE = {"answers", "milestones"}
"""Methods whose figure has no parts: codes of answers, shares of dated nodes."""


def change(method: dict[str, Any], day: str, by: str = "months") -> dict[str, Any]:
    return {"from": day, "kind": "split", "by": by, "method": method, "reason": "r", "basis": {"title": "b"}}  # fmt: skip


def book(*indicators: dict[str, Any], weight: str = "50", grading: Any = None) -> Rulebook:
    scored = [i["code"] for i in indicators if i.get("method")]
    return Rulebook.model_validate_json(json.dumps({
        "code": "cut", "title": "cut", "effective_from": "2025-01-01", "missing": "unranked",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "children": scored},
        "weights": [{"from": "2025-01-01", "table": dict.fromkeys(scored, weight)}],
        "indicators": [{"name": i["code"], **i} for i in indicators], "grading": grading,
    }))  # fmt: skip


Series = dict[tuple[str, str], dict[date, str]]


def run(
    rules: Rulebook, series: Series, engine: Engine, at: date | None = None, **tables: Any
) -> Run:
    """`series`: unit and indicator → day → value. Units begin where `begins` says so."""
    begins = tables.pop("begins", {})
    scale = {i.code: 10**i.decimals for i in rules.indicators}
    rows = [
        {"unit": unit, "indicator": code, "period": day, "value": int(Decimal(value) * scale[code]), "status": 1, "file": 0, "row": n}
        for n, ((unit, code), held) in enumerate(series.items()) for day, value in held.items()
    ]  # fmt: skip
    units = [
        Unit(code=code, name=rules.title, category="c", group="g", valid_from=begins.get(code))
        for code in dict.fromkeys(unit for unit, _ in series)
    ]
    facts = {**empty(), "observation": pa.Table.from_pylist(rows, schema("observation"))}
    facts |= {name: pa.Table.from_pylist(held, schema(name)) for name, held in tables.items()}
    return make_run(rules, Facts(facts, units), PERIOD, engine, at)


def ends(frequency: str) -> list[date]:
    return [one.end for one in PERIOD.split(frequency)]  # type: ignore[arg-type]


def monthly(*values: int | str) -> dict[date, str]:
    return {day: str(v) for day, v in zip(ends("month"), values, strict=False)}


def of(made: Run, code: str, unit: str = "u") -> dict[str, Any]:
    return next(
        row for row in made.results.rows("indicator_score")
        if (row["unit"], row["indicator"]) == (unit, code)
    )  # fmt: skip


YEAR = 1200
EVERY_METHOD: dict[str, tuple[dict[str, Any], str]] = {
    "ratio": ({"kind": "ratio", "target": YEAR}, "50"),
    "threshold": ({"kind": "threshold", "target": YEAR}, "50"),
    "growth": ({"kind": "growth", "base": 600, "target": YEAR}, "50"),
    "efficacy": ({"kind": "efficacy", "bottom": 600, "target": YEAR}, "50"),
    "three_point": ({"kind": "three_point", "base": 600, "target": YEAR, "stretch": 1500}, "50"),
    "goalposts": ({"kind": "goalposts", "low": 0, "high": 2400}, "25"),
    "log_goalposts": ({"kind": "goalposts", "low": 100, "high": YEAR, "log": True}, "50"),
    "banded": ({"kind": "banded", "knots": [{"at": 600, "share": 0}, {"at": 1800, "share": 1}]}, "25"),
    "steps": ({"kind": "steps", "steps": [{"at": 0, "credit": "0"}, {"at": YEAR, "credit": "1"}]}, "50"),
    "difference": ({"kind": "steps", "of": "difference", "target": 1000, "steps": [{"at": 0, "credit": "0"}, {"at": 200, "credit": "1"}]}, "50"),
    "direct": ({"kind": "direct", "scale": 2400}, "25"),
    "interval": ({"kind": "interval", "low": 1100, "low_limit": 600, "high": 1300, "high_limit": 1800}, "50"),
    "plus_minus": ({"kind": "plus_minus", "target": 1000, "per": "unit", "slope": "0.001", "cap": "1.2"}, "60"),
    "rate_minus": ({"kind": "rate_minus", "target": 1210, "points_per_unit": "0.5"}, "45"),
}  # fmt: skip


@pytest.mark.parametrize("day", ["2025-07-01", "2025-12-01", "2025-02-01"])
@pytest.mark.parametrize("name", EVERY_METHOD)
def test_a_sum_in_a_year_that_is_cut_is_measured_by_its_part_of_the_year(
    name: str, day: str
) -> None:
    """100 a month against numbers of a year: an unchanged rule gives what it gives without a cut."""
    method, points = EVERY_METHOD[name]
    jobs = {"code": "JOBS", "decimals": 0, "frequency": "month", "method": method}
    for engine in ENGINES:
        made = run(book({**jobs, "changes": [change(method, day)]}), {("u", "JOBS"): monthly(*[100] * 12)}, engine)  # fmt: skip
        found = of(made, "JOBS")
        assert Decimal(int(found["printed"])) / 10**9 == Decimal(points), engine.name
        assert found["value"] == YEAR


def test_targets_that_are_agreed_or_the_year_before_count_by_the_part_too() -> None:
    method = {"kind": "ratio", "target": None, "cap": "2"}
    months = [day.replace(year=2024) for day in ends("month")]
    months[1] = date(2024, 2, 29)
    before = dict.fromkeys(months, "50")
    target = {"unit": "u", "indicator": "JOBS", "kind": "target", "period": PERIOD.end, "value": 2400, "file": 0, "row": 1}  # fmt: skip
    for reference, tables, points, shown in (("given", {"target": [target]}, 25, 2400), ("previous", {}, 100, 600)):  # fmt: skip
        jobs = {"code": "JOBS", "decimals": 0, "frequency": "month", "method": method,
                "reference": {"to": reference}, "changes": [change(method, "2025-04-01")]}  # fmt: skip
        for engine in ENGINES:
            made = run(book(jobs), {("u", "JOBS"): before | monthly(*[100] * 12)}, engine, **tables)
            assert of(made, "JOBS")["printed"] == points * 10**9
            assert of(made, "JOBS")["target"] == shown


def test_parts_are_judged_by_their_own_version_and_the_target_shown_is_the_years() -> None:
    """1,200 a year until June, 2,400 from July: 600 of 600 and 600 of 1,200."""
    jobs = {"code": "JOBS", "decimals": 0, "frequency": "month", "method": {"kind": "ratio", "target": YEAR},
            "changes": [change({"kind": "ratio", "target": 2 * YEAR}, "2025-07-01")]}  # fmt: skip
    for engine in ENGINES:
        found = of(run(book(jobs), {("u", "JOBS"): monthly(*[100] * 12)}, engine), "JOBS")
        assert (found["printed"], found["value"], found["target"]) == (37_500_000_000, 1200, 1800)


def test_halfway_through_the_year_the_part_that_is_over_counts_alone() -> None:
    jobs = {"code": "JOBS", "decimals": 0, "frequency": "month", "method": {"kind": "ratio", "target": YEAR},
            "changes": [{**change({"kind": "ratio", "target": YEAR}, "2025-07-01"), "known_from": "2025-01-01"}]}  # fmt: skip
    for engine in ENGINES:
        made = run(book(jobs), {("u", "JOBS"): monthly(*[100] * 6)}, engine, date(2025, 6, 30))
        assert of(made, "JOBS")["printed"] == 50 * 10**9
        assert of(made, "JOBS")["value"] == 600


@pytest.mark.parametrize(
    ("frequency", "day"),
    [("year", "2025-07-01"), ("quarter", "2025-08-15"), ("half", "2025-04-01")],
)
def test_a_figure_without_parts_counts_whole_under_either_rule_by_time(
    frequency: str, day: str
) -> None:
    """40 in the year; 100 is asked until the change and 80 from it on, by days."""
    air = {"code": "AIR", "frequency": frequency, "method": {"kind": "ratio", "target": 100},
           "changes": [change({"kind": "ratio", "target": 80}, day, "days")]}  # fmt: skip
    held = ends(frequency)
    first = (date.fromisoformat(day) - PERIOD.start).days
    right = round((Decimal(first) * 12 + (365 - first) * 15) / 365, 2)
    for engine in ENGINES:
        made = run(book(air, weight="30"), {("u", "AIR"): {d: str(40 // len(held)) for d in held}}, engine)  # fmt: skip
        assert Decimal(int(of(made, "AIR")["printed"])) / 10**9 == right, engine.name
        assert of(made, "AIR")["value"] == 4000
        assert "未到期" not in str(passport(made, "u", "AIR", "zh").as_dict())
    if frequency == "year":
        assert right == Decimal("13.51")


def test_states_of_the_year_and_rates_of_sums_over_states_count_whole() -> None:
    """The last of twelve states, and deaths of a year per inhabitants: neither has parts."""
    last = {"code": "STOCK", "frequency": "month", "combine": "last", "method": {"kind": "ratio", "target": 100},
            "changes": [change({"kind": "ratio", "target": 100}, "2025-07-01")]}  # fmt: skip
    rate = {"code": "RATE", "method": {"kind": "ratio", "target": 12},
            "parts": {"numerator": {"DEATHS": 1}, "denominator": {"PEOPLE": 1}, "scale": 1000},
            "changes": [change({"kind": "ratio", "target": 12}, "2025-07-01")]}  # fmt: skip
    sums = {"code": "DEATHS", "decimals": 0, "frequency": "month"}
    people = {"code": "PEOPLE", "decimals": 0, "frequency": "month", "combine": "last"}
    series = {("u", "STOCK"): monthly(*range(9, 105, 8)), ("u", "DEATHS"): monthly(*[1] * 12),
              ("u", "PEOPLE"): monthly(*[1000] * 12)}  # fmt: skip
    for engine in ENGINES:
        made = run(book(last, rate, sums, people), series, engine)
        assert (of(made, "STOCK")["printed"], of(made, "STOCK")["value"]) == (48_500_000_000, 9700)
        assert (of(made, "RATE")["printed"], of(made, "RATE")["value"]) == (50_000_000_000, 1200)


def test_a_source_that_is_shared_with_an_indicator_that_is_not_cut_serves_both() -> None:
    parts = {"numerator": {"NUM": 1}, "denominator": {"DEN": 1}, "scale": 100}
    method = {"kind": "ratio", "target": 100}
    cut = {"code": "CUT", "parts": parts, "method": method, "changes": [change(method, "2025-07-01")]}  # fmt: skip
    plain = {"code": "PLAIN", "parts": parts, "method": method}
    base = [{"code": code, "decimals": 0, "frequency": "month"} for code in ("NUM", "DEN")]
    series = {("u", "NUM"): monthly(*[4] * 6, *[8] * 6), ("u", "DEN"): monthly(*[10] * 12)}
    for engine in ENGINES:
        made = run(book(cut, plain, *base), series, engine)
        for code in ("CUT", "PLAIN"):
            assert (of(made, code)["printed"], of(made, code)["value"]) == (30 * 10**9, 6000)


def test_the_value_shown_is_the_years_and_gates_look_at_it() -> None:
    """31.98 in the year, 31.0 in its second part: what is printed and what the gate sees is 31.98."""
    pm = {"code": "PM", "direction": "down", "frequency": "month", "combine": "mean",
          "method": {"kind": "ratio", "target": 32}, "changes": [change({"kind": "ratio", "target": 32}, "2025-07-01")]}  # fmt: skip
    bands = [{"code": "good", "name": "good"}]
    outside = [{"code": "low", "name": "low"}]
    for below, grade in (("31.5", "good"), ("32", "low")):
        grading = {"bands": bands, "outside": outside, "gates": [{"indicator": "PM", "below": below, "grade": "low"}]}  # fmt: skip
        for engine in ENGINES:
            made = run(book(pm, grading=grading), {("u", "PM"): monthly(*["32.96"] * 6, *["31"] * 6)}, engine)  # fmt: skip
            assert of(made, "PM")["value"] == 3198
            assert made.results.rows("grading")[0]["grade"] == grade, engine.name


def test_a_unit_of_part_of_the_year_is_measured_by_its_own_days_of_each_part() -> None:
    """100 a month from 1 April: 275 of 365 days of the target, cut or not."""
    method = {"kind": "ratio", "target": YEAR, "cap": "2"}
    jobs = {"code": "JOBS", "decimals": 4, "frequency": "month", "method": method, "digits": 4}
    begins = {"u": date(2025, 4, 1), "v": date(2025, 8, 1)}
    held = {("u", "JOBS"): dict(list(monthly(*[100] * 12).items())[3:]), ("v", "JOBS"): dict(list(monthly(*[100] * 12).items())[7:])}  # fmt: skip
    for engine in ENGINES:
        found = [
            run(book({**jobs, "changes": changes}), held, engine, begins=begins)
            for changes in ([], [change(method, "2025-07-01")])
        ]
        for unit in begins:
            plain, cut = (of(made, "JOBS", unit) for made in found)
            assert abs(plain["printed"] - cut["printed"]) <= 100_000, "a last digit by the rounding of the parts"  # fmt: skip
            assert (plain["value"], plain["target"]) == (cut["value"], cut["target"])


common = settings(max_examples=15, deadline=None, derandomize=True, phases=[Phase.explicit, Phase.generate],
                  suppress_health_check=list(HealthCheck))  # fmt: skip


@pytest.mark.parametrize("kind", sorted(set(METHODS) - {"milestones"}))
@common
@given(data=st.data())
def test_an_unchanged_rule_gives_what_it_gives_without_a_cut(
    kind: str, data: st.DataObject
) -> None:
    """Of what has parts the same in every period: else a part may pass a limit that the year does not."""
    draw = data.draw
    method = {"kind": kind, **draw(METHODS[kind])}
    frequency = draw(st.sampled_from(["month", "quarter", "half", "year"]))
    combine = draw(st.sampled_from(["sum", "mean", "last", "rolling"]))
    month = draw(st.integers(2, 12))
    day, by = f"2025-{month:02}-01", "months"
    has_parts = (
        kind not in WHOLE and combine in {"sum", "mean"} and (month - 1) % MONTHS[frequency] == 0
    )  # type: ignore[index]
    if not has_parts and draw(st.booleans()):
        day, by = f"2025-{month:02}-15", "days"
    top = 3 if kind == "answers" else 40
    series: Series = {}
    for unit in "uvw":
        for year in (2024, 2025):
            same = draw(st.integers(0, top))
            for end in ends(frequency):
                value = same if has_parts else draw(st.integers(0, top))
                held = series.setdefault((unit, "A"), {})
                held[end if year == 2025 else one_year_before(end)] = str(value)
    rules = {
        "code": "A", "frequency": frequency, "combine": combine, "window": MONTHS["year"] // MONTHS[frequency],  # type: ignore[index]
        "direction": draw(st.sampled_from(["up", "down"])), "decimals": draw(st.integers(2, 4)),
        "digits": draw(st.integers(0, 4)), "carry": draw(st.sampled_from(["rounded", "exact"])),
        "method": method, "missing": "block",
        "reference": {"to": draw(st.sampled_from(["given", "given", "previous", "group_median"]))} if kind not in WHOLE | {"tiers"} else {"to": "given"},
    }  # fmt: skip
    engine = OracleEngine()
    whole, cut = (
        run(book({**rules, "changes": changes}), series, engine)
        for changes in ([], [change(method, day, by)])
    )
    for unit in "uvw":
        assert of(whole, "A", unit) == of(cut, "A", unit), (day, by, has_parts)


def one_year_before(day: date) -> date:
    return date(2024, 2, 29) if (day.month, day.day) == (2, 28) else day.replace(year=2024)


@pytest.mark.parametrize("by", ["mean", "median"])
def test_a_decided_period_gives_no_value_in_a_part_without_a_day(by: str) -> None:
    """u begins after the cut and has its period decided: before the cut it has nothing with which a gap is filled."""
    filled = {"fill": {"by": by, "over": "group", "minimum": 1, "reason": "r"}}
    split = [change({"kind": "ratio", "target": YEAR}, "2025-07-01", by="days")]
    rules = book({"code": "A", "frequency": "month", "method": {"kind": "ratio", "target": YEAR}, "changes": split, **filled})  # fmt: skip
    held = monthly(*[100] * 12)
    series = {("u", "A"): {}, ("v", "A"): held, ("w", "A"): {}}
    decided = {
        "unit": "u", "indicator": "A", "period": PERIOD.end, "value": 60000, "status": 1, "sequence": 1,
        "vintage": DECIDED, "file": 0, "row": 99,
    }  # fmt: skip
    cells = []
    for engine in ENGINES:
        made = run(rules, series, engine, begins={"u": date(2025, 10, 1)}, revision=[decided])
        rows = {(r["unit"], r["segment"]): (r["status"], r["value"]) for r in made.results.rows("cell")}  # fmt: skip
        cells.append((rows, [of(made, "A", unit) for unit in "uvw"]))
        assert rows["w", 1] == (FILLED, rows["v", 1][1]), "of v alone"
    assert cells[0] == cells[1]
