"""A run knows what was published by its day: first values, revisions and withdrawals alike, on every engine."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from tests.test_intake import mapping
from tests.test_scheme import write
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import DataError
from zhengheng.engines.archive import keep_run, load_run
from zhengheng.engines.bundle import check_bundle, write_bundle
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import Entry, passport
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.reuse import Reuse
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.spark import SparkEngine
from zhengheng.lake.facts import Facts
from zhengheng.lake.intake import read_files
from zhengheng.lake.store import Lake
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook

YEAR = parse_period("2025")
HEAD = "u,n,status,vintage,published\n"
SOURCE: dict[str, Any] = {"file": "d.csv", "unit": "u", "indicator": {"constant": "A"}, "period": {"constant": "2025"},
                          "value": "n", "status": "status", "vintage": "vintage", "published_on": "published"}  # fmt: skip
FIRST = "a,80,,初步,2025-12-20\nb,60,,,\n"
STORIES: dict[str, tuple[str, list[tuple[str, str]]]] = {
    "a revision": (FIRST + "a,90,,修订,2026-02-10\n", [("2026-02-09", "80.00"), ("2026-02-10", "90.00")]),
    "two revisions": (FIRST + "a,90,,修订,2026-02-10\na,95,,最终,2026-06-30\n", [("2025-12-31", "80.00"), ("2026-06-29", "90.00"), ("2026-06-30", "95.00")]),
    "a value of the day": ("b,60,,,2026-05-01\na,80,,,2026-01-22\n", [("2026-01-21", ""), ("2026-01-22", "80.00")]),
    "a late first value": ("b,60,,,\na,80,,,2026-01-22\n", [("2025-12-31", ""), ("2026-01-21", ""), ("2026-01-22", "80.00")]),
    "a late value corrected late": ("b,60,,,\na,80,,初步,2026-01-22\na,70,,最终,2026-03-01\n", [("2026-01-01", ""), ("2026-02-01", "80.00"), ("2026-03-01", "70.00")]),
    "a withdrawn value": (FIRST + "a,,缺数据,最终,2026-02-10\n", [("2026-02-09", "80.00"), ("2026-02-10", "")]),
    "a withheld value": (FIRST + "a,,不公开,最终,2026-02-10\n", [("2026-02-09", "80.00"), ("2026-02-10", "")]),
    "a value without a day": ("b,60,,,\na,80,,,\n", [("2025-12-31", "80.00"), ("2026-02-10", "80.00")]),
}  # fmt: skip
"""What became known when, and the value of `a` on days before and after."""


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    units = [{"code": c, "name": c, "category": "c", "group": "g"} for c in "ab"]
    return load_rulebook(write(tmp_path / "book", {"units": units}))[0]


@pytest.fixture(params=["duckdb", "oracle", "spark"])
def engine(request: pytest.FixtureRequest) -> Engine:
    if request.param == "spark":
        request.getfixturevalue("java")
    made: Engine = {"duckdb": DuckEngine, "oracle": OracleEngine, "spark": SparkEngine}[
        request.param
    ]()
    return made


def read(book: Rulebook, folder: Path, rows: str, **more: Any) -> Facts:
    (folder / "d.csv").write_text(HEAD + rows, encoding="utf-8")
    return read_files(mapping({"purpose": "t", "sources": [SOURCE | more]}), book, folder)


def in_a_lake(book: Rulebook, folder: Path, rows: str) -> Facts:
    """The same facts as files of a snapshot."""
    facts = read(book, folder, rows)
    lake = Lake.create(folder / "lake")
    plan = mapping({"purpose": "t", "sources": [SOURCE]})
    lake.intake(facts, plan, loader="t", at=datetime(2026, 7, 1, tzinfo=UTC))
    return Lake.open(folder / "lake").facts()


def value(run: Run, unit: str = "a") -> str:
    (row,) = (one for one in run.results.rows("indicator_score") if (one["unit"], one["indicator"]) == (unit, "A"))  # fmt: skip
    return "" if row["value"] is None else f"{row['value'] / 100:.2f}"


@pytest.mark.parametrize("story", STORIES)
def test_a_value_counts_from_the_day_on_which_it_was_published(story: str, engine: Engine, book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    rows, told = STORIES[story]
    for facts in (read(book, tmp_path, rows), in_a_lake(book, tmp_path, rows)):
        days = told if engine.name != "spark" else told[-2:]
        found = [value(make_run(book, facts, YEAR, engine, date.fromisoformat(day))) for day, _ in days]  # fmt: skip
        assert found == [held for _, held in days]
    if told[0][0] == "2025-12-31":
        assert value(make_run(book, facts, YEAR, engine)) == told[0][1], "by default the period's end"  # fmt: skip


@pytest.mark.parametrize("name", ["duckdb", "oracle"])
def test_what_is_not_known_yet_is_as_if_it_were_not_there(name: str, tmp_path: Path) -> None:
    """Neither a gap where none counts as zero, nor a parent's own value in the place of the sum of its children."""
    units = [{"code": c, "name": c, "category": "c", "group": "g"} for c in "abp"]
    rules = load_rulebook(write(tmp_path / "book", {
        "units": units, "cascade": [{"indicator": "A", "parent": "p", "mode": "inherit", "roll_up": True, "children": {"a": 0, "b": 0}}],
    }))[0]  # fmt: skip
    zero = rules.model_copy(update={"indicators": tuple(i.model_copy(update={"absent": "zero", "absent_reason": "没有就是零"}) for i in rules.indicators)})  # fmt: skip
    made: Engine = {"duckdb": DuckEngine, "oracle": OracleEngine}[name]()
    late = read(rules, tmp_path, "a,30,,,\nb,20,,,\np,90,,,2026-01-22\n")
    known = read(rules, tmp_path, "a,30,,,\nb,20,,,\n")
    for facts in (late, known):
        assert value(make_run(rules, facts, YEAR, made), "p") == "50.00"
    assert value(make_run(rules, late, YEAR, made, date(2026, 1, 22)), "p") == "90.00"
    for facts in (read(zero, tmp_path, "a,30,,,2026-01-22\nb,20,,,\n"), read(zero, tmp_path, "b,20,,,\n")):  # fmt: skip
        assert value(make_run(zero, facts, YEAR, made), "a") == "0.00"


def test_the_day_that_a_rulebook_names_and_the_day_of_the_run_both_hold(book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    """A rulebook's last day of publication keeps out what the run's day lets in, and the other way round."""
    data = json.loads(book.model_dump_json(by_alias=True, exclude_none=True))
    data["indicators"][0]["vintage"] = {"kind": "latest", "published_by": "02-20"}
    rules = Rulebook.model_validate_json(json.dumps(data))
    facts = read(rules, tmp_path, "b,60,,,2025-12-31\na,80,,初步,2026-01-22\na,90,,修订,2026-11-20\n")  # fmt: skip
    for made in (DuckEngine(), OracleEngine()):
        days = ("2025-12-31", "2026-01-22", "2026-12-31")
        assert [value(make_run(rules, facts, YEAR, made, date.fromisoformat(day))) for day in days] == ["", "80.00", "80.00"]  # fmt: skip


def test_a_range_that_an_earlier_run_left_is_of_its_own_day(book: Rulebook, tmp_path: Path) -> None:
    """Finished ranges are taken again by what they read: on another day that is something else."""
    facts = in_a_lake(book, tmp_path, STORIES["a late first value"][0])
    reuse = tmp_path / "reuse"
    reuse.mkdir()

    def on(day: str) -> str:
        made = DuckEngine(bucket_units=1, reuse=Reuse(reuse))
        return value(make_run(book, facts, YEAR, made, date.fromisoformat(day)))

    assert [on(day) for day in ("2026-01-22", "2026-01-21", "2026-01-22")] == ["80.00", "", "80.00"]


def test_a_passport_says_why_a_later_value_is_not_counted(book: Rulebook, tmp_path: Path) -> None:
    facts = read(book, tmp_path, STORIES["a revision"][0])
    before, after = (make_run(book, facts, YEAR, DuckEngine(), day) for day in (YEAR.end, date(2026, 2, 10)))  # fmt: skip
    assert told(passport(before, "a", "A", "zh"), "revision") == ["修订数; 公布日为 2026-02-10，在核算日之后; 未计入"]  # fmt: skip
    assert told(passport(before, "a", "A", "en"), "revision") == ["revised; day of publication 2026-02-10, after the day of the run; not counted"]  # fmt: skip
    assert told(passport(before, "a", "A", "zh"), "observation") == ["初步数"]
    assert told(passport(after, "a", "A", "zh"), "revision") == ["修订数"]
    assert told(passport(after, "a", "A", "zh"), "observation") == ["初步数; 未计入"]


def told(entry: Entry, kind: str) -> list[str]:
    found = [entry.detail] if entry.kind == kind else []
    return found + [detail for part in entry.parts for detail in told(part, kind)]


def test_bundles_of_a_run_before_and_after_a_revision_verify(book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    facts = read(book, tmp_path, STORIES["a revision"][0])
    for day in (YEAR.end, date(2026, 2, 10)):
        run = make_run(book, facts, YEAR, DuckEngine(), day)
        for kind in ("audit", "public"):
            write_bundle(run, tmp_path / f"{kind}.zip", kind, b"salt")  # type: ignore[arg-type]
            assert "OK" in check_bundle(tmp_path / f"{kind}.zip")


def test_a_run_kept_by_an_earlier_release_stays_as_it_was(book: Rulebook, tmp_path: Path) -> None:
    """Its plan knows no such day, so that what lay in its lake counted, and its passport shows it so."""
    facts = read(book, tmp_path, STORIES["a revision"][0])
    run = make_run(book, facts, YEAR, DuckEngine(), date(2026, 2, 10))
    folder = keep_run(Lake.create(tmp_path / "lake"), run, datetime(2026, 7, 1, tzinfo=UTC))
    plan = json.loads((folder / "plan.json").read_text())
    (setting,) = plan["setting"]
    assert setting["known_by"] == "2026-02-10"
    del setting["known_by"]
    setting["at"] = "2025-12-31"
    (folder / "plan.json").write_text(json.dumps(plan, ensure_ascii=False))
    kept = load_run(folder)
    assert told(passport(kept, "a", "A", "zh"), "revision") == ["修订数"]
    for made in (DuckEngine(), OracleEngine()):
        again = Run(kept.id, book, kept.plan, facts, made.run(kept.plan, facts), made.name)
        assert value(again) == "90.00"


@pytest.mark.parametrize("status", ["缺数据", "missing", "不适用", "not_applicable"])
def test_a_number_beside_a_status_that_says_there_is_none_is_refused(
    book: Rulebook, tmp_path: Path, status: str
) -> None:
    """Neither is dropped without a word; what is withheld may well be there."""
    with pytest.raises(DataError) as caught:
        read(book, tmp_path, f"a,80,{status},,\nb,60,,,\n")
    (fault,) = caught.value.problems
    assert fault.where.endswith("d.csv:2")
    assert "A 写有数值“80”，状态却是" in fault.zh
    assert "delete the status where there is a value" in fault.en
    assert read(book, tmp_path, "a,80,不公开,,\nb,60,,,\n").rows("observation") == 2
