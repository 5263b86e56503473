"""The passport of dated nodes says what decides: the day planned, the day done, late or waived, and what each earns."""

import re
from datetime import date
from typing import Any

import pytest

from tests.generate import PERIOD
from tests.test_split_years import book, of, run
from zhengheng.engines.duck import DuckEngine
from zhengheng.engines.passport import passport
from zhengheng.engines.passport_rows import Entry

AT = date(2025, 9, 30)
DAYS: dict[str, tuple[int, date, date | None, bool]] = {
    "1": (25, date(2025, 3, 31), date(2025, 3, 30), False),
    "2": (25, date(2025, 6, 30), date(2025, 7, 2), False),
    "3": (20, date(2025, 8, 31), None, False),
    "4": (10, date(2025, 9, 30), date(2025, 10, 1), False),
    "5": (10, date(2025, 5, 31), None, True),
    "6": (10, date(2025, 12, 31), None, False),
}
"""Node → share in percent, day planned, day done, whether it is waived."""


def nodes() -> list[dict[str, Any]]:
    return [
        {"unit": "u", "indicator": "M", "milestone": name, "share": share * 10_000, "due_on": due, "done_on": done,
         "waived": waived, "file": 0, "row": int(name)}
        for name, (share, due, done, waived) in DAYS.items()
    ]  # fmt: skip


@pytest.mark.parametrize(("late", "value"), [("0.5", "46.88"), ("0.25", "39.06")])
def test_every_node_says_what_it_earns_and_the_sum_is_the_value(late: str, value: str) -> None:
    rules = book(
        {"code": "M", "method": {"kind": "milestones", "late": late}},
        {"code": "B", "method": {"kind": "direct"}},
    )
    made = run(rules, {("u", "B"): {PERIOD.end: "50"}}, DuckEngine(threads=1), AT, milestone=nodes())  # fmt: skip
    cell: Entry = passport(made, "u", "M", "zh").parts[0]
    said = {entry.code: entry.detail for entry in cell.parts}
    part = "50" if late == "0.5" else "25"
    got = "12.5" if late == "0.5" else "6.25"
    assert said == {
        "1": "计划 2025-03-31，完成 2025-03-30，按期，得 25%",
        "2": f"计划 2025-06-30，完成 2025-07-02，逾期，按 {part}% 计，得 {got}%（占 25%）",
        "3": "计划 2025-08-31，未完成，得 0%（占 20%）",
        "4": "计划 2025-09-30，未完成，得 0%（占 10%）",
        "5": "计划 2025-05-31，经批准免除，不计入",
        "6": "计划 2025-12-31，未完成，截至 2025-09-30 未到期，不计入",
    }
    assert f"由已到期的节点得出：(25 + 25 × {late} + 0 + 0) ÷ 80" in cell.detail
    assert of(made, "M")["value"] == int(value.replace(".", ""))
    english = passport(made, "u", "M", "en").parts[0]
    assert not re.search("[\u4e00-\u9fff]", english.detail + "".join(e.detail for e in english.parts))  # fmt: skip
    assert english.parts[1].detail.startswith("planned 2025-06-30, done 2025-07-02, late, counts")
