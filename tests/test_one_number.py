"""What a number says is said in full and the same everywhere: the light's own line, totals, gaps, changes."""

import json
import re
from datetime import date
from fractions import Fraction
from typing import Any

import pyarrow as pa
import pytest

from tests.adding import sums
from tests.conftest import Command
from tests.generate import PERIOD
from tests.test_split_years import ENGINES, book, monthly, run
from tests.test_split_years import change as cut
from zhengheng.domain.periods import parse_period
from zhengheng.engines.bound import bound
from zhengheng.engines.change import Comparison
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.heat import heat_map
from zhengheng.engines.opendata import rows_of
from zhengheng.engines.outputs import indicator_rows, score_rows
from zhengheng.engines.passport import passport
from zhengheng.engines.run import make_run
from zhengheng.engines.scoreboard import scoreboard
from zhengheng.engines.snapshot import snapshot
from zhengheng.engines.standins import stand_ins
from zhengheng.engines.uncounted import uncounted
from zhengheng.engines.undefined import undefined_values
from zhengheng.lake.facts import Facts, empty, schema
from zhengheng.scheme.model import Rulebook, Unit

HAN = re.compile(r"[\u3400-\u9fff]")
RULES: dict[str, tuple[dict[str, Any], str]] = {
    "score": ({"by": "score", "watch": "0.85", "missed": "0.6"}, "up"),
    "score down": ({"by": "score", "watch": "0.9", "missed": "0.6"}, "down"),
    "level": ({"by": "level", "watch": "0.05", "missed": "0.2"}, "up"),
    "level down": ({"by": "level", "watch": "0.05", "missed": "0.2"}, "down"),
    "ceiling": ({"by": "ceiling", "watch": "0", "missed": "0.1"}, "down"),
    "time": ({"by": "time_progress", "watch": 10, "missed": 30}, "up"),
}


@pytest.mark.parametrize("name", RULES)
def test_a_light_stands_with_the_line_that_it_goes_by(name: str) -> None:
    """Each value is met just where it lies on the line's own side; the passport says the line beside the light."""
    light, direction = RULES[name]
    method = {"kind": "ratio", "target": 84, "reverse": "inverse"} if direction == "down" else {"kind": "ratio", "target": 84}  # fmt: skip
    rules = book({"code": "A", "direction": direction, "method": method, "light": light})
    values = [str(v) for v in (60, "71.4", 75, "75.07", "79.8", 84, "88.2", "93.33", 99)]
    units = {f"u{n}": value for n, value in enumerate(values)}
    made = run(rules, {(u, "A"): {PERIOD.end: v} for u, v in units.items()}, ENGINES[0])
    heat = heat_map(made, "zh")
    rows = {row["unit"]: row for row in indicator_rows(made)}
    met = set()
    for unit, value in units.items():
        row, mark = rows[unit], heat.marks[unit]["A"]
        assert mark.line is not None
        sign, number = row["line"].split(" ")
        size = {
            "points": Fraction(row["score"]),
            "value": Fraction(value),
            "progress": Fraction(value) * 100 / 84,
        }[row["line_of"]]
        line = Fraction(number)
        holds = {">=": size >= line, "<=": size <= line, ">": size > line}[sign]
        assert holds == (mark.status == "met"), (value, row)
        assert number in mark.line[0]
        assert number in mark.line[1]
        assert f"达标线：{mark.line[0]}" in passport(made, unit, "A", "zh").detail
        met |= {holds}
    assert met == {True, False}


def test_nodes_are_lit_by_their_own_line() -> None:
    rules = book({"code": "M", "method": {"kind": "milestones"}, "light": {"by": "milestones", "watch": "0.1", "missed": "0.5"}})  # fmt: skip
    nodes = [{"unit": "u", "indicator": "M", "milestone": f"n{n}", "share": share, "due_on": PERIOD.end, "done_on": done, "waived": False,
              "file": 0, "row": n} for n, (share, done) in enumerate([(900_000, PERIOD.start), (100_000, None)])]  # fmt: skip
    made = run(rules, {("u", "M"): {}}, ENGINES[0], milestone=nodes)
    mark = heat_map(made, "zh").marks["u"]["M"]
    assert (mark.status, mark.line and mark.line[0]) == ("met", "节点完成率不低于 90%")


def rules_with(missing: str, **more: Any) -> Rulebook:
    made = book({"code": "A", "method": {"kind": "ratio", "target": 100}}, {"code": "B", "method": {"kind": "ratio", "target": 100}})  # fmt: skip
    data = json.loads(made.model_dump_json(by_alias=True, exclude_none=True, exclude_defaults=True))
    data |= {"missing": missing, **more}
    return Rulebook.model_validate_json(json.dumps(data))


def status(unit: str, code: str, number: int, value: int | None = None) -> dict[str, Any]:
    return {"unit": unit, "indicator": code, "period": PERIOD.end, "value": value, "status": number, "file": 0, "row": 1}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=lambda e: e.name)
@pytest.mark.parametrize("excused", [False, True])
def test_a_unit_that_is_not_ranked_has_no_number_that_reads_as_its_score(
    engine: Any, excused: bool
) -> None:
    categories = [{"code": "c", "name": "c", "not_applicable_limit": "0.3"}]
    rules = rules_with("unranked", categories=categories, not_applicable="renormalise")
    held = [status("u", "A", 1, 9000), status("u", "B", 2 if excused else 3)]
    held += [status("v", code, 1, 8000) for code in "AB"]
    made = run_of(rules, held, engine)
    rows = {row["unit"]: row for row in score_rows(made)}
    assert {row["status"] for row in indicator_rows(made) if row["unit"] == "u"} == {"value", "not_applicable" if excused else "missing"}  # fmt: skip
    assert (rows["u"]["status"], rows["u"]["score"], rows["u"]["rank"]) == ("unranked", "", "")
    assert (rows["v"]["status"], rows["v"]["score"], rows["v"]["rank"]) == ("value", "80.00", "1")


def run_of(rules: Rulebook, rows: list[dict[str, Any]], engine: Any) -> Any:
    excused = [{"unit": row["unit"], "indicator": row["indicator"], "approver": "a", "document": "d"} for row in rows if row["status"] == 2]  # fmt: skip
    known: dict[Any, Any] = {(row["unit"], "A"): {} for row in rows}
    return run(rules, known, engine, observation=rows, approval=excused)


@pytest.mark.parametrize("number", [2, 3], ids=["not applicable", "missing"])
@pytest.mark.parametrize("rule", ["reweight", "renormalise", "unranked", "floor"])
def test_a_reader_of_the_passport_finds_every_sum(number: int, rule: str) -> None:
    """What stands in the place of points, or who carries their mark, is said; with it the parts add up to the score."""
    missing = "unranked" if rule == "reweight" else rule
    absent = "unranked" if rule == "floor" else rule
    rules = rules_with(missing, not_applicable=absent, missing_reason="r", categories=[{"code": "c", "name": "c", "not_applicable_limit": "0.9"}])  # fmt: skip
    others = [status("v", "A", 1, 9900), status("v", "B", 1, 7000)]
    made = run_of(rules, [status("u", "A", 1, 8000), status("u", "B", number), *others], ENGINES[0])
    entry = passport(made, "u", None, "zh")
    found = list(sums(entry, made))
    assert len(found) == (1 if entry.parts[0].score else 0)
    assert all(added == shown for _, added, shown in found), found
    (line,) = [part for part in entry.parts[0].parts if part.code == "B"]
    said = stand_ins(made, "u", "zh")
    wanted = {(2, "reweight"): "以 35.00 分计入", (2, "renormalise"): "满分由同级其余各项分担", (3, "renormalise"): "满分由同级其余各项分担", (3, "floor"): "按 0.00 分计入"}  # fmt: skip
    words = wanted.get((number, rule), "不计分，本单位因此不排名、没有总分")
    whole = (number, rule) in wanted
    # Who has no total has no number that reads as one, here as on the board.
    assert (entry.score, entry.parts[0].score) == (
        ("", "") if not whole else (entry.parts[0].score, entry.score)
    )
    assert bool(entry.score) == whole == ("没有总分" not in entry.detail)
    assert words in line.detail
    assert words in said[0]
    assert words in passport(made, "u", "B", "zh").detail
    shared = "各项之和再乘 100 / 50" if rule == "renormalise" else ""
    assert shared in entry.parts[0].detail
    assert (len(said) == 2) == bool(shared)
    assert not HAN.search(" ".join(stand_ins(made, "u", "en")))
    assert stand_ins(made, "v", "zh") == []


def test_what_stands_in_for_the_not_applicable_is_named_where_it_moves() -> None:
    """B does not apply, and earns A's rate: what A gains moves both, and roundings explain nothing."""
    rules = rules_with("block", not_applicable="reweight", categories=[{"code": "c", "name": "c", "not_applicable_limit": "0.9"}])  # fmt: skip

    def made(a: int, b: int | None) -> Any:
        one = status("u", "B", 1, b) if b is not None else status("u", "B", 2)
        others = [status("v", code, 1, 9900) for code in "AB"]
        return run_of(rules, [status("u", "A", 1, a), one, *others], ENGINES[0])

    for before, after, wanted in (
        (made(6000, None), made(8000, None), {"real": 10, "applies": 10}),
        (made(6000, 5000), made(6000, None), {"applies": 5}),
        (made(6000, None), made(6000, 9000), {"applies": 15}),
    ):
        found = Comparison(before, after).of("u", "en")
        assert found is not None
        assert {k: v // 10**9 for k, v in found.effects.items() if v} == wanted


def test_a_total_stopped_by_formulas_without_result_says_so_and_is_warned_of() -> None:
    rules = book({"code": "A", "method": {"kind": "min_max"}, "missing": "block"}, weight="100")
    made = run(rules, {(unit, "A"): {PERIOD.end: "50"} for unit in "uvw"}, ENGINES[0])
    assert {(row["status"], row["score"]) for row in score_rows(made)} == {("undefined", "")}
    assert {one.status for group in scoreboard(made, "zh").groups for one in group.lines} == {"undefined"}  # fmt: skip
    entry = passport(made, "u", None, "zh")
    assert (entry.status, entry.parts[0].status) == ("undefined", "undefined")
    assert "无法计算" in entry.detail
    warning = undefined_values(made)
    assert warning is not None
    assert "A（3 个单位）" in warning.zh
    gap = run(rules, {("u", "A"): {PERIOD.end: "50"}, ("v", "A"): {}}, ENGINES[0])
    assert {row["unit"]: row["status"] for row in score_rows(gap)} == {"u": "undefined", "v": "missing"}  # fmt: skip


def test_score_warns_of_what_it_cannot_compute(tmp_path: Any, zhengheng: Command) -> None:
    (tmp_path / "book" / "indicators").mkdir(parents=True)
    (tmp_path / "book" / "rulebook.yaml").write_text(json.dumps({
        "code": "equal", "title": "equal", "effective_from": "2025-01-01", "missing": "block",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "units": [{"code": u, "name": u, "category": "c", "group": "g"} for u in "uv"],
        "tree": {"code": "total", "name": "t", "children": ["A"]}, "weights": [{"from": "2025-01-01", "table": {"A": 100}}],
    }))  # fmt: skip
    (tmp_path / "book" / "indicators" / "A.yaml").write_text(json.dumps({"code": "A", "name": "A", "owner": "u", "method": {"kind": "min_max"}}))  # fmt: skip
    (tmp_path / "a.csv").write_text("unit,value\nu,5\nv,5\n")
    (tmp_path / "intake.yaml").write_text(json.dumps({"purpose": "p", "period": "2025", "sources": [
        {"file": "a.csv", "unit": "unit", "value": "value", "indicator": {"constant": "A"}, "period": {"constant": "2025"}},
    ]}))  # fmt: skip
    answer = zhengheng("score", str(tmp_path / "book"), "--intake", str(tmp_path / "intake.yaml"), "--data", str(tmp_path), "--out", str(tmp_path / "out"))  # fmt: skip
    assert answer.returncode == 0, answer.stderr
    assert "undefined" in answer.stdout + answer.stderr


def test_what_binds_a_grade_whatever_the_score_is_stands_in_the_passport() -> None:
    """A veto carries no points, and a gate none: each is named with its paper or its line all the same."""
    book = Rulebook.model_validate_json(json.dumps({
        "code": "bound", "title": "bound", "effective_from": "2025-01-01",
        "categories": [{"code": "c", "name": "c"}], "groups": [{"code": "g", "name": "g"}],
        "tree": {"code": "total", "name": "total", "aggregate": "sum", "missing": "block", "children": ["A"]},
        "weights": [{"from": "2025-01-01", "table": {"A": 100}}],
        "indicators": [{"code": "A", "name": "整改率", "method": {"kind": "ratio", "target": 100}}],
        "adjustments": [{"code": "accident", "name": "安全事故", "kind": "veto", "effect": {"grade": "bad"}}],
        "grading": {
            "bands": [{"code": "good", "name": "合格", "at_least": 0}, {"code": "bad", "name": "不合格"}],
            "gates": [{"indicator": "A", "below": 60, "grade": "bad"}],
        },
    }))  # fmt: skip
    tables = empty()
    tables["observation"] = pa.Table.from_pylist(
        [
            {"unit": unit, "indicator": "A", "period": date(2025, 12, 31), "value": value * 100, "status": 1, "file": 0, "row": n}
            for n, (unit, value) in enumerate({"u": 90, "v": 50, "w": 90}.items())
        ],
        schema("observation"),
    )  # fmt: skip
    event = {"unit": "u", "item": "accident", "points": None, "document": "云安委〔2025〕5号", "decided_on": date(2025, 8, 30), "period": None, "file": 0, "row": 7}  # fmt: skip
    tables["event"] = pa.Table.from_pylist([event], schema("event"))
    units = [Unit.model_validate({"code": u, "name": u, "category": "c", "group": "g"}) for u in "uvw"]  # fmt: skip
    run = make_run(book, Facts(tables, units), parse_period("2025"), DuckEngine(threads=1))
    vetoed, gated, free = (passport(run, unit, None, "zh") for unit in "uvw")
    (limit,) = [part for part in vetoed.parts if part.kind == "limit"]
    assert [(one.label, one.detail) for one in limit.parts] == [("安全事故", "云安委〔2025〕5号 (2025-08-30)")]  # fmt: skip
    assert [one.kind for one in limit.parts[0].parts] == ["source"]
    (limit,) = [part for part in gated.parts if part.kind == "limit"]
    assert [(one.kind, one.label) for one in limit.parts] == [("gate", "A 整改率")]
    assert "低于 60.00" in limit.parts[0].detail
    assert not [part for part in free.parts if part.kind == "limit"]
    veto, gate = (
        "一票否决：安全事故，云安委〔2025〕5号",
        "未过等次门槛：整改率低于 60.00 或者没有数值",
    )
    assert f"等次 不合格（{veto}）" in vetoed.detail
    lines = {one.unit: one for group in scoreboard(run, "zh").groups for one in group.lines}
    assert [lines[unit].told for unit in "uvw"] == [
        f"不合格（{veto}）",
        f"不合格（{gate}）",
        "合格",
    ]
    assert "did not pass the gate" in next(one.told for group in scoreboard(run, "en").groups for one in group.lines if one.unit == "v")  # fmt: skip
    document = snapshot(run, "grade", {})
    rows = {row["unit"]: row for row in rows_of(document | {"marks": {}})["units"]}
    assert [(rows[unit]["grade"], rows[unit]["grade_reason"]) for unit in "uvw"] == [("不合格", veto), ("不合格", gate), ("合格", "")]  # fmt: skip
    scored = snapshot(run, "score", {}) | {"marks": {}}
    stated = [(row["status"], bool(row["score"])) for row in rows_of(scored)["units"]]
    for group in scored["groups"]:
        group["units"] = [{name: held for name, held in unit.items() if name not in {"score", "place", "tied"}} for unit in group["units"]]  # fmt: skip
    kept_back = [row["status"] for row in rows_of(scored)["units"]]
    assert stated == [("value", True)] * len(stated)
    assert kept_back == ["withheld"] * len(stated), "its total is there, and not for the public"
    assert {row["status"] for row in rows.values()} == {"value"}, (
        "grades alone are published: no score was to be shown"
    )
    inside = book.model_copy(update={"indicators": (book.indicators[0].model_copy(update={"visibility": "internal"}),)})  # fmt: skip
    kept = make_run(inside, Facts(tables, units), parse_period("2025"), DuckEngine(threads=1))
    assert "整改率低于" not in str(snapshot(kept, "grade", {})["groups"]), "the gate on an internal value tells nothing of it"  # fmt: skip
    assert "一项内部指标未过等次门槛" in str(snapshot(kept, "grade", {})["groups"])


def test_a_gate_binds_where_grading_looks_and_nowhere_else() -> None:
    """A split year's gate sees the year (31.98), not its second part (31): page and passport name what grading saw."""
    pm = {"code": "PM", "direction": "down", "frequency": "month", "combine": "mean",
          "method": {"kind": "ratio", "target": 32}, "changes": [cut({"kind": "ratio", "target": 32}, "2025-07-01")]}  # fmt: skip
    event = {"unit": "u", "item": "paper", "points": 1 * 10**9, "document": "文1", "decided_on": date(2025, 8, 30), "period": None, "file": 0, "row": 7}  # fmt: skip
    for below, kinds in (("31.5", ["event"]), ("32", ["event", "gate"])):
        grading = {"bands": [{"code": "good", "name": "合格"}, {"code": "fair", "name": "基本合格"}], "outside": [{"code": "low", "name": "不合格"}],
                   "gates": [{"indicator": "PM", "below": below, "grade": "low"}]}  # fmt: skip
        items = [{"code": "paper", "name": "通报", "kind": "deduction", "effect": {"best_grade": "fair"}},
                 {"code": "word", "name": "提醒", "kind": "integrity"}]  # fmt: skip
        rules = book(pm, grading=grading)
        rules = Rulebook.model_validate_json(json.dumps(json.loads(rules.model_dump_json(by_alias=True)) | {"adjustments": items}))  # fmt: skip
        made = run(rules, {("u", "PM"): monthly(*["32.96"] * 6, *["31"] * 6)}, DuckEngine(threads=1),
                         event=[event, event | {"item": "word", "points": None, "document": "文2"}])  # fmt: skip
        (limit,) = [part for part in passport(made, "u", None, "zh").parts if part.kind == "limit"]
        assert [one.kind for one in limit.parts] == kinds
        assert bound(made)["u"][0].count("；") == len(kinds) - 1
        assert [one.label for one in limit.parts if one.kind == "event"] == ["通报"], "what has no effect on the grade binds none"  # fmt: skip


@pytest.mark.parametrize(("by", "value", "points"), [("mean", "70.00", "35.00"), ("median", "80.00", "40.00")])  # fmt: skip
def test_a_gap_that_is_filled_has_a_mark_of_its_own_with_value_and_points(by: str, value: str, points: str) -> None:  # fmt: skip
    """Neither met nor missed, whatever light its points would have; it is no gap either."""
    light = {"by": "score", "watch": "0.85", "missed": "0.6"}
    fill = {"by": by, "over": "group", "minimum": 1, "reason": "r"}
    rules = book({"code": "A", "method": {"kind": "ratio", "target": 100}, "light": light, "fill": fill}, weight="50")  # fmt: skip
    made = run(rules, {(u, "A"): {PERIOD.end: v} for u, v in {"u": "40", "v": "80", "w": "90"}.items()} | {("x", "A"): {}}, ENGINES[0])  # fmt: skip
    heat = heat_map(made, "zh")
    mark = heat.marks["x"]["A"]
    assert (mark.status, mark.shape, mark.words) == ("filled", "◍", ("补值", "filled"))
    assert (mark.value, mark.points, mark.full, mark.target) == (value, points, "50", "100.00")  # fmt: skip
    assert mark.lost == (50 - Fraction(points)) * 10**9
    assert heat.counted("x") == {"filled": 1}
    assert {unit: heat.marks[unit]["A"].status for unit in "uvw"} == {"u": "missed", "v": "watch", "w": "met"}  # fmt: skip


@pytest.mark.parametrize(("value", "told"), [(None, 0), (8000, 1)])
def test_an_empty_cell_is_no_value_that_does_not_count(value: int | None, told: int) -> None:
    rules = book({"code": "A", "method": {"kind": "ratio", "target": 100}})
    old = status("u", "A", 1 if value else 3, value) | {"period": date(2020, 12, 31), "row": 2}
    made = run_of(rules, [status("u", "A", 1, 9000), old], ENGINES[0])
    assert len(list(uncounted([made]))) == told


def test_what_stops_a_total_is_named_and_a_value_that_is_not_there_has_no_unit_of_measure() -> None:
    """Of a missing indicator that blocks: the total or the dimension by its name, no authority above; no dash with a per cent."""
    rules = rules_with("block", missing_reason="r")
    made = run_of(rules, [status("u", "A", 1, 8000), status("u", "B", 3)], ENGINES[0])
    (said,) = stand_ins(made, "u", "zh")
    assert said.endswith("总分因此没有得出")
    (english,) = stand_ins(made, "u", "en")
    assert english.endswith("for its sake there is no total")
    told = str(passport(made, "u", "B", "zh"))
    assert "没有数值" in told
    assert "值 —" not in told
    assert "no value" in str(passport(made, "u", "B", "en"))
