"""One fault is told once and makes no other: weights beside other faults, keys written twice, numbers by what was written."""

from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml
from pydantic import ValidationError

from tests.test_limits import LIMIT, RULES
from tests.test_limits import book as limited
from tests.test_scheme import BOOK, INDICATORS, write
from tests.test_split_years import ENGINES, run
from zhengheng.domain.problems import EngineError, Problem, RulebookError
from zhengheng.engines.results import Engine
from zhengheng.engines.run import make_run
from zhengheng.lake.cells import CellError, read_number
from zhengheng.lake.facts import FileInfo
from zhengheng.scheme.cells import at, validated
from zhengheng.scheme.choice_words import meant, offered
from zhengheng.scoring.check import check, load_checked


def told(folder: Path) -> list[Problem]:
    try:
        return [p for p in check(*load_checked(folder)) if p.severity == "error"]
    except RulebookError as error:
        return list(error.problems)


def places(folder: Path) -> set[str]:
    return {f"{p.where} {p.code}" for p in told(folder)}


FLOOR = {"code": "A", "name": "甲", "owner": "o", "direction": "down", "method": {"kind": "rate_minus", "target": 10, "points_per_unit": "0.5", "floor_points": 5}}  # fmt: skip


@pytest.mark.parametrize(
    ("more", "code"),
    [({"home": 5}, "field.text"), ({"tree": {"code": "total", "name": "总分", "children": ["A", "B", "C"]}}, "tree.unknown"),
     ({"weights": [{"from": "2025-01-01", "table": {"A": 60, "B": 30}}]}, "weights.sum")],
)  # fmt: skip
def test_a_floor_below_the_full_mark_is_no_fault_beside_other_faults(
    more: dict[str, Any], code: str, tmp_path: Path
) -> None:
    codes = {p.code for p in told(write(tmp_path, more, A=FLOOR))}
    assert codes
    assert "method.numbers" not in codes


def test_a_key_that_stands_twice_hides_nothing_and_makes_nothing_up(tmp_path: Path) -> None:
    write(tmp_path, {"ranking": {"key": "NONE"}})
    text = yaml.safe_dump(BOOK | {"ranking": {"key": "NONE"}}, allow_unicode=True, sort_keys=False)
    assert "    A: 60\n" in text
    (tmp_path / "rulebook.yaml").write_text(text.replace("    A: 60\n", "    A: 60\n    A: 20\n"))
    found = told(tmp_path)
    assert [p.code for p in found if p.code != "node.unknown"][:1] == ["yaml.duplicate"]
    assert not any(p.code.startswith(("field.", "weights.")) for p in found), found
    assert any("NONE" in p.zh for p in found), "the other fault is told in the same round"


def test_a_key_that_stands_twice_in_an_indicator(tmp_path: Path) -> None:
    write(tmp_path, B=INDICATORS["B"] | {"direction": "sideways"})
    file = tmp_path / "indicators" / "A.yaml"
    file.write_text(file.read_text() + "decimals: 1\ndecimals: 2\n")
    assert {p.where.partition(":")[0] for p in told(tmp_path)} == {"indicators/A.yaml", "indicators/B.yaml"}  # fmt: skip


def test_a_scale_is_told_as_it_was_written(tmp_path: Path) -> None:
    made = {"code": "A", "name": "甲", "owner": "o", "decimals": 9, "parts": {"numerator": {"B": 1}, "denominator": {"B": 1}, "scale": 1000},
            "method": {"kind": "ratio", "target": 10}}  # fmt: skip
    found = [p for p in told(write(tmp_path, A=made)) if p.code == "number.limit"]
    assert len(found) == 1
    assert found[0].where.startswith("indicators/A.yaml:")
    assert "1000 乘以 10 的 9 次方" in found[0].zh


def test_a_coefficient_that_is_too_large_has_its_line_and_name(tmp_path: Path) -> None:
    folder = write(tmp_path, {"coefficients": [{"of": "B", "value": "1.1", "reason": "r"}, {"of": "A", "value": "1000000", "reason": "r"}]})  # fmt: skip
    found = [p for p in told(folder) if p.code == "number.limit"]
    lines = (folder / "rulebook.yaml").read_text().splitlines()
    assert len(found) == 1
    line = int(found[0].where.partition(":")[2])
    assert "of: A" in lines[line - 1]
    assert "A 的系数" in found[0].zh
    assert "计量单位" not in found[0].zh


def test_an_organisation_is_split_and_a_year_is_cut() -> None:
    organisation, year = at("succession/#0/kind"), at("indicators/#0/changes/#0/kind")
    assert organisation
    assert year
    assert "分设" in offered("kind", organisation)
    assert "分段计算" not in offered("kind", organisation)
    assert "分段计算" in offered("kind", year)
    assert {meant("kind", organisation, word) for word in ("拆分", "分设", "分段计算", "split")} == {"split"}  # fmt: skip


@pytest.mark.parametrize("engine", ENGINES, ids=lambda one: one.name)
def test_what_is_too_large_to_compute_with_has_its_unit_indicator_and_row(engine: Engine) -> None:
    from tests.generate import PERIOD

    rules = limited(RULES["ratio"])
    facts = run(rules, {("甲", "A"): {PERIOD.end: "5"}, ("乙", "A"): {PERIOD.end: "7"}}, engine).facts  # fmt: skip
    table = facts.tables["observation"]
    scale = table["value"].to_pylist()[0] // 5
    large = [5 * scale, LIMIT]
    facts.tables["observation"] = table.set_column(
        table.schema.get_field_index("value"), table.schema.field("value"), [large]
    )
    facts.files.append(FileInfo(0, "数据.csv", "x", "", 2, 2, 0, 0))
    with pytest.raises(EngineError) as caught:
        make_run(rules, facts, PERIOD, engine)
    problem = caught.value.problems[0]
    assert problem.where == "数据.csv:1 乙 A"
    assert "单位“乙”的 A" in problem.zh


@pytest.mark.parametrize("text", ["1,200", "１，２００.5", "-12,345.50", "12", "1,20", "12,34", ".5", "5.", "1e3", "二", "1 2"])  # fmt: skip
def test_a_number_is_one_in_a_rulebook_where_it_is_one_in_data(text: str) -> None:
    """Cells of workbooks and forms; in YAML a number is a plain decimal."""
    try:
        wanted: Decimal | None = Decimal(read_number(text, 4)[0]).scaleb(-4)
    except CellError:
        wanted = None
    assert _held(validated, BOOK, text) == wanted


def _held(read: Any, book: dict[str, Any], text: str) -> Decimal | None:
    try:
        found: Decimal | None = read(book | {"bonus_cap": text}).bonus_cap  # fmt: skip
    except ValidationError:
        return None
    return found
