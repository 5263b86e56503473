"""Working days: every worked date of the deadlines of a year, and the rules between them."""

from datetime import date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from zhengheng.domain.calendar import WorkCalendar, official
from zhengheng.domain.problems import DataError

CALENDAR = official()


@pytest.mark.parametrize(
    ("start", "length", "unit", "end"),
    [
        ("2025-09-26", 3, "working_days", "2025-09-30"),
        ("2025-09-26", 5, "working_days", "2025-10-10"),
        ("2025-09-26", 10, "working_days", "2025-10-16"),
        ("2025-09-26", 15, "working_days", "2025-10-23"),
        ("2026-02-12", 3, "working_days", "2026-02-24"),
        ("2026-02-12", 5, "working_days", "2026-02-26"),
        ("2026-02-12", 10, "working_days", "2026-03-04"),
        ("2026-02-12", 15, "working_days", "2026-03-11"),
        ("2026-03-02", 5, "working_days", "2026-03-09"),
        ("2026-03-02", 10, "working_days", "2026-03-16"),
        ("2026-03-03", 10, "working_days", "2026-03-17"),
        ("2025-09-26", 7, "calendar_days", "2025-10-09"),
        ("2025-09-26", 7, "working_days", "2025-10-13"),
        ("2026-03-02", 7, "calendar_days", "2026-03-09"),
        ("2026-01-20", 30, "calendar_days", "2026-02-24"),
        ("2026-01-15", 30, "calendar_days", "2026-02-14"),
    ],
)  # fmt: skip
def test_the_worked_dates_of_the_domain(start: str, length: int, unit: str, end: str) -> None:
    found = CALENDAR.after(date.fromisoformat(start), length, unit)  # type: ignore[arg-type]
    assert found == date.fromisoformat(end)


@given(st.dates(date(2023, 1, 1), date(2026, 9, 1)), st.integers(1, 40))
def test_counting_forth_and_back_agree(start: date, length: int) -> None:
    end = CALENDAR.after(start, length, "working_days")
    assert CALENDAR.is_working(end)
    assert CALENDAR.between(start, end) == length
    assert CALENDAR.between(end, start) == -length


@pytest.mark.parametrize(
    ("start", "length", "unit", "end"),
    [
        ("2026-04-30T10:00+08:00", 72, "clock_hours", "2026-05-03T10:00:00+08:00"),
        ("2026-04-30T10:00+08:00", 1, "clock_hours", "2026-04-30T11:00:00+08:00"),
        ("2026-04-30T10:00+08:00", 3, "working_days", "2026-05-08T23:59:59+08:00"),
        ("2026-04-30T10:00+08:00", 3, "calendar_days", "2026-05-06T23:59:59+08:00"),
        ("2026-04-30T23:30+08:00", 1, "working_days", "2026-05-06T23:59:59+08:00"),
    ],
)  # fmt: skip
def test_a_clock_that_starts_within_a_day_ends_by_its_unit(
    start: str, length: int, unit: str, end: str
) -> None:
    """Hours run through the holiday of 1 May, days end with their last one."""
    found = CALENDAR.until(datetime.fromisoformat(start), length, unit)  # type: ignore[arg-type]
    assert found == datetime.fromisoformat(end)


@pytest.mark.parametrize(("hours", "days"), [(1, 1), (24, 1), (25, 2), (48, 2), (72, 3)])
def test_hours_from_a_day_end_in_the_day_of_the_last_of_them(hours: int, days: int) -> None:
    start = date(2026, 4, 30)
    assert CALENDAR.after(start, hours, "clock_hours") == start + timedelta(days)


def test_a_year_without_its_notice_follows_the_weekdays_and_says_so() -> None:
    assert not CALENDAR.is_known(date(2031, 5, 1))
    assert CALENDAR.is_working(date(2031, 5, 1))
    assert CALENDAR.is_known(date(2026, 5, 1))


def test_next_years_file_takes_the_place_of_the_weekdays() -> None:
    text = '{"years": {"2027": {"off": ["2027-01-01"], "work": ["2027-01-03"]}}}'
    joined = CALENDAR.joined(WorkCalendar.load(text))
    assert not joined.is_working(date(2027, 1, 1))
    assert joined.is_working(date(2027, 1, 3))
    assert joined.is_working(date(2026, 2, 14))


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"years": {"x": {}}}', '{"years": {"2027": {"off": ["2026-01-01"], "work": []}}}',
     '{"years": {"2027": {"off": [], "work": ["2027-01-04"]}}}', '{"years": {"2027": {"off": [], "work": [], "x": []}}}'],
)  # fmt: skip
def test_a_bad_file_is_refused_with_its_place(text: str) -> None:
    with pytest.raises(DataError) as caught:
        WorkCalendar.load(text, "2027.json")
    assert caught.value.problems[0].where == "2027.json"
