"""Decisions of the commission."""

from django.db import models

from zhengheng.web.acts.models import Lived


class Decision(Lived):
    """One item of a meeting's minutes, about one object."""

    subject = models.CharField(max_length=80, db_index=True)
    meeting = models.CharField(max_length=60)
    held_on = models.DateField()
    attendees = models.TextField()
    approved = models.BooleanField()
    wording = models.TextField()
    attested_by = models.CharField(max_length=60, blank=True)
