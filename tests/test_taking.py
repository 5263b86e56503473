"""What is said of what was not taken, or not as it came: rejected rows, notes, roundings, hidden columns, wide tables."""

import json
import time
from pathlib import Path

import pytest

from tests.conftest import Command
from tests.test_intake import mapping, values
from tests.test_reading import made, read, refused
from tests.test_scheme import change, write
from zhengheng.domain.problems import DataError
from zhengheng.lake.facts import Facts
from zhengheng.lake.intake import read_files
from zhengheng.lake.readers import COLUMN_LIMIT, read_table
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook

ROSTER = {"file": "units.csv", "role": "unit", "unit": "代码", "name": "名称", "category": {"constant": "c"}, "group": {"constant": "g"}}  # fmt: skip
WIDE = {"file": "d.csv", "unit": "u", "period": {"constant": "2025"}, "layout": "wide", "indicators": {"A": "a", "B": "b"}}  # fmt: skip


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book"))[0]


def told(facts: Facts, code: str) -> list[str]:
    return [f"{one.where} {one.zh} {one.en}" for one in facts.warnings if one.code == code]


def test_a_score_says_which_rows_it_refused_and_where_they_lie(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    write(tmp_path / "book")
    rows = "".join(f"坏{n},x,1\n" for n in range(40))
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n" + rows)
    (tmp_path / "units.csv").write_text("代码,名称\n甲,甲\n")
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "period": "2025", "sources": [ROSTER, WIDE]}))  # fmt: skip
    words = ("score", tmp_path / "book", "--intake", tmp_path / "m.yaml", "--data", tmp_path, "--out", tmp_path / "o")  # fmt: skip
    for more in ((), ("--json",)):
        done = zhengheng(*words, "--keep-rejects", *more)
        assert done.returncode == 0, done.stderr
        assert "拒绝 40 行" in done.stderr
        assert str(tmp_path / "o" / "rejects" / "d.csv") in done.stderr.replace("\n", "")
        assert "d.csv:3: " in done.stderr
        assert "另有 30 行" in done.stderr
    assert "拒绝" not in zhengheng(*words).stderr or zhengheng(*words).returncode == 4


def test_a_wide_table_is_read_in_time_or_refused_at_once(tmp_path: Path) -> None:
    width = COLUMN_LIMIT
    (tmp_path / "d.csv").write_text(",".join(f"c{n}" for n in range(width)) + "\n" + ",".join("1" * width) + "\n")  # fmt: skip
    begun = time.perf_counter()
    table = read_table(tmp_path / "d.csv", None, name="d.csv")
    assert len(next(iter(table.records))[1]) == width
    (tmp_path / "d.csv").write_text(",".join(f"c{n}" for n in range(100_000)) + "\n")
    with pytest.raises(DataError, match="columns, more than"):
        read_table(tmp_path / "d.csv", None, name="d.csv")
    (tmp_path / "d.jsonl").write_text(json.dumps({f"c{n}": 1 for n in range(width + 1)}))
    with pytest.raises(DataError, match="columns, more than"):
        read_table(tmp_path / "d.jsonl", None, name="d.jsonl")
    assert time.perf_counter() - begun < 5


@pytest.mark.parametrize("note", ["以上数据由统计局提供。", "口径见附件一；仅供参考", "本表由市统计局提供，口径见附件，解释权归统计局"])  # fmt: skip
def test_a_sentence_is_no_unit(note: str, tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,1,2\n{note},,\n")
    assert refused(tmp_path, book, "d.csv") == ["row.unit.long"] * 2


def test_a_row_that_is_nothing_but_a_unit_is_named(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "units.csv").write_text("代码,名称\n甲,甲局\n数据来源市统计局,\n")
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n制表人张某某,,\n")
    facts = read_files(mapping({"purpose": "t", "sources": [ROSTER, WIDE]}), book, tmp_path)
    (bare,) = told(facts, "row.unit.bare")
    assert bare.startswith("units.csv:3 ")
    assert "数据来源市统计局" in bare
    (stranger,) = told(facts, "unit.unknown")
    assert "制表人张某某（d.csv:3）" in stranger
    assert "制表人张某某 (d.csv:3)" in stranger


def test_rounded_values_are_named_and_those_that_vanish(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,12.345,1\n乙,0.004,2\n丙,-0.001,2\n丁,0,2\n")
    facts = read_files(mapping(file="d.csv"), book, tmp_path)
    (rounded,) = told(facts, "number.rounded")
    assert "第 2 行 A “12.345”取 12.35" in rounded
    assert "row 2 A '12.345' as 12.35" in rounded
    assert [one[:7] for one in told(facts, "row.number.vanished")] == ["d.csv:3", "d.csv:4"]


def test_of_many_rounded_values_ten_are_named(tmp_path: Path, book: Rulebook) -> None:
    rows = "".join(f"单位{n},{n}.125,1\n" for n in range(1, 31))
    (tmp_path / "d.csv").write_text("u,a,b\n" + rows)
    (rounded,) = told(read_files(mapping(file="d.csv"), book, tmp_path), "number.rounded")
    assert rounded.startswith("d.csv 30 个")
    assert rounded.count("取") == 10


def test_what_a_hidden_column_holds_is_refused_where_it_is_taken(tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    rows = [["u", "a", "b", "备注"], ["甲", 1, 2, "x"]]
    made(tmp_path / "d.xlsx", rows, lambda page: setattr(page.column_dimensions["B"], "hidden", True))  # fmt: skip
    assert refused(tmp_path, book) == ["row.column.hidden"]
    made(tmp_path / "d.xlsx", rows, lambda page: setattr(page.column_dimensions["D"], "hidden", True))  # fmt: skip
    assert values(read(tmp_path, book)) == {("甲", "A"): 100, ("甲", "B"): 200}


def test_a_title_over_the_head_is_told_from_a_double_column(tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["2025 年考核数据"], ["u", "a", "b"], ["甲", 1, 2]], lambda page: page.merge_cells("A1:C1"))  # fmt: skip
    with pytest.raises(DataError) as caught:
        read(tmp_path, book)
    assert "header: 2" in caught.value.problems[0].zh
    assert values(read(tmp_path, book, header=2))["甲", "A"] == 100


def test_a_workbook_called_text_and_a_text_called_workbook(tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2]]).rename(tmp_path / "d.csv")
    assert refused(tmp_path, book, "d.csv") == ["file.workbook"]
    (tmp_path / "d.csv").write_bytes(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600))
    assert refused(tmp_path, book, "d.csv") == ["file.workbook"]
    (tmp_path / "d.xlsx").write_text("u,a,b\n甲,1,2\n")
    with pytest.raises(DataError) as caught:
        read(tmp_path, book)
    said = caught.value.problems[0].zh + caught.value.problems[0].en
    assert "BadZip" not in said
    assert "不是 Excel 工作簿" in said


def test_units_that_nobody_knows_are_named_before_anything_is_computed(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    """The list of units comes with the data: a coefficient for a unit that is not on it, a target taken from nobody."""
    factors = [{"of": "A", "units": {"甲": "1.1", "申": "0.9", "由": "0.8"}, "reason": "r"}]
    ratio = {"kind": "ratio"}
    write(tmp_path / "book", {"coefficients": factors},
          **change("A", method=ratio, reference={"to": "unit", "unit": "全市"}),
          **change("B", method=ratio, reference={"to": "unit", "unit": "全省"}))  # fmt: skip
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n全市,3,4\n")
    (tmp_path / "units.csv").write_text("代码,名称\n甲,甲\n")
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "period": "2025", "sources": [ROSTER, WIDE]}))  # fmt: skip
    given = (tmp_path / "book", "--intake", tmp_path / "m.yaml", "--data", tmp_path)
    done = zhengheng("score", *given, "--out", tmp_path / "o")
    assert done.returncode == 3, done.stderr
    told = [line for line in done.stderr.splitlines() if line.startswith("✗")]
    assert len(told) == 3
    for line, place, unit in zip(told, ("rulebook.yaml:", "rulebook.yaml:", "indicators/B.yaml:"), ("申", "由", "全省"), strict=True):  # fmt: skip
        assert place in line
        assert f"“{unit}”" in line
    assert not (tmp_path / "o").exists()
    assert zhengheng("init", tmp_path / "lake").returncode == 0
    home = ("--home", tmp_path / "lake")
    assert zhengheng("intake", tmp_path / "book", "--mapping", tmp_path / "m.yaml", "--data", tmp_path, *home).returncode == 0  # fmt: skip
    done = zhengheng("run", tmp_path / "book", "--period", "2025", *home)
    assert done.returncode == 3, done.stderr
    assert "申" in done.stderr
    assert "全省" in done.stderr
    write(tmp_path / "book", {"coefficients": [{"of": "A", "units": {"甲": "1.1"}, "reason": "r"}]},
          **change("A", method=ratio, reference={"to": "unit", "unit": "全市"}))  # fmt: skip
    done = zhengheng("score", *given, "--out", tmp_path / "o")
    assert done.returncode == 0, done.stderr
