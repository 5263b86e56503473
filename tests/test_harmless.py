"""Texts that others wrote come back in tables; no spreadsheet program runs one of them."""

import csv
import io
from pathlib import Path

import pytest
from openpyxl import load_workbook

from zhengheng.domain.problems import Problem
from zhengheng.engines.opendata import as_csv
from zhengheng.lake.facts import Reject
from zhengheng.lake.rejects import write_rejects

RUN = '=HYPERLINK("http://example.org";"点这里")'


@pytest.mark.parametrize("name", ["数据.csv", "数据.xlsx"])
def test_what_is_handed_back_of_a_file_holds_no_formula(name: str, tmp_path: Path) -> None:
    """Its own cells and titles, as whoever sent it wrote them; a dash for nothing and a number stay what they are."""
    held = Reject(name, 2, Problem("x", "x", "错", "wrong"), ("单位", RUN), ("-1+cmd|' /C calc'!A0", "@SUM(A1)"))  # fmt: skip
    plain = Reject(name, 3, Problem("x", "x", "错", "wrong"), ("单位", RUN), ("-", "-1.5"))
    (path,) = write_rejects([held, plain], tmp_path)
    if path.suffix == ".csv":
        rows = list(csv.reader(io.StringIO(path.read_text(encoding="utf-8-sig"))))
    else:
        page = load_workbook(path).active
        assert page is not None
        assert {cell.data_type for row in page.iter_rows() for cell in row} == {"s"}
        rows = [[str(cell) for cell in row] for row in page.iter_rows(values_only=True)]
    assert rows[0][:2] == ["单位", f"'{RUN}"]
    assert rows[1][:2] == ["'-1+cmd|' /C calc'!A0", "'@SUM(A1)"]
    assert rows[2][:2] == ["-", "-1.5"]


def test_no_cell_of_open_data_is_a_formula() -> None:
    """The name of a unit, or the reason of a grade."""
    text = as_csv(("unit", "grade_reason"), [{"unit": "D10", "grade_reason": RUN}]).decode()
    assert next(csv.DictReader(io.StringIO(text))) == {"unit": "D10", "grade_reason": f"'{RUN}"}
