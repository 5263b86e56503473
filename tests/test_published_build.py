"""The full build of COINr's example on ASEM data, and its geometric variant, through rulebooks alone.

The rulebook is written from the published metadata. Which outliers are cut is no rule but a finding of the
data (skewness above 2 and kurtosis above 3.5), so it is found here and stands in the rulebook as numbers.
"""

import json
import math
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.test_published import FOLDERS, Rows, read

PUBLISHED = {"CHE": 68.38, "NLD": 64.82, "DNK": 64.80, "NOR": 64.47, "BEL": 63.54, "SWE": 63.00}
"""What COINr's own documentation prints of the build (PROVENANCE.md beside the data)."""
# Digits that the data give of a denominator, and a unit in which the smallest quotients keep their digits.
DECIMALS = {"GDP": 6, "Population": 3, "Area": 0, "Energy": 6}
TIMES = {"GDP": 100, "Population": 100_000, "Area": 100_000, "Energy": 100}
Table = list[dict[str, str]]
Columns = dict[str, list[float]]


def skewness(values: list[float]) -> float:
    """G1 of Joanes and Gill 1998, type 2 as COINr's check takes it."""
    n, m2, m3 = len(values), moment(values, 2), moment(values, 3)
    return m3 / math.pow(m2, 1.5) * math.sqrt(n * (n - 1)) / (n - 2)


def kurtosis(values: list[float]) -> float:
    """G2 of the same, type 2: in excess of a normal distribution's."""
    n, g2 = len(values), moment(values, 4) / moment(values, 2) ** 2 - 3
    return ((n + 1) * g2 + 6) * (n - 1) / ((n - 2) * (n - 3))


def moment(values: list[float], power: int) -> float:
    mean = math.fsum(values) / len(values)
    return math.fsum(math.pow(value - mean, power) for value in values) / len(values)


def skewed(values: list[float]) -> bool:
    return abs(skewness(values)) > 2 and kurtosis(values) > 3.5


def treated(values: list[float]) -> tuple[list[float], dict[str, Any]]:
    """COINr's first treatment: one outlier after the other takes the next value, at most five.

    With what the rulebook says of it: how many values, at which end.
    """
    held = list(values)
    for _ in range(5):
        if not skewed(held):
            break
        end, step = (max, -1) if skewness(held) > 0 else (min, 1)
        outer = end(held)
        following = sorted(set(held))[2 * step if step < 0 else step]
        held = [following if value == outer else value for value in held]
    assert not skewed(held), "COINr would take logarithms; of these data none needs it"
    cut = {
        "low": sum(value < min(held) for value in values),
        "high": sum(value > max(held) for value in values),
    }
    cut = {end: number for end, number in cut.items() if number}
    return held, {"winsorise": cut} if cut else {}


def quotient(value: str, by: str) -> float | None:
    return None if {value, by} & {"", "NA"} else float(value) / float(by)


def denominated(rows: Table, meta: Table) -> Columns:
    """The indicators over their denominators; a gap takes the mean of its half of the world, Europe or Asia."""
    columns = {}
    for one in (m for m in meta if m["Level"] == "1"):
        by = one["Denominator"]
        found = [quotient(row[one["iCode"]], row[by] if by else "1") for row in rows]
        halves: dict[str, list[float]] = {}
        for row, value in zip(rows, found, strict=True):
            if value is not None:
                halves.setdefault(row["EurAsia_group"], []).append(value)
        means = {half: math.fsum(values) / len(values) for half, values in halves.items()}
        columns[one["iCode"]] = [
            means[row["EurAsia_group"]] if value is None else value
            for row, value in zip(rows, found, strict=True)
        ]
    return columns


def node(one: dict[str, str], meta: Table, aggregate: str) -> dict[str, Any]:
    children = [m for m in meta if m["Parent"] == one["iCode"]]
    return {
        "code": "total" if one["Level"] == "4" else one["iCode"],
        "name": {"zh": one["iName"], "en": one["iName"]},
        "aggregate": aggregate, "weights": "relative", "digits": 9, "carry": "exact",
        "children": [c["iCode"] if c["Level"] == "1" else node(c, meta, aggregate) for c in children],
    }  # fmt: skip


def write_build(data: Path, out: Path, aggregate: str, worst: str) -> None:
    """The rulebook and the intake, in the words of the published metadata.

    Europe and Asia are categories, as gaps take the mean of their own half; all are one comparison group, as
    outliers and min-max are of all 51 countries.
    """
    rows, meta = read(data / "ASEM_iData.csv"), read(data / "ASEM_iMeta.csv")
    columns, indicators, taken = denominated(rows, meta), {}, {}
    own = {"decimals": 9, "digits": 9, "carry": "exact"}
    for one in (m for m in meta if m["Level"] == "1"):
        code, by = one["iCode"], one["Denominator"]
        indicators[code] = own | {
            "code": code, "name": {"zh": one["iName"], "en": one["iName"]},
            "direction": "up" if one["Direction"] == "1" else "down",
            "fill": {"by": "mean", "over": "category", "counted": True, "reason": "COINr: i_mean_grp"},
            "method": {"kind": "min_max", "at_worst": worst} | treated(columns[code])[1],
        }  # fmt: skip
        raw = f"{code}.raw" if by else code
        taken[raw] = code
        if by:
            indicators[raw] = own | {"code": raw, "name": one["iName"]}
            indicators[by] = own | {"code": by, "name": by, "decimals": DECIMALS[by]}
            taken[by] = by
            indicators[code]["decimals"] = 8
            indicators[code]["parts"] = {"numerator": {raw: TIMES[by]}, "denominator": {by: 1}}
    root = next(m for m in meta if m["Level"] == "4")
    book = {
        "code": "asem_full", "version": "2018", "title": "ASEM", "effective_from": "2018-01-01",
        "categories": [{"code": "Europe", "name": "Europe"}, {"code": "Asia", "name": "Asia"}],
        "groups": [{"code": "asem", "name": "ASEM"}],
        "ranking": {"on": "exact"}, "tree": node(root, meta, aggregate),
        "weights": [{"from": "2018-01-01",
                     "table": {m["iCode"]: m["Weight"] for m in meta if m["Level"] in {"1", "2", "3"}}}],
    }  # fmt: skip
    file = {"file": "ASEM_iData.csv", "unit": "uCode"}
    intake = {
        "purpose": "Reproduce the full ASEM build of COINr", "period": "2018",
        "source": "ASEM Sustainable Connectivity Portal, JRC 2018 (COINr package, MIT)",
        "sources": [
            file | {"role": "unit", "name": "uName", "category": {"column": "EurAsia_group"}, "group": {"constant": "asem"}},
            file | {"layout": "wide", "period": "Time", "scientific": True, "missing": ["", "NA"], "indicators": taken},
        ],
    }  # fmt: skip
    (out / "rulebook" / "indicators").mkdir(parents=True)
    (out / "rulebook" / "rulebook.yaml").write_text(json.dumps(book), encoding="utf-8")
    for code, indicator in indicators.items():
        file_ = out / "rulebook" / "indicators" / f"{code}.yaml"
        file_.write_text(json.dumps(indicator), encoding="utf-8")
    (out / "intake.yaml").write_text(json.dumps(intake), encoding="utf-8")


def build(data: Path, out: Path, zhengheng: Command, *how: str) -> Rows:
    write_build(data, out, *how)
    for engine in ("duckdb", "oracle"):
        done = zhengheng("score", out / "rulebook", "--intake", out / "intake.yaml", "--data", data,
                         "--out", out / engine, "--engine", engine)  # fmt: skip
        assert done.returncode == 0, done.stderr
    for file in ("scores.csv", "indicator_scores.csv"):
        assert (out / "duckdb" / file).read_bytes() == (out / "oracle" / file).read_bytes()
    return {(r["unit"], r["period"], r["node"]): r for r in read(out / "duckdb" / "scores.csv")}


def computed(data: Path, worst: float, geometric: bool) -> dict[str, list[float]]:
    """The same build apart from the product: every node's score by country."""
    rows, meta = read(data / "ASEM_iData.csv"), read(data / "ASEM_iMeta.csv")
    scores: Columns = {}
    sign = {m["iCode"]: float(m["Direction"] or 1) for m in meta}
    for code, values in denominated(rows, meta).items():
        held = [sign[code] * value for value in treated(values)[0]]
        low, high = min(held), max(held)
        scores[code] = [worst + (100 - worst) * (value - low) / (high - low) for value in held]
    for level in "234":
        for one in (m for m in meta if m["Level"] == level):
            parts = [(scores[m["iCode"]], float(m["Weight"])) for m in meta if m["Parent"] == one["iCode"]]  # fmt: skip
            whole = math.fsum(weight for _, weight in parts)
            scores[one["iCode"]] = [
                math.exp(math.fsum(w * math.log(s[i]) for s, w in parts) / whole) if geometric
                else math.fsum(w * s[i] for s, w in parts) / whole
                for i in range(len(rows))
            ]  # fmt: skip
    return scores


def same(found: Rows, data: Path, scores: Columns, within: float) -> None:
    rows, meta = read(data / "ASEM_iData.csv"), read(data / "ASEM_iMeta.csv")
    assert len(rows) == 51
    for one in (m for m in meta if m["Level"] in {"2", "3", "4"}):
        code = "total" if one["Level"] == "4" else one["iCode"]
        for row, score in zip(rows, scores[one["iCode"]], strict=True):
            said = float(found[row["uCode"], "2018", code]["score"])
            assert said == pytest.approx(score, abs=within), (row["uCode"], code)


def test_the_full_build_gives_the_published_totals(
    real_data: Path, tmp_path: Path, zhengheng: Command
) -> None:
    """Denominate, impute by the mean of Europe or Asia, winsorise, min-max on 0 to 100, weighted means."""
    data = real_data / FOLDERS["asem"]
    found = build(data, tmp_path, zhengheng, "arithmetic", "0")
    for country, published in PUBLISHED.items():
        assert round(float(found[country, "2018", "total"]["score"]), 2) == published
    same(found, data, computed(data, 0, geometric=False), 1e-5)


def test_the_geometric_build_on_1_to_100(
    real_data: Path, tmp_path: Path, zhengheng: Command
) -> None:
    """No figures of this build are published beside the data: compared with a computation of its own in this test."""
    data = real_data / FOLDERS["asem"]
    found = build(data, tmp_path, zhengheng, "geometric", "0.01")
    same(found, data, computed(data, 1, geometric=True), 1e-5)
