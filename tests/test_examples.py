"""Worked examples beside the rules: what cannot be read is told at its line, what is made stands as it is given."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.conftest import Command
from tests.test_scheme import change, write
from tests.test_sensible import CASE
from zhengheng.domain.problems import Problem
from zhengheng.engines.cases import run_cases
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.plain import OracleEngine
from zhengheng.engines.results import Engine
from zhengheng.scheme.examples import STATUSES
from zhengheng.scheme.lint import lint
from zhengheng.scheme.load import load_rulebook
from zhengheng.scoring.contracts import FILLED, STATUS_NAMES, UNDEFINED, VALUE

GRADED = {
    "grading": {"bands": [{"code": "x", "name": "合格", "at_least": 0}]},
    "adjustments": [{"code": "praise", "name": "表彰", "kind": "bonus"},
                    {"code": "fraud", "name": "弄虚作假", "kind": "integrity", "effect": {"grade": "x"}}],
}  # fmt: skip
HELD = {"code": "H", "name": "去年起逐月上报的数"}
MADE = {
    **change("A", year_on_year={"of": "H"}),
    **change("B", parts={"numerator": {"H": 1}, "denominator": {"A": 1}, "scale": 100}),
    "H": HELD,
}


def beside(folder: Path, *cases: dict[str, Any], **indicators: Any) -> Path:
    write(folder, GRADED, **indicators)
    (folder / "cases").mkdir()
    lines = ",\n".join(json.dumps(CASE | case, ensure_ascii=False) for case in cases)
    (folder / "cases" / "a.yaml").write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return folder


def faults(folder: Path) -> list[Problem]:
    book, source = load_rulebook(folder)
    return [one for one in lint(book, source) if one.code.startswith("case.")]


UNREAD: dict[str, tuple[str, dict[str, Any]]] = {
    "a word for a number": ("values.A", {"values": {"A": "x"}}),
    "a comma for a point": ("values.A", {"values": {"A": "7,5"}}),
    "a number of another unit": ("others.v.A", {"others": {"v": {"A": "五"}}}),
    "a target that is none": ("targets.A.target", {"targets": {"A": {"target": "多"}}}),
    "a kind of target that there is not": ("targets.A.aim", {"targets": {"A": {"aim": "1"}}}),
    "a category that there is not": ("unit.category", {"unit": {"category": "nope"}}),
    "a group that there is not": ("unit.group", {"unit": {"group": "nope"}}),
    "a setting of the unit that there is not": ("unit.name", {"unit": {"name": "甲"}}),
    "a day that is none": ("milestones.A.due_on", {"milestones": {"A": [{"due_on": "五月", "share": "50"}]}}),
    "a share that is none": ("milestones.A.share", {"milestones": {"A": [{"due_on": "2025-05-01", "share": "half"}]}}),
    "a node without its day": ("milestones.A", {"milestones": {"A": [{"share": "50"}]}}),
    "points that are none": ("events.points", {"events": [{"item": "praise", "points": "多"}]}),
    "a bonus without points": ("events", {"events": [{"item": "praise"}]}),
    "points that do nothing": ("events.points", {"events": [{"item": "fraud", "points": "2"}]}),
    "a grade that there is not": ("expect.grade", {"expect": {"grade": "优秀"}}),
    "points that nobody can have": ("expect.total", {"expect": {"total": "五十"}}),
    "a month of a yearly value": ("values.A", {"period": "2025-03", "values": {"A": "9"}}),
}  # fmt: skip


@pytest.mark.parametrize("name", UNREAD)
def test_what_cannot_be_read_is_told_at_its_line_and_field(name: str, tmp_path: Path) -> None:
    field, wrong = UNREAD[name]
    (found,) = faults(beside(tmp_path, {}, wrong))
    assert found.where == "cases/a.yaml:3"
    assert f"“例”的 {field}：" in found.zh


def test_a_case_that_cannot_be_run_does_not_keep_the_others_from_it(
    tmp_path: Path, zhengheng: Command
) -> None:
    folder = beside(
        tmp_path / "b", {"name": "坏", "values": {"A": "x", "B": "7,5"}}, {"name": "好"}
    )
    said = zhengheng("scheme", "test", str(folder))
    assert said.returncode == 8
    assert "✓ 好" in said.stdout
    assert "1 个算例无法运行" in said.stdout
    for field in ("values.A：“x”不是数字", "values.B：“7,5”不是数字"):
        assert f"cases/a.yaml:2: {field}" in said.stderr
    assert "case " not in said.stdout + said.stderr


@pytest.mark.parametrize("engine", [OracleEngine(), DuckEngine(threads=1)])
def test_a_value_made_from_others_stands_as_the_case_gives_it(engine: Engine, tmp_path: Path) -> None:  # fmt: skip
    """A growth needs last year's values, which a case cannot give: it gives the growth."""
    cases = (
        {"values": {"A": "5", "B": "90"}, "expect": {"A": "30", "B": "36", "total": "66"}},
        {"values": {"A": "5", "B": "90", "H": "1"}, "expect": {"A": "30", "B": "36"}},
        {"values": {"A": "5", "B": "90"}, "others": {"v": {"A": "9", "B": "90"}}, "expect": {"rank": "2"}},
    )  # fmt: skip
    folder = beside(tmp_path, *cases, **MADE)
    assert faults(folder) == []
    book, source = load_rulebook(folder)
    assert [one for one in run_cases(book, engine, source) if not one.passed] == []


def test_a_value_made_from_others_has_no_status_of_its_own(tmp_path: Path) -> None:
    (found,) = faults(beside(tmp_path, {"values": {"A": "missing", "B": "90"}}, **MADE))
    assert found.code == "case.made"


def test_the_statuses_of_cases_are_those_that_can_be_reported() -> None:
    made_by_runs = {STATUS_NAMES[one] for one in (VALUE, FILLED, UNDEFINED)}
    assert set(STATUSES) == set(STATUS_NAMES.values()) - made_by_runs
