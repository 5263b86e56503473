"""Rectification cases and the mentor's visits."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.web.results.models import ResultRun


class Rectification(Lived):
    """One unit's indicators below line in one run 整改事项. Later triggers join the open case."""

    run = models.ForeignKey(ResultRun, models.PROTECT, related_name="rectifications")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    indicators = models.JSONField()
    """Code, names, value, target and unit of measure of each, as the run has them."""
    confirmed_at = models.DateTimeField(null=True)
    """T: the confirmation of the quarter's run."""
    serve_by = models.DateTimeField(null=True)
    served_at = models.DateTimeField(null=True)
    late = models.BooleanField(default=False)
    fact = models.TextField(blank=True)
    cause = models.TextField(blank=True)
    measures = models.TextField(blank=True)
    owner = models.CharField(max_length=60, blank=True)
    finish_on = models.DateField(null=True)
    cost = models.CharField(max_length=40, blank=True)
    steps_before = models.TextField(blank=True)
    steps_after = models.TextField(blank=True)
    mentor = models.CharField(max_length=60, blank=True)
    measured = models.TextField(blank=True)
    """What was measured again at acceptance, a value for each red indicator."""
    why_missed = models.TextField(blank=True, default="")
    """Why the case was closed though a target is missed; empty: none is."""
    answer = models.TextField(blank=True)


class Visit(KeptRow):
    """A mentor's visit 绩效导师: when, what was advised."""

    words = ("导师走访记录", "Mentor's visit")

    case = models.ForeignKey(Rectification, models.CASCADE, related_name="visits")
    by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    on = models.DateField()
    advice = models.TextField()

    class Meta:
        ordering = ("on", "id")

    def told(self) -> tuple[str, str]:
        zh, en = self.case.unit.told()
        return (
            f"{zh} {self.case.run.period} 整改 {self.on}",
            f"{en} {self.case.run.period} rectification {self.on}",
        )
