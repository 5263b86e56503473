"""A period's value by the decision of an appeal: it stands in the place of what rows and parts give, everywhere."""

import json
import subprocess
import sys
import zipfile
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.test_cascade import NAME
from tests.test_cascade import book as cascaded
from zhengheng.domain.numbers import format_scaled
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import DataError
from zhengheng.engines.behind import behind, made_from
from zhengheng.engines.bundle import write_bundle
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.left_out import left_out
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.store import Lake
from zhengheng.scheme.model import Rulebook

AT = datetime(2026, 3, 1, tzinfo=UTC)
ROWS = """unit,indicator,period,value
a,Q,2025-Q1,90
a,Q,2025-Q2,92
a,Q,2025-Q3,94
a,Q,2025-Q4,95
a,N,2025,60
a,D,2025,80
b,Q,2025-Q1,50
b,Q,2025-Q2,50
b,Q,2025-Q3,50
b,Q,2025-Q4,50
b,N,2025,20
b,D,2025,80
"""


def rules() -> Rulebook:
    data: dict[str, Any] = {
        "code": "t", "title": NAME, "effective_from": "2025-01-01", "known_from": "2025-01-01",
        "units": [{"code": c, "name": NAME, "category": "c", "group": "g"} for c in ("a", "b")],
        "categories": [{"code": "c", "name": NAME}], "groups": [{"code": "g", "name": NAME}],
        "tree": {"code": "total", "name": NAME, "children": ["Q", "R", "S"]},
        "weights": [{"from": "2025-01-01", "table": {"Q": 40, "R": 30, "S": 30}}],
        "indicators": [
            {"code": "Q", "name": NAME, "decimals": 2, "frequency": "quarter", "combine": "mean", "method": {"kind": "ratio", "target": 100}},
            {"code": "N", "name": NAME}, {"code": "D", "name": NAME},
            {"code": "R", "name": NAME, "decimals": 1, "method": {"kind": "ratio", "target": 100},
             "parts": {"numerator": {"N": 1}, "denominator": {"D": 1}, "scale": 100}},
            {"code": "S", "name": NAME, "decimals": 1, "method": {"kind": "ratio", "target": 100},
             "parts": {"numerator": {"R": 1}, "denominator": {}, "scale": 1}},
        ],
    }  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


def said(*rows: str) -> str:
    return "unit,indicator,period,value\n" + "\n".join(rows) + "\n"


def loaded(folder: Path, book: Rulebook, first: str, *later: tuple[str, str]) -> Run:
    """The rows in a lake, then files in a role each; the same result from DuckDB and the oracle."""
    lake = Lake.create(folder / "lake")
    for place, (role, text) in enumerate((("observation", first), *later)):
        (folder / f"{place}.csv").write_text(text, encoding="utf-8")
        source = {"file": f"{place}.csv", "role": role} | {c: c for c in ("unit", "indicator", "period", "value")}  # fmt: skip
        mapping = Mapping.model_validate_json(json.dumps({"purpose": "test", "sources": [source]}))
        facts = read_files(mapping, book, folder)
        if facts.rejects:
            raise DataError(one.problem for one in facts.rejects)
        lake.intake(facts, mapping, loader="test", at=AT)
    made = [make_run(book, lake.facts(), parse_period("2025"), engine) for engine in (DuckEngine(threads=1), OracleEngine())]  # fmt: skip
    for table in ("cell", "indicator_score", "total_score", "ranking"):
        assert list(made[0].results.rows(table)) == list(made[1].results.rows(table)), table
    return made[0]


def test_a_mean_of_rows_is_replaced_as_a_whole_and_the_rows_stay_to_be_read(tmp_path: Path) -> None:
    """Four quarters of 90 to 95 are 92.75; 95 decided for the year is 95, not a fourth quarter of 95."""
    before = loaded(tmp_path, rules(), ROWS)
    (tmp_path / "decided").mkdir()
    after = loaded(tmp_path / "decided", rules(), ROWS, ("ruling", said("a,Q,2025,95")))
    assert behind(before, "a", "Q", "Q", "zh").value == "92.75"
    found = behind(after, "a", "Q", "Q", "zh")
    assert (found.value, found.points, found.decided) == ("95.00", "38.00", True)
    assert [value for _, value in found.rows] == ["90.00", "92.00", "94.00", "95.00"]
    assert behind(after, "b", "Q", "Q", "zh").value == "50.00", "another unit stays"
    tree = json.dumps(passport(after, "a", "Q", "zh").as_dict(), ensure_ascii=False)
    assert "申诉决定" in tree
    assert "1.csv 第 2 行" in tree
    assert '"未计入"' not in tree


def test_what_is_made_from_parts_is_replaced_and_what_is_made_from_it_follows(
    tmp_path: Path,
) -> None:
    """60 of 80 are 75 %; 99 decided is 99 in the indicator and in the one that is made from it."""
    made = loaded(tmp_path, rules(), ROWS, ("ruling", said("a,R,2025,97", "b,R,2025,12.5")), ("ruling", said("a,R,2025,99")))  # fmt: skip
    assert [behind(made, "a", c, c, "zh").value for c in ("R", "S")] == ["99.0", "99.0"], "the latest stands"  # fmt: skip
    assert [behind(made, "b", c, c, "zh").value for c in ("R", "S")] == ["12.5", "12.5"]
    assert behind(made, "a", "R", "N", "zh").value == "60.00", "a part stays what was reported"
    assert made_from(made.rulebook, "S") == ["S", "R", "N", "D"]


def test_a_value_added_up_from_below_is_replaced(tmp_path: Path) -> None:
    levels = [{"indicator": "A", "parent": "a", "mode": "shares", "children": {"a1": 50, "a2": 50}, "roll_up": True}]  # fmt: skip
    rows = said("a1,A,2025,300", "a2,A,2025,200")
    before = loaded(tmp_path, cascaded(levels), rows)
    (tmp_path / "decided").mkdir()
    after = loaded(tmp_path / "decided", cascaded(levels), rows, ("ruling", said("a,A,2025,640")))
    assert behind(before, "a", "A", "A", "zh").value == "500"
    assert behind(after, "a", "A", "A", "zh").value == "640"
    assert behind(after, "a1", "A", "A", "zh").value == "300"


def test_a_later_correction_of_a_row_does_not_undo_the_decision(tmp_path: Path) -> None:
    made = loaded(
        tmp_path, rules(), ROWS, ("ruling", said("a,Q,2025,95")), ("correction", said("a,Q,2025-Q4,10", "b,Q,2025-Q4,10"))
    )  # fmt: skip
    assert behind(made, "a", "Q", "Q", "zh").value == "95.00"
    assert behind(made, "b", "Q", "Q", "zh").value == "40.00"


@pytest.mark.parametrize("year", [2024, 2025])
def test_the_auditors_bundle_recomputes_it(tmp_path: Path, year: int) -> None:
    made = loaded(tmp_path, rules(), ROWS, ("ruling", said("a,R,2025,99", "a,Q,2025,95"))) if year == 2025 else \
        loaded(tmp_path, compared(), "unit,indicator,period,value\n" + BEFORE, ("ruling", said("a,V,2024,110", "a,H,2024,150")))  # fmt: skip
    for kind in ("audit", "public"):
        write_bundle(made, tmp_path / f"{kind}.zip", kind, b"salt")  # type: ignore[arg-type]
        with zipfile.ZipFile(tmp_path / f"{kind}.zip") as archive:
            archive.extractall(tmp_path / kind)
        done = subprocess.run([sys.executable, "-I", "-S", "verify.py"], cwd=tmp_path / kind, capture_output=True, text=True, check=False)  # fmt: skip
        assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("row", ["a,Q,2025,", "a,Q,2025,abc", "a,X,2025,1"])
def test_a_decision_without_a_plain_value_is_refused(tmp_path: Path, row: str) -> None:
    with pytest.raises(DataError):
        loaded(tmp_path, rules(), ROWS, ("ruling", said(row)))


BEFORE = "".join(
    f"{unit},V,{year}-Q{quarter},{value}\n"
    for unit, years in {"a": {"2024": 25, "2025": 30}, "b": {"2024": 25, "2025": 30}}.items()
    for year, value in years.items() for quarter in range(1, 5)
)  # fmt: skip


def compared(**parts: Any) -> Rulebook:
    """V of four quarters, scored against its own year before; its growth; and a rate made from it, against its year before."""
    ratio = {"kind": "ratio"}
    data = rules().model_dump(mode="json", by_alias=True, exclude_defaults=True) | {
        "tree": {"code": "total", "name": NAME, "children": ["V", "G", "H"]},
        "weights": [{"from": "2025-01-01", "table": {"V": 40, "G": 30, "H": 30}}],
        "indicators": [
            {"code": "V", "name": NAME, "decimals": 2, "frequency": "quarter", "method": ratio, "reference": {"to": "previous"}},
            {"code": "G", "name": NAME, "decimals": 2, "year_on_year": {"of": "V"}, "method": {"kind": "ratio", "target": 20}},
            {"code": "H", "name": NAME, "decimals": 2, "parts": {"numerator": {"V": 1}, "denominator": {}}, "method": ratio, "reference": {"to": "previous"}},
        ],
    } | parts  # fmt: skip
    return Rulebook.model_validate_json(json.dumps(data), strict=True)


def test_what_was_decided_of_the_year_before_is_what_this_year_is_held_against(
    tmp_path: Path,
) -> None:
    """120 against the 110 that were published for 2024, not against the 100 of its rows: 9.09 % more. Of H 150 were decided."""
    made = loaded(tmp_path, compared(), "unit,indicator,period,value\n" + BEFORE,
                  ("ruling", said("a,V,2024,105", "a,H,2024,150")), ("ruling", said("a,V,2024,110")))  # fmt: skip
    held = {
        (r["unit"], r["indicator"]): (r["value"], r["previous"]) for r in made.results.rows("cell")
    }
    points = {
        (r["unit"], r["indicator"]): format_scaled(r["points"], 9, 2)
        for r in made.results.rows("indicator_score")
    }
    assert (held["a", "V"], held["a", "G"][0], held["a", "H"]) == (
        (12000, 11000),
        909,
        (12000, 15000),
    )
    assert (held["b", "V"], held["b", "G"][0], held["b", "H"]) == (
        (12000, 10000),
        2000,
        (12000, 10000),
    )
    assert [points["a", code] for code in "VGH"] == ["40.00", "13.64", "24.00"]
    gone = {(one.table, one.reason, one.row) for one in left_out(made)}
    assert gone == {
        ("revision", "superseded", 2),
        *(("observation", "decided", n) for n in range(2, 6)),
    }
    tree = json.dumps(passport(made, "a", "V", "zh").as_dict(), ensure_ascii=False)
    assert "上年数由申诉决定认定" in tree
    assert "110.00" in tree
    assert "上年数由申诉决定认定" in json.dumps(
        passport(made, "a", "G", "zh").as_dict(), ensure_ascii=False
    )
    assert "申诉决定" not in json.dumps(
        passport(made, "b", "V", "zh").as_dict(), ensure_ascii=False
    )


def test_where_the_year_before_cannot_be_divided_its_rows_are_held_against_and_it_is_said(
    tmp_path: Path,
) -> None:
    """o went into a in July 2025: of what was decided of o's and of a's 2024 nobody knows what belongs to which quarter."""
    units = [{"code": c, "name": NAME, "category": "c", "group": "g"} for c in ("a", "b", "o")]
    gone = {"date": "2025-07-01", "kind": "merger", "unit": "o", "heirs": [{"unit": "a", "share": "1"}], "data": "inherit", "targets": "anew"}  # fmt: skip
    rows = "unit,indicator,period,value\n" + BEFORE + "".join(f"o,V,{year}-Q{q},10\n" for year in (2024, 2025) for q in range(1, 5) if (year, q) < (2025, 3))  # fmt: skip
    book = compared(units=units, succession=[gone])
    before = loaded(tmp_path, book, rows)
    (tmp_path / "decided").mkdir()
    made = loaded(tmp_path / "decided", book, rows, ("ruling", said("a,V,2024,150", "o,V,2024,50")))
    assert made.results.rows("cell") == before.results.rows("cell")
    assert {(one.table, one.reason, one.row) for one in left_out(made)} == {("revision", "period", 2), ("revision", "period", 3)}  # fmt: skip
    tree = json.dumps(passport(made, "a", "V", "zh").as_dict(), ensure_ascii=False)
    assert tree.count("没有采用为基数") == 2


def test_a_gap_of_the_year_before_is_settled_by_what_was_decided(tmp_path: Path) -> None:
    rows = "unit,indicator,period,value\n" + BEFORE.replace("a,V,2024-Q2,25\n", "")
    made = loaded(tmp_path, compared(), rows, ("ruling", said("a,V,2024,110")))
    held = {(r["unit"], r["indicator"]): r["previous"] for r in made.results.rows("cell")}
    assert (held["a", "V"], held["b", "V"]) == (11000, 10000)
    assert {one.reason for one in left_out(made)} == {"decided"}


def test_of_what_is_made_from_others_the_decision_settles_the_gap_too(tmp_path: Path) -> None:
    """Of H 150 were decided of 2024, in which V lacks a quarter: V has no year before, and H has. Against a growth nothing is held."""
    rows = "unit,indicator,period,value\n" + BEFORE.replace("a,V,2024-Q2,25\n", "")
    made = loaded(tmp_path, compared(), rows, ("ruling", said("a,H,2024,150", "a,G,2024,5")))
    held = {(r["unit"], r["indicator"]): r["previous"] for r in made.results.rows("cell")}
    assert (held["a", "V"], held["a", "H"], held["a", "G"]) == (None, 15000, None)
    assert {(one.table, one.reason, one.row) for one in left_out(made) if one.table == "revision"} == {("revision", "period", 3)}  # fmt: skip


@pytest.mark.parametrize("day", ["2020-07-01", "2023-07-01"])
def test_what_happened_before_the_year_before_divides_nothing_of_it(
    day: str, tmp_path: Path
) -> None:
    """o went into a long ago: all of 2024 is a's own, and 110 were decided of it."""
    units = [{"code": c, "name": NAME, "category": "c", "group": "g"} for c in ("a", "b", "o")]
    gone = {"date": day, "kind": "merger", "unit": "o", "heirs": [{"unit": "a", "share": "1"}], "data": "inherit", "targets": "anew"}  # fmt: skip
    made = loaded(tmp_path, compared(units=units, succession=[gone]), "unit,indicator,period,value\n" + BEFORE, ("ruling", said("a,V,2024,110")))  # fmt: skip
    held = {
        (r["unit"], r["indicator"]): (r["value"], r["previous"]) for r in made.results.rows("cell")
    }
    assert (held["a", "V"], held["a", "G"][0]) == ((12000, 11000), 909)
