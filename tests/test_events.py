"""A decided item has a year: the period that it names, else the one that it was decided in; alike on every engine."""

import json
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from tests.conftest import Command
from tests.test_scheme import write
from zhengheng.domain.periods import parse_period
from zhengheng.domain.problems import DataError
from zhengheng.engines.archive import keep_run, load_run
from zhengheng.engines.bundle import check_bundle, write_bundle
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.engines.run import make_run
from zhengheng.engines.spark import SparkEngine
from zhengheng.engines.uncounted import uncounted
from zhengheng.lake.facts import Facts, read_facts, schema
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.store import Lake
from zhengheng.lake.tables import NAMESPACE, PROPERTIES, with_intake
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook

AT = datetime(2026, 3, 1, tzinfo=UTC)
HEAD = "u,item,points,doc,on,of\n"
SOURCE: dict[str, Any] = {"file": "e.csv", "role": "event", "unit": "u", "item": "item", "points": "points",
                          "document": "doc", "decided_on": "on", "period": "of"}  # fmt: skip
ROWS = """a,praise,1,d1,2023-12-31,
a,praise,1,d2,2024-03-01,
a,fault,2,d3,2024-01-01,
b,praise,3,d4,2025-01-16,2024
b,praise,1,d5,2024-12-31,
b,veto,,d6,2023-05-01,
"""


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    folder = write(tmp_path / "book", {
        "units": [{"code": c, "name": c, "category": "c", "group": "g"} for c in "ab"],
        "adjustments": [
            {"code": "praise", "name": "表彰", "kind": "bonus", "most": 5, "basis": [{"title": "办法"}]},
            {"code": "fault", "name": "差错", "kind": "deduction", "most": 5, "basis": [{"title": "办法"}]},
            {"code": "veto", "name": "否决", "kind": "veto", "effect": {"best_grade": "y"}, "basis": [{"title": "某法", "level": "law"}]},
        ],
        "grading": {"bands": [{"code": "x", "name": "优", "at_least": 90}, {"code": "y", "name": "良", "at_least": 0}]},
    })  # fmt: skip
    return load_rulebook(folder)[0]


def mapped(source: dict[str, Any]) -> Mapping:
    return Mapping.model_validate_json(json.dumps({"purpose": "t", "sources": [source]}))


def decided(folder: Path, book: Rulebook, rows: str, **more: Any) -> Facts:
    (folder / "e.csv").write_text(HEAD + rows, encoding="utf-8")
    source = {**SOURCE, **more}
    return read_files(mapped(source), book, folder)


def adjusted(engine: Engine, book: Rulebook, facts: Facts, year: str, at: date | None = None) -> dict[str, tuple[int, int, bool]]:  # fmt: skip
    run = make_run(book, facts, parse_period(year), engine, at or date(2026, 1, 31))
    return {
        row["unit"]: (int(row["bonus"]) // 10**9, int(row["deduction"]) // 10**9, bool(row["vetoed"]))
        for row in run.results.rows("total_score")
    }  # fmt: skip


@pytest.mark.parametrize("engine", ["duckdb", "oracle", "spark"])
def test_an_item_counts_in_its_own_year_alone(engine: str, book: Rulebook, tmp_path: Path, request: pytest.FixtureRequest) -> None:  # fmt: skip
    if engine == "spark":
        request.getfixturevalue("java")
    made: Engine = {"duckdb": DuckEngine, "oracle": OracleEngine, "spark": SparkEngine}[engine]()
    facts = decided(tmp_path, book, ROWS)
    assert adjusted(made, book, facts, "2024") == {"a": (1, 2, False), "b": (4, 0, False)}
    if engine != "spark":
        assert adjusted(made, book, facts, "2023") == {"a": (1, 0, False), "b": (0, 0, True)}
        assert adjusted(made, book, facts, "2025") == {"a": (0, 0, False), "b": (0, 0, False)}
        # What was not decided yet on the day counts neither, whatever period it names.
        early = adjusted(made, book, facts, "2024", date(2024, 12, 31))
        assert early == {"a": (1, 2, False), "b": (1, 0, False)}


@pytest.mark.parametrize("engine", ["duckdb", "oracle"])
def test_a_part_of_the_year_takes_what_was_decided_in_it(
    engine: str, book: Rulebook, tmp_path: Path
) -> None:
    """An item of the year, named or not, counts in the quarter of its decision; one decided later, in none of them."""
    made: Engine = {"duckdb": DuckEngine, "oracle": OracleEngine}[engine]()
    rows = "a,praise,1,d1,2024-02-01,2024\na,praise,2,d2,2024-03-31,\na,fault,1,d3,2024-11-05,2024\nb,praise,4,d4,2025-01-16,2024\nb,fault,3,d5,2024-02-01,2023\n"
    facts = decided(tmp_path, book, rows)
    nothing = (0, 0, False)
    assert adjusted(made, book, facts, "2024-Q1") == {"a": (3, 0, False), "b": nothing}
    assert adjusted(made, book, facts, "2024-Q2") == {"a": nothing, "b": nothing}
    assert adjusted(made, book, facts, "2024-Q4") == {"a": (0, 1, False), "b": nothing}
    assert adjusted(made, book, facts, "2024") == {"a": (3, 1, False), "b": (4, 0, False)}
    quarters = [make_run(book, facts, parse_period(f"2024-Q{n}"), made, AT.date()) for n in range(1, 5)]  # fmt: skip
    (said,) = uncounted(quarters)
    assert "第 5 行 b praise" in said.zh
    assert "第 6 行 b fault" in said.zh
    assert said.zh.startswith("2 个")


def test_items_of_other_years_are_named_with_their_rows(book: Rulebook, tmp_path: Path) -> None:
    facts = decided(tmp_path, book, ROWS)
    runs = [make_run(book, facts, parse_period(year), DuckEngine(), AT.date()) for year in ("2024", "2025")]  # fmt: skip
    (said,) = uncounted(runs)
    assert (said.where, said.code, said.severity) == ("e.csv", "event.period", "warning")
    assert "2 个已决定事项不属于考核期间 2024、2025，没有计入：第 2 行 a praise（决定日期 2023-12-31）；第 7 行 b veto（决定日期 2023-05-01）。" in said.zh  # fmt: skip
    assert "2 decided items" in said.en
    (alone,) = uncounted(runs[1:])
    assert "第 5 行 b praise（期间止于 2024-12-31）" in alone.zh
    assert not list(uncounted([make_run(book, decided(tmp_path, book, ROWS[:0]), parse_period("2025"), DuckEngine())]))  # fmt: skip


def test_a_period_is_one_that_the_rulebook_assesses(book: Rulebook, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        decided(tmp_path, book, "a,praise,1,d1,2024-03-01,2024-Q4\na,praise,1,d2,2024-03-01,去年\n")
    assert [p.code for p in caught.value.problems] == ["row.period.assessed", "row.period"]


def test_score_says_what_did_not_count(book: Rulebook, tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    decided(tmp_path, book, ROWS)
    (tmp_path / "d.csv").write_text("u,v\na,1\n")
    values = {"file": "d.csv", "unit": "u", "indicator": {"constant": "A"}, "period": {"constant": "2025"}, "value": "v"}  # fmt: skip
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "period": "2025", "sources": [values, SOURCE]}))  # fmt: skip
    done = zhengheng("score", "book", "--intake", "m.yaml", "--data", ".", "--out", "o", "--at", "2026-01-31")  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert "e.csv: 6 个已决定事项不属于考核期间 2025，没有计入" in done.stderr
    assert "a,2025,bonus,0.00" in (tmp_path / "o" / "scores.csv").read_text()


def test_a_passport_lists_the_items_that_counted(book: Rulebook, tmp_path: Path) -> None:
    run = make_run(book, decided(tmp_path, book, ROWS), parse_period("2024"), DuckEngine(), AT.date())  # fmt: skip
    found: list[str] = []

    def walk(entry: Entry) -> None:
        found.extend([entry.detail] if entry.kind == "event" else [])
        for part in entry.parts:
            walk(part)

    walk(passport(run, "a", None, "zh"))
    assert sorted(found) == ["d2 (2024-03-01)", "d3 (2024-01-01)"]


CAPPED: dict[str, tuple[dict[str, Any], dict[str, Any], list[str]]] = {
    "an item's cap": ({"cap": 2}, {}, ["表彰”共 2.5 分，按该事项的上限计 2 分", "表彰: 2.5 points in all, of which the item's cap leaves 2"]),
    "the cap of all": ({}, {"bonus_cap": 2}, ["各事项共 2.5 分，按加分总上限计 2 分", "2.5 points of all items, of which the cap of the whole bonus leaves 2"]),
    "both": ({"cap": "2.2"}, {"bonus_cap": 2}, ["表彰”共 2.5 分，按该事项的上限计 2.2 分；各事项共 2.2 分，按加分总上限计 2 分", "leaves 2.2; 2.2 points of all items"]),
    "neither binds": ({"cap": "2.5"}, {"bonus_cap": "2.5"}, []),
}  # fmt: skip


@pytest.mark.parametrize("case", CAPPED)
@pytest.mark.parametrize("kind", ["bonus", "deduction"])
def test_a_passport_says_which_cap_made_less_of_the_items(case: str, kind: str, tmp_path: Path) -> None:  # fmt: skip
    item, caps, said = CAPPED[case]
    caps = {name.replace("bonus", kind): cap for name, cap in caps.items()}
    folder = write(tmp_path / "book", {
        "units": [{"code": "a", "name": "a", "category": "c", "group": "g"}], **caps,
        "adjustments": [{"code": "x", "name": "表彰", "kind": kind, "most": 5, "basis": [{"title": "办法"}], **item}],
    })  # fmt: skip
    book = load_rulebook(folder)[0]
    facts = decided(tmp_path, book, "a,x,1.5,d1,2024-03-01,\na,x,1,d2,2024-03-02,\n")
    run = make_run(book, facts, parse_period("2024"), DuckEngine(), AT.date())
    for language, place, word in (("zh", 0, "该事项合计不超过"), ("en", 1, "all of this item come to")):  # fmt: skip
        (entry,) = (part for part in passport(run, "a", None, language).parts if part.kind == kind)  # type: ignore[arg-type]
        wanted = said[place].replace("加分", "扣分").replace("bonus", kind) if kind == "deduction" and said else "".join(said[place : place + 1])  # fmt: skip
        assert wanted in entry.detail
        assert bool(said) == bool(entry.detail)
        assert [word in part.detail for part in entry.parts] == [bool(said) and "cap" in item] * 2
        assert entry.score == ("2" if said else "2.5")


def test_a_lake_and_a_run_of_an_earlier_release_have_no_such_column(book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    """Its files stay as they are: what they hold counts in the year of its decision, and what comes next has a period."""
    lake = Lake.create(tmp_path / "lake")
    shape = with_intake("event")
    old = pa.schema([field for field in shape if field.name != "period"])
    with lake.tables()._catalogue() as catalogue:
        catalogue.create_namespace_if_not_exists(NAMESPACE)
        catalogue.create_table(f"{NAMESPACE}.event", old, properties=PROPERTIES)
    first = decided(tmp_path, book, "a,praise,1,d1,2024-03-01,\n", period=None)
    mapping = mapped({**SOURCE, "period": None})
    lake.intake(first, mapping, loader="t", at=AT)
    second = decided(tmp_path, book, "b,praise,3,d4,2025-01-16,2024\n")
    lake.intake(second, mapped(SOURCE), loader="t", at=AT)  # fmt: skip
    facts = Lake.open(tmp_path / "lake").facts()
    assert adjusted(DuckEngine(), book, facts, "2024") == {"a": (1, 0, False), "b": (3, 0, False)}

    bare = tmp_path / "event.parquet"
    pq.write_table(facts.tables["event"].drop_columns(["period"]), bare)
    assert read_facts("event", [bare]).schema.names == [*(n for n in schema("event").names if n != "period"), "period"]  # fmt: skip


def test_a_kept_run_of_earlier_semantics_stays_as_it_was(book: Rulebook, tmp_path: Path) -> None:
    """Its plan knows no first day and its items no period: its passport shows what counted in it then."""
    run = make_run(book, decided(tmp_path, book, ROWS), parse_period("2024"), DuckEngine(), AT.date())  # fmt: skip
    folder = keep_run(Lake.create(tmp_path / "lake"), run, AT)
    events = folder / "facts" / "event.parquet"
    pq.write_table(pq.read_table(events).drop_columns(["period"]), events)
    plan = json.loads((folder / "plan.json").read_text())
    del plan["setting"][0]["period_begin"]
    (folder / "plan.json").write_text(json.dumps(plan, ensure_ascii=False))
    kept = load_run(folder)
    assert kept.plan.tables["setting"][0]["period_begin"] is None
    assert kept.facts.tables["event"]["period"].null_count == len(ROWS.splitlines())
    (bonus,) = (part for part in passport(kept, "a", None, "zh").parts if part.kind == "bonus")
    assert [part.detail for part in bonus.parts] == ["d1 (2023-12-31)", "d2 (2024-03-01)"]


def test_a_bundle_with_items_verifies(book: Rulebook, tmp_path: Path) -> None:
    run = make_run(book, decided(tmp_path, book, ROWS), parse_period("2024"), DuckEngine(), AT.date())  # fmt: skip
    for kind in ("audit", "public"):
        write_bundle(run, tmp_path / f"{kind}.zip", kind, b"salt")  # type: ignore[arg-type]
        assert "OK" in check_bundle(tmp_path / f"{kind}.zip")


@pytest.mark.parametrize(("points", "fine"), [("2", False), ("-1", False), ("0", True), ("", True)])
def test_points_of_a_veto_are_refused_at_their_row(points: str, fine: bool, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    """It bears on the grade alone: points that do nothing would be taken for a deduction."""
    rows = f"a,praise,1,d1,2025-03-01,\nb,veto,{points},d2,2025-03-01,\n"
    if fine:
        assert decided(tmp_path, book, rows).tables["event"].num_rows == 2
        return
    with pytest.raises(DataError) as caught:
        decided(tmp_path, book, rows)
    (problem,) = caught.value.problems
    assert problem.where == "e.csv:3"
    assert "只限定等次" in problem.zh


def test_an_empty_cell_of_a_key_is_told_by_the_title_of_its_column(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    with pytest.raises(DataError) as caught:
        decided(
            tmp_path,
            book,
            ",praise,1,d1,2025-03-01,\na,praise,1,d2,2025-03-01,20252\na,,1,d3,2025-03-01,\n",
        )
    said = {problem.where: problem.zh for problem in caught.value.problems}
    assert said["e.csv:2"] == "“u”一栏为空，不知是哪个单位；请补填，不是数据的行请删去"
    assert "请写成 2025、2025-H1" in said["e.csv:3"]
    assert "“item”一栏为空" in said["e.csv:4"]
