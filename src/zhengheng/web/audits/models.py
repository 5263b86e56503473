"""A sample, its entries, and questions asked about it."""

from django.db import models

from zhengheng.web.accounts.models import Account
from zhengheng.web.acts.models import Lived
from zhengheng.web.ledger.rows import KeptRow
from zhengheng.web.organisation.models import Unit
from zhengheng.web.reporting.models import Report
from zhengheng.web.results.models import ResultRun
from zhengheng.web.rulebooks.models import RulebookVersion


class Audit(Lived):
    """A sample of reported values drawn by lot; whoever reads seed and list draws the same one."""

    rulebook = models.ForeignKey(RulebookVersion, models.PROTECT, related_name="audits")
    purpose = models.CharField(max_length=8)
    period = models.CharField(max_length=16, blank=True)
    seed = models.CharField(max_length=64)
    sealed_in = models.PositiveBigIntegerField(null=True)
    """The ledger's entry that sealed the seed beforehand; none of samples before seeds were sealed."""
    drawn_from = models.JSONField(default=list)
    """The values there were to draw from, `unit/indicator/period` each (numbers of reports in older samples);
    the draw is `domain.lots.draw` of them and the seed."""
    reason = models.TextField(blank=True)
    """Why there is another sample of the same values; empty for the first."""
    run = models.ForeignKey(ResultRun, models.PROTECT, null=True, related_name="+")
    """The published result whose values were drawn from, beside those reported in the office."""
    holder = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")
    """Who checks it now: whoever drew it, or his successor in the post."""


class Entry(KeptRow):
    """One drawn value and what was found of it."""

    words = ("抽查记录", "Audited value")

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="entries")
    report = models.ForeignKey(Report, models.PROTECT, null=True, related_name="+")
    """Where the value was reported in the office; none for one that came from a source system's files."""
    unit = models.ForeignKey(Unit, models.PROTECT, null=True, related_name="+")
    indicator = models.CharField(max_length=64, blank=True)
    period = models.CharField(max_length=16, blank=True)
    reported = models.CharField(max_length=40, blank=True)
    finding = models.CharField(max_length=8, blank=True)
    found_value = models.CharField(max_length=40, blank=True)
    note = models.TextField(blank=True)
    earlier = models.JSONField(default=list)
    """Findings that were corrected: finding, value, note, reply, and why."""
    reply = models.TextField(blank=True)
    replied_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)
        constraints = [models.UniqueConstraint(fields=["audit", "report"], name="drawn_once")]

    def told(self) -> tuple[str, str]:
        said = self.report or self
        zh, en = ("—", "—") if said.unit is None else said.unit.told()
        return f"{zh} {said.indicator} {said.period}", f"{en} {said.indicator} {said.period}"


class AuditQuestion(KeptRow):
    """A question of the auditor, and the office's answer."""

    words = ("审计询问", "Auditor's question")

    audit = models.ForeignKey(Audit, models.CASCADE, related_name="questions")
    text = models.TextField()
    at = models.DateTimeField()
    answer = models.TextField(blank=True)
    answered_by = models.ForeignKey(Account, models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ("id",)

    def told(self) -> tuple[str, str]:
        return self.text[:30], self.text[:30]
