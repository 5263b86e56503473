"""Periods as people write them."""

from datetime import date

import pytest

from zhengheng.domain.periods import ended_before, parse_period


@pytest.mark.parametrize(
    ("text", "code", "end"),
    [("2025", "2025", date(2025, 12, 31)), ("2025-Q1", "2025-Q1", date(2025, 3, 31)),
     ("2025H2", "2025-H2", date(2025, 12, 31)), ("2024-02", "2024-02", date(2024, 2, 29)),
     ("2025年3月", "2025-03", date(2025, 3, 31)), ("2025年第二季度", "2025-Q2", date(2025, 6, 30)),
     ("2025/3/7", "2025-03-07", date(2025, 3, 7)), ("202503", "2025-03", date(2025, 3, 31)),
     ("2025年度", "2025", date(2025, 12, 31)), ("2025年上半年", "2025-H1", date(2025, 6, 30))],
)  # fmt: skip
def test_a_period_is_read(text: str, code: str, end: date) -> None:
    period = parse_period(text)
    assert (period.code, period.end) == (code, end)


@pytest.mark.parametrize("text", ["", "2025-13", "2025-Q5", "去年", "2025-02-30", "25"])
def test_what_is_no_period_is_refused(text: str) -> None:
    with pytest.raises(ValueError):
        parse_period(text)


def test_a_year_splits_into_its_parts() -> None:
    year = parse_period("2025")
    assert [p.code for p in year.split("quarter")] == ["2025-Q1", "2025-Q2", "2025-Q3", "2025-Q4"]
    assert len(list(year.split("month"))) == 12
    assert list(parse_period("2025-Q1").split("year")) == []
    assert [p.code for p in parse_period("2025-Q4").split("year")] == ["2025"]


def test_leap_days_have_a_year_before() -> None:
    assert parse_period("2024-02").previous_year().end == date(2023, 2, 28)
    assert parse_period("2024-02-29").previous_year().end == date(2023, 2, 28)


@pytest.mark.parametrize(
    ("last", "over"),
    [(date(2025, 12, 30), True), (date(2025, 12, 31), False), (date(2026, 1, 1), False), (date(2024, 6, 1), True), (None, False)],
)  # fmt: skip
def test_what_ends_on_the_last_day_of_a_year_was_there_through_it(
    last: date | None, over: bool
) -> None:
    assert ended_before(last, parse_period("2025").end) is over
