"""Ranges of units computed before are reused, and only where nothing that they read has changed."""

import json
import tempfile
from datetime import UTC, date, datetime
from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from tests.adding import sums
from tests.generate import PERIOD, facts_for, rulebooks
from tests.test_generated import common
from zhengheng.domain.problems import NotFoundError
from zhengheng.engines.archive import completed, keep_run, load_run
from zhengheng.engines.bundled import read_plan
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.results import KEPT
from zhengheng.engines.reuse import Reuse
from zhengheng.engines.run import Run, make_run
from zhengheng.lake.facts import Facts, FileInfo, empty, schema, to_arrow
from zhengheng.lake.store import Lake
from zhengheng.scheme.model import Rulebook, Unit
from zhengheng.scoring.contracts import CONTRACTS

BOOK = """{
  "code": "big", "title": "big", "effective_from": "2025-01-01",
  "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
  "tree": {"code": "total", "name": "t", "children": [
    {"code": "n", "name": "n", "children": ["A", "B"]}]},
  "weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 40}}],
  "indicators": [
    {"code": "A", "name": "A", "frequency": "quarter", "decimals": 1, "method": {"kind": "ratio", "target": 40}},
    {"code": "B", "name": "B", "frequency": "quarter", "combine": "last", "method": {"kind": "direct"}}],
  "grading": {"bands": [{"code": "X", "name": "X", "at_least": 80}, {"code": "Y", "name": "Y"}]}
}"""
QUARTERS = [date(2025, 3, 31), date(2025, 6, 30), date(2025, 9, 30), date(2025, 12, 31)]
UNITS = [f"U{n:02d}" for n in range(20)]


def observed(value: int = 0) -> Facts:
    """Twenty units, four quarters; `value` is a correction of U07's indicator A in June."""
    rows = [
        {"unit": unit, "indicator": code, "period": quarter, "value": 50 + n + m, "status": 1,
         "vintage": None, "published_on": None, "file": 1, "row": 8 * n + m}
        for n, unit in enumerate(UNITS) for m, quarter in enumerate(QUARTERS) for code in "AB"
    ]  # fmt: skip
    shape = schema("observation").names
    tables = empty() | {
        "observation": to_arrow("observation", {k: [r[k] for r in rows] for k in shape})
    }
    if value:
        fixed = {"unit": "U07", "indicator": "A", "period": QUARTERS[1], "value": value, "status": 1,
                 "vintage": None, "published_on": None, "sequence": 1, "file": 2, "row": 1}  # fmt: skip
        tables["revision"] = pa.Table.from_pylist([fixed], schema=schema("revision"))
    units = [
        Unit.model_validate({"code": u, "name": u, "category": "c", "group": "g"}) for u in UNITS
    ]
    files = [FileInfo(1, "year.csv", "a" * 64), FileInfo(2, "fixed.csv", "b" * 64)]
    return Facts(tables, units, files[: 2 if value else 1])


def ranges(home: Path) -> set[str]:
    return {path.name for path in (home / "reuse").iterdir()}


def same(first: Run, second: Run) -> None:
    for name in set(KEPT) - {"cell"}:
        assert (name in first.results) == (name in second.results), name
        if name in first.results:
            assert first.results.rows(name) == second.results.rows(name), name


def test_a_correction_recomputes_its_range_only(tmp_path: Path) -> None:
    book = Rulebook.model_validate_json(BOOK, strict=True)
    engine = DuckEngine(bucket_units=4, reuse=Reuse(tmp_path / "reuse"))
    before = make_run(book, observed(), PERIOD, engine, runs=tmp_path / "runs")
    assert len(first := ranges(tmp_path)) == 5
    after = make_run(book, observed(999), PERIOD, engine, runs=tmp_path / "runs")
    assert len(ranges(tmp_path) - first) == 1
    same(after, make_run(book, observed(999), PERIOD, DuckEngine()))
    changed = {
        row["unit"]
        for row, old in zip(
            after.results.rows("indicator_score"), before.results.rows("indicator_score"),
            strict=True,
        )
        if row != old
    }  # fmt: skip
    assert changed == {"U07"}
    same(make_run(book, observed(), PERIOD, engine, runs=tmp_path / "runs"), before)
    assert len(ranges(tmp_path)) == 6, "an equal run computes nothing anew"


def test_a_run_that_keeps_more_tables_finds_no_range_that_lacks_them(tmp_path: Path) -> None:
    book = Rulebook.model_validate_json(BOOK, strict=True)
    reuse = Reuse(tmp_path / "reuse")
    make_run(
        book, observed(), PERIOD, DuckEngine(bucket_units=4, reuse=reuse, keep=("total_score",))
    )
    whole = make_run(book, observed(), PERIOD, DuckEngine(bucket_units=4, reuse=reuse))
    same(whole, make_run(book, observed(), PERIOD, DuckEngine()))


def test_a_changed_rule_reuses_nothing(tmp_path: Path) -> None:
    engine = DuckEngine(bucket_units=4, reuse=Reuse(tmp_path / "reuse"))
    for target in (40, 41):
        text = BOOK.replace('"target": 40', f'"target": {target}')
        book = Rulebook.model_validate_json(text, strict=True)
        made = make_run(book, observed(), PERIOD, engine)
        same(made, make_run(book, observed(), PERIOD, DuckEngine(bucket_units=4)))
    assert len(list((tmp_path / "reuse").iterdir())) == 10


def test_a_run_in_ranges_is_kept_and_explained_one_unit_at_a_time(tmp_path: Path) -> None:
    lake = Lake.create(tmp_path)
    book = Rulebook.model_validate_json(BOOK, strict=True)
    made = make_run(book, observed(), PERIOD, DuckEngine(bucket_units=4), runs=tmp_path / "runs")
    folder = keep_run(lake, made, datetime(2026, 1, 5, tzinfo=UTC))
    whole, part = load_run(folder), load_run(folder, "U07")
    same(whole, made)
    assert [row["unit"] for row in part.plan.tables["unit"]] == ["U07"]
    assert passport(part, "U07", None, "en") == passport(whole, "U07", None, "en")


@pytest.mark.parametrize(
    ("code", "told"), [("{tree}", "explained with the total"), ("Z", "has no indicator Z")]
)
def test_who_asks_for_a_dimension_is_told_where_it_is_explained(code: str, told: str) -> None:
    book = Rulebook.model_validate_json(BOOK, strict=True)
    made = make_run(book, observed(), PERIOD, DuckEngine())
    with pytest.raises(NotFoundError, match=told):
        passport(made, "U07", code.format(tree=book.tree.code), "en")


def explained(run: Run, unit: Unit) -> Entry | str:
    """The passport, or why there is none: a unit without any weight has no score."""
    try:
        return passport(run, unit.code, None, "zh")
    except NotFoundError as error:
        return error.problems[0].code


@common
@given(data=st.data())
def test_a_passport_of_a_kept_run_is_that_of_the_whole_run(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    facts = data.draw(facts_for(book))
    whole = make_run(book, facts, PERIOD, DuckEngine(threads=1))
    with tempfile.TemporaryDirectory() as home:
        lake = Lake.create(Path(home))
        ranged = make_run(book, facts, PERIOD, DuckEngine(threads=1, bucket_units=2),
                          runs=lake.home / "runs")  # fmt: skip
        folder = keep_run(lake, ranged, datetime(2026, 1, 5, tzinfo=UTC))
        for unit in facts.units:
            told = explained(whole, unit)
            assert explained(load_run(folder, unit.code), unit) == told
            for name, added, shown in sums(told, whole) if isinstance(told, Entry) else ():
                assert added == shown, name


def test_a_plan_kept_before_it_said_whose_figures_count_is_read_by_no_other_rule() -> None:
    before = {"rollup": [{"unit": "p", "child": "a", "indicator": "S"}], "succession": []}
    assert completed(before)["rollup"] == completed(before)["figure"] == []
    row = {"unit": "p", "through": "p", "origin": "a", "indicator": "S", "share": 10**6, "first": PERIOD.start, "last": PERIOD.end, "if_any": False}  # fmt: skip
    assert completed({"rollup": [row], "figure": []})["rollup"] == [row]


def test_a_run_kept_by_another_release_is_made_again_not_read_wrong(tmp_path: Path) -> None:
    lake = Lake.create(tmp_path)
    book = Rulebook.model_validate_json(BOOK, strict=True)
    made = make_run(book, observed(), PERIOD, DuckEngine())
    folder = keep_run(lake, made, datetime(2026, 1, 5, tzinfo=UTC))
    about = json.loads((folder / "run.json").read_text(encoding="utf-8"))
    (folder / "run.json").write_text(json.dumps(about | {"layout": 1}), encoding="utf-8")
    with pytest.raises(NotFoundError, match="run it again"):
        load_run(folder)
    keep_run(lake, made, datetime(2026, 1, 6, tzinfo=UTC))
    same(load_run(folder), made)


@common
@given(data=st.data())
def test_reused_ranges_change_nothing(data: st.DataObject) -> None:
    book = data.draw(rulebooks())
    facts, later = data.draw(facts_for(book)), data.draw(facts_for(book))
    # The second run differs from the first by its revisions alone.
    second = Facts(facts.tables | {"revision": later.tables["revision"]}, facts.units)
    with tempfile.TemporaryDirectory() as folder:
        engine = DuckEngine(threads=1, bucket_units=2, reuse=Reuse(Path(folder)))
        make_run(book, facts, PERIOD, engine)
        same(
            make_run(book, second, PERIOD, engine),
            make_run(book, second, PERIOD, DuckEngine(threads=1, bucket_units=2)),
        )


def test_every_day_of_a_kept_plan_is_a_day_again(tmp_path: Path) -> None:
    """Whatever columns the plan gains: one that stayed text would be compared with days only where a unit ended or a growth is asked."""
    written = {
        one.name: [{column.name: "2025-07-01" for column in one.columns if column.type == "date"}]
        for one in CONTRACTS.values() if one.role == "plan"
    }  # fmt: skip
    (tmp_path / "plan.json").write_text(json.dumps(written), encoding="utf-8")
    for name, (row,) in read_plan(tmp_path / "plan.json").items():
        assert set(row.values()) <= {date(2025, 7, 1)}, name
