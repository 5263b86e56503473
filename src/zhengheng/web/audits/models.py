"""A sample, its entries, and questions asked about it."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.reporting.models import Report
from zhengheng.web.rulebooks.models import RulebookVersion


class Audit(Lived):
    """A sample of reported values drawn by lot; whoever reads seed and list draws the same one."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="audits")
    purpose = models.CharField(max_length=8)
    period = models.CharField(max_length=16, blank=True)
    seed = models.CharField(max_length=64)
    drawn_from = models.JSONField(default=list)
    """Numbers of the values there were to draw from; the draw is `domain.lots.draw` of them and the seed."""


class Entry(models.Model):
    """One drawn value and what was found of it."""

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="entries")
    report = models.ForeignKey(Report, models.PROTECT, related_name="+")
    reported = models.CharField(max_length=40, blank=True)
    finding = models.CharField(max_length=8, blank=True)
    found_value = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["audit", "report"], name="drawn_once")]


class AuditQuestion(models.Model):
    """A question of the auditor, and the office's answer."""

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="questions")
    text = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
