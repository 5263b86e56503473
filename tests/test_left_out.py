"""What a run leaves out is named, each row once, by file, row and reason: with what counts it is all that was read."""

import csv
import json
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st

from tests.conftest import Command
from tests.drawn import drawn_on
from tests.generate import PERIOD, facts_for, rulebooks
from tests.test_decided import loaded, said
from tests.test_intake import mapping
from tests.test_weightless import rules
from zhengheng.domain.problems import ZhenghengError
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.heat import heat_map
from zhengheng.engines.left_out import WHY, left_out
from zhengheng.engines.oracle import Oracle
from zhengheng.engines.passport import passport
from zhengheng.engines.plain import OracleEngine, fact_rows, plain_tables
from zhengheng.engines.results import Engine
from zhengheng.engines.run import Run, make_run
from zhengheng.engines.snapshot import snapshot
from zhengheng.engines.spark import SparkEngine
from zhengheng.engines.uncounted import uncounted
from zhengheng.lake.facts import DECIDED, Facts, schema
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import Mapping
from zhengheng.lake.store import Lake
from zhengheng.scheme.method_words import said as rule_words
from zhengheng.scheme.model import Rulebook


def test_a_year_that_is_scored_by_the_one_before_says_so_wherever_it_stands(
    tmp_path: Path,
) -> None:
    """The value of 2024 is the one that counts in 2025; that of 2025 is left out, with the reason."""
    book = rules({"children": ["A", "B"]}, {"table": {"A": 60, "B": 40}})
    late, other = book.indicator("A").model_copy(update={"score_previous_year": True, "lag_days": 30}), book.indicator("B")  # fmt: skip
    book = book.model_copy(update={"indicators": (late, other)})
    made = loaded(tmp_path, book, said("a,A,2024,70", "a,A,2025,90", "a,B,2025,80"))
    zh, en = "计上年值（2024 年的实绩）", "the value of the year before counts (that of 2024)"
    (column, plain) = heat_map(made, "zh").columns
    assert (column.before, plain.before) == ((zh, en), ("", ""))
    assert heat_map(made, "zh").mark("a", "A").value == "70.00"
    assert zh in passport(made, "a", "A", "zh").detail
    assert zh not in passport(made, "a", "B", "zh").detail
    assert [one.said for one in left_out(made)] == [(f"{WHY['unused'][0]}：{zh}", f"{WHY['unused'][1]}: {en}")]  # fmt: skip
    told = {one["code"]: one for one in snapshot(made, "score", {})["indicators"]}
    assert told["A"]["before"] == {"zh": zh, "en": en}
    assert "before" not in told["B"]
    assert told["A"]["rule"]["zh"].endswith(f"；{zh}")
    # Where no year is known yet, as in a draft under consultation.
    assert rule_words(late)[0] == rule_words(book.indicator("B"))[0] + "；计上年值，即以考核年度上一年的实绩计分"  # fmt: skip


SEEN = ("indicator_score", "node_score", "total_score", "ranking", "grading", "light", "reference_score")  # fmt: skip
"""Results that people are told; a cell keeps what it is not asked for."""
KINDS = ("observation", "revision", "target", "milestone", "event", "approval")


@st.composite
def strays(draw: st.DrawFn, book: Rulebook, facts: Facts) -> Facts:
    """The facts with rows of other years, of units on no list and of indicators that nobody scores."""
    held, row = facts.tables["observation"], sum(facts.rows(name) for name in KINDS)
    codes, units = [one.code for one in book.indicators], [one.code for one in facts.units]
    ends = [date(2023, 12, 31), date(2024, 12, 31), date(2025, 12, 31), date(2026, 12, 31)]
    there = {(one["unit"], one["indicator"], one["period"]) for one in held.to_pylist()}
    added = []
    for unit, code, period in draw(
        st.lists(st.tuples(st.sampled_from([*units, "zz"]), st.sampled_from([*codes, "XX"]), st.sampled_from(ends)), max_size=8, unique=True)
    ):  # fmt: skip
        if (unit, code, period) not in there:
            row += 1
            added.append({"unit": unit, "indicator": code, "period": period, "value": 700, "status": 1, "file": 0, "row": row})  # fmt: skip
    more = pa.Table.from_pylist(added, schema("observation"))
    return Facts({**facts.tables, "observation": pa.concat_tables([held, more])}, facts.units)


def changed(facts: Facts, rows: set[int]) -> Facts:
    """The facts with other values, points and days in these rows."""
    tables = dict(facts.tables)
    for name in KINDS[:5]:
        held = facts.tables[name].to_pylist()
        for one in held:
            if one["row"] not in rows:
                continue
            if name == "milestone":
                one["done_on"] = None if one["done_on"] else one["due_on"]
            elif name == "event":
                one["points"] = None if one["points"] is None else one["points"] + 10**9
            elif one["value"] is not None:
                one["value"] += 3_000_000
        tables[name] = pa.Table.from_pylist(held, schema(name))
    return Facts(tables, facts.units, facts.files)


def told(run: Run) -> dict[str, Any]:
    return {name: run.results.rows(name) for name in SEEN}


def named(run: Run) -> list[tuple[str, int]]:
    return [(one.table, one.row) for one in left_out(run)]


def test_each_row_counts_or_is_named_once() -> None:
    """Other numbers in all rows that are named change nothing, on either engine; another number in one that is not
    changes what is known of its unit."""
    common = settings(max_examples=100, suppress_health_check=list(HealthCheck), deadline=None)
    drawn_on(counting, {"run": 50, "left out": 20, "counted": 20}, common)


def counting(data: st.DataObject, seen: Counter[str]) -> None:
    book = data.draw(rulebooks(wide=True))
    facts = data.draw(strays(book, data.draw(facts_for(book, wide=True))))
    engines: tuple[Engine, ...] = (DuckEngine(threads=1), OracleEngine())
    try:
        runs = [make_run(book, facts, PERIOD, engine) for engine in engines]
    except ZhenghengError:
        return
    out = named(runs[0])
    assert named(runs[1]) == out
    seen.update(["run", *(["left out"] if out else [])])
    assert max(Counter(out).values(), default=1) == 1
    every = {(name, row["row"]) for name in KINDS for row in facts.tables[name].to_pylist()}
    assert set(out) <= every
    other = changed(facts, {row for _, row in out})
    for engine, run in zip(engines, runs, strict=True):
        assert told(make_run(book, other, PERIOD, engine)) == told(run)
    ruled = Oracle(plain_tables(runs[0].plan), fact_rows(facts)).ruled_before
    counted = [
        row["row"] for name in ("observation", "revision") for row in facts.tables[name].to_pylist()
        if (name, row["row"]) not in out and row["value"] is not None and row["vintage"] != DECIDED
        and is_own(runs[0], row) and (row["unit"], row["indicator"]) not in ruled
    ]  # fmt: skip
    before = measured(runs[0], facts)
    for row in data.draw(st.lists(st.sampled_from(counted), max_size=5, unique=True)) if counted else ():  # fmt: skip
        assert measured(runs[0], changed(facts, {row})) != before, row
        seen["counted"] += 1


def is_own(run: Run, row: dict[str, Any]) -> bool:
    """Whether a row's own unit is scored on it; what only goes up into a parent is lost where a sibling's is missing."""
    mine = next((one for one in run.plan.tables["unit"] if one["unit"] == row["unit"]), None)
    known = {(one["category"], one["indicator"]) for one in run.plan.tables["series"]}
    return mine is not None and (mine["category"], row["indicator"]) in known


def measured(run: Run, facts: Facts) -> dict[Any, Any]:
    """What is known of every series, before any appeal's decision stands in its place."""
    oracle = Oracle(plain_tables(run.plan), fact_rows(facts))
    return oracle.series(oracle.count(oracle.observations()))


BOOK: dict[str, Any] = {
    "code": "t", "title": "测试", "effective_from": "2020-01-01", "missing": "floor", "missing_reason": "r",
    "categories": [{"code": "c", "name": "c"}, {"code": "d", "name": "d"}], "groups": [{"code": "g", "name": "g"}],
    "units": [
        {"code": "a", "name": "甲", "category": "c", "group": "g"},
        {"code": "b", "name": "乙", "category": "c", "group": "g", "valid_to": "2025-06-30"},
        {"code": "d", "name": "丁", "category": "d", "group": "g"},
        {"code": "e", "name": "戊", "category": "c", "group": "g", "exempt": ["L"]},
        {"code": "f", "name": "己", "category": "c", "group": "g", "valid_to": "2024-06-30"},
    ],
    "tree": {"code": "total", "name": "t", "children": ["M", "L", "V"]},
    "weights": [{"from": "2020-01-01", "table": {"M": {"c": 40, "d": 40}, "L": {"c": 30}, "V": {"c": 30, "d": 60}}}],
    "indicators": [
        {"code": "M", "name": "M", "frequency": "half", "combine": "sum", "method": {"kind": "ratio", "target": 100}},
        {"code": "L", "name": "L", "frequency": "quarter", "combine": "last", "method": {"kind": "ratio", "target": 100}},
        {"code": "V", "name": "V", "vintage": {"kind": "latest", "published_by": "02-20"}, "method": {"kind": "ratio", "target": 100}},
        {"code": "N", "name": "N"},
    ],
    "adjustments": [{"code": "praise", "name": "表彰", "kind": "bonus", "most": 5, "basis": [{"title": "办法"}]}],
}  # fmt: skip
VALUES = """u,i,p,n,vintage,published
a,M,2025-H1,40,,
a,M,2025-H2,50,,
a,M,2024-H2,60,,
b,M,2025-H1,10,,
b,M,2025-H2,10,,
f,M,2025-H1,10,,
a,N,2025,10,,
d,L,2025-Q4,10,,
e,L,2025-Q4,10,,
a,L,2025-Q3,10,,
a,L,2025-Q4,10,,
a,V,2025,70,初步,2026-01-20
a,V,2025,80,修订,2026-02-10
a,V,2025,90,最终,2026-05-10
d,V,2025,90,,2026-04-01
e,V,2025,30,,2026-01-31
a,L,2026-Q1,10,,
"""
EVENTS = """u,item,points,doc,on,of
a,praise,1,d1,2025-03-01,
a,praise,1,d2,2024-03-01,
a,praise,1,d3,2026-04-15,2025
f,praise,1,d4,2025-03-01,
"""
SOURCES: list[dict[str, Any]] = [
    {"file": "values.csv", "unit": "u", "indicator": "i", "period": "p", "value": "n", "vintage": "vintage", "published_on": "published"},
    {"file": "events.csv", "role": "event", "unit": "u", "item": "item", "points": "points", "document": "doc", "decided_on": "on", "period": "of"},
    {"file": "rulings.csv", "role": "ruling", "unit": "u", "indicator": "i", "period": "p", "value": "n"},
]  # fmt: skip
RULINGS = "u,i,p,n\ne,M,2025,88\ne,M,2024,77\n"
AT = date(2026, 4, 10)
EXPECTED = {
    ("values.csv", 4): "period", ("values.csv", 6): "window", ("values.csv", 7): "unit", ("values.csv", 8): "indicator",
    ("values.csv", 9): "category", ("values.csv", 10): "exempt", ("values.csv", 11): "unused", ("values.csv", 13): "superseded",
    ("values.csv", 15): "late", ("values.csv", 16): "vintage", ("values.csv", 18): "period",
    ("events.csv", 3): "period", ("events.csv", 4): "undecided", ("events.csv", 5): "unit", ("rulings.csv", 3): "period",
}  # fmt: skip


@pytest.fixture
def book() -> Rulebook:
    return Rulebook.model_validate_json(json.dumps(BOOK))


def read(book: Rulebook, folder: Path, values: str = VALUES, *, keep_rejects: bool = False) -> Facts:  # fmt: skip
    for name, text in (("values", values), ("events", EVENTS), ("rulings", RULINGS)):
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    plan = mapping({"purpose": "t", "sources": SOURCES})
    return read_files(plan, book, folder, keep_rejects=keep_rejects)


@pytest.mark.parametrize("name", ["duckdb", "oracle", "spark"])
def test_every_reason_stands_with_its_file_and_row(name: str, book: Rulebook, tmp_path: Path, request: pytest.FixtureRequest) -> None:  # fmt: skip
    if name == "spark":
        request.getfixturevalue("java")
    engine: Engine = {"duckdb": DuckEngine, "oracle": OracleEngine, "spark": SparkEngine}[name]()
    facts = read(book, tmp_path)
    run = make_run(book, facts, PERIOD, engine, AT)
    found = left_out(run)
    assert {(one.file, one.row): one.reason for one in found} == EXPECTED
    assert len(found) == len(EXPECTED)
    assert all(one.said[0].startswith(WHY[one.reason][0]) and one.said[1] for one in found)
    other = changed_in_files(facts, found)
    assert told(make_run(book, other, PERIOD, engine, AT)) == told(run)


def changed_in_files(facts: Facts, found: list[Any]) -> Facts:
    """The facts with other numbers in the rows that are named; rows of several files may have one number."""
    numbers = {(one.number, one.row) for one in found}
    tables = dict(facts.tables)
    for name, column in (("observation", "value"), ("revision", "value"), ("event", "points")):
        held = [
            one | ({column: one[column] + 9 * 10**9} if (one["file"], one["row"]) in numbers else {})
            for one in facts.tables[name].to_pylist()
        ]  # fmt: skip
        tables[name] = pa.Table.from_pylist(held, schema(name))
    return Facts(tables, facts.units, facts.files)


def test_an_early_day_leaves_out_what_is_due_published_and_decided_later(book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    """By the period's end the values of the last half-year count; what became known in spring does not."""
    facts = read(book, tmp_path)
    by_default = {(one.file, one.row): one.reason for one in left_out(make_run(book, facts, PERIOD, DuckEngine()))}  # fmt: skip
    late = {("values.csv", row): "late" for row in (13, 14, 15, 16, 17)}
    assert by_default == EXPECTED | late
    lag = book.model_copy(update={"indicators": tuple(one.model_copy(update={"lag_days": 30}) for one in book.indicators)})  # fmt: skip
    found = {(one.file, one.row): one.reason for one in left_out(make_run(lag, facts, PERIOD, DuckEngine()))}  # fmt: skip
    assert found["values.csv", 3] == "not_due"
    assert ("values.csv", 2) not in found


def test_a_decision_of_an_appeal_stands_in_the_place_of_the_rows(book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    facts = read(book, tmp_path, VALUES + "e,M,2025-H1,40,,\ne,M,2025-H2,41,,\n")
    found = {(one.file, one.row): one.reason for one in left_out(make_run(book, facts, PERIOD, DuckEngine(), AT))}  # fmt: skip
    assert found == EXPECTED | {("values.csv", 19): "decided", ("values.csv", 20): "decided"}


@pytest.mark.parametrize("engine", [DuckEngine(), OracleEngine()], ids=["duckdb", "oracle"])
def test_a_correction_for_a_time_after_the_unit_ended_counts_no_more_than_what_it_corrects(engine: Engine, book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    """A unit owes figures of its own time (decision 18): the one came too late, and both are of a time after it."""
    facts = read(book, tmp_path, VALUES + "b,L,2025-Q4,10,,2026-05-10\n")
    row = {
        "unit": "b",
        "indicator": "L",
        "period": PERIOD.end,
        "value": 3_000_000,
        "status": 1,
        "sequence": 1,
        "file": 9,
        "row": 2,
    }
    facts = Facts({**facts.tables, "revision": pa.concat_tables([facts.tables["revision"], pa.Table.from_pylist([row], schema("revision"))])}, facts.units, facts.files)  # fmt: skip
    run = make_run(book, facts, PERIOD, engine, AT)
    assert {(one.table, one.row) for one in left_out(run) if one.unit == "b" and one.code == "L"} == {("observation", 19), ("revision", 2)}  # fmt: skip
    other = Facts({**facts.tables, "revision": pa.Table.from_pylist([one | {"value": 7} if one["row"] == 2 and one["unit"] == "b" else one for one in facts.tables["revision"].to_pylist()], schema("revision"))}, facts.units, facts.files)  # fmt: skip
    assert measured(run, other) == measured(run, facts)


@pytest.mark.parametrize("engine", [DuckEngine(), OracleEngine()], ids=["duckdb", "oracle"])
def test_an_approval_that_does_nothing_is_named_with_its_reason(engine: Engine, tmp_path: Path) -> None:  # fmt: skip
    """Alone it does nothing: the due periods must be reported as not applicable too, and what has a value is scored."""
    made = {
        "code": "R",
        "name": "R",
        "parts": {"numerator": {"N": 1}, "denominator": {"M": 1}, "scale": 100},
        "method": {"kind": "ratio", "target": 100},
    }
    weights = {**BOOK["weights"][0]["table"], "V": {"c": 20, "d": 60}, "R": {"c": 10}}
    held = BOOK | {"tree": {**BOOK["tree"], "children": ["M", "L", "V", "R"]}, "indicators": [*BOOK["indicators"], made],
                   "weights": [{"from": "2020-01-01", "table": weights}]}  # fmt: skip
    book = Rulebook.model_validate_json(json.dumps(held))
    expected = {
        ("a", "M"): "valued",
        ("d", "V"): "unmarked",
        ("e", "L"): "exempt",
        ("b", "V"): "not_due",
        ("a", "R"): "unasked",
        ("zz", "M"): "unit",
    }
    rows = "u,i\ne,M\n" + "".join(f"{unit},{code}\n" for unit, code in expected)
    (tmp_path / "approvals.csv").write_text(rows, encoding="utf-8")
    (tmp_path / "values.csv").write_text(
        VALUES + "e,M,2025-H1,不适用,,\ne,M,2025-H2,不适用,,\n", encoding="utf-8"
    )
    approvals = {
        "file": "approvals.csv",
        "role": "approval",
        "unit": "u",
        "indicator": "i",
        "approver": {"constant": "局"},
    }
    facts = read_files(
        mapping({"purpose": "t", "sources": [SOURCES[0], approvals]}), book, tmp_path
    )
    run = make_run(book, facts, PERIOD, engine, AT)
    found = {(one.unit, one.code): one.reason for one in left_out(run) if one.table == "approval"}
    assert found == expected
    said = "\n".join(one.zh for one in uncounted([run]))
    assert (
        "1 个不适用批准没有计入，理由：单位有这一指标的数值，按数值计分，批准不起作用。第 3 行 a M。"
        in said
    )
    told = {
        one: passport(run, *one, "zh").detail
        for one in (("a", "M"), ("d", "V"), ("a", "R"), ("e", "M"), ("e", "L"))
    }
    assert [WHY[expected[one]][0] in told[one] for one in list(told)[:3]] == [True] * 3
    assert not any("有不适用批准" in told[one] for one in list(told)[3:])


def test_refused_rows_are_named_with_what_was_wrong(book: Rulebook, tmp_path: Path) -> None:
    facts = read(book, tmp_path, VALUES + "a,M,去年,40,,\n", keep_rejects=True)
    (one,) = (one for one in left_out(make_run(book, facts, PERIOD, DuckEngine(), AT)) if one.reason == "refused")  # fmt: skip
    assert (one.file, one.row) == ("values.csv", 19)
    assert "去年" in one.said[0]


def test_one_unit_is_told_of_its_own_rows_and_of_those_before_it(book: Rulebook, tmp_path: Path) -> None:  # fmt: skip
    run = make_run(book, read(book, tmp_path), PERIOD, DuckEngine(), AT)
    every = left_out(run)
    for unit in "abdef":
        assert left_out(run, unit) == [one for one in every if one.unit == unit]
    assert {one.unit for one in every} == set("abdef")


def save(book: dict[str, Any], folder: Path) -> None:
    (folder / "indicators").mkdir(parents=True)
    head = {name: value for name, value in book.items() if name != "indicators"}
    (folder / "rulebook.yaml").write_text(json.dumps(head, ensure_ascii=False), encoding="utf-8")
    for one in book["indicators"]:
        (folder / "indicators" / f"{one['code']}.yaml").write_text(json.dumps(one), encoding="utf-8")  # fmt: skip


def test_a_total_of_fewer_points_says_so_beside_its_grade_and_what_never_falls_due_is_not_waited_for(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    """Of a unit that ended in June a half-year's value was due, and neither the last quarter's nor the year's will be."""
    bands = [{"code": "good", "name": "良好", "at_least": 60}, {"code": "poor", "name": "不合格"}]
    weights = [
        {
            "from": "2020-01-01",
            "table": {"M": {"c": 60, "d": 40}, "L": {"c": 20}, "V": {"c": 20, "d": 60}},
        }
    ]
    held = BOOK | {"part_year": "scored", "grading": {"bands": bands}, "weights": weights}
    save(held, tmp_path / "book")
    book = Rulebook.model_validate_json(json.dumps(held))
    facts = read(book, tmp_path)
    (tmp_path / "m.yaml").write_text(
        json.dumps({"purpose": "t", "period": "2025", "sources": SOURCES}), encoding="utf-8"
    )
    done = zhengheng("score", "book", "--intake", "m.yaml", "--data", ".", "--out", "o", "--at", AT.isoformat())  # fmt: skip
    assert "不合格（撤销前到期 60 / 100 分，得分率 20.2%）" in done.stdout, done.stderr
    assert done.stdout.count("（撤销前到期") == 1
    run = make_run(book, facts, PERIOD, DuckEngine(), AT)
    for code in "LV":
        assert "撤销后不再到期" in str(passport(run, "b", code, "zh").as_dict())
        assert "not due any more" in str(passport(run, "b", code, "en").as_dict())
    early = make_run(book, facts, PERIOD, DuckEngine(), date(2025, 3, 31))
    assert "未到期" in str(passport(early, "a", "V", "zh").as_dict())
    assert "未到期" in str(passport(early, "b", "M", "zh").as_dict())


def test_score_and_a_kept_run_list_every_row(book: Rulebook, tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    """`left_out.csv` beside the results, a line a file and reason on the way, and the same of a run that was kept."""
    save(BOOK, tmp_path / "book")
    facts = read(book, tmp_path)
    plan = {"purpose": "t", "period": "2025", "sources": SOURCES}
    (tmp_path / "m.yaml").write_text(json.dumps(plan), encoding="utf-8")
    done = zhengheng("score", "book", "--intake", "m.yaml", "--data", ".", "--out", "o", "--at", AT.isoformat())  # fmt: skip
    assert done.returncode == 0, done.stderr
    with (tmp_path / "o" / "left_out.csv").open(encoding="utf-8") as stream:
        rows = list(csv.DictReader(stream))
    assert {(row["file"], int(row["row"])): row["reason"] for row in rows} == EXPECTED
    assert "values.csv: 1 行数值没有计入，理由：在核算日之后公布。第 15 行 a V（2025-12-31）。" in done.stderr.replace("! ", "")  # fmt: skip
    lake = Lake.create(tmp_path / "lake")
    lake.intake(facts, mapping(plan), loader="t", at=datetime(2026, 7, 1, tzinfo=UTC))
    ran = zhengheng("run", "book", "--period", "2025", "--at", AT.isoformat(), "--home", "lake")
    assert ran.returncode == 0, ran.stderr
    listed = zhengheng("left-out", "latest", "--home", "lake", "--json")
    found = json.loads(listed.stdout)
    assert {(row["file"], row["row"]): row["reason"] for row in found} == EXPECTED
    assert all(row["why"]["zh"] and row["why"]["en"] for row in found)
    assert f"{len(EXPECTED)} 行没有计入" in zhengheng("show", "latest", "--home", "lake").stdout
    assert "已被更正或更新的数据版本代替" in zhengheng("left-out", "--unit", "a", "--home", "lake").stdout  # fmt: skip
    nobody = zhengheng("left-out", "--unit", "QQ", "--home", "lake")
    assert nobody.returncode != 0
    assert "这一批次没有这个单位" in nobody.stderr


def test_what_no_run_of_several_counts_is_told_once(book: Rulebook, tmp_path: Path) -> None:
    """A row of a year that another of the runs is about is not left out."""
    facts = read(book, tmp_path)
    runs = [make_run(book, facts, one, DuckEngine(), AT) for one in (PERIOD, PERIOD.previous_year())]  # fmt: skip
    said = "\n".join(problem.say("zh") for problem in uncounted(runs))
    assert "第 3 行 a praise" not in said
    assert "第 4 行 a praise" in said
    assert "第 3 行 a praise" in "\n".join(problem.say("zh") for problem in uncounted(runs[:1]))


def test_a_target_that_nobody_reads_is_named_with_what_it_lacks(tmp_path: Path) -> None:
    """One of an input, of a kind that the method does not measure against, of a part of the year, of nodes without a method."""
    name = {"zh": "甲", "en": "A"}
    book = rules({"children": ["A", "B", "C"]}, {"table": {"A": 50, "B": 30, "C": 20}}).model_dump(
        mode="json", by_alias=True
    )
    book["indicators"] = [
        {"code": "A", "name": name, "method": {"kind": "growth", "base": 1, "target": 10}},
        {"code": "B", "name": name, "method": {"kind": "three_point", "base": 1, "target": 10, "stretch": 20}},
        {"code": "C", "name": name, "method": {"kind": "plus_minus", "target": 10, "slope": "0.01"}, "parts": {"numerator": {"N": 1}, "denominator": {}, "scale": 1}},
        {"code": "N", "name": name},
    ]  # fmt: skip
    made = Rulebook.model_validate_json(json.dumps(book), strict=True)
    aims = {"base": "2", "stretch": "30", "bottom": "1", "plan": "4", "target": "9"}
    facts = {code: tuple(aims) for code in "ABCN"}
    rows = [(code, kind, "2025", aims[kind]) for code, kinds in facts.items() for kind in kinds]
    rows += [("A", "target", "2025-03", "9"), ("A", "target", "2024", "9"), ("A", "base", "2025-06", "9")]  # fmt: skip
    observed = said(*(f"{unit},{code},2025,5" for unit in "ab" for code in "ABN"))
    (tmp_path / "values.csv").write_text(observed, encoding="utf-8")
    (tmp_path / "nodes.csv").write_text("unit,indicator,step,due,share\na,A,一,2025-03-31,50\n", encoding="utf-8")  # fmt: skip
    sources: list[dict[str, Any]] = [
        {"file": "values.csv", "role": "observation", "unit": "unit", "indicator": "indicator", "period": "period", "value": "value"},
        {"file": "nodes.csv", "role": "milestone", "unit": "unit", "indicator": "indicator", "milestone": "step", "due_on": "due", "share": "share"},
    ]  # fmt: skip
    for place, (code, kind, period, value) in enumerate(rows):
        (tmp_path / f"{place}.csv").write_text(f"unit,indicator,period,number\na,{code},{period},{value}\n", encoding="utf-8")  # fmt: skip
        sources.append({"file": f"{place}.csv", "role": "target", "unit": "unit", "indicator": "indicator", "period": "period", "kinds": {kind: "number"}})  # fmt: skip
    read = read_files(Mapping.model_validate_json(json.dumps({"purpose": "test", "sources": sources}), strict=True), made, tmp_path)  # fmt: skip
    run = make_run(made, read, PERIOD, OracleEngine())
    found = {one.file: one.reason for one in left_out(run)}
    told = {(code, kind, period): found.get(f"{place}.csv", "") for place, (code, kind, period, _) in enumerate(rows)}  # fmt: skip
    reads = {"A": {"base", "target"}, "B": {"base", "target", "stretch"}, "C": {"target"}}
    assert told == {
        **{(code, kind, "2025"): "" if kind in reads[code] else "kind" for code in "ABC" for kind in aims},
        **{("N", kind, "2025"): "input" for kind in aims},
        ("A", "target", "2025-03"): "part", ("A", "base", "2025-06"): "part", ("A", "target", "2024"): "period",
    }  # fmt: skip
    assert [(one.code, one.reason) for one in left_out(run) if one.table == "milestone"] == [("A", "nodes")]  # fmt: skip


def test_a_decision_on_a_part_of_the_year_is_told_as_such(tmp_path: Path) -> None:
    book = rules({"children": ["A", "B"]}, {"table": {"A": 60, "B": 40}})
    made = loaded(tmp_path, book, said("a,A,2025,70", "a,B,2025,80"), ("ruling", said("a,A,2025-03,44", "a,A,2024,44")))  # fmt: skip
    assert [one.reason for one in left_out(made)] == ["part", "period"]
    assert "整个考核期间" in WHY["part"][0]
