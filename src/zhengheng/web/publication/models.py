"""A publication: one snapshot of one result, released once and never changed."""

from django.db import models

from zhengheng.web.acts.models import Lived
from zhengheng.web.results.models import ResultRun


class Publication(Lived):
    """What goes to the public portal 对外发布. A later one of the same rulebook and period corrects it."""

    run = models.ForeignKey(ResultRun, models.PROTECT, related_name="publications")
    shows = models.CharField(max_length=8)
    """What a unit's line shows: score, grade, or the status of its indicators only."""
    embargo = models.DateField(null=True)
    """Not before this day."""
    reason = models.TextField(blank=True)
    """Why it corrects an earlier one; empty for the first."""
    corrects = models.ForeignKey("self", models.PROTECT, null=True, related_name="corrections")
    findings = models.JSONField(default=list)
    """What the scan found: where, kind, text."""
    cleared = models.TextField(blank=True)
    """Why the reviewer lets the findings stand."""
    released_on = models.DateField(null=True)
    digests = models.JSONField(default=dict)
    """SHA-256 of every released file."""
    opened = models.JSONField(default=list)
    """What opens single commitments of its bundle, as verify.py --open reads it."""
