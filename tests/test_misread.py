"""What would be misread without a word: cut rows, totals as units, unseen rows, numbers shown otherwise than held."""

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest
from openpyxl import load_workbook
from openpyxl.worksheet.worksheet import Worksheet

from tests.conftest import Command
from tests.test_intake import mapping, values
from tests.test_reading import made, read, refused
from tests.test_scheme import INDICATORS, change, write
from zhengheng.domain.problems import DataError, RulebookError
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import load_mapping
from zhengheng.scheme.excel import write_workbook
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook
from zhengheng.scoring.check import check


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book"))[0]


@pytest.mark.parametrize(
    ("text", "row"),
    [("u,a,b\n甲,1\n", 2), ("u,a,b\n甲,1,2\n乙,3\n", 3), ("u,a,b\n甲,1,2\n乙\n丙,1,2\n", 3), ('u,a,b\n"甲\n乙",1\n', 2), ("u,a,b\n甲,1,2,3\n", 2)],
)  # fmt: skip
@pytest.mark.parametrize("separator", [",", "\t"])
def test_a_row_that_was_cut_is_refused_like_one_too_long(text: str, row: int, separator: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    name = "d.csv" if separator == "," else "d.tsv"
    (tmp_path / name).write_text(text.replace(",", separator))
    with pytest.raises(DataError) as caught:
        read_files(mapping(file=name), book, tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [("row.width", f"{name}:{row}")]


def test_empty_cells_and_empty_rows_are_no_cut(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,\n\n,,\n乙,1,2,,\n")
    assert values(read_files(mapping(), book, tmp_path))["乙", "B"] == 200
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1]])
    assert values(read(tmp_path, book))["甲", "A"] == 100


@pytest.mark.parametrize("name", ["合计", "小计", "总计", "合 计", "平均", "平均值", "全市平均", "甲组小计", "合计：", "合计（分）", "Total", "Average", "　总计　"])  # fmt: skip
@pytest.mark.parametrize("layout", ["u,a,b\n甲,1,2\n{},3,4\n", "u,a,b\n{},3,4\n甲,1,2\n"])
def test_a_row_of_totals_is_no_unit(name: str, layout: str, tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text(layout.format(name))
    row = 3 if layout.startswith("u,a,b\n甲") else 2
    with pytest.raises(DataError) as caught:
        read_files(mapping(), book, tmp_path)
    found = {(p.code, p.where) for p in caught.value.problems}
    assert found == {("row.unit.total", f"d.csv:{row}")}


def test_a_total_by_name_alone_is_no_unit_and_like_names_are(
    tmp_path: Path, book: Rulebook
) -> None:
    (tmp_path / "d.csv").write_text("u,n,a,b\nx1,甲,1,2\nx9,合计,3,4\n")
    data = json.loads(mapping().model_dump_json(exclude_defaults=True))
    data["sources"][0]["name"] = {"column": "n"}
    with pytest.raises(DataError) as caught:
        read_files(mapping(data), book, tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [("row.unit.total", "d.csv:3")]
    (tmp_path / "d.csv").write_text("u,a,b\n平均乡,1,2\n总计划处,3,4\nmeanwhile,5,6\n")
    assert len(read_files(mapping(), book, tmp_path).units) == 3


def test_a_mean_that_the_rulebook_measures_by_is_taken(tmp_path: Path) -> None:
    reference = change("A", reference={"to": "unit", "unit": "全省平均"}, method={"kind": "ratio"})
    book = load_rulebook(write(tmp_path / "book", **reference))[0]
    (tmp_path / "d.csv").write_text("u,p,a\n甲,2025,1\n全省平均,2025,2\n")
    plan = {"purpose": "t", "sources": [{"file": "d.csv", "unit": "u", "period": "p", "indicator": {"constant": "A"}, "value": "a"}]}  # fmt: skip
    assert values(read_files(mapping(plan), book, tmp_path))["全省平均", "A"] == 200


@pytest.mark.parametrize("strip", ["-.", ".4-", "0", "５", "－", "，", "万", "()", "$-", "+", "e"])
def test_no_part_of_a_number_is_taken_off(strip: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "sources": [{"file": "d.csv", "strip": strip}]}))  # fmt: skip
    with pytest.raises(DataError) as caught:
        load_mapping(tmp_path / "m.yaml")
    (problem,) = caught.value.problems
    assert problem.where == "m.yaml:1"
    assert strip in problem.zh


@pytest.mark.parametrize("scale", [0, -1, "-0.5", "0.00"])
def test_a_factor_is_above_nothing(scale: Any, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "sources": [{"file": "d.csv", "scale": scale}]}))  # fmt: skip
    with pytest.raises(DataError) as caught:
        load_mapping(tmp_path / "m.yaml")
    assert [p.where for p in caught.value.problems] == ["m.yaml:1"]


def test_what_stands_beside_a_number_is_taken_off(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text("u,a,b\n甲,$-40,5.5分\n")
    assert values(read_files(mapping(strip="$分"), book, tmp_path)) == {("甲", "A"): -4000, ("甲", "B"): 550}  # fmt: skip
    (tmp_path / "d.csv").write_text("u,a,b\n甲,4,5\n")
    assert values(read_files(mapping(scale="0.5"), book, tmp_path))["甲", "A"] == 200


@pytest.mark.parametrize("height", [0, 0.1, 1])
def test_a_row_without_height_is_hidden(height: float, tmp_path: Path, book: Rulebook) -> None:
    def shape(page: Worksheet) -> None:
        page.row_dimensions[3].height = height

    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2], ["乙", 3, 4]], shape)
    _height(tmp_path / "d.xlsx", height)
    assert set(refused(tmp_path, book)) == {"row.row.hidden"}


def _height(path: Path, height: float) -> None:
    """openpyxl leaves a height of 0 out."""
    with zipfile.ZipFile(path) as held:
        parts = {name: held.read(name) for name in held.namelist()}
    sheet = parts["xl/worksheets/sheet1.xml"]
    if b' ht="' not in sheet:
        parts["xl/worksheets/sheet1.xml"] = sheet.replace(b'<row r="3"', f'<row r="3" ht="{height}"'.encode())  # fmt: skip
    with zipfile.ZipFile(path, "w") as made_:
        for name, content in parts.items():
            made_.writestr(name, content)


@pytest.mark.parametrize("width", ["0", "0.1"])
def test_a_column_without_width_is_hidden(width: str, tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2]])
    with zipfile.ZipFile(tmp_path / "d.xlsx") as held:
        parts = {name: held.read(name) for name in held.namelist()}
    column = f'<cols><col min="3" max="3" width="{width}" customWidth="1"/></cols><sheetData>'
    parts["xl/worksheets/sheet1.xml"] = parts["xl/worksheets/sheet1.xml"].replace(b"<sheetData>", column.encode())  # fmt: skip
    with zipfile.ZipFile(tmp_path / "d.xlsx", "w") as out:
        for name, content in parts.items():
            out.writestr(name, content)
    assert refused(tmp_path, book) == ["row.column.hidden"]


def test_rows_hidden_by_the_sheet_are_hidden(tmp_path: Path, book: Rulebook) -> None:
    def shape(page: Worksheet) -> None:
        page.sheet_format.zeroHeight = True
        page.row_dimensions[1].height = page.row_dimensions[2].height = 15

    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2], ["乙", 3, 4]], shape)
    with pytest.raises(DataError) as caught:
        read(tmp_path, book)
    assert {(p.code, p.where) for p in caught.value.problems} == {("row.row.hidden", "d.xlsx:3")}


def test_a_low_row_that_can_be_read_is_taken(tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1, 2]], lambda page: setattr(page.row_dimensions[2], "height", 6))  # fmt: skip
    assert values(read(tmp_path, book)) == {("甲", "A"): 100, ("甲", "B"): 200}


@pytest.mark.parametrize(
    ("value", "code", "shown"), [(85.34, "0", "85"), (85.35, "0.0", "85.4"), (0.5, "#,##0", "1"), (0.8534, "0%", "85")]
)  # fmt: skip
def test_a_number_that_shows_fewer_digits_than_it_holds_is_told(value: float, code: str, shown: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", value, 2]], lambda page: setattr(page["B2"], "number_format", code))  # fmt: skip
    facts = read_files(mapping(file="d.xlsx", strip="%"), book, tmp_path)
    (told,) = [w for w in facts.warnings if w.code == "number.shown"]
    assert values(facts)["甲", "A"] == round(value * (10_000 if "%" in code else 100))
    for text in (told.zh, told.en):
        assert f"{shown}）" in text or f"{shown})" in text
    assert "第 2 行“a”列" in told.zh


def test_a_number_that_is_seen_whole_is_no_news(tmp_path: Path, book: Rulebook) -> None:
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 85.3, 2]], lambda page: setattr(page["B2"], "number_format", "0.00"))  # fmt: skip
    assert read(tmp_path, book).warnings == []


def test_a_rulebook_means_the_numbers_that_it_shows(tmp_path: Path) -> None:
    method = {"kind": "rate_minus", "target": "9", "points_per_unit": "0.5"}
    book = load_rulebook(write(tmp_path / "book", A=INDICATORS["A"] | {"method": method}))[0]
    write_workbook(book, tmp_path / "b.xlsx")
    held = load_workbook(tmp_path / "b.xlsx")
    places = [
        (page.title, cell.coordinate) for page in held for row in page.iter_rows() for cell in row if str(cell.value) == "0.5"
    ]  # fmt: skip
    (title, place) = places[0]
    held[title][place].value, held[title][place].number_format = 0.5, "0"
    held.save(tmp_path / "b.xlsx")
    with pytest.raises(RulebookError) as caught:
        load_rulebook(tmp_path / "b.xlsx")
    assert [p.where for p in caught.value.problems] == [f"b.xlsx!{title}!{place}"]
    assert "显示" in caught.value.problems[0].zh


@pytest.mark.parametrize(
    ("text", "row"), [('u,a,b\n甲,1,2\n"乙,3,4\n丙,1,2\n', 3), ('u,a,b\n甲,"1"x,2\n', 2)]
)
def test_quotation_marks_that_do_not_pair_have_a_row(text: str, row: int, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text(text)
    with pytest.raises(DataError) as caught:
        read_files(mapping(), book, tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [("row.quote", f"d.csv:{row}")]


def test_a_category_that_is_none_has_a_row(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text("u,c,a,b\n甲,c,1,2\n乙,q,3,4\n")
    data = json.loads(mapping().model_dump_json(exclude_defaults=True))
    data["sources"][0]["category"] = {"column": "c"}
    with pytest.raises(DataError) as caught:
        read_files(mapping(data), book, tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [("unit.category", "d.csv:3")]


def test_a_table_with_nothing_but_a_header_scores_nobody(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    write(tmp_path / "book")
    (tmp_path / "d.csv").write_text("u,a,b\n")
    (tmp_path / "m.yaml").write_text(
        mapping().model_dump_json(exclude_defaults=True, by_alias=True)
    )
    answer = zhengheng("score", tmp_path / "book", "--intake", tmp_path / "m.yaml", "--data", tmp_path, "--out", tmp_path / "o")  # fmt: skip
    assert answer.returncode != 0
    assert "没有读到任何单位" in answer.stdout + answer.stderr


def lint_codes(folder: Path) -> set[str]:
    return {p.code for p in check(*load_rulebook(folder))}


def test_what_is_written_twice_or_earns_nothing_is_named(tmp_path: Path) -> None:
    twice = change("A", parts={"numerator": {"B": 1}}, year_on_year={"of": "B"})
    assert "value.twice" in lint_codes(write(tmp_path / "a", **twice))
    for frequency, told in (("year", True), ("quarter", True), ("month", False)):
        rolling = change("A", combine="rolling", frequency=frequency)
        assert ("rolling.window" in lint_codes(write(tmp_path / frequency, **rolling))) is told
    assert "rolling.window" not in lint_codes(write(tmp_path / "w", **change("A", combine="rolling", window=3)))  # fmt: skip
    tree = {"code": "total", "name": "总分", "aggregate": "arithmetic", "weights": "relative", "missing": "floor",
            "children": ["A", {"code": "D", "name": "维度", "aggregate": "arithmetic", "weights": "relative", "children": ["B"]}]}  # fmt: skip
    for weight, told in ((0, True), (1, False)):
        weights = [{"from": "2025-01-01", "table": {"A": 60, "D": 40, "B": weight}}]
        folder = write(tmp_path / f"n{weight}", {"tree": tree, "weights": weights})
        assert ("weights.nothing" in lint_codes(folder)) is told


def test_a_run_says_what_its_rulebook_and_data_do_not_answer(tmp_path: Path, zhengheng: Command) -> None:  # fmt: skip
    write(tmp_path / "book", {"home": "也无此单位", "missing": "floor", "missing_reason": "r", "period": "month"})  # fmt: skip
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n乙,3,4\n")
    (tmp_path / "m.yaml").write_text(
        mapping().model_dump_json(exclude_defaults=True, by_alias=True)
    )
    answer = zhengheng("score", tmp_path / "book", "--intake", tmp_path / "m.yaml", "--data", tmp_path, "--out", tmp_path / "o")  # fmt: skip
    said = (answer.stdout + answer.stderr).replace("\n", "")
    assert answer.returncode == 0, said
    assert "也无此单位" in said
    assert "month" in said


def test_weights_that_are_not_in_force_are_not_used(tmp_path: Path, zhengheng: Command) -> None:
    late = [{"from": "2026-01-01", "table": {"A": 60, "B": 40}}]
    assert "weights.late" in lint_codes(write(tmp_path / "late", {"weights": late}))
    weights = [{"from": "2025-06-01", "kind": "restated", "table": {"A": 60, "B": 40}}]
    write(tmp_path / "book", {"weights": weights})
    (tmp_path / "d.csv").write_text("u,a,b\n甲,1,2\n乙,3,4\n")
    (tmp_path / "m.yaml").write_text(
        mapping().model_dump_json(exclude_defaults=True, by_alias=True)
    )
    asked = ("score", tmp_path / "book", "--intake", tmp_path / "m.yaml", "--data", tmp_path, "--out", tmp_path / "o")  # fmt: skip
    answer = zhengheng(*asked, "--period", "2025-Q1")
    assert answer.returncode != 0
    assert "2025-06-01" in answer.stdout + answer.stderr
    assert not (tmp_path / "o").exists()
    assert zhengheng(*asked, "--period", "2025").returncode == 0


LIST = {"file": "units.csv", "role": "unit", "unit": {"column": "code"}, "category": {"column": "category"}, "group": {"column": "group"}}  # fmt: skip


def every_fault(folder: Path, book: Rulebook, *, keep: bool = False, **files: str) -> list[tuple[str, str]]:  # fmt: skip
    """Code and place of all that is told of files at once: of a list of units, and of one or two wide tables."""
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text)
    plan = json.loads(mapping().model_dump_json(exclude_defaults=True))
    wide = plan["sources"][1]
    plan["sources"] = [
        LIST if name == "units" else {**wide, "file": f"{name}.csv"} for name in files
    ]
    with pytest.raises(DataError) as caught:
        read_files(mapping(plan), book, folder, keep_rejects=keep)
    return [(p.code, p.where) for p in caught.value.problems]


@pytest.mark.parametrize("keep", [False, True])
def test_a_cut_row_hides_no_other_fault(keep: bool, tmp_path: Path, book: Rulebook) -> None:
    found = every_fault(
        tmp_path, book, keep=keep, d="u,a,b\n甲,1\n乙,x,2\n丙\n丁,1,2,3\n戊,1,2\n", e="u,a,b\n己,1\n庚,1,y\n",
        units="code,category,group\n甲,nowhere,g\n乙,nowhere\n",
    )  # fmt: skip
    assert [code for code, _ in found if code not in {"row.width", "row.number"}] == ["unit.category"]  # fmt: skip
    assert [where for _, where in found] == ["d.csv:2", "d.csv:3", "d.csv:4", "d.csv:5", "e.csv:2", "e.csv:3", "units.csv:2", "units.csv:3"]  # fmt: skip


@pytest.mark.parametrize(
    "wrong", ["甲,nowhere,g", "甲,nowhere,g\n乙,elsewhere,g", "合计,nowhere,g\n乙,nowhere,g"]
)
def test_an_unknown_category_hides_no_other_fault(
    wrong: str, tmp_path: Path, book: Rulebook
) -> None:
    found = every_fault(tmp_path, book, units=f"code,category,group\n{wrong}\n", d="u,a,b\n甲,x,1\n乙,1,2\n")  # fmt: skip
    assert ("row.number", "d.csv:2") in found
    assert {where for code, where in found if code in {"unit.category", "row.unit.total"}} == {
        f"units.csv:{row}" for row in range(2, 3 + wrong.count("\n"))
    }


@pytest.mark.parametrize("blank", [" ", " , ", "\u3000,\u3000,\t", "  ,,"])
def test_a_row_of_blanks_is_an_empty_row(blank: str, tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,1,2\n{blank}\n乙,1,2, ,\n")
    assert values(read_files(mapping(), book, tmp_path))["乙", "B"] == 200


def test_a_broken_line_of_json_hides_no_other_fault(tmp_path: Path, book: Rulebook) -> None:
    (tmp_path / "d.jsonl").write_text('{"u": "甲", "a": "1", "b": "2"}\n{"u": \n{"u": "乙", "a": "x", "b": "2"}\n[1]\n')  # fmt: skip
    with pytest.raises(DataError) as caught:
        read_files(mapping(file="d.jsonl"), book, tmp_path)
    assert [(p.code, p.where) for p in caught.value.problems] == [
        ("json.syntax", "d.jsonl:2"), ("row.number", "d.jsonl:3"), ("json.object", "d.jsonl:4"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("row", "said"),
    [
        ("甲,x,y", ("“x”", "“y”")),
        (",x,2", ("“u”一栏为空", "“x”")),
        ("甲,x,#N/A", ("“x”", "B")),
    ],
)
def test_a_row_tells_all_that_is_wrong_in_it_and_no_part_of_it_is_taken(
    row: str, said: tuple[str, ...], tmp_path: Path, book: Rulebook
) -> None:
    (tmp_path / "d.csv").write_text(f"u,a,b\n{row}\n丙,1,2\n")
    plan = json.loads(mapping().model_dump_json(exclude_defaults=True))
    plan["sources"] = plan["sources"][1:]
    facts = read_files(mapping(plan), book, tmp_path, keep_rejects=True)
    (reject,) = facts.rejects
    assert all(word in reject.problem.zh for word in said), reject.problem.zh
    assert {unit for unit, _ in values(facts)} == {"丙"}


def test_a_percentage_that_adds_up_is_named_where_something_is_added(tmp_path: Path) -> None:
    """A year's one value is the same either way; a part of a year, a child, an heir or a quarter is not."""
    part = {"part_year": "scored"}
    roll = {"cascade": [{"indicator": "A", "parent": "p", "mode": "inherit", "children": {"q": 1}, "roll_up": True}]}  # fmt: skip
    change_of = {"date": "2025-07-01", "kind": "merger", "unit": "q", "heirs": [{"unit": "p", "share": 1}]}  # fmt: skip
    cases: list[tuple[dict[str, Any], dict[str, Any], bool]] = [
        ({}, {}, False), (part, {}, True), (part | {"part_year_targets": "as_filed"}, {}, False), (roll, {}, True),
        ({"succession": [change_of]}, {}, True), ({"succession": [change_of | {"data": "anew"}]}, {}, False),
        ({}, {"frequency": "quarter"}, True), ({}, {"frequency": "quarter", "combine": "mean"}, False),
        ({}, {"frequency": "quarter", "measure_unit": "‰"}, True), ({}, {"frequency": "quarter", "measure_unit": "人"}, False),
        ({}, {"frequency": "quarter", "year_on_year": {"of": "B"}}, False), ({}, {"frequency": "quarter", "method": {"kind": "milestones"}}, False),
    ]  # fmt: skip
    for place, (book, fields, told) in enumerate(cases):
        folder = write(tmp_path / str(place), book, **change("A", **({"measure_unit": "%"} | fields)))  # fmt: skip
        assert ("percent.summed" in lint_codes(folder)) is told, (book, fields)
