"""Assessment periods: year 2025, quarter 2025-Q1, half 2025-H1, month 2025-03, day 2025-03-01.

A period is stored as its last day, so that all frequencies sort and compare on one column.
"""

import re
from calendar import monthrange
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Literal

Frequency = Literal["year", "half", "quarter", "month", "day"]
YEARS = range(1900, 2200)
"""Years of periods; what lies outside is a slip of the pen."""
MONTHS: dict[str, int] = {"year": 12, "half": 6, "quarter": 3, "month": 1}


@dataclass(frozen=True, order=True)
class Period:
    """A closed span of days with a frequency. `code` is what people write."""

    start: date
    end: date
    frequency: Frequency

    @property
    def code(self) -> str:
        year, month = self.end.year, self.end.month
        return {
            "year": f"{year}",
            "half": f"{year}-H{month // 6}",
            "quarter": f"{year}-Q{month // 3}",
            "month": f"{year}-{month:02d}",
            "day": self.end.isoformat(),
        }[self.frequency]

    @property
    def days(self) -> int:
        return (self.end - self.start).days + 1

    def previous_year(self) -> "Period":
        """The same period one year before."""
        if self.frequency == "day":
            day = min(self.start.day, monthrange(self.start.year - 1, self.start.month)[1])
            moved = self.start.replace(year=self.start.year - 1, day=day)
            return Period(moved, moved, "day")
        return period_ending(_month_end(self.end.year - 1, self.end.month), self.frequency)

    def split(self, frequency: Frequency) -> Iterator["Period"]:
        """The periods of a frequency that end inside this one, in order."""
        if frequency == "day":
            for offset in range(self.days):
                day = self.start + timedelta(days=offset)
                yield Period(day, day, "day")
            return
        step = MONTHS[frequency]
        year, month = self.start.year, self.start.month
        while (end := _month_end(year, month)) <= self.end:
            if month % step == 0:
                yield period_ending(end, frequency)
            year, month = (year + 1, 1) if month == 12 else (year, month + 1)


def period_ending(end: date, frequency: Frequency) -> Period:
    """The period of a frequency whose last day is `end` (a month's last day, or any day)."""
    if frequency == "day":
        return Period(end, end, "day")
    first = end.month - MONTHS[frequency] + 1
    return Period(date(end.year, first, 1), end, frequency)


def within(part: Period, whole: Period) -> bool:
    """Whether a period is another one or a part of it."""
    return whole.start <= part.start and part.end <= whole.end


def ended_before(last: date | None, day: date) -> bool:
    """Whether what has this last day was over before a day; what has none goes on.

    A unit that ended within a period is one that ended before the period's last day.
    """
    return last is not None and last < day


_PATTERNS: tuple[tuple[re.Pattern[str], Frequency], ...] = (
    (re.compile(r"(\d{4})"), "year"),
    (re.compile(r"(\d{4})-?[Hh]([12])"), "half"),
    (re.compile(r"(\d{4})-?[Qq]([1-4])"), "quarter"),
    (re.compile(r"(\d{4})-(\d{1,2})"), "month"),
    (re.compile(r"(\d{4})(\d{2})"), "month"),
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), "day"),
)
_CHINESE = (
    (re.compile(r"(\d{4})年(?:度)?"), r"\1"),
    (re.compile(r"(\d{4})年(\d{1,2})月(?:份)?"), r"\1-\2"),
    (re.compile(r"(\d{4})年第?([1-4一二三四])季度"), r"\1-Q\2"),
    (re.compile(r"(\d{4})年上半年"), r"\1-H1"),
    (re.compile(r"(\d{4})年下半年"), r"\1-H2"),
    (re.compile(r"(\d{4})年(\d{1,2})月(\d{1,2})日"), r"\1-\2-\3"),
)


def parse_period(text: str) -> Period:
    """Read a period as people write it, also 2025年3月 or 2025/03, within YEARS. Raises ValueError."""
    text = text.strip().replace("/", "-").replace(".", "-")
    for chinese, plain in _CHINESE:
        if chinese.fullmatch(text):
            text = chinese.sub(plain, text)
            text = text.translate(str.maketrans("一二三四", "1234"))
            break
    for pattern, frequency in _PATTERNS:
        if match := pattern.fullmatch(text):
            numbers = [int(part) for part in match.groups()]
            if numbers[0] not in YEARS:
                raise ValueError(text)
            if frequency == "day":
                day = date(*numbers)
                return Period(day, day, "day")
            part = numbers[1] * MONTHS[frequency] if len(numbers) > 1 else 12
            if not 1 <= part <= 12:
                raise ValueError(text)
            return period_ending(_month_end(numbers[0], part), frequency)
    raise ValueError(text)


def _month_end(year: int, month: int) -> date:
    return date(year, month, monthrange(year, month)[1])
