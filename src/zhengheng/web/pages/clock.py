"""The moment it is: the machine's, or where a demonstration's clock stands."""

import time
from datetime import datetime, timedelta

from django.conf import settings
from django.utils import timezone

from zhengheng.web.days.selectors import working_calendar
from zhengheng.web.pages.models import DemoClock


def now() -> datetime:
    """The machine's clock in the office's time zone; in a demonstration the fixed one, or where it was moved to since."""
    if not settings.FIXED_CLOCK:
        return timezone.localtime()
    first = datetime.fromisoformat(settings.FIXED_CLOCK)
    moved = DemoClock.objects.filter(pk=1).first()
    return max(first, timezone.localtime(moved.moment)) if moved else first


def running() -> datetime:
    """A clock that never stands, for waits that must end: where a demonstration's stands still, the machine's seconds run on over it."""
    return now() + timedelta(seconds=time.time()) if settings.FIXED_CLOCK else now()


def advance() -> datetime:
    """Move a demonstration's clock to the same hour of the next working day."""
    moment = timezone.localtime(now())
    day = working_calendar().next_working(moment.date() + timedelta(1))
    moved = moment.replace(year=day.year, month=day.month, day=day.day)
    DemoClock.objects.update_or_create(pk=1, defaults={"moment": moved})
    return moved
