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
    seen = models.JSONField(default=dict)
    """What was before the commission, in words (`zh`, `en`) with a digest (`mark`); empty: recorded by an
    earlier release, and nothing is known of it."""
    lines = models.JSONField(default=list)
    """Indicator and value of what was decided in the place of what was put before the commission."""
