"""A commitment of a meeting."""

from django.db import models

from zhengheng.web.acts.models import Lived
from zhengheng.web.organisation.models import Unit


class Commitment(Lived):
    """What a unit promised at a meeting 会议承诺, and until when. One not kept is carried to the next meeting."""

    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    meeting = models.CharField(max_length=80)
    """The meeting at which it stands now."""
    text = models.TextField()
    carried = models.PositiveSmallIntegerField(default=0)
    report = models.TextField(blank=True)
    answer = models.TextField(blank=True)
    rounds = models.JSONField(default=list)
    """Earlier meetings at which it stood: meeting, due, report, answer. None of them is overwritten."""
