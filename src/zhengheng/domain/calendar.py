"""Working days 工作日 with the official adjusted days, and the clocks that run on them.

Rules of counting (Civil Code 201-203 [V]): the starting day is not counted; a
period in calendar days that ends on a day off ends on the next working day. A year whose notice is not
loaded follows the weekdays, and `is_known` says so: whoever shows a date of such a year warns.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import cache
from importlib.resources import files
from typing import Literal

from zhengheng.domain.canonical import JsonError, read_json
from zhengheng.domain.problems import DataError

ClockUnit = Literal["calendar_days", "working_days", "clock_hours"]
DAY = timedelta(1)
HOURS_OF_A_DAY = 24
LAST_SECOND = time(23, 59, 59)
LARGEST = 2**20
"""Characters of a calendar file, at most."""


@dataclass(frozen=True)
class WorkCalendar:
    """Days off that are weekdays, working days that are weekends, and the years they cover."""

    off: frozenset[date]
    work: frozenset[date]
    years: frozenset[int]

    @classmethod
    def load(cls, text: str, where: str = "calendar") -> "WorkCalendar":
        """From a calendar file: `{"years": {"2026": {"off": […], "work": […]}}}`. Raises DataError."""
        try:
            years = read_json(text, LARGEST)["years"]
            held = {int(year): _days(int(year), entry) for year, entry in years.items()}
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            zh, en = (error.zh, error.en) if isinstance(error, JsonError) else ("其中的年份或日期不合要求", "a year or a day in it is none")  # fmt: skip
            raise DataError.one(
                where, "calendar.unreadable",
                zh=f"日历文件无法读取：{zh}。需要 years → 年份 → off 和 work 两个日期列表，日期写成 2026-01-31。",
                en=f"the calendar file cannot be read: {en}; it needs years → year → lists off and work, days like 2026-01-31",
            ) from error  # fmt: skip
        off = frozenset(day for days in held.values() for day in days[0])
        work = frozenset(day for days in held.values() for day in days[1])
        return cls(off, work, frozenset(held))

    def joined(self, other: "WorkCalendar") -> "WorkCalendar":
        """This calendar with another's years in place of its own."""
        kept_off = frozenset(day for day in self.off if day.year not in other.years)
        kept_work = frozenset(day for day in self.work if day.year not in other.years)
        return WorkCalendar(kept_off | other.off, kept_work | other.work, self.years | other.years)

    def is_known(self, day: date) -> bool:
        """Whether the year's official notice is loaded."""
        return day.year in self.years

    def is_working(self, day: date) -> bool:
        """Whether offices work that day."""
        return day in self.work or (day.weekday() < 5 and day not in self.off)

    def next_working(self, day: date) -> date:
        """The day itself or the first working day after it."""
        while not self.is_working(day):
            day += DAY
        return day

    def after(self, day: date, length: int, unit: ClockUnit) -> date:
        """The last day of a period that starts on `day`; of hours the day in which the last of them falls, whatever hour
        of `day` it starts at: a day that is begun counts whole."""
        if unit == "calendar_days":
            return self.next_working(day + timedelta(length))
        if unit == "clock_hours":
            return day + timedelta(-(-length // HOURS_OF_A_DAY))
        for _ in range(length):
            day = self.next_working(day + DAY)
        return day

    def until(self, moment: datetime, length: int, unit: ClockUnit) -> datetime:
        """The moment at which a period that starts at `moment` is over: hours run through nights and holidays, days last to
        the end of the last one, by the clock of `moment`."""
        if unit == "clock_hours":
            return moment + timedelta(hours=length)
        return datetime.combine(self.after(moment.date(), length, unit), LAST_SECOND, moment.tzinfo)

    def between(self, first: date, last: date) -> int:
        """Working days from the day after `first` up to `last`; negative when `last` lies before."""
        if last < first:
            return -self.between(last, first)
        return sum(self.is_working(first + timedelta(n)) for n in range(1, (last - first).days + 1))


def _days(year: int, entry: Mapping[str, list[str]]) -> tuple[list[date], list[date]]:
    if set(entry) - {"off", "work"}:
        raise ValueError(f"{year}: {sorted(set(entry) - {'off', 'work'})}")
    off = [date.fromisoformat(day) for day in entry["off"]]
    work = [date.fromisoformat(day) for day in entry["work"]]
    for day in (*off, *work):
        if day.year != year:
            raise ValueError(f"{day} does not lie in {year}")
    for day in work:
        if day.weekday() < 5:
            raise ValueError(f"{day} is a weekday; `work` lists weekends that are worked")
    return off, work


@cache
def official() -> WorkCalendar:
    """The official calendar that ships with this release (source named in the file)."""
    file = files("zhengheng.domain").joinpath("calendars/china.json")
    return WorkCalendar.load(file.read_text(encoding="utf-8"), "china.json")
