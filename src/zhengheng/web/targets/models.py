"""Target sheets, their lines, and later changes."""

from django.db import models

from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.web.rulebooks.models import RulebookVersion


class TargetSheet(Lived):
    """One unit's targets under one rulebook 目标责任书."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="sheets")
    unit = models.ForeignKey(Unit, models.PROTECT, related_name="+")
    round = models.PositiveSmallIntegerField(default=1)
    opinion = models.TextField(blank=True)
    reply = models.TextField(blank=True)
    consultation = models.JSONField(default=list)
    """Files of the staff consultation 民主协商; without them nobody signs."""
    agreed_on = models.DateField(null=True)
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")

    class Meta(Lived.Meta):
        constraints = [
            models.UniqueConstraint(fields=["rulebook", "unit"], name="one_sheet_a_unit"),
        ]


class TargetLine(KeptRow):
    """One indicator's target. `original` is what was first agreed and never changes again."""

    words = ("目标", "Target")

    sheet = models.ForeignKey(TargetSheet, models.CASCADE, related_name="lines")
    indicator = models.CharField(max_length=64)
    baseline = models.CharField(max_length=40, blank=True)
    proposed = models.CharField(max_length=40)
    countered = models.CharField(max_length=40, blank=True)
    decided = models.CharField(max_length=40, blank=True)
    """What the commission decided in the place of what was proposed, which stays to be read."""
    original = models.CharField(max_length=40, blank=True)
    current = models.CharField(max_length=40, blank=True)
    confirmation = models.TextField(blank=True)
    """Why the target is right though it is beyond the range of sense, as somebody wrote it."""

    @property
    def settled(self) -> str:
        """What is signed: as the commission decided, else as proposed."""
        return self.decided or self.proposed

    class Meta:
        ordering = ("id",)
        constraints = [
            models.UniqueConstraint(fields=["sheet", "indicator"], name="one_line_an_indicator"),
        ]

    def told(self) -> tuple[str, str]:
        (zh, en), year = self.sheet.unit.told(), self.sheet.rulebook.period
        return f"{zh} {year} 年度 {self.indicator}", f"{en} {year} {self.indicator}"


class TargetChange(Lived):
    """A change of an agreed target: asked for with a ground, decided by somebody else."""

    line = models.ForeignKey(TargetLine, models.PROTECT, related_name="changes")
    value = models.CharField(max_length=40)
    before = models.CharField(max_length=40)
    ground = models.CharField(max_length=24)
    route = models.CharField(max_length=24)
    reason = models.TextField()
    confirmation = models.TextField(blank=True)
    """The same of the wanted value."""
    answer = models.TextField(blank=True)
    effect = models.JSONField(null=True)
    decision = models.ForeignKey("decisions.Decision", models.PROTECT, null=True, related_name="+")
