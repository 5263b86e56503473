"""The calendar that all clocks run on."""

from zhengheng.domain.calendar import WorkCalendar, official
from zhengheng.web.days.models import LoadedCalendar


def working_calendar() -> WorkCalendar:
    """What ships with the release, with later notices in place of its years."""
    calendar = official()
    for text in (
        LoadedCalendar.objects.filter(state="loaded").order_by("pk").values_list("text", flat=True)
    ):
        calendar = calendar.joined(WorkCalendar.load(text))
    return calendar
