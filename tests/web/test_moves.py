"""Why a total changed, as a table: every column adds up to its first line, and every row to its end."""

from fractions import Fraction

import pytest

from tests.test_overview import TARGETS, VALUES, book, facts, run
from zhengheng.engines.change import Comparison
from zhengheng.web.overview.tables import Moves, moves

pytestmark = pytest.mark.one_database


def number(cell: str) -> Fraction:
    return Fraction(cell.replace("−", "-").replace("—", "0").replace("+", ""))


def adds_up(made: Moves) -> None:
    cells = [[number(one) for one in (*cells, together)] for _, cells, together in made.rows]
    first, *others = cells
    assert [sum(column) for column in zip(*others, strict=True)] == first
    assert all(sum(row[:-1]) == row[-1] for row in cells)
    assert len(made.columns) == len(first) - 1


OTHERS = {"weights": [{"from": "2025-01-01", "table": {"A": 30, "B": 50, "C": 20}}]}


@pytest.mark.parametrize(
    ("changed", "aims", "rules"),
    [
        # B's target and value move so that its points stay: the indicator is no less in both columns.
        ({("U1", "B"): VALUES["U1", "B"] * 2}, {"U1": 20_000}, {}),
        ({("U1", "A"): 5_000}, {"U1": 7_777}, OTHERS), ({}, {}, OTHERS),
    ],
)  # fmt: skip
def test_the_table_of_changes_adds_up(changed: dict[tuple[str, str], int | None], aims: dict[str, int], rules: dict[str, object]) -> None:  # fmt: skip
    before = run(book(), facts(VALUES, TARGETS))
    after = run(book(**rules), facts(VALUES | changed, TARGETS | aims))
    found = Comparison(before, after).of("U1", "zh")
    assert found is not None
    made = moves(found)
    assert made.rounded or adds_up(made) is None
    assert number(made.rows[0][2]) == Fraction(found.after - found.before, 10**9)
    assert {label[0] for label, _, _ in made.rows[1:]} >= {code for _, code in changed}


def test_what_was_revised_since_stands_at_its_indicator() -> None:
    published = run(book(), facts(VALUES, TARGETS))
    before = run(book(), facts(VALUES | {("U1", "A"): 8_000}, TARGETS))
    after = run(book(), facts(VALUES | {("U1", "A"): 9_000}, TARGETS))
    found = Comparison(before, after, published).of("U1", "zh")
    assert found is not None
    made = moves(found)
    adds_up(made)
    assert all(row[0] != "不分到单个指标的" for row in made.rows)
    (step,) = found.steps
    assert step.effects["revision"] == found.effects["revision"] > 0
    assert found.restated == found.before + found.effects["revision"]
