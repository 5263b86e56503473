"""0.95 where 95 % is meant: a percentage that may be a fraction of one is asked about, never guessed."""

from pathlib import Path
from typing import Any

import pytest

from tests.test_intake import mapping, values
from tests.test_reading import made
from tests.test_scheme import INDICATORS, write
from zhengheng.domain.problems import DataError
from zhengheng.lake.intake import read_files
from zhengheng.scheme.load import load_rulebook
from zhengheng.scheme.model import Rulebook


def rules(tmp_path: Path, name: str = "办结率", **more: Any) -> Rulebook:
    first = {**INDICATORS["A"], "name": name, "measure_unit": "%", **more}
    return load_rulebook(write(tmp_path / "book", A=first))[0]


def told(tmp_path: Path, book: Rulebook, cells: list[Any], code: str = "General", **changes: Any) -> list[str]:  # fmt: skip
    """What is asked about column a, in a workbook; by place."""

    def shape(page: Any) -> None:
        for row in range(2, len(cells) + 2):
            page.cell(row, 2).number_format = code

    made(tmp_path / "d.xlsx", [["u", "a", "b"], *([f"单位{n}", one, 1] for n, one in enumerate(cells))], shape)  # fmt: skip
    try:
        read_files(mapping(file="d.xlsx", **changes), book, tmp_path)
    except DataError as error:
        return [f"{p.where} {p.code}" for p in error.problems]
    return []


ASKED: dict[str, tuple[str, list[Any], str | None]] = {
    "fractions alone": ("办结率", [0.95, 0.96, 1], "d.xlsx:2"), "one fraction": ("办结率", [0.95], "d.xlsx:2"),
    "a fraction among percentages": ("办结率", [95, 96.5, 0.94], "d.xlsx:4"), "of growth in which it fits": ("投资增速", [5.2, 0.053, 6.1], "d.xlsx:3"),
    "growth in digits that are lost": ("投资增速", [0.0523, 0.0488], "d.xlsx:2"), "texts": ("办结率", ["0.95", "96"], "d.xlsx:2"),
    "percentages": ("办结率", [95, 96, 100], None), "small percentages": ("办结率", [0.8, 1.2, 3.5], None),
    "a small one far from the rest": ("办结率", [0.2, 95, 96], None), "zeros and ones": ("办结率", [0, 1, 0], None),
    "small growth": ("投资增速", [0.8, -0.3], None), "a sign on each": ("办结率", ["0.95%", "0.8%"], None),
    "small growth beside": ("投资增速", [5.2, 0.5, 6.1], None), "the greatest comes first": ("投资增速", [50, 6, 0.2], "d.xlsx:4"),
    "the greatest comes last": ("投资增速", [0.2, 6, 50], "d.xlsx:2"),
    "a fraction among growth": ("投资增速", [12.5, 0.13, 15], "d.xlsx:3"),
}  # fmt: skip


@pytest.mark.parametrize("name", ASKED)
def test_a_percentage_that_may_be_a_fraction_is_asked_about(name: str, tmp_path: Path) -> None:
    called, cells, place = ASKED[name]
    found = told(tmp_path, rules(tmp_path, called), cells)
    assert set(found) == ({f"{place} number.fraction"} if place else set())


def test_the_mapping_answers(tmp_path: Path) -> None:
    book = rules(tmp_path)
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", 0.95, 1]])
    for scale, wanted in ((1, 95), (100, 9500)):
        facts = read_files(mapping(file="d.xlsx", scale=scale), book, tmp_path)
        assert values(facts)["甲", "A"] == wanted
    made(tmp_path / "d.xlsx", [["u", "a", "b"], ["甲", "95%", 1]])
    assert values(read_files(mapping(file="d.xlsx", scale=1), book, tmp_path))["甲", "A"] == 9500


def test_a_percent_format_answers(tmp_path: Path) -> None:
    book = rules(tmp_path)
    assert told(tmp_path, book, [0.95, 0.96], "0%") == []
    assert told(tmp_path, book, [0.95, 0.96], "0.00") == ["d.xlsx:2 number.fraction"]
    assert told(tmp_path, book, [0.95, 0.96], "0.00%", scale=100) != [], (
        "it would be converted twice"
    )


def test_a_reason_answers_for_its_row_and_other_units_of_measure_are_not_asked(tmp_path: Path) -> None:  # fmt: skip
    (tmp_path / "d.csv").write_text("u,a,b,理由\n甲,0.95,1,平台已核\n")
    assert values(read_files(mapping(confirmation="理由"), rules(tmp_path), tmp_path))["甲", "A"] == 95  # fmt: skip
    (tmp_path / "e.csv").write_text("u,a,b\n甲,0.95,1\n")
    other = rules(tmp_path, measure_unit="万元")
    assert values(read_files(mapping(file="e.csv"), other, tmp_path))["甲", "A"] == 95


def test_a_rate_of_two_numbers_is_made_and_not_asked_about(tmp_path: Path) -> None:
    """Numerator and denominator come as they are; the rate is the rulebook's."""
    second = {**INDICATORS["B"], "measure_unit": "件"}
    first = {**INDICATORS["A"], "name": "办结率", "measure_unit": "%", "parts": {"numerator": {"B": 1}, "denominator": {"B": 1}, "scale": 100}}  # fmt: skip
    book = load_rulebook(write(tmp_path / "parts", A=first, B=second))[0]
    (tmp_path / "d.csv").write_text("u,b\n甲,1\n乙,0.5\n")
    plan = {"purpose": "t", "sources": [{"file": "d.csv", "unit": "u", "period": {"constant": "2025"}, "layout": "wide", "indicators": {"B": "b"}}]}  # fmt: skip
    assert values(read_files(mapping(plan), book, tmp_path)) == {("甲", "B"): 100, ("乙", "B"): 50}


NODES = {"file": "n.csv", "role": "milestone", "unit": "u", "indicator": {"constant": "A"}, "milestone": "m", "due_on": "due",
         "done_on": "done", "share": "s"}  # fmt: skip


def of_nodes(tmp_path: Path, rows: str, **more: Any) -> tuple[list[str], list[str]]:
    """What is refused of a file of dated nodes, and what is said of it."""
    book = load_rulebook(write(tmp_path / "book"))[0]
    (tmp_path / "n.csv").write_text("u,m,due,done,s\n" + rows)
    try:
        facts = read_files(mapping({"purpose": "p", "period": "2025", "sources": [NODES]}, **more), book, tmp_path)  # fmt: skip
    except DataError as error:
        return [f"{p.where} {p.code}" for p in error.problems], []
    return [], [p.zh for p in facts.warnings if p.code == "milestone.shares"]


HALF = "甲,1,2025-03-28,,{}\n甲,2,2025-06-28,,{}\n"


def test_the_shares_of_nodes_are_looked_at_as_percentages_are(tmp_path: Path) -> None:
    assert of_nodes(tmp_path, HALF.format(50, 50)) == ([], [])
    assert of_nodes(tmp_path, HALF.format(125, 50))[0] == ["n.csv:2 row.share"]
    assert of_nodes(tmp_path, HALF.format(50, -50))[0] == ["n.csv:3 row.share"]
    assert of_nodes(tmp_path, HALF.format(50, "0.50"))[0] == ["n.csv:3 number.fraction"]
    assert of_nodes(tmp_path, HALF.format("0.5", "0.5"))[0] == ["n.csv:2 number.fraction"]
    assert of_nodes(tmp_path, HALF.format("0.5", "0.5"), scale=100) == ([], [])
    ((), (said,)) = of_nodes(tmp_path, HALF.format("0.5", "0.5"), scale=1)  # type: ignore[misc]
    assert "甲 2025 年共 1%" in said
    ((), (said,)) = of_nodes(tmp_path, HALF.format(50, 40))  # type: ignore[misc]
    assert "甲 2025 年共 90%" in said
    third = "甲,3,2025-09-28,,33.33\n"
    assert of_nodes(tmp_path, HALF.format("33.33", "33.33") + third) == ([], [])


@pytest.mark.parametrize("row", ["甲,1,2025-03,,100", "甲,1,2025-03-28,2025-03,100", "甲,1,2025年3月,,100", "甲,1,2025,,100"])  # fmt: skip
def test_a_month_is_no_day_of_a_node(row: str, tmp_path: Path) -> None:
    assert of_nodes(tmp_path, row + "\n")[0] == ["n.csv:2 row.date"]
