"""Runs known to the office, and who may see one before its notice."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.workflow.machine import RESULT


class ResultRun(models.Model):
    """A run 核算批次 of the lake that was brought into the procedure."""

    run = models.CharField(max_length=16, unique=True)
    rulebook = models.CharField(max_length=64)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=200, blank=True)
    period = models.CharField(max_length=16)
    state = models.CharField(max_length=16, default=RESULT.initial)
    registered_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    row_version = models.PositiveIntegerField(default=1)

    class Meta:
        ordering = ("-registered_at", "-id")


class NamedReader(models.Model):
    """A person who may see an unpublished run; every view of his is in the ledger."""

    run = models.ForeignKey(ResultRun, models.CASCADE, related_name="readers")
    account = models.ForeignKey(Account, models.PROTECT, related_name="+")
    named_by = models.ForeignKey(Account, models.PROTECT, related_name="+")
    named_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["run", "account"], name="named_once")]
