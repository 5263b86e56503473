"""Calendars that were loaded."""

from django.db import models

from zhengheng.web.acts.models import Lived


class LoadedCalendar(Lived):
    """An official notice of days off and working weekends, for whole years; the newest counts."""

    years = models.CharField(max_length=80)
    source = models.CharField(max_length=200)
    text = models.TextField()
