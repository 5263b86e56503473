"""Rows are chosen, and numbers taken, by one reader: what it cannot read stops its row, and nothing is left out unseen."""

import json
from pathlib import Path
from typing import Any

import pytest

from tests.test_intake import mapping, values
from tests.test_reading import made, refused
from tests.test_scheme import change, write
from zhengheng.domain.problems import DataError
from zhengheng.lake.coverage import coverage
from zhengheng.lake.facts import Facts
from zhengheng.lake.filters import parse_filter
from zhengheng.lake.fitting import check_mapping
from zhengheng.lake.intake import read_files
from zhengheng.lake.mapping import load_mapping
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook


@pytest.fixture
def book(tmp_path: Path) -> Rulebook:
    return load_rulebook(write(tmp_path / "book"))[0]


def taken(
    book: Rulebook, folder: Path, cells: list[str], where: str
) -> tuple[list[str], list[str]]:
    """Which of the cells k a filter takes, and the places of the rows that it refuses."""
    lines = "".join(f'u{place},"{cell}",1\n' for place, cell in enumerate(cells))
    (folder / "d.csv").write_text(f"u,k,a\n{lines}", encoding="utf-8")
    plan = {"purpose": "t", "sources": [{
        "file": "d.csv", "unit": "u", "indicator": {"constant": "A"}, "period": {"constant": "2025"}, "value": "a", "where": where,
    }]}  # fmt: skip
    facts = read_files(mapping(plan), book, folder, keep_rejects=True)
    assert {one.problem.code for one in facts.rejects} <= {"row.filter"}
    found = {unit for unit, _ in values(facts)}
    return [cell for place, cell in enumerate(cells) if f"u{place}" in found], [one.problem.where for one in facts.rejects]  # fmt: skip


@pytest.mark.parametrize(
    ("where", "cells", "chosen", "wrong"),
    [
        ("k > 9", ["10", "9", "1,000", "１２", " 12　", "12人", "50%", "", "abc"], ["10", "1,000", "１２", " 12　"], [7, 8, 9, 10]),
        ("not (k > 9)", ["10", "5", "1,000", "", "abc"], ["5"], [5, 6]),
        ("k is not empty and k != '—' and k > 9", ["10", "", "　", "—", "1,000"], ["10", "1,000"], []),
        ("k = 2020", ["2020", "2,020", "２０２０", "2020.0", "2020年", "", "NA"], ["2020", "2,020", "２０２０", "2020.0"], [6]),
        ("k != 2020", ["2020", "2021", "2,020", "NA", ""], ["2021", "NA", ""], []),
        ("k in (5, 1000)", ["1,000", "5", "5成"], ["1,000", "5"], [4]),
        ("k = '是'", ["是", " 是", "是　", "否", "是。"], ["是", " 是", "是　"], []),
        ("k != '否'", ["否", " 否", "否　", "是"], ["是"], []),
        ("k in ('是（一）')", ["是(一)", "是（一）"], ["是(一)", "是（一）"], []),
        ("k is empty", ["", "　", " "], ["", "　", " "], []),
        ("k >= '2025-03-01'", ["2025/3/2", "2025年2月28日", "2025-10-01", "三月"], ["2025/3/2", "2025-10-01"], [5]),
        ("k = '2025-03-01'", ["2025/3/1", "2025-03-02", "x"], ["2025/3/1"], []),
    ],
)  # fmt: skip
def test_rows_are_chosen_as_values_are_read(
    where: str, cells: list[str], chosen: list[str], wrong: list[int], tmp_path: Path, book: Rulebook
) -> None:  # fmt: skip
    assert taken(book, tmp_path, cells, where) == (chosen, [f"d.csv:{row}" for row in wrong])


def test_a_quoted_number_has_no_order_and_an_odd_name_is_told_its_backticks() -> None:
    for text in ("k > '9'", "人 数 > 5", "k = 1 and 人数（人） > 5"):
        with pytest.raises(DataError) as caught:
            parse_filter(text, frozenset({"k", "人 数", "人数（人）"}), "f")
        assert ("数字请不加引号" if text == "k > '9'" else "反引号") in caught.value.problems[0].zh
    assert parse_filter("`人数（人）` > 5", frozenset({"人数（人）"}), "f")({"人数（人）": "10"})


def test_a_cell_of_a_workbook_is_compared_by_what_it_holds(tmp_path: Path, book: Rulebook) -> None:
    def shape(page: Any) -> None:
        page["B2"].number_format = "#,##0"

    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 1200, 2], ["乙", 3, 4]], shape)
    assert values(read_files(mapping(file="d.xlsx", where="a > 9"), book, tmp_path)) == {("甲", "A"): 120000, ("甲", "B"): 200}  # fmt: skip


@pytest.mark.parametrize(
    ("strip", "cell"),
    [("$", "5$3"), ("元 ", "1元0"), ("人", "3人4"), ("$", "5$3元"), ("元", "元"), (" ", "1 0")],
)
def test_nothing_is_taken_out_of_the_middle_of_a_number(strip: str, cell: str, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,{cell},2\n")
    assert refused(tmp_path, book, "d.csv", strip=strip) == ["row.number"]


@pytest.mark.parametrize(("cell", "value"), [("$5", 500), ("-$5", -500), ("$-5", -500), ("$ 5 $", 500), ("＄5", 500)])  # fmt: skip
def test_what_stands_before_or_after_a_number_is_taken_off(cell: str, value: int, tmp_path: Path, book: Rulebook) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,{cell},2\n")
    assert values(read_files(mapping(strip="$"), book, tmp_path))["甲", "A"] == value


@pytest.mark.parametrize("strip", list("负▼▽△▲/：:<＜>≤≥～~±—‰成折倍约半½²两〇"))
def test_what_changes_a_number_is_nothing_beside_it(strip: str, tmp_path: Path) -> None:
    (tmp_path / "m.yaml").write_text(json.dumps({"purpose": "t", "sources": [{"file": "d.csv", "strip": "元" + strip}]}))  # fmt: skip
    with pytest.raises(DataError) as caught:
        load_mapping(tmp_path / "m.yaml")
    (problem,) = caught.value.problems
    assert (problem.where, strip in problem.zh) == ("m.yaml:1", True)


@pytest.mark.parametrize(
    ("unit", "scale", "cell", "value"),
    [
        ("%", 100, "0.853", 8530), ("%", 100, "0.9%", None), ("%", 100, "0.5％", None), ("%", "0.01", "90%", None),
        ("元", "万", "5元", None), ("元", "万", "5", 5000000), ("元", "万", "5万", 5000000), ("元", "万", "5万元", 5000000),
        ("万元", "0.0001", "5000万元", None), ("万元", "0.0001", "5000元", 50), ("人", 10, "5人", None),
    ],
)  # fmt: skip
def test_no_number_is_converted_twice(unit: str, scale: Any, cell: str, value: int | None, tmp_path: Path) -> None:  # fmt: skip
    book = load_rulebook(write(tmp_path / "book", **change("A", measure_unit=unit)))[0]
    (tmp_path / "d.csv").write_text(f"u,a,b\n甲,{cell},2\n")
    if value is not None:
        assert values(read_files(mapping(scale=scale), book, tmp_path))["甲", "A"] == value
        return
    with pytest.raises(DataError) as caught:
        read_files(mapping(scale=scale), book, tmp_path)
    assert [p.where for p in caught.value.problems] == ["d.csv:2"]


def test_a_percentage_of_a_workbook_is_not_scaled_either(tmp_path: Path) -> None:
    book = load_rulebook(write(tmp_path / "book", **change("A", measure_unit="%")))[0]

    def shape(page: Any) -> None:
        page["B2"].number_format = "0.0%"

    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 0.009, 2]], shape)
    assert refused(tmp_path, book, scale=100) == ["row.number.scaled"]
    assert values(read_files(mapping(file="d.xlsx"), book, tmp_path))["甲", "A"] == 90


FACTS: dict[str, Any] = {
    "file": "f.csv", "role": "fact", "columns": {"u": {"column": "u"}, "d": {"column": "d", "type": "date"}, "m": {"column": "m", "type": "number"}, "t": {"column": "m"}},
    "measures": [{"indicator": "A", "unit": "u", "date": "d", "frequency": "year", "value": "sum", "of": "m"}],
}  # fmt: skip


def summed(folder: Path, cell: str, **more: Any) -> Facts:
    book = load_rulebook(write(folder / "book", **change("A", measure_unit="分钟")))[0]
    (folder / "f.csv").write_text(
        f'u,d,m\n甲,2025-03-01,5\n甲,2025-03-02,"{cell}"\n', encoding="utf-8"
    )
    return read_files(mapping({"purpose": "t", "sources": [FACTS | more]}), book, folder)


@pytest.mark.parametrize("cell", ["50%", "50％", "5小时", "5①", "5/6"])
def test_a_summed_cell_of_another_unit_is_refused(cell: str, tmp_path: Path) -> None:
    with pytest.raises(DataError) as caught:
        summed(tmp_path, cell)
    assert [p.where for p in caught.value.problems] == ["f.csv:3"]


@pytest.mark.parametrize(
    ("cell", "total"), [("50", 5500), ("50分钟", 5500), ("1,200", 120500), ("", 500)]
)
def test_a_summed_cell_is_read_like_a_value(cell: str, total: int, tmp_path: Path) -> None:
    assert values(summed(tmp_path, cell)) == {("甲", "A"): total}


def test_a_measure_compares_a_text_by_the_same_reader(tmp_path: Path) -> None:
    counts = [{"indicator": "A", "unit": "u", "date": "d", "frequency": "year", "where": "t > 9"}]
    assert values(summed(tmp_path, "1,000", measures=counts)) == {("甲", "A"): 100}


def test_a_scale_that_nothing_heeds_is_a_fault(tmp_path: Path) -> None:
    book = load_rulebook(write(tmp_path / "book"))[0]
    (tmp_path / "f.csv").write_text("u,d,m\n甲,2025-03-01,5\n")
    (tmp_path / "m.yaml").write_text(
        json.dumps({"purpose": "t", "sources": [FACTS | {"scale": 60}]})
    )
    found = check_mapping(load_mapping(tmp_path / "m.yaml"), book, tmp_path)
    assert "mapping.idle" in {problem.code for problem in found}


def test_a_row_of_facts_lies_in_a_month_only_where_no_more_than_the_month_is_asked(tmp_path: Path) -> None:  # fmt: skip
    book = load_rulebook(write(tmp_path / "book"))[0]
    (tmp_path / "f.csv").write_text("u,d,m\n甲,2025-03,2\n甲,2025-04-02,3\n")

    def taken(**more: Any) -> dict[tuple[str, str], int]:
        measures = [{**FACTS["measures"][0], **more}]
        plan = mapping({"purpose": "t", "sources": [FACTS | {"measures": measures}]})
        return values(read_files(plan, book, tmp_path))

    assert taken() == {("甲", "A"): 500}
    with pytest.raises(DataError, match=r"f\.csv:2"):
        taken(where="d >= '2025-03-15'")
    by_day = load_rulebook(write(tmp_path / "daily", **change("B", frequency="day")))[0]
    daily = [FACTS["measures"][0], {**FACTS["measures"][0], "indicator": "B", "frequency": "day"}]
    with pytest.raises(DataError, match=r"f\.csv:2"):
        read_files(mapping({"purpose": "t", "sources": [FACTS | {"measures": daily}]}), by_day, tmp_path)  # fmt: skip


def test_a_day_of_publication_is_no_month(tmp_path: Path) -> None:
    book = load_rulebook(write(tmp_path / "book"))[0]
    (tmp_path / "d.csv").write_text("u,a,b,p\n甲,1,2,2025-03\n")
    with pytest.raises(DataError) as caught:
        read_files(mapping(published_on="p"), book, tmp_path)
    assert {(p.where, p.code) for p in caught.value.problems} == {("d.csv:2", "row.date")}


@pytest.mark.parametrize(("unit", "scale", "told"), [("万元", "亿", "scale: 10000"), ("万元", "千", "scale: 0.1"), ("元", "亿", ""), ("万元", 10000, "")])  # fmt: skip
def test_a_word_over_a_unit_of_measure_with_such_a_word_is_asked_about(unit: str, scale: Any, told: str, tmp_path: Path) -> None:  # fmt: skip
    book = load_rulebook(write(tmp_path / "book", **change("A", measure_unit=unit)))[0]
    (tmp_path / "d.csv").write_text("u,a,i,v\n甲,2,A,2\n")
    long = {"file": "d.csv", "unit": "u", "period": {"constant": "2025"}, "indicator": "i", "value": "v", "scale": scale}  # fmt: skip
    wide = {**long, "layout": "wide", "indicators": {"A": "a"}, "indicator": None, "value": None}
    for source in (long, {key: value for key, value in wide.items() if value}):
        plan = mapping({"purpose": "t", "sources": [source]})
        if not told:
            assert values(read_files(plan, book, tmp_path))
            continue
        with pytest.raises(DataError, match="plain number") as caught:
            read_files(plan, book, tmp_path)
        assert told in caught.value.problems[0].zh


def test_rows_of_facts_without_a_day_are_named_once(tmp_path: Path) -> None:
    book = load_rulebook(write(tmp_path / "book"))[0]
    (tmp_path / "f.csv").write_text("u,d,m\n甲,2025-04-02,3\n甲,,2\n")
    twice = [{**FACTS["measures"][0], "indicator": code} for code in "AB"]
    plan = mapping({"purpose": "t", "sources": [FACTS | {"measures": twice}]})
    (said,) = [p for p in read_files(plan, book, tmp_path).warnings if p.code == "measure.unassigned"]  # fmt: skip
    assert "1 行没有单位或日期" in said.zh
    assert said.zh.endswith("第 3 行")
    assert said.en.endswith("row 3")


def test_a_unit_lacks_no_period_that_counts_as_nothing(tmp_path: Path) -> None:
    (tmp_path / "d.csv").write_text("u,p,a,b\n甲,2025-01,1,1\n甲,2025-02,1,1\n乙,2025-01,1,1\n")
    book = load_rulebook(write(tmp_path / "book", **change("A", absent="zero", frequency="month"), **change("B", frequency="month")))[0]  # fmt: skip
    source = {"file": "d.csv", "unit": "u", "period": "p", "indicators": {"A": "a", "B": "b"}}
    facts = read_files(mapping({"purpose": "t", "sources": [source]}), book, tmp_path)
    assert [p.where for p in coverage(facts, book)] == ["B"]
    indicators = tuple(one.model_copy(update={"combine": "last"}) for one in book.indicators)
    assert list(coverage(facts, book.model_copy(update={"indicators": indicators}))) == []
