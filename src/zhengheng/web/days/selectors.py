"""The calendar that all clocks run on."""

from dataclasses import dataclass
from datetime import date, timedelta

from zhengheng.domain.calendar import WorkCalendar, official
from zhengheng.web.days.models import LoadedCalendar


def working_calendar(without: int | None = None) -> WorkCalendar:
    """What ships with the release, with later notices in place of its years; `without` leaves one of them out."""
    calendar = official()
    held = LoadedCalendar.objects.filter(state="loaded").order_by("pk")
    if without is not None:
        held = held.exclude(pk=without)
    for text in held.values_list("text", flat=True):
        calendar = calendar.joined(WorkCalendar.load(text))
    return calendar


@dataclass(frozen=True)
class Year:
    """What a notice changes in one year: days, and how many are worked before and after."""

    year: int
    known: bool
    off: tuple[date, ...]
    """Working days that become days off."""
    work: tuple[date, ...]
    """Days off that are worked from now on."""
    before: int
    after: int


def difference(notice: LoadedCalendar) -> list[Year]:
    """Year by year what a notice changes against the calendar without it."""
    old = working_calendar(without=notice.pk)
    new = old.joined(WorkCalendar.load(notice.text))
    found = []
    for year in sorted(WorkCalendar.load(notice.text).years):
        days = [date(year, 1, 1) + timedelta(n) for n in range(366)]
        days = [day for day in days if day.year == year]
        worked = [(old.is_working(day), new.is_working(day)) for day in days]
        found.append(Year(
            year, year in old.years,
            tuple(day for day, (was, now) in zip(days, worked, strict=True) if was and not now),
            tuple(day for day, (was, now) in zip(days, worked, strict=True) if now and not was),
            sum(was for was, _ in worked), sum(now for _, now in worked),
        ))  # fmt: skip
    return found
